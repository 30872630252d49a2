/* Which balances of units pay (see units.h). */
#include "units.h"

#include "base/must.h"

struct units_given
units_given(int64_t seconds, int64_t bytes, int64_t items)
{
	const int64_t quantities[] = { seconds, bytes, items };
	static const enum unit units[] = { UNIT_SECOND, UNIT_BYTE, UNIT_ITEM };
	struct units_given given = { 0, UNIT_ITEM, 0 };
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (quantities[i] == NOT_GIVEN)
			continue;
		given.count++;
		given.unit = units[i];
		given.quantity = quantities[i];
	}
	return given;
}

/* The zone of the usage, as balances name it; empty if it has none. */
static struct text
zone_of(const struct image *image, uint32_t service, const struct usage *usage)
{
	uint32_t zone = rate_zone(image, service, usage->from, usage->to);
	return zone == NO_INDEX ? TEXT("")
				: image->zone_maps[image->services[service].zone_map].zones[zone];
}

/* What ends first comes first; those alike stay as they are. */
static void
sort_by_end(struct purses *purses)
{
	for (size_t i = 1; i < purses->count; i++) {
		const struct purse_held held = purses->held[i];
		size_t place = i;
		for (; place > 0 &&
			purses->held[place - 1].balance.span.till_ms > held.balance.span.till_ms;
			place--)
			purses->held[place] = purses->held[place - 1];
		purses->held[place] = held;
	}
}

enum purses_outcome
units_read(struct call *call, const struct units_question *question, struct units *units,
	struct record_key *cold)
{
	const struct usage *usage = question->usage;
	uint32_t service = image_service(question->image, usage->service);
	units->purses = (struct purses){ .count = 0 };
	if (question->subject->account.frozen || service == NO_INDEX)
		return PURSES_READ;
	const struct purses_question asked = {
		.subject = question->subject,
		.service = usage->service,
		.zone = zone_of(question->image, service, usage),
		.at_ms = question->at_ms,
		.unit = text_of(unit_name(question->image->services[service].unit)),
		.changed = question->changed,
		.changed_count = question->changed_count,
		.now_ms = question->now_ms,
	};
	enum purses_outcome outcome = purses_read(call, &asked, &units->purses, cold);
	if (outcome != PURSES_READ || units->purses.count == 0)
		return outcome;
	sort_by_end(&units->purses);
	units->own = arena_take(call->arena, units->purses.count * sizeof *units->own);
	if (units->own == NULL)
		return PURSES_NO_MEMORY;
	for (size_t i = 0; i < units->purses.count; i++) {
		struct purse_held *held = &units->purses.held[i];
		held->charged = (struct money){ 0 };
		units->own[i] = (struct own_units){ .name = held->name,
			.left = held->balance.amount - held->balance.held,
			.till_ms = held->balance.span.till_ms };
	}
	return PURSES_READ;
}

struct purse_held *
units_named(const struct units *units, struct text name)
{
	for (size_t i = 0; i < units->purses.count; i++) {
		if (text_equal(units->purses.held[i].name, name))
			return &units->purses.held[i];
	}
	must_not_come_here("a balance that pays");
}

void
units_take(struct units *units, const struct pricing *pricing)
{
	for (size_t i = 0; i < pricing->consumption_count; i++) {
		const struct consumption *one = &pricing->consumptions[i];
		if (counter_is_own(one->name.package))
			units_named(units, one->name.allowance)->charged.micros = one->used_after -
				one->used_before;
	}
}
