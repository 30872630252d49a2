/*
 * account.put (see put.h). A new account is written in one entry with its main balance. What it says
 * anew of when somebody is to be told may change what its balances keep of that, in the same entry.
 */
#include "expiring.h"
#include "put.h"
#include "put_telling.h"
#include "shard.h"

#include "base/instant.h"
#include "base/must.h"
#include "base/zoneinfo.h"

#include <string.h>

enum { ZONE_BYTES_MAX = 64 };

static struct bytes
new_balance_value(struct text currency, uint8_t *place)
{
	struct field_writer writer = fields_into(place, PUT_VALUE_BYTES_MAX);
	struct balance balance = { .kind = BALANCE_CASH, .unit = currency, .span = SPAN_ALWAYS };
	balance_write(&writer, &balance);
	return fields_written(&writer);
}

/*
 * Percents that an account says anew are of what its main balance has now, until money comes in. What
 * has a history, has that in it.
 */
static struct bytes
balance_with_full(const struct putting *putting, struct bytes old, uint64_t version, uint8_t *place)
{
	struct field_writer writer = fields_into(place, PUT_VALUE_BYTES_MAX);
	struct balance balance = balance_read(old);
	balance.tells.full = balance.amount > 0 ? balance.amount : 0;
	if (balance.day != 0)
		balance_touch(&balance, version,
			(uint32_t)floor_divide(putting->call->shard->now_ms, DAY_MS));
	balance_write(&writer, &balance);
	return fields_written(&writer);
}

/* The names of its balances are kept; a new account has one, "main". */
static struct bytes
account_value(
	const struct account_params *params, struct text currency, struct bytes old, uint8_t *place)
{
	static const uint8_t MAIN_ALONE[] = "\4main";
	struct field_writer writer = fields_into(place, PUT_VALUE_BYTES_MAX);
	struct telling_place telling_place;
	struct account account = {
		.balance_count = 1,
		.balances = fields_of((struct bytes){ MAIN_ALONE, sizeof MAIN_ALONE - 1 }),
	};
	if (old.size > 0)
		account = account_read(old);
	account.customer = params->customer;
	account.currency = currency;
	account.zone = params->zone;
	account.bill_day = params->bill_day == NOT_GIVEN ? 1 : (uint8_t)params->bill_day;
	account.floor.micros = params->floor.micros == NOT_GIVEN ? 0 : params->floor.micros;
	account.frozen = params->frozen;
	account.temporary_floor = params->temporary_floor;
	account.temporary_till_ms = params->temporary_till_ms;
	account.tells = put_telling(&params->tells, 1, &telling_place);
	account_write(&writer, &account);
	return fields_written(&writer);
}

/* A floor for a while has an end; the customer must exist. */
static bool
check_account(struct call *call, const struct account_params *params, enum call_end *end)
{
	struct record_key key;
	if ((params->temporary_floor.micros == NOT_GIVEN) !=
		(params->temporary_till_ms == NOT_GIVEN)) {
		struct text why = BILINGUAL("temporary_floor and temporary_till go together",
			"temporary_floor 与 temporary_till 必须同时给出");
		*end = call_error(call, SAY_FIELDS_CONFLICT, &why, 1);
		return false;
	}
	key_of_text(&key, TABLE_CUSTOMER, params->customer);
	struct bytes customer;
	uint64_t version;
	if (!put_read(call, &key, &customer, &version, end))
		return false;
	if (customer.size == 0) {
		*end = put_not_found(call, SAY_CUSTOMER, params->customer);
		return false;
	}
	return true;
}

/*
 * A zone that neither the account nor the catalog has must be one that the system knows. That is a
 * small file, read here: puts of an account keep their order, and so can't go to a worker; and few
 * accounts have a zone of their own.
 */
static bool
check_zone(struct call *call, struct text zone, struct bytes old, enum call_end *end)
{
	char name[ZONE_BYTES_MAX + 1];
	struct zoneinfo *found;
	const struct loaded_release *release = releases_active(call->shard->releases);
	if (zone.size == 0 || (old.size > 0 && text_equal(account_read(old).zone, zone)) ||
		(release != NULL && text_equal(zoneinfo_name(release->image->zone), zone)))
		return true;
	must(zone.size <= ZONE_BYTES_MAX);
	memcpy(name, zone.data, zone.size);
	name[zone.size] = '\0';
	enum status status = strlen(name) < zone.size ? STATUS_NOT_FOUND
						      : zoneinfo_open(NULL, name, &found, NULL);
	if (status == STATUS_OK) {
		zoneinfo_free(found);
		return true;
	}
	*end = status == STATUS_MEMORY ? call_error(call, SAY_OUT_OF_MEMORY, NULL, 0)
				       : put_not_found(call, SAY_TIME_ZONE, zone);
	return false;
}

/* Its other balances may end so long before as it says now. */
static bool
plan_ends(struct putting *putting, const struct account_params *params, struct bytes old,
	enum call_end *end)
{
	struct telling_place place;
	if (old.size == 0)
		return true;
	struct account before = account_read(old), after = before;
	after.tells = put_telling(&params->tells, 1, &place);
	after.zone = params->zone;
	return expiring_put_account(putting, params->account, &before, &after, end);
}

enum call_end
put_run_account(struct call *call, const void *params)
{
	const struct account_params *account = params;
	struct putting putting = { .call = call };
	struct record_key key;
	key_of_text(&key, TABLE_ACCOUNT, account->account);
	struct record_key balance_key;
	key_of_balance(&balance_key, account->account, TEXT("main"));
	struct text currency = account->currency.data == NULL ? TEXT("CNY") : account->currency;
	struct bytes old, old_balance;
	uint64_t balance_version;
	uint8_t place[PUT_VALUE_BYTES_MAX];
	enum call_end end;
	if (!check_account(call, account, &end) ||
		!put_read(call, &key, &old, &putting.version, &end) ||
		!put_read(call, &balance_key, &old_balance, &balance_version, &end))
		return end;
	if (old.size > 0 && !text_equal(account_read(old).currency, currency)) {
		struct text why = BILINGUAL(
			"the currency of an account never changes; make another account",
			"账户的币种不能改变；请另建账户");
		return call_error(call, SAY_IN_USE, &why, 1);
	}
	if (!check_zone(call, account->zone, old, &end))
		return end;
	bool whole = put_change(&putting, &key, old, account_value(account, currency, old, place));
	bool begins_percents = account->tells.low_percent.count > 0 && old.size > 0 &&
		account_read(old).tells.percent_count == 0;
	if (whole && old.size == 0)
		whole = put_change(
			&putting, &balance_key, old_balance, new_balance_value(currency, place));
	if (whole && begins_percents)
		whole = put_change(&putting, &balance_key, old_balance,
			balance_with_full(&putting, old_balance, balance_version, place));
	if (!whole)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	if (!plan_ends(&putting, account, old, &end))
		return end;
	return put_finish(&putting, SAY_ACCOUNT, account->account, account->expect);
}
