/* A page of text, for a terminal or as Markdown: headings, paragraphs, code, tables. */
#ifndef SUANPAN_PAGE_H
#define SUANPAN_PAGE_H

#include "table.h"

struct page {
	FILE *out;
	bool markdown;
	bool zh;
};

void page_heading(const struct page *page, int level, const char *text);
void page_text(const struct page *page, const char *text);
/* Lines as they stand. */
void page_code(const struct page *page, const char *lines);
/* The same; in Markdown `info` says what they are: "lua file=catalog.lua". */
void page_script(const struct page *page, const char *info, const char *lines);
/* The first row is the head; all columns are aligned left. */
void page_table(const struct page *page, const struct table *table);

/* The one of the page's language. */
static inline const char *
page_say(const struct page *page, const char *en, const char *zh)
{
	return page->zh ? zh : en;
}

#endif
