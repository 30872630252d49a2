/*
 * A charge that was replayed (replay.h), for those who count what became of it.
 */
#ifndef SUANPAN_REPLAYED_H
#define SUANPAN_REPLAYED_H

#include "../rules/rate.h"

/* A charge and what it costs. All of it is valid during the call. */
struct replayed {
	const struct image *image; /* of the release that priced it */
	const struct pricing *was; /* by that; refused, if it has no price any more */
	const struct pricing *is;  /* by the other one; refused likewise */
	struct text customer;      /* empty, like the segment, where nobody is known to have it */
	struct text segment;
};

#endif
