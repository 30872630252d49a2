#include "damages.h"

/*
 * What the checker tells of functions from their text: loops that may never end, and fields that
 * the context does not have; and of usage that nothing prices from one day to another.
 */

#define LONGER "c.seconds > 3600"

struct example {
	const char *body;  /* instead of LONGER, in function(c) return … end */
	const char *rule;  /* NULL: nothing is wrong */
	const char *place; /* "catalog.lua:8:39" */
	const char *say, *mend;
};

static const struct example examples[] = {
	/* fields of the context */
	{ "c.secnds > 3600", "context_field", "catalog.lua:8:37", "c has no field 'secnds'",
		"c.seconds" },
	{ "c.price == nil", "context_field", "catalog.lua:8:37", "'price'",
		"it has service, from" },
	{ "c.at.huor > 7", "context_field", "catalog.lua:8:40", "c.at has no field 'huor'",
		"c.at.hour" },
	{ "c:length() > 7", "context_field", "catalog.lua:8:37", "'length'", "it has" },
	{ "{ c.seconds, n = c.secnds } == nil", "context_field", "catalog.lua:8:54", "'secnds'",
		"c.seconds" },
	{ "(function(d) return c.secnds == d end)(1)", "context_field", "catalog.lua:8:57",
		"'secnds'", "c.seconds" },
	{ "c.at.hour == 7 and c.attributes.whatever == nil", NULL, NULL, NULL, NULL },
	{ "c.to:len() == 7", NULL, NULL, NULL, NULL },
	{ "(function(c) return c.whatever end)({ whatever = 1 }) == 1", NULL, NULL, NULL, NULL },
	{ "true end local d = { c = { x = 1 } } when = d.c.x", "syntax", NULL, NULL, NULL },
	{ "c.seconds > 1 or (function() local c = { x = true } return c.x end)()", NULL, NULL, NULL,
		NULL },
	{ "(function() for c = 1, 2 do return c.x end end)()", NULL, NULL, NULL, NULL },
	{ "(function() for _, c in ipairs { \"a\" } do return c.x end end)()", NULL, NULL, NULL,
		NULL },
	{ "(function() c = { x = true } return c.x end)()", NULL, NULL, NULL, NULL },
	{ "({ c = { x = 1 } }).c.x == 1", NULL, NULL, NULL, NULL },
	/* numbers that are not exact */
	{ "c.seconds > 60.5", "float_in_function", "catalog.lua:8:47", "60.5", "decimal \"60.5\"" },
	{ "c.seconds > 1e3", "float_in_function", "catalog.lua:8:47", "1e3", "whole numbers" },
	{ "c.seconds > 1e-3", "float_in_function", "catalog.lua:8:47", "1e-3", "whole numbers" },
	{ "c.seconds > .5", "float_in_function", "catalog.lua:8:47", ".5", "0.5" },
	{ "c.seconds > 0xE and \"1.5\" == 1 .. \".5\" -- 1.5\n", NULL, NULL, NULL, NULL },
	/* loops */
	{ "(function() while c.seconds > 1 do end end)()", "loop_unbounded", "catalog.lua:8:47",
		"`while`", "for i = 1" },
	{ "(function() repeat until c.seconds > 1 end)()", "loop_unbounded", "catalog.lua:8:47",
		"`repeat`", "for i = 1" },
	{ "(function() ::again:: if c.seconds > 1 then goto again end end)()", "loop_unbounded",
		"catalog.lua:8:79", "`goto`", "for i = 1" },
	{ "(function() for i = 1, 3 do if i < 3 then goto next end do return true end ::next:: end end)()",
		NULL, NULL, NULL, NULL },
	{ "(function() local f = function() ::a:: end goto b ::b:: return f() end)()", NULL, NULL,
		NULL, NULL },
	{ "\"while\" == [[repeat]] -- while\n and true", NULL, NULL, NULL, NULL },
};

static bool
is_example(const struct finding *finding, const struct example *example)
{
	char place[300];
	snprintf(place, sizeof place, "%.*s:%u:%u", TEXT_ARGS(finding->file), finding->line,
		finding->column);
	return text_equal(finding->rule, text_of(example->rule)) &&
		(example->place == NULL || strcmp(place, example->place) == 0) &&
		(example->say == NULL || contains(finding->say_en, example->say)) &&
		(example->mend == NULL || contains(finding->mend_en, example->mend)) &&
		finding->say_zh.size > 0 && !text_equal(finding->say_zh, finding->say_en);
}

static void
functions_are_checked_by_what_they_write(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		const struct example *example = &examples[i];
		struct findings findings;
		size_t found = 0;
		char *source = replace(small_catalog, LONGER, example->body);
		check_source(source, &findings);
		for (size_t j = 0; j < findings.count; j++)
			found += example->rule == NULL ? findings.list[j].severity == FINDING_ERROR
						       : is_example(&findings.list[j], example);
		if (found != (example->rule != NULL)) {
			print_findings(&findings);
			fail_msg("wrong after %s", example->body);
		}
		findings_release(&findings);
		free(source);
	}
}

static void
functions_of_one_line_are_told_once_each(void **state)
{
	(void)state;
	struct findings findings;
	char *one = replace(small_catalog, "> 3600 end,\n        amount", "> 3600 end, amount");
	char *two = replace(one, "c.seconds >", "c.secnds >");
	char *three = replace(two, "c.seconds / 60", "c.minutes / 60");
	check_source(three, &findings);
	size_t found = 0;
	for (size_t i = 0; i < findings.count; i++)
		found += text_equal(findings.list[i].rule, TEXT("context_field"));
	assert_int_equal(found, 2);
	findings_release(&findings);
	free(three);
	free(two);
	free(one);
}

static void
a_function_that_many_tariffs_share_is_told_once(void **state)
{
	(void)state;
	struct findings findings;
	char *one = replace(
		small_catalog, "when = function(c) return " LONGER " end", "when = long");
	char *two = replace(one, "step = \"60 s\"", "when = long, step = \"60 s\"");
	char *three = replace(two, "package \"talk\"",
		"local function long(usage) return usage.secnds > 1 end\npackage \"talk\"");
	check_source(three, &findings);
	size_t found = 0;
	for (size_t i = 0; i < findings.count; i++) {
		if (!text_equal(findings.list[i].rule, TEXT("context_field")))
			continue;
		found++;
		assert_int_equal(findings.list[i].line, 5);
		assert_int_equal(findings.list[i].column, 41);
	}
	assert_int_equal(found, 1);
	findings_release(&findings);
	free(three);
	free(two);
	free(one);
}

/* What the language has no word for is told once, and the loop over it ends. */
static void
a_loop_over_what_is_unknown_ends(void **state)
{
	static const char *const loops[] = { "for k in pairs({}) do end ",
		"for k in next, {} do end ", "for k in next, \"a\" do end ",
		"for k in tarif, {} do end ", "for k in columm, \"a\" do end ",
		"for k in pairs {} do for l in pairs(k) do end end " };
	(void)state;
	for (size_t i = 0; i < sizeof loops / sizeof loops[0]; i++) {
		struct findings findings;
		char text[200];
		snprintf(text, sizeof text, "%spackage \"talk\"", loops[i]);
		char *source = replace(small_catalog, "package \"talk\"", text);
		check_source(source, &findings);
		assert_int_equal(count_of(&findings, "limit"), 0);
		assert_true(count_of(&findings, "unknown_word") > 0);
		findings_release(&findings);
		free(source);
	}
}

static void
a_script_that_grows_past_its_bounds_is_told_in_both_languages(void **state)
{
	struct findings findings;
	char *source = replace(small_catalog, "package \"talk\"",
		"local s = \"x\" for i = 1, 60 do s = s .. s end package \"talk\"");
	(void)state;
	check_source(source, &findings);
	assert_int_equal(findings.count, 1);
	assert_true(contains(findings.list[0].say_en, "more memory than it may have"));
	assert_true(contains(findings.list[0].say_zh, "所需内存"));
	assert_false(contains(findings.list[0].say_zh, "memory"));
	findings_release(&findings);
	free(source);
}

/* A zero byte is shown, and does not end the sentence. */
static void
a_sentence_about_a_zero_byte_is_whole(void **state)
{
	static const struct {
		const char *script, *say;
	} cases[] = {
		{ "error(\"first\\0second\")", "first\\0second" },
		{ "assert(false, \"first\\0second\")", "first\\0second" },
		{ "money(\"1\\0.00\")", "'1\\0.00' is not an amount" },
		{ "local x = money(\"1.00\"):times(\"1\\0\")", "'1\\0' is not a decimal" },
		{ "string[\"lo\\0wer\"] = 1", "can't write 'lo\\0wer'" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct findings findings;
		char text[200];
		snprintf(text, sizeof text, "%s package \"talk\"", cases[i].script);
		char *source = replace(small_catalog, "package \"talk\"", text);
		check_source(source, &findings);
		bool told = false;
		for (size_t j = 0; j < findings.count; j++)
			told |= contains(findings.list[j].say_en, cases[i].say);
		if (!told) {
			print_findings(&findings);
			fail_msg("%s", cases[i].script);
		}
		findings_release(&findings);
		free(source);
	}
}

static void
a_script_that_fails_is_told_to_those_who_never_saw_lua(void **state)
{
	static const struct {
		const char *script, *en, *zh;
	} cases[] = {
		{ "local x = nil local y = x.z", ": 'x' is nothing, which has no fields",
			"“x”是空，没有字段可取" },
		{ "local t = {} t.f()", ": 'f' is nothing, which is no word and no function",
			"“f”是空，不是词" },
		{ "local y = {} + 1", ": a value is a table, which can't be calculated with",
			"此处的值是表，不能参与计算" },
		{ "local a = true local y = \"b\" .. a",
			": 'a' is true or false, which can't be joined to a text",
			"“a”是true 或 false，不能与文本连接" },
		{ "local y = 1 < \"a\"", ": a number can't be compared with a text",
			"数字与文本不能比较大小" },
		{ "local y = {} < {}", ": a table can't be compared with a table",
			"表与表不能比较大小" },
		{ "local n = 5 local y = #n", ": 'n' is a number, which has no length",
			"没有长度" },
		{ "error(\"attempt to fly\")", ": attempt to fly", "：attempt to fly" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct findings findings;
		char text[200];
		snprintf(text, sizeof text, "%s package \"talk\"", cases[i].script);
		char *source = replace(small_catalog, "package \"talk\"", text);
		check_source(source, &findings);
		if (count_of(&findings, "script_failed") != 1 ||
			!contains(findings.list[0].say_en, cases[i].en) ||
			!contains(findings.list[0].say_zh, cases[i].zh)) {
			print_findings(&findings);
			fail_msg("%s", cases[i].script);
		}
		findings_release(&findings);
		free(source);
	}
}

static void
loops_outside_of_functions_are_bounded_by_the_build(void **state)
{
	(void)state;
	struct findings findings;
	char *source = replace(small_catalog, "package \"talk\"",
		"local i = 0 while i < 3 do i = i + 1 end\npackage \"talk\"");
	check_source(source, &findings);
	assert_false(findings_have_errors(&findings));
	findings_release(&findings);
	free(source);
}

/* ---- Usage that nothing prices at some time ---- */

static const char travel_catalog[] =
	"catalog \"travel\" {}\n"
	"service \"voice\" { unit = \"second\", zones = \"dialled\" }\n"
	"product \"line\" { services = \"voice\" }\n"
	"zones \"dialled\" { { \"far\", prefix = \"00\" }, { \"sea\", prefix = \"99\" }, { \"near\", rest = true } }\n"
	"local function tariff_to(zone)\n"
	"    return tariff { id = zone, say = \"voice.\" .. zone, serves = { service = \"voice\", zone = zone }, step = \"60 s\", price = \"0.10\" }\n"
	"end\n"
	"package \"talk\" { kind = \"base\", from = \"2020-01-01\", tariff_to(\"near\") }\n"
	"package \"world\" { kind = \"plugin\", from = \"2020-01-01\", tariff_to(\"far\"), tariff_to(\"sea\") }\n"
	"plan \"all\" { base = \"talk\", optional = \"world\" }\n"
	"offering \"all\" { plans = \"all\" }\n"
	"local texts_of = { catalog = { travel = \"t\" }, service = { voice = \"v\" }, product = { line = \"l\" },\n"
	"    package = { talk = \"t\", world = \"w\" }, plan = { all = \"a\" }, offering = { all = \"a\" },\n"
	"    zone = { far = \"f\", near = \"n\", sea = \"s\" }, voice = { far = \"f\", near = \"n\", sea = \"s\" } }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n";

struct edit {
	const char *from, *to;
};

struct gap {
	struct edit edits[2];
	const char *told; /* "RULE LINE what of the sentence", NULL: nothing */
	const char *say;
};

static const struct gap gaps[] = {
	{ { { "catalog", "catalog" } }, NULL, NULL },
	/* The plug-in ends, and the base goes on. */
	{ { { "from = \"2020-01-01\", tariff_to(\"far\")",
		  "from = \"2020-01-01\", till = \"2026-07-01\", tariff_to(\"far\")" } },
		"unpriced_from 10",
		"from 2026-07-01 on nothing, of what the plan 'all' offers, prices the service 'voice' to far, sea" },
	/* It pauses. */
	{ { { "package \"world\" { kind = \"plugin\", from = \"2020-01-01\",",
		  "package \"world\" { kind = \"plugin\", from = \"2024-01-01\", tariff_to(\"far\"), tariff_to(\"sea\") }\n"
		  "package \"world\" { kind = \"plugin\", from = \"2020-01-01\", till = \"2022-01-01\", seasonal = true," } },
		"unpriced_between 11", "from 2022-01-01 until 2024-01-01 nothing" },
	/* What begins later than the plan begins some day. */
	{ { { "from = \"2020-01-01\", tariff_to(\"far\")",
		  "from = \"2023-01-01\", tariff_to(\"far\")" } },
		NULL, NULL },
	/* The base ends first: nobody holds the plan any more. */
	{ { { "from = \"2020-01-01\", tariff_to(\"near\")",
		    "from = \"2020-01-01\", till = \"2026-01-01\", tariff_to(\"near\")" },
		  { "from = \"2020-01-01\", tariff_to(\"far\")",
			  "from = \"2020-01-01\", till = \"2026-01-01\", tariff_to(\"far\")" } },
		NULL, NULL },
	/* Another package prices it, but not in this plan. */
	{ { { ", optional = \"world\"", "" },
		  { "plans = \"all\" }",
			  "plans = { \"all\", \"far\" } } plan \"far\" { base = \"talk\", optional = \"world\" }" } },
		"unpriced_from 10",
		"nothing, of what the plan 'all' offers, prices the service 'voice' to far, sea" },
	/* Without plans it is one plan without a name. */
	{ { { "plan \"all\" { base = \"talk\", optional = \"world\" }\noffering \"all\" { plans = \"all\" }",
		    "" },
		  { "from = \"2020-01-01\", tariff_to(\"far\")",
			  "from = \"2020-01-01\", till = \"2026-07-01\", tariff_to(\"far\")" } },
		"unpriced_from 9",
		"from 2026-07-01 on nothing prices the service 'voice' to far, sea" },
	/* A version that drops a tariff is told of once, where it begins. */
	{ { { "package \"world\" {",
		  "package \"world\" { kind = \"plugin\", from = \"2026-01-01\", tariff_to(\"far\") }\npackage \"world\" {" } },
		"version_drops 9", "to the zone 'sea' no longer" },
};

static bool
is_gap(const struct finding *finding)
{
	return (finding->rule.size > 8 && memcmp(finding->rule.data, "unpriced", 8) == 0) ||
		text_equal(finding->rule, TEXT("version_drops"));
}

static void
check_gap(const struct gap *gap)
{
	struct findings findings;
	size_t found = 0, right = 0;
	char *source = replace(travel_catalog, gap->edits[0].from, gap->edits[0].to);
	if (gap->edits[1].from != NULL) {
		char *twice = replace(source, gap->edits[1].from, gap->edits[1].to);
		free(source);
		source = twice;
	}
	check_source(source, &findings);
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *one = &findings.list[i];
		char told[100];
		if (!is_gap(one))
			continue;
		snprintf(told, sizeof told, "%.*s %u", TEXT_ARGS(one->rule), one->line);
		found++;
		right += gap->told != NULL && strcmp(told, gap->told) == 0 &&
			contains(one->say_en, gap->say);
	}
	if (found != right || found != (gap->told != NULL)) {
		print_findings(&findings);
		fail_msg("wrong after %s", gap->edits[0].to);
	}
	findings_release(&findings);
	free(source);
}

static void
what_a_plan_prices_it_prices_while_it_is_sold(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof gaps / sizeof gaps[0]; i++)
		check_gap(&gaps[i]);
}

static void
a_tariff_is_proposed_for_what_nothing_prices(void **state)
{
	(void)state;
	struct findings findings;
	char *source = replace(travel_catalog, ", tariff_to(\"sea\")", "");
	check_source(source, &findings);
	const struct finding *found = NULL;
	for (size_t i = 0; i < findings.count; i++)
		if (text_equal(findings.list[i].rule, TEXT("unpriced")))
			found = &findings.list[i];
	assert_non_null(found);
	/* It is one: what was proposed makes the catalog sound. */
	char *tariff = strndup(found->propose.data, found->propose.size);
	char *priced = replace(tariff, "…", "0.10");
	char package[500];
	snprintf(package, sizeof package, "tariff_to(\"far\"), %s }", priced);
	char *mended = replace(source, "tariff_to(\"far\") }", package);
	findings_release(&findings);
	check_source(mended, &findings);
	if (findings_have(&findings, FINDING_WARNING))
		print_findings(&findings);
	assert_false(findings_have(&findings, FINDING_WARNING));
	findings_release(&findings);
	free(mended);
	free(priced);
	free(tariff);
	free(source);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_are_checked_by_what_they_write),
		cmocka_unit_test(functions_of_one_line_are_told_once_each),
		cmocka_unit_test(a_function_that_many_tariffs_share_is_told_once),
		cmocka_unit_test(a_sentence_about_a_zero_byte_is_whole),
		cmocka_unit_test(a_script_that_fails_is_told_to_those_who_never_saw_lua),
		cmocka_unit_test(a_loop_over_what_is_unknown_ends),
		cmocka_unit_test(a_script_that_grows_past_its_bounds_is_told_in_both_languages),
		cmocka_unit_test(loops_outside_of_functions_are_bounded_by_the_build),
		cmocka_unit_test(what_a_plan_prices_it_prices_while_it_is_sold),
		cmocka_unit_test(a_tariff_is_proposed_for_what_nothing_prices),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
