/*
 * What the checker says of charges and their tests: a sound catalog, damaged in one place at a time.
 */
#include "damages.h"

enum file { CATALOG, TESTS, FORMULAS, FILES };
static const char *const paths[FILES] = { "catalog.lua", "fees_test.lua", "formulas.lua" };
static const char *const contents[FILES] = {
	"catalog \"fees\" { formula_facts = { site = { tenants = \"integer\", price = \"money\" } } }\n"
	"package \"line\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    charge { id = \"fee\", every = \"month\", ahead = true, prorate = \"day\", amount = \"10.00\" },\n"
	"    charge { id = \"once\", every = \"once\", amount = \"5.00\", say = \"charge.installation\" },\n"
	"}\n"
	"package \"line\" {\n"
	"    kind = \"base\", from = \"2026-01-01\",\n"
	"    charge { id = \"fee\", every = \"month\", ahead = true, prorate = \"day\", amount = \"12.00\" },\n"
	"}\n"
	"local texts_of = { [\"catalog.fees\"] = \"fees\", [\"package.line\"] = \"line\", [\"charge.fee\"] = \"fee {amount}\",\n"
	"    [\"charge.installation\"] = \"installation\" }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n",
	"due \"a month\" {\n"
	"    holds = { package = \"line\", from = \"2020-02-01\" },\n"
	"    from = \"2020-02-01\", till = \"2020-03-01\",\n"
	"    expect = { amount = \"15.00\", lines = { \"fee 10.00\", \"once 2020-02-01 5.00\" } },\n"
	"}\n",
	"package \"mast\" {\n"
	"    kind = \"plugin\", from = \"2020-01-01\",\n"
	"    params = {\n"
	"        fee = { money = \"10.00\", choices = { \"10.00\", \"20.00\" } },\n"
	"        half = { money = true, derive = function(p) return p.fee:times(\"50%\") end },\n"
	"        size = { choice = \"small\", choices = { \"small\", \"large\" }, lasts = \"3 months\" },\n"
	"        usual = { number = \"0.5\", source = \"constant\" },\n"
	"        since = { date = true, check = function(p) return p.since > \"2020\" end, say = \"mast.since\" },\n"
	"    },\n"
	"    charge { id = \"mast\", every = \"month\", ahead = false, amount = param \"half\" },\n"
	"    charge { id = \"rent\", every = \"month\", ahead = false, amount = function(c)\n"
	"        return (c.site.price + c.params.fee):because(\"mast.rent\")\n"
	"    end },\n"
	"}\n"
	"tax \"vat\" { prices = \"inclusive\", { from = \"2018-05-01\", rate = \"10%\" },\n"
	"    { from = \"2019-04-01\", rate = \"9%\" } }\n"
	"package \"contract\" {\n"
	"    kind = \"plugin\", from = \"2020-01-01\",\n"
	"    charge { id = \"rental\", every = \"month\", ahead = false, amount = \"10.00\", replaces = \"mast.mast\",\n"
	"        split = { { partner = \"a\", share = \"60%\" }, { partner = \"b\", share = \"40%\" } } },\n"
	"    charge { id = \"setup\", every = \"once\", amount = \"10.00\" },\n"
	"    termination { id = \"rest\", term = \"1 year\", remaining = \"rental\", share = \"50%\", tax = \"vat\" },\n"
	"    termination { id = \"fixed\", term = \"1 year\", amount = \"90.00\", falls = \"5.00\" },\n"
	"}\n"
	"local more = { [\"partner.a\"] = \"a\", [\"partner.b\"] = \"b\", [\"tax.vat\"] = \"VAT\", [\"package.contract\"] = \"contract\", [\"charge.rental\"] = \"rental\",\n"
	"    [\"charge.setup\"] = \"setup\", [\"charge.rest\"] = \"rest\", [\"charge.fixed\"] = \"fixed\",\n"
	"    [\"package.mast\"] = \"mast\", [\"charge.mast\"] = \"mast\", [\"charge.rent\"] = \"rent\",\n"
	"    [\"param.fee\"] = \"fee\", [\"param.half\"] = \"half\", [\"param.size\"] = \"size\", [\"param.usual\"] = \"usual\",\n"
	"    [\"param.since\"] = \"since\", [\"mast.since\"] = \"too early\", [\"mast.rent\"] = \"rent\" }\n"
	"texts \"zh\" (more)\n"
	"texts \"en\" (more)\n",
};

static const struct sound fees = { paths, contents, FILES };

static const struct damage damages[] = {
	{ "missing_field", CATALOG, "ahead = true, ", "", "catalog.lua:4:5", .mend = "ahead" },
	{ "missing_field", CATALOG, ", amount = \"10.00\"", "", "catalog.lua:4:5",
		.mend = "amount" },
	{ "wrong_type", CATALOG, "ahead = true", "ahead = \"yes\"", "catalog.lua:4:43",
		.mend = "true" },
	{ "unknown_choice", CATALOG, "every = \"month\"", "every = \"mont\"", "catalog.lua:4:26",
		.mend = "month" },
	{ "unknown_choice", CATALOG, "prorate = \"day\"", "prorate = \"week\"",
		.place = "catalog.lua:4:57" },
	{ "negative_price", CATALOG, "\"10.00\"", "\"-10.00\"", .place = "catalog.lua:4:74" },
	{ "float_for_decimal", CATALOG, "\"10.00\"", "10.0", "catalog.lua:4:74",
		.mend = "\"10.0\"" },
	{ "charge_once", CATALOG, "every = \"once\"", "every = \"once\", ahead = true",
		"catalog.lua:5:43", .mend = "month" },
	{ "charge_once", CATALOG, "every = \"once\"", "every = \"once\", prorate = \"day\"",
		"catalog.lua:5:43", .mend = "prorate" },
	{ "charge_priced_by", CATALOG, "every = \"month\"", "every = \"day\", priced_by = \"year\"",
		"catalog.lua:4:41", .mend = "prorate" },
	{ "charge_changes", CATALOG, "prorate = \"day\", amount = \"12.00\"", "amount = \"12.00\"",
		"catalog.lua:9:5", .mend = "prorate" },
	{ "charge_changes", CATALOG, "amount = \"12.00\"", "amount = \"12.00\", round = \"0.1 up\"",
		"catalog.lua:9:5", .mend = "round" },
	{ "charge_changes", CATALOG, "amount = \"12.00\"", "amount = \"12.00\", by = \"package\"",
		"catalog.lua:9:5", .mend = "by" },
	{ "duplicate_id", CATALOG, "id = \"once\"", "id = \"fee\"", .place = "catalog.lua:5:5" },
	{ "missing_text", CATALOG, "    [\"charge.installation\"] = \"installation\" }", "}",
		"catalog.lua:5:60", .mend = "texts" },
	{ "missing_text_near", CATALOG, "[\"charge.fee\"]", "[\"charge.fees\"]",
		.place = "catalog.lua:4:5" },
	{ "unknown_blank", CATALOG, "fee {amount}", "fee {units}", "catalog.lua:13:1",
		.mend = "none" },
	{ "wrong_place", CATALOG, "texts \"zh\"",
		"charge { id = \"x\", every = \"once\", amount = \"1.00\" }\ntexts \"zh\"",
		"catalog.lua:13:1", .mend = "package" },
	{ "unknown_package", TESTS, "package = \"line\"", "package = \"lines\"",
		"fees_test.lua:2:5", .mend = "line" },
	{ "due_period", TESTS, "till = \"2020-03-01\"", "till = \"2020-02-01\"",
		.place = "fees_test.lua:3:26" },
	{ "due_period", TESTS, "till = \"2020-03-01\"", "till = \"2040-02-01\"",
		.place = "fees_test.lua:3:26" },
	{ "due_line", TESTS, "\"fee 10.00\"", "\"fee of 10.00\"", "fees_test.lua:4:44",
		.mend = "fee 91.55" },
	{ "due_nothing_expected", TESTS,
		"amount = \"15.00\", lines = { \"fee 10.00\", \"once 2020-02-01 5.00\" }", "",
		"fees_test.lua:4:5", .mend = "lines" },
	/* parameters */
	{ "param_kind", FORMULAS, "fee = { money", "fee = { text = true, money",
		"formulas.lua:4:17", .mend = "money" },
	{ "param_kind", FORMULAS, "date = true, ", "", "formulas.lua:8:9", .mend = "money" },
	{ "param_not_chosen", FORMULAS, "money = \"10.00\"", "money = \"15.00\"",
		"formulas.lua:4:17", .mend = "10.00" },
	{ "param_without_choices", FORMULAS, "choices = { \"small\", \"large\" }, ", "",
		"formulas.lua:6:18", .mend = "choices" },
	{ "param_derived", FORMULAS, "half = { money = true", "half = { money = \"1.00\"",
		"formulas.lua:5:18", .mend = "derive" },
	{ "param_derived", FORMULAS, "half = { money = true",
		"half = { money = true, source = \"order\"", "formulas.lua:5:32",
		.mend = "derive" },
	{ "param_constant", FORMULAS, "source = \"constant\"",
		"source = \"constant\", lasts = \"1 day\"", "formulas.lua:7:56", .mend = "order" },
	{ "param_without_default", FORMULAS, "number = \"0.5\"", "number = true",
		"formulas.lua:7:9", .mend = "12.00" },
	{ "param_without_default", FORMULAS, "choice = \"small\"", "choice = true",
		"formulas.lua:6:9", .mend = "12.00" },
	{ "param_without_say", FORMULAS, ", say = \"mast.since\"", "", "formulas.lua:8:9",
		.mend = "say" },
	{ "param_cycle", FORMULAS, "p.fee:times", "p.half:times", "formulas.lua:5:32",
		.mend = "given" },
	{ "param_other_kind", FORMULAS, "param \"half\"", "param \"usual\"", "formulas.lua:10:68",
		.mend = "money" },
	{ "unknown_name", FORMULAS, "param \"half\"", "param \"hafl\"", "formulas.lua:10:68",
		.mend = "half" },
	{ "unknown_name", FORMULAS, "p.fee:times", "p.fees:times", "formulas.lua:5:62",
		.mend = "fee" },
	{ "wrong_type", FORMULAS, "number = \"0.5\"", "number = \"half\"", "formulas.lua:7:19",
		.mend = "0.15" },
	{ "float_for_decimal", FORMULAS, "number = \"0.5\"", "number = 0.5", "formulas.lua:7:19",
		.mend = "0.5" },
	{ "wrong_type", FORMULAS, "\"20.00\" }", "\"twenty\" }", .place = "formulas.lua:4:55",
		.mend = NULL },
	{ "missing_text_near", FORMULAS, "[\"param.fee\"]", "[\"param.fees\"]",
		.place = "formulas.lua:4:9", .mend = NULL },
	/* formulas */
	{ "unknown_name", FORMULAS, "c.site.price", "c.site.prise", "formulas.lua:12:24",
		.mend = "site.price" },
	{ "unknown_name", FORMULAS, "c.site.price", "c.sit.price", "formulas.lua:12:23",
		.mend = "site.price" },
	{ "unknown_name", FORMULAS, "c.params.fee", "c.params.feee", "formulas.lua:12:41",
		.mend = "params.fee" },
	{ "missing_text_near", FORMULAS, "[\"mast.rent\"]", "[\"mast.rend\"]",
		.place = "formulas.lua:12:54", .mend = NULL },
	{ "reason_not_written", FORMULAS, ":because(\"mast.rent\"", ":because(c.lease.role",
		.place = "formulas.lua:12:54", .mend = "quotes" },
	/* what takes the place of others */
	{ "wrong_type", FORMULAS, "\"mast.mast\"", "\"mast\"", "formulas.lua:19:79",
		.mend = "base.fee" },
	{ "unknown_name", FORMULAS, "\"mast.mast\"", "\"mast.mats\"", "formulas.lua:19:79",
		.mend = "mast.mast" },
	{ "unknown_name", FORMULAS, "\"mast.mast\"", "\"mats.mast\"", "formulas.lua:19:79",
		.mend = "mast.mast" },
	{ "replaces_own", FORMULAS, "\"mast.mast\"", "\"contract.setup\"", "formulas.lua:19:79",
		.mend = "another package" },
	{ "replaces_other_cycle", FORMULAS, "\"mast.mast\"", "\"line.once\"", "formulas.lua:19:79",
		.mend = "kind of charge" },
	{ "replaces_other_cycle", FORMULAS, "id = \"setup\",",
		"id = \"setup\", replaces = \"line.fee\",", "formulas.lua:21:28",
		.mend = "kind of charge" },
	{ "replaces_circular", FORMULAS, "amount = param \"half\"",
		"amount = param \"half\", replaces = \"contract.rental\"", "formulas.lua:19:79",
		.say = "mast.mast" },
	{ "replaces_excluded", FORMULAS, "package \"contract\"",
		"sell { excludes { \"contract\", \"mast\", say = \"mast.since\" } } package \"contract\"",
		"formulas.lua:19:79", .say = "contract and mast" },
	{ "due_replaced", TESTS, "amount = \"15.00\"",
		"replaced = { \"fee by x\" }, amount = \"15.00\"", "fees_test.lua:4:29",
		.mend = "vip.fee" },
	{ "unknown_package", TESTS, "    from = \"2020-02-01\", till",
		"    besides = \"lines\", from = \"2020-02-01\", till", "fees_test.lua:3:5",
		.mend = "line" },
	/* what is owed for each */
	{ "unknown_name", FORMULAS, "amount = param \"half\"",
		"amount = param \"half\", for_each = \"site.tenant\"", "formulas.lua:10:82",
		.mend = "site.tenants" },
	{ "each_other_kind", FORMULAS, "amount = param \"half\"",
		"amount = param \"half\", for_each = \"site.price\"", "formulas.lua:10:82",
		.mend = "integer" },
	{ "param_other_kind", FORMULAS, "amount = param \"half\"",
		"amount = param \"half\", for_each = param \"fee\"", "formulas.lua:10:93",
		.mend = "integer" },
	{ "wrong_type", FORMULAS, "amount = param \"half\"",
		"amount = param \"half\", for_each = 2", "formulas.lua:10:82",
		.mend = "site.tenants" },
	{ "charge_changes", CATALOG, "amount = \"12.00\"",
		"amount = \"12.00\", for_each = \"site.tenants\"", "catalog.lua:9:5",
		.mend = "for_each" },
	/* shares */
	{ "split_sum", FORMULAS, "\"60%\"", "\"60.5%\"", "formulas.lua:20:9", .mend = "100 %" },
	{ "split_party", FORMULAS, "partner = \"a\", ", "", "formulas.lua:20:19",
		.mend = "product" },
	{ "split_party", FORMULAS, "partner = \"a\"", "partner = \"a\", product = \"a\"",
		"formulas.lua:20:19", .mend = "partner" },
	{ "repeated", FORMULAS, "partner = \"b\"", "partner = \"a\"", "formulas.lua:20:53",
		.mend = NULL },
	{ "missing_text", FORMULAS, "[\"partner.b\"] = \"b\", ", "", "formulas.lua:20:55",
		.mend = "texts" },
	{ "wrong_type", FORMULAS, "\"40%\"", "\"0.4\"", "formulas.lua:20:70", .mend = "50%" },
	{ "due_split", TESTS, "amount = \"15.00\"", "split = { \"line 10.00\" }",
		"fees_test.lua:4:26", .mend = "fee broadband" },
	/* tax codes */
	{ "unknown_name", FORMULAS, "tax = \"vat\"", "tax = \"vats\"", "formulas.lua:22:86",
		.mend = "vat" },
	{ "tax_without_rate", FORMULAS, "{ from = \"2018-05-01\", rate = \"10%\" },",
		"{ from = \"2021-05-01\", rate = \"10%\" },", "formulas.lua:22:86",
		.mend = "2020-01-01" },
	{ "tax_rates_not_rising", FORMULAS, "from = \"2018-05-01\"", "from = \"2019-04-01\"",
		"formulas.lua:16:7", .mend = NULL },
	{ "wrong_type", FORMULAS, "rate = \"9%\"", "rate = \"0.09\"", "formulas.lua:16:28",
		.mend = NULL },
	{ "missing_field", FORMULAS, "prices = \"inclusive\", ", "", "formulas.lua:15:1",
		.mend = "prices" },
	{ "tax_unused", FORMULAS, ", tax = \"vat\"", "", "formulas.lua:15:1", .mend = "vat" },
	{ "missing_text", FORMULAS, "[\"tax.vat\"] = \"VAT\", ", "", "formulas.lua:15:1",
		.mend = NULL },
	{ "wrong_type", FORMULAS, "choices = { \"10.00\", ", "choices = { \"10.00\", true, ",
		"formulas.lua:4:55", .mend = "0.15" },
	/* leaving early */
	{ "termination_what", FORMULAS, "remaining = \"rental\", share = \"50%\"",
		"share = \"50%\"", "formulas.lua:22:5", .mend = "amount" },
	{ "termination_what", FORMULAS, "amount = \"90.00\"",
		"amount = \"90.00\", remaining = \"rental\"", "formulas.lua:23:5",
		.mend = "remaining" },
	{ "termination_field", FORMULAS, "share = \"50%\"", "each_month = true",
		"formulas.lua:22:71", .mend = "each_month" },
	{ "termination_field", FORMULAS, "falls = \"5.00\"", "share = \"5%\"", "formulas.lua:23:68",
		.mend = "share" },
	{ "termination_field", FORMULAS, "falls = \"5.00\"", "falls = \"5.00\", each_month = true",
		"formulas.lua:23:68", .mend = "falls" },
	{ "termination_once", FORMULAS, "remaining = \"rental\"", "remaining = \"setup\"",
		"formulas.lua:22:49", .mend = "recurs" },
	{ "unknown_name", FORMULAS, "remaining = \"rental\"", "remaining = \"rentals\"",
		"formulas.lua:22:49", .mend = "rental" },
	{ "wrong_type", FORMULAS, "share = \"50%\"", "share = \"150%\"", "formulas.lua:22:71",
		.mend = "50%" },
	{ "wrong_type", FORMULAS, "term = \"1 year\", amount", "term = \"a year\", amount",
		"formulas.lua:23:33", .mend = NULL },
	{ "duplicate_id", FORMULAS, "id = \"fixed\"", "id = \"rental\"", "formulas.lua:23:5",
		.mend = NULL },
	{ "fact_group_taken", CATALOG, "site = {", "params = {", "catalog.lua:1:36",
		.mend = "another" },
	{ "unknown_choice", CATALOG, "\"integer\"", "\"interger\"", "catalog.lua:1:45",
		.mend = "integer" },
	{ "unknown_choice", CATALOG, "\"integer\"", "\"member\"", "catalog.lua:1:45",
		.mend = "members" },
	{ "wrong_type", TESTS, "    expect", "    facts = { { \"tenants\", 2 } },\n    expect",
		"fees_test.lua:4:17", .mend = "site.tenants" },
};

int
main(void)
{
	return run_damaged(
		(struct damaged){ &fees, damages, sizeof damages / sizeof damages[0], 300 });
}
