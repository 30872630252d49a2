/* The inside of the shelf, shared by shelf.c and shelf_sweep.c only. */
#ifndef SUANPAN_SHELF_PARTS_H
#define SUANPAN_SHELF_PARTS_H

#include "shelf.h"

#include "key_tree.h"
#include "shelf_index.h"
#include "slab.h"

/*
 * Where a record is on its way from a change to LMDB (see shelf.h). Lists have numbers; a record's
 * mark says whether it is on an even or an odd one. So a sweep begins by counting up, without
 * touching a record: what was the list of changed records is the sweep's list from then on. A
 * record that was copied and has changed since is both COPIED and listed.
 */
enum {
	MARK_LISTED_EVEN = 1,
	MARK_LISTED_ODD = 2,
	MARK_COPIED = 4,  /* in a chunk that is not durable yet */
	MARK_DEAD = 8,    /* not in the index any more; its cell waits for the lists that name it */
	MARK_USED = 16,   /* found since the hand came by */
	MARK_STORED = 32, /* LMDB may have it, as it is or as it was */
};
#define MARKS_LISTED (MARK_LISTED_EVEN | MARK_LISTED_ODD)
#define MARKS_KEEP (MARKS_LISTED | MARK_COPIED)

enum { CELL_UNIT = 8 };

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
	unsigned list; /* number of the list of changed records; the sweep's is the one before */
	bool sweeping;
	struct record_list changed; /* list number `list` */
	size_t swept_room;          /* of the list that the sweep has */
	struct record_list spare;   /* the memory of the list that the last sweep gave back */
	/* Cells to give back when the last even, the last odd list that names them is done. */
	struct record_list dead[2];
	/* Of each ordered table, what is on the last even, the last odd list, in key order. */
	struct key_tree ordered[2][TABLE_END];
	size_t ordered_bytes;
	size_t bytes_max;
	size_t record_count;
	size_t absent_count; /* of these, known not to exist */
	size_t kept_bytes;   /* of cells that the hand may not drop: they are not in LMDB yet */
	uint64_t dropped;
	uint64_t sweeps;         /* that have ended */
	uint32_t dropped_tables; /* bit i: a record of table i that exists was dropped */
};

static inline struct bytes
record_key(const struct shelf_record *record)
{
	return (struct bytes){ record->bytes, record->key_size };
}

static inline struct bytes
record_value(const struct shelf_record *record)
{
	return (struct bytes){ record->bytes + record->key_size, record->value_size };
}

static inline size_t
record_cell_bytes(const struct shelf_record *record)
{
	return (size_t)record->cell_units * CELL_UNIT;
}

static inline size_t
record_room(const struct shelf_record *record)
{
	return record_cell_bytes(record) - sizeof *record - record->key_size;
}

/* The mark of being on the list of changed records. */
static inline uint8_t
mark_changed(const struct shelf *shelf)
{
	return shelf->list % 2 == 0 ? MARK_LISTED_EVEN : MARK_LISTED_ODD;
}

/* The mark of being on the sweep's list and not copied yet. */
static inline uint8_t
mark_swept(const struct shelf *shelf)
{
	return shelf->list % 2 == 0 ? MARK_LISTED_ODD : MARK_LISTED_EVEN;
}

/* The record of that key, or NULL. */
struct shelf_record *shelf_find_record(const struct shelf *shelf, struct shelf_key key);
/* All memory that it takes: of records, of the index, of lists. */
size_t shelf_bytes(const struct shelf *shelf);

#endif
