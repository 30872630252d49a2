#include "catalogs.h"

#include "../../../rules/catalog_test.h"
#include "../../../rules/rate.h"

/* Functions that ask decision tables. */

static const char sharing_csv[] =
	"role,from,tenants,=> rent,=> fee,=> note,=> ends,=> open,=> count\n"
	"text,date,integer,decimal,money,text,date,boolean,integer\n"
	"*,*,1,100%,1.50,alone,2020-02-29,true,1\n"
	"anchor,<2018-01-01,2,75%,2.50,old,2017-12-31,false,2\n"
	"!anchor,<2018-01-01,2,80%,3.50,old,2017-12-31,false,3\n"
	"anchor,>=2018-01-01,2,65%,4.50,new,2199-12-31,true,4\n"
	"!anchor,>=2018-01-01,2,1/3,5.50,new,2199-12-31,true,5\n";

static const char catalog_lua[] =
	"catalog \"towers\" { zone = \"Asia/Shanghai\" }\n"
	"service \"voice\" { unit = \"second\" }\n"
	"product \"line\" { services = \"voice\" }\n"
	"table \"sharing\" { domain = { tenants = \"1..2\" } }\n"
	"table \"sizes\" { columns = { \"rate\", \"spent\", \"big\", \"=> size\" },\n"
	"    types = { \"decimal\", \"money\", \"boolean\", \"text\" }, hit = \"first\",\n"
	"    { \"0..<0.5\", \"*\", \"true\", \"a\" }, { \"*\", \">=10\", \"*\", \"b\" }, { \"*\", \"*\", \"*\", \"c\" } }\n"
	"local kept = tables.sharing\n"
	"local constant = { tenants = 1, role = \"other\" }\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2000-01-01\",\n"
	"    tariff { id = \"asked\", serves = { service = \"voice\" }, say = \"voice.call\",\n"
	"        when = function(c) return CONDITION end, step = \"60 s\", price = \"0.15\" },\n"
	"}\n"
	"local texts_of = { [\"catalog.towers\"] = \"towers\", [\"service.voice\"] = \"voice\", [\"product.line\"] = \"line\",\n"
	"    [\"package.talk\"] = \"talk\", [\"voice.call\"] = \"call\" }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n";

static struct release *release;
static struct host *host;
static struct text problem;

static struct release *
build_with(const char *condition)
{
	char *csv = replace(sharing_csv, "1/3", "33%");
	char *source = replace(catalog_lua, "CONDITION", condition);
	struct bundle_file files[] = { file_of("catalog.lua", source),
		file_of("tables/sharing.csv", csv) };
	struct release *built = build_files(files, 2);
	free(source);
	free(csv);
	return built;
}

static enum call_outcome
call(const char *condition, int64_t at_ms, bool *yes)
{
	struct fault fault;
	struct usage usage = { .service = TEXT("voice"),
		.from = TEXT("1"),
		.at_ms = at_ms,
		.quantity = 60,
		.unit = UNIT_SECOND };
	release = build_with(condition);
	if (host_new(release, NULL, &host, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	assert_true(host_count_rows(host));
	const struct rate_functions *functions = host_functions(host);
	return functions->when(functions->context, 0, &usage, yes, &problem);
}

static void
close_all(void)
{
	host_free(host);
	release_drop(release);
}

/* 2017-12-31 23:59:59 and 2018-01-01 00:00:00 in Shanghai. */
#define LAST_OF_2017 INT64_C(1514735999000)
#define FIRST_OF_2018 INT64_C(1514736000000)

static void
a_row_shows_its_outputs_exactly(void **state)
{
	static const char *const conditions[] = {
		"tables.sharing { tenants = 1, role = \"x\" }.rent == decimal \"1\"",
		"tables.sharing { tenants = 2, role = \"anchor\" }.rent == decimal \"0.65\"",
		"tables.sharing { tenants = 2, role = \"\" }.fee == money \"5.50\"",
		"tables.sharing { tenants = 2, role = \"other\" }.note == \"new\"",
		"tables.sharing { tenants = 1, role = \"other\" }.ends == \"2020-02-29\"",
		"tables.sharing { tenants = 1, role = \"other\" }.open == true",
		"tables.sharing { tenants = 2, role = \"anchor\" }.count == 4",
		"tables.sharing { tenants = 2, role = \"anchor\", from = \"2017-12-31\" }.count == 2",
		"tables.sharing { tenants = decimal \"2\", role = \"anchor\" }.count == 4",
		"kept { tenants = 2, role = \"anchor\" }.count == 4",
		"kept(constant).note == \"alone\"",
		"tables.sizes { rate = decimal \"0.499999\", spent = money \"99\", big = true }.size == \"a\"",
		"tables.sizes { rate = decimal \"50%\", spent = money \"10\", big = true }.size == \"b\"",
		"tables.sizes { rate = 1, spent = money \"9.99\", big = false }.size == \"c\"",
		"type(tables) == \"userdata\" and tostring(kept(constant)) == \"userdata\"",
	};
	(void)state;
	for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
		bool yes = false;
		if (call(conditions[i], FIRST_OF_2018, &yes) != CALL_DONE)
			fail_msg("%s: %.*s", conditions[i], TEXT_ARGS(problem));
		if (!yes)
			fail_msg("%s is false", conditions[i]);
		close_all();
	}
}

static void
a_day_that_is_left_out_is_that_of_the_usage(void **state)
{
	bool yes = false;
	const char *condition = "tables.sharing { tenants = 2, role = \"anchor\" }.count == 2";
	(void)state;
	assert_int_equal(call(condition, LAST_OF_2017, &yes), CALL_DONE);
	assert_true(yes);
	close_all();
	assert_int_equal(call(condition, FIRST_OF_2018, &yes), CALL_DONE);
	assert_false(yes);
	close_all();
}

static void
what_a_table_does_not_cover_is_an_error_that_says_so(void **state)
{
	static const struct {
		const char *condition;
		const char *says;
	} cases[] = {
		{ "tables.sharing { tenants = 3, role = \"x\" }.open",
			"tables.sharing: tenants is outside of what the table covers" },
		{ "tables.sharing { tenants = \"2\", role = \"x\" }.open",
			"tenants must be a whole number" },
		{ "tables.sharing { tenants = 4 / 2, role = \"x\" }.open",
			"tenants must be a whole number" },
		{ "tables.sharing { tenants = decimal \"1.5\", role = \"x\" }.open",
			"tenants must be a whole number" },
		{ "kept { tenants = 2 }.open", "role is missing" },
		{ "kept { tenants = 2, role = 7 }.open", "role must be a text" },
		{ "kept { tenants = 2, role = \"x\", from = 7 }.open", "from must be a day" },
		{ "kept { tenants = 2, role = \"x\", from = \"2026-02-29\" }.open",
			"from must be a day" },
		{ "kept { tenants = 2, role = \"x\", form = 7 }.open",
			"has no input 'form'; it has role, from, tenants" },
		{ "kept(constant).rant", "gives no 'rant'; it gives rent, fee, note" },
		{ "kept(nil)", "table expected" },
		{ "tables[\"shar\" .. \"e\"](constant).open", "there is no table 'share'" },
		{ "tables.sizes { rate = money \"1\", spent = money \"1\", big = true }.size == 1",
			"rate must be a decimal" },
		{ "tables.sizes { rate = 1, spent = 1, big = true }.size == 1",
			"spent must be money" },
		{ "tables.sizes { rate = decimal \"0.1\" / 30000000, spent = money \"1\", big = true }.size == 1",
			"rate must be a decimal with at most 6 decimals" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		bool yes;
		assert_int_equal(call(cases[i].condition, FIRST_OF_2018, &yes), CALL_FAILED);
		if (memmem(problem.data, problem.size, cases[i].says, strlen(cases[i].says)) ==
			NULL)
			fail_msg("%s: %.*s", cases[i].condition, TEXT_ARGS(problem));
		close_all();
	}
}

static void
each_answer_counts_its_row(void **state)
{
	bool yes;
	(void)state;
	assert_int_equal(
		call("kept(constant).open and kept(constant).open and "
		     "tables.sizes { rate = 0, spent = money \"1\", big = false }.size == \"c\"",
			FIRST_OF_2018, &yes),
		CALL_DONE);
	const struct image *image = release_image(release);
	uint64_t *const *hits = host_row_hits(host);
	assert_int_equal(hits[image_decision(image, TEXT("sharing"))][0], 2);
	assert_int_equal(hits[image_decision(image, TEXT("sharing"))][1], 0);
	assert_int_equal(hits[image_decision(image, TEXT("sizes"))][2], 1);
	close_all();
}

struct asked {
	const char *condition;
	const char *rule;
	const char *say;
	const char *mend;
	unsigned column; /* of line 13, where the condition stands from column 35 on */
};

/* What is written out is known without a call. */
static void
what_a_script_asks_in_vain_is_a_finding(void **state)
{
	static const struct asked asked[] = {
		{ "tables.sharin { tenants = 1 }.open", "unknown_name", "table 'sharin'",
			"\"sharing\"", 42 },
		{ "tables.sharing { tenant = 1, role = \"x\" }.open", "unknown_name", "'tenant'",
			"\"tenants\"", 52 },
		{ "tables.sharing { role = \"x\" }.open", "table_input_missing", "'tenants'",
			"tenants = ", 42 },
		{ "tables.sharing { tenants = 1, role = \"x\" }.opn", "unknown_name", "'opn'",
			"\"open\"", 78 },
		{ "\"tables.x\" == c.to -- tables.x\n", NULL, NULL, NULL, 0 },
		{ "c.attributes.tables.x == nil", NULL, NULL, NULL, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		char *csv = replace(sharing_csv, "1/3", "33%");
		char *source = replace(catalog_lua, "CONDITION", asked[i].condition);
		struct bundle_file files[] = { file_of("catalog.lua", source),
			file_of("tables/sharing.csv", csv) };
		struct buffer bundle;
		struct findings findings;
		bool found = false;
		make_bundle(files, 2, &bundle);
		findings_init(&findings);
		assert_int_equal(catalog_check(bytes_of(&bundle), &findings, NULL), STATUS_OK);
		for (size_t j = 0; j < findings.count && asked[i].rule != NULL; j++) {
			const struct finding *one = &findings.list[j];
			found |= text_equal(one->rule, text_of(asked[i].rule)) && one->line == 13 &&
				one->column == asked[i].column &&
				memmem(one->say_en.data, one->say_en.size, asked[i].say,
					strlen(asked[i].say)) != NULL &&
				memmem(one->mend_en.data, one->mend_en.size, asked[i].mend,
					strlen(asked[i].mend)) != NULL;
		}
		if (found != (asked[i].rule != NULL) ||
			findings_have_errors(&findings) != (asked[i].rule != NULL)) {
			print_findings(&findings);
			fail_msg("%s", asked[i].condition);
		}
		findings_release(&findings);
		buffer_release(&bundle);
		free(source);
		free(csv);
	}
}

static void
coverage_counts_the_rows_of_tables(void **state)
{
	static const char test_lua[] =
		"test \"one\" { holds = \"talk\", expect = { amount = \"0.15\" },\n"
		"    event = { service = \"voice\", at = \"2026-01-02 12:00:00\", seconds = 60 } }\n";
	char *csv = replace(sharing_csv, "1/3", "33%");
	char *source = replace(catalog_lua, "CONDITION", "kept(constant).open");
	struct bundle_file files[] = { file_of("catalog.lua", source),
		file_of("catalog_test.lua", test_lua), file_of("tables/sharing.csv", csv) };
	struct buffer bundle, out;
	struct findings findings;
	struct test_report report;
	struct test_options options = { .language = TEXT("en") };
	(void)state;
	make_bundle(files, 3, &bundle);
	findings_init(&findings);
	test_report_init(&report);
	assert_int_equal(
		catalog_test_run(bytes_of(&bundle), &options, &report, &findings, NULL), STATUS_OK);
	assert_int_equal(report.failed_count, 0);
	buffer_init(&out, 1 << 16);
	assert_true(test_report_write(&report, TEXT("en"), &out));
	assert_non_null(
		memmem(out.data, out.size, "rows of tables covered: 1 of 8; not: sharing.4, ",
			strlen("rows of tables covered: 1 of 8; not: sharing.4, ")));
	buffer_release(&out);
	test_report_release(&report);
	findings_release(&findings);
	buffer_release(&bundle);
	free(source);
	free(csv);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_shows_its_outputs_exactly),
		cmocka_unit_test(a_day_that_is_left_out_is_that_of_the_usage),
		cmocka_unit_test(what_a_table_does_not_cover_is_an_error_that_says_so),
		cmocka_unit_test(each_answer_counts_its_row),
		cmocka_unit_test(what_a_script_asks_in_vain_is_a_finding),
		cmocka_unit_test(coverage_counts_the_rows_of_tables),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
