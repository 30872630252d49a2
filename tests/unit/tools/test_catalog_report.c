#include "claims.h"

#include "../../../tools/catalog_report.h"

static struct test_result results[] = {
	{ .file = TEXT("a_test.lua"), .line = 3, .name = TEXT("night"), .passed = true },
	{ .file = TEXT("a_test.lua"),
		.line = 9,
		.name = TEXT("a < b & \"c\""),
		.expected = TEXT("amount 0.22"),
		.got = TEXT("amount 0.11"),
		.because = TEXT("first\nsecond \x01") },
	{ .file = TEXT("b_test.lua"), .line = 1, .name = TEXT("夜间"), .passed = true },
};
static struct coverage coverages[] = { { COVERAGE_BAND, TEXT("p.t.day"), 7 } };
static const struct test_report REPORT = {
	.results = results,
	.result_count = 3,
	.failed_count = 1,
	.left_out_count = 5,
	.coverages = coverages,
	.coverage_count = 1,
	.elapsed_ns = 3500000,
};

static void
junit_groups_tests_by_file_and_escapes_them(void **state)
{
	(void)state;
	struct buffer out;
	buffer_init(&out, 65536);
	assert_true(test_report_junit(&REPORT, &out));
	assert_text((struct text){ (const char *)out.data, out.size },
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites tests=\"3\" failures=\"1\">\n"
		"  <testsuite name=\"a_test.lua\" tests=\"2\" failures=\"1\">\n"
		"    <testcase name=\"night\" classname=\"a_test.lua\" line=\"3\"/>\n"
		"    <testcase name=\"a &lt; b &amp; &quot;c&quot;\" classname=\"a_test.lua\" line=\"9\">\n"
		"      <failure message=\"amount 0.22\">got amount 0.11&#10;first&#10;second ?</failure>\n"
		"    </testcase>\n"
		"  </testsuite>\n"
		"  <testsuite name=\"b_test.lua\" tests=\"1\" failures=\"0\">\n"
		"    <testcase name=\"夜间\" classname=\"b_test.lua\" line=\"1\"/>\n"
		"  </testsuite>\n"
		"  <testsuite name=\"coverage\" tests=\"0\" failures=\"0\">\n"
		"    <properties>\n"
		"      <property name=\"band\" value=\"1/1\"/>\n"
		"    </properties>\n"
		"  </testsuite>\n"
		"</testsuites>\n");
	buffer_release(&out);
}

static void
junit_without_room_says_so(void **state)
{
	(void)state;
	struct buffer whole;
	buffer_init(&whole, 65536);
	assert_true(test_report_junit(&REPORT, &whole));
	for (size_t room = 0; room < whole.size; room++) {
		struct buffer out;
		buffer_init(&out, room);
		assert_false(test_report_junit(&REPORT, &out));
		buffer_release(&out);
	}
	buffer_release(&whole);
}

static void
json_has_all_tests_and_why_one_failed(void **state)
{
	(void)state;
	json_t *object = test_report_json(&REPORT);
	assert_int_equal(json_integer_value(json_object_get(object, "passed")), 2);
	assert_int_equal(json_integer_value(json_object_get(object, "failed")), 1);
	assert_int_equal(json_integer_value(json_object_get(object, "left_out")), 5);
	assert_int_equal(json_integer_value(json_object_get(object, "milliseconds")), 3);
	const json_t *failed = json_array_get(json_object_get(object, "tests"), 1);
	assert_string_equal(json_string_value(json_object_get(failed, "got")), "amount 0.11");
	const json_t *coverage = json_array_get(json_object_get(object, "coverage"), 0);
	assert_string_equal(json_string_value(json_object_get(coverage, "kind")), "band");
	assert_int_equal(json_integer_value(json_object_get(coverage, "hits")), 7);
	json_decref(object);
}

static void
findings_are_counted_by_severity(void **state)
{
	(void)state;
	struct findings findings;
	struct finding finding = { .severity = FINDING_ERROR,
		.file = TEXT("catalog.lua"),
		.line = 2,
		.column = 5,
		.rule = TEXT("unknown_field"),
		.say_en = TEXT("no"),
		.say_zh = TEXT("否"),
		.mend_en = TEXT("yes"),
		.mend_zh = TEXT("是"),
		.propose = TEXT("a\nb") };
	findings_init(&findings);
	assert_true(findings_add(&findings, &finding));
	finding.severity = FINDING_WARNING;
	finding.mend_en = finding.mend_zh = finding.propose = TEXT("");
	assert_true(findings_add(&findings, &finding));
	json_t *object = findings_json(&findings);
	assert_int_equal(json_integer_value(json_object_get(object, "errors")), 1);
	assert_int_equal(json_integer_value(json_object_get(object, "warnings")), 1);
	assert_int_equal(json_integer_value(json_object_get(object, "notes")), 0);
	const json_t *first = json_array_get(json_object_get(object, "findings"), 0);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(first, "fix"), "zh")), "是");
	assert_string_equal(json_string_value(json_object_get(first, "propose")), "a\nb");
	const json_t *second = json_array_get(json_object_get(object, "findings"), 1);
	assert_null(json_object_get(second, "fix"));
	assert_null(json_object_get(second, "propose"));
	json_decref(object);
	findings_release(&findings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(junit_groups_tests_by_file_and_escapes_them),
		cmocka_unit_test(junit_without_room_says_so),
		cmocka_unit_test(json_has_all_tests_and_why_one_failed),
		cmocka_unit_test(findings_are_counted_by_severity),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
