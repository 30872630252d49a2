/* Records: keys, and the layout of each value (see records.h). */
#include "records.h"

#include "../engine/base/instant.h"
#include "../engine/base/must.h"
#include "../engine/base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const TABLE_NAMES[TABLE_END] = {
	[TABLE_CUSTOMER] = "customer",
	[TABLE_ACCOUNT] = "account",
	[TABLE_SUBSCRIPTION] = "subscription",
	[TABLE_SERVICE] = "service",
	[TABLE_BALANCE] = "balance",
	[TABLE_COUNTER] = "counter",
	[TABLE_RELEASE] = "release",
	[TABLE_SETTING] = "setting",
};

const char *
table_name(uint8_t table)
{
	return table < TABLE_END ? TABLE_NAMES[table] : NULL;
}

const char *
subscription_state_name(enum subscription_state state)
{
	switch (state) {
	case SUBSCRIPTION_ACTIVE:
		return "active";
	case SUBSCRIPTION_SUSPENDED:
		return "suspended";
	case SUBSCRIPTION_ENDED:
		return "ended";
	}
	return NULL;
}

const char *
balance_kind_name(enum balance_kind kind)
{
	switch (kind) {
	case BALANCE_CASH:
		return "cash";
	case BALANCE_GIFT:
		return "gift";
	case BALANCE_DEPOSIT:
		return "deposit";
	case BALANCE_UNITS:
		return "units";
	}
	return NULL;
}

/* ---- reading ---- */

struct field_reader
fields_of(struct bytes value)
{
	return (struct field_reader){ .at = value.data, .end = value.data + value.size };
}

/* The next `size` bytes, or NULL (and bad) if there are not so many. */
static const uint8_t *
field_take(struct field_reader *reader, size_t size)
{
	if ((size_t)(reader->end - reader->at) < size) {
		reader->bad = true;
		reader->at = reader->end;
		return NULL;
	}
	const uint8_t *at = reader->at;
	reader->at += size;
	return at;
}

uint8_t
field_read_u8(struct field_reader *reader)
{
	const uint8_t *at = field_take(reader, 1);
	return at == NULL ? 0 : *at;
}

uint64_t
field_read_u64(struct field_reader *reader)
{
	const uint8_t *at = field_take(reader, 8);
	return at == NULL ? 0 : load_u64(at);
}

int64_t
field_read_i64(struct field_reader *reader)
{
	return (int64_t)field_read_u64(reader);
}

struct text
field_read_text(struct field_reader *reader)
{
	size_t size = field_read_u8(reader);
	const uint8_t *at = field_take(reader, size);
	if (at == NULL)
		return (struct text){ "", 0 };
	return (struct text){ (const char *)at, size };
}

enum { SPAN_HAS_FROM = 1, SPAN_HAS_TILL = 2 };
/* Of a package, behind its span. */
enum { HELD_BY_GROUP = 4, HELD_SINCE = 8, HELD_BY_SO_MANY = 16 };

/* A span whose flags may be these, and others that the caller knows. */
static struct span
read_span_flags(struct field_reader *reader, uint8_t known, uint8_t *flags)
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
	return read_span_flags(reader, 0, &flags);
}

struct package_held
package_held_read(struct field_reader *packages)
{
	struct package_held held;
	uint8_t flags;
	held.package = field_read_text(packages);
	held.span = read_span_flags(packages, HELD_BY_GROUP | HELD_SINCE | HELD_BY_SO_MANY, &flags);
	held.group = (struct text){ NULL, 0 };
	held.group_from_ms = held.span.from_ms;
	held.members = 0;
	if (flags < HELD_BY_GROUP)
		return held;
	if ((flags & HELD_BY_GROUP) == 0)
		packages->bad = true;
	held.group = field_read_text(packages);
	if ((flags & HELD_SINCE) != 0)
		held.group_from_ms = field_read_i64(packages);
	const uint8_t *members = (flags & HELD_BY_SO_MANY) == 0 ? NULL : field_take(packages, 4);
	if (members != NULL)
		held.members = load_u32(members);
	return held;
}

/* ---- writing ---- */

struct field_writer
fields_into(void *place, size_t size)
{
	return (struct field_writer){ .start = place, .at = place, .end = (uint8_t *)place + size };
}

static void
field_give(struct field_writer *writer, const void *data, size_t size)
{
	if ((size_t)(writer->end - writer->at) < size) {
		writer->full = true;
		writer->end = writer->at;
		return;
	}
	writer->at = put_bytes(writer->at, data, size);
}

void
field_write_u8(struct field_writer *writer, uint8_t value)
{
	field_give(writer, &value, 1);
}

void
field_write_u64(struct field_writer *writer, uint64_t value)
{
	field_give(writer, &value, 8);
}

void
field_write_i64(struct field_writer *writer, int64_t value)
{
	field_give(writer, &value, 8);
}

void
field_write_text(struct field_writer *writer, struct text text)
{
	must(text.size <= 255);
	field_write_u8(writer, (uint8_t)text.size);
	field_give(writer, text.data, text.size);
}

static void
write_span_flags(struct field_writer *writer, struct span span, uint8_t flags)
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
	write_span_flags(writer, span, 0);
}

void
package_held_write(struct field_writer *writer, const struct package_held *held)
{
	bool since = held->group.size > 0 && held->group_from_ms != held->span.from_ms;
	bool counted = held->group.size > 0 && held->members > 0;
	uint8_t flags = (uint8_t)((held->group.size > 0 ? HELD_BY_GROUP : 0) |
		(since ? HELD_SINCE : 0) | (counted ? HELD_BY_SO_MANY : 0));
	must(!since || held->group_from_ms < held->span.from_ms);
	must(!counted || held->members <= GROUP_MEMBERS_MAX);
	field_write_text(writer, held->package);
	write_span_flags(writer, held->span, flags);
	if (held->group.size > 0)
		field_write_text(writer, held->group);
	if (since)
		field_write_i64(writer, held->group_from_ms);
	if (counted)
		field_give(writer, &held->members, 4);
}

struct bytes
fields_written(const struct field_writer *writer)
{
	must(!writer->full);
	return (struct bytes){ writer->start, (size_t)(writer->at - writer->start) };
}

/* ---- keys ---- */

void
key_of_text(struct record_key *key, enum table table, struct text id)
{
	must(id.size >= 1 && id.size <= IDENTIFIER_BYTES_MAX);
	key->table = (uint8_t)table;
	key->size = (uint8_t)id.size;
	put_bytes(key->data, id.data, id.size);
}

static void
key_append(struct record_key *key, struct text part)
{
	must(key->size + part.size < RECORD_KEY_MAX);
	put_bytes(key->data + key->size, part.data, part.size);
	key->size = (uint8_t)(key->size + part.size);
}

void
key_of_balance(struct record_key *key, struct text account, struct text name)
{
	key_of_text(key, TABLE_BALANCE, account);
	key_append(key, (struct text){ "\0", 1 });
	key_append(key, name);
}

bool
key_is_of_balance(struct bytes key, struct text *account, struct text *name)
{
	const uint8_t *zero = memchr(key.data, 0, key.size);
	if (zero == NULL)
		return false;
	size_t account_size = (size_t)(zero - key.data);
	*account = (struct text){ (const char *)key.data, account_size };
	*name = (struct text){ (const char *)zero + 1, key.size - account_size - 1 };
	return identifier_is_valid(*account) && identifier_is_valid(*name);
}

enum { COUNTER_CYCLE_BYTES = 4 };
/* Before a group, so that it is never taken for a subscription: no id begins so. */
static const char GROUP_MARK = '\1';

void
key_of_counter(struct record_key *key, const struct counter_key *counter)
{
	/* Big-endian with the sign turned, so that byte order is the order of time. */
	uint32_t ordered = __builtin_bswap32((uint32_t)counter->cycle ^ UINT32_C(0x80000000));
	key->table = TABLE_COUNTER;
	key->size = COUNTER_CYCLE_BYTES;
	memcpy(key->data, &ordered, COUNTER_CYCLE_BYTES);
	if (counter->by_group)
		key_append(key, (struct text){ &GROUP_MARK, 1 });
	key_append(key, counter->owner);
	key_append(key, (struct text){ "\0", 1 });
	key_append(key, counter->package);
	key_append(key, (struct text){ "\0", 1 });
	key_append(key, counter->allowance);
}

/* The text up to the next zero byte, which is taken too, or to the end. */
static struct text
key_part(struct bytes *rest)
{
	const uint8_t *zero = memchr(rest->data, 0, rest->size);
	size_t size = zero == NULL ? rest->size : (size_t)(zero - rest->data);
	struct text part = { (const char *)rest->data, size };
	size_t taken = zero == NULL ? size : size + 1;
	*rest = (struct bytes){ rest->data + taken, rest->size - taken };
	return part;
}

bool
key_is_of_counter(struct bytes key, struct counter_key *counter)
{
	if (key.size <= COUNTER_CYCLE_BYTES)
		return false;
	uint32_t ordered = __builtin_bswap32(load_u32(key.data));
	struct bytes rest = { key.data + COUNTER_CYCLE_BYTES, key.size - COUNTER_CYCLE_BYTES };
	counter->cycle = (int32_t)(ordered ^ UINT32_C(0x80000000));
	counter->by_group = rest.data[0] == (uint8_t)GROUP_MARK;
	rest.data += counter->by_group;
	rest.size -= counter->by_group;
	counter->owner = key_part(&rest);
	counter->package = key_part(&rest);
	counter->allowance = key_part(&rest);
	return rest.size == 0 && identifier_is_valid(counter->owner) &&
		identifier_is_valid(counter->package) && identifier_is_valid(counter->allowance);
}

size_t
counter_key_format(const struct counter_key *counter, char text[COUNTER_TEXT_MAX])
{
	struct date date = date_of_day(counter->cycle);
	int size = snprintf(text, COUNTER_TEXT_MAX, "%s%.*s/%.*s.%.*s/%04d-%02d-%02d",
		counter->by_group ? "group:" : "", TEXT_ARGS(counter->owner),
		TEXT_ARGS(counter->package), TEXT_ARGS(counter->allowance), (int)date.year,
		(int)date.month, (int)date.day);
	must(size > 0 && size < COUNTER_TEXT_MAX);
	return (size_t)size;
}

#define ACTIVATION_PREFIX "activation:"
enum { ACTIVATION_PREFIX_BYTES = sizeof ACTIVATION_PREFIX - 1, ACTIVATION_DIGITS = 20 };

void
key_of_activation(struct record_key *key, int64_t at_ms)
{
	char text[ACTIVATION_PREFIX_BYTES + ACTIVATION_DIGITS + 1];
	must(at_ms >= 0);
	snprintf(text, sizeof text, ACTIVATION_PREFIX "%0*" PRId64, ACTIVATION_DIGITS, at_ms);
	key_of_text(key, TABLE_SETTING, text_of(text));
}

bool
key_is_of_activation(struct bytes key, int64_t *at_ms)
{
	int64_t ms = 0;
	if (key.size != ACTIVATION_PREFIX_BYTES + ACTIVATION_DIGITS ||
		memcmp(key.data, ACTIVATION_PREFIX, ACTIVATION_PREFIX_BYTES) != 0)
		return false;
	for (size_t i = ACTIVATION_PREFIX_BYTES; i < key.size; i++) {
		int digit = key.data[i] - '0';
		if (digit < 0 || digit > 9 || ms > (INT64_MAX - digit) / 10)
			return false;
		ms = ms * 10 + digit;
	}
	*at_ms = ms;
	return true;
}

/* ---- values ---- */

struct balance
balance_read(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	struct balance balance;
	balance.amount = field_read_i64(&reader);
	balance.held = field_read_i64(&reader);
	balance.earlier = field_read_u64(&reader);
	const uint8_t *day = field_take(&reader, 4);
	balance.day = day == NULL ? 0 : load_u32(day);
	balance.kind = (enum balance_kind)field_read_u8(&reader);
	balance.unit = field_read_text(&reader);
	balance.span = field_read_span(&reader);
	return balance;
}

void
balance_write(struct field_writer *writer, const struct balance *balance)
{
	field_write_i64(writer, balance->amount);
	field_write_i64(writer, balance->held);
	field_write_u64(writer, balance->earlier);
	field_give(writer, &balance->day, 4);
	field_write_u8(writer, (uint8_t)balance->kind);
	field_write_text(writer, balance->unit);
	field_write_span(writer, balance->span);
}

void
balance_touch(struct balance *balance, uint64_t version, uint32_t day)
{
	if (balance->day == day)
		return;
	balance->earlier = version;
	balance->day = day;
}

static void
skip_service_ids(struct field_reader *reader, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		field_read_text(reader);
		field_read_span(reader);
	}
}

static void
skip_packages(struct field_reader *reader, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		package_held_read(reader);
}

struct account
account_read(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	struct account account;
	account.customer = field_read_text(&reader);
	account.currency = field_read_text(&reader);
	account.zone = field_read_text(&reader);
	account.bill_day = field_read_u8(&reader);
	account.floor.micros = field_read_i64(&reader);
	account.balance_count = field_read_u8(&reader);
	account.balances = reader;
	return account;
}

struct subscription
subscription_read(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	struct subscription subscription;
	subscription.account = field_read_text(&reader);
	subscription.product = field_read_text(&reader);
	subscription.state_count = field_read_u8(&reader);
	subscription.states = reader;
	for (unsigned i = 0; i < subscription.state_count; i++) {
		field_read_span(&reader);
		field_read_u8(&reader);
	}
	subscription.service_count = field_read_u8(&reader);
	subscription.services = reader;
	skip_service_ids(&reader, subscription.service_count);
	subscription.package_count = field_read_u8(&reader);
	subscription.packages = reader;
	return subscription;
}

int64_t
subscription_terms(const struct subscription *subscription)
{
	struct field_reader reader = subscription->packages;
	skip_packages(&reader, subscription->package_count);
	return reader.at == reader.end ? INT64_MIN : field_read_i64(&reader);
}

struct bytes
subscription_before_terms(struct bytes value)
{
	struct subscription subscription = subscription_read(value);
	struct field_reader reader = subscription.packages;
	skip_packages(&reader, subscription.package_count);
	return (struct bytes){ value.data, (size_t)(reader.at - value.data) };
}

struct text
subscription_account(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	return field_read_text(&reader);
}

enum subscription_state
subscription_state_at(const struct subscription *subscription, int64_t ms)
{
	struct field_reader reader = subscription->states;
	for (unsigned i = 0; i < subscription->state_count; i++) {
		struct span span = field_read_span(&reader);
		uint8_t state = field_read_u8(&reader);
		if (span_has(span, ms))
			return (enum subscription_state)state;
	}
	return SUBSCRIPTION_ENDED;
}

struct text
service_holder(struct bytes value, int64_t ms)
{
	struct field_reader reader = fields_of(value);
	unsigned count = field_read_u8(&reader);
	for (unsigned i = 0; i < count; i++) {
		struct span span = field_read_span(&reader);
		struct text subscription = field_read_text(&reader);
		if (span_has(span, ms))
			return subscription;
	}
	return (struct text){ "", 0 };
}

struct release_record
release_record_read(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	struct release_record release;
	release.size = field_read_u64(&reader);
	release.published_ms = field_read_i64(&reader);
	release.by = field_read_text(&reader);
	release.catalog = field_read_text(&reader);
	release.why = field_read_text(&reader);
	return release;
}

void
release_record_write(struct field_writer *writer, const struct release_record *release)
{
	field_write_u64(writer, release->size);
	field_write_i64(writer, release->published_ms);
	field_write_text(writer, release->by);
	field_write_text(writer, release->catalog);
	field_write_text(writer, release->why);
}

struct activation_record
activation_record_read(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	struct activation_record activation;
	activation.release = field_read_text(&reader);
	activation.by = field_read_text(&reader);
	activation.why = field_read_text(&reader);
	activation.since_ms = reader.at == reader.end ? INT64_MIN : field_read_i64(&reader);
	return activation;
}

void
activation_record_write(struct field_writer *writer, const struct activation_record *activation)
{
	field_write_text(writer, activation->release);
	field_write_text(writer, activation->by);
	field_write_text(writer, activation->why);
	if (activation->since_ms != INT64_MIN)
		field_write_i64(writer, activation->since_ms);
}

/* ---- validity: each function walks one whole value ---- */

static void
walk_id(struct field_reader *reader)
{
	if (!identifier_is_valid(field_read_text(reader)))
		reader->bad = true;
}

static void
walk_span(struct field_reader *reader)
{
	struct span span = field_read_span(reader);
	if (span.from_ms >= span.till_ms)
		reader->bad = true;
}

/* One at the end, which may be absent; what is since ever has none. */
static void
walk_instant(struct field_reader *reader)
{
	if (reader->at != reader->end && field_read_i64(reader) == INT64_MIN)
		reader->bad = true;
}

static void
walk_customer(struct field_reader *reader)
{
	field_read_text(reader);
	field_read_text(reader);
	for (unsigned count = field_read_u8(reader); count > 0; count--) {
		walk_id(reader);
		uint8_t kind = field_read_u8(reader);
		if (kind == 0)
			field_read_text(reader);
		else if (kind == 1)
			field_read_i64(reader);
		else
			reader->bad = true;
	}
}

static void
walk_account(struct field_reader *reader)
{
	walk_id(reader);
	if (!currency_is_valid(field_read_text(reader)))
		reader->bad = true;
	field_read_text(reader);
	uint8_t bill_day = field_read_u8(reader);
	int64_t floor = field_read_i64(reader);
	unsigned count = field_read_u8(reader);
	if (bill_day < 1 || bill_day > 28 || floor > 0 || count == 0)
		reader->bad = true;
	for (; count > 0; count--)
		walk_id(reader);
}

/* A group is an id, and holds the package no later than its member does. */
static void
walk_package(struct field_reader *reader)
{
	struct package_held held = package_held_read(reader);
	if (!identifier_is_valid(held.package) || held.span.from_ms >= held.span.till_ms)
		reader->bad = true;
	if (held.group.data == NULL)
		return;
	if (!identifier_is_valid(held.group) || held.group_from_ms > held.span.from_ms ||
		held.members > GROUP_MEMBERS_MAX)
		reader->bad = true;
}

static void
walk_subscription(struct field_reader *reader)
{
	walk_id(reader);
	walk_id(reader);
	for (unsigned count = field_read_u8(reader); count > 0; count--) {
		walk_span(reader);
		if (field_read_u8(reader) > SUBSCRIPTION_ENDED)
			reader->bad = true;
	}
	for (unsigned count = field_read_u8(reader); count > 0; count--) {
		walk_id(reader);
		walk_span(reader);
	}
	for (unsigned count = field_read_u8(reader); count > 0; count--)
		walk_package(reader);
	walk_instant(reader);
}

static void
walk_service(struct field_reader *reader)
{
	for (unsigned count = field_read_u8(reader); count > 0; count--) {
		walk_span(reader);
		walk_id(reader);
	}
}

static void
walk_balance(struct field_reader *reader)
{
	field_take(reader, 8 + 8 + 8 + 4);
	if (field_read_u8(reader) > BALANCE_UNITS)
		reader->bad = true;
	struct text unit = field_read_text(reader);
	if (unit.size == 0 || unit.size > 16)
		reader->bad = true;
	walk_span(reader);
}

static void
walk_release(struct field_reader *reader)
{
	field_take(reader, 8 + 8);
	for (int text = 0; text < 3; text++)
		field_read_text(reader);
}

static bool
activation_is_valid(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	bool named = field_read_text(&reader).size == RELEASE_NAME_BYTES;
	field_read_text(&reader);
	field_read_text(&reader);
	walk_instant(&reader);
	return named && !reader.bad && reader.at == reader.end;
}

static bool
key_is_valid(uint8_t table, struct bytes key)
{
	struct text account, name;
	struct counter_key counter;
	if (key.size == 0 || key.size > RECORD_KEY_MAX)
		return false;
	if (table == TABLE_BALANCE)
		return key_is_of_balance(key, &account, &name);
	if (table == TABLE_COUNTER)
		return key_is_of_counter(key, &counter);
	return identifier_is_valid(text_of_bytes(key));
}

bool
record_is_valid(uint8_t table, struct bytes key, struct bytes value)
{
	int64_t at_ms;
	if (table == TABLE_SETTING && value.size > 0 && key_is_of_activation(key, &at_ms) &&
		!activation_is_valid(value))
		return false;
	return table > 0 && table < TABLE_END && key_is_valid(table, key) &&
		value_is_valid(table, value);
}

bool
value_is_valid(uint8_t table, struct bytes value)
{
	struct field_reader reader = fields_of(value);
	if (value.size > RECORD_VALUE_MAX)
		return false;
	if (value.size == 0)
		return true; /* the record ceased to exist */
	switch ((enum table)table) {
	case TABLE_CUSTOMER:
		walk_customer(&reader);
		break;
	case TABLE_ACCOUNT:
		walk_account(&reader);
		break;
	case TABLE_SUBSCRIPTION:
		walk_subscription(&reader);
		break;
	case TABLE_SERVICE:
		walk_service(&reader);
		break;
	case TABLE_BALANCE:
		walk_balance(&reader);
		break;
	case TABLE_COUNTER:
		field_read_i64(&reader);
		break;
	case TABLE_RELEASE:
		walk_release(&reader);
		break;
	case TABLE_SETTING:
		return true;
	case TABLE_END:
		return false;
	}
	return !reader.bad && reader.at == reader.end;
}
