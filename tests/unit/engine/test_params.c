/*
 * Tests of engine/params.c: what a client sends, against the shapes of the methods. Every message
 * is handed over in memory of exactly its size, and after it the scan has passed, as a connection
 * does it.
 */
#include "forge.h"

#include "../../../engine/base/instant.h"
#include "../../../engine/base/memory.h"
#include "../../../engine/params.h"
#include "../../../engine/scan.h"

#include <inttypes.h>

/* Room for the params of any method. */
#define PARAMS_BYTES 512

struct bench {
	struct params_reader *reader;
	struct arena arena;
	struct problem problem;
	uint8_t *bytes; /* of the message, exactly as long */
	union {
		uint8_t room[PARAMS_BYTES];
		struct usage_params usage;
		struct hello_params hello;
		struct customer_params customer;
		struct account_params account;
		struct subscription_params subscription;
		struct topup_params topup;
		struct history_params history;
		struct publish_params publish;
		struct get_params get;
	} params;
};

static int
make_bench(void **state)
{
	struct bench *bench = calloc(1, sizeof *bench);
	assert_non_null(bench);
	bench->reader = params_reader_new();
	assert_non_null(bench->reader);
	arena_init(&bench->arena, 1 << 24);
	*state = bench;
	return 0;
}

static int
free_bench(void **state)
{
	struct bench *bench = *state;
	params_reader_free(bench->reader);
	arena_release(&bench->arena);
	free(bench->bytes);
	free(bench);
	return 0;
}

/* The params' bytes: a copy in memory of their own, scanned. */
static struct bytes
take_bytes(struct bench *bench, const struct buffer *packed)
{
	struct scan_limits limits = { 1 << 24, 100000 };
	struct scan scan;
	size_t size;
	free(bench->bytes);
	bench->bytes = malloc(packed->size);
	assert_non_null(bench->bytes);
	memcpy(bench->bytes, packed->data, packed->size);
	struct bytes bytes = { bench->bytes, packed->size };
	scan_init(&scan);
	assert_int_equal(scan_message(&scan, bytes, &limits, &size), SCAN_MESSAGE);
	assert_int_equal(scan.problem, SCAN_FINE);
	assert_int_equal(size, packed->size);
	arena_clear(&bench->arena);
	params_reader_clear(bench->reader);
	memset(&bench->params, 0x5a, sizeof bench->params);
	return bytes;
}

/* Reads a params array, written in the notation of forge.h. */
static bool
reading(struct bench *bench, const char *name, const char *notation)
{
	const struct method *method = method_find(text_of(name));
	struct buffer packed;
	assert_non_null(method);
	assert_true(method->params->size <= PARAMS_BYTES);
	buffer_init(&packed, 1 << 24);
	forge(&packed, notation);
	struct bytes bytes = take_bytes(bench, &packed);
	buffer_release(&packed);
	return params_read(
		bench->reader, method, bytes, &bench->arena, &bench->params, &bench->problem);
}

static void
read_well(struct bench *bench, const char *name, const char *notation)
{
	if (!reading(bench, name, notation)) {
		struct arena arena;
		arena_init(&arena, 1 << 20);
		struct text text = say_fill(&arena, bench->problem.say, false,
			bench->problem.arguments, bench->problem.count);
		fail_msg("%s %s: %s %.*s", name, notation, say_code(bench->problem.say),
			TEXT_ARGS(text));
	}
}

/* The English, where there is Chinese, too. */
static void
assert_text(struct text got, const char *wanted)
{
	got = bilingual_pick(got, false);
	if (!text_equal(got, text_of(wanted)))
		fail_msg("\"%.*s\" instead of \"%s\"", TEXT_ARGS(got), wanted);
}

static void
read_badly(struct bench *bench, const char *name, const char *notation, enum say say,
	const char *first)
{
	if (reading(bench, name, notation))
		fail_msg("%s %s was read", name, notation);
	if (bench->problem.say != say)
		fail_msg("%s %s: %s instead of %s", name, notation, say_code(bench->problem.say),
			say_code(say));
	assert_true(bench->problem.count <= SAY_ARGUMENTS_MAX);
	if (first != NULL)
		assert_text(bench->problem.arguments[0], first);
}

#define CHARGE "id: i, service_id: s, service: voice, at: 1700000000000, seconds: 60"

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
			assert_true(bench->params.topup.amount.micros == rows[i].micros);
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

/* ---- lists ---- */

static void
items_are_maps_or_texts_that_stand_for_them(void **state)
{
	struct bench *bench = *state;
	read_well(bench, "subscription.put",
		"[{subscription: s, account: a, product: p, service_ids: [\"07715510000\", {service_id: x, from: 5, "
		"till: \"2026-03-10T12:58:30Z\"}], packages: [], states: [suspended, {state: active, from: 7}]}]");
	const struct subscription_params *params = &bench->params.subscription;
	assert_int_equal(params->service_ids.count, 2);
	const struct span_params *ids = params->service_ids.items;
	assert_text(ids[0].id, "07715510000");
	assert_true(ids[0].from_ms == NOT_GIVEN && ids[0].till_ms == NOT_GIVEN);
	assert_text(ids[1].id, "x");
	assert_true(ids[1].from_ms == 5 && ids[1].till_ms == 1773147510000);
	assert_true(params->packages.count == 0 && params->packages.items != NULL);
	const struct span_params *states = params->states.items;
	assert_int_equal(params->states.count, 2);
	assert_true(states[0].state == 1 && states[1].state == 0 && states[1].from_ms == 7);
}

#define SUBSCRIPTION "subscription: s, account: a, product: p, "

static void
wrong_items_are_named_by_their_field(void **state)
{
	struct bench *bench = *state;
	read_badly(bench, "subscription.put", "[{" SUBSCRIPTION "packages: [12]}]", SAY_WRONG_TYPE,
		"packages");
	read_badly(bench, "subscription.put", "[{" SUBSCRIPTION "packages: [nil]}]", SAY_WRONG_TYPE,
		"packages");
	read_badly(bench, "subscription.put", "[{" SUBSCRIPTION "packages: [[a]]}]", SAY_WRONG_TYPE,
		"packages");
	read_badly(bench, "subscription.put", "[{" SUBSCRIPTION "packages: \"a\"}]", SAY_WRONG_TYPE,
		"packages");
	read_badly(bench, "subscription.put", "[{" SUBSCRIPTION "packages: [\"\"]}]",
		SAY_OUT_OF_RANGE, "package");
	read_badly(bench, "subscription.put", "[{" SUBSCRIPTION "packages: [{}]}]",
		SAY_MISSING_FIELD, "package");
	read_badly(bench, "subscription.put",
		"[{" SUBSCRIPTION "packages: [{package: a, form: 1}]}]", SAY_UNKNOWN_FIELD,
		"packages");
	assert_text(bench->problem.arguments[1], "form");
	assert_text(bench->problem.arguments[2], "package, from, till");
	read_badly(bench, "subscription.put",
		"[{" SUBSCRIPTION "packages: [{package: a, package: a}]}]", SAY_DUPLICATE_FIELD,
		"package");
	read_badly(bench, "subscription.put", "[{" SUBSCRIPTION "states: [sleeping]}]",
		SAY_OUT_OF_RANGE, "state");
	read_badly(bench, "subscription.put", "[{" SUBSCRIPTION "states: [{from: 1}]}]",
		SAY_MISSING_FIELD, "state");
}

static void
lists_keep_to_their_lengths(void **state)
{
	struct bench *bench = *state;
	for (size_t count = 15; count <= 17; count++) {
		char notation[300] = "[{" SUBSCRIPTION "service_ids: [";
		for (size_t i = 0; i < count; i++)
			snprintf(notation + strlen(notation), sizeof notation - strlen(notation),
				"s%zu,", i);
		strcat(notation, "]}]");
		if (count > 16)
			read_badly(bench, "subscription.put", notation, SAY_OUT_OF_RANGE,
				"service_ids");
		else
			read_well(bench, "subscription.put", notation);
	}
}

/* ---- maps and places ---- */

static void
unknown_fields_are_refused_with_those_that_there_are(void **state)
{
	struct bench *bench = *state;
	read_badly(bench, "account.get", "[{acount: a}]", SAY_UNKNOWN_FIELD, "account.get");
	assert_text(bench->problem.arguments[1], "acount");
	assert_text(bench->problem.arguments[2], "account");
	read_badly(bench, "ping", "[{x: 1}]", SAY_UNKNOWN_FIELD, "this method");
	assert_text(bench->problem.arguments[2], "none");
	read_badly(bench, "account.get", "[{accoun: a}]", SAY_UNKNOWN_FIELD, NULL);
	read_badly(bench, "account.get", "[{accounts: a}]", SAY_UNKNOWN_FIELD, NULL);
	read_badly(bench, "account.get", "[{\"\": a}]", SAY_UNKNOWN_FIELD, NULL);
	/* What would only hurt to repeat is not repeated. */
	read_badly(bench, "account.get", "[{'x*65': a}]", SAY_UNKNOWN_FIELD, NULL);
	assert_text(bench->problem.arguments[1], "?");
	read_badly(bench, "account.get", "[{<a1 ff>: a}]", SAY_UNKNOWN_FIELD, NULL);
	assert_text(bench->problem.arguments[1], "?");
}

static void
doubled_and_missing_fields_are_refused(void **state)
{
	struct bench *bench = *state;
	read_badly(bench, "charge", "[{" CHARGE ", seconds: 60}]", SAY_DUPLICATE_FIELD, "seconds");
	read_badly(bench, "charge", "[{" CHARGE ", id: j}]", SAY_DUPLICATE_FIELD, "id");
	static const char *const required[] = { "id", "service_id", "service", "at" };
	for (size_t i = 0; i < 4; i++) {
		char notation[300] = "[{seconds: 1";
		for (size_t j = 0; j < 4; j++) {
			if (j != i)
				snprintf(notation + strlen(notation),
					sizeof notation - strlen(notation), ", %s: %s", required[j],
					j == 3 ? "1" : "x");
		}
		strcat(notation, "}]");
		read_badly(bench, "charge", notation, SAY_MISSING_FIELD, required[i]);
	}
	read_badly(bench, "charge", "[{}]", SAY_MISSING_FIELD, "id");
	read_badly(bench, "charge", "[]", SAY_MISSING_FIELD, "id");
}

static void
fields_come_in_any_order(void **state)
{
	struct bench *bench = *state;
	struct random random = { random_seed(__func__) };
	static const char *const pairs[] = { "id: i", "service_id: s", "service: voice", "to: t",
		"at: 1", "seconds: 60", "with: {}", "attempt: 3", "short: debt" };
	for (int round = 0; round < 500; round++) {
		size_t order[9];
		char notation[300] = "[{";
		for (size_t i = 0; i < 9; i++)
			order[i] = i;
		for (size_t i = 8; i > 0; i--) {
			size_t j = random_below(&random, i + 1), kept = order[i];
			order[i] = order[j];
			order[j] = kept;
		}
		for (size_t i = 0; i < 9; i++)
			snprintf(notation + strlen(notation), sizeof notation - strlen(notation),
				"%s, ", pairs[order[i]]);
		strcat(notation, "}]");
		read_well(bench, "charge", notation);
		const struct usage_params *usage = &bench->params.usage;
		assert_text(usage->id, "i");
		assert_text(usage->service_id, "s");
		assert_text(usage->to, "t");
		assert_true(usage->at_ms == 1 && usage->seconds == 60 && usage->attempt == 3);
		assert_int_equal(usage->short_mode, SHORT_DEBT);
	}
}

static void
names_of_fields_may_be_bin_and_of_any_head(void **state)
{
	struct bench *bench = *state;
	read_well(bench, "account.get", "[{b\"account\": a}]");
	assert_text(bench->params.get.id, "a");
	read_well(bench, "account.get", "[<81 d9 07 61 63 63 6f 75 6e 74 a1 61>]");
	assert_text(bench->params.get.id, "a");
	read_well(bench, "account.get",
		"[<de 00 01 da 00 07 61 63 63 6f 75 6e 74 db 00 00 00 01 61>]");
	assert_text(bench->params.get.id, "a");
	read_badly(bench, "account.get", "[{1: a}]", SAY_MALFORMED, NULL);
	read_badly(bench, "account.get", "[{nil: a}]", SAY_MALFORMED, NULL);
	read_badly(bench, "account.get", "[{[account]: a}]", SAY_MALFORMED, NULL);
}

static void
one_or_two_fields_may_come_by_place(void **state)
{
	struct bench *bench = *state;
	read_well(bench, "account.get", "[\"a1\"]");
	assert_text(bench->params.get.id, "a1");
	read_well(bench, "account.get", "['x*64']");
	read_well(bench, "account.get", "<dc 00 01 a2 61 31>");
	assert_text(bench->params.get.id, "a1");
	read_badly(bench, "account.get", "[\"a1\", \"a2\"]", SAY_MALFORMED, NULL);
	read_badly(bench, "account.get", "[12]", SAY_WRONG_TYPE, "account");
	read_badly(bench, "account.get", "[nil]", SAY_MISSING_FIELD, "account");
	read_badly(bench, "account.get", "[[\"a1\"]]", SAY_WRONG_TYPE, "account");
	read_badly(bench, "charge", "[\"a1\"]", SAY_MALFORMED, NULL);
	read_badly(bench, "charge", "[{" CHARGE "}, {}]", SAY_MALFORMED, NULL);
	read_badly(bench, "ping", "[1]", SAY_MALFORMED, NULL);
	read_well(bench, "ping", "[]");
	read_well(bench, "ping", "[{}]");
	read_well(bench, "hello", "[]");
}

static void
a_map_alone_is_read_as_the_items_of_a_batch_are(void **state)
{
	struct bench *bench = *state;
	static const struct {
		const char *notation;
		enum say say;
	} rows[] = { { "{" CHARGE "}", SAY_COUNT }, { "{}", SAY_MISSING_FIELD },
		{ "nil", SAY_WRONG_TYPE }, { "12", SAY_WRONG_TYPE }, { "[]", SAY_WRONG_TYPE },
		{ "\"id\"", SAY_MISSING_FIELD }, { "{" CHARGE ", x: 1}", SAY_UNKNOWN_FIELD } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer packed;
		buffer_init(&packed, 1 << 20);
		forge(&packed, rows[i].notation);
		struct bytes map = take_bytes(bench, &packed);
		buffer_release(&packed);
		bool read = params_read_map(bench->reader, method_charge()->params, map,
			&bench->arena, &bench->params, &bench->problem);
		assert_int_equal(read, rows[i].say == SAY_COUNT);
		if (!read)
			assert_int_equal(bench->problem.say, rows[i].say);
	}
}

/* ---- heads of messages ---- */

static struct message
message_of(const char *notation)
{
	struct buffer packed;
	struct message message;
	buffer_init(&packed, 1 << 20);
	forge(&packed, notation);
	uint8_t *bytes = malloc(packed.size);
	assert_non_null(bytes);
	memcpy(bytes, packed.data, packed.size);
	message_read((struct bytes){ bytes, packed.size }, &message);
	/* Views into the message are looked at through its copy only here. */
	if (message.kind != MESSAGE_BAD) {
		assert_true((const uint8_t *)message.method.data + message.method.size <=
			bytes + packed.size);
		assert_true(message.params.data + message.params.size == bytes + packed.size);
		assert_int_equal(scan_value_size(message.params), message.params.size);
		message.method = method_find(message.method) == NULL
			? TEXT("?")
			: text_of(method_find(message.method)->name);
	}
	free(bytes);
	buffer_release(&packed);
	return message;
}

static void
requests_are_read_with_method_and_msgid_in_any_encoding(void **state)
{
	(void)state;
	static const struct {
		const char *notation;
		uint32_t msgid;
	} rows[] = { { "[0, 0, ping, []]", 0 }, { "[0, 127, ping, []]", 127 },
		{ "[0, <cc 80>, ping, []]", 128 }, { "[0, <cd 01 00>, ping, []]", 256 },
		{ "[0, <ce ff ff ff ff>, ping, [{}]]", UINT32_MAX },
		{ "[0, <cf 00 00 00 00 ff ff ff ff>, ping, []]", UINT32_MAX },
		{ "[<cc 00>, 1, b\"ping\", []]", 0 }, { "[0, 5, <c4 04 70 69 6e 67>, []]", 5 },
		{ "[0, 5, <c5 00 04 70 69 6e 67>, []]", 5 },
		{ "[0, 5, <d9 04 70 69 6e 67>, []]", 5 },
		{ "[0, 5, <da 00 04 70 69 6e 67>, []]", 5 },
		{ "<dc 00 04 00 05 a4 70 69 6e 67 dd 00 00 00 00>", 5 } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct message message = message_of(rows[i].notation);
		if (i == 6) { /* bin32 as a name is more than anybody needs */
			assert_int_equal(message.kind, MESSAGE_BAD);
			continue;
		}
		assert_int_equal(message.kind, MESSAGE_REQUEST);
		assert_true(message.has_msgid && message.msgid == rows[i].msgid);
		assert_text(message.method, "ping");
	}
}

static void
notifications_have_no_msgid(void **state)
{
	(void)state;
	struct message message = message_of("[2, ping, []]");
	assert_int_equal(message.kind, MESSAGE_NOTIFICATION);
	assert_false(message.has_msgid);
}

static void
what_is_no_request_is_bad_and_says_why(void **state)
{
	(void)state;
	static const struct {
		const char *notation;
		bool has_msgid;
	} rows[] = { { "nil", false }, { "{}", false }, { "\"x\"", false }, { "[]", false },
		{ "[0, 1]", false }, { "[0, 1, ping]", false }, { "[0, 1, ping, [], 5]", false },
		{ "[1, 1, nil, nil]", false }, { "[3, 1, ping, []]", false },
		{ "[-1, 1, ping, []]", false }, { "[0, -1, ping, []]", false },
		{ "[0, <cf 00 00 00 01 00 00 00 00>, ping, []]", false },
		{ "[0, nil, ping, []]", false }, { "[0, 7, nil, []]", true },
		{ "[0, 7, 12, []]", true }, { "[0, 7, ping, {}]", true },
		{ "[0, 7, ping, nil]", true }, { "[2, ping, {}]", false }, { "[2, ping]", false },
		{ "[2, 1, ping, []]", false }, { "[nil, 1, ping, []]", false } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct message message = message_of(rows[i].notation);
		assert_int_equal(message.kind, MESSAGE_BAD);
		assert_non_null(message.why);
		assert_int_equal(message.has_msgid, rows[i].has_msgid);
		assert_int_equal(message.msgid, rows[i].has_msgid ? 7 : 0);
	}
}

static void
heads_that_are_cut_off_anywhere_are_read_within_their_bytes(void **state)
{
	(void)state;
	struct buffer packed;
	buffer_init(&packed, 1 << 20);
	forge(&packed,
		"<dd 00 00 00 04 ce 00 00 00 00 cf 00 00 00 00 00 00 00 09 da 00 04 70 69 6e 67 dd 00 00 00 00>");
	for (size_t cut = 0; cut <= packed.size; cut++) {
		struct message message;
		uint8_t *bytes = malloc(cut == 0 ? 1 : cut);
		assert_non_null(bytes);
		memcpy(bytes, packed.data, cut);
		message_read((struct bytes){ bytes, cut }, &message);
		assert_int_equal(message.kind, cut == packed.size ? MESSAGE_REQUEST : MESSAGE_BAD);
		assert_int_equal(message.has_msgid, cut >= 19);
		free(bytes);
	}
	buffer_release(&packed);
}

/* ---- batches ---- */

static bool
splitting(struct bench *bench, const char *notation, struct bytes **items, size_t *count)
{
	struct buffer packed;
	buffer_init(&packed, 1 << 24);
	forge(&packed, notation);
	struct bytes bytes = take_bytes(bench, &packed);
	buffer_release(&packed);
	return params_split(bytes, "items", 3, &bench->arena, items, count, &bench->problem);
}

static void
a_batch_is_split_into_its_items_as_they_lie(void **state)
{
	struct bench *bench = *state;
	struct bytes *items;
	size_t count;
	assert_true(splitting(bench, "[{items: [{a: [1, 2]}, nil, \"x\"]}]", &items, &count));
	assert_int_equal(count, 3);
	static const size_t sizes[] = { 6, 1, 2 };
	const uint8_t *at = items[0].data;
	for (size_t i = 0; i < 3; i++) {
		assert_ptr_equal(items[i].data, at);
		assert_int_equal(items[i].size, sizes[i]);
		at += sizes[i];
	}
	assert_true(splitting(bench, "[{items: <dd 00 00 00 01 07>}]", &items, &count));
	assert_int_equal(count, 1);
}

static void
a_batch_of_another_form_is_refused(void **state)
{
	struct bench *bench = *state;
	static const struct {
		const char *notation;
		enum say say;
	} rows[] = { { "[]", SAY_MISSING_FIELD }, { "[{}]", SAY_MISSING_FIELD },
		{ "[nil]", SAY_MISSING_FIELD }, { "[[]]", SAY_MISSING_FIELD },
		{ "[{items: [], x: 1}]", SAY_MALFORMED }, { "[{x: []}]", SAY_MALFORMED },
		{ "[{1: []}]", SAY_MALFORMED }, { "[{items: {}}]", SAY_WRONG_TYPE },
		{ "[{items: nil}]", SAY_WRONG_TYPE }, { "[{items: []}]", SAY_OUT_OF_RANGE },
		{ "[{items: [1, 2, 3, 4]}]", SAY_OUT_OF_RANGE } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bytes *items;
		size_t count;
		if (splitting(bench, rows[i].notation, &items, &count))
			fail_msg("%s was split", rows[i].notation);
		if (bench->problem.say != rows[i].say)
			fail_msg("%s: %s", rows[i].notation, say_code(bench->problem.say));
	}
}

/* ---- memory and chance ---- */

static void
memory_that_fails_is_said_and_nothing_else(void **state)
{
	struct bench *bench = *state;
	static const char *const notation =
		"[{" SUBSCRIPTION
		"service_ids: [a, b], packages: [c, {package: d}], states: [suspended]}]";
	for (uint64_t number = 1;; number++) {
		arena_release(&bench->arena);
		struct buffer packed;
		buffer_init(&packed, 1 << 20);
		forge(&packed, notation);
		struct bytes bytes = take_bytes(bench, &packed);
		memory_fail_at(number);
		bool read = params_read(bench->reader, method_find(TEXT("subscription.put")), bytes,
			&bench->arena, &bench->params, &bench->problem);
		bool failed = memory_request_count() >= number;
		memory_fail_at(0);
		buffer_release(&packed);
		assert_int_equal(read, !failed);
		if (!failed)
			break;
		assert_int_equal(bench->problem.say, SAY_OUT_OF_MEMORY);
	}
}

/* A value for a field: mostly one that could be right. */
static void
forge_field_value(struct buffer *into, struct random *random, const struct field *field)
{
	static const char *const values[] = { "\"a\"", "5", "1700000000000",
		"\"2026-03-10T12:58:30Z\"", "\"1.50\"", "\"CNY\"", "true", "\"debt\"",
		"[\"x\", {}]", "{a: 1, b: \"c\"}", "b\"12345678\"", "nil" };
	size_t choice = random_below(random, 16);
	if (choice < 12)
		forge(into, values[choice]);
	else if (choice == 12 && field->of != NULL)
		forge(into,
			"[\"active\", {state: active, from: 1, till: 2}, {package: p}, {service_id: s}]");
	else
		forge_random(into, random, 3);
}

static void
forge_params(struct buffer *into, struct random *random, const struct shape *shape)
{
	if (random_below(random, 12) == 0) {
		forge_random(into, random, 4);
		return;
	}
	size_t pairs = random_below(random, shape->field_count + 2);
	forge_array(into, 1);
	forge_map(into, pairs);
	for (size_t i = 0; i < pairs; i++) {
		const struct field *field = shape->field_count == 0
			? NULL
			: &shape->fields[random_below(random, shape->field_count)];
		if (field == NULL || random_below(random, 20) == 0) {
			forge_random(into, random, 1);
			forge_random(into, random, 1);
			continue;
		}
		forge_string(into, field->name);
		forge_field_value(into, random, field);
	}
}

static void
messages_of_any_shape_are_read_or_refused_by_every_method(void **state)
{
	struct bench *bench = *state;
	struct random random = { random_seed(__func__) };
	size_t count;
	const struct method *const *methods = methods_all(&count);
	unsigned refused[SAY_COUNT] = { 0 }, read = 0;
	for (int round = 0; round < 40000; round++) {
		const struct method *method = methods[random_below(&random, count)];
		struct buffer packed;
		buffer_init(&packed, 1 << 24);
		forge_params(&packed, &random, method->params);
		if ((packed.data[0] & 0xf0) != 0x90 && packed.data[0] != 0xdc &&
			packed.data[0] != 0xdd) {
			buffer_release(&packed);
			continue;
		}
		struct bytes bytes = take_bytes(bench, &packed);
		buffer_release(&packed);
		struct bytes *items;
		size_t item_count;
		bool good = method_is_batch(method)
			? params_split(bytes, "items", 1000, &bench->arena, &items, &item_count,
				  &bench->problem)
			: params_read(bench->reader, method, bytes, &bench->arena, &bench->params,
				  &bench->problem);
		if (good) {
			read++;
			continue;
		}
		refused[bench->problem.say]++;
		struct text sentence = say_fill(&bench->arena, bench->problem.say, round % 2 == 0,
			bench->problem.arguments, bench->problem.count);
		assert_non_null(sentence.data);
	}
	assert_true(read > 100);
	static const enum say common[] = { SAY_MALFORMED, SAY_UNKNOWN_FIELD, SAY_DUPLICATE_FIELD,
		SAY_MISSING_FIELD, SAY_WRONG_TYPE, SAY_OUT_OF_RANGE };
	for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
		assert_true(refused[common[i]] > 20);
	assert_int_equal(refused[SAY_OUT_OF_MEMORY], 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_bench, free_bench)

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
		TEST(items_are_maps_or_texts_that_stand_for_them),
		TEST(wrong_items_are_named_by_their_field),
		TEST(lists_keep_to_their_lengths),
		TEST(unknown_fields_are_refused_with_those_that_there_are),
		TEST(doubled_and_missing_fields_are_refused),
		TEST(fields_come_in_any_order),
		TEST(names_of_fields_may_be_bin_and_of_any_head),
		TEST(one_or_two_fields_may_come_by_place),
		TEST(a_map_alone_is_read_as_the_items_of_a_batch_are),
		TEST(requests_are_read_with_method_and_msgid_in_any_encoding),
		TEST(notifications_have_no_msgid),
		TEST(what_is_no_request_is_bad_and_says_why),
		TEST(heads_that_are_cut_off_anywhere_are_read_within_their_bytes),
		TEST(a_batch_is_split_into_its_items_as_they_lie),
		TEST(a_batch_of_another_form_is_refused),
		TEST(memory_that_fails_is_said_and_nothing_else),
		TEST(messages_of_any_shape_are_read_or_refused_by_every_method),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
