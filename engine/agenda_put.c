/* What a put of a subscription does to its agenda (see agenda.h). */
#include "agenda_parts.h"
#include "due_packed.h"

#include <string.h>

/* ---- parameters ---- */

/* The parameters of one that is held; false: *end says what stands against them. */
static bool
judge(struct call *call, const struct loaded_release *release, struct package_held held,
	enum call_end *end)
{
	struct settled settled = { .holding = holding_of(&held) };
	struct due_pricing pricing = { .refused = DUE_REFUSED_PARAMETER };
	struct due_misses misses;
	struct fault fault;
	if (!settled_read_values(&settled, held, call->arena)) {
		*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
		return false;
	}
	struct due_question question = {
		.image = release->image,
		.holding = settled.holding,
		.period = { INSTANT_MIN, INSTANT_MIN },
		.params = settled.params,
		.param_count = settled.param_count,
		.changes = settled.changes,
		.change_count = settled.change_count,
		.facts = settled.facts,
		.fact_count = settled.fact_count,
		.functions = host_due_functions(release->host),
	};
	if (due_judge_params(&question, call->arena, &misses, &fault) != DUE_DONE) {
		*end = call_rules_failed(call, &fault);
		return false;
	}
	for (size_t i = 0; i < misses.count; i++) {
		if (strcmp(misses.list[i].condition, "param_missing") == 0)
			continue; /* the charge that asks for it will say so */
		pricing.nearest = misses.list[i];
		struct text sentence = due_refusal_sentence(
			release->release, &pricing, call->arena);
		*end = call_error(call, SAY_PARAMETER, &sentence, 1);
		return false;
	}
	return true;
}

bool
agenda_judge(struct call *call, struct bytes value, enum call_end *end)
{
	struct subscription subscription = subscription_read(value);
	uint32_t first, count;
	if (releases_active(call->shard->releases) == NULL)
		return true;
	const struct loaded_release *release = releases_for(call->shard->releases, &subscription);
	for (unsigned i = 0; i < subscription.package_count; i++) {
		struct package_held held = package_held_read(&subscription.packages);
		if (held.param_count + held.fact_count > 0 &&
			image_package(release->image, held.package, &first, &count) &&
			!judge(call, release, held, end))
			return false;
	}
	return true;
}

/* ---- the agenda ---- */

static int32_t
earlier_day(int32_t day, int64_t other)
{
	return other < day ? (int32_t)other : day;
}

/* The package of an item among those of a subscription; false if it has none. */
static bool
find_held(struct subscription subscription, const struct agenda_held *item, struct span *span)
{
	for (unsigned i = 0; i < subscription.package_count; i++) {
		struct package_held held = package_held_read(&subscription.packages);
		if (held.span.from_ms == item->from_ms && text_equal(held.package, item->package)) {
			*span = held.span;
			return true;
		}
	}
	return false;
}

static bool
has_item(const struct agenda *agenda, const struct package_held *held)
{
	for (unsigned i = 0; i < agenda->held_count; i++) {
		if (agenda->held[i].from_ms == held->span.from_ms &&
			text_equal(agenda->held[i].package, held->package))
			return true;
	}
	return false;
}

/* What began on another day than was said first is the same holding, if it is held at the same time. */
static void
follow(const struct agenda *agenda, struct subscription after, struct span span,
	struct agenda_held *item)
{
	for (unsigned i = 0; i < after.package_count; i++) {
		struct package_held held = package_held_read(&after.packages);
		if (text_equal(held.package, item->package) && span_overlaps(held.span, span) &&
			!has_item(agenda, &held)) {
			item->from_ms = held.span.from_ms;
			return;
		}
	}
}

/*
 * What is held longer or shorter than it was, or since another day, may owe what fell due on days that
 * are over: who ends today leaves today.
 * What was charged is noted with the item, and is not charged again.
 */
static void
reopen(const struct image *image, const struct agenda_change *change, struct span before,
	struct agenda_held *item)
{
	struct span after;
	if (!find_held(subscription_read(change->after), item, &after))
		return;
	if (before.from_ms != after.from_ms && after.from_ms != INT64_MIN)
		item->billed_day = earlier_day(item->billed_day, due_day(image, after.from_ms));
	if (before.till_ms != after.till_ms)
		item->billed_day = earlier_day(item->billed_day,
			due_day(image,
				before.till_ms < after.till_ms ? before.till_ms : after.till_ms));
}

/* Money of the customer lies there, that its end gives back. */
static bool
stores_money(const struct agenda_held *item)
{
	for (unsigned i = 0; i < item->stored_count; i++) {
		if (item->stored[i].paid_ms != INT64_MAX && !item->ended)
			return true;
	}
	return false;
}

/* What becomes of the items of what was held before. False: *end says what may not be left out. */
static bool
change_items(struct call *call, const struct agenda_change *change, struct agenda *agenda,
	enum call_end *end)
{
	const struct image *image = releases_active(call->shard->releases)->image;
	struct subscription after = subscription_read(change->after);
	for (unsigned i = 0; change->before.size > 0 && i < agenda->held_count; i++) {
		struct agenda_held *item = &agenda->held[i];
		struct span before, now;
		if (!find_held(subscription_read(change->before), item, &before))
			continue;
		if (!find_held(after, item, &now))
			follow(agenda, after, before, item);
		reopen(image, change, before, item);
		if (find_held(after, item, &now) || !stores_money(item))
			continue;
		struct text why = arena_print(call->arena,
			BILINGUAL_STRING(
				"a deposit lies in package \"%.*s\"; give it a till, so that its end gives back what is left",
				"优惠包 \"%.*s\" 中有预存款；请为其填写 till，终止时将退还余额"),
			TEXT_ARGS(item->package), TEXT_ARGS(item->package));
		*end = call_error(call, SAY_IN_USE, &why, 1);
		return false;
	}
	return true;
}

bool
agenda_is_owed(const struct image *image, const struct subscription *subscription)
{
	struct field_reader packages = subscription->packages;
	struct text standard = image_standard(image, subscription->product);
	for (unsigned i = 0; i < subscription->package_count; i++) {
		if (agenda_owes(image, package_held_read(&packages).package))
			return true;
	}
	return standard.size > 0 && agenda_owes(image, standard);
}

/* The timer of an instant is set, or is not. */
static bool
put_agenda_timer(struct putting *putting, struct text subscription, int64_t at_ms, bool is_set,
	enum call_end *end)
{
	const struct timer_key timer = agenda_timer(subscription, at_ms);
	return put_timer(putting, &timer, is_set, end);
}

static bool
put_agenda(struct putting *putting, const struct record_key *key, struct bytes old,
	const struct agenda *agenda, enum call_end *end)
{
	uint8_t *place = arena_take(putting->call->arena, RECORD_VALUE_MAX);
	if (place != NULL) {
		struct field_writer writer = fields_into(place, RECORD_VALUE_MAX);
		agenda_write(&writer, agenda);
		if (put_change(putting, key, old, fields_written(&writer)))
			return true;
	}
	*end = call_error(putting->call, SAY_OUT_OF_MEMORY, NULL, 0);
	return false;
}

/* It is looked at now, with the timer of that. */
static bool
put_now(struct putting *putting, struct text id, const struct record_key *key, struct bytes old,
	struct agenda *agenda, enum call_end *end)
{
	int64_t before_ms = agenda->next_ms, now_ms = putting->call->shard->now_ms;
	agenda->next_ms = now_ms;
	return put_agenda(putting, key, old, agenda, end) &&
		(before_ms == INT64_MAX || before_ms == now_ms ||
			put_agenda_timer(putting, id, before_ms, false, end)) &&
		put_agenda_timer(putting, id, now_ms, true, end);
}

/* The agenda of a subscription; one that has none has nothing on it. */
static bool
read_agenda(struct putting *putting, const struct record_key *key, struct bytes *old,
	struct agenda *agenda, enum call_end *end)
{
	uint64_t version;
	*agenda = (struct agenda){ .next_ms = INT64_MAX };
	if (!put_read(putting->call, key, old, &version, end))
		return false;
	if (old->size == 0 || agenda_read(*old, putting->call->arena, agenda))
		return true;
	*end = call_error(putting->call, SAY_OUT_OF_MEMORY, NULL, 0);
	return false;
}

bool
agenda_mark_now(struct putting *putting, struct text id, enum call_end *end)
{
	struct agenda agenda;
	struct record_key key;
	struct bytes old;
	key_of_text(&key, TABLE_AGENDA, id);
	if (!read_agenda(putting, &key, &old, &agenda, end))
		return false;
	return agenda.next_ms <= putting->call->shard->now_ms ||
		put_now(putting, id, &key, old, &agenda, end);
}

bool
agenda_mark(struct putting *putting, struct text id, const struct agenda_change *change,
	enum call_end *end)
{
	struct call *call = putting->call;
	const struct loaded_release *release = releases_active(call->shard->releases);
	struct agenda agenda;
	struct record_key key;
	struct bytes old;
	key_of_text(&key, TABLE_AGENDA, id);
	if (putting->effect_count == 0)
		return true;
	if (!read_agenda(putting, &key, &old, &agenda, end))
		return false;
	struct subscription after = subscription_read(change->after);
	if (old.size == 0 &&
		(release == NULL ||
			!agenda_is_owed(
				releases_for(call->shard->releases, &after)->image, &after)))
		return true;
	if (release != NULL && !change_items(call, change, &agenda, end))
		return false;
	return put_now(putting, id, &key, old, &agenda, end);
}
