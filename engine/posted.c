/* The making of an entry that moves money (see posted.h). */
#include "posted.h"

#include "once.h"
#include "shard.h"

#include "base/instant.h"
#include "base/must.h"
#include "base/zoneinfo.h"

#include <string.h>

bool
posted_begin(struct posted *posted, struct arena *arena, size_t records)
{
	must(records <= ENTRY_EFFECTS_MAX);
	*posted = (struct posted){ .arena = arena };
	posted->effects = arena_take(arena, records * sizeof *posted->effects);
	posted->postings = arena_take(arena, 2 * records * sizeof *posted->postings);
	return posted->effects != NULL && posted->postings != NULL;
}

bool
posted_change(struct posted *posted, enum table table, struct bytes key, struct bytes value)
{
	uint8_t *bytes = arena_take(posted->arena, key.size + value.size);
	if (bytes == NULL)
		return false;
	put_bytes(put_bytes(bytes, key.data, key.size), value.data, value.size);
	posted->effects[posted->effect_count++] = (struct effect){
		.table = (uint8_t)table,
		.key = { bytes, key.size },
		.value = { bytes + key.size, value.size },
	};
	return true;
}

bool
posted_balance(struct posted *posted, struct bytes key, struct balance balance, uint64_t version,
	int64_t now_ms)
{
	uint8_t place[BALANCE_VALUE_MAX];
	struct field_writer writer = fields_into(place, sizeof place);
	balance_touch(&balance, version, (uint32_t)floor_divide(now_ms, DAY_MS));
	balance_write(&writer, &balance);
	return posted_change(posted, TABLE_BALANCE, key, fields_written(&writer));
}

static bool
change_timer(struct posted *posted, const struct timer_key *timer, struct bytes value)
{
	struct record_key key;
	key_of_timer(&key, timer);
	return posted_change(posted, TABLE_TIMER, (struct bytes){ key.data, key.size }, value);
}

bool
posted_timer_set(struct posted *posted, const struct timer_key *timer)
{
	if (!change_timer(posted, timer, TIMER_VALUE))
		return false;
	posted->effects[posted->effect_count - 1].is_new = true;
	return true;
}

bool
posted_timer_clear(struct posted *posted, const struct timer_key *timer)
{
	return change_timer(posted, timer, (struct bytes){ NULL, 0 });
}

void
posted_move(struct posted *posted, int64_t amount, struct text unit, struct text book)
{
	must(posted->effect_count > 0);
	if (amount == 0)
		return;
	posted->postings[posted->posting_count++] = (struct posting){
		.side = (uint8_t)(posted->effect_count - 1), .amount = amount, .unit = unit
	};
	posted->postings[posted->posting_count++] = (struct posting){
		.side = POSTING_BOOK, .book = book, .amount = -amount, .unit = unit
	};
}

void
posted_move_books(
	struct posted *posted, int64_t amount, struct text unit, struct text from, struct text to)
{
	must(posted->posting_count + 2 <= 2 * posted->effect_count);
	posted->postings[posted->posting_count++] = (struct posting){
		.side = POSTING_BOOK, .book = from, .amount = -amount, .unit = unit
	};
	posted->postings[posted->posting_count++] = (struct posting){
		.side = POSTING_BOOK, .book = to, .amount = amount, .unit = unit
	};
}

enum status
posted_store(const struct posted *posted, struct call *call, struct entry *entry,
	uint64_t *position, struct fault *fault)
{
	entry->effects = posted->effects;
	entry->effect_count = posted->effect_count;
	entry->postings = posted->postings;
	entry->posting_count = posted->posting_count;
	return store_append(call->shard->store, entry, posted->effects, position, fault);
}

enum status
posted_append(
	const struct posted *posted, struct call *call, struct entry *entry, enum call_end *end)
{
	uint64_t position;
	struct fault fault;
	enum status status = posted_store(posted, call, entry, &position, &fault);
	if (status == STATUS_OK)
		*end = once_answer(call, entry->answer, false, false, position);
	else if (status != STATUS_LIMIT)
		*end = call_failed(call, status, &fault);
	return status;
}
