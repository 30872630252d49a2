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

static const char *const path = "catalog.lua", *const content = catalog_lua;
static const struct sound shop = { &path, &content, 1 };

static const struct damage damages[] = {
	{ "wrong_type", 0, "age = \"integer\"", "age = \"number\"", "catalog.lua:1:28",
		.mend = "money" },
	{ "missing_text", 0, "fact = { age = \"x\" }, ", "", "catalog.lua:1:28", .mend = "texts" },
	{ "missing_text", 0, ", agreement = { acme = \"x\" }", "", "catalog.lua:12:36",
		.mend = "texts" },
	{ "ancillary_without_under", 0, "under = \"line\", ", "", "catalog.lua:4:1",
		.mend = "under" },
	{ "under_of_standard", 0, "kind = \"ancillary\", ", "", "catalog.lua:4:18",
		.mend = "ancillary" },
	{ "unknown_name", 0, "under = \"line\"", "under = \"lime\"", "catalog.lua:4:38",
		.mend = "line" },
	{ "default_not_allowed", 0, "default = \"now\"", "default = \"date\"", "catalog.lua:6:19",
		.mend = "allow" },
	{ "no_entries", 0,
		"{ default = \"now\", allow = { \"now\", { days_after_completion = 3 } } }", "{}",
		"catalog.lua:6:5", .mend = "add" },
	{ "wrong_type", 0, "days_after_completion = 3", "days = 3", "catalog.lua:6:53",
		.mend = "next_cycle" },
	{ "out_of_range", 0, "days_after_completion = 3", "days_after_completion = -3",
		"catalog.lua:6:55", .mend = "bounds" },
	{ "wrong_type", 0, "count = \"1..2\"", "count = \"2..1\"", "catalog.lua:7:37",
		.mend = "0..2" },
	{ "unknown_name", 0, "product = \"line\", count", "product = \"lime\", count",
		"catalog.lua:7:19", .mend = "line" },
	{ "repeated", 0, "{ product = \"line\", count = \"1..2\" }",
		"{ product = \"line\", count = 1 }, { product = \"line\", count = 1 }",
		.place = "catalog.lua:7:50" },
	{ "unknown_name", 0, "same_as = \"a\"", "same_as = \"aa\"", "catalog.lua:9:65",
		.mend = "a" },
	{ "wrong_type", 0, "same_as = \"a\"", "same_as = \"a\", 3", "catalog.lua:9:53",
		.mend = "same_as" },
	{ "same_as_without_requires", 0, "requires { \"b\", needs = \"a\"",
		"requires { \"b\", needs = { \"a\", \"c\" }", "catalog.lua:9:65",
		.mend = "requires" },
	{ "agreement_without_list", 0, "agreements = \"acme\", ", "", "catalog.lua:12:1",
		.mend = "agreements" },
	{ "agreements_of_other_kind", 0, "kind = \"agreement\", ", "", "catalog.lua:12:16",
		.mend = "agreement" },
	{ "till_before_from", 0, "optional = \"b\", from",
		"optional = \"b\", till = \"2019-01-01\", from", "catalog.lua:11:49",
		.mend = "later" },
	{ "versions_same_start", 0, "offering \"o\"",
		"plan \"p\" { base = \"a\", from = \"2020-01-01\" }\noffering \"o\"",
		.place = "catalog.lua:12:24" },
	{ "versions_hole", 0, "optional = \"b\", from",
		"optional = \"b\", from = \"2021-01-01\" } plan \"p\" { base = \"a\", till = \"2020-06-01\", from",
		"catalog.lua:11:94", .mend = "seasonal" },
	{ "unknown_name", 0, "requires { \"b\"", "requires { \"bb\"", "catalog.lua:14:16",
		.mend = "b" },
	{ "unknown_name", 0, "\"plan.p\"", "\"plan.pp\"", "catalog.lua:17:16", .mend = "p" },
	{ "unknown_name", 0, "\"offering.o\"", "\"offering.x\"", .place = "catalog.lua:17:26" },
	{ "wrong_type", 0, "requires { \"b\"", "requires { \"b b\"", "catalog.lua:14:16",
		.mend = "e6_base" },
	{ "missing_field", 0, "needs = \"a\", ", "", "catalog.lua:14:5", .mend = "needs" },
	{ "missing_field", 0, "needs = \"a\", say = \"why\"", "needs = \"a\"", "catalog.lua:14:5",
		.mend = "say" },
	{ "excludes_nothing", 0, "excludes { \"a\", \"c\"", "excludes { \"a\"", "catalog.lua:15:5",
		.mend = "two" },
	{ "repeated", 0, "excludes { \"a\", \"c\"", "excludes { \"a\", \"c\", \"a\"",
		.place = "catalog.lua:15:26" },
	{ "no_entries", 0, "recommends { \"a\", ", "recommends { ", "catalog.lua:16:5",
		.mend = "add" },
	{ "wrong_type", 0, "when = function(c) return c.customer.age > 18 end", "when = true",
		"catalog.lua:17:53", .mend = "function" },
	{ "requires_circular", 0, "requires {",
		"requires { \"a\", needs = \"b\", say = \"why\" }, requires {", "catalog.lua:14:49",
		.mend = "remove" },
	{ "requires_circular", 0, "requires {",
		"requires { \"c\", needs = \"c\", say = \"why\" }, requires {", "catalog.lua:14:5",
		.mend = "remove" },
	{ "requires_excluded", 0, "excludes {",
		"excludes { \"a\", \"b\", say = \"why\" },\n excludes {", "catalog.lua:14:5",
		.mend = "only" },
	{ "never_sellable", 0, "excludes {",
		"requires { \"a\", needs = \"c\", say = \"why\" }, excludes { \"b\", \"c\", say = \"why\" },\n excludes {",
		"catalog.lua:14:5", .mend = "another" },
	{ "never_sellable", 0, "requires {",
		"requires { \"c\", needs = { \"a\", \"b\" }, say = \"why\" }, excludes { \"a\", \"c\", say = \"why\" },\n requires {",
		"catalog.lua:14:5", .mend = "another" },
	{ "never_sellable", 0, "package \"c\" { kind = \"base\", from = \"2020-01-01\"",
		"package \"d\" { kind = \"base\", from = \"2019-01-01\", till = \"2020-01-01\" } sell { requires { \"c\", needs = \"d\", say = \"why\" } }\n"
		"package \"c\" { kind = \"base\", from = \"2020-01-01\"",
		"catalog.lua:10:80", .mend = "another" },
	{ "context_field", 0, "c.customer.age", "c.customer.ages", "catalog.lua:17:90",
		.mend = "age" },
	{ "context_field", 0, "c.customer.age > 18", "c.seconds > 18", "catalog.lua:17:81",
		.mend = "holds" },
	{ "not_an_item", 0, "sell {\n", "sell { 3,\n", "catalog.lua:13:8", .mend = "requires" },
	{ "wrong_place", 0, "sell {\n",
		"requires { \"b\", needs = \"a\", say = \"why\" }\nsell {\n", "catalog.lua:13:1",
		.mend = "of sell {" },
	{ "unknown_field", 0, "offer = \"b\"", "offers = \"b\"", "catalog.lua:16:23",
		.mend = "offer" },
};

int
main(void)
{
	return run_damaged(
		(struct damaged){ &shop, damages, sizeof damages / sizeof damages[0], 400 });
}
