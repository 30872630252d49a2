#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../engine/base/money.h"
#include "../../../engine/base/ratio.h"

static struct money
money(int64_t micros)
{
	return (struct money){ micros };
}

static void
sums_differences_and_products_are_exact_or_refused(void **state)
{
	(void)state;
	static const int64_t edges[] = { 0, 1, -1, 2, -2, 3037000499, -3037000500, INT64_MAX / 2,
		INT64_MIN / 2, INT64_MAX - 1, INT64_MAX, INT64_MIN + 1, INT64_MIN };
	static const size_t count = sizeof edges / sizeof edges[0];
	for (size_t i = 0; i < count * count; i++) {
		int64_t a = edges[i / count];
		int64_t b = edges[i % count];
		int128 exact[] = { (int128)a + b, (int128)a - b, (int128)a * b };
		for (int kind = 0; kind < 3; kind++) {
			struct money result = money(77);
			bool fits = exact[kind] >= INT64_MIN && exact[kind] <= INT64_MAX;
			bool done = kind == 0 ? money_add(money(a), money(b), &result)
				: kind == 1   ? money_subtract(money(a), money(b), &result)
					      : money_times(money(a), b, &result);
			assert_int_equal(done, fits);
			assert_int_equal(result.micros, fits ? (int64_t)exact[kind] : 77);
		}
	}
}

static void
money_is_ordered_as_numbers_are(void **state)
{
	(void)state;
	assert_int_equal(money_compare(money(INT64_MIN), money(INT64_MAX)), -1);
	assert_int_equal(money_compare(money(INT64_MAX), money(INT64_MIN)), 1);
	assert_int_equal(money_compare(money(-5), money(-5)), 0);
}

/* What each mode makes of the same numbers, with a step of 10; the order is that of enum rounding.
 */
static const struct {
	int64_t micros;
	int64_t rounded[6];
} rounding_table[] = {
	/*      half_up half_even up  down ceiling floor */
	{ 0, { 0, 0, 0, 0, 0, 0 } },
	{ 1, { 0, 0, 10, 0, 10, 0 } },
	{ 4, { 0, 0, 10, 0, 10, 0 } },
	{ 5, { 10, 0, 10, 0, 10, 0 } },
	{ 6, { 10, 10, 10, 0, 10, 0 } },
	{ 9, { 10, 10, 10, 0, 10, 0 } },
	{ 10, { 10, 10, 10, 10, 10, 10 } },
	{ 14, { 10, 10, 20, 10, 20, 10 } },
	{ 15, { 20, 20, 20, 10, 20, 10 } },
	{ 16, { 20, 20, 20, 10, 20, 10 } },
	{ 25, { 30, 20, 30, 20, 30, 20 } },
	{ 35, { 40, 40, 40, 30, 40, 30 } },
	{ -1, { 0, 0, -10, 0, 0, -10 } },
	{ -4, { 0, 0, -10, 0, 0, -10 } },
	{ -5, { -10, 0, -10, 0, 0, -10 } },
	{ -6, { -10, -10, -10, 0, 0, -10 } },
	{ -10, { -10, -10, -10, -10, -10, -10 } },
	{ -15, { -20, -20, -20, -10, -10, -20 } },
	{ -25, { -30, -20, -30, -20, -20, -30 } },
	{ -35, { -40, -40, -40, -30, -30, -40 } },
};

static void
each_mode_rounds_as_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rounding_table / sizeof rounding_table[0]; i++) {
		for (int mode = ROUND_HALF_UP; mode <= ROUND_FLOOR; mode++) {
			struct money rounded;
			assert_true(money_round(money(rounding_table[i].micros), 10,
				(enum rounding)mode, &rounded));
			assert_int_equal(rounded.micros, rounding_table[i].rounded[mode]);
		}
	}
	/* The examples of the header, to the fen. */
	struct money rounded;
	assert_true(money_round(money(445000), 10000, ROUND_HALF_UP, &rounded));
	assert_int_equal(rounded.micros, 450000);
	assert_true(money_round(money(-445000), 10000, ROUND_HALF_UP, &rounded));
	assert_int_equal(rounded.micros, -450000);
}

/* The definition in wide numbers: the two neighbours, and which of them the mode prefers. */
static int128
round_by_definition(int64_t micros, int64_t step, enum rounding mode)
{
	int128 floor = (int128)micros / step * step;
	if (floor > micros)
		floor -= step;
	if (floor == micros)
		return floor;
	int128 ceiling = floor + step;
	int128 outward = micros < 0 ? floor : ceiling;
	int128 inward = micros < 0 ? ceiling : floor;
	int128 nearer = micros - floor < ceiling - micros ? floor : ceiling;
	bool half = micros - floor == ceiling - micros;
	switch (mode) {
	case ROUND_HALF_UP:
		return half ? outward : nearer;
	case ROUND_HALF_EVEN:
		return half ? (floor / step % 2 == 0 ? floor : ceiling) : nearer;
	case ROUND_UP:
		return outward;
	case ROUND_DOWN:
		return inward;
	case ROUND_CEILING:
		return ceiling;
	case ROUND_FLOOR:
		return floor;
	}
	fail();
	return 0;
}

static void
rounding_follows_its_definition_up_to_the_ends_of_the_range(void **state)
{
	(void)state;
	static const int64_t steps[] = { 1, 2, 3, 7, 10, 9999, 10000, 1000000, INT64_MAX / 2,
		INT64_MAX / 2 + 1, INT64_MAX - 1, INT64_MAX };
	static const int64_t centers[] = { 0, 12345678, -12345678, INT64_MAX / 2, INT64_MIN / 2,
		INT64_MAX, INT64_MIN };
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		for (size_t j = 0; j < sizeof centers / sizeof centers[0]; j++) {
			for (int64_t delta = -25; delta <= 25; delta++) {
				int64_t micros;
				if (__builtin_add_overflow(centers[j], delta, &micros))
					continue;
				for (int mode = ROUND_HALF_UP; mode <= ROUND_FLOOR; mode++) {
					int128 exact = round_by_definition(
						micros, steps[i], (enum rounding)mode);
					bool fits = exact >= INT64_MIN && exact <= INT64_MAX;
					struct money rounded = money(77);
					assert_int_equal(money_round(money(micros), steps[i],
								 (enum rounding)mode, &rounded),
						fits);
					assert_int_equal(
						rounded.micros, fits ? (int64_t)exact : 77);
				}
			}
		}
	}
}

static void
modes_are_found_by_their_names_and_nothing_else(void **state)
{
	(void)state;
	static const char *const names[] = { "half_up", "half_even", "up", "down", "ceiling",
		"floor" };
	enum rounding mode = ROUND_FLOOR;
	for (int i = 0; i < 6; i++) {
		assert_true(rounding_parse(text_of(names[i]), &mode));
		assert_int_equal(mode, i);
	}
	assert_false(rounding_parse(TEXT(""), &mode));
	assert_false(rounding_parse(TEXT("half"), &mode));
	assert_false(rounding_parse(TEXT("Up"), &mode));
	assert_false(rounding_parse(TEXT("up\0"), &mode));
	assert_int_equal(mode, ROUND_FLOOR);
}

/* Texts in their canonical form, which are read and written alike. */
static const struct {
	const char *text;
	int64_t micros;
} canonical[] = {
	{ "0.00", 0 },
	{ "0.000001", 1 },
	{ "-0.000001", -1 },
	{ "0.0704", 70400 },
	{ "0.10", 100000 },
	{ "0.11", 110000 },
	{ "0.111", 111000 },
	{ "0.100001", 100001 },
	{ "1.00", 1000000 },
	{ "-1.00", -1000000 },
	{ "9.99", 9990000 },
	{ "10.00", 10000000 },
	{ "12.50", 12500000 },
	{ "5000.00", 5000000000 },
	{ "31625.25", 31625250000 },
	{ "999999999999.999999", 999999999999999999 },
	{ "1000000000000.00", 1000000000000000000 },
	{ "9223372036854.775807", INT64_MAX },
	{ "-9223372036854.775807", -INT64_MAX },
	{ "-9223372036854.775808", INT64_MIN },
};

static void
money_is_written_canonically_and_read_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof canonical / sizeof canonical[0]; i++) {
		char text[MONEY_TEXT_MAX];
		memset(text, '#', sizeof text);
		size_t size = money_format(money(canonical[i].micros), text);
		assert_string_equal(text, canonical[i].text);
		assert_int_equal(size, strlen(canonical[i].text));
		struct money parsed;
		assert_true(money_parse(text_of(canonical[i].text), &parsed));
		assert_int_equal(parsed.micros, canonical[i].micros);
	}
	/* Around each power of ten, where lengths change. */
	for (int64_t power = 1; power <= INT64_MAX / 10; power *= 10) {
		for (int64_t delta = -1; delta <= 1; delta++) {
			for (int sign = -1; sign <= 1; sign += 2) {
				char text[MONEY_TEXT_MAX];
				size_t size = money_format(money(sign * (power + delta)), text);
				struct money parsed;
				assert_true(money_parse((struct text){ text, size }, &parsed));
				assert_int_equal(parsed.micros, sign * (power + delta));
			}
		}
	}
}

static void
other_texts_of_the_same_money_are_read_too(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t micros;
	} cases[] = {
		{ "7", 7000000 },
		{ "-0", 0 },
		{ "-0.00", 0 },
		{ "007.5", 7500000 },
		{ "1.000000", 1000000 },
		{ "00000000000000000000000000000000000000001", 1000000 },
		{ "-9223372036854.775808", INT64_MIN },
		{ "9223372036854", 9223372036854000000 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct money parsed;
		assert_true(money_parse(text_of(cases[i].text), &parsed));
		assert_int_equal(parsed.micros, cases[i].micros);
	}
}

static void
any_other_text_is_refused_and_changes_nothing(void **state)
{
	(void)state;
	static const char *const refused[] = { "", "-", ".", "-.", ".5", "-.5", "5.", "-5.", "+5",
		" 5", "5 ", "5,0", "1,000.00", "1e3", "0x10", "--5", "5-", "5.0.0", "5..0",
		"0.0000001", "1.1234567", "5.-1", "5.1-", "abc", "5a", "0.1a", "nan", "inf",
		"\xef\xbc\x95", "9223372036854.775808", "-9223372036854.775809", "9223372036855",
		"-9223372036855", "18446744073709.551615", "18446744073709.551616",
		"18446744073710", "92233720368547758080000000000",
		"99999999999999999999999999999999999999999" };
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct money parsed = money(77);
		if (money_parse(text_of(refused[i]), &parsed))
			fail_msg("\"%s\" was read", refused[i]);
		assert_int_equal(parsed.micros, 77);
	}
	struct money parsed = money(77);
	assert_false(money_parse(TEXT("5\0"), &parsed));
	assert_false(money_parse(text_of(NULL), &parsed));
}

static void
a_currency_is_three_capital_letters(void **state)
{
	(void)state;
	assert_true(currency_is_valid(TEXT("CNY")));
	assert_true(currency_is_valid(TEXT("AZA")));
	static const char *const refused[] = { "", "CN", "CNYX", "cny", "CN1", "C Y", "C@Y",
		"C[Y" };
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		assert_false(currency_is_valid(text_of(refused[i])));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_differences_and_products_are_exact_or_refused),
		cmocka_unit_test(money_is_ordered_as_numbers_are),
		cmocka_unit_test(each_mode_rounds_as_it_says),
		cmocka_unit_test(rounding_follows_its_definition_up_to_the_ends_of_the_range),
		cmocka_unit_test(modes_are_found_by_their_names_and_nothing_else),
		cmocka_unit_test(money_is_written_canonically_and_read_back),
		cmocka_unit_test(other_texts_of_the_same_money_are_read_too),
		cmocka_unit_test(any_other_text_is_refused_and_changes_nothing),
		cmocka_unit_test(a_currency_is_three_capital_letters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
