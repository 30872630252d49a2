/*
 * Tests of engine/shard.c: in which order calls are decided, and when their answers may leave
 * (world.h).
 */
#include "world.h"

static int
make_world(void **state)
{
	struct world *world = malloc(sizeof *world);
	assert_non_null(world);
	world_init(world);
	world_open(world);
	*state = world;
	return 0;
}

static int
free_world(void **state)
{
	journal_hold(false);
	disk_pretend_free_bytes(UINT64_MAX);
	world_free(*state);
	free(*state);
	return 0;
}

/* A peer in a world with the catalog and subscriptions 1 to count, with 1,000.00 each. */
static void
begin(struct peer *peer, struct world *world, int count)
{
	peer_open(peer, world);
	world_publish(peer, world_catalog, true);
	for (int i = 1; i <= count; i++)
		world_subscribe(peer, i, "talk", "1000.00");
}

/* Has nothing come, though the world had time? */
static bool
is_silent(struct peer *peer)
{
	struct answer answer;
	for (int i = 0; i < 30; i++) {
		world_step(peer->world);
		if (peer_take(peer, &answer)) {
			print_message("not silent: %s\n", answer_print(&answer));
			answer_free(&answer);
			return false;
		}
	}
	return !peer->ended;
}

/* The next answer must be that of this request. */
static void
expect_answer(struct peer *peer, uint32_t msgid, const char *path, const char *wanted)
{
	struct answer answer;
	assert_true(peer_wait(peer, &answer));
	assert_int_equal(answer.msgid, msgid);
	assert_field(&answer, path, wanted);
	answer_free(&answer);
}

static uint64_t
position_of(const struct answer *answer)
{
	const char *charge = answer_text(answer, "charge");
	const char *colon = strchr(charge, ':');
	if (colon == NULL)
		fail_msg("no charge id in %s", answer_print(answer));
	return strtoull(colon + 1, NULL, 10);
}

/* ---- once ---- */

static void
a_charge_takes_money_once_and_the_repeat_says_so(void **state)
{
	struct world *world = *state;
	struct peer peer;
	struct answer answer, again;
	begin(&peer, world, 1);
	const char *charge = voice(world, 1, "x", 61);
	peer_call(&peer, "charge", charge, &answer);
	assert_field(&answer, "outcome", "charged");
	assert_field(&answer, "amount", "0.20");
	assert_field(&answer, "balance", "999.80");
	assert_field(&answer, "repeat", "false");
	world->now_ms += 5 * DAY_MS;
	peer_call(&peer, "charge", charge, &again);
	assert_field(&again, "repeat", "true");
	assert_field(&again, "balance", "999.80");
	assert_string_equal(answer_text(&again, "charge"), answer_text(&answer, "charge"));
	answer_free(&answer);
	answer_free(&again);
	check_balance(&peer, 1, "999.80");
	peer_close(&peer);
}

static void
the_same_id_for_another_request_is_a_conflict(void **state)
{
	struct world *world = *state;
	struct peer peer;
	begin(&peer, world, 2);
	check_outcome(&peer, "charge", voice(world, 1, "x", 61), "charged");
	check_error(&peer, "charge", voice(world, 1, "x", 62), "ID_CONFLICT");
	world->now_ms++;
	check_error(&peer, "charge", voice(world, 1, "x", 61), "ID_CONFLICT");
	check_outcome(&peer, "charge", voice(world, 2, "x", 61), "charged");
	check_balance(&peer, 1, "999.80");
	/* An account may be called like a service id. */
	check_outcome(&peer, "customer.put", "[{customer: c}]", "stored");
	check_outcome(&peer, "account.put", "[{account: \"1\", customer: c}]", "stored");
	check_outcome(&peer, "balance.topup",
		"[{id: x, account: \"1\", at: 1789963200000, amount: \"5.00\", currency: \"CNY\"}]",
		"topped_up");
	check_error(&peer, "balance.topup",
		"[{id: x, account: \"1\", at: 1789963200000, amount: \"6.00\", currency: \"CNY\"}]",
		"ID_CONFLICT");
	peer_close(&peer);
}

static void
a_refusal_is_repeated_until_it_is_attempted_anew(void **state)
{
	struct world *world = *state;
	struct peer peer;
	char attempt[400];
	begin(&peer, world, 0);
	const char *charge = voice(world, 1, "x", 60);
	check_field(&peer, "charge", charge, "code", "UNKNOWN_SUBSCRIPTION");
	check_field(&peer, "charge", charge, "repeat", "true");
	world_subscribe(&peer, 1, "talk", "1000.00");
	check_field(&peer, "charge", charge, "code", "UNKNOWN_SUBSCRIPTION");
	snprintf(attempt, sizeof attempt, "%.*s, attempt: 2}]", (int)strlen(charge) - 2, charge);
	check_field(&peer, "charge", attempt, "repeat", "false");
	check_balance(&peer, 1, "999.90");
	/* What was charged is never decided anew, whatever the attempt. */
	check_field(&peer, "charge", attempt, "repeat", "true");
	snprintf(attempt, sizeof attempt, "%.*s, attempt: 9}]", (int)strlen(charge) - 2, charge);
	check_field(&peer, "charge", attempt, "outcome", "charged");
	check_field(&peer, "charge", charge, "outcome", "charged");
	check_balance(&peer, 1, "999.90");
	peer_close(&peer);
}

static void
what_was_decided_is_known_after_a_restart(void **state)
{
	struct world *world = *state;
	struct peer peer;
	begin(&peer, world, 1);
	const char *charge = voice(world, 1, "x", 61), *refused = voice(world, 7, "y", 61);
	check_outcome(&peer, "charge", charge, "charged");
	check_outcome(&peer, "charge", refused, "refused");
	peer_close(&peer);
	assert_int_equal(world_close(world), STATUS_OK);
	world_open(world);
	peer_open(&peer, world);
	check_field(&peer, "charge", charge, "repeat", "true");
	check_field(&peer, "charge", refused, "repeat", "true");
	check_balance(&peer, 1, "999.80");
	peer_close(&peer);
}

/* ---- time ---- */

static void
charge_at(struct peer *peer, int64_t at_ms, const char *path, const char *wanted)
{
	char params[200];
	snprintf(params, sizeof params,
		"[{id: \"at %" PRId64 "\", service_id: \"1\", service: voice, at: %" PRId64
		", seconds: 1}]",
		at_ms, at_ms);
	check_field(peer, "charge", params, path, wanted);
}

static void
events_are_accepted_up_to_the_edges_of_the_window_and_not_beyond(void **state)
{
	struct world *world = *state;
	struct peer peer;
	begin(&peer, world, 1);
	int64_t now_ms = world->now_ms, age_ms = world->settings.age_max_ms,
		ahead_ms = world->settings.ahead_max_ms;
	charge_at(&peer, now_ms - age_ms, "outcome", "charged");
	charge_at(&peer, now_ms - age_ms - 1, "code", "TOO_OLD");
	charge_at(&peer, now_ms + ahead_ms, "outcome", "charged");
	charge_at(&peer, now_ms + ahead_ms + 1, "code", "AHEAD_OF_CLOCK");
	charge_at(&peer, INSTANT_MIN, "code", "TOO_OLD");
	charge_at(&peer, INSTANT_MAX, "code", "AHEAD_OF_CLOCK");
	/* Only the clock refused that, so only the clock decides it again. */
	charge_at(&peer, now_ms + ahead_ms + 1, "repeat", "false");
	world->now_ms++;
	charge_at(&peer, now_ms + ahead_ms + 1, "outcome", "charged");
	charge_at(&peer, now_ms - age_ms, "code", "TOO_OLD");
	peer_close(&peer);
}

/* For a while the server accepts, and remembers, a few days only. */
static void
an_event_whose_id_was_dropped_is_too_old_also_when_the_window_is_wide_again(void **state)
{
	struct world *world = *state;
	struct peer peer;
	char old[300], known[300];
	begin(&peer, world, 1);
	peer_close(&peer);
	int64_t now_ms = world->now_ms, age_ms = world->settings.age_max_ms;
	assert_int_equal(world_close(world), STATUS_OK); /* the next ids make a run of their own */
	world_open(world);
	peer_open(&peer, world);
	world->now_ms = now_ms - 100 * DAY_MS;
	snprintf(old, sizeof old, "%s", voice(world, 1, "old", 61));
	world->now_ms = now_ms - DAY_MS;
	snprintf(known, sizeof known, "%s", voice(world, 1, "known", 61));
	world->now_ms = now_ms;
	check_outcome(&peer, "charge", old, "charged");
	peer_close(&peer);
	for (int round = 0; round < 3; round++) {
		bool narrow = round == 1;
		assert_int_equal(world_close(world), STATUS_OK);
		world->settings.age_max_ms = narrow ? 3 * DAY_MS : age_ms;
		world->settings.store.ids_days = narrow ? 5 : 402;
		world_open(world);
		world_steps(world, 20);
		peer_open(&peer, world);
		if (round == 0)
			check_field(&peer, "charge", old, "repeat", "true");
		else
			check_field(&peer, "charge", old, "code", "TOO_OLD");
		check_outcome(&peer, "charge", known, "charged");
		check_balance(&peer, 1, "999.60");
		peer_close(&peer);
	}
}

static void
time_stands_still_while_the_clock_is_set_back(void **state)
{
	struct world *world = *state;
	struct peer peer;
	char shown[40];
	begin(&peer, world, 1);
	snprintf(shown, sizeof shown, "%" PRId64, WORLD_NOW + 5);
	world->now_ms = WORLD_NOW + 5;
	check_field(&peer, "ping", "[]", "now", shown);
	world->now_ms = WORLD_NOW - DAY_MS;
	check_field(&peer, "ping", "[]", "now", shown);
	check_field(&peer, "history", "[{account: a1}]", "entries.0.kind", "topup");
	check_outcome(&peer, "charge", voice(world, 1, "back", 1), "charged");
	check_field(&peer, "history", "[{account: a1}]", "entries.0.made", shown);
	world->now_ms = WORLD_NOW + 6;
	snprintf(shown, sizeof shown, "%" PRId64, WORLD_NOW + 6);
	check_field(&peer, "ping", "[]", "now", shown);
	peer_close(&peer);
}

/* Somebody whose request waited is decided at the time when it is decided, not when it came. */
static void
a_call_that_waited_is_decided_at_the_time_of_its_turn(void **state)
{
	struct world *world = *state;
	struct peer peer;
	struct answer answer;
	char shown[40];
	begin(&peer, world, 1);
	/* The journal takes no more until its writer may go on. */
	journal_hold(true);
	for (int i = 0; i < 4000 && shard_waiting(world->shard) == 0; i++) {
		char id[20];
		snprintf(id, sizeof id, "n%d", i);
		peer_ask(&peer, "charge", voice(world, 1, id, 1));
		world_step(world);
	}
	assert_true(shard_waiting(world->shard) > 0);
	world->now_ms += 7 * MINUTE_MS;
	journal_hold(false);
	for (uint32_t left = 0; left == 0 || shard_waiting(world->shard) > 0; left++)
		world_step(world);
	while (peer_wait(&peer, &answer)) {
		bool last = answer.msgid == peer.msgid;
		assert_field(&answer, "outcome", "charged");
		answer_free(&answer);
		if (last)
			break;
	}
	snprintf(shown, sizeof shown, "%" PRId64, world->now_ms);
	check_field(&peer, "history", "[{account: a1, limit: 1}]", "entries.0.made", shown);
	peer_close(&peer);
}

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

/* The same catalog with another price, so that it is another release. */
static char *
dearer_catalog(const char *price)
{
	char *catalog = strdup(world_catalog), *at;
	assert_non_null(catalog);
	for (at = catalog; (at = strstr(at, "\"0.10\"")) != NULL; at++)
		memcpy(at + 1, price, 4);
	return catalog;
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

/* ---- back-pressure ---- */

static void
a_full_journal_makes_calls_wait_and_all_are_decided_when_it_goes_on(void **state)
{
	struct world *world = *state;
	struct peer peer;
	struct answer answer;
	begin(&peer, world, 1);
	/* Fewer than one client may have waiting. */
	world->shard->settings.waiting_max = world->settings.waiting_max = 200;
	journal_hold(true);
	struct buffer all;
	buffer_init(&all, 1 << 26);
	for (int i = 0; i < 8000; i++) {
		char message[300], id[20];
		snprintf(id, sizeof id, "n%d", i);
		snprintf(message, sizeof message, "[0, %d, charge, %s]", i, voice(world, 1, id, 1));
		forge(&all, message);
	}
	/* Not all go: the server stops reading. */
	size_t sent = 0;
	for (int idle = 0; idle < 50;) {
		ssize_t some = send(peer.fd, all.data + sent, all.size - sent, MSG_NOSIGNAL);
		sent += some > 0 ? (size_t)some : 0;
		idle = some > 0 ? 0 : idle + 1;
		world_step(world);
	}
	assert_true(sent < all.size);
	assert_true(shard_waiting(world->shard) >= world->settings.waiting_max);
	assert_true(shard_is_pressed(world->shard));
	assert_true(is_silent(&peer));
	journal_hold(false);
	assert_true(peer_send(&peer, (struct bytes){ all.data + sent, all.size - sent }));
	buffer_release(&all);
	for (int i = 0; i < 8000; i++) {
		assert_true(peer_wait(&peer, &answer));
		assert_field(&answer, "repeat", "false");
		answer_free(&answer);
	}
	check_field(&peer, "balance.topup",
		"[{id: more, account: a1, at: 1789963200000, amount: \"700.00\", currency: \"CNY\"}]",
		"outcome", "topped_up");
	peer_close(&peer);
}

static void
a_full_disk_refuses_new_work_by_name_and_service_returns(void **state)
{
	struct world *world = *state;
	struct peer peer;
	struct answer answer;
	int charged = 0;
	begin(&peer, world, 1);
	check_outcome(&peer, "charge", voice(world, 1, "before", 1), "charged");
	disk_pretend_free_bytes(0);
	for (;; charged++) {
		char id[20];
		snprintf(id, sizeof id, "n%d", charged);
		peer_call(&peer, "charge", voice(world, 1, id, 0), &answer);
		bool full = answer_is_error(&answer, "DISK_FULL");
		if (!full)
			assert_field(&answer, "outcome", "charged");
		answer_free(&answer);
		if (full)
			break;
		assert_true(charged < 20000);
	}
	/* What was decided is still repeated, and read. */
	check_field(&peer, "charge", voice(world, 1, "before", 1), "repeat", "true");
	check_balance(&peer, 1, "999.90");
	disk_pretend_free_bytes(UINT64_MAX);
	for (int tries = 0;; tries++) {
		peer_call(&peer, "charge", voice(world, 1, "after", 1), &answer);
		bool full = answer_is_error(&answer, "DISK_FULL");
		answer_free(&answer);
		if (!full)
			break;
		assert_true(tries < 1000);
		world_steps(world, 10);
	}
	check_field(&peer, "charge", voice(world, 1, "after", 1), "repeat", "true");
	check_balance(&peer, 1, "999.80");
	peer_close(&peer);
}

/* ---- releases ---- */

static void
charges_go_on_while_releases_are_switched(void **state)
{
	struct world *world = *state;
	struct peer peer, manager;
	struct answer answer;
	begin(&peer, world, 1);
	peer_open(&manager, world);
	unsigned asked = 0, answered = 0, dear = 0;
	for (int round = 0; round < 4; round++) {
		char price[8];
		snprintf(price, sizeof price, "0.%d0", 1 + round % 2);
		char *catalog = dearer_catalog(price);
		struct bundle_file file = { TEXT("catalog.lua"), bytes_of_text(text_of(catalog)) };
		struct buffer bundle, message;
		struct fault fault;
		buffer_init(&bundle, BUNDLE_BYTES_MAX);
		buffer_init(&message, BUNDLE_BYTES_MAX);
		assert_int_equal(bundle_of_files(&file, 1, &bundle, &fault), STATUS_OK);
		forge_array(&message, 4);
		forge_unsigned(&message, 0);
		forge_unsigned(&message, 77);
		forge_string(&message, "release.publish");
		forge_array(&message, 1);
		forge_map(&message, 2);
		forge_string(&message, "bundle");
		forge_bin(&message, (struct bytes){ bundle.data, bundle.size });
		forge_string(&message, "activate");
		forge_bool(&message, true);
		peer_send(&manager, (struct bytes){ message.data, message.size });
		buffer_release(&bundle);
		buffer_release(&message);
		free(catalog);
		for (bool switched = false; !switched;) {
			char id[20];
			snprintf(id, sizeof id, "n%u", asked++);
			peer_ask(&peer, "charge", voice(world, 1, id, 1));
			world_step(world);
			while (peer_take(&peer, &answer)) {
				assert_field(&answer, "outcome", "charged");
				bool is_dear = strcmp(answer_text(&answer, "amount"), "0.20") == 0;
				assert_field(&answer, "lines.0.parts.0.price",
					is_dear ? "0.20" : "0.10");
				dear += is_dear;
				answered++;
				answer_free(&answer);
			}
			if (peer_take(&manager, &answer)) {
				assert_field(&answer, "active", "true");
				answer_free(&answer);
				switched = true;
			}
		}
		/* From its answer on it is in force. */
		char id[20];
		snprintf(id, sizeof id, "after %d", round);
		struct peer late;
		peer_open(&late, world);
		check_field(&late, "charge", voice(world, 1, id, 1), "amount", price);
		peer_close(&late);
	}
	while (answered < asked && peer_wait(&peer, &answer)) {
		answered++;
		answer_free(&answer);
	}
	assert_int_equal(answered, asked);
	assert_true(dear > 0 || asked < 20);
	peer_close(&peer);
	peer_close(&manager);
}

/* A catalog that is made for another version of the language. */
static void
a_bundle_that_this_program_does_not_know_is_a_bad_catalog(void **state)
{
	struct world *world = *state;
	struct peer peer;
	struct answer answer;
	struct fault fault;
	struct bundle_file file = { TEXT("catalog.lua"), bytes_of_text(TEXT("")) };
	struct buffer bundle, params;
	peer_open(&peer, world);
	buffer_init(&bundle, BUNDLE_BYTES_MAX);
	buffer_init(&params, BUNDLE_BYTES_MAX);
	assert_int_equal(bundle_of_files(&file, 1, &bundle, &fault), STATUS_OK);
	uint8_t *language = memmem(bundle.data, bundle.size, "@language\0011", 11);
	assert_non_null(language);
	language[10] = '2';
	forge_array(&params, 4);
	forge_unsigned(&params, 0);
	forge_unsigned(&params, 5);
	forge_string(&params, "release.publish");
	forge_array(&params, 1);
	forge_map(&params, 1);
	forge_string(&params, "bundle");
	forge_bin(&params, (struct bytes){ bundle.data, bundle.size });
	assert_true(peer_send(&peer, (struct bytes){ params.data, params.size }));
	assert_true(peer_wait(&peer, &answer));
	assert_error(&answer, "BAD_CATALOG");
	answer_free(&answer);
	buffer_release(&bundle);
	buffer_release(&params);
	peer_close(&peer);
}

static void
without_a_release_nothing_is_decided(void **state)
{
	struct world *world = *state;
	struct peer peer;
	peer_open(&peer, world);
	world_subscribe(&peer, 1, "talk", "1.00");
	check_error(&peer, "charge", voice(world, 1, "x", 1), "NO_RELEASE");
	check_error(&peer, "rate",
		"[{service_id: \"1\", service: voice, at: 1789963200000, seconds: 1}]",
		"NO_RELEASE");
	world_publish(&peer, world_catalog, true);
	check_field(&peer, "charge", voice(world, 1, "x", 1), "repeat", "false");
	peer_close(&peer);
}

/* ---- memory ---- */

/* What is asked while memory is short, and how it is answered the first time that it is decided. */
struct asked {
	const char *method;
	const char *params; /* "%d" is the round */
	const char *path, *first;
};

/*
 * Asks with the memory request number `number` of the shard's thread failing. Returns whether the
 * answer was an error, which says that nothing was decided; *failed whether any request did fail.
 */
static bool
ask_short_of_memory(struct peer *peer, const struct asked *asked, const char *params,
	uint64_t number, bool *failed)
{
	struct answer answer;
	peer_ask(peer, asked->method, params);
	memory_fail_here_at(number);
	struct pollfd answered = { peer->fd, POLLIN, 0 };
	for (int i = 0; i < 5000 && poll(&answered, 1, 0) == 0; i++)
		world_step(peer->world);
	*failed = memory_request_count() >= number;
	memory_fail_at(0);
	if (!peer_wait(peer, &answer)) {
		assert_true(peer->ended); /* nothing was said, so nobody is told a lie */
		peer_close(peer);
		peer_open(peer, peer->world);
		return false;
	}
	bool is_error = answer.error != NULL;
	bool item_is_error = strncmp(answer_text(&answer, "items.0.error"), "OUT_OF_MEMORY:", 14) ==
		0;
	if (is_error)
		assert_error(&answer, "OUT_OF_MEMORY");
	else if (!item_is_error)
		assert_field(&answer, asked->path, asked->first);
	answer_free(&answer);
	return is_error || item_is_error;
}

static void
who_is_told_that_there_is_no_memory_had_nothing_decided(void **state)
{
	static const struct asked list[] = {
		{ "charge",
			"[{id: \"c%d\", service_id: \"1\", service: voice, at: 1789963200000, seconds: 1}]",
			"repeat", "false" },
		{ "charge",
			"[{id: \"r%d\", service_id: nobody, service: voice, at: 1789963200000, seconds: 1}]",
			"repeat", "false" },
		{ "charge_batch",
			"[{items: [{id: \"b%d\", service_id: \"1\", service: voice, at: 1789963200000, seconds: 1}]}]",
			"items.0.repeat", "false" },
		{ "balance.topup",
			"[{id: \"t%d\", account: a1, at: 1789963200000, amount: \"0.10\", currency: \"CNY\"}]",
			"repeat", "false" },
		{ "customer.put", "[{customer: c1, segment: \"s%d\"}]", "outcome", "stored" },
	};
	struct world *world = *state;
	struct peer peer;
	struct answer answer;
	int rounds[sizeof list / sizeof list[0]] = { 0 };
	begin(&peer, world, 1);
	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
		for (bool failed = true; failed;) {
			char params[300], balance[40];
			snprintf(params, sizeof params, list[i].params, ++rounds[i]);
			assert_true(rounds[i] < 200);
			/* A new shard: its buffers are empty, and take memory again. */
			peer_close(&peer);
			assert_int_equal(world_close(world), STATUS_OK);
			world_open(world);
			peer_open(&peer, world);
			peer_call(&peer, "ping", "[]", &answer);
			answer_free(&answer);
			bool is_error = ask_short_of_memory(
				&peer, &list[i], params, (uint64_t)rounds[i], &failed);
			peer_call(&peer, list[i].method, params, &answer);
			if (is_error)
				assert_field(&answer, list[i].path, list[i].first);
			answer_free(&answer);
			snprintf(balance, sizeof balance, "%d.%d0",
				(10000 - rounds[0] - rounds[2] + rounds[3]) / 10,
				(10000 - rounds[0] - rounds[2] + rounds[3]) % 10);
			check_balance(&peer, 1, balance);
		}
	}
	peer_close(&peer);
}

/* ---- bounds ---- */

/* An event that moves more records than an entry can hold: a counter for each of many days. */
static void
a_charge_of_more_effects_than_an_entry_holds_is_refused(void **state)
{
	struct world *world = *state;
	struct peer peer;
	begin(&peer, world, 0);
	world_subscribe(&peer, 1, "talk, daily", "1000000.00");
	check_outcome(&peer, "charge", voice(world, 1, "100 days", 100 * 86400), "charged");
	check_outcome(&peer, "charge", voice(world, 1, "252 days", 252 * 86400), "charged");
	check_field(&peer, "charge", voice(world, 1, "2 years", 730 * 86400), "code", "OVERFLOW");
	check_field(&peer, "charge", voice(world, 1, "2 years", 730 * 86400), "repeat", "true");
	peer_close(&peer);
}

/* ---- connections ---- */

static void
expect_pong(struct peer *peer)
{
	struct answer answer;
	peer_call(peer, "ping", "[]", &answer);
	assert_null(answer.error);
	answer_free(&answer);
}

static void
clients_are_turned_away_without_memory_and_served_when_there_is_some(void **state)
{
	struct world *world = *state;
	struct peer first, away, later;
	size_t ended = 0;
	begin(&first, world, 0);
	for (uint64_t n = 1; n <= 6; n++) {
		peer_open(&away, world);
		memory_fail_here_at(n); /* whoever asks then; the client is among them */
		for (int step = 0; step < 10; step++)
			world_step(world);
		memory_fail_at(0);
		peer_receive(&away);
		ended += away.ended;
		peer_close(&away);
		peer_open(&later, world);
		expect_pong(&later);
		peer_close(&later);
	}
	assert_true(ended > 0);
	expect_pong(&first);
	peer_close(&first);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_world, free_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_charge_takes_money_once_and_the_repeat_says_so),
		TEST(the_same_id_for_another_request_is_a_conflict),
		TEST(a_refusal_is_repeated_until_it_is_attempted_anew),
		TEST(what_was_decided_is_known_after_a_restart),
		TEST(events_are_accepted_up_to_the_edges_of_the_window_and_not_beyond),
		TEST(an_event_whose_id_was_dropped_is_too_old_also_when_the_window_is_wide_again),
		TEST(time_stands_still_while_the_clock_is_set_back),
		TEST(a_call_that_waited_is_decided_at_the_time_of_its_turn),
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
		TEST(a_full_journal_makes_calls_wait_and_all_are_decided_when_it_goes_on),
		TEST(a_full_disk_refuses_new_work_by_name_and_service_returns),
		TEST(charges_go_on_while_releases_are_switched),
		TEST(a_bundle_that_this_program_does_not_know_is_a_bad_catalog),
		TEST(without_a_release_nothing_is_decided),
		TEST(who_is_told_that_there_is_no_memory_had_nothing_decided),
		TEST(a_charge_of_more_effects_than_an_entry_holds_is_refused),
		TEST(clients_are_turned_away_without_memory_and_served_when_there_is_some),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
