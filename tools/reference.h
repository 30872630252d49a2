/*
 * What the methods, commands and settings are, from their tables: one method for `suanpan help
 * METHOD`, and the whole reference pages.
 */
#ifndef SUANPAN_REFERENCE_H
#define SUANPAN_REFERENCE_H

#include "command.h"
#include "page.h"

#include "../engine/method.h"

/* A method that a client can call with these parameters; "" if it takes none, NULL if there is no
 * such method. */
const char *reference_example(const char *method);

/* A type with its limits: "text, 1 to 64 bytes". */
void field_type_show(const struct field *field, bool zh, char *text, size_t room);

/* A table of codes and their sentences; the list ends with SAY_COUNT. */
void reference_codes(const struct page *page, const enum say *says);
void reference_method(const struct page *page, const struct method *method);
void reference_command(const struct page *page, const struct command *command);
/* The settings of serve, as a table. */
void reference_settings_table(const struct page *page);

/* The words of the rule language, or one of them; an exit code. */
int reference_words(const struct page *page);
int reference_word(const struct page *page, const char *word);
/* All of the rule language; an exit code. */
int reference_language(const struct page *page);
/* The rule language for other programs, in a form of rules/language.h; an exit code. */
int reference_language_as(const struct page *page, const char *form);

/* The pages "api", "commands", "settings", "language"; false if there is no such page. */
bool reference_page(const struct page *page, const char *name);

#endif
