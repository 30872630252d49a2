/*
 * How a store ends: closed at any moment with all that waits, or after a failure, which is told once
 * and after which nothing is acknowledged.
 */
#include "living_case.h"

/* ---- closing ---- */

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
		while (store_turn(living.store, false))
			continue;
		while (store_durable(living.store) < store_decided(living.store))
			nanosleep(&until_due, NULL);
		nanosleep(&until_due, NULL);
		store_turn(living.store, false);
		close_it();
		open_it();
	}
}

/* ---- failures ---- */

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(closing_lets_go_of_all_that_waits),
		TEST(closing_at_any_moment_ends_well),
		TEST(closing_right_after_a_checkpoint_began_ends_well),
		TEST(failed_write_is_told_once_and_nothing_is_acknowledged_after_it),
		TEST(failed_checkpoint_stops_the_store_and_loses_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
