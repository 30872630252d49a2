/*
 * What a catalog's function sees of the usage it is asked about: one value `c`, made once for a
 * host and pointed at each usage in turn, so that a call makes no tables.
 *
 *   c.service  c.from  c.to                          texts
 *   c.quantity, and by the unit of the service:
 *   c.seconds, c.bytes or c.items                    whole numbers
 *   c.at.year .month .day .hour .minute .second      local time of the catalog's zone
 *   c.at.weekday  c.at.date                          "monday", "2026-01-31"
 *   c.attributes.NAME                                text, whole number, or nil
 *
 * Nothing of it can be written. A field that does not exist is an error that names those that do.
 */
#ifndef SUANPAN_CONTEXT_H
#define SUANPAN_CONTEXT_H

#include "rate.h"

#include <lua.h>

struct usage_context {
	const struct usage *usage;
	const struct zoneinfo *zone;
	bool clock_known; /* local_ms is that of the usage */
	int64_t local_ms;
};

/* Leaves the value `c` that shows what *context points at, which must stay. Raises errors of Lua.
 */
void context_push(lua_State *lua, struct usage_context *context);

/* The local day on which the usage began, since 1970. */
int64_t context_day(struct usage_context *context);

static inline void
context_set(struct usage_context *context, const struct usage *usage)
{
	context->usage = usage;
	context->clock_known = false;
}

#endif
