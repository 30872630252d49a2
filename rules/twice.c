#include "twice.h"

#include "../engine/base/memory.h"
#include "lexer.h"

/* Lua itself nests no deeper. */
#define DEPTH_MAX 200

struct field {
	struct text name; /* NULL: this place is free */
	uint32_t braces;
	uint32_t line;
};

struct finder {
	struct lexer lexer;
	/* What is open, innermost last: numbers of braces, and 0 for function, do, if and repeat. */
	uint32_t open[DEPTH_MAX];
	size_t depth;
	uint32_t braces; /* that were opened so far */
	/* All fields so far, by a hash of braces and name. */
	struct field *fields;
	size_t fields_mask;
};

/* At most one field for each '=': twice as many places, so that a free one is found soon. */
static bool
make_fields(struct finder *finder, struct text source)
{
	size_t count = 16;
	for (size_t i = 0; i < source.size; i++)
		count += source.data[i] == '=';
	size_t places = 32;
	while (places < 2 * count)
		places *= 2;
	finder->fields = memory_new_zeroed(places, sizeof *finder->fields);
	finder->fields_mask = places - 1;
	return finder->fields != NULL;
}

/* Where the field is, or will be. */
static struct field *
field_place(struct finder *finder, uint32_t braces, struct text name)
{
	uint64_t hash = braces * UINT64_C(0x9e3779b97f4a7c15);
	for (size_t i = 0; i < name.size; i++)
		hash = (hash ^ (uint8_t)name.data[i]) * UINT64_C(0x100000001b3);
	size_t at = (size_t)(hash ^ hash >> 32) & finder->fields_mask;
	while (finder->fields[at].name.data != NULL &&
		(finder->fields[at].braces != braces || !text_equal(finder->fields[at].name, name)))
		at = (at + 1) & finder->fields_mask;
	return &finder->fields[at];
}

static bool
is_closing(const struct token *token)
{
	return token_is_sign(token, '}') || token_is_name(token, "end") ||
		token_is_name(token, "until");
}

/* `while` and `for` have a `do`. */
static bool
is_opening(const struct token *token)
{
	return token_is_sign(token, '{') || token_is_name(token, "function") ||
		token_is_name(token, "do") || token_is_name(token, "if") ||
		token_is_name(token, "repeat");
}

/* The name of a field that begins with the token: `name =` or `["name"] =`. */
static bool
takes_name(struct lexer lexer, const struct token *token, struct text *name)
{
	struct token next = *token;
	if (token_is_sign(token, '[')) {
		next = lexer_take(&lexer);
		*name = next.text;
		if (next.kind != TOKEN_STRING)
			return false;
		next = lexer_take(&lexer);
		if (!token_is_sign(&next, ']'))
			return false;
	} else {
		*name = next.text;
		if (next.kind != TOKEN_NAME)
			return false;
	}
	next = lexer_take(&lexer);
	struct token behind = lexer_take(&lexer);
	return token_is_sign(&next, '=') && !token_is_sign(&behind, '=');
}

bool
twice_find(struct text source, struct twice *found, size_t room, size_t *count)
{
	struct finder finder = { .lexer = { source, 0, 1 } };
	bool begins = false; /* behind {, a comma or a semicolon: a field may begin */
	struct text name;
	*count = 0;
	if (!make_fields(&finder, source))
		return false;
	for (;;) {
		struct token token = lexer_take(&finder.lexer);
		uint32_t braces = finder.depth > 0 ? finder.open[finder.depth - 1] : 0;
		if (token.kind == TOKEN_END || *count == room)
			break;
		if (begins && braces > 0 && takes_name(finder.lexer, &token, &name)) {
			struct field *field = field_place(&finder, braces, name);
			if (field->name.data != NULL)
				found[(*count)++] = (struct twice){ name, token.line,
					token_column(&finder.lexer, &token), field->line };
			else
				*field = (struct field){ name, braces, token.line };
		}
		if (is_opening(&token)) {
			if (finder.depth == DEPTH_MAX)
				break;
			finder.open[finder.depth++] = token_is_sign(&token, '{') ? ++finder.braces
										 : 0;
		} else if (is_closing(&token) && finder.depth > 0) {
			finder.depth--;
		}
		begins = token_is_sign(&token, '{') || token_is_sign(&token, ',') ||
			token_is_sign(&token, ';');
	}
	memory_free(finder.fields);
	return true;
}
