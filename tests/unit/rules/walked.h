/*
 * Random tariffs, whose prices are compared with those of a walk from unit to unit. The walk keeps
 * the counters of the sketch.
 */
#ifndef SUANPAN_TESTS_WALKED_H
#define SUANPAN_TESTS_WALKED_H

#include "rated.h"

static uint64_t random_state;

/* The seed is that of SEED, if there is one. */
static inline void
random_begin(void)
{
	const char *given = getenv("SEED");
	random_state = given != NULL ? strtoull(given, NULL, 10) : 20261122;
	print_message("seed %llu\n", (unsigned long long)random_state);
}

static inline int64_t
random_below(int64_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((random_state >> 33) % (uint64_t)bound);
}

static inline struct sketch_counter *
find_counter(struct sketch *sketch, struct text id, int32_t cycle)
{
	for (size_t i = 0; i < sketch->counter_count; i++)
		if (text_equal(text_of(sketch->counters[i].allowance), id) &&
			sketch->counters[i].cycle == cycle)
			return &sketch->counters[i];
	return NULL;
}

/* It begins with 0. */
static inline struct sketch_counter *
counter_of(struct sketch *sketch, const char *id, int32_t cycle)
{
	struct sketch_counter *found = find_counter(sketch, text_of(id), cycle);

	if (found != NULL)
		return found;
	assert_true(sketch->counter_count < SKETCH_COUNTERS_MAX);
	sketch->counters[sketch->counter_count] = (struct sketch_counter){ id, cycle, 0, false };
	return &sketch->counters[sketch->counter_count++];
}

/* A call around the end of a month and of a band. */
static inline struct usage
random_call(void)
{
	struct usage usage = call("2026-03-31T20:00:00+08:00",
		random_below(3) == 0 ? random_below(20000) : random_below(600));

	usage.at_ms += random_below(6 * 3600) * SECOND_MS;
	return usage;
}

/* Events, whose price and counters are those of the walk. */
static inline void
assert_priced_as(int64_t (*walk)(const struct usage *usage), struct sketch *sketch, int events)
{
	for (int event = 0; event < events; event++) {
		struct usage usage = random_call();
		struct pricing pricing = priced(sketch, usage, pack, 1);

		assert_int_equal(pricing.amount.micros, walk(&usage));
		for (size_t i = 0; i < pricing.consumption_count; i++) {
			const struct consumption *one = &pricing.consumptions[i];
			const struct sketch_counter *counter = find_counter(
				sketch, one->name.allowance, one->name.cycle);

			assert_int_equal(counter == NULL ? 0 : counter->used, one->used_after);
		}
		arena_clear(&sketch->arena);
	}
}

/* The same in so many worlds, each made anew. */
static inline void
assert_worlds_priced_as(int64_t (*walk)(const struct usage *usage), void (*make)(void),
	struct sketch *sketch, int worlds, int events)
{
	random_begin();
	for (int world = 0; world < worlds; world++) {
		make();
		assert_priced_as(walk, sketch, events);
		sketch_end(sketch);
	}
}

#endif
