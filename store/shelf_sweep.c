/* Sweeps of the shelf, and looking at all of it (see shelf.h). */
#include "shelf_parts.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

/* Of the list of changed records, that is kept from one sweep to the next. */
enum { SPARE_ROOM_MAX = 1 << 16 };

struct shelf_sweep
shelf_sweep_begin(struct shelf *shelf)
{
	must(!shelf->sweeping);
	struct shelf_sweep sweep = { shelf->changed.records, shelf->changed.count };
	shelf->swept_room = shelf->changed.room;
	shelf->changed = shelf->spare;
	shelf->spare = (struct record_list){ .room = 0 };
	shelf->list++;
	shelf->sweeping = true;
	return sweep;
}

struct bytes
shelf_record_key(const struct shelf_record *record, uint8_t *table)
{
	*table = record->table;
	return record_key(record);
}

/* The record is on no list any more, but for the one of changed records. */
static void
record_is_done(struct shelf *shelf, struct shelf_record *record)
{
	if ((record->marks & MARKS_KEEP) == 0)
		shelf->kept_bytes -= record_cell_bytes(record);
}

/*
 * What a record that outgrew its cell has become, if the sweep meets it under the old cell only: if
 * it moved before the sweep began, its new cell is on the sweep's list too, or was written by it
 * already and may even have been dropped. NULL then.
 */
static struct shelf_record *
successor_to_write(const struct shelf *shelf, const struct shelf_record *dead)
{
	struct shelf_key key = shelf_key((enum table)dead->table, record_key(dead));
	struct shelf_record *record = shelf_find_record(shelf, key);
	bool moved_since = record != NULL && (record->marks & mark_changed(shelf)) != 0;
	return moved_since ? record : NULL;
}

/*
 * A version of 0 was made for an entry that came to nothing, or that is still to come. What has come
 * and gone since the sweep before is not in LMDB: most sessions, and their timers.
 */
static bool
has_to_be_written(const struct shelf_record *record)
{
	bool is_there = record->value_size > 0 || (record->marks & MARK_STORED) != 0;
	return is_there && record->version > 0;
}

bool
shelf_sweep_copy(
	struct shelf *shelf, struct shelf_record *record, struct bytes *value, uint64_t *version)
{
	must(shelf->sweeping && (record->marks & mark_swept(shelf)) != 0);
	record->marks = (uint8_t)(record->marks & ~mark_swept(shelf));
	struct shelf_record *newest = (record->marks & MARK_DEAD) != 0
		? successor_to_write(shelf, record)
		: record;
	if (newest == NULL || !has_to_be_written(newest)) {
		record_is_done(shelf, record);
		return false;
	}
	record->marks |= MARK_COPIED;
	newest->marks |= MARK_STORED;
	*value = record_value(newest);
	*version = newest->version;
	return true;
}

void
shelf_sweep_copied(struct shelf *shelf, struct shelf_record *record)
{
	must(shelf->sweeping && (record->marks & MARK_COPIED) != 0);
	record->marks = (uint8_t)(record->marks & ~MARK_COPIED);
	if (record->value_size == 0 && (record->marks & MARKS_LISTED) == 0)
		record->marks = (uint8_t)(record->marks & ~MARK_STORED); /* it was removed */
	record_is_done(shelf, record);
}

void
shelf_sweep_end(struct shelf *shelf, struct shelf_sweep *sweep)
{
	must(shelf->sweeping && shelf->spare.records == NULL);
	struct record_list *dead = &shelf->dead[(shelf->list + 1) % 2];
	for (size_t i = 0; i < dead->count; i++) {
		struct shelf_record *record = dead->records[i];
		must((record->marks & MARK_DEAD) != 0 && (record->marks & MARKS_KEEP) == 0);
		slab_give(shelf->slabs, record, record_cell_bytes(record));
	}
	dead->count = 0;
	for (unsigned table = 1; table < TABLE_END; table++) {
		struct key_tree *tree = &shelf->ordered[(shelf->list + 1) % 2][table];
		shelf->ordered_bytes -= key_tree_bytes(tree);
		key_tree_clear(tree);
	}
	shelf->spare = (struct record_list){ sweep->records, 0, shelf->swept_room };
	if (shelf->spare.room > SPARE_ROOM_MAX) {
		/*
		 * Growing again costs little; memory that lies idle until the next sweep is that of
		 * many records.
		 */
		memory_free(shelf->spare.records);
		shelf->spare = (struct record_list){ .room = 0 };
	}
	shelf->swept_room = 0;
	shelf->sweeping = false;
	shelf->sweeps++;
	*sweep = (struct shelf_sweep){ NULL, 0 };
}

void
shelf_sweep_abandon(struct shelf *shelf, struct shelf_sweep *sweep)
{
	must(shelf->sweeping);
	memory_free(sweep->records);
	shelf->sweeping = false;
	*sweep = (struct shelf_sweep){ NULL, 0 };
}

/* ---- looking ---- */

bool
shelf_next_changed(const struct shelf *shelf, uint8_t table, struct bytes after, struct bytes *key)
{
	struct bytes keys[2];
	bool found[2];
	must(table_is_ordered(table));
	for (int list = 0; list < 2; list++)
		found[list] = key_tree_next(&shelf->ordered[list][table], after, &keys[list]);
	if (!found[0] && !found[1])
		return false;
	*key = !found[1] || (found[0] && bytes_compare(keys[0], keys[1]) < 0) ? keys[0] : keys[1];
	return true;
}

bool
shelf_has_dropped(const struct shelf *shelf, uint8_t table)
{
	must(table < TABLE_END);
	return (shelf->dropped_tables >> table & 1) != 0;
}

struct shelf_stats
shelf_stats(const struct shelf *shelf)
{
	return (struct shelf_stats){
		.records = shelf->record_count,
		.absent = shelf->absent_count,
		.changed = shelf->changed.count,
		.bytes = shelf_bytes(shelf),
		.bytes_max = shelf->bytes_max,
		.kept_bytes = shelf->kept_bytes,
		.dropped = shelf->dropped,
		.sweeps = shelf->sweeps,
	};
}

void
shelf_each(const struct shelf *shelf,
	void (*visit)(void *context, uint8_t table, struct bytes key, struct bytes value,
		uint64_t version),
	void *context)
{
	struct slab_hand hand = { NULL, 0 };
	struct shelf_record *record;
	while ((record = slab_next(shelf->slabs, &hand)) != NULL) {
		if (record->table != 0 && (record->marks & MARK_DEAD) == 0)
			visit(context, record->table, record_key(record), record_value(record),
				record->version);
	}
}

/*
 * Each entry of the list has the mark. Together with the count of cells that have it, none is there
 * twice.
 */
static bool
list_is_marked(const struct record_list *list, uint8_t mark)
{
	for (size_t i = 0; i < list->count; i++) {
		if ((list->records[i]->marks & mark) == 0)
			return false;
	}
	return list->count <= list->room;
}

bool
shelf_is_valid(const struct shelf *shelf)
{
	struct slab_hand hand = { NULL, 0 };
	struct shelf_record *record;
	size_t records = 0, absent = 0, changed = 0, dead = 0, kept_bytes = 0;
	while ((record = slab_next(shelf->slabs, &hand)) != NULL) {
		if (record->table == 0)
			continue;
		if (!shelf->sweeping && (record->marks & (mark_swept(shelf) | MARK_COPIED)) != 0)
			return false;
		changed += (record->marks & mark_changed(shelf)) != 0;
		kept_bytes += (record->marks & MARKS_KEEP) != 0 ? record_cell_bytes(record) : 0;
		dead += (record->marks & MARK_DEAD) != 0;
		if ((record->marks & MARK_DEAD) != 0)
			continue;
		records++;
		absent += record->value_size == 0;
		if (shelf_find_record(shelf,
			    shelf_key((enum table)record->table, record_key(record))) != record)
			return false;
	}
	return records == shelf->record_count && records == shelf->index.count &&
		absent == shelf->absent_count && changed == shelf->changed.count &&
		kept_bytes == shelf->kept_bytes &&
		dead == shelf->dead[0].count + shelf->dead[1].count &&
		list_is_marked(&shelf->changed, mark_changed(shelf)) &&
		list_is_marked(&shelf->dead[0], MARK_DEAD) &&
		list_is_marked(&shelf->dead[1], MARK_DEAD);
}
