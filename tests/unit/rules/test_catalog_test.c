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
		"tariffs covered: 1 of 2; not: talk.long\nbands covered: 2 of 2\n"
		"outcomes of conditions covered: 1 of 2; not: talk.long.when true\n"
		"texts covered: 1 of 2; not: voice.long\npassed: 1, failed: 1, left out: 0, in ";
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
	assert_int_equal(report.coverage_count, 8);
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

/* How often the tests of a catalog came by something; fails if it is not listed. */
static uint64_t
hits_of(enum coverage_kind kind, const char *name)
{
	for (size_t i = 0; i < report.coverage_count; i++)
		if (report.coverages[i].kind == kind &&
			text_equal(report.coverages[i].name, text_of(name)))
			return report.coverages[i].hits;
	fail_msg("%s is not listed", name);
	return 0;
}

#define MUCH \
	"catalog \"much\" {}\n" \
	"zones \"dialled\" { { \"near\", prefix = \"1\" }, { \"far\", prefix = \"2\" }, { refuse = \"odd\", rest = true } }\n" \
	"service \"voice\" { unit = \"second\", zones = \"dialled\" }\n" \
	"product \"line\" { services = \"voice\" }\n" \
	"table \"rate\" { columns = { \"far\", \"=> price\" }, types = { \"boolean\", \"money\" }, { \"true\", \"0.50\" }, { \"false\", \"0.10\" } }\n" \
	"package \"talk\" { kind = \"base\", from = \"2020-01-01\",\n" \
	"    allowance { id = \"free\", serves = { service = \"voice\", zone = \"near\" }, amount = \"2 minutes\", every = \"day\" },\n" \
	"    cap { id = \"most\", amount = \"2.00\", every = \"day\" },\n" \
	"    limit { id = \"enough\", serves = { service = \"voice\" }, amount = \"60 minutes\", every = \"day\", say = \"stop\" },\n" \
	"    tariff { id = \"long\", serves = { service = \"voice\" }, say = \"long\",\n" \
	"        when = function(c) return c.seconds > 3000 end,\n" \
	"        amount = function(c) return tables.rate { far = c.to:starts(\"2\") }.price end },\n" \
	"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"call\", first = { step = \"60 s\", price = \"0.30\" },\n" \
	"        step = \"60 s\", tiers = { kind = \"graduated\", every = \"event\" }, price = { { \"0.20\", up_to = 3 }, { \"0.10\" } } },\n" \
	"}\n" \
	"local texts_of = { [\"catalog.much\"] = \"much\", [\"service.voice\"] = \"voice\", [\"product.line\"] = \"line\",\n" \
	"    [\"package.talk\"] = \"talk\", [\"allowance.free\"] = \"free\", [\"cap.most\"] = \"most\", stop = \"stop\", long = \"long\", call = \"call\",\n" \
	"    [\"zone.near\"] = \"near\", [\"zone.far\"] = \"far\", [\"refusal.odd\"] = \"odd\" }\n" \
	"texts \"zh\" (texts_of)\n" \
	"texts \"en\" (texts_of)\n"

static void
run_much(const char *columns, const char *rows)
{
	char source[2048];
	struct fault fault = { 0 };
	const struct test_options options = { TEXT(""), TEXT("en") };
	snprintf(source, sizeof source,
		"cases \"much\" { holds = \"talk\", event = { service = \"voice\", at = \"2026-09-18 12:00:00\" },\n"
		"columns = { \"to\", \"seconds\", %s },\n%s}\n",
		columns, rows);
	struct bundle_file files[] = { file_of("catalog.lua", MUCH),
		file_of("some_test.lua", source) };
	test_report_release(&report);
	findings_release(&findings);
	findings_init(&findings);
	buffer_release(&bundle);
	make_bundle(files, 2, &bundle);
	enum status status = catalog_test_run(
		bytes_of(&bundle), &options, &report, &findings, &fault);
	print_findings(&findings);
	assert_int_equal(status, STATUS_OK);
	assert_int_equal(report.failed_count, 0);
}

static void
coverage_counts_all_that_a_catalog_can_hold(void **state)
{
	(void)state;
	static const struct {
		enum coverage_kind kind;
		const char *name;
	} all[] = { { COVERAGE_TARIFF, "talk.call" }, { COVERAGE_TARIFF, "talk.long" },
		{ COVERAGE_STEP, "talk.call.first" }, { COVERAGE_STEP, "talk.call.next" },
		{ COVERAGE_TIER, "talk.call.1" }, { COVERAGE_TIER, "talk.call.2" },
		{ COVERAGE_ALLOWANCE, "talk.free" }, { COVERAGE_CAP, "talk.most" },
		{ COVERAGE_LIMIT, "talk.enough" }, { COVERAGE_ZONE, "dialled.far" },
		{ COVERAGE_ZONE, "dialled.near" }, { COVERAGE_REFUSAL, "dialled.odd" },
		{ COVERAGE_ROW, "rate.1" }, { COVERAGE_ROW, "rate.2" },
		{ COVERAGE_OUTCOME, "talk.long.when true" },
		{ COVERAGE_OUTCOME, "talk.long.when false" }, { COVERAGE_TEXT, "call" },
		{ COVERAGE_TEXT, "long" }, { COVERAGE_TEXT, "stop" },
		{ COVERAGE_TEXT, "refusal.odd" } };
	run_much("\"=> amount\"", "");
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		assert_int_equal(hits_of(all[i].kind, all[i].name), 0);
	/* A call of a minute: the first step, and nothing that comes after it. */
	run_much("\"=> amount\"", "{ \"2\", 60, \"0.30\" },");
	assert_int_equal(hits_of(COVERAGE_STEP, "talk.call.first"), 1);
	assert_int_equal(hits_of(COVERAGE_STEP, "talk.call.next"), 0);
	assert_int_equal(hits_of(COVERAGE_TIER, "talk.call.1"), 0);
	assert_int_equal(hits_of(COVERAGE_ZONE, "dialled.far"), 1);
	assert_int_equal(hits_of(COVERAGE_OUTCOME, "talk.long.when false"), 1);
	assert_int_equal(hits_of(COVERAGE_TEXT, "call"), 1);
	run_much("\"=> amount\"", "{ \"2\", 240, \"0.80\" }, { \"1\", 120, \"0.00\" },");
	assert_int_equal(hits_of(COVERAGE_STEP, "talk.call.next"), 2);
	assert_int_equal(hits_of(COVERAGE_TIER, "talk.call.1"), 1);
	assert_int_equal(hits_of(COVERAGE_TIER, "talk.call.2"), 1);
	assert_int_equal(hits_of(COVERAGE_ALLOWANCE, "talk.free"), 1);
	assert_int_equal(hits_of(COVERAGE_CAP, "talk.most"), 0);
	run_much("\"=> amount\"", "{ \"2\", 2000, \"2.00\" }, { \"2\", 3001, \"0.50\" },");
	assert_int_equal(hits_of(COVERAGE_CAP, "talk.most"), 1);
	assert_int_equal(hits_of(COVERAGE_ROW, "rate.1"), 1);
	assert_int_equal(hits_of(COVERAGE_OUTCOME, "talk.long.when true"), 1);
	run_much("\"=> refused\"", "{ \"3\", 60, \"NO_PRICE\" },");
	assert_int_equal(hits_of(COVERAGE_REFUSAL, "dialled.odd"), 1);
	assert_int_equal(hits_of(COVERAGE_TEXT, "refusal.odd"), 1);
	run_much("\"=> refused\"",
		"{ \"2\", 60, \"LIMIT_REACHED\" }, used = { [\"talk.enough\"] = 3600 },");
	assert_int_equal(hits_of(COVERAGE_LIMIT, "talk.enough"), 1);
	assert_int_equal(hits_of(COVERAGE_TEXT, "stop"), 1);
}

static void
a_row_without_a_name_is_called_by_its_cells_and_never_by_an_address(void **state)
{
	(void)state;
	assert_int_equal(
		run_catalog(
			"cases \"some\" { holds = \"talk\", event = { service = \"voice\", at = \"2026-09-18 12:00:00\" },\n"
			"columns = { \"attributes\", \"seconds\", \"=> amount\" },\n"
			"{ { kind = \"bulk\", count = 3 }, 60, \"0.15\" }, { {}, 60, \"0.15\" } }\n",
			""),
		STATUS_OK);
	assert_int_equal(report.result_count, 2);
	assert_text(report.results[0].name, "some / { count = 3, kind = bulk }, 60");
	assert_text(report.results[1].name, "some / {}, 60");
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
		"rules/catalogs/free_minutes", "rules/catalogs/e6", "rules/catalogs/towers",
		"rules/catalogs/data_for_all", "rules/catalogs/messages", "rules/catalogs/bundle",
		"rules/catalogs/deposit", "rules/catalogs/selling", "rules/catalogs/roaming",
		"rules/catalogs/sessions", "rules/sample" };
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
			coverage_counts_all_that_a_catalog_can_hold, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_row_without_a_name_is_called_by_its_cells_and_never_by_an_address, set_up,
			tear_down),
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
