/* When somebody is to be told of money (see put_telling.h). */
#include "put_telling.h"

#include "base/must.h"

#include <string.h>

/* Values that fall from one to the next, each once. */
struct falling_list {
	int64_t values[LOWS_MAX];
	uint8_t count;
};

static void
insert(struct falling_list *list, int64_t value)
{
	uint8_t place = 0;
	while (place < list->count && list->values[place] > value)
		place++;
	if (place < list->count && list->values[place] == value)
		return;
	must(list->count < LOWS_MAX);
	memmove(list->values + place + 1, list->values + place,
		(size_t)(list->count - place) * sizeof *list->values);
	list->values[place] = value;
	list->count++;
}

struct telling
put_telling(const struct telling_params *params, int64_t micros, struct telling_place *place)
{
	const struct amount_params *amounts = params->low_balance.items;
	const struct percent_params *percents = params->low_percent.items;
	struct falling_list lows = { .count = 0 }, parts = { .count = 0 };
	struct telling telling = { .lows = place->lows, .percents = place->percents };
	for (size_t i = 0; i < params->low_balance.count; i++)
		insert(&lows, amounts[i].amount.micros / micros);
	for (size_t i = 0; i < params->low_percent.count; i++)
		insert(&parts, percents[i].percent);
	for (unsigned i = 0; i < lows.count; i++)
		store_i64(place->lows + i * sizeof(int64_t), lows.values[i]);
	for (unsigned i = 0; i < parts.count; i++)
		place->percents[i] = (uint8_t)parts.values[i];
	telling.low_count = lows.count;
	telling.percent_count = parts.count;
	if (params->expires_soon.count != NOT_GIVEN)
		telling.before_end = (struct validity){ (uint32_t)params->expires_soon.count,
			(enum validity_every)params->expires_soon.every };
	return telling;
}
