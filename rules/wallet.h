/*
 * Inside of testing: the money of a subscription in memory. It holds what packages store and give
 * (schedule.h), pays by the catalog's order (spend.h), and notes each movement as an entry.
 *
 * Texts are borrowed, as those of a world. Functions that return bool are false without memory, or
 * past what money can hold.
 */
#ifndef SUANPAN_WALLET_H
#define SUANPAN_WALLET_H

#include "spend.h"
#include "topups.h"

#include "../engine/base/buffer.h"

enum wallet_move {
	MOVE_TOP_UP,
	MOVE_BONUS,   /* what a rule for top-ups gives besides */
	MOVE_STORE,   /* a deposit is paid in */
	MOVE_RELEASE, /* and comes to be spent */
	MOVE_GIFT,
	MOVE_SKIP, /* a gift that is lost before it came */
	MOVE_EXPIRE,
	MOVE_PAY,
	MOVE_TO_CASH,
	MOVE_FORFEIT,
	MOVE_REFUND, /* what was paid comes back */
};

struct wallet_entry {
	int64_t at_ms;
	enum wallet_move move;
	struct text package;         /* empty: cash */
	const struct stored *stored; /* NULL: cash */
	struct money amount;
	size_t purse; /* of what is paid: its place */
};

/* What was taken out of a purse, to be held. */
struct wallet_held {
	size_t purse;
	struct money amount;
};

struct wallet {
	const struct image *image;
	bool used;        /* else nothing is paid, given or noted */
	int64_t moved_ms; /* all that happens by itself has happened, up to and with this instant */
	struct schedule *schedules; /* of each holding, in their order */
	size_t schedule_count;
	size_t schedule_room;
	struct purse *purses; /* the first is cash */
	size_t purse_count;
	size_t purse_room;
	struct wallet_entry *entries;
	size_t entry_count;
	size_t entry_room;
	size_t entries_told;        /* so many were expected already */
	struct topup_judged *given; /* by rules for top-ups, in order */
	size_t given_count;
	size_t given_room;
	size_t given_told;        /* so many were expected already */
	struct wallet_held *held; /* for what a session was granted */
	size_t held_count;
	size_t held_room;
	struct due_span *suspended;
	size_t suspended_count;
	size_t suspended_room;
};

void wallet_init(struct wallet *wallet, const struct image *image);
void wallet_release(struct wallet *wallet);
/* Nothing held, stored or noted. */
void wallet_clear(struct wallet *wallet, int64_t now_ms);

/* From now on what it costs is paid from what is there: so much in cash. */
bool wallet_use(struct wallet *wallet, struct money cash);
/* What is held next. */
bool wallet_hold(struct wallet *wallet, const struct holding *holding);
/* What would have been given up to now is not there. */
void wallet_begin(struct wallet *wallet);
/* The holding ends. */
void wallet_end(struct wallet *wallet, size_t holding, int64_t till_ms);
/* Makes happen what happens by itself, up to and with an instant. */
bool wallet_move(struct wallet *wallet, int64_t now_ms);

/*
 * Pays in cash, and gives what the catalog's rules give besides. The cash never expires; what a rule
 * extends is noted as if it did.
 */
bool wallet_top_up(struct wallet *wallet, struct money amount);
/*
 * Pays in a deposit of the package, now: of the last holding for which that was not done. *paid is
 * false if there is none.
 */
bool wallet_store(struct wallet *wallet, struct text package, struct text deposit, bool *paid);
/*
 * Pays now; what nothing else pays for comes from cash, which goes below 0, if it is owed; else
 * *paid is false, and nothing is taken.
 */
bool wallet_pay(struct wallet *wallet, const struct purpose *purpose, struct money amount,
	bool owed, bool *paid);

/* Pays as much of it as there is; *paid is that. */
bool wallet_pay_most(struct wallet *wallet, const struct purpose *purpose, struct money amount,
	struct money *paid);
/* Could it be paid? What is held can't be. False without memory. */
bool wallet_could_pay(
	struct wallet *wallet, const struct purpose *purpose, struct money amount, bool *could);
/* Holds it where it would be paid from, which must be possible; gives back all that is held. */
bool wallet_hold_back(struct wallet *wallet, const struct purpose *purpose, struct money amount);
bool wallet_let_go(struct wallet *wallet);

/*
 * When what a purse holds expires; INT64_MIN: it is forfeited already, for its package has ended.
 * What it paid comes back to it; or to cash, if all of it was turned to cash at the end.
 */
int64_t wallet_till_ms(const struct wallet *wallet, size_t purse);
bool wallet_give_back(struct wallet *wallet, size_t purse, struct money amount);

bool wallet_suspend(struct wallet *wallet);
void wallet_resume(struct wallet *wallet);
bool wallet_suspended(const struct wallet *wallet, int64_t ms);

/*
 * What is there: of "cash", "deposit", "gift", of what was not "unreleased" yet, or, if `package`
 * is not empty, of one of its deposits or gifts. False past what money can hold.
 */
bool wallet_balance(
	const struct wallet *wallet, struct text package, struct text name, struct money *balance);
/* "package.gift 20.00", or "cash 20.00" */
bool wallet_purse_write(
	const struct wallet *wallet, size_t purse, struct money amount, struct buffer *out);
/* "pay package.gift 20.00", with the day before it if that is wanted. */
bool wallet_entry_write(const struct wallet *wallet, const struct wallet_entry *entry,
	bool with_day, struct buffer *out);

#endif
