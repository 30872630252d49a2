/*
 * The rule language, described: all of it, its words, or one word, in "zh" or "en". What is said
 * comes from the tables that the checker itself reads (rules/lib/schema.lua, messages.lua) and from
 * remarks and examples beside them (manual.lua); reference.lua puts them into pieces, and a writer
 * makes a page of these. For other programs the same tables are written as one text.
 *
 * It runs our own scripts only; a failure is STATUS_MEMORY or a bug.
 */
#ifndef SUANPAN_LANGUAGE_H
#define SUANPAN_LANGUAGE_H

#include "../engine/base/buffer.h"
#include "../engine/base/status.h"

/* Gets the pieces in their order; texts are valid during the call only. Must not fail. */
struct language_writer {
	void *context;
	void (*heading)(void *context, int level, const char *text);
	void (*text)(void *context, const char *text);
	/* Lines of a script or table; `info` says what they are: "lua file=catalog.lua". */
	void (*script)(void *context, const char *info, const char *lines);
	/* row_count × column_count cells, row by row; the first row is the head. */
	void (*table)(
		void *context, const char *const *cells, size_t column_count, size_t row_count);
};

/* The whole reference. */
enum status language_write_page(
	const char *language, const struct language_writer *writer, struct fault *fault);
/* The words, with what they are for. */
enum status language_write_words(
	const char *language, const struct language_writer *writer, struct fault *fault);
/* One word. STATUS_NOT_FOUND before anything is written if there is none. */
enum status language_write_word(const char *word, const char *language,
	const struct language_writer *writer, struct fault *fault);

/* For other programs: annotations for editors, a configuration of luacheck, JSON. */
enum language_form { LANGUAGE_ANNOTATIONS, LANGUAGE_LUACHECK, LANGUAGE_JSON };
/* "annotations", "luacheck", "json"; false if there is no such form. */
bool language_form_of(const char *name, enum language_form *form);
/* Appends the language in that form; comments are in `language`. STATUS_MEMORY without room. */
enum status language_write_form(
	enum language_form form, const char *language, struct buffer *out, struct fault *fault);

#endif
