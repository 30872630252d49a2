/*
 * A reader of Lua's tokens, good enough for what compiles: for findings about what stands in a
 * script, which Lua itself does not tell.
 */
#ifndef SUANPAN_LEXER_H
#define SUANPAN_LEXER_H

#include "../engine/base/bytes.h"

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_STRING, TOKEN_NUMBER, TOKEN_SIGN };

struct token {
	enum token_kind kind;
	struct text text; /* of a string: between its quotes, as written */
	size_t offset;
	uint32_t line;
};

struct lexer {
	struct text source;
	size_t next;   /* offset of the next unread byte */
	uint32_t line; /* of it, from 1 */
};

/* The next token; signs are one letter each. TOKEN_END at the end, and again behind it. */
struct token lexer_take(struct lexer *lexer);

bool token_is_sign(const struct token *token, char sign);
bool token_is_name(const struct token *token, const char *name);
/* Where the token stands in its line, in characters from 1. */
uint32_t token_column(const struct lexer *lexer, const struct token *token);

#endif
