/*
 * What is wrong with a script that Lua does not compile, for those who have never seen Lua: a comma or a quote of Chinese
 * writing, ":" between a name and its value, a word of Lua's own as a name, "//" before a remark. What it does not know is told
 * as Lua tells it.
 */
#ifndef SUANPAN_SYNTAX_H
#define SUANPAN_SYNTAX_H

#include "../engine/base/bytes.h"

struct syntax_problem {
	uint32_t
		column; /* of the line that Lua named, in characters from 1; 0 if it is not known */
	char say_en[640], say_zh[640];
	char mend_en[200], mend_zh[200];
};

/* `message` is what Lua said of a line of the source. */
void syntax_explain(
	struct text source, uint32_t line, const char *message, struct syntax_problem *problem);

#endif
