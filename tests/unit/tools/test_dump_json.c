#include "claims.h"

#include "../../../store/record_group.h"
#include "../../../tools/dump_json.h"
#include "../../../tools/json.h"

enum { PLACE_BYTES = 1024 };

static uint8_t place[PLACE_BYTES];

/* Compares a value with JSON text, and drops it. */
static void
assert_json(json_t *value, const char *expected)
{
	struct text text = json_write(value, false);
	assert_non_null(text.data);
	assert_string_equal(text.data, expected);
	memory_free((void *)(uintptr_t)text.data);
	json_decref(value);
}

static struct bytes
key_of(const struct record_key *key)
{
	return (struct bytes){ key->data, key->size };
}

static void
keys_are_shown_as_people_know_them(void **state)
{
	(void)state;
	struct record_key keys[6];
	key_of_text(&keys[0], TABLE_ACCOUNT, TEXT("a1"));
	key_of_balance(&keys[1], TEXT("a1"), TEXT("main"));
	for (int by_group = 0; by_group < 2; by_group++)
		key_of_counter(&keys[2 + by_group],
			&(struct counter_key){
				TEXT("s1"), by_group == 1, TEXT("talk"), TEXT("minutes"), 20697 });
	key_of_timer(
		&keys[4], &(struct timer_key){ 1789963200000, TIMER_BALANCE, key_of(&keys[1]) });
	key_of_timer(
		&keys[5], &(struct timer_key){ 0, TIMER_SUBSCRIPTION, bytes_of_text(TEXT("s1")) });
	static const char *const expected[] = { "a1", "a1/main", "s1/talk.minutes/2026-09-01",
		"group:s1/talk.minutes/2026-09-01", "2026-09-21T04:00:00Z balance a1/main",
		"1970-01-01T00:00:00Z subscription s1" };
	for (size_t i = 0; i < 6; i++) {
		char *text = record_key_text(keys[i].table, key_of(&keys[i]));
		assert_string_equal(text, expected[i]);
		memory_free(text);
	}
}

static void
a_balance_shows_money_as_text_and_units_as_numbers(void **state)
{
	(void)state;
	struct record_key key;
	key_of_balance(&key, TEXT("a1"), TEXT("main"));
	struct balance balance = {
		.amount = 12500000,
		.held = 1,
		.earlier = 4096,
		.day = 20697,
		.kind = BALANCE_CASH,
		.unit = TEXT("CNY"),
		.span = { 0, INT64_MAX },
	};
	struct field_writer writer = fields_into(place, sizeof place);
	balance_write(&writer, &balance);
	assert_json(record_value_json(TABLE_BALANCE, key_of(&key), fields_written(&writer)),
		"{\"kind\": \"cash\", \"unit\": \"CNY\", \"amount\": \"12.50\", \"held\": \"0.000001\", "
		"\"from\": \"1970-01-01T00:00:00Z\", \"day\": \"2026-09-01\", \"earlier\": 4096}");
	balance = (struct balance){
		.amount = 90, .kind = BALANCE_UNITS, .unit = TEXT("second"), .span = SPAN_ALWAYS
	};
	writer = fields_into(place, sizeof place);
	balance_write(&writer, &balance);
	assert_json(record_value_json(TABLE_BALANCE, key_of(&key), fields_written(&writer)),
		"{\"kind\": \"units\", \"unit\": \"second\", \"amount\": 90, \"held\": 0}");
	uint8_t pays[32];
	struct field_writer pays_writer = fields_into(pays, sizeof pays);
	field_write_text(&pays_writer, TEXT("voice.local"));
	balance = (struct balance){ .amount = 1000000,
		.kind = BALANCE_GIFT,
		.unit = TEXT("CNY"),
		.span = SPAN_ALWAYS,
		.user = TEXT("family"),
		.user_is_group = true,
		.frozen = true,
		.first_use = { 2, VALID_MONTHS },
		.pays_count = 1,
		.pays = fields_of(fields_written(&pays_writer)) };
	writer = fields_into(place, sizeof place);
	balance_write(&writer, &balance);
	assert_json(record_value_json(TABLE_BALANCE, key_of(&key), fields_written(&writer)),
		"{\"kind\": \"gift\", \"unit\": \"CNY\", \"amount\": \"1.00\", \"held\": \"0.00\", "
		"\"pays\": [\"voice.local\"], \"for\": {\"group\": \"family\"}, \"frozen\": true, "
		"\"valid\": {\"count\": 2, \"every\": \"month\", \"begins\": \"first_use\"}}");
}

static void
an_account_shows_what_it_may_spend_for_a_while(void **state)
{
	(void)state;
	static const uint8_t names[] = "\4main\4gift";
	struct record_key key;
	key_of_text(&key, TABLE_ACCOUNT, TEXT("a1"));
	struct account account = { .customer = TEXT("c1"),
		.currency = TEXT("CNY"),
		.zone = TEXT(""),
		.bill_day = 3,
		.floor = { -1000000 },
		.temporary_till_ms = INT64_MIN,
		.balance_count = 2,
		.balances = fields_of((struct bytes){ names, sizeof names - 1 }) };
	struct field_writer writer = fields_into(place, sizeof place);
	account_write(&writer, &account);
	assert_json(record_value_json(TABLE_ACCOUNT, key_of(&key), fields_written(&writer)),
		"{\"customer\": \"c1\", \"currency\": \"CNY\", \"zone\": \"\", \"bill_day\": 3, "
		"\"floor\": \"-1.00\", \"balances\": [\"main\", \"gift\"]}");
	account.frozen = true;
	account.temporary_floor.micros = -5000000;
	account.temporary_till_ms = 1000;
	writer = fields_into(place, sizeof place);
	account_write(&writer, &account);
	assert_json(record_value_json(TABLE_ACCOUNT, key_of(&key), fields_written(&writer)),
		"{\"customer\": \"c1\", \"currency\": \"CNY\", \"zone\": \"\", \"bill_day\": 3, "
		"\"floor\": \"-1.00\", \"balances\": [\"main\", \"gift\"], \"temporary_floor\": \"-5.00\", "
		"\"temporary_till\": \"1970-01-01T00:00:01Z\", \"frozen\": true}");
}

static void
a_subscription_shows_who_pays_for_it(void **state)
{
	(void)state;
	struct record_key key;
	key_of_text(&key, TABLE_SUBSCRIPTION, TEXT("s1"));
	static const uint8_t usage[] = "\3sms";
	struct field_writer writer = fields_into(place, sizeof place);
	field_write_text(&writer, TEXT("a1"));
	field_write_text(&writer, TEXT("pstn"));
	subscription_counts_write(&writer, 0, 2);
	payer_write(&writer, &(struct payer){ .account = TEXT("a2") });
	payer_write(&writer,
		&(struct payer){ .account = TEXT("a3"),
			.is_bounded = true,
			.bound = { 5000000 },
			.pays_count = 1,
			.pays = fields_of((struct bytes){ usage, sizeof usage - 1 }) });
	field_write_u8(&writer, 0);
	field_write_u8(&writer, 0);
	assert_json(record_value_json(TABLE_SUBSCRIPTION, key_of(&key), fields_written(&writer)),
		"{\"account\": \"a1\", \"product\": \"pstn\", \"states\": [], \"service_ids\": [], "
		"\"packages\": [], \"payers\": [{\"account\": \"a2\"}, "
		"{\"account\": \"a3\", \"services\": [\"sms\"], \"up_to\": \"5.00\"}]}");
}

static void
a_subscription_shows_its_dates(void **state)
{
	(void)state;
	struct record_key key;
	key_of_text(&key, TABLE_SUBSCRIPTION, TEXT("s1"));
	struct field_writer writer = fields_into(place, sizeof place);
	field_write_text(&writer, TEXT("a1"));
	field_write_text(&writer, TEXT("pstn"));
	field_write_u8(&writer, 1);
	field_write_span(&writer, (struct span){ 0, 1000 });
	field_write_u8(&writer, SUBSCRIPTION_SUSPENDED);
	field_write_u8(&writer, 1);
	field_write_text(&writer, TEXT("07715510000"));
	field_write_span(&writer, SPAN_ALWAYS);
	field_write_u8(&writer, 2);
	package_held_write(
		&writer, &(struct package_held){ .package = TEXT("solo"), .span = SPAN_ALWAYS });
	uint8_t params[32], facts[32];
	struct field_writer param_writer = fields_into(params, sizeof params);
	struct field_writer fact_writer = fields_into(facts, sizeof facts);
	named_value_write(&param_writer, &(struct named_value){ TEXT("fee"), TEXT("99.00"), 0 });
	field_write_span(&fact_writer, (struct span){ 1000, INT64_MAX });
	named_value_write(
		&fact_writer, &(struct named_value){ TEXT("site.tenants"), { NULL, 0 }, 2 });
	package_held_write(&writer,
		&(struct package_held){ .package = TEXT("e6"),
			.span = { 1000, INT64_MAX },
			.group = TEXT("home"),
			.members = 3,
			.pays = true,
			.param_count = 1,
			.params = fields_of(fields_written(&param_writer)),
			.fact_count = 1,
			.facts = fields_of(fields_written(&fact_writer)) });
	assert_json(record_value_json(TABLE_SUBSCRIPTION, key_of(&key), fields_written(&writer)),
		"{\"account\": \"a1\", \"product\": \"pstn\", "
		"\"states\": [{\"state\": \"suspended\", \"from\": \"1970-01-01T00:00:00Z\", "
		"\"till\": \"1970-01-01T00:00:01Z\"}], "
		"\"service_ids\": [{\"service_id\": \"07715510000\"}], \"packages\": [{\"package\": \"solo\"}, "
		"{\"package\": \"e6\", \"from\": \"1970-01-01T00:00:01Z\", \"group\": \"home\", "
		"\"group_from\": \"1970-01-01T00:00:00Z\", \"members\": 3, \"pays\": true, "
		"\"params\": {\"fee\": \"99.00\"}, \"facts\": [{\"fact\": \"site.tenants\", \"value\": 2, "
		"\"from\": \"1970-01-01T00:00:01Z\"}]}]}");
}

static void
a_customer_shows_texts_and_numbers_of_its_facts(void **state)
{
	(void)state;
	struct record_key key;
	key_of_text(&key, TABLE_CUSTOMER, TEXT("c1"));
	struct field_writer writer = fields_into(place, sizeof place);
	field_write_text(&writer, TEXT("public"));
	field_write_text(&writer, TEXT(""));
	field_write_u8(&writer, 2);
	field_write_text(&writer, TEXT("level"));
	field_write_u8(&writer, 0);
	field_write_text(&writer, TEXT("金"));
	field_write_text(&writer, TEXT("years"));
	field_write_u8(&writer, 1);
	field_write_i64(&writer, -3);
	assert_json(record_value_json(TABLE_CUSTOMER, key_of(&key), fields_written(&writer)),
		"{\"segment\": \"public\", \"area\": \"\", \"facts\": {\"level\": \"金\", \"years\": -3}}");
}

static void
an_account_shows_what_is_low(void **state)
{
	(void)state;
	struct record_key key;
	key_of_text(&key, TABLE_ACCOUNT, TEXT("a1"));
	struct field_writer writer = fields_into(place, sizeof place);
	uint8_t lows[16];
	static const uint8_t PERCENTS[] = { 20, 5 };
	store_i64(lows, 10000000);
	store_i64(lows + 8, -500000);
	account_write(&writer,
		&(struct account){
			.customer = TEXT("c1"),
			.currency = TEXT("CNY"),
			.bill_day = 1,
			.floor = { -1000000 },
			.temporary_till_ms = INT64_MIN,
			.tells = { .low_count = 2,
				.lows = lows,
				.percent_count = 2,
				.percents = PERCENTS,
				.before_end = { 7, VALID_DAYS } },
			.balance_count = 1,
			.balances = fields_of(bytes_of_text(TEXT("\4main"))),
		});
	assert_json(record_value_json(TABLE_ACCOUNT, key_of(&key), fields_written(&writer)),
		"{\"customer\": \"c1\", \"currency\": \"CNY\", \"zone\": \"\", \"bill_day\": 1, "
		"\"floor\": \"-1.00\", \"balances\": [\"main\"], \"low_balance\": [\"10.00\", \"-0.50\"], "
		"\"low_percent\": [20, 5], \"expires_soon\": {\"count\": 7, \"every\": \"day\"}}");
}

static void
a_notice_shows_what_is_told_and_its_cursor(void **state)
{
	(void)state;
	static uint8_t value[NOTICE_VALUE_MAX];
	const struct notice_record notice = {
		.kind = NOTICE_LOW_BALANCE,
		.made_ms = 1000,
		.at_ms = 0,
		.account = TEXT("a1"),
		.threshold = TEXT("5.00"),
		.of = TEXT("main"),
		.unit = TEXT("CNY"),
		.amount = 4990000,
		.till_ms = INT64_MAX,
		.en = TEXT("little is left"),
		.zh = TEXT("余额不足"),
	};
	struct record_key key;
	struct field_writer writer = fields_into(value, sizeof value);
	notice_record_write(&writer, &notice);
	key_of_notice(&key, &(struct notice_key){ 4160, 2 });
	const struct dumped_record record = { TABLE_NOTICE, key_of(&key), fields_written(&writer),
		4168 };
	assert_json(record_json(&record),
		"{\"table\": \"notice\", \"key\": \"00000000000010400002\", \"version\": 4168, \"value\": "
		"{\"kind\": \"low_balance\", \"made\": \"1970-01-01T00:00:01Z\", \"at\": \"1970-01-01T00:00:00Z\", "
		"\"account\": \"a1\", \"threshold\": \"5.00\", \"of\": \"main\", \"unit\": \"CNY\", "
		"\"balance\": \"4.99\", "
		"\"say\": {\"en\": \"little is left\", \"zh\": \"余额不足\"}}}");
}

static void
a_group_its_members_and_their_number_are_shown(void **state)
{
	uint8_t years_bytes[256];
	struct field_writer facts = fields_into(years_bytes, sizeof years_bytes);
	const struct named_value years = { TEXT("site.years"), { NULL, 0 }, 10 };
	struct record_key key;
	(void)state;
	field_write_span(&facts, (struct span){ 1000, INT64_MAX });
	named_value_write(&facts, &years);
	const struct group group = { true, TEXT("c1"), 1, fields_of(fields_written(&facts)) };
	uint8_t bytes[256];
	struct field_writer writer = fields_into(bytes, sizeof bytes);
	group_write(&writer, &group);
	key_of_text(&key, TABLE_GROUP, TEXT("T1"));
	assert_json(record_value_json(TABLE_GROUP, key_of(&key), fields_written(&writer)),
		"{\"kind\": \"site\", \"facts\": "
		"[{\"fact\": \"site.years\", \"value\": 10, \"from\": \"1970-01-01T00:00:01Z\"}], \"home\": \"c1\"}");
	writer = fields_into(bytes, sizeof bytes);
	field_write_u8(&writer, 1);
	field_write_text(&writer, TEXT("lease"));
	field_write_span_flags(&writer, (struct span){ 1000, 2000 }, 4);
	key_of_member(&key, TEXT("T1"), TEXT("s1"));
	assert_json(record_value_json(TABLE_MEMBER, key_of(&key), fields_written(&writer)),
		"[{\"package\": \"lease\", \"from\": \"1970-01-01T00:00:01Z\", "
		"\"till\": \"1970-01-01T00:00:02Z\", \"pays\": true}]");
	static struct tally tally = { .count = 2, .steps = { { INT64_MIN, 2 }, { 1000, 1 } } };
	writer = fields_into(bytes, sizeof bytes);
	tally_write(&writer, &tally);
	key_of_text(&key, TABLE_TALLY, TEXT("T1"));
	assert_json(record_value_json(TABLE_TALLY, key_of(&key), fields_written(&writer)),
		"[{\"members\": 2}, {\"members\": 1, \"from\": \"1970-01-01T00:00:01Z\"}]");
}

static void
what_is_not_as_the_table_says_is_shown_as_bytes(void **state)
{
	(void)state;
	struct record_key key;
	key_of_text(&key, TABLE_ACCOUNT, TEXT("a1"));
	assert_json(record_value_json(TABLE_ACCOUNT, key_of(&key),
			    (struct bytes){ (const uint8_t *)"\xff", 1 }),
		"{\"malformed\": {\"$bytes\": \"/w==\"}}");
	assert_json(
		record_value_json(TABLE_ACCOUNT, key_of(&key), (struct bytes){ NULL, 0 }), "null");
}

static void
an_entry_shows_who_what_and_the_postings(void **state)
{
	(void)state;
	static uint8_t encoded[4096];
	uint8_t counter[8] = { 60 };
	struct record_key key;
	key_of_counter(&key,
		&(struct counter_key){ TEXT("s1"), false, TEXT("talk"), TEXT("minutes"), 20697 });
	struct effect effect = { .table = TABLE_COUNTER,
		.key = key_of(&key),
		.value = { counter, sizeof counter },
		.previous = 8192 };
	struct posting postings[] = {
		{ .side = 0, .amount = 60, .unit = TEXT("second") },
		{ .side = POSTING_BOOK,
			.book = TEXT("used"),
			.amount = -60,
			.unit = TEXT("second") },
	};
	struct entry entry = {
		.kind = ENTRY_CHARGE,
		.attempt = 2,
		.fingerprint = 0xabc,
		.at_ms = 1000,
		.made_ms = 2000,
		.release = 0x00ab0e9b0541e934,
		.scope = TEXT("\x01"
			      "a1"),
		.id = TEXT("x"),
		.event = { (const uint8_t *)"\x91\x05", 2 },
		.answer = { (const uint8_t *)"\xc1", 1 },
		.effects = &effect,
		.effect_count = 1,
		.postings = postings,
		.posting_count = 2,
	};
	struct entry decoded;
	struct fault fault;
	size_t size = entry_size(&entry);
	assert_true(size <= sizeof encoded);
	entry_encode(&entry, 7, encoded);
	struct bytes bytes = { encoded, size };
	assert_int_equal(entry_decode(bytes, 7, &decoded, &size, &fault), STATUS_OK);
	const struct journal_visit visit = { .position = 4096, .entry = &decoded, .bytes = bytes };
	char expected[1000];
	snprintf(expected, sizeof expected,
		"{\"charge\": \"3:4096:0\", \"made\": \"1970-01-01T00:00:02Z\", \"kind\": \"charge\", "
		"\"scope\": \"a1\", \"id\": \"x\", \"attempt\": 2, \"fingerprint\": \"0000000000000abc\", "
		"\"at\": \"1970-01-01T00:00:01Z\", \"release\": \"00ab0e9b0541e934\", \"event\": [5], "
		"\"answer\": {\"$bytes\": \"wQ==\"}, "
		"\"effects\": [{\"table\": \"counter\", \"key\": \"s1/talk.minutes/2026-09-01\", \"previous\": 8192, "
		"\"value\": {\"used\": 60}}], "
		"\"postings\": [{\"book\": \"counter:s1/talk.minutes/2026-09-01\", \"amount\": 60, "
		"\"unit\": \"second\"}, {\"book\": \"used\", \"amount\": -60, \"unit\": \"second\"}], \"bytes\": %zu}",
		size);
	assert_json(entry_json(3, &visit), expected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_shown_as_people_know_them),
		cmocka_unit_test(a_balance_shows_money_as_text_and_units_as_numbers),
		cmocka_unit_test(an_account_shows_what_it_may_spend_for_a_while),
		cmocka_unit_test(a_subscription_shows_who_pays_for_it),
		cmocka_unit_test(a_subscription_shows_its_dates),
		cmocka_unit_test(a_customer_shows_texts_and_numbers_of_its_facts),
		cmocka_unit_test(an_account_shows_what_is_low),
		cmocka_unit_test(a_notice_shows_what_is_told_and_its_cursor),
		cmocka_unit_test(a_group_its_members_and_their_number_are_shown),
		cmocka_unit_test(what_is_not_as_the_table_says_is_shown_as_bytes),
		cmocka_unit_test(an_entry_shows_who_what_and_the_postings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
