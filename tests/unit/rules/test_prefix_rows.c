#include "damages.h"

/* Zone maps whose rows stand in a table: prefix, number of digits and zone of each. */

static const char catalog_lua[] =
	"catalog \"towers\" {}\n"
	"service \"voice\" { unit = \"second\", zones = \"dialled\" }\n"
	"product \"line\" { services = \"voice\" }\n"
	"zones \"dialled\" {\n"
	"    { \"free\", number = { \"110\", \"1010\" } },\n"
	"    { column \"codes.zone\", prefix = column \"codes.prefix\", digits = column \"codes.digits\" },\n"
	"    { \"near\", rest = true } }\n"
	"package \"talk\" { kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"voice.call\", step = \"60 s\", price = \"0.15\" } }\n"
	"local texts_of = { [\"catalog.towers\"] = \"t\", [\"service.voice\"] = \"v\", [\"product.line\"] = \"l\",\n"
	"    [\"package.talk\"] = \"t\", [\"voice.call\"] = \"c\", [\"zone.free\"] = \"f\", [\"zone.far\"] = \"f\", [\"zone.near\"] = \"n\" }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n";

static const char codes_csv[] = "prefix,digits,zone\n"
				"10,,far\n"
				"1010,4,far\n"
				"400,10,near\n"
				"400,11,far\n"
				"400,5..7,free\n"
				"95,5..6,far\n";

enum file { CATALOG, CODES, FILES };
static const char *const paths[FILES] = { "catalog.lua", "tables/codes.csv" };
static const char *const contents[FILES] = { catalog_lua, codes_csv };
static const struct sound towers = { paths, contents, FILES };

static struct release *
build_table(const char *csv)
{
	struct bundle_file files[] = { file_of(paths[CATALOG], catalog_lua),
		file_of(paths[CODES], csv) };
	return build_files(files, 2);
}

/* The zone of a number, as the map of the release says. */
static struct text
zone_of(const struct image *image, const char *digits)
{
	const struct zone_map *map = &image->zone_maps[0];
	uint32_t value;
	size_t matched;
	assert_true(prefix_find(map->prefixes, text_of(digits), &value, &matched));
	assert_true(value < map->zone_count);
	return map->zones[value];
}

static void
each_row_of_the_table_has_its_zone_and_digits(void **state)
{
	static const char *const numbers[][2] = {
		{ "110", "free" },
		{ "1012345", "far" },
		{ "1010", "free" }, /* the row before the table carves it out */
		{ "10101", "far" },
		{ "4001234567", "near" },
		{ "40012345678", "far" },
		{ "400123", "free" },
		{ "40012345", "near" }, /* no row for eight digits */
		{ "95123", "far" },
		{ "951234", "far" },
		{ "9512345", "near" },
	};
	struct release *release = build_table(codes_csv);
	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		struct text zone = zone_of(release_image(release), numbers[i][0]);
		if (!text_equal(zone, text_of(numbers[i][1])))
			fail_msg("%s is %.*s", numbers[i][0], TEXT_ARGS(zone));
	}
	release_drop(release);
}

static const struct damage damages[] = {
	{ "cell", CODES, "95,5..6", "9x,5..6", "tables/codes.csv:7:1", .say = "'9x'" },
	{ "cell", CODES, "95,5..6", ",5..6", "tables/codes.csv:7:1", .say = "''" },
	{ "cell", CODES, "95,5..6", "95,6..5", "tables/codes.csv:7:4", .say = "'6..5'" },
	{ "cell", CODES, "400,10", "400,2", "tables/codes.csv:4:5", .say = "'2'" },
	{ "cell", CODES, "5..6,far", "5..6,", "tables/codes.csv:7:9", .say = "''" },
	{ "cell", CODES, "5..6,far", "5..6,far away", "tables/codes.csv:7:9", .say = "'far away'" },
	{ "missing_text", CODES, "5..6,far", "5..6,fra", "tables/codes.csv:7",
		.say = "'zone.fra'" },
	{ "cell_repeated", CODES, "400,11", "400,7..11", "tables/codes.csv:5:1", .say = "row 4" },
	{ "cell_repeated", CODES, "400,5..7", "400,", "tables/codes.csv:6:1", .say = "row 5" },
	{ "csv_column", CODES, "prefix,digits", "prefix,length", "tables/codes.csv:1",
		.say = "'digits'" },
	{ "zone_table_columns", CATALOG, "codes.zone", "other.zone", "catalog.lua:6:7",
		.say = "same table" },
	{ "zone_table_columns", CATALOG, "prefix = column \"codes.prefix\"", "prefix = \"1\"",
		"catalog.lua:6:7", .say = "same table" },
	{ "zone_table_columns", CATALOG, "{ column \"codes.zone\"",
		"{ column \"codes.zone\", followed_by = \"1\"", "catalog.lua:6:5",
		.say = "same table" },
	{ "wrong_type", CATALOG, "column \"codes.digits\"", "column \"codes\"",
		.place = "catalog.lua:6:60" },
};

static void
each_damage_to_a_row_is_named_with_its_file_and_line(void **state)
{
	(void)state;
	check_damages(&towers, damages, sizeof damages / sizeof damages[0]);
}

/* 100,000 prefixes of six digits, whose zone and digits are known from the number. */
static void
a_table_of_100_000_prefixes_is_built_within_bounds(void **state)
{
	struct buffer csv;
	char number[16];
	(void)state;
	buffer_init(&csv, 1 << 22);
	assert_true(buffer_append_text(&csv, TEXT("prefix,digits,zone\n")));
	for (int i = 0; i < 100000; i++)
		assert_true(buffer_print(&csv, "2%05d,%s,%s\n", i, i % 7 == 0 ? "9" : "",
			i % 3 == 0 ? "far" : "free"));
	assert_true(buffer_append(&csv, "", 1));
	struct release *release = build_table((const char *)csv.data);
	for (int i = 0; i < 100000; i += 13) {
		bool nine = i % 7 == 0;
		snprintf(number, sizeof number, "2%05d123", i);
		assert_true(text_equal(zone_of(release_image(release), number),
			i % 3 == 0 ? TEXT("far") : TEXT("free")));
		snprintf(number, sizeof number, "2%05d12", i);
		assert_true(text_equal(zone_of(release_image(release), number),
			nine                 ? TEXT("near")
				: i % 3 == 0 ? TEXT("far")
					     : TEXT("free")));
	}
	release_drop(release);
	buffer_release(&csv);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_of_the_table_has_its_zone_and_digits),
		cmocka_unit_test(each_damage_to_a_row_is_named_with_its_file_and_line),
		cmocka_unit_test(a_table_of_100_000_prefixes_is_built_within_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
