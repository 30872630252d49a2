/* What rules/lib sees of C: the table `native`. Only our own scripts reach it. */
#include "native.h"

#include "../engine/base/utf8.h"
#include "due_context.h"
#include "money_lua.h"
#include "place.h"

#define SHORTENED_BYTES_MAX 60
#define TEXT_BYTES_MAX 4096
#define NAMES_COMPARED_MAX 64
#define PATH_DEPTH_MAX 16

/*
 * A field of the table at `index`; the text is empty where there is none. Stays valid while the
 * table does.
 */
static struct text
text_field(lua_State *lua, int index, const char *name)
{
	struct text text = { "", 0 };
	if (lua_getfield(lua, index, name) == LUA_TSTRING)
		text.data = lua_tolstring(lua, -1, &text.size);
	lua_pop(lua, 1);
	return text;
}

static lua_Integer
integer_field(lua_State *lua, int index, const char *name)
{
	lua_getfield(lua, index, name);
	lua_Integer value = lua_tointeger(lua, -1);
	lua_pop(lua, 1);
	return value;
}

/*
 * place() → file, line of the script of others that is running. A tail call leaves no trace of the
 * line, and as the last statement of a script not even of the file.
 */
static int
native_place(lua_State *lua)
{
	lua_Debug place;
	struct text path = native_build(lua)->script_path;
	if (sandbox_place(lua, &place)) {
		lua_pushstring(lua, place.source + 1);
		lua_pushinteger(lua, place.currentline);
	} else {
		lua_pushlstring(lua, path.data == NULL ? "" : path.data, path.size);
		lua_pushinteger(lua, 0);
	}
	return 2;
}

static size_t
read_path(lua_State *lua, int index, struct place_key *path)
{
	size_t count = lua_rawlen(lua, index);
	if (count > PATH_DEPTH_MAX)
		count = PATH_DEPTH_MAX;
	for (size_t i = 0; i < count; i++) {
		int kind = lua_rawgeti(lua, index, (lua_Integer)i + 1);
		path[i] = (struct place_key){ .number = lua_tointeger(lua, -1) };
		if (kind == LUA_TSTRING)
			path[i].name = native_text(lua, -1); /* stays in the path's table */
		lua_pop(lua, 1);
	}
	return count;
}

static struct text
source_of(const struct build *build, struct text file)
{
	struct bytes content;
	if (text_equal(file, build->script_path))
		return build->script_source;
	if (bundle_file(build->bundle, file, &content))
		return text_of_bytes(content);
	return (struct text){ "", 0 };
}

/* locate({ file, line, word, written, nth }, path) → line, column */
static int
native_locate(lua_State *lua)
{
	struct place_key path[PATH_DEPTH_MAX];
	struct text written = text_field(lua, 1, "written");
	struct place_query query = {
		.line = (uint32_t)integer_field(lua, 1, "line"),
		.word = written.size > 0 ? written : text_field(lua, 1, "word"),
		.nth = (uint32_t)integer_field(lua, 1, "nth"),
		.path = path,
		.path_count = read_path(lua, 2, path),
	};
	struct text file = text_field(lua, 1, "file");
	sandbox_debit(lua, 100);
	struct place place = place_find(source_of(native_build(lua), file), &query);
	lua_pushinteger(lua, place.line);
	lua_pushinteger(lua, place.column);
	return 2;
}

static enum severity
severity_field(lua_State *lua)
{
	struct text name = text_field(lua, 1, "severity");
	return text_equal(name, TEXT("note"))       ? FINDING_NOTE
		: text_equal(name, TEXT("warning")) ? FINDING_WARNING
						    : FINDING_ERROR;
}

/* report { severity, file, line, column, rule, say_en, say_zh, mend_en, mend_zh, propose } */
static int
native_report(lua_State *lua)
{
	struct build *build = native_build(lua);
	if (build->findings == NULL)
		return 0;
	struct finding finding = {
		.severity = severity_field(lua),
		.file = text_field(lua, 1, "file"),
		.line = (uint32_t)integer_field(lua, 1, "line"),
		.column = (uint32_t)integer_field(lua, 1, "column"),
		.rule = text_field(lua, 1, "rule"),
		.say_en = text_field(lua, 1, "say_en"),
		.say_zh = text_field(lua, 1, "say_zh"),
		.mend_en = text_field(lua, 1, "mend_en"),
		.mend_zh = text_field(lua, 1, "mend_zh"),
		.propose = text_field(lua, 1, "propose"),
	};
	if (!findings_add(build->findings, &finding))
		build->findings_lost = true;
	return 0;
}

/* loaded_language() → the version of the language of the release that is loaded; nil: it is checked */
static int
native_loaded_language(lua_State *lua)
{
	const struct build *build = native_build(lua);
	if (build->loaded_language == 0)
		lua_pushnil(lua);
	else
		lua_pushinteger(lua, build->loaded_language);
	return 1;
}

static int
native_has_errors(lua_State *lua)
{
	const struct build *build = native_build(lua);
	lua_pushboolean(lua,
		build->findings_lost ||
			(build->findings != NULL && findings_have_errors(build->findings)));
	return 1;
}

/* failed_scripts() → { path = source, … } of scripts that failed; were there more? */
static int
native_failed_scripts(lua_State *lua)
{
	const struct build *build = native_build(lua);
	lua_newtable(lua);
	for (size_t i = 0; i < build->failed_count && i < BUILD_FAILED_MAX; i++) {
		const struct failed_script *one = &build->failed[i];
		lua_pushlstring(lua, one->path.data, one->path.size);
		lua_pushlstring(lua, one->source.data, one->source.size);
		lua_rawset(lua, -3);
	}
	lua_pushboolean(lua, build->failed_unread || build->failed_count > BUILD_FAILED_MAX);
	return 2;
}

/*
 * How many letters must be changed, added, left out or exchanged with their neighbour to make b of
 * a (restricted Damerau-Levenshtein).
 */
static size_t
distance(struct text a, struct text b)
{
	size_t rows[3][NAMES_COMPARED_MAX + 1];
	for (size_t j = 0; j <= b.size; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.size; i++) {
		size_t *row = rows[i % 3];
		const size_t *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= b.size; j++) {
			size_t best = last[j - 1] + (a.data[i - 1] != b.data[j - 1]);
			best = last[j] + 1 < best ? last[j] + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] &&
				a.data[i - 2] == b.data[j - 1] && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
	}
	return rows[a.size % 3][b.size];
}

/* nearest(name, names) → the name that was probably meant, or nothing */
static int
native_nearest(lua_State *lua)
{
	struct text name = native_text(lua, 1);
	size_t count = lua_rawlen(lua, 2), best = 0;
	size_t limit = name.size <= 3 ? 1 : name.size <= 8 ? 2 : 3;
	if (name.size > NAMES_COMPARED_MAX || name.size == 0)
		return 0;
	lua_Integer found = 0;
	for (size_t i = 1; i <= count; i++) {
		lua_rawgeti(lua, 2, (lua_Integer)i);
		struct text other = native_text(lua, -1);
		lua_pop(lua, 1);
		sandbox_debit(lua, 4);
		if (other.size > NAMES_COMPARED_MAX || other.size > name.size + limit ||
			name.size > other.size + limit)
			continue;
		sandbox_debit(lua, name.size);
		size_t steps = distance(name, other);
		if (steps <= limit && (found == 0 || steps < best)) {
			best = steps;
			found = (lua_Integer)i;
		}
	}
	if (found == 0)
		return 0;
	lua_rawgeti(lua, 2, found);
	return 1;
}

/* words() → the table of words that scripts of others see */
static int
native_words(lua_State *lua)
{
	sandbox_words(lua);
	return 1;
}

/* micros("0.15" or money "0.15") → micro-units, or nothing */
static int
native_micros(lua_State *lua)
{
	struct money amount;
	enum exact_kind kind;
	struct ratio value;
	if (lua_type(lua, 1) == LUA_TSTRING) {
		if (!money_parse(native_text(lua, 1), &amount))
			return 0;
	} else if (!exact_get(lua, 1, &kind, &value) || kind != EXACT_MONEY ||
		!ratio_to_money(value, &amount)) {
		return 0;
	}
	lua_pushinteger(lua, amount.micros);
	return 1;
}

/* amount(micro-units) → "0.15" */
static int
native_amount(lua_State *lua)
{
	char text[MONEY_TEXT_MAX];
	size_t size = money_format((struct money){ luaL_checkinteger(lua, 1) }, text);
	lua_pushlstring(lua, text, size);
	return 1;
}

/* day("2026-01-31") → days since 1970, year; nothing if it is no day */
static int
native_day(lua_State *lua)
{
	struct date date;
	if (!date_parse(native_text(lua, 1), &date) || date.year < 1900 || date.year > 2199)
		return 0;
	lua_pushinteger(lua, day_of_date(date));
	lua_pushinteger(lua, date.year);
	return 2;
}

/* moment("2026-01-31", "2026-01-31 12:00:00" or RFC 3339) → ms since 1970, is it local time?; or nothing */
static int
native_moment(lua_State *lua)
{
	struct moment moment;
	if (lua_type(lua, 1) != LUA_TSTRING || !moment_parse(native_text(lua, 1), &moment))
		return 0;
	lua_pushinteger(lua, moment.ms);
	lua_pushboolean(lua, moment.is_local);
	return 2;
}

/* packages() → the ids of the packages of the release that is tested; nothing if there is none */
static int
native_packages(lua_State *lua)
{
	const struct image *image = native_build(lua)->image;
	if (image == NULL)
		return 0;
	lua_createtable(lua, (int)image->package_count, 0);
	for (uint32_t i = 0; i < image->package_count; i++) {
		struct text id = image->packages[i].id;
		lua_pushlstring(lua, id.data, id.size);
		lua_rawseti(lua, -2, (lua_Integer)i + 1);
	}
	return 1;
}

static int
native_is_text(lua_State *lua)
{
	struct text text = native_text(lua, 1);
	lua_pushboolean(lua, text.size <= TEXT_BYTES_MAX && utf8_is_valid(text));
	return 1;
}

/* shorten(text) → for a sentence: its beginning, whole characters, nothing that moves the cursor */
static int
native_shorten(lua_State *lua)
{
	struct text text = native_text(lua, 1);
	if (!utf8_is_valid(text)) {
		lua_pushliteral(lua, "(not UTF-8)");
		return 1;
	}
	size_t size = text.size;
	if (size > SHORTENED_BYTES_MAX) {
		size = SHORTENED_BYTES_MAX;
		while (size > 0 && ((uint8_t)text.data[size] & 0xc0) == 0x80)
			size--;
	}
	char shown[SHORTENED_BYTES_MAX + 1];
	for (size_t i = 0; i < size; i++)
		shown[i] = (uint8_t)text.data[i] < 0x20 || text.data[i] == 0x7f ? ' '
										: text.data[i];
	lua_pushlstring(lua, shown, size);
	if (size < text.size) {
		lua_pushliteral(lua, "…");
		lua_concat(lua, 2);
	}
	return 1;
}

static int
native_is_rounding(lua_State *lua)
{
	enum rounding mode;
	lua_pushboolean(lua, rounding_parse(native_text(lua, 1), &mode));
	return 1;
}

/* files() → the paths of the bundle */
static int
native_files(lua_State *lua)
{
	struct bytes rest = native_build(lua)->bundle, content;
	struct text path;
	bool sound;
	lua_Integer count = 0;
	lua_newtable(lua);
	while (bundle_next(&rest, &path, &content, &sound)) {
		lua_pushlstring(lua, path.data, path.size);
		lua_rawseti(lua, -2, ++count);
	}
	return 1;
}

static int
native_zone_name(lua_State *lua)
{
	struct text name = native_build(lua)->zone_name;
	lua_pushlstring(lua, name.data == NULL ? "" : name.data, name.size);
	return 1;
}

/* The lines from `first` to `last` (from 1) of a script, without the last line feed. */
static struct text
lines_of(struct text source, int first, int last)
{
	const char *at = source.data, *end = source.data + source.size, *from = end, *till = end;
	for (int line = 1; at < end && line <= last; line++) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));
		if (line == first)
			from = at;
		till = feed == NULL ? end : feed;
		at = feed == NULL ? end : feed + 1;
	}
	return (struct text){ from, till > from ? (size_t)(till - from) : 0 };
}

/* Is it one function, as an expression or as a statement? */
static bool
is_function(lua_State *lua, struct text text)
{
	static const char *const beginnings[] = { "return ", "" };
	bool is = false;
	sandbox_debit(lua, text.size);
	for (int i = 0; i < 2 && !is; i++) {
		lua_pushstring(lua, beginnings[i]);
		lua_pushlstring(lua, text.data, text.size);
		lua_concat(lua, 2);
		struct text chunk = native_text(lua, -1);
		is = luaL_loadbufferx(lua, chunk.data, chunk.size, "=function", "t") == LUA_OK;
		lua_pop(lua, 2);
	}
	return is;
}

/*
 * The function among the lines on which it stands: from the first `function` to the first `end` on
 * the last line with which it is whole. All of the lines where other functions stand on them too.
 */
static struct text
cut_function(lua_State *lua, struct text lines)
{
	static const struct text begin = { "function", 8 }, end = { "end", 3 };
	const char *stop = lines.data + lines.size;
	const char *from = memmem(lines.data, lines.size, begin.data, begin.size);
	if (from == NULL)
		return lines;
	struct text cut = { from, (size_t)(stop - from) };
	const char *last = stop;
	while (last > from && last[-1] != '\n')
		last--;
	while ((last = memmem(last, (size_t)(stop - last), end.data, end.size)) != NULL) {
		last += end.size;
		cut.size = (size_t)(last - from);
		if (is_function(lua, cut))
			return cut;
	}
	return lines;
}

/* exact(value) → its text, "12.50" or "1/3"; nothing if it is no exact number */
static int
native_exact(lua_State *lua)
{
	enum exact_kind kind;
	struct ratio value;
	if (!exact_get(lua, 1, &kind, &value))
		return 0;
	exact_push_text(lua, kind, value);
	return 1;
}

/* value(kind, value) → its one text: "12.50", "3", "2026-03-10"; nothing if it is none of the kind */
static int
native_value(lua_State *lua)
{
	enum value_kind kind;
	struct value value;
	char text[RATIO_TEXT_MAX + 1];
	luaL_argcheck(lua, value_kind_parse(native_text(lua, 1), &kind), 1, "a kind");
	if (lua_type(lua, 2) == LUA_TSTRING ? !value_parse(kind, native_text(lua, 2), &value)
					    : !due_value_get(lua, 2, kind, &value))
		return 0;
	if (kind == VALUE_TEXT || kind == VALUE_DATE)
		lua_pushvalue(lua, 2);
	else
		lua_pushlstring(lua, text, value_write(&value, text));
	return 1;
}

/* source(function) → as its author wrote it: "function(c) … end" */
static int
native_source(lua_State *lua)
{
	lua_Debug about;
	luaL_checktype(lua, 1, LUA_TFUNCTION);
	lua_pushvalue(lua, 1);
	lua_getinfo(lua, ">S", &about);
	if (about.linedefined <= 0) {
		lua_pushliteral(lua, "function");
		return 1;
	}
	struct text source = source_of(native_build(lua), text_of(about.source + 1));
	struct text lines = lines_of(source, about.linedefined, about.lastlinedefined);
	struct text cut = cut_function(lua, lines);
	lua_pushlstring(lua, cut.data, cut.size);
	return 1;
}

void
build_open_native(lua_State *lua)
{
	static const luaL_Reg functions[] = {
		{ "amount", native_amount },
		{ "counters", build_native_counters },
		{ "stored", build_native_stored },
		{ "facts", build_native_facts },
		{ "csv", build_native_csv },
		{ "csv_column", build_native_csv_column },
		{ "csv_names", build_native_csv_names },
		{ "day", native_day },
		{ "covers", build_native_covers },
		{ "decision", build_native_decision },
		{ "exact", native_exact },
		{ "failed_scripts", native_failed_scripts },
		{ "files", native_files },
		{ "has_errors", native_has_errors },
		{ "instant", build_native_instant },
		{ "is_rounding", native_is_rounding },
		{ "is_text", native_is_text },
		{ "later", build_native_later },
		{ "loaded_language", native_loaded_language },
		{ "locate", native_locate },
		{ "loops", build_native_loops },
		{ "members", build_native_members },
		{ "floats", build_native_floats },
		{ "reasons", build_native_reasons },
		{ "micros", native_micros },
		{ "moment", native_moment },
		{ "nearest", native_nearest },
		{ "packages", native_packages },
		{ "place", native_place },
		{ "report", native_report },
		{ "shorten", native_shorten },
		{ "source", native_source },
		{ "tables_asked", build_native_tables_asked },
		{ "value", native_value },
		{ "words", native_words },
		{ "zone_name", native_zone_name },
		{ NULL, NULL },
	};
	luaL_newlib(lua, functions);
	lua_setglobal(lua, "native");
}
