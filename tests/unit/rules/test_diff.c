#include "differences.h"

/* Every word and every field of the language, once; only its form has to be sound. */
static const char all_words[] =
	"catalog \"all\" { currency = \"CNY\", zone = \"Asia/Shanghai\", languages = { \"zh\", \"en\" },\n"
	"    layers = { \"promotion\", \"base\" }, components = { \"basic\", \"extra\" }, instructions = 20000 }\n"
	"service \"voice\" { unit = \"second\", zones = \"dialled\" }\n"
	"service \"data\" { unit = \"byte\" }\n"
	"product \"line\" { kind = \"ancillary\", services = { \"voice\", \"data\" } }\n"
	"zones \"dialled\" { of = \"from\", area_codes = { { prefix = \"010\", digits = 3 }, { prefix = \"0\", digits = 4 } },\n"
	"    { \"free\", number = { \"110\", \"119\" } },\n"
	"    { \"short\", prefix = \"800\", digits = 10 },\n"
	"    { \"abroad\", prefix = \"00\", followed_by = { \"1\", \"44\" } },\n"
	"    { \"far\", prefix = \"00\", followed_by = column \"codes.prefix\" },\n"
	"    { refuse = \"nobody\", prefix = \"001\" },\n"
	"    { \"home\", rest = true } }\n"
	"calendar \"hours\" { holidays = \"special\",\n"
	"    { \"feast\", days = \"holiday\" },\n"
	"    { \"weekend\", days = { \"saturday\", \"sunday\" }, except = \"workday\" },\n"
	"    { \"night\", hours = \"00:00-07:00\" },\n"
	"    { \"day\", rest = true } }\n"
	"local function is_long(c)\n"
	"    return c.seconds > 3600\n"
	"end\n"
	"package \"e6\" { kind = \"base\", from = \"2020-01-01\", till = \"2021-01-01\", seasonal = true, layer = \"base\",\n"
	"    tariff { id = \"local\", serves = { service = \"voice\", zone = { \"home\", \"free\" } }, component = \"extra\",\n"
	"        calendar = \"hours\", step = \"6 s\", price = { day = \"0.10\", night = \"0.08\" },\n"
	"        first = { step = \"60 s\", price = \"0.22\" }, setup = \"0.05\", minimum = \"0.11\", maximum = \"9.00\",\n"
	"        round = \"0.01 half_up\", uses = { \"minutes\", \"gift\" }, say = \"voice.local\" },\n"
	"    tariff { id = \"stepped\", serves = { service = \"voice\" }, calendar = \"hours\",\n"
	"        tiers = { kind = \"graduated\", every = \"month\" }, round = \"0.001 up\", say = \"voice.long\",\n"
	"        price = { { \"0.15\", up_to = 310 }, { \"0.12\", up_to = 620 },\n"
	"            { day = \"0.011\", night = \"0.006\" } } },\n"
	"    tariff { id = \"long\", serves = { service = \"voice\" }, when = is_long, say = \"voice.long\",\n"
	"        amount = function(c) return money \"0.01\" * c.seconds end },\n"
	"    allowance { id = \"minutes\", serves = { service = \"voice\" }, amount = 300, unit = \"minute\", every = \"month\" },\n"
	"    allowance { id = \"gift\", serves = { service = \"voice\" }, amount = \"50 minutes\", every = \"day\" },\n"
	"    notify { id = \"low\", of = \"gift\", left = { \"10%\", \"5 minutes\" }, say = \"voice.low\" },\n"
	"    notify { id = \"ends\", before = \"9 days\", say = \"voice.ends\" },\n"
	"    refund { id = \"some\", within = \"8 hours\", gives = \"units\", say = \"voice.back\" } }\n"
	"plan \"family\" { base = \"e6\", optional = { \"night\", \"world\" } }\n"
	"offering \"e6_family\" { kind = \"group\", brand = \"e6\", plans = \"family\" }\n"
	"for _, name in ipairs { \"e7\", \"night\", \"world\" } do\n"
	"    package(name) { kind = \"plugin\", from = \"2020-01-01\" }\n"
	"end\n"
	"plan \"single\" { base = \"e7\" }\n"
	"table \"sizes\" { hit = \"first\", columns = { \"n\", \"=> size\" }, types = { \"integer\", \"text\" },\n"
	"    domain = { n = \"1..9\" }, { 1, \"one\" }, { \">=2\", \"many\" } }\n"
	"zones \"other\" { { \"home\", rest = true } }\n"
	"texts \"zh\" { [\"package.e6\"] = \"家庭套餐\", voice = { [\"local\"] = \"本地语音\" } }\n"
	"texts \"en\" { [\"package.e6\"] = \"Family\", voice = { [\"local\"] = \"local voice\" } }\n";

static const char codes[] = "prefix,name\n1,USA\n44,UK\n44,Jersey\n7,Russia\n";

/* ---- one field after the other ---- */

#define E6 "package/e6@2020-01-01"
#define LOCAL E6 "/tariff/local"
#define STEPPED E6 "/tariff/stepped"

static const struct edit edits[] = {
	{ "\"5 minutes\" }", "\"6 minutes\" }", E6 "/notify/low/left", "10%, 5 minutes",
		"10%, 6 minutes" },
	{ "\"9 days\"", "\"1 month\"", E6 "/notify/ends/before", "9 days", "1 month" },
	{ "\"8 hours\"", "\"1 day\"", E6 "/refund/some/within", "8 hours", "1 day" },
	{ "gives = \"units\"", "gives = \"money\"", E6 "/refund/some/gives", "units", "money" },
	{ "\"CNY\"", "\"EUR\"", "catalog/all/currency", NULL, "EUR" },
	{ "{ \"zh\", \"en\" }", "{ \"en\" }", "catalog/all/languages", NULL, "en" },
	{ "{ \"promotion\", \"base\" }", "{ \"base\", \"promotion\" }", "catalog/all/layers",
		"promotion, base", "base, promotion" },
	{ "{ \"basic\", \"extra\" }", "{ \"basic\" }", "catalog/all/components", "basic, extra",
		NULL },
	{ "20000", "30000", "catalog/all/instructions", "20000", "30000" },
	{ "unit = \"second\"", "unit = \"item\"", "service/voice/unit", "second", "item" },
	{ "zones = \"dialled\"", "zones = \"other\"", "service/voice/zones", "dialled", "other" },
	{ "kind = \"ancillary\", ", "", "product/line/kind", "ancillary", NULL },
	{ "services = { \"voice\", \"data\" }", "services = \"voice\"", "product/line/services",
		"voice, data", "voice" },
	{ "product \"line\"", "product \"mail\"", "product/mail", NULL, "product \"mail\"" },
	{ "of = \"from\", ", "", "zones/dialled/of", "from", NULL },
	{ "digits = 3", "digits = 5", "zones/dialled/area_codes/prefix 010/digits", "3", "5" },
	{ "{ \"110\", \"119\" }", "{ \"110\", \"120\" }", "zones/dialled/row/free/number",
		"110, 119", "110, 120" },
	{ "prefix = \"800\"", "prefix = \"900\"", "zones/dialled/row/short/prefix", "800", "900" },
	{ "digits = 10", "digits = \"10..11\"", "zones/dialled/row/short/digits", "10", "10..11" },
	{ "{ \"1\", \"44\" }", "{ \"1\" }", "zones/dialled/row/abroad/followed_by", "1, 44", "1" },
	{ "codes.prefix", "codes.name", "zones/dialled/row/far/followed_by",
		"column \"codes.prefix\"", "column \"codes.name\"" },
	{ "\"001\"", "\"002\"", "zones/dialled/row/refuse nobody/prefix", "001", "002" },
	{ "\"home\", rest = true", "\"home\", prefix = \"0\"", "zones/dialled/row/home/rest",
		"true", NULL },
	{ "holidays = \"special\",", "", "calendar/hours/holidays", "special", NULL },
	{ "days = \"holiday\"", "days = \"friday\"", "calendar/hours/row/feast/days", "holiday",
		"friday" },
	{ ", except = \"workday\"", "", "calendar/hours/row/weekend/except", "workday", NULL },
	{ "00:00-07:00", "00:00-06:00", "calendar/hours/row/night/hours", "00:00-07:00",
		"00:00-06:00" },
	{ "kind = \"base\"", "kind = \"plugin\"", E6 "/kind", "base", "plugin" },
	{ "2020-01-01", "2020-02-01", "package/e6@2020-02-01", NULL, "package \"e6\"" },
	{ "2021-01-01", "2021-02-01", E6 "/till", "2021-01-01", "2021-02-01" },
	{ "seasonal = true, ", "", E6 "/seasonal", "true", NULL },
	{ "layer = \"base\"", "layer = \"promotion\"", E6 "/layer", "base", "promotion" },
	{ "service = \"voice\", zone", "service = \"data\", zone", LOCAL "/serves/service", "voice",
		"data" },
	{ "{ \"home\", \"free\" }", "\"home\"", LOCAL "/serves/zone", "home, free", "home" },
	{ "component = \"extra\"", "component = \"basic\"", LOCAL "/component", "extra", "basic" },
	{ "calendar = \"hours\", step", "step", LOCAL "/calendar", "hours", NULL },
	{ "\"6 s\"", "\"12 s\"", LOCAL "/step", "6 s", "12 s" },
	{ "night = \"0.08\"", "night = \"0.07\"", LOCAL "/price/night", "0.08", "0.07" },
	{ "day = \"0.10\", ", "", LOCAL "/price/day", "0.10", NULL },
	{ "step = \"60 s\"", "step = \"30 s\"", LOCAL "/first/step", "60 s", "30 s" },
	{ "\"0.22\"", "money \"0.33\"", LOCAL "/first/price", "0.22", "0.33" },
	{ "setup = \"0.05\"", "setup = \"0\"", LOCAL "/setup", "0.05", NULL },
	{ "minimum = \"0.11\", ", "", LOCAL "/minimum", "0.11", NULL },
	{ "\"9.00\"", "\"8.00\"", LOCAL "/maximum", "9.00", "8.00" },
	{ "half_up", "half_even", LOCAL "/round", "0.01 half_up", "0.01 half_even" },
	{ "{ \"minutes\", \"gift\" }", "{ \"gift\", \"minutes\" }", LOCAL "/uses", "minutes, gift",
		"gift, minutes" },
	{ "\"voice.local\"", "\"voice.near\"", LOCAL "/say", "voice.local", "voice.near" },
	{ "\"graduated\"", "\"volume\"", STEPPED "/tiers/kind", "graduated", "volume" },
	{ "every = \"month\" }, round", "every = \"event\" }, round", STEPPED "/tiers/every",
		"month", "event" },
	{ "up_to = 310", "up_to = 300", STEPPED "/price/tier 1/up_to", "310", "300" },
	{ "\"0.12\", up_to", "\"0.13\", up_to", STEPPED "/price/tier 2/price", "0.12", "0.13" },
	{ "\"0.006\"", "\"0.007\"", STEPPED "/price/tier 3/night", "0.006", "0.007" },
	{ "c.seconds > 3600", "c.seconds > 60", E6 "/tariff/long/when",
		"function is_long(c)\n    return c.seconds > 3600\nend",
		"function is_long(c)\n    return c.seconds > 60\nend" },
	{ "\"0.01\" *", "\"0.02\" *", E6 "/tariff/long/amount",
		"function(c) return money \"0.01\" * c.seconds end",
		"function(c) return money \"0.02\" * c.seconds end" },
	{ "id = \"long\"", "id = \"longer\"", E6 "/tariff/long", "tariff \"long\"", NULL },
	{ "amount = 300", "amount = 200", E6 "/allowance/minutes/amount", "300", "200" },
	{ "unit = \"minute\"", "unit = \"second\"", E6 "/allowance/minutes/unit", "minute",
		"second" },
	{ "\"50 minutes\"", "\"60 minutes\"", E6 "/allowance/gift/amount", "50 minutes",
		"60 minutes" },
	{ "every = \"day\"", "every = \"year\"", E6 "/allowance/gift/every", "day", "year" },
	{ "base = \"e6\"", "base = \"e7\"", "plan/family/base", "e6", "e7" },
	{ "{ \"night\", \"world\" }", "\"night\"", "plan/family/optional", "night, world",
		"night" },
	{ "kind = \"group\"", "kind = \"bundle\"", "offering/e6_family/kind", "group", "bundle" },
	{ "brand = \"e6\", ", "", "offering/e6_family/brand", "e6", NULL },
	{ "plans = \"family\"", "plans = \"single\"", "offering/e6_family/plans", "family",
		"single" },
	{ "\"many\"", "\"more\"", "table/sizes/row/>=2", "many", "more" },
	{ "\">=2\"", "\">1\"", "table/sizes/row/>1", NULL, "many" },
	{ "1..9", "1..8", "table/sizes/domain", "n = 1..9", "n = 1..8" },
	{ "hit = \"first\", ", "", "table/sizes/hit", "first", NULL },
	{ "本地语音", "市话", "texts/zh/voice.local", "本地语音", "市话" },
	{ "\"Family\"", "\"Home\"", "texts/en/package.e6", "Family", "Home" },
};

static void
each_field_that_changes_is_named(void **state)
{
	(void)state;
	check_edits(all_words, codes, edits, sizeof edits / sizeof edits[0]);
}

/* One price is one difference, and its file. */
static void
what_does_not_change_is_not_named(void **state)
{
	(void)state;
	char *edited = replace(all_words, "night = \"0.08\"", "night = \"0.07\"");
	compare(all_words, codes, edited, codes);
	assert_int_equal(differences.count, 2);
	assert_int_equal(count_said(), 1);
	const struct difference *one = &differences.list[0];
	assert_true(text_equal(one->what, TEXT("package")));
	assert_true(text_equal(one->say_en,
		TEXT("package e6 (Family) from 2020-01-01, tariff local (local voice), price, night")));
	assert_true(text_equal(one->say_zh,
		TEXT("优惠包 e6 (家庭套餐)（2020-01-01 起），资费 local (本地语音)，价格，night")));
	assert_true(text_equal(differences.list[1].path, TEXT("file/catalog.lua")));
	free(edited);
}

static void
equal_catalogs_have_no_difference(void **state)
{
	(void)state;
	compare(all_words, codes, all_words, codes);
	assert_int_equal(differences.count, 0);
}

/* Only the file is named. */
static void
what_is_written_otherwise_but_says_the_same_is_no_difference(void **state)
{
	(void)state;
	static const char *const others[][2] = {
		{ "\"6 s\"", "\"6 seconds\"" },
		{ "\"60 s\"", "\"1 minute\"" },
		{ "\"0.10\"", "\"0.100\"" },
		{ "\"0.22\"", "money \"0.22\"" },
		{ "base = \"e6\"", "base = { \"e6\" }" },
		{ "every = \"month\" }", "every = \"month\", }" },
		{ "plan \"family\"", "-- a remark\nplan \"family\"" },
		{ "voice = { [\"local\"] = \"local voice\" }",
			"[\"voice.local\"] = \"local voice\"" },
		{ "plans = \"family\"", "plans = \"family\", kind = \"group\"" },
	};
	for (size_t i = 0; i < sizeof others / sizeof others[0] - 1; i++) {
		char *edited = replace(all_words, others[i][0], others[i][1]);
		compare(all_words, codes, edited, codes);
		if (count_said() != 0) {
			print_differences();
			fail_msg("%s is another way to write %s", others[i][1], others[i][0]);
		}
		assert_int_equal(differences.count, 1);
		free(edited);
	}
}

/* ---- rows ---- */

static void
an_order_that_decides_is_compared(void **state)
{
	(void)state;
	static const char night[] = "    { \"night\", hours = \"00:00-07:00\" },\n";
	char *without = replace(all_words, night, "");
	char *first = replace(without, "    { \"feast\"",
		"    { \"night\", hours = \"00:00-07:00\" },\n    { \"feast\"");
	compare(all_words, codes, first, codes);
	assert_int_equal(count_said(), 1);
	expect("calendar/hours/row/order", "feast, weekend, night, day",
		"night, feast, weekend, day");
	/* A row that is new stands somewhere, and the others stand as before. */
	compare(without, codes, all_words, codes);
	assert_int_equal(count_said(), 2);
	expect("calendar/hours/row/night/band", NULL, "night");
	expect("calendar/hours/row/night/hours", NULL, "00:00-07:00");
	free(first);
	free(without);
}

static void
tables_are_compared_by_rows(void **state)
{
	(void)state;
	compare(all_words, codes, all_words,
		"prefix,name\n1,USA\n44,UK\n44,Guernsey\n86,China\n7,Russia\n");
	assert_int_equal(count_said(), 3);
	expect("table/codes/44 (2)/name", "Jersey", "Guernsey");
	expect("table/codes/86/name", NULL, "China");
	expect("table/codes/86/prefix", NULL, "86");
	compare(all_words, codes, all_words, "prefix,name\n7,Russia\n1,USA\n44,UK\n44,Jersey\n");
	assert_int_equal(count_said(), 1);
	expect("table/codes/order", "…", "…");
	compare(all_words, codes, all_words, "prefix,land\n1,USA\n44,UK\n44,Jersey\n7,Russia\n");
	expect("table/codes/columns", "prefix, name", "prefix, land");
	compare(all_words, codes, all_words, NULL);
	expect("table/codes/7/name", "Russia", NULL);
	compare(all_words, "\n", all_words, "prefix\n\"x\n");
	assert_true(differences.count > 0);
}

/* What no declaration says: a function that another one calls, a test, the zone's transitions. */
static void
files_that_differ_are_named_last(void **state)
{
	(void)state;
	char *edited = replace(
		all_words, "local function is_long", "local helper = 1\nlocal function is_long");
	compare(all_words, codes, edited, codes);
	assert_int_equal(count_said(), 0);
	assert_int_equal(differences.count, 1);
	assert_true(text_equal(differences.list[0].path, TEXT("file/catalog.lua")));
	free(edited);
	edited = replace(all_words, "Asia/Shanghai", "Europe/Berlin");
	compare(all_words, codes, edited, codes);
	assert_int_equal(differences.count, 3);
	expect("catalog/all/zone", NULL, "Europe/Berlin");
	assert_true(text_equal(differences.list[1].path, TEXT("file/@zone")));
	assert_true(text_equal(differences.list[2].path, TEXT("file/catalog.lua")));
	free(edited);
}

/* ---- what is no catalog ---- */

static void
what_can_not_be_read_is_refused(void **state)
{
	(void)state;
	struct buffer good = bundle_of(small_catalog, NULL);
	struct buffer bad = bundle_of("catalog \"x\" { curency = \"CNY\" }", NULL);
	struct buffer worse = bundle_of("while true do end", NULL);
	struct buffer greedy = bundle_of("local t = {} for i = 1, 1e8 do t[i] = { i } end", NULL);
	struct fault fault;
	assert_int_equal(diff_bundles(bytes_of(&good), bytes_of(&bad), &differences, &fault),
		STATUS_INVALID);
	assert_non_null(strstr(fault.text, "catalog.lua:1"));
	assert_int_equal(diff_bundles(bytes_of(&worse), bytes_of(&good), &differences, &fault),
		STATUS_LIMIT);
	assert_int_equal(diff_bundles(bytes_of(&good), bytes_of(&greedy), &differences, &fault),
		STATUS_LIMIT);
	assert_non_null(strstr(fault.text, "catalog.lua"));
	assert_int_equal(
		diff_bundles(bytes_of(&good), bytes_of_text(TEXT("x")), &differences, &fault),
		STATUS_INVALID);
	assert_int_equal(differences.count, 0);
	buffer_release(&good);
	buffer_release(&bad);
	buffer_release(&worse);
	buffer_release(&greedy);
}

/* Whatever is done to a word of a catalog: it is compared, or refused, and never fails. */
static void
damaged_catalogs_are_compared_or_refused(void **state)
{
	(void)state;
	unsigned seed = 20261122;
	struct buffer good = bundle_of(small_catalog, NULL);
	for (int i = 0; i < 300; i++) {
		char *damaged = damage_a_word(small_catalog, &seed);
		struct buffer other = bundle_of(damaged, NULL);
		struct fault fault;
		diff_release(&differences);
		diff_init(&differences);
		enum status status = diff_bundles(
			bytes_of(&good), bytes_of(&other), &differences, &fault);
		bool same = bytes_equal(bytes_of(&good), bytes_of(&other));
		assert_true(status == STATUS_OK || status == STATUS_INVALID);
		assert_true(status != STATUS_OK || (differences.count == 0) == same);
		buffer_release(&other);
		free(damaged);
	}
	buffer_release(&good);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			each_field_that_changes_is_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_does_not_change_is_not_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			equal_catalogs_have_no_difference, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_written_otherwise_but_says_the_same_is_no_difference, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			an_order_that_decides_is_compared, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tables_are_compared_by_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			files_that_differ_are_named_last, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_can_not_be_read_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			damaged_catalogs_are_compared_or_refused, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
