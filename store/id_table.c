/* Generations of ids in memory (see id_table.h). */
#include "id_table.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <stdlib.h>

enum {
	LINE_LOAD = 4, /* ids a line of the index, on average, when the table is full */
	BUCKET_BITS_MAX = 16,
	BUCKET_ENTRIES = 16,   /* expected in a bucket of the sort */
	BUCKET_SMALL_MAX = 64, /* up to so many are sorted by insertion */
	WRITE_AHEAD = 16,      /* entries fetched ahead of writing */
};

static size_t
index_bytes(const struct id_table *table)
{
	return (size_t)(table->line_mask + 1) * sizeof *table->lines;
}

bool
id_table_init(struct id_table *table, uint32_t count_max)
{
	must(count_max > 0 && count_max < UINT32_MAX / 2);
	uint64_t lines = 1;
	while (lines * LINE_LOAD < count_max)
		lines *= 2;
	*table = (struct id_table){ .line_mask = lines - 1, .count_max = count_max };
	atomic_init(&table->views, 0);
	table->lines = memory_new_spread(index_bytes(table));
	table->entries = memory_new_spread(count_max * sizeof *table->entries);
	if (table->lines != NULL && table->entries != NULL)
		return true;
	id_table_release(table);
	return false;
}

void
id_table_release(struct id_table *table)
{
	must(atomic_load(&table->views) == 0);
	memory_free(table->lines);
	memory_free(table->entries);
	table->lines = NULL;
	table->entries = NULL;
}

size_t
id_table_bytes(const struct id_table *table)
{
	return index_bytes(table) + table->count_max * sizeof *table->entries;
}

void
id_table_rinse(struct id_table *table)
{
	must(table->lines != NULL &&
		atomic_load_explicit(&table->views, memory_order_acquire) == 0);
	memset(table->lines, 0, index_bytes(table));
	table->count = 0;
}

static const struct id_entry *
slot_entry(const struct id_table *table, const struct id_line *line, unsigned slot)
{
	uint32_t number = line->numbers[slot];
	must(number < table->count);
	return &table->entries[number];
}

bool
id_table_search(const struct id_table *table, const struct hash128 *hash, uint64_t before,
	uint64_t *position)
{
	const struct id_entry *newest = NULL;
	uint16_t tag = id_table_tag(hash->low);
	uint64_t at = hash->high & table->line_mask;
	const struct id_line *line;
	do {
		line = &table->lines[at];
		for (unsigned slot = 0; slot < ID_LINE_SLOTS; slot++) {
			if (line->tags[slot] != tag)
				continue;
			const struct id_entry *entry = slot_entry(table, line, slot);
			if (id_hash_equal(entry->hash, *hash) && entry->position < before &&
				(newest == NULL || entry->position > newest->position))
				newest = entry;
		}
		at = (at + 1) & table->line_mask;
	} while (line->tags[ID_LINE_MARK] != 0);
	if (newest == NULL)
		return false;
	*position = newest->position;
	return true;
}

void
id_table_add(struct id_table *table, const struct id_entry *entry)
{
	must(table->state == ID_TABLE_CURRENT && table->count < table->count_max);
	uint16_t tag = id_table_tag(entry->hash.low);
	uint64_t at = entry->hash.high & table->line_mask;
	struct id_line *line = &table->lines[at];
	unsigned slot = 0;
	while (line->tags[slot] != 0) {
		if (line->tags[slot] == tag &&
			id_entry_compare(slot_entry(table, line, slot), entry) == 0)
			return;
		slot++;
		if (slot == ID_LINE_SLOTS) {
			line->tags[ID_LINE_MARK] = 1;
			at = (at + 1) & table->line_mask;
			line = &table->lines[at];
			slot = 0;
		}
	}
	table->entries[table->count] = *entry;
	line->tags[slot] = tag;
	line->numbers[slot] = table->count;
	table->count++;
}

/*
 * Sorting. Hashes are even, so the high bits of the hash deal the ids into buckets of about 16,
 * which are then sorted alone: two passes in place of twenty. A bucket that is large all the same
 * is given to the library.
 */
struct order {
	uint64_t high;
	const struct id_entry *entry;
};

static int
order_compare(const void *a, const void *b)
{
	const struct order *left = a;
	const struct order *right = b;
	if (left->high != right->high)
		return left->high < right->high ? -1 : 1;
	return id_entry_compare(left->entry, right->entry);
}

static void
bucket_sort(struct order *orders, size_t count)
{
	if (count > BUCKET_SMALL_MAX) {
		qsort(orders, count, sizeof *orders, order_compare);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		struct order order = orders[i];
		size_t at = i;
		for (; at > 0 && order_compare(&order, &orders[at - 1]) < 0; at--)
			orders[at] = orders[at - 1];
		orders[at] = order;
	}
}

static unsigned
bucket_bits(size_t count)
{
	unsigned bits = 1;
	while (bits < BUCKET_BITS_MAX && count >> bits > BUCKET_ENTRIES)
		bits++;
	return bits;
}

/* The ids of the table in the order of runs, in `orders`; false without memory for the work. */
static bool
table_sort(const struct id_table *table, struct order *orders)
{
	unsigned bits = bucket_bits(table->count);
	unsigned shift = 64 - bits;
	size_t buckets = (size_t)1 << bits;
	/* ends[b]: how many ids lie in the buckets before b; and, when the ids are dealt, up to and
	 * with b */
	uint32_t *ends = memory_new_zeroed(buckets + 1, sizeof *ends);
	if (ends == NULL)
		return false;
	const struct id_entry *entries = table->entries;
	for (uint32_t i = 0; i < table->count; i++)
		ends[(entries[i].hash.high >> shift) + 1]++;
	for (size_t b = 1; b <= buckets; b++)
		ends[b] += ends[b - 1];
	must(ends[buckets] == table->count);
	for (uint32_t i = 0; i < table->count; i++) {
		uint32_t *end = &ends[entries[i].hash.high >> shift];
		orders[(*end)++] = (struct order){ entries[i].hash.high, &entries[i] };
	}
	uint32_t start = 0;
	for (size_t b = 0; b < buckets; b++) {
		bucket_sort(orders + start, ends[b] - start);
		start = ends[b];
	}
	must(start == table->count);
	memory_free(ends);
	return true;
}

static enum status
orders_write(
	const struct order *orders, size_t count, struct id_writer *writer, struct fault *fault)
{
	for (size_t i = 0; i < count; i++) {
		if (i + WRITE_AHEAD < count)
			__builtin_prefetch(orders[i + WRITE_AHEAD].entry);
		enum status status = id_writer_add(writer, orders[i].entry, fault);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status
id_table_write(const struct id_table *table, const struct id_place *place, uint64_t number,
	uint64_t *bytes, struct fault *fault)
{
	must(table->state == ID_TABLE_SEALED && table->count > 0);
	struct order *orders = memory_new(table->count * sizeof *orders);
	if (orders == NULL || !table_sort(table, orders)) {
		memory_free(orders);
		return fault_set(fault, STATUS_MEMORY, "no memory to sort %u ids", table->count);
	}
	struct id_writer *writer = NULL;
	enum status status = id_writer_open(&writer, place, number, table->count, fault);
	if (status == STATUS_OK)
		status = orders_write(orders, table->count, writer, fault);
	if (status == STATUS_OK) {
		status = id_writer_close(writer, bytes, fault);
		writer = NULL;
	}
	id_writer_abandon(writer);
	memory_free(orders);
	return status;
}
