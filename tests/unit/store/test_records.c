#include "../../../store/record_agenda.h"
#include "../../../store/session_record.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { PLACE_BYTES = 4096 };

static uint8_t place[PLACE_BYTES];

static struct field_writer
start(void)
{
	memset(place, 0xee, sizeof place);
	return fields_into(place, sizeof place);
}

static struct bytes
key_bytes(const struct record_key *key)
{
	return (struct bytes){ key->data, key->size };
}

static void
assert_text(struct text text, const char *expected)
{
	assert_true(text_equal(text, text_of(expected)));
}

/* ---- a sample value of each table, written field by field as the header says ---- */

static struct bytes
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

static struct bytes
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

static struct bytes
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

static struct bytes
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

static struct bytes
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

static struct bytes
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

static struct bytes
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

static struct bytes
sample_counter(void)
{
	struct field_writer writer = start();
	field_write_i64(&writer, 3600);
	return fields_written(&writer);
}

static struct bytes
sample_release(void)
{
	struct field_writer writer = start();
	struct release_record release = { 12345, 1000, TEXT("anna"), TEXT("fixed-line"),
		TEXT("new prices") };
	release_record_write(&writer, &release);
	return fields_written(&writer);
}

static struct bytes
sample_refund(void)
{
	struct field_writer writer = start();
	const struct refund_record refund = { { 220000 }, 60, { 50000 } };
	refund_record_write(&writer, &refund);
	return fields_written(&writer);
}

static struct bytes
sample_timer(void)
{
	return TIMER_VALUE;
}

static struct bytes
sample_notice(void)
{
	struct field_writer writer = start();
	const struct notice_record notice = {
		.kind = NOTICE_THRESHOLD,
		.made_ms = 2000,
		.at_ms = 1000,
		.account = TEXT("account-1"),
		.subscription = TEXT("subscription-1"),
		.package = TEXT("sms_10000"),
		.group = TEXT("acme"),
		.id = TEXT("low"),
		.threshold = TEXT("10%"),
		.of = TEXT("units"),
		.unit = TEXT("item"),
		.amount = 10000,
		.used = 9000,
		.till_ms = 3000,
		.en = TEXT("1000 of 10000 are left"),
		.zh = TEXT("10000 条还剩 1000 条"),
	};
	notice_record_write(&writer, &notice);
	return fields_written(&writer);
}

static struct bytes
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
	static const struct session_counter counter = { TEXT("package"), TEXT("minutes"),
		TEXT("home"), 20500, 0, -5, 60 };
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

static struct bytes
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

struct sample_table {
	enum table table;
	struct bytes (*make)(void);
	const char *key;
	size_t key_size;
};
#define KEY(literal) literal, sizeof(literal) - 1

static const struct sample_table SAMPLES[] = {
	{ TABLE_CUSTOMER, sample_customer, KEY("customer-1") },
	{ TABLE_ACCOUNT, sample_account, KEY("account-1") },
	{ TABLE_SUBSCRIPTION, sample_subscription, KEY("subscription-1") },
	{ TABLE_SERVICE, sample_service, KEY("07715510000") },
	{ TABLE_BALANCE, sample_balance, KEY("account-1\0main") },
	{ TABLE_COUNTER, sample_counter, KEY("\x80\0\0\1subscription-1\0package\0minutes") },
	{ TABLE_RELEASE, sample_release, KEY("0123abcd") },
	{ TABLE_REFUND, sample_refund, KEY("00000000000000004160") },
	{ TABLE_AGENDA, sample_agenda, KEY("subscription-1") },
	{ TABLE_SESSION, sample_session, KEY("13900000001\0call-1") },
	{ TABLE_TIMER, sample_timer,
		KEY("\0\0\0\0\0\0\0\x7\x1"
		    "account-1\0gift") },
	{ TABLE_NOTICE, sample_notice, KEY("\0\0\0\0\0\0\x10\x40\0\1") },
};
#define SAMPLE_COUNT (sizeof SAMPLES / sizeof SAMPLES[0])

static struct bytes
sample_key(const struct sample_table *sample)
{
	return (struct bytes){ (const uint8_t *)sample->key, sample->key_size };
}

/* ---- claims ---- */

static void
each_table_has_a_name_and_no_other_number_has(void **state)
{
	(void)state;
	for (uint8_t table = 1; table <= TABLE_REFUND; table++)
		assert_non_null(table_name(table));
	assert_string_equal(table_name(TABLE_NOTICE), "notice");
	assert_string_equal(table_name(TABLE_CUSTOMER), "customer");
	assert_string_equal(table_name(TABLE_SETTING), "setting");
	assert_null(table_name(0));
	assert_null(table_name(TABLE_END));
	assert_null(table_name(255));
}

static void
what_is_written_field_by_field_is_valid_and_no_shorter_or_longer_value_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		const struct sample_table *sample = &SAMPLES[i];
		struct bytes value = sample->make();
		struct bytes key = sample_key(sample);
		uint8_t longer[PLACE_BYTES];
		assert_true(record_is_valid((uint8_t)sample->table, key, value));
		memcpy(longer, value.data, value.size);
		longer[value.size] = 0;
		assert_false(record_is_valid(
			(uint8_t)sample->table, key, (struct bytes){ longer, value.size + 1 }));
		for (size_t size = 1; size < value.size; size++) {
			/* Exactly so many bytes of memory, so that a read past them is seen. */
			uint8_t *shorter = malloc(size);
			memcpy(shorter, value.data, size);
			assert_false(record_is_valid(
				(uint8_t)sample->table, key, (struct bytes){ shorter, size }));
			free(shorter);
		}
	}
}

static void
end_of_a_record_is_valid_in_every_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		assert_true(record_is_valid((uint8_t)SAMPLES[i].table, sample_key(&SAMPLES[i]),
			(struct bytes){ NULL, 0 }));
}

static void
setting_may_hold_anything_and_unknown_tables_hold_nothing(void **state)
{
	(void)state;
	struct bytes key = bytes_of_text(TEXT("active"));
	struct bytes value = bytes_of_text(TEXT("any bytes at all"));
	assert_true(record_is_valid(TABLE_SETTING, key, value));
	assert_false(record_is_valid(0, key, value));
	assert_false(record_is_valid(TABLE_END, key, value));
	assert_false(record_is_valid(255, key, value));
}

static void
value_beyond_the_bound_is_not_valid(void **state)
{
	(void)state;
	uint8_t *value = calloc(1, RECORD_VALUE_MAX + 1);
	struct bytes key = bytes_of_text(TEXT("active"));
	assert_true(record_is_valid(TABLE_SETTING, key, (struct bytes){ value, RECORD_VALUE_MAX }));
	assert_false(
		record_is_valid(TABLE_SETTING, key, (struct bytes){ value, RECORD_VALUE_MAX + 1 }));
	free(value);
}

static void
counter_of_which_nothing_is_held_has_no_bytes_for_it(void **state)
{
	(void)state;
	uint8_t held[COUNTER_VALUE_MAX];
	struct bytes key = { (const uint8_t *)"\x80\0\0\1s\0p\0a", 10 };
	struct bytes value = counter_write(held, (struct counter){ 77, 0 });
	assert_int_equal(value.size, 8);
	assert_true(record_is_valid(TABLE_COUNTER, key, value));
	assert_int_equal(counter_read(value).used, 77);
	assert_int_equal(counter_read(value).held, 0);
	value = counter_write(held, (struct counter){ 77, 5 });
	assert_true(record_is_valid(TABLE_COUNTER, key, value));
	assert_int_equal(counter_read(value).used, 77);
	assert_int_equal(counter_read(value).held, 5);
	store_i64(held + 8, 0);
	assert_false(record_is_valid(TABLE_COUNTER, key, value));
	store_i64(held + 8, -5);
	assert_false(record_is_valid(TABLE_COUNTER, key, value));
	value.size = 12;
	assert_false(record_is_valid(TABLE_COUNTER, key, value));
}

static void
keys_that_no_function_makes_are_not_valid(void **state)
{
	(void)state;
	static const struct {
		enum table table;
		const char *key;
		size_t size;
	} wrong[] = {
		{ TABLE_CUSTOMER, KEY("") },
		{ TABLE_CUSTOMER, KEY("a\0b") },
		{ TABLE_CUSTOMER, KEY("a\nb") },
		{ TABLE_CUSTOMER, KEY("\xff") },
		{ TABLE_BALANCE, KEY("account-1") },
		{ TABLE_BALANCE, KEY("account-1\0") },
		{ TABLE_BALANCE, KEY("\0main") },
		{ TABLE_BALANCE, KEY("account-1\0ma\0in") },
		{ TABLE_COUNTER, KEY("\x80\0\0\1") },
		{ TABLE_COUNTER, KEY("\x80\0\0\1s") },
		{ TABLE_COUNTER, KEY("\x80\0\0\1s\0p") },
		{ TABLE_COUNTER, KEY("\x80\0\0\1s\0p\0") },
		{ TABLE_COUNTER, KEY("\x80\0\0\1s\0p\0a\0b") },
		{ TABLE_COUNTER, KEY("\x80\0\0\1\0p\0a") },
		{ TABLE_SESSION, KEY("13900000001") },
		{ TABLE_SESSION, KEY("13900000001\0") },
		{ TABLE_REFUND, KEY("4160") },
		{ TABLE_REFUND, KEY("00000000000000000000") },
		{ TABLE_REFUND, KEY("00000000000000004161") },
		{ TABLE_REFUND, KEY("0000000000000000416a") },
		{ TABLE_REFUND, KEY("000000000000000004160") },
		{ TABLE_REFUND, KEY("99999999999999999992") },
		{ TABLE_TIMER, KEY("\0\0\0\0\0\0\0\x7\x1") },
		{ TABLE_TIMER,
			KEY("\0\0\0\0\0\0\0\x7\x1"
			    "account-1") },
		{ TABLE_TIMER,
			KEY("\0\0\0\0\0\0\0\x7\x3"
			    "account-1\0gift") },
		{ TABLE_TIMER,
			KEY("\0\0\0\0\0\0\0\x7\0"
			    "subscription-1") },
		{ TABLE_TIMER,
			KEY("\0\0\0\0\0\0\0\x7\x5"
			    "subscription-1") },
		{ TABLE_TIMER,
			KEY("\x80\0\0\0\0\0\0\x7\x3"
			    "subscription-1") },
		{ TABLE_NOTICE, KEY("123456789") },
		{ TABLE_NOTICE, KEY("12345678901") },
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct bytes key = { (const uint8_t *)wrong[i].key, wrong[i].size };
		assert_false(
			record_is_valid((uint8_t)wrong[i].table, key, (struct bytes){ NULL, 0 }));
	}
	uint8_t long_key[RECORD_KEY_MAX + 1];
	memset(long_key, 'x', sizeof long_key);
	assert_true(record_is_valid(
		TABLE_CUSTOMER, (struct bytes){ long_key, 64 }, (struct bytes){ NULL, 0 }));
	assert_false(record_is_valid(
		TABLE_CUSTOMER, (struct bytes){ long_key, 65 }, (struct bytes){ NULL, 0 }));
}

/* Puts `byte` at `offset` of the sample's value and asks. */
static bool
valid_with(const struct sample_table *sample, size_t offset, uint8_t byte)
{
	struct bytes value = sample->make();
	place[offset] = byte;
	return record_is_valid((uint8_t)sample->table, sample_key(sample), value);
}

static void
fields_out_of_their_range_are_not_valid(void **state)
{
	(void)state;
	/* customer: kind of the first fact */
	assert_true(valid_with(&SAMPLES[0], 20, 0));
	assert_false(valid_with(&SAMPLES[0], 20, 2));
	/* account: the currency's letters, the day of the bill, the floor's sign, no balances */
	assert_false(valid_with(&SAMPLES[1], 12, '1'));
	assert_true(valid_with(&SAMPLES[1], 29, 28));
	assert_false(valid_with(&SAMPLES[1], 29, 29));
	assert_false(valid_with(&SAMPLES[1], 29, 0));
	assert_false(valid_with(&SAMPLES[1], 37, 0x7f));
	assert_false(valid_with(&SAMPLES[1], 38, 0));
	/* subscription: flags of a span, the state, a span that ends before it begins */
	assert_false(valid_with(&SAMPLES[2], 22, 4));
	assert_false(valid_with(&SAMPLES[2], 39, 3));
	assert_false(valid_with(&SAMPLES[2], 31 + 1, 0));
	/* balance: kind, unit, span */
	assert_false(valid_with(&SAMPLES[4], 28, BALANCE_UNITS + 1));
	assert_false(valid_with(&SAMPLES[4], 29, 0));
	assert_false(valid_with(&SAMPLES[4], 34, 3));
	/* refund: what was given back is not less than nothing */
	assert_false(valid_with(&SAMPLES[7], 7, 0x80));
	assert_false(valid_with(&SAMPLES[7], 15, 0x80));
	assert_false(valid_with(&SAMPLES[7], 23, 0x80));
	assert_false(valid_with(&SAMPLES[7], 23, 0x01)); /* more than all the money */
}

static void
random_bytes_never_make_the_walk_leave_the_value(void **state)
{
	(void)state;
	struct random random = { random_seed("random_bytes_never_make_the_walk_leave_the_value") };
	size_t valid = 0;
	for (int round = 0; round < 60000; round++) {
		const struct sample_table *sample = &SAMPLES[random_below(&random, SAMPLE_COUNT)];
		struct bytes value = sample->make();
		size_t size = value.size;
		for (size_t n = random_below(&random, 4); n > 0; n--)
			place[random_below(&random, size)] = (uint8_t)random_next(&random);
		if (random_below(&random, 2) == 0)
			size = 1 + random_below(&random, size);
		uint8_t *copy = malloc(size);
		memcpy(copy, place, size);
		valid += record_is_valid(
			(uint8_t)sample->table, sample_key(sample), (struct bytes){ copy, size });
		free(copy);
	}
	assert_true(valid > 1000);
}

static void
key_of_a_refund_is_the_position_of_its_charge_in_its_order(void **state)
{
	(void)state;
	static const uint64_t positions[] = { 8, 72, 4160, 41600, UINT64_C(1) << 40,
		(UINT64_C(1) << 62) + 8 };
	struct record_key key, before = { 0 };
	struct refund_record refund = refund_record_read(sample_refund());
	for (size_t i = 0; i < sizeof positions / sizeof positions[0]; i++) {
		uint64_t read;
		key_of_refund(&key, positions[i]);
		assert_int_equal(key.table, TABLE_REFUND);
		assert_true(key_is_of_refund(key_bytes(&key), &read));
		assert_true(read == positions[i]);
		assert_true(memcmp(before.data, key.data, key.size) < 0);
		before = key;
	}
	assert_int_equal(refund.money.micros, 220000);
	assert_int_equal(refund.quantity, 60);
	assert_int_equal(refund.amounts.micros, 50000);
}

static void
keys_of_timers_are_in_the_order_of_time_then_of_kind_and_owner(void **state)
{
	(void)state;
	static const struct timer_key timers[] = {
		{ 0, TIMER_SUBSCRIPTION, { (const uint8_t *)"s", 1 } },
		{ 255, TIMER_BALANCE, { (const uint8_t *)"a\0b", 3 } },
		{ 256, TIMER_BALANCE, { (const uint8_t *)"a\0a", 3 } },
		{ 256, TIMER_BALANCE, { (const uint8_t *)"a\0b", 3 } },
		{ 256, TIMER_SESSION, { (const uint8_t *)"0\0a", 3 } },
		{ 256, TIMER_SUBSCRIPTION, { (const uint8_t *)"0", 1 } },
		{ INT64_MAX, TIMER_BALANCE, { (const uint8_t *)"a\0b", 3 } },
	};
	struct record_key key, before = { 0 };
	for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
		struct timer_key read;
		key_of_timer(&key, &timers[i]);
		assert_int_equal(key.table, TABLE_TIMER);
		assert_true(key_is_of_timer(key_bytes(&key), &read));
		assert_true(read.at_ms == timers[i].at_ms);
		assert_int_equal(read.kind, timers[i].kind);
		assert_true(bytes_equal(read.owner, timers[i].owner));
		assert_true(memcmp(before.data, key.data, key.size) < 0);
		before = key;
	}
	assert_string_equal(timer_kind_name(TIMER_BALANCE), "balance");
	assert_string_equal(timer_kind_name(TIMER_SESSION), "session");
	assert_string_equal(timer_kind_name(TIMER_SUBSCRIPTION), "subscription");
	assert_string_equal(timer_kind_name(TIMER_NOTICE), "notice");
	assert_null(timer_kind_name((enum timer_kind)0));
}

static void
notice_is_read_as_it_was_written(void **state)
{
	(void)state;
	struct notice_record notice = notice_record_read(sample_notice());
	assert_int_equal(notice.kind, NOTICE_THRESHOLD);
	assert_int_equal(notice.made_ms, 2000);
	assert_int_equal(notice.at_ms, 1000);
	assert_text(notice.account, "account-1");
	assert_text(notice.subscription, "subscription-1");
	assert_text(notice.package, "sms_10000");
	assert_text(notice.group, "acme");
	assert_text(notice.id, "low");
	assert_text(notice.threshold, "10%");
	assert_text(notice.of, "units");
	assert_text(notice.unit, "item");
	assert_int_equal(notice.amount, 10000);
	assert_int_equal(notice.used, 9000);
	assert_int_equal(notice.till_ms, 3000);
	assert_text(notice.en, "1000 of 10000 are left");
	assert_text(notice.zh, "10000 条还剩 1000 条");
	assert_string_equal(notice_kind_name(NOTICE_THRESHOLD), "threshold");
	assert_string_equal(notice_kind_name(NOTICE_LOW_BALANCE), "low_balance");
	assert_string_equal(notice_kind_name(NOTICE_ENDING), "ending");
	assert_null(notice_kind_name((enum notice_kind)0));
}

static void
notice_of_no_kind_or_without_threshold_is_not_valid(void **state)
{
	(void)state;
	struct bytes key = sample_key(&SAMPLES[SAMPLE_COUNT - 1]);
	static const struct {
		uint8_t kind;
		const char *account, *threshold, *unit;
		bool valid;
	} CASES[] = {
		{ NOTICE_THRESHOLD, "a", "10%", "item", true },
		{ 0, "a", "10%", "item", false },
		{ 99, "a", "10%", "item", false },
		{ NOTICE_THRESHOLD, "", "10%", "item", false },
		{ NOTICE_THRESHOLD, "a", "", "item", false },
		{ NOTICE_THRESHOLD, "a", "10%", "a_unit_that_is_long", false },
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct notice_record notice = {
			.kind = NOTICE_THRESHOLD,
			.account = text_of(CASES[i].account),
			.threshold = text_of(CASES[i].threshold),
			.unit = text_of(CASES[i].unit),
		};
		struct field_writer writer = start();
		notice_record_write(&writer, &notice);
		place[0] = CASES[i].kind;
		assert_int_equal(record_is_valid(TABLE_NOTICE, key, fields_written(&writer)),
			CASES[i].valid);
	}
}

static void
key_of_a_notice_is_in_the_order_of_its_cursor(void **state)
{
	(void)state;
	static const struct notice_key NOTICES[] = {
		{ 0, 0 },
		{ 8, 0 },
		{ 8, 1 },
		{ 8, 256 },
		{ 16, 0 },
		{ UINT64_C(1) << 40, 3 },
		{ UINT64_MAX, UINT16_MAX },
	};
	struct record_key before = { 0 };
	char text_before[NOTICE_TEXT_BYTES + 1] = "";
	for (size_t i = 0; i < sizeof NOTICES / sizeof NOTICES[0]; i++) {
		struct record_key key;
		struct notice_key read;
		char text[NOTICE_TEXT_BYTES + 1];
		key_of_notice(&key, &NOTICES[i]);
		assert_int_equal(key.table, TABLE_NOTICE);
		assert_true(key_is_of_notice(key_bytes(&key), &read));
		assert_true(read.place == NOTICES[i].place && read.index == NOTICES[i].index);
		notice_key_format(&NOTICES[i], text);
		assert_true(notice_key_parse(text_of(text), &read));
		assert_true(read.place == NOTICES[i].place && read.index == NOTICES[i].index);
		if (i > 0) {
			assert_true(memcmp(before.data, key.data, key.size) < 0);
			assert_true(strcmp(text_before, text) < 0);
		}
		before = key;
		memcpy(text_before, text, sizeof text);
	}
}

static void
cursor_that_no_notice_has_is_not_read(void **state)
{
	(void)state;
	static const char *const WRONG[] = { "", "0", "000000000000000800000",
		"0000000000000008000", "0000000000000008 000", "000000000000000A0000",
		"+000000000000008000", "0x000000000000080000", "00000000000000080g00" };
	struct notice_key read;
	for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
		assert_false(notice_key_parse(text_of(WRONG[i]), &read));
	assert_true(notice_key_parse(TEXT("00000000000000080000"), &read));
}

static void
keys_of_balances_and_counters_are_taken_apart_as_they_were_made(void **state)
{
	(void)state;
	struct text account, name;
	struct counter_key read;
	struct record_key key;
	key_of_balance(&key, TEXT("account-1"), TEXT("main"));
	assert_int_equal(key.table, TABLE_BALANCE);
	assert_true(key_is_of_balance(key_bytes(&key), &account, &name));
	assert_text(account, "account-1");
	assert_text(name, "main");

	static const int32_t cycles[] = { INT32_MIN, -1, 0, 1, 202603, INT32_MAX };
	struct record_key before = { 0 };
	for (size_t i = 0; i < 12; i++) {
		const struct counter_key counter = { TEXT("s"), i % 2 == 0, TEXT("p"), TEXT("a"),
			cycles[i / 2] };
		key_of_counter(&key, &counter);
		assert_int_equal(key.table, TABLE_COUNTER);
		assert_true(key_is_of_counter(key_bytes(&key), &read));
		assert_text(read.owner, "s");
		assert_true(read.by_group == counter.by_group);
		assert_text(read.package, "p");
		assert_text(read.allowance, "a");
		assert_int_equal(read.cycle, counter.cycle);
		/* Keys of a later cycle come later. */
		assert_true(i == 0 || memcmp(before.data, key.data, key.size) < 0);
		before = key;
	}

	key_of_text(&key, TABLE_SERVICE, TEXT("07715510000"));
	assert_int_equal(key.table, TABLE_SERVICE);
	assert_true(bytes_equal(key_bytes(&key), bytes_of_text(TEXT("07715510000"))));
}

static void
longest_keys_fit(void **state)
{
	(void)state;
	char name[64];
	memset(name, 'n', sizeof name);
	struct text longest = { name, sizeof name };
	struct record_key key;
	key_of_balance(&key, longest, longest);
	assert_int_equal(key.size, 64 + 1 + 64);
	assert_true(record_is_valid(TABLE_BALANCE, key_bytes(&key), (struct bytes){ NULL, 0 }));
	struct record_key balance = key;
	key_of_timer(&key, &(struct timer_key){ 7, TIMER_BALANCE, key_bytes(&balance) });
	assert_int_equal(key.size, 8 + 1 + 64 + 1 + 64);
	assert_true(key.size <= TIMER_KEY_MAX);
	key_of_counter(&key, &(struct counter_key){ longest, true, longest, longest, 7 });
	assert_int_equal(key.size, 4 + 1 + 64 + 1 + 64 + 1 + 64);
	assert_true(record_is_valid(TABLE_COUNTER, key_bytes(&key), (struct bytes){ NULL, 0 }));
}

static void
spans_have_their_first_instant_and_not_their_last(void **state)
{
	(void)state;
	struct span span = { 10, 20 };
	assert_false(span_has(span, 9));
	assert_true(span_has(span, 10));
	assert_true(span_has(span, 19));
	assert_false(span_has(span, 20));
	assert_true(span_has(SPAN_ALWAYS, INT64_MIN));
	assert_false(span_overlaps(span, (struct span){ 20, 30 }));
	assert_true(span_overlaps(span, (struct span){ 19, 30 }));
	assert_true(span_overlaps(span, SPAN_ALWAYS));
}

static void
numbers_texts_and_spans_are_read_as_written(void **state)
{
	(void)state;
	static const struct span spans[] = { { INT64_MIN, INT64_MAX }, { -5, INT64_MAX },
		{ INT64_MIN, 5 }, { -5, 5 } };
	static const size_t sizes[] = { 1, 9, 9, 17 };
	for (size_t i = 0; i < 4; i++) {
		struct field_writer writer = start();
		field_write_span(&writer, spans[i]);
		field_write_u8(&writer, 200);
		field_write_u64(&writer, UINT64_MAX);
		field_write_text(&writer, TEXT(""));
		field_write_text(&writer, TEXT("text"));
		struct bytes value = fields_written(&writer);
		assert_int_equal(value.size, sizes[i] + 1 + 8 + 1 + 5);
		struct field_reader reader = fields_of(value);
		struct span span = field_read_span(&reader);
		assert_true(span.from_ms == spans[i].from_ms && span.till_ms == spans[i].till_ms);
		assert_int_equal(field_read_u8(&reader), 200);
		assert_true(field_read_u64(&reader) == UINT64_MAX);
		assert_int_equal(field_read_text(&reader).size, 0);
		assert_text(field_read_text(&reader), "text");
		assert_false(reader.bad);
		assert_int_equal(field_read_u8(&reader), 0);
		assert_true(reader.bad);
	}
}

static void
writing_past_the_end_is_told_and_writes_nothing_there(void **state)
{
	(void)state;
	for (size_t room = 0; room < 15; room++) {
		memset(place, 0xee, sizeof place);
		struct field_writer writer = fields_into(place, room);
		field_write_u64(&writer, 1);
		field_write_text(&writer, TEXT("six by"));
		field_write_u8(&writer, 9); /* after what did not fit nothing else is written */
		assert_true(writer.full);
		assert_int_equal(place[room], 0xee);
	}
}

static void
amounts_at_which_an_account_is_low_fall(void **state)
{
	(void)state;
	static const struct {
		int64_t lows[ACCOUNT_LOWS_MAX + 1];
		uint8_t count;
		bool valid;
	} CASES[] = {
		{ { 0 }, 1, true },
		{ { 5, 0, -5 }, 3, true },
		{ { 5, 5 }, 2, false },
		{ { 5, 6 }, 2, false },
		{ { 8, 7, 6, 5, 4, 3, 2, 1 }, 8, true },
		{ { 9, 8, 7, 6, 5, 4, 3, 2, 1 }, 9, false },
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		uint8_t copy[PLACE_BYTES], low_place[80];
		struct field_writer lows = fields_into(low_place, sizeof low_place);
		struct field_writer writer = fields_into(copy, sizeof copy);
		struct account account = account_read(sample_account());
		assert_int_equal(account.low_count, 0);
		for (uint8_t low = 0; low < CASES[i].count; low++)
			field_write_i64(&lows, CASES[i].lows[low]);
		account.low_count = CASES[i].count;
		account.lows = fields_of(fields_written(&lows));
		account_write(&writer, &account);
		struct bytes value = fields_written(&writer);
		assert_int_equal(value_is_valid(TABLE_ACCOUNT, value), CASES[i].valid);
		struct account again = account_read(value);
		assert_int_equal(again.low_count, CASES[i].count);
		assert_int_equal(field_read_i64(&again.lows), CASES[i].lows[0]);
		assert_int_equal(again.bill_day, 5);
		assert_text(field_read_text(&again.balances), "main");
		for (size_t size = 1; size < value.size; size++)
			assert_false(
				value_is_valid(TABLE_ACCOUNT, (struct bytes){ value.data, size }));
	}
}

static void
what_an_account_may_spend_for_a_while_is_read_as_written(void **state)
{
	(void)state;
	const struct bytes key = bytes_of_text(TEXT("account-1"));
	struct account account = account_read(sample_account());
	assert_true(!account.frozen && account.temporary_till_ms == INT64_MIN);
	assert_int_equal(account_floor(&account, 0).micros, -1000000);
	uint8_t copy[PLACE_BYTES];
	struct field_writer writer = fields_into(copy, sizeof copy);
	account_write(&writer, &account);
	assert_true(bytes_equal(fields_written(&writer), sample_account()));
	account.frozen = true;
	account.temporary_floor.micros = -5000000;
	account.temporary_till_ms = 7000;
	writer = fields_into(copy, sizeof copy);
	account_write(&writer, &account);
	assert_true(record_is_valid(TABLE_ACCOUNT, key, fields_written(&writer)));
	struct account again = account_read(fields_written(&writer));
	assert_true(again.frozen && again.bill_day == 5 && again.floor.micros == -1000000);
	assert_int_equal(account_floor(&again, 6999).micros, -5000000);
	assert_int_equal(account_floor(&again, 7000).micros, -1000000);
	assert_text(field_read_text(&again.balances), "main");
	again.temporary_floor.micros = -999999;
	assert_int_equal(account_floor(&again, 0).micros, -1000000);
	again.temporary_floor.micros = 1;
	writer = fields_into(copy, sizeof copy);
	account.temporary_floor.micros = 1;
	account_write(&writer, &account);
	assert_false(record_is_valid(TABLE_ACCOUNT, key, fields_written(&writer)));
}

static void
account_is_read_as_written(void **state)
{
	(void)state;
	struct account account = account_read(sample_account());
	assert_text(account.customer, "customer-1");
	assert_text(account.currency, "CNY");
	assert_text(account.zone, "Asia/Shanghai");
	assert_int_equal(account.bill_day, 5);
	assert_int_equal(account.floor.micros, -1000000);
	assert_int_equal(account.balance_count, 2);
	assert_text(field_read_text(&account.balances), "main");
	assert_text(field_read_text(&account.balances), "gift");
}

static void
subscription_tells_its_state_at_any_instant(void **state)
{
	(void)state;
	struct subscription subscription = subscription_read(sample_subscription());
	assert_text(subscription.account, "account-1");
	assert_text(subscription.product, "fixed-line");
	assert_int_equal(subscription_state_at(&subscription, 999), SUBSCRIPTION_ENDED);
	assert_int_equal(subscription_state_at(&subscription, 1000), SUBSCRIPTION_ACTIVE);
	assert_int_equal(subscription_state_at(&subscription, 1999), SUBSCRIPTION_ACTIVE);
	assert_int_equal(subscription_state_at(&subscription, 2000), SUBSCRIPTION_SUSPENDED);
	assert_int_equal(subscription.service_count, 1);
	assert_text(field_read_text(&subscription.services), "07715510000");
	assert_int_equal(subscription.package_count, 1);
	assert_text(field_read_text(&subscription.packages), "minutes-100");
	assert_int_equal(field_read_span(&subscription.packages).from_ms, 1000);
}

/* The value with an instant behind it. */
static struct bytes
with_instant(struct bytes value, int64_t ms)
{
	static uint8_t behind[300];
	assert_true(value.size + 8 <= sizeof behind);
	memcpy(behind, value.data, value.size);
	store_i64(behind + value.size, ms);
	return (struct bytes){ behind, value.size + 8 };
}

/* A subscription that holds this package and no more. */
static struct bytes
holding_subscription(const struct package_held *held)
{
	struct field_writer writer = start();
	field_write_text(&writer, TEXT("account-1"));
	field_write_text(&writer, TEXT("phs"));
	field_write_u8(&writer, 0);
	field_write_u8(&writer, 0);
	field_write_u8(&writer, 1);
	package_held_write(&writer, held);
	return fields_written(&writer);
}

static void
a_package_may_be_held_by_a_group(void **state)
{
	(void)state;
	static const struct package_held all[] = {
		{ .package = TEXT("e6"), .span = { 1000, INT64_MAX }, .group_from_ms = 1000 },
		{ .package = TEXT("e6"),
			.span = { 1000, 2000 },
			.group = TEXT("home"),
			.group_from_ms = 1000,
			.pays = true },
		{ .package = TEXT("e6"),
			.span = { 1000, INT64_MAX },
			.group = TEXT("home"),
			.group_from_ms = 500,
			.members = 3 },
		{ .package = TEXT("e6"),
			.span = { INT64_MIN, INT64_MAX },
			.group = TEXT("home"),
			.group_from_ms = INT64_MIN,
			.members = GROUP_MEMBERS_MAX,
			.pays = true },
	};
	struct bytes key = bytes_of_text(TEXT("subscription-1"));
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		struct bytes value = with_instant(holding_subscription(&all[i]), 4711);
		assert_true(record_is_valid(TABLE_SUBSCRIPTION, key, value));
		struct subscription subscription = subscription_read(value);
		assert_int_equal(subscription_terms(&subscription), 4711);
		struct package_held held = package_held_read(&subscription.packages);
		assert_text(held.package, "e6");
		assert_true(text_equal(held.group, all[i].group));
		assert_true(held.span.from_ms == all[i].span.from_ms &&
			held.span.till_ms == all[i].span.till_ms);
		assert_true(held.group_from_ms == all[i].group_from_ms);
		assert_int_equal(held.members, all[i].members);
		assert_int_equal(held.pays, all[i].pays);
	}
}

static void
an_agenda_is_read_as_it_was_written(void **state)
{
	(void)state;
	struct arena arena;
	struct agenda agenda;
	struct bytes value = sample_agenda();
	arena_init(&arena, 1 << 16);
	assert_int_equal(agenda_next_ms(value), 4711);
	assert_true(agenda_read(value, &arena, &agenda));
	assert_int_equal(agenda.next_ms, 4711);
	assert_int_equal(agenda.held_count, 2);
	assert_text(agenda.held[0].package, "e6_base");
	assert_int_equal(agenda.held[0].from_ms, 1000);
	assert_int_equal(agenda.held[0].billed_day, 20520);
	assert_text(agenda.held[0].stuck, "FACT");
	assert_false(agenda.held[0].ended);
	assert_text(agenda.held[0].charges[0].id, "fee");
	assert_int_equal(agenda.held[0].charges[0].cycle_day, 20513);
	assert_int_equal(agenda.held[0].charges[0].each, 2);
	assert_true(agenda.held[1].ended && agenda.held[1].from_ms == INT64_MIN);
	assert_int_equal(agenda.held[1].billed_day, -1);
	assert_text(agenda.held[1].stored[0].id, "bonus");
	assert_true(agenda.held[1].stored[0].paid_ms == INT64_MAX);
	assert_int_equal(agenda.held[1].stored[0].given, 3);
	arena_release(&arena);
}

static void
the_timer_of_an_agenda_is_never_before_1970(void **state)
{
	(void)state;
	assert_int_equal(agenda_timer(TEXT("s"), -5).at_ms, 0);
	assert_int_equal(agenda_timer(TEXT("s"), 5).at_ms, 5);
	assert_int_equal(agenda_timer(TEXT("s"), 5).kind, TIMER_SUBSCRIPTION);
}

static void
a_package_may_have_parameters_and_facts(void **state)
{
	(void)state;
	uint8_t params[64], facts[64];
	const struct named_value fee = { TEXT("fee"), TEXT("99.00"), 0 };
	const struct named_value tenants = { TEXT("site.tenants"), { NULL, 0 }, 2 };
	struct field_writer param_writer = fields_into(params, sizeof params);
	struct field_writer fact_writer = fields_into(facts, sizeof facts);
	named_value_write(&param_writer, &fee);
	field_write_span(&fact_writer, (struct span){ 5, 9 });
	named_value_write(&fact_writer, &tenants);
	const struct package_held held = { .package = TEXT("lease"),
		.span = { 1000, INT64_MAX },
		.param_count = 1,
		.params = fields_of(fields_written(&param_writer)),
		.fact_count = 1,
		.facts = fields_of(fields_written(&fact_writer)) };
	struct bytes key = bytes_of_text(TEXT("subscription-1"));
	struct bytes value = with_instant(holding_subscription(&held), 4711);
	assert_true(record_is_valid(TABLE_SUBSCRIPTION, key, value));
	for (size_t size = 1; size < value.size - 8; size++)
		assert_false(record_is_valid(
			TABLE_SUBSCRIPTION, key, (struct bytes){ value.data, size }));
	struct subscription subscription = subscription_read(value);
	assert_int_equal(subscription_terms(&subscription), 4711);
	struct package_held found = package_held_read(&subscription.packages);
	assert_int_equal(found.param_count, 1);
	assert_int_equal(found.fact_count, 1);
	struct named_value param = named_value_read(&found.params);
	assert_text(param.name, "fee");
	assert_text(param.text, "99.00");
	assert_true(field_read_span(&found.facts).till_ms == 9);
	struct named_value fact = named_value_read(&found.facts);
	assert_text(fact.name, "site.tenants");
	assert_null(fact.text.data);
	assert_int_equal(fact.number, 2);
}

/* What stood in a folder before there were groups is the same bytes now. */
static void
a_package_without_a_group_is_written_as_ever(void **state)
{
	(void)state;
	uint8_t before[40], now[40];
	struct span span = { 1000, INT64_MAX };
	struct field_writer writer = fields_into(before, sizeof before);
	field_write_text(&writer, TEXT("e6"));
	field_write_span(&writer, span);
	struct bytes bytes = fields_written(&writer);
	writer = fields_into(now, sizeof now);
	package_held_write(&writer, &(struct package_held){ .package = TEXT("e6"), .span = span });
	assert_true(bytes_equal(bytes, fields_written(&writer)));
}

static void
a_group_that_began_after_its_member_is_damage(void **state)
{
	(void)state;
	struct bytes key = bytes_of_text(TEXT("subscription-1"));
	const struct package_held held = { .package = TEXT("e6"),
		.span = { 1000, INT64_MAX },
		.group = TEXT("home"),
		.group_from_ms = 999,
		.members = 3 };
	struct bytes value = holding_subscription(&held);
	uint8_t *end = place + value.size; /* since 8, members 4 */
	assert_true(record_is_valid(TABLE_SUBSCRIPTION, key, value));
	store_i64(end - 12, 1001);
	assert_false(record_is_valid(TABLE_SUBSCRIPTION, key, value));
	store_i64(end - 12, 999);
	end[-2] = 0xff;
	assert_false(record_is_valid(TABLE_SUBSCRIPTION, key, value));
}

/* A record of before there were terms has none; what stands behind it is an instant, or damage. */
static void
a_balance_may_pay_for_some_usage_only(void **state)
{
	(void)state;
	struct record_key key;
	key_of_balance(&key, TEXT("a"), TEXT("gift"));
	struct bytes value = sample_balance_for_calls();
	struct bytes name = { key.data, key.size };
	size_t list = 1 + 1 + strlen("voice.local") + 1 + strlen("sms");
	assert_true(record_is_valid(TABLE_BALANCE, name, value));
	for (size_t cut = 1; cut < list; cut++)
		assert_false(record_is_valid(
			TABLE_BALANCE, name, (struct bytes){ value.data, value.size - cut }));
	uint8_t none[PLACE_BYTES];
	memcpy(none, value.data, value.size);
	none[value.size - list] = 0;
	assert_false(record_is_valid(
		TABLE_BALANCE, name, (struct bytes){ none, value.size - list + 1 }));
	none[value.size - list] = BALANCE_PAYS_MAX + 1;
	assert_false(record_is_valid(TABLE_BALANCE, name, (struct bytes){ none, value.size }));
}

static void
a_subscription_may_have_terms_behind_it(void **state)
{
	(void)state;
	struct bytes key = bytes_of_text(TEXT("subscription-1")), bare = sample_subscription();
	struct subscription subscription = subscription_read(bare);
	assert_true(subscription_terms(&subscription) == INT64_MIN);
	assert_int_equal(subscription_before_terms(bare).size, bare.size);
	struct bytes value = with_instant(bare, 4711);
	subscription = subscription_read(value);
	assert_int_equal(subscription_terms(&subscription), 4711);
	assert_text(subscription.account, "account-1");
	assert_int_equal(subscription_before_terms(value).size, bare.size);
	assert_true(record_is_valid(TABLE_SUBSCRIPTION, key, value));
	for (size_t cut = 1; cut < 8; cut++)
		assert_false(record_is_valid(
			TABLE_SUBSCRIPTION, key, (struct bytes){ value.data, value.size - cut }));
	assert_true(record_is_valid(TABLE_SUBSCRIPTION, key, with_instant(bare, -1)));
	assert_false(record_is_valid(TABLE_SUBSCRIPTION, key, with_instant(bare, INT64_MIN)));
}

static void
an_activation_may_be_for_those_since_an_instant(void **state)
{
	(void)state;
	struct record_key at;
	char name[RELEASE_NAME_BYTES];
	memset(name, 'a', sizeof name);
	const struct activation_record written = { { name, sizeof name }, TEXT("anna"), TEXT("x"),
		4711 };
	key_of_activation(&at, 1000);
	struct bytes key = { at.data, at.size };
	struct field_writer writer = start();
	activation_record_write(&writer, &written);
	struct bytes value = fields_written(&writer);
	assert_int_equal(activation_record_read(value).since_ms, 4711);
	assert_text(activation_record_read(value).why, "x");
	assert_true(record_is_valid(TABLE_SETTING, key, value));
	for (size_t cut = 1; cut < 8; cut++)
		assert_false(record_is_valid(
			TABLE_SETTING, key, (struct bytes){ value.data, value.size - cut }));
}

static void
service_tells_who_held_it_at_any_instant(void **state)
{
	(void)state;
	struct bytes value = sample_service();
	assert_text(service_holder(value, -1), "subscription-1");
	assert_text(service_holder(value, 1999), "subscription-1");
	assert_int_equal(service_holder(value, 2000).size, 0);
	assert_int_equal(service_holder(value, 2999).size, 0);
	assert_text(service_holder(value, 3000), "subscription-2");
}

static void
balance_and_release_are_read_as_written(void **state)
{
	(void)state;
	struct balance balance = balance_read(sample_balance());
	assert_int_equal(balance.amount, -77);
	assert_int_equal(balance.held, 5);
	assert_int_equal(balance.earlier, 4096);
	assert_int_equal(balance.day, 20500);
	assert_int_equal(balance.kind, BALANCE_GIFT);
	assert_text(balance.unit, "CNY");
	assert_int_equal(balance.span.from_ms, 1);
	assert_int_equal(balance.span.till_ms, 2);
	assert_int_equal(balance.pays_count, 0);
	balance = balance_read(sample_balance_for_calls());
	assert_int_equal(balance.pays_count, 2);
	assert_text(field_read_text(&balance.pays), "voice.local");
	assert_text(field_read_text(&balance.pays), "sms");
	struct release_record release = release_record_read(sample_release());
	assert_int_equal(release.size, 12345);
	assert_int_equal(release.published_ms, 1000);
	assert_text(release.by, "anna");
	assert_text(release.catalog, "fixed-line");
	assert_text(release.why, "new prices");
}

static void
what_a_session_holds_of_another_account_is_read_as_written(void **state)
{
	(void)state;
	const struct bytes key = bytes_of_text((struct text){ KEY("07715510000\0s1") });
	const struct session session = { .subscription = TEXT("line-1"),
		.account = TEXT("account-1"),
		.expires_ms = 1000,
		.timer_ms = 1000,
		.part_count = 1 };
	const struct session_part part = {
		.id = TEXT("voice"), .service = TEXT("voice"), .hold_count = 3
	};
	const struct session_hold holds[] = { { TEXT("main"), 5, false },
		{ TEXT("gift"), 6, false }, { TEXT("boss"), 7, true } };
	struct field_writer writer = start();
	session_write(&writer, &session);
	session_identity_write(&writer, &session, &part);
	session_progress_write(&writer, &part, holds, NULL);
	struct bytes value = fields_written(&writer);
	assert_true(record_is_valid(TABLE_SESSION, key, value));
	struct session read = session_read(value);
	struct session_part it = session_part_read(&read.parts, &read);
	assert_int_equal(it.hold_count, 3);
	for (size_t i = 0; i < 3; i++) {
		struct session_hold hold = session_hold_read(&it.holds);
		struct record_key made, wanted;
		assert_true(text_equal(hold.balance, holds[i].balance));
		assert_true(hold.amount == holds[i].amount && hold.by_payer == holds[i].by_payer);
		key_of_hold(&made, read.account, &hold);
		key_of_balance(&wanted, hold.by_payer ? TEXT("boss") : TEXT("account-1"),
			hold.by_payer ? TEXT("main") : hold.balance);
		assert_true(bytes_equal((struct bytes){ made.data, made.size },
			(struct bytes){ wanted.data, wanted.size }));
	}
}

/* With two payers: one for everything, up to 7; one for two things. */
static struct bytes
sample_subscription_with_payers(void)
{
	uint8_t usage[64];
	struct field_writer pays = fields_into(usage, sizeof usage);
	field_write_text(&pays, TEXT("voice.local"));
	field_write_text(&pays, TEXT("sms"));
	const struct payer payers[] = {
		{ .account = TEXT("boss"), .is_bounded = true, .bound = { 7 } },
		{ .account = TEXT("parent"),
			.pays_count = 2,
			.pays = fields_of(fields_written(&pays)) },
	};
	struct bytes plain = sample_subscription();
	uint8_t copy[PLACE_BYTES];
	memcpy(copy, plain.data, plain.size);
	struct field_reader rest = fields_of((struct bytes){ copy, plain.size });
	struct field_writer writer = start();
	field_write_text(&writer, field_read_text(&rest));
	field_write_text(&writer, field_read_text(&rest));
	subscription_counts_write(&writer, field_read_u8(&rest), 2);
	for (size_t i = 0; i < 2; i++)
		payer_write(&writer, &payers[i]);
	for (size_t left = (size_t)(rest.end - rest.at); left > 0; left--)
		field_write_u8(&writer, field_read_u8(&rest));
	return fields_written(&writer);
}

static void
who_pays_for_a_subscription_is_read_as_written(void **state)
{
	(void)state;
	const struct bytes key = bytes_of_text(TEXT("line-1"));
	struct subscription plain = subscription_read(sample_subscription());
	assert_int_equal(plain.payer_count, 0);
	struct bytes value = sample_subscription_with_payers();
	assert_true(record_is_valid(TABLE_SUBSCRIPTION, key, value));
	struct subscription subscription = subscription_read(value);
	assert_int_equal(subscription.payer_count, 2);
	assert_int_equal(subscription.state_count, 2);
	assert_int_equal(subscription.package_count, 1);
	assert_int_equal(subscription_state_at(&subscription, 2500), SUBSCRIPTION_SUSPENDED);
	struct payer payer = payer_read(&subscription.payers);
	assert_text(payer.account, "boss");
	assert_true(payer.is_bounded && payer.bound.micros == 7 && payer.pays_count == 0);
	payer = payer_read(&subscription.payers);
	assert_text(payer.account, "parent");
	assert_true(!payer.is_bounded && payer.pays_count == 2);
	assert_text(field_read_text(&payer.pays), "voice.local");
	assert_text(field_read_text(&payer.pays), "sms");
	for (size_t size = 1; size < value.size; size++)
		assert_false(record_is_valid(
			TABLE_SUBSCRIPTION, key, (struct bytes){ value.data, size }));
	/* A list of none stands nowhere. */
	size_t count_at = 1 + strlen("account-1") + 1 + strlen("fixed-line") + 1;
	value = sample_subscription_with_payers();
	place[count_at] = 0;
	assert_false(record_is_valid(TABLE_SUBSCRIPTION, key, value));
	value = sample_subscription_with_payers();
	place[count_at + 1] = 0; /* an account without a name */
	assert_false(record_is_valid(TABLE_SUBSCRIPTION, key, value));
}

static void
whose_usage_a_balance_pays_for_is_read_as_written(void **state)
{
	(void)state;
	const struct bytes key = bytes_of_text((struct text){ KEY("account-1\0gift") });
	struct bytes value = sample_balance_of(TEXT("line-1"), false);
	assert_true(record_is_valid(TABLE_BALANCE, key, value));
	struct balance balance = balance_read(value);
	assert_text(balance.user, "line-1");
	assert_false(balance.user_is_group);
	assert_int_equal(balance.span.till_ms, 5000);
	size_t flags = value.size - strlen("line-1") - 1 - 8 - 1;
	place[flags] |= 8; /* a group, too */
	assert_false(record_is_valid(TABLE_BALANCE, key, value));
	place[flags] ^= 8 | 16; /* or it is frozen */
	assert_true(record_is_valid(TABLE_BALANCE, key, value));
	balance = balance_read(value);
	assert_true(balance.frozen && !balance.user_is_group);
	struct balance begins = { .kind = BALANCE_GIFT,
		.unit = TEXT("CNY"),
		.span = SPAN_ALWAYS,
		.first_use = { 30, VALID_DAYS } };
	struct field_writer writer = start();
	balance_write(&writer, &begins);
	value = fields_written(&writer);
	assert_true(record_is_valid(TABLE_BALANCE, key, value));
	balance = balance_read(value);
	assert_true(balance.first_use.count == 30 && balance.first_use.every == VALID_DAYS);
	place[value.size - 1] = VALID_YEARS + 1;
	assert_false(record_is_valid(TABLE_BALANCE, key, value));
	value = sample_balance_of(TEXT("family"), true);
	assert_false(balance_read(value).frozen);
	assert_true(record_is_valid(TABLE_BALANCE, key, value));
	balance = balance_read(value);
	assert_text(balance.user, "family");
	assert_true(balance.user_is_group);
	place[value.size - 1] = '\n';
	assert_false(record_is_valid(TABLE_BALANCE, key, value));
}

static void
an_activation_is_read_as_written_and_its_key_sorts_by_time(void **state)
{
	(void)state;
	struct record_key key, later;
	int64_t at_ms = -1;
	char name[RELEASE_NAME_BYTES];
	memset(name, 'a', sizeof name);
	const struct activation_record written = { { name, sizeof name }, TEXT("anna"), TEXT("x"),
		INT64_MIN };
	key_of_activation(&key, 999);
	key_of_activation(&later, 1000);
	assert_true(memcmp(key.data, later.data, key.size) < 0);
	assert_true(key_is_of_activation((struct bytes){ later.data, later.size }, &at_ms));
	assert_int_equal(at_ms, 1000);
	key_of_activation(&key, INT64_MAX);
	struct bytes largest = { key.data, key.size };
	assert_true(key_is_of_activation(largest, &at_ms));
	assert_true(at_ms == INT64_MAX);
	key.data[key.size - 1]++; /* one more than there is */
	assert_false(key_is_of_activation(largest, &at_ms));
	assert_false(key_is_of_activation(bytes_of_text(TEXT("activation:1")), &at_ms));
	struct field_writer writer = start();
	activation_record_write(&writer, &written);
	struct bytes value = fields_written(&writer);
	struct activation_record read = activation_record_read(value);
	assert_true(text_equal(read.release, written.release));
	assert_text(read.by, "anna");
	assert_text(read.why, "x");
	assert_true(read.since_ms == INT64_MIN);
	struct bytes late_key = { later.data, later.size };
	assert_true(record_is_valid(TABLE_SETTING, late_key, value));
	value.size--;
	assert_false(record_is_valid(TABLE_SETTING, late_key, value));
	value.size = 1;
	assert_false(record_is_valid(TABLE_SETTING, late_key, value));
	value.size = 0; /* taken back */
	assert_true(record_is_valid(TABLE_SETTING, late_key, value));
}

static void
first_entry_of_a_day_remembers_the_one_before_and_later_ones_keep_it(void **state)
{
	(void)state;
	struct balance balance = { .day = 0 };
	balance_touch(&balance, 0, 100);
	assert_int_equal(balance.earlier, 0);
	assert_int_equal(balance.day, 100);
	balance_touch(&balance, 4160, 100);
	assert_int_equal(balance.earlier, 0);
	balance_touch(&balance, 8256, 103);
	assert_int_equal(balance.earlier, 8256);
	assert_int_equal(balance.day, 103);
	balance_touch(&balance, 9000, 103);
	assert_int_equal(balance.earlier, 8256);
}

static void
names_of_states_and_kinds(void **state)
{
	(void)state;
	assert_string_equal(subscription_state_name(SUBSCRIPTION_ACTIVE), "active");
	assert_string_equal(subscription_state_name(SUBSCRIPTION_SUSPENDED), "suspended");
	assert_string_equal(subscription_state_name(SUBSCRIPTION_ENDED), "ended");
	assert_string_equal(balance_kind_name(BALANCE_CASH), "cash");
	assert_string_equal(balance_kind_name(BALANCE_GIFT), "gift");
	assert_string_equal(balance_kind_name(BALANCE_DEPOSIT), "deposit");
	assert_string_equal(balance_kind_name(BALANCE_UNITS), "units");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_table_has_a_name_and_no_other_number_has),
		cmocka_unit_test(
			what_is_written_field_by_field_is_valid_and_no_shorter_or_longer_value_is),
		cmocka_unit_test(end_of_a_record_is_valid_in_every_table),
		cmocka_unit_test(setting_may_hold_anything_and_unknown_tables_hold_nothing),
		cmocka_unit_test(value_beyond_the_bound_is_not_valid),
		cmocka_unit_test(counter_of_which_nothing_is_held_has_no_bytes_for_it),
		cmocka_unit_test(keys_that_no_function_makes_are_not_valid),
		cmocka_unit_test(fields_out_of_their_range_are_not_valid),
		cmocka_unit_test(random_bytes_never_make_the_walk_leave_the_value),
		cmocka_unit_test(key_of_a_refund_is_the_position_of_its_charge_in_its_order),
		cmocka_unit_test(keys_of_timers_are_in_the_order_of_time_then_of_kind_and_owner),
		cmocka_unit_test(notice_is_read_as_it_was_written),
		cmocka_unit_test(notice_of_no_kind_or_without_threshold_is_not_valid),
		cmocka_unit_test(key_of_a_notice_is_in_the_order_of_its_cursor),
		cmocka_unit_test(cursor_that_no_notice_has_is_not_read),
		cmocka_unit_test(keys_of_balances_and_counters_are_taken_apart_as_they_were_made),
		cmocka_unit_test(longest_keys_fit),
		cmocka_unit_test(spans_have_their_first_instant_and_not_their_last),
		cmocka_unit_test(numbers_texts_and_spans_are_read_as_written),
		cmocka_unit_test(writing_past_the_end_is_told_and_writes_nothing_there),
		cmocka_unit_test(account_is_read_as_written),
		cmocka_unit_test(amounts_at_which_an_account_is_low_fall),
		cmocka_unit_test(what_an_account_may_spend_for_a_while_is_read_as_written),
		cmocka_unit_test(subscription_tells_its_state_at_any_instant),
		cmocka_unit_test(a_package_may_be_held_by_a_group),
		cmocka_unit_test(an_agenda_is_read_as_it_was_written),
		cmocka_unit_test(the_timer_of_an_agenda_is_never_before_1970),
		cmocka_unit_test(a_package_may_have_parameters_and_facts),
		cmocka_unit_test(a_package_without_a_group_is_written_as_ever),
		cmocka_unit_test(a_group_that_began_after_its_member_is_damage),
		cmocka_unit_test(service_tells_who_held_it_at_any_instant),
		cmocka_unit_test(balance_and_release_are_read_as_written),
		cmocka_unit_test(what_a_session_holds_of_another_account_is_read_as_written),
		cmocka_unit_test(who_pays_for_a_subscription_is_read_as_written),
		cmocka_unit_test(whose_usage_a_balance_pays_for_is_read_as_written),
		cmocka_unit_test(a_balance_may_pay_for_some_usage_only),
		cmocka_unit_test(a_subscription_may_have_terms_behind_it),
		cmocka_unit_test(an_activation_is_read_as_written_and_its_key_sorts_by_time),
		cmocka_unit_test(an_activation_may_be_for_those_since_an_instant),
		cmocka_unit_test(
			first_entry_of_a_day_remembers_the_one_before_and_later_ones_keep_it),
		cmocka_unit_test(names_of_states_and_kinds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
