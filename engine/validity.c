/* How long a balance is valid (see validity.h). */
#include "validity.h"

#include "shard.h"

#include "base/instant.h"
#include "base/must.h"
#include "base/zoneinfo.h"

#include <string.h>

enum { ZONE_BYTES_MAX = 255 };

static enum cycle
cycle_of(enum validity_every every)
{
	switch (every) {
	case VALID_DAYS:
		return CYCLE_DAY;
	case VALID_MONTHS:
		return CYCLE_MONTH;
	case VALID_YEARS:
		return CYCLE_YEAR;
	case VALID_HOURS:
		break;
	}
	must_not_come_here("hours are no cycle");
}

int64_t
validity_till_ms(const struct zoneinfo *zone, struct validity validity, int64_t from_ms)
{
	must(validity.count > 0 && validity.count <= VALIDITY_COUNT_MAX);
	if (validity.every == VALID_HOURS)
		return from_ms + validity.count * HOUR_MS;
	int64_t day = floor_divide(from_ms + zoneinfo_stretch(zone, from_ms).offset_ms, DAY_MS);
	int64_t till_day = day_later(day, cycle_of(validity.every), validity.count);
	return zoneinfo_local_to_utc(zone, till_day * DAY_MS);
}

/* The same back from an end. */
static int64_t
before_ms(const struct zoneinfo *zone, struct validity validity, int64_t till_ms)
{
	must(validity.count > 0 && validity.count <= VALIDITY_COUNT_MAX);
	if (validity.every == VALID_HOURS)
		return till_ms - validity.count * HOUR_MS;
	int64_t day = floor_divide(till_ms + zoneinfo_stretch(zone, till_ms).offset_ms, DAY_MS);
	int64_t first_day = day_later(day, cycle_of(validity.every), -(int64_t)validity.count);
	return zoneinfo_local_to_utc(zone, first_day * DAY_MS);
}

typedef int64_t counting_of(const struct zoneinfo *zone, struct validity validity, int64_t ms);

/*
 * An account's zone is read here, on the shard's thread: a small file, once in the life of a balance
 * whose account has a zone of its own.
 */
static enum status
count_in(struct text zone_name, counting_of *count, struct validity validity, int64_t *ms,
	struct fault *fault)
{
	char name[ZONE_BYTES_MAX + 1];
	struct zoneinfo *zone;
	must(zone_name.size <= ZONE_BYTES_MAX);
	memcpy(name, zone_name.data, zone_name.size);
	name[zone_name.size] = '\0';
	enum status status = zoneinfo_open(NULL, name, &zone, fault);
	if (status != STATUS_OK)
		return status;
	*ms = count(zone, validity, *ms);
	zoneinfo_free(zone);
	return STATUS_OK;
}

/* Counts from *ms on, or back, on the account's clock. */
static enum progress
count_for(struct call *call, struct text zone_name, counting_of *count, struct validity validity,
	int64_t *ms, enum call_end *end)
{
	const struct loaded_release *release = releases_active(call->shard->releases);
	const struct zoneinfo *zone = release == NULL ? NULL : release->image->zone;
	struct fault fault;
	bool own = zone_name.size > 0 &&
		(zone == NULL || !text_equal(zone_name, zoneinfo_name(zone)));
	if (!own && zone == NULL) {
		*end = call_error(call, SAY_NO_RELEASE, NULL, 0);
		return HAS_ENDED;
	}
	if (!own) {
		*ms = count(zone, validity, *ms);
		return GOES_ON;
	}
	enum status status = count_in(zone_name, count, validity, ms, &fault);
	if (status == STATUS_OK)
		return GOES_ON;
	*end = call_failed(call, status, &fault);
	return HAS_ENDED;
}

enum progress
validity_begin(struct call *call, const struct account *account, struct validity validity,
	int64_t *till_ms, enum call_end *end)
{
	*till_ms = call->shard->now_ms;
	return validity_extend(call, account, validity, till_ms, end);
}

enum progress
validity_extend(struct call *call, const struct account *account, struct validity validity,
	int64_t *till_ms, enum call_end *end)
{
	int64_t now_ms = call->shard->now_ms;
	if (*till_ms < now_ms)
		*till_ms = now_ms;
	return count_for(call, account->zone, validity_till_ms, validity, till_ms, end);
}

enum progress
validity_before(struct call *call, struct text zone, struct validity validity, int64_t *till_ms,
	enum call_end *end)
{
	return count_for(call, zone, before_ms, validity, till_ms, end);
}

enum progress
validity_check(struct call *call, const char *field, int64_t till_ms, enum call_end *end)
{
	if (till_ms <= INSTANT_MAX)
		return GOES_ON;
	struct text arguments[] = { text_of(field),
		BILINGUAL(
			"shorter: it ends before the year 2200", "更短：到期时间须早于 2200 年") };
	*end = call_error(call, SAY_OUT_OF_RANGE, arguments, 2);
	return HAS_ENDED;
}
