/* Calls that wait (see waits.h). */
#include "waits.h"

#include "connection.h"

#include "base/digest.h"
#include "base/memory.h"
#include "base/must.h"

#include <string.h>

static struct waiting **
slot_of(struct shard_waits *waits, struct text scope)
{
	return &waits->slots[hash64(scope.data, scope.size, 0) % WAITS_SLOTS];
}

struct waiting *
waits_front(const struct shard_waits *waits, struct text scope)
{
	struct waiting *one = waits->slots[hash64(scope.data, scope.size, 0) % WAITS_SLOTS];
	while (one != NULL && !text_equal(one->scope, scope))
		one = one->next;
	return one;
}

struct waiting *
waiting_new(const struct call *call, struct bytes params, bool is_item)
{
	struct waiting *waiting = memory_new_zeroed(1, sizeof *waiting);
	uint8_t *copy = memory_new(params.size);
	if (waiting == NULL || copy == NULL) {
		memory_free(waiting);
		memory_free(copy);
		return NULL;
	}
	memcpy(copy, params.data, params.size);
	waiting->params = (struct bytes){ copy, params.size };
	waiting->is_item = is_item;
	waiting->call = *call;
	waiting->call.waiting = waiting;
	waiting->call.memo = &waiting->memo;
	if (call->reply.connection != NULL)
		connection_retain(call->reply.connection);
	return waiting;
}

void
waiting_free(struct waiting *waiting)
{
	must(waiting->behind_first == NULL);
	if (waiting->state != NULL && waiting->drop_state != NULL)
		waiting->drop_state(waiting->state);
	if (waiting->call.reply.connection != NULL)
		connection_drop(waiting->call.reply.connection);
	id_memo_release(&waiting->memo);
	buffer_release(&waiting->want.bytes);
	memory_free((void *)(uintptr_t)waiting->params.data);
	memory_free(waiting);
}

bool
waits_add(struct shard_waits *waits, struct waiting *waiting)
{
	waits->count++;
	waits->bytes += waiting->params.size;
	if (waiting->scope.size == 0)
		return true;
	struct waiting *front = waits_front(waits, waiting->scope);
	waiting->next = NULL;
	if (front == NULL) {
		struct waiting **slot = slot_of(waits, waiting->scope);
		waiting->next = *slot;
		*slot = waiting;
		return true;
	}
	if (front->behind_last == NULL)
		front->behind_first = waiting;
	else
		front->behind_last->next = waiting;
	front->behind_last = waiting;
	return false;
}

struct waiting *
waits_remove(struct shard_waits *waits, struct waiting *waiting)
{
	must(waits->count > 0 && waits->bytes >= waiting->params.size);
	waits->count--;
	waits->bytes -= waiting->params.size;
	if (waiting->scope.size == 0)
		return NULL;
	struct waiting **place = slot_of(waits, waiting->scope);
	while (*place != waiting) {
		must(*place != NULL);
		place = &(*place)->next;
	}
	struct waiting *heir = waiting->behind_first;
	if (heir == NULL) {
		*place = waiting->next;
		return NULL;
	}
	/* The next in line takes the place, with everybody who is behind it. */
	heir->behind_first = heir->next;
	heir->behind_last = heir->behind_first == NULL ? NULL : waiting->behind_last;
	heir->next = waiting->next;
	*place = heir;
	waiting->behind_first = waiting->behind_last = NULL;
	return heir;
}

/* ---- rows ---- */

/* Moves all of `from` behind what is in `to`. */
static void
work_row_move(struct work_row *to, struct work_row *from)
{
	if (from->count == 0)
		return;
	must(from->last != NULL && from->last->work_next == NULL);
	if (to->count == 0)
		to->first = from->first;
	else
		to->last->work_next = from->first;
	to->last = from->last;
	to->count += from->count;
	to->bytes += from->bytes;
	*from = (struct work_row){ NULL, NULL, 0, 0 };
}

void
work_row_add(struct work_row *row, struct waiting *waiting)
{
	struct work_row one = { waiting, waiting, 1, waiting->params.size };
	waiting->work_next = NULL;
	work_row_move(row, &one);
}

struct waiting *
work_row_take(struct work_row *row)
{
	struct waiting *waiting = row->first;
	if (waiting == NULL)
		return NULL;
	must(row->count > 0 && row->bytes >= waiting->params.size);
	row->count--;
	row->bytes -= waiting->params.size;
	row->first = waiting->work_next;
	if (row->first == NULL)
		row->last = NULL;
	waiting->work_next = NULL;
	return waiting;
}

void
waits_park(struct shard_waits *waits, struct work_row *row, struct waiting *waiting)
{
	waits->parked++;
	waits->parked_bytes += waiting->params.size;
	must(waits->parked <= waits->count && waits->parked_bytes <= waits->bytes);
	work_row_add(row, waiting);
}

void
waits_unpark(struct shard_waits *waits, struct work_row *row)
{
	must(waits->parked >= row->count && waits->parked_bytes >= row->bytes);
	waits->parked -= row->count;
	waits->parked_bytes -= row->bytes;
	work_row_move(&waits->works, row);
}
