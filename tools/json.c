/* JSON ↔ MessagePack (see json.h). */
#include "json.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/base/utf8.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH_MAX = 64, PLACE_MAX = 200, BASE64_BYTES_MAX = 1 << 28 };
#define BYTES_NAME "$bytes"

/* ---- JSON to MessagePack ---- */

enum status
json_read(struct text text, json_t **value, struct fault *fault)
{
	json_error_t error;
	json_t *read = json_loadb(text.data, text.size,
		JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	if (read == NULL)
		return fault_set(fault, STATUS_INVALID, "this is not JSON: line %d, column %d: %s",
			error.line, error.column, error.text);
	*value = read;
	return STATUS_OK;
}

/* Where we are, for messages: a chain from the inside out. */
struct place {
	const struct place *outer;
	const char *name; /* NULL: an item of a list */
	size_t index;
	unsigned depth;
};

/* "items[3].amount"; what does not fit is cut off. */
static void
place_show(const struct place *place, char *text)
{
	size_t size = 0;
	text[0] = '\0';
	if (place->outer == NULL) {
		snprintf(text, PLACE_MAX, "the value");
		return;
	}
	if (place->outer->outer != NULL) {
		place_show(place->outer, text);
		size = strlen(text);
	}
	int added = place->name == NULL
		? snprintf(text + size, PLACE_MAX - size, "[%zu]", place->index)
		: snprintf(
			  text + size, PLACE_MAX - size, "%s%s", size == 0 ? "" : ".", place->name);
	if (added < 0 || (size_t)added >= PLACE_MAX - size)
		text[size] = '\0';
}

/* *fault: what is wrong with the value that stands there. */
static enum status
wrong(struct fault *fault, const struct place *place, const char *what)
{
	char shown[PLACE_MAX];
	place_show(place, shown);
	return fault_set(fault, STATUS_INVALID, "%s %s", shown, what);
}

static enum status
pack_value(const json_t *value, struct pack *pack, const struct place *place, struct fault *fault);

static enum status
pack_object_bytes(
	const json_t *text, struct pack *pack, const struct place *place, struct fault *fault)
{
	size_t size = json_string_length(text);
	const char *encoded = json_string_value(text);
	if (size % 4 != 0 || size > BASE64_BYTES_MAX)
		return wrong(fault, place, "is not base64");
	unsigned char *decoded = memory_new(size / 4 * 3 + 1);
	if (decoded == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for %zu bytes", size);
	int got = EVP_DecodeBlock(decoded, (const unsigned char *)encoded, (int)size);
	for (size_t i = size; got > 0 && i > 0 && encoded[i - 1] == '=' && i + 2 > size; i--)
		got--;
	if (got >= 0)
		pack_bytes(pack, (struct bytes){ decoded, (size_t)got });
	memory_free(decoded);
	return got >= 0 ? STATUS_OK : wrong(fault, place, "is not base64");
}

static enum status
pack_object(const json_t *object, struct pack *pack, const struct place *place, struct fault *fault)
{
	const char *name;
	json_t *value;
	const json_t *bytes = json_object_get(object, BYTES_NAME);
	if (json_object_size(object) == 1 && json_is_string(bytes))
		return pack_object_bytes(bytes, pack, place, fault);
	pack_map(pack, (uint32_t)json_object_size(object));
	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		struct place inner = { place, name, 0, place->depth + 1 };
		pack_text(pack, text_of(name));
		enum status status = pack_value(value, pack, &inner, fault);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status
pack_list(const json_t *list, struct pack *pack, const struct place *place, struct fault *fault)
{
	pack_array(pack, (uint32_t)json_array_size(list));
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct place inner = { place, NULL, i, place->depth + 1 };
		enum status status = pack_value(json_array_get(list, i), pack, &inner, fault);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status
pack_value(const json_t *value, struct pack *pack, const struct place *place, struct fault *fault)
{
	if (place->depth > DEPTH_MAX)
		return wrong(fault, place, "is nested too deep");
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return pack_object(value, pack, place, fault);
	case JSON_ARRAY:
		return pack_list(value, pack, place, fault);
	case JSON_STRING:
		pack_text(
			pack, (struct text){ json_string_value(value), json_string_length(value) });
		return STATUS_OK;
	case JSON_INTEGER:
		pack_integer(pack, json_integer_value(value));
		return STATUS_OK;
	case JSON_REAL:
		return wrong(fault, place,
			"is a number with a decimal point or an exponent, which is not exact: send money as text, "
			"\"12.50\"");
	case JSON_TRUE:
	case JSON_FALSE:
		pack_bool(pack, json_is_true(value));
		return STATUS_OK;
	case JSON_NULL:
		pack_nil(pack);
		return STATUS_OK;
	}
	return wrong(fault, place, "is of no known type");
}

enum status
json_pack_value(const json_t *value, struct pack *pack, struct fault *fault)
{
	struct place place = { .outer = NULL };
	enum status status = pack_value(value, pack, &place, fault);
	if (status == STATUS_OK && !pack_is_whole(pack))
		return fault_set(fault, STATUS_MEMORY, "no memory for the request");
	return status;
}

/* ---- MessagePack to JSON; msgpack-c refuses what is nested deeper than 32 ---- */

json_t *
json_of_money(struct money amount)
{
	char text[MONEY_TEXT_MAX];
	size_t size = money_format(amount, text);
	return json_stringn(text, size);
}

json_t *
json_of_binary(struct bytes bytes)
{
	if (bytes.size > JSON_BYTES_SHOWN_MAX)
		return json_pack("{s:I}", BYTES_NAME "_size", (json_int_t)bytes.size);
	unsigned char *encoded = memory_new((bytes.size + 2) / 3 * 4 + 1);
	if (encoded == NULL)
		return NULL;
	int size = EVP_EncodeBlock(encoded, bytes.data, (int)bytes.size);
	json_t *value = json_pack("{s:s%}", BYTES_NAME, (const char *)encoded, (size_t)size);
	memory_free(encoded);
	return value;
}

json_t *
json_of_text(struct text text)
{
	if (!utf8_is_valid(text))
		return json_of_binary(bytes_of_text(text));
	return json_stringn_nocheck(text.size == 0 ? "" : text.data, text.size);
}

static json_t *
of_unsigned(uint64_t number)
{
	char text[24];
	if (number <= INT64_MAX)
		return json_integer((json_int_t)number);
	/* Larger than JSON integers can be here; as text it stays exact. */
	snprintf(text, sizeof text, "%" PRIu64, number);
	return json_string(text);
}

static json_t *
of_list(const msgpack_object_array *array)
{
	json_t *list = json_array();
	for (uint32_t i = 0; list != NULL && i < array->size; i++) {
		if (json_array_append_new(list, json_of_packed(&array->ptr[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* Names that are not text are shown as their JSON. */
static bool
add_pair(json_t *object, const msgpack_object_kv *pair)
{
	json_t *value = json_of_packed(&pair->val);
	if (pair->key.type == MSGPACK_OBJECT_STR &&
		utf8_is_valid((struct text){ pair->key.via.str.ptr, pair->key.via.str.size }))
		return json_object_setn_new_nocheck(
			       object, pair->key.via.str.ptr, pair->key.via.str.size, value) == 0;
	json_t *key = json_of_packed(&pair->key);
	struct text name = key == NULL ? (struct text){ NULL, 0 } : json_write(key, false);
	json_decref(key);
	if (name.data == NULL) {
		json_decref(value);
		return false;
	}
	bool added = json_object_setn_new_nocheck(object, name.data, name.size, value) == 0;
	memory_free((void *)(uintptr_t)name.data);
	return added;
}

static json_t *
of_map(const msgpack_object_map *map)
{
	json_t *object = json_object();
	for (uint32_t i = 0; object != NULL && i < map->size; i++) {
		if (!add_pair(object, &map->ptr[i])) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

json_t *
json_of_packed(const msgpack_object *object)
{
	switch (object->type) {
	case MSGPACK_OBJECT_NIL:
		return json_null();
	case MSGPACK_OBJECT_BOOLEAN:
		return json_boolean(object->via.boolean);
	case MSGPACK_OBJECT_POSITIVE_INTEGER:
		return of_unsigned(object->via.u64);
	case MSGPACK_OBJECT_NEGATIVE_INTEGER:
		return json_integer(object->via.i64);
	case MSGPACK_OBJECT_FLOAT32:
	case MSGPACK_OBJECT_FLOAT64: {
		json_t *real = json_real(object->via.f64);
		return real == NULL ? json_null() : real; /* JSON has no infinity */
	}
	case MSGPACK_OBJECT_STR:
		return json_of_text((struct text){ object->via.str.ptr, object->via.str.size });
	case MSGPACK_OBJECT_BIN:
		return json_of_binary((struct bytes){
			(const uint8_t *)object->via.bin.ptr, object->via.bin.size });
	case MSGPACK_OBJECT_EXT:
		return json_of_binary((struct bytes){
			(const uint8_t *)object->via.ext.ptr, object->via.ext.size });
	case MSGPACK_OBJECT_ARRAY:
		return of_list(&object->via.array);
	case MSGPACK_OBJECT_MAP:
		return of_map(&object->via.map);
	}
	return json_null();
}

json_t *
json_of_bytes(struct bytes packed)
{
	msgpack_unpacked unpacked;
	size_t offset = 0;
	json_t *value = NULL;
	msgpack_unpacked_init(&unpacked);
	if (msgpack_unpack_next(&unpacked, (const char *)packed.data, packed.size, &offset) ==
		MSGPACK_UNPACK_SUCCESS)
		value = json_of_packed(&unpacked.data);
	msgpack_unpacked_destroy(&unpacked);
	return value;
}

/* ---- writing ---- */

struct text
json_write(const json_t *value, bool indented)
{
	struct text nothing = { NULL, 0 };
	if (value == NULL)
		return nothing;
	size_t flags = JSON_ENCODE_ANY | (indented ? JSON_INDENT(2) : 0);
	size_t size = json_dumpb(value, NULL, 0, flags);
	char *text = memory_new(size + 2);
	if (text == NULL || size == 0) {
		memory_free(text);
		return nothing;
	}
	size_t written = json_dumpb(value, text, size, flags);
	must(written == size);
	if (indented)
		text[size++] = '\n';
	text[size] = '\0';
	return (struct text){ text, size };
}
