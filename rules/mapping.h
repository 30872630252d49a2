/*
 * Inside of layouts: what a layout declared, as plain data that layout.c interprets for each row.
 */
#ifndef SUANPAN_MAPPING_H
#define SUANPAN_MAPPING_H

#include "build.h"
#include "rate.h"

#include "../engine/base/csv.h"

enum source_kind {
	SOURCE_TEXT,   /* as it stands */
	SOURCE_COLUMN, /* a cell of the row */
	SOURCE_CALL,   /* what a function gives */
};

struct source {
	enum source_kind kind;
	struct text text;
	uint32_t number; /* of the column in mapping.columns, or of the function */
};

struct named_source {
	struct text name;
	struct source source;
};

struct skip_rule {
	uint32_t column;
	bool is_not;
	const struct text *values;
	uint32_t value_count;
	struct source because;
};

enum time_kind { TIME_FORM, TIME_RFC3339, TIME_UNIX, TIME_UNIX_MS };

struct time_form {
	enum time_kind kind;
	struct text form; /* "YYYY-MM-DD hh:mm:ss": what is not a part must stand in the text too */
	size_t year, month, day, hour, minute, second; /* where each part begins */
};

struct mapping {
	char zone[ZONE_NAME_MAX];
	bool header;
	char separator;
	struct time_form time;
	const struct skip_rule *skips;
	uint32_t skip_count;
	struct source id, service, from, to, at, quantity;
	enum unit unit;
	const struct named_source *attributes; /* sorted by name */
	uint32_t attribute_count;
	const struct text
		*columns; /* that are looked at; without a header: all there are, in order */
	uint32_t column_count;
	uint32_t function_count;
};

/*
 * Reads the mapping that rules/lib/layouts.lua left on the top of the build's stack, into the
 * arena; leaves the list of functions in its place.
 */
enum status mapping_read(
	struct build *build, struct arena *arena, struct mapping *mapping, struct fault *fault);

/* What a function of a layout sees: row.NAME, the text of a cell. */
struct row_view {
	const struct csv_row *row;
	const struct text *names; /* of the cells, in order */
	size_t name_count;
};
void row_view_push(lua_State *lua, struct row_view *view);

#endif
