#include "catalogs.h"

#include "../../../rules/catalog_test.h"

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
static const char *const sources[FILES] = { catalog_lua, sharing_csv };

struct damage {
	const char *rule;
	enum file file;
	const char *from;
	const char *to;
	const char *place; /* "file:line:column" */
	const char *say;   /* part of the sentence in English */
	const char *mend;  /* part of the fix, or of what it proposes */
};

static const struct damage damages[] = {
	/* where the rows stand */
	{ "unknown_name", CATALOG, "table \"sharing\"", "table \"sharin\"", "catalog.lua:4:1",
		"'sharin'", "\"sharing\"" },
	{ "table_source", CATALOG, "hit = \"first\"", "file = \"sharing\"", "catalog.lua:6:5",
		"file", "remove" },
	{ "missing_field", CATALOG, "    types = { \"boolean\", \"integer\", \"money\" },\n", "",
		"catalog.lua:5:1", "types", "types" },
	{ "no_entries", CATALOG,
		"    { true, \"<100\", \"0.05\" },\n    { \"*\", \"<100\", \"0.10\" },\n    { \"*\", \"*\", \"0.08\" },\n",
		"", "catalog.lua:5:1", "no entries", "add" },
	{ "row_length", CATALOG, "{ true, \"<100\", \"0.05\" }", "{ true, \"<100\" }",
		"catalog.lua:10:5", "2 cells", "each column" },
	{ "row_length", CATALOG, "\"integer\", \"money\"", "\"integer\"", "catalog.lua:8:5",
		"2 cells", "each column" },
	{ "wrong_type", CATALOG, "{ true, \"<100\"", "{ true, 0.5", "catalog.lua:10:13", "0.5",
		"3..8" },
	{ "wrong_type", CATALOG, "{ true, \"<100\", \"0.05\" }", "\"row\"", "catalog.lua:10:5",
		"row", "{" },
	/* heads */
	{ "unknown_choice", SHARING, "integer,text", "integr,text", "tables/sharing.csv:2:1",
		"'integr'", "\"integer\"" },
	{ "unknown_choice", CATALOG, "\"boolean\"", "\"bolean\"", "catalog.lua:8:15", "'bolean'",
		"\"boolean\"" },
	{ "table_column_name", SHARING, "tenants,role", "tenants here,role", "tables/sharing.csv:1",
		"'tenants here'", "letters" },
	{ "table_without_output", CATALOG, "\"=> price\"", "\"price\"", "catalog.lua:7:17",
		"no output", "=> " },
	{ "repeated", CATALOG, "\"items\", \"=> price\"", "\"weekend\", \"=> price\"",
		"catalog.lua:7:28", "'weekend'", "remove" },
	{ "unknown_choice", CATALOG, "hit = \"first\"", "hit = \"frist\"", "catalog.lua:6:5",
		"'frist'", "\"first\"" },
	/* domains */
	{ "unknown_name", CATALOG, "domain = { items", "domain = { item", "catalog.lua:9:16",
		"'item'", "\"items\"" },
	{ "table_domain", CATALOG, "tenants = \"1..3\"", "tenants = \"1-3\"", "catalog.lua:4:30",
		"'1-3'", "cell" },
	{ "cell_empty", CATALOG, "tenants = \"1..3\"", "tenants = \"3..1\"", "catalog.lua:4:30",
		"'3..1'", "smaller" },
	{ "table_gap", CATALOG, "tenants = \"1..3\"", "tenants = \"1..4\"", "tables/sharing.csv:1",
		"tenants 4", "4,*,*,…,…" },
	{ "table_dead_row", CATALOG, "tenants = \"1..3\"", "tenants = \"1..2\"",
		"tables/sharing.csv:8", "row 8", "domain" },
	/* cells */
	{ "cell", SHARING, "2,anchor,<2018-01-01", "2.5,anchor,<2018-01-01",
		"tables/sharing.csv:4:1", "'2.5'", "cell" },
	{ "cell", SHARING, "<2018-01-01,75%", "<2018-02-30,75%", "tables/sharing.csv:4:10",
		"'<2018-02-30'", "cell" },
	{ "cell", SHARING, "75%", "75 %", "tables/sharing.csv:4:22", "'75 %'", "cell" },
	{ "cell", CATALOG, "\"0.10\"", "\"free\"", "catalog.lua:11:20", "'free'", "cell" },
	{ "cell_empty", CATALOG, "\"*\", \"<100\"", "\"*\", \"100..1\"", "catalog.lua:11:12",
		"'100..1'", "smaller" },
	{ "csv_row", SHARING, "3,other,*,60%,", "3,other,*,60%", "tables/sharing.csv:9", "row 9",
		"columns" },
	/* rows */
	{ "table_gap", SHARING, "2,other,>=2018-01-01,70%,\n", "", "tables/sharing.csv:1",
		"tenants 2, role other, from >=2018-01-01", "2,other,>=2018-01-01,…,…" },
	{ "table_gap", SHARING, ">=2018-01-01,65%", ">=2018-01-02,65%", "tables/sharing.csv:1",
		"from 2018-01-01", "2,anchor,2018-01-01,…,…" },
	{ "table_gap", CATALOG, "{ \"*\", \"*\", \"0.08\" }", "{ true, \"*\", \"0.08\" }",
		"catalog.lua:5:1", "weekend false, items >=100",
		"{ \"false\", \">=100\", \"…\" }" },
	{ "table_overlap", SHARING, ">=2018-01-01,65%", "*,65%", "tables/sharing.csv:6",
		"rows 4 and 6 both match tenants 2, role anchor, from <2018-01-01",
		"hit = \"first\"" },
	{ "table_duplicate", SHARING, "3,other,*,60%,\n", "3,other,*,60%,\n3,other,*,61%,\n",
		"tables/sharing.csv:10", "row 10 asks the same as row 9", "remove" },
	{ "table_duplicate", CATALOG, "{ \"*\", \"<100\", \"0.10\" }",
		"{ true, \"<100\", \"0.10\" }", "catalog.lua:11:5", "row 2 asks the same as row 1",
		"remove" },
	{ "table_dead_row", CATALOG, "{ \"*\", \"<100\", \"0.10\" }",
		"{ \"*\", \">=1\", \"0.10\" }", "catalog.lua:12:5", "row 3", "move it up" },
	{ "duplicate_id", CATALOG, "table \"rates\"", "table \"sharing\"", "catalog.lua:5:1",
		"'sharing'", "another id" },
};

static void
check_with(enum file file, const char *content, struct findings *findings)
{
	struct bundle_file files[FILES];
	struct buffer bundle;
	struct fault fault = { 0 };
	for (size_t i = 0; i < FILES; i++)
		files[i] = file_of(paths[i], i == file ? content : sources[i]);
	make_bundle(files, FILES, &bundle);
	findings_init(findings);
	assert_int_equal(catalog_check(bytes_of(&bundle), findings, &fault), STATUS_OK);
	buffer_release(&bundle);
}

static bool
contains(struct text text, const char *part)
{
	return memmem(text.data, text.size, part, strlen(part)) != NULL;
}

static bool
has_chinese(struct text text)
{
	for (size_t i = 0; i < text.size; i++)
		if ((uint8_t)text.data[i] >= 0xe4 && (uint8_t)text.data[i] <= 0xe9)
			return true;
	return false;
}

static bool
is_told(const struct finding *finding, const struct damage *damage)
{
	char place[300];
	int size = snprintf(
		place, sizeof place, "%.*s:%u", TEXT_ARGS(finding->file), finding->line);
	if (finding->column > 0)
		snprintf(place + size, sizeof place - (size_t)size, ":%u", finding->column);
	return text_equal(finding->rule, text_of(damage->rule)) &&
		strcmp(place, damage->place) == 0 && contains(finding->say_en, damage->say) &&
		(contains(finding->mend_en, damage->mend) ||
			contains(finding->propose, damage->mend)) &&
		has_chinese(finding->say_zh) && has_chinese(finding->mend_zh);
}

static void
each_damage_to_a_table_is_named(void **state)
{
	bool all = true;
	(void)state;
	for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
		const struct damage *damage = &damages[i];
		struct findings findings;
		bool found = false;
		char *damaged = replace(sources[damage->file], damage->from, damage->to);
		check_with(damage->file, damaged, &findings);
		for (size_t j = 0; j < findings.count; j++)
			found |= is_told(&findings.list[j], damage);
		if (!found) {
			print_findings(&findings);
			print_message("%s at %s was not found after \"%s\" → \"%s\"\n",
				damage->rule, damage->place, damage->from, damage->to);
			all = false;
		}
		findings_release(&findings);
		free(damaged);
	}
	assert_true(all);
}

static void
sound_tables_have_nothing_to_tell(void **state)
{
	struct findings findings;
	(void)state;
	check_with(FILES, NULL, &findings);
	for (size_t i = 0; i < findings.count; i++)
		assert_true(text_equal(findings.list[i].rule, TEXT("no_tests")));
	findings_release(&findings);
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
		check_with(SHARING, damaged, &findings);
		for (size_t i = 0; i < findings.count; i++)
			assert_false(text_equal(findings.list[i].rule, TEXT("script_failed")));
		findings_release(&findings);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_tables_have_nothing_to_tell),
		cmocka_unit_test(each_damage_to_a_table_is_named),
		cmocka_unit_test(any_damage_to_cells_is_told_or_harmless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
