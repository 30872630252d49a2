/* Reading what a client sent (see params.h). */
#include "params.h"

#include "scan.h"

#include "base/instant.h"
#include "base/memory.h"
#include "base/must.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ZONE_CHUNK_BYTES = 16 * 1024, POSITIONAL_MAX = 2 };

struct params_reader {
	msgpack_zone zone;
};

/* What one reading carries along. */
struct reading {
	struct arena *arena;
	struct problem *problem;
};

struct params_reader *
params_reader_new(void)
{
	struct params_reader *reader = memory_new(sizeof *reader);
	if (reader == NULL)
		return NULL;
	if (!msgpack_zone_init(&reader->zone, ZONE_CHUNK_BYTES)) {
		memory_free(reader);
		return NULL;
	}
	return reader;
}

void
params_reader_free(struct params_reader *reader)
{
	if (reader == NULL)
		return;
	msgpack_zone_destroy(&reader->zone);
	memory_free(reader);
}

void
params_reader_clear(struct params_reader *reader)
{
	msgpack_zone_clear(&reader->zone);
}

/* ---- problems ---- */

static bool
refuse(struct reading *reading, enum say say, struct text a, struct text b, struct text c)
{
	*reading->problem = (struct problem){ .say = say, .arguments = { a, b, c }, .count = 3 };
	return false;
}

static bool
refuse_memory(struct reading *reading)
{
	return refuse(reading, SAY_OUT_OF_MEMORY, TEXT(""), TEXT(""), TEXT(""));
}

static struct text
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

static bool
refuse_type(struct reading *reading, const struct field *field, const msgpack_object *object)
{
	struct text wanted = arena_print(reading->arena, BILINGUAL_STRING("%s", "%s"),
		field_type_name(field->type, false), field_type_name(field->type, true));
	return refuse(
		reading, SAY_WRONG_TYPE, text_of(field->name), wanted, object_type_name(object));
}

/* "an integer from 0 to 99", "at most 64 bytes of text" … */
static bool
refuse_range(struct reading *reading, const struct field *field)
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
	} else {
		range = arena_print(reading->arena,
			BILINGUAL_STRING(
				"%s, %" PRId64 " to %" PRId64, "%s，%" PRId64 " 至 %" PRId64),
			field_type_name(field->type, false), field->min, field->max,
			field_type_name(field->type, true), field->min, field->max);
	}
	return refuse(reading, SAY_OUT_OF_RANGE, text_of(field->name), range, TEXT(""));
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

static struct text
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
		return refuse_type(reading, field, object);
	struct text text = text_of_object(object);
	bool identifier = field->type == FIELD_IDENTIFIER;
	if (identifier && identifier_is_valid(text)) {
		*into = text;
		return true;
	}
	if (!utf8_is_valid(text))
		return refuse(reading, SAY_NOT_UTF8, text_of(field->name), TEXT(""), TEXT(""));
	bool in_range = field->type == FIELD_CURRENCY
		? currency_is_valid(text)
		: (int64_t)text.size >= field->min && (int64_t)text.size <= field->max;
	if (identifier || !in_range)
		return refuse_range(reading, field);
	*into = text;
	return true;
}

static bool
read_integer(struct reading *reading, const struct field *field, const msgpack_object *object,
	int64_t *into)
{
	int64_t value;
	if (!is_integer(object))
		return refuse_type(reading, field, object);
	if (!integer_of(object, &value) || value < field->min || value > field->max)
		return refuse_range(reading, field);
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
			return refuse_range(reading, field);
	} else if (!is_integer(object)) {
		return refuse_type(reading, field, object);
	} else if (!integer_of(object, &value) || value < INSTANT_MIN || value > INSTANT_MAX) {
		return refuse_range(reading, field);
	}
	*into = value;
	return true;
}

static bool
read_money(struct reading *reading, const struct field *field, const msgpack_object *object,
	struct money *into)
{
	struct money value;
	if (object->type != MSGPACK_OBJECT_STR)
		return refuse_type(reading, field, object);
	if (!money_parse(text_of_object(object), &value) || value.micros < field->min ||
		value.micros > field->max)
		return refuse_range(reading, field);
	*into = value;
	return true;
}

static bool
read_choice(
	struct reading *reading, const struct field *field, const msgpack_object *object, int *into)
{
	if (object->type != MSGPACK_OBJECT_STR)
		return refuse_type(reading, field, object);
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
	return refuse(reading, SAY_OUT_OF_RANGE, text_of(field->name), all, TEXT(""));
}

static bool
read_bytes(struct reading *reading, const struct field *field, const msgpack_object *object,
	struct bytes *into)
{
	if (object->type != MSGPACK_OBJECT_BIN && object->type != MSGPACK_OBJECT_STR)
		return refuse_type(reading, field, object);
	struct text text = text_of_object(object);
	if ((int64_t)text.size < field->min || (int64_t)text.size > field->max)
		return refuse_range(reading, field);
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
		return refuse_type(reading, field, object);
	if (object->via.map.size > field->max)
		return refuse_range(reading, field);
	struct facts facts = { NULL, object->via.map.size };
	facts.items = arena_take_zeroed(reading->arena, facts.count, sizeof *facts.items);
	if (facts.items == NULL)
		return refuse_memory(reading);
	for (size_t i = 0; i < facts.count; i++) {
		if (!read_fact(reading, field, &object->via.map.ptr[i], &facts.items[i]))
			return false;
	}
	qsort(facts.items, facts.count, sizeof *facts.items, compare_facts);
	for (size_t i = 1; i < facts.count; i++) {
		if (compare_facts(&facts.items[i - 1], &facts.items[i]) == 0)
			return refuse(reading, SAY_DUPLICATE_FIELD, facts.items[i].name, TEXT(""),
				TEXT(""));
	}
	*into = facts;
	return true;
}

/* ---- shapes ---- */

static bool read_shape(struct reading *reading, const struct shape *shape,
	const msgpack_object *object, void *into);

static bool
read_list(struct reading *reading, const struct field *field, const msgpack_object *object,
	struct list *into)
{
	if (object->type != MSGPACK_OBJECT_ARRAY)
		return refuse_type(reading, field, object);
	size_t count = object->via.array.size;
	if ((int64_t)count < field->min || (int64_t)count > field->max)
		return refuse_range(reading, field);
	uint8_t *items = arena_take_zeroed(reading->arena, count, field->of->size);
	if (items == NULL)
		return refuse_memory(reading);
	for (size_t i = 0; i < count; i++) {
		if (!read_shape(reading, field->of, &object->via.array.ptr[i],
			    items + i * field->of->size))
			return false;
	}
	*into = (struct list){ items, count };
	return true;
}

static bool
read_field(struct reading *reading, const struct field *field, const msgpack_object *object,
	void *into)
{
	void *at = (uint8_t *)into + field->offset;
	switch (field->type) {
	case FIELD_IDENTIFIER:
	case FIELD_TEXT:
	case FIELD_CURRENCY:
		return read_text(reading, field, object, at);
	case FIELD_INTEGER:
		return read_integer(reading, field, object, at);
	case FIELD_TIME:
		return read_time(reading, field, object, at);
	case FIELD_MONEY:
		return read_money(reading, field, object, at);
	case FIELD_BOOLEAN:
		if (object->type != MSGPACK_OBJECT_BOOLEAN)
			return refuse_type(reading, field, object);
		*(bool *)at = object->via.boolean;
		return true;
	case FIELD_CHOICE:
		return read_choice(reading, field, object, at);
	case FIELD_LIST:
		return read_list(reading, field, object, at);
	case FIELD_FACTS:
		return read_facts(reading, field, object, at);
	case FIELD_BYTES:
		return read_bytes(reading, field, object, at);
	case FIELD_MAP:
	case FIELD_SAY:
	case FIELD_ANY:
		break;
	}
	must_not_come_here("only a type of parameter");
}

static void
set_not_given(const struct shape *shape, void *into)
{
	memset(into, 0, shape->size);
	for (size_t i = 0; i < shape->field_count; i++) {
		enum field_type type = shape->fields[i].type;
		int64_t absent = NOT_GIVEN;
		if (type == FIELD_INTEGER || type == FIELD_TIME || type == FIELD_MONEY)
			memcpy((uint8_t *)into + shape->fields[i].offset, &absent, sizeof absent);
	}
}

static bool
refuse_unknown(struct reading *reading, const struct shape *shape, struct text name)
{
	struct text known = { "", 0 };
	for (size_t i = 0; i < shape->field_count; i++)
		known = arena_print(reading->arena, "%.*s%s%s", TEXT_ARGS(known), i > 0 ? ", " : "",
			shape->fields[i].name);
	if (!identifier_is_valid(name))
		name = TEXT("?");
	return refuse(reading, SAY_UNKNOWN_FIELD, text_of(shape->name), name,
		known.size == 0 ? BILINGUAL("none", "无") : known);
}

/* Is the text this string? The first letter mostly says no. */
static inline bool
text_is(struct text text, const char *string)
{
	return text.size > 0 && text.data[0] == string[0] && strlen(string) == text.size &&
		same_bytes(text.data, string, text.size);
}

/*
 * The index of a field; clients mostly send fields in one order, so the search begins behind the
 * last one found.
 */
static size_t
find_field(const struct shape *shape, struct text name, size_t start)
{
	for (size_t i = 0; i < shape->field_count; i++) {
		size_t index = start + i < shape->field_count ? start + i
							      : start + i - shape->field_count;
		if (text_is(name, shape->fields[index].name))
			return index;
	}
	return shape->field_count;
}

/* ---- maps ---- */

/* The number of items of the array (or pairs of the map) at *at, moving past its head. */
static bool
head_container(struct bytes *rest, uint8_t fix, uint8_t head16, uint32_t *count)
{
	const uint8_t *at = rest->data;
	size_t size;
	if (rest->size == 0)
		return false;
	if ((at[0] & 0xf0) == fix) {
		*count = at[0] & 0x0fu;
		size = 1;
	} else if (at[0] == head16 && rest->size >= 3) {
		*count = (uint32_t)at[1] << 8 | at[2];
		size = 3;
	} else if (at[0] == head16 + 1 && rest->size >= 5) {
		*count = (uint32_t)at[1] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 8 |
			at[4];
		size = 5;
	} else {
		return false;
	}
	*rest = (struct bytes){ at + size, rest->size - size };
	return true;
}

static bool
head_array(struct bytes *rest, uint32_t *count)
{
	return head_container(rest, 0x90, 0xdc, count);
}

static bool
head_map(struct bytes *rest, uint32_t *count)
{
	return head_container(rest, 0x80, 0xde, count);
}

/*
 * A map being read into a struct: which of its fields were there, and where to look for the next.
 */
struct filling {
	const struct shape *shape;
	void *into;
	uint64_t given; /* bit i: field i */
	size_t index;
};

static void
filling_begin(struct filling *filling, const struct shape *shape, void *into)
{
	must(shape->field_count <= 64);
	set_not_given(shape, into);
	*filling = (struct filling){ shape, into, 0, 0 };
}

static bool
fill_pair(struct reading *reading, struct filling *filling, const msgpack_object *key,
	const msgpack_object *value)
{
	const struct shape *shape = filling->shape;
	if (key->type != MSGPACK_OBJECT_STR && key->type != MSGPACK_OBJECT_BIN)
		return refuse(reading, SAY_MALFORMED,
			BILINGUAL("a field's name is not a text", "字段名不是文本"), TEXT(""),
			TEXT(""));
	struct text name = text_of_object(key);
	size_t index = find_field(shape, name, filling->index);
	if (index == shape->field_count)
		return refuse_unknown(reading, shape, name);
	const struct field *field = &shape->fields[index];
	uint64_t bit = UINT64_C(1) << index;
	if ((filling->given & bit) != 0)
		return refuse(
			reading, SAY_DUPLICATE_FIELD, text_of(field->name), TEXT(""), TEXT(""));
	filling->index = index + 1;
	if (value->type == MSGPACK_OBJECT_NIL)
		return true; /* as if it were not there */
	filling->given |= bit;
	return read_field(reading, field, value, filling->into);
}

static bool
filling_end(struct reading *reading, const struct filling *filling)
{
	for (size_t i = 0; i < filling->shape->field_count; i++) {
		const struct field *field = &filling->shape->fields[i];
		if (field->required && (filling->given >> i & 1) == 0)
			return refuse(reading, SAY_MISSING_FIELD, text_of(field->name), TEXT(""),
				TEXT(""));
	}
	return true;
}

static msgpack_object
object_of_string(const char *string)
{
	msgpack_object object = { .type = MSGPACK_OBJECT_STR };
	object.via.str.ptr = string;
	object.via.str.size = (uint32_t)strlen(string);
	return object;
}

/* An object that msgpack-c has made, inside of a list. */
static bool
read_shape(struct reading *reading, const struct shape *shape, const msgpack_object *object,
	void *into)
{
	struct filling filling;
	filling_begin(&filling, shape, into);
	if (object->type == MSGPACK_OBJECT_STR) {
		msgpack_object key = object_of_string(shape->fields[0].name);
		return fill_pair(reading, &filling, &key, object) && filling_end(reading, &filling);
	}
	if (object->type != MSGPACK_OBJECT_MAP)
		return refuse(reading, SAY_WRONG_TYPE, text_of(shape->name),
			BILINGUAL("a map", "映射"), object_type_name(object));
	for (uint32_t i = 0; i < object->via.map.size; i++) {
		const msgpack_object_kv *pair = &object->via.map.ptr[i];
		if (!fill_pair(reading, &filling, &pair->key, &pair->val))
			return false;
	}
	return filling_end(reading, &filling);
}

/* ---- values as they lie in the message ---- */

/*
 * The values of nearly all requests: short texts and integers, read where they lie. False: some
 * other value, for msgpack-c.
 */
static bool
plain_value(struct bytes *rest, msgpack_object *object)
{
	const uint8_t *at = rest->data;
	size_t size = 0;
	if (at[0] <= 0x7f) {
		object->type = MSGPACK_OBJECT_POSITIVE_INTEGER;
		object->via.u64 = at[0];
	} else if ((at[0] & 0xe0) == 0xa0) {
		size = at[0] & 0x1fu;
		object->type = MSGPACK_OBJECT_STR;
		object->via.str.ptr = (const char *)at + 1;
		object->via.str.size = (uint32_t)size;
	} else if (at[0] >= 0xcc && at[0] <= 0xcf) {
		size = (size_t)1 << (at[0] - 0xcc);
		object->type = MSGPACK_OBJECT_POSITIVE_INTEGER;
		object->via.u64 = 0;
		for (size_t i = 1; i <= size; i++)
			object->via.u64 = object->via.u64 << 8 | at[i];
	} else {
		return false;
	}
	must(size < rest->size); /* it has been scanned */
	*rest = (struct bytes){ at + 1 + size, rest->size - 1 - size };
	return true;
}

/* The next value, moving past it. */
static bool
next_value(struct params_reader *reader, struct reading *reading, struct bytes *rest,
	msgpack_object *object)
{
	size_t offset = 0;
	if (plain_value(rest, object))
		return true;
	msgpack_unpack_return outcome = msgpack_unpack(
		(const char *)rest->data, rest->size, &offset, &reader->zone, object);
	if (outcome == MSGPACK_UNPACK_NOMEM_ERROR)
		return refuse_memory(reading);
	if (outcome != MSGPACK_UNPACK_SUCCESS && outcome != MSGPACK_UNPACK_EXTRA_BYTES)
		return refuse(reading, SAY_MALFORMED,
			BILINGUAL("the parameters can't be unpacked", "参数无法解码"), TEXT(""),
			TEXT(""));
	*rest = (struct bytes){ rest->data + offset, rest->size - offset };
	return true;
}

static bool
read_packed_map(struct params_reader *reader, struct reading *reading, const struct shape *shape,
	struct bytes rest, void *into)
{
	struct filling filling;
	uint32_t pairs;
	bool is_map = head_map(&rest, &pairs);
	must(is_map);
	filling_begin(&filling, shape, into);
	for (uint32_t i = 0; i < pairs; i++) {
		msgpack_object key, value;
		if (!next_value(reader, reading, &rest, &key) ||
			!next_value(reader, reading, &rest, &value) ||
			!fill_pair(reading, &filling, &key, &value))
			return false;
	}
	return filling_end(reading, &filling);
}

/* Fields given by place: [a, b]. */
static bool
read_positional(struct params_reader *reader, struct reading *reading, const struct method *method,
	struct bytes rest, uint32_t count, void *into)
{
	struct filling filling;
	filling_begin(&filling, method->params, into);
	for (uint32_t i = 0; i < count; i++) {
		msgpack_object value;
		if (i == POSITIONAL_MAX || method->positional == NULL ||
			method->positional[i] == NULL)
			return refuse(reading, SAY_MALFORMED,
				BILINGUAL("params must be one map in an array",
					"params 应为数组中的一个映射"),
				TEXT(""), TEXT(""));
		msgpack_object key = object_of_string(method->positional[i]);
		if (!next_value(reader, reading, &rest, &value) ||
			!fill_pair(reading, &filling, &key, &value))
			return false;
	}
	return filling_end(reading, &filling);
}

static bool
is_packed_map(struct bytes bytes)
{
	uint32_t pairs;
	return head_map(&bytes, &pairs);
}

bool
params_read(struct params_reader *reader, const struct method *method, struct bytes params,
	struct arena *arena, void *into, struct problem *problem)
{
	struct reading reading = { arena, problem };
	uint32_t count;
	bool is_array = head_array(&params, &count);
	must(is_array); /* message_read has seen to it */
	if (count == 1 && is_packed_map(params))
		return read_packed_map(reader, &reading, method->params, params, into);
	return read_positional(reader, &reading, method, params, count, into);
}

bool
params_read_map(struct params_reader *reader, const struct shape *shape, struct bytes map,
	struct arena *arena, void *into, struct problem *problem)
{
	struct reading reading = { arena, problem };
	msgpack_object object;
	if (is_packed_map(map))
		return read_packed_map(reader, &reading, shape, map, into);
	return next_value(reader, &reading, &map, &object) &&
		read_shape(&reading, shape, &object, into);
}

/*
 * ---- the head of a message, read by hand: it is a few bytes, and says whether the rest is worth
 * reading ----
 */

/* An unsigned number of at most 32 bits. */
static bool
head_u32(struct bytes *rest, uint32_t *value)
{
	const uint8_t *at = rest->data;
	if (rest->size == 0)
		return false;
	size_t length = at[0] == 0xcc ? 1
		: at[0] == 0xcd       ? 2
		: at[0] == 0xce       ? 4
		: at[0] == 0xcf       ? 8
				      : 0;
	uint64_t read = 0;
	if (at[0] <= 0x7f)
		read = at[0];
	else if (length == 0 || rest->size < 1 + length)
		return false;
	for (size_t i = 1; i <= length; i++)
		read = read << 8 | at[i];
	if (read > UINT32_MAX)
		return false;
	*value = (uint32_t)read;
	*rest = (struct bytes){ at + 1 + length, rest->size - 1 - length };
	return true;
}

/* A str or bin. */
static bool
head_text(struct bytes *rest, struct text *text)
{
	const uint8_t *at = rest->data;
	if (rest->size == 0)
		return false;
	size_t head, size;
	if ((at[0] & 0xe0) == 0xa0) {
		head = 1;
		size = at[0] & 0x1fu;
	} else if ((at[0] == 0xd9 || at[0] == 0xc4) && rest->size >= 2) {
		head = 2;
		size = at[1];
	} else if ((at[0] == 0xda || at[0] == 0xc5) && rest->size >= 3) {
		head = 3;
		size = (size_t)at[1] << 8 | at[2];
	} else {
		return false; /* no name is longer */
	}
	if (rest->size < head + size)
		return false;
	*text = (struct text){ (const char *)at + head, size };
	*rest = (struct bytes){ at + head + size, rest->size - head - size };
	return true;
}

void
message_read(struct bytes bytes, struct message *message)
{
	uint32_t count, type;
	*message = (struct message){ .kind = MESSAGE_BAD };
	message->why = BILINGUAL_STRING("it is not an array of [0, msgid, method, params]",
		"它不是 [0, msgid, method, params] 数组");
	if (!head_array(&bytes, &count) || count < 3 || count > 4 || !head_u32(&bytes, &type))
		return;
	bool request = type == 0 && count == 4;
	if (!request && (type != 2 || count != 3)) {
		message->why = BILINGUAL_STRING(
			"only requests (type 0) and notifications (type 2) are understood",
			"只支持请求（类型 0）和通知（类型 2）");
		return;
	}
	if (request && !head_u32(&bytes, &message->msgid)) {
		message->why = BILINGUAL_STRING(
			"msgid is not an unsigned number of 32 bits", "msgid 不是 32 位无符号整数");
		return;
	}
	if (!head_text(&bytes, &message->method)) {
		message->why = BILINGUAL_STRING(
			"the method's name is not a text", "方法名不是文本");
		return;
	}
	message->params = bytes;
	if (!head_array(&bytes, &count)) {
		message->why = BILINGUAL_STRING("params is not an array", "params 不是数组");
		return;
	}
	message->kind = request ? MESSAGE_REQUEST : MESSAGE_NOTIFICATION;
}

static bool
split_refused(struct problem *problem, enum say say, struct text a, struct text b)
{
	*problem = (struct problem){ .say = say, .arguments = { a, b }, .count = 2 };
	return false;
}

bool
params_split(struct bytes params, const char *name, size_t items_max, struct arena *arena,
	struct bytes **items, size_t *count, struct problem *problem)
{
	uint32_t outer, pairs, found;
	struct text key;
	bool is_array = head_array(&params, &outer);
	must(is_array);
	if (outer != 1 || !head_map(&params, &pairs) || pairs == 0)
		return split_refused(problem, SAY_MISSING_FIELD, text_of(name), TEXT(""));
	if (pairs > 1 || !head_text(&params, &key) || !text_equal(key, text_of(name)))
		return split_refused(problem, SAY_MALFORMED,
			arena_print(arena,
				BILINGUAL_STRING("params must be [{\"%s\": [...]}]",
					"params 应为 [{\"%s\": [...]}]"),
				name, name),
			TEXT(""));
	if (!head_array(&params, &found))
		return split_refused(problem, SAY_WRONG_TYPE, text_of(name),
			BILINGUAL("an array of maps", "映射的数组"));
	if (found == 0 || found > items_max)
		return split_refused(problem, SAY_OUT_OF_RANGE, text_of(name),
			arena_print(arena,
				BILINGUAL_STRING("an array of 1 to %zu items", "1 至 %zu 项的数组"),
				items_max, items_max));
	struct bytes *list = arena_take(arena, found * sizeof *list);
	if (list == NULL)
		return split_refused(problem, SAY_OUT_OF_MEMORY, TEXT(""), TEXT(""));
	for (uint32_t i = 0; i < found; i++) {
		list[i] = (struct bytes){ params.data, scan_value_size(params) };
		params.data += list[i].size;
		params.size -= list[i].size;
	}
	*items = list;
	*count = found;
	return true;
}
