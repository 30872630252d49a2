/*
 * Random catalogs and events, priced a second time by an oracle that walks unit by unit and looks
 * everything up anew at each: holdings, versions, tariffs, bands by a scan of the calendar's rules,
 * counters. It is slow and knows no closed form. Every line, part, sum, consumption and refusal
 * must agree.
 *
 * SEED=… in the environment chooses another run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

#include "../../../engine/base/digest.h"

#define WORLDS 1000
#define EVENTS_EACH 100
#define LINES_MAX 32
#define PARTS_MAX 4000
#define POOLS_MAX 64
#define GAPS_MAX 64

/* What a counter has: any number, but always the same. */
static int64_t
counter_used(const struct counter_name *name)
{
	uint64_t hash = hash64(name->allowance.data, name->allowance.size, (uint64_t)name->cycle);

	hash = hash64(name->package.data, name->package.size, hash);
	return hash % 3 == 0 ? 0 : (int64_t)(hash / 3 % 4000);
}

static enum fact
read_counter(void *context, const struct counter_name *name, int64_t *used)
{
	(void)context;
	*used = counter_used(name);
	return FACT_KNOWN;
}

/* --- the oracle --- */

struct oracle_line {
	const struct package *package;
	const struct tariff *tariff;
	struct price_part parts[PARTS_MAX];
	size_t part_count;
	int64_t setup;
	int64_t sum;
};

struct oracle_pool {
	struct counter_name name;
	int64_t used;
	char label[16];
};

struct oracle {
	struct world *world;
	const struct usage *usage;
	uint32_t service;
	uint32_t zone;
	struct oracle_line lines[LINES_MAX];
	size_t line_count;
	struct oracle_pool pools[POOLS_MAX];
	size_t pool_count;
	int64_t gaps[3][GAPS_MAX][2];
	size_t gap_count[3];
	enum rate_refusal refused;
};

static struct oracle oracle;

static bool
oracle_serves(uint32_t service, const struct zone_set *zones)
{
	return service == oracle.service && zone_set_has(zones, oracle.zone);
}

static const struct tariff *
oracle_tariff_of(const struct package *package, uint32_t component)
{
	for (uint32_t i = 0; i < package->tariff_count; i++) {
		const struct tariff *tariff = &package->tariffs[i];

		if (tariff->component == component &&
			oracle_serves(tariff->service, &tariff->zones) &&
			(tariff->when == NO_FUNCTION ||
				oracle.world->sketch.functions[tariff->when].yes))
			return tariff;
	}
	return NULL;
}

/* The version of a holding's package that is in force at an instant. */
static const struct package *
oracle_version(const struct holding *holding, int64_t ms)
{
	const struct image *image = &oracle.world->sketch.image;

	if (ms < holding->from_ms || ms >= holding->till_ms)
		return NULL;
	for (uint32_t i = 0; i < image->package_count; i++)
		if (text_equal(image->packages[i].id, holding->package) &&
			image->packages[i].from_ms <= ms && ms < image->packages[i].till_ms)
			return &image->packages[i];
	return NULL;
}

static const struct tariff *
oracle_choose(uint32_t component, int64_t ms, const struct package **package)
{
	const struct tariff *found = NULL;

	for (uint32_t layer = 0; layer < 3 && found == NULL; layer++)
		for (size_t i = 0; i < oracle.world->holding_count; i++) {
			const struct package *held = oracle_version(&oracle.world->holdings[i], ms);
			const struct tariff *tariff;

			if (held == NULL || held->layer != layer)
				continue;
			tariff = oracle_tariff_of(held, component);
			if (tariff == NULL || tariff == found)
				continue;
			if (found != NULL)
				oracle.refused = REFUSED_AMBIGUOUS;
			found = tariff;
			*package = held;
		}
	return found;
}

static bool
oracle_band(const struct tariff *tariff, int64_t ms, uint32_t *band)
{
	const struct world *world = oracle.world;
	int64_t local = ms + zoneinfo_stretch(world->sketch.zone, ms).offset_ms;
	int64_t day = floor_divide(local, DAY_MS);
	int32_t minute = (int32_t)((local - day * DAY_MS) / MINUTE_MS);
	int32_t year = date_of_day(day).year;
	enum day_kind kind = DAY_ORDINARY;
	const struct random_calendar *calendar = world->calendars;
	bool kinds = false;

	*band = 0;
	if (tariff->calendar == NULL)
		return true;
	while (calendar->made != tariff->calendar)
		calendar++;
	for (size_t i = 0; i < calendar->rule_count; i++)
		kinds |= calendar->rules[i].kinds != ALL_KINDS;
	if (kinds && (year < world->year || year > world->year + 2))
		return false;
	for (size_t i = 0; i < world->days.count; i++)
		if (world->specials[i].day == day)
			kind = world->specials[i].kind;
	for (const struct calendar_rule *rule = calendar->rules;; rule++)
		if ((rule->weekdays & WEEKDAY_BIT(weekday_of_day(day))) != 0 &&
			(rule->kinds >> kind & 1) != 0 && rule->from_minute <= minute &&
			minute < rule->till_minute) {
			*band = rule->band;
			return true;
		}
}

static struct oracle_line *
oracle_line_of(const struct package *package, const struct tariff *tariff)
{
	for (size_t i = 0; i < oracle.line_count; i++)
		if (oracle.lines[i].tariff == tariff)
			return &oracle.lines[i];
	assert_true(oracle.line_count < LINES_MAX);
	struct oracle_line *line = &oracle.lines[oracle.line_count++];
	line->package = package;
	line->tariff = tariff;
	line->part_count = 0;
	line->setup = 0;
	line->sum = 0;
	return line;
}

static void
oracle_add(struct oracle_line *line, struct text band, const char *allowance, int64_t price)
{
	struct price_part *last = line->part_count == 0 ? NULL : &line->parts[line->part_count - 1];

	line->sum += price;
	if (last != NULL && text_equal(last->band, band) &&
		text_equal(last->allowance, text_of(allowance)) && last->price.micros == price) {
		last->units++;
		return;
	}
	assert_true(line->part_count < PARTS_MAX);
	line->parts[line->part_count++] = (struct price_part){ band, text_of(allowance), 1,
		{ price }, 0, 0 };
}

static struct oracle_pool *
oracle_pool_of(const struct package *package, const struct allowance *allowance, int64_t ms)
{
	int64_t local = ms + zoneinfo_stretch(oracle.world->sketch.zone, ms).offset_ms;
	struct date date = date_of_day(floor_divide(local, DAY_MS));
	struct counter_name name = { .package = package->id, .allowance = allowance->id };
	struct oracle_pool *pool;

	if (allowance->every == CYCLE_MONTH)
		date.day = 1;
	name.cycle = (int32_t)day_of_date(date);
	for (size_t i = 0; i < oracle.pool_count; i++) {
		pool = &oracle.pools[i];
		if (pool->name.cycle == name.cycle && text_equal(pool->name.package, package->id) &&
			text_equal(pool->name.allowance, allowance->id))
			return pool;
	}
	assert_true(oracle.pool_count < POOLS_MAX);
	pool = &oracle.pools[oracle.pool_count++];
	pool->name = name;
	pool->used = counter_used(&name);
	snprintf(pool->label, sizeof pool->label, "%.*s.%.*s", TEXT_ARGS(package->id),
		TEXT_ARGS(allowance->id));
	return pool;
}

/* Takes one unit from an allowance, if it serves the event and has so much left. */
static const char *
oracle_take(
	const struct package *package, const struct allowance *allowance, int64_t ms, int64_t size)
{
	if (!oracle_serves(allowance->service, &allowance->zones))
		return NULL;
	struct oracle_pool *pool = oracle_pool_of(package, allowance, ms);
	if (allowance->amount - pool->used < size)
		return NULL;
	pool->used += size;
	return pool->label;
}

static const char *
oracle_take_any(int64_t ms, int64_t size)
{
	const char *label = NULL;

	for (uint32_t layer = 0; layer < 3; layer++)
		for (size_t i = 0; i < oracle.world->holding_count; i++) {
			const struct package *held = oracle_version(&oracle.world->holdings[i], ms);

			if (held == NULL || held->layer != layer)
				continue;
			for (uint32_t j = 0; j < held->allowance_count && label == NULL; j++)
				label = oracle_take(held, &held->allowances[j], ms, size);
		}
	return label;
}

/* Prices one unit; returns its size. */
static int64_t
oracle_unit(struct oracle_line *line, int64_t ms, bool first)
{
	const struct tariff *tariff = line->tariff;
	const struct step *step = first && tariff->has_first ? &tariff->first : &tariff->next;
	const char *label = NULL;
	uint32_t band;

	if (!oracle_band(tariff, ms, &band)) {
		oracle.refused = REFUSED_CALENDAR;
		return 1;
	}
	for (uint32_t i = 0; i < tariff->use_count && label == NULL; i++)
		label = oracle_take(
			line->package, &line->package->allowances[tariff->uses[i]], ms, step->size);
	if (tariff->uses_any)
		label = oracle_take_any(ms, step->size);
	if (first)
		line->setup = tariff->setup.micros;
	oracle_add(line, tariff->bands[band], label, label != NULL ? 0 : step->prices[band].micros);
	return step->size;
}

static void
oracle_gap(uint32_t component, int64_t from, int64_t till)
{
	size_t count = oracle.gap_count[component];

	if (count > 0 && oracle.gaps[component][count - 1][1] == from) {
		oracle.gaps[component][count - 1][1] = till;
		return;
	}
	assert_true(count < GAPS_MAX);
	oracle.gaps[component][count][0] = from;
	oracle.gaps[component][count][1] = till;
	oracle.gap_count[component]++;
}

/* Walks one component from its first unit to its last. */
static void
oracle_walk(uint32_t component)
{
	const struct usage *usage = oracle.usage;
	bool lasts = usage->unit == UNIT_SECOND;
	int64_t scale = lasts ? SECOND_MS : 1;
	int64_t end = usage->quantity > 0 ? usage->quantity * scale : 1;
	bool first = true;
	uint32_t band;

	oracle.gap_count[component] = 0;
	for (int64_t position = 0; position < end && oracle.refused == 0;) {
		const struct package *package = NULL;
		int64_t ms = usage->at_ms + (lasts ? position : 0);
		int64_t grain_end = lasts
			? on_grain(oracle.world, ms) + oracle.world->grain_ms - usage->at_ms
			: end;
		const struct tariff *tariff = oracle_choose(component, ms, &package);

		if (oracle.refused != 0)
			return;
		if (tariff == NULL) {
			oracle_gap(component, position, grain_end < end ? grain_end : end);
			position = grain_end;
			continue;
		}
		struct oracle_line *line = oracle_line_of(package, tariff);
		if (usage->quantity == 0) {
			if (tariff->amount == NO_FUNCTION && !oracle_band(tariff, ms, &band))
				oracle.refused = REFUSED_CALENDAR;
			return;
		}
		if (tariff->amount != NO_FUNCTION) {
			position = grain_end;
			continue;
		}
		position += oracle_unit(line, ms, first) * scale;
		first = false;
	}
}

/* Is there a position at which no component has a price? */
static bool
oracle_has_hole(void)
{
	uint32_t components = oracle.world->sketch.image.component_count;

	for (uint32_t i = 0; i < components; i++)
		for (size_t j = 0; j < oracle.gap_count[i]; j++) {
			int64_t position = oracle.gaps[i][j][0];
			uint32_t open = 0;

			for (uint32_t k = 0; k < components; k++)
				for (size_t n = 0; n < oracle.gap_count[k]; n++)
					if (oracle.gaps[k][n][0] <= position &&
						position < oracle.gaps[k][n][1]) {
						open++;
						break;
					}
			if (open == components)
				return true;
		}
	return false;
}

static int64_t
oracle_amount(const struct oracle_line *line)
{
	const struct tariff *tariff = line->tariff;
	struct money amount = { line->setup + line->sum };

	if (oracle.usage->quantity == 0)
		return 0;
	if (tariff->amount != NO_FUNCTION)
		amount.micros = oracle.world->sketch.functions[tariff->amount].amount_micros;
	if (tariff->minimum.micros != 0 && amount.micros < tariff->minimum.micros)
		amount = tariff->minimum;
	if (tariff->maximum.micros != 0 && amount.micros > tariff->maximum.micros)
		amount = tariff->maximum;
	if (tariff->round_step != 0)
		assert_true(money_round(amount, tariff->round_step, tariff->round_mode, &amount));
	return amount.micros;
}

static void
oracle_price(struct world *world, const struct usage *usage)
{
	oracle.world = world;
	oracle.usage = usage;
	oracle.service = usage->unit == UNIT_BYTE;
	oracle.zone = (uint32_t)(usage->to.data[0] - '0');
	oracle.line_count = 0;
	oracle.pool_count = 0;
	oracle.refused = 0;
	for (uint32_t i = 0; i < world->sketch.image.component_count && oracle.refused == 0; i++)
		oracle_walk(i);
	if (oracle.refused == 0 && oracle_has_hole())
		oracle.refused = REFUSED_NO_TARIFF;
}

/* --- do they agree? --- */

static void
assert_same_text(struct text a, struct text b)
{
	if (!text_equal(a, b))
		fail_msg("\"%.*s\" is not \"%.*s\"", TEXT_ARGS(a), TEXT_ARGS(b));
}

static void
assert_same_line(const struct price_line *line, const struct oracle_line *expected)
{
	const struct image *image = &oracle.world->sketch.image;

	assert_same_text(line->package, expected->package->id);
	assert_same_text(line->tariff, expected->tariff->id);
	assert_same_text(line->component, image->components[expected->tariff->component]);
	assert_int_equal(line->setup.micros, expected->setup);
	assert_int_equal(line->part_count, expected->part_count);
	for (size_t i = 0; i < line->part_count; i++) {
		assert_same_text(line->parts[i].band, expected->parts[i].band);
		assert_same_text(line->parts[i].allowance, expected->parts[i].allowance);
		assert_int_equal(line->parts[i].price.micros, expected->parts[i].price.micros);
		assert_int_equal(line->parts[i].units, expected->parts[i].units);
	}
	assert_int_equal(line->amount.micros, oracle_amount(expected));
}

static void
assert_same_consumptions(const struct pricing *pricing)
{
	size_t moved = 0;

	for (size_t i = 0; i < oracle.pool_count; i++) {
		const struct oracle_pool *pool = &oracle.pools[i];
		const struct consumption *found = NULL;

		if (pool->used == counter_used(&pool->name))
			continue;
		moved++;
		for (size_t j = 0; j < pricing->consumption_count; j++) {
			const struct consumption *each = &pricing->consumptions[j];

			if (each->name.cycle == pool->name.cycle &&
				text_equal(each->name.package, pool->name.package) &&
				text_equal(each->name.allowance, pool->name.allowance))
				found = each;
		}
		assert_non_null(found);
		assert_int_equal(found->used_before, counter_used(&pool->name));
		assert_int_equal(found->used_after, pool->used);
	}
	assert_int_equal(pricing->consumption_count, moved);
}

/* What happened how often, lest the catalogs be such that everything is refused. */
struct tally {
	uint64_t outcomes[REFUSED_FUNCTION + 1];
	uint64_t several_lines;
	uint64_t several_parts;
	uint64_t free_units;
};

static void
compare_one(struct world *world, struct usage *usage, void *context)
{
	struct tally *tally = context;
	struct sketch *sketch = &world->sketch;
	const struct rate_question question = { .image = &sketch->image,
		.usage = usage,
		.holdings = world->holdings,
		.holding_count = world->holding_count,
		.facts = { NULL, read_counter },
		.functions = &sketch->calls };
	struct pricing pricing;
	int64_t sum = 0;

	arena_clear(&sketch->arena);
	for (size_t i = 0; i < SKETCH_FUNCTIONS_MAX; i++)
		sketch->functions[i].calls = 0;
	assert_int_equal(
		rate_usage(&question, &sketch->arena, &pricing, &sketch->fault), RATE_DONE);
	oracle_price(world, usage);
	tally->outcomes[pricing.refused]++;
	assert_int_equal(pricing.refused, oracle.refused);
	if (pricing.refused != 0) {
		assert_non_null(pricing.nearest.condition);
		return;
	}
	assert_int_equal(pricing.line_count, oracle.line_count);
	for (size_t i = 0; i < pricing.line_count; i++) {
		assert_same_line(&pricing.lines[i], &oracle.lines[i]);
		sum += pricing.lines[i].amount.micros;
		tally->several_parts += pricing.lines[i].part_count > 1;
	}
	assert_int_equal(pricing.amount.micros, sum);
	assert_same_consumptions(&pricing);
	tally->several_lines += pricing.line_count > 1;
	tally->free_units += pricing.consumption_count > 0;
	for (size_t i = 0; i < SKETCH_FUNCTIONS_MAX; i++)
		assert_true(sketch->functions[i].calls <= 2); /* as `when` and as `amount` */
}

static void
closed_form_agrees_with_an_oracle(void **state)
{
	struct tally tally = { { 0 }, 0, 0, 0 };

	(void)state;
	try_worlds(0x5eed0004, WORLDS, EVENTS_EACH, compare_one, &tally);
	print_message("priced %llu, no tariff %llu, calendar %llu, ambiguous %llu, several lines "
		      "%llu, several parts %llu, free units %llu\n",
		(unsigned long long)tally.outcomes[0],
		(unsigned long long)tally.outcomes[REFUSED_NO_TARIFF],
		(unsigned long long)tally.outcomes[REFUSED_CALENDAR],
		(unsigned long long)tally.outcomes[REFUSED_AMBIGUOUS],
		(unsigned long long)tally.several_lines, (unsigned long long)tally.several_parts,
		(unsigned long long)tally.free_units);
	assert_true(tally.outcomes[0] > WORLDS * EVENTS_EACH / 5);
	assert_true(tally.several_lines > 1000 && tally.several_parts > 1000);
	assert_true(tally.free_units > 1000 && tally.outcomes[REFUSED_NO_TARIFF] > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closed_form_agrees_with_an_oracle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
