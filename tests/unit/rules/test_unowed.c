/*
 * Charges that others replace, or that another member of the group owes. Random holdings are held
 * against a model that walks day by day.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dues.h"

/* A charge of a package that is held besides "p", and takes the place of its fee. */
#define OTHER(id, charge) \
	"package \"" id "\" { kind = \"plugin\", from = \"2020-01-01\",\n" \
	"    charge { id = \"" id "_fee\", amount = \"20.00\", replaces = \"p.fee\", " charge \
	" } }\n"
#define AHEAD "every = \"month\", ahead = true, prorate = \"day\""
#define BEHIND "every = \"month\", ahead = false, prorate = \"day\""
#define FEE(terms) "charge { id = \"fee\", amount = \"31.00\", " terms " }"
#define TEXTS \
	"[\"charge.fee\"] = \"fee\", [\"charge.a_fee\"] = \"a\", [\"charge.b_fee\"] = \"b\", " \
	"[\"package.a\"] = \"a\", [\"package.b\"] = \"b\", [\"charge.yearly\"] = \"yearly\""

static struct holding
held(const char *package, const char *from, const char *till)
{
	struct due_span span = span_of(from, till);
	return (struct holding){
		.package = text_of(package), .from_ms = span.from_ms, .till_ms = span.till_ms
	};
}

/* What "p" costs from March to May, held ever since, beside one other package. */
static void
assert_beside(const char *packages, struct holding beside, const char *expected)
{
	struct release *release = build_package(packages, TEXTS);
	struct due_question question = asked(
		release, span_of("2025-01-01", NULL), span_of("2026-03-01", "2026-06-01"));
	question.besides = &beside;
	question.besides_count = 1;
	assert_lines(&question, expected);
	release_drop(release);
}

static void
the_days_on_which_both_are_held_cost_nothing(void **state)
{
	static const char packages[] = P("2020-01-01", FEE(BEHIND)) OTHER("a", BEHIND);
	(void)state;
	assert_beside(packages, held("a", "2026-03-11", "2026-04-16"),
		"fee 2026-03-01 10.00 (10), fee 2026-04-01 15.50 (15.5), fee 2026-05-01 31.00 (31)");
	assert_beside(packages, held("a", "2026-06-01", NULL),
		"fee 2026-03-01 31.00 (31), fee 2026-04-01 31.00 (31), fee 2026-05-01 31.00 (31)");
	assert_beside(packages, held("a", NULL, NULL), "");
}

static void
what_has_fallen_due_ahead_is_not_given_back(void **state)
{
	static const char packages[] = P("2020-01-01", FEE(AHEAD)) OTHER("a", BEHIND);
	(void)state;
	assert_beside(packages, held("a", "2026-03-11", "2026-04-16"),
		"fee 2026-03-01 31.00 (31), fee 2026-04-01 15.50 (15.5), fee 2026-05-01 31.00 (31)");
}

static void
what_is_owed_ahead_replaces_to_the_end_of_its_cycle(void **state)
{
	static const char packages[] = P("2020-01-01", FEE(BEHIND)) OTHER("a", AHEAD);
	(void)state;
	assert_beside(packages, held("a", "2026-03-11", "2026-04-16"),
		"fee 2026-03-01 10.00 (10), fee 2026-05-01 31.00 (31)");
}

static void
a_cycle_that_is_owed_whole_is_so_if_a_day_of_it_is_left(void **state)
{
	static const char packages[] = P("2020-01-01", FEE("every = \"month\", ahead = false"))
		OTHER("a", BEHIND);
	(void)state;
	assert_beside(packages, held("a", "2026-03-02", "2026-05-01"),
		"fee 2026-03-01 31.00 (31), fee 2026-05-01 31.00 (31)");
}

static void
what_falls_due_once_replaces_what_falls_due_on_that_day(void **state)
{
	static const char packages[] = P("2020-01-01", FEE("every = \"once\""))
		OTHER("a", "every = \"once\"");
	struct release *release = build_package(packages, TEXTS);
	struct holding beside = held("a", "2026-03-10", NULL);
	struct due_question question = asked(
		release, span_of("2026-03-10", NULL), span_of("2026-03-01", "2026-06-01"));
	(void)state;
	question.besides = &beside;
	question.besides_count = 1;
	assert_lines(&question, "");
	question.holding.from_ms -= DAY_MS;
	assert_lines(&question, "fee 2026-03-09 31.00 (31)");
	release_drop(release);
}

static void
who_is_replaced_itself_still_replaces(void **state)
{
	static const char packages[] = P("2020-01-01", FEE(BEHIND)) OTHER("a",
		BEHIND) "package \"b\" { kind = \"plugin\", from = \"2020-01-01\",\n"
			"    charge { id = \"b_fee\", amount = \"1.00\", replaces = \"a.a_fee\", " BEHIND
			" } }\n";
	struct release *release = build_package(packages, TEXTS);
	struct holding besides[] = { held("a", NULL, NULL), held("b", NULL, NULL) };
	struct due_question question = asked(
		release, span_of(NULL, NULL), span_of("2026-03-01", "2026-04-01"));
	(void)state;
	question.besides = besides;
	question.besides_count = 2;
	assert_lines(&question, "");
	question.besides = &besides[1];
	question.besides_count = 1;
	assert_lines(&question, "fee 2026-03-01 31.00 (31)");
	release_drop(release);
}

static void
only_a_version_that_says_so_replaces(void **state)
{
	static const char packages[] = P("2020-01-01", FEE(BEHIND))
		OTHER("a", BEHIND) "package \"a\" { kind = \"plugin\", from = \"2026-04-11\",\n"
				   "    charge { id = \"a_fee\", amount = \"20.00\", " BEHIND
				   " } }\n";
	(void)state;
	assert_beside(packages, held("a", NULL, NULL),
		"fee 2026-04-01 20.67 (62/3), fee 2026-05-01 31.00 (31)");
}

static void
what_was_replaced_is_explained(void **state)
{
	static const char packages[] = P("2020-01-01", FEE(AHEAD)) OTHER("a", BEHIND);
	struct release *release = build_package(packages, TEXTS);
	struct holding beside = held("a", "2026-03-11", "2026-05-01");
	struct due_question question = asked(
		release, span_of(NULL, NULL), span_of("2026-03-01", "2026-05-01"));
	(void)state;
	question.besides = &beside;
	question.besides_count = 1;
	assert_explained(release, &question, "en",
		"fee  31.00 CNY  (p.fee, 2026-03-01 to 2026-03-31)\n"
		"    2026-03-01 to 2026-03-31  31.00 × 31/31\n"
		"not charged: p.fee, 2026-04-01 to 2026-04-30  (replaced by a.a_fee)\n");
	assert_explained(release, &question, "zh",
		"fee  31.00 CNY  (p.fee，2026-03-01 至 2026-03-31)\n"
		"    2026-03-01 至 2026-03-31  31.00 × 31/31\n"
		"不收取：p.fee，2026-04-01 至 2026-04-30（由 a.a_fee 取代）\n");
	release_drop(release);
}

static void
what_a_group_owes_once_is_owed_by_the_member_that_pays(void **state)
{
	static const char packages[] = P("2020-01-01",
		FEE("every = \"once\", by = \"package\"") ", charge { id = \"yearly\", every = \"year\", ahead = true, amount = \"7.00\" },"
							  "termination { id = \"a_fee\", term = \"3 years\", remaining = \"yearly\" }");
	struct release *release = build_package(packages, TEXTS);
	struct due_question question = asked(
		release, span_of("2026-03-10", NULL), span_of("2026-03-01", "2026-04-01"));
	(void)state;
	assert_lines(&question, "fee 2026-03-10 31.00 (31), yearly 2026-01-01 7.00 (7)");
	question.holding.group = TEXT("home");
	question.holding.group_from_ms = question.holding.from_ms;
	assert_lines(&question, "yearly 2026-01-01 7.00 (7)");
	assert_explained(release, &question, "en",
		"yearly  7.00 CNY  (p.yearly, 2026-01-01 to 2026-12-31)\n"
		"    2026-03-10 to 2026-12-31  7.00\n"
		"not charged: p.fee, 2026-03-10  (owed once by the group home, by the member that pays)\n");
	question.holding.pays = true;
	assert_lines(&question, "fee 2026-03-10 31.00 (31), yearly 2026-01-01 7.00 (7)");
	release_drop(release);
}

static void
leaving_costs_what_the_member_would_have_owed(void **state)
{
	static const char packages[] = P("2020-01-01",
		FEE(BEHIND
			", by = \"package\"") ", termination { id = \"a_fee\", term = \"1 year\", remaining = \"fee\" }");
	struct release *release = build_package(packages, TEXTS);
	struct due_question question = asked(
		release, span_of("2026-01-01", "2026-12-01"), span_of("2026-11-01", "2026-12-01"));
	(void)state;
	question.holding.group = TEXT("home");
	question.holding.group_from_ms = question.holding.from_ms;
	assert_lines(&question, "");
	question.holding.pays = true;
	assert_lines(&question, "fee 2026-11-01 31.00 (31), a_fee 2026-12-01 31.00 (31)");
	release_drop(release);
}

static void
an_unknown_package_besides_is_refused(void **state)
{
	struct release *release = build_package(P("2020-01-01", FEE(AHEAD)), TEXTS);
	struct holding beside = held("nobody", NULL, NULL);
	struct due_question question = asked(
		release, span_of(NULL, NULL), span_of("2026-03-01", "2026-05-01"));
	(void)state;
	question.besides = &beside;
	question.besides_count = 1;
	assert_refused(&question, "NOT_FOUND", "package", "");
	assert_text(due_of(&question).nearest.package, "nobody");
	release_drop(release);
}

/* ---- held against a walk day by day ---- */

static int64_t
day_at(int64_t ms)
{
	return floor_divide(ms + 8 * HOUR_MS, DAY_MS);
}

static bool
is_held_on(const struct holding *holding, int64_t day)
{
	return day_at(holding->from_ms) <= day && day <= day_at(holding->till_ms - 1);
}

/* "a" is owed afterwards; "b" ahead, and so for all of the month in which it ends. */
static bool
is_replaced_on(const struct holding besides[2], int64_t day)
{
	struct date date = date_of_day(day);
	int64_t first = day - date.day + 1;
	if (is_held_on(&besides[0], day) || is_held_on(&besides[1], day))
		return true;
	return day_at(besides[1].till_ms - 1) >= first && day_at(besides[1].till_ms - 1) < day;
}

/* 31.00 a month, by day; what is due ahead is owed from the first day on that is not replaced. */
static struct ratio
naive_sum(const struct due_question *question, bool ahead)
{
	struct ratio sum = ratio_of(0), part;
	bool owed = false;
	for (int64_t day = day_at(question->period.from_ms);
		day <= day_at(question->period.till_ms - 1); day++) {
		struct date date = date_of_day(day);
		if (date.day == 1)
			owed = false;
		if (is_replaced_on(question->besides, day) && !(ahead && owed))
			continue;
		owed = true;
		assert_true(ratio_make(31, month_days(date.year, date.month), &part));
		assert_true(ratio_add(sum, part, &sum));
	}
	return sum;
}

static struct holding
random_holding(const char *package)
{
	struct holding holding = { .package = text_of(package) };
	holding.from_ms = day_ms("2026-01-01") + random_between(0, 400 * 24) * HOUR_MS;
	holding.till_ms = holding.from_ms + random_between(1, 200 * 24) * HOUR_MS;
	return holding;
}

static void
random_holdings_agree_with_a_walk_day_by_day(void **state)
{
	static const char *const terms[] = { P("2020-01-01", FEE(BEHIND)) OTHER("a", BEHIND)
						     OTHER("b", AHEAD),
		P("2020-01-01", FEE(AHEAD)) OTHER("a", BEHIND) OTHER("b", AHEAD) };
	(void)state;
	chance = 20261123;
	print_message("seed %llu\n", (unsigned long long)chance);
	for (int ahead = 0; ahead <= 1; ahead++) {
		struct release *release = build_package(terms[ahead], TEXTS);
		for (int round = 0; round < 300; round++) {
			struct holding besides[] = { random_holding("a"), random_holding("b") };
			struct due_question question = asked(
				release, span_of(NULL, NULL), span_of("2026-01-01", "2027-10-01"));
			struct ratio sum = ratio_of(0);
			question.besides = besides;
			question.besides_count = 2;
			struct due_pricing pricing = due_of(&question);
			for (size_t i = 0; i < pricing.line_count; i++)
				assert_true(ratio_add(sum, pricing.lines[i].exact, &sum));
			assert_int_equal(ratio_compare(sum, naive_sum(&question, ahead == 1)), 0);
			arena_clear(&due_arena);
		}
		release_drop(release);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_days_on_which_both_are_held_cost_nothing),
		cmocka_unit_test(what_has_fallen_due_ahead_is_not_given_back),
		cmocka_unit_test(what_is_owed_ahead_replaces_to_the_end_of_its_cycle),
		cmocka_unit_test(a_cycle_that_is_owed_whole_is_so_if_a_day_of_it_is_left),
		cmocka_unit_test(what_falls_due_once_replaces_what_falls_due_on_that_day),
		cmocka_unit_test(who_is_replaced_itself_still_replaces),
		cmocka_unit_test(only_a_version_that_says_so_replaces),
		cmocka_unit_test(what_was_replaced_is_explained),
		cmocka_unit_test(what_a_group_owes_once_is_owed_by_the_member_that_pays),
		cmocka_unit_test(leaving_costs_what_the_member_would_have_owed),
		cmocka_unit_test(an_unknown_package_besides_is_refused),
		cmocka_unit_test(random_holdings_agree_with_a_walk_day_by_day),
	};
	arena_init(&due_arena, (size_t)256 << 20);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&due_arena);
	return failed;
}
