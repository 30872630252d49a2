/* What charges were decided from, and what they cost by which release (see replay_parts.h). */
#include "replay_parts.h"

#include "../engine/base/must.h"

#include <string.h>

bool
replay_fail(struct replaying *replaying, enum status status)
{
	replaying->status = status;
	return false;
}

bool
replay_no_memory(struct replaying *replaying)
{
	return replay_fail(
		replaying, fault_set(&replaying->fault, STATUS_MEMORY, "no memory for replaying"));
}

/* ---- what it was decided from ---- */

/* As rules see it: what open sessions hold counts as used. */
static int64_t
counted(struct bytes value)
{
	struct counter counter = counter_read(value);
	return counter.used + counter.held;
}

static int64_t
number_kept(const struct records_kept *records, struct bytes key)
{
	struct bytes value;
	return records_kept_get(records, TABLE_COUNTER, key, &value) ? counted(value) : 0;
}

static enum fact
counter_then(void *context, const struct counter_name *name, int64_t *used)
{
	const struct subject_then *subject = context;
	const struct replaying *replaying = subject->replaying;
	struct record_key key;
	subject_key_of_counter(&key, subject->id, name);
	const struct bytes name_bytes = { key.data, key.size };
	int64_t sum = number_kept(&replaying->records, name_bytes);
	if (subject->shifted)
		sum += number_kept(&replaying->shifts, name_bytes);
	for (size_t i = 0; i < subject->seen_count; i++) {
		const struct counter_shift *seen = &subject->seen[i];
		if (bytes_equal((struct bytes){ seen->key.data, seen->key.size }, name_bytes))
			sum += seen->by;
	}
	*used = sum > 0 ? sum : 0;
	return FACT_KNOWN;
}

void
replay_find_subscription(struct subject_then *subject, struct text id)
{
	struct bytes value;
	subject->id = id;
	if (id.size > 0 &&
		records_kept_get(&subject->replaying->records, TABLE_SUBSCRIPTION,
			bytes_of_text(id), &value))
		subject->subscription = value;
}

/* Whose subscription it was, and which segment that customer was in. */
void
replay_find_customer(const struct subject_then *subject, struct replayed *replayed)
{
	const struct records_kept *records = &subject->replaying->records;
	struct bytes value;
	if (subject->subscription.size == 0 ||
		!records_kept_get(records, TABLE_ACCOUNT,
			bytes_of_text(subscription_account(subject->subscription)), &value))
		return;
	replayed->customer = account_read(value).customer;
	if (!records_kept_get(records, TABLE_CUSTOMER, bytes_of_text(replayed->customer), &value))
		return;
	struct field_reader reader = fields_of(value);
	replayed->segment = field_read_text(&reader);
}

/* ---- prices ---- */

bool
replay_price(const struct subject_then *subject, const struct loaded_release *loaded,
	const struct usage *usage, int64_t done, struct pricing *pricing)
{
	struct replaying *replaying = subject->replaying;
	struct subject holder;
	struct holding *holdings;
	struct rate_question question = { .image = loaded->image,
		.usage = usage,
		.done = done,
		.own = subject->own,
		.own_count = subject->own_count,
		.settled = subject->settled,
		.facts = { (void *)(uintptr_t)subject, counter_then },
		.functions = host_functions(loaded->host) };
	*pricing = (struct pricing){ .refused = REFUSED_NO_TARIFF };
	if (subject->subscription.size == 0)
		return true;
	holder.subscription = subscription_read(subject->subscription);
	if (!subject_holdings(
		    &holder, loaded->image, &replaying->arena, &holdings, &question.holding_count))
		return replay_no_memory(replaying);
	question.holdings = holdings;
	return rate_usage(&question, &replaying->arena, pricing, &replaying->fault) == RATE_DONE ||
		replay_fail(replaying, replaying->fault.status);
}

void
replay_compare(struct replaying *replaying, const struct journal_visit *visit)
{
	struct replay *replay = replaying->replay;
	struct bytes was = visit->entry->answer;
	struct bytes is = { replaying->priced.data, replaying->priced.size };
	if (is.size > 0 && memmem(was.data, was.size, is.data, is.size) != NULL)
		return;
	replay->different++;
	if (replay->differs != NULL)
		replay->differs(
			replay->context, &(struct replay_difference){ visit->position, was, is });
}

/* ---- counters of the other release ---- */

/* False without memory. */
static bool
shift(struct replaying *replaying, struct bytes key, int64_t by)
{
	uint8_t value[sizeof by];
	store_i64(value, number_kept(&replaying->shifts, key) + by);
	return records_kept_set(&replaying->shifts, TABLE_COUNTER, key,
		       (struct bytes){ value, sizeof value }) ||
		replay_no_memory(replaying);
}

bool
replay_uncount(struct replaying *replaying, const struct entry *entry)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	while (effect_next(&rest, &effect)) {
		if (effect.table == TABLE_COUNTER && effect.value.size > 0 &&
			!shift(replaying, effect.key,
				number_kept(&replaying->records, effect.key) -
					counted(effect.value)))
			return false;
	}
	return true;
}

bool
replay_count(struct replaying *replaying, struct text subscription, const struct pricing *is)
{
	for (size_t i = 0; is->refused == 0 && i < is->consumption_count; i++) {
		const struct consumption *one = &is->consumptions[i];
		struct record_key key;
		if (counter_is_own(one->name.package))
			continue;
		subject_key_of_counter(&key, subscription, &one->name);
		if (!shift(replaying, (struct bytes){ key.data, key.size },
			    one->used_after - one->used_before))
			return false;
	}
	return true;
}

/* ---- what was given back ---- */

bool
replay_refund(const struct replaying *replaying, uint64_t position, struct refund_record *refund)
{
	struct record_key key;
	struct bytes value;
	key_of_refund(&key, position);
	if (!records_kept_get(&replaying->refunds, TABLE_REFUND,
		    (struct bytes){ key.data, key.size }, &value))
		return false;
	*refund = refund_record_read(value);
	return true;
}

bool
replay_keep(struct replaying *replaying, const struct keeping *keeping, struct pricing *pricing)
{
	int64_t sum = 0, kept = 0;
	if (keeping->part == keeping->of || pricing->refused != 0 || pricing->line_count == 0)
		return true;
	struct price_line *lines = arena_take(
		&replaying->arena, pricing->line_count * sizeof *lines);
	if (lines == NULL)
		return replay_no_memory(replaying);
	for (size_t i = 0; i < pricing->line_count; i++) {
		lines[i] = pricing->lines[i];
		sum += lines[i].amount.micros; /* no more than the charge, which is held */
		int64_t share = (int64_t)((__int128)sum * keeping->part / keeping->of);
		lines[i].amount.micros = share - kept;
		kept = share;
	}
	pricing->lines = lines;
	pricing->amount.micros = kept;
	return true;
}
