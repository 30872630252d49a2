#include "../../../engine/base/digest.h"
#include "../../../store/frame.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define FOLDER UINT64_C(0x0123456789abcdef)
#define POSITION UINT64_C(0x40000000)

/* A frame of one entry, as it is before it is sealed. */
static struct frame
make_frame(uint8_t *bytes, size_t room)
{
	size_t size;
	uint8_t *entry = sample_encode(1, frame_key(FOLDER), &size);
	assert_true(FRAME_HEADER_BYTES + size <= room);
	memcpy(bytes + FRAME_HEADER_BYTES, entry, size);
	free(entry);
	return (struct frame){
		.folder = FOLDER,
		.size = (uint32_t)(FRAME_HEADER_BYTES + size),
		.count = 1,
		.position = POSITION,
		.epoch = 7,
		.time_ms = -12345,
		.previous = UINT64_C(0xfedcba9876543210),
		.shard = 3,
	};
}

static void
assert_status(const uint8_t *bytes, enum status expected, const char *because)
{
	struct frame frame, before;
	memset(&before, 0x5a, sizeof before);
	memcpy(&frame, &before, sizeof frame);
	uint64_t chain = 1;
	struct fault fault = { 0 };
	struct bytes view = { bytes, FRAME_HEADER_BYTES };
	assert_int_equal(frame_read(view, FOLDER, POSITION, &frame, &chain, &fault), expected);
	assert_int_equal(chain, 1);
	assert_memory_equal(&frame, &before, sizeof frame);
	if (strstr(fault.text, because) == NULL)
		fail_msg("expected “%s”, got “%s”", because, fault.text);
}

static void
reseal(uint8_t *bytes)
{
	store_u32(bytes + 60, crc32c(frame_key(FOLDER), bytes, 60));
}

static void
sealed_frame_reads_as_it_was(void **state)
{
	(void)state;
	uint8_t bytes[8192] = { 0 };
	struct frame frame = make_frame(bytes, sizeof bytes);
	uint64_t chain = frame_seal(&frame, bytes);
	assert_int_equal(chain, hash64(bytes, FRAME_HEADER_BYTES, FOLDER));

	struct frame found;
	uint64_t found_chain;
	struct bytes view = { bytes, frame.size };
	assert_int_equal(frame_read(view, FOLDER, POSITION, &found, &found_chain, NULL), STATUS_OK);
	assert_int_equal(found_chain, chain);
	assert_int_equal(found.folder, FOLDER);
	assert_int_equal(found.size, frame.size);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.position, POSITION);
	assert_int_equal(found.epoch, 7);
	assert_int_equal(found.time_ms, -12345);
	assert_int_equal(found.previous, frame.previous);
	assert_int_equal(found.shard, 3);
	assert_int_equal(found.entries_crc, frame.entries_crc);
	assert_int_equal(frame_check_entries(&found, view, NULL), STATUS_OK);
}

static void
frame_is_laid_out_as_the_header_draws_it(void **state)
{
	(void)state;
	uint8_t bytes[8192] = { 0 };
	struct frame frame = make_frame(bytes, sizeof bytes);
	frame_seal(&frame, bytes);
	assert_int_equal(load_u64(bytes), FOLDER);
	assert_int_equal(load_u32(bytes + 8), frame.size);
	assert_int_equal(load_u32(bytes + 12), 1);
	assert_int_equal(load_u64(bytes + 16), POSITION);
	assert_int_equal(load_u64(bytes + 24), 7);
	assert_int_equal(load_i64(bytes + 32), -12345);
	assert_int_equal(load_u64(bytes + 40), frame.previous);
	assert_int_equal(load_u32(bytes + 48), 3);
	assert_int_equal(load_u32(bytes + 52), 1);
	assert_int_equal(load_u32(bytes + 56),
		crc32c((uint32_t)FOLDER, bytes + FRAME_HEADER_BYTES, frame.size - 64));
	assert_int_equal(load_u32(bytes + 60), crc32c((uint32_t)FOLDER, bytes, 60));
}

static void
any_flipped_bit_is_seen(void **state)
{
	(void)state;
	uint8_t bytes[8192] = { 0 };
	struct frame frame = make_frame(bytes, sizeof bytes);
	frame_seal(&frame, bytes);
	for (size_t bit = 0; bit < FRAME_HEADER_BYTES * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_status(bytes, STATUS_CORRUPT, "");
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	struct bytes view = { bytes, frame.size };
	for (size_t bit = FRAME_HEADER_BYTES * 8; bit < frame.size * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(frame_check_entries(&frame, view, NULL), STATUS_CORRUPT);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void
chain_value_covers_entries_and_predecessor(void **state)
{
	(void)state;
	uint8_t bytes[8192] = { 0 };
	struct frame frame = make_frame(bytes, sizeof bytes);
	uint64_t chain = frame_seal(&frame, bytes);
	bytes[FRAME_HEADER_BYTES + 20] ^= 1;
	uint64_t other_entries = frame_seal(&frame, bytes);
	bytes[FRAME_HEADER_BYTES + 20] ^= 1;
	frame.previous++;
	uint64_t other_predecessor = frame_seal(&frame, bytes);
	assert_int_not_equal(chain, other_entries);
	assert_int_not_equal(chain, other_predecessor);
}

static void
frame_elsewhere_is_refused(void **state)
{
	(void)state;
	uint8_t bytes[8192] = { 0 };
	struct frame frame = make_frame(bytes, sizeof bytes);
	frame.position += 4096;
	frame_seal(&frame, bytes);
	assert_status(bytes, STATUS_CORRUPT, "written for position 1073745920");

	struct frame found;
	uint64_t chain;
	struct bytes view = { bytes, frame.size };
	assert_int_equal(frame_read_anywhere(view, FOLDER, &found, &chain, NULL), STATUS_OK);
	assert_int_equal(found.position, POSITION + 4096);
}

static void
frame_of_another_folder_is_refused(void **state)
{
	(void)state;
	uint8_t bytes[8192] = { 0 };
	struct frame frame = make_frame(bytes, sizeof bytes);
	frame.folder = FOLDER + (UINT64_C(1) << 40); /* the same checksum key */
	frame_seal(&frame, bytes);
	assert_status(bytes, STATUS_CORRUPT, "folder");
	memset(bytes, 0, sizeof bytes);
	assert_status(bytes, STATUS_CORRUPT, "folder");
}

static void
later_format_is_not_called_damage(void **state)
{
	(void)state;
	uint8_t bytes[8192] = { 0 };
	struct frame frame = make_frame(bytes, sizeof bytes);
	frame_seal(&frame, bytes);
	store_u32(bytes + 52, 2);
	assert_status(bytes, STATUS_CORRUPT, "checksum");
	reseal(bytes);
	assert_status(bytes, STATUS_UNSUPPORTED, "format 2");
}

static void
impossible_sizes_are_refused(void **state)
{
	(void)state;
	uint8_t bytes[8192] = { 0 };
	struct frame frame = make_frame(bytes, sizeof bytes);
	static const uint32_t sizes[] = { 0, 63, 64, 104, 113 };
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		frame_seal(&frame, bytes);
		store_u32(bytes + 8, sizes[i]);
		reseal(bytes);
		assert_status(bytes, STATUS_CORRUPT, "can't hold");
	}
	static const uint32_t counts[] = { 0, 1000, UINT32_MAX };
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		frame_seal(&frame, bytes);
		store_u32(bytes + 12, counts[i]);
		reseal(bytes);
		assert_status(bytes, STATUS_CORRUPT, "can't hold");
	}
	frame_seal(&frame, bytes);
	store_u64(bytes + 16, POSITION + 8);
	reseal(bytes);
	assert_status(bytes, STATUS_CORRUPT, "can't hold");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealed_frame_reads_as_it_was),
		cmocka_unit_test(frame_is_laid_out_as_the_header_draws_it),
		cmocka_unit_test(any_flipped_bit_is_seen),
		cmocka_unit_test(chain_value_covers_entries_and_predecessor),
		cmocka_unit_test(frame_elsewhere_is_refused),
		cmocka_unit_test(frame_of_another_folder_is_refused),
		cmocka_unit_test(later_format_is_not_called_damage),
		cmocka_unit_test(impossible_sizes_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
