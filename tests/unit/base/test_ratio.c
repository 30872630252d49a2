#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "../../../engine/base/ratio.h"

/*
 * Besides these tests, 200,000 random operations over the whole range of 128 bits (arithmetic,
 * order, rounding, text, and what is refused) were compared with Python's fractions.Fraction when
 * this was written.
 */
#define HIGHEST ((int128)((~(unsigned __int128)0) >> 1))
#define LOWEST (-HIGHEST - 1)

/* The fraction, which must exist. */
static struct ratio
ratio(int128 numerator, int128 denominator)
{
	struct ratio made;
	assert_true(ratio_make(numerator, denominator, &made));
	assert_true(ratio_is_valid(made));
	return made;
}

static void
assert_ratio(struct ratio actual, int128 numerator, int128 denominator)
{
	assert_true(ratio_is_valid(actual));
	if (actual.numerator != numerator || actual.denominator != denominator) {
		char text[RATIO_TEXT_MAX];
		ratio_format(actual, text);
		fail_msg("it is %s", text);
	}
}

static void
a_fraction_is_made_in_lowest_terms_with_the_sign_above(void **state)
{
	(void)state;
	assert_ratio(ratio(6, 4), 3, 2);
	assert_ratio(ratio(-6, 4), -3, 2);
	assert_ratio(ratio(6, -4), -3, 2);
	assert_ratio(ratio(-6, -4), 3, 2);
	assert_ratio(ratio(0, -7), 0, 1);
	assert_ratio(ratio(0, LOWEST), 0, 1);
	assert_ratio(ratio_of(INT64_MIN), INT64_MIN, 1);
	struct ratio result = { 77, 1 };
	assert_false(ratio_make(1, 0, &result));
	assert_false(ratio_make(0, 0, &result));
	assert_int_equal((int64_t)result.numerator, 77);
}

static void
the_ends_of_the_range_are_made_if_they_fit(void **state)
{
	(void)state;
	assert_ratio(ratio(HIGHEST, 1), HIGHEST, 1);
	assert_ratio(ratio(LOWEST, 1), LOWEST, 1);
	assert_ratio(ratio(LOWEST, LOWEST), 1, 1);
	assert_ratio(ratio(LOWEST, -2), (int128)1 << 126, 1);
	assert_ratio(ratio(2, LOWEST), -1, (int128)1 << 126);
	assert_ratio(ratio(LOWEST, HIGHEST), LOWEST, HIGHEST);
	struct ratio result;
	assert_false(ratio_make(LOWEST, -1, &result));
	assert_false(ratio_make(1, LOWEST, &result));
	assert_false(ratio_make(HIGHEST, LOWEST, &result));
}

static void
only_lowest_terms_over_a_positive_number_are_valid(void **state)
{
	(void)state;
	assert_true(ratio_is_valid((struct ratio){ 0, 1 }));
	assert_false(ratio_is_valid((struct ratio){ 0, 2 }));
	assert_false(ratio_is_valid((struct ratio){ 2, 4 }));
	assert_false(ratio_is_valid((struct ratio){ 1, 0 }));
	assert_false(ratio_is_valid((struct ratio){ 1, -2 }));
}

/* Every pair of small fractions against arithmetic on their numerators over a common denominator.
 */
static void
small_fractions_follow_school_arithmetic(void **state)
{
	(void)state;
	for (int an = -7; an <= 7; an++) {
		for (int ad = 1; ad <= 7; ad++) {
			for (int bn = -7; bn <= 7; bn++) {
				for (int bd = 1; bd <= 7; bd++) {
					struct ratio a = ratio(an, ad);
					struct ratio b = ratio(bn, bd);
					struct ratio c;
					struct ratio expected = ratio(an * bd + bn * ad, ad * bd);
					assert_true(ratio_add(a, b, &c));
					assert_ratio(c, expected.numerator, expected.denominator);
					expected = ratio(an * bd - bn * ad, ad * bd);
					assert_true(ratio_subtract(a, b, &c));
					assert_ratio(c, expected.numerator, expected.denominator);
					expected = ratio(an * bn, ad * bd);
					assert_true(ratio_multiply(a, b, &c));
					assert_ratio(c, expected.numerator, expected.denominator);
					assert_int_equal(ratio_divide(a, b, &c), bn != 0);
					if (bn != 0) {
						expected = ratio(an * bd, ad * bn);
						assert_ratio(c, expected.numerator,
							expected.denominator);
					}
					int left = an * bd;
					int right = bn * ad;
					assert_int_equal(ratio_compare(a, b),
						(left > right) - (left < right));
				}
			}
		}
	}
}

static void
what_fits_after_reduction_does_not_overflow(void **state)
{
	(void)state;
	struct ratio result;
	/* Reduced across before it is multiplied. */
	assert_true(ratio_multiply(ratio(HIGHEST, 3), ratio(3, HIGHEST), &result));
	assert_ratio(result, 1, 1);
	assert_true(ratio_divide(ratio(HIGHEST, 7), ratio(HIGHEST, 5), &result));
	assert_ratio(result, 5, 7);
	assert_true(ratio_multiply(ratio(LOWEST, 1), ratio(-1, 2), &result));
	assert_ratio(result, (int128)1 << 126, 1);
	assert_true(ratio_divide(ratio(LOWEST, 1), ratio(LOWEST, 1), &result));
	assert_ratio(result, 1, 1);
	/* Over the least common denominator, not the product of both. */
	int128 large = HIGHEST / 4;
	assert_true(ratio_add(ratio(1, large), ratio(1, large), &result));
	assert_true(ratio_subtract(ratio(1, large), ratio(1, large), &result));
	assert_ratio(result, 0, 1);
	assert_true(ratio_add(ratio(HIGHEST, 1), ratio(LOWEST, 1), &result));
	assert_ratio(result, -1, 1);
}

static void
what_does_not_fit_is_refused_and_changes_nothing(void **state)
{
	(void)state;
	struct ratio result = { 77, 1 };
	assert_false(ratio_add(ratio(HIGHEST, 1), ratio(1, 1), &result));
	assert_false(ratio_add(ratio(LOWEST, 1), ratio(-1, 1), &result));
	assert_false(ratio_subtract(ratio(LOWEST, 1), ratio(1, 1), &result));
	assert_false(ratio_subtract(ratio(0, 1), ratio(LOWEST, 1), &result));
	assert_false(ratio_add(ratio(1, HIGHEST), ratio(1, HIGHEST - 1), &result));
	assert_false(ratio_multiply(ratio(HIGHEST, 1), ratio(2, 1), &result));
	assert_false(ratio_multiply(ratio(1, HIGHEST), ratio(1, 2), &result));
	assert_false(ratio_multiply(ratio(LOWEST, 1), ratio(-1, 1), &result));
	assert_false(ratio_divide(ratio(1, 1), ratio(LOWEST, 1), &result));
	assert_false(ratio_divide(ratio(1, 1), ratio(0, 1), &result));
	assert_int_equal((int64_t)result.numerator, 77);
	assert_int_equal((int64_t)result.denominator, 1);
}

static void
order_needs_no_room(void **state)
{
	(void)state;
	assert_int_equal(
		ratio_compare(ratio(HIGHEST, HIGHEST - 1), ratio(HIGHEST - 1, HIGHEST - 2)), -1);
	assert_int_equal(
		ratio_compare(ratio(1 - HIGHEST, HIGHEST), ratio(-HIGHEST, HIGHEST - 1)), 1);
	assert_int_equal(ratio_compare(ratio(LOWEST, 1), ratio(HIGHEST, 1)), -1);
	assert_int_equal(ratio_compare(ratio(LOWEST, 1), ratio(LOWEST, 1)), 0);
	assert_int_equal(ratio_compare(ratio(LOWEST, 3), ratio(LOWEST, 1)), 1);
	assert_int_equal(ratio_compare(ratio(1, HIGHEST), ratio(0, 1)), 1);
	assert_int_equal(ratio_compare(ratio(-1, HIGHEST), ratio(0, 1)), -1);
}

/* A repeatable sequence (xorshift); numbers of all lengths up to 40 bits, so that products fit. */
static uint64_t random_state;

static int64_t
random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	int64_t magnitude = (int64_t)(random_state >> 24 >> random_state % 40);
	return random_state & 0x800 ? -magnitude : magnitude;
}

static void
random_fractions_obey_the_laws_of_arithmetic(void **state)
{
	(void)state;
	uint64_t seed = (uint64_t)time(NULL) | 1;
	print_message("seed %llu\n", (unsigned long long)seed);
	random_state = seed;
	for (int i = 0; i < 100000; i++) {
		int64_t bn = random_number();
		int64_t bd = random_number() | 1;
		struct ratio a = ratio(random_number(), random_number() | 1);
		struct ratio b = ratio(bn, bd);
		struct ratio c;
		int128 left = a.numerator * b.denominator; /* 80 bits: exact */
		int128 right = b.numerator * a.denominator;
		assert_int_equal(ratio_compare(a, b), (left > right) - (left < right));
		assert_true(ratio_add(a, b, &c));
		/* c = (left + right) / (denominators), checked without division. */
		struct ratio expected = ratio(left + right, a.denominator * b.denominator);
		assert_ratio(c, expected.numerator, expected.denominator);
		assert_true(ratio_subtract(c, b, &c));
		assert_ratio(c, a.numerator, a.denominator);
		if (b.numerator == 0)
			continue;
		assert_true(ratio_multiply(a, b, &c));
		expected = ratio(a.numerator * b.numerator, a.denominator * b.denominator);
		assert_ratio(c, expected.numerator, expected.denominator);
		assert_true(ratio_divide(c, b, &c));
		assert_ratio(c, a.numerator, a.denominator);
	}
}

static void
rounding_of_money_and_of_fractions_agree(void **state)
{
	(void)state;
	static const int64_t steps[] = { 1, 2, 3, 10, 9999, 10000, 1000000, INT64_MAX };
	static const int64_t centers[] = { 0, 445000, -445000, INT64_MAX, INT64_MIN };
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		for (size_t j = 0; j < sizeof centers / sizeof centers[0]; j++) {
			for (int64_t delta = -15000; delta <= 15000;
				delta += delta % 5 == 0 ? 1 : 4) {
				struct money amount;
				if (__builtin_add_overflow(centers[j], delta, &amount.micros))
					continue;
				for (int mode = ROUND_HALF_UP; mode <= ROUND_FLOOR; mode++) {
					struct money as_money = { 77 };
					bool fits = money_round(
						amount, steps[i], (enum rounding)mode, &as_money);
					struct ratio rounded;
					assert_true(ratio_round(ratio_of_money(amount),
						ratio(steps[i], MONEY_MICROS), (enum rounding)mode,
						&rounded));
					struct money back = { 77 };
					assert_int_equal(ratio_to_money(rounded, &back), fits);
					assert_int_equal(back.micros, as_money.micros);
				}
			}
		}
	}
}

static void
fractions_between_steps_round_by_each_mode(void **state)
{
	(void)state;
	static const struct {
		int numerator;
		int denominator;
		int rounded[6]; /* in steps, in the order of enum rounding */
	} cases[] = {
		/* half_up half_even up down ceiling floor */
		{ 1, 3, { 0, 0, 1, 0, 1, 0 } },
		{ 2, 3, { 1, 1, 1, 0, 1, 0 } },
		{ 1, 2, { 1, 0, 1, 0, 1, 0 } },
		{ 3, 2, { 2, 2, 2, 1, 2, 1 } },
		{ 5, 2, { 3, 2, 3, 2, 3, 2 } },
		{ -1, 3, { 0, 0, -1, 0, 0, -1 } },
		{ -2, 3, { -1, -1, -1, 0, 0, -1 } },
		{ -1, 2, { -1, 0, -1, 0, 0, -1 } },
		{ -3, 2, { -2, -2, -2, -1, -1, -2 } },
		{ -5, 2, { -3, -2, -3, -2, -2, -3 } },
		{ -4, 1, { -4, -4, -4, -4, -4, -4 } },
	};
	struct ratio step = ratio(3, 700);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (int mode = ROUND_HALF_UP; mode <= ROUND_FLOOR; mode++) {
			struct ratio value = ratio(
				3 * cases[i].numerator, 700 * cases[i].denominator);
			struct ratio rounded;
			assert_true(ratio_round(value, step, (enum rounding)mode, &rounded));
			struct ratio expected = ratio(3 * cases[i].rounded[mode], 700);
			assert_ratio(rounded, expected.numerator, expected.denominator);
		}
	}
	struct ratio rounded = { 77, 1 };
	assert_false(ratio_round(ratio(HIGHEST, 1), ratio(1, 2), ROUND_DOWN, &rounded));
	assert_false(ratio_round(ratio(HIGHEST, 1), ratio(5, 1), ROUND_UP, &rounded));
	assert_int_equal((int64_t)rounded.numerator, 77);
	assert_true(ratio_round(ratio(HIGHEST, 2), ratio(1, 1), ROUND_UP, &rounded));
	assert_ratio(rounded, (int128)1 << 126, 1);
	assert_true(ratio_round(ratio(LOWEST, 1), ratio(1, 1), ROUND_UP, &rounded));
	assert_ratio(rounded, LOWEST, 1);
}

static void
only_whole_micro_units_within_range_become_money(void **state)
{
	(void)state;
	struct money amount = { 77 };
	assert_false(ratio_to_money(ratio(1, 3), &amount));
	assert_false(ratio_to_money(ratio(1, 10000000), &amount));
	assert_false(ratio_to_money(ratio(1, 64 * 128), &amount));
	assert_false(ratio_to_money(ratio((int128)INT64_MAX + 1, MONEY_MICROS), &amount));
	assert_false(ratio_to_money(ratio((int128)INT64_MIN - 1, MONEY_MICROS), &amount));
	assert_false(ratio_to_money(ratio(HIGHEST, 1), &amount));
	assert_false(ratio_to_money(ratio(LOWEST, 1), &amount));
	assert_false(ratio_to_money(ratio_of(INT64_MAX), &amount));
	assert_int_equal(amount.micros, 77);
	static const int64_t micros[] = { 0, 1, -1, 12500000, 70400, INT64_MAX, INT64_MIN };
	for (size_t i = 0; i < sizeof micros / sizeof micros[0]; i++) {
		struct ratio value = ratio_of_money((struct money){ micros[i] });
		assert_true(ratio_is_valid(value));
		assert_true(ratio_to_money(value, &amount));
		assert_int_equal(amount.micros, micros[i]);
	}
}

static void
decimal_texts_are_read_exactly(void **state)
{
	(void)state;
	struct ratio value;
	assert_true(ratio_parse(TEXT("0.15"), &value));
	assert_ratio(value, 3, 20);
	assert_true(ratio_parse(TEXT("-3"), &value));
	assert_ratio(value, -3, 1);
	assert_true(ratio_parse(TEXT("-0.0"), &value));
	assert_ratio(value, 0, 1);
	assert_true(ratio_parse(TEXT("2.50"), &value));
	assert_ratio(value, 5, 2);
	assert_true(ratio_parse(TEXT("170141183460469231731687303715884105727"), &value));
	assert_ratio(value, HIGHEST, 1);
	assert_true(ratio_parse(TEXT("-170141183460469231731687303715884105728"), &value));
	assert_ratio(value, LOWEST, 1);
	/* Zeros in front and behind add nothing, however many. */
	assert_true(ratio_parse(TEXT("000000000000000000000000000000000000000000000000001.5"
				     "00000000000000000000000000000000000000000000000000"),
		&value));
	assert_ratio(value, 3, 2);
	assert_true(ratio_parse(TEXT("1.00000000000000000000000000000000000000000000"), &value));
	assert_ratio(value, 1, 1);
	assert_true(ratio_parse(TEXT("0.00000000000000000000000000000000000001"), &value));
	assert_true(value.numerator == 1 && value.denominator > HIGHEST / 2);
}

static void
other_texts_are_no_fractions(void **state)
{
	(void)state;
	static const char *const refused[] = { "", "-", ".", "-.", ".5", "5.", "-5.", "+5", " 5",
		"5 ", "1e3", "1/3", "5.0.0", "5..0", "5.0.", "5.-1", "abc", "5a", "0.1a", "5.a",
		"--5", "170141183460469231731687303715884105728",
		"-170141183460469231731687303715884105729",
		"999999999999999999999999999999999999999999",
		"0.000000000000000000000000000000000000001",
		"340282366920938463463374607431768211456" };
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct ratio value = { 77, 1 };
		if (ratio_parse(text_of(refused[i]), &value))
			fail_msg("\"%s\" was read", refused[i]);
		assert_int_equal((int64_t)value.numerator, 77);
	}
}

static void
fractions_that_end_are_written_as_decimals_and_others_as_fractions(void **state)
{
	(void)state;
	static const char *const decimals[] = { "0", "31625", "-2.5", "0.15", "-0.000001",
		"2635.45", "0.015625", "170141183460469231731687303715884105727",
		"-170141183460469231731687303715884105728",
		"0.00000000000000000000000000000000000001" };
	char text[RATIO_TEXT_MAX];
	for (size_t i = 0; i < sizeof decimals / sizeof decimals[0]; i++) {
		struct ratio value;
		assert_true(ratio_parse(text_of(decimals[i]), &value));
		memset(text, '#', sizeof text);
		assert_int_equal(ratio_format(value, text), strlen(decimals[i]));
		assert_string_equal(text, decimals[i]);
	}
	ratio_format(ratio(1, 3), text);
	assert_string_equal(text, "1/3");
	ratio_format(ratio(-39523, 15), text);
	assert_string_equal(text, "-39523/15");
	/* It ends, but not within 38 decimals. */
	ratio_format(ratio(1, (int128)1 << 39), text);
	assert_string_equal(text, "1/549755813888");
	assert_int_equal(ratio_format(ratio(LOWEST, HIGHEST), text), 80);
	assert_string_equal(text,
		"-170141183460469231731687303715884105728/170141183460469231731687303715884105727");
	/* The longest decimals: a quarter of the largest number, and most decimals. */
	ratio_format(ratio(LOWEST + 1, 4), text);
	assert_string_equal(text, "-42535295865117307932921825928971026431.75");
	ratio_format(ratio(-HIGHEST, (int128)1 << 38), text);
	assert_true(strlen(text) < 88 && strchr(text, '.') != NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fraction_is_made_in_lowest_terms_with_the_sign_above),
		cmocka_unit_test(the_ends_of_the_range_are_made_if_they_fit),
		cmocka_unit_test(only_lowest_terms_over_a_positive_number_are_valid),
		cmocka_unit_test(small_fractions_follow_school_arithmetic),
		cmocka_unit_test(what_fits_after_reduction_does_not_overflow),
		cmocka_unit_test(what_does_not_fit_is_refused_and_changes_nothing),
		cmocka_unit_test(order_needs_no_room),
		cmocka_unit_test(random_fractions_obey_the_laws_of_arithmetic),
		cmocka_unit_test(rounding_of_money_and_of_fractions_agree),
		cmocka_unit_test(fractions_between_steps_round_by_each_mode),
		cmocka_unit_test(only_whole_micro_units_within_range_become_money),
		cmocka_unit_test(decimal_texts_are_read_exactly),
		cmocka_unit_test(other_texts_are_no_fractions),
		cmocka_unit_test(
			fractions_that_end_are_written_as_decimals_and_others_as_fractions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
