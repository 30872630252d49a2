/*
 * Inside of pricing: which discounts take how much off some lines, exactly. The lines are those of
 * an event (discounts.c) or of a bill (bill.c).
 *
 * A set of discounts that may stand together is either all that add, with one of those of which
 * only the best is taken; or one that stands alone. In the order in which they are offered, each
 * member takes its part of a line, at most what the members before it left of it. A percentage is
 * one of what it is on, whatever others took; an amount is taken once, from the first lines that
 * have it. The set that takes most is the one; among equals the first, and those that add up come
 * before those that stand alone.
 */
#ifndef SUANPAN_DISCOUNTS_H
#define SUANPAN_DISCOUNTS_H

#include "rate.h"

#include "../engine/base/ratio.h"

/* Exact amounts are counted in millionths of micro-units: a percentage has at most 4 decimals. */
#define PICOS_PER_MICRO 1000000

/* A discount that may be taken. */
struct offer {
	const struct package *package;
	const struct discount *discount;
	const struct discount_tier *tier; /* NULL: that which each line reaches */
	uint32_t members;                 /* by whose number the tier is; 0: by no number */
	int128 taken;                     /* picos; when all is done, by the set that takes most */
};

struct offer_list {
	struct offer *list;
	size_t count;
	size_t room;
};

struct discounting {
	struct offer *offers; /* in the order in which they take */
	size_t offer_count;
	size_t line_count;
	void *context;
	/* What a discount is on, of a line; discount NULL: the whole line. Never negative. */
	struct money (*base)(void *context, const struct discount *discount, size_t line);
	/* Told of what the set takes, more than nothing; may be NULL. */
	void (*took)(void *context, const struct offer *offer, size_t line, int128 picos);
};

/* Finds the set that takes most, and tells what it takes. */
void discounting_take(const struct discounting *discounting);

/* The tier that an amount, or a count and the unit behind it, reaches. */
const struct discount_tier *discount_tier_at(const struct discount *discount, int64_t reached);

/* An exact amount ≥ 0 as money: rounded if step_micros > 0. False if it is still not whole. */
bool picos_round(int128 picos, int64_t step_micros, enum rounding mode, struct money *rounded);

#endif
