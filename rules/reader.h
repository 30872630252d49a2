/*
 * Reads what our own Lua left in tables into C: fields of the table on the top of the stack. What
 * is read is ours and sound, so that a wrong type is a bug; only memory can be short, which ends
 * the protected call as SANDBOX_STARVED. Texts and arrays are copied to an arena.
 */
#ifndef SUANPAN_READER_H
#define SUANPAN_READER_H

#include "image.h"
#include "sandbox.h"

/* Zeroed room for count * size bytes. */
void *reader_take(lua_State *lua, struct arena *arena, size_t count, size_t size);
/* The text on the top; pops it. */
struct text reader_pop_text(lua_State *lua, struct arena *arena);

/* Is there anything in the field? */
bool reader_has(lua_State *lua, const char *field);
bool reader_flag(lua_State *lua, const char *field);
int64_t reader_integer(lua_State *lua, const char *field);
uint32_t reader_number(lua_State *lua, const char *field);
struct text reader_text(lua_State *lua, struct arena *arena, const char *field);
/* A list of texts. */
const struct text *
reader_texts(lua_State *lua, struct arena *arena, const char *field, uint32_t *count);
/* The place of the text in a field among some names. */
uint32_t reader_choice(lua_State *lua, struct arena *arena, const char *field,
	const char *const names[], uint32_t count);
#define READER_CHOICE(lua, arena, field, names) \
	reader_choice(lua, arena, field, names, sizeof(names) / sizeof(names)[0])
/* What stands in a field that may be absent: a place in a list, or a function. */
uint32_t reader_index(lua_State *lua, const char *field);   /* or NO_INDEX */
int32_t reader_function(lua_State *lua, const char *field); /* or NO_FUNCTION */
enum rounding reader_rounding(lua_State *lua, struct arena *arena, const char *field);
enum cycle reader_cycle(lua_State *lua, struct arena *arena, const char *field); /* "day" … */
/* "second", "byte" or "item" in the field "unit". */
enum unit reader_unit(lua_State *lua, struct arena *arena);

/* Pushes the list in a field; how many entries it has. */
uint32_t reader_open(lua_State *lua, const char *field);
/* Pushes entry `index` (from 0) of the list on the top. */
void reader_entry(lua_State *lua, uint32_t index);
/* Pops what reader_open or reader_entry pushed. */
void reader_close(lua_State *lua);

/*
 * A list in a field whose entries become the items of an array, zeroed, in the arena:
 *
 *	struct reader_list caps = reader_list(lua, arena, "caps", sizeof(struct cap));
 *	for (struct cap *one; (one = reader_next(&caps)) != NULL;)
 *		one->amount.micros = reader_integer(lua, "amount");
 *
 * In each round the item's entry is on the top. It must go on to the end; then the stack is as it
 * was.
 */
struct reader_list {
	lua_State *lua;
	void *items;
	size_t size; /* of an item */
	uint32_t count;
	uint32_t next;
};
struct reader_list reader_list(lua_State *lua, struct arena *arena, const char *field, size_t size);
void *reader_next(struct reader_list *list);

/* The amount in a field of micro-units; false if there is none, and it stays. */
bool reader_money(lua_State *lua, const char *field, struct money *amount);

#endif
