/*
 * What is owed for leaving before a term is over. Random terms are held against a model that walks
 * the days that are left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dues.h"

#define FEE(how) "charge { id = \"fee\", every = \"month\", amount = \"30.00\", " how " },\n"
#define LEAVING(what) "termination { id = \"left\", " what " },\n"
#define TEXTS "[\"charge.fee\"] = \"fee\", [\"charge.left\"] = \"left\""

/* Held from … till, asked of all of 2026 and 2027: the lines behind those of the fee. */
static void
assert_left(const char *items, struct due_span held, const char *expected)
{
	char package[2000];
	struct due_pricing pricing;
	snprintf(package, sizeof package, P("2020-01-01", "%s"), items);
	struct release *release = build_package(package, TEXTS);
	struct due_question question = asked(release, held, span_of("2026-01-01", "2028-01-01"));
	pricing = due_of(&question);
	assert_int_equal(pricing.refused, 0);
	struct buffer out;
	buffer_init(&out, 4096);
	for (size_t i = 0; i < pricing.line_count; i++) {
		char amount[MONEY_TEXT_MAX], day[DUE_DAY_TEXT_MAX];
		if (pricing.lines[i].term == NULL)
			continue;
		money_format(pricing.lines[i].amount, amount);
		due_day_format(pricing.lines[i].due_day, day);
		buffer_print(
			&out, "%s %s %d", day, amount, (int)pricing.lines[i].term->months_begun);
	}
	buffer_append_text(&out, (struct text){ "\0", 1 });
	assert_string_equal((const char *)out.data, expected);
	buffer_release(&out);
	release_drop(release);
}

static void
what_remains_of_a_charge_is_owed_to_the_end_of_the_term(void **state)
{
	static const char by_day[] = FEE("ahead = false, prorate = \"day\"")
		LEAVING("term = \"1 year\", remaining = \"fee\"");
	(void)state;
	/* 21 days of 31, nine months, 14 days of 31 */
	assert_left(by_day, span_of("2026-01-15", "2026-03-11"), "2026-03-11 303.87 2");
	assert_left(by_day, span_of("2026-01-15", "2026-03-01"), "2026-03-01 313.55 2");
	assert_left(by_day, span_of("2026-01-15", "2027-01-14"), "2027-01-14 0.97 12");
}

static void
what_is_owed_already_does_not_remain(void **state)
{
	/* April to December, and the days of January; or January whole */
	(void)state;
	assert_left(FEE("ahead = true, prorate = \"day\"")
			    LEAVING("term = \"1 year\", remaining = \"fee\""),
		span_of("2026-01-15", "2026-03-11"), "2026-03-11 283.55 2");
	assert_left(FEE("ahead = true") LEAVING("term = \"1 year\", remaining = \"fee\""),
		span_of("2026-01-15", "2026-03-11"), "2026-03-11 300.00 2");
	assert_left(FEE("ahead = false") LEAVING("term = \"1 year\", remaining = \"fee\""),
		span_of("2026-01-15", "2026-03-11"), "2026-03-11 300.00 2");
	assert_left(FEE("ahead = true") LEAVING("term = \"1 year\", remaining = \"fee\""),
		span_of("2026-01-15", "2027-01-14"), "");
}

static void
a_share_of_what_remains_is_rounded_once(void **state)
{
	(void)state;
	assert_left(FEE("ahead = true")
			    LEAVING("term = \"1 year\", remaining = \"fee\", share = \"33.3333%\""),
		span_of("2026-01-15", "2026-03-11"), "2026-03-11 100.00 2");
}

static void
what_is_owed_for_each_of_several_remains_for_all_of_them(void **state)
{
	struct asker asker;
	(void)state;
	asker_begin(&asker,
		P("2026-01-01",
			"params = { lines = { integer = 3 } }, " FEE(
				"ahead = true, for_each = param \"lines\"")
				LEAVING("term = \"1 year\", remaining = \"fee\", share = \"50%\"")),
		TEXTS ", [\"param.lines\"] = \"lines\"");
	asker.question.holding.till_ms = day_ms("2026-03-11");
	assert_lines(&asker.question,
		"fee 2026-03-01 30.00 (30), fee 2026-03-01 30.00 (30), fee 2026-03-01 30.00 (30), "
		"left 2026-03-11 495.00 (495)");
	asker_end(&asker);
}

static void
an_amount_is_owed_for_each_month_that_has_not_begun(void **state)
{
	static const char monthly[] = LEAVING(
		"term = \"1 year\", amount = \"10.00\", each_month = true");
	(void)state;
	assert_left(monthly, span_of("2026-01-15", "2026-03-11"), "2026-03-11 100.00 2");
	assert_left(monthly, span_of("2026-01-15", "2026-03-15"), "2026-03-15 100.00 2");
	assert_left(monthly, span_of("2026-01-15", "2026-03-16"), "2026-03-16 90.00 3");
	assert_left(monthly, span_of("2026-01-15", "2026-12-20"), "");
}

static void
an_amount_falls_to_nothing_with_each_month(void **state)
{
	static const char falling[] = LEAVING(
		"term = \"2 years\", amount = \"100.00\", falls = \"15.00\"");
	(void)state;
	assert_left(falling, span_of("2026-01-15", "2026-01-16"), "2026-01-16 85.00 1");
	assert_left(falling, span_of("2026-01-15", "2026-06-15"), "2026-06-15 25.00 5");
	assert_left(falling, span_of("2026-01-15", "2027-01-15"), "2027-01-15 0.00 12");
	assert_left(LEAVING("term = \"2 years\", amount = \"100.00\""),
		span_of("2026-01-15", "2027-01-15"), "2027-01-15 100.00 12");
}

static void
nothing_is_owed_when_the_term_is_over_or_nothing_was_held(void **state)
{
	static const char fixed[] = LEAVING("term = \"3 months\", amount = \"100.00\"");
	(void)state;
	assert_left(fixed, span_of("2026-01-31", "2026-04-29"), "2026-04-29 100.00 3");
	assert_left(fixed, span_of("2026-01-31", "2026-04-30"), "");
	assert_left(fixed, span_of("2026-01-31", "2026-01-31"), "");
	assert_left(fixed, span_of("2026-01-31", NULL), "");
	assert_left(fixed, span_of(NULL, "2026-01-31"), "");
	/* in another period */
	assert_left(fixed, span_of("2025-12-01", "2026-01-01"), "");
	assert_left(fixed, span_of("2025-12-01", "2026-01-02"), "2026-01-02 100.00 2");
}

static void
the_term_may_be_a_parameter(void **state)
{
	struct asker asker;
	struct attribute given = { .name = TEXT("months"), .number = 6 };
	(void)state;
	asker_begin(&asker,
		P("2026-01-01",
			"params = { months = { integer = true } }, " LEAVING(
				"term = param \"months\", amount = \"100.00\"")),
		TEXTS ", [\"param.months\"] = \"months\"");
	asker.question.holding.till_ms = day_ms("2026-03-31");
	assert_refused(&asker.question, "PARAMETER", "param_missing", "months");
	asker.question.params = &given;
	asker.question.param_count = 1;
	assert_lines(&asker.question, "left 2026-03-31 100.00 (100)");
	given.number = 0;
	assert_lines(&asker.question, "");
	given.number = 1200;
	assert_lines(&asker.question, "left 2026-03-31 100.00 (100)");
	given.number = 1201;
	assert_refused(&asker.question, "PARAMETER", "param_term", "months");
	given.number = -1;
	assert_refused(&asker.question, "PARAMETER", "param_term", "months");
	asker_end(&asker);
}

static void
a_formula_may_say_the_amount(void **state)
{
	struct asker asker;
	(void)state;
	asker_begin(&asker,
		P("2026-01-01",
			"params = { price = { money = \"99.00\" } }, " LEAVING(
				"term = \"1 year\", amount = function(c)\n"
				"    return (c.params.price / 7):because(\"why\")\nend")),
		TEXTS ", [\"param.price\"] = \"price\", why = \"a seventh\"");
	asker.question.holding.till_ms = day_ms("2026-03-31");
	assert_lines(&asker.question, "left 2026-03-31 14.14 (99/7)");
	assert_explained(asker.release, &asker.question, "en",
		"left  14.14 CNY  (p.left, 2026-03-31 to 2027-02-28)\n"
		"    2026-03-31 to 2027-02-28  99/7\n"
		"        a seventh\n"
		"    the term ends on 2027-03-01, 1 months of it had begun\n");
	asker_end(&asker);
}

static void
leaving_is_explained_by_what_was_left(void **state)
{
	struct release *release = build_package(
		P("2026-01-01",
			FEE("ahead = true")
				LEAVING("term = \"1 year\", remaining = \"fee\", share = \"50%\"")),
		TEXTS);
	struct due_question question = asked(
		release, span_of("2026-01-15", "2026-03-11"), span_of("2026-03-10", "2026-04-01"));
	(void)state;
	assert_explained(release, &question, "en",
		"left  150.00 CNY  (p.left, 2026-03-11 to 2027-01-14)\n"
		"    2026-04-01 to 2027-01-31  30.00 × 10\n"
		"    the term ends on 2027-01-15, 2 months of it had begun; of this 50%\n");
	assert_explained(release, &question, "zh",
		"left  150.00 CNY  (p.left，2026-03-11 至 2027-01-14)\n"
		"    2026-04-01 至 2027-01-31  30.00 × 10\n"
		"    约定期至 2027-01-15（不含），已开始 2 个月；收取其 50%\n");
	release_drop(release);
}

/* The days from `day` on that are left of so many months, each at its part of 31.00 a month. */
static struct ratio
naive_rest(int64_t day, int64_t from, int64_t months)
{
	struct ratio sum = ratio_of(0), part;
	struct date begun = date_of_day(from);
	for (;; day++) {
		struct date date = date_of_day(day);
		int64_t passed = (date.year - begun.year) * 12 + date.month - begun.month -
			(date.day < begun.day && date.day < month_days(date.year, date.month));
		if (passed >= months)
			return sum;
		assert_true(ratio_make(31, month_days(date.year, date.month), &part));
		assert_true(ratio_add(sum, part, &sum));
	}
}

static void
random_terms_agree_with_a_walk_over_the_days_that_are_left(void **state)
{
	struct asker asker;
	struct attribute given = { .name = TEXT("months") };
	(void)state;
	chance = 20261122;
	print_message("seed %llu\n", (unsigned long long)chance);
	asker_begin(&asker,
		P("2020-01-01",
			"params = { months = { integer = true } }, "
			"charge { id = \"fee\", every = \"month\", ahead = false, prorate = \"day\", amount = \"31.00\" }, " LEAVING(
				"term = param \"months\", remaining = \"fee\"")),
		TEXTS ", [\"param.months\"] = \"months\"");
	asker.question.params = &given;
	asker.question.param_count = 1;
	for (int round = 0; round < 300; round++) {
		int64_t from = day_ms("2024-01-01") + random_between(0, 800) * DAY_MS;
		int64_t till = from + random_between(1, 800) * DAY_MS;
		given.number = random_between(0, 40);
		asker.question.holding = (struct holding){
			.package = TEXT("p"), .from_ms = from, .till_ms = till
		};
		asker.question.period = (struct due_span){ till - DAY_MS, till };
		struct due_pricing pricing = due_of(&asker.question);
		struct ratio rest = naive_rest(
			(till + 8 * HOUR_MS) / DAY_MS, (from + 8 * HOUR_MS) / DAY_MS, given.number);
		assert_int_equal(pricing.refused, 0);
		const struct due_line *last = &pricing.lines[pricing.line_count - 1];
		if (last->term == NULL)
			assert_int_equal(ratio_compare(rest, ratio_of(0)), 0);
		else
			assert_int_equal(ratio_compare(last->exact, rest), 0);
		arena_clear(&due_arena);
	}
	asker_end(&asker);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_remains_of_a_charge_is_owed_to_the_end_of_the_term),
		cmocka_unit_test(what_is_owed_already_does_not_remain),
		cmocka_unit_test(a_share_of_what_remains_is_rounded_once),
		cmocka_unit_test(what_is_owed_for_each_of_several_remains_for_all_of_them),
		cmocka_unit_test(an_amount_is_owed_for_each_month_that_has_not_begun),
		cmocka_unit_test(an_amount_falls_to_nothing_with_each_month),
		cmocka_unit_test(nothing_is_owed_when_the_term_is_over_or_nothing_was_held),
		cmocka_unit_test(the_term_may_be_a_parameter),
		cmocka_unit_test(a_formula_may_say_the_amount),
		cmocka_unit_test(leaving_is_explained_by_what_was_left),
		cmocka_unit_test(random_terms_agree_with_a_walk_over_the_days_that_are_left),
	};
	arena_init(&due_arena, (size_t)64 * 1024 * 1024);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&due_arena);
	return failed;
}
