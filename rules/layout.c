#include "layout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../engine/base/bilingual.h"
#include "../engine/base/embed.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/base/utf8.h"
#include "caller.h"
#include "mapping.h"

/* The files in rules/layouts. */
extern const struct embedded_file rules_layouts[];

/* Limits of a function that is called for each row. */
static const struct call_limits row_limits = {
	.instructions = 10000,
	.wall_us = 1000,
	.memory_bytes = (size_t)4 * 1024 * 1024,
	.memory_call_bytes = (size_t)256 * 1024,
	.block_bytes = (size_t)64 * 1024,
};

struct layout {
	struct arena arena; /* of the declaration */
	struct mapping mapping;
	struct caller caller; /* of its functions, if it has any */
	struct row_view view; /* what they see */
	struct zoneinfo *zone;
	/* Of the file that is being read: */
	bool at_header;
	struct arena header_arena;
	struct text header[CSV_FIELDS_MAX];
	uint32_t places[CSV_FIELDS_MAX]; /* of each of mapping.columns in a row */
};

/* Opening. */

static void
show_row(lua_State *lua, void *context)
{
	row_view_push(lua, context);
}

/* What build_finish left on the stack: the mapping is read, then its functions are kept. */
static enum status
take_mapping(struct layout *layout, struct build *build, const char *zone, struct fault *fault)
{
	enum status status = mapping_read(build, &layout->arena, &layout->mapping, fault);
	if (status == STATUS_OK)
		status = zoneinfo_open(
			NULL, zone == NULL ? layout->mapping.zone : zone, &layout->zone, fault);
	if (status != STATUS_OK || layout->mapping.function_count == 0)
		return status;
	struct sandbox *sandbox = build->sandbox;
	build->sandbox = NULL;
	return caller_open(&layout->caller, sandbox, show_row, &layout->view, &row_limits, fault);
}

static enum status
read_layout(struct layout *layout, struct build *build, const char *zone, struct fault *fault)
{
	struct findings *findings = build->findings;
	enum status status = build_run_script(
		build, build->script_path, build->script_source, fault);
	if (status == STATUS_OK)
		status = build_finish(build, "layouts", "finish", fault);
	findings_sort(findings);
	if (findings_have_errors(findings))
		return fault_set(fault, STATUS_INVALID, "%.*s: %.*s", TEXT_ARGS(build->script_path),
			TEXT_ARGS(findings->list[0].say_en));
	return status != STATUS_OK ? status : take_mapping(layout, build, zone, fault);
}

enum status
layout_read(struct text file, struct text source, const char *zone, struct layout **layout,
	struct findings *findings, struct fault *fault)
{
	struct build build;
	if (source.size > SCRIPT_BYTES_MAX)
		return fault_set(fault, STATUS_LIMIT, "%.*s has %zu bytes; a layout may have %u",
			TEXT_ARGS(file), source.size, SCRIPT_BYTES_MAX);
	struct layout *made = memory_new_zeroed(1, sizeof *made);
	if (made == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for a layout");
	arena_init(&made->arena, SCRIPT_BYTES_MAX);
	arena_init(&made->header_arena, 2 * CSV_ROW_BYTES_MAX);
	enum status status = build_begin(
		&build, (struct bytes){ NULL, 0 }, "layouts", findings, fault);
	if (status == STATUS_OK) {
		build.script_path = file;
		build.script_source = source;
		status = read_layout(made, &build, zone, fault);
		build_end(&build);
	}
	if (status != STATUS_OK) {
		layout_free(made);
		return status;
	}
	layout_begin(made);
	*layout = made;
	return STATUS_OK;
}

static enum status
read_file(const char *path, struct buffer *content, struct fault *fault)
{
	struct stat about;
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return fault_system(fault, errno, "can't open the layout %s", path);
	size_t size = fstat(file, &about) == 0 && about.st_size > 0 ? (size_t)about.st_size : 0;
	uint8_t *at = buffer_reserve(content, size);
	ssize_t got = 0;
	while (at != NULL && content->size < size &&
		(got = read(file, content->data + content->size, size - content->size)) > 0)
		buffer_grew(content, (size_t)got);
	int error = errno;
	close(file);
	if (at == NULL)
		return fault_set(fault, STATUS_LIMIT,
			"the layout %s has %zu bytes; %zu are allowed", path, size,
			content->bytes_max);
	return got < 0 ? fault_system(fault, error, "can't read the layout %s", path) : STATUS_OK;
}

static bool
is_path(const char *name)
{
	size_t size = strlen(name);
	return size > 4 && strcmp(name + size - 4, ".lua") == 0;
}

/* The name of a built-in layout, by index from 0; empty after the last. */
static struct text
built_in(size_t index)
{
	for (size_t i = 0; i <= index; i++)
		if (rules_layouts[i].name == NULL)
			return (struct text){ NULL, 0 };
	const char *name = rules_layouts[index].name;
	return (struct text){ name, strlen(name) - strlen(".lua") };
}

static enum status
not_found(const char *name, struct fault *fault)
{
	char names[256] = "";
	struct text known;
	for (size_t i = 0; (known = built_in(i)).size > 0; i++) {
		size_t used = strlen(names);
		snprintf(names + used, sizeof names - used, "%s%.*s", i == 0 ? "" : ", ",
			TEXT_ARGS(known));
	}
	return fault_set(fault, STATUS_NOT_FOUND,
		"there is no layout %s; there are %s, or give the path of a .lua file", name,
		names);
}

enum status
layout_open(const char *name, const char *zone, struct layout **layout, struct findings *findings,
	struct fault *fault)
{
	struct text known;
	if (is_path(name)) {
		struct buffer content;
		buffer_init(&content, SCRIPT_BYTES_MAX);
		enum status status = read_file(name, &content, fault);
		if (status == STATUS_OK)
			status = layout_read(text_of(name),
				(struct text){ (const char *)content.data, content.size }, zone,
				layout, findings, fault);
		buffer_release(&content);
		return status;
	}
	for (size_t i = 0; (known = built_in(i)).size > 0; i++)
		if (text_equal(known, text_of(name)))
			return layout_read(text_of(rules_layouts[i].name),
				(struct text){ rules_layouts[i].data, rules_layouts[i].size }, zone,
				layout, findings, fault);
	return not_found(name, fault);
}

void
layout_free(struct layout *layout)
{
	if (layout == NULL)
		return;
	caller_close(&layout->caller);
	zoneinfo_free(layout->zone);
	arena_release(&layout->arena);
	arena_release(&layout->header_arena);
	memory_free(layout);
}

char
layout_separator(const struct layout *layout)
{
	return layout->mapping.separator;
}

/* Rows. */

/* A row while it is mapped. */
struct row_work {
	struct layout *layout;
	const struct csv_row *row;
	struct arena *arena;
	struct layout_problem *problem;
};

/* A text and the place it came from: a column of the row's, or NO_INDEX. */
struct cell {
	struct text text;
	uint32_t place;
};

void
layout_begin(struct layout *layout)
{
	layout->at_header = layout->mapping.header;
	layout->view.names = layout->mapping.columns;
	layout->view.name_count = layout->mapping.column_count;
	for (uint32_t i = 0; i < layout->mapping.column_count; i++)
		layout->places[i] = i;
}

/* Fills the problem; the sentence is cut if the arena is full. Returns false. */
static bool
refuse(struct row_work *work, uint32_t place, struct text what)
{
	struct layout_problem *problem = work->problem;
	*problem = (struct layout_problem){ .line = work->row->line };
	if (place < work->row->field_count)
		problem->column = work->row->fields[place].column;
	if (place < work->layout->view.name_count)
		problem->name = work->layout->view.names[place];
	problem->what = what.data == NULL ? BILINGUAL("no memory for the row", "没有内存读取这一行")
					  : what;
	return false;
}

static bool
read_header(struct row_work *work)
{
	struct layout *layout = work->layout;
	const struct csv_row *row = work->row;
	arena_clear(&layout->header_arena);
	for (size_t i = 0; i < row->field_count; i++) {
		layout->header[i] = arena_copy_text(&layout->header_arena, row->fields[i].text);
		if (layout->header[i].data == NULL)
			return refuse(work, NO_INDEX,
				BILINGUAL("no memory for the names of the columns",
					"没有内存保存列名"));
	}
	layout->view.names = layout->header;
	layout->view.name_count = row->field_count;
	for (uint32_t i = 0; i < layout->mapping.column_count; i++) {
		uint32_t place = 0;
		while (place < row->field_count &&
			!text_equal(layout->header[place], layout->mapping.columns[i]))
			place++;
		if (place == row->field_count)
			return refuse(work, NO_INDEX,
				arena_print(work->arena,
					BILINGUAL_STRING("the file has no column '%.*s'",
						"文件没有列 '%.*s'"),
					TEXT_ARGS(layout->mapping.columns[i]),
					TEXT_ARGS(layout->mapping.columns[i])));
		layout->places[i] = place;
	}
	layout->at_header = false;
	return true;
}

/* What a function gives: a text or a whole number, which becomes text. */
static bool
call_source(struct row_work *work, uint32_t number, struct text *text)
{
	struct caller *caller = &work->layout->caller;
	work->layout->view.row = work->row;
	if (caller_call(caller, number, 0) != SANDBOX_DONE)
		return refuse(work, NO_INDEX, arena_print(work->arena, "%s", caller->problem));
	lua_State *lua = caller->sandbox->lua;
	struct text given = { NULL, 0 };
	if (lua_isinteger(lua, -1)) {
		given = arena_print(work->arena, "%lld", (long long)lua_tointeger(lua, -1));
	} else if (lua_type(lua, -1) == LUA_TSTRING) {
		given.data = lua_tolstring(lua, -1, &given.size);
		given = arena_copy_text(work->arena, given);
	} else {
		caller_blame(caller, "a function of a layout must return a text or a whole number");
		refuse(work, NO_INDEX, arena_print(work->arena, "%s", caller->problem));
	}
	caller_done(caller);
	*text = given;
	return given.data != NULL;
}

static bool
get_cell(struct row_work *work, const struct source *source, struct cell *cell)
{
	switch (source->kind) {
	case SOURCE_TEXT:
		*cell = (struct cell){ source->text, NO_INDEX };
		return true;
	case SOURCE_COLUMN:
		cell->place = work->layout->places[source->number];
		cell->text = work->row->fields[cell->place].text;
		return true;
	case SOURCE_CALL:
		cell->place = NO_INDEX;
		return call_source(work, source->number, &cell->text);
	}
	return false;
}

/* Texts of an event are UTF-8 without control characters, 1 to 64 bytes; `to` may be empty. */
static bool
get_identifier(
	struct row_work *work, const struct source *source, bool may_be_empty, struct text *text)
{
	struct cell cell;
	if (!get_cell(work, source, &cell))
		return false;
	if (!(may_be_empty && cell.text.size == 0) && !identifier_is_valid(cell.text))
		return refuse(work, cell.place,
			BILINGUAL("this wants 1 to 64 bytes of UTF-8 without control characters",
				"此处应为 1 至 64 字节的 UTF-8，不含控制字符"));
	*text = cell.text;
	return true;
}

static bool
get_whole_number(struct row_work *work, const struct cell *cell, int64_t *number)
{
	int64_t value = 0;
	bool sound = digits_are_valid(cell->text);
	for (size_t i = 0; sound && i < cell->text.size; i++)
		sound = !__builtin_mul_overflow(value, 10, &value) &&
			!__builtin_add_overflow(value, cell->text.data[i] - '0', &value);
	if (!sound)
		return refuse(work, cell->place,
			BILINGUAL(
				"this wants a whole number, 0 or more", "此处应为不小于 0 的整数"));
	*number = value;
	return true;
}

/* `count` digits of the text. */
static bool
take_digits(struct text text, size_t place, size_t count, int32_t *number)
{
	int32_t value = 0;
	for (size_t i = place; i < place + count; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		value = value * 10 + (text.data[i] - '0');
	}
	*number = value;
	return true;
}

static bool
is_part(char letter)
{
	return letter == 'Y' || letter == 'M' || letter == 'D' || letter == 'h' || letter == 'm' ||
		letter == 's';
}

static bool
parse_local(const struct time_form *time, struct text text, int64_t *local_ms)
{
	struct date date;
	int32_t hour, minute, second;
	if (text.size != time->form.size)
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (!is_part(time->form.data[i]) && text.data[i] != time->form.data[i])
			return false;
	if (!take_digits(text, time->year, 4, &date.year) ||
		!take_digits(text, time->month, 2, &date.month) ||
		!take_digits(text, time->day, 2, &date.day) ||
		!take_digits(text, time->hour, 2, &hour) ||
		!take_digits(text, time->minute, 2, &minute) ||
		!take_digits(text, time->second, 2, &second))
		return false;
	if (!date_is_valid(date) || hour > 23 || minute > 59 || second > 59)
		return false;
	*local_ms = day_of_date(date) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS +
		second * SECOND_MS;
	return true;
}

static bool
get_time(struct row_work *work, const struct source *source, int64_t *ms)
{
	const struct time_form *time = &work->layout->mapping.time;
	struct cell cell;
	int64_t found = 0;
	bool sound = true;
	if (!get_cell(work, source, &cell))
		return false;
	switch (time->kind) {
	case TIME_FORM:
		sound = parse_local(time, cell.text, &found);
		if (sound)
			found = zoneinfo_local_to_utc(work->layout->zone, found);
		break;
	case TIME_RFC3339:
		sound = instant_parse(cell.text, &found);
		break;
	case TIME_UNIX:
	case TIME_UNIX_MS:
		if (!get_whole_number(work, &cell, &found))
			return false;
		sound = time->kind == TIME_UNIX_MS || !__builtin_mul_overflow(found, 1000, &found);
		break;
	}
	if (!sound || found < INSTANT_MIN || found > INSTANT_MAX)
		return refuse(work, cell.place,
			arena_print(work->arena,
				BILINGUAL_STRING(
					"this wants a time like %.*s", "此处应为形如 %.*s 的时间"),
				TEXT_ARGS(time->form), TEXT_ARGS(time->form)));
	*ms = found;
	return true;
}

static bool
get_attributes(struct row_work *work, struct usage *usage)
{
	const struct mapping *mapping = &work->layout->mapping;
	struct attribute *attributes = arena_take_zeroed(
		work->arena, mapping->attribute_count, sizeof *attributes);
	if (attributes == NULL)
		return refuse(
			work, NO_INDEX, BILINGUAL("no memory for the row", "没有内存读取这一行"));
	for (uint32_t i = 0; i < mapping->attribute_count; i++) {
		struct cell cell;
		if (!get_cell(work, &mapping->attributes[i].source, &cell))
			return false;
		if (!utf8_is_valid(cell.text))
			return refuse(
				work, cell.place, BILINGUAL("this is not UTF-8", "此处不是 UTF-8"));
		attributes[i].name = mapping->attributes[i].name;
		attributes[i].text = cell.text.size == 0 ? TEXT("") : cell.text;
	}
	usage->attributes = attributes;
	usage->attribute_count = mapping->attribute_count;
	return true;
}

static bool
rule_fits(const struct row_work *work, const struct skip_rule *rule)
{
	struct text cell = work->row->fields[work->layout->places[rule->column]].text;
	for (uint32_t i = 0; i < rule->value_count; i++)
		if (text_equal(cell, rule->values[i]))
			return !rule->is_not;
	return rule->is_not;
}

static bool
get_event(struct row_work *work, struct mapped_row *mapped)
{
	const struct mapping *mapping = &work->layout->mapping;
	struct usage *usage = &mapped->usage;
	struct cell quantity;
	usage->unit = mapping->unit;
	return get_identifier(work, &mapping->id, false, &mapped->id) &&
		get_identifier(work, &mapping->service, false, &usage->service) &&
		get_identifier(work, &mapping->from, false, &usage->from) &&
		get_identifier(work, &mapping->to, true, &usage->to) &&
		get_time(work, &mapping->at, &usage->at_ms) &&
		get_cell(work, &mapping->quantity, &quantity) &&
		get_whole_number(work, &quantity, &usage->quantity) && get_attributes(work, usage);
}

enum layout_outcome
layout_row(struct layout *layout, const struct csv_row *row, struct arena *arena,
	struct mapped_row *mapped, struct layout_problem *problem)
{
	const struct mapping *mapping = &layout->mapping;
	struct row_work work = { layout, row, arena, problem };
	struct mapped_row found = { 0 };
	if (layout->at_header)
		return read_header(&work) ? LAYOUT_HEADER : LAYOUT_REFUSED;
	if (row->field_count != layout->view.name_count) {
		refuse(&work, NO_INDEX,
			arena_print(arena,
				BILINGUAL_STRING("the row has %zu fields; there are %zu columns",
					"这一行有 %zu 个字段，而列有 %zu 个"),
				row->field_count, layout->view.name_count, row->field_count,
				layout->view.name_count));
		return LAYOUT_REFUSED;
	}
	for (uint32_t i = 0; i < mapping->skip_count; i++) {
		struct cell because;
		if (!rule_fits(&work, &mapping->skips[i]))
			continue;
		if (!get_cell(&work, &mapping->skips[i].because, &because))
			return LAYOUT_REFUSED;
		mapped->reason = because.text;
		return LAYOUT_SKIPPED;
	}
	if (!get_event(&work, &found))
		return LAYOUT_REFUSED;
	*mapped = found;
	return LAYOUT_EVENT;
}
