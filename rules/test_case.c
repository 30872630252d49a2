#include "test_case.h"

#include "reader.h"

/* What the protected call works on. */
struct reading {
	const struct zoneinfo *zone;
	struct arena *arena;
	struct test_cases *cases;
};

static struct reading *
reading_of(lua_State *lua)
{
	return lua_touserdata(lua, 1);
}

static struct arena *
arena_of(lua_State *lua)
{
	return reading_of(lua)->arena;
}

static struct text
get_text(lua_State *lua, const char *field)
{
	if (!reader_has(lua, field))
		return (struct text){ NULL, 0 };
	return reader_text(lua, arena_of(lua), field);
}

/* A moment { ms, is_local } in a field; `otherwise` where there is none. */
static int64_t
get_moment(lua_State *lua, const char *field, int64_t otherwise)
{
	if (!reader_has(lua, field))
		return otherwise;
	lua_getfield(lua, -1, field);
	int64_t ms = reader_integer(lua, "ms");
	if (reader_flag(lua, "is_local"))
		ms = zoneinfo_local_to_utc(reading_of(lua)->zone, ms);
	reader_close(lua);
	return ms;
}

static void
read_attributes(lua_State *lua, struct usage *usage)
{
	uint32_t count = reader_open(lua, "attributes");
	struct attribute *attributes = reader_take(lua, arena_of(lua), count, sizeof *attributes);
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, i);
		attributes[i].name = get_text(lua, "name");
		attributes[i].text = get_text(lua, "text");
		if (attributes[i].text.data == NULL)
			attributes[i].number = reader_integer(lua, "number");
		reader_close(lua);
	}
	reader_close(lua);
	usage->attributes = attributes;
	usage->attribute_count = count;
}

static void
read_usage(lua_State *lua, struct usage *usage)
{
	lua_getfield(lua, -1, "event");
	usage->service = get_text(lua, "service");
	usage->from = get_text(lua, "from");
	usage->to = get_text(lua, "to");
	usage->at_ms = get_moment(lua, "at", 0);
	usage->unit = reader_unit(lua, arena_of(lua));
	usage->quantity = reader_integer(lua, "quantity");
	read_attributes(lua, usage);
	reader_close(lua);
}

static void
read_holdings(lua_State *lua, struct test_case *test)
{
	test->holding_count = reader_open(lua, "holds");
	struct holding *holdings = reader_take(
		lua, arena_of(lua), test->holding_count, sizeof *holdings);
	for (uint32_t i = 0; i < test->holding_count; i++) {
		reader_entry(lua, i);
		holdings[i].package = get_text(lua, "package");
		holdings[i].from_ms = get_moment(lua, "from", INT64_MIN);
		holdings[i].till_ms = get_moment(lua, "till", INT64_MAX);
		reader_close(lua);
	}
	reader_close(lua);
	test->holdings = holdings;
}

static void
read_used(lua_State *lua, struct test_case *test)
{
	test->used_count = reader_open(lua, "used");
	struct used_allowance *used = reader_take(
		lua, arena_of(lua), test->used_count, sizeof *used);
	for (uint32_t i = 0; i < test->used_count; i++) {
		reader_entry(lua, i);
		used[i].package = get_text(lua, "package");
		used[i].allowance = get_text(lua, "allowance");
		used[i].amount = reader_integer(lua, "amount");
		used[i].has_cycle = reader_has(lua, "cycle");
		used[i].cycle = used[i].has_cycle ? reader_integer(lua, "cycle") : 0;
		reader_close(lua);
	}
	reader_close(lua);
	test->used = used;
}

static void
read_expectation(lua_State *lua, struct expectation *expect)
{
	lua_getfield(lua, -1, "expect");
	expect->has_amount = reader_has(lua, "amount");
	if (expect->has_amount)
		expect->amount.micros = reader_integer(lua, "amount");
	expect->zone = get_text(lua, "zone");
	expect->tariff = get_text(lua, "tariff");
	expect->parts = get_text(lua, "parts");
	expect->refused = get_text(lua, "refused");
	expect->nearest = get_text(lua, "nearest");
	reader_close(lua);
}

/* Stack: the reading, the list of cases. */
static int
work_cases(lua_State *lua)
{
	struct test_cases *cases = reading_of(lua)->cases;
	luaL_checkstack(lua, 20, NULL);
	cases->count = (uint32_t)lua_rawlen(lua, -1);
	struct test_case *list = reader_take(lua, arena_of(lua), cases->count, sizeof *list);
	for (uint32_t i = 0; i < cases->count; i++) {
		reader_entry(lua, i);
		list[i].name = get_text(lua, "name");
		list[i].file = get_text(lua, "file");
		list[i].word = get_text(lua, "word");
		list[i].line = reader_number(lua, "line");
		list[i].nth = reader_number(lua, "nth");
		list[i].row = reader_number(lua, "row");
		list[i].due = due_case_read(lua, reading_of(lua)->zone, arena_of(lua));
		if (list[i].due != NULL) {
			reader_close(lua);
			continue;
		}
		read_usage(lua, &list[i].usage);
		read_holdings(lua, &list[i]);
		read_used(lua, &list[i]);
		read_expectation(lua, &list[i].expect);
		reader_close(lua);
	}
	cases->cases = list;
	return 0;
}

enum status
test_cases_read(struct build *build, const struct zoneinfo *zone, struct arena *arena,
	struct test_cases *cases, struct fault *fault)
{
	lua_State *lua = build->sandbox->lua;
	struct reading reading = { zone, arena, cases };
	lua_pushcfunction(lua, work_cases);
	lua_insert(lua, -2);
	lua_pushlightuserdata(lua, &reading);
	lua_insert(lua, -2);
	enum sandbox_outcome outcome = sandbox_call(build->sandbox, 2, 0);
	return outcome == SANDBOX_DONE ? STATUS_OK : build_stopped(build, outcome, fault);
}
