/*
 * Heads of messages, and batches that are split into their items.
 */
#include "params_case.h"

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
		assert_int_equal(message.msgid, rows[i].msgid);
		assert_text(message.method, "ping");
	}
}

static void
notifications_have_no_msgid(void **state)
{
	(void)state;
	struct message message = message_of("[2, ping, []]");
	assert_int_equal(message.kind, MESSAGE_NOTIFICATION);
	assert_int_equal(message.msgid, 0);
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
		assert_int_equal(message.msgid, cut >= 19 ? 9 : 0);
		free(bytes);
	}
	buffer_release(&packed);
}

/* ---- batches ---- */

static bool
splitting(struct bench *bench, const char *notation, struct packed_items *items)
{
	struct buffer packed;
	buffer_init(&packed, 1 << 24);
	forge(&packed, notation);
	struct bytes bytes = take_bytes(bench, &packed);
	buffer_release(&packed);
	return params_split(&bench->reading, bytes, "items", 3, items);
}

static void
a_batch_is_split_into_its_items_as_they_lie(void **state)
{
	struct bench *bench = *state;
	struct packed_items items;
	assert_true(splitting(bench, "[{items: [{a: [1, 2]}, nil, \"x\"]}]", &items));
	assert_int_equal(items.count, 3);
	static const size_t sizes[] = { 6, 1, 2 };
	const uint8_t *at = items.list[0].data;
	for (size_t i = 0; i < 3; i++) {
		assert_ptr_equal(items.list[i].data, at);
		assert_int_equal(items.list[i].size, sizes[i]);
		at += sizes[i];
	}
	assert_true(splitting(bench, "[{items: <dd 00 00 00 01 07>}]", &items));
	assert_int_equal(items.count, 1);
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
		struct packed_items items;
		if (splitting(bench, rows[i].notation, &items))
			fail_msg("%s was split", rows[i].notation);
		if (bench->problem.say != rows[i].say)
			fail_msg("%s: %s", rows[i].notation, say_code(bench->problem.say));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(requests_are_read_with_method_and_msgid_in_any_encoding),
		TEST(notifications_have_no_msgid),
		TEST(what_is_no_request_is_bad_and_says_why),
		TEST(heads_that_are_cut_off_anywhere_are_read_within_their_bytes),
		TEST(a_batch_is_split_into_its_items_as_they_lie),
		TEST(a_batch_of_another_form_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
