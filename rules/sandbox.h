/*
 * The sandbox: one Lua state with an allow-list instead of the standard libraries, a budget of
 * instructions, caps on memory and on one block, and a wall deadline. Every entry into Lua is one
 * protected call, sandbox_call. Only files below rules/ include this header.
 *
 * There are two environments. Scripts of others see only what sandbox_allow put into a table that
 * they can't write: words of the language (rules/lib/declare.lua) and a few harmless functions
 * (sandbox_words.c). Our own scripts, rules/lib, run in the state's globals with more of the
 * standard library. Nothing leads from the first to the second: the functions that could (debug,
 * getmetatable, load …) don't exist in either.
 *
 * What bounds a script:
 *   instructions  a count hook. Once the budget is gone it is armed at 1, so that every further
 *                 instruction fails too, whatever might catch the error.
 *   long C        no function of the allow-list works longer than a few microseconds without
 *                 debiting the budget (sandbox_debit).
 *   memory        an allocator with a cap on the state, on a block, and on all that one call asks
 *                 for, so that a call can't run long by making garbage.
 *   wall          looked at by the hook. It begins at the first look, so that a short call costs no
 *                 clock: a look comes every `stride` instructions.
 *
 * Nothing depends on the seed of Lua's hashes: scripts have no pairs and no next, and text of a
 * table or function shows no address. Comparing texts is by bytes, since the process never sets
 * LC_COLLATE (sandbox_new checks it).
 *
 * Not thread-safe: a sandbox belongs to one thread at a time.
 */
#ifndef SUANPAN_SANDBOX_H
#define SUANPAN_SANDBOX_H

#include "../engine/base/bytes.h"
#include "../engine/base/must.h"
#include "../engine/base/status.h"

#include <lauxlib.h>
#include <lua.h>

struct sandbox_limits {
	uint64_t instructions; /* until armed again */
	uint32_t stride;       /* instructions between two looks at the budget and the clock */
	uint32_t wall_us;      /* from the first look */
	size_t memory_bytes;   /* of the state */
	size_t block_bytes;    /* of one allocation */
	size_t taken_bytes;    /* asked for in all until armed again, freed or not */
};

enum sandbox_outcome {
	SANDBOX_DONE,
	SANDBOX_ERROR,        /* the script raised an error */
	SANDBOX_INSTRUCTIONS, /* its budget is used up */
	SANDBOX_MEMORY,       /* past a cap of memory */
	SANDBOX_STARVED,  /* within its caps, but there is no more memory: no fault of the script */
	SANDBOX_DEADLINE, /* past the wall deadline */
};

/* Why and where the last call ended. */
struct sandbox_problem {
	char file[256]; /* the script of others that was running; empty if none was */
	uint32_t line;
	char text[512];    /* one sentence, UTF-8 where the script's text was */
	char text_zh[128]; /* the same in Chinese, where no script worded it; else empty */
};

struct sandbox {
	lua_State *lua;
	void *owner; /* whose functions call back: a build, a layout … */
	struct sandbox_limits limits;
	size_t memory_used;
	size_t taken;
	int64_t instructions; /* left */
	int armed;            /* instructions until the next look */
	uint64_t deadline_ns; /* 0: not looked yet */
	bool starved;         /* the last request that failed was within the caps */
	enum sandbox_outcome stopped;
	bool inside;
	struct sandbox_problem problem;
};

/* A state with both environments, the language's harmless words among the allowed. */
enum status
sandbox_new(const struct sandbox_limits *limits, struct sandbox **sandbox, struct fault *fault);
void sandbox_free(struct sandbox *sandbox);

static inline struct sandbox *
sandbox_of(lua_State *lua)
{
	return *(struct sandbox **)lua_getextraspace(lua);
}

/* Other limits from now on; the budget begins anew. */
void sandbox_arm(struct sandbox *sandbox, const struct sandbox_limits *limits);
/* The same limits, a fresh budget. */
static inline void
sandbox_rearm(struct sandbox *sandbox)
{
	sandbox->instructions = (int64_t)sandbox->limits.instructions;
	sandbox->taken = 0;
	sandbox->deadline_ns = 0;
}

/*
 * The protected call: of the function below `arguments` values on the stack. On SANDBOX_DONE
 * `results` values are left, else nothing, and sandbox->problem says why. Calls don't nest.
 */
enum sandbox_outcome sandbox_call(struct sandbox *sandbox, int arguments, int results);
/* Runs work of ours that may raise errors of Lua (memory above all), with `argument` on its stack.
 */
enum sandbox_outcome sandbox_run(struct sandbox *sandbox, lua_CFunction work, void *argument);
/*
 * An outcome as a failure of ours. STATUS_LIMIT: past the instructions or a cap of memory;
 * STATUS_MEMORY: starved; STATUS_BUSY: past the deadline; STATUS_INVALID: an error of the script.
 */
enum status
sandbox_fault(const struct sandbox *sandbox, enum sandbox_outcome outcome, struct fault *fault);

/* The functions below raise errors of Lua: use them inside of a protected call. */

/* Takes `cost` instructions from the budget; for functions that work long in C. */
void sandbox_debit(lua_State *lua, size_t cost);
/* Ends the call as SANDBOX_STARVED, for memory that is not Lua's. */
void sandbox_refuse_memory(lua_State *lua);
/* Compiles text of others; leaves a function, or raises "file:line: what". `path` names it. */
void sandbox_load(lua_State *lua, struct text path, struct text source);
/*
 * Leaves what rules/lib/NAME.lua returned; runs it the first time, with the global functions `use`
 * (this one) and `native` (a table that the owner may have made) as its arguments.
 */
void sandbox_use(lua_State *lua, const char *name);
/* Makes the value on the top a word of the scripts' environment, and pops it. */
void sandbox_allow(lua_State *lua, const char *word);
/* Leaves the table of allowed words (not the scripts' view of it, which can't be written). */
void sandbox_words(lua_State *lua);
/*
 * Stack: what reads a field, a function or a table; a table or userdata → the latter, which reads
 * through the former, and whose writing is what `refuse` refuses. Its metatable can't be had.
 */
void sandbox_seal(lua_State *lua, lua_CFunction refuse);
int sandbox_refuse_context(lua_State *lua); /* "the context can't be written" */
/* Replaces the table on the top by a view of it that reads but can't be written. */
void sandbox_freeze(lua_State *lua);
/*
 * The scripts have run and only their functions stay: forgets rules/lib and the globals, and makes
 * an unknown word an error.
 */
void sandbox_close_words(lua_State *lua);
/* The file and line of the script of others that is running; false if none is. */
bool sandbox_place(lua_State *lua, lua_Debug *place);

/* sandbox_words.c: fills the environments; called by sandbox_new. */
void sandbox_open_words(lua_State *lua);

/*
 * A text for a sentence of an error, where a zero byte would end it: those are shown as "\0". It
 * stays on the stack. The second is of the text at an index.
 */
const char *sandbox_shown(lua_State *lua, struct text text);
const char *sandbox_shown_at(lua_State *lua, int index);

#endif
