/* Which balances pay, and how much (see purses.h). */
#include "purses.h"

#include "expiring.h"

#include "base/must.h"
#include "expiry.h"
#include "shard.h"
#include "validity.h"

#include "../rules/spend.h"

#include <string.h>

enum { BREADTH_ZONE, BREADTH_SERVICE, BREADTH_ALL, BREADTH_NONE };
enum { SHARED_BY_NOBODY, SHARED_BY_GROUP, SHARED_BY_ALL, SHARED_BY_OTHERS };

/* ---- which of them may ---- */

/* "voice" is the service in all zones; "voice.local" one zone of it. */
static unsigned
breadth_of(struct text pays, const struct purses_question *question)
{
	struct text service = question->service, zone = question->zone;
	if (pays.size < service.size || memcmp(pays.data, service.data, service.size) != 0)
		return BREADTH_NONE;
	if (pays.size == service.size)
		return BREADTH_SERVICE;
	struct text rest = { pays.data + service.size + 1, pays.size - service.size - 1 };
	return pays.data[service.size] == '.' && text_equal(rest, zone) ? BREADTH_ZONE
									: BREADTH_NONE;
}

/* Is it the name of the charge, behind a mark that no service has? */
static bool
is_charge(struct text pays, const struct charge_name *charge)
{
	size_t size = charge->package.size;
	return pays.size == 1 + size + 1 + charge->charge.size && pays.data[0] == '@' &&
		memcmp(pays.data + 1, charge->package.data, size) == 0 &&
		pays.data[1 + size] == '.' &&
		memcmp(pays.data + 1 + size + 1, charge->charge.data, charge->charge.size) == 0;
}

static unsigned
breadth_of_charge(struct text pays, const struct charge_name *charge)
{
	if (text_equal(pays, PURSES_ALL_CHARGES))
		return BREADTH_SERVICE;
	return is_charge(pays, charge) ? BREADTH_ZONE : BREADTH_NONE;
}

/* The narrowest of what is paid for that this usage, or this charge, is. */
static unsigned
breadth(const struct purses_question *question, struct field_reader pays, unsigned count)
{
	unsigned least = count == 0 ? BREADTH_ALL : BREADTH_NONE;
	for (unsigned i = 0; i < count; i++) {
		struct text one = field_read_text(&pays);
		unsigned found = question->charge.package.size > 0
			? breadth_of_charge(one, &question->charge)
			: breadth_of(one, question);
		if (found < least)
			least = found;
	}
	return least;
}

bool
purses_serve(const struct purses_question *question, struct field_reader pays, unsigned count)
{
	return breadth(question, pays, count) != BREADTH_NONE;
}

/* Does the subscription hold a package as a member of the group then? */
static bool
is_member(struct subscription subscription, struct text group, int64_t at_ms)
{
	for (unsigned i = 0; i < subscription.package_count; i++) {
		struct package_held held = package_held_read(&subscription.packages);
		if (text_equal(held.group, group) && span_has(held.span, at_ms))
			return true;
	}
	return false;
}

/* Who shares it, if who used it is among them. */
static unsigned
sharing(const struct balance *balance, const struct purses_question *question)
{
	const struct subject *subject = question->subject;
	if (balance->user.size == 0)
		return SHARED_BY_ALL;
	if (!balance->user_is_group)
		return text_equal(balance->user, subject->subscription_id) ? SHARED_BY_NOBODY
									   : SHARED_BY_OTHERS;
	return is_member(subject->subscription, balance->user, question->at_ms) ? SHARED_BY_GROUP
										: SHARED_BY_OTHERS;
}

static bool
may_pay(const struct balance *balance, const struct purses_question *question)
{
	bool is_wanted = question->unit.size > 0 ? text_equal(balance->unit, question->unit)
						 : balance->kind != BALANCE_UNITS;
	return is_wanted && !balance->frozen && balance->amount > balance->held;
}

static bool
is_narrower(const struct purse_held *a, const struct purse_held *b)
{
	return a->breadth != b->breadth ? a->breadth < b->breadth : a->sharing < b->sharing;
}

/* Narrower ones come first; those alike stay in the account's order. */
static void
insert(struct purses *purses, const struct purse_held *held)
{
	size_t place = purses->count++;
	for (; place > 0 && is_narrower(held, &purses->held[place - 1]); place--)
		purses->held[place] = purses->held[place - 1];
	purses->held[place] = *held;
}

/* A balance as it is by now. */
static struct balance
balance_now(
	const struct purses_question *question, const struct purse_held *held, struct bytes value)
{
	for (size_t i = 0; i < question->changed_count; i++) {
		if (text_equal(question->changed[i].name, held->name))
			return question->changed[i].balance;
	}
	return balance_read(value);
}

enum purses_outcome
purses_read(struct call *call, const struct purses_question *question, struct purses *purses,
	struct record_key *cold)
{
	struct account account = question->subject->account;
	struct text id = question->subject->subscription.account;
	purses->count = purses->begun = 0;
	purses->held = arena_take(call->arena, account.balance_count * sizeof *purses->held);
	if (purses->held == NULL)
		return PURSES_NO_MEMORY;
	field_read_text(&account.balances); /* the main one */
	for (unsigned i = 1; i < account.balance_count; i++) {
		struct purse_held held = { .name = field_read_text(&account.balances) };
		struct bytes value;
		key_of_balance(&held.key, id, held.name);
		enum lookup found = call_find(call, shelf_key_of(&held.key), &value, &held.version);
		if (found == LOOKUP_COLD) {
			*cold = held.key;
			return PURSES_COLD;
		}
		must(found == LOOKUP_FOUND); /* written in one entry with its name */
		held.balance = balance_now(question, &held, value);
		held.breadth = breadth(question, held.balance.pays, held.balance.pays_count);
		held.sharing = sharing(&held.balance, question);
		if (held.breadth < BREADTH_NONE && held.sharing < SHARED_BY_OTHERS &&
			may_pay(&held.balance, question) &&
			held.balance.span.from_ms <= question->at_ms &&
			question->now_ms < held.balance.span.till_ms)
			insert(purses, &held);
	}
	return PURSES_READ;
}

/* ---- how much each pays ---- */

/* Kinds that come from no package of a catalog. */
static const struct stored GIFT = { .kind = MONEY_GIFT };
static const struct stored DEPOSIT = { .kind = MONEY_DEPOSIT };

static const struct stored *
stored_of(enum balance_kind kind)
{
	switch (kind) {
	case BALANCE_GIFT:
		return &GIFT;
	case BALANCE_DEPOSIT:
		return &DEPOSIT;
	case BALANCE_CASH:
		return NULL;
	case BALANCE_UNITS:
		break;
	}
	must(false);
	return NULL;
}

static struct purse
purse_of(const struct balance *balance)
{
	int64_t free_micros = balance->amount > balance->held ? balance->amount - balance->held : 0;
	return (struct purse){
		.stored = stored_of(balance->kind),
		.amount = { free_micros },
		.till_ms = balance->span.till_ms,
	};
}

/* All that could be spent, or as much of it as can be said. */
static struct money
spendable(const struct purses *purses, struct money main)
{
	struct money sum = main;
	for (size_t i = 0; i < purses->count; i++) {
		if (!money_add(sum, purse_of(&purses->held[i].balance).amount, &sum))
			return (struct money){ INT64_MAX };
	}
	return sum;
}

static void
sort_by_turn(struct purses *purses)
{
	for (size_t i = 1; i < purses->count; i++) {
		struct purse_held held = purses->held[i];
		size_t place = i;
		for (; place > 0 && purses->held[place - 1].turn > held.turn; place--)
			purses->held[place] = purses->held[place - 1];
		purses->held[place] = held;
	}
}

/* Notes what each is to pay; what is left for the main balance. */
static struct money
share_out(const struct purses_terms *terms, struct purses *purses)
{
	struct purse list[ACCOUNT_BALANCES_MAX];
	struct taken taken[ACCOUNT_BALANCES_MAX];
	size_t taken_count;
	for (size_t i = 0; i < purses->count; i++) {
		struct purse_held *held = &purses->held[i];
		list[i] = purse_of(&held->balance);
		held->charged = (struct money){ 0 };
		held->turn = SIZE_MAX;
	}
	list[purses->count] = purse_of(&terms->subject->balance);
	struct spending spending = { terms->image, list, purses->count + 1, NULL, terms->now_ms,
		terms->cost };
	struct money by_main = spend_plan(&spending, taken, &taken_count);
	for (size_t turn = 0; turn < taken_count; turn++) {
		struct money amount = taken[turn].amount;
		if (taken[turn].purse == purses->count) {
			must(money_add(by_main, amount, &by_main));
			continue;
		}
		struct purse_held *held = &purses->held[taken[turn].purse];
		held->charged = amount;
		held->turn = turn;
	}
	return by_main;
}

enum pay_outcome
purses_pay(const struct purses_terms *terms, struct purses *purses, struct payment *payment)
{
	must(purses->count < ACCOUNT_BALANCES_MAX && terms->cost.micros >= 0);
	struct money by_main = share_out(terms, purses);
	enum pay_outcome outcome = pay(&terms->subject->balance, terms->subject->account.floor,
		by_main, terms->mode, payment);
	if (outcome == PAY_TOO_LOW)
		payment->available = spendable(purses, payment->available);
	else
		sort_by_turn(purses);
	return outcome;
}

/* ---- first use ---- */

bool
purses_post_end(struct posted *posted, const struct purse_held *held)
{
	const struct timer_key timer = expiry_timer(
		(struct bytes){ held->key.data, held->key.size }, &held->balance);
	return posted_timer_set(posted, &timer);
}

enum progress
purses_begin(
	struct call *call, const struct account *account, struct purses *purses, enum call_end *end)
{
	for (size_t i = 0; i < purses->count; i++) {
		struct purse_held *held = &purses->held[i];
		struct balance *balance = &held->balance;
		if (held->charged.micros <= 0 || balance->first_use.count == 0 ||
			balance->span.till_ms != INT64_MAX)
			continue;
		if (validity_begin(call, account, balance->first_use, &balance->span.till_ms,
			    end) == HAS_ENDED)
			return HAS_ENDED;
		if (balance->span.till_ms > INSTANT_MAX)
			balance->span.till_ms = INSTANT_MAX;
		if (expiring_plan(call, account, balance, end) == HAS_ENDED)
			return HAS_ENDED;
		held->begins = true;
		purses->begun++;
	}
	return GOES_ON;
}

/* ---- the entry ---- */

struct text
purses_book(const struct balance *balance)
{
	return balance->kind == BALANCE_UNITS ? TEXT("used") : TEXT("revenue");
}

bool
purses_post_one(const struct purse_held *held, struct posted *posted, int64_t now_ms)
{
	struct bytes key = { held->key.data, held->key.size };
	struct balance balance = held->balance;
	balance.amount -= held->charged.micros;
	if (!posted_balance(posted, key, balance, held->version, now_ms))
		return false;
	posted_move(posted, -held->charged.micros, balance.unit, purses_book(&balance));
	return !held->begins || purses_post_end(posted, held);
}

bool
purses_post(const struct purses *purses, struct posted *posted, int64_t now_ms)
{
	for (size_t i = 0; i < purses->count; i++) {
		const struct purse_held *held = &purses->held[i];
		if (held->charged.micros != 0 && !purses_post_one(held, posted, now_ms))
			return false;
	}
	return true;
}

bool
purses_raise(const struct purses *purses, const struct raising *raising, struct raised *raised)
{
	for (size_t i = 0; i < purses->count; i++) {
		const struct purse_held *held = &purses->held[i];
		if (!notice_raise_other(raising, held->name, &held->balance,
			    held->balance.amount - held->charged.micros, raised))
			return false;
	}
	return true;
}

/* ---- who paid ---- */

void
purses_pack_one(struct pack *pack, const struct purse_held *held)
{
	if (held->charged.micros == 0)
		return;
	pack_map(pack, 2u + held->begins);
	pack_name_text(pack, "balance", held->name);
	pack_name_money(pack, "amount", held->charged);
	if (held->begins)
		pack_name_integer(pack, "till", held->balance.span.till_ms);
}

uint32_t
purses_count_paid(const struct purses *purses)
{
	uint32_t count = 0;
	for (size_t i = 0; i < purses->count; i++)
		count += purses->held[i].charged.micros > 0;
	return count;
}
