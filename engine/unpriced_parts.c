/* What the files that read stored answers share (see unpriced_parts.h). */
#include "unpriced_parts.h"

#include "scan.h"

#include <string.h>

/* ---- what goes wrong ---- */

bool
unpriced_corrupt(struct unpricing *unpricing, const char *what)
{
	unpricing->status = fault_set(
		unpricing->fault, STATUS_CORRUPT, "the stored answer can't be read: %s", what);
	return false;
}

bool
unpriced_no_memory(struct unpricing *unpricing)
{
	unpricing->status = fault_set(
		unpricing->fault, STATUS_MEMORY, "no memory for a stored answer");
	return false;
}

/* ---- values ---- */

const msgpack_object *
stored_find(const msgpack_object *map, const char *name)
{
	size_t size = strlen(name);
	if (map == NULL || map->type != MSGPACK_OBJECT_MAP)
		return NULL;
	for (uint32_t i = 0; i < map->via.map.size; i++) {
		const msgpack_object *key = &map->via.map.ptr[i].key;
		if (key->type == MSGPACK_OBJECT_STR && key->via.str.size == size &&
			memcmp(key->via.str.ptr, name, size) == 0)
			return &map->via.map.ptr[i].val;
	}
	return NULL;
}

struct text
stored_text_of(const msgpack_object *value)
{
	if (value->type != MSGPACK_OBJECT_STR)
		return (struct text){ NULL, 0 };
	return (struct text){ value->via.str.ptr, value->via.str.size };
}

struct text
stored_text(const msgpack_object *map, const char *name)
{
	const msgpack_object *value = stored_find(map, name);
	return value == NULL ? (struct text){ NULL, 0 } : stored_text_of(value);
}

bool
stored_money(const msgpack_object *map, const char *name, struct money *amount)
{
	*amount = (struct money){ 0 };
	return stored_find(map, name) == NULL || money_parse(stored_text(map, name), amount);
}

bool
stored_integer_of(const msgpack_object *value, int64_t *number)
{
	*number = value->type == MSGPACK_OBJECT_POSITIVE_INTEGER ? (int64_t)value->via.u64
								 : value->via.i64;
	return value->type == MSGPACK_OBJECT_NEGATIVE_INTEGER ||
		(value->type == MSGPACK_OBJECT_POSITIVE_INTEGER && value->via.u64 <= INT64_MAX);
}

bool
stored_integer(const msgpack_object *map, const char *name, int64_t *number)
{
	const msgpack_object *value = stored_find(map, name);
	return value != NULL && stored_integer_of(value, number);
}

const msgpack_object *
stored_array(const msgpack_object *map, const char *name)
{
	const msgpack_object *value = stored_find(map, name);
	return value != NULL && value->type == MSGPACK_OBJECT_ARRAY ? value : NULL;
}

/* ---- a whole answer ---- */

/* Is it one message, so that what it says of its sizes can be believed? */
static bool
is_whole(struct bytes answer)
{
	const struct scan_limits limits = { answer.size, UINT32_MAX };
	struct scan scan;
	size_t size;
	scan_init(&scan);
	return scan_message(&scan, answer, &limits, &size) == SCAN_MESSAGE &&
		scan.problem == SCAN_FINE && size == answer.size;
}

enum status
stored_unpack(struct bytes answer, msgpack_zone *zone, msgpack_object *object, struct fault *fault)
{
	size_t offset = 0;
	object->type = MSGPACK_OBJECT_NIL;
	if (!is_whole(answer))
		return fault_set(fault, STATUS_CORRUPT, "what is stored is not MessagePack");
	switch (msgpack_unpack((const char *)answer.data, answer.size, &offset, zone, object)) {
	case MSGPACK_UNPACK_SUCCESS:
		return STATUS_OK;
	case MSGPACK_UNPACK_NOMEM_ERROR:
		return fault_set(fault, STATUS_MEMORY, "no memory for a stored answer");
	case MSGPACK_UNPACK_EXTRA_BYTES:
	case MSGPACK_UNPACK_CONTINUE:
	case MSGPACK_UNPACK_PARSE_ERROR:
		break;
	}
	return fault_set(fault, STATUS_CORRUPT, "what is stored is not MessagePack");
}

enum status
unpriced_answer(
	struct unpricing *unpricing, struct bytes answer, unpriced_reading reading, void *read)
{
	msgpack_object object;
	msgpack_zone zone;
	if (!msgpack_zone_init(&zone, UNPRICED_ZONE_BYTES)) {
		unpriced_no_memory(unpricing);
		return STATUS_MEMORY;
	}
	enum status status = stored_unpack(answer, &zone, &object, unpricing->fault);
	if (status == STATUS_OK && !reading(unpricing, &object, read))
		status = unpricing->status;
	msgpack_zone_destroy(&zone);
	return status;
}

/* ---- what lines of charges and of dues both have ---- */

uint32_t
unpriced_row(const struct decision *table, int64_t line)
{
	for (uint32_t row = 0; table != NULL && row < table->row_count; row++)
		if (table->lines[row] == line)
			return row + 1;
	return 0;
}

bool
unpriced_rule(struct text name, struct text *package, struct text *rule)
{
	const char *dot = name.size == 0 ? NULL : memchr(name.data, '.', name.size);
	if (dot == NULL)
		return false;
	size_t size = (size_t)(dot - name.data);
	*package = (struct text){ name.data, size };
	*rule = (struct text){ dot + 1, name.size - size - 1 };
	return true;
}

bool
unpriced_tax(struct unpricing *unpricing, const msgpack_object *map, const struct price_tax **read)
{
	const msgpack_object *found = stored_find(map, "tax");
	struct money percent;
	if (found == NULL)
		return true;
	struct price_tax *tax = arena_take_zeroed(unpricing->arena, 1, sizeof *tax);
	if (tax == NULL)
		return unpriced_no_memory(unpricing);
	if (!stored_money(found, "percent", &percent) || !stored_money(found, "net", &tax->net) ||
		!stored_money(found, "amount", &tax->amount) || percent.micros < 0 ||
		percent.micros > INT64_C(100) * DISCOUNT_WHOLE)
		return unpriced_corrupt(unpricing, "a tax");
	tax->parts_per_million = (uint32_t)(percent.micros / 100);
	for (uint32_t i = 0; i < unpricing->image->tax_count; i++)
		if (text_equal(unpricing->image->taxes[i].id, stored_text(found, "code")))
			tax->tax = &unpricing->image->taxes[i];
	*read = tax;
	return tax->tax != NULL || unpriced_corrupt(unpricing, "its release has no such tax code");
}
