/* Tests of engine/scan.c, with the oracle of oracle.h: it says where a message ends. */
#include "../../../engine/scan.h"
#include "forge.h"
#include "oracle.h"

#define WIDE ((struct scan_limits){ 1 << 20, 100000 })

/* A copy of exactly these bytes, so that the sanitizer sees a read past them. */
static uint8_t *
exactly(struct bytes bytes)
{
	uint8_t *copy = malloc(bytes.size == 0 ? 1 : bytes.size);
	assert_non_null(copy);
	memcpy(copy, bytes.data, bytes.size);
	return copy;
}

static enum scan_outcome
scan_some(struct scan *scan, struct bytes bytes, const struct scan_limits *limits, size_t *size)
{
	uint8_t *copy = exactly(bytes);
	enum scan_outcome outcome = scan_message(
		scan, (struct bytes){ copy, bytes.size }, limits, size);
	free(copy);
	return outcome;
}

static enum scan_outcome
scan_once(struct bytes bytes, const struct scan_limits *limits, struct scan *scan, size_t *size)
{
	scan_init(scan);
	return scan_some(scan, bytes, limits, size);
}

static struct bytes
view(const struct buffer *buffer)
{
	return (struct bytes){ buffer->data, buffer->size };
}

/*
 * One message: whole it ends where the oracle says, also with more behind it; cut anywhere it is
 * unfinished.
 */
static void
check_message(struct buffer *message, bool every_cut)
{
	struct scan_limits limits = WIDE;
	struct scan scan;
	size_t size = 0, wanted = message->size;
	assert_int_equal(oracle_size(view(message)), wanted);
	assert_int_equal(scan_once(view(message), &limits, &scan, &size), SCAN_MESSAGE);
	assert_int_equal(size, wanted);
	assert_int_equal(scan.problem, SCAN_FINE);
	assert_int_equal(scan_value_size(view(message)), wanted);
	size_t step = every_cut || wanted < 300 ? 1 : wanted / 150;
	for (size_t cut = 0; cut < wanted; cut += step)
		assert_int_equal(
			scan_once((struct bytes){ message->data, cut }, &limits, &scan, &size),
			SCAN_MORE);
	forge_fill(message, 3, 0xc1);
	assert_int_equal(scan_once(view(message), &limits, &scan, &size), SCAN_MESSAGE);
	assert_int_equal(size, wanted);
	assert_int_equal(scan_value_size(view(message)), wanted);
}

/* ---- formats ---- */

static void
every_first_byte_has_the_size_that_msgpack_c_sees(void **state)
{
	(void)state;
	struct scan_limits limits = WIDE;
	for (unsigned first = 0; first < 256; first++) {
		uint8_t bytes[64] = { (uint8_t)first };
		struct scan scan;
		size_t size = 0;
		enum scan_outcome outcome = scan_once(
			(struct bytes){ bytes, sizeof bytes }, &limits, &scan, &size);
		if (first == 0xc1) {
			assert_int_equal(outcome, SCAN_LOST);
			assert_int_equal(scan.problem, SCAN_INVALID);
			assert_int_equal(scan.offset, 0);
			continue;
		}
		assert_int_equal(outcome, SCAN_MESSAGE);
		assert_int_equal(size, oracle_size((struct bytes){ bytes, sizeof bytes }));
	}
}

static void
texts_blobs_and_extensions_of_every_length_end_where_they_should(void **state)
{
	(void)state;
	static const struct {
		uint8_t format, length_size;
		size_t lengths[6];
	} rows[] = {
		{ 0xd9, 1, { 0, 1, 31, 32, 254, 255 } },
		{ 0xc4, 1, { 0, 1, 31, 32, 254, 255 } },
		{ 0xc7, 1, { 0, 1, 31, 32, 254, 255 } },
		{ 0xda, 2, { 0, 1, 255, 256, 65534, 65535 } },
		{ 0xc5, 2, { 0, 1, 255, 256, 65534, 65535 } },
		{ 0xc8, 2, { 0, 1, 255, 256, 65534, 65535 } },
		{ 0xdb, 4, { 0, 1, 255, 65535, 65536, 100000 } },
		{ 0xc6, 4, { 0, 1, 255, 65535, 65536, 100000 } },
		{ 0xc9, 4, { 0, 1, 255, 65535, 65536, 100000 } },
	};
	for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
		for (size_t i = 0; i < 6; i++) {
			struct buffer message;
			bool extension = rows[row].format >= 0xc7 && rows[row].format <= 0xc9;
			buffer_init(&message, 1 << 20);
			forge_head(&message, rows[row].format, rows[row].lengths[i],
				rows[row].length_size);
			forge_fill(&message, rows[row].lengths[i] + extension, 0x90);
			check_message(&message, false);
			buffer_release(&message);
		}
	}
	for (unsigned length = 0; length < 32; length++) {
		struct buffer message;
		buffer_init(&message, 1 << 20);
		forge_byte(&message, 0xa0 | length);
		forge_fill(&message, length, 0xdd);
		check_message(&message, true);
		buffer_release(&message);
	}
}

static void
containers_of_every_count_end_behind_their_last_value(void **state)
{
	(void)state;
	static const struct {
		uint8_t format, count_size;
		size_t counts[4];
		size_t each;
	} rows[] = {
		{ 0xdc, 2, { 0, 1, 16, 65535 }, 1 },
		{ 0xdd, 4, { 0, 1, 16, 65536 }, 1 },
		{ 0xde, 2, { 0, 1, 16, 40000 }, 2 },
		{ 0xdf, 4, { 0, 1, 16, 40000 }, 2 },
	};
	for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
		for (size_t i = 0; i < 4; i++) {
			struct buffer message;
			buffer_init(&message, 1 << 20);
			forge_head(&message, rows[row].format, rows[row].counts[i],
				rows[row].count_size);
			forge_fill(&message, rows[row].counts[i] * rows[row].each, 0xc0);
			check_message(&message, false);
			buffer_release(&message);
		}
	}
	for (unsigned count = 0; count < 16; count++) {
		struct buffer array, map;
		buffer_init(&array, 1 << 20);
		buffer_init(&map, 1 << 20);
		forge_byte(&array, 0x90 | count);
		forge_fill(&array, count, 0x80);
		check_message(&array, true);
		forge_byte(&map, 0x80 | count);
		forge_fill(&map, 2 * (size_t)count, 0x90);
		check_message(&map, true);
		buffer_release(&array);
		buffer_release(&map);
	}
}

static void
values_of_any_shape_end_where_msgpack_c_says(void **state)
{
	(void)state;
	struct random random = { random_seed(__func__) };
	for (int round = 0; round < 600; round++) {
		struct buffer message;
		buffer_init(&message, 1 << 26);
		forge_random(&message, &random, 1 + (unsigned)random_below(&random, 8));
		if (message.size < 1 << 20)
			check_message(&message, false);
		buffer_release(&message);
	}
}

/*
 * Bytes of no meaning: whenever msgpack-c finds a value, so does the scan, and at the same place;
 * and the other way round.
 */
static void
any_bytes_are_a_message_exactly_if_msgpack_c_can_unpack_them(void **state)
{
	(void)state;
	struct random random = { random_seed(__func__) };
	struct scan_limits limits = { 1 << 20, 1000000 };
	int messages = 0;
	for (int round = 0; round < 100000; round++) {
		uint8_t bytes[48];
		struct scan scan;
		size_t size = 0, count = 1 + random_below(&random, sizeof bytes);
		for (size_t i = 0; i < count; i++) {
			bytes[i] = (uint8_t)(random_next(&random) |
				(random_below(&random, 2) == 0 ? 0x80 : 0));
			if (bytes[i] == 0xdd || bytes[i] == 0xdf)
				bytes[i] =
					0x92; /* msgpack-c takes memory for as many values as are declared */
		}
		enum scan_outcome outcome = scan_once(
			(struct bytes){ bytes, count }, &limits, &scan, &size);
		size_t oracle = oracle_size((struct bytes){ bytes, count });
		if (oracle > 0) {
			assert_int_equal(outcome, SCAN_MESSAGE);
			assert_int_equal(size, oracle);
			messages++;
		} else {
			assert_true(outcome != SCAN_MESSAGE || scan.problem != SCAN_FINE);
		}
	}
	assert_true(messages > 1000);
}

/* ---- arriving in pieces ---- */

static void
a_stream_in_pieces_of_any_size_gives_the_same_messages(void **state)
{
	(void)state;
	struct random random = { random_seed(__func__) };
	struct scan_limits limits = WIDE;
	for (int round = 0; round < 200; round++) {
		struct buffer stream;
		size_t ends[20], count = 1 + random_below(&random, 20);
		buffer_init(&stream, 1 << 26);
		for (size_t i = 0; i < count; i++) {
			forge_random(&stream, &random, 3);
			ends[i] = stream.size;
		}
		size_t start = 0, arrived = 0, found = 0;
		struct scan scan;
		scan_init(&scan);
		while (found < count) {
			size_t size;
			struct bytes rest = { stream.data + start, arrived - start };
			enum scan_outcome outcome = scan_some(&scan, rest, &limits, &size);
			if (outcome == SCAN_MESSAGE) {
				assert_int_equal(start + size, ends[found]);
				start += size;
				found++;
				scan_init(&scan);
				continue;
			}
			assert_int_equal(outcome, SCAN_MORE);
			assert_true(arrived < stream.size);
			size_t piece = 1 +
				random_below(&random, random_below(&random, 2) == 0 ? 4 : 50000);
			arrived = arrived + piece < stream.size ? arrived + piece : stream.size;
		}
		buffer_release(&stream);
	}
}

static void
a_long_message_is_not_walked_again_with_each_piece(void **state)
{
	(void)state;
	struct scan_limits limits = { 1 << 20, 1000000 };
	struct buffer message;
	struct scan scan;
	size_t size;
	buffer_init(&message, 1 << 20);
	forge_array(&message, 60000);
	forge_fill(&message, 60000, 0x01);
	scan_init(&scan);
	for (size_t arrived = 1; arrived < message.size; arrived += 1000) {
		size_t before = scan.offset;
		assert_int_equal(scan_message(&scan, (struct bytes){ message.data, arrived },
					 &limits, &size),
			SCAN_MORE);
		assert_true(scan.offset >= before && scan.offset + 5 > arrived);
	}
	assert_int_equal(scan_message(&scan, view(&message), &limits, &size), SCAN_MESSAGE);
	assert_int_equal(size, message.size);
	buffer_release(&message);
}

/* ---- limits ---- */

static void
assert_passes(const struct buffer *message, const struct scan_limits *limits)
{
	struct scan scan;
	size_t size;
	assert_int_equal(scan_once(view(message), limits, &scan, &size), SCAN_MESSAGE);
	assert_int_equal(scan.problem, SCAN_FINE);
	assert_int_equal(size, message->size);
}

static void
assert_too_large(struct bytes bytes, const struct scan_limits *limits)
{
	struct scan scan;
	size_t size;
	assert_int_equal(scan_once(bytes, limits, &scan, &size), SCAN_LOST);
	assert_int_equal(scan.problem, SCAN_TOO_LARGE);
}

static void
a_message_of_exactly_the_limit_passes_and_one_byte_more_is_lost(void **state)
{
	(void)state;
	struct scan_limits limits = { 1000, 1000 };
	struct buffer message;
	buffer_init(&message, 1 << 20);
	forge_head(&message, 0xda, 997, 2);
	forge_fill(&message, 997, 'x');
	assert_int_equal(message.size, 1000);
	assert_passes(&message, &limits);
	buffer_clear(&message);
	forge_head(&message, 0xda, 998, 2);
	/* Lost as soon as the length is known, before any of it has arrived. */
	assert_too_large(view(&message), &limits);
	buffer_release(&message);
}

static void
a_message_of_many_small_values_is_measured_against_the_limit_too(void **state)
{
	(void)state;
	struct scan_limits limits = { 1000, 1000000 };
	struct buffer message;
	struct scan scan;
	size_t size;
	buffer_init(&message, 1 << 20);
	forge_head(&message, 0xdc, 997, 2);
	forge_fill(&message, 997, 0xc0);
	assert_passes(&message, &limits);
	buffer_clear(&message);
	forge_head(&message, 0xdc, 998, 2);
	assert_too_large(view(&message), &limits);
	/* Inside a message too: what lies before the text counts. */
	buffer_clear(&message);
	forge(&message, "[1, [2, 3], 'x*900']");
	forge_fill(&message, 200, 0xc0);
	assert_int_equal(scan_once((struct bytes){ message.data, 910 }, &limits, &scan, &size),
		SCAN_MESSAGE);
	message.data[0] = 0x94;
	message.size = 908;
	forge_head(&message, 0xd9, 89, 1);
	forge_fill(&message, 89, 'y');
	assert_passes(&message, &limits);
	message.size = 908;
	forge_head(&message, 0xd9, 91, 1);
	assert_too_large(view(&message), &limits);
	buffer_release(&message);
}

static void
declared_sizes_of_four_gigabytes_are_refused_at_once(void **state)
{
	(void)state;
	static const uint8_t formats[] = { 0xc6, 0xc9, 0xdb, 0xdd, 0xdf };
	struct scan_limits limits = { SIZE_MAX / 4, UINT32_MAX };
	struct scan_limits narrow = { 1 << 28, UINT32_MAX };
	for (size_t i = 0; i < sizeof formats; i++) {
		uint8_t bytes[6] = { 0x91, formats[i], 0xff, 0xff, 0xff, 0xff };
		struct scan scan;
		size_t size;
		assert_too_large((struct bytes){ bytes, sizeof bytes }, &narrow);
		/* And counted right where they are within the limit. */
		assert_int_equal(
			scan_once((struct bytes){ bytes, sizeof bytes }, &limits, &scan, &size),
			SCAN_MORE);
		if (formats[i] == 0xdd)
			assert_true(scan.to_come == UINT32_MAX);
		if (formats[i] == 0xdf)
			assert_true(scan.to_come == UINT64_C(2) * UINT32_MAX);
	}
}

static void
maps_of_maps_that_declare_everything_do_not_overflow_the_count(void **state)
{
	(void)state;
	struct scan_limits limits = { SIZE_MAX / 4, UINT32_MAX };
	struct buffer message;
	struct scan scan;
	size_t size;
	buffer_init(&message, 1 << 20);
	for (int i = 0; i < 1000; i++)
		forge_head(&message, 0xdf, UINT32_MAX, 4);
	assert_int_equal(scan_once(view(&message), &limits, &scan, &size), SCAN_MORE);
	assert_int_equal(scan.problem, SCAN_TOO_MANY);
	assert_true(scan.to_come == UINT64_C(2000) * UINT32_MAX - 999);
	buffer_release(&message);
}

/* An array of `count` values, of which some are in containers. */
static void
forge_counted(struct buffer *message, size_t values)
{
	/* [ [], {nil: nil}, nil … ]: the outer, the inner, the map with its two. */
	forge_head(message, 0xdd, values - 3, 4);
	forge_byte(message, 0x90);
	forge_byte(message, 0x81);
	forge_fill(message, 2, 0xc0);
	forge_fill(message, values - 5, 0xc0);
}

static void
as_many_values_as_the_limit_pass_and_one_more_is_too_many_but_keeps_the_stream(void **state)
{
	(void)state;
	struct scan_limits limits = { 1 << 20, 50 };
	for (size_t values = 48; values < 54; values++) {
		struct buffer message;
		struct scan scan;
		size_t size;
		buffer_init(&message, 1 << 20);
		forge_counted(&message, values);
		size_t whole = message.size;
		forge_fill(&message, 9, 0x07);
		assert_int_equal(scan_once(view(&message), &limits, &scan, &size), SCAN_MESSAGE);
		assert_int_equal(size, whole);
		assert_int_equal(scan.problem, values > 50 ? SCAN_TOO_MANY : SCAN_FINE);
		buffer_release(&message);
	}
}

static void
too_many_values_in_a_nested_container_are_noticed(void **state)
{
	(void)state;
	struct scan_limits limits = { 1 << 20, 20 };
	struct buffer message;
	struct scan scan;
	size_t size;
	buffer_init(&message, 1 << 20);
	forge(&message, "[1, {a: [1, 2, 3, 4, 5, 6, 7, 8], b: [1, 2, 3, 4, 5, 6, 7, 8]}, 5]");
	assert_int_equal(scan_once(view(&message), &limits, &scan, &size), SCAN_MESSAGE);
	assert_int_equal(scan.problem, SCAN_TOO_MANY);
	assert_int_equal(size, message.size);
	limits.values_max = 24;
	assert_passes(&message, &limits);
	buffer_release(&message);
}

static void
sixteen_levels_pass_and_seventeen_are_too_deep_but_keep_the_stream(void **state)
{
	(void)state;
	for (unsigned levels = SCAN_DEPTH_MAX - 1; levels <= SCAN_DEPTH_MAX + 3; levels++) {
		for (int map = 0; map < 2; map++) {
			struct scan_limits limits = WIDE;
			struct buffer message;
			struct scan scan;
			size_t size;
			buffer_init(&message, 1 << 20);
			for (unsigned i = 0; i < levels; i++) {
				forge_byte(&message, map ? 0x81 : 0x93);
				forge_byte(&message, map ? 0xa0 : 0x05);
			}
			forge_byte(&message, 0xc0);
			for (unsigned i = 0; i < levels && !map; i++)
				forge_byte(&message, 0x06);
			size_t whole = message.size;
			assert_int_equal(oracle_size(view(&message)), whole);
			for (size_t cut = 0; cut < whole; cut++)
				assert_int_equal(scan_once((struct bytes){ message.data, cut },
							 &limits, &scan, &size),
					SCAN_MORE);
			forge_fill(&message, 5, 0x91);
			assert_int_equal(
				scan_once(view(&message), &limits, &scan, &size), SCAN_MESSAGE);
			assert_int_equal(size, whole);
			assert_int_equal(
				scan.problem, levels > SCAN_DEPTH_MAX ? SCAN_TOO_DEEP : SCAN_FINE);
			buffer_release(&message);
		}
	}
}

static void
depth_is_counted_down_again_behind_a_container(void **state)
{
	(void)state;
	struct scan_limits limits = WIDE;
	struct buffer message;
	buffer_init(&message, 1 << 20);
	forge_array(&message, 3);
	for (int i = 0; i < 3; i++) {
		forge_fill(&message, SCAN_DEPTH_MAX - 1, 0x91);
		forge_byte(&message, 0x90); /* holds nothing, so it is no level */
	}
	assert_passes(&message, &limits);
	buffer_release(&message);
}

static void
the_first_problem_is_the_one_that_is_told(void **state)
{
	(void)state;
	struct scan_limits limits = { 1 << 20, 30 };
	struct buffer message;
	struct scan scan;
	size_t size;
	buffer_init(&message, 1 << 20);
	forge_fill(&message, SCAN_DEPTH_MAX + 1, 0x91);
	forge_array(&message, 100);
	forge_fill(&message, 100, 0xc0);
	assert_int_equal(scan_once(view(&message), &limits, &scan, &size), SCAN_MESSAGE);
	assert_int_equal(scan.problem, SCAN_TOO_DEEP);
	assert_int_equal(size, message.size);
	buffer_release(&message);
}

static void
messages_of_any_shape_keep_the_stream_in_step_whatever_limit_they_break(void **state)
{
	(void)state;
	struct random random = { random_seed(__func__) };
	int deep = 0, many = 0;
	for (int round = 0; round < 500; round++) {
		struct scan_limits limits = { 1 << 26, 1 + (uint32_t)random_below(&random, 60) };
		struct buffer message;
		struct scan scan;
		size_t size;
		buffer_init(&message, 1 << 26);
		size_t shell = random_below(&random, 2) == 0 ? 0 : random_below(&random, 20);
		forge_fill(&message, shell, 0x91);
		size_t values = shell + forge_random(&message, &random, 6);
		size_t whole = message.size;
		forge_random(&message, &random, 1);
		assert_int_equal(scan_once(view(&message), &limits, &scan, &size), SCAN_MESSAGE);
		assert_int_equal(size, whole);
		if (scan.problem == SCAN_FINE)
			assert_true(values <= limits.values_max || values == 1);
		deep += scan.problem == SCAN_TOO_DEEP;
		many += scan.problem == SCAN_TOO_MANY;
		if (scan.problem == SCAN_TOO_MANY)
			assert_true(values > limits.values_max);
		buffer_release(&message);
	}
	assert_true(deep > 0 && many > 0);
}

static void
the_byte_that_is_never_used_loses_the_stream_wherever_it_stands(void **state)
{
	(void)state;
	struct scan_limits limits = WIDE;
	struct buffer message;
	struct scan scan;
	size_t size;
	buffer_init(&message, 1 << 20);
	forge(&message, "[0, 1, \"charge\", [{id: <c1>}]]");
	assert_int_equal(scan_once(view(&message), &limits, &scan, &size), SCAN_LOST);
	assert_int_equal(scan.problem, SCAN_INVALID);
	assert_int_equal(message.data[scan.offset], 0xc1);
	/* Inside a text it is a byte like any other. */
	buffer_clear(&message);
	forge(&message, "[<a3 c1 c1 c1>]");
	assert_int_equal(scan_once(view(&message), &limits, &scan, &size), SCAN_MESSAGE);
	buffer_release(&message);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_first_byte_has_the_size_that_msgpack_c_sees),
		cmocka_unit_test(texts_blobs_and_extensions_of_every_length_end_where_they_should),
		cmocka_unit_test(containers_of_every_count_end_behind_their_last_value),
		cmocka_unit_test(values_of_any_shape_end_where_msgpack_c_says),
		cmocka_unit_test(any_bytes_are_a_message_exactly_if_msgpack_c_can_unpack_them),
		cmocka_unit_test(a_stream_in_pieces_of_any_size_gives_the_same_messages),
		cmocka_unit_test(a_long_message_is_not_walked_again_with_each_piece),
		cmocka_unit_test(a_message_of_exactly_the_limit_passes_and_one_byte_more_is_lost),
		cmocka_unit_test(a_message_of_many_small_values_is_measured_against_the_limit_too),
		cmocka_unit_test(declared_sizes_of_four_gigabytes_are_refused_at_once),
		cmocka_unit_test(maps_of_maps_that_declare_everything_do_not_overflow_the_count),
		cmocka_unit_test(
			as_many_values_as_the_limit_pass_and_one_more_is_too_many_but_keeps_the_stream),
		cmocka_unit_test(too_many_values_in_a_nested_container_are_noticed),
		cmocka_unit_test(
			sixteen_levels_pass_and_seventeen_are_too_deep_but_keep_the_stream),
		cmocka_unit_test(depth_is_counted_down_again_behind_a_container),
		cmocka_unit_test(the_first_problem_is_the_one_that_is_told),
		cmocka_unit_test(
			messages_of_any_shape_keep_the_stream_in_step_whatever_limit_they_break),
		cmocka_unit_test(the_byte_that_is_never_used_loses_the_stream_wherever_it_stands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
