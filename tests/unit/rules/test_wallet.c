/*
 * Scenarios that speak of money: what pays, what is refused, what is owed, and how a failure shows
 * it; and the wallet itself, where money or memory ends.
 */
#include "tested.h"

#include "../../../engine/base/memory.h"
#include "../../../rules/wallet.h"

/* A call of a minute costs 1.00; a deposit of 30.00 comes in three parts, a gift of 5.00 each day. */
static const char catalog[] =
	"catalog \"stored\" { pay_order = { \"gift\", \"deposit\", \"cash\", \"expiry\" } }\n"
	"zones \"near\" { { \"home\", number = \"1\" }, { \"away\", rest = true } }\n"
	"service \"voice\" { unit = \"second\", zones = \"near\" }\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"s\", step = \"60 s\", price = \"1.00\" },\n"
	"}\n"
	"package \"kept\" {\n"
	"    kind = \"promotion\", from = \"2020-01-01\",\n"
	"    deposit { id = \"money\", amount = \"30.00\", release = { \"10.00\", { \"15.00\", times = 1 }, \"5.00\" }, first = \"at_once\",\n"
	"        pays = { service = \"voice\", zone = \"home\" }, cancel = \"forfeit\" },\n"
	"}\n"
	"package \"daily\" {\n"
	"    kind = \"plugin\", from = \"2020-01-01\",\n"
	"    gift { id = \"five\", amounts = { { \"5.00\", times = 3 } }, every = \"day\", valid = \"2 days\", cancel = \"keep\",\n"
	"        pays = { service = \"voice\" } },\n"
	"    charge { id = \"fee\", say = \"s\", every = \"day\", ahead = true, amount = \"2.00\" },\n"
	"}\n"
	"local texts_of = { catalog = { stored = \"stored\" }, zone = { home = \"home\", away = \"away\" }, service = { voice = \"calls\" },\n"
	"    package = { talk = \"talk\", kept = \"kept\", daily = \"daily\" }, s = \"it\", deposit = { money = \"money\" }, gift = { five = \"5\" } }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n";

#define BEGIN \
	"scenario \"it\" { from = \"2026-03-10 12:00:00\", holds = \"talk\", cash = \"20.00\",\n" \
	"event = { service = \"voice\", to = \"1\" },\n"

static void
a_deposit_may_begin_at_once_and_pays_where_it_may(void **state)
{
	(void)state;
	assert_tests_pass(catalog,
		BEGIN
		"buy { \"kept\" }, store { \"kept.money\" },\n"
		"expect { balances = { deposit = \"10.00\", unreleased = \"20.00\" },\n"
		"    entries = { \"store kept.money 30.00\", \"2026-03-10 release kept.money 10.00\" } },\n"
		"use { seconds = \"11 minutes\", expect = { amount = \"11.00\" } },\n"
		"expect { entries = { \"pay kept.money 10.00\", \"pay cash 1.00\" } },\n"
		"at \"2026-04-01 00:00:00\", use { to = \"2\", seconds = \"19 minutes\" },\n"
		"expect { balances = { [\"kept.money\"] = \"15.00\", cash = \"0.00\" } },\n"
		"use { to = \"2\", seconds = 60, expect = { refused = \"BALANCE_TOO_LOW\" } },\n"
		"use { seconds = 60, expect = { amount = \"1.00\" } },\n"
		"expect { charged = \"31.00\", balances = { deposit = \"14.00\" } },\n"
		"cancel { \"kept\" },\n"
		"expect { balances = { deposit = \"0.00\", unreleased = \"0.00\", cash = \"0.00\" }, entries = {\n"
		"    \"release kept.money 15.00\", \"pay cash 19.00\", \"pay kept.money 1.00\",\n"
		"    \"forfeit kept.money 5.00\", \"forfeit kept.money 14.00\" } },\n"
		"}");
}

static void
gifts_that_are_kept_are_spent_behind_the_end_and_expire(void **state)
{
	(void)state;
	assert_tests_pass(catalog,
		BEGIN
		"buy { \"daily\" },\n"
		"expect { fees = { \"daily.fee 2.00\" }, entries = { \"pay cash 2.00\" } },\n"
		"at \"2026-03-11 10:00:00\", cancel { \"daily\" },\n"
		"use { seconds = 60 },\n"
		"at \"2026-03-20 00:00:00\",\n"
		"expect { balances = { gift = \"0.00\", cash = \"16.00\" }, entries = {\n"
		"    \"2026-03-11 gift daily.five 5.00\", \"2026-03-11 pay cash 2.00\", \"2026-03-11 pay daily.five 1.00\",\n"
		"    \"2026-03-13 expire daily.five 4.00\" } },\n"
		"}");
}

static void
what_was_given_before_the_beginning_is_not_there(void **state)
{
	(void)state;
	assert_tests_pass(catalog,
		"scenario \"it\" { from = \"2026-03-12 12:00:00\", cash = \"0.00\",\n"
		"holds = { \"talk\", { package = \"daily\", from = \"2026-03-10 12:00:00\" } },\n"
		"expect { balances = { gift = \"0.00\" }, entries = {} },\n"
		"at \"2026-03-13 00:00:00\",\n"
		"expect { balances = { gift = \"5.00\", cash = \"-2.00\" } },\n"
		"at \"2026-03-14 00:00:00\",\n"
		"expect { entries = { \"gift daily.five 5.00\", \"pay cash 2.00\", \"pay cash 2.00\" } },\n"
		"}");
}

static void
a_scenario_that_does_not_speak_of_money_pays_nothing(void **state)
{
	(void)state;
	assert_tests_pass(catalog,
		"scenario \"it\" { from = \"2026-03-10 12:00:00\", holds = \"talk\",\n"
		"event = { service = \"voice\", to = \"1\" },\n"
		"buy { \"daily\" }, suspend {}, use { seconds = 60, expect = { refused = \"SUSPENDED\" } }, resume {},\n"
		"use { seconds = 6000, expect = { amount = \"100.00\" } }, expect { charged = \"102.00\" },\n"
		"}");
}

static void
failures_show_balances_and_entries_as_they_came_out(void **state)
{
	(void)state;
	assert_test_fails(catalog, BEGIN "expect { balances = { cash = \"21.00\" } } }",
		"cash 21.00", "cash 20.00");
	assert_test_fails(catalog,
		BEGIN
		"top_up \"1.00\", expect { entries = { \"2026-03-11 top_up cash 1.00\", \"pay cash 1.00\" } } }",
		"entries 2026-03-11 top_up cash 1.00, pay cash 1.00",
		"entries 2026-03-10 top_up cash 1.00");
	assert_test_fails(catalog, BEGIN "use { seconds = \"21 minutes\" } }", "refused -",
		"refused BALANCE_TOO_LOW");
	assert_test_fails(catalog,
		BEGIN
		"suspend {}, use { seconds = 60, expect = { refused = \"BALANCE_TOO_LOW\" } } }",
		"refused BALANCE_TOO_LOW", "refused SUSPENDED");
	assert_test_fails(catalog,
		BEGIN "buy { \"kept\" }, store { \"kept.money\" }, store { \"kept.money\" },\n"
		      "expect { charged = \"0.00\" } }",
		"stored money", "stored -");
}

static void
money_past_what_can_be_held_is_no_wrap(void **state)
{
	static const struct image image = { .pay_order = { true, { 2, 1, 0 } } };
	static const struct purpose fee = { .service = NO_INDEX, .zone = NO_INDEX };
	struct wallet wallet;
	struct money cash;
	bool paid;
	(void)state;
	wallet_init(&wallet, &image);
	wallet_clear(&wallet, 0);
	assert_true(wallet_use(&wallet, (struct money){ INT64_MAX }));
	assert_false(wallet_top_up(&wallet, (struct money){ 1 }));
	wallet_clear(&wallet, 0);
	assert_true(wallet_use(&wallet, (struct money){ INT64_MIN }));
	assert_false(wallet_pay(&wallet, &fee, (struct money){ 1 }, true, &paid));
	wallet_clear(&wallet, 0);
	assert_true(wallet_use(&wallet, (struct money){ 5 }));
	assert_true(wallet_pay(&wallet, &fee, (struct money){ 7 }, false, &paid));
	assert_false(paid);
	assert_true(wallet_pay(&wallet, &fee, (struct money){ 7 }, true, &paid));
	assert_true(paid);
	assert_true(wallet_balance(&wallet, TEXT(""), TEXT("cash"), &cash));
	assert_int_equal(cash.micros, -2);
	assert_int_equal(wallet.entry_count, 1);
	wallet_release(&wallet);
}

static void
without_memory_nothing_is_paid(void **state)
{
	static const struct image image = { .pay_order = { true, { 2, 1, 0 } } };
	struct wallet wallet;
	(void)state;
	wallet_init(&wallet, &image);
	wallet_clear(&wallet, 0);
	memory_fail_at(1);
	assert_false(wallet_use(&wallet, (struct money){ 5 }));
	memory_fail_at(0);
	assert_true(wallet_use(&wallet, (struct money){ 5 }));
	memory_fail_at(1);
	assert_false(wallet_suspend(&wallet));
	memory_fail_at(0);
	assert_false(wallet_suspended(&wallet, 0));
	wallet_release(&wallet);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deposit_may_begin_at_once_and_pays_where_it_may),
		cmocka_unit_test(gifts_that_are_kept_are_spent_behind_the_end_and_expire),
		cmocka_unit_test(what_was_given_before_the_beginning_is_not_there),
		cmocka_unit_test(a_scenario_that_does_not_speak_of_money_pays_nothing),
		cmocka_unit_test(failures_show_balances_and_entries_as_they_came_out),
		cmocka_unit_test(money_past_what_can_be_held_is_no_wrap),
		cmocka_unit_test(without_memory_nothing_is_paid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
