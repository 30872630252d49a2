/* What a charge answers, and its one entry (see charge.c). */
#include "charge_parts.h"
#include "priced.h"
#include "shard.h"

#include "base/instant.h"
#include "base/must.h"
#include "base/zoneinfo.h"

#include <string.h>

/* A refund changes what its charge did, and says so of the charge, in one entry too. */
#define CHARGE_RECORDS_MAX (ENTRY_EFFECTS_MAX - 1)

/* ---- the answer ---- */

static void
pack_paid_by(struct pack *pack, struct text name, struct money amount)
{
	if (amount.micros == 0)
		return;
	pack_map(pack, 2);
	pack_name_text(pack, "balance", name);
	pack_name_money(pack, "amount", amount);
}

/* Who paid how much, where it was not the main balance alone. */
static void
pack_paid(struct pack *pack, const struct purses *purses, struct money by_main)
{
	uint32_t count = by_main.micros > 0;
	for (size_t i = 0; i < purses->count; i++)
		count += purses->held[i].charged.micros > 0;
	pack_name(pack, "paid");
	pack_array(pack, count);
	for (size_t i = 0; i < purses->count; i++)
		pack_paid_by(pack, purses->held[i].name, purses->held[i].charged);
	pack_paid_by(pack, TEXT("main"), by_main);
}

static bool
others_paid(const struct purses *purses)
{
	for (size_t i = 0; i < purses->count; i++) {
		if (purses->held[i].charged.micros > 0)
			return true;
	}
	return false;
}

static struct bytes
pack_charged(struct deciding *deciding, const struct payment *payment)
{
	struct buffer *scratch = &deciding->call->shard->scratch;
	bool unpaid = payment->unpaid.micros > 0, others = others_paid(&deciding->purses);
	buffer_clear(scratch);
	struct pack pack = pack_into(scratch);
	pack_map(&pack, 2u + PRICED_PAIRS + unpaid + others);
	pack_name_string(&pack, "outcome", "charged");
	priced_pack(&pack, &deciding->pricing, deciding->release->image, deciding->release->name,
		deciding->call->arena);
	pack_name_money(&pack, "balance", payment->after);
	if (unpaid)
		pack_name_money(&pack, "unpaid", payment->unpaid);
	if (others)
		pack_paid(&pack, &deciding->purses, payment->charged);
	return (struct bytes){ scratch->data, pack_is_whole(&pack) ? scratch->size : 0 };
}

/* ---- the entry ---- */

/* The entry of a charge: its effects and postings, which live in the arena. */
struct charge_entry {
	struct effect *effects;
	struct posting *postings;
	size_t effect_count;
	size_t posting_count;
};

static bool
entry_begin(struct charge_entry *entry, struct arena *arena, size_t records)
{
	*entry = (struct charge_entry){ .effect_count = 0 };
	entry->effects = arena_take_zeroed(arena, records, sizeof *entry->effects);
	entry->postings = arena_take_zeroed(arena, 2 * records, sizeof *entry->postings);
	return entry->effects != NULL && entry->postings != NULL;
}

static bool
add_effect(struct charge_entry *entry, struct arena *arena, const struct record_key *key,
	struct bytes value)
{
	uint8_t *bytes = arena_take(arena, key->size + value.size);
	if (bytes == NULL)
		return false;
	memcpy(bytes, key->data, key->size);
	memcpy(bytes + key->size, value.data, value.size);
	entry->effects[entry->effect_count++] = (struct effect){
		.table = key->table,
		.key = { bytes, key->size },
		.value = { bytes + key->size, value.size },
	};
	return true;
}

/* What the newest effect moves, and the book on the other side. */
static void
add_postings(struct charge_entry *entry, int64_t amount, struct text unit, struct text book)
{
	if (amount == 0)
		return;
	uint8_t side = (uint8_t)(entry->effect_count - 1);
	entry->postings[entry->posting_count++] = (struct posting){
		.side = side, .amount = amount, .unit = unit
	};
	entry->postings[entry->posting_count++] = (struct posting){
		.side = POSTING_BOOK, .book = book, .amount = -amount, .unit = unit
	};
}

/* A balance as it was, and what is left of it. */
struct paying {
	const struct record_key *key;
	struct balance balance;
	uint64_t version;
	struct money charged;
	struct money after;
};

static bool
add_balance(struct deciding *deciding, struct charge_entry *entry, struct paying *paying)
{
	struct call *call = deciding->call;
	uint8_t place[BALANCE_VALUE_MAX];
	struct field_writer writer = fields_into(place, sizeof place);
	paying->balance.amount = paying->after.micros;
	balance_touch(&paying->balance, paying->version,
		(uint32_t)floor_divide(call->shard->now_ms, DAY_MS));
	balance_write(&writer, &paying->balance);
	if (!add_effect(entry, call->arena, paying->key, fields_written(&writer)))
		return false;
	add_postings(entry, -paying->charged.micros, deciding->subject.account.currency,
		TEXT("revenue"));
	return true;
}

/*
 * The main balance is part of every charge, also of one that costs nothing, or that others pay: it
 * carries the account's history.
 */
static bool
add_main_balance(
	struct deciding *deciding, struct charge_entry *entry, const struct payment *payment)
{
	const struct subject *subject = &deciding->subject;
	struct paying paying = { &subject->balance_key, subject->balance, subject->balance_version,
		payment->charged, payment->after };
	if (!add_balance(deciding, entry, &paying))
		return false;
	entry->effects[entry->effect_count - 1].seen = deciding->call->warm.seen.balance;
	return true;
}

static bool
add_other_balances(struct deciding *deciding, struct charge_entry *entry)
{
	for (size_t i = 0; i < deciding->purses.count; i++) {
		const struct purse_held *held = &deciding->purses.held[i];
		struct paying paying = { &held->key, held->balance, held->version, held->charged,
			held->after };
		if (held->charged.micros > 0 && !add_balance(deciding, entry, &paying))
			return false;
	}
	return true;
}

static bool
add_counters(struct deciding *deciding, struct charge_entry *entry)
{
	const struct pricing *pricing = &deciding->pricing;
	const struct warm *warm = &deciding->call->warm;
	for (size_t i = 0; i < pricing->consumption_count; i++) {
		const struct consumption *one = &pricing->consumptions[i];
		struct record_key key;
		subject_key_of_counter(&key, deciding->subject.subscription_id, &one->name);
		uint8_t value[CHARGE_COUNTER_BYTES];
		must(one->used_after > one->used_before);
		store_i64(value, one->used_after);
		if (!add_effect(entry, deciding->call->arena, &key,
			    (struct bytes){ value, sizeof value }))
			return false;
		if (i < warm->counter_count) /* mostly this one, and if not, it is found */
			entry->effects[entry->effect_count - 1].seen = warm->seen.counters[i];
		add_postings(entry, one->used_after - one->used_before,
			one->money ? deciding->release->image->currency
				   : text_of(unit_name(one->unit)),
			one->money ? TEXT("counted") : TEXT("used"));
	}
	return true;
}

enum call_end
charge_take_money(struct deciding *deciding, const struct payment *payment)
{
	struct call *call = deciding->call;
	struct charge_entry parts;
	uint64_t position;
	struct fault fault;
	size_t records = 1 + deciding->purses.count + deciding->pricing.consumption_count;
	if (records > CHARGE_RECORDS_MAX)
		return charge_refuse(deciding, SAY_OVERFLOW, NULL, 0, NULL);
	struct bytes answer = pack_charged(deciding, payment);
	if (answer.size == 0 || !entry_begin(&parts, call->arena, records) ||
		!add_main_balance(deciding, &parts, payment) ||
		!add_other_balances(deciding, &parts) || !add_counters(deciding, &parts))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	struct entry entry = once_entry(&deciding->once, ENTRY_CHARGE, call->shard->now_ms);
	entry.release = deciding->release->number;
	entry.event = deciding->event;
	entry.answer = answer;
	entry.effects = parts.effects;
	entry.effect_count = parts.effect_count;
	entry.postings = parts.postings;
	entry.posting_count = parts.posting_count;
	enum status status = store_append(
		call->shard->store, &entry, parts.effects, &position, &fault);
	if (status == STATUS_LIMIT)
		return charge_refuse(deciding, SAY_OVERFLOW, NULL, 0, NULL);
	if (status != STATUS_OK)
		return call_failed(call, status, &fault);
	call->shard->stats.charged++;
	return once_answer(call, answer, false, false, position);
}
