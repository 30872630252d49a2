/* The end of a balance's validity (see expiry.h). */
#include "expiry.h"

#include "expiring.h"
#include "once.h"
#include "posted.h"
#include "shard.h"

#include "base/must.h"

bool
expiry_is_to_come(const struct balance *balance, int64_t now_ms)
{
	int64_t till_ms = balance->span.till_ms;
	return till_ms != INT64_MAX &&
		(till_ms > now_ms || balance->amount != 0 || balance->held != 0);
}

struct timer_key
expiry_timer(struct bytes balance_key, const struct balance *balance)
{
	int64_t soon_ms = balance->tells.soon_ms;
	int64_t at_ms = soon_ms != 0 ? soon_ms : balance->span.till_ms;
	must(at_ms != INT64_MAX);
	return (struct timer_key){
		.at_ms = at_ms < 0 ? 0 : at_ms, /* all that is before 1970 is long ago */
		.kind = TIMER_BALANCE,
		.owner = balance_key,
	};
}

void
expiry_key(
	struct record_key *key, const struct record_key *balance_key, const struct balance *balance)
{
	struct timer_key timer = expiry_timer(
		(struct bytes){ balance_key->data, balance_key->size }, balance);
	must(balance_key->table == TABLE_BALANCE);
	key_of_timer(key, &timer);
}

/* ---- the entry ---- */

enum { EFFECTS_MAX = 2 };

/* A balance that has expired, and its timer. */
struct expiry {
	struct call *call;
	struct timer_key timer;
	struct text account, name;
	struct balance balance;
	uint64_t version; /* of the balance */
};

/* What is not held of it. */
static int64_t
free_amount(const struct expiry *expiry)
{
	return expiry->balance.amount - expiry->balance.held;
}

static struct bytes
pack_answer(const struct expiry *expiry)
{
	struct buffer *scratch = &expiry->call->shard->scratch;
	buffer_clear(scratch);
	struct pack pack = pack_into(scratch);
	pack_map(&pack, 6);
	pack_name_string(&pack, "outcome", "expired");
	bool money = expiry->balance.kind != BALANCE_UNITS;
	pack_name_amount(&pack, "amount", free_amount(expiry), money);
	pack_name_text(&pack, money ? "currency" : "unit", expiry->balance.unit);
	pack_name_amount(&pack, "balance", expiry->balance.held, money);
	pack_name_text(&pack, "name", expiry->name);
	pack_name_integer(&pack, "till", expiry->balance.span.till_ms);
	return pack_whole(&pack);
}

/*
 * The balance without what was free, if there was any; and its timer, unless something is held: then
 * that stays as it is, and so does what it follows from.
 */
static bool
add_effects(const struct expiry *expiry, struct posted *posted)
{
	struct balance after = expiry->balance;
	int64_t amount = free_amount(expiry);
	after.amount = after.held;
	if (after.held == 0)
		after.tells.soon_ms = 0;
	if (!posted_begin(posted, expiry->call->arena, EFFECTS_MAX))
		return false;
	if (amount != 0 &&
		!posted_balance(posted, expiry->timer.owner, after, expiry->version,
			expiry->call->shard->now_ms))
		return false;
	if (amount != 0)
		posted_move(posted, -amount, after.unit, TEXT("expired"));
	return after.held != 0 || posted_timer_clear(posted, &expiry->timer);
}

/* STATUS_OK also if nothing is free yet, so that there is nothing to do. */
static enum status
append(const struct expiry *expiry, struct fault *fault)
{
	struct call *call = expiry->call;
	struct posted posted;
	uint64_t position;
	if (free_amount(expiry) == 0 && expiry->balance.held != 0)
		return STATUS_OK;
	struct entry entry = {
		.kind = ENTRY_EXPIRY,
		.at_ms = expiry->balance.span.till_ms < 0 ? 0 : expiry->balance.span.till_ms,
		.made_ms = call->shard->now_ms,
		.scope = once_account_scope(call->arena, expiry->account),
		.answer = pack_answer(expiry),
	};
	if (entry.scope.data == NULL || entry.answer.size == 0 || !add_effects(expiry, &posted))
		return fault_set(fault, STATUS_MEMORY, "no memory for the end of a balance");
	enum status status = posted_store(&posted, call, &entry, &position, fault);
	must(status != STATUS_LIMIT); /* a balance and a timer */
	return status;
}

/* ---- the timer, and who comes before it ---- */

enum call_end
expiry_run(struct call *call, const struct timer_params *timer)
{
	struct expiry expiry = { .call = call, .timer = timer->key };
	const struct shelf_key key = shelf_key(TABLE_BALANCE, timer->key.owner);
	struct fault fault;
	struct bytes value;
	bool is_balance = key_is_of_balance(timer->key.owner, &expiry.account, &expiry.name);
	enum lookup found = call_find(call, key, &value, &expiry.version);
	if (found == LOOKUP_COLD)
		return call_wait_record(call, key);
	must(is_balance && found == LOOKUP_FOUND); /* balances are never removed */
	expiry.balance = balance_read(value);
	must(expiry_timer(timer->key.owner, &expiry.balance).at_ms == timer->key.at_ms);
	if (expiry.balance.span.till_ms > call->shard->now_ms)
		return expiring_tell(&(struct expiring){ call, expiry.timer, expiry.account,
			expiry.name, expiry.balance, expiry.version });
	enum status status = append(&expiry, &fault);
	return status == STATUS_OK ? call_answer_nobody(call) : call_failed(call, status, &fault);
}

/* Its timer is to be ended, and so must be known. False: *end is what to return. */
static bool
find_timer(struct expiry *expiry, struct bytes key, bool *is_there, enum call_end *end)
{
	struct record_key timer_key;
	struct bytes value;
	uint64_t version;
	expiry->timer = expiry_timer(key, &expiry->balance);
	key_of_timer(&timer_key, &expiry->timer);
	enum lookup found = call_find(expiry->call, shelf_key_of(&timer_key), &value, &version);
	*is_there = found == LOOKUP_FOUND;
	if (found == LOOKUP_COLD)
		*end = call_wait_record(expiry->call, shelf_key_of(&timer_key));
	return found != LOOKUP_COLD;
}

enum progress
expiry_settle(struct call *call, const struct record_key *balance_key, bool *has_expired,
	enum call_end *end)
{
	struct bytes key = { balance_key->data, balance_key->size }, value;
	struct expiry expiry = { .call = call };
	struct fault fault;
	bool is_there;
	*has_expired = false;
	bool is_balance = key_is_of_balance(key, &expiry.account, &expiry.name);
	must(is_balance && balance_key->table == TABLE_BALANCE);
	if (call_find(call, shelf_key_of(balance_key), &value, &expiry.version) != LOOKUP_FOUND)
		return GOES_ON;
	expiry.balance = balance_read(value);
	if (expiry.balance.span.till_ms > call->shard->now_ms || free_amount(&expiry) == 0)
		return GOES_ON;
	if (!find_timer(&expiry, key, &is_there, end))
		return HAS_ENDED;
	if (!is_there)
		return GOES_ON;
	enum status status = append(&expiry, &fault);
	*has_expired = status == STATUS_OK;
	if (status == STATUS_OK)
		return GOES_ON;
	*end = call_failed(call, status, &fault);
	return HAS_ENDED;
}
