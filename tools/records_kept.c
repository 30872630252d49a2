/* The newest value of each record (see records_kept.h). */
#include "records_kept.h"

#include "../engine/base/digest.h"
#include "../engine/base/memory.h"

#include <string.h>

struct kept_record {
	struct kept_record *next;
	uint64_t hash;
	uint8_t table;
	uint8_t key_size;
	uint16_t value_size;
	uint8_t bytes[]; /* key, value */
};

static struct kept_record **
find(const struct records_kept *records, uint64_t hash, uint8_t table, struct bytes key)
{
	struct kept_record **link = &records->slots[hash & (records->slot_count - 1)];
	while (*link != NULL &&
		((*link)->hash != hash || (*link)->table != table ||
			(*link)->key_size != key.size ||
			memcmp((*link)->bytes, key.data, key.size) != 0))
		link = &(*link)->next;
	return link;
}

/* Twice as many slots; where there is no memory for them, the chains grow longer. */
static bool
widen(struct records_kept *records)
{
	size_t slot_count = records->slot_count == 0 ? 1024 : records->slot_count * 2;
	struct kept_record **slots = memory_new_zeroed(slot_count, sizeof(struct kept_record *));
	if (slots == NULL)
		return records->slot_count > 0;
	for (size_t i = 0; i < records->slot_count; i++)
		for (struct kept_record *record = records->slots[i], *next; record != NULL;
			record = next) {
			next = record->next;
			record->next = slots[record->hash & (slot_count - 1)];
			slots[record->hash & (slot_count - 1)] = record;
		}
	memory_free(records->slots);
	records->slots = slots;
	records->slot_count = slot_count;
	return true;
}

void
records_kept_release(struct records_kept *records)
{
	for (size_t i = 0; i < records->slot_count; i++)
		for (struct kept_record *record = records->slots[i], *next; record != NULL;
			record = next) {
			next = record->next;
			memory_free(record);
		}
	memory_free(records->slots);
	*records = (struct records_kept){ NULL, 0, 0 };
}

bool
records_kept_set(struct records_kept *records, uint8_t table, struct bytes key, struct bytes value)
{
	if (records->count >= records->slot_count && !widen(records))
		return false;
	uint64_t hash = hash64(key.data, key.size, table);
	struct kept_record **link = find(records, hash, table, key);
	struct kept_record *old = *link, *next = old == NULL ? NULL : old->next;
	struct kept_record *made = old;
	if (value.size == 0) {
		*link = next;
		records->count -= old != NULL;
		memory_free(old);
		return true;
	}
	if (old == NULL || old->value_size != value.size) {
		made = memory_resize(old, sizeof *made + key.size + value.size);
		if (made == NULL)
			return false;
	}
	records->count += old == NULL;
	*made = (struct kept_record){ next, hash, table, (uint8_t)key.size, (uint16_t)value.size };
	memcpy(made->bytes, key.data, key.size);
	memcpy(made->bytes + key.size, value.data, value.size);
	*link = made;
	return true;
}

bool
records_kept_get(
	const struct records_kept *records, uint8_t table, struct bytes key, struct bytes *value)
{
	if (records->slot_count == 0)
		return false;
	const struct kept_record *record = *find(
		records, hash64(key.data, key.size, table), table, key);
	if (record == NULL)
		return false;
	*value = (struct bytes){ record->bytes + record->key_size, record->value_size };
	return true;
}
