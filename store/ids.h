/*
 * Request ids that were decided: the memory behind "once". For every (scope, id) it keeps a
 * 128-bit hash, the day of the event, and the journal position of the entry that answered it. The
 * entry itself holds the true scope and id, so whoever gets a position compares; a hash that
 * collides leads to the next candidate, never to a wrong answer.
 *
 * What is recent lies in a hash table in memory (a generation, id_table.h). When it is full, or a
 * checkpoint begins, it is sealed: a worker sorts it and writes it as a run: an immutable file,
 * sorted by hash, with a filter (id_run.h). Runs of similar size are merged; ids whose day is past
 * `age_max` are dropped by the merge, and a run of which all are past is removed. No B-tree insert
 * is ever made for an id, and a restart reads no history: filters are mapped, and only what the
 * journal says after the last checkpoint is added again.
 *
 * An id is looked up in all runs, not only in those of its own day: the same id sent again with a
 * time on the other side of midnight is the same id. The price is the filters (id_filter.h):
 * mapped memory of 1.3 to 2.5 bytes an id kept, and 0.125 more for the fences.
 *
 *   probe (shard thread)         search (any worker)
 *   generations → filters ──maybe──► runs that may have it, newest first → positions
 *
 * Sizes of runs fall into classes by powers of `merge_at`, the first of them below 64 Ki ids. When
 * a class has merge_at runs (or, if merging fell behind, more, up to 16) they become one. So there
 * are fewer than merge_at runs a class when merging keeps up, and an id is written once for each
 * class it passes.
 *
 * Dropped for good. What bounds the ages that are accepted may be raised later, or the clock have
 * been wrong; then ids are missing that somebody may ask for. So it is kept before which day ids
 * were ever dropped, and whoever decides must take nothing older.
 *
 * Crash safety. A file appears complete or not at all. The list of runs is durable where the
 * caller keeps it; a file that a merge replaced is kept until ids_listed says that a list without
 * it is durable, and a file that no list has is removed by ids_open. So after a crash the files of
 * the last durable list are all there, and what is in none of them is at or above what
 * ids_unsealed_from said when the list was taken: take both in the same turn.
 *
 * Threads: one owner (the shard thread) calls everything but ids_search, ids_view_release,
 * ids_job_run and ids_run_check, which run on any thread over what they were given. Nothing here
 * takes a lock.
 */
#ifndef SUANPAN_IDS_H
#define SUANPAN_IDS_H

#include "../engine/base/digest.h"
#include "disk.h"

struct ids;
struct ids_view; /* an immutable set of sealed generations and runs, counted references */

struct ids_options {
	char directory[1000]; /* made if it is missing */
	uint64_t folder;      /* the data folder's random number */
	/* Ids in a generation before it is sealed: 2^12 to 2^22, default 2^20. */
	size_t generation_count_max;
	/* Sealed generations that may wait for the disk, then back-pressure: 1 to 15, default 4. */
	size_t generations_max;
	/* Runs of one size class that are merged into one: 2 to 16, default 4. */
	unsigned merge_at;
	int32_t dropped_before; /* as ids_dropped_before said with the list; IDS_NONE_DROPPED */
};
#define IDS_NONE_DROPPED INT32_MIN
#define IDS_GENERATION_COUNT_MIN ((size_t)1 << 12)
#define IDS_GENERATION_COUNT_MAX ((size_t)1 << 22)
#define IDS_GENERATIONS_MAX 15
#define IDS_MERGE_AT_MAX 16
#define IDS_RUNS_MAX 256

/* One run as the store's meta table lists it; names are DIR/<number as 16 hex digits>.ids. */
struct id_run_name {
	uint64_t number;
};

/*
 * Opens the runs listed, newest first, checks headers and filters, and removes the runs in the
 * directory that are not listed. All memory for generations is taken here: (generations_max + 1) ×
 * 48 bytes an id and more where generation_count_max is no power of two. A table costs real memory
 * when it is first used. STATUS_LIMIT: an option is out of its bounds.
 */
enum status ids_open(struct ids **ids, const struct ids_options *options,
	const struct id_run_name *runs, size_t run_count, struct fault *fault);
/* No job may be out and all views must have been released. NULL is fine. */
void ids_close(struct ids *ids);

#define IDS_NAME_BYTES_MAX 128
/*
 * The hash of a request id; the scope is the service id or account. Each at most
 * IDS_NAME_BYTES_MAX.
 */
struct hash128 ids_hash(uint64_t folder, struct text scope, struct text id);

/* Fetches the cache lines that ids_probe will touch, to hide their latency: some 16 ids ahead. */
void ids_prefetch(const struct ids *ids, struct hash128 hash);

enum ids_outcome {
	IDS_ABSENT, /* surely never decided */
	IDS_FOUND,  /* in memory: *position is the newest candidate */
	IDS_MAYBE,  /* a filter says maybe: have a worker ids_search */
};
/*
 * `before` is UINT64_MAX at first; after a candidate turned out to be another id of the same hash,
 * its position: older candidates are wanted.
 *
 * A search that found nothing turns IDS_MAYBE into absent as long as ids_view_number is what it
 * was when the view was taken: what was added since is in memory, and ids_probe looks there first.
 */
enum ids_outcome
ids_probe(const struct ids *ids, struct hash128 hash, uint64_t before, uint64_t *position);

/* False: the generation is full and too many wait to be written: back-pressure. */
bool ids_may_add(const struct ids *ids);
/*
 * Remembers an id; ids_may_add must be true. Positions never fall from one call to the next (they
 * are the journal's), and are below UINT64_MAX. The same hash and position again changes nothing.
 *
 * After a restart everything from ids_unsealed_from of the last checkpoint on is added again,
 * though some of it may be in a listed run; before that is done, a probe need not give the
 * *newest* candidate.
 */
void ids_add(struct ids *ids, struct hash128 hash, uint64_t position, int32_t day);

/*
 * The current sealed generations and runs, kept alive until ids_view_release (any thread). NULL
 * without memory.
 */
struct ids_view *ids_view_take(struct ids *ids);
void ids_view_release(struct ids_view *view);
/* Changes whenever a view taken now would differ from one taken before. Never 0. */
uint64_t ids_view_number(const struct ids *ids);
/*
 * The newest candidate below `before` in the view; *found false if there is none. Any thread;
 * reads the disk. STATUS_CORRUPT: what was read is not what was written; nothing may be concluded
 * about the id.
 */
enum status ids_search(const struct ids_view *view, struct hash128 hash, uint64_t before,
	bool *found, uint64_t *position, struct fault *fault);

/*
 * Sealing. ids_seal closes the current generation (if it has any ids) so that a job can write it;
 * ids_add calls it when the generation is full. If too many generations wait, it is closed as soon
 * as one of them is written: ids_unsealed_from tells when all of an earlier time is in runs.
 *
 * ids_job_next gives the next piece of work: write the oldest sealed generation (if all of it is
 * durable), tidy up (empty a
 * table for reuse, remove files that no list has), or merge; NULL if there is none. Each of the
 * three is out at most once. Ask again after each ids_add that sealed, ids_seal, ids_job_done and
 * ids_listed. A worker runs ids_job_run; then the owner calls ids_job_done, which makes the new
 * run part of the view and *keeps the old files* until the list of runs is durable. A job that
 * failed left everything as it was, and is given out again under a new number: after a failure
 * wait before asking. A job may be given back without having run (succeeded = false).
 *
 * `today` is the day of the shard's clock, for dropping; an id of day d is dropped when d < today
 * - age_max_days.
 */
void ids_seal(struct ids *ids);
/*
 * From now on no id at or above this position is written into a run: where the entry of an id in a
 * run is read, it is on the disk, also after a crash. Never falls; UINT64_MAX before the first
 * call.
 */
void ids_set_durable(struct ids *ids, uint64_t position);
struct ids_job;
struct ids_job *ids_job_next(struct ids *ids, int32_t today, int32_t age_max_days);
/* Before it is run: it shall stand back for others, and may take twice as long for it. */
void ids_job_pace(struct ids_job *job);
enum status ids_job_run(struct ids_job *job, struct fault *fault); /* worker */
void ids_job_done(struct ids *ids, struct ids_job *job, bool succeeded);

/*
 * Ids at or above this position are not yet in a run: the journal must be replayed from here at
 * the latest. UINT64_MAX: all are.
 */
uint64_t ids_unsealed_from(const struct ids *ids);

/*
 * Ids of days before this one may have been dropped, IDS_NONE_DROPPED: none was. Never falls. It
 * belongs to the list of runs: take both in the same turn.
 */
int32_t ids_dropped_before(const struct ids *ids);

/*
 * The list of runs to write into the meta table, newest first, at most `room` of them; returns how
 * many there are, ≤ IDS_RUNS_MAX. Then, when that is durable, ids_listed has the files removed
 * that a merge replaced (or whose days are past) and that are not in it.
 */
size_t ids_list(const struct ids *ids, struct id_run_name *runs, size_t room);
void ids_listed(struct ids *ids, const struct id_run_name *runs, size_t run_count);

struct ids_stats {
	uint64_t in_memory;     /* ids in generations */
	uint64_t in_runs;       /* ids in runs */
	uint64_t runs;          /* runs in the view */
	uint64_t memory_bytes;  /* taken for generations */
	uint64_t mapped_bytes;  /* filters and fences of the runs */
	uint64_t written_bytes; /* to runs, since ids_open */
};
void ids_stats(const struct ids *ids, struct ids_stats *stats);

/*
 * For fsck: reads a whole run, checks order, checksums and bounds, and calls `visit` (may be NULL)
 * for each id, until it returns false.
 */
enum status ids_run_check(const char *path, uint64_t folder,
	bool (*visit)(void *context, struct hash128 hash, uint64_t position, int32_t day),
	void *context, struct fault *fault);

#endif
