/* The inside of reading, shared by params.c, params_values.c and params_heads.c only. */
#ifndef SUANPAN_PARAMS_PARTS_H
#define SUANPAN_PARAMS_PARTS_H

#include "params.h"

#include <msgpack.h>

void
reading_tell(struct reading *reading, enum say say, struct text a, struct text b, struct text c);

/* Each gives false, the problem being told: of at most three texts. */
static inline bool
reading_refuse(struct reading *reading, enum say say, struct text a, struct text b, struct text c)
{
	reading_tell(reading, say, a, b, c);
	return false;
}

static inline bool
reading_refuse_memory(struct reading *reading)
{
	return reading_refuse(reading, SAY_OUT_OF_MEMORY, TEXT(""), TEXT(""), TEXT(""));
}

/* The value is not of the field's type; or it is, and not one that the field may have. */
bool reading_refuse_type(
	struct reading *reading, const struct field *field, const msgpack_object *object);
bool reading_refuse_range(struct reading *reading, const struct field *field);

struct text object_type_name(const msgpack_object *object); /* in both languages */
struct text text_of_object(const msgpack_object *object);   /* of a str or bin */

/* Reads a value of any type but a list or a map into the member of a params struct; false: a problem. */
bool reading_value(struct reading *reading, const struct field *field, const msgpack_object *object,
	void *into);

/* How many items an array has, how many pairs a map; *rest moves past its head. False: it is none. */
bool head_array(struct bytes *rest, uint32_t *count);
bool head_map(struct bytes *rest, uint32_t *count);

#endif
