/* The agenda of a subscription as a record (see record_agenda.h). */
#include "record_agenda.h"

#include "../engine/base/must.h"

int64_t
agenda_next_ms(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	return field_read_i64(&reader);
}

static bool
read_charges(struct field_reader *reader, struct arena *arena, struct agenda_held *held)
{
	held->charge_count = field_read_u8(reader);
	held->charges = arena_take_zeroed(arena, held->charge_count, sizeof *held->charges);
	if (held->charges == NULL)
		return false;
	for (unsigned i = 0; i < held->charge_count; i++) {
		held->charges[i].id = field_read_text(reader);
		held->charges[i].cycle_day = (int32_t)field_read_u32(reader);
		held->charges[i].each = field_read_u32(reader);
	}
	return true;
}

static bool
read_stored(struct field_reader *reader, struct arena *arena, struct agenda_held *held)
{
	held->stored_count = field_read_u8(reader);
	held->stored = arena_take_zeroed(arena, held->stored_count, sizeof *held->stored);
	if (held->stored == NULL)
		return false;
	for (unsigned i = 0; i < held->stored_count; i++) {
		held->stored[i].id = field_read_text(reader);
		held->stored[i].paid_ms = field_read_i64(reader);
		held->stored[i].given = field_read_u32(reader);
	}
	return true;
}

bool
agenda_read(struct bytes value, struct arena *arena, struct agenda *agenda)
{
	struct field_reader reader = fields_of(value);
	agenda->next_ms = field_read_i64(&reader);
	agenda->held_count = field_read_u8(&reader);
	agenda->held = arena_take_zeroed(arena, agenda->held_count, sizeof *agenda->held);
	if (agenda->held == NULL)
		return false;
	for (unsigned i = 0; i < agenda->held_count; i++) {
		struct agenda_held *held = &agenda->held[i];
		held->package = field_read_text(&reader);
		held->from_ms = field_read_i64(&reader);
		held->billed_day = (int32_t)field_read_u32(&reader);
		held->ended = field_read_u8(&reader) != 0;
		held->stuck = field_read_text(&reader);
		if (!read_charges(&reader, arena, held) || !read_stored(&reader, arena, held))
			return false;
	}
	must(!reader.bad && reader.at == reader.end);
	return true;
}

void
agenda_write(struct field_writer *writer, const struct agenda *agenda)
{
	field_write_i64(writer, agenda->next_ms);
	field_write_u8(writer, agenda->held_count);
	for (unsigned i = 0; i < agenda->held_count; i++) {
		const struct agenda_held *held = &agenda->held[i];
		field_write_text(writer, held->package);
		field_write_i64(writer, held->from_ms);
		field_write_u32(writer, (uint32_t)held->billed_day);
		field_write_u8(writer, held->ended);
		field_write_text(writer, held->stuck);
		field_write_u8(writer, held->charge_count);
		for (unsigned j = 0; j < held->charge_count; j++) {
			field_write_text(writer, held->charges[j].id);
			field_write_u32(writer, (uint32_t)held->charges[j].cycle_day);
			field_write_u32(writer, held->charges[j].each);
		}
		field_write_u8(writer, held->stored_count);
		for (unsigned j = 0; j < held->stored_count; j++) {
			field_write_text(writer, held->stored[j].id);
			field_write_i64(writer, held->stored[j].paid_ms);
			field_write_u32(writer, held->stored[j].given);
		}
	}
}

struct timer_key
agenda_timer(struct text subscription, int64_t next_ms)
{
	must(next_ms != INT64_MAX);
	return (struct timer_key){
		.at_ms = next_ms < 0 ? 0 : next_ms, /* all that is before 1970 is long ago */
		.kind = TIMER_SUBSCRIPTION,
		.owner = bytes_of_text(subscription),
	};
}
