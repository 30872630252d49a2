/*
 * What the checker says of deposits, gifts, the order of paying and the steps of scenarios that move
 * money: a sound catalog, damaged in one place at a time.
 */
#include "damages.h"

enum file { CATALOG, TESTS, FILES };
static const char *const paths[FILES] = { "catalog.lua", "kept_test.lua" };
static const char *const contents[FILES] = {
	"catalog \"stored\" { pay_order = { \"gift\", \"deposit\", \"cash\", \"expiry\" } }\n"
	"zones \"near\" { { \"home\", number = \"1\" }, { \"away\", rest = true } }\n"
	"service \"voice\" { unit = \"second\", zones = \"near\" }\n"
	"service \"sms\" { unit = \"item\" }\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"voice\", say = \"s\", serves = { service = \"voice\" }, step = \"60 s\", price = \"0.20\" },\n"
	"    tariff { id = \"sms\", say = \"s\", serves = { service = \"sms\" }, step = \"1 item\", price = \"0.10\" },\n"
	"    charge { id = \"fee\", say = \"s\", every = \"month\", ahead = true, amount = \"10.00\" },\n"
	"}\n"
	"package \"kept\" {\n"
	"    kind = \"promotion\", from = \"2020-01-31\", till = \"2021-02-02\",\n"
	"    deposit { id = \"money\", amount = \"600.00\", release = { { \"50.00\", times = 12 } },\n"
	"        pays = { service = \"voice\", zone = \"home\", charge = \"talk.fee\" } },\n"
	"    gift { id = \"more\", with = \"money\", amounts = { \"30.00\", { \"20.00\", times = 5 } }, valid = \"2 months\",\n"
	"        pays = { { charge = \"all\" }, { service = { \"voice\", \"sms\" } } } },\n"
	"    gift { id = \"yearly\", amounts = \"5.00\", every = \"year\", first = \"same_day\", valid = \"1 year\", pays = { charge = \"all\" } },\n"
	"}\n"
	"local texts_of = { catalog = { stored = \"stored\" }, zone = { home = \"home\", away = \"away\" },\n"
	"    service = { voice = \"calls\", sms = \"messages\" }, package = { talk = \"talk\", kept = \"kept\" }, s = \"it\",\n"
	"    deposit = { money = \"money\" }, gift = { more = \"more\", yearly = \"yearly\" } }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n",
	"scenario \"kept\" {\n"
	"    from = \"2020-01-31 00:00:00\", holds = \"talk\", cash = \"1.00\",\n"
	"    buy { \"kept\" },\n"
	"    store { \"kept.money\" },\n"
	"    top_up \"5.00\",\n"
	"    suspend {},\n"
	"    resume {},\n"
	"    expect { balances = { cash = \"6.00\", [\"kept.money\"] = \"0.00\" } },\n"
	"    expect { entries = { \"store kept.money 600.00\", \"2020-01-31 top_up cash 5.00\" } },\n"
	"}\n",
};
static const struct sound kept = { paths, contents, FILES };

static const struct damage damages[] = {
	{ "deposit_sum", CATALOG, "\"600.00\"", "\"650.00\"", "catalog.lua:13:48",
		.mend = "\"600.00\", or instalments that are 650.00" },
	{ "deposit_sum", CATALOG, "times = 12", "times = 11", "catalog.lua:13:48",
		.mend = "550.00" },
	{ "instalment_of_zero", CATALOG, "\"50.00\"", "\"0.00\"", "catalog.lua:13:62",
		.mend = NULL },
	{ "negative_price", CATALOG, "\"30.00\"", "\"-30.00\"", "catalog.lua:15:53", .mend = NULL },
	{ "float_for_decimal", CATALOG, "\"30.00\"", "30.0", "catalog.lua:15:53",
		.mend = "\"30.0\"" },
	{ "wrong_type", CATALOG, "{ \"20.00\", times = 5 }", "{ \"20.00\", time = 5 }",
		"catalog.lua:15:73", .mend = "times" },
	{ "out_of_range", CATALOG, "times = 5", "times = 0", "catalog.lua:15:73", .mend = NULL },
	{ "too_many", CATALOG, "{ \"20.00\", times = 5 }", "{ \"20.00\", times = 1200 }",
		"catalog.lua:15:41", .mend = NULL },
	{ "out_of_range", CATALOG, "\"30.00\"", "\"9223372036854.00\"", "catalog.lua:15:41",
		.mend = "bounds" },
	{ "no_entries", CATALOG, "{ \"30.00\", { \"20.00\", times = 5 } }", "{}",
		"catalog.lua:15:41", .mend = NULL },
	{ "gift_without_end", CATALOG, ", valid = \"2 months\"", "", "catalog.lua:15:5",
		.mend = "2 months" },
	{ "wrong_type", CATALOG, "\"2 months\"", "\"for ever\"", "catalog.lua:15:88",
		.mend = NULL },
	{ "missing_field", CATALOG, "amounts = { \"30.00\", { \"20.00\", times = 5 } }, ", "",
		"catalog.lua:15:5", .mend = "amounts" },
	{ "missing_field", CATALOG,
		"\n        pays = { service = \"voice\", zone = \"home\", charge = \"talk.fee\" }",
		"", "catalog.lua:13:5", .mend = "pays" },
	{ "pays_nothing", CATALOG, "{ charge = \"all\" }, ", "{}, ", "catalog.lua:16:18",
		.mend = "charge" },
	{ "unknown_name", CATALOG, "\"talk.fee\"", "\"talk.fees\"", "catalog.lua:14:52",
		.mend = "talk.fee" },
	{ "unknown_name", CATALOG, "\"talk.fee\"", "\"fee\"", "catalog.lua:14:52", .mend = NULL },
	{ "wrong_type", CATALOG, "\"talk.fee\"", "{ \"talk fee\" }", "catalog.lua:14:63",
		.mend = "\"fee\"" },
	{ "no_entries", CATALOG, "\"talk.fee\"", "{}", "catalog.lua:14:52", .mend = NULL },
	{ "unknown_name", CATALOG, "service = \"voice\", zone", "service = \"vioce\", zone",
		"catalog.lua:14:18", .mend = "voice" },
	{ "unknown_name", CATALOG, "zone = \"home\"", "zone = \"hone\"", "catalog.lua:14:37",
		.mend = "home" },
	{ "no_zones", CATALOG, "service = \"voice\", zone", "service = \"sms\", zone",
		"catalog.lua:14:18", .mend = NULL },
	{ "unknown_name", CATALOG, "with = \"money\"", "with = \"monye\"", "catalog.lua:15:25",
		.mend = "money" },
	{ "unknown_name", CATALOG, "with = \"money\"", "with = \"yearly\"", "catalog.lua:15:25",
		.mend = NULL },
	{ "instalments_too_long", CATALOG, "till = \"2021-02-02\"", "till = \"2021-01-01\"",
		"catalog.lua:13:5", .mend = "fewer" },
	{ "instalments_too_long", CATALOG, "till = \"2021-02-02\"", "till = \"2021-01-31\"",
		"catalog.lua:17:5", .mend = "fewer" },
	{ "duplicate_id", CATALOG, "id = \"more\"", "id = \"yearly\"", "catalog.lua:17:5",
		.mend = NULL },
	{ "unknown_choice", CATALOG, "first = \"same_day\"", "first = \"sameday\"",
		"catalog.lua:17:61", .mend = "same_day" },
	{ "missing_text_near", CATALOG, "deposit = { money", "deposit = { monye",
		"catalog.lua:13:5", .mend = NULL },
	{ "pay_order_incomplete", CATALOG, "\"cash\", \"expiry\"", "\"expiry\", \"cash\"",
		"catalog.lua:1:20", .mend = "gift" },
	{ "pay_order_incomplete", CATALOG, ", \"expiry\" }", " }", "catalog.lua:1:20",
		.mend = "expiry" },
	{ "repeated", CATALOG, "\"cash\", \"expiry\"", "\"cash\", \"cash\"", "catalog.lua:1:61",
		.mend = NULL },
	{ "unknown_stored", TESTS, "\"kept.money\" }", "\"kept.monye\" }", "kept_test.lua:4:13",
		.mend = "kept.money" },
	{ "unknown_stored", TESTS, "\"kept.money\" }", "\"kept.more\" }", "kept_test.lua:4:13",
		.mend = "kept.money" },
	{ "unknown_stored", TESTS, "[\"kept.money\"]", "[\"kept.monye\"]", "kept_test.lua:8:42",
		.mend = "kept.money" },
	{ "store_not_held", TESTS, "buy { \"kept\" },", "", "kept_test.lua:4:13", .mend = "buy" },
	{ "unknown_package", TESTS, "\"kept.money\" }", "\"klept.money\" }", "kept_test.lua:4:13",
		.mend = "kept" },
	{ "wrong_type", TESTS, "\"kept.money\" }", "\"kept\" }", "kept_test.lua:4:13",
		.mend = NULL },
	{ "wrong_type", TESTS, "\"5.00\"", "\"five\"", "kept_test.lua:5:5", .mend = "0.15" },
	{ "negative_price", TESTS, "\"5.00\"", "\"-5.00\"", "kept_test.lua:5:5", .mend = NULL },
	{ "suspended_already", TESTS, "resume {}", "suspend {}", "kept_test.lua:7:5",
		.mend = "resume" },
	{ "not_suspended", TESTS, "suspend {}", "resume {}", "kept_test.lua:6:5",
		.mend = "suspend" },
	{ "entry_line", TESTS, "\"store kept.money 600.00\"", "\"stored kept.money 600.00\"",
		"kept_test.lua:9:26", .mend = "pay cash 5.00" },
	{ "entry_line", TESTS, "\"store kept.money 600.00\"", "\"store money 600.00\"",
		"kept_test.lua:9:26", .mend = NULL },
	{ "entry_line", TESTS, "2020-01-31 top_up", "2020-02-30 top_up", "kept_test.lua:9:53",
		.mend = NULL },
	{ "wrong_type", TESTS, "cash = \"6.00\"", "money = \"6.00\"", "kept_test.lua:8:27",
		.mend = "stored" },
	{ "wrong_type", TESTS, "cash = \"6.00\"", "cash = \"six\"", "kept_test.lua:8:27",
		.mend = NULL },
	{ "no_state_expected", TESTS,
		"entries = { \"store kept.money 600.00\", "
		"\"2020-01-31 top_up cash 5.00\" }",
		"", "kept_test.lua:9:5", .mend = "fees" },
};

int
main(void)
{
	return run_damaged(
		(struct damaged){ &kept, damages, sizeof damages / sizeof damages[0], 300 });
}
