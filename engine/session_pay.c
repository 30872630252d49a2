/*
 * Who pays for the parts of a session, and of whom they hold what they may cost yet (see
 * session_parts.h): other accounts first, then the account's balances besides the main one, then
 * that. A request sees each balance as the parts before have left it.
 */
#include "session_parts.h"
#include "shard.h"

#include "base/must.h"

#include <string.h>

/* ---- balances as they will be ---- */

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
enum progress
session_find_other(struct session_deciding *deciding, const struct session_hold *hold,
	struct purse_held **found, enum call_end *end)
{
	struct record_key key;
	struct bytes value;
	key_of_hold(&key, deciding->session.account, hold);
	*found = other_known(deciding, &key);
	if (*found != NULL)
		return GOES_ON;
	if (!other_room(deciding))
		return session_no_memory(deciding, end);
	struct purse_held *other = &deciding->others[deciding->other_count];
	other->key = key;
	other->name = hold->by_payer ? TEXT("main") : hold->balance;
	switch (call_find(deciding->call, shelf_key_of(&other->key), &value, &other->version)) {
	case LOOKUP_COLD:
		deciding->cold = other->key;
		return session_wait_for_cold(deciding, end);
	case LOOKUP_ABSENT:
		must(false); /* what holds something is not removed */
		break;
	case LOOKUP_FOUND:
		break;
	}
	other->balance = balance_read(value);
	other->charged = (struct money){ 0 };
	other->turn = 0;
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
	if (session_find_other(deciding, hold, &other, end) == HAS_ENDED)
		return HAS_ENDED;
	*balance = &other->balance;
	return GOES_ON;
}

enum progress
session_take_back_holds(
	struct session_deciding *deciding, struct part_work *work, enum call_end *end)
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
	return session_find_counter(deciding, &name, counting);
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
		return session_wait_for_cold(deciding, end);
	case PURSES_NO_MEMORY:
		return session_no_memory(deciding, end);
	}
	for (size_t i = 0; i < work->payers.count; i++) {
		if (!refresh_payer(deciding, &work->payers.held[i]))
			return session_wait_for_cold(deciding, end);
	}
	return GOES_ON;
}

/* Other accounts, and the balances besides the main one; most have neither. */
enum progress
session_find_purses(struct session_deciding *deciding, struct part_work *work, struct text zone,
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
		return session_wait_for_cold(deciding, end);
	case PURSES_NO_MEMORY:
		break;
	}
	return session_no_memory(deciding, end);
}

/* Of an account that is frozen nothing is paid, and nothing can be. */
enum pay_outcome
session_pay(struct session_deciding *deciding, struct part_work *work, struct money cost,
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
		if (session_find_other(deciding, &hold, &other, end) == HAS_ENDED)
			return HAS_ENDED;
		other->balance.amount -= payer->charged.micros;
		session_note_paid(deciding, other, payer->charged);
		payer->balance = other->balance;
		sum->micros += payer->charged.micros;
		if (!payer->is_bounded)
			continue;
		if (!find_payer_counter(deciding, payer, &counting))
			return session_wait_for_cold(deciding, end);
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
		if (session_find_other(deciding, &hold, &other, end) == HAS_ENDED)
			return HAS_ENDED;
		other->balance.amount -= purse->charged.micros;
		session_note_paid(deciding, other, purse->charged);
		purse->balance.amount = other->balance.amount;
		sum->micros += purse->charged.micros;
	}
	return GOES_ON;
}

enum progress
session_take_paid(struct session_deciding *deciding, struct part_work *work, struct money *sum,
	enum call_end *end)
{
	return take_from_payers(deciding, work, sum, end) == HAS_ENDED
		? HAS_ENDED
		: take_from_purses(deciding, work, sum, end);
}

/* ---- holding ---- */

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
		if (session_find_other(deciding, &hold, &other, end) == HAS_ENDED)
			return HAS_ENDED;
		other->balance.held += hold.amount;
		if (!hold_add(deciding, work, hold))
			return session_no_memory(deciding, end);
		if (!payer->is_bounded)
			continue;
		if (!find_payer_counter(deciding, payer, &counting))
			return session_wait_for_cold(deciding, end);
		session_own_money(work, &counting->name)->held += hold.amount;
	}
	return GOES_ON;
}

/* Holds what the units that are granted cost, where it would be taken from. */
enum progress
session_hold_money(struct session_deciding *deciding, struct part_work *work, struct money cost,
	enum call_end *end)
{
	struct payment payment;
	work->held = cost;
	if (cost.micros == 0)
		return GOES_ON;
	enum pay_outcome outcome = session_pay(deciding, work, cost, SHORT_REFUSE, &payment);
	must(outcome == PAY_DONE); /* try_units saw to it */
	if (hold_of_payers(deciding, work, end) == HAS_ENDED)
		return HAS_ENDED;
	for (size_t i = 0; i < work->purses.count; i++) {
		struct purse_held *purse = &work->purses.held[i];
		struct purse_held *other;
		if (purse->charged.micros == 0)
			continue;
		const struct session_hold hold = { purse->name, purse->charged.micros, false };
		if (session_find_other(deciding, &hold, &other, end) == HAS_ENDED)
			return HAS_ENDED;
		other->balance.held += hold.amount;
		if (!hold_add(deciding, work, hold))
			return session_no_memory(deciding, end);
	}
	deciding->subject.balance.held += payment.charged.micros;
	if (payment.charged.micros > 0 &&
		!hold_add(deciding, work,
			(struct session_hold){ TEXT("main"), payment.charged.micros, false }))
		return session_no_memory(deciding, end);
	return GOES_ON;
}
