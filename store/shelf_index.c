/* The shelf's index (see shelf_index.h). */
#include "shelf_index.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <string.h>

enum {
	SEGMENT_SLOTS = 512,
	SEGMENT_FULL = SEGMENT_SLOTS / 8 * 7,
	DEPTH_MAX = 40,
};

struct index_segment {
	uint64_t slots[SEGMENT_SLOTS];
	unsigned depth; /* of the top hash bits that all its items share */
	unsigned count;
};

#define POINTER_BITS 48
#define POINTER_MASK ((UINT64_C(1) << POINTER_BITS) - 1)

static uint64_t
slot_make(uint64_t hash, const void *item)
{
	uint64_t pointer = (uint64_t)(uintptr_t)item;
	must((pointer & ~POINTER_MASK) == 0);
	must(item != NULL);
	/*
	 * Bits 9 … 24 of the hash: neither the home slot nor the directory uses them, up to a depth
	 * of 39.
	 */
	return ((hash >> 9) & 0xffff) << POINTER_BITS | pointer;
}

static void *
slot_item(uint64_t slot)
{
	return (void *)(uintptr_t)(slot & POINTER_MASK);
}

static unsigned
slot_home(uint64_t hash)
{
	return (unsigned)(hash % SEGMENT_SLOTS);
}

static size_t
directory_place(const struct shelf_index *index, uint64_t hash)
{
	return index->depth == 0 ? 0 : (size_t)(hash >> (64 - index->depth));
}

static struct index_segment *
segment_new(struct shelf_index *index, unsigned depth)
{
	struct index_segment *segment = pieces_take(&index->segments);
	if (segment == NULL)
		return NULL;
	memset(segment, 0, sizeof *segment);
	segment->depth = depth;
	return segment;
}

bool
index_init(struct shelf_index *index, uint64_t (*hash_of)(const void *item))
{
	*index = (struct shelf_index){ .hash_of = hash_of };
	pieces_init(&index->segments, sizeof(struct index_segment));
	index->directory = memory_new_zeroed(1, sizeof *index->directory);
	if (index->directory == NULL)
		return false;
	index->directory[0] = segment_new(index, 0);
	if (index->directory[0] == NULL) {
		memory_free(index->directory);
		return false;
	}
	index->segment_count = 1;
	return true;
}

void
index_release(struct shelf_index *index)
{
	pieces_release(&index->segments);
	memory_free(index->directory);
}

size_t
index_bytes(const struct shelf_index *index)
{
	return index->segments.bytes + ((size_t)1 << index->depth) * sizeof *index->directory;
}

void *
index_find(const struct shelf_index *index, uint64_t hash, unsigned *probe)
{
	const struct index_segment *segment = index->directory[directory_place(index, hash)];
	uint64_t tag = (hash >> 9) & 0xffff;
	unsigned home = slot_home(hash);
	while (*probe < SEGMENT_SLOTS) {
		uint64_t slot = segment->slots[(home + *probe) % SEGMENT_SLOTS];
		if (slot == 0)
			return NULL;
		(*probe)++;
		if (slot >> POINTER_BITS == tag)
			return slot_item(slot);
	}
	return NULL;
}

void
index_prefetch(const struct shelf_index *index, uint64_t hash)
{
	const struct index_segment *segment = index->directory[directory_place(index, hash)];
	__builtin_prefetch(&segment->slots[slot_home(hash)]);
}

/* Puts a slot into a segment that has room. */
static void
segment_put(struct index_segment *segment, uint64_t hash, uint64_t slot)
{
	unsigned place = slot_home(hash);
	while (segment->slots[place] != 0)
		place = (place + 1) % SEGMENT_SLOTS;
	segment->slots[place] = slot;
	segment->count++;
	must(segment->count < SEGMENT_SLOTS);
}

static bool
directory_double(struct shelf_index *index)
{
	size_t places = (size_t)1 << index->depth;
	if (index->depth == DEPTH_MAX)
		return false;
	struct index_segment **wider = memory_new_zeroed(2 * places, sizeof *wider);
	if (wider == NULL)
		return false;
	for (size_t i = 0; i < places; i++)
		wider[2 * i] = wider[2 * i + 1] = index->directory[i];
	memory_free(index->directory);
	index->directory = wider;
	index->depth++;
	return true;
}

/* Splits the segment that `hash` leads to by one more bit of the hash. */
static bool
segment_split(struct shelf_index *index, uint64_t hash)
{
	struct index_segment *old = index->directory[directory_place(index, hash)];
	if (old->depth == index->depth && !directory_double(index))
		return false;
	struct index_segment *low = segment_new(index, old->depth + 1);
	struct index_segment *high = low == NULL ? NULL : segment_new(index, old->depth + 1);
	if (high == NULL) {
		if (low != NULL)
			pieces_give(&index->segments, low);
		return false;
	}
	for (unsigned i = 0; i < SEGMENT_SLOTS; i++) {
		if (old->slots[i] == 0)
			continue;
		uint64_t item_hash = index->hash_of(slot_item(old->slots[i]));
		bool is_high = (item_hash >> (63 - old->depth) & 1) != 0;
		segment_put(is_high ? high : low, item_hash, old->slots[i]);
	}
	must(low->count + high->count == old->count);
	size_t run = (size_t)1 << (index->depth - old->depth);
	size_t first = directory_place(index, hash) & ~(run - 1);
	for (size_t i = 0; i < run; i++) {
		must(index->directory[first + i] == old);
		index->directory[first + i] = i < run / 2 ? low : high;
	}
	pieces_give(&index->segments, old);
	index->segment_count++;
	return true;
}

bool
index_prepare(struct shelf_index *index, uint64_t hash)
{
	while (index->directory[directory_place(index, hash)]->count >= SEGMENT_FULL) {
		if (!segment_split(index, hash))
			return false;
	}
	return true;
}

void
index_add(struct shelf_index *index, uint64_t hash, void *item)
{
	struct index_segment *segment = index->directory[directory_place(index, hash)];
	must(segment->count < SEGMENT_FULL);
	segment_put(segment, hash, slot_make(hash, item));
	index->count++;
}

/* The place of an item in its segment. It must be there. */
static unsigned
segment_place(const struct index_segment *segment, uint64_t hash, const void *item)
{
	uint64_t slot = slot_make(hash, item);
	unsigned place = slot_home(hash);
	while (segment->slots[place] != slot) {
		must(segment->slots[place] != 0);
		place = (place + 1) % SEGMENT_SLOTS;
	}
	return place;
}

void
index_replace(struct shelf_index *index, uint64_t hash, const void *item, void *by)
{
	struct index_segment *segment = index->directory[directory_place(index, hash)];
	segment->slots[segment_place(segment, hash, item)] = slot_make(hash, by);
}

void
index_remove(struct shelf_index *index, uint64_t hash, const void *item)
{
	struct index_segment *segment = index->directory[directory_place(index, hash)];
	unsigned hole = segment_place(segment, hash, item);
	/* Move back what a search could not reach across the hole any more. */
	for (unsigned next = (hole + 1) % SEGMENT_SLOTS; segment->slots[next] != 0;
		next = (next + 1) % SEGMENT_SLOTS) {
		unsigned home = slot_home(index->hash_of(slot_item(segment->slots[next])));
		unsigned from_home = (next - home) % SEGMENT_SLOTS;
		unsigned from_hole = (next - hole) % SEGMENT_SLOTS;
		if (from_home >= from_hole) {
			segment->slots[hole] = segment->slots[next];
			hole = next;
		}
	}
	segment->slots[hole] = 0;
	must(segment->count > 0 && index->count > 0);
	segment->count--;
	index->count--;
}
