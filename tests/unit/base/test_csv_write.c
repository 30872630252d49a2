#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "../../../engine/base/csv.h"
#include "../../../engine/base/csv_write.h"
#include "../../../engine/base/memory.h"

static const struct csv_form plain = { ',', false };
static const struct csv_form guarded = { ',', true };
static const struct csv_form tabs = { '\t', true };

/* One row, written; valid until the next call. */
static struct text
written(const struct csv_form *form, const struct text *fields, size_t count)
{
	static uint8_t copy[4096];
	struct buffer buffer;
	buffer_init(&buffer, sizeof copy);
	assert_int_equal(csv_write_row(&buffer, form, fields, count, NULL), STATUS_OK);
	size_t size = buffer.size;
	memcpy(copy, buffer.data, size);
	buffer_release(&buffer);
	return (struct text){ (const char *)copy, size };
}

static void
check(const struct csv_form *form, struct text field, struct text wanted)
{
	struct text fields[2] = { field, TEXT("x") };
	struct text got = written(form, fields, 2);
	if (!text_equal(got, wanted))
		fail_msg("wrote %.*s, wanted %.*s", TEXT_ARGS(got), TEXT_ARGS(wanted));
}

static void
fields_are_quoted_only_where_they_must_be(void **state)
{
	(void)state;
	check(&plain, TEXT("a b"), TEXT("a b,x\n"));
	check(&plain, TEXT("0086"), TEXT("0086,x\n"));
	check(&plain, TEXT(""), TEXT(",x\n"));
	check(&plain, TEXT("a,b"), TEXT("\"a,b\",x\n"));
	check(&plain, TEXT("a\tb"), TEXT("a\tb,x\n"));
	check(&tabs, TEXT("a\tb"), TEXT("\"a\tb\"\tx\n"));
	check(&tabs, TEXT("a,b"), TEXT("a,b\tx\n"));
	check(&plain, TEXT("a\nb"), TEXT("\"a\nb\",x\n"));
	check(&plain, TEXT("a\r"), TEXT("\"a\r\",x\n"));
	check(&plain, TEXT("5\" disk"), TEXT("\"5\"\" disk\",x\n"));
	check(&plain, TEXT("\"\""), TEXT("\"\"\"\"\"\",x\n"));
	check(&plain,
		TEXT("\xef\xbb\xbf"
		     "a"),
		TEXT("\"\xef\xbb\xbf"
		     "a\",x\n"));
	check(&plain, TEXT("语音"), TEXT("语音,x\n"));
}

static void
a_row_of_one_empty_field_is_no_empty_line(void **state)
{
	(void)state;
	struct text nothing = TEXT("");
	assert_true(text_equal(written(&plain, &nothing, 1), TEXT("\"\"\n")));
}

static void
formula_cells_are_guarded_where_that_is_asked_for(void **state)
{
	(void)state;
	check(&plain, TEXT("=1+1"), TEXT("=1+1,x\n"));
	check(&guarded, TEXT("=1+1"), TEXT("'=1+1,x\n"));
	check(&guarded, TEXT("=>rent"), TEXT("'=>rent,x\n"));
	check(&guarded, TEXT("+86"), TEXT("'+86,x\n"));
	check(&guarded, TEXT("-5"), TEXT("'-5,x\n"));
	check(&guarded, TEXT("@own_area"), TEXT("'@own_area,x\n"));
	check(&guarded, TEXT("\tx"), TEXT("'\tx,x\n"));
	check(&guarded, TEXT("\rx"), TEXT("\"'\rx\",x\n"));
	check(&guarded, TEXT("=a,b"), TEXT("\"'=a,b\",x\n"));
	check(&guarded, TEXT("'=x"), TEXT("''=x,x\n"));
	check(&guarded, TEXT("a=b"), TEXT("a=b,x\n"));
	check(&guarded, TEXT("'s-Hertogenbosch"), TEXT("'s-Hertogenbosch,x\n"));
	check(&guarded, TEXT("'"), TEXT("',x\n"));
	check(&guarded, TEXT(""), TEXT(",x\n"));
}

static void
only_a_guard_is_taken_off(void **state)
{
	(void)state;
	static const struct {
		struct text cell, wanted;
	} examples[] = {
		{ { "'=x", 3 }, { "=x", 2 } },
		{ { "''=x", 4 }, { "'=x", 3 } },
		{ { "=x", 2 }, { "=x", 2 } },
		{ { "'s", 2 }, { "'s", 2 } },
		{ { "'", 1 }, { "'", 1 } },
		{ { "", 0 }, { "", 0 } },
		{ { "x'=", 3 }, { "x'=", 3 } },
	};
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
		assert_true(text_equal(csv_unguarded(examples[i].cell), examples[i].wanted));
}

static void
what_no_row_can_hold_is_refused_and_nothing_is_appended(void **state)
{
	(void)state;
	static struct text fields[CSV_FIELDS_MAX + 1];
	static char large[CSV_ROW_BYTES_MAX];
	struct buffer buffer;
	struct fault fault;
	buffer_init(&buffer, SIZE_MAX / 2);
	assert_true(buffer_append(&buffer, "kept\n", 5));
	struct text zero = { "a\0b", 3 };
	assert_int_equal(csv_write_row(&buffer, &plain, &zero, 1, &fault), STATUS_INVALID);
	assert_int_equal(
		csv_write_row(&buffer, &plain, fields, CSV_FIELDS_MAX + 1, &fault), STATUS_LIMIT);
	memset(large, 'x', sizeof large);
	struct text too_long = { large, sizeof large };
	assert_int_equal(csv_write_row(&buffer, &plain, &too_long, 1, &fault), STATUS_LIMIT);
	assert_int_equal(buffer.size, 5);
	struct text longest = { large, sizeof large - 1 };
	assert_int_equal(csv_write_row(&buffer, &plain, &longest, 1, &fault), STATUS_OK);
	assert_int_equal(buffer.size, 5 + CSV_ROW_BYTES_MAX);
	buffer_release(&buffer);
	buffer_init(&buffer, 4);
	assert_int_equal(csv_write_row(&buffer, &plain, &(struct text){ "abcd", 4 }, 1, &fault),
		STATUS_MEMORY);
	assert_int_equal(buffer.size, 0);
	buffer_release(&buffer);
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

/* Reads the only row of these bytes and compares it. */
static void
check_read_back(
	struct bytes bytes, const struct csv_form *form, const struct text *fields, size_t count)
{
	static struct csv_row row;
	struct csv_problem problem;
	struct csv_reader reader;
	csv_init(&reader, bytes, form->separator);
	assert_int_equal(csv_next(&reader, &row, &problem), CSV_ROW);
	assert_int_equal(row.field_count, count);
	for (size_t i = 0; i < count; i++) {
		struct text text = row.fields[i].text;
		assert_true(text_equal(form->guarded ? csv_unguarded(text) : text, fields[i]));
		/* A spreadsheet must not take what was guarded for a formula. */
		if (form->guarded && text.size > 0)
			assert_null(memchr("=+-@\t\r", text.data[0], 6));
	}
	assert_int_equal(csv_next(&reader, &row, &problem), CSV_END);
	csv_release(&reader);
}

static void
what_was_written_is_read_back(void **state)
{
	(void)state;
	static const char alphabet[] = "ab ,;\t\"\"\n\r''=+-@\x01\xef\xbb\xbf";
	random_state = (uint64_t)time(NULL) | 1;
	print_message("seed %llu\n", (unsigned long long)random_state);
	for (int round = 0; round < 5000; round++) {
		char letters[6][8];
		struct text fields[6];
		size_t count = 1 + random_below(6);
		for (size_t i = 0; i < count; i++) {
			fields[i] = (struct text){ letters[i], random_below(8) };
			for (size_t j = 0; j < fields[i].size; j++)
				letters[i][j] = alphabet[random_below(sizeof alphabet - 1)];
		}
		const struct csv_form *forms[] = { &plain, &guarded, &tabs };
		const struct csv_form *form = forms[random_below(3)];
		struct text row = written(form, fields, count);
		check_read_back(bytes_of_text(row), form, fields, count);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_quoted_only_where_they_must_be),
		cmocka_unit_test(a_row_of_one_empty_field_is_no_empty_line),
		cmocka_unit_test(formula_cells_are_guarded_where_that_is_asked_for),
		cmocka_unit_test(only_a_guard_is_taken_off),
		cmocka_unit_test(what_no_row_can_hold_is_refused_and_nothing_is_appended),
		cmocka_unit_test(what_was_written_is_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
