/*
 * What the charges of a time earned, and what they would have earned by other prices: exact sums in
 * all, by package, segment, zone and customer. Pure counting; nothing here reads a file.
 *
 * A charge that has no price any more would have earned nothing.
 */
#ifndef SUANPAN_EARNINGS_H
#define SUANPAN_EARNINGS_H

#include "replayed.h"

#include "../engine/base/arena.h"

enum earnings_by {
	EARNINGS_PACKAGE,
	EARNINGS_SEGMENT,
	EARNINGS_ZONE,
	EARNINGS_CUSTOMER,
	EARNINGS_BY,
};
const char *earnings_by_name(enum earnings_by by, bool zh); /* "package" … */

struct earning {
	struct text name; /* empty: of what has none, a call without a zone for one */
	uint64_t count;   /* charges, as they were */
	struct money was;
	struct money is;
};

struct earnings_list {
	struct earning *rows;
	size_t count;
	size_t room;
	uint32_t *slots; /* hash table of row numbers from 1 */
	size_t slot_count;
};

struct earnings {
	struct arena arena; /* holds the names */
	struct text currency;
	struct earning total;
	uint64_t refused;              /* charges that have no price any more */
	struct money lost;             /* what those were */
	struct earnings_list refusals; /* those by the code of their refusal */
	struct earnings_list by[EARNINGS_BY];
};

/* All that is counted must be in this currency, which is borrowed. */
void earnings_init(struct earnings *earnings, struct text currency);
void earnings_release(struct earnings *earnings);

/*
 * Counts a charge. STATUS_CONFLICT: it was in another currency; STATUS_LIMIT: a sum is more than
 * money can hold; STATUS_MEMORY. Then the sums are worth nothing.
 */
enum status
earnings_add(struct earnings *earnings, const struct replayed *charge, struct fault *fault);

/* Puts each list in order: of names, but customers those first who would pay most more. Nothing is
 * added after that. */
void earnings_sort(struct earnings *earnings);

/* is − was */
struct money earning_rise(const struct earning *earning);

#endif
