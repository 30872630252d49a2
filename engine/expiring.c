/* That a balance ends soon (see expiring.h). */
#include "expiring.h"

#include "expiry.h"
#include "notice.h"
#include "notice_say.h"
#include "once.h"
#include "shard.h"
#include "validity.h"

#include "base/instant.h"
#include "base/must.h"

#define MAIN TEXT("main")

enum {
	OTHER_EFFECTS = 3
}; /* beside the notice: the balance, the timer that was and that which is */

/* ---- when ---- */

static struct validity
lead_of(const struct account *account, const struct balance *balance)
{
	return balance->tells.before_end.count > 0 ? balance->tells.before_end
						   : account->tells.before_end;
}

enum progress
expiring_plan(struct call *call, const struct account *account, struct balance *balance,
	enum call_end *end)
{
	struct validity lead = lead_of(account, balance);
	int64_t soon_ms = balance->span.till_ms;
	balance->tells.soon_ms = 0;
	if (lead.count == 0 || soon_ms == INT64_MAX)
		return GOES_ON;
	if (validity_before(call, account->zone, lead, &soon_ms, end) == HAS_ENDED)
		return HAS_ENDED;
	if (soon_ms > call->shard->now_ms)
		balance->tells.soon_ms = soon_ms;
	return GOES_ON;
}

/* ---- telling ---- */

static bool
raise_expiring(const struct expiring *expiring, struct validity lead, struct raised *raised)
{
	struct call *call = expiring->call;
	const struct raising raising = {
		.call = call, .account = expiring->account, .at_ms = expiring->timer.at_ms
	};
	struct notice_record *record = notice_add(&raising, NOTICE_EXPIRING, raised);
	if (record == NULL)
		return false;
	record->threshold = notice_lead_text(lead, call->arena);
	record->of = expiring->name;
	record->unit = expiring->balance.unit;
	record->amount = expiring->balance.amount;
	record->till_ms = expiring->balance.span.till_ms;
	notice_say_expiring(record,
		notice_offset_ms(releases_active(call->shard->releases), record->till_ms),
		call->arena);
	return record->threshold.data != NULL && record->en.data != NULL && record->zh.data != NULL;
}

static struct bytes
pack_answer(const struct expiring *expiring, const struct raised *raised)
{
	struct buffer *scratch = &expiring->call->shard->scratch;
	buffer_clear(scratch);
	struct pack pack = pack_into(scratch);
	pack_map(&pack, 3u + (raised->count > 0));
	pack_name_string(&pack, "outcome", "expiring");
	pack_name_text(&pack, "name", expiring->name);
	pack_name_integer(&pack, "till", expiring->balance.span.till_ms);
	if (raised->count > 0)
		notice_pack(&pack, raised);
	return pack_whole(&pack);
}

static bool
add_effects(const struct expiring *expiring, const struct raised *raised, struct posted *posted)
{
	struct call *call = expiring->call;
	struct balance after = expiring->balance;
	after.tells.soon_ms = 0;
	const struct timer_key next = expiry_timer(expiring->timer.owner, &after);
	return posted_begin(posted, call->arena, raised->count + OTHER_EFFECTS) &&
		posted_balance(posted, expiring->timer.owner, after, expiring->version,
			call->shard->now_ms) &&
		posted_timer_clear(posted, &expiring->timer) && posted_timer_set(posted, &next) &&
		notice_post(raised, call, posted);
}

static enum call_end
append(const struct expiring *expiring, struct validity lead)
{
	struct call *call = expiring->call;
	struct raised raised = { .count = 0 };
	struct posted posted;
	struct fault fault;
	uint64_t position;
	if (expiring->balance.amount > 0 && lead.count > 0 &&
		!raise_expiring(expiring, lead, &raised))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	struct entry entry = {
		.kind = ENTRY_NOTICE,
		.at_ms = expiring->timer.at_ms,
		.made_ms = call->shard->now_ms,
		.scope = once_account_scope(call->arena, expiring->account),
		.answer = pack_answer(expiring, &raised),
	};
	if (entry.scope.data == NULL || entry.answer.size == 0 ||
		!add_effects(expiring, &raised, &posted))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	enum status status = posted_store(&posted, call, &entry, &position, &fault);
	return status == STATUS_OK ? call_answer_nobody(call) : call_failed(call, status, &fault);
}

enum call_end
expiring_tell(const struct expiring *expiring)
{
	struct call *call = expiring->call;
	struct record_key key;
	struct bytes value;
	uint64_t version;
	key_of_text(&key, TABLE_ACCOUNT, expiring->account);
	enum lookup found = call_find(call, shelf_key_of(&key), &value, &version);
	if (found == LOOKUP_COLD)
		return call_wait_record(call, shelf_key_of(&key));
	must(found == LOOKUP_FOUND); /* written before its balances, and never removed */
	struct account account = account_read(value);
	return append(expiring, lead_of(&account, &expiring->balance));
}

/* ---- an account that says otherwise ---- */

static bool
change_balance(struct putting *putting, const struct record_key *key, struct bytes old,
	uint64_t version, struct balance balance)
{
	uint8_t place[BALANCE_VALUE_MAX];
	struct field_writer writer = fields_into(place, sizeof place);
	if (balance.day != 0)
		balance_touch(&balance, version,
			(uint32_t)floor_divide(putting->call->shard->now_ms, DAY_MS));
	balance_write(&writer, &balance);
	return put_change(putting, key, old, fields_written(&writer));
}

/* One that does not say it itself; its record, and its timer, are changed if that is another instant. */
static bool
plan_again(struct putting *putting, const struct record_key *key, const struct account *account,
	enum call_end *end)
{
	struct call *call = putting->call;
	struct bytes old, owner = { key->data, key->size };
	uint64_t version;
	if (!put_read(call, key, &old, &version, end))
		return false;
	must(old.size > 0); /* written in one entry with its name */
	struct balance before = balance_read(old), after = before;
	if (before.tells.before_end.count > 0 || before.span.till_ms <= call->shard->now_ms)
		return true;
	if (expiring_plan(call, account, &after, end) == HAS_ENDED)
		return false;
	if (after.tells.soon_ms == before.tells.soon_ms)
		return true;
	const struct timer_key was = expiry_timer(owner, &before), is = expiry_timer(owner, &after);
	if (!put_timer(putting, &was, false, end) || !put_timer(putting, &is, true, end))
		return false;
	if (change_balance(putting, key, old, version, after))
		return true;
	*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	return false;
}

bool
expiring_put_account(struct putting *putting, struct text id, const struct account *before,
	const struct account *after, enum call_end *end)
{
	struct field_reader names = before->balances;
	if (validity_equal(before->tells.before_end, after->tells.before_end))
		return true;
	for (unsigned i = 0; i < before->balance_count; i++) {
		struct text name = field_read_text(&names);
		struct record_key key;
		key_of_balance(&key, id, name);
		if (!text_equal(name, MAIN) && !plan_again(putting, &key, after, end))
			return false;
	}
	return true;
}
