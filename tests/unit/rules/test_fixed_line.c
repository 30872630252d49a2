#include "catalogs.h"

#include "../../../rules/layout.h"
#include "../../../rules/rate.h"

/*
 * Scenario S1 by its stock catalog: the switch's file, row by row, and the totals that somebody
 * else worked out.
 */

#define SCOPES_MAX 600

/* A line of calls-expected.csv, and what came out here. */
struct scope {
	struct text kind; /* all, zone, subscription */
	struct text id;
	int64_t calls_wanted;
	struct money wanted;
	int64_t calls;
	struct money amount;
};

struct totals {
	struct scope scopes[SCOPES_MAX];
	size_t count;
};

static enum fact
no_counter(void *context, const struct counter_name *name, int64_t *used)
{
	(void)context;
	(void)name;
	*used = 0;
	return FACT_KNOWN;
}

/* The scopes of the file; their texts point into its content. */
static void
read_expected(const char *content, size_t size, struct totals *totals)
{
	static struct csv_row row;
	struct csv_reader reader;
	struct csv_problem problem;
	csv_init(&reader, (struct bytes){ (const uint8_t *)content, size }, ',');
	assert_int_equal(csv_next(&reader, &row, &problem), CSV_ROW);
	while (csv_next(&reader, &row, &problem) == CSV_ROW) {
		struct scope *scope = &totals->scopes[totals->count++];
		*scope = (struct scope){ .kind = row.fields[0].text, .id = row.fields[1].text };
		scope->calls_wanted = strtoll(row.fields[2].text.data, NULL, 10);
		assert_true(money_parse(row.fields[3].text, &scope->wanted));
	}
	csv_release(&reader);
}

static void
add(struct totals *totals, struct text kind, struct text id, struct money amount)
{
	for (size_t i = 0; i < totals->count; i++) {
		struct scope *scope = &totals->scopes[i];
		if (!text_equal(scope->kind, kind) || !text_equal(scope->id, id))
			continue;
		scope->calls++;
		assert_true(money_add(scope->amount, amount, &scope->amount));
		return;
	}
	fail_msg("nothing was expected of %.*s %.*s", TEXT_ARGS(kind), TEXT_ARGS(id));
}

static void
rate_row(const struct image *image, const struct usage *usage, struct arena *arena,
	struct totals *totals)
{
	static const struct holding held = {
		.package = TEXT("fixed_line"), .from_ms = INT64_MIN, .till_ms = INT64_MAX
	};
	struct rate_question question = { .image = image,
		.usage = usage,
		.holdings = &held,
		.holding_count = 1,
		.facts = { NULL, no_counter } };
	struct pricing pricing;
	struct fault fault;
	assert_int_equal(rate_usage(&question, arena, &pricing, &fault), RATE_DONE);
	assert_int_equal(pricing.refused, 0);
	add(totals, TEXT("all"), TEXT("all"), pricing.amount);
	add(totals, TEXT("zone"), pricing.zone, pricing.amount);
	add(totals, TEXT("subscription"), usage->from, pricing.amount);
}

static void
rate_file(const struct image *image, const char *content, size_t size, struct totals *totals)
{
	static struct csv_row row;
	struct csv_reader reader;
	struct csv_problem csv_problem;
	struct layout_problem problem;
	struct layout *layout;
	struct findings findings;
	struct fault fault;
	struct arena arena;
	struct mapped_row mapped;
	findings_init(&findings);
	assert_int_equal(layout_open("asterisk", NULL, &layout, &findings, &fault), STATUS_OK);
	csv_init(&reader, (struct bytes){ (const uint8_t *)content, size },
		layout_separator(layout));
	arena_init(&arena, 1 << 20);
	while (csv_next(&reader, &row, &csv_problem) == CSV_ROW) {
		arena_clear(&arena);
		enum layout_outcome outcome = layout_row(layout, &row, &arena, &mapped, &problem);
		assert_true(outcome == LAYOUT_EVENT || outcome == LAYOUT_SKIPPED);
		if (outcome == LAYOUT_EVENT)
			rate_row(image, &mapped.usage, &arena, totals);
	}
	arena_release(&arena);
	csv_release(&reader);
	layout_free(layout);
	findings_release(&findings);
}

static struct release *
build_fixed_line(void)
{
	struct buffer bundle;
	struct findings findings;
	struct fault fault;
	struct release *release = NULL;
	buffer_init(&bundle, BUNDLE_BYTES_MAX);
	findings_init(&findings);
	if (bundle_of_directory("rules/catalogs/fixed_line", &bundle, &fault) != STATUS_OK ||
		release_build(bytes_of(&bundle), &release, &findings, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	findings_release(&findings);
	buffer_release(&bundle);
	return release;
}

static void
the_switchs_file_costs_what_was_worked_out_by_total_zone_and_subscription(void **state)
{
	(void)state;
	static struct totals totals;
	size_t calls_size, expected_size;
	char *calls = read_whole("tests/data/calls-asterisk.csv", &calls_size);
	char *expected = read_whole("tests/data/calls-expected.csv", &expected_size);
	struct release *release = build_fixed_line();
	read_expected(expected, expected_size, &totals);
	assert_int_equal(totals.count, 506);
	rate_file(release_image(release), calls, calls_size, &totals);
	for (size_t i = 0; i < totals.count; i++) {
		const struct scope *scope = &totals.scopes[i];
		if (scope->calls != scope->calls_wanted ||
			scope->amount.micros != scope->wanted.micros)
			fail_msg("%.*s %.*s: %lld calls for %lld micros, not %lld for %lld",
				TEXT_ARGS(scope->kind), TEXT_ARGS(scope->id),
				(long long)scope->calls, (long long)scope->amount.micros,
				(long long)scope->calls_wanted, (long long)scope->wanted.micros);
	}
	release_drop(release);
	free(calls);
	free(expected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_switchs_file_costs_what_was_worked_out_by_total_zone_and_subscription),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
