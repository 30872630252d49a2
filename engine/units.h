/*
 * Balances of units: what a customer has of its own to use, beside what packages give.
 *
 * Such a balance may pay for usage of services that are counted in its unit, for what and whom it says,
 * as a balance of money may (purses.h). Its units are facts for rating (rules/rate.h): they pay for whole
 * steps, before money does, and are taken where the pricing says so. They are used in this order: the
 * earliest expiry, then the one that pays for less usage, then for fewer users, then the one that
 * stands first in the account.
 */
#ifndef SUANPAN_UNITS_H
#define SUANPAN_UNITS_H

#include "purses.h"

/* What a request gives of seconds, bytes and items, each NOT_GIVEN or so many: one of them at most. */
struct units_given {
	unsigned count; /* more than 1: it contradicts itself */
	enum unit unit;
	int64_t quantity;
};
struct units_given units_given(int64_t seconds, int64_t bytes, int64_t items);

struct units {
	struct purses purses;  /* in the order of use */
	struct own_units *own; /* as rules see them, at the same places */
};

struct units_question {
	const struct subject *subject;
	const struct image *image;
	const struct usage *usage;
	int64_t at_ms; /* what is valid then, and has not expired by now */
	int64_t now_ms;
	const struct purse_held *changed; /* as in struct purses_question */
	size_t changed_count;
};

/* Those that may pay for the usage; none of an account that is frozen. */
enum purses_outcome units_read(struct call *call, const struct units_question *question,
	struct units *units, struct record_key *cold);

/* Notes what each pays by the pricing. */
void units_take(struct units *units, const struct pricing *pricing);

/* The one of that name, which the pricing has from there. */
struct purse_held *units_named(const struct units *units, struct text name);

#endif
