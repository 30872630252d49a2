/*
 * charge, rate and charge.check: from what a client says was used to a price, and to money that is
 * taken from balances. charge_price.c asks the rules, charge_entry.c makes the entry that says so.
 *
 * Deciding changes nothing until store_append; all checks come before, in the order of the
 * contract: parse (done) → time and id → existence → status → price → balance.
 */
#include "agenda.h"
#include "charge_parts.h"
#include "pay.h"
#include "priced.h"
#include "shard.h"

#include "base/must.h"

#include <string.h>

/* ---- reading ---- */

static enum call_end
refuse_quantities(struct call *call)
{
	struct text one = BILINGUAL("exactly one of seconds, bytes, items must be given",
		"seconds、bytes、items 必须且只能给出一个");
	return call_error(call, SAY_FIELDS_CONFLICT, &one, 1);
}

/* The usage as rules see it; false if not exactly one quantity was given. */
static bool
read_usage(const struct usage_params *params, struct usage *usage)
{
	bool seconds = params->seconds != NOT_GIVEN;
	bool bytes = params->bytes != NOT_GIVEN;
	bool items = params->items != NOT_GIVEN;
	if (seconds + bytes + items != 1)
		return false;
	*usage = (struct usage){
		.service = params->service,
		.from = params->service_id,
		.to = params->to.data == NULL ? TEXT("") : params->to,
		.at_ms = params->at_ms,
		.quantity = seconds ? params->seconds
			: bytes     ? params->bytes
				    : params->items,
		.unit = seconds ? UNIT_SECOND
			: bytes ? UNIT_BYTE
				: UNIT_ITEM,
		.attributes = params->with.items,
		.attribute_count = params->with.count,
	};
	return true;
}

/*
 * The event in its one form, as it is journaled and fingerprinted: [service, to, unit, quantity,
 * short, {attributes}], the last two only as far as they are not empty. Who and when stand in the
 * entry itself.
 */
static struct bytes
pack_event(struct deciding *deciding)
{
	const struct usage *usage = &deciding->usage;
	struct buffer *buffer = &deciding->call->shard->event;
	int mode = deciding->params->short_mode;
	bool facts = usage->attribute_count > 0;
	buffer_clear(buffer);
	struct pack pack = pack_into(buffer);
	pack_array(&pack, facts ? 6 : mode != SHORT_REFUSE ? 5 : 4);
	pack_text(&pack, usage->service);
	pack_text(&pack, usage->to);
	pack_unsigned(&pack, (uint64_t)usage->unit);
	pack_integer(&pack, usage->quantity);
	if (facts || mode != SHORT_REFUSE)
		pack_integer(&pack, mode);
	if (facts) {
		pack_map(&pack, (uint32_t)usage->attribute_count);
		for (size_t i = 0; i < usage->attribute_count; i++) {
			pack_text(&pack, usage->attributes[i].name);
			if (usage->attributes[i].text.data != NULL)
				pack_text(&pack, usage->attributes[i].text);
			else
				pack_integer(&pack, usage->attributes[i].number);
		}
	}
	return pack_whole(&pack);
}

/* ---- refusing ---- */

enum call_end
charge_refuse(struct deciding *deciding, enum say say, const struct text *arguments, size_t count,
	const struct near_miss *miss)
{
	struct call *call = deciding->call;
	struct buffer *scratch = &call->shard->scratch;
	buffer_clear(scratch);
	refusal_pack(scratch, call->arena, say, arguments, count, miss);
	struct bytes answer = { scratch->data, scratch->size };
	if (deciding->enquiry)
		return call_answer(call, answer);
	deciding->once.release = deciding->release == NULL ? 0 : deciding->release->number;
	return once_refuse(call, &deciding->once, answer);
}

static enum call_end
refuse_balance(struct deciding *deciding, struct money available)
{
	struct pay_too_low too_low;
	pay_tell_too_low(
		&too_low, deciding->pricing.amount, available, deciding->subject.account.currency);
	return charge_refuse(
		deciding, SAY_BALANCE_TOO_LOW, too_low.arguments, PAY_TOO_LOW_ARGUMENTS, NULL);
}

static enum progress
find_subject(struct deciding *deciding, enum call_end *end)
{
	struct call *call = deciding->call;
	struct subject *subject = &deciding->subject;
	struct subject_lack lack;
	switch (subject_find(
		call, deciding->params->service_id, deciding->params->at_ms, subject, &lack)) {
	case SUBJECT_COLD:
		*end = call_wait_record(call, shelf_key_of(&lack.cold));
		return HAS_ENDED;
	case SUBJECT_REFUSED:
		*end = charge_refuse(deciding, lack.say, &lack.about, 1, NULL);
		return HAS_ENDED;
	case SUBJECT_FOUND:
		break;
	}
	deciding->release = releases_for(call->shard->releases, &subject->subscription);
	struct text currency = deciding->release->image->currency;
	if (text_equal(subject->account.currency, currency))
		return GOES_ON;
	struct text arguments[] = { subject->account.currency, currency };
	*end = charge_refuse(deciding, SAY_WRONG_CURRENCY, arguments, 2, NULL);
	return HAS_ENDED;
}

/* What is due of the subscription is done before what comes later. */
static enum progress
settle_agenda(struct deciding *deciding, enum call_end *end)
{
	if (!deciding->release->image->owes)
		return GOES_ON;
	switch (agenda_settle(deciding->call, deciding->subject.subscription_id, end)) {
	case AGENDA_CLEAR:
		return GOES_ON;
	case AGENDA_MOVED:
		return find_subject(deciding, end);
	case AGENDA_ENDED:
		break;
	}
	return HAS_ENDED;
}

/* ---- rate ---- */

static enum progress
begin(struct deciding *deciding, struct call *call, const struct usage_params *params,
	enum call_end *end)
{
	/* The rest is filled when it is found; clearing all of it took a hundredth of a charge. */
	deciding->call = call;
	deciding->params = params;
	deciding->release = call_release(call);
	deciding->enquiry = false;
	deciding->holds_counters = false;
	deciding->units.purses = (struct purses){ .count = 0 };
	if (!read_usage(params, &deciding->usage)) {
		*end = refuse_quantities(call);
		return HAS_ENDED;
	}
	return GOES_ON;
}

/*
 * Why the discount that was asked for took nothing; the condition of *miss stays NULL if none was
 * asked for, or if it took something.
 */
static enum progress
find_unused(struct deciding *deciding, struct near_miss *miss, enum call_end *end)
{
	struct text why = deciding->params->why;
	const char *dot = why.size == 0 ? NULL : memchr(why.data, '.', why.size);
	struct rate_question question;
	struct fault fault;
	*miss = (struct near_miss){ .condition = NULL };
	if (why.data == NULL)
		return GOES_ON;
	size_t size = dot == NULL ? why.size : (size_t)(dot - why.data);
	miss->package = (struct text){ why.data, size };
	miss->tariff = dot == NULL ? TEXT("") : (struct text){ dot + 1, why.size - size - 1 };
	if (!charge_ask_whole(deciding, &question, end))
		return HAS_ENDED;
	if (rate_unused(&question, &deciding->pricing, deciding->call->arena, miss, &fault) ==
		RATE_DONE)
		return GOES_ON;
	*end = call_rules_failed(deciding->call, &fault);
	return HAS_ENDED;
}

static enum call_end
answer_price(struct deciding *deciding)
{
	struct near_miss unused;
	enum call_end end;
	if (find_unused(deciding, &unused, &end) == HAS_ENDED)
		return end;
	struct pack pack = pack_into(call_buffer(deciding->call));
	pack_map(&pack, 1u + PRICED_PAIRS + (unused.condition != NULL));
	pack_name_string(&pack, "outcome", "priced");
	priced_pack(&pack, &deciding->pricing, deciding->release->image, deciding->release->name,
		deciding->call->arena);
	if (unused.condition != NULL)
		priced_pack_unused(
			&pack, &unused, deciding->release->release, deciding->call->arena);
	if (!pack_is_whole(&pack))
		return call_error(deciding->call, SAY_OUT_OF_MEMORY, NULL, 0);
	deciding->call->shard->stats.rated++;
	return call_answer(deciding->call, (struct bytes){ pack.buffer->data, pack.buffer->size });
}

/* Asks what a charge would ask, with no id. */
static enum progress
enquire(struct deciding *deciding, struct call *call, const struct usage_params *params,
	enum call_end *end)
{
	struct bytes refusal;
	if (begin(deciding, call, params, end) == HAS_ENDED)
		return HAS_ENDED;
	deciding->enquiry = true;
	if (!once_in_window(call, deciding->usage.at_ms, &refusal)) {
		*end = call_answer(call, refusal);
		return HAS_ENDED;
	}
	if (deciding->release == NULL) {
		*end = call_error(call, SAY_NO_RELEASE, NULL, 0);
		return HAS_ENDED;
	}
	return find_subject(deciding, end) == HAS_ENDED ? HAS_ENDED : charge_price(deciding, end);
}

enum call_end
charge_run_rate(struct call *call, const void *params)
{
	struct deciding deciding;
	enum call_end end;
	return enquire(&deciding, call, params, &end) == HAS_ENDED ? end : answer_price(&deciding);
}

/* ---- charge ---- */

/* Who pays how much; what none of the other balances does, the main one must. */
static enum pay_outcome
pay_by_all(struct deciding *deciding, struct payment *payment)
{
	struct purses_terms terms = {
		.image = deciding->release->image,
		.subject = &deciding->subject,
		.cost = deciding->pricing.amount,
		.mode = (enum short_mode)deciding->params->short_mode,
		.now_ms = deciding->call->shard->now_ms,
	};
	if (deciding->payers.count > 0)
		terms.cost = payers_pay(&deciding->payers, terms.cost);
	if (deciding->purses.count > 0)
		return purses_pay(&terms, &deciding->purses, payment);
	return pay(&deciding->subject.balance, deciding->subject.account.floor, terms.cost,
		terms.mode, payment);
}

/* Other accounts, and the balances besides the main one; most subscriptions have neither. */
static enum progress
find_purses(struct deciding *deciding, enum call_end *end)
{
	const struct subject *subject = &deciding->subject;
	enum purses_outcome outcome = PURSES_READ;
	deciding->payers = (struct payers){ .count = 0 };
	deciding->purses = (struct purses){ .count = 0 };
	if (subject->account.balance_count == 1 && subject->subscription.payer_count == 0)
		return GOES_ON;
	const struct payers_question question = {
		.usage = {
			.subject = subject,
			.service = deciding->usage.service,
			.zone = deciding->pricing.zone,
			.at_ms = deciding->usage.at_ms,
			.now_ms = deciding->call->shard->now_ms,
		},
		.zone = deciding->release->image->zone,
	};
	if (subject->subscription.payer_count > 0)
		outcome = payers_read(
			deciding->call, &question, &deciding->payers, &deciding->cold);
	if (outcome == PURSES_READ && subject->account.balance_count > 1)
		outcome = purses_read(
			deciding->call, &question.usage, &deciding->purses, &deciding->cold);
	switch (outcome) {
	case PURSES_READ:
		return GOES_ON;
	case PURSES_COLD:
		*end = call_wait_record(deciding->call, shelf_key_of(&deciding->cold));
		return HAS_ENDED;
	case PURSES_NO_MEMORY:
		break;
	}
	*end = call_error(deciding->call, SAY_OUT_OF_MEMORY, NULL, 0);
	return HAS_ENDED;
}

/* Rules counted what sessions hold as used; a crossing is of what was used. False without memory. */
static bool
without_holds(struct deciding *deciding, struct pricing *pricing)
{
	size_t count = pricing->consumption_count;
	if (!deciding->holds_counters)
		return true;
	struct consumption *list = arena_take(deciding->call->arena, count * sizeof *list);
	if (list == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct record_key key;
		list[i] = pricing->consumptions[i];
		if (counter_is_own(list[i].name.package))
			continue;
		subject_key_of_counter(&key, deciding->subject.subscription_id, &list[i].name);
		int64_t held = charge_counter_held(deciding, &key);
		list[i].used_before -= held;
		list[i].used_after -= held;
	}
	pricing->consumptions = list;
	return true;
}

static bool
raise_crossed(struct deciding *deciding, const struct raising *raising)
{
	struct pricing pricing = deciding->pricing;
	struct rate_question question;
	return charge_ask(deciding, &question) != NULL && without_holds(deciding, &pricing) &&
		notice_raise_crossed(
			raising, deciding->release, &question, &pricing, &deciding->raised);
}

/*
 * What the charge makes known. Where neither the catalog nor the account has anything to tell, that
 * is two comparisons. False without memory.
 */
static bool
raise_notices(struct deciding *deciding, const struct payment *payment)
{
	const struct subject *subject = &deciding->subject;
	const struct raising raising = { deciding->call, subject->subscription.account,
		subject->subscription_id, deciding->usage.at_ms };
	deciding->raised = (struct raised){ .count = 0 };
	if (deciding->release->image->tells && deciding->pricing.consumption_count > 0 &&
		!raise_crossed(deciding, &raising))
		return false;
	if (!payers_raise(&deciding->payers, &raising, &deciding->raised))
		return false;
	return purses_raise(&deciding->purses, &raising, &deciding->raised) &&
		purses_raise(&deciding->units.purses, &raising, &deciding->raised) &&
		notice_raise_main(&raising, &subject->account, &subject->balance,
			payment->after.micros, &deciding->raised);
}

static enum call_end
refuse_frozen(struct deciding *deciding)
{
	struct text arguments[PAY_FROZEN_ARGUMENTS];
	pay_tell_frozen(
		deciding->call->arena, deciding->subject.subscription.account, TEXT(""), arguments);
	return charge_refuse(deciding, SAY_FROZEN, arguments, PAY_FROZEN_ARGUMENTS, NULL);
}

/* Who pays how much, all of it or as the request says of what is short. */
static enum progress
find_payment(struct deciding *deciding, struct payment *payment, enum call_end *end)
{
	if (deciding->subject.account.frozen && deciding->pricing.amount.micros > 0) {
		*end = refuse_frozen(deciding);
		return HAS_ENDED;
	}
	if (find_purses(deciding, end) == HAS_ENDED)
		return HAS_ENDED;
	switch (pay_by_all(deciding, payment)) {
	case PAY_TOO_LOW:
		*end = refuse_balance(
			deciding, payers_spendable(&deciding->payers, payment->available));
		return HAS_ENDED;
	case PAY_OVERFLOW:
		*end = charge_refuse(deciding, SAY_OVERFLOW, NULL, 0, NULL);
		return HAS_ENDED;
	case PAY_DONE:
		break;
	}
	return GOES_ON;
}

/* What is valid from its first use, and pays now, is valid from now on. */
static enum progress
begin_balances(struct deciding *deciding, enum call_end *end)
{
	const struct account *account = &deciding->subject.account;
	if (deciding->purses.count > 0 &&
		purses_begin(deciding->call, account, &deciding->purses, end) == HAS_ENDED)
		return HAS_ENDED;
	if (deciding->units.purses.count == 0)
		return GOES_ON;
	units_take(&deciding->units, &deciding->pricing);
	return purses_begin(deciding->call, account, &deciding->units.purses, end);
}

static enum call_end
settle(struct deciding *deciding)
{
	struct payment payment;
	enum call_end end;
	if (find_payment(deciding, &payment, &end) == HAS_ENDED)
		return end;
	if (begin_balances(deciding, &end) == HAS_ENDED)
		return end;
	if (!raise_notices(deciding, &payment))
		return call_error(deciding->call, SAY_OUT_OF_MEMORY, NULL, 0);
	return charge_take_money(deciding, &payment);
}

/* Time and id. */
static enum progress
check_once(struct deciding *deciding, enum call_end *end)
{
	const struct usage_params *params = deciding->params;
	deciding->once = (struct once){
		.scope = params->service_id,
		.id = params->id,
		.attempt = once_attempt(params->attempt),
		.at_ms = params->at_ms,
		.event = pack_event(deciding),
	};
	return once_begin(deciding->call, &deciding->once, ENTRY_CHARGE, end);
}

enum call_end
charge_run(struct call *call, const void *params)
{
	struct deciding deciding;
	enum call_end end;
	if (begin(&deciding, call, params, &end) == HAS_ENDED ||
		check_once(&deciding, &end) == HAS_ENDED)
		return end;
	if (deciding.release == NULL)
		return call_error(call, SAY_NO_RELEASE, NULL, 0);
	if (find_subject(&deciding, &end) == HAS_ENDED ||
		settle_agenda(&deciding, &end) == HAS_ENDED ||
		charge_price(&deciding, &end) == HAS_ENDED)
		return end;
	return settle(&deciding);
}

/* ---- charge.check ---- */

/* A charge that is allowed to fall short, up to its entry. */
enum call_end
charge_run_check(struct call *call, const void *params)
{
	struct usage_params asked = *(const struct usage_params *)params;
	struct deciding deciding;
	struct payment payment;
	enum call_end end;
	asked.short_mode = SHORT_PARTIAL;
	if (enquire(&deciding, call, &asked, &end) == HAS_ENDED ||
		find_payment(&deciding, &payment, &end) == HAS_ENDED)
		return end;
	return charge_tell_payers(&deciding, &payment);
}

/* ---- fetching ahead ---- */

void
charge_warm(struct call *call, const void *params, unsigned step)
{
	const struct usage_params *usage = params;
	struct store *store = call->shard->store;
	if (step == 0 && usage->id.size > 0) {
		call->warm.id = store_id_hash(store, usage->service_id, usage->id);
		store_prefetch_id(store, call->warm.id);
	}
	subject_warm(call, usage->service_id, usage->at_ms, step);
	if (step == 4)
		subject_warm_counters(call, usage->service, usage->at_ms);
	if (step == 5)
		subject_warm_counter_records(call);
}
