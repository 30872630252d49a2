#include "mapping.h"

#include "reader.h"

/* What the protected call works on. */
struct reading {
	struct arena *arena;
	struct mapping *mapping;
};

static struct arena *
arena_of(lua_State *lua)
{
	return ((struct reading *)lua_touserdata(lua, 1))->arena;
}

static struct source
get_source(lua_State *lua, const char *field)
{
	struct source source = { .kind = SOURCE_TEXT };
	must(lua_getfield(lua, -1, field) == LUA_TTABLE);
	if (reader_has(lua, "column")) {
		source.kind = SOURCE_COLUMN;
		source.number = reader_number(lua, "column");
	} else if (reader_has(lua, "call")) {
		source.kind = SOURCE_CALL;
		source.number = reader_number(lua, "call");
	} else {
		source.text = reader_text(lua, arena_of(lua), "text");
	}
	reader_close(lua);
	return source;
}

static size_t
part_place(struct text form, const char *part)
{
	const char *at = memmem(form.data, form.size, part, strlen(part));
	must(at != NULL); /* types.lua has looked */
	return (size_t)(at - form.data);
}

static struct time_form
get_time(lua_State *lua)
{
	struct time_form time = { .kind = TIME_FORM,
		.form = reader_text(lua, arena_of(lua), "time") };
	if (text_equal(time.form, TEXT("rfc3339"))) {
		time.kind = TIME_RFC3339;
	} else if (text_equal(time.form, TEXT("unix"))) {
		time.kind = TIME_UNIX;
	} else if (text_equal(time.form, TEXT("unix_ms"))) {
		time.kind = TIME_UNIX_MS;
	} else {
		time.year = part_place(time.form, "YYYY");
		time.month = part_place(time.form, "MM");
		time.day = part_place(time.form, "DD");
		time.hour = part_place(time.form, "hh");
		time.minute = part_place(time.form, "mm");
		time.second = part_place(time.form, "ss");
	}
	return time;
}

static void
read_skips(lua_State *lua, struct mapping *mapping)
{
	struct reader_list skips = reader_list(
		lua, arena_of(lua), "skip", sizeof(struct skip_rule));
	for (struct skip_rule *one; (one = reader_next(&skips)) != NULL;) {
		one->column = reader_number(lua, "column");
		one->is_not = reader_flag(lua, "is_not");
		one->values = reader_texts(lua, arena_of(lua), "values", &one->value_count);
		one->because = get_source(lua, "because");
	}
	mapping->skips = skips.items;
	mapping->skip_count = skips.count;
}

static void
read_attributes(lua_State *lua, struct mapping *mapping)
{
	struct reader_list attributes = reader_list(
		lua, arena_of(lua), "attributes", sizeof(struct named_source));
	for (struct named_source *one; (one = reader_next(&attributes)) != NULL;) {
		one->name = reader_text(lua, arena_of(lua), "name");
		one->source = get_source(lua, "source");
	}
	mapping->attributes = attributes.items;
	mapping->attribute_count = attributes.count;
}

/* Stack: the reading, the layout. Leaves its functions. */
static int
work_mapping(lua_State *lua)
{
	struct mapping *mapping = ((struct reading *)lua_touserdata(lua, 1))->mapping;
	luaL_checkstack(lua, 20, NULL);
	struct text zone = reader_text(lua, arena_of(lua), "zone");
	must(zone.size < sizeof mapping->zone);
	memcpy(mapping->zone, zone.data, zone.size);
	mapping->header = reader_flag(lua, "header");
	mapping->separator = reader_text(lua, arena_of(lua), "separator").data[0];
	mapping->time = get_time(lua);
	mapping->columns = reader_texts(lua, arena_of(lua), "columns", &mapping->column_count);
	read_skips(lua, mapping);
	mapping->id = get_source(lua, "id");
	mapping->service = get_source(lua, "service");
	mapping->from = get_source(lua, "from");
	mapping->to = get_source(lua, "to");
	mapping->at = get_source(lua, "at");
	mapping->unit = reader_unit(lua, arena_of(lua));
	mapping->quantity = get_source(lua, "quantity");
	read_attributes(lua, mapping);
	mapping->function_count = reader_open(lua, "functions");
	if (mapping->column_count > CSV_FIELDS_MAX)
		return luaL_error(lua, "a layout has at most %d columns", CSV_FIELDS_MAX);
	return 1;
}

enum status
mapping_read(struct build *build, struct arena *arena, struct mapping *mapping, struct fault *fault)
{
	lua_State *lua = build->sandbox->lua;
	struct reading reading = { arena, mapping };
	lua_pushcfunction(lua, work_mapping);
	lua_insert(lua, -2);
	lua_pushlightuserdata(lua, &reading);
	lua_insert(lua, -2);
	enum sandbox_outcome outcome = sandbox_call(build->sandbox, 2, 1);
	return outcome == SANDBOX_DONE ? STATUS_OK : build_stopped(build, outcome, fault);
}

static int
index_row(lua_State *lua)
{
	const struct row_view *view = *(struct row_view *const *)lua_touserdata(lua, 1);
	struct text name = { "?", 1 };
	if (lua_type(lua, 2) == LUA_TSTRING)
		name.data = lua_tolstring(lua, 2, &name.size);
	for (size_t i = 0; i < view->name_count; i++) {
		if (!text_equal(view->names[i], name))
			continue;
		struct text cell = view->row->fields[i].text;
		lua_pushlstring(lua, cell.size == 0 ? "" : cell.data, cell.size);
		return 1;
	}
	return luaL_error(lua, "the row has no column '%s'", sandbox_shown(lua, name));
}

static int
refuse_write(lua_State *lua)
{
	return luaL_error(lua, "the row can't be written");
}

void
row_view_push(lua_State *lua, struct row_view *view)
{
	struct row_view **shown = lua_newuserdatauv(lua, sizeof *shown, 0);
	*shown = view;
	lua_createtable(lua, 0, 3);
	lua_pushcfunction(lua, index_row);
	lua_setfield(lua, -2, "__index");
	lua_pushcfunction(lua, refuse_write);
	lua_setfield(lua, -2, "__newindex");
	lua_pushboolean(lua, false);
	lua_setfield(lua, -2, "__metatable");
	lua_setmetatable(lua, -2);
}
