/* Does what was counted still count (see rate.h)? */
#include "rating.h"

/* Until when what was given once on a day is good; of versions that began on it, the longest. */
static int64_t
given_till_ms(const struct image *image, const struct counter_name *name)
{
	int64_t from_ms = zoneinfo_local_to_utc(image->zone, name->cycle * DAY_MS);
	int64_t next_ms = zoneinfo_local_to_utc(image->zone, (name->cycle + 1) * DAY_MS);
	int64_t till_ms = INT64_MIN;
	uint32_t first, count;

	if (!image_package(image, name->package, &first, &count))
		return till_ms;
	for (uint32_t i = first; i < first + count; i++) {
		const struct package *version = &image->packages[i];
		const struct allowance *given = package_allowance(version, name->allowance);

		if (given == NULL || given->valid_count == 0 || version->from_ms >= next_ms ||
			version->till_ms <= from_ms)
			continue;
		int64_t till_day = day_later(name->cycle, given->valid_every, given->valid_count);
		int64_t good_till_ms = zoneinfo_local_to_utc(image->zone, till_day * DAY_MS);
		if (good_till_ms > till_ms)
			till_ms = good_till_ms;
	}
	return till_ms;
}

/* Is a cycle of that kind, or one of those that carry over into it, the one that was counted? */
static enum count_state
cycle_state(
	const struct image *image, enum cycle every, unsigned carry, int32_t counted, int64_t ms)
{
	struct cycle_span cycle = image_cycle(image, every, ms);

	while (carry-- > 0 && cycle_step_back(image, every, &cycle))
		;
	return counted >= cycle.first_day ? COUNT_RUNS : COUNT_OVER;
}

enum count_state
rate_count_state(const struct image *image, const struct counter_name *name, int64_t ms)
{
	const struct package *version = package_version(image, name->package, ms);

	if (version == NULL)
		return COUNT_UNKNOWN;
	const struct allowance *allowance = package_allowance(version, name->allowance);
	if (allowance != NULL && allowance->valid_count == 0)
		return cycle_state(
			image, allowance->every, allowance->carry_cycles, name->cycle, ms);
	if (allowance != NULL)
		return ms < given_till_ms(image, name) ? COUNT_RUNS : COUNT_OVER;
	const struct meter *meter = package_meter(version, name->allowance);
	return meter == NULL ? COUNT_UNKNOWN : cycle_state(image, meter->every, 0, name->cycle, ms);
}
