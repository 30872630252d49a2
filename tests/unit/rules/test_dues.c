/*
 * What falls due besides usage. Random packages are held against a model that walks day by day, and
 * periods against the periods that they are cut into.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dues.h"

#define FEE \
	"charge { id = \"fee\", every = \"month\", ahead = true, prorate = \"day\", amount = \"129.00\" },"
#define FEE_TEXT "[\"charge.fee\"] = \"fee\""

/* One question about one package, and what must come out. */
static void
assert_due(const char *package, struct due_span held, struct due_span period, const char *expected)
{
	struct release *release = build_package(package, FEE_TEXT);
	struct due_question question = asked(release, held, period);
	assert_lines(&question, expected);
	release_drop(release);
}

static void
a_month_that_has_begun_costs_its_days(void **state)
{
	struct due_span held = span_of("2026-03-10", NULL);

	(void)state;
	assert_due(P("2026-01-01", FEE), held, span_of("2026-03-01", "2026-04-01"),
		"fee 2026-03-01 91.55 (2838/31)");
	held.from_ms += 18 * HOUR_MS; /* the day has begun */
	assert_due(P("2026-01-01", FEE), held, span_of("2026-02-01", "2026-05-01"),
		"fee 2026-03-01 91.55 (2838/31), fee 2026-04-01 129.00 (129)");
}

static void
what_is_due_ahead_is_not_given_back(void **state)
{
	(void)state;
	assert_due(P("2026-01-01", FEE), span_of("2026-03-10", "2026-04-02"),
		span_of("2026-03-01", "2026-06-01"),
		"fee 2026-03-01 91.55 (2838/31), fee 2026-04-01 129.00 (129)");
	assert_due(P("2026-01-01", FEE), span_of("2026-03-10", "2026-04-01"),
		span_of("2026-03-01", "2026-06-01"), "fee 2026-03-01 91.55 (2838/31)");
	assert_due(P("2026-01-01", FEE), span_of("2026-03-10", "2026-03-10"),
		span_of("2026-03-01", "2026-06-01"), "");
}

static void
what_is_due_afterwards_ends_with_what_is_held(void **state)
{
	(void)state;
	assert_due(
		P("2026-01-01",
			"charge { id = \"fee\", every = \"month\", ahead = false, prorate = \"day\", amount = \"30.00\" }"),
		span_of("2026-03-10", "2026-04-16"), span_of("2026-03-01", "2026-06-01"),
		"fee 2026-03-01 21.29 (660/31), fee 2026-04-01 15.00 (15)");
}

static void
without_proration_a_cycle_is_owed_whole_once(void **state)
{
	static const char package[] = P("2026-01-01",
		"charge { id = \"fee\", every = \"month\", ahead = true, amount = \"30.00\" }")
		P("2026-03-20",
			"charge { id = \"fee\", every = \"month\", ahead = true, amount = \"40.00\" }");
	static const char afterwards[] = P("2026-01-01",
		"charge { id = \"fee\", every = \"month\", ahead = false, amount = \"30.00\" }")
		P("2026-03-20",
			"charge { id = \"fee\", every = \"month\", ahead = false, amount = \"40.00\" }");
	struct due_span held = span_of("2026-03-31", NULL),
			all = span_of("2026-03-01", "2026-05-01");

	(void)state;
	assert_due(package, held, all, "fee 2026-03-01 40.00 (40), fee 2026-04-01 40.00 (40)");
	held = span_of("2026-03-10", NULL);
	assert_due(package, held, all, "fee 2026-03-01 30.00 (30), fee 2026-04-01 40.00 (40)");
	assert_due(afterwards, held, all, "fee 2026-03-01 40.00 (40), fee 2026-04-01 40.00 (40)");
	/* in the period in which the day lies that says what it costs */
	assert_due(package, held, span_of("2026-03-11", "2026-04-01"), "");
	assert_due(package, held, span_of("2026-03-10", "2026-03-11"), "fee 2026-03-01 30.00 (30)");
	assert_due(afterwards, held, span_of("2026-03-10", "2026-03-31"), "");
	assert_due(
		afterwards, held, span_of("2026-03-31", "2026-04-01"), "fee 2026-03-01 40.00 (40)");
}

static void
what_is_due_once_is_due_on_the_first_day(void **state)
{
	static const char package[] = P(
		"2026-01-01", "charge { id = \"fee\", every = \"once\", amount = \"100.00\" }")
		P("2026-04-01", "");
	struct due_span held = span_of("2026-03-31", NULL);

	(void)state;
	assert_due(
		package, held, span_of("2026-03-01", "2026-05-01"), "fee 2026-03-31 100.00 (100)");
	assert_due(package, held, span_of("2026-04-01", "2026-05-01"), "");
	assert_due(package, span_of("2026-04-01", NULL), span_of("2026-03-01", "2026-05-01"), "");
	assert_due(package, span_of(NULL, NULL), span_of("2026-03-01", "2026-05-01"), "");
}

static void
a_version_within_a_month_prices_its_own_days(void **state)
{
	static const char package[] = P("2026-01-01", FEE) P("2026-02-15",
		"charge { id = \"fee\", every = \"month\", ahead = true, prorate = \"day\", amount = \"99.00\" }")
		P("2026-03-11", "");

	(void)state;
	/* 14 days of 28 at 129, 14 at 99; then 10 of 31 at 99 */
	assert_due(package, span_of("2025-01-01", NULL), span_of("2026-02-01", "2026-04-01"),
		"fee 2026-02-01 114.00 (114), fee 2026-03-01 31.94 (990/31)");
}

static void
days_of_suspension_are_free_if_the_charge_says_so(void **state)
{
	static const char free_fee[] = P("2026-01-01",
		"charge { id = \"fee\", every = \"month\", ahead = false, prorate = \"day\", amount = \"30.00\", suspended = \"free\" }");
	struct due_span suspended[] = { span_of("2026-04-11", "2026-04-21") };
	struct release *release = build_package(free_fee, FEE_TEXT);
	struct due_question question = asked(
		release, span_of("2026-01-01", NULL), span_of("2026-04-01", "2026-05-01"));

	(void)state;
	question.suspended = suspended;
	question.suspended_count = 1;
	assert_lines(&question, "fee 2026-04-01 20.00 (20)");
	suspended[0].from_ms += HOUR_MS; /* the first and the last are no whole days any more */
	suspended[0].till_ms -= HOUR_MS;
	assert_lines(&question, "fee 2026-04-01 22.00 (22)");
	suspended[0].till_ms = INT64_MAX;
	assert_lines(&question, "fee 2026-04-01 11.00 (11)");
	release_drop(release);
	release = build_package(P("2026-01-01", FEE), FEE_TEXT);
	question.image = release_image(release);
	assert_lines(&question, "fee 2026-04-01 129.00 (129)");
	release_drop(release);
}

static void
the_price_of_a_year_is_owed_by_twelfths(void **state)
{
	(void)state;
	assert_due(
		P("2026-01-01",
			"charge { id = \"fee\", every = \"month\", ahead = false, priced_by = \"year\", amount = \"100.00\" }"),
		span_of("2026-01-01", NULL), span_of("2026-02-01", "2026-03-01"),
		"fee 2026-02-01 8.33 (25/3)");
	assert_due(
		P("2026-01-01",
			"charge { id = \"fee\", every = \"year\", ahead = true, priced_by = \"month\", prorate = \"day\", amount = \"10.00\" }"),
		span_of("2028-02-29", NULL), span_of("2028-01-01", "2029-01-01"),
		"fee 2028-01-01 100.66 (6140/61)");
	assert_due(
		P("2026-01-01",
			"charge { id = \"fee\", every = \"day\", ahead = true, amount = \"0.333\", round = \"0.001 half_up\" }"),
		span_of("2028-02-29", NULL), span_of("2028-02-28", "2028-03-02"),
		"fee 2028-02-29 0.333 (0.333), fee 2028-03-01 0.333 (0.333)");
}

static void
what_cannot_be_held_is_refused(void **state)
{
	struct due_pricing pricing;
	struct release *release = build_package(
		P("2026-01-01",
			"charge { id = \"fee\", every = \"year\", ahead = true, priced_by = \"month\", amount = \"9000000000000.00\" }"),
		FEE_TEXT);
	struct due_question question = asked(
		release, span_of("2026-01-01", NULL), span_of("2026-01-01", "2027-01-01"));

	(void)state;
	assert_lines(&question, "OVERFLOW");
	pricing = due_of(&question);
	assert_true(text_equal(pricing.nearest.tariff, TEXT("fee")));
	question.holding.package = TEXT("q");
	pricing = due_of(&question);
	assert_int_equal(pricing.refused, DUE_REFUSED_PACKAGE);
	release_drop(release);
}

static void
each_line_is_explained_by_its_runs_of_days(void **state)
{
	struct release *release = build_package(
		P("2026-01-01", FEE) P("2026-03-20",
			"charge { id = \"fee\", every = \"month\", ahead = true, prorate = \"day\", amount = \"99.00\" }"),
		FEE_TEXT);
	struct due_question question = asked(
		release, span_of("2026-03-10", NULL), span_of("2026-03-01", "2026-04-01"));

	(void)state;
	assert_explained(release, &question, "en",
		"fee  79.94 CNY  (p.fee, 2026-03-01 to 2026-03-31)\n"
		"    2026-03-10 to 2026-03-19  129.00 × 10/31\n"
		"    2026-03-20 to 2026-03-31  99.00 × 12/31\n");
	assert_explained(release, &question, "zh",
		"fee  79.94 CNY  (p.fee，2026-03-01 至 2026-03-31)\n"
		"    2026-03-10 至 2026-03-19  129.00 × 10/31\n"
		"    2026-03-20 至 2026-03-31  99.00 × 12/31\n");
	question.holding.package = TEXT("q");
	assert_explained(release, &question, "en", "NOT_FOUND: the catalog has no package q\n");
	release_drop(release);
}

/* Parameters and formulas. */

#define FORMULA_PACKAGE \
	"package \"p\" { kind = \"base\", from = \"2026-01-01\",\n" \
	"params = {\n" \
	"    fee = { money = \"30.00\", choices = { \"30.00\", \"60.00\" } },\n" \
	"    low = { money = \"20.00\", lasts = \"2 months\" },\n" \
	"    count = { integer = true },\n" \
	"    third = { money = true, derive = function(p) return p.fee / 3 * p.count end },\n" \
	"    last = { date = true, check = function(p) return p.last > \"2026-06-01\" end, say = \"late\" },\n" \
	"},\n" \
	"charge { id = \"fee\", every = \"month\", ahead = true, prorate = \"day\", amount = param \"%s\" } }\n"
#define FORMULA_TEXT \
	FEE_TEXT ", [\"param.fee\"] = \"f\", [\"param.low\"] = \"l\", [\"param.count\"] = \"c\", " \
		 "[\"param.third\"] = \"t\", [\"param.last\"] = \"d\", late = \"it is too early\""

static void
begin_params(struct asker *asker, const char *param)
{
	char package[2000];
	snprintf(package, sizeof package, FORMULA_PACKAGE, param);
	asker_begin(asker, package, FORMULA_TEXT);
}

static void
a_parameter_is_what_the_order_gave_or_its_default(void **state)
{
	struct asker asker;
	struct attribute given = { .name = TEXT("fee"), .text = TEXT("60.00") };

	(void)state;
	begin_params(&asker, "fee");
	assert_lines(&asker.question, "fee 2026-03-01 30.00 (30)");
	asker.question.params = &given;
	asker.question.param_count = 1;
	assert_lines(&asker.question, "fee 2026-03-01 60.00 (60)");
	given.text = TEXT("45.00");
	assert_refused(&asker.question, "PARAMETER", "param_choice", "fee");
	assert_true(text_equal(due_of(&asker.question).nearest.wanted, TEXT("30.00|60.00")));
	given.text = TEXT("much");
	assert_refused(&asker.question, "PARAMETER", "param_kind", "fee");
	given.name = TEXT("fees");
	assert_refused(&asker.question, "PARAMETER", "param_unknown", "fees");
	given = (struct attribute){ .name = TEXT("third"), .text = TEXT("1.00") };
	assert_refused(&asker.question, "PARAMETER", "param_fixed", "third");
	asker_end(&asker);
}

static void
a_parameter_lives_as_long_as_it_says(void **state)
{
	struct asker asker;
	struct attribute given = { .name = TEXT("low"), .text = TEXT("10.00") };

	(void)state;
	begin_params(&asker, "low");
	asker.question.params = &given;
	asker.question.param_count = 1;
	asker.question.holding.from_ms = day_ms("2026-02-16");
	asker.question.period = span_of("2026-04-01", "2026-06-01");
	/* 15 days of April at 10.00, then the default */
	assert_lines(&asker.question, "fee 2026-04-01 15.00 (15), fee 2026-05-01 20.00 (20)");
	asker.question.holding.from_ms = day_ms("2025-12-31"); /* until 28 February */
	asker.question.period = span_of("2026-02-01", "2026-03-01");
	assert_lines(&asker.question, "fee 2026-02-01 10.36 (145/14)");
	asker_end(&asker);
}

static void
what_is_derived_is_exact_and_needs_what_it_reads(void **state)
{
	struct asker asker;
	struct attribute given[] = { { .name = TEXT("count"), .number = 2 },
		{ .name = TEXT("last"), .text = TEXT("2026-07-01") } };

	(void)state;
	begin_params(&asker, "third");
	assert_refused(&asker.question, "PARAMETER", "param_missing", "third");
	asker.question.params = given;
	asker.question.param_count = 1;
	assert_lines(&asker.question, "fee 2026-03-01 20.00 (20)");
	given[0].number = 1;
	asker.question.param_count = 2;
	assert_lines(&asker.question, "fee 2026-03-01 10.00 (10)");
	given[1].text = TEXT("2026-05-01");
	assert_refused(&asker.question, "PARAMETER", "param_check", "last");
	assert_explained(asker.release, &asker.question, "en", "PARAMETER: it is too early\n");
	asker_end(&asker);
}

#define SITE \
	"package \"p\" { kind = \"base\", from = \"2026-01-01\",\n" \
	"charge { id = \"fee\", every = \"month\", ahead = false, prorate = \"day\", amount = function(c)\n" \
	"    return (c.site.price / c.site.tenants):because(\"why\")\n" \
	"end } }\n"

/* The same with facts in the catalog, which build_package has none of. */
static void
begin_site(struct asker *asker, const char *package)
{
	char source[4000];
	struct fault fault = { 0 };
	snprintf(source, sizeof source,
		"catalog \"dues\" { formula_facts = { site = { price = \"money\", tenants = \"integer\" } } }\n%s"
		"local texts_of = { [\"catalog.dues\"] = \"dues\", [\"package.p\"] = \"package\", why = \"shared\", " FEE_TEXT
		" }\n" DUES_TEXTS,
		package);
	asker->release = build_source(source);
	if (host_new(asker->release, NULL, &asker->host, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	asker->question = asked(
		asker->release, span_of("2026-03-01", NULL), span_of("2026-03-01", "2026-04-01"));
	asker->question.functions = host_due_functions(asker->host);
}

static void
a_formula_is_asked_for_each_run_in_which_no_fact_changes(void **state)
{
	struct asker asker;
	struct due_fact facts[] = { { { .name = TEXT("site.price"), .text = TEXT("93.00") },
					    INT64_MIN, INT64_MAX, FACT_OWN },
		{ { .name = TEXT("site.tenants"), .number = 1 }, INT64_MIN, day_ms("2026-03-11"),
			FACT_OWN },
		{ { .name = TEXT("site.tenants"), .number = 3 }, day_ms("2026-03-11"), INT64_MAX,
			FACT_OWN } };

	(void)state;
	begin_site(&asker, SITE);
	asker.question.facts = facts;
	asker.question.fact_count = 3;
	assert_lines(&asker.question, "fee 2026-03-01 51.00 (51)");
	assert_explained(asker.release, &asker.question, "en",
		"fee  51.00 CNY  (p.fee, 2026-03-01 to 2026-03-31)\n"
		"    2026-03-01 to 2026-03-10  93.00 × 10/31\n"
		"        shared\n"
		"    2026-03-11 to 2026-03-31  31.00 × 21/31\n"
		"        shared\n");
	/* a change at noon counts for the whole day */
	facts[1].till_ms += 12 * HOUR_MS;
	facts[2].from_ms += 12 * HOUR_MS;
	assert_lines(&asker.question, "fee 2026-03-01 51.00 (51)");
	facts[2].from_ms -= HOUR_MS;
	assert_refused(&asker.question, "FACT", "fact_twice", "site.tenants");
	facts[2].from_ms += 25 * HOUR_MS;
	facts[1].till_ms -= 13 * HOUR_MS;
	assert_refused(&asker.question, "FACT", "fact_missing", "site.tenants");
	assert_explained(asker.release, &asker.question, "en",
		"FACT: the charge fee needs the fact site.tenants, which is not given on 2026-03-11\n");
	facts[1].value = (struct attribute){ .name = TEXT("site.tenants"), .text = TEXT("many") };
	assert_refused(&asker.question, "FACT", "fact_kind", "site.tenants");
	facts[1].value.name = TEXT("site.tenant");
	assert_refused(&asker.question, "FACT", "fact_unknown", "site.tenant");
	asker_end(&asker);
}

#define EACH(more) \
	"package \"p\" { kind = \"base\", from = \"2026-01-01\",\n" \
	"charge { id = \"fee\", every = \"month\", amount = \"9.99\", for_each = \"site.tenants\", " more \
	" } }\n"

static void
of_several_who_say_a_fact_the_first_counts_on_the_days_of_which_it_says_it(void **state)
{
	struct asker asker;
	struct due_fact facts[] = {
		{ { .name = TEXT("site.price"), .text = TEXT("93.00") }, INT64_MIN, INT64_MAX,
			FACT_OF_GROUP },
		{ { .name = TEXT("site.tenants"), .number = 6 }, day_ms("2026-03-20"), INT64_MAX,
			FACT_COUNTED },
		{ { .name = TEXT("site.tenants"), .number = 2 }, INT64_MIN, INT64_MAX,
			FACT_OF_CUSTOMER },
		{ { .name = TEXT("site.tenants"), .number = 3 }, day_ms("2026-03-11"), INT64_MAX,
			FACT_OF_GROUP },
		{ { .name = TEXT("site.tenants"), .number = 1 }, day_ms("2026-03-21"),
			day_ms("2026-03-31"), FACT_OWN },
	};

	(void)state;
	begin_site(&asker, SITE);
	asker.question.facts = facts;
	asker.question.fact_count = 5;
	assert_explained(asker.release, &asker.question, "en",
		"fee  56.00 CNY  (p.fee, 2026-03-01 to 2026-03-31)\n"
		"    2026-03-01 to 2026-03-10  46.50 × 10/31\n"
		"        shared\n"
		"    2026-03-11 to 2026-03-20  31.00 × 10/31\n"
		"        shared\n"
		"    2026-03-21 to 2026-03-30  93.00 × 10/31\n"
		"        shared\n"
		"    2026-03-31  31.00 × 1/31\n"
		"        shared\n");
	/* without them, how many there are is counted */
	facts[2].value.name = facts[3].value.name = facts[4].value.name = TEXT("site.price");
	facts[2].value.text = facts[3].value.text = facts[4].value.text = TEXT("1.00");
	facts[0].source = FACT_OWN;
	facts[4].source = FACT_COUNTED;
	assert_refused(&asker.question, "FACT", "fact_missing", "site.tenants");
	facts[1].from_ms = INT64_MIN;
	assert_lines(&asker.question, "fee 2026-03-01 15.50 (15.5)");
	asker_end(&asker);
}

static void
each_of_several_has_a_line_of_the_days_on_which_it_is_there(void **state)
{
	struct asker asker;
	struct due_fact facts[] = { { { .name = TEXT("site.tenants"), .number = 2 }, INT64_MIN,
					    day_ms("2026-03-11"), FACT_OWN },
		{ { .name = TEXT("site.tenants"), .number = 3 }, day_ms("2026-03-11"), INT64_MAX,
			FACT_OWN } };

	(void)state;
	begin_site(&asker, EACH("ahead = false, prorate = \"day\""));
	assert_refused(&asker.question, "FACT", "fact_missing", "site.tenants");
	asker.question.facts = facts;
	asker.question.fact_count = 2;
	assert_lines(&asker.question,
		"fee 2026-03-01 9.99 (9.99), fee 2026-03-01 9.99 (9.99), "
		"fee 2026-03-01 6.77 (20979/3100)");
	struct due_pricing pricing = due_of(&asker.question);
	assert_int_equal(pricing.lines[0].each, 1);
	assert_int_equal(pricing.lines[2].each, 3);
	facts[0].value.number = 0;
	facts[1].value.number = 0;
	assert_lines(&asker.question, "");
	facts[0].value.number = -1;
	assert_refused(&asker.question, "FACT", "fact_negative", "site.tenants");
	facts[0].value.number = INT64_MAX; /* more than an answer holds */
	assert_lines(&asker.question, "OVERFLOW");
	asker_end(&asker);
}

static void
of_a_whole_cycle_one_day_says_how_many_there_are(void **state)
{
	struct asker asker;
	struct due_fact facts[] = { { { .name = TEXT("site.tenants"), .number = 1 }, INT64_MIN,
					    day_ms("2026-03-11"), FACT_OWN },
		{ { .name = TEXT("site.tenants"), .number = 2 }, day_ms("2026-03-11"), INT64_MAX,
			FACT_OWN } };

	(void)state;
	begin_site(&asker, EACH("ahead = true"));
	asker.question.facts = facts;
	asker.question.fact_count = 2;
	assert_lines(&asker.question, "fee 2026-03-01 9.99 (9.99)");
	asker_end(&asker);
	begin_site(&asker, EACH("ahead = false"));
	asker.question.facts = facts;
	asker.question.fact_count = 2;
	assert_lines(&asker.question, "fee 2026-03-01 9.99 (9.99), fee 2026-03-01 9.99 (9.99)");
	asker_end(&asker);
}

static void
a_formula_that_fails_is_refused_with_its_place(void **state)
{
	struct asker asker;
	struct due_fact facts[] = { { { .name = TEXT("site.price"), .text = TEXT("93.00") },
					    INT64_MIN, INT64_MAX, FACT_OWN },
		{ { .name = TEXT("site.tenants"), .number = 0 }, INT64_MIN, INT64_MAX, FACT_OWN } };

	(void)state;
	begin_site(&asker, SITE);
	asker.question.facts = facts;
	asker.question.fact_count = 2;
	assert_refused(&asker.question, "RULE_FAILED", "function", "fee");
	struct due_pricing pricing = due_of(&asker.question);
	assert_non_null(memmem(pricing.nearest.got.data, pricing.nearest.got.size,
		"catalog.lua:4: divided by zero", strlen("catalog.lua:4: divided by zero")));
	facts[1].value.number = -1;
	assert_refused(&asker.question, "RULE_FAILED", "function", "fee");
	asker_end(&asker);
}

/* Random questions. */

#define FIRST_DAY "2025-11-01"

static int64_t
random_ms(void)
{
	int64_t ms = day_ms(FIRST_DAY) + random_between(0, 500) * DAY_MS;
	return random_between(0, 1) == 0 ? ms : ms + random_between(0, DAY_MS - 1);
}

static struct due_span
random_span(void)
{
	int64_t a = random_ms(), b = random_ms();
	return (struct due_span){ a < b ? a : b, a < b ? b + 1 : a + 1 };
}

/* Adds the exact amounts of all lines. */
static struct ratio
sum_of(const struct due_question *question)
{
	struct ratio sum = ratio_of(0);
	struct due_pricing pricing = due_of(question);
	assert_int_equal(pricing.refused, 0);
	for (size_t i = 0; i < pricing.line_count; i++)
		assert_true(ratio_add(sum, pricing.lines[i].exact, &sum));
	return sum;
}

static int64_t
day_at(int64_t ms)
{
	return floor_divide(ms + 8 * HOUR_MS, DAY_MS);
}

/* The same sum, day by day: 31.00 a month before 2026-03-18, 62.00 from then on, in whole cycles. */
static struct ratio
naive_sum(const struct due_question *question, const struct due_span *suspended)
{
	struct ratio sum = ratio_of(0), part;
	int64_t held_from = day_at(question->holding.from_ms);
	int64_t held_last = day_at(question->holding.till_ms - 1);
	for (int64_t day = day_at(question->period.from_ms);
		day <= day_at(question->period.till_ms - 1); day++) {
		struct date date = date_of_day(day);
		bool is_free = day * DAY_MS - 8 * HOUR_MS >= suspended->from_ms &&
			(day + 1) * DAY_MS - 8 * HOUR_MS <= suspended->till_ms;
		if (day < held_from || day > held_last || is_free)
			continue;
		int64_t price = day < day_at(day_ms("2026-03-18")) ? 31 : 62;
		assert_true(ratio_make(price, month_days(date.year, date.month), &part));
		assert_true(ratio_add(sum, part, &sum));
	}
	return sum;
}

static void
random_questions_agree_with_a_walk_day_by_day_wherever_they_are_cut(void **state)
{
	static const char package[] = P("2020-01-01",
		"charge { id = \"fee\", every = \"month\", ahead = false, prorate = \"day\", amount = \"31.00\", suspended = \"free\" }")
		P("2026-03-18",
			"charge { id = \"fee\", every = \"month\", ahead = false, prorate = \"day\", amount = \"62.00\", suspended = \"free\" }");
	struct release *release = build_package(package, FEE_TEXT);

	(void)state;
	chance = 20261122;
	print_message("seed %llu\n", (unsigned long long)chance);
	for (int round = 0; round < 500; round++) {
		struct due_span suspended = random_span();
		struct due_question question = asked(release, random_span(), random_span());
		question.suspended = &suspended;
		question.suspended_count = 1;
		struct ratio whole = sum_of(&question), sum;
		assert_int_equal(ratio_compare(whole, naive_sum(&question, &suspended)), 0);
		struct due_span period = question.period;
		int64_t cut = random_between(
				      day_at(period.from_ms), day_at(period.till_ms - 1) + 1) *
				DAY_MS -
			8 * HOUR_MS;
		question.period.till_ms = cut;
		sum = ratio_of(0);
		if (cut > period.from_ms)
			sum = sum_of(&question);
		question.period = (struct due_span){ cut, period.till_ms };
		if (cut < period.till_ms)
			assert_true(ratio_add(sum, sum_of(&question), &sum));
		assert_int_equal(ratio_compare(whole, sum), 0);
		arena_clear(&due_arena);
	}
	release_drop(release);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_month_that_has_begun_costs_its_days),
		cmocka_unit_test(what_is_due_ahead_is_not_given_back),
		cmocka_unit_test(what_is_due_afterwards_ends_with_what_is_held),
		cmocka_unit_test(without_proration_a_cycle_is_owed_whole_once),
		cmocka_unit_test(what_is_due_once_is_due_on_the_first_day),
		cmocka_unit_test(a_version_within_a_month_prices_its_own_days),
		cmocka_unit_test(days_of_suspension_are_free_if_the_charge_says_so),
		cmocka_unit_test(the_price_of_a_year_is_owed_by_twelfths),
		cmocka_unit_test(what_cannot_be_held_is_refused),
		cmocka_unit_test(each_line_is_explained_by_its_runs_of_days),
		cmocka_unit_test(a_parameter_is_what_the_order_gave_or_its_default),
		cmocka_unit_test(a_parameter_lives_as_long_as_it_says),
		cmocka_unit_test(what_is_derived_is_exact_and_needs_what_it_reads),
		cmocka_unit_test(a_formula_is_asked_for_each_run_in_which_no_fact_changes),
		cmocka_unit_test(
			of_several_who_say_a_fact_the_first_counts_on_the_days_of_which_it_says_it),
		cmocka_unit_test(each_of_several_has_a_line_of_the_days_on_which_it_is_there),
		cmocka_unit_test(of_a_whole_cycle_one_day_says_how_many_there_are),
		cmocka_unit_test(a_formula_that_fails_is_refused_with_its_place),
		cmocka_unit_test(
			random_questions_agree_with_a_walk_day_by_day_wherever_they_are_cut),
	};
	arena_init(&due_arena, (size_t)64 * 1024 * 1024);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&due_arena);
	return failed;
}
