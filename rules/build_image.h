/*
 * Inside of building images: what all that reads the model that rules/lib/image.lua made shares
 * (reader.h). The model is ours and sound, so that a wrong type is a bug; only memory can be short.
 * All of it happens inside of one protected call, and may raise errors of Lua.
 */
#ifndef SUANPAN_BUILD_IMAGE_H
#define SUANPAN_BUILD_IMAGE_H

#include "build.h"
#include "reader.h"

/* What the protected call works on: the lowest on its stack. */
struct image_work {
	struct build *build;
	struct built *built;
	enum status status; /* why an error was raised, if not by Lua */
	struct fault *fault;
};

static inline struct image_work *
image_work(lua_State *lua)
{
	return lua_touserdata(lua, 1);
}

/* Where all of the image lies. */
static inline struct arena *
image_arena(lua_State *lua)
{
	return &image_work(lua)->built->image.arena;
}

/* Ends the call with this status; its fault is told. It does not return. */
void image_raise(lua_State *lua, enum status status);

/* build_zones.c: the zone maps and the services of the model on the top. */
void build_zone_maps(lua_State *lua, struct image *image);
void build_services(lua_State *lua, struct image *image);

/* build_calendar.c: the calendars of the model on the top; the names of each one's bands, for the tariffs. */
struct band_list {
	const struct text *bands;
	uint32_t count;
};
const struct band_list *build_calendars(lua_State *lua, struct built *built);

/* build_package.c: the packages of the model on the top, whose services, calendars and taxes are there. */
void build_packages(lua_State *lua, struct image *image, const struct band_list *bands);

/* build_sessions.c: the terms of sessions: of the service on the top, or NULL; of the package on the top. */
const struct session_terms *build_session_terms(lua_State *lua);
void build_sessions(lua_State *lua, struct package *package);

/* build_topups.c: the rules for top-ups of the model on the top, whose services are there. */
void build_topups(lua_State *lua, struct image *image);

#endif
