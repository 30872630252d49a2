#include "tested.h"

/* Of one tariff, which each test chooses. */
#define CATALOG(tariff) \
	"catalog \"tried\" {}\n" \
	"service \"voice\" { unit = \"second\" }\n" \
	"product \"line\" { services = \"voice\" }\n" \
	"calendar \"hours\" { { \"day\", hours = \"07:00-21:00\" }, { \"night\", rest = true } }\n" \
	"package \"talk\" { kind = \"base\", from = \"2020-01-01\",\n" tariff "}\n" \
	"local texts_of = { [\"catalog.tried\"] = \"tried\", [\"service.voice\"] = \"voice\", [\"product.line\"] = \"line\",\n" \
	"    [\"package.talk\"] = \"talk\", [\"band.day\"] = \"day\", [\"band.night\"] = \"night\", say = \"say\" }\n" \
	"texts \"zh\" (texts_of)\n" \
	"texts \"en\" (texts_of)\n"

#define TARIFF "tariff { id = \"call\", say = \"say\", serves = { service = \"voice\" }, "

static const char by_minute[] = CATALOG(TARIFF "step = \"60 s\", price = \"0.15\" }");
static const char with_first[] = CATALOG(TARIFF
	"first = { step = \"180 s\", price = \"0.22\" }, step = \"60 s\", price = \"0.11\" }");
/* From the 137th second on a third cheaper. */
static const char falling[] = CATALOG(TARIFF
	"round = \"0.01 half_up\",\n"
	"amount = function(c) if c.seconds < 137 then return money \"0.01\" * c.seconds end\n"
	"    return money \"0.01\" * (c.seconds * 2 // 3) end }");
static const char failing[] = CATALOG(TARIFF
	"amount = function(c) if c.seconds == 42 then error \"no\" end return money \"0.01\" * c.seconds end }");

static void
run(const char *catalog, const char *fields)
{
	char tests[4096];
	snprintf(tests, sizeof tests, "\nalways \"it\" { holds = \"talk\",\n%s}\n", fields);
	last_run(catalog, tests);
}

static void
assert_begins(struct text text, const char *wanted)
{
	text.size = text.size < strlen(wanted) ? text.size : strlen(wanted);
	assert_text(text, wanted);
}

static void
assert_holds(const char *catalog, const char *fields, size_t claims)
{
	run(catalog, fields);
	print_findings(&last_tested.findings);
	assert_int_equal(last_tested.findings.count, 0);
	assert_int_equal(last_tested.report.result_count, claims);
	for (size_t i = 0; i < claims; i++) {
		assert_int_equal(last_tested.report.results[i].kind, TEST_ALWAYS);
		if (!last_tested.report.results[i].passed)
			fail_msg("expected %.*s, got %.*s\n%.*s",
				TEXT_ARGS(last_tested.report.results[i].expected),
				TEXT_ARGS(last_tested.report.results[i].got),
				TEXT_ARGS(last_tested.report.results[i].because));
	}
}

static const struct test_result *
assert_breaks(const char *catalog, const char *fields)
{
	run(catalog, fields);
	print_findings(&last_tested.findings);
	assert_int_equal(last_tested.findings.count, 0);
	assert_int_equal(last_tested.report.failed_count, 1);
	assert_int_equal(last_tested.report.results[0].line, 2);
	return &last_tested.report.results[0];
}

static void
assert_finding(const char *fields, const char *rule, uint32_t line)
{
	run(by_minute, fields);
	last_found(rule, line);
}

#define NOON "event = { service = \"voice\", at = \"2026-09-18 12:00:00\" },\n"

static void
each_claim_is_a_test_of_its_own(void **state)
{
	(void)state;
	assert_holds(by_minute,
		NOON
		"sweep = { seconds = \"0..400\" }, split = \"60 s\",\n"
		"claims = { \"never_negative\", \"never_refused\", \"more_never_cheaper\", \"parts_make_whole\" },\n",
		4);
	assert_text(last_tested.report.results[0].name, "it / never_negative");
	assert_text(last_tested.report.results[3].name, "it / parts_make_whole");
}

static void
what_is_tried_is_no_coverage(void **state)
{
	(void)state;
	assert_holds(
		by_minute, NOON "sweep = { seconds = \"1..9\" }, claims = \"never_refused\",\n", 1);
	assert_int_equal(last_tested.report.coverage_count, 2); /* a tariff and its text */
	assert_int_equal(last_tested.report.coverages[0].hits, 0);
	assert_int_equal(last_tested.report.coverages[1].hits, 0);
}

static void
a_longer_call_that_costs_less_is_shrunk_to_the_second(void **state)
{
	(void)state;
	const char *fields = NOON
		"sweep = { seconds = \"0..7200, every 30\" }, claims = \"more_never_cheaper\",\n";
	const struct test_result *result = assert_breaks(falling, fields);
	assert_text(result->expected, "amount >= 1.36");
	assert_text(result->got, "amount 0.91");
	assert_text(result->because,
		"seconds = 136, at = \"2026-09-18T12:00:00+08:00\"\nsay  1.36 CNY  (talk.call)\n"
		"seconds = 137, at = \"2026-09-18T12:00:00+08:00\"\nsay  0.91 CNY  (talk.call)\n");
	result = assert_breaks(falling,
		NOON "sweep = { seconds = \"0..300\" }, claims = \"more_never_cheaper\",\n");
	assert_text(result->expected, "amount >= 1.36");
}

static void
parts_that_cost_more_are_shrunk(void **state)
{
	(void)state;
	const struct test_result *result = assert_breaks(with_first,
		NOON
		"sweep = { seconds = \"1..3600, every 50\" }, split = \"60 s\", claims = \"parts_make_whole\",\n");
	/* Two calls have two first steps: from the first second past a minute on. */
	assert_text(result->expected, "amount 0.22");
	assert_text(result->got, "amount 0.22 + 0.22");
	assert_text(result->because,
		"60 + 1\nseconds = 61, at = \"2026-09-18T12:00:00+08:00\"\nsay  0.22 CNY  (talk.call)\n    1 × 0.22\n");
}

static void
parts_may_differ_by_what_is_allowed(void **state)
{
	(void)state;
	assert_holds(with_first,
		NOON
		"sweep = { seconds = \"1..3600, every 50\" }, split = \"60 s\", within = \"0.22\", claims = \"parts_make_whole\",\n",
		1);
	assert_breaks(with_first,
		NOON
		"sweep = { seconds = \"1..3600, every 50\" }, split = \"60 s\", within = \"0.10\", claims = \"parts_make_whole\",\n");
}

static void
the_parts_of_a_call_use_the_same_minutes_and_tiers(void **state)
{
	(void)state;
	static const char counted[] = CATALOG(
		"allowance { id = \"minutes\", serves = { service = \"voice\" }, amount = \"5 minutes\", every = \"month\" },\n" TARIFF
		"calendar = \"hours\", step = \"60 s\", tiers = { kind = \"graduated\", every = \"day\" },\n"
		"price = { { day = \"0.20\", night = \"0.10\", up_to = 7 }, { day = \"0.05\", night = \"0.04\" } } }");
	char *catalog = replace(counted, "say = \"say\" }",
		"say = \"say\", [\"allowance.minutes\"] = \"minutes\" }");
	assert_holds(catalog,
		"used = { [\"talk.minutes\"] = \"2 minutes\" },\n"
		"event = { service = \"voice\" }, split = \"60 s\", within = \"0\",\n"
		"sweep = { seconds = \"1..2000, every 13\", at = \"2026-09-29 20:30:00..2026-10-01 07:00:00, every 17 minutes\" },\n"
		"claims = { \"parts_make_whole\", \"more_never_cheaper\", \"never_refused\" },\n",
		3);
	free(catalog);
}

static void
a_refusal_is_found_where_none_may_be(void **state)
{
	(void)state;
	const struct test_result *result = assert_breaks(
		failing, NOON "sweep = { seconds = \"1..50\" }, claims = \"never_refused\",\n");
	assert_text(result->expected, "refused -");
	assert_text(result->got, "refused RULE_FAILED");
	assert_begins(result->because, "seconds = 42, at = \"2026-09-18T12:00:00+08:00\"\n");
	/* Elsewhere it is compared with nothing. */
	assert_holds(failing,
		NOON "sweep = { seconds = \"1..50\" }, claims = \"more_never_cheaper\",\n", 1);
}

static void
a_time_is_shrunk_too(void **state)
{
	(void)state;
	static const char early[] = CATALOG(TARIFF
		"amount = function(c) if c.at.hour >= 13 and c.at.minute >= 7 then error \"no\" end return money \"0.01\" end }");
	const struct test_result *result = assert_breaks(early,
		"event = { service = \"voice\", seconds = 9 }, claims = \"never_refused\",\n"
		"sweep = { at = \"2026-09-18 00:30:00..2026-09-19 00:00:00, every 1 hour\" },\n");
	assert_begins(result->because, "seconds = 9, at = \"2026-09-18T13:07:00+08:00\"\n");
}

static void
a_range_of_which_nothing_is_priced_proves_nothing(void **state)
{
	(void)state;
	const struct test_result *result = assert_breaks(by_minute,
		"event = { service = \"voice\", at = \"2019-01-01 00:00:00\" }, sweep = { seconds = \"1..50\" },\n"
		"claims = \"more_never_cheaper\",\n");
	assert_text(result->got, "refused NO_PRICE");
}

static void
what_makes_no_sense_is_found(void **state)
{
	(void)state;
#define CLAIMS "claims = \"never_refused\",\n"
	assert_finding(NOON "sweep = { seconds = \"1..300000\" }, " CLAIMS, "sweep_too_large", 4);
	assert_finding(NOON "sweep = { seconds = \"9..1\" }, " CLAIMS, "empty_range", 4);
	assert_finding(NOON "sweep = { seconds = \"1-9\" }, " CLAIMS, "wrong_type", 4);
	assert_finding(NOON "sweep = { seconds = \"1..9, every 0\" }, " CLAIMS, "wrong_type", 4);
	assert_finding(NOON "sweep = { seconds = \"1 KB..9 KB\" }, " CLAIMS, "wrong_type", 4);
	assert_finding(NOON "sweep = { seconds = \"1..9\", items = \"1..9\" }, " CLAIMS,
		"one_quantity", 2);
	assert_finding(NOON "sweep = { to = \"1\" }, " CLAIMS, "quantity_missing", 2);
	assert_finding(NOON "sweep = { seconds = \"1..9\", to = {} }, " CLAIMS, "no_entries", 4);
	assert_finding(NOON
		"sweep = { seconds = \"1..9\", at = \"2026-01-01 00:00:00..2026-01-02 00:00:00, every 1 h\" }, " CLAIMS,
		"swept_twice", 3);
	assert_finding("event = { service = \"voice\" }, sweep = { seconds = \"1..9\" }, " CLAIMS,
		"sweep_without_time", 2);
	assert_finding(
		"event = { service = \"voice\" },\nsweep = { seconds = \"1..9\",\nat = \"2026-01-02 00:00:00..2026-01-01 00:00:00, every 1 h\" }, " CLAIMS,
		"empty_range", 5);
	assert_finding(
		"event = { at = \"2026-01-01 00:00:00\" }, sweep = { seconds = \"1..9\" }, " CLAIMS,
		"use_without_service", 2);
	assert_finding(NOON "sweep = { seconds = \"1..99\" }, claims = \"parts_make_whole\",\n",
		"parts_without_split", 2);
	assert_finding(NOON "sweep = { seconds = \"1..99\" }, split = \"60 s\", " CLAIMS,
		"split_without_parts", 4);
	assert_finding(NOON
		"sweep = { seconds = \"1..99\" }, split = \"1 MB\", claims = \"parts_make_whole\",\n",
		"split_unit", 4);
	assert_finding(NOON
		"sweep = { seconds = \"1..60\" }, split = \"60 s\", claims = \"parts_make_whole\",\n",
		"nothing_to_compare", 4);
	assert_finding(NOON "sweep = { seconds = \"1..1\" }, claims = \"more_never_cheaper\",\n",
		"nothing_to_compare", 4);
	assert_finding(NOON "sweep = { seconds = \"1..9\" }, claims = {},\n", "no_entries", 4);
	assert_finding(NOON "sweep = { seconds = \"1..9\" }, claims = \"never_wrong\",\n",
		"unknown_choice", 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_claim_is_a_test_of_its_own, NULL, last_end),
		cmocka_unit_test_setup_teardown(what_is_tried_is_no_coverage, NULL, last_end),
		cmocka_unit_test_setup_teardown(
			a_longer_call_that_costs_less_is_shrunk_to_the_second, NULL, last_end),
		cmocka_unit_test_setup_teardown(parts_that_cost_more_are_shrunk, NULL, last_end),
		cmocka_unit_test_setup_teardown(
			parts_may_differ_by_what_is_allowed, NULL, last_end),
		cmocka_unit_test_setup_teardown(
			the_parts_of_a_call_use_the_same_minutes_and_tiers, NULL, last_end),
		cmocka_unit_test_setup_teardown(
			a_refusal_is_found_where_none_may_be, NULL, last_end),
		cmocka_unit_test_setup_teardown(a_time_is_shrunk_too, NULL, last_end),
		cmocka_unit_test_setup_teardown(
			a_range_of_which_nothing_is_priced_proves_nothing, NULL, last_end),
		cmocka_unit_test_setup_teardown(what_makes_no_sense_is_found, NULL, last_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
