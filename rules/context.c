#include "context.h"

#include <lauxlib.h>
#include <stdio.h>

#include "../engine/base/must.h"
#include "sandbox.h"

enum field {
	FIELD_SERVICE = 1,
	FIELD_FROM,
	FIELD_TO,
	FIELD_QUANTITY,
	FIELD_SECONDS,
	FIELD_BYTES,
	FIELD_ITEMS,
	FIELD_AT,
	FIELD_ATTRIBUTES,
	FIELD_YEAR,
	FIELD_MONTH,
	FIELD_DAY,
	FIELD_HOUR,
	FIELD_MINUTE,
	FIELD_SECOND,
	FIELD_WEEKDAY,
	FIELD_DATE,
};

struct field_name {
	const char *name;
	enum field field;
};

static const struct field_name usage_fields[] = {
	{ "at", FIELD_AT },
	{ "attributes", FIELD_ATTRIBUTES },
	{ "bytes", FIELD_BYTES },
	{ "from", FIELD_FROM },
	{ "items", FIELD_ITEMS },
	{ "quantity", FIELD_QUANTITY },
	{ "seconds", FIELD_SECONDS },
	{ "service", FIELD_SERVICE },
	{ "to", FIELD_TO },
};

static const struct field_name clock_fields[] = {
	{ "date", FIELD_DATE },
	{ "day", FIELD_DAY },
	{ "hour", FIELD_HOUR },
	{ "minute", FIELD_MINUTE },
	{ "month", FIELD_MONTH },
	{ "second", FIELD_SECOND },
	{ "weekday", FIELD_WEEKDAY },
	{ "year", FIELD_YEAR },
};

#define COUNT(fields) (sizeof(fields) / sizeof(fields)[0])

static const struct usage_context *
self(lua_State *lua)
{
	return *(struct usage_context *const *)lua_touserdata(lua, 1);
}

static int
push_text(lua_State *lua, struct text text)
{
	lua_pushlstring(lua, text.size == 0 ? "" : text.data, text.size);
	return 1;
}

static int
unknown_field(lua_State *lua, const char *what, const struct field_name *fields, size_t count)
{
	lua_settop(lua, 2);
	lua_pushliteral(lua, "");
	for (size_t i = 0; i < count; i++) {
		lua_pushfstring(lua, i == 0 ? "%s" : ", %s", fields[i].name);
		lua_concat(lua, 2);
	}
	const char *name = lua_type(lua, 2) == LUA_TSTRING ? sandbox_shown_at(lua, 2) : "?";
	return luaL_error(lua, "%s has no field '%s'; it has %s", what, name, lua_tostring(lua, 3));
}

/* c.seconds where the usage is counted in bytes would be a number of something else. */
static int
push_quantity(lua_State *lua, const struct usage *usage, enum unit unit)
{
	if (usage->unit != unit)
		return luaL_error(lua, "this usage is counted in %ss: use c.%ss or c.quantity",
			unit_name(usage->unit), unit_name(usage->unit));
	lua_pushinteger(lua, usage->quantity);
	return 1;
}

/* Upvalues: field name → number, c.at, c.attributes. */
static int
index_usage(lua_State *lua)
{
	const struct usage *usage = self(lua)->usage;
	lua_pushvalue(lua, 2);
	lua_rawget(lua, lua_upvalueindex(1));
	switch ((enum field)lua_tointeger(lua, -1)) {
	case FIELD_SERVICE:
		return push_text(lua, usage->service);
	case FIELD_FROM:
		return push_text(lua, usage->from);
	case FIELD_TO:
		return push_text(lua, usage->to);
	case FIELD_QUANTITY:
		return push_quantity(lua, usage, usage->unit);
	case FIELD_SECONDS:
		return push_quantity(lua, usage, UNIT_SECOND);
	case FIELD_BYTES:
		return push_quantity(lua, usage, UNIT_BYTE);
	case FIELD_ITEMS:
		return push_quantity(lua, usage, UNIT_ITEM);
	case FIELD_AT:
		lua_pushvalue(lua, lua_upvalueindex(2));
		return 1;
	case FIELD_ATTRIBUTES:
		lua_pushvalue(lua, lua_upvalueindex(3));
		return 1;
	case FIELD_YEAR:
	case FIELD_MONTH:
	case FIELD_DAY:
	case FIELD_HOUR:
	case FIELD_MINUTE:
	case FIELD_SECOND:
	case FIELD_WEEKDAY:
	case FIELD_DATE:
		break;
	}
	return unknown_field(lua, "the context", usage_fields, COUNT(usage_fields));
}

/* Local time is worked out when the first function asks for it. */
static int64_t
local_ms(struct usage_context *context)
{
	if (!context->clock_known) {
		int64_t at_ms = context->usage->at_ms;
		context->local_ms = at_ms + zoneinfo_stretch(context->zone, at_ms).offset_ms;
		context->clock_known = true;
	}
	return context->local_ms;
}

int64_t
context_day(struct usage_context *context)
{
	return floor_divide(local_ms(context), DAY_MS);
}

static int
push_date(lua_State *lua, struct date date)
{
	char text[16];
	int size = snprintf(text, sizeof text, "%04d-%02d-%02d", date.year, date.month, date.day);
	must(size == 10);
	lua_pushlstring(lua, text, (size_t)size);
	return 1;
}

static int
index_clock(lua_State *lua)
{
	static const char *const weekdays[] = { "sunday", "monday", "tuesday", "wednesday",
		"thursday", "friday", "saturday" };
	int64_t ms = local_ms(*(struct usage_context **)lua_touserdata(lua, 1));
	int64_t day = floor_divide(ms, DAY_MS);
	int64_t of_day_ms = ms - day * DAY_MS;
	struct date date = date_of_day(day);
	lua_pushvalue(lua, 2);
	lua_rawget(lua, lua_upvalueindex(1));
	switch ((enum field)lua_tointeger(lua, -1)) {
	case FIELD_YEAR:
		lua_pushinteger(lua, date.year);
		return 1;
	case FIELD_MONTH:
		lua_pushinteger(lua, date.month);
		return 1;
	case FIELD_DAY:
		lua_pushinteger(lua, date.day);
		return 1;
	case FIELD_HOUR:
		lua_pushinteger(lua, of_day_ms / HOUR_MS);
		return 1;
	case FIELD_MINUTE:
		lua_pushinteger(lua, of_day_ms / MINUTE_MS % 60);
		return 1;
	case FIELD_SECOND:
		lua_pushinteger(lua, of_day_ms / SECOND_MS % 60);
		return 1;
	case FIELD_WEEKDAY:
		lua_pushstring(lua, weekdays[weekday_of_day(day)]);
		return 1;
	case FIELD_DATE:
		return push_date(lua, date);
	case FIELD_SERVICE:
	case FIELD_FROM:
	case FIELD_TO:
	case FIELD_QUANTITY:
	case FIELD_SECONDS:
	case FIELD_BYTES:
	case FIELD_ITEMS:
	case FIELD_AT:
	case FIELD_ATTRIBUTES:
		break;
	}
	return unknown_field(lua, "c.at", clock_fields, COUNT(clock_fields));
}

static int
index_attributes(lua_State *lua)
{
	const struct usage *usage = self(lua)->usage;
	struct text name;
	if (lua_type(lua, 2) != LUA_TSTRING)
		return luaL_error(lua, "an attribute is named by a text");
	name.data = lua_tolstring(lua, 2, &name.size);
	for (size_t i = 0; i < usage->attribute_count; i++) {
		const struct attribute *attribute = &usage->attributes[i];
		if (!text_equal(attribute->name, name))
			continue;
		if (attribute->text.data != NULL)
			return push_text(lua, attribute->text);
		lua_pushinteger(lua, attribute->number);
		return 1;
	}
	lua_pushnil(lua);
	return 1;
}

static void
push_field_numbers(lua_State *lua, const struct field_name *fields, size_t count)
{
	lua_createtable(lua, 0, (int)count);
	for (size_t i = 0; i < count; i++) {
		lua_pushinteger(lua, fields[i].field);
		lua_setfield(lua, -2, fields[i].name);
	}
}

/* A value that reads through `index`, whose `upvalues` are on the top and are popped. */
static void
push_view(lua_State *lua, struct usage_context *context, lua_CFunction index, int upvalues)
{
	lua_pushcclosure(lua, index, upvalues);
	struct usage_context **view = lua_newuserdatauv(lua, sizeof *view, 0);
	*view = context;
	sandbox_seal(lua, sandbox_refuse_context);
}

void
context_push(lua_State *lua, struct usage_context *context)
{
	push_field_numbers(lua, usage_fields, COUNT(usage_fields));
	push_field_numbers(lua, clock_fields, COUNT(clock_fields));
	push_view(lua, context, index_clock, 1);
	push_view(lua, context, index_attributes, 0);
	push_view(lua, context, index_usage, 3);
}
