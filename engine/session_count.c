/*
 * What the parts of a session count, and may count yet (see session_parts.h). A request sees each
 * counter as the parts before have left it; the journal has it as it was.
 */
#include "session_parts.h"
#include "shard.h"

#include "base/must.h"

#include <string.h>

static bool
same_counter(const struct counter_name *a, const struct counter_name *b)
{
	return a->cycle == b->cycle && text_equal(a->allowance, b->allowance) &&
		text_equal(a->package, b->package) && text_equal(a->group, b->group);
}

static struct counting *
counting_new(struct session_deciding *deciding)
{
	size_t count = deciding->counting_count, room = 2 * count + 4;
	if (count == deciding->counting_room) {
		struct counting *moved = arena_take(deciding->call->arena, room * sizeof *moved);
		if (moved == NULL)
			return NULL;
		if (count > 0)
			memcpy(moved, deciding->countings, count * sizeof *moved);
		deciding->countings = moved;
		deciding->counting_room = room;
	}
	return &deciding->countings[count];
}

/* The counter of that name; false: it is cold, or there is no memory (cold.size is 0 then). */
bool
session_find_counter(
	struct session_deciding *deciding, const struct counter_name *name, struct counting **found)
{
	struct bytes value;
	for (size_t i = 0; i < deciding->counting_count; i++) {
		if (same_counter(&deciding->countings[i].name, name)) {
			*found = &deciding->countings[i];
			return true;
		}
	}
	struct counting *counting = counting_new(deciding);
	deciding->cold.size = 0;
	if (counting == NULL)
		return false;
	counting->name = *name;
	counting->unit = SESSION_COUNTS_MONEY;
	subject_key_of_counter(&counting->key, deciding->subject.subscription_id, name);
	switch (subject_find_counter(deciding->call, &counting->key, &value, &counting->seen)) {
	case LOOKUP_FOUND:
		counting->before = counter_read(value);
		break;
	case LOOKUP_ABSENT:
		counting->before = (struct counter){ 0, 0 };
		break;
	case LOOKUP_COLD:
		deciding->cold = counting->key;
		return false;
	}
	counting->now = counting->before;
	deciding->counting_count++;
	*found = counting;
	return true;
}

enum fact
session_counter_fact(void *context, const struct counter_name *name, int64_t *used)
{
	struct counting *counting;
	if (!session_find_counter(context, name, &counting))
		return FACT_COLD;
	*used = counting->now.used + counting->now.held;
	return FACT_KNOWN;
}

enum progress
session_no_memory(struct session_deciding *deciding, enum call_end *end)
{
	*end = call_error(deciding->call, SAY_OUT_OF_MEMORY, NULL, 0);
	return HAS_ENDED;
}

enum progress
session_wait_for_cold(struct session_deciding *deciding, enum call_end *end)
{
	if (deciding->cold.size == 0)
		return session_no_memory(deciding, end);
	*end = call_wait_record(deciding->call, shelf_key_of(&deciding->cold));
	return HAS_ENDED;
}

/* What it has counted stays in its list; `used` tells whether it is taken off too. */
enum progress
session_take_back_counters(
	struct session_deciding *deciding, struct part_work *work, bool used, enum call_end *end)
{
	struct field_reader counters = work->part.counters;
	size_t room = work->part.counter_count + deciding->subject.subscription.payer_count + 1u;
	work->counters = arena_take(deciding->call->arena, room * sizeof *work->counters);
	if (work->counters == NULL)
		return session_no_memory(deciding, end);
	for (unsigned i = 0; i < work->part.counter_count; i++) {
		struct session_counter *own = &work->counters[i];
		struct counting *counting;
		*own = session_counter_read(&counters);
		const struct counter_name name = { own->package, own->allowance, own->cycle,
			own->group };
		if (counter_is_own(own->package)) {
			if (session_take_back_units(deciding, own, used, end) == HAS_ENDED)
				return HAS_ENDED;
			own->held = 0;
			continue;
		}
		if (!session_find_counter(deciding, &name, &counting))
			return session_wait_for_cold(deciding, end);
		must(counting->now.held >= own->held);
		counting->now.held -= own->held;
		counting->unit = own->unit;
		if (used)
			counting->now.used -= own->used;
		own->held = 0;
	}
	return GOES_ON;
}

static struct session_counter *
own_counter(struct part_work *work, const struct counter_name *name)
{
	for (unsigned i = 0; i < work->part.counter_count; i++) {
		struct session_counter *own = &work->counters[i];
		const struct counter_name its = { own->package, own->allowance, own->cycle,
			own->group };
		if (same_counter(&its, name))
			return own;
	}
	return NULL;
}

/* Likewise of money that no price counts; there is room for it. */
struct session_counter *
session_own_money(struct part_work *work, const struct counter_name *name)
{
	struct session_counter *own = own_counter(work, name);
	if (own != NULL)
		return own;
	own = &work->counters[work->part.counter_count++];
	*own = (struct session_counter){ .package = name->package,
		.allowance = name->allowance,
		.cycle = name->cycle,
		.unit = SESSION_COUNTS_MONEY };
	return own;
}

/* Notes what the units count, as used or, beyond that, as held. */
static void
own_counters(struct part_work *work, const struct pricing *pricing, bool as_held)
{
	for (size_t i = 0; i < pricing->consumption_count; i++) {
		const struct consumption *one = &pricing->consumptions[i];
		int64_t by = one->used_after - one->used_before;
		struct session_counter *own = own_counter(work, &one->name);
		if (own == NULL) {
			own = &work->counters[work->part.counter_count++];
			*own = (struct session_counter){
				.package = one->name.package,
				.allowance = one->name.allowance,
				.group = one->name.group,
				.cycle = one->name.cycle,
				.unit = one->money ? SESSION_COUNTS_MONEY : (uint8_t)one->unit,
			};
		}
		if (!as_held)
			own->used = by;
		else if (by > own->used)
			own->held = by - own->used;
	}
}

static enum progress
count_one(struct session_deciding *deciding, struct part_work *work, struct session_counter *own,
	enum call_end *end)
{
	const struct counter_name name = { own->package, own->allowance, own->cycle, own->group };
	struct counting *counting;
	if (counter_is_own(own->package))
		return session_count_units(deciding, work, own, end);
	if (!session_find_counter(deciding, &name, &counting))
		return session_wait_for_cold(deciding, end);
	counting->now.used += own->used;
	counting->now.held += own->held;
	counting->unit = own->unit;
	return GOES_ON;
}

/* Counts anew what the part uses and holds. */
enum progress
session_count_anew(struct session_deciding *deciding, struct part_work *work,
	const struct pricing *granted, enum call_end *end)
{
	size_t count = work->part.counter_count + work->pricing.consumption_count +
		(granted == NULL ? 0 : granted->consumption_count);
	struct session_counter *list = arena_take(
		deciding->call->arena, (count + 1) * sizeof *list);
	if (list == NULL)
		return session_no_memory(deciding, end);
	if (count > UINT8_MAX) {
		*end = session_refuse(deciding, SAY_OVERFLOW, NULL, 0);
		return HAS_ENDED;
	}
	memcpy(list, work->counters, work->part.counter_count * sizeof *list);
	work->counters = list;
	for (unsigned i = 0; work->is_priced && i < work->part.counter_count; i++)
		list[i].used = 0;
	own_counters(work, &work->pricing, false);
	if (granted != NULL)
		own_counters(work, granted, true);
	unsigned kept = 0;
	for (unsigned i = 0; i < work->part.counter_count; i++) {
		if (count_one(deciding, work, &list[i], end) == HAS_ENDED)
			return HAS_ENDED;
		if (list[i].used != 0 || list[i].held != 0)
			list[kept++] = list[i];
	}
	work->part.counter_count = (uint8_t)kept;
	return GOES_ON;
}
