/*
 * What an entry that moves money changes, while it is made: the new values of records, and for each
 * the posting that moves it with the book on its other side. All of it lies in the arena.
 */
#ifndef SUANPAN_POSTED_H
#define SUANPAN_POSTED_H

#include "call.h"

struct posted {
	struct arena *arena;
	struct effect *effects;
	struct posting *postings;
	size_t effect_count;
	size_t posting_count;
};

/* With room for so many records. The functions that return bool are false without memory. */
bool posted_begin(struct posted *posted, struct arena *arena, size_t records);

/* A record's new value; both are copied. */
bool posted_change(struct posted *posted, enum table table, struct bytes key, struct bytes value);
/* The same of a balance whose amount is the new one, and whose last entry made `version`. */
bool posted_balance(struct posted *posted, struct bytes key, struct balance balance,
	uint64_t version, int64_t now_ms);

/*
 * A timer is set, or is void. That the one which is set is not there yet follows from what it is
 * about, so nobody need look; that which is void was found in this run.
 */
bool posted_timer_set(struct posted *posted, const struct timer_key *timer);
bool posted_timer_clear(struct posted *posted, const struct timer_key *timer);

/* What the newest change moves, and the book on the other side; nothing if it is 0. */
void posted_move(struct posted *posted, int64_t amount, struct text unit, struct text book);

/* The same from one book to another. */
void posted_move_books(
	struct posted *posted, int64_t amount, struct text unit, struct text from, struct text to);

/* Appends the entry with all that, as store_append does. */
enum status posted_store(const struct posted *posted, struct call *call, struct entry *entry,
	uint64_t *position, struct fault *fault);

/*
 * Appends the entry with all that, and answers what the entry holds, or why it could not be: *end is
 * what to return. Only after STATUS_LIMIT it is not filled: the entry would be longer than one may
 * be, which is for the caller to refuse.
 */
enum status posted_append(
	const struct posted *posted, struct call *call, struct entry *entry, enum call_end *end);

#endif
