/*
 * A reader of comma-separated values, RFC 4180 with the reader's choice of separator: quoted fields
 * may hold separators, doubled quotes and line ends; lines end in LF or CRLF; a byte-order mark at
 * the start is skipped. Each row knows the line it began on, each field its column, for messages.
 * Columns are counted in bytes.
 *
 * A row is refused, with place and reason, for: a quote inside an unquoted field, text after a
 * closing quote, a quoted field that never ends, a lone CR, a zero byte, more fields or bytes than
 * the limits. After a refused row the reader goes on with the line after the one that the problem
 * names; a quoted field that never ends is a problem of the line it began on, so one bad quote does
 * not swallow the file. A row's line end counts among its bytes. No input makes the reader look at
 * a byte more than a few times. For want of memory a row with doubled quotes may be refused too.
 */
#ifndef SUANPAN_CSV_H
#define SUANPAN_CSV_H

#include "buffer.h"
#include "bytes.h"

#define CSV_FIELDS_MAX 256
#define CSV_ROW_BYTES_MAX 65536

struct csv_field {
	struct text text;
	uint32_t column; /* of its first byte in its line, from 1 */
	bool quoted;
};

struct csv_row {
	uint64_t line; /* on which it began, from 1 */
	size_t offset; /* of its first byte in the input */
	size_t field_count;
	struct csv_field fields[CSV_FIELDS_MAX];
};

struct csv_reader {
	struct bytes input;
	size_t next;   /* offset of the next unread byte */
	uint64_t line; /* of the next unread byte */
	char separator;
	struct buffer unquoted; /* holds fields with doubled quotes, until the next row */
};

enum csv_outcome { CSV_ROW, CSV_END, CSV_REFUSED };

struct csv_problem {
	uint64_t line;
	uint32_t column;
	const char *what; /* one sentence in both languages (bilingual.h), static */
};

/* Reads `input`, all of it in memory (or mapped). It must stay until csv_release. */
void csv_init(struct csv_reader *reader, struct bytes input, char separator);
void csv_release(struct csv_reader *reader);

/*
 * The next row; its texts point into the input or the reader and are valid until the next call.
 * Empty lines are skipped. CSV_REFUSED fills *problem (and row->line, row->offset).
 */
enum csv_outcome
csv_next(struct csv_reader *reader, struct csv_row *row, struct csv_problem *problem);

#endif
