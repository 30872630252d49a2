/*
 * A generation of ids: those that were decided lately, in memory. The current one grows; a sealed
 * one is read-only and waits to be written as a run.
 *
 * Ids lie in a row in the order they came. An open-addressed index finds them: lines of 64 bytes
 * with 10 slots each, a slot being a tag (16 bits of the hash) and the id's number in the row. The
 * hash chooses the line where a search begins; an id that finds its line full goes to the next one
 * and leaves a mark that the search must go on there. There are at most 4 ids a line on average,
 * so 997 of 1,000 lines are not marked, and an absent id costs one cache line, looked at without a
 * branch that depends on what is in it. The capacity never changes, so nothing ever rehashes.
 *
 * Ids of one hash are kept side by side (a later attempt, or another id whose hash collides); what
 * is the same in hash and position is kept once.
 *
 * A table is used over and over: a fresh one costs a page fault for every 4 KB. Its owner moves it
 * round:
 *
 *      ┌────────► clean ─────► current ─────► sealed ───┐  written as a run
 *   rinsed by a worker,                                 │
 *   when no view holds it                               │
 *      └──────── dirty ◄────────────────────────────────┘
 *
 * Threads: the owner changes the state and adds; a sealed table may be read by any thread that
 * holds it. Views hold it by count, which any thread may lower.
 */
#ifndef SUANPAN_ID_TABLE_H
#define SUANPAN_ID_TABLE_H

#include "id_run.h"

enum id_table_state {
	ID_TABLE_DIRTY,  /* its index holds what was there before, or was never touched */
	ID_TABLE_RINSED, /* a worker is making it clean */
	ID_TABLE_CLEAN,
	ID_TABLE_CURRENT,
	ID_TABLE_SEALED,
};

#define ID_LINE_SLOTS 10
#define ID_LINE_TAGS 12

struct id_line {
	uint16_t tags[ID_LINE_TAGS]; /* 0: empty; slots are filled in order */
	uint32_t numbers[ID_LINE_SLOTS];
};
/* Two tags have no number: one is 0, one is the mark, 1 if ids of this line lie in the next. */
#define ID_LINE_MARK (ID_LINE_TAGS - 1)
_Static_assert(sizeof(struct id_line) == 64, "a line of the index is a cache line");

struct id_table {
	struct id_line *lines;
	struct id_entry *entries;
	uint64_t line_mask; /* lines, a power of two, less 1 */
	uint32_t count;
	uint32_t count_max;
	enum id_table_state state;
	atomic_uint views;
};

/*
 * A dirty table for `count_max` ids; false without memory. Memory is not touched until it is used.
 */
bool id_table_init(struct id_table *table, uint32_t count_max);
void id_table_release(struct id_table *table);
size_t id_table_bytes(const struct id_table *table);

/* Empties it. The time of a memset of 16 bytes an id. */
void id_table_rinse(struct id_table *table);

/* Never 0 and never 1, which mean something else in a line. */
static inline uint16_t
id_table_tag(uint64_t low)
{
	return (uint16_t)(low >> 48) | 2;
}

static inline const struct id_line *
id_table_home(const struct id_table *table, uint64_t high)
{
	return &table->lines[high & table->line_mask];
}

static inline void
id_table_prefetch(const struct id_table *table, struct hash128 hash)
{
	__builtin_prefetch(id_table_home(table, hash.high));
}

#define ID_TAG_ONES UINT64_C(0x0001000100010001)

/* Not 0 if one of the four tags in `tags` is `tag`, which is given four times over. */
static inline uint64_t
id_tags_match(uint64_t tags, uint64_t tag)
{
	uint64_t difference = tags ^ tag;
	return (difference - ID_TAG_ONES) & ~difference & (ID_TAG_ONES << 15);
}

/* False for nearly every hash that is not in the table, and never for one that is. */
static inline bool
id_table_maybe(const struct id_table *table, struct hash128 hash)
{
	const uint16_t *tags = id_table_home(table, hash.high)->tags;
	uint64_t tag = id_table_tag(hash.low) * ID_TAG_ONES;
	uint64_t found = id_tags_match(load_u64(tags), tag) |
		id_tags_match(load_u64(tags + 4), tag) | id_tags_match(load_u64(tags + 8), tag);
	return (found | tags[ID_LINE_MARK]) != 0;
}

bool id_table_search(const struct id_table *table, const struct hash128 *hash, uint64_t before,
	uint64_t *position);

/*
 * The newest position below `before` under this hash; false and nothing changed if there is none.
 *
 * The halves of the hash are used apart, and a call gets a pointer: where a struct of two words
 * goes by value to a function that is not inlined, gcc 12 stores it and loads it back as one
 * vector, and the processor waits for the stores (in ids_probe: 140 ns in place of 92).
 */
static inline bool
id_table_find(
	const struct id_table *table, struct hash128 hash, uint64_t before, uint64_t *position)
{
	return id_table_maybe(table, hash) && id_table_search(table, &hash, before, position);
}

/* Adds to a table that is not full. */
void id_table_add(struct id_table *table, const struct id_entry *entry);

/*
 * Writes the ids of a table that has some as run `number`. It only reads the table: the owner
 * searches it meanwhile. Takes 16 bytes of memory an id, for a while.
 */
enum status id_table_write(const struct id_table *table, const struct id_place *place,
	uint64_t number, uint64_t *bytes, struct fault *fault);

#endif
