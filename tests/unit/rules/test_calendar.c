#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../engine/base/memory.h"
#include "random_rules.h"

#define WEEKEND (WEEKDAY_BIT(0) | WEEKDAY_BIT(6))
#define HOLIDAYS (1u << DAY_HOLIDAY)
#define ORDINARY (1u << DAY_ORDINARY)
#define HOURS(from, till) (from) * 60, (till)*60

enum { DAY, NIGHT, OFF, FEAST };

static struct zoneinfo *
zone_of(const char *name)
{
	struct zoneinfo *zone = NULL;
	struct fault fault;

	if (zoneinfo_open(NULL, name, &zone, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	return zone;
}

static int64_t
at(const char *text)
{
	int64_t ms = 0;

	if (!instant_parse(text_of(text), &ms))
		fail_msg("no instant: %s", text);
	return ms;
}

static int64_t
day(int32_t year, int32_t month, int32_t day_of_month)
{
	return day_of_date((struct date){ year, month, day_of_month });
}

static struct calendar *
calendar_of(const struct calendar_rule *rules, size_t count, uint32_t bands,
	const struct day_table *days, const struct zoneinfo *zone)
{
	struct calendar *calendar = NULL;
	struct fault fault;

	const struct calendar_form form = { rules, count, bands, days, zone };
	if (calendar_new(&form, &calendar, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	return calendar;
}

static void
assert_band(const struct calendar *calendar, const char *from, uint32_t band, const char *till)
{
	uint32_t found = 4711;
	int64_t till_ms = 0;

	if (!calendar_band(calendar, at(from), &found, &till_ms))
		fail_msg("%s is not covered", from);
	assert_int_equal(found, band);
	if (till_ms != at(till)) {
		char text[INSTANT_TEXT_MAX];

		instant_format(till_ms, 0, text);
		fail_msg("from %s until %s, not %s", from, text, till);
	}
}

static void
hours_are_half_open_and_the_first_rule_wins(void **state)
{
	struct calendar_rule rules[] = {
		{ DAY, ALL_WEEKDAYS, ALL_KINDS, HOURS(7, 21) },
		{ NIGHT, ALL_WEEKDAYS, ALL_KINDS, HOURS(0, 24) },
	};
	struct zoneinfo *zone = zone_of("Asia/Shanghai");
	struct calendar *calendar = calendar_of(rules, 2, 2, NULL, zone);

	(void)state;
	assert_band(calendar, "2026-03-10T06:59:59.999+08:00", NIGHT, "2026-03-10T07:00:00+08:00");
	assert_band(calendar, "2026-03-10T07:00:00+08:00", DAY, "2026-03-10T21:00:00+08:00");
	assert_band(calendar, "2026-03-10T20:59:59.999+08:00", DAY, "2026-03-10T21:00:00+08:00");
	assert_band(calendar, "2026-03-10T21:00:00+08:00", NIGHT, "2026-03-11T00:00:00+08:00");
	assert_band(calendar, "2026-03-11T00:00:00+08:00", NIGHT, "2026-03-11T07:00:00+08:00");
	calendar_free(calendar);
	rules[0].from_minute = 7 * 60 + 30;
	rules[0].till_minute = 7 * 60 + 31;
	calendar = calendar_of(rules, 2, 2, NULL, zone);
	assert_band(calendar, "2026-03-10T07:29:59.999+08:00", NIGHT, "2026-03-10T07:30:00+08:00");
	assert_band(calendar, "2026-03-10T07:30:00+08:00", DAY, "2026-03-10T07:31:00+08:00");
	assert_band(calendar, "2026-03-10T07:31:00+08:00", NIGHT, "2026-03-11T00:00:00+08:00");
	calendar_free(calendar);
	zoneinfo_free(zone);
}

static const struct calendar_rule off_rules[] = {
	{ FEAST, ALL_WEEKDAYS, HOLIDAYS, HOURS(0, 24) },
	{ NIGHT, ALL_WEEKDAYS, ALL_KINDS, HOURS(0, 7) },
	{ OFF, WEEKEND, ORDINARY, HOURS(0, 24) },
	{ DAY, ALL_WEEKDAYS, ALL_KINDS, HOURS(0, 24) },
};

static void
holidays_and_workdays_change_the_day(void **state)
{
	const struct special_day specials[] = {
		{ day(2026, 10, 1), DAY_HOLIDAY },
		{ day(2026, 10, 10), DAY_WORKDAY }, /* a Saturday */
	};
	const struct day_table days = { specials, 2, 2026, 2026 };
	struct zoneinfo *zone = zone_of("Asia/Shanghai");
	struct calendar *calendar = calendar_of(off_rules, 4, 4, &days, zone);
	int32_t first, last;

	(void)state;
	assert_band(calendar, "2026-09-30T23:00:00+08:00", DAY, "2026-10-01T00:00:00+08:00");
	assert_band(calendar, "2026-10-01T03:00:00+08:00", FEAST, "2026-10-02T00:00:00+08:00");
	assert_band(calendar, "2026-10-02T00:00:00+08:00", NIGHT, "2026-10-02T07:00:00+08:00");
	assert_band(calendar, "2026-10-03T07:00:00+08:00", OFF, "2026-10-04T00:00:00+08:00");
	assert_band(calendar, "2026-10-10T07:00:00+08:00", DAY, "2026-10-11T00:00:00+08:00");
	assert_true(calendar_years(calendar, &first, &last));
	assert_int_equal(first, 2026);
	assert_int_equal(last, 2026);
	calendar_free(calendar);
	zoneinfo_free(zone);
}

static void
days_outside_the_table_are_not_covered(void **state)
{
	const struct day_table days = { NULL, 0, 2025, 2026 };
	const struct calendar_rule plain[] = { { DAY, ALL_WEEKDAYS, ALL_KINDS, HOURS(0, 24) } };
	struct zoneinfo *zone = zone_of("Asia/Shanghai");
	struct calendar *calendar = calendar_of(off_rules, 4, 4, &days, zone);
	uint32_t band = 4711;
	int64_t till_ms = 4712;
	int32_t first, last;

	(void)state;
	assert_false(calendar_band(calendar, at("2024-12-31T23:59:59.999+08:00"), &band, &till_ms));
	assert_false(calendar_band(calendar, at("2027-01-01T00:00:00+08:00"), &band, &till_ms));
	assert_int_equal(band, 4711);
	assert_int_equal(till_ms, 4712);
	assert_true(calendar_band(calendar, at("2025-01-01T00:00:00+08:00"), &band, &till_ms));
	assert_true(calendar_band(calendar, at("2026-12-31T23:59:59.999+08:00"), &band, &till_ms));
	calendar_free(calendar);

	calendar = calendar_of(plain, 1, 1, &days, zone);
	assert_false(calendar_years(calendar, &first, &last));
	assert_true(calendar_band(calendar, at("2031-01-01T00:00:00+08:00"), &band, &till_ms));
	calendar_free(calendar);
	zoneinfo_free(zone);
}

static void
a_change_of_offset_ends_a_band(void **state)
{
	const struct calendar_rule rules[] = {
		{ NIGHT, ALL_WEEKDAYS, ALL_KINDS, HOURS(0, 7) },
		{ DAY, ALL_WEEKDAYS, ALL_KINDS, HOURS(7, 24) },
	};
	struct zoneinfo *berlin = zone_of("Europe/Berlin");
	struct zoneinfo *lord_howe = zone_of("Australia/Lord_Howe");
	struct calendar *calendar = calendar_of(rules, 2, 2, NULL, berlin);

	(void)state;
	/* 23 hours: 02:00 is 03:00 */
	assert_band(calendar, "2026-03-29T00:30:00+01:00", NIGHT, "2026-03-29T02:00:00+01:00");
	assert_band(calendar, "2026-03-29T03:00:00+02:00", NIGHT, "2026-03-29T07:00:00+02:00");
	/* 25 hours: 03:00 is 02:00 again */
	assert_band(calendar, "2026-10-25T02:30:00+02:00", NIGHT, "2026-10-25T03:00:00+02:00");
	assert_band(calendar, "2026-10-25T02:30:00+01:00", NIGHT, "2026-10-25T07:00:00+01:00");
	calendar_free(calendar);
	calendar = calendar_of(rules, 2, 2, NULL, lord_howe);
	assert_band(calendar, "2026-04-05T01:45:00+11:00", NIGHT, "2026-04-05T02:00:00+11:00");
	assert_band(calendar, "2026-04-05T01:45:00+10:30", NIGHT, "2026-04-05T07:00:00+10:30");
	calendar_free(calendar);
	zoneinfo_free(lord_howe);
	zoneinfo_free(berlin);
}

static void
assert_refused(const struct calendar_rule *rules, size_t count, uint32_t bands,
	const struct day_table *days, const char *says)
{
	struct calendar *calendar = (struct calendar *)&bands;
	struct fault fault = { 0 };

	const struct calendar_form form = { rules, count, bands, days, NULL };
	assert_int_equal(calendar_new(&form, &calendar, &fault), STATUS_INVALID);
	assert_ptr_equal(calendar, &bands);
	if (strstr(fault.text, says) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", fault.text, says);
}

static void
holes_and_dead_rules_are_named(void **state)
{
	const struct day_table days = { NULL, 0, 2026, 2026 };
	struct calendar_rule rules[4];

	(void)state;
	memcpy(rules, off_rules, sizeof rules);
	rules[3].from_minute = 8 * 60;
	assert_refused(rules, 4, 4, &days, "no rule of the calendar covers Monday 07:00");
	memcpy(rules, off_rules, sizeof rules);
	rules[3].kinds = ORDINARY;
	assert_refused(rules, 4, 4, &days, "Sunday 07:00 of a day that is a workday");
	memcpy(rules, off_rules, sizeof rules);
	rules[1].kinds = HOLIDAYS;
	assert_refused(rules, 4, 4, &days, "rule 2 of the calendar can never match");
	rules[1].kinds = 0;
	assert_refused(rules, 4, 4, &days, "rule 2 of the calendar can never match");
}

static void
unsound_rules_and_days_are_refused(void **state)
{
	const struct special_day twice[] = {
		{ day(2026, 5, 1), DAY_HOLIDAY },
		{ day(2026, 5, 1), DAY_WORKDAY },
	};
	const struct day_table sound = { NULL, 0, 2026, 2026 };
	const struct day_table crossed = { NULL, 0, 2026, 2025 };
	const struct day_table unsorted = { twice, 2, 2026, 2026 };
	const struct day_table outside = { twice, 1, 2025, 2025 };
	struct calendar_rule rules[4];

	(void)state;
	assert_refused(off_rules, 4, 4, NULL, "there is no table");
	assert_refused(off_rules, 4, 4, &crossed, "covers years");
	assert_refused(off_rules, 4, 4, &unsorted, "special day 2 is not later");
	assert_refused(off_rules, 4, 4, &outside, "special day 1 lies outside");
	assert_refused(off_rules, 4, 3, &sound, "rule 1 of the calendar gives a band");
	assert_refused(off_rules, 0, 4, &sound, "1 to 128 rules");
	assert_refused(off_rules, 4, 33, &sound, "1 to 32 bands");
	memcpy(rules, off_rules, sizeof rules);
	rules[2].till_minute = 1441;
	assert_refused(rules, 4, 4, &sound, "rule 3 of the calendar has hours");
	rules[2].till_minute = rules[2].from_minute;
	assert_refused(rules, 4, 4, &sound, "rule 3 of the calendar has hours");
}

static void
without_memory_no_calendar_is_made(void **state)
{
	const struct day_table days = { NULL, 0, 2026, 2026 };
	struct zoneinfo *zone = zone_of("Asia/Shanghai");
	struct fault fault;
	enum status status = STATUS_MEMORY;
	const struct calendar_form form = { off_rules, 4, 4, &days, zone };

	(void)state;
	for (uint64_t n = 1; status != STATUS_OK; n++) {
		struct calendar *calendar = NULL;

		memory_fail_at(n);
		status = calendar_new(&form, &calendar, &fault);
		memory_fail_at(0);
		assert_int_equal(status, n <= 3 ? STATUS_MEMORY : STATUS_OK);
		assert_int_equal(calendar != NULL, status == STATUS_OK);
		calendar_free(calendar);
	}
	zoneinfo_free(zone);
}

/* --- cycles --- */

static void
assert_cycle(enum cycle every, const struct zoneinfo *zone, const char *ms, int64_t first_day,
	const char *from, const char *till)
{
	struct cycle_span span = cycle_at(every, zone, at(ms));

	assert_int_equal(span.first_day, first_day);
	assert_int_equal(span.from_ms, at(from));
	assert_int_equal(span.till_ms, at(till));
}

static void
cycles_are_local_days_months_and_years(void **state)
{
	struct zoneinfo *zone = zone_of("Asia/Shanghai");
	struct zoneinfo *berlin = zone_of("Europe/Berlin");

	(void)state;
	assert_cycle(CYCLE_MONTH, zone, "2026-03-31T23:59:59.999+08:00", day(2026, 3, 1),
		"2026-03-01T00:00:00+08:00", "2026-04-01T00:00:00+08:00");
	assert_cycle(CYCLE_MONTH, zone, "2026-04-01T00:00:00+08:00", day(2026, 4, 1),
		"2026-04-01T00:00:00+08:00", "2026-05-01T00:00:00+08:00");
	assert_cycle(CYCLE_DAY, zone, "2026-04-01T00:00:00+08:00", day(2026, 4, 1),
		"2026-04-01T00:00:00+08:00", "2026-04-02T00:00:00+08:00");
	assert_cycle(CYCLE_YEAR, zone, "2024-02-29T10:00:00+08:00", day(2024, 1, 1),
		"2024-01-01T00:00:00+08:00", "2025-01-01T00:00:00+08:00");
	assert_cycle(CYCLE_DAY, berlin, "2026-10-25T12:00:00+01:00", day(2026, 10, 25),
		"2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00");
	assert_cycle(CYCLE_MONTH, berlin, "2026-03-02T12:00:00+01:00", day(2026, 3, 1),
		"2026-03-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00");
	zoneinfo_free(berlin);
	zoneinfo_free(zone);
}

static void
cycles_survive_odd_midnights(void **state)
{
	struct zoneinfo *st_johns = zone_of("America/St_Johns");
	struct zoneinfo *sao_paulo = zone_of("America/Sao_Paulo");
	struct zoneinfo *apia = zone_of("Pacific/Apia");

	(void)state;
	/* 00:01 became 23:01 of the day before; the new day had begun. */
	assert_cycle(CYCLE_DAY, st_johns, "2006-10-28T23:59:00-02:30", day(2006, 10, 28),
		"2006-10-28T00:00:00-02:30", "2006-10-29T00:00:00-02:30");
	assert_cycle(CYCLE_DAY, st_johns, "2006-10-28T23:30:00-03:30", day(2006, 10, 29),
		"2006-10-29T00:00:00-02:30", "2006-10-30T00:00:00-03:30");
	/* 00:00 became 01:00. */
	assert_cycle(CYCLE_DAY, sao_paulo, "2017-10-15T01:00:00-02:00", day(2017, 10, 15),
		"2017-10-15T00:00:00-03:00", "2017-10-16T00:00:00-02:00");
	/* The 30th did not exist. */
	assert_cycle(CYCLE_DAY, apia, "2011-12-29T12:00:00-10:00", day(2011, 12, 29),
		"2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00");
	zoneinfo_free(apia);
	zoneinfo_free(sao_paulo);
	zoneinfo_free(st_johns);
}

static uint64_t
random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static const char *const zone_names[] = { "Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe",
	"America/St_Johns", "America/Sao_Paulo", "Pacific/Apia", "Pacific/Kwajalein",
	"Africa/Casablanca", "Asia/Kathmandu", "Antarctica/Troll" };
#define ZONE_COUNT (sizeof zone_names / sizeof *zone_names)

static void
cycles_follow_each_other(void **state)
{
	uint64_t seed = 0x5eed0002;

	(void)state;
	print_message("seed %#llx\n", (unsigned long long)seed);
	for (size_t i = 0; i < ZONE_COUNT; i++) {
		struct zoneinfo *zone = zone_of(zone_names[i]);

		for (int round = 0; round < 3000; round++) {
			enum cycle every = (enum cycle)(random_next(&seed) % 3);
			int64_t ms = (int64_t)(random_next(&seed) % (INSTANT_MAX / 2)) +
				(round % 2 == 0 ? INSTANT_MIN : 0);
			if (round % 3 == 0)
				ms = zoneinfo_stretch(zone, ms).till_ms - 1 -
					(int64_t)(random_next(&seed) % (2 * DAY_MS));
			if (ms < INSTANT_MIN || ms > INSTANT_MAX)
				continue;
			struct cycle_span span = cycle_at(every, zone, ms);
			struct cycle_span next = cycle_at(every, zone, span.till_ms);
			struct cycle_span last = cycle_at(every, zone, span.till_ms - 1);

			assert_true(span.from_ms <= ms && ms < span.till_ms);
			assert_int_equal(next.from_ms, span.till_ms);
			assert_true(next.first_day > span.first_day);
			assert_memory_equal(&last, &span, sizeof span);
		}
		zoneinfo_free(zone);
	}
}

/* --- the same bands as a scan of the rules --- */

#define RULES_MAX 12

static uint32_t
scan(const struct calendar_rule *rules, const struct day_table *days, const struct zoneinfo *zone,
	int64_t ms)
{
	int64_t local = ms + zoneinfo_stretch(zone, ms).offset_ms;
	int64_t local_day = floor_divide(local, DAY_MS);
	int32_t minute = (int32_t)((local - local_day * DAY_MS) / MINUTE_MS);
	enum day_kind kind = DAY_ORDINARY;

	for (size_t i = 0; i < days->count; i++)
		if (days->days[i].day == local_day)
			kind = days->days[i].kind;
	for (;; rules++)
		if ((rules->weekdays & WEEKDAY_BIT(weekday_of_day(local_day))) != 0 &&
			(rules->kinds >> kind & 1) != 0 && rules->from_minute <= minute &&
			minute < rules->till_minute)
			return rules->band;
}

/* Rules at random, with a rest, without those that can never match. */
static size_t
random_rules(uint64_t *seed, struct calendar_rule *rules)
{
	size_t count = random_next(seed) % RULES_MAX + 1;

	for (size_t i = 0; i < count; i++) {
		int32_t from = (int32_t)(random_next(seed) % 1440);

		rules[i] = (struct calendar_rule){ (uint32_t)(random_next(seed) % 4),
			(uint32_t)(random_next(seed) % 0x7f + 1),
			(uint32_t)(random_next(seed) % ALL_KINDS + 1), from,
			from + 1 + (int32_t)(random_next(seed) % (uint64_t)(1440 - from)) };
	}
	rules[count - 1] = (struct calendar_rule){ 3, ALL_WEEKDAYS, ALL_KINDS, 0, 1440 };
	return drop_dead_rules(rules, count);
}

static void
random_calendars_agree_with_a_scan(void **state)
{
	uint64_t seed = 0x5eed0003;

	(void)state;
	print_message("seed %#llx\n", (unsigned long long)seed);
	for (int round = 0; round < 200; round++) {
		struct zoneinfo *zone = zone_of(zone_names[random_next(&seed) % ZONE_COUNT]);
		struct calendar_rule rules[RULES_MAX];
		struct special_day specials[100];
		struct day_table days = { specials, 0, 2009, 2012 };
		size_t rule_count = random_rules(&seed, rules);

		for (int64_t d = day(2009, 1, 5); d < day(2012, 12, 20) && days.count < 100;
			d += 1 + (int64_t)(random_next(&seed) % 30))
			specials[days.count++] = (struct special_day){ d,
				(enum day_kind)(random_next(&seed) % DAY_KINDS) };
		struct calendar *calendar = calendar_of(rules, rule_count, 4, &days, zone);
		for (int probe = 0; probe < 500; probe++) {
			int64_t ms = at("2009-01-02T00:00:00Z") +
				(int64_t)(random_next(&seed) % (uint64_t)(1450 * DAY_MS));
			int64_t till_ms;
			uint32_t band;

			if (probe % 4 == 0)
				ms = zoneinfo_stretch(zone, ms).from_ms +
					(int64_t)(random_next(&seed) % (uint64_t)(4 * HOUR_MS)) -
					2 * HOUR_MS;
			if (ms < at("2009-01-02T00:00:00Z") || ms > at("2012-12-30T00:00:00Z"))
				continue;
			assert_true(calendar_band(calendar, ms, &band, &till_ms));
			assert_int_equal(band, scan(rules, &days, zone, ms));
			assert_true(till_ms > ms && till_ms - ms <= DAY_MS);
			assert_int_equal(band, scan(rules, &days, zone, till_ms - 1));
			int64_t within = (int64_t)(random_next(&seed) % (uint64_t)(till_ms - ms));
			assert_int_equal(band, scan(rules, &days, zone, ms + within));
		}
		calendar_free(calendar);
		zoneinfo_free(zone);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hours_are_half_open_and_the_first_rule_wins),
		cmocka_unit_test(holidays_and_workdays_change_the_day),
		cmocka_unit_test(days_outside_the_table_are_not_covered),
		cmocka_unit_test(a_change_of_offset_ends_a_band),
		cmocka_unit_test(holes_and_dead_rules_are_named),
		cmocka_unit_test(unsound_rules_and_days_are_refused),
		cmocka_unit_test(without_memory_no_calendar_is_made),
		cmocka_unit_test(cycles_are_local_days_months_and_years),
		cmocka_unit_test(cycles_survive_odd_midnights),
		cmocka_unit_test(cycles_follow_each_other),
		cmocka_unit_test(random_calendars_agree_with_a_scan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
