/*
 * Exact fractions for what happens inside a formula: numerator and denominator of 128 bits, always
 * in lowest terms, denominator positive. Arithmetic returns false on overflow, never a wrong
 * number, and then leaves its result untouched. A product or quotient overflows only if it does not
 * fit itself; a sum also if a term over the common denominator does not. The arguments must be
 * valid.
 */
#ifndef SUANPAN_RATIO_H
#define SUANPAN_RATIO_H

#include "money.h"

__extension__ typedef __int128 int128;

struct ratio {
	int128 numerator;
	int128 denominator; /* > 0 */
};

struct ratio ratio_of(int64_t whole);
/* numerator / denominator in lowest terms; false if the denominator is 0 or on overflow. */
bool ratio_make(int128 numerator, int128 denominator, struct ratio *result);
bool ratio_add(struct ratio a, struct ratio b, struct ratio *sum);
bool ratio_subtract(struct ratio a, struct ratio b, struct ratio *difference);
bool ratio_multiply(struct ratio a, struct ratio b, struct ratio *product);
bool ratio_divide(struct ratio a, struct ratio b, struct ratio *quotient); /* false too if b is 0 */
int ratio_compare(struct ratio a, struct ratio b);
bool ratio_is_valid(struct ratio a);

/*
 * Decimal text of any number of digits that fits, up to 38 decimals: "0.15", "-3", "2.5". The
 * grammar is money_parse's.
 */
bool ratio_parse(struct text text, struct ratio *value);

/*
 * The multiple of `step` nearest by `mode`; step > 0. With step 1/100 and money this is the one
 * rounding of a line.
 */
bool ratio_round(struct ratio value, struct ratio step, enum rounding mode, struct ratio *rounded);

/*
 * Money as a fraction of whole units, and back: false if it is not a whole number of micro-units or
 * out of range.
 */
struct ratio ratio_of_money(struct money amount);
bool ratio_to_money(struct ratio value, struct money *amount);

/*
 * "31625", "-2.5"; a fraction that does not end within 38 decimals is written as "1/3", never as
 * "0.(3)". Returns the length; a zero follows the text.
 */
#define RATIO_TEXT_MAX 88
size_t ratio_format(struct ratio value, char text[RATIO_TEXT_MAX]);

#endif
