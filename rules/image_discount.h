/*
 * Discounts in the image (image.h): what comes off lines that have their price. Those of an event
 * are taken while it is rated (discounts.c), those of a bill when its lines are there (bill.h).
 */
#ifndef SUANPAN_IMAGE_DISCOUNT_H
#define SUANPAN_IMAGE_DISCOUNT_H

#include "../engine/base/money.h"

#include <stdbool.h>
#include <stdint.h>

#define DISCOUNT_WHOLE 1000000 /* parts per million: all of what it is on */

struct serve;
struct meter;

/* Which of the discounts that are on the same lines are taken: whatever takes more off. */
enum discount_stack {
	STACK_BEST,  /* only the one of this kind that takes most, with all that add */
	STACK_ADD,   /* together with all others but those that stand alone */
	STACK_ALONE, /* instead of all others */
};

struct discount_tier {
	/* Members, units of the service, or micro-units of money; INT64_MAX in the last. */
	int64_t up_to;
	uint32_t parts_per_million; /* of what it is on; 0: the amount */
	struct money amount;        /* once an event or bill */
};

struct discount {
	struct text id;
	struct text say; /* key of the text that names it */
	enum discount_stack stack;
	const struct serve *serves; /* none: it is on everything */
	uint32_t serve_count;
	const struct text *bands; /* only what was paid in these; none: on the whole line */
	uint32_t band_count;
	const struct text *needs; /* ids of packages that must be held, too */
	uint32_t need_count;
	int32_t when; /* a function or NO_FUNCTION */
	const struct discount_tier
		*tiers;              /* up_to rises; one if what comes off is always the same */
	uint32_t tier_count;         /* at least 1 */
	bool by_members;             /* tiers go by how many hold the package together */
	const struct meter *counted; /* else by this; NULL: by what it is on */
	int64_t round_step;          /* of a bill's, what comes off; 0: not rounded */
	enum rounding round_mode;
	uint32_t line; /* in its file */
};

#endif
