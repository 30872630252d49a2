/* When the tariff of usage that goes on changes (see rate.h). */
#include "rating.h"

#include "../engine/base/must.h"

/* What the price of a unit that begins at an instant goes by. */
struct going {
	const struct tariff *tariff; /* NULL: nothing prices it */
	uint32_t band;
	uint32_t row;
};

/* The same until *till_ms, at least. */
static bool
going_find(struct rating *rating, uint32_t component, int64_t ms, struct going *going,
	int64_t *till_ms)
{
	struct choice choice;
	struct table_price price = { .row = 0 };
	int64_t band_till_ms = INT64_MAX;

	if (!choice_make(rating, component, ms, &choice))
		return false;
	*till_ms = choice.till_ms;
	*going = (struct going){ choice.tariff, 0, 0 };
	if (choice.tariff == NULL || choice.tariff->amount != NO_FUNCTION)
		return true;
	if (choice.tariff->calendar != NULL &&
		!calendar_band(choice.tariff->calendar, ms, &going->band, &band_till_ms))
		return refuse_calendar(rating, &choice, ms);
	if (band_till_ms < *till_ms)
		*till_ms = band_till_ms;
	if (choice.tariff->prices != NULL &&
		!table_price_find(rating, &choice, ms, going->band, &price, till_ms))
		return false;
	going->row = price.row;
	return true;
}

/* Makes *change_ms earlier if a component's price goes by something else from an instant before on. */
static bool
component_change(struct rating *rating, uint32_t component, int64_t from_ms, int64_t *change_ms)
{
	struct going first, next;
	int64_t till_ms;

	if (!going_find(rating, component, from_ms, &first, &till_ms))
		return false;
	while (till_ms < *change_ms) {
		int64_t ms = till_ms;

		if (!going_find(rating, component, ms, &next, &till_ms))
			return false;
		must(till_ms > ms);
		if (next.tariff != first.tariff || next.band != first.band || next.row != first.row)
			*change_ms = ms;
	}
	return true;
}

bool
change_find(struct rating *rating, int64_t *change_ms)
{
	int64_t done = rating->question->done;
	int64_t end_ms = rating->till_ms;

	*change_ms = INT64_MAX;
	if (!rating->lasts || done >= rating->usage->quantity)
		return true;
	int64_t first_ms = end_ms;
	for (uint32_t i = 0; i < rating->image->component_count; i++)
		if (!component_change(
			    rating, i, rating->usage->at_ms + done * SECOND_MS, &first_ms))
			return false;
	if (first_ms < end_ms)
		*change_ms = first_ms;
	return true;
}
