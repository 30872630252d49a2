/*
 * The naive store: a map that has applied every entry of a journal, one after the other. What the
 * real one keeps, in memory and in LMDB, must be the same, byte for byte.
 */
#ifndef SUANPAN_TEST_NAIVE_H
#define SUANPAN_TEST_NAIVE_H

#include "../../../engine/base/digest.h"
#include "../../../store/journal.h"
#include "../../../store/records.h"
#include "scratch.h"

struct naive_record {
	struct record_key key; /* table 0: a free place */
	uint8_t *value;
	size_t size;
	uint64_t version;
};

/* An id and the entry that decided it last. */
struct naive_id {
	struct text scope, id; /* one copy of both */
	uint64_t position;
	enum entry_kind kind;
	uint8_t attempt;
};

struct naive {
	struct naive_record *records; /* a hash table */
	size_t room;
	size_t count; /* of places in use; some records may have ended */
	struct naive_id *ids;
	size_t id_room;
	size_t id_count;
	size_t entries;
	uint64_t last_position;
	bool wrong; /* something did not fit together */
};

static inline void
naive_init(struct naive *naive)
{
	*naive = (struct naive){ .room = 1 << 12, .id_room = 1 << 12 };
	naive->records = calloc(naive->room, sizeof *naive->records);
	naive->ids = calloc(naive->id_room, sizeof *naive->ids);
}

static inline void
naive_release(struct naive *naive)
{
	for (size_t i = 0; i < naive->room; i++)
		free(naive->records[i].value);
	for (size_t i = 0; i < naive->id_room; i++)
		free((void *)(uintptr_t)naive->ids[i].scope.data);
	free(naive->records);
	free(naive->ids);
}

static inline struct naive_record *
naive_place(const struct naive *naive, uint8_t table, struct bytes key)
{
	size_t place = hash64(key.data, key.size, table) % naive->room;
	for (;; place = (place + 1) % naive->room) {
		struct naive_record *record = &naive->records[place];
		if (record->key.table == 0 ||
			(record->key.table == table && record->key.size == key.size &&
				memcmp(record->key.data, key.data, key.size) == 0))
			return record;
	}
}

/* The record, or NULL if it does not exist. */
static inline const struct naive_record *
naive_get(const struct naive *naive, uint8_t table, struct bytes key)
{
	const struct naive_record *record = naive_place(naive, table, key);
	return record->key.table == 0 || record->size == 0 ? NULL : record;
}

static inline void
naive_grow(struct naive *naive)
{
	struct naive old = *naive;
	naive->room *= 2;
	naive->records = calloc(naive->room, sizeof *naive->records);
	for (size_t i = 0; i < old.room; i++) {
		struct naive_record *record = &old.records[i];
		if (record->key.table != 0)
			*naive_place(naive, record->key.table,
				(struct bytes){ record->key.data, record->key.size }) = *record;
	}
	free(old.records);
}

static inline void
naive_set(struct naive *naive, const struct effect *effect, uint64_t position)
{
	if (naive->count * 2 > naive->room)
		naive_grow(naive);
	struct naive_record *record = naive_place(naive, effect->table, effect->key);
	if (record->key.table == 0) {
		naive->count++;
		record->key.table = effect->table;
		record->key.size = (uint8_t)effect->key.size;
		memcpy(record->key.data, effect->key.data, effect->key.size);
	}
	bool follows = effect->previous == record->version ||
		(effect->previous == 0 && record->size == 0);
	if (!follows)
		naive->wrong = true;
	free(record->value);
	record->value = malloc(effect->value.size + 1);
	record->size = effect->value.size;
	if (effect->value.size > 0)
		memcpy(record->value, effect->value.data, effect->value.size);
	record->version = position;
}

static inline struct naive_id *
naive_id_place(const struct naive *naive, struct text scope, struct text id)
{
	uint64_t hash = hash64(id.data, id.size, hash64(scope.data, scope.size, 1));
	for (size_t place = hash % naive->id_room;; place = (place + 1) % naive->id_room) {
		struct naive_id *found = &naive->ids[place];
		if (found->position == 0 ||
			(text_equal(found->scope, scope) && text_equal(found->id, id)))
			return found;
	}
}

static inline void
naive_add_id(struct naive *naive, const struct entry *entry, uint64_t position)
{
	if (naive->id_count * 2 > naive->id_room) {
		struct naive old = *naive;
		naive->id_room *= 2;
		naive->ids = calloc(naive->id_room, sizeof *naive->ids);
		for (size_t i = 0; i < old.id_room; i++) {
			if (old.ids[i].position != 0)
				*naive_id_place(
					naive, old.ids[i].scope, old.ids[i].id) = old.ids[i];
		}
		free(old.ids);
	}
	struct naive_id *id = naive_id_place(naive, entry->scope, entry->id);
	if (id->position == 0) {
		char *names = malloc(entry->scope.size + entry->id.size + 1);
		memcpy(names, entry->scope.data, entry->scope.size);
		memcpy(names + entry->scope.size, entry->id.data, entry->id.size);
		names[entry->scope.size + entry->id.size] = '\0'; /* for who scans it */
		id->scope = (struct text){ names, entry->scope.size };
		id->id = (struct text){ names + entry->scope.size, entry->id.size };
		naive->id_count++;
	} else if (id->kind != ENTRY_REFUSAL || entry->attempt <= id->attempt) {
		naive->wrong = true; /* decided twice */
	}
	id->position = position;
	id->kind = entry->kind;
	id->attempt = entry->attempt;
}

static inline void
naive_apply(struct naive *naive, uint64_t position, const struct entry *entry)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	if (position <= naive->last_position)
		naive->wrong = true;
	while (effect_next(&rest, &effect))
		naive_set(naive, &effect, position);
	if (entry->id.size > 0)
		naive_add_id(naive, entry, position);
	if (entry->posting_count > 0 && !entry_is_balanced(entry))
		naive->wrong = true;
	naive->entries++;
	naive->last_position = position;
}

static inline bool
naive_visit(void *context, const struct journal_visit *visit)
{
	naive_apply(context, visit->position, visit->entry);
	return true;
}

/* Reads a whole journal from nothing. */
static inline enum status
naive_replay(struct naive *naive, const struct journal_place *place, struct fault *fault)
{
	struct journal_scan scan = {
		.place = *place, .from_chain = place->folder, .visit = naive_visit, .context = naive
	};
	struct journal_head head;
	bool torn;
	naive_init(naive);
	return journal_scan(&scan, &head, &torn, fault);
}

static inline size_t
naive_living_count(const struct naive *naive)
{
	size_t count = 0;
	for (size_t i = 0; i < naive->room; i++)
		count += naive->records[i].key.table != 0 && naive->records[i].size > 0;
	return count;
}

/* Is this record, as somebody else keeps it, the same? */
static inline bool
naive_agrees(const struct naive *naive, uint8_t table, struct bytes key, struct bytes value,
	uint64_t version)
{
	const struct naive_record *record = naive_get(naive, table, key);
	if (value.size == 0)
		return record == NULL;
	return record != NULL && record->version == version && record->size == value.size &&
		memcmp(record->value, value.data, value.size) == 0;
}

#endif
