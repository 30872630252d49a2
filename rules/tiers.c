/*
 * Tiers: what a unit costs by how many are paid for. Graduated tiers cut a run of units at their
 * edges, while it is walked. Volume tiers wait until all units of a line are there; then all have
 * one price.
 */
#include "rating.h"

#include "../engine/base/must.h"

/* Opens one pool of the tiers; its place goes to *place. */
static bool
pool_place(struct rating *rating, const struct choice *choice, const struct meter *meter,
	int64_t ms, uint32_t *place)
{
	struct pool *pool = meter_pool(
		rating, &(struct owner){ choice->package, choice->holding }, meter, ms);

	if (pool == NULL)
		return false;
	*place = (uint32_t)(pool - rating->pools);
	return true;
}

bool
tiers_open(struct rating *rating, const struct choice *choice, int64_t ms, struct tally *tally,
	int64_t *till_ms)
{
	const struct tiers *tiers = choice->tariff->tiers;

	*tally = (struct tally){ NO_POOL, NO_POOL };
	if (tiers->counted == NULL)
		return true;
	if (!pool_place(rating, choice, tiers->counted, ms, &tally->counted))
		return false;
	if (tiers->charged != NULL &&
		!pool_place(rating, choice, tiers->charged, ms, &tally->charged))
		return false;
	int64_t cycle_till_ms = rating->pools[tally->counted].cycle.till_ms;
	if (cycle_till_ms < *till_ms)
		*till_ms = cycle_till_ms;
	return true;
}

uint32_t
tiers_cut(const struct tiers *tiers, int64_t counted, int64_t size, int64_t *units)
{
	uint32_t tier = 0;

	must(counted >= 0 && size > 0 && *units > 0);
	while (tier + 1 < tiers->count && counted >= tiers->list[tier].up_to)
		tier++;
	if (tier + 1 == tiers->count)
		return tier;
	int64_t begin = (tiers->list[tier].up_to - counted - 1) / size + 1;
	if (*units > begin)
		*units = begin;
	return tier;
}

/* The tier that a sum of units reaches. */
static uint32_t
tier_reached(const struct tiers *tiers, int64_t sum)
{
	uint32_t tier = 0;

	while (tier + 1 < tiers->count && sum > tiers->list[tier].up_to)
		tier++;
	return tier;
}

static uint32_t
band_of(const struct tariff *tariff, const struct price_part *part)
{
	uint32_t band = 0;

	while (!text_equal(tariff->bands[band], part->band)) {
		band++;
		must(band < tariff->band_count);
	}
	return band;
}

/* Gives the units that waited for it their price. False if they cost more than can be held. */
static bool
parts_price(struct draft *draft, uint32_t tier)
{
	const struct tariff *tariff = draft->tariff;
	struct money amount;

	for (size_t i = 0; i < draft->part_count; i++) {
		struct price_part *part = &draft->parts[i];

		if (part->tier == 0)
			continue;
		part->tier = tier + 1;
		part->price = tariff->tiers->list[tier].prices[band_of(tariff, part)];
		if (!money_times(part->price, part->units, &amount) ||
			!money_add(draft->paid, amount, &draft->paid))
			return false;
	}
	return true;
}

/* What the units of the cycle before this line cost now, less what was charged for them. */
static bool
recount(struct draft *draft, int64_t before, struct money price, struct money charged)
{
	int64_t size = draft->tariff->next.size;
	int64_t steps = before / size + (before % size != 0);
	const struct money none = { 0 };

	if (!money_times(price, steps, &draft->recount) ||
		!money_subtract(draft->recount, charged, &draft->recount) ||
		!money_add(draft->paid, draft->recount, &draft->paid))
		return false;
	if (money_compare(draft->paid, none) < 0)
		draft->paid = none;
	return true;
}

bool
volume_price(struct rating *rating, struct draft *draft)
{
	const struct tiers *tiers = draft->tariff->tiers;
	struct pool *pool = draft->tally.counted == NO_POOL ? NULL
							    : &rating->pools[draft->tally.counted];
	int64_t before = pool == NULL ? 0 : pool->used;
	int64_t sum;

	must(tiers->volume);
	if (draft->counted == 0)
		return true;
	if (__builtin_add_overflow(before, draft->counted, &sum))
		return refuse_overflow(rating, draft);
	uint32_t tier = tier_reached(tiers, sum);
	if (!parts_price(draft, tier))
		return refuse_overflow(rating, draft);
	if (pool == NULL)
		return true;
	pool->used = sum;
	return recount(draft, before, tiers->list[tier].prices[0],
		       (struct money){ rating->pools[draft->tally.charged].used }) ||
		refuse_overflow(rating, draft);
}

bool
volume_note(struct rating *rating, const struct draft *draft, struct money amount)
{
	struct pool *pool = &rating->pools[draft->tally.charged];

	must(pool->money && amount.micros >= 0);
	return !__builtin_add_overflow(pool->used, amount.micros, &pool->used) ||
		refuse_overflow(rating, draft);
}
