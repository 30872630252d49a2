/*
 * What happens by itself to deposits and gifts: by hand where months and clocks are odd, and random
 * packages beside a second account that walks from day to day and knows no formulas.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

#include "../../../rules/schedule.h"

#define STORED_MAX 3
#define EVENTS_MAX 200
#define PURSES_MAX 100
#define PACKAGES 400

static struct sketch sketch;
static struct stored stored[STORED_MAX];
static struct instalment instalments[STORED_MAX][3];
static struct stored_progress progress[STORED_MAX];
static struct schedule schedule;
static struct purse purses[PURSES_MAX];
static size_t purse_count;
static struct due_span suspended;

static const struct due_span never = { INT64_MAX, INT64_MAX };

/* A package that stores one thing, and is held from an instant on; tests change what is stored. */
static void
begin(const char *zone, int64_t from_ms)
{
	sketch_begin(&sketch, zone);
	struct package *package = sketch_package(&sketch, "kept", 0, ALL_TIME);
	package->stored = stored;
	package->stored_count = 1;
	memset(progress, 0, sizeof progress);
	if (!image_index_packages(&sketch.image))
		fail_msg("no memory");
	for (size_t i = 0; i < STORED_MAX; i++) {
		instalments[i][0] = (struct instalment){ { 50 * MONEY_MICROS }, 12 };
		stored[i] = (struct stored){ .kind = MONEY_DEPOSIT,
			.id = TEXT("it"),
			.with = NO_INDEX,
			.instalments = instalments[i],
			.instalment_count = 1,
			.times = 12,
			.amount = { 600 * MONEY_MICROS },
			.every = CYCLE_MONTH };
		progress[i].paid_ms = from_ms;
	}
	schedule = (struct schedule){ .image = &sketch.image,
		.package = package,
		.from_ms = from_ms,
		.till_ms = INT64_MAX,
		.progress = progress };
	purse_count = 0;
	suspended = never;
}

static struct stock
stock_now(void)
{
	return (struct stock){ &schedule, 1, purses, purse_count, &suspended, 1 };
}

/* What happens next, and makes it happen; false if nothing does. */
static bool
happens(struct scheduled *event)
{
	struct stock stock = stock_now();
	struct ending endings[PURSES_MAX + STORED_MAX];
	if (!schedule_next(&stock, event))
		return false;
	switch (event->kind) {
	case SCHEDULED_EXPIRY:
		purses[event->holding].amount.micros = 0;
		break;
	case SCHEDULED_END:
		for (size_t i = schedule_end(&stock, 0, endings); i-- > 0;)
			if (endings[i].purse != NO_PURSE)
				purses[endings[i].purse].amount.micros = 0;
		schedule.ended = true;
		break;
	case SCHEDULED_RELEASE:
	case SCHEDULED_GIFT:
		assert_true(purse_count < PURSES_MAX);
		purses[purse_count++] = (struct purse){ event->stored, 0, event->amount,
			event->till_ms };
		progress[event->place].given++;
		break;
	case SCHEDULED_SKIP:
		progress[event->place].given++;
		break;
	}
	return true;
}

static void
assert_next(const char *at)
{
	struct scheduled event = { 0 };
	char text[INSTANT_TEXT_MAX] = "";
	assert_true(happens(&event));
	int64_t wanted_ms = sketch_at(at);
	int32_t offset_ms = zoneinfo_stretch(sketch.zone, event.at_ms).offset_ms;
	instant_format(event.at_ms, offset_ms / (int32_t)MINUTE_MS, text);
	if (event.at_ms != wanted_ms)
		fail_msg("%s, not %s", text, at);
}

static void
instalments_come_at_the_beginning_of_months_of_any_length(void **state)
{
	(void)state;
	begin("Asia/Shanghai", sketch_at("2024-01-31T23:59:59+08:00"));
	assert_next("2024-02-01T00:00:00+08:00");
	assert_next("2024-03-01T00:00:00+08:00");
	assert_next("2024-04-01T00:00:00+08:00");
	sketch_end(&sketch);
}

static void
the_same_day_is_the_last_of_a_shorter_month(void **state)
{
	(void)state;
	begin("Asia/Shanghai", sketch_at("2024-01-31T10:00:00+08:00"));
	stored[0].first = FIRST_SAME_DAY;
	assert_next("2024-02-29T00:00:00+08:00");
	assert_next("2024-03-31T00:00:00+08:00");
	assert_next("2024-04-30T00:00:00+08:00");
	sketch_end(&sketch);
	begin("Asia/Shanghai", sketch_at("2024-02-29T10:00:00+08:00"));
	stored[0].first = FIRST_SAME_DAY;
	stored[0].every = CYCLE_YEAR;
	assert_next("2025-02-28T00:00:00+08:00");
	assert_next("2026-02-28T00:00:00+08:00");
	assert_next("2027-02-28T00:00:00+08:00");
	assert_next("2028-02-29T00:00:00+08:00");
	sketch_end(&sketch);
}

static void
a_gift_that_a_group_gets_once_comes_to_the_member_that_pays(void **state)
{
	struct scheduled event;
	(void)state;
	begin("Asia/Shanghai", sketch_at("2024-01-31T10:00:00+08:00"));
	stored[0].kind = MONEY_GIFT;
	assert_next("2024-02-01T00:00:00+08:00"); /* each member gets it */
	stored[0].by_package = true;
	assert_false(happens(&event));
	schedule.pays = true;
	assert_next("2024-03-01T00:00:00+08:00");
	sketch_end(&sketch);
}

static void
what_comes_at_once_goes_on_with_the_next_cycle(void **state)
{
	(void)state;
	begin("Asia/Shanghai", sketch_at("2026-01-15T10:00:00+08:00"));
	stored[0].first = FIRST_AT_ONCE;
	assert_next("2026-01-15T10:00:00+08:00");
	assert_next("2026-02-01T00:00:00+08:00");
	sketch_end(&sketch);
}

static void
days_are_as_long_as_the_clock_makes_them(void **state)
{
	(void)state;
	begin("America/New_York", sketch_at("2026-03-07T10:00:00-05:00"));
	stored[0].every = CYCLE_DAY;
	assert_next("2026-03-08T00:00:00-05:00");
	assert_next("2026-03-09T00:00:00-04:00");
	sketch_end(&sketch);
	/* a day that begins at one o'clock */
	begin("America/Sao_Paulo", sketch_at("2018-11-03T10:00:00-03:00"));
	stored[0].every = CYCLE_DAY;
	assert_next("2018-11-04T01:00:00-02:00");
	assert_next("2018-11-05T00:00:00-02:00");
	sketch_end(&sketch);
}

static void
at_one_instant_expiry_then_the_end_then_releases_then_gifts(void **state)
{
	struct scheduled event;
	(void)state;
	begin("Asia/Shanghai", sketch_at("2026-01-15T10:00:00+08:00"));
	sketch.packages[0].stored_count = 2;
	stored[0].kind = MONEY_GIFT;
	stored[0].with = 1;
	stored[0].valid_count = 1;
	stored[0].valid_every = CYCLE_MONTH;
	static const enum scheduled_kind kinds[] = { SCHEDULED_RELEASE, SCHEDULED_GIFT,
		SCHEDULED_EXPIRY, SCHEDULED_RELEASE, SCHEDULED_GIFT };
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		assert_true(happens(&event));
		assert_int_equal(event.kind, kinds[i]);
	}
	assert_int_equal(event.at_ms, sketch_at("2026-03-01T00:00:00+08:00"));
	schedule.till_ms = sketch_at("2026-04-01T00:00:00+08:00");
	assert_true(happens(&event));
	assert_int_equal(event.kind, SCHEDULED_EXPIRY);
	assert_int_equal(event.at_ms, schedule.till_ms);
	assert_true(happens(&event));
	assert_int_equal(event.kind, SCHEDULED_END);
	assert_false(happens(&event));
	sketch_end(&sketch);
}

static void
an_end_gives_back_what_is_left_and_nothing_twice(void **state)
{
	struct scheduled event;
	struct ending list[4];
	(void)state;
	begin("Asia/Shanghai", sketch_at("2026-01-15T10:00:00+08:00"));
	assert_true(happens(&event) && happens(&event));
	assert_int_equal(schedule_unreleased(&schedule, 0).micros, 500 * MONEY_MICROS);
	purses[0].amount.micros = 7 * MONEY_MICROS;
	purses[1].amount.micros = 0;
	struct stock stock = stock_now();
	assert_int_equal(schedule_end(&stock, 0, list), 2);
	assert_true(list[0].purse == NO_PURSE && list[0].to_cash);
	assert_int_equal(list[0].amount.micros, 500 * MONEY_MICROS);
	assert_int_equal(list[1].purse, 0);
	assert_int_equal(list[1].amount.micros, 7 * MONEY_MICROS);
	schedule.ended = true;
	assert_int_equal(schedule_unreleased(&schedule, 0).micros, 0);
	assert_false(happens(&event));
	sketch_end(&sketch);
	/* a deposit that was never paid in */
	begin("Asia/Shanghai", sketch_at("2026-01-15T10:00:00+08:00"));
	progress[0].paid_ms = INT64_MAX;
	assert_false(happens(&event));
	stock = stock_now();
	assert_int_equal(schedule_end(&stock, 0, list), 0);
	sketch_end(&sketch);
}

/* The second account. */

struct told {
	int64_t at_ms;
	enum scheduled_kind kind;
	int64_t micros;
	int64_t expires_ms;
	const struct stored *stored;
};
static struct told told[EVENTS_MAX];
static size_t told_count;

static int64_t
local_day(int64_t ms)
{
	return floor_divide(ms + zoneinfo_stretch(sketch.zone, ms).offset_ms, DAY_MS);
}

/* The first quarter of an hour of a local day, by looking at the clock. */
static int64_t
first_of_day(int64_t day)
{
	int64_t ms = day * DAY_MS - 20 * HOUR_MS;
	while (local_day(ms) < day)
		ms += 15 * MINUTE_MS;
	return ms;
}

/* One day, month or year on, kept to the day of the month that it began with. */
static int64_t
step_on(int64_t day, enum cycle every, int32_t kept)
{
	struct date date = date_of_day(day);
	int32_t months = every == CYCLE_YEAR ? 12 : 1;
	if (every == CYCLE_DAY)
		return day + 1;
	for (; months > 0; months--) {
		date.day = 1;
		day = day_of_date(date) + month_days(date.year, date.month);
		date = date_of_day(day);
	}
	while (date.day < kept && date.day < month_days(date.year, date.month))
		date.day++;
	return day_of_date(date);
}

static int64_t
steps_on(int64_t day, enum cycle every, uint32_t count)
{
	int32_t kept = date_of_day(day).day;
	while (count-- > 0)
		day = step_on(day, every, kept);
	return day;
}

static void
tell(int64_t at_ms, enum scheduled_kind kind, int64_t micros, int64_t expires_ms,
	const struct stored *one)
{
	size_t i = told_count++;
	assert_true(told_count <= EVENTS_MAX);
	for (; i > 0; i--) {
		if (told[i - 1].at_ms < at_ms ||
			(told[i - 1].at_ms == at_ms && told[i - 1].kind <= kind))
			break;
		told[i] = told[i - 1];
	}
	told[i] = (struct told){ at_ms, kind, micros, expires_ms, one };
}

/* All instalments of one thing that is stored, each where it belongs in time. */
static void
tell_instalments(const struct stored *one)
{
	int64_t begin_day = local_day(schedule.from_ms), at_ms = schedule.from_ms, day = begin_day;
	struct date date = date_of_day(begin_day);
	bool at_once = one->first == FIRST_AT_ONCE;
	if (one->first != FIRST_SAME_DAY && one->every != CYCLE_DAY)
		day -= date.day - 1;
	if (one->first != FIRST_SAME_DAY && one->every == CYCLE_YEAR)
		day = day_of_date((struct date){ date.year, 1, 1 });
	int32_t kept = date_of_day(day).day;
	for (uint32_t number = 0; number < one->times; number++) {
		uint32_t left = number;
		const struct instalment *which = one->instalments;
		while (left >= which->times)
			left -= which++->times;
		if (!at_once) {
			day = step_on(day, one->every, kept);
			at_ms = first_of_day(day);
		}
		at_once = false;
		if (at_ms >= schedule.till_ms)
			return;
		bool lost = one->skipped && suspended.from_ms <= at_ms && at_ms < suspended.till_ms;
		int64_t expires_ms = one->valid_count == 0
			? INT64_MAX
			: first_of_day(
				  steps_on(local_day(at_ms), one->valid_every, one->valid_count));
		tell(at_ms,
			lost                              ? SCHEDULED_SKIP
				: one->kind == MONEY_GIFT ? SCHEDULED_GIFT
							  : SCHEDULED_RELEASE,
			which->amount.micros, expires_ms, one);
	}
}

static void
tell_all(void)
{
	struct told given[EVENTS_MAX];
	told_count = 0;
	for (uint32_t i = 0; i < schedule.package->stored_count; i++)
		tell_instalments(&stored[i]);
	size_t count = told_count;
	memcpy(given, told, sizeof given);
	for (size_t i = 0; i < count; i++) {
		bool gone = given[i].expires_ms > schedule.till_ms &&
			given[i].stored->cancel != CANCEL_KEEP;
		if (given[i].kind != SCHEDULED_SKIP && given[i].expires_ms < INT64_MAX && !gone)
			tell(given[i].expires_ms, SCHEDULED_EXPIRY, given[i].micros, 0, NULL);
	}
	if (schedule.till_ms < INT64_MAX)
		tell(schedule.till_ms, SCHEDULED_END, 0, 0, NULL);
}

static void
random_stored(struct stored *one, struct instalment *list)
{
	one->instalment_count = 1 + (uint32_t)random_below(3);
	one->times = 0;
	one->amount.micros = 0;
	for (uint32_t i = 0; i < one->instalment_count; i++) {
		list[i].times = 1 + (uint32_t)random_below(6);
		list[i].amount.micros = random_between(1, 100) * 10000;
		one->times += list[i].times;
		one->amount.micros += list[i].times * list[i].amount.micros;
	}
	one->kind = one_in(2) ? MONEY_GIFT : MONEY_DEPOSIT;
	one->every = (enum cycle)random_below(3);
	one->first = (enum stored_first)random_below(3);
	one->valid_count = one_in(3) ? 0 : 1 + (uint32_t)random_below(4);
	one->valid_every = (enum cycle)random_below(3);
	one->skipped = one_in(2);
	one->cancel = (enum on_cancel)random_below(3);
}

static void
a_second_account_tells_the_same(void **state)
{
	static const char *const zones[] = { "Asia/Shanghai", "America/New_York",
		"America/Sao_Paulo", "Europe/London" };
	(void)state;
	for (int i = 0; i < PACKAGES; i++) {
		struct scheduled event;
		size_t happened = 0;
		int64_t from_ms = random_between(sketch_day(1990, 1, 1), sketch_day(2040, 1, 1)) *
				DAY_MS +
			random_between(0, DAY_MS - 1);
		begin(zones[random_below(4)], from_ms);
		sketch.packages[0].stored_count = 1 + (uint32_t)random_below(STORED_MAX);
		for (uint32_t j = 0; j < sketch.packages[0].stored_count; j++)
			random_stored(&stored[j], instalments[j]);
		if (one_in(2))
			schedule.till_ms = from_ms + random_between(0, 800 * DAY_MS);
		if (one_in(2)) {
			suspended.from_ms = from_ms + random_between(0, 100 * DAY_MS);
			suspended.till_ms = suspended.from_ms + random_between(1, 100 * DAY_MS);
		}
		tell_all();
		for (; happens(&event); happened++) {
			assert_true(happened < told_count);
			assert_int_equal(event.at_ms, told[happened].at_ms);
			assert_int_equal(event.kind, told[happened].kind);
			assert_int_equal(event.amount.micros, told[happened].micros);
		}
		assert_int_equal(happened, told_count);
		sketch_end(&sketch);
	}
}

int
main(void)
{
	const char *seed = getenv("SEED");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instalments_come_at_the_beginning_of_months_of_any_length),
		cmocka_unit_test(the_same_day_is_the_last_of_a_shorter_month),
		cmocka_unit_test(a_gift_that_a_group_gets_once_comes_to_the_member_that_pays),
		cmocka_unit_test(what_comes_at_once_goes_on_with_the_next_cycle),
		cmocka_unit_test(days_are_as_long_as_the_clock_makes_them),
		cmocka_unit_test(at_one_instant_expiry_then_the_end_then_releases_then_gifts),
		cmocka_unit_test(an_end_gives_back_what_is_left_and_nothing_twice),
		cmocka_unit_test(a_second_account_tells_the_same),
	};
	random_state = seed != NULL ? strtoull(seed, NULL, 10) : 20261122;
	print_message("seed %llu\n", (unsigned long long)random_state);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
