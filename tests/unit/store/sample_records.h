/*
 * Values of records as tests know them: of each table one that is written field by field, as its
 * header says. Each is written to the same place, so it lasts until the next is made.
 */
#ifndef SUANPAN_TEST_SAMPLE_RECORDS_H
#define SUANPAN_TEST_SAMPLE_RECORDS_H

#include "../../../store/record_agenda.h"
#include "../../../store/record_customer.h"
#include "../../../store/session_record.h"
#include "notice_sample.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { PLACE_BYTES = 4096 };

static uint8_t place[PLACE_BYTES];

/* A key, or a part of one, that may hold zeros: its bytes and how many. */
#define KEY(literal) literal, sizeof(literal) - 1

static inline struct field_writer
start(void)
{
	memset(place, 0xee, sizeof place);
	return fields_into(place, sizeof place);
}

static inline struct bytes
key_bytes(const struct record_key *key)
{
	return (struct bytes){ key->data, key->size };
}

static inline void
assert_text(struct text text, const char *expected)
{
	assert_true(text_equal(text, text_of(expected)));
}

static inline struct bytes
sample_customer(void)
{
	struct field_writer writer = start();
	field_write_text(&writer, TEXT("gold"));
	field_write_text(&writer, TEXT("0755"));
	field_write_u8(&writer, 2);
	field_write_text(&writer, TEXT("nickname"));
	field_write_u8(&writer, 0);
	field_write_text(&writer, TEXT("cat"));
	field_write_text(&writer, TEXT("points"));
	field_write_u8(&writer, 1);
	field_write_i64(&writer, -5);
	return fields_written(&writer);
}

/* Who has signed agreements, behind the facts. */
static inline struct bytes
sample_signed_customer(void)
{
	struct field_writer writer = start();
	field_write_text(&writer, TEXT("gold"));
	field_write_text(&writer, TEXT("0755"));
	field_write_u8(&writer, 1);
	field_write_text(&writer, TEXT("points"));
	field_write_u8(&writer, 1);
	field_write_i64(&writer, -5);
	field_write_u8(&writer, 3);
	agreement_write(&writer, &(struct agreement){ .id = TEXT("always"), .span = SPAN_ALWAYS });
	agreement_write(&writer,
		&(struct agreement){ .id = TEXT("told"),
			.span = { 1000, 9000 },
			.before_end = { 30, VALID_DAYS } });
	agreement_write(&writer,
		&(struct agreement){ .id = TEXT("acme_2026"),
			.span = { INT64_MIN, 9000 },
			.before_end = { 2, VALID_MONTHS },
			.soon_ms = 7000 });
	return fields_written(&writer);
}

static inline struct bytes
sample_account(void)
{
	struct field_writer writer = start();
	field_write_text(&writer, TEXT("customer-1"));
	field_write_text(&writer, TEXT("CNY"));
	field_write_text(&writer, TEXT("Asia/Shanghai"));
	field_write_u8(&writer, 5);
	field_write_i64(&writer, -1000000);
	field_write_u8(&writer, 2);
	field_write_text(&writer, TEXT("main"));
	field_write_text(&writer, TEXT("gift"));
	return fields_written(&writer);
}

static inline struct bytes
sample_subscription(void)
{
	struct field_writer writer = start();
	field_write_text(&writer, TEXT("account-1"));
	field_write_text(&writer, TEXT("fixed-line"));
	field_write_u8(&writer, 2);
	field_write_span(&writer, (struct span){ 1000, 2000 });
	field_write_u8(&writer, SUBSCRIPTION_ACTIVE);
	field_write_span(&writer, (struct span){ 2000, INT64_MAX });
	field_write_u8(&writer, SUBSCRIPTION_SUSPENDED);
	field_write_u8(&writer, 1);
	field_write_text(&writer, TEXT("07715510000"));
	field_write_span(&writer, SPAN_ALWAYS);
	field_write_u8(&writer, 1);
	field_write_text(&writer, TEXT("minutes-100"));
	field_write_span(&writer, (struct span){ 1000, INT64_MAX });
	return fields_written(&writer);
}

static inline struct bytes
sample_service(void)
{
	struct field_writer writer = start();
	field_write_u8(&writer, 2);
	field_write_span(&writer, (struct span){ INT64_MIN, 2000 });
	field_write_text(&writer, TEXT("subscription-1"));
	field_write_span(&writer, (struct span){ 3000, INT64_MAX });
	field_write_text(&writer, TEXT("subscription-2"));
	return fields_written(&writer);
}

static inline struct bytes
sample_balance(void)
{
	struct field_writer writer = start();
	struct balance balance = { .amount = -77,
		.held = 5,
		.earlier = 4096,
		.day = 20500,
		.kind = BALANCE_GIFT,
		.unit = TEXT("CNY"),
		.span = { 1, 2 } };
	balance_write(&writer, &balance);
	return fields_written(&writer);
}

static inline struct bytes
sample_balance_for_calls(void)
{
	static uint8_t usage[64];
	struct field_writer pays = fields_into(usage, sizeof usage);
	field_write_text(&pays, TEXT("voice.local"));
	field_write_text(&pays, TEXT("sms"));
	struct field_writer writer = start();
	struct balance balance = { .kind = BALANCE_GIFT,
		.unit = TEXT("CNY"),
		.span = SPAN_ALWAYS,
		.pays_count = 2,
		.pays = fields_of(fields_written(&pays)) };
	balance_write(&writer, &balance);
	return fields_written(&writer);
}

static inline struct bytes
sample_balance_of(struct text user, bool user_is_group)
{
	struct field_writer writer = start();
	struct balance balance = { .kind = BALANCE_GIFT,
		.unit = TEXT("CNY"),
		.span = { INT64_MIN, 5000 },
		.user = user,
		.user_is_group = user_is_group };
	balance_write(&writer, &balance);
	return fields_written(&writer);
}

static inline struct bytes
sample_counter(void)
{
	struct field_writer writer = start();
	field_write_i64(&writer, 3600);
	return fields_written(&writer);
}

static inline struct bytes
sample_release(void)
{
	struct field_writer writer = start();
	struct release_record release = { 12345, 1000, TEXT("anna"), TEXT("fixed-line"),
		TEXT("new prices") };
	release_record_write(&writer, &release);
	return fields_written(&writer);
}

static inline struct bytes
sample_refund(void)
{
	struct field_writer writer = start();
	const struct refund_record refund = { { 220000 }, 60, { 50000 } };
	refund_record_write(&writer, &refund);
	return fields_written(&writer);
}

static inline struct bytes
sample_timer(void)
{
	return TIMER_VALUE;
}

static inline struct bytes
sample_notice(void)
{
	struct field_writer writer = start();
	const struct notice_record notice = notice_sample();
	notice_record_write(&writer, &notice);
	return fields_written(&writer);
}

/* Of a customer alone. */
static inline struct bytes
sample_customer_notice(void)
{
	struct field_writer writer = start();
	struct notice_record notice = notice_sample();
	notice.kind = NOTICE_AGREEMENT_ENDING;
	notice.account = TEXT("");
	notice.customer = TEXT("customer-1");
	notice_record_write(&writer, &notice);
	return fields_written(&writer);
}

static inline struct bytes
sample_session(void)
{
	static const struct session session = { .subscription = TEXT("subscription-1"),
		.account = TEXT("account-1"),
		.release = UINT64_C(0x0123456789abcdef),
		.began_ms = 1773806400000,
		.number = 3,
		.expires_ms = 1773810000000,
		.timer_ms = 1773809000000,
		.part_count = 1 };
	static const struct session_part part = { .id = TEXT("calls"),
		.service = TEXT("voice"),
		.to = TEXT("110"),
		.at_ms = 1773806400500,
		.attribute_count = 2,
		.used = 290,
		.granted = 300,
		.charged = 750000,
		.hold_count = 1,
		.counter_count = 1 };
	static const struct session_hold hold = { TEXT("main"), 750000, false };
	static const struct session_counter counter = { .package = TEXT("package"),
		.allowance = TEXT("minutes"),
		.group = TEXT("home"),
		.cycle = 20500,
		.used = -5,
		.held = 60 };
	struct field_writer writer = start();
	session_write(&writer, &session);
	session_identity_write(&writer, &session, &part);
	session_attribute_write(
		&writer, &(struct session_attribute){ TEXT("cell"), TEXT("a1"), 0 });
	session_attribute_write(
		&writer, &(struct session_attribute){ TEXT("party"), { NULL, 0 }, -2 });
	session_progress_write(&writer, &part, &hold, &counter);
	return fields_written(&writer);
}

static inline struct bytes
sample_agenda(void)
{
	struct agenda_charge fee = { TEXT("fee"), 20513, 2 };
	struct agenda_stored stored = { TEXT("bonus"), INT64_MAX, 3 };
	struct agenda_held held[] = {
		{ .package = TEXT("e6_base"),
			.from_ms = 1000,
			.billed_day = 20520,
			.stuck = TEXT("FACT"),
			.charges = &fee,
			.charge_count = 1 },
		{ .package = TEXT("deposit"),
			.from_ms = INT64_MIN,
			.billed_day = -1,
			.ended = true,
			.stored = &stored,
			.stored_count = 1 },
	};
	const struct agenda agenda = { 4711, held, 2 };
	struct field_writer writer = start();
	agenda_write(&writer, &agenda);
	return fields_written(&writer);
}

static inline struct bytes
sample_group(void)
{
	struct field_writer writer = start();
	field_write_u8(&writer, 1);
	field_write_text(&writer, TEXT("customer-1"));
	field_write_u8(&writer, 1);
	field_write_span(&writer, (struct span){ 1000, INT64_MAX });
	field_write_text(&writer, TEXT("site.years"));
	field_write_u8(&writer, 1);
	field_write_i64(&writer, 10);
	return fields_written(&writer);
}

static inline struct bytes
sample_member(void)
{
	struct field_writer writer = start();
	field_write_u8(&writer, 2);
	field_write_text(&writer, TEXT("tower_lease"));
	field_write_span(&writer, (struct span){ 1000, INT64_MAX });
	field_write_text(&writer, TEXT("further_units"));
	field_write_span_flags(&writer, SPAN_ALWAYS, 4);
	return fields_written(&writer);
}

#endif
