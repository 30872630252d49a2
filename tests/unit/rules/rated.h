/*
 * What tests of rating say and expect: a call, who holds what, and the lines that come out as text.
 * Sums are in fen, a hundredth of the currency.
 */
#ifndef SUANPAN_RATED_H
#define SUANPAN_RATED_H

#include "sketch.h"

#define FEN 10000 /* micro-units */

static const struct money fen_1 = { 1 * FEN };
static const struct money fen_7 = { 7 * FEN };
static const struct money fen_11 = { 11 * FEN };
static const struct money fen_22 = { 22 * FEN };

static inline struct usage
call(const char *at, int64_t seconds)
{
	return (struct usage){ .service = TEXT("voice"),
		.from = TEXT("07715510165"),
		.to = TEXT("5507882"),
		.at_ms = sketch_at(at),
		.quantity = seconds,
		.unit = UNIT_SECOND };
}

static inline struct pricing
priced(struct sketch *sketch, struct usage usage, const struct holding *held, size_t count)
{
	struct pricing pricing;

	assert_int_equal(sketch_rate(sketch, &usage, held, count, &pricing), RATE_DONE);
	if (pricing.refused != 0)
		fail_msg("%s: %s: wants \"%.*s\", got \"%.*s\"", rate_refusal_code(pricing.refused),
			pricing.nearest.condition, TEXT_ARGS(pricing.nearest.wanted),
			TEXT_ARGS(pricing.nearest.got));
	return pricing;
}

static inline struct pricing
refused(struct sketch *sketch, struct usage usage, const struct holding *held, size_t count,
	enum rate_refusal why)
{
	struct pricing pricing;

	assert_int_equal(sketch_rate(sketch, &usage, held, count, &pricing), RATE_DONE);
	assert_int_equal(pricing.refused, why);
	assert_int_equal(pricing.line_count, 0);
	assert_int_equal(pricing.consumption_count, 0);
	assert_int_equal(pricing.amount.micros, 0);
	return pricing;
}

static inline void
assert_text(struct text text, const char *expected)
{
	if (!text_equal(text, text_of(expected)))
		fail_msg("\"%.*s\" is not \"%s\"", TEXT_ARGS(text), expected);
}

static inline void
assert_nearest(const struct pricing *pricing, const char *tariff, const char *condition,
	const char *wanted, const char *got)
{
	assert_text(pricing->nearest.tariff, tariff);
	assert_string_equal(pricing->nearest.condition, condition);
	assert_text(pricing->nearest.wanted, wanted);
	assert_text(pricing->nearest.got, got);
}

/* The parts of a line as text: "3 day @15, 2 night free pack.minutes, 1 day @11 tier 2". */
static inline void
assert_parts(const struct price_line *line, const char *expected)
{
	char text[1024] = "";
	size_t size = 0;

	for (size_t i = 0; i < line->part_count; i++) {
		const struct price_part *part = &line->parts[i];

		size += (size_t)snprintf(text + size, sizeof text - size, "%s%lld%s%.*s",
			i == 0 ? "" : ", ", (long long)part->units, part->band.size > 0 ? " " : "",
			TEXT_ARGS(part->band));
		if (part->allowance.size > 0) {
			assert_int_equal(part->price.micros, 0);
			size += (size_t)snprintf(text + size, sizeof text - size, " free %.*s",
				TEXT_ARGS(part->allowance));
		} else {
			size += (size_t)snprintf(text + size, sizeof text - size, " @%lld",
				(long long)(part->price.micros / FEN));
		}
		if (part->tier > 0)
			size += (size_t)snprintf(
				text + size, sizeof text - size, " tier %u", part->tier);
	}
	assert_string_equal(text, expected);
}

static inline const struct calendar *
day_night(struct sketch *sketch)
{
	const struct calendar_rule rules[] = {
		{ 0, ALL_WEEKDAYS, ALL_KINDS, 7 * 60, 21 * 60 },
		{ 1, ALL_WEEKDAYS, ALL_KINDS, 0, 1440 },
	};

	return sketch_calendar(sketch, rules, 2, 2, NULL);
}

static inline void
banded(struct tariff *tariff, const struct calendar *calendar)
{
	static const struct text bands[] = { { "day", 3 }, { "night", 5 } };

	tariff->calendar = calendar;
	tariff->bands = bands;
	tariff->band_count = 2;
}

static const struct holding pack[] = { HELD("pack") };

/* A minute costs 11, from 300 free minutes. */
static inline struct tariff *
minutes(struct sketch *sketch)
{
	sketch_begin(sketch, "Asia/Shanghai");
	struct package *package = sketch_package(sketch, "pack", 1, ALL_TIME);
	struct tariff *tariff = sketch_tariff(sketch, package, "local", 60, &fen_11);

	sketch_allowance(sketch, package, "minutes", 300 * 60);
	tariff->use_count = 1;
	return tariff;
}

static inline void
used_counter(struct sketch *sketch, const char *allowance, int64_t day, int64_t used)
{
	sketch->counters[sketch->counter_count++] = (struct sketch_counter){ allowance,
		(int32_t)day, used, false };
}

static inline void
count_told(void *context, const struct counter_name *name)
{
	(void)name;
	++*(int *)context;
}

/* How many counters usage of the pack in March may ask for. */
static inline int
counters_told(const struct sketch *sketch)
{
	int count = 0;

	rate_counters(
		&sketch->image, 0, pack, sketch_at("2026-03-10T12:00:00Z"), count_told, &count);
	return count;
}

#endif
