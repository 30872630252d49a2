/*
 * What members of a group use and count together, and what each counts alone. Random months of calls
 * of several members are held against a walk that takes one minute after the other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rated.h"

#define ROUNDS 200
#define CALLS 60
#define MEMBERS 3
#define MONTHS 3
#define FREE 300        /* minutes a month, of all members */
#define MEMBER_FREE 120 /* of which one takes no more */

#define HELD_BY(group_id, from, group_from) \
	{ \
		.package = TEXT("pack"), .from_ms = (from), .till_ms = INT64_MAX, \
		.group = TEXT(group_id), .group_from_ms = (group_from), .members = MEMBERS \
	}

static const struct holding by_home[] = { HELD_BY("home", INT64_MIN, INT64_MIN) };
static struct cap caps[1];

/* 300 minutes that are shared, of which a member takes no more than `member_free`; 0: any. */
static struct allowance *
shared(struct sketch *sketch, int64_t member_free)
{
	minutes(sketch);
	struct allowance *allowance = &sketch->allowances[0][0];

	allowance->shared = true;
	if (member_free == 0)
		return allowance;
	allowance->member = sketch_meter(sketch, &sketch->packages[0], "minutes.member", false);
	allowance->member_cap = member_free * 60;
	return allowance;
}

static const struct consumption *
counted(const struct pricing *pricing, const char *group, const char *id)
{
	for (size_t i = 0; i < pricing->consumption_count; i++) {
		const struct counter_name *name = &pricing->consumptions[i].name;

		if (text_equal(name->allowance, text_of(id)) &&
			text_equal(name->group, text_of(group)))
			return &pricing->consumptions[i];
	}
	fail_msg("nothing counted %s of \"%s\"", id, group);
	return NULL;
}

static void
what_is_shared_is_counted_for_the_group_and_the_cap_for_the_member(void **state)
{
	static struct sketch sketch;

	(void)state;
	shared(&sketch, 2);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 5 * 60), by_home, 1);
	assert_parts(&pricing.lines[0], "2 free pack.minutes, 3 @11");
	assert_int_equal(pricing.consumption_count, 2);
	assert_int_equal(counted(&pricing, "home", "minutes")->used_after, 2 * 60);
	assert_int_equal(counted(&pricing, "", "minutes.member")->used_after, 2 * 60);
	/* who holds it alone shares with nobody, and is its only member */
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 5 * 60), pack, 1);
	assert_parts(&pricing.lines[0], "2 free pack.minutes, 3 @11");
	assert_int_equal(counted(&pricing, "", "minutes")->used_after, 2 * 60);
	sketch_end(&sketch);
}

static void
what_is_not_shared_stays_the_members_own(void **state)
{
	static struct sketch sketch;

	(void)state;
	minutes(&sketch);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 60), by_home, 1);
	assert_int_equal(counted(&pricing, "", "minutes")->used_after, 60);
	sketch_end(&sketch);
}

static void
meters_by_the_package_are_counted_for_the_group(void **state)
{
	static struct sketch sketch;
	struct money edge = fen_7;
	const struct tier list[] = { { 2 * 60, &fen_11 }, { INT64_MAX, &edge } };

	(void)state;
	minutes(&sketch);
	struct package *package = &sketch.packages[0];
	struct meter *paid = sketch_meter(&sketch, package, "paid", false);
	struct meter *most = sketch_meter(&sketch, package, "most", true);
	struct tiers tiers = { .list = list, .count = 2, .counted = paid };

	paid->shared = most->shared = true;
	sketch.tariffs[0][0].use_count = 0;
	sketch.tariffs[0][0].tiers = &tiers;
	caps[0] = (struct cap){ .meter = most, .amount = { 30 * FEN } };
	package->caps = caps;
	package->cap_count = 1;
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 4 * 60), by_home, 1);
	assert_parts(&pricing.lines[0], "2 @11 tier 1, 2 @7 tier 2");
	assert_int_equal(pricing.amount.micros, 30 * FEN);
	assert_int_equal(counted(&pricing, "home", "paid")->used_after, 4 * 60);
	assert_int_equal(counted(&pricing, "home", "most")->used_after, 30 * FEN);
	sketch_end(&sketch);
}

/* What is told ahead, by whose it is. */
struct told {
	size_t of_group;
	size_t own;
};

static void
tell(void *context, const struct counter_name *name)
{
	struct told *told = context;

	told->of_group += text_equal(name->group, TEXT("home"));
	told->own += name->group.size == 0;
}

static void
counters_of_the_group_are_named_ahead(void **state)
{
	static struct sketch sketch;
	struct told told = { 0, 0 };

	(void)state;
	shared(&sketch, 2)->carry_cycles = 1;
	priced(&sketch, call("2026-03-10T12:00:00Z", 60), by_home, 1);
	rate_counters(&sketch.image, 0, by_home, sketch_at("2026-03-10T12:00:00Z"), tell, &told);
	assert_int_equal(told.of_group, 2);
	assert_int_equal(told.own, 1);
	sketch_end(&sketch);
}

static void
the_first_month_is_that_of_the_group_whoever_joins_when(void **state)
{
	static struct sketch sketch;
	int64_t joined = sketch_at("2026-04-20T00:00:00+08:00");
	const struct holding late[] = { HELD_BY(
		"home", joined, sketch_at("2026-03-17T00:00:00+08:00")) };
	const struct holding first[] = { HELD_BY("home", joined, joined) };

	(void)state;
	struct allowance *allowance = shared(&sketch, 0);
	allowance->first_by_day = true;
	allowance->carry_cycles = 1;
	/* 15 of 31 days of March, which were left to April, then April's */
	used_counter(&sketch, "minutes", sketch_day(2026, 3, 1), 144 * 60);
	struct usage usage = call("2026-04-20T12:00:00+08:00", 302 * 60);
	struct pricing pricing = priced(&sketch, usage, late, 1);
	assert_parts(&pricing.lines[0], "301 free pack.minutes, 1 @11");
	/* a group that begins on that day has 11 of 30 days, and nothing before */
	pricing = priced(&sketch, usage, first, 1);
	assert_parts(&pricing.lines[0], "110 free pack.minutes, 192 @11");
	sketch_end(&sketch);
}

/* It is good for its time from when the group began to hold it, and for nobody twice. */
static void
what_a_group_is_given_once_it_has_once(void **state)
{
	static struct sketch sketch;
	int64_t began = sketch_at("2026-03-01T00:00:00+08:00");
	int64_t rejoined = sketch_at("2026-03-15T00:00:00+08:00");
	struct holding held[] = { HELD_BY("home", began, began), HELD_BY("home", rejoined, began) };

	(void)state;
	struct allowance *allowance = shared(&sketch, 0);
	allowance->every = CYCLE_DAY;
	allowance->valid_count = 2;
	allowance->valid_every = CYCLE_MONTH;
	held[0].till_ms = sketch_at("2026-03-10T00:00:00+08:00");
	used_counter(&sketch, "minutes", sketch_day(2026, 3, 1), 299 * 60);
	struct usage usage = call("2026-04-30T23:58:00+08:00", 2 * 60);
	struct pricing pricing = priced(&sketch, usage, held, 2);
	assert_parts(&pricing.lines[0], "1 free pack.minutes, 1 @11");
	assert_int_equal(counted(&pricing, "home", "minutes")->name.cycle, sketch_day(2026, 3, 1));
	usage.at_ms = sketch_at("2026-05-01T00:00:00+08:00");
	pricing = priced(&sketch, usage, held, 2);
	assert_parts(&pricing.lines[0], "2 @11");
	sketch_end(&sketch);
}

static struct rate_question
asked(struct sketch *sketch, const struct holding *held, size_t count)
{
	return (struct rate_question){ .image = &sketch->image,
		.holdings = held,
		.holding_count = count,
		.facts = { sketch, sketch_counter_read } };
}

static void
keep_left(void *context, const struct allowance_left *left)
{
	*(struct allowance_left *)context = *left;
}

static void
what_is_left_is_told_of_the_group_and_of_the_member(void **state)
{
	static struct sketch sketch;
	struct allowance_left left = { .left = -1 };

	(void)state;
	shared(&sketch, 100);
	priced(&sketch, call("2026-03-10T12:00:00Z", 60), by_home, 1);
	used_counter(&sketch, "minutes", sketch_day(2026, 3, 1), 290 * 60);
	used_counter(&sketch, "minutes.member", sketch_day(2026, 3, 1), 101 * 60);
	struct rate_question question = asked(&sketch, by_home, 1);
	int64_t now_ms = sketch_at("2026-03-20T12:00:00Z");
	assert_int_equal(rate_left_each(&question, now_ms, keep_left, &left), FACT_KNOWN);
	assert_text(left.package, "pack");
	assert_text(left.allowance, "minutes");
	assert_text(left.group, "home");
	assert_int_equal(left.left, 10 * 60);
	assert_true(left.capped);
	assert_int_equal(left.member_left, 0);
	sketch.counters[1].cold = true;
	assert_int_equal(rate_left_each(&question, now_ms, keep_left, &left), FACT_COLD);
	sketch_end(&sketch);
}

/* What all have taken, by month, and each of them. */
struct walk {
	int64_t pool[MONTHS];
	int64_t member[MEMBERS][MONTHS];
};

/* One minute of a member, with what is left of the month before first. */
static bool
walk_minute(struct walk *walk, int member, int month)
{
	for (int i = month > 0 ? month - 1 : 0; i <= month; i++)
		if (walk->pool[i] < FREE && walk->member[member][month] < MEMBER_FREE) {
			walk->pool[i]++;
			walk->member[member][month]++;
			return true;
		}
	return false;
}

/* The counters that the member finds. */
static void
walk_counters(struct sketch *sketch, const struct walk *walk, int member)
{
	sketch->counter_count = 0;
	for (int month = 0; month < MONTHS; month++) {
		int64_t day = sketch_day(2026, month + 1, 1);

		used_counter(sketch, "minutes", day, walk->pool[month] * 60);
		used_counter(sketch, "minutes.member", day, walk->member[member][month] * 60);
	}
}

static void
assert_counters(const struct pricing *pricing, const struct walk *walk, int member)
{
	for (size_t i = 0; i < pricing->consumption_count; i++) {
		const struct consumption *one = &pricing->consumptions[i];
		int month = date_of_day(one->name.cycle).month - 1;
		bool pool = one->name.group.size > 0;

		assert_int_equal(one->used_after,
			60 * (pool ? walk->pool[month] : walk->member[member][month]));
	}
}

static void
members_empty_a_pool_as_a_walk_does(void **state)
{
	static struct sketch sketch;
	uint64_t seed = 20261122;
	int64_t begin_ms = sketch_at("2026-01-01T00:00:00+08:00");
	const struct holding held[] = { HELD_BY("home", begin_ms, begin_ms) };

	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int round = 0; round < ROUNDS; round++) {
		struct walk walk = { { 0 }, { { 0 } } };

		shared(&sketch, MEMBER_FREE)->carry_cycles = 1;
		for (int n = 0; n < CALLS; n++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			int member = (int)(seed >> 33) % MEMBERS;
			struct usage usage = call("2026-01-01T00:00:00Z", 0);
			int64_t paid = 0, size = 1 + (int64_t)(seed >> 36) % 40;

			usage.at_ms = begin_ms + n * (88 * DAY_MS / CALLS);
			usage.quantity = 60 * size;
			walk_counters(&sketch, &walk, member);
			struct pricing pricing = priced(&sketch, usage, held, 1);
			for (int64_t i = 0; i < size; i++) {
				int64_t at_ms = usage.at_ms + i * MINUTE_MS + 8 * HOUR_MS;
				int month = date_of_day(floor_divide(at_ms, DAY_MS)).month - 1;

				paid += !walk_minute(&walk, member, month);
			}
			assert_int_equal(pricing.amount.micros, paid * 11 * FEN);
			assert_counters(&pricing, &walk, member);
			arena_clear(&sketch.arena);
		}
		sketch_end(&sketch);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_is_shared_is_counted_for_the_group_and_the_cap_for_the_member),
		cmocka_unit_test(what_is_not_shared_stays_the_members_own),
		cmocka_unit_test(meters_by_the_package_are_counted_for_the_group),
		cmocka_unit_test(counters_of_the_group_are_named_ahead),
		cmocka_unit_test(the_first_month_is_that_of_the_group_whoever_joins_when),
		cmocka_unit_test(what_a_group_is_given_once_it_has_once),
		cmocka_unit_test(what_is_left_is_told_of_the_group_and_of_the_member),
		cmocka_unit_test(members_empty_a_pool_as_a_walk_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
