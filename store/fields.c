/* Fields of a value: read and written one after the other (see fields.h). */
#include "fields.h"

#include "../engine/base/must.h"

/* ---- reading ---- */

const uint8_t *
field_reader_fails(struct field_reader *reader)
{
	reader->bad = true;
	reader->at = reader->end;
	return NULL;
}

struct text
field_read_sentence(struct field_reader *reader)
{
	size_t size = field_read_u32(reader);
	const uint8_t *at = field_take(reader, size);
	if (at == NULL)
		return (struct text){ "", 0 };
	return (struct text){ (const char *)at, size };
}

enum { SPAN_HAS_FROM = 1, SPAN_HAS_TILL = 2 };

struct span
field_read_span_flags(struct field_reader *reader, uint8_t known, uint8_t *flags)
{
	struct span span = SPAN_ALWAYS;
	*flags = field_read_u8(reader);
	if ((*flags & ~(SPAN_HAS_FROM | SPAN_HAS_TILL | known)) != 0)
		reader->bad = true;
	if ((*flags & SPAN_HAS_FROM) != 0)
		span.from_ms = field_read_i64(reader);
	if ((*flags & SPAN_HAS_TILL) != 0)
		span.till_ms = field_read_i64(reader);
	return span;
}

struct span
field_read_span(struct field_reader *reader)
{
	uint8_t flags;
	return field_read_span_flags(reader, 0, &flags);
}

struct named_value
named_value_read(struct field_reader *reader)
{
	struct named_value value = { .name = field_read_text(reader) };
	uint8_t kind = field_read_u8(reader);
	reader->bad |= kind > 1;
	if (kind == 0)
		value.text = field_read_text(reader);
	else
		value.number = field_read_i64(reader);
	return value;
}

/* ---- writing ---- */

void
field_writer_fails(struct field_writer *writer)
{
	writer->full = true;
	writer->end = writer->at;
}

void
field_write_sentence(struct field_writer *writer, struct text text)
{
	must(text.size <= RECORD_VALUE_MAX);
	field_write_u32(writer, (uint32_t)text.size);
	field_write(writer, text.data, text.size);
}

void
field_write_span_flags(struct field_writer *writer, struct span span, uint8_t flags)
{
	if (span.from_ms != INT64_MIN)
		flags |= SPAN_HAS_FROM;
	if (span.till_ms != INT64_MAX)
		flags |= SPAN_HAS_TILL;
	field_write_u8(writer, flags);
	if ((flags & SPAN_HAS_FROM) != 0)
		field_write_i64(writer, span.from_ms);
	if ((flags & SPAN_HAS_TILL) != 0)
		field_write_i64(writer, span.till_ms);
}

void
field_write_span(struct field_writer *writer, struct span span)
{
	field_write_span_flags(writer, span, 0);
}

void
named_value_write(struct field_writer *writer, const struct named_value *value)
{
	bool is_text = value->text.data != NULL;
	field_write_text(writer, value->name);
	field_write_u8(writer, !is_text);
	if (is_text)
		field_write_text(writer, value->text);
	else
		field_write_i64(writer, value->number);
}

struct bytes
fields_written(const struct field_writer *writer)
{
	must(!writer->full);
	return (struct bytes){ writer->start, (size_t)(writer->at - writer->start) };
}
