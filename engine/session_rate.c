/*
 * What the parts of a session cost and may go on to cost (see session_parts.h).
 *
 * A part is one event that grows: all its units so far are priced as one, and what was charged
 * before is taken off. It sees what others have counted and hold, and nothing of what it counted and
 * holds itself, for that is priced again. What is granted is what can be paid beyond what is charged:
 * the price of all units, used and granted, less that.
 */
#include "priced.h"
#include "session_parts.h"
#include "shard.h"

#include "base/must.h"

#include <string.h>

/* ---- counters ---- */

static bool
same_counter(const struct counter_name *a, const struct counter_name *b)
{
	return a->cycle == b->cycle && text_equal(a->allowance, b->allowance) &&
		text_equal(a->package, b->package) && text_equal(a->group, b->group);
}

static struct counting *
counting_new(struct session_deciding *deciding)
{
	size_t count = deciding->counting_count, room = 2 * count + 4;
	if (count == deciding->counting_room) {
		struct counting *moved = arena_take(deciding->call->arena, room * sizeof *moved);
		if (moved == NULL)
			return NULL;
		if (count > 0)
			memcpy(moved, deciding->countings, count * sizeof *moved);
		deciding->countings = moved;
		deciding->counting_room = room;
	}
	return &deciding->countings[count];
}

/* The counter of that name; false: it is cold, or there is no memory (cold.size is 0 then). */
static bool
counting_find(
	struct session_deciding *deciding, const struct counter_name *name, struct counting **found)
{
	struct bytes value;
	uint64_t version;
	for (size_t i = 0; i < deciding->counting_count; i++) {
		if (same_counter(&deciding->countings[i].name, name)) {
			*found = &deciding->countings[i];
			return true;
		}
	}
	struct counting *counting = counting_new(deciding);
	deciding->cold.size = 0;
	if (counting == NULL)
		return false;
	counting->name = *name;
	counting->unit = SESSION_COUNTS_MONEY;
	subject_key_of_counter(&counting->key, deciding->subject.subscription_id, name);
	switch (call_find(deciding->call, shelf_key_of(&counting->key), &value, &version)) {
	case LOOKUP_FOUND:
		counting->before = counter_read(value);
		break;
	case LOOKUP_ABSENT:
		counting->before = (struct counter){ 0, 0 };
		break;
	case LOOKUP_COLD:
		deciding->cold = counting->key;
		return false;
	}
	counting->now = counting->before;
	deciding->counting_count++;
	*found = counting;
	return true;
}

static enum fact
counter_fact(void *context, const struct counter_name *name, int64_t *used)
{
	struct counting *counting;
	if (!counting_find(context, name, &counting))
		return FACT_COLD;
	*used = counting->now.used + counting->now.held;
	return FACT_KNOWN;
}

/* ---- waiting ---- */

static enum progress
no_memory(struct session_deciding *deciding, enum call_end *end)
{
	*end = call_error(deciding->call, SAY_OUT_OF_MEMORY, NULL, 0);
	return HAS_ENDED;
}

static enum progress
wait_for_cold(struct session_deciding *deciding, enum call_end *end)
{
	if (deciding->cold.size == 0)
		return no_memory(deciding, end);
	*end = call_wait_record(deciding->call, shelf_key_of(&deciding->cold));
	return HAS_ENDED;
}

/* ---- taking back ---- */

/* Room for one more; false without memory. What pointed to them does no more. */
static bool
other_room(struct session_deciding *deciding)
{
	size_t count = deciding->other_count, room = 2 * count + 4;
	if (count < deciding->other_room)
		return true;
	struct purse_held *moved = arena_take(deciding->call->arena, room * sizeof *moved);
	if (moved == NULL)
		return false;
	if (count > 0)
		memcpy(moved, deciding->others, count * sizeof *moved);
	deciding->others = moved;
	deciding->other_room = room;
	return true;
}

static struct purse_held *
other_known(struct session_deciding *deciding, const struct record_key *key)
{
	const struct bytes wanted = { key->data, key->size };
	for (size_t i = 0; i < deciding->other_count; i++) {
		struct purse_held *other = &deciding->others[i];
		if (bytes_equal((struct bytes){ other->key.data, other->key.size }, wanted))
			return other;
	}
	return NULL;
}

/*
 * The balance of a hold as it will be, unless it is the main one; `charged` is what it pays in all.
 */
static enum progress
find_other(struct session_deciding *deciding, const struct session_hold *hold,
	struct purse_held **found, enum call_end *end)
{
	struct record_key key;
	struct bytes value;
	key_of_hold(&key, deciding->session.account, hold);
	*found = other_known(deciding, &key);
	if (*found != NULL)
		return GOES_ON;
	if (!other_room(deciding))
		return no_memory(deciding, end);
	struct purse_held *other = &deciding->others[deciding->other_count];
	other->key = key;
	other->name = hold->by_payer ? TEXT("main") : hold->balance;
	switch (call_find(deciding->call, shelf_key_of(&other->key), &value, &other->version)) {
	case LOOKUP_COLD:
		deciding->cold = other->key;
		return wait_for_cold(deciding, end);
	case LOOKUP_ABSENT:
		must(false); /* what holds something is not removed */
		break;
	case LOOKUP_FOUND:
		break;
	}
	other->balance = balance_read(value);
	other->charged = (struct money){ 0 };
	other->begins = false;
	deciding->other_count++;
	*found = other;
	return GOES_ON;
}

static enum progress
find_balance(struct session_deciding *deciding, const struct session_hold *hold,
	struct balance **balance, enum call_end *end)
{
	struct purse_held *other;
	*balance = &deciding->subject.balance;
	if (!hold->by_payer && text_equal(hold->balance, TEXT("main")))
		return GOES_ON;
	if (find_other(deciding, hold, &other, end) == HAS_ENDED)
		return HAS_ENDED;
	*balance = &other->balance;
	return GOES_ON;
}

static enum progress
take_back_holds(struct session_deciding *deciding, struct part_work *work, enum call_end *end)
{
	struct field_reader holds = work->part.holds;
	for (unsigned i = 0; i < work->part.hold_count; i++) {
		struct session_hold hold = session_hold_read(&holds);
		struct balance *balance;
		if (find_balance(deciding, &hold, &balance, end) == HAS_ENDED)
			return HAS_ENDED;
		must(balance->held >= hold.amount);
		balance->held -= hold.amount;
	}
	work->part.hold_count = 0;
	return GOES_ON;
}

/* What it has counted stays in its list; `used` tells whether it is taken off too. */
static enum progress
take_back_counters(
	struct session_deciding *deciding, struct part_work *work, bool used, enum call_end *end)
{
	struct field_reader counters = work->part.counters;
	size_t room = work->part.counter_count + deciding->subject.subscription.payer_count + 1u;
	work->counters = arena_take(deciding->call->arena, room * sizeof *work->counters);
	if (work->counters == NULL)
		return no_memory(deciding, end);
	for (unsigned i = 0; i < work->part.counter_count; i++) {
		struct session_counter *own = &work->counters[i];
		struct counting *counting;
		*own = session_counter_read(&counters);
		const struct counter_name name = { own->package, own->allowance, own->cycle,
			own->group };
		if (!counting_find(deciding, &name, &counting))
			return wait_for_cold(deciding, end);
		must(counting->now.held >= own->held);
		counting->now.held -= own->held;
		counting->unit = own->unit;
		if (used)
			counting->now.used -= own->used;
		own->held = 0;
	}
	return GOES_ON;
}

enum progress
session_let_go(struct session_deciding *deciding, enum call_end *end)
{
	for (size_t i = 0; i < deciding->work_count; i++) {
		struct part_work *work = &deciding->works[i];
		if (work->asks == NULL &&
			(take_back_holds(deciding, work, end) == HAS_ENDED ||
				take_back_counters(deciding, work, false, end) == HAS_ENDED))
			return HAS_ENDED;
	}
	return GOES_ON;
}

/* ---- pricing ---- */

/* The first `quantity` units of a part, of which `done` have been used already. */
struct asked_units {
	struct usage usage;
	struct rate_question question; /* it points at that usage */
};

static void
ask_units(struct session_deciding *deciding, const struct part_work *work, int64_t quantity,
	int64_t done, struct asked_units *asked)
{
	const struct session_part *part = &work->part;
	asked->usage = (struct usage){
		.service = part->service,
		.from = deciding->params->service_id,
		.to = part->to,
		.at_ms = part->at_ms,
		.quantity = quantity,
		.unit = (enum unit)part->unit,
		.attributes = work->attributes,
		.attribute_count = part->attribute_count,
	};
	asked->question = (struct rate_question){
		.image = deciding->release->image,
		.usage = &asked->usage,
		.done = done,
		.holdings = deciding->holdings,
		.holding_count = deciding->holding_count,
		.facts = { deciding, counter_fact },
		.functions = host_functions(deciding->release->host),
	};
}

static enum progress
rated(struct session_deciding *deciding, enum rate_outcome outcome, const struct fault *fault,
	enum call_end *end)
{
	switch (outcome) {
	case RATE_DONE:
		return GOES_ON;
	case RATE_COLD:
		return wait_for_cold(deciding, end);
	case RATE_FAULT:
		break;
	}
	*end = call_rules_failed(deciding->call, fault);
	return HAS_ENDED;
}

/* Prices them. HAS_ENDED: it waits or failed; a refusal is in *pricing. */
static enum progress
price_units(struct session_deciding *deciding, const struct part_work *work, int64_t quantity,
	int64_t done, struct pricing *pricing, enum call_end *end)
{
	struct asked_units asked;
	struct fault fault;
	ask_units(deciding, work, quantity, done, &asked);
	return rated(deciding, rate_usage(&asked.question, deciding->call->arena, pricing, &fault),
		&fault, end);
}

static void
note_refusal(
	struct session_deciding *deciding, struct part_work *work, const struct pricing *pricing)
{
	work->shortage.say = priced_refusal(pricing, deciding->release->release,
		deciding->call->arena, work->shortage.arguments);
}

/* ---- what a part has counted itself ---- */

static struct session_counter *
own_counter(struct part_work *work, const struct counter_name *name)
{
	for (unsigned i = 0; i < work->part.counter_count; i++) {
		struct session_counter *own = &work->counters[i];
		const struct counter_name its = { own->package, own->allowance, own->cycle,
			own->group };
		if (same_counter(&its, name))
			return own;
	}
	return NULL;
}

/* Likewise of money that no price counts; there is room for it. */
static struct session_counter *
own_money(struct part_work *work, const struct counter_name *name)
{
	struct session_counter *own = own_counter(work, name);
	if (own != NULL)
		return own;
	own = &work->counters[work->part.counter_count++];
	*own = (struct session_counter){ .package = name->package,
		.allowance = name->allowance,
		.cycle = name->cycle,
		.unit = SESSION_COUNTS_MONEY };
	return own;
}

/* ---- paying ---- */

/* The counter of what a payer pays in the month in which the part began. */
static bool
find_payer_counter(struct session_deciding *deciding, const struct payer_held *held,
	struct counting **counting)
{
	struct counter_key key;
	bool is_key = key_is_of_counter(
		(struct bytes){ held->counter_key.data, held->counter_key.size }, &key);
	must(is_key);
	/* The name lies in the subscription, for the key is on its way. */
	const struct counter_name name = { PAYERS_PACKAGE, held->account_id, key.cycle,
		{ NULL, 0 } };
	return counting_find(deciding, &name, counting);
}

/* A payer as it is by now; false as of counting_find. */
static bool
refresh_payer(struct session_deciding *deciding, struct payer_held *held)
{
	const struct purse_held *other = other_known(deciding, &held->key);
	struct counting *counting;
	if (other != NULL)
		held->balance = other->balance;
	if (!held->is_bounded)
		return true;
	if (!find_payer_counter(deciding, held, &counting))
		return false;
	held->counter = counting->now;
	return true;
}

/* Other accounts that pay; most subscriptions have none. */
static enum progress
find_payers(struct session_deciding *deciding, struct part_work *work,
	const struct purses_question *usage, enum call_end *end)
{
	if (deciding->subject.subscription.payer_count == 0 || work->payers.held != NULL)
		return GOES_ON;
	const struct payers_question question = { *usage, deciding->release->image->zone };
	switch (payers_read(deciding->call, &question, &work->payers, &deciding->cold)) {
	case PURSES_READ:
		break;
	case PURSES_COLD:
		work->payers.held = NULL;
		return wait_for_cold(deciding, end);
	case PURSES_NO_MEMORY:
		return no_memory(deciding, end);
	}
	for (size_t i = 0; i < work->payers.count; i++) {
		if (!refresh_payer(deciding, &work->payers.held[i]))
			return wait_for_cold(deciding, end);
	}
	return GOES_ON;
}

/* Other accounts, and the balances besides the main one; most have neither. */
static enum progress
find_purses(struct session_deciding *deciding, struct part_work *work, struct text zone,
	enum call_end *end)
{
	struct purses_question question = {
		.subject = &deciding->subject,
		.service = work->part.service,
		.zone = zone,
		.at_ms = work->part.at_ms,
		.now_ms = deciding->call->shard->now_ms,
		.changed = deciding->others,
		.changed_count = deciding->other_count,
	};
	if (find_payers(deciding, work, &question, end) == HAS_ENDED)
		return HAS_ENDED;
	question.at_ms = deciding->params->at_ms;
	if (deciding->subject.account.balance_count == 1 || work->purses.held != NULL)
		return GOES_ON;
	switch (purses_read(deciding->call, &question, &work->purses, &deciding->cold)) {
	case PURSES_READ:
		return GOES_ON;
	case PURSES_COLD:
		return wait_for_cold(deciding, end);
	case PURSES_NO_MEMORY:
		break;
	}
	return no_memory(deciding, end);
}

/* Of an account that is frozen nothing is paid, and nothing can be. */
static enum pay_outcome
pay_by_all(struct session_deciding *deciding, struct part_work *work, struct money cost,
	enum short_mode mode, struct payment *payment)
{
	struct purses_terms terms = {
		.image = deciding->release->image,
		.subject = &deciding->subject,
		.cost = cost,
		.mode = mode,
		.now_ms = deciding->call->shard->now_ms,
	};
	if (deciding->subject.account.frozen) {
		*payment = (struct payment){ .unpaid = cost,
			.after = { deciding->subject.balance.amount } };
		return mode == SHORT_PARTIAL ? PAY_DONE : PAY_TOO_LOW;
	}
	if (work->payers.count > 0)
		terms.cost = payers_pay(&work->payers, cost);
	if (work->purses.count > 0)
		return purses_pay(&terms, &work->purses, payment);
	return pay(&deciding->subject.balance, deciding->subject.account.floor, terms.cost, mode,
		payment);
}

/* Takes what other accounts pay. */
static enum progress
take_from_payers(struct session_deciding *deciding, struct part_work *work, struct money *sum,
	enum call_end *end)
{
	for (size_t i = 0; i < work->payers.count; i++) {
		struct payer_held *payer = &work->payers.held[i];
		const struct session_hold hold = { payer->account_id, 0, true };
		struct purse_held *other;
		struct counting *counting;
		if (payer->charged.micros == 0)
			continue;
		if (find_other(deciding, &hold, &other, end) == HAS_ENDED)
			return HAS_ENDED;
		other->balance.amount -= payer->charged.micros;
		other->charged.micros += payer->charged.micros;
		payer->balance = other->balance;
		sum->micros += payer->charged.micros;
		if (!payer->is_bounded)
			continue;
		if (!find_payer_counter(deciding, payer, &counting))
			return wait_for_cold(deciding, end);
		counting->now.used += payer->charged.micros;
		payer->counter = counting->now;
	}
	return GOES_ON;
}

/* Takes what the purses pay; what the main balance does is in the payment. */
static enum progress
take_from_purses(struct session_deciding *deciding, struct part_work *work, struct money *sum,
	enum call_end *end)
{
	for (size_t i = 0; i < work->purses.count; i++) {
		struct purse_held *purse = &work->purses.held[i];
		struct purse_held *other;
		if (purse->charged.micros == 0)
			continue;
		const struct session_hold hold = { purse->name, 0, false };
		if (find_other(deciding, &hold, &other, end) == HAS_ENDED)
			return HAS_ENDED;
		other->balance.amount -= purse->charged.micros;
		other->charged.micros += purse->charged.micros;
		purse->balance.amount = other->balance.amount;
		sum->micros += purse->charged.micros;
	}
	return GOES_ON;
}

/* Charges what the units cost that were used, as far as it can be paid. */
static enum progress
charge_used(struct session_deciding *deciding, struct part_work *work, enum call_end *end)
{
	struct payment payment;
	struct money cost = { work->pricing.amount.micros - work->part.charged };
	if (cost.micros <= 0)
		return GOES_ON;
	if (find_purses(deciding, work, work->pricing.zone, end) == HAS_ENDED)
		return HAS_ENDED;
	if (pay_by_all(deciding, work, cost, SHORT_PARTIAL, &payment) != PAY_DONE) {
		*end = session_refuse(deciding, SAY_OVERFLOW, NULL, 0);
		return HAS_ENDED;
	}
	work->charged = payment.charged;
	deciding->subject.balance.amount = payment.after.micros;
	if (!deciding->subject.account.frozen &&
		(take_from_payers(deciding, work, &work->charged, end) == HAS_ENDED ||
			take_from_purses(deciding, work, &work->charged, end) == HAS_ENDED))
		return HAS_ENDED;
	work->unpaid.micros = cost.micros - work->charged.micros;
	work->part.charged += work->charged.micros;
	return GOES_ON;
}

/*
 * Prices all that was used. What can't be priced does not keep the rest from being so: of that, the
 * most that can.
 */
static enum progress
price_used(struct session_deciding *deciding, struct part_work *work, enum call_end *end)
{
	int64_t used = work->part.used, low = 0, high = used;
	struct pricing pricing;
	work->pricing = (struct pricing){ .at_ms = work->part.at_ms };
	work->is_priced = true;
	if (used == 0)
		return GOES_ON;
	if (price_units(deciding, work, used, used, &work->pricing, end) == HAS_ENDED)
		return HAS_ENDED;
	if (work->pricing.refused == 0)
		return GOES_ON;
	note_refusal(deciding, work, &work->pricing);
	work->pricing = (struct pricing){ .at_ms = work->part.at_ms };
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		if (price_units(deciding, work, middle, middle, &pricing, end) == HAS_ENDED)
			return HAS_ENDED;
		if (pricing.refused == 0) {
			low = middle;
			work->pricing = pricing;
		} else {
			high = middle;
		}
	}
	work->unpriced = used - low;
	return GOES_ON;
}

/* ---- granting ---- */

/* Can so many units more be paid? Else *shortage says why not. HAS_ENDED as in price_units. */
static enum progress
try_units(struct session_deciding *deciding, struct part_work *work, int64_t quantity,
	struct pricing *pricing, bool *payable, enum call_end *end)
{
	struct payment payment;
	int64_t used = work->part.used;
	*payable = false;
	if (price_units(deciding, work, used + quantity, used, pricing, end) == HAS_ENDED)
		return HAS_ENDED;
	if (pricing->refused != 0) {
		note_refusal(deciding, work, pricing);
		return GOES_ON;
	}
	struct money cost = { pricing->amount.micros - work->part.charged };
	work->held.micros = cost.micros > 0 ? cost.micros : 0;
	*payable = true;
	if (cost.micros <= 0)
		return GOES_ON;
	if (find_purses(deciding, work, pricing->zone, end) == HAS_ENDED)
		return HAS_ENDED;
	if (pay_by_all(deciding, work, cost, SHORT_REFUSE, &payment) == PAY_DONE)
		return GOES_ON;
	*payable = false;
	if (deciding->subject.account.frozen) {
		work->shortage.say = SAY_FROZEN;
		pay_tell_frozen(deciding->call->arena, deciding->session.account, TEXT(""),
			work->shortage.arguments);
		return GOES_ON;
	}
	work->shortage.say = SAY_BALANCE_TOO_LOW;
	pay_tell_too_low(&work->shortage.too_low, cost,
		payers_spendable(&work->payers, payment.available),
		deciding->subject.account.currency);
	memcpy(work->shortage.arguments, work->shortage.too_low.arguments,
		sizeof work->shortage.too_low.arguments);
	return GOES_ON;
}

/*
 * How many units can be paid, of so many; *pricing is that of all then, used ones included. If the
 * whole can't be, the largest number that can: the price of more is no lower, or that of a border
 * is taken, at which one unit more could not be paid.
 */
static enum progress
find_quota(struct session_deciding *deciding, struct part_work *work, int64_t asked,
	struct pricing *pricing, enum call_end *end)
{
	struct pricing tried;
	int64_t low = 0, high = asked;
	bool payable;
	if (try_units(deciding, work, asked, pricing, &payable, end) == HAS_ENDED)
		return HAS_ENDED;
	work->granted = payable ? asked : 0;
	if (payable)
		return GOES_ON;
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		if (try_units(deciding, work, middle, &tried, &payable, end) == HAS_ENDED)
			return HAS_ENDED;
		if (payable) {
			low = middle;
			*pricing = tried;
		} else {
			high = middle;
		}
	}
	work->granted = low;
	return GOES_ON;
}

static bool
hold_add(struct session_deciding *deciding, struct part_work *work, struct session_hold hold)
{
	size_t room = (size_t)deciding->subject.account.balance_count +
		deciding->subject.subscription.payer_count;
	if (work->holds == NULL)
		work->holds = arena_take(deciding->call->arena, room * sizeof *work->holds);
	if (work->holds == NULL)
		return false;
	work->holds[work->part.hold_count++] = hold;
	return true;
}

/* Holds of the payers what they would pay, and of their months as much. */
static enum progress
hold_of_payers(struct session_deciding *deciding, struct part_work *work, enum call_end *end)
{
	for (size_t i = 0; i < work->payers.count; i++) {
		const struct payer_held *payer = &work->payers.held[i];
		const struct session_hold hold = { payer->account_id, payer->charged.micros, true };
		struct purse_held *other;
		struct counting *counting;
		if (hold.amount == 0)
			continue;
		if (find_other(deciding, &hold, &other, end) == HAS_ENDED)
			return HAS_ENDED;
		other->balance.held += hold.amount;
		if (!hold_add(deciding, work, hold))
			return no_memory(deciding, end);
		if (!payer->is_bounded)
			continue;
		if (!find_payer_counter(deciding, payer, &counting))
			return wait_for_cold(deciding, end);
		own_money(work, &counting->name)->held += hold.amount;
	}
	return GOES_ON;
}

/* Holds what the units that are granted cost, where it would be taken from. */
static enum progress
hold_money(struct session_deciding *deciding, struct part_work *work, struct money cost,
	enum call_end *end)
{
	struct payment payment;
	work->held = cost;
	if (cost.micros == 0)
		return GOES_ON;
	enum pay_outcome outcome = pay_by_all(deciding, work, cost, SHORT_REFUSE, &payment);
	must(outcome == PAY_DONE); /* try_units saw to it */
	if (hold_of_payers(deciding, work, end) == HAS_ENDED)
		return HAS_ENDED;
	for (size_t i = 0; i < work->purses.count; i++) {
		struct purse_held *purse = &work->purses.held[i];
		struct purse_held *other;
		if (purse->charged.micros == 0)
			continue;
		const struct session_hold hold = { purse->name, purse->charged.micros, false };
		if (find_other(deciding, &hold, &other, end) == HAS_ENDED)
			return HAS_ENDED;
		other->balance.held += hold.amount;
		if (!hold_add(deciding, work, hold))
			return no_memory(deciding, end);
	}
	deciding->subject.balance.held += payment.charged.micros;
	if (payment.charged.micros > 0 &&
		!hold_add(deciding, work,
			(struct session_hold){ TEXT("main"), payment.charged.micros, false }))
		return no_memory(deciding, end);
	return GOES_ON;
}

/*
 * May its units go by more than one tariff, band and row? Where all of a price has one component, the
 * lines and their parts tell.
 */
static bool
may_change(const struct image *image, const struct pricing *pricing)
{
	if (image->component_count > 1)
		return true;
	for (size_t i = 0; i < pricing->line_count; i++) {
		const struct price_line *line = &pricing->lines[i];
		if (i > 0)
			return true;
		for (size_t j = 1; j < line->part_count; j++) {
			if (line->parts[j].row != line->parts[0].row ||
				!text_equal(line->parts[j].band, line->parts[0].band))
				return true;
		}
	}
	return false;
}

/* When the tariff changes within what is granted. */
static enum progress
find_change(struct session_deciding *deciding, struct part_work *work,
	const struct pricing *granted, enum call_end *end)
{
	struct asked_units asked;
	struct fault fault;
	work->change_ms = INT64_MAX;
	if (!may_change(deciding->release->image, granted))
		return GOES_ON;
	ask_units(deciding, work, work->part.used + work->granted, work->part.used, &asked);
	return rated(deciding,
		rate_change(&asked.question, deciding->call->arena, &work->change_ms, &fault),
		&fault, end);
}

/* ---- counting ---- */

/* Notes what the units count, as used or, beyond that, as held. */
static void
own_counters(struct part_work *work, const struct pricing *pricing, bool as_held)
{
	for (size_t i = 0; i < pricing->consumption_count; i++) {
		const struct consumption *one = &pricing->consumptions[i];
		int64_t by = one->used_after - one->used_before;
		struct session_counter *own = own_counter(work, &one->name);
		if (own == NULL) {
			own = &work->counters[work->part.counter_count++];
			*own = (struct session_counter){ one->name.package, one->name.allowance,
				one->name.group, one->name.cycle,
				one->money ? SESSION_COUNTS_MONEY : (uint8_t)one->unit, 0, 0 };
		}
		if (!as_held)
			own->used = by;
		else if (by > own->used)
			own->held = by - own->used;
	}
}

/* Counts anew what the part uses and holds. */
static enum progress
count_anew(struct session_deciding *deciding, struct part_work *work, const struct pricing *granted,
	enum call_end *end)
{
	size_t count = work->part.counter_count + work->pricing.consumption_count +
		(granted == NULL ? 0 : granted->consumption_count);
	struct session_counter *list = arena_take(
		deciding->call->arena, (count + 1) * sizeof *list);
	if (list == NULL)
		return no_memory(deciding, end);
	if (count > UINT8_MAX) {
		*end = session_refuse(deciding, SAY_OVERFLOW, NULL, 0);
		return HAS_ENDED;
	}
	memcpy(list, work->counters, work->part.counter_count * sizeof *list);
	work->counters = list;
	for (unsigned i = 0; work->is_priced && i < work->part.counter_count; i++)
		list[i].used = 0;
	own_counters(work, &work->pricing, false);
	if (granted != NULL)
		own_counters(work, granted, true);
	unsigned kept = 0;
	for (unsigned i = 0; i < work->part.counter_count; i++) {
		const struct counter_name name = { list[i].package, list[i].allowance,
			list[i].cycle, list[i].group };
		struct counting *counting;
		if (!counting_find(deciding, &name, &counting))
			return wait_for_cold(deciding, end);
		counting->now.used += list[i].used;
		counting->now.held += list[i].held;
		counting->unit = list[i].unit;
		if (list[i].used != 0 || list[i].held != 0)
			list[kept++] = list[i];
	}
	work->part.counter_count = (uint8_t)kept;
	return GOES_ON;
}

/* ---- one part ---- */

/* Is the subscription in force? Else nothing more is granted. */
static bool
may_go_on(struct session_deciding *deciding, struct part_work *work)
{
	struct shortage *shortage = &work->shortage;
	switch (subscription_state_at(&deciding->subject.subscription, deciding->params->at_ms)) {
	case SUBSCRIPTION_ACTIVE:
		return true;
	case SUBSCRIPTION_SUSPENDED:
		shortage->say = SAY_SUSPENDED;
		break;
	case SUBSCRIPTION_ENDED:
		shortage->say = SAY_SUBSCRIPTION_ENDED;
		break;
	}
	shortage->arguments[0] = deciding->subject.subscription_id;
	return false;
}

/* An overtaken request asks for nothing, and the grant that there is stands. */
static int64_t
units_asked(struct session_deciding *deciding, struct part_work *work)
{
	if (deciding->overtaken && !session_closes(deciding))
		return work->part.granted;
	return work->is_asked && work->wanted > 0 && may_go_on(deciding, work) ? work->wanted : 0;
}

static enum progress
decide_part(struct session_deciding *deciding, struct part_work *work, enum call_end *end)
{
	struct pricing granted;
	bool reports = session_reports(deciding, work);
	if (take_back_holds(deciding, work, end) == HAS_ENDED ||
		take_back_counters(deciding, work, true, end) == HAS_ENDED)
		return HAS_ENDED;
	if (reports &&
		__builtin_add_overflow(work->part.used, work->asks->used, &work->part.used)) {
		*end = session_refuse(deciding, SAY_OVERFLOW, NULL, 0);
		return HAS_ENDED;
	}
	if (reports &&
		(price_used(deciding, work, end) == HAS_ENDED ||
			charge_used(deciding, work, end) == HAS_ENDED))
		return HAS_ENDED;
	int64_t asked = units_asked(deciding, work);
	if (asked > 0 && find_quota(deciding, work, asked, &granted, end) == HAS_ENDED)
		return HAS_ENDED;
	bool holds = work->granted > 0;
	if (holds && find_change(deciding, work, &granted, end) == HAS_ENDED)
		return HAS_ENDED;
	int64_t cost = holds ? granted.amount.micros - work->part.charged : 0;
	work->part.granted = work->granted;
	if (hold_money(deciding, work, (struct money){ cost > 0 ? cost : 0 }, end) == HAS_ENDED)
		return HAS_ENDED;
	return count_anew(deciding, work, holds ? &granted : NULL, end);
}

enum progress
session_decide_parts(struct session_deciding *deciding, enum call_end *end)
{
	for (size_t i = 0; i < deciding->work_count; i++) {
		struct part_work *work = &deciding->works[i];
		if (work->asks != NULL && decide_part(deciding, work, end) == HAS_ENDED)
			return HAS_ENDED;
	}
	return GOES_ON;
}
