/* Records: the layout of each value (see records.h). */
#include "records.h"

#include "../engine/base/must.h"

static const char *const TABLE_NAMES[TABLE_END] = {
	[TABLE_CUSTOMER] = "customer",
	[TABLE_ACCOUNT] = "account",
	[TABLE_SUBSCRIPTION] = "subscription",
	[TABLE_SERVICE] = "service",
	[TABLE_BALANCE] = "balance",
	[TABLE_COUNTER] = "counter",
	[TABLE_RELEASE] = "release",
	[TABLE_SETTING] = "setting",
	[TABLE_REFUND] = "refund",
	[TABLE_TIMER] = "timer",
	[TABLE_SESSION] = "session",
	[TABLE_NOTICE] = "notice",
	[TABLE_AGENDA] = "agenda",
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

const struct bytes TIMER_VALUE = { (const uint8_t[]){ 0 }, 1 };

const char *
timer_kind_name(enum timer_kind kind)
{
	switch (kind) {
	case TIMER_BALANCE:
		return "balance";
	case TIMER_SESSION:
		return "session";
	case TIMER_SUBSCRIPTION:
		return "subscription";
	case TIMER_NOTICE:
		return "notice";
	}
	return NULL;
}

const char *
notice_kind_name(enum notice_kind kind)
{
	switch (kind) {
	case NOTICE_THRESHOLD:
		return "threshold";
	case NOTICE_LOW_BALANCE:
		return "low_balance";
	case NOTICE_ENDING:
		return "ending";
	}
	return NULL;
}

const char *
validity_every_name(enum validity_every every)
{
	switch (every) {
	case VALID_HOURS:
		return "hour";
	case VALID_DAYS:
		return "day";
	case VALID_MONTHS:
		return "month";
	case VALID_YEARS:
		return "year";
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

uint32_t
field_read_u32(struct field_reader *reader)
{
	const uint8_t *at = field_take(reader, 4);
	return at == NULL ? 0 : load_u32(at);
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

uint64_t
field_read_varint(struct field_reader *reader)
{
	uint64_t value;
	size_t size = varint_get(reader->at, (size_t)(reader->end - reader->at), &value);
	if (size == 0) {
		reader->bad = true;
		reader->at = reader->end;
		return 0;
	}
	reader->at += size;
	return value;
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
/* Of a balance, behind its span. */
enum { PAYS_FOR_SUBSCRIPTION = 4, PAYS_FOR_GROUP = 8, PAYS_NOTHING = 16, BEGINS_BY_USE = 32 };
/* Of an account, with its bill day. */
enum { BILL_DAY = 31, ACCOUNT_FROZEN = 32, ACCOUNT_TEMPORARY = 64, ACCOUNT_HAS_LOWS = 128 };
/* Of a package, behind its span. */
enum {
	HELD_BY_GROUP = 4,
	HELD_SINCE = 8,
	HELD_BY_SO_MANY = 16,
	HELD_AND_PAID = 32,
	HELD_OF_GROUP = HELD_BY_GROUP | HELD_SINCE | HELD_BY_SO_MANY | HELD_AND_PAID,
	HELD_WITH_PARAMS = 64,
	HELD_WITH_FACTS = 128,
};

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

/* Those of a group, of one that is held by one. */
static void
read_group(struct field_reader *packages, uint8_t flags, struct package_held *held)
{
	if ((flags & HELD_BY_GROUP) == 0)
		packages->bad = true;
	held->group = field_read_text(packages);
	if ((flags & HELD_SINCE) != 0)
		held->group_from_ms = field_read_i64(packages);
	if ((flags & HELD_BY_SO_MANY) != 0)
		held->members = field_read_u32(packages);
}

/* A list that is there is not empty. */
static uint8_t
read_count(struct field_reader *packages)
{
	uint8_t count = field_read_u8(packages);
	packages->bad |= count == 0;
	return count;
}

struct package_held
package_held_read(struct field_reader *packages)
{
	struct package_held held = { .package = field_read_text(packages) };
	uint8_t flags;
	held.span = read_span_flags(
		packages, HELD_OF_GROUP | HELD_WITH_PARAMS | HELD_WITH_FACTS, &flags);
	held.group_from_ms = held.span.from_ms;
	held.pays = (flags & HELD_AND_PAID) != 0;
	if ((flags & HELD_OF_GROUP) != 0)
		read_group(packages, flags, &held);
	if ((flags & HELD_WITH_PARAMS) != 0)
		held.param_count = read_count(packages);
	held.params = *packages;
	for (unsigned i = 0; i < held.param_count; i++)
		named_value_read(packages);
	if ((flags & HELD_WITH_FACTS) != 0)
		held.fact_count = read_count(packages);
	held.facts = *packages;
	for (unsigned i = 0; i < held.fact_count; i++) {
		field_read_span(packages);
		named_value_read(packages);
	}
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
field_write_u32(struct field_writer *writer, uint32_t value)
{
	uint8_t bytes[4];
	store_u32(bytes, value);
	field_give(writer, bytes, sizeof bytes);
}

void
field_write_u64(struct field_writer *writer, uint64_t value)
{
	uint8_t bytes[8];
	store_u64(bytes, value);
	field_give(writer, bytes, sizeof bytes);
}

void
field_write_i64(struct field_writer *writer, int64_t value)
{
	field_write_u64(writer, (uint64_t)value);
}

void
field_write_varint(struct field_writer *writer, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		field_write_u8(writer, (uint8_t)(value | 0x80));
	field_write_u8(writer, (uint8_t)value);
}

void
field_write_bytes(struct field_writer *writer, struct bytes bytes)
{
	field_give(writer, bytes.data, bytes.size);
}

void
field_write_text(struct field_writer *writer, struct text text)
{
	must(text.size <= 255);
	field_write_u8(writer, (uint8_t)text.size);
	field_give(writer, text.data, text.size);
}

void
field_write_sentence(struct field_writer *writer, struct text text)
{
	must(text.size <= RECORD_VALUE_MAX);
	field_write_u32(writer, (uint32_t)text.size);
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

/* As they stand where they were read. */
static void
write_values(struct field_writer *writer, struct package_held held)
{
	if (held.param_count > 0)
		field_write_u8(writer, held.param_count);
	for (unsigned i = 0; i < held.param_count; i++) {
		struct named_value value = named_value_read(&held.params);
		named_value_write(writer, &value);
	}
	if (held.fact_count > 0)
		field_write_u8(writer, held.fact_count);
	for (unsigned i = 0; i < held.fact_count; i++) {
		field_write_span(writer, field_read_span(&held.facts));
		struct named_value value = named_value_read(&held.facts);
		named_value_write(writer, &value);
	}
}

void
package_held_write(struct field_writer *writer, const struct package_held *held)
{
	bool grouped = held->group.size > 0;
	bool since = grouped && held->group_from_ms != held->span.from_ms;
	bool counted = grouped && held->members > 0;
	uint8_t flags = (uint8_t)((grouped ? HELD_BY_GROUP : 0) | (since ? HELD_SINCE : 0) |
		(counted ? HELD_BY_SO_MANY : 0) | (grouped && held->pays ? HELD_AND_PAID : 0) |
		(held->param_count > 0 ? HELD_WITH_PARAMS : 0) |
		(held->fact_count > 0 ? HELD_WITH_FACTS : 0));
	must(!since || held->group_from_ms < held->span.from_ms);
	must(!counted || held->members <= GROUP_MEMBERS_MAX);
	field_write_text(writer, held->package);
	write_span_flags(writer, held->span, flags);
	if (grouped)
		field_write_text(writer, held->group);
	if (since)
		field_write_i64(writer, held->group_from_ms);
	if (counted)
		field_write_u32(writer, held->members);
	write_values(writer, *held);
}

struct bytes
fields_written(const struct field_writer *writer)
{
	must(!writer->full);
	return (struct bytes){ writer->start, (size_t)(writer->at - writer->start) };
}

/* ---- values ---- */

struct balance
balance_read(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	struct balance balance;
	uint8_t flags;
	balance.amount = field_read_i64(&reader);
	balance.held = field_read_i64(&reader);
	balance.earlier = field_read_u64(&reader);
	balance.day = field_read_u32(&reader);
	balance.kind = (enum balance_kind)field_read_u8(&reader);
	balance.unit = field_read_text(&reader);
	balance.span = read_span_flags(&reader,
		PAYS_FOR_SUBSCRIPTION | PAYS_FOR_GROUP | PAYS_NOTHING | BEGINS_BY_USE, &flags);
	balance.frozen = (flags & PAYS_NOTHING) != 0;
	balance.user = (struct text){ NULL, 0 };
	balance.user_is_group = (flags & PAYS_FOR_GROUP) != 0;
	if (balance.user_is_group || (flags & PAYS_FOR_SUBSCRIPTION) != 0)
		balance.user = field_read_text(&reader);
	reader.bad |= balance.user_is_group && (flags & PAYS_FOR_SUBSCRIPTION) != 0;
	balance.first_use = (struct validity){ .count = 0 };
	if ((flags & BEGINS_BY_USE) != 0) {
		balance.first_use.count = field_read_u32(&reader);
		balance.first_use.every = (enum validity_every)field_read_u8(&reader);
	}
	balance.pays_count = 0;
	if (reader.at < reader.end) {
		balance.pays_count = field_read_u8(&reader);
		reader.bad |= balance.pays_count ==
			0; /* of what pays for everything there is no list */
	}
	balance.pays = reader;
	return balance;
}

void
balance_write(struct field_writer *writer, const struct balance *balance)
{
	field_write_i64(writer, balance->amount);
	field_write_i64(writer, balance->held);
	field_write_u64(writer, balance->earlier);
	field_write_u32(writer, balance->day);
	field_write_u8(writer, (uint8_t)balance->kind);
	field_write_text(writer, balance->unit);
	uint8_t flags = balance->frozen ? PAYS_NOTHING : 0;
	if (balance->user.size > 0)
		flags |= balance->user_is_group ? PAYS_FOR_GROUP : PAYS_FOR_SUBSCRIPTION;
	if (balance->first_use.count > 0)
		flags |= BEGINS_BY_USE;
	write_span_flags(writer, balance->span, flags);
	if (balance->user.size > 0)
		field_write_text(writer, balance->user);
	if (balance->first_use.count > 0) {
		field_write_u32(writer, balance->first_use.count);
		field_write_u8(writer, (uint8_t)balance->first_use.every);
	}
	if (balance->pays_count == 0)
		return;
	struct field_reader pays = balance->pays;
	field_write_u8(writer, balance->pays_count);
	for (unsigned i = 0; i < balance->pays_count; i++)
		field_write_text(writer, field_read_text(&pays));
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
	uint8_t day = field_read_u8(&reader);
	account.bill_day = day & BILL_DAY;
	account.frozen = (day & ACCOUNT_FROZEN) != 0;
	account.floor.micros = field_read_i64(&reader);
	account.temporary_floor.micros = 0;
	account.temporary_till_ms = INT64_MIN;
	if ((day & ACCOUNT_TEMPORARY) != 0) {
		account.temporary_floor.micros = field_read_i64(&reader);
		account.temporary_till_ms = field_read_i64(&reader);
	}
	account.low_count = (day & ACCOUNT_HAS_LOWS) == 0 ? 0 : field_read_u8(&reader);
	account.lows = reader;
	for (unsigned i = 0; i < account.low_count; i++)
		field_read_i64(&reader);
	account.balance_count = field_read_u8(&reader);
	account.balances = reader;
	return account;
}

void
account_write(struct field_writer *writer, const struct account *account)
{
	bool temporary = account->temporary_till_ms != INT64_MIN;
	struct field_reader names = account->balances, lows = account->lows;
	must(account->bill_day <= BILL_DAY && account->balance_count > 0);
	field_write_text(writer, account->customer);
	field_write_text(writer, account->currency);
	field_write_text(writer, account->zone);
	field_write_u8(writer,
		(uint8_t)(account->bill_day | (account->frozen ? ACCOUNT_FROZEN : 0) |
			(temporary ? ACCOUNT_TEMPORARY : 0) |
			(account->low_count > 0 ? ACCOUNT_HAS_LOWS : 0)));
	field_write_i64(writer, account->floor.micros);
	if (temporary) {
		field_write_i64(writer, account->temporary_floor.micros);
		field_write_i64(writer, account->temporary_till_ms);
	}
	if (account->low_count > 0)
		field_write_u8(writer, account->low_count);
	for (unsigned i = 0; i < account->low_count; i++)
		field_write_i64(writer, field_read_i64(&lows));
	field_write_u8(writer, account->balance_count);
	for (unsigned i = 0; i < account->balance_count; i++)
		field_write_text(writer, field_read_text(&names));
}

enum { STATES_BEHIND_PAYERS = 128, PAYER_IS_BOUNDED = 1 };

struct payer
payer_read(struct field_reader *payers)
{
	struct payer payer = { .account = field_read_text(payers) };
	uint8_t flags = field_read_u8(payers);
	payers->bad |= (flags & ~PAYER_IS_BOUNDED) != 0;
	payer.is_bounded = (flags & PAYER_IS_BOUNDED) != 0;
	if (payer.is_bounded)
		payer.bound.micros = field_read_i64(payers);
	payer.pays_count = field_read_u8(payers);
	payer.pays = *payers;
	for (unsigned i = 0; i < payer.pays_count; i++)
		field_read_text(payers);
	return payer;
}

void
payer_write(struct field_writer *writer, const struct payer *payer)
{
	struct field_reader pays = payer->pays;
	field_write_text(writer, payer->account);
	field_write_u8(writer, payer->is_bounded ? PAYER_IS_BOUNDED : 0);
	if (payer->is_bounded)
		field_write_i64(writer, payer->bound.micros);
	field_write_u8(writer, payer->pays_count);
	for (unsigned i = 0; i < payer->pays_count; i++)
		field_write_text(writer, field_read_text(&pays));
}

void
subscription_counts_write(struct field_writer *writer, unsigned state_count, unsigned payer_count)
{
	must(state_count < STATES_BEHIND_PAYERS && payer_count <= SUBSCRIPTION_PAYERS_MAX);
	field_write_u8(
		writer, (uint8_t)(state_count | (payer_count > 0 ? STATES_BEHIND_PAYERS : 0)));
	if (payer_count > 0)
		field_write_u8(writer, (uint8_t)payer_count);
}

struct subscription
subscription_read(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	struct subscription subscription;
	subscription.account = field_read_text(&reader);
	subscription.product = field_read_text(&reader);
	subscription.state_count = field_read_u8(&reader);
	subscription.payer_count = 0;
	if ((subscription.state_count & STATES_BEHIND_PAYERS) != 0) {
		subscription.state_count &= (uint8_t)~STATES_BEHIND_PAYERS;
		subscription.payer_count = field_read_u8(&reader);
		reader.bad |= subscription.payer_count == 0;
	}
	subscription.payers = reader;
	for (unsigned i = 0; i < subscription.payer_count; i++)
		payer_read(&reader);
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

struct counter
counter_read(struct bytes value)
{
	must(value.size == sizeof(int64_t) || value.size == COUNTER_VALUE_MAX);
	return (struct counter){ load_i64(value.data),
		value.size == COUNTER_VALUE_MAX ? load_i64(value.data + sizeof(int64_t)) : 0 };
}

struct bytes
counter_write(uint8_t *place, struct counter counter)
{
	must(counter.held >= 0);
	store_i64(place, counter.used);
	store_i64(place + sizeof(int64_t), counter.held);
	return (struct bytes){ place, counter.held == 0 ? sizeof(int64_t) : COUNTER_VALUE_MAX };
}

struct refund_record
refund_record_read(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	struct refund_record refund;
	refund.money.micros = field_read_i64(&reader);
	refund.quantity = field_read_i64(&reader);
	refund.amounts.micros = field_read_i64(&reader);
	return refund;
}

void
refund_record_write(struct field_writer *writer, const struct refund_record *refund)
{
	must(refund->amounts.micros >= 0 && refund->money.micros >= refund->amounts.micros);
	must(refund->quantity >= 0);
	field_write_i64(writer, refund->money.micros);
	field_write_i64(writer, refund->quantity);
	field_write_i64(writer, refund->amounts.micros);
}

struct notice_record
notice_record_read(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	struct notice_record notice;
	notice.kind = (enum notice_kind)field_read_u8(&reader);
	notice.made_ms = field_read_i64(&reader);
	notice.at_ms = field_read_i64(&reader);
	notice.account = field_read_text(&reader);
	notice.subscription = field_read_text(&reader);
	notice.package = field_read_text(&reader);
	notice.group = field_read_text(&reader);
	notice.id = field_read_text(&reader);
	notice.threshold = field_read_text(&reader);
	notice.of = field_read_text(&reader);
	notice.unit = field_read_text(&reader);
	notice.amount = field_read_i64(&reader);
	notice.used = field_read_i64(&reader);
	notice.till_ms = field_read_i64(&reader);
	notice.en = field_read_sentence(&reader);
	notice.zh = field_read_sentence(&reader);
	return notice;
}

void
notice_record_write(struct field_writer *writer, const struct notice_record *notice)
{
	must(notice_kind_name(notice->kind) != NULL);
	field_write_u8(writer, (uint8_t)notice->kind);
	field_write_i64(writer, notice->made_ms);
	field_write_i64(writer, notice->at_ms);
	field_write_text(writer, notice->account);
	field_write_text(writer, notice->subscription);
	field_write_text(writer, notice->package);
	field_write_text(writer, notice->group);
	field_write_text(writer, notice->id);
	field_write_text(writer, notice->threshold);
	field_write_text(writer, notice->of);
	field_write_text(writer, notice->unit);
	field_write_i64(writer, notice->amount);
	field_write_i64(writer, notice->used);
	field_write_i64(writer, notice->till_ms);
	field_write_sentence(writer, notice->en);
	field_write_sentence(writer, notice->zh);
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
