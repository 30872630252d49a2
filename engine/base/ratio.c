#include "ratio.h"

#include "must.h"

/*
 * Inside, a fraction's two magnitudes are unsigned and its sign stands apart: a signed 128-bit
 * product has no overflow check on all compilers, and -2^127 has no positive twin.
 */
__extension__ typedef unsigned __int128 uint128;

#define INT128_MAGNITUDE_MAX (((uint128)1 << 127) - 1)
#define LOW_HALF ((uint128)UINT64_MAX)

/* Decimals that a text may have: 10 to this power is the largest that fits. */
#define DECIMALS_MAX 38

static uint128
magnitude_of(int128 number)
{
	return number < 0 ? -(uint128)number : (uint128)number;
}

/* The signed number; false if it does not fit. */
static bool
sign_apply(bool is_negative, uint128 magnitude, int128 *number)
{
	if (magnitude > INT128_MAGNITUDE_MAX + (is_negative ? 1 : 0))
		return false;
	*number = (int128)(is_negative ? -magnitude : magnitude);
	return true;
}

struct wide {
	uint128 high;
	uint128 low;
};

/* The product of 256 bits, by the halves of its factors as one multiplies on paper. */
static struct wide
multiply_wide(uint128 a, uint128 b)
{
	uint128 low = (a & LOW_HALF) * (b & LOW_HALF);
	uint128 middle = (a >> 64) * (b & LOW_HALF) + (low >> 64);
	uint128 other = (a & LOW_HALF) * (b >> 64) + (middle & LOW_HALF);
	return (struct wide){
		.high = (a >> 64) * (b >> 64) + (middle >> 64) + (other >> 64),
		.low = (other << 64) | (low & LOW_HALF),
	};
}

static bool
multiply(uint128 a, uint128 b, uint128 *product)
{
	struct wide wide = multiply_wide(a, b);
	if (wide.high != 0)
		return false;
	*product = wide.low;
	return true;
}

static uint64_t
divisor_of_words(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* The greatest common divisor; of 0 and n it is n. 128-bit division is slow, so it ends in words.
 */
static uint128
divisor_of(uint128 a, uint128 b)
{
	while (b != 0 && ((a | b) >> 64) != 0) {
		uint128 rest = a % b;
		a = b;
		b = rest;
	}
	return b == 0 ? a : divisor_of_words((uint64_t)a, (uint64_t)b);
}

bool
ratio_is_valid(struct ratio a)
{
	return a.denominator > 0 &&
		divisor_of(magnitude_of(a.numerator), (uint128)a.denominator) == 1;
}

struct ratio
ratio_of(int64_t whole)
{
	return (struct ratio){ .numerator = whole, .denominator = 1 };
}

/* The fraction of two magnitudes in lowest terms and a sign, if it fits. */
static bool
ratio_of_magnitudes(bool is_negative, uint128 numerator, uint128 denominator, struct ratio *result)
{
	struct ratio made;
	if (!sign_apply(is_negative, numerator, &made.numerator) ||
		!sign_apply(false, denominator, &made.denominator))
		return false;
	must(made.denominator > 0);
	*result = made;
	return true;
}

bool
ratio_make(int128 numerator, int128 denominator, struct ratio *result)
{
	if (denominator == 0)
		return false;
	uint128 above = magnitude_of(numerator);
	uint128 below = magnitude_of(denominator);
	uint128 common = divisor_of(above, below);
	return ratio_of_magnitudes(
		(numerator < 0) != (denominator < 0), above / common, below / common, result);
}

/*
 * Over the least common denominator. What the sum and the common factor of the denominators share
 * is all that can be reduced (Knuth, The Art of Computer Programming, 4.5.1).
 */
bool
ratio_add(struct ratio a, struct ratio b, struct ratio *sum)
{
	must(a.denominator > 0 && b.denominator > 0);
	uint128 common = divisor_of((uint128)a.denominator, (uint128)b.denominator);
	uint128 a_share = (uint128)a.denominator / common;
	uint128 b_share = (uint128)b.denominator / common;
	uint128 magnitude;
	int128 a_term;
	int128 b_term;
	int128 total;
	if (!multiply(magnitude_of(a.numerator), b_share, &magnitude) ||
		!sign_apply(a.numerator < 0, magnitude, &a_term) ||
		!multiply(magnitude_of(b.numerator), a_share, &magnitude) ||
		!sign_apply(b.numerator < 0, magnitude, &b_term) ||
		__builtin_add_overflow(a_term, b_term, &total))
		return false;

	uint128 shared = divisor_of(magnitude_of(total), common);
	uint128 denominator;
	if (!multiply(a_share, (uint128)b.denominator / shared, &denominator))
		return false;
	return ratio_of_magnitudes(total < 0, magnitude_of(total) / shared, denominator, sum);
}

bool
ratio_subtract(struct ratio a, struct ratio b, struct ratio *difference)
{
	int128 negated;
	if (__builtin_sub_overflow((int128)0, b.numerator, &negated))
		return false;
	return ratio_add(a, (struct ratio){ negated, b.denominator }, difference);
}

/* a × b, b given as its sign and magnitudes. Reduced across before it is multiplied, so what fits
 * does not overflow. */
static bool
multiply_by(struct ratio a, bool is_negative, uint128 numerator, uint128 denominator,
	struct ratio *product)
{
	uint128 a_numerator = magnitude_of(a.numerator);
	uint128 a_denominator = (uint128)a.denominator;
	uint128 falling = divisor_of(a_numerator, denominator);
	uint128 rising = divisor_of(numerator, a_denominator);
	uint128 above;
	uint128 below;
	if (!multiply(a_numerator / falling, numerator / rising, &above) ||
		!multiply(a_denominator / rising, denominator / falling, &below))
		return false;
	return ratio_of_magnitudes((a.numerator < 0) != is_negative, above, below, product);
}

bool
ratio_multiply(struct ratio a, struct ratio b, struct ratio *product)
{
	must(a.denominator > 0 && b.denominator > 0);
	return multiply_by(
		a, b.numerator < 0, magnitude_of(b.numerator), (uint128)b.denominator, product);
}

bool
ratio_divide(struct ratio a, struct ratio b, struct ratio *quotient)
{
	must(a.denominator > 0 && b.denominator > 0);
	if (b.numerator == 0)
		return false;
	return multiply_by(
		a, b.numerator < 0, (uint128)b.denominator, magnitude_of(b.numerator), quotient);
}

int
ratio_compare(struct ratio a, struct ratio b)
{
	must(a.denominator > 0 && b.denominator > 0);
	bool is_negative = a.numerator < 0;
	if (is_negative != (b.numerator < 0))
		return is_negative ? -1 : 1;
	struct wide left = multiply_wide(magnitude_of(a.numerator), (uint128)b.denominator);
	struct wide right = multiply_wide(magnitude_of(b.numerator), (uint128)a.denominator);
	int order = left.high != right.high ? (left.high > right.high) - (left.high < right.high)
					    : (left.low > right.low) - (left.low < right.low);
	return is_negative ? -order : order;
}

/* The digits of a decimal text, its point left out, and how many of them are decimals. */
struct decimal {
	bool is_negative;
	uint128 digits;
	int decimals;
};

static bool
decimal_append(struct decimal *decimal, char digit)
{
	if (digit < '0' || digit > '9')
		return false;
	uint128 grown;
	if (!multiply(decimal->digits, 10, &grown))
		return false;
	return !__builtin_add_overflow(grown, (uint128)(digit - '0'), &decimal->digits);
}

/* Reads the digits from `from` up to the point or the end; at least one. Moves *from. */
static bool
decimal_append_run(struct decimal *decimal, struct text text, size_t *from)
{
	size_t at = *from;
	for (; at < text.size && text.data[at] != '.'; at++) {
		if (!decimal_append(decimal, text.data[at]))
			return false;
	}
	bool any = at > *from;
	*from = at;
	return any;
}

static uint128
power_of_ten(int exponent)
{
	must(exponent >= 0 && exponent <= DECIMALS_MAX);
	uint128 power = 1;
	for (int i = 0; i < exponent; i++)
		power *= 10;
	return power;
}

bool
ratio_parse(struct text text, struct ratio *value)
{
	struct decimal decimal = { .is_negative = text.size > 0 && text.data[0] == '-' };
	size_t at = decimal.is_negative ? 1 : 0;
	if (!decimal_append_run(&decimal, text, &at))
		return false;
	if (at < text.size) {
		size_t decimals_from = ++at; /* behind the point */
		/* Zeros at the end add nothing and shall not overflow; the first decimal must be
		 * there. */
		while (text.size > decimals_from + 1 && text.data[text.size - 1] == '0')
			text.size--;
		if (text.size - decimals_from > DECIMALS_MAX ||
			!decimal_append_run(&decimal, text, &at) || at != text.size)
			return false;
		decimal.decimals = (int)(text.size - decimals_from);
	}
	uint128 denominator = power_of_ten(decimal.decimals);
	uint128 common = divisor_of(decimal.digits, denominator);
	return ratio_of_magnitudes(
		decimal.is_negative, decimal.digits / common, denominator / common, value);
}

/* The whole number that `value` rounds to. */
static bool
round_to_whole(struct ratio value, enum rounding mode, int128 *whole)
{
	uint128 magnitude = magnitude_of(value.numerator);
	uint128 denominator = (uint128)value.denominator;
	uint128 multiple = magnitude / denominator;
	uint128 below = magnitude % denominator;
	if (below != 0) {
		uint128 above = denominator - below;
		struct rounding_case number = {
			.is_negative = value.numerator < 0,
			.is_odd = multiple % 2 != 0,
			.against_half = (below > above) - (below < above),
		};
		if (rounding_leaves_zero(mode, number))
			multiple++; /* a rest means a denominator of 2 or more: far from the end */
	}
	return sign_apply(value.numerator < 0, multiple, whole);
}

bool
ratio_round(struct ratio value, struct ratio step, enum rounding mode, struct ratio *rounded)
{
	must(step.numerator > 0);
	struct ratio steps;
	if (!ratio_divide(value, step, &steps))
		return false;
	struct ratio whole = { .denominator = 1 };
	if (!round_to_whole(steps, mode, &whole.numerator))
		return false;
	return ratio_multiply(whole, step, rounded);
}

struct ratio
ratio_of_money(struct money amount)
{
	struct ratio value;
	bool made = ratio_make(amount.micros, MONEY_MICROS, &value);
	must(made);
	return value;
}

bool
ratio_to_money(struct ratio value, struct money *amount)
{
	must(value.denominator > 0);
	if (value.denominator > MONEY_MICROS || MONEY_MICROS % value.denominator != 0)
		return false;
	if (value.numerator > INT64_MAX || value.numerator < INT64_MIN)
		return false;
	int128 micros = value.numerator * (MONEY_MICROS / value.denominator);
	if (micros > INT64_MAX || micros < INT64_MIN)
		return false;
	amount->micros = (int64_t)micros;
	return true;
}

static char *
put_digits(char *at, uint128 number, int count_min)
{
	char digits[40];
	int count = 0;
	for (; number > 0 || count < count_min; number /= 10)
		digits[count++] = (char)('0' + (int)(number % 10));
	while (count > 0)
		*at++ = digits[--count];
	return at;
}

/* How many decimals a fraction with this denominator has, or -1 if it does not end (or not soon
 * enough). */
static int
decimals_of(uint128 denominator)
{
	int decimals = 0;
	for (uint128 power = 1; power % denominator != 0; power *= 10) {
		if (decimals++ == DECIMALS_MAX)
			return -1;
	}
	return decimals;
}

size_t
ratio_format(struct ratio value, char text[RATIO_TEXT_MAX])
{
	must(value.denominator > 0);
	uint128 numerator = magnitude_of(value.numerator);
	uint128 denominator = (uint128)value.denominator;
	uint128 whole = numerator / denominator;
	uint128 rest = numerator % denominator;

	char *at = text;
	if (value.numerator < 0)
		*at++ = '-';
	int decimals = decimals_of(denominator);
	if (decimals >= 0) {
		at = put_digits(at, whole, 1);
		if (decimals > 0) {
			*at++ = '.';
			at = put_digits(
				at, rest * (power_of_ten(decimals) / denominator), decimals);
		}
	} else {
		at = put_digits(at, numerator, 1);
		*at++ = '/';
		at = put_digits(at, denominator, 1);
	}
	*at = '\0';
	must(at - text < RATIO_TEXT_MAX);
	return (size_t)(at - text);
}
