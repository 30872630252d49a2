/*
 * What the checker says of charges and their tests: a sound catalog, damaged in one place at a time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "catalogs.h"

#include "../../../rules/catalog_test.h"

enum file { CATALOG, TESTS, FORMULAS, FILES };
static const char *const paths[FILES] = { "catalog.lua", "fees_test.lua", "formulas.lua" };
static const char *const sources[FILES] = {
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
	"local more = { [\"package.mast\"] = \"mast\", [\"charge.mast\"] = \"mast\", [\"charge.rent\"] = \"rent\",\n"
	"    [\"param.fee\"] = \"fee\", [\"param.half\"] = \"half\", [\"param.size\"] = \"size\", [\"param.usual\"] = \"usual\",\n"
	"    [\"param.since\"] = \"since\", [\"mast.since\"] = \"too early\", [\"mast.rent\"] = \"rent\" }\n"
	"texts \"zh\" (more)\n"
	"texts \"en\" (more)\n",
};

static const struct damage {
	const char *rule;
	enum file file;
	const char *from, *to;
	const char *place;
	const char *mend; /* in what would mend it; NULL: whatever that is */
} damages[] = {
	{ "missing_field", CATALOG, "ahead = true, ", "", "catalog.lua:4:5", "ahead" },
	{ "missing_field", CATALOG, ", amount = \"10.00\"", "", "catalog.lua:4:5", "amount" },
	{ "wrong_type", CATALOG, "ahead = true", "ahead = \"yes\"", "catalog.lua:4:43", "true" },
	{ "unknown_choice", CATALOG, "every = \"month\"", "every = \"mont\"", "catalog.lua:4:26",
		"month" },
	{ "unknown_choice", CATALOG, "prorate = \"day\"", "prorate = \"week\"", "catalog.lua:4:57",
		NULL },
	{ "negative_price", CATALOG, "\"10.00\"", "\"-10.00\"", "catalog.lua:4:74", NULL },
	{ "float_for_decimal", CATALOG, "\"10.00\"", "10.0", "catalog.lua:4:74", "\"10.0\"" },
	{ "charge_once", CATALOG, "every = \"once\"", "every = \"once\", ahead = true",
		"catalog.lua:5:43", "month" },
	{ "charge_once", CATALOG, "every = \"once\"", "every = \"once\", prorate = \"day\"",
		"catalog.lua:5:43", "prorate" },
	{ "charge_priced_by", CATALOG, "every = \"month\"", "every = \"day\", priced_by = \"year\"",
		"catalog.lua:4:41", "prorate" },
	{ "charge_changes", CATALOG, "prorate = \"day\", amount = \"12.00\"", "amount = \"12.00\"",
		"catalog.lua:9:5", "prorate" },
	{ "charge_changes", CATALOG, "amount = \"12.00\"", "amount = \"12.00\", round = \"0.1 up\"",
		"catalog.lua:9:5", "round" },
	{ "duplicate_id", CATALOG, "id = \"once\"", "id = \"fee\"", "catalog.lua:5:5", NULL },
	{ "missing_text", CATALOG, "    [\"charge.installation\"] = \"installation\" }", "}",
		"catalog.lua:5:60", "texts" },
	{ "missing_text_near", CATALOG, "[\"charge.fee\"]", "[\"charge.fees\"]", "catalog.lua:4:5",
		NULL },
	{ "unknown_blank", CATALOG, "fee {amount}", "fee {units}", "catalog.lua:13:1", "none" },
	{ "wrong_place", CATALOG, "texts \"zh\"",
		"charge { id = \"x\", every = \"once\", amount = \"1.00\" }\ntexts \"zh\"",
		"catalog.lua:13:1", "package" },
	{ "unknown_package", TESTS, "package = \"line\"", "package = \"lines\"",
		"fees_test.lua:2:5", "line" },
	{ "due_period", TESTS, "till = \"2020-03-01\"", "till = \"2020-02-01\"",
		"fees_test.lua:3:26", NULL },
	{ "due_period", TESTS, "till = \"2020-03-01\"", "till = \"2040-02-01\"",
		"fees_test.lua:3:26", NULL },
	{ "due_line", TESTS, "\"fee 10.00\"", "\"fee of 10.00\"", "fees_test.lua:4:44",
		"fee 91.55" },
	{ "due_nothing_expected", TESTS,
		"amount = \"15.00\", lines = { \"fee 10.00\", \"once 2020-02-01 5.00\" }", "",
		"fees_test.lua:4:5", "lines" },
	/* parameters */
	{ "param_kind", FORMULAS, "fee = { money", "fee = { text = true, money",
		"formulas.lua:4:17", "money" },
	{ "param_kind", FORMULAS, "date = true, ", "", "formulas.lua:8:9", "money" },
	{ "param_not_chosen", FORMULAS, "money = \"10.00\"", "money = \"15.00\"",
		"formulas.lua:4:17", "10.00" },
	{ "param_without_choices", FORMULAS, "choices = { \"small\", \"large\" }, ", "",
		"formulas.lua:6:18", "choices" },
	{ "param_derived", FORMULAS, "half = { money = true", "half = { money = \"1.00\"",
		"formulas.lua:5:18", "derive" },
	{ "param_derived", FORMULAS, "half = { money = true",
		"half = { money = true, source = \"order\"", "formulas.lua:5:32", "derive" },
	{ "param_constant", FORMULAS, "source = \"constant\"",
		"source = \"constant\", lasts = \"1 day\"", "formulas.lua:7:56", "order" },
	{ "param_without_default", FORMULAS, "number = \"0.5\"", "number = true",
		"formulas.lua:7:9", "12.00" },
	{ "param_without_default", FORMULAS, "choice = \"small\"", "choice = true",
		"formulas.lua:6:9", "12.00" },
	{ "param_without_say", FORMULAS, ", say = \"mast.since\"", "", "formulas.lua:8:9", "say" },
	{ "param_cycle", FORMULAS, "p.fee:times", "p.half:times", "formulas.lua:5:32", "given" },
	{ "param_other_kind", FORMULAS, "param \"half\"", "param \"usual\"", "formulas.lua:10:68",
		"money" },
	{ "unknown_name", FORMULAS, "param \"half\"", "param \"hafl\"", "formulas.lua:10:68",
		"half" },
	{ "unknown_name", FORMULAS, "p.fee:times", "p.fees:times", "formulas.lua:5:32", "fee" },
	{ "wrong_type", FORMULAS, "number = \"0.5\"", "number = \"half\"", "formulas.lua:7:19",
		"0.15" },
	{ "float_for_decimal", FORMULAS, "number = \"0.5\"", "number = 0.5", "formulas.lua:7:19",
		"0.5" },
	{ "wrong_type", FORMULAS, "\"20.00\" }", "\"twenty\" }", "formulas.lua:4:55", NULL },
	{ "missing_text_near", FORMULAS, "[\"param.fee\"]", "[\"param.fees\"]", "formulas.lua:4:9",
		NULL },
	/* formulas */
	{ "unknown_name", FORMULAS, "c.site.price", "c.site.prise", "formulas.lua:11:59",
		"site.price" },
	{ "unknown_name", FORMULAS, "c.site.price", "c.sit.price", "formulas.lua:11:59",
		"site.price" },
	{ "unknown_name", FORMULAS, "c.params.fee", "c.params.feee", "formulas.lua:11:59",
		"params.fee" },
	{ "missing_text_near", FORMULAS, "[\"mast.rent\"]", "[\"mast.rend\"]", "formulas.lua:11:59",
		NULL },
	/* what is owed for each */
	{ "unknown_name", FORMULAS, "amount = param \"half\"",
		"amount = param \"half\", for_each = \"site.tenant\"", "formulas.lua:10:82",
		"site.tenants" },
	{ "each_other_kind", FORMULAS, "amount = param \"half\"",
		"amount = param \"half\", for_each = \"site.price\"", "formulas.lua:10:82",
		"integer" },
	{ "param_other_kind", FORMULAS, "amount = param \"half\"",
		"amount = param \"half\", for_each = param \"fee\"", "formulas.lua:10:93",
		"integer" },
	{ "wrong_type", FORMULAS, "amount = param \"half\"",
		"amount = param \"half\", for_each = 2", "formulas.lua:10:82", "site.tenants" },
	{ "charge_changes", CATALOG, "amount = \"12.00\"",
		"amount = \"12.00\", for_each = \"site.tenants\"", "catalog.lua:9:5", "for_each" },
	{ "fact_group_taken", CATALOG, "site = {", "params = {", "catalog.lua:1:36", "another" },
	{ "unknown_choice", CATALOG, "\"integer\"", "\"interger\"", "catalog.lua:1:45", "integer" },
	{ "wrong_type", TESTS, "    expect", "    facts = { { \"tenants\", 2 } },\n    expect",
		"fees_test.lua:4:17", "site.tenants" },
};

static void
check_with(enum file damaged, const char *source, struct findings *findings)
{
	struct bundle_file files[FILES];
	struct buffer bundle;
	struct fault fault = { 0 };
	for (int i = 0; i < FILES; i++)
		files[i] = file_of(paths[i], (enum file)i == damaged ? source : sources[i]);
	make_bundle(files, FILES, &bundle);
	findings_init(findings);
	if (catalog_check(bytes_of(&bundle), findings, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	buffer_release(&bundle);
}

static bool
is_found(const struct damage *damage, const struct findings *findings)
{
	char place[300];
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];
		snprintf(place, sizeof place, "%.*s:%u:%u", TEXT_ARGS(finding->file), finding->line,
			finding->column);
		bool mended = damage->mend == NULL ||
			memmem(finding->mend_en.data, finding->mend_en.size, damage->mend,
				strlen(damage->mend)) != NULL;
		if (text_equal(finding->rule, text_of(damage->rule)) &&
			strcmp(place, damage->place) == 0 && mended && finding->say_zh.size > 0 &&
			finding->mend_zh.size > 0)
			return true;
	}
	return false;
}

static void
a_sound_catalog_has_no_findings(void **state)
{
	struct findings findings;
	(void)state;
	check_with(CATALOG, sources[CATALOG], &findings);
	print_findings(&findings);
	assert_int_equal(findings.count, 0);
	findings_release(&findings);
}

static void
every_damage_is_named_with_its_place_and_its_fix(void **state)
{
	int missed = 0;
	(void)state;
	for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
		struct findings findings;
		char *damaged = replace(sources[damages[i].file], damages[i].from, damages[i].to);
		check_with(damages[i].file, damaged, &findings);
		if (!is_found(&damages[i], &findings)) {
			print_message("%s at %s was not found after \"%s\" → \"%s\"\n",
				damages[i].rule, damages[i].place, damages[i].from, damages[i].to);
			print_findings(&findings);
			missed++;
		}
		findings_release(&findings);
		free(damaged);
	}
	assert_int_equal(missed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_catalog_has_no_findings),
		cmocka_unit_test(every_damage_is_named_with_its_place_and_its_fix),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
