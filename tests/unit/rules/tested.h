/*
 * A file of tests beside a catalog of one file, and what becomes of it.
 */
#ifndef SUANPAN_TESTS_TESTED_H
#define SUANPAN_TESTS_TESTED_H

#include "catalogs.h"

#include "../../../rules/catalog_test.h"

struct tested {
	struct buffer bundle;
	struct findings findings;
	struct test_report report;
};

static inline void
tested_begin_in(struct tested *tested, const char *catalog, const char *tests, const char *language)
{
	struct fault fault = { 0 };
	struct test_options options = { TEXT(""), text_of(language) };
	struct bundle_file files[] = { file_of("catalog.lua", catalog),
		file_of("some_test.lua", tests) };
	findings_init(&tested->findings);
	test_report_init(&tested->report);
	make_bundle(files, 2, &tested->bundle);
	if (catalog_test_run(bytes_of(&tested->bundle), &options, &tested->report,
		    &tested->findings, &fault) != STATUS_OK) {
		print_findings(&tested->findings);
		fail_msg("%s", fault.text);
	}
}

static inline void
tested_begin(struct tested *tested, const char *catalog, const char *tests)
{
	tested_begin_in(tested, catalog, tests, "en");
}

static inline void
tested_end(struct tested *tested)
{
	buffer_release(&tested->bundle);
	findings_release(&tested->findings);
	test_report_release(&tested->report);
}

/* The last that ran, for those who look into what came of it. */
static struct tested last_tested UNUSED;

static inline void
last_run(const char *catalog, const char *tests)
{
	tested_end(&last_tested);
	tested_begin(&last_tested, catalog, tests);
}

/* For the end of a test. */
static inline int
last_end(void **state)
{
	(void)state;
	tested_end(&last_tested);
	return 0;
}

/* It found something, which it tells in Chinese too, in a line of the tests. */
static inline void
last_found(const char *rule, uint32_t line)
{
	for (size_t i = 0; i < last_tested.findings.count; i++)
		if (text_equal(last_tested.findings.list[i].rule, text_of(rule))) {
			assert_int_equal(last_tested.findings.list[i].line, line);
			assert_true(last_tested.findings.list[i].mend_zh.size > 0);
			return;
		}
	print_findings(&last_tested.findings);
	fail_msg("nobody found %s", rule);
}

/* All tests are read without findings, and pass. */
static inline void
assert_tests_pass(const char *catalog, const char *tests)
{
	struct tested tested;
	tested_begin(&tested, catalog, tests);
	print_findings(&tested.findings);
	assert_int_equal(tested.findings.count, 0);
	assert_true(tested.report.result_count > 0);
	for (size_t i = 0; i < tested.report.result_count; i++)
		if (!tested.report.results[i].passed)
			fail_msg("line %u: expected %.*s, got %.*s", tested.report.results[i].line,
				TEXT_ARGS(tested.report.results[i].expected),
				TEXT_ARGS(tested.report.results[i].got));
	tested_end(&tested);
}

/* The only test fails: what differs is so. */
static inline void
assert_test_fails(const char *catalog, const char *tests, const char *expected, const char *got)
{
	struct tested tested;
	tested_begin(&tested, catalog, tests);
	print_findings(&tested.findings);
	assert_int_equal(tested.findings.count, 0);
	assert_int_equal(tested.report.result_count, 1);
	const struct test_result *result = &tested.report.results[0];
	if (!text_equal(result->expected, text_of(expected)) ||
		!text_equal(result->got, text_of(got)))
		fail_msg("expected %.*s, got %.*s", TEXT_ARGS(result->expected),
			TEXT_ARGS(result->got));
	tested_end(&tested);
}

/* Something is said of the tests, in both languages, at a line of their file. */
static inline void
assert_test_finding(const char *catalog, const char *tests, const char *rule, uint32_t line)
{
	struct tested tested;
	bool found = false;
	tested_begin(&tested, catalog, tests);
	for (size_t i = 0; i < tested.findings.count; i++) {
		const struct finding *finding = &tested.findings.list[i];
		found = found ||
			(text_equal(finding->rule, text_of(rule)) && finding->line == line &&
				finding->say_zh.size > 0 && finding->mend_zh.size > 0);
	}
	if (!found) {
		print_findings(&tested.findings);
		fail_msg("no %s in line %u of %s", rule, line, tests);
	}
	tested_end(&tested);
}

#endif
