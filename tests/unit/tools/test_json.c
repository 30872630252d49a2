#include "claims.h"

#include "../../../tools/json.h"

static struct fault fault;

/* JSON to MessagePack and back; to be freed. NULL: it was refused, and `fault` says why. */
static char *
there_and_back(const char *json)
{
	json_t *value;
	struct buffer packed;
	char *text = NULL;
	if (json_read(text_of(json), &value, &fault) != STATUS_OK)
		return NULL;
	buffer_init(&packed, 1 << 20);
	struct pack pack = pack_into(&packed);
	if (json_pack_value(value, &pack, &fault) == STATUS_OK) {
		json_t *back = json_of_bytes((struct bytes){ packed.data, packed.size });
		assert_non_null(back);
		text = (char *)(uintptr_t)json_write(back, false).data;
		json_decref(back);
	}
	json_decref(value);
	buffer_release(&packed);
	return text;
}

static void
assert_same(const char *json)
{
	char *back = there_and_back(json);
	assert_non_null(back);
	assert_string_equal(back, json);
	memory_free(back);
}

static void
assert_refused(const char *json, const char *why)
{
	char *back = there_and_back(json);
	assert_null(back);
	assert_non_null(strstr(fault.text, why));
}

static void
values_come_back_as_they_went_and_in_order(void **state)
{
	(void)state;
	assert_same(
		"{\"z\": 1, \"a\": [null, true, false, \"\", {}, []], \"号码\": \"07715510000\"}");
	assert_same("[\"\\u0000\", \"a\\\"b\\\\c\\n\"]");
}

static void
names_of_any_length_come_back(void **state)
{
	(void)state;
	static const int lengths[] = { 1, 31, 32, 33, 63, 64, 255, 256, 70000 };
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		char *json = NULL;
		assert_true(asprintf(&json, "{\"%0*d\": 1, \"next\": [2]}", lengths[i], 0) > 0);
		assert_same(json);
		free(json);
	}
}

static void
integers_are_exact_to_their_bounds(void **state)
{
	(void)state;
	assert_same("[9223372036854775807, -9223372036854775808, 0, -1, 4294967296]");
	assert_refused("[9223372036854775808]", "this is not JSON");
}

static void
a_number_that_is_not_exact_is_refused_with_its_place(void **state)
{
	(void)state;
	assert_refused("{\"amount\": 12.50}", "amount is a number with a decimal point");
	assert_refused("{\"items\": [{}, {\"a\": 1e2}]}", "items[1].a is a number");
	assert_refused("[[0, 0.0]]", "[0][1] is a number");
	assert_refused("1.5", "the value is a number");
}

static void
a_place_that_is_too_long_to_show_is_cut_off(void **state)
{
	(void)state;
	char json[1000];
	snprintf(json, sizeof json, "{\"first\": {\"%0300d\": {\"x\": 1.5}}}", 0);
	assert_refused(json, "first");
	assert_true(strlen(fault.text) < 300);
}

static void
names_that_are_given_twice_are_refused(void **state)
{
	(void)state;
	assert_refused("{\"a\": 1, \"a\": 2}", "this is not JSON");
}

static void
bytes_are_base64_in_both_directions(void **state)
{
	(void)state;
	assert_same(
		"[{\"$bytes\": \"\"}, {\"$bytes\": \"AA==\"}, {\"$bytes\": \"AAE=\"}, {\"$bytes\": \"AAEC\"}]");
	/* A map that only looks like bytes. */
	assert_same("[{\"$bytes\": 1}, {\"$bytes\": \"AA==\", \"more\": 1}]");
	assert_refused("{\"bundle\": {\"$bytes\": \"AAA\"}}", "bundle is not base64");
	assert_refused("{\"bundle\": {\"$bytes\": \"A?==\"}}", "bundle is not base64");
}

static void
bytes_and_text_become_msgpack_of_their_own_kinds(void **state)
{
	(void)state;
	json_t *value;
	struct buffer packed;
	static const uint8_t expected[] = { 0x92, 0xc4, 0x01, 0x00, 0xa1, 'a' };
	buffer_init(&packed, 100);
	struct pack pack = pack_into(&packed);
	assert_int_equal(
		json_read(TEXT("[{\"$bytes\": \"AA==\"}, \"a\"]"), &value, &fault), STATUS_OK);
	assert_int_equal(json_pack_value(value, &pack, &fault), STATUS_OK);
	assert_int_equal(packed.size, sizeof expected);
	assert_memory_equal(packed.data, expected, sizeof expected);
	json_decref(value);
	buffer_release(&packed);
}

static char *
shown(const void *packed, size_t size)
{
	json_t *value = json_of_bytes((struct bytes){ packed, size });
	char *text = (char *)(uintptr_t)json_write(value, false).data;
	json_decref(value);
	return text;
}

static void
what_json_can_not_hold_is_shown_as_something_that_it_can(void **state)
{
	(void)state;
	static const struct {
		const char *packed;
		size_t size;
		const char *json;
	} cases[] = {
		{ "\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 9, "\"18446744073709551615\"" },
		{ "\xa2\xff\xfe", 3, "{\"$bytes\": \"//4=\"}" },
		{ "\x81\x05\x06", 3, "{\"5\": 6}" },
		{ "\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00", 9, "null" },
		{ "\xd4\x01\x02", 3, "{\"$bytes\": \"Ag==\"}" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *text = shown(cases[i].packed, cases[i].size);
		assert_non_null(text);
		assert_string_equal(text, cases[i].json);
		memory_free(text);
	}
}

static void
what_is_no_msgpack_is_nothing(void **state)
{
	(void)state;
	assert_null(json_of_bytes((struct bytes){ (const uint8_t *)"\xc1", 1 }));
	assert_null(json_of_bytes((struct bytes){ (const uint8_t *)"\x92\x01", 2 }));
	assert_null(json_of_bytes((struct bytes){ (const uint8_t *)"", 0 }));
}

static void
long_bytes_are_shown_by_their_size(void **state)
{
	(void)state;
	static uint8_t bytes[JSON_BYTES_SHOWN_MAX + 1];
	json_t *value = json_of_binary((struct bytes){ bytes, sizeof bytes });
	assert_int_equal(json_integer_value(json_object_get(value, "$bytes_size")), sizeof bytes);
	json_decref(value);
}

static void
nesting_is_bounded_in_both_directions(void **state)
{
	(void)state;
	char json[401];
	uint8_t packed[300];
	memset(json, '[', 200);
	memset(json + 200, ']', 200);
	json[400] = '\0';
	assert_refused(json, "nested too deep");
	memset(packed, 0x91, sizeof packed);
	packed[sizeof packed - 1] = 0xc0;
	assert_null(json_of_bytes((struct bytes){ packed, sizeof packed }));
}

static void
indented_text_ends_in_a_line_feed(void **state)
{
	(void)state;
	json_t *value = json_pack("{s:i}", "a", 1);
	struct text text = json_write(value, true);
	assert_text(text, "{\n  \"a\": 1\n}\n");
	memory_free((void *)(uintptr_t)text.data);
	json_decref(value);
	assert_null(json_write(NULL, false).data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_back_as_they_went_and_in_order),
		cmocka_unit_test(names_of_any_length_come_back),
		cmocka_unit_test(integers_are_exact_to_their_bounds),
		cmocka_unit_test(a_number_that_is_not_exact_is_refused_with_its_place),
		cmocka_unit_test(a_place_that_is_too_long_to_show_is_cut_off),
		cmocka_unit_test(names_that_are_given_twice_are_refused),
		cmocka_unit_test(bytes_are_base64_in_both_directions),
		cmocka_unit_test(bytes_and_text_become_msgpack_of_their_own_kinds),
		cmocka_unit_test(what_json_can_not_hold_is_shown_as_something_that_it_can),
		cmocka_unit_test(what_is_no_msgpack_is_nothing),
		cmocka_unit_test(long_bytes_are_shown_by_their_size),
		cmocka_unit_test(nesting_is_bounded_in_both_directions),
		cmocka_unit_test(indented_text_ends_in_a_line_feed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
