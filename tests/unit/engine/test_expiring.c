/*
 * That a balance ends soon (engine/expiring.c): told so long before, once for each end, however that is
 * said, put off or begun. The clock stands where the test says; days are those of the catalog's zone.
 */
#include "shard_case.h"

#include "../../../engine/timers.h"

/* It is noon of 2026-09-21 there; a day begins at 16:00 UTC. */
#define MIDNIGHT_MS (WORLD_NOW + 12 * HOUR_MS)
#define END_MS (MIDNIGHT_MS + 9 * DAY_MS)    /* 2026-10-01 */
#define SOON_MS (MIDNIGHT_MS + 2 * DAY_MS)   /* 7 days before */
#define LATER_MS (MIDNIGHT_MS + 39 * DAY_MS) /* 2026-10-31 */

static struct world *world;
static struct peer peer;

static int
set_up(void **state)
{
	make_world(state);
	world = *state;
	begin(&peer, world, 1);
	return 0;
}

static int
tear_down(void **state)
{
	peer_close(&peer);
	return free_world(state);
}

/* A put of an account or a balance: what is said besides of whom it is. */
static void
put_account(const char *says)
{
	char params[200];
	snprintf(params, sizeof params, "[{account: a1, customer: c1%s%s}]",
		says[0] == '\0' ? "" : ", ", says);
	check_outcome(&peer, "account.put", params, "stored");
}

static void
put(const char *name, const char *says, int64_t till_ms)
{
	char params[300], till[60] = "";
	if (till_ms != INT64_MAX)
		snprintf(till, sizeof till, ", till: %" PRId64, till_ms);
	snprintf(params, sizeof params, "[{account: a1, balance: %s%s%s%s}]", name, till,
		says[0] == '\0' ? "" : ", ", says);
	check_outcome(&peer, "balance.put", params, "stored");
}

static void
top_up(const char *name, const char *id, const char *besides)
{
	char params[300];
	snprintf(params, sizeof params,
		"[{id: %s, account: a1, balance: %s, at: %" PRId64
		", amount: \"5.00\", currency: CNY%s}]",
		id, name, world->now_ms, besides);
	check_outcome(&peer, "balance.topup", params, "topped_up");
}

static void
take(const char *name, const char *id)
{
	char params[300];
	snprintf(params, sizeof params,
		"[{id: %s, account: a1, balance: %s, at: %" PRId64
		", amount: \"-5.00\", currency: CNY, why: test}]",
		id, name, world->now_ms);
	check_outcome(&peer, "balance.adjust", params, "adjusted");
}

/* At an instant, all that is due is done; so many notices are listed then. */
static void
expect_told(int64_t ms, unsigned count)
{
	char wanted[40];
	struct timers_stats stats;
	world->now_ms = ms;
	snprintf(wanted, sizeof wanted, "array of %u", count);
	for (int i = 0; i < 60; i++) {
		world_step(world);
		stats = timers_stats(world->shard->timers);
	}
	assert_int_equal(stats.under_way + stats.due + stats.to_repeat, 0);
	check_field(&peer, "notice.list", "[]", "notices", wanted);
}

static void
check_amount(int place, const char *amount)
{
	char path[40];
	snprintf(path, sizeof path, "balances.%d.amount", place);
	check_field(&peer, "balance.get", "[a1]", path, amount);
}

static const char SEVEN_DAYS[] = "expires_soon: {count: 7, every: day}";

static void
end_is_told_once_so_long_before_and_then_it_comes(void **state)
{
	(void)state;
	struct answer answer;
	put("gift", SEVEN_DAYS, END_MS);
	top_up("gift", "t", "");
	expect_told(SOON_MS - 1, 0);
	peer_reopen(&peer);
	expect_told(SOON_MS, 1);
	peer_call(&peer, "notice.list", "[]", &answer);
	assert_field(&answer, "notices.0.kind", "expiring");
	assert_field(&answer, "notices.0.account", "a1");
	assert_field(&answer, "notices.0.of", "gift");
	assert_field(&answer, "notices.0.threshold", "7 days");
	assert_field(&answer, "notices.0.balance", "5.00");
	assert_field(&answer, "notices.0.subscription", "");
	assert_field(&answer, "notices.0.say.en",
		"5.00 CNY on \"gift\" expire at 2026-10-01T00:00:00+08:00");
	assert_field(&answer, "notices.0.say.zh",
		"账本“gift”的 5.00 CNY 将于 2026-10-01T00:00:00+08:00 到期");
	answer_free(&answer);
	peer_reopen(&peer);
	expect_told(END_MS - 1, 1);
	check_amount(1, "5.00");
	expect_told(END_MS, 1);
	check_amount(1, "0.00");
	check_field(&peer, "history", "[{account: a1}]", "entries.0.kind", "expiry");
	check_field(&peer, "history", "[{account: a1}]", "entries.1.kind", "notice");
	check_field(&peer, "history", "[{account: a1}]", "entries.1.answer.outcome", "expiring");
}

static void
put_again_as_it_is_it_is_not_told_again(void **state)
{
	(void)state;
	char same[200];
	snprintf(same, sizeof same, "[{account: a1, balance: gift, till: %" PRId64 ", %s}]", END_MS,
		SEVEN_DAYS);
	put("gift", SEVEN_DAYS, END_MS);
	top_up("gift", "t", "");
	check_outcome(&peer, "balance.put", same, "unchanged");
	expect_told(SOON_MS, 1);
	check_outcome(&peer, "balance.put", same, "unchanged");
	put("gift", "frozen: true, expires_soon: {count: 7, every: day}", END_MS);
	expect_told(END_MS, 1);
	check_amount(1, "0.00");
}

static void
what_is_put_off_is_told_at_its_own_time(void **state)
{
	(void)state;
	put("gift", SEVEN_DAYS, END_MS);
	put("other", SEVEN_DAYS, END_MS);
	top_up("gift", "t", "");
	top_up("other", "o", ", extends: {count: 30, every: day}");
	put("gift", SEVEN_DAYS, LATER_MS);
	expect_told(END_MS, 0);
	check_amount(1, "5.00");
	check_amount(2, "5.00");
	expect_told(LATER_MS - 7 * DAY_MS, 2);
	/* Told of one end, and then of the next. */
	top_up("other", "p", ", extends: {count: 10, every: day}");
	expect_told(LATER_MS, 2);
	check_amount(1, "0.00");
	expect_told(LATER_MS + 3 * DAY_MS, 3);
	expect_told(LATER_MS + 10 * DAY_MS, 3);
	check_amount(2, "0.00");
}

static void
what_is_valid_from_its_first_use_is_told_once_it_has_an_end(void **state)
{
	(void)state;
	put("gift",
		"valid: {count: 10, every: day, begins: first_use}, expires_soon: {count: 7, every: day}",
		INT64_MAX);
	top_up("gift", "t", "");
	expect_told(WORLD_NOW + DAY_MS, 0);
	check_outcome(&peer, "charge", voice(world, 1, "use", 60), "charged");
	/* Ten days, of which that of the use is the first: to 2026-10-02. */
	expect_told(SOON_MS + DAY_MS - 1, 0);
	expect_told(SOON_MS + DAY_MS, 1);
	expect_told(END_MS + DAY_MS, 1);
	check_amount(1, "0.00");
}

static void
session_that_begins_a_balance_sets_when_it_is_told(void **state)
{
	(void)state;
	char params[300];
	put("gift",
		"valid: {count: 10, every: day, begins: first_use}, expires_soon: {count: 7, every: day}",
		INT64_MAX);
	top_up("gift", "t", "");
	for (int number = 1; number <= 2; number++) {
		snprintf(params, sizeof params,
			"[{service_id: \"1\", session: s, number: %d, at: %" PRId64
			", parts: [{part: v, service: voice, %s}]}]",
			number, world->now_ms, number == 1 ? "ask: 60" : "used: 60");
		check_outcome(&peer, number == 1 ? "session.reserve" : "session.commit", params,
			number == 1 ? "granted" : "charged");
	}
	expect_told(SOON_MS - 1, 0);
	expect_told(SOON_MS, 1);
	expect_told(END_MS, 1);
}

static void
nothing_is_told_of_what_is_empty_or_of_what_is_past(void **state)
{
	(void)state;
	put("empty", SEVEN_DAYS, END_MS);
	put("short", SEVEN_DAYS, WORLD_NOW + 3 * DAY_MS);
	put("silent", "", END_MS);
	top_up("empty", "a", "");
	top_up("short", "b", "");
	top_up("silent", "c", "");
	take("empty", "d");
	expect_told(SOON_MS, 0);
	top_up("empty", "e", "");
	expect_told(END_MS, 0);
	check_amount(1, "0.00");
}

/* Both instants came while nobody served: it is over, and no news any more. */
static void
what_ended_while_nobody_served_expires_and_is_not_told(void **state)
{
	(void)state;
	put("gift", SEVEN_DAYS, END_MS);
	put("told", SEVEN_DAYS, LATER_MS);
	top_up("gift", "t", "");
	top_up("told", "u", "");
	timers_stop(world->shard->timers);
	world->now_ms = LATER_MS - DAY_MS;
	peer_reopen(&peer);
	expect_told(LATER_MS - DAY_MS, 1);
	check_amount(1, "0.00");
	check_amount(2, "5.00");
	peer_reopen(&peer);
	expect_told(LATER_MS, 1);
	check_amount(2, "0.00");
}

static void
account_says_it_for_balances_that_do_not(void **state)
{
	(void)state;
	put("early", "", END_MS);
	put("own", "expires_soon: {count: 36, every: hour}", END_MS);
	put_account(SEVEN_DAYS);
	put("late", "", END_MS);
	put("always", "", INT64_MAX);
	top_up("early", "a", "");
	top_up("own", "b", "");
	top_up("late", "c", "");
	check_field(&peer, "account.get", "[a1]", "expires_soon.count", "7");
	expect_told(SOON_MS - 1, 0);
	expect_told(SOON_MS, 2);
	expect_told(END_MS - 36 * HOUR_MS - 1, 2);
	expect_told(END_MS - 36 * HOUR_MS, 3);
	expect_told(END_MS, 3);
	for (int i = 1; i <= 3; i++)
		check_amount(i, "0.00");
}

static void
account_that_says_otherwise_moves_what_is_to_be_told(void **state)
{
	(void)state;
	put_account(SEVEN_DAYS);
	put("gift", "", END_MS);
	put("other", "", END_MS);
	top_up("gift", "a", "");
	top_up("other", "b", "");
	put_account("expires_soon: {count: 2, every: day}");
	put("other", SEVEN_DAYS, END_MS);
	expect_told(SOON_MS, 1);
	put_account("");
	expect_told(END_MS - 1, 1);
	put_account("expires_soon: {count: 1, every: hour}");
	expect_told(END_MS, 1);
	check_amount(1, "0.00");
	check_amount(2, "0.00");
}

static void
units_are_told_of_too(void **state)
{
	(void)state;
	struct answer answer;
	char params[200];
	put("bonus", "kind: units, unit: second, expires_soon: {count: 7, every: day}", END_MS);
	snprintf(params, sizeof params,
		"[{id: t, account: a1, balance: bonus, at: %" PRId64 ", seconds: 90}]",
		world->now_ms);
	check_outcome(&peer, "balance.topup", params, "topped_up");
	expect_told(SOON_MS, 1);
	peer_call(&peer, "notice.list", "[]", &answer);
	assert_field(&answer, "notices.0.balance", "90");
	assert_field(&answer, "notices.0.unit", "second");
	answer_free(&answer);
}

static void
what_is_no_time_is_refused(void **state)
{
	(void)state;
	check_error(&peer, "balance.put",
		"[{account: a1, balance: g, expires_soon: {count: 0, every: day}}]",
		"OUT_OF_RANGE");
	check_error(&peer, "balance.put",
		"[{account: a1, balance: g, expires_soon: {count: 1, every: week}}]",
		"OUT_OF_RANGE");
	check_error(&peer, "account.put", "[{account: a1, customer: c1, expires_soon: {count: 1}}]",
		"MISSING_FIELD");
	check_field(&peer, "account.get", "[a1]", "balances", "array of 1");
}

#define EXPIRING_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		EXPIRING_TEST(end_is_told_once_so_long_before_and_then_it_comes),
		EXPIRING_TEST(put_again_as_it_is_it_is_not_told_again),
		EXPIRING_TEST(what_is_put_off_is_told_at_its_own_time),
		EXPIRING_TEST(what_is_valid_from_its_first_use_is_told_once_it_has_an_end),
		EXPIRING_TEST(session_that_begins_a_balance_sets_when_it_is_told),
		EXPIRING_TEST(nothing_is_told_of_what_is_empty_or_of_what_is_past),
		EXPIRING_TEST(what_ended_while_nobody_served_expires_and_is_not_told),
		EXPIRING_TEST(account_says_it_for_balances_that_do_not),
		EXPIRING_TEST(account_that_says_otherwise_moves_what_is_to_be_told),
		EXPIRING_TEST(units_are_told_of_too),
		EXPIRING_TEST(what_is_no_time_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
