/*
 * Fields that stand twice in one pair of braces. Lua keeps the last without a word, and so would a price that was
 * copied and not renamed; only the script itself still shows both.
 */
#ifndef SUANPAN_TWICE_H
#define SUANPAN_TWICE_H

#include "../engine/base/bytes.h"

struct twice {
	struct text name; /* in the source */
	uint32_t line, column;
	uint32_t first_line;
};

/* The first `room` in a script that compiles, in order; false without memory. */
bool twice_find(struct text source, struct twice *found, size_t room, size_t *count);

#endif
