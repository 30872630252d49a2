/* The outline of a catalog (see outline.h). */
#include "outline.h"

#include "../engine/base/buffer.h"
#include "../engine/base/csv.h"
#include "../engine/base/memory.h"
#include "build.h"
#include "reader.h"

#include <stdlib.h>

/* ---- lines ---- */

/* Room for one more; the old ones stay in the arena. */
static struct outline_line *
line_add(struct outline *outline)
{
	if (outline->count == outline->room) {
		size_t room = outline->room == 0 ? 64 : outline->room * 2;
		struct outline_line *wider = arena_take(outline->arena, room * sizeof *wider);
		if (wider == NULL)
			return NULL;
		if (outline->count > 0)
			memcpy(wider, outline->lines, outline->count * sizeof *wider);
		outline->lines = wider;
		outline->room = room;
	}
	return &outline->lines[outline->count++];
}

static int
line_compare(const void *left, const void *right)
{
	const struct outline_line *a = left, *b = right;
	return text_compare(a->path, b->path);
}

void
outline_sort(struct outline *outline)
{
	if (outline->count > 0)
		qsort(outline->lines, outline->count, sizeof *outline->lines, line_compare);
}

/* ---- scripts ---- */

enum { LINE_TEXTS = 6 };

static struct text
next_text(lua_State *lua, struct arena *arena, uint32_t index)
{
	reader_entry(lua, index);
	return reader_pop_text(lua, arena);
}

/* Stack: the outline, what rules/lib/outline.lua made. */
static int
work_lines(lua_State *lua)
{
	struct outline *outline = lua_touserdata(lua, 1);
	struct arena *arena = outline->arena;
	uint32_t count = reader_open(lua, "lines");
	for (uint32_t i = 0; i < count; i += LINE_TEXTS) {
		struct outline_line *line = line_add(outline);
		if (line == NULL) {
			sandbox_refuse_memory(lua);
			return 0; /* it does not come here */
		}
		line->what = next_text(lua, arena, i);
		line->path = next_text(lua, arena, i + 1);
		line->say_en = next_text(lua, arena, i + 2);
		line->say_zh = next_text(lua, arena, i + 3);
		line->value = next_text(lua, arena, i + 4);
		line->shown = next_text(lua, arena, i + 5);
		line->is_order = false;
	}
	reader_close(lua);
	outline_sort(outline);
	count = reader_open(lua, "orders");
	for (uint32_t i = 0; i < count; i++) {
		struct outline_line wanted = { .path = next_text(lua, arena, i) };
		struct outline_line *line = bsearch(&wanted, outline->lines, outline->count,
			sizeof *outline->lines, line_compare);
		must(line != NULL);
		line->is_order = true;
	}
	reader_close(lua);
	return 0;
}

/* Why a catalog has no outline, as a fault: the first of its errors. */
static enum status
unreadable(struct findings *findings, enum status status, struct fault *fault)
{
	findings_sort(findings);
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *one = &findings->list[i];
		if (one->severity == FINDING_ERROR)
			return fault_set(fault, status, "the catalog can't be read: %.*s:%u: %.*s",
				TEXT_ARGS(one->file), one->line, TEXT_ARGS(one->say_en));
	}
	return fault_set(fault, status, "the catalog can't be read");
}

static enum status
read_lines(struct build *build, struct outline *outline, struct fault *fault)
{
	lua_State *lua = build->sandbox->lua;
	if (lua_type(lua, -1) != LUA_TTABLE)
		return unreadable(build->findings, STATUS_INVALID, fault);
	lua_pushcfunction(lua, work_lines);
	lua_insert(lua, -2);
	lua_pushlightuserdata(lua, outline);
	lua_insert(lua, -2);
	enum sandbox_outcome outcome = sandbox_call(build->sandbox, 2, 0);
	return outcome == SANDBOX_DONE ? STATUS_OK : build_stopped(build, outcome, fault);
}

enum status
outline_of_scripts(
	struct bytes bundle, struct arena *arena, struct outline *outline, struct fault *fault)
{
	struct build build;
	struct findings findings;
	*outline = (struct outline){ .arena = arena };
	enum status status = bundle_check(bundle, fault);
	if (status != STATUS_OK)
		return status;
	findings_init(&findings);
	status = build_begin(&build, bundle, "catalog", &findings, fault);
	if (status == STATUS_OK) {
		status = build_run_scripts(&build, false, fault);
		if (status == STATUS_OK)
			status = build_finish(&build, "catalog", "outline", fault);
		if (status == STATUS_OK)
			status = read_lines(&build, outline, fault);
		build_end(&build);
	}
	if (status == STATUS_LIMIT)
		unreadable(&findings, status, fault);
	findings_release(&findings);
	return status;
}

/* ---- tables ---- */

/* A row's first cell, and how many rows before it have the same. */
struct row_key {
	struct text cell;
	uint32_t row;
	uint32_t before;
};

/* A table while its rows are read. */
struct table {
	struct outline *outline;
	struct text name;
	struct csv_row row;
	struct text columns[CSV_FIELDS_MAX];
	size_t column_count;
	struct row_key *keys; /* by row */
	size_t key_count, key_room;
};

static bool
add_line(struct table *table, struct text path, struct text value, bool is_order)
{
	struct arena *arena = table->outline->arena;
	struct outline_line *line = line_add(table->outline);
	if (line == NULL)
		return false;
	*line = (struct outline_line){
		.what = TEXT("table"),
		.path = arena_print(
			arena, "table/%.*s/%.*s", TEXT_ARGS(table->name), TEXT_ARGS(path)),
		.say_en = arena_print(
			arena, "table %.*s, %.*s", TEXT_ARGS(table->name), TEXT_ARGS(path)),
		.say_zh = arena_print(
			arena, "表 %.*s，%.*s", TEXT_ARGS(table->name), TEXT_ARGS(path)),
		.value = arena_copy_text(arena, value),
		.is_order = is_order,
	};
	line->shown = is_order ? TEXT("…") : line->value;
	return line->path.data != NULL && line->say_en.data != NULL && line->say_zh.data != NULL &&
		line->value.data != NULL;
}

static bool
add_columns(struct table *table)
{
	struct arena *arena = table->outline->arena;
	struct text list = { "", 0 };
	table->column_count = table->row.field_count;
	for (size_t i = 0; i < table->column_count; i++) {
		table->columns[i] = arena_copy_text(arena, table->row.fields[i].text);
		list = arena_print(arena, "%.*s%s%.*s", TEXT_ARGS(list), i == 0 ? "" : ", ",
			TEXT_ARGS(table->row.fields[i].text));
		if (table->columns[i].data == NULL || list.data == NULL)
			return false;
	}
	return add_line(table, TEXT("columns"), list, false);
}

static bool
add_key(struct table *table)
{
	if (table->key_count == table->key_room) {
		size_t room = table->key_room == 0 ? 256 : table->key_room * 2;
		struct row_key *wider = memory_resize(table->keys, room * sizeof *wider);
		if (wider == NULL)
			return false;
		table->keys = wider;
		table->key_room = room;
	}
	struct row_key *key = &table->keys[table->key_count];
	key->cell = arena_copy_text(table->outline->arena, table->row.fields[0].text);
	key->row = (uint32_t)table->key_count++;
	return key->cell.data != NULL;
}

static int
key_compare(const void *left, const void *right)
{
	const struct row_key *a = left, *b = right;
	int order = text_compare(a->cell, b->cell);
	return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

static int
row_compare(const void *left, const void *right)
{
	const struct row_key *a = left, *b = right;
	return (a->row > b->row) - (a->row < b->row);
}

static void
number_keys(struct table *table)
{
	struct row_key *keys = table->keys;
	if (table->key_count == 0)
		return;
	qsort(keys, table->key_count, sizeof *keys, key_compare);
	for (size_t i = 0; i < table->key_count; i++)
		keys[i].before = i > 0 && text_equal(keys[i].cell, keys[i - 1].cell)
			? keys[i - 1].before + 1
			: 0;
	qsort(keys, table->key_count, sizeof *keys, row_compare);
}

/* "86", or "86 (2)" for the second row that begins so. */
static struct text
name_of_row(struct table *table, size_t row)
{
	const struct row_key *key = &table->keys[row];
	if (key->before == 0)
		return key->cell;
	return arena_print(table->outline->arena, "%.*s (%u)", TEXT_ARGS(key->cell),
		(unsigned)key->before + 1);
}

static bool
add_row(struct table *table, struct text name)
{
	for (size_t i = 0; i < table->row.field_count; i++) {
		struct text column = i < table->column_count ? table->columns[i] : TEXT("?");
		struct text path = arena_print(
			table->outline->arena, "%.*s/%.*s", TEXT_ARGS(name), TEXT_ARGS(column));
		if (path.data == NULL || !add_line(table, path, table->row.fields[i].text, false))
			return false;
	}
	return true;
}

/* All rows: first their keys, then, with `order` to fill, their cells. */
static bool
walk_rows(struct table *table, struct bytes content, struct buffer *order)
{
	struct csv_reader csv;
	struct csv_problem problem;
	enum csv_outcome outcome;
	size_t rows = 0;
	bool sound = true;
	csv_init(&csv, content, ',');
	while (sound && (outcome = csv_next(&csv, &table->row, &problem)) != CSV_END) {
		if (outcome == CSV_REFUSED)
			continue;
		if (rows++ == 0) {
			sound = order == NULL || add_columns(table);
		} else if (order == NULL) {
			sound = add_key(table);
		} else {
			struct text name = name_of_row(table, rows - 2);
			sound = name.data != NULL && add_row(table, name) &&
				buffer_append_text(order, name) &&
				buffer_append_text(order, TEXT("\n"));
		}
	}
	csv_release(&csv);
	return sound;
}

bool
outline_add_table(struct outline *outline, struct text file, struct bytes content)
{
	struct buffer order;
	struct table *table = memory_new_zeroed(1, sizeof *table);
	if (table == NULL)
		return false;
	table->outline = outline;
	table->name = file;
	buffer_init(&order, content.size * 2 + 1024);
	bool whole = walk_rows(table, content, NULL);
	if (whole)
		number_keys(table);
	whole = whole && walk_rows(table, content, &order) &&
		add_line(table, TEXT("order"), (struct text){ (char *)order.data, order.size },
			true);
	buffer_release(&order);
	memory_free(table->keys);
	memory_free(table);
	return whole;
}
