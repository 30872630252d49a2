/*
 * What the checker says of rules for top-ups, and of what scenarios expect of them: a sound catalog,
 * damaged in one place at a time.
 */
#include "damages.h"

enum file { CATALOG, TESTS, FILES };
static const char *const paths[FILES] = { "catalog.lua", "talk_test.lua" };
static const char *const contents[FILES] = {
	"catalog \"prepaid\" {}\n"
	"zones \"near\" { { \"home\", number = \"1\" }, { \"away\", rest = true } }\n"
	"service \"voice\" { unit = \"second\", zones = \"near\" }\n"
	"service \"sms\" { unit = \"item\" }\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"voice\", say = \"s\", serves = { service = \"voice\" }, step = \"60 s\", price = \"0.20\" },\n"
	"    tariff { id = \"sms\", say = \"s\", serves = { service = \"sms\" }, step = \"1 item\", price = \"0.10\" },\n"
	"}\n"
	"topup \"fifty\" { at_least = \"50.00\", bonus = \"5.00\", valid = \"1 month\", stack = \"best\", say = \"s\" }\n"
	"topup \"hundred\" { at_least = \"100.00\", bonus = \"10%\", round = \"0.01 down\", valid = \"2 months\",\n"
	"    pays = { { service = \"voice\", zone = \"home\" }, { service = \"sms\" } }, stack = \"best\", say = \"hundred\" }\n"
	"topup \"longer\" { at_least = \"20.00\", extends = \"30 days\", stack = \"add\", say = \"s\" }\n"
	"topup \"first\" { at_least = \"100.00\", bonus = \"20.00\", to = \"balance\", every = \"once\", stack = \"best\", say = \"s\" }\n"
	"topup \"may\" { at_least = \"10.00\", bonus = \"1.00\", to = \"balance\", stack = \"add\", say = \"s\",\n"
	"    from = \"2026-05-01\", till = \"2026-05-08\" }\n"
	"local texts_of = { catalog = { prepaid = \"prepaid\" }, zone = { home = \"home\", away = \"away\" },\n"
	"    service = { voice = \"calls\", sms = \"messages\" }, package = { talk = \"talk\" }, s = \"it\", hundred = \"hundred\" }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n",
	"scenario \"paid in\" {\n"
	"    from = \"2026-01-31 00:00:00\", holds = \"talk\",\n"
	"    top_up \"50.00\",\n"
	"    expect { topups = { \"fifty 5.00\", \"longer 30 days\" } },\n"
	"    expect { balances = { [\"topup.fifty\"] = \"5.00\" }, entries = { \"top_up cash 50.00\", \"bonus topup.fifty 5.00\" } },\n"
	"}\n",
};
static const struct sound prepaid = { paths, contents, FILES };

static const struct damage damages[] = {
	{ "topup_gives_nothing", CATALOG, "extends = \"30 days\", ", "", "catalog.lua:13:1",
		.mend = "bonus" },
	{ "topup_without_bonus", CATALOG, "extends = \"30 days\"",
		"extends = \"30 days\", valid = \"1 month\"", "catalog.lua:13:59",
		.mend = "valid" },
	{ "topup_without_bonus", CATALOG, "extends = \"30 days\"",
		"extends = \"30 days\", round = \"0.01 up\"", "catalog.lua:13:59",
		.mend = "round" },
	{ "topup_to_balance", CATALOG, "every = \"once\"", "every = \"once\", valid = \"1 month\"",
		"catalog.lua:14:87", .mend = "gift" },
	{ "topup_to_balance", CATALOG, "every = \"once\"",
		"every = \"once\", pays = { service = \"sms\" }", "catalog.lua:14:87",
		.mend = "pays" },
	{ "topup_without_end", CATALOG, ", valid = \"1 month\"", "", "catalog.lua:10:1",
		.mend = "2 months" },
	{ "topup_bonus_of_zero", CATALOG, "\"5.00\", valid", "\"0.00\", valid", "catalog.lua:10:37",
		.mend = NULL },
	{ "topup_unrounded", CATALOG, " round = \"0.01 down\",", "", "catalog.lua:11:40",
		.mend = "0.01 down" },
	{ "topup_round", CATALOG, "\"5.00\", valid", "\"5.00\", round = \"0.01 up\", valid",
		"catalog.lua:10:53", .mend = "round" },
	{ "topup_larger", CATALOG, "\"5.00\", valid", "\"50.01\", valid", "catalog.lua:10:37",
		.mend = "at_least" },
	{ "topup_larger", CATALOG, "\"10%\"", "\"100.0001%\"", "catalog.lua:11:40", .mend = NULL },
	{ "topup_same_amount", CATALOG, "at_least = \"50.00\"", "at_least = \"100.00\"",
		"catalog.lua:11:19", .mend = "every" },
	{ "topup_same_amount", CATALOG, ", every = \"once\"", "", "catalog.lua:11:19",
		.mend = "add" },
	{ "topup_less_for_more", CATALOG, "\"10%\"", "\"4.99%\"", "catalog.lua:11:40",
		.mend = "raise" },
	{ "topup_reserved", CATALOG, "\"talk\"", "\"topup\"", "catalog.lua:5:1", .mend = NULL },
	{ "topup_long", CATALOG, "\"longer\"",
		"\"longer_and_longer_and_longer_and_longer_and_longer_and_longer\"",
		"catalog.lua:13:1", .mend = "shorter" },
	{ "float_for_decimal", CATALOG, "\"5.00\", valid", "5.0, valid", "catalog.lua:10:37",
		.mend = "\"5.0\"" },
	{ "wrong_type", CATALOG, "\"5.00\", valid", "\"five\", valid", "catalog.lua:10:37",
		.mend = "20%" },
	{ "negative_price", CATALOG, "\"5.00\", valid", "\"-5.00\", valid", "catalog.lua:10:37",
		.mend = NULL },
	{ "negative_price", CATALOG, "at_least = \"50.00\"", "at_least = \"-50.00\"",
		"catalog.lua:10:17", .mend = NULL },
	{ "missing_field", CATALOG, " stack = \"add\", say = \"s\" }", " say = \"s\" }",
		"catalog.lua:13:1", .mend = "stack" },
	{ "missing_field", CATALOG, "at_least = \"50.00\", ", "", "catalog.lua:10:1",
		.mend = "at_least" },
	{ "unknown_name", CATALOG, "{ service = \"sms\" } }", "{ service = \"smss\" } }",
		"catalog.lua:12:54", .mend = "sms" },
	{ "unknown_name", CATALOG, "zone = \"home\"", "zone = \"hone\"", "catalog.lua:12:35",
		.mend = "home" },
	{ "wrong_type", CATALOG, "\"30 days\"", "\"30 hours\"", "catalog.lua:13:38",
		.mend = "30 days" },
	{ "till_before_from", CATALOG, "till = \"2026-05-08\"", "till = \"2026-05-01\"",
		"catalog.lua:16:26", .mend = NULL },
	{ "versions_hole", CATALOG, "texts \"zh\"",
		"topup \"may\" { at_least = \"10.00\", bonus = \"1.00\", to = \"balance\", stack = \"add\", say = \"s\", from = \"2027-05-01\" }\n"
		"texts \"zh\"",
		"catalog.lua:16:26", .mend = NULL },
	{ "missing_text_near", CATALOG, "hundred = \"hundred\"", "hunderd = \"hundred\"",
		"catalog.lua:12:91", .mend = NULL },
	{ "topup_line", TESTS, "\"fifty 5.00\"", "\"fifty\"", "talk_test.lua:4:25",
		.mend = "30 days" },
	{ "topup_line", TESTS, "\"fifty 5.00\"", "\"topup.fifty 5.00\"", "talk_test.lua:4:25",
		.mend = NULL },
	{ "unknown_stored", TESTS, "[\"topup.fifty\"]", "[\"topup.fity\"]", "talk_test.lua:5:27",
		.mend = "topup.fifty" },
	{ "entry_line", TESTS, "\"bonus topup", "\"bonuss topup", "talk_test.lua:5:88",
		.mend = "bonus" },
};

int
main(void)
{
	return run_damaged(
		(struct damaged){ &prepaid, damages, sizeof damages / sizeof damages[0], 300 });
}
