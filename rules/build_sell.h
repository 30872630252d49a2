/*
 * Inside of building images: what reads the parts of selling, each from the table on the top of the
 * stack (reader.h). Raises errors of Lua.
 */
#ifndef SUANPAN_BUILD_SELL_H
#define SUANPAN_BUILD_SELL_H

#include "reader.h"

struct making {
	lua_State *lua;
	struct arena *arena;
	const struct zoneinfo *zone;
};

static inline struct reader_list
build_sell_list(const struct making *making, const char *field, size_t size)
{
	return reader_list(making->lua, making->arena, field, size);
}

struct number_list build_sell_numbers(const struct making *making, const char *field);
struct text build_sell_text(const struct making *making, const char *field);
/* Which of some names stands in a field. */
#define BUILD_SELL_CHOICE(making, field, names) \
	READER_CHOICE((making)->lua, (making)->arena, field, names)
/* A list of such names: a bit for each. */
uint32_t build_sell_bits(
	const struct making *making, const char *field, const char *const *names, uint32_t count);
#define BUILD_SELL_BITS(making, field, names) \
	build_sell_bits(making, field, names, sizeof(names) / sizeof(names)[0])

/* build_prompts.c */
void build_prompts(const struct making *making, struct selling *selling);
/* build_lives.c */
void build_lives(const struct making *making, struct selling *selling);

#endif
