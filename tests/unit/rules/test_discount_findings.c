#include "damages.h"

/*
 * Discounts in a catalog: a sound one is damaged in one place at a time, and each damage must be
 * named where it is, with what would mend it, in both languages.
 */

/* clang-format off: a catalog reads as it is laid out */
static const char catalog_lua[] =
	"catalog \"shop\" {}\n"
	"service \"voice\" { unit = \"second\", zones = \"dialled\" }\n"
	"service \"sms\" { unit = \"item\" }\n"
	"product \"line\" { services = { \"voice\", \"sms\" } }\n"
	"zones \"dialled\" { { \"far\", prefix = \"0\" }, { \"near\", rest = true } }\n"
	"calendar \"hours\" { { \"day\", hours = \"07:00-21:00\" }, { \"night\", rest = true } }\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"near\", serves = { service = \"voice\", zone = \"near\" }, say = \"near\", step = \"60 s\", price = \"0.15\" },\n"
	"    tariff { id = \"far\", serves = { service = \"voice\", zone = \"far\" }, say = \"far\", calendar = \"hours\", step = \"60 s\",\n"
	"        price = { day = \"0.333333\", night = \"0.08\" }, round = \"0.01 half_up\" },\n"
	"    tariff { id = \"sms\", serves = { service = \"sms\" }, say = \"sms\", step = \"1 item\", price = \"0.10\" },\n"
	"}\n"
	"package \"off\" {\n"
	"    kind = \"plugin\", from = \"2020-01-01\",\n"
	"    discount { id = \"fifth\", say = \"fifth\", off = \"20%\", stack = \"best\", per = \"event\" },\n"
	"    discount { id = \"tiered\", say = \"tiered\", on = { service = \"voice\" }, stack = \"best\", per = \"event\",\n"
	"        off = { { \"5%\", up_to = \"100 minutes\" }, { \"10%\" } }, tiers = { by = \"use\", every = \"month\" } },\n"
	"    discount { id = \"bill\", say = \"bill\", off = \"5%\", stack = \"best\", per = \"bill\", round = \"0.01 half_up\" },\n"
	"}\n"
	"local words = { catalog = { shop = \"-\" }, service = { voice = \"-\", sms = \"-\" }, product = { line = \"-\" },\n"
	"    package = { talk = \"-\", off = \"-\" }, zone = { near = \"-\", far = \"-\" }, band = { day = \"-\", night = \"-\" },\n"
	"    near = \"-\", far = \"-\", sms = \"-\", fifth = \"-\", tiered = \"-\", bill = \"-\" }\n"
	"texts \"zh\" (words)\n"
	"texts \"en\" (words)\n";

static const char *const path = "catalog.lua", *const content = catalog_lua;
static const struct sound shop = { &path, &content, 1 };

static const struct damage damages[] = {
	{ "wrong_type", 0, "off = \"20%\"", "off = \"20 %\"", "catalog.lua:16:45",
		.mend = "\"20%\"", .say = "20 %" },
	{ "wrong_type", 0, "off = \"20%\"", "off = \"20.00001%\"", "catalog.lua:16:45",
		.mend = "\"20%\"", .say = "20.00001" },
	{ "wrong_type", 0, "off = \"20%\"", "off = {}", "catalog.lua:16:45", .mend = "\"20%\"",
		.say = "table" },
	{ "wrong_type", 0, "off = \"20%\"", "off = { \"20%\" }", "catalog.lua:16:53",
		.mend = "up_to", .say = "20%" },
	{ "wrong_type", 0, "{ \"10%\" }", "{ \"10%\", from = 3 }", "catalog.lua:18:59",
		.mend = "up_to", .say = "from" },
	{ "float_for_decimal", 0, "off = \"20%\"", "off = 0.2", "catalog.lua:16:45",
		.mend = "\"0.2\"", .say = "0.2" },
	{ "negative_price", 0, "off = \"20%\"", "off = \"-0.20\"", "catalog.lua:16:45",
		.mend = "0 or more", .say = "-0.20" },
	{ "missing_field", 0, ", stack = \"best\", per = \"event\" },", ", per = \"event\" },",
		"catalog.lua:16:5", .mend = "stack", .say = "stack" },
	{ "missing_field", 0, ", per = \"event\" },", " },", "catalog.lua:16:5", .mend = "per",
		.say = "per" },
	{ "unknown_choice", 0, "stack = \"best\"", "stack = \"bast\"", "catalog.lua:16:58",
		.mend = "\"best\"", .say = "bast" },
	{ "missing_text_near", 0, "say = \"fifth\"", "say = \"sixth\"", "catalog.lua:16:30",
		.mend = "rename", .say = "sixth" },
	{ "discount_over_100", 0, "\"20%\"", "\"120%\"", "catalog.lua:16:45", .mend = "100%",
		.say = "120%" },
	{ "discount_of_zero", 0, "\"20%\"", "\"0%\"", "catalog.lua:16:45", .mend = "remove",
		.say = "nothing" },
	{ "unknown_name", 0, "say = \"fifth\",", "say = \"fifth\", on = { service = \"voise\" },",
		"catalog.lua:16:52", .mend = "\"voice\"", .say = "voise" },
	{ "unknown_name", 0, "say = \"fifth\",", "say = \"fifth\", on = { zone = \"neer\" },",
		"catalog.lua:16:52", .mend = "\"near\"", .say = "neer" },
	{ "unknown_name", 0, "say = \"fifth\",",
		"say = \"fifth\", on = { band = { \"day\", \"nite\" } },", "catalog.lua:16:68",
		.mend = "declare", .say = "nite" },
	{ "unknown_name", 0, "say = \"fifth\",", "say = \"fifth\", needs = \"tolk\",",
		"catalog.lua:16:45", .mend = "\"talk\"", .say = "tolk" },
	{ "no_zones", 0, "say = \"fifth\",",
		"say = \"fifth\", on = { service = { \"voice\", \"sms\" }, zone = \"near\" },",
		"catalog.lua:16:73", .mend = "remove zone", .say = "sms" },
	{ "dead_discount", 0, "say = \"fifth\",",
		"say = \"fifth\", on = { service = \"sms\", band = \"night\" },",
		"catalog.lua:16:5", .mend = "on", .say = "no tariff" },
	{ "dead_discount_beside", 0,
		"on = { service = \"voice\" }, stack = \"best\", per = \"event\",\n        off = { { \"5%\", up_to = \"100 minutes\" }, { \"10%\" } }, tiers = { by = \"use\", every = \"month\" }",
		"on = { service = \"voice\" }, stack = \"best\", per = \"event\", off = \"20%\"",
		"catalog.lua:17:5", .mend = "condition", .say = "fifth" },
	{ "discount_unrounded", 0, "\"20%\"", "\"0.0001%\"", "catalog.lua:16:45", .mend = "round",
		.say = "talk.near" },
	{ "discount_unrounded", 0, "step = \"60 s\", price = \"0.15\"",
		"amount = function() return money \"1.00\" end", "catalog.lua:16:45",
		.mend = "round", .say = "talk.near" },
	{ "discount_unrounded", 0, ", round = \"0.01 half_up\" },\n    tariff", " },\n    tariff",
		"catalog.lua:16:45", .mend = "round", .say = "talk.far" },
	{ "discount_unrounded", 0, "price = \"0.15\"", "price = \"0.15\", minimum = \"0.000001\"",
		"catalog.lua:16:45", .mend = "round", .say = "talk.near" },
	{ "discount_unrounded", 0, "step = \"60 s\", price = \"0.15\"",
		"step = \"60 s\", tiers = { kind = \"volume\", every = \"month\" }, price = { { \"1.00\", up_to = 9 }, { \"0.50\" } }",
		"catalog.lua:16:45", .mend = "round", .say = "talk.near" },
	{ "discount_unrounded_bill", 0, ", round = \"0.01 half_up\" },\n}\nlocal", " },\n}\nlocal",
		"catalog.lua:19:5", .mend = "round", .say = "bill" },
	{ "discount_round", 0, "say = \"fifth\",", "say = \"fifth\", round = \"0.01 up\",",
		"catalog.lua:16:45", .mend = "remove round", .say = "tariff" },
	{ "discount_on_bill", 0, "say = \"bill\",",
		"say = \"bill\", when = function() return true end,", "catalog.lua:19:43",
		.mend = "remove when", .say = "when" },
	{ "discount_on_bill", 0, "say = \"bill\",", "say = \"bill\", on = { band = \"night\" },",
		"catalog.lua:19:50", .mend = "remove band", .say = "band" },
	{ "discount_on_bill", 0, "stack = \"best\", per = \"event\",\n",
		"stack = \"best\", per = \"bill\", round = \"0.01 up\",\n", "catalog.lua:18:63",
		.mend = "remove tiers", .say = "tiers" },
	{ "discount_tiers_not_chosen", 0, ", tiers = { by = \"use\", every = \"month\" }", "",
		"catalog.lua:18:9", .mend = "by = ", .say = "go by" },
	{ "discount_without_tiers", 0, "off = \"20%\"",
		"off = \"20%\", tiers = { by = \"amount\" }", "catalog.lua:16:58",
		.mend = "remove tiers", .say = "has none" },
	{ "missing_field", 0, ", every = \"month\" }", " }", "catalog.lua:18:63", .mend = "every",
		.say = "every" },
	{ "discount_tiers_alone", 0,
		"\"100 minutes\" }, { \"10%\" } }, tiers = { by = \"use\", every = \"month\" }",
		"\"100.00\" }, { \"10%\" } }, tiers = { by = \"amount\", every = \"month\" }",
		"catalog.lua:18:83", .mend = "remove every", .say = "every" },
	{ "wrong_type", 0, "up_to = \"100 minutes\"", "up_to = \"100.00\"", "catalog.lua:18:25",
		.mend = "100 minutes", .say = "amount" },
	{ "wrong_type", 0, "by = \"use\", every = \"month\"", "by = \"amount\"",
		"catalog.lua:18:25", .mend = "0.15", .say = "quantity" },
	{ "float_for_decimal", 0, "up_to = \"100 minutes\"", "up_to = 100", "catalog.lua:18:25",
		.mend = "\"100\"", .say = "100" },
	{ "wrong_unit", 0, "up_to = \"100 minutes\"", "up_to = \"100 MB\"", "catalog.lua:18:25",
		.mend = "seconds", .say = "bytes" },
	{ "tier_without_rest", 0, "{ \"10%\" }", "{ \"10%\", up_to = \"200 minutes\" }",
		"catalog.lua:18:59", .mend = "up_to", .say = "beyond" },
	{ "tier_after_rest", 0, "{ { \"5%\", up_to = \"100 minutes\" }", "{ { \"5%\" }",
		"catalog.lua:18:17", .mend = "up_to", .say = "up_to" },
	{ "tiers_not_rising", 0, "{ \"10%\" }", "{ \"7%\", up_to = \"100 minutes\" }, { \"10%\" }",
		"catalog.lua:18:58", .mend = "larger", .say = "width" },
	/* by members */
	{ "wrong_type", 0, "by = \"use\", every = \"month\"", "by = \"members\"",
		"catalog.lua:18:25", .mend = "3", .say = "members" },
	{ "out_of_range", 0,
		"up_to = \"100 minutes\" }, { \"10%\" } }, tiers = { by = \"use\", every = \"month\" }",
		"up_to = 0 }, { \"10%\" } }, tiers = { by = \"members\" }", "catalog.lua:18:25",
		.say = "up_to" },
	{ "discount_tiers_alone", 0,
		"\"100 minutes\" }, { \"10%\" } }, tiers = { by = \"use\", every = \"month\" }",
		"3 }, { \"10%\" } }, tiers = { by = \"members\", every = \"month\" }",
		"catalog.lua:18:77", .mend = "remove every", .say = "members" },
	{ "tiers_not_rising", 0,
		"up_to = \"100 minutes\" }, { \"10%\" } }, tiers = { by = \"use\", every = \"month\" }",
		"up_to = 3 }, { \"7%\", up_to = 3 }, { \"10%\" } }, tiers = { by = \"members\" }",
		"catalog.lua:18:46", .say = "width" },
	{ "discount_over_100", 0,
		"up_to = \"100 minutes\" }, { \"10%\" } }, tiers = { by = \"use\", every = \"month\" }",
		"up_to = 3 }, { \"110%\" } }, tiers = { by = \"members\" }", "catalog.lua:18:38",
		.say = "110%" },
	{ "discount_members_falling", 0,
		"up_to = \"100 minutes\" }, { \"10%\" } }, tiers = { by = \"use\", every = \"month\" }",
		"up_to = 3 }, { \"4%\" } }, tiers = { by = \"members\" }", "catalog.lua:18:38",
		.say = "larger group" },
	{ "discount_members_never", 0,
		"on = { service = \"voice\" }, stack = \"best\", per = \"event\",\n        off = { { \"5%\", up_to = \"100 minutes\" }, { \"10%\" } }, tiers = { by = \"use\", every = \"month\" } },\n",
		"stack = \"best\", per = \"event\", off = { { \"5%\", up_to = 3 }, { \"10%\" } }, tiers = { by = \"members\" } },\n    members = { { product = \"line\", count = \"1..3\" } },\n",
		"catalog.lua:17:107", .mend = "members", .say = "1 to 3" },
	{ "duplicate_id", 0, "id = \"tiered\"", "id = \"fifth\"", "catalog.lua:17:5",
		.mend = "another", .say = "fifth" },
	{ "duplicate_id", 0, "id = \"bill\"", "id = \"tiered\"", "catalog.lua:19:5",
		.mend = "another", .say = "tiered" },
	{ "discounts_over_100", 0, "off = \"20%\", stack = \"best\"",
		"off = \"95%\", stack = \"add\"", "catalog.lua:17:5", .mend = "alone",
		.say = "105%" },
	{ "discounts_may_pass_100", 0, "off = \"20%\", stack = \"best\"",
		"off = \"95%\", when = function() return true end, stack = \"add\"",
		"catalog.lua:17:5", .mend = "alone", .say = "105%" },
	{ "discounts_may_pass_100", 0, "step = \"1 item\", price = \"0.10\" },\n",
		"step = \"1 item\", price = \"0.10\" },\n    discount { id = \"more\", say = \"bill\", off = \"90%\", stack = \"add\", per = \"event\" },\n",
		"catalog.lua:13:5", .mend = "alone", .say = "110%" },
};
/* clang-format on */

static void
each_damage_to_a_discount_is_named(void **state)
{
	(void)state;
	check_damages(&shop, damages, sizeof damages / sizeof damages[0]);
}

static void
sound_discounts_have_nothing_to_tell(void **state)
{
	(void)state;
	assert_sound(&shop);
}

static void
any_damage_to_words_is_told_or_harmless(void **state)
{
	(void)state;
	check_random_damages(&shop, 20261122, 400);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_damage_to_a_discount_is_named),
		cmocka_unit_test(sound_discounts_have_nothing_to_tell),
		cmocka_unit_test(any_damage_to_words_is_told_or_harmless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
