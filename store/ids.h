/*
 * Request ids that were decided: the memory behind "once". For every (scope, id) it keeps a 128-bit
 * hash, the day of the event, and the journal position of the entry that answered it. The entry itself holds the true
 * scope and id, so whoever gets a position compares; a hash that collides leads to the next candidate, never to a wrong answer.
 *
 * What is recent lies in a hash table in memory (a generation). When it is full, or a checkpoint begins, it is sealed: a
 * worker sorts it and writes it as a run: an immutable file, sorted by hash, with a filter. Runs of
 * similar size are merged; ids whose day is past `age_max` are dropped by the merge, and a run of which all
 * are past is removed. No B-tree insert is ever made for an id, and a restart reads no history: filters
 * are mapped, and only what the journal says after the last checkpoint is added again.
 *
 * An id is looked up in all runs, not only in those of its own day: the same id sent again with a
 * time on the other side of midnight is the same id. The price is the filters: about 1.25 bytes of (mapped) memory an id kept.
 *
 *   probe (shard thread)         search (any worker)
 *   generations → filters ──maybe──► runs that may have it, newest first → positions
 *
 * A run file, little-endian:
 *    0  8  magic "SPIDRUN1"
 *    8  8  folder        random number of the data folder
 *   16  8  count         of ids
 *   24  8  position_min  of all ids in the run
 *   32  8  position_max
 *   40  4  day_min       days since 1970 UTC
 *   44  4  day_max
 *   48  8  filter_offset a multiple of 4096
 *   56  8  filter_bytes  a power of two
 *   64  8  fence_offset  a multiple of 4096: the first hash of each 4096-byte block, for one read a search
 *   72  8  checksum      XXH3-64 of everything from byte 4096 on, seeded with the folder number
 *   80  8  header_checksum  of bytes 0 … 79, likewise
 *  4096    ids: blocks of 4096 bytes, 128 ids each, sorted by hash (high, low), then by position, newest first; the last block padded
 *          one id, 32 bytes: hash low 8, hash high 8, position 8, day 4, reserved 4 (0)
 *
 * The filter is a blocked Bloom filter: one 64-byte line a lookup, chosen by the low bits of the hash, 8 bits in it by others.
 *
 * Threads: one owner (the shard thread) calls everything but ids_search and the job functions, which run on workers over
 * what they were given. Nothing here takes a lock on the owner's path.
 */
#ifndef SUANPAN_IDS_H
#define SUANPAN_IDS_H

#include "../engine/base/digest.h"
#include "disk.h"

struct ids;
struct ids_view; /* an immutable set of sealed generations and runs, counted references */

struct ids_options {
	char directory[1000];
	uint64_t folder;
	size_t generation_count_max; /* ids in a generation before it is sealed: 2^12 to 2^22, default 2^20 */
	size_t generations_max;      /* sealed generations that may wait for the disk: default 4, then back-pressure */
	unsigned merge_at;           /* runs of one size class that are merged into one: default 4 */
};

/* One run as the store's meta table lists it; names are DIR/<number as 16 hex digits>.ids. */
struct id_run_name {
	uint64_t number;
};

/* Opens the runs listed, newest first, and removes files that are not listed. */
enum status ids_open(struct ids **ids, const struct ids_options *options, const struct id_run_name *runs,
	size_t run_count, struct fault *fault);
void ids_close(struct ids *ids);

/* The hash of a request id; the scope is the service id or account. */
struct hash128 ids_hash(uint64_t folder, struct text scope, struct text id);

/* Fetches the cache lines that ids_probe will touch, to hide their latency. */
void ids_prefetch(const struct ids *ids, struct hash128 hash);

enum ids_outcome {
	IDS_ABSENT, /* surely never decided */
	IDS_FOUND,  /* in memory: *position is the newest candidate */
	IDS_MAYBE,  /* a filter says maybe: have a worker ids_search */
};
/*
 * `before` is UINT64_MAX at first; after a candidate turned out to be another id of the same hash, its position: older
 * candidates are wanted.
 */
enum ids_outcome ids_probe(const struct ids *ids, struct hash128 hash, uint64_t before, uint64_t *position);

/* Remembers an id. False: the generation is full and too many wait to be written: back-pressure (call ids_may_add first). */
bool ids_may_add(const struct ids *ids);
void ids_add(struct ids *ids, struct hash128 hash, uint64_t position, int32_t day);

/* The current sealed generations and runs, kept alive until ids_view_release (any thread). */
struct ids_view *ids_view_take(struct ids *ids);
void ids_view_release(struct ids_view *view);
/* Changes whenever a view taken now would differ from one taken before. */
uint64_t ids_view_number(const struct ids *ids);
/* The newest candidate below `before` in the view; *found false if there is none. Any thread; reads the disk. */
enum status ids_search(const struct ids_view *view, struct hash128 hash, uint64_t before, bool *found,
	uint64_t *position, struct fault *fault);

/*
 * Sealing. ids_seal closes the current generation (if it has any ids) so that a job can write it; ids_add calls it when the
 * generation is full. ids_job_next gives the next piece of work: write the oldest sealed generation, or merge, or
 * NULL if there is none; at most one write and one merge are out at a time. A worker runs ids_job_run; then the owner
 * calls ids_job_done, which makes the new run part of the view and *keeps the old files* until the list of runs is durable.
 *
 * `today` is the day of the shard's clock, for dropping; an id of day d is dropped when d < today - age_max_days.
 */
void ids_seal(struct ids *ids);
struct ids_job;
struct ids_job *ids_job_next(struct ids *ids, int32_t today, int32_t age_max_days);
enum status ids_job_run(struct ids_job *job, struct fault *fault); /* worker */
void ids_job_done(struct ids *ids, struct ids_job *job, bool succeeded);

/* Ids at or above this position are not yet in a run: the journal must be replayed from here at the latest. UINT64_MAX: all are. */
uint64_t ids_unsealed_from(const struct ids *ids);

/* The list of runs to write into the meta table, newest first; then, when that is durable, ids_listed removes what is not in it. */
size_t ids_list(const struct ids *ids, struct id_run_name *runs, size_t room);
#define IDS_RUNS_MAX 256
void ids_listed(struct ids *ids, const struct id_run_name *runs, size_t run_count);

struct ids_stats {
	uint64_t in_memory, in_runs, runs, memory_bytes, mapped_bytes, written_bytes;
};
void ids_stats(const struct ids *ids, struct ids_stats *stats);

/* For fsck: reads a whole run, checks order, checksums and bounds, and calls `visit` for each id. */
enum status ids_run_check(const char *path, uint64_t folder,
	bool (*visit)(void *context, struct hash128 hash, uint64_t position, int32_t day), void *context,
	struct fault *fault);

#endif
