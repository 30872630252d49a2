#include "rating.h"

#include "../engine/base/must.h"

#include <string.h>

/* The pool with this counter, read if the event meets it for the first time. */
static bool
pool_open(struct rating *rating, const struct package *package, const struct allowance *allowance,
	const struct cycle_span *cycle, size_t *index)
{
	const struct rate_facts *facts = &rating->question->facts;
	struct counter_name name = { package->id, allowance->id, (int32_t)cycle->first_day };
	int64_t used = 0;

	for (*index = 0; *index < rating->pool_count; ++*index) {
		const struct counter_name *known = &rating->pools[*index].name;

		if (known->cycle == name.cycle && text_equal(known->package, name.package) &&
			text_equal(known->allowance, name.allowance))
			return true;
	}
	if (facts->counter(facts->context, &name, &used) == FACT_COLD) {
		rating->outcome = RATE_COLD;
		return false;
	}
	must(used >= 0);
	struct pool *pools = rating_grow(
		rating, rating->pools, rating->pool_count, &rating->pool_room, sizeof *pools);
	if (pools == NULL)
		return false;
	rating->pools = pools;
	pools[rating->pool_count++] = (struct pool){ .allowance = allowance,
		.cycle = *cycle,
		.name = name,
		.used_before = used,
		.used = used };
	return true;
}

/* Adds an allowance to what a run at `ms` may use; the run ends with the allowance's cycle. */
static bool
use_add(struct rating *rating, const struct package *package, const struct allowance *allowance,
	int64_t ms, int64_t *till_ms)
{
	struct cycle_span cycle;
	size_t index = 0;

	if (!rating_serves(rating, allowance->service, &allowance->zones))
		return true;
	while (index < rating->pool_count && (rating->pools[index].allowance != allowance ||
						     rating->pools[index].cycle.from_ms > ms ||
						     rating->pools[index].cycle.till_ms <= ms))
		index++;
	if (index < rating->pool_count) {
		cycle = rating->pools[index].cycle;
	} else {
		cycle = cycle_at(allowance->every, rating->image->zone, ms);
		if (!pool_open(rating, package, allowance, &cycle, &index))
			return false;
	}
	if (cycle.till_ms < *till_ms)
		*till_ms = cycle.till_ms;
	struct use *uses = rating_grow(
		rating, rating->uses, rating->use_count, &rating->use_room, sizeof *uses);
	if (uses == NULL)
		return false;
	rating->uses = uses;
	uses[rating->use_count++] = (struct use){ allowance, index };
	return true;
}

bool
uses_gather(struct rating *rating, const struct choice *choice, int64_t ms, int64_t *till_ms)
{
	const struct tariff *tariff = choice->tariff;

	rating->use_count = 0;
	for (uint32_t i = 0; i < tariff->use_count; i++)
		if (!use_add(rating, choice->package, &choice->package->allowances[tariff->uses[i]],
			    ms, till_ms))
			return false;
	for (size_t i = 0; tariff->uses_any && i < rating->held_count; i++) {
		const struct held *held = &rating->held[i];

		if (ms < held->from_ms || ms >= held->till_ms)
			continue;
		for (uint32_t j = 0; j < held->package->allowance_count; j++)
			if (!use_add(rating, held->package, &held->package->allowances[j], ms,
				    till_ms))
				return false;
	}
	return true;
}

/* Names a pool for the parts that it pays. */
static bool
pool_label(struct rating *rating, struct pool *pool)
{
	size_t package_size = pool->name.package.size;
	size_t size = package_size + 1 + pool->name.allowance.size;
	char *label;

	if (pool->label.data != NULL)
		return true;
	label = arena_take(rating->arena, size);
	if (label == NULL)
		return rating_out_of_memory(rating);
	memcpy(label, pool->name.package.data, package_size);
	label[package_size] = '.';
	memcpy(label + package_size + 1, pool->name.allowance.data, pool->name.allowance.size);
	pool->label = (struct text){ label, size };
	return true;
}

bool
use_take(struct rating *rating, const struct use *use, int64_t size, int64_t wanted, int64_t *taken)
{
	struct pool *pool = &rating->pools[use->pool];
	int64_t amount = use->allowance->amount;
	int64_t whole = pool->used < amount ? (amount - pool->used) / size : 0;

	*taken = whole < wanted ? whole : wanted;
	pool->used += *taken * size;
	return *taken == 0 || pool_label(rating, pool);
}
