/* Keys: made, taken apart, and in which order they are. */
#include "sample_records.h"

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
	assert_string_equal(timer_kind_name(TIMER_AGREEMENT), "agreement");
	assert_null(timer_kind_name((enum timer_kind)0));
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
			KEY("\0\0\0\0\0\0\0\x7\x7"
			    "subscription-1") },
		{ TABLE_TIMER,
			KEY("\x80\0\0\0\0\0\0\x7\x3"
			    "subscription-1") },
		{ TABLE_NOTICE, KEY("123456789") },
		{ TABLE_NOTICE, KEY("12345678901") },
		{ TABLE_MEMBER, KEY("site-1") },
		{ TABLE_MEMBER, KEY("site-1\0") },
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_of_a_refund_is_the_position_of_its_charge_in_its_order),
		cmocka_unit_test(keys_of_timers_are_in_the_order_of_time_then_of_kind_and_owner),
		cmocka_unit_test(key_of_a_notice_is_in_the_order_of_its_cursor),
		cmocka_unit_test(cursor_that_no_notice_has_is_not_read),
		cmocka_unit_test(keys_of_balances_and_counters_are_taken_apart_as_they_were_made),
		cmocka_unit_test(longest_keys_fit),
		cmocka_unit_test(keys_that_no_function_makes_are_not_valid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
