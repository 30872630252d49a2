/*
 * The shelf: the records that are in memory. Each has its encoded value and its version, the
 * position of the last entry that changed it. What is not here is in LMDB (cold), or known not to
 * exist (absent).
 *
 *   hash of (table, key) ─► directory ─► segment of 512 slots (tag, pointer) ─► record (header, key, value)
 *
 * Growth. Segments split when 7/8 full, one at a time (extendible hashing), so no insert ever moves
 * more than 512 slots. Records lie in 16 KB slabs of cells of one size. When the bytes in use reach
 * the bound, a hand goes round the cells of the size that is needed and drops a clean record that
 * was not used since it came by last (second chance). Changed records stay until a sweep has
 * written them.
 *
 * Change and sweep. A record that changes gets on the list of changed records, once. A sweep
 * (checkpoint.h) takes the whole list; from then on the record's fate is:
 *
 *   clean ──set──► changed (on the list) ──sweep begins──► swept ──copied into a chunk──► copied ──chunk durable──► clean
 *                                                                          └─ set again ─► on the new list too
 *
 * What came and went between two sweeps, so that LMDB can't have it, is not written: most sessions.
 *
 * What a list has of a table that is read in key order is also in a tree (key_tree.h), as long as
 * that list is not done.
 *
 * A record that outgrows its cell moves to another; the old cell is kept, marked dead, as long as a
 * list names it. So the sweep's thread may read the keys of the records on its list at any time:
 * they never change and don't go away before shelf_sweep_end.
 *
 * Thread: the shard's; but the list that shelf_sweep_begin gave may be sorted, and the keys behind
 * it read, by another.
 */
#ifndef SUANPAN_SHELF_H
#define SUANPAN_SHELF_H

#include "records.h"

struct shelf;
struct shelf_record; /* one record in memory */

/* A key with its hash, for finding. The bytes belong to the caller. */
struct shelf_key {
	uint64_t hash;
	uint8_t table;
	struct bytes bytes;
};
struct shelf_key shelf_key(enum table table, struct bytes bytes);
struct shelf_key shelf_key_of(const struct record_key *key);

/* A key without its hash. The bytes belong to the caller. */
struct record_name {
	uint8_t table;
	struct bytes bytes;
};

/*
 * At most bytes_max of memory, index and lists included; at least 1 MiB. A size of records that
 * came late may take an eighth more, and a few records of each size can always be had. NULL without
 * memory.
 */
struct shelf *shelf_new(size_t bytes_max);
void shelf_free(struct shelf *shelf);

enum lookup {
	LOOKUP_FOUND,
	LOOKUP_ABSENT, /* there is no such record; *version is that of its end, 0 if it never was */
	LOOKUP_COLD,   /* not in memory: the store can load it */
};
/* The value is valid until the next shelf_pin, shelf_make_room, shelf_install or shelf_set. */
enum lookup
shelf_find(struct shelf *shelf, struct shelf_key key, struct bytes *value, uint64_t *version);

/* Fetch the cache lines that shelf_find will touch: first the slot, some time later the record. */
void shelf_prefetch_slot(const struct shelf *shelf, uint64_t hash);
struct record_seen shelf_prefetch_record(const struct shelf *shelf, uint64_t hash);
/*
 * shelf_find without hashing the key, if the record is where it was seen. LOOKUP_COLD: it must be
 * found.
 */
enum lookup shelf_look(const struct record_seen *seen, struct record_name name, struct bytes *value,
	uint64_t *version);

/*
 * Puts a record from LMDB on the shelf; value size 0 and version 0: known not to exist. If the
 * record is there already, nothing changes (what is in memory is never older). False without
 * memory.
 */
bool shelf_install(struct shelf *shelf, struct shelf_key key, struct bytes value, uint64_t version);

/*
 * Change, in three steps. pin finds the record, or makes one that is absent (version 0), and lists
 * it as changed, so that it stays while memory for others is found. make_room sees to it that a
 * value of `value_size` bytes fits, which may put the record elsewhere. Both may fail for want of
 * memory, and then nothing that anybody can see has changed. set can't fail after them. A version
 * only grows. The pointer is good until the next make_room for this record, or the next sweep.
 *
 * Making one may drop others that are not pinned yet. So whoever changes several records, and knows
 * them from having found them, pins those that are here before any is made. pin_seen gives NULL for
 * one that is not where it was seen, pin_found for one that is not here; pin_new makes that.
 */
struct shelf_record *shelf_pin(struct shelf *shelf, struct shelf_key key, size_t value_size);
bool shelf_pin_seen(struct shelf *shelf, const struct record_seen *seen, struct record_name name,
	struct shelf_record **record);
bool shelf_pin_found(struct shelf *shelf, struct shelf_key key, struct shelf_record **record);
struct shelf_record *shelf_pin_new(struct shelf *shelf, struct shelf_key key, size_t value_size);
bool shelf_has_room(const struct shelf_record *record, size_t value_size);
bool shelf_make_room(
	struct shelf *shelf, struct shelf_key key, struct shelf_record **record, size_t value_size);
void
shelf_set(struct shelf *shelf, struct shelf_record *record, struct bytes value, uint64_t version);
uint64_t shelf_record_version(const struct shelf_record *record);
/*
 * May an entry whose effect names `previous` change this record next? The end of a record may have
 * been forgotten when the entry was made: then `previous` is 0. In recovery a record may not be
 * known yet: then its version is 0.
 */
bool shelf_record_follows(const struct shelf_record *record, uint64_t previous);

/*
 * The first key behind `after` (of all, if its size is 0) of an ordered table's records that changed
 * and that the sweep of their list has not written yet. What it is now, if it is at all, says
 * shelf_find. False: there is none.
 */
bool
shelf_next_changed(const struct shelf *shelf, uint8_t table, struct bytes after, struct bytes *key);

/* ---- sweeps, one at a time ---- */

struct shelf_sweep {
	struct shelf_record **records; /* may be reordered by whoever has the sweep */
	size_t count;
};
/* Takes the list of changed records. */
struct shelf_sweep shelf_sweep_begin(struct shelf *shelf);
/* All chunks are done: gives the list and the dead cells back. */
void shelf_sweep_end(struct shelf *shelf, struct shelf_sweep *sweep);

/* The shelf is about to be freed with a sweep under way: frees the list. */
void shelf_sweep_abandon(struct shelf *shelf, struct shelf_sweep *sweep);

/* The key of a record on the list; any thread. */
struct bytes shelf_record_key(const struct shelf_record *record, uint8_t *table);

/*
 * The value of a record on the list, to be copied now; from here on, a change puts it on the new
 * list. False: there is nothing to copy, and it is not to be told as copied. (It outgrew its cell,
 * and its new one is on the list too; or it was made and never set.)
 */
bool shelf_sweep_copy(
	struct shelf *shelf, struct shelf_record *record, struct bytes *value, uint64_t *version);
/* What was copied is durable in LMDB; unless it changed since, the record is clean. */
void shelf_sweep_copied(struct shelf *shelf, struct shelf_record *record);

/*
 * Was a record of this table, one that exists, ever dropped? If not, all that were ever here still
 * are.
 */
bool shelf_has_dropped(const struct shelf *shelf, uint8_t table);

struct shelf_stats {
	size_t records;
	size_t absent;  /* of these, known not to exist */
	size_t changed; /* on the list of changed records */
	size_t bytes;   /* slabs, segments, directory and lists */
	size_t bytes_max;
	size_t kept_bytes; /* of records that are not in LMDB yet */
	uint64_t dropped;
	uint64_t sweeps; /* that have ended */
};
struct shelf_stats shelf_stats(const struct shelf *shelf);

/* Walks all records, for tests and digests. The callback must not change the shelf. */
void shelf_each(const struct shelf *shelf,
	void (*visit)(void *context, uint8_t table, struct bytes key, struct bytes value,
		uint64_t version),
	void *context);

/* Counts, lists and states agree; slow, for tests. */
bool shelf_is_valid(const struct shelf *shelf);

#endif
