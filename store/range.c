/*
 * Pages of ordered tables (store.h, WANT_RANGE): a worker reads from LMDB what comes behind a key,
 * and the loop merges it with the records that have changed since LMDB had them.
 *
 * What the worker has read of a record is what it is now, if the shelf has nothing to say of it. But
 * between the two a record may change, be written and be dropped from the shelf again: so if both
 * happened to any record meanwhile, or a sweep has ended, which forgets what changed, it is read once
 * more.
 */
#include "store_parts.h"

#include "../engine/base/must.h"

#include <string.h>

/* So many keys are looked at in one go on the loop, with or without a record to show for it. */
enum { STEPS_MAX = 4 * RANGE_RECORDS_MAX };

/* ---- records in a row of bytes ---- */

enum { HEAD_BYTES = 8 + 2 + 1 }; /* version, size of the value, size of the key */

static bool
record_append(struct buffer *bytes, const struct range_record *record)
{
	uint8_t *at = buffer_reserve(bytes, HEAD_BYTES + record->key.size + record->value.size);
	if (at == NULL)
		return false;
	store_u64(at, record->version);
	store_u16(at + 8, (uint16_t)record->value.size);
	at[10] = (uint8_t)record->key.size;
	memcpy(at + HEAD_BYTES, record->key.data, record->key.size);
	memcpy(at + HEAD_BYTES + record->key.size, record->value.data, record->value.size);
	buffer_grew(bytes, HEAD_BYTES + record->key.size + record->value.size);
	return true;
}

bool
range_next(struct bytes *rest, struct range_record *record)
{
	if (rest->size == 0)
		return false;
	must(rest->size > HEAD_BYTES);
	const uint8_t *at = rest->data;
	record->version = load_u64(at);
	record->value.size = load_u16(at + 8);
	record->key = (struct bytes){ at + HEAD_BYTES, at[10] };
	record->value.data = record->key.data + record->key.size;
	size_t size = HEAD_BYTES + record->key.size + record->value.size;
	must(size <= rest->size);
	*rest = (struct bytes){ at + size, rest->size - size };
	return true;
}

/* ---- on a worker ---- */

struct reading_on {
	struct want *want;
	unsigned count;
};

static bool
read_one(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	struct reading_on *reading = context;
	struct want *want = reading->want;
	const struct range_record record = { key, value, version };
	want->found = reading->count == want->range->limit;
	if (want->found)
		return false;
	if (!record_is_valid(want->range->table, key, value))
		want->status = fault_set(&want->fault, STATUS_CORRUPT,
			"a record of table %s is not well-formed; run suanpan fsck",
			table_name(want->range->table));
	else if (record_append(&want->bytes, &record))
		reading->count++;
	else if (reading->count > 0)
		want->found = true; /* large records: the page is full with fewer */
	else
		want->status = fault_set(&want->fault, STATUS_MEMORY, "no memory to read a page");
	return want->status == STATUS_OK && !want->found;
}

void
range_read(struct store *store, struct want *want)
{
	struct reading_on reading = { want, 0 };
	struct database_reader *reader = NULL;
	struct bytes after = { want->range->after.data, want->range->after.size };
	want->found = false;
	want->status = database_read_begin(store->database, &reader, &want->fault);
	if (want->status != STATUS_OK)
		return;
	struct fault fault;
	enum status status = database_each_after(
		reader, want->range->table, after, read_one, &reading, &fault);
	database_read_end(reader);
	if (status != STATUS_OK) {
		want->status = status;
		want->fault = fault;
	}
}

/* ---- on the loop ---- */

/* Has something become clean, and been dropped, since it began? Or was forgotten what had changed? */
static bool
is_stale(const struct store *store, const struct range *range)
{
	struct shelf_stats records = shelf_stats(store->shelf);
	struct checkpoint_stats checkpoint;
	checkpoint_stats(store->checkpoint, &checkpoint);
	return records.sweeps != range->sweeps ||
		(checkpoint.chunks != range->chunks && records.dropped != range->dropped);
}

void
range_begin(struct store *store, struct want *want)
{
	struct range *range = want->range;
	struct shelf_stats records = shelf_stats(store->shelf);
	struct checkpoint_stats checkpoint;
	must(range->stored_only || table_is_ordered(range->table));
	must(range->limit >= 1 && range->limit <= RANGE_RECORDS_MAX);
	checkpoint_stats(store->checkpoint, &checkpoint);
	range->sweeps = records.sweeps;
	range->dropped = records.dropped;
	range->chunks = checkpoint.chunks;
	range->count = 0;
	buffer_clear(&want->bytes);
}

static struct bytes
key_bytes(const struct record_key *key)
{
	return (struct bytes){ key->data, key->size };
}

static void
key_copy(struct record_key *to, uint8_t table, struct bytes key)
{
	to->table = table;
	to->size = (uint8_t)key.size;
	memcpy(to->data, key.data, key.size);
}

/* The first that has changed behind a key; copied, since its record may be dropped for another. */
static bool
next_changed(struct store *store, const struct record_key *after, struct record_key *changed)
{
	struct bytes key;
	if (!shelf_next_changed(store->shelf, after->table, key_bytes(after), &key))
		return false;
	key_copy(changed, after->table, key);
	return true;
}

/*
 * Adds a record as it is now; `stored` is what LMDB has of it, or NULL. What was only there comes
 * into memory, if there is room, for whoever reads by order will mostly change what he finds. False:
 * it does not fit.
 */
static bool
add(struct store *store, struct range *range, struct bytes key, const struct range_record *stored)
{
	const struct shelf_key wanted = shelf_key((enum table)range->table, key);
	struct range_record record = { .key = key };
	enum lookup found = shelf_find(store->shelf, wanted, &record.value, &record.version);
	if (found == LOOKUP_COLD && stored != NULL) {
		record = *stored;
		shelf_install(store->shelf, wanted, record.value, record.version);
		found = LOOKUP_FOUND;
	}
	if (found != LOOKUP_FOUND)
		return true;
	if (!record_append(&range->bytes, &record))
		return false;
	range->count++;
	return true;
}

/* What LMDB has, and nothing else. */
static enum status
copy(struct want *want)
{
	struct range *range = want->range;
	struct bytes rest = { want->bytes.data, want->bytes.size };
	struct range_record record;
	range->last = range->after;
	range->more = want->found;
	while (range_next(&rest, &record)) {
		if (!record_append(&range->bytes, &record)) {
			range->more = true;
			break;
		}
		key_copy(&range->last, range->table, record.key);
		range->count++;
	}
	return range->count == 0 && range->more
		? fault_set(&want->fault, STATUS_MEMORY, "no memory for a page of records")
		: STATUS_OK;
}

/* What LMDB has, and what has changed, in one order. */
static enum status
merge(struct store *store, struct want *want)
{
	struct range *range = want->range;
	struct bytes rest = { want->bytes.data, want->bytes.size };
	struct range_record stored;
	struct record_key changed;
	range->last = range->after;
	range->last.table = range->table;
	bool has_stored = range_next(&rest, &stored);
	bool has_changed = next_changed(store, &range->last, &changed);
	/* Behind the last record of a full page LMDB may have some that come before what has changed. */
	for (unsigned steps = 0; has_stored || (has_changed && !want->found); steps++) {
		int order = !has_changed ? -1
			: !has_stored    ? 1
					 : bytes_compare(stored.key, key_bytes(&changed));
		struct bytes key = order <= 0 ? stored.key : key_bytes(&changed);
		if (range->count == range->limit || steps == STEPS_MAX ||
			!add(store, range, key, order <= 0 ? &stored : NULL))
			break;
		key_copy(&range->last, range->table, key);
		if (order <= 0)
			has_stored = range_next(&rest, &stored);
		if (order >= 0)
			has_changed = next_changed(store, &range->last, &changed);
	}
	range->more = has_stored || has_changed || want->found;
	bool is_stuck = range->more &&
		bytes_equal(key_bytes(&range->last), key_bytes(&range->after));
	return is_stuck ? fault_set(&want->fault, STATUS_MEMORY, "no memory for a page of records")
			: STATUS_OK;
}

bool
range_finish(struct store *store, struct want *want)
{
	struct range *range = want->range;
	if (want->status == STATUS_OK && !range->stored_only && is_stale(store, range)) {
		range_begin(store, want);
		return false;
	}
	buffer_clear(&range->bytes);
	if (want->status == STATUS_OK)
		want->status = range->stored_only ? copy(want) : merge(store, want);
	if (want->status != STATUS_OK || range->count > 0 || !range->more)
		return true;
	range->after = range->last; /* all that it has looked at has ended */
	range_begin(store, want);
	return false;
}
