#include "damages.h"

/* What the checker says of prompts and retention offers. */

static const char catalog_lua[] =
	"catalog \"shop\" { facts = { age = \"integer\", paid = \"money by month\" } }\n"
	"service \"voice\" { unit = \"second\" }\n"
	"product \"line\" { services = \"voice\" }\n"
	"package \"a\" { kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"t\", serves = { service = \"voice\" }, step = \"60 s\", price = \"0.15\", say = \"call\" } }\n" /* 5 */
	"package \"b\" { kind = \"plugin\", from = \"2020-01-01\" }\n"
	"plan \"p\" { base = \"a\", optional = \"b\" }\n"
	"offering \"o\" { plans = \"p\" }\n"
	"sell {\n"
	"    prompt { id = \"p1\", on = { \"pay_bill\", \"daily\" }, show = \"popup\", offer = \"b\", say = \"why\",\n" /* 10 */
	"        when = function(c) return c.average(\"paid\", 3) > money \"1\" and not c.holds(\"plan.p\") end, expires = \"9 days\" },\n"
	"    prompt { id = \"p2\", on = \"daily\", show = \"task\", say = \"why\", expires = \"9 days\", once = true },\n"
	"    retain { \"a\", \"plan.p\", id = \"r1\", rank = 1, show = \"popup\", offer = \"b\", say = \"why\", expires = \"9 days\" },\n"
	"    retain { \"a\", id = \"r2\", rank = 2, show = \"popup\", offer = \"b\", say = \"why\", expires = \"9 days\" },\n"
	"    quiet { id = \"q\", when = function(c) return c.knows(\"age\") end, except = \"p2\", say = \"why\" },\n" /* 15 */
	"}\n"
	"local words = { catalog = { shop = \"x\" }, service = { voice = \"x\" }, product = { line = \"x\" },\n"
	"    package = { a = \"x\", b = \"x\" }, plan = { p = \"x\" }, offering = { o = \"x\" }, call = \"x\", why = \"x\",\n"
	"    fact = { age = \"x\", paid = \"x\" } }\n"
	"texts \"zh\" (words) texts \"en\" (words)\n" /* 20 */;

static const char *const path = "catalog.lua", *const content = catalog_lua;
static const struct sound shop = { &path, &content, 1 };

static const struct damage damages[] = {
	{ "missing_text", 0, "offer = \"b\", say = \"why\",\n",
		"offer = \"b\", say = \"because\",\n", "catalog.lua:10:84", .mend = "texts" },
	{ "unknown_choice", 0, "\"pay_bill\", ", "\"pay_bull\", ", "catalog.lua:10:32",
		.mend = "pay_bill" },
	{ "unknown_choice", 0, "show = \"task\"", "show = \"tusk\"", "catalog.lua:12:39",
		.mend = "task" },
	{ "unknown_name", 0, "offer = \"b\", say = \"why\",\n", "offer = \"bb\", say = \"why\",\n",
		"catalog.lua:10:71", .mend = "b" },
	{ "unknown_name", 0, "average(\"paid\"", "average(\"payd\"", "catalog.lua:11:9",
		.mend = "paid" },
	{ "fact_other_kind", 0, "average(\"paid\"", "average(\"age\"", "catalog.lua:11:9",
		.mend = "customer" },
	{ "fact_other_kind", 0, "c.average(\"paid\", 3) > money \"1\"", "c.days_till(\"age\") > 1",
		"catalog.lua:11:9", .mend = "date" },
	{ "unknown_name", 0, "holds(\"plan.p\")", "holds(\"plan.q\")", "catalog.lua:11:9",
		.mend = "plan.p" },
	{ "unknown_name", 0, "holds(\"plan.p\")", "holds(\"product.lines\")", "catalog.lua:11:9",
		.mend = "product.line" },
	{ "unknown_name", 0, "knows(\"age\")", "knows(\"ago\")", "catalog.lua:15:23",
		.mend = "age" },
	{ "context_field", 0, "c.knows(", "c.known(", "catalog.lua:15:51", .mend = "knows" },
	{ "wrong_type", 0, "end, expires = \"9 days\"", "end, expires = \"9 weeks\"",
		"catalog.lua:11:99", .mend = "30 days" },
	{ "wrong_type", 0, "end, expires = \"9 days\"", "end, expires = \"9999 days\"",
		"catalog.lua:11:99", .mend = "30 days" },
	{ "missing_field", 0, "end, expires = \"9 days\"", "end", "catalog.lua:10:5",
		.mend = "expires" },
	{ "duplicate_id", 0, "id = \"p2\"", "id = \"p1\"", "catalog.lua:12:5", .mend = "" },
	{ "duplicate_id", 0, "id = \"r2\"", "id = \"p1\"", "catalog.lua:14:5", .mend = "" },
	{ "prompt_once_again", 0, "once = true", "once = true, declined = \"1 day\"",
		"catalog.lua:12:100", .mend = "once" },
	{ "retain_same_rank", 0, "rank = 2", "rank = 1", "catalog.lua:14:30", .mend = "rank" },
	{ "missing_field", 0, "rank = 2, ", "", "catalog.lua:14:5", .mend = "rank" },
	{ "out_of_range", 0, "rank = 2", "rank = 2000", "catalog.lua:14:30", .mend = "" },
	{ "no_entries", 0, "retain { \"a\", id", "retain { id", "catalog.lua:14:5", .mend = "add" },
	{ "unknown_name", 0, "except = \"p2\"", "except = \"p3\"", "catalog.lua:15:69",
		.mend = "p1" },
	{ "wrong_type", 0, "when = function(c) return c.knows(\"age\") end", "when = true",
		"catalog.lua:15:23", .mend = "function" },
	{ "wrong_place", 0, "sell {\n",
		"quiet { id = \"r\", when = function(c) return true end, say = \"why\" }\nsell {\n",
		"catalog.lua:9:1", .mend = "sell" },
};

int
main(void)
{
	return run_damaged(
		(struct damaged){ &shop, damages, sizeof damages / sizeof damages[0], 200 });
}
