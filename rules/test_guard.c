/* The limits of guards, from what rules/lib/guards.lua made of them to the report. */
#include "test_guard.h"

#include "../engine/base/must.h"
#include "reader.h"
#include "test_run.h"

static enum guard_of
guard_of(struct text name)
{
	static const char *const names[] = { [GUARD_TOTAL] = "total",
		[GUARD_CUSTOMER] = "customer",
		[GUARD_SEGMENT] = "segment",
		[GUARD_PACKAGE] = "package",
		[GUARD_ZONE] = "zone",
		[GUARD_LOST] = "lost" };
	unsigned of = 0;
	while (!text_equal(name, text_of(names[of])))
		must(++of < sizeof names / sizeof names[0]);
	return (enum guard_of)of;
}

struct guard
guard_read(lua_State *lua, struct arena *arena)
{
	lua_getfield(lua, -1, "guard");
	struct guard guard = { .of = guard_of(reader_text(lua, arena, "of")) };
	if (guard.of == GUARD_LOST) {
		guard.count = (uint64_t)reader_integer(lua, "count");
	} else {
		guard.rises = text_equal(reader_text(lua, arena, "way"), TEXT("rises"));
		guard.parts_per_million = reader_number(lua, "parts");
		guard.amount.micros = reader_integer(lua, "amount");
	}
	reader_close(lua);
	return guard;
}

bool
test_guard_list(struct test_run *run, const struct test_case *test)
{
	struct arena *arena = &run->report->arena;
	struct guard *guard = arena_take(arena, sizeof *guard);
	if (guard == NULL)
		return false;
	*guard = test->guard;
	guard->file = arena_copy_text(arena, test->file);
	guard->line = test->line;
	guard->name = arena_copy_text(arena, test->name);
	*run->guards_end = guard;
	run->guards_end = &guard->next;
	return guard->file.data != NULL && guard->name.data != NULL;
}
