/*
 * An agenda while what is due happens, one thing after the other: shared by
 *
 *   agenda.c        what is asked of the agenda, and when
 *   agenda_load.c   the agenda with all that is held
 *   agenda_facts.c  what formulas may ask for of it
 *   agenda_due.c    what is due, and what comes next
 *   agenda_entry.c  the entry of one thing that happens
 *   agenda_stored.c, agenda_stored_entry.c   the same of deposits and gifts
 *
 * After each entry all is read anew, since the records have changed.
 */
#ifndef SUANPAN_AGENDA_PARTS_H
#define SUANPAN_AGENDA_PARTS_H

#include "agenda.h"
#include "once.h"
#include "purses.h"
#include "shard.h"
#include "subject.h"

#include "../rules/due.h"
#include "../rules/schedule.h"
#include "../store/record_agenda.h"

/* Something that is held: each holding of the subscription, that of its product's standard prices last. */
struct settled {
	struct holding holding;   /* ends no later than the subscription does */
	struct agenda_held *item; /* NULL: it owes nothing, and stores nothing */
	const struct attribute *params;
	size_t param_count;
	const struct due_change *changes; /* of these, from a day on */
	size_t change_count;
	const struct due_fact *facts;
	size_t fact_count;
	int64_t asked_day; /* its lines that fall due before this day are known */
	bool stuck;        /* those behind it can't be priced */
	bool is_new;       /* the agenda had no item for it */
};

/* A balance that came of a deposit or gift. */
struct stored_purse {
	struct text name;
	struct record_key key;
	struct balance balance;
	uint64_t version;
};

/* A line that falls due. */
struct falling {
	const struct due_line *line;
	size_t place; /* of what is held */
	int64_t at_ms;
};

/* What one that is held stores, as far as it can't happen today. */
struct resting {
	struct text why; /* size 0: all can */
	bool whole;      /* also what expires or ends; else instalments only */
};

struct settling {
	struct call *call;
	struct text id; /* of the subscription */
	struct subject subject;
	const struct loaded_release *release;
	struct record_key key; /* of the agenda */
	struct bytes old;      /* its record; empty: there is none yet */
	struct agenda agenda;
	uint8_t item_count; /* of the agenda's, those that are held; behind them what was */
	struct settled *held;
	size_t held_count;
	const struct due_span *suspended;
	size_t suspended_count;
	struct falling *lines; /* in the order of time */
	size_t line_count;
	size_t line_room;
	struct stock stock;         /* of what is stored: */
	struct schedule *schedules; /* of each that is held; no package: it stores nothing */
	struct purse *purses;
	struct stored_purse *purse_records;
	bool rests;              /* nothing more happens today */
	struct text why;         /* what was to happen can't; size 0: not so */
	struct resting *resting; /* of each that is held; NULL: nothing does */
	enum call_end end;
};

/* ---- agenda_load.c ---- */

/* Its parameters, their changes and its facts, in the arena; false without memory. */
bool settled_read_values(struct settled *settled, struct package_held held, struct arena *arena);
/* A record that is wanted: false, and settling->end says so, if it is cold. Empty: there is none. */
bool settling_find(struct settling *settling, const struct record_key *key, struct bytes *value,
	uint64_t *version);
bool settling_out_of_memory(struct settling *settling);
/* What was to happen can't, and why: false. */
bool settling_refuse(struct settling *settling, struct text why);
/* AGENDA_MOVED: all is there, and it is time to look at it, or that is not asked. */
enum agenda_outcome settling_load(struct settling *settling, bool whenever);

/* ---- agenda_facts.c ---- */

/* Adds to the facts of what is held those of groups and of the customer, who is known by then. */
bool settling_gather_facts(struct settling *settling);

/* ---- agenda_stored.c ---- */

/* What packages store, with the balances that came of it. */
bool settling_load_stock(struct settling *settling);
/* What happens next to it by now; false: nothing does. */
bool settling_next_stored(const struct settling *settling, struct scheduled *event);
/* When something happens next to it; INT64_MAX: never. What expires is apart. */
int64_t settling_next_stored_ms(const struct settling *settling);
/* Notes in the agenda how far it has come. */
bool settling_note_stored(struct settling *settling);

/*
 * What balances that come of a deposit or gift are called, and for whose usage they are: their names
 * begin with "package.deposit" or, if the account has that for another of its subscriptions, with
 * "package.deposit@user"; what has an end has the day on which it came behind another dot.
 */
enum { STORED_STEMS = 2 };
struct stored_names {
	struct text stems[STORED_STEMS];
	struct text user; /* the subscription, or the group that gets it once */
	bool user_is_group;
};
bool settling_name_balances(struct settling *settling, size_t place, const struct stored *stored,
	struct stored_names *names);
/* The stems become the names of the balance on which an instalment comes: the first that is free. */
bool settling_date_names(
	struct settling *settling, const struct scheduled *event, struct stored_names *names);
/* Is a balance of such a name one that came of that, for that user? */
bool stored_is_own(const struct stored_names *names, const struct stored *stored,
	const struct balance *balance);

/* ---- agenda_due.c ---- */

/* Finds lines that fall due: some of the earliest, or all up to the end of today. */
bool settling_find_lines(struct settling *settling);
/* Are there days up to today of which the lines are not known? */
bool settling_knows_all(const struct settling *settling);
static inline bool
settling_is_resting(const struct settling *settling, size_t place)
{
	return settling->resting != NULL && settling->resting[place].why.size > 0;
}
/* Something could not happen to what one that is held stores: that rests today. */
bool settling_let_rest(struct settling *settling, const struct scheduled *event, struct text why);
/* Nothing of the subscription can be charged today, and why. */
bool settling_stick(struct settling *settling, struct text why);
/* The next instant at which something may fall due, behind now; INT64_MAX: never. */
int64_t settling_next_ms(const struct settling *settling);

/* ---- agenda_entry.c ---- */

/* The first line is charged; the others, or days still to be asked, come later. */
bool settling_charge(struct settling *settling);
/* Nothing happens, but the agenda has come to what is next. */
bool settling_move_on(struct settling *settling);
/* Of an entry: the main balance, which carries the history; the agenda and its timers; its end. */
bool settling_add_main(struct settling *settling, struct posted *posted, struct money amount);
bool settling_add_agenda(struct settling *settling, struct posted *posted);
bool settling_append(struct settling *settling, const struct posted *posted, struct entry *entry);

/* ---- agenda_stored_entry.c ---- */

/* What happens next to what is stored. */
bool settling_make_happen(struct settling *settling, const struct scheduled *event);

/* A deposit that is paid in. */
struct deposit_paid {
	const struct once *once;
	size_t holding;
	uint32_t place; /* among what the package stores */
};
/* True: the entry was appended, and settling->end is what to return, as if not. */
bool settling_pay_in(struct settling *settling, const struct deposit_paid *paid);

#endif
