/*
 * Discounts on a bill: what comes off its lines when they are all there. Pure: the same image,
 * holdings and lines give the same discounts.
 *
 * The set that takes most of the whole bill is chosen once (discounts.h). Tiers by amount go by the
 * sum of all lines that a discount is on; without the number of members, one by members takes nothing. What each discount takes is rounded once, if it says how,
 * and all together take no more than there is.
 */
#ifndef SUANPAN_BILL_H
#define SUANPAN_BILL_H

#include "rate.h"

/* What was charged for one service in one zone, by whichever rule. */
struct bill_line {
	struct text service;
	struct text zone;    /* empty if the service has none */
	struct money amount; /* ≥ 0 */
};

struct bill_question {
	const struct image *image;
	int64_t at_ms; /* whose holdings and versions of packages count */
	const struct holding *holdings;
	size_t holding_count;
	const struct bill_line *lines;
	size_t line_count;
};

struct bill_discounts {
	const struct price_discount *list; /* by layer, then as held, then as written */
	size_t count;
	struct money before; /* the sum of the lines */
	struct money off;    /* the sum of the discounts */
};

/*
 * The list lies in the arena, its texts in the image. STATUS_MEMORY without room there, and
 * STATUS_INVALID if the lines sum to more than money can hold.
 */
enum status bill_discount(const struct bill_question *question, struct arena *arena,
	struct bill_discounts *discounts, struct fault *fault);

#endif
