/*
 * The balances of an account besides its main one, which pay for a charge before the account falls
 * below 0: which of them may, in which order, and how much each pays.
 *
 * A balance may pay for usage of the services and zones it names, or for everything; of the one
 * subscription it is for, of the members of a group, or of all that the account pays for; from when
 * it is valid by the time of the usage, until it expires by the shard's clock, for what has expired
 * is gone, however late the usage comes. What is valid from its first use has no end before that.
 * The catalog's order of paying says who is first (spend.h); of those alike, the one that pays for
 * less usage, then for fewer users, then the one that stands first in the account. What none of them
 * pays for is the main balance's, and follows the rules of pay.h. Balances of units are found in the
 * same way, and pay before all of them (units.h).
 */
#ifndef SUANPAN_PURSES_H
#define SUANPAN_PURSES_H

#include "notice.h"
#include "pay.h"
#include "posted.h"
#include "subject.h"

/* A balance that may pay; its texts are views into its record. */
struct purse_held {
	struct text name;
	struct record_key key;
	struct balance balance;
	uint64_t version;
	unsigned breadth;     /* of the usage it pays for: a zone, a service, everything */
	unsigned sharing;     /* by whom: one subscription, a group, all of the account */
	size_t turn;          /* in the order of paying; those that pay nothing come last */
	struct money charged; /* of units: so many */
	bool begins; /* by this use: its validity has an end from now on, and its timer is to be set */
};

struct purses {
	struct purse_held *held; /* in the arena */
	size_t count;
	size_t begun; /* of them */
};

/*
 * What is to be paid for: usage of a service in a zone, which is empty if it has none; or a charge of
 * a package, and no service.
 */
struct purses_question {
	const struct subject *subject;
	struct text service;
	struct text zone;
	struct charge_name charge;
	int64_t at_ms;
	struct text unit; /* balances of this unit are wanted; size 0: of money */
	/* Balances that are no more as their records are: so much was taken or held meanwhile. */
	const struct purse_held *changed;
	size_t changed_count;
	int64_t now_ms; /* what has expired then pays nothing */
};

/* Of a balance: it pays for all charges; "@" and "package.charge": for that one. */
#define PURSES_ALL_CHARGES TEXT("@charges")

enum purses_outcome { PURSES_READ, PURSES_COLD /* *cold is to be waited for */, PURSES_NO_MEMORY };

/* Is what is to be paid for in such a list of texts, as "voice" or "voice.local"? All is in none. */
bool purses_serve(const struct purses_question *question, struct field_reader pays, unsigned count);

enum purses_outcome purses_read(struct call *call, const struct purses_question *question,
	struct purses *purses, struct record_key *cold);

struct purses_terms {
	const struct image *image; /* its order of paying */
	const struct subject *subject;
	struct money cost;
	enum short_mode mode;
	int64_t now_ms;
};

/*
 * Fills `charged` and `turn` of each, and sorts them by their turns; *payment is what the
 * main balance pays. After PAY_TOO_LOW only payment->available says something: all that could be
 * spent, the main balance's credit included.
 */
enum pay_outcome
purses_pay(const struct purses_terms *terms, struct purses *purses, struct payment *payment);

/*
 * What is valid from its first use, and pays now for the first time, is given its end: to be called
 * when all is decided, before the entry is made, which sets the timers of those that begin. GOES_ON,
 * or *end is what to return.
 */
enum progress purses_begin(struct call *call, const struct account *account, struct purses *purses,
	enum call_end *end);
bool purses_post_end(struct posted *posted, const struct purse_held *held); /* that timer */

/*
 * Takes from each, or from one that pays, what it pays, and sets the timers of those that begin. False
 * without memory.
 */
bool purses_post(const struct purses *purses, struct posted *posted, int64_t now_ms);
bool purses_post_one(const struct purse_held *held, struct posted *posted, int64_t now_ms);
/* The book that gets what a balance pays. */
struct text purses_book(const struct balance *balance);

/* What it makes known of those that pay and come down to where they are low. False without memory. */
bool
purses_raise(const struct purses *purses, const struct raising *raising, struct raised *raised);

/* How many of them paid; and what one of them did, or the main balance, if it did. */
uint32_t purses_count_paid(const struct purses *purses);
void purses_pack_one(struct pack *pack, const struct purse_held *held);

#endif
