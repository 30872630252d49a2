#include "subject.h"

#include <lauxlib.h>
#include <stdio.h>

#include "../engine/base/must.h"
#include "money_lua.h"
#include "sandbox.h"
#include "subject_lua.h"

#define MONTHS_MAX 120

static const struct subject *
self(lua_State *lua)
{
	const struct subject *const *const *place = lua_touserdata(lua, lua_upvalueindex(1));
	return **place;
}

static struct text
check_name(lua_State *lua, int index)
{
	struct text name;
	if (lua_type(lua, index) != LUA_TSTRING)
		luaL_error(lua, "a name is a text in quotes");
	name.data = lua_tolstring(lua, index, &name.size);
	return name;
}

/* The fact of that name, which the catalog must have; NULL if it is not known of the customer. */
static const struct attribute *
find_fact(const struct subject *subject, struct text name)
{
	for (uint32_t i = 0; i < subject->fact_count; i++)
		if (text_equal(subject->facts[i].name, name))
			return &subject->facts[i];
	return NULL;
}

static enum fact_kind
kind_of(lua_State *lua, const struct subject *subject, struct text name)
{
	const struct selling *selling = subject->image->selling;
	uint32_t fact = selling_fact(selling, name);
	if (fact == NO_PARTY)
		luaL_error(
			lua, "the catalog has no fact '%s' of customers", sandbox_shown(lua, name));
	return selling->facts[fact].kind;
}

static int
wrong_fact(lua_State *lua, struct text name, const char *wanted)
{
	return luaL_error(lua, "the fact '%s' is not %s", sandbox_shown(lua, name), wanted);
}

static const struct attribute *
known_fact(lua_State *lua, const struct subject *subject, struct text name)
{
	const struct attribute *fact = find_fact(subject, name);
	if (fact == NULL)
		luaL_error(lua, "the fact '%s' of the customer is not known",
			sandbox_shown(lua, name));
	return fact;
}

/* A text or a whole number as an amount. */
static bool
amount_of(const struct attribute *fact, struct ratio *value)
{
	struct money amount;
	if (fact->text.data == NULL)
		*value = ratio_of(fact->number);
	else if (money_parse(fact->text, &amount))
		*value = ratio_of_money(amount);
	else
		return false;
	return true;
}

static bool
date_of(const struct attribute *fact, struct date *date)
{
	return fact->text.data != NULL && date_parse(fact->text, date);
}

static bool
is_of_kind(const struct attribute *fact, enum fact_kind kind)
{
	struct ratio value;
	struct date date;
	switch (kind) {
	case FACT_MONEY:
	case FACT_MONEY_BY_MONTH:
		return amount_of(fact, &value);
	case FACT_INTEGER:
		return fact->text.data == NULL;
	case FACT_BOOLEAN:
		return text_equal(fact->text, TEXT("true")) ||
			text_equal(fact->text, TEXT("false"));
	case FACT_DATE:
		return date_of(fact, &date);
	case FACT_TEXT:
		return fact->text.data != NULL;
	}
	return false;
}

/* The fact of the catalog: of "spend.2026-01" by month, "spend"; NO_PARTY. */
static uint32_t
declared_fact(const struct selling *selling, struct text name)
{
	const size_t month_size = strlen(".2026-01");
	uint32_t fact = selling_fact(selling, name);
	if (fact != NO_PARTY)
		return selling->facts[fact].kind == FACT_MONEY_BY_MONTH ? NO_PARTY : fact;
	if (name.size <= month_size || name.data[name.size - month_size] != '.')
		return NO_PARTY;
	name.size -= month_size;
	fact = selling_fact(selling, name);
	return fact != NO_PARTY && selling->facts[fact].kind == FACT_MONEY_BY_MONTH ? fact
										    : NO_PARTY;
}

bool
subject_facts_fit(const struct image *image, const struct attribute *facts, uint32_t fact_count,
	struct near_miss *miss)
{
	static const char *const kinds[] = { "money", "integer", "text", "boolean", "date",
		"money by month" };
	const struct selling *selling = image->selling;
	for (uint32_t i = 0; i < fact_count; i++) {
		uint32_t fact = declared_fact(selling, facts[i].name);
		if (fact != NO_PARTY && is_of_kind(&facts[i], selling->facts[fact].kind))
			continue;
		*miss = (struct near_miss){ .tariff = facts[i].name,
			.condition = fact == NO_PARTY ? "fact_unknown" : "fact_kind",
			.wanted = fact == NO_PARTY ? TEXT("")
						   : text_of(kinds[selling->facts[fact].kind]),
			.got = facts[i].text };
		return false;
	}
	return true;
}

static int
push_fact(lua_State *lua, const struct attribute *fact, enum fact_kind kind, struct text name)
{
	struct ratio value;
	struct date date;
	bool is_text = fact->text.data != NULL;
	switch (kind) {
	case FACT_MONEY:
		if (!amount_of(fact, &value))
			return wrong_fact(lua, name, "an amount");
		exact_push(lua, EXACT_MONEY, value);
		return 1;
	case FACT_INTEGER:
		if (is_text)
			return wrong_fact(lua, name, "a whole number");
		lua_pushinteger(lua, fact->number);
		return 1;
	case FACT_BOOLEAN:
		if (!is_text ||
			(!text_equal(fact->text, TEXT("true")) &&
				!text_equal(fact->text, TEXT("false"))))
			return wrong_fact(lua, name, "true or false");
		lua_pushboolean(lua, text_equal(fact->text, TEXT("true")));
		return 1;
	case FACT_DATE:
		if (!date_of(fact, &date))
			return wrong_fact(lua, name, "a date such as \"2026-01-31\"");
		break;
	case FACT_TEXT:
		if (!is_text)
			return wrong_fact(lua, name, "a text");
		break;
	case FACT_MONEY_BY_MONTH:
		break;
	}
	lua_pushlstring(lua, fact->text.data, fact->text.size);
	return 1;
}

/* c.customer.FACT; upvalue: where the subject is. */
static int
index_customer(lua_State *lua)
{
	const struct subject *subject = self(lua);
	struct text name = check_name(lua, 2);
	enum fact_kind kind = kind_of(lua, subject, name);
	if (kind == FACT_MONEY_BY_MONTH)
		return luaL_error(lua, "the fact '%s' is by month: ask c.average(\"%s\", 3)",
			sandbox_shown(lua, name), sandbox_shown(lua, name));
	return push_fact(lua, known_fact(lua, subject, name), kind, name);
}

static bool
begins_with_month(struct text fact, struct text name)
{
	return fact.size == name.size + strlen(".2026-01") &&
		memcmp(fact.data, name.data, name.size) == 0 && fact.data[name.size] == '.';
}

/* c.knows("FACT") */
static int
call_knows(lua_State *lua)
{
	const struct subject *subject = self(lua);
	struct text name = check_name(lua, 1);
	bool by_month = kind_of(lua, subject, name) == FACT_MONEY_BY_MONTH;
	bool known = find_fact(subject, name) != NULL;
	for (uint32_t i = 0; by_month && i < subject->fact_count; i++)
		known = known || begins_with_month(subject->facts[i].name, name);
	lua_pushboolean(lua, known);
	return 1;
}

static int64_t
today(const struct subject *subject)
{
	return cycle_at(CYCLE_DAY, subject->image->zone, subject->at_ms).first_day;
}

/* The amount of the month so many months before that day; 0 if there is none. */
static struct ratio
amount_of_month(lua_State *lua, const struct subject *subject, struct text name, int32_t ago)
{
	struct date date = date_of_day(today(subject));
	int32_t months = date.year * 12 + date.month - 1 - ago;
	char key[160];
	struct ratio value = ratio_of(0);
	int size = snprintf(
		key, sizeof key, "%.*s.%04d-%02d", TEXT_ARGS(name), months / 12, months % 12 + 1);
	must(size > 0 && (size_t)size < sizeof key);
	const struct attribute *fact = find_fact(subject, (struct text){ key, (size_t)size });
	if (fact != NULL && !amount_of(fact, &value))
		luaL_error(lua, "the fact '%s' is not an amount", key);
	return value;
}

/* c.average("FACT", months) */
static int
call_average(lua_State *lua)
{
	const struct subject *subject = self(lua);
	struct text name = check_name(lua, 1);
	struct ratio sum = ratio_of(0), average;
	if (kind_of(lua, subject, name) != FACT_MONEY_BY_MONTH)
		return luaL_error(lua, "the fact '%s' is not by month", sandbox_shown(lua, name));
	if (!lua_isinteger(lua, 2) || lua_tointeger(lua, 2) < 1 ||
		lua_tointeger(lua, 2) > MONTHS_MAX)
		return luaL_error(lua, "c.average takes 1 to %d months", MONTHS_MAX);
	int32_t months = (int32_t)lua_tointeger(lua, 2);
	for (int32_t ago = 1; ago <= months; ago++)
		if (!ratio_add(sum, amount_of_month(lua, subject, name, ago), &sum))
			return luaL_error(
				lua, "OVERFLOW: the average is beyond what money can hold");
	if (!ratio_divide(sum, ratio_of(months), &average))
		return luaL_error(lua, "OVERFLOW: the average is beyond what money can hold");
	exact_push(lua, EXACT_MONEY, average);
	return 1;
}

/* c.days_till("FACT") */
static int
call_days_till(lua_State *lua)
{
	const struct subject *subject = self(lua);
	struct text name = check_name(lua, 1);
	struct date date;
	if (kind_of(lua, subject, name) != FACT_DATE)
		return luaL_error(lua, "the fact '%s' is not a date", sandbox_shown(lua, name));
	if (!date_of(known_fact(lua, subject, name), &date))
		return wrong_fact(lua, name, "a date such as \"2026-01-31\"");
	lua_pushinteger(lua, day_of_date(date) - today(subject));
	return 1;
}

static bool
cut_prefix(struct text *name, struct text prefix)
{
	if (name->size <= prefix.size || memcmp(name->data, prefix.data, prefix.size) != 0)
		return false;
	*name = (struct text){ name->data + prefix.size, name->size - prefix.size };
	return true;
}

/* c.holds("NAME") */
static int
call_holds(lua_State *lua)
{
	const struct subject *subject = self(lua);
	const struct selling *selling = subject->image->selling;
	struct text name = check_name(lua, 1), id = name;
	enum subject_thing thing = SUBJECT_PARTY;
	uint32_t number;
	if (cut_prefix(&id, TEXT("product."))) {
		thing = SUBJECT_PRODUCT;
		number = selling_product(selling, id);
	} else if (cut_prefix(&id, TEXT("plan."))) {
		number = selling_party(selling, PARTY_PLAN, id);
	} else if (cut_prefix(&id, TEXT("offering."))) {
		number = selling_party(selling, PARTY_OFFERING, id);
	} else {
		cut_prefix(&id, TEXT("package."));
		number = selling_party(selling, PARTY_PACKAGE, id);
	}
	if (number == NO_PARTY)
		return luaL_error(lua, "the catalog has no '%s'", sandbox_shown(lua, name));
	lua_pushboolean(lua, subject->holds(subject->context, thing, number));
	return 1;
}

static int
unknown_field(lua_State *lua)
{
	return luaL_error(lua,
		"the context has no field '%s'; it has average, customer, days_till, holds, knows",
		lua_type(lua, 2) == LUA_TSTRING ? sandbox_shown_at(lua, 2) : "?");
}

/* Leaves a value that reads through the function or table on the top, which is popped. */
static void
push_view(lua_State *lua)
{
	lua_newuserdatauv(lua, 0, 0);
	sandbox_seal(lua, sandbox_refuse_context);
}

/* A closure over where the subject is, which lies on the top and stays. */
static void
set_method(lua_State *lua, const char *name, lua_CFunction function)
{
	lua_pushvalue(lua, -1);
	lua_pushcclosure(lua, function, 1);
	lua_setfield(lua, -3, name);
}

void
subject_push(lua_State *lua, const struct subject *const *subject)
{
	lua_createtable(lua, 0, 5);
	const struct subject *const **place = lua_newuserdatauv(lua, sizeof *place, 0);
	*place = subject;
	set_method(lua, "knows", call_knows);
	set_method(lua, "average", call_average);
	set_method(lua, "days_till", call_days_till);
	set_method(lua, "holds", call_holds);
	lua_pushvalue(lua, -1);
	lua_pushcclosure(lua, index_customer, 1);
	push_view(lua);
	lua_setfield(lua, -3, "customer");
	lua_pop(lua, 1);
	/* what is in none of its fields is an error that names them */
	lua_createtable(lua, 0, 1);
	lua_pushcfunction(lua, unknown_field);
	lua_setfield(lua, -2, "__index");
	lua_setmetatable(lua, -2);
	push_view(lua);
}
