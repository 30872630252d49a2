/*
 * How long rating takes, alone on one core and without a server: prefix_find over 300,000 prefixes,
 * calendar_band, and rate_usage for calls of 1 second to 60 hours, with the number of bands that
 * such a call crosses on average; then calls of ten minutes of somebody who holds three packages,
 * an allowance, a price of two tiers and a discount: they begin free, cross the tiers, and are
 * discounted. Prints one JSON object; times are nanoseconds, the median of batches.
 */
#include "../../tests/unit/rules/sketch.h"

#include <time.h>

#define PREFIXES 300000
#define PREFIX_DIGITS 9
#define NUMBERS (1 << 16)
#define BATCHES 2001
#define FIXED_ZONES 64

struct bench {
	struct sketch sketch;
	struct text zones[FIXED_ZONES];
	struct prefix_row rows[PREFIXES];
	char digits[PREFIXES][PREFIX_DIGITS];
	char numbers[NUMBERS][12];
	int64_t instants[NUMBERS];
};

static struct bench bench;
static volatile uint64_t sink;
static uint64_t random_state = 0x5eed0005;

static uint64_t
random_below(uint64_t bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % bound;
}

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int
compare_times(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left;
	int64_t b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

/* What one call takes, in tenths of nanoseconds, over batches of calls. */
struct timing {
	int64_t median;
	int64_t best; /* when nobody else wanted the processor */
};

/* Times run(from … from + count - 1). */
static struct timing
measure(void (*run)(size_t from, size_t count), size_t count)
{
	static int64_t times[BATCHES];

	for (size_t i = 0; i < BATCHES; i++) {
		size_t from = random_below(NUMBERS - count);
		int64_t begin = now_ns();

		run(from, count);
		times[i] = now_ns() - begin;
	}
	qsort(times, BATCHES, sizeof *times, compare_times);
	return (struct timing){ times[BATCHES / 2] * 10 / (int64_t)count,
		times[0] * 10 / (int64_t)count };
}

/* "name_ns": the median, "name_best_ns": when nobody else wanted the processor */
static void
print_timing(const char *name, struct timing timing)
{
	printf("\"%s_ns\": %lld.%lld, \"%s_best_ns\": %lld.%lld", name,
		(long long)(timing.median / 10), (long long)(timing.median % 10), name,
		(long long)(timing.best / 10), (long long)(timing.best % 10));
}

/* --- a catalog: 300,000 prefixes, a package of four tariffs and an allowance, three bands --- */

/* Prefixes as an operator has them: 0 and 4 to 8 random digits below some hundred area codes. */
static void
make_prefixes(void)
{
	for (size_t i = 0; i < PREFIXES; i++) {
		size_t size = 5 + random_below(PREFIX_DIGITS - 4);

		bench.digits[i][0] = '0';
		for (size_t j = 1; j < size; j++)
			bench.digits[i][j] = (char)('0' + random_below(10));
		/* rows that come up twice must agree on their zone */
		uint32_t value = (uint32_t)(bench.digits[i][size - 1] * 7 + bench.digits[i][1]);
		bench.rows[i] = (struct prefix_row){ { bench.digits[i], size }, 0, 0, (uint32_t)i,
			value % (FIXED_ZONES - 1) };
	}
	bench.rows[0] = (struct prefix_row){ TEXT(""), 0, 0, 0, FIXED_ZONES - 1 };
	for (size_t i = 0; i < FIXED_ZONES; i++)
		bench.zones[i] = TEXT("zone");
	for (size_t i = 0; i < NUMBERS; i++) {
		const struct prefix_row *row = &bench.rows[random_below(PREFIXES)];

		for (size_t j = 0; j < 12; j++)
			bench.numbers[i][j] = j < row->prefix.size ? row->prefix.data[j]
								   : (char)('0' + random_below(10));
	}
}

/* --- three packages --- */

#define FAMILY_SECONDS 600

static struct discount_tier a_fifth = { INT64_MAX, DISCOUNT_WHOLE / 5, { 0 } };
static struct discount family_discount;
static struct money family_prices[] = { { 150000 }, { 80000 }, { 80000 } };
static struct money family_later[] = { { 110000 }, { 60000 }, { 60000 } };
static const struct tier family_tiers[] = { { 7 * 60, family_prices },
	{ INT64_MAX, family_later } };
static struct tiers family_tiering = { family_tiers, 2, false, NULL, NULL };

/* Beside the catalog's own package: one that prices other zones, and a discount on all calls. */
static void
make_family(void)
{
	struct sketch *sketch = &bench.sketch;
	struct package *family = sketch_package(sketch, "e6_family", 1, ALL_TIME);
	const struct tariff *like = &sketch->packages[0].tariffs[0];

	struct tariff *tariff = sketch_tariff(sketch, family, "local_voice", 60, family_prices);
	sketch_allowance(sketch, family, "local_minutes", 10 * 60);
	tariff->calendar = like->calendar;
	tariff->bands = like->bands;
	tariff->band_count = like->band_count;
	tariff->use_count = 1;
	tariff->round_step = 10000;
	tariff->round_mode = ROUND_HALF_UP;
	family_tiering.counted = sketch_meter(sketch, family, "paid_minutes", false);
	tariff->tiers = &family_tiering;
	struct package *special = sketch_package(sketch, "local_special", 0, ALL_TIME);
	family_discount = (struct discount){ .id = TEXT("local_off"),
		.say = TEXT("off"),
		.stack = STACK_ALONE,
		.when = NO_FUNCTION,
		.tiers = &a_fifth,
		.tier_count = 1 };
	special->discounts = &family_discount;
	special->discount_count = 1;
	struct package *other = sketch_package(sketch, "messages", 0, ALL_TIME);
	sketch_tariff(sketch, other, "messages", 1, family_prices)->service = 7;
}

/* --- all of it --- */

static void
make_catalog(void)
{
	static const struct money prices[] = { { 70000 }, { 40000 }, { 50000 } };
	static const struct text bands[] = { { "day", 3 }, { "night", 5 }, { "weekend", 7 } };
	const struct calendar_rule rules[] = {
		{ 1, ALL_WEEKDAYS, ALL_KINDS, 0, 420 },
		{ 2, WEEKDAY_BIT(0) | WEEKDAY_BIT(6), 1u << DAY_ORDINARY, 0, 1440 },
		{ 0, ALL_WEEKDAYS, ALL_KINDS, 0, 1440 },
	};
	const struct day_table days = { NULL, 0, 2024, 2026 };
	const struct prefix_row areas[] = { { TEXT("0"), 0, 0, 0, 4 } };
	struct sketch *sketch = &bench.sketch;

	sketch_begin(sketch, "Asia/Shanghai");
	make_prefixes();
	sketch->maps[0] = (struct zone_map){ .id = TEXT("dialled"),
		.zones = bench.zones,
		.zone_count = FIXED_ZONES,
		.prefixes = sketch_prefixes(sketch, bench.rows, PREFIXES),
		.area_lengths = sketch_prefixes(sketch, areas, 1),
		.own_area_zone = FIXED_ZONES - 1 };
	sketch->services[0].zone_map = 0;
	struct package *package = sketch_package(sketch, "e6_base", 1, ALL_TIME);
	const struct calendar *calendar = sketch_calendar(sketch, rules, 3, 3, &days);
	sketch_allowance(sketch, package, "local_minutes", 10 * 60);
	for (size_t i = 0; i < 4; i++) {
		struct tariff *tariff = sketch_tariff(sketch, package, "tariff", 60, prices);

		tariff->zones = (struct zone_set){ { UINT64_C(0xffff) << 16 * i, 0, 0, 0 } };
		tariff->calendar = calendar;
		tariff->bands = bands;
		tariff->band_count = 3;
		tariff->has_first = true;
		tariff->first = (struct step){ 180, prices };
		tariff->use_count = 1;
	}
	make_family();
	if (!image_index_packages(&sketch->image))
		sketch_stop("no memory");
	for (size_t i = 0; i < NUMBERS; i++)
		bench.instants[i] = sketch_at("2024-01-08T00:00:00Z") +
			(int64_t)random_below(1000 * (uint64_t)DAY_MS);
}

/* --- what is measured --- */

static void
find_prefixes(size_t from, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = from; i < from + count; i++) {
		uint32_t value = 0;
		size_t matched;

		prefix_find(bench.sketch.tables[0], (struct text){ bench.numbers[i], 12 }, &value,
			&matched);
		sum += value;
	}
	sink += sum;
}

static void
find_bands(size_t from, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = from; i < from + count; i++) {
		uint32_t band = 0;
		int64_t till_ms = 0;

		calendar_band(bench.sketch.calendars[0], bench.instants[i], &band, &till_ms);
		sum += band + (uint64_t)till_ms;
	}
	sink += sum;
}

static enum fact
half_used(void *context, const struct counter_name *name, int64_t *used)
{
	(void)context;
	(void)name;
	*used = 5 * 60;
	return FACT_KNOWN;
}

static int64_t call_seconds;

static const struct holding one_package[] = { HELD("e6_base") };
static const struct holding three_packages[] = { HELD("e6_family"), HELD("local_special"),
	HELD("messages") };
static const struct holding *held = one_package;
static size_t held_count = 1;

static void
rate_calls(size_t from, size_t count)
{
	struct sketch *sketch = &bench.sketch;
	struct usage usage = { .service = TEXT("voice"),
		.from = TEXT("07715510165"),
		.quantity = call_seconds,
		.unit = UNIT_SECOND };
	const struct rate_question question = { .image = &sketch->image,
		.usage = &usage,
		.holdings = held,
		.holding_count = held_count,
		.facts = { NULL, half_used } };
	struct pricing pricing;

	for (size_t i = from; i < from + count; i++) {
		arena_clear(&sketch->arena);
		usage.to = (struct text){ bench.numbers[i], 12 };
		usage.at_ms = bench.instants[i];
		if (rate_usage(&question, &sketch->arena, &pricing, &sketch->fault) != RATE_DONE ||
			pricing.refused != 0)
			sketch_stop("not priced");
		sink += (uint64_t)pricing.amount.micros;
	}
}

/* How many bands a call crosses on average, the one it begins in included; a midnight counts as
 * one. */
static int64_t
hundredths_of_bands(void)
{
	int64_t bands = 0;

	for (size_t i = 0; i < NUMBERS; i++) {
		int64_t ms = bench.instants[i];
		int64_t end_ms = ms + call_seconds * SECOND_MS;
		uint32_t band;

		for (; ms < end_ms; bands++)
			calendar_band(bench.sketch.calendars[0], ms, &band, &ms);
	}
	return bands * 100 / NUMBERS;
}

int
main(void)
{
	const int64_t lengths[] = { 1, 60, 600, 3600, 60 * 3600 };
	make_catalog();
	printf("{\"prefixes\": %d, \"prefix_bytes\": %zu, ", PREFIXES,
		prefix_table_bytes(bench.sketch.tables[0]));
	print_timing("prefix_find", measure(find_prefixes, 1000));
	printf(", ");
	print_timing("calendar_band", measure(find_bands, 1000));
	printf(", \"calls\": [");
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		call_seconds = lengths[i];
		int64_t bands = hundredths_of_bands();
		printf("%s{\"seconds\": %lld, \"bands\": %lld.%02lld, ", i > 0 ? ", " : "",
			(long long)call_seconds, (long long)(bands / 100),
			(long long)(bands % 100));
		print_timing("rate", measure(rate_calls, 200));
		printf("}");
	}
	printf("], \"family\": {\"seconds\": %d, ", FAMILY_SECONDS);
	call_seconds = FAMILY_SECONDS;
	held = three_packages;
	held_count = sizeof three_packages / sizeof *three_packages;
	print_timing("rate", measure(rate_calls, 200));
	printf("}}\n");
	sketch_end(&bench.sketch);
	return 0;
}
