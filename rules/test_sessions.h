/*
 * Inside of testing: the requests of a session in a scenario, as plain data.
 */
#ifndef SUANPAN_TEST_SESSIONS_H
#define SUANPAN_TEST_SESSIONS_H

#include "image.h"
#include "reader.h"

enum session_word { REQUEST_RESERVE, REQUEST_UPDATE, REQUEST_COMMIT };

/* A number of units: of a service's, whichever it is, or of this one. */
struct session_units {
	bool is_given;
	bool has_unit;
	enum unit unit;
	int64_t count;
};

struct session_step {
	enum session_word request;
	struct session_units used;
	struct session_units ask; /* count 0: the quota that the catalog says */
	/* Expected; a text whose data is NULL is not asked for. */
	struct session_units granted;
	struct text final;
	struct text refused;
	bool has_charged, has_unpaid, has_held;
	struct money charged, unpaid, held;
};

/* From what rules/lib/session_steps.lua made of a step, on the top of the stack. */
void
session_step_read(lua_State *lua, struct arena *arena, struct text word, struct session_step *step);

#endif
