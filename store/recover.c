/*
 * Recovery: from LMDB and the journal to records and ids in memory. No rule runs here (see
 * store.h).
 */
#include "archive.h"
#include "store_parts.h"

#include "../engine/base/clock.h"
#include "../engine/base/instant.h"
#include "../engine/base/must.h"
#include "../engine/base/zoneinfo.h"

#include <inttypes.h>

struct recovery {
	struct store *store;
	uint64_t from;
	uint64_t total;
	uint64_t told;
	enum status status;
	struct fault *fault;
};

enum { TELL_EVERY_BYTES = 8 << 20 };

enum status
store_write_ids(struct store *store, bool all, struct fault *fault)
{
	int32_t today = (int32_t)floor_divide(store->now_ms, DAY_MS);
	if (all)
		ids_seal(store->ids);
	ids_set_durable(store->ids, UINT64_MAX); /* while recovering, and at the end, all is */
	while (all ? ids_unsealed_from(store->ids) != UINT64_MAX : !ids_may_add(store->ids)) {
		struct ids_job *job = ids_job_next(store->ids, today, store->settings.ids_days);
		if (job == NULL)
			return fault_set(fault, STATUS_MEMORY, "no memory to write a run of ids");
		enum status status = ids_job_run(job, fault);
		ids_job_done(store->ids, job, status == STATUS_OK);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status
store_sweep_now(struct store *store, struct fault *fault)
{
	struct sweep *sweep;
	enum status status = sweep_new(&sweep, fault);
	if (status != STATUS_OK)
		return status;
	sweep_begin(sweep, store->shelf);
	sweep_sort(sweep, NULL); /* without memory for it, in any order */
	while (status == STATUS_OK && sweep_fill(sweep)) {
		status = sweep_write(sweep, store->database, fault);
		if (status == STATUS_OK)
			sweep_written(sweep);
	}
	if (status == STATUS_OK)
		sweep_end(sweep);
	else
		sweep_abandon(sweep);
	sweep_free(sweep);
	return status;
}

static enum status
bad_entry(const struct recovery *recovery, uint64_t position, const char *what)
{
	return fault_set(recovery->fault, STATUS_CORRUPT,
		"the journal entry at %" PRIu64 " %s; run suanpan fsck", position, what);
}

/*
 * Finds memory for all that the entry changes. STATUS_MEMORY: sweep what was changed before, and
 * try again. Each effect says which entry changed its record before; where this recovery has seen
 * the record already, that must be so: a gap would mean that an entry is lost.
 */
static enum status
prepare_entry(struct recovery *recovery, const struct journal_visit *visit, struct changes *changes)
{
	struct store *store = recovery->store;
	struct bytes rest = visit->entry->effect_bytes;
	struct effect effect;
	for (size_t i = 0; effect_next(&rest, &effect); i++) {
		if (effect.table == 0 || effect.table >= TABLE_END ||
			!record_is_valid(effect.table, effect.key, effect.value))
			return bad_entry(recovery, visit->position,
				"changes a record in a way that is not well-formed");
		if (!store_pin(store, changes, i, &effect))
			return STATUS_MEMORY;
		if (!shelf_record_follows(changes->list[i].record, effect.previous))
			return bad_entry(recovery, visit->position,
				"does not follow the entry that changed its record before");
	}
	rest = visit->entry->effect_bytes;
	for (size_t i = 0; effect_next(&rest, &effect); i++) {
		if (!store_make_room(store, changes, i, &effect))
			return STATUS_MEMORY;
	}
	return STATUS_OK;
}

/* Before memory runs out, what was changed goes to LMDB and ids to runs. */
static enum status
make_room(struct recovery *recovery)
{
	struct store *store = recovery->store;
	struct shelf_stats stats = shelf_stats(store->shelf);
	enum status status = STATUS_OK;
	if (stats.kept_bytes > stats.bytes_max / 2)
		status = store_sweep_now(store, recovery->fault);
	if (status == STATUS_OK)
		status = store_write_ids(store, false, recovery->fault);
	return status;
}

static enum status
recover_one(struct recovery *recovery, const struct journal_visit *visit)
{
	struct store *store = recovery->store;
	struct changes changes;
	enum status status = make_room(recovery);
	if (status == STATUS_OK)
		status = prepare_entry(recovery, visit, &changes);
	if (status == STATUS_MEMORY) {
		status = store_sweep_now(store, recovery->fault);
		if (status == STATUS_OK)
			status = prepare_entry(recovery, visit, &changes);
	}
	if (status == STATUS_MEMORY)
		return fault_set(recovery->fault, STATUS_MEMORY,
			"no memory for the records that the journal changes; raise memory.records");
	if (status == STATUS_OK)
		store_apply(store, visit->position, visit->entry, &changes);
	return status;
}

static bool
recover_entry(void *context, const struct journal_visit *visit)
{
	struct recovery *recovery = context;
	struct store *store = recovery->store;
	recovery->status = recover_one(recovery, visit);
	if (recovery->status != STATUS_OK)
		return false;
	store->recovered_entries++;
	uint64_t done = visit->position - recovery->from;
	if (store->events.recovering != NULL && done - recovery->told >= TELL_EVERY_BYTES) {
		recovery->told = done;
		store->events.recovering(store->events.context, done, recovery->total);
	}
	return true;
}

/* LMDB stands for nothing: everything must be in the journal, from its very beginning. */
static enum status
check_whole_journal(const struct journal_place *place, struct fault *fault)
{
	uint64_t first;
	enum status status = journal_first_segment(place, &first, fault);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK && first != 0)
		return fault_set(fault, STATUS_CORRUPT,
			"state/ is empty or missing and %s begins at segment %" PRIu64
			": what came before can't be rebuilt; restore state/ from a backup",
			place->directory, first);
	return status;
}

/*
 * A segment is whole before its first frame is written, and no crash makes a file shorter. So a
 * shorter one that holds frames has been cut, and what was behind may have been acknowledged.
 */
static enum status
check_last_segment(
	const struct journal_place *place, const struct journal_head *end, struct fault *fault)
{
	struct segment_reader file;
	uint64_t size;
	if (journal_offset_of(place, end->position) == 0)
		return STATUS_OK;
	enum status status = segment_reader_open(
		&file, place, journal_segment_of(place, end->position), DISK_READ, fault);
	if (status != STATUS_OK)
		return status;
	status = segment_reader_size(&file, &size, fault);
	if (status == STATUS_OK && size < place->segment_bytes)
		status = fault_set(fault, STATUS_CORRUPT,
			"the journal is damaged: %s was cut to %" PRIu64 " of %" PRIu64
			" bytes, and what it lost may have been answered; copy the folder again from where it was whole, or restore all of it from a backup",
			file.file.path, size, place->segment_bytes);
	segment_reader_close(&file);
	return status;
}

enum status
store_recover(struct store *store, struct journal_head *head, bool *torn, struct fault *fault)
{
	uint64_t began_ns = monotonic_ns();
	struct recovery recovery = { .store = store, .fault = fault };
	struct journal_scan scan = {
		.place = folder_journal(&store->folder),
		.from = store->meta.applied.position,
		.from_chain = store->meta.applied.chain,
		.from_time_ms = store->meta.applied.time_ms,
		.from_epoch = store->meta.applied.epoch,
		.visit = recover_entry,
		.context = &recovery,
	};
	recovery.from = scan.from;
	recovery.total = journal_end_estimate(&scan.place) - scan.from;
	if (store->meta.folder == 0) {
		scan.from_chain = store->folder.number;
		enum status status = check_whole_journal(&scan.place, fault);
		if (status != STATUS_OK)
			return status;
	}
	struct journal_head end;
	bool is_torn;
	enum status status = journal_settle(&scan.place, scan.from, fault);
	if (status == STATUS_OK)
		status = journal_scan(&scan, &end, &is_torn, fault);
	if (status == STATUS_OK)
		status = recovery.status;
	if (status == STATUS_OK)
		status = check_last_segment(&scan.place, &end, fault);
	if (status != STATUS_OK)
		return status;
	store->recovery_ns = monotonic_ns() - began_ns;
	*head = end;
	*torn = is_torn;
	return STATUS_OK;
}
