#include "place.h"

#include "lexer.h"

/* How much deeper the text behind the token is than before it: brackets, and blocks of functions.
 */
static int
depth_change(const struct token *token)
{
	if (token_is_sign(token, '{') || token_is_sign(token, '(') || token_is_sign(token, '[') ||
		token_is_name(token, "function") || token_is_name(token, "if") ||
		token_is_name(token, "do") || token_is_name(token, "repeat"))
		return 1;
	if (token_is_sign(token, '}') || token_is_sign(token, ')') || token_is_sign(token, ']') ||
		token_is_name(token, "end") || token_is_name(token, "until"))
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
		struct token token = lexer_take(lexer);
		if (token.kind == TOKEN_END)
			return false;
		if (depth == 0 && (token_is_sign(&token, ',') || token_is_sign(&token, ';')))
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
	struct token first = lexer_take(&at);
	bool bracket = token_is_sign(&first, '[');
	struct token key = bracket ? lexer_take(&at) : first;
	if (bracket)
		lexer_take(&at);
	struct token equals = lexer_take(&at);
	struct token after = lexer_take(&at);
	bool assigned = token_is_sign(&equals, '=') && !token_is_sign(&after, '=');
	if (!assigned || (!bracket && key.kind != TOKEN_NAME))
		return (struct place_key){ .number = ++*positional };
	lexer->next = equals.offset + 1;
	lexer->line = equals.line;
	if (key.kind != TOKEN_NUMBER)
		return (struct place_key){ .name = key.text };
	struct place_key numbered = { .number = 0 };
	for (size_t i = 0;
		i < key.text.size && i < 18 && key.text.data[i] >= '0' && key.text.data[i] <= '9';
		i++)
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
		struct token token = lexer_take(lexer);
		if (token_is_sign(&token, '{'))
			return true;
		if (token.kind == TOKEN_END || token_is_sign(&token, ',') ||
			token_is_sign(&token, ';') || token_is_sign(&token, '}') ||
			token_is_sign(&token, '='))
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
		*at = lexer_take(&entry);
		if (at->kind == TOKEN_END || token_is_sign(at, '}'))
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
	return (struct place){ token->line, token_column(lexer, token) };
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
		struct token token = lexer_take(lexer);
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
