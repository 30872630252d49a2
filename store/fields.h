/*
 * The fields that values of records are made of (records.h says of which): numbers, texts, spans of
 * time, named values.
 */
#ifndef SUANPAN_FIELDS_H
#define SUANPAN_FIELDS_H

#include "../engine/base/bytes.h"
#include "../engine/base/must.h"

#define RECORD_VALUE_MAX 65535

/* FROM ≤ t < TILL */
struct span {
	int64_t from_ms; /* INT64_MIN: since ever */
	int64_t till_ms; /* INT64_MAX: for ever */
};
#define SPAN_ALWAYS ((struct span){ INT64_MIN, INT64_MAX })

static inline bool
span_has(struct span span, int64_t ms)
{
	return span.from_ms <= ms && ms < span.till_ms;
}

static inline bool
span_overlaps(struct span a, struct span b)
{
	return a.from_ms < b.till_ms && b.from_ms < a.till_ms;
}

/*
 * Walking a value. A reader is a position in it; each *_read function takes the next part. Past the
 * end or on malformed bytes it gives zeros and sets `bad`, for the one place that checks
 * (record_is_valid); elsewhere bad is a bug.
 */
struct field_reader {
	const uint8_t *at;
	const uint8_t *end;
	bool bad;
};

static inline struct field_reader
fields_of(struct bytes value)
{
	return (struct field_reader){ .at = value.data, .end = value.data + value.size };
}

/* There is no such field: the reader is bad, and at its end; gives NULL. */
const uint8_t *field_reader_fails(struct field_reader *reader);

/* The next `size` bytes, or NULL (and bad) if there are not so many. */
static inline const uint8_t *
field_take(struct field_reader *reader, size_t size)
{
	const uint8_t *at = reader->at;
	if ((size_t)(reader->end - at) < size)
		return field_reader_fails(reader);
	reader->at = at + size;
	return at;
}

static inline uint8_t
field_read_u8(struct field_reader *reader)
{
	const uint8_t *at = field_take(reader, 1);
	return at == NULL ? 0 : *at;
}

static inline uint32_t
field_read_u32(struct field_reader *reader)
{
	const uint8_t *at = field_take(reader, sizeof(uint32_t));
	return at == NULL ? 0 : load_u32(at);
}

static inline uint64_t
field_read_u64(struct field_reader *reader)
{
	const uint8_t *at = field_take(reader, sizeof(uint64_t));
	return at == NULL ? 0 : load_u64(at);
}

static inline int64_t
field_read_i64(struct field_reader *reader)
{
	return (int64_t)field_read_u64(reader);
}

/* One length byte and as many bytes. */
static inline struct text
field_read_text(struct field_reader *reader)
{
	size_t size = field_read_u8(reader);
	const uint8_t *at = field_take(reader, size);
	return at == NULL ? (struct text){ "", 0 } : (struct text){ (const char *)at, size };
}

/* As base/bytes.h has it. */
static inline uint64_t
field_read_varint(struct field_reader *reader)
{
	uint64_t value;
	size_t size = varint_get(reader->at, (size_t)(reader->end - reader->at), &value);
	if (size == 0) {
		field_reader_fails(reader);
		return 0;
	}
	reader->at += size;
	return value;
}

struct text field_read_sentence(struct field_reader *reader); /* with a size of 4 bytes */
struct span field_read_span(struct field_reader *reader);
/* One whose flag byte may have these, too, which are the caller's, and what they say comes behind. */
struct span field_read_span_flags(struct field_reader *reader, uint8_t known, uint8_t *flags);

/*
 * Building a value in a place of fixed size; `full` when it did not fit (nothing is written past
 * the end).
 */
struct field_writer {
	uint8_t *start;
	uint8_t *at;
	uint8_t *end;
	bool full;
};

static inline struct field_writer
fields_into(void *place, size_t size)
{
	return (struct field_writer){ .start = place, .at = place, .end = (uint8_t *)place + size };
}

/* It does not fit: the writer is full. */
void field_writer_fails(struct field_writer *writer);

static inline void
field_write(struct field_writer *writer, const void *data, size_t size)
{
	if ((size_t)(writer->end - writer->at) < size)
		field_writer_fails(writer);
	else
		writer->at = put_bytes(writer->at, data, size);
}

static inline void
field_write_u8(struct field_writer *writer, uint8_t value)
{
	field_write(writer, &value, 1);
}

static inline void
field_write_u32(struct field_writer *writer, uint32_t value)
{
	field_write(writer, &value, sizeof value);
}

static inline void
field_write_u64(struct field_writer *writer, uint64_t value)
{
	field_write(writer, &value, sizeof value);
}

static inline void
field_write_i64(struct field_writer *writer, int64_t value)
{
	field_write_u64(writer, (uint64_t)value);
}

static inline void
field_write_varint(struct field_writer *writer, uint64_t value)
{
	if (writer->end - writer->at >= VARINT_BYTES_MAX) {
		writer->at += varint_put(writer->at, value);
		return;
	}
	for (; value >= 0x80; value >>= 7)
		field_write_u8(writer, (uint8_t)(value | 0x80));
	field_write_u8(writer, (uint8_t)value);
}

static inline void
field_write_bytes(struct field_writer *writer, struct bytes bytes) /* as they are */
{
	field_write(writer, bytes.data, bytes.size);
}

/* At most 255 bytes. */
static inline void
field_write_text(struct field_writer *writer, struct text text)
{
	must(text.size <= 255);
	field_write_u8(writer, (uint8_t)text.size);
	field_write(writer, text.data, text.size);
}

void field_write_sentence(struct field_writer *writer, struct text text);
void field_write_span(struct field_writer *writer, struct span span);
void field_write_span_flags(struct field_writer *writer, struct span span, uint8_t flags);
struct bytes fields_written(const struct field_writer *writer);

/* A name, and what goes by it: a text, or a whole number. */
struct named_value {
	struct text name;
	struct text text; /* data NULL: it is a number */
	int64_t number;
};
struct named_value named_value_read(struct field_reader *reader);
void named_value_write(struct field_writer *writer, const struct named_value *value);

#endif
