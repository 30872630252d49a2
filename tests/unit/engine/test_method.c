/* Tests of the method table: that it is sound, whatever is added to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../../engine/base/utf8.h"
#include "../../../engine/method.h"

#include <stdio.h>

static size_t count;
static const struct method *const *methods;

static int
find_methods(void **state)
{
	(void)state;
	methods = methods_all(&count);
	return 0;
}

static void
every_method_is_found_by_its_name(void **state)
{
	(void)state;
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(method_find(text_of(methods[i]->name)), methods[i]);
}

static void
names_that_are_nearly_right_are_not_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < count; i++) {
		char name[80];
		size_t size = strlen(methods[i]->name);
		assert_true(size < sizeof name - 2);
		memcpy(name, methods[i]->name, size);
		name[size] = 'x';
		name[size + 1] = '\0';
		assert_null(method_find((struct text){ name, size + 1 }));
		name[size] = '\0';
		assert_null(method_find((struct text){ name, size + 1 }));
		const struct method *shorter = method_find((struct text){ name, size - 1 });
		assert_true(shorter == NULL || strlen(shorter->name) == size - 1);
		name[0] = (char)(name[0] - 'a' + 'A');
		assert_null(method_find((struct text){ name, size }));
	}
	assert_null(method_find(TEXT("")));
	assert_null(method_find((struct text){ NULL, 0 }));
}

static void
a_charge_is_what_each_item_of_a_batch_is(void **state)
{
	(void)state;
	assert_string_equal(method_charge()->name, "charge");
	const struct method *batch = method_find(TEXT("charge_batch"));
	assert_non_null(batch);
	size_t batches = 0;
	for (size_t i = 0; i < count; i++) {
		batches += method_is_batch(methods[i]);
		assert_int_equal(methods[i]->run == NULL, method_is_batch(methods[i]));
	}
	assert_int_equal(batches, 1);
	assert_ptr_equal(batch->params->fields[0].of, method_charge()->params);
}

/* ---- shapes ---- */

static size_t
size_in_struct(const struct field *field)
{
	switch (field->type) {
	case FIELD_IDENTIFIER:
	case FIELD_TEXT:
	case FIELD_CURRENCY:
		return sizeof(struct text);
	case FIELD_INTEGER:
	case FIELD_TIME:
		return sizeof(int64_t);
	case FIELD_MOMENT:
		return sizeof(struct moment);
	case FIELD_MONEY:
		return sizeof(struct money);
	case FIELD_BOOLEAN:
		return sizeof(bool);
	case FIELD_CHOICE:
		return sizeof(int);
	case FIELD_LIST:
		return sizeof(struct list);
	case FIELD_FACTS:
		return sizeof(struct facts);
	case FIELD_BYTES:
		return sizeof(struct bytes);
	case FIELD_MAP:
		return field->of->size;
	case FIELD_SAY:
	case FIELD_ANY:
		break;
	}
	return 0;
}

static void
check_field_words(const struct shape *shape, const struct field *field)
{
	const char *texts[] = { field->name, field->en, field->zh };
	for (int i = 0; i < 3; i++) {
		if (texts[i] == NULL || texts[i][0] == '\0' || !utf8_is_valid(text_of(texts[i])))
			fail_msg("%s.%s: text %d is missing", shape->name, field->name, i);
	}
	const struct field *end = shape->fields + shape->field_count;
	for (const struct field *other = field + 1; other < end; other++)
		assert_string_not_equal(field->name, other->name);
}

/* The bounds of a parameter make sense for its type. */
static void
check_bounds(const struct shape *shape, const struct field *field)
{
	const char *at = field->name;
	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_BYTES:
	case FIELD_FACTS:
	case FIELD_LIST:
		if (field->min < 0 || field->max <= 0 || field->min > field->max)
			fail_msg("%s.%s: sizes %lld to %lld", shape->name, at,
				(long long)field->min, (long long)field->max);
		break;
	case FIELD_INTEGER:
	case FIELD_MONEY:
		if (field->min >= field->max || field->min == NOT_GIVEN)
			fail_msg("%s.%s: bounds", shape->name, at);
		break;
	case FIELD_IDENTIFIER:
	case FIELD_TIME:
	case FIELD_MOMENT:
	case FIELD_CURRENCY:
	case FIELD_BOOLEAN:
	case FIELD_CHOICE:
	case FIELD_MAP:
		if (field->min != 0 || field->max != 0)
			fail_msg("%s.%s: bounds that nobody looks at", shape->name, at);
		break;
	case FIELD_SAY:
	case FIELD_ANY:
		fail_msg("%s.%s: a type that only results have", shape->name, at);
	}
}

static void
check_choices(const struct field *field)
{
	assert_int_equal(field->type == FIELD_CHOICE, field->choices != NULL);
	for (size_t i = 0; field->choices != NULL && field->choices[i] != NULL; i++) {
		assert_true(i < 16 && field->choices[i][0] != '\0');
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(field->choices[i], field->choices[j]);
	}
	if (field->choices != NULL)
		assert_non_null(field->choices[0]);
}

/* A shape that params are read into. */
static void
check_params(const struct shape *shape)
{
	assert_true(shape->field_count <= 64 && shape->name[0] != '\0' && shape->size > 0);
	for (size_t i = 0; i < shape->field_count; i++) {
		const struct field *field = &shape->fields[i];
		check_field_words(shape, field);
		check_bounds(shape, field);
		check_choices(field);
		size_t size = size_in_struct(field);
		if (size == 0 || field->offset + size > shape->size)
			fail_msg("%s.%s lies outside its struct", shape->name, field->name);
		for (size_t j = 0; j < i; j++) {
			const struct field *other = &shape->fields[j];
			bool apart = field->offset + size <= other->offset ||
				other->offset + size_in_struct(other) <= field->offset;
			if (!apart)
				fail_msg("%s.%s lies over %s", shape->name, field->name,
					other->name);
		}
		bool holds = field->type == FIELD_LIST || field->type == FIELD_MAP;
		assert_int_equal(holds, field->of != NULL);
		if (field->of != NULL)
			check_params(field->of);
	}
}

static void
params_have_fields_that_lie_apart_in_their_structs(void **state)
{
	(void)state;
	for (size_t i = 0; i < count; i++)
		check_params(methods[i]->params);
}

/*
 * Texts and numbers stand for maps with only the first field: so of a list's items, that must be enough, where
 * it may be a text at all. (Facts are never a text, and say so. A charge, and a part of a session, say
 * what they lack.)
 */
static void
check_texts_that_stand_for_maps(const struct shape *shape)
{
	for (size_t i = 0; i < shape->field_count; i++) {
		const struct shape *of = shape->fields[i].of;
		if (of == NULL || of == method_charge()->params || strcmp(of->name, "part") == 0)
			continue;
		check_texts_that_stand_for_maps(of);
		if (shape->fields[i].type == FIELD_MAP)
			continue; /* says itself what it lacks */
		if (of->fields[0].type != FIELD_FACTS)
			assert_true(of->fields[0].type == FIELD_IDENTIFIER ||
				of->fields[0].type == FIELD_INTEGER ||
				of->fields[0].type == FIELD_CHOICE ||
				of->fields[0].type == FIELD_TIME ||
				of->fields[0].type == FIELD_MOMENT ||
				of->fields[0].type == FIELD_MONEY);
		for (size_t j = 1; j < of->field_count; j++)
			assert_false(of->fields[j].required);
	}
}

static void
items_of_lists_may_be_values_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < count; i++)
		check_texts_that_stand_for_maps(methods[i]->params);
}

static void
check_result(const struct shape *shape, unsigned depth)
{
	assert_true(depth < 8 && shape->field_count > 0 && shape->name[0] != '\0');
	for (size_t i = 0; i < shape->field_count; i++) {
		const struct field *field = &shape->fields[i];
		check_field_words(shape, field);
		bool holds = field->type == FIELD_LIST || field->type == FIELD_MAP;
		assert_int_equal(holds, field->of != NULL);
		if (field->of != NULL)
			check_result(field->of, depth + 1);
	}
}

static void
results_are_described_to_the_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < count; i++)
		check_result(methods[i]->result, 0);
}

static void
methods_and_types_are_explained_in_both_languages(void **state)
{
	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_true(methods[i]->en[0] != '\0' && methods[i]->zh[0] != '\0');
		assert_true(utf8_is_valid(text_of(methods[i]->en)) &&
			utf8_is_valid(text_of(methods[i]->zh)));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(methods[i]->name, methods[j]->name);
	}
	for (enum field_type type = FIELD_IDENTIFIER; type <= FIELD_ANY; type++) {
		assert_true(strlen(field_type_name(type, false)) > 1);
		assert_true(strlen(field_type_name(type, true)) > 1);
		assert_string_not_equal(field_type_name(type, false), field_type_name(type, true));
	}
}

static void
codes_of_methods_end_and_none_is_there_twice(void **state)
{
	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; methods[i]->says[j] != SAY_COUNT; j++) {
			assert_true(methods[i]->says[j] < SAY_COUNT && j < SAY_COUNT);
			for (size_t k = 0; k < j; k++)
				assert_int_not_equal(methods[i]->says[j], methods[i]->says[k]);
		}
	}
}

/* ---- what the shard relies on ---- */

static const struct field *
field_named(const struct shape *shape, const char *name)
{
	for (size_t i = 0; i < shape->field_count; i++) {
		if (strcmp(shape->fields[i].name, name) == 0)
			return &shape->fields[i];
	}
	return NULL;
}

static void
fields_that_may_come_by_place_exist_and_are_enough(void **state)
{
	(void)state;
	for (size_t i = 0; i < count; i++) {
		const char *const *names = methods[i]->positional;
		size_t given = 0;
		for (; names != NULL && names[given] != NULL; given++) {
			assert_true(given < 2);
			assert_non_null(field_named(methods[i]->params, names[given]));
		}
		for (size_t j = 0; names != NULL && j < methods[i]->params->field_count; j++) {
			const struct field *field = &methods[i]->params->fields[j];
			bool by_place = false;
			for (size_t k = 0; k < given; k++)
				by_place = by_place || strcmp(names[k], field->name) == 0;
			assert_true(by_place || !field->required);
		}
	}
}

static void
calls_in_order_begin_with_the_text_that_orders_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < count; i++) {
		const struct field *scope = NULL;
		if (!methods[i]->in_order)
			continue;
		for (size_t j = 0; j < methods[i]->params->field_count; j++) {
			if (methods[i]->params->fields[j].offset == 0)
				scope = &methods[i]->params->fields[j];
		}
		/*
		 * Required: without it there would be no order. An identifier: it points into the
		 * message.
		 */
		if (scope == NULL || scope->type != FIELD_IDENTIFIER || !scope->required)
			fail_msg("%s has no scope", methods[i]->name);
	}
}

static void
whatever_changes_or_shows_one_account_is_decided_in_order(void **state)
{
	(void)state;
	static const char *const names[] = { "rate", "charge", "charge.check", "customer.put",
		"account.put", "subscription.put", "balance.get", "balance.put", "balance.topup",
		"balance.adjust", "balance.transfer", "deposit.pay" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_true(method_find(text_of(names[i]))->in_order);
}

static void
what_moves_money_has_an_id_a_time_and_an_attempt(void **state)
{
	(void)state;
	static const char *const names[] = { "charge", "balance.topup", "balance.adjust",
		"balance.transfer", "deposit.pay" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct shape *params = method_find(text_of(names[i]))->params;
		assert_true(
			field_named(params, "id")->required && field_named(params, "at")->required);
		const struct field *attempt = field_named(params, "attempt");
		assert_true(attempt != NULL && attempt->min == 1 && attempt->max == UINT8_MAX);
	}
}

static void
a_put_says_what_it_expects_and_a_get_gives_the_version(void **state)
{
	(void)state;
	static const char *const records[] = { "customer", "account", "subscription" };
	for (size_t i = 0; i < 3; i++) {
		char put[40], get[40];
		snprintf(put, sizeof put, "%s.put", records[i]);
		snprintf(get, sizeof get, "%s.get", records[i]);
		assert_non_null(field_named(method_find(text_of(put))->params, "expect"));
		assert_non_null(field_named(method_find(text_of(put))->result, "version"));
		assert_non_null(field_named(method_find(text_of(get))->result, "version"));
		assert_string_equal(method_find(text_of(get))->positional[0], records[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_method_is_found_by_its_name),
		cmocka_unit_test(names_that_are_nearly_right_are_not_found),
		cmocka_unit_test(a_charge_is_what_each_item_of_a_batch_is),
		cmocka_unit_test(params_have_fields_that_lie_apart_in_their_structs),
		cmocka_unit_test(items_of_lists_may_be_values_alone),
		cmocka_unit_test(results_are_described_to_the_end),
		cmocka_unit_test(methods_and_types_are_explained_in_both_languages),
		cmocka_unit_test(codes_of_methods_end_and_none_is_there_twice),
		cmocka_unit_test(fields_that_may_come_by_place_exist_and_are_enough),
		cmocka_unit_test(calls_in_order_begin_with_the_text_that_orders_them),
		cmocka_unit_test(whatever_changes_or_shows_one_account_is_decided_in_order),
		cmocka_unit_test(what_moves_money_has_an_id_a_time_and_an_attempt),
		cmocka_unit_test(a_put_says_what_it_expects_and_a_get_gives_the_version),
	};
	return cmocka_run_group_tests(tests, find_methods, NULL);
}
