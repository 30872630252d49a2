/* Parameters that change while a package is held, and facts that are told as time goes on. */
#include "dues.h"
#include "tested.h"

#define FEES(ahead) \
	"params = { price = { money = \"31.00\", choices = { \"31.00\", \"62.00\", \"93.00\" } } }, " \
	"charge { id = \"fee\", every = \"month\", ahead = " ahead \
	", prorate = \"day\", amount = param \"price\" } "

#define FEE_TEXTS "charge = { fee = \"x\" }, param = { price = \"x\" }"

static void
a_change_counts_from_its_day_on(void **state)
{
	struct asker asker;
	const struct due_change changes[] = {
		{ { .name = TEXT("price"), .text = TEXT("62.00") }, day_ms("2026-03-11") },
		{ { .name = TEXT("price"), .text = TEXT("93.00") }, day_ms("2026-03-31") + 1 },
	};

	(void)state;
	asker_begin(&asker, P("2020-01-01", FEES("false")), FEE_TEXTS);
	asker.question.changes = changes;
	asker.question.change_count = 1;
	assert_lines(&asker.question, "fee 2026-03-01 52.00 (52)");
	asker.question.change_count = 2;
	assert_lines(&asker.question, "fee 2026-03-01 53.00 (53)");
	asker_end(&asker);
}

static void
what_fell_due_before_a_change_stays_as_it_was(void **state)
{
	struct asker asker;
	const struct due_change changes[] = {
		{ { .name = TEXT("price"), .text = TEXT("62.00") }, day_ms("2026-03-11") },
		{ { .name = TEXT("price"), .text = TEXT("93.00") }, day_ms("2026-04-01") },
	};

	(void)state;
	asker_begin(&asker, P("2020-01-01", FEES("true")), FEE_TEXTS);
	asker.question.period = span_of("2026-03-01", "2026-06-01");
	asker.question.changes = changes;
	asker.question.change_count = 1;
	assert_lines(&asker.question,
		"fee 2026-03-01 31.00 (31), fee 2026-04-01 62.00 (62), fee 2026-05-01 62.00 (62)");
	asker.question.change_count = 2;
	assert_lines(&asker.question,
		"fee 2026-03-01 31.00 (31), fee 2026-04-01 93.00 (93), fee 2026-05-01 93.00 (93)");
	asker_end(&asker);
}

static void
a_change_to_what_is_not_allowed_is_refused(void **state)
{
	struct asker asker;
	struct due_change change = { { .name = TEXT("price"), .text = TEXT("88.00") },
		day_ms("2026-03-11") };

	(void)state;
	asker_begin(&asker, P("2020-01-01", FEES("false")), FEE_TEXTS);
	asker.question.changes = &change;
	asker.question.change_count = 1;
	assert_refused(&asker.question, "PARAMETER", "param_choice", "price");
	change.param.name = TEXT("prize");
	assert_refused(&asker.question, "PARAMETER", "param_unknown", "prize");
	asker_end(&asker);
}

/* What each day of March 2026 costs, of a cycle that is due afterwards, by the last change up to it. */
static struct ratio
naive_march(const struct due_change *changes, size_t count)
{
	struct ratio sum = ratio_of(0), part;
	for (int64_t day = 1; day <= 31; day++) {
		int64_t end_ms = day_ms("2026-03-01") + day * DAY_MS, newest_ms = INT64_MIN;
		int64_t price = 31;
		for (size_t i = 0; i < count; i++)
			if (changes[i].from_ms < end_ms && changes[i].from_ms >= newest_ms) {
				newest_ms = changes[i].from_ms;
				price = changes[i].param.text.data[0] == '9' ? 93 : 62;
			}
		assert_true(ratio_make(price, 31, &part) && ratio_add(sum, part, &sum));
	}
	return sum;
}

static void
random_changes_agree_with_a_walk_day_by_day(void **state)
{
	struct release *release = build_package(P("2020-01-01", FEES("false")), FEE_TEXTS);

	(void)state;
	chance = 20261123;
	print_message("seed %llu\n", (unsigned long long)chance);
	for (int round = 0; round < 500; round++) {
		struct due_question question = asked(
			release, span_of("2026-01-01", NULL), span_of("2026-03-01", "2026-04-01"));
		struct due_change changes[6];
		size_t count = (size_t)random_between(0, 6);
		for (size_t i = 0; i < count; i++)
			changes[i] = (struct due_change){
				{ .name = TEXT("price"),
					.text = random_between(0, 1) == 0 ? TEXT("62.00")
									  : TEXT("93.00") },
				day_ms("2026-02-20") + random_between(0, 45 * 24) * HOUR_MS,
			};
		question.changes = changes;
		question.change_count = count;
		struct due_pricing pricing = due_of(&question);
		assert_int_equal(pricing.line_count, 1);
		assert_int_equal(
			ratio_compare(pricing.lines[0].exact, naive_march(changes, count)), 0);
		arena_clear(&due_arena);
	}
	release_drop(release);
}

/* A site whose rent is shared by who is on it, for customers of some age. */
static const char site_catalog[] =
	"catalog \"sites\" { formula_facts = { site = { rent = \"money\", tenants = \"integer\" } },\n"
	"    facts = { age = \"integer\", spend = \"money by month\" } }\n"
	"product \"line\" { services = {} }\n"
	"package \"lease\" { kind = \"base\", from = \"2020-01-01\",\n"
	"    params = { part = { money = \"1.00\", choices = { \"1.00\", \"2.00\" } } },\n"
	"    charge { id = \"rent\", every = \"month\", ahead = false, prorate = \"day\",\n"
	"        amount = function(c) return c.site.rent / c.site.tenants + c.params.part end } }\n"
	"plan \"p\" { base = \"lease\" }\n"
	"offering \"o\" { plans = \"p\" }\n"
	"sell { eligible { \"lease\", say = \"why\",\n"
	"    when = function(c) return c.customer.age > 18 and c.average(\"spend\", 1) > money \"10\" end } }\n"
	"local words = { catalog = { sites = \"x\" }, product = { line = \"x\" },\n"
	"    package = { lease = \"x\" }, plan = { p = \"x\" }, offering = { o = \"x\" }, charge = { rent = \"x\" }, param = { part = \"x\" },\n"
	"    fact = { age = \"x\", spend = \"x\" }, why = \"x\" }\n"
	"texts \"zh\" (words) texts \"en\" (words)\n";

#define BEGIN "scenario \"it\" { from = \"2026-03-01 00:00:00\",\n"
#define RENT "facts = { { \"site.rent\", \"62.00\" }, { \"site.tenants\", 1 } },\n"

static void
a_fact_holds_from_when_it_is_told_till_it_is_told_anew(void **state)
{
	(void)state;
	assert_tests_pass(site_catalog,
		BEGIN RENT
		"buy { \"lease\" }, advance \"15 days\", fact { \"site.tenants\", 2 },\n"
		"at \"2026-04-01 00:00:00\", expect { fees = { \"lease.rent 47.00\" } },\n"
		/* told in time of a time to come, and too late of one that is past */
		"fact { \"site.tenants\", 1, from = \"2026-05-16 00:00:00\" },\n"
		"advance \"1 month\", expect { fees = { \"lease.rent 32.00\" } },\n"
		"advance \"1 month\", expect { fees = { \"lease.rent 48.00\" } },\n"
		"advance \"1 month\", fact { \"site.tenants\", 2, from = \"2026-06-01 00:00:00\" },\n"
		"expect { fees = { \"lease.rent 63.00\" } } }\n");
}

static void
what_a_member_has_of_its_own_is_instead_of_what_all_have(void **state)
{
	(void)state;
	assert_tests_pass(site_catalog,
		BEGIN RENT
		"fact { \"site.rent\", \"31.00\", member = \"second\" },\n"
		"buy { \"lease\" }, buy { \"lease\", member = \"second\", params = { part = \"2.00\" } },\n"
		"advance \"1 month\",\n"
		"expect { fees = { \"lease.rent 63.00\", \"lease.rent 33.00\" } } }\n");
}

static void
a_fact_that_is_missing_is_told_with_its_day(void **state)
{
	(void)state;
	assert_test_fails(site_catalog,
		BEGIN
		"facts = { { \"site.rent\", \"62.00\" }, { \"site.tenants\", 1, till = \"2026-03-11\" } },\n"
		"buy { \"lease\" }, advance \"1 month\", expect { fees = {} } }\n",
		"fees priced",
		"fees FACT: the charge rent needs the fact site.tenants, which is not given on 2026-03-11");
}

static void
a_sale_is_judged_by_what_is_known_of_the_customer(void **state)
{
	(void)state;
	assert_tests_pass(site_catalog,
		BEGIN
		"facts = { { \"customer.age\", 18 }, { \"customer.spend.2026-02\", \"11.00\" },\n"
		"    { \"site.rent\", \"62.00\" }, { \"site.tenants\", 1 } },\n"
		"buy { \"lease\", expect = { verdict = \"blocked\", because = \"eligibility lease\" } },\n"
		"advance \"1 month\", expect { fees = {} },\n"
		"fact { \"customer.age\", 19 }, fact { \"customer.spend.2026-03\", \"11.00\" },\n"
		"buy { \"lease\", expect = { verdict = \"ok\" } },\n"
		"change { \"lease\", params = { part = \"3.00\" },\n"
		"    expect = { verdict = \"blocked\", because = \"parameter lease: part param_choice 1.00|2.00\" } },\n"
		"change { \"lease\", params = { part = \"2.00\" }, expect = { verdict = \"ok\", because = {} } },\n"
		"advance \"1 month\", expect { fees = { \"lease.rent 64.00\" } } }\n");
	assert_test_fails(site_catalog,
		BEGIN
		"facts = { { \"customer.age\", 18 }, { \"customer.spend.2026-02\", \"11.00\" } },\n"
		"buy { \"lease\", expect = { verdict = \"ok\", because = {} } } }\n",
		"verdict ok, because ", "verdict blocked, because eligibility lease");
}

static void
what_makes_no_sense_is_found(void **state)
{
	(void)state;
#define FOUND(steps, rule, line) assert_test_finding(site_catalog, BEGIN steps " }\n", rule, line)
	FOUND("fact { \"site.tenant\", 1 }, expect { fees = {} }", "unknown_fact", 2);
	FOUND("fact { \"customer.spend\", \"1.00\" }, expect { fees = {} }", "unknown_fact", 2);
	FOUND("fact { \"tenants\", 1 }, expect { fees = {} }", "wrong_type", 2);
	FOUND("fact { \"customer.spend.2026-13\", \"1.00\" }, expect { fees = {} }", "wrong_type",
		2);
	FOUND("fact { \"site.tenants\", 1.5 }, expect { fees = {} }", "wrong_type", 2);
	FOUND("facts = { { \"site.tenant\", 1 } }, expect { fees = {} }", "unknown_fact", 2);
	FOUND("change { \"lease\", params = { part = \"2.00\" } }, expect { fees = {} }",
		"not_held", 2);
	FOUND("buy { \"lease\" },\nchange { \"lease\", params = {} }, expect { fees = {} }",
		"no_entries", 3);
	FOUND("buy { \"lease\" },\nchange { \"lease\", params = { part = \"2.00\" }, from = \"2026-02-28\" },\n"
	      "expect { fees = {} }",
		"change_of_the_past", 3);
#undef FOUND
	/* a question about dues, or an order, knows only what formulas ask for */
	assert_test_finding(site_catalog,
		"due \"it\" { holds = \"lease\", from = \"2026-03-01\", till = \"2026-04-01\",\n"
		"    facts = { { \"customer.age\", 1 } }, expect = { lines = {} } }\n",
		"unknown_fact", 2);
	assert_test_finding(site_catalog,
		"order \"it\" { at = \"2026-03-01\", add = { package = \"lease\",\n"
		"    facts = { { \"site.rend\", \"1.00\" } } }, expect = { verdict = \"ok\" } }\n",
		"unknown_fact", 2);
}

static void
a_preview_asks_for_the_facts_of_the_order(void **state)
{
	(void)state;
	assert_tests_pass(site_catalog,
		"order \"it\" { at = \"2026-03-16\", customer = { facts = { age = 20, spend = { [\"2026-02\"] = \"11.00\" } } },\n"
		"    facts = { { \"site.rent\", \"62.00\" }, { \"site.tenants\", 1, till = \"2026-03-16\" },\n"
		"        { \"site.tenants\", 2, from = \"2026-03-16\" } },\n"
		"    holds = { package = \"lease\", from = \"2026-03-01\", facts = { { \"site.rent\", \"93.00\" } } },\n"
		"    add = { package = \"lease\" }, change = { package = \"lease\", params = { part = \"2.00\" }, from = \"2026-03-16\",\n"
		"        effective = \"now\" },\n"
		"    expect = { verdict = \"ok\", next_bills = { \"16.52\" }, saves = { \"0.00\", \"-0.52\" } } }\n");
	assert_test_fails(site_catalog,
		"order \"it\" { at = \"2026-03-16\", customer = { facts = { age = 20, spend = { [\"2026-02\"] = \"11.00\" } } },\n"
		"    facts = { { \"site.rent\", \"62.00\" } }, add = { package = \"lease\" },\n"
		"    expect = { verdict = \"ok\", next_bills = { \"16.52\" } } }\n",
		"preview priced",
		"preview FACT: the charge rent needs the fact site.tenants, which is not given on 2026-03-16");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_counts_from_its_day_on),
		cmocka_unit_test(what_fell_due_before_a_change_stays_as_it_was),
		cmocka_unit_test(a_change_to_what_is_not_allowed_is_refused),
		cmocka_unit_test(random_changes_agree_with_a_walk_day_by_day),
		cmocka_unit_test(a_fact_holds_from_when_it_is_told_till_it_is_told_anew),
		cmocka_unit_test(what_a_member_has_of_its_own_is_instead_of_what_all_have),
		cmocka_unit_test(a_fact_that_is_missing_is_told_with_its_day),
		cmocka_unit_test(a_sale_is_judged_by_what_is_known_of_the_customer),
		cmocka_unit_test(what_makes_no_sense_is_found),
		cmocka_unit_test(a_preview_asks_for_the_facts_of_the_order),
	};
	arena_init(&due_arena, (size_t)64 * 1024 * 1024);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&due_arena);
	return failed;
}
