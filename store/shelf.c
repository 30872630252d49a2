/* The shelf: records in memory (see shelf.h). */
#include "shelf.h"

#include "shelf_index.h"
#include "slab.h"

#include "../engine/base/digest.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <string.h>

/*
 * Where a record is on its way from a change to LMDB (see shelf.h). Lists have numbers; a record's
 * mark says whether it is on an even or an odd one. So a sweep begins by counting up, without
 * touching a record: what was the list of changed records is the sweep's list from then on. A
 * record that was copied and has changed since is both COPIED and listed.
 */
enum {
	MARK_LISTED_EVEN = 1,
	MARK_LISTED_ODD = 2,
	MARK_COPIED = 4, /* in a chunk that is not durable yet */
	MARK_DEAD = 8,   /* not in the index any more; its cell waits for the lists that name it */
	MARK_USED = 16,  /* found since the hand came by */
};
#define MARKS_LISTED (MARK_LISTED_EVEN | MARK_LISTED_ODD)
#define MARKS_KEEP (MARKS_LISTED | MARK_COPIED)

enum {
	CELL_UNIT = 8,
	BYTES_MIN = 1 << 20,
	HAND_STEPS = 4096,
	HAND_ROUNDS = 2,
	SPARE_ROOM_MAX = 1 << 16,
	CELLS_MIN = 4, /* of a size that is needed at all, whatever the bound says */
};

struct shelf_record {
	uint8_t table; /* 0: a free cell; all of the first 8 bytes are 0 then */
	uint8_t key_size;
	uint8_t marks;
	uint8_t reserved;
	uint16_t value_size;
	uint16_t cell_units;
	uint64_t version;
	uint8_t bytes[]; /* key, value */
};
_Static_assert(sizeof(struct shelf_record) == 16, "a record's header takes 16 bytes");
_Static_assert(sizeof(struct shelf_record) + RECORD_KEY_MAX + RECORD_VALUE_MAX <= SLAB_CELL_MAX,
	"the largest record fits into the largest cell");

struct record_list {
	struct shelf_record **records;
	size_t count;
	size_t room;
};

struct shelf {
	struct shelf_index index;
	struct slabs *slabs;
	struct slab_hand hand;
	struct record_list changed; /* list number `list` */
	size_t swept_room;          /* of the list that the sweep has */
	struct record_list spare;   /* the memory of the list that the last sweep gave back */
	struct record_list dead
		[2]; /* cells to give back when the last even or odd list that names them is done */
	unsigned list; /* number of the list of changed records; the sweep's is the one before */
	bool sweeping;
	size_t bytes_max;
	size_t record_count;
	size_t absent_count;
	size_t kept_bytes; /* of cells that the hand may not drop, because they are not in LMDB yet */
	uint64_t dropped;
	uint64_t moves; /* records that went, or went elsewhere, so far */
	uint32_t
		dropped_tables; /* a bit for each table of which a record that exists was dropped */
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

static struct bytes
record_key(const struct shelf_record *record)
{
	return (struct bytes){ record->bytes, record->key_size };
}

static struct bytes
record_value(const struct shelf_record *record)
{
	return (struct bytes){ record->bytes + record->key_size, record->value_size };
}

static size_t
record_cell_bytes(const struct shelf_record *record)
{
	return (size_t)record->cell_units * CELL_UNIT;
}

static size_t
record_room(const struct shelf_record *record)
{
	return record_cell_bytes(record) - sizeof *record - record->key_size;
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
	memory_free(shelf);
}

/* The mark of being on the list of changed records. */
static uint8_t
mark_changed(const struct shelf *shelf)
{
	return shelf->list % 2 == 0 ? MARK_LISTED_EVEN : MARK_LISTED_ODD;
}

/* The mark of being on the sweep's list and not copied yet. */
static uint8_t
mark_swept(const struct shelf *shelf)
{
	return shelf->list % 2 == 0 ? MARK_LISTED_ODD : MARK_LISTED_EVEN;
}

static size_t
shelf_bytes(const struct shelf *shelf)
{
	size_t listed = shelf->changed.room + shelf->spare.room + shelf->swept_room +
		shelf->dead[0].room + shelf->dead[1].room;
	return slabs_bytes(shelf->slabs) + index_bytes(&shelf->index) +
		listed * sizeof *shelf->changed.records;
}

static struct shelf_record *
find_record(const struct shelf *shelf, struct shelf_key key)
{
	struct shelf_record *record;
	unsigned probe = 0;
	while ((record = index_find(&shelf->index, key.hash, &probe)) != NULL) {
		if (record->table == key.table && bytes_equal(record_key(record), key.bytes))
			return record;
	}
	return NULL;
}

/* The record if it is where it was seen, or NULL. */
static struct shelf_record *
record_where_seen(
	const struct shelf *shelf, const struct record_seen *seen, struct record_name name)
{
	struct shelf_record *record = seen->record;
	if (record == NULL || seen->moves != shelf->moves || record->table != name.table ||
		!bytes_equal(record_key(record), name.bytes))
		return NULL;
	must((record->marks & MARK_DEAD) == 0);
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
	return record_use(find_record(shelf, key), value, version);
}

enum lookup
shelf_look(struct shelf *shelf, const struct record_seen *seen, struct record_name name,
	struct bytes *value, uint64_t *version)
{
	return record_use(record_where_seen(shelf, seen, name), value, version);
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
	return (struct record_seen){ record, shelf->moves };
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
	shelf->moves++;
	slab_give(shelf->slabs, record, record_cell_bytes(record));
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
		if ((record->marks & MARK_USED) == 0) {
			record_drop(shelf, record);
			return true;
		}
		record->marks = (uint8_t)(record->marks & ~MARK_USED);
		passed = record;
	}
	if (passed == NULL)
		return false;
	record_drop(shelf, passed);
	return true;
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
	memcpy(record->bytes, key.bytes.data, key.bytes.size);
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
	shelf->moves++;
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
	if (find_record(shelf, key) != NULL)
		return true;
	struct shelf_record *record = record_new(shelf, key, value.size);
	if (record == NULL)
		return false;
	if (value.size > 0) {
		memcpy(record->bytes + record->key_size, value.data, value.size);
		shelf->absent_count--;
	}
	record->value_size = (uint16_t)value.size;
	record->version = version;
	return true;
}

bool
shelf_pin_found(struct shelf *shelf, const struct record_seen *seen, struct record_name name,
	struct shelf_record **record)
{
	if (!list_make_room(&shelf->changed))
		return false;
	struct shelf_record *found = record_where_seen(shelf, seen, name);
	if (found == NULL)
		found = find_record(shelf, shelf_key((enum table)name.table, name.bytes));
	if (found != NULL) {
		found->marks |= MARK_USED;
		if ((found->marks & MARKS_LISTED) == 0)
			list_as_changed(shelf, found);
	}
	*record = found;
	return true;
}

struct shelf_record *
shelf_pin(struct shelf *shelf, struct shelf_key key, size_t value_size)
{
	struct shelf_record *record;
	must(value_size <= RECORD_VALUE_MAX);
	static const struct record_seen nowhere;
	const struct record_name name = { key.table, key.bytes };
	if (!shelf_pin_found(shelf, &nowhere, name, &record))
		return NULL;
	if (record != NULL)
		return record;
	record = record_new(shelf, key, value_size);
	if (record != NULL)
		list_as_changed(shelf, record);
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
	if (!list_make_room(&shelf->changed)) /* moving lists the new cell */
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
	if (value.size > 0)
		memcpy(record->bytes + record->key_size, value.data, value.size);
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

/* ---- sweeps ---- */

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
	struct shelf_record *record = find_record(shelf, key);
	bool moved_since = record != NULL && (record->marks & mark_changed(shelf)) != 0;
	return moved_since ? record : NULL;
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
	/* A version of 0 was made for an entry that came to nothing, or that is still to come. */
	if (newest == NULL || newest->version == 0) {
		record_is_done(shelf, record);
		return false;
	}
	record->marks |= MARK_COPIED;
	*value = record_value(newest);
	*version = newest->version;
	return true;
}

void
shelf_sweep_copied(struct shelf *shelf, struct shelf_record *record)
{
	must(shelf->sweeping && (record->marks & MARK_COPIED) != 0);
	record->marks = (uint8_t)(record->marks & ~MARK_COPIED);
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
		if (find_record(shelf, shelf_key((enum table)record->table, record_key(record))) !=
			record)
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
