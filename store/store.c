/* The store of one shard (see store.h). */
#include "slab.h"
#include "store_parts.h"

#include "../engine/base/clock.h"
#include "../engine/base/instant.h"
#include "../engine/base/log.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/base/zoneinfo.h"

#include <string.h>

#define MS_NS UINT64_C(1000000)
enum {
	COMPANY_BYTES = 16 * 1024, /* within a turn, a smaller batch waits for company */
	QUIET_PART = 12,           /* of the time between checkpoints: after so long without work it is quiet */
	ROOM_BATCHES = 4,          /* new work is refused when there is room for less than this many batches */
	FREE_CHECK_MS = 100,
	MAP_FULL_PERCENT = 90,
	MAP_ALARM_PERCENT = 70,
};

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
		.sweep_ms = 8000,
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

static void
checkpoint_wakes(void *context)
{
	struct store *store = context;
	uv_async_send(&store->wake);
}

static void
wake_called(uv_async_t *wake)
{
	store_turn(wake->data, true);
}

/* A whole turn, which sets the timer again: the loop may find nothing else to do before it sleeps. */
static void
timer_called(uv_timer_t *timer)
{
	store_turn(timer->data, false);
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
	enum status status =
		database_open(path, store->settings.map_bytes, false, &store->database, fault);
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
	if (status == STATUS_OK && store->meta.folder != 0 && store->meta.folder != store->folder.number)
		return fault_set(fault, STATUS_CONFLICT,
			"%s belongs to another data folder; restore both from the same backup", path);
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
	};
	folder_path(&store->folder, "ids", options.directory);
	enum status status = disk_make_directory(options.directory, fault);
	if (status != STATUS_OK)
		return status;
	return ids_open(&store->ids, &options, store->meta.runs, store->meta.run_count, fault);
}

/* After an unclean end, goes on in a fresh segment, away from whatever lies behind the last good frame. */
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
	struct checkpoint_options options = { store->database, checkpoint_wakes, store };
	status = checkpoint_open(&store->checkpoint, &options, fault);
	if (status != STATUS_OK)
		return status;
	struct archiver_options archiving = {
		.place = folder_journal(&store->folder),
		.after_ms = settings->archive_after_ms,
	};
	status = archiver_open(&store->archiver, &archiving, fault);
	if (status != STATUS_OK)
		return status;
	/* The last checkpoint and the epoch written since stand for the same, so both of LMDB's newest states do. */
	archiver_checkpoint(store->archiver, store->meta.applied.position);
	archiver_checkpoint(store->archiver, store->meta.applied.position);
	return STATUS_OK;
}

static void
store_release(struct store *store)
{
	archiver_close(store->archiver);
	journal_close(store->journal, NULL, NULL);
	checkpoint_close(store->checkpoint);
	close_handles(store);
	ids_close(store->ids);
	shelf_free(store->shelf);
	database_close(store->database);
	folder_close(&store->folder);
	memory_free(store);
}

enum status
store_open(struct store **store, const struct store_settings *settings, const struct store_events *events,
	uv_loop_t *loop, struct fault *fault)
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

/* ---- finding ---- */

bool
store_is_complete(const struct store *store, uint8_t table)
{
	return (store->complete >> table & 1) != 0 && !shelf_has_dropped(store->shelf, table);
}

enum lookup
store_find(struct store *store, struct shelf_key key, struct bytes *value, uint64_t *version)
{
	enum lookup found = shelf_find(store->shelf, key, value, version);
	if (found != LOOKUP_COLD || !store_is_complete(store, key.table))
		return found;
	*version = 0;
	return LOOKUP_ABSENT;
}

void
store_prefetch_slot(const struct store *store, uint64_t hash)
{
	shelf_prefetch_slot(store->shelf, hash);
}

void
store_prefetch_record(const struct store *store, uint64_t hash)
{
	shelf_prefetch_record(store->shelf, hash);
}

struct hash128
store_id_hash(const struct store *store, struct text scope, struct text id)
{
	return ids_hash(store->folder.number, scope, id);
}

void
store_prefetch_id(const struct store *store, struct hash128 hash)
{
	ids_prefetch(store->ids, hash);
}

enum lookup
store_find_entry(struct store *store, uint64_t position, struct entry *entry)
{
	struct bytes bytes;
	size_t size;
	if (!journal_peek(store->journal, position, &bytes))
		return LOOKUP_COLD;
	enum status status = entry_decode(bytes, frame_key(store->folder.number), entry, &size, NULL);
	must(status == STATUS_OK);
	return LOOKUP_FOUND;
}

/* ---- deciding ---- */

static struct shelf_key
effect_key(const struct effect *effect)
{
	return shelf_key((enum table)effect->table, effect->key);
}

bool
store_pin(struct store *store, struct changes *changes, size_t index, const struct effect *effect)
{
	struct shelf_record *record = shelf_pin(store->shelf, effect_key(effect), effect->value.size);
	for (size_t i = 0; i < index; i++)
		must(changes->records[i] != record); /* an entry changes a record once */
	changes->records[index] = record;
	return record != NULL;
}

bool
store_make_room(struct store *store, struct changes *changes, size_t index, const struct effect *effect)
{
	return shelf_has_room(changes->records[index], effect->value.size) ||
		shelf_make_room(store->shelf, effect_key(effect), &changes->records[index],
			effect->value.size);
}

void
store_apply(struct store *store, uint64_t position, const struct entry *entry,
	const struct changes *changes)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	for (size_t i = 0; effect_next(&rest, &effect); i++) {
		must(shelf_record_follows(changes->records[i], effect.previous));
		shelf_set(store->shelf, changes->records[i], effect.value, position);
	}
	if (entry->id.size > 0)
		ids_add(store->ids, store_id_hash(store, entry->scope, entry->id), position,
			(int32_t)floor_divide(entry->at_ms, DAY_MS));
}

/* Do the postings of an entry that is being made sum to zero, in each unit? */
static bool
is_conserved(const struct entry *entry)
{
	for (size_t i = 0; i < entry->posting_count; i++) {
		struct text unit = entry->postings[i].unit;
		int64_t sum = 0;
		if (i > 0 && text_equal(unit, entry->postings[i - 1].unit))
			continue;
		for (size_t j = 0; j < entry->posting_count; j++) {
			bool counts = text_equal(unit, entry->postings[j].unit);
			if (counts && __builtin_add_overflow(sum, entry->postings[j].amount, &sum))
				return false;
		}
		if (sum != 0)
			return false;
	}
	return true;
}

#define NO_ROOM_ON_DISK "the disk of %s has no room for new work; free some space, service returns by itself"

/* Looks at most every FREE_CHECK_MS whether the disk has room for more than its reserve. */
static bool
disk_is_full(struct store *store)
{
	uint64_t now_ns = monotonic_ns();
	if (now_ns - store->free_checked_ns < FREE_CHECK_MS * MS_NS)
		return store->disk_is_full;
	uint64_t free_bytes;
	store->free_checked_ns = now_ns;
	bool was_full = store->disk_is_full;
	store->disk_is_full = disk_free_bytes(store->folder.directory, &free_bytes, NULL) == STATUS_OK &&
		free_bytes < store->settings.reserve_bytes + store->folder.segment_bytes;
	if (store->disk_is_full && !was_full)
		log_event(LOG_WARN, "new work is refused: " NO_ROOM_ON_DISK, store->folder.directory);
	return store->disk_is_full;
}

static void
disk_has_room(struct store *store)
{
	if (store->disk_is_full)
		log_event(LOG_INFO, "new work is accepted again");
	store->disk_is_full = false;
}

/* Bytes of journal that LMDB does not stand for yet. (`applied` is the end of a padded frame, so it may lie past the last entry.) */
static uint64_t
behind_bytes(const struct store *store)
{
	uint64_t decided = journal_decided(store->journal);
	uint64_t applied = store->meta.applied.position;
	return decided > applied ? decided - applied : 0;
}

bool
store_awaits_memory(struct store *store)
{
	struct shelf_stats records = shelf_stats(store->shelf);
	bool will_come = records.kept_bytes > 0 && records.bytes + SLAB_BYTES > records.bytes_max;
	store->memory_is_short |= will_come;
	return will_come;
}

/*
 * How much of the journal must be free before new work is decided: some batches, but no more than
 * comes by waiting; half of that, so that small files do not make it wait for each one.
 */
static uint64_t
room_wanted(const struct store *store)
{
	uint64_t batches = ROOM_BATCHES * store->settings.batch_bytes_max;
	uint64_t spares = journal_room_of_spares(store->journal) / 2;
	return batches < spares ? batches : spares;
}

/* May new work be decided now? */
static enum status
store_admits(struct store *store, struct fault *fault)
{
	struct shelf_stats records = shelf_stats(store->shelf);
	if (store->map_is_full)
		return fault_set(fault, STATUS_FULL,
			"the state's map is %d %% full; raise state.map and start again", MAP_FULL_PERCENT);
	if (journal_room(store->journal) < room_wanted(store)) {
		if (disk_is_full(store))
			return fault_set(fault, STATUS_FULL, NO_ROOM_ON_DISK, store->folder.directory);
		return STATUS_BUSY;
	}
	disk_has_room(store);
	if (behind_bytes(store) > store->settings.behind_bytes_max || records.kept_bytes > records.bytes_max / 2 ||
		!ids_may_add(store->ids))
		return STATUS_BUSY;
	return STATUS_OK;
}

/* Pins the records that exist, before one that is made drops them. Whoever decides has looked at all of them. */
static bool
pin_found(struct store *store, const struct entry *entry, const struct effect *effects,
	struct changes *changes)
{
	for (size_t i = 0; i < entry->effect_count; i++) {
		struct shelf_record **record = &changes->records[i];
		must(value_is_valid(effects[i].table, effects[i].value));
		if (!shelf_pin_found(store->shelf, effect_key(&effects[i]), record))
			return false;
		must(*record != NULL || store_is_complete(store, effects[i].table));
		for (size_t other = 0; other < i; other++)
			must(*record == NULL || changes->records[other] != *record);
	}
	return true;
}

/* Each effect names the entry that changed its record before; memory for all of them is made sure of. */
static bool
prepare_effects(struct store *store, const struct entry *entry, struct effect *effects,
	struct changes *changes)
{
	if (!pin_found(store, entry, effects, changes))
		return false;
	for (size_t i = 0; i < entry->effect_count; i++) {
		if (changes->records[i] == NULL && !store_pin(store, changes, i, &effects[i]))
			return false;
		effects[i].previous = shelf_record_version(changes->records[i]);
	}
	for (size_t i = 0; i < entry->effect_count; i++) {
		if (!store_make_room(store, changes, i, &effects[i]))
			return false;
	}
	return true;
}

/* A request may do more than an entry can hold: a charge that moves a counter for each of very many days. */
static enum status
check_fits(const struct entry *entry, size_t *size, struct fault *fault)
{
	if (entry->effect_count > ENTRY_EFFECTS_MAX || entry->posting_count > ENTRY_POSTINGS_MAX)
		return fault_set(fault, STATUS_LIMIT, "what this request does changes %zu records by %zu postings, at most %d by %d",
			entry->effect_count, entry->posting_count, ENTRY_EFFECTS_MAX, ENTRY_POSTINGS_MAX);
	*size = entry_size(entry);
	if (*size > ENTRY_BYTES_MAX)
		return fault_set(fault, STATUS_LIMIT, "what this request does takes %zu bytes, at most %d",
			*size, ENTRY_BYTES_MAX);
	return STATUS_OK;
}

enum status
store_append(struct store *store, struct entry *entry, struct effect *effects, uint64_t *position,
	struct fault *fault)
{
	struct changes changes;
	must(entry->effects == effects && !store->closing && is_conserved(entry));
	size_t size;
	enum status status = check_fits(entry, &size, fault);
	if (status != STATUS_OK)
		return status;
	status = store_admits(store, fault);
	if (status == STATUS_OK && !prepare_effects(store, entry, effects, &changes)) {
		if (!store_awaits_memory(store))
			return fault_set(fault, STATUS_MEMORY, "the memory for records is full");
		status = STATUS_BUSY;
	}
	uint8_t *at = status == STATUS_OK ? journal_reserve(store->journal, size, position) : NULL;
	if (at == NULL) {
		store->busy += status != STATUS_FULL;
		return status == STATUS_FULL ? STATUS_FULL : STATUS_BUSY;
	}
	/* From here it must succeed. */
	entry->effect_bytes = entry_encode(entry, frame_key(store->folder.number), at);
	store_apply(store, *position, entry, &changes);
	return STATUS_OK;
}

uint64_t
store_decided(const struct store *store)
{
	return journal_decided(store->journal);
}

uint64_t
store_durable(const struct store *store)
{
	return journal_durable(store->journal);
}

struct journal_progress
store_progress(const struct store *store)
{
	return journal_progress(store->journal);
}

void
store_set_now(struct store *store, int64_t now_ms)
{
	if (now_ms > store->now_ms)
		store->now_ms = now_ms;
	journal_set_time(store->journal, store->now_ms);
}

int64_t
store_now(const struct store *store)
{
	return store->now_ms;
}

/* ---- turns ---- */

/*
 * The fewer checkpoints, the fewer bytes a charge, for a page is written once for all charges that changed it since; but a restart
 * replays what lies behind. So they go by bytes of journal under load, by time under light load, and at once when it is quiet.
 */
static bool
checkpoint_is_due(const struct store *store, uint64_t now_ns)
{
	struct shelf_stats records = shelf_stats(store->shelf);
	if (store->closing)
		return false;
	bool is_behind = journal_boundary(store->journal).position != store->meta.applied.position;
	bool is_time = now_ns - store->checkpoint_began_ns >= store->settings.checkpoint_ms * MS_NS ||
		now_ns - store->decided_ns >= store->settings.checkpoint_ms * MS_NS / QUIET_PART;
	return (is_behind && is_time) || behind_bytes(store) > store->settings.behind_bytes_max / 3 ||
		records.kept_bytes > records.bytes_max / 4 || store->memory_is_short;
}

/* How long to rest between two chunks: not at all when somebody may soon have to wait for this checkpoint. */
static uint64_t
checkpoint_pace_ns(const struct store *store)
{
	struct shelf_stats records = shelf_stats(store->shelf);
	struct checkpoint_stats checkpoint;
	if (store->closing || store->memory_is_short ||
		behind_bytes(store) > store->settings.behind_bytes_max / 4 * 3 ||
		records.kept_bytes > records.bytes_max / 8 * 3)
		return 0;
	checkpoint_stats(store->checkpoint, &checkpoint);
	return store->settings.sweep_ms * MS_NS / (checkpoint.count / CHUNK_RECORDS_MAX + 1);
}

static void
checkpoint_ended(struct store *store)
{
	ids_listed(store->ids, store->meta.runs, store->meta.run_count);
	archiver_checkpoint(store->archiver, store->meta.applied.position);
	unsigned used = database_used_percent(store->database);
	store->map_is_full = used >= MAP_FULL_PERCENT;
	if (used >= MAP_ALARM_PERCENT)
		log_event(LOG_WARN, "the state's map is %u %% full; raise state.map and start again", used);
	store->memory_is_short = false;
	store->progressed = true;
	wants_starved(store);
}

/* The disk or the map is full: new work is refused until a checkpoint has ended well; it is tried again every second. */
static void
checkpoint_found_no_room(struct store *store, const struct fault *fault)
{
	store->map_is_full |= fault->os_error == 0; /* LMDB's own bound, not the disk's */
	if (store->closing)
		store_fail(store, fault); /* nobody waits for room now */
	else
		log_event(LOG_WARN, "a checkpoint waits for room: %s", fault->text);
}

static void
checkpoint_give(struct store *store)
{
	struct database_meta meta = store->meta;
	meta.run_count = ids_list(store->ids, meta.runs, IDS_RUNS_MAX);
	checkpoint_give_meta(store->checkpoint, &meta);
	meta.applied = checkpoint_head(store->checkpoint);
	store->meta = meta; /* as it will be when CHECKPOINT_ENDED comes; nothing is removed before */
}

static void
checkpoint_move(struct store *store)
{
	uint64_t now_ns = monotonic_ns();
	if (journal_decided(store->journal) != store->decided_seen) {
		store->decided_seen = journal_decided(store->journal);
		store->decided_ns = now_ns;
	}
	if (checkpoint_is_idle(store->checkpoint)) {
		if (!checkpoint_is_due(store, now_ns))
			return;
		struct journal_head head = journal_boundary(store->journal);
		store->checkpoint_began_ns = now_ns;
		ids_seal(store->ids);
		checkpoint_begin(store->checkpoint, store->shelf, &head);
	}
	struct checkpoint_now now = {
		.decided = journal_decided(store->journal),
		.durable = journal_durable(store->journal),
		.now_ns = now_ns,
		.chunk_ns = checkpoint_pace_ns(store),
		.ids_sealed = ids_unsealed_from(store->ids),
	};
	struct fault fault = { 0 };
	switch (checkpoint_turn(store->checkpoint, &now, &fault)) {
	case CHECKPOINT_WAITING:
		break;
	case CHECKPOINT_WANTS_META:
		checkpoint_give(store);
		break;
	case CHECKPOINT_ENDED:
		checkpoint_ended(store);
		break;
	case CHECKPOINT_NO_ROOM:
		checkpoint_found_no_room(store, &fault);
		break;
	case CHECKPOINT_FAILED:
		store_fail(store, &fault);
		break;
	}
}

static void
announce_durable(struct store *store)
{
	uint64_t durable = journal_durable(store->journal);
	if (durable == store->durable_seen)
		return;
	must(durable > store->durable_seen);
	store->durable_seen = durable;
	store->progressed = true;
	if (store->closing)
		return;
	store->events.durable(store->events.context);
	wants_durable(store, durable);
}

static void
tell_failure(struct store *store)
{
	if (!store->has_failed || store->failure_told || store->closing)
		return;
	store->failure_told = true;
	store->events.failed(store->events.context, &store->fault);
}

/* When there is something to do without anybody asking. */
static void
set_timer(struct store *store)
{
	bool idle = checkpoint_is_idle(store->checkpoint) && store->rooms.first == NULL;
	uint64_t due_ms = idle ? 200 : 2;
	if (uv_timer_get_due_in(&store->timer) > due_ms || !uv_is_active((uv_handle_t *)&store->timer))
		uv_timer_start(&store->timer, timer_called, due_ms, 0);
}

void
store_turn(struct store *store, bool more_to_come)
{
	if (store->has_failed) {
		tell_failure(store);
		return;
	}
	announce_durable(store);
	struct journal_progress progress = journal_progress(store->journal);
	uint64_t gathered = journal_decided(store->journal) - progress.batch_position;
	if (!more_to_come || gathered >= COMPANY_BYTES)
		journal_flush(store->journal, store->now_ms);
	if (more_to_come)
		return;
	/* Room may come without news: a segment that is ready, a disk that somebody cleared. */
	if (store->rooms.first != NULL && !store->closing &&
		(store->progressed || store_admits(store, NULL) != STATUS_BUSY))
		wants_room(store);
	store->progressed = false;
	if (store->durables.first != NULL && !store->closing)
		wants_durable(store, store->durable_seen);
	wants_send(store);
	id_jobs_send(store);
	checkpoint_move(store);
	set_timer(store);
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
	meta.run_count = ids_list(store->ids, meta.runs, IDS_RUNS_MAX);
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
	bool (*visit)(void *context, struct bytes key, struct bytes value, uint64_t version), void *context,
	struct fault *fault)
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
