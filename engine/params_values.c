/* Reading what a client sent: one value, and what is wrong with it (see params.h). */
#include "params_parts.h"

#include "base/instant.h"
#include "base/must.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- problems ---- */

void
reading_tell(struct reading *reading, enum say say, struct text a, struct text b, struct text c)
{
	*reading->problem = (struct problem){ .say = say, .arguments = { a, b, c }, .count = 3 };
}

struct text
object_type_name(const msgpack_object *object)
{
	switch (object->type) {
	case MSGPACK_OBJECT_NIL:
		return BILINGUAL("nil", "空值");
	case MSGPACK_OBJECT_BOOLEAN:
		return BILINGUAL("boolean", "布尔值");
	case MSGPACK_OBJECT_POSITIVE_INTEGER:
	case MSGPACK_OBJECT_NEGATIVE_INTEGER:
		return BILINGUAL("integer", "整数");
	case MSGPACK_OBJECT_FLOAT32:
	case MSGPACK_OBJECT_FLOAT64:
		return BILINGUAL("float", "浮点数");
	case MSGPACK_OBJECT_STR:
		return BILINGUAL("text", "文本");
	case MSGPACK_OBJECT_BIN:
		return BILINGUAL("bytes", "字节串");
	case MSGPACK_OBJECT_ARRAY:
		return BILINGUAL("array", "数组");
	case MSGPACK_OBJECT_MAP:
		return BILINGUAL("map", "映射");
	case MSGPACK_OBJECT_EXT:
		return BILINGUAL("extension", "扩展类型");
	}
	return BILINGUAL("something else", "其他类型");
}

bool
reading_refuse_type(
	struct reading *reading, const struct field *field, const msgpack_object *object)
{
	struct text wanted = arena_print(reading->arena, BILINGUAL_STRING("%s", "%s"),
		field_type_name(field->type, false), field_type_name(field->type, true));
	return reading_refuse(
		reading, SAY_WRONG_TYPE, text_of(field->name), wanted, object_type_name(object));
}

/* "an integer from 0 to 99", "at most 64 bytes of text" … */
bool
reading_refuse_range(struct reading *reading, const struct field *field)
{
	struct text range;
	if (field->type == FIELD_MONEY) {
		char low[MONEY_TEXT_MAX], high[MONEY_TEXT_MAX];
		size_t low_size = money_format((struct money){ field->min }, low);
		size_t high_size = money_format((struct money){ field->max }, high);
		range = arena_print(reading->arena,
			BILINGUAL_STRING(
				"a decimal text from %.*s to %.*s", "十进制文本，%.*s 至 %.*s"),
			(int)low_size, low, (int)high_size, high, (int)low_size, low,
			(int)high_size, high);
	} else if (field->type == FIELD_IDENTIFIER) {
		range = BILINGUAL("1 to 64 bytes of text without control characters",
			"1 至 64 字节的文本，不含控制字符");
	} else if (field->type == FIELD_CURRENCY) {
		range = BILINGUAL("three capital letters, such as CNY", "三个大写字母，如 CNY");
	} else if (field->type == FIELD_TIME) {
		range = BILINGUAL(
			"milliseconds since 1970 or RFC 3339 with an offset, years 1900 to 2199",
			"自 1970 年起的毫秒数，或带时区的 RFC 3339 文本，1900 至 2199 年");
	} else if (field->type == FIELD_MOMENT) {
		range = BILINGUAL(
			"milliseconds since 1970, RFC 3339 with an offset, or a local day such as 2026-09-01, years 1900 to 2199",
			"自 1970 年起的毫秒数、带时区的 RFC 3339 文本，或当地日期如 2026-09-01，1900 至 2199 年");
	} else {
		range = arena_print(reading->arena,
			BILINGUAL_STRING(
				"%s, %" PRId64 " to %" PRId64, "%s，%" PRId64 " 至 %" PRId64),
			field_type_name(field->type, false), field->min, field->max,
			field_type_name(field->type, true), field->min, field->max);
	}
	return reading_refuse(reading, SAY_OUT_OF_RANGE, text_of(field->name), range, TEXT(""));
}

/* ---- values ---- */

static bool
integer_of(const msgpack_object *object, int64_t *value)
{
	if (object->type == MSGPACK_OBJECT_POSITIVE_INTEGER) {
		if (object->via.u64 > INT64_MAX)
			return false;
		*value = (int64_t)object->via.u64;
		return true;
	}
	*value = object->via.i64;
	return object->type == MSGPACK_OBJECT_NEGATIVE_INTEGER;
}

static bool
is_integer(const msgpack_object *object)
{
	return object->type == MSGPACK_OBJECT_POSITIVE_INTEGER ||
		object->type == MSGPACK_OBJECT_NEGATIVE_INTEGER;
}

struct text
text_of_object(const msgpack_object *object)
{
	must(object->type == MSGPACK_OBJECT_STR || object->type == MSGPACK_OBJECT_BIN);
	return (struct text){ object->via.str.ptr, object->via.str.size };
}

static bool
read_text(struct reading *reading, const struct field *field, const msgpack_object *object,
	struct text *into)
{
	if (object->type != MSGPACK_OBJECT_STR)
		return reading_refuse_type(reading, field, object);
	struct text text = text_of_object(object);
	bool identifier = field->type == FIELD_IDENTIFIER;
	if (identifier && identifier_is_valid(text)) {
		*into = text;
		return true;
	}
	if (!utf8_is_valid(text))
		return reading_refuse(
			reading, SAY_NOT_UTF8, text_of(field->name), TEXT(""), TEXT(""));
	bool in_range = field->type == FIELD_CURRENCY
		? currency_is_valid(text)
		: (int64_t)text.size >= field->min && (int64_t)text.size <= field->max;
	if (identifier || !in_range)
		return reading_refuse_range(reading, field);
	*into = text;
	return true;
}

static bool
read_integer(struct reading *reading, const struct field *field, const msgpack_object *object,
	int64_t *into)
{
	int64_t value;
	if (!is_integer(object))
		return reading_refuse_type(reading, field, object);
	if (!integer_of(object, &value) || value < field->min || value > field->max)
		return reading_refuse_range(reading, field);
	*into = value;
	return true;
}

static bool
read_time(struct reading *reading, const struct field *field, const msgpack_object *object,
	int64_t *into)
{
	int64_t value;
	if (object->type == MSGPACK_OBJECT_STR) {
		if (!instant_parse(text_of_object(object), &value))
			return reading_refuse_range(reading, field);
	} else if (!is_integer(object)) {
		return reading_refuse_type(reading, field, object);
	} else if (!integer_of(object, &value) || value < INSTANT_MIN || value > INSTANT_MAX) {
		return reading_refuse_range(reading, field);
	}
	*into = value;
	return true;
}

static bool
read_moment(struct reading *reading, const struct field *field, const msgpack_object *object,
	struct moment *into)
{
	if (object->type == MSGPACK_OBJECT_STR)
		return moment_parse(text_of_object(object), into) ||
			reading_refuse_range(reading, field);
	into->is_local = false;
	return read_time(reading, field, object, &into->ms);
}

static bool
read_money(struct reading *reading, const struct field *field, const msgpack_object *object,
	struct money *into)
{
	struct money value;
	if (object->type != MSGPACK_OBJECT_STR)
		return reading_refuse_type(reading, field, object);
	if (!money_parse(text_of_object(object), &value) || value.micros < field->min ||
		value.micros > field->max)
		return reading_refuse_range(reading, field);
	*into = value;
	return true;
}

static bool
read_choice(
	struct reading *reading, const struct field *field, const msgpack_object *object, int *into)
{
	if (object->type != MSGPACK_OBJECT_STR)
		return reading_refuse_type(reading, field, object);
	struct text text = text_of_object(object);
	struct text all = { "", 0 };
	for (int i = 0; field->choices[i] != NULL; i++) {
		if (text_equal(text, text_of(field->choices[i]))) {
			*into = i;
			return true;
		}
		all = arena_print(reading->arena, "%.*s%s%s", TEXT_ARGS(all), i > 0 ? " | " : "",
			field->choices[i]);
	}
	return reading_refuse(reading, SAY_OUT_OF_RANGE, text_of(field->name), all, TEXT(""));
}

static bool
read_boolean(struct reading *reading, const struct field *field, const msgpack_object *object,
	bool *into)
{
	if (object->type != MSGPACK_OBJECT_BOOLEAN)
		return reading_refuse_type(reading, field, object);
	*into = object->via.boolean;
	return true;
}

static bool
read_bytes(struct reading *reading, const struct field *field, const msgpack_object *object,
	struct bytes *into)
{
	if (object->type != MSGPACK_OBJECT_BIN && object->type != MSGPACK_OBJECT_STR)
		return reading_refuse_type(reading, field, object);
	struct text text = text_of_object(object);
	if ((int64_t)text.size < field->min || (int64_t)text.size > field->max)
		return reading_refuse_range(reading, field);
	*into = bytes_of_text(text);
	return true;
}

enum { FACT_TEXT_BYTES_MAX = 255 };

static int
compare_facts(const void *a, const void *b)
{
	const struct attribute *left = a, *right = b;
	size_t common = left->name.size < right->name.size ? left->name.size : right->name.size;
	int order = memcmp(left->name.data, right->name.data, common);
	if (order != 0)
		return order;
	return (left->name.size > right->name.size) - (left->name.size < right->name.size);
}

static bool
read_fact(struct reading *reading, const struct field *field, const msgpack_object_kv *pair,
	struct attribute *fact)
{
	struct field name = { .name = field->name, .type = FIELD_IDENTIFIER };
	struct field text = { .name = field->name, .type = FIELD_TEXT, .max = FACT_TEXT_BYTES_MAX };
	struct field number = {
		.name = field->name, .type = FIELD_INTEGER, .min = INT64_MIN, .max = INT64_MAX
	};
	*fact = (struct attribute){ .number = 0 };
	if (!read_text(reading, &name, &pair->key, &fact->name))
		return false;
	if (is_integer(&pair->val))
		return read_integer(reading, &number, &pair->val, &fact->number);
	return read_text(reading, &text, &pair->val, &fact->text);
}

static bool
read_facts(struct reading *reading, const struct field *field, const msgpack_object *object,
	struct facts *into)
{
	if (object->type != MSGPACK_OBJECT_MAP)
		return reading_refuse_type(reading, field, object);
	if (object->via.map.size > field->max)
		return reading_refuse_range(reading, field);
	struct facts facts = { NULL, object->via.map.size };
	facts.items = arena_take_zeroed(reading->arena, facts.count, sizeof *facts.items);
	if (facts.items == NULL)
		return reading_refuse_memory(reading);
	for (size_t i = 0; i < facts.count; i++) {
		if (!read_fact(reading, field, &object->via.map.ptr[i], &facts.items[i]))
			return false;
	}
	qsort(facts.items, facts.count, sizeof *facts.items, compare_facts);
	for (size_t i = 1; i < facts.count; i++) {
		if (compare_facts(&facts.items[i - 1], &facts.items[i]) == 0)
			return reading_refuse(reading, SAY_DUPLICATE_FIELD, facts.items[i].name,
				TEXT(""), TEXT(""));
	}
	*into = facts;
	return true;
}

bool
reading_value(struct reading *reading, const struct field *field, const msgpack_object *object,
	void *into)
{
	switch (field->type) {
	case FIELD_IDENTIFIER:
	case FIELD_TEXT:
	case FIELD_CURRENCY:
		return read_text(reading, field, object, into);
	case FIELD_INTEGER:
		return read_integer(reading, field, object, into);
	case FIELD_TIME:
		return read_time(reading, field, object, into);
	case FIELD_MOMENT:
		return read_moment(reading, field, object, into);
	case FIELD_MONEY:
		return read_money(reading, field, object, into);
	case FIELD_BOOLEAN:
		return read_boolean(reading, field, object, into);
	case FIELD_CHOICE:
		return read_choice(reading, field, object, into);
	case FIELD_FACTS:
		return read_facts(reading, field, object, into);
	case FIELD_BYTES:
		return read_bytes(reading, field, object, into);
	case FIELD_LIST:
	case FIELD_MAP:
	case FIELD_SAY:
	case FIELD_ANY:
		break;
	}
	must_not_come_here("only a type of parameter that is one value");
}
