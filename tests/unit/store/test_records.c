/* The short records: counters, releases, activations, notices. */
#include "sample_records.h"

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
notice_is_read_as_it_was_written(void **state)
{
	(void)state;
	struct notice_record notice = notice_record_read(sample_notice());
	assert_int_equal(notice.kind, NOTICE_THRESHOLD);
	assert_int_equal(notice.made_ms, 2000);
	assert_int_equal(notice.at_ms, 1000);
	assert_text(notice.account, "account \"1\"");
	assert_text(notice.subscription, "subscription-1");
	assert_text(notice.package, "sms_10000");
	assert_text(notice.group, "acme");
	assert_text(notice.id, "low");
	assert_text(notice.threshold, "10%");
	assert_text(notice.of, "units");
	assert_text(notice.unit, "item");
	assert_int_equal(notice.amount, 10000);
	assert_int_equal(notice.used, 9001);
	assert_int_equal(notice.till_ms, 3000);
	assert_text(notice.en, "999 of 10000 are left");
	assert_text(notice.zh, "10000 条还剩 999 条");
	assert_string_equal(notice_kind_name(NOTICE_THRESHOLD), "threshold");
	assert_string_equal(notice_kind_name(NOTICE_LOW_BALANCE), "low_balance");
	assert_string_equal(notice_kind_name(NOTICE_ENDING), "ending");
	assert_string_equal(notice_kind_name(NOTICE_USED_UP), "used_up");
	assert_string_equal(notice_kind_name(NOTICE_EXPIRING), "expiring");
	assert_string_equal(notice_kind_name(NOTICE_AGREEMENT_ENDING), "agreement_ending");
	assert_null(notice_kind_name((enum notice_kind)0));
}

static void
notice_of_no_kind_or_without_threshold_is_not_valid(void **state)
{
	(void)state;
	struct bytes key = bytes_of_text((struct text){ KEY("\0\0\0\0\0\0\x10\x40\0\1") });
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
release_is_read_as_written(void **state)
{
	(void)state;
	struct release_record release = release_record_read(sample_release());
	assert_int_equal(release.size, 12345);
	assert_int_equal(release.published_ms, 1000);
	assert_text(release.by, "anna");
	assert_text(release.catalog, "fixed-line");
	assert_text(release.why, "new prices");
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
notice_of_a_customer_names_it_in_place_of_an_account(void **state)
{
	(void)state;
	struct notice_record notice = notice_record_read(sample_customer_notice());
	assert_text(notice.customer, "customer-1");
	assert_int_equal(notice.account.size, 0);
	assert_text(notice.zh, "10000 条还剩 999 条");
	assert_int_equal(notice_record_read(sample_notice()).customer.size, 0);
}

static void
agreements_of_a_customer_are_read_as_written(void **state)
{
	(void)state;
	struct bytes value = sample_signed_customer();
	struct customer_agreements all = customer_agreements(value);
	assert_int_equal(all.count, 3);
	assert_text(agreement_read(&all.reader).id, "always");
	struct agreement told = agreement_read(&all.reader), ahead = agreement_read(&all.reader);
	assert_true(told.span.from_ms == 1000 && told.span.till_ms == 9000);
	assert_true(told.before_end.count == 30 && told.before_end.every == VALID_DAYS);
	assert_int_equal(told.soon_ms, 0);
	assert_text(ahead.id, "acme_2026");
	assert_true(ahead.span.from_ms == INT64_MIN && ahead.soon_ms == 7000);
	assert_int_equal(customer_soon_ms(value), 7000);
	struct bytes before = customer_before_agreements(value);
	assert_true(value_is_valid(TABLE_CUSTOMER, before));
	assert_int_equal(customer_agreements(before).count, 0);
	assert_true(customer_soon_ms(before) == INT64_MAX);
	/* Without them it is a customer, as all were before; with some of their bytes it is none. */
	for (size_t size = before.size + 1; size < value.size; size++)
		assert_false(value_is_valid(TABLE_CUSTOMER, (struct bytes){ value.data, size }));
	assert_true(value_is_valid(TABLE_CUSTOMER, value));
	assert_int_equal(customer_agreements(sample_customer()).count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notice_of_a_customer_names_it_in_place_of_an_account),
		cmocka_unit_test(agreements_of_a_customer_are_read_as_written),
		cmocka_unit_test(each_table_has_a_name_and_no_other_number_has),
		cmocka_unit_test(counter_of_which_nothing_is_held_has_no_bytes_for_it),
		cmocka_unit_test(notice_is_read_as_it_was_written),
		cmocka_unit_test(notice_of_no_kind_or_without_threshold_is_not_valid),
		cmocka_unit_test(release_is_read_as_written),
		cmocka_unit_test(an_activation_is_read_as_written_and_its_key_sorts_by_time),
		cmocka_unit_test(an_activation_may_be_for_those_since_an_instant),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
