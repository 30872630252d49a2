/*
 * Tests of engine/shard.c: in which order calls are decided, and when their answers may leave
 * (shard_case.h).
 */
#include "shard_case.h"

/* ---- durable before answered ---- */

static void
no_answer_leaves_before_the_entry_it_reports_is_durable(void **state)
{
	struct world *world = *state;
	struct peer peer;
	begin(&peer, world, 1);
	journal_hold(true);
	uint32_t charge = peer_ask(&peer, "charge", voice(world, 1, "x", 60));
	assert_true(is_silent(&peer));
	/* Nor does its repeat. */
	uint32_t repeat = peer_ask(&peer, "charge", voice(world, 1, "x", 60));
	assert_true(is_silent(&peer));
	assert_true(store_durable(world->shard->store) < store_decided(world->shard->store));
	journal_hold(false);
	expect_answer(&peer, charge, "outcome", "charged");
	expect_answer(&peer, repeat, "repeat", "true");
	peer_close(&peer);
}

/* What a request sees that nobody has made durable yet, it must not tell yet either. */
static void
check_sees(struct world *world, struct peer *peer, const char *method, const char *params)
{
	struct answer answer;
	uint32_t msgid = peer_ask(peer, method, params);
	if (!is_silent(peer))
		fail_msg("%s %s was answered before it was durable", method, params);
	journal_hold(false);
	bool found = false;
	while (!found) {
		assert_true(peer_wait(peer, &answer));
		found = answer.msgid == msgid;
		answer_free(&answer);
	}
	world_steps(world, 5);
}

static void
a_read_never_shows_what_is_not_durable_yet(void **state)
{
	struct world *world = *state;
	struct peer peer;
	begin(&peer, world, 3);
	static const struct {
		const char *change, *change_params, *method, *params;
	} rows[] = {
		{ "charge", NULL, "balance.get", "[a1]" },
		{ "charge", NULL, "history", "[{account: a1}]" },
		{ "customer.put", "[{customer: c1, area: north}]", "customer.get", "[c1]" },
		{ "customer.put", "[{customer: c9}]", "account.put",
			"[{account: a9, customer: c9, expect: 7}]" },
		{ "account.put", "[{account: a1, customer: c1, floor: \"-5\"}]", "account.get",
			"[a1]" },
		{ "account.put", "[{account: a1, customer: c1, floor: \"-6\"}]", "account.put",
			"[{account: a1, customer: c1, floor: \"-6\"}]" },
		{ "account.put", "[{account: a1, customer: c1, floor: \"-7\"}]", "account.put",
			"[{account: a1, customer: c1, floor: \"-8\", expect: 16}]" },
		{ "subscription.put",
			"[{subscription: s8, account: a1, product: line, service_ids: [\"8\"]}]",
			"subscription.put",
			"[{subscription: s7, account: a1, product: line, service_ids: [\"8\"]}]" },
		{ "subscription.put",
			"[{subscription: s6, account: a1, product: line, service_ids: [\"6\"]}]",
			"rate",
			"[{service_id: \"6\", service: voice, at: 1789963200000, seconds: 1}]" },
		{ "charge", NULL, "rate",
			"[{service_id: \"1\", service: voice, at: 1789963200000, seconds: 1}]" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char id[20];
		snprintf(id, sizeof id, "row %zu", i);
		journal_hold(true);
		peer_ask(&peer, rows[i].change,
			rows[i].change_params == NULL ? voice(world, 1, id, 60)
						      : rows[i].change_params);
		check_sees(world, &peer, rows[i].method, rows[i].params);
	}
	/* Of a conflict, the entry that it names. */
	journal_hold(true);
	peer_ask(&peer, "charge", voice(world, 2, "c", 60));
	check_sees(world, &peer, "charge", voice(world, 2, "c", 61));
	peer_close(&peer);
}

static void
a_release_prices_only_durable_answers_before_it_is_durable_itself(void **state)
{
	struct world *world = *state;
	struct peer peer;
	struct answer answer;
	begin(&peer, world, 1);
	char *catalog = dearer_catalog("0.20");
	char activate[100];
	world_publish(&peer, catalog, false);
	free(catalog);
	peer_call(&peer, "release.list", "[]", &answer);
	const char *name = answer_text(&answer, "releases.0.active");
	snprintf(activate, sizeof activate, "[\"%s\"]",
		answer_text(&answer,
			strcmp(name, "true") == 0 ? "releases.1.release" : "releases.0.release"));
	answer_free(&answer);
	static const char *const reads[][2] = {
		{ "rate", "[{service_id: \"1\", service: voice, at: 1789963200000, seconds: 1}]" },
		{ "hello", "[]" },
		{ "release.list", "[]" },
	};
	for (int i = 0; i < 3; i++) {
		/* Back and forth between the two. */
		journal_hold(true);
		uint64_t decided = store_decided(world->shard->store);
		uint32_t msgid = peer_ask(&peer, "release.activate", activate);
		/* It is loaded on another thread first. */
		for (int step = 0; step < 5000 && store_decided(world->shard->store) == decided;
			step++)
			world_step(world);
		assert_true(store_decided(world->shard->store) > decided);
		assert_true(is_silent(&peer));
		check_sees(world, &peer, reads[i][0], reads[i][1]);
		assert_true(msgid > 0);
		peer_call(&peer, "release.list", "[]", &answer);
		bool first = strcmp(answer_text(&answer, "releases.0.active"), "true") == 0;
		snprintf(activate, sizeof activate, "[\"%s\"]",
			answer_text(&answer, first ? "releases.1.release" : "releases.0.release"));
		answer_free(&answer);
	}
	peer_close(&peer);
}

static void
answers_overtake_those_that_wait_for_the_disk(void **state)
{
	struct world *world = *state;
	struct peer peer;
	begin(&peer, world, 2);
	journal_hold(true);
	uint32_t charge = peer_ask(&peer, "charge", voice(world, 1, "x", 60));
	uint32_t ping = peer_ask(&peer, "ping", "[]");
	uint32_t other = peer_ask(&peer, "balance.get", "[a2]");
	uint32_t unknown = peer_ask(&peer, "balance.get", "[a99]");
	expect_answer(&peer, ping, "now", "1789963200000");
	expect_answer(&peer, other, "balances.0.amount", "1000.00");
	struct answer answer;
	assert_true(peer_wait(&peer, &answer));
	assert_true(answer.msgid == unknown && answer_is_error(&answer, "NOT_FOUND"));
	answer_free(&answer);
	assert_true(is_silent(&peer));
	journal_hold(false);
	expect_answer(&peer, charge, "outcome", "charged");
	peer_close(&peer);
}

static void
answers_of_many_batches_leave_in_the_order_of_the_journal_and_never_early(void **state)
{
	struct world *world = *state;
	struct random random = { random_seed(__func__) };
	struct peer peers[3];
	uint64_t last[3] = { 0 };
	unsigned asked = 0, answered = 0;
	begin(&peers[0], world, 3);
	peer_open(&peers[1], world);
	peer_open(&peers[2], world);
	while (answered < 6000) {
		struct answer answer;
		journal_hold(random_below(&random, 3) == 0);
		for (size_t count = random_below(&random, 400); count > 0 && asked < 6000;
			count--) {
			char id[20];
			int who = (int)random_below(&random, 3);
			snprintf(id, sizeof id, "n%u", asked++);
			peer_ask(&peers[who], "charge", voice(world, 1 + who, id, 60));
		}
		world_step(world);
		if (random_below(&random, 4) == 0)
			journal_hold(false);
		for (int i = 0; i < 3; i++) {
			while (peer_take(&peers[i], &answer)) {
				assert_field(&answer, "outcome", "charged");
				uint64_t position = position_of(&answer);
				assert_true(position < store_durable(world->shard->store));
				assert_true(position > last[i]);
				last[i] = position;
				answer_free(&answer);
				answered++;
			}
			assert_false(peers[i].ended);
		}
	}
	journal_hold(false);
	struct answer answer;
	peer_call(&peers[0], "stats", "[]", &answer);
	assert_field(&answer, "calls.charged", "6000");
	answer_free(&answer);
	for (int i = 0; i < 3; i++)
		peer_close(&peers[i]);
}

/* ---- order ---- */

/* Closed and opened again, nothing but what recovery touched is in memory. */
static void
make_cold(struct world *world, struct peer *peer)
{
	peer_close(peer);
	assert_int_equal(world_close(world), STATUS_OK);
	world_open(world);
	peer_open(peer, world);
}

static void
calls_of_one_service_id_stay_in_order_when_their_records_are_cold(void **state)
{
	struct world *world = *state;
	struct peer peer;
	struct answer answer;
	begin(&peer, world, 3);
	uint64_t waited = 0;
	for (int round = 0; round < 10; round++) {
		make_cold(world, &peer);
		uint64_t last = 0;
		for (int i = 0; i < 50; i++) {
			char id[30];
			snprintf(id, sizeof id, "r%d n%d", round, i);
			peer_ask(&peer, "charge", voice(world, 1 + i % 3, id, 60));
		}
		/* The enquiry sees all of them. */
		uint32_t balance = peer_ask(&peer, "balance.get", "[a1]");
		uint64_t positions[51] = { 0 };
		for (int i = 0; i < 51; i++) {
			assert_true(peer_wait(&peer, &answer));
			if (answer.msgid != balance)
				positions[answer.msgid - 1] = position_of(&answer);
			answer_free(&answer);
		}
		for (int i = 3; i < 50; i++) {
			assert_true(positions[i] > positions[i - 3]);
			last = positions[i];
		}
		assert_true(last > 0);
		waited += world->shard->stats.waited;
	}
	assert_true(waited > 0);
	check_balance(&peer, 1, "983.00");
	check_balance(&peer, 2, "983.00");
	check_balance(&peer, 3, "984.00");
	peer_close(&peer);
}

static void
only_calls_of_the_same_service_id_wait_behind_one_that_waits(void **state)
{
	struct world *world = *state;
	struct peer peer;
	struct answer answer;
	begin(&peer, world, 2);
	check_outcome(&peer, "charge", voice(world, 1, "x", 60), "charged");
	make_cold(world, &peer);
	check_outcome(&peer, "charge", voice(world, 1, "warms", 60), "charged");
	check_outcome(&peer, "charge", voice(world, 2, "warms", 60), "charged");
	uint64_t waited = world->shard->stats.waited;
	/*
	 * In one arrival: a repeat whose first answer must be read, another account's charge, and
	 * one that must not overtake.
	 */
	struct buffer all;
	char message[400];
	buffer_init(&all, 4096);
	snprintf(message, sizeof message, "[0, 51, charge, %s]", voice(world, 1, "x", 60));
	forge(&all, message);
	snprintf(message, sizeof message, "[0, 52, charge, %s]", voice(world, 2, "y", 60));
	forge(&all, message);
	snprintf(message, sizeof message, "[0, 53, charge, %s]", voice(world, 1, "y", 60));
	forge(&all, message);
	assert_true(peer_send(&peer, (struct bytes){ all.data, all.size }));
	buffer_release(&all);
	for (int i = 0; i < 3; i++) {
		assert_true(peer_wait(&peer, &answer));
		assert_field(&answer, "repeat", answer.msgid == 51 ? "true" : "false");
		answer_free(&answer);
	}
	assert_int_equal(world->shard->stats.waited - waited, 2);
	peer_close(&peer);
}

static void
the_same_charge_on_many_connections_is_decided_once_though_it_waits(void **state)
{
	struct world *world = *state;
	struct peer peer, peers[20];
	struct answer answer;
	begin(&peer, world, 1);
	for (int round = 0; round < 5; round++) {
		char id[20];
		unsigned repeats = 0;
		snprintf(id, sizeof id, "r%d", round);
		make_cold(world, &peer);
		for (int i = 0; i < 20; i++)
			peer_open(&peers[i], world);
		for (int i = 0; i < 20; i++)
			peer_ask(&peers[i], "charge", voice(world, 1, id, 60));
		for (int i = 0; i < 20; i++) {
			assert_true(peer_wait(&peers[i], &answer));
			repeats += strcmp(answer_text(&answer, "repeat"), "true") == 0;
			answer_free(&answer);
			peer_close(&peers[i]);
		}
		assert_int_equal(repeats, 19);
	}
	check_balance(&peer, 1, "999.50");
	peer_close(&peer);
}

static void
a_batch_with_cold_items_is_answered_in_its_order(void **state)
{
	struct world *world = *state;
	struct peer peer;
	struct answer answer;
	begin(&peer, world, 5);
	make_cold(world, &peer);
	char *params = malloc(200000);
	assert_non_null(params);
	size_t size = (size_t)snprintf(params, 200000, "[{items: [");
	for (int i = 0; i < 200; i++) {
		char id[20];
		snprintf(id, sizeof id, "i%d", i / 2 * 2); /* each is there twice */
		const char *item = voice(world, 1 + i / 2 % 7, id, 60);
		size += (size_t)snprintf(
			params + size, 200000 - size, "%.*s, ", (int)strlen(item) - 2, item + 1);
	}
	snprintf(params + size, 200000 - size, "12, {id: i}]}]");
	peer_call(&peer, "charge_batch", params, &answer);
	assert_field(&answer, "items", "array of 202");
	for (int i = 0; i < 200; i++) {
		char path[40];
		bool known = i / 2 % 7 < 5;
		snprintf(path, sizeof path, "items.%d.outcome", i);
		assert_field(&answer, path, known ? "charged" : "refused");
		snprintf(path, sizeof path, "items.%d.repeat", i);
		assert_field(&answer, path, i % 2 == 0 ? "false" : "true");
	}
	assert_memory_equal(answer_text(&answer, "items.200.error"), "WRONG_TYPE:", 11);
	assert_memory_equal(answer_text(&answer, "items.201.error"), "MISSING_FIELD:", 14);
	answer_free(&answer);
	free(params);
	check_balance(&peer, 1, "998.50");
	peer_close(&peer);
}

static void
a_batch_is_decided_in_its_place_among_the_requests_around_it(void **state)
{
	struct world *world = *state;
	struct peer peer;
	struct answer answer;
	begin(&peer, world, 1);
	/*
	 * In one arrival: a top-up that the batch's charge needs, the batch, and the enquiry behind
	 * it.
	 */
	struct buffer all;
	buffer_init(&all, 1 << 20);
	forge(&all,
		"[0, 101, balance.topup, [{id: t, account: a1, at: 1789963200000, amount: \"900.00\", currency: \"CNY\"}]]");
	forge(&all,
		"[0, 102, charge_batch, [{items: [{id: m, service_id: \"1\", service: message, at: 1789963200000, "
		"items: 950}]}]]");
	forge(&all, "[0, 103, balance.get, [a1]]");
	peer_send(&peer, (struct bytes){ all.data, all.size });
	buffer_release(&all);
	for (int i = 0; i < 3; i++) {
		assert_true(peer_wait(&peer, &answer));
		if (answer.msgid == 102)
			assert_field(&answer, "items.0.balance", "950.00");
		if (answer.msgid == 103)
			assert_field(&answer, "balances.0.amount", "950.00");
		answer_free(&answer);
	}
	peer_close(&peer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_answer_leaves_before_the_entry_it_reports_is_durable),
		TEST(a_read_never_shows_what_is_not_durable_yet),
		TEST(a_release_prices_only_durable_answers_before_it_is_durable_itself),
		TEST(answers_overtake_those_that_wait_for_the_disk),
		TEST(answers_of_many_batches_leave_in_the_order_of_the_journal_and_never_early),
		TEST(calls_of_one_service_id_stay_in_order_when_their_records_are_cold),
		TEST(only_calls_of_the_same_service_id_wait_behind_one_that_waits),
		TEST(the_same_charge_on_many_connections_is_decided_once_though_it_waits),
		TEST(a_batch_with_cold_items_is_answered_in_its_order),
		TEST(a_batch_is_decided_in_its_place_among_the_requests_around_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
