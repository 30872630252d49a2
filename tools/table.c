/* Numbers and tables for people (see table.h). */
#include "table.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <inttypes.h>
#include <string.h>

enum { GAP = 2, ROWS_AT_FIRST = 16 };

/* ---- numbers ---- */

/* Copies a number with a comma after each third digit from the right of its whole part. */
static const char *
group(const char *number, char *text, size_t room)
{
	size_t sign = number[0] == '-';
	const char *point = strchr(number, '.');
	size_t whole = (point == NULL ? strlen(number) : (size_t)(point - number)) - sign;
	size_t size = 0;
	must(strlen(number) + whole / 3 + 1 <= room);
	for (size_t i = 0; number[i] != '\0'; i++) {
		bool inside = i > sign && i < sign + whole;
		if (inside && (sign + whole - i) % 3 == 0)
			text[size++] = ',';
		text[size++] = number[i];
	}
	text[size] = '\0';
	return text;
}

const char *
show_count(uint64_t count, char text[SHOWN_COUNT_MAX])
{
	char plain[24];
	snprintf(plain, sizeof plain, "%" PRIu64, count);
	return group(plain, text, SHOWN_COUNT_MAX);
}

const char *
show_counted(uint64_t count, const char *one, const char *many, char text[SHOWN_COUNT_MAX])
{
	show_count(count, text);
	size_t size = strlen(text);
	snprintf(text + size, SHOWN_COUNT_MAX - size, " %s", count == 1 ? one : many);
	return text;
}

const char *
show_size(uint64_t bytes, char text[SHOWN_COUNT_MAX])
{
	if (bytes < 1000)
		return show_counted(bytes, "byte", "bytes", text);
	if (bytes < 1000000)
		return show_counted(bytes / 1000, "KB", "KB", text);
	return show_counted(bytes / 1000000, "MB", "MB", text);
}

const char *
show_money(struct money amount, char text[SHOWN_MONEY_MAX])
{
	char plain[MONEY_TEXT_MAX];
	money_format(amount, plain);
	return group(plain, text, SHOWN_MONEY_MAX);
}

/* The code point that begins at `at`, and how many bytes it has; the text is valid UTF-8 or cut. */
static uint32_t
code_point(const char *at, size_t left, size_t *size)
{
	const unsigned char *bytes = (const unsigned char *)at;
	size_t length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
	uint32_t point = length == 1 ? bytes[0] : bytes[0] & (0x7fu >> length);
	if (length > left)
		length = left;
	for (size_t i = 1; i < length; i++)
		point = point << 6 | (bytes[i] & 0x3fu);
	*size = length;
	return point;
}

/* East Asian wide and fullwidth characters, by their blocks (Unicode's EastAsianWidth.txt). */
static bool
is_wide(uint32_t point)
{
	return (point >= 0x1100 && point <= 0x115f) || (point >= 0x2e80 && point <= 0xa4cf) ||
		(point >= 0xac00 && point <= 0xd7a3) || (point >= 0xf900 && point <= 0xfaff) ||
		(point >= 0xfe30 && point <= 0xfe4f) || (point >= 0xff00 && point <= 0xff60) ||
		(point >= 0xffe0 && point <= 0xffe6) || (point >= 0x20000 && point <= 0x3fffd);
}

size_t
text_columns(struct text text)
{
	size_t columns = 0, size;
	for (size_t i = 0; i < text.size; i += size)
		columns += is_wide(code_point(text.data + i, text.size - i, &size)) ? 2 : 1;
	return columns;
}

/* ---- tables ---- */

void
table_init(struct table *table, size_t column_count)
{
	must(column_count >= 1 && column_count <= TABLE_COLUMNS_MAX);
	*table = (struct table){ .column_count = column_count };
}

void
table_release(struct table *table)
{
	for (size_t i = 0; i < table->row_count * table->column_count; i++)
		memory_free(table->cells[i]);
	memory_free(table->cells);
	table_init(table, table->column_count);
}

static char *
copy(const char *text)
{
	size_t size = text == NULL ? 0 : strlen(text);
	char *copied = memory_new(size + 1);
	if (copied != NULL) {
		memcpy(copied, text == NULL ? "" : text, size);
		copied[size] = '\0';
	}
	return copied;
}

void
table_add(struct table *table, const char *const *cells)
{
	if (table->row_count == table->room) {
		size_t room = table->room == 0 ? ROWS_AT_FIRST : table->room * 2;
		char **grown = memory_resize(
			table->cells, room * table->column_count * sizeof table->cells[0]);
		if (grown == NULL)
			return;
		table->cells = grown;
		table->room = room;
	}
	char **row = &table->cells[table->row_count * table->column_count];
	for (size_t i = 0; i < table->column_count; i++)
		row[i] = copy(cells[i]);
	table->row_count++;
}

const char *
table_cell(const struct table *table, size_t row, size_t column)
{
	const char *text = table->cells[row * table->column_count + column];
	return text == NULL ? "" : text;
}

static void
write_repeated(const char *what, size_t count, FILE *out)
{
	while (count-- > 0)
		fputs(what, out);
}

static void
write_row(const struct table *table, size_t row, const size_t *widths, FILE *out)
{
	for (size_t column = 0; column < table->column_count; column++) {
		const char *text = table_cell(table, row, column);
		size_t blanks = widths[column] - text_columns(text_of(text));
		bool last = column + 1 == table->column_count;
		if (column > 0)
			write_repeated(" ", GAP + blanks, out);
		fputs(text, out);
		if (column == 0 && !last)
			write_repeated(" ", blanks, out);
	}
	fputc('\n', out);
}

static void
write_rule(const struct table *table, const size_t *widths, FILE *out)
{
	for (size_t column = 0; column < table->column_count; column++) {
		write_repeated(" ", column > 0 ? GAP : 0, out);
		write_repeated("─", widths[column], out);
	}
	fputc('\n', out);
}

static void
measure(const struct table *table, size_t widths[TABLE_COLUMNS_MAX])
{
	for (size_t row = 0; row < table->row_count; row++) {
		for (size_t column = 0; column < table->column_count; column++) {
			size_t width = text_columns(text_of(table_cell(table, row, column)));
			if (width > widths[column])
				widths[column] = width;
		}
	}
}

void
table_write(const struct table *table, const char *indent, bool has_total, FILE *out)
{
	size_t widths[TABLE_COLUMNS_MAX] = { 0 };
	measure(table, widths);
	for (size_t row = 0; row < table->row_count; row++) {
		if (row == 1 || (has_total && row > 1 && row + 1 == table->row_count)) {
			fputs(indent, out);
			write_rule(table, widths, out);
		}
		fputs(indent, out);
		write_row(table, row, widths, out);
	}
}

void
table_write_left(const struct table *table, const char *indent, FILE *out)
{
	size_t widths[TABLE_COLUMNS_MAX] = { 0 };
	measure(table, widths);
	for (size_t row = 1; row < table->row_count; row++) {
		size_t blanks = 0;
		fputs(indent, out);
		for (size_t column = 0; column < table->column_count; column++) {
			const char *text = table_cell(table, row, column);
			/* Blanks are written before the next text only, so that no line ends in
			 * some. */
			if (text[0] != '\0') {
				write_repeated(" ", blanks, out);
				fputs(text, out);
				blanks = 0;
			}
			blanks += GAP + widths[column] - text_columns(text_of(text));
		}
		fputc('\n', out);
	}
}
