/* Reading what our own Lua left in tables (see reader.h). */
#include "reader.h"

void *
reader_take(lua_State *lua, struct arena *arena, size_t count, size_t size)
{
	void *taken = arena_take_zeroed(arena, count, size);
	if (taken == NULL)
		sandbox_refuse_memory(lua);
	return taken;
}

struct text
reader_pop_text(lua_State *lua, struct arena *arena)
{
	struct text text;
	text.data = lua_tolstring(lua, -1, &text.size);
	must(text.data != NULL);
	text = arena_copy_text(arena, text);
	if (text.data == NULL)
		sandbox_refuse_memory(lua);
	lua_pop(lua, 1);
	return text;
}

bool
reader_has(lua_State *lua, const char *field)
{
	bool there = lua_getfield(lua, -1, field) != LUA_TNIL;
	lua_pop(lua, 1);
	return there;
}

bool
reader_flag(lua_State *lua, const char *field)
{
	lua_getfield(lua, -1, field);
	bool flag = lua_toboolean(lua, -1);
	lua_pop(lua, 1);
	return flag;
}

int64_t
reader_integer(lua_State *lua, const char *field)
{
	lua_getfield(lua, -1, field);
	must(lua_isinteger(lua, -1));
	int64_t value = lua_tointeger(lua, -1);
	lua_pop(lua, 1);
	return value;
}

uint32_t
reader_number(lua_State *lua, const char *field)
{
	int64_t value = reader_integer(lua, field);
	must(value >= 0 && value <= UINT32_MAX);
	return (uint32_t)value;
}

struct text
reader_text(lua_State *lua, struct arena *arena, const char *field)
{
	lua_getfield(lua, -1, field);
	return reader_pop_text(lua, arena);
}

const struct text *
reader_texts(lua_State *lua, struct arena *arena, const char *field, uint32_t *count)
{
	*count = reader_open(lua, field);
	struct text *texts = reader_take(lua, arena, *count, sizeof *texts);
	for (uint32_t i = 0; i < *count; i++) {
		reader_entry(lua, i);
		texts[i] = reader_pop_text(lua, arena);
	}
	reader_close(lua);
	return texts;
}

uint32_t
reader_choice(lua_State *lua, struct arena *arena, const char *field, const char *const names[],
	uint32_t count)
{
	struct text name = reader_text(lua, arena, field);
	uint32_t place = 0;
	while (!text_equal(name, text_of(names[place]))) {
		place++;
		must(place < count);
	}
	return place;
}

uint32_t
reader_index(lua_State *lua, const char *field)
{
	return reader_has(lua, field) ? reader_number(lua, field) : NO_INDEX;
}

int32_t
reader_function(lua_State *lua, const char *field)
{
	return reader_has(lua, field) ? (int32_t)reader_integer(lua, field) : NO_FUNCTION;
}

enum rounding
reader_rounding(lua_State *lua, struct arena *arena, const char *field)
{
	enum rounding mode = ROUND_HALF_UP;
	must(rounding_parse(reader_text(lua, arena, field), &mode));
	return mode;
}

enum cycle
reader_cycle(lua_State *lua, struct arena *arena, const char *field)
{
	static const char *const names[] = { "day", "month", "year" };
	return (enum cycle)READER_CHOICE(lua, arena, field, names);
}

enum unit
reader_unit(lua_State *lua, struct arena *arena)
{
	struct text name = reader_text(lua, arena, "unit");
	for (enum unit unit = UNIT_SECOND; unit <= UNIT_ITEM; unit++)
		if (text_equal(name, text_of(unit_name(unit))))
			return unit;
	must_failed("a unit that is known", __FILE__, __LINE__, __func__);
}

uint32_t
reader_open(lua_State *lua, const char *field)
{
	must(lua_getfield(lua, -1, field) == LUA_TTABLE);
	size_t count = lua_rawlen(lua, -1);
	must(count < UINT32_MAX);
	return (uint32_t)count;
}

void
reader_entry(lua_State *lua, uint32_t index)
{
	lua_rawgeti(lua, -1, (lua_Integer)index + 1);
}

void
reader_close(lua_State *lua)
{
	lua_pop(lua, 1);
}

struct reader_list
reader_list(lua_State *lua, struct arena *arena, const char *field, size_t size)
{
	uint32_t count = reader_open(lua, field);
	return (struct reader_list){ lua, reader_take(lua, arena, count, size), size, count, 0 };
}

void *
reader_next(struct reader_list *list)
{
	must(list->next <= list->count);
	if (list->next > 0)
		reader_close(list->lua); /* the entry before */
	if (list->next == list->count) {
		reader_close(list->lua);
		return NULL;
	}
	reader_entry(list->lua, list->next);
	return (uint8_t *)list->items + list->size * list->next++;
}

bool
reader_money(lua_State *lua, const char *field, struct money *amount)
{
	if (!reader_has(lua, field))
		return false;
	amount->micros = reader_integer(lua, field);
	return true;
}
