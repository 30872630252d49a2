/*
 * The agenda of a subscription: what is due is charged once, in order, never early, and the agenda is
 * looked at again when something may fall due next (engine/agenda.h).
 */
#include "agenda_case.h"

#include "../../../store/record_agenda.h"

/* ---- the next instant: a guess on the early side, since days begin at midnight ---- */

static void
the_next_instant_is_the_first_at_which_something_may_fall_due(void **state)
{
	(void)state;
	hold(1, since("monthly", "2026-09-01T00:00:00+08:00"), "");
	settle();
	check_next(1, "2026-10-01T00:00:00+08:00");
	check_balance(&peer, 1, "969.00");
	hold(1, "{package: monthly, from: 1788192000000, till: 1790352000000}", /* 09-26 */
		"");
	settle();
	check_next(1, "2026-09-26T00:00:00+08:00");
	pass_to("2026-09-26T00:00:00+08:00");
	pass_to("2026-09-27T00:00:00+08:00");
	check_next(1, "");
	pass_to("2026-12-01T00:00:00+08:00");
	check_balance(&peer, 1, "969.00");
}

static void
what_is_held_from_a_later_day_on_is_looked_at_then(void **state)
{
	(void)state;
	hold(1, since("monthly", "2026-10-15T08:00:00+08:00"), "");
	settle();
	check_next(1, "2026-10-15T00:00:00+08:00");
	pass_to("2026-10-15T00:00:00+08:00");
	check_next(1, "2026-10-15T08:00:00+08:00");
	world->now_ms = at("2026-10-15T07:59:59.999+08:00");
	settle();
	check_balance(&peer, 1, "1000.00");
	pass_to("2026-10-15T08:00:00+08:00");
	check_balance(&peer, 1, "969.00");
	check_entry(0, "at", "1792022400000");
}

static void
the_end_of_a_suspension_is_looked_at(void **state)
{
	(void)state;
	hold(1, since("monthly", "2026-09-01T00:00:00+08:00"),
		", states: [{state: suspended, till: 1791000000000}," /* 2026-10-03 12:00 */
		" {state: active, from: 1791000000000}]");
	settle();
	pass_to("2026-10-01T00:00:00+08:00");
	check_next(1, "2026-10-03T00:00:00+08:00");
	pass_to("2026-10-03T00:00:00+08:00");
	check_next(1, "2026-10-03T12:00:00+08:00");
}

static void
two_puts_of_one_millisecond_leave_one_timer(void **state)
{
	(void)state;
	let_the_walk_end();
	hold(1, since("monthly", "2026-10-15T08:00:00+08:00"), "");
	hold(1, since("monthly", "2026-10-16T08:00:00+08:00"), "");
	hold(1, since("daily", "2026-10-17T08:00:00+08:00"), "");
	settle();
	check_next(1, "2026-10-17T00:00:00+08:00");
	uint64_t done = timers_stats(world->shard->timers).done;
	pass_to("2026-10-16T23:00:00+08:00");
	assert_int_equal(timers_stats(world->shard->timers).done, done);
	pass_to("2026-10-17T00:00:00+08:00");
	pass_to("2026-10-17T08:00:00+08:00");
	assert_int_equal(timers_stats(world->shard->timers).done, done + 2);
	check_balance(&peer, 1, "999.00");
}

static void
agendas_of_one_instant_are_all_done(void **state)
{
	(void)state;
	for (int number = 2; number < 30; number++)
		hold(number, since("monthly", "2026-10-15T08:00:00+08:00"), "");
	pass_to("2026-10-15T08:00:00+08:00");
	for (int number = 2; number < 30; number++)
		check_next(number, "2026-10-16T00:00:00+08:00");
	check_balance(&peer, 1, "132.00");
}

/* ---- in order, and once ---- */

static void
what_is_due_is_charged_before_what_comes_later_though_timers_are_late(void **state)
{
	(void)state;
	struct answer answer;
	hold(1, since("monthly", "2026-09-01T00:00:00+08:00"), "");
	settle();
	timers_stop(world->shard->timers);
	world->now_ms = at("2026-11-02T00:00:00+08:00");
	peer_call(&peer, "charge", voice(world, 1, "call", 60), &answer);
	assert_field(&answer, "balance", "906.90");
	answer_free(&answer);
	check_entry(0, "kind", "charge");
	check_entry(1, "at", "1793462400000"); /* 2026-11-01 */
	check_entry(2, "at", "1790784000000"); /* 2026-10-01 */
	check_next(1, "2026-12-01T00:00:00+08:00");
}

static void
leave(void)
{
	check_field(&peer, "subscription.put",
		"[{subscription: s1, account: a1, product: line, service_ids: [\"1\"], packages: [talk]}]",
		"outcome", "stored");
	settle();
}

static void
what_is_left_out_and_put_again_is_not_charged_again(void **state)
{
	(void)state;
	hold(1, since("monthly", "2026-09-01T00:00:00+08:00"), "");
	settle();
	check_balance(&peer, 1, "969.00");
	leave();
	check_next(1, "");
	check_field(&peer, "agenda.get", "[s1]", "held", "array of 0");
	pass_to("2026-09-25T00:00:00+08:00");
	hold(1, since("monthly", "2026-09-01T00:00:00+08:00"), "");
	settle();
	check_balance(&peer, 1, "969.00");
	check_next(1, "2026-10-01T00:00:00+08:00");
	/* Nor if other things come and go meanwhile. */
	for (int64_t day = 1; day < AGENDA_GONE_MAX; day++) {
		char package[100];
		int64_t from_ms = at("2026-09-10T00:00:00+08:00") + day * DAY_MS;
		snprintf(package, sizeof package,
			"{package: daily, from: %" PRId64 ", till: %" PRId64 "}", from_ms,
			from_ms + DAY_MS);
		hold(1, package, "");
		settle();
	}
	leave();
	check_balance(&peer, 1, "962.00");
	hold(1, since("monthly", "2026-09-01T00:00:00+08:00"), "");
	settle();
	check_balance(&peer, 1, "962.00");
}

static void
more_than_is_done_in_one_run_is_done_in_several(void **state)
{
	(void)state;
	hold(1, since("daily", "2026-03-01T00:00:00+08:00"), "");
	settle();
	check_balance(&peer, 1, "795.00"); /* 205 days */
	check_next(1, "2026-09-22T00:00:00+08:00");
	/* And the same by a charge. */
	timers_stop(world->shard->timers);
	world->now_ms = at("2027-01-01T00:00:00+08:00");
	check_field(&peer, "charge", voice(world, 1, "call", 60), "balance", "692.90");
	check_entry(0, "kind", "charge");
}

static void
what_cannot_be_priced_waits_and_holds_up_nothing_else(void **state)
{
	(void)state;
	char packages[300];
	snprintf(packages, sizeof packages, "%s, {package: monthly, from: 1788192000000}",
		since("leased", "2026-09-01T00:00:00+08:00"));
	hold(1, packages, "");
	settle();
	check_balance(&peer, 1, "969.00");
	check_field(
		&peer, "agenda.get", "[s1]", "held.0.stuck", "FACT leased.site.rent: fact_missing");
	check_next(1, "2026-09-22T00:00:00+08:00");
	snprintf(packages, sizeof packages,
		"{package: leased, from: 1788192000000, facts: [{with: {\"site.rent\": \"5.00\"}}]},"
		" {package: monthly, from: 1788192000000}");
	hold(1, packages, "");
	settle();
	check_balance(&peer, 1, "964.00");
	check_field(&peer, "agenda.get", "[s1]", "held.0.stuck", "");
	check_next(1, "2026-10-01T00:00:00+08:00");
}

static void
an_account_of_another_currency_is_charged_nothing_and_tried_again_each_day(void **state)
{
	(void)state;
	check_outcome(
		&peer, "account.put", "[{account: usd, customer: c1, currency: USD}]", "stored");
	check_outcome(&peer, "subscription.put",
		"[{subscription: abroad, account: usd, product: line, packages: [{package: monthly, from: 1788192000000}]}]",
		"stored");
	settle();
	check_field(&peer, "agenda.get", "[abroad]", "held.0.stuck", "WRONG_CURRENCY");
	check_field(&peer, "agenda.get", "[abroad]", "next", "1790006400000");
	pass_to("2026-09-22T00:00:00+08:00");
	check_field(&peer, "agenda.get", "[abroad]", "next", "1790092800000");
	check_field(&peer, "balance.get", "[usd]", "balances.0.amount", "0.00");
}

/* ---- many records ---- */

static void
a_fee_that_takes_all_of_63_balances_and_makes_each_low_eight_times_is_charged(void **state)
{
	(void)state;
	char params[400];
	struct answer answer;
	for (int i = 0; i < 63; i++) {
		snprintf(params, sizeof params,
			"[{account: a1, balance: b%d, low_balance: [\"0.10\", \"0.20\", \"0.30\","
			" \"0.40\", \"0.50\", \"0.60\", \"0.70\", \"0.80\"]}]",
			i);
		check_outcome(&peer, "balance.put", params, "stored");
		snprintf(params, sizeof params,
			"[{id: b%d, account: a1, balance: b%d, at: %" PRId64
			", amount: \"1.00\", currency: CNY}]",
			i, i, world->now_ms);
		check_outcome(&peer, "balance.topup", params, "topped_up");
	}
	for (int day = 0; day < 3; day++)
		hold(1 + day, since("monthly", "2026-09-01T00:00:00+08:00"), "");
	settle();
	check_balance(&peer, 1, "970.00"); /* of three fees, 63.00 are paid by the others */
	check_field(&peer, "balance.get", "[a1]", "balances.62.amount", "0.00");
	peer_call(&peer, "notice.list", "[{limit: 256}]", &answer);
	/* Two fees take 31 balances each: of four all eight amounts are told, of the others the last. */
	assert_field(&answer, "notices", "array of 126");
	assert_field(&answer, "notices.32.threshold", "0.10");
	assert_field(&answer, "notices.33.threshold", "0.10");
	answer_free(&answer);
}

/* ---- memory ---- */

static void
whatever_there_is_no_room_for_everything_is_charged_once_in_the_end(void **state)
{
	(void)state;
	char params[300];
	size_t bytes = 0, short_of = 0;
	hold(1, since("monthly", "2026-09-01T00:00:00+08:00"), "");
	settle();
	timers_stop(world->shard->timers);
	world->now_ms = at("2027-02-02T00:00:00+08:00");
	snprintf(params, sizeof params, "%s", voice(world, 1, "call", 60));
	while (!has_room(bytes, "charge", params)) {
		bytes += 16 + bytes / 64;
		short_of++;
		assert_true(bytes < 16 << 20);
	}
	assert_true(short_of > 100);
	check_balance(&peer, 1, "813.90"); /* six fees and a call */
	check_entry(0, "kind", "charge");
	for (int place = 1; place <= 6; place++)
		check_entry(place, "kind", "due");
	check_entry(7, "kind", "topup");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_next_instant_is_the_first_at_which_something_may_fall_due),
		TEST(what_is_held_from_a_later_day_on_is_looked_at_then),
		TEST(the_end_of_a_suspension_is_looked_at),
		TEST(two_puts_of_one_millisecond_leave_one_timer),
		TEST(agendas_of_one_instant_are_all_done),
		TEST(what_is_due_is_charged_before_what_comes_later_though_timers_are_late),
		TEST(what_is_left_out_and_put_again_is_not_charged_again),
		TEST(more_than_is_done_in_one_run_is_done_in_several),
		TEST(what_cannot_be_priced_waits_and_holds_up_nothing_else),
		TEST(an_account_of_another_currency_is_charged_nothing_and_tried_again_each_day),
		TEST(a_fee_that_takes_all_of_63_balances_and_makes_each_low_eight_times_is_charged),
		TEST(whatever_there_is_no_room_for_everything_is_charged_once_in_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
