#include "catalogs.h"

#include "../../../engine/base/bilingual.h"
#include "../../../engine/base/clock.h"
#include "../../../engine/base/memory.h"
#include "../../../engine/base/utf8.h"
#include "../../../rules/layout.h"

static struct arena arena;
static struct layout_problem problem;

static int
set_up(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static struct layout *
read_source(const char *source)
{
	struct layout *layout = NULL;
	struct findings findings;
	struct fault fault;
	findings_init(&findings);
	if (layout_read(TEXT("mine.lua"), text_of(source), NULL, &layout, &findings, &fault) !=
		STATUS_OK) {
		print_findings(&findings);
		fail_msg("%s", fault.text);
	}
	findings_release(&findings);
	return layout;
}

static struct layout *
open_built_in(const char *name)
{
	struct layout *layout = NULL;
	struct findings findings;
	struct fault fault;
	findings_init(&findings);
	if (layout_open(name, NULL, &layout, &findings, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	findings_release(&findings);
	return layout;
}

/* Maps the one row of a text. The row, and so the mapping, lasts until the next call. */
static enum layout_outcome
map_row(struct layout *layout, const char *text, struct mapped_row *mapped)
{
	static struct csv_row row;
	struct csv_reader reader;
	struct csv_problem csv_problem;
	arena_clear(&arena);
	csv_init(&reader, bytes_of_text(text_of(text)), layout_separator(layout));
	assert_int_equal(csv_next(&reader, &row, &csv_problem), CSV_ROW);
	enum layout_outcome outcome = layout_row(layout, &row, &arena, mapped, &problem);
	csv_release(&reader);
	return outcome;
}

#define ASTERISK(answer, billsec, disposition) \
	"HT1,07715510165,004363683473,from-pstn,clid,ch,dch,Dial,data,2026-09-18 00:00:00," answer \
	",2026-09-18 00:01:52,112," billsec "," disposition ",BILLING,1758000000.0\n"

static void
an_answered_call_is_an_event_from_its_answer_for_its_billed_seconds(void **state)
{
	(void)state;
	struct mapped_row mapped;
	struct layout *layout = open_built_in("asterisk");
	assert_int_equal(
		map_row(layout, ASTERISK("2026-09-18 00:00:18", "94", "ANSWERED"), &mapped),
		LAYOUT_EVENT);
	assert_text(mapped.id, "1758000000.0");
	assert_text(mapped.usage.service, "voice");
	assert_text(mapped.usage.from, "07715510165");
	assert_text(mapped.usage.to, "004363683473");
	assert_int_equal(mapped.usage.quantity, 94);
	assert_int_equal(mapped.usage.unit, UNIT_SECOND);
	int64_t at_ms;
	assert_true(instant_parse(TEXT("2026-09-18T00:00:18+08:00"), &at_ms));
	assert_int_equal(mapped.usage.at_ms, at_ms);
	layout_free(layout);
}

static void
any_other_disposition_is_skipped_and_is_the_reason(void **state)
{
	(void)state;
	struct mapped_row mapped;
	struct layout *layout = open_built_in("asterisk");
	assert_int_equal(map_row(layout, ASTERISK("", "0", "NO ANSWER"), &mapped), LAYOUT_SKIPPED);
	assert_text(mapped.reason, "NO ANSWER");
	assert_int_equal(map_row(layout, ASTERISK("", "0", ""), &mapped), LAYOUT_SKIPPED);
	assert_text(mapped.reason, "");
	layout_free(layout);
}

static void
a_bad_cell_is_refused_with_its_row_and_column(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		const char *name;
		uint32_t column;
	} rows[] = {
		{ ASTERISK("2026-09-18 00:00:61", "94", "ANSWERED"), "answer", 82 },
		{ ASTERISK("2026-09-31 00:00:00", "94", "ANSWERED"), "answer", 82 },
		{ ASTERISK("2026-9-18 00:00:00", "94", "ANSWERED"), "answer", 82 },
		{ ASTERISK("2026-09-18 00:00:18", "-1", "ANSWERED"), "billsec", 126 },
		{ ASTERISK("2026-09-18 00:00:18", "1.5", "ANSWERED"), "billsec", 126 },
		{ ASTERISK("2026-09-18 00:00:18", "99999999999999999999", "ANSWERED"), "billsec",
			126 },
		{ ASTERISK("2026-09-18 00:00:18", "", "ANSWERED"), "billsec", 126 },
	};
	struct layout *layout = open_built_in("asterisk");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct mapped_row mapped = { .id = TEXT("untouched") };
		assert_int_equal(map_row(layout, rows[i].row, &mapped), LAYOUT_REFUSED);
		assert_text(problem.name, rows[i].name);
		assert_int_equal(problem.column, rows[i].column);
		assert_int_equal(problem.line, 1);
		struct text en = bilingual_pick(problem.what, false),
			    zh = bilingual_pick(problem.what, true);
		assert_true(en.size > 0 && zh.size > 0 && !text_equal(en, zh) && utf8_is_valid(zh));
		assert_text(mapped.id, "untouched");
	}
	struct mapped_row mapped;
	assert_int_equal(map_row(layout, "only,three,fields\n", &mapped), LAYOUT_REFUSED);
	assert_text(
		bilingual_pick(problem.what, false), "the row has 3 fields; there are 17 columns");
	layout_free(layout);
}

static void
names_that_are_no_identifiers_are_refused(void **state)
{
	(void)state;
	struct mapped_row mapped;
	struct layout *layout = read_source(
		"layout \"x\" { columns = { \"id\", \"from\", \"at\" },\n"
		"event = { id = column \"id\", service = \"s\", from = column \"from\", at = column \"at\", items = \"1\" } }");
	assert_int_equal(map_row(layout, "1,a,2026-01-01 00:00:00\n", &mapped), LAYOUT_EVENT);
	assert_int_equal(map_row(layout, ",a,2026-01-01 00:00:00\n", &mapped), LAYOUT_REFUSED);
	assert_int_equal(map_row(layout, "1,,2026-01-01 00:00:00\n", &mapped), LAYOUT_REFUSED);
	assert_int_equal(map_row(layout, "1,\xff,2026-01-01 00:00:00\n", &mapped), LAYOUT_REFUSED);
	assert_int_equal(
		map_row(layout, "\"a\nb\",a,2026-01-01 00:00:00\n", &mapped), LAYOUT_REFUSED);
	layout_free(layout);
}

static void
a_header_names_the_columns_wherever_they_stand(void **state)
{
	(void)state;
	struct mapped_row mapped;
	struct layout *layout = read_source(
		"layout \"x\" { header = true, separator = \";\", time = \"unix_ms\",\n"
		"event = { id = column \"id\", service = \"data\", from = column \"user\", at = column \"when\", bytes = column \"volume\",\n"
		"attributes = { cell = column \"cell\", apn = \"internet\" } } }");
	for (int file = 0; file < 2; file++) {
		layout_begin(layout);
		assert_int_equal(map_row(layout,
					 file == 0 ? "volume;id;when;user;cell\n"
						   : "cell;user;when;id;volume;more\n",
					 &mapped),
			LAYOUT_HEADER);
		assert_int_equal(map_row(layout,
					 file == 0 ? "1500;a;1789704000123;u1;c9\n"
						   : "c9;u1;1789704000123;a;1500;x\n",
					 &mapped),
			LAYOUT_EVENT);
		assert_int_equal(mapped.usage.quantity, 1500);
		assert_int_equal(mapped.usage.unit, UNIT_BYTE);
		assert_int_equal(mapped.usage.at_ms, INT64_C(1789704000123));
		assert_int_equal(mapped.usage.attribute_count, 2);
		assert_text(mapped.usage.attributes[0].name, "apn");
		assert_text(mapped.usage.attributes[1].text, "c9");
	}
	layout_begin(layout);
	assert_int_equal(map_row(layout, "volume;id;when;user\n", &mapped), LAYOUT_REFUSED);
	assert_text(bilingual_pick(problem.what, false), "the file has no column 'cell'");
	layout_free(layout);
}

static void
a_function_of_a_layout_sees_the_row_and_gives_a_text(void **state)
{
	(void)state;
	struct mapped_row mapped;
	struct layout *layout = read_source(
		"layout \"x\" { columns = { \"id\", \"number\", \"at\", \"ms\" }, time = \"YYYYMMDDhhmmss\",\n"
		"skip = { { \"id\", is = { \"TOTAL\", \"SUM\" }, because = function(row) return \"a \" .. row.id .. \" line\" end } },\n"
		"event = { id = column \"id\", service = \"voice\", at = column \"at\",\n"
		"from = function(row) return row.number:starts(\"86\") and row.number:sub(3) or row.number end,\n"
		"seconds = function(row) return (tonumber(row.ms) + 999) // 1000 end } }");
	assert_int_equal(
		map_row(layout, "1,8613800138000,20260918120000,1001\n", &mapped), LAYOUT_EVENT);
	assert_text(mapped.usage.from, "13800138000");
	assert_int_equal(mapped.usage.quantity, 2);
	assert_int_equal(map_row(layout, "SUM,,,\n", &mapped), LAYOUT_SKIPPED);
	assert_text(mapped.reason, "a SUM line");
	assert_int_equal(map_row(layout, "1,86138,20260918120000,many\n", &mapped), LAYOUT_REFUSED);
	assert_non_null(memmem(problem.what.data, problem.what.size, "mine.lua:5", 10));
	assert_int_equal(map_row(layout, "1,86138,20260918120000,999\n", &mapped), LAYOUT_EVENT);
	layout_free(layout);
}

static void
a_function_that_does_not_end_is_ended_and_the_next_row_is_mapped(void **state)
{
	(void)state;
	struct mapped_row mapped;
	struct layout *layout = read_source(
		"layout \"x\" { columns = { \"id\" },\n"
		"event = { id = function(row) while row.id == \"loop\" do end return row.id end, service = \"s\", from = \"a\",\n"
		"at = function(row) return \"2026-01-01 00:00:00\" end, items = \"1\" } }");
	assert_int_equal(map_row(layout, "loop\n", &mapped), LAYOUT_REFUSED);
	assert_int_equal(map_row(layout, "1\n", &mapped), LAYOUT_EVENT);
	assert_text(mapped.id, "1");
	layout_free(layout);
}

static void
what_is_wrong_with_a_layout_is_a_finding(void **state)
{
	(void)state;
	static const struct {
		const char *source;
		const char *rule;
	} layouts[] = {
		{ "", "no_layout" },
		{ "layout \"x\" { columns = { \"a\" }, event = { id = column \"b\", service = \"s\", from = column \"a\", at = column \"a\", items = \"1\" } }",
			"unknown_name" },
		{ "layout \"x\" { event = { id = column \"b\", service = \"s\", from = column \"a\", at = column \"a\", items = \"1\" } }",
			"no_columns" },
		{ "layout \"x\" { columns = { \"a\" }, event = { id = column \"a\", service = \"s\", from = column \"a\", at = column \"a\" } }",
			"one_quantity" },
		{ "layout \"x\" { columns = { \"a\" }, time = \"YYYY-MM\", event = { id = column \"a\", service = \"s\", from = column \"a\", at = column \"a\", items = \"1\" } }",
			"wrong_type" },
		{ "layout \"x\" { columns = { \"a\" }, skip = { { \"a\", because = \"x\" } }, event = { id = column \"a\", service = \"s\", from = column \"a\", at = column \"a\", items = \"1\" } }",
			"skip_way" },
		{ "layout \"x\" { colums = { \"a\" } }", "unknown_field" },
		{ "layout \"x\" { columns = {", "syntax" },
	};
	for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
		struct layout *layout = NULL;
		struct findings findings;
		struct fault fault;
		bool found = false;
		findings_init(&findings);
		assert_int_equal(layout_read(TEXT("mine.lua"), text_of(layouts[i].source), NULL,
					 &layout, &findings, &fault),
			STATUS_INVALID);
		for (size_t j = 0; j < findings.count; j++)
			found = found ||
				text_equal(findings.list[j].rule, text_of(layouts[i].rule));
		if (!found) {
			print_findings(&findings);
			fail_msg("%s", layouts[i].rule);
		}
		findings_release(&findings);
	}
}

static void
no_damage_whatever_confuses_the_reader_of_layouts(void **state)
{
	(void)state;
	char *source = read_whole("rules/layouts/asterisk.lua", NULL);
	unsigned seed = 20260921;
	print_message("seed %u\n", seed);
	for (int round = 0; round < 800; round++) {
		struct layout *layout = NULL;
		struct findings findings;
		struct fault fault;
		char *damaged = damage_a_word(source, &seed);
		findings_init(&findings);
		enum status status = layout_read(
			TEXT("mine.lua"), text_of(damaged), NULL, &layout, &findings, &fault);
		assert_true((status == STATUS_OK) == (layout != NULL));
		for (size_t i = 0; i < findings.count; i++)
			if (text_equal(findings.list[i].rule, TEXT("script_failed")) &&
				findings.list[i].line == 0) {
				print_findings(&findings);
				fail_msg("%s", damaged);
			}
		layout_free(layout);
		findings_release(&findings);
		free(damaged);
	}
	free(source);
}

static void
an_unknown_layout_names_those_there_are(void **state)
{
	(void)state;
	struct layout *layout;
	struct findings findings;
	struct fault fault;
	findings_init(&findings);
	assert_int_equal(
		layout_open("asterix", NULL, &layout, &findings, &fault), STATUS_NOT_FOUND);
	assert_non_null(strstr(fault.text, "asterisk, freeswitch"));
	assert_int_equal(layout_open("/nowhere/mine.lua", NULL, &layout, &findings, &fault),
		STATUS_NOT_FOUND);
	findings_release(&findings);
}

static void
another_zone_can_be_given(void **state)
{
	(void)state;
	struct layout *layout;
	struct findings findings;
	struct fault fault;
	struct mapped_row mapped;
	int64_t at_ms;
	findings_init(&findings);
	assert_int_equal(
		layout_open("asterisk", "Europe/Berlin", &layout, &findings, &fault), STATUS_OK);
	assert_int_equal(
		map_row(layout, ASTERISK("2026-07-01 12:00:00", "94", "ANSWERED"), &mapped),
		LAYOUT_EVENT);
	assert_true(instant_parse(TEXT("2026-07-01T12:00:00+02:00"), &at_ms));
	assert_int_equal(mapped.usage.at_ms, at_ms);
	layout_free(layout);
	findings_release(&findings);
}

/* Counts what becomes of the rows of a file. */
static void
map_file(struct layout *layout, const char *path, size_t counts[4], struct mapped_row *first)
{
	static struct csv_row row;
	struct csv_reader reader;
	struct csv_problem csv_problem;
	struct mapped_row mapped;
	size_t size;
	char *content = read_whole(path, &size);
	csv_init(&reader, (struct bytes){ (uint8_t *)content, size }, layout_separator(layout));
	layout_begin(layout);
	while (csv_next(&reader, &row, &csv_problem) == CSV_ROW) {
		arena_clear(&arena);
		enum layout_outcome outcome = layout_row(layout, &row, &arena, &mapped, &problem);
		if (outcome == LAYOUT_EVENT && counts[LAYOUT_EVENT] == 0)
			*first = mapped;
		counts[outcome]++;
	}
	csv_release(&reader);
	free(content);
}

static void
a_file_of_freeswitch_is_mapped(void **state)
{
	(void)state;
	size_t counts[4] = { 0 };
	struct mapped_row first;
	struct layout *layout = open_built_in("freeswitch");
	map_file(layout, "tests/data/calls-freeswitch.csv", counts, &first);
	assert_int_equal(counts[LAYOUT_EVENT], 2);
	assert_int_equal(counts[LAYOUT_SKIPPED], 2);
	assert_int_equal(first.usage.quantity, 12);
	layout_free(layout);
}

static void
at_least_300_000_rows_a_second_are_mapped(void **state)
{
	(void)state;
	uint64_t best_ns = UINT64_MAX;
	struct layout *layout = open_built_in("asterisk");
	for (int i = 0; i < 3; i++) {
		size_t counts[4] = { 0 };
		struct mapped_row first;
		uint64_t from_ns = monotonic_ns();
		map_file(layout, "tests/data/calls-asterisk.csv", counts, &first);
		uint64_t took_ns = monotonic_ns() - from_ns;
		best_ns = took_ns < best_ns ? took_ns : best_ns;
		assert_int_equal(counts[LAYOUT_EVENT], 16390);
		assert_int_equal(counts[LAYOUT_SKIPPED], 3610);
	}
	print_message(
		"%llu rows a second\n", (unsigned long long)(UINT64_C(20000000000000) / best_ns));
#ifndef __SANITIZE_ADDRESS__
	assert_true(best_ns < UINT64_C(20000) * 1000000000 / 300000);
#endif
	layout_free(layout);
}

static void
no_memory_for_a_layout_is_a_status_and_nothing_leaks(void **state)
{
	(void)state;
	for (uint64_t n = 1; n < 4000; n += 1 + n / 8) {
		struct layout *layout = NULL;
		struct findings findings;
		struct fault fault;
		findings_init(&findings);
		memory_fail_at(n);
		enum status status = layout_open("asterisk", NULL, &layout, &findings, &fault);
		memory_fail_at(0);
		if (status == STATUS_OK)
			layout_free(layout);
		else
			assert_null(layout);
		findings_release(&findings);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_answered_call_is_an_event_from_its_answer_for_its_billed_seconds),
		cmocka_unit_test(any_other_disposition_is_skipped_and_is_the_reason),
		cmocka_unit_test(a_bad_cell_is_refused_with_its_row_and_column),
		cmocka_unit_test(names_that_are_no_identifiers_are_refused),
		cmocka_unit_test(a_header_names_the_columns_wherever_they_stand),
		cmocka_unit_test(a_function_of_a_layout_sees_the_row_and_gives_a_text),
		cmocka_unit_test(a_function_that_does_not_end_is_ended_and_the_next_row_is_mapped),
		cmocka_unit_test(what_is_wrong_with_a_layout_is_a_finding),
		cmocka_unit_test(no_damage_whatever_confuses_the_reader_of_layouts),
		cmocka_unit_test(an_unknown_layout_names_those_there_are),
		cmocka_unit_test(another_zone_can_be_given),
		cmocka_unit_test(a_file_of_freeswitch_is_mapped),
		cmocka_unit_test(at_least_300_000_rows_a_second_are_mapped),
		cmocka_unit_test(no_memory_for_a_layout_is_a_status_and_nothing_leaks),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
