#include "memory.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "must.h"

enum { CACHE_LINE = 64, LARGE_PAGE = 2 * 1024 * 1024 };

/* The number of the request that fails; 0: none, and nothing is counted. */
static _Atomic uint64_t fail_number;
static _Atomic uint64_t request_count;
/* Whose requests are counted: everybody's, or one thread's. */
static _Atomic bool one_thread_only;
static _Thread_local bool is_that_thread;

void
memory_fail_at(uint64_t countdown)
{
	if (countdown != 0)
		atomic_store(&request_count, 0);
	atomic_store(&one_thread_only, false);
	atomic_store(&fail_number, countdown);
}

void
memory_fail_here_at(uint64_t countdown)
{
	memory_fail_at(0);
	atomic_store(&request_count, 0);
	is_that_thread = true;
	atomic_store(&one_thread_only, true);
	atomic_store(&fail_number, countdown);
}

uint64_t
memory_request_count(void)
{
	return atomic_load(&request_count);
}

/* In production this is one load of a line that nobody writes. */
static bool
request_fails(void)
{
	uint64_t number = atomic_load_explicit(&fail_number, memory_order_relaxed);
	if (number == 0 || (atomic_load(&one_thread_only) && !is_that_thread))
		return false;
	return atomic_fetch_add(&request_count, 1) + 1 == number;
}

/* The system may answer a request for no bytes with NULL, which means something else here. */
static size_t
size_at_least_one(size_t size)
{
	return size == 0 ? 1 : size;
}

void *
memory_new(size_t size)
{
	if (request_fails())
		return NULL;
	return malloc(size_at_least_one(size));
}

void *
memory_new_zeroed(size_t count, size_t size)
{
	size_t total;
	if (request_fails() || __builtin_mul_overflow(count, size, &total))
		return NULL;
	return calloc(1, size_at_least_one(total));
}

void *
memory_resize(void *old, size_t size)
{
	if (request_fails())
		return NULL;
	return realloc(old, size_at_least_one(size));
}

void *
memory_grow(void *list, size_t count, size_t *room, size_t size)
{
	size_t wanted = *room * 2 > 16 ? *room * 2 : 16;
	if (count <= *room)
		return list;
	wanted = wanted > count ? wanted : count;
	must(size > 0 && wanted <= SIZE_MAX / size);
	void *grown = memory_resize(list, wanted * size);
	if (grown != NULL)
		*room = wanted;
	return grown;
}

void *
memory_new_aligned(size_t alignment, size_t size)
{
	must(alignment >= sizeof(void *) && (alignment & (alignment - 1)) == 0);
	if (request_fails())
		return NULL;
	void *memory;
	if (posix_memalign(&memory, alignment, size_at_least_one(size)) != 0)
		return NULL;
	return memory;
}

void *
memory_new_spread(size_t size)
{
	if (size < LARGE_PAGE)
		return memory_new_aligned(CACHE_LINE, size);
	void *memory = memory_new_aligned(LARGE_PAGE, size);
	/* Advice only: whoever does not take it is slower. */
	if (memory != NULL)
		madvise(memory, size / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
	return memory;
}

void
memory_free(void *memory)
{
	free(memory);
}
