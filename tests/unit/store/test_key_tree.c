/* Records in the order of their keys, held against a sorted list. */
#include "../../../store/shelf_parts.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { KEYS = 20000, KEY_BYTES = 24 };

static struct key_tree tree;
static struct shelf_record *records[KEYS];
static size_t record_count;

static int
set_up(void **state)
{
	(void)state;
	tree = (struct key_tree){ .root = NULL };
	record_count = 0;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	failures_end();
	key_tree_clear(&tree);
	for (size_t i = 0; i < record_count; i++)
		free(records[i]);
	return 0;
}

static struct shelf_record *
record_of(struct bytes key)
{
	struct shelf_record *record = calloc(1, sizeof *record + key.size);
	record->key_size = (uint8_t)key.size;
	memcpy(record->bytes, key.data, key.size);
	records[record_count++] = record;
	return record;
}

static void
add(struct bytes key)
{
	assert_true(key_tree_make_room(&tree));
	key_tree_add(&tree, record_of(key));
}

/* A key of 1 to KEY_BYTES bytes, of which the first eight are few different ones. */
static struct bytes
random_key(struct random *random, uint8_t place[KEY_BYTES])
{
	size_t size = 1 + random_below(random, KEY_BYTES);
	for (size_t i = 0; i < size; i++)
		place[i] = (uint8_t)random_below(random, i < 7 ? 1 : i < 8 ? 3 : 4);
	return (struct bytes){ place, size };
}

static int
compare_records(const void *a, const void *b)
{
	struct shelf_record *const *left = a, *const *right = b;
	return bytes_compare(record_key(*left), record_key(*right));
}

/* The records in order, each key once; how many there are. */
static size_t
sort_records(struct shelf_record **sorted)
{
	size_t count = 0;
	memcpy(sorted, records, record_count * sizeof(struct shelf_record *));
	qsort(sorted, record_count, sizeof *sorted, compare_records);
	for (size_t i = 0; i < record_count; i++) {
		if (count == 0 || compare_records(&sorted[count - 1], &sorted[i]) != 0)
			sorted[count++] = sorted[i];
	}
	return count;
}

/* The whole tree is the sorted list. */
static void
assert_agrees(struct shelf_record *const *sorted, size_t count)
{
	struct bytes after = { NULL, 0 }, key;
	assert_int_equal(tree.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_true(key_tree_next(&tree, after, &key));
		assert_true(bytes_equal(key, record_key(sorted[i])));
		after = key;
	}
	assert_false(key_tree_next(&tree, after, &key));
}

static void
empty_tree_has_nothing_behind_any_key(void **state)
{
	(void)state;
	struct bytes key;
	assert_false(key_tree_next(&tree, (struct bytes){ NULL, 0 }, &key));
	assert_false(key_tree_next(&tree, bytes_of_text(TEXT("a")), &key));
	assert_int_equal(key_tree_bytes(&tree), 0);
}

static void
keys_that_came_in_any_order_are_walked_in_theirs_and_each_once(void **state)
{
	(void)state;
	static struct shelf_record *sorted[KEYS];
	struct random random = { random_seed(
		"keys_that_came_in_any_order_are_walked_in_theirs_and_each_once") };
	uint8_t place[KEY_BYTES];
	for (size_t i = 0; i < KEYS; i++)
		add(random_key(&random, place));
	assert_agrees(sorted, sort_records(sorted));
}

static void
walk_begins_behind_any_key_whether_it_is_there_or_not(void **state)
{
	(void)state;
	static struct shelf_record *sorted[KEYS];
	struct random random = { random_seed(
		"walk_begins_behind_any_key_whether_it_is_there_or_not") };
	uint8_t place[KEY_BYTES];
	for (size_t i = 0; i < KEYS / 4; i++)
		add(random_key(&random, place));
	size_t count = sort_records(sorted);
	for (size_t i = 0; i < KEYS / 4; i++) {
		struct bytes after = random_key(&random, place), key;
		size_t next = 0;
		while (next < count && bytes_compare(record_key(sorted[next]), after) <= 0)
			next++;
		assert_true(key_tree_next(&tree, after, &key) == (next < count));
		assert_true(next == count || bytes_equal(key, record_key(sorted[next])));
	}
}

/* What the tree takes a key when so many came in this order. */
static size_t
bytes_a_key(bool ascending)
{
	for (uint64_t i = 0; i < KEYS; i++) {
		uint64_t number = __builtin_bswap64(ascending ? i : i * 7919 % KEYS);
		add((struct bytes){ (const uint8_t *)&number, sizeof number });
	}
	assert_int_equal(tree.count, KEYS);
	return key_tree_bytes(&tree) / KEYS;
}

static void
ascending_keys_take_little_more_than_their_item(void **state)
{
	(void)state;
	assert_in_range(bytes_a_key(true), 24, 30);
}

static void
keys_in_any_order_leave_nodes_half_full_at_least(void **state)
{
	(void)state;
	assert_in_range(bytes_a_key(false), 24, 53);
}

static void
key_of_a_record_that_goes_stays(void **state)
{
	(void)state;
	static struct shelf_record *sorted[KEYS];
	struct random random = { random_seed("key_of_a_record_that_goes_stays") };
	uint8_t place[KEY_BYTES];
	for (size_t i = 0; i < KEYS / 2; i++)
		add(random_key(&random, place));
	size_t count = sort_records(sorted);
	for (size_t i = 0; i < record_count; i++) {
		if (random_below(&random, 3) == 0)
			continue;
		/* Whoever let it go may use its memory for something else. */
		struct shelf_record *twin = calloc(1, sizeof *twin + KEY_BYTES);
		memcpy(twin, records[i], sizeof *twin + records[i]->key_size);
		for (size_t j = 0; j < count; j++)
			sorted[j] = sorted[j] == records[i] ? twin : sorted[j];
		assert_true(key_tree_let_go(&tree, records[i]));
		memset(records[i], 0xee, sizeof *twin + records[i]->key_size);
		free(records[i]);
		records[i] = twin;
	}
	assert_agrees(sorted, count);
	for (size_t i = 0; i < 100; i++)
		add(random_key(&random, place));
	assert_agrees(sorted, sort_records(sorted));
}

static void
without_memory_nothing_is_added_and_nothing_goes(void **state)
{
	(void)state;
	uint64_t number = 7;
	struct bytes seven = { (const uint8_t *)&number, sizeof number }, key;
	memory_fail_at(1);
	assert_false(key_tree_make_room(&tree));
	add(seven);
	memory_fail_at(1);
	assert_false(key_tree_let_go(&tree, records[0]));
	assert_true(key_tree_next(&tree, (struct bytes){ NULL, 0 }, &key));
	assert_true(bytes_equal(key, seven));
	key_tree_clear(&tree);
	assert_false(key_tree_next(&tree, (struct bytes){ NULL, 0 }, &key));
	assert_int_equal(key_tree_bytes(&tree), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(empty_tree_has_nothing_behind_any_key),
		TEST(keys_that_came_in_any_order_are_walked_in_theirs_and_each_once),
		TEST(walk_begins_behind_any_key_whether_it_is_there_or_not),
		TEST(ascending_keys_take_little_more_than_their_item),
		TEST(keys_in_any_order_leave_nodes_half_full_at_least),
		TEST(key_of_a_record_that_goes_stays),
		TEST(without_memory_nothing_is_added_and_nothing_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
