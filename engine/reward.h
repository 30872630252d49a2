/*
 * What a top-up gives besides what is paid in, by the rules of the release in force (rules/topups.h):
 * more on the balance itself, gifts, a later end. It is decided before anything changes, and done in
 * the one entry of the top-up; what a customer may have only so often is counted there, too.
 */
#ifndef SUANPAN_REWARD_H
#define SUANPAN_REWARD_H

#include "gift.h"
#include "releases.h"
#include "subject.h"

#include "../rules/topups.h"

/* Whose top-up it is. */
struct reward_question {
	struct call *call;
	struct text account;
	const struct subject *subject; /* the account, and the balance that is topped up */
	struct money amount;
	int64_t at_ms;
	int64_t till_ms; /* when that balance expires; INT64_MAX: never */
};

struct reward {
	const struct reward_question *question;
	const struct loaded_release *release;
	struct topup_judged
		*given; /* in the arena; none: nothing is given, and the rest says nothing */
	size_t given_count;
	struct gift *gifts; /* of those that go to a balance of their own, in their order */
	size_t gift_count;
	struct text *new_names; /* of the balances that are made for them */
	size_t new_count;
	struct bytes old_account; /* its record, if there are any */
	struct money bonus;       /* what goes to the balance that is topped up */
	int64_t till_ms;          /* when that expires then */
};

enum reward_outcome {
	REWARD_DECIDED,
	REWARD_ENDS,     /* *end is what to return */
	REWARD_OVERFLOW, /* it is more than money, or a time, can be: for the caller to refuse */
};
/* The question must last as long as the reward. */
enum reward_outcome
reward_decide(const struct reward_question *question, struct reward *reward, enum call_end *end);

/* How many pairs reward_pack adds to an answer: which rule gives what. */
uint32_t reward_pairs(const struct reward *reward);
void reward_pack(const struct reward *reward, struct pack *pack);

/* How many records reward_post changes at most; the balance that is topped up is none of them. */
size_t reward_records(const struct reward *reward);
/* All that is given, but for what goes to that balance. False without memory. */
bool reward_post(const struct reward *reward, struct posted *posted);

#endif
