/* Tests of engine/pack.c: what is written, msgpack-c must read back. */
#include "forge.h"

#include "../../../engine/base/memory.h"
#include "../../../engine/pack.h"

#include <inttypes.h>
#include <msgpack.h>

#define ROOM (1 << 26)

/* The one value that the buffer holds; unpacked must be destroyed. */
static msgpack_object
unpacked_of(const struct buffer *buffer, msgpack_unpacked *unpacked)
{
	size_t offset = 0;
	msgpack_unpacked_init(unpacked);
	assert_int_equal(
		msgpack_unpack_next(unpacked, (const char *)buffer->data, buffer->size, &offset),
		MSGPACK_UNPACK_SUCCESS);
	assert_int_equal(offset, buffer->size);
	return unpacked->data;
}

static void
assert_text(const msgpack_object *object, struct text wanted)
{
	assert_int_equal(object->type, MSGPACK_OBJECT_STR);
	assert_int_equal(object->via.str.size, wanted.size);
	if (wanted.size > 0)
		assert_memory_equal(object->via.str.ptr, wanted.data, wanted.size);
}

static void
texts_of_every_length_read_back_in_their_shortest_form(void **state)
{
	(void)state;
	static const size_t edges[] = { 250, 251, 252, 253, 254, 255, 256, 257, 1000, 65534, 65535,
		65536, 70000 };
	char *text = malloc(70000);
	assert_non_null(text);
	for (size_t i = 0; i < 70000; i++)
		text[i] = (char)('a' + i % 26);
	for (size_t i = 0; i < 200 + sizeof edges / sizeof edges[0]; i++) {
		size_t size = i < 200 ? i : edges[i - 200];
		struct buffer buffer;
		msgpack_unpacked unpacked;
		buffer_init(&buffer, ROOM);
		struct pack pack = pack_into(&buffer);
		pack_text(&pack, (struct text){ text, size });
		assert_true(pack_is_whole(&pack));
		msgpack_object object = unpacked_of(&buffer, &unpacked);
		assert_text(&object, (struct text){ text, size });
		size_t head = size < 32 ? 1 : size < 256 ? 2 : size < 65536 ? 3 : 5;
		assert_int_equal(buffer.size, head + size);
		msgpack_unpacked_destroy(&unpacked);
		buffer_release(&buffer);
	}
	free(text);
}

static void
an_empty_text_without_bytes_is_a_text(void **state)
{
	(void)state;
	struct buffer buffer;
	buffer_init(&buffer, ROOM);
	struct pack pack = pack_into(&buffer);
	pack_text(&pack, (struct text){ NULL, 0 });
	assert_int_equal(buffer.size, 1);
	assert_int_equal(buffer.data[0], 0xa0);
	buffer_release(&buffer);
}

static void
check_integer(int64_t number)
{
	struct buffer buffer;
	msgpack_unpacked unpacked;
	buffer_init(&buffer, ROOM);
	struct pack pack = pack_into(&buffer);
	pack_integer(&pack, number);
	msgpack_object object = unpacked_of(&buffer, &unpacked);
	assert_int_equal(object.type,
		number < 0 ? MSGPACK_OBJECT_NEGATIVE_INTEGER : MSGPACK_OBJECT_POSITIVE_INTEGER);
	assert_true(object.via.i64 == number);
	msgpack_unpacked_destroy(&unpacked);
	buffer_release(&buffer);
}

static void
check_unsigned(uint64_t number)
{
	struct buffer buffer;
	msgpack_unpacked unpacked;
	buffer_init(&buffer, ROOM);
	struct pack pack = pack_into(&buffer);
	pack_unsigned(&pack, number);
	msgpack_object object = unpacked_of(&buffer, &unpacked);
	assert_int_equal(object.type, MSGPACK_OBJECT_POSITIVE_INTEGER);
	assert_true(object.via.u64 == number);
	size_t size = number < 128     ? 1
		: number < 256         ? 2
		: number < 65536       ? 3
		: number <= UINT32_MAX ? 5
				       : 9;
	assert_int_equal(buffer.size, size);
	msgpack_unpacked_destroy(&unpacked);
	buffer_release(&buffer);
}

static void
integers_around_every_power_of_two_read_back(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 64; bit++) {
		for (int64_t near = -2; near <= 2; near++) {
			uint64_t number = (UINT64_C(1) << bit) + (uint64_t)near;
			check_unsigned(number);
			check_integer((int64_t)number);
			check_integer((int64_t)(0 - number));
		}
	}
	check_unsigned(UINT64_MAX);
	check_integer(INT64_MIN);
	check_integer(INT64_MAX);
}

static void
money_is_its_decimal_text(void **state)
{
	(void)state;
	static const struct {
		int64_t micros;
		const char *text;
	} rows[] = { { 0, "0.00" }, { 12500000, "12.50" }, { -1, "-0.000001" },
		{ INT64_MAX, "9223372036854.775807" }, { INT64_MIN, "-9223372036854.775808" } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer buffer;
		msgpack_unpacked unpacked;
		buffer_init(&buffer, ROOM);
		struct pack pack = pack_into(&buffer);
		pack_money(&pack, (struct money){ rows[i].micros });
		msgpack_object object = unpacked_of(&buffer, &unpacked);
		assert_text(&object, text_of(rows[i].text));
		msgpack_unpacked_destroy(&unpacked);
		buffer_release(&buffer);
	}
}

static void
a_map_of_every_kind_of_pair_reads_back(void **state)
{
	(void)state;
	struct buffer buffer;
	msgpack_unpacked unpacked;
	buffer_init(&buffer, ROOM);
	struct pack pack = pack_into(&buffer);
	pack_map(&pack, 8);
	pack_name_text(&pack, "text", TEXT("t"));
	pack_name_string(&pack, "string", "a string that is longer than thirty-one bytes");
	pack_name_integer(&pack, "integer", -5);
	pack_name_unsigned(&pack, "unsigned", UINT64_MAX);
	pack_name_bool(&pack, "bool", true);
	pack_name_money(&pack, "money", (struct money){ 1000000 });
	pack_name(&pack, "list");
	pack_array(&pack, 3);
	pack_nil(&pack);
	pack_bool(&pack, false);
	pack_bytes(&pack, (struct bytes){ (const uint8_t *)"\0\1", 2 });
	pack_name(&pack, "raw");
	pack_raw(&pack, (struct bytes){ (const uint8_t *)"\x91\x07", 2 });
	assert_true(pack_is_whole(&pack));
	msgpack_object map = unpacked_of(&buffer, &unpacked);
	assert_int_equal(map.type, MSGPACK_OBJECT_MAP);
	assert_int_equal(map.via.map.size, 8);
	const msgpack_object_kv *pairs = map.via.map.ptr;
	assert_text(&pairs[0].key, TEXT("text"));
	assert_text(&pairs[1].val, TEXT("a string that is longer than thirty-one bytes"));
	assert_true(pairs[2].val.via.i64 == -5 && pairs[3].val.via.u64 == UINT64_MAX);
	assert_true(pairs[4].val.type == MSGPACK_OBJECT_BOOLEAN && pairs[4].val.via.boolean);
	assert_text(&pairs[5].val, TEXT("1.00"));
	const msgpack_object *list = pairs[6].val.via.array.ptr;
	assert_true(list[0].type == MSGPACK_OBJECT_NIL && !list[1].via.boolean);
	assert_true(list[2].type == MSGPACK_OBJECT_BIN && list[2].via.bin.size == 2);
	assert_text(&pairs[7].key, TEXT("raw"));
	assert_true(pairs[7].val.via.array.ptr[0].via.u64 == 7);
	msgpack_unpacked_destroy(&unpacked);
	buffer_release(&buffer);
}

static void
heads_of_maps_and_arrays_say_their_counts(void **state)
{
	(void)state;
	static const uint32_t counts[] = { 0, 1, 15, 16, 255, 65535, 65536, UINT32_MAX };
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		struct buffer buffer, wanted;
		buffer_init(&buffer, ROOM);
		buffer_init(&wanted, ROOM);
		struct pack pack = pack_into(&buffer);
		pack_map(&pack, counts[i]);
		pack_array(&pack, counts[i]);
		forge_map(&wanted, counts[i]);
		forge_array(&wanted, counts[i]);
		assert_int_equal(buffer.size, wanted.size);
		assert_memory_equal(buffer.data, wanted.data, wanted.size);
		buffer_release(&buffer);
		buffer_release(&wanted);
	}
}

/* Some of everything; the same each time. */
static void
pack_sample(struct pack *pack)
{
	pack_map(pack, 5);
	pack_name_string(pack, "outcome", "charged");
	pack_name_money(pack, "amount", (struct money){ 123456789 });
	pack_name_text(
		pack, "long", TEXT("a text that is longer than thirty-one bytes, for its head"));
	pack_name_integer(pack, "integer", 1700000000000);
	pack_name(pack, "bytes");
	pack_bytes(pack, (struct bytes){ (const uint8_t *)"0123456789", 10 });
}

static void
a_buffer_that_can_not_grow_is_noticed_whatever_does_not_fit(void **state)
{
	(void)state;
	struct buffer whole;
	buffer_init(&whole, ROOM);
	struct pack pack = pack_into(&whole);
	pack_sample(&pack);
	assert_true(pack_is_whole(&pack));
	for (size_t room = 0; room <= whole.size; room++) {
		struct buffer small;
		buffer_init(&small, room);
		struct pack cut = pack_into(&small);
		pack_sample(&cut);
		assert_int_equal(pack_is_whole(&cut), room == whole.size);
		assert_true(small.size <= room);
		buffer_release(&small);
	}
	buffer_release(&whole);
}

static void
without_memory_nothing_is_written_past_what_there_is(void **state)
{
	(void)state;
	for (uint64_t number = 1;; number++) {
		struct buffer buffer;
		buffer_init(&buffer, ROOM);
		memory_fail_at(number);
		struct pack pack = pack_into(&buffer);
		for (int i = 0; i < 20; i++)
			pack_sample(&pack);
		bool failed = memory_request_count() >= number;
		memory_fail_at(0);
		assert_int_equal(pack_is_whole(&pack), !failed);
		buffer_release(&buffer);
		if (!failed)
			break;
	}
}

static void
packing_appends_to_what_the_buffer_holds(void **state)
{
	(void)state;
	struct buffer buffer;
	buffer_init(&buffer, ROOM);
	struct pack pack = pack_into(&buffer);
	pack_nil(&pack);
	struct pack more = pack_into(&buffer);
	pack_bool(&more, true);
	assert_int_equal(buffer.size, 2);
	assert_memory_equal(buffer.data, "\xc0\xc3", 2);
	buffer_release(&buffer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_every_length_read_back_in_their_shortest_form),
		cmocka_unit_test(an_empty_text_without_bytes_is_a_text),
		cmocka_unit_test(integers_around_every_power_of_two_read_back),
		cmocka_unit_test(money_is_its_decimal_text),
		cmocka_unit_test(a_map_of_every_kind_of_pair_reads_back),
		cmocka_unit_test(heads_of_maps_and_arrays_say_their_counts),
		cmocka_unit_test(a_buffer_that_can_not_grow_is_noticed_whatever_does_not_fit),
		cmocka_unit_test(without_memory_nothing_is_written_past_what_there_is),
		cmocka_unit_test(packing_appends_to_what_the_buffer_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
