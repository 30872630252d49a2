/*
 * A refund while it is decided: shared by refund.c, which reads it, refund_find.c, which finds what
 * is given and to whom, and refund_entry.c, which does what was decided, only.
 */
#ifndef SUANPAN_REFUND_PARTS_H
#define SUANPAN_REFUND_PARTS_H

#include "charged.h"
#include "ledger.h"
#include "once.h"

/* What a worker reads, and what it finds there. */
struct named_entry {
	struct ledger_entry ledger;
	struct arena arena;
	struct charged charged; /* if it is a charge */
	enum status status;     /* of reading that */
	struct fault fault;
};

/* A balance that gets money back, or would, if it had not expired. */
struct returning {
	const struct payment_made *payment;
	struct balance balance; /* as it is afterwards */
	uint64_t version;
	struct money amount;
	bool back;
	struct counter
		counter; /* what its account had paid in the month before, if that is counted */
};

/* A counter that gets something back, or, of units of the customer's own, their balance: before. */
struct counted_before {
	struct counter counter;
	struct balance balance;
	uint64_t version; /* of the balance */
};

struct refunding {
	struct call *call;
	const struct refund_params *params;
	bool cancels;
	struct part part;
	enum unit unit;                  /* of the part, if it is one of usage */
	const struct named_entry *named; /* NULL: there is no such entry */
	struct once once;                /* no scope: nobody is known who could be asked again */

	struct record_key key; /* of what was given back so far */
	uint64_t last;         /* the refund before, if there was one */
	struct refund_record before;
	struct give_question question;
	struct given given;
	uint64_t release;                /* that said what is given; 0: none was asked */
	struct counted_before *counters; /* of given.counts, where they are given back */
	struct returning *returnings;    /* the main balance's first, also of 0 */
	size_t returning_count;
	size_t uncounted; /* of them, whose accounts have paid less in their month now */
};

/* Of what has no parts nothing is said to be a part. */
static inline int64_t
refund_shown(const struct charged *charged, int64_t quantity)
{
	return charged->cost.quantity == 0 ? 0 : quantity;
}

/* What comes back of the money, were no balance expired. */
static inline struct money
refund_money(const struct refunding *refunding)
{
	return (struct money){ refunding->given.after.money.micros -
		refunding->before.money.micros };
}

/* refund.c: a refusal is remembered, unless there is nobody whose id it could be. */
enum progress refund_refuse(struct refunding *refunding, enum say say, const struct text *arguments,
	size_t count, enum call_end *end);

/* refund_find.c: what was given back before, what is now, and the records that it changes. */
enum progress refund_find(struct refunding *refunding, enum call_end *end);

/* refund_entry.c. Everything was decided: makes the entry, which can only fail as a whole, and answers. */
enum call_end refund_give_back(struct refunding *refunding);

#endif
