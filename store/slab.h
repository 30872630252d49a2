/*
 * Slabs: cells of a few fixed sizes in blocks of 16 KB, for the shelf's records. A cell's size
 * class is found from its size; a hand can go round all cells in use. Not thread-safe. Sizes are
 * bytes, cells are aligned to 8.
 */
#ifndef SUANPAN_SLAB_H
#define SUANPAN_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLAB_BYTES 16384
#define SLAB_CELL_MAX 66048 /* the largest cell: a header, a key and a value of the largest sizes */

struct slabs;
struct slab;

struct slabs *slabs_new(void);
void slabs_free(struct slabs *slabs);

/* The size of the cell that `size` bytes get. */
size_t slab_cell_size(size_t size);
/*
 * A cell of at least `size` bytes, uninitialised but for its first 16, which are zero; NULL without
 * memory.
 */
void *slab_take(struct slabs *slabs, size_t size);
/* Gives a cell back; `size` is any size of the same class. Its first 8 bytes are set to zero. */
void slab_give(struct slabs *slabs, void *cell, size_t size);
/* Can a cell for `size` bytes be had without more memory? */
bool slab_is_at_hand(struct slabs *slabs, size_t size);
/* How many cells there are, in use or free, of the size that `size` bytes get. */
size_t slab_cells_of_size(struct slabs *slabs, size_t size);
/* Bytes of all blocks. */
size_t slabs_bytes(const struct slabs *slabs);

/* A place in the round of all cells, in use or free. */
struct slab_hand {
	struct slab *slab;
	size_t cell;
};
/*
 * The next cell, or NULL after the last one (and the hand starts anew). Cells may be given back
 * meanwhile; blocks stay.
 */
void *slab_next(struct slabs *slabs, struct slab_hand *hand);
/*
 * The same for the cells of the size that `size` bytes get alone, with a hand that each size has
 * here.
 */
void *slab_next_of_size(struct slabs *slabs, size_t size);

#endif
