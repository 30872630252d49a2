/*
 * Inside of testing: what tests of different kinds read alike from the table on the top of the
 * stack (reader.h). Raises errors of Lua.
 */
#ifndef SUANPAN_TEST_READING_H
#define SUANPAN_TEST_READING_H

#include "reader.h"
#include "sell.h"

struct reading {
	lua_State *lua;
	const struct zoneinfo *zone; /* of local times */
	struct arena *arena;
};

/* The text in a field; data is NULL if there is none. */
struct text reading_text(const struct reading *reading, const char *field);
/* The moment { ms, is_local } on the top. */
int64_t reading_moment(const struct reading *reading);
/* The moment in a field, if there is one. */
int64_t reading_moment_of(const struct reading *reading, const char *field, int64_t otherwise);
/* Texts and numbers by their names, of the list in a field. */
const struct attribute *
reading_attributes(const struct reading *reading, const char *field, uint32_t *count);
/* A fact and when it holds, of the table on the top; and several. */
struct due_fact reading_fact(const struct reading *reading);
const struct due_fact *
reading_facts(const struct reading *reading, const char *field, uint32_t *count);
/* The items that are held, of the list in a field: from_ms where one does not say since when. */
const struct sell_item *
reading_items(const struct reading *reading, const char *field, int64_t from_ms, uint32_t *count);
/* What the one on the top is, without plan, offering and when. */
struct sell_item reading_item_of(const struct reading *reading);
/* The one on the top. */
struct sell_item reading_item(const struct reading *reading, int64_t from_ms);

#endif
