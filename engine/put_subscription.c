/* subscription.put: a subscription with its service ids, packages and states, in one entry (see put.h). */
#include "agenda.h"
#include "group.h"
#include "notice_due.h"
#include "put.h"
#include "shard.h"

#include "base/must.h"

#include <string.h>

enum { SUBSCRIPTION_BYTES_MAX = 60 * 1024 };
_Static_assert(SUBSCRIPTION_BYTES_MAX <= RECORD_VALUE_MAX, "it is a record");

static struct span
span_from(int64_t from_ms, int64_t till_ms)
{
	return (struct span){
		from_ms == NOT_GIVEN ? INT64_MIN : from_ms,
		till_ms == NOT_GIVEN ? INT64_MAX : till_ms,
	};
}

static struct span
span_of(const struct span_params *params)
{
	return span_from(params->from_ms, params->till_ms);
}

static void
write_service_ids(struct field_writer *writer, const struct list *list)
{
	const struct span_params *items = list->items;
	field_write_u8(writer, (uint8_t)list->count);
	for (size_t i = 0; i < list->count; i++) {
		field_write_text(writer, items[i].id);
		field_write_span(writer, span_of(&items[i]));
	}
}

/* Its parameters as the record has them; false without memory. */
static bool
read_params(const struct span_params *item, struct arena *arena, struct package_held *held)
{
	size_t room = item->params.count * NAMED_BYTES_MAX;
	uint8_t *place = arena_take(arena, room);
	if (place == NULL)
		return false;
	struct field_writer writer = fields_into(place, room);
	for (size_t i = 0; i < item->params.count; i++) {
		struct named_value value = put_named_value(&item->params.items[i]);
		named_value_write(&writer, &value);
	}
	held->param_count = (uint8_t)item->params.count;
	held->params = fields_of(fields_written(&writer));
	return true;
}

static bool
is_grouped(const struct list *packages)
{
	const struct span_params *items = packages->items;
	for (size_t i = 0; i < packages->count; i++)
		if (items[i].group.size > 0)
			return true;
	return false;
}

/* False without memory. */
static bool
write_packages(struct field_writer *writer, const struct list *list, struct arena *arena)
{
	const struct span_params *items = list->items;
	subscription_packages_write(writer, (unsigned)list->count, is_grouped(list));
	for (size_t i = 0; i < list->count; i++) {
		const struct span_params *item = &items[i];
		struct span span = span_of(item);
		bool since = item->group_from_ms != NOT_GIVEN;
		struct package_held held = {
			.package = item->id,
			.span = span,
			.group = item->group,
			.group_from_ms = since ? item->group_from_ms : span.from_ms,
			.members = item->members == NOT_GIVEN ? 0 : (uint32_t)item->members,
			.pays = item->pays,
			.fact_count = (uint8_t)put_count_facts(&item->facts),
		};
		if (!read_params(item, arena, &held) ||
			!put_read_facts(&item->facts, arena, &held.facts))
			return false;
		package_held_write(writer, &held);
	}
	return true;
}

static void
begin_earlier(const struct list *list, int64_t *begin_ms)
{
	const struct span_params *items = list->items;
	for (size_t i = 0; i < list->count; i++) {
		int64_t from_ms = items[i].from_ms;
		if (from_ms != NOT_GIVEN && (*begin_ms == NOT_GIVEN || from_ms < *begin_ms))
			*begin_ms = from_ms;
	}
}

/*
 * The instant of its terms: those that it had; of a new one, when it begins, by the earliest date
 * that it is given, or now. So one that began long ago and is only brought here today is no new one.
 */
static int64_t
terms_of(const struct subscription_params *params, struct bytes old, int64_t now_ms)
{
	if (old.size > 0) {
		struct subscription before = subscription_read(old);
		return subscription_terms(&before);
	}
	int64_t begin_ms = NOT_GIVEN;
	begin_earlier(&params->states, &begin_ms);
	begin_earlier(&params->service_ids, &begin_ms);
	begin_earlier(&params->packages, &begin_ms);
	return begin_ms == NOT_GIVEN ? now_ms : begin_ms;
}

static void
write_states(struct field_writer *writer, const struct list *list)
{
	const struct span_params *states = list->items;
	if (states == NULL) {
		field_write_span(writer, SPAN_ALWAYS);
		field_write_u8(writer, SUBSCRIPTION_ACTIVE);
		return;
	}
	for (size_t i = 0; i < list->count; i++) {
		field_write_span(writer, span_of(&states[i]));
		field_write_u8(writer, (uint8_t)states[i].state);
	}
}

/* The record's value; false: *end says that there is no memory, or that a record has no room for it. */
static bool
subscription_value(struct call *call, const struct subscription_params *params, int64_t terms_ms,
	struct bytes *value, enum call_end *end)
{
	uint8_t *place = arena_take(call->arena, SUBSCRIPTION_BYTES_MAX);
	if (place == NULL) {
		*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
		return false;
	}
	struct field_writer writer = fields_into(place, SUBSCRIPTION_BYTES_MAX);
	field_write_text(&writer, params->account);
	field_write_text(&writer, params->product);
	subscription_counts_write(&writer,
		params->states.items == NULL ? 1 : (unsigned)params->states.count,
		(unsigned)params->payers.count);
	put_write_payers(&writer, &params->payers);
	write_states(&writer, &params->states);
	write_service_ids(&writer, &params->service_ids);
	if (!write_packages(&writer, &params->packages, call->arena)) {
		*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
		return false;
	}
	if (terms_ms != INT64_MIN)
		field_write_i64(&writer, terms_ms);
	if (writer.full) {
		struct text arguments[] = { TEXT("packages"),
			BILINGUAL("fewer, or with fewer parameters and facts",
				"更少，或参数与事实更少") };
		*end = call_error(call, SAY_OUT_OF_RANGE, arguments, 2);
		return false;
	}
	*value = fields_written(&writer);
	return true;
}

/* Spans that end before they begin, or states that overlap, mean nothing. */
static bool
check_spans(struct call *call, const struct list *list, const char *name, bool alone,
	enum call_end *end)
{
	const struct span_params *items = list->items;
	for (size_t i = 0; i < list->count; i++) {
		struct span span = span_of(&items[i]);
		if (span.from_ms >= span.till_ms) {
			struct text arguments[] = { text_of(name),
				BILINGUAL("spans whose from is before their till",
					"from 早于 till 的时段") };
			*end = call_error(call, SAY_OUT_OF_RANGE, arguments, 2);
			return false;
		}
		for (size_t j = 0; j < i; j++) {
			bool same = alone || text_equal(items[i].id, items[j].id);
			if (same && span_overlaps(span, span_of(&items[j]))) {
				struct text arguments[] = { text_of(name),
					BILINGUAL("spans that do not overlap", "互不重叠的时段") };
				*end = call_error(call, SAY_OUT_OF_RANGE, arguments, 2);
				return false;
			}
		}
	}
	return true;
}

static bool
check_facts(struct call *call, const struct list *packages, enum call_end *end)
{
	const struct span_params *items = packages->items;
	for (size_t i = 0; i < packages->count; i++)
		if (!put_check_facts(call, &items[i].facts, end))
			return false;
	return true;
}

/* A group holds a package no later than its members do, and without one there are none. */
static bool
check_groups(struct call *call, const struct list *packages, enum call_end *end)
{
	const struct span_params *items = packages->items;
	for (size_t i = 0; i < packages->count; i++) {
		const struct span_params *item = &items[i];
		bool since = item->group_from_ms != NOT_GIVEN;
		bool named = item->group.size > 0;
		if (!named && (since || item->members != NOT_GIVEN || item->pays)) {
			struct text why = BILINGUAL(
				"group_from, members and pays belong to a group",
				"group_from、members 与 pays 须与 group 同写");
			*end = call_error(call, SAY_FIELDS_CONFLICT, &why, 1);
			return false;
		}
		if (named && since && item->group_from_ms > span_of(item).from_ms) {
			struct text arguments[] = { TEXT("group_from"),
				BILINGUAL("no later than from", "不晚于 from 的时间") };
			*end = call_error(call, SAY_OUT_OF_RANGE, arguments, 2);
			return false;
		}
	}
	return true;
}

/* The spans in which a subscription shall hold a service id, out of its own list. */
static bool
holds_service_id(const struct subscription_params *params, struct text service_id)
{
	const struct span_params *items = params->service_ids.items;
	for (size_t i = 0; i < params->service_ids.count; i++) {
		if (text_equal(items[i].id, service_id))
			return true;
	}
	return false;
}

/* Who holds a service id, and when. */
struct held {
	struct span span;
	struct text holder;
};
/* As many as fit with the longest names: count, and for each flags, from, till, length, name. */
enum { HELD_MAX = (PUT_VALUE_BYTES_MAX - 1) / (1 + 8 + 8 + 1 + 64) };
_Static_assert(HELD_MAX <= UINT8_MAX, "the count is one byte");
struct held_list {
	struct held items[HELD_MAX];
	size_t count;
	bool full;
};

/* In order of time, so that the same holders are the same bytes, whoever was put last. */
static void
add_held(struct held_list *list, struct span span, struct text holder)
{
	if (list->count == HELD_MAX) {
		list->full = true;
		return;
	}
	size_t at = list->count++;
	for (; at > 0 && list->items[at - 1].span.from_ms > span.from_ms; at--)
		list->items[at] = list->items[at - 1];
	list->items[at] = (struct held){ span, holder };
}

/*
 * Who shall hold a service id: the others as they did, and this subscription as it shall. False:
 * another one holds it at the same time (*taken_by).
 */
static bool
list_holders(const struct subscription_params *params, struct text service_id, struct bytes old,
	struct held_list *list, struct text *taken_by)
{
	const struct span_params *items = params->service_ids.items;
	struct field_reader reader = fields_of(old);
	unsigned old_count = old.size == 0 ? 0 : field_read_u8(&reader);
	for (unsigned i = 0; i < old_count; i++) {
		struct span span = field_read_span(&reader);
		struct text holder = field_read_text(&reader);
		if (text_equal(holder, params->subscription))
			continue;
		for (size_t j = 0; j < params->service_ids.count; j++) {
			if (text_equal(items[j].id, service_id) &&
				span_overlaps(span, span_of(&items[j]))) {
				*taken_by = holder;
				return false;
			}
		}
		add_held(list, span, holder);
	}
	for (size_t j = 0; j < params->service_ids.count; j++) {
		if (text_equal(items[j].id, service_id))
			add_held(list, span_of(&items[j]), params->subscription);
	}
	return true;
}

/* The value of a service id's record; empty if nobody ever holds it. */
static struct bytes
service_value(const struct held_list *list, uint8_t *place)
{
	struct field_writer writer = fields_into(place, PUT_VALUE_BYTES_MAX);
	if (list->count == 0)
		return (struct bytes){ NULL, 0 };
	field_write_u8(&writer, (uint8_t)list->count);
	for (size_t i = 0; i < list->count; i++) {
		field_write_span(&writer, list->items[i].span);
		field_write_text(&writer, list->items[i].holder);
	}
	return fields_written(&writer);
}

enum put_step { PUT_ON, PUT_ENDED };

static enum put_step
change_service_id(struct putting *putting, const struct subscription_params *params,
	struct text service_id, enum call_end *end)
{
	struct call *call = putting->call;
	struct record_key key;
	key_of_text(&key, TABLE_SERVICE, service_id);
	struct bytes old;
	uint64_t version;
	struct text taken_by;
	struct held_list list = { .count = 0 };
	uint8_t place[PUT_VALUE_BYTES_MAX];
	if (!put_read(call, &key, &old, &version, end))
		return PUT_ENDED;
	if (!list_holders(params, service_id, old, &list, &taken_by)) {
		struct text why = arena_print(call->arena,
			BILINGUAL_STRING(
				"service id \"%.*s\" is held by subscription \"%.*s\" at that time",
				"业务接入号 \"%.*s\" 在该时段属于用户 \"%.*s\""),
			TEXT_ARGS(service_id), TEXT_ARGS(taken_by), TEXT_ARGS(service_id),
			TEXT_ARGS(taken_by));
		*end = call_error(call, SAY_IN_USE, &why, 1);
		return PUT_ENDED;
	}
	if (list.full) {
		struct text why = BILINGUAL("a service id can't have changed hands so often",
			"同一业务接入号易手的次数超过上限");
		*end = call_error(call, SAY_IN_USE, &why, 1);
		return PUT_ENDED;
	}
	struct bytes value = service_value(&list, place);
	if (put_change(putting, &key, old, value))
		return PUT_ON;
	*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	return PUT_ENDED;
}

/* The records of all service ids it holds now or held before. */
static enum put_step
change_service_ids(struct putting *putting, const struct subscription_params *params,
	struct bytes old, enum call_end *end)
{
	const struct span_params *items = params->service_ids.items;
	for (size_t i = 0; i < params->service_ids.count; i++) {
		bool seen = false;
		for (size_t j = 0; j < i; j++)
			seen = seen || text_equal(items[i].id, items[j].id);
		if (!seen && change_service_id(putting, params, items[i].id, end) == PUT_ENDED)
			return PUT_ENDED;
	}
	if (old.size == 0)
		return PUT_ON;
	struct subscription before = subscription_read(old);
	for (unsigned i = 0; i < before.service_count; i++) {
		struct text service_id = field_read_text(&before.services);
		field_read_span(&before.services);
		if (!holds_service_id(params, service_id) &&
			change_service_id(putting, params, service_id, end) == PUT_ENDED)
			return PUT_ENDED;
	}
	return PUT_ON;
}

enum call_end
put_run_subscription(struct call *call, const void *params)
{
	const struct subscription_params *subscription = params;
	struct putting putting = { .call = call };
	struct record_key key;
	key_of_text(&key, TABLE_SUBSCRIPTION, subscription->subscription);
	struct record_key account_key;
	key_of_text(&account_key, TABLE_ACCOUNT, subscription->account);
	struct bytes old, account, value;
	uint64_t account_version;
	enum call_end end;
	if (!check_spans(call, &subscription->service_ids, "service_ids", false, &end) ||
		!check_spans(call, &subscription->packages, "packages", false, &end) ||
		!check_groups(call, &subscription->packages, &end) ||
		!check_facts(call, &subscription->packages, &end) ||
		!check_spans(call, &subscription->states, "states", true, &end) ||
		!put_read(call, &account_key, &account, &account_version, &end))
		return end;
	if (account.size == 0)
		return put_not_found(call, SAY_ACCOUNT, subscription->account);
	if (!put_check_payers(call, subscription, account_read(account).currency, &end))
		return end;
	if (!put_read(call, &key, &old, &putting.version, &end))
		return end;
	int64_t terms_ms = terms_of(subscription, old, call->shard->now_ms);
	if (!subscription_value(call, subscription, terms_ms, &value, &end) ||
		!agenda_judge(call, value, &end))
		return end;
	const struct agenda_change change = { old, value };
	if (!put_change(&putting, &key, old, value))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	if (change_service_ids(&putting, subscription, old, &end) == PUT_ENDED ||
		!group_change_members(&putting, subscription->subscription, &change, &end) ||
		!agenda_mark(&putting, subscription->subscription, &change, &end) ||
		!notice_mark(&putting, subscription->subscription, value, &end))
		return end;
	return put_finish(
		&putting, SAY_SUBSCRIPTION, subscription->subscription, subscription->expect);
}
