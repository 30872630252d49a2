#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <time.h>

#include "../../../engine/base/bilingual.h"
#include "../../../engine/base/memory.h"
#include "../../../rules/sheet.h"

static const struct csv_form plain = { ',', false };
static const struct csv_form guarded = { ',', true };
static const struct csv_form tabs = { '\t', true };

#define DAYS "date,kind\n2026-01-01,holiday\n2026-02-14,workday\n"
#define RENT \
	"tenants,role,=>rent,=>site\ninteger,text,decimal,decimal\n1,any,100%,100%\n2,anchor,65%,55%\n"

struct world {
	struct sheet table, rows, next;
	struct sheet_key key;
	struct sheet_diff diff;
	struct sheet_problems problems;
	struct fault fault;
};

static struct world world;

static int
begin(void **state)
{
	(void)state;
	sheet_init(&world.table);
	sheet_init(&world.rows);
	sheet_init(&world.next);
	world.diff = (struct sheet_diff){ .changes = NULL };
	return 0;
}

static int
end(void **state)
{
	(void)state;
	memory_fail_at(0);
	sheet_diff_release(&world.diff);
	sheet_release(&world.next);
	sheet_release(&world.rows);
	sheet_release(&world.table);
	return 0;
}

static enum status
read(struct sheet *sheet, struct text content, const struct csv_form *form)
{
	return sheet_read(sheet, bytes_of_text(content), form, &world.problems, &world.fault);
}

/* What is written of a sheet; valid until the next call. */
static const char *
told(const struct sheet *sheet, const struct csv_form *form)
{
	static char copy[65536];
	struct buffer buffer;
	buffer_init(&buffer, sizeof copy - 1);
	assert_int_equal(sheet_write(sheet, form, &buffer, &world.fault), STATUS_OK);
	memcpy(copy, buffer.data, buffer.size);
	copy[buffer.size] = '\0';
	buffer_release(&buffer);
	return copy;
}

static void
import(struct text table, struct text file, const char *key_names)
{
	if (table.size > 0)
		assert_int_equal(read(&world.table, table, &plain), STATUS_OK);
	assert_int_equal(read(&world.rows, file, &guarded), STATUS_OK);
	assert_int_equal(sheet_arrange(&world.next, &world.table, &world.rows, &world.problems,
				 &world.fault),
		STATUS_OK);
	assert_int_equal(sheet_key_of(&world.next, key_names, &world.key, &world.fault), STATUS_OK);
	assert_int_equal(
		sheet_compare(&world.diff, &world.table, &world.next, &world.key, &world.fault),
		STATUS_OK);
}

static void
paste(struct text table, struct text rows)
{
	assert_int_equal(read(&world.table, table, &plain), STATUS_OK);
	assert_int_equal(sheet_read_rows(&world.rows, bytes_of_text(rows), &tabs, &world.problems,
				 &world.fault),
		STATUS_OK);
	assert_int_equal(sheet_key_of(&world.table, NULL, &world.key, &world.fault), STATUS_OK);
	assert_int_equal(sheet_paste(&world.next, &world.table, &world.key, &world.rows,
				 &world.problems, &world.fault),
		STATUS_OK);
	assert_int_equal(
		sheet_compare(&world.diff, &world.table, &world.next, &world.key, &world.fault),
		STATUS_OK);
}

/* Added, changed, removed. */
static void
assert_counts(size_t added, size_t changed, size_t removed)
{
	assert_int_equal(world.diff.counts[SHEET_ADDED], added);
	assert_int_equal(world.diff.counts[SHEET_CHANGED], changed);
	assert_int_equal(world.diff.counts[SHEET_REMOVED], removed);
	assert_int_equal(world.diff.change_count, added + changed + removed);
}

static void
a_table_without_outputs_has_names_and_is_keyed_by_its_first_column(void **state)
{
	(void)state;
	assert_int_equal(read(&world.table, TEXT(DAYS), &plain), STATUS_OK);
	assert_int_equal(world.table.head_count, 1);
	assert_int_equal(world.table.row_count, 3);
	assert_int_equal(world.table.lines[2], 3);
	assert_int_equal(sheet_key_of(&world.table, NULL, &world.key, &world.fault), STATUS_OK);
	assert_int_equal(world.key.count, 1);
	assert_int_equal(world.key.columns[0], 0);
}

static void
a_decision_table_has_types_and_is_keyed_by_its_inputs(void **state)
{
	(void)state;
	assert_int_equal(read(&world.table, TEXT(RENT), &plain), STATUS_OK);
	assert_int_equal(world.table.head_count, 2);
	assert_int_equal(sheet_key_of(&world.table, NULL, &world.key, &world.fault), STATUS_OK);
	assert_int_equal(world.key.count, 2);
	assert_int_equal(world.key.columns[1], 1);
	assert_int_equal(
		sheet_key_of(&world.table, "role,=>site", &world.key, &world.fault), STATUS_OK);
	assert_int_equal(world.key.columns[0], 1);
	assert_int_equal(world.key.columns[1], 3);
	assert_int_equal(sheet_key_of(&world.table, "role,rents", &world.key, &world.fault),
		STATUS_NOT_FOUND);
	assert_non_null(strstr(world.fault.text, "\"rents\""));
	assert_int_equal(
		sheet_key_of(&world.table, "", &world.key, &world.fault), STATUS_NOT_FOUND);
}

static void
what_was_exported_and_is_imported_has_no_difference(void **state)
{
	(void)state;
	const char *tables[] = { DAYS, RENT, "a\n'=x\n\"\"\n=x\n'x\n", "a,b\n\"1,\n\"\"\",+2\n" };
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		struct sheet table;
		sheet_init(&table);
		assert_int_equal(read(&table, text_of(tables[i]), &plain), STATUS_OK);
		import(text_of(tables[i]), text_of(told(&table, &guarded)), NULL);
		assert_true(sheet_diff_is_empty(&world.diff));
		assert_string_equal(told(&world.next, &plain), tables[i]);
		sheet_release(&table);
		end(NULL);
		begin(NULL);
	}
}

static void
rows_are_added_changed_and_removed_by_key(void **state)
{
	(void)state;
	import(TEXT(RENT),
		TEXT("tenants,role,'=>rent,'=>site\ninteger,text,decimal,decimal\n"
		     "2,anchor,60%,55%\n3,anchor,55%,45%\n"),
		NULL);
	assert_counts(1, 1, 1);
	const struct sheet_change *changes = world.diff.changes;
	assert_int_equal(changes[0].kind, SHEET_CHANGED);
	assert_int_equal(changes[0].from, 3);
	assert_int_equal(changes[0].to, 2);
	assert_int_equal(changes[1].kind, SHEET_ADDED);
	assert_int_equal(changes[1].to, 3);
	assert_int_equal(changes[2].kind, SHEET_REMOVED);
	assert_int_equal(changes[2].from, 2);
	assert_false(world.diff.head_differs);
	assert_false(world.diff.reordered);
}

static void
another_key_makes_another_difference(void **state)
{
	(void)state;
	import(TEXT(DAYS), TEXT("date,kind\n2026-01-02,holiday\n2026-02-14,workday\n"), "kind");
	assert_counts(0, 1, 0);
}

static void
rows_in_another_order_are_a_difference_by_themselves(void **state)
{
	(void)state;
	import(TEXT(DAYS), TEXT("date,kind\n2026-02-14,workday\n2026-01-01,holiday\n"), NULL);
	assert_counts(0, 0, 0);
	assert_true(world.diff.reordered);
	assert_false(sheet_diff_is_empty(&world.diff));
}

static void
columns_in_another_order_are_none(void **state)
{
	(void)state;
	import(TEXT(DAYS), TEXT("kind,date\nholiday,2026-01-01\nworkday,2026-02-14\n"), NULL);
	assert_true(sheet_diff_is_empty(&world.diff));
	assert_string_equal(told(&world.next, &plain), DAYS);
}

static void
columns_and_types_differ_too(void **state)
{
	(void)state;
	import(TEXT(DAYS),
		TEXT("name,date,kind\nNew Year,2026-01-01,holiday\n,2026-02-14,workday\n"), NULL);
	assert_counts(0, 2, 0);
	assert_true(world.diff.head_differs);
	assert_string_equal(told(&world.next, &plain),
		"date,kind,name\n2026-01-01,holiday,New Year\n2026-02-14,workday,\n");
	end(NULL);
	begin(NULL);
	import(TEXT(DAYS), TEXT("date\n2026-01-01\n2026-02-14\n"), NULL);
	assert_counts(0, 0, 0);
	assert_true(world.diff.head_differs);
	end(NULL);
	begin(NULL);
	import(TEXT("a,=>b\ninteger,integer\n1,2\n"), TEXT("a,=>b\ninteger,decimal\n1,2\n"), NULL);
	assert_counts(0, 0, 0);
	assert_true(world.diff.head_differs);
}

static void
a_table_that_is_not_there_yet_is_all_added(void **state)
{
	(void)state;
	import(TEXT(""), TEXT(DAYS), NULL);
	assert_counts(2, 0, 0);
	assert_string_equal(told(&world.next, &plain), DAYS);
}

static void
rows_with_one_key_come_in_pairs(void **state)
{
	(void)state;
	import(TEXT("a,b\nx,1\nx,2\ny,3\n"), TEXT("a,b\nx,1\nx,5\nx,6\ny,3\n"), NULL);
	assert_counts(1, 1, 0);
	assert_int_equal(world.diff.changes[0].kind, SHEET_CHANGED);
	assert_int_equal(world.diff.changes[0].from, 2);
	assert_int_equal(world.diff.changes[1].kind, SHEET_ADDED);
	assert_int_equal(world.diff.changes[1].to, 3);
}

static void
pasted_rows_replace_or_are_added_and_none_is_removed(void **state)
{
	(void)state;
	paste(TEXT(DAYS), TEXT("2027-01-01\tholiday\n2026-01-01\tworkday\r\n"));
	assert_counts(1, 1, 0);
	assert_string_equal(told(&world.next, &plain),
		"date,kind\n2026-01-01,workday\n2026-02-14,workday\n2027-01-01,holiday\n");
}

static void
a_pasted_head_says_the_order_of_the_columns(void **state)
{
	(void)state;
	paste(TEXT(RENT),
		TEXT("=>site\t=>rent\trole\ttenants\ndecimal\tdecimal\ttext\tinteger\n"
		     "45%\t55%\tanchor\t3\n"));
	assert_counts(1, 0, 0);
	assert_string_equal(told(&world.next, &plain), RENT "3,anchor,55%,45%\n");
	end(NULL);
	begin(NULL);
	/* Without the row of types, as rows and names are marked with the rest hidden. */
	paste(TEXT(RENT), TEXT("tenants\trole\t'=>rent\t'=>site\n1\tany\t90%\t100%\n"));
	assert_counts(0, 1, 0);
	end(NULL);
	begin(NULL);
	paste(TEXT(DAYS), TEXT(""));
	assert_true(sheet_diff_is_empty(&world.diff));
}

static void
pasted_rows_of_another_width_are_refused(void **state)
{
	(void)state;
	assert_int_equal(read(&world.table, TEXT(DAYS), &plain), STATUS_OK);
	assert_int_equal(sheet_read_rows(&world.rows, bytes_of_text(TEXT("2027-01-01\n")), &tabs,
				 &world.problems, &world.fault),
		STATUS_OK);
	assert_int_equal(sheet_key_of(&world.table, NULL, &world.key, &world.fault), STATUS_OK);
	assert_int_equal(sheet_paste(&world.next, &world.table, &world.key, &world.rows,
				 &world.problems, &world.fault),
		STATUS_INVALID);
	assert_int_equal(world.problems.count, 1);
	assert_int_equal(world.next.row_count, 0);
}

static void
each_row_that_cant_be_read_is_named(void **state)
{
	(void)state;
	assert_int_equal(
		read(&world.table, TEXT("a,b\n1\n1,2\n1,2,3\n1,\"2\n"), &plain), STATUS_INVALID);
	assert_int_equal(world.problems.count, 3);
	const uint64_t lines[] = { 2, 4, 5 };
	for (size_t i = 0; i < 3; i++) {
		struct text what = text_of(world.problems.list[i].what);
		assert_int_equal(world.problems.list[i].line, lines[i]);
		assert_false(text_equal(bilingual_pick(what, true), bilingual_pick(what, false)));
	}
}

static void
what_is_no_table_is_refused_with_a_line(void **state)
{
	(void)state;
	static const struct {
		struct text content;
		uint64_t line;
		const char *word;
	} examples[] = {
		{ { "", 0 }, 0, "no rows" },
		{ { "a,b\n\xd3\xef,1\n", 9 }, 2, "UTF-8" },
		{ { "\xff\xfe"
		    "a\0\n\0",
			  6 },
			1, "UTF-8" },
		{ { "a,b,a\n1,2,3\n", 12 }, 1, "same name" },
		{ { "a,=>b\n", 6 }, 0, "types" },
	};
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		assert_int_equal(read(&world.table, examples[i].content, &plain), STATUS_INVALID);
		assert_int_equal(world.problems.count, 1);
		assert_int_equal(world.problems.list[0].line, examples[i].line);
		assert_non_null(strstr(world.problems.list[0].what, examples[i].word));
		end(NULL);
		begin(NULL);
	}
}

static void
problems_past_a_hundred_are_counted(void **state)
{
	(void)state;
	struct buffer buffer;
	buffer_init(&buffer, 65536);
	assert_true(buffer_append_text(&buffer, TEXT("a,b\n")));
	for (int i = 0; i < 130; i++)
		assert_true(buffer_append_text(&buffer, TEXT("1\n")));
	assert_int_equal(
		read(&world.table, (struct text){ (char *)buffer.data, buffer.size }, &plain),
		STATUS_INVALID);
	assert_int_equal(world.problems.count, SHEET_PROBLEMS_MAX);
	assert_int_equal(world.problems.left_out, 30);
	buffer_release(&buffer);
}

static void
rows_of_empty_cells_are_none(void **state)
{
	(void)state;
	import(TEXT(DAYS), TEXT("date,kind,name\n,,\n2026-01-01,holiday,New Year\n,,\n\"\",,\n"),
		NULL);
	for (size_t i = 0; i < world.diff.change_count; i++)
		assert_int_not_equal(world.diff.changes[i].kind, SHEET_ADDED);
}

static void
a_file_with_none_of_the_columns_is_refused(void **state)
{
	(void)state;
	assert_int_equal(read(&world.table, TEXT(DAYS), &plain), STATUS_OK);
	assert_int_equal(
		read(&world.rows, TEXT("date;kind;name\n2026-01-01;holiday;New Year\n"), &guarded),
		STATUS_OK);
	assert_int_equal(sheet_arrange(&world.next, &world.table, &world.rows, &world.problems,
				 &world.fault),
		STATUS_INVALID);
	assert_int_equal(world.problems.count, 1);
	assert_int_equal(world.problems.list[0].line, 1);
}

static void
want_of_memory_is_a_status_wherever_it_is(void **state)
{
	(void)state;
	for (uint64_t countdown = 1;; countdown++) {
		assert_int_equal(read(&world.table, TEXT(DAYS), &plain), STATUS_OK);
		memory_fail_at(countdown);
		enum status status = read(
			&world.rows, TEXT("date,kind\n2026-01-01,x\n\"a\"\"\",y\n"), &guarded);
		if (status == STATUS_OK)
			status = sheet_arrange(&world.next, &world.table, &world.rows,
				&world.problems, &world.fault);
		if (status == STATUS_OK)
			status = sheet_key_of(&world.next, NULL, &world.key, &world.fault);
		if (status == STATUS_OK)
			status = sheet_compare(
				&world.diff, &world.table, &world.next, &world.key, &world.fault);
		bool ran = memory_request_count() < countdown;
		end(NULL);
		begin(NULL);
		if (ran) {
			assert_int_equal(status, STATUS_OK);
			break;
		}
		/* A field with doubled quotes that finds no memory is refused as a row. */
		assert_true(status == STATUS_MEMORY || status == STATUS_INVALID);
	}
}

static uint64_t random_state;

static size_t
random_below(size_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (size_t)(random_state >> 16) % limit;
}

/* A table of few different cells, so that keys repeat. */
static size_t
random_table(char *content)
{
	static const char *const cells[] = { "1", "2", "=1", "'=1", "\"a,\"", "\"\"\"\"", "-" };
	size_t columns = 1 + random_below(4), rows = random_below(8), size = 0;
	for (size_t row = 0; row <= rows; row++)
		for (size_t i = 0; i < columns; i++) {
			const char *behind = i + 1 < columns ? "," : "\n";
			if (row == 0)
				size += (size_t)sprintf(content + size, "c%zu%s", i, behind);
			else
				size += (size_t)sprintf(content + size, "%s%s",
					cells[random_below(sizeof cells / sizeof cells[0])],
					behind);
		}
	return size;
}

/* Applies what a difference says to the old table; the rows must be those of the new one. */
static void
check_changes_lead_from_one_to_the_other(void)
{
	size_t from = world.table.row_count, to = world.next.row_count;
	const struct sheet_diff *diff = &world.diff;
	assert_int_equal(to, from + diff->counts[SHEET_ADDED] - diff->counts[SHEET_REMOVED]);
	bool mentioned[16] = { false };
	for (size_t i = 0; i < diff->change_count; i++)
		if (diff->changes[i].kind != SHEET_REMOVED)
			mentioned[diff->changes[i].to] = true;
	/* A row that is not mentioned stood in the old table as it is. */
	for (size_t row = 1; row < to; row++) {
		bool found = mentioned[row];
		for (size_t old = 1; old < from && !found; old++) {
			found = true;
			for (size_t i = 0; i < world.next.column_count; i++) {
				size_t column = diff->old_columns[i];
				found = found && column != SHEET_NO_COLUMN &&
					text_equal(sheet_cell(&world.table, old, column),
						sheet_cell(&world.next, row, i));
			}
		}
		assert_true(found);
	}
}

static void
random_tables_go_out_and_come_back_and_differ_by_what_is_said(void **state)
{
	(void)state;
	random_state = (uint64_t)time(NULL) | 1;
	print_message("seed %llu\n", (unsigned long long)random_state);
	for (int round = 0; round < 2000; round++) {
		char one[1024], other[1024], exported[2048];
		struct text table = { one, random_table(one) },
			    file = { other, random_table(other) };
		import(table, file, NULL);
		check_changes_lead_from_one_to_the_other();
		snprintf(exported, sizeof exported, "%s", told(&world.table, &tabs));
		end(NULL);
		begin(NULL);
		assert_int_equal(read(&world.table, table, &plain), STATUS_OK);
		assert_int_equal(read(&world.rows, text_of(exported), &tabs), STATUS_OK);
		assert_int_equal(sheet_arrange(&world.next, &world.table, &world.rows,
					 &world.problems, &world.fault),
			STATUS_OK);
		assert_int_equal(
			sheet_key_of(&world.next, NULL, &world.key, &world.fault), STATUS_OK);
		assert_int_equal(sheet_compare(&world.diff, &world.table, &world.next, &world.key,
					 &world.fault),
			STATUS_OK);
		assert_true(sheet_diff_is_empty(&world.diff));
		end(NULL);
		begin(NULL);
		/* Pasted onto itself it changes nothing either. */
		paste(table, text_of(exported));
		assert_true(sheet_diff_is_empty(&world.diff));
		end(NULL);
		begin(NULL);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_table_without_outputs_has_names_and_is_keyed_by_its_first_column),
		TEST(a_decision_table_has_types_and_is_keyed_by_its_inputs),
		TEST(what_was_exported_and_is_imported_has_no_difference),
		TEST(rows_are_added_changed_and_removed_by_key),
		TEST(another_key_makes_another_difference),
		TEST(rows_in_another_order_are_a_difference_by_themselves),
		TEST(columns_in_another_order_are_none),
		TEST(columns_and_types_differ_too),
		TEST(a_table_that_is_not_there_yet_is_all_added),
		TEST(rows_with_one_key_come_in_pairs),
		TEST(pasted_rows_replace_or_are_added_and_none_is_removed),
		TEST(a_pasted_head_says_the_order_of_the_columns),
		TEST(pasted_rows_of_another_width_are_refused),
		TEST(each_row_that_cant_be_read_is_named),
		TEST(what_is_no_table_is_refused_with_a_line),
		TEST(problems_past_a_hundred_are_counted),
		TEST(rows_of_empty_cells_are_none),
		TEST(a_file_with_none_of_the_columns_is_refused),
		TEST(want_of_memory_is_a_status_wherever_it_is),
		TEST(random_tables_go_out_and_come_back_and_differ_by_what_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
