#include "rating.h"

#include "../engine/base/must.h"

#include <string.h>

static bool
same_counter(const struct counter_name *a, const struct counter_name *b)
{
	return a->cycle == b->cycle && text_equal(a->package, b->package) &&
		text_equal(a->allowance, b->allowance);
}

/* What a pool is asked for: an allowance or a meter. */
struct counted {
	const void *what;
	struct text id;
	bool money;
	enum unit unit;
};

/*
 * The pool of what was not yet counted in a cycle: with a counter that is read now, or, if this is
 * another version of a package, with the counter that the event has moved already. NULL ends the
 * rating.
 */
static struct pool *
pool_open(struct rating *rating, const struct package *package, const struct counted *counted,
	const struct cycle_span *cycle)
{
	const struct rate_facts *facts = &rating->question->facts;
	struct pool *pools = rating_grow(
		rating, rating->pools, rating->pool_count, &rating->pool_room, sizeof *pools);

	if (pools == NULL)
		return NULL;
	rating->pools = pools;
	struct pool *pool = &pools[rating->pool_count];
	pool->counts = counted->what;
	pool->money = counted->money;
	pool->unit = counted->unit;
	pool->cycle = *cycle;
	pool->name.package = package->id;
	pool->name.allowance = counted->id;
	pool->name.cycle = (int32_t)pool->cycle.first_day;
	pool->label = (struct text){ NULL, 0 };
	for (struct pool *earlier = pools; earlier < pool; earlier++)
		if (same_counter(&earlier->name, &pool->name)) {
			earlier->counts = counted->what;
			earlier->cycle = pool->cycle;
			return earlier;
		}
	pool->used_before = 0;
	if (facts->counter(facts->context, &pool->name, &pool->used_before) == FACT_COLD) {
		rating->outcome = RATE_COLD;
		return NULL;
	}
	must(pool->used_before >= 0);
	pool->used = pool->used_before;
	rating->pool_count++;
	return pool;
}

/* The pool that is open for the cycle of an instant; NULL if none is. */
static inline struct pool *
pool_find(struct rating *rating, const void *what, int64_t ms)
{
	for (size_t i = 0; i < rating->pool_count; i++) {
		struct pool *pool = &rating->pools[i];

		if (pool->counts == what && pool->cycle.from_ms <= ms && ms < pool->cycle.till_ms)
			return pool;
	}
	return NULL;
}

struct pool *
meter_pool(
	struct rating *rating, const struct package *package, const struct meter *meter, int64_t ms)
{
	struct pool *pool = pool_find(rating, meter, ms);

	if (pool != NULL)
		return pool;
	struct cycle_span cycle = image_cycle(rating->image, meter->every, ms);
	return pool_open(rating, package,
		&(struct counted){ meter, meter->id, meter->money, meter->unit }, &cycle);
}

/* Adds what an allowance has in the cycle of `ms` to what a run may use. NULL ends the rating. */
static inline const struct pool *
use_add_cycle(struct rating *rating, const struct package *package,
	const struct allowance *allowance, int64_t ms)
{
	struct use *uses = rating_grow(
		rating, rating->uses, rating->use_count, &rating->use_room, sizeof *uses);
	struct pool *pool = pool_find(rating, allowance, ms);

	if (uses == NULL)
		return NULL;
	rating->uses = uses;
	if (pool == NULL) {
		struct cycle_span cycle = image_cycle(rating->image, allowance->every, ms);
		pool = pool_open(rating, package,
			&(struct counted){ allowance, allowance->id, false, allowance->unit },
			&cycle);
	}
	if (pool == NULL)
		return NULL;
	uses[rating->use_count].amount = allowance->amount;
	uses[rating->use_count].pool = (size_t)(pool - rating->pools);
	uses[rating->use_count].convert = allowance->convert;
	rating->use_count++;
	return pool;
}

/*
 * Adds what an allowance gave once, when it began to be held, as long as it is good. What was
 * bought twice on a day has one counter, which may count to the sum of both.
 */
static bool
use_add_given(struct rating *rating, const struct owner *owner, const struct allowance *allowance,
	int64_t ms, int64_t *till_ms)
{
	const struct allowance *given = grant_given(rating->image, owner, allowance);

	if (given == NULL)
		return true;
	struct cycle_span span = grant_validity(rating->image, owner, given);
	if (ms >= span.till_ms)
		return true;
	struct use *uses = rating_grow(
		rating, rating->uses, rating->use_count, &rating->use_room, sizeof *uses);
	if (uses == NULL)
		return false;
	rating->uses = uses;
	const struct pool *pool = pool_open(rating, owner->package,
		&(struct counted){ given, given->id, false, given->unit }, &span);
	if (pool == NULL)
		return false;
	struct use use = { given->amount, (size_t)(pool - rating->pools), given->convert };
	for (size_t i = 0; i < rating->use_count; i++)
		if (uses[i].pool == use.pool)
			use.amount = uses[i].amount + given->amount;
	uses[rating->use_count++] = use;
	if (span.till_ms < *till_ms)
		*till_ms = span.till_ms;
	return true;
}

/* Adds what is left of earlier cycles, the earliest first. */
static bool
use_add_carried(struct rating *rating, const struct owner *owner, const struct allowance *allowance,
	int64_t ms)
{
	for (unsigned back = allowance->carry_cycles; back > 0; back--) {
		struct cycle_span cycle = image_cycle(rating->image, allowance->every, ms);
		const struct allowance *earlier = NULL;
		bool there = true;

		for (unsigned i = 0; i < back && there; i++)
			there = cycle_step_back(rating->image, allowance->every, &cycle);
		if (there)
			earlier = grant_earlier(rating->image, owner, allowance, &cycle);
		if (earlier == NULL)
			continue;
		if (use_add_cycle(rating, owner->package, earlier, cycle.from_ms) == NULL)
			return false;
		rating->uses[rating->use_count - 1].amount = grant_amount(
			rating->image, owner, earlier, &cycle);
	}
	return true;
}

/* Adds an allowance to what a run at `ms` may use; the run ends with the allowance's cycle. */
static bool
use_add(struct rating *rating, const struct owner *owner, const struct allowance *allowance,
	int64_t ms, int64_t *till_ms)
{
	if (!rating_serves(rating, allowance->service, &allowance->zones))
		return true;
	if (allowance->valid_count > 0)
		return use_add_given(rating, owner, allowance, ms, till_ms);
	if (allowance->carry_cycles > 0 && !use_add_carried(rating, owner, allowance, ms))
		return false;
	const struct pool *pool = use_add_cycle(rating, owner->package, allowance, ms);
	if (pool == NULL)
		return false;
	if (allowance->first_by_day)
		rating->uses[rating->use_count - 1].amount = grant_amount(
			rating->image, owner, allowance, &pool->cycle);
	if (pool->cycle.till_ms < *till_ms)
		*till_ms = pool->cycle.till_ms;
	return true;
}

/* The same for all that is held of a version of a package: each was given its own. */
static bool
use_add_all_given(struct rating *rating, const struct package *package,
	const struct allowance *allowance, int64_t ms, int64_t *till_ms)
{
	for (size_t i = 0; i < rating->held_count; i++) {
		const struct held *held = &rating->held[i];
		struct owner owner = { package, held->since_ms };

		if (held->package == package && held->from_ms <= ms && ms < held->till_ms &&
			!use_add(rating, &owner, allowance, ms, till_ms))
			return false;
	}
	return true;
}

bool
uses_gather(struct rating *rating, const struct choice *choice, int64_t ms, int64_t *till_ms)
{
	const struct tariff *tariff = choice->tariff;
	struct owner owner = { choice->package, choice->since_ms };

	rating->use_count = 0;
	for (uint32_t i = 0; i < tariff->use_count; i++) {
		const struct allowance *allowance = &choice->package->allowances[tariff->uses[i]];

		if (allowance->valid_count > 0 ? !use_add_all_given(rating, choice->package,
							 allowance, ms, till_ms)
					       : !use_add(rating, &owner, allowance, ms, till_ms))
			return false;
	}
	for (size_t i = 0; tariff->uses_any && i < rating->held_count; i++) {
		const struct held *held = &rating->held[i];

		if (ms < held->from_ms || ms >= held->till_ms)
			continue;
		owner = (struct owner){ held->package, held->since_ms };
		for (uint32_t j = 0; j < held->package->allowance_count; j++)
			if (!use_add(rating, &owner, &held->package->allowances[j], ms, till_ms))
				return false;
	}
	return true;
}

void
rate_counters(const struct image *image, uint32_t service, struct text package, int64_t at_ms,
	void (*told)(void *context, const struct counter_name *name), void *context)
{
	uint32_t first, count;

	if (!image_package(image, package, &first, &count))
		return;
	for (const struct package *version = &image->packages[first]; count > 0;
		version++, count--) {
		if (at_ms < version->from_ms || at_ms >= version->till_ms)
			continue;
		for (uint32_t i = 0; i < version->allowance_count; i++) {
			const struct allowance *allowance = &version->allowances[i];

			if (allowance->service != service || allowance->valid_count > 0)
				continue; /* what was bought when is not asked here */
			struct cycle_span cycle = image_cycle(image, allowance->every, at_ms);
			unsigned back = 0;
			do {
				told(context,
					&(struct counter_name){ version->id, allowance->id,
						(int32_t)cycle.first_day });
			} while (back++ < allowance->carry_cycles &&
				cycle_step_back(image, allowance->every, &cycle));
		}
		for (uint32_t i = 0; i < version->meter_count; i++) {
			const struct meter *meter = &version->meters[i];

			if (meter->service != service && meter->service != NO_INDEX)
				continue;
			struct cycle_span cycle = image_cycle(image, meter->every, at_ms);
			told(context,
				&(struct counter_name){
					version->id, meter->id, (int32_t)cycle.first_day });
		}
	}
}

bool
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

int64_t
use_draws(const struct use *use, const struct tariff *tariff, int64_t size)
{
	static const struct convert itself = { 1, 1 };
	const struct convert *paid = tariff->convert == NULL ? &itself : tariff->convert;
	const struct convert *free = use->convert == NULL ? &itself : use->convert;

	if (paid == free)
		return size;
	/* Steps that are converted are at most 2^40, too: none of this overflows. */
	__int128 above = (__int128)size * paid->each * free->as;
	__int128 below = (__int128)paid->as * free->each;
	must(above % below == 0 && above / below <= INT64_MAX); /* rules/lib/serves.lua saw to it */
	return (int64_t)(above / below);
}

bool
use_take(
	struct rating *rating, const struct use *use, int64_t draws, int64_t wanted, int64_t *taken)
{
	struct pool *pool = &rating->pools[use->pool];
	int64_t left = use->amount - pool->used;
	int64_t needed;

	*taken = wanted;
	must(draws > 0);
	if (__builtin_mul_overflow(wanted, draws, &needed) || needed > left)
		*taken = left > 0 ? left / draws : 0;
	pool->used += *taken * draws;
	return *taken == 0 || pool_label(rating, pool);
}
