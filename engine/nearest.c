/* The nearest of the timers (see nearest.h). */
#include "nearest.h"

#include "base/memory.h"
#include "base/must.h"

#include <stdlib.h>
#include <string.h>

enum { NEAREST_KEPT = NEAREST_MAX / 2, NEAREST_FEW = RANGE_RECORDS_MAX / 2 };

bool
nearest_init(struct nearest *nearest)
{
	*nearest = (struct nearest){ .more = true };
	nearest->heap = memory_new_zeroed(NEAREST_MAX, sizeof *nearest->heap);
	return nearest->heap != NULL;
}

void
nearest_release(struct nearest *nearest)
{
	memory_free(nearest->heap);
	*nearest = (struct nearest){ .heap = NULL };
}

/* ---- order ---- */

static struct bytes
key_bytes(const struct nearest_key *key)
{
	return (struct bytes){ key->data, key->size };
}

static struct bytes
horizon(const struct nearest *nearest)
{
	return (struct bytes){ nearest->horizon.data, nearest->horizon.size };
}

static int
compare(const void *a, const void *b)
{
	return bytes_compare(key_bytes(a), key_bytes(b));
}

static void
swap(struct nearest_key *a, struct nearest_key *b)
{
	struct nearest_key held = *a;
	*a = *b;
	*b = held;
}

static void
push(struct nearest *nearest, struct bytes key)
{
	struct nearest_key *heap = nearest->heap;
	size_t place = nearest->count++;
	must(place < NEAREST_MAX && key.size <= sizeof heap->data);
	heap[place].size = (uint8_t)key.size;
	memcpy(heap[place].data, key.data, key.size);
	for (; place > 0 && compare(&heap[place], &heap[(place - 1) / 2]) < 0;
		place = (place - 1) / 2)
		swap(&heap[place], &heap[(place - 1) / 2]);
}

void
nearest_pop(struct nearest *nearest)
{
	struct nearest_key *heap = nearest->heap;
	size_t place = 0, child;
	must(nearest->count > 0);
	heap[0] = heap[--nearest->count];
	while ((child = 2 * place + 1) < nearest->count) {
		if (child + 1 < nearest->count && compare(&heap[child + 1], &heap[child]) < 0)
			child++;
		if (compare(&heap[place], &heap[child]) <= 0)
			return;
		swap(&heap[place], &heap[child]);
		place = child;
	}
}

/* ---- the horizon ---- */

static void
set_horizon(struct nearest *nearest, struct bytes key, bool more)
{
	nearest->horizon.table = TABLE_TIMER;
	nearest->horizon.size = (uint8_t)key.size;
	memcpy(nearest->horizon.data, key.data, key.size);
	nearest->more = more;
}

/* Lets the later ones go, and comes back to them by the page. What is sorted is a heap, too. */
static void
draw_near(struct nearest *nearest)
{
	qsort(nearest->heap, nearest->count, sizeof *nearest->heap, compare);
	nearest->count = NEAREST_KEPT;
	set_horizon(nearest, key_bytes(&nearest->heap[NEAREST_KEPT - 1]), true);
}

void
nearest_set(struct nearest *nearest, struct bytes key)
{
	if (nearest->count == NEAREST_MAX)
		draw_near(nearest);
	if (!nearest->more || bytes_compare(key, horizon(nearest)) <= 0)
		push(nearest, key);
}

bool
nearest_wants_page(const struct nearest *nearest)
{
	return nearest->more && nearest->count < NEAREST_FEW;
}

void
nearest_add_page(struct nearest *nearest, const struct record_key *after, const struct range *page)
{
	struct bytes rest = { page->bytes.data, page->bytes.size };
	struct range_record record;
	bool has_room = nearest->count + page->count <= NEAREST_MAX;
	if (!has_room || !bytes_equal(horizon(nearest), (struct bytes){ after->data, after->size }))
		return;
	while (range_next(&rest, &record))
		push(nearest, record.key);
	set_horizon(nearest, (struct bytes){ page->last.data, page->last.size }, page->more);
}

/* ---- what is due ---- */

static bool
is_due(const struct nearest_key *key, int64_t now_ms)
{
	struct timer_key timer;
	bool is_timer = key_is_of_timer(key_bytes(key), &timer);
	must(is_timer);
	return timer.at_ms <= now_ms;
}

bool
nearest_due(const struct nearest *nearest, int64_t now_ms, struct bytes *key)
{
	if (nearest->count == 0 || !is_due(&nearest->heap[0], now_ms))
		return false;
	*key = key_bytes(&nearest->heap[0]);
	return true;
}

size_t
nearest_count_due(const struct nearest *nearest, int64_t now_ms)
{
	size_t count = 0;
	for (size_t i = 0; i < nearest->count; i++)
		count += is_due(&nearest->heap[i], now_ms);
	return count;
}
