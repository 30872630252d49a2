#include "pieces.h"

#include "../engine/base/bytes.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <sys/mman.h>

enum { ALIGNMENT = 64, LARGE_PAGE = 2 << 20, SINGLE_BYTES_MAX = 4 << 20 };

/* Memory taken at once; the list of it, to be given back. */
struct pieces_chunk {
	struct pieces_chunk *next;
	void *memory;
};

void
pieces_init(struct pieces *pieces, size_t piece_bytes)
{
	must(piece_bytes >= sizeof(void *));
	*pieces = (struct pieces){ .piece_bytes = size_round_up(piece_bytes, ALIGNMENT) };
	must(pieces->piece_bytes <= LARGE_PAGE);
}

void
pieces_release(struct pieces *pieces)
{
	for (struct pieces_chunk *chunk = pieces->chunks, *next; chunk != NULL; chunk = next) {
		next = chunk->next;
		memory_free(chunk->memory);
		memory_free(chunk);
	}
	*pieces = (struct pieces){ .piece_bytes = pieces->piece_bytes };
}

static bool
take_chunk(struct pieces *pieces)
{
	bool large = pieces->bytes >= SINGLE_BYTES_MAX;
	size_t size = large ? LARGE_PAGE : pieces->piece_bytes;
	struct pieces_chunk *chunk = memory_new(sizeof *chunk);
	if (chunk == NULL)
		return false;
	chunk->memory = memory_new_aligned(large ? LARGE_PAGE : ALIGNMENT, size);
	if (chunk->memory == NULL) {
		memory_free(chunk);
		return false;
	}
	if (large)
		madvise(chunk->memory, size, MADV_HUGEPAGE); /* advice only */
	chunk->next = pieces->chunks;
	pieces->chunks = chunk;
	pieces->next = chunk->memory;
	pieces->left = size;
	pieces->bytes += size;
	return true;
}

void *
pieces_take(struct pieces *pieces)
{
	if (pieces->free != NULL) {
		void *piece = pieces->free;
		pieces->free = *(void **)piece;
		return piece;
	}
	if (pieces->left < pieces->piece_bytes && !take_chunk(pieces))
		return NULL;
	void *piece = pieces->next;
	pieces->next += pieces->piece_bytes;
	pieces->left -= pieces->piece_bytes;
	return piece;
}

bool
pieces_are_at_hand(const struct pieces *pieces)
{
	return pieces->free != NULL || pieces->left >= pieces->piece_bytes;
}

void
pieces_give(struct pieces *pieces, void *piece)
{
	must(piece != NULL);
	*(void **)piece = pieces->free;
	pieces->free = piece;
}
