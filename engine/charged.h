/*
 * A charge as its entry in the ledger has it: what it cost and took, from where, and for how much
 * usage. From this it is given back, long after; nothing is rated again.
 *
 * How much of it was given back is kept in its refund record. By usage, and whole, it is given back
 * as rules/refunding.h says: shares of the usage, and what a package rules of it. An amount of money
 * is money alone, and of what is counted in money (what a cap has seen) as large a part as it is of
 * all that was paid. It is all given back when the usage is; and a refund of all gives back what
 * is left, however the parts before it were asked for.
 *
 * Thread: any.
 */
#ifndef SUANPAN_CHARGED_H
#define SUANPAN_CHARGED_H

#include "unpriced.h"

#include "../rules/refunding.h"
#include "../store/entry.h"
#include "../store/journal.h"

/* What one balance paid. */
struct payment_made {
	struct bytes key; /* of the balance's record */
	struct text account, name;
	struct money amount;
	int64_t made_ms;      /* when it did; of a session, when it first did */
	struct bytes counter; /* of what that account pays in a month; size 0: nobody counts it */
};

struct charged {
	/* The main balance's first, also of 0; then those of other accounts, if there are any. */
	struct payment_made *payments;
	size_t payment_count;
	struct text account; /* whose the first is */
	struct text currency;
	struct money paid; /* all of it */
	struct unpriced_charge cost;
	int64_t quantity; /* of the event; 1 if that was 0, which has no parts */
	/* What it moved of counters, and of balances of units: of each the key of its record. */
	struct bytes *keys;
	struct refund_count *counts;
	size_t count_count;
	bool counts_units; /* some of them count no money */
	int64_t at_ms;     /* when the usage began */
	int64_t made_ms;   /* when it was charged */
	/* Of a session: its name, whether this entry closed it (else nothing else is filled), whose it was. */
	struct text session;
	bool is_closed;
	struct text subscription;
};

/*
 * Reads the entry of a charge; everything points into it or into the arena. STATUS_CORRUPT: it is
 * not what a charge writes.
 */
enum status charged_read(const struct entry *entry, struct arena *arena, struct charged *charged,
	struct fault *fault);

/*
 * Reads a session as one charge, from the entry that closed it back to its first: all that its
 * requests took and counted. Everything lies in the arena. Statuses as above, and those of reading
 * the journal.
 */
enum status charged_read_session(const struct journal_place *place, const struct entry *last,
	struct arena *arena, struct charged *charged, struct fault *fault);

/* The effect of an entry on a session's record; false if it has none. */
bool charged_session_effect(const struct entry *entry, struct effect *effect);
/*
 * The entry that changed the session's record before; *is_first: there is none, for this one began
 * the session.
 */
enum status charged_read_before(const struct journal_place *place, const struct entry *entry,
	struct buffer *bytes, struct entry *before, bool *is_first, struct fault *fault);

/*
 * Adds to what was counted what was moved of a counter; or of a balance of units, which are counted as
 * those of an allowance. False: it is none, or nothing was taken of it.
 */
bool charged_add_count(struct charged *charged, struct bytes key, int64_t moved, struct text unit);
bool charged_add_units(struct charged *charged, struct bytes key, int64_t moved, struct text unit);

/* What the entry's postings move on its record of that index; 0 and no unit if none does. */
int64_t charged_moved_on(const struct entry *entry, size_t index, struct text *unit);

/*
 * The units of the customer's own that a charge took, in the order in which it did, as facts for rating it
 * once more: it took no others. False without memory.
 */
bool charged_own_units(
	const struct entry *entry, struct arena *arena, struct own_units **own, size_t *count);

/* The account of the first balance that an entry of any kind changes; empty if it changes none. */
struct text charged_account(const struct entry *entry);

/* Has the account paid any of it, or is it the first? */
bool charged_is_of(const struct charged *charged, struct text account);

/*
 * Of what one balance paid, how much is given back when so much of the charge's money is. What paid
 * last gets its money first: the main balance, then the others from the last to the first, other
 * accounts at the end.
 */
struct money charged_returned(const struct charged *charged, size_t payment, struct money money);

/* What is to be given back: all that is left, or so much of one. */
enum part_of { PART_REST, PART_MONEY, PART_USAGE };
struct part {
	enum part_of of;
	struct money money;
	int64_t quantity;
	bool is_mistake; /* what packages rule of refunds is not asked */
};

struct give_question {
	const struct charged *charged;
	const struct image *image;
	const struct holding *holdings; /* of who used it */
	size_t holding_count;
	int64_t at_ms;                      /* of the charge */
	int64_t now_ms;                     /* of the refund */
	const struct refund_record *before; /* zeros if nothing was given back */
	const struct part *part;
};

enum give_outcome {
	GIVE_FINE,
	GIVE_NOTHING_LEFT,
	GIVE_TOO_MUCH,
	GIVE_TOO_LATE, /* for its rule */
	GIVE_NO_MONEY, /* its rule gives back units only */
};

/* What goes back to a counter, as a place in the charge's list. */
struct given_count {
	size_t place;
	int64_t amount; /* more than 0 */
	bool back;      /* false: its time is over, and it gets nothing */
};

struct given {
	struct refund_record after;
	const struct package *package; /* whose rule it is; NULL: nobody has one */
	const struct refund *rule;
	struct given_count *counts; /* in the arena */
	size_t count_count;
};

/*
 * Gives a part more. Unless GIVE_FINE, only the rule is filled of *given. False without memory in
 * the arena.
 */
bool charged_give(const struct give_question *question, struct arena *arena, struct given *given,
	enum give_outcome *outcome);

#endif
