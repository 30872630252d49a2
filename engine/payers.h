/*
 * Other accounts that pay for a subscription's usage and for what falls due of it, before its own
 * account does: a company for those who work there, parents for a child. Of what, and how much in a calendar month, is in the
 * subscription's record; how much it was this month, in a counter.
 *
 * They pay in the order in which they stand there, each from its main balance, down to its floor, and
 * as far as its month's bound goes; what has no balance left, or is frozen, is passed over. What none
 * of them pays for is the own account's, as if there were no others. The month is that of the usage,
 * or of the day on which a charge falls due, by the catalog's clock.
 */
#ifndef SUANPAN_PAYERS_H
#define SUANPAN_PAYERS_H

#include "notice.h"
#include "purses.h"

/*
 * The counter of what a payer has paid in a month is the subscription's, of this package, which no
 * catalog can have; what it counts is called as the payer.
 */
#define PAYERS_PACKAGE TEXT("@payer")

/* An account that may pay; its texts are views into records. */
struct payer_held {
	struct text account_id;
	struct account account; /* its floor is that of now */
	struct record_key key;  /* of its main balance */
	struct balance balance;
	uint64_t version;
	bool is_bounded; /* then the month's counter, in micro-units */
	struct record_key counter_key;
	struct counter counter;
	struct money bound;
	struct money charged;
};

struct payers {
	struct payer_held *held; /* in the arena */
	size_t count;
};

/* What is to be paid for, and whose clock says in which month. */
struct payers_question {
	struct purses_question usage;
	const struct zoneinfo *zone;
};

/* Those that may pay for that; PURSES_COLD: *cold is to be waited for. */
enum purses_outcome payers_read(struct call *call, const struct payers_question *question,
	struct payers *payers, struct record_key *cold);

/* Fills `charged` of each; returns what is left to be paid. */
struct money payers_pay(struct payers *payers, struct money cost);

/* All that could be spent where so much is left to the own account, which may be less than nothing. */
struct money payers_spendable(const struct payers *payers, struct money own);

/* Adds to an entry what those that pay have and have paid now: of each, its balance and its counter. */
bool payers_post(const struct payers *payers, struct posted *posted, int64_t now_ms);

/* Who pays for another is told when the own balance is low: one, or all. False without memory. */
bool payer_raise(const struct payer_held *held, const struct balance *before, int64_t after,
	const struct raising *raising, struct raised *raised);
bool
payers_raise(const struct payers *payers, const struct raising *raising, struct raised *raised);

/* What one of them pays, as in that pair; or holds; nothing if it does not. */
void payers_pack_one(struct pack *pack, const struct payer_held *held);

/* How many have paid, the main balance apart; and the pair "paid" of an answer, where any has. */
uint32_t payers_count_paid(const struct payers *payers, const struct purses *purses);
void payers_pack_paid(struct pack *pack, const struct payers *payers, const struct purses *purses,
	struct money by_main);

/* Is it such a counter? Then *payer is the account. */
bool payers_counter_is(struct bytes key, struct text *payer);

#endif
