#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rated.h"

#include "../../../engine/base/ratio.h"

#define ROUNDS 20000
#define PERCENT 10000 /* parts per million */
#define OFFS_MAX 8

static const struct serve voice_serves[] = { { .zones = ALL_ZONES } };
static const struct serve other_serves[] = { { .service = 7, .zones = ALL_ZONES } };

/* Discounts and their tiers, which a test fills and gives to packages. */
static struct discount_tier tiers[OFFS_MAX];
static struct discount offs[OFFS_MAX];

static struct discount *
set_off(size_t index, const char *id, enum discount_stack stack, uint32_t percent, int64_t fen)
{
	tiers[index] = (struct discount_tier){ INT64_MAX, percent * PERCENT, { fen * FEN } };
	offs[index] = (struct discount){ .id = text_of(id),
		.say = TEXT("off"),
		.stack = stack,
		.when = NO_FUNCTION,
		.tiers = &tiers[index],
		.tier_count = 1 };
	return &offs[index];
}

/* "pack", whose minute costs 11, with the first `count` discounts. */
static struct package *
discounted(struct sketch *sketch, uint32_t count)
{
	minutes(sketch);
	struct package *package = &sketch->packages[0];

	package->allowance_count = 0;
	sketch->tariffs[0][0].use_count = 0;
	sketch->tariffs[0][0].round_step = FEN;
	sketch->tariffs[0][0].round_mode = ROUND_HALF_UP;
	package->discounts = offs;
	package->discount_count = count;
	return package;
}

/* What came off a line as text: "pack.best -30 20%". */
static void
assert_discounts(const struct price_line *line, const char *expected)
{
	char text[512] = "";
	size_t size = 0;

	for (size_t i = 0; i < line->discount_count; i++) {
		const struct price_discount *one = &line->discounts[i];

		size += (size_t)snprintf(text + size, sizeof text - size, "%s%.*s.%.*s -%lld",
			i == 0 ? "" : ", ", TEXT_ARGS(one->package), TEXT_ARGS(one->discount),
			(long long)(one->off.micros / FEN));
		if (one->parts_per_million > 0)
			size += (size_t)snprintf(text + size, sizeof text - size, " %u%%",
				one->parts_per_million / PERCENT);
	}
	assert_string_equal(text, expected);
}

static struct pricing
ten_minutes(struct sketch *sketch)
{
	return priced(sketch, call("2026-03-10T12:00:00Z", 600), pack, 1);
}

static void
what_stacks_how_is_what_it_says(void **state)
{
	static const struct {
		enum discount_stack stacks[3];
		uint32_t percents[3];
		const char *taken;
	} rows[] = {
		{ { STACK_BEST, STACK_BEST, STACK_BEST }, { 10, 30, 20 }, "pack.b -33 30%" },
		{ { STACK_ADD, STACK_ADD, STACK_ADD }, { 10, 30, 20 },
			"pack.a -11 10%, pack.b -33 30%, pack.c -22 20%" },
		{ { STACK_ALONE, STACK_ALONE, STACK_ALONE }, { 10, 30, 20 }, "pack.b -33 30%" },
		{ { STACK_ADD, STACK_BEST, STACK_BEST }, { 10, 20, 30 },
			"pack.a -11 10%, pack.c -33 30%" },
		{ { STACK_BEST, STACK_ADD, STACK_ALONE }, { 10, 20, 30 },
			"pack.a -11 10%, pack.b -22 20%" },
		{ { STACK_BEST, STACK_ADD, STACK_ALONE }, { 10, 20, 40 }, "pack.c -44 40%" },
		{ { STACK_ALONE, STACK_BEST, STACK_ALONE }, { 10, 10, 20 }, "pack.c -22 20%" },
		{ { STACK_ALONE, STACK_BEST, STACK_ALONE }, { 10, 20, 20 }, "pack.b -22 20%" },
		{ { STACK_BEST, STACK_BEST, STACK_ALONE }, { 20, 20, 0 }, "pack.a -22 20%" },
		{ { STACK_ADD, STACK_ADD, STACK_BEST }, { 60, 50, 20 },
			"pack.a -66 60%, pack.b -44 50%" },
	};
	static const char *const ids[] = { "a", "b", "c" };
	static struct sketch sketch;

	(void)state;
	discounted(&sketch, 3);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t off = 0;

		for (size_t j = 0; j < 3; j++)
			set_off(j, ids[j], rows[i].stacks[j], rows[i].percents[j], 0);
		struct pricing pricing = ten_minutes(&sketch);
		assert_discounts(&pricing.lines[0], rows[i].taken);
		for (size_t j = 0; j < pricing.lines[0].discount_count; j++)
			off += pricing.lines[0].discounts[j].off.micros;
		assert_int_equal(pricing.lines[0].gross.micros, 110 * FEN);
		assert_int_equal(pricing.amount.micros, 110 * FEN - off);
	}
	sketch_end(&sketch);
}

static void
a_line_is_rounded_once_and_after_its_discounts(void **state)
{
	static const struct money night = { 8 * FEN };
	static struct sketch sketch;

	(void)state;
	discounted(&sketch, 1);
	sketch.tariffs[0][0].next.prices = &night;
	set_off(0, "fifth", STACK_ALONE, 20, 0);
	struct pricing pricing = priced(&sketch, call("2026-03-10T22:00:00Z", 420), pack, 1);
	assert_int_equal(pricing.amount.micros, 45 * FEN);
	assert_int_equal(pricing.lines[0].gross.micros, 56 * FEN);
	assert_int_equal(pricing.lines[0].discounts[0].off.micros, 112000);
	/* a third of a fen's fraction would be lost if it were rounded before */
	tiers[0].parts_per_million = 333333;
	pricing = priced(&sketch, call("2026-03-10T22:00:00Z", 420), pack, 1);
	assert_int_equal(pricing.amount.micros, 37 * FEN);
	assert_int_equal(pricing.lines[0].discounts[0].off.micros, 186666);
	sketch_end(&sketch);
}

static void
a_line_that_does_not_round_is_refused_if_less_than_a_micro_unit_is_left(void **state)
{
	static struct sketch sketch;

	(void)state;
	discounted(&sketch, 1);
	sketch.tariffs[0][0].round_step = 0;
	set_off(0, "third", STACK_ADD, 0, 0);
	tiers[0].parts_per_million = 333333;
	struct pricing pricing = refused(
		&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1, REFUSED_FUNCTION);
	assert_nearest(&pricing, "local", "fraction", "round", "");
	tiers[0].parts_per_million = 333300;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1);
	assert_int_equal(pricing.amount.micros, 110000 - 36663);
	sketch_end(&sketch);
}

static void
a_minimum_and_a_maximum_come_before_and_a_cap_behind(void **state)
{
	static struct sketch sketch;
	static struct cap cap;

	(void)state;
	struct package *package = discounted(&sketch, 1);
	set_off(0, "half", STACK_BEST, 50, 0);
	sketch.tariffs[0][0].minimum.micros = 60 * FEN;
	sketch.tariffs[0][0].maximum.micros = 80 * FEN;
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1);
	assert_int_equal(pricing.amount.micros, 30 * FEN);
	pricing = ten_minutes(&sketch);
	assert_int_equal(pricing.amount.micros, 40 * FEN);
	cap = (struct cap){ .meter = sketch_meter(&sketch, package, "most", true),
		.amount = { 25 * FEN } };
	package->caps = &cap;
	package->cap_count = 1;
	pricing = ten_minutes(&sketch);
	assert_int_equal(pricing.amount.micros, 25 * FEN);
	assert_int_equal(pricing.lines[0].uncapped.micros, 40 * FEN);
	assert_int_equal(pricing.lines[0].gross.micros, 80 * FEN);
	sketch_end(&sketch);
}

static void
only_what_was_paid_in_its_bands_is_discounted(void **state)
{
	static const struct text night[] = { { "night", 5 } };
	static const struct money prices[] = { { 15 * FEN }, { 8 * FEN } };
	static struct sketch sketch;

	(void)state;
	discounted(&sketch, 1);
	banded(&sketch.tariffs[0][0], day_night(&sketch));
	sketch.tariffs[0][0].next.prices = prices;
	sketch.tariffs[0][0].setup.micros = 5 * FEN;
	set_off(0, "half", STACK_BEST, 50, 0);
	offs[0].bands = night;
	offs[0].band_count = 1;
	struct pricing pricing = priced(&sketch, call("2026-03-10T20:58:00+08:00", 240), pack, 1);
	assert_int_equal(pricing.lines[0].gross.micros, 51 * FEN);
	assert_int_equal(pricing.amount.micros, 43 * FEN);
	/* a maximum leaves less than the night cost */
	sketch.tariffs[0][0].maximum.micros = 10 * FEN;
	pricing = priced(&sketch, call("2026-03-10T20:58:00+08:00", 240), pack, 1);
	assert_int_equal(pricing.amount.micros, 5 * FEN);
	pricing = priced(&sketch, call("2026-03-10T12:00:00+08:00", 240), pack, 1);
	assert_int_equal(pricing.lines[0].discount_count, 0);
	assert_int_equal(pricing.lines[0].gross.micros, 0);
	sketch_end(&sketch);
}

static void
an_amount_is_taken_once_from_the_lines_in_turn(void **state)
{
	static struct sketch sketch;

	(void)state;
	struct package *package = discounted(&sketch, 1);
	sketch.components[1] = TEXT("toll");
	sketch.image.component_count = 2;
	sketch_tariff(&sketch, package, "toll", 60, &fen_7)->component = 1;
	set_off(0, "fifteen", STACK_BEST, 0, 15);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1);
	assert_int_equal(pricing.line_count, 2);
	assert_discounts(&pricing.lines[0], "pack.fifteen -11");
	assert_discounts(&pricing.lines[1], "pack.fifteen -4");
	assert_int_equal(pricing.amount.micros, 3 * FEN);
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 120), pack, 1);
	assert_discounts(&pricing.lines[0], "pack.fifteen -15");
	assert_int_equal(pricing.lines[1].discount_count, 0);
	assert_int_equal(pricing.lines[1].gross.micros, 0);
	assert_int_equal(pricing.amount.micros, 21 * FEN);
	sketch_end(&sketch);
}

static void
tiers_by_amount_go_by_the_whole_line(void **state)
{
	static const struct discount_tier by_amount[] = {
		{ 50 * FEN, 0, { 0 } },
		{ 100 * FEN, 10 * PERCENT, { 0 } },
		{ INT64_MAX, 20 * PERCENT, { 0 } },
	};
	static struct sketch sketch;

	(void)state;
	discounted(&sketch, 1);
	set_off(0, "large", STACK_BEST, 0, 0);
	offs[0].tiers = by_amount;
	offs[0].tier_count = 3;
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 240), pack, 1);
	assert_int_equal(pricing.lines[0].discount_count, 0);
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 300), pack, 1);
	assert_discounts(&pricing.lines[0], "pack.large -5 10%");
	assert_int_equal(pricing.amount.micros, 50 * FEN); /* 49.5, half up */
	pricing = ten_minutes(&sketch);
	assert_discounts(&pricing.lines[0], "pack.large -22 20%");
	/* the edge belongs to the tier below it */
	sketch.tariffs[0][0].maximum.micros = 100 * FEN;
	pricing = ten_minutes(&sketch);
	assert_discounts(&pricing.lines[0], "pack.large -10 10%");
	sketch_end(&sketch);
}

static void
tiers_by_members_go_by_how_many_hold_the_package_together(void **state)
{
	static const struct discount_tier by_members[] = {
		{ 1, 0, { 0 } },
		{ 3, 5 * PERCENT, { 0 } },
		{ INT64_MAX, 10 * PERCENT, { 0 } },
	};
	static const struct {
		uint32_t members;
		const char *taken;
	} rows[] = { { 0, "" }, { 1, "" }, { 2, "pack.family -5 5%" }, { 3, "pack.family -5 5%" },
		{ 4, "pack.family -11 10%" }, { 1000000, "pack.family -11 10%" } };
	static struct sketch sketch;
	struct holding held[] = { pack[0] };

	(void)state;
	discounted(&sketch, 1);
	set_off(0, "family", STACK_BEST, 0, 0);
	offs[0].tiers = by_members;
	offs[0].tier_count = 3;
	offs[0].by_members = true;
	struct usage usage = call("2026-03-10T12:00:00Z", 600);
	struct pricing pricing = priced(&sketch, usage, held, 1); /* alone */
	assert_int_equal(pricing.lines[0].discount_count, 0);
	held[0].group = TEXT("home");
	held[0].group_from_ms = held[0].from_ms;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		held[0].members = rows[i].members;
		pricing = priced(&sketch, usage, held, 1);
		assert_discounts(&pricing.lines[0], rows[i].taken);
		if (pricing.lines[0].discount_count > 0)
			assert_int_equal(pricing.lines[0].discounts[0].members, rows[i].members);
	}
	sketch_end(&sketch);
}

static void
tiers_by_use_go_by_what_was_counted_before_and_count_the_event(void **state)
{
	static const struct discount_tier by_use[] = {
		{ 6000, 0, { 0 } },
		{ INT64_MAX, 20 * PERCENT, { 0 } },
	};
	static struct sketch sketch;

	(void)state;
	struct package *package = discounted(&sketch, 1);
	struct meter *meter = sketch_meter(&sketch, package, "used", false);
	set_off(0, "faithful", STACK_BEST, 0, 0);
	offs[0].tiers = by_use;
	offs[0].tier_count = 2;
	offs[0].counted = meter;
	used_counter(&sketch, "used", sketch_day(2026, 3, 1), 5999);
	struct pricing pricing = ten_minutes(&sketch);
	assert_int_equal(pricing.lines[0].discount_count, 0);
	assert_int_equal(pricing.consumption_count, 1);
	assert_int_equal(pricing.consumptions[0].used_after, 6599);
	assert_false(pricing.consumptions[0].money);
	sketch.counters[0].used = 6000;
	pricing = ten_minutes(&sketch);
	assert_discounts(&pricing.lines[0], "pack.faithful -22 20%");
	/* usage is counted whether or not the discount applies, unless it is of another kind */
	offs[0].when = 0;
	pricing = ten_minutes(&sketch);
	assert_int_equal(pricing.lines[0].discount_count, 0);
	assert_int_equal(pricing.consumptions[0].used_after, 6600);
	offs[0].serves = other_serves;
	offs[0].serve_count = 1;
	pricing = ten_minutes(&sketch);
	assert_int_equal(pricing.consumption_count, 0);
	sketch.counters[0].cold = true;
	offs[0].serve_count = 0;
	struct usage usage = call("2026-03-10T12:00:00Z", 60);
	assert_int_equal(sketch_rate(&sketch, &usage, pack, 1, &pricing), RATE_COLD);
	sketch_end(&sketch);
}

static void
a_discount_needs_what_it_serves_the_packages_it_names_and_its_function(void **state)
{
	static const struct text needed[] = { { "other", 5 } };
	const struct holding both[] = { HELD("other"), HELD("pack") };
	static struct sketch sketch;

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	sketch_package(&sketch, "other", 2, ALL_TIME);
	struct package *package = sketch_package(&sketch, "pack", 1, ALL_TIME);
	sketch_tariff(&sketch, package, "local", 60, &fen_11);
	package->discounts = offs;
	package->discount_count = 1;
	set_off(0, "half", STACK_ADD, 50, 0);
	offs[0].serves = voice_serves;
	offs[0].serve_count = 1;
	offs[0].needs = needed;
	offs[0].need_count = 1;
	offs[0].when = 3;
	sketch.functions[3].yes = true;
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 600), both, 2);
	assert_discounts(&pricing.lines[0], "pack.half -55 50%");
	assert_int_equal(sketch.functions[3].calls, 1);
	pricing = ten_minutes(&sketch);
	assert_int_equal(pricing.lines[0].discount_count, 0);
	assert_int_equal(sketch.functions[3].calls, 1);
	sketch.functions[3].yes = false;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 600), both, 2);
	assert_int_equal(pricing.lines[0].discount_count, 0);
	sketch.functions[3].outcome = CALL_FAILED;
	pricing = refused(&sketch, call("2026-03-10T12:00:00Z", 600), both, 2, REFUSED_FUNCTION);
	assert_nearest(&pricing, "half", "when", "true", "it fell over");
	offs[0].serves = other_serves;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 600), both, 2);
	assert_int_equal(pricing.lines[0].discount_count, 0);
	sketch_end(&sketch);
}

static void
a_discount_is_taken_if_its_package_is_held_when_the_event_begins_and_once(void **state)
{
	static struct sketch sketch;

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	sketch_tariff(&sketch, sketch_package(&sketch, "base", 1, ALL_TIME), "local", 60, &fen_11);
	struct package *package = sketch_package(&sketch, "half", 0, ALL_TIME);
	package->discounts = offs;
	package->discount_count = 1;
	set_off(0, "half", STACK_ADD, 50, 0);
	struct holding held[] = { HELD("base"), HELD("half"), HELD("half") };
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 120), held, 3);
	assert_discounts(&pricing.lines[0], "half.half -11 50%");
	held[1].from_ms = sketch_at("2026-03-10T12:01:00Z");
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 120), held, 2);
	assert_int_equal(pricing.lines[0].discount_count, 0);
	held[1].from_ms = INT64_MIN;
	held[1].till_ms = sketch_at("2026-03-10T12:00:01Z");
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 120), held, 2);
	assert_discounts(&pricing.lines[0], "half.half -11 50%");
	sketch_end(&sketch);
}

static void
volume_tiers_count_as_charged_what_a_line_was_without_its_discounts(void **state)
{
	static const struct money dear = { 20 * FEN }, cheap = { 10 * FEN };
	const struct tier list[] = { { 10 * 60, &dear }, { INT64_MAX, &cheap } };
	static struct sketch sketch;

	(void)state;
	struct package *package = discounted(&sketch, 1);
	sketch_meter(&sketch, package, "voice", false);
	sketch_meter(&sketch, package, "voice.charged", true);
	const struct tiers volume = { list, 2, true, &package->meters[0], &package->meters[1] };
	sketch.tariffs[0][0].tiers = &volume;
	set_off(0, "half", STACK_ADD, 50, 0);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 480), pack, 1);
	assert_int_equal(pricing.amount.micros, 80 * FEN);
	assert_int_equal(pricing.consumption_count, 2);
	assert_int_equal(pricing.consumptions[1].used_after, 160 * FEN);
	used_counter(&sketch, "voice", sketch_day(2026, 3, 1), 480);
	used_counter(&sketch, "voice.charged", sketch_day(2026, 3, 1), 160 * FEN);
	pricing = ten_minutes(&sketch); /* 18 minutes at 10, less what was charged: 20 */
	assert_int_equal(pricing.lines[0].gross.micros, 20 * FEN);
	assert_int_equal(pricing.amount.micros, 10 * FEN);
	assert_int_equal(pricing.consumptions[1].used_after, 180 * FEN);
	sketch_end(&sketch);
}

static void
nothing_used_costs_nothing_and_has_no_discount(void **state)
{
	static struct sketch sketch;

	(void)state;
	discounted(&sketch, 1);
	set_off(0, "five", STACK_ADD, 0, 5);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 0), pack, 1);
	assert_int_equal(pricing.line_count, 1);
	assert_int_equal(pricing.amount.micros, 0);
	assert_int_equal(pricing.lines[0].discount_count, 0);
	sketch_end(&sketch);
}

static void
large_amounts_do_not_overflow(void **state)
{
	static const struct money dear = { INT64_MAX };
	static struct sketch sketch;

	(void)state;
	discounted(&sketch, 2);
	sketch.tariffs[0][0].next.prices = &dear;
	sketch.tariffs[0][0].round_step = 0;
	set_off(0, "half", STACK_ADD, 50, 0);
	set_off(1, "all", STACK_ADD, 0, INT64_MAX / FEN);
	tiers[1].amount.micros = INT64_MAX;
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1);
	assert_int_equal(pricing.amount.micros, 0);
	assert_int_equal(pricing.lines[0].gross.micros, INT64_MAX);
	/* the half of an odd number is no whole micro-unit */
	sketch.packages[0].discount_count = 1;
	refused(&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1, REFUSED_FUNCTION);
	sketch_end(&sketch);
}

/* --- random discounts against fractions --- */

static uint64_t seed;

static uint64_t
below(uint64_t bound)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % bound;
}

struct model {
	size_t offer_count;
	size_t line_count;
	int64_t gross_fen[2];
};

static struct ratio
smaller_of(struct ratio a, struct ratio b)
{
	return ratio_compare(a, b) < 0 ? a : b;
}

/* What the discounts that `chosen` says leave of each line; gives what they take in all. */
static struct ratio
model_take(const struct model *model, const bool chosen[OFFS_MAX], struct ratio left[2])
{
	struct ratio sum = ratio_of(0), amount_left[OFFS_MAX];
	bool sound = true;

	for (size_t i = 0; i < model->offer_count; i++)
		sound = sound && ratio_make(tiers[i].amount.micros, 1, &amount_left[i]);
	for (size_t line = 0; line < model->line_count; line++) {
		struct ratio gross = ratio_of(0);

		sound = sound && ratio_make(model->gross_fen[line] * FEN, 1, &gross);
		left[line] = gross;
		for (size_t i = 0; i < model->offer_count; i++) {
			struct ratio part = amount_left[i], share;

			if (!chosen[i])
				continue;
			if (tiers[i].parts_per_million > 0)
				sound = sound &&
					ratio_make(tiers[i].parts_per_million, 1000000, &share) &&
					ratio_multiply(gross, share, &part);
			part = smaller_of(part, left[line]);
			sound = sound && ratio_subtract(left[line], part, &left[line]) &&
				ratio_add(sum, part, &sum) &&
				ratio_subtract(amount_left[i],
					tiers[i].parts_per_million > 0 ? ratio_of(0) : part,
					&amount_left[i]);
		}
	}
	assert_true(sound);
	return sum;
}

/* All sets in the order in which they count: what adds up, with each of the best, then each alone. */
static void
model_best(const struct model *model, struct ratio left[2])
{
	struct ratio best = ratio_of(-1);

	for (size_t one = 0; one <= 2 * model->offer_count; one++) {
		size_t index = one == 0 ? OFFS_MAX : (one - 1) % model->offer_count;
		bool alone = one > model->offer_count;
		bool chosen[OFFS_MAX] = { false };
		struct ratio rest[2];

		if (one > 0 && offs[index].stack != (alone ? STACK_ALONE : STACK_BEST))
			continue;
		for (size_t i = 0; i < model->offer_count; i++)
			chosen[i] = i == index || (!alone && offs[i].stack == STACK_ADD);
		struct ratio sum = model_take(model, chosen, rest);
		if (ratio_compare(sum, best) <= 0)
			continue;
		best = sum;
		memcpy(left, rest, 2 * sizeof *left);
	}
}

static void
assert_left(const struct price_line *line, struct ratio left)
{
	struct ratio rounded;

	assert_true(ratio_round(left, ratio_of(FEN), ROUND_HALF_UP, &rounded));
	assert_true(rounded.denominator == 1);
	assert_int_equal(line->amount.micros, (int64_t)rounded.numerator);
}

static void
random_discounts_take_what_fractions_say(void **state)
{
	static const uint32_t shares[] = { 0, 100000, 200000, 200000, 333333, 500000, 999999,
		1000000, 1 };
	static struct sketch sketch;
	static const char *const ids[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
	const struct holding held[] = { HELD("pack"), HELD("second") };
	size_t two_lines = 0, lowered = 0, several = 0;

	(void)state;
	seed = 20261122;
	print_message("seed %llu\n", (unsigned long long)seed);
	struct package *package = discounted(&sketch, 0);
	struct package *second = sketch_package(&sketch, "second", 2, ALL_TIME);
	sketch.components[1] = TEXT("toll");
	struct tariff *toll = sketch_tariff(&sketch, package, "toll", 60, &fen_7);
	toll->component = 1;
	toll->round_step = FEN;
	toll->round_mode = ROUND_HALF_UP;
	for (int round = 0; round < ROUNDS; round++) {
		int64_t count = 1 + (int64_t)below(40);
		struct model model = { 1 + below(OFFS_MAX), 1 + below(2),
			{ 11 * count, 7 * count } };

		for (size_t i = 0; i < model.offer_count; i++) {
			set_off(i, ids[i], (enum discount_stack)below(3), 0, (int64_t)below(60));
			tiers[i].parts_per_million = below(3) == 0 ? 0 : shares[below(9)];
		}
		sketch.image.component_count = (uint32_t)model.line_count;
		package->discount_count = (uint32_t)below(model.offer_count + 1);
		second->discounts = offs + package->discount_count;
		second->discount_count = (uint32_t)model.offer_count - package->discount_count;
		struct pricing pricing = priced(
			&sketch, call("2026-03-10T12:00:00Z", count * 60), held, 2);
		struct ratio left[2];
		model_best(&model, left);
		assert_int_equal(pricing.line_count, model.line_count);
		for (size_t i = 0; i < model.line_count; i++) {
			assert_left(&pricing.lines[i], left[i]);
			lowered += pricing.lines[i].discount_count > 0;
			several += pricing.lines[i].discount_count > 1;
		}
		two_lines += model.line_count == 2;
		arena_clear(&sketch.arena);
	}
	/* Else it would have proved less than it says. */
	assert_true(two_lines > ROUNDS / 3 && lowered > ROUNDS / 3 && several > ROUNDS / 10);
	sketch_end(&sketch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stacks_how_is_what_it_says),
		cmocka_unit_test(a_line_is_rounded_once_and_after_its_discounts),
		cmocka_unit_test(
			a_line_that_does_not_round_is_refused_if_less_than_a_micro_unit_is_left),
		cmocka_unit_test(a_minimum_and_a_maximum_come_before_and_a_cap_behind),
		cmocka_unit_test(only_what_was_paid_in_its_bands_is_discounted),
		cmocka_unit_test(an_amount_is_taken_once_from_the_lines_in_turn),
		cmocka_unit_test(tiers_by_amount_go_by_the_whole_line),
		cmocka_unit_test(tiers_by_members_go_by_how_many_hold_the_package_together),
		cmocka_unit_test(tiers_by_use_go_by_what_was_counted_before_and_count_the_event),
		cmocka_unit_test(
			a_discount_needs_what_it_serves_the_packages_it_names_and_its_function),
		cmocka_unit_test(
			a_discount_is_taken_if_its_package_is_held_when_the_event_begins_and_once),
		cmocka_unit_test(
			volume_tiers_count_as_charged_what_a_line_was_without_its_discounts),
		cmocka_unit_test(nothing_used_costs_nothing_and_has_no_discount),
		cmocka_unit_test(large_amounts_do_not_overflow),
		cmocka_unit_test(random_discounts_take_what_fractions_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
