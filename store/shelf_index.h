/*
 * The shelf's index: an extendible hash table of 8-byte slots. Growth splits one segment of 512
 * slots at a time.
 *
 *   top bits of the hash ─► directory ─► segment ─► slot (home = low 9 bits, then linear) = 16-bit tag | 48-bit pointer
 *
 * The index knows nothing of what it points to: comparing is the caller's. Not thread-safe.
 */
#ifndef SUANPAN_SHELF_INDEX_H
#define SUANPAN_SHELF_INDEX_H

#include "pieces.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index_segment;

struct shelf_index {
	struct index_segment **directory; /* 1 << depth pointers */
	unsigned depth;
	struct pieces segments;
	size_t segment_count;
	size_t count;
	uint64_t (*hash_of)(const void *item); /* for splits and removals */
};

bool index_init(struct shelf_index *index, uint64_t (*hash_of)(const void *item));
void index_release(struct shelf_index *index);
size_t index_bytes(const struct shelf_index *index);

/*
 * The items whose tag fits, one after the other: start with *probe = 0, NULL at the end. An item
 * with the right hash is among them; most wrong ones are not.
 */
void *index_find(const struct shelf_index *index, uint64_t hash, unsigned *probe);
void index_prefetch(const struct shelf_index *index, uint64_t hash);

/*
 * Room for one more item with this hash, splitting if need be; false without memory, nothing
 * changed.
 */
bool index_prepare(struct shelf_index *index, uint64_t hash);
/* Adds after index_prepare; the item is not in it. */
void index_add(struct shelf_index *index, uint64_t hash, void *item);
void index_remove(struct shelf_index *index, uint64_t hash, const void *item);
void index_replace(struct shelf_index *index, uint64_t hash, const void *item, void *by);

#endif
