/*
 * What was acknowledged is there after any end, and a folder that is not whole is told or made whole
 * again, never taken for less than it was.
 */
#include "killing.h"

/* ---- ends of all kinds ---- */

static void
what_was_acknowledged_survives_kills_at_any_moment(void **state)
{
	(void)state;
	struct random random = { random_seed(
		"what_was_acknowledged_survives_kills_at_any_moment") };
	struct database_meta meta;
	living.settings.records_bytes_max = 2 << 20;
	open_it();
	open_accounts(600);
	struct journal_place place = store_place(living.store);
	close_it();
	uint64_t next_id = 0;
	for (int round = 0; round < 12; round++) {
		struct report last = kill_a_child(
			&random, 600, next_id, 1000 + (unsigned)random_below(&random, 200000));
		next_id = last.next_id + 100000; /* ids that were under way stay theirs */
		replay(&place);
		assert_true(naive.last_position < last.durable + (1 << 20));
		assert_true(
			last.durable == 0 || naive.last_position + ENTRY_BYTES_MAX >= last.durable);
		/*
		 * All that was reported as durable is there: the last entry ends at or behind it.
		 */
		open_it();
		assert_true(store_decided(living.store) >= last.durable);
		assert_true(living_agrees(&living, &naive));
		if (round % 3 == 0) {
			close_it();
			assert_true(database_agrees(data, &naive, &meta));
		} else {
			living_close(&living);
		}
	}
}

static void
after_an_unclean_end_writing_goes_on_in_a_fresh_segment(void **state)
{
	(void)state;
	struct random random = { 5 };
	open_it();
	open_accounts(20);
	struct journal_place place = store_place(living.store);
	close_it();
	kill_a_child(&random, 20, 1, 3000);
	open_it();
	uint64_t position = do_task((struct task){ .kind = TASK_TOPUP, .account = 1, .amount = 1 });
	assert_int_equal(journal_offset_of(&place, position), FRAME_HEADER_BYTES);
	assert_true(journal_segment_of(&place, position) > 0);
	settle();
	replay(&place);
	assert_true(living_agrees(&living, &naive));
}

static void
folder_without_state_after_a_kill_is_rebuilt(void **state)
{
	(void)state;
	struct random random = { random_seed("folder_without_state_after_a_kill_is_rebuilt") };
	open_it();
	open_accounts(100);
	struct journal_place place = store_place(living.store);
	close_it();
	for (int round = 0; round < 3; round++) {
		kill_a_child(&random, 100, 1000000 * (uint64_t)round, 50000);
		remove_part("state");
		if (round != 1)
			remove_part("ids");
		replay(&place);
		open_it();
		assert_true(living_agrees(&living, &naive));
		close_it();
	}
}

static void
journal_much_larger_than_memory_is_recovered(void **state)
{
	(void)state;
	struct random random = { random_seed("journal_much_larger_than_memory_is_recovered") };
	struct database_meta meta;
	uint64_t next_id = 0;
	struct store_stats stats;
	living.settings.checkpoint_ms = 3600 * 1000; /* none but at the end */
	living.settings.segment_bytes = 4 << 20;
	open_it();
	struct journal_place place = store_place(living.store);
	open_accounts(3000);
	run_bank(&random, 20000, 3000, &next_id);
	settle();
	disk_fail_at(DISK_CALL_WRITE, 1, 0); /* no clean end */
	uint64_t position;
	struct task task = { .kind = TASK_TOPUP, .account = 1, .amount = 1 };
	bank_do(&living, &task, &position);
	while (!living.failed)
		living_turn(&living, true);
	living_close(&living);
	replay(&place);
	living.settings.records_bytes_max = 1 << 20;
	for (int round = 0; round < 2; round++) {
		open_it();
		store_stats(living.store, &stats);
		assert_true(stats.recovered_entries >= 23000);
		assert_in_range(stats.records.bytes, 1, 5 << 20);
		assert_true(living_agrees(&living, &naive));
		if (round == 0) {
			/* And once more, with nothing but the journal. */
			close_it();
			assert_true(database_agrees(data, &naive, &meta));
			remove_part("state");
		}
	}
}

struct recovering {
	uint64_t last;
	unsigned calls;
};

static void
recovering_called(void *context, uint64_t done, uint64_t total)
{
	struct recovering *recovering = context;
	assert_true(done > recovering->last && done <= total);
	recovering->last = done;
	recovering->calls++;
}

static void
durable_ignored(void *context)
{
	(void)context;
}

static void
failed_ignored(void *context, const struct fault *fault)
{
	(void)context, (void)fault;
}

static void
recovery_tells_how_far_it_is(void **state)
{
	(void)state;
	struct recovering recovering = { 0, 0 };
	struct store_events events = { &recovering, durable_ignored, failed_ignored,
		recovering_called };
	struct store *store;
	struct fault fault;
	open_it();
	for (uint64_t i = 0; i < 500; i++)
		do_task((struct task){ .kind = TASK_SETTING, .account = i % 7, .amount = 60000 });
	close_it();
	remove_part("state");
	uv_loop_t loop;
	uv_loop_init(&loop);
	assert_int_equal(store_open(&store, &living.settings, &events, &loop, &fault), STATUS_OK);
	assert_in_range(recovering.calls, 2, 4);
	assert_int_equal(store_close(store, &fault), STATUS_OK);
	assert_int_equal(uv_loop_close(&loop), 0);
}

/* ---- folders that are not whole ---- */

static void
state_of_another_folder_is_refused(void **state)
{
	(void)state;
	char other[300], theirs[400], ours[400];
	open_it();
	open_accounts(3);
	close_it();
	snprintf(other, sizeof other, "%s/other", scratch);
	snprintf(living.settings.directory, sizeof living.settings.directory, "%s", other);
	open_it();
	open_accounts(5);
	close_it();
	snprintf(theirs, sizeof theirs, "%s/state", other);
	snprintf(ours, sizeof ours, "%s/state", data);
	remove_part("state");
	tree_copy(theirs, ours);
	snprintf(living.settings.directory, sizeof living.settings.directory, "%s", data);
	assert_int_equal(living_open(&living), STATUS_CONFLICT);
	assert_non_null(strstr(living.fault.text, "another data folder"));
}

/* Fills some segments and closes. */
static struct journal_place
fill_segments(void)
{
	open_it();
	open_accounts(50);
	for (uint64_t i = 0; i < 120; i++)
		do_task((struct task){ .kind = TASK_SETTING, .account = i % 7, .amount = 50000 });
	struct journal_place place = store_place(living.store);
	assert_true(journal_segment_of(&place, store_decided(living.store)) > 3);
	close_it();
	return place;
}

static void
first_segments_may_be_gone_if_lmdb_stands_for_them(void **state)
{
	(void)state;
	fill_segments();
	remove_part("journal/0000000000000000.segment");
	remove_part("journal/0000000000000001.segment");
	open_it();
	do_task((struct task){ .kind = TASK_TOPUP, .account = 1, .amount = 5 });
	close_it();
	/* But nothing can be rebuilt without them. */
	remove_part("state");
	assert_int_equal(living_open(&living), STATUS_CORRUPT);
	assert_non_null(strstr(living.fault.text, "begins at segment 2"));
}

static void
journal_that_ends_before_what_lmdb_stands_for_is_damage(void **state)
{
	(void)state;
	struct journal_place place = fill_segments();
	char name[64];
	struct fault fault;
	uint64_t first;
	assert_int_equal(journal_first_segment(&place, &first, &fault), STATUS_OK);
	for (uint64_t n = 3; n < 20; n++) {
		snprintf(name, sizeof name, "journal/%016llx.segment", (unsigned long long)n);
		remove_part(name);
	}
	assert_int_equal(living_open(&living), STATUS_CORRUPT);
}

static void
last_segment_that_was_cut_is_damage(void **state)
{
	(void)state;
	char path[400];
	open_it();
	open_accounts(5);
	settle();
	snprintf(path, sizeof path, "%s/journal/0000000000000000.segment", data);
	close_it();
	remove_part("state");
	assert_int_equal(truncate(path, 200000), 0);
	assert_int_equal(living_open(&living), STATUS_CORRUPT);
	assert_non_null(strstr(living.fault.text, "0000000000000000.segment was cut to 200000"));
}

static void
segment_missing_in_the_middle_is_damage(void **state)
{
	(void)state;
	fill_segments();
	remove_part("state");
	remove_part("journal/0000000000000002.segment");
	assert_int_equal(living_open(&living), STATUS_CORRUPT);
	assert_non_null(strstr(living.fault.text, "0000000000000002.segment is missing"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_acknowledged_survives_kills_at_any_moment),
		TEST(after_an_unclean_end_writing_goes_on_in_a_fresh_segment),
		TEST(folder_without_state_after_a_kill_is_rebuilt),
		TEST(journal_much_larger_than_memory_is_recovered),
		TEST(recovery_tells_how_far_it_is),
		TEST(state_of_another_folder_is_refused),
		TEST(first_segments_may_be_gone_if_lmdb_stands_for_them),
		TEST(journal_that_ends_before_what_lmdb_stands_for_is_damage),
		TEST(last_segment_that_was_cut_is_damage),
		TEST(segment_missing_in_the_middle_is_damage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
