/*
 * The checkpointer: sweeps (sweep.h) on a thread of its own beside the charges, at a pace, and the
 * transaction that ends each.
 *
 *        shard thread                                 checkpoint thread
 *   begin: takes the list and the head P  ─────────►  sorts
 *   fill:  copies a chunk                 ◄─────────  done
 *   waits until what it copied is durable
 *   (and until the pace allows)           ─────────►  writes the chunk, one synced transaction
 *   marks, fills the next …               ◄─────────  done
 *   all chunks done, all ids below P in runs:
 *   takes the list of runs, waits until all ids in them
 *   are durable in the journal            ─────────►  writes meta: applied = P, the runs
 *   end                                   ◄─────────  done
 *
 * `checkpoint_turn` moves this on and never blocks; the thread calls `wake` when it is done with a
 * task. If a task fails, the checkpoint stays where it is and checkpoint_turn gives the fault: the
 * caller stops the process.
 */
#ifndef SUANPAN_CHECKPOINT_H
#define SUANPAN_CHECKPOINT_H

#include "sweep.h"

struct checkpoint;

struct checkpoint_options {
	struct database *database;
	void (*wake)(void *context); /* any thread */
	void *context;
};

enum status checkpoint_open(struct checkpoint **checkpoint,
	const struct checkpoint_options *options, struct fault *fault);
/*
 * Waits for the task under way, then stops the thread. What was begun and not ended is abandoned.
 * NULL is fine.
 */
void checkpoint_close(struct checkpoint *checkpoint);

bool checkpoint_is_idle(const struct checkpoint *checkpoint);

/* Begins. `head` is a frame boundary: every entry below it has been applied to the shelf. */
void checkpoint_begin(
	struct checkpoint *checkpoint, struct shelf *shelf, const struct journal_head *head);

struct checkpoint_now {
	uint64_t decided; /* journal positions */
	uint64_t durable;
	uint64_t now_ns;     /* monotonic */
	uint64_t chunk_ns;   /* the pace: at least this between the beginnings of two chunks */
	uint64_t ids_sealed; /* all ids below this position are in runs */
};

enum checkpoint_step {
	CHECKPOINT_WAITING,    /* nothing to do until `wake`, more durable, more ids or more time */
	CHECKPOINT_WANTS_META, /* give it with checkpoint_give_meta, in the same turn */
	CHECKPOINT_ENDED,      /* applied has moved to the head; idle again */
	CHECKPOINT_NO_ROOM, /* the disk is full: what was to be written is tried again in a second */
	CHECKPOINT_FAILED,
};
enum checkpoint_step checkpoint_turn(
	struct checkpoint *checkpoint, const struct checkpoint_now *now, struct fault *fault);
/*
 * What the tables will stand for; meta->applied is set to the head by this. It is written when all
 * that was decided up to the turn that asked for it is durable: the runs may hold ids that are
 * younger than the head, and no run may ever name an entry that a crash could take away.
 */
void checkpoint_give_meta(struct checkpoint *checkpoint, const struct database_meta *meta);
/* The head that this checkpoint began with. */
struct journal_head checkpoint_head(const struct checkpoint *checkpoint);

struct checkpoint_stats {
	uint64_t sweeps, records, chunks;
	uint64_t last_records, last_ns; /* of the last whole sweep */
	uint64_t chunk_ns_max;
	size_t count; /* records of the sweep under way, 0 if there is none */
	size_t left;  /* of these, not in a chunk yet */
};
void checkpoint_stats(const struct checkpoint *checkpoint, struct checkpoint_stats *stats);

#endif
