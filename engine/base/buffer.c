#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>

#include "memory.h"
#include "must.h"

#define CAPACITY_FIRST 256

void
buffer_init(struct buffer *buffer, size_t bytes_max)
{
	must(bytes_max < SIZE_MAX);
	*buffer = (struct buffer){ .bytes_max = bytes_max };
}

void
buffer_release(struct buffer *buffer)
{
	memory_free(buffer->data);
	buffer_init(buffer, buffer->bytes_max);
}

void
buffer_clear(struct buffer *buffer)
{
	buffer->size = 0;
}

/* Doubles, so that n bytes appended one by one are copied O(n) times in all. */
static bool
grow(struct buffer *buffer, size_t wanted)
{
	size_t capacity = buffer->capacity;
	if (capacity > buffer->bytes_max / 2)
		capacity = buffer->bytes_max;
	else
		capacity *= 2;
	if (capacity < wanted)
		capacity = wanted;
	if (capacity < CAPACITY_FIRST && CAPACITY_FIRST <= buffer->bytes_max)
		capacity = CAPACITY_FIRST;
	/* One byte more than we count, for the zero that vsnprintf writes in buffer_print. */
	uint8_t *data = memory_resize(buffer->data, capacity + 1);
	if (data == NULL)
		return false;
	buffer->data = data;
	buffer->capacity = capacity;
	return true;
}

uint8_t *
buffer_reserve(struct buffer *buffer, size_t size)
{
	must(buffer->size <= buffer->capacity && buffer->capacity <= buffer->bytes_max);
	if (size > buffer->bytes_max - buffer->size)
		return NULL;
	if (buffer->data == NULL || size > buffer->capacity - buffer->size) {
		if (!grow(buffer, buffer->size + size))
			return NULL;
	}
	return buffer->data + buffer->size;
}

void
buffer_grew(struct buffer *buffer, size_t size)
{
	must(size <= buffer->capacity - buffer->size);
	buffer->size += size;
}

bool
buffer_append(struct buffer *buffer, const void *data, size_t size)
{
	uint8_t *at = buffer_reserve(buffer, size);
	if (at == NULL)
		return false;
	if (size > 0)
		memcpy(at, data, size);
	buffer->size += size;
	return true;
}

bool
buffer_append_text(struct buffer *buffer, struct text text)
{
	return buffer_append(buffer, text.data, text.size);
}

bool
buffer_print(struct buffer *buffer, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);

	uint8_t *at = NULL;
	if (length >= 0)
		at = buffer_reserve(buffer, (size_t)length);
	if (at != NULL) {
		vsnprintf((char *)at, (size_t)length + 1, format, again);
		buffer->size += (size_t)length;
	}
	va_end(again);
	return at != NULL;
}

void
buffer_consume(struct buffer *buffer, size_t size)
{
	must(size <= buffer->size);
	buffer->size -= size;
	if (size > 0 && buffer->size > 0)
		memmove(buffer->data, buffer->data + size, buffer->size);
}
