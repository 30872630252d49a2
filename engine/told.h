/*
 * What a child process told (child.h): one MessagePack value, of which nothing is trusted but its
 * size. It is read against what it must be, item by item; whatever is another thing makes its row
 * wrong, and from then on the row gives nothing.
 *
 * Thread: any, one at a time.
 */
#ifndef SUANPAN_TOLD_H
#define SUANPAN_TOLD_H

#include "base/bytes.h"
#include "base/status.h"

#include <msgpack.h>

struct told {
	msgpack_zone zone; /* holds the object, whose texts point into what was told */
	msgpack_object object;
};

/*
 * STATUS_CORRUPT: it is not one value, or something is behind it; STATUS_MEMORY: there was none.
 * Nothing is to be closed then.
 */
enum status told_open(struct told *told, struct bytes packed, struct fault *fault);
void told_close(struct told *told);

/* The items of an array, taken one by one: as many as it was said to have. */
struct row {
	const msgpack_object *next, *end;
	bool wrong; /* it is no such array, or an item was not what it had to be */
};
struct row row_of(const msgpack_object *object, uint32_t count);
uint64_t row_number(struct row *row, uint64_t most); /* 0 to most; 0 if it is wrong */
/* UTF-8 of at most so many bytes; data is NULL if it is wrong. */
struct text row_text(struct row *row, size_t bytes_max);
/* The same, or nil: data is NULL then too. */
struct text row_text_or_nil(struct row *row, size_t bytes_max);
/* An array of at most so many items; NULL if it is wrong. */
const msgpack_object_array *row_list(struct row *row, size_t items_max);

#endif
