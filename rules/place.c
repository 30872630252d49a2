#include "place.h"

/* A reader of Lua's tokens, good enough for what compiles. */

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_STRING, TOKEN_NUMBER, TOKEN_SIGN };

struct token {
	enum token_kind kind;
	struct text text; /* of a string: between its quotes, as written */
	size_t offset;
	uint32_t line;
};

struct lexer {
	struct text source;
	size_t next;
	uint32_t line;
};

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

static struct token
take(struct lexer *lexer)
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
	token.kind = is_letter(letter) ? TOKEN_NAME : is_digit(letter) ? TOKEN_NUMBER : TOKEN_SIGN;
	step(lexer);
	if (token.kind != TOKEN_SIGN)
		while (is_letter(look(lexer, 0)) || is_digit(look(lexer, 0)))
			lexer->next++;
	token.text = (struct text){ lexer->source.data + token.offset, lexer->next - token.offset };
	return token;
}

static bool
is_sign(const struct token *token, char sign)
{
	return token->kind == TOKEN_SIGN && token->text.data[0] == sign;
}

static bool
is_name(const struct token *token, const char *name)
{
	return token->kind == TOKEN_NAME && text_equal(token->text, text_of(name));
}

/* How much deeper the text behind the token is than before it: brackets, and blocks of functions.
 */
static int
depth_change(const struct token *token)
{
	if (is_sign(token, '{') || is_sign(token, '(') || is_sign(token, '[') ||
		is_name(token, "function") || is_name(token, "if") || is_name(token, "do") ||
		is_name(token, "repeat"))
		return 1;
	if (is_sign(token, '}') || is_sign(token, ')') || is_sign(token, ']') ||
		is_name(token, "end") || is_name(token, "until"))
		return -1;
	return 0;
}

/* Goes on to the separator or brace that ends the value; true for a separator. */
static bool
skip_value(struct lexer *lexer)
{
	int depth = 0;
	for (;;) {
		struct lexer before = *lexer;
		struct token token = take(lexer);
		if (token.kind == TOKEN_END)
			return false;
		if (depth == 0 && (is_sign(&token, ',') || is_sign(&token, ';')))
			return true;
		depth += depth_change(&token);
		if (depth < 0) {
			*lexer = before;
			return false;
		}
	}
}

/*
 * A key as it is written: name =, ["name"] =, [1] =; or the next positional one. Goes on to the
 * value.
 */
static struct place_key
take_key(struct lexer *lexer, int64_t *positional)
{
	struct lexer at = *lexer;
	struct token first = take(&at);
	bool bracket = is_sign(&first, '[');
	struct token key = bracket ? take(&at) : first;
	if (bracket)
		take(&at);
	struct token equals = take(&at);
	struct token after = take(&at);
	bool assigned = is_sign(&equals, '=') && !is_sign(&after, '=');
	if (!assigned || (!bracket && key.kind != TOKEN_NAME))
		return (struct place_key){ .number = ++*positional };
	lexer->next = equals.offset + 1;
	lexer->line = equals.line;
	if (key.kind != TOKEN_NUMBER)
		return (struct place_key){ .name = key.text };
	struct place_key numbered = { .number = 0 };
	for (size_t i = 0; i < key.text.size && i < 18 && is_digit(key.text.data[i]); i++)
		numbered.number = numbered.number * 10 + (key.text.data[i] - '0');
	return numbered;
}

static bool
key_equal(const struct place_key *a, const struct place_key *b)
{
	if (a->name.data == NULL || b->name.data == NULL)
		return a->name.data == NULL && b->name.data == NULL && a->number == b->number;
	return text_equal(a->name, b->name);
}

/* From a call or a value to behind the brace that opens its table, if there is one. */
static bool
enter_table(struct lexer *lexer)
{
	for (int tokens = 0; tokens < 12; tokens++) {
		struct token token = take(lexer);
		if (is_sign(&token, '{'))
			return true;
		if (token.kind == TOKEN_END || is_sign(&token, ',') || is_sign(&token, ';') ||
			is_sign(&token, '}') || is_sign(&token, '='))
			return false;
	}
	return false;
}

/* Inside of a table: to the value of the key. *at is where the entry begins. */
static bool
find_key(struct lexer *lexer, const struct place_key *wanted, struct token *at)
{
	int64_t positional = 0;
	for (;;) {
		struct lexer entry = *lexer;
		*at = take(&entry);
		if (at->kind == TOKEN_END || is_sign(at, '}'))
			return false;
		struct place_key key = take_key(lexer, &positional);
		if (key_equal(&key, wanted))
			return true;
		if (!skip_value(lexer))
			return false;
	}
}

static struct place
place_of(const struct lexer *lexer, const struct token *token)
{
	size_t start = token->offset;
	while (start > 0 && lexer->source.data[start - 1] != '\n')
		start--;
	uint32_t column = 1;
	for (size_t i = start; i < token->offset; i++)
		column += ((uint8_t)lexer->source.data[i] & 0xc0) != 0x80;
	return (struct place){ token->line, column };
}

static void
go_to_line(struct lexer *lexer, uint32_t line)
{
	while (lexer->line < line) {
		const char *from = lexer->source.data + lexer->next;
		const char *end = memchr(from, '\n', lexer->source.size - lexer->next);
		if (end == NULL) {
			lexer->next = lexer->source.size;
			return;
		}
		lexer->next += (size_t)(end - from) + 1;
		lexer->line++;
	}
}

/* The nth of this word on its line; the last, where a loop says it more often than it is written.
 */
static bool
find_word(struct lexer *lexer, const struct place_query *query, struct token *found)
{
	uint32_t count = 0;
	struct lexer behind = *lexer;
	for (;;) {
		struct token token = take(lexer);
		if (token.kind == TOKEN_END || token.line > query->line || count == query->nth)
			break;
		if (token.kind != TOKEN_NAME || !text_equal(token.text, query->word))
			continue;
		*found = token;
		behind = *lexer;
		count++;
	}
	*lexer = behind;
	return count > 0;
}

struct place
place_find(struct text source, const struct place_query *query)
{
	struct lexer lexer = { source, 0, 1 };
	struct token token;
	if (source.size == 0)
		return (struct place){ query->line, 0 };
	go_to_line(&lexer, query->line);
	if (!find_word(&lexer, query, &token))
		return (struct place){ query->line, 0 };
	struct place place = place_of(&lexer, &token);
	for (size_t i = 0; i < query->path_count; i++) {
		if (!enter_table(&lexer) || !find_key(&lexer, &query->path[i], &token))
			break;
		place = place_of(&lexer, &token);
	}
	return place;
}
