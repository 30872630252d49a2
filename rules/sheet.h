/*
 * A table of a catalog as its author edits it, by hand or in a spreadsheet: a row of names, in a
 * decision table (where outputs are marked with =>) a row of types, and the rows. A cell is text
 * and stays what it is, byte for byte; nothing is ever taken for a number or a date.
 *
 * Two sheets are compared row by row. Which row of one is which of the other is said by key
 * columns: the inputs of a decision table, else the first column, or what the caller names. Of
 * several rows with the same key, the first of one sheet is the first of the other, and so on.
 *
 * Not thread-safe. A sheet that is made of others points into their texts, and must go before them.
 */
#ifndef SUANPAN_SHEET_H
#define SUANPAN_SHEET_H

#include "../engine/base/arena.h"
#include "../engine/base/csv.h"
#include "../engine/base/csv_write.h"

#define SHEET_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define SHEET_PROBLEMS_MAX 100
#define SHEET_NO_COLUMN SIZE_MAX

struct sheet {
	struct arena arena; /* holds the texts that were read */
	struct text *cells; /* row by row, names and types among them */
	uint64_t *lines;    /* of each row, where it stood in what was read */
	size_t column_count;
	size_t row_count;  /* with names and types */
	size_t head_count; /* rows of them: 1 or 2; 0 where there is no head */
	size_t row_room;
};

/* Why a sheet can't be read, or rows can't be pasted. */
struct sheet_problem {
	uint64_t line;    /* 0: no single one */
	uint32_t column;  /* 0: the line as a whole */
	const char *what; /* one sentence in both languages (bilingual.h), static */
};

struct sheet_problems {
	struct sheet_problem list[SHEET_PROBLEMS_MAX];
	size_t count;
	size_t left_out; /* there was no room for so many more */
};

void sheet_init(struct sheet *sheet);
void sheet_release(struct sheet *sheet);

static inline struct text
sheet_cell(const struct sheet *sheet, size_t row, size_t column)
{
	return sheet->cells[row * sheet->column_count + column];
}

/* The number of a column, or SHEET_NO_COLUMN. */
size_t sheet_column(const struct sheet *sheet, struct text name);

/*
 * Reads into a sheet that was initialised; with form->guarded, the apostrophes that guard cells are
 * taken off, and rows of empty cells are none. sheet_read_rows reads rows without a head. STATUS_INVALID: something is wrong with the
 * rows, and *problems says what, all of it.
 */
enum status sheet_read(struct sheet *sheet, struct bytes content, const struct csv_form *form,
	struct sheet_problems *problems, struct fault *fault);
enum status sheet_read_rows(struct sheet *sheet, struct bytes content, const struct csv_form *form,
	struct sheet_problems *problems, struct fault *fault);

/* Appends it all to a buffer. Fails as csv_write_row does. */
enum status sheet_write(const struct sheet *sheet, const struct csv_form *form,
	struct buffer *buffer, struct fault *fault);

/* Numbers of the key columns of a sheet, as they stand in it. */
struct sheet_key {
	size_t columns[CSV_FIELDS_MAX];
	size_t count;
};

/*
 * The key of a table: the columns that `names` ("date,kind") lists, or without names its inputs or
 * its first column. STATUS_NOT_FOUND names a column that it does not have.
 */
enum status sheet_key_of(
	const struct sheet *sheet, const char *names, struct sheet_key *key, struct fault *fault);

/*
 * *arranged becomes what the author gave with its columns in the order of the table; columns that
 * the table does not have come last. STATUS_INVALID as for sheet_read: it has none of the table's.
 */
enum status sheet_arrange(struct sheet *arranged, const struct sheet *table,
	const struct sheet *given, struct sheet_problems *problems, struct fault *fault);

/*
 * *result becomes the table with these rows in it: each replaces the row with its key, or comes
 * behind all others. Rows without a head have the table's columns; if the first one names them all,
 * it is a head, and says their order. STATUS_INVALID as for sheet_read.
 */
enum status
sheet_paste(struct sheet *result, const struct sheet *table, const struct sheet_key *key,
	const struct sheet *rows, struct sheet_problems *problems, struct fault *fault);

enum sheet_change_kind { SHEET_ADDED, SHEET_CHANGED, SHEET_REMOVED };

struct sheet_change {
	enum sheet_change_kind kind;
	size_t from, to; /* rows of the one and of the other sheet */
};

struct sheet_diff {
	struct sheet_change
		*changes; /* in the order of the new sheet; what was removed comes last */
	size_t change_count;
	size_t counts[SHEET_REMOVED + 1]; /* by kind */
	bool reordered;                   /* rows that stayed stand in another order */
	bool head_differs;                /* columns were added or removed, or have other types */
	size_t old_columns
		[CSV_FIELDS_MAX]; /* for each of the new sheet its number in the old one */
};

/*
 * What leads from one sheet to the other; `key` is of the new one. The old one may be empty, with
 * no column. To be released.
 */
enum status sheet_compare(struct sheet_diff *diff, const struct sheet *from, const struct sheet *to,
	const struct sheet_key *key, struct fault *fault);
void sheet_diff_release(struct sheet_diff *diff);
bool sheet_diff_is_empty(const struct sheet_diff *diff);

#endif
