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

struct number_list build_sell_numbers(const struct making *making, const char *field);
struct text build_sell_text(const struct making *making, const char *field);
/* Which of `names` stands in a field. */
uint32_t build_sell_choice(
	const struct making *making, const char *field, const char *const *names, uint32_t count);
#define BUILD_SELL_CHOICE(making, field, names) \
	build_sell_choice(making, field, names, sizeof(names) / sizeof(names)[0])
/* Opens the list in a field; room for its entries, and how many they are. */
void *build_sell_open(const struct making *making, const char *field, size_t size, uint32_t *count);

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
