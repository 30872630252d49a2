/* What a child process told (see told.h). */
#include "told.h"

#include "scan.h"

#include "base/must.h"
#include "base/utf8.h"

enum { ZONE_CHUNK_BYTES = 8 * 1024 };

/* Is it one value, so that what it says of its sizes can be believed? */
static bool
is_whole(struct bytes packed)
{
	const struct scan_limits limits = { packed.size, UINT32_MAX };
	struct scan scan;
	size_t size;
	scan_init(&scan);
	return scan_message(&scan, packed, &limits, &size) == SCAN_MESSAGE &&
		scan.problem == SCAN_FINE && size == packed.size;
}

enum status
told_open(struct told *told, struct bytes packed, struct fault *fault)
{
	size_t offset = 0;
	if (!is_whole(packed))
		return fault_set(fault, STATUS_CORRUPT, "what the child told is not MessagePack");
	if (!msgpack_zone_init(&told->zone, ZONE_CHUNK_BYTES))
		return fault_set(fault, STATUS_MEMORY, "no memory for what a child told");
	if (msgpack_unpack((const char *)packed.data, packed.size, &offset, &told->zone,
		    &told->object) == MSGPACK_UNPACK_SUCCESS)
		return STATUS_OK;
	msgpack_zone_destroy(&told->zone);
	return fault_set(fault, STATUS_MEMORY, "no memory for what a child told");
}

void
told_close(struct told *told)
{
	msgpack_zone_destroy(&told->zone);
}

struct row
row_of(const msgpack_object *object, uint32_t count)
{
	if (object->type != MSGPACK_OBJECT_ARRAY || object->via.array.size != count)
		return (struct row){ NULL, NULL, true };
	return (struct row){ object->via.array.ptr, object->via.array.ptr + count, false };
}

/* The next item; NULL once something was wrong. */
static const msgpack_object *
next_item(struct row *row)
{
	if (row->wrong)
		return NULL;
	must(row->next < row->end);
	return row->next++;
}

uint64_t
row_number(struct row *row, uint64_t most)
{
	const msgpack_object *object = next_item(row);
	if (object != NULL && object->type == MSGPACK_OBJECT_POSITIVE_INTEGER &&
		object->via.u64 <= most)
		return object->via.u64;
	row->wrong = true;
	return 0;
}

static struct text
text_or_wrong(struct row *row, const msgpack_object *object, size_t bytes_max)
{
	if (object != NULL && object->type == MSGPACK_OBJECT_STR &&
		object->via.str.size <= bytes_max) {
		struct text text = { object->via.str.ptr, object->via.str.size };
		if (utf8_is_valid(text))
			return text;
	}
	row->wrong = true;
	return (struct text){ NULL, 0 };
}

struct text
row_text(struct row *row, size_t bytes_max)
{
	return text_or_wrong(row, next_item(row), bytes_max);
}

struct text
row_text_or_nil(struct row *row, size_t bytes_max)
{
	const msgpack_object *object = next_item(row);
	if (object != NULL && object->type == MSGPACK_OBJECT_NIL)
		return (struct text){ NULL, 0 };
	return text_or_wrong(row, object, bytes_max);
}

const msgpack_object_array *
row_list(struct row *row, size_t items_max)
{
	const msgpack_object *object = next_item(row);
	if (object != NULL && object->type == MSGPACK_OBJECT_ARRAY &&
		object->via.array.size <= items_max)
		return &object->via.array;
	row->wrong = true;
	return NULL;
}
