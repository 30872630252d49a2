/*
 * Any bytes are rows to paste into a table, and a file to import into it, or refused. What comes of
 * them is written and read back the same, and what is exported and imported has no difference.
 */
#include "../../engine/base/must.h"
#include "../../rules/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct csv_form catalog_form = { ',', false };
static struct sheet_problems problems;

static bool
is_empty_difference(const struct sheet *from, const struct sheet *to)
{
	struct sheet_key key;
	struct sheet_diff diff;
	must(sheet_key_of(to, NULL, &key, NULL) == STATUS_OK);
	must(sheet_compare(&diff, from, to, &key, NULL) == STATUS_OK);
	must(diff.change_count <= from->row_count + to->row_count);
	bool empty = sheet_diff_is_empty(&diff);
	sheet_diff_release(&diff);
	return empty;
}

/* Writes the sheet, reads it, and expects the same rows. */
static void
check_written(const struct sheet *sheet, const struct csv_form *form)
{
	struct buffer buffer;
	struct sheet again;
	buffer_init(&buffer, SHEET_BYTES_MAX);
	sheet_init(&again);
	/* Quotes and guards may make a row longer than one may be. */
	if (sheet_write(sheet, form, &buffer, NULL) == STATUS_OK) {
		must(sheet_read(&again, (struct bytes){ buffer.data, buffer.size }, form, &problems,
			     NULL) == STATUS_OK);
		must(again.row_count == sheet->row_count &&
			again.column_count == sheet->column_count);
		for (size_t i = 0; i < again.row_count * again.column_count; i++)
			must(text_equal(again.cells[i], sheet->cells[i]));
		must(is_empty_difference(sheet, &again));
	}
	sheet_release(&again);
	buffer_release(&buffer);
}

static void
import(const struct sheet *table, struct bytes content, const struct csv_form *form)
{
	struct sheet file, next;
	sheet_init(&file);
	sheet_init(&next);
	if (sheet_read(&file, content, form, &problems, NULL) == STATUS_OK) {
		if (sheet_arrange(&next, table, &file, &problems, NULL) == STATUS_OK) {
			must(next.row_count == file.row_count &&
				next.column_count == file.column_count);
			is_empty_difference(table, &next);
			check_written(&next, &catalog_form);
			check_written(&next, form);
		} else {
			must(problems.count == 1);
		}
	}
	sheet_release(&next);
	sheet_release(&file);
}

static void
paste(const struct sheet *table, struct bytes content, const struct csv_form *form)
{
	struct sheet rows, next;
	struct sheet_key key;
	sheet_init(&rows);
	sheet_init(&next);
	must(sheet_key_of(table, NULL, &key, NULL) == STATUS_OK);
	if (sheet_read_rows(&rows, content, form, &problems, NULL) == STATUS_OK &&
		sheet_paste(&next, table, &key, &rows, &problems, NULL) == STATUS_OK) {
		must(next.row_count >= table->row_count);
		must(next.row_count <= table->row_count + rows.row_count);
		is_empty_difference(table, &next);
		check_written(&next, &catalog_form);
	}
	sheet_release(&next);
	sheet_release(&rows);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char content[] =
		"a,b,=>c\ninteger,text,text\n1,x,'=1\n2,=y,\"q\"\"\"\n2,=y,z\n";
	static const char separators[] = { '\t', ',' };
	if (size == 0)
		return 0;
	const struct csv_form form = { separators[data[0] & 1], (data[0] & 2) == 0 };
	const struct bytes input = { data + 1, size - 1 };
	struct sheet table;
	sheet_init(&table);
	must(sheet_read(&table, (struct bytes){ (const uint8_t *)content, sizeof content - 1 },
		     &catalog_form, &problems, NULL) == STATUS_OK);
	paste(&table, input, &form);
	import(&table, input, &form);
	sheet_release(&table);
	return 0;
}
