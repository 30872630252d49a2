/*
 * What of a charge is left to be given back, how much of that is given now, and who gets it (see
 * refund.c).
 */
#include "refund_parts.h"

#include "shard.h"
#include "subject.h"

#include "base/must.h"

#include <string.h>

/* ---- how much ---- */

static struct text
unit_text(enum unit unit)
{
	switch (unit) {
	case UNIT_SECOND:
		return BILINGUAL("seconds", "秒");
	case UNIT_BYTE:
		return BILINGUAL("bytes", "字节");
	case UNIT_ITEM:
		return BILINGUAL("items", "件");
	}
	must_not_come_here("a unit");
}

static enum progress
refuse_too_much(struct refunding *refunding, enum call_end *end)
{
	const struct charged *charged = &refunding->named->charged;
	struct arena *arena = refunding->call->arena;
	struct money left = { charged->paid.micros - refunding->before.money.micros };
	char money[MONEY_TEXT_MAX];
	size_t size = money_format(left, money);
	struct text unit = unit_text(charged->cost.unit);
	struct text en = bilingual_pick(unit, false), zh = bilingual_pick(unit, true);
	int64_t quantity = refund_shown(charged, charged->quantity - refunding->before.quantity);
	struct text arguments[] = {
		refunding->params->charge,
		arena_print(arena, "%.*s %.*s", (int)size, money, TEXT_ARGS(charged->currency)),
		arena_print(arena, "%lld %.*s" BILINGUAL_MARK "%lld %.*s", (long long)quantity,
			TEXT_ARGS(en), (long long)quantity, TEXT_ARGS(zh)),
	};
	return refund_refuse(refunding, SAY_MORE_THAN_CHARGED, arguments, 3, end);
}

/* A record that the refund changes. */
static enum progress
find_record(struct refunding *refunding, const struct record_key *key, struct bytes *value,
	uint64_t *version, enum call_end *end)
{
	struct call *call = refunding->call;
	switch (call_find(call, shelf_key_of(key), value, version)) {
	case LOOKUP_FOUND:
		return GOES_ON;
	case LOOKUP_ABSENT:
		*value = (struct bytes){ NULL, 0 };
		return GOES_ON;
	case LOOKUP_COLD:
		break;
	}
	*end = call_wait_record(call, shelf_key_of(key));
	return HAS_ENDED;
}

static enum progress
check_units(struct refunding *refunding, enum call_end *end)
{
	const struct refund_params *params = refunding->params;
	const struct charged *charged = &refunding->named->charged;
	if (refunding->part.of == PART_MONEY && !text_equal(params->currency, charged->currency)) {
		struct text arguments[] = { charged->currency, params->currency };
		return refund_refuse(refunding, SAY_WRONG_CURRENCY, arguments, 2, end);
	}
	bool several = charged->session.size > 0 && charged->cost.service.size == 0;
	if (refunding->part.of == PART_USAGE &&
		(several || refunding->unit != charged->cost.unit)) {
		struct text arguments[] = { params->charge,
			several ? BILINGUAL("money, for it has several parts",
					  "金额（会话含多个部分）")
				: unit_text(charged->cost.unit),
			unit_text(refunding->unit) };
		return refund_refuse(refunding, SAY_WRONG_UNIT, arguments, 3, end);
	}
	return GOES_ON;
}

/* What was given back before. */
static enum progress
find_before(struct refunding *refunding, enum call_end *end)
{
	struct bytes value;
	key_of_refund(&refunding->key, refunding->named->ledger.position);
	if (find_record(refunding, &refunding->key, &value, &refunding->last, end) == HAS_ENDED)
		return HAS_ENDED;
	if (value.size > 0)
		refunding->before = refund_record_read(value);
	return check_units(refunding, end);
}

/* Whose counters the charge moved; else who had the service id then. Empty: nobody, by now. */
static enum progress
find_user(struct refunding *refunding, struct text *subscription, enum call_end *end)
{
	const struct named_entry *named = refunding->named;
	const struct entry *entry = &named->ledger.entry;
	struct record_key key;
	struct bytes value;
	uint64_t version;
	for (size_t i = 0; i < named->charged.count_count; i++) {
		struct counter_key counter;
		if (counter_is_own(named->charged.counts[i].name.package))
			continue;
		bool is_counter = key_is_of_counter(named->charged.keys[i], &counter);
		must(is_counter);
		*subscription = counter.owner;
		if (!counter.by_group)
			return GOES_ON;
	}
	*subscription = entry->kind == ENTRY_SESSION ? named->charged.subscription : entry->scope;
	if (entry->kind != ENTRY_CHARGE)
		return GOES_ON;
	key_of_text(&key, TABLE_SERVICE, entry->scope);
	if (find_record(refunding, &key, &value, &version, end) == HAS_ENDED)
		return HAS_ENDED;
	*subscription = value.size > 0 ? service_holder(value, entry->at_ms) : TEXT("");
	return GOES_ON;
}

/* The rules that are asked: those of the user, with what that has now; else those for everyone. */
static enum progress
find_rules(struct refunding *refunding, enum call_end *end)
{
	struct call *call = refunding->call;
	struct give_question *question = &refunding->question;
	struct subject subject;
	struct holding *holdings;
	struct record_key key;
	struct bytes value = { NULL, 0 };
	uint64_t version;
	size_t count;
	if (find_user(refunding, &subject.subscription_id, end) == HAS_ENDED)
		return HAS_ENDED;
	if (call_release(call) == NULL) {
		*end = call_error(call, SAY_NO_RELEASE, NULL, 0);
		return HAS_ENDED;
	}
	const struct loaded_release *release = releases_in_force(call->shard->releases, &count)[0];
	if (subject.subscription_id.size > 0) {
		key_of_text(&key, TABLE_SUBSCRIPTION, subject.subscription_id);
		if (find_record(refunding, &key, &value, &version, end) == HAS_ENDED)
			return HAS_ENDED;
	}
	if (value.size > 0) {
		subject.subscription = subscription_read(value);
		release = releases_for(call->shard->releases, &subject.subscription);
		if (!subject_holdings(&subject, release->image, call->arena, &holdings,
			    &question->holding_count)) {
			*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
			return HAS_ENDED;
		}
		question->holdings = holdings;
	}
	question->image = release->image;
	refunding->release = release->number;
	return GOES_ON;
}

/* Refuses by the rule of a package. */
static enum progress
refuse_by_rule(struct refunding *refunding, enum say say, enum call_end *end)
{
	const struct given *given = &refunding->given;
	must(given->rule != NULL);
	struct text rule = arena_print(refunding->call->arena, "%.*s.%.*s",
		TEXT_ARGS(given->package->id), TEXT_ARGS(given->rule->id));
	return refund_refuse(refunding, say, &rule, 1, end);
}

static enum progress
refuse_over(struct refunding *refunding, enum call_end *end)
{
	char id[CHARGE_ID_MAX];
	uint32_t shard = refunding->call->shard->settings.store.shard;
	struct text arguments[] = { refunding->params->charge,
		{ id, charge_id_format(shard, refunding->last, id) } };
	return refund_refuse(refunding, SAY_ALREADY_REFUNDED, arguments, 2, end);
}

/* The record of a counter that the charge moved, or of a balance of units. */
static enum progress
find_count(struct refunding *refunding, size_t place, struct bytes *value, uint64_t *version,
	enum call_end *end)
{
	const struct charged *charged = &refunding->named->charged;
	struct bytes name = charged->keys[place];
	bool own = counter_is_own(charged->counts[place].name.package);
	struct record_key key = { .table = own ? TABLE_BALANCE : TABLE_COUNTER,
		.size = (uint8_t)name.size };
	memcpy(key.data, name.data, name.size);
	if (find_record(refunding, &key, value, version, end) == HAS_ENDED)
		return HAS_ENDED;
	must(value->size > 0); /* the charge wrote it */
	return GOES_ON;
}

/* Of units of the customer's own, have they expired by now? */
static enum progress
find_expired(struct refunding *refunding, enum call_end *end)
{
	const struct charged *charged = &refunding->named->charged;
	for (size_t i = 0; i < charged->count_count; i++) {
		struct bytes value;
		uint64_t version;
		if (!counter_is_own(charged->counts[i].name.package))
			continue;
		if (find_count(refunding, i, &value, &version, end) == HAS_ENDED)
			return HAS_ENDED;
		charged->counts[i].is_over = balance_read(value).span.till_ms <=
			refunding->call->shard->now_ms;
	}
	return GOES_ON;
}

/* What is given with this part; a refund does not happen before its charge. */
static enum progress
find_given(struct refunding *refunding, enum call_end *end)
{
	struct give_question *question = &refunding->question;
	enum give_outcome outcome;
	if (find_rules(refunding, end) == HAS_ENDED || find_expired(refunding, end) == HAS_ENDED)
		return HAS_ENDED;
	question->charged = &refunding->named->charged;
	question->at_ms = refunding->named->charged.at_ms;
	question->now_ms = refunding->params->at_ms > question->at_ms ? refunding->params->at_ms
								      : question->at_ms;
	question->before = &refunding->before;
	question->part = &refunding->part;
	if (!charged_give(question, refunding->call->arena, &refunding->given, &outcome)) {
		*end = call_error(refunding->call, SAY_OUT_OF_MEMORY, NULL, 0);
		return HAS_ENDED;
	}
	switch (outcome) {
	case GIVE_NOTHING_LEFT:
		return refuse_over(refunding, end);
	case GIVE_TOO_MUCH:
		return refuse_too_much(refunding, end);
	case GIVE_TOO_LATE:
		return refuse_by_rule(refunding, SAY_REFUND_TOO_LATE, end);
	case GIVE_NO_MONEY:
		return refuse_by_rule(refunding, SAY_UNITS_ONLY, end);
	case GIVE_FINE:
		break;
	}
	return GOES_ON;
}

/* ---- who gets it ---- */

/* What the account has paid in the month of the charge: it is so much less by now. */
static enum progress
find_counted(struct refunding *refunding, struct returning *returning, enum call_end *end)
{
	struct bytes name = returning->payment->counter, value;
	struct record_key key = { .table = TABLE_COUNTER, .size = (uint8_t)name.size };
	uint64_t version;
	memcpy(key.data, name.data, name.size);
	if (find_record(refunding, &key, &value, &version, end) == HAS_ENDED)
		return HAS_ENDED;
	must(value.size > 0); /* the charge wrote it */
	returning->counter = counter_read(value);
	must(returning->counter.used >= returning->amount.micros);
	refunding->uncounted++;
	return GOES_ON;
}

/* What has expired gets nothing back, also if its balance stands for another gift by now. */
static bool
may_get_back(const struct refunding *refunding, const struct payment_made *payment,
	const struct balance *balance)
{
	return refunding->call->shard->now_ms < balance->span.till_ms &&
		payment->made_ms >= balance->begun_ms;
}

static enum progress
find_returning(struct refunding *refunding, const struct payment_made *payment,
	struct returning *returning, enum call_end *end)
{
	struct record_key key;
	struct bytes value;
	struct money after;
	returning->payment = payment;
	key_of_balance(&key, payment->account, payment->name);
	if (find_record(refunding, &key, &value, &returning->version, end) == HAS_ENDED)
		return HAS_ENDED;
	must(value.size > 0); /* it has paid, and is never removed */
	returning->balance = balance_read(value);
	must(text_equal(returning->balance.unit, refunding->named->charged.currency));
	returning->back = may_get_back(refunding, payment, &returning->balance);
	if (!returning->back)
		return GOES_ON;
	if (payment->counter.size > 0 && find_counted(refunding, returning, end) == HAS_ENDED)
		return HAS_ENDED;
	if (!money_add((struct money){ returning->balance.amount }, returning->amount, &after))
		return refund_refuse(refunding, SAY_OVERFLOW, NULL, 0, end);
	returning->balance.amount = after.micros;
	return GOES_ON;
}

/* All that get something back, and the main one also if it does not: it carries the history. */
static enum progress
find_balances(struct refunding *refunding, enum call_end *end)
{
	const struct charged *charged = &refunding->named->charged;
	refunding->returnings = arena_take_zeroed(
		refunding->call->arena, charged->payment_count, sizeof *refunding->returnings);
	if (refunding->returnings == NULL) {
		*end = call_error(refunding->call, SAY_OUT_OF_MEMORY, NULL, 0);
		return HAS_ENDED;
	}
	for (size_t i = 0; i < charged->payment_count; i++) {
		struct returning *returning = &refunding->returnings[refunding->returning_count];
		bool fits = money_subtract(
			charged_returned(charged, i, refunding->given.after.money),
			charged_returned(charged, i, refunding->before.money), &returning->amount);
		must(fits && returning->amount.micros >= 0);
		if (i > 0 && returning->amount.micros == 0)
			continue;
		if (find_returning(refunding, &charged->payments[i], returning, end) == HAS_ENDED)
			return HAS_ENDED;
		refunding->returning_count++;
	}
	return GOES_ON;
}

/* What the counters count that get something back. */
static enum progress
find_counters(struct refunding *refunding, enum call_end *end)
{
	const struct given *given = &refunding->given;
	refunding->counters = arena_take(
		refunding->call->arena, (given->count_count + 1) * sizeof *refunding->counters);
	if (refunding->counters == NULL) {
		*end = call_error(refunding->call, SAY_OUT_OF_MEMORY, NULL, 0);
		return HAS_ENDED;
	}
	for (size_t i = 0; i < given->count_count; i++) {
		const struct given_count *count = &given->counts[i];
		struct counted_before *before = &refunding->counters[i];
		struct bytes value;
		if (!count->back)
			continue;
		if (find_count(refunding, count->place, &value, &before->version, end) == HAS_ENDED)
			return HAS_ENDED;
		if (counter_is_own(refunding->named->charged.counts[count->place].name.package)) {
			before->balance = balance_read(value);
			if (before->balance.amount > INT64_MAX - count->amount)
				return refund_refuse(refunding, SAY_OVERFLOW, NULL, 0, end);
			continue;
		}
		before->counter = counter_read(value);
		must(before->counter.used >= count->amount);
	}
	return GOES_ON;
}

enum progress
refund_find(struct refunding *refunding, enum call_end *end)
{
	if (find_before(refunding, end) == HAS_ENDED || find_given(refunding, end) == HAS_ENDED ||
		find_counters(refunding, end) == HAS_ENDED)
		return HAS_ENDED;
	return find_balances(refunding, end);
}
