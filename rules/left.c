/*
 * What an allowance has left at an instant: what pools.c would find, without an event that asks for
 * it.
 */
#include "rating.h"

#include "../engine/base/must.h"

/* What the counter of an allowance has counted, for whom it counts. */
static enum fact
counted_of(const struct rate_facts *facts, const struct owner *owner,
	const struct allowance *allowance, int64_t first_day, int64_t *used)
{
	struct counter_name name = { owner->package->id, allowance->id, (int32_t)first_day,
		owner_group(owner, allowance->shared) };

	*used = 0;
	return facts->counter(facts->context, &name, used);
}

/* Adds what is left of one cycle. */
static enum fact
add_cycle(const struct rate_question *question, const struct owner *owner,
	const struct allowance *allowance, const struct cycle_span *cycle, int64_t *left)
{
	int64_t used;

	if (counted_of(&question->facts, owner, allowance, cycle->first_day, &used) == FACT_COLD)
		return FACT_COLD;
	int64_t amount = grant_amount(question->image, owner, allowance, cycle);
	must(amount >= 0 && used >= 0);
	if (amount > used)
		*left += amount - used;
	return FACT_KNOWN;
}

/* What is left of all cycles that serve at `ms`. */
static enum fact
add_cycles(const struct rate_question *question, const struct owner *owner,
	const struct allowance *allowance, int64_t ms, int64_t *left)
{
	const struct image *image = question->image;
	struct cycle_span cycle = image_cycle(image, allowance->every, ms);

	if (add_cycle(question, owner, allowance, &cycle, left) == FACT_COLD)
		return FACT_COLD;
	for (unsigned back = allowance->carry_cycles; back > 0; back--) {
		if (!cycle_step_back(image, allowance->every, &cycle))
			break;
		const struct allowance *earlier = grant_earlier(image, owner, allowance, &cycle);
		if (earlier != NULL &&
			add_cycle(question, owner, earlier, &cycle, left) == FACT_COLD)
			return FACT_COLD;
	}
	return FACT_KNOWN;
}

/*
 * Of what a holding gave once: those of one day have one counter, and are used one by one. What a
 * group was given, it was given once.
 */
static enum fact
add_given(const struct rate_question *question, const struct owner *owner,
	const struct allowance *given, int64_t *left)
{
	struct cycle_span span = grant_validity(question->image, owner, given);
	bool by_group = owner_group(owner, given->shared).size > 0;
	int64_t used, before = 0;

	if (counted_of(&question->facts, owner, given, span.first_day, &used) == FACT_COLD)
		return FACT_COLD;
	for (const struct holding *earlier = question->holdings;
		earlier < owner->holding && !by_group; earlier++) {
		struct owner other = { owner->package, earlier };

		if (text_equal(earlier->package, owner->package->id) &&
			grant_validity(question->image, &other, given).first_day == span.first_day)
			before += given->amount;
	}
	used = used < before ? 0 : used - before;
	*left += used < given->amount ? given->amount - used : 0;
	return FACT_KNOWN;
}

/* Adds what is left of an allowance that one holding has. */
static enum fact
add_left(const struct rate_question *question, const struct owner *owner,
	const struct allowance *allowance, int64_t ms, int64_t *left)
{
	if (allowance->valid_count == 0)
		return add_cycles(question, owner, allowance, ms, left);
	const struct allowance *given = grant_given(question->image, owner, allowance);
	if (given == NULL || ms >= grant_validity(question->image, owner, given).till_ms)
		return FACT_KNOWN;
	return add_given(question, owner, given, left);
}

/* The version that a holding has at an instant; NULL if it has none. */
static const struct package *
version_held(const struct image *image, const struct holding *holding, int64_t ms)
{
	return ms < holding->from_ms || ms >= holding->till_ms
		? NULL
		: package_version(image, holding->package, ms);
}

enum fact
rate_left(const struct rate_question *question, struct text package, struct text id, int64_t ms,
	int64_t *left)
{
	*left = 0;
	for (size_t i = 0; i < question->holding_count; i++) {
		const struct holding *holding = &question->holdings[i];
		struct owner owner = { NULL, holding };

		if (!text_equal(holding->package, package))
			continue;
		owner.package = version_held(question->image, holding, ms);
		if (owner.package == NULL)
			continue;
		const struct allowance *allowance = package_allowance(owner.package, id);
		if (allowance == NULL)
			continue;
		if (add_left(question, &owner, allowance, ms, left) == FACT_COLD)
			return FACT_COLD;
		if (allowance->valid_count == 0)
			break; /* each cycle gives once, however often it is held */
	}
	return FACT_KNOWN;
}

/* What a member may still take in the cycle of an instant. */
static enum fact
find_member_left(const struct rate_question *question, const struct owner *owner,
	const struct allowance *allowance, int64_t ms, struct allowance_left *left)
{
	must(allowance->member != NULL);
	struct cycle_span cycle = image_cycle(question->image, allowance->every, ms);
	struct counter_name name = { owner->package->id, allowance->member->id,
		(int32_t)cycle.first_day, { NULL, 0 } };
	int64_t used = 0;

	if (question->facts.counter(question->facts.context, &name, &used) == FACT_COLD)
		return FACT_COLD;
	left->member_left = used < allowance->member_cap ? allowance->member_cap - used : 0;
	return FACT_KNOWN;
}

/* Is it the first of what the package has under this id, and the package the first that is held? */
static bool
is_told_first(const struct rate_question *question, const struct owner *owner,
	const struct allowance *allowance, int64_t ms)
{
	for (const struct holding *earlier = question->holdings; earlier < owner->holding;
		earlier++)
		if (text_equal(earlier->package, owner->package->id) &&
			version_held(question->image, earlier, ms) != NULL)
			return false;
	return package_allowance(owner->package, allowance->id) == allowance;
}

enum fact
rate_left_each(const struct rate_question *question, int64_t ms,
	void (*told)(void *context, const struct allowance_left *left), void *context)
{
	for (size_t i = 0; i < question->holding_count; i++) {
		const struct holding *holding = &question->holdings[i];
		struct owner owner = { version_held(question->image, holding, ms), holding };

		for (uint32_t j = 0; owner.package != NULL && j < owner.package->allowance_count;
			j++) {
			const struct allowance *allowance = &owner.package->allowances[j];
			struct allowance_left left = { owner.package->id, allowance->id,
				owner_group(&owner, allowance->shared), allowance->unit, 0,
				allowance->member != NULL, 0 };

			if (!is_told_first(question, &owner, allowance, ms))
				continue;
			if (rate_left(question, left.package, left.allowance, ms, &left.left) ==
					FACT_COLD ||
				(left.capped &&
					find_member_left(question, &owner, allowance, ms, &left) ==
						FACT_COLD))
				return FACT_COLD;
			told(context, &left);
		}
	}
	return FACT_KNOWN;
}
