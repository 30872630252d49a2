/*
 * Limits and caps: what a package bounds over a cycle, for all usage that it serves. Both ask which
 * packages are held when the event begins, and count in the cycle of that instant.
 */
#include "rating.h"

#include "../engine/base/must.h"

/* Which of them serves the event; NULL if none does. */
static const struct serve *
serve_of(const struct rating *rating, const struct serve *serves, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (rating_serves(rating, serves[i].service, &serves[i].zones))
			return &serves[i];
	return NULL;
}

/* One limit, before the event is priced or after. */
typedef bool limit_visit(struct rating *rating, const struct package *package,
	const struct limit *limit, struct pool *pool);

/* What a quantity that has begun is, converted. False if it is more than can be held. */
static bool
convert_quantity(const struct convert *convert, int64_t quantity, int64_t *converted)
{
	*converted = quantity;
	return convert == NULL ||
		!__builtin_mul_overflow(quantity / convert->each + (quantity % convert->each != 0),
			convert->as, converted);
}

static bool
limits_visit(struct rating *rating, limit_visit *visit)
{
	for (size_t i = 0; i < rating->held_count; i++) {
		const struct package *package = rating->held[i].package;
		const struct owner owner = { package, rating->held[i].holding };

		if (package->limit_count == 0 || !held_in_force(rating, i))
			continue;
		for (uint32_t j = 0; j < package->limit_count; j++) {
			const struct limit *limit = &package->limits[j];

			if (!rating_serves_any(rating, limit->serves, limit->serve_count))
				continue;
			struct pool *pool = meter_pool(
				rating, &owner, limit->meter, rating->usage->at_ms);
			if (pool == NULL || !visit(rating, package, limit, pool))
				return false;
		}
	}
	return true;
}

/* What the limit counts of the units that were used before; false if that is too much to hold. */
static bool
limit_done(const struct rating *rating, const struct limit *limit, int64_t *done)
{
	const struct serve *serve = serve_of(rating, limit->serves, limit->serve_count);
	int64_t quantity = rating->question->done;

	must(serve != NULL && quantity <= rating->usage->quantity);
	if (quantity > 0) /* of each unit as many as of the event's others */
		quantity *= rating->quantity / rating->usage->quantity;
	return convert_quantity(serve->convert, quantity, done);
}

static bool
limit_check(struct rating *rating, const struct package *package, const struct limit *limit,
	struct pool *pool)
{
	int64_t counted = pool->used, done;

	must(limit->amount > 0 && !pool->money);
	if (rating->question->done > 0) {
		if (rating->question->done == rating->usage->quantity)
			return true;
		if (!limit_done(rating, limit, &done) ||
			__builtin_add_overflow(counted, done, &counted))
			return refuse_beyond(rating, "units");
	}
	return counted < limit->amount || refuse_limit(rating, package, limit, counted);
}

static bool
limit_note(struct rating *rating, const struct package *package, const struct limit *limit,
	struct pool *pool)
{
	const struct serve *serve = serve_of(rating, limit->serves, limit->serve_count);
	int64_t quantity;

	(void)package;
	must(serve != NULL);
	return (convert_quantity(serve->convert, rating->quantity, &quantity) &&
		       !__builtin_add_overflow(pool->used, quantity, &pool->used)) ||
		refuse_beyond(rating, "units");
}

bool
limits_check(struct rating *rating)
{
	return limits_visit(rating, limit_check);
}

bool
limits_note(struct rating *rating)
{
	return limits_visit(rating, limit_note);
}

/* Lowers a line's amount to what a cap has left, and names the cap. */
static bool
cap_lower(struct rating *rating, const struct cap *cap, struct pool *pool, struct price_line *line)
{
	const struct money none = { 0 };
	struct money left;

	must(pool->money && line->amount.micros >= 0);
	if (!money_subtract(cap->amount, (struct money){ pool->used }, &left) ||
		money_compare(left, none) < 0)
		left = none;
	if (money_compare(line->amount, left) <= 0)
		return true;
	if (!pool_label(rating, pool))
		return false;
	if (line->cap.size == 0)
		line->uncapped = line->amount;
	line->cap = pool->label;
	line->amount = left;
	return true;
}

/* One round over the caps that serve the event: to lower the line, then to count what it costs. */
static bool
caps_visit(struct rating *rating, struct price_line *line, bool lower)
{
	for (size_t i = 0; i < rating->held_count; i++) {
		const struct package *package = rating->held[i].package;
		const struct owner owner = { package, rating->held[i].holding };

		if (package->cap_count == 0 || !held_in_force(rating, i))
			continue;
		for (uint32_t j = 0; j < package->cap_count; j++) {
			const struct cap *cap = &package->caps[j];

			if (!rating_serves_any(rating, cap->serves, cap->serve_count))
				continue;
			struct pool *pool = meter_pool(
				rating, &owner, cap->meter, rating->usage->at_ms);
			if (pool == NULL || (lower && !cap_lower(rating, cap, pool, line)))
				return false;
			if (!lower)
				pool->used += line->amount.micros; /* no more than was left */
		}
	}
	return true;
}

bool
caps_apply(struct rating *rating, struct price_line *line)
{
	return caps_visit(rating, line, true) && caps_visit(rating, line, false);
}
