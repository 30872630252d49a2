/*
 * An arena: memory that is given out in pieces and taken back all at once, when one request has
 * been answered. Not thread-safe. Pieces are aligned to 16 bytes.
 */
#ifndef SUANPAN_ARENA_H
#define SUANPAN_ARENA_H

#include "bytes.h"

/*
 * Under AddressSanitizer, memory that is not given out is poisoned: a piece used after arena_clear
 * is caught.
 */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_SANITIZED 1
#endif
#endif

struct arena_block;

struct arena {
	struct arena_block *first; /* kept by arena_clear */
	struct arena_block *last;
	uint8_t *next;    /* the next free byte of `last` */
	uint8_t *end;     /* one past the last byte of `last` */
	size_t used;      /* bytes given out since the last clear */
	size_t bytes_max; /* arena_take beyond this returns NULL */
};

/*
 * An empty arena that gives out at most `bytes_max` bytes between two clears. Takes no memory yet.
 */
void arena_init(struct arena *arena, size_t bytes_max);
void arena_release(struct arena *arena);

/*
 * Forgets all pieces; keeps the first block for the next request, unless a large piece made it
 * large.
 */
void arena_clear(struct arena *arena);

/*
 * `size` bytes, uninitialised, or NULL past the bound or without memory. size 0 gives a valid
 * pointer.
 */
static inline void *arena_take(struct arena *arena, size_t size);
/* The same for count * size bytes set to zero, the product checked. */
void *arena_take_zeroed(struct arena *arena, size_t count, size_t size);

/* A copy of the text (or bytes) in the arena; data is NULL if there was no room. */
struct text arena_copy_text(struct arena *arena, struct text text);
/* A formatted text, a zero behind it; data is NULL if there was no room. */
struct text
arena_print(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_ALIGNMENT 16

/* What arena_take does when a block is full, and under AddressSanitizer. */
void *arena_take_more(struct arena *arena, size_t size);

static inline void *
arena_take(struct arena *arena, size_t size)
{
#ifndef ARENA_SANITIZED
	size_t room = size_round_up(size, ARENA_ALIGNMENT);
	if (size <= arena->bytes_max - arena->used && size <= (size_t)(arena->end - arena->next) &&
		room <= (size_t)(arena->end - arena->next) && arena->next != NULL) {
		void *piece = arena->next;
		arena->next += room;
		arena->used += size;
		return piece;
	}
#endif
	return arena_take_more(arena, size);
}

#endif
