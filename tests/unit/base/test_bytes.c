#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>

#include "../../../engine/base/bytes.h"

static void
numbers_in_files_are_little_endian_and_may_be_unaligned(void **state)
{
	(void)state;
	uint8_t bytes[16] = { 0 };
	store_u16(bytes + 1, 0x0102);
	store_u32(bytes + 3, 0x03040506);
	store_u64(bytes + 7, UINT64_C(0x0708090a0b0c0d0e));
	static const uint8_t expected[16] = { 0, 2, 1, 6, 5, 4, 3, 14, 13, 12, 11, 10, 9, 8, 7, 0 };
	assert_memory_equal(bytes, expected, sizeof bytes);
	assert_int_equal(load_u16(bytes + 1), 0x0102);
	assert_int_equal(load_u32(bytes + 3), 0x03040506);
	assert_int_equal(load_u64(bytes + 7), UINT64_C(0x0708090a0b0c0d0e));
	store_i64(bytes + 1, -2);
	assert_int_equal(load_i64(bytes + 1), -2);
}

static void
every_varint_is_read_back_in_its_own_length(void **state)
{
	(void)state;
	for (int shift = 0; shift < 64; shift++) {
		for (int delta = -1; delta <= 1; delta++) {
			uint64_t value = (UINT64_C(1) << shift) + (uint64_t)delta;
			uint8_t bytes[10];
			size_t size = varint_put(bytes, value);
			size_t wanted = 1;
			for (uint64_t rest = value >> 7; rest > 0; rest >>= 7)
				wanted++;
			assert_int_equal(size, wanted);
			uint64_t got;
			assert_int_equal(varint_get(bytes, sizeof bytes, &got), size);
			assert_int_equal(got, value);
			assert_int_equal(varint_get(bytes, size - 1, &got), 0);
		}
	}
}

static void
a_varint_has_one_form_only(void **state)
{
	(void)state;
	static const struct {
		uint8_t bytes[11];
		size_t size;
	} refused[] = {
		{ { 0 }, 0 },
		{ { 0x80, 0x00 }, 2 },
		{ { 0xff, 0x80, 0x00 }, 3 },
		{ { 0xff, 0x80, 0x00, 5, 5, 5, 5, 5 }, 8 }, /* read as a word */
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02 }, 10 },
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0x00 }, 11 },
	};
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		uint64_t value = 77;
		assert_int_equal(varint_get(refused[i].bytes, refused[i].size, &value), 0);
		assert_int_equal(value, 77);
	}
}

static void
decimal_digits_are_those_of_printf(void **state)
{
	(void)state;
	uint64_t power = 1;
	for (int digits = 1; digits <= DECIMAL_DIGITS_MAX; digits++, power *= 10) {
		const uint64_t numbers[] = { power - 1, power, power + 1, power * 7 + 5,
			power / 7 };
		for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
			char got[DECIMAL_DIGITS_MAX + 1], wanted[DECIMAL_DIGITS_MAX + 1];
			got[decimal_put(got, numbers[i])] = '\0';
			snprintf(wanted, sizeof wanted, "%" PRIu64, numbers[i]);
			assert_string_equal(got, wanted);
		}
	}
	char got[DECIMAL_DIGITS_MAX];
	assert_int_equal(decimal_put(got, UINT64_MAX), DECIMAL_DIGITS_MAX);
	assert_memory_equal(got, "18446744073709551615", DECIMAL_DIGITS_MAX);
}

static void
zigzag_puts_small_magnitudes_first_and_loses_nothing(void **state)
{
	(void)state;
	assert_int_equal(zigzag_encode(0), 0);
	assert_int_equal(zigzag_encode(-1), 1);
	assert_int_equal(zigzag_encode(1), 2);
	assert_int_equal(zigzag_encode(INT64_MAX), UINT64_MAX - 1);
	assert_int_equal(zigzag_encode(INT64_MIN), UINT64_MAX);
	static const int64_t values[] = { 0, -1, 1, 12345, -12345, INT64_MAX, INT64_MIN };
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		assert_int_equal(zigzag_decode(zigzag_encode(values[i])), values[i]);
}

static void
views_are_equal_by_content(void **state)
{
	(void)state;
	assert_true(text_equal(TEXT("abc"), text_of("abc")));
	assert_false(text_equal(TEXT("abc"), TEXT("abd")));
	assert_false(text_equal(TEXT("abc"), TEXT("ab")));
	assert_true(text_equal(text_of(NULL), TEXT("")));
	assert_true(bytes_equal(bytes_of_text(TEXT("abc")), bytes_of_text(text_of("abc"))));
	assert_false(bytes_equal(bytes_of_text(TEXT("abc")), bytes_of_text(TEXT("abx"))));
	assert_true(text_equal(text_of_bytes(bytes_of_text(TEXT("a\0c"))), TEXT("a\0c")));
}

static void
sizes_are_rounded_up_to_a_power_of_two(void **state)
{
	(void)state;
	assert_int_equal(size_round_up(0, 16), 0);
	assert_int_equal(size_round_up(1, 16), 16);
	assert_int_equal(size_round_up(16, 16), 16);
	assert_int_equal(size_round_up(4097, 4096), 8192);
}

static void
one_byte_that_differs_makes_views_unequal_wherever_it_is(void **state)
{
	(void)state;
	uint8_t one[48], other[49];
	for (size_t size = 0; size <= sizeof one; size++) {
		for (size_t i = 0; i < size; i++)
			one[i] = (uint8_t)(i * 37 + size);
		other[0] = 0;
		memcpy(other + 1, one, size); /* unaligned */
		assert_true(same_bytes(one, other + 1, size));
		for (size_t i = 0; i < size; i++) {
			other[1 + i] ^= (uint8_t)(1u << (i % 8));
			assert_false(same_bytes(one, other + 1, size));
			other[1 + i] ^= (uint8_t)(1u << (i % 8));
		}
	}
	assert_true(same_bytes(NULL, NULL, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_in_files_are_little_endian_and_may_be_unaligned),
		cmocka_unit_test(every_varint_is_read_back_in_its_own_length),
		cmocka_unit_test(a_varint_has_one_form_only),
		cmocka_unit_test(decimal_digits_are_those_of_printf),
		cmocka_unit_test(zigzag_puts_small_magnitudes_first_and_loses_nothing),
		cmocka_unit_test(views_are_equal_by_content),
		cmocka_unit_test(one_byte_that_differs_makes_views_unequal_wherever_it_is),
		cmocka_unit_test(sizes_are_rounded_up_to_a_power_of_two),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
