/* Reports about changed tables (see sheet_report.h). */
#include "sheet_report.h"

#include "json.h"

#include "../engine/base/bilingual.h"

#include <inttypes.h>

/* The name of a column without the mark of an output. */
static struct text
plain_name(struct text name)
{
	if (name.size < 2 || memcmp(name.data, "=>", 2) != 0)
		return name;
	name = (struct text){ name.data + 2, name.size - 2 };
	while (name.size > 0 && (name.data[0] == ' ' || name.data[0] == '\t'))
		name = (struct text){ name.data + 1, name.size - 1 };
	return name;
}

static bool
is_of_key(const struct sheet_key *key, size_t column)
{
	for (size_t i = 0; i < key->count; i++)
		if (key->columns[i] == column)
			return true;
	return false;
}

static bool
has_changed(const struct sheet_report *report, const struct sheet_change *change, size_t column)
{
	size_t old = report->diff->old_columns[column];
	return old == SHEET_NO_COLUMN ||
		!text_equal(sheet_cell(report->from, change->from, old),
			sheet_cell(report->to, change->to, column));
}

static bool
is_new_table(const struct sheet_report *report)
{
	return report->from->column_count == 0;
}

/* Does the old sheet have a type for this column of the new one, and is it another? */
static bool
type_differs(const struct sheet_report *report, size_t column)
{
	size_t old = report->diff->old_columns[column];
	return old != SHEET_NO_COLUMN && report->from->head_count == 2 &&
		report->to->head_count == 2 &&
		!text_equal(sheet_cell(report->from, 1, old), sheet_cell(report->to, 1, column));
}

/* ---- For people ---- */

/* What a cell holds never writes on the terminal by itself. */
static void
show_cell(struct text cell, FILE *out)
{
	if (cell.size == 0)
		fputs("\"\"", out);
	for (size_t i = 0; i < cell.size; i++) {
		unsigned char byte = (unsigned char)cell.data[i];
		fputc(byte < ' ' || byte == 0x7f ? '?' : byte, out);
	}
}

static void
show_named(struct text name, const char *behind, struct text cell, FILE *out)
{
	show_cell(plain_name(name), out);
	fputs(behind, out);
	show_cell(cell, out);
}

/* "tenants 3, role anchor", of a row of the new sheet; of one of the old one, its columns of these
 * names. */
static void
show_key(const struct sheet_report *report, const struct sheet *sheet, size_t row, FILE *out)
{
	size_t shown = 0;
	for (size_t i = 0; i < report->key->count; i++) {
		struct text name = sheet_cell(report->to, 0, report->key->columns[i]);
		size_t column = sheet_column(sheet, name);
		if (column == SHEET_NO_COLUMN)
			continue;
		fputs(shown++ > 0 ? ", " : "", out);
		show_named(name, " ", sheet_cell(sheet, row, column), out);
	}
}

/* All cells of a row that are none of its key. */
static void
show_rest(const struct sheet_report *report, const struct sheet *sheet, size_t row, FILE *out)
{
	const char *before = ": ";
	for (size_t i = 0; i < sheet->column_count; i++) {
		struct text name = sheet_cell(sheet, 0, i);
		size_t column = sheet_column(report->to, name);
		if (column != SHEET_NO_COLUMN && is_of_key(report->key, column))
			continue;
		fputs(before, out);
		show_named(name, " ", sheet_cell(sheet, row, i), out);
		before = ", ";
	}
}

static void
show_changed_cells(const struct sheet_report *report, const struct sheet_change *change, FILE *out)
{
	const char *before = ": ";
	for (size_t i = 0; i < report->to->column_count; i++) {
		size_t old = report->diff->old_columns[i];
		if (!has_changed(report, change, i))
			continue;
		fputs(before, out);
		before = ", ";
		struct text name = sheet_cell(report->to, 0, i);
		if (old != SHEET_NO_COLUMN) {
			show_named(name, " ", sheet_cell(report->from, change->from, old), out);
			fputs(" → ", out);
			show_cell(sheet_cell(report->to, change->to, i), out);
		} else {
			show_named(name, " ", sheet_cell(report->to, change->to, i), out);
		}
	}
}

static void
show_change(const struct sheet_report *report, const struct sheet_change *change, FILE *out)
{
	static const char *const marks[] = {
		[SHEET_ADDED] = "+ ",
		[SHEET_CHANGED] = "~ ",
		[SHEET_REMOVED] = "- ",
	};
	bool removed = change->kind == SHEET_REMOVED;
	const struct sheet *sheet = removed ? report->from : report->to;
	size_t row = removed ? change->from : change->to;
	fputs(marks[change->kind], out);
	show_key(report, sheet, row, out);
	if (change->kind == SHEET_CHANGED)
		show_changed_cells(report, change, out);
	else
		show_rest(report, sheet, row, out);
	fputc('\n', out);
}

static void
show_column(const char *mark, bool zh, struct text name, FILE *out)
{
	fprintf(out, "%s %s ", mark, zh ? "列" : "column");
	show_cell(name, out);
	fputc('\n', out);
}

static void
show_head(const struct sheet_report *report, FILE *out)
{
	const struct sheet *from = report->from, *to = report->to;
	for (size_t i = 0; i < to->column_count; i++) {
		if (report->diff->old_columns[i] == SHEET_NO_COLUMN) {
			show_column("+", report->zh, sheet_cell(to, 0, i), out);
		} else if (type_differs(report, i)) {
			fprintf(out, "~ %s ", report->zh ? "列" : "column");
			show_named(sheet_cell(to, 0, i), report->zh ? "，类型：" : ", type: ",
				sheet_cell(from, 1, report->diff->old_columns[i]), out);
			fputs(" → ", out);
			show_cell(sheet_cell(to, 1, i), out);
			fputc('\n', out);
		}
	}
	for (size_t i = 0; i < from->column_count; i++)
		if (sheet_column(to, sheet_cell(from, 0, i)) == SHEET_NO_COLUMN)
			show_column("-", report->zh, sheet_cell(from, 0, i), out);
}

void
sheet_report_show(const struct sheet_report *report, FILE *out)
{
	const struct sheet_diff *diff = report->diff;
	bool zh = report->zh;
	if (is_new_table(report))
		fprintf(out, zh ? "新表 %s\n" : "a new table, %s\n", report->path);
	else
		show_head(report, out);
	for (size_t i = 0; i < diff->change_count; i++)
		show_change(report, &diff->changes[i], out);
	if (diff->reordered)
		fputs(zh ? "各行的先后次序不同\n" : "the rows stand in another order\n", out);
	if (sheet_diff_is_empty(diff))
		fputs(zh ? "没有差异\n" : "no differences\n", out);
	else
		fprintf(out,
			zh ? "%s：新增 %zu 行，修改 %zu 行，删除 %zu 行\n"
			   : "%s: %zu added, %zu changed, %zu removed\n",
			report->path, diff->counts[SHEET_ADDED], diff->counts[SHEET_CHANGED],
			diff->counts[SHEET_REMOVED]);
}

void
sheet_problems_show(const struct sheet_problems *problems, const char *file, bool zh, FILE *out)
{
	for (size_t i = 0; i < problems->count; i++) {
		const struct sheet_problem *one = &problems->list[i];
		struct text what = bilingual_pick(text_of(one->what), zh);
		fputs(file, out);
		if (one->line > 0)
			fprintf(out, ":%" PRIu64, one->line);
		if (one->column > 0)
			fprintf(out, ":%" PRIu32, one->column);
		fprintf(out, ": %.*s\n", TEXT_ARGS(what));
	}
	if (problems->left_out > 0)
		fprintf(out, zh ? "还有 %zu 处\n" : "%zu more\n", problems->left_out);
}

/* ---- JSON ---- */

static void
set_cell(json_t *object, struct text name, json_t *value)
{
	name = plain_name(name);
	json_object_setn_new(object, name.data, name.size, value);
}

static json_t *
key_json(const struct sheet_report *report, const struct sheet *sheet, size_t row)
{
	json_t *object = json_object();
	for (size_t i = 0; i < report->key->count; i++) {
		struct text name = sheet_cell(report->to, 0, report->key->columns[i]);
		size_t column = sheet_column(sheet, name);
		if (column != SHEET_NO_COLUMN)
			set_cell(object, name, json_of_text(sheet_cell(sheet, row, column)));
	}
	return object;
}

static json_t *
cells_json(const struct sheet *sheet, size_t row)
{
	json_t *object = json_object();
	for (size_t i = 0; i < sheet->column_count; i++)
		set_cell(object, sheet_cell(sheet, 0, i), json_of_text(sheet_cell(sheet, row, i)));
	return object;
}

static json_t *
changed_cells_json(const struct sheet_report *report, const struct sheet_change *change)
{
	json_t *object = json_object();
	for (size_t i = 0; i < report->to->column_count; i++) {
		size_t old = report->diff->old_columns[i];
		if (!has_changed(report, change, i))
			continue;
		json_t *cell = json_object();
		if (old != SHEET_NO_COLUMN)
			json_object_set_new(cell, "from",
				json_of_text(sheet_cell(report->from, change->from, old)));
		json_object_set_new(
			cell, "to", json_of_text(sheet_cell(report->to, change->to, i)));
		set_cell(object, sheet_cell(report->to, 0, i), cell);
	}
	return object;
}

static json_t *
change_json(const struct sheet_report *report, const struct sheet_change *change)
{
	static const char *const names[] = {
		[SHEET_ADDED] = "added",
		[SHEET_CHANGED] = "changed",
		[SHEET_REMOVED] = "removed",
	};
	bool removed = change->kind == SHEET_REMOVED;
	const struct sheet *sheet = removed ? report->from : report->to;
	size_t row = removed ? change->from : change->to;
	return json_pack("{s:s, s:I, s:o, s:o}", "what", names[change->kind], "line",
		(json_int_t)sheet->lines[row], "key", key_json(report, sheet, row), "cells",
		change->kind == SHEET_CHANGED ? changed_cells_json(report, change)
					      : cells_json(sheet, row));
}

static json_t *
columns_json(const struct sheet_report *report)
{
	const struct sheet *from = report->from, *to = report->to;
	json_t *added = json_array(), *removed = json_array(), *types = json_object();
	for (size_t i = 0; i < to->column_count; i++) {
		size_t old = report->diff->old_columns[i];
		if (old == SHEET_NO_COLUMN)
			json_array_append_new(added, json_of_text(sheet_cell(to, 0, i)));
		else if (type_differs(report, i))
			set_cell(types, sheet_cell(to, 0, i),
				json_pack("{s:o, s:o}", "from",
					json_of_text(sheet_cell(from, 1, old)), "to",
					json_of_text(sheet_cell(to, 1, i))));
	}
	for (size_t i = 0; i < from->column_count; i++)
		if (sheet_column(to, sheet_cell(from, 0, i)) == SHEET_NO_COLUMN)
			json_array_append_new(removed, json_of_text(sheet_cell(from, 0, i)));
	return json_pack("{s:o, s:o, s:o}", "added", added, "removed", removed, "types", types);
}

json_t *
sheet_report_json(const struct sheet_report *report)
{
	const struct sheet_diff *diff = report->diff;
	json_t *rows = json_array(), *key = json_array();
	for (size_t i = 0; i < diff->change_count; i++)
		json_array_append_new(rows, change_json(report, &diff->changes[i]));
	for (size_t i = 0; i < report->key->count; i++)
		json_array_append_new(key,
			json_of_text(
				plain_name(sheet_cell(report->to, 0, report->key->columns[i]))));
	return json_pack("{s:s, s:o, s:b, s:o, s:b, s:I, s:I, s:I, s:o}", "table", report->path,
		"key", key, "new", is_new_table(report), "columns", columns_json(report),
		"reordered", diff->reordered, "added", (json_int_t)diff->counts[SHEET_ADDED],
		"changed", (json_int_t)diff->counts[SHEET_CHANGED], "removed",
		(json_int_t)diff->counts[SHEET_REMOVED], "rows", rows);
}

json_t *
sheet_problems_json(const struct sheet_problems *problems, const char *file)
{
	json_t *list = json_array();
	for (size_t i = 0; i < problems->count; i++) {
		const struct sheet_problem *one = &problems->list[i];
		struct text what = text_of(one->what);
		json_array_append_new(list,
			json_pack("{s:s, s:I, s:I, s:{s:o, s:o}}", "file", file, "line",
				(json_int_t)one->line, "column", (json_int_t)one->column, "say",
				"en", json_of_text(bilingual_pick(what, false)), "zh",
				json_of_text(bilingual_pick(what, true))));
	}
	return list;
}
