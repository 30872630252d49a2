/*
 * Which units of the customer's own a session's reports found, as far as their entry tells: what the part
 * had taken before, and what the request took, and no others (see replay_parts.h).
 */
#include "replay_parts.h"

#include "../engine/charged.h"
#include "../engine/purses.h"

bool
replay_units_begin(
	struct replay_units *units, struct subject_then *subject, const struct entry *entry)
{
	units->subject = subject;
	units->entry = entry;
	return charged_own_units(
		       entry, &subject->replaying->arena, &units->taken, &units->taken_count) ||
		replay_no_memory(subject->replaying);
}

static struct own_units *
own_named(struct replay_units *units, struct text name)
{
	struct subject_then *subject = units->subject;
	for (size_t i = 0; i < subject->own_count; i++) {
		if (text_equal(subject->own[i].name, name))
			return &subject->own[i];
	}
	return NULL;
}

/* What ends first comes first. */
static void
own_insert(struct replay_units *units, const struct own_units *one)
{
	struct subject_then *subject = units->subject;
	size_t place = subject->own_count++;
	for (; place > 0 && subject->own[place - 1].till_ms > one->till_ms; place--)
		subject->own[place] = subject->own[place - 1];
	subject->own[place] = *one;
}

static bool
find_balance(const struct entry *entry, struct text wanted, struct balance *balance)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	struct text account, name;
	while (effect_next(&rest, &effect)) {
		if (effect.table != TABLE_BALANCE ||
			!key_is_of_balance(effect.key, &account, &name) ||
			!text_equal(name, wanted))
			continue;
		*balance = balance_read(effect.value);
		return true;
	}
	return false;
}

/* May a balance of units pay for that usage? Of what all parts took, some is others'. */
static bool
may_pay(const struct replay_units *units, const struct usage *usage, const struct image *image,
	struct text name)
{
	uint32_t service = image_service(image, usage->service);
	struct balance balance;
	struct purses_question question = { .service = usage->service };
	if (service == NO_INDEX || !find_balance(units->entry, name, &balance))
		return false;
	uint32_t zone = rate_zone(image, service, usage->from, usage->to);
	if (zone != NO_INDEX)
		question.zone = image->zone_maps[image->services[service].zone_map].zones[zone];
	return text_equal(balance.unit, text_of(unit_name(usage->unit))) &&
		purses_serve(&question, balance.pays, balance.pays_count);
}

/* A balance that the request has found; it changes all of those. Until when is it good? */
static int64_t
till_of(const struct entry *entry, struct text name)
{
	struct balance balance;
	return find_balance(entry, name, &balance) ? balance.span.till_ms : INT64_MAX;
}

/* What the part had taken before of such balances. */
static void
find_had(struct replay_units *units, const struct session_part *part)
{
	struct field_reader counters = part->counters;
	for (unsigned i = 0; i < part->counter_count; i++) {
		struct session_counter one = session_counter_read(&counters);
		if (counter_is_own(one.package))
			own_insert(units,
				&(struct own_units){ .name = one.allowance,
					.used = one.used,
					.since = one.since,
					.till_ms = till_of(units->entry, one.allowance) });
	}
}

/* What the request took besides: a part that comes later finds what is left of it. */
static void
find_taken(struct replay_units *units, const struct usage *usage, const struct image *image,
	int64_t settled)
{
	for (size_t i = 0; i < units->taken_count; i++) {
		const struct own_units *taken = &units->taken[i];
		struct own_units *own = own_named(units, taken->name);
		if (!may_pay(units, usage, image, taken->name))
			continue;
		if (own == NULL)
			own_insert(units,
				&(struct own_units){ .name = taken->name,
					.since = settled,
					.left = taken->left,
					.till_ms = taken->till_ms });
		else
			own->left = taken->left;
	}
}

void
replay_units_take(struct replay_units *units, const struct pricing *pricing)
{
	for (size_t i = 0; i < pricing->consumption_count; i++) {
		const struct consumption *one = &pricing->consumptions[i];
		const struct own_units *own = !counter_is_own(one->name.package)
			? NULL
			: own_named(units, one->name.allowance);
		for (size_t j = 0; own != NULL && j < units->taken_count; j++) {
			struct own_units *taken = &units->taken[j];
			int64_t more = one->used_after - one->used_before - own->used;
			if (text_equal(taken->name, own->name) && more > 0)
				taken->left -= more < taken->left ? more : taken->left;
		}
	}
}

bool
replay_units_find(struct replay_units *units, const struct usage *usage, const struct image *image,
	const struct session_part *before)
{
	struct subject_then *subject = units->subject;
	size_t room = units->taken_count + (before == NULL ? 0u : before->counter_count);
	subject->own_count = 0;
	subject->own = arena_take(&subject->replaying->arena, (room + 1) * sizeof *subject->own);
	if (subject->own == NULL)
		return replay_no_memory(subject->replaying);
	if (before != NULL)
		find_had(units, before);
	find_taken(units, usage, image, before == NULL ? 0 : before->used);
	subject->settled = before == NULL ? 0 : before->used;
	return true;
}
