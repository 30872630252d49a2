/*
 * balance.put: a balance besides an account's main one, with what it may pay and when (see put.h).
 * A new one is written in one entry with its name in the account's record, and holds nothing yet.
 * The timer of its end is set and moved in that entry, too.
 */
#include "expiring.h"
#include "expiry.h"
#include "gift.h"
#include "put.h"
#include "put_telling.h"
#include "shard.h"
#include "validity.h"

#include "base/instant.h"
#include "base/must.h"
#include "base/zoneinfo.h"

#include <string.h>

#define MAIN TEXT("main")

/* The kinds that a client may name. */
enum { PUT_GIFT, PUT_DEPOSIT, PUT_UNITS };

/* The balance while it is decided what it shall be. */
struct balance_put {
	struct putting putting;
	const struct balance_put_params *params;
	struct account account;
	struct bytes old;
	int64_t till_ms;
	int64_t soon_ms;  /* when that is told of, as a struct telling's */
	struct text unit; /* the account's currency: it is of money */
};

static bool
is_of_units(const struct balance_put *put)
{
	return !text_equal(put->unit, put->account.currency);
}

/* ---- what it may pay ---- */

static bool
refuse_fields(struct call *call, struct text why, enum call_end *end)
{
	*end = call_error(call, SAY_FIELDS_CONFLICT, &why, 1);
	return false;
}

/* For one subscription it is only if the account pays for that; groups have no records. */
static bool
check_user(struct call *call, const struct balance_put_params *params, enum call_end *end)
{
	const struct balance_for_params *user = &params->user;
	struct record_key key;
	struct bytes value;
	uint64_t version;
	if (user->subscription.size == 0)
		return true;
	if (user->group.size > 0)
		return refuse_fields(call,
			BILINGUAL("a balance is for one subscription or for one group; make two",
				"账本只能用于一个用户或一个群组；请建两个账本"),
			end);
	key_of_text(&key, TABLE_SUBSCRIPTION, user->subscription);
	if (!put_read(call, &key, &value, &version, end))
		return false;
	if (value.size == 0) {
		*end = put_not_found(call, SAY_SUBSCRIPTION, user->subscription);
		return false;
	}
	return text_equal(subscription_account(value), params->account) ||
		refuse_fields(call,
			BILINGUAL(
				"another account pays for the subscription; name one that this account pays for",
				"该用户由另一账户付费；请指定由本账户付费的用户"),
			end);
}

static bool
check_params(struct call *call, const struct balance_put_params *params, enum call_end *end)
{
	if (text_equal(params->balance, MAIN))
		return refuse_fields(call,
			BILINGUAL(
				"the main balance is cash, always valid, and pays for everything; "
				"name another",
				"主账本为现金，长期有效，可支付一切；请用其他名称"),
			end);
	if (params->till_ms != NOT_GIVEN && params->valid.count != NOT_GIVEN)
		return refuse_fields(call,
			BILINGUAL("till and valid both say when it ends; give one of them",
				"till 与 valid 都表示何时到期；只能给出一个"),
			end);
	return put_check_paid(call, &params->pays, end);
}

/* ---- its unit ---- */

/* A service that it is to pay for, or that of a zone, must be counted in its unit. */
static bool
check_counted(const struct balance_put *put, struct text usage, enum call_end *end)
{
	struct call *call = put->putting.call;
	const struct loaded_release *release = releases_active(call->shard->releases);
	if (usage.data[0] == '@')
		return refuse_fields(call,
			BILINGUAL(
				"units pay for usage, never for what falls due; make a balance of money for that",
				"数量账本只能抵扣使用，不能支付到期收费；请另建金额账本"),
			end);
	const char *dot = memchr(usage.data, '.', usage.size);
	struct text name = { usage.data, dot == NULL ? usage.size : (size_t)(dot - usage.data) };
	uint32_t service = release == NULL ? NO_INDEX : image_service(release->image, name);
	if (service == NO_INDEX)
		return true;
	const char *counted = unit_name(release->image->services[service].unit);
	if (text_equal(put->unit, text_of(counted)))
		return true;
	return refuse_fields(call,
		arena_print(call->arena,
			BILINGUAL_STRING(
				"the catalog counts \"%.*s\" by %s, and the balance by %.*s; leave it out of pays",
				"目录中 \"%.*s\" 以 %s 计量，而账本以 %.*s 计量；请从 pays 中去掉"),
			TEXT_ARGS(name), counted, TEXT_ARGS(put->unit), TEXT_ARGS(name), counted,
			TEXT_ARGS(put->unit)),
		end);
}

/* One that is there has the unit that it was made with. */
static bool
check_unchanged(const struct balance_put *put, enum call_end *end)
{
	struct call *call = put->putting.call;
	struct text is = put->old.size > 0 ? balance_read(put->old).unit : put->unit;
	if (text_equal(is, put->unit))
		return true;
	struct text why = arena_print(call->arena,
		BILINGUAL_STRING(
			"the balance is of \"%.*s\", and the unit of a balance never changes; say so, or name another",
			"该账本的单位为 \"%.*s\"，账本的单位不能改变；请照此给出 unit，或另取名称"),
		TEXT_ARGS(is), TEXT_ARGS(is));
	*end = call_error(call, SAY_IN_USE, &why, 1);
	return false;
}

/* Amounts at which units are low are whole units. */
static bool
check_lows(const struct balance_put *put, enum call_end *end)
{
	const struct list *lows = &put->params->tells.low_balance;
	const struct amount_params *items = lows->items;
	for (size_t i = 0; is_of_units(put) && i < lows->count; i++) {
		struct text arguments[] = { TEXT("low_balance"),
			BILINGUAL("whole numbers, of a balance of units", "数量账本须为整数") };
		if (items[i].amount.micros % MONEY_MICROS == 0)
			continue;
		*end = call_error(put->putting.call, SAY_OUT_OF_RANGE, arguments, 2);
		return false;
	}
	return true;
}

static bool
find_unit(struct balance_put *put, enum call_end *end)
{
	const struct balance_put_params *params = put->params;
	const struct get_params *pays = params->pays.items;
	struct call *call = put->putting.call;
	enum unit unit;
	bool fits = true;
	put->unit = params->unit.size > 0 ? params->unit : put->account.currency;
	if (is_of_units(put) && !unit_of_name(put->unit, &unit)) {
		struct text arguments[] = { TEXT("unit"),
			TEXT("second | byte | item" BILINGUAL_MARK "second | byte | item") };
		*end = call_error(call, SAY_OUT_OF_RANGE, arguments, 2);
		return false;
	}
	if (params->kind == PUT_UNITS && !is_of_units(put))
		return refuse_fields(call,
			BILINGUAL("a balance of units has a unit: \"second\", \"byte\" or \"item\"",
				"数量账本须给出 unit：second、byte 或 item"),
			end);
	if (params->kind == PUT_DEPOSIT && is_of_units(put))
		return refuse_fields(call,
			BILINGUAL("a deposit is money; leave out kind, or unit",
				"deposit 为金额账本；请去掉 kind 或 unit"),
			end);
	if (params->tells.low_balance.count > 0 && is_of_units(put))
		return refuse_fields(call,
			BILINGUAL("low_balance is amounts of money; give low_percent",
				"low_balance 为金额；数量账本请用 low_percent"),
			end);
	for (size_t i = 0; is_of_units(put) && fits && i < params->pays.count; i++)
		fits = check_counted(put, pays[i].id, end);
	return fits && check_lows(put, end) && check_unchanged(put, end);
}

/* ---- until when ---- */

static struct validity
validity_of(const struct validity_params *params)
{
	return (struct validity){ (uint32_t)params->count, (enum validity_every)params->every };
}

static bool
begins_by_use(const struct balance_put_params *params)
{
	return params->valid.count != NOT_GIVEN && params->valid.begins == 1;
}

/* What is valid from its first use has no end before that; put again, it keeps the one it has. */
static int64_t
till_by_use(const struct balance_put *put)
{
	struct validity wanted = validity_of(&put->params->valid);
	if (put->old.size == 0)
		return INT64_MAX;
	struct balance before = balance_read(put->old);
	return validity_equal(before.first_use, wanted) ? before.span.till_ms : INT64_MAX;
}

/* When what is valid from now ends. */
static bool
find_end(struct balance_put *put, enum call_end *end)
{
	const struct balance_put_params *params = put->params;
	struct call *call = put->putting.call;
	return validity_begin(call, &put->account, validity_of(&params->valid), &put->till_ms,
		       end) == GOES_ON &&
		validity_check(call, "valid", put->till_ms, end) == GOES_ON;
}

static bool
find_till(struct balance_put *put, enum call_end *end)
{
	const struct balance_put_params *params = put->params;
	struct call *call = put->putting.call;
	put->till_ms = params->till_ms == NOT_GIVEN ? INT64_MAX : params->till_ms;
	if (begins_by_use(params))
		put->till_ms = till_by_use(put);
	else if (params->valid.count != NOT_GIVEN && !find_end(put, end))
		return false;
	if (params->from_ms == NOT_GIVEN || params->from_ms < put->till_ms)
		return true;
	struct text arguments[] = { TEXT("till"), BILINGUAL("later than `from`", "晚于 from") };
	*end = call_error(call, SAY_OUT_OF_RANGE, arguments, 2);
	return false;
}

/* When its end is told of; put again with the same end, it keeps what there is still to tell. */
static bool
plan_end(struct balance_put *put, enum call_end *end)
{
	const struct validity_params *lead = &put->params->tells.expires_soon;
	struct balance after = { .span.till_ms = put->till_ms };
	if (lead->count != NOT_GIVEN)
		after.tells.before_end = validity_of(lead);
	if (put->old.size > 0) {
		struct balance before = balance_read(put->old);
		put->soon_ms = before.tells.soon_ms;
		if (before.span.till_ms == put->till_ms &&
			validity_equal(before.tells.before_end, after.tells.before_end))
			return true;
	}
	if (expiring_plan(put->putting.call, &put->account, &after, end) == HAS_ENDED)
		return false;
	put->soon_ms = after.tells.soon_ms;
	return true;
}

/* ---- the records ---- */

/* The list of what it pays for, as the record has it. */
static struct bytes
pays_value(const struct balance_put_params *params, uint8_t place[BALANCE_VALUE_MAX])
{
	struct field_writer writer = fields_into(place, BALANCE_VALUE_MAX);
	const struct get_params *items = params->pays.items;
	for (size_t i = 0; i < params->pays.count; i++)
		field_write_text(&writer, items[i].id);
	return fields_written(&writer);
}

static struct bytes
write_balance(const struct balance *balance, uint8_t place[BALANCE_VALUE_MAX])
{
	struct field_writer writer = fields_into(place, BALANCE_VALUE_MAX);
	balance_write(&writer, balance);
	return fields_written(&writer);
}

/* Percents are of what it was full with; if they are said anew, of what it has now. */
static void
put_tells(const struct balance_put *put, struct balance *balance, struct telling_place *place)
{
	struct telling before = balance->tells;
	struct telling *tells = &balance->tells;
	*tells = put_telling(&put->params->tells, is_of_units(put) ? MONEY_MICROS : 1, place);
	tells->soon_ms = put->soon_ms;
	if (tells->percent_count > 0)
		tells->full = before.percent_count > 0 ? before.full
			: balance->amount > 0          ? balance->amount
						       : 0;
}

/* What it has stays as it is; a change of one that has a history is part of that. */
static struct bytes
balance_value(const struct balance_put *put, uint8_t place[BALANCE_VALUE_MAX])
{
	const struct balance_put_params *params = put->params;
	uint8_t pays[BALANCE_VALUE_MAX];
	struct telling_place telling_place;
	struct balance balance = { .unit = put->unit };
	if (put->old.size > 0)
		balance = balance_read(put->old);
	balance.kind = is_of_units(put)       ? BALANCE_UNITS
		: params->kind == PUT_DEPOSIT ? BALANCE_DEPOSIT
					      : BALANCE_GIFT;
	balance.frozen = params->frozen;
	balance.span = (struct span){
		params->from_ms == NOT_GIVEN ? INT64_MIN : params->from_ms,
		put->till_ms,
	};
	balance.first_use = begins_by_use(params) ? validity_of(&params->valid)
						  : (struct validity){ .count = 0 };
	put_tells(put, &balance, &telling_place);
	balance.user_is_group = params->user.group.size > 0;
	balance.user = balance.user_is_group ? params->user.group : params->user.subscription;
	balance.pays_count = (uint8_t)params->pays.count;
	balance.pays = fields_of(pays_value(params, pays));
	struct bytes value = write_balance(&balance, place);
	if (balance.day == 0 || bytes_equal(put->old, value))
		return value;
	balance_touch(&balance, put->putting.version,
		(uint32_t)floor_divide(put->putting.call->shard->now_ms, DAY_MS));
	return write_balance(&balance, place);
}

/* ---- its timer ---- */

/* The timer of a balance that was, or shall be, so: it is set, or not. False: *end is what to return. */
static bool
put_end(struct putting *putting, const struct record_key *key, const struct balance *balance,
	bool is_set, enum call_end *end)
{
	const struct timer_key timer = expiry_timer(
		(struct bytes){ key->data, key->size }, balance);
	return put_timer(putting, &timer, is_set, end);
}

/* One timer at most: that of before goes, unless it is that of now. False: *end is what to return. */
static bool
move_timer(struct putting *putting, const struct record_key *key, struct bytes old,
	struct bytes value, enum call_end *end)
{
	struct balance after = balance_read(value);
	if (old.size > 0) {
		struct balance before = balance_read(old);
		bool same = before.span.till_ms == after.span.till_ms &&
			before.tells.soon_ms == after.tells.soon_ms;
		if (before.span.till_ms != INT64_MAX && !same &&
			!put_end(putting, key, &before, false, end))
			return false;
	}
	return after.span.till_ms == INT64_MAX ||
		put_end(putting, key, &after,
			expiry_is_to_come(&after, putting->call->shard->now_ms), end);
}

enum call_end
put_run_balance(struct call *call, const void *params)
{
	const struct balance_put_params *asked = params;
	struct balance_put put = { .putting = { .call = call }, .params = asked };
	struct putting *putting = &put.putting;
	struct record_key key, account_key;
	struct bytes account;
	uint64_t account_version;
	uint8_t place[PUT_VALUE_BYTES_MAX];
	enum call_end end;
	key_of_text(&account_key, TABLE_ACCOUNT, asked->account);
	key_of_balance(&key, asked->account, asked->balance);
	bool has_expired;
	if (!check_params(call, asked, &end) || !check_user(call, asked, &end) ||
		!put_read(call, &key, &put.old, &putting->version, &end) ||
		expiry_settle(call, &key, &has_expired, &end) == HAS_ENDED ||
		!put_read(call, &account_key, &account, &account_version, &end) ||
		!put_read(call, &key, &put.old, &putting->version, &end))
		return end;
	if (account.size == 0)
		return put_not_found(call, SAY_ACCOUNT, asked->account);
	put.account = account_read(account);
	if (put.old.size == 0 && put.account.balance_count == ACCOUNT_BALANCES_MAX)
		return account_has_too_many(call);
	if (!find_unit(&put, &end) || !find_till(&put, &end) || !plan_end(&put, &end))
		return end;
	struct bytes value = balance_value(&put, place);
	bool whole = put_change(putting, &key, put.old, value);
	if (whole && !move_timer(putting, &key, put.old, value, &end))
		return end;
	if (whole && put.old.size == 0)
		whole = put_change(putting, &account_key, account,
			is_of_units(&put)
				? account_with_units(account, asked->balance, place)
				: account_with_balances(account, &asked->balance, 1, place));
	if (!whole)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	return put_finish(putting, SAY_BALANCE, asked->balance, asked->expect);
}
