/* Comparing sheets, and putting rows into one (see sheet.h). */
#include "sheet_parts.h"

#include <stdlib.h>

#include "../engine/base/bilingual.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#define NO_ROW SIZE_MAX

/* ---- Which row is which ---- */

/* A sheet, and by what its rows are told apart. */
struct side {
	const struct sheet *sheet;
	struct sheet_key key;
};

struct entry {
	const struct side *side;
	size_t row;
};

static int
compare_keys(const struct entry *a, const struct entry *b)
{
	must(a->side->key.count == b->side->key.count);
	for (size_t i = 0; i < a->side->key.count; i++) {
		int order = text_compare(
			sheet_cell(a->side->sheet, a->row, a->side->key.columns[i]),
			sheet_cell(b->side->sheet, b->row, b->side->key.columns[i]));
		if (order != 0)
			return order;
	}
	return 0;
}

static int
compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = compare_keys(a, b);
	return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

static size_t
rows_below_head(const struct sheet *sheet)
{
	return sheet->row_count - sheet->head_count;
}

/* The rows of a side, sorted by key; NULL without memory. */
static struct entry *
sorted_entries(const struct side *side)
{
	size_t count = rows_below_head(side->sheet);
	struct entry *entries = memory_new((count + 1) * sizeof *entries);
	if (entries == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		entries[i] = (struct entry){ side, side->sheet->head_count + i };
	qsort(entries, count, sizeof *entries, compare_entries);
	return entries;
}

/*
 * A new list: for each row of `to`, the row of `from` that it was, or NO_ROW. NULL without memory.
 * Both lists are sorted by key and row, so that equal ones come in pairs.
 */
static size_t *
match_rows(const struct side *from, const struct side *to)
{
	size_t *partners = memory_new((to->sheet->row_count + 1) * sizeof *partners);
	struct entry *before = sorted_entries(from), *after = sorted_entries(to);
	if (partners == NULL || before == NULL || after == NULL) {
		memory_free(partners);
		partners = NULL;
		goto done;
	}
	for (size_t i = 0; i < to->sheet->row_count; i++)
		partners[i] = NO_ROW;
	size_t from_count = rows_below_head(from->sheet), to_count = rows_below_head(to->sheet);
	for (size_t i = 0, j = 0; i < from_count && j < to_count;) {
		int order = compare_keys(&before[i], &after[j]);
		if (order == 0)
			partners[after[j].row] = before[i].row;
		i += order <= 0;
		j += order >= 0;
	}
done:
	memory_free(before);
	memory_free(after);
	return partners;
}

/* The key of `sheet` in another sheet; columns that are not in both are none of the key. */
static void
share_key(struct side *from, struct side *to, const struct sheet_key *key)
{
	from->key.count = to->key.count = 0;
	for (size_t i = 0; i < key->count; i++) {
		size_t column = sheet_column(
			from->sheet, sheet_cell(to->sheet, 0, key->columns[i]));
		if (column == SHEET_NO_COLUMN)
			continue;
		from->key.columns[from->key.count++] = column;
		to->key.columns[to->key.count++] = key->columns[i];
	}
}

/* ---- Columns in another order ---- */

/* Appends a row of `source`, with its columns in this order. */
static enum status
add_row_of(struct sheet *sheet, const struct sheet *source, size_t row, const size_t *order,
	struct fault *fault)
{
	struct text *cells = sheet_add_row(sheet, source->lines[row], fault);
	if (cells == NULL)
		return STATUS_MEMORY;
	for (size_t i = 0; i < sheet->column_count; i++)
		cells[i] = sheet_cell(source, row, order == NULL ? i : order[i]);
	return STATUS_OK;
}

/* The columns of `given` that the table has, in its order. */
static size_t
known_columns(const struct sheet *table, const struct sheet *given, size_t order[CSV_FIELDS_MAX])
{
	size_t count = 0;
	for (size_t i = 0; i < table->column_count; i++) {
		size_t column = sheet_column(given, sheet_cell(table, 0, i));
		if (column != SHEET_NO_COLUMN)
			order[count++] = column;
	}
	return count;
}

enum status
sheet_arrange(struct sheet *arranged, const struct sheet *table, const struct sheet *given,
	struct sheet_problems *problems, struct fault *fault)
{
	size_t order[CSV_FIELDS_MAX];
	size_t count = known_columns(table, given, order);
	if (count == 0 && table->column_count > 0) {
		sheet_problem_add(problems, given->lines[0], 0,
			BILINGUAL_STRING(
				"the first row names no column of the table: are the cells separated by commas (with --tabs by tabs)?",
				"首行没有该表的任何列名：单元格是否以逗号分隔（用 --tabs 则为制表符）？"));
		return sheet_problems_status(problems, fault);
	}
	for (size_t i = 0; i < given->column_count; i++)
		if (sheet_column(table, sheet_cell(given, 0, i)) == SHEET_NO_COLUMN)
			order[count++] = i;
	must(count == given->column_count);
	arranged->column_count = given->column_count;
	arranged->head_count = given->head_count;
	enum status status = STATUS_OK;
	for (size_t row = 0; row < given->row_count && status == STATUS_OK; row++)
		status = add_row_of(arranged, given, row, order, fault);
	return status;
}

/* ---- Pasting ---- */

/* Does this row say what row `number` of the table's head says? */
static bool
is_head_row(const struct sheet *table, size_t number, const struct sheet *rows, const size_t *order)
{
	if (number >= rows->row_count)
		return false;
	for (size_t i = 0; i < table->column_count; i++)
		if (!text_equal(sheet_cell(rows, number, order[i]), sheet_cell(table, number, i)))
			return false;
	return true;
}

/* How the columns of the rows lie, and how many of the rows are a head. */
static size_t
read_order(const struct sheet *table, const struct sheet *rows, size_t order[CSV_FIELDS_MAX])
{
	if (known_columns(table, rows, order) < table->column_count) {
		for (size_t i = 0; i < table->column_count; i++)
			order[i] = i;
		return 0;
	}
	return table->head_count == 2 && is_head_row(table, 1, rows, order) ? 2 : 1;
}

/* *pasted becomes the head of the table with these rows below it. */
static enum status
put_below_head(struct sheet *pasted, const struct sheet *table, const struct sheet *rows,
	struct fault *fault)
{
	size_t order[CSV_FIELDS_MAX];
	enum status status = STATUS_OK;
	size_t first = read_order(table, rows, order);
	pasted->column_count = table->column_count;
	pasted->head_count = table->head_count;
	for (size_t i = 0; i < table->head_count && status == STATUS_OK; i++)
		status = add_row_of(pasted, table, i, NULL, fault);
	for (size_t i = first; i < rows->row_count && status == STATUS_OK; i++)
		status = add_row_of(pasted, rows, i, order, fault);
	return status;
}

/* The table's rows, those of *pasted that were in it in their places, then the new ones. */
static enum status
merge(struct sheet *result, const struct sheet *table, const struct sheet *pasted,
	const struct sheet_key *key, struct fault *fault)
{
	struct side from = { .sheet = pasted, .key = *key }, to = { .sheet = table, .key = *key };
	enum status status = STATUS_OK;
	size_t *replaced = match_rows(&from, &to);
	size_t *known = match_rows(&to, &from);
	if (replaced == NULL || known == NULL) {
		status = fault_set(fault, STATUS_MEMORY, "no memory to compare rows");
		goto done;
	}
	result->column_count = table->column_count;
	result->head_count = table->head_count;
	for (size_t i = 0; i < table->row_count && status == STATUS_OK; i++)
		status = replaced[i] == NO_ROW
			? add_row_of(result, table, i, NULL, fault)
			: add_row_of(result, pasted, replaced[i], NULL, fault);
	for (size_t i = pasted->head_count; i < pasted->row_count && status == STATUS_OK; i++)
		if (known[i] == NO_ROW)
			status = add_row_of(result, pasted, i, NULL, fault);
done:
	memory_free(replaced);
	memory_free(known);
	return status;
}

enum status
sheet_paste(struct sheet *result, const struct sheet *table, const struct sheet_key *key,
	const struct sheet *rows, struct sheet_problems *problems, struct fault *fault)
{
	struct sheet pasted;
	*problems = (struct sheet_problems){ .count = 0 };
	if (rows->row_count > 0 && rows->column_count != table->column_count)
		sheet_problem_add(problems, rows->lines[0], 0,
			BILINGUAL_STRING(
				"the rows have another number of cells than the table has columns",
				"各行的单元格数与表的列数不同"));
	enum status status = sheet_problems_status(problems, fault);
	if (status != STATUS_OK)
		return status;
	sheet_init(&pasted);
	status = put_below_head(&pasted, table, rows, fault);
	if (status == STATUS_OK)
		status = merge(result, table, &pasted, key, fault);
	sheet_release(&pasted); /* the texts are those of `rows` and `table` */
	return status;
}

/* ---- Comparing ---- */

static void
compare_heads(struct sheet_diff *diff, const struct sheet *from, const struct sheet *to)
{
	diff->head_differs = from->column_count != to->column_count ||
		from->head_count != to->head_count;
	for (size_t i = 0; i < to->column_count; i++) {
		size_t old = sheet_column(from, sheet_cell(to, 0, i));
		diff->old_columns[i] = old;
		if (old == SHEET_NO_COLUMN)
			diff->head_differs = true;
		else if (from->head_count == 2 && to->head_count == 2 &&
			!text_equal(sheet_cell(from, 1, old), sheet_cell(to, 1, i)))
			diff->head_differs = true;
	}
}

static bool
rows_differ(const struct sheet_diff *diff, const struct sheet *from, size_t from_row,
	const struct sheet *to, size_t to_row)
{
	for (size_t i = 0; i < to->column_count; i++) {
		size_t old = diff->old_columns[i];
		if (old == SHEET_NO_COLUMN ||
			!text_equal(sheet_cell(from, from_row, old), sheet_cell(to, to_row, i)))
			return true;
	}
	return false;
}

static void
add_change(struct sheet_diff *diff, enum sheet_change_kind kind, size_t from, size_t to)
{
	diff->changes[diff->change_count++] = (struct sheet_change){ kind, from, to };
	diff->counts[kind]++;
}

static void
add_changes(struct sheet_diff *diff, const struct sheet *from, const struct sheet *to,
	const size_t *before, const size_t *after)
{
	size_t last = 0;
	for (size_t row = to->head_count; row < to->row_count; row++) {
		size_t old = before[row];
		if (old == NO_ROW) {
			add_change(diff, SHEET_ADDED, NO_ROW, row);
			continue;
		}
		diff->reordered = diff->reordered || old < last;
		last = old;
		if (rows_differ(diff, from, old, to, row))
			add_change(diff, SHEET_CHANGED, old, row);
	}
	for (size_t row = from->head_count; row < from->row_count; row++)
		if (after[row] == NO_ROW)
			add_change(diff, SHEET_REMOVED, row, NO_ROW);
}

enum status
sheet_compare(struct sheet_diff *diff, const struct sheet *from, const struct sheet *to,
	const struct sheet_key *key, struct fault *fault)
{
	struct side one = { .sheet = from }, other = { .sheet = to };
	enum status status = STATUS_OK;
	*diff = (struct sheet_diff){ .changes = NULL };
	share_key(&one, &other, key);
	size_t *before = match_rows(&one, &other), *after = match_rows(&other, &one);
	diff->changes = memory_new((from->row_count + to->row_count + 1) * sizeof *diff->changes);
	if (before == NULL || after == NULL || diff->changes == NULL) {
		sheet_diff_release(diff);
		status = fault_set(fault, STATUS_MEMORY, "no memory to compare rows");
	} else {
		compare_heads(diff, from, to);
		add_changes(diff, from, to, before, after);
	}
	memory_free(before);
	memory_free(after);
	return status;
}

void
sheet_diff_release(struct sheet_diff *diff)
{
	memory_free(diff->changes);
	*diff = (struct sheet_diff){ .changes = NULL };
}

bool
sheet_diff_is_empty(const struct sheet_diff *diff)
{
	return diff->change_count == 0 && !diff->reordered && !diff->head_differs;
}
