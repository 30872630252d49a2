/* Sessions in scenarios: what is granted, held, charged and counted, and what is said of wrong steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tested.h"

static const char *const catalog =
	"catalog \"online\" { languages = \"en\" }\n"
	"service \"voice\" { unit = \"second\", session = { quota = \"5 minutes\", final = \"restrict\", services = { \"sms\", \"voice\" } } }\n"
	"service \"sms\" { unit = \"item\" }\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    allowance { id = \"free\", serves = { service = \"voice\" }, amount = \"10 minutes\", every = \"month\" },\n"
	"    tariff { id = \"voice\", say = \"s\", serves = { service = \"voice\" }, step = \"60 s\", price = \"0.20\" },\n"
	"    tariff { id = \"sms\", say = \"s\", serves = { service = \"sms\" }, step = \"1 item\", price = \"0.10\" },\n"
	"    notify { id = \"low\", of = \"free\", left = { \"50%\", \"2 minutes\" }, say = \"s\" },\n"
	"    limit { id = \"enough\", say = \"s\", serves = { service = \"voice\" }, amount = \"30 minutes\", every = \"month\" },\n"
	"}\n"
	"texts \"en\" { catalog = { online = \"o\" }, service = { voice = \"v\", sms = \"s\" }, package = { talk = \"t\" }, s = \"it\",\n"
	"    allowance = { free = \"free\" } }\n";

#define BEGIN \
	"scenario \"x\" { from = \"2026-03-10 12:00:00\", holds = \"talk\", cash = \"1.00\",\n"

static void
what_is_held_of_allowances_and_money_nobody_else_can_use(void **state)
{
	(void)state;
	assert_tests_pass(catalog,
		BEGIN
		"    reserve { service = \"voice\", ask = \"12 minutes\", expect = { granted = 720, held = \"0.40\", final = \"\" } },\n"
		"    expect { left = { [\"talk.free\"] = 0 }, used = { [\"talk.free\"] = 600 }, balances = { cash = \"0.60\" } },\n"
		"    use { service = \"voice\", seconds = 60, expect = { amount = \"0.20\", parts = \"1\" } },\n"
		"    use { service = \"sms\", items = 5, expect = { amount = \"0.50\", refused = \"BALANCE_TOO_LOW\" } },\n"
		"    update { used = \"9 minutes\", expect = { charged = \"0.00\", held = \"0.00\" } },\n"
		"    expect { left = { [\"talk.free\"] = 60 }, balances = { cash = \"0.80\" } },\n"
		"    commit { used = 61, expect = { charged = \"0.20\" } },\n"
		"    expect { left = { [\"talk.free\"] = 0 }, charged = \"0.40\", balances = { cash = \"0.60\" } },\n"
		"}\n");
}

static void
a_threshold_is_told_by_the_report_that_crosses_it_and_once(void **state)
{
	(void)state;
	assert_tests_pass(catalog,
		BEGIN "    reserve { service = \"voice\", ask = \"10 minutes\" },\n"
		      "    expect { notices = {} },\n"
		      "    update { used = \"4 minutes\", ask = \"6 minutes\" },\n"
		      "    expect { notices = {} },\n"
		      "    update { used = \"2 minutes\", ask = \"4 minutes\" },\n"
		      "    expect { notices = { \"talk.low 50%\" } },\n"
		      "    update { used = \"1 minute\", ask = 0 },\n"
		      "    expect { notices = {} },\n"
		      "    commit { used = \"1 minute\" },\n"
		      "    expect { notices = { \"talk.low 2 minutes\" } },\n"
		      "}\n");
}

static void
at_a_limit_nothing_more_is_granted(void **state)
{
	(void)state;
	assert_tests_pass(catalog,
		BEGIN
		"    top_up \"50.00\",\n"
		"    use { service = \"voice\", seconds = 1700 },\n"
		"    reserve { service = \"voice\", expect = { granted = 300, final = \"\" } },\n"
		"    update {\n"
		"        used = 100, ask = 0,\n"
		"        expect = { granted = 0, final = \"restrict sms, voice\", refused = \"LIMIT_REACHED\" },\n"
		"    },\n"
		"    commit { used = 0 },\n"
		"    use { service = \"voice\", seconds = 1, expect = { refused = \"LIMIT_REACHED\" } },\n"
		"}\n");
}

static void
without_money_all_that_has_a_price_is_granted(void **state)
{
	(void)state;
	assert_tests_pass(catalog,
		"scenario \"x\" { from = \"2026-03-10 12:00:00\", holds = \"talk\", event = { service = \"sms\" },\n"
		"    reserve { ask = 1000, expect = { granted = \"1000 items\", held = \"100.00\" } },\n"
		"    commit { used = 3, expect = { charged = \"0.30\", unpaid = \"0.00\" } },\n"
		"}\n");
}

static void
what_differs_is_told(void **state)
{
	(void)state;
	assert_test_fails(catalog,
		BEGIN
		"    reserve { service = \"voice\", ask = 720, expect = { granted = 600 } }, commit { used = 0 } }\n",
		"granted 600", "granted 720");
	assert_test_fails(catalog,
		BEGIN
		"    reserve { service = \"sms\", ask = 20, expect = { final = \"terminate\", granted = 10, held = \"0.90\" } } }\n",
		"held 0.90", "held 1.00");
	assert_test_fails(catalog, BEGIN "    reserve { service = \"sms\", ask = \"20 s\" } }\n",
		"unit second", "unit item");
	assert_test_fails(catalog, BEGIN "    reserve { service = \"mms\" } }\n", "refused -",
		"refused NO_PRICE");
}

static void
steps_that_make_no_sense_are_findings(void **state)
{
	(void)state;
	assert_test_finding(catalog, BEGIN "    commit { used = 0 },\n}\n", "session_not_open", 2);
	assert_test_finding(catalog,
		BEGIN
		"    reserve { service = \"sms\" }, commit { used = 0 },\n    update { used = 0 },\n}\n",
		"session_not_open", 3);
	assert_test_finding(catalog,
		BEGIN "    reserve { service = \"sms\" },\n    reserve { service = \"sms\" },\n}\n",
		"session_still_open", 3);
	assert_test_finding(catalog, BEGIN "    reserve {},\n}\n", "session_without_service", 2);
	assert_test_finding(catalog,
		BEGIN
		"    reserve { service = \"sms\", expect = { final = \"redirected\" } },\n}\n",
		"session_final", 2);
	assert_test_finding(catalog, BEGIN "    reserve { service = \"sms\", ask = -1 },\n}\n",
		"out_of_range", 2);
	assert_test_finding(catalog,
		BEGIN "    reserve { service = \"sms\", ask = \"some\" },\n}\n", "wrong_type", 2);
	assert_test_finding(catalog,
		BEGIN "    reserve { service = \"sms\" },\n    update { ask = 3 },\n}\n",
		"missing_field", 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_held_of_allowances_and_money_nobody_else_can_use),
		cmocka_unit_test(a_threshold_is_told_by_the_report_that_crosses_it_and_once),
		cmocka_unit_test(at_a_limit_nothing_more_is_granted),
		cmocka_unit_test(without_money_all_that_has_a_price_is_granted),
		cmocka_unit_test(what_differs_is_told),
		cmocka_unit_test(steps_that_make_no_sense_are_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
