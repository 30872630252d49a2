/* Rating: units that the customer has of its own, among those of allowances (see rate.h). */
#include "rating.h"

#include "../engine/base/must.h"

static const struct text nobody = { NULL, 0 };

/* The pool of the event's own units of a name: it begins with nothing used. NULL ends the rating. */
static struct pool *
own_pool(struct rating *rating, const struct own_units *own)
{
	for (size_t i = 0; i < rating->pool_count; i++)
		if (rating->pools[i].counts == own)
			return &rating->pools[i];
	struct pool *pools = rating_grow(
		rating, rating->pools, rating->pool_count, &rating->pool_room, sizeof *pools);
	if (pools == NULL)
		return NULL;
	rating->pools = pools;
	struct pool *pool = &pools[rating->pool_count++];
	*pool = (struct pool){
		.counts = own,
		.unit = rating->image->services[rating->service].unit,
		.cycle = { 0, INT64_MIN, own->till_ms },
		.name = { OWN_UNITS_PACKAGE, own->name, 0, nobody },
	};
	return pool;
}

/* Until when what an allowance has in a cycle may be used: to the end of the last one it carries into. */
static int64_t
use_till_ms(const struct rating *rating, const struct use *use)
{
	const struct pool *pool = &rating->pools[use->pool];
	const struct allowance *allowance = pool->counts;
	int64_t till_ms = pool->cycle.till_ms;

	if (use->own || allowance->valid_count > 0)
		return till_ms;
	for (unsigned i = 0; i < allowance->carry_cycles && till_ms < INSTANT_MAX; i++)
		till_ms = image_cycle(rating->image, allowance->every, till_ms).till_ms;
	return till_ms;
}

/* Moves the last use before the first that ends after it; own ones keep the order they came in. */
static void
own_place(struct rating *rating)
{
	size_t last = rating->use_count - 1, place = 0;
	const struct use use = rating->uses[last];
	int64_t till_ms = use_till_ms(rating, &use);

	for (size_t i = last; i > 0; i--)
		if (rating->uses[i - 1].own) {
			place = i;
			break;
		}
	while (place < last && use_till_ms(rating, &rating->uses[place]) <= till_ms)
		place++;
	memmove(&rating->uses[place + 1], &rating->uses[place], (last - place) * sizeof use);
	rating->uses[place] = use;
}

/* Where in the event its units from so many on begin. */
static int64_t
position_of(const struct rating *rating, int64_t units)
{
	int64_t counted = rating->usage->quantity;

	if (units == 0 || counted == 0)
		return 0;
	if (units >= counted)
		return rating->end;
	/* Of an item its service counts as many blocks as of every other. */
	return rating->lasts ? units * SECOND_MS : units * (rating->quantity / counted);
}

static void
end_before(int64_t *till, int64_t position, int64_t border)
{
	if (position < border && border < *till)
		*till = border;
}

bool
own_gather(struct rating *rating, const struct tariff *tariff, int64_t position, int64_t *till)
{
	const struct rate_question *question = rating->question;
	int64_t settled = position_of(rating, question->settled);

	if (!tariff->uses_own)
		return true;
	end_before(till, position, settled);
	for (size_t i = 0; i < question->own_count; i++) {
		const struct own_units *own = &question->own[i];
		int64_t since = position_of(rating, own->since);
		int64_t amount = (position < since ? 0 : own->used) +
			(position < settled ? 0 : own->left);
		must(own->used >= 0 && own->left >= 0 && amount >= 0);
		const struct pool *pool = own_pool(rating, own);
		struct use *use = pool == NULL ? NULL : use_new(rating, pool, amount, NULL);

		if (use == NULL)
			return false;
		use->own = true;
		own_place(rating);
		end_before(till, position, since);
	}
	return true;
}

static uint32_t
turn_of(const struct rating *rating, const struct consumption *one)
{
	for (size_t i = 0; i < rating->pool_count; i++)
		if (text_equal(rating->pools[i].name.package, one->name.package) &&
			text_equal(rating->pools[i].name.allowance, one->name.allowance) &&
			text_equal(rating->pools[i].name.group, one->name.group) &&
			rating->pools[i].name.cycle == one->name.cycle)
			return rating->pools[i].turn;
	must_not_come_here("a consumption of no pool");
}

void
own_sort(struct rating *rating, struct consumption *list)
{
	for (size_t i = 1; i < rating->consumption_count; i++) {
		const struct consumption one = list[i];
		uint32_t turn = turn_of(rating, &one);
		size_t place = i;

		for (; place > 0 && turn > 0 && turn_of(rating, &list[place - 1]) > turn; place--)
			list[place] = list[place - 1];
		list[place] = one;
	}
}
