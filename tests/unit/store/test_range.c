/*
 * Pages of an ordered table: whatever lies in LMDB, has changed since, or has ended, a walk by pages
 * sees what is true, each record once and in order. Timers are set and cleared at random, many of
 * them at one instant, and a list of flags says which there are.
 */
#include "living_case.h"

enum { TIMERS = 4000, TIMERS_AT_AN_INSTANT = 40, TIMERS_AN_ENTRY = LIVING_EFFECTS_MAX };

static bool is_set[TIMERS];

static int
set_up_none(void **state)
{
	memset(is_set, 0, sizeof is_set);
	return set_up(state);
}

static void
timer_key_of(struct record_key *key, size_t number)
{
	char owner[20];
	int size = snprintf(owner, sizeof owner, "s%05zu", number);
	key_of_timer(key,
		&(struct timer_key){ LIVING_BEGAN_MS + (int64_t)(number / TIMERS_AT_AN_INSTANT),
			TIMER_SUBSCRIPTION, { (const uint8_t *)owner, (size_t)size } });
}

/* Appends an entry with these effects; false: something is cold, and was waited for. */
static bool
try_change(struct draft *draft, const size_t *numbers, size_t count)
{
	draft_begin(draft, &living, ENTRY_PUT);
	for (size_t i = 0; i < count; i++) {
		struct record_key key;
		struct bytes value;
		timer_key_of(&key, numbers[i]);
		enum lookup found = draft_find(draft, &key, &value);
		if (found == LOOKUP_COLD) {
			assert_int_equal(living_wait_record(&living, &key), STATUS_OK);
			return false;
		}
		assert_int_equal(found == LOOKUP_FOUND, is_set[numbers[i]]);
		draft_effect(draft, &key,
			found == LOOKUP_FOUND ? (struct bytes){ NULL, 0 } : TIMER_VALUE);
	}
	uint64_t position;
	enum status status = store_append(
		living.store, &draft->entry, draft->effects, &position, &living.fault);
	if (status == STATUS_BUSY)
		assert_int_equal(living_wait_room(&living), STATUS_OK);
	else
		assert_int_equal(status, STATUS_OK);
	return status == STATUS_OK;
}

/* Sets those that are not set, clears those that are, in one entry. */
static void
change(const size_t *numbers, size_t count)
{
	static struct draft draft;
	while (!try_change(&draft, numbers, count))
		;
	for (size_t i = 0; i < count; i++)
		is_set[numbers[i]] = !is_set[numbers[i]];
}

static void
change_some(struct random *random, size_t entries)
{
	for (size_t entry = 0; entry < entries; entry++) {
		size_t numbers[TIMERS_AN_ENTRY];
		size_t count = 1 + random_below(random, TIMERS_AN_ENTRY);
		numbers[0] = random_below(random, TIMERS);
		for (size_t i = 1; i < count; i++)
			numbers[i] = (numbers[i - 1] + 1) % TIMERS;
		change(numbers, count);
		if (random_below(random, 8) == 0)
			living_turn(&living, false);
	}
}

static void
change_all(void)
{
	size_t numbers[TIMERS_AN_ENTRY];
	for (size_t first = 0; first < TIMERS; first += TIMERS_AN_ENTRY) {
		for (size_t i = 0; i < TIMERS_AN_ENTRY; i++)
			numbers[i] = first + i;
		change(numbers, TIMERS_AN_ENTRY);
	}
}

/* The next that is set, from `number` on. */
static size_t
next_set(size_t number)
{
	while (number < TIMERS && !is_set[number])
		number++;
	return number;
}

/* A page behind `range->last`; *number is the first timer that may be in it, and then the next. */
static void
check_page(struct range *range, size_t *number)
{
	struct want want = { .kind = WANT_RANGE, .range = range };
	struct range_record record;
	range->after = range->last;
	assert_int_equal(living_wait(&living, &want), STATUS_OK);
	buffer_release(&want.bytes);
	struct bytes rest = { range->bytes.data, range->bytes.size };
	unsigned count = 0;
	for (; range_next(&rest, &record); count++) {
		struct record_key key;
		*number = next_set(*number);
		assert_true(*number < TIMERS);
		timer_key_of(&key, (*number)++);
		assert_true(bytes_equal(record.key, (struct bytes){ key.data, key.size }));
		assert_true(bytes_equal(record.value, TIMER_VALUE));
		assert_true(record.version > 0 && record.version < store_decided(living.store));
	}
	assert_int_equal(count, range->count);
	assert_true(count <= range->limit && (count > 0 || !range->more));
}

/* A walk over all, page by page, while nothing changes. */
static void
check_walk(unsigned limit)
{
	struct range range = { .table = TABLE_TIMER, .limit = limit };
	size_t number = 0;
	buffer_init(&range.bytes, 1 << 20);
	do
		check_page(&range, &number);
	while (range.more);
	assert_int_equal(next_set(number), TIMERS);
	buffer_release(&range.bytes);
}

/* ---- claims ---- */

static void
table_without_records_is_one_empty_page(void **state)
{
	(void)state;
	open_it();
	check_walk(1);
	check_walk(RANGE_RECORDS_MAX);
}

static void
page_has_what_lmdb_has_without_what_ended_and_with_what_is_new(void **state)
{
	(void)state;
	open_it();
	change(&(size_t){ 10 }, 1);
	change(&(size_t){ 30 }, 1);
	change(&(size_t){ 50 }, 1);
	close_it();
	open_it();
	check_walk(2); /* all of it in LMDB */
	change(&(size_t){ 30 }, 1);
	change(&(size_t){ 5 }, 1);
	change(&(size_t){ 40 }, 1);
	change(&(size_t){ 60 }, 1);
	for (unsigned limit = 1; limit < 8; limit++)
		check_walk(limit);
	change(&(size_t){ 30 }, 1);
	check_walk(3);
}

static void
page_whose_records_have_all_ended_is_passed_over(void **state)
{
	(void)state;
	living.settings.checkpoint_ms = 1000000;
	open_it();
	change_all();
	close_it();
	open_it();
	change_all();
	check_walk(10);
	change(&(size_t){ TIMERS - 1 }, 1);
	check_walk(10);
}

static void
walk_sees_each_once_whatever_has_changed(void **state)
{
	(void)state;
	struct random random = { random_seed("walk_sees_each_once_whatever_has_changed") };
	open_it();
	for (int round = 0; round < 20; round++) {
		change_some(&random, 200);
		check_walk(1 + (unsigned)random_below(&random, RANGE_RECORDS_MAX));
		if (random_below(&random, 4) == 0) {
			close_it();
			open_it();
		}
	}
	assert_all_agree();
}

static void
what_recovery_has_applied_is_seen(void **state)
{
	(void)state;
	struct random random = { random_seed("what_recovery_has_applied_is_seen") };
	open_it();
	change_some(&random, 1500);
	close_it();
	remove_part("state");
	remove_part("ids");
	open_it();
	check_walk(100);
	change_some(&random, 200);
	check_walk(RANGE_RECORDS_MAX);
}

static bool
is_sweeping(void)
{
	struct store_stats stats;
	store_stats(living.store, &stats);
	return stats.checkpoint.count > 0;
}

static void
walk_while_a_sweep_runs(void **state)
{
	(void)state;
	struct random random = { random_seed("walk_while_a_sweep_runs") };
	unsigned midst = 0;
	living.settings.checkpoint_ms = 200;
	living.settings.sweep_ms = 400;
	open_it();
	for (int round = 0; round < 3; round++) {
		change_all();
		while (!is_sweeping())
			change_some(&random, 1);
		for (int i = 0; i < 20; i++) {
			change_some(&random, 20);
			midst += is_sweeping();
			check_walk(RANGE_RECORDS_MAX);
		}
	}
	assert_true(midst > 0);
	assert_all_agree();
}

/* Records are dropped and read again all the time, also in the midst of a sweep. */
static void
walk_while_memory_is_little(void **state)
{
	(void)state;
	struct random random = { random_seed("walk_while_memory_is_little") };
	struct store_stats stats;
	living.settings.records_bytes_max = 1 << 20;
	open_it();
	open_accounts(3000);
	for (int round = 0; round < 20; round++) {
		change_some(&random, 150);
		for (int i = 0; i < 40; i++)
			do_task((struct task){ .kind = TASK_TOPUP,
				.account = random_below(&random, 3000),
				.amount = 1 });
		check_walk(100);
	}
	store_stats(living.store, &stats);
	assert_true(stats.records.dropped > 0);
	assert_true(shelf_is_valid(store_shelf(living.store)));
	assert_all_agree();
}

static void
what_comes_by_the_page_does_not_come_by_itself(void **state)
{
	(void)state;
	struct record_key key;
	struct bytes value;
	uint64_t version;
	open_it();
	change_all();
	close_it();
	open_it();
	while (living.store->warming != NULL)
		living_turn(&living, true);
	timer_key_of(&key, TIMERS - 1);
	assert_int_equal(
		store_find(living.store, shelf_key_of(&key), &value, &version), LOOKUP_COLD);
	check_walk(RANGE_RECORDS_MAX);
	assert_int_equal(
		store_find(living.store, shelf_key_of(&key), &value, &version), LOOKUP_FOUND);
}

static void
record_that_is_surely_new_is_made_though_nobody_looked(void **state)
{
	(void)state;
	static struct draft draft;
	struct record_key key;
	struct bytes value;
	uint64_t version, position;
	open_it();
	change(&(size_t){ 10 }, 1);
	close_it();
	open_it(); /* LMDB has something, and nobody knows what */
	timer_key_of(&key, 20);
	assert_int_equal(
		store_find(living.store, shelf_key_of(&key), &value, &version), LOOKUP_COLD);
	draft_begin(&draft, &living, ENTRY_PUT);
	draft_effect(&draft, &key, TIMER_VALUE);
	draft.effects[0].is_new = true;
	assert_int_equal(
		store_append(living.store, &draft.entry, draft.effects, &position, &living.fault),
		STATUS_OK);
	is_set[20] = true;
	check_walk(10);
	assert_all_agree();
}

static void
page_with_little_room_has_fewer_records(void **state)
{
	(void)state;
	open_it();
	change_all();
	struct range range = { .table = TABLE_TIMER, .limit = RANGE_RECORDS_MAX };
	size_t number = 0;
	buffer_init(&range.bytes, 128);
	for (int i = 0; i < 20; i++) {
		check_page(&range, &number);
		assert_in_range(range.count, 1, 5);
		assert_true(range.more);
	}
	buffer_release(&range.bytes);
	range.last.size = 0;
	buffer_init(&range.bytes, 8);
	struct want want = { .kind = WANT_RANGE, .range = &range };
	assert_int_equal(living_wait(&living, &want), STATUS_MEMORY);
	buffer_release(&want.bytes);
	buffer_release(&range.bytes);
}

static void
page_can_not_be_read_where_the_disk_fails(void **state)
{
	(void)state;
	struct range range = { .table = TABLE_TIMER, .limit = 10 };
	struct want want = { .kind = WANT_RANGE, .range = &range };
	living.settings.checkpoint_ms = 1000000;
	open_it();
	change(&(size_t){ 10 }, 1);
	settle();
	buffer_init(&range.bytes, 1 << 20);
	database_fail_at(1);
	assert_int_equal(living_wait(&living, &want), STATUS_IO);
	database_fail_at(0);
	buffer_release(&want.bytes);
	buffer_release(&range.bytes);
	check_walk(10);
}

#define RANGE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up_none, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RANGE_TEST(table_without_records_is_one_empty_page),
		RANGE_TEST(page_has_what_lmdb_has_without_what_ended_and_with_what_is_new),
		RANGE_TEST(page_whose_records_have_all_ended_is_passed_over),
		RANGE_TEST(walk_sees_each_once_whatever_has_changed),
		RANGE_TEST(what_recovery_has_applied_is_seen),
		RANGE_TEST(walk_while_a_sweep_runs),
		RANGE_TEST(walk_while_memory_is_little),
		RANGE_TEST(what_comes_by_the_page_does_not_come_by_itself),
		RANGE_TEST(record_that_is_surely_new_is_made_though_nobody_looked),
		RANGE_TEST(page_with_little_room_has_fewer_records),
		RANGE_TEST(page_can_not_be_read_where_the_disk_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
