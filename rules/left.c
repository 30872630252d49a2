/*
 * What an allowance has left at an instant: what pools.c would find, without an event that asks for
 * it.
 */
#include "rating.h"

#include "../engine/base/must.h"

static const struct allowance *
allowance_of(const struct package *package, struct text id)
{
	for (uint32_t i = 0; i < package->allowance_count; i++)
		if (text_equal(package->allowances[i].id, id))
			return &package->allowances[i];
	return NULL;
}

/* Adds what is left of one cycle. */
static enum fact
add_cycle(const struct image *image, const struct rate_facts *facts, const struct owner *owner,
	const struct allowance *allowance, const struct cycle_span *cycle, int64_t *left)
{
	int64_t used = 0;
	struct counter_name name = { owner->package->id, allowance->id, (int32_t)cycle->first_day };

	if (facts->counter(facts->context, &name, &used) == FACT_COLD)
		return FACT_COLD;
	int64_t amount = grant_amount(image, owner, allowance, cycle);
	must(amount >= 0 && used >= 0);
	if (amount > used)
		*left += amount - used;
	return FACT_KNOWN;
}

enum fact
rate_left(const struct image *image, const struct rate_facts *facts, const struct holding *holding,
	struct text id, int64_t ms, int64_t *left)
{
	struct owner owner = { package_version(image, holding->package, ms), holding->from_ms };
	const struct allowance *allowance = owner.package == NULL ? NULL
								  : allowance_of(owner.package, id);

	*left = 0;
	if (allowance == NULL || ms < holding->from_ms || ms >= holding->till_ms)
		return FACT_KNOWN;
	struct cycle_span cycle = image_cycle(image, allowance->every, ms);
	if (add_cycle(image, facts, &owner, allowance, &cycle, left) == FACT_COLD)
		return FACT_COLD;
	for (unsigned back = allowance->carry_cycles; back > 0; back--) {
		if (!cycle_step_back(image, allowance->every, &cycle))
			break;
		const struct allowance *earlier = grant_earlier(image, &owner, allowance, &cycle);
		if (earlier != NULL &&
			add_cycle(image, facts, &owner, earlier, &cycle, left) == FACT_COLD)
			return FACT_COLD;
	}
	return FACT_KNOWN;
}
