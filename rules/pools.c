/* Rating: what allowances and meters hold, and what is taken of them (see rating.h). */
#include "rating.h"

#include "../engine/base/must.h"

#include <string.h>

static bool
same_counter(const struct counter_name *a, const struct counter_name *b)
{
	return a->cycle == b->cycle && text_equal(a->package, b->package) &&
		text_equal(a->allowance, b->allowance) && text_equal(a->group, b->group);
}

/* What a pool is asked for: an allowance or a meter. */
struct counted {
	const void *what;
	struct text id;
	bool money;
	enum unit unit;
	bool shared;
};

static struct counted
counted_allowance(const struct allowance *allowance)
{
	return (struct counted){ allowance, allowance->id, false, allowance->unit,
		allowance->shared };
}

/*
 * The pool of what was not yet counted in a cycle: with a counter that is read now, or, if this is
 * another version of a package, with the counter that the event has moved already. NULL ends the
 * rating.
 */
static struct pool *
pool_open(struct rating *rating, const struct owner *owner, const struct counted *counted,
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
	pool->name.package = owner->package->id;
	pool->name.allowance = counted->id;
	pool->name.cycle = (int32_t)pool->cycle.first_day;
	pool->name.group = owner_group(owner, counted->shared);
	pool->turn = 0;
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

/*
 * The pool that is open for the cycle of an instant; NULL if none is. A group is known by where its
 * holding names it: if another names it too, pool_open finds out.
 */
static inline struct pool *
pool_find(struct rating *rating, const void *what, struct text group, int64_t ms)
{
	for (size_t i = 0; i < rating->pool_count; i++) {
		struct pool *pool = &rating->pools[i];

		if (pool->counts == what && pool->name.group.data == group.data &&
			pool->cycle.from_ms <= ms && ms < pool->cycle.till_ms)
			return pool;
	}
	return NULL;
}

struct pool *
meter_pool(struct rating *rating, const struct owner *owner, const struct meter *meter, int64_t ms)
{
	struct pool *pool = pool_find(rating, meter, owner_group(owner, meter->shared), ms);

	if (pool != NULL)
		return pool;
	struct cycle_span cycle = image_cycle(rating->image, meter->every, ms);
	return pool_open(rating, owner,
		&(struct counted){ meter, meter->id, meter->money, meter->unit, meter->shared },
		&cycle);
}

struct use *
use_new(struct rating *rating, const struct pool *pool, int64_t amount,
	const struct convert *convert)
{
	struct use *uses = rating_grow(
		rating, rating->uses, rating->use_count, &rating->use_room, sizeof *uses);

	if (uses == NULL)
		return NULL;
	rating->uses = uses;
	uses += rating->use_count++;
	uses->amount = amount;
	uses->pool = (size_t)(pool - rating->pools);
	uses->convert = convert;
	uses->member = NO_POOL;
	uses->own = false;
	return uses;
}

/* Adds what an allowance has in the cycle of `ms` to what a run may use. NULL ends the rating. */
static inline struct use *
use_add_cycle(struct rating *rating, const struct owner *owner, const struct allowance *allowance,
	int64_t ms)
{
	struct pool *pool = pool_find(rating, allowance, owner_group(owner, allowance->shared), ms);

	if (pool == NULL) {
		struct cycle_span cycle = image_cycle(rating->image, allowance->every, ms);
		struct counted counted = counted_allowance(allowance);
		pool = pool_open(rating, owner, &counted, &cycle);
	}
	return pool == NULL ? NULL : use_new(rating, pool, allowance->amount, allowance->convert);
}

/*
 * Adds what an allowance gave once, when it began to be held, as long as it is good. What was
 * bought twice on a day has one counter, which may count to the sum of both; what a group bought,
 * it bought once.
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
	struct counted counted = counted_allowance(given);
	const struct pool *pool = pool_open(rating, owner, &counted, &span);
	struct use *use = pool == NULL ? NULL
				       : use_new(rating, pool, given->amount, given->convert);
	if (use == NULL)
		return false;
	for (const struct use *earlier = rating->uses; earlier < use; earlier++)
		if (earlier->pool == use->pool && pool->name.group.size == 0)
			use->amount = earlier->amount + given->amount;
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
		struct use *use = use_add_cycle(rating, owner, earlier, cycle.from_ms);
		if (use == NULL)
			return false;
		use->amount = grant_amount(rating->image, owner, earlier, &cycle);
	}
	return true;
}

/* A member takes no more than its cap in the cycle of `ms`, whatever it takes it from. */
static bool
uses_bound(struct rating *rating, const struct owner *owner, const struct allowance *allowance,
	size_t first, int64_t ms)
{
	const struct pool *member = meter_pool(rating, owner, allowance->member, ms);

	if (member == NULL)
		return false;
	for (size_t i = first; i < rating->use_count; i++) {
		rating->uses[i].member = (size_t)(member - rating->pools);
		rating->uses[i].member_cap = allowance->member_cap;
	}
	return true;
}

/* Adds an allowance to what a run at `ms` may use; the run ends with the allowance's cycle. */
static bool
use_add(struct rating *rating, const struct owner *owner, const struct allowance *allowance,
	int64_t ms, int64_t *till_ms)
{
	size_t first = rating->use_count;

	if (!rating_serves(rating, allowance->service, &allowance->zones))
		return true;
	if (allowance->valid_count > 0)
		return use_add_given(rating, owner, allowance, ms, till_ms);
	if (allowance->carry_cycles > 0 && !use_add_carried(rating, owner, allowance, ms))
		return false;
	struct use *use = use_add_cycle(rating, owner, allowance, ms);
	if (use == NULL)
		return false;
	const struct cycle_span *cycle = &rating->pools[use->pool].cycle;
	if (allowance->first_by_day)
		use->amount = grant_amount(rating->image, owner, allowance, cycle);
	if (cycle->till_ms < *till_ms)
		*till_ms = cycle->till_ms;
	return allowance->member == NULL || uses_bound(rating, owner, allowance, first, ms);
}

/* The same for all that is held of a version of a package: each was given its own. */
static bool
use_add_all_given(struct rating *rating, const struct package *package,
	const struct allowance *allowance, int64_t ms, int64_t *till_ms)
{
	for (size_t i = 0; i < rating->held_count; i++) {
		const struct held *held = &rating->held[i];
		struct owner owner = { package, held->holding };

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
	struct owner owner = { choice->package, choice->holding };

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
		owner = (struct owner){ held->package, held->holding };
		for (uint32_t j = 0; j < held->package->allowance_count; j++)
			if (!use_add(rating, &owner, &held->package->allowances[j], ms, till_ms))
				return false;
	}
	return true;
}

void
rate_counters(const struct image *image, uint32_t service, const struct holding *holding,
	int64_t at_ms, void (*told)(void *context, const struct counter_name *name), void *context)
{
	uint32_t first, count;

	if (!image_package(image, holding->package, &first, &count))
		return;
	for (const struct package *version = &image->packages[first]; count > 0;
		version++, count--) {
		const struct owner owner = { version, holding };

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
						(int32_t)cycle.first_day,
						owner_group(&owner, allowance->shared) });
			} while (back++ < allowance->carry_cycles &&
				cycle_step_back(image, allowance->every, &cycle));
		}
		for (uint32_t i = 0; i < version->meter_count; i++) {
			const struct meter *meter = &version->meters[i];

			if (meter->service != service && meter->service != NO_INDEX)
				continue;
			struct cycle_span cycle = image_cycle(image, meter->every, at_ms);
			told(context,
				&(struct counter_name){ version->id, meter->id,
					(int32_t)cycle.first_day,
					owner_group(&owner, meter->shared) });
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
	if (use->own && above % below != 0)
		return 0;
	must(above % below == 0 && above / below <= INT64_MAX); /* rules/lib/serves.lua saw to it */
	return (int64_t)(above / below);
}

bool
use_take(
	struct rating *rating, const struct use *use, int64_t draws, int64_t wanted, int64_t *taken)
{
	struct pool *pool = &rating->pools[use->pool];
	struct pool *member = use->member == NO_POOL ? NULL : &rating->pools[use->member];
	int64_t left = use->amount - pool->used;
	int64_t needed;

	must(draws > 0 || use->own);
	*taken = draws > 0 ? wanted : 0;
	if (draws == 0)
		return true;
	if (member != NULL && use->member_cap - member->used < left)
		left = use->member_cap - member->used;
	if (__builtin_mul_overflow(wanted, draws, &needed) || needed > left)
		*taken = left > 0 ? left / draws : 0;
	pool->used += *taken * draws;
	if (member != NULL)
		member->used += *taken * draws;
	if (*taken == 0)
		return true;
	if (pool->turn == 0)
		pool->turn = ++rating->turns;
	return pool_label(rating, pool);
}
