/*
 * Units that are bought in advance: messages that count by their size, allowances that are given
 * once, tariffs that refuse what no allowance pays for; and random purchases whose every message is
 * paid a second time, unit by unit, from each purchase's own pile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "walked.h"

#define WORLDS 200
#define MESSAGES_EACH 60
#define PURCHASES_MAX 5

static const struct money nothing = { 0 };
static const struct block_count by_characters = { TEXT("characters"), 70, 67 };

/* A message costs units of the pack, which are given once and good for some months. */
static struct allowance *
messages(struct sketch *sketch, int64_t amount, uint32_t months)
{
	sketch_begin(sketch, "Asia/Shanghai");
	sketch->services[0] = (struct service){
		.id = TEXT("sms"), .unit = UNIT_ITEM, .zone_map = NO_INDEX, .count = &by_characters
	};
	struct package *package = sketch_package(sketch, "pack", 0, ALL_TIME);
	struct allowance *allowance = sketch_allowance(sketch, package, "units", amount);
	allowance->unit = UNIT_ITEM;
	allowance->every = CYCLE_DAY;
	allowance->valid_count = months;
	allowance->valid_every = CYCLE_MONTH;
	struct package *sending = sketch_package(sketch, "sending", 1, ALL_TIME);
	struct tariff *tariff = sketch_tariff(sketch, sending, "sms", 1, &nothing);
	tariff->uses_any = true;
	tariff->refuse = TEXT("sms.too_few");
	return allowance;
}

static struct attribute size_of_message = { .name = { "characters", 10 } };

static struct usage
message(const char *at, int64_t characters)
{
	size_of_message.text = (struct text){ NULL, 0 };
	size_of_message.number = characters;
	return (struct usage){ .service = TEXT("sms"),
		.from = TEXT("crm"),
		.to = TEXT("13800000000"),
		.at_ms = sketch_at(at),
		.quantity = 1,
		.unit = UNIT_ITEM,
		.attributes = &size_of_message,
		.attribute_count = 1 };
}

static struct holding
bought(const char *at)
{
	return (struct holding)HELD_DURING("pack", sketch_at(at), INT64_MAX);
}

static const struct holding sending = HELD("sending");

static void
an_item_counts_a_block_that_has_begun(void **state)
{
	static struct sketch sketch;
	static const int64_t counts[][2] = { { 0, 1 }, { 1, 1 }, { 70, 1 }, { 71, 2 }, { 134, 2 },
		{ 135, 3 }, { 200, 3 }, { 201, 3 }, { 202, 4 },
		{ INT64_MAX, (INT64_MAX - 1) / 67 + 1 } };
	struct holding held[] = { sending, bought("2026-03-10T10:00:00+08:00") };

	(void)state;
	messages(&sketch, INT64_MAX, 12);
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		struct pricing pricing = priced(
			&sketch, message("2026-03-11T12:00:00+08:00", counts[i][0]), held, 2);
		assert_int_equal(pricing.lines[0].parts[0].units, counts[i][1]);
		assert_int_equal(pricing.consumptions[0].used_after, counts[i][1]);
		assert_int_equal(pricing.consumptions[0].unit, UNIT_ITEM);
		assert_int_equal(pricing.consumptions[0].name.cycle, sketch_day(2026, 3, 10));
	}
	struct usage usage = message("2026-03-11T12:00:00+08:00", 200);
	usage.quantity = 100;
	assert_int_equal(priced(&sketch, usage, held, 2).consumptions[0].used_after, 300);
	usage.quantity = 0;
	assert_int_equal(priced(&sketch, usage, held, 2).consumption_count, 0);
	usage.quantity = INT64_MAX / 2;
	refused(&sketch, usage, held, 2, REFUSED_OVERFLOW);
	sketch_end(&sketch);
}

static void
a_size_that_is_not_said_is_refused(void **state)
{
	static struct sketch sketch;
	struct holding held[] = { sending, bought("2026-03-10T10:00:00+08:00") };
	struct usage usage = message("2026-03-11T12:00:00+08:00", -1);

	(void)state;
	messages(&sketch, 100, 12);
	struct pricing pricing = refused(&sketch, usage, held, 2, REFUSED_COUNT);
	assert_string_equal(rate_refusal_code(REFUSED_COUNT), "NO_PRICE");
	assert_nearest(&pricing, "", "count", "characters", "-1");
	size_of_message.text = TEXT("many");
	pricing = refused(&sketch, usage, held, 2, REFUSED_COUNT);
	assert_nearest(&pricing, "", "count", "characters", "many");
	usage.attribute_count = 0;
	pricing = refused(&sketch, usage, held, 2, REFUSED_COUNT);
	assert_nearest(&pricing, "", "count", "characters", "");
	sketch_end(&sketch);
}

static void
too_few_units_refuse_all_and_take_none(void **state)
{
	static struct sketch sketch;
	struct holding held[] = { sending, bought("2026-03-10T10:00:00+08:00") };

	(void)state;
	messages(&sketch, 10, 12);
	used_counter(&sketch, "units", sketch_day(2026, 3, 10), 8);
	struct pricing pricing = refused(
		&sketch, message("2026-03-11T12:00:00+08:00", 135), held, 2, REFUSED_UNITS);
	assert_string_equal(rate_refusal_code(REFUSED_UNITS), "TOO_FEW_UNITS");
	assert_nearest(&pricing, "sms", "units", "3", "2");
	assert_text(pricing.nearest.say, "sms.too_few");
	priced(&sketch, message("2026-03-11T12:00:00+08:00", 134), held, 2);
	sketch_end(&sketch);
}

static void
what_is_given_once_is_good_from_its_instant_to_the_end_of_its_last_day(void **state)
{
	static struct sketch sketch;
	struct holding held[] = { sending, bought("2026-03-31T10:00:00+08:00") };

	(void)state;
	messages(&sketch, 10, 1);
	refused(&sketch, message("2026-03-31T09:59:59+08:00", 1), held, 2, REFUSED_UNITS);
	priced(&sketch, message("2026-03-31T10:00:00+08:00", 1), held, 2);
	/* April has no 31st: 30 April is the first day that is not in it */
	priced(&sketch, message("2026-04-29T23:59:59+08:00", 1), held, 2);
	refused(&sketch, message("2026-04-30T00:00:00+08:00", 1), held, 2, REFUSED_UNITS);
	sketch_end(&sketch);
}

static void
a_later_version_gives_nothing_anew(void **state)
{
	static struct sketch sketch;
	struct holding held[] = { sending, bought("2026-03-10T10:00:00+08:00") };
	int64_t change_ms = sketch_at("2026-04-01T00:00:00+08:00");

	(void)state;
	struct allowance sold = *messages(&sketch, 10, 12);
	sketch.packages[0].till_ms = change_ms;
	struct package later = sketch.packages[0];
	later.from_ms = change_ms;
	later.till_ms = INT64_MAX;
	struct allowance more = sold;
	more.amount = 1000;
	later.allowances = &more;
	sketch.packages[2] = sketch.packages[1]; /* in order of id and date */
	sketch.packages[1] = later;
	sketch.image.package_count = 3;
	used_counter(&sketch, "units", sketch_day(2026, 3, 10), 9);
	priced(&sketch, message("2026-04-10T12:00:00+08:00", 70), held, 2);
	struct pricing pricing = refused(
		&sketch, message("2026-04-10T12:00:00+08:00", 71), held, 2, REFUSED_UNITS);
	assert_nearest(&pricing, "sms", "units", "2", "1");
	sketch_end(&sketch);
}

/* --- random purchases --- */

struct pile {
	int64_t left;
	int64_t from_ms;
	int64_t till_day;
};

static struct pile piles[PURCHASES_MAX];
static struct holding held[PURCHASES_MAX + 1];
static size_t pile_count;

static int64_t
local_day(int64_t ms)
{
	return floor_divide(ms + 8 * HOUR_MS, DAY_MS);
}

/* The day so many months later, found day by day. */
static int64_t
walk_months(int64_t day, uint32_t months)
{
	struct date from = date_of_day(day);
	int32_t wanted = from.year * 12 + from.month + (int32_t)months;

	for (;; day++) {
		struct date date = date_of_day(day);
		bool last = date_of_day(day + 1).day == 1;

		if (date.year * 12 + date.month == wanted && (date.day == from.day || last))
			return day;
	}
}

static int64_t
walk_count(int64_t characters)
{
	int64_t count = 0;

	if (characters <= 70)
		return 1;
	for (; characters > 0; characters -= 67)
		count++;
	return count;
}

static void
buy_some(int64_t amount, uint32_t months)
{
	held[0] = sending;
	pile_count = (size_t)random_below(PURCHASES_MAX) + 1;
	for (size_t i = 0; i < pile_count; i++) {
		/* often on the same day, and then at one instant: their counter can't tell them apart */
		int64_t at_ms = sketch_at("2026-01-29T10:00:00+08:00") + random_below(6) * DAY_MS;

		held[i + 1] = (struct holding)HELD_DURING("pack", at_ms, INT64_MAX);
		piles[i] = (struct pile){ amount, at_ms, walk_months(local_day(at_ms), months) };
	}
}

/* Takes a message's units one by one; false, and takes none, if there are too few. */
static bool
walk_message(int64_t at_ms, int64_t count)
{
	struct pile before[PURCHASES_MAX];

	memcpy(before, piles, sizeof before);
	for (int64_t unit = 0; unit < count; unit++) {
		size_t i = 0;

		while (i < pile_count &&
			(piles[i].left == 0 || at_ms < piles[i].from_ms ||
				local_day(at_ms) >= piles[i].till_day))
			i++;
		if (i == pile_count) {
			memcpy(piles, before, sizeof before);
			return false;
		}
		piles[i].left--;
	}
	return true;
}

/* What all purchases of a day have left, by their counter and by their piles. */
static void
assert_left(struct sketch *sketch, int64_t amount)
{
	for (size_t i = 0; i < pile_count; i++) {
		int64_t day = local_day(piles[i].from_ms), given = 0, left = 0;

		for (size_t j = 0; j < pile_count; j++)
			if (local_day(piles[j].from_ms) == day) {
				given += amount;
				left += piles[j].left;
			}
		assert_int_equal(given - counter_of(sketch, "units", (int32_t)day)->used, left);
	}
}

static void
purchases_pay_for_messages_as_piles_do(void **state)
{
	static struct sketch sketch;

	(void)state;
	random_begin();
	for (int round = 0; round < WORLDS; round++) {
		int64_t amount = random_below(30) + 1;
		uint32_t months = (uint32_t)random_below(3) + 1;

		messages(&sketch, amount, months);
		buy_some(amount, months);
		for (int i = 0; i < MESSAGES_EACH; i++) {
			int64_t characters = random_below(3) == 0 ? random_below(800)
								  : random_below(150);
			struct usage usage = message("2026-01-29T00:00:00+08:00", characters);
			struct pricing pricing;

			usage.at_ms += i * 2 * DAY_MS + random_below(DAY_MS);
			assert_int_equal(
				sketch_rate(&sketch, &usage, held, pile_count + 1, &pricing),
				RATE_DONE);
			bool paid = walk_message(usage.at_ms, walk_count(characters));
			assert_int_equal(pricing.refused, paid ? 0 : REFUSED_UNITS);
			for (size_t j = 0; j < pricing.consumption_count; j++)
				counter_of(&sketch, "units", pricing.consumptions[j].name.cycle)
					->used = pricing.consumptions[j].used_after;
			assert_left(&sketch, amount);
			arena_clear(&sketch.arena);
		}
		sketch_end(&sketch);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_item_counts_a_block_that_has_begun),
		cmocka_unit_test(a_size_that_is_not_said_is_refused),
		cmocka_unit_test(too_few_units_refuse_all_and_take_none),
		cmocka_unit_test(
			what_is_given_once_is_good_from_its_instant_to_the_end_of_its_last_day),
		cmocka_unit_test(a_later_version_gives_nothing_anew),
		cmocka_unit_test(purchases_pay_for_messages_as_piles_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
