/*
 * The store as a whole: what was acknowledged is there after any end, memory and LMDB are what a
 * replay of the journal gives, and back-pressure passes by itself. Linked without Lua: recovery
 * needs no rules.
 */
#include "living_case.h"

#include "../../../store/id_run.h"
#include "../../../store/slab.h"

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

/* ---- ends of all kinds ---- */

/* What a child reports while it works: that everything below a position is acknowledged. */
struct report {
	uint64_t durable;
	uint64_t next_id;
};

static void
child_works(struct random *random, int to, uint64_t accounts, uint64_t next_id)
{
	if (living_open(&living) != STATUS_OK)
		_exit(1);
	for (;;) {
		uint64_t position;
		struct task task = bank_random_task(random, accounts, &next_id);
		if (bank_do(&living, &task, &position) != STATUS_OK)
			_exit(2);
		if (random_below(random, 4) == 0)
			living_turn(&living, false);
		struct report report = { store_durable(living.store), next_id };
		if (random_below(random, 4) == 0 &&
			write(to, &report, sizeof report) != sizeof report)
			_exit(3);
	}
}

/* Runs a child and kills it after some time. The last report it made. */
static struct report
kill_a_child(struct random *random, uint64_t accounts, uint64_t next_id, unsigned us)
{
	int ends[2];
	struct report last = { 0, next_id }, report;
	assert_int_equal(pipe(ends), 0);
	uint64_t seed = random_next(random);
	pid_t child = fork();
	if (child == 0) {
		struct random own = { seed };
		close(ends[0]);
		child_works(&own, ends[1], accounts, next_id);
	}
	close(ends[1]);
	uint64_t until_ns = 0;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	struct timespec pause = { 0, 500000 };
	for (;;) {
		ssize_t got = read(ends[0], &report, sizeof report);
		if (got == sizeof report) {
			last = report;
			if (until_ns == 0)
				until_ns = us;
			continue;
		}
		assert_true(got < 0); /* the child has not ended by itself */
		nanosleep(&pause, NULL);
		if (until_ns > 0 && (until_ns > 500 ? (until_ns -= 500) : (until_ns = 1)) == 1)
			break;
	}
	kill(child, SIGKILL);
	int ended;
	assert_int_equal(waitpid(child, &ended, 0), child);
	assert_true(WIFSIGNALED(ended));
	while (read(ends[0], &report, sizeof report) == sizeof report)
		last = report;
	close(ends[0]);
	return last;
}

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

/* ---- back-pressure ---- */

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

/* What was not admitted has changed nothing; after a while it is admitted. */
static void
assert_busy_passes(struct task task)
{
	struct store_stats before, after;
	struct record_key key;
	struct bytes value;
	uint64_t position, version, version_after;
	bank_balance_key(&key, task.account);
	store_stats(living.store, &before);
	bool has = store_find(living.store, shelf_key_of(&key), &value, &version) == LOOKUP_FOUND;
	assert_int_equal(bank_try(&living, &task, &position), STATUS_BUSY);
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
			return;
	}
	fail_msg("no room ever");
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
	while ((status = bank_try(&living, &task, &position)) == STATUS_OK)
		assert_true(++count < 1000);
	assert_int_equal(status, STATUS_BUSY);
	assert_busy_passes(task);
	settle();
	struct journal_place place = store_place(living.store);
	replay(&place);
	assert_true(living_agrees(&living, &naive));
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
	assert_busy_passes(task);
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
	assert_busy_passes(task);
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
	assert_busy_passes(task);
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
	bool was_busy = false;
	for (;;) {
		uint64_t position;
		status = bank_try(&living, &task, &position);
		if (status == STATUS_OK)
			break;
		was_busy |= status == STATUS_BUSY;
		/* Nothing else happens that could wake anybody. */
		turn_until_room();
	}
	(void)was_busy;
	settle();
	struct journal_place place = store_place(living.store);
	replay(&place);
	assert_true(living_agrees(&living, &naive));
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
	struct journal_place place = store_place(living.store);
	replay(&place);
	assert_true(living_agrees(&living, &naive));
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
	struct journal_place place = store_place(living.store);
	replay(&place);
	assert_true(living_agrees(&living, &naive));
}

/* ---- ids ---- */

static enum lookup
find_id(uint64_t account, uint64_t id, struct id_memo *memo, struct entry *entry,
	uint64_t *position)
{
	char scope[32], name[32];
	snprintf(scope, sizeof scope, "0771%07llu", (unsigned long long)account);
	snprintf(name, sizeof name, "call-%llu", (unsigned long long)id);
	for (;;) {
		enum lookup found = store_find_id(
			living.store, text_of(scope), text_of(name), memo, entry, position);
		if (found != LOOKUP_COLD)
			return found;
		struct want want = { .kind = WANT_ID };
		want_id(&want, text_of(scope), text_of(name), memo);
		if (living_wait(&living, &want) != STATUS_OK)
			fail_msg("%s", want.fault.text);
	}
}

/* Every id of the journal is found, with its newest entry; others are not. */
static void
assert_ids_known(void)
{
	struct id_memo memo = { 0 };
	struct entry entry;
	uint64_t position, checked = 0;
	for (size_t i = 0; i < naive.id_room; i++) {
		const struct naive_id *id = &naive.ids[i];
		unsigned long long account, number;
		if (id->position == 0 || (naive.id_count > 3000 && i % 7 != 0))
			continue;
		assert_int_equal(sscanf(id->scope.data + 4, "%7llu", &account), 1);
		assert_int_equal(sscanf(id->id.data, "call-%llu", &number), 1);
		id_memo_clear(&memo);
		assert_int_equal(find_id(account, number, &memo, &entry, &position), LOOKUP_FOUND);
		assert_int_equal(position, id->position);
		assert_int_equal(entry.kind, id->kind);
		assert_int_equal(entry.attempt, id->attempt);
		id_memo_clear(&memo);
		assert_int_equal(
			find_id(account + 100000, number, &memo, &entry, &position), LOOKUP_ABSENT);
		checked++;
	}
	assert_true(checked > 0);
	id_memo_clear(&memo);
	id_memo_release(&memo);
}

static void
ids_are_known_over_restarts_wherever_they_lie(void **state)
{
	(void)state;
	struct random random = { random_seed("ids_are_known_over_restarts_wherever_they_lie") };
	uint64_t next_id = 0;
	open_it();
	open_accounts(30);
	struct journal_place place = store_place(living.store);
	for (int round = 0; round < 4; round++) {
		run_bank(&random, round == 2 ? 9000 : 500, 30, &next_id);
		settle();
		replay(&place);
		assert_ids_known();
		if (round == 1) {
			living_close(&living);
			remove_part("state");
			remove_part("ids");
		} else {
			close_it();
		}
		open_it();
		assert_ids_known();
	}
	close_it();
	kill_a_child(&random, 30, next_id, 60000);
	replay(&place);
	open_it();
	assert_ids_known();
}

static void
refused_id_is_found_with_its_last_attempt(void **state)
{
	(void)state;
	struct id_memo memo = { 0 };
	struct entry entry;
	uint64_t position, found;
	open_it();
	open_accounts(2);
	struct task task = { .kind = TASK_REFUSE, .account = 1, .id = 7, .attempt = 1 };
	do_task(task);
	task.attempt = 2;
	do_task(task);
	task.attempt = 5;
	task.kind = TASK_CHARGE;
	position = do_task(task);
	for (int round = 0; round < 2; round++) {
		id_memo_clear(&memo);
		assert_int_equal(find_id(1, 7, &memo, &entry, &found), LOOKUP_FOUND);
		assert_int_equal(found, position);
		assert_int_equal(entry.attempt, 5);
		assert_int_equal(entry.kind, ENTRY_CHARGE);
		close_it();
		open_it();
	}
	id_memo_release(&memo);
}

static void
run_never_names_an_entry_that_a_crash_could_take_away(void **state)
{
	(void)state;
	/* Refusals change no record, so that a checkpoint has nothing to wait for but its ids. */
	struct task task = { .kind = TASK_REFUSE, .account = 1 };
	struct store_stats stats;
	uint64_t position;
	living.settings.checkpoint_ms = 0;
	living.settings.sweep_ms = 0;
	open_it();
	stats.checkpoint.sweeps = 0;
	for (int round = 0; round < 300 || stats.checkpoint.sweeps < 3; round++) {
		assert_true(round < 30000);
		for (int i = 0; i < 3; i++) {
			task.id++;
			while (bank_try(&living, &task, &position) != STATUS_OK)
				living_turn(&living, true);
		}
		living_turn(&living, round % 3 == 0);
		store_stats(living.store, &stats);
		struct database_meta meta;
		char path[400];
		struct database *database;
		struct database_reader *reader;
		if (round % 10 != 0)
			continue;
		/* What LMDB says now, as a crash would leave it. */
		snprintf(path, sizeof path, "%s/state", data);
		uint64_t durable = store_durable(living.store);
		char copy[400];
		snprintf(copy, sizeof copy, "%s/copy", scratch);
		tree_copy(path, copy);
		assert_int_equal(database_open(copy, 256 << 20, true, &database, NULL), STATUS_OK);
		assert_int_equal(database_read_begin(database, &reader, NULL), STATUS_OK);
		assert_int_equal(database_read_meta(reader, &meta, NULL), STATUS_OK);
		for (size_t i = 0; i < meta.run_count; i++) {
			char run[500];
			struct id_run *opened;
			snprintf(run, sizeof run, "%s/ids/%016llx.ids", data,
				(unsigned long long)meta.runs[i].number);
			if (id_run_open(&opened, run, store_place(living.store).folder, NULL) !=
				STATUS_OK)
				continue; /* merged meanwhile */
			assert_true(opened->header.position_max < durable);
			id_run_drop(opened);
		}
		database_read_end(reader);
		database_close(database);
		tree_remove(copy);
	}
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
	size_t size;
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
	struct want want = { .kind = WANT_ENTRY, .position = position };
	assert_int_equal(living_wait(&living, &want), STATUS_OK);
	uint32_t key = frame_key(store_place(living.store).folder);
	assert_int_equal(entry_decode((struct bytes){ want.bytes.data, want.bytes.size }, key,
				 &entry, &size, NULL),
		STATUS_OK);
	assert_true(text_equal(entry.id, TEXT("call-9")));
	buffer_release(&want.bytes);
	struct want nothing = { .kind = WANT_ENTRY, .position = position + (1 << 19) };
	assert_int_not_equal(living_wait(&living, &nothing), STATUS_OK);
	buffer_release(&nothing.bytes);
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

static void
never_done(struct want *want)
{
	(void)want;
	fail_msg("told while closing");
}

static void
closing_lets_go_of_all_that_waits(void **state)
{
	(void)state;
	enum { WAITING = 3000 };
	struct want *wants = calloc(WAITING, sizeof *wants);
	struct id_memo *memos = calloc(WAITING, sizeof *memos);
	struct task topup = { .kind = TASK_TOPUP, .account = 1, .amount = 77 };
	struct random random = { 9 };
	uint64_t next_id = 0;
	open_it();
	open_accounts(20);
	run_bank(&random, 3000, 20, &next_id);
	close_it();
	for (int round = 0; round < 2; round++) {
		open_it();
		do_task(topup); /* so that its records are in memory */
		settle();
		for (size_t i = 0; i < WAITING; i++) {
			wants[i] = (struct want){ .done = never_done };
			memos[i] = (struct id_memo){ 0 };
			switch (i % 4) {
			case 0:
				want_id(&wants[i], TEXT("07710000001"), TEXT("call-5"), &memos[i]);
				break;
			case 1:
				wants[i].kind = WANT_RECORD;
				bank_setting_key(&wants[i].key, i % 500);
				break;
			case 2:
				wants[i].kind = WANT_ROOM;
				break;
			case 3:
				wants[i].kind = WANT_DURABLE;
				wants[i].position = UINT64_MAX;
				break;
			}
			store_want(living.store, &wants[i]);
		}
		/* The second time after a failure, when no worker is sent any more. */
		if (round == 1) {
			uint64_t position;
			disk_fail_at(DISK_CALL_WRITE, 1, 0);
			assert_int_equal(bank_try(&living, &topup, &position), STATUS_OK);
			store_turn(living.store, true);
			struct timespec pause = { 0, 50000000 };
			nanosleep(&pause, NULL);
		}
		assert_int_equal(living_close(&living), round == 1 ? STATUS_IO : STATUS_OK);
		for (size_t i = 0; i < WAITING; i++) {
			buffer_release(&wants[i].bytes);
			id_memo_release(&memos[i]);
		}
	}
	free(wants);
	free(memos);
}

static void
closing_at_any_moment_ends_well(void **state)
{
	(void)state;
	struct random random = { random_seed("closing_at_any_moment_ends_well") };
	struct database_meta meta;
	uint64_t next_id = 0;
	living.settings.checkpoint_ms = 1;
	open_it();
	open_accounts(40);
	struct journal_place place = store_place(living.store);
	for (int round = 0; round < 60; round++) {
		size_t tasks = random_below(&random, 300);
		for (size_t i = 0; i < tasks; i++) {
			do_task(bank_random_task(&random, 40, &next_id));
			if (random_below(&random, 3) == 0)
				living_turn(&living, random_below(&random, 4) == 0);
		}
		close_it();
		if (round % 10 == 9) {
			replay(&place);
			assert_true(database_agrees(data, &naive, &meta));
			assert_true(meta.clean);
		}
		open_it();
	}
}

static void
closing_right_after_a_checkpoint_began_ends_well(void **state)
{
	(void)state;
	struct timespec until_due = { 0, 25 * 1000000 };
	living.settings.checkpoint_ms = 20;
	open_it();
	open_accounts(5);
	for (uint64_t id = 1; id <= 20; id++) {
		/* Only a refusal in every other round: ids to be written, and no record. */
		struct task task = { .kind = id % 2 == 0 ? TASK_REFUSE : TASK_CHARGE, .id = id };
		struct store_stats stats;
		do_task(task);
		do {
			living_turn(&living, true);
			store_stats(living.store, &stats);
		} while (stats.durable < stats.decided || stats.applied < stats.decided);
		task.id += 1000;
		do_task(task);
		store_turn(living.store, false);
		while (store_durable(living.store) < store_decided(living.store))
			nanosleep(&until_due, NULL);
		nanosleep(&until_due, NULL);
		store_turn(living.store, false);
		close_it();
		open_it();
	}
}

static void
ids_that_became_durable_without_a_turn_are_written_at_the_end(void **state)
{
	(void)state;
	struct timespec pause = { 0, 1000000 };
	open_it();
	open_accounts(2);
	settle();
	do_task((struct task){ .kind = TASK_CHARGE, .account = 1, .amount = 1, .id = 1 });
	store_turn(living.store, false);
	while (store_durable(living.store) < store_decided(living.store))
		nanosleep(&pause, NULL);
	close_it();
	open_it();
	assert_int_equal(store_now(living.store), living.now_ms);
}

/* ---- failures ---- */

/* Until nobody makes spare segments, whose calls could be those that a test makes fail. */
static void
wait_for_spares(void)
{
	for (int quiet = 0; quiet < 20; quiet++) {
		struct store_stats before, after;
		struct timespec pause = { 0, 10000000 };
		store_stats(living.store, &before);
		nanosleep(&pause, NULL);
		store_stats(living.store, &after);
		if (after.journal.zero_filled_bytes != before.journal.zero_filled_bytes)
			quiet = 0;
	}
}

static void
failed_write_is_told_once_and_nothing_is_acknowledged_after_it(void **state)
{
	(void)state;
	open_it();
	open_accounts(5);
	settle();
	struct journal_place place = store_place(living.store);
	uint64_t durable = store_durable(living.store);
	wait_for_spares();
	disk_fail_at(DISK_CALL_WRITE, 1, 0);
	uint64_t position;
	struct task task = { .kind = TASK_TOPUP, .account = 1, .amount = 1 };
	assert_int_equal(bank_try(&living, &task, &position), STATUS_OK);
	while (!living.failed)
		living_turn(&living, true);
	assert_int_equal(living.fault.status, STATUS_IO);
	living.failed = false;
	for (int i = 0; i < 10; i++)
		living_turn(&living, false);
	assert_false(living.failed); /* once */
	assert_int_equal(store_durable(living.store), durable);
	assert_int_equal(living_close(&living), STATUS_IO);
	replay(&place);
	open_it();
	assert_true(living_agrees(&living, &naive));
}

static void
failed_checkpoint_stops_the_store_and_loses_nothing(void **state)
{
	(void)state;
	open_it();
	open_accounts(5);
	settle();
	struct journal_place place = store_place(living.store);
	database_fail_at(5);
	uint64_t position;
	struct task task = { .kind = TASK_TOPUP, .account = 1, .amount = 1 };
	while (!living.failed) {
		bank_try(&living, &task, &position);
		living_turn(&living, true);
	}
	database_fail_at(0);
	assert_int_equal(living_close(&living), STATUS_IO);
	replay(&place);
	open_it();
	assert_true(living_agrees(&living, &naive));
}

static void
full_disk_at_the_end_is_told_and_loses_nothing(void **state)
{
	(void)state;
	open_it();
	open_accounts(5);
	settle();
	struct journal_place place = store_place(living.store);
	/* Closing: ids can't be written. */
	do_task((struct task){ .kind = TASK_TOPUP, .account = 1, .amount = 1, .id = 1 });
	settle();
	wait_for_spares();
	disk_fail_at(DISK_CALL_OPEN, 1, ENOSPC);
	assert_int_equal(living_close(&living), STATUS_FULL);
	disk_fail_at(DISK_CALL_OPEN, 0, 0);
	replay(&place);
	open_it();
	assert_true(living_agrees(&living, &naive));
	assert_ids_known();
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

#define TEST_ON_DISK(name) cmocka_unit_test_setup_teardown(name, set_up_on_disk, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(new_folder_is_made_and_found_again),
		TEST(entry_is_applied_at_once_and_durable_when_it_is_told_so),
		TEST(after_a_clean_end_nothing_is_recovered_and_the_same_segment_goes_on),
		TEST(time_never_runs_backwards_over_a_restart),
		TEST(folder_of_another_process_is_busy),
		TEST(replay_from_nothing_equals_memory_and_lmdb),
		TEST(replay_from_nothing_equals_memory_and_lmdb_when_memory_is_little),
		TEST(record_that_ended_and_was_forgotten_may_begin_anew),
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
		TEST_ON_DISK(full_batches_push_back_and_pass),
		TEST(checkpoints_far_behind_push_back_and_pass),
		TEST(changed_records_that_fill_the_memory_push_back_and_pass),
		TEST(ids_that_wait_for_the_disk_push_back_and_pass),
		TEST(disk_without_room_refuses_by_name_and_recovers_when_room_returns),
		TEST(map_that_is_full_refuses_by_name_and_a_larger_one_goes_on),
		TEST(record_that_finds_no_memory_waits_for_the_next_checkpoint),
		TEST(ids_are_known_over_restarts_wherever_they_lie),
		TEST(refused_id_is_found_with_its_last_attempt),
		TEST(run_never_names_an_entry_that_a_crash_could_take_away),
		TEST(many_may_wait_for_one_record_and_go_when_they_are_told),
		TEST(entry_is_read_back_by_its_position),
		TEST(durability_can_be_waited_for_also_when_it_is_there),
		TEST(closing_lets_go_of_all_that_waits),
		TEST(closing_at_any_moment_ends_well),
		TEST(closing_right_after_a_checkpoint_began_ends_well),
		TEST(ids_that_became_durable_without_a_turn_are_written_at_the_end),
		TEST(failed_write_is_told_once_and_nothing_is_acknowledged_after_it),
		TEST(failed_checkpoint_stops_the_store_and_loses_nothing),
		TEST(full_disk_at_the_end_is_told_and_loses_nothing),
		TEST(without_memory_nothing_happens_and_it_is_said),
		TEST(entry_that_is_too_large_is_refused),
		TEST(walk_over_a_table_sees_memory_and_lmdb_and_stops_when_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
