#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rated.h"

#include "../../../rules/bill.h"

#define PERCENT 10000 /* parts per million */

static struct discount_tier tiers[4];
static struct discount offs[4];
static const struct bill_line lines[] = {
	{ TEXT("voice"), TEXT("near"), { 3333 * FEN } },
	{ TEXT("voice"), TEXT("far"), { 2000 * FEN } },
	{ TEXT("sms"), TEXT(""), { 1000 * FEN } },
	{ TEXT("fee"), TEXT(""), { 500 * FEN } },
};
static const struct serve on_near[] = { { .zones = { { 1, 0, 0, 0 } } } };
static const struct serve on_voice[] = { { .zones = ALL_ZONES } };
static const struct serve on_sms[] = { { .service = 1, .zones = ALL_ZONES } };

static struct discount *
set_off(size_t index, enum discount_stack stack, uint32_t percent, int64_t fen)
{
	static const char *const ids[] = { "a", "b", "c", "d" };

	tiers[index] = (struct discount_tier){ INT64_MAX, percent * PERCENT, { fen * FEN } };
	offs[index] = (struct discount){ .id = text_of(ids[index]),
		.say = TEXT("off"),
		.stack = stack,
		.when = NO_FUNCTION,
		.tiers = &tiers[index],
		.tier_count = 1,
		.round_step = FEN,
		.round_mode = ROUND_HALF_UP };
	return &offs[index];
}

static void
serve_only(struct discount *discount, const struct serve *serve)
{
	discount->serves = serve;
	discount->serve_count = 1;
}

/* "base" and "off"; the latter has the first `count` discounts. */
static void
begin(struct sketch *sketch, uint32_t count)
{
	static const struct text zones[] = { { "near", 4 }, { "far", 3 } };

	sketch_begin(sketch, "Asia/Shanghai");
	sketch->maps[0] = (struct zone_map){
		.id = TEXT("dialled"), .zones = zones, .zone_count = 2
	};
	sketch->services[0].zone_map = 0;
	sketch_service(sketch, "sms", UNIT_ITEM, NO_INDEX);
	sketch_package(sketch, "base", 1, ALL_TIME);
	struct package *off = sketch_package(sketch, "off", 0, ALL_TIME);
	off->bill_discounts = offs;
	off->bill_discount_count = count;
	if (!image_index_packages(&sketch->image))
		sketch_stop("no memory for the index of packages");
}

static struct bill_discounts
discounts_of(struct sketch *sketch, const struct holding *held, size_t count)
{
	const struct bill_question question = { &sketch->image, sketch_at("2026-04-01T00:00:00Z"),
		held, count, lines, sizeof lines / sizeof *lines };
	struct bill_discounts discounts;

	assert_int_equal(
		bill_discount(&question, &sketch->arena, &discounts, &sketch->fault), STATUS_OK);
	assert_int_equal(discounts.before.micros, 6833 * FEN);
	return discounts;
}

static void
assert_discounts(const struct bill_discounts *discounts, const char *expected)
{
	char text[256] = "";
	size_t size = 0;
	int64_t sum = 0;

	for (size_t i = 0; i < discounts->count; i++) {
		const struct price_discount *one = &discounts->list[i];

		size += (size_t)snprintf(text + size, sizeof text - size, "%s%.*s -%lld",
			i == 0 ? "" : ", ", TEXT_ARGS(one->discount),
			(long long)(one->off.micros / FEN));
		sum += one->off.micros;
	}
	assert_string_equal(text, expected);
	assert_int_equal(discounts->off.micros, sum);
}

static const struct holding both[] = { HELD("base"), HELD("off") };

static void
a_percentage_is_one_of_the_lines_that_it_is_on_and_is_rounded_once(void **state)
{
	static struct sketch sketch;

	(void)state;
	begin(&sketch, 1);
	set_off(0, STACK_BEST, 5, 0);
	struct bill_discounts discounts = discounts_of(&sketch, both, 2);
	assert_discounts(&discounts, "a -342"); /* 341.65 */
	serve_only(&offs[0], on_near);
	discounts = discounts_of(&sketch, both, 2);
	assert_discounts(&discounts, "a -167"); /* 166.65 */
	serve_only(&offs[0], on_voice);
	discounts = discounts_of(&sketch, both, 2);
	assert_discounts(&discounts, "a -267"); /* 266.65 */
	serve_only(&offs[0], on_sms);
	discounts = discounts_of(&sketch, both, 2);
	assert_discounts(&discounts, "a -50");
	sketch_end(&sketch);
}

static void
a_group_gets_what_its_number_of_members_says(void **state)
{
	static const struct discount_tier by_members[] = {
		{ 3, 0, { 0 } },
		{ INT64_MAX, 0, { 200 * FEN } },
	};
	static struct sketch sketch;
	struct holding held[] = { both[0], both[1] };

	(void)state;
	begin(&sketch, 1);
	set_off(0, STACK_BEST, 0, 0);
	offs[0].tiers = by_members;
	offs[0].tier_count = 2;
	offs[0].by_members = true;
	struct bill_discounts discounts = discounts_of(&sketch, held, 2); /* alone */
	assert_discounts(&discounts, "");
	held[1].group = TEXT("home");
	for (uint32_t members = 0; members < 6; members++) {
		held[1].members = members;
		discounts = discounts_of(&sketch, held, 2);
		assert_discounts(&discounts, members > 3 ? "a -200" : "");
		if (members > 3)
			assert_int_equal(discounts.list[0].members, members);
	}
	sketch_end(&sketch);
}

static void
the_best_is_the_best_of_the_whole_bill(void **state)
{
	static struct sketch sketch;

	(void)state;
	begin(&sketch, 3);
	serve_only(set_off(0, STACK_BEST, 50, 0), on_sms);
	serve_only(set_off(1, STACK_BEST, 20, 0), on_voice);
	set_off(2, STACK_ADD, 0, 300);
	struct bill_discounts discounts = discounts_of(&sketch, both, 2);
	assert_discounts(&discounts, "b -1067, c -300");
	set_off(2, STACK_ALONE, 0, 1066);
	discounts = discounts_of(&sketch, both, 2);
	assert_discounts(&discounts, "b -1067");
	set_off(2, STACK_ALONE, 0, 1067);
	discounts = discounts_of(&sketch, both, 2);
	assert_discounts(&discounts, "c -1067");
	sketch_end(&sketch);
}

static void
no_more_comes_off_than_there_is(void **state)
{
	static struct sketch sketch;

	(void)state;
	begin(&sketch, 2);
	serve_only(set_off(0, STACK_ADD, 0, 5000), on_sms);
	set_off(1, STACK_ADD, 100, 0);
	struct bill_discounts discounts = discounts_of(&sketch, both, 2);
	assert_discounts(&discounts, "a -1000, b -5833");
	/* rounding up takes no more either */
	set_off(1, STACK_ADD, 100, 0)->round_step = 1000 * FEN;
	offs[1].round_mode = ROUND_UP;
	discounts = discounts_of(&sketch, both, 2);
	assert_discounts(&discounts, "a -1000, b -5833");
	sketch_end(&sketch);
}

static void
tiers_go_by_the_sum_of_the_lines_that_a_discount_is_on(void **state)
{
	static const struct discount_tier by_amount[] = {
		{ 5333 * FEN, 10 * PERCENT, { 0 } },
		{ INT64_MAX, 20 * PERCENT, { 0 } },
	};
	static struct sketch sketch;

	(void)state;
	begin(&sketch, 1);
	set_off(0, STACK_BEST, 0, 0);
	offs[0].tiers = by_amount;
	offs[0].tier_count = 2;
	struct bill_discounts discounts = discounts_of(&sketch, both, 2);
	assert_discounts(&discounts, "a -1367"); /* 1366.6 */
	assert_int_equal(discounts.list[0].parts_per_million, 20 * PERCENT);
	serve_only(&offs[0], on_voice);
	discounts = discounts_of(&sketch, both, 2);
	assert_discounts(&discounts, "a -533"); /* 533.3 */
	sketch_end(&sketch);
}

static void
only_what_is_held_on_the_day_of_the_bill_counts_and_once(void **state)
{
	static const struct text needed[] = { { "base", 4 } };
	struct holding held[] = { HELD("off"), HELD("off"), HELD("base"), HELD("unknown") };
	static struct sketch sketch;

	(void)state;
	begin(&sketch, 1);
	set_off(0, STACK_ADD, 10, 0);
	offs[0].needs = needed;
	offs[0].need_count = 1;
	struct bill_discounts discounts = discounts_of(&sketch, held, 4);
	assert_discounts(&discounts, "a -683"); /* 683.3 */
	discounts = discounts_of(&sketch, held, 2);
	assert_discounts(&discounts, "");
	held[0].till_ms = held[1].till_ms = sketch_at("2026-04-01T00:00:00Z");
	discounts = discounts_of(&sketch, held, 3);
	assert_discounts(&discounts, "");
	discounts = discounts_of(&sketch, NULL, 0);
	assert_discounts(&discounts, "");
	sketch_end(&sketch);
}

static void
a_bill_beyond_what_money_can_hold_is_refused(void **state)
{
	const struct bill_line large[] = { { TEXT("sms"), TEXT(""), { INT64_MAX } },
		{ TEXT("sms"), TEXT(""), { 1 } } };
	static struct sketch sketch;
	struct bill_discounts discounts = { .count = 7 };

	(void)state;
	begin(&sketch, 0);
	const struct bill_question question = { &sketch.image, 0, both, 2, large, 2 };
	assert_int_equal(
		bill_discount(&question, &sketch.arena, &discounts, &sketch.fault), STATUS_INVALID);
	assert_int_equal(discounts.count, 7);
	sketch_end(&sketch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_percentage_is_one_of_the_lines_that_it_is_on_and_is_rounded_once),
		cmocka_unit_test(a_group_gets_what_its_number_of_members_says),
		cmocka_unit_test(the_best_is_the_best_of_the_whole_bill),
		cmocka_unit_test(no_more_comes_off_than_there_is),
		cmocka_unit_test(tiers_go_by_the_sum_of_the_lines_that_a_discount_is_on),
		cmocka_unit_test(only_what_is_held_on_the_day_of_the_bill_counts_and_once),
		cmocka_unit_test(a_bill_beyond_what_money_can_hold_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
