/*
 * A writer of comma-separated values that csv.h reads back as they were: fields are quoted only
 * where they must be, lines end in LF.
 *
 * Programs that show such files to people take a cell for a formula when it begins with =, +, -, @,
 * a tab or a carriage return, and would calculate it, or run it. Where a file goes to such a
 * program, these cells are *guarded*: an apostrophe is put before them, and taken off when the file
 * comes back. A cell that has apostrophes before such a sign gets one more, so that what comes back
 * is always what went.
 */
#ifndef SUANPAN_CSV_WRITE_H
#define SUANPAN_CSV_WRITE_H

#include "buffer.h"
#include "bytes.h"
#include "status.h"

struct csv_form {
	char separator; /* no quote, line end or zero byte */
	bool guarded;
};

/*
 * Appends a row of one field or more. STATUS_INVALID: a field holds a zero byte, which no row may;
 * STATUS_LIMIT: csv_next would refuse it as too long or of too many fields; STATUS_MEMORY: the
 * buffer has no room. Then nothing was appended.
 */
enum status csv_write_row(struct buffer *buffer, const struct csv_form *form,
	const struct text *fields, size_t count, struct fault *fault);

/* A cell as it was before it was guarded; any other cell is given back as it is. */
struct text csv_unguarded(struct text cell);

#endif
