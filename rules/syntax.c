#include "syntax.h"

#include "lexer.h"

#include <stdio.h>
#include <string.h>

/* ---- what Lua says, in Chinese ---- */

/* "near 'x'" or "near <eof>" at the end of a message; `room` bytes are there. */
static void
near_in_chinese(const char *near, char *text, size_t room)
{
	if (strcmp(near, "<eof>") == 0)
		snprintf(text, room, "文件末尾");
	else
		snprintf(text, room, "%s 处", near);
}

/* The messages that authors see; all others stay as they are. */
static void
message_in_chinese(const char *message, char *text, size_t room)
{
	char wanted[64], opened[64], place[300];
	unsigned line;
	const char *near = strstr(message, " near ");
	near_in_chinese(near == NULL ? "" : near + 6, place, sizeof place);
	if (near == NULL)
		snprintf(text, room, "%s", message);
	else if (sscanf(message, "%63s expected (to close %63s at line %u)", wanted, opened,
			 &line) == 3)
		snprintf(
			text, room, "%s应为 %s，与第 %u 行的 %s 配对", place, wanted, line, opened);
	else if (sscanf(message, "%63s expected near", wanted) == 1 &&
		strstr(message, " expected near ") != NULL)
		snprintf(text, room, "%s应为 %s", place, wanted);
	else if (strncmp(message, "unexpected symbol", 17) == 0 ||
		strncmp(message, "syntax error", 12) == 0)
		snprintf(text, room, "%s不应出现", place);
	else if (strncmp(message, "unfinished string", 17) == 0)
		snprintf(text, room, "%s缺少结束的引号", place);
	else
		snprintf(text, room, "%s", message);
}

/* ---- letters that are not Lua's ---- */

#define LETTER_BYTES_MAX 4

struct twin {
	const char *foreign, *own;
};

static const struct twin twins[] = {
	{ "，", "," },
	{ "、", "," },
	{ "。", "." },
	{ "；", ";" },
	{ "：", "=" },
	{ "＝", "=" },
	{ "“", "\"" },
	{ "”", "\"" },
	{ "＂", "\"" },
	{ "「", "\"" },
	{ "」", "\"" },
	{ "‘", "'" },
	{ "’", "'" },
	{ "（", "(" },
	{ "）", ")" },
	{ "｛", "{" },
	{ "｝", "}" },
	{ "【", "[" },
	{ "】", "]" },
	{ "［", "[" },
	{ "］", "]" },
	{ "＋", "+" },
	{ "－", "-" },
	{ "—", "--" },
};
/* A space that none can see is one: no-break, ideographic, of no width, and the mark of a byte order. */
static const char *const spaces[] = { "\u00a0", "\u3000", "\u200b", "\ufeff" };

static size_t
letter_size(const char *at, const char *end)
{
	size_t size = 1;
	while (size < LETTER_BYTES_MAX && at + size < end && ((uint8_t)at[size] & 0xc0) == 0x80)
		size++;
	return size;
}

static void
explain_letter(const char *letter, struct syntax_problem *problem)
{
	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
		if (strcmp(letter, spaces[i]) == 0) {
			snprintf(problem->say_en, sizeof problem->say_en,
				"a space stands here that is none of the language's: full-width, no-break, or of no width");
			snprintf(problem->say_zh, sizeof problem->say_zh,
				"此处的空格不是普通空格（全角、不换行或零宽空格）");
			snprintf(problem->mend_en, sizeof problem->mend_en,
				"write an ordinary space");
			snprintf(problem->mend_zh, sizeof problem->mend_zh, "改为普通（半角）空格");
			return;
		}
	snprintf(problem->say_en, sizeof problem->say_en, "%s stands outside of quotes", letter);
	snprintf(problem->say_zh, sizeof problem->say_zh, "引号之外出现了 %s", letter);
	for (size_t i = 0; i < sizeof twins / sizeof *twins; i++)
		if (strcmp(letter, twins[i].foreign) == 0) {
			snprintf(problem->mend_en, sizeof problem->mend_en,
				"write %s with the keyboard switched to English", twins[i].own);
			snprintf(problem->mend_zh, sizeof problem->mend_zh,
				"切换到英文输入法，改为 %s", twins[i].own);
			return;
		}
	/* Digits and letters of full width are a fixed distance from their twins. */
	const uint8_t *code = (const uint8_t *)letter;
	uint32_t wide = strlen(letter) == 3 ? (uint32_t)(code[1] & 0x3f) << 6 | (code[2] & 0x3f)
					    : 0;
	if (code[0] == 0xef && wide >= 0xf01 && wide <= 0xf5e) {
		snprintf(problem->mend_en, sizeof problem->mend_en,
			"write %c with the keyboard switched to half width",
			(int)(wide - 0xf00 + 0x20));
		snprintf(problem->mend_zh, sizeof problem->mend_zh, "切换到半角输入，改为 %c",
			(int)(wide - 0xf00 + 0x20));
		return;
	}
	snprintf(problem->mend_en, sizeof problem->mend_en,
		"put what people will read in quotes; words and ids are of letters a to z");
	snprintf(problem->mend_zh, sizeof problem->mend_zh,
		"供人阅读的文字放在引号里；语言的词与编号用英文字母");
}

/* ---- hints from the line itself ---- */

static bool
is_reserved(struct text name)
{
	static const char *const words[] = { "and", "break", "do", "else", "elseif", "end", "false",
		"for", "function", "goto", "if", "in", "local", "nil", "not", "or", "repeat",
		"return", "then", "true", "until", "while" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (text_equal(name, text_of(words[i])))
			return true;
	return false;
}

static void
tell(struct syntax_problem *problem, uint32_t column, const char *en, const char *zh)
{
	if (column > 0)
		problem->column = column;
	snprintf(problem->mend_en, sizeof problem->mend_en, "%s", en);
	snprintf(problem->mend_zh, sizeof problem->mend_zh, "%s", zh);
}

static size_t
count_in(struct text text, const char *part)
{
	size_t count = 0;
	for (const char *at = text.data; text.size > 0; at++, count++) {
		at = memmem(at, (size_t)(text.data + text.size - at), part, strlen(part));
		if (at == NULL)
			break;
	}
	return count;
}

/* What often is written so, and what it should be; false if the tokens are none of that. */
static bool
explain_tokens(const struct lexer *lexer, const struct token *token, const struct token *next,
	const struct token *third, struct syntax_problem *problem)
{
	uint32_t column = token_column(lexer, token);
	char en[200], zh[200];
	bool starts_value = third->kind == TOKEN_STRING || third->kind == TOKEN_NUMBER ||
		token_is_sign(third, '{');
	if (token->kind == TOKEN_NAME && is_reserved(token->text) && token_is_sign(next, '=') &&
		!token_is_sign(third, '=')) {
		snprintf(en, sizeof en, "%.*s is a word of Lua: as a name write [\"%.*s\"] =",
			TEXT_ARGS(token->text), TEXT_ARGS(token->text));
		snprintf(zh, sizeof zh,
			"%.*s 是 Lua 的保留字，用作名称时写 [\"%.*s\"] =", TEXT_ARGS(token->text),
			TEXT_ARGS(token->text));
		tell(problem, column, en, zh);
		return true;
	}
	if (token->kind == TOKEN_NAME && token_is_sign(next, ':') && starts_value &&
		token->text.size < 60) {
		snprintf(en, sizeof en, "between a name and its value stands =: %.*s = …",
			TEXT_ARGS(token->text));
		snprintf(zh, sizeof zh, "名称与值之间用 =：%.*s = …", TEXT_ARGS(token->text));
		tell(problem, column, en, zh);
		return true;
	}
	if (token_is_sign(token, '/') && token_is_sign(next, '/')) {
		tell(problem, column, "a remark begins with --", "注释以 -- 开头");
		return true;
	}
	if (token->kind == TOKEN_STRING &&
		count_in(token->text, "“") != count_in(token->text, "”")) {
		tell(problem, column, "a text begins and ends with \", not with “ or ”",
			"文本以 \" 开始和结束，不用 “ 或 ”");
		return true;
	}
	return false;
}

/* Looks through the tokens of the line; true if one tells what is wrong. */
static bool
explain_line(struct text source, uint32_t line, const char *message, struct syntax_problem *problem)
{
	struct lexer lexer = { source, 0, 1 };
	bool foreign = strstr(message, "near '<\\") != NULL;
	struct token token = lexer_take(&lexer), next = lexer_take(&lexer),
		     third = lexer_take(&lexer);
	while (token.kind != TOKEN_END && token.line <= line) {
		if (foreign && token.kind == TOKEN_SIGN && (uint8_t)token.text.data[0] >= 0x80) {
			char letter[LETTER_BYTES_MAX + 1];
			size_t size = letter_size(token.text.data, source.data + source.size);
			memcpy(letter, token.text.data, size);
			letter[size] = '\0';
			problem->column = token_column(&lexer, &token);
			explain_letter(letter, problem);
			return true;
		}
		if (!foreign && token.line == line &&
			explain_tokens(&lexer, &token, &next, &third, problem))
			return true;
		token = next;
		next = third;
		third = lexer_take(&lexer);
	}
	return false;
}

/* Where a message says "near 'x'" and x stands once in the line: its column. */
static uint32_t
column_of_near(struct text source, uint32_t line, const char *message)
{
	const char *near = strstr(message, "near '");
	if (near == NULL)
		return 0;
	struct text token = { near + 6, strcspn(near + 6, "'") };
	const char *at = source.data, *end = source.data + source.size;
	for (uint32_t i = 1; i < line && at != NULL; i++) {
		at = memchr(at, '\n', (size_t)(end - at));
		at = at == NULL ? NULL : at + 1;
	}
	if (at == NULL || token.size == 0)
		return 0;
	const char *stop = memchr(at, '\n', (size_t)(end - at));
	stop = stop == NULL ? end : stop;
	const char *found = memmem(at, (size_t)(stop - at), token.data, token.size);
	if (found == NULL || memmem(found + 1, (size_t)(stop - found) - 1, token.data, token.size))
		return 0;
	uint32_t column = 1;
	for (const char *i = at; i < found; i++)
		column += ((uint8_t)*i & 0xc0) != 0x80;
	return column;
}

void
syntax_explain(
	struct text source, uint32_t line, const char *message, struct syntax_problem *problem)
{
	char chinese[500];
	message_in_chinese(message, chinese, sizeof chinese);
	snprintf(problem->say_en, sizeof problem->say_en, "this is not Lua: %s", message);
	snprintf(problem->say_zh, sizeof problem->say_zh, "语法错误：%s", chinese);
	problem->column = column_of_near(source, line, message);
	if (explain_line(source, line, message, problem))
		return;
	if (strstr(message, "'}' expected") != NULL)
		tell(problem, 0, "put the comma, or the quote, that is missing before this place",
			"在此处之前补上缺少的逗号或引号");
	else
		tell(problem, 0, "look for a missing quote, brace or end at or before this place",
			"检查此处或之前是否缺少引号、括号或 end");
}
