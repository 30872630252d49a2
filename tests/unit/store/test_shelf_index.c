#include "../../../engine/base/memory.h"
#include "../../../store/shelf_index.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* An item is its own hash, so that a test can choose where it goes. */
struct item {
	uint64_t hash;
	bool is_in;
};

enum { ITEMS_MAX = 60000, SLOTS = 512 };

static struct shelf_index shelf_index;
static struct item items[ITEMS_MAX];

static uint64_t
item_hash(const void *item)
{
	return ((const struct item *)item)->hash;
}

static int
set_up(void **state)
{
	(void)state;
	memset(items, 0, sizeof items);
	return index_init(&shelf_index, item_hash) ? 0 : 1;
}

static int
tear_down(void **state)
{
	(void)state;
	memory_fail_at(0);
	index_release(&shelf_index);
	return 0;
}

static bool
finds(const struct item *item)
{
	unsigned probe = 0;
	const void *found;
	while ((found = index_find(&shelf_index, item->hash, &probe)) != NULL) {
		if (found == item)
			return true;
	}
	return false;
}

static void
add(struct item *item)
{
	assert_true(index_prepare(&shelf_index, item->hash));
	index_add(&shelf_index, item->hash, item);
	item->is_in = true;
}

static void
take_out(struct item *item)
{
	index_remove(&shelf_index, item->hash, item);
	item->is_in = false;
}

static void
assert_agrees(size_t count)
{
	size_t in = 0;
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(finds(&items[i]), items[i].is_in);
		in += items[i].is_in;
	}
	assert_int_equal(shelf_index.count, in);
}

static void
what_was_added_is_found_until_it_is_removed(void **state)
{
	(void)state;
	struct random random = { random_seed("what_was_added_is_found_until_it_is_removed") };
	for (size_t i = 0; i < ITEMS_MAX; i++)
		items[i].hash = random_next(&random);
	for (int round = 0; round < 300000; round++) {
		size_t among = round < 150000 ? ITEMS_MAX : ITEMS_MAX / 3;
		struct item *item = &items[random_below(&random, among)];
		if (item->is_in)
			take_out(item);
		else
			add(item);
		if (round % 60000 == 0)
			assert_agrees(ITEMS_MAX);
	}
	assert_agrees(ITEMS_MAX);
	assert_true(shelf_index.segment_count > 16);
}

static void
crowded_places_are_searched_round_the_end_of_a_segment(void **state)
{
	(void)state;
	struct random random = { random_seed(
		"crowded_places_are_searched_round_the_end_of_a_segment") };
	/* All want one of eight slots near the end of the segment; the top bits differ little. */
	for (size_t i = 0; i < 400; i++) {
		uint64_t home = SLOTS - 8 + random_below(&random, 8);
		uint64_t tag = random_below(&random, 4);
		items[i].hash = random_below(&random, 4) << 62 | tag << 9 | home;
	}
	for (int round = 0; round < 20000; round++) {
		struct item *item = &items[random_below(&random, 400)];
		if (item->is_in)
			take_out(item);
		else
			add(item);
		if (round % 200 == 0)
			assert_agrees(400);
	}
}

static void
items_of_one_hash_are_all_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < 300; i++) {
		items[i].hash = UINT64_C(0x123456789abcdef0);
		add(&items[i]);
	}
	assert_agrees(300);
	for (size_t i = 0; i < 300; i += 2)
		take_out(&items[i]);
	assert_agrees(300);
}

static void
replaced_item_stands_in_the_place_of_the_old_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		items[i].hash = items[i + 1000].hash = i * UINT64_C(0x9e3779b97f4a7c15);
		add(&items[i]);
	}
	for (size_t i = 0; i < 1000; i += 2) {
		index_replace(&shelf_index, items[i].hash, &items[i], &items[i + 1000]);
		items[i].is_in = false;
		items[i + 1000].is_in = true;
	}
	assert_agrees(2000);
}

static void
without_memory_room_is_refused_and_nothing_is_lost(void **state)
{
	(void)state;
	struct random random = { random_seed(
		"without_memory_room_is_refused_and_nothing_is_lost") };
	size_t refused = 0;
	for (size_t i = 0; i < 20000; i++) {
		items[i].hash = random_next(&random);
		memory_fail_at(1 + random_below(&random, 3));
		bool prepared = index_prepare(&shelf_index, items[i].hash);
		memory_fail_at(0);
		if (prepared) {
			index_add(&shelf_index, items[i].hash, &items[i]);
			items[i].is_in = true;
		}
		refused += !prepared;
	}
	assert_true(refused > 0);
	assert_agrees(20000);
}

static void
size_is_counted(void **state)
{
	(void)state;
	size_t empty = index_bytes(&shelf_index);
	assert_true(empty >= SLOTS * 8 && empty < 2 * SLOTS * 8);
	struct random random = { 1 };
	for (size_t i = 0; i < 20000; i++) {
		items[i].hash = random_next(&random);
		add(&items[i]);
	}
	/* 8 bytes a slot, at least 7/16 of them in use */
	assert_true(index_bytes(&shelf_index) >= 20000 * 8);
	assert_true(index_bytes(&shelf_index) <= 20000 * 8 * 16 / 7 + (5 << 20));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_added_is_found_until_it_is_removed),
		TEST(crowded_places_are_searched_round_the_end_of_a_segment),
		TEST(items_of_one_hash_are_all_found),
		TEST(replaced_item_stands_in_the_place_of_the_old_one),
		TEST(without_memory_room_is_refused_and_nothing_is_lost),
		TEST(size_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
