/* Records: the names of the tables, and the values of those whose layout is short (see records.h). */
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
	[TABLE_GROUP] = "group",
	[TABLE_MEMBER] = "member",
	[TABLE_TALLY] = "tally",
};

const char *
table_name(uint8_t table)
{
	return table < TABLE_END ? TABLE_NAMES[table] : NULL;
}

/* ---- customers ---- */

struct field_reader
customer_facts(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	field_read_text(&reader); /* segment */
	field_read_text(&reader); /* area */
	return reader;
}

/* ---- counters ---- */

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

/* ---- refunds ---- */

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

/* ---- timers ---- */

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
	case TIMER_RELEASE:
		return "release";
	case TIMER_AGREEMENT:
		return "agreement";
	}
	return NULL;
}

/* ---- notices ---- */

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
	case NOTICE_USED_UP:
		return "used_up";
	case NOTICE_EXPIRING:
		return "expiring";
	case NOTICE_AGREEMENT_ENDING:
		return "agreement_ending";
	}
	return NULL;
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
	notice.customer = notice.account.size == 0 ? field_read_text(&reader)
						   : (struct text){ NULL, 0 };
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
	if (notice->account.size == 0)
		field_write_text(writer, notice->customer);
}

/* ---- releases ---- */

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
