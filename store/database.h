/*
 * LMDB, in the one way we use it: default synchronous mode, one environment a data folder, one
 * writing thread, short readers. No other file includes lmdb.h.
 *
 * One LMDB database for each table: key → version (8 bytes) and value. One named "meta": what the
 * tables stand for.
 *
 *   folder   8 bytes  the data folder's random number
 *   format   4 bytes  DATABASE_FORMAT
 *   applied  journal position up to which all effects are in the tables (some are newer), and how the journal goes on there
 *   runs     the numbers of the id runs in force, newest first
 *   dropped  4 bytes  the day before which ids may have been dropped from them; missing: none was
 *   epoch    8 bytes  of the last start
 *   clean    1 byte   the last end was a clean one: nothing lies behind `applied`
 *   digest/T 16 bytes for table T: count of records, and the sum modulo 2^64 of their hashes. Kept in the transaction that changes the
 *            table; `fsck` recomputes it, since LMDB has no checksums of its own.
 *
 * Threads: reading on any, each with its own reader; writing on one at a time.
 */
#ifndef SUANPAN_DATABASE_H
#define SUANPAN_DATABASE_H

#include "ids.h"
#include "journal.h"
#include "records.h"

#define DATABASE_FORMAT 1

struct database;
struct database_reader;
struct database_writer;

/* What the tables stand for. */
struct database_meta {
	uint64_t folder;
	struct journal_head applied;
	uint64_t epoch;
	bool clean;
	int32_t ids_dropped_before; /* as ids.h says, with the runs */
	size_t run_count;
	struct id_run_name runs[IDS_RUNS_MAX];
};

/*
 * Opens the environment in `directory` (made if missing, unless read_only). map_bytes is the fixed
 * size of the map; the file grows only as it is used. A new one has an all-zero meta with folder 0,
 * of which no ids were dropped.
 * STATUS_UNSUPPORTED: another format.
 *
 * read_only writes nothing at all, not even LMDB's own lock file: whoever asks for it sees to it
 * that nobody writes meanwhile.
 */
enum status database_open(const char *directory, uint64_t map_bytes, bool read_only,
	struct database **database, struct fault *fault);
void database_close(struct database *database);

/* Share of the map that is in use, in percent. */
unsigned database_used_percent(const struct database *database);

enum status database_read_begin(
	struct database *database, struct database_reader **reader, struct fault *fault);
void database_read_end(struct database_reader *reader);
enum status
database_read_meta(struct database_reader *reader, struct database_meta *meta, struct fault *fault);
/* The record, or *found false. The value points into the map: copy it before database_read_end. */
enum status database_get(struct database_reader *reader, uint8_t table, struct bytes key,
	bool *found, struct bytes *value, uint64_t *version, struct fault *fault);
/* All records of a table in key order, until `visit` returns false. */
enum status database_each(struct database_reader *reader, uint8_t table,
	bool (*visit)(void *context, struct bytes key, struct bytes value, uint64_t version),
	void *context, struct fault *fault);

/* The same for the records whose keys come after `after` (all, if its size is 0). */
enum status database_each_after(struct database_reader *reader, uint8_t table, struct bytes after,
	bool (*visit)(void *context, struct bytes key, struct bytes value, uint64_t version),
	void *context, struct fault *fault);

struct database_digest {
	uint64_t count;
	uint64_t sum;
};
/* What one record adds to its table's sum. */
uint64_t
database_record_hash(uint8_t table, struct bytes key, struct bytes value, uint64_t version);
enum status database_read_digest(struct database_reader *reader, uint8_t table,
	struct database_digest *digest, struct fault *fault);

/*
 * A writing transaction. Ends with commit (durable when it returns STATUS_OK) or abort; commit ends
 * it in either case.
 */
enum status database_write_begin(
	struct database *database, struct database_writer **writer, struct fault *fault);
/* Value size 0 removes the record. Fast in key order. */
enum status database_put(struct database_writer *writer, uint8_t table, struct bytes key,
	struct bytes value, uint64_t version, struct fault *fault);
enum status database_put_meta(
	struct database_writer *writer, const struct database_meta *meta, struct fault *fault);
enum status database_commit(struct database_writer *writer, struct fault *fault);
void database_abort(struct database_writer *writer);

/*
 * Fault injection: LMDB call number `countdown` (1 is the next) fails as if the disk had; 0
 * switches off. Process-wide.
 */
void database_fail_at(uint64_t countdown);
uint64_t database_call_count(void);

#endif
