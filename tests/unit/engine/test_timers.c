/*
 * What is due at an instant: done when the shard's clock has come there, once, in order, whatever the
 * clock does and whether anybody served meanwhile. The clock stands where the test says; balances
 * that end are what is due.
 */
#include "shard_case.h"

#define END_MS (WORLD_NOW + DAY_MS)

static void
make_account(struct peer *peer, int number)
{
	char params[100];
	check_outcome(
		peer, "customer.put", "[{customer: c}]", number == 1 ? "stored" : "unchanged");
	snprintf(params, sizeof params, "[{account: a%d, customer: c}]", number);
	check_outcome(peer, "account.put", params, "stored");
}

/* A balance of an account with 1.00 on it; nobody waits for the answers. */
static void
ask_gift(struct peer *peer, int account, int number, int64_t till_ms)
{
	char params[200];
	snprintf(params, sizeof params, "[{account: a%d, balance: g%d, till: %" PRId64 "}]",
		account, number, till_ms);
	peer_ask(peer, "balance.put", params);
	snprintf(params, sizeof params,
		"[{id: g%d, account: a%d, balance: g%d, at: %" PRId64
		", amount: \"1.00\", currency: CNY}]",
		number, account, number, peer->world->now_ms);
	peer_ask(peer, "balance.topup", params);
}

static void
expect_gifts(struct peer *peer, int count)
{
	struct answer answer;
	for (int i = 0; i < 2 * count; i++) {
		if (!peer_wait(peer, &answer) || answer.error != NULL)
			fail_msg("answer %d of %d", i, 2 * count);
		answer_free(&answer);
	}
}

static void
give(struct peer *peer, int account, int number, int64_t till_ms)
{
	ask_gift(peer, account, number, till_ms);
	expect_gifts(peer, 1);
}

static void
check_gift(struct peer *peer, int account, int number, const char *amount)
{
	char params[40], path[40];
	snprintf(params, sizeof params, "[a%d]", account);
	snprintf(path, sizeof path, "balances.%d.amount", number);
	check_field(peer, "balance.get", params, path, amount);
}

static struct timers_stats
stats_of(const struct world *world)
{
	return timers_stats(world->shard->timers);
}

/* Until so many are done; and then no more come. */
static void
expect_done(struct world *world, uint64_t count)
{
	for (int i = 0; i < 20000 && stats_of(world).done < count; i++)
		world_step(world);
	world_steps(world, 5);
	struct timers_stats stats = stats_of(world);
	assert_int_equal(stats.done, count);
	assert_int_equal(stats.under_way + stats.due, 0);
	assert_int_equal(stats.late_ms, 0);
}

static void
expect_none(struct world *world)
{
	uint64_t done = stats_of(world).done;
	world_steps(world, 20);
	assert_int_equal(stats_of(world).done, done);
	assert_int_equal(stats_of(world).due, 0);
}

static void
reopen(struct world *world, struct peer *peer)
{
	peer_close(peer);
	assert_int_equal(world_close(world), STATUS_OK);
	world_open(world);
	peer_open(peer, world);
}

/* ---- the clock ---- */

static void
nothing_is_early_by_a_millisecond(void **state)
{
	struct world *world = *state;
	struct peer peer;
	peer_open(&peer, world);
	make_account(&peer, 1);
	give(&peer, 1, 1, END_MS);
	world->now_ms = END_MS - 1;
	expect_none(world);
	check_gift(&peer, 1, 1, "1.00");
	world->now_ms = END_MS;
	expect_done(world, 1);
	check_gift(&peer, 1, 1, "0.00");
	peer_close(&peer);
}

/* The names of the balances that expired, in the order of their entries, newest first. */
static void
check_order(struct peer *peer, const int *numbers, size_t count)
{
	struct answer answer;
	char path[60], name[20];
	peer_call(peer, "history", "[{account: a1}]", &answer);
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
	struct world *world = *state;
	struct peer peer;
	peer_open(&peer, world);
	make_account(&peer, 1);
	give(&peer, 1, 1, END_MS + 30);
	give(&peer, 1, 2, END_MS + 10);
	give(&peer, 1, 3, END_MS + 20);
	give(&peer, 1, 4, END_MS + 400 * DAY_MS);
	world->now_ms = END_MS + 300 * DAY_MS;
	expect_done(world, 3);
	check_order(&peer, (const int[]){ 1, 3, 2 }, 3);
	check_gift(&peer, 1, 4, "1.00");
	peer_close(&peer);
}

static void
clock_that_jumps_back_makes_nothing_due_and_what_was_done_is_not_done_again(void **state)
{
	struct world *world = *state;
	struct peer peer;
	peer_open(&peer, world);
	make_account(&peer, 1);
	give(&peer, 1, 1, END_MS);
	give(&peer, 1, 2, END_MS + DAY_MS);
	world->now_ms = END_MS;
	expect_done(world, 1);
	world->now_ms = WORLD_NOW;
	expect_none(world);
	/* The shard's clock stands until that one has passed it. */
	give(&peer, 1, 3, END_MS + 1);
	world->now_ms = END_MS;
	expect_none(world);
	world->now_ms = END_MS + 1;
	expect_done(world, 2);
	check_gift(&peer, 1, 2, "1.00");
	peer_close(&peer);
}

static void
what_came_due_while_nobody_served_is_done_after_the_start(void **state)
{
	struct world *world = *state;
	struct peer peer;
	peer_open(&peer, world);
	make_account(&peer, 1);
	for (int i = 1; i <= 3; i++)
		give(&peer, 1, i, END_MS + i);
	world->now_ms = END_MS + 2;
	timers_stop(world->shard->timers);
	reopen(world, &peer);
	expect_done(world, 2);
	check_order(&peer, (const int[]){ 2, 1 }, 2);
	reopen(world, &peer);
	expect_none(world);
	world->now_ms = END_MS + 3;
	expect_done(world, 1);
	peer_close(&peer);
}

static void
stats_say_how_much_is_due_and_how_late_it_is(void **state)
{
	struct world *world = *state;
	struct peer peer;
	peer_open(&peer, world);
	make_account(&peer, 1);
	for (int i = 1; i <= 3; i++)
		give(&peer, 1, i, END_MS + i);
	timers_stop(world->shard->timers);
	world->now_ms = END_MS + 2;
	check_gift(&peer, 1, 3, "1.00");
	assert_int_equal(stats_of(world).due, 2);
	assert_int_equal(stats_of(world).late_ms, 1);
	check_field(&peer, "stats", "[]", "timers.due", "2");
	check_field(&peer, "stats", "[]", "timers.late_ms", "1");
	check_field(&peer, "stats", "[]", "timers.done", "0");
	peer_close(&peer);
}

/* ---- many ---- */

enum { ACCOUNTS = 160, GIFTS = 60 };

static void
give_many(struct peer *peer, struct world *world)
{
	for (int account = 1; account <= ACCOUNTS; account++) {
		make_account(peer, account);
		for (int number = 1; number <= GIFTS; number++)
			ask_gift(peer, account, number, END_MS + (number % 3));
		expect_gifts(peer, GIFTS);
	}
	assert_int_equal(stats_of(world).done, 0);
}

/* Of each account of so many. */
static void
expect_gone(struct peer *peer, int of)
{
	for (int account = 1; account <= ACCOUNTS; account += of) {
		struct answer answer;
		char params[40], path[40];
		snprintf(params, sizeof params, "[a%d]", account);
		peer_call(peer, "balance.get", params, &answer);
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
	struct world *world = *state;
	struct peer peer;
	peer_open(&peer, world);
	give_many(&peer, world);
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
		assert_true(stats_of(world).done < ACCOUNTS * GIFTS);
	}
	expect_done(world, ACCOUNTS * GIFTS);
	expect_gone(&peer, 1);
	peer_close(&peer);
}

static void
many_that_are_cold_are_read_a_few_at_a_time(void **state)
{
	struct world *world = *state;
	struct peer peer;
	size_t under_way_max = 0;
	peer_open(&peer, world);
	give_many(&peer, world);
	world->settings.store.records_bytes_max = 1 << 20;
	reopen(world, &peer);
	world->now_ms = END_MS + 2;
	for (int i = 0; i < 100000 && stats_of(world).done < ACCOUNTS * GIFTS; i++) {
		size_t under_way = stats_of(world).under_way;
		under_way_max = under_way > under_way_max ? under_way : under_way_max;
		world_step(world);
	}
	assert_in_range(under_way_max, 1, TIMERS_UNDER_WAY);
	expect_done(world, ACCOUNTS * GIFTS);
	expect_gone(&peer, 20);
	peer_close(&peer);
}

/* ---- what is held ---- */

/* Holds so much of gift 1 of account 1, as a session does. */
static void
hold(struct world *world, int64_t micros)
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
	struct world *world = *state;
	struct peer peer;
	peer_open(&peer, world);
	make_account(&peer, 1);
	give(&peer, 1, 1, END_MS);
	hold(world, 400000);
	world->now_ms = END_MS;
	world_steps(world, 20);
	check_gift(&peer, 1, 1, "0.40");
	assert_int_equal(stats_of(world).to_repeat, 1);
	world->now_ms += TIMERS_AGAIN_MS;
	world_steps(world, 20);
	check_gift(&peer, 1, 1, "0.40");
	hold(world, 0);
	world->now_ms += TIMERS_AGAIN_MS - 1;
	expect_none(world);
	check_gift(&peer, 1, 1, "0.40");
	world->now_ms += 1;
	expect_done(world, 1);
	assert_int_equal(stats_of(world).to_repeat, 0);
	check_gift(&peer, 1, 1, "0.00");
	peer_close(&peer);
}

static void
what_is_held_is_tried_again_after_a_restart(void **state)
{
	struct world *world = *state;
	struct peer peer;
	peer_open(&peer, world);
	make_account(&peer, 1);
	give(&peer, 1, 1, END_MS);
	hold(world, 1000000);
	world->now_ms = END_MS;
	world_steps(world, 20);
	assert_int_equal(stats_of(world).to_repeat, 1);
	hold(world, 0);
	reopen(world, &peer);
	expect_done(world, 1);
	check_gift(&peer, 1, 1, "0.00");
	peer_close(&peer);
}

#define TIMER_TEST(name) cmocka_unit_test_setup_teardown(name, make_world, free_world)

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
		TIMER_TEST(what_is_held_stays_until_it_is_released),
		TIMER_TEST(what_is_held_is_tried_again_after_a_restart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
