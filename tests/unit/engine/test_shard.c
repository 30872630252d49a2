/*
 * Tests of engine/shard.c: what is decided of a charge: once, in its time, within bounds
 * (shard_case.h).
 */
#include "shard_case.h"

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

static void
how_far_ahead_is_too_far_is_said_to_the_millisecond(void **state)
{
	struct world *world = *state;
	struct peer peer;
	static const struct {
		int64_t ahead_ms;
		const char *said;
	} cases[] = { { 600000, "more than 600 seconds" }, { 500, "more than 0.500 seconds" },
		{ 0, "more than 0 seconds" } };
	begin(&peer, world, 1);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct answer answer;
		world->shard->settings.ahead_max_ms = cases[i].ahead_ms;
		peer_call(&peer, "charge",
			"[{id: far, service_id: \"1\", service: voice, at: 7000000000000, seconds: "
			"1}]",
			&answer);
		if (strstr(answer_print(&answer), cases[i].said) == NULL)
			fail_msg("%s", answer_print(&answer));
		answer_free(&answer);
	}
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_charge_takes_money_once_and_the_repeat_says_so),
		TEST(the_same_id_for_another_request_is_a_conflict),
		TEST(a_refusal_is_repeated_until_it_is_attempted_anew),
		TEST(what_was_decided_is_known_after_a_restart),
		TEST(events_are_accepted_up_to_the_edges_of_the_window_and_not_beyond),
		TEST(how_far_ahead_is_too_far_is_said_to_the_millisecond),
		TEST(an_event_whose_id_was_dropped_is_too_old_also_when_the_window_is_wide_again),
		TEST(time_stands_still_while_the_clock_is_set_back),
		TEST(a_call_that_waited_is_decided_at_the_time_of_its_turn),
		TEST(a_charge_of_more_effects_than_an_entry_holds_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
