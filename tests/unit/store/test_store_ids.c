/*
 * The ids of a living store are known whatever end it met and wherever they lie, and no run on the
 * disk is ahead of the journal.
 */
#include "killing.h"

#include "../../../store/id_run.h"

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

static void
ids_that_became_durable_without_a_turn_are_written_at_the_end(void **state)
{
	(void)state;
	struct timespec pause = { 0, 1000000 };
	open_it();
	open_accounts(2);
	settle();
	do_task((struct task){ .kind = TASK_CHARGE, .account = 1, .amount = 1, .id = 1 });
	while (store_turn(living.store, false))
		continue;
	while (store_durable(living.store) < store_decided(living.store))
		nanosleep(&pause, NULL);
	close_it();
	open_it();
	assert_int_equal(store_now(living.store), living.now_ms);
}

/* Closes with an id in hand, and fails the next opening of a file. */
static enum status
close_on_a_full_disk(uint64_t id)
{
	while (!checkpoint_is_idle(living.store->checkpoint))
		living_turn(&living, false);
	wait_for_spares();
	do_task((struct task){ .kind = TASK_TOPUP, .account = 1, .amount = 1, .id = id });
	while (store_durable(living.store) < store_decided(living.store))
		living_turn(&living, true);
	disk_fail_at(DISK_CALL_OPEN, 1, ENOSPC);
	enum status status = living_close(&living);
	disk_fail_at(DISK_CALL_OPEN, 0, 0);
	return status;
}

static void
full_disk_at_the_end_is_told_and_loses_nothing(void **state)
{
	enum { TRIES = 50 };
	(void)state;
	open_it();
	open_accounts(5);
	settle();
	struct journal_place place = store_place(living.store);
	/* A thread at work in the background may be who opens the file that can't be: it tries again later. */
	enum status status = close_on_a_full_disk(1);
	for (uint64_t id = 2; status == STATUS_OK && id <= TRIES; id++) {
		open_it();
		status = close_on_a_full_disk(id);
	}
	assert_int_equal(status, STATUS_FULL);
	replay(&place);
	open_it();
	assert_true(living_agrees(&living, &naive));
	assert_ids_known();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ids_are_known_over_restarts_wherever_they_lie),
		TEST(refused_id_is_found_with_its_last_attempt),
		TEST(run_never_names_an_entry_that_a_crash_could_take_away),
		TEST(ids_that_became_durable_without_a_turn_are_written_at_the_end),
		TEST(full_disk_at_the_end_is_told_and_loses_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
