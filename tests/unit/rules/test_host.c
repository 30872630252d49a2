#include "catalogs.h"

#include "../../../engine/base/clock.h"
#include "../../../engine/base/memory.h"
#include "../../../rules/rate.h"

static struct release *release;
static struct host *host;
static const struct rate_functions *functions;
static struct text problem;

static void
open_host(const char *source)
{
	struct fault fault;
	release = build_source(source);
	if (host_new(release, NULL, &host, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	functions = host_functions(host);
}

static void
close_host(void)
{
	host_free(host);
	release_drop(release);
}

/* The small catalog with another condition in the place of its own. */
static void
open_condition(const char *condition)
{
	char *source = replace(small_catalog, "c.seconds > 3600", condition);
	open_host(source);
	free(source);
}

static const struct attribute attributes[] = { { TEXT("cell"), TEXT("c9"), 0 },
	{ TEXT("hops"), { NULL, 0 }, 3 } };

/* 2026-09-20 20:59:58 in Shanghai, a Sunday. */
static struct usage
usage_of(int64_t seconds)
{
	return (struct usage){
		.service = TEXT("voice"),
		.from = TEXT("07715510000"),
		.to = TEXT("4008123456"),
		.at_ms = INT64_C(1789909198000),
		.quantity = seconds,
		.unit = UNIT_SECOND,
		.attributes = attributes,
		.attribute_count = 2,
	};
}

static bool
ask(const char *condition)
{
	bool yes = false;
	struct usage usage = usage_of(60);
	open_condition(condition);
	if (functions->when(functions->context, 0, &usage, &yes, &problem) != CALL_DONE)
		fail_msg("%s: %.*s", condition, TEXT_ARGS(problem));
	close_host();
	return yes;
}

static void
a_condition_sees_every_field_of_the_usage(void **state)
{
	(void)state;
	static const char *const conditions[] = {
		"c.service == \"voice\" and c.from == \"07715510000\" and c.to:starts(\"400\")",
		"c.seconds == 60 and c.quantity == 60",
		"c.at.year == 2026 and c.at.month == 9 and c.at.day == 20",
		"c.at.hour == 20 and c.at.minute == 59 and c.at.second == 58",
		"c.at.weekday == \"sunday\" and c.at.date == \"2026-09-20\"",
		"c.attributes.cell == \"c9\" and c.attributes.hops == 3 and c.attributes.none == nil",
		"math.type == nil and type(c) == \"userdata\" and tostring(c) == \"userdata\"",
	};
	for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++)
		if (!ask(conditions[i]))
			fail_msg("%s is false", conditions[i]);
}

static void
an_amount_is_rounded_once_from_its_exact_fraction(void **state)
{
	(void)state;
	static const struct {
		int64_t seconds;
		int64_t micros;
	} amounts[] = { { 0, 0 }, { 1, 0 }, { 29, 0 }, { 30, 10000 }, { 60, 10000 },
		{ 3601, 600000 }, { 89, 10000 }, { 90, 20000 } };
	open_host(small_catalog);
	for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
		struct money got;
		struct usage usage = usage_of(amounts[i].seconds);
		assert_int_equal(functions->amount(functions->context, 1, &usage, &got, &problem),
			CALL_DONE);
		assert_int_equal(got.micros, amounts[i].micros);
	}
	close_host();
}

static void
an_event_is_priced_through_its_functions(void **state)
{
	(void)state;
	struct arena arena;
	struct fault fault;
	struct pricing pricing;
	struct usage usage = usage_of(7201);
	const struct holding holding = {
		.package = TEXT("talk"), .from_ms = INT64_MIN, .till_ms = INT64_MAX
	};
	open_host(small_catalog);
	arena_init(&arena, 1 << 20);
	struct rate_question question = { .image = release_image(release),
		.usage = &usage,
		.holdings = &holding,
		.holding_count = 1,
		.functions = functions };
	assert_int_equal(rate_usage(&question, &arena, &pricing, &fault), RATE_DONE);
	assert_int_equal(pricing.refused, 0);
	assert_true(text_equal(pricing.lines[0].tariff, TEXT("long")));
	assert_int_equal(pricing.amount.micros, 1200000);
	usage.quantity = 3600;
	assert_int_equal(rate_usage(&question, &arena, &pricing, &fault), RATE_DONE);
	assert_true(text_equal(pricing.lines[0].tariff, TEXT("call")));
	arena_release(&arena);
	close_host();
}

static void
a_failing_function_is_named_with_its_line(void **state)
{
	(void)state;
	bool yes = true;
	struct usage usage = usage_of(60);
	open_condition("c.seconds > c.attributes.none");
	assert_int_equal(
		functions->when(functions->context, 0, &usage, &yes, &problem), CALL_FAILED);
	assert_non_null(
		memmem(problem.data, problem.size, "catalog.lua:8: attempt to compare", 33));
	assert_true(yes); /* untouched */
	close_host();
}

static void
a_limit_is_that_of_the_release(void **state)
{
	(void)state;
	bool yes;
	struct usage usage = usage_of(60);
	char *condition = replace(small_catalog, "c.seconds > 3600",
		"(function() for i = 1, 2000 do end return true end)()");
	char *strict = replace(
		condition, "catalog \"small\" {}", "catalog \"small\" { instructions = 1000 }");
	open_host(condition);
	assert_int_equal(functions->when(functions->context, 0, &usage, &yes, &problem), CALL_DONE);
	close_host();
	open_host(strict);
	assert_int_equal(
		functions->when(functions->context, 0, &usage, &yes, &problem), CALL_FAILED);
	close_host();
	free(condition);
	free(strict);
}

/* The same budget ends at the same instruction, whatever was called before. */
static void
a_budget_is_exact(void **state)
{
	(void)state;
	struct fault fault;
	struct usage usage = usage_of(0);
	struct host_limits limits = host_limits_default();
	int64_t last_good = -1;
	char *source = replace(small_catalog, "c.seconds > 3600",
		"(function() local n = 0 for _ = 1, c.seconds do n = n + 1 end return true end)()");
	release = build_source(source);
	limits.call_wall_us = 10000000; /* a busy machine must not end it first */
	assert_int_equal(host_new(release, &limits, &host, &fault), STATUS_OK);
	functions = host_functions(host);
	for (int round = 0; round < 3; round++) {
		int64_t low = 0, high = 10000;
		while (low + 1 < high) {
			bool yes;
			usage.quantity = (low + high) / 2;
			enum call_outcome outcome = functions->when(
				functions->context, 0, &usage, &yes, &problem);
			if (outcome == CALL_DONE)
				low = usage.quantity;
			else
				high = usage.quantity;
		}
		assert_true(last_good == -1 || last_good == low);
		last_good = low;
	}
	assert_true(last_good > 1000);
	close_host();
	free(source);
}

static void
the_wall_deadline_is_a_fault_and_not_an_answer(void **state)
{
	(void)state;
	bool yes;
	struct fault fault;
	struct usage usage = usage_of(60);
	struct host_limits limits = host_limits_default();
	char *source = replace(small_catalog, "c.seconds > 3600",
		"(function() for _ = c.seconds, 60 do for _ = 1, 1 << 62 do end end return true end)()");
	release = build_source(source);
	limits.instructions_call = 4000000000;
	assert_int_equal(host_new(release, &limits, &host, &fault), STATUS_OK);
	functions = host_functions(host);
	uint64_t from_ns = monotonic_ns();
	assert_int_equal(
		functions->when(functions->context, 0, &usage, &yes, &problem), CALL_DEADLINE);
	print_message(
		"ended after %llu us\n", (unsigned long long)(monotonic_ns() - from_ns) / 1000);
	usage.quantity = 61;
	assert_int_equal(functions->when(functions->context, 0, &usage, &yes, &problem), CALL_DONE);
	close_host();
	free(source);
}

static void
functions_that_hold_too_much_are_refused_when_the_release_is_built(void **state)
{
	(void)state;
	struct buffer bundle;
	struct findings findings;
	struct fault fault;
	char *source = replace(small_catalog, "calendar \"hours\"",
		"local held = {}\nfor i = 1, 100000 do held[i] = \"text \" .. i end\ncalendar \"hours\"");
	char *holding = replace(source, "c.seconds > 3600", "held[c.seconds] ~= nil");
	struct bundle_file file = file_of("catalog.lua", holding);
	make_bundle(&file, 1, &bundle);
	findings_init(&findings);
	release = NULL;
	assert_int_equal(
		release_build(bytes_of(&bundle), &release, &findings, &fault), STATUS_INVALID);
	assert_int_equal(findings.count, 1);
	assert_true(text_equal(findings.list[0].rule, TEXT("functions_unusable")));
	findings_release(&findings);
	buffer_release(&bundle);
	free(source);
	free(holding);
}

static void
a_release_without_functions_needs_no_state(void **state)
{
	(void)state;
	char *plain = replace(small_catalog, "when = function(c) return c.seconds > 3600 end,", "");
	char *plainer = replace(plain,
		"amount = function(c) return money \"0.01\" * c.seconds / 60 end,",
		"component = \"toll\", step = \"60 s\", price = \"1\",");
	char *whole = replace(plainer, "catalog \"small\" {}",
		"catalog \"small\" { components = { \"basic\", \"toll\" } }");
	open_host(whole);
	assert_true(host_memory_bytes(host) < 4096);
	close_host();
	free(plain);
	free(plainer);
	free(whole);
}

static void
garbage_of_many_calls_is_collected(void **state)
{
	(void)state;
	bool yes;
	struct usage usage = usage_of(60);
	open_condition(
		"#(c.to .. c.from .. c.at.date .. tostring(c.quantity)) > 0 and { 1, 2, 3 } ~= nil");
	size_t at_first = host_memory_bytes(host);
	for (int i = 0; i < 200000; i++) {
		usage.quantity = i;
		assert_int_equal(
			functions->when(functions->context, 0, &usage, &yes, &problem), CALL_DONE);
	}
	assert_true(host_memory_bytes(host) < at_first + 2 * 1024 * 1024);
	close_host();
}

static void
hosts_of_one_release_are_apart(void **state)
{
	(void)state;
	struct host *other;
	struct fault fault;
	bool yes;
	struct usage usage = usage_of(60);
	open_host(small_catalog);
	assert_int_equal(host_new(release, NULL, &other, &fault), STATUS_OK);
	struct release *kept = release_retain(release);
	host_free(host);
	release_drop(release);
	const struct rate_functions *others = host_functions(other);
	assert_int_equal(others->when(others->context, 0, &usage, &yes, &problem), CALL_DONE);
	assert_false(yes);
	host_free(other);
	release_drop(kept);
}

static void
a_call_costs_less_than_half_a_microsecond(void **state)
{
	(void)state;
	bool yes;
	uint64_t best_ns = UINT64_MAX;
	const int count = 20000;
	struct usage usage = usage_of(60);
	open_condition("c.seconds > 3600 or c.to:starts(\"0771\")");
	for (int round = 0; round < 7; round++) {
		uint64_t from_ns = monotonic_ns();
		for (int i = 0; i < count; i++)
			functions->when(functions->context, 0, &usage, &yes, &problem);
		uint64_t took_ns = (monotonic_ns() - from_ns) / (uint64_t)count;
		best_ns = took_ns < best_ns ? took_ns : best_ns;
	}
	print_message(
		"a condition with two fields and a method: %llu ns; memory of the host: %zu\n",
		(unsigned long long)best_ns, host_memory_bytes(host));
#if !defined(__SANITIZE_ADDRESS__)
	assert_true(best_ns < 500);
#endif
	close_host();
}

static void
no_memory_for_a_host_is_a_status_and_nothing_leaks(void **state)
{
	(void)state;
	struct fault fault;
	release = build_source(small_catalog);
	for (uint64_t n = 1; n < 20000; n += 1 + n / 10) {
		host = NULL;
		memory_fail_at(n);
		enum status status = host_new(release, NULL, &host, &fault);
		memory_fail_at(0);
		if (status == STATUS_OK)
			host_free(host);
		else
			assert_null(host);
	}
	release_drop(release);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_condition_sees_every_field_of_the_usage),
		cmocka_unit_test(an_amount_is_rounded_once_from_its_exact_fraction),
		cmocka_unit_test(an_event_is_priced_through_its_functions),
		cmocka_unit_test(a_failing_function_is_named_with_its_line),
		cmocka_unit_test(a_limit_is_that_of_the_release),
		cmocka_unit_test(a_budget_is_exact),
		cmocka_unit_test(the_wall_deadline_is_a_fault_and_not_an_answer),
		cmocka_unit_test(
			functions_that_hold_too_much_are_refused_when_the_release_is_built),
		cmocka_unit_test(a_release_without_functions_needs_no_state),
		cmocka_unit_test(garbage_of_many_calls_is_collected),
		cmocka_unit_test(hosts_of_one_release_are_apart),
		cmocka_unit_test(a_call_costs_less_than_half_a_microsecond),
		cmocka_unit_test(no_memory_for_a_host_is_a_status_and_nothing_leaks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
