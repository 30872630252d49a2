/*
 * Inside of hosts: runs the scripts of a release again, under the limits of a build, and keeps
 * their functions.
 */
#ifndef SUANPAN_RELOAD_H
#define SUANPAN_RELOAD_H

#include "caller.h"
#include "host.h"

struct reload {
	const char *list; /* function of rules/lib/catalog.lua that lists the functions … */
	uint32_t count;   /* … of which there must be so many */
	void (*show)(lua_State *lua, void *context); /* as caller_open has it */
	void *context;
	const struct host_limits *limits;
};

enum status reload_functions(struct release *release, const struct reload *reload,
	struct caller *caller, struct fault *fault);

#endif
