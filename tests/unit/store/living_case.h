/*
 * What the tests of a living store share: one in a folder of its own for each test, the tasks it
 * does, and the naive replay that it must agree with.
 */
#ifndef SUANPAN_TEST_LIVING_CASE_H
#define SUANPAN_TEST_LIVING_CASE_H

#include "../../../store/store_parts.h"
#include "living.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static char scratch[256];
static char data[300];
static struct living living;
static struct naive naive;
static bool has_naive;

static inline void
no_naive(void)
{
	if (has_naive)
		naive_release(&naive);
	has_naive = false;
}

static inline int
set_up_in_scratch(void)
{
	snprintf(data, sizeof data, "%s/data", scratch);
	living_init(&living, data);
	return 0;
}

static inline int
set_up(void **state)
{
	(void)state;
	scratch_make_fast(scratch);
	return set_up_in_scratch();
}

static inline int
tear_down(void **state)
{
	(void)state;
	database_fail_at(0);
	failures_end();
	living_close(&living);
	no_naive();
	tree_remove(scratch);
	return 0;
}

static inline void
open_it(void)
{
	if (living_open(&living) != STATUS_OK)
		fail_msg("%s", living.fault.text);
}

static inline void
close_it(void)
{
	if (living_close(&living) != STATUS_OK)
		fail_msg("%s", living.fault.text);
}

static inline void
remove_part(const char *part)
{
	char path[400];
	snprintf(path, sizeof path, "%s/%s", data, part);
	tree_remove(path);
}

/* The journal of the folder as it lies on the disk, replayed from nothing. */
static inline void
replay(const struct journal_place *place)
{
	struct fault fault;
	no_naive();
	has_naive = true;
	if (naive_replay(&naive, place, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	assert_false(naive.wrong);
}

/* Is what the open store has what its journal says? */
static inline void
assert_replay_agrees(void)
{
	struct journal_place place = store_place(living.store);
	replay(&place);
	assert_true(living_agrees(&living, &naive));
}

static inline uint64_t
do_task(struct task task)
{
	uint64_t position = 0;
	if (bank_do(&living, &task, &position) != STATUS_OK)
		fail_msg("%s", living.fault.text);
	return position;
}

static inline void
open_accounts(uint64_t count)
{
	for (uint64_t account = 0; account < count; account++)
		do_task((struct task){ .kind = TASK_OPEN, .account = account, .amount = 1000000 });
}

/* Random tasks, some turns between them. */
static inline void
run_bank(struct random *random, size_t tasks, uint64_t accounts, uint64_t *next_id)
{
	for (size_t i = 0; i < tasks; i++) {
		do_task(bank_random_task(random, accounts, next_id));
		if (random_below(random, 8) == 0)
			living_turn(&living, false);
	}
}

static inline void
settle(void)
{
	assert_true(living_settle(&living));
}

/* Until nobody makes spare segments, whose calls could be those that a test makes fail. */
static inline void
wait_for_spares(void)
{
	const struct journal *journal = living.store->journal;
	struct timespec pause = { 0, 1000000 };
	/* The current segment, in part used up, is less than a spare. */
	while (journal_room(journal) < journal_room_of_spares(journal))
		nanosleep(&pause, NULL);
}

/*
 * Live state, LMDB after a clean end, and what is rebuilt from the journal alone are all the same.
 */
static inline void
assert_all_agree(void)
{
	struct database_meta meta;
	settle();
	struct journal_place place = store_place(living.store);
	replay(&place);
	assert_true(living_memory_agrees(&living, &naive));
	assert_true(living_agrees(&living, &naive));
	close_it();
	assert_true(database_agrees(data, &naive, &meta));
	assert_true(meta.clean);
	assert_true(meta.applied.position > naive.last_position);
	remove_part("state");
	remove_part("ids");
	open_it();
	assert_true(living_agrees(&living, &naive));
	close_it();
	assert_true(database_agrees(data, &naive, &meta));
	open_it();
	assert_true(living_agrees(&living, &naive));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
