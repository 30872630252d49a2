/*
 * Memory in pieces of one size, out of large pages: what is looked up at random over gigabytes
 * would otherwise miss the processor's page tables at every step. The first few pieces are taken
 * one by one, so that a small store stays small; from then on 2 MB at a time. Pieces are aligned to
 * 64 bytes and given back to this pool only. Not thread-safe.
 */
#ifndef SUANPAN_PIECES_H
#define SUANPAN_PIECES_H

#include <stdbool.h>
#include <stddef.h>

struct pieces_chunk;

struct pieces {
	size_t piece_bytes;
	size_t bytes; /* of all memory taken */
	void *free;   /* pieces given back, a list through their first word */
	struct pieces_chunk *chunks;
	unsigned char *next; /* the unused rest of the newest chunk */
	size_t left;
};

void pieces_init(struct pieces *pieces, size_t piece_bytes);
void pieces_release(struct pieces *pieces);           /* and with it all pieces */
void *pieces_take(struct pieces *pieces);             /* uninitialised; NULL without memory */
bool pieces_are_at_hand(const struct pieces *pieces); /* will the next one need no more memory? */
void pieces_give(struct pieces *pieces, void *piece);

#endif
