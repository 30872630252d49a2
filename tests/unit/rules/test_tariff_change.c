/*
 * When the tariff of usage changes, held against an oracle that prices each second for itself and
 * looks where two that follow each other are priced by something else.
 *
 * SEED=… in the environment chooses another run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

enum { WORLDS = 1000, EVENTS_EACH = 30, SECONDS_MAX = 400, LINES_MAX = 8 };

static enum fact
nothing_used(void *context, const struct counter_name *name, int64_t *used)
{
	(void)context;
	(void)name;
	*used = 0;
	return FACT_KNOWN;
}

static struct rate_question
question_of(const struct world *world, const struct usage *usage, int64_t done)
{
	return (struct rate_question){ .image = &world->sketch.image,
		.usage = usage,
		.done = done,
		.holdings = world->holdings,
		.holding_count = world->holding_count,
		.facts = { NULL, nothing_used },
		.functions = &world->sketch.calls };
}

/* By what a second is priced: a line a component. */
struct second {
	struct price_line lines[LINES_MAX];
	struct price_part parts[LINES_MAX];
	size_t count;
};

static bool
find_second(struct world *world, const struct usage *usage, int64_t place, struct second *second)
{
	struct usage one = *usage;
	struct pricing pricing;
	one.at_ms += place * SECOND_MS;
	one.quantity = 1;
	const struct rate_question question = question_of(world, &one, 0);
	arena_clear(&world->sketch.arena);
	assert_int_equal(
		rate_usage(&question, &world->sketch.arena, &pricing, &world->sketch.fault),
		RATE_DONE);
	second->count = pricing.line_count;
	assert_true(second->count <= LINES_MAX);
	for (size_t i = 0; i < pricing.line_count; i++) {
		second->lines[i] = pricing.lines[i];
		second->parts[i] = pricing.lines[i].part_count == 0
			? (struct price_part){ .row = 0 }
			: pricing.lines[i].parts[0];
	}
	return pricing.refused == 0;
}

static bool
is_same(const struct second *a, const struct second *b)
{
	bool same = a->count == b->count;
	for (size_t i = 0; same && i < a->count; i++)
		same = text_equal(a->lines[i].package, b->lines[i].package) &&
			text_equal(a->lines[i].tariff, b->lines[i].tariff) &&
			text_equal(a->lines[i].component, b->lines[i].component) &&
			a->lines[i].version_ms == b->lines[i].version_ms &&
			text_equal(a->parts[i].band, b->parts[i].band) &&
			a->parts[i].row == b->parts[i].row;
	return same;
}

/* The first second behind `done` that is priced otherwise; the length if there is none, -1 if one is refused. */
static int64_t
first_other(struct world *world, const struct usage *usage, int64_t done)
{
	struct second first, next;
	if (!find_second(world, usage, done, &first))
		return -1;
	for (int64_t place = done + 1; place < usage->quantity; place++) {
		if (!find_second(world, usage, place, &next))
			return -1;
		if (!is_same(&first, &next))
			return place;
	}
	return usage->quantity;
}

/* Whether there was a change to be found. */
static bool
compare_one(struct world *world, const struct usage *usage)
{
	int64_t done = (int64_t)random_below((uint64_t)usage->quantity), change_ms;
	int64_t place = first_other(world, usage, done);
	const struct rate_question question = question_of(world, usage, done);
	if (place < 0)
		return false;
	assert_int_equal(
		rate_change(&question, &world->sketch.arena, &change_ms, &world->sketch.fault),
		RATE_DONE);
	int64_t until_ms = usage->at_ms + place * SECOND_MS;
	if (place < usage->quantity) {
		assert_true(change_ms <= until_ms && change_ms > until_ms - SECOND_MS);
		return true;
	}
	/* At most within its last second, which had begun. */
	assert_true(change_ms == INT64_MAX ||
		(change_ms < until_ms && change_ms > until_ms - SECOND_MS));
	return false;
}

static void
try_change(struct world *world, struct usage *usage, void *context)
{
	unsigned *changes = context;
	if (usage->unit != UNIT_SECOND || usage->quantity == 0)
		return;
	if (world->grain_ms % SECOND_MS != 0)
		return; /* what lasts half a second no second need see */
	if (usage->quantity > SECONDS_MAX)
		usage->quantity = SECONDS_MAX;
	*changes += compare_one(world, usage);
}

static void
change_is_where_two_seconds_are_priced_otherwise(void **state)
{
	unsigned changes = 0;
	(void)state;
	bool as_always = try_worlds(0x5eed0011, WORLDS, EVENTS_EACH, try_change, &changes);
	print_message("%u changes\n", changes);
	assert_true(changes > 20 || !as_always);
}

static void
usage_that_does_not_last_has_no_change(void **state)
{
	static struct world world;
	int64_t change_ms = 0;
	(void)state;
	random_state = 0x5eed0012;
	make_world(&world);
	assert_true(image_index_packages(&world.sketch.image));
	make_holdings(&world);
	struct usage usage = random_event(&world);
	usage.service = TEXT("data");
	usage.unit = UNIT_BYTE;
	usage.quantity = 1000;
	const struct rate_question question = question_of(&world, &usage, 0);
	assert_int_equal(
		rate_change(&question, &world.sketch.arena, &change_ms, &world.sketch.fault),
		RATE_DONE);
	assert_true(change_ms == INT64_MAX);
	sketch_end(&world.sketch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(change_is_where_two_seconds_are_priced_otherwise),
		cmocka_unit_test(usage_that_does_not_last_has_no_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
