/*
 * Gifts: money that the server gives to an account, each to a balance of its own, with its validity and
 * what it pays for. The balance is made in the entry that gives; what is given again under the same
 * name is added to it.
 */
#ifndef SUANPAN_GIFT_H
#define SUANPAN_GIFT_H

#include "posted.h"

#define GIFT_NAME_BYTES_MAX 64

struct gift {
	struct text name;        /* of its balance, 1 to GIFT_NAME_BYTES_MAX bytes */
	struct money amount;     /* > 0 */
	int64_t till_ms;         /* of a new balance; INT64_MAX: always */
	const struct text *pays; /* of a new one: "voice" or "voice.local"; none: everything */
	uint32_t pays_count;     /* at most BALANCE_PAYS_MAX */
	/* What gift_find finds. */
	struct record_key key;
	struct balance balance; /* as it will be */
	uint64_t version;       /* 0: it is new */
};

enum gift_outcome {
	GIFT_FOUND,
	GIFT_WAITS,    /* *end is what to return */
	GIFT_OVERFLOW, /* it would have more than money can be */
};

/* The balance of a gift, if there is one already, and what it will have. */
enum gift_outcome gift_find(struct call *call, struct text account, struct text currency,
	struct gift *gift, enum call_end *end);

/* How many records gift_post changes at most, for one gift. */
#define GIFT_RECORDS 2
/* Adds the balance, its posting from a book and, if it is new, its timer. False without memory. */
bool gift_post(struct posted *posted, const struct gift *gift, struct text book, int64_t now_ms);

/*
 * An account's record with the names of more balances, made at `place`, which has room for
 * ACCOUNT_VALUE_MAX bytes.
 */
#define ACCOUNT_VALUE_MAX (16 * 1024)
struct bytes
account_with_balances(struct bytes old, const struct text *names, size_t count, uint8_t *place);
/* Why it has no more of them. */
enum call_end account_has_too_many(struct call *call);

#endif
