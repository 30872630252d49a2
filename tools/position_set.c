/* Positions that were counted (see position_set.h). */
#include "position_set.h"

#include "../engine/base/memory.h"
#include "../store/entry.h"

#include <stdbool.h>
#include <string.h>

enum { BYTES_A_BIT = 64, SIZE_AT_FIRST = 4096, SIZE_MAX_BYTES = 1 << 30 };
_Static_assert(ENTRY_HEADER_BYTES + 8 >= BYTES_A_BIT,
	"two entries never share a bit: each has a scope or an event");

void
position_set_init(struct position_set *set, uint64_t first)
{
	*set = (struct position_set){ .first = first };
}

void
position_set_release(struct position_set *set)
{
	memory_free(set->bits);
	position_set_init(set, set->first);
}

static bool
grow(struct position_set *set, uint64_t wanted)
{
	size_t size = set->size == 0 ? SIZE_AT_FIRST : set->size;
	while (size <= wanted && size < SIZE_MAX_BYTES)
		size *= 2;
	if (size <= wanted)
		return false;
	uint8_t *bits = memory_resize(set->bits, size);
	if (bits == NULL)
		return false;
	memset(bits + set->size, 0, size - set->size);
	set->bits = bits;
	set->size = size;
	return true;
}

enum position_standing
position_set_add(struct position_set *set, uint64_t position)
{
	if (position < set->first)
		return POSITION_BEFORE;
	uint64_t bit = (position - set->first) / BYTES_A_BIT;
	uint8_t mask = (uint8_t)(1u << (bit % 8));
	if (bit / 8 >= set->size && !grow(set, bit / 8))
		return POSITION_NO_ROOM;
	if ((set->bits[bit / 8] & mask) != 0)
		return POSITION_KNOWN;
	set->bits[bit / 8] |= mask;
	return POSITION_NEW;
}
