#include "damages.h"

/*
 * What the checker says of selling: a sound catalog is damaged in one place at a time, and each
 * damage must be named where it is, with what would mend it, in both languages.
 */

static const char catalog_lua[] =
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

static const char shop_test_lua[] =
	"order \"a line that is given up\" {\n"
	"    at = \"2026-03-18 12:00:00\", holds = { package = \"a\", plan = \"p\", offering = \"o\", lines = { line = \"L1\" } },\n"
	"    cancel = { package = \"a\" }, expect = { verdict = \"ok\" },\n"
	"}\n";

enum file { CATALOG, TEST, FILES };
static const char *const paths[FILES] = { "catalog.lua", "shop_test.lua" };
static const char *const contents[FILES] = { catalog_lua, shop_test_lua };
static const struct sound shop = { paths, contents, FILES };

static const struct damage damages[] = {
	{ "plan_excludes_itself", 0, ", only = { product = \"line\" }, say", ", say",
		"catalog.lua:11:12", .mend = "optional", .say = "'c'" },
	{ "plan_excludes_itself", 0, "excludes { \"a\", \"c\", only = { product = \"line\" }",
		"excludes { \"plan.p\", \"c\"", "catalog.lua:11:12", .say = "'plan.p' excludes" },
	{ "wrong_type", CATALOG, "age = \"integer\"", "age = \"number\"", "catalog.lua:1:28",
		.mend = "money" },
	{ "missing_text", CATALOG, "fact = { age = \"x\" }, ", "", "catalog.lua:1:28",
		.mend = "texts" },
	{ "missing_text", CATALOG, ", agreement = { acme = \"x\" }", "", "catalog.lua:12:36",
		.mend = "texts" },
	{ "ancillary_without_under", CATALOG, "under = \"line\", ", "", "catalog.lua:4:1",
		.mend = "under" },
	{ "under_of_standard", CATALOG, "kind = \"ancillary\", ", "", "catalog.lua:4:18",
		.mend = "ancillary" },
	{ "unknown_name", CATALOG, "under = \"line\"", "under = \"lime\"", "catalog.lua:4:38",
		.mend = "line" },
	{ "default_not_allowed", CATALOG, "default = \"now\"", "default = \"date\"",
		"catalog.lua:6:19", .mend = "allow" },
	{ "no_entries", CATALOG,
		"{ default = \"now\", allow = { \"now\", { days_after_completion = 3 } } }", "{}",
		"catalog.lua:6:5", .mend = "add" },
	{ "wrong_type", CATALOG, "days_after_completion = 3", "days = 3", "catalog.lua:6:53",
		.mend = "next_cycle" },
	{ "out_of_range", CATALOG, "days_after_completion = 3", "days_after_completion = -3",
		"catalog.lua:6:55", .mend = "bounds" },
	{ "wrong_type", CATALOG, "count = \"1..2\"", "count = \"2..1\"", "catalog.lua:7:37",
		.mend = "0..2" },
	{ "unknown_name", CATALOG, "product = \"line\", count", "product = \"lime\", count",
		"catalog.lua:7:19", .mend = "line" },
	{ "repeated", CATALOG, "{ product = \"line\", count = \"1..2\" }",
		"{ product = \"line\", count = 1 }, { product = \"line\", count = 1 }",
		.place = "catalog.lua:7:50" },
	{ "unknown_name", CATALOG, "same_as = \"a\"", "same_as = \"aa\"", "catalog.lua:9:65",
		.mend = "a" },
	{ "wrong_type", CATALOG, "same_as = \"a\"", "same_as = \"a\", 3", "catalog.lua:9:53",
		.mend = "same_as" },
	{ "same_as_without_requires", CATALOG, "requires { \"b\", needs = \"a\"",
		"requires { \"b\", needs = { \"a\", \"c\" }", "catalog.lua:9:65",
		.mend = "requires" },
	{ "agreement_without_list", CATALOG, "agreements = \"acme\", ", "", "catalog.lua:12:1",
		.mend = "agreements" },
	{ "agreements_of_other_kind", CATALOG, "kind = \"agreement\", ", "", "catalog.lua:12:16",
		.mend = "agreement" },
	{ "till_before_from", CATALOG, "optional = \"b\", from",
		"optional = \"b\", till = \"2019-01-01\", from", "catalog.lua:11:49",
		.mend = "later" },
	{ "versions_same_start", CATALOG, "offering \"o\"",
		"plan \"p\" { base = \"a\", from = \"2020-01-01\" }\noffering \"o\"",
		"catalog.lua:12:24", .say = "two versions of plan 'p'" },
	{ "duplicate_id", CATALOG, "product \"tone\"",
		"product \"line\" { services = \"voice\" }\nproduct \"tone\"", "catalog.lua:4:1",
		.mend = "another id", .say = "'line'" },
	{ "versions_hole", CATALOG, "optional = \"b\", from",
		"optional = \"b\", from = \"2021-01-01\" } plan \"p\" { base = \"a\", till = \"2020-06-01\", from",
		"catalog.lua:11:94", .mend = "seasonal" },
	{ "unknown_name", CATALOG, "requires { \"b\"", "requires { \"bb\"", "catalog.lua:14:16",
		.mend = "b" },
	{ "unknown_name", CATALOG, "\"plan.p\"", "\"plan.pp\"", "catalog.lua:17:16", .mend = "p" },
	{ "unknown_name", CATALOG, "\"offering.o\"", "\"offering.x\"",
		.place = "catalog.lua:17:26" },
	{ "wrong_type", CATALOG, "requires { \"b\"", "requires { \"b b\"", "catalog.lua:14:16",
		.mend = "e6_base" },
	{ "missing_field", CATALOG, "needs = \"a\", ", "", "catalog.lua:14:5", .mend = "needs" },
	{ "missing_field", CATALOG, "needs = \"a\", say = \"why\"", "needs = \"a\"",
		"catalog.lua:14:5", .mend = "say" },
	{ "excludes_nothing", CATALOG, "excludes { \"a\", \"c\"", "excludes { \"a\"",
		"catalog.lua:15:5", .mend = "two" },
	{ "repeated", CATALOG, "excludes { \"a\", \"c\"", "excludes { \"a\", \"c\", \"a\"",
		.place = "catalog.lua:15:26" },
	{ "no_entries", CATALOG, "recommends { \"a\", ", "recommends { ", "catalog.lua:16:5",
		.mend = "add" },
	{ "wrong_type", CATALOG, "when = function(c) return c.customer.age > 18 end", "when = true",
		"catalog.lua:17:53", .mend = "function" },
	{ "requires_circular", CATALOG, "requires {",
		"requires { \"a\", needs = \"b\", say = \"why\" }, requires {", "catalog.lua:14:49",
		.mend = "remove" },
	{ "requires_circular", CATALOG, "requires {",
		"requires { \"c\", needs = \"c\", say = \"why\" }, requires {", "catalog.lua:14:5",
		.mend = "remove" },
	{ "requires_excluded", CATALOG, "excludes {",
		"excludes { \"a\", \"b\", say = \"why\" },\n excludes {", "catalog.lua:14:5",
		.mend = "only" },
	{ "never_sellable", CATALOG, "excludes {",
		"requires { \"a\", needs = \"c\", say = \"why\" }, excludes { \"b\", \"c\", say = \"why\" },\n excludes {",
		"catalog.lua:14:5", .mend = "another" },
	{ "never_sellable", CATALOG, "requires {",
		"requires { \"c\", needs = { \"a\", \"b\" }, say = \"why\" }, excludes { \"a\", \"c\", say = \"why\" },\n requires {",
		"catalog.lua:14:5", .mend = "another" },
	{ "never_sellable", CATALOG, "package \"c\" { kind = \"base\", from = \"2020-01-01\"",
		"package \"d\" { kind = \"base\", from = \"2019-01-01\", till = \"2020-01-01\" } sell { requires { \"c\", needs = \"d\", say = \"why\" } }\n"
		"package \"c\" { kind = \"base\", from = \"2020-01-01\"",
		"catalog.lua:10:80", .mend = "another" },
	{ "context_field", CATALOG, "c.customer.age", "c.customer.ages", "catalog.lua:17:90",
		.mend = "age" },
	{ "context_field", CATALOG, "c.customer.age > 18", "c.seconds > 18", "catalog.lua:17:81",
		.mend = "holds" },
	{ "not_an_item", CATALOG, "sell {\n", "sell { 3,\n", "catalog.lua:13:8",
		.mend = "requires" },
	{ "wrong_place", CATALOG, "sell {\n",
		"requires { \"b\", needs = \"a\", say = \"why\" }\nsell {\n", "catalog.lua:13:1",
		.mend = "of sell {" },
	{ "unknown_field", CATALOG, "offer = \"b\"", "offers = \"b\"", "catalog.lua:16:23",
		.mend = "offer" },
	/* its test */
	{ "order_of_nothing", TEST, "cancel = { package = \"a\" }", "cancel = { package = \"b\" }",
		"shop_test.lua:3:5", .mend = "holds", .say = "cancel names 'b'" },
};

int
main(void)
{
	return run_damaged(
		(struct damaged){ &shop, damages, sizeof damages / sizeof damages[0], 400 });
}
