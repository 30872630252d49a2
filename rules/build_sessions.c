/*
 * The terms on which sessions run, from the model that rules/lib/sessions.lua made to the image (see
 * build_image.h).
 */
#include "build_image.h"

/* Those in a field of the table on the top. */
static struct session_terms
read_terms(lua_State *lua, const char *field)
{
	static const char *const finals[] = { "", "terminate", "redirect", "restrict" };
	struct session_terms terms = { 0 };
	lua_getfield(lua, -1, field);
	terms.quota = reader_integer(lua, "quota");
	terms.valid_ms = reader_integer(lua, "valid") * SECOND_MS;
	if (reader_has(lua, "final"))
		terms.final = (enum final_action)READER_CHOICE(
			lua, image_arena(lua), "final", finals);
	if (reader_has(lua, "address"))
		terms.address = reader_text(lua, image_arena(lua), "address");
	terms.services = reader_texts(lua, image_arena(lua), "services", &terms.service_count);
	reader_close(lua);
	return terms;
}

const struct session_terms *
build_session_terms(lua_State *lua)
{
	if (!reader_has(lua, "session"))
		return NULL;
	struct session_terms *terms = reader_take(lua, image_arena(lua), 1, sizeof *terms);
	*terms = read_terms(lua, "session");
	image_work(lua)->built->image.has_session_terms = true;
	return terms;
}

void
build_sessions(lua_State *lua, struct package *package)
{
	struct reader_list list = reader_list(
		lua, image_arena(lua), "sessions", sizeof(struct session_rule));
	for (struct session_rule *one; (one = reader_next(&list)) != NULL;) {
		one->id = reader_text(lua, image_arena(lua), "id");
		one->serves = build_serves(lua, image_arena(lua), &one->serve_count);
		one->terms = read_terms(lua, "terms");
	}
	if (list.count > 0)
		image_work(lua)->built->image.has_session_terms = true;
	package->sessions = list.items;
	package->session_count = list.count;
}
