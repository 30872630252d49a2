/*
 * What the checker says of prices that stand in tables: a sound catalog, damaged in one place at a
 * time.
 */
#include "damages.h"

static const char catalog_lua[] =
	"catalog \"shop\" {}\n"
	"service \"voice\" { unit = \"second\", zones = \"dialled\" }\n"
	"service \"sms\" { unit = \"item\" }\n"
	"product \"line\" { services = { \"voice\", \"sms\" } }\n"
	"zones \"dialled\" { { \"near\", prefix = \"1\" }, { \"far\", rest = true } }\n"
	"calendar \"hours\" { { \"day\", hours = \"07:00-21:00\" }, { \"night\", rest = true } }\n"
	"table \"rates\" {\n"
	"    columns = { \"zone\", \"band\", \"on\", \"plan\", \"=> note\", \"=> price\", \"=> setup\" },\n"
	"    types = { \"text\", \"text\", \"date\", \"text\", \"text\", \"money\", \"money\" },\n"
	"    domain = { zone = \"near|far\", band = \"day|night\", plan = \"a|b\" },\n"
	"    { \"near\", \"*\", \"*\", \"*\", \"\", \"0.10\", \"0.00\" },\n"
	"    { \"far\", \"day\", \"*\", \"*\", \"\", \"0.40\", \"0.00\" },\n"
	"    { \"far\", \"night\", \"*\", \"*\", \"\", \"0.41\", \"0.00\" },\n"
	"}\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"call\", calendar = \"hours\", step = \"60 s\",\n"
	"        price = { table = \"rates\", column = \"price\", with = { plan = \"b\" } } },\n"
	"    tariff { id = \"sms\", serves = { service = \"sms\" }, say = \"sms\", step = \"1 item\", price = \"0.10\" },\n"
	"}\n"
	"local words = { catalog = { shop = \"x\" }, service = { voice = \"x\", sms = \"x\" }, product = { line = \"x\" }, package = { talk = \"x\" },\n"
	"    zone = { near = \"x\", far = \"x\" }, band = { day = \"x\", night = \"x\" }, call = \"x\", sms = \"x\" }\n"
	"texts \"zh\" (words) texts \"en\" (words)\n";

static const char *const path = "catalog.lua", *const content = catalog_lua;
static const struct sound shop = { &path, &content, 1 };

#define PRICE "catalog.lua:18:9"

static const struct damage damages[] = {
	{ "unknown_name", 0, "table = \"rates\"", "table = \"rate\"", "catalog.lua:18:19",
		.mend = "rates" },
	{ "unknown_field", 0, "with =", "by =", "catalog.lua:18:54", .say = "by" },
	{ "unknown_name", 0, "with = { plan", "with = { plane", "catalog.lua:18:63",
		.mend = "plan" },
	{ "wrong_type", 0, "plan = \"b\"", "plan = {}", "catalog.lua:18:63", .say = "table" },
	/* what the table covers */
	{ "table_price_outside", 0, "plan = \"b\"", "plan = \"c\"", "catalog.lua:18:63",
		.mend = "domain", .say = "plan c" },
	{ "table_price_outside", 0, "zone = \"near|far\", band", "zone = \"near|abroad\", band",
		PRICE, .say = "zone far" },
	{ "table_price_outside", 0, "band = \"day|night\"", "band = \"day|evening\"", PRICE,
		.say = "band night" },
	{ "table_price_outside", 0, "domain = {", "domain = { on = \">=2020-01-02\",", PRICE,
		.say = "on 2020-01-01" },
	{ "table_price_outside", 0, "domain = {", "domain = { on = \"<2030-01-01\",", PRICE,
		.say = "on 2199-12-31" },
	{ "table_gap", 0, "    { \"far\", \"night\", \"*\", \"*\", \"\", \"0.41\", \"0.00\" },\n",
		"", "catalog.lua:7:1", .propose = "\"far\", \"night\"" },
	{ "cell", 0, "\"0.41\"", "true", "catalog.lua:13:37", .say = "true" },
	/* which column is the price */
	{ "table_price_column", 0, "column = \"price\", ", "", PRICE, .mend = "price",
		.say = "2 amounts" },
	{ "unknown_name", 0, "column = \"price\"", "column = \"prize\"", "catalog.lua:18:36",
		.mend = "price" },
	{ "table_price_other_type", 0, "column = \"price\"", "column = \"note\"",
		"catalog.lua:18:36", .mend = "money", .say = "note" },
	{ "table_price_negative", 0, "\"0.41\"", "\"-0.41\"", PRICE, .say = "-0.41" },
	/* what its inputs are given */
	{ "table_price_input", 0, "\"date\"", "\"boolean\"", PRICE, .mend = "with",
		.say = "texts and whole numbers" },
	{ "table_price_input", 0, "calendar = \"hours\", step", "step", PRICE, .mend = "with",
		.say = "no calendar" },
	{ "table_price_input", 0, "step = \"1 item\", price = \"0.10\"",
		"step = \"1 item\", price = { table = \"rates\", column = \"price\", with = { plan = \"a\" } }",
		"catalog.lua:19:86", .say = "no zones" },
	{ "table_price_alone", 0, "step = \"60 s\",\n",
		"step = \"60 s\", tiers = { kind = \"volume\", every = \"event\" },\n",
		"catalog.lua:17:108", .mend = "remove tiers" },
	/* what others make of what it may cost */
	{ "discount_unrounded", 0, "    tariff { id = \"sms\"",
		"    discount { id = \"off\", say = \"call\", on = { zone = \"near\" }, off = \"0.0001%\", stack = \"add\", per = \"event\" },\n    tariff { id = \"sms\"",
		"catalog.lua:19:66", .say = "talk.call" },
};

int
main(void)
{
	return run_damaged((struct damaged){
		&shop, damages, sizeof damages / sizeof damages[0], .random_rounds = 400 });
}
