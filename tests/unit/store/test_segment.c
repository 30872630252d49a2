#include "../../../engine/base/memory.h"
#include "../../../store/segment.h"
#include "scratch.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SEGMENT_BYTES (UINT64_C(1) << 20)

static char folder[256];
static struct journal_place place;
static uint8_t *zeros;

static int
set_up(void **state)
{
	(void)state;
	scratch_make_fast(folder);
	place = (struct journal_place){ .folder = 1, .segment_bytes = SEGMENT_BYTES };
	snprintf(place.directory, sizeof place.directory, "%s", folder);
	zeros = disk_memory_new(SEGMENT_CHUNK_BYTES);
	memset(zeros, 0, SEGMENT_CHUNK_BYTES);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	failures_end();
	memory_free(zeros);
	scratch_remove(folder);
	return 0;
}

static void
make_file(const char *name, const char *content)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	struct bytes bytes = bytes_of_text(text_of(content));
	assert_int_equal(disk_write_file(path, bytes, NULL), STATUS_OK);
}

static void
files_have_their_names(void **state)
{
	(void)state;
	char path[DISK_PATH_MAX];
	char expected[512];
	segment_path(&place, 0xabc, path);
	snprintf(expected, sizeof expected, "%s/0000000000000abc.segment", folder);
	assert_string_equal(path, expected);
	spare_path(&place, 12, false, path);
	snprintf(expected, sizeof expected, "%s/spare-12.segment", folder);
	assert_string_equal(path, expected);
	spare_path(&place, 12, true, path);
	snprintf(expected, sizeof expected, "%s/spare-12.filling", folder);
	assert_string_equal(path, expected);
}

static void
only_exact_names_are_listed(void **state)
{
	(void)state;
	static const char *const ours[] = {
		"0000000000000010.segment",
		"0000000000000002.segment",
		"ffffffffffffffff.segment",
		"spare-10.segment",
		"spare-9.segment",
		"spare-0.filling",
	};
	static const char *const others[] = {
		"000000000000000A.segment",
		"000000000000001.segment",
		"00000000000000001.segment",
		"0x00000000000001.segment",
		"0000000000000003.segment.bak",
		"+000000000000003.segment",
		"spare-09.segment",
		"spare--1.segment",
		"spare-.segment",
		"spare-1.segments",
		"spare-99999999999999999999.segment",
		"segment",
	};
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		make_file(ours[i], "");
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		make_file(others[i], "");
	struct segment_list list;
	assert_int_equal(segment_list_read(&list, &place, NULL), STATUS_OK);
	assert_int_equal(list.segment_count, 3);
	assert_int_equal(list.segments[0], 2);
	assert_int_equal(list.segments[1], 16);
	assert_int_equal(list.segments[2], UINT64_MAX);
	assert_int_equal(list.spare_count, 2);
	assert_int_equal(list.spares[0], 9);
	assert_int_equal(list.spares[1], 10);
	assert_int_equal(list.filling_count, 1);
	segment_list_release(&list);

	snprintf(place.directory, sizeof place.directory, "%s/none", folder);
	assert_int_equal(segment_list_read(&list, &place, NULL), STATUS_OK);
	assert_int_equal(list.segment_count, 0);
	segment_list_release(&list);
}

static struct buffer
content_of(const char *path)
{
	struct buffer content;
	buffer_init(&content, SEGMENT_BYTES + 1);
	assert_int_equal(disk_read_file(path, &content, NULL), STATUS_OK);
	return content;
}

static void
filling_makes_a_file_whole_and_durable(void **state)
{
	(void)state;
	char path[DISK_PATH_MAX];
	_Atomic uint64_t filled = 0;
	struct segment_pace pace = { .filled_bytes = &filled };
	segment_path(&place, 1, path);
	disk_fail_at(DISK_CALL_SYNC, 0, 0);
	assert_int_equal(segment_fill(path, SEGMENT_BYTES, zeros, &pace, NULL), STATUS_OK);
	assert_int_equal(disk_call_count(DISK_CALL_SYNC), 1);
	assert_int_equal(filled, SEGMENT_BYTES);
	struct buffer content = content_of(path);
	assert_int_equal(content.size, SEGMENT_BYTES);
	for (size_t i = 0; i < content.size; i++)
		assert_int_equal(content.data[i], 0);
	buffer_release(&content);
	/* Once is enough. */
	assert_int_equal(segment_fill(path, SEGMENT_BYTES, zeros, &pace, NULL), STATUS_OK);
	assert_int_equal(disk_call_count(DISK_CALL_SYNC), 1);
	assert_int_equal(filled, SEGMENT_BYTES);
}

static void
filling_keeps_what_a_file_has(void **state)
{
	(void)state;
	struct segment_pace pace = { 0 };
	char path[DISK_PATH_MAX];
	segment_path(&place, 1, path);
	make_file("0000000000000001.segment", "what was there");
	assert_int_equal(segment_fill(path, SEGMENT_BYTES, zeros, &pace, NULL), STATUS_OK);
	struct buffer content = content_of(path);
	assert_int_equal(content.size, SEGMENT_BYTES);
	assert_memory_equal(content.data, "what was there\0", 15);
	buffer_release(&content);
}

static void
longer_file_is_refused_and_kept(void **state)
{
	(void)state;
	struct segment_pace pace = { 0 };
	struct fault fault;
	char path[DISK_PATH_MAX];
	segment_path(&place, 1, path);
	make_file("0000000000000001.segment", "longer than eight bytes");
	assert_int_equal(segment_fill(path, DISK_BLOCK, zeros, &pace, NULL), STATUS_OK);
	assert_int_equal(segment_fill(path, 2 * DISK_BLOCK, zeros, &pace, NULL), STATUS_OK);
	assert_int_equal(segment_fill(path, DISK_BLOCK, zeros, &pace, &fault), STATUS_CONFLICT);
	assert_non_null(strstr(fault.text, "has 8192 bytes"));
	struct buffer content = content_of(path);
	assert_int_equal(content.size, 2 * DISK_BLOCK);
	buffer_release(&content);
}

static enum status
give_up_at_half(void *context, struct disk_file *file, uint64_t filled, struct fault *fault)
{
	++*(int *)context;
	if (filled >= SEGMENT_BYTES / 2)
		return fault_set(fault, STATUS_BUSY, "%s was given up", file->path);
	return STATUS_OK;
}

static void
pace_may_give_up(void **state)
{
	(void)state;
	int calls = 0;
	struct segment_pace pace = { .pace = give_up_at_half, .context = &calls };
	char path[DISK_PATH_MAX];
	segment_path(&place, 1, path);
	assert_int_equal(segment_fill(path, SEGMENT_BYTES, zeros, &pace, NULL), STATUS_BUSY);
	assert_int_equal(calls, 2);
}

static void
every_failure_of_the_disk_is_told(void **state)
{
	(void)state;
	static const enum disk_call calls[] = { DISK_CALL_OPEN, DISK_CALL_WRITE, DISK_CALL_SYNC };
	struct segment_pace pace = { 0 };
	char path[DISK_PATH_MAX];
	segment_path(&place, 1, path);
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		uint64_t n = 1;
		for (;; n++) {
			make_file("0000000000000001.segment", "x");
			disk_fail_at(calls[i], n, EIO);
			enum status status = segment_fill(path, SEGMENT_BYTES, zeros, &pace, NULL);
			bool was_reached = disk_call_count(calls[i]) >= n;
			disk_fail_at(calls[i], 0, 0);
			assert_int_equal(status, was_reached ? STATUS_IO : STATUS_OK);
			if (!was_reached)
				break;
		}
		assert_true(n > 1);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_have_their_names),
		TEST(only_exact_names_are_listed),
		TEST(filling_makes_a_file_whole_and_durable),
		TEST(filling_keeps_what_a_file_has),
		TEST(longer_file_is_refused_and_kept),
		TEST(pace_may_give_up),
		TEST(every_failure_of_the_disk_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
