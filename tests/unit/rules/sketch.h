/*
 * A sketch of a catalog: an image put together by hand, for tests of rating, with the
 * subscription's counters and functions that a test can look into. The first call to sketch_begin
 * makes a catalog with one service "voice" in seconds, one component "basic" and three layers; a
 * test adds what it needs.
 */
#ifndef SUANPAN_SKETCH_H
#define SUANPAN_SKETCH_H

#include "../../../rules/rate.h"

#include <stdio.h>
#include <stdlib.h>

#define SKETCH_PACKAGES_MAX 16
#define SKETCH_TARIFFS_MAX 8
#define SKETCH_ALLOWANCES_MAX 4
#define SKETCH_METERS_MAX 4
#define SKETCH_OWNED_MAX 8
#define SKETCH_COUNTERS_MAX 64
#define SKETCH_FUNCTIONS_MAX 8
#define ALL_TIME INT64_MIN, INT64_MAX
#define HELD_DURING(name, from, till) \
	{ \
		.package = TEXT(name), .from_ms = (from), .till_ms = (till) \
	}
#define HELD(name) HELD_DURING(name, INT64_MIN, INT64_MAX)
#define ALL_ZONES ((struct zone_set){ { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } })

struct sketch_counter {
	const char *allowance;
	int32_t cycle;
	int64_t used;
	bool cold;
};

struct sketch_function {
	enum call_outcome outcome;
	bool yes;
	int64_t amount_micros;
	uint32_t calls;
};

struct sketch {
	struct image image;
	struct zoneinfo *zone;
	struct service services[4];
	struct zone_map maps[2];
	struct text components[4];
	struct package packages[SKETCH_PACKAGES_MAX];
	struct tariff tariffs[SKETCH_PACKAGES_MAX][SKETCH_TARIFFS_MAX];
	struct allowance allowances[SKETCH_PACKAGES_MAX][SKETCH_ALLOWANCES_MAX];
	struct meter meters[SKETCH_PACKAGES_MAX][SKETCH_METERS_MAX];
	struct calendar *calendars[SKETCH_OWNED_MAX];
	size_t calendar_count;
	struct prefix_table *tables[SKETCH_OWNED_MAX];
	size_t table_count;
	struct sketch_counter counters[SKETCH_COUNTERS_MAX];
	size_t counter_count;
	size_t counter_reads;
	const struct own_units *own; /* of who uses */
	size_t own_count;
	int64_t settled;
	struct sketch_function functions[SKETCH_FUNCTIONS_MAX];
	struct rate_functions calls;
	struct arena arena; /* of the rating */
	struct fault fault;
};

static inline void
sketch_stop(const char *why)
{
	fprintf(stderr, "sketch: %s\n", why);
	abort();
}

static inline int64_t
sketch_at(const char *text)
{
	int64_t ms;

	if (!instant_parse(text_of(text), &ms))
		sketch_stop(text);
	return ms;
}

static inline int64_t
sketch_day(int32_t year, int32_t month, int32_t day)
{
	return day_of_date((struct date){ year, month, day });
}

static inline void
sketch_service(struct sketch *sketch, const char *id, enum unit unit, uint32_t zone_map)
{
	sketch->services[sketch->image.service_count++] = (struct service){
		.id = text_of(id), .unit = unit, .zone_map = zone_map
	};
}

static inline enum fact
sketch_counter_read(void *context, const struct counter_name *name, int64_t *used)
{
	struct sketch *sketch = context;

	sketch->counter_reads++;
	*used = 0;
	for (size_t i = 0; i < sketch->counter_count; i++) {
		const struct sketch_counter *counter = &sketch->counters[i];

		if (counter->cycle != name->cycle ||
			!text_equal(text_of(counter->allowance), name->allowance))
			continue;
		*used = counter->used;
		return counter->cold ? FACT_COLD : FACT_KNOWN;
	}
	return FACT_KNOWN;
}

static inline enum call_outcome
sketch_when(
	void *context, int32_t function, const struct usage *usage, bool *yes, struct text *problem)
{
	struct sketch_function *called = &((struct sketch *)context)->functions[function];

	(void)usage;
	called->calls++;
	*yes = called->yes;
	*problem = TEXT("it fell over");
	return called->outcome;
}

static inline enum call_outcome
sketch_amount(void *context, int32_t function, const struct usage *usage, struct money *amount,
	struct text *problem)
{
	struct sketch_function *called = &((struct sketch *)context)->functions[function];

	(void)usage;
	called->calls++;
	amount->micros = called->amount_micros;
	*problem = TEXT("it fell over");
	return called->outcome;
}

static inline void
sketch_begin(struct sketch *sketch, const char *zone)
{
	memset(sketch, 0, sizeof *sketch);
	if (zoneinfo_open(NULL, zone, &sketch->zone, &sketch->fault) != STATUS_OK)
		sketch_stop(sketch->fault.text);
	arena_init(&sketch->image.arena, 1 << 20);
	arena_init(&sketch->arena, 64 << 20);
	sketch_service(sketch, "voice", UNIT_SECOND, NO_INDEX);
	sketch->components[0] = TEXT("basic");
	sketch->calls = (struct rate_functions){ sketch, sketch_when, sketch_amount };
	sketch->image.catalog = TEXT("sketch");
	sketch->image.currency = TEXT("CNY");
	sketch->image.zone = sketch->zone;
	sketch->image.services = sketch->services;
	sketch->image.zone_maps = sketch->maps;
	sketch->image.components = sketch->components;
	sketch->image.component_count = 1;
	sketch->image.layer_count = 3;
	sketch->image.packages = sketch->packages;
	sketch->image.function_count = SKETCH_FUNCTIONS_MAX;
}

static inline void
sketch_end(struct sketch *sketch)
{
	for (size_t i = 0; i < sketch->calendar_count; i++)
		calendar_free(sketch->calendars[i]);
	for (size_t i = 0; i < sketch->table_count; i++)
		prefix_table_free(sketch->tables[i]);
	arena_release(&sketch->image.arena);
	arena_release(&sketch->arena);
	zoneinfo_free(sketch->zone);
}

static inline const struct calendar *
sketch_calendar(struct sketch *sketch, const struct calendar_rule *rules, size_t rule_count,
	uint32_t band_count, const struct day_table *days)
{
	struct calendar **calendar = &sketch->calendars[sketch->calendar_count++];

	const struct calendar_form form = { rules, rule_count, band_count, days, sketch->zone };
	if (calendar_new(&form, calendar, &sketch->fault) != STATUS_OK)
		sketch_stop(sketch->fault.text);
	return *calendar;
}

static inline struct prefix_table *
sketch_prefixes(struct sketch *sketch, const struct prefix_row *rows, size_t count)
{
	struct prefix_table **table = &sketch->tables[sketch->table_count++];

	if (prefix_table_new(rows, count, table, &sketch->fault) != STATUS_OK)
		sketch_stop(sketch->fault.text);
	return *table;
}

/* Packages are added in order of id and date. */
static inline struct package *
sketch_package(
	struct sketch *sketch, const char *id, uint32_t layer, int64_t from_ms, int64_t till_ms)
{
	uint32_t index = sketch->image.package_count++;
	struct package *package = &sketch->packages[index];

	*package = (struct package){ .id = text_of(id),
		.layer = layer,
		.from_ms = from_ms,
		.till_ms = till_ms,
		.tariffs = sketch->tariffs[index],
		.allowances = sketch->allowances[index],
		.meters = sketch->meters[index] };
	return package;
}

/* A meter of the first service, every month. */
static inline struct meter *
sketch_meter(struct sketch *sketch, struct package *package, const char *id, bool money)
{
	size_t index = (size_t)(package - sketch->packages);
	struct meter *meter = &sketch->meters[index][package->meter_count++];

	*meter = (struct meter){ .id = text_of(id), .every = CYCLE_MONTH, .money = money };
	return meter;
}

/* A tariff for all zones of the first service, without a calendar: `size` units for `price`. */
static inline struct tariff *
sketch_tariff(struct sketch *sketch, struct package *package, const char *id, int64_t size,
	const struct money *price)
{
	static const struct text no_band = { "", 0 };
	size_t index = (size_t)(package - sketch->packages);
	struct tariff *tariff = &sketch->tariffs[index][package->tariff_count++];

	*tariff = (struct tariff){ .id = text_of(id),
		.zones = ALL_ZONES,
		.when = NO_FUNCTION,
		.amount = NO_FUNCTION,
		.bands = &no_band,
		.band_count = 1,
		.next = { size, price } };
	return tariff;
}

/* An allowance of the first service, for all zones, every month; the tariff may use it. */
static inline struct allowance *
sketch_allowance(struct sketch *sketch, struct package *package, const char *id, int64_t amount)
{
	size_t index = (size_t)(package - sketch->packages);
	struct allowance *allowance = &sketch->allowances[index][package->allowance_count++];

	*allowance = (struct allowance){
		.id = text_of(id), .zones = ALL_ZONES, .amount = amount, .every = CYCLE_MONTH
	};
	return allowance;
}

static inline enum rate_outcome
sketch_rate(struct sketch *sketch, const struct usage *usage, const struct holding *holdings,
	size_t holding_count, struct pricing *pricing)
{
	const struct rate_question question = { .image = &sketch->image,
		.usage = usage,
		.holdings = holdings,
		.holding_count = holding_count,
		.own = sketch->own,
		.own_count = sketch->own_count,
		.settled = sketch->settled,
		.facts = { sketch, sketch_counter_read },
		.functions = &sketch->calls };

	if (sketch->image.package_slots == NULL && !image_index_packages(&sketch->image))
		sketch_stop("no memory for the index of packages");
	return rate_usage(&question, &sketch->arena, pricing, &sketch->fault);
}

#endif
