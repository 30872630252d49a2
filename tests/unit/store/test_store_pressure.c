/*
 * A store that has no room for more: it refuses by the reason's name, changes nothing thereby, and
 * goes on by itself when there is room again.
 */
#include "living_case.h"

static int
set_up_on_disk(void **state)
{
	(void)state;
	scratch_make(scratch);
	return set_up_in_scratch();
}

static void
turn_until_room(void)
{
	struct want want = { .kind = WANT_ROOM };
	uint64_t began = (uint64_t)time(NULL);
	bool done = false;
	want.context = &done;
	want.done = living_want_done;
	store_want(living.store, &want);
	while (!done) {
		assert_true((uint64_t)time(NULL) - began < 20);
		living_turn(&living, true);
	}
	assert_int_equal(want.status, STATUS_OK);
}

static bool
is_far_behind(const struct store_stats *stats)
{
	return stats->decided > stats->applied + living.settings.behind_bytes_max;
}

static bool
has_memory_half_changed(const struct store_stats *stats)
{
	return stats->records.kept_bytes > stats->records.bytes_max / 2;
}

static bool
has_full_generations(const struct store_stats *stats)
{
	return stats->ids.in_memory >= 5 * IDS_GENERATION_COUNT_MIN;
}

/*
 * Does tasks of a kind, each for the next account or id, until none is admitted for this reason.
 * How many were done.
 */
static size_t
push_until(struct task task, bool (*reason)(const struct store_stats *stats))
{
	size_t done = 0;
	for (;;) {
		uint64_t position;
		struct store_stats stats;
		enum status status = bank_try(&living, &task, &position);
		store_stats(living.store, &stats);
		if (status == STATUS_BUSY && reason(&stats))
			return done;
		if (status == STATUS_BUSY) {
			uv_run(&living.loop,
				UV_RUN_NOWAIT); /* a batch or a segment that is not there yet */
			store_turn(living.store, true);
			continue;
		}
		assert_int_equal(status, STATUS_OK);
		task.id += task.id != 0;
		task.account += task.kind == TASK_SETTING;
		assert_true(++done < 100000);
		/* The journal goes on; checkpoints and runs don't. */
		store_turn(living.store, true);
	}
}

/*
 * What was not admitted has changed nothing; after a while it is admitted. False: there was room
 * again already when it was asked.
 */
static bool
busy_passes(struct task task)
{
	struct store_stats before, after;
	struct record_key key;
	struct bytes value;
	uint64_t position, version, version_after;
	bank_balance_key(&key, task.account);
	store_stats(living.store, &before);
	bool has = store_find(living.store, shelf_key_of(&key), &value, &version) == LOOKUP_FOUND;
	enum status status = bank_try(&living, &task, &position);
	if (status == STATUS_OK)
		return false;
	assert_int_equal(status, STATUS_BUSY);
	store_stats(living.store, &after);
	assert_int_equal(after.decided, before.decided);
	assert_true(after.busy > before.busy);
	if (has) {
		assert_int_equal(
			store_find(living.store, shelf_key_of(&key), &value, &version_after),
			LOOKUP_FOUND);
		assert_int_equal(version_after, version);
	}
	for (int tries = 0; tries < 1000; tries++) {
		turn_until_room();
		if (bank_try(&living, &task, &position) == STATUS_OK)
			return true;
	}
	fail_msg("no room ever");
	return false;
}

static void
full_batches_push_back_and_pass(void **state)
{
	(void)state;
	open_it();
	open_accounts(10);
	settle();
	/* Faster than any disk: 50 KB in a few microseconds. */
	struct task task = { .kind = TASK_SETTING, .account = 1, .amount = 50000 };
	enum status status;
	uint64_t position;
	size_t count = 0;
	do {
		while ((status = bank_try(&living, &task, &position)) == STATUS_OK)
			assert_true(++count < 1000);
		assert_int_equal(status, STATUS_BUSY);
	} while (!busy_passes(task));
	settle();
	assert_replay_agrees();
}

static void
checkpoints_far_behind_push_back_and_pass(void **state)
{
	(void)state;
	living.settings.checkpoint_ms = 3600 * 1000;
	living.settings.behind_bytes_max = 256 * 1024;
	living.settings.segment_bytes = 4 << 20;
	open_it();
	open_accounts(10);
	settle();
	struct task task = { .kind = TASK_TOPUP, .account = 1, .amount = 1 };
	push_until(task, is_far_behind);
	assert_true(busy_passes(task));
}

static void
slow_checkpoint_ends_when_the_journal_has_grown_enough(void **state)
{
	(void)state;
	struct store_stats stats;
	uint64_t position, count = 0, began = (uint64_t)time(NULL);
	living.settings.checkpoint_ms = 3600 * 1000;
	living.settings.sweep_ms = 3600 * 1000;
	living.settings.behind_bytes_max = 4 << 20;
	living.settings.segment_bytes = 4 << 20;
	living.settings.segment_spares = 4;
	open_it();
	open_accounts(5000);
	settle();
	/* Never so far behind that a checkpoint hurries for that reason, which it does at 3/4. */
	uint64_t behind_max = living.settings.behind_bytes_max / 10 * 7;
	struct task task = { .kind = TASK_TOPUP, .amount = 1 };
	do {
		assert_true((uint64_t)time(NULL) - began < 60);
		store_stats(living.store, &stats);
		bool charges = stats.decided - stats.applied < behind_max;
		task.account = count % 5000;
		if (charges && bank_try(&living, &task, &position) == STATUS_OK)
			count++;
		if (!charges || count % 16 == 0)
			living_turn(&living, !charges);
	} while (stats.checkpoint.sweeps < 3);
	settle();
	assert_replay_agrees();
}

static void
changed_records_that_fill_the_memory_push_back_and_pass(void **state)
{
	(void)state;
	living.settings.checkpoint_ms = 3600 * 1000;
	living.settings.records_bytes_max = 1 << 20;
	living.settings.segment_bytes = 16 << 20;
	living.settings.batch_bytes_max = 1 << 20;
	open_it();
	struct task task = { .kind = TASK_SETTING, .amount = 30000 };
	task.account = push_until(task, has_memory_half_changed);
	assert_in_range(task.account, 15, 40);
	assert_true(busy_passes(task));
}

static void
ids_that_wait_for_the_disk_push_back_and_pass(void **state)
{
	(void)state;
	living.settings.segment_bytes = 16 << 20;
	living.settings.segment_spares = 4;
	living.settings.checkpoint_ms = 3600 * 1000;
	living.settings.behind_bytes_max = (uint64_t)1 << 30;
	open_it();
	struct task task = { .kind = TASK_REFUSE, .account = 1, .id = 1 };
	task.id += push_until(task, has_full_generations);
	assert_true(busy_passes(task));
}

static void
disk_without_room_refuses_by_name_and_recovers_when_room_returns(void **state)
{
	(void)state;
	open_it();
	open_accounts(10);
	settle();
	disk_pretend_free_bytes(0);
	struct task task = { .kind = TASK_SETTING, .account = 1, .amount = 50000 };
	enum status status = STATUS_OK;
	for (int i = 0; i < 2000 && status != STATUS_FULL; i++) {
		uint64_t position;
		status = bank_try(&living, &task, &position);
		living_turn(&living, status == STATUS_BUSY);
	}
	assert_int_equal(status, STATUS_FULL);
	assert_non_null(strstr(living.fault.text, "no room for new work"));
	settle(); /* what was admitted becomes durable */
	/* Checkpoints go on: they catch up. */
	struct store_stats stats;
	do {
		living_turn(&living, true);
		store_stats(living.store, &stats);
	} while (stats.applied < stats.decided);
	disk_pretend_free_bytes(UINT64_MAX);
	for (;;) {
		uint64_t position;
		status = bank_try(&living, &task, &position);
		if (status == STATUS_OK)
			break;
		/* Nothing else happens that could wake anybody. */
		turn_until_room();
	}
	settle();
	assert_replay_agrees();
}

static void
map_that_is_full_refuses_by_name_and_a_larger_one_goes_on(void **state)
{
	(void)state;
	living.settings.map_bytes = 2 << 20;
	open_it();
	struct task task = { .kind = TASK_SETTING, .amount = 60000 };
	enum status status = STATUS_OK;
	for (int i = 0; i < 5000 && status != STATUS_FULL; i++) {
		uint64_t position;
		task.account = (uint64_t)i;
		status = bank_try(&living, &task, &position);
		living_turn(&living, status == STATUS_BUSY);
	}
	assert_int_equal(status, STATUS_FULL);
	assert_non_null(strstr(living.fault.text, "raise state.map and"));
	settle();
	assert_replay_agrees();
	living_close(&living); /* well or not */
	living.settings.map_bytes = 64 << 20;
	open_it();
	assert_true(living_agrees(&living, &naive));
	do_task(task);
}

static void
record_that_finds_no_memory_waits_for_the_next_checkpoint(void **state)
{
	(void)state;
	living.settings.records_bytes_max = 1 << 20;
	open_it();
	open_accounts(3000);
	close_it();
	living.settings.checkpoint_ms = 3600 * 1000;
	open_it();
	/* Every balance that finds memory is changed; the next ones find only changed ones. */
	for (uint64_t account = 0; account < 3000; account++)
		do_task((struct task){ .kind = TASK_TOPUP, .account = account, .amount = 1 });
	settle();
	assert_replay_agrees();
}

static void
without_memory_nothing_happens_and_it_is_said(void **state)
{
	(void)state;
	open_it();
	open_accounts(50);
	settle();
	size_t refused = 0;
	struct task task = { .kind = TASK_SETTING };
	for (uint64_t n = 1; n < 400; n++) {
		uint64_t position, decided = store_decided(living.store);
		task.account = 100 + n;
		task.amount = (int64_t)(n * 150);
		memory_fail_here_at(1);
		enum status status = bank_try(&living, &task, &position);
		memory_fail_at(0);
		if (status == STATUS_MEMORY) {
			refused++;
			assert_int_equal(store_decided(living.store), decided);
		}
		living_turn(&living, status == STATUS_BUSY);
	}
	assert_true(refused > 5);
	assert_all_agree();
}

#define TEST_ON_DISK(name) cmocka_unit_test_setup_teardown(name, set_up_on_disk, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_ON_DISK(full_batches_push_back_and_pass),
		TEST(checkpoints_far_behind_push_back_and_pass),
		TEST(slow_checkpoint_ends_when_the_journal_has_grown_enough),
		TEST(changed_records_that_fill_the_memory_push_back_and_pass),
		TEST(ids_that_wait_for_the_disk_push_back_and_pass),
		TEST(disk_without_room_refuses_by_name_and_recovers_when_room_returns),
		TEST(map_that_is_full_refuses_by_name_and_a_larger_one_goes_on),
		TEST(record_that_finds_no_memory_waits_for_the_next_checkpoint),
		TEST(without_memory_nothing_happens_and_it_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
