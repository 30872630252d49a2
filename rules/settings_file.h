/*
 * A settings file: Lua, run in the sandbox, that returns a table of settings:
 *
 *   return {
 *       listen = "127.0.0.1:7117",
 *       usage = { age_max = "20 years" },      -- the same as ["usage.age_max"] = "20 years"
 *       connections = { max = 200 },
 *   }
 *
 * Values are texts or integers. Any thread.
 */
#ifndef SUANPAN_SETTINGS_FILE_H
#define SUANPAN_SETTINGS_FILE_H

#include "../engine/base/bytes.h"
#include "../engine/base/status.h"

/*
 * Calls `set` for each setting, in order of name; it ends early with the status that `set` gave.
 * `path` names the file in messages. STATUS_INVALID: an error in the script, something else than
 * settings, or one that is given both ways.
 */
enum status settings_file_read(struct text path, struct text source,
	enum status (*set)(void *context, const char *name, const char *value, struct fault *fault),
	void *context, struct fault *fault);

#endif
