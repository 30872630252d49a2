#include "sheet.h"

#include "../engine/base/bilingual.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/base/utf8.h"
#include "sheet_parts.h"

void
sheet_init(struct sheet *sheet)
{
	*sheet = (struct sheet){ 0 };
	arena_init(&sheet->arena, 2 * SHEET_BYTES_MAX);
}

void
sheet_release(struct sheet *sheet)
{
	memory_free(sheet->cells);
	memory_free(sheet->lines);
	arena_release(&sheet->arena);
	sheet_init(sheet);
}

size_t
sheet_column(const struct sheet *sheet, struct text name)
{
	for (size_t i = 0; i < sheet->column_count; i++)
		if (text_equal(sheet_cell(sheet, 0, i), name))
			return i;
	return SHEET_NO_COLUMN;
}

static bool
is_output(struct text name)
{
	return name.size >= 2 && memcmp(name.data, "=>", 2) == 0;
}

static bool
has_outputs(const struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->column_count; i++)
		if (is_output(sheet_cell(sheet, 0, i)))
			return true;
	return false;
}

/* ---- Making one ---- */

static bool
make_room(struct sheet *sheet)
{
	if (sheet->row_count < sheet->row_room)
		return true;
	size_t room = sheet->row_room == 0 ? 64 : 2 * sheet->row_room;
	struct text *cells = memory_resize(
		sheet->cells, room * sheet->column_count * sizeof *cells);
	if (cells == NULL)
		return false;
	sheet->cells = cells;
	uint64_t *lines = memory_resize(sheet->lines, room * sizeof *lines);
	if (lines == NULL)
		return false;
	sheet->lines = lines;
	sheet->row_room = room;
	return true;
}

struct text *
sheet_add_row(struct sheet *sheet, uint64_t line, struct fault *fault)
{
	must(sheet->column_count > 0);
	if (!make_room(sheet)) {
		fault_set(fault, STATUS_MEMORY, "no memory for the rows of a table");
		return NULL;
	}
	sheet->lines[sheet->row_count] = line;
	return &sheet->cells[sheet->row_count++ * sheet->column_count];
}

void
sheet_problem_add(struct sheet_problems *problems, uint64_t line, uint32_t column, const char *what)
{
	if (problems->count == SHEET_PROBLEMS_MAX)
		problems->left_out++;
	else
		problems->list[problems->count++] = (struct sheet_problem){ line, column, what };
}

enum status
sheet_problems_status(const struct sheet_problems *problems, struct fault *fault)
{
	if (problems->count == 0)
		return STATUS_OK;
	return fault_set(fault, STATUS_INVALID, "the rows can't be taken as they are");
}

/* ---- Reading ---- */

static bool
check_utf8(struct bytes content, struct sheet_problems *problems)
{
	uint64_t line = utf8_wrong_line(text_of_bytes(content));
	if (line > 0)
		sheet_problem_add(problems, line, 0,
			BILINGUAL_STRING(
				"this is not UTF-8: in the spreadsheet, save the file as CSV UTF-8",
				"不是 UTF-8 编码：请在电子表格中另存为“CSV UTF-8”"));
	return line == 0;
}

static enum status
add_row(struct sheet *sheet, const struct csv_row *row, bool guarded, struct fault *fault)
{
	struct text *cells = sheet_add_row(sheet, row->line, fault);
	if (cells == NULL)
		return STATUS_MEMORY;
	for (size_t i = 0; i < row->field_count; i++) {
		struct text text = row->fields[i].text;
		cells[i] = arena_copy_text(&sheet->arena, guarded ? csv_unguarded(text) : text);
		if (cells[i].data == NULL)
			return fault_set(
				fault, STATUS_MEMORY, "no memory for the cells of a table");
	}
	return STATUS_OK;
}

/* What spreadsheets leave behind the last row; of one column alone it may be meant. */
static bool
is_blank(const struct csv_row *row)
{
	for (size_t i = 0; i < row->field_count; i++)
		if (row->fields[i].text.size > 0)
			return false;
	return row->field_count > 1;
}

static enum status
take_row(struct sheet *sheet, const struct csv_row *row, bool guarded,
	struct sheet_problems *problems, struct fault *fault)
{
	if (is_blank(row))
		return STATUS_OK;
	if (sheet->column_count == 0)
		sheet->column_count = row->field_count;
	if (row->field_count == sheet->column_count)
		return add_row(sheet, row, guarded, fault);
	sheet_problem_add(problems, row->line, 0,
		BILINGUAL_STRING("this row has another number of cells than the first one",
			"这一行的单元格数与第一行不同"));
	return STATUS_OK;
}

enum status
sheet_read_rows(struct sheet *sheet, struct bytes content, const struct csv_form *form,
	struct sheet_problems *problems, struct fault *fault)
{
	struct csv_reader reader;
	struct csv_problem problem;
	enum csv_outcome outcome;
	enum status status = STATUS_OK;
	must(sheet->row_count == 0);
	*problems = (struct sheet_problems){ .count = 0 };
	if (!check_utf8(content, problems))
		return sheet_problems_status(problems, fault);
	struct csv_row *row = memory_new(sizeof *row);
	if (row == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory to read a table");
	csv_init(&reader, content, form->separator);
	while (status == STATUS_OK && (outcome = csv_next(&reader, row, &problem)) != CSV_END) {
		if (outcome == CSV_REFUSED)
			sheet_problem_add(problems, problem.line, problem.column, problem.what);
		else
			status = take_row(sheet, row, form->guarded, problems, fault);
	}
	csv_release(&reader);
	memory_free(row);
	return status == STATUS_OK ? sheet_problems_status(problems, fault) : status;
}

static void
check_head(const struct sheet *sheet, struct sheet_problems *problems)
{
	for (size_t i = 0; i < sheet->column_count; i++)
		if (sheet_column(sheet, sheet_cell(sheet, 0, i)) != i)
			sheet_problem_add(problems, sheet->lines[0], 0,
				BILINGUAL_STRING("two columns have the same name", "有两列同名"));
	if (has_outputs(sheet) && sheet->row_count < 2)
		sheet_problem_add(problems, 0, 0,
			BILINGUAL_STRING(
				"below the names of a decision table stands a row of types",
				"决策表的列名之下应有一行类型"));
}

enum status
sheet_read(struct sheet *sheet, struct bytes content, const struct csv_form *form,
	struct sheet_problems *problems, struct fault *fault)
{
	enum status status = sheet_read_rows(sheet, content, form, problems, fault);
	if (status != STATUS_OK)
		return status;
	if (sheet->row_count == 0)
		sheet_problem_add(problems, 0, 0,
			BILINGUAL_STRING("there are no rows: the first one names the columns",
				"没有任何行：第一行应为列名"));
	else
		check_head(sheet, problems);
	status = sheet_problems_status(problems, fault);
	if (status == STATUS_OK)
		sheet->head_count = has_outputs(sheet) ? 2 : 1;
	return status;
}

/* ---- Writing ---- */

enum status
sheet_write(const struct sheet *sheet, const struct csv_form *form, struct buffer *buffer,
	struct fault *fault)
{
	enum status status = STATUS_OK;
	for (size_t row = 0; row < sheet->row_count && status == STATUS_OK; row++)
		status = csv_write_row(buffer, form, &sheet->cells[row * sheet->column_count],
			sheet->column_count, fault);
	return status;
}

/* ---- Keys ---- */

static void
default_key(const struct sheet *sheet, struct sheet_key *key)
{
	bool all = !has_outputs(sheet);
	key->count = 0;
	for (size_t i = 0; i < sheet->column_count && !(all && i > 0); i++)
		if (all || !is_output(sheet_cell(sheet, 0, i)))
			key->columns[key->count++] = i;
}

enum status
sheet_key_of(
	const struct sheet *sheet, const char *names, struct sheet_key *key, struct fault *fault)
{
	struct sheet_key found = { .count = 0 };
	default_key(sheet, key);
	if (names == NULL)
		return STATUS_OK;
	for (struct text rest = text_of(names); rest.data != NULL;) {
		const char *comma = rest.size == 0 ? NULL : memchr(rest.data, ',', rest.size);
		struct text name = { rest.data,
			comma == NULL ? rest.size : (size_t)(comma - rest.data) };
		size_t column = sheet_column(sheet, name);
		if (column == SHEET_NO_COLUMN || found.count == CSV_FIELDS_MAX)
			return fault_set(fault, STATUS_NOT_FOUND, "there is no column \"%.*s\"",
				TEXT_ARGS(name));
		found.columns[found.count++] = column;
		rest = comma == NULL ? (struct text){ NULL, 0 }
				     : (struct text){ comma + 1, rest.size - name.size - 1 };
	}
	*key = found;
	return STATUS_OK;
}
