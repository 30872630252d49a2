/* Reading what a client sent: maps against shapes (see params.h). */
#include "params_parts.h"

#include "base/memory.h"
#include "base/must.h"
#include "base/utf8.h"

#include <string.h>

enum { ZONE_CHUNK_BYTES = 16 * 1024, POSITIONAL_MAX = 2 };

struct params_reader {
	msgpack_zone zone;
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

/* ---- shapes ---- */

static bool read_shape(struct reading *reading, const struct shape *shape,
	const msgpack_object *object, void *into);

static bool
read_list(struct reading *reading, const struct field *field, const msgpack_object *object,
	struct list *into)
{
	if (object->type != MSGPACK_OBJECT_ARRAY)
		return reading_refuse_type(reading, field, object);
	size_t count = object->via.array.size;
	if ((int64_t)count < field->min || (int64_t)count > field->max)
		return reading_refuse_range(reading, field);
	uint8_t *items = arena_take_zeroed(reading->arena, count, field->of->size);
	if (items == NULL)
		return reading_refuse_memory(reading);
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
	if (field->type == FIELD_LIST)
		return read_list(reading, field, object, at);
	if (field->type == FIELD_MAP)
		return read_shape(reading, field->of, object, at);
	return reading_value(reading, field, object, at);
}

static void
set_not_given(const struct shape *shape, void *into)
{
	memset(into, 0, shape->size);
	for (size_t i = 0; i < shape->field_count; i++) {
		enum field_type type = shape->fields[i].type;
		int64_t absent = NOT_GIVEN;
		if (type == FIELD_INTEGER || type == FIELD_TIME || type == FIELD_MOMENT ||
			type == FIELD_MONEY)
			memcpy((uint8_t *)into + shape->fields[i].offset, &absent, sizeof absent);
		else if (type == FIELD_MAP)
			set_not_given(
				shape->fields[i].of, (uint8_t *)into + shape->fields[i].offset);
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
	return reading_refuse(reading, SAY_UNKNOWN_FIELD, text_of(shape->name), name,
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
		return reading_refuse(reading, SAY_MALFORMED,
			BILINGUAL("a field's name is not a text", "字段名不是文本"), TEXT(""),
			TEXT(""));
	struct text name = text_of_object(key);
	size_t index = find_field(shape, name, filling->index);
	if (index == shape->field_count)
		return refuse_unknown(reading, shape, name);
	const struct field *field = &shape->fields[index];
	uint64_t bit = UINT64_C(1) << index;
	if ((filling->given & bit) != 0)
		return reading_refuse(
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
			return reading_refuse(reading, SAY_MISSING_FIELD, text_of(field->name),
				TEXT(""), TEXT(""));
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

/* Is it a shape's first value, where that alone is enough? */
static bool
is_alone(const struct shape *shape, const msgpack_object *object)
{
	return object->type == MSGPACK_OBJECT_STR ||
		(object->type == MSGPACK_OBJECT_POSITIVE_INTEGER &&
			shape->fields[0].type == FIELD_INTEGER);
}

/* An object that msgpack-c has made, inside of a list. */
static bool
read_shape(struct reading *reading, const struct shape *shape, const msgpack_object *object,
	void *into)
{
	struct filling filling;
	filling_begin(&filling, shape, into);
	if (is_alone(shape, object)) {
		msgpack_object key = object_of_string(shape->fields[0].name);
		return fill_pair(reading, &filling, &key, object) && filling_end(reading, &filling);
	}
	if (object->type != MSGPACK_OBJECT_MAP)
		return reading_refuse(reading, SAY_WRONG_TYPE, text_of(shape->name),
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
next_value(struct reading *reading, struct bytes *rest, msgpack_object *object)
{
	size_t offset = 0;
	if (plain_value(rest, object))
		return true;
	msgpack_unpack_return outcome = msgpack_unpack(
		(const char *)rest->data, rest->size, &offset, &reading->reader->zone, object);
	if (outcome == MSGPACK_UNPACK_NOMEM_ERROR)
		return reading_refuse_memory(reading);
	if (outcome != MSGPACK_UNPACK_SUCCESS && outcome != MSGPACK_UNPACK_EXTRA_BYTES)
		return reading_refuse(reading, SAY_MALFORMED,
			BILINGUAL("the parameters can't be unpacked", "参数无法解码"), TEXT(""),
			TEXT(""));
	*rest = (struct bytes){ rest->data + offset, rest->size - offset };
	return true;
}

static bool
read_packed_map(struct reading *reading, const struct shape *shape, struct bytes rest, void *into)
{
	struct filling filling;
	uint32_t pairs;
	bool is_map = head_map(&rest, &pairs);
	must(is_map);
	filling_begin(&filling, shape, into);
	for (uint32_t i = 0; i < pairs; i++) {
		msgpack_object key, value;
		if (!next_value(reading, &rest, &key) || !next_value(reading, &rest, &value) ||
			!fill_pair(reading, &filling, &key, &value))
			return false;
	}
	return filling_end(reading, &filling);
}

/* Fields given by place: [a, b]. */
static bool
read_positional(struct reading *reading, const struct method *method, struct bytes rest,
	uint32_t count, void *into)
{
	struct filling filling;
	filling_begin(&filling, method->params, into);
	for (uint32_t i = 0; i < count; i++) {
		msgpack_object value;
		if (i == POSITIONAL_MAX || method->positional == NULL ||
			method->positional[i] == NULL)
			return reading_refuse(reading, SAY_MALFORMED,
				BILINGUAL("params must be one map in an array",
					"params 应为数组中的一个映射"),
				TEXT(""), TEXT(""));
		msgpack_object key = object_of_string(method->positional[i]);
		if (!next_value(reading, &rest, &value) ||
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
params_read(struct reading *reading, const struct method *method, struct bytes params, void *into)
{
	uint32_t count;
	bool is_array = head_array(&params, &count);
	must(is_array); /* message_read has seen to it */
	if (count == 1 && is_packed_map(params))
		return read_packed_map(reading, method->params, params, into);
	return read_positional(reading, method, params, count, into);
}

bool
params_read_map(struct reading *reading, const struct shape *shape, struct bytes map, void *into)
{
	msgpack_object object;
	if (is_packed_map(map))
		return read_packed_map(reading, shape, map, into);
	return next_value(reading, &map, &object) && read_shape(reading, shape, &object, into);
}
