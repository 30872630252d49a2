/*
 * Values: fields of every type at their bounds, and the facts of a charge.
 */
#include "params_case.h"

#include "../../../engine/base/instant.h"

/* ---- fields of every type ---- */

static void
a_whole_charge_is_read_into_its_struct(void **state)
{
	struct bench *bench = *state;
	read_well(bench, "charge",
		"[{id: \"r 1\", service_id: \"07715510000\", service: voice, to: \"0086\", at: 1700000000123, "
		"seconds: 61, with: {roaming: \"yes\", level: -3}, attempt: 2, short: debt}]");
	const struct usage_params *usage = &bench->params.usage;
	assert_text(usage->id, "r 1");
	assert_text(usage->service_id, "07715510000");
	assert_text(usage->service, "voice");
	assert_text(usage->to, "0086");
	assert_true(usage->at_ms == 1700000000123 && usage->seconds == 61 && usage->attempt == 2);
	assert_true(usage->bytes == NOT_GIVEN && usage->items == NOT_GIVEN);
	assert_int_equal(usage->short_mode, SHORT_DEBT);
	assert_int_equal(usage->with.count, 2);
	assert_text(usage->with.items[0].name, "level");
	assert_null(usage->with.items[0].text.data);
	assert_true(usage->with.items[0].number == -3);
	assert_text(usage->with.items[1].name, "roaming");
	assert_text(usage->with.items[1].text, "yes");
}

static void
what_is_not_there_reads_as_not_given(void **state)
{
	struct bench *bench = *state;
	read_well(bench, "charge", "[{" CHARGE "}]");
	assert_null(bench->params.usage.to.data);
	assert_true(bench->params.usage.attempt == NOT_GIVEN);
	assert_int_equal(bench->params.usage.short_mode, SHORT_REFUSE);
	assert_true(bench->params.usage.with.items == NULL && bench->params.usage.with.count == 0);
	read_well(bench, "account.put", "[{account: a, customer: c}]");
	assert_true(bench->params.account.floor.micros == NOT_GIVEN);
	assert_true(bench->params.account.bill_day == NOT_GIVEN &&
		bench->params.account.expect == NOT_GIVEN);
	assert_null(bench->params.account.currency.data);
	read_well(bench, "subscription.put", "[{subscription: s, account: a, product: p}]");
	assert_null(bench->params.subscription.states.items);
	read_well(bench, "hello", "[{}]");
	assert_false(bench->params.hello.details);
}

static void
nil_is_as_if_it_were_not_there(void **state)
{
	struct bench *bench = *state;
	read_well(bench, "charge",
		"[{" CHARGE ", to: nil, with: nil, short: nil, attempt: nil, bytes: nil}]");
	assert_null(bench->params.usage.to.data);
	assert_true(bench->params.usage.bytes == NOT_GIVEN);
	read_badly(bench, "charge", "[{id: nil, service_id: s, service: voice, at: 1, seconds: 1}]",
		SAY_MISSING_FIELD, "id");
}

static void
identifiers_are_one_to_sixty_four_bytes_without_control_characters(void **state)
{
	struct bench *bench = *state;
	read_well(bench, "account.get", "[{account: \"a\"}]");
	read_well(bench, "account.get", "[{account: 'x*64'}]");
	read_well(bench, "account.get", "[{account: \"账户 1\"}]");
	read_badly(bench, "account.get", "[{account: \"\"}]", SAY_OUT_OF_RANGE, "account");
	read_badly(bench, "account.get", "[{account: 'x*65'}]", SAY_OUT_OF_RANGE, "account");
	read_badly(bench, "account.get", "[{account: <a2 61 00>}]", SAY_OUT_OF_RANGE, "account");
	read_badly(bench, "account.get", "[{account: <a2 61 0a>}]", SAY_OUT_OF_RANGE, "account");
	read_badly(bench, "account.get", "[{account: <a1 7f>}]", SAY_OUT_OF_RANGE, "account");
	read_badly(bench, "account.get", "[{account: <a2 c2 85>}]", SAY_OUT_OF_RANGE, "account");
	read_badly(bench, "account.get", "[{account: <a1 ff>}]", SAY_NOT_UTF8, "account");
	read_badly(bench, "account.get", "[{account: <a2 c0 80>}]", SAY_NOT_UTF8, "account");
}

static void
a_value_of_another_type_is_named_with_both_types(void **state)
{
	struct bench *bench = *state;
	static const struct {
		const char *value, *type;
	} rows[] = { { "12", "integer" }, { "-12", "integer" }, { "1.5", "float" },
		{ "<ca 00 00 00 00>", "float" }, { "true", "boolean" }, { "b\"x\"", "bytes" },
		{ "[1]", "array" }, { "{a: 1}", "map" }, { "<d4 01 02>", "extension" } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char notation[100];
		snprintf(notation, sizeof notation, "[{account: %s}]", rows[i].value);
		read_badly(bench, "account.get", notation, SAY_WRONG_TYPE, "account");
		assert_text(bench->problem.arguments[2], rows[i].type);
	}
	read_badly(bench, "charge", "[{" CHARGE ", attempt: \"2\"}]", SAY_WRONG_TYPE, "attempt");
	assert_text(bench->problem.arguments[1], "an integer");
	assert_text(bench->problem.arguments[2], "text");
}

/* A field of charge with this value: read, or refused as out of range, or of the wrong type. */
static void
check_charge(struct bench *bench, const char *pair, enum say say)
{
	char notation[400];
	char name[40];
	snprintf(notation, sizeof notation, "[{id: i, service_id: s, service: voice, at: 1, %s}]",
		pair);
	snprintf(name, sizeof name, "%.*s", (int)strcspn(pair, ":"), pair);
	if (say == SAY_COUNT)
		read_well(bench, "charge", notation);
	else
		read_badly(bench, "charge", notation, say, name);
}

static void
integers_of_every_width_are_read_within_their_bounds(void **state)
{
	struct bench *bench = *state;
	static const struct {
		const char *value;
		int64_t read;
	} rows[] = { { "0", 0 }, { "<7f>", 127 }, { "<cc 00>", 0 }, { "<cc ff>", 255 },
		{ "<cd ff ff>", 65535 }, { "<ce ff ff ff ff>", UINT32_MAX },
		{ "<cf 00 00 00 00 00 00 00 05>", 5 }, { "<d0 7f>", 127 }, { "<d1 7f ff>", 32767 },
		{ "<d2 00 00 00 09>", 9 }, { "<d3 00 03 8d 7e a4 c6 80 00>", 1000000000000000 } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char pair[80];
		snprintf(pair, sizeof pair, "seconds: %s", rows[i].value);
		check_charge(bench, pair, SAY_COUNT);
		assert_true(bench->params.usage.seconds == rows[i].read);
	}
	check_charge(bench, "seconds: 1000000000000001", SAY_OUT_OF_RANGE);
	check_charge(bench, "seconds: -1", SAY_OUT_OF_RANGE);
	check_charge(bench, "seconds: <ff>", SAY_OUT_OF_RANGE);
	check_charge(bench, "seconds: <d0 80>", SAY_OUT_OF_RANGE);
	check_charge(bench, "seconds: <d3 80 00 00 00 00 00 00 00>", SAY_OUT_OF_RANGE);
	check_charge(bench, "seconds: <cf ff ff ff ff ff ff ff ff>", SAY_OUT_OF_RANGE);
	check_charge(bench, "seconds: <cf 80 00 00 00 00 00 00 00>", SAY_OUT_OF_RANGE);
	check_charge(bench, "seconds: 1.0", SAY_WRONG_TYPE);
	check_charge(bench, "seconds: \"60\"", SAY_WRONG_TYPE);
	check_charge(bench, "attempt: 0", SAY_OUT_OF_RANGE);
	check_charge(bench, "attempt: 1", SAY_COUNT);
	check_charge(bench, "attempt: 255", SAY_COUNT);
	check_charge(bench, "attempt: 256", SAY_OUT_OF_RANGE);
}

static void
an_expected_version_may_be_as_large_as_any(void **state)
{
	struct bench *bench = *state;
	read_well(bench, "customer.put", "[{customer: c, expect: <cf 7f ff ff ff ff ff ff ff>}]");
	assert_true(bench->params.customer.expect == INT64_MAX);
	read_well(bench, "customer.put", "[{customer: c, expect: 0}]");
	assert_true(bench->params.customer.expect == 0);
	read_badly(bench, "customer.put", "[{customer: c, expect: <cf 80 00 00 00 00 00 00 00>}]",
		SAY_OUT_OF_RANGE, "expect");
}

static void
times_are_milliseconds_or_text_with_an_offset(void **state)
{
	struct bench *bench = *state;
	static const struct {
		const char *value;
		int64_t ms;
		enum say say;
	} rows[] = { { "1700000000000", 1700000000000, SAY_COUNT }, { "0", 0, SAY_COUNT },
		{ "-2208988800000", INSTANT_MIN, SAY_COUNT },
		{ "-2208988800001", 0, SAY_OUT_OF_RANGE },
		{ "7258118399999", INSTANT_MAX, SAY_COUNT },
		{ "7258118400000", 0, SAY_OUT_OF_RANGE },
		{ "\"2026-03-10T20:58:30+08:00\"", 1773147510000, SAY_COUNT },
		{ "\"2026-03-10T12:58:30Z\"", 1773147510000, SAY_COUNT },
		{ "\"2026-03-10 20:58:30.120+08:00\"", 1773147510120, SAY_COUNT },
		{ "\"2026-03-10T20:58:30\"", 0, SAY_OUT_OF_RANGE }, { "\"\"", 0, SAY_OUT_OF_RANGE },
		{ "\"1700000000000\"", 0, SAY_OUT_OF_RANGE }, { "1.7", 0, SAY_WRONG_TYPE },
		{ "true", 0, SAY_WRONG_TYPE }, { "<d6 ff 65 53 f1 00>", 0, SAY_WRONG_TYPE } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char notation[200];
		snprintf(notation, sizeof notation,
			"[{id: i, service_id: s, service: voice, seconds: 1, at: %s}]",
			rows[i].value);
		if (rows[i].say == SAY_COUNT) {
			read_well(bench, "charge", notation);
			assert_true(bench->params.usage.at_ms == rows[i].ms);
		} else {
			read_badly(bench, "charge", notation, rows[i].say, "at");
		}
	}
}

static void
money_is_decimal_text_within_its_bounds(void **state)
{
	struct bench *bench = *state;
	static const struct {
		const char *value;
		int64_t micros;
		enum say say;
	} rows[] = { { "\"100\"", 100000000, SAY_COUNT }, { "\"0.000001\"", 1, SAY_COUNT },
		{ "\"1000000000000\"", INT64_C(1000000000000000000), SAY_COUNT },
		{ "\"1000000000000.000001\"", 0, SAY_OUT_OF_RANGE },
		{ "\"0\"", 0, SAY_OUT_OF_RANGE }, { "\"-1\"", 0, SAY_OUT_OF_RANGE },
		{ "\"1.\"", 0, SAY_OUT_OF_RANGE }, { "\"1e3\"", 0, SAY_OUT_OF_RANGE },
		{ "\"0.0000001\"", 0, SAY_OUT_OF_RANGE }, { "\"\"", 0, SAY_OUT_OF_RANGE },
		{ "\"99999999999999999999\"", 0, SAY_OUT_OF_RANGE }, { "100", 0, SAY_WRONG_TYPE },
		{ "1.5", 0, SAY_WRONG_TYPE }, { "b\"1.5\"", 0, SAY_WRONG_TYPE } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char notation[200];
		snprintf(notation, sizeof notation,
			"[{id: i, account: a, at: 1, currency: \"CNY\", amount: %s}]",
			rows[i].value);
		if (rows[i].say == SAY_COUNT) {
			read_well(bench, "balance.topup", notation);
			assert_true(bench->params.movement.amount.micros == rows[i].micros);
		} else {
			read_badly(bench, "balance.topup", notation, rows[i].say, "amount");
		}
	}
}

static void
currencies_are_three_capital_letters(void **state)
{
	struct bench *bench = *state;
	read_well(bench, "account.put", "[{account: a, customer: c, currency: \"USD\"}]");
	assert_text(bench->params.account.currency, "USD");
	static const char *const wrong[] = { "\"usd\"", "\"US\"", "\"USDT\"", "\"\"", "\"U$D\"" };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		char notation[100];
		snprintf(notation, sizeof notation, "[{account: a, customer: c, currency: %s}]",
			wrong[i]);
		read_badly(bench, "account.put", notation, SAY_OUT_OF_RANGE, "currency");
	}
	read_badly(bench, "account.put", "[{account: a, customer: c, currency: 156}]",
		SAY_WRONG_TYPE, "currency");
	read_badly(bench, "account.put", "[{account: a, customer: c, currency: <a3 ff ff ff>}]",
		SAY_NOT_UTF8, "currency");
}

static void
choices_name_all_that_can_be_chosen(void **state)
{
	struct bench *bench = *state;
	check_charge(bench, "short: refuse", SAY_COUNT);
	check_charge(bench, "short: partial", SAY_COUNT);
	assert_int_equal(bench->params.usage.short_mode, SHORT_PARTIAL);
	check_charge(bench, "short: borrow", SAY_OUT_OF_RANGE);
	assert_text(bench->problem.arguments[1], "refuse | debt | partial");
	check_charge(bench, "short: 1", SAY_WRONG_TYPE);
	check_charge(bench, "short: \"\"", SAY_OUT_OF_RANGE);
}

static void
booleans_are_true_or_false(void **state)
{
	struct bench *bench = *state;
	read_well(bench, "hello", "[{details: true, language: zh}]");
	assert_true(bench->params.hello.details && bench->params.hello.language == 1);
	read_badly(bench, "hello", "[{details: 1}]", SAY_WRONG_TYPE, "details");
	read_badly(bench, "hello", "[{details: \"true\"}]", SAY_WRONG_TYPE, "details");
}

static void
texts_and_bytes_keep_to_their_lengths(void **state)
{
	struct bench *bench = *state;
	check_charge(bench, "to: 'x*64'", SAY_COUNT);
	check_charge(bench, "to: \"\"", SAY_COUNT);
	assert_non_null(bench->params.usage.to.data);
	check_charge(bench, "to: 'x*65'", SAY_OUT_OF_RANGE);
	check_charge(bench, "to: <a1 80>", SAY_NOT_UTF8);
	read_well(bench, "release.publish", "[{bundle: b\"12345678\"}]");
	assert_int_equal(bench->params.publish.bundle.size, 8);
	read_well(bench, "release.publish", "[{bundle: <a8 ff ff ff ff ff ff ff ff>}]");
	read_badly(
		bench, "release.publish", "[{bundle: b\"1234567\"}]", SAY_OUT_OF_RANGE, "bundle");
	read_badly(bench, "release.publish", "[{bundle: 12}]", SAY_WRONG_TYPE, "bundle");
	read_well(bench, "release.publish", "[{bundle: 'x*300000'}]");
	assert_int_equal(bench->params.publish.bundle.size, 300000);
}

/* ---- facts ---- */

static void
facts_are_sorted_by_name_and_none_is_doubled(void **state)
{
	struct bench *bench = *state;
	check_charge(bench, "with: {b: 1, ab: 2, a: \"3\", B: 4, abc: 5, \"业务\": 6}", SAY_COUNT);
	static const char *const order[] = { "B", "a", "ab", "abc", "b", "业务" };
	assert_int_equal(bench->params.usage.with.count, 6);
	for (size_t i = 0; i < 6; i++)
		assert_text(bench->params.usage.with.items[i].name, order[i]);
	if (reading(bench, "charge", "[{" CHARGE ", with: {a: 1, b: 2, a: 1}}]"))
		fail_msg("a fact was there twice");
	assert_int_equal(bench->problem.say, SAY_DUPLICATE_FIELD);
	assert_text(bench->problem.arguments[0], "a");
}

static void
facts_are_texts_and_integers_with_names(void **state)
{
	struct bench *bench = *state;
	check_charge(bench, "with: {}", SAY_COUNT);
	assert_int_equal(bench->params.usage.with.count, 0);
	check_charge(bench, "with: {empty: \"\", long: 'x*255'}", SAY_COUNT);
	assert_true(bench->params.usage.with.items[0].text.data != NULL);
	check_charge(bench, "with: {n: <d3 80 00 00 00 00 00 00 00>}", SAY_COUNT);
	assert_true(bench->params.usage.with.items[0].number == INT64_MIN);
	check_charge(bench, "with: {n: <cf 80 00 00 00 00 00 00 00>}", SAY_OUT_OF_RANGE);
	check_charge(bench, "with: {long: 'x*256'}", SAY_OUT_OF_RANGE);
	check_charge(bench, "with: {a: 1.5}", SAY_WRONG_TYPE);
	check_charge(bench, "with: {a: nil}", SAY_WRONG_TYPE);
	check_charge(bench, "with: {a: true}", SAY_WRONG_TYPE);
	check_charge(bench, "with: {a: {}}", SAY_WRONG_TYPE);
	check_charge(bench, "with: {1: 1}", SAY_WRONG_TYPE);
	check_charge(bench, "with: {\"\": 1}", SAY_OUT_OF_RANGE);
	check_charge(bench, "with: {a: <a1 ff>}", SAY_NOT_UTF8);
	check_charge(bench, "with: []", SAY_WRONG_TYPE);
	check_charge(bench, "with: \"a\"", SAY_WRONG_TYPE);
}

static void
as_many_facts_as_allowed_are_read_and_not_one_more(void **state)
{
	struct bench *bench = *state;
	for (size_t count = 31; count <= 33; count++) {
		char pair[800] = "with: {";
		for (size_t i = 0; i < count; i++)
			snprintf(pair + strlen(pair), sizeof pair - strlen(pair), "f%zu: %zu,",
				90 - i, i);
		strcat(pair, "}");
		char notation[1000];
		snprintf(notation, sizeof notation, "[{" CHARGE ", %s}]", pair);
		if (count > 32) {
			read_badly(bench, "charge", notation, SAY_OUT_OF_RANGE, "with");
			continue;
		}
		read_well(bench, "charge", notation);
		assert_int_equal(bench->params.usage.with.count, count);
		for (size_t i = 1; i < count; i++)
			assert_true(bench->params.usage.with.items[i - 1].number ==
				bench->params.usage.with.items[i].number + 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_whole_charge_is_read_into_its_struct),
		TEST(what_is_not_there_reads_as_not_given),
		TEST(nil_is_as_if_it_were_not_there),
		TEST(identifiers_are_one_to_sixty_four_bytes_without_control_characters),
		TEST(a_value_of_another_type_is_named_with_both_types),
		TEST(integers_of_every_width_are_read_within_their_bounds),
		TEST(an_expected_version_may_be_as_large_as_any),
		TEST(times_are_milliseconds_or_text_with_an_offset),
		TEST(money_is_decimal_text_within_its_bounds),
		TEST(currencies_are_three_capital_letters),
		TEST(choices_name_all_that_can_be_chosen),
		TEST(booleans_are_true_or_false),
		TEST(texts_and_bytes_keep_to_their_lengths),
		TEST(facts_are_sorted_by_name_and_none_is_doubled),
		TEST(facts_are_texts_and_integers_with_names),
		TEST(as_many_facts_as_allowed_are_read_and_not_one_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
