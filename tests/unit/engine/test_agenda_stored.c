/*
 * Deposits and gifts of an agenda (engine/agenda_stored.c): each instalment comes once, to a balance
 * of whom it is for; what can't come waits, and is tried again.
 */
#include "agenda_case.h"

#define BOUGHT "2026-09-21T00:00:00+08:00"

static const char *
paying(int number, const char *id)
{
	static char params[300];
	snprintf(params, sizeof params,
		"[{id: %s, account: a1, at: %" PRId64
		", subscription: s%d, package: saved, deposit: stored}]",
		id, world->now_ms, number);
	return params;
}

static void
pay_in(int number, const char *id)
{
	check_outcome(&peer, "deposit.pay", paying(number, id), "paid_in");
}

/* The `place`th balance of account 1, from 1 behind the main one. */
static void
check_gift(int place, const char *name, const char *amount)
{
	char path[60];
	snprintf(path, sizeof path, "balances.%d.balance", place);
	check_field(&peer, "balance.get", "[a1]", path, name);
	snprintf(path, sizeof path, "balances.%d.amount", place);
	check_field(&peer, "balance.get", "[a1]", path, amount);
}

static void
fill_with_balances(int count)
{
	char params[100];
	for (int i = 0; i < count; i++) {
		snprintf(params, sizeof params, "[{account: a1, balance: b%d}]", i);
		check_outcome(&peer, "balance.put", params, "stored");
	}
}

/* ---- what comes ---- */

static void
what_expires_and_what_comes_at_one_instant_comes_in_that_order(void **state)
{
	(void)state;
	hold(1, since("saved", BOUGHT), "");
	pay_in(1, "d1");
	pass_to("2026-10-01T00:00:00+08:00");
	check_gift(1, "saved.stored", "1.00");
	check_gift(2, "saved.bonus.2026-10-01", "0.50");
	pass_to("2026-11-01T00:00:00+08:00");
	check_entry(0, "answer.outcome", "given");
	check_entry(1, "answer.outcome", "released");
	check_entry(2, "answer.outcome", "expired");
	check_gift(1, "saved.stored", "2.00");
	check_gift(2, "saved.bonus.2026-10-01", "0.00");
	check_gift(3, "saved.bonus.2026-11-01", "0.50");
}

static void
an_end_at_the_instant_of_an_instalment_comes_before_it(void **state)
{
	(void)state;
	hold(1, since("saved", BOUGHT), "");
	pay_in(1, "d1");
	pass_to("2026-10-31T12:00:00+08:00");
	hold(1, "{package: saved, from: 1789920000000, till: 1793462400000}", ""); /* 11-01 */
	pass_to("2026-11-01T00:00:00+08:00");
	check_balance(&peer, 1, "1006.00");
	check_gift(1, "saved.stored", "0.00");
	check_gift(2, "saved.bonus.2026-10-01", "0.00");
	check_field(&peer, "balance.get", "[a1]", "balances", "array of 3");
}

/* ---- whose it is ---- */

static void
two_subscriptions_of_an_account_have_balances_of_their_own(void **state)
{
	(void)state;
	hold(1, since("saved", BOUGHT), "");
	hold(2, since("saved", BOUGHT), "");
	pay_in(1, "d1");
	pay_in(2, "d2");
	pass_to("2026-10-01T00:00:00+08:00");
	check_gift(1, "saved.stored", "1.00");
	check_gift(2, "saved.bonus.2026-10-01", "0.50");
	check_gift(3, "saved.stored@s2", "1.00");
	check_gift(4, "saved.bonus@s2.2026-10-01", "0.50");
	pass_to("2026-11-01T00:00:00+08:00");
	check_gift(1, "saved.stored", "2.00");
	check_gift(3, "saved.stored@s2", "2.00");
}

static void
a_gift_whose_names_are_all_taken_waits_until_one_is_free(void **state)
{
	(void)state;
	check_outcome(
		&peer, "balance.put", "[{account: a1, balance: saved.bonus.2026-10-01}]", "stored");
	check_outcome(&peer, "balance.put",
		"[{account: a1, balance: \"saved.bonus@s1.2026-10-01\"}]", "stored");
	hold(1, since("saved", BOUGHT), "");
	pay_in(1, "d1");
	pass_to("2026-10-01T00:00:00+08:00");
	check_field(&peer, "agenda.get", "[s1]", "held.0.stuck", "BALANCE_NAME_TAKEN");
	check_next(1, "2026-10-02T00:00:00+08:00");
	/* As the gift would have it. */
	check_outcome(&peer, "balance.put",
		"[{account: a1, balance: \"saved.bonus@s1.2026-10-01\", for: {subscription: s1}}]",
		"stored");
	pass_to("2026-10-02T00:00:00+08:00");
	check_gift(2, "saved.bonus@s1.2026-10-01", "0.50");
}

/* ---- no room ---- */

static void
what_finds_no_room_among_the_balances_waits_and_comes_when_one_is_empty(void **state)
{
	(void)state;
	fill_with_balances(61);
	hold(1, since("saved", BOUGHT), "");
	pay_in(1, "d1");
	pass_to("2026-10-01T00:00:00+08:00");
	check_gift(63, "saved.bonus.2026-10-01", "0.50");
	/* February's finds that of October, which has expired. */
	pass_to("2026-11-01T00:00:00+08:00");
	check_gift(62, "saved.stored", "2.00");
	check_gift(63, "saved.bonus.2026-10-01", "0.50");
	check_field(&peer, "agenda.get", "[s1]", "held.0.stuck", "");
	hold(2, since("saved", BOUGHT), "");
	pay_in(2, "d2");
	pass_to("2026-12-01T00:00:00+08:00");
	check_field(&peer, "agenda.get", "[s2]", "held.0.stuck", "TOO_MANY_BALANCES");
	check_next(2, "2026-12-02T00:00:00+08:00");
	check_gift(62, "saved.stored", "3.00");
}

static void
what_finds_no_room_holds_up_no_fee_and_nothing_of_another_package(void **state)
{
	(void)state;
	char packages[300];
	fill_with_balances(63);
	snprintf(packages, sizeof packages, "%s, {package: monthly, from: 1789920000000}",
		since("saved", BOUGHT));
	hold(1, packages, "");
	pay_in(1, "d1");
	settle();
	check_balance(&peer, 1, "969.00");
	for (int month = 10; month <= 12; month++) {
		char at_text[40], balance[20];
		snprintf(at_text, sizeof at_text, "2026-%d-01T00:00:00+08:00", month);
		snprintf(balance, sizeof balance, "%d.00", 969 - 31 * (month - 9));
		pass_to(at_text);
		check_balance(&peer, 1, balance);
		check_field(&peer, "agenda.get", "[s1]", "held.0.stuck", "TOO_MANY_BALANCES");
		check_field(&peer, "agenda.get", "[s1]", "held.1.stuck", "");
	}
	check_next(1, "2026-12-02T00:00:00+08:00");
	check_field(&peer, "agenda.get", "[s1]", "held.0.stored.0.given", "0");
	/* Its end gives back all of it; what nobody could spend yet was never anywhere. */
	hold(1, "{package: saved, from: 1789920000000, till: 1796054400001}", ""); /* 12-01 */
	pass_to("2026-12-02T00:00:00+08:00");
	check_balance(&peer, 1, "882.00");
}

/* ---- memory ---- */

static void
whatever_there_is_no_room_for_a_deposit_is_paid_in_and_comes_once(void **state)
{
	(void)state;
	char params[300];
	size_t short_of = 0;
	hold(1, since("saved", BOUGHT), "");
	settle();
	snprintf(params, sizeof params, "%s", paying(1, "d1"));
	for (size_t bytes = 0; !has_room(bytes, "deposit.pay", params); bytes += 16 + bytes / 64)
		short_of++;
	timers_stop(world->shard->timers);
	world->now_ms = at("2027-09-02T00:00:00+08:00");
	snprintf(params, sizeof params, "%s", voice(world, 1, "call", 60));
	for (size_t bytes = 0; !has_room(bytes, "charge", params); bytes += 16 + bytes / 64)
		short_of++;
	assert_true(short_of > 200);
	check_gift(1, "saved.stored", "5.90");
	check_field(&peer, "balance.get", "[a1]", "balances", "array of 8");
	check_field(&peer, "agenda.get", "[s1]", "held.0.stored.0.given", "6");
	check_field(&peer, "agenda.get", "[s1]", "held.0.stored.1.given", "6");
	check_balance(&peer, 1, "1000.00");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_expires_and_what_comes_at_one_instant_comes_in_that_order),
		TEST(an_end_at_the_instant_of_an_instalment_comes_before_it),
		TEST(two_subscriptions_of_an_account_have_balances_of_their_own),
		TEST(a_gift_whose_names_are_all_taken_waits_until_one_is_free),
		TEST(what_finds_no_room_among_the_balances_waits_and_comes_when_one_is_empty),
		TEST(what_finds_no_room_holds_up_no_fee_and_nothing_of_another_package),
		TEST(whatever_there_is_no_room_for_a_deposit_is_paid_in_and_comes_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
