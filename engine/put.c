/* customer.put and account.put, and what all puts have in common (see put.h). */
#include "put.h"

#include "purses.h"
#include "put_telling.h"
#include "shard.h"

#include "base/instant.h"
#include "base/must.h"
#include "base/zoneinfo.h"

#include <string.h>

enum { ZONE_BYTES_MAX = 64 };

/* ---- common steps ---- */

static enum call_end
answer_put(struct call *call, const char *outcome, uint64_t version)
{
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 2);
	pack_name_string(&pack, "outcome", outcome);
	pack_name_unsigned(&pack, "version", version);
	return call_answer_at(call, pack_whole(&pack), version);
}

static enum call_end
answer_conflict(struct putting *putting, struct text what, struct text id, int64_t expect)
{
	struct arena *arena = putting->call->arena;
	struct text arguments[] = { what, id,
		arena_print(arena, "%llu", (unsigned long long)putting->version),
		arena_print(arena, "%lld", (long long)expect) };
	return call_error(putting->call, SAY_VERSION_CONFLICT, arguments, 4);
}

enum call_end
put_not_found(struct call *call, struct text what, struct text id)
{
	struct text arguments[] = { what, id };
	return call_error(call, SAY_NOT_FOUND, arguments, 2);
}

bool
put_change(
	struct putting *putting, const struct record_key *key, struct bytes old, struct bytes value)
{
	if (bytes_equal(old, value))
		return true;
	must(putting->effect_count < PUT_EFFECTS_MAX);
	uint8_t *bytes = arena_take(putting->call->arena, key->size + value.size);
	if (bytes == NULL)
		return false;
	memcpy(bytes, key->data, key->size);
	if (value.size > 0)
		memcpy(bytes + key->size, value.data, value.size);
	putting->effects[putting->effect_count++] = (struct effect){
		.table = key->table,
		.key = { bytes, key->size },
		.value = { bytes + key->size, value.size },
	};
	return true;
}

bool
put_timer(struct putting *putting, const struct timer_key *timer, bool is_set, enum call_end *end)
{
	static const struct bytes nothing = { NULL, 0 };
	struct record_key key;
	struct bytes old;
	uint64_t version;
	key_of_timer(&key, timer);
	if (!put_read(putting->call, &key, &old, &version, end))
		return false;
	if (put_change(putting, &key, old, is_set ? TIMER_VALUE : nothing))
		return true;
	*end = call_error(putting->call, SAY_OUT_OF_MEMORY, NULL, 0);
	return false;
}

/* The entry of all changes; who did what is in the answer and the event. */
static enum call_end
append(struct putting *putting, struct text subject)
{
	struct call *call = putting->call;
	uint64_t position;
	struct fault fault;
	if (putting->effect_count == 0)
		return answer_put(call, "unchanged", putting->version);
	struct entry entry = {
		.kind = ENTRY_PUT,
		.made_ms = call->shard->now_ms,
		.scope = subject,
		.effects = putting->effects,
		.effect_count = putting->effect_count,
	};
	enum status status = store_append(
		call->shard->store, &entry, putting->effects, &position, &fault);
	if (status != STATUS_OK)
		return call_failed(call, status, &fault);
	return answer_put(call, "stored", position);
}

bool
put_read(struct call *call, const struct record_key *key, struct bytes *value, uint64_t *version,
	enum call_end *end)
{
	*value = (struct bytes){ NULL, 0 };
	if (call_find(call, shelf_key_of(key), value, version) != LOOKUP_COLD)
		return true;
	*end = call_wait_record(call, shelf_key_of(key));
	return false;
}

/* Does the catalog in force know "voice", or "voice.local"? */
static bool
is_usage(const struct image *image, struct text usage)
{
	const char *dot = memchr(usage.data, '.', usage.size);
	if (dot == NULL)
		return image_service(image, usage) != NO_INDEX;
	size_t size = (size_t)(dot - usage.data);
	uint32_t service = image_service(image, (struct text){ usage.data, size });
	struct text zone = { dot + 1, usage.size - size - 1 };
	return image_zone(image, service, zone) != NO_INDEX;
}

/* Does it know "@charges", or the charge of "@package.charge"? */
static bool
is_charges(const struct image *image, struct text paid)
{
	const char *dot = memchr(paid.data, '.', paid.size);
	uint32_t first, count;
	if (dot == NULL)
		return text_equal(paid, PURSES_ALL_CHARGES);
	struct text package = { paid.data + 1, (size_t)(dot - paid.data) - 1 };
	struct text charge = { dot + 1, paid.size - package.size - 2 };
	if (!image_package(image, package, &first, &count))
		return false;
	for (uint32_t i = first; i < first + count; i++)
		for (uint32_t j = 0; j < image->packages[i].charge_count; j++)
			if (text_equal(image->packages[i].charges[j].id, charge))
				return true;
	return false;
}

static bool
refuse_usage(struct call *call, struct text usage, enum call_end *end)
{
	*end = put_not_found(
		call, BILINGUAL("service, or zone of a service,", "业务或业务的区域"), usage);
	return false;
}

bool
put_check_paid(struct call *call, const struct list *paid, enum call_end *end)
{
	const struct loaded_release *release = releases_active(call->shard->releases);
	const struct get_params *items = paid->items;
	for (size_t i = 0; release != NULL && i < paid->count; i++) {
		if (items[i].id.data[0] != '@') {
			if (!is_usage(release->image, items[i].id))
				return refuse_usage(call, items[i].id, end);
		} else if (!is_charges(release->image, items[i].id)) {
			*end = put_not_found(call, BILINGUAL("charge of a package", "优惠包的收费"),
				items[i].id);
			return false;
		}
	}
	return true;
}

static bool
expected(const struct putting *putting, int64_t expect)
{
	return expect == NOT_GIVEN || (uint64_t)expect == putting->version;
}

enum call_end
put_finish(struct putting *putting, struct text what, struct text id, int64_t expect)
{
	if (putting->effect_count > 0 && !expected(putting, expect))
		return answer_conflict(putting, what, id, expect);
	return append(putting, id);
}

/* ---- customer ---- */

static struct bytes
customer_value(const struct customer_params *params, uint8_t *place)
{
	struct field_writer writer = fields_into(place, PUT_VALUE_BYTES_MAX);
	field_write_text(&writer, params->segment);
	field_write_text(&writer, params->area);
	field_write_u8(&writer, (uint8_t)params->facts.count);
	for (size_t i = 0; i < params->facts.count; i++) {
		const struct attribute *fact = &params->facts.items[i];
		field_write_text(&writer, fact->name);
		field_write_u8(&writer, fact->text.data == NULL);
		if (fact->text.data != NULL)
			field_write_text(&writer, fact->text);
		else
			field_write_i64(&writer, fact->number);
	}
	return fields_written(&writer);
}

enum call_end
put_run_customer(struct call *call, const void *params)
{
	const struct customer_params *customer = params;
	struct putting putting = { .call = call };
	struct record_key key;
	key_of_text(&key, TABLE_CUSTOMER, customer->customer);
	struct bytes old;
	uint8_t place[PUT_VALUE_BYTES_MAX];
	enum call_end end;
	if (!put_read(call, &key, &old, &putting.version, &end))
		return end;
	if (!put_change(&putting, &key, old, customer_value(customer, place)))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	return put_finish(&putting, SAY_CUSTOMER, customer->customer, customer->expect);
}

/* ---- account ---- */

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
	account.tells = put_telling(&params->tells, &telling_place);
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
	return put_finish(&putting, SAY_ACCOUNT, account->account, account->expect);
}
