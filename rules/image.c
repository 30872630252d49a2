#include "image.h"

#include "../engine/base/digest.h"
#include "../engine/base/must.h"

/* 400 years have 146,097 days and 4,800 months. */
#define MEAN_MONTH_MS (146097 * DAY_MS / 4800)
#define MONTHS_MAX (300 * 12 + 2)

const char *
unit_name(enum unit unit)
{
	switch (unit) {
	case UNIT_SECOND:
		return "second";
	case UNIT_BYTE:
		return "byte";
	case UNIT_ITEM:
		return "item";
	}
	return "unknown";
}

bool
unit_of_name(struct text name, enum unit *unit)
{
	for (enum unit one = UNIT_SECOND; one <= UNIT_ITEM; one++)
		if (text_equal(name, text_of(unit_name(one)))) {
			*unit = one;
			return true;
		}
	return false;
}

/* The slot that has the package, or the free one where it would be. */
static uint32_t
package_slot(const struct image *image, const uint32_t *slots, uint32_t slot_count, struct text id)
{
	uint32_t slot = (uint32_t)hash64(id.data, id.size, 0) & (slot_count - 1);

	while (slots[slot] != 0 && !text_equal(image->packages[slots[slot] - 1].id, id))
		slot = (slot + 1) & (slot_count - 1);
	return slot;
}

bool
image_package(const struct image *image, struct text id, uint32_t *first, uint32_t *count)
{
	if (image->package_slot_count == 0)
		return false;
	uint32_t slot = package_slot(image, image->package_slots, image->package_slot_count, id);
	uint32_t found = image->package_slots[slot];
	if (found == 0)
		return false;
	uint32_t till = found;
	while (till < image->package_count && text_equal(image->packages[till].id, id))
		till++;
	*first = found - 1;
	*count = till - (found - 1);
	return true;
}

uint32_t
image_service(const struct image *image, struct text id)
{
	for (uint32_t i = 0; i < image->service_count; i++)
		if (text_equal(image->services[i].id, id))
			return i;
	return NO_INDEX;
}

uint32_t
image_zone(const struct image *image, uint32_t service, struct text id)
{
	uint32_t map = service == NO_INDEX ? NO_INDEX : image->services[service].zone_map;
	for (uint32_t i = 0; map != NO_INDEX && i < image->zone_maps[map].zone_count; i++)
		if (text_equal(image->zone_maps[map].zones[i], id))
			return i;
	return NO_INDEX;
}

bool
image_serves(const struct serve *serves, uint32_t count, uint32_t service, uint32_t zone)
{
	for (uint32_t i = 0; i < count; i++)
		if (serves[i].service == service &&
			(zone == NO_INDEX || zone_set_has(&serves[i].zones, zone)))
			return true;
	return false;
}

const struct allowance *
package_allowance(const struct package *package, struct text id)
{
	for (uint32_t i = 0; i < package->allowance_count; i++)
		if (text_equal(package->allowances[i].id, id))
			return &package->allowances[i];
	return NULL;
}

const struct meter *
package_meter(const struct package *package, struct text id)
{
	for (uint32_t i = 0; i < package->meter_count; i++)
		if (text_equal(package->meters[i].id, id))
			return &package->meters[i];
	return NULL;
}

uint32_t
image_decision(const struct image *image, struct text id)
{
	uint32_t from = 0, till = image->decision_count;
	while (from < till) {
		uint32_t middle = from + (till - from) / 2;
		int order = text_compare(id, image->decisions[middle]->id);
		if (order == 0)
			return middle;
		if (order < 0)
			till = middle;
		else
			from = middle + 1;
	}
	return NO_INDEX;
}

struct text
image_standard(const struct image *image, struct text product)
{
	uint32_t from = 0, till = image->standard_count;
	while (from < till) {
		uint32_t middle = from + (till - from) / 2;
		int order = text_compare(product, image->standards[middle].product);
		if (order == 0)
			return image->standards[middle].package;
		if (order < 0)
			till = middle;
		else
			from = middle + 1;
	}
	return (struct text){ NULL, 0 };
}

struct cycle_span
image_cycle(const struct image *image, enum cycle every, int64_t ms)
{
	if (every != CYCLE_MONTH)
		return cycle_at(every, image->zone, ms);
	must(image->month_count > 0);
	must(ms >= INSTANT_MIN && ms <= INSTANT_MAX);
	/* Months of equal length would be off by one at most. */
	int64_t guess = (ms - image->months[0].from_ms) / MEAN_MONTH_MS;
	if (guess >= image->month_count)
		guess = image->month_count - 1;
	const struct cycle_span *month = &image->months[guess];
	while (ms < month->from_ms)
		month--;
	while (ms >= month->till_ms)
		month++;
	return *month;
}

static bool
index_months(struct image *image)
{
	struct cycle_span *months = arena_take(&image->arena, MONTHS_MAX * sizeof *months);
	uint32_t count = 0;

	if (months == NULL)
		return false;
	for (int64_t ms = INSTANT_MIN; ms <= INSTANT_MAX; ms = months[count++].till_ms) {
		must(count < MONTHS_MAX);
		months[count] = cycle_at(CYCLE_MONTH, image->zone, ms);
	}
	image->months = months;
	image->month_count = count;
	return true;
}

static bool
index_ids(struct image *image)
{
	uint32_t slot_count = 4;

	while (slot_count / 2 < image->package_count)
		slot_count *= 2;
	uint32_t *slots = arena_take_zeroed(&image->arena, slot_count, sizeof *slots);
	if (slots == NULL)
		return false;
	for (uint32_t i = 0; i < image->package_count; i++) {
		uint32_t slot = package_slot(image, slots, slot_count, image->packages[i].id);

		if (slots[slot] == 0) /* later versions stand behind the first */
			slots[slot] = i + 1;
	}
	image->package_slots = slots;
	image->package_slot_count = slot_count;
	return true;
}

static bool
tells_of_thresholds(const struct image *image)
{
	for (uint32_t i = 0; i < image->package_count; i++)
		for (uint32_t j = 0; j < image->packages[i].notice_count; j++)
			if (image->packages[i].notices[j].way != NOTICE_BEFORE)
				return true;
	return false;
}

static bool
asks_members(const struct image *image)
{
	for (uint32_t i = 0; i < image->package_count; i++)
		for (uint32_t j = 0; j < image->packages[i].discount_count; j++)
			if (image->packages[i].discounts[j].by_members)
				return true;
	return false;
}

bool
image_index_packages(struct image *image)
{
	image->tells = image->tells_used_up || tells_of_thresholds(image);
	image->asks_members = asks_members(image);
	image->owes = false;
	for (uint32_t i = 0; i < image->package_count; i++)
		image->owes |= package_owes(&image->packages[i]);
	return index_ids(image) && index_months(image);
}
