/* Pages of text (see page.h). */
#include "page.h"

#include <string.h>

void
page_heading(const struct page *page, int level, const char *text)
{
	if (page->markdown)
		fprintf(page->out, "%.*s %s\n\n", level, "######", text);
	else
		fprintf(page->out, "%s\n", text);
}

void
page_text(const struct page *page, const char *text)
{
	for (; *text != '\0'; text++) {
		if (page->markdown || *text != '`')
			fputc(*text, page->out);
	}
	fprintf(page->out, "\n\n");
}

void
page_code(const struct page *page, const char *lines)
{
	page_script(page, "text", lines);
}

void
page_script(const struct page *page, const char *info, const char *lines)
{
	if (page->markdown) {
		fprintf(page->out, "```%s\n%s%s```\n\n", info, lines,
			lines[0] != '\0' && lines[strlen(lines) - 1] == '\n' ? "" : "\n");
		return;
	}
	while (*lines != '\0') {
		size_t size = strcspn(lines, "\n");
		fprintf(page->out, "%s%.*s\n", size > 0 ? "  " : "", (int)size, lines);
		lines += size + (lines[size] == '\n');
	}
	fprintf(page->out, "\n");
}

/*
 * A cell of a Markdown table: bars would end it. Angle brackets would be HTML, and stars emphasis,
 * but not in code.
 */
static void
write_cell(const struct page *page, const char *text, bool is_code)
{
	for (; *text != '\0'; text++) {
		if (*text == '|' || (!is_code && (*text == '<' || *text == '*')))
			fputc('\\', page->out);
		fputc(*text, page->out);
	}
}

/* The first column holds names, which are shown as code. */
static void
write_markdown_row(const struct page *page, const struct table *table, size_t row)
{
	fprintf(page->out, "|");
	for (size_t column = 0; column < table->column_count; column++) {
		const char *text = table_cell(table, row, column);
		const char *mark = row > 0 && column == 0 ? "`" : "";
		fprintf(page->out, " %s", mark);
		write_cell(page, text, mark[0] != '\0');
		fprintf(page->out, "%s%s|", mark, text[0] == '\0' ? "" : " ");
	}
	fprintf(page->out, "\n");
}

static void
write_markdown_table(const struct page *page, const struct table *table)
{
	for (size_t row = 0; row < table->row_count; row++) {
		write_markdown_row(page, table, row);
		for (size_t column = 0; row == 0 && column < table->column_count; column++)
			fprintf(page->out, column == 0 ? "|---|" : "---|");
		if (row == 0)
			fprintf(page->out, "\n");
	}
	fprintf(page->out, "\n");
}

void
page_table(const struct page *page, const struct table *table)
{
	if (page->markdown) {
		write_markdown_table(page, table);
		return;
	}
	table_write_left(table, "  ", page->out);
	fprintf(page->out, "\n");
}
