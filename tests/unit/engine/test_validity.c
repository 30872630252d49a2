/* When a validity ends, by the clock on the wall. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../../engine/base/instant.h"
#include "../../../engine/base/zoneinfo.h"
#include "../../../engine/validity.h"
#include "../store/scratch.h"

static struct zoneinfo *
zone_of(const char *name)
{
	struct zoneinfo *zone;
	assert_int_equal(zoneinfo_open(NULL, name, &zone, NULL), STATUS_OK);
	return zone;
}

static void
assert_till(const char *zone_name, const char *from, uint32_t count, enum validity_every every,
	const char *till)
{
	struct zoneinfo *zone = zone_of(zone_name);
	int64_t from_ms, till_ms;
	char text[INSTANT_TEXT_MAX];
	assert_true(
		instant_parse(text_of(from), &from_ms) && instant_parse(text_of(till), &till_ms));
	int64_t got_ms = validity_till_ms(zone, (struct validity){ count, every }, from_ms);
	if (got_ms != till_ms) {
		instant_format(got_ms, 0, text);
		fail_msg("%s %u %s from %s: %s", zone_name, count, validity_every_name(every), from,
			text);
	}
	zoneinfo_free(zone);
}

static void
days_months_and_years_end_at_a_local_midnight_and_the_first_day_is_one_of_them(void **state)
{
	(void)state;
	const char *china = "Asia/Shanghai";
	assert_till(china, "2026-09-18T12:00:00+08:00", 1, VALID_DAYS, "2026-09-19T00:00:00+08:00");
	assert_till(china, "2026-09-18T00:00:00+08:00", 1, VALID_DAYS, "2026-09-19T00:00:00+08:00");
	assert_till(
		china, "2026-09-18T23:59:59+08:00", 30, VALID_DAYS, "2026-10-18T00:00:00+08:00");
	/* Two months of S5's gift. */
	assert_till(
		china, "2026-02-01T00:00:00+08:00", 2, VALID_MONTHS, "2026-04-01T00:00:00+08:00");
	assert_till(
		china, "2026-01-31T09:00:00+08:00", 1, VALID_MONTHS, "2026-02-28T00:00:00+08:00");
	assert_till(
		china, "2028-02-29T09:00:00+08:00", 1, VALID_YEARS, "2029-02-28T00:00:00+08:00");
}

static void
hours_end_exactly_so_much_later_also_when_the_clock_is_set(void **state)
{
	(void)state;
	assert_till("Asia/Shanghai", "2026-09-18T12:34:56.789+08:00", 24, VALID_HOURS,
		"2026-09-19T12:34:56.789+08:00");
	assert_till("Europe/Berlin", "2026-10-24T12:00:00+02:00", 24, VALID_HOURS,
		"2026-10-25T11:00:00+01:00");
	assert_till("Europe/Berlin", "2026-10-24T12:00:00+02:00", 2, VALID_DAYS,
		"2026-10-26T00:00:00+01:00");
}

/* The naive way: one day after the other. */
static void
days_are_as_if_each_was_waited_for(void **state)
{
	(void)state;
	static const char *const NAMES[] = { "Asia/Shanghai", "Europe/Berlin",
		"America/Sao_Paulo" };
	struct random random = { random_seed(__func__) };
	for (int i = 0; i < 3000; i++) {
		struct zoneinfo *zone = zone_of(NAMES[i % 3]);
		int64_t from_ms = (int64_t)random_below(&random, 2000000000) * SECOND_MS;
		uint32_t count = 1 + (uint32_t)random_below(&random, 60);
		int64_t till_ms = from_ms;
		for (uint32_t day = 0; day < count; day++)
			till_ms = cycle_at(CYCLE_DAY, zone, till_ms).till_ms;
		assert_int_equal(
			validity_till_ms(zone, (struct validity){ count, VALID_DAYS }, from_ms),
			till_ms);
		zoneinfo_free(zone);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			days_months_and_years_end_at_a_local_midnight_and_the_first_day_is_one_of_them),
		cmocka_unit_test(hours_end_exactly_so_much_later_also_when_the_clock_is_set),
		cmocka_unit_test(days_are_as_if_each_was_waited_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
