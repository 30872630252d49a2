/*
 * Deciding and appending: what is in memory, what may be done now, and the one step in which an
 * entry is written and applied (see store.h).
 */
#include "slab.h"
#include "store_parts.h"

#include "../engine/base/clock.h"
#include "../engine/base/instant.h"
#include "../engine/base/log.h"
#include "../engine/base/must.h"
#include "../engine/base/zoneinfo.h"

enum {
	ROOM_BATCHES =
		4, /* new work is refused when there is room for less than this many batches */
	FREE_CHECK_MS = 100,
};

/* ---- finding ---- */

/* Are all records of the table that exist in memory? Then one that is not there does not exist. */
static bool
is_complete(const struct store *store, uint8_t table)
{
	return (store->complete >> table & 1) != 0 && !shelf_has_dropped(store->shelf, table);
}

enum lookup
store_find(struct store *store, struct shelf_key key, struct bytes *value, uint64_t *version)
{
	enum lookup found = shelf_find(store->shelf, key, value, version);
	if (found != LOOKUP_COLD || !is_complete(store, key.table))
		return found;
	*version = 0;
	return LOOKUP_ABSENT;
}

void
store_prefetch_slot(const struct store *store, uint64_t hash)
{
	shelf_prefetch_slot(store->shelf, hash);
}

struct record_seen
store_prefetch_record(const struct store *store, uint64_t hash)
{
	return shelf_prefetch_record(store->shelf, hash);
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

int64_t
store_ids_kept_from(const struct store *store)
{
	int32_t day = ids_dropped_before(store->ids);
	return day == IDS_NONE_DROPPED ? INT64_MIN : day * DAY_MS;
}

enum lookup
store_find_entry(struct store *store, uint64_t position, struct entry *entry)
{
	struct bytes bytes;
	size_t size;
	if (!journal_peek(store->journal, position, &bytes))
		return LOOKUP_COLD;
	enum status status = entry_decode(
		bytes, frame_key(store->folder.number), entry, &size, NULL);
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
	struct shelf_record *record = shelf_pin(
		store->shelf, effect_key(effect), effect->value.size);
	for (size_t i = 0; i < index; i++)
		must(changes->list[i].record != record); /* an entry changes a record once */
	changes->list[index].record = record;
	return record != NULL;
}

bool
store_make_room(
	struct store *store, struct changes *changes, size_t index, const struct effect *effect)
{
	struct shelf_record **record = &changes->list[index].record;
	return shelf_has_room(*record, effect->value.size) ||
		shelf_make_room(store->shelf, effect_key(effect), record, effect->value.size);
}

/* Whoever has asked for the id knows its hash. */
static struct hash128
id_hash_of(const struct store *store, const struct entry *entry)
{
	bool is_known = entry->id_hash.low != 0 || entry->id_hash.high != 0;
	return is_known ? entry->id_hash : store_id_hash(store, entry->scope, entry->id);
}

void
store_apply(struct store *store, uint64_t position, const struct entry *entry,
	const struct changes *changes)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	for (size_t i = 0; effect_next(&rest, &effect); i++) {
		must(shelf_record_follows(changes->list[i].record, effect.previous));
		shelf_set(store->shelf, changes->list[i].record, effect.value, position);
		if (effect.table == TABLE_TIMER && effect.value.size > 0 &&
			store->timer_set != NULL)
			store->timer_set(store->timer_context, effect.key);
	}
	if (entry->id.size > 0)
		ids_add(store->ids, id_hash_of(store, entry), position,
			(int32_t)floor_divide(entry->at_ms, DAY_MS));
}

/* Postings are mostly made by twos, one the other's counterpart. */
static bool
are_pairs(const struct entry *entry)
{
	const struct posting *posting = entry->postings;
	for (size_t i = 0; i + 1 < entry->posting_count; i += 2, posting += 2) {
		int64_t sum;
		if (__builtin_add_overflow(posting[0].amount, posting[1].amount, &sum) ||
			sum != 0 || !text_equal(posting[0].unit, posting[1].unit))
			return false;
	}
	return entry->posting_count % 2 == 0;
}

/* Do the postings of an entry that is being made sum to zero, in each unit? */
static bool
is_conserved(const struct entry *entry)
{
	if (are_pairs(entry))
		return true;
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

#define NO_ROOM_ON_DISK \
	"the disk of %s has no room for new work; free some space, service returns by itself"

static void
set_disk_is_full(struct store *store, bool is_full)
{
	if (is_full && !store->disk_is_full)
		log_event(
			LOG_WARN, "new work is refused: " NO_ROOM_ON_DISK, store->folder.directory);
	if (!is_full && store->disk_is_full)
		log_event(LOG_INFO, "new work is accepted again");
	store->disk_is_full = is_full;
}

/* Looks at most every FREE_CHECK_MS whether the disk has room for more than its reserve. */
static bool
disk_is_full(struct store *store)
{
	uint64_t now_ns = monotonic_ns();
	if (now_ns - store->free_checked_ns < FREE_CHECK_MS * MS_NS)
		return store->disk_is_full;
	uint64_t free_bytes;
	store->free_checked_ns = now_ns;
	bool is_full = disk_free_bytes(store->folder.directory, &free_bytes, NULL) == STATUS_OK &&
		free_bytes < store->settings.reserve_bytes + store->folder.segment_bytes;
	set_disk_is_full(store, is_full);
	return is_full;
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
enum status
store_admits(struct store *store, struct fault *fault)
{
	struct shelf_stats records = shelf_stats(store->shelf);
	if (store->map_is_full)
		return fault_set(fault, STATUS_FULL,
			"the state's map is %d %% full; raise state.map and start again",
			MAP_FULL_PERCENT);
	if (journal_room(store->journal) < room_wanted(store)) {
		if (disk_is_full(store))
			return fault_set(
				fault, STATUS_FULL, NO_ROOM_ON_DISK, store->folder.directory);
		return STATUS_BUSY;
	}
	set_disk_is_full(store, false);
	if (store->memory_is_short ||
		store_behind_bytes(store) > store->settings.behind_bytes_max ||
		records.kept_bytes > records.bytes_max / 2 || !ids_may_add(store->ids))
		return STATUS_BUSY;
	return STATUS_OK;
}

void
store_watch_timers(struct store *store, void (*set)(void *context, struct bytes key), void *context)
{
	store->timer_set = set;
	store->timer_context = context;
}

/*
 * Nor so that whoever may not wait would meet back-pressure soon: each bound here is below that of
 * store_admits.
 */
bool
store_is_at_ease(const struct store *store)
{
	struct shelf_stats records = shelf_stats(store->shelf);
	return !store->memory_is_short && !store->map_is_full &&
		records.kept_bytes <= records.bytes_max / 8 * 3 &&
		store_behind_bytes(store) <= store->settings.behind_bytes_max / 2;
}

/* Pins the record of an effect, or gives NULL if it is not in memory; then its hash is known. */
static bool
pin_one(struct store *store, const struct effect *effect, struct change *change)
{
	const struct record_name name = { effect->table, effect->key };
	if (!shelf_pin_seen(store->shelf, &effect->seen, name, &change->record))
		return false;
	if (change->record != NULL)
		return true;
	const struct shelf_key key = effect_key(effect);
	change->hash = key.hash;
	return shelf_pin_found(store->shelf, key, &change->record);
}

static bool
same_record(const struct effect *one, const struct effect *other)
{
	return one->table == other->table && bytes_equal(one->key, other->key);
}

/*
 * Pins the records that exist, before one that is made drops them. Whoever decides has looked at
 * all of them, but for those that are surely new.
 */
static bool
pin_found(struct store *store, const struct entry *entry, const struct effect *effects,
	struct changes *changes)
{
	for (size_t i = 0; i < entry->effect_count; i++) {
		must(value_is_valid(effects[i].table, effects[i].value));
		if (!pin_one(store, &effects[i], &changes->list[i]))
			return false;
		const struct shelf_record *record = changes->list[i].record;
		must(record != NULL || effects[i].is_new || is_complete(store, effects[i].table));
		for (size_t other = 0; other < i; other++)
			must(record == NULL ? !same_record(&effects[other], &effects[i])
					    : changes->list[other].record != record);
	}
	return true;
}

/* Makes the record of an effect that has none. */
static bool
pin_new(struct store *store, const struct effect *effect, struct change *change)
{
	const struct shelf_key key = { change->hash, effect->table, effect->key };
	change->record = shelf_pin_new(store->shelf, key, effect->value.size);
	return change->record != NULL;
}

/*
 * Each effect names the entry that changed its record before; memory for all of them is made sure
 * of.
 */
static bool
prepare_effects(struct store *store, const struct entry *entry, struct effect *effects,
	struct changes *changes)
{
	if (!pin_found(store, entry, effects, changes))
		return false;
	for (size_t i = 0; i < entry->effect_count; i++) {
		struct change *change = &changes->list[i];
		if (change->record == NULL && !pin_new(store, &effects[i], change))
			return false;
		effects[i].previous = shelf_record_version(change->record);
	}
	for (size_t i = 0; i < entry->effect_count; i++) {
		if (!store_make_room(store, changes, i, &effects[i]))
			return false;
	}
	return true;
}

/*
 * A request may do more than an entry can hold: a charge that moves a counter for each of very many
 * days.
 */
static enum status
check_fits(const struct entry *entry, size_t *size, struct fault *fault)
{
	if (entry->effect_count > ENTRY_EFFECTS_MAX || entry->posting_count > ENTRY_POSTINGS_MAX)
		return fault_set(fault, STATUS_LIMIT,
			"what this request does changes %zu records by %zu postings, at most %d by %d",
			entry->effect_count, entry->posting_count, ENTRY_EFFECTS_MAX,
			ENTRY_POSTINGS_MAX);
	*size = entry_size(entry);
	if (*size > ENTRY_BYTES_MAX)
		return fault_set(fault, STATUS_LIMIT,
			"what this request does takes %zu bytes, at most %d", *size,
			ENTRY_BYTES_MAX);
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
store_applied(const struct store *store)
{
	return store->meta.applied.position;
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
