/* The state, LMDB, as fsck holds it against the journal (see fsck.h). */
#include "fsck_parts.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A table that is being walked. */
struct table_walk {
	struct fsck *fsck;
	uint8_t table;
	struct database_digest digest;
	struct buffer bytes; /* of an entry of the journal */
	enum status status;
	struct fault *fault;
};

/* ---- opening ---- */

enum { RECORD_BYTES_MIN = 16 };

struct probe {
	uint64_t left; /* records that may still come: a damaged tree may go round and round */
	uint64_t sum;
};

static bool
probe_record(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	struct probe *probe = context;
	probe->sum += hash64(value.data, value.size, hash64(key.data, key.size, version));
	return probe->left-- > 0;
}

static enum status
probe_all(const char *path, uint64_t map_bytes, struct fault *fault)
{
	struct database *database;
	struct database_reader *reader;
	struct database_meta meta;
	struct probe probe = { .left = map_bytes / RECORD_BYTES_MIN };
	enum status status = database_open(path, map_bytes, true, &database, fault);
	if (status == STATUS_OK)
		status = database_read_begin(database, &reader, fault);
	if (status == STATUS_OK)
		status = database_read_meta(reader, &meta, fault);
	for (uint8_t table = 1; table < TABLE_END && status == STATUS_OK; table++)
		status = database_each(reader, table, probe_record, &probe, fault);
	if (status == STATUS_OK && probe.left == UINT64_MAX)
		status = fault_set(fault, STATUS_CORRUPT, "its pages form a circle");
	return status; /* the process ends: nothing need be closed */
}

/*
 * In the child: reads all of LMDB, and tells its fault through the pipe. What it prints when it
 * crashes is nobody's.
 */
static void
probe_run(const char *path, uint64_t map_bytes, int to)
{
	static const int deadly[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };
	struct fault fault = { .status = STATUS_OK };
	for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++)
		signal(deadly[i], SIG_DFL);
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (nowhere >= 0)
		dup2(nowhere, STDERR_FILENO);
	fault.status = probe_all(path, map_bytes, &fault);
	ssize_t told = write(to, &fault, sizeof fault);
	_exit(told == sizeof fault ? 0 : 1);
}

/* Reads all of LMDB in a child process. STATUS_CORRUPT also if that does not survive. */
static enum status
probe(const char *path, uint64_t map_bytes, struct fault *fault)
{
	int ends[2];
	struct fault told;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return fault_system(fault, errno, "making a pipe");
	pid_t child = fork();
	if (child == 0)
		probe_run(path, map_bytes, ends[1]);
	int code = errno;
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return fault_system(fault, code, "starting a process that reads %s", path);
	}
	ssize_t got;
	while ((got = read(ends[0], &told, sizeof told)) < 0 && errno == EINTR)
		;
	close(ends[0]);
	while (waitpid(child, &code, 0) < 0 && errno == EINTR)
		;
	if (got != sizeof told)
		return fault_set(fault, STATUS_CORRUPT, "%s: reading its pages crashes", path);
	if (told.status != STATUS_OK && fault != NULL)
		*fault = told;
	return told.status;
}

/* The size of a map in which all of the file can be read. 0: there is no file, or an empty one. */
static uint64_t
map_size(const char *directory)
{
	char path[1100];
	struct stat stat_buffer;
	snprintf(path, sizeof path, "%s/data.mdb", directory);
	if (stat(path, &stat_buffer) != 0 || stat_buffer.st_size == 0)
		return 0;
	return ((uint64_t)stat_buffer.st_size | (((uint64_t)1 << 20) - 1)) + 1;
}

static enum status
open_reader(struct fsck *fsck, const char *path, uint64_t map_bytes, struct fault *fault)
{
	enum status status = database_open(path, map_bytes, true, &fsck->database, fault);
	if (status == STATUS_OK)
		status = database_read_begin(fsck->database, &fsck->reader, fault);
	if (status == STATUS_OK)
		status = database_read_meta(fsck->reader, &fsck->meta, fault);
	return status;
}

/* As if there were none. */
static void
forget_state(struct fsck *fsck)
{
	database_read_end(fsck->reader);
	fsck->reader = NULL;
	fsck->meta = (struct database_meta){ .ids_dropped_before = IDS_NONE_DROPPED };
}

enum status
fsck_state_open(struct fsck *fsck, struct fault *fault)
{
	char path[1000];
	struct fault why;
	folder_path(&fsck->folder, "state", path);
	uint64_t map_bytes = map_size(path);
	if (map_bytes == 0)
		return STATUS_OK; /* it will be made from the journal; fsck_row looks whether that goes */
	enum status status = probe(path, map_bytes, &why);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK; /* a kill came before its first transaction */
	if (status == STATUS_UNSUPPORTED || status == STATUS_MEMORY)
		return fault_set(fault, status, "%s", why.text);
	if (status != STATUS_OK) {
		fsck_found(fsck, FSCK_STATE_DAMAGED, path, "LMDB can't be read: %s.", why.text);
		return STATUS_OK;
	}
	status = open_reader(fsck, path, map_bytes, fault);
	if (status != STATUS_OK)
		return status;
	if (fsck->meta.folder == 0) {
		forget_state(fsck);
	} else if (fsck->meta.folder != fsck->folder.number) {
		fsck_found(
			fsck, FSCK_STATE_FOLDER, path, "The state belongs to another data folder.");
		forget_state(fsck);
	}
	return STATUS_OK;
}

/* ---- records ---- */

static void
found(const struct table_walk *walk, struct bytes key, enum fsck_name name, const char *what)
{
	char where[FSCK_WHERE_MAX];
	fsck_where_record(walk->table, key, where);
	fsck_found(walk->fsck, name, where, "%s", what);
}

/* A record that is newer than the boundary: does the entry that it names say so? */
static void
check_newer(struct table_walk *walk, struct bytes key, struct bytes value, uint64_t version)
{
	struct fsck *fsck = walk->fsck;
	struct entry entry;
	struct effect effect;
	if (fsck_in_gap(fsck, version))
		return;
	if (version >= fsck->end.position ||
		journal_read(&fsck->place, version, &walk->bytes, &entry, NULL) != STATUS_OK) {
		found(walk, key, FSCK_STATE_VERSION,
			"The state names an entry that is not in the journal.");
		return;
	}
	struct bytes rest = entry.effect_bytes;
	while (effect_next(&rest, &effect)) {
		if (effect.table != walk->table || !bytes_equal(effect.key, key))
			continue;
		if (!bytes_equal(effect.value, value))
			found(walk, key, FSCK_STATE_VALUE,
				"The state has another value than the entry that it names.");
		return;
	}
	found(walk, key, FSCK_STATE_VERSION,
		"The state names an entry that did not change this record.");
}

/* A record as old as the boundary: it is what the journal gives up to there. */
static void
check_applied(struct table_walk *walk, const struct fsck_record *record, struct bytes key,
	struct bytes value, uint64_t version)
{
	struct fsck *fsck = walk->fsck;
	uint64_t applied = record == NULL ? 0 : record->applied & ~(uint64_t)FLAGS;
	if (applied == 0) {
		if (fsck_is_on_disk(fsck, version))
			found(walk, key, FSCK_STATE_EXTRA,
				"The state has a record that the journal knows nothing of.");
		return;
	}
	/* The entry that it names may be one of those that can't be read. */
	bool is_unknown = version > applied && !fsck_is_on_disk(fsck, version);
	if (is_unknown)
		return;
	if ((record->applied & APPLIED_EXISTS) == 0)
		found(walk, key, FSCK_STATE_EXTRA,
			"The state has a record that the journal has ended.");
	else if (version != applied)
		found(walk, key, FSCK_STATE_VERSION,
			"The state is not what the journal gives: it names another entry.");
	else if (hash64(value.data, value.size, walk->table) != record->value_hash)
		found(walk, key, FSCK_STATE_VALUE,
			"The state is not what the journal gives: it has another value.");
}

static bool
check_record(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	struct table_walk *walk = context;
	struct fsck *fsck = walk->fsck;
	fsck->report.records++;
	walk->digest.count++;
	fsck_read(fsck, key.size + value.size + sizeof version);
	if (value.size == 0 || value.size > RECORD_VALUE_MAX || key.size > RECORD_KEY_MAX ||
		!record_is_valid(walk->table, key, value)) {
		found(walk,
			key.size > RECORD_KEY_MAX ? (struct bytes){ key.data, RECORD_KEY_MAX }
						  : key,
			FSCK_STATE_MALFORMED,
			"The record is not well-formed, or not of this table.");
		return true;
	}
	walk->digest.sum += database_record_hash(walk->table, key, value, version);
	struct fsck_record *record = fsck_records_find(
		&fsck->records, fsck_record_key(walk->table, key));
	if (record != NULL)
		record->applied |= APPLIED_SEEN;
	if (version >= fsck->meta.applied.position) {
		check_newer(walk, key, value, version);
		return true;
	}
	check_applied(walk, record, key, value, version);
	const struct effect kept = { .table = walk->table, .key = key, .value = value };
	walk->status = fsck_release(fsck, &kept, false, walk->fault);
	return walk->status == STATUS_OK;
}

static enum status
check_table(struct fsck *fsck, uint8_t table, struct fault *fault)
{
	struct table_walk walk = { .fsck = fsck, .table = table, .fault = fault };
	struct database_digest kept;
	uint64_t malformed = fsck->report.counts[FSCK_STATE_MALFORMED];
	buffer_init(&walk.bytes, ENTRY_BYTES_MAX);
	enum status status = database_each(fsck->reader, table, check_record, &walk, fault);
	if (status == STATUS_OK)
		status = walk.status;
	if (status == STATUS_OK)
		status = database_read_digest(fsck->reader, table, &kept, fault);
	buffer_release(&walk.bytes);
	if (status != STATUS_OK)
		return status;
	bool is_whole = fsck->report.counts[FSCK_STATE_MALFORMED] == malformed;
	if (kept.count != walk.digest.count || (is_whole && kept.sum != walk.digest.sum))
		fsck_found(fsck, FSCK_STATE_DIGEST, table_name(table),
			"The table has %" PRIu64
			" records and does not have the digest that was kept of its %" PRIu64 ".",
			walk.digest.count, kept.count);
	return STATUS_OK;
}

/* ---- what is not there ---- */

/* Names a record of which only its hash is held, from the entry that changed it. */
static void
found_lost(struct fsck *fsck, const struct fsck_record *record)
{
	char where[FSCK_WHERE_MAX];
	uint64_t position = record->applied & ~(uint64_t)FLAGS;
	fsck_where(fsck, position, where);
	if (fsck_tells(fsck, FSCK_STATE_LOST))
		fsck_where_changed(fsck, position, record->key, where);
	fsck_found(fsck, FSCK_STATE_LOST, where,
		"The entry at position %" PRIu64
		" wrote this record, but the state does not have it.",
		position);
}

static void
check_lost(struct fsck *fsck)
{
	/* An entry that can't be read may have ended any record that was there before it. */
	uint64_t from = fsck->gap_count == 0 ? 0 : fsck->gaps[fsck->gap_count - 1].from;
	for (size_t i = 0; i < fsck->records.room; i++) {
		const struct fsck_record *record = &fsck->records.slots[i];
		if (record->applied < from)
			continue;
		bool wanted = record->newest != 0 && (record->applied & APPLIED_EXISTS) != 0 &&
			(record->applied & APPLIED_SEEN) == 0;
		/* LMDB may be newer than the boundary, and know that it has ended. */
		if (wanted && (record->newest & NEWEST_ENDED) == 0)
			found_lost(fsck, record);
	}
}

enum status
fsck_state(struct fsck *fsck, struct fault *fault)
{
	enum status status = STATUS_OK;
	if (fsck->reader == NULL)
		return STATUS_OK;
	for (uint8_t table = 1; table < TABLE_END && status == STATUS_OK; table++)
		status = check_table(fsck, table, fault);
	if (status == STATUS_OK)
		check_lost(fsck);
	return status;
}
