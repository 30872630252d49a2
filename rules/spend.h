/*
 * Who pays what: from the purses that lie there, the catalog's order of paying, and what is to be
 * paid, to what is taken from each. It changes nothing.
 */
#ifndef SUANPAN_SPEND_H
#define SUANPAN_SPEND_H

#include "schedule.h"

/* What is to be paid: usage of a service, or a charge. */
struct purpose {
	uint32_t service;          /* index; NO_INDEX: it is a charge */
	uint32_t zone;             /* of the service's zone map; NO_INDEX: it has none */
	struct charge_name charge; /* else */
};

struct spending {
	const struct image *image;
	const struct purse *purses;
	size_t purse_count;
	const struct purpose *purpose; /* NULL: all of them may pay for it */
	int64_t at_ms;                 /* only what has not expired then pays */
	struct money amount;           /* ≥ 0 */
};

struct taken {
	size_t purse; /* place in purses */
	struct money amount;
};

/* May a deposit or gift pay for it? */
bool stored_pays(const struct stored *stored, const struct purpose *purpose);

/*
 * Fills `list`, which has room for all purses, in the order of paying; returns what nothing pays
 * for. Purses that pay nothing are not in it.
 */
struct money spend_plan(const struct spending *spending, struct taken *list, size_t *count);

#endif
