/*
 * Scenarios that refund, and that are told something: what pays gets its money back, what has expired
 * does not, members are told together what they share, and how a failure shows it.
 */
#include "tested.h"

/*
 * A call of a minute costs 1.00, the first three of a group's are free; messages cost 0.10, no more
 * than 1.00 a day; a gift of 5.00 a day pays for calls, a deposit for everything.
 */
static const char catalog[] =
	"catalog \"back\" { pay_order = { \"gift\", \"deposit\", \"cash\", \"expiry\" } }\n"
	"service \"voice\" { unit = \"second\" }\n"
	"service \"sms\" { unit = \"item\" }\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    allowance { id = \"free\", serves = { service = \"voice\" }, amount = \"3 minutes\", every = \"month\", shared = true },\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"s\", step = \"60 s\", price = \"1.00\" },\n"
	"    tariff { id = \"sms\", serves = { service = \"sms\" }, say = \"s\", step = \"1 item\", price = \"0.10\" },\n"
	"    cap { id = \"most\", serves = { service = \"sms\" }, amount = \"1.00\", every = \"day\" },\n"
	"    refund { id = \"calls\", serves = { service = \"voice\" }, within = \"1 month\", say = \"back\" },\n"
	"    notify { id = \"few\", of = \"free\", left = { \"2 minutes\", \"0%\" }, say = \"left\" },\n"
	"    notify { id = \"much\", of = \"most\", used = { \"0.50\", \"100%\" }, say = \"used\" },\n"
	"    notify { id = \"rest\", of = \"free\", before = \"2 days\", say = \"left\" },\n"
	"    notify { id = \"ends\", before = { \"1 month\", \"1 day\" }, say = \"ends\" },\n"
	"}\n"
	"package \"daily\" {\n"
	"    kind = \"plugin\", from = \"2020-01-01\",\n"
	"    gift { id = \"five\", amounts = { { \"5.00\", times = 3 } }, every = \"day\", first = \"at_once\", valid = \"2 days\",\n"
	"        pays = { service = \"voice\" } },\n"
	"}\n"
	"package \"kept\" {\n"
	"    kind = \"promotion\", from = \"2020-01-01\",\n"
	"    deposit { id = \"money\", amount = \"4.00\", release = \"4.00\", first = \"at_once\", pays = { service = { \"voice\", \"sms\" } } },\n"
	"}\n"
	"local texts_of = { catalog = { back = \"back\" }, service = { voice = \"calls\", sms = \"messages\" }, cap = { most = \"most\" },\n"
	"    package = { talk = \"Talk\", daily = \"daily\", kept = \"kept\" }, s = \"it\", allowance = { free = \"free\" },\n"
	"    gift = { five = \"5\" }, deposit = { money = \"money\" }, back = \"given back\",\n"
	"    left = \"{threshold}: {left} of {amount} ({package}), till {last}\", used = \"{used} of {amount}\", ends = \"{package} till {last}\" }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n";

#define BEGIN \
	"scenario \"it\" { from = \"2026-03-10 12:00:00\", holds = \"talk\",\n" \
	"event = { service = \"voice\" },\n"
#define PAID \
	"scenario \"it\" { from = \"2026-03-10 12:00:00\", holds = \"talk\", cash = \"20.00\",\n" \
	"used = { [\"talk.free\"] = \"3 minutes\" }, event = { service = \"voice\" },\n"

static void
money_comes_back_to_what_paid_it(void **state)
{
	(void)state;
	assert_tests_pass(catalog,
		PAID
		"buy { \"daily\" }, buy { \"kept\" }, store { \"kept.money\" },\n"
		"use { seconds = \"12 minutes\", as = \"long\" },\n"
		"expect { charged = \"12.00\", balances = { gift = \"0.00\", deposit = \"0.00\", cash = \"17.00\" } },\n"
		"expect { entries = { \"gift daily.five 5.00\", \"store kept.money 4.00\", \"release kept.money 4.00\",\n"
		"    \"pay daily.five 5.00\", \"pay kept.money 4.00\", \"pay cash 3.00\" } },\n"
		"give_back { \"long\", seconds = \"4 minutes\", expect = { amount = \"4.00\", back = {}, lost = {} } },\n"
		"expect { entries = { \"refund cash 3.00\", \"refund kept.money 1.00\" }, charged = \"8.00\" },\n"
		"give_back { \"long\", expect = { amount = \"8.00\" } },\n"
		"expect { entries = { \"refund kept.money 3.00\", \"refund daily.five 5.00\" }, charged = \"0.00\",\n"
		"    balances = { gift = \"5.00\", deposit = \"4.00\", cash = \"20.00\" } },\n"
		"give_back { \"long\", expect = { refused = \"ALREADY_REFUNDED\" } },\n"
		"expect { entries = {} },\n"
		"}");
}

static void
money_of_a_gift_that_has_expired_is_lost(void **state)
{
	(void)state;
	assert_tests_pass(catalog,
		PAID
		"buy { \"daily\" },\n"
		"use { seconds = \"6 minutes\", as = \"one\" },\n"
		"at \"2026-03-12 00:00:00\",\n"
		"give_back { \"one\", expect = { amount = \"1.00\", lost = \"daily.five 5.00\" } },\n"
		"expect { charged = \"5.00\", balances = { cash = \"20.00\", gift = \"10.00\" } },\n"
		"}");
}

static void
money_of_a_package_that_has_ended_goes_where_the_rest_went(void **state)
{
	(void)state;
	assert_tests_pass(catalog,
		PAID
		"buy { \"daily\" }, buy { \"kept\" }, store { \"kept.money\" },\n"
		"use { seconds = \"9 minutes\", as = \"one\" },\n"
		"cancel { \"daily\" }, cancel { \"kept\" },\n"
		"expect { balances = { cash = \"20.00\" } },\n"
		/* The deposit turns to cash at its end, gifts are forfeited. */
		"give_back { \"one\", expect = { amount = \"4.00\", lost = \"daily.five 5.00\" } },\n"
		"expect { balances = { cash = \"24.00\", gift = \"0.00\", deposit = \"0.00\" } },\n"
		"}");
}

static void
a_cap_has_room_again(void **state)
{
	(void)state;
	assert_tests_pass(catalog,
		BEGIN
		"use { service = \"sms\", items = 4, as = \"four\", expect = { amount = \"0.40\", notices = {} } },\n"
		"use { service = \"sms\", items = 9, as = \"nine\", expect = { amount = \"0.60\", notices = {\n"
		"    \"talk.much 0.50\", \"talk.much 100%\" } } },\n"
		"use { service = \"sms\", items = 2, expect = { amount = \"0.00\", notices = {} } },\n"
		"give_back { \"nine\", items = 3, expect = { amount = \"0.20\", back = \"talk.most 0.20\" } },\n"
		"expect { used = { [\"talk.most\"] = \"0.80\" }, charged = \"0.80\" },\n"
		"use { service = \"sms\", items = 2, expect = { amount = \"0.20\", notices = { \"talk.much 100%\" } } },\n"
		"advance \"1 day\",\n"
		/* There is no rule for messages: it is never too late. */
		"give_back { \"four\", expect = { amount = \"0.40\", lost = \"talk.most 0.40\" } },\n"
		"}");
}

static void
a_rule_may_set_a_time(void **state)
{
	(void)state;
	assert_tests_pass(catalog,
		BEGIN
		"use { seconds = \"5 minutes\", as = \"call\", expect = { amount = \"2.00\" } },\n"
		"at \"2026-04-10 11:59:59\",\n"
		"give_back { \"call\", seconds = 5, expect = { back = {}, lost = \"talk.free 3\", amount = \"0.033333\" } },\n"
		"advance \"1 s\",\n"
		"give_back { \"call\", expect = { refused = \"REFUND_TOO_LATE\" } },\n"
		"}");
}

static void
what_was_refused_has_nothing_to_give_back(void **state)
{
	(void)state;
	assert_test_fails(catalog,
		"scenario \"it\" { from = \"2026-03-10 12:00:00\", holds = \"talk\", cash = \"0.00\",\n"
		"    use { service = \"sms\", items = 1, as = \"none\", expect = { refused = \"BALANCE_TOO_LOW\" } },\n"
		"    give_back { \"none\" },\n"
		"}",
		"use none", "use -");
}

static void
members_are_told_together_what_they_share(void **state)
{
	(void)state;
	assert_tests_pass(catalog,
		"scenario \"it\" { from = \"2026-03-10 12:00:00\", event = { service = \"voice\" },\n"
		"buy { \"talk\", group = \"home\" }, buy { \"talk\", group = \"home\", member = \"child\", till = \"2026-12-31 18:00:00\" },\n"
		"use { seconds = 60, as = \"one\", member = \"child\", expect = { notices = { \"talk.few 2 minutes\" } } },\n"
		"use { seconds = 60, expect = { notices = {} } },\n"
		"give_back { \"one\", expect = { back = \"talk.free 60\" } },\n"
		"at \"2026-04-01 00:00:00\",\n"
		"expect { notices = { \"2026-03-30 talk.rest 2 days\" } },\n"
		"use { seconds = 180, expect = { notices = { \"talk.few 2 minutes\", \"talk.few 0%\" } } },\n"
		"at \"2026-05-01 00:00:00\",\n"
		"expect { notices = {} },\n"
		"at \"2027-01-01 00:00:00\",\n"
		"expect { notices = { \"2026-05-30 talk.rest 2 days\", \"talk.rest 2 days\", \"2026-07-30 talk.rest 2 days\",\n"
		"    \"talk.rest 2 days\", \"talk.rest 2 days\", \"talk.rest 2 days\", \"talk.rest 2 days\",\n"
		/* For the child all of it ends a few hours before the month does. */
		"    \"2026-11-30 talk.ends 1 month\", \"2026-12-29 talk.rest 2 days\", \"2026-12-30 talk.rest 2 days\", \"2026-12-30 talk.ends 1 day\" } },\n"
		"}");
}

/* The failure of the only test explains itself so. */
static void
assert_because(const char *tests, const char *language, const char *because)
{
	struct tested tested;
	tested_begin_in(&tested, catalog, tests, language);
	print_findings(&tested.findings);
	assert_int_equal(tested.findings.count, 0);
	assert_int_equal(tested.report.failed_count, 1);
	assert_text(tested.report.results[0].because, because);
	tested_end(&tested);
}

static void
a_failure_shows_what_was_told_and_by_what_rule(void **state)
{
	(void)state;
	static const char told[] =
		"test \"it\" { holds = \"talk\", event = { service = \"voice\", seconds = 90, at = \"2026-03-10 12:00:00\" },\n"
		"    expect = { amount = \"0.00\", notices = {} } }";
	assert_test_fails(catalog, told, "notices ", "notices talk.few 2 minutes");
	assert_because(told, "en", "2 minutes: 60 of 180 (Talk), till 2026-03-31\n");
	static const char used[] =
		"test \"it\" { holds = \"talk\", event = { service = \"sms\", items = 7, at = \"2026-03-10 12:00:00\" },\n"
		"    expect = { notices = {} } }";
	assert_because(used, "zh", "0.70 of 1.00\n");
	static const char late[] = BEGIN
		"use { seconds = 60, as = \"it\" }, advance \"1 year\", give_back { \"it\" },\n}";
	assert_test_fails(catalog, late, "refused -", "refused REFUND_TOO_LATE");
	assert_because(late, "zh", "given back  (talk.calls)\n");
	static const char other[] = BEGIN
		"use { seconds = 240, as = \"it\" }, give_back { \"it\", expect = { amount = \"2.00\" } },\n}";
	assert_test_fails(catalog, other, "amount 2.00", "amount 1.00");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(money_comes_back_to_what_paid_it),
		cmocka_unit_test(money_of_a_gift_that_has_expired_is_lost),
		cmocka_unit_test(money_of_a_package_that_has_ended_goes_where_the_rest_went),
		cmocka_unit_test(a_cap_has_room_again),
		cmocka_unit_test(a_rule_may_set_a_time),
		cmocka_unit_test(what_was_refused_has_nothing_to_give_back),
		cmocka_unit_test(members_are_told_together_what_they_share),
		cmocka_unit_test(a_failure_shows_what_was_told_and_by_what_rule),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
