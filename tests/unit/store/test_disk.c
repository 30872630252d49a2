#include "../../../engine/base/memory.h"
#include "../../../store/disk.h"
#include "scratch.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

static char folder[256];

static int
set_up(void **state)
{
	(void)state;
	scratch_make(folder);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	failures_end();
	scratch_remove(folder);
	return 0;
}

static const char *
path_of(const char *name)
{
	static char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void
write_text(const char *name, const char *text)
{
	assert_int_equal(
		disk_write_file(path_of(name), bytes_of_text(text_of(text)), NULL), STATUS_OK);
}

static void
assert_content(const char *name, const char *text)
{
	struct buffer content;
	buffer_init(&content, 4096);
	assert_int_equal(disk_read_file(path_of(name), &content, NULL), STATUS_OK);
	assert_int_equal(content.size, strlen(text));
	assert_memory_equal(content.data, text, content.size);
	buffer_release(&content);
}

static void
what_is_written_is_read_back_in_every_mode(void **state)
{
	(void)state;
	uint8_t *block = memory_new_aligned(DISK_BLOCK, 2 * DISK_BLOCK);
	static const enum disk_mode writers[] = { DISK_WRITE, DISK_FILL, DISK_JOURNAL };
	static const enum disk_mode readers[] = { DISK_READ, DISK_READ_DIRECT };
	for (size_t w = 0; w < 3; w++) {
		struct disk_file file;
		size_t got;
		assert_int_equal(disk_open(&file, path_of("file"), writers[w], NULL), STATUS_OK);
		memset(block, 'a' + (int)w, 2 * DISK_BLOCK);
		assert_int_equal(
			disk_write(&file, block, 2 * DISK_BLOCK, DISK_BLOCK, NULL), STATUS_OK);
		assert_int_equal(disk_sync(&file, NULL), STATUS_OK);
		uint64_t size;
		assert_int_equal(disk_size(&file, &size, NULL), STATUS_OK);
		assert_int_equal(size, 3 * DISK_BLOCK);
		disk_close(&file);
		assert_int_equal(file.fd, -1);
		for (size_t r = 0; r < 2; r++) {
			assert_int_equal(
				disk_open(&file, path_of("file"), readers[r], NULL), STATUS_OK);
			memset(block, 0, 2 * DISK_BLOCK);
			assert_int_equal(
				disk_read(&file, block, 2 * DISK_BLOCK, 2 * DISK_BLOCK, &got, NULL),
				STATUS_OK);
			assert_int_equal(got, DISK_BLOCK);
			assert_int_equal(block[0], 'a' + (int)w);
			assert_int_equal(block[DISK_BLOCK - 1], 'a' + (int)w);
			disk_close(&file);
		}
	}
	memory_free(block);
}

static void
file_that_ends_inside_a_block_is_read_to_its_end(void **state)
{
	(void)state;
	uint8_t *block = memory_new_aligned(DISK_BLOCK, 2 * DISK_BLOCK);
	write_text("short", "seven b");
	struct disk_file file;
	size_t got;
	assert_int_equal(disk_open(&file, path_of("short"), DISK_READ_DIRECT, NULL), STATUS_OK);
	assert_int_equal(disk_read(&file, block, 2 * DISK_BLOCK, 0, &got, NULL), STATUS_OK);
	assert_int_equal(got, 7);
	assert_int_equal(
		disk_read(&file, block, 2 * DISK_BLOCK, DISK_BLOCK, &got, NULL), STATUS_OK);
	assert_int_equal(got, 0);
	disk_close(&file);
	memory_free(block);
}

static void
journal_mode_makes_no_file(void **state)
{
	(void)state;
	struct disk_file file;
	struct fault fault;
	static const enum disk_mode modes[] = { DISK_READ, DISK_READ_DIRECT, DISK_JOURNAL };
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(
			disk_open(&file, path_of("nothing"), modes[i], &fault), STATUS_NOT_FOUND);
		assert_int_equal(file.fd, -1);
		assert_non_null(strstr(fault.text, path_of("nothing")));
		disk_close(&file);
	}
	assert_false(disk_exists(path_of("nothing")));
}

static void
file_system_that_needs_the_page_cache_is_served(void **state)
{
	(void)state;
	write_text("file", "text");
	struct disk_file file;
	disk_fail_at(DISK_CALL_OPEN, 1, EINVAL); /* as a file system without O_DIRECT does */
	assert_int_equal(disk_open(&file, path_of("file"), DISK_JOURNAL, NULL), STATUS_OK);
	assert_int_equal(disk_call_count(DISK_CALL_OPEN), 2);
	assert_false(file.direct);
	assert_int_equal(disk_write(&file, "TEXT", 4, 0, NULL), STATUS_OK);
	disk_close(&file);
	assert_content("file", "TEXT");
}

static void
short_write_is_a_failure(void **state)
{
	(void)state;
	struct disk_file file;
	struct fault fault;
	uint8_t *block = memory_new_aligned(DISK_BLOCK, 4 * DISK_BLOCK);
	memset(block, 'x', 4 * DISK_BLOCK);
	assert_int_equal(disk_open(&file, path_of("file"), DISK_FILL, NULL), STATUS_OK);
	disk_fail_at(DISK_CALL_WRITE, 2, 0);
	assert_int_equal(disk_write(&file, block, DISK_BLOCK, 0, &fault), STATUS_OK);
	assert_int_equal(disk_write(&file, block, 4 * DISK_BLOCK, DISK_BLOCK, &fault), STATUS_IO);
	assert_non_null(strstr(fault.text, "only 8192 of 16384 bytes at 4096"));
	uint64_t size;
	assert_int_equal(disk_size(&file, &size, NULL), STATUS_OK);
	assert_int_equal(size, 3 * DISK_BLOCK); /* it really was cut, not just said to be */
	disk_fail_at(DISK_CALL_WRITE, 1, 0);
	disk_pretend_free_bytes(DISK_BLOCK);
	assert_int_equal(disk_write(&file, block, 4 * DISK_BLOCK, DISK_BLOCK, &fault), STATUS_FULL);
	disk_pretend_free_bytes(UINT64_MAX);
	assert_int_equal(disk_write(&file, block, DISK_BLOCK, 0, &fault), STATUS_OK);
	disk_close(&file);
	memory_free(block);
}

static void
each_kind_of_call_fails_when_told_and_once(void **state)
{
	(void)state;
	struct disk_file file;
	struct fault fault;
	size_t got;
	char byte;
	write_text("file", "text");

	disk_fail_at(DISK_CALL_OPEN, 1, EMFILE);
	assert_int_equal(disk_open(&file, path_of("file"), DISK_WRITE, &fault), STATUS_IO);
	assert_int_equal(fault.os_error, EMFILE);
	assert_int_equal(disk_open(&file, path_of("file"), DISK_WRITE, &fault), STATUS_OK);

	disk_fail_at(DISK_CALL_WRITE, 1, ENOSPC);
	assert_int_equal(disk_write(&file, "x", 1, 0, &fault), STATUS_FULL);
	disk_fail_at(DISK_CALL_WRITE, 1, ENOSPC);
	assert_int_equal(disk_allocate(&file, 100000, &fault), STATUS_FULL);
	disk_fail_at(DISK_CALL_WRITE, 1, 0);
	assert_int_equal(disk_truncate(&file, 0, &fault), STATUS_IO);
	disk_fail_at(DISK_CALL_READ, 1, EIO);
	assert_int_equal(disk_read(&file, &byte, 1, 0, &got, &fault), STATUS_IO);
	disk_fail_at(DISK_CALL_SYNC, 1, EIO);
	assert_int_equal(disk_sync(&file, &fault), STATUS_IO);
	assert_int_equal(disk_sync(&file, &fault), STATUS_OK);
	disk_fail_at(DISK_CALL_SYNC, 1, EIO);
	assert_int_equal(disk_sync_directory(folder, &fault), STATUS_IO);
	disk_close(&file);

	disk_fail_at(DISK_CALL_NAME, 1, EACCES);
	char other[512];
	snprintf(other, sizeof other, "%s", path_of("other"));
	assert_int_equal(disk_rename(path_of("file"), other, &fault), STATUS_IO);
	disk_fail_at(DISK_CALL_NAME, 1, EACCES);
	assert_int_equal(disk_remove(path_of("file"), &fault), STATUS_IO);
	assert_content("file", "text");
	assert_int_equal(disk_rename(path_of("file"), other, &fault), STATUS_OK);
	assert_int_equal(disk_remove(other, &fault), STATUS_OK);
	assert_int_equal(disk_remove(other, &fault), STATUS_NOT_FOUND);
}

static void
large_file_is_worn_down_from_its_end(void **state)
{
	(void)state;
	struct disk_file file;
	struct fault fault;
	uint64_t size;
	bool gone = true;
	write_text("file", "text");
	assert_int_equal(disk_open(&file, path_of("file"), DISK_WRITE, &fault), STATUS_OK);
	assert_int_equal(disk_truncate(&file, 2 * DISK_WEAR_BYTES + 4, &fault), STATUS_OK);
	disk_fail_at(DISK_CALL_WRITE, 1, EIO);
	assert_int_equal(disk_wear_down(path_of("file"), &gone, &fault), STATUS_IO);
	assert_false(gone);
	for (uint64_t left = 2; left > 0; left--) {
		assert_int_equal(disk_wear_down(path_of("file"), &gone, &fault), STATUS_OK);
		assert_false(gone);
		assert_int_equal(disk_size(&file, &size, &fault), STATUS_OK);
		assert_int_equal(size, (left - 1) * DISK_WEAR_BYTES + 4);
	}
	disk_close(&file);
	assert_content("file", "text");
	assert_int_equal(disk_wear_down(path_of("file"), &gone, &fault), STATUS_OK);
	assert_true(gone);
	assert_false(disk_exists(path_of("file")));
	assert_int_equal(disk_wear_down(path_of("file"), &gone, &fault), STATUS_NOT_FOUND);
	assert_false(gone);
}

static void
allocation_keeps_the_size(void **state)
{
	(void)state;
	struct disk_file file;
	uint64_t size;
	assert_int_equal(disk_open(&file, path_of("file"), DISK_FILL, NULL), STATUS_OK);
	assert_int_equal(disk_allocate(&file, 1 << 20, NULL), STATUS_OK);
	assert_int_equal(disk_size(&file, &size, NULL), STATUS_OK);
	assert_int_equal(size, 0);
	disk_close(&file);
}

static void
small_file_is_replaced_whole_or_not_at_all(void **state)
{
	(void)state;
	static const enum disk_call calls[] = { DISK_CALL_OPEN, DISK_CALL_WRITE, DISK_CALL_SYNC,
		DISK_CALL_NAME };
	struct bytes later = bytes_of_text(TEXT("the new content"));
	write_text("file", "the old content");
	int failures = 0;
	for (size_t i = 0; i < 4; i++) {
		for (uint64_t n = 1;; n++) {
			disk_fail_at(calls[i], n, 0);
			enum status status = disk_write_file(path_of("file"), later, NULL);
			bool was_reached = disk_call_count(calls[i]) >= n;
			disk_fail_at(calls[i], 0, 0);
			if (!was_reached) {
				assert_int_equal(status, STATUS_OK);
				assert_content("file", "the new content");
				write_text("file", "the old content");
				break;
			}
			failures++;
			assert_int_not_equal(status, STATUS_OK);
			assert_false(disk_exists(path_of("file.new")));
			/* The sync of the directory comes after the rename. */
			bool was_renamed = calls[i] == DISK_CALL_SYNC && n == 2;
			assert_content("file", was_renamed ? "the new content" : "the old content");
			if (was_renamed)
				write_text("file", "the old content");
		}
	}
	assert_int_equal(failures, 6);
}

enum { WRITERS = 2, WRITES = 100 };

static void *
write_many(void *argument)
{
	const char *path = argument;
	uintptr_t failures = 0;
	for (int i = 0; i < WRITES; i++)
		failures += disk_write_file(path, bytes_of_text(TEXT("the same content")), NULL) !=
			STATUS_OK;
	return (void *)failures;
}

static void
two_threads_that_write_one_file_both_succeed_and_it_is_always_whole(void **state)
{
	(void)state;
	pthread_t threads[WRITERS];
	char path[512];
	snprintf(path, sizeof path, "%s", path_of("file"));
	write_text("file", "the same content");
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_many, path), 0);
	for (int i = 0; i < WRITES; i++)
		assert_content("file", "the same content");
	for (int i = 0; i < WRITERS; i++) {
		void *failures;
		assert_int_equal(pthread_join(threads[i], &failures), 0);
		assert_null(failures);
	}
	assert_content("file", "the same content");
	assert_false(disk_exists(path_of("file.new")));
}

static void
file_beyond_the_bound_is_refused_and_the_buffer_kept(void **state)
{
	(void)state;
	struct fault fault;
	struct buffer content;
	write_text("file", "12345678");
	buffer_init(&content, 12);
	assert_int_equal(disk_read_file(path_of("file"), &content, &fault), STATUS_OK);
	assert_int_equal(disk_read_file(path_of("file"), &content, &fault), STATUS_LIMIT);
	assert_int_equal(disk_read_file(path_of("none"), &content, &fault), STATUS_NOT_FOUND);
	assert_int_equal(content.size, 8);
	buffer_release(&content);
}

static void
directories_are_made_with_their_parents(void **state)
{
	(void)state;
	char deep[512];
	snprintf(deep, sizeof deep, "%s//a/b/c/", folder);
	assert_int_equal(disk_make_directory(deep, NULL), STATUS_OK);
	assert_int_equal(disk_make_directory(deep, NULL), STATUS_OK);
	struct stat found;
	assert_int_equal(stat(deep, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0700);
	static const char *const parts[] = { "a/b/c", "a/b", "a" };
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(rmdir(path_of(parts[i])), 0);

	write_text("file", "");
	struct fault fault;
	assert_int_equal(disk_make_directory(path_of("file/under"), &fault), STATUS_IO);
	assert_int_equal(fault.os_error, ENOTDIR);
	assert_int_equal(disk_make_directory("", &fault), STATUS_LIMIT);
}

static void
path_too_long_is_refused(void **state)
{
	(void)state;
	char path[2000];
	memset(path, 'x', sizeof path);
	path[sizeof path - 1] = '\0';
	struct disk_file file;
	struct fault fault;
	assert_int_equal(disk_open(&file, path, DISK_WRITE, &fault), STATUS_LIMIT);
	assert_int_equal(disk_write_file(path, (struct bytes){ NULL, 0 }, &fault), STATUS_LIMIT);
	assert_int_equal(disk_make_directory(path, &fault), STATUS_LIMIT);
}

static void
room_can_be_pretended(void **state)
{
	(void)state;
	uint64_t bytes = 0;
	assert_int_equal(disk_free_bytes(folder, &bytes, NULL), STATUS_OK);
	assert_true(bytes > 0);
	disk_pretend_free_bytes(4711);
	assert_int_equal(disk_free_bytes(folder, &bytes, NULL), STATUS_OK);
	assert_int_equal(bytes, 4711);
	disk_pretend_free_bytes(UINT64_MAX);
	assert_int_equal(disk_free_bytes("/nowhere/at/all", &bytes, NULL), STATUS_NOT_FOUND);
	assert_int_equal(bytes, 4711);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_written_is_read_back_in_every_mode),
		TEST(file_that_ends_inside_a_block_is_read_to_its_end),
		TEST(journal_mode_makes_no_file),
		TEST(file_system_that_needs_the_page_cache_is_served),
		TEST(short_write_is_a_failure),
		TEST(each_kind_of_call_fails_when_told_and_once),
		TEST(large_file_is_worn_down_from_its_end),
		TEST(allocation_keeps_the_size),
		TEST(small_file_is_replaced_whole_or_not_at_all),
		TEST(two_threads_that_write_one_file_both_succeed_and_it_is_always_whole),
		TEST(file_beyond_the_bound_is_refused_and_the_buffer_kept),
		TEST(directories_are_made_with_their_parents),
		TEST(path_too_long_is_refused),
		TEST(room_can_be_pretended),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
