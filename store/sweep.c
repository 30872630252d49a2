/* A sweep of changed records into LMDB (see sweep.h). */
#include "sweep.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <stdlib.h>
#include <string.h>

/* A copied record: where its key and value lie in the chunk's bytes. */
struct chunk_item {
	struct shelf_record *record;
	uint64_t version;
	uint32_t offset; /* of the key; the value follows */
	uint16_t value_size;
	uint8_t key_size;
	uint8_t table;
};

struct sweep {
	struct shelf *shelf;
	struct shelf_sweep list;
	size_t next; /* of the list, to be copied */
	size_t item_count;
	struct chunk_item items[CHUNK_RECORDS_MAX];
	size_t byte_count;
	uint8_t bytes[CHUNK_BYTES_MAX];
};
_Static_assert(CHUNK_BYTES_MAX >= RECORD_KEY_MAX + RECORD_VALUE_MAX, "a chunk holds any record");

enum status
sweep_new(struct sweep **sweep, struct fault *fault)
{
	struct sweep *made = memory_new(sizeof *made);
	if (made == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for a checkpoint");
	made->shelf = NULL;
	made->list = (struct shelf_sweep){ NULL, 0 };
	made->next = made->item_count = made->byte_count = 0;
	*sweep = made;
	return STATUS_OK;
}

void
sweep_free(struct sweep *sweep)
{
	must(sweep == NULL || sweep->shelf == NULL);
	memory_free(sweep);
}

void
sweep_begin(struct sweep *sweep, struct shelf *shelf)
{
	must(sweep->shelf == NULL);
	sweep->shelf = shelf;
	sweep->list = shelf_sweep_begin(shelf);
	sweep->next = sweep->item_count = sweep->byte_count = 0;
}

size_t
sweep_count(const struct sweep *sweep)
{
	return sweep->list.count;
}

size_t
sweep_left(const struct sweep *sweep)
{
	return sweep->list.count - sweep->next;
}

/* ---- order ---- */

/*
 * The table and the first 15 bytes of a key as two numbers whose order is that of the keys, so that
 * most comparisons touch no record.
 */
struct sort_item {
	uint64_t high;
	uint64_t low;
	struct shelf_record *record;
};

static struct sort_item
sort_item_of(struct shelf_record *record)
{
	uint8_t head[16] = { 0 };
	struct bytes key = shelf_record_key(record, &head[0]);
	memcpy(head + 1, key.data, key.size < 15 ? key.size : 15);
	return (struct sort_item){ __builtin_bswap64(load_u64(head)),
		__builtin_bswap64(load_u64(head + 8)), record };
}

static int
sort_compare(const void *a, const void *b)
{
	const struct sort_item *left = a, *right = b;
	if (left->high != right->high)
		return left->high < right->high ? -1 : 1;
	if (left->low != right->low)
		return left->low < right->low ? -1 : 1;
	uint8_t table;
	struct bytes left_key = shelf_record_key(left->record, &table);
	struct bytes right_key = shelf_record_key(right->record, &table);
	return bytes_compare(left_key, right_key);
}

enum status
sweep_sort(struct sweep *sweep, struct fault *fault)
{
	size_t count = sweep->list.count;
	if (count < 2)
		return STATUS_OK;
	struct sort_item *items = memory_new(count * sizeof *items);
	if (items == NULL)
		return fault_set(
			fault, STATUS_MEMORY, "no memory to sort %zu changed records", count);
	for (size_t i = 0; i < count; i++)
		items[i] = sort_item_of(sweep->list.records[i]);
	qsort(items, count, sizeof *items, sort_compare);
	for (size_t i = 0; i < count; i++)
		sweep->list.records[i] = items[i].record;
	memory_free(items);
	return STATUS_OK;
}

/* ---- chunks ---- */

static bool
chunk_has_room(const struct sweep *sweep)
{
	return sweep->item_count < CHUNK_RECORDS_MAX &&
		CHUNK_BYTES_MAX - sweep->byte_count >= RECORD_KEY_MAX + RECORD_VALUE_MAX;
}

bool
sweep_fill(struct sweep *sweep)
{
	must(sweep->shelf != NULL && sweep->item_count == 0);
	sweep->byte_count = 0;
	while (sweep->next < sweep->list.count && chunk_has_room(sweep)) {
		struct shelf_record *record = sweep->list.records[sweep->next++];
		struct chunk_item *item = &sweep->items[sweep->item_count];
		struct bytes value;
		struct bytes key = shelf_record_key(record, &item->table);
		if (!shelf_sweep_copy(sweep->shelf, record, &value, &item->version))
			continue;
		sweep->item_count++;
		item->record = record;
		item->offset = (uint32_t)sweep->byte_count;
		item->key_size = (uint8_t)key.size;
		item->value_size = (uint16_t)value.size;
		memcpy(sweep->bytes + sweep->byte_count, key.data, key.size);
		memcpy(sweep->bytes + sweep->byte_count + key.size, value.data, value.size);
		sweep->byte_count += key.size + value.size;
	}
	must(sweep->byte_count <= CHUNK_BYTES_MAX);
	return sweep->item_count > 0;
}

enum status
sweep_write(struct sweep *sweep, struct database *database, struct fault *fault)
{
	struct database_writer *writer;
	must(sweep->item_count > 0);
	enum status status = database_write_begin(database, &writer, fault);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < sweep->item_count; i++) {
		const struct chunk_item *item = &sweep->items[i];
		const uint8_t *at = sweep->bytes + item->offset;
		struct bytes key = { at, item->key_size };
		struct bytes value = { at + item->key_size, item->value_size };
		status = database_put(writer, item->table, key, value, item->version, fault);
		if (status != STATUS_OK) {
			database_abort(writer);
			return status;
		}
	}
	return database_commit(writer, fault);
}

void
sweep_written(struct sweep *sweep)
{
	for (size_t i = 0; i < sweep->item_count; i++)
		shelf_sweep_copied(sweep->shelf, sweep->items[i].record);
	sweep->item_count = 0;
}

void
sweep_end(struct sweep *sweep)
{
	must(sweep->shelf != NULL && sweep->item_count == 0);
	must(sweep->next == sweep->list.count);
	shelf_sweep_end(sweep->shelf, &sweep->list);
	sweep->shelf = NULL;
}

void
sweep_abandon(struct sweep *sweep)
{
	if (sweep->shelf != NULL)
		shelf_sweep_abandon(sweep->shelf, &sweep->list);
	sweep->shelf = NULL;
}
