/* Customers, accounts, subscriptions and their service ids as JSON (see dump_parts.h). */
#include "dump_parts.h"

#include "json.h"

#include "../store/record_customer.h"

static void
set_agreements(json_t *object, struct bytes value)
{
	struct customer_agreements all = customer_agreements(value);
	json_t *list = json_array();
	for (unsigned i = 0; i < all.count; i++) {
		struct agreement agreement = agreement_read(&all.reader);
		json_t *item = json_pack("{s:o}", "agreement", json_of_text(agreement.id));
		dump_set_span(item, agreement.span);
		dump_set_lead(item, "ends_soon", agreement.before_end);
		if (agreement.soon_ms != 0)
			json_object_set_new(item, "soon", dump_time(agreement.soon_ms));
		json_array_append_new(list, item);
	}
	if (all.count > 0)
		json_object_set(object, "agreements", list);
	json_decref(list);
}

json_t *
dump_customer(struct bytes value)
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
	set_agreements(object, value);
	return object;
}

json_t *
dump_account(struct bytes value)
{
	struct account account = account_read(value);
	json_t *names = dump_texts(account.balances, account.balance_count);
	json_t *object = json_pack("{s:o, s:o, s:o, s:i, s:o, s:o}", "customer",
		json_of_text(account.customer), "currency", json_of_text(account.currency), "zone",
		json_of_text(account.zone), "bill_day", (int)account.bill_day, "floor",
		json_of_money(account.floor), "balances", names);
	if (account.temporary_till_ms != INT64_MIN) {
		json_object_set_new(
			object, "temporary_floor", json_of_money(account.temporary_floor));
		json_object_set_new(object, "temporary_till", dump_time(account.temporary_till_ms));
	}
	if (account.frozen)
		json_object_set_new(object, "frozen", json_true());
	dump_set_telling(object, &account.tells, account.currency);
	return object;
}

static json_t *
service_ids_json(struct subscription subscription)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < subscription.service_count; i++) {
		struct text id = field_read_text(&subscription.services);
		json_t *item = json_pack("{s:o}", "service_id", json_of_text(id));
		dump_set_span(item, field_read_span(&subscription.services));
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

json_t *
dump_facts(struct field_reader facts, unsigned count)
{
	json_t *list = json_array();
	for (; count > 0; count--) {
		struct span span = field_read_span(&facts);
		struct named_value value = named_value_read(&facts);
		json_t *fact = json_pack("{s:o, s:o}", "fact", json_of_text(value.name), "value",
			named_value_json(&value));
		dump_set_span(fact, span);
		json_array_append_new(list, fact);
	}
	return list;
}

/* The parameters of a package that is held, and each of its facts by itself. */
static void
set_values(json_t *item, struct package_held held)
{
	json_t *params = json_object();
	for (unsigned i = 0; i < held.param_count; i++) {
		struct named_value value = named_value_read(&held.params);
		json_object_setn_new(
			params, value.name.data, value.name.size, named_value_json(&value));
	}
	if (held.param_count > 0)
		json_object_set(item, "params", params);
	if (held.fact_count > 0)
		json_object_set_new(item, "facts", dump_facts(held.facts, held.fact_count));
	json_decref(params);
}

static json_t *
packages_json(struct subscription subscription)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < subscription.package_count; i++) {
		struct package_held held = package_held_read(&subscription.packages);
		json_t *item = json_pack("{s:o}", "package", json_of_text(held.package));
		dump_set_span(item, held.span);
		if (held.group.size > 0) {
			json_object_set_new(item, "group", json_of_text(held.group));
			if (held.group_from_ms != held.span.from_ms)
				json_object_set_new(
					item, "group_from", dump_time(held.group_from_ms));
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
				item, "services", dump_texts(payer.pays, payer.pays_count));
		if (payer.is_bounded)
			json_object_set_new(item, "up_to", json_of_money(payer.bound));
		json_array_append_new(list, item);
	}
	return list;
}

json_t *
dump_subscription(struct bytes value)
{
	struct subscription subscription = subscription_read(value);
	struct field_reader states = subscription.states;
	json_t *list = json_array();
	for (unsigned i = 0; i < subscription.state_count; i++) {
		struct span span = field_read_span(&states);
		enum subscription_state state = (enum subscription_state)field_read_u8(&states);
		json_t *item = json_pack("{s:s}", "state", subscription_state_name(state));
		dump_set_span(item, span);
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
		json_object_set_new(object, "terms", dump_time(terms_ms));
	return object;
}

json_t *
dump_service(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	json_t *list = json_array();
	for (unsigned left = field_read_u8(&reader); left > 0; left--) {
		struct span span = field_read_span(&reader);
		json_t *item = json_pack(
			"{s:o}", "subscription", json_of_text(field_read_text(&reader)));
		dump_set_span(item, span);
		json_array_append_new(list, item);
	}
	return list;
}
