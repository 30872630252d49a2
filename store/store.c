/* The store of one shard (see store.h). */
#include "slab.h"
#include "store_parts.h"

#include "../engine/base/clock.h"
#include "../engine/base/instant.h"
#include "../engine/base/memory.h"
#include "../engine/base/zoneinfo.h"

#include <string.h>

struct store_settings
store_settings_default(const char *directory)
{
	struct store_settings settings = {
		.records_bytes_max = (size_t)1 << 30,
		.map_bytes = UINT64_C(64) << 30,
		.segment_bytes = UINT64_C(64) << 20,
		.batch_bytes_max = 1 << 20,
		.segment_spares = 3,
		.reserve_bytes = UINT64_C(512) << 20,
		.behind_bytes_max = UINT64_C(3) << 30,
		.checkpoint_ms = 60000,
		.sweep_ms = 20000,
		.ids_generation_max = 1 << 20,
		.ids_days = 401,
		.archive_after_ms = 7 * DAY_MS,
	};
	size_t size = strlen(directory);
	if (size < sizeof settings.directory)
		memcpy(settings.directory, directory, size + 1);
	return settings;
}

/* ---- what other threads tell ---- */

void
store_fail(struct store *store, const struct fault *fault)
{
	uv_mutex_lock(&store->fault_lock);
	if (!store->has_failed)
		store->fault = *fault;
	store->has_failed = true;
	uv_mutex_unlock(&store->fault_lock);
	uv_async_send(&store->wake);
}

static void
journal_is_durable(void *context)
{
	struct store *store = context;
	uv_async_send(&store->wake);
}

static void
journal_has_failed(void *context, const struct fault *fault)
{
	store_fail(context, fault);
}

/* The checkpoint, or the work behind the stage. */
static void
another_thread_wakes(void *context)
{
	struct store *store = context;
	uv_async_send(&store->wake);
}

static void
wake_called(uv_async_t *wake)
{
	struct store *store = wake->data;
	backstage_finish(store->backstage);
	store_turn(store, true);
}

/* ---- opening ---- */

static enum status
open_handles(struct store *store, struct fault *fault)
{
	uv_mutex_init(&store->fault_lock);
	int code = uv_async_init(store->loop, &store->wake, wake_called);
	if (code != 0)
		return fault_system(fault, -code, "making a handle of the event loop");
	store->wake.data = store;
	store->open_handles++;
	uv_timer_init(store->loop, &store->timer);
	store->timer.data = store;
	store->open_handles++;
	return STATUS_OK;
}

static void
handle_closed(uv_handle_t *handle)
{
	struct store *store = handle->data;
	store->open_handles--;
}

static void
close_handles(struct store *store)
{
	if (store->open_handles > 0) {
		uv_close((uv_handle_t *)&store->wake, handle_closed);
		uv_close((uv_handle_t *)&store->timer, handle_closed);
	}
	while (store->open_handles > 0)
		uv_run(store->loop, UV_RUN_ONCE);
	uv_mutex_destroy(&store->fault_lock);
}

static enum status
open_state(struct store *store, struct fault *fault)
{
	char path[1000];
	struct database_reader *reader;
	folder_path(&store->folder, "state", path);
	enum status status = database_open(
		path, store->settings.map_bytes, false, &store->database, fault);
	if (status == STATUS_OK)
		status = database_read_begin(store->database, &reader, fault);
	if (status != STATUS_OK)
		return status;
	status = database_read_meta(reader, &store->meta, fault);
	for (uint8_t table = 1; table < TABLE_END && status == STATUS_OK; table++) {
		struct database_digest digest;
		status = database_read_digest(reader, table, &digest, fault);
		if (status == STATUS_OK && digest.count == 0)
			store->complete |= UINT32_C(1) << table;
	}
	database_read_end(reader);
	if (status == STATUS_OK && store->meta.folder != 0 &&
		store->meta.folder != store->folder.number)
		return fault_set(fault, STATUS_CONFLICT,
			"%s belongs to another data folder; restore both from the same backup",
			path);
	return status;
}

static enum status
open_ids(struct store *store, struct fault *fault)
{
	struct ids_options options = {
		.folder = store->folder.number,
		.generation_count_max = store->settings.ids_generation_max,
		.generations_max = 4,
		.merge_at = 4,
		.dropped_before = store->meta.ids_dropped_before,
	};
	folder_path(&store->folder, "ids", options.directory);
	enum status status = disk_make_directory(options.directory, fault);
	if (status != STATUS_OK)
		return status;
	return ids_open(&store->ids, &options, store->meta.runs, store->meta.run_count, fault);
}

/*
 * After an unclean end, goes on in a fresh segment, away from whatever lies behind the last good
 * frame.
 */
static void
settle_tail(struct store *store, struct journal_head *head)
{
	uint64_t segment_bytes = store->folder.segment_bytes;
	uint64_t offset = head->position % segment_bytes;
	if (offset > 0)
		head->position += segment_bytes - offset;
}

static enum status
write_meta_now(struct store *store, const struct database_meta *meta, struct fault *fault)
{
	struct database_writer *writer;
	enum status status = database_write_begin(store->database, &writer, fault);
	if (status != STATUS_OK)
		return status;
	status = database_put_meta(writer, meta, fault);
	if (status != STATUS_OK) {
		database_abort(writer);
		return status;
	}
	return database_commit(writer, fault);
}

static enum status
open_journal(struct store *store, const struct journal_head *head, struct fault *fault)
{
	uint64_t epoch = store->meta.epoch > head->epoch ? store->meta.epoch : head->epoch;
	/* The folder's segments may be smaller than this start's settings know. */
	size_t batch_bytes_max = store->folder.segment_bytes / 2;
	if (batch_bytes_max > store->settings.batch_bytes_max)
		batch_bytes_max = store->settings.batch_bytes_max;
	struct journal_options options = {
		.place = folder_journal(&store->folder),
		.epoch = epoch + 1,
		.batch_bytes_max = batch_bytes_max,
		.spares = store->settings.segment_spares,
		.reserve_bytes = store->settings.reserve_bytes,
		.durable = journal_is_durable,
		.failed = journal_has_failed,
		.context = store,
	};
	struct database_meta meta = store->meta;
	meta.epoch = epoch + 1;
	meta.clean = false;
	if (meta.folder == 0) {
		meta.folder = store->folder.number;
		meta.applied = (struct journal_head){ .chain = store->folder.number };
	}
	enum status status = write_meta_now(store, &meta, fault);
	if (status != STATUS_OK)
		return status;
	store->meta = meta;
	return journal_open(&store->journal, &options, head, fault);
}

/* From the folder to a store that is up to date with its journal. */
static enum status
open_parts(struct store *store, struct fault *fault)
{
	const struct store_settings *settings = &store->settings;
	struct journal_head head;
	bool torn;
	enum status status = folder_open(&store->folder, settings->directory, settings->shard,
		settings->segment_bytes, fault);
	if (status == STATUS_OK)
		status = open_state(store, fault);
	if (status == STATUS_OK)
		status = open_ids(store, fault);
	if (status != STATUS_OK)
		return status;
	store->shelf = shelf_new(settings->records_bytes_max);
	if (store->shelf == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for records");
	status = store_recover(store, &head, &torn, fault);
	if (status != STATUS_OK)
		return status;
	if (!store->meta.clean || torn)
		settle_tail(store, &head);
	store->now_ms = head.time_ms;
	status = open_journal(store, &head, fault);
	if (status != STATUS_OK)
		return status;
	store->durable_seen = journal_durable(store->journal);
	struct checkpoint_options options = { store->database, another_thread_wakes, store };
	status = checkpoint_open(&store->checkpoint, &options, fault);
	if (status == STATUS_OK)
		status = backstage_open(&store->backstage, another_thread_wakes, store, fault);
	if (status != STATUS_OK)
		return status;
	struct archiver_options archiving = {
		.place = folder_journal(&store->folder),
		.after_ms = settings->archive_after_ms,
	};
	status = archiver_open(&store->archiver, &archiving, fault);
	if (status != STATUS_OK)
		return status;
	/*
	 * The last checkpoint and the epoch written since stand for the same, so both of LMDB's
	 * newest states do.
	 */
	archiver_checkpoint(store->archiver, store->meta.applied.position);
	archiver_checkpoint(store->archiver, store->meta.applied.position);
	return STATUS_OK;
}

static void
store_release(struct store *store)
{
	backstage_close(store->backstage);
	archiver_close(store->archiver);
	journal_close(store->journal, NULL, NULL);
	checkpoint_close(store->checkpoint);
	close_handles(store);
	ids_close(store->ids);
	shelf_free(store->shelf);
	database_close(store->database);
	folder_close(&store->folder);
	memory_free(store->id_work);
	memory_free(store);
}

enum status
store_open(struct store **store, const struct store_settings *settings,
	const struct store_events *events, uv_loop_t *loop, struct fault *fault)
{
	struct store *opened = memory_new_zeroed(1, sizeof *opened);
	if (opened == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for the store");
	opened->settings = *settings;
	opened->events = *events;
	opened->loop = loop;
	opened->folder.lock = -1;
	enum status status = open_handles(opened, fault);
	if (status == STATUS_OK)
		status = open_parts(opened, fault);
	if (status != STATUS_OK) {
		store_release(opened);
		return status;
	}
	opened->checkpoint_began_ns = opened->decided_ns = monotonic_ns();
	opened->decided_seen = journal_decided(opened->journal);
	warm_begin(opened);
	*store = opened;
	return STATUS_OK;
}

/* ---- closing ---- */

static bool
is_settled(const struct store *store)
{
	return store->readings == 0 && store->warming == NULL && store->id_jobs == 0 &&
		checkpoint_is_idle(store->checkpoint) &&
		journal_durable(store->journal) == journal_decided(store->journal);
}

/* Lets workers and a checkpoint under way finish; charges come no more. */
static void
settle(struct store *store)
{
	while (!is_settled(store) && !store->has_failed) {
		store_turn(store, false);
		uv_run(store->loop, UV_RUN_ONCE);
	}
	while (store->readings > 0 || store->id_jobs > 0 || store->warming != NULL)
		uv_run(store->loop, UV_RUN_ONCE);
	wants_drop(store);
}

void
store_list_ids(const struct store *store, struct database_meta *meta)
{
	meta->run_count = ids_list(store->ids, meta->runs, IDS_RUNS_MAX);
	meta->ids_dropped_before = ids_dropped_before(store->ids);
}

/* Everything into LMDB and runs, and a meta that says so. */
static enum status
close_well(struct store *store, struct fault *fault)
{
	struct database_meta meta = store->meta;
	struct journal *journal = store->journal;
	store->journal = NULL;
	enum status status = journal_close(journal, &meta.applied, fault);
	if (status == STATUS_OK)
		status = store_sweep_now(store, fault);
	if (status == STATUS_OK)
		status = store_write_ids(store, true, fault);
	if (status != STATUS_OK)
		return status;
	meta.clean = true;
	store_list_ids(store, &meta);
	return write_meta_now(store, &meta, fault);
}

enum status
store_close(struct store *store, struct fault *fault)
{
	if (store == NULL)
		return STATUS_OK;
	enum status status;
	store->closing = true;
	settle(store);
	if (store->has_failed) {
		status = store->fault.status;
		if (fault != NULL)
			*fault = store->fault;
	} else {
		status = close_well(store, fault);
	}
	store_release(store);
	return status;
}

/* ---- looking ---- */

/* A walk over LMDB and the shelf: the shelf's value counts where both have one. */
struct walk_all {
	struct store *store;
	enum table table;
	bool (*visit)(void *context, struct bytes key, struct bytes value, uint64_t version);
	void *context;
	bool ended;
};

static bool
walk_database(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	struct walk_all *walk = context;
	struct bytes newer;
	uint64_t newer_version;
	if (shelf_find(walk->store->shelf, shelf_key(walk->table, key), &newer, &newer_version) !=
		LOOKUP_COLD)
		return true;
	walk->ended = !walk->visit(walk->context, key, value, version);
	return !walk->ended;
}

static void
walk_shelf(void *context, uint8_t table, struct bytes key, struct bytes value, uint64_t version)
{
	struct walk_all *walk = context;
	if (table == walk->table && value.size > 0 && !walk->ended)
		walk->ended = !walk->visit(walk->context, key, value, version);
}

enum status
store_each(struct store *store, enum table table,
	bool (*visit)(void *context, struct bytes key, struct bytes value, uint64_t version),
	void *context, struct fault *fault)
{
	struct walk_all walk = { store, table, visit, context, false };
	struct database_reader *reader;
	enum status status = database_read_begin(store->database, &reader, fault);
	if (status != STATUS_OK)
		return status;
	status = database_each(reader, (uint8_t)table, walk_database, &walk, fault);
	database_read_end(reader);
	if (status == STATUS_OK && !walk.ended)
		shelf_each(store->shelf, walk_shelf, &walk);
	return status;
}

const char *
store_directory(const struct store *store)
{
	return store->folder.directory;
}

struct journal_place
store_place(const struct store *store)
{
	return folder_journal(&store->folder);
}

const struct shelf *
store_shelf(const struct store *store)
{
	return store->shelf;
}

void
store_stats(const struct store *store, struct store_stats *stats)
{
	struct store_stats now = {
		.records = shelf_stats(store->shelf),
		.archive = archiver_stats(store->archiver),
		.decided = journal_decided(store->journal),
		.durable = journal_durable(store->journal),
		.applied = store->meta.applied.position,
		.room_bytes = journal_room(store->journal),
		.map_used_percent = database_used_percent(store->database),
		.epoch = store->meta.epoch,
		.recovered_entries = store->recovered_entries,
		.recovery_ns = store->recovery_ns,
		.cold_reads = store->cold_reads,
		.busy = store->busy,
	};
	journal_stats(store->journal, &now.journal);
	ids_stats(store->ids, &now.ids);
	checkpoint_stats(store->checkpoint, &now.checkpoint);
	*stats = now;
}
