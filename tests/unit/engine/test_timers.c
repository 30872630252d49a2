/*
 * What is due at an instant: done when the shard's clock has come there, once, in order, whatever the
 * clock does and whether anybody served meanwhile. The clock stands where the test says; balances
 * that end are what is due.
 */
#include "shard_case.h"

#define END_MS (WORLD_NOW + DAY_MS)

/* Each test has a world of its own, who calls in it, and account 1. */
static struct world *world;
static struct peer peer;

static void
make_account(int number)
{
	char params[100];
	snprintf(params, sizeof params, "[{account: a%d, customer: c}]", number);
	check_outcome(&peer, "account.put", params, "stored");
}

static int
set_up(void **state)
{
	make_world(state);
	world = *state;
	peer_open(&peer, world);
	check_outcome(&peer, "customer.put", "[{customer: c}]", "stored");
	make_account(1);
	return 0;
}

static int
tear_down(void **state)
{
	peer_close(&peer);
	return free_world(state);
}

/* A balance of an account with 1.00 on it; nobody waits for the answers. */
static void
ask_gift(int account, int number, int64_t till_ms)
{
	char params[200];
	snprintf(params, sizeof params, "[{account: a%d, balance: g%d, till: %" PRId64 "}]",
		account, number, till_ms);
	peer_ask(&peer, "balance.put", params);
	snprintf(params, sizeof params,
		"[{id: g%d, account: a%d, balance: g%d, at: %" PRId64
		", amount: \"1.00\", currency: CNY}]",
		number, account, number, world->now_ms);
	peer_ask(&peer, "balance.topup", params);
}

static void
expect_gifts(int count)
{
	struct answer answer;
	for (int i = 0; i < 2 * count; i++) {
		if (!peer_wait(&peer, &answer) || answer.error != NULL)
			fail_msg("answer %d of %d", i, 2 * count);
		answer_free(&answer);
	}
}

static void
give(int account, int number, int64_t till_ms)
{
	ask_gift(account, number, till_ms);
	expect_gifts(1);
}

static void
check_gift(int account, int number, const char *amount)
{
	char params[40], path[40];
	snprintf(params, sizeof params, "[a%d]", account);
	snprintf(path, sizeof path, "balances.%d.amount", number);
	check_field(&peer, "balance.get", params, path, amount);
}

static struct timers_stats
stats(void)
{
	return timers_stats(world->shard->timers);
}

/* Until so many are done; and then no more come. */
static void
expect_done(uint64_t count)
{
	for (int i = 0; i < 20000 && stats().done < count; i++)
		world_step(world);
	world_steps(world, 5);
	struct timers_stats last = stats();
	assert_int_equal(last.done, count);
	assert_int_equal(last.under_way + last.due, 0);
	assert_int_equal(last.late_ms, 0);
}

static void
expect_none(void)
{
	uint64_t done = stats().done;
	world_steps(world, 20);
	assert_int_equal(stats().done, done);
	assert_int_equal(stats().due, 0);
}

/* ---- the clock ---- */

static void
nothing_is_early_by_a_millisecond(void **state)
{
	(void)state;
	give(1, 1, END_MS);
	world->now_ms = END_MS - 1;
	expect_none();
	check_gift(1, 1, "1.00");
	world->now_ms = END_MS;
	expect_done(1);
	check_gift(1, 1, "0.00");
}

/* The names of the balances that expired, in the order of their entries, newest first. */
static void
check_order(const int *numbers, size_t count)
{
	struct answer answer;
	char path[60], name[20];
	peer_call(&peer, "history", "[{account: a1}]", &answer);
	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof path, "entries.%zu.answer.name", i);
		snprintf(name, sizeof name, "g%d", numbers[i]);
		assert_field(&answer, path, name);
	}
	answer_free(&answer);
}

static void
clock_that_jumps_ahead_makes_all_of_it_due_in_the_order_of_time(void **state)
{
	(void)state;
	give(1, 1, END_MS + 30);
	give(1, 2, END_MS + 10);
	give(1, 3, END_MS + 20);
	give(1, 4, END_MS + 400 * DAY_MS);
	world->now_ms = END_MS + 300 * DAY_MS;
	expect_done(3);
	check_order((const int[]){ 1, 3, 2 }, 3);
	check_gift(1, 4, "1.00");
}

static void
clock_that_jumps_back_makes_nothing_due_and_what_was_done_is_not_done_again(void **state)
{
	(void)state;
	give(1, 1, END_MS);
	give(1, 2, END_MS + DAY_MS);
	world->now_ms = END_MS;
	expect_done(1);
	world->now_ms = WORLD_NOW;
	expect_none();
	/* The shard's clock stands until that one has passed it. */
	give(1, 3, END_MS + 1);
	world->now_ms = END_MS;
	expect_none();
	world->now_ms = END_MS + 1;
	expect_done(2);
	check_gift(1, 2, "1.00");
}

static void
what_came_due_while_nobody_served_is_done_after_the_start(void **state)
{
	(void)state;
	for (int i = 1; i <= 3; i++)
		give(1, i, END_MS + i);
	world->now_ms = END_MS + 2;
	timers_stop(world->shard->timers);
	peer_reopen(&peer);
	expect_done(2);
	check_order((const int[]){ 2, 1 }, 2);
	peer_reopen(&peer);
	expect_none();
	world->now_ms = END_MS + 3;
	expect_done(1);
}

static void
stats_say_how_much_is_due_and_how_late_it_is(void **state)
{
	(void)state;
	for (int i = 1; i <= 3; i++)
		give(1, i, END_MS + i);
	timers_stop(world->shard->timers);
	world->now_ms = END_MS + 2;
	check_gift(1, 3, "1.00");
	assert_int_equal(stats().due, 2);
	assert_int_equal(stats().late_ms, 1);
	check_field(&peer, "stats", "[]", "timers.due", "2");
	check_field(&peer, "stats", "[]", "timers.late_ms", "1");
	check_field(&peer, "stats", "[]", "timers.done", "0");
}

/* ---- many ---- */

enum { ACCOUNTS = 160, GIFTS = 60 };

static void
give_many(void)
{
	for (int account = 1; account <= ACCOUNTS; account++) {
		if (account > 1)
			make_account(account);
		for (int number = 1; number <= GIFTS; number++)
			ask_gift(account, number, END_MS + (number % 3));
		expect_gifts(GIFTS);
	}
	assert_int_equal(stats().done, 0);
}

/* Of each account of so many. */
static void
expect_gone(int of)
{
	for (int account = 1; account <= ACCOUNTS; account += of) {
		struct answer answer;
		char params[40], path[40];
		snprintf(params, sizeof params, "[a%d]", account);
		peer_call(&peer, "balance.get", params, &answer);
		for (int number = 1; number <= GIFTS; number++) {
			snprintf(path, sizeof path, "balances.%d.amount", number);
			assert_field(&answer, path, "0.00");
		}
		answer_free(&answer);
	}
}

/* More than are held in memory at a time, and a client that calls all the while. */
static void
many_that_are_due_at_one_instant_are_each_done_once_and_calls_go_on(void **state)
{
	(void)state;
	give_many();
	world->now_ms = END_MS + 10;
	/* While the journal does not write, a charge would wait behind what is put into it. */
	uint64_t decided = store_decided(world->shard->store);
	journal_hold(true);
	for (int i = 0; i < 5000 && store_decided(world->shard->store) - decided < 64 * 1024; i++)
		world_step(world);
	world_steps(world, 20);
	uint64_t ahead = store_decided(world->shard->store) - decided;
	journal_hold(false);
	assert_in_range(ahead, 64 * 1024, 65 * 1024);
	for (int i = 0; i < 3; i++) {
		check_field(&peer, "account.get", "[a1]", "account", "a1");
		assert_true(stats().done < ACCOUNTS * GIFTS);
	}
	expect_done(ACCOUNTS * GIFTS);
	expect_gone(1);
}

static void
many_that_are_cold_are_read_a_few_at_a_time(void **state)
{
	(void)state;
	size_t under_way_max = 0;
	give_many();
	world->settings.store.records_bytes_max = 1 << 20;
	peer_reopen(&peer);
	world->now_ms = END_MS + 2;
	for (int i = 0; i < 100000 && stats().done < ACCOUNTS * GIFTS; i++) {
		size_t under_way = stats().under_way;
		under_way_max = under_way > under_way_max ? under_way : under_way_max;
		world_step(world);
	}
	assert_in_range(under_way_max, 1, TIMERS_UNDER_WAY);
	expect_done(ACCOUNTS * GIFTS);
	expect_gone(20);
}

/* ---- the thread's time ---- */

/*
 * As long as it pretends, the thread's monotonic clock goes on by a step whenever somebody looks at
 * it, and not otherwise: so a timer takes a step, and what they take in all does not depend on the
 * machine.
 */
enum { STEP_NS = 10 * 1000 };
static _Thread_local struct {
	bool pretends;
	int64_t now_ns;
} monotonic;

int clock_gettime(clockid_t clock, struct timespec *now);

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	if (clock != CLOCK_MONOTONIC || !monotonic.pretends)
		return (int)syscall(SYS_clock_gettime, clock, now);
	monotonic.now_ns += STEP_NS;
	*now = (struct timespec){ (time_t)(monotonic.now_ns / (int64_t)SECOND_NS),
		(long)(monotonic.now_ns % (int64_t)SECOND_NS) };
	return 0;
}

static void
pretend(bool pretends)
{
	monotonic.pretends = false;
	monotonic.now_ns = (int64_t)monotonic_ns();
	monotonic.pretends = pretends;
}

/* How long timers have taken, of so long. */
struct share {
	int64_t timers_ns;
	int64_t all_ns;
};

/* Of so many bursts: a call, and then a while without one. */
static struct share
take_turns(int bursts, bool with_calls)
{
	uint64_t done = stats().done;
	int64_t began_ns = monotonic.now_ns;
	for (int i = 0; i < bursts; i++) {
		if (with_calls)
			check_field(&peer, "account.get", "[a1]", "account", "a1");
		world_steps(world, 10);
	}
	return (struct share){ (int64_t)(stats().done - done) * STEP_NS,
		monotonic.now_ns - began_ns };
}

static void
clients_that_call_in_bursts_are_busy_between_them_too(void **state)
{
	(void)state;
	give_many();
	pretend(true);
	world->now_ms = END_MS + 10;
	struct share busy = take_turns(20, true);
	/* Beyond an eighth, what had been saved up before. */
	assert_in_range(busy.timers_ns, 1, busy.all_ns / 8 + 500 * 1000);
	monotonic.now_ns += (int64_t)SECOND_NS;
	struct share alone = take_turns(5, false);
	assert_true(alone.timers_ns > alone.all_ns / 4);
	pretend(false);
}

/* ---- what is held ---- */

/* Holds so much of gift 1 of account 1, as a session does. */
static void
hold(int64_t micros)
{
	struct record_key key;
	struct bytes value;
	uint64_t version, position;
	uint8_t place[BALANCE_VALUE_MAX];
	struct fault fault;
	key_of_balance(&key, TEXT("a1"), TEXT("g1"));
	assert_int_equal(store_find(world->shard->store, shelf_key_of(&key), &value, &version),
		LOOKUP_FOUND);
	struct balance balance = balance_read(value);
	balance.held = micros;
	struct field_writer writer = fields_into(place, sizeof place);
	balance_write(&writer, &balance);
	struct effect effect = { .table = TABLE_BALANCE,
		.key = { key.data, key.size },
		.value = fields_written(&writer) };
	struct entry entry = { .kind = ENTRY_SESSION,
		.made_ms = world->now_ms,
		.effects = &effect,
		.effect_count = 1 };
	assert_int_equal(
		store_append(world->shard->store, &entry, &effect, &position, &fault), STATUS_OK);
}

static void
what_is_held_stays_until_it_is_released(void **state)
{
	(void)state;
	give(1, 1, END_MS);
	hold(400000);
	world->now_ms = END_MS;
	world_steps(world, 20);
	check_gift(1, 1, "0.40");
	assert_int_equal(stats().to_repeat, 1);
	world->now_ms += TIMERS_AGAIN_MS;
	world_steps(world, 20);
	check_gift(1, 1, "0.40");
	hold(0);
	world->now_ms += TIMERS_AGAIN_MS - 1;
	expect_none();
	check_gift(1, 1, "0.40");
	world->now_ms += 1;
	expect_done(1);
	assert_int_equal(stats().to_repeat, 0);
	check_gift(1, 1, "0.00");
}

static void
what_is_held_is_tried_again_after_a_restart(void **state)
{
	(void)state;
	give(1, 1, END_MS);
	hold(1000000);
	world->now_ms = END_MS;
	world_steps(world, 20);
	assert_int_equal(stats().to_repeat, 1);
	hold(0);
	peer_reopen(&peer);
	expect_done(1);
	check_gift(1, 1, "0.00");
}

#define TIMER_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TIMER_TEST(nothing_is_early_by_a_millisecond),
		TIMER_TEST(clock_that_jumps_ahead_makes_all_of_it_due_in_the_order_of_time),
		TIMER_TEST(
			clock_that_jumps_back_makes_nothing_due_and_what_was_done_is_not_done_again),
		TIMER_TEST(what_came_due_while_nobody_served_is_done_after_the_start),
		TIMER_TEST(stats_say_how_much_is_due_and_how_late_it_is),
		TIMER_TEST(many_that_are_due_at_one_instant_are_each_done_once_and_calls_go_on),
		TIMER_TEST(many_that_are_cold_are_read_a_few_at_a_time),
		TIMER_TEST(clients_that_call_in_bursts_are_busy_between_them_too),
		TIMER_TEST(what_is_held_stays_until_it_is_released),
		TIMER_TEST(what_is_held_is_tried_again_after_a_restart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
