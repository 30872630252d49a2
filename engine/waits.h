/*
 * Calls that wait: each in memory of its own, and behind each, those that must not overtake it
 * (call.h). Only the shard uses this.
 */
#ifndef SUANPAN_WAITS_H
#define SUANPAN_WAITS_H

#include "call.h"

/* A call that waits. */
struct waiting {
	struct call call;
	struct bytes params; /* its own copy: a params array, or the map of a batch's item */
	bool is_item;
	struct text scope; /* in params; size 0: it is in nobody's way */
	struct id_memo memo;
	struct want want;
	bool has_want; /* this run has filled it */

	/* A long piece of work. */
	uv_work_t work;
	void *state;
	void (*run_work)(void *state);
	void (*drop_state)(void *state);
	bool has_work;
	struct waiting *work_next; /* in the row for a worker, or parked with its connection */

	struct waiting *next;         /* in its place of the table */
	struct waiting *behind_first; /* those that wait for this one to be decided */
	struct waiting *behind_last;
};

/* Calls in the order in which they came, by work_next. */
struct work_row {
	struct waiting *first, *last;
	size_t count;
	size_t bytes; /* of their params */
};
void work_row_add(struct work_row *row, struct waiting *waiting);
/* The first, taken out; NULL if there is none. */
struct waiting *work_row_take(struct work_row *row);

#define WAITS_SLOTS 1024
struct shard_waits {
	struct waiting *slots[WAITS_SLOTS]; /* calls at the front of their scope, by its hash */
	struct work_row works;              /* for a worker */
	unsigned works_running;
	size_t parked; /* in the rows of connections, until their clients have read */
	size_t parked_bytes;
	size_t count; /* all, those behind and those parked included */
	size_t bytes; /* of the params of all */
};

/* The call at the front of this scope, or NULL. */
struct waiting *waits_front(const struct shard_waits *waits, struct text scope);

/* Copies the call to memory of its own. NULL without memory. */
struct waiting *waiting_new(const struct call *call, struct bytes params, bool is_item);
void waiting_free(struct waiting *waiting);

/*
 * Puts it at the front of its scope, or behind the one that is there (false). A call without scope
 * is always in front.
 */
bool waits_add(struct shard_waits *waits, struct waiting *waiting);
/* Takes it out; returns the next of its scope, which is now in front, or NULL. */
struct waiting *waits_remove(struct shard_waits *waits, struct waiting *waiting);

/*
 * Puts a call that wants a worker into a row of its connection's; and moves all of such a row
 * behind those that are next for a worker.
 */
void waits_park(struct shard_waits *waits, struct work_row *row, struct waiting *waiting);
void waits_unpark(struct shard_waits *waits, struct work_row *row);

#endif
