/* What the server says to people (see say.h). */
#include "say.h"

#include "base/bilingual.h"
#include "base/must.h"

#include <string.h>

struct sentence {
	const char *code;
	enum say_kind kind;
	const char *en;
	const char *zh;
};

#define SAY_ROW(code, kind, en, zh) { #code, kind, en, zh },
static const struct sentence SENTENCES[SAY_COUNT] = { SAY_CODES(SAY_ROW) };
#undef SAY_ROW

const char *
say_code(enum say say)
{
	must(say < SAY_COUNT);
	return SENTENCES[say].code;
}

enum say_kind
say_kind(enum say say)
{
	must(say < SAY_COUNT);
	return SENTENCES[say].kind;
}

const char *
say_template(enum say say, bool zh)
{
	must(say < SAY_COUNT);
	return zh ? SENTENCES[say].zh : SENTENCES[say].en;
}

/* The number of the blank that begins here, or -1. */
static int
blank_at(const char *at)
{
	if (at[0] == '{' && at[1] >= '0' && at[1] <= '9' && at[2] == '}')
		return at[1] - '0';
	return -1;
}

/* Writes the filled sentence to `into`, or only measures it if that is NULL. */
static size_t
fill(char *into, const char *template, bool zh, const struct text *arguments, size_t count)
{
	size_t size = 0;
	while (*template != '\0') {
		int blank = blank_at(template);
		struct text piece = { template, 1 };
		if (blank >= 0)
			piece = (size_t)blank < count ? bilingual_pick(arguments[blank], zh)
						      : TEXT("");
		if (into != NULL && piece.size > 0)
			memcpy(into + size, piece.data, piece.size);
		size += piece.size;
		template += blank >= 0 ? 3 : 1;
	}
	return size;
}

struct text
say_fill(struct arena *arena, enum say say, bool zh, const struct text *arguments, size_t count)
{
	const char *template = say_template(say, zh);
	must(count <= SAY_ARGUMENTS_MAX);
	size_t size = fill(NULL, template, zh, arguments, count);
	char *into = arena_take(arena, size);
	if (into == NULL)
		return (struct text){ NULL, 0 };
	fill(into, template, zh, arguments, count);
	return (struct text){ into, size };
}
