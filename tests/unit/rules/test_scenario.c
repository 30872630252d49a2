#include "tested.h"

/* What this catalog counts: minutes that are carried over, paid minutes, money up to a cap, messages. */
static const char counting_catalog[] =
	"catalog \"counting\" {}\n"
	"service \"voice\" { unit = \"second\" }\n"
	"service \"sms\" { unit = \"item\" }\n"
	"product \"line\" { services = { \"voice\", \"sms\" } }\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    allowance { id = \"minutes\", serves = { service = \"voice\" }, amount = \"10 minutes\", every = \"month\",\n"
	"        carry_over = \"1 month\" },\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"say\", step = \"60 s\",\n"
	"        tiers = { kind = \"graduated\", every = \"month\", id = \"paid\" },\n"
	"        price = { { \"0.20\", up_to = 5 }, { \"0.10\" } } },\n"
	"    tariff { id = \"sms\", serves = { service = \"sms\" }, say = \"say\", step = \"1 item\", price = \"0.10\" },\n"
	"    charge { id = \"fee\", say = \"say\", every = \"month\", ahead = true, prorate = \"day\", amount = \"31.00\" },\n"
	"    charge { id = \"rent\", say = \"say\", every = \"month\", ahead = false, prorate = \"day\", amount = \"3.10\" },\n"
	"    charge { id = \"start\", say = \"say\", every = \"once\", amount = \"5.00\" },\n"
	"    cap { id = \"most\", amount = \"1.50\", every = \"day\" },\n"
	"    limit { id = \"messages\", serves = { service = \"sms\" }, amount = \"20 items\", every = \"day\", say = \"say\" },\n"
	"}\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2026-06-01\",\n"
	"    allowance { id = \"minutes\", serves = { service = \"voice\" }, amount = \"20 minutes\", every = \"month\",\n"
	"        carry_over = \"1 month\" },\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"say\", step = \"60 s\",\n"
	"        tiers = { kind = \"graduated\", every = \"month\", id = \"paid\" },\n"
	"        price = { { \"0.30\", up_to = 5 }, { \"0.10\" } } },\n"
	"    tariff { id = \"sms\", serves = { service = \"sms\" }, say = \"say\", step = \"1 item\", price = \"0.10\" },\n"
	"}\n"
	"local texts_of = { [\"catalog.counting\"] = \"counting\", [\"service.voice\"] = \"voice\", [\"service.sms\"] = \"sms\",\n"
	"    [\"product.line\"] = \"line\", [\"package.talk\"] = \"talk\", [\"allowance.minutes\"] = \"minutes\",\n"
	"    [\"cap.most\"] = \"most\", say = \"say\" }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n";

/* A scenario that begins on 2026-03-10 at noon; the caller frees it. */
static char *
scenario(const char *steps)
{
	static const char head[] =
		"scenario \"it\" { from = \"2026-03-10 12:00:00\", event = { service = \"voice\" },\n";
	char *tests = malloc(sizeof head + strlen(steps) + 3);
	assert_non_null(tests);
	sprintf(tests, "%s%s}\n", head, steps);
	return tests;
}

static void
run(const char *steps)
{
	char *tests = scenario(steps);
	last_run(counting_catalog, tests);
	free(tests);
}

static void
assert_passes(const char *steps)
{
	run(steps);
	print_findings(&last_tested.findings);
	assert_int_equal(last_tested.findings.count, 0);
	assert_int_equal(last_tested.report.result_count, 1);
	assert_int_equal(last_tested.report.results[0].kind, TEST_SCENARIO);
	if (!last_tested.report.results[0].passed)
		fail_msg("step %u: expected %.*s, got %.*s", last_tested.report.results[0].step,
			TEXT_ARGS(last_tested.report.results[0].expected),
			TEXT_ARGS(last_tested.report.results[0].got));
}

/* The scenario fails at a step, which stands on a line of the file. */
static const struct test_result *
assert_fails(const char *steps, uint32_t step, uint32_t line)
{
	run(steps);
	assert_int_equal(last_tested.findings.count, 0);
	assert_int_equal(last_tested.report.failed_count, 1);
	assert_int_equal(last_tested.report.results[0].step, step);
	assert_int_equal(last_tested.report.results[0].line, line);
	return &last_tested.report.results[0];
}

static void
assert_finding(const char *steps, const char *rule, uint32_t line)
{
	run(steps);
	last_found(rule, line);
}

static void
fees_fall_due_as_the_clock_passes_their_day(void **state)
{
	(void)state;
	assert_passes(
		"expect { fees = {} },\n"
		"buy { \"talk\" },\n"
		"expect { fees = { \"talk.fee 22.00\", \"talk.start 5.00\" }, charged = \"27.00\" },\n"
		"advance \"10 days\", expect { fees = {} },\n"
		"at \"2026-03-31 23:59:59\", expect { fees = {} },\n"
		"advance \"1 s\", expect { fees = { \"talk.fee 31.00\", \"talk.rent 2.20\" } },\n"
		"advance \"1 s\", expect { fees = {}, charged = \"60.20\" },\n"
		"advance \"1 month\", use { seconds = 60 },\n"
		"expect { fees = { \"talk.fee 31.00\", \"talk.rent 3.10\" }, charged = \"94.30\" },\n"
		/* Cancelled on the third: nothing is given back, and three days are owed. */
		"at \"2026-05-03 12:00:00\", cancel { \"talk\" },\n"
		"advance \"1 year\", expect { fees = { \"talk.rent 0.30\" } },\n"
		"buy { \"talk\" }, expect { fees = {} },\n");
}

static void
fees_of_what_was_held_before_begin_with_the_next_day(void **state)
{
	(void)state;
	run("buy { \"talk\" } } scenario \"held\" { from = \"2026-03-31 12:00:00\", holds = \"talk\",\n"
	    "expect { fees = {} }, advance \"12 hours\",\n"
	    "expect { fees = { \"talk.fee 31.00\", \"talk.rent 3.10\" }, charged = \"34.10\" },\n"
	    "} scenario \"long\" { from = \"2021-01-15 00:00:00\", holds = \"talk\", advance \"5 years\",\n"
	    /* 60 months, none left out at the edge of what is asked at once */
	    "expect { charged = \"2046.00\" },\n");
	for (size_t i = 1; i < last_tested.report.result_count; i++)
		if (!last_tested.report.results[i].passed)
			fail_msg("expected %.*s, got %.*s",
				TEXT_ARGS(last_tested.report.results[i].expected),
				TEXT_ARGS(last_tested.report.results[i].got));
	assert_int_equal(last_tested.report.result_count, 2);
}

static void
what_is_used_is_counted_and_charged(void **state)
{
	(void)state;
	assert_passes(
		"buy { \"talk\" },\n"
		"use { seconds = \"8 minutes\", expect = { amount = \"0.00\", parts = \"8 free\" } },\n"
		"use { seconds = \"4 minutes\", expect = { amount = \"0.40\", parts = \"2 free, 2 tier 1\" } },\n"
		"use { seconds = \"4 minutes\", expect = { amount = \"0.70\", parts = \"3 tier 1, 1 tier 2\" } },\n"
		"expect { left = { [\"talk.minutes\"] = 0 }, charged = \"28.10\",\n"
		"    used = { [\"talk.minutes\"] = \"10 minutes\", [\"talk.paid\"] = 360, [\"talk.most\"] = \"1.10\" } },\n"
		"use { seconds = \"10 minutes\", expect = { amount = \"0.40\" } },\n"
		"use { seconds = \"10 minutes\", expect = { amount = \"0.00\" } },\n"
		"advance \"1 day\",\n"
		"use { seconds = \"10 minutes\", expect = { amount = \"1.00\" } },\n"
		"expect { charged = \"29.50\" },\n");
}

static void
the_clock_moves_any_distance_by_what_the_wall_shows(void **state)
{
	(void)state;
	assert_passes(
		"buy { \"talk\" },\n"
		"at \"2026-03-31 12:00:00\",\n"
		"advance \"1 month\",\n" /* 30 April */
		"use { seconds = 60, expect = { parts = \"1 free\" } },\n"
		"expect { used = { [\"talk.minutes 2026-03-01\"] = 60, [\"talk.minutes\"] = 0 } },\n"
		"advance \"11 hours\", advance \"59 minutes\", advance \"59 s\",\n"
		"expect { left = { [\"talk.minutes\"] = \"19 minutes\" } },\n"
		"advance \"1 s\",\n" /* May: what was left of March is gone */
		"expect { left = { [\"talk.minutes\"] = \"20 minutes\" } },\n"
		"advance \"2 years\",\n"
		"expect { left = { [\"talk.minutes\"] = \"40 minutes\" } },\n"
		"use { seconds = \"41 minutes\", expect = { amount = \"0.30\" } },\n"
		"advance \"120 years\",\n"
		"expect { left = { [\"talk.minutes\"] = \"40 minutes\" } },\n");
}

static void
a_late_usage_is_priced_by_its_own_time(void **state)
{
	(void)state;
	assert_passes(
		"buy { \"talk\" },\n"
		"use { at = \"2026-06-02 12:00:00\", seconds = \"31 minutes\", expect = { amount = \"0.30\" } },\n"
		"use { at = \"2026-05-31 23:59:00\", seconds = \"1 minute\", expect = { parts = \"1 free\" } },\n"
		"expect { used = { [\"talk.minutes 2026-04-01\"] = 60, [\"talk.minutes 2026-06-01\"] = \"20 minutes\",\n"
		"    [\"talk.minutes 2026-05-01\"] = \"10 minutes\" } },\n"
		"use { seconds = 60, expect = { amount = \"0.30\" } },\n");
}

static void
what_is_cancelled_or_not_yet_held_prices_nothing(void **state)
{
	(void)state;
	assert_passes(
		"use { seconds = 1, expect = { refused = \"NO_PRICE\", nearest = \"held\" } },\n"
		"buy { \"talk\", from = \"2026-03-12 00:00:00\", till = \"2026-04-01 00:00:00\" },\n"
		"use { seconds = 1, expect = { refused = \"NO_PRICE\", nearest = \"date\" } },\n"
		"expect { left = { [\"talk.minutes\"] = 0 } },\n"
		"at \"2026-03-12 00:00:00\", use { seconds = 1 },\n"
		"cancel { \"talk\" },\n"
		"use { seconds = 1, expect = { refused = \"NO_PRICE\" } },\n"
		"expect { left = { [\"talk.minutes\"] = 0 } },\n"
		"buy { \"talk\" }, use { seconds = 1, expect = { parts = \"1 free\" } },\n"
		"expect { left = { [\"talk.minutes\"] = \"8 minutes\" } },\n");
}

static void
a_limit_refuses_within_a_scenario(void **state)
{
	(void)state;
	assert_passes(
		"buy { \"talk\" },\n"
		"use { service = \"sms\", items = 19, expect = { amount = \"1.50\" } },\n"
		"use { service = \"sms\", items = 5, expect = { amount = \"0.00\" } },\n"
		"use { service = \"sms\", items = 1, expect = { refused = \"LIMIT_REACHED\" } },\n"
		"expect { used = { [\"talk.messages\"] = 24 }, charged = \"28.50\" },\n"
		"advance \"12 hours\",\n"
		"use { service = \"sms\", items = 1, expect = { amount = \"0.10\" } },\n");
}

static void
a_failure_names_the_step_and_tells_why(void **state)
{
	(void)state;
	const struct test_result *result = assert_fails(
		"buy { \"talk\" },\nuse { seconds = \"10 minutes\" },\n\n"
		"use { seconds = 60,\n    expect = { amount = \"0.00\" } },\nuse { seconds = 60 },\n",
		3, 5);
	assert_text(result->word, "use");
	assert_text(result->expected, "amount 0.00");
	assert_text(result->got, "amount 0.20");
	assert_text(result->because, "say  0.20 CNY  (talk.call)\n    1 × 0.20 (tier 1)\n");
	result = assert_fails(
		"buy { \"talk\" },\nuse { seconds = 60 },\n"
		"expect { left = { [\"talk.minutes\"] = 600 }, charged = \"1.00\", used = { [\"talk.most\"] = \"0.10\" } },\n",
		3, 4);
	assert_text(result->expected, "left talk.minutes 600, used talk.most 0.10, charged 1.00");
	assert_text(result->got, "left talk.minutes 540, used talk.most 0.00, charged 27.00");
	assert_text(result->because,
		"2026-03-10T12:00:00+08:00, held: talk\ncounted talk.minutes in the cycle from 2026-03-01: 60\n");
	result = assert_fails("use { seconds = 60 },\n", 1, 2);
	assert_text(result->expected, "refused -");
	assert_text(result->got, "refused NO_PRICE");
}

static void
the_report_names_the_step_in_both_languages(void **state)
{
	(void)state;
	struct buffer out;
	static const char *const wanted[] = {
		"some_test.lua:3: failed: it, step 2 (expect)\n    expected: charged 1.00\n    got:      charged 27.00\n"
		"        2026-03-10T12:00:00+08:00, held: talk\n",
		"some_test.lua:3: 失败: it，第 2 步（expect）\n    应为：charged 1.00\n    实为：charged 27.00\n"
		"        2026-03-10T12:00:00+08:00，持有：talk\n",
	};
	static const char *const languages[] = { "en", "zh" };
	char *tests = scenario("buy { \"talk\" },\nexpect { charged = \"1.00\" },\n");
	for (int i = 0; i < 2; i++) {
		struct tested tested;
		buffer_init(&out, 1 << 20);
		tested_begin_in(&tested, counting_catalog, tests, languages[i]);
		assert_true(test_report_write(&tested.report, text_of(languages[i]), &out));
		assert_true(out.size > strlen(wanted[i]));
		assert_memory_equal(out.data, wanted[i], strlen(wanted[i]));
		buffer_release(&out);
		tested_end(&tested);
	}
	free(tests);
}

static void
what_makes_no_sense_is_found(void **state)
{
	(void)state;
	assert_finding("at \"2026-03-10 11:59:59\",\nuse { seconds = 1 },\n", "clock_backwards", 2);
	assert_finding("advance \"200 years\",\nuse { seconds = 1 },\n", "clock_too_far", 2);
	assert_finding("buy { \"tlak\" },\nuse { seconds = 1 },\n", "unknown_package", 2);
	assert_finding("cancel { \"talk\" },\nuse { seconds = 1 },\n", "not_held", 2);
	assert_finding(
		"buy { \"talk\" },\ncancel { \"talk\" },\ncancel { \"talk\" },\nuse { seconds = 1 },\n",
		"not_held", 4);
	assert_finding("buy { \"talk\" },\n", "nothing_expected", 1);
	assert_finding("expect {},\n", "no_state_expected", 2);
	assert_finding("expect { left = { [\"talk.paid\"] = 1 } },\n", "unknown_counter", 2);
	assert_finding("expect { used = { [\"talk.minuets\"] = 1 } },\n", "unknown_counter", 2);
	assert_finding(
		"expect { left = { [\"talk.minutes 2026-03-01\"] = 1 } },\n", "left_of_a_cycle", 2);
	assert_finding("expect { fees = \"fee 1\" },\n", "wrong_type", 2);
	assert_finding("expect { fees = { \"fee 1.00\" } },\n", "fee_line", 2);
	assert_finding("use {},\n", "quantity_missing", 2);
	assert_finding("use { seconds = 1, items = 1 },\n", "one_quantity", 2);
	assert_finding("use { seconds = 1, expect = {} },\n", "nothing_expected", 2);
	assert_finding("advance \"1 fortnight\",\nuse { seconds = 1 },\n", "wrong_type", 2);
	assert_finding("advance { 1 },\nuse { seconds = 1 },\n", "wrong_call", 2);
	assert_finding("\"talk\",\nuse { seconds = 1 },\n", "not_an_item", 2);
	assert_finding("use { seconds = 1 },\n} advance \"1 day\" buy {\n", "wrong_place", 3);
}

static void
a_use_must_name_its_service(void **state)
{
	(void)state;
	assert_finding(
		"use { seconds = 1 } } scenario \"other\" { from = \"2026-03-10 12:00:00\",\nuse { seconds = 1 },\n",
		"use_without_service", 3);
}

/* What is left is what can be used: whatever was used before, so many minutes more are free. */
static void
what_is_left_is_what_is_free(void **state)
{
	(void)state;
	unsigned seed = 20261122;
	print_message("seed %u\n", seed);
	for (int round = 0; round < 40; round++) {
		char steps[4096];
		size_t size = (size_t)snprintf(steps, sizeof steps, "buy { \"talk\" },\n");
		/* A model of one's own: minutes of each month since March, spent from the earliest that still serves. */
		int spent[12] = { 0 };
		for (int month = 2; month < 7; month++) {
			int granted = month >= 5 ? 20 : 10, before = month - 1 >= 5 ? 20 : 10;
			int carried = month > 2 ? before - spent[month - 1] : 0;
			int used = rand_r(&seed) % (granted + carried + 1);
			int of_carried = used < carried ? used : carried;
			if (month > 2)
				spent[month - 1] += of_carried;
			spent[month] = used - of_carried;
			int left = granted + carried - used;
			if (used > 0)
				size += (size_t)snprintf(steps + size, sizeof steps - size,
					"use { seconds = \"%d minutes\", expect = { amount = \"0\" } },\n",
					used);
			size += (size_t)snprintf(steps + size, sizeof steps - size,
				"expect { left = { [\"talk.minutes\"] = \"%d minutes\" } },\nadvance \"1 month\",\n",
				left);
		}
		assert_passes(steps);
	}
}

static void
a_thousand_steps_take_less_than_a_second(void **state)
{
	(void)state;
	enum { STEPS = 2000 };
	char *source = malloc(STEPS * 64 + 512);
	size_t size = (size_t)sprintf(source,
		"scenario \"many\" { from = \"2026-01-01 00:00:00\", holds = \"talk\", event = { service = \"voice\" },\n");
	for (int i = 0; i < STEPS; i += 2)
		size += (size_t)sprintf(
			source + size, "advance \"1 day\", use { seconds = %d },\n", 60 + i);
	sprintf(source + size, "}\n");
	last_run(counting_catalog, source);
	assert_int_equal(last_tested.report.failed_count, 0);
	assert_int_equal(last_tested.report.result_count, 1);
	print_message("%d steps in %llu us\n", STEPS,
		(unsigned long long)last_tested.report.elapsed_ns / 1000);
	assert_true(last_tested.report.elapsed_ns < UINT64_C(1000000) * STEPS);
	free(source);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			fees_fall_due_as_the_clock_passes_their_day, NULL, last_end),
		cmocka_unit_test_setup_teardown(
			fees_of_what_was_held_before_begin_with_the_next_day, NULL, last_end),
		cmocka_unit_test_setup_teardown(
			what_is_used_is_counted_and_charged, NULL, last_end),
		cmocka_unit_test_setup_teardown(
			the_clock_moves_any_distance_by_what_the_wall_shows, NULL, last_end),
		cmocka_unit_test_setup_teardown(
			a_late_usage_is_priced_by_its_own_time, NULL, last_end),
		cmocka_unit_test_setup_teardown(
			what_is_cancelled_or_not_yet_held_prices_nothing, NULL, last_end),
		cmocka_unit_test_setup_teardown(a_limit_refuses_within_a_scenario, NULL, last_end),
		cmocka_unit_test_setup_teardown(
			a_failure_names_the_step_and_tells_why, NULL, last_end),
		cmocka_unit_test_setup_teardown(
			the_report_names_the_step_in_both_languages, NULL, last_end),
		cmocka_unit_test_setup_teardown(what_makes_no_sense_is_found, NULL, last_end),
		cmocka_unit_test_setup_teardown(a_use_must_name_its_service, NULL, last_end),
		cmocka_unit_test_setup_teardown(what_is_left_is_what_is_free, NULL, last_end),
		cmocka_unit_test_setup_teardown(
			a_thousand_steps_take_less_than_a_second, NULL, last_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
