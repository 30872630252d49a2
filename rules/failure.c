#include "failure.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct wording {
	const char *lua, *en, *zh;
};

static const struct wording kinds[] = {
	{ "nil", "nothing", "空" },
	{ "number", "a number", "数字" },
	{ "string", "a text", "文本" },
	{ "table", "a table", "表" },
	{ "function", "a function", "函数" },
	{ "boolean", "true or false", "true 或 false" },
	{ "userdata", "a value of the language", "语言中的值" },
};

/* What was tried with a value, and does not go with its kind. */
static const struct wording uses[] = {
	{ "index", "which has no fields", "没有字段可取" },
	{ "call", "which is no word and no function", "不是词，也不是函数" },
	{ "perform arithmetic on", "which can't be calculated with", "不能参与计算" },
	{ "concatenate", "which can't be joined to a text", "不能与文本连接" },
	{ "get length of", "which has no length", "没有长度" },
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* The wording of what stands at the beginning of a text; NULL. */
static const struct wording *
find(const struct wording *list, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(text, list[i].lua, strlen(list[i].lua)) == 0)
			return &list[i];
	return NULL;
}

/* Behind "attempt to ": "index a nil value (local 'x')". */
static bool
explain_use(const char *message, struct failure *failure)
{
	const struct wording *use = find(uses, COUNT(uses), message);
	char name[128] = "";
	if (use == NULL || strncmp(message + strlen(use->lua), " a ", 3) != 0)
		return false;
	const char *behind = message + strlen(use->lua) + 3;
	const struct wording *kind = find(kinds, COUNT(kinds), behind);
	const char *quote = strchr(behind, '\'');
	if (kind == NULL || (quote != NULL && sscanf(quote, "'%127[^']", name) != 1))
		return false;
	snprintf(failure->say_en, sizeof failure->say_en, "%s%s%s is %s, %s",
		quote == NULL ? "a value" : "'", name, quote == NULL ? "" : "'", kind->en, use->en);
	snprintf(failure->say_zh, sizeof failure->say_zh, "%s%s%s是%s，%s",
		quote == NULL ? "此处的值" : "“", name, quote == NULL ? "" : "”", kind->zh,
		use->zh);
	return true;
}

/* "compare number with text", or "compare two table values". */
static bool
explain_comparison(const char *message, struct failure *failure)
{
	char first[32], second[32];
	if (sscanf(message, "compare two %31s", first) == 1)
		memcpy(second, first, sizeof second);
	else if (sscanf(message, "compare %31s with %31s", first, second) != 2)
		return false;
	const struct wording *a = find(kinds, COUNT(kinds), first);
	const struct wording *b = find(kinds, COUNT(kinds), second);
	if (a == NULL || b == NULL)
		return false;
	snprintf(failure->say_en, sizeof failure->say_en, "%s can't be compared with %s", a->en,
		b->en);
	snprintf(failure->say_zh, sizeof failure->say_zh, "%s与%s不能比较大小", a->zh, b->zh);
	return true;
}

void
failure_explain(const char *message, struct failure *failure)
{
	const char *const attempt = "attempt to ";
	size_t size = strlen(attempt);
	if (strncmp(message, attempt, size) == 0 &&
		(explain_use(message + size, failure) ||
			explain_comparison(message + size, failure)))
		return;
	snprintf(failure->say_en, sizeof failure->say_en, "%s", message);
	snprintf(failure->say_zh, sizeof failure->say_zh, "%s", message);
}
