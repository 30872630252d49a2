/*
 * The store of one shard: its journal, the records in memory, LMDB behind them, the ids that were
 * decided, and the workers that read what is not in memory. Whoever uses it decides; the store
 * remembers.
 *
 *   find    records and ids in memory            LOOKUP_COLD → want: a worker reads it, then decide again
 *   append  an entry: into the journal's open batch, and applied to the records in memory, in one step
 *   durable the entry is on disk: its answer may go
 *
 * A data folder:
 *
 *   folder      text: format, the folder's random number, shard, bytes of a segment
 *   lock        held while a process has the folder open
 *   journal/    segments (journal.h), old ones compressed (archive.h)      the truth
 *   state/      LMDB (database.h)         can be made from the journal
 *   ids/        runs (ids.h)              can be made from the journal
 *   releases/   bundles by name (see engine/releases.h)
 *
 * Opening recovers: everything in the journal behind what LMDB stands for is applied again, by the
 * same function as in append. No rule and no Lua runs. The memory it takes is bounded by the same
 * setting: when changed records fill it, they are swept on the way.
 *
 * Back-pressure. store_append says STATUS_BUSY while the journal's batch is full, checkpoints are
 * too far behind, changed records fill the memory, or ids wait for the disk; and STATUS_FULL while
 * the disk has no room for new work. Nothing was decided then. A request that met STATUS_BUSY wants
 * WANT_ROOM.
 *
 * Thread: the loop's. Callbacks come on it, from the loop.
 */
#ifndef SUANPAN_STORE_H
#define SUANPAN_STORE_H

#include "archiver.h"
#include "checkpoint.h"
#include "entry.h"
#include "ids.h"
#include "journal.h"
#include "shelf.h"

#include <uv.h>

struct store;

struct store_settings {
	char directory[900];
	uint32_t shard;
	size_t records_bytes_max; /* of records in memory */
	uint64_t map_bytes;       /* of LMDB's map */
	uint64_t segment_bytes;   /* used when the folder is made */
	size_t batch_bytes_max;
	unsigned segment_spares;
	uint64_t reserve_bytes; /* of the disk, kept for checkpoints */
	uint64_t
		behind_bytes_max; /* of journal that LMDB may lag behind; a checkpoint begins at a third of it … */
	uint32_t
		checkpoint_ms; /* … or after this, or when nothing was decided for a twelfth of this */
	uint32_t sweep_ms;         /* over which a checkpoint spreads its work at most */
	size_t ids_generation_max; /* ids in memory before a run is written */
	int32_t ids_days;          /* how long an id is kept, by the day of its event */
	int64_t archive_after_ms;  /* segments of the journal are compressed when they are so old */
};
struct store_settings store_settings_default(const char *directory);

struct store_events {
	void *context;
	void (*durable)(void *context); /* store_durable() has grown */
	/* The journal or LMDB failed: nothing more will be durable. Say so and stop the process. */
	void (*failed)(void *context, const struct fault *fault);
	/* While opening: how far recovery is, 0 … total bytes of journal. May be NULL. */
	void (*recovering)(void *context, uint64_t done, uint64_t total);
};

/*
 * Opens or makes the data folder and recovers. STATUS_BUSY: another process has it. STATUS_CORRUPT:
 * damage that must be looked at (the fault says what); nothing was changed.
 */
enum status store_open(struct store **store, const struct store_settings *settings,
	const struct store_events *events, uv_loop_t *loop, struct fault *fault);

/*
 * Ends well: everything durable, a whole checkpoint, marked clean. The loop must not run any more
 * requests; wants still under way are waited for and their `done` is not called. After `failed` it
 * only lets go. If the last checkpoint can't be written (the disk is full), its status says so;
 * nothing is lost, the next start recovers. NULL is fine.
 */
enum status store_close(struct store *store, struct fault *fault);

/* ---- finding ---- */

enum lookup
store_find(struct store *store, struct shelf_key key, struct bytes *value, uint64_t *version);
void store_prefetch_slot(const struct store *store, uint64_t hash);
struct record_seen store_prefetch_record(const struct store *store, uint64_t hash);

/*
 * What a request that waited has learnt about its id, so that deciding again does not ask again.
 * Zero it when the request comes in; the buffer is bound to ENTRY_BYTES_MAX by store_find_id.
 */
#define ID_OTHERS_MAX 8
struct id_memo {
	struct hash128 hash; /* of the id, once it is known; both parts 0 before */
	uint64_t
		wanted; /* the next worker reads the entry at this position; 0: it searches the runs */
	uint64_t view;     /* the runs of this view were searched, 0: none were */
	bool in_runs;      /* and they have it: `bytes` is its entry */
	uint64_t position; /* of the entry in `bytes`, 0: none */
	struct buffer bytes;
	uint64_t others
		[ID_OTHERS_MAX]; /* positions with the same hash that turned out to be other ids */
	unsigned other_count;
};
void id_memo_release(struct id_memo *memo);
void id_memo_clear(struct id_memo *memo); /* keeps the buffer's memory */

/*
 * The entry that answered this id, with its position; views into the journal's memory or the memo,
 * valid until the next call here.
 */
enum lookup store_find_id(struct store *store, struct text scope, struct text id,
	struct id_memo *memo, struct entry *entry, uint64_t *position);
struct hash128 store_id_hash(const struct store *store, struct text scope, struct text id);
void store_prefetch_id(const struct store *store, struct hash128 hash);

/*
 * Ids of events before this instant may be gone, so that nothing older may be decided. INT64_MIN:
 * none are. Only where ids were dropped by a shorter `ids_days` or a wrong clock is this later than
 * what those say.
 */
int64_t store_ids_kept_from(const struct store *store);

/* An entry that is still in memory, or cold. */
enum lookup store_find_entry(struct store *store, uint64_t position, struct entry *entry);

/* ---- waiting for what is cold ---- */

#define RANGE_RECORDS_MAX 256

/*
 * A page of an ordered table (table_is_ordered): what is true of its records when the want is done,
 * whether they lie in LMDB or have changed since. It is empty only where nothing comes behind it.
 */
struct range {
	uint8_t table;
	struct record_key after; /* it begins behind this key; size 0: with the first of all */
	unsigned limit;          /* of its records, at most RANGE_RECORDS_MAX */
	bool stored_only;        /* of any table: only what LMDB has, as it has it */
	/*
	 * When it is done. `bytes` is the caller's to make and to release; with little room in it the
	 * page has fewer records.
	 */
	struct buffer bytes; /* for range_next */
	unsigned count;
	bool more;              /* something may come behind `last` */
	struct record_key last; /* up to here the page is whole; size 0: there is nothing */
	/* the store's: what might make that stale which a worker has read */
	uint64_t sweeps, dropped, chunks;
};
struct range_record {
	struct bytes key, value;
	uint64_t version;
};
/* The next record; `*rest` starts as range->bytes. False at the end. */
bool range_next(struct bytes *rest, struct range_record *record);

enum want_kind {
	WANT_RECORD,  /* `key`: then it is in memory, or known to be absent */
	WANT_ID,      /* `memo`: then it knows what the runs have, or holds an entry to compare */
	WANT_DURABLE, /* `position`: then the entry that begins there is durable */
	WANT_ROOM,    /* store_append may be tried again */
	WANT_RANGE,   /* `range`: then it is filled */
};

struct want {
	enum want_kind kind;
	struct record_key key;
	struct text scope, id; /* WANT_ID, in `names` */
	char names[2 * 80];
	struct id_memo *memo;
	uint64_t position;
	struct range *range;
	struct buffer bytes;
	enum status status; /* of the reading; on failure *fault says why */
	struct fault fault;
	void (*done)(struct want *want); /* on the loop, later, never from store_want */
	void *context;
	/* the store's, while it waits */
	struct want *next;
	struct want
		*slot_next; /* the next record that is being read with the same place in a table */
	struct want *follower; /* another want for the same record */
	unsigned tries;        /* WANT_RECORD: how often there was no memory for it */
	bool found;            /* WANT_RECORD: what the worker saw; WANT_RANGE: LMDB has more */
	uint64_t version;
	struct ids_view *view; /* WANT_ID: what the worker searches */
	uint64_t view_number;
};
/* Starts waiting; the want and what it points to stay the caller's and must live until `done`. */
void store_want(struct store *store, struct want *want);
/* After store_find, store_find_id said LOOKUP_COLD: fills a want for it. */
void want_record(struct want *want, struct shelf_key key);
void want_id(struct want *want, struct text scope, struct text id, struct id_memo *memo);

/* ---- deciding ---- */

/*
 * Appends and applies. entry->effects[].previous is filled in by this, from the records, all of
 * which must be in memory or known absent (found before, in the same turn), or surely new. `day` of the id is that
 * of entry->at_ms. STATUS_BUSY, STATUS_FULL, STATUS_MEMORY: nothing happened. STATUS_LIMIT: nor
 * then, and never will, for it is more than an entry can hold.
 */
enum status store_append(struct store *store, struct entry *entry, struct effect *effects,
	uint64_t *position, struct fault *fault);

/* All that entries below it have made is in LMDB. */
uint64_t store_applied(const struct store *store);
/* The position that is surely below that of every entry still to come. */
uint64_t store_decided(const struct store *store);
uint64_t store_durable(const struct store *store);
struct journal_progress store_progress(const struct store *store);

/*
 * From now on `set` is called with the key of each timer that an entry sets, when it is applied. One
 * watches at a time.
 */
void store_watch_timers(
	struct store *store, void (*set)(void *context, struct bytes key), void *context);

/* Is nothing so near its bound that work which can wait should wait? */
bool store_is_at_ease(const struct store *store);

/* Time for the frames to come; never runs backwards. Set it once a turn. */
void store_set_now(struct store *store, int64_t now_ms);
int64_t store_now(const struct store *store);
/*
 * At the end of each turn of the loop, and now and then within a long one (`more_to_come`): hands
 * the batch to the writer, calls `durable`, sends wants to workers, moves the checkpoint on. Cheap
 * when there is nothing to do. True: a small batch still waits for company, so the loop should look
 * for more at once, without sleeping, and come back.
 */
bool store_turn(struct store *store, bool more_to_come);

/* ---- the folder ---- */

/*
 * All records of a table, wherever they are, in no order, until `visit` returns false. Reads the
 * disk: for small tables, at start.
 */
enum status store_each(struct store *store, enum table table,
	bool (*visit)(void *context, struct bytes key, struct bytes value, uint64_t version),
	void *context, struct fault *fault);

const char *store_directory(const struct store *store);
struct journal_place store_place(const struct store *store);

struct store_stats {
	struct shelf_stats records;
	struct journal_stats journal;
	struct ids_stats ids;
	struct checkpoint_stats checkpoint;
	struct archiver_stats archive;
	uint64_t decided, durable, applied; /* positions */
	uint64_t room_bytes;
	unsigned map_used_percent;
	uint64_t epoch;
	uint64_t recovered_entries, recovery_ns;
	uint64_t cold_reads;
	uint64_t busy; /* appends that met back-pressure */
};
void store_stats(const struct store *store, struct store_stats *stats);

/* Every record in memory, for tests. */
const struct shelf *store_shelf(const struct store *store);

#endif
