/* What a refund answers, and its one entry (see refund.c). */
#include "posted.h"
#include "purses.h"
#include "refund_parts.h"

#include "shard.h"

#include "base/must.h"

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
	bool by_group = count->name.group.size > 0, own = counter_is_own(count->name.package);
	struct text name = own ? count->name.allowance
			       : arena_print(arena, "%.*s.%.*s", TEXT_ARGS(count->name.package),
					 TEXT_ARGS(count->name.allowance));
	pack->full |= name.size == 0;
	pack_map(pack, 4u + by_group);
	pack_name_text(pack, own ? "balance" : "counter", name);
	if (by_group)
		pack_name_text(pack, "group", count->name.group);
	pack_name_amount(pack, "amount", given->amount, count->money);
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
		const struct payment_made *payment = returning->payment;
		bool other = !text_equal(payment->account, refunding->named->charged.account);
		pack_map(pack, 3u + other);
		if (other)
			pack_name_text(pack, "account", payment->account);
		pack_name_text(pack, "balance", payment->name);
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
	bool others = refunding->returning_count > 1, session = charged->session.size > 0;
	buffer_clear(scratch);
	struct pack pack = pack_into(scratch);
	pack_map(&pack, 10u + session + others + by + why);
	pack_name_string(&pack, "outcome", refunding->cancels ? "cancelled" : "refunded");
	pack_name_text(&pack, "of", params->charge);
	if (session)
		pack_name_text(&pack, "session", charged->session);
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

static bool
take_off_month(
	const struct refunding *refunding, struct posted *posted, const struct returning *returning)
{
	uint8_t value[COUNTER_VALUE_MAX];
	struct counter counter = returning->counter;
	counter.used -= returning->amount.micros;
	if (!posted_change(posted, TABLE_COUNTER, returning->payment->counter,
		    counter_write(value, counter)))
		return false;
	posted_move(posted, -returning->amount.micros, refunding->named->charged.currency,
		TEXT("counted"));
	return true;
}

static bool
add_balances(const struct refunding *refunding, struct posted *posted)
{
	for (size_t i = 0; i < refunding->returning_count; i++) {
		const struct returning *returning = &refunding->returnings[i];
		if (!returning->back)
			continue;
		if (!posted_balance(posted, returning->payment->key, returning->balance,
			    returning->version, refunding->call->shard->now_ms))
			return false;
		posted_move(posted, returning->amount.micros, refunding->named->charged.currency,
			TEXT("revenue"));
		if (returning->payment->counter.size > 0 &&
			!take_off_month(refunding, posted, returning))
			return false;
	}
	return true;
}

/* What was given back of the charge so far. */
static bool
add_refund(const struct refunding *refunding, struct posted *posted)
{
	uint8_t place[REFUND_BYTES];
	struct field_writer writer = fields_into(place, sizeof place);
	struct bytes key = { refunding->key.data, refunding->key.size };
	refund_record_write(&writer, &refunding->given.after);
	if (!posted_change(posted, TABLE_REFUND, key, fields_written(&writer)))
		return false;
	posted_move(posted, refund_money(refunding).micros, refunding->named->charged.currency,
		TEXT("refunded"));
	return true;
}

/* To the balance of units that they were taken from. */
static bool
return_units(const struct refunding *refunding, struct posted *posted, size_t place)
{
	const struct given_count *given = &refunding->given.counts[place];
	const struct counted_before *before = &refunding->counters[place];
	struct balance balance = before->balance;
	balance.amount += given->amount;
	if (!posted_balance(posted, refunding->named->charged.keys[given->place], balance,
		    before->version, refunding->call->shard->now_ms))
		return false;
	posted_move(posted, given->amount, balance.unit, purses_book(&balance));
	return true;
}

static bool
add_counters(const struct refunding *refunding, struct posted *posted)
{
	const struct charged *charged = &refunding->named->charged;
	for (size_t i = 0; i < refunding->given.count_count; i++) {
		const struct given_count *given = &refunding->given.counts[i];
		const struct refund_count *count = &charged->counts[given->place];
		uint8_t value[COUNTER_VALUE_MAX];
		if (!given->back)
			continue;
		if (counter_is_own(count->name.package)) {
			if (!return_units(refunding, posted, i))
				return false;
			continue;
		}
		struct counter counter = refunding->counters[i].counter;
		counter.used -= given->amount;
		if (!posted_change(posted, TABLE_COUNTER, charged->keys[given->place],
			    counter_write(value, counter)))
			return false;
		posted_move(posted, -given->amount, count_unit(charged, count),
			count->money ? TEXT("counted") : TEXT("used"));
	}
	return true;
}

static bool
make_entry(const struct refunding *refunding, struct posted *posted)
{
	size_t records = 1 + refunding->returning_count + refunding->uncounted +
		refunding->given.count_count;
	return posted_begin(posted, refunding->call->arena, records) &&
		add_balances(refunding, posted) && add_refund(refunding, posted) &&
		add_counters(refunding, posted);
}

enum call_end
refund_give_back(struct refunding *refunding)
{
	struct call *call = refunding->call;
	struct posted posted;
	enum call_end end;
	struct bytes answer = pack_refunded(refunding);
	if (answer.size == 0 || !make_entry(refunding, &posted))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	struct entry entry = once_entry(&refunding->once, ENTRY_REFUND, call->shard->now_ms);
	entry.release = refunding->release;
	entry.answer = answer;
	enum status status = posted_append(&posted, call, &entry, &end);
	must(status != STATUS_LIMIT); /* 255 records and what is said of each are shorter */
	return end;
}
