#include "catalogs.h"

/*
 * What the checker says of selling: a sound catalog is damaged in one place at a time, and each
 * damage must be named where it is, with what would mend it, in both languages.
 */

static const char sound[] =
	"catalog \"shop\" { facts = { age = \"integer\" } }\n" /* 1 */
	"service \"voice\" { unit = \"second\" }\n"
	"product \"line\" { services = \"voice\" }\n"
	"product \"tone\" { kind = \"ancillary\", under = \"line\", services = \"voice\" }\n"
	"package \"a\" { kind = \"base\", from = \"2020-01-01\",\n" /* 5 */
	"    effective = { default = \"now\", allow = { \"now\", { days_after_completion = 3 } } },\n"
	"    members = { { product = \"line\", count = \"1..2\" } },\n"
	"    tariff { id = \"t\", serves = { service = \"voice\" }, step = \"60 s\", price = \"0.15\", say = \"call\" } }\n"
	"package \"b\" { kind = \"plugin\", from = \"2020-01-01\", members = { same_as = \"a\" } }\n"
	"package \"c\" { kind = \"base\", from = \"2020-01-01\" }\n" /* 10 */
	"plan \"p\" { base = { \"a\", \"c\" }, optional = \"b\", from = \"2020-01-01\" }\n"
	"offering \"o\" { kind = \"agreement\", agreements = \"acme\", plans = \"p\" }\n"
	"sell {\n" /* 13 */
	"    requires { \"b\", needs = \"a\", say = \"why\" },\n"
	"    excludes { \"a\", \"c\", only = { product = \"line\" }, say = \"why\" },\n"
	"    recommends { \"a\", offer = \"b\", say = \"why\" },\n"
	"    eligible { \"plan.p\", \"offering.o\", say = \"why\", when = function(c) return c.customer.age > 18 end },\n"
	"}\n"
	"local words = { catalog = { shop = \"x\" }, service = { voice = \"x\" }, product = { line = \"x\", tone = \"x\" },\n"
	"    package = { a = \"x\", b = \"x\", c = \"x\" }, plan = { p = \"x\" }, offering = { o = \"x\" }, call = \"x\", why = \"x\",\n"
	"    fact = { age = \"x\" }, agreement = { acme = \"x\" } }\n"
	"texts \"zh\" (words) texts \"en\" (words)\n";

struct damage {
	const char *rule;
	const char *from;
	const char *to;
	uint32_t line;
	const char *mend; /* part of the fix in English */
};

static const struct damage damages[] = {
	{ "wrong_type", "age = \"integer\"", "age = \"number\"", 1, "money" },
	{ "missing_text", "fact = { age = \"x\" }, ", "", 1, "texts" },
	{ "missing_text", ", agreement = { acme = \"x\" }", "", 12, "texts" },
	{ "ancillary_without_under", "under = \"line\", ", "", 4, "under" },
	{ "under_of_standard", "kind = \"ancillary\", ", "", 4, "ancillary" },
	{ "unknown_name", "under = \"line\"", "under = \"lime\"", 4, "line" },
	{ "default_not_allowed", "default = \"now\"", "default = \"date\"", 6, "allow" },
	{ "no_entries", "{ default = \"now\", allow = { \"now\", { days_after_completion = 3 } } }",
		"{}", 6, "add" },
	{ "wrong_type", "days_after_completion = 3", "days = 3", 6, "next_cycle" },
	{ "out_of_range", "days_after_completion = 3", "days_after_completion = -3", 6, "bounds" },
	{ "wrong_type", "count = \"1..2\"", "count = \"2..1\"", 7, "0..2" },
	{ "unknown_name", "product = \"line\", count", "product = \"lime\", count", 7, "line" },
	{ "repeated", "{ product = \"line\", count = \"1..2\" }",
		"{ product = \"line\", count = 1 }, { product = \"line\", count = 1 }", 7, "" },
	{ "unknown_name", "same_as = \"a\"", "same_as = \"aa\"", 9, "a" },
	{ "wrong_type", "same_as = \"a\"", "same_as = \"a\", 3", 9, "same_as" },
	{ "same_as_without_requires", "requires { \"b\", needs = \"a\"",
		"requires { \"b\", needs = { \"a\", \"c\" }", 9, "requires" },
	{ "agreement_without_list", "agreements = \"acme\", ", "", 12, "agreements" },
	{ "agreements_of_other_kind", "kind = \"agreement\", ", "", 12, "agreement" },
	{ "till_before_from", "optional = \"b\", from",
		"optional = \"b\", till = \"2019-01-01\", from", 11, "later" },
	{ "versions_same_start", "offering \"o\"",
		"plan \"p\" { base = \"a\", from = \"2020-01-01\" }\noffering \"o\"", 12, "" },
	{ "versions_hole", "optional = \"b\", from",
		"optional = \"b\", from = \"2021-01-01\" } plan \"p\" { base = \"a\", till = \"2020-06-01\", from",
		11, "seasonal" },
	{ "unknown_name", "requires { \"b\"", "requires { \"bb\"", 14, "b" },
	{ "unknown_name", "\"plan.p\"", "\"plan.pp\"", 17, "p" },
	{ "unknown_name", "\"offering.o\"", "\"offering.x\"", 17, "" },
	{ "wrong_type", "requires { \"b\"", "requires { \"b b\"", 14, "e6_base" },
	{ "missing_field", "needs = \"a\", ", "", 14, "needs" },
	{ "missing_field", "needs = \"a\", say = \"why\"", "needs = \"a\"", 14, "say" },
	{ "excludes_nothing", "excludes { \"a\", \"c\"", "excludes { \"a\"", 15, "two" },
	{ "repeated", "excludes { \"a\", \"c\"", "excludes { \"a\", \"c\", \"a\"", 15, "" },
	{ "no_entries", "recommends { \"a\", ", "recommends { ", 16, "add" },
	{ "wrong_type", "when = function(c) return c.customer.age > 18 end", "when = true", 17,
		"function" },
	{ "requires_circular", "requires {",
		"requires { \"a\", needs = \"b\", say = \"why\" }, requires {", 14, "remove" },
	{ "requires_circular", "requires {",
		"requires { \"c\", needs = \"c\", say = \"why\" }, requires {", 14, "remove" },
	{ "requires_excluded", "excludes {",
		"excludes { \"a\", \"b\", say = \"why\" },\n excludes {", 14, "only" },
	{ "never_sellable", "excludes {",
		"requires { \"a\", needs = \"c\", say = \"why\" }, excludes { \"b\", \"c\", say = \"why\" },\n excludes {",
		14, "another" },
	{ "never_sellable", "requires {",
		"requires { \"c\", needs = { \"a\", \"b\" }, say = \"why\" }, excludes { \"a\", \"c\", say = \"why\" },\n requires {",
		14, "another" },
	{ "never_sellable", "package \"c\" { kind = \"base\", from = \"2020-01-01\"",
		"package \"d\" { kind = \"base\", from = \"2019-01-01\", till = \"2020-01-01\" } sell { requires { \"c\", needs = \"d\", say = \"why\" } }\n"
		"package \"c\" { kind = \"base\", from = \"2020-01-01\"",
		10, "another" },
	{ "context_field", "c.customer.age", "c.customer.ages", 17, "age" },
	{ "context_field", "c.customer.age > 18", "c.seconds > 18", 17, "holds" },
	{ "not_an_item", "sell {\n", "sell { 3,\n", 13, "requires" },
	{ "wrong_place", "sell {\n", "requires { \"b\", needs = \"a\", say = \"why\" }\nsell {\n",
		13, "sell" },
	{ "unknown_field", "offer = \"b\"", "offers = \"b\"", 16, "offer" },
};

static void
check(const char *source, struct findings *findings)
{
	struct bundle_file file = file_of("catalog.lua", source);
	struct release *release = NULL;
	struct fault fault;
	struct buffer bundle;
	make_bundle(&file, 1, &bundle);
	findings_init(findings);
	if (release_build(bytes_of(&bundle), &release, findings, &fault) == STATUS_OK)
		release_drop(release);
	buffer_release(&bundle);
}

static bool
is_named(const struct findings *findings, const struct damage *damage)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];
		if (text_equal(finding->rule, text_of(damage->rule)) &&
			finding->line == damage->line && finding->say_zh.size > 0 &&
			finding->mend_zh.size > 0 &&
			memmem(finding->mend_en.data, finding->mend_en.size, damage->mend,
				strlen(damage->mend)) != NULL)
			return true;
	}
	return false;
}

static void
a_sound_catalog_has_no_findings(void **state)
{
	struct findings findings;
	(void)state;
	check(sound, &findings);
	if (findings.count > 0)
		print_findings(&findings);
	assert_int_equal(findings.count, 0);
	findings_release(&findings);
}

static void
every_damage_is_named_with_its_line_and_its_fix(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
		struct findings findings;
		char *damaged = replace(sound, damages[i].from, damages[i].to);
		check(damaged, &findings);
		if (!is_named(&findings, &damages[i])) {
			print_findings(&findings);
			fail_msg("%s at line %u: \"%s\" instead of \"%s\"", damages[i].rule,
				damages[i].line, damages[i].to, damages[i].from);
		}
		findings_release(&findings);
		free(damaged);
	}
}

static void
no_damage_whatever_confuses_the_checker(void **state)
{
	unsigned seed = 20261122;
	(void)state;
	print_message("seed %u\n", seed);
	for (int i = 0; i < 400; i++) {
		struct findings findings;
		char *damaged = damage_a_word(sound, &seed);
		check(damaged, &findings);
		for (size_t j = 0; j < findings.count; j++) {
			const struct finding *finding = &findings.list[j];
			if (memmem(finding->say_en.data, finding->say_en.size, "lib/", 4) != NULL ||
				text_equal(finding->rule, TEXT("unbuildable")) ||
				(text_equal(finding->rule, TEXT("script_failed")) &&
					finding->line == 0)) {
				print_findings(&findings);
				fail_msg("the checker itself failed on: %s", damaged);
			}
		}
		findings_release(&findings);
		free(damaged);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_catalog_has_no_findings),
		cmocka_unit_test(every_damage_is_named_with_its_line_and_its_fix),
		cmocka_unit_test(no_damage_whatever_confuses_the_checker),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
