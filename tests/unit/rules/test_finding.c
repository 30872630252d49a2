#include "damages.h"

/*
 * The checker: a sound catalog is damaged in one place at a time, and each damage must be named
 * where it is, with what would mend it, in both languages.
 */

static const char catalog_lua[] =
	"catalog \"shop\" { currency = \"CNY\", zone = \"Asia/Shanghai\" }\n"
	"\n"
	"service \"voice\" { unit = \"second\", zones = \"dialled\" }\n"
	"service \"data\" { unit = \"byte\" }\n"
	"product \"line\" { services = { \"voice\", \"data\" } }\n"
	"plan \"standard\" { base = \"e6\" }\n"
	"offering \"home\" { plans = \"standard\" }\n"
	"\n"
	"calendar \"hours\" {\n"
	"    holidays = \"days\",\n"
	"    { \"holiday\", days = \"holiday\" },\n"
	"    { \"night\", hours = \"21:00-07:00\" },\n"
	"    { \"day\", rest = true },\n"
	"}\n"
	"\n"
	"zones \"dialled\" {\n"
	"    area_codes = { { prefix = \"0\", digits = 4 } },\n"
	"    { \"free\", number = { \"110\", \"119\" } },\n"
	"    { \"far\", prefix = \"00\", followed_by = column \"codes.prefix\" },\n"
	"    { refuse = \"unknown\", prefix = \"00\" },\n"
	"    { \"near\", prefix = \"@own_area\" },\n"
	"    { \"near\", rest = true },\n"
	"}\n";

static const char packages_lua[] =
	"package \"e6\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    allowance { id = \"minutes\", serves = { service = \"voice\", zone = \"near\" }, amount = 300, unit = \"minute\", every = \"month\" },\n"
	"    tariff {\n"
	"        id = \"near\", say = \"voice.near\",\n"
	"        serves = { service = \"voice\", zone = \"near\" },\n"
	"        calendar = \"hours\", step = \"60 s\",\n"
	"        price = { day = \"0.15\", night = \"0.08\", holiday = \"0.08\" },\n"
	"        uses = { \"minutes\" },\n"
	"    },\n"
	"    tariff { id = \"far\", say = \"voice.far\", serves = { service = \"voice\", zone = \"far\" }, step = \"6 s\", price = \"0.80\" },\n"
	"    tariff { id = \"free\", say = \"voice.free\", serves = { service = \"voice\", zone = \"free\" }, step = \"60 s\", price = \"0\" },\n"
	"    tariff { id = \"data\", say = \"data.all\", serves = { service = \"data\" }, step = \"1 MB\", price = \"0.10\",\n"
	"        first = { step = \"10 MB\", price = \"0.50\" }, setup = \"0.01\", minimum = \"0.05\", maximum = \"9.00\", round = \"0.01 half_up\" },\n"
	"}\n";

static const char texts_lua[] =
	"local words = {\n"
	"    catalog = { shop = \"Shop\" },\n"
	"    product = { line = \"Line\" },\n"
	"    service = { voice = \"Voice\", data = \"Data\" },\n"
	"    package = { e6 = \"e6\" },\n"
	"    plan = { standard = \"Standard\" },\n"
	"    offering = { home = \"Home\" },\n"
	"    zone = { free = \"free\", far = \"far\", near = \"near\" },\n"
	"    refusal = { unknown = \"unknown\" },\n"
	"    band = { day = \"day\", night = \"night\", holiday = \"holiday\" },\n"
	"    allowance = { minutes = \"minutes\" },\n"
	"    voice = { near = \"near {units}\", far = \"far\", free = \"free\" },\n"
	"}\n"
	"texts \"zh\" (words)\n"
	"texts \"en\" (words)\n"
	"texts \"zh\" { [\"data.all\"] = \"data\" }\n"
	"texts \"en\" { [\"data.all\"] = \"data\" }\n";

static const char codes_csv[] = "prefix,name\n44,GB\n33,FR\n1,US\n";
static const char days_csv[] =
	"date,kind,name\n2025-01-01,holiday,New Year\n2026-01-01,holiday,New Year\n2026-01-04,workday,New Year\n";
static const char shop_test_lua[] =
	"test \"a minute\" {\n"
	"    holds = \"e6\",\n"
	"    event = { service = \"data\", at = \"2026-01-02 12:00:00\", bytes = 1000 },\n"
	"    expect = { amount = \"0.51\" },\n"
	"}\n"
	"cases \"more\" {\n"
	"    holds = \"e6\",\n"
	"    event = { service = \"data\", at = \"2026-01-02 12:00:00\" },\n"
	"    columns = { \"bytes\", \"=> amount\" },\n"
	"    { 1000, \"0.51\" },\n"
	"}\n";

enum file { CATALOG, PACKAGES, TESTS, CODES, DAYS, TEXTS, FILES };
static const char *const paths[FILES] = { "catalog.lua", "packages.lua", "shop_test.lua",
	"tables/codes.csv", "tables/days.csv", "texts.lua" };
static const char *const contents[FILES] = { catalog_lua, packages_lua, shop_test_lua, codes_csv,
	days_csv, texts_lua };

static const struct sound shop = { paths, contents, FILES };

static const struct damage damages[] = {
	/* scripts */
	{ "syntax", CATALOG, "unit = \"second\", zones", "unit = \"second\" zones",
		"catalog.lua:3:35", .mend = "comma" },
	{ "syntax", PACKAGES, "\"0.80\"", "\"0.80", "packages.lua:11:113", .mend = "quote" },
	{ "script_failed", CATALOG, "plan \"standard\"", "local x = nil + 1 plan \"standard\"",
		.place = "catalog.lua:6" },
	{ "unknown_word", PACKAGES, "    tariff { id = \"far\"", "    tarif { id = \"far\"",
		"packages.lua:11:5", .mend = "tariff" },
	{ "unknown_word", CATALOG, "calendar \"hours\"", "calender \"hours\"", "catalog.lua:9:1",
		.mend = "calendar" },
	{ "unfinished_word", CATALOG, "plan \"standard\" { base = \"e6\" }", "plan \"standard\"",
		"catalog.lua:6:1", .mend = "{" },
	{ "wrong_call", CATALOG, "plan \"standard\" {", "plan {", .place = "catalog.lua:6:1" },
	{ "wrong_place", PACKAGES, "package \"e6\" {", "tariff { id = \"lost\" }\npackage \"e6\" {",
		"packages.lua:1:1", .mend = "package" },
	{ "not_an_item", PACKAGES, "    tariff { id = \"data\"",
		"    \"data\", tariff { id = \"data\"", "packages.lua:13:5", .mend = "tariff" },
	{ "no_entries", CATALOG, "service \"data\"", "calendar \"empty\" {}\nservice \"data\"",
		.place = "catalog.lua:4:1" },
	/* fields */
	{ "unknown_field", PACKAGES, "step = \"6 s\"", "stpe = \"6 s\"", "packages.lua:11:91",
		.mend = "step" },
	{ "unknown_field", PACKAGES, "zone = \"near\" }, amount", "zoen = \"near\" }, amount",
		"packages.lua:3:63", .mend = "zone" },
	{ "unknown_field", CATALOG, "currency = ", "curency = ", "catalog.lua:1:18",
		.mend = "currency" },
	{ "missing_field", PACKAGES, "kind = \"base\", ", "", "packages.lua:1:1", .mend = "kind" },
	{ "missing_field", PACKAGES, "step = \"6 s\", ", "", "packages.lua:11:5", .mend = "step" },
	{ "missing_field", PACKAGES, ", say = \"voice.far\"", "", "packages.lua:11:5",
		.mend = "say" },
	{ "missing_field", PACKAGES, "unit = \"minute\", ", "", "packages.lua:3:5",
		.mend = "unit" },
	{ "wrong_type", PACKAGES, "\"2020-01-01\"", "\"2020-02-30\"",
		.place = "packages.lua:2:20" },
	{ "wrong_type", PACKAGES, "step = \"6 s\"", "step = \"six\"",
		.place = "packages.lua:11:91" },
	{ "wrong_type", PACKAGES, "step = \"6 s\"", "step = 6", .place = "packages.lua:11:91" },
	{ "wrong_type", CATALOG, "\"21:00-07:00\"", "\"21-07\"", .place = "catalog.lua:12:16" },
	{ "wrong_type", CATALOG, "days = \"holiday\"", "days = \"freeday\"",
		.place = "catalog.lua:11:18" },
	{ "wrong_type", CATALOG, "zone = \"Asia", "zone = \"../Asia", .place = "catalog.lua:1:36" },
	{ "wrong_type", PACKAGES, "\"0.01 half_up\"", "\"0.01 half\"",
		.place = "packages.lua:14:105" },
	{ "wrong_type", CATALOG, "rest = true },\n}\n\n", "rest = \"yes\" },\n}\n\n",
		.place = "catalog.lua:13:14" },
	{ "wrong_type", PACKAGES, "package \"e6\" {", "package \"e 6\" {",
		.place = "packages.lua:1:1" },
	{ "wrong_type", CATALOG, "number = { \"110\"", "number = { 110",
		.place = "catalog.lua:18:26" },
	{ "wrong_type", CATALOG, "column \"codes.prefix\"", "column \"codes\"",
		.place = "catalog.lua:19:29" },
	{ "float_for_decimal", PACKAGES, "day = \"0.15\"", "day = 0.15", "packages.lua:8:19",
		.mend = "\"0.15\"" },
	{ "float_for_decimal", PACKAGES, "price = \"0.80\"", "price = 0.8", "packages.lua:11:105",
		.mend = "\"0.8\"" },
	{ "float_for_decimal", PACKAGES, "setup = \"0.01\"", "setup = 1", "packages.lua:14:53",
		.mend = "\"1\"" },
	{ "unknown_choice", PACKAGES, "kind = \"base\"", "kind = \"bse\"", "packages.lua:2:5",
		.mend = "base" },
	{ "unknown_choice", CATALOG, "unit = \"second\"", "unit = \"seconds\"", "catalog.lua:3:19",
		.mend = "second" },
	{ "out_of_range", CATALOG, "digits = 4", "digits = 40", .place = "catalog.lua:17:36" },
	{ "negative_price", PACKAGES, "price = \"0.80\"", "price = \"-0.80\"",
		.place = "packages.lua:11:105" },
	{ "step_of_zero", PACKAGES, "step = \"6 s\"", "step = \"0 s\"",
		.place = "packages.lua:11:91" },
	{ "step_of_zero", PACKAGES, "amount = 300, unit = \"minute\"", "amount = \"0 minutes\"",
		.place = "packages.lua:3:80" },
	/* names */
	{ "unknown_name", CATALOG, "zones = \"dialled\"", "zones = \"dialed\"", "catalog.lua:3:36",
		.mend = "dialled" },
	{ "unknown_name", CATALOG, "services = { \"voice\"", "services = { \"vioce\"",
		"catalog.lua:5:31", .mend = "voice" },
	{ "unknown_name", PACKAGES, "calendar = \"hours\"", "calendar = \"hour\"",
		"packages.lua:7:9", .mend = "hours" },
	{ "unknown_name", PACKAGES, "zone = \"far\"", "zone = \"fra\"", "packages.lua:11:75",
		.mend = "far" },
	{ "unknown_name", PACKAGES, "night = \"0.08\"", "nigth = \"0.08\"", "packages.lua:8:33",
		.mend = "night" },
	{ "unknown_name", PACKAGES, "uses = { \"minutes\"", "uses = { \"minute\"",
		"packages.lua:9:18", .mend = "minutes" },
	{ "unknown_name", CATALOG, "base = \"e6\"", "base = \"e5\"", "catalog.lua:6:19",
		.mend = "e6" },
	{ "unknown_name", CATALOG, "plans = \"standard\"", "plans = \"standart\"",
		"catalog.lua:7:19", .mend = "standard" },
	{ "unknown_name", CATALOG, "holidays = \"days\"", "holidays = \"day\"", "catalog.lua:10:5",
		.mend = "days" },
	{ "unknown_name", CATALOG, "\"codes.prefix\"", "\"code.prefix\"", "catalog.lua:19:43",
		.mend = "codes" },
	{ "unknown_name", PACKAGES, "from = \"2020-01-01\",",
		"from = \"2020-01-01\", layer = \"bass\",", "packages.lua:2:41", .mend = "base" },
	{ "unknown_name", PACKAGES, "id = \"far\",", "id = \"far\", component = \"tol\",",
		.place = "packages.lua:11:26" },
	{ "csv_column", CODES, "prefix,name", "prefx,name", "tables/codes.csv:1", .mend = "prefx" },
	{ "duplicate_id", CATALOG, "service \"data\"", "service \"voice\"", "catalog.lua:4:1",
		.mend = "another" },
	{ "duplicate_id", PACKAGES, "id = \"free\"", "id = \"far\"", "packages.lua:12:5",
		.mend = "another" },
	{ "repeated", CATALOG, "\"110\", \"119\"", "\"110\", \"110\"",
		.place = "catalog.lua:18:33" },
	{ "no_catalog", CATALOG,
		"catalog \"shop\" { currency = \"CNY\", zone = \"Asia/Shanghai\" }", "",
		"catalog.lua", .mend = "catalog" },
	{ "zone_not_frozen", CATALOG, "\"Asia/Shanghai\"", "\"Asia/Atlantis\"", "catalog.lua:1:36",
		.mend = "Asia/Shanghai" },
	/* texts */
	{ "missing_text", TEXTS, "plan = { standard = \"Standard\" },", "", "catalog.lua:6:1",
		.propose = "plan.standard" },
	{ "missing_text_near", TEXTS, "far = \"far\", free", "fare = \"far\", free",
		"packages.lua:11:26", .mend = "rename" },
	{ "missing_text", TEXTS, "texts \"en\" { [\"data.all\"] = \"data\" }", "",
		"packages.lua:13:27", .propose = "data.all" },
	{ "unused_text", TEXTS, "[\"data.all\"]", "[\"data.none\"] = \"x\", [\"data.all\"]",
		"texts.lua:16:14", .mend = "remove" },
	{ "text_repeated", TEXTS, "texts \"en\" { [\"data.all\"]",
		"texts \"en\" { [\"zone.far\"] = \"x\", [\"data.all\"]", "texts.lua:17:14",
		.mend = "say" },
	{ "unknown_blank", TEXTS, "near {units}", "near {unit}", "texts.lua:15:1",
		.mend = "{units}" },
	{ "language_not_listed", TEXTS, "texts \"en\" (words)",
		"texts \"en\" (words) texts \"fr\" {}", "texts.lua:15:20", .mend = "languages" },
	/* calendars and tables */
	{ "calendar_gap", CATALOG, "    { \"day\", rest = true },\n",
		"    { \"day\", hours = \"07:00-20:00\" },\n", "catalog.lua:9:1", .mend = "rest" },
	{ "dead_calendar_rule", CATALOG, "    { \"day\", rest = true },\n",
		"    { \"day\", rest = true },\n    { \"night\", hours = \"12:00-13:00\" },\n",
		"catalog.lua:14:5", .mend = "remove" },
	{ "hours_over_midnight", CATALOG, "hours = \"21:00-07:00\"",
		"hours = \"21:00-07:00\", days = \"saturday\"", "catalog.lua:12:16",
		.mend = "two rows" },
	{ "needs_holidays", CATALOG, "    holidays = \"days\",\n", "", "catalog.lua:9:1",
		.mend = "holidays" },
	{ "cell", DAYS, "2026-01-01", "2026-01-32", .place = "tables/days.csv:3:1" },
	{ "cell", DAYS, "workday", "wrokday", .place = "tables/days.csv:4:12" },
	{ "cell_repeated", DAYS, "2026-01-04", "2026-01-01", "tables/days.csv:4:1",
		.mend = "remove" },
	{ "holiday_year_missing", DAYS, "2025-01-01", "2024-01-01", "tables/days.csv:1",
		.mend = "2025" },
	{ "csv_row", DAYS, "workday,New Year", "workday", .place = "tables/days.csv:4" },
	{ "not_utf8", DAYS, "workday,New Year", "workday,\xd4\xaa\xb5\xa9", "tables/days.csv:4",
		.mend = "CSV UTF-8" },
	{ "csv_row", CODES, "33,FR", "\"33,FR", .place = "tables/codes.csv:3:1" },
	{ "csv_empty", CODES, "44,GB\n33,FR\n1,US\n", "", .place = "tables/codes.csv:1" },
	{ "cell", CODES, "33,FR", "x3,FR", .place = "tables/codes.csv:3:1" },
	{ "prefix_repeated", CODES, "33,FR", "44,FR", "tables/codes.csv:3:1", .mend = "remove" },
	/* zones */
	{ "zone_row_kind", CATALOG, "{ \"near\", rest", "{ rest", .place = "catalog.lua:22:5" },
	{ "zone_row_digits", CATALOG, "{ \"near\", rest = true", "{ \"near\"", "catalog.lua:22:5",
		.mend = "rest" },
	{ "prefix_repeated", CATALOG, "    { \"near\", rest",
		"    { \"far\", number = \"119\" },\n    { \"near\", rest", "catalog.lua:22:14",
		.mend = "remove" },
	{ "dead_zone_row", CATALOG, "    { refuse",
		"    { \"near\", prefix = \"00\", followed_by = column \"codes.prefix\" },\n    { refuse",
		"catalog.lua:20:5", .mend = "remove" },
	{ "own_area_alone", CATALOG, "\"@own_area\"", "{ \"@own_area\", \"0771\" }",
		"catalog.lua:21:15", .mend = "prefix" },
	{ "own_area_unknown", CATALOG, "    area_codes = { { prefix = \"0\", digits = 4 } },\n", "",
		"catalog.lua:20:15", .mend = "area_codes" },
	{ "area_code_short", CATALOG, "{ prefix = \"0\", digits = 4 }",
		"{ prefix = \"07712\", digits = 4 }", .place = "catalog.lua:17:22" },
	/* packages */
	{ "till_before_from", PACKAGES, "from = \"2020-01-01\"",
		"from = \"2020-01-01\", till = \"2020-01-01\"", "packages.lua:2:41",
		.mend = "later" },
	{ "band_without_price", PACKAGES, ", holiday = \"0.08\"", "", "packages.lua:8:9",
		.propose = "holiday" },
	{ "bands_without_calendar", PACKAGES, "calendar = \"hours\", ", "", "packages.lua:8:9",
		.mend = "calendar" },
	{ "calendar_without_bands", PACKAGES,
		"{ day = \"0.15\", night = \"0.08\", holiday = \"0.08\" }", "\"0.15\"",
		"packages.lua:8:9", .mend = "day" },
	{ "wrong_unit", PACKAGES, "step = \"6 s\"", "step = \"6 KB\"", "packages.lua:11:91",
		.mend = "60 s" },
	{ "wrong_unit", PACKAGES, "unit = \"minute\"", "unit = \"MB\"",
		.place = "packages.lua:3:80" },
	{ "price_or_amount", PACKAGES, "price = \"0.80\"",
		"amount = function(c) return money \"1\" end", "packages.lua:11:91",
		.mend = "remove" },
	{ "no_zones", PACKAGES, "{ service = \"data\" }", "{ service = \"data\", zone = \"near\" }",
		"packages.lua:13:74", .mend = "zones" },
	{ "minimum_over_maximum", PACKAGES, "minimum = \"0.05\"", "minimum = \"9.05\"",
		.place = "packages.lua:14:69" },
	{ "dead_tariff", PACKAGES, "serves = { service = \"voice\", zone = \"far\" }",
		"serves = { service = \"voice\", zone = \"near\" }", "packages.lua:11:5",
		.mend = "remove" },
	{ "unpriced", PACKAGES, "zone = \"far\"", "zone = \"free\"", "catalog.lua:19:5",
		.mend = "tariff" },
	{ "allowance_does_not_serve", PACKAGES,
		"serves = { service = \"voice\", zone = \"near\" }, amount",
		"serves = { service = \"data\" }, amount", "packages.lua:9:18", .mend = "uses" },
	{ "never_sold", CATALOG, "offering \"home\"",
		"plan \"lost\" { base = \"e6\" }\noffering \"home\"", "catalog.lua:7:1",
		.mend = "offering" },
	/* tiers */
	{ "tiers_not_chosen", PACKAGES, "price = \"0.80\"",
		"price = { { \"0.80\", up_to = 5 }, { \"0.70\" } }", "packages.lua:11:105",
		.mend = "kind" },
	{ "tiers_without_prices", PACKAGES, "price = \"0.80\"",
		"tiers = { kind = \"volume\", every = \"event\" }, price = \"0.80\"",
		"packages.lua:11:105", .mend = "up_to" },
	{ "tiers_not_rising", PACKAGES, "price = \"0.80\"",
		"tiers = { kind = \"graduated\", every = \"month\" }, price = { { \"0.80\", up_to = 5 }, { \"0.70\", up_to = 5 }, { \"0.60\" } }",
		"packages.lua:11:197", .mend = "larger" },
	{ "tiers_not_rising", PACKAGES, "price = \"0.80\"",
		"tiers = { kind = \"graduated\", every = \"month\" }, price = { { \"0.80\", up_to = \"60 s\" }, { \"0.70\", up_to = 9 }, { \"0.60\" } }",
		"packages.lua:11:202", .mend = "larger" },
	{ "tier_without_rest", PACKAGES, "price = \"0.80\"",
		"tiers = { kind = \"graduated\", every = \"month\" }, price = { { \"0.80\", up_to = 5 }, { \"0.70\", up_to = 9 } }",
		"packages.lua:11:197", .mend = "last" },
	{ "tier_after_rest", PACKAGES, "price = \"0.80\"",
		"tiers = { kind = \"graduated\", every = \"month\" }, price = { { \"0.80\" }, { \"0.70\" } }",
		"packages.lua:11:164", .mend = "up_to" },
	{ "tier_within_step", PACKAGES, "price = \"0.80\"",
		"tiers = { kind = \"graduated\", every = \"month\" }, price = { { \"0.80\", up_to = \"7 s\" }, { \"0.70\" } }",
		"packages.lua:11:174", .mend = "whole" },
	{ "tier_unit", PACKAGES, "price = \"0.80\"",
		"tiers = { kind = \"graduated\", every = \"month\" }, price = { { \"0.80\", up_to = \"7 KB\" }, { \"0.70\" } }",
		"packages.lua:11:174", .mend = "number of steps" },
	{ "out_of_range", PACKAGES, "price = \"0.80\"",
		"tiers = { kind = \"graduated\", every = \"month\" }, price = { { \"0.80\", up_to = 0 }, { \"0.70\" } }",
		"packages.lua:11:174", .mend = "bounds" },
	{ "wrong_type", PACKAGES, "price = \"0.80\"",
		"tiers = { kind = \"graduated\", every = \"month\" }, price = { { \"0.80\", up_to = 5 }, \"0.70\" }",
		"packages.lua:11:187", .mend = "up_to" },
	{ "negative_price", PACKAGES, "price = \"0.80\"",
		"tiers = { kind = \"graduated\", every = \"month\" }, price = { { \"0.80\", up_to = 5 }, { \"-0.70\" } }",
		"packages.lua:11:189", .mend = "0" },
	{ "bands_without_calendar", PACKAGES, "price = \"0.80\"",
		"tiers = { kind = \"graduated\", every = \"month\" }, price = { { \"0.80\", up_to = 5 }, { day = \"0.70\" } }",
		"packages.lua:11:187", .mend = "calendar" },
	{ "missing_field", PACKAGES, "price = \"0.80\"",
		"tiers = { kind = \"graduated\" }, price = { { \"0.80\", up_to = 5 }, { \"0.70\" } }",
		"packages.lua:11:105", .mend = "every" },
	{ "volume_over_cycle", PACKAGES, "price = \"0.80\"",
		"tiers = { kind = \"volume\", every = \"day\" }, setup = \"1.00\", price = { { \"0.80\", up_to = 5 }, { \"0.70\" } }",
		"packages.lua:11:149", .mend = "graduated" },
	{ "duplicate_id", PACKAGES, "price = \"0.80\"",
		"tiers = { kind = \"graduated\", every = \"day\", id = \"minutes\" }, price = { { \"0.80\", up_to = 5 }, { \"0.70\" } }",
		"packages.lua:11:105", .mend = "another" },
	{ "price_or_amount", PACKAGES, "price = \"0.80\"",
		"tiers = { kind = \"graduated\", every = \"day\" }, amount = function(c) return money \"1\" end",
		"packages.lua:11:105", .mend = "remove" },
	/* allowances */
	{ "counter_changes", PACKAGES, "package \"e6\" {",
		"package \"e6\" { kind = \"base\", from = \"2019-01-01\", cap { id = \"minutes\", amount = \"1.00\", every = \"month\" } }\npackage \"e6\" {",
		"packages.lua:4:5", .mend = "another" },
	{ "carry_over_other", PACKAGES, "every = \"month\" }",
		"every = \"month\", carry_over = \"2 days\" }", "packages.lua:3:128",
		.mend = "1 month" },
	{ "wrong_type", PACKAGES, "every = \"month\" }",
		"every = \"month\", carry_over = \"0 months\" }", "packages.lua:3:128",
		.mend = "1 month" },
	{ "first_month_alone", PACKAGES, "every = \"month\" }",
		"every = \"day\", first_month = \"by_day\" }", "packages.lua:3:126",
		.mend = "remove" },
	{ "unknown_choice", PACKAGES, "every = \"month\" }",
		"every = \"month\", first_month = \"by_days\" }", "packages.lua:3:128",
		.mend = "by_day" },
	/* what is given once, what is refused, what is counted by size */
	{ "missing_field", PACKAGES, "every = \"month\" }", "every = \"once\" }",
		"packages.lua:3:5", .mend = "valid" },
	{ "valid_without_once", PACKAGES, "every = \"month\" }",
		"every = \"month\", valid = \"2 months\" }", "packages.lua:3:128", .mend = "once" },
	{ "once_has_no_cycle", PACKAGES, "every = \"month\" }",
		"every = \"once\", valid = \"2 months\", carry_over = \"1 month\" }",
		"packages.lua:3:147", .mend = "remove" },
	{ "once_has_no_cycle", PACKAGES, "every = \"month\" }",
		"every = \"once\", valid = \"2 months\", first_month = \"by_day\" }",
		"packages.lua:3:147", .mend = "remove" },
	{ "bought_dropped", PACKAGES, "package \"e6\" {",
		"package \"e6\" { kind = \"base\", from = \"2019-01-01\", allowance { id = \"minutes\", serves = { service = \"voice\" }, amount = \"9 minutes\", every = \"once\", valid = \"1 year\" } }\npackage \"e6\" {",
		"packages.lua:3:20", .mend = "too" },
	{ "price_or_refuse", PACKAGES, "price = \"0.80\"",
		"price = \"0.80\", refuse = \"voice.far\"", "packages.lua:11:105",
		.mend = "remove" },
	{ "price_or_refuse", PACKAGES, "price = \"0.80\"",
		"refuse = \"voice.far\", setup = \"0.10\"", "packages.lua:11:127",
		.mend = "remove" },
	{ "missing_field", PACKAGES, "step = \"6 s\", price = \"0.80\"", "refuse = \"voice.far\"",
		"packages.lua:11:5", .mend = "step" },
	{ "refuse_without_uses", PACKAGES, "price = \"0.80\"", "refuse = \"voice.far\", uses = {}",
		"packages.lua:11:127", .mend = "allowances" },
	{ "missing_text", PACKAGES, "price = \"0.80\"", "refuse = \"voice.none\"",
		"packages.lua:11:105", .propose = "voice.none" },
	{ "count_of_items", CATALOG, "unit = \"byte\"",
		"unit = \"byte\", count = { of = \"size\", whole = 70, block = 67 }",
		"catalog.lua:4:33", .mend = "item" },
	{ "missing_field", CATALOG, "unit = \"byte\"",
		"unit = \"item\", count = { of = \"size\", block = 67 }", "catalog.lua:4:33",
		.mend = "whole" },
	/* caps and limits */
	{ "cap_of_zero", PACKAGES, "    tariff { id = \"far\"",
		"    cap { id = \"most\", amount = \"0.00\", every = \"month\" },\n    tariff { id = \"far\"",
		"packages.lua:11:24", .mend = "remove" },
	{ "negative_price", PACKAGES, "    tariff { id = \"far\"",
		"    cap { id = \"most\", amount = \"-1.00\", every = \"month\" },\n    tariff { id = \"far\"",
		"packages.lua:11:24", .mend = "0" },
	{ "missing_field", PACKAGES, "    tariff { id = \"far\"",
		"    cap { id = \"most\", amount = \"9.00\" },\n    tariff { id = \"far\"",
		"packages.lua:11:5", .mend = "every" },
	{ "no_entries", PACKAGES, "    tariff { id = \"far\"",
		"    cap { id = \"most\", amount = \"9.00\", every = \"day\", serves = {} },\n    tariff { id = \"far\"",
		"packages.lua:11:56", .mend = "add" },
	{ "duplicate_id", PACKAGES, "    tariff { id = \"far\"",
		"    cap { id = \"minutes\", amount = \"9.00\", every = \"day\" },\n    tariff { id = \"far\"",
		"packages.lua:11:5", .mend = "another" },
	{ "unknown_name", PACKAGES, "    tariff { id = \"far\"",
		"    cap { id = \"most\", amount = \"9.00\", every = \"day\", serves = { { service = \"data\" }, { service = \"vioce\" } } },\n    tariff { id = \"far\"",
		"packages.lua:11:91", .mend = "voice" },
	{ "missing_text", PACKAGES, "    tariff { id = \"far\"",
		"    cap { id = \"most\", amount = \"9.00\", every = \"day\" },\n    tariff { id = \"far\"",
		"packages.lua:11:5", .propose = "cap.most" },
	{ "missing_field", PACKAGES, "    tariff { id = \"far\"",
		"    limit { id = \"most\", serves = { service = \"data\" }, amount = \"9 MB\", every = \"day\" },\n    tariff { id = \"far\"",
		"packages.lua:11:5", .mend = "say" },
	{ "missing_field", PACKAGES, "    tariff { id = \"far\"",
		"    limit { id = \"most\", serves = { service = \"data\" }, amount = 9, every = \"day\", say = \"data.all\" },\n    tariff { id = \"far\"",
		"packages.lua:11:5", .mend = "unit" },
	{ "missing_field", PACKAGES, "    tariff { id = \"far\"",
		"    limit { id = \"most\", amount = \"9 MB\", every = \"day\", say = \"data.all\" },\n    tariff { id = \"far\"",
		"packages.lua:11:5", .mend = "serves" },
	{ "convert_missing", PACKAGES, "    tariff { id = \"far\"",
		"    limit { id = \"most\", serves = { { service = \"data\" }, { service = \"voice\" } }, amount = \"9 MB\", every = \"day\", say = \"data.all\" },\n    tariff { id = \"far\"",
		"packages.lua:11:59", .mend = "60 s = 1 KB" },
	/* conversions */
	{ "convert_missing", PACKAGES, "serves = { service = \"voice\", zone = \"far\" }, step",
		"serves = { { service = \"voice\", zone = \"far\" }, { service = \"data\" } }, step",
		"packages.lua:11:93", .mend = "1 KB = 60 s" },
	{ "convert_unit", PACKAGES, "serves = { service = \"voice\", zone = \"far\" }, step",
		"serves = { { service = \"voice\", zone = \"far\" }, { service = \"data\", convert = \"1 MB = 1 item\" } }, step",
		"packages.lua:11:113", .mend = "60 s" },
	{ "convert_within_step", PACKAGES, "serves = { service = \"voice\", zone = \"far\" }, step",
		"serves = { { service = \"voice\", zone = \"far\" }, { service = \"data\", convert = \"1 MB = 10 s\" } }, step",
		"packages.lua:11:113", .mend = "whole number" },
	{ "wrong_type", PACKAGES, "serves = { service = \"voice\", zone = \"far\" }, step",
		"serves = { { service = \"voice\", zone = \"far\" }, { service = \"data\", convert = \"1 MB is 60 s\" } }, step",
		"packages.lua:11:113", .mend = "1 minute = 1 MB" },
	{ "wrong_type", PACKAGES, "serves = { service = \"voice\", zone = \"far\" }, step",
		"serves = { { service = \"voice\", zone = \"far\" }, { service = \"data\", convert = \"1 MB = 60 parsecs\" } }, step",
		"packages.lua:11:113", .mend = "1 minute = 1 MB" },
	{ "out_of_range", PACKAGES, "serves = { service = \"voice\", zone = \"far\" }, step",
		"serves = { { service = \"voice\", zone = \"far\" }, { service = \"data\", convert = \"0 MB = 60 s\" } }, step",
		"packages.lua:11:113", .mend = "bounds" },
	{ "wrong_unit", PACKAGES, "serves = { service = \"voice\", zone = \"far\" }, step",
		"serves = { { service = \"voice\", zone = \"far\" }, { service = \"data\", convert = \"1 item = 60 s\" } }, step",
		"packages.lua:11:113", .mend = "1 KB" },
	{ "served_twice", PACKAGES, "serves = { service = \"voice\", zone = \"far\" }, step",
		"serves = { { service = \"voice\", zone = \"far\" }, { service = \"voice\" } }, step",
		"packages.lua:11:93", .mend = "zones" },
	{ "convert_useless", PACKAGES, "    tariff { id = \"far\"",
		"    cap { id = \"most\", amount = \"9.00\", every = \"day\", serves = { service = \"data\", convert = \"1 MB = 60 s\" } },\n    tariff { id = \"far\"",
		"packages.lua:11:85", .mend = "remove" },
	{ "convert_with_first", PACKAGES, "serves = { service = \"data\" }",
		"serves = { { service = \"data\" }, { service = \"voice\", convert = \"1 minute = 1 MB\" } }",
		"packages.lua:13:99", .mend = "first" },
	{ "step_within_unit", PACKAGES, "zone = \"near\" }, amount = 300, unit = \"minute\"",
		"zone = \"near\", convert = \"7 s = 1 MB\" }, amount = 300, unit = \"MB\"",
		"packages.lua:4:5", .mend = "alike" },
	{ "no_entries", PACKAGES, "    tariff { id = \"far\"",
		"    limit { id = \"most\", serves = {}, amount = \"9 MB\", every = \"day\", say = \"data.all\" },\n    tariff { id = \"far\"",
		"packages.lua:11:26", .mend = "add" },
	{ "step_of_zero", PACKAGES, "    tariff { id = \"far\"",
		"    limit { id = \"most\", serves = { service = \"data\" }, amount = \"0 MB\", every = \"day\", say = \"data.all\" },\n    tariff { id = \"far\"",
		"packages.lua:11:57", .mend = "length" },
	{ "missing_text", PACKAGES, "    tariff { id = \"far\"",
		"    limit { id = \"most\", serves = { service = \"data\" }, amount = \"9 MB\", every = \"day\", say = \"data.enough\" },\n    tariff { id = \"far\"",
		"packages.lua:11:89", .propose = "data.enough" },
	/* tests */
	{ "unknown_package", TESTS, "holds = \"e6\"", "holds = \"e7\"", "shop_test.lua:2:5",
		.mend = "e6" },
	{ "unknown_column", TESTS, "\"=> amount\"", "\"=> amuont\"", "shop_test.lua:9:26",
		.mend = "=> amount" },
	{ "row_length", TESTS, "{ 1000, \"0.51\" }", "{ 1000 }", .place = "shop_test.lua:10:5" },
	{ "nothing_expected", TESTS, "expect = { amount = \"0.51\" }", "expect = {}",
		"shop_test.lua:4:5", .mend = "amount" },
	{ "quantity_missing", TESTS, ", bytes = 1000", "", "shop_test.lua:3:5", .mend = "seconds" },
	{ "one_quantity", TESTS, "bytes = 1000", "bytes = 1000, seconds = 1",
		.place = "shop_test.lua:3:5" },
	{ "unknown_field", TESTS, "expect = {", "expects = {", "shop_test.lua:4:5",
		.mend = "expect" },
	{ "wrong_type", TESTS, "2026-01-02 12:00:00", "2026-01-02 25:00:00",
		.place = "shop_test.lua:3:33" },
	/* what rows share is blamed where it stands */
	{ "wrong_type", TESTS, "\" },\n    columns", "\", bytes = \"few\" },\n    columns",
		.place = "shop_test.lua:8:61" },
	{ "unknown_field", TESTS, "\" },\n    columns", "\", byte = 3 },\n    columns",
		"shop_test.lua:8:61", .mend = "bytes" },
	{ "float_for_decimal", TESTS, "columns =", "expect = { amount = 0.51 }, columns =",
		.place = "shop_test.lua:9:16" },
};

static void
a_sound_catalog_has_no_findings(void **state)
{
	(void)state;
	assert_sound(&shop);
}

static void
every_damage_is_named_with_its_place_and_its_fix_in_both_languages(void **state)
{
	(void)state;
	check_damages(&shop, damages, sizeof damages / sizeof damages[0]);
}

static void
all_damages_are_found_in_one_run(void **state)
{
	(void)state;
	struct findings findings;
	char *damaged = replace(packages_lua, "step = \"6 s\"", "stpe = \"6 s\"");
	char *twice = replace(damaged, "day = \"0.15\"", "day = 0.15");
	char *thrice = replace(twice, "kind = \"base\"", "kind = \"bse\"");
	check_with(&shop, PACKAGES, thrice, &findings);
	const char *const rules[] = { "unknown_field", "float_for_decimal", "unknown_choice" };
	for (size_t i = 0; i < 3; i++) {
		bool found = false;
		for (size_t j = 0; j < findings.count; j++)
			found = found || text_equal(findings.list[j].rule, text_of(rules[i]));
		assert_true(found);
	}
	findings_release(&findings);
	free(damaged);
	free(twice);
	free(thrice);
}

static void
versions_are_checked_across_files(void **state)
{
	(void)state;
	static const struct {
		const char *dates;
		const char *rule;
	} versions[] = {
		{ "from = \"2020-01-01\"", "versions_same_start" },
		{ "from = \"2027-01-01\"", NULL },
		{ "from = \"2019-01-01\", till = \"2020-01-01\"", NULL },
		{ "from = \"2019-01-01\", till = \"2019-06-01\"", "versions_hole" },
		{ "from = \"2019-01-01\", till = \"2019-06-01\", seasonal = true", NULL },
		{ "from = \"2019-01-01\", till = \"2020-06-01\"", "versions_overlap" },
	};
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
		struct findings findings;
		bool found = false;
		char *dated = replace(packages_lua, "from = \"2020-01-01\"", versions[i].dates);
		size_t size = strlen(packages_lua) + strlen(dated) + 1;
		char *both = malloc(size);
		snprintf(both, size, "%s%s", packages_lua, dated);
		check_with(&shop, PACKAGES, both, &findings);
		for (size_t j = 0; j < findings.count; j++)
			found = found ||
				(versions[i].rule != NULL &&
					text_equal(
						findings.list[j].rule, text_of(versions[i].rule)));
		if (found != (versions[i].rule != NULL) ||
			findings.count != (versions[i].rule != NULL)) {
			print_findings(&findings);
			fail_msg("%s", versions[i].dates);
		}
		findings_release(&findings);
		free(dated);
		free(both);
	}
}

static void
a_version_that_prices_less_than_the_one_before_is_a_warning(void **state)
{
	(void)state;
	struct findings findings;
	char *later = replace(packages_lua, "from = \"2020-01-01\"", "from = \"2027-01-01\"");
	char *less = replace(later, "zone = \"far\"", "zone = \"free\"");
	size_t size = strlen(packages_lua) + strlen(less) + 1;
	char *both = malloc(size);
	snprintf(both, size, "%s%s", packages_lua, less);
	check_with(&shop, PACKAGES, both, &findings);
	size_t found = 0;
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *finding = &findings.list[i];
		if (text_equal(finding->rule, TEXT("version_drops"))) {
			assert_int_equal(finding->severity, FINDING_WARNING);
			assert_non_null(strstr(finding->say_en.data, "'far'"));
			found++;
		}
	}
	if (found != 1) {
		print_findings(&findings);
		fail_msg("a version without a price for far");
	}

	findings_release(&findings);
	free(later);
	free(less);
	free(both);
}

/* Each state of Lua hashes with a seed of its own. */
static void
findings_are_the_same_every_time(void **state)
{
	(void)state;
	struct buffer first, again;
	char *damaged = replace(packages_lua, "kind = \"base\"",
		"kind = 1, a = 1, b = 2, c = 3, d = 4, e = 5, [1.5] = 6, [true] = 7");
	char *twice = replace(damaged, "{ day = \"0.15\"", "{ x = 1, y = 2, z = 3, w = 4, day = 5");
	buffer_init(&first, 1 << 20);
	buffer_init(&again, 1 << 20);
	for (int i = 0; i < 20; i++) {
		struct findings findings;
		struct buffer *out = i == 0 ? &first : &again;
		check_with(&shop, PACKAGES, twice, &findings);
		assert_true(findings.count >= 10);
		buffer_clear(out);
		assert_true(findings_write(&findings, TEXT("zh"), out));
		if (i > 0) {
			assert_int_equal(first.size, again.size);
			assert_memory_equal(first.data, again.data, first.size);
		}
		findings_release(&findings);
	}
	buffer_release(&first);
	buffer_release(&again);
	free(damaged);
	free(twice);
}

static void
a_word_in_a_tail_call_is_read_all_the_same(void **state)
{
	(void)state;
	struct findings findings;
	char *helper = replace(packages_lua, "package \"e6\" {",
		"local function priced(t) return tariff(t) end\nreturn package \"e6\" {");
	char *helped = replace(helper, "    tariff { id = \"far\"", "    priced { id = \"far\"");
	check_with(&shop, PACKAGES, helped, &findings);
	assert_int_equal(findings.count, 0);
	findings_release(&findings);
	char *wrong = replace(helped, "\"6 s\"", "\"6 x\"");
	check_with(&shop, PACKAGES, wrong, &findings);
	assert_int_equal(findings.count, 1);
	assert_true(text_equal(findings.list[0].file, TEXT("packages.lua")));
	findings_release(&findings);
	free(helper);
	free(helped);
	free(wrong);
}

static void
no_damage_whatever_confuses_the_checker(void **state)
{
	(void)state;
	check_random_damages(&shop, 20260920, 800);
}

static void
findings_are_written_with_place_rule_and_fix(void **state)
{
	(void)state;
	struct findings findings;
	struct buffer out;
	findings_init(&findings);
	buffer_init(&out, 4096);
	assert_true(findings_add(&findings,
		&(struct finding){ .severity = FINDING_WARNING,
			.file = TEXT("b.lua"),
			.line = 3,
			.rule = TEXT("two"),
			.say_en = TEXT("later"),
			.say_zh = TEXT("后") }));
	assert_true(findings_add(&findings,
		&(struct finding){ .severity = FINDING_ERROR,
			.file = TEXT("a.lua"),
			.line = 12,
			.column = 9,
			.rule = TEXT("one"),
			.say_en = TEXT("wrong"),
			.say_zh = TEXT("错"),
			.mend_en = TEXT("write right"),
			.mend_zh = TEXT("改对") }));
	findings_sort(&findings);
	assert_true(findings_write(&findings, TEXT("en"), &out));
	static const char wanted[] =
		"a.lua:12:9: error: one: wrong\n    fix: write right\n"
		"b.lua:3: warning: two: later\nerrors: 1, warnings: 1, notes: 0\n";
	assert_int_equal(out.size, strlen(wanted));
	assert_memory_equal(out.data, wanted, out.size);
	buffer_clear(&out);
	assert_true(findings_write(&findings, TEXT("zh"), &out));
	assert_non_null(memmem(out.data, out.size, "a.lua:12:9: 错误: one: 错",
		strlen("a.lua:12:9: 错误: one: 错")));
	assert_true(findings_have_errors(&findings));
	buffer_release(&out);
	findings_release(&findings);
}

static void
findings_beyond_the_bound_are_counted_and_count_as_errors(void **state)
{
	(void)state;
	struct findings findings;
	findings_init(&findings);
	for (int i = 0; i < FINDINGS_MAX + 5; i++)
		assert_true(findings_add(&findings,
			&(struct finding){ .severity = FINDING_NOTE, .file = TEXT("a") }));
	assert_int_equal(findings.count, FINDINGS_MAX);
	assert_int_equal(findings.left_out, 5);
	assert_true(findings_have_errors(&findings));
	findings_release(&findings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_catalog_has_no_findings),
		cmocka_unit_test(
			every_damage_is_named_with_its_place_and_its_fix_in_both_languages),
		cmocka_unit_test(all_damages_are_found_in_one_run),
		cmocka_unit_test(versions_are_checked_across_files),
		cmocka_unit_test(a_version_that_prices_less_than_the_one_before_is_a_warning),
		cmocka_unit_test(findings_are_the_same_every_time),
		cmocka_unit_test(a_word_in_a_tail_call_is_read_all_the_same),
		cmocka_unit_test(no_damage_whatever_confuses_the_checker),
		cmocka_unit_test(findings_are_written_with_place_rule_and_fix),
		cmocka_unit_test(findings_beyond_the_bound_are_counted_and_count_as_errors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
