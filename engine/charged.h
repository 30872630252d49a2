/*
 * A charge as its entry in the ledger has it: what it took, from where, and for how much usage. From
 * this alone it is given back, long after: nothing is rated again, and no rule is asked what it was.
 *
 * How much of it was given back is two numbers, money and usage (struct refund_record), which only
 * rise; it is all given back when the usage is. Money counters follow the money, other counters the
 * usage: of what a counter took, the part that was given back is the whole times that share, rounded
 * down. So the parts of many refunds sum up to the whole, in whatever pieces they come, and never to
 * more.
 *
 * Thread: any.
 */
#ifndef SUANPAN_CHARGED_H
#define SUANPAN_CHARGED_H

#include "../rules/image.h"
#include "../store/entry.h"

/* What a charge moved of a counter. */
struct taken {
	struct bytes key; /* of the counter's record */
	int64_t amount;   /* more than 0 */
	struct text unit;
	bool money; /* micro-units of a currency */
};

struct charged {
	struct bytes balance; /* key of the balance that paid */
	struct text account;  /* whose it is */
	struct text currency;
	struct money paid;
	int64_t quantity; /* of the event; 1 if that was 0, which has no parts … */
	bool was_empty;   /* … and if so */
	enum unit unit;
	struct taken taken[ENTRY_EFFECTS_MAX];
	size_t taken_count;
	bool took_units; /* some of them are no money */
};

/*
 * Reads the entry of a charge; everything points into it. STATUS_CORRUPT: it is not what a charge
 * writes.
 */
enum status charged_read(const struct entry *entry, struct charged *charged, struct fault *fault);

/* The account of the first balance that an entry of any kind changes; empty if it changes none. */
struct text charged_account(const struct entry *entry);

/* What is to be given back: all that is left, or so much of one. */
enum part_of { PART_REST, PART_MONEY, PART_USAGE };
struct part {
	enum part_of of;
	struct money money;
	int64_t quantity;
};

enum part_outcome { PART_FINE, PART_NOTHING_LEFT, PART_TOO_MUCH };

/*
 * What was given back of it, when a part more is given to what was before; zeros if nothing was.
 * Otherwise than PART_FINE *after is not filled.
 */
enum part_outcome charged_give(const struct charged *charged, const struct refund_record *before,
	const struct part *part, struct refund_record *after);
/* Of a counter: how much of it is given back, when so much was of the charge. */
int64_t charged_given(const struct charged *charged, const struct taken *taken,
	const struct refund_record *refund);
#endif
