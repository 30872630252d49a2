/* Reports about catalogs (see catalog_report.h). */
#include "catalog_report.h"

#include "json.h"

#include "../engine/base/memory.h"

#include <inttypes.h>

#define NS_PER_MS 1000000

/* ---- JSON ---- */

static json_t *
both_languages(struct text en, struct text zh)
{
	return json_pack("{s:o, s:o}", "en", json_of_text(en), "zh", json_of_text(zh));
}

static json_t *
finding_json(const struct finding *finding)
{
	json_t *object = json_pack("{s:s, s:o, s:I, s:I, s:o, s:o}", "severity",
		severity_name(finding->severity), "file", json_of_text(finding->file), "line",
		(json_int_t)finding->line, "column", (json_int_t)finding->column, "rule",
		json_of_text(finding->rule), "say",
		both_languages(finding->say_en, finding->say_zh));
	if (object != NULL && finding->mend_en.size > 0)
		json_object_set_new(
			object, "fix", both_languages(finding->mend_en, finding->mend_zh));
	if (object != NULL && finding->propose.size > 0)
		json_object_set_new(object, "propose", json_of_text(finding->propose));
	return object;
}

json_t *
findings_json(const struct findings *findings)
{
	json_int_t counts[FINDING_ERROR + 1] = { 0 };
	json_t *list = json_array();
	for (size_t i = 0; i < findings->count; i++) {
		counts[findings->list[i].severity]++;
		json_array_append_new(list, finding_json(&findings->list[i]));
	}
	return json_pack("{s:I, s:I, s:I, s:I, s:o}", "errors", counts[FINDING_ERROR], "warnings",
		counts[FINDING_WARNING], "notes", counts[FINDING_NOTE], "findings_left_out",
		(json_int_t)findings->left_out, "findings", list);
}

static json_t *
result_json(const struct test_result *result)
{
	json_t *object = json_pack("{s:s, s:o, s:I, s:o, s:b}", "kind",
		test_kind_name(result->kind), "file", json_of_text(result->file), "line",
		(json_int_t)result->line, "name", json_of_text(result->name), "passed",
		result->passed);
	if (object != NULL && result->step > 0) {
		json_object_set_new(object, "step", json_integer((json_int_t)result->step));
		json_object_set_new(object, "word", json_of_text(result->word));
	}
	if (object != NULL && !result->passed) {
		json_object_set_new(object, "expected", json_of_text(result->expected));
		json_object_set_new(object, "got", json_of_text(result->got));
		json_object_set_new(object, "because", json_of_text(result->because));
	}
	return object;
}

json_t *
test_report_json(const struct test_report *report)
{
	json_t *tests = json_array(), *coverage = json_array();
	for (size_t i = 0; i < report->result_count; i++)
		json_array_append_new(tests, result_json(&report->results[i]));
	for (size_t i = 0; i < report->coverage_count; i++) {
		const struct coverage *one = &report->coverages[i];
		json_array_append_new(coverage,
			json_pack("{s:s, s:o, s:I}", "kind", coverage_kind_name(one->kind), "name",
				json_of_text(one->name), "hits", (json_int_t)one->hits));
	}
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "passed",
		(json_int_t)(report->result_count - report->failed_count), "failed",
		(json_int_t)report->failed_count, "left_out", (json_int_t)report->left_out_count,
		"guards_not_tried", (json_int_t)test_report_untried(report), "milliseconds",
		(json_int_t)(report->elapsed_ns / NS_PER_MS), "tests", tests, "coverage", coverage);
}

void
json_show(json_t *value)
{
	struct text text = json_write(value, false);
	printf("%.*s\n", TEXT_ARGS(text));
	memory_free((void *)(uintptr_t)text.data);
	json_decref(value);
}

/* ---- JUnit ---- */

/* Text inside an attribute or an element; control characters, which XML can't have, become "?". */
static bool
append_xml(struct buffer *out, struct text text)
{
	bool written = true;
	for (size_t i = 0; i < text.size && written; i++) {
		char one = text.data[i];
		if (one == '&')
			written = buffer_append_text(out, TEXT("&amp;"));
		else if (one == '<')
			written = buffer_append_text(out, TEXT("&lt;"));
		else if (one == '"')
			written = buffer_append_text(out, TEXT("&quot;"));
		else if (one == '\n')
			written = buffer_append_text(out, TEXT("&#10;"));
		else if ((unsigned char)one < ' ')
			written = buffer_append_text(out, TEXT("?"));
		else
			written = buffer_append(out, &one, 1);
	}
	return written;
}

static bool
append_attribute(struct buffer *out, const char *name, struct text value)
{
	return buffer_print(out, " %s=\"", name) && append_xml(out, value) &&
		buffer_append_text(out, TEXT("\""));
}

static bool
append_case(struct buffer *out, const struct test_result *result)
{
	bool written = buffer_append_text(out, TEXT("    <testcase")) &&
		append_attribute(out, "name", result->name) &&
		append_attribute(out, "classname", result->file) &&
		buffer_print(out, " line=\"%" PRIu32 "\"", result->line);
	if (!written || result->passed)
		return written && buffer_append_text(out, TEXT("/>\n"));
	return buffer_append_text(out, TEXT(">\n      <failure")) &&
		append_attribute(out, "message", result->expected) &&
		(result->step == 0 ||
			(buffer_print(out, " type=\"step %" PRIu32 "\"", result->step))) &&
		buffer_append_text(out, TEXT(">got ")) && append_xml(out, result->got) &&
		buffer_append_text(out, TEXT("&#10;")) && append_xml(out, result->because) &&
		buffer_append_text(out, TEXT("</failure>\n    </testcase>\n"));
}

/* The tests from `first` that are of the same file; *end is behind the last of them. */
static bool
append_suite(struct buffer *out, const struct test_report *report, size_t first, size_t *end)
{
	size_t failed = 0, last = first;
	struct text file = report->results[first].file;
	while (last < report->result_count && text_equal(report->results[last].file, file))
		failed += !report->results[last++].passed;
	*end = last;
	bool written = buffer_append_text(out, TEXT("  <testsuite")) &&
		append_attribute(out, "name", file) &&
		buffer_print(out, " tests=\"%zu\" failures=\"%zu\">\n", last - first, failed);
	for (size_t i = first; i < last && written; i++)
		written = append_case(out, &report->results[i]);
	return written && buffer_append_text(out, TEXT("  </testsuite>\n"));
}

static bool
append_property(struct buffer *out, const char *name, struct text value)
{
	return buffer_append_text(out, TEXT("      <property")) &&
		append_attribute(out, "name", text_of(name)) &&
		append_attribute(out, "value", value) && buffer_append_text(out, TEXT("/>\n"));
}

/* How much of a kind the tests came by, "3/4", and each that they did not. */
static bool
append_covered(struct buffer *out, const struct test_report *report, enum coverage_kind kind)
{
	size_t count = 0, covered = 0;
	char name[64], share[64];
	for (size_t i = 0; i < report->coverage_count; i++) {
		count += report->coverages[i].kind == kind;
		covered += report->coverages[i].kind == kind && report->coverages[i].hits > 0;
	}
	snprintf(share, sizeof share, "%zu/%zu", covered, count);
	snprintf(name, sizeof name, "%s.uncovered", coverage_kind_name(kind));
	bool written = count == 0 || append_property(out, coverage_kind_name(kind), text_of(share));
	for (size_t i = 0; i < report->coverage_count && written; i++)
		if (report->coverages[i].kind == kind && report->coverages[i].hits == 0)
			written = append_property(out, name, report->coverages[i].name);
	return written;
}

/* Coverage is no test: the properties of a suite that has none. */
static bool
append_coverage(struct buffer *out, const struct test_report *report)
{
	bool written = buffer_append_text(out,
		TEXT("  <testsuite name=\"coverage\" tests=\"0\" failures=\"0\">\n"
		     "    <properties>\n"));
	for (unsigned kind = 0; kind < COVERAGE_KINDS && written; kind++)
		written = append_covered(out, report, (enum coverage_kind)kind);
	return written && buffer_append_text(out, TEXT("    </properties>\n  </testsuite>\n"));
}

bool
test_report_junit(const struct test_report *report, struct buffer *out)
{
	bool written = buffer_print(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"%zu\" failures=\"%zu\">\n",
		report->result_count, report->failed_count);
	for (size_t i = 0; i < report->result_count && written;)
		written = append_suite(out, report, i, &i);
	return written && append_coverage(out, report) &&
		buffer_append_text(out, TEXT("</testsuites>\n"));
}

/* ---- for people ---- */

void
findings_show(const struct findings *findings, const char *language, FILE *out)
{
	struct buffer text;
	buffer_init(&text, CATALOG_REPORT_BYTES_MAX);
	findings_write(findings, text_of(language), &text);
	fwrite(text.data, 1, text.size, out);
	buffer_release(&text);
}

void
test_report_show(const struct test_report *report, const char *language, FILE *out)
{
	struct buffer text;
	buffer_init(&text, CATALOG_REPORT_BYTES_MAX);
	test_report_write(report, text_of(language), &text);
	fwrite(text.data, 1, text.size, out);
	buffer_release(&text);
}
