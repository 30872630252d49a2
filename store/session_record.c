/* The record of an open session (see session_record.h). */
#include "session_record.h"

#include "../engine/base/must.h"
#include "../engine/base/utf8.h"

enum { UNITS = 3 };
static const struct text MAIN = { "main", sizeof "main" - 1 };

/* ---- reading ---- */

static int64_t
read_signed(struct field_reader *reader)
{
	return zigzag_decode(field_read_varint(reader));
}

/* A number that is not negative. */
static int64_t
read_count(struct field_reader *reader)
{
	uint64_t value = field_read_varint(reader);
	if (value <= INT64_MAX)
		return (int64_t)value;
	reader->bad = true;
	return 0;
}

struct session
session_read(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	struct session session;
	session.subscription = field_read_text(&reader);
	session.account = field_read_text(&reader);
	if (session.account.size == 0)
		session.account = session.subscription;
	session.release = field_read_u64(&reader);
	session.began_ms = read_signed(&reader);
	session.number = (uint32_t)read_count(&reader);
	session.expires_ms = read_signed(&reader);
	if (__builtin_sub_overflow(session.expires_ms, read_count(&reader), &session.timer_ms))
		reader.bad = true;
	session.part_count = field_read_u8(&reader);
	session.parts = reader;
	return session;
}

struct session_attribute
session_attribute_read(struct field_reader *attributes)
{
	struct session_attribute attribute = { .name = field_read_text(attributes) };
	if (field_read_u8(attributes) == 0)
		attribute.text = field_read_text(attributes);
	else
		attribute.number = read_signed(attributes);
	return attribute;
}

/* Before an account, which no balance is called like. */
enum { PAYER_MARK = 1 };

void
key_of_hold(struct record_key *key, struct text account, const struct session_hold *hold)
{
	if (hold->by_payer)
		key_of_balance(key, hold->balance, MAIN);
	else
		key_of_balance(key, account, hold->balance);
}

void
key_of_session_counter(struct record_key *key, const struct session *session,
	const struct session_counter *counter)
{
	bool by_group = counter->group.size > 0;
	if (text_equal(counter->package, SESSION_OWN_UNITS))
		key_of_balance(key, session->account, counter->allowance);
	else
		key_of_counter(key,
			&(struct counter_key){ by_group ? counter->group : session->subscription,
				by_group, counter->package, counter->allowance, counter->cycle });
}

struct session_hold
session_hold_read(struct field_reader *holds)
{
	struct text balance = field_read_text(holds);
	bool by_payer = balance.size > 0 && balance.data[0] == PAYER_MARK;
	if (by_payer)
		balance = (struct text){ balance.data + 1, balance.size - 1 };
	else if (balance.size == 0)
		balance = MAIN;
	return (struct session_hold){ balance, read_count(holds), by_payer };
}

struct session_counter
session_counter_read(struct field_reader *counters)
{
	struct session_counter counter;
	counter.package = field_read_text(counters);
	counter.allowance = field_read_text(counters);
	counter.group = field_read_text(counters);
	int64_t cycle = read_signed(counters);
	bool own = text_equal(counter.package, SESSION_OWN_UNITS);
	counter.cycle = own ? 0 : (int32_t)cycle;
	counter.since = own ? cycle : 0;
	counter.unit = field_read_u8(counters);
	counter.used = read_signed(counters);
	counter.held = read_count(counters);
	return counter;
}

struct session_part
session_part_read(struct field_reader *parts, const struct session *session)
{
	const uint8_t *start = parts->at;
	struct session_part part;
	part.id = field_read_text(parts);
	part.service = field_read_text(parts);
	if (part.id.size == 0)
		part.id = part.service;
	part.to = field_read_text(parts);
	part.unit = field_read_u8(parts);
	if (__builtin_add_overflow(session->began_ms, read_signed(parts), &part.at_ms))
		parts->bad = true;
	part.attribute_count = field_read_u8(parts);
	part.attributes = *parts;
	for (unsigned i = 0; i < part.attribute_count; i++)
		session_attribute_read(parts);
	part.identity = (struct bytes){ start, (size_t)(parts->at - start) };
	start = parts->at;
	part.used = read_count(parts);
	part.granted = read_count(parts);
	part.charged = read_count(parts);
	part.hold_count = field_read_u8(parts);
	part.holds = *parts;
	for (unsigned i = 0; i < part.hold_count; i++)
		session_hold_read(parts);
	part.counter_count = field_read_u8(parts);
	part.counters = *parts;
	for (unsigned i = 0; i < part.counter_count; i++)
		session_counter_read(parts);
	part.progress = (struct bytes){ start, (size_t)(parts->at - start) };
	return part;
}

/* ---- writing ---- */

static void
write_signed(struct field_writer *writer, int64_t value)
{
	field_write_varint(writer, zigzag_encode(value));
}

static void
write_count(struct field_writer *writer, int64_t value)
{
	must(value >= 0);
	field_write_varint(writer, (uint64_t)value);
}

/* A text that has another's value by default. */
static void
write_unless(struct field_writer *writer, struct text text, struct text usual)
{
	field_write_text(writer, text_equal(text, usual) ? (struct text){ "", 0 } : text);
}

void
session_write(struct field_writer *writer, const struct session *session)
{
	must(session->timer_ms <= session->expires_ms && session->part_count >= 1);
	must(session->part_count <= SESSION_PARTS_MAX);
	field_write_text(writer, session->subscription);
	write_unless(writer, session->account, session->subscription);
	field_write_u64(writer, session->release);
	write_signed(writer, session->began_ms);
	field_write_varint(writer, session->number);
	write_signed(writer, session->expires_ms);
	write_count(writer, session->expires_ms - session->timer_ms);
	field_write_u8(writer, session->part_count);
}

void
session_attribute_write(struct field_writer *writer, const struct session_attribute *attribute)
{
	bool number = attribute->text.data == NULL;
	field_write_text(writer, attribute->name);
	field_write_u8(writer, number);
	if (number)
		write_signed(writer, attribute->number);
	else
		field_write_text(writer, attribute->text);
}

static void
write_counter(struct field_writer *writer, const struct session_counter *counter)
{
	field_write_text(writer, counter->package);
	field_write_text(writer, counter->allowance);
	field_write_text(writer, counter->group);
	write_signed(writer,
		text_equal(counter->package, SESSION_OWN_UNITS) ? counter->since : counter->cycle);
	field_write_u8(writer, counter->unit);
	write_signed(writer, counter->used);
	write_count(writer, counter->held);
}

void
session_identity_write(
	struct field_writer *writer, const struct session *session, const struct session_part *part)
{
	write_unless(writer, part->id, part->service);
	field_write_text(writer, part->service);
	field_write_text(writer, part->to);
	field_write_u8(writer, part->unit);
	write_signed(writer, part->at_ms - session->began_ms);
	field_write_u8(writer, part->attribute_count);
}

static void
write_held_of(struct field_writer *writer, const struct session_hold *hold)
{
	static const uint8_t mark = PAYER_MARK;
	if (!hold->by_payer) {
		write_unless(writer, hold->balance, MAIN);
		return;
	}
	field_write_u8(writer, (uint8_t)(hold->balance.size + 1));
	field_write_bytes(writer, (struct bytes){ &mark, 1 });
	field_write_bytes(writer, bytes_of_text(hold->balance));
}

void
session_progress_write(struct field_writer *writer, const struct session_part *part,
	const struct session_hold *holds, const struct session_counter *counters)
{
	write_count(writer, part->used);
	write_count(writer, part->granted);
	write_count(writer, part->charged);
	field_write_u8(writer, part->hold_count);
	for (unsigned i = 0; i < part->hold_count; i++) {
		must(holds[i].amount > 0);
		write_held_of(writer, &holds[i]);
		write_count(writer, holds[i].amount);
	}
	field_write_u8(writer, part->counter_count);
	for (unsigned i = 0; i < part->counter_count; i++)
		write_counter(writer, &counters[i]);
}

/* ---- checking ---- */

static void
walk_id(struct field_reader *reader)
{
	if (!identifier_is_valid(field_read_text(reader)))
		reader->bad = true;
}

/* One that is left out where it is what it usually is. */
static void
walk_id_if_any(struct field_reader *reader)
{
	struct text id = field_read_text(reader);
	if (id.size > 0 && !identifier_is_valid(id))
		reader->bad = true;
}

static void
walk_attribute(struct field_reader *reader)
{
	walk_id(reader);
	uint8_t kind = field_read_u8(reader);
	if (kind > 1)
		reader->bad = true;
	else if (kind == 0)
		field_read_text(reader);
	else
		field_read_varint(reader);
}

static void
walk_hold(struct field_reader *reader)
{
	struct session_hold hold = session_hold_read(reader);
	bool is_main = hold.balance.data == MAIN.data;
	if ((!is_main && !identifier_is_valid(hold.balance)) || hold.amount == 0)
		reader->bad = true;
}

static void
walk_counter(struct field_reader *reader)
{
	walk_id(reader);
	walk_id(reader);
	walk_id_if_any(reader); /* the group */
	field_read_varint(reader);
	uint8_t unit = field_read_u8(reader);
	if (unit >= UNITS && unit != SESSION_COUNTS_MONEY)
		reader->bad = true;
	field_read_varint(reader);
	read_count(reader);
}

static void
walk_part(struct field_reader *reader, int64_t began_ms)
{
	int64_t at_ms;
	walk_id_if_any(reader);
	walk_id(reader); /* the service */
	field_read_text(reader);
	if (field_read_u8(reader) >= UNITS ||
		__builtin_add_overflow(began_ms, read_signed(reader), &at_ms))
		reader->bad = true;
	for (unsigned count = field_read_u8(reader); count > 0; count--)
		walk_attribute(reader);
	for (int number = 0; number < 3; number++)
		read_count(reader); /* used, granted, charged */
	for (unsigned count = field_read_u8(reader); count > 0; count--)
		walk_hold(reader);
	for (unsigned count = field_read_u8(reader); count > 0; count--)
		walk_counter(reader);
}

void
session_walk(struct field_reader *reader)
{
	int64_t timer_ms;
	walk_id(reader); /* the subscription */
	walk_id_if_any(reader);
	field_read_u64(reader);
	int64_t began_ms = read_signed(reader);
	read_count(reader);
	int64_t expires_ms = read_signed(reader);
	if (__builtin_sub_overflow(expires_ms, read_count(reader), &timer_ms))
		reader->bad = true;
	unsigned count = field_read_u8(reader);
	if (count < 1 || count > SESSION_PARTS_MAX)
		reader->bad = true;
	for (; count > 0 && !reader->bad; count--)
		walk_part(reader, began_ms);
}
