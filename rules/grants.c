/*
 * What an allowance gives in a cycle: all of it; nothing before it is held; and in the cycle in
 * which it begins the part of the days that are left of it, if the allowance says so.
 */
#include "rating.h"

#include "../engine/base/must.h"

/* Since when an allowance is held: what is shared, since the group holds it. */
static int64_t
held_since_ms(const struct owner *owner, const struct allowance *allowance)
{
	bool by_group = owner_group(owner, allowance->shared).size > 0;
	return by_group ? owner->holding->group_from_ms : owner->holding->from_ms;
}

/* Since when there is one for whom holds it: no catalog had it before its package's first version. */
static int64_t
owner_begin_ms(
	const struct image *image, const struct owner *owner, const struct allowance *allowance)
{
	int64_t since_ms = held_since_ms(owner, allowance);
	uint32_t first, count;
	bool known = image_package(image, owner->package->id, &first, &count);

	must(known && count > 0);
	int64_t from_ms = image->packages[first].from_ms;
	return from_ms > since_ms ? from_ms : since_ms;
}

int64_t
grant_amount(const struct image *image, const struct owner *owner,
	const struct allowance *allowance, const struct cycle_span *cycle)
{
	int64_t begin_ms = owner_begin_ms(image, owner, allowance);

	if (begin_ms >= cycle->till_ms)
		return 0;
	if (!allowance->first_by_day || begin_ms <= cycle->from_ms)
		return allowance->amount;
	int64_t till_day = image_cycle(image, allowance->every, cycle->till_ms).first_day;
	int64_t begin_day = image_cycle(image, CYCLE_DAY, begin_ms).first_day;
	must(cycle->first_day <= begin_day && begin_day < till_day);
	return (int64_t)((__int128)allowance->amount * (till_day - begin_day) /
		(till_day - cycle->first_day));
}

struct cycle_span
grant_validity(
	const struct image *image, const struct owner *owner, const struct allowance *allowance)
{
	int64_t begin_ms = owner_begin_ms(image, owner, allowance);
	struct cycle_span day = image_cycle(image, CYCLE_DAY, begin_ms);
	int64_t till_day = day_later(day.first_day, allowance->valid_every, allowance->valid_count);

	must(allowance->valid_count > 0);
	return (struct cycle_span){ day.first_day, begin_ms,
		zoneinfo_local_to_utc(image->zone, till_day * DAY_MS) };
}

const struct package *
package_version(const struct image *image, struct text id, int64_t ms)
{
	uint32_t first, count;

	if (!image_package(image, id, &first, &count))
		return NULL;
	for (uint32_t i = first; i < first + count; i++)
		if (image->packages[i].from_ms <= ms && ms < image->packages[i].till_ms)
			return &image->packages[i];
	return NULL;
}

const struct allowance *
grant_given(const struct image *image, const struct owner *owner, const struct allowance *allowance)
{
	const struct package *version = package_version(
		image, owner->package->id, owner_begin_ms(image, owner, allowance));

	for (uint32_t i = 0; version != NULL && i < version->allowance_count; i++) {
		const struct allowance *given = &version->allowances[i];

		if (text_equal(given->id, allowance->id) && given->valid_count > 0 &&
			given->service == allowance->service)
			return given;
	}
	return NULL;
}

const struct allowance *
grant_earlier(const struct image *image, const struct owner *owner,
	const struct allowance *allowance, const struct cycle_span *cycle)
{
	const struct package *version = package_version(
		image, owner->package->id, cycle->till_ms - 1);

	if (version == NULL || held_since_ms(owner, allowance) >= cycle->till_ms)
		return NULL;
	for (uint32_t i = 0; i < version->allowance_count; i++) {
		const struct allowance *earlier = &version->allowances[i];

		if (text_equal(earlier->id, allowance->id) && earlier->every == allowance->every &&
			earlier->valid_count == 0 && earlier->service == allowance->service)
			return earlier;
	}
	return NULL;
}

bool
cycle_step_back(const struct image *image, enum cycle every, struct cycle_span *cycle)
{
	if (cycle->from_ms <= INSTANT_MIN)
		return false;
	*cycle = image_cycle(image, every, cycle->from_ms - 1);
	return true;
}
