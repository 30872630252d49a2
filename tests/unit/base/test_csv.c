#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <time.h>

#include "../../../engine/base/bilingual.h"
#include "../../../engine/base/csv.h"
#include "../../../engine/base/memory.h"
#include "../../../engine/base/utf8.h"

static struct csv_row row;
static struct csv_problem problem;

static void
assert_both_languages(const char *what)
{
	struct text en = bilingual_pick(text_of(what), false),
		    zh = bilingual_pick(text_of(what), true);
	assert_true(en.size > 0 && zh.size > 0 && !text_equal(en, zh));
	assert_true(utf8_is_valid(en) && utf8_is_valid(zh));
}

/*
 * Reads all of `input` and writes what came as one text, to be compared: a row is its line number
 * and its fields in brackets with their columns, a refusal its place.
 */
static const char *
read_all(struct text input, char separator)
{
	static char told[65536];
	size_t size = 0;
	struct csv_reader reader;
	/* A copy of exact size, so that a byte read past the end is caught. */
	char *copy = memory_new(input.size);
	assert_non_null(copy);
	memcpy(copy, input.data, input.size);
	csv_init(&reader, (struct bytes){ (uint8_t *)copy, input.size }, separator);
	enum csv_outcome outcome;
	told[0] = '\0';
	while ((outcome = csv_next(&reader, &row, &problem)) != CSV_END) {
		if (outcome == CSV_REFUSED) {
			size += (size_t)snprintf(told + size, sizeof told - size, "refused %d:%u\n",
				(int)problem.line, problem.column);
			assert_both_languages(problem.what);
			continue;
		}
		size += (size_t)snprintf(told + size, sizeof told - size, "%d", (int)row.line);
		for (size_t i = 0; i < row.field_count; i++) {
			struct csv_field *field = &row.fields[i];
			size += (size_t)snprintf(told + size, sizeof told - size,
				field->quoted ? " %u\"%.*s\"" : " %u[%.*s]", field->column,
				TEXT_ARGS(field->text));
		}
		size += (size_t)snprintf(told + size, sizeof told - size, "\n");
	}
	assert_int_equal(csv_next(&reader, &row, &problem), CSV_END);
	csv_release(&reader);
	memory_free(copy);
	return told;
}

struct example {
	struct text input;
	const char *told;
};

/* clang-format off */
#define INPUT(literal) { literal, sizeof(literal) - 1 } /* TEXT for a static table */
/* clang-format on */

static void
check(const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_string_equal(read_all(examples[i].input, ','), examples[i].told);
}

#define CHECK(examples) check((examples), sizeof(examples) / sizeof((examples)[0]))

static void
plain_lines_become_rows_of_fields(void **state)
{
	(void)state;
	static const struct example examples[] = {
		{ INPUT(""), "" },
		{ INPUT("a"), "1 1[a]\n" },
		{ INPUT("a,bc,d\n"), "1 1[a] 3[bc] 6[d]\n" },
		{ INPUT("a,b\r\nc,d"), "1 1[a] 3[b]\n2 1[c] 3[d]\n" },
		{ INPUT(",\n,,"), "1 1[] 2[]\n2 1[] 2[] 3[]\n" },
		{ INPUT("a b\tc,!#\n"), "1 1[a b\tc] 7[!#]\n" },
		{ INPUT("\xe8\xae\xa1,x\n"), "1 1[\xe8\xae\xa1] 5[x]\n" },
		{ INPUT("\xff\x80,\x01\x1f\n"), "1 1[\xff\x80] 4[\x01\x1f]\n" },
	};
	CHECK(examples);
}

static void
empty_lines_are_skipped_but_counted(void **state)
{
	(void)state;
	static const struct example examples[] = {
		{ INPUT("\n"), "" },
		{ INPUT("\r\n\n\r\n"), "" },
		{ INPUT("\n\r\na\n\nb\n\n"), "3 1[a]\n5 1[b]\n" },
		{ INPUT(" \n\"\"\n"), "1 1[ ]\n2 1\"\"\n" },
	};
	CHECK(examples);
}

static void
a_byte_order_mark_is_skipped_at_the_start_only(void **state)
{
	(void)state;
	static const struct example examples[] = {
		{ INPUT("\xef\xbb\xbf"), "" },
		{ INPUT("\xef\xbb\xbfx,y"), "1 1[x] 3[y]\n" },
		{ INPUT("\xef\xbb\xbf\"a\""), "1 1\"a\"\n" },
		{ INPUT("x\n\xef\xbb\xbfy"), "1 1[x]\n2 1[\xef\xbb\xbfy]\n" },
		{ INPUT("\xef\xbb"), "1 1[\xef\xbb]\n" },
	};
	CHECK(examples);
}

static void
quoted_fields_hold_separators_quotes_and_line_ends(void **state)
{
	(void)state;
	static const struct example examples[] = {
		{ INPUT("\"a\""), "1 1\"a\"\n" },
		{ INPUT("\"\",\"\"\n"), "1 1\"\" 4\"\"\n" },
		{ INPUT("\"a,b\",c\n"), "1 1\"a,b\" 7[c]\n" },
		{ INPUT("\"a\"\"b\",\"\"\"\",\"\"\"x\"\"\"\r\n"),
			"1 1\"a\"b\" 8\"\"\" 13\"\"x\"\"\n" },
		{ INPUT("\"a\nb\r\nc\",d\ne\n"), "1 1\"a\nb\r\nc\" 4[d]\n4 1[e]\n" },
		{ INPUT("\"a\rb\"\n"), "1 1\"a\rb\"\n" },
		{ INPUT("x,\"\n\n\",\"y\"\nz"), "1 1[x] 3\"\n\n\" 3\"y\"\n4 1[z]\n" },
	};
	CHECK(examples);
}

static void
a_bad_row_is_refused_with_its_place_and_the_next_line_is_read(void **state)
{
	(void)state;
	static const struct example examples[] = {
		/* A quote inside an unquoted field. */
		{ INPUT("ab\"c,d\nx\n"), "refused 1:3\n2 1[x]\n" },
		{ INPUT("a, \"b\"\nx"), "refused 1:4\n2 1[x]\n" },
		/* Text behind a closing quote. */
		{ INPUT("\"a\"b,c\nx\n"), "refused 1:4\n2 1[x]\n" },
		{ INPUT("\"a\" ,c\nx\n"), "refused 1:4\n2 1[x]\n" },
		{ INPUT("\"a\nb\"c\nx\n"), "refused 2:3\n3 1[x]\n" },
		/* A carriage return alone. */
		{ INPUT("a\rb\nx\n"), "refused 1:2\n2 1[x]\n" },
		{ INPUT("a\r"), "refused 1:2\n" },
		{ INPUT("\r"), "refused 1:1\n" },
		{ INPUT("\r\r\n"), "refused 1:1\n" },
		{ INPUT("\"a\"\rx"), "refused 1:4\n" },
		/* A zero byte. */
		{ INPUT("a,b\0c\nx"), "refused 1:4\n2 1[x]\n" },
		{ INPUT("\0"), "refused 1:1\n" },
		{ INPUT("\"a\n\0\"\nx"), "refused 2:1\n3 1[x]\n" },
		{ INPUT("\"a\"\0\nx"), "refused 1:4\n2 1[x]\n" },
		/* A quoted field that never ends is refused where it began; the lines behind it are
		   read. */
		{ INPUT("\""), "refused 1:1\n" },
		{ INPUT("\"\"\""), "refused 1:1\n" },
		{ INPUT("a,\"b\nc,d\ne\n"), "refused 1:3\n2 1[c] 3[d]\n3 1[e]\n" },
		{ INPUT("\"x\ny\",\"b\nc,d\n"), "refused 2:4\n3 1[c] 3[d]\n" },
	};
	CHECK(examples);
}

static void
the_separator_is_the_readers_choice(void **state)
{
	(void)state;
	assert_string_equal(read_all(TEXT("a;b,c;\"d;\"\n"), ';'), "1 1[a] 3[b,c] 7\"d;\"\n");
	assert_string_equal(read_all(TEXT("a\tb c\t\n"), '\t'), "1 1[a] 3[b c] 7[]\n");
	assert_string_equal(read_all(TEXT("a b\n"), ' '), "1 1[a] 3[b]\n");
	assert_string_equal(read_all(TEXT("a|b\n"), '|'), "1 1[a] 3[b]\n");
	assert_string_equal(read_all(TEXT("a\xff"
					  "b\n"),
				    '\xff'),
		"1 1[a] 3[b]\n");
}

static void
rows_know_where_they_began(void **state)
{
	(void)state;
	struct text input = TEXT("\xef\xbb\xbf"
				 "a\n\n\"b\nc\"\nd\"\ne\n");
	struct csv_reader reader;
	csv_init(&reader, bytes_of_text(input), ',');
	static const struct {
		enum csv_outcome outcome;
		uint64_t line;
		size_t offset;
	} expected[] = { { CSV_ROW, 1, 3 }, { CSV_ROW, 3, 6 }, { CSV_REFUSED, 5, 12 },
		{ CSV_ROW, 6, 15 } };
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(csv_next(&reader, &row, &problem), expected[i].outcome);
		assert_int_equal(row.line, expected[i].line);
		assert_int_equal(row.offset, expected[i].offset);
	}
	assert_int_equal(csv_next(&reader, &row, &problem), CSV_END);
	csv_release(&reader);
}

static void
a_row_has_at_most_256_fields(void **state)
{
	(void)state;
	char line[300];
	memset(line, ',', sizeof line);
	struct csv_reader reader;
	for (size_t separators = 254; separators <= 257; separators++) {
		line[separators] = '\n';
		csv_init(&reader, (struct bytes){ (uint8_t *)line, separators + 1 }, ',');
		bool fits = separators + 1 <= CSV_FIELDS_MAX;
		assert_int_equal(csv_next(&reader, &row, &problem), fits ? CSV_ROW : CSV_REFUSED);
		if (fits)
			assert_int_equal(row.field_count, separators + 1);
		else
			assert_int_equal(problem.column, 257);
		assert_int_equal(csv_next(&reader, &row, &problem), CSV_END);
		csv_release(&reader);
		line[separators] = ',';
	}
}

/* A row of `size` bytes in all, `front` at its start and `back` at its end, and a short row behind
 * it. */
static enum csv_outcome
read_long_row(size_t size, const char *front, const char *back)
{
	char *input = memory_new(size + 2);
	assert_non_null(input);
	memset(input, 'x', size);
	memcpy(input, front, strlen(front));
	memcpy(input + size - strlen(back), back, strlen(back));
	memcpy(input + size, "y\n", 2);
	struct csv_reader reader;
	csv_init(&reader, (struct bytes){ (uint8_t *)input, size + 2 }, ',');
	enum csv_outcome outcome = csv_next(&reader, &row, &problem);
	size_t field_size = row.fields[0].text.size;
	assert_int_equal(csv_next(&reader, &row, &problem), CSV_ROW);
	assert_true(text_equal(row.fields[0].text, TEXT("y")));
	assert_int_equal(row.line, 2);
	if (outcome == CSV_ROW)
		assert_int_equal(field_size, size - strlen(front) - strlen(back));
	csv_release(&reader);
	memory_free(input);
	return outcome;
}

static void
a_row_has_at_most_64_kilobytes_with_its_line_end(void **state)
{
	(void)state;
	static const struct {
		const char *front;
		const char *back;
	} forms[] = { { "", "\n" }, { "", "\r\n" }, { "\"", "\"\n" }, { "\"", "\"\r\n" } };
	for (size_t i = 0; i < 4; i++) {
		for (size_t size = CSV_ROW_BYTES_MAX - 3; size <= CSV_ROW_BYTES_MAX + 4; size++) {
			enum csv_outcome outcome = read_long_row(
				size, forms[i].front, forms[i].back);
			assert_int_equal(
				outcome, size <= CSV_ROW_BYTES_MAX ? CSV_ROW : CSV_REFUSED);
			if (outcome == CSV_REFUSED)
				assert_non_null(strstr(problem.what, "65,536"));
		}
		assert_int_equal(
			read_long_row(3 * CSV_ROW_BYTES_MAX, forms[i].front, forms[i].back),
			CSV_REFUSED);
	}
}

static void
an_open_quote_costs_one_row_of_a_large_file(void **state)
{
	(void)state;
	enum { LINES = 20000, LINE_BYTES = 10 };
	char *input = memory_new(LINES * LINE_BYTES);
	assert_non_null(input);
	for (size_t i = 0; i < LINES; i++)
		memcpy(input + i * LINE_BYTES, i == 4 ? "\"bcd,efgh\n" : "abcd,efgh\n", LINE_BYTES);
	struct csv_reader reader;
	csv_init(&reader, (struct bytes){ (uint8_t *)input, LINES * LINE_BYTES }, ',');
	size_t rows = 0;
	size_t refused = 0;
	enum csv_outcome outcome;
	while ((outcome = csv_next(&reader, &row, &problem)) != CSV_END) {
		if (outcome == CSV_ROW) {
			rows++;
		} else {
			refused++;
			assert_int_equal(problem.line, 5);
			assert_int_equal(problem.column, 1);
		}
		assert_int_equal(row.line, rows + refused);
	}
	assert_int_equal(rows, LINES - 1);
	assert_int_equal(refused, 1);
	csv_release(&reader);
	memory_free(input);
}

static void
several_fields_with_doubled_quotes_stay_where_they_are(void **state)
{
	(void)state;
	/* 60,000 bytes of doubled quotes in 100 fields: more than a growing buffer holds at first.
	 */
	enum { FIELDS = 100, FIELD_BYTES = 603 };
	char *input = memory_new(FIELDS * FIELD_BYTES);
	assert_non_null(input);
	memset(input, '"', FIELDS * FIELD_BYTES);
	for (size_t i = 1; i <= FIELDS; i++)
		input[i * FIELD_BYTES - 1] = ',';
	input[FIELDS * FIELD_BYTES - 1] = '\n';
	struct csv_reader reader;
	csv_init(&reader, (struct bytes){ (uint8_t *)input, FIELDS * FIELD_BYTES }, ',');
	assert_int_equal(csv_next(&reader, &row, &problem), CSV_ROW);
	assert_int_equal(row.field_count, FIELDS);
	for (size_t i = 0; i < FIELDS; i++) {
		assert_int_equal(row.fields[i].text.size, 300);
		for (size_t j = 0; j < 300; j++)
			assert_int_equal(row.fields[i].text.data[j], '"');
	}
	csv_release(&reader);
	memory_free(input);
}

static void
only_doubled_quotes_need_memory_and_its_lack_is_a_refusal(void **state)
{
	(void)state;
	struct text input = TEXT("a,\"b\"\n\"c\"\"d\"\n\"e\"\"f\"\n");
	struct csv_reader reader;
	memory_fail_at(1);
	csv_init(&reader, bytes_of_text(input), ',');
	assert_int_equal(csv_next(&reader, &row, &problem), CSV_ROW);
	assert_int_equal(memory_request_count(), 0);
	/* Texts without doubled quotes are the input itself. */
	assert_ptr_equal(row.fields[0].text.data, input.data);
	assert_ptr_equal(row.fields[1].text.data, input.data + 3);
	assert_int_equal(csv_next(&reader, &row, &problem), CSV_REFUSED);
	assert_int_equal(problem.line, 2);
	assert_non_null(strstr(problem.what, "memory"));
	assert_int_equal(csv_next(&reader, &row, &problem), CSV_ROW);
	assert_true(text_equal(row.fields[0].text, TEXT("e\"f")));
	memory_fail_at(0);
	csv_release(&reader);
}

static uint64_t random_state;

static uint64_t
random_below(uint64_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 16) % limit;
}

/* Writes a table of random fields as CSV, by the simplest rule: all quoted, or bare where allowed.
 */
static void
written_tables_are_read_back(void **state)
{
	(void)state;
	random_state = (uint64_t)time(NULL) | 1;
	print_message("seed %llu\n", (unsigned long long)random_state);
	static const char alphabet[] = "ab \t,;\"\"\n\r\x01\xff";
	for (int round = 0; round < 3000; round++) {
		char fields[8][12];
		size_t sizes[8];
		char input[8 * 30];
		size_t size = 0;
		size_t count = 1 + random_below(8);
		for (size_t i = 0; i < count; i++) {
			sizes[i] = random_below(12);
			bool needs_quotes = random_below(2) == 0 || count == 1;
			for (size_t j = 0; j < sizes[i]; j++) {
				char byte = alphabet[random_below(sizeof alphabet - 1)];
				fields[i][j] = byte;
				needs_quotes = needs_quotes || strchr(",\"\n\r", byte) != NULL;
			}
			if (needs_quotes)
				input[size++] = '"';
			for (size_t j = 0; j < sizes[i]; j++) {
				input[size++] = fields[i][j];
				if (fields[i][j] == '"')
					input[size++] = '"';
			}
			if (needs_quotes)
				input[size++] = '"';
			input[size++] = i + 1 < count ? ',' : '\n';
		}
		struct csv_reader reader;
		csv_init(&reader, (struct bytes){ (uint8_t *)input, size }, ',');
		assert_int_equal(csv_next(&reader, &row, &problem), CSV_ROW);
		assert_int_equal(row.field_count, count);
		for (size_t i = 0; i < count; i++)
			assert_true(text_equal(
				row.fields[i].text, (struct text){ fields[i], sizes[i] }));
		assert_int_equal(csv_next(&reader, &row, &problem), CSV_END);
		csv_release(&reader);
	}
}

static int
switch_off_failures(void **state)
{
	(void)state;
	memory_fail_at(0);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_lines_become_rows_of_fields),
		cmocka_unit_test(empty_lines_are_skipped_but_counted),
		cmocka_unit_test(a_byte_order_mark_is_skipped_at_the_start_only),
		cmocka_unit_test(quoted_fields_hold_separators_quotes_and_line_ends),
		cmocka_unit_test(a_bad_row_is_refused_with_its_place_and_the_next_line_is_read),
		cmocka_unit_test(the_separator_is_the_readers_choice),
		cmocka_unit_test(rows_know_where_they_began),
		cmocka_unit_test(a_row_has_at_most_256_fields),
		cmocka_unit_test(a_row_has_at_most_64_kilobytes_with_its_line_end),
		cmocka_unit_test(an_open_quote_costs_one_row_of_a_large_file),
		cmocka_unit_test(several_fields_with_doubled_quotes_stay_where_they_are),
		cmocka_unit_test_teardown(only_doubled_quotes_need_memory_and_its_lack_is_a_refusal,
			switch_off_failures),
		cmocka_unit_test(written_tables_are_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
