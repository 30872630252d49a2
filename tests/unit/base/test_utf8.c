#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../engine/base/utf8.h"

/* The bytes of a number written the way UTF-8 would, in `size` bytes, whether that is right or not.
 */
static struct text
encode(uint32_t number, size_t size, char bytes[4])
{
	static const uint8_t leads[] = { 0, 0x00, 0xc0, 0xe0, 0xf0 };
	for (size_t i = size - 1; i > 0; i--) {
		bytes[i] = (char)(0x80 | (number & 0x3f));
		number >>= 6;
	}
	bytes[0] = (char)(leads[size] | number);
	return (struct text){ bytes, size };
}

static size_t
size_of_number(uint32_t number)
{
	return number < 0x80 ? 1 : number < 0x800 ? 2 : number < 0x10000 ? 3 : 4;
}

static void
exactly_the_scalar_values_in_their_shortest_form_are_valid(void **state)
{
	(void)state;
	for (uint32_t number = 0; number < 0x200000; number++) {
		bool is_scalar = number <= 0x10ffff && (number < 0xd800 || number > 0xdfff);
		for (size_t size = size_of_number(number); size <= 4; size++) {
			char bytes[4];
			bool expected = is_scalar && size == size_of_number(number);
			if (utf8_is_valid(encode(number, size, bytes)) != expected)
				fail_msg("U+%X in %zu bytes", number, size);
		}
	}
}

static void
a_bad_byte_is_found_at_every_place_of_a_long_text(void **state)
{
	(void)state;
	char text[40];
	for (size_t size = 1; size <= sizeof text; size++) {
		for (size_t at = 0; at < size; at++) {
			memset(text, 'a', sizeof text);
			assert_true(utf8_is_valid((struct text){ text, size }));
			static const char bad[] = { '\x80', '\xbf', '\xc0', '\xc1', '\xc3', '\xe8',
				'\xf0', '\xf5', '\xff' };
			for (size_t i = 0; i < sizeof bad; i++) {
				text[at] = bad[i];
				assert_false(utf8_is_valid((struct text){ text, size }));
			}
		}
	}
}

static void
a_character_cut_short_is_refused(void **state)
{
	(void)state;
	struct text text = TEXT("\xe8\xae\xa1\xe8\xb4\xb9\xf0\x9f\x93\x9e");
	for (size_t size = 0; size <= text.size; size++) {
		bool whole = size == 0 || size == 3 || size == 6 || size == 10;
		assert_int_equal(utf8_is_valid((struct text){ text.data, size }), whole);
	}
	assert_true(utf8_is_valid(text_of(NULL)));
}

static void
an_identifier_is_1_to_64_bytes_without_control_characters(void **state)
{
	(void)state;
	char long_one[65];
	memset(long_one, 'a', sizeof long_one);
	assert_true(identifier_is_valid((struct text){ long_one, 64 }));
	assert_false(identifier_is_valid((struct text){ long_one, 65 }));
	assert_false(identifier_is_valid(TEXT("")));
	assert_true(identifier_is_valid(TEXT("07715510000")));
	assert_true(identifier_is_valid(TEXT("a b")));
	assert_true(identifier_is_valid(TEXT("\xe8\xae\xa1\xe8\xb4\xb9")));
	assert_true(identifier_is_valid(TEXT("\xc2\xa0"))); /* behind the last of C1 */
	assert_true(identifier_is_valid(TEXT("\xc3\x80"))); /* a second byte as in C1 */
	assert_false(identifier_is_valid(TEXT("\xc3")));
	for (uint32_t number = 0; number < 0x100; number++) {
		char bytes[4];
		bool control = number < 0x20 || (number >= 0x7f && number < 0xa0);
		struct text text = encode(number, size_of_number(number), bytes);
		assert_int_equal(identifier_is_valid(text), !control);
	}
}

static void
digits_are_0_to_9_and_at_least_one(void **state)
{
	(void)state;
	assert_true(digits_are_valid(TEXT("0123456789")));
	assert_false(digits_are_valid(TEXT("")));
	for (int byte = 0; byte < 256; byte++) {
		char text[3] = { '5', (char)byte, '7' };
		assert_int_equal(
			digits_are_valid((struct text){ text, 3 }), byte >= '0' && byte <= '9');
	}
}

static void
the_first_line_that_is_not_utf8_is_told(void **state)
{
	(void)state;
	assert_int_equal(utf8_wrong_line(TEXT("")), 0);
	assert_int_equal(utf8_wrong_line(TEXT("商店\n\n店")), 0);
	assert_int_equal(utf8_wrong_line(TEXT("\xff")), 1);
	assert_int_equal(utf8_wrong_line(TEXT("a\n\xe5\n\xff")), 2);
	assert_int_equal(utf8_wrong_line(TEXT("a\n\n\xe5\x95")), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exactly_the_scalar_values_in_their_shortest_form_are_valid),
		cmocka_unit_test(the_first_line_that_is_not_utf8_is_told),
		cmocka_unit_test(a_bad_byte_is_found_at_every_place_of_a_long_text),
		cmocka_unit_test(a_character_cut_short_is_refused),
		cmocka_unit_test(an_identifier_is_1_to_64_bytes_without_control_characters),
		cmocka_unit_test(digits_are_0_to_9_and_at_least_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
