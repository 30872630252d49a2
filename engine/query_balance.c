/* Reading: balances of an account, and what a subscription's allowances have left. */
#include "query.h"

#include "pay.h"
#include "shard.h"
#include "subject.h"

#include "base/must.h"

static void
pack_pays(struct pack *pack, const struct balance *balance)
{
	struct field_reader pays = balance->pays;
	if (balance->pays_count == 0)
		return;
	pack_name(pack, "pays");
	pack_array(pack, balance->pays_count);
	for (unsigned i = 0; i < balance->pays_count; i++)
		pack_text(pack, field_read_text(&pays));
}

static void
pack_user(struct pack *pack, const struct balance *balance)
{
	if (balance->user.size == 0)
		return;
	pack_name(pack, "for");
	pack_map(pack, 1);
	pack_name_text(pack, balance->user_is_group ? "group" : "subscription", balance->user);
}

static void
pack_validity(struct pack *pack, const struct balance *balance)
{
	if (balance->first_use.count == 0)
		return;
	pack_name(pack, "valid");
	pack_map(pack, 3);
	pack_name_unsigned(pack, "count", balance->first_use.count);
	pack_name_string(pack, "every", validity_every_name(balance->first_use.every));
	pack_name_string(pack, "begins", "first_use");
}

static void
pack_balance(struct pack *pack, struct text name, const struct balance *balance, uint64_t version)
{
	bool money = balance->kind != BALANCE_UNITS;
	pack_map(pack,
		6 + query_span_pairs(balance->span) + (balance->pays_count > 0) +
			(balance->user.size > 0) + balance->frozen +
			(balance->first_use.count > 0) + query_telling_pairs(&balance->tells));
	pack_name_text(pack, "balance", name);
	pack_name_string(pack, "kind", balance_kind_name(balance->kind));
	pack_name_text(pack, "unit", balance->unit);
	pack_name_amount(pack, "amount", balance->amount, money);
	pack_name_amount(pack, "held", balance->held, money);
	query_pack_span(pack, balance->span);
	pack_pays(pack, balance);
	pack_user(pack, balance);
	pack_validity(pack, balance);
	query_pack_telling(pack, &balance->tells, money);
	if (balance->frozen)
		pack_name_bool(pack, "frozen", true);
	pack_name_unsigned(pack, "version", version);
}

/* What a subscription has left, while it is read. */
struct leaving {
	struct call *call;
	struct text subscription;
	struct pack items;
	uint32_t count;
	struct record_key cold; /* what a fact needs */
};

static enum fact
counter_fact(void *context, const struct counter_name *name, int64_t *used)
{
	struct leaving *leaving = context;
	struct bytes value;
	uint64_t version;
	*used = 0;
	subject_key_of_counter(&leaving->cold, leaving->subscription, name);
	enum lookup found = call_find(
		leaving->call, shelf_key_of(&leaving->cold), &value, &version);
	if (found == LOOKUP_FOUND) {
		struct counter counter = counter_read(value);
		*used = counter.used + counter.held;
	}
	return found == LOOKUP_COLD ? FACT_COLD : FACT_KNOWN;
}

static void
pack_left(void *context, const struct allowance_left *left)
{
	struct leaving *leaving = context;
	struct pack *pack = &leaving->items;
	struct text name = arena_print(leaving->call->arena, "%.*s.%.*s", TEXT_ARGS(left->package),
		TEXT_ARGS(left->allowance));
	bool grouped = left->group.size > 0;
	pack->full |= name.size == 0;
	pack_map(pack, 3u + grouped + left->capped);
	pack_name_text(pack, "allowance", name);
	pack_name_string(pack, "unit", unit_name(left->unit));
	pack_name_integer(pack, "left", left->left);
	if (grouped)
		pack_name_text(pack, "group", left->group);
	if (left->capped)
		pack_name_integer(pack, "member_left", left->member_left);
	leaving->count++;
}

/* Packs what its allowances have left now; false: *end is what to return. */
static bool
read_left(struct leaving *leaving, const struct subject *subject, enum call_end *end)
{
	struct call *call = leaving->call;
	const struct loaded_release *release = releases_for(
		call->shard->releases, &subject->subscription);
	struct rate_question question = { .image = release->image,
		.facts = { leaving, counter_fact } };
	struct holding *holdings;
	if (!subject_holdings(
		    subject, release->image, call->arena, &holdings, &question.holding_count)) {
		*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
		return false;
	}
	question.holdings = holdings;
	if (rate_left_each(&question, call->shard->now_ms, pack_left, leaving) == FACT_KNOWN)
		return true;
	*end = call_wait_record(call, shelf_key_of(&leaving->cold));
	return false;
}

/* The same of a subscription that the account pays for. */
static bool
find_left(struct leaving *leaving, struct text account, enum call_end *end)
{
	struct call *call = leaving->call;
	struct subject subject;
	struct bytes value;
	uint64_t version;
	if (!query_record(call, TABLE_SUBSCRIPTION, leaving->subscription, &value, &version, end))
		return false;
	subject.subscription_id = leaving->subscription;
	subject.subscription = subscription_read(value);
	if (!text_equal(subject.subscription.account, account)) {
		struct text why = BILINGUAL(
			"another account pays for the subscription", "该用户由另一账户付费");
		*end = call_error(call, SAY_FIELDS_CONFLICT, &why, 1);
		return false;
	}
	return call_release(call) == NULL || read_left(leaving, &subject, end);
}

/* Packs the account's balances; false: *end is what to return. */
static bool
read_balances(struct call *call, struct text id, struct account account, struct pack *items,
	struct money *available, enum call_end *end)
{
	pack_array(items, account.balance_count);
	for (unsigned i = 0; i < account.balance_count; i++) {
		struct text name = field_read_text(&account.balances);
		struct record_key key;
		struct bytes value;
		uint64_t version;
		key_of_balance(&key, id, name);
		enum lookup found = call_find(call, shelf_key_of(&key), &value, &version);
		if (found == LOOKUP_COLD) {
			*end = call_wait_record(call, shelf_key_of(&key));
			return false;
		}
		must(found == LOOKUP_FOUND); /* made with the account, and never removed */
		struct balance balance = balance_read(value);
		if (i == 0 && !pay_available(&balance, account.floor, available))
			available->micros = INT64_MAX; /* more than can be said */
		pack_balance(items, name, &balance, version);
	}
	return true;
}

enum call_end
query_run_balance(struct call *call, const void *params)
{
	const struct balance_params *asked = params;
	struct shard *shard = call->shard;
	struct leaving leaving = { .call = call, .subscription = asked->subscription };
	bool of_subscription = asked->subscription.size > 0;
	struct bytes value;
	uint64_t version;
	enum call_end end;
	struct money available = { 0 };
	if (!query_record(call, TABLE_ACCOUNT, asked->account, &value, &version, &end))
		return end;
	struct account account = account_read(value);
	account.floor = account_floor(&account, shard->now_ms);
	buffer_clear(&shard->scratch);
	buffer_clear(&shard->event);
	struct pack items = pack_into(&shard->scratch);
	leaving.items = pack_into(&shard->event);
	if (!read_balances(call, asked->account, account, &items, &available, &end) ||
		(of_subscription && !find_left(&leaving, asked->account, &end)))
		return end;
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 4u + of_subscription + account.frozen);
	pack_name_text(&pack, "account", asked->account);
	pack_name_money(&pack, "floor", account.floor);
	if (account.frozen)
		available.micros = 0;
	pack_name_money(&pack, "available", available);
	if (account.frozen)
		pack_name_bool(&pack, "frozen", true);
	pack_name(&pack, "balances");
	pack_raw(&pack, pack_whole(&items));
	if (of_subscription) {
		pack_name(&pack, "allowances");
		pack_array(&pack, leaving.count);
		pack_raw(&pack, pack_whole(&leaving.items));
	}
	pack.full |= items.full || leaving.items.full;
	return call_answer(call, pack_whole(&pack));
}
