/* Customers and their agreements (see record_customer.h). */
#include "record_customer.h"

enum { HAS_BEFORE_END = 1, HAS_SOON = 2 };

struct agreement
agreement_read(struct field_reader *agreements)
{
	struct agreement agreement = { .soon_ms = 0 };
	agreement.id = field_read_text(agreements);
	agreement.span = field_read_span(agreements);
	uint8_t flags = field_read_u8(agreements);
	agreements->bad |= (flags & ~(HAS_BEFORE_END | HAS_SOON)) != 0;
	if ((flags & HAS_BEFORE_END) != 0) {
		agreement.before_end.count = field_read_u32(agreements);
		agreement.before_end.every = (enum validity_every)field_read_u8(agreements);
	}
	if ((flags & HAS_SOON) != 0)
		agreement.soon_ms = field_read_i64(agreements);
	return agreement;
}

void
agreement_write(struct field_writer *writer, const struct agreement *agreement)
{
	bool has_lead = agreement->before_end.count > 0, has_soon = agreement->soon_ms != 0;
	field_write_text(writer, agreement->id);
	field_write_span(writer, agreement->span);
	field_write_u8(
		writer, (uint8_t)((has_lead ? HAS_BEFORE_END : 0) | (has_soon ? HAS_SOON : 0)));
	if (has_lead) {
		field_write_u32(writer, agreement->before_end.count);
		field_write_u8(writer, (uint8_t)agreement->before_end.every);
	}
	if (has_soon)
		field_write_i64(writer, agreement->soon_ms);
}

/* Segment, area and facts are passed over. */
static struct field_reader
behind_facts(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	field_read_text(&reader);
	field_read_text(&reader);
	for (unsigned count = field_read_u8(&reader); count > 0; count--)
		named_value_read(&reader);
	return reader;
}

struct customer_agreements
customer_agreements(struct bytes value)
{
	struct customer_agreements agreements = { behind_facts(value), 0 };
	if (agreements.reader.at < agreements.reader.end)
		agreements.count = field_read_u8(&agreements.reader);
	return agreements;
}

struct bytes
customer_before_agreements(struct bytes value)
{
	return (struct bytes){ value.data, (size_t)(behind_facts(value).at - value.data) };
}

int64_t
customer_soon_ms(struct bytes value)
{
	struct customer_agreements agreements = customer_agreements(value);
	int64_t first_ms = INT64_MAX;
	for (unsigned i = 0; i < agreements.count; i++) {
		int64_t soon_ms = agreement_read(&agreements.reader).soon_ms;
		if (soon_ms != 0 && soon_ms < first_ms)
			first_ms = soon_ms;
	}
	return first_ms;
}
