/*
 * Money: a signed 64-bit count of micro-units of a currency (12.50 CNY is 12,500,000). The currency
 * stands beside it, in its owner. It is a struct so that `a + b` does not compile: arithmetic is
 * checked, and overflow has a name. Range: ±9,223,372,036,854.775807.
 */
#ifndef SUANPAN_MONEY_H
#define SUANPAN_MONEY_H

#include "bytes.h"

#define MONEY_MICROS 1000000

struct money {
	int64_t micros;
};

/* Each returns false on overflow and leaves the result untouched. */
bool money_add(struct money a, struct money b, struct money *sum);
bool money_subtract(struct money a, struct money b, struct money *difference);
bool money_times(struct money a, int64_t factor, struct money *product);

static inline int
money_compare(struct money a, struct money b)
{
	return (a.micros > b.micros) - (a.micros < b.micros);
}

/* How a number that is not a multiple of the step becomes one. */
enum rounding {
	ROUND_HALF_UP, /* to the nearest, halves away from zero: 0.445 → 0.45, -0.445 → -0.45 */
	ROUND_HALF_EVEN, /* to the nearest, halves to the even multiple */
	ROUND_UP,        /* away from zero */
	ROUND_DOWN,      /* towards zero */
	ROUND_CEILING,   /* towards plus infinity */
	ROUND_FLOOR,     /* towards minus infinity */
};

/* "half_up" … ; false if the name is unknown. */
bool rounding_parse(struct text name, enum rounding *mode);

/*
 * A number that lies between two multiples of the step, as rounding sees it. For money.c and
 * ratio.c.
 */
struct rounding_case {
	bool is_negative;
	bool is_odd;      /* the multiple towards zero is an odd number of steps */
	int against_half; /* below -1, at 0 or beyond 1 the middle, seen from zero */
};

/* Whether that number becomes the multiple away from zero, rather than the one towards it. */
bool rounding_leaves_zero(enum rounding mode, struct rounding_case number);

/* Rounds to a multiple of `step` (> 0 micro-units). False on overflow. */
bool
money_round(struct money amount, int64_t step_micros, enum rounding mode, struct money *rounded);

/*
 * Decimal text to money: an optional minus, digits, and optionally a point with 1 to 6 digits:
 * "12.50", "-0.000001", "7". No plus, blanks, exponents, thousands marks or bare points. False if
 * the text is anything else or out of range.
 */
bool money_parse(struct text text, struct money *amount);

/*
 * The canonical text, with at least 2 and at most 6 decimals: "12.50", "0.0704". Returns its
 * length; a zero follows it. money_parse of it gives the same money.
 */
#define MONEY_TEXT_MAX 24
size_t money_format(struct money amount, char text[MONEY_TEXT_MAX]);

/* Three capital letters, as ISO 4217 writes a currency. */
bool currency_is_valid(struct text text);

#endif
