/*
 * What is told, and when: by hand where months and clocks are odd, and at random beside a count that
 * goes unit by unit, and a calendar that goes day by day.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

#include "../../../rules/notices.h"

#define NOTIFIES_MAX 4
#define HOLDINGS_MAX 3
#define TOLD_MAX 4000
#define CROSSINGS 3000
#define CALENDARS 60

static struct sketch sketch;
static struct notify notifies[NOTIFIES_MAX];
static struct threshold thresholds[NOTIFIES_MAX][2];
static struct holding holdings[HOLDINGS_MAX];
static size_t holding_count;
static struct notice told[TOLD_MAX];
static size_t told_count;

static void
tell(void *context, const struct notice *notice)
{
	(void)context;
	assert_true(told_count < TOLD_MAX);
	told[told_count++] = *notice;
}

/* A package "kept" in force all the time; tests add what it gives and tells. */
static struct package *
begin(const char *zone)
{
	sketch_begin(&sketch, zone);
	struct package *package = sketch_package(&sketch, "kept", 0, ALL_TIME);
	memset(notifies, 0, sizeof notifies);
	memset(thresholds, 0, sizeof thresholds);
	package->notices = notifies;
	holdings[0] = (struct holding)HELD("kept");
	holding_count = 1;
	told_count = 0;
	return package;
}

static struct rate_question
question_now(void)
{
	if (sketch.image.package_slots == NULL && !image_index_packages(&sketch.image))
		sketch_stop("no memory for the index of packages");
	return (struct rate_question){ .image = &sketch.image,
		.holdings = holdings,
		.holding_count = holding_count,
		.facts = { &sketch, sketch_counter_read } };
}

static struct notify *
add_notify(struct package *package, enum notice_way way, const char *of)
{
	uint32_t place = package->notice_count++;
	notifies[place] = (struct notify){
		.id = TEXT("it"), .way = way, .of = text_of(of), .thresholds = thresholds[place]
	};
	return &notifies[place];
}

static void
add_threshold(struct notify *notify, struct threshold threshold)
{
	struct threshold *list = thresholds[notify - notifies];
	list[notify->threshold_count++] = threshold;
}

/* What a charge at an instant tells that moves one counter. */
static void
charge(const char *counter, int32_t cycle, int64_t before, int64_t after, int64_t at_ms)
{
	struct consumption consumption = { .name = { TEXT("kept"), text_of(counter), cycle,
						   { NULL, 0 } },
		.used_before = before,
		.used_after = after };
	struct pricing pricing = {
		.at_ms = at_ms, .consumptions = &consumption, .consumption_count = 1
	};
	struct rate_question question = question_now();
	told_count = 0;
	notices_crossed(&question, &pricing, tell, NULL);
}

/* ---- what is crossed ---- */

static void
a_tenth_of_ten_thousand_is_left_at_a_thousand_and_is_told_once(void **state)
{
	(void)state;
	struct package *package = begin("UTC");
	int64_t from_ms = sketch_at("2026-03-10T10:00:00Z");
	int32_t day = (int32_t)sketch_day(2026, 3, 10);
	struct allowance *allowance = sketch_allowance(&sketch, package, "units", 10000);
	*allowance = (struct allowance){ .id = TEXT("units"),
		.zones = ALL_ZONES,
		.amount = 10000,
		.every = CYCLE_DAY,
		.valid_count = 12,
		.valid_every = CYCLE_MONTH };
	holdings[0].from_ms = from_ms;
	add_threshold(add_notify(package, NOTICE_LEFT, "units"),
		(struct threshold){ .is_part = true, .amount = 100000 });
	charge("units", day, 0, 8999, from_ms);
	assert_int_equal(told_count, 0);
	charge("units", day, 8999, 9000, from_ms);
	assert_int_equal(told_count, 1);
	assert_int_equal(told[0].amount, 10000);
	assert_int_equal(told[0].used, 9000);
	assert_int_equal(told[0].till_ms, sketch_at("2027-03-10T00:00:00Z"));
	charge("units", day, 9000, 9001, from_ms);
	assert_int_equal(told_count, 0);
	charge("units", day, 0, 10000, from_ms);
	assert_int_equal(told_count, 1);
	/* Back above it, and across it again. */
	charge("units", day, 8990, 9100, from_ms);
	assert_int_equal(told_count, 1);
	/* Of what is bought twice on a day there are 20,000. */
	holdings[1] = holdings[0];
	holding_count = 2;
	charge("units", day, 8999, 9000, from_ms);
	assert_int_equal(told_count, 0);
	charge("units", day, 17999, 18000, from_ms);
	assert_int_equal(told_count, 1);
	/* Of another day, and held by nobody: there is nothing of it. */
	charge("units", day + 1, 0, 10000, from_ms);
	assert_int_equal(told_count, 0);
	sketch_end(&sketch);
}

static void
what_is_carried_over_tells_nothing_behind_its_cycle(void **state)
{
	(void)state;
	struct package *package = begin("UTC");
	struct allowance *allowance = sketch_allowance(&sketch, package, "units", 100);
	int32_t march = (int32_t)sketch_day(2026, 3, 1);
	allowance->carry_cycles = 1;
	add_threshold(add_notify(package, NOTICE_LEFT, "units"), (struct threshold){ 0 });
	charge("units", march, 50, 100, sketch_at("2026-03-31T23:59:59Z"));
	assert_int_equal(told_count, 1);
	assert_int_equal(told[0].till_ms, sketch_at("2026-05-01T00:00:00Z"));
	charge("units", march, 50, 100, sketch_at("2026-04-01T00:00:00Z"));
	assert_int_equal(told_count, 0);
	sketch_end(&sketch);
}

/* Of 100 a month 48 are given for the last 15 of 31 days: half of them are left at 24. */
static void
of_a_first_month_by_days_its_part_is_all_there_is(void **state)
{
	(void)state;
	struct package *package = begin("UTC");
	int32_t march = (int32_t)sketch_day(2026, 3, 1), april = (int32_t)sketch_day(2026, 4, 1);
	sketch_allowance(&sketch, package, "units", 100)->first_by_day = true;
	holdings[0].from_ms = sketch_at("2026-03-17T18:00:00Z");
	add_threshold(add_notify(package, NOTICE_LEFT, "units"),
		(struct threshold){ .is_part = true, .amount = 500000 });
	charge("units", march, 0, 23, sketch_at("2026-03-20T00:00:00Z"));
	assert_int_equal(told_count, 0);
	charge("units", march, 23, 24, sketch_at("2026-03-20T00:00:00Z"));
	assert_int_equal(told_count, 1);
	assert_int_equal(told[0].amount, 48);
	charge("units", april, 0, 49, sketch_at("2026-04-20T00:00:00Z"));
	assert_int_equal(told_count, 0);
	charge("units", april, 49, 50, sketch_at("2026-04-20T00:00:00Z"));
	assert_int_equal(told_count, 1);
	sketch_end(&sketch);
}

/* What a group bought, it bought once, whichever of its members holds it. */
static void
a_group_is_told_of_its_own_units(void **state)
{
	(void)state;
	struct package *package = begin("UTC");
	struct allowance *allowance = sketch_allowance(&sketch, package, "units", 100);
	struct consumption consumption = { .name = { TEXT("kept"), TEXT("units"),
						   (int32_t)sketch_day(2026, 3, 10), TEXT("home") },
		.used_before = 89,
		.used_after = 90 };
	struct pricing pricing = { .at_ms = sketch_at("2026-05-01T00:00:00Z"),
		.consumptions = &consumption,
		.consumption_count = 1 };
	allowance->every = CYCLE_DAY;
	allowance->valid_count = 1;
	allowance->valid_every = CYCLE_YEAR;
	allowance->shared = true;
	add_threshold(add_notify(package, NOTICE_LEFT, "units"),
		(struct threshold){ .is_part = true, .amount = 100000 });
	for (size_t i = 0; i < 2; i++)
		holdings[i] = (struct holding){ .package = TEXT("kept"),
			.from_ms = sketch_at("2026-04-01T00:00:00Z"),
			.till_ms = INT64_MAX,
			.group = TEXT("home"),
			.group_from_ms = sketch_at("2026-03-10T10:00:00Z") };
	holding_count = 2;
	struct rate_question question = question_now();
	notices_crossed(&question, &pricing, tell, NULL);
	assert_int_equal(told_count, 1);
	assert_int_equal(told[0].amount, 100);
	assert_int_equal(told[0].till_ms, sketch_at("2027-03-10T00:00:00Z"));
	/* Another group has none. */
	consumption.name.group = TEXT("work");
	notices_crossed(&question, &pricing, tell, NULL);
	assert_int_equal(told_count, 1);
	sketch_end(&sketch);
}

/* What a counter that counts money or usage tells, of an amount or of no amount. */
static void
caps_limits_and_bare_counters_tell_what_is_used(void **state)
{
	(void)state;
	struct package *package = begin("UTC");
	struct cap cap = { sketch_meter(&sketch, package, "cap", true), { 50 * MONEY_MICROS }, NULL,
		0 };
	struct limit limit = { .meter = sketch_meter(&sketch, package, "limit", false),
		.amount = 10 };
	int32_t march = (int32_t)sketch_day(2026, 3, 1);
	int64_t at_ms = sketch_at("2026-03-10T10:00:00Z");
	sketch_meter(&sketch, package, "bare", false);
	package->caps = &cap;
	package->cap_count = 1;
	package->limits = &limit;
	package->limit_count = 1;
	add_threshold(add_notify(package, NOTICE_USED, "cap"),
		(struct threshold){ .is_part = true, .amount = 800000 });
	add_threshold(add_notify(package, NOTICE_LEFT, "limit"), (struct threshold){ 0 });
	add_threshold(add_notify(package, NOTICE_USED, "bare"), (struct threshold){ .amount = 7 });
	charge("cap", march, 40 * MONEY_MICROS - 1, 40 * MONEY_MICROS, at_ms);
	assert_int_equal(told_count, 1);
	assert_true(told[0].money);
	charge("cap", march, 40 * MONEY_MICROS - 2, 40 * MONEY_MICROS - 1, at_ms);
	assert_int_equal(told_count, 0);
	/* The last event passes a limit. */
	charge("limit", march, 9, 13, at_ms);
	assert_int_equal(told_count, 1);
	charge("bare", march, 6, 7, at_ms);
	assert_int_equal(told_count, 1);
	assert_int_equal(told[0].amount, 0);
	charge("none", march, 6, 7, at_ms);
	assert_int_equal(told_count, 0);
	sketch_end(&sketch);
}

/* What the catalog has told of every allowance, without any notify of it. */
static void
what_is_used_up_is_told_where_the_catalog_says_so(void **state)
{
	(void)state;
	struct package *package = begin("UTC");
	int32_t march = (int32_t)sketch_day(2026, 3, 1);
	int64_t at_ms = sketch_at("2026-03-10T10:00:00Z");
	sketch_allowance(&sketch, package, "units", 10);
	sketch_meter(&sketch, package, "bare", false);
	charge("units", march, 0, 10, at_ms);
	assert_int_equal(told_count, 0);
	sketch.image.tells_used_up = true;
	charge("units", march, 0, 9, at_ms);
	assert_int_equal(told_count, 0);
	charge("units", march, 9, 10, at_ms);
	assert_int_equal(told_count, 1);
	assert_true(notice_is_of_used_up(&told[0]));
	assert_true(text_equal(told[0].counter.allowance, TEXT("units")));
	assert_int_equal(told[0].amount, 10);
	assert_int_equal(told[0].used, 10);
	assert_int_equal(told[0].till_ms, sketch_at("2026-04-01T00:00:00Z"));
	charge("units", march, 10, 11, at_ms);
	assert_int_equal(told_count, 0);
	charge("bare", march, 0, 10, at_ms);
	assert_int_equal(told_count, 0);
	/* What it says itself of the last of them is told in its words alone; what else, beside it. */
	struct notify *notify = add_notify(package, NOTICE_LEFT, "units");
	add_threshold(notify, (struct threshold){ .amount = 3 });
	charge("units", march, 6, 10, at_ms);
	assert_int_equal(told_count, 2);
	assert_true(!notice_is_of_used_up(&told[0]) && notice_is_of_used_up(&told[1]));
	add_threshold(notify, (struct threshold){ .amount = 0 });
	charge("units", march, 6, 10, at_ms);
	assert_int_equal(told_count, 2);
	assert_true(!notice_is_of_used_up(&told[0]) && !notice_is_of_used_up(&told[1]));
	sketch_end(&sketch);
}

/* One unit after the other: how often does the figure come to the threshold? */
static size_t
walk(enum notice_way way, const struct threshold *threshold, int64_t amount, int64_t before,
	int64_t after)
{
	size_t times = 0;
	bool was = true;
	for (int64_t used = before; used <= after; used++) {
		int64_t figure = way == NOTICE_LEFT ? amount - used : used;
		int64_t scale = threshold->is_part ? 1000000 : 1;
		int64_t wanted = threshold->amount * (threshold->is_part ? amount : 1);
		bool is = way == NOTICE_LEFT ? figure * scale <= wanted : figure * scale >= wanted;
		times += is && !was && used > before;
		was = is;
	}
	return times;
}

static void
random_charges_cross_as_units_do_one_by_one(void **state)
{
	(void)state;
	random_state = 20261123;
	print_message("seed %llu\n", (unsigned long long)random_state);
	for (int round = 0; round < CROSSINGS; round++) {
		struct package *package = begin("UTC");
		int64_t amount = random_between(1, 300), before = random_between(0, amount);
		int64_t after = random_between(before, amount + 5);
		enum notice_way way = one_in(2) ? NOTICE_LEFT : NOTICE_USED;
		struct threshold threshold = { .is_part = one_in(2) };
		threshold.amount = threshold.is_part ? random_between(0, 100) * 10000
						     : random_between(0, amount + 2);
		if (one_in(4))
			threshold.amount = threshold.is_part ? random_between(0, 1000000)
							     : threshold.amount;
		sketch_allowance(&sketch, package, "units", amount);
		add_threshold(add_notify(package, way, "units"), threshold);
		charge("units", (int32_t)sketch_day(2026, 3, 1), before, after,
			sketch_at("2026-03-10T10:00:00Z"));
		assert_int_equal(told_count, walk(way, &threshold, amount, before, after));
		sketch_end(&sketch);
	}
}

static void
amounts_as_large_as_can_be_do_not_overflow(void **state)
{
	(void)state;
	struct package *package = begin("UTC");
	int64_t at_ms = sketch_at("2026-03-10T10:00:00Z"), half = INT64_MAX / 2 + 1;
	sketch_allowance(&sketch, package, "units", INT64_MAX);
	add_threshold(add_notify(package, NOTICE_USED, "units"),
		(struct threshold){ .is_part = true, .amount = 500000 });
	charge("units", (int32_t)sketch_day(2026, 3, 1), half - 1, half, at_ms);
	assert_int_equal(told_count, 1);
	charge("units", (int32_t)sketch_day(2026, 3, 1), 0, half - 1, at_ms);
	assert_int_equal(told_count, 0);
	sketch_end(&sketch);
}

/* ---- what is due ---- */

static void
due_in(int64_t after_ms, int64_t till_ms)
{
	struct rate_question question = question_now();
	told_count = 0;
	enum fact fact = notices_due(&question, after_ms, till_ms, tell, NULL);
	assert_int_equal(fact, FACT_KNOWN);
}

/* The package ends at an instant: when is that told, so long before? */
static void
assert_due(const char *zone, const char *till, enum cycle every, int64_t count, const char *due)
{
	struct package *package = begin(zone);
	holdings[0].till_ms = sketch_at(till);
	add_threshold(add_notify(package, NOTICE_BEFORE, ""),
		(struct threshold){ .amount = count, .every = every });
	int64_t due_ms = sketch_at(due);
	struct rate_question question = question_now();
	assert_int_equal(notices_next_ms(&question, INT64_MIN), due_ms);
	assert_int_equal(notices_next_ms(&question, due_ms), INT64_MAX);
	due_in(due_ms - 1, due_ms);
	assert_int_equal(told_count, 1);
	assert_int_equal(told[0].at_ms, due_ms);
	assert_int_equal(told[0].till_ms, holdings[0].till_ms);
	due_in(due_ms, INT64_MAX);
	assert_int_equal(told_count, 0);
	due_in(INT64_MIN, due_ms - 1);
	assert_int_equal(told_count, 0);
	sketch_end(&sketch);
}

static void
an_end_is_told_at_the_first_instant_of_a_local_day_before_it(void **state)
{
	(void)state;
	assert_due("Asia/Shanghai", "2027-03-10T00:00:00+08:00", CYCLE_DAY, 30,
		"2027-02-08T00:00:00+08:00");
	assert_due("Asia/Shanghai", "2027-03-10T15:30:00+08:00", CYCLE_DAY, 30,
		"2027-02-08T00:00:00+08:00");
	assert_due("Asia/Shanghai", "2027-03-09T23:59:59.999+08:00", CYCLE_DAY, 30,
		"2027-02-07T00:00:00+08:00");
	/* Months of 28 to 31 days, and a leap day. */
	assert_due("UTC", "2027-03-31T00:00:00Z", CYCLE_MONTH, 1, "2027-02-28T00:00:00Z");
	assert_due("UTC", "2028-03-31T00:00:00Z", CYCLE_MONTH, 1, "2028-02-29T00:00:00Z");
	assert_due("UTC", "2028-02-29T00:00:00Z", CYCLE_YEAR, 1, "2027-02-28T00:00:00Z");
	assert_due("UTC", "2027-01-31T00:00:00Z", CYCLE_MONTH, 2, "2026-11-30T00:00:00Z");
	assert_due("UTC", "2028-03-01T00:00:00Z", CYCLE_DAY, 1, "2028-02-29T00:00:00Z");
	/* A day that begins at 01:00, and one of 23 hours between. */
	assert_due("America/Sao_Paulo", "2018-11-05T00:00:00-02:00", CYCLE_DAY, 1,
		"2018-11-04T01:00:00-02:00");
	assert_due("America/New_York", "2026-03-09T00:00:00-04:00", CYCLE_DAY, 1,
		"2026-03-08T00:00:00-05:00");
}

static void
nothing_is_told_of_what_has_nothing_left_or_had_not_begun(void **state)
{
	(void)state;
	struct package *package = begin("UTC");
	struct allowance *allowance = sketch_allowance(&sketch, package, "units", 10);
	allowance->every = CYCLE_DAY;
	allowance->valid_count = 1;
	allowance->valid_every = CYCLE_MONTH;
	holdings[0].from_ms = sketch_at("2026-03-10T10:00:00Z");
	struct notify *notify = add_notify(package, NOTICE_BEFORE, "units");
	add_threshold(notify, (struct threshold){ .amount = 30 });
	add_threshold(notify, (struct threshold){ .amount = 31 }); /* before it begins at 10:00 */
	due_in(INT64_MIN, INT64_MAX);
	assert_int_equal(told_count, 1);
	assert_int_equal(told[0].at_ms, sketch_at("2026-03-11T00:00:00Z"));
	sketch.counters[0] = (struct sketch_counter){ "units", (int32_t)sketch_day(2026, 3, 10), 10,
		false };
	sketch.counter_count = 1;
	due_in(INT64_MIN, INT64_MAX);
	assert_int_equal(told_count, 0);
	sketch.counters[0].used = 9;
	due_in(INT64_MIN, INT64_MAX);
	assert_int_equal(told_count, 1);
	assert_int_equal(told[0].used, 9);
	sketch.counters[0].cold = true;
	struct rate_question question = question_now();
	assert_int_equal(notices_due(&question, INT64_MIN, INT64_MAX, tell, NULL), FACT_COLD);
	sketch_end(&sketch);
}

/* ---- beside a calendar ---- */

struct naive {
	int64_t at_ms;
	uint32_t notify, threshold;
	int32_t counter; /* its first day; of a package: the holding */
};

static struct naive naives[TOLD_MAX];
static size_t naive_count;

/* The first instant of a local day: looked for from minute to minute. */
static int64_t
day_begins_ms(int64_t day)
{
	int64_t ms = day * DAY_MS - 26 * HOUR_MS;
	while (ms + zoneinfo_stretch(sketch.zone, ms).offset_ms < day * DAY_MS)
		ms += MINUTE_MS;
	return ms;
}

static int64_t
local_day(int64_t ms)
{
	int64_t day = floor_divide(ms, DAY_MS) - 2;
	while (day_begins_ms(day + 1) <= ms)
		day++;
	return day;
}

/* The same day of the month so many months before, month by month. */
static int64_t
months_back(int64_t day, int64_t months)
{
	struct date date = date_of_day(day);
	for (; months > 0; months--) {
		date.month--;
		if (date.month == 0) {
			date.month = 12;
			date.year--;
		}
	}
	while (date.day > month_days(date.year, date.month))
		date.day--;
	return day_of_date(date);
}

static int64_t
naive_due_ms(int64_t till_ms, const struct threshold *lead)
{
	int64_t day = local_day(till_ms);
	if (lead->every == CYCLE_DAY)
		return day_begins_ms(day - lead->amount);
	return day_begins_ms(months_back(day, lead->amount * (lead->every == CYCLE_YEAR ? 12 : 1)));
}

static void
naive_offer(uint32_t notify, size_t holding, int64_t from_ms, int64_t till_ms, int32_t counter)
{
	for (uint32_t i = 0; i < notifies[notify].threshold_count; i++) {
		int64_t due_ms = naive_due_ms(till_ms, &thresholds[notify][i]);
		if (due_ms >= from_ms && due_ms >= holdings[holding].from_ms &&
			due_ms < holdings[holding].till_ms)
			naives[naive_count++] = (struct naive){ due_ms, notify, i, counter };
	}
}

/* Each month gives anew, and what is left of it lasts as many months longer as are carried over. */
static void
naive_months(uint32_t notify, size_t holding, const struct allowance *allowance, int64_t last_ms)
{
	struct date date = date_of_day(local_day(holdings[holding].from_ms));
	date.day = 1;
	for (;; date = date_of_day(day_of_date(date) + 31), date.day = 1) {
		int64_t first = day_of_date(date), till = first;
		if (day_begins_ms(first) > last_ms)
			return;
		for (unsigned i = 0; i <= allowance->carry_cycles; i++) {
			struct date next = date_of_day(till + 31);
			next.day = 1;
			till = day_of_date(next);
		}
		int64_t till_ms = day_begins_ms(till);
		if (till_ms > holdings[holding].till_ms)
			till_ms = holdings[holding].till_ms;
		naive_offer(notify, holding, day_begins_ms(first), till_ms, (int32_t)first);
	}
}

static void
naive_all(const struct package *package, int64_t last_ms)
{
	naive_count = 0;
	for (size_t i = 0; i < holding_count; i++) {
		const struct holding *holding = &holdings[i];
		int64_t day = local_day(holding->from_ms);
		int64_t valid_till_ms = day_begins_ms(day + package->allowances[1].valid_count);
		if (valid_till_ms > holding->till_ms)
			valid_till_ms = holding->till_ms;
		naive_offer(0, i, holding->from_ms, holding->till_ms, 0);
		naive_months(1, i, &package->allowances[0], last_ms);
		naive_offer(2, i, holding->from_ms, valid_till_ms, (int32_t)day);
	}
}

/* One holding, of a package that gives something each month and something once. */
static struct package *
random_package(void)
{
	static const char *const zones[] = { "Asia/Shanghai", "America/Sao_Paulo",
		"Australia/Lord_Howe", "America/New_York", "Asia/Beirut" };
	struct package *package = begin(zones[random_below(5)]);
	struct allowance *monthly = sketch_allowance(&sketch, package, "monthly", 10);
	struct allowance *once = sketch_allowance(&sketch, package, "once", 10);
	int64_t base_ms = sketch_at("2015-01-01T00:00:00Z") + random_between(0, 4 * 365) * DAY_MS;
	monthly->carry_cycles = (uint8_t)random_below(3);
	once->every = CYCLE_DAY;
	once->valid_count = (uint32_t)random_between(1, 400);
	once->valid_every = CYCLE_DAY;
	add_notify(package, NOTICE_BEFORE, "");
	add_notify(package, NOTICE_BEFORE, "monthly");
	add_notify(package, NOTICE_BEFORE, "once");
	for (uint32_t i = 0; i < 3; i++)
		for (uint32_t j = 0; j < 1 + random_below(2); j++)
			add_threshold(&notifies[i],
				(struct threshold){ .amount = random_between(1, one_in(2) ? 40 : 3),
					.every = (enum cycle)random_below(i == 1 ? 2 : 3) });
	holdings[0].from_ms = base_ms + random_between(0, DAY_MS);
	holdings[0].till_ms = holdings[0].from_ms + random_between(0, 900) * DAY_MS;
	return package;
}

static bool
is_naive(const struct notice *notice)
{
	for (size_t i = 0; i < naive_count; i++) {
		struct naive *naive = &naives[i];
		if (naive->at_ms == notice->at_ms && &notifies[naive->notify] == notice->notify &&
			&thresholds[naive->notify][naive->threshold] == notice->threshold &&
			naive->counter == notice->counter.cycle) {
			*naive = naives[--naive_count];
			return true;
		}
	}
	return false;
}

/* All that is told when one goes from each instant to the next, as the server does. */
static void
go_on(int64_t from_ms, int64_t till_ms)
{
	struct rate_question question = question_now();
	told_count = 0;
	for (int64_t now_ms = from_ms, next_ms; now_ms < till_ms; now_ms = next_ms) {
		size_t before = told_count;
		next_ms = notices_next_ms(&question, now_ms);
		if (next_ms > till_ms)
			return;
		assert_int_equal(notices_due(&question, now_ms, next_ms, tell, NULL), FACT_KNOWN);
		assert_true(told_count > before);
		for (size_t i = before; i < told_count; i++)
			assert_int_equal(told[i].at_ms, next_ms);
	}
}

static void
random_ends_are_told_as_a_calendar_tells_them(void **state)
{
	(void)state;
	size_t all = 0;
	random_state = 20261124;
	print_message("seed %llu\n", (unsigned long long)random_state);
	for (int round = 0; round < CALENDARS; round++) {
		struct package *package = random_package();
		int64_t from_ms = holdings[0].from_ms - DAY_MS;
		int64_t till_ms = holdings[0].till_ms + DAY_MS;
		naive_all(package, till_ms);
		all += naive_count;
		size_t wanted = naive_count;
		go_on(from_ms, till_ms);
		size_t one_by_one = told_count;
		due_in(from_ms, till_ms);
		assert_int_equal(told_count, one_by_one);
		assert_int_equal(told_count, wanted);
		for (size_t i = 0; i < told_count; i++)
			assert_true(is_naive(&told[i]));
		sketch_end(&sketch);
	}
	print_message("%zu notices\n", all);
	assert_true(all > CALENDARS);
}

static void
one_counter_is_told_of_by_the_holding_that_lasts_longest(void **state)
{
	(void)state;
	struct package *package = begin("UTC");
	struct allowance *allowance = sketch_allowance(&sketch, package, "units", 10);
	allowance->every = CYCLE_DAY;
	allowance->valid_count = 2;
	allowance->valid_every = CYCLE_MONTH;
	add_threshold(
		add_notify(package, NOTICE_BEFORE, "units"), (struct threshold){ .amount = 10 });
	sketch_allowance(&sketch, package, "monthly", 10);
	add_threshold(
		add_notify(package, NOTICE_BEFORE, "monthly"), (struct threshold){ .amount = 1 });
	for (size_t i = 0; i < HOLDINGS_MAX; i++)
		holdings[i] = (struct holding)HELD_DURING("kept",
			sketch_at("2026-03-10T10:00:00Z") + (int64_t)i * HOUR_MS, INT64_MAX);
	holdings[0].till_ms = sketch_at("2026-04-20T00:00:00Z");
	holdings[2].from_ms = sketch_at("2026-03-25T00:00:00Z");
	holding_count = HOLDINGS_MAX;
	due_in(INT64_MIN, sketch_at("2026-06-15T00:00:00Z"));
	int64_t wanted[] = { sketch_at("2026-03-31T00:00:00Z"), sketch_at("2026-04-30T00:00:00Z"),
		sketch_at("2026-04-30T00:00:00Z"), sketch_at("2026-05-15T00:00:00Z"),
		sketch_at("2026-05-31T00:00:00Z") };
	assert_int_equal(told_count, sizeof wanted / sizeof wanted[0]);
	for (size_t i = 0; i < told_count; i++) {
		size_t found = 0;
		for (size_t j = 0; j < told_count; j++)
			found += wanted[i] == told[j].at_ms;
		assert_int_equal(found, i == 1 || i == 2 ? 2 : 1);
	}
	sketch_end(&sketch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tenth_of_ten_thousand_is_left_at_a_thousand_and_is_told_once),
		cmocka_unit_test(what_is_carried_over_tells_nothing_behind_its_cycle),
		cmocka_unit_test(of_a_first_month_by_days_its_part_is_all_there_is),
		cmocka_unit_test(a_group_is_told_of_its_own_units),
		cmocka_unit_test(caps_limits_and_bare_counters_tell_what_is_used),
		cmocka_unit_test(what_is_used_up_is_told_where_the_catalog_says_so),
		cmocka_unit_test(random_charges_cross_as_units_do_one_by_one),
		cmocka_unit_test(amounts_as_large_as_can_be_do_not_overflow),
		cmocka_unit_test(an_end_is_told_at_the_first_instant_of_a_local_day_before_it),
		cmocka_unit_test(nothing_is_told_of_what_has_nothing_left_or_had_not_begun),
		cmocka_unit_test(random_ends_are_told_as_a_calendar_tells_them),
		cmocka_unit_test(one_counter_is_told_of_by_the_holding_that_lasts_longest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
