/*
 * What the checker says of sharing and its tests: a sound catalog, damaged in one place at a time.
 */
#include "damages.h"

enum file { CATALOG, TESTS, FILES };
static const char *const paths[FILES] = { "catalog.lua", "family_test.lua" };
static const char *const contents[FILES] = {
	"service \"voice\" { unit = \"second\" } product \"line\" { services = \"voice\" }\n"
	"package \"family\" {\n"
	"    kind = \"base\", from = \"2026-01-01\",\n"
	"    allowance { id = \"minutes\", serves = { service = \"voice\" }, amount = \"300 minutes\", every = \"month\",\n"
	"        shared = true, member_cap = \"100 minutes\" },\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, step = \"60 s\", say = \"voice.call\",\n"
	"        tiers = { kind = \"graduated\", every = \"month\", by = \"package\" },\n"
	"        price = { { \"0.15\", up_to = 300 }, { \"0.11\" } } },\n"
	"    cap { id = \"most\", amount = \"80.00\", every = \"month\", by = \"package\" },\n"
	"    limit { id = \"enough\", serves = { service = \"voice\" }, amount = \"900 minutes\", every = \"month\", by = \"member\",\n"
	"        say = \"voice.enough\" },\n"
	"}\n"
	"package \"family\" {\n"
	"    kind = \"base\", from = \"2027-01-01\",\n"
	"    allowance { id = \"minutes\", serves = { service = \"voice\" }, amount = 300, unit = \"minute\", every = \"month\",\n"
	"        shared = true, member_cap = 100 },\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, step = \"60 s\", say = \"voice.call\",\n"
	"        tiers = { kind = \"graduated\", every = \"month\", by = \"package\" },\n"
	"        price = { { \"0.14\", up_to = 300 }, { \"0.10\" } } },\n"
	"    cap { id = \"most\", amount = \"90.00\", every = \"month\", by = \"package\" },\n"
	"    limit { id = \"enough\", serves = { service = \"voice\" }, amount = \"900 minutes\", every = \"month\",\n"
	"        say = \"voice.enough\" },\n"
	"}\n"
	"local texts_of = { [\"catalog.family\"] = \"family\", [\"package.family\"] = \"family\", [\"service.voice\"] = \"voice\", [\"product.line\"] = \"line\",\n"
	"    [\"allowance.minutes\"] = \"minutes\", [\"cap.most\"] = \"most\", [\"voice.call\"] = \"call\", [\"voice.enough\"] = \"enough\" }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n"
	"catalog \"family\" {}\n",
	"test \"what a member may take\" {\n"
	"    holds = { { package = \"family\", from = \"2026-03-10\", group = \"home\", group_from = \"2026-03-01\", members = 3 } },\n"
	"    used = { [\"family.minutes\"] = \"100 minutes\", [\"family.minutes.member\"] = \"90 minutes\" },\n"
	"    event = { service = \"voice\", at = \"2026-03-18 12:00:00\", seconds = \"20 minutes\" },\n"
	"    expect = { amount = \"1.50\", parts = { \"10 free\", \"10 tier 1\" } },\n"
	"}\n"
	"scenario \"two members\" {\n"
	"    from = \"2026-03-10 00:00:00\",\n"
	"    event = { service = \"voice\", seconds = 60 },\n"
	"    buy { \"family\", member = \"second\", group = \"home\", group_from = \"2026-03-01 00:00:00\" },\n"
	"    use { member = \"second\" },\n"
	"    cancel { \"family\", member = \"second\" },\n"
	"}\n",
};

static const struct sound family = { paths, contents, FILES };

static const struct damage damages[] = {
	/* what is owed, or comes, once */
	{ "by_without_group", CATALOG, "    kind = \"base\", from = \"2026-01-01\",\n",
		"    kind = \"base\", from = \"2026-01-01\", members = { { product = \"line\", count = 1 } },\n"
		"    charge { id = \"fee\", every = \"once\", amount = \"1.00\", by = \"package\" },\n",
		"catalog.lua:4:59", .mend = "remove by" },
	{ "gift_with_deposit", CATALOG, "    kind = \"base\", from = \"2026-01-01\",\n",
		"    kind = \"base\", from = \"2026-01-01\",\n"
		"    deposit { id = \"stored\", amount = \"5.00\", release = \"5.00\", pays = { charge = \"all\" } },\n"
		"    gift { id = \"bonus\", with = \"stored\", amounts = \"5.00\", by = \"package\", pays = { charge = \"all\" } },\n",
		"catalog.lua:5:61", .mend = "remove by" },
	{ "group_missing", TESTS, "group = \"home\", group_from = \"2026-03-01\", members = 3",
		"pays = true", "family_test.lua:2:58", .mend = "write group", .say = "pays" },
	{ "wrong_type", CATALOG, "shared = true", "shared = \"yes\"", "catalog.lua:5:9",
		.mend = "true" },
	{ "member_cap_alone", CATALOG, "shared = true, ", "", "catalog.lua:5:9",
		.mend = "shared = true" },
	{ "member_cap_without_cycle", CATALOG, "every = \"month\",\n        shared",
		"every = \"once\", valid = \"1 month\",\n        shared", "catalog.lua:5:24",
		.mend = "remove member_cap" },
	{ "member_cap_bounds_nothing", CATALOG, "\"100 minutes\"", "\"300 minutes\"",
		"catalog.lua:5:24", .mend = "less than the amount" },
	{ "missing_field", CATALOG, "\"100 minutes\"", "100", "catalog.lua:4:5", .mend = "unit" },
	{ "wrong_unit", CATALOG, "\"100 minutes\"", "\"100 MB\"", .place = "catalog.lua:5:24" },
	{ "unknown_choice", CATALOG, "by = \"package\"", "by = \"packages\"", "catalog.lua:7:56",
		.mend = "package" },
	{ "by_without_cycle", CATALOG, "every = \"month\", by", "every = \"event\", by",
		"catalog.lua:7:56", .mend = "remove by" },
	{ "unknown_choice", CATALOG, "amount = \"80.00\", every = \"month\", by = \"package\"",
		"amount = \"80.00\", every = \"month\", by = \"group\"",
		.place = "catalog.lua:9:59" },
	{ "unknown_choice", CATALOG, "by = \"member\"", "by = \"line\"", "catalog.lua:10:101",
		.mend = "one of them" },
	/* A counter goes on from version to version, and would find another's. */
	{ "counter_changes", CATALOG, "shared = true, member_cap = 100 }", "member_cap = 100 }",
		"catalog.lua:15:5", .say = "minutes" },
	{ "counter_changes", CATALOG, "amount = \"90.00\", every = \"month\", by = \"package\"",
		"amount = \"90.00\", every = \"month\"", "catalog.lua:20:5", .say = "most" },
	{ "counter_changes", CATALOG, "every = \"month\", by = \"member\"",
		"every = \"month\", by = \"package\"", "catalog.lua:21:5", .say = "enough" },
	{ "group_missing", TESTS, "group = \"home\", ", "", "family_test.lua:2:58",
		.mend = "remove group_from" },
	{ "group_later", TESTS, "\"2026-03-01\"", "\"2026-03-11\"", "family_test.lua:2:74",
		.mend = "no later than from" },
	{ "unknown_counter", TESTS, "minutes.member", "minutes.members",
		.place = "family_test.lua:3:50", .mend = "family.minutes.member" },
	{ "group_missing", TESTS, "group = \"home\", group_from = \"2026-03-01 00:00:00\"",
		"members = 2", "family_test.lua:10:40", .mend = "remove members" },
	{ "wrong_type", TESTS,
		"package = \"family\", from = \"2026-03-10\", group = \"home\", group_from",
		"package = \"1\", from = \"2026-03-10\", group = \"home\", group_from",
		"family_test.lua:2:17", .mend = "local_voice" },
	{ "not_held", TESTS, "cancel { \"family\", member = \"second\" }",
		"cancel { \"family\", member = \"third\" }", .place = "family_test.lua:12:14" },
	{ "wrong_type", TESTS, "use { member = \"second\" }", "use { member = \"the second\" }",
		.place = "family_test.lua:11:11" },
};

int
main(void)
{
	return run_damaged(
		(struct damaged){ &family, damages, sizeof damages / sizeof damages[0], 200 });
}
