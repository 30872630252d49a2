#include "lexer.h"

static bool
is_letter(char letter)
{
	return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
		letter == '_';
}

static bool
is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

static char
look(const struct lexer *lexer, size_t ahead)
{
	size_t at = lexer->next + ahead;
	return at < lexer->source.size ? lexer->source.data[at] : '\0';
}

static void
step(struct lexer *lexer)
{
	if (look(lexer, 0) == '\n')
		lexer->line++;
	lexer->next++;
}

/* The number of '=' of a long bracket that opens here, or -1. */
static int
long_bracket_level(const struct lexer *lexer)
{
	int level = 0;
	if (look(lexer, 0) != '[')
		return -1;
	while (look(lexer, (size_t)level + 1) == '=')
		level++;
	return look(lexer, (size_t)level + 1) == '[' ? level : -1;
}

/* Reads [==[ … ]==]; the text between. */
static struct text
take_long(struct lexer *lexer, int level)
{
	lexer->next += (size_t)level + 2;
	size_t from = lexer->next;
	while (lexer->next < lexer->source.size) {
		int closing = 0;
		if (look(lexer, 0) == ']')
			while (closing < level && look(lexer, (size_t)closing + 1) == '=')
				closing++;
		if (look(lexer, 0) == ']' && closing == level &&
			look(lexer, (size_t)closing + 1) == ']') {
			struct text text = { lexer->source.data + from, lexer->next - from };
			lexer->next += (size_t)level + 2;
			return text;
		}
		step(lexer);
	}
	return (struct text){ lexer->source.data + from, lexer->source.size - from };
}

static struct text
take_quoted(struct lexer *lexer)
{
	char quote = look(lexer, 0);
	size_t from = ++lexer->next;
	while (lexer->next < lexer->source.size && look(lexer, 0) != quote) {
		if (look(lexer, 0) == '\\')
			step(lexer);
		if (lexer->next < lexer->source.size)
			step(lexer);
	}
	struct text text = { lexer->source.data + from, lexer->next - from };
	if (lexer->next < lexer->source.size)
		lexer->next++;
	return text;
}

static void
skip_comment(struct lexer *lexer)
{
	lexer->next += 2;
	int level = long_bracket_level(lexer);
	if (level >= 0) {
		take_long(lexer, level);
		return;
	}
	while (lexer->next < lexer->source.size && look(lexer, 0) != '\n')
		lexer->next++;
}

static void
skip_blank(struct lexer *lexer)
{
	while (lexer->next < lexer->source.size) {
		char letter = look(lexer, 0);
		if (letter == '-' && look(lexer, 1) == '-')
			skip_comment(lexer);
		else if (letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n')
			step(lexer);
		else
			return;
	}
}

/* A digit, or the point of `.5`, which is no end of `..`. */
static bool
begins_number(const struct lexer *lexer)
{
	bool after_point = lexer->next > 0 && lexer->source.data[lexer->next - 1] == '.';
	return is_digit(look(lexer, 0)) ||
		(look(lexer, 0) == '.' && is_digit(look(lexer, 1)) && !after_point);
}

/*
 * Within a number that begins at an offset: the point before its decimals, which is none of `..`,
 * or the sign of an exponent.
 */
static bool
goes_on(const struct lexer *lexer, size_t offset)
{
	const char *number = lexer->source.data + offset;
	char letter = look(lexer, 0), before = lexer->source.data[lexer->next - 1];
	bool hexadecimal = lexer->next - offset > 1 && (number[1] == 'x' || number[1] == 'X');
	if (letter == '.')
		return before != '.' && look(lexer, 1) != '.';
	return (letter == '+' || letter == '-') &&
		strchr(hexadecimal ? "pP" : "eE", before) != NULL;
}

struct token
lexer_take(struct lexer *lexer)
{
	skip_blank(lexer);
	struct token token = { .offset = lexer->next, .line = lexer->line };
	char letter = look(lexer, 0);
	if (lexer->next >= lexer->source.size)
		return token;
	int level = long_bracket_level(lexer);
	if (letter == '"' || letter == '\'' || level >= 0) {
		token.kind = TOKEN_STRING;
		token.text = level >= 0 ? take_long(lexer, level) : take_quoted(lexer);
		return token;
	}
	token.kind = is_letter(letter) ? TOKEN_NAME
		: begins_number(lexer) ? TOKEN_NUMBER
				       : TOKEN_SIGN;
	step(lexer);
	while ((token.kind != TOKEN_SIGN &&
		       (is_letter(look(lexer, 0)) || is_digit(look(lexer, 0)))) ||
		(token.kind == TOKEN_NUMBER && goes_on(lexer, token.offset)))
		lexer->next++;
	token.text = (struct text){ lexer->source.data + token.offset, lexer->next - token.offset };
	return token;
}

bool
token_is_sign(const struct token *token, char sign)
{
	return token->kind == TOKEN_SIGN && token->text.data[0] == sign;
}

bool
token_is_name(const struct token *token, const char *name)
{
	return token->kind == TOKEN_NAME && text_equal(token->text, text_of(name));
}

uint32_t
token_column(const struct lexer *lexer, const struct token *token)
{
	uint32_t column = 1;
	for (size_t i = token->offset; i > 0 && lexer->source.data[i - 1] != '\n'; i--)
		column += ((uint8_t)lexer->source.data[i - 1] & 0xc0) != 0x80;
	return column;
}
