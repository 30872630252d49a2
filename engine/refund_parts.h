/* The inside of giving back charges, shared by refund.c and refund_entry.c only. */
#ifndef SUANPAN_REFUND_PARTS_H
#define SUANPAN_REFUND_PARTS_H

#include "charged.h"
#include "ledger.h"
#include "once.h"

enum { COUNTER_BYTES = 8 };

/* What a worker reads, and what it finds there. */
struct named_entry {
	struct ledger_entry ledger;
	struct charged charged; /* if it is a charge */
	enum status status;     /* of reading that */
	struct fault fault;
};

/* A counter that the refund gives back to, or would, if its time were not over. */
struct giving {
	const struct taken *taken;
	struct counter_key name;
	int64_t amount;
	int64_t used; /* before */
	bool back;
};

struct refunding {
	struct call *call;
	const struct refund_params *params;
	bool cancels;
	struct part part;
	enum unit unit;                  /* of the part, if it is one of usage */
	const struct named_entry *named; /* NULL: there is no such entry */
	struct once once;                /* no scope: nobody is known who could be asked again */
	struct bytes event;

	struct record_key key; /* of what was given back so far */
	uint64_t last;         /* the refund before, if there was one */
	struct refund_record before, after;
	struct balance balance;
	uint64_t balance_version;
	struct giving *givings;
	size_t giving_count;
	uint64_t release; /* that said which counters still count; 0: none was asked */
};

/* A quantity of the charge; 0 of what has no parts, of which nothing is said to be a part. */
int64_t refund_quantity_shown(const struct charged *charged, int64_t quantity);

/* Everything was decided: makes the entry, which can only fail as a whole, and answers. */
enum call_end refund_give_back(struct refunding *refunding);

#endif
