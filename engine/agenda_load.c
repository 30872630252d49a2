/* The agenda of a subscription with all that is held (see agenda_parts.h). */
#include "agenda_parts.h"

#include "base/instant.h"
#include "base/must.h"

bool
agenda_owes(const struct image *image, struct text package)
{
	uint32_t first, count;
	if (!image_package(image, package, &first, &count))
		return false;
	for (uint32_t i = first; i < first + count; i++) {
		if (package_owes(&image->packages[i]))
			return true;
	}
	return false;
}

bool
settling_find(struct settling *settling, const struct record_key *key, struct bytes *value,
	uint64_t *version)
{
	struct shelf_key shelf_key = shelf_key_of(key);
	*value = (struct bytes){ NULL, 0 };
	if (call_find(settling->call, shelf_key, value, version) != LOOKUP_COLD)
		return true;
	settling->end = call_wait_record(settling->call, shelf_key);
	return false;
}

bool
settling_out_of_memory(struct settling *settling)
{
	settling->end = call_error(settling->call, SAY_OUT_OF_MEMORY, NULL, 0);
	return false;
}

bool
settling_refuse(struct settling *settling, struct text why)
{
	settling->why = why;
	return false;
}

/* ---- what is held ---- */

static bool
read_suspended(struct settling *settling)
{
	const struct subscription *subscription = &settling->subject.subscription;
	struct field_reader states = subscription->states;
	struct due_span *list = arena_take_zeroed(
		settling->call->arena, subscription->state_count, sizeof *list);
	settling->suspended = list;
	settling->suspended_count = 0;
	for (unsigned i = 0; list != NULL && i < subscription->state_count; i++) {
		struct span span = field_read_span(&states);
		if (field_read_u8(&states) == SUBSCRIPTION_SUSPENDED)
			list[settling->suspended_count++] = (struct due_span){ span.from_ms,
				span.till_ms };
	}
	return list != NULL || settling_out_of_memory(settling);
}

static struct attribute
attribute_of(const struct named_value *value)
{
	return (struct attribute){ value->name, value->text, value->number };
}

bool
settled_read_values(struct settled *settled, struct package_held held, struct arena *arena)
{
	struct attribute *params = arena_take_zeroed(arena, held.param_count, sizeof *params);
	struct due_fact *facts = arena_take_zeroed(arena, held.fact_count, sizeof *facts);
	struct due_change *changes = arena_take_zeroed(arena, held.fact_count, sizeof *changes);
	size_t fact_count = 0, change_count = 0;
	if (params == NULL || facts == NULL || changes == NULL)
		return false;
	for (unsigned i = 0; i < held.param_count; i++) {
		struct named_value value = named_value_read(&held.params);
		params[i] = attribute_of(&value);
	}
	for (unsigned i = 0; i < held.fact_count; i++) {
		struct span span = field_read_span(&held.facts);
		struct named_value value = named_value_read(&held.facts);
		struct attribute attribute = attribute_of(&value);
		if (put_names_param(value.name, &attribute.name))
			changes[change_count++] = (struct due_change){ attribute, span.from_ms };
		else
			facts[fact_count++] = (struct due_fact){ attribute, span.from_ms,
				span.till_ms, FACT_OWN };
	}
	settled->params = params;
	settled->param_count = held.param_count;
	settled->facts = facts;
	settled->fact_count = fact_count;
	settled->changes = changes;
	settled->change_count = change_count;
	return true;
}

static bool
read_held(struct settling *settling)
{
	const struct subject *subject = &settling->subject;
	struct field_reader packages = subject->subscription.packages;
	struct span life = subscription_life(&subject->subscription);
	struct holding *holdings;
	if (!subject_holdings(subject, settling->release->image, settling->call->arena, &holdings,
		    &settling->held_count))
		return settling_out_of_memory(settling);
	settling->held = arena_take_zeroed(
		settling->call->arena, settling->held_count, sizeof *settling->held);
	if (settling->held == NULL)
		return settling_out_of_memory(settling);
	for (size_t i = 0; i < settling->held_count; i++) {
		struct settled *settled = &settling->held[i];
		settled->holding = holdings[i];
		if (settled->holding.till_ms > life.till_ms)
			settled->holding.till_ms = life.till_ms;
		if (i < subject->subscription.package_count &&
			!settled_read_values(
				settled, package_held_read(&packages), settling->call->arena))
			return settling_out_of_memory(settling);
	}
	return true;
}

/* ---- the agenda's items ---- */

/* What fell due before it is not charged any more, or was never owed. */
static int32_t
first_day(const struct settling *settling, int64_t from_ms)
{
	const struct shard *shard = settling->call->shard;
	const struct image *image = settling->release->image;
	int64_t oldest_ms = shard->now_ms - shard->settings.age_max_ms;
	if (from_ms == INT64_MIN)
		return (int32_t)(due_day(image, shard->now_ms) + 1);
	return (int32_t)due_day(image, from_ms > oldest_ms ? from_ms : oldest_ms);
}

static const struct agenda_held *
find_item(const struct agenda *agenda, const struct holding *holding)
{
	for (unsigned i = 0; i < agenda->held_count; i++) {
		const struct agenda_held *item = &agenda->held[i];
		if (item->from_ms == holding->from_ms &&
			text_equal(item->package, holding->package))
			return item;
	}
	return NULL;
}

/* What is not held any more, but was charged or given: nothing is twice, should it be put again. */
static uint8_t
keep_gone(const struct agenda *before, const struct settling *settling, struct agenda_held *places,
	unsigned room)
{
	unsigned count = 0;
	for (unsigned i = 0; i < before->held_count && count < room && count < AGENDA_GONE_MAX;
		i++) {
		const struct agenda_held *item = &before->held[i];
		bool is_held = false;
		for (size_t j = 0; j < settling->held_count && !is_held; j++) {
			const struct holding *holding = &settling->held[j].holding;
			is_held = holding->from_ms == item->from_ms &&
				text_equal(holding->package, item->package);
		}
		if (!is_held && item->charge_count + item->stored_count > 0)
			places[count++] = *item;
	}
	return (uint8_t)count;
}

/* An item for each that owes something, and behind them those of what was held last. */
static bool
match_items(struct settling *settling)
{
	const struct agenda before = settling->agenda;
	struct agenda_held *items = arena_take_zeroed(
		settling->call->arena, settling->held_count + AGENDA_GONE_MAX, sizeof *items);
	uint8_t count = 0;
	if (items == NULL)
		return settling_out_of_memory(settling);
	for (size_t i = 0; i < settling->held_count && count < AGENDA_HELD_MAX; i++) {
		struct settled *settled = &settling->held[i];
		const struct holding *holding = &settled->holding;
		const struct agenda_held *found = find_item(&before, holding);
		if (found == NULL && !agenda_owes(settling->release->image, holding->package))
			continue;
		settled->item = &items[count++];
		settled->is_new = found == NULL;
		if (found != NULL)
			*settled->item = *found;
		else
			*settled->item = (struct agenda_held){ .package = holding->package,
				.from_ms = holding->from_ms,
				.billed_day = first_day(settling, holding->from_ms) };
	}
	settling->item_count = count;
	count = (uint8_t)(count +
		keep_gone(&before, settling, items + count, AGENDA_HELD_MAX - count));
	settling->agenda.held = items;
	settling->agenda.held_count = count;
	return true;
}

/* ---- all of it ---- */

static enum agenda_outcome
find_subscription(struct settling *settling)
{
	struct call *call = settling->call;
	struct record_key key;
	struct bytes value;
	uint64_t version;
	key_of_text(&key, TABLE_SUBSCRIPTION, settling->id);
	if (!settling_find(settling, &key, &value, &version))
		return AGENDA_ENDED;
	if (value.size == 0 || releases_active(call->shard->releases) == NULL)
		return AGENDA_CLEAR;
	settling->subject.subscription_id = settling->id;
	settling->subject.subscription = subscription_read(value);
	settling->release = releases_for(call->shard->releases, &settling->subject.subscription);
	return AGENDA_MOVED;
}

static enum agenda_outcome
find_account(struct settling *settling)
{
	struct subject_lack lack;
	struct subject *subject = &settling->subject;
	switch (subject_find_account(
		settling->call, subject->subscription.account, subject, &lack)) {
	case SUBJECT_FOUND:
		return AGENDA_MOVED;
	case SUBJECT_COLD:
		settling->end = call_wait_record(settling->call, shelf_key_of(&lack.cold));
		return AGENDA_ENDED;
	case SUBJECT_REFUSED:
		break;
	}
	must_not_come_here("an account that a subscription has and that is not there");
}

enum agenda_outcome
settling_load(struct settling *settling, bool whenever)
{
	struct call *call = settling->call;
	uint64_t version;
	key_of_text(&settling->key, TABLE_AGENDA, settling->id);
	if (!settling_find(settling, &settling->key, &settling->old, &version))
		return AGENDA_ENDED;
	if (!whenever && settling->old.size > 0 &&
		agenda_next_ms(settling->old) > call->shard->now_ms)
		return AGENDA_CLEAR;
	enum agenda_outcome outcome = find_subscription(settling);
	if (outcome != AGENDA_MOVED)
		return outcome;
	settling->agenda = (struct agenda){ .next_ms = call->shard->now_ms };
	if (settling->old.size > 0 && !agenda_read(settling->old, call->arena, &settling->agenda)) {
		settling_out_of_memory(settling);
		return AGENDA_ENDED;
	}
	if (!read_held(settling) || !match_items(settling))
		return AGENDA_ENDED;
	if (settling->old.size == 0 && settling->agenda.held_count == 0)
		return AGENDA_CLEAR;
	if (!read_suspended(settling))
		return AGENDA_ENDED;
	outcome = find_account(settling);
	if (outcome == AGENDA_MOVED &&
		(!settling_gather_facts(settling) || !settling_load_stock(settling)))
		return AGENDA_ENDED;
	return outcome;
}
