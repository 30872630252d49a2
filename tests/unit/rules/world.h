/*
 * A random world: a catalog with calendars, zones, packages in versions, tariffs and allowances,
 * who holds what, and events, near the dates where mistakes are made. One state of chance makes all
 * of it.
 */
#ifndef SUANPAN_WORLD_H
#define SUANPAN_WORLD_H

#include "random_rules.h"
#include "sketch.h"

#define WORLD_RULES_MAX 8
#define WORLD_CALENDARS 3
#define WORLD_SPECIALS_MAX 64
#define WORLD_HOLDINGS_MAX 6
#define WORLD_UNITS_MAX 1200

static uint64_t random_state;

static inline uint64_t
random_below(uint64_t bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % bound;
}

static inline int64_t
random_between(int64_t low, int64_t high)
{
	return low + (int64_t)random_below((uint64_t)(high - low + 1));
}

static inline bool
one_in(uint64_t count)
{
	return random_below(count) == 0;
}

struct random_calendar {
	struct calendar_rule rules[WORLD_RULES_MAX];
	size_t rule_count;
	const struct calendar *made;
};

struct world {
	struct sketch sketch;
	struct random_calendar calendars[WORLD_CALENDARS];
	struct special_day specials[WORLD_SPECIALS_MAX];
	struct day_table days;
	struct money prices[SKETCH_PACKAGES_MAX][SKETCH_TARIFFS_MAX][2][4];
	struct holding holdings[WORLD_HOLDINGS_MAX];
	size_t holding_count;
	int32_t year;     /* the first that the holidays cover */
	int64_t base_ms;  /* about when everything happens */
	int64_t grain_ms; /* all dates are multiples of it */
	int64_t step_min;
};

static const struct text zone_ids[] = { { "a", 1 }, { "b", 1 }, { "c", 1 } };
static const struct text band_ids[] = { { "w", 1 }, { "x", 1 }, { "y", 1 }, { "z", 1 } };
static const char *const package_ids[] = { "p0", "p1", "p2", "p3" };
static const char *const tariff_ids[] = { "t0", "t1", "t2", "t3", "t4" };
static const char *const allowance_ids[] = { "a0", "a1", "a2" };

static inline int64_t
on_grain(const struct world *world, int64_t ms)
{
	return floor_divide(ms, world->grain_ms) * world->grain_ms;
}

static inline int64_t
random_date(const struct world *world)
{
	return on_grain(world, world->base_ms + random_between(-36 * HOUR_MS, 60 * HOUR_MS));
}

/* Near a change of offset, a month's end or just anywhere in the three years that the holidays cover. */
static inline int64_t
random_base(const struct zoneinfo *zone, int32_t year)
{
	int64_t first_ms = sketch_day(year, 2, 1) * DAY_MS;
	int64_t ms = random_between(first_ms, sketch_day(year + 2, 11, 30) * DAY_MS);
	struct zone_stretch stretch = zoneinfo_stretch(zone, ms);

	if (one_in(3) && stretch.from_ms > first_ms)
		return stretch.from_ms - random_between(0, DAY_MS);
	if (one_in(3))
		return cycle_at(CYCLE_MONTH, zone, ms).from_ms - random_between(0, DAY_MS);
	if (one_in(20))
		return sketch_day(year + 2, 12, 31) * DAY_MS;
	return ms;
}

static inline void
make_calendar(struct world *world, struct random_calendar *calendar, bool kinds)
{
	size_t count = random_below(WORLD_RULES_MAX) + 1;

	for (size_t i = 0; i + 1 < count; i++) {
		int32_t from = (int32_t)random_below(1440);

		calendar->rules[i] = (struct calendar_rule){ (uint32_t)random_below(4),
			one_in(2) ? ALL_WEEKDAYS : (uint32_t)random_between(1, 0x7f),
			kinds ? (uint32_t)random_between(1, ALL_KINDS) : ALL_KINDS, from,
			(int32_t)random_between(from + 1, 1440) };
	}
	calendar->rules[count - 1] = (struct calendar_rule){ (uint32_t)random_below(4),
		ALL_WEEKDAYS, ALL_KINDS, 0, 1440 };
	count = drop_dead_rules(calendar->rules, count);
	calendar->rule_count = count;
	calendar->made = sketch_calendar(&world->sketch, calendar->rules, count, 4, &world->days);
}

static inline void
make_days(struct world *world)
{
	int64_t day = sketch_day(world->year, 1, 1) + random_between(0, 20);

	world->days = (struct day_table){ world->specials, 0, world->year, world->year + 2 };
	for (; world->days.count < WORLD_SPECIALS_MAX && day <= sketch_day(world->year + 2, 12, 31);
		day += random_between(1, 30))
		world->specials[world->days.count++] = (struct special_day){ day,
			(enum day_kind)random_below(DAY_KINDS) };
}

static inline struct zone_set
random_zones(void)
{
	return (struct zone_set){ { (uint64_t)random_between(1, 7), 0, 0, 0 } };
}

static inline void
make_tariff(struct world *world, struct package *package)
{
	size_t index = (size_t)(package - world->sketch.packages);
	size_t number = package->tariff_count;
	struct money(*prices)[4] = world->prices[index][number];
	struct tariff *tariff = sketch_tariff(&world->sketch, package, tariff_ids[number],
		world->step_min * random_between(1, 5), prices[0]);

	for (size_t i = 0; i < 8; i++)
		prices[i / 4][i % 4].micros = (int64_t)random_below(4) * 12345;
	tariff->component = (uint32_t)random_below(world->sketch.image.component_count);
	tariff->service = (uint32_t)random_below(5) / 4;
	tariff->zones = one_in(2) ? ALL_ZONES : random_zones();
	tariff->when = one_in(4) ? (int32_t)random_below(SKETCH_FUNCTIONS_MAX) : NO_FUNCTION;
	tariff->amount = one_in(16) ? (int32_t)random_below(SKETCH_FUNCTIONS_MAX) : NO_FUNCTION;
	if (!one_in(4)) {
		tariff->calendar = world->calendars[random_below(WORLD_CALENDARS)].made;
		tariff->bands = band_ids;
		tariff->band_count = 4;
	}
	tariff->has_first = one_in(2);
	tariff->first = (struct step){ world->step_min * random_between(1, 5), prices[1] };
	tariff->setup.micros = one_in(3) ? 7777 : 0;
	tariff->minimum.micros = one_in(4) ? 55555 : 0;
	tariff->maximum.micros = one_in(4) ? 555555 : 0;
	tariff->round_step = one_in(2) ? 10000 : 0;
	tariff->round_mode = (enum rounding)random_below(6);
	tariff->uses_any = one_in(4);
	for (uint32_t i = 0; i < package->allowance_count && !tariff->uses_any; i++)
		if (one_in(2))
			tariff->uses[tariff->use_count++] = package->allowance_count - 1 - i;
}

static inline void
make_package(struct world *world, const char *id, uint32_t layer, int64_t from_ms, int64_t till_ms)
{
	struct package *package = sketch_package(&world->sketch, id, layer, from_ms, till_ms);
	size_t allowances = random_below(4);
	size_t tariffs = random_below(5) + 1;

	for (size_t i = 0; i < allowances; i++) {
		struct allowance *allowance = sketch_allowance(&world->sketch, package,
			allowance_ids[i], world->step_min * random_between(0, 200));

		allowance->every = (enum cycle)random_below(2);
		allowance->service = (uint32_t)random_below(5) / 4;
		allowance->zones = one_in(2) ? ALL_ZONES : random_zones();
	}
	for (size_t i = 0; i < tariffs; i++)
		make_tariff(world, package);
}

static inline void
make_packages(struct world *world)
{
	for (size_t i = 0; i < 4; i++) {
		uint32_t layer = (uint32_t)(one_in(8) ? random_below(3) : i % 3);
		int64_t from_ms = one_in(6) ? random_date(world) : INT64_MIN;
		size_t versions = random_below(3) + 1;

		for (size_t j = 1; j < versions; j++) {
			int64_t till_ms = random_date(world);

			if (till_ms <= from_ms)
				continue;
			make_package(world, package_ids[i], layer, from_ms, till_ms);
			from_ms = one_in(8) ? till_ms + world->grain_ms : till_ms;
		}
		make_package(world, package_ids[i], layer, from_ms,
			one_in(8) ? random_date(world) + 100 * DAY_MS : INT64_MAX);
	}
}

static inline void
make_world(struct world *world)
{
	static const char *const zones[] = { "Asia/Shanghai", "Europe/Berlin",
		"Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu" };
	static const int64_t grains[] = { 500, 1000, 15000, 60000 };
	const struct prefix_row rows[] = { { TEXT("0"), 0, 0, 0, 0 }, { TEXT("1"), 0, 0, 1, 1 },
		{ TEXT("2"), 0, 0, 2, 2 } };

	memset(world, 0, sizeof *world);
	sketch_begin(&world->sketch, zones[random_below(5)]);
	world->sketch.maps[0] = (struct zone_map){ .id = TEXT("map"),
		.zones = zone_ids,
		.zone_count = 3,
		.prefixes = sketch_prefixes(&world->sketch, rows, 3) };
	world->sketch.services[0].zone_map = 0;
	sketch_service(&world->sketch, "data", UNIT_BYTE, 0);
	world->sketch.components[1] = TEXT("toll");
	world->sketch.components[2] = TEXT("info");
	world->sketch.image.component_count = (uint32_t)random_between(1, 3);
	world->year = one_in(2) ? 2024 : (int32_t)random_between(1990, 2098);
	world->base_ms = random_base(world->sketch.zone, world->year);
	world->grain_ms = grains[random_below(4)];
	world->step_min = one_in(2) ? random_between(1, 10) : random_between(20, 100);
	make_days(world);
	for (size_t i = 0; i < WORLD_CALENDARS; i++)
		make_calendar(world, &world->calendars[i], i > 0);
	make_packages(world);
	for (size_t i = 0; i < SKETCH_FUNCTIONS_MAX; i++) {
		world->sketch.functions[i].yes = !one_in(3);
		world->sketch.functions[i].amount_micros = (int64_t)random_below(1000000);
	}
}

static inline void
make_holdings(struct world *world)
{
	world->holding_count = random_below(WORLD_HOLDINGS_MAX) + 1;
	for (size_t i = 0; i < world->holding_count; i++) {
		struct holding *holding = &world->holdings[i];

		holding->package = text_of(package_ids[random_below(4)]);
		holding->from_ms = one_in(3) ? random_date(world) : INT64_MIN;
		holding->till_ms = one_in(3) ? random_date(world) : INT64_MAX;
	}
}

static inline struct usage
random_event(const struct world *world)
{
	struct usage usage = { .service = TEXT("voice"),
		.from = TEXT("1"),
		.to = (struct text){ &"012"[random_below(3)], 1 } };
	int64_t most = WORLD_UNITS_MAX * world->step_min;

	usage.unit = one_in(8) ? UNIT_BYTE : UNIT_SECOND;
	if (usage.unit == UNIT_BYTE)
		usage.service = TEXT("data");
	if (most > WORLD_UNITS_MAX * world->grain_ms / SECOND_MS)
		most = WORLD_UNITS_MAX * world->grain_ms / SECOND_MS;
	usage.at_ms = on_grain(world, world->base_ms + random_between(-6 * HOUR_MS, 30 * HOUR_MS));
	usage.quantity = random_between(1, one_in(8) ? most : most / 20);
	if (one_in(50))
		usage.quantity = 0;
	return usage;
}

/* What is tried with each event. */
typedef void world_try(struct world *world, struct usage *usage, void *context);

/* So many worlds with so many events each, by $SEED if it is set; false then, for chance may bring little of what is counted. */
static inline bool
try_worlds(uint64_t seed, int worlds, int events_each, world_try *try_event, void *context)
{
	static struct world world;
	const char *given = getenv("SEED");

	random_state = given != NULL ? strtoull(given, NULL, 0) : seed;
	print_message("seed %#llx\n", (unsigned long long)random_state);
	for (int i = 0; i < worlds; i++) {
		make_world(&world);
		assert_true(image_index_packages(&world.sketch.image));
		for (int j = 0; j < events_each; j++) {
			make_holdings(&world);
			struct usage usage = random_event(&world);
			try_event(&world, &usage, context);
		}
		sketch_end(&world.sketch);
	}
	return given == NULL;
}

#endif
