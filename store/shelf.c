/* The shelf: records in memory (see shelf.h). */
#include "shelf_parts.h"

#include "../engine/base/digest.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <string.h>

enum {
	BYTES_MIN = 1 << 20,
	HAND_STEPS = 4096,
	HAND_ROUNDS = 2,
	CELLS_MIN = 4, /* of a size that is needed at all, whatever the bound says */
};

static uint64_t
hash_key(uint8_t table, struct bytes key)
{
	return hash64(key.data, key.size, table);
}

struct shelf_key
shelf_key(enum table table, struct bytes bytes)
{
	must(bytes.size > 0 && bytes.size <= RECORD_KEY_MAX);
	return (struct shelf_key){ hash_key((uint8_t)table, bytes), (uint8_t)table, bytes };
}

struct shelf_key
shelf_key_of(const struct record_key *key)
{
	return shelf_key((enum table)key->table, (struct bytes){ key->data, key->size });
}

static uint64_t
record_hash(const void *item)
{
	const struct shelf_record *record = item;
	return hash_key(record->table, record_key(record));
}

struct shelf *
shelf_new(size_t bytes_max)
{
	struct shelf *shelf = memory_new_zeroed(1, sizeof *shelf);
	if (shelf == NULL)
		return NULL;
	shelf->bytes_max = bytes_max < BYTES_MIN ? BYTES_MIN : bytes_max;
	shelf->slabs = slabs_new();
	if (shelf->slabs == NULL || !index_init(&shelf->index, record_hash)) {
		slabs_free(shelf->slabs);
		memory_free(shelf);
		return NULL;
	}
	return shelf;
}

void
shelf_free(struct shelf *shelf)
{
	if (shelf == NULL)
		return;
	must(!shelf->sweeping);
	index_release(&shelf->index);
	slabs_free(shelf->slabs);
	memory_free(shelf->changed.records);
	memory_free(shelf->spare.records);
	memory_free(shelf->dead[0].records);
	memory_free(shelf->dead[1].records);
	for (int list = 0; list < 2; list++) {
		for (unsigned table = 0; table < TABLE_END; table++)
			key_tree_clear(&shelf->ordered[list][table]);
	}
	memory_free(shelf);
}

size_t
shelf_bytes(const struct shelf *shelf)
{
	size_t listed = shelf->changed.room + shelf->spare.room + shelf->swept_room +
		shelf->dead[0].room + shelf->dead[1].room;
	return slabs_bytes(shelf->slabs) + index_bytes(&shelf->index) + shelf->ordered_bytes +
		listed * sizeof *shelf->changed.records;
}

struct shelf_record *
shelf_find_record(const struct shelf *shelf, struct shelf_key key)
{
	struct shelf_record *record;
	unsigned probe = 0;
	while ((record = index_find(&shelf->index, key.hash, &probe)) != NULL) {
		if (record->table == key.table && bytes_equal(record_key(record), key.bytes))
			return record;
	}
	return NULL;
}

/*
 * The record if it is where it was seen, or NULL. By now that cell may be free, or another record's,
 * or hold what this one was before it moved, but it is a cell still: slabs are not given back.
 */
static struct shelf_record *
record_where_seen(const struct record_seen *seen, struct record_name name)
{
	struct shelf_record *record = seen->record;
	if (record == NULL || record->table != name.table || (record->marks & MARK_DEAD) != 0 ||
		!bytes_equal(record_key(record), name.bytes))
		return NULL;
	return record;
}

static enum lookup
record_use(struct shelf_record *record, struct bytes *value, uint64_t *version)
{
	if (record == NULL)
		return LOOKUP_COLD;
	record->marks |= MARK_USED;
	*version = record->version;
	if (record->value_size == 0)
		return LOOKUP_ABSENT;
	*value = record_value(record);
	return LOOKUP_FOUND;
}

enum lookup
shelf_find(struct shelf *shelf, struct shelf_key key, struct bytes *value, uint64_t *version)
{
	return record_use(shelf_find_record(shelf, key), value, version);
}

enum lookup
shelf_look(const struct record_seen *seen, struct record_name name, struct bytes *value,
	uint64_t *version)
{
	return record_use(record_where_seen(seen, name), value, version);
}

void
shelf_prefetch_slot(const struct shelf *shelf, uint64_t hash)
{
	index_prefetch(&shelf->index, hash);
}

struct record_seen
shelf_prefetch_record(const struct shelf *shelf, uint64_t hash)
{
	unsigned probe = 0;
	struct shelf_record *record = index_find(&shelf->index, hash, &probe);
	if (record != NULL) {
		__builtin_prefetch(record);
		__builtin_prefetch((const uint8_t *)record + 64);
	}
	return (struct record_seen){ record };
}

/* ---- memory ---- */

static void
record_drop(struct shelf *shelf, struct shelf_record *record)
{
	must((record->marks & MARKS_KEEP) == 0);
	index_remove(&shelf->index, record_hash(record), record);
	if (record->value_size == 0)
		shelf->absent_count--;
	else
		shelf->dropped_tables |= UINT32_C(1) << record->table;
	shelf->record_count--;
	shelf->dropped++;
	slab_give(shelf->slabs, record, record_cell_bytes(record));
}

/*
 * Drops a record, unless there is no memory for its key, which the order of its table may need as
 * long as a sweep of it is not done.
 */
static bool
let_go(struct shelf *shelf, struct shelf_record *record)
{
	if (shelf->sweeping && table_is_ordered(record->table) &&
		!key_tree_let_go(&shelf->ordered[(shelf->list + 1) % 2][record->table], record))
		return false;
	record_drop(shelf, record);
	return true;
}

/*
 * Moves the hand of this size until it has dropped a clean, unused record. If all that it passes in
 * HAND_STEPS cells were used lately, the last of them goes: there are more than can be looked at,
 * and whoever needs a cell must not be told that there is no memory.
 */
static bool
drop_one(struct shelf *shelf, size_t size)
{
	struct shelf_record *passed = NULL;
	unsigned rounds = 0;
	for (int step = 0; step < HAND_STEPS && rounds <= HAND_ROUNDS; step++) {
		struct shelf_record *record = slab_next_of_size(shelf->slabs, size);
		if (record == NULL) {
			rounds++;
			continue;
		}
		if (record->table == 0 || (record->marks & (MARKS_KEEP | MARK_DEAD)) != 0)
			continue;
		if ((record->marks & MARK_USED) == 0 && let_go(shelf, record))
			return true;
		record->marks = (uint8_t)(record->marks & ~MARK_USED);
		passed = record;
	}
	return passed != NULL && let_go(shelf, passed);
}

/*
 * May memory be taken for more cells of this size? At the bound only if none could be dropped: then
 * the shelf may grow an eighth beyond it, so that a size that came late finds its share, and a few
 * cells of each size can always be had.
 */
static bool
may_grow(const struct shelf *shelf, size_t size)
{
	size_t after = shelf_bytes(shelf) + SLAB_BYTES;
	return after <= shelf->bytes_max / 8 * 9 ||
		slab_cells_of_size(shelf->slabs, size) < CELLS_MIN;
}

/* A cell for a record; at the bound, another of its size is dropped. */
static struct shelf_record *
cell_take(struct shelf *shelf, size_t key_size, size_t value_size)
{
	size_t size = sizeof(struct shelf_record) + key_size + value_size;
	if (!slab_is_at_hand(shelf->slabs, size) &&
		shelf_bytes(shelf) + SLAB_BYTES > shelf->bytes_max && !drop_one(shelf, size) &&
		!may_grow(shelf, size))
		return NULL;
	struct shelf_record *record = slab_take(shelf->slabs, size);
	if (record == NULL)
		return NULL;
	record->cell_units = (uint16_t)(slab_cell_size(size) / CELL_UNIT);
	return record;
}

static bool
list_make_room(struct record_list *list)
{
	if (list->count < list->room)
		return true;
	size_t room = list->room == 0 ? 1024 : list->room * 2;
	struct shelf_record **wider = memory_resize(list->records, room * sizeof(*wider));
	if (wider == NULL)
		return false;
	list->records = wider;
	list->room = room;
	return true;
}

/* Room for one more record of that table on the list of changed records. */
static bool
changed_make_room(struct shelf *shelf, uint8_t table)
{
	if (!list_make_room(&shelf->changed))
		return false;
	if (!table_is_ordered(table))
		return true;
	struct key_tree *tree = &shelf->ordered[shelf->list % 2][table];
	size_t before = key_tree_bytes(tree);
	bool has_room = key_tree_make_room(tree);
	shelf->ordered_bytes += key_tree_bytes(tree) - before;
	return has_room;
}

static void
list_add(struct record_list *list, struct shelf_record *record)
{
	must(list->count < list->room);
	list->records[list->count++] = record;
}

static void
list_as_changed(struct shelf *shelf, struct shelf_record *record)
{
	must((record->marks & mark_changed(shelf)) == 0);
	if ((record->marks & MARKS_KEEP) == 0)
		shelf->kept_bytes += record_cell_bytes(record);
	record->marks |= mark_changed(shelf);
	list_add(&shelf->changed, record);
	if (table_is_ordered(record->table))
		key_tree_add(&shelf->ordered[shelf->list % 2][record->table], record);
}

/* A new record without value and marks, in the index. NULL without memory, nothing changed. */
static struct shelf_record *
record_new(struct shelf *shelf, struct shelf_key key, size_t value_size)
{
	if (!index_prepare(&shelf->index, key.hash))
		return NULL;
	struct shelf_record *record = cell_take(shelf, key.bytes.size, value_size);
	if (record == NULL)
		return NULL;
	record->table = key.table;
	record->key_size = (uint8_t)key.bytes.size;
	record->marks = MARK_USED;
	record->value_size = 0;
	record->version = 0;
	put_bytes(record->bytes, key.bytes.data, key.bytes.size);
	index_add(&shelf->index, key.hash, record);
	shelf->record_count++;
	shelf->absent_count++;
	return record;
}

/*
 * Moves a record to a larger cell. The old one dies: at once, or when the lists that name it are
 * done. NULL without memory, nothing changed.
 */
static struct shelf_record *
record_move(struct shelf *shelf, struct shelf_key key, struct shelf_record *old, size_t value_size)
{
	uint8_t marks = old->marks;
	struct record_list *dead = &shelf->dead[(marks & mark_changed(shelf)) != 0
			? shelf->list % 2
			: (shelf->list + 1) % 2];
	if (!list_make_room(dead))
		return NULL;
	old->marks |= MARK_DEAD; /* so that the hand lets it be while a cell is looked for */
	struct shelf_record *record = cell_take(shelf, old->key_size, value_size);
	old->marks = marks;
	if (record == NULL)
		return NULL;
	uint16_t cell_units = record->cell_units;
	memcpy(record, old, sizeof *old + old->key_size + old->value_size);
	record->cell_units = cell_units;
	record->marks = (uint8_t)(marks & ~MARKS_KEEP);
	index_replace(&shelf->index, key.hash, old, record);
	if ((marks & MARKS_KEEP) == 0) {
		slab_give(shelf->slabs, old, record_cell_bytes(old));
		return record;
	}
	/*
	 * Lists name the old cell. The new one is listed as changed, so that it stays and will be
	 * written.
	 */
	old->marks |= MARK_DEAD;
	list_add(dead, old);
	list_as_changed(shelf, record);
	return record;
}

bool
shelf_install(struct shelf *shelf, struct shelf_key key, struct bytes value, uint64_t version)
{
	must(value.size <= RECORD_VALUE_MAX);
	if (shelf_find_record(shelf, key) != NULL)
		return true;
	struct shelf_record *record = record_new(shelf, key, value.size);
	if (record == NULL)
		return false;
	if (value.size > 0) {
		memcpy(record->bytes + record->key_size, value.data, value.size);
		record->marks |= MARK_STORED;
		shelf->absent_count--;
	}
	record->value_size = (uint16_t)value.size;
	record->version = version;
	return true;
}

/* A record that is here is listed, if it is not yet; there is room on the list. */
static void
record_pin(struct shelf *shelf, struct shelf_record *record)
{
	record->marks |= MARK_USED;
	if ((record->marks & MARKS_LISTED) == 0)
		list_as_changed(shelf, record);
}

bool
shelf_pin_seen(struct shelf *shelf, const struct record_seen *seen, struct record_name name,
	struct shelf_record **record)
{
	if (!changed_make_room(shelf, name.table))
		return false;
	*record = record_where_seen(seen, name);
	if (*record != NULL)
		record_pin(shelf, *record);
	return true;
}

bool
shelf_pin_found(struct shelf *shelf, struct shelf_key key, struct shelf_record **record)
{
	if (!changed_make_room(shelf, key.table))
		return false;
	*record = shelf_find_record(shelf, key);
	if (*record != NULL)
		record_pin(shelf, *record);
	return true;
}

struct shelf_record *
shelf_pin_new(struct shelf *shelf, struct shelf_key key, size_t value_size)
{
	must(value_size <= RECORD_VALUE_MAX);
	if (!changed_make_room(shelf, key.table))
		return NULL;
	struct shelf_record *record = record_new(shelf, key, value_size);
	if (record != NULL)
		list_as_changed(shelf, record);
	return record;
}

struct shelf_record *
shelf_pin(struct shelf *shelf, struct shelf_key key, size_t value_size)
{
	struct shelf_record *record;
	if (!shelf_pin_found(shelf, key, &record))
		return NULL;
	if (record != NULL)
		return record;
	record = shelf_pin_new(shelf, key, value_size);
	if (record != NULL)
		record->marks |= MARK_STORED; /* nobody has looked there */
	return record;
}

bool
shelf_has_room(const struct shelf_record *record, size_t value_size)
{
	return record_room(record) >= value_size;
}

bool
shelf_make_room(
	struct shelf *shelf, struct shelf_key key, struct shelf_record **record, size_t value_size)
{
	must(value_size <= RECORD_VALUE_MAX && ((*record)->marks & MARKS_LISTED) != 0);
	if (record_room(*record) >= value_size)
		return true;
	if (!changed_make_room(shelf, key.table)) /* moving lists the new cell */
		return false;
	struct shelf_record *moved = record_move(shelf, key, *record, value_size);
	if (moved == NULL)
		return false;
	*record = moved;
	return true;
}

void
shelf_set(struct shelf *shelf, struct shelf_record *record, struct bytes value, uint64_t version)
{
	must((record->marks & MARKS_LISTED) != 0 && (record->marks & MARK_DEAD) == 0);
	must(record_room(record) >= value.size && version > record->version);
	if (record->value_size == 0 && value.size > 0)
		shelf->absent_count--;
	if (record->value_size > 0 && value.size == 0)
		shelf->absent_count++;
	put_bytes(record->bytes + record->key_size, value.data, value.size);
	record->value_size = (uint16_t)value.size;
	record->version = version;
}

uint64_t
shelf_record_version(const struct shelf_record *record)
{
	return record->version;
}

bool
shelf_record_follows(const struct shelf_record *record, uint64_t previous)
{
	bool ended = record->value_size == 0;
	return record->version == previous || record->version == 0 || (ended && previous == 0);
}
