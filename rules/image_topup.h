/*
 * What top-ups give besides what is paid in, as plain data of the image. Made by build_topups.c;
 * topups.h says which rules apply.
 */
#ifndef SUANPAN_IMAGE_TOPUP_H
#define SUANPAN_IMAGE_TOPUP_H

#include "image_stored.h"

/* So many versions of rules there are at most; lib/topups.lua holds catalogs to it. */
#define TOPUPS_MAX 64

/* One version of a rule: valid for top-ups at from_ms ≤ t < till_ms. */
struct topup {
	struct text id;
	int64_t from_ms;
	int64_t till_ms;
	struct money at_least;
	/* The bonus: an amount, or parts per million of what is paid in; both 0: none. */
	struct money amount;
	int64_t parts_per_million;
	int64_t round_step; /* of the latter */
	enum rounding round_mode;
	bool to_balance;         /* it goes to the balance that is topped up; else it is … */
	struct stored gift;      /* … a gift: how long it is good for, and what it pays for */
	const struct text *pays; /* the same as names, "voice" or "voice.local"; none: everything */
	uint32_t pays_count;
	struct text extends;    /* as it is written, "30 days"; empty: it does not extend */
	uint32_t extends_count; /* the balance expires so many days, months, years later */
	enum cycle extends_every;
	bool is_limited; /* to a customer it is given once … */
	bool each_cycle; /* … in each of these; else ever */
	enum cycle every;
	bool adds; /* it applies besides others; else only if no other does for a higher amount */
	struct text say;
};

#endif
