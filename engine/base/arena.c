#include "arena.h"

#include <stdarg.h>
#include <stdio.h>

#include "memory.h"
#include "must.h"

#define BLOCK_BYTES 16384
/* A first block larger than this, made for one large piece, is not kept for the next request. */
#define BLOCK_KEPT_BYTES_MAX 65536

struct arena_block {
	struct arena_block *following;
	size_t size; /* bytes behind this header */
};

_Static_assert(sizeof(struct arena_block) % ARENA_ALIGNMENT == 0, "pieces begin behind the header");

#ifdef ARENA_SANITIZED
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

void
arena_init(struct arena *arena, size_t bytes_max)
{
	*arena = (struct arena){ .bytes_max = bytes_max };
}

static void
begin_block(struct arena *arena, struct arena_block *block)
{
	arena->last = block;
	arena->next = (uint8_t *)(block + 1);
	arena->end = arena->next + block->size;
	ASAN_POISON_MEMORY_REGION(arena->next, block->size);
}

static void
free_blocks(struct arena_block *block)
{
	while (block != NULL) {
		struct arena_block *following = block->following;
		memory_free(block);
		block = following;
	}
}

void
arena_release(struct arena *arena)
{
	free_blocks(arena->first);
	arena_init(arena, arena->bytes_max);
}

void
arena_clear(struct arena *arena)
{
	struct arena_block *first = arena->first;
	if (first == NULL)
		return;
	if (first->size > BLOCK_KEPT_BYTES_MAX) {
		arena_release(arena);
		return;
	}
	free_blocks(first->following);
	first->following = NULL;
	begin_block(arena, first);
	arena->used = 0;
}

/* Adds a block with room for at least `size` bytes. What is left of the one before is lost until
 * the clear. */
static bool
add_block(struct arena *arena, size_t size)
{
	size_t block_size = BLOCK_BYTES - sizeof(struct arena_block);
	if (block_size < size)
		block_size = size;
	if (block_size > SIZE_MAX - sizeof(struct arena_block))
		return false;
	struct arena_block *block = memory_new(sizeof *block + block_size);
	if (block == NULL)
		return false;
	*block = (struct arena_block){ .size = block_size };
	if (arena->first == NULL)
		arena->first = block;
	else
		arena->last->following = block;
	begin_block(arena, block);
	return true;
}

void *
arena_take_more(struct arena *arena, size_t size)
{
	if (size > arena->bytes_max - arena->used || size > SIZE_MAX - ARENA_ALIGNMENT)
		return NULL;
	size_t room = size_round_up(size, ARENA_ALIGNMENT);
	if (arena->next == NULL || (size_t)(arena->end - arena->next) < room) {
		if (!add_block(arena, room))
			return NULL;
	}
	void *piece = arena->next;
	arena->next += room;
	arena->used += size;
	must(arena->next <= arena->end);
	ASAN_UNPOISON_MEMORY_REGION(piece, size);
	return piece;
}

void *
arena_take_zeroed(struct arena *arena, size_t count, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(count, size, &total))
		return NULL;
	void *piece = arena_take(arena, total);
	if (piece != NULL)
		memset(piece, 0, total);
	return piece;
}

struct text
arena_copy_text(struct arena *arena, struct text text)
{
	char *copy = arena_take(arena, text.size);
	if (copy == NULL)
		return (struct text){ NULL, 0 };
	if (text.size > 0)
		memcpy(copy, text.data, text.size);
	return (struct text){ copy, text.size };
}

struct text
arena_print(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);

	char *text = NULL;
	if (length >= 0)
		text = arena_take(arena, (size_t)length + 1); /* vsnprintf ends with a zero */
	if (text != NULL)
		vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return (struct text){ text, text == NULL ? 0 : (size_t)length };
}
