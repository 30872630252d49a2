/*
 * Calls that wait: each in memory of its own, and behind each, those that must not overtake it (call.h). Only the shard uses this.
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

	struct waiting *next;         /* in its place of the table */
	struct waiting *behind_first; /* those that wait for this one to be decided */
	struct waiting *behind_last;
};

#define WAITS_SLOTS 1024
struct shard_waits {
	struct waiting *slots[WAITS_SLOTS]; /* calls at the front of their scope, by its hash */
	size_t count;                       /* all, those behind included */
};

/* The call at the front of this scope, or NULL. */
struct waiting *waits_front(const struct shard_waits *waits, struct text scope);

/* Copies the call to memory of its own. NULL without memory. */
struct waiting *waiting_new(const struct call *call, struct bytes params, bool is_item);
void waiting_free(struct waiting *waiting);

/* Puts it at the front of its scope, or behind the one that is there (false). A call without scope is always in front. */
bool waits_add(struct shard_waits *waits, struct waiting *waiting);
/* Takes it out; returns the next of its scope, which is now in front, or NULL. */
struct waiting *waits_remove(struct shard_waits *waits, struct waiting *waiting);

#endif
