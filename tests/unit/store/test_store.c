/*
 * The store as a whole: opening it, what it then tells, and that memory and LMDB are what a replay
 * of the journal gives. Linked without Lua, as all its tests: recovery needs no rules.
 */
#include "living_case.h"

#include "../../../engine/base/clock.h"

#include <signal.h>
#include <sys/wait.h>

/* ---- opening, closing ---- */

static void
new_folder_is_made_and_found_again(void **state)
{
	(void)state;
	struct store_stats stats;
	open_it();
	assert_string_equal(store_directory(living.store), data);
	store_stats(living.store, &stats);
	assert_int_equal(stats.epoch, 1);
	assert_int_equal(stats.recovered_entries, 0);
	uint64_t folder = store_place(living.store).folder;
	close_it();
	open_it();
	assert_int_equal(store_place(living.store).folder, folder);
	store_stats(living.store, &stats);
	assert_int_equal(stats.epoch, 2);
	assert_int_equal(stats.decided, 0);
	close_it();
	assert_int_equal(store_close(NULL, NULL), STATUS_OK);
}

static void
entry_is_applied_at_once_and_durable_when_it_is_told_so(void **state)
{
	(void)state;
	struct record_key key;
	struct bytes value;
	uint64_t version;
	open_it();
	open_accounts(1);
	settle();
	unsigned calls = living.durable_calls;
	struct task task = { .kind = TASK_TOPUP, .account = 0, .amount = 500 };
	uint64_t position = do_task(task);
	bank_balance_key(&key, 0);
	assert_int_equal(
		store_find(living.store, shelf_key_of(&key), &value, &version), LOOKUP_FOUND);
	assert_int_equal(balance_read(value).amount, 1000500);
	assert_int_equal(version, position);
	assert_true(store_decided(living.store) > position);
	assert_true(store_durable(living.store) <= position);
	settle();
	assert_true(store_durable(living.store) > position);
	assert_true(living.durable_calls > calls);
	struct journal_progress progress = store_progress(living.store);
	assert_true(progress.durable_batch + 1 == progress.batch);
}

static void
after_a_clean_end_nothing_is_recovered_and_the_same_segment_goes_on(void **state)
{
	(void)state;
	struct store_stats stats;
	open_it();
	open_accounts(20);
	settle();
	uint64_t decided = store_decided(living.store);
	close_it();
	open_it();
	store_stats(living.store, &stats);
	assert_int_equal(stats.recovered_entries, 0);
	uint64_t position = do_task((struct task){ .kind = TASK_TOPUP, .account = 1, .amount = 1 });
	assert_true(position > decided && position < decided + 2 * DISK_BLOCK);
}

static void
time_never_runs_backwards_over_a_restart(void **state)
{
	(void)state;
	open_it();
	living.now_ms += 100000;
	store_set_now(living.store, living.now_ms);
	open_accounts(1);
	settle();
	close_it();
	living.now_ms = LIVING_BEGAN_MS;
	open_it();
	assert_true(store_now(living.store) >= LIVING_BEGAN_MS + 100000);
	int64_t later_ms = store_now(living.store);
	store_set_now(living.store, LIVING_BEGAN_MS);
	assert_int_equal(store_now(living.store), later_ms);
}

static void
folder_of_another_process_is_busy(void **state)
{
	(void)state;
	int ready[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	pid_t child = fork();
	if (child == 0) {
		if (living_open(&living) != STATUS_OK || write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(living_open(&living), STATUS_BUSY);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	open_it();
}

/* ---- the same, byte for byte ---- */

static uint64_t
frames_written(void)
{
	struct store_stats stats;
	store_stats(living.store, &stats);
	return stats.journal.frames;
}

/* A charge that is decided and not handed to the writer yet. */
static void
charge_one(uint64_t id)
{
	struct task task = { .kind = TASK_TOPUP, .account = 1, .amount = 1, .id = id };
	uint64_t position;
	assert_int_equal(bank_try(&living, &task, &position), STATUS_OK);
}

static void
small_batch_waits_for_company_until_a_turn_brings_nothing(void **state)
{
	(void)state;
	open_it();
	open_accounts(1);
	settle();
	uint64_t frames = frames_written();
	charge_one(1);
	assert_true(store_turn(living.store, false));
	charge_one(2);
	assert_true(store_turn(living.store, true));
	assert_int_equal(frames_written(), frames);
	store_turn(living.store, false); /* this one saw the second charge */
	assert_false(store_turn(living.store, false));
	settle();
	assert_int_equal(frames_written(), frames + 1);
}

static void
batch_waits_for_company_for_a_moment_only(void **state)
{
	(void)state;
	open_it();
	open_accounts(1);
	settle();
	uint64_t id = 1;
	uint64_t began_ns = monotonic_ns();
	charge_one(id++);
	while (store_turn(living.store, true)) {
		assert_true(monotonic_ns() - began_ns < 10 * SECOND_NS);
		if (id < 50) /* few enough to be small */
			charge_one(id++);
	}
	assert_true(monotonic_ns() - began_ns >= MS_NS);
	settle();
}

static void
batch_of_many_waits_for_nobody(void **state)
{
	(void)state;
	living.settings.batch_bytes_max = 1 << 20;
	living.settings.segment_bytes = 16 << 20;
	open_it();
	open_accounts(1);
	settle();
	uint64_t decided = store_decided(living.store);
	for (uint64_t id = 1; store_decided(living.store) - decided < 80 * 1024; id++)
		charge_one(id);
	assert_false(store_turn(living.store, true));
	settle();
}

static void
replay_from_nothing_equals_memory_and_lmdb(void **state)
{
	(void)state;
	struct random random = { random_seed("replay_from_nothing_equals_memory_and_lmdb") };
	uint64_t next_id = 0;
	open_it();
	open_accounts(50);
	for (int round = 0; round < 4; round++) {
		run_bank(&random, 1500, 50, &next_id);
		assert_all_agree();
	}
}

static void
replay_from_nothing_equals_memory_and_lmdb_when_memory_is_little(void **state)
{
	(void)state;
	uint64_t next_id = 0;
	struct random random = { random_seed(
		"replay_from_nothing_equals_memory_and_lmdb_when_memory_is_little") };
	struct store_stats stats;
	living.settings.records_bytes_max = 1 << 20;
	open_it();
	open_accounts(4000);
	run_bank(&random, 6000, 4000, &next_id);
	store_stats(living.store, &stats);
	assert_true(stats.records.dropped > 500);
	assert_true(stats.cold_reads > 500);
	assert_all_agree();
	run_bank(&random, 1000, 4000, &next_id);
	assert_all_agree();
}

static void
record_that_ended_and_was_forgotten_may_begin_anew(void **state)
{
	(void)state;
	struct task make = { .kind = TASK_SETTING, .account = 3, .amount = 100 };
	struct task end = { .kind = TASK_SETTING, .account = 3, .amount = 0 };
	struct record_key key;
	struct bytes value;
	uint64_t version;
	living.settings.records_bytes_max = 1 << 20;
	open_it();
	do_task(make);
	do_task(end);
	settle();
	close_it();
	open_it(); /* the end is in LMDB, as nothing */
	bank_setting_key(&key, 3);
	assert_true(store_find(living.store, shelf_key_of(&key), &value, &version) != LOOKUP_FOUND);
	do_task(make);
	assert_all_agree();
}

/* ---- wants ---- */

enum { FOLLOWERS = 20 };

struct follower {
	struct want want;
	unsigned *done;
};

static void
follower_done(struct want *want)
{
	struct follower *follower = want->context;
	++*follower->done;
	buffer_release(&want->bytes);
	/* Whoever waited may be gone with the call. */
	memset(follower, 0xee, sizeof *follower);
	free(follower);
}

static void
many_may_wait_for_one_record_and_go_when_they_are_told(void **state)
{
	(void)state;
	struct record_key key;
	struct bytes value;
	uint64_t version;
	unsigned done = 0;
	living.settings.records_bytes_max = 1 << 20;
	open_it();
	open_accounts(5000);
	settle();
	uint64_t account = 0;
	do {
		assert_true(account < 5000);
		bank_balance_key(&key, account++);
	} while (store_find(living.store, shelf_key_of(&key), &value, &version) != LOOKUP_COLD);
	for (int i = 0; i < FOLLOWERS; i++) {
		struct follower *follower = calloc(1, sizeof *follower);
		follower->done = &done;
		follower->want.context = follower;
		follower->want.done = follower_done;
		want_record(&follower->want, shelf_key_of(&key));
		store_want(living.store, &follower->want);
	}
	while (done < FOLLOWERS)
		living_turn(&living, true);
	assert_int_equal(
		store_find(living.store, shelf_key_of(&key), &value, &version), LOOKUP_FOUND);
}

static void
entry_is_read_back_by_its_position(void **state)
{
	(void)state;
	struct entry entry;
	open_it();
	open_accounts(3);
	uint64_t position = do_task(
		(struct task){ .kind = TASK_TOPUP, .account = 1, .amount = 77, .id = 9 });
	assert_int_equal(store_find_entry(living.store, position, &entry), LOOKUP_FOUND);
	assert_int_equal(entry.kind, ENTRY_TOPUP);
	settle();
	close_it();
	open_it();
	assert_int_equal(store_find_entry(living.store, position, &entry), LOOKUP_COLD);
	struct buffer bytes;
	struct journal_place place = store_place(living.store);
	buffer_init(&bytes, ENTRY_BYTES_MAX);
	assert_int_equal(journal_read(&place, position, &bytes, &entry, NULL), STATUS_OK);
	assert_true(text_equal(entry.id, TEXT("call-9")));
	assert_int_not_equal(
		journal_read(&place, position + (1 << 19), &bytes, &entry, NULL), STATUS_OK);
	buffer_release(&bytes);
}

static void
durability_can_be_waited_for_also_when_it_is_there(void **state)
{
	(void)state;
	open_it();
	open_accounts(3);
	uint64_t position = do_task(
		(struct task){ .kind = TASK_TOPUP, .account = 1, .amount = 77 });
	for (int round = 0; round < 2; round++) {
		struct want want = { .kind = WANT_DURABLE, .position = position };
		assert_int_equal(living_wait(&living, &want), STATUS_OK);
		assert_true(store_durable(living.store) > position);
	}
}

/* ---- what it takes and shows ---- */

static void
entry_that_is_too_large_is_refused(void **state)
{
	(void)state;
	static struct draft draft;
	static uint8_t large[ENTRY_BYTES_MAX];
	uint64_t position;
	struct fault fault;
	open_it();
	struct task task = { .kind = TASK_REFUSE, .account = 1, .id = 1 };
	assert_true(bank_decide(&living, &task, &draft));
	draft.entry.event = (struct bytes){ large, sizeof large };
	assert_int_equal(store_append(living.store, &draft.entry, draft.effects, &position, &fault),
		STATUS_LIMIT);
	draft.entry.event.size = ENTRY_BYTES_MAX - 300; /* larger than a batch */
	assert_int_equal(store_append(living.store, &draft.entry, draft.effects, &position, &fault),
		STATUS_OK);
	settle();
	struct journal_place place = store_place(living.store);
	replay(&place);
}

struct each_some {
	size_t seen;
	size_t stop_at;
};

static bool
each_some_visit(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	struct each_some *some = context;
	(void)key, (void)value, (void)version;
	return ++some->seen != some->stop_at;
}

static void
walk_over_a_table_sees_memory_and_lmdb_and_stops_when_told(void **state)
{
	(void)state;
	open_it();
	open_accounts(30);
	close_it();
	open_it();
	do_task((struct task){ .kind = TASK_OPEN, .account = 30 });
	for (size_t stop_at = 1; stop_at <= 32; stop_at++) {
		struct each_some some = { 0, stop_at };
		assert_int_equal(store_each(living.store, TABLE_ACCOUNT, each_some_visit, &some,
					 &living.fault),
			STATUS_OK);
		assert_int_equal(some.seen, stop_at < 31 ? stop_at : 31);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(new_folder_is_made_and_found_again),
		TEST(entry_is_applied_at_once_and_durable_when_it_is_told_so),
		TEST(after_a_clean_end_nothing_is_recovered_and_the_same_segment_goes_on),
		TEST(time_never_runs_backwards_over_a_restart),
		TEST(folder_of_another_process_is_busy),
		TEST(small_batch_waits_for_company_until_a_turn_brings_nothing),
		TEST(batch_waits_for_company_for_a_moment_only),
		TEST(batch_of_many_waits_for_nobody),
		TEST(replay_from_nothing_equals_memory_and_lmdb),
		TEST(replay_from_nothing_equals_memory_and_lmdb_when_memory_is_little),
		TEST(record_that_ended_and_was_forgotten_may_begin_anew),
		TEST(many_may_wait_for_one_record_and_go_when_they_are_told),
		TEST(entry_is_read_back_by_its_position),
		TEST(durability_can_be_waited_for_also_when_it_is_there),
		TEST(entry_that_is_too_large_is_refused),
		TEST(walk_over_a_table_sees_memory_and_lmdb_and_stops_when_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
