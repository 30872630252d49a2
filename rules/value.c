#include "value.h"

#include <stdio.h>

#include "../engine/base/instant.h"
#include "../engine/base/must.h"

static const char *const names[] = {
	[VALUE_NONE] = "none",
	[VALUE_MONEY] = "money",
	[VALUE_NUMBER] = "number",
	[VALUE_INTEGER] = "integer",
	[VALUE_TEXT] = "text",
	[VALUE_DATE] = "date",
	[VALUE_BOOLEAN] = "boolean",
};

const char *
value_kind_name(enum value_kind kind)
{
	return names[kind];
}

bool
value_kind_parse(struct text name, enum value_kind *kind)
{
	for (size_t i = VALUE_MONEY; i < sizeof names / sizeof names[0]; i++)
		if (text_equal(name, text_of(names[i]))) {
			*kind = (enum value_kind)i;
			return true;
		}
	return false;
}

struct value
value_of_number(enum value_kind kind, int64_t number)
{
	must(kind != VALUE_NONE && kind != VALUE_TEXT);
	return (struct value){ .kind = kind, .number = ratio_of(number) };
}

static bool
parse_integer(struct text text, struct ratio *number)
{
	return memchr(text.data, '.', text.size) == NULL && ratio_parse(text, number) &&
		number->numerator >= INT64_MIN && number->numerator <= INT64_MAX;
}

static bool
parse_date(struct text text, struct ratio *number)
{
	struct date date;
	if (!date_parse(text, &date))
		return false;
	*number = ratio_of(day_of_date(date));
	return true;
}

static bool
parse_boolean(struct text text, struct ratio *number)
{
	bool yes = text_equal(text, TEXT("true"));
	*number = ratio_of(yes);
	return yes || text_equal(text, TEXT("false"));
}

static bool
parse_money(struct text text, struct ratio *number)
{
	struct money amount;
	if (!money_parse(text, &amount))
		return false;
	*number = ratio_of_money(amount);
	return true;
}

bool
value_parse(enum value_kind kind, struct text text, struct value *value)
{
	struct value parsed = { .kind = kind, .number = ratio_of(0) };
	bool sound = false;
	if (text.size == 0 && kind != VALUE_TEXT)
		return false;
	switch (kind) {
	case VALUE_MONEY:
		sound = parse_money(text, &parsed.number);
		break;
	case VALUE_NUMBER:
		sound = ratio_parse(text, &parsed.number);
		break;
	case VALUE_INTEGER:
		sound = parse_integer(text, &parsed.number);
		break;
	case VALUE_TEXT:
		parsed.text = text;
		sound = true;
		break;
	case VALUE_DATE:
		sound = parse_date(text, &parsed.number);
		break;
	case VALUE_BOOLEAN:
		sound = parse_boolean(text, &parsed.number);
		break;
	case VALUE_NONE:
		break;
	}
	if (sound)
		*value = parsed;
	return sound;
}

bool
value_equal(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == VALUE_TEXT ? text_equal(a->text, b->text)
				     : ratio_compare(a->number, b->number) == 0;
}

size_t
value_write(const struct value *number, char text[RATIO_TEXT_MAX])
{
	struct money amount;
	struct date date;
	must(number->kind != VALUE_NONE && number->kind != VALUE_TEXT);
	if (number->kind == VALUE_DATE) {
		date = date_of_day((int64_t)number->number.numerator);
		return (size_t)snprintf(text, RATIO_TEXT_MAX, "%04d-%02d-%02d", (int)date.year,
			(int)date.month, (int)date.day);
	}
	if (number->kind == VALUE_BOOLEAN)
		return (size_t)snprintf(text, RATIO_TEXT_MAX, "%s",
			number->number.numerator == 1 ? "true" : "false");
	if (number->kind == VALUE_MONEY && ratio_to_money(number->number, &amount))
		return money_format(amount, text);
	return ratio_format(number->number, text);
}

struct text
value_text(const struct value *value, struct arena *arena)
{
	char text[RATIO_TEXT_MAX];
	if (value->kind == VALUE_NONE)
		return TEXT("");
	if (value->kind == VALUE_TEXT)
		return arena_copy_text(arena, value->text);
	return arena_copy_text(arena, (struct text){ text, value_write(value, text) });
}
