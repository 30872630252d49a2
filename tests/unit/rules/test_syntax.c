#include "damages.h"

/*
 * What does not compile, and what Lua lets pass, in the words of somebody who has never seen Lua: punctuation of Chinese writing, habits
 * from other languages, fields that stand twice, files that are not UTF-8.
 */

static const char catalog_lua[] =
	"catalog \"shop\" { currency = \"CNY\" }\n" /* 1 */
	"service \"voice\" { unit = \"second\" }\n"
	"product \"line\" { services = \"voice\" } -- 电话，固定\n"
	"local function at_least(a, b) local c, d = a, b; if c == d then c = d end return c end\n"
	"package \"talk\" { kind = \"base\", from = \"2020-01-01\",\n" /* 5 */
	"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"voice.call\",\n"
	"        when = function(c) local e, f = 1, 2; e, f = f, e; return at_least(e, f) == 2 end,\n"
	"        step = \"60 s\", price = \"0.15\" },\n"
	"    tariff { id = \"rest\", serves = { service = \"voice\" }, say = \"voice.call\",\n"
	"        step = \"60 s\", price = \"0.20\" },\n" /* 10 */
	"}\n"
	"plan \"p\" { base = \"talk\" }\n";

static const char texts_lua[] =
	"local words = { catalog = { shop = \"“商店”\" }, service = { voice = \"x\" }, product = { line = \"x\" },\n" /* 1 */
	"    package = { talk = \"x\" }, plan = { p = \"x\" }, voice = { [\"call\"] = \"x\" } }\n"
	"texts \"zh\" (words) texts \"en\" (words)\n";

enum file { CATALOG, TEXTS, FILES };
static const char *const paths[FILES] = { "catalog.lua", "texts.lua" };
static const char *const contents[FILES] = { catalog_lua, texts_lua };
static const struct sound shop = { paths, contents, FILES };

static const struct damage damages[] = {
	/* another keyboard */
	{ "syntax", CATALOG, "\"base\", from", "\"base\"， from", "catalog.lua:5:31",
		.mend = "write , with", .say = "， stands outside of quotes" },
	{ "syntax", CATALOG, "kind = \"base\"", "kind = “base”", "catalog.lua:5:25",
		.mend = "write \" with" },
	{ "syntax", CATALOG, "kind = \"base\"", "kind ＝ \"base\"", "catalog.lua:5:23",
		.mend = "write = with" },
	{ "syntax", CATALOG, "kind = \"base\"", "kind：\"base\"", "catalog.lua:5:22",
		.mend = "write = with" },
	{ "syntax", CATALOG, "function(c)", "function（c)", "catalog.lua:7:24",
		.mend = "write ( with" },
	{ "syntax", CATALOG, "from = \"2020", "from = ２ \"2020", "catalog.lua:5:40",
		.mend = "write 2 with" },
	{ "syntax", CATALOG, "kind = \"base\", from", "kind = \"base\",\u3000from",
		"catalog.lua:5:32", .mend = "ordinary space" },
	{ "syntax", CATALOG, "package \"talk\"", "优惠包 \"talk\"", "catalog.lua:5:1",
		.mend = "in quotes" },
	{ "syntax", CATALOG, "kind = \"base\"", "kind = \"base”", "catalog.lua:5:25",
		.mend = "begins and ends with \"" },
	/* habits from elsewhere */
	{ "syntax", CATALOG, "kind = \"base\"", "kind: \"base\"", "catalog.lua:5:18",
		.mend = "kind = …" },
	{ "syntax", CATALOG, "service \"voice\"", "// what is used\nservice \"voice\"",
		"catalog.lua:2:1", .mend = "--" },
	{ "syntax", TEXTS, "[\"call\"] =", "local =", "texts.lua:2:61", .mend = "[\"local\"] =" },
	/* what is missing */
	{ "syntax", CATALOG, "\"base\", from", "\"base\" from", "catalog.lua:5:32",
		.mend = "the comma" },
	{ "syntax", CATALOG, "kind = \"base\"", "kind = \"base", "catalog.lua:5:40",
		.mend = "or the quote" },
	{ "syntax", TEXTS, "{ talk = \"x\" }", "{ talk = \"x\" ", "texts.lua:3", .mend = "comma" },
	{ "syntax", CATALOG, "end return c end", "end return c", "catalog.lua:5:1", .mend = "end" },
	/* what Lua lets pass */
	{ "field_twice", CATALOG, "from = \"2020-01-01\"",
		"from = \"2020-01-01\", kind = \"plugin\"", "catalog.lua:5:54", .mend = "remove",
		.say = "kind stands twice" },
	{ "field_twice", CATALOG, "price = \"0.15\"", "price = \"0.15\",\n price = \"0.10\"",
		"catalog.lua:9:2", .mend = "remove", .say = "in line 8" },
	{ "field_twice", TEXTS, "[\"call\"] = \"x\"", "[\"call\"] = \"x\", call = \"y\"",
		"texts.lua:2:77", .mend = "rename" },
	/* another encoding: 商店 in GBK */
	{ "not_utf8", TEXTS, "\"“商店”\"", "\"\xc9\xcc\xb5\xea\"", "texts.lua:1", .mend = "UTF-8" },
};

/* What follows from a slip is no finding of its own. */
static void
a_slip_is_one_finding(void **state)
{
	static const struct {
		const char *from, *to, *rule, *mend;
	} slips[] = {
		{ "package \"talk\"", "pakage \"talk\"", "unknown_word", "write package" },
		{ "package \"talk\"", "Package \"talk\"", "unknown_word", "write package" },
		{ "tariff { id = \"rest\"", "tarif { id = \"rest\"", "unknown_word",
			"write tariff" },
		{ "kind = \"base\"", "kind = base", "unknown_word", "in quotes" },
		{ "\"2020-01-01\"", "\"2020-02-30\"", "wrong_type", "\"2026-01-31\"" },
		{ "\"2020-01-01\"", "\"２０２０-01-01\"", "wrong_type", "\"2020-01-01\"" },
		{ "\"0.20\"", "\"0。20\"", "wrong_type", "\"0.20\"" },
		{ "\"0.20\"", "0.20", "float_for_decimal", "\"0.2\"" },
		{ "tariff { id = \"rest\"",
			"discount { id = \"d\", say = \"voice.call\", on = { service = \"voice\" }, off = 0.2, stack = \"best\", per = \"event\" },\n"
			"tariff { id = \"rest\"",
			"float_for_decimal", "\"20%\" of the price" },
		{ "\"CNY\"", "\"CNY\", zone = \"Asia/Beijing\"", "zone_not_frozen", "that exists" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
		struct findings findings;
		char *damaged = replace(catalog_lua, slips[i].from, slips[i].to);
		check_with(&shop, CATALOG, damaged, &findings);
		if (findings.count - count_of(&findings, "no_tests") != 1 ||
			count_of(&findings, slips[i].rule) != 1 ||
			!contains(findings.list[0].mend_en, slips[i].mend)) {
			print_findings(&findings);
			fail_msg("%s", slips[i].to);
		}
		findings_release(&findings);
		free(damaged);
	}
}

/* So in tests, of which many go by what is written once. */
static void
a_slip_in_what_a_scenario_shares_is_one_finding(void **state)
{
	struct findings findings;
	struct buffer bundle;
	struct fault fault;
	const struct bundle_file files[] = { file_of("catalog.lua", catalog_lua),
		file_of("shop_test.lua",
			"scenario \"calls\" { from = \"2026-01-01 00:00:00\", holds = \"talk\", event = { service = 1 },\n"
			"    use { seconds = 60, expect = { amount = \"0.20\" } },\n"
			"    use { seconds = 61, expect = { amount = \"0.40\" } } }\n"
			"cases \"more\" { holds = \"talk\", event = { service = \"voice\", at = \"noon\" }, columns = { \"seconds\", \"=> amount\" },\n"
			"    { 60, \"0.20\" }, { 61, \"0.40\" } }\n"
			"test \"one\" { holds = \"talk\", event = { service = \"voice\", at = \"2026-01-01\", seconds = \"few\" }, expect = { amount = \"0.20\" } }\n"),
		file_of("texts.lua", texts_lua) };
	(void)state;
	make_bundle(files, 3, &bundle);
	findings_init(&findings);
	assert_int_equal(catalog_check(bytes_of(&bundle), &findings, &fault), STATUS_OK);
	if (findings.count != 3 || count_of(&findings, "wrong_type") != 3) {
		print_findings(&findings);
		fail_msg("not one for each");
	}
	findings_release(&findings);
	buffer_release(&bundle);
}

/* One finding tells it all: what the others hold is not called missing. */
static void
a_file_that_is_not_utf8_is_one_finding(void **state)
{
	struct findings findings;
	(void)state;
	char *damaged = replace(texts_lua, "商店", "\xc9\xcc\xb5\xea");
	check_with(&shop, TEXTS, damaged, &findings);
	assert_int_equal(count_of(&findings, "not_utf8"), 1);
	assert_int_equal(findings.count, 1);
	findings_release(&findings);
	free(damaged);
}

static void
what_lua_says_is_said_in_chinese(void **state)
{
	static const char *const said[][2] = {
		{ "a = { b = 1 c = 2 }", "'c' 处应为 '}'" },
		{ "a = {\n1,\n2\nb = 3 }", "与第 1 行的 '{' 配对" },
		{ "a = = 1", "'=' 处不应出现" },
		{ "a = \"x\n", "缺少结束的引号" },
		{ "a = {", "文件末尾不应出现" },
		{ "a b", "'b' 处不应出现" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		struct findings findings;
		check_source(said[i][0], &findings);
		bool told = false;
		for (size_t j = 0; j < findings.count; j++)
			told |= text_equal(findings.list[j].rule, TEXT("syntax")) &&
				contains(findings.list[j].say_zh, said[i][1]);
		if (!told) {
			print_findings(&findings);
			fail_msg("%s", said[i][0]);
		}
		findings_release(&findings);
	}
}

int
main(void)
{
	struct damaged damaged = { &shop, damages, sizeof damages / sizeof damages[0], 400 };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(sound_catalog_has_no_findings, &damaged),
		cmocka_unit_test_prestate(
			each_damage_is_named_with_its_place_and_its_fix, &damaged),
		cmocka_unit_test_prestate(random_damage_does_not_confuse_the_checker, &damaged),
		cmocka_unit_test(a_slip_is_one_finding),
		cmocka_unit_test(a_slip_in_what_a_scenario_shares_is_one_finding),
		cmocka_unit_test(a_file_that_is_not_utf8_is_one_finding),
		cmocka_unit_test(what_lua_says_is_said_in_chinese),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
