/*
 * A charge while it is decided: shared by charge.c, which decides, charge_price.c, which asks the
 * rules, and charge_entry.c, which does what was decided, only.
 */
#ifndef SUANPAN_CHARGE_PARTS_H
#define SUANPAN_CHARGE_PARTS_H

#include "notice.h"
#include "once.h"
#include "payers.h"
#include "purses.h"
#include "subject.h"
#include "units.h"

/* One charge (or enquiry) while it is decided. */
struct deciding {
	struct call *call;
	const struct usage_params *params;
	const struct loaded_release *release;
	bool enquiry; /* rate, charge.check: no id, no entry */
	struct usage usage;
	struct once once;
	struct subject subject;
	struct units units; /* balances of units that may pay; what they do, once it settles */
	struct pricing pricing;
	bool holds_counters; /* of what was counted so far, sessions hold something */
	/* Filled when it settles: who pays before the account, and besides its main balance. */
	struct payers payers;
	struct purses purses;
	struct raised raised;   /* what it makes known; likewise */
	struct record_key cold; /* what a fact needs */
};

/* Refuses: an enquiry is answered, a charge is remembered as refused too. */
enum call_end charge_refuse(struct deciding *deciding, enum say say, const struct text *arguments,
	size_t count, const struct near_miss *miss);

/* ---- charge_price.c ---- */

/* Fills the question for rules, and gives what it says is held; NULL without memory. */
struct holding *charge_ask(struct deciding *deciding, struct rate_question *question);
/* The same, with how many members groups have. False: *end is what to return. */
bool
charge_ask_whole(struct deciding *deciding, struct rate_question *question, enum call_end *end);
/* The pricing; a refusal ends. */
enum progress charge_price(struct deciding *deciding, enum call_end *end);

/* ---- the entry ---- */

/* What sessions hold of a counter, which rules count as used. */
int64_t charge_counter_held(struct deciding *deciding, const struct record_key *key);

/* Everything was decided: makes the entry, which can only fail as a whole, and answers. */
enum call_end charge_take_money(struct deciding *deciding, const struct payment *payment);

/* Answers who would pay, and what is missing: `payment` is one that may fall short. */
enum call_end charge_tell_payers(struct deciding *deciding, const struct payment *payment);

#endif
