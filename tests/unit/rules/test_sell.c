#include "sold.h"

/* Packages a to e of one service, and rules; every text is "x". */
static const char head[] =
	"catalog \"shop\" { facts = { age = \"integer\", spend = \"money by month\", ends = \"date\", vip = \"boolean\","
	" fee = \"money\", who = \"text\" } }\n"
	"service \"voice\" { unit = \"second\" }\n"
	"product \"line\" { services = \"voice\" }\n"
	"product \"phone\" { services = \"voice\" }\n"
	"local words = { catalog = { shop = \"x\" }, service = { voice = \"x\" }, product = { line = \"x\", phone = \"x\" },\n"
	"    fact = { age = \"x\", spend = \"x\", ends = \"x\", vip = \"x\", fee = \"x\", who = \"x\" }, package = {},\n"
	"    plan = { p = \"x\", q = \"x\" }, offering = { o = \"x\" }, call = \"x\", why = \"x\" }\n"
	"for i, id in ipairs { \"a\", \"b\", \"c\", \"d\", \"e\" } do\n"
	"    words.package[id] = \"x\"\n"
	"    package(id) { kind = \"base\", from = \"2020-01-01\",\n"
	"        i == 1 and tariff { id = \"t\", serves = { service = \"voice\" }, step = \"60 s\", price = \"0.15\", say = \"call\" } or nil }\n"
	"end\n"
	"plan \"p\" { base = { \"a\", \"b\", \"c\", \"d\", \"e\" } }\n"
	"plan \"q\" { base = \"a\" }\n"
	"offering \"o\" { plans = { \"p\", \"q\" } }\n"
	"texts \"zh\" (words) texts \"en\" (words)\n";

static const char *
source_of(const char *rules)
{
	static char source[8192];
	bool uses_why = strstr(rules, "why") != NULL;
	snprintf(source, sizeof source, "%s%s%s", head,
		uses_why ? "" : "sell { recommends { \"e\", offer = \"d\", say = \"why\" } }\n",
		rules);
	return source;
}

static void
begin(struct sold *sold, const char *rules)
{
	sold_begin(sold, source_of(rules));
}

static void
a_need_is_met_by_several_one_after_the_other(void **state)
{
	struct sold sold;
	(void)state;
	begin(&sold, "sell { requires { \"a\", needs = { \"b\", \"c\" }, say = \"why\" } }\n");
	sold_hold(&sold, "b")->span.till_ms = sold_day(2026, 5, 1);
	sold_hold(&sold, "c")->span.from_ms = sold_day(2026, 5, 1);
	sold_add(&sold, "a");
	assert_string_equal(sold_because(&sold), "-");
	sold.held[1].span.from_ms += 1;
	assert_string_equal(sold_because(&sold), "requires a, b");
	assert_int_equal(sold.verdict.findings[0].span.from_ms, sold_day(2026, 5, 1));
	assert_int_equal(sold.verdict.findings[0].span.till_ms, sold_day(2026, 5, 1) + 1);
	sold.wanted[0].item.span.till_ms = sold_day(2026, 5, 1);
	assert_string_equal(sold_because(&sold), "-");
	sold_end(&sold);
}

static void
what_was_wrong_before_is_not_held_against_the_order(void **state)
{
	struct sold sold;
	(void)state;
	begin(&sold,
		"sell { requires { \"a\", needs = \"b\", say = \"why\" }, excludes { \"c\", \"d\", say = \"why\" } }\n");
	sold_hold(&sold, "a");
	sold_hold(&sold, "c");
	sold_hold(&sold, "d");
	sold_add(&sold, "e");
	assert_string_equal(sold_because(&sold), "-");
	/* what ends earlier was as wrong before */
	sold.question.wanted_count = 0;
	sold_cancel(&sold, 1)->item.span.from_ms = sold_day(2026, 7, 1);
	assert_string_equal(sold_because(&sold), "-");
	/* but one more of it is new */
	sold_add(&sold, "d");
	assert_string_equal(sold_because(&sold), "excludes d, c");
	sold_end(&sold);
}

static void
a_cancellation_is_blamed_for_what_it_takes(void **state)
{
	struct sold sold;
	(void)state;
	begin(&sold, "sell { requires { \"a\", needs = \"b\", say = \"why\" } }\n");
	sold_hold(&sold, "a");
	sold_hold(&sold, "b")->span.till_ms = sold_day(2026, 6, 1); /* it was going to be wrong */
	sold_hold(&sold, "c");
	sold_cancel(&sold, 2);
	assert_string_equal(sold_because(&sold), "-");
	sold_cancel(&sold, 1)->item.span.from_ms = sold_day(2026, 4, 1);
	assert_string_equal(sold_because(&sold), "requires a, b");
	assert_int_equal(sold.verdict.findings[0].wanted, 1);
	assert_int_equal(sold.verdict.findings[0].span.from_ms, sold_day(2026, 4, 1));
	assert_string_equal(sold_fixes(&sold), "drop b; cancel a");
	sold_end(&sold);
}

static void
rules_between_plans_and_offerings_are_about_all_that_was_bought_so(void **state)
{
	struct sold sold;
	(void)state;
	begin(&sold,
		"sell { excludes { \"plan.p\", \"plan.q\", say = \"why\" }, requires { \"e\", needs = \"offering.o\", say = \"why\" } }\n");
	sold_hold(&sold, "a")->plan = TEXT("p");
	sold_add(&sold, "a")->item.plan = TEXT("q");
	assert_string_equal(sold_because(&sold), "excludes a, a");
	sold.wanted[0].item.plan = TEXT("p");
	assert_string_equal(sold_because(&sold), "-");
	sold_add(&sold, "e");
	assert_string_equal(sold_because(&sold), "requires e, offering.o");
	sold.held[0].offering = TEXT("o");
	assert_string_equal(sold_because(&sold), "-");
	sold_end(&sold);
}

static void
a_rule_for_some_products_looks_at_each_line(void **state)
{
	static const struct sell_line lines[] = { { TEXT("line"), TEXT("L1") },
		{ TEXT("phone"), TEXT("H1") }, { TEXT("phone"), TEXT("H2") } };
	struct sold sold;
	(void)state;
	begin(&sold,
		"sell { requires { \"a\", needs = \"b\", only = { product = \"phone\" }, say = \"why\" },\n"
		"    excludes { \"c\", \"d\", only = { product = \"phone\" }, say = \"why\" } }\n");
	struct sell_item *base = sold_hold(&sold, "b");
	base->lines = &lines[1];
	base->line_count = 1;
	struct sell_wanted *wanted = sold_add(&sold, "a");
	wanted->item.lines = lines;
	wanted->item.line_count = 2;
	assert_string_equal(sold_because(&sold), "-");
	wanted->item.line_count = 3;
	assert_string_equal(sold_because(&sold), "requires a H2, b");
	assert_string_equal(sold_fixes(&sold), "drop a; leave a H2; add b");
	sold_clear(&sold);
	base = sold_hold(&sold, "c");
	base->lines = lines;
	base->line_count = 3;
	wanted = sold_add(&sold, "d");
	wanted->item.lines = lines;
	wanted->item.line_count = 1;
	assert_string_equal(sold_because(&sold), "-");
	wanted->item.line_count = 3;
	assert_string_equal(sold_because(&sold), "excludes d, c H1 H2");
	assert_int_equal(sold.verdict.findings[0].relation->line, 18);
	sold_end(&sold);
}

static const struct attribute some_facts[] = { { TEXT("age"), { NULL, 0 }, 30 },
	{ TEXT("ends"), TEXT("2026-05-17"), 0 }, { TEXT("fee"), TEXT("12.50"), 0 },
	{ TEXT("spend.2025-12"), TEXT("100.00"), 0 }, { TEXT("spend.2026-02"), TEXT("350.03"), 0 },
	{ TEXT("spend.2026-03"), TEXT("9999.00"), 0 }, { TEXT("vip"), TEXT("true"), 0 },
	{ TEXT("who"), TEXT("me"), 0 } };

static void
conditions_see_facts_of_every_kind(void **state)
{
	static const struct {
		const char *condition;
		const char *because; /* or "-" */
	} cases[] = {
		{ "c.customer.age == 30", "-" },
		{ "c.customer.age > 30", "eligibility a" },
		{ "c.customer.vip and c.customer.who == \"me\"", "-" },
		{ "c.customer.fee == money \"12.5\"", "-" },
		{ "c.customer.ends == \"2026-05-17\" and c.days_till(\"ends\") == 60", "-" },
		{ "c.knows(\"spend\") and c.knows(\"age\")", "-" },
		/* December, January and February are closed; January is missing */
		{ "c.average(\"spend\", 3) == money \"150.01\"", "-" },
		{ "c.average(\"spend\", 3) > money \"150.01\"", "eligibility a" },
		{ "c.average(\"spend\", 1) == money \"350.03\"", "-" },
		{ "c.holds(\"b\") and not c.holds(\"c\")", "-" },
		{ "c.holds(\"plan.p\") and not c.holds(\"offering.o\")", "-" },
		{ "c.holds(\"product.phone\") and not c.holds(\"product.line\")", "-" },
		{ "c.holds(\"a\")", "-" }, /* this order's included */
		{ "c.holds(\"f\" .. \"\")",
			"eligibility a: catalog.lua:18: the catalog has no 'f'" },
		{ "c.customer[\"agee\"] == 1",
			"eligibility a: catalog.lua:18: the catalog has no fact 'agee' of customers" },
		{ "c.customer.spend == 1",
			"eligibility a: catalog.lua:18: the fact 'spend' is by month: ask c.average(\"spend\", 3)" },
		{ "c.average(\"age\" .. \"\", 3) == 1",
			"eligibility a: catalog.lua:18: the fact 'age' is not by month" },
		{ "c.days_till(\"age\" .. \"\") == 1",
			"eligibility a: catalog.lua:18: the fact 'age' is not a date" },
		{ "c.customer.age", "eligibility a: `when` must return true or false" },
		{ "c[\"now\"] == 1",
			"eligibility a: catalog.lua:18: the context has no field 'now'; it has average, customer, days_till, holds, knows" },
	};
	static const struct sell_line phone = { TEXT("phone"), TEXT("H1") };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sold sold;
		char rules[400];
		snprintf(rules, sizeof rules,
			"sell { eligible { \"a\", say = \"why\",\n  when = function(c) return %s end } }\n",
			cases[i].condition);
		begin(&sold, rules);
		sold.question.facts = some_facts;
		sold.question.fact_count = sizeof some_facts / sizeof some_facts[0];
		struct sell_item *held = sold_hold(&sold, "b");
		held->plan = TEXT("p");
		held->lines = &phone;
		held->line_count = 1;
		sold_add(&sold, "a");
		assert_string_equal(sold_because(&sold), cases[i].because);
		sold_end(&sold);
	}
}

static void
facts_that_are_not_known_or_of_another_kind_are_never_guessed(void **state)
{
	static const struct attribute wrong[] = { { TEXT("age"), TEXT("30"), 0 },
		{ TEXT("ends"), TEXT("soon"), 0 }, { TEXT("fee"), TEXT("much"), 0 },
		{ TEXT("vip"), { NULL, 0 }, 1 }, { TEXT("who"), { NULL, 0 }, 1 } };
	static const char *const conditions[] = { "c.customer.age == 30",
		"c.days_till(\"ends\") < 60", "c.customer.fee > money \"1\"", "c.customer.vip",
		"c.customer.who == \"me\"" };
	(void)state;
	for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
		struct sold sold;
		char rules[400];
		snprintf(rules, sizeof rules,
			"sell { eligible { \"a\", say = \"why\",\n  when = function(c) return %s end } }\n",
			conditions[i]);
		begin(&sold, rules);
		sold_add(&sold, "a");
		assert_non_null(strstr(sold_because(&sold), "' of the customer is not known"));
		sold.question.facts = wrong;
		sold.question.fact_count = sizeof wrong / sizeof wrong[0];
		assert_non_null(strstr(sold_because(&sold), "' is not "));
		sold_end(&sold);
	}
}

static void
modes_begin_when_they_say(void **state)
{
	static const struct {
		struct effective mode;
		int32_t year, month, day;
	} cases[] = {
		{ { EFFECTIVE_NOW, 0 }, 2026, 1, 31 },
		{ { EFFECTIVE_NEXT_CYCLE, 0 }, 2026, 2, 1 },
		{ { EFFECTIVE_DATE, 0 }, 2026, 8, 9 },
		{ { EFFECTIVE_ACCEPTED, 0 }, 2026, 1, 31 },
		{ { EFFECTIVE_ACCEPTED, 1 }, 2026, 2, 1 },
		{ { EFFECTIVE_COMPLETED, 0 }, 2026, 2, 28 },
		{ { EFFECTIVE_COMPLETED, 3 }, 2026, 3, 3 },
	};
	struct sold sold;
	(void)state;
	begin(&sold, "sell { requires { \"a\", needs = \"b\", say = \"why\" } }\n");
	sold.question.at_ms = sold_day(2026, 1, 31);
	sold.question.completed_ms = sold_day(2026, 2, 28);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t at_ms = effective_at(
			sold.question.image, cases[i].mode, &sold.question, sold_day(2026, 8, 9));
		assert_int_equal(at_ms, sold_day(cases[i].year, cases[i].month, cases[i].day));
	}
	sold_end(&sold);
}

/* ---- against a naive judge ---- */

#define PACKAGES 5
#define DAYS 6
#define CATALOGS 60
#define ROUNDS 80

/* A rule of the random catalogs, by numbers of packages. */
struct rule {
	bool requires;
	uint32_t first, second, third; /* third: another that would do; PACKAGES: none */
};

struct draw {
	unsigned seed;
	struct rule rules[4];
	uint32_t rule_count;
	/* what is held of each package, in days from 0; none if from ≥ till */
	uint32_t from[PACKAGES], till[PACKAGES];
};

static uint32_t
draw(struct draw *draw, uint32_t below)
{
	return (uint32_t)rand_r(&draw->seed) % below;
}

static void
draw_rules(struct draw *random, char *source, size_t size)
{
	random->rule_count = 2 + draw(random, 3);
	int used = snprintf(source, size, "sell {\n");
	for (uint32_t i = 0; i < random->rule_count; i++) {
		struct rule *rule = &random->rules[i];
		rule->requires = draw(random, 2) == 0;
		rule->first = draw(random, PACKAGES);
		rule->second = (rule->first + 1 + draw(random, PACKAGES - 1)) % PACKAGES;
		rule->third = draw(random, 2) == 0 ? PACKAGES : draw(random, PACKAGES);
		if (!rule->requires || rule->third == rule->first || rule->third == rule->second)
			rule->third = PACKAGES;
		used += snprintf(source + used, size - (size_t)used,
			rule->requires
				? "requires { \"%c\", needs = { \"%c\"%s%.1s%s }, say = \"why\" },\n"
				: "excludes { \"%c\", \"%c\"%s%.1s%s, say = \"why\" },\n",
			'a' + (char)rule->first, 'a' + (char)rule->second,
			rule->third == PACKAGES ? "" : ", \"",
			rule->third == PACKAGES ? "" : &"abcde"[rule->third],
			rule -> third == PACKAGES ? "" : "\"");
	}
	snprintf(source + used, size - (size_t)used, "}\n");
}

/* Which packages are held on a day, the order included or not. */
static bool
is_held(const struct draw *random, uint32_t package, uint32_t day)
{
	return package < PACKAGES && random->from[package] <= day && day < random->till[package];
}

static bool
breaks(const struct draw *random, const struct rule *rule, uint32_t day)
{
	bool first = is_held(random, rule->first, day), second = is_held(random, rule->second, day);
	return rule->requires ? first && !second && !is_held(random, rule->third, day)
			      : first && second;
}

/* Everything is held for some days; one package is added or cancelled, at some day. */
static void
compare_with_naive(struct sold *sold, struct draw *random)
{
	const int64_t today_ms = sold->question.at_ms;
	struct draw after;
	uint32_t indexes[PACKAGES], one = draw(random, PACKAGES), day = draw(random, DAYS);
	sold_clear(sold);
	for (uint32_t i = 0; i < PACKAGES; i++) {
		random->from[i] = draw(random, DAYS);
		random->till[i] = draw(random, DAYS + 1);
		if (random->from[i] >= random->till[i])
			continue;
		indexes[i] = sold->question.held_count;
		struct sell_item *item = sold_hold(sold, &"a\0b\0c\0d\0e"[2 * i]);
		item->span = (struct sell_span){ today_ms + random->from[i] * DAY_MS,
			today_ms + random->till[i] * DAY_MS };
	}
	after = *random;
	if (random->from[one] < random->till[one]) {
		sold_cancel(sold, indexes[one])->item.span.from_ms = today_ms + day * DAY_MS;
		if (day < after.till[one])
			after.till[one] = day;
	} else {
		uint32_t till = day + 1 + draw(random, DAYS);
		struct sell_wanted *wanted = sold_add(sold, &"a\0b\0c\0d\0e"[2 * one]);
		wanted->has_mode = true;
		wanted->mode.kind = EFFECTIVE_DATE;
		wanted->item.span = (struct sell_span){ today_ms + day * DAY_MS,
			today_ms + till * DAY_MS };
		after.from[one] = day;
		after.till[one] = till;
	}
	bool expected = false;
	for (uint32_t i = 0; i < random->rule_count; i++)
		for (uint32_t at = 0; at < 2 * DAYS; at++)
			expected = expected ||
				(breaks(&after, &random->rules[i], at) &&
					!breaks(random, &random->rules[i], at));
	sold_judge(sold);
	if (sell_is_blocked(&sold->verdict) != expected)
		fail_msg("the naive judge says %s: %s", expected ? "blocked" : "ok",
			sold_because(sold));
	for (uint32_t i = 0; i < sold->verdict.finding_count && i == 0; i++) {
		struct sell_fixes fixes;
		struct fault fault;
		struct sell_mending mending = { &sold->question, &sold->verdict,
			sold->verdict.findings };
		assert_int_equal(sell_mend(&mending, &sold->arena, &fixes, &fault), STATUS_OK);
		assert_true(fixes.count > 0); /* it can always be left */
	}
}

/* Does a set of packages, a bit each, meet all rules? */
static bool
can_be(const struct draw *random, uint32_t set)
{
	for (uint32_t i = 0; i < random->rule_count; i++) {
		const struct rule *rule = &random->rules[i];
		bool first = (set >> rule->first & 1) != 0, second = (set >> rule->second & 1) != 0;
		bool third = rule->third < PACKAGES && (set >> rule->third & 1) != 0;
		if (rule->requires ? first && !second && !third : first && second)
			return false;
	}
	return true;
}

/* Does a package need itself, by rules that leave no choice? */
static bool
is_circular(const struct draw *random)
{
	for (uint32_t start = 0; start < PACKAGES; start++) {
		uint32_t needed = 0;
		for (uint32_t round = 0; round < PACKAGES; round++)
			for (uint32_t i = 0; i < random->rule_count; i++) {
				const struct rule *rule = &random->rules[i];
				bool walked = rule->first == start ||
					(needed >> rule->first & 1) != 0;
				if (rule->requires && rule->third == PACKAGES && walked)
					needed |= 1u << rule->second;
			}
		if ((needed >> start & 1) != 0)
			return true;
	}
	return false;
}

static bool
can_all_be_sold(const struct draw *random)
{
	for (uint32_t package = 0; package < PACKAGES; package++) {
		bool found = false;
		for (uint32_t set = 0; set < 1u << PACKAGES; set++)
			found = found || ((set >> package & 1) != 0 && can_be(random, set));
		if (!found)
			return false;
	}
	return true;
}

/* Does the checker take the rules? */
static bool
is_built(const char *rules)
{
	struct bundle_file file = file_of("catalog.lua", source_of(rules));
	struct release *release = NULL;
	struct findings findings;
	struct fault fault;
	struct buffer bundle;
	make_bundle(&file, 1, &bundle);
	findings_init(&findings);
	bool built = release_build(bytes_of(&bundle), &release, &findings, &fault) == STATUS_OK;
	for (size_t i = 0; !built && i < findings.count; i++) {
		struct text rule = findings.list[i].rule;
		if (findings.list[i].severity == FINDING_ERROR &&
			!text_equal(rule, TEXT("requires_circular")) &&
			!text_equal(rule, TEXT("requires_excluded")) &&
			!text_equal(rule, TEXT("never_sellable")))
			fail_msg("%.*s", TEXT_ARGS(findings.list[i].say_en));
	}
	release_drop(release);
	findings_release(&findings);
	buffer_release(&bundle);
	return built;
}

static void
checker_and_judge_agree_with_naive_ones(void **state)
{
	struct draw random = { .seed = 20261122 };
	uint32_t sound = 0, unsound = 0;
	(void)state;
	print_message("seed %u\n", random.seed);
	for (int catalog = 0; catalog < CATALOGS; catalog++) {
		struct sold sold;
		char rules[1000];
		draw_rules(&random, rules, sizeof rules);
		bool expected = !is_circular(&random) && can_all_be_sold(&random);
		if (is_built(rules) != expected)
			fail_msg("the naive checker says %s: %s", expected ? "sound" : "unsound",
				rules);
		if (!expected) {
			unsound++;
			continue;
		}
		sound++;
		begin(&sold, rules);
		for (int round = 0; round < ROUNDS; round++)
			compare_with_naive(&sold, &random);
		sold_end(&sold);
	}
	assert_true(sound > CATALOGS / 10 && unsound > CATALOGS / 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_need_is_met_by_several_one_after_the_other),
		cmocka_unit_test(what_was_wrong_before_is_not_held_against_the_order),
		cmocka_unit_test(a_cancellation_is_blamed_for_what_it_takes),
		cmocka_unit_test(
			rules_between_plans_and_offerings_are_about_all_that_was_bought_so),
		cmocka_unit_test(a_rule_for_some_products_looks_at_each_line),
		cmocka_unit_test(conditions_see_facts_of_every_kind),
		cmocka_unit_test(facts_that_are_not_known_or_of_another_kind_are_never_guessed),
		cmocka_unit_test(modes_begin_when_they_say),
		cmocka_unit_test(checker_and_judge_agree_with_naive_ones),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
