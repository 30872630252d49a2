#include "damages.h"

/* What the checker says of life cycles. */

static const char catalog_lua[] =
	"catalog \"shop\" {}\n"
	"service \"voice\" { unit = \"second\" }\n"
	"product \"line\" { services = \"voice\" }\n"
	"package \"a\" { kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"t\", serves = { service = \"voice\" }, step = \"60 s\", price = \"0.15\", say = \"call\" } }\n" /* 5 */
	"plan \"p\" { base = \"a\" }\n"
	"offering \"o\" { plans = \"p\" }\n"
	"life_cycle \"order\" {\n"
	"    begins = \"new\",\n"
	"    state { id = \"new\", within = \"9 days\", late = \"drop\" },\n" /* 10 */
	"    state { id = \"open\" },\n"
	"    state { id = \"done\", final = true },\n"
	"    move { id = \"plan\", from = \"new\", to = \"open\", by = \"clerk\", needs = { day = \"date\" }, does = \"notify\" },\n"
	"    move { id = \"finish\", from = \"open\", to = \"done\", by = { \"clerk\", \"fitter\" }, needs = { day = \"date\", meters = \"number\" } },\n"
	"    move { id = \"drop\", from = { \"new\", \"open\" }, to = \"done\", by = \"clerk\" },\n" /* 15 */
	"}\n"
	"local words = { catalog = { shop = \"x\" }, service = { voice = \"x\" }, product = { line = \"x\" },\n"
	"    package = { a = \"x\" }, plan = { p = \"x\" }, offering = { o = \"x\" }, call = \"x\", life_cycle = { order = \"x\" },\n"
	"    state = { new = \"x\", open = \"x\", done = \"x\" }, move = { plan = \"x\", finish = \"x\", drop = \"x\" },\n"
	"    role = { clerk = \"x\", fitter = \"x\" }, field = { day = \"x\", meters = \"x\" } }\n" /* 20 */
	"texts \"zh\" (words) texts \"en\" (words)\n";

static const char *const path = "catalog.lua", *const content = catalog_lua;
static const struct sound shop = { &path, &content, 1 };

static const struct damage damages[] = {
	{ "unknown_name", 0, "begins = \"new\"", "begins = \"now\"", "catalog.lua:9:5",
		.mend = "new" },
	{ "missing_field", 0, "begins = \"new\",\n", "", "catalog.lua:8:1", .mend = "begins" },
	{ "unknown_name", 0, "to = \"open\"", "to = \"opened\"", "catalog.lua:13:39",
		.mend = "open" },
	{ "unknown_name", 0, "from = { \"new\", \"open\" }", "from = { \"new\", \"opan\" }",
		"catalog.lua:15:41", .mend = "open" },
	{ "state_unreachable", 0, "    state { id = \"done\"",
		"    state { id = \"lost\" }, state { id = \"done\"", "catalog.lua:12:5",
		.mend = "move" },
	{ "state_dead_end", 0, "state { id = \"open\" },",
		"state { id = \"open\" }, state { id = \"stuck\" }, move { id = \"stop\", from = \"new\", to = \"stuck\", by = \"clerk\" },",
		"catalog.lua:11:28", .mend = "final" },
	{ "state_endless", 0, "state { id = \"open\" },",
		"state { id = \"open\" }, state { id = \"round\" }, move { id = \"turn\", from = { \"new\", \"round\" }, to = \"round\", by = \"clerk\" },",
		"catalog.lua:11:28", .mend = "final" },
	{ "state_dead_end", 0, "state { id = \"done\", final = true }", "state { id = \"done\" }",
		"catalog.lua:12:5", .mend = "final" },
	{ "final_goes_on", 0, "from = { \"new\", \"open\" }",
		"from = { \"new\", \"open\", \"done\" }", "catalog.lua:15:49", .mend = "from" },
	{ "unknown_name", 0, "late = \"drop\"", "late = \"drip\"", "catalog.lua:10:44",
		.mend = "drop" },
	{ "late_not_from", 0, "late = \"drop\"", "late = \"finish\"", "catalog.lua:10:44",
		.mend = "from" },
	{ "late_needs", 0, "late = \"drop\"", "late = \"plan\"", "catalog.lua:10:44",
		.mend = "needs" },
	{ "within_and_late", 0, ", late = \"drop\"", "", "catalog.lua:10:5", .mend = "both" },
	{ "within_and_late", 0, "within = \"9 days\", ", "", "catalog.lua:10:5", .mend = "both" },
	{ "wrong_type", 0, "within = \"9 days\"", "within = 9", "catalog.lua:10:25",
		.mend = "30 days" },
	{ "field_two_kinds", 0, "needs = { day = \"date\", meters",
		"needs = { day = \"text\", meters", "catalog.lua:14:93", .mend = "kind" },
	{ "unknown_choice", 0, "day = \"date\" }", "day = \"dates\" }", "catalog.lua:13:76",
		.mend = "date" },
	{ "wrong_type", 0, "needs = { day = \"date\" }", "needs = \"day\"", "catalog.lua:13:66",
		.mend = "" },
	{ "unknown_choice", 0, "does = \"notify\"", "does = \"notice\"", "catalog.lua:13:92",
		.mend = "notify" },
	{ "missing_field", 0, "by = \"clerk\", needs", "needs", "catalog.lua:13:5", .mend = "by" },
	{ "duplicate_id", 0, "id = \"open\"", "id = \"new\"", "catalog.lua:11:5", .mend = "" },
	{ "duplicate_id", 0, "id = \"finish\"", "id = \"plan\"", "catalog.lua:14:5", .mend = "" },
	{ "missing_text", 0, "role = { clerk = \"x\", ", "role = { ", "catalog.lua:13:52",
		.mend = "texts" },
	{ "missing_text", 0, "field = { day = \"x\", meters = \"x\" }", "field = { day = \"x\" }",
		"catalog.lua:14:107", .mend = "texts" },
	{ "missing_text", 0, "move = { plan = \"x\", ", "move = { ", "catalog.lua:13:5",
		.mend = "texts" },
	{ "missing_text", 0, "state = { new = \"x\", ", "state = { ", "catalog.lua:10:5",
		.mend = "texts" },
	{ "missing_text", 0, ", life_cycle = { order = \"x\" }", "", "catalog.lua:8:1",
		.mend = "texts" },
	{ "wrong_place", 0, "life_cycle \"order\" {",
		"state { id = \"x\" }\nlife_cycle \"order\" {", "catalog.lua:8:1",
		.mend = "life_cycle" },
	{ "unknown_field", 0, "final = true", "finals = true", "catalog.lua:12:26",
		.mend = "final" },
};

int
main(void)
{
	return run_damaged(
		(struct damaged){ &shop, damages, sizeof damages / sizeof damages[0], 200 });
}
