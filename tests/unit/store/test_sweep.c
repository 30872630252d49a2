#include "../../../engine/base/memory.h"
#include "../../../store/sweep.h"
#include "trees.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static char folder[256];
static struct database *database;
static struct shelf *shelf;
static struct sweep *sweep;
static struct fault fault;

static int
set_up(void **state)
{
	char path[300];
	(void)state;
	scratch_make_fast(folder);
	snprintf(path, sizeof path, "%s/state", folder);
	if (database_open(path, 256 << 20, false, &database, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	shelf = shelf_new((size_t)64 << 20);
	assert_int_equal(sweep_new(&sweep, &fault), STATUS_OK);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	memory_fail_at(0);
	database_fail_at(0);
	sweep_abandon(sweep);
	sweep_free(sweep);
	shelf_free(shelf);
	database_close(database);
	tree_remove(folder);
	return 0;
}

/*
 * Number n of table t: keys of different sizes, not in the order of the numbers, many with one
 * beginning.
 */
static struct shelf_key
key_of(enum table table, size_t number)
{
	static char bytes[200];
	int size = snprintf(bytes, sizeof bytes, "a common beginning %zu", number * 7919 % 100003);
	if (number % 7 == 0)
		size = snprintf(bytes, sizeof bytes, "%zu", number * 104729 % 100003);
	return shelf_key(table, (struct bytes){ (const uint8_t *)bytes, (size_t)size });
}

static void
set_record(enum table table, size_t number, size_t size, uint64_t version)
{
	static uint8_t value[RECORD_VALUE_MAX];
	struct shelf_key key = key_of(table, number);
	struct shelf_record *record = shelf_pin(shelf, key, size);
	assert_non_null(record);
	assert_true(shelf_make_room(shelf, key, &record, size));
	memset(value, (int)(number % 251), size);
	shelf_set(shelf, record, (struct bytes){ value, size }, version);
}

struct census {
	uint8_t table;
	size_t count;
	uint64_t version_sum;
	uint8_t last_key[RECORD_KEY_MAX];
	size_t last_size;
	uint8_t last_table;
};

static bool
census_visit(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	struct census *census = context;
	(void)value;
	census->count++;
	census->version_sum += version;
	memcpy(census->last_key, key.data, key.size);
	census->last_size = key.size;
	census->last_table = census->table;
	return true;
}

/* All of LMDB, in the order of tables and keys. */
static struct census
take_census(void)
{
	struct census census = { 0 };
	struct database_reader *reader;
	assert_int_equal(database_read_begin(database, &reader, &fault), STATUS_OK);
	for (uint8_t table = 1; table < TABLE_END; table++) {
		census.table = table;
		assert_int_equal(
			database_each(reader, table, census_visit, &census, &fault), STATUS_OK);
	}
	database_read_end(reader);
	return census;
}

static size_t
sweep_all(void)
{
	size_t chunks = 0;
	sweep_begin(sweep, shelf);
	assert_int_equal(sweep_sort(sweep, &fault), STATUS_OK);
	while (sweep_fill(sweep)) {
		assert_int_equal(sweep_write(sweep, database, &fault), STATUS_OK);
		sweep_written(sweep);
		chunks++;
	}
	assert_int_equal(sweep_left(sweep), 0);
	sweep_end(sweep);
	return chunks;
}

/* ---- claims ---- */

/* Counts the records up to and with the last one of a census before. */
struct prefix {
	const struct census *before;
	uint8_t table;
	size_t count;
};

static bool
prefix_visit(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	struct prefix *prefix = context;
	const struct census *before = prefix->before;
	(void)value, (void)version;
	if (prefix->table == before->last_table) {
		size_t common = key.size < before->last_size ? key.size : before->last_size;
		int order = memcmp(key.data, before->last_key, common);
		if (order > 0 || (order == 0 && key.size > before->last_size))
			return false;
	}
	prefix->count++;
	return true;
}

static size_t
count_prefix(const struct census *before)
{
	struct prefix prefix = { .before = before };
	struct database_reader *reader;
	assert_int_equal(database_read_begin(database, &reader, &fault), STATUS_OK);
	for (prefix.table = 1; prefix.table <= before->last_table; prefix.table++)
		assert_int_equal(database_each(reader, prefix.table, prefix_visit, &prefix, &fault),
			STATUS_OK);
	database_read_end(reader);
	return prefix.count;
}

static void
chunks_are_written_in_the_order_of_tables_and_keys(void **state)
{
	(void)state;
	struct census before = { 0 };
	for (size_t i = 0; i < 5000; i++)
		set_record((enum table)(1 + i % TABLE_REFUND), i, 1 + i % 90, 8 * (i + 1));
	sweep_begin(sweep, shelf);
	assert_int_equal(sweep_count(sweep), 5000);
	assert_int_equal(sweep_left(sweep), 5000);
	assert_int_equal(sweep_sort(sweep, &fault), STATUS_OK);
	while (sweep_fill(sweep)) {
		size_t copied = 5000 - sweep_left(sweep);
		assert_in_range(copied - before.count, 1, CHUNK_RECORDS_MAX);
		assert_int_equal(sweep_write(sweep, database, &fault), STATUS_OK);
		sweep_written(sweep);
		/* All that is new lies behind what was there. */
		struct census now = take_census();
		assert_int_equal(now.count, copied);
		assert_int_equal(count_prefix(&before), before.count);
		before = now;
	}
	sweep_end(sweep);
	assert_int_equal(before.count, 5000);
}

static void
only_what_changed_is_written_and_all_of_it(void **state)
{
	(void)state;
	uint64_t sum = 0;
	for (size_t i = 0; i < 3000; i++) {
		/* Clean ones that LMDB does not have: if one was written it would be seen. */
		assert_true(shelf_install(
			shelf, key_of(TABLE_CUSTOMER, i), bytes_of_text(TEXT("clean")), 1));
	}
	for (size_t i = 0; i < 3000; i += 3) {
		set_record(TABLE_CUSTOMER, i, 20, 100 + i);
		sum += 100 + i;
	}
	sweep_all();
	struct census census = take_census();
	assert_int_equal(census.count, 1000);
	assert_int_equal(census.version_sum, sum);
	assert_int_equal(shelf_stats(shelf).kept_bytes, 0);
	/* Nothing has changed since: no chunk. */
	assert_int_equal(sweep_all(), 0);
	/* One record changes: one LMDB record is put, and no other call of that kind is made. */
	set_record(TABLE_CUSTOMER, 6, 20, 10000);
	assert_int_equal(sweep_all(), 1);
	assert_int_equal(take_census().version_sum, sum - 106 + 10000);
}

static void
record_that_ended_is_removed(void **state)
{
	(void)state;
	set_record(TABLE_ACCOUNT, 1, 10, 8);
	set_record(TABLE_ACCOUNT, 2, 10, 16);
	sweep_all();
	set_record(TABLE_ACCOUNT, 1, 0, 24);
	set_record(TABLE_ACCOUNT, 3, 0, 32); /* came and went between two sweeps */
	sweep_all();
	assert_int_equal(take_census().count, 1);
	assert_int_equal(take_census().version_sum, 16);
}

static void
records_of_all_sizes_fit_into_chunks(void **state)
{
	(void)state;
	uint64_t sum = 0;
	for (size_t i = 0; i < 200; i++) {
		set_record(TABLE_SETTING, i, RECORD_VALUE_MAX - i, 8 * (i + 1));
		sum += 8 * (i + 1);
	}
	size_t chunks = sweep_all();
	assert_in_range(chunks, 200 * (RECORD_VALUE_MAX - 200) / CHUNK_BYTES_MAX, 20);
	assert_int_equal(take_census().count, 200);
	assert_int_equal(take_census().version_sum, sum);
}

static void
without_memory_to_sort_all_is_written_in_any_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3000; i++)
		set_record(TABLE_SETTING, i, 10, 8 * (i + 1));
	sweep_begin(sweep, shelf);
	memory_fail_at(1);
	assert_int_equal(sweep_sort(sweep, &fault), STATUS_MEMORY);
	memory_fail_at(0);
	while (sweep_fill(sweep)) {
		assert_int_equal(sweep_write(sweep, database, &fault), STATUS_OK);
		sweep_written(sweep);
	}
	sweep_end(sweep);
	assert_int_equal(take_census().count, 3000);
}

static void
chunk_that_could_not_be_written_is_written_later_as_it_was_copied(void **state)
{
	(void)state;
	for (size_t i = 0; i < 100; i++)
		set_record(TABLE_SETTING, i, 10, 8);
	sweep_begin(sweep, shelf);
	assert_int_equal(sweep_sort(sweep, &fault), STATUS_OK);
	assert_true(sweep_fill(sweep));
	for (uint64_t n = 1;; n++) {
		database_fail_at(n);
		enum status status = sweep_write(sweep, database, &fault);
		bool reached = database_call_count() >= n;
		database_fail_at(0);
		assert_int_equal(status, reached ? STATUS_IO : STATUS_OK);
		assert_int_equal(take_census().count, reached ? 0 : 100);
		if (!reached)
			break;
	}
	set_record(TABLE_SETTING, 5, 10, 16); /* after the copy: the next sweep's */
	sweep_written(sweep);
	assert_false(sweep_fill(sweep));
	sweep_end(sweep);
	assert_int_equal(take_census().version_sum, 800);
	assert_int_equal(shelf_stats(shelf).changed, 1);
	sweep_all();
	assert_int_equal(take_census().version_sum, 808);
}

static void
change_before_the_copy_is_written_by_this_sweep(void **state)
{
	(void)state;
	set_record(TABLE_SETTING, 1, 10, 8);
	sweep_begin(sweep, shelf);
	set_record(TABLE_SETTING, 1, 10, 16);
	assert_true(sweep_fill(sweep));
	assert_int_equal(sweep_write(sweep, database, &fault), STATUS_OK);
	sweep_written(sweep);
	assert_false(sweep_fill(sweep));
	sweep_end(sweep);
	assert_int_equal(take_census().version_sum, 16);
	assert_int_equal(shelf_stats(shelf).changed, 0);
}

static void
records_that_grew_are_written_once_and_in_order(void **state)
{
	(void)state;
	for (size_t round = 1; round <= 5; round++) {
		for (size_t i = 0; i < 2000; i++)
			set_record(TABLE_SETTING, i, 10 + 30 * round, 8 * round);
		if (round == 2)
			sweep_all();
	}
	sweep_begin(sweep, shelf);
	assert_int_equal(sweep_sort(sweep, &fault), STATUS_OK);
	size_t chunks = 0;
	for (; sweep_fill(sweep); chunks++) {
		assert_int_equal(sweep_write(sweep, database, &fault), STATUS_OK);
		sweep_written(sweep);
	}
	sweep_end(sweep);
	assert_int_equal(
		chunks, 2); /* 2000 records, though their old cells were on the list as well */
	assert_int_equal(take_census().count, 2000);
	assert_int_equal(take_census().version_sum, 2000 * 40);
	assert_true(shelf_is_valid(shelf));
}

static void
sweep_may_be_given_up_when_the_shelf_goes(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2000; i++)
		set_record(TABLE_SETTING, i, 10, 8);
	sweep_begin(sweep, shelf);
	assert_true(sweep_fill(sweep));
	sweep_abandon(sweep);
	sweep_abandon(sweep); /* is fine */
	sweep_free(sweep);
	memory_fail_at(1);
	assert_int_equal(sweep_new(&sweep, &fault), STATUS_MEMORY);
	memory_fail_at(0);
	assert_int_equal(sweep_new(&sweep, &fault), STATUS_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chunks_are_written_in_the_order_of_tables_and_keys),
		TEST(only_what_changed_is_written_and_all_of_it),
		TEST(record_that_ended_is_removed),
		TEST(records_of_all_sizes_fit_into_chunks),
		TEST(without_memory_to_sort_all_is_written_in_any_order),
		TEST(chunk_that_could_not_be_written_is_written_later_as_it_was_copied),
		TEST(change_before_the_copy_is_written_by_this_sweep),
		TEST(records_that_grew_are_written_once_and_in_order),
		TEST(sweep_may_be_given_up_when_the_shelf_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
