/* LMDB in the one way we use it (see database.h). */
#include "database.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <errno.h>
#include <lmdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION_BYTES = 8, READERS_MAX = 64, STORED_MAX = VERSION_BYTES + RECORD_VALUE_MAX };

struct database {
	MDB_env *env;
	MDB_dbi tables[TABLE_END]; /* by enum table; 0: none, in an old folder that is only read */
	MDB_dbi meta;
	size_t map_bytes;
	char path[1000];
};

struct database_reader {
	struct database *database;
	MDB_txn *txn;
};

struct database_writer {
	struct database *database;
	MDB_txn *txn;
	MDB_cursor *cursors[TABLE_END]; /* opened when first needed */
	struct database_digest digests[TABLE_END];
	bool touched[TABLE_END];
	uint8_t *stored; /* version and value, as they go into the map */
};

/* ---- faults, injected and real ---- */

static atomic_uint_fast64_t fail_countdown;
static atomic_uint_fast64_t call_count;

void
database_fail_at(uint64_t countdown)
{
	atomic_store(&fail_countdown, countdown);
	atomic_store(&call_count, 0);
}

uint64_t
database_call_count(void)
{
	return atomic_load(&call_count);
}

static bool
fails_now(void)
{
	atomic_fetch_add(&call_count, 1);
	uint64_t left = atomic_load(&fail_countdown);
	while (left > 0) {
		if (atomic_compare_exchange_weak(&fail_countdown, &left, left - 1))
			return left == 1;
	}
	return false;
}

/* Every LMDB call that can fail goes through this. */
#define WRITE_BYTES_MAX (64 * 4096) /* of one write of LMDB 0.9 */
#define LMDB(call) (fails_now() ? EIO : (call))

/* A commit ends the transaction in either case, also when it fails by injection. */
static int
commit_txn(MDB_txn *txn)
{
	if (!fails_now())
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return EIO;
}

/*
 * A table is not there: because there are none before the first transaction, or because LMDB has
 * lost them.
 */
static enum status
no_tables_fault(const struct database *database, struct fault *fault)
{
	MDB_envinfo info;
	if (mdb_env_info(database->env, &info) == 0 && info.me_last_txnid == 0)
		return fault_set(fault, STATUS_NOT_FOUND, "%s: there are no tables in it yet",
			database->path);
	return fault_set(fault, STATUS_CORRUPT,
		"%s: a table is missing; stop, move this folder away and start again: it is rebuilt from the journal",
		database->path);
}

/* LMDB says EIO, too, when a disk becomes full in the midst of a write. */
static bool
is_cut_by_full_disk(const struct database *database, int code)
{
	uint64_t free_bytes;
	return code == EIO && disk_free_bytes(database->path, &free_bytes, NULL) == STATUS_OK &&
		free_bytes < WRITE_BYTES_MAX;
}

static enum status
lmdb_fault(const struct database *database, int code, const char *doing, struct fault *fault)
{
	if (code == MDB_MAP_FULL)
		return fault_set(fault, STATUS_FULL,
			"%s: the state's map of %zu bytes is full while %s; raise state.map and start again",
			database->path, database->map_bytes, doing);
	if (code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_INVALID)
		return fault_set(fault, STATUS_CORRUPT,
			"%s: LMDB says \"%s\" while %s; stop, move this folder away and start again: it is rebuilt from the journal",
			database->path, mdb_strerror(code), doing);
	if (code == MDB_NOTFOUND)
		return no_tables_fault(database, fault);
	if (code == MDB_VERSION_MISMATCH)
		return fault_set(fault, STATUS_UNSUPPORTED,
			"%s: written by another version of LMDB", database->path);
	if (code > 0)
		return fault_system(fault, code, "%s: %s", database->path, doing);
	return fault_set(fault, STATUS_IO, "%s: LMDB says \"%s\" while %s", database->path,
		mdb_strerror(code), doing);
}

/* The same of a call that writes to the disk. */
static enum status
write_fault(const struct database *database, int code, const char *doing, struct fault *fault)
{
	return lmdb_fault(
		database, is_cut_by_full_disk(database, code) ? ENOSPC : code, doing, fault);
}

/* ---- opening ---- */

static enum status
open_tables(struct database *database, bool read_only, struct fault *fault)
{
	MDB_txn *txn;
	unsigned make = read_only ? 0 : MDB_CREATE;
	int code = LMDB(mdb_txn_begin(database->env, NULL, read_only ? MDB_RDONLY : 0, &txn));
	if (code != 0)
		return lmdb_fault(database, code, "beginning to open tables", fault);
	code = LMDB(mdb_dbi_open(txn, "meta", make, &database->meta));
	for (uint8_t table = 1; table < TABLE_END && code == 0; table++) {
		if (table_name(table) == NULL)
			continue;
		code = LMDB(mdb_dbi_open(txn, table_name(table), make, &database->tables[table]));
		if (code == MDB_NOTFOUND && table > TABLE_SETTING)
			code = 0; /* the folder is older than the table, and nothing is in it */
	}
	if (code != 0) {
		mdb_txn_abort(txn);
		return lmdb_fault(database, code, "opening tables", fault);
	}
	code = commit_txn(txn);
	return code == 0 ? STATUS_OK : write_fault(database, code, "making tables", fault);
}

enum status
database_open(const char *directory, uint64_t map_bytes, bool read_only, struct database **database,
	struct fault *fault)
{
	struct database *opened = memory_new_zeroed(1, sizeof *opened);
	if (opened == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory to open %s", directory);
	snprintf(opened->path, sizeof opened->path, "%s", directory);
	opened->map_bytes = (size_t)map_bytes;
	enum status status = STATUS_OK;
	if (!read_only)
		status = disk_make_directory(directory, fault);
	if (status != STATUS_OK)
		goto free_it;
	int code = LMDB(mdb_env_create(&opened->env));
	if (code == 0)
		code = LMDB(mdb_env_set_mapsize(opened->env, opened->map_bytes));
	if (code == 0)
		code = LMDB(mdb_env_set_maxdbs(opened->env, TABLE_END + 1));
	if (code == 0)
		code = LMDB(mdb_env_set_maxreaders(opened->env, READERS_MAX));
	if (code == 0)
		code = LMDB(mdb_env_open(opened->env, directory,
			MDB_NOTLS | MDB_NORDAHEAD | (read_only ? MDB_RDONLY | MDB_NOLOCK : 0u),
			0600));
	if (code != 0) {
		status = lmdb_fault(opened, code, "opening it", fault);
		goto close_it;
	}
	int stale;
	if (!read_only)
		mdb_reader_check(opened->env, &stale);
	status = open_tables(opened, read_only, fault);
	if (status != STATUS_OK)
		goto close_it;
	*database = opened;
	return STATUS_OK;

close_it:
	if (opened->env != NULL)
		mdb_env_close(opened->env);
free_it:
	memory_free(opened);
	return status;
}

void
database_close(struct database *database)
{
	if (database == NULL)
		return;
	mdb_env_close(database->env);
	memory_free(database);
}

unsigned
database_used_percent(const struct database *database)
{
	MDB_envinfo info;
	MDB_stat stat;
	if (mdb_env_info(database->env, &info) != 0 || mdb_env_stat(database->env, &stat) != 0)
		return 0;
	uint64_t used = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
	return (unsigned)(used * 100 / info.me_mapsize);
}

/* ---- reading ---- */

enum status
database_read_begin(struct database *database, struct database_reader **reader, struct fault *fault)
{
	struct database_reader *begun = memory_new(sizeof *begun);
	if (begun == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory to read %s", database->path);
	begun->database = database;
	int code = LMDB(mdb_txn_begin(database->env, NULL, MDB_RDONLY, &begun->txn));
	if (code != 0) {
		memory_free(begun);
		return lmdb_fault(database, code, "beginning to read", fault);
	}
	*reader = begun;
	return STATUS_OK;
}

void
database_read_end(struct database_reader *reader)
{
	if (reader == NULL)
		return;
	mdb_txn_abort(reader->txn);
	memory_free(reader);
}

static MDB_val
val_of(struct bytes bytes)
{
	return (MDB_val){ bytes.size, (void *)(uintptr_t)bytes.data };
}

/* A value of the meta table; *size 0 if it is not there. */
static enum status
meta_get(struct database *database, MDB_txn *txn, const char *name, void *into, size_t room,
	size_t *size, struct fault *fault)
{
	MDB_val key = { strlen(name), (void *)(uintptr_t)name };
	MDB_val value;
	int code = LMDB(mdb_get(txn, database->meta, &key, &value));
	*size = 0;
	if (code == MDB_NOTFOUND)
		return STATUS_OK;
	if (code != 0)
		return lmdb_fault(database, code, "reading meta", fault);
	if (value.mv_size > room)
		return fault_set(fault, STATUS_CORRUPT,
			"%s: meta value %s has %zu bytes, at most %zu", database->path, name,
			value.mv_size, room);
	memcpy(into, value.mv_data, value.mv_size);
	*size = value.mv_size;
	return STATUS_OK;
}

static enum status
meta_check_format(struct database *database, MDB_txn *txn, struct fault *fault)
{
	uint32_t format = 0;
	size_t size;
	enum status status = meta_get(
		database, txn, "format", &format, sizeof format, &size, fault);
	if (status == STATUS_OK && size > 0 && format != DATABASE_FORMAT)
		return fault_set(fault, STATUS_UNSUPPORTED,
			"%s: format %u; this program knows format %d only", database->path, format,
			DATABASE_FORMAT);
	return status;
}

enum status
database_read_meta(struct database_reader *reader, struct database_meta *meta, struct fault *fault)
{
	struct database *database = reader->database;
	struct database_meta read = { .ids_dropped_before = IDS_NONE_DROPPED };
	uint8_t clean = 0;
	size_t size;
	enum status status = meta_check_format(database, reader->txn, fault);
	if (status == STATUS_OK)
		status = meta_get(database, reader->txn, "folder", &read.folder, sizeof read.folder,
			&size, fault);
	if (status == STATUS_OK)
		status = meta_get(database, reader->txn, "applied", &read.applied,
			sizeof read.applied, &size, fault);
	if (status == STATUS_OK)
		status = meta_get(database, reader->txn, "epoch", &read.epoch, sizeof read.epoch,
			&size, fault);
	if (status == STATUS_OK)
		status = meta_get(
			database, reader->txn, "clean", &clean, sizeof clean, &size, fault);
	if (status == STATUS_OK)
		status = meta_get(database, reader->txn, "dropped", &read.ids_dropped_before,
			sizeof read.ids_dropped_before, &size, fault);
	if (status == STATUS_OK)
		status = meta_get(
			database, reader->txn, "runs", read.runs, sizeof read.runs, &size, fault);
	if (status != STATUS_OK)
		return status;
	read.run_count = size / sizeof read.runs[0];
	read.clean = clean != 0;
	*meta = read;
	return STATUS_OK;
}

enum status
database_get(struct database_reader *reader, uint8_t table, struct bytes key, bool *found,
	struct bytes *value, uint64_t *version, struct fault *fault)
{
	must(table > 0 && table < TABLE_END);
	struct database *database = reader->database;
	MDB_val wanted = val_of(key);
	MDB_val stored;
	int code = database->tables[table] == 0
		? MDB_NOTFOUND
		: LMDB(mdb_get(reader->txn, database->tables[table], &wanted, &stored));
	if (code == MDB_NOTFOUND) {
		*found = false;
		return STATUS_OK;
	}
	if (code != 0)
		return lmdb_fault(database, code, "reading a record", fault);
	struct bytes read = { (const uint8_t *)stored.mv_data + VERSION_BYTES,
		stored.mv_size - VERSION_BYTES };
	if (stored.mv_size <= VERSION_BYTES || !record_is_valid(table, key, read))
		return fault_set(fault, STATUS_CORRUPT,
			"%s: a record of table %s is not well-formed; run suanpan fsck",
			database->path, table_name(table));
	*found = true;
	*value = read;
	*version = load_u64(stored.mv_data);
	return STATUS_OK;
}

/* Puts the cursor on the first record behind the key `after`. */
static int
cursor_begin(MDB_cursor *cursor, struct bytes after, MDB_val *key, MDB_val *stored)
{
	if (after.size == 0)
		return LMDB(mdb_cursor_get(cursor, key, stored, MDB_FIRST));
	*key = val_of(after);
	int code = LMDB(mdb_cursor_get(cursor, key, stored, MDB_SET_RANGE));
	bool is_itself = code == 0 && key->mv_size == after.size &&
		memcmp(key->mv_data, after.data, after.size) == 0;
	return is_itself ? LMDB(mdb_cursor_get(cursor, key, stored, MDB_NEXT)) : code;
}

enum status
database_each_after(struct database_reader *reader, uint8_t table, struct bytes after,
	bool (*visit)(void *context, struct bytes key, struct bytes value, uint64_t version),
	void *context, struct fault *fault)
{
	must(table > 0 && table < TABLE_END);
	struct database *database = reader->database;
	MDB_cursor *cursor;
	MDB_val key, stored;
	if (database->tables[table] == 0)
		return STATUS_OK;
	int code = LMDB(mdb_cursor_open(reader->txn, database->tables[table], &cursor));
	if (code != 0)
		return lmdb_fault(database, code, "opening a cursor", fault);
	code = cursor_begin(cursor, after, &key, &stored);
	while (code == 0) {
		struct bytes record_key = { key.mv_data, key.mv_size };
		size_t head = stored.mv_size < VERSION_BYTES ? stored.mv_size : VERSION_BYTES;
		struct bytes value = { (const uint8_t *)stored.mv_data + head,
			stored.mv_size - head };
		uint64_t version = head < VERSION_BYTES ? 0 : load_u64(stored.mv_data);
		if (!visit(context, record_key, value, version))
			break;
		code = LMDB(mdb_cursor_get(cursor, &key, &stored, MDB_NEXT));
	}
	mdb_cursor_close(cursor);
	return code == 0 || code == MDB_NOTFOUND
		? STATUS_OK
		: lmdb_fault(database, code, "walking a table", fault);
}

enum status
database_each(struct database_reader *reader, uint8_t table,
	bool (*visit)(void *context, struct bytes key, struct bytes value, uint64_t version),
	void *context, struct fault *fault)
{
	return database_each_after(reader, table, (struct bytes){ NULL, 0 }, visit, context, fault);
}

static void
digest_name(char name[16], uint8_t table)
{
	snprintf(name, 16, "digest/%u", table);
}

static enum status
digest_get(struct database *database, MDB_txn *txn, uint8_t table, struct database_digest *digest,
	struct fault *fault)
{
	char name[16];
	size_t size;
	struct database_digest read = { 0, 0 };
	digest_name(name, table);
	enum status status = meta_get(database, txn, name, &read, sizeof read, &size, fault);
	if (status == STATUS_OK)
		*digest = read;
	return status;
}

enum status
database_read_digest(struct database_reader *reader, uint8_t table, struct database_digest *digest,
	struct fault *fault)
{
	must(table > 0 && table < TABLE_END);
	return digest_get(reader->database, reader->txn, table, digest, fault);
}

/* The hash of a record whose version and value stand together. */
static uint64_t
stored_hash(uint8_t table, struct bytes key, const void *stored, size_t size)
{
	return hash64(stored, size, hash64(key.data, key.size, table));
}

uint64_t
database_record_hash(uint8_t table, struct bytes key, struct bytes value, uint64_t version)
{
	static _Thread_local uint8_t stored[STORED_MAX];
	must(value.size <= RECORD_VALUE_MAX);
	store_u64(stored, version);
	memcpy(stored + VERSION_BYTES, value.data, value.size);
	return stored_hash(table, key, stored, VERSION_BYTES + value.size);
}

/* ---- writing ---- */

enum status
database_write_begin(
	struct database *database, struct database_writer **writer, struct fault *fault)
{
	struct database_writer *begun = memory_new_zeroed(1, sizeof *begun);
	if (begun == NULL || (begun->stored = memory_new(STORED_MAX)) == NULL) {
		memory_free(begun);
		return fault_set(fault, STATUS_MEMORY, "no memory to write to %s", database->path);
	}
	begun->database = database;
	int code = LMDB(mdb_txn_begin(database->env, NULL, 0, &begun->txn));
	if (code != 0) {
		memory_free(begun->stored);
		memory_free(begun);
		return lmdb_fault(database, code, "beginning to write", fault);
	}
	*writer = begun;
	return STATUS_OK;
}

static enum status
writer_touch(struct database_writer *writer, uint8_t table, struct fault *fault)
{
	struct database *database = writer->database;
	if (writer->touched[table])
		return STATUS_OK;
	enum status status = digest_get(
		database, writer->txn, table, &writer->digests[table], fault);
	if (status != STATUS_OK)
		return status;
	int code = LMDB(
		mdb_cursor_open(writer->txn, database->tables[table], &writer->cursors[table]));
	if (code != 0)
		return lmdb_fault(database, code, "opening a cursor", fault);
	writer->touched[table] = true;
	return STATUS_OK;
}

enum status
database_put(struct database_writer *writer, uint8_t table, struct bytes key, struct bytes value,
	uint64_t version, struct fault *fault)
{
	must(table > 0 && table < TABLE_END && value.size <= RECORD_VALUE_MAX);
	struct database *database = writer->database;
	enum status status = writer_touch(writer, table, fault);
	if (status != STATUS_OK)
		return status;
	MDB_cursor *cursor = writer->cursors[table];
	struct database_digest *digest = &writer->digests[table];
	MDB_val wanted = val_of(key);
	MDB_val old;
	/*
	 * The search for the old value, whose hash leaves the digest, also finds the place for the
	 * new one.
	 */
	int found = LMDB(mdb_cursor_get(cursor, &wanted, &old, MDB_SET));
	if (found != 0 && found != MDB_NOTFOUND)
		return lmdb_fault(database, found, "looking for a record", fault);
	if (found == 0) {
		digest->sum -= stored_hash(table, key, old.mv_data, old.mv_size);
		digest->count--;
	}
	int code = 0;
	if (value.size > 0) {
		store_u64(writer->stored, version);
		memcpy(writer->stored + VERSION_BYTES, value.data, value.size);
		MDB_val stored = { VERSION_BYTES + value.size, writer->stored };
		wanted = val_of(key);
		code = LMDB(
			mdb_cursor_put(cursor, &wanted, &stored, found == 0 ? MDB_CURRENT : 0u));
		digest->sum += stored_hash(table, key, writer->stored, VERSION_BYTES + value.size);
		digest->count++;
	} else if (found == 0) {
		code = LMDB(mdb_cursor_del(cursor, 0));
	}
	return code == 0 ? STATUS_OK : write_fault(database, code, "writing a record", fault);
}

static enum status
meta_put(struct database_writer *writer, const char *name, const void *data, size_t size,
	struct fault *fault)
{
	MDB_val key = { strlen(name), (void *)(uintptr_t)name };
	MDB_val value = { size, (void *)(uintptr_t)data };
	int code = LMDB(mdb_put(writer->txn, writer->database->meta, &key, &value, 0));
	return code == 0 ? STATUS_OK : write_fault(writer->database, code, "writing meta", fault);
}

enum status
database_put_meta(
	struct database_writer *writer, const struct database_meta *meta, struct fault *fault)
{
	must(meta->folder != 0 && meta->run_count <= IDS_RUNS_MAX);
	uint32_t format = DATABASE_FORMAT;
	uint8_t clean = meta->clean;
	enum status status = meta_put(writer, "format", &format, sizeof format, fault);
	if (status == STATUS_OK)
		status = meta_put(writer, "folder", &meta->folder, sizeof meta->folder, fault);
	if (status == STATUS_OK)
		status = meta_put(writer, "applied", &meta->applied, sizeof meta->applied, fault);
	if (status == STATUS_OK)
		status = meta_put(writer, "epoch", &meta->epoch, sizeof meta->epoch, fault);
	if (status == STATUS_OK)
		status = meta_put(writer, "clean", &clean, sizeof clean, fault);
	if (status == STATUS_OK)
		status = meta_put(writer, "dropped", &meta->ids_dropped_before,
			sizeof meta->ids_dropped_before, fault);
	if (status == STATUS_OK)
		status = meta_put(
			writer, "runs", meta->runs, meta->run_count * sizeof meta->runs[0], fault);
	return status;
}

static void
writer_free(struct database_writer *writer)
{
	memory_free(writer->stored);
	memory_free(writer);
}

enum status
database_commit(struct database_writer *writer, struct fault *fault)
{
	struct database *database = writer->database;
	for (unsigned table = 1; table < TABLE_END; table++) {
		char name[16];
		if (!writer->touched[table])
			continue;
		digest_name(name, (uint8_t)table);
		enum status status = meta_put(writer, name, &writer->digests[table],
			sizeof writer->digests[table], fault);
		if (status != STATUS_OK) {
			database_abort(writer);
			return status;
		}
	}
	/* Cursors of a writing transaction end with it. */
	int code = commit_txn(writer->txn);
	writer_free(writer);
	return code == 0 ? STATUS_OK : write_fault(database, code, "committing", fault);
}

void
database_abort(struct database_writer *writer)
{
	if (writer == NULL)
		return;
	mdb_txn_abort(writer->txn);
	writer_free(writer);
}
