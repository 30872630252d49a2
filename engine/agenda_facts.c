/*
 * What formulas may ask for of what is held (see agenda_parts.h): behind what the subscription says
 * itself come the facts of the group by which it is held, those of the customer, and how many members
 * the group has; and at a site each owes by itself. So when a tenant comes to a site, nobody need put
 * the others again: what they owe is priced with what is known of the group by then.
 */
#include "agenda_parts.h"
#include "group.h"

#include <string.h>

/* The facts of one holding, while they are gathered. */
struct gathering {
	struct settling *settling;
	struct text group; /* by which it is held; size 0: none */
	struct due_fact *list;
	size_t count;
	size_t room;
};

static bool
add(struct gathering *gathering, const struct due_fact *fact)
{
	if (gathering->count == gathering->room) {
		size_t room = 2 * gathering->room + 8;
		struct due_fact *list = arena_take(
			gathering->settling->call->arena, room * sizeof *list);
		if (list == NULL)
			return settling_out_of_memory(gathering->settling);
		if (gathering->count > 0)
			memcpy(list, gathering->list, gathering->count * sizeof *list);
		gathering->list = list;
		gathering->room = room;
	}
	gathering->list[gathering->count++] = *fact;
	return true;
}

static bool
find_record(struct settling *settling, enum table table, struct text id, struct bytes *value)
{
	struct record_key key;
	uint64_t version;
	key_of_text(&key, table, id);
	return settling_find(settling, &key, value, &version);
}

/* What was put for formulas that are no more is no fault of who holds something. */
static bool
is_declared(const struct image *image, struct text name)
{
	for (uint32_t i = 0; i < image->fact_count; i++)
		if (text_equal(image->facts[i].name, name))
			return true;
	return false;
}

static bool
add_of_group(struct gathering *gathering, const struct group *group)
{
	const struct image *image = gathering->settling->release->image;
	const struct due_fact *facts = group_facts(group, gathering->settling->call->arena);
	if (facts == NULL)
		return settling_out_of_memory(gathering->settling);
	for (unsigned i = 0; i < group->fact_count; i++)
		if (is_declared(image, facts[i].value.name) && !add(gathering, &facts[i]))
			return false;
	return true;
}

/* How many members the group has, from step to step. */
static bool
add_number(struct gathering *gathering, struct text name, struct bytes tally)
{
	struct field_reader steps = tally_steps(tally);
	struct tally_step step, next;
	bool goes_on = tally_next(&steps, &step);
	if (goes_on && tally_is_cut(tally))
		step.from_ms = INT64_MIN; /* the earliest number that is known */
	while (goes_on) {
		goes_on = tally_next(&steps, &next);
		const struct due_fact fact = {
			.value = { name, { NULL, 0 }, step.members },
			.from_ms = step.from_ms,
			.till_ms = goes_on ? next.from_ms : INT64_MAX,
			.source = FACT_COUNTED,
		};
		if (!add(gathering, &fact))
			return false;
		step = next;
	}
	return true;
}

static bool
add_numbers(struct gathering *gathering)
{
	const struct image *image = gathering->settling->release->image;
	struct bytes tally = { NULL, 0 };
	for (uint32_t i = 0; i < image->fact_count; i++) {
		if (!image->facts[i].counts_members)
			continue;
		if (!find_record(gathering->settling, TABLE_TALLY, gathering->group, &tally) ||
			!add_number(gathering, image->facts[i].name, tally))
			return false;
	}
	return true;
}

static bool
is_known(const struct gathering *gathering, struct text name)
{
	for (size_t i = 0; i < gathering->count; i++)
		if (text_equal(gathering->list[i].value.name, name))
			return true;
	return false;
}

/* Of its facts, which have no dates, those that nobody else says anything of. */
static bool
add_of_customer(struct gathering *gathering)
{
	const struct image *image = gathering->settling->release->image;
	const struct account *account = &gathering->settling->subject.account;
	struct bytes value;
	uint32_t known = 0;
	while (known < image->fact_count && is_known(gathering, image->facts[known].name))
		known++;
	if (known == image->fact_count)
		return true;
	if (!find_record(gathering->settling, TABLE_CUSTOMER, account->customer, &value))
		return false;
	struct field_reader reader = customer_facts(value);
	for (unsigned left = field_read_u8(&reader); left > 0; left--) {
		struct named_value fact = named_value_read(&reader);
		const struct due_fact added = {
			.value = { fact.name, fact.text, fact.number },
			.from_ms = INT64_MIN,
			.till_ms = INT64_MAX,
			.source = FACT_OF_CUSTOMER,
		};
		if (is_declared(image, fact.name) && !add(gathering, &added))
			return false;
	}
	return true;
}

static bool
gather(struct settling *settling, struct settled *settled)
{
	struct gathering gathering = { .settling = settling, .group = settled->holding.group };
	struct bytes value = { NULL, 0 };
	for (size_t i = 0; i < settled->fact_count; i++)
		if (!add(&gathering, &settled->facts[i]))
			return false;
	if (gathering.group.size > 0) {
		if (!find_record(settling, TABLE_GROUP, gathering.group, &value))
			return false;
		struct group group = value.size > 0 ? group_read(value) : (struct group){ 0 };
		settled->holding.pays |= group.is_site;
		if (!add_of_group(&gathering, &group) || !add_numbers(&gathering))
			return false;
	}
	if (!add_of_customer(&gathering))
		return false;
	settled->facts = gathering.list;
	settled->fact_count = gathering.count;
	return true;
}

bool
settling_gather_facts(struct settling *settling)
{
	bool asks = settling->release->image->fact_count > 0;
	for (size_t i = 0; i < settling->held_count; i++) {
		struct settled *settled = &settling->held[i];
		bool matters = asks || !holding_pays(&settled->holding);
		if (settled->item != NULL && matters && !gather(settling, settled))
			return false;
	}
	return true;
}
