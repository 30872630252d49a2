/* What a refund answers, and its one entry (see refund.c). */
#include "refund_parts.h"

#include "shard.h"

#include "base/instant.h"
#include "base/must.h"
#include "base/zoneinfo.h"

#include <string.h>

enum { REFUND_BYTES = 24 };

/* ---- the answer ---- */

/* The unit of what a counter counts. */
static struct text
count_unit(const struct charged *charged, const struct refund_count *count)
{
	return count->money ? charged->currency : text_of(unit_name(count->unit));
}

static void
pack_count(struct pack *pack, const struct charged *charged, const struct given_count *given,
	struct arena *arena)
{
	const struct refund_count *count = &charged->counts[given->place];
	bool by_group = count->name.group.size > 0;
	struct text name = arena_print(arena, "%.*s.%.*s", TEXT_ARGS(count->name.package),
		TEXT_ARGS(count->name.allowance));
	pack->full |= name.size == 0;
	pack_map(pack, 4u + by_group);
	pack_name_text(pack, "counter", name);
	if (by_group)
		pack_name_text(pack, "group", count->name.group);
	pack_name(pack, "amount");
	if (count->money)
		pack_money(pack, (struct money){ given->amount });
	else
		pack_integer(pack, given->amount);
	pack_name_text(pack, "unit", count_unit(charged, count));
	pack_name_bool(pack, "back", given->back);
}

/* What came back to which balance, where it was not the main one alone. */
static void
pack_returned(struct pack *pack, const struct refunding *refunding)
{
	pack_name(pack, "balances");
	pack_array(pack, (uint32_t)refunding->returning_count);
	for (size_t i = 0; i < refunding->returning_count; i++) {
		const struct returning *returning = &refunding->returnings[i];
		pack_map(pack, 3);
		pack_name_text(pack, "balance", returning->name);
		pack_name_money(pack, "amount", returning->amount);
		pack_name_bool(pack, "back", returning->back);
	}
}

static struct bytes
pack_refunded(struct refunding *refunding)
{
	const struct charged *charged = &refunding->named->charged;
	const struct refund_params *params = refunding->params;
	const struct refund_record *before = &refunding->before, *after = &refunding->given.after;
	struct buffer *scratch = &refunding->call->shard->scratch;
	bool by = params->by.size > 0, why = params->why.size > 0;
	bool others = refunding->returning_count > 1;
	buffer_clear(scratch);
	struct pack pack = pack_into(scratch);
	pack_map(&pack, 10u + others + by + why);
	pack_name_string(&pack, "outcome", refunding->cancels ? "cancelled" : "refunded");
	pack_name_text(&pack, "of", params->charge);
	pack_name_money(
		&pack, "amount", (struct money){ after->money.micros - before->money.micros });
	pack_name_text(&pack, "currency", charged->currency);
	pack_name_integer(
		&pack, "usage", refund_shown(charged, after->quantity - before->quantity));
	pack_name_string(&pack, "unit", unit_name(charged->cost.unit));
	pack_name_money(
		&pack, "left", (struct money){ charged->paid.micros - after->money.micros });
	pack_name_integer(
		&pack, "usage_left", refund_shown(charged, charged->quantity - after->quantity));
	pack_name_money(
		&pack, "balance", (struct money){ refunding->returnings[0].balance.amount });
	if (others)
		pack_returned(&pack, refunding);
	pack_name(&pack, "counters");
	pack_array(&pack, (uint32_t)refunding->given.count_count);
	for (size_t i = 0; i < refunding->given.count_count; i++)
		pack_count(&pack, charged, &refunding->given.counts[i], refunding->call->arena);
	if (by)
		pack_name_text(&pack, "by", params->by);
	if (why)
		pack_name_text(&pack, "why", params->why);
	return pack_whole(&pack);
}

/* ---- the entry ---- */

/* Its effects and postings, in the arena. */
struct refund_entry {
	struct effect *effects;
	struct posting *postings;
	size_t effect_count;
	size_t posting_count;
};

/* A record's new value, what moves it, and the book on the other side. */
static bool
add_effect(struct refund_entry *entry, struct arena *arena, const struct effect *effect,
	const struct posting *moves)
{
	uint8_t *value = arena_take(arena, effect->value.size);
	if (value == NULL)
		return false;
	memcpy(value, effect->value.data, effect->value.size);
	uint8_t side = (uint8_t)entry->effect_count;
	entry->effects[entry->effect_count++] = (struct effect){
		.table = effect->table, .key = effect->key, .value = { value, effect->value.size }
	};
	if (moves->amount == 0)
		return true;
	entry->postings[entry->posting_count++] = (struct posting){
		.side = side, .amount = moves->amount, .unit = moves->unit
	};
	entry->postings[entry->posting_count++] = (struct posting){ .side = POSTING_BOOK,
		.book = moves->book,
		.amount = -moves->amount,
		.unit = moves->unit };
	return true;
}

static bool
add_balances(struct refunding *refunding, struct refund_entry *entry)
{
	for (size_t i = 0; i < refunding->returning_count; i++) {
		struct returning *returning = &refunding->returnings[i];
		uint8_t place[BALANCE_VALUE_MAX];
		struct field_writer writer = fields_into(place, sizeof place);
		if (!returning->back)
			continue;
		balance_touch(&returning->balance, returning->version,
			(uint32_t)floor_divide(refunding->call->shard->now_ms, DAY_MS));
		balance_write(&writer, &returning->balance);
		if (!add_effect(entry, refunding->call->arena,
			    &(struct effect){ .table = TABLE_BALANCE,
				    .key = returning->key,
				    .value = fields_written(&writer) },
			    &(struct posting){ .amount = returning->amount.micros,
				    .unit = refunding->named->charged.currency,
				    .book = TEXT("revenue") }))
			return false;
	}
	return true;
}

/* What was given back of the charge so far. */
static bool
add_refund(struct refunding *refunding, struct refund_entry *entry)
{
	uint8_t place[REFUND_BYTES];
	struct field_writer writer = fields_into(place, sizeof place);
	refund_record_write(&writer, &refunding->given.after);
	return add_effect(entry, refunding->call->arena,
		&(struct effect){ .table = TABLE_REFUND,
			.key = { refunding->key.data, refunding->key.size },
			.value = fields_written(&writer) },
		&(struct posting){ .amount = refund_money(refunding).micros,
			.unit = refunding->named->charged.currency,
			.book = TEXT("refunded") });
}

static bool
add_counters(struct refunding *refunding, struct refund_entry *entry)
{
	const struct charged *charged = &refunding->named->charged;
	for (size_t i = 0; i < refunding->given.count_count; i++) {
		const struct given_count *given = &refunding->given.counts[i];
		const struct refund_count *count = &charged->counts[given->place];
		uint8_t value[REFUND_COUNTER_BYTES];
		if (!given->back)
			continue;
		store_i64(value, refunding->used[i] - given->amount);
		if (!add_effect(entry, refunding->call->arena,
			    &(struct effect){ .table = TABLE_COUNTER,
				    .key = charged->keys[given->place],
				    .value = { value, sizeof value } },
			    &(struct posting){ .amount = -given->amount,
				    .unit = count_unit(charged, count),
				    .book = count->money ? TEXT("counted") : TEXT("used") }))
			return false;
	}
	return true;
}

static bool
make_entry(struct refunding *refunding, struct refund_entry *entry)
{
	struct arena *arena = refunding->call->arena;
	size_t effects = 1 + refunding->returning_count + refunding->given.count_count;
	*entry = (struct refund_entry){ .effect_count = 0 };
	entry->effects = arena_take_zeroed(arena, effects, sizeof *entry->effects);
	entry->postings = arena_take_zeroed(arena, 2 * effects, sizeof *entry->postings);
	return entry->effects != NULL && entry->postings != NULL &&
		add_balances(refunding, entry) && add_refund(refunding, entry) &&
		add_counters(refunding, entry);
}

enum call_end
refund_give_back(struct refunding *refunding)
{
	struct call *call = refunding->call;
	struct refund_entry parts;
	struct fault fault;
	uint64_t position;
	struct bytes answer = pack_refunded(refunding);
	if (answer.size == 0 || !make_entry(refunding, &parts))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	struct entry entry = once_entry(&refunding->once, ENTRY_REFUND, call->shard->now_ms);
	entry.release = refunding->release;
	entry.event = refunding->event;
	entry.answer = answer;
	entry.effects = parts.effects;
	entry.effect_count = parts.effect_count;
	entry.postings = parts.postings;
	entry.posting_count = parts.posting_count;
	enum status status = store_append(
		call->shard->store, &entry, parts.effects, &position, &fault);
	if (status != STATUS_OK)
		return call_failed(call, status, &fault);
	return once_answer(call, answer, false, false, position);
}
