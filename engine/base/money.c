#include "money.h"

#include "must.h"

#define DECIMALS_MIN 2
#define DECIMALS_MAX 6

_Static_assert(MONEY_MICROS == 1000000, "six decimals are a micro-unit");

bool
money_add(struct money a, struct money b, struct money *sum)
{
	int64_t micros;
	if (__builtin_add_overflow(a.micros, b.micros, &micros))
		return false;
	sum->micros = micros;
	return true;
}

bool
money_subtract(struct money a, struct money b, struct money *difference)
{
	int64_t micros;
	if (__builtin_sub_overflow(a.micros, b.micros, &micros))
		return false;
	difference->micros = micros;
	return true;
}

bool
money_times(struct money a, int64_t factor, struct money *product)
{
	int64_t micros;
	if (__builtin_mul_overflow(a.micros, factor, &micros))
		return false;
	product->micros = micros;
	return true;
}

static const char *const rounding_names[] = {
	[ROUND_HALF_UP] = "half_up",
	[ROUND_HALF_EVEN] = "half_even",
	[ROUND_UP] = "up",
	[ROUND_DOWN] = "down",
	[ROUND_CEILING] = "ceiling",
	[ROUND_FLOOR] = "floor",
};

bool
rounding_parse(struct text name, enum rounding *mode)
{
	for (size_t i = 0; i < sizeof rounding_names / sizeof rounding_names[0]; i++) {
		if (text_equal(name, text_of(rounding_names[i]))) {
			*mode = (enum rounding)i;
			return true;
		}
	}
	return false;
}

bool
rounding_leaves_zero(enum rounding mode, struct rounding_case number)
{
	must(mode <= ROUND_FLOOR);
	switch (mode) {
	case ROUND_HALF_UP:
		return number.against_half >= 0;
	case ROUND_HALF_EVEN:
		return number.against_half > 0 || (number.against_half == 0 && number.is_odd);
	case ROUND_UP:
		return true;
	case ROUND_DOWN:
		return false;
	case ROUND_CEILING:
		return !number.is_negative;
	case ROUND_FLOOR:
		return number.is_negative;
	}
	return false;
}

bool
money_round(struct money amount, int64_t step_micros, enum rounding mode, struct money *rounded)
{
	must(step_micros > 0);
	int64_t rest = amount.micros % step_micros; /* has the sign of the amount */
	int64_t multiple = amount.micros - rest;    /* the one towards zero */
	if (rest != 0) {
		bool is_negative = rest < 0;
		int64_t below = is_negative ? -rest : rest;
		int64_t above = step_micros - below;
		struct rounding_case number = {
			.is_negative = is_negative,
			.is_odd = multiple / step_micros % 2 != 0,
			.against_half = (below > above) - (below < above),
		};
		if (rounding_leaves_zero(mode, number) &&
			__builtin_add_overflow(
				multiple, is_negative ? -step_micros : step_micros, &multiple))
			return false;
	}
	must(multiple % step_micros == 0);
	rounded->micros = multiple;
	return true;
}

/* Appends a decimal digit to *number; false if `text` is no digit there or the number grows past 64
 * bits. */
static bool
append_digit(uint64_t *number, char digit)
{
	return digit >= '0' && digit <= '9' && !__builtin_mul_overflow(*number, 10, number) &&
		!__builtin_add_overflow(*number, (uint64_t)(digit - '0'), number);
}

bool
money_parse(struct text text, struct money *amount)
{
	bool is_negative = text.size > 0 && text.data[0] == '-';
	size_t at = is_negative ? 1 : 0;
	uint64_t micros = 0; /* of the magnitude */
	size_t digits_from = at;
	while (at < text.size && text.data[at] != '.') {
		if (!append_digit(&micros, text.data[at++]))
			return false;
	}
	if (at == digits_from)
		return false;

	size_t decimals = 0;
	if (at < text.size) {
		at++; /* the point */
		decimals = text.size - at;
		if (decimals < 1 || decimals > DECIMALS_MAX)
			return false;
		while (at < text.size) {
			if (!append_digit(&micros, text.data[at++]))
				return false;
		}
	}
	for (; decimals < DECIMALS_MAX; decimals++) {
		if (!append_digit(&micros, '0'))
			return false;
	}
	if (micros > (uint64_t)INT64_MAX + (is_negative ? 1 : 0))
		return false;
	amount->micros = (int64_t)(is_negative ? -micros : micros);
	return true;
}

/* Writes `count` digits at `at`, with zeros in front; returns where they ended. */
static char *
put_decimals(char *at, uint32_t number, int count)
{
	for (int i = count - 1; i >= 0; i--) {
		at[i] = (char)('0' + number % 10);
		number /= 10;
	}
	return at + count;
}

size_t
money_format(struct money amount, char text[MONEY_TEXT_MAX])
{
	bool is_negative = amount.micros < 0;
	uint64_t magnitude = is_negative ? -(uint64_t)amount.micros : (uint64_t)amount.micros;
	uint64_t units = magnitude / MONEY_MICROS;
	uint32_t fraction = (uint32_t)(magnitude % MONEY_MICROS);

	char *at = text;
	if (is_negative)
		*at++ = '-';
	at += decimal_put(at, units);
	*at++ = '.';
	if (fraction % 10000 == 0) { /* two decimals, as mostly */
		*at++ = (char)('0' + fraction / 100000);
		*at++ = (char)('0' + fraction / 10000 % 10);
	} else {
		int decimals = DECIMALS_MAX;
		for (; fraction % 10 == 0; decimals--)
			fraction /= 10;
		at = put_decimals(at, fraction, decimals);
	}
	*at = '\0';
	must(at - text < MONEY_TEXT_MAX);
	return (size_t)(at - text);
}

bool
currency_is_valid(struct text text)
{
	if (text.size != 3)
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (text.data[i] < 'A' || text.data[i] > 'Z')
			return false;
	}
	return true;
}
