/* Records and journal entries as JSON (see dump_json.h). */
#include "dump_json.h"

#include "json.h"

#include "../engine/base/instant.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/once.h"
#include "../store/record_agenda.h"
#include "../store/session_record.h"

#include <inttypes.h>
#include <stdio.h>

enum { AGENDA_BYTES_MAX = 4 << 20 };

/* ---- small values ---- */

static json_t *
time_json(int64_t ms)
{
	char text[INSTANT_TEXT_MAX];
	size_t size = instant_format(ms, 0, text);
	return json_stringn(text, size);
}

static json_t *
number_json(uint64_t number)
{
	return json_integer((json_int_t)number);
}

/* An amount as its unit has it: money as decimal text, units as an integer. */
static json_t *
amount_json(int64_t amount, struct text unit)
{
	return currency_is_valid(unit) ? json_of_money((struct money){ amount })
				       : json_integer(amount);
}

static void
set_span(json_t *object, struct span span)
{
	if (span.from_ms != INT64_MIN)
		json_object_set_new(object, "from", time_json(span.from_ms));
	if (span.till_ms != INT64_MAX)
		json_object_set_new(object, "till", time_json(span.till_ms));
}

static json_t *
charge_json(uint32_t shard, uint64_t position)
{
	char text[64];
	snprintf(text, sizeof text, "%" PRIu32 ":%" PRIu64 ":0", shard, position);
	return json_string(text);
}

/* ---- keys ---- */

char *
record_key_text(uint8_t table, struct bytes key)
{
	char *text = memory_new(RECORD_TEXT_MAX);
	if (text != NULL && !record_key_format(table, key, text))
		snprintf(text, RECORD_TEXT_MAX, "%.*s", TEXT_ARGS(text_of_bytes(key)));
	return text;
}

static json_t *
key_json(uint8_t table, struct bytes key)
{
	char *text = record_key_text(table, key);
	json_t *value = text == NULL ? NULL : json_of_text(text_of(text));
	memory_free(text);
	return value;
}

/* ---- values ---- */

static json_t *
customer_json(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	json_t *object = json_object(), *facts = json_object();
	json_object_set_new(object, "segment", json_of_text(field_read_text(&reader)));
	json_object_set_new(object, "area", json_of_text(field_read_text(&reader)));
	for (unsigned left = field_read_u8(&reader); left > 0; left--) {
		struct text name = field_read_text(&reader);
		json_t *fact = field_read_u8(&reader) == 0 ? json_of_text(field_read_text(&reader))
							   : json_integer(field_read_i64(&reader));
		json_object_setn_new(facts, name.data, name.size, fact);
	}
	json_object_set_new(object, "facts", facts);
	return object;
}

static json_t *
texts_json(struct field_reader texts, unsigned count)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < count; i++)
		json_array_append_new(list, json_of_text(field_read_text(&texts)));
	return list;
}

static json_t *
account_json(struct bytes value)
{
	struct account account = account_read(value);
	json_t *names = texts_json(account.balances, account.balance_count);
	json_t *object = json_pack("{s:o, s:o, s:o, s:i, s:o, s:o}", "customer",
		json_of_text(account.customer), "currency", json_of_text(account.currency), "zone",
		json_of_text(account.zone), "bill_day", (int)account.bill_day, "floor",
		json_of_money(account.floor), "balances", names);
	if (account.temporary_till_ms != INT64_MIN) {
		json_object_set_new(
			object, "temporary_floor", json_of_money(account.temporary_floor));
		json_object_set_new(object, "temporary_till", time_json(account.temporary_till_ms));
	}
	if (account.frozen)
		json_object_set_new(object, "frozen", json_true());
	if (account.low_count > 0) {
		json_t *lows = json_array();
		for (unsigned i = 0; i < account.low_count; i++)
			json_array_append_new(lows,
				json_of_money((struct money){ field_read_i64(&account.lows) }));
		json_object_set_new(object, "low_balance", lows);
	}
	return object;
}

static json_t *
service_ids_json(struct subscription subscription)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < subscription.service_count; i++) {
		struct text id = field_read_text(&subscription.services);
		json_t *item = json_pack("{s:o}", "service_id", json_of_text(id));
		set_span(item, field_read_span(&subscription.services));
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *
named_value_json(const struct named_value *value)
{
	return value->text.data != NULL ? json_of_text(value->text)
					: json_integer((json_int_t)value->number);
}

/* The parameters of a package that is held, and each of its facts by itself. */
static void
set_values(json_t *item, struct package_held held)
{
	json_t *params = json_object(), *facts = json_array();
	for (unsigned i = 0; i < held.param_count; i++) {
		struct named_value value = named_value_read(&held.params);
		json_object_setn_new(
			params, value.name.data, value.name.size, named_value_json(&value));
	}
	for (unsigned i = 0; i < held.fact_count; i++) {
		struct span span = field_read_span(&held.facts);
		struct named_value value = named_value_read(&held.facts);
		json_t *fact = json_pack("{s:o, s:o}", "fact", json_of_text(value.name), "value",
			named_value_json(&value));
		set_span(fact, span);
		json_array_append_new(facts, fact);
	}
	if (held.param_count > 0)
		json_object_set(item, "params", params);
	if (held.fact_count > 0)
		json_object_set(item, "facts", facts);
	json_decref(params);
	json_decref(facts);
}

static json_t *
packages_json(struct subscription subscription)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < subscription.package_count; i++) {
		struct package_held held = package_held_read(&subscription.packages);
		json_t *item = json_pack("{s:o}", "package", json_of_text(held.package));
		set_span(item, held.span);
		if (held.group.size > 0) {
			json_object_set_new(item, "group", json_of_text(held.group));
			if (held.group_from_ms != held.span.from_ms)
				json_object_set_new(
					item, "group_from", time_json(held.group_from_ms));
			if (held.members > 0)
				json_object_set_new(item, "members", json_integer(held.members));
			if (held.pays)
				json_object_set_new(item, "pays", json_true());
		}
		set_values(item, held);
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *
payers_json(struct subscription subscription)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < subscription.payer_count; i++) {
		struct payer payer = payer_read(&subscription.payers);
		json_t *item = json_pack("{s:o}", "account", json_of_text(payer.account));
		if (payer.pays_count > 0)
			json_object_set_new(
				item, "services", texts_json(payer.pays, payer.pays_count));
		if (payer.is_bounded)
			json_object_set_new(item, "up_to", json_of_money(payer.bound));
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *
subscription_json(struct bytes value)
{
	struct subscription subscription = subscription_read(value);
	struct field_reader states = subscription.states;
	json_t *list = json_array();
	for (unsigned i = 0; i < subscription.state_count; i++) {
		struct span span = field_read_span(&states);
		enum subscription_state state = (enum subscription_state)field_read_u8(&states);
		json_t *item = json_pack("{s:s}", "state", subscription_state_name(state));
		set_span(item, span);
		json_array_append_new(list, item);
	}
	json_t *object = json_pack("{s:o, s:o, s:o, s:o, s:o}", "account",
		json_of_text(subscription.account), "product", json_of_text(subscription.product),
		"states", list, "service_ids", service_ids_json(subscription), "packages",
		packages_json(subscription));
	if (subscription.payer_count > 0)
		json_object_set_new(object, "payers", payers_json(subscription));
	int64_t terms_ms = subscription_terms(&subscription);
	if (terms_ms != INT64_MIN)
		json_object_set_new(object, "terms", time_json(terms_ms));
	return object;
}

static json_t *
service_json(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	json_t *list = json_array();
	for (unsigned left = field_read_u8(&reader); left > 0; left--) {
		struct span span = field_read_span(&reader);
		json_t *item = json_pack(
			"{s:o}", "subscription", json_of_text(field_read_text(&reader)));
		set_span(item, span);
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *
day_json(int64_t day)
{
	struct date date = date_of_day(day);
	char text[40];
	snprintf(text, sizeof text, "%04d-%02d-%02d", date.year, date.month, date.day);
	return json_string(text);
}

static json_t *
balance_json(struct bytes value)
{
	struct balance balance = balance_read(value);
	json_t *object = json_pack("{s:s, s:o, s:o, s:o}", "kind", balance_kind_name(balance.kind),
		"unit", json_of_text(balance.unit), "amount",
		amount_json(balance.amount, balance.unit), "held",
		amount_json(balance.held, balance.unit));
	set_span(object, balance.span);
	if (balance.pays_count > 0)
		json_object_set_new(object, "pays", texts_json(balance.pays, balance.pays_count));
	if (balance.user.size > 0)
		json_object_set_new(object, "for",
			json_pack("{s:o}", balance.user_is_group ? "group" : "subscription",
				json_of_text(balance.user)));
	if (balance.frozen)
		json_object_set_new(object, "frozen", json_true());
	if (balance.first_use.count > 0)
		json_object_set_new(object, "valid",
			json_pack("{s:I, s:s, s:s}", "count", (json_int_t)balance.first_use.count,
				"every", validity_every_name(balance.first_use.every), "begins",
				"first_use"));
	if (balance.day != 0) {
		json_object_set_new(object, "day", day_json(balance.day));
	}
	if (balance.earlier != 0)
		json_object_set_new(object, "earlier", number_json(balance.earlier));
	return object;
}

static json_t *
release_json(struct bytes value)
{
	struct release_record release = release_record_read(value);
	json_t *object = json_pack("{s:o, s:o, s:o}", "catalog", json_of_text(release.catalog),
		"size", number_json(release.size), "published", time_json(release.published_ms));
	if (release.by.size > 0)
		json_object_set_new(object, "by", json_of_text(release.by));
	if (release.why.size > 0)
		json_object_set_new(object, "why", json_of_text(release.why));
	return object;
}

/* The instant from which on a release is in force is in its key. */
static json_t *
setting_json(struct bytes key, struct bytes value)
{
	int64_t at_ms;
	if (!key_is_of_activation(key, &at_ms))
		return json_of_text(text_of_bytes(value));
	struct activation_record activation = activation_record_read(value);
	json_t *object = json_pack(
		"{s:o, s:o}", "at", time_json(at_ms), "release", json_of_text(activation.release));
	if (activation.by.size > 0)
		json_object_set_new(object, "by", json_of_text(activation.by));
	if (activation.why.size > 0)
		json_object_set_new(object, "why", json_of_text(activation.why));
	if (activation.since_ms != INT64_MIN)
		json_object_set_new(object, "since", time_json(activation.since_ms));
	return object;
}

static json_t *
counter_json(struct bytes value)
{
	struct counter counter = counter_read(value);
	json_t *object = json_pack("{s:I}", "used", (json_int_t)counter.used);
	if (counter.held > 0)
		json_object_set_new(object, "held", json_integer(counter.held));
	return object;
}

static json_t *
refund_json(struct bytes value)
{
	struct refund_record refund = refund_record_read(value);
	return json_pack("{s:o, s:I, s:o}", "money", json_of_money(refund.money), "quantity",
		(json_int_t)refund.quantity, "amounts", json_of_money(refund.amounts));
}

static void
set_text(json_t *object, const char *name, struct text text)
{
	if (text.size > 0)
		json_object_set_new(object, name, json_of_text(text));
}

static json_t *
notice_json(struct bytes value)
{
	struct notice_record notice = notice_record_read(value);
	json_t *object = json_pack("{s:s, s:o, s:o, s:o}", "kind", notice_kind_name(notice.kind),
		"made", time_json(notice.made_ms), "at", time_json(notice.at_ms), "account",
		json_of_text(notice.account));
	set_text(object, "subscription", notice.subscription);
	set_text(object, "package", notice.package);
	set_text(object, "group", notice.group);
	set_text(object, "notify", notice.id);
	set_text(object, "threshold", notice.threshold);
	set_text(object, "of", notice.of);
	set_text(object, "unit", notice.unit);
	json_object_set_new(object, "amount", amount_json(notice.amount, notice.unit));
	json_object_set_new(object, "used", amount_json(notice.used, notice.unit));
	if (notice.till_ms != INT64_MAX)
		json_object_set_new(object, "till", time_json(notice.till_ms));
	json_object_set_new(object, "say",
		json_pack("{s:o, s:o}", "en", json_of_text(notice.en), "zh",
			json_of_text(notice.zh)));
	return object;
}

static json_t *
session_attributes_json(struct session_part part)
{
	json_t *object = json_object();
	for (unsigned i = 0; i < part.attribute_count; i++) {
		struct session_attribute one = session_attribute_read(&part.attributes);
		json_object_setn_new(object, one.name.data, one.name.size,
			one.text.data == NULL ? json_integer(one.number) : json_of_text(one.text));
	}
	return object;
}

static json_t *
session_holds_json(struct session_part part)
{
	json_t *object = json_object();
	for (unsigned i = 0; i < part.hold_count; i++) {
		struct session_hold hold = session_hold_read(&part.holds);
		char name[RECORD_TEXT_MAX];
		int size = snprintf(name, sizeof name, "%.*s%s", TEXT_ARGS(hold.balance),
			hold.by_payer ? "/main" : "");
		json_object_setn_new(
			object, name, (size_t)size, json_of_money((struct money){ hold.amount }));
	}
	return object;
}

static json_t *
session_counters_json(struct session_part part)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < part.counter_count; i++) {
		struct session_counter one = session_counter_read(&part.counters);
		json_array_append_new(list,
			json_pack("{s:o, s:o, s:o, s:i, s:I, s:I}", "package",
				json_of_text(one.package), "allowance", json_of_text(one.allowance),
				"group", json_of_text(one.group), "cycle", (int)one.cycle, "used",
				(json_int_t)one.used, "held", (json_int_t)one.held));
	}
	return list;
}

static json_t *
session_json(struct bytes value)
{
	struct session session = session_read(value);
	json_t *parts = json_array();
	for (unsigned i = 0; i < session.part_count; i++) {
		struct session_part part = session_part_read(&session.parts, &session);
		json_array_append_new(parts,
			json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:I, s:I, s:o, s:o, s:o}", "part",
				json_of_text(part.id), "service", json_of_text(part.service), "to",
				json_of_text(part.to), "unit", unit_name((enum unit)part.unit),
				"at", time_json(part.at_ms), "with", session_attributes_json(part),
				"used", (json_int_t)part.used, "granted", (json_int_t)part.granted,
				"charged", json_of_money((struct money){ part.charged }), "held",
				session_holds_json(part), "counters", session_counters_json(part)));
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o}", "subscription",
		json_of_text(session.subscription), "account", json_of_text(session.account),
		"release", number_json(session.release), "began", time_json(session.began_ms),
		"number", (json_int_t)session.number, "expires", time_json(session.expires_ms),
		"timer", time_json(session.timer_ms), "parts", parts);
}

/* How far the charges of something that is held, and what it stores, have come. */
static void
set_progress(json_t *item, const struct agenda_held *held)
{
	json_t *charges = json_array(), *stored = json_array();
	for (unsigned i = 0; i < held->charge_count; i++)
		json_array_append_new(charges,
			json_pack("{s:o, s:o, s:I}", "charge", json_of_text(held->charges[i].id),
				"cycle", day_json(held->charges[i].cycle_day), "each",
				(json_int_t)held->charges[i].each));
	for (unsigned i = 0; i < held->stored_count; i++) {
		json_t *one = json_pack("{s:o, s:I}", "id", json_of_text(held->stored[i].id),
			"given", (json_int_t)held->stored[i].given);
		if (held->stored[i].paid_ms != INT64_MAX)
			json_object_set_new(one, "paid", time_json(held->stored[i].paid_ms));
		json_array_append_new(stored, one);
	}
	json_object_set_new(item, "charges", charges);
	json_object_set_new(item, "stored", stored);
}

static json_t *
agenda_json(struct bytes value)
{
	struct arena arena;
	struct agenda agenda;
	json_t *list = json_array();
	arena_init(&arena, AGENDA_BYTES_MAX);
	bool whole = agenda_read(value, &arena, &agenda);
	must(whole); /* a record is shorter */
	for (unsigned i = 0; i < agenda.held_count; i++) {
		const struct agenda_held *held = &agenda.held[i];
		json_t *item = json_pack("{s:o, s:o, s:b}", "package", json_of_text(held->package),
			"billed", day_json(held->billed_day), "ended", held->ended);
		set_span(item, (struct span){ held->from_ms, INT64_MAX });
		if (held->stuck.size > 0)
			json_object_set_new(item, "stuck", json_of_text(held->stuck));
		set_progress(item, held);
		json_array_append_new(list, item);
	}
	json_t *object = json_pack("{s:o}", "held", list);
	if (agenda.next_ms != INT64_MAX)
		json_object_set_new(object, "next", time_json(agenda.next_ms));
	arena_release(&arena);
	return object;
}

json_t *
record_value_json(uint8_t table, struct bytes key, struct bytes value)
{
	if (value.size == 0)
		return json_null();
	if (!record_is_valid(table, key, value))
		return json_pack("{s:o}", "malformed", json_of_binary(value));
	switch ((enum table)table) {
	case TABLE_CUSTOMER:
		return customer_json(value);
	case TABLE_ACCOUNT:
		return account_json(value);
	case TABLE_SUBSCRIPTION:
		return subscription_json(value);
	case TABLE_SERVICE:
		return service_json(value);
	case TABLE_BALANCE:
		return balance_json(value);
	case TABLE_COUNTER:
		return counter_json(value);
	case TABLE_RELEASE:
		return release_json(value);
	case TABLE_SETTING:
		return setting_json(key, value);
	case TABLE_REFUND:
		return refund_json(value);
	case TABLE_TIMER:
		return json_object(); /* all of it is in the key */
	case TABLE_NOTICE:
		return notice_json(value);
	case TABLE_SESSION:
		return session_json(value);
	case TABLE_AGENDA:
		return agenda_json(value);
	case TABLE_END:
		break;
	}
	return json_null();
}

json_t *
record_json(const struct dumped_record *record)
{
	return json_pack("{s:s, s:o, s:o, s:o}", "table", table_name(record->table), "key",
		key_json(record->table, record->key), "version", number_json(record->version),
		"value", record_value_json(record->table, record->key, record->value));
}

/* ---- entries ---- */

static json_t *
effects_json(const struct entry *entry)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	json_t *list = json_array();
	while (effect_next(&rest, &effect)) {
		const char *table = table_name(effect.table);
		json_t *item = json_pack("{s:s, s:o}", "table", table == NULL ? "?" : table, "key",
			key_json(effect.table, effect.key));
		if (effect.previous != 0)
			json_object_set_new(item, "previous", number_json(effect.previous));
		json_object_set_new(
			item, "value", record_value_json(effect.table, effect.key, effect.value));
		json_array_append_new(list, item);
	}
	return list;
}

/* "balance:07715510000/main" of the effect whose amount is moved. */
static json_t *
side_json(const struct entry *entry, uint8_t side)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect = { 0 };
	char text[RECORD_TEXT_MAX + 40] = "?";
	for (unsigned i = 0; i <= side; i++) {
		if (!effect_next(&rest, &effect))
			return json_string(text);
	}
	char *key = record_key_text(effect.table, effect.key);
	const char *table = table_name(effect.table);
	snprintf(text, sizeof text, "%s:%s", table == NULL ? "?" : table, key == NULL ? "?" : key);
	memory_free(key);
	return json_of_text(text_of(text));
}

static json_t *
postings_json(const struct entry *entry)
{
	struct bytes rest = entry->posting_bytes;
	struct posting posting = { 0 };
	json_t *list = json_array();
	while (posting_next(&rest, &posting))
		json_array_append_new(list,
			json_pack("{s:o, s:o, s:o}", "book",
				posting.side == POSTING_BOOK ? json_of_text(posting.book)
							     : side_json(entry, posting.side),
				"amount", amount_json(posting.amount, posting.unit), "unit",
				json_of_text(posting.unit)));
	return list;
}

/* Packed bytes as JSON; what is no MessagePack as bytes. */
static json_t *
packed_json(struct bytes bytes)
{
	json_t *value = json_of_bytes(bytes);
	return value == NULL ? json_of_binary(bytes) : value;
}

static json_t *
scope_json(struct text scope)
{
	return json_of_text(once_scope_shown(scope));
}

static void
set_request(json_t *object, const struct entry *entry)
{
	char number[20];
	if (entry->scope.size > 0)
		json_object_set_new(object, "scope", scope_json(entry->scope));
	if (entry->id.size > 0) {
		json_object_set_new(object, "id", json_of_text(entry->id));
		json_object_set_new(object, "attempt", json_integer(entry->attempt));
		snprintf(number, sizeof number, "%016" PRIx64, entry->fingerprint);
		json_object_set_new(object, "fingerprint", json_string(number));
	}
	if (entry->at_ms != 0)
		json_object_set_new(object, "at", time_json(entry->at_ms));
	if (entry->release != 0) {
		snprintf(number, sizeof number, "%016" PRIx64,
			entry->release); /* the name's first digits */
		json_object_set_new(object, "release", json_string(number));
	}
}

json_t *
entry_json(uint32_t shard, const struct journal_visit *visit)
{
	const struct entry *entry = visit->entry;
	const char *kind = entry_kind_name(entry->kind);
	json_t *object = json_pack("{s:o, s:o, s:s}", "charge", charge_json(shard, visit->position),
		"made", time_json(entry->made_ms), "kind", kind == NULL ? "?" : kind);
	set_request(object, entry);
	if (entry->event.size > 0)
		json_object_set_new(object, "event", packed_json(entry->event));
	if (entry->answer.size > 0)
		json_object_set_new(object, "answer", packed_json(entry->answer));
	if (entry->effect_count > 0)
		json_object_set_new(object, "effects", effects_json(entry));
	if (entry->posting_count > 0)
		json_object_set_new(object, "postings", postings_json(entry));
	json_object_set_new(object, "bytes", json_integer((json_int_t)visit->bytes.size));
	return object;
}
