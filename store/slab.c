/* Slabs: cells of fixed sizes (see slab.h). */
#include "slab.h"

#include "pieces.h"

#include "../engine/base/bytes.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <string.h>

/*
 * Classes 0 … 63 are the multiples of 8 up to 512; then each is about a quarter larger than the one
 * before. A block of a class whose cell is over SLAB_BYTES / 8 holds one cell.
 */
enum {
	FINE_STEP = 8,
	COARSE_STEP = 16,
	FINE_CLASSES = 64,
	FINE_MAX = FINE_STEP * FINE_CLASSES,
	CLASSES_MAX = 96,
	CELL_MIN = 16, /* a free cell must fit */
};

struct slab {
	struct slab *next;       /* in the list of all blocks */
	struct slab *class_next; /* in that of its class */
	size_t cell_size;
	size_t cell_count;
	uint8_t *cells;
};

/* A free cell: zero where a record has its marks, then the next free one. */
struct free_cell {
	uint64_t zero;
	struct free_cell *next;
};

/* The cells of one size. */
struct slab_class {
	size_t size;
	size_t cell_count;
	struct free_cell *free;
	struct slab *first;
	struct slab *last;
	struct slab_hand hand;
};

struct slabs {
	struct slab *first;
	struct slab *last;
	size_t bytes;         /* but for what `blocks` has */
	struct pieces blocks; /* of SLAB_BYTES; larger cells are taken alone */
	unsigned class_count;
	struct slab_class classes[CLASSES_MAX];
};

static size_t
coarse_size_after(size_t size)
{
	size_t next = size_round_up(size + size / 4, COARSE_STEP);
	return next < SLAB_CELL_MAX ? next : SLAB_CELL_MAX;
}

struct slabs *
slabs_new(void)
{
	struct slabs *slabs = memory_new_zeroed(1, sizeof *slabs);
	if (slabs == NULL)
		return NULL;
	pieces_init(&slabs->blocks, SLAB_BYTES);
	for (size_t size = FINE_STEP; size <= FINE_MAX; size += FINE_STEP)
		slabs->classes[slabs->class_count++].size = size;
	for (size_t size = FINE_MAX; size < SLAB_CELL_MAX;) {
		size = coarse_size_after(size);
		must(slabs->class_count < CLASSES_MAX);
		slabs->classes[slabs->class_count++].size = size;
	}
	return slabs;
}

void
slabs_free(struct slabs *slabs)
{
	if (slabs == NULL)
		return;
	for (struct slab *slab = slabs->first, *next; slab != NULL; slab = next) {
		next = slab->next;
		if (slab->cell_count == 1)
			memory_free(slab->cells);
		memory_free(slab);
	}
	pieces_release(&slabs->blocks);
	memory_free(slabs);
}

static struct slab_class *
class_of(struct slabs *slabs, size_t size)
{
	must(size > 0 && size <= SLAB_CELL_MAX);
	if (size < CELL_MIN)
		size = CELL_MIN;
	if (size <= FINE_MAX)
		return &slabs->classes[(size - 1) / FINE_STEP];
	unsigned class = FINE_CLASSES;
	while (slabs->classes[class].size < size)
		class ++;
	must(class < slabs->class_count);
	return &slabs->classes[class];
}

size_t
slab_cell_size(size_t size)
{
	must(size > 0 && size <= SLAB_CELL_MAX);
	if (size < CELL_MIN)
		return CELL_MIN;
	if (size <= FINE_MAX)
		return size_round_up(size, FINE_STEP);
	size_t cell = FINE_MAX;
	while (cell < size)
		cell = coarse_size_after(cell);
	return cell;
}

static bool
is_alone(size_t cell_size)
{
	return cell_size > SLAB_BYTES / 8;
}

/* Puts a block at the end of both lists. */
static void
list_slab(struct slabs *slabs, struct slab_class *class, struct slab *slab)
{
	if (slabs->last == NULL)
		slabs->first = slab;
	else
		slabs->last->next = slab;
	slabs->last = slab;
	if (class->last == NULL)
		class->first = slab;
	else
		class->last->class_next = slab;
	class->last = slab;
}

/* Adds a block of cells to the class, and all of them to its free list. */
static bool
class_grow(struct slabs *slabs, struct slab_class *class)
{
	size_t cell_count = is_alone(class->size) ? 1 : SLAB_BYTES / class->size;
	struct slab *slab = memory_new_zeroed(1, sizeof *slab);
	if (slab == NULL)
		return false;
	slab->cells = cell_count == 1 ? memory_new(class->size) : pieces_take(&slabs->blocks);
	if (slab->cells == NULL) {
		memory_free(slab);
		return false;
	}
	slab->cell_size = class->size;
	slab->cell_count = cell_count;
	for (size_t i = cell_count; i-- > 0;) {
		struct free_cell *cell = (struct free_cell *)(void *)(slab->cells +
			i * class->size);
		cell->zero = 0;
		cell->next = class->free;
		class->free = cell;
	}
	list_slab(slabs, class, slab);
	class->cell_count += cell_count;
	slabs->bytes += sizeof *slab + (cell_count == 1 ? class->size : 0);
	return true;
}

void *
slab_take(struct slabs *slabs, size_t size)
{
	struct slab_class *class = class_of(slabs, size);
	if (class->free == NULL && !class_grow(slabs, class))
		return NULL;
	struct free_cell *cell = class->free;
	must(cell != NULL && cell->zero == 0);
	class->free = cell->next;
	cell->next = NULL;
	return cell;
}

void
slab_give(struct slabs *slabs, void *cell, size_t size)
{
	struct slab_class *class = class_of(slabs, size);
	struct free_cell *free_cell = cell;
	free_cell->zero = 0;
	free_cell->next = class->free;
	class->free = free_cell;
}

bool
slab_is_at_hand(struct slabs *slabs, size_t size)
{
	const struct slab_class *class = class_of(slabs, size);
	return class->free != NULL ||
		(!is_alone(class->size) && pieces_are_at_hand(&slabs->blocks));
}

size_t
slab_cells_of_size(struct slabs *slabs, size_t size)
{
	return class_of(slabs, size)->cell_count;
}

size_t
slabs_bytes(const struct slabs *slabs)
{
	return slabs->bytes + slabs->blocks.bytes;
}

void *
slab_next(struct slabs *slabs, struct slab_hand *hand)
{
	if (hand->slab == NULL)
		*hand = (struct slab_hand){ slabs->first, 0 };
	while (hand->slab != NULL && hand->cell == hand->slab->cell_count)
		*hand = (struct slab_hand){ hand->slab->next, 0 };
	if (hand->slab == NULL)
		return NULL;
	return hand->slab->cells + hand->slab->cell_size * hand->cell++;
}

void *
slab_next_of_size(struct slabs *slabs, size_t size)
{
	struct slab_class *class = class_of(slabs, size);
	struct slab_hand *hand = &class->hand;
	if (hand->slab == NULL)
		*hand = (struct slab_hand){ class->first, 0 };
	while (hand->slab != NULL && hand->cell == hand->slab->cell_count)
		*hand = (struct slab_hand){ hand->slab->class_next, 0 };
	if (hand->slab == NULL)
		return NULL;
	return hand->slab->cells + class->size * hand->cell++;
}
