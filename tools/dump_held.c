/* What is held of money and units, and what goes on with it, as JSON (see dump_parts.h). */
#include "dump_parts.h"

#include "json.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../rules/image.h"
#include "../store/record_agenda.h"
#include "../store/session_record.h"

#include <stdio.h>

enum { AGENDA_BYTES_MAX = 4 << 20 };

json_t *
dump_balance(struct bytes value)
{
	struct balance balance = balance_read(value);
	json_t *object = json_pack("{s:s, s:o, s:o, s:o}", "kind", balance_kind_name(balance.kind),
		"unit", json_of_text(balance.unit), "amount",
		dump_amount(balance.amount, balance.unit), "held",
		dump_amount(balance.held, balance.unit));
	dump_set_span(object, balance.span);
	if (balance.pays_count > 0)
		json_object_set_new(object, "pays", dump_texts(balance.pays, balance.pays_count));
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
	if (balance.begun_ms != 0)
		json_object_set_new(object, "begun", dump_time(balance.begun_ms));
	dump_set_telling(object, &balance.tells, balance.unit);
	if (balance.day != 0)
		json_object_set_new(object, "day", dump_day(balance.day));
	if (balance.earlier != 0)
		json_object_set_new(object, "earlier", dump_number(balance.earlier));
	return object;
}

json_t *
dump_counter(struct bytes value)
{
	struct counter counter = counter_read(value);
	json_t *object = json_pack("{s:I}", "used", (json_int_t)counter.used);
	if (counter.held > 0)
		json_object_set_new(object, "held", json_integer(counter.held));
	return object;
}

json_t *
dump_refund(struct bytes value)
{
	struct refund_record refund = refund_record_read(value);
	return json_pack("{s:o, s:I, s:o}", "money", json_of_money(refund.money), "quantity",
		(json_int_t)refund.quantity, "amounts", json_of_money(refund.amounts));
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

json_t *
dump_session(struct bytes value)
{
	struct session session = session_read(value);
	json_t *parts = json_array();
	for (unsigned i = 0; i < session.part_count; i++) {
		struct session_part part = session_part_read(&session.parts, &session);
		json_array_append_new(parts,
			json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:I, s:I, s:o, s:o, s:o}", "part",
				json_of_text(part.id), "service", json_of_text(part.service), "to",
				json_of_text(part.to), "unit", unit_name((enum unit)part.unit),
				"at", dump_time(part.at_ms), "with", session_attributes_json(part),
				"used", (json_int_t)part.used, "granted", (json_int_t)part.granted,
				"charged", json_of_money((struct money){ part.charged }), "held",
				session_holds_json(part), "counters", session_counters_json(part)));
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o}", "subscription",
		json_of_text(session.subscription), "account", json_of_text(session.account),
		"release", dump_number(session.release), "began", dump_time(session.began_ms),
		"number", (json_int_t)session.number, "expires", dump_time(session.expires_ms),
		"timer", dump_time(session.timer_ms), "parts", parts);
}

/* How far the charges of something that is held, and what it stores, have come. */
static void
set_progress(json_t *item, const struct agenda_held *held)
{
	json_t *charges = json_array(), *stored = json_array();
	for (unsigned i = 0; i < held->charge_count; i++)
		json_array_append_new(charges,
			json_pack("{s:o, s:o, s:I}", "charge", json_of_text(held->charges[i].id),
				"cycle", dump_day(held->charges[i].cycle_day), "each",
				(json_int_t)held->charges[i].each));
	for (unsigned i = 0; i < held->stored_count; i++) {
		json_t *one = json_pack("{s:o, s:I}", "id", json_of_text(held->stored[i].id),
			"given", (json_int_t)held->stored[i].given);
		if (held->stored[i].paid_ms != INT64_MAX)
			json_object_set_new(one, "paid", dump_time(held->stored[i].paid_ms));
		json_array_append_new(stored, one);
	}
	json_object_set_new(item, "charges", charges);
	json_object_set_new(item, "stored", stored);
}

json_t *
dump_agenda(struct bytes value)
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
			"billed", dump_day(held->billed_day), "ended", held->ended);
		dump_set_span(item, (struct span){ held->from_ms, INT64_MAX });
		if (held->stuck.size > 0)
			json_object_set_new(item, "stuck", json_of_text(held->stuck));
		set_progress(item, held);
		json_array_append_new(list, item);
	}
	json_t *object = json_pack("{s:o}", "held", list);
	if (agenda.next_ms != INT64_MAX)
		json_object_set_new(object, "next", dump_time(agenda.next_ms));
	arena_release(&arena);
	return object;
}
