#include "claims.h"

#include "../../../tools/page.h"
#include "../../../tools/table.h"

static void
thousands_are_grouped(void **state)
{
	(void)state;
	char text[SHOWN_COUNT_MAX];
	assert_string_equal(show_count(0, text), "0");
	assert_string_equal(show_count(999, text), "999");
	assert_string_equal(show_count(1000, text), "1,000");
	assert_string_equal(show_count(16390, text), "16,390");
	assert_string_equal(show_count(UINT64_MAX, text), "18,446,744,073,709,551,615");
}

static void
one_is_one_and_all_else_is_many(void **state)
{
	(void)state;
	char text[SHOWN_COUNT_MAX];
	assert_string_equal(show_counted(0, "entry", "entries", text), "0 entries");
	assert_string_equal(show_counted(1, "entry", "entries", text), "1 entry");
	assert_string_equal(show_counted(16390, "entry", "entries", text), "16,390 entries");
}

static void
sizes_have_the_unit_that_shows_something(void **state)
{
	(void)state;
	char text[SHOWN_COUNT_MAX];
	assert_string_equal(show_size(0, text), "0 bytes");
	assert_string_equal(show_size(1, text), "1 byte");
	assert_string_equal(show_size(999, text), "999 bytes");
	assert_string_equal(show_size(1000, text), "1 KB");
	assert_string_equal(show_size(999999, text), "999 KB");
	assert_string_equal(show_size(12345678901, text), "12,345 MB");
}

static void
money_is_grouped_left_of_its_point_only(void **state)
{
	(void)state;
	char text[SHOWN_MONEY_MAX];
	assert_string_equal(show_money((struct money){ 0 }, text), "0.00");
	assert_string_equal(show_money((struct money){ 52214050000 }, text), "52,214.05");
	assert_string_equal(show_money((struct money){ -100123456 }, text), "-100.123456");
	assert_string_equal(show_money((struct money){ -1000000000 }, text), "-1,000.00");
	assert_string_equal(
		show_money((struct money){ INT64_MIN }, text), "-9,223,372,036,854.775808");
}

static void
chinese_characters_take_two_columns(void **state)
{
	(void)state;
	assert_int_equal(text_columns(TEXT("")), 0);
	assert_int_equal(text_columns(TEXT("zone")), 4);
	assert_int_equal(text_columns(TEXT("区域")), 4);
	assert_int_equal(text_columns(TEXT("（无）")), 6);
	assert_int_equal(text_columns(TEXT("…é")), 2);
	/* Cut in the middle of a character: counted, and nothing is read behind it. */
	assert_int_equal(text_columns((struct text){ "区", 2 }), 1);
}

static struct table
sample(void)
{
	struct table table;
	table_init(&table, 2);
	table_add(&table, (const char *const[]){ "区域", "CNY" });
	table_add(&table, (const char *const[]){ "local", "6,278.36" });
	table_add(&table, (const char *const[]){ "合计", NULL });
	return table;
}

static char *
table_text(const struct table *table, bool has_total)
{
	struct written stream;
	table_write(table, " ", has_total, written_begin(&stream));
	return written_end(&stream);
}

static void
columns_line_up_also_with_chinese(void **state)
{
	(void)state;
	struct table table = sample();
	char *written = table_text(&table, true);
	assert_string_equal(written,
		" 区域        CNY\n"
		" ─────  ────────\n"
		" local  6,278.36\n"
		" ─────  ────────\n"
		" 合计           \n");
	free(written);
	table_release(&table);
}

static void
without_a_total_there_is_one_rule(void **state)
{
	(void)state;
	struct table table = sample();
	char *written = table_text(&table, false);
	assert_ptr_equal(strstr(strstr(written, "─────  ") + 1, "─────  "), NULL);
	free(written);
	table_release(&table);
}

static void
a_left_table_has_no_head_and_no_blanks_at_the_ends(void **state)
{
	(void)state;
	struct table table = sample();
	struct written stream;
	table_write_left(&table, "  ", written_begin(&stream));
	char *written = written_end(&stream);
	assert_string_equal(written, "  local  6,278.36\n  合计\n");
	free(written);
	table_release(&table);
}

static void
a_row_without_memory_is_left_out(void **state)
{
	(void)state;
	struct table table;
	table_init(&table, 1);
	memory_fail_at(1);
	table_add(&table, (const char *const[]){ "a" });
	assert_int_equal(table.row_count, 0);
	memory_fail_at(2);
	table_add(&table, (const char *const[]){ "a" });
	memory_fail_at(0);
	assert_int_equal(table.row_count, 1);
	assert_string_equal(table_cell(&table, 0, 0), "");
	table_release(&table);
}

static void
a_markdown_table_escapes_what_would_end_a_cell(void **state)
{
	(void)state;
	struct table table;
	table_init(&table, 3);
	table_add(&table, (const char *const[]){ "name", "", "meaning" });
	table_add(&table, (const char *const[]){ "log.level", "", "debug|info <b>" });
	struct written stream;
	const struct page page = { written_begin(&stream), true, false };
	page_table(&page, &table);
	char *written = written_end(&stream);
	assert_string_equal(written,
		"| name | | meaning |\n"
		"|---|---|---|\n"
		"| `log.level` | | debug\\|info \\<b> |\n\n");
	free(written);
	table_release(&table);
}

static void
code_is_fenced_in_markdown_and_indented_on_a_terminal(void **state)
{
	(void)state;
	struct written stream;
	const struct page first = { written_begin(&stream), true, false };
	page_code(&first, "a\nb");
	char *markdown = written_end(&stream);
	const struct page second = { written_begin(&stream), false, false };
	page_code(&second, "a\nb\n");
	char *terminal = written_end(&stream);
	assert_string_equal(markdown, "```text\na\nb\n```\n\n");
	assert_string_equal(terminal, "  a\n  b\n\n");
	free(markdown);
	free(terminal);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thousands_are_grouped),
		cmocka_unit_test(one_is_one_and_all_else_is_many),
		cmocka_unit_test(sizes_have_the_unit_that_shows_something),
		cmocka_unit_test(money_is_grouped_left_of_its_point_only),
		cmocka_unit_test(chinese_characters_take_two_columns),
		cmocka_unit_test(columns_line_up_also_with_chinese),
		cmocka_unit_test(without_a_total_there_is_one_rule),
		cmocka_unit_test(a_left_table_has_no_head_and_no_blanks_at_the_ends),
		cmocka_unit_test(a_row_without_memory_is_left_out),
		cmocka_unit_test(a_markdown_table_escapes_what_would_end_a_cell),
		cmocka_unit_test(code_is_fenced_in_markdown_and_indented_on_a_terminal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
