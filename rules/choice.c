/* Rating: which tariff prices a component at an instant (see rating.h). */
#include "rating.h"

#include "../engine/base/must.h"

/* Keeps the list in order of layers, and in the order of the holdings within a layer. */
static bool
held_insert(struct rating *rating, struct held held)
{
	struct held *list = rating_grow(
		rating, rating->held, rating->held_count, &rating->held_room, sizeof held);
	size_t at = rating->held_count;

	if (list == NULL)
		return false;
	for (; at > 0 && list[at - 1].package->layer > held.package->layer; at--)
		list[at] = list[at - 1];
	list[at] = held;
	rating->bounded |= (held.package->cap_count | held.package->limit_count) != 0;
	rating->discounted |= held.package->discount_count != 0;
	rating->held = list;
	rating->held_count++;
	return true;
}

bool
held_gather(struct rating *rating)
{
	const struct rate_question *question = rating->question;
	int64_t at_ms = rating->usage->at_ms;
	uint32_t first, count;

	for (size_t i = 0; i < question->holding_count; i++) {
		const struct holding *holding = &question->holdings[i];

		if (holding->from_ms >= rating->till_ms || holding->till_ms <= at_ms)
			continue;
		if (!image_package(rating->image, holding->package, &first, &count))
			continue;
		for (uint32_t version = first; version < first + count; version++) {
			const struct package *package = &rating->image->packages[version];
			struct held held = { package, holding->from_ms, holding->till_ms, holding };

			if (package->from_ms > held.from_ms)
				held.from_ms = package->from_ms;
			if (package->till_ms < held.till_ms)
				held.till_ms = package->till_ms;
			if (held.from_ms < rating->till_ms && held.till_ms > at_ms &&
				!held_insert(rating, held))
				return false;
		}
	}
	return true;
}

bool
held_in_force(const struct rating *rating, size_t index)
{
	const struct held *held = &rating->held[index];
	int64_t at_ms = rating->usage->at_ms;

	if (at_ms < held->from_ms || at_ms >= held->till_ms)
		return false;
	for (size_t i = 0; i < index; i++)
		if (rating->held[i].package == held->package && held_in_force(rating, i))
			return false;
	return true;
}

bool
when_ask(struct rating *rating, const struct package *package, struct text rule, int32_t function,
	bool *yes)
{
	const struct rate_functions *functions = rating->question->functions;
	uint32_t function_count = rating->image->function_count;
	struct text problem = { NULL, 0 };

	must(functions != NULL && (uint32_t)function < function_count);
	if (rating->answers == NULL)
		rating->answers = arena_take_zeroed(rating->arena, function_count, sizeof(uint8_t));
	if (rating->answers == NULL)
		return rating_out_of_memory(rating);
	uint8_t *answer = &rating->answers[function];
	if (*answer == NOT_ASKED) {
		enum call_outcome outcome = functions->when(
			functions->context, function, rating->usage, yes, &problem);
		if (outcome != CALL_DONE)
			return rating_function_failed(rating, outcome,
				&(struct near_miss){ .package = package->id,
					.tariff = rule,
					.condition = "when",
					.wanted = TEXT("true"),
					.got = problem });
		*answer = *yes ? ANSWER_YES : ANSWER_NO;
	}
	*yes = *answer == ANSWER_YES;
	return true;
}

/* The package's first tariff in written order that fits the event, or NULL. */
static bool
tariff_find(struct rating *rating, const struct package *package, uint32_t component,
	const struct tariff **found)
{
	for (uint32_t i = 0; i < package->tariff_count; i++) {
		const struct tariff *tariff = &package->tariffs[i];
		bool yes = true;

		if (tariff->component != component ||
			!rating_serves(rating, tariff->service, &tariff->zones))
			continue;
		if (tariff->when != NO_FUNCTION &&
			!when_ask(rating, package, tariff->id, tariff->when, &yes))
			return false;
		if (yes) {
			*found = tariff;
			return true;
		}
	}
	*found = NULL;
	return true;
}

static bool
is_over(const struct package *package, const struct package *other)
{
	for (uint32_t i = 0; i < package->over_count; i++)
		if (text_equal(package->over[i], other->id))
			return true;
	return false;
}

/*
 * Several packages of the chosen one's layer price the component: chooses the one that is over all
 * others, or refuses.
 */
static bool
choice_between(struct rating *rating, uint32_t component, int64_t ms, struct choice *choice)
{
	uint32_t layer = choice->package->layer;
	const struct package *other = NULL;

	for (int round = 0; round < 2; round++) { /* finds one, then holds it against all */
		for (size_t i = 0; i < rating->held_count; i++) {
			const struct held *held = &rating->held[i];
			const struct tariff *tariff;

			if (held->package->layer != layer || held->package == choice->package ||
				ms < held->from_ms || ms >= held->till_ms)
				continue;
			if (!tariff_find(rating, held->package, component, &tariff))
				return false;
			if (tariff == NULL)
				continue;
			if (is_over(held->package, choice->package)) {
				choice->package = held->package;
				choice->holding = held->holding;
				choice->tariff = tariff;
			} else if (round == 1 && other == NULL &&
				!is_over(choice->package, held->package)) {
				other = held->package;
			}
		}
	}
	return other == NULL ||
		rating_refuse(rating, REFUSED_AMBIGUOUS,
			&(struct near_miss){ .package = choice->package->id,
				.tariff = choice->tariff->id,
				.condition = "layer",
				.wanted = choice->package->id,
				.got = other->id });
}

bool
choice_make(struct rating *rating, uint32_t component, int64_t ms, struct choice *choice)
{
	bool several = false;

	*choice = (struct choice){ .till_ms = INT64_MAX };
	for (size_t i = 0; i < rating->held_count; i++) {
		const struct held *held = &rating->held[i];
		bool in_force = held->from_ms <= ms && ms < held->till_ms;
		int64_t change = ms < held->from_ms ? held->from_ms : held->till_ms;
		const struct tariff *tariff;

		if (change > ms && change < choice->till_ms)
			choice->till_ms = change;
		if (!in_force || held->package == choice->package ||
			(choice->tariff != NULL && held->package->layer > choice->package->layer))
			continue;
		if (!tariff_find(rating, held->package, component, &tariff))
			return false;
		if (tariff == NULL)
			continue;
		if (choice->tariff != NULL) {
			several = true;
			continue;
		}
		choice->package = held->package;
		choice->holding = held->holding;
		choice->tariff = tariff;
	}
	must(choice->till_ms > ms);
	return !several || choice_between(rating, component, ms, choice);
}
