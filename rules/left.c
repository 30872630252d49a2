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

/* What is left of all cycles that serve at `ms`. */
static enum fact
add_cycles(const struct rate_question *question, const struct owner *owner,
	const struct allowance *allowance, int64_t ms, int64_t *left)
{
	const struct image *image = question->image;
	struct cycle_span cycle = image_cycle(image, allowance->every, ms);

	if (add_cycle(image, &question->facts, owner, allowance, &cycle, left) == FACT_COLD)
		return FACT_COLD;
	for (unsigned back = allowance->carry_cycles; back > 0; back--) {
		if (!cycle_step_back(image, allowance->every, &cycle))
			break;
		const struct allowance *earlier = grant_earlier(image, owner, allowance, &cycle);
		if (earlier != NULL &&
			add_cycle(image, &question->facts, owner, earlier, &cycle, left) ==
				FACT_COLD)
			return FACT_COLD;
	}
	return FACT_KNOWN;
}

/* Of what a holding gave once: those of one day have one counter, and are used one by one. */
static enum fact
add_given(const struct rate_question *question, size_t index, const struct owner *owner,
	const struct allowance *given, int64_t *left)
{
	struct cycle_span span = grant_validity(question->image, owner, given);
	struct counter_name name = { owner->package->id, given->id, (int32_t)span.first_day };
	int64_t used = 0, before = 0;

	if (question->facts.counter(question->facts.context, &name, &used) == FACT_COLD)
		return FACT_COLD;
	for (size_t i = 0; i < index; i++) {
		struct owner other = { owner->package, question->holdings[i].from_ms };

		if (text_equal(question->holdings[i].package, owner->package->id) &&
			grant_validity(question->image, &other, given).first_day == span.first_day)
			before += given->amount;
	}
	used = used < before ? 0 : used - before;
	*left += used < given->amount ? given->amount - used : 0;
	return FACT_KNOWN;
}

enum fact
rate_left(const struct rate_question *question, struct text package, struct text id, int64_t ms,
	int64_t *left)
{
	*left = 0;
	for (size_t i = 0; i < question->holding_count; i++) {
		const struct holding *holding = &question->holdings[i];
		struct owner owner = { package_version(question->image, package, ms),
			holding->from_ms };

		if (!text_equal(holding->package, package) || ms < holding->from_ms ||
			ms >= holding->till_ms || owner.package == NULL)
			continue;
		const struct allowance *allowance = allowance_of(owner.package, id);
		if (allowance == NULL)
			continue;
		if (allowance->valid_count == 0)
			return add_cycles(question, &owner, allowance, ms, left);
		const struct allowance *given = grant_given(question->image, &owner, allowance);
		if (given != NULL && ms < grant_validity(question->image, &owner, given).till_ms &&
			add_given(question, i, &owner, given, left) == FACT_COLD)
			return FACT_COLD;
	}
	return FACT_KNOWN;
}
