/* What a charge answers, and its one entry (see charge.c). */
#include "charge_parts.h"
#include "posted.h"
#include "priced.h"
#include "shard.h"

#include "base/must.h"

/* A refund changes what its charge did, and says so of the charge, in one entry too. */
#define CHARGE_RECORDS_MAX (ENTRY_EFFECTS_MAX - 1)

/* ---- the answer ---- */

static struct bytes
pack_charged(struct deciding *deciding, const struct payment *payment)
{
	struct buffer *scratch = &deciding->call->shard->scratch;
	bool unpaid = payment->unpaid.micros > 0,
	     others = payers_count_paid(&deciding->payers, &deciding->purses) > 0;
	bool tells = deciding->raised.count > 0;
	struct money low;
	bool is_low = notice_is_low(&deciding->subject.account, &deciding->subject.balance,
		payment->after.micros, &low);
	buffer_clear(scratch);
	struct pack pack = pack_into(scratch);
	pack_map(&pack, 2u + PRICED_PAIRS + unpaid + others + tells + is_low);
	pack_name_string(&pack, "outcome", "charged");
	priced_pack(&pack, &deciding->pricing, deciding->release->image, deciding->release->name,
		deciding->call->arena);
	pack_name_money(&pack, "balance", payment->after);
	if (unpaid)
		pack_name_money(&pack, "unpaid", payment->unpaid);
	if (others)
		payers_pack_paid(&pack, &deciding->payers, &deciding->purses, payment->charged);
	if (tells)
		notice_pack(&pack, &deciding->raised);
	if (is_low)
		notice_pack_hint(&pack, low);
	return pack_whole(&pack);
}

enum call_end
charge_tell_payers(struct deciding *deciding, const struct payment *payment)
{
	bool is_short = payment->unpaid.micros > 0;
	struct pack pack = pack_into(call_buffer(deciding->call));
	pack_map(&pack, 3u + PRICED_PAIRS + is_short);
	pack_name_string(&pack, "outcome", is_short ? "short" : "enough");
	priced_pack(&pack, &deciding->pricing, deciding->release->image, deciding->release->name,
		deciding->call->arena);
	pack_name_money(&pack, "balance", payment->after);
	if (is_short)
		pack_name_money(&pack, "missing", payment->unpaid);
	payers_pack_paid(&pack, &deciding->payers, &deciding->purses, payment->charged);
	return call_answer(deciding->call, pack_whole(&pack));
}

/* ---- the entry ---- */

/*
 * The main balance is part of every charge, also of one that costs nothing, or that others pay: it
 * carries the account's history.
 */
static bool
add_main_balance(struct deciding *deciding, struct posted *posted, const struct payment *payment)
{
	const struct subject *subject = &deciding->subject;
	struct bytes key = { subject->balance_key.data, subject->balance_key.size };
	struct balance balance = subject->balance;
	balance.amount = payment->after.micros;
	if (!posted_balance(
		    posted, key, balance, subject->balance_version, deciding->call->shard->now_ms))
		return false;
	posted->effects[posted->effect_count - 1].seen = deciding->call->warm.seen.balance;
	posted_move(posted, -payment->charged.micros, subject->account.currency, TEXT("revenue"));
	return true;
}

int64_t
charge_counter_held(struct deciding *deciding, const struct record_key *key)
{
	struct bytes value;
	uint64_t version;
	if (!deciding->holds_counters ||
		call_find(deciding->call, shelf_key_of(key), &value, &version) != LOOKUP_FOUND)
		return 0;
	return counter_read(value).held;
}

/* Rules counted what sessions hold as used; that is still held. */
static struct counter
counter_after(struct deciding *deciding, const struct record_key *key, int64_t counted)
{
	int64_t held = charge_counter_held(deciding, key);
	return (struct counter){ counted - held, held };
}

static bool
add_counters(struct deciding *deciding, struct posted *posted)
{
	const struct pricing *pricing = &deciding->pricing;
	const struct warm *warm = &deciding->call->warm;
	for (size_t i = 0; i < pricing->consumption_count; i++) {
		const struct consumption *one = &pricing->consumptions[i];
		struct record_key key;
		uint8_t value[COUNTER_VALUE_MAX];
		must(one->used_after > one->used_before);
		if (counter_is_own(one->name.package)) {
			if (!purses_post_one(units_named(&deciding->units, one->name.allowance),
				    posted, deciding->call->shard->now_ms))
				return false;
			continue;
		}
		subject_key_of_counter(&key, deciding->subject.subscription_id, &one->name);
		if (!posted_change(posted, TABLE_COUNTER, (struct bytes){ key.data, key.size },
			    counter_write(value, counter_after(deciding, &key, one->used_after))))
			return false;
		if (i < warm->counter_count) /* mostly this one, and if not, it is found */
			posted->effects[posted->effect_count - 1].seen = warm->seen.counters[i];
		posted_move(posted, one->used_after - one->used_before,
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
	struct posted posted;
	enum call_end end;
	size_t records = 1 + 2 * deciding->payers.count + deciding->purses.count +
		deciding->purses.begun + deciding->units.purses.begun +
		deciding->pricing.consumption_count + deciding->raised.count;
	if (records > CHARGE_RECORDS_MAX)
		return charge_refuse(deciding, SAY_OVERFLOW, NULL, 0, NULL);
	struct bytes answer = pack_charged(deciding, payment);
	if (answer.size == 0 || !posted_begin(&posted, call->arena, records) ||
		!add_main_balance(deciding, &posted, payment) ||
		!payers_post(&deciding->payers, &posted, call->shard->now_ms) ||
		!purses_post(&deciding->purses, &posted, call->shard->now_ms) ||
		!add_counters(deciding, &posted) || !notice_post(&deciding->raised, call, &posted))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	struct entry entry = once_entry(&deciding->once, ENTRY_CHARGE, call->shard->now_ms);
	entry.release = deciding->release->number;
	entry.answer = answer;
	enum status status = posted_append(&posted, call, &entry, &end);
	if (status == STATUS_LIMIT)
		return charge_refuse(deciding, SAY_OVERFLOW, NULL, 0, NULL);
	call->shard->stats.charged += status == STATUS_OK;
	return end;
}
