/* The shelf: what each of its functions does, in the small. */
#include "shelf_model.h"

/* A value with a version for one key, in three steps. */
static void
set_one(size_t number, size_t size)
{
	struct made_key made;
	struct state *live = &model.records[number].live;
	struct shelf_key key = key_of(&made, number);
	struct shelf_record *record = shelf_pin(model.shelf, key, size);
	assert_non_null(record);
	assert_true(shelf_make_room(model.shelf, key, &record, size));
	*live = (struct state){ ++model.version, size };
	shelf_set(model.shelf, record, (struct bytes){ value_of(*live), size }, live->version);
}

static void
record_is_cold_until_it_is_known_and_absent_until_it_is_set(void **state)
{
	(void)state;
	struct made_key made;
	struct bytes value;
	uint64_t version = 77;
	model_start(1 << 20, 10, 100, 1);
	struct shelf_key key = key_of(&made, 3);
	assert_int_equal(shelf_find(model.shelf, key, &value, &version), LOOKUP_COLD);
	assert_true(shelf_install(model.shelf, key, (struct bytes){ NULL, 0 }, 0));
	assert_int_equal(shelf_find(model.shelf, key, &value, &version), LOOKUP_ABSENT);
	assert_int_equal(version, 0);
	set_one(3, 20);
	assert_int_equal(shelf_find(model.shelf, key, &value, &version), LOOKUP_FOUND);
	assert_int_equal(version, 1);
	/* Its end has a version, too. */
	set_one(3, 0);
	assert_int_equal(shelf_find(model.shelf, key, &value, &version), LOOKUP_ABSENT);
	assert_int_equal(version, 2);
	assert_true(shelf_is_valid(model.shelf));
}

static void
key_that_was_swept_and_dropped_is_in_order_until_its_sweep_ends(void **state)
{
	(void)state;
	struct made_key made;
	struct bytes key, value;
	uint64_t version;
	size_t timer = 0;
	model_start(1 << 20, MODEL_KEYS_MAX, 100, 1);
	while (key_of(&made, timer).table != TABLE_TIMER)
		timer++;
	set_one(timer, 20);
	sweep_begin_checked();
	sweep_copy_some(SIZE_MAX);
	sweep_write_chunk();
	/* Others of its size push it out. */
	uint8_t other[RECORD_KEY_MAX] = { 0 };
	struct shelf_key timer_key = key_of(&made, timer);
	uint32_t count = 0;
	while (shelf_find(model.shelf, timer_key, &value, &version) != LOOKUP_COLD) {
		assert_true(count < 100000);
		for (uint32_t i = 0; i < 1000; i++) {
			store_u32(other, count++);
			shelf_install(model.shelf,
				shelf_key(TABLE_SETTING,
					(struct bytes){ other, timer_key.bytes.size }),
				(struct bytes){ other, 20 }, 1);
		}
	}
	assert_true(shelf_next_changed(model.shelf, TABLE_TIMER, (struct bytes){ NULL, 0 }, &key));
	assert_true(bytes_equal(key, key_of(&made, timer).bytes));
	sweep_end_checked();
	assert_false(shelf_next_changed(model.shelf, TABLE_TIMER, (struct bytes){ NULL, 0 }, &key));
}

static void
what_is_on_the_shelf_is_never_replaced_by_what_is_read(void **state)
{
	(void)state;
	struct made_key made;
	struct bytes value;
	uint64_t version;
	model_start(1 << 20, 10, 100, 1);
	set_one(4, 30);
	struct shelf_key key = key_of(&made, 4);
	assert_true(shelf_install(model.shelf, key, bytes_of_text(TEXT("old")), 1));
	assert_true(shelf_install(model.shelf, key, (struct bytes){ NULL, 0 }, 0));
	assert_int_equal(shelf_find(model.shelf, key, &value, &version), LOOKUP_FOUND);
	assert_int_equal(value.size, 30);
}

static void
same_key_in_two_tables_is_two_records(void **state)
{
	(void)state;
	struct bytes name = bytes_of_text(TEXT("name"));
	struct bytes value;
	uint64_t version;
	model_start(1 << 20, 0, 100, 1);
	struct shelf_key customer = shelf_key(TABLE_CUSTOMER, name);
	struct shelf_key account = shelf_key(TABLE_ACCOUNT, name);
	assert_true(shelf_install(model.shelf, customer, bytes_of_text(TEXT("a")), 1));
	assert_int_equal(shelf_find(model.shelf, account, &value, &version), LOOKUP_COLD);
	assert_true(shelf_install(model.shelf, account, bytes_of_text(TEXT("b")), 2));
	assert_int_equal(shelf_find(model.shelf, customer, &value, &version), LOOKUP_FOUND);
	assert_int_equal(version, 1);
	struct record_key made;
	key_of_text(&made, TABLE_ACCOUNT, TEXT("name"));
	assert_int_equal(
		shelf_find(model.shelf, shelf_key_of(&made), &value, &version), LOOKUP_FOUND);
	assert_int_equal(version, 2);
}

static void
largest_records_are_kept_swept_and_dropped_like_others(void **state)
{
	(void)state;
	model_start(1 << 20, 100, RECORD_VALUE_MAX, 1);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < 100; i++) {
			assert_true(warm(i));
			set_one(i, RECORD_VALUE_MAX - i);
			if (i % 5 == 4) {
				if (!model.sweeping)
					sweep_begin_checked();
				sweep_end_checked();
			}
		}
	}
	settle();
	struct shelf_stats stats = shelf_stats(model.shelf);
	assert_true(stats.dropped > 200);
	assert_true(stats.bytes < (2 << 20));
}

/*
 * Fills the shelf with clean records of other keys, so that a clean record that nobody asks for
 * goes.
 */
static void
push_out(size_t first, size_t size)
{
	for (size_t i = first; i < model.key_count; i++) {
		struct made_key made;
		model.records[i].live = model.records[i].disk = (struct state){ 1, size };
		assert_true(shelf_install(model.shelf, key_of(&made, i),
			(struct bytes){ value_of(model.records[i].disk), size }, 1));
	}
}

static void
record_may_be_dropped_before_the_sweep_meets_the_cell_that_it_outgrew(void **state)
{
	(void)state;
	struct bytes value;
	uint64_t version, found_version;
	struct made_key made;
	model_start(1 << 20, MODEL_KEYS_MAX, 2000, 1);
	model.version = 1;
	set_one(0, 10);
	set_one(0, 900); /* moves: the old cell and the new one are both on the list */
	struct shelf_sweep sweep = shelf_sweep_begin(model.shelf);
	assert_int_equal(sweep.count, 2);
	/* Written are both, and the new one first; then it is pushed out. */
	bool copied = shelf_sweep_copy(model.shelf, sweep.records[1], &value, &version);
	assert_true(copied);
	assert_int_equal(version, 3);
	shelf_sweep_copied(model.shelf, sweep.records[1]);
	push_out(1, 900);
	assert_int_equal(
		shelf_find(model.shelf, key_of(&made, 0), &value, &found_version), LOOKUP_COLD);
	assert_false(shelf_sweep_copy(model.shelf, sweep.records[0], &value, &version));
	shelf_sweep_end(model.shelf, &sweep);
	assert_true(shelf_is_valid(model.shelf));
	assert_int_equal(shelf_stats(model.shelf).kept_bytes, 0);
}

static void
record_that_outgrew_its_cell_during_the_sweep_is_written_by_it(void **state)
{
	(void)state;
	struct bytes value;
	uint64_t version;
	model_start(1 << 20, 10, 2000, 1);
	set_one(0, 10);
	struct shelf_sweep sweep = shelf_sweep_begin(model.shelf);
	set_one(0, 900);
	assert_int_equal(sweep.count, 1);
	assert_true(shelf_sweep_copy(model.shelf, sweep.records[0], &value, &version));
	assert_int_equal(version, 2);
	assert_int_equal(value.size, 900);
	shelf_sweep_copied(model.shelf, sweep.records[0]);
	shelf_sweep_end(model.shelf, &sweep);
	/* The next sweep writes it once more; nothing else. */
	assert_int_equal(shelf_stats(model.shelf).changed, 1);
	assert_true(shelf_is_valid(model.shelf));
}

static void
record_changed_between_its_copy_and_the_end_of_the_chunk_is_changed_still(void **state)
{
	(void)state;
	struct bytes value;
	uint64_t version;
	model_start(1 << 20, 10, 2000, 1);
	set_one(0, 10);
	struct shelf_sweep sweep = shelf_sweep_begin(model.shelf);
	assert_true(shelf_sweep_copy(model.shelf, sweep.records[0], &value, &version));
	set_one(0, 10);
	shelf_sweep_copied(model.shelf, sweep.records[0]);
	assert_true(shelf_stats(model.shelf).kept_bytes > 0);
	shelf_sweep_end(model.shelf, &sweep);
	assert_int_equal(shelf_stats(model.shelf).changed, 1);
	sweep = shelf_sweep_begin(model.shelf);
	assert_true(shelf_sweep_copy(model.shelf, sweep.records[0], &value, &version));
	assert_int_equal(version, 2);
	shelf_sweep_copied(model.shelf, sweep.records[0]);
	shelf_sweep_end(model.shelf, &sweep);
	assert_int_equal(shelf_stats(model.shelf).kept_bytes, 0);
}

static void
record_that_was_made_and_never_set_is_not_written(void **state)
{
	(void)state;
	struct made_key made;
	struct bytes value;
	uint64_t version;
	model_start(1 << 20, 10, 2000, 1);
	struct shelf_record *record;
	static const struct record_seen nowhere;
	assert_true(shelf_pin_found(model.shelf, key_of(&made, 0), &record));
	assert_null(record);
	assert_non_null(shelf_pin(model.shelf, key_of(&made, 0), 10));
	assert_true(shelf_pin_found(model.shelf, key_of(&made, 0), &record));
	assert_non_null(record);
	const struct record_seen there = { record };
	assert_true(shelf_pin_seen(model.shelf, &there, name_of(&made, 0), &record));
	assert_ptr_equal(record, there.record);
	assert_true(shelf_pin_seen(model.shelf, &there, name_of(&made, 1), &record));
	assert_null(record);
	assert_true(shelf_pin_seen(model.shelf, &nowhere, name_of(&made, 0), &record));
	assert_null(record);
	struct shelf_sweep sweep = shelf_sweep_begin(model.shelf);
	assert_int_equal(sweep.count, 1);
	assert_false(shelf_sweep_copy(model.shelf, sweep.records[0], &value, &version));
	shelf_sweep_end(model.shelf, &sweep);
	assert_int_equal(shelf_stats(model.shelf).kept_bytes, 0);
	assert_true(shelf_is_valid(model.shelf));
}

/* Writes all that has to be; returns how many records that was. */
static size_t
sweep_and_count(void)
{
	struct shelf_sweep sweep = shelf_sweep_begin(model.shelf);
	struct bytes value;
	uint64_t version;
	size_t count = 0;
	for (size_t i = 0; i < sweep.count; i++) {
		if (!shelf_sweep_copy(model.shelf, sweep.records[i], &value, &version))
			continue;
		count++;
		shelf_sweep_copied(model.shelf, sweep.records[i]);
	}
	shelf_sweep_end(model.shelf, &sweep);
	assert_true(shelf_is_valid(model.shelf));
	assert_int_equal(shelf_stats(model.shelf).kept_bytes, 0);
	return count;
}

static void
what_came_and_went_since_the_last_sweep_is_not_written(void **state)
{
	(void)state;
	struct made_key made;
	model_start(1 << 20, 10, 2000, 1);
	assert_non_null(shelf_pin_new(model.shelf, key_of(&made, 0), 10));
	set_one(0, 10);
	set_one(0, 500); /* to another cell */
	set_one(0, 0);
	assert_int_equal(sweep_and_count(), 0);
	set_one(0, 10);
	assert_int_equal(sweep_and_count(), 1);
	set_one(0, 20);
	set_one(0, 0);
	assert_int_equal(sweep_and_count(), 1); /* it was there */
	set_one(0, 30);
	set_one(0, 0);
	assert_int_equal(sweep_and_count(), 0);
}

static void
end_of_a_record_that_nobody_looked_for_is_written(void **state)
{
	(void)state;
	model_start(1 << 20, 10, 2000, 1);
	set_one(0, 10);
	set_one(0, 0);
	assert_int_equal(sweep_and_count(), 1);
}

static void
end_of_what_was_read_is_written(void **state)
{
	(void)state;
	struct made_key made;
	model_start(1 << 20, 10, 2000, 1);
	model.version = 5;
	const struct state before = { 5, 10 };
	const struct bytes value = { value_of(before), before.size };
	assert_true(shelf_install(model.shelf, key_of(&made, 0), value, before.version));
	set_one(0, 0);
	assert_int_equal(sweep_and_count(), 1);
}

static void
entry_follows_the_version_it_names_and_nothing_or_an_end_that_was_forgotten(void **state)
{
	(void)state;
	struct made_key made;
	model_start(1 << 20, 10, 100, 1);
	struct shelf_record *record = shelf_pin(model.shelf, key_of(&made, 0), 10);
	assert_true(shelf_record_follows(record, 0));
	assert_true(shelf_record_follows(record, 4160)); /* not known yet */
	set_one(0, 5);
	assert_true(shelf_record_follows(record, 1));
	assert_false(shelf_record_follows(record, 0));
	assert_false(shelf_record_follows(record, 2));
	set_one(0, 0);
	assert_true(shelf_record_follows(record, 2));
	assert_true(shelf_record_follows(record, 0));
	assert_false(shelf_record_follows(record, 1));
}

static void
install_or_fail(size_t number, size_t size)
{
	struct made_key made;
	assert_true(shelf_install(model.shelf, key_of(&made, number),
		(struct bytes){ value_of((struct state){ 1, size }), size }, 1));
}

static void
records_that_are_asked_for_stay_longer(void **state)
{
	(void)state;
	struct made_key made;
	struct bytes value;
	uint64_t version;
	size_t cold = 0;
	model_start(1 << 20, MODEL_KEYS_MAX, 2000, 1);
	for (size_t i = 0; i < MODEL_KEYS_MAX; i++) {
		install_or_fail(i, 700);
		for (size_t hot = 0; hot < 100 && hot <= i; hot++) {
			if (shelf_find(model.shelf, key_of(&made, hot), &value, &version) ==
				LOOKUP_FOUND)
				continue;
			install_or_fail(hot, 700);
			cold++;
		}
	}
	assert_true(shelf_stats(model.shelf).dropped > 4000);
	/* If all were alike, each would have been dropped some five times. */
	assert_in_range(cold, 0, 100);
}

static void
memory_is_found_where_all_records_were_used_lately(void **state)
{
	(void)state;
	model_start(4 << 20, MODEL_KEYS_MAX, 100, 1);
	for (size_t i = 0; i < 300000; i++)
		install_or_fail(i * (RECORD_KEY_MAX - 4), 8); /* all of one size */
	assert_true(shelf_stats(model.shelf).records < 200000);
	assert_true(shelf_is_valid(model.shelf));
}

static void
size_that_comes_late_finds_memory(void **state)
{
	(void)state;
	struct made_key made;
	model_start(1 << 20, MODEL_KEYS_MAX, 2000, 1);
	for (size_t i = 0; i < 3000; i++)
		install_or_fail(i, 400);
	size_t before = shelf_stats(model.shelf).bytes;
	for (size_t size = 1; size <= RECORD_VALUE_MAX; size += 1 + size / 3) {
		for (size_t i = 0; i < 3; i++) {
			struct shelf_key key = key_of(&made, 3000 + size % 3000);
			shelf_install(model.shelf, key,
				(struct bytes){ value_of((struct state){ 1, size }), size }, 1);
			struct bytes value;
			uint64_t version;
			assert_int_equal(
				shelf_find(model.shelf, key, &value, &version), LOOKUP_FOUND);
		}
	}
	assert_true(shelf_stats(model.shelf).bytes < before + (6 << 20));
	assert_true(shelf_is_valid(model.shelf));
}

static void
shelf_without_memory_is_none(void **state)
{
	(void)state;
	for (uint64_t n = 1;; n++) {
		memory_fail_at(n);
		model.shelf = shelf_new(1 << 20);
		bool reached = memory_request_count() >= n;
		memory_fail_at(0);
		assert_int_equal(model.shelf == NULL, reached);
		if (!reached)
			break;
	}
	assert_int_equal(shelf_stats(model.shelf).bytes_max, 1 << 20);
	shelf_free(model.shelf);
	model.shelf = shelf_new(0);
	assert_int_equal(shelf_stats(model.shelf).bytes_max, 1 << 20);
}

static void
prefetching_changes_nothing(void **state)
{
	(void)state;
	struct made_key made;
	model_start(1 << 20, 10, 100, 1);
	set_one(1, 50);
	for (size_t i = 0; i < 10; i++) {
		uint64_t hash = key_of(&made, i).hash;
		shelf_prefetch_slot(model.shelf, hash);
		shelf_prefetch_record(model.shelf, hash);
	}
	assert_true(shelf_is_valid(model.shelf));
	assert_int_equal(find_and_check(1), LOOKUP_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(record_is_cold_until_it_is_known_and_absent_until_it_is_set),
		TEST(key_that_was_swept_and_dropped_is_in_order_until_its_sweep_ends),
		TEST(what_is_on_the_shelf_is_never_replaced_by_what_is_read),
		TEST(same_key_in_two_tables_is_two_records),
		TEST(largest_records_are_kept_swept_and_dropped_like_others),
		TEST(record_may_be_dropped_before_the_sweep_meets_the_cell_that_it_outgrew),
		TEST(record_that_outgrew_its_cell_during_the_sweep_is_written_by_it),
		TEST(record_changed_between_its_copy_and_the_end_of_the_chunk_is_changed_still),
		TEST(record_that_was_made_and_never_set_is_not_written),
		TEST(what_came_and_went_since_the_last_sweep_is_not_written),
		TEST(end_of_a_record_that_nobody_looked_for_is_written),
		TEST(end_of_what_was_read_is_written),
		TEST(entry_follows_the_version_it_names_and_nothing_or_an_end_that_was_forgotten),
		TEST(records_that_are_asked_for_stay_longer),
		TEST(memory_is_found_where_all_records_were_used_lately),
		TEST(size_that_comes_late_finds_memory),
		TEST(shelf_without_memory_is_none),
		TEST(prefetching_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
