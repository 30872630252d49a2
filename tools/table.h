/*
 * Numbers and tables for people: thousands with commas, columns that line up also where Chinese
 * stands in them.
 */
#ifndef SUANPAN_TABLE_H
#define SUANPAN_TABLE_H

#include "../engine/base/money.h"

#include <stdio.h>

#define SHOWN_COUNT_MAX 32
#define SHOWN_MONEY_MAX 40

/* "16,390" */
const char *show_count(uint64_t count, char text[SHOWN_COUNT_MAX]);
/* "1 record", "16,390 records" */
const char *
show_counted(uint64_t count, const char *one, const char *many, char text[SHOWN_COUNT_MAX]);
/* "0 bytes", "12 KB", "3 MB": of a thousand each, rounded down */
const char *show_size(uint64_t bytes, char text[SHOWN_COUNT_MAX]);
/* "52,214.05" */
const char *show_money(struct money amount, char text[SHOWN_MONEY_MAX]);

/* Columns that a text takes on a terminal: wide characters (Chinese) take two. The text must be
 * UTF-8. */
size_t text_columns(struct text text);

#define TABLE_COLUMNS_MAX 6

/* Rows of texts. The first row is the head; the first column is aligned left, all others right.
 * Texts are copied. */
struct table {
	size_t column_count;
	size_t row_count;
	size_t room;
	char **cells; /* row by row */
};

void table_init(struct table *table, size_t column_count);
void table_release(struct table *table);
/* A new row; cells that are NULL are empty. Without memory the row is left out. */
void table_add(struct table *table, const char *const *cells);
/* Writes it, each line begun with `indent`; a rule below the head, and one above the last row if
 * `has_total`. */
void table_write(const struct table *table, const char *indent, bool has_total, FILE *out);

/* The same with all columns aligned left, without rules and without a head. */
void table_write_left(const struct table *table, const char *indent, FILE *out);
/* What stands in a cell; "" if nothing does. */
const char *table_cell(const struct table *table, size_t row, size_t column);

#endif
