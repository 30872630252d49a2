#include "damages.h"

#include "../../../rules/decision.h"

/*
 * Decision tables in a catalog: a sound one is damaged in one place at a time, and each damage must
 * be named where it is, with what would mend it, in both languages.
 */

static const char catalog_lua[] =
	"catalog \"towers\" {}\n"
	"service \"voice\" { unit = \"second\" }\n"
	"product \"line\" { services = \"voice\" }\n"
	"table \"sharing\" { domain = { tenants = \"1..3\", role = \"anchor|other\" } }\n"
	"table \"rates\" {\n"
	"    hit = \"first\",\n"
	"    columns = { \"weekend\", \"items\", \"=> price\" },\n"
	"    types = { \"boolean\", \"integer\", \"money\" },\n"
	"    domain = { items = \">=1\" },\n"
	"    { true, \"<100\", \"0.05\" },\n"
	"    { \"*\", \"<100\", \"0.10\" },\n"
	"    { \"*\", \"*\", \"0.08\" },\n"
	"}\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"voice.call\",\n"
	"        step = \"60 s\", price = \"0.15\" },\n"
	"}\n"
	"local texts_of = { [\"catalog.towers\"] = \"towers\", [\"service.voice\"] = \"voice\", [\"product.line\"] = \"line\",\n"
	"    [\"package.talk\"] = \"talk\", [\"voice.call\"] = \"call\" }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n";

static const char sharing_csv[] = "tenants,role,from,=> rent,=> note\n"
				  "integer,text,date,decimal,text\n"
				  "1,*,*,100%,alone\n"
				  "2,anchor,<2018-01-01,75%,\n"
				  "2,other,<2018-01-01,80%,\n"
				  "2,anchor,>=2018-01-01,65%,\n"
				  "2,other,>=2018-01-01,70%,\n"
				  "3,anchor,*,55%,\n"
				  "3,other,*,60%,\n";

enum file { CATALOG, SHARING, FILES };
static const char *const paths[FILES] = { "catalog.lua", "tables/sharing.csv" };
static const char *const contents[FILES] = { catalog_lua, sharing_csv };

static const struct sound towers = { paths, contents, FILES };

static const struct damage damages[] = {
	/* where the rows stand */
	{ "unknown_name", CATALOG, "table \"sharing\"", "table \"sharin\"", "catalog.lua:4:1",
		.mend = "\"sharing\"", .say = "'sharin'" },
	{ "table_source", CATALOG, "hit = \"first\"", "file = \"sharing\"", "catalog.lua:6:5",
		.mend = "remove", .say = "file" },
	{ "missing_field", CATALOG, "    types = { \"boolean\", \"integer\", \"money\" },\n", "",
		"catalog.lua:5:1", .mend = "types", .say = "types" },
	{ "no_entries", CATALOG,
		"    { true, \"<100\", \"0.05\" },\n    { \"*\", \"<100\", \"0.10\" },\n    { \"*\", \"*\", \"0.08\" },\n",
		"", "catalog.lua:5:1", .mend = "add", .say = "no entries" },
	{ "row_length", CATALOG, "{ true, \"<100\", \"0.05\" }", "{ true, \"<100\" }",
		"catalog.lua:10:5", .mend = "each column", .say = "2 cells" },
	{ "row_length", CATALOG, "\"integer\", \"money\"", "\"integer\"", "catalog.lua:8:5",
		.mend = "each column", .say = "2 cells" },
	{ "wrong_type", CATALOG, "{ true, \"<100\"", "{ true, 0.5", "catalog.lua:10:13",
		.mend = "3..8", .say = "0.5" },
	{ "wrong_type", CATALOG, "{ true, \"<100\", \"0.05\" }", "\"row\"", "catalog.lua:10:5",
		.mend = "{", .say = "row" },
	/* heads */
	{ "unknown_choice", SHARING, "integer,text", "integr,text", "tables/sharing.csv:2:1",
		.mend = "\"integer\"", .say = "'integr'" },
	{ "unknown_choice", CATALOG, "\"boolean\"", "\"bolean\"", "catalog.lua:8:15",
		.mend = "\"boolean\"", .say = "'bolean'" },
	{ "table_column_name", SHARING, "tenants,role", "tenants here,role", "tables/sharing.csv:1",
		.mend = "letters", .say = "'tenants here'" },
	{ "table_without_output", CATALOG, "\"=> price\"", "\"price\"", "catalog.lua:7:17",
		.mend = "=> ", .say = "no output" },
	{ "repeated", CATALOG, "\"items\", \"=> price\"", "\"weekend\", \"=> price\"",
		"catalog.lua:7:28", .mend = "remove", .say = "'weekend'" },
	{ "unknown_choice", CATALOG, "hit = \"first\"", "hit = \"frist\"", "catalog.lua:6:5",
		.mend = "\"first\"", .say = "'frist'" },
	/* domains */
	{ "unknown_name", CATALOG, "domain = { items", "domain = { item", "catalog.lua:9:16",
		.mend = "\"items\"", .say = "'item'" },
	{ "table_domain", CATALOG, "tenants = \"1..3\"", "tenants = \"1-3\"", "catalog.lua:4:30",
		.mend = "cell", .say = "'1-3'" },
	{ "cell_empty", CATALOG, "tenants = \"1..3\"", "tenants = \"3..1\"", "catalog.lua:4:30",
		.mend = "smaller", .say = "'3..1'" },
	{ "table_gap", CATALOG, "tenants = \"1..3\"", "tenants = \"1..4\"", "tables/sharing.csv:1",
		.say = "tenants 4", .propose = "4,*,*,…,…" },
	{ "table_dead_row", CATALOG, "tenants = \"1..3\"", "tenants = \"1..2\"",
		"tables/sharing.csv:8", .mend = "domain", .say = "row 8" },
	/* cells */
	{ "cell", SHARING, "2,anchor,<2018-01-01", "2.5,anchor,<2018-01-01",
		"tables/sharing.csv:4:1", .mend = "cell", .say = "'2.5'" },
	{ "cell", SHARING, "<2018-01-01,75%", "<2018-02-30,75%", "tables/sharing.csv:4:10",
		.mend = "cell", .say = "'<2018-02-30'" },
	{ "cell", SHARING, "75%", "75 %", "tables/sharing.csv:4:22", .mend = "cell",
		.say = "'75 %'" },
	{ "cell", CATALOG, "\"0.10\"", "\"free\"", "catalog.lua:11:20", .mend = "cell",
		.say = "'free'" },
	{ "cell_empty", CATALOG, "\"*\", \"<100\"", "\"*\", \"100..1\"", "catalog.lua:11:12",
		.mend = "smaller", .say = "'100..1'" },
	{ "csv_row", SHARING, "3,other,*,60%,", "3,other,*,60%", "tables/sharing.csv:9",
		.mend = "columns", .say = "row 9" },
	/* rows */
	{ "table_gap", SHARING, "2,other,>=2018-01-01,70%,\n", "", "tables/sharing.csv:1",
		.say = "tenants 2, role other, from >=2018-01-01",
		.propose = "2,other,>=2018-01-01,…,…" },
	{ "table_gap", SHARING, ">=2018-01-01,65%", ">=2018-01-02,65%", "tables/sharing.csv:1",
		.say = "from 2018-01-01", .propose = "2,anchor,2018-01-01,…,…" },
	{ "table_gap", CATALOG, "{ \"*\", \"*\", \"0.08\" }", "{ true, \"*\", \"0.08\" }",
		"catalog.lua:5:1", .say = "weekend false, items >=100",
		.propose = "{ \"false\", \">=100\", \"…\" }" },
	{ "table_overlap", SHARING, ">=2018-01-01,65%", "*,65%", "tables/sharing.csv:6",
		.mend = "hit = \"first\"",
		.say = "rows 4 and 6 both match tenants 2, role anchor, from <2018-01-01" },
	{ "table_duplicate", SHARING, "3,other,*,60%,\n", "3,other,*,60%,\n3,other,*,61%,\n",
		"tables/sharing.csv:10", .mend = "remove", .say = "row 10 asks the same as row 9" },
	{ "table_duplicate", CATALOG, "{ \"*\", \"<100\", \"0.10\" }",
		"{ true, \"<100\", \"0.10\" }", "catalog.lua:11:5", .mend = "remove",
		.say = "row 2 asks the same as row 1" },
	{ "table_dead_row", CATALOG, "{ \"*\", \"<100\", \"0.10\" }",
		"{ \"*\", \">=1\", \"0.10\" }", "catalog.lua:12:5", .mend = "move it up",
		.say = "row 3" },
	{ "duplicate_id", CATALOG, "table \"rates\"", "table \"sharing\"", "catalog.lua:5:1",
		.mend = "another id", .say = "'sharing'" },
};

static void
each_damage_to_a_table_is_named(void **state)
{
	(void)state;
	check_damages(&towers, damages, sizeof damages / sizeof damages[0]);
}

static void
sound_tables_have_nothing_to_tell(void **state)
{
	(void)state;
	assert_sound(&towers);
}

static void
any_damage_to_cells_is_told_or_harmless(void **state)
{
	static const char letters[] = "0123456789*|!<>=.,-%\n\"ax";
	unsigned seed = 20261122;
	(void)state;
	for (int round = 0; round < 400; round++) {
		struct findings findings;
		char damaged[sizeof sharing_csv];
		memcpy(damaged, sharing_csv, sizeof damaged);
		for (int i = rand_r(&seed) % 3; i >= 0; i--)
			damaged[(size_t)rand_r(&seed) % (sizeof damaged - 1)] =
				letters[(size_t)rand_r(&seed) % (sizeof letters - 1)];
		check_with(&towers, SHARING, damaged, &findings);
		assert_int_equal(count_of(&findings, "script_failed"), 0);
		findings_release(&findings);
	}
}

/* A table that a script makes, with so many rows; `row` gives the cells of row i. */
static void
check_made(const char *head, const char *row, int rows, struct findings *findings)
{
	char content[2000];
	int size = snprintf(content, sizeof content,
		"catalog \"made\" {}\nlocal rows = { %s }\n"
		"for i = 1, %d do rows[#rows + 1] = { %s } end\n"
		"table \"made\" (rows)\n",
		head, rows, row);
	assert_in_range(size, 1, sizeof content - 1);
	check_source(content, findings);
}

static void
a_mistake_in_each_row_is_told_some_times_and_that_there_are_more(void **state)
{
	struct findings findings;
	(void)state;
	check_made(
		"columns = { \"a\", \"=> b\" }, types = { \"integer\", \"integer\" }, domain = { a = \"1..9\" }",
		"\"1\", \"2\"", 100, &findings);
	assert_int_equal(count_of(&findings, "table_duplicate"), DECISION_TOLD_MAX);
	assert_int_equal(count_of(&findings, "table_more"), 1);
	findings_release(&findings);
}

static void
a_table_that_is_too_tangled_to_be_proved_is_told(void **state)
{
	struct findings findings;
	(void)state;
	check_made(
		"columns = { \"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"=> g\" }, hit = \"first\",\n"
		"types = { \"integer\", \"integer\", \"integer\", \"integer\", \"integer\", \"integer\", \"integer\" }",
		"(i * 7919 % 499) .. \"..\" .. (i * 7919 % 499 + 200), (i * 104729 % 491) .. \"..\" .. (i * 104729 % 491 + 200),\n"
		"(i * 1299709 % 487) .. \"..\" .. (i * 1299709 % 487 + 200), (i * 15485863 % 479) .. \"..\" .. (i * 15485863 % 479 + 200),\n"
		"(i * 32452843 % 467) .. \"..\" .. (i * 32452843 % 467 + 200), (i * 49979687 % 463) .. \"..\" .. (i * 49979687 % 463 + 200), i",
		300, &findings);
	assert_int_equal(count_of(&findings, "table_too_tangled"), 1);
	findings_release(&findings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mistake_in_each_row_is_told_some_times_and_that_there_are_more),
		cmocka_unit_test(a_table_that_is_too_tangled_to_be_proved_is_told),
		cmocka_unit_test(sound_tables_have_nothing_to_tell),
		cmocka_unit_test(each_damage_to_a_table_is_named),
		cmocka_unit_test(any_damage_to_cells_is_told_or_harmless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
