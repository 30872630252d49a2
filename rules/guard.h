/*
 * A limit of a `guard` in a catalog's tests: how far a release may change what a month's charges
 * earned. Testing only lists them (catalog_test.h); whoever has a month's charges holds them against
 * that.
 */
#ifndef SUANPAN_GUARD_H
#define SUANPAN_GUARD_H

#include "../engine/base/bytes.h"
#include "../engine/base/money.h"

/* What is limited: everything, or each one of a kind. */
enum guard_of {
	GUARD_TOTAL,
	GUARD_CUSTOMER,
	GUARD_SEGMENT,
	GUARD_PACKAGE,
	GUARD_ZONE,
	GUARD_LOST, /* how many charges have no price any more */
};

struct guard {
	const struct guard *next; /* as written; NULL: the last */
	struct text file;
	uint32_t line;
	struct text name; /* "a month / customer rises" */
	enum guard_of of;
	bool rises;                 /* else it falls */
	uint32_t parts_per_million; /* of what was charged; 0: `amount` is the limit */
	struct money amount;
	uint64_t count; /* of GUARD_LOST */
};

#endif
