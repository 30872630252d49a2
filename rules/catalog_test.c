#include "catalog_test.h"

#include "../engine/base/clock.h"
#include "../engine/base/memory.h"
#include "coverage.h"
#include "explain.h"
#include "explain_due.h"
#include "host.h"
#include "place.h"
#include "test_case.h"

#define CASES_BYTES_MAX ((size_t)512 * 1024 * 1024)
#define PRICING_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define TEXT_BYTES_MAX ((size_t)64 * 1024)

/* Tests on the way to a report. */
struct run {
	struct bytes bundle;
	const struct test_options *options;
	struct test_report *report;
	const struct release *release;
	const struct image *image;
	const struct rate_functions *functions;
	struct arena arena; /* of one pricing */
	/* Of one failure: the fields that differ. */
	struct buffer expected;
	struct buffer got;
	struct buffer text;
};

/* The counters that a test says are used already. */
struct test_facts {
	const struct image *image;
	const struct test_case *test;
};

/* How often the counter of an allowance or meter begins anew; false if there is none. */
static bool
find_cycle(const struct image *image, const struct counter_name *name, enum cycle *every)
{
	uint32_t first, count;
	if (!image_package(image, name->package, &first, &count))
		return false;
	for (const struct package *package = &image->packages[first]; count > 0;
		package++, count--) {
		for (uint32_t i = 0; i < package->allowance_count; i++) {
			*every = package->allowances[i].every;
			if (text_equal(package->allowances[i].id, name->allowance))
				return true;
		}
		for (uint32_t i = 0; i < package->meter_count; i++) {
			*every = package->meters[i].every;
			if (text_equal(package->meters[i].id, name->allowance))
				return true;
		}
	}
	return false;
}

/* Used in the cycle in which the event begins, unless the test names another; else nothing. */
static enum fact
get_counter(void *context, const struct counter_name *name, int64_t *used)
{
	const struct test_facts *facts = context;
	enum cycle every;
	*used = 0;
	if (!find_cycle(facts->image, name, &every))
		return FACT_KNOWN;
	struct cycle_span cycle = cycle_at(every, facts->image->zone, facts->test->usage.at_ms);
	for (uint32_t i = 0; i < facts->test->used_count; i++) {
		const struct used_allowance *entry = &facts->test->used[i];
		int64_t first_day = entry->has_cycle ? entry->cycle : cycle.first_day;
		if (first_day == name->cycle && text_equal(entry->package, name->package) &&
			text_equal(entry->allowance, name->allowance))
			*used = entry->amount;
	}
	return FACT_KNOWN;
}

/* Comparing. */

/* Notes a field that differs. */
static bool
differ(struct run *run, const char *field, struct text expected, struct text got)
{
	const char *between = run->expected.size == 0 ? "" : ", ";
	return buffer_print(&run->expected, "%s%s %.*s", between, field, TEXT_ARGS(expected)) &&
		buffer_print(&run->got, "%s%s %.*s", between, field, TEXT_ARGS(got));
}

static bool
compare_text(struct run *run, const char *field, struct text expected, struct text got)
{
	if (expected.data == NULL || text_equal(expected, got))
		return true;
	return differ(run, field, expected, got.size == 0 ? TEXT("-") : got);
}

static bool
compare_amount(struct run *run, const struct expectation *expect, struct money got)
{
	char wanted_text[MONEY_TEXT_MAX], got_text[MONEY_TEXT_MAX];
	if (!expect->has_amount || money_compare(expect->amount, got) == 0)
		return true;
	size_t wanted_size = money_format(expect->amount, wanted_text);
	return differ(run, "amount", (struct text){ wanted_text, wanted_size },
		(struct text){ got_text, money_format(got, got_text) });
}

static struct text
text_of_buffer(const struct buffer *buffer)
{
	return (struct text){ (const char *)buffer->data, buffer->size };
}

/* The next piece of "a, b, c"; false at the end. */
static bool
next_piece(struct text *rest, struct text *piece)
{
	if (rest->size == 0)
		return false;
	const char *comma = memchr(rest->data, ',', rest->size);
	size_t size = comma == NULL ? rest->size : (size_t)(comma - rest->data);
	*piece = (struct text){ rest->data, size };
	size_t skipped = comma == NULL ? size : size + 1;
	while (skipped < rest->size && rest->data[skipped] == ' ')
		skipped++;
	*rest = (struct text){ rest->data + skipped, rest->size - skipped };
	return true;
}

/* "local" or "fixed_line.local" for each line, in order. */
static bool
tariffs_fit(struct text expected, const struct pricing *pricing)
{
	struct text piece;
	for (size_t i = 0; i < pricing->line_count; i++) {
		const struct price_line *line = &pricing->lines[i];
		if (!next_piece(&expected, &piece))
			return false;
		size_t size = line->package.size + 1 + line->tariff.size;
		bool whole = piece.size == size && piece.data[line->package.size] == '.' &&
			memcmp(piece.data, line->package.data, line->package.size) == 0 &&
			memcmp(piece.data + line->package.size + 1, line->tariff.data,
				line->tariff.size) == 0;
		if (!whole && !text_equal(piece, line->tariff))
			return false;
	}
	return expected.size == 0;
}

static bool
compare_tariffs(struct run *run, struct text expected, const struct pricing *pricing)
{
	if (expected.data == NULL || tariffs_fit(expected, pricing))
		return true;
	buffer_clear(&run->text);
	for (size_t i = 0; i < pricing->line_count; i++)
		if (!buffer_print(&run->text, "%s%.*s.%.*s", i == 0 ? "" : ", ",
			    TEXT_ARGS(pricing->lines[i].package),
			    TEXT_ARGS(pricing->lines[i].tariff)))
			return false;
	return differ(run, "tariff", expected, text_of_buffer(&run->text));
}

/* "night 1", "day 2 free", "3 tier 2" */
static bool
write_part(struct buffer *out, const struct price_part *part)
{
	return buffer_print(out, "%s%.*s%s%lld%s", out->size == 0 ? "" : ", ",
		       TEXT_ARGS(part->band), part->band.size == 0 ? "" : " ",
		       (long long)part->units, part->allowance.size == 0 ? "" : " free") &&
		(part->tier == 0 || buffer_print(out, " tier %u", (unsigned)part->tier));
}

/* "night 1, day 2 free": the units of all lines, in order of time. */
static bool
compare_parts(struct run *run, struct text expected, const struct pricing *pricing)
{
	if (expected.data == NULL)
		return true;
	buffer_clear(&run->text);
	for (size_t i = 0; i < pricing->line_count; i++)
		for (size_t j = 0; j < pricing->lines[i].part_count; j++)
			if (!write_part(&run->text, &pricing->lines[i].parts[j]))
				return false;
	return compare_text(run, "parts", expected, text_of_buffer(&run->text));
}

/* False without memory; what differs is in run->expected and run->got. */
static bool
compare(struct run *run, const struct expectation *expect, const struct pricing *pricing)
{
	bool priced = pricing->refused == 0;
	struct text code = priced ? TEXT("") : text_of(rate_refusal_code(pricing->refused));
	if (!compare_text(run, "refused", expect->refused, code) ||
		!compare_text(run, "nearest", expect->nearest, text_of(pricing->nearest.condition)))
		return false;
	if (!priced && expect->refused.data == NULL)
		return differ(run, "refused", TEXT("-"), code);
	return priced ? compare_amount(run, expect, pricing->amount) &&
			compare_text(run, "zone", expect->zone, pricing->zone) &&
			compare_tariffs(run, expect->tariff, pricing) &&
			compare_parts(run, expect->parts, pricing)
		      : true;
}

/* Reporting. */

static struct test_result *
add_result(struct run *run, const struct test_case *test)
{
	struct test_report *report = run->report;
	if (report->result_count == report->result_room) {
		size_t room = report->result_room == 0 ? 256 : report->result_room * 2;
		struct test_result *results = memory_resize(
			report->results, room * sizeof *results);
		if (results == NULL)
			return NULL;
		report->results = results;
		report->result_room = room;
	}
	struct test_result *result = &report->results[report->result_count];
	*result = (struct test_result){ .line = test->line, .passed = true };
	result->file = arena_copy_text(&report->arena, test->file);
	result->name = arena_copy_text(&report->arena, test->name);
	if (result->file.data == NULL || result->name.data == NULL)
		return NULL;
	report->result_count++;
	return result;
}

/* Where the row of a table stands, which is looked up for failures only. */
static uint32_t
line_of(const struct run *run, const struct test_case *test)
{
	struct bytes content;
	struct place_key key = { .number = test->row };
	struct place_query query = { test->line, test->word, test->nth, &key, 1 };
	if (test->row == 0 || !bundle_file(run->bundle, test->file, &content))
		return test->line;
	return place_find(text_of_bytes(content), &query).line;
}

static bool
report_failure(struct run *run, const struct test_case *test, struct test_result *result)
{
	struct arena *arena = &run->report->arena;
	result->passed = false;
	result->line = line_of(run, test);
	result->expected = arena_copy_text(arena, text_of_buffer(&run->expected));
	result->got = arena_copy_text(arena, text_of_buffer(&run->got));
	result->because = arena_copy_text(arena, text_of_buffer(&run->text));
	run->report->failed_count++;
	return result->expected.data != NULL && result->got.data != NULL &&
		result->because.data != NULL;
}

static bool
out_of_memory(struct fault *fault)
{
	fault_set(fault, STATUS_MEMORY, "no memory for the report of the tests");
	return false;
}

/* False without memory; what differs is in run->expected and run->got, why in run->text. */
static bool
compare_due(struct run *run, const struct due_case *test, const struct due_pricing *pricing)
{
	bool priced = pricing->refused == 0;
	struct text code = priced ? TEXT("") : text_of(due_refusal_code(pricing->refused));
	const struct expectation expect = { .has_amount = test->has_amount,
		.amount = test->amount };
	if (!compare_text(run, "refused", test->refused, code) ||
		(!priced && test->refused.data == NULL && !differ(run, "refused", TEXT("-"), code)))
		return false;
	if (priced) {
		if (!compare_amount(run, &expect, pricing->amount) ||
			!due_case_write(test, pricing, &run->text) ||
			!compare_text(run, "lines", test->lines, text_of_buffer(&run->text)))
			return false;
		buffer_clear(&run->text);
	}
	return run->expected.size == 0 ||
		explain_due(run->release, run->options->language, pricing, &run->text);
}

/* Prices what is due as a bill would and compares. */
static bool
run_due(struct run *run, const struct due_case *test)
{
	struct due_question question = due_case_question(test, run->image);
	struct due_pricing pricing;
	struct fault priced = { 0 };
	if (due_price(&question, &run->arena, &pricing, &priced) != DUE_DONE)
		return differ(run, "fault", TEXT("-"), text_of(priced.text));
	return compare_due(run, test, &pricing);
}

/* Prices the event as a live one would be and compares. */
static bool
run_event(struct run *run, const struct test_case *test)
{
	struct test_facts facts = { run->image, test };
	struct rate_question question = { run->image, &test->usage, test->holdings,
		test->holding_count, { &facts, get_counter }, run->functions };
	struct pricing pricing;
	struct fault priced = { 0 };
	if (rate_usage(&question, &run->arena, &pricing, &priced) != RATE_DONE)
		return differ(run, "fault", TEXT("-"), text_of(priced.text));
	coverage_note(run->report, run->image, &test->usage, &pricing);
	if (!compare(run, &test->expect, &pricing))
		return false;
	buffer_clear(&run->text);
	return run->expected.size == 0 ||
		explain_pricing(run->release, run->options->language, &pricing, &run->text);
}

static bool
run_case(struct run *run, const struct test_case *test, struct fault *fault)
{
	struct test_result *result = add_result(run, test);
	if (result == NULL)
		return out_of_memory(fault);
	arena_clear(&run->arena);
	buffer_clear(&run->expected);
	buffer_clear(&run->got);
	buffer_clear(&run->text);
	bool ran = test->due != NULL ? run_due(run, test->due) : run_event(run, test);
	if (!ran || (run->expected.size > 0 && !report_failure(run, test, result)))
		return out_of_memory(fault);
	return true;
}

static bool
is_chosen(const struct test_options *options, const struct test_case *test)
{
	struct text filter = options->filter;
	return filter.size == 0 ||
		memmem(test->name.data, test->name.size, filter.data, filter.size) != NULL ||
		memmem(test->file.data, test->file.size, filter.data, filter.size) != NULL;
}

static enum status
run_cases(struct run *run, const struct test_cases *cases, struct fault *fault)
{
	uint64_t from_ns = monotonic_ns();
	if (!coverage_list(run->report, run->image)) {
		out_of_memory(fault);
		return STATUS_MEMORY;
	}
	for (uint32_t i = 0; i < cases->count; i++) {
		if (!is_chosen(run->options, &cases->cases[i]))
			run->report->left_out_count++;
		else if (!run_case(run, &cases->cases[i], fault))
			return STATUS_MEMORY;
	}
	run->report->elapsed_ns = monotonic_ns() - from_ns;
	return STATUS_OK;
}

/* Reading test files. */

/* Declares the tests of a bundle; `release` may be NULL, where it could not be built. */
static enum status
read_cases(struct bytes bundle, const struct release *release, struct findings *findings,
	struct arena *arena, struct test_cases *cases, struct fault *fault)
{
	struct build build;
	enum status status = build_begin(&build, bundle, "tests", findings, fault);
	if (status != STATUS_OK)
		return status;
	build.image = release == NULL ? NULL : release_image(release);
	status = build_run_scripts(&build, true, fault);
	if (status == STATUS_OK)
		status = build_finish(&build, "tests", "finish", fault);
	if (status == STATUS_OK && release != NULL)
		status = test_cases_read(&build, build.image->zone, arena, cases, fault);
	build_end(&build);
	return status;
}

static void
report_no_tests(const struct test_cases *cases, struct findings *findings)
{
	if (cases->count > 0)
		return;
	struct finding finding = {
		.severity = FINDING_NOTE,
		.file = TEXT("catalog.lua"),
		.rule = TEXT("no_tests"),
		.say_en = TEXT("the catalog has no tests"),
		.say_zh = TEXT("目录没有测试"),
		.mend_en = TEXT("write some in files called *_test.lua, beside the rules"),
		.mend_zh = TEXT("在规则旁边的 *_test.lua 文件中编写"),
	};
	findings_add(findings, &finding);
}

/* A failure that the findings tell is none of ours. */
static enum status
unless_told(enum status status, const struct findings *findings)
{
	return status != STATUS_OK && findings_have_errors(findings) ? STATUS_OK : status;
}

enum status
catalog_check(struct bytes bundle, struct findings *findings, struct fault *fault)
{
	struct release *release = NULL;
	struct arena arena;
	struct test_cases cases = { NULL, 0 };
	enum status status = bundle_check(bundle, fault);
	if (status != STATUS_OK)
		return status;
	status = unless_told(release_build(bundle, &release, findings, fault), findings);
	if (status != STATUS_OK)
		return status;
	arena_init(&arena, CASES_BYTES_MAX);
	status = unless_told(
		read_cases(bundle, release, findings, &arena, &cases, fault), findings);
	if (status == STATUS_OK && !findings_have_errors(findings))
		report_no_tests(&cases, findings);
	arena_release(&arena);
	release_drop(release);
	findings_sort(findings);
	return status;
}

static enum status
run_all(struct run *run, struct release *release, struct findings *findings, struct fault *fault)
{
	struct host *host;
	struct arena arena;
	struct test_cases cases = { NULL, 0 };
	enum status status = host_new(release, NULL, &host, fault);
	if (status != STATUS_OK)
		return status;
	if (!host_count_rows(host)) {
		host_free(host);
		return fault_set(fault, STATUS_MEMORY, "no memory for the coverage of tables");
	}
	run->functions = host_functions(host);
	arena_init(&arena, CASES_BYTES_MAX);
	status = unless_told(
		read_cases(run->bundle, release, findings, &arena, &cases, fault), findings);
	if (status == STATUS_OK)
		status = run_cases(run, &cases, fault);
	coverage_note_rows(run->report, run->image, host_row_hits(host));
	arena_release(&arena);
	host_free(host);
	return status;
}

enum status
catalog_test_run(struct bytes bundle, const struct test_options *options,
	struct test_report *report, struct findings *findings, struct fault *fault)
{
	struct release *release;
	enum status status = release_build(bundle, &release, findings, fault);
	if (status != STATUS_OK)
		return status;
	struct run run = {
		.bundle = bundle,
		.options = options,
		.report = report,
		.release = release,
		.image = release_image(release),
	};
	arena_init(&run.arena, PRICING_BYTES_MAX);
	buffer_init(&run.expected, TEXT_BYTES_MAX);
	buffer_init(&run.got, TEXT_BYTES_MAX);
	buffer_init(&run.text, TEXT_BYTES_MAX);
	status = run_all(&run, release, findings, fault);
	buffer_release(&run.text);
	buffer_release(&run.got);
	buffer_release(&run.expected);
	arena_release(&run.arena);
	release_drop(release);
	findings_sort(findings);
	return status;
}
