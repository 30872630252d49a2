/*
 * A growing run of bytes with a bound. Not thread-safe. Append returns false and changes nothing
 * when the bound is reached or memory is short.
 */
#ifndef SUANPAN_BUFFER_H
#define SUANPAN_BUFFER_H

#include "bytes.h"

struct buffer {
	uint8_t *data;
	size_t size;
	size_t capacity;
	size_t bytes_max;
};

void buffer_init(struct buffer *buffer, size_t bytes_max);
void buffer_release(struct buffer *buffer);
void buffer_clear(struct buffer *buffer); /* size 0, memory kept */

/* Room for `size` more bytes: where to write them, or NULL. The size grows by buffer_grew. */
uint8_t *buffer_reserve(struct buffer *buffer, size_t size);
void buffer_grew(struct buffer *buffer, size_t size);

bool buffer_append(struct buffer *buffer, const void *data, size_t size);
bool buffer_append_text(struct buffer *buffer, struct text text);
bool
buffer_print(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Removes the first `size` bytes and moves the rest to the front. */
void buffer_consume(struct buffer *buffer, size_t size);

#endif
