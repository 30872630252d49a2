/* The rule language on a page (see reference.h); what is said comes from rules/language.h. */
#include "reference.h"

#include "../rules/language.h"

#include <stdio.h>

#define FORM_BYTES_MAX ((size_t)16 * 1024 * 1024)

static void
write_heading(void *context, int level, const char *text)
{
	page_heading(context, level, text);
}

static void
write_text(void *context, const char *text)
{
	page_text(context, text);
}

static void
write_script(void *context, const char *info, const char *lines)
{
	page_script(context, info, lines);
}

static void
write_table(void *context, const char *const *cells, size_t column_count, size_t row_count)
{
	struct table table;
	table_init(&table, column_count);
	for (size_t i = 0; i < row_count; i++)
		table_add(&table, cells + i * column_count);
	page_table(context, &table);
	table_release(&table);
}

static struct language_writer
writer_on(const struct page *page)
{
	return (struct language_writer){
		.context = (void *)(uintptr_t)page,
		.heading = write_heading,
		.text = write_text,
		.script = write_script,
		.table = write_table,
	};
}

static const char *
language_of(const struct page *page)
{
	return page->zh ? "zh" : "en";
}

int
reference_language(const struct page *page)
{
	const struct language_writer writer = writer_on(page);
	struct fault fault;
	if (language_write_page(language_of(page), &writer, &fault) != STATUS_OK)
		return command_failed("can't write the reference", &fault);
	return EXIT_DONE;
}

int
reference_words(const struct page *page)
{
	const struct language_writer writer = writer_on(page);
	struct fault fault;
	if (language_write_words(language_of(page), &writer, &fault) != STATUS_OK)
		return command_failed("can't list the words", &fault);
	page_text(page,
		page_say(page, "suanpan help language WORD says more of a word.",
			"suanpan help language 词：查看一个词的详细说明。"));
	return EXIT_DONE;
}

int
reference_word(const struct page *page, const char *word)
{
	const struct language_writer writer = writer_on(page);
	struct fault fault;
	enum status status = language_write_word(word, language_of(page), &writer, &fault);
	if (status == STATUS_NOT_FOUND)
		return command_misused(
			&COMMAND_HELP, "%s; suanpan help language lists them", fault.text);
	return status == STATUS_OK ? EXIT_DONE : command_failed("can't describe the word", &fault);
}

int
reference_language_as(const struct page *page, const char *form_name)
{
	enum language_form form;
	struct buffer text;
	struct fault fault;
	if (!language_form_of(form_name, &form))
		return command_misused(
			&COMMAND_HELP, "the language can be had as annotations, luacheck or json");
	buffer_init(&text, FORM_BYTES_MAX);
	enum status status = language_write_form(form, language_of(page), &text, &fault);
	if (status == STATUS_OK)
		fwrite(text.data, 1, text.size, page->out);
	buffer_release(&text);
	return status == STATUS_OK ? EXIT_DONE : command_failed("can't write the language", &fault);
}
