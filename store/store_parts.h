/* The inside of a store, shared by store.c, append.c, turn.c, want.c, range.c, warm.c and recover.c only. */
#ifndef SUANPAN_STORE_PARTS_H
#define SUANPAN_STORE_PARTS_H

#include "archiver.h"
#include "backstage.h"
#include "folder.h"
#include "store.h"

#include <stdatomic.h>

/* Lists of wants, first in first out. */
struct want_list {
	struct want *first;
	struct want *last;
};

#define MAP_FULL_PERCENT 90u /* of LMDB's map: new work is refused */
#define PENDING_SLOTS 1024
#define READINGS_MAX 4

struct store {
	struct store_settings settings;
	struct store_events events;
	uv_loop_t *loop;
	struct folder folder;
	struct database *database;
	struct shelf *shelf;
	struct ids *ids;
	struct journal *journal;
	struct checkpoint *checkpoint;
	struct archiver *archiver;
	struct backstage *backstage;
	struct database_meta meta; /* as it is in LMDB */
	int64_t now_ms;

	/* Who is told of timers that are set; NULL: nobody. */
	void (*timer_set)(void *context, struct bytes key);
	void *timer_context;

	/* Failures come from other threads. */
	uv_mutex_t fault_lock;
	atomic_bool has_failed;
	struct fault fault;
	bool failure_told;

	/* The loop's handles. */
	uv_async_t wake;
	uv_timer_t timer;
	unsigned open_handles;
	uint64_t durable_seen;

	/* Waiting. */
	struct want_list cold;               /* for the next workers */
	struct want *pending[PENDING_SLOTS]; /* records that are being read, by hash */
	struct want_list durables;
	struct want_list rooms;
	struct want_list
		starved; /* records that were read and found no memory; after the next checkpoint */
	unsigned readings;       /* workers under way */
	unsigned id_jobs;        /* the same, for runs */
	struct id_work *id_work; /* ready for the next of them, or NULL */
	bool progressed;         /* something that back-pressure may have waited for has happened */

	/* Tables of which all records are in memory, unless one was dropped; a bit each. */
	uint32_t complete;
	struct warming *warming; /* NULL: not under way */

	/* Checkpoints. */
	uint64_t checkpoint_began_ns;
	uint64_t checkpoint_began_position;
	uint64_t decided_seen,
		decided_ns; /* where the journal was in the last turn, and since when */

	/* The open batch, while it waits for company. */
	uint64_t linger_batch; /* its number */
	uint64_t linger_began_ns;

	bool closing;
	bool map_is_full;
	bool memory_is_short;           /* somebody waits for memory that a checkpoint will free */
	uint64_t id_jobs_not_before_ns; /* after the disk was full */
	uint64_t free_checked_ns;
	bool disk_is_full;

	uint64_t recovered_entries;
	uint64_t recovery_ns;
	uint64_t cold_reads;
	uint64_t busy;
};

/*
 * Bytes of journal that LMDB does not stand for yet. (`applied` is the end of a padded frame, so it
 * may lie past the last entry.)
 */
static inline uint64_t
store_behind_bytes(const struct store *store)
{
	uint64_t decided = journal_decided(store->journal);
	uint64_t applied = store->meta.applied.position;
	return decided > applied ? decided - applied : 0;
}

/* The records that an entry changes, in the order of its effects. */
struct change {
	struct shelf_record *record;
	uint64_t hash; /* when appending: of the key of one that is not where it was seen */
};
struct changes {
	struct change list[ENTRY_EFFECTS_MAX];
};
/*
 * Finds memory for one effect: pins first, room later, since making room for one may drop what is
 * not pinned. False without memory, and nothing that anybody can see has changed.
 */
bool
store_pin(struct store *store, struct changes *changes, size_t index, const struct effect *effect);
bool store_make_room(
	struct store *store, struct changes *changes, size_t index, const struct effect *effect);
/*
 * Applies an entry that stands in the journal at `position`: the only code that changes state. It
 * can't fail.
 */
void store_apply(struct store *store, uint64_t position, const struct entry *entry,
	const struct changes *changes);

/* recover.c: brings shelf and ids up to the end of the journal. */
enum status
store_recover(struct store *store, struct journal_head *head, bool *torn, struct fault *fault);
/* Writes all changed records to LMDB, here and now. */
enum status store_sweep_now(struct store *store, struct fault *fault);
/* Writes runs until ids may be added again, or, with `all`, until no id is left in memory. */
enum status store_write_ids(struct store *store, bool all, struct fault *fault);
/* store.c: the runs of ids as they are now. */
void store_list_ids(const struct store *store, struct database_meta *meta);

/*
 * warm.c: begins to bring records into memory while there is room, a chunk a worker; store_close
 * waits for it.
 */
void warm_begin(struct store *store);

/* want.c */
void wants_send(struct store *store); /* cold ones to workers */
void wants_durable(struct store *store, uint64_t durable);
void wants_room(struct store *store);
void wants_starved(struct store *store); /* tries again those that found no memory */
void wants_drop(struct store *store);    /* closing: lets go what they hold */
void id_jobs_send(struct store *store);

/* range.c: before a worker reads a page; on the worker; and on the loop. False: once more. */
void range_begin(struct store *store, struct want *want);
void range_read(struct store *store, struct want *want);
bool range_finish(struct store *store, struct want *want);

/*
 * May new work be decided now? STATUS_BUSY: not yet; STATUS_FULL: not before somebody makes room.
 */
enum status store_admits(struct store *store, struct fault *fault);

/* No memory was found at the bound, but a checkpoint will free some. */
bool store_awaits_memory(struct store *store);

/* A failure, from any thread: the loop will be told. */
void store_fail(struct store *store, const struct fault *fault);

#endif
