#include "catalogs.h"

#include "../../../rules/catalog_test.h"
#include "../../../rules/explain.h"

static struct buffer bundle;
static struct findings findings;
static struct test_report report;
static struct buffer out;

static int
set_up(void **state)
{
	(void)state;
	buffer_init(&bundle, BUNDLE_BYTES_MAX);
	buffer_init(&out, 1 << 20);
	findings_init(&findings);
	test_report_init(&report);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	buffer_release(&bundle);
	buffer_release(&out);
	findings_release(&findings);
	test_report_release(&report);
	return 0;
}

static enum status
run_catalog(const char *source, const char *filter)
{
	struct bundle_file files[] = { file_of("catalog.lua", small_catalog),
		file_of("some_test.lua", source) };
	const struct test_options options = { text_of(filter), TEXT("en") };
	struct fault fault = { 0 };
	test_report_release(&report);
	findings_release(&findings);
	make_bundle(files, 2, &bundle);
	enum status status = catalog_test_run(
		bytes_of(&bundle), &options, &report, &findings, &fault);
	buffer_release(&bundle);
	return status;
}

static void
assert_text(struct text text, const char *wanted)
{
	if (!text_equal(text, text_of(wanted)))
		fail_msg("\"%.*s\", not \"%s\"", TEXT_ARGS(text), wanted);
}

#define CASES \
	"cases \"calls\" {\n" \
	"    holds = \"talk\",\n" \
	"    event = { service = \"voice\", from = \"a\", at = \"2026-09-18 12:00:00\" },\n" \
	"    columns = { \"name\", \"seconds\", \"=> tariff\", \"=> amount\" },\n" \
	"    { \"a minute\", 60, \"call\", \"0.15\" },\n" \
	"    { \"two\", \"2 minutes\", \"talk.call\", \"0.30\" },\n" \
	"    { \"long\", 7200, \"long\", \"1.20\" },\n" \
	"}\n"

static void
each_row_is_a_test_with_a_name(void **state)
{
	(void)state;
	assert_int_equal(run_catalog(CASES, ""), STATUS_OK);
	assert_int_equal(report.result_count, 3);
	assert_int_equal(report.failed_count, 0);
	assert_text(report.results[0].name, "calls / a minute");
	assert_text(report.results[2].name, "calls / long");
	assert_text(report.results[0].file, "some_test.lua");
}

static void
a_failure_tells_what_was_expected_what_came_out_and_why(void **state)
{
	(void)state;
	assert_int_equal(
		run_catalog(
			"\ncases \"wrong\" { holds = \"talk\", columns = { \"at\", \"=> amount\", \"=> parts\" },\n"
			"    event = { service = \"voice\", seconds = 120 },\n"
			"    { \"2026-09-18 06:58:00\", \"0.16\", \"night 2\" },\n"
			"    { \"2026-09-18 06:59:00\", \"0.30\", \"day 2\" },\n"
			"}\n",
			""),
		STATUS_OK);
	assert_int_equal(report.result_count, 2);
	assert_int_equal(report.failed_count, 1);
	const struct test_result *result = &report.results[1];
	assert_false(result->passed);
	assert_int_equal(result->line, 5);
	assert_text(result->expected, "amount 0.30, parts day 2");
	assert_text(result->got, "amount 0.23, parts night 1, day 1");
	assert_text(result->because,
		"call  0.23 CNY  (talk.call)\n    night  1 × 0.08\n    day  1 × 0.15\n");
	assert_true(test_report_write(&report, TEXT("en"), &out));
	static const char wanted[] =
		"some_test.lua:5: failed: wrong / 2026-09-18 06:59:00\n"
		"    expected: amount 0.30, parts day 2\n    got:      amount 0.23, parts night 1, day 1\n"
		"        call  0.23 CNY  (talk.call)\n            night  1 × 0.08\n            day  1 × 0.15\n"
		"tariffs covered: 1 of 2; not: talk.long\nbands covered: 2 of 2\npassed: 1, failed: 1, left out: 0, in ";
	assert_true(out.size > strlen(wanted));
	assert_memory_equal(out.data, wanted, strlen(wanted));
}

static void
a_refusal_is_compared_too(void **state)
{
	(void)state;
	assert_int_equal(
		run_catalog(
			"test \"right\" { holds = {}, event = { service = \"voice\", at = \"2026-09-18 12:00:00\", seconds = 1 },\n"
			"    expect = { refused = \"NO_PRICE\", nearest = \"held\" } }\n"
			"test \"wrong\" { holds = {}, event = { service = \"voice\", at = \"2026-09-18 12:00:00\", seconds = 1 },\n"
			"    expect = { amount = \"0.15\" } }\n"
			"test \"wrong too\" { holds = \"talk\", event = { service = \"voice\", at = \"2026-09-18 12:00:00\", seconds = 1 },\n"
			"    expect = { refused = \"NO_PRICE\" } }\n",
			""),
		STATUS_OK);
	assert_int_equal(report.failed_count, 2);
	assert_true(report.results[0].passed);
	assert_text(report.results[1].because,
		"NO_PRICE: talk.long would price it, but no package of the catalog is held at that time\n");
	assert_text(report.results[1].got, "refused NO_PRICE");
	assert_text(report.results[2].expected, "refused NO_PRICE");
	assert_text(report.results[2].got, "refused -");
}

static void
a_filter_chooses_by_name_or_file(void **state)
{
	(void)state;
	assert_int_equal(run_catalog(CASES, "minute"), STATUS_OK);
	assert_int_equal(report.result_count, 1);
	assert_int_equal(report.left_out_count, 2);
	assert_int_equal(run_catalog(CASES, "some_test"), STATUS_OK);
	assert_int_equal(report.result_count, 3);
	assert_int_equal(run_catalog(CASES, "nothing"), STATUS_OK);
	assert_int_equal(report.result_count, 0);
	assert_int_equal(report.left_out_count, 3);
}

static void
coverage_counts_tariffs_bands_and_zones(void **state)
{
	(void)state;
	assert_int_equal(run_catalog(CASES, ""), STATUS_OK);
	assert_int_equal(report.coverage_count, 4);
	assert_int_equal(report.coverages[0].kind, COVERAGE_TARIFF);
	assert_text(report.coverages[0].name, "talk.call");
	assert_int_equal(report.coverages[0].hits, 2);
	assert_text(report.coverages[1].name, "talk.long");
	assert_int_equal(report.coverages[1].hits, 1);
	assert_text(report.coverages[2].name, "talk.call.day");
	assert_int_equal(report.coverages[2].hits, 2);
	assert_text(report.coverages[3].name, "talk.call.night");
	assert_int_equal(report.coverages[3].hits, 0);
}

static void
a_wrong_test_is_a_finding_and_the_others_run(void **state)
{
	(void)state;
	assert_int_equal(
		run_catalog(CASES
			"test \"odd\" { holds = \"tlak\", event = { service = \"voice\" } }\n",
			""),
		STATUS_OK);
	assert_true(findings_have_errors(&findings));
	assert_int_equal(report.result_count, 3);
}

static void
a_catalog_that_is_wrong_runs_no_tests(void **state)
{
	(void)state;
	struct bundle_file files[] = { file_of("catalog.lua", "catalog \"x\" {"),
		file_of("some_test.lua", CASES) };
	const struct test_options options = { TEXT(""), TEXT("en") };
	struct fault fault;
	make_bundle(files, 2, &bundle);
	assert_int_equal(catalog_test_run(bytes_of(&bundle), &options, &report, &findings, &fault),
		STATUS_INVALID);
	assert_int_equal(report.result_count, 0);
	assert_int_equal(findings.count, 1);
}

static void
a_test_that_does_not_end_is_a_finding(void **state)
{
	(void)state;
	assert_int_equal(run_catalog("while true do end", ""), STATUS_OK);
	assert_true(findings_have_errors(&findings));
	assert_text(findings.list[0].rule, "limit");
	assert_int_equal(report.result_count, 0);
}

/* Each stock catalog is sound, passes its tests, and its tests cover all of it. */
static void
stock_catalogs_pass_their_tests_and_are_covered(void **state)
{
	(void)state;
	static const char *const catalogs[] = { "rules/catalogs/fixed_line",
		"rules/catalogs/free_minutes", "rules/catalogs/e6" };
	const struct test_options options = { TEXT(""), TEXT("zh") };
	for (size_t i = 0; i < sizeof catalogs / sizeof catalogs[0]; i++) {
		struct fault fault;
		test_report_release(&report);
		if (bundle_of_directory(catalogs[i], &bundle, &fault) != STATUS_OK ||
			catalog_test_run(bytes_of(&bundle), &options, &report, &findings, &fault) !=
				STATUS_OK)
			fail_msg("%s", fault.text);
		buffer_clear(&out);
		assert_true(test_report_write(&report, TEXT("zh"), &out));
		print_message("%.*s", (int)out.size, (const char *)out.data);
		print_findings(&findings);
		assert_int_equal(findings.count, 0);
		assert_int_equal(report.failed_count, 0);
		assert_true(report.result_count > 0);
		for (size_t j = 0; j < report.coverage_count; j++)
			assert_true(report.coverages[j].hits > 0);
	}
}

static void
a_thousand_cases_a_second_are_run(void **state)
{
	(void)state;
	enum { ROWS = 5000 };
	char *source = malloc(ROWS * 64 + 512);
	size_t size = (size_t)sprintf(source,
		"cases \"many\" { holds = \"talk\", event = { service = \"voice\", at = \"2026-09-18 12:00:00\" },\n"
		"columns = { \"seconds\", \"=> parts\" },\n");
	for (int i = 0; i < ROWS; i++)
		size += (size_t)sprintf(
			source + size, "{ %d, \"day %d\" },\n", i * 60 % 3600 + 60, i % 60 + 1);
	sprintf(source + size, "}\n");
	assert_int_equal(run_catalog(source, ""), STATUS_OK);
	assert_int_equal(report.result_count, ROWS);
	assert_int_equal(report.failed_count, 0);
	print_message("%d cases in %llu us\n", ROWS, (unsigned long long)report.elapsed_ns / 1000);
	assert_true(report.elapsed_ns < UINT64_C(1000000) * ROWS);
	free(source);
}

static void
blanks_are_filled_and_others_left(void **state)
{
	(void)state;
	const struct blank blanks[] = { { "zone", TEXT("near") }, { "units", TEXT("3") } };
	assert_true(text_fill(TEXT("{units} units to {zone}{unknown} { } {zone"), blanks, 2, &out));
	assert_text((struct text){ (const char *)out.data, out.size },
		"3 units to near{unknown} { } {zone");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_row_is_a_test_with_a_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_failure_tells_what_was_expected_what_came_out_and_why, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_refusal_is_compared_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_filter_chooses_by_name_or_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			coverage_counts_tariffs_bands_and_zones, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_wrong_test_is_a_finding_and_the_others_run, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_catalog_that_is_wrong_runs_no_tests, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_test_that_does_not_end_is_a_finding, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			stock_catalogs_pass_their_tests_and_are_covered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_thousand_cases_a_second_are_run, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			blanks_are_filled_and_others_left, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
