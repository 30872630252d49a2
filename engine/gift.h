/*
 * Gifts: money that the server gives to an account, each to a balance of its own, with its validity and
 * what it pays for. The balance is made in the entry that gives. What is given for the same and ends at
 * the same instant is one balance; and one that has ended, and of which nothing is left, is used
 * again, so that there are no more of them than are valid at a time. Since when it stands for the new
 * gift is in its record: what was paid of the old one, and is given back, does not come back to it.
 */
#ifndef SUANPAN_GIFT_H
#define SUANPAN_GIFT_H

#include "posted.h"

/* "topup.hundred", then "topup.hundred.2" …: how long the first part may be. */
#define GIFT_STEM_BYTES_MAX 61

struct gift {
	struct text stem;        /* of the names of its balances, 1 to GIFT_STEM_BYTES_MAX bytes */
	struct money amount;     /* > 0 */
	int64_t till_ms;         /* INT64_MAX: always */
	const struct text *pays; /* "voice" or "voice.local"; none: everything */
	uint32_t pays_count;     /* at most BALANCE_PAYS_MAX */
	/* What gift_find finds. */
	struct text name;       /* of its balance */
	bool is_new;            /* the account has it not yet */
	bool begins;            /* it is new, or used again */
	struct record_key key;  /* of it */
	struct balance balance; /* as it will be, but for what it pays for if it begins */
	uint64_t version;
};

enum gift_outcome {
	GIFT_FOUND,
	GIFT_ENDS,     /* *end is what to return: it waits, or there is no memory */
	GIFT_OVERFLOW, /* it would have more than money can be */
};

/* The balance for a gift, and what it will have; `id` is the account's. */
enum gift_outcome gift_find(struct call *call, struct text id, const struct account *account,
	struct gift *gift, enum call_end *end);

/* How many records gift_post changes at most, for one gift. */
#define GIFT_RECORDS 2
/* Adds the balance, its posting from a book and, if it begins, its timer. False without memory. */
bool gift_post(struct posted *posted, const struct gift *gift, struct text book, int64_t now_ms);

/*
 * An account's record with the names of more balances, made at `place`, which has room for
 * ACCOUNT_VALUE_MAX bytes.
 */
#define ACCOUNT_VALUE_MAX (16 * 1024)
struct bytes
account_with_balances(struct bytes old, const struct text *names, size_t count, uint8_t *place);
struct bytes
account_with_units(struct bytes old, struct text name, uint8_t *place); /* one of units */
/* Why it has no more of them. */
enum call_end account_has_too_many(struct call *call);

#endif
