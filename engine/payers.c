/* Other accounts that pay for a subscription (see payers.h). */
#include "payers.h"

#include "shard.h"

#include "base/must.h"

static const struct money NOTHING = { 0 };

/* ---- which of them may ---- */

/* A record that is there; else it is absent, or cold and in *cold. */
static enum lookup
find(struct call *call, const struct record_key *key, struct bytes *value, struct record_key *cold)
{
	uint64_t version;
	enum lookup found = call_find(call, shelf_key_of(key), value, &version);
	if (found == LOOKUP_COLD)
		*cold = *key;
	return found;
}

/* The account with its main balance; false: *cold is to be waited for. */
static bool
find_account(struct call *call, struct payer_held *held, struct record_key *cold)
{
	struct record_key key;
	struct bytes value;
	key_of_text(&key, TABLE_ACCOUNT, held->account_id);
	enum lookup found = find(call, &key, &value, cold);
	if (found == LOOKUP_COLD)
		return false;
	must(found == LOOKUP_FOUND); /* it was there when it was named, and is never removed */
	held->account = account_read(value);
	held->account.floor = account_floor(&held->account, call->shard->now_ms);
	key_of_balance(&held->key, held->account_id, TEXT("main"));
	found = call_find(call, shelf_key_of(&held->key), &value, &held->version);
	if (found == LOOKUP_COLD) {
		*cold = held->key;
		return false;
	}
	must(found == LOOKUP_FOUND); /* made with the account */
	held->balance = balance_read(value);
	return true;
}

/* What it has paid in the month; false: *cold is to be waited for. */
static bool
find_counted(struct call *call, const struct payers_question *question, struct payer_held *held,
	struct record_key *cold)
{
	struct cycle_span month = cycle_at(CYCLE_MONTH, question->zone, question->usage.at_ms);
	const struct counter_key counter = {
		.owner = question->usage.subject->subscription_id,
		.package = PAYERS_PACKAGE,
		.allowance = held->account_id,
		.cycle = (int32_t)month.first_day,
	};
	struct bytes value;
	key_of_counter(&held->counter_key, &counter);
	enum lookup found = find(call, &held->counter_key, &value, cold);
	held->counter = (struct counter){ 0, 0 };
	if (found == LOOKUP_FOUND)
		held->counter = counter_read(value);
	return found != LOOKUP_COLD;
}

/*
 * A session may be of the account that the subscription had before: then that may be among those
 * that pay by now, and they may be kept in another currency.
 */
enum purses_outcome
payers_read(struct call *call, const struct payers_question *question, struct payers *payers,
	struct record_key *cold)
{
	const struct subject *subject = question->usage.subject;
	struct field_reader list = subject->subscription.payers;
	unsigned count = subject->subscription.payer_count;
	payers->count = 0;
	payers->held = arena_take(call->arena, count * sizeof *payers->held);
	if (payers->held == NULL)
		return PURSES_NO_MEMORY;
	for (unsigned i = 0; i < count; i++) {
		struct payer payer = payer_read(&list);
		struct payer_held held = { .account_id = payer.account,
			.is_bounded = payer.is_bounded,
			.bound = payer.bound };
		bool is_own = text_equal(payer.account, subject->subscription.account);
		if (is_own || !purses_serve(&question->usage, payer.pays, payer.pays_count))
			continue;
		if (!find_account(call, &held, cold) ||
			(held.is_bounded && !find_counted(call, question, &held, cold)))
			return PURSES_COLD;
		if (!held.account.frozen &&
			text_equal(held.account.currency, subject->account.currency))
			payers->held[payers->count++] = held;
	}
	return PURSES_READ;
}

/* ---- how much each pays ---- */

/* As much as it can pay. */
static struct money
most_of(const struct payer_held *held)
{
	struct money most;
	if (!pay_available(&held->balance, held->account.floor, &most))
		most.micros = INT64_MAX; /* more than can be said */
	int64_t left = held->bound.micros - held->counter.used - held->counter.held;
	if (held->is_bounded && left < most.micros)
		most.micros = left;
	return most.micros > 0 ? most : NOTHING;
}

struct money
payers_pay(struct payers *payers, struct money cost)
{
	struct money left = cost;
	for (size_t i = 0; i < payers->count; i++) {
		struct payer_held *held = &payers->held[i];
		struct money most = most_of(held);
		held->charged = money_compare(most, left) < 0 ? most : left;
		bool fits = money_subtract(left, held->charged, &left);
		must(fits && left.micros >= 0);
	}
	return left;
}

struct money
payers_spendable(const struct payers *payers, struct money own)
{
	struct money sum = own.micros > 0 ? own : NOTHING;
	for (size_t i = 0; i < payers->count; i++) {
		if (!money_add(sum, payers->held[i].charged, &sum))
			return (struct money){ INT64_MAX };
	}
	return sum;
}

/* ---- the entry ---- */

static bool
post_counter(struct posted *posted, const struct payer_held *held)
{
	uint8_t value[COUNTER_VALUE_MAX];
	struct bytes key = { held->counter_key.data, held->counter_key.size };
	struct counter counter = held->counter;
	counter.used += held->charged.micros;
	if (!posted_change(posted, TABLE_COUNTER, key, counter_write(value, counter)))
		return false;
	posted_move(posted, held->charged.micros, held->account.currency, TEXT("counted"));
	return true;
}

bool
payer_raise(const struct payer_held *held, const struct balance *before, int64_t after,
	const struct raising *raising, struct raised *raised)
{
	struct raising own = *raising;
	own.account = held->account_id;
	return notice_raise_main(&own, &held->account, before, after, raised);
}

bool
payers_raise(const struct payers *payers, const struct raising *raising, struct raised *raised)
{
	for (size_t i = 0; i < payers->count; i++) {
		const struct payer_held *held = &payers->held[i];
		if (!payer_raise(held, &held->balance, held->balance.amount - held->charged.micros,
			    raising, raised))
			return false;
	}
	return true;
}

bool
payers_post(const struct payers *payers, struct posted *posted, int64_t now_ms)
{
	for (size_t i = 0; i < payers->count; i++) {
		const struct payer_held *held = &payers->held[i];
		if (held->charged.micros == 0)
			continue;
		const struct purse_held main = { .key = held->key,
			.balance = held->balance,
			.version = held->version,
			.charged = held->charged };
		if (!purses_post_one(&main, posted, now_ms) ||
			(held->is_bounded && !post_counter(posted, held)))
			return false;
	}
	return true;
}

/* ---- the answer ---- */

uint32_t
payers_count_paid(const struct payers *payers, const struct purses *purses)
{
	uint32_t count = 0;
	for (size_t i = 0; i < payers->count; i++)
		count += payers->held[i].charged.micros > 0;
	return count + purses_count_paid(purses);
}

/* The main balance of another account. */
void
payers_pack_one(struct pack *pack, const struct payer_held *held)
{
	if (held->charged.micros == 0)
		return;
	pack_map(pack, 3);
	pack_name_text(pack, "account", held->account_id);
	pack_name_text(pack, "balance", TEXT("main"));
	pack_name_money(pack, "amount", held->charged);
}

void
payers_pack_paid(struct pack *pack, const struct payers *payers, const struct purses *purses,
	struct money by_main)
{
	pack_name(pack, "paid");
	pack_array(pack, payers_count_paid(payers, purses) + (by_main.micros > 0));
	for (size_t i = 0; i < payers->count; i++)
		payers_pack_one(pack, &payers->held[i]);
	for (size_t i = 0; i < purses->count; i++)
		purses_pack_one(pack, &purses->held[i]);
	purses_pack_one(pack, &(struct purse_held){ .name = TEXT("main"), .charged = by_main });
}

bool
payers_counter_is(struct bytes key, struct text *payer)
{
	struct counter_key counter;
	if (!key_is_of_counter(key, &counter) || !text_equal(counter.package, PAYERS_PACKAGE))
		return false;
	*payer = counter.allowance;
	return true;
}
