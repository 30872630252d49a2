/*
 * What the checker says of notices and refunds, and of the steps of scenarios that have to do with
 * them: a sound catalog, damaged in one place at a time.
 */
#include "damages.h"

enum file { CATALOG, TESTS, FILES };
static const char *const paths[FILES] = { "catalog.lua", "told_test.lua" };
static const char *const contents[FILES] = {
	"catalog \"told\" {}\n"
	"zones \"near\" { { \"home\", number = \"1\" }, { \"away\", rest = true } }\n"
	"service \"voice\" { unit = \"second\", zones = \"near\" }\n"
	"service \"sms\" { unit = \"item\" }\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    allowance { id = \"minutes\", serves = { service = \"voice\" }, amount = \"100 minutes\", every = \"month\", carry_over = \"1 month\" },\n"
	"    allowance { id = \"bought\", serves = { service = \"sms\" }, amount = \"1000 items\", every = \"once\", valid = \"2 months\" },\n"
	"    tariff { id = \"voice\", say = \"s\", serves = { service = \"voice\" }, step = \"60 s\",\n"
	"        tiers = { kind = \"graduated\", every = \"month\", id = \"paid\" }, price = { { \"0.20\", up_to = 60 }, { \"0.10\" } } },\n"
	"    tariff { id = \"sms\", say = \"s\", serves = { service = \"sms\" }, step = \"1 item\", price = \"0.10\" },\n"
	"    cap { id = \"most\", amount = \"50.00\", every = \"month\" },\n"
	"    limit { id = \"day\", serves = { service = \"sms\" }, amount = \"200 items\", every = \"day\", say = \"s\" },\n"
	"    notify { id = \"low\", of = \"minutes\", left = { \"20%\", \"10 minutes\" }, say = \"n\" },\n"
	"    notify { id = \"few\", of = \"bought\", left = \"100 items\", say = \"n\" },\n"
	"    notify { id = \"much\", of = \"most\", used = { \"80%\", money \"45.00\" }, say = \"n\" },\n"
	"    notify { id = \"busy\", of = \"day\", used = \"100%\", say = \"n\" },\n"
	"    notify { id = \"paying\", of = \"paid\", used = \"1 minute\", say = \"n\" },\n"
	"    notify { id = \"lapses\", of = \"minutes\", before = \"58 days\", say = \"n\" },\n"
	"    notify { id = \"ends\", of = \"bought\", before = { \"1 month\", \"3 days\" }, say = \"n\" },\n"
	"    notify { id = \"stops\", before = \"2 years\", say = \"n\" },\n"
	"    refund { id = \"home\", serves = { service = \"voice\", zone = \"home\" }, within = \"90 minutes\", gives = \"money\", say = \"s\" },\n"
	"    refund { id = \"rest\", say = \"s\" },\n"
	"}\n"
	"local texts_of = { catalog = { told = \"told\" }, zone = { home = \"home\", away = \"away\" }, cap = { most = \"most\" },\n"
	"    service = { voice = \"calls\", sms = \"messages\" }, package = { talk = \"talk\" }, s = \"it\",\n"
	"    n = \"{amount} {last} {left} {package} {threshold} {used}\", allowance = { minutes = \"minutes\", bought = \"bought\" } }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n",
	"scenario \"told\" {\n"
	"    from = \"2020-01-31 00:00:00\", holds = \"talk\", event = { service = \"sms\" },\n"
	"    use { items = 5, as = \"five\", expect = { notices = {} } },\n"
	"    use { items = 2, as = \"two\" },\n"
	"    give_back { \"five\", items = 3, expect = { back = \"talk.bought 3\", lost = { \"talk.day 3\", \"talk.most 3.00\" } } },\n"
	"    expect { notices = { \"talk.low 20%\", \"2020-02-01 talk.ends 3 days\" } },\n"
	"}\n",
};
static const struct sound told = { paths, contents, FILES };

static const struct damage damages[] = {
	{ "notify_one_way", CATALOG, "left = \"100 items\",",
		"left = \"100 items\", used = \"10%\",", "catalog.lua:15:61",
		.mend = "another notify" },
	{ "notify_nothing", CATALOG, " left = \"100 items\",", "", "catalog.lua:15:5",
		.mend = "30 days" },
	{ "notify_without_of", CATALOG, "of = \"most\", ", "", "catalog.lua:16:27", .mend = "of" },
	{ "unknown_name", CATALOG, "of = \"most\"", "of = \"mots\"", "catalog.lua:16:27",
		.mend = "most" },
	{ "notify_no_end", CATALOG, "of = \"day\", used = \"100%\"",
		"of = \"day\", before = \"1 day\"", "catalog.lua:17:27", .mend = "allowance" },
	{ "notify_unit", CATALOG, "left = \"100 items\"", "left = \"100 minutes\"",
		"catalog.lua:15:41", .say = "seconds" },
	{ "notify_unit", CATALOG, "left = \"100 items\"", "left = \"1.00\"", "catalog.lua:15:41",
		.say = "money" },
	{ "notify_unit", CATALOG, "money \"45.00\"", "\"45 items\"", "catalog.lua:16:56",
		.say = "money" },
	{ "notify_without_total", CATALOG, "used = \"1 minute\"", "used = \"1%\"",
		"catalog.lua:18:42", .mend = "quantity" },
	{ "notify_without_total", CATALOG, "used = \"1 minute\"", "left = \"1 minute\"",
		"catalog.lua:18:42", .mend = "quantity" },
	{ "notify_never", CATALOG, "used = \"1 minute\"", "used = \"0 minutes\"",
		"catalog.lua:18:42", .mend = NULL },
	{ "notify_never", CATALOG, "\"10 minutes\" }", "\"100 minutes\" }", "catalog.lua:14:58",
		.mend = "less" },
	{ "notify_never", CATALOG, "\"20%\",", "\"100%\",", "catalog.lua:14:51", .mend = "less" },
	{ "notify_never", CATALOG, "money \"45.00\"", "money \"50.01\"", "catalog.lua:16:56",
		.mend = "no more" },
	{ "notify_never", CATALOG, "used = \"100%\"", "used = \"0%\"", "catalog.lua:17:39",
		.mend = NULL },
	{ "wrong_type", CATALOG, "used = \"100%\"", "used = \"101%\"", "catalog.lua:17:39",
		.mend = "50%" },
	{ "wrong_type", CATALOG, "used = \"100%\"", "used = 200", "catalog.lua:17:39",
		.mend = "10%" },
	{ "wrong_type", CATALOG, "used = \"100%\"", "used = \"much\"", "catalog.lua:17:39",
		.mend = "10%" },
	{ "no_entries", CATALOG, "used = \"100%\"", "used = {}", "catalog.lua:17:39",
		.mend = NULL },
	{ "repeated", CATALOG, "money \"45.00\"", "\"80%\"", "catalog.lua:16:56", .mend = NULL },
	{ "repeated", CATALOG, "\"3 days\"", "\"1 months\"", "catalog.lua:20:64", .mend = NULL },
	{ "notify_too_early", CATALOG, "\"58 days\"", "\"59 days\"", "catalog.lua:19:45",
		.mend = "shorter" },
	{ "notify_too_early", CATALOG, "\"58 days\"", "\"2 months\"", "catalog.lua:19:45",
		.mend = "shorter" },
	{ "notify_too_early", CATALOG, ", carry_over = \"1 month\"", "", "catalog.lua:19:45",
		.mend = "shorter" },
	{ "notify_too_early", CATALOG, "{ \"1 month\", \"3 days\" }", "\"1 year\"",
		"catalog.lua:20:42", .mend = "shorter" },
	{ "notify_too_early", CATALOG, "valid = \"2 months\"", "valid = \"24 days\"",
		"catalog.lua:20:53", .mend = NULL },
	{ "wrong_type", CATALOG, "\"2 years\"", "\"2 hours\"", "catalog.lua:21:28",
		.mend = "30 days" },
	{ "wrong_type", CATALOG, "\"2 years\"", "\"0 days\"", "catalog.lua:21:28",
		.mend = "30 days" },
	{ "missing_field", CATALOG, "before = \"2 years\", say = \"n\"", "before = \"2 years\"",
		"catalog.lua:21:5", .mend = NULL },
	{ "duplicate_id", CATALOG, "id = \"few\"", "id = \"low\"", "catalog.lua:15:5",
		.mend = NULL },
	{ "duplicate_id", CATALOG, "id = \"rest\"", "id = \"home\"", "catalog.lua:23:5",
		.mend = NULL },
	{ "dead_refund", CATALOG, "{ id = \"rest\", say = \"s\" }",
		"{ id = \"rest\", say = \"s\", serves = { service = \"voice\", zone = \"home\" } }",
		"catalog.lua:23:5", .mend = "remove" },
	{ "dead_refund", CATALOG, "serves = { service = \"voice\", zone = \"home\" }, within",
		"within", "catalog.lua:23:5", .mend = "remove" },
	{ "wrong_type", CATALOG, "\"90 minutes\"", "90", "catalog.lua:22:74", .mend = "month" },
	{ "unknown_choice", CATALOG, "gives = \"money\"", "gives = \"moneys\"", "catalog.lua:22:97",
		.mend = "money" },
	{ "unknown_name", CATALOG, "zone = \"home\" }, within", "zone = \"hone\" }, within",
		"catalog.lua:22:57", .mend = "home" },
	{ "convert_useless", CATALOG, "zone = \"home\" }, within",
		"convert = \"1 minute = 1 item\" }, within", "catalog.lua:22:57", .mend = NULL },
	{ "unknown_blank", CATALOG, "{left}", "{remaining}", "catalog.lua:28:1", .say = "{left}" },
	{ "unknown_blank", CATALOG, "s = \"it\"", "s = \"it {left}\"", "catalog.lua:28:1",
		.mend = NULL },
	{ "missing_text", CATALOG, "used = \"100%\", say = \"n\"", "used = \"100%\", say = \"x\"",
		"catalog.lua:17:54", .mend = NULL },
	{ "notice_line", TESTS, "\"talk.low 20%\"", "\"low 20%\"", "told_test.lua:6:26",
		.mend = "package.id" },
	{ "notice_line", TESTS, "talk.ends 3 days", "talk.ends", "told_test.lua:6:42",
		.mend = NULL },
	{ "notice_line", TESTS, "notices = {} }", "notices = { \"much\" } }", "told_test.lua:3:58",
		.mend = NULL },
	{ "use_named_twice", TESTS, "as = \"two\"", "as = \"five\"", "told_test.lua:4:22",
		.mend = "another" },
	{ "unknown_name", TESTS, "give_back { \"five\"", "give_back { \"fife\"",
		"told_test.lua:5:17", .mend = "five" },
	{ "part_of_nothing", TESTS, "items = 3,", "seconds = 3,", "told_test.lua:5:25",
		.mend = "items" },
	{ "part_of_nothing", TESTS, "items = 3,", "items = 0,", "told_test.lua:5:25",
		.mend = "1 or more" },
	{ "counter_line", TESTS, "\"talk.bought 3\"", "\"bought 3\"", "told_test.lua:5:47",
		.mend = "package.id" },
	{ "counter_line", TESTS, "talk.day 3\"", "talk.day three\"", "told_test.lua:5:80",
		.mend = NULL },
	{ "unknown_field", TESTS, "lost = {", "gone = {", "told_test.lua:5:71", .mend = NULL },
};

int
main(void)
{
	return run_damaged(
		(struct damaged){ &told, damages, sizeof damages / sizeof damages[0], 100 });
}
