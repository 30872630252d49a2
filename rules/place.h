/*
 * Where in a script something was written. While a script runs, only the line of a call is known:
 * `tariff { … }` at line 12. From there, the text is read again to find one of its fields, by name
 * or by number: line 14, column 9.
 */
#ifndef SUANPAN_PLACE_H
#define SUANPAN_PLACE_H

#include "../engine/base/bytes.h"

/* A step into a table constructor: a field by name, or a positional entry by number from 1. */
struct place_key {
	struct text name; /* data NULL: a number */
	int64_t number;
};

struct place_query {
	uint32_t line;    /* of the call, from 1 */
	struct text word; /* what was called */
	uint32_t nth;     /* which of those on that line, from 1 */
	const struct place_key *path;
	size_t path_count;
};

struct place {
	uint32_t line;
	uint32_t column; /* in characters, from 1; 0 if it is not known */
};

/*
 * The place of the last key of the path that is written there; that of the word itself, if none is;
 * the line without a column, if not even that. Never fails: the text may be anything.
 */
struct place place_find(struct text source, const struct place_query *query);

#endif
