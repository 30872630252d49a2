/*
 * The search for how much can be granted: the largest quantity for which something holds that holds
 * for all that are smaller, such as that it can be paid. The whole is tried first, since mostly it
 * can be. Whoever asks tries what it says:
 *
 *	struct quota_search search = quota_search_of(asked);
 *	for (int64_t quantity; quota_search_next(&search, &quantity);)
 *		quota_search_tell(&search, can_be_paid(quantity));
 *	granted = search.low;
 *
 * Where it holds for some that are larger than one for which it does not, what is found is one that
 * holds, next to which one more does not.
 */
#ifndef SUANPAN_QUOTA_H
#define SUANPAN_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

struct quota_search {
	int64_t low;  /* holds, or is 0 */
	int64_t high; /* does not; or is all that is asked for, while that … */
	bool whole;   /* … is still to be tried */
	int64_t tried;
};

struct quota_search quota_search_of(int64_t asked); /* ≥ 0 */
/* What to try next; false: it is found. */
bool quota_search_next(struct quota_search *search, int64_t *quantity);
void quota_search_tell(struct quota_search *search, bool holds);

#endif
