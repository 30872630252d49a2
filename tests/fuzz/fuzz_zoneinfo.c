/*
 * Any bytes are a time zone or are refused. Of a zone: stretches cover all time in order, the one
 * that is found holds the instant that was asked for, and local times come back as themselves or as
 * a jump.
 */
#include "../../engine/base/instant.h"
#include "../../engine/base/must.h"
#include "../../engine/base/zoneinfo.h"

/* More than a file of bounded size and the rule of three centuries can give. */
#define STRETCHES_MAX 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_instant(const struct zoneinfo *zone, int64_t ms)
{
	struct zone_stretch stretch = zoneinfo_stretch(zone, ms);
	must(stretch.from_ms <= ms);
	must(ms < stretch.till_ms || ms == INT64_MAX);
	must(stretch.offset_ms > -26 * HOUR_MS && stretch.offset_ms < 26 * HOUR_MS);
}

static void
check_local(const struct zoneinfo *zone, int64_t local_ms)
{
	int64_t ms = zoneinfo_local_to_utc(zone, local_ms);
	struct zone_stretch stretch = zoneinfo_stretch(zone, ms);
	bool is_itself = ms + stretch.offset_ms == local_ms;
	bool was_jumped_over = ms == stretch.from_ms && ms + stretch.offset_ms > local_ms;
	must(is_itself || was_jumped_over);
}

static void
check_all_stretches(const struct zoneinfo *zone)
{
	struct zone_stretch stretch = zoneinfo_stretch(zone, INT64_MIN);
	must(stretch.from_ms == INT64_MIN);
	for (size_t count = 1; stretch.till_ms != INT64_MAX; count++) {
		must(count < STRETCHES_MAX);
		int64_t till_ms = stretch.till_ms;
		check_instant(zone, till_ms - 1);
		stretch = zoneinfo_stretch(zone, till_ms);
		must(stretch.from_ms == till_ms && stretch.till_ms > till_ms);
		if (till_ms > INSTANT_MIN && till_ms < INSTANT_MAX) {
			for (int64_t step_ms = -25 * HOUR_MS; step_ms <= 25 * HOUR_MS;
				step_ms += HOUR_MS)
				check_local(zone, till_ms + step_ms);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zoneinfo *zone = NULL;
	struct fault fault;
	enum status status = zoneinfo_read(
		TEXT("fuzz"), (struct bytes){ data, size }, &zone, &fault);
	if (status != STATUS_OK) {
		must(status == STATUS_INVALID && zone == NULL && fault.text[0] != '\0');
		return 0;
	}
	must(bytes_equal(zoneinfo_bytes(zone), (struct bytes){ data, size }));
	check_all_stretches(zone);
	check_instant(zone, INT64_MIN);
	check_instant(zone, INT64_MAX);
	for (size_t at = 0; at + 8 <= size; at++) {
		int64_t ms = load_i64(data + at);
		check_instant(zone, ms);
		zoneinfo_local_to_utc(zone, ms);
		check_local(zone, ms % (INSTANT_MAX / 2));
	}
	zoneinfo_free(zone);
	return 0;
}
