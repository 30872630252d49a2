/* Reading what a client sent: maps against shapes (see params.h). */
#include "params_parts.h"

#include "base/memory.h"
#include "base/must.h"
#include "base/utf8.h"

#include <string.h>

enum { ZONE_CHUNK_BYTES = 16 * 1024, POSITIONAL_MAX = 2, FIELDS_MAX = 64, PLANS_MAX = 256 };

/* What reading by a shape needs again and again, found out when it is asked for first. */
struct plan {
	const struct shape *shape;
	uint64_t required; /* bit i: field i */
	void *blank;       /* its struct, of which nothing is given */
	uint8_t name_sizes[FIELDS_MAX];
};

struct params_reader {
	msgpack_zone zone;
	struct plan
		*plans[PLANS_MAX]; /* by their shapes' addresses, the next place if one is taken */
};

struct params_reader *
params_reader_new(void)
{
	struct params_reader *reader = memory_new_zeroed(1, sizeof *reader);
	if (reader == NULL)
		return NULL;
	if (!msgpack_zone_init(&reader->zone, ZONE_CHUNK_BYTES)) {
		memory_free(reader);
		return NULL;
	}
	return reader;
}

static void
plan_free(struct plan *plan)
{
	if (plan != NULL)
		memory_free(plan->blank);
	memory_free(plan);
}

void
params_reader_free(struct params_reader *reader)
{
	if (reader == NULL)
		return;
	for (size_t i = 0; i < PLANS_MAX; i++)
		plan_free(reader->plans[i]);
	msgpack_zone_destroy(&reader->zone);
	memory_free(reader);
}

void
params_reader_clear(struct params_reader *reader)
{
	msgpack_zone_clear(&reader->zone);
}

/* ---- plans ---- */

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

static struct plan *
plan_new(const struct shape *shape)
{
	struct plan *plan = memory_new_zeroed(1, sizeof *plan);
	void *blank = memory_new(shape->size + 1); /* that of a method without params is empty */
	must(shape->field_count <= FIELDS_MAX);
	if (plan == NULL || blank == NULL) {
		memory_free(plan);
		memory_free(blank);
		return NULL;
	}
	set_not_given(shape, blank);
	plan->shape = shape;
	plan->blank = blank;
	for (size_t i = 0; i < shape->field_count; i++) {
		size_t size = strlen(shape->fields[i].name);
		must(size <= UINT8_MAX);
		plan->name_sizes[i] = (uint8_t)size;
		plan->required |= (uint64_t)shape->fields[i].required << i;
	}
	return plan;
}

/* NULL without memory. */
static const struct plan *
plan_of(struct params_reader *reader, const struct shape *shape)
{
	size_t place = (uintptr_t)shape / sizeof *shape;
	struct plan **plan;
	for (size_t tries = 0;; tries++, place++) {
		plan = &reader->plans[place % PLANS_MAX];
		if (*plan == NULL)
			break;
		if ((*plan)->shape == shape)
			return *plan;
		must(tries < PLANS_MAX);
	}
	*plan = plan_new(shape);
	return *plan;
}

/* ---- shapes ---- */

static bool read_shape(struct reading *reading, const struct shape *shape,
	const msgpack_object *object, void *into);

/* Room for the items of a list, if there may be so many; reading one fills all of it. */
static bool
take_list(struct reading *reading, const struct field *field, size_t count, struct list *into)
{
	if ((int64_t)count < field->min || (int64_t)count > field->max)
		return reading_refuse_range(reading, field);
	void *items = arena_take(reading->arena, count * field->of->size);
	if (items == NULL)
		return reading_refuse_memory(reading);
	*into = (struct list){ items, count };
	return true;
}

static bool
read_list(struct reading *reading, const struct field *field, const msgpack_object *object,
	struct list *into)
{
	if (object->type != MSGPACK_OBJECT_ARRAY)
		return reading_refuse_type(reading, field, object);
	if (!take_list(reading, field, object->via.array.size, into))
		return false;
	uint8_t *items = into->items;
	for (size_t i = 0; i < into->count; i++) {
		if (!read_shape(reading, field->of, &object->via.array.ptr[i],
			    items + i * field->of->size))
			return false;
	}
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

/*
 * The index of a field; clients mostly send fields in one order, so the search begins behind the
 * last one found.
 */
static size_t
find_field(const struct plan *plan, struct text name, size_t start)
{
	const struct shape *shape = plan->shape;
	for (size_t i = 0; i < shape->field_count; i++, start++) {
		if (start >= shape->field_count)
			start = 0;
		if (plan->name_sizes[start] == name.size &&
			same_bytes(name.data, shape->fields[start].name, name.size))
			return start;
	}
	return shape->field_count;
}

/* ---- maps ---- */

/*
 * A map being read into a struct: which of its fields were there, and where to look for the next.
 */
struct filling {
	const struct plan *plan;
	void *into;
	uint64_t given; /* bit i: field i */
	size_t index;   /* the field that is read, or was read last */
};

static bool
filling_begin(
	struct reading *reading, struct filling *filling, const struct shape *shape, void *into)
{
	const struct plan *plan = plan_of(reading->reader, shape);
	if (plan == NULL)
		return reading_refuse_memory(reading);
	memcpy(into, plan->blank, shape->size);
	*filling = (struct filling){ plan, into, 0, shape->field_count };
	return true;
}

/* Finds the field of that name, which is read only once. */
static bool
fill_name(struct reading *reading, struct filling *filling, struct text name)
{
	const struct shape *shape = filling->plan->shape;
	size_t index = find_field(filling->plan, name, filling->index + 1);
	if (index == shape->field_count)
		return refuse_unknown(reading, shape, name);
	if ((filling->given >> index & 1) != 0)
		return reading_refuse(reading, SAY_DUPLICATE_FIELD,
			text_of(shape->fields[index].name), TEXT(""), TEXT(""));
	filling->index = index;
	return true;
}

static bool
fill_key(struct reading *reading, struct filling *filling, const msgpack_object *key)
{
	if (key->type != MSGPACK_OBJECT_STR && key->type != MSGPACK_OBJECT_BIN)
		return reading_refuse(reading, SAY_MALFORMED,
			BILINGUAL("a field's name is not a text", "字段名不是文本"), TEXT(""),
			TEXT(""));
	return fill_name(reading, filling, text_of_object(key));
}

/* The field whose name was found is given; returns it. */
static const struct field *
fill_given(struct filling *filling)
{
	filling->given |= UINT64_C(1) << filling->index;
	return &filling->plan->shape->fields[filling->index];
}

static bool
fill_value(struct reading *reading, struct filling *filling, const msgpack_object *value)
{
	if (value->type == MSGPACK_OBJECT_NIL)
		return true; /* as if it were not there */
	return read_field(reading, fill_given(filling), value, filling->into);
}

static bool
fill_pair(struct reading *reading, struct filling *filling, const msgpack_object *key,
	const msgpack_object *value)
{
	return fill_key(reading, filling, key) && fill_value(reading, filling, value);
}

static bool
filling_end(struct reading *reading, const struct filling *filling)
{
	uint64_t missing = filling->plan->required & ~filling->given;
	if (missing == 0)
		return true;
	const struct field *field = &filling->plan->shape->fields[__builtin_ctzll(missing)];
	return reading_refuse(reading, SAY_MISSING_FIELD, text_of(field->name), TEXT(""), TEXT(""));
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
	if (!filling_begin(reading, &filling, shape, into))
		return false;
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

/* A number of 1, 2, 4 or 8 bytes, the highest first. */
static uint64_t
load_big_endian(const uint8_t *at, size_t size)
{
	if (size == 8)
		return __builtin_bswap64(load_u64(at));
	if (size == 4)
		return __builtin_bswap32(load_u32(at));
	return size == 2 ? __builtin_bswap16(load_u16(at)) : at[0];
}

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
		object->via.u64 = load_big_endian(at + 1, size);
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
is_packed_map(struct bytes bytes)
{
	uint32_t pairs;
	return head_map(&bytes, &pairs);
}

static bool
read_packed_map(struct reading *reading, const struct shape *shape, struct bytes *rest, void *into);

/* A list of maps, each read where it lies; what is no map in it, msgpack-c makes an object of. */
static bool
read_packed_list(struct reading *reading, const struct field *field, struct bytes *rest,
	uint32_t count, void *into)
{
	struct list list = { .items = NULL };
	if (!take_list(reading, field, count, &list))
		return false;
	uint8_t *items = list.items;
	for (uint32_t i = 0; i < count; i++, items += field->of->size) {
		msgpack_object object;
		bool read = is_packed_map(*rest) ? read_packed_map(reading, field->of, rest, items)
						 : next_value(reading, rest, &object) &&
				read_shape(reading, field->of, &object, items);
		if (!read)
			return false;
	}
	memcpy(into, &list, sizeof list);
	return true;
}

/* The name of a field as it mostly lies there; false: it is some other value. */
static bool
plain_name(struct bytes *rest, struct text *name)
{
	const uint8_t *at = rest->data;
	if ((at[0] & 0xe0) != 0xa0)
		return false;
	*name = (struct text){ (const char *)at + 1, at[0] & 0x1fu };
	must(name->size < rest->size); /* it has been scanned */
	*rest = (struct bytes){ at + 1 + name->size, rest->size - 1 - name->size };
	return true;
}

static bool
fill_packed_name(struct reading *reading, struct filling *filling, struct bytes *rest)
{
	msgpack_object key;
	struct text name;
	if (plain_name(rest, &name))
		return fill_name(reading, filling, name);
	return next_value(reading, rest, &key) && fill_key(reading, filling, &key);
}

static bool
fill_packed_pair(struct reading *reading, struct filling *filling, struct bytes *rest)
{
	msgpack_object value;
	uint32_t count;
	if (!fill_packed_name(reading, filling, rest))
		return false;
	const struct field *field = &filling->plan->shape->fields[filling->index];
	if (field->type == FIELD_LIST && head_array(rest, &count)) {
		fill_given(filling);
		return read_packed_list(
			reading, field, rest, count, (uint8_t *)filling->into + field->offset);
	}
	return next_value(reading, rest, &value) && fill_value(reading, filling, &value);
}

static bool
read_packed_map(struct reading *reading, const struct shape *shape, struct bytes *rest, void *into)
{
	struct filling filling;
	uint32_t pairs;
	bool is_map = head_map(rest, &pairs);
	must(is_map);
	if (!filling_begin(reading, &filling, shape, into))
		return false;
	for (uint32_t i = 0; i < pairs; i++) {
		if (!fill_packed_pair(reading, &filling, rest))
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
	if (!filling_begin(reading, &filling, method->params, into))
		return false;
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

bool
params_read(struct reading *reading, const struct method *method, struct bytes params, void *into)
{
	uint32_t count;
	bool is_array = head_array(&params, &count);
	must(is_array); /* message_read has seen to it */
	if (count == 1 && is_packed_map(params))
		return read_packed_map(reading, method->params, &params, into);
	return read_positional(reading, method, params, count, into);
}

bool
params_read_map(struct reading *reading, const struct shape *shape, struct bytes map, void *into)
{
	msgpack_object object;
	if (is_packed_map(map))
		return read_packed_map(reading, shape, &map, into);
	return next_value(reading, &map, &object) && read_shape(reading, shape, &object, into);
}
