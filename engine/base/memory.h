/*
 * Heap memory with a name for running out of it. All long-lived memory of ours comes from here, so
 * that tests can make the Nth request fail. Sizes are bytes; NULL means that there was no memory
 * and nothing changed.
 */
#ifndef SUANPAN_MEMORY_H
#define SUANPAN_MEMORY_H

#include <stddef.h>
#include <stdint.h>

void *memory_new(size_t size);                      /* uninitialised */
void *memory_new_zeroed(size_t count, size_t size); /* checks count * size */
void *memory_resize(void *old, size_t size); /* old may be NULL; old stays valid on failure */
/*
 * The list with room for `count` entries: as it is, or twice as long and more. *room is how many it
 * has room for; it and the list stay as they are on failure.
 */
void *memory_grow(void *list, size_t count, size_t *room, size_t size);
void *
memory_new_aligned(size_t alignment, size_t size); /* a power of two; memory_resize forgets it */
/*
 * For memory that is touched all over, from 2 MiB on: aligned for large pages, and on them where
 * the system gives them, so that a touch needs no walk through page tables. Smaller: cache lines.
 */
void *memory_new_spread(size_t size);
void memory_free(void *memory); /* for all of the above; NULL is fine */

/*
 * Fault injection: from now on, the request number `countdown` (1 is the next) fails, once; 0
 * switches it off. For tests; process-wide. memory_request_count() is how many requests were made
 * since, up to the switching off; nothing is counted while it is off, so that it costs nothing
 * there. To count without a failure, ask for one that is never reached (UINT64_MAX).
 */
void memory_fail_at(uint64_t countdown);
/* The same, of the requests of the calling thread only, for tests with others at work. */
void memory_fail_here_at(uint64_t countdown);
uint64_t memory_request_count(void);

#endif
