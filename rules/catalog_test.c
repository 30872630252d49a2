#include "catalog_test.h"

#include "../engine/base/clock.h"
#include "../engine/base/memory.h"
#include "explain.h"
#include "host.h"
#include "place.h"
#include "test_run.h"

#define CASES_BYTES_MAX ((size_t)512 * 1024 * 1024)
#define PRICING_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define TEXT_BYTES_MAX ((size_t)64 * 1024)

void
test_clear(struct test_run *run)
{
	buffer_clear(&run->expected);
	buffer_clear(&run->got);
	buffer_clear(&run->text);
}

struct test_result *
test_result_add(struct test_run *run, const struct test_case *test)
{
	return test_report_add(run->report,
		&(struct test_result){ .kind = test->kind,
			.file = test->file,
			.line = test->line,
			.name = test->name,
			.passed = true });
}

bool
test_failed(struct test_run *run, struct test_result *result)
{
	struct arena *arena = &run->report->arena;
	result->passed = false;
	result->expected = arena_copy_text(arena, text_of_buffer(&run->expected));
	result->got = arena_copy_text(arena, text_of_buffer(&run->got));
	result->because = arena_copy_text(arena, text_of_buffer(&run->text));
	run->report->failed_count++;
	return result->expected.data != NULL && result->got.data != NULL &&
		result->because.data != NULL;
}

bool
test_begin(struct test_run *run, const struct beginning *beginning, int64_t clock_ms)
{
	struct world *world = &run->world;
	world_clear(world, clock_ms);
	for (uint32_t i = 0; i < beginning->holding_count; i++)
		if (!world_hold(world, &beginning->holdings[i]))
			return false;
	for (uint32_t i = 0; i < beginning->used_count; i++) {
		const struct used_allowance *used = &beginning->used[i];
		struct counter_name name;
		if (!world_counter(world, used->package, used->allowance, clock_ms, &name))
			continue; /* a finding told that nothing is called so */
		if (used->has_cycle)
			name.cycle = (int32_t)used->cycle;
		if (!world_count(world, &name, used->amount))
			return false;
	}
	return true;
}

bool
test_price(struct test_run *run, const struct usage *usage, struct pricing *pricing, bool *priced)
{
	struct fault fault = { 0 };
	arena_clear(&run->arena);
	*priced = world_price(&run->world, usage, &run->arena, pricing, &fault) == RATE_DONE;
	if (!*priced)
		return test_differ(run, "fault", TEXT("-"), text_of(fault.text));
	coverage_note(run->report, run->image, usage, pricing);
	return true;
}

bool
test_explain(struct test_run *run, const struct pricing *pricing)
{
	buffer_clear(&run->text);
	return explain_pricing(run->release, run->options->language, pricing, &run->text);
}

/* Where the row of a table stands, which is looked up for failures only. */
static uint32_t
line_of(const struct test_run *run, const struct test_case *test)
{
	struct bytes content;
	struct place_key key = { .number = test->row };
	struct place_query query = { test->line, test->word, test->nth, &key, 1 };
	if (test->row == 0 || !bundle_file(run->bundle, test->file, &content))
		return test->line;
	return place_find(text_of_bytes(content), &query).line;
}

/* Prices the event as a live one would be and compares. */
static bool
run_case(struct test_run *run, const struct test_case *test)
{
	struct pricing pricing;
	bool priced;
	struct test_result *result = test_result_add(run, test);
	test_clear(run);
	if (result == NULL || !test_begin(run, &test->beginning, test->usage.at_ms) ||
		!test_price(run, &test->usage, &pricing, &priced))
		return false;
	if (priced &&
		(!test_compare(run, &test->expect, &pricing) || !test_notices_cross(run, &pricing)))
		return false;
	if (run->expected.size > 0 && priced && !test_explain(run, &pricing))
		return false;
	if (run->expected.size == 0 && !test_notices_compare(run, test->expect.notices))
		return false;
	if (run->expected.size == 0)
		return true;
	result->line = line_of(run, test);
	return test_failed(run, result);
}

static bool
run_test(struct test_run *run, const struct test_case *test)
{
	switch (test->kind) {
	case TEST_CASE:
		return run_case(run, test);
	case TEST_SCENARIO:
		return test_scenario_run(run, test);
	case TEST_ALWAYS:
		return test_always_run(run, test);
	case TEST_DUE:
		return test_due_run(run, test);
	case TEST_ORDER:
		return test_order_run(run, test);
	case TEST_OCCASION:
		return test_occasion_run(run, test);
	case TEST_GUARD:
		return test_guard_list(run, test);
	case TEST_WALK:
		return test_walk_run(run, test);
	}
	return false;
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
run_cases(struct test_run *run, const struct test_cases *cases, struct fault *fault)
{
	uint64_t from_ns = monotonic_ns();
	if (!coverage_list(run->report, run->image))
		return fault_set(fault, STATUS_MEMORY, "no memory for the report of the tests");
	for (uint32_t i = 0; i < cases->count; i++) {
		if (!is_chosen(run->options, &cases->cases[i]))
			run->report->left_out_count++;
		else if (!run_test(run, &cases->cases[i]))
			return fault_set(
				fault, STATUS_MEMORY, "no memory for the report of the tests");
	}
	run->report->elapsed_ns = monotonic_ns() - from_ns;
	return STATUS_OK;
}

/* Reading test files. */

/* The tests of a bundle, if it has any; `release` may be NULL, where it could not be built. */
static enum status
read_cases(struct bytes bundle, const struct release *release, struct findings *findings,
	struct arena *arena, struct test_cases *cases, struct fault *fault)
{
	struct build build;
	struct bytes rest = bundle;
	struct text path, source;
	if (!build_next_script(&rest, true, &path, &source))
		return STATUS_OK;
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

/* Runs the tests with a host of their own, and counts what they come by. */
static enum status
run_with(struct test_run *run, struct findings *findings, struct fault *fault)
{
	struct arena arena;
	struct test_cases cases = { NULL, 0 };
	if (!host_count_rows(run->host) ||
		!coverage_calls_init(&run->calls, run->image,
			&(struct coverage_called){ host_functions(run->host),
				host_due_functions(run->host), seller_functions(run->seller) })) {
		coverage_calls_release(&run->calls);
		return fault_set(fault, STATUS_MEMORY, "no memory for the coverage of the tests");
	}
	world_init(&run->world, run->image, &run->calls.functions);
	run->world.due_functions = &run->calls.due_functions;
	run->world.report = run->report;
	arena_init(&arena, CASES_BYTES_MAX);
	enum status status = unless_told(
		read_cases(run->bundle, run->release, findings, &arena, &cases, fault), findings);
	if (status == STATUS_OK)
		status = run_cases(run, &cases, fault);
	coverage_note_rows(run->report, run->image, host_row_hits(run->host));
	coverage_note_calls(run->report, run->image, &run->calls);
	arena_release(&arena);
	world_release(&run->world);
	coverage_calls_release(&run->calls);
	return status;
}

static enum status
run_all(struct test_run *run, struct release *release, struct findings *findings,
	struct fault *fault)
{
	struct host *host;
	enum status status = host_new(release, NULL, &host, fault);
	if (status != STATUS_OK)
		return status;
	run->host = host;
	status = seller_new(release, NULL, &run->seller, fault);
	if (status == STATUS_OK)
		status = run_with(run, findings, fault);
	seller_free(run->seller);
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
	struct test_run run = {
		.bundle = bundle,
		.options = options,
		.report = report,
		.release = release,
		.image = release_image(release),
		.guards_end = &report->guards,
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
