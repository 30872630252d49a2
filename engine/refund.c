/*
 * charge.refund and charge.cancel: a charge is given back, whole or in part, and never more than
 * all of it.
 *
 *   worker: the charge's entry is read ─► shard: was this request decided before? what is left of
 *   the charge? what of its counters still counts? ─► one entry: balance, what was given back so
 *   far, counters ─► answered
 *
 * What the charge cost and took, and from where, is in its own entry (charged.h). What packages rule
 * of refunds, and whether a counter's cycle or grant is over, the release in force says, as it prices
 * usage that comes late: by the versions of the time of the charge. Everything that is decided is
 * journaled, so that recovery asks nothing.
 */
#include "refund_parts.h"

#include "shard.h"
#include "subject.h"

#include "base/digest.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/must.h"
#include "base/zoneinfo.h"

#include <string.h>

enum { CHARGED_BYTES_MAX = 32 << 20 };

/* ---- the entry that is named ---- */

static void
named_drop(void *state)
{
	struct named_entry *named = state;
	ledger_release(&named->ledger);
	arena_release(&named->arena);
	memory_free(named);
}

/* On a worker. */
static void
named_read(void *state)
{
	struct named_entry *named = state;
	ledger_read(&named->ledger);
	named->status = named->ledger.status;
	if (named->status == STATUS_OK && entry_kind_charges(named->ledger.entry.kind))
		named->status = charged_read(
			&named->ledger.entry, &named->arena, &named->charged, &named->fault);
	else
		named->fault = named->ledger.fault;
}

/* Has a worker read it; GOES_ON: it has, or there is nothing to read. */
static enum progress
find_entry(struct refunding *refunding, enum call_end *end)
{
	struct call *call = refunding->call;
	struct ledger_entry ledger = { 0 };
	struct named_entry *named = call_state(call);
	if (named == NULL) {
		enum lookup found = ledger_find(call, refunding->params->charge, &ledger, end);
		if (found == LOOKUP_ABSENT)
			return GOES_ON;
		if (found == LOOKUP_COLD)
			return HAS_ENDED;
		*end = CALL_WAITS;
		if (!call_can_work(call))
			return HAS_ENDED;
		named = memory_new_zeroed(1, sizeof *named);
		if (named == NULL) {
			*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
			return HAS_ENDED;
		}
		named->ledger = ledger;
		arena_init(&named->arena, CHARGED_BYTES_MAX);
		*end = call_work(call, named, named_read, named_drop);
		return HAS_ENDED;
	}
	if (named->status == STATUS_NOT_FOUND)
		return GOES_ON;
	if (named->status != STATUS_OK) {
		*end = call_failed(call, named->status, &named->fault);
		return HAS_ENDED;
	}
	refunding->named = named;
	return GOES_ON;
}

/* ---- once ---- */

/*
 * The request in its one form, as it is journaled and fingerprinted: [charge, does it cancel,
 * account, what of it, by, why]; what of it is nil (all that is left), [amount, currency] or
 * [quantity, unit].
 */
static struct bytes
pack_event(struct refunding *refunding)
{
	const struct refund_params *params = refunding->params;
	struct buffer *buffer = &refunding->call->shard->event;
	buffer_clear(buffer);
	struct pack pack = pack_into(buffer);
	pack_array(&pack, 6);
	pack_text(&pack, params->charge);
	pack_bool(&pack, refunding->cancels);
	pack_text(&pack, params->account);
	switch (refunding->part.of) {
	case PART_REST:
		pack_nil(&pack);
		break;
	case PART_MONEY:
		pack_array(&pack, 2);
		pack_money(&pack, refunding->part.money);
		pack_text(&pack, params->currency);
		break;
	case PART_USAGE:
		pack_array(&pack, 2);
		pack_integer(&pack, refunding->part.quantity);
		pack_unsigned(&pack, (uint64_t)refunding->unit);
		break;
	}
	pack_text(&pack, params->by);
	pack_text(&pack, params->why);
	return pack_whole(&pack);
}

/*
 * Whose the request's id is: the account's that the client names, else of that which paid; what
 * changed no balance was a refused request, and has a scope of its own. None: there is no such entry.
 */
static bool
find_scope(const struct refunding *refunding, struct text *scope)
{
	struct text account = refunding->params->account;
	*scope = (struct text){ NULL, 0 };
	if (account.size == 0 && refunding->named != NULL) {
		*scope = refunding->named->ledger.entry.scope;
		account = charged_account(&refunding->named->ledger.entry);
	}
	if (account.size > 0)
		*scope = once_account_scope(refunding->call->arena, account);
	return account.size == 0 || scope->data != NULL;
}

static enum progress
check_once(struct refunding *refunding, enum call_end *end)
{
	const struct refund_params *params = refunding->params;
	struct text scope;
	refunding->event = pack_event(refunding);
	if (refunding->event.size == 0 || !find_scope(refunding, &scope)) {
		*end = call_error(refunding->call, SAY_OUT_OF_MEMORY, NULL, 0);
		return HAS_ENDED;
	}
	refunding->once = (struct once){
		.scope = scope,
		.id = params->id,
		.attempt = params->attempt == NOT_GIVEN ? 1 : (uint8_t)params->attempt,
		.fingerprint = hash64(refunding->event.data, refunding->event.size, ENTRY_REFUND),
		.at_ms = params->at_ms,
	};
	if (scope.size == 0 || once_check(refunding->call, &refunding->once, end) == ONCE_DECIDE)
		return GOES_ON;
	return HAS_ENDED;
}

/* ---- refusing ---- */

/* A refusal is remembered, unless there is nobody whose id it could be. */
static enum progress
refuse(struct refunding *refunding, enum say say, const struct text *arguments, size_t count,
	enum call_end *end)
{
	struct call *call = refunding->call;
	struct buffer *scratch = &call->shard->scratch;
	buffer_clear(scratch);
	refusal_pack(scratch, call->arena, say, arguments, count, NULL);
	struct bytes answer = { scratch->data, scratch->size };
	if (refunding->once.scope.size > 0) {
		*end = once_refuse(
			call, &refunding->once, refunding->event, refunding->release, answer);
	} else {
		call->shard->stats.refused++;
		*end = once_answer(call, answer, true, false, 0);
	}
	return HAS_ENDED;
}

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
	return refuse(refunding, SAY_MORE_THAN_CHARGED, arguments, 3, end);
}

static struct text
kind_text(enum entry_kind kind)
{
	switch (kind) {
	case ENTRY_REFUND:
		return BILINGUAL("a refund", "一笔退款");
	case ENTRY_TOPUP:
		return BILINGUAL("a top-up", "一笔充值");
	case ENTRY_ADJUSTMENT:
		return BILINGUAL("an adjustment", "一笔调账");
	case ENTRY_TRANSFER:
		return BILINGUAL("a transfer", "一笔转账");
	case ENTRY_REFUSAL:
		return BILINGUAL("a request that was refused", "一个被拒绝的请求");
	case ENTRY_EXPIRY:
		return BILINGUAL("the end of a balance", "账本到期");
	case ENTRY_SESSION:
		return BILINGUAL("a report of a session", "一次会话上报");
	case ENTRY_STORED:
		return BILINGUAL("a movement of a deposit or gift", "一笔预存款或赠款的变动");
	case ENTRY_CHARGE:
	case ENTRY_DUE:
	case ENTRY_PUT:
	case ENTRY_RELEASE:
	case ENTRY_NOTICE:
		break;
	}
	return BILINGUAL("no movement of money", "没有资金变动的记录");
}

/* Is it a charge, and that of the account that was named? */
static enum progress
check_entry(struct refunding *refunding, enum call_end *end)
{
	const struct refund_params *params = refunding->params;
	const struct named_entry *named = refunding->named;
	if (named == NULL)
		return refuse(refunding, SAY_UNKNOWN_CHARGE, &params->charge, 1, end);
	if (!entry_kind_charges(named->ledger.entry.kind)) {
		struct text arguments[] = { params->charge, kind_text(named->ledger.entry.kind) };
		return refuse(refunding, SAY_NOT_A_CHARGE, arguments, 2, end);
	}
	if (params->account.size > 0 && !charged_is_of(&named->charged, params->account)) {
		struct text arguments[] = { params->charge, params->account };
		return refuse(refunding, SAY_OTHER_ACCOUNT, arguments, 2, end);
	}
	return GOES_ON;
}

/* ---- how much ---- */

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
		return refuse(refunding, SAY_WRONG_CURRENCY, arguments, 2, end);
	}
	if (refunding->part.of == PART_USAGE && refunding->unit != charged->cost.unit) {
		struct text arguments[] = { params->charge, unit_text(charged->cost.unit),
			unit_text(refunding->unit) };
		return refuse(refunding, SAY_WRONG_UNIT, arguments, 3, end);
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
		bool is_counter = key_is_of_counter(named->charged.keys[i], &counter);
		must(is_counter);
		*subscription = counter.owner;
		if (!counter.by_group)
			return GOES_ON;
	}
	*subscription = entry->scope;
	if (entry->kind == ENTRY_DUE)
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
	return refuse(refunding, say, &rule, 1, end);
}

static enum progress
refuse_over(struct refunding *refunding, enum call_end *end)
{
	char id[CHARGE_ID_MAX];
	uint32_t shard = refunding->call->shard->settings.store.shard;
	struct text arguments[] = { refunding->params->charge,
		{ id, charge_id_format(shard, refunding->last, id) } };
	return refuse(refunding, SAY_ALREADY_REFUNDED, arguments, 2, end);
}

/* What is given with this part; a refund does not happen before its charge. */
static enum progress
find_given(struct refunding *refunding, enum call_end *end)
{
	struct give_question *question = &refunding->question;
	enum give_outcome outcome;
	if (find_rules(refunding, end) == HAS_ENDED)
		return HAS_ENDED;
	question->charged = &refunding->named->charged;
	question->at_ms = refunding->named->ledger.entry.at_ms;
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

/* What has expired gets nothing back; the main balance never does. */
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
	returning->back = refunding->call->shard->now_ms < returning->balance.span.till_ms;
	if (!returning->back)
		return GOES_ON;
	if (payment->counter.size > 0 && find_counted(refunding, returning, end) == HAS_ENDED)
		return HAS_ENDED;
	if (!money_add((struct money){ returning->balance.amount }, returning->amount, &after))
		return refuse(refunding, SAY_OVERFLOW, NULL, 0, end);
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
		struct bytes name = refunding->named->charged.keys[count->place], value;
		struct record_key key = { .table = TABLE_COUNTER, .size = (uint8_t)name.size };
		uint64_t version;
		if (!count->back)
			continue;
		memcpy(key.data, name.data, name.size);
		if (find_record(refunding, &key, &value, &version, end) == HAS_ENDED)
			return HAS_ENDED;
		must(value.size > 0); /* the charge wrote it */
		refunding->counters[i] = counter_read(value);
		must(refunding->counters[i].used >= count->amount);
	}
	return GOES_ON;
}

/* ---- the calls ---- */

/* What of the charge is meant: one of amount, seconds, bytes, items, or all that is left. */
static enum progress
read_part(struct refunding *refunding, enum call_end *end)
{
	const struct refund_params *params = refunding->params;
	const int64_t quantities[] = { params->seconds, params->bytes, params->items };
	static const enum unit units[] = { UNIT_SECOND, UNIT_BYTE, UNIT_ITEM };
	bool money = params->amount.micros != NOT_GIVEN;
	unsigned count = money;
	refunding->part = (struct part){ .of = PART_REST };
	if (money)
		refunding->part = (struct part){ .of = PART_MONEY, .money = params->amount };
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (quantities[i] == NOT_GIVEN)
			continue;
		count++;
		refunding->unit = units[i];
		refunding->part = (struct part){ .of = PART_USAGE, .quantity = quantities[i] };
	}
	if (count <= 1 && money == (params->currency.size > 0))
		return GOES_ON;
	struct text why = count > 1
		? BILINGUAL("at most one of amount, seconds, bytes, items may be given",
			  "amount、seconds、bytes、items 最多只能给出一个")
		: BILINGUAL("amount and currency go together", "amount 与 currency 必须同时给出");
	*end = call_error(refunding->call, SAY_FIELDS_CONFLICT, &why, 1);
	return HAS_ENDED;
}

/* Time, existence, id; then what is left, and what of that still counts. */
static enum call_end
decide(struct refunding *refunding)
{
	enum call_end end;
	struct bytes refusal;
	if (!once_in_window(refunding->call, refunding->params->at_ms, &refusal))
		return once_answer(refunding->call, refusal, true, false, 0);
	if (find_entry(refunding, &end) == HAS_ENDED || check_once(refunding, &end) == HAS_ENDED ||
		check_entry(refunding, &end) == HAS_ENDED ||
		find_before(refunding, &end) == HAS_ENDED ||
		find_given(refunding, &end) == HAS_ENDED ||
		find_counters(refunding, &end) == HAS_ENDED ||
		find_balances(refunding, &end) == HAS_ENDED)
		return end;
	return refund_give_back(refunding);
}

enum call_end
refund_run(struct call *call, const void *params)
{
	struct refunding refunding = { .call = call, .params = params };
	enum call_end end;
	return read_part(&refunding, &end) == HAS_ENDED ? end : decide(&refunding);
}

enum call_end
refund_run_cancel(struct call *call, const void *params)
{
	struct refunding refunding = {
		.call = call, .params = params, .cancels = true, .part = { .is_mistake = true }
	};
	return decide(&refunding);
}
