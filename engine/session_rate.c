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

#include "../rules/quota.h"

#include <string.h>

/* ---- taking back ---- */

enum progress
session_let_go(struct session_deciding *deciding, enum call_end *end)
{
	for (size_t i = 0; i < deciding->work_count; i++) {
		struct part_work *work = &deciding->works[i];
		if (work->asks == NULL &&
			(session_take_back_holds(deciding, work, end) == HAS_ENDED ||
				session_take_back_counters(deciding, work, false, end) ==
					HAS_ENDED))
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
		.own = work->own,
		.own_count = work->own_count,
		.settled = work->settled,
		.holdings = deciding->holdings,
		.holding_count = deciding->holding_count,
		.facts = { deciding, session_counter_fact },
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
		return session_wait_for_cold(deciding, end);
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

/* ---- paying ---- */

/* Charges what the units cost that were used, as far as it can be paid. */
static enum progress
charge_used(struct session_deciding *deciding, struct part_work *work, enum call_end *end)
{
	struct payment payment;
	struct money cost = { work->pricing.amount.micros - work->part.charged };
	if (cost.micros <= 0)
		return GOES_ON;
	if (session_find_purses(deciding, work, work->pricing.zone, end) == HAS_ENDED)
		return HAS_ENDED;
	if (session_pay(deciding, work, cost, SHORT_PARTIAL, &payment) != PAY_DONE) {
		*end = session_refuse(deciding, SAY_OVERFLOW, NULL, 0);
		return HAS_ENDED;
	}
	work->charged = payment.charged;
	deciding->subject.balance.amount = payment.after.micros;
	if (!deciding->subject.account.frozen &&
		session_take_paid(deciding, work, &work->charged, end) == HAS_ENDED)
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
	int64_t used = work->part.used;
	struct quota_search search = quota_search_of(used);
	struct pricing pricing;
	work->pricing = (struct pricing){ .at_ms = work->part.at_ms };
	work->is_priced = true;
	for (int64_t quantity; quota_search_next(&search, &quantity);) {
		if (price_units(deciding, work, quantity, quantity, &pricing, end) == HAS_ENDED)
			return HAS_ENDED;
		if (pricing.refused == 0)
			work->pricing = pricing;
		else if (quantity == used)
			note_refusal(deciding, work, &pricing);
		quota_search_tell(&search, pricing.refused == 0);
	}
	work->unpriced = used - search.low;
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
	if (session_find_purses(deciding, work, pricing->zone, end) == HAS_ENDED)
		return HAS_ENDED;
	if (session_pay(deciding, work, cost, SHORT_REFUSE, &payment) == PAY_DONE)
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
	struct quota_search search = quota_search_of(asked);
	struct pricing tried;
	bool payable;
	for (int64_t quantity; quota_search_next(&search, &quantity);) {
		if (try_units(deciding, work, quantity, &tried, &payable, end) == HAS_ENDED)
			return HAS_ENDED;
		if (payable)
			*pricing = tried;
		quota_search_tell(&search, payable);
	}
	work->granted = search.low;
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
	if (session_take_back_holds(deciding, work, end) == HAS_ENDED ||
		session_take_back_counters(deciding, work, true, end) == HAS_ENDED ||
		session_find_units(deciding, work, end) == HAS_ENDED)
		return HAS_ENDED;
	work->settled = work->part.used;
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
	if (session_hold_money(deciding, work, (struct money){ cost > 0 ? cost : 0 }, end) ==
		HAS_ENDED)
		return HAS_ENDED;
	return session_count_anew(deciding, work, holds ? &granted : NULL, end);
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
