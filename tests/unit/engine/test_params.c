/*
 * Params as a whole: lists, maps and places, memory that fails, and messages of any shape.
 */
#include "params_case.h"

#include "../../../engine/base/memory.h"

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
	assert_text(bench->problem.arguments[2],
		"package, from, till, group, group_from, members, pays, params, facts");
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
a_map_in_a_map_is_read_into_its_own_struct_or_reads_as_not_given(void **state)
{
	struct bench *bench = *state;
	const struct balance_put_params *params = &bench->params.balance;
	read_well(bench, "balance.put", "[{account: a, for: {group: family}, balance: b}]");
	assert_text(params->balance, "b");
	assert_text(params->user.group, "family");
	assert_true(params->user.subscription.data == NULL);
	read_well(bench, "balance.put", "[{account: a, balance: b, for: \"line\"}]");
	assert_text(params->user.subscription, "line");
	read_well(bench, "balance.put", "[{account: a, balance: b}]");
	assert_true(params->user.subscription.data == NULL && params->user.group.data == NULL);
	read_badly(
		bench, "balance.put", "[{account: a, balance: b, for: 5}]", SAY_WRONG_TYPE, "for");
	read_badly(bench, "balance.put", "[{account: a, balance: b, for: {whom: x}}]",
		SAY_UNKNOWN_FIELD, "for");
}

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
		bool read = params_read_map(
			&bench->reading, method_charge()->params, map, &bench->params);
		assert_int_equal(read, rows[i].say == SAY_COUNT);
		if (!read)
			assert_int_equal(bench->problem.say, rows[i].say);
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
		bool read = params_read(&bench->reading, method_find(TEXT("subscription.put")),
			bytes, &bench->params);
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
		struct packed_items items;
		bool good = method_is_batch(method)
			? params_split(&bench->reading, bytes, "items", 1000, &items)
			: params_read(&bench->reading, method, bytes, &bench->params);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(items_are_maps_or_texts_that_stand_for_them),
		TEST(wrong_items_are_named_by_their_field),
		TEST(lists_keep_to_their_lengths),
		TEST(a_map_in_a_map_is_read_into_its_own_struct_or_reads_as_not_given),
		TEST(unknown_fields_are_refused_with_those_that_there_are),
		TEST(doubled_and_missing_fields_are_refused),
		TEST(fields_come_in_any_order),
		TEST(names_of_fields_may_be_bin_and_of_any_head),
		TEST(one_or_two_fields_may_come_by_place),
		TEST(a_map_alone_is_read_as_the_items_of_a_batch_are),
		TEST(memory_that_fails_is_said_and_nothing_else),
		TEST(messages_of_any_shape_are_read_or_refused_by_every_method),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
