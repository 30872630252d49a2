/* What is known of customers and sites in a world, and while it holds. */
#include "test_world.h"

#include <stdlib.h>

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

static bool
same_name(const struct world_fact *a, const struct world_fact *b)
{
	return text_equal(a->fact.value.name, b->fact.value.name) &&
		text_equal(a->member, b->member);
}

/* Nothing is two things at once: what was told of a later time holds from then on. */
static void
make_room(struct world *world, struct world_fact *told)
{
	size_t kept = 0;
	for (size_t i = 0; i < world->fact_count; i++) {
		struct world_fact known = world->facts[i];
		if (same_name(&known, told) && known.fact.from_ms < told->fact.from_ms &&
			told->fact.from_ms < known.fact.till_ms)
			known.fact.till_ms = told->fact.from_ms;
		if (same_name(&known, told) && told->fact.from_ms < known.fact.from_ms &&
			known.fact.from_ms < told->fact.till_ms)
			told->fact.till_ms = known.fact.from_ms;
		if (!same_name(&known, told) || known.fact.from_ms != told->fact.from_ms)
			world->facts[kept++] = known;
	}
	world->fact_count = kept;
}

bool
world_tell(struct world *world, const struct world_fact *fact)
{
	struct world_fact told = *fact;
	if (told.fact.from_ms >= told.fact.till_ms)
		return true;
	struct world_fact *facts = memory_grow(
		world->facts, world->fact_count + 1, &world->fact_room, sizeof *facts);
	if (facts == NULL)
		return false;
	world->facts = facts;
	make_room(world, &told);
	facts[world->fact_count++] = told;
	return true;
}

/* Does a member have one of its own by that name? */
static bool
has_own(const struct world *world, struct text member, struct text name)
{
	for (size_t i = 0; i < world->fact_count; i++)
		if (text_equal(world->facts[i].member, member) &&
			text_equal(world->facts[i].fact.value.name, name))
			return true;
	return false;
}

/* What is known by that entry counts for a member. */
static bool
is_of(const struct world *world, const struct world_fact *fact, struct text member)
{
	if (fact->member.size > 0)
		return text_equal(fact->member, member);
	return member.size == 0 || !has_own(world, member, fact->fact.value.name);
}

static bool
is_formula_fact(const struct image *image, struct text name)
{
	for (uint32_t i = 0; i < image->fact_count; i++)
		if (text_equal(image->facts[i].name, name))
			return true;
	return false;
}

const struct due_fact *
world_formula_facts(
	const struct world *world, struct text member, struct arena *arena, size_t *count)
{
	struct due_fact *facts = arena_take(arena, world->fact_count * sizeof *facts + 1);
	*count = 0;
	for (size_t i = 0; facts != NULL && i < world->fact_count; i++)
		if (is_of(world, &world->facts[i], member) &&
			is_formula_fact(world->image, world->facts[i].fact.value.name))
			facts[(*count)++] = world->facts[i].fact;
	return facts;
}

static int
compare_names(const void *left, const void *right)
{
	const struct attribute *a = left, *b = right;
	size_t size = a->name.size < b->name.size ? a->name.size : b->name.size;
	int order = memcmp(a->name.data, b->name.data, size);
	return order != 0 ? order : (a->name.size > b->name.size) - (a->name.size < b->name.size);
}

const struct attribute *
world_customer_facts(const struct world *world, struct arena *arena, uint32_t *count)
{
	const struct text group = TEXT("customer.");
	struct attribute *facts = arena_take(arena, world->fact_count * sizeof *facts + 1);
	*count = 0;
	for (size_t i = 0; facts != NULL && i < world->fact_count; i++) {
		const struct due_fact *fact = &world->facts[i].fact;
		if (fact->value.name.size <= group.size ||
			memcmp(fact->value.name.data, group.data, group.size) != 0 ||
			!is_of(world, &world->facts[i], world->member) ||
			world->clock_ms < fact->from_ms || world->clock_ms >= fact->till_ms)
			continue;
		facts[*count] = fact->value;
		facts[*count].name.data += group.size;
		facts[(*count)++].name.size -= group.size;
	}
	if (*count > 0)
		qsort(facts, *count, sizeof *facts, compare_names);
	return facts;
}
