/*
 * Opening a journal: options that cannot be, the files that lie there, and where it goes on.
 */
#include "journal_case.h"

#include <sys/stat.h>

/* Closes, scans, and opens again with the next epoch. */
static void
reopen(void)
{
	close_well();
	struct journal_head head = assert_all_there();
	writing->options.epoch++;
	open_at(&head);
}

static void
journal_goes_on_where_it_ended(void **state)
{
	(void)state;
	open_new();
	for (uint64_t run = 0; run < 12; run++) {
		put_many(run * 1000, 1 + run * 40, 5);
		reopen();
	}
	put_many(99000, 1, 1);
	close_well();
	assert_int_equal(assert_all_there().epoch, 13);
}

static void
journal_of_nothing_leaves_nothing_to_scan(void **state)
{
	(void)state;
	open_new();
	writing_flush(writing);
	reopen();
	close_well();
	struct journal_head head = assert_all_there();
	assert_int_equal(head.position, 0);
	assert_int_equal(head.chain, TEST_FOLDER);
	assert_int_equal(head.epoch, 0);
	assert_int_equal(journal_close(NULL, NULL, NULL), STATUS_OK);
}

static void
assert_open_refused(enum status expected, const struct journal_head *head)
{
	struct fault fault;
	struct journal *untouched = (struct journal *)folder;
	writing->journal = untouched;
	assert_int_equal(
		journal_open(&writing->journal, &writing->options, head, &fault), expected);
	assert_ptr_equal(writing->journal, untouched);
}

static void
impossible_options_are_refused(void **state)
{
	(void)state;
	struct journal_options good = writing->options;
	struct journal_head head = writing_empty_head();
	writing->options.place.segment_bytes = (1 << 20) - 4096;
	assert_open_refused(STATUS_INVALID, &head);
	writing->options.place.segment_bytes = 1 << 19;
	assert_open_refused(STATUS_INVALID, &head);
	writing->options = good;
	writing->options.batch_bytes_max = 64 * 1024 - 1;
	assert_open_refused(STATUS_INVALID, &head);
	writing->options.batch_bytes_max = (1 << 19) + 1;
	assert_open_refused(STATUS_INVALID, &head);
	writing->options = good;
	writing->options.spares = 0;
	assert_open_refused(STATUS_INVALID, &head);
	writing->options.spares = 9;
	assert_open_refused(STATUS_INVALID, &head);
	writing->options = good;
	writing->options.place.folder = 0;
	assert_open_refused(STATUS_INVALID, &head);
	writing->options = good;
	head.epoch = 1;
	assert_open_refused(STATUS_INVALID, &head);
	head = writing_empty_head();
	head.position = 8;
	assert_open_refused(STATUS_INVALID, &head);
	head.position = DISK_BLOCK;
	assert_open_refused(STATUS_NOT_FOUND, &head);
	head.position = writing->options.place.segment_bytes;
	assert_open_refused(STATUS_NOT_FOUND, &head);
}

static void
write_path_bytes(const char *name, const uint8_t *bytes, size_t size)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(disk_write_file(path, (struct bytes){ bytes, size }, NULL), STATUS_OK);
}

static bool
path_exists(const char *name)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return disk_exists(path);
}

static void
a_start_may_use_the_reserve_for_its_one_segment(void **state)
{
	(void)state;
	struct fault fault;
	uint64_t segment_bytes = writing->options.place.segment_bytes;
	struct journal_head head = writing_empty_head();
	writing->options.reserve_bytes = 10 * segment_bytes;
	disk_pretend_free_bytes(segment_bytes - 1);
	assert_int_equal(
		journal_open(&writing->journal, &writing->options, &head, &fault), STATUS_FULL);
	disk_pretend_free_bytes(segment_bytes);
	open_new();
	put_many(1, 50, 3);
	close_well();
	assert_all_there();
	assert_true(path_exists("0000000000000000.segment"));
	assert_false(path_exists("0000000000000001.segment"));
}

static void
spares_of_an_earlier_run_are_used_and_scraps_removed(void **state)
{
	(void)state;
	uint8_t *old = malloc(1 << 20);
	memset(old, 0xa5, 1 << 20); /* not even zeros */
	write_path_bytes("spare-7.segment", old, 1 << 20);
	write_path_bytes("spare-9.segment", old, 1 << 20);
	write_path_bytes("spare-3.segment", old, 1 << 19);
	write_path_bytes("spare-4.filling", old, 1 << 19);
	write_path_bytes("spare-4.other", old, 1);
	disk_pretend_free_bytes(0);
	writing->options.spares = 2;
	open_new(); /* without a byte of room on the disk */
	assert_false(path_exists("spare-3.segment"));
	assert_false(path_exists("spare-4.filling"));
	assert_true(path_exists("spare-4.other"));
	assert_false(path_exists("spare-7.segment"));
	assert_true(path_exists("0000000000000000.segment"));
	assert_true(path_exists("0000000000000001.segment"));
	assert_true(journal_room(writing->journal) > 1 << 20);
	put_many(1, 500, 5);
	close_well();
	free(old);
	struct journal_head head;
	bool torn;
	struct comparison comparison = scan_and_compare(&head, &torn);
	assert_int_equal(comparison.seen, writing->known_count);
	assert_true(torn); /* what the file held before */
}

static void
segment_that_was_cut_is_made_whole(void **state)
{
	(void)state;
	open_new();
	put_many(1, 20, 2);
	close_well();
	struct journal_head head = assert_all_there();
	char path[512];
	snprintf(path, sizeof path, "%s/0000000000000000.segment", folder);
	assert_int_equal(truncate(path, (off_t)head.position - 100), 0);
	writing->options.epoch++;
	open_at(&head);
	struct stat found;
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_size, 1 << 20);
	put_many(100, 20, 2);
	close_well();
	assert_all_there();
}

static void
segment_of_another_size_is_refused(void **state)
{
	(void)state;
	writing->options.place.segment_bytes = 1 << 21;
	open_new();
	put_many(1, 20, 2);
	close_well();
	struct journal_head head = assert_all_there();
	writing->options.place.segment_bytes = 1 << 20;
	writing->options.epoch++;
	assert_open_refused(STATUS_CONFLICT, &head);
}

static void
owner_may_go_on_in_a_fresh_segment(void **state)
{
	(void)state;
	open_new();
	for (int run = 0; run < 5; run++) {
		put_many((uint64_t)run * 100, 10, 2);
		close_well();
		struct journal_head head = assert_all_there();
		uint64_t segment_bytes = writing->options.place.segment_bytes;
		head.position = (head.position / segment_bytes + 1) * segment_bytes;
		writing->options.epoch++;
		open_at(&head);
		assert_int_equal(journal_durable(writing->journal), head.position);
	}
	close_well();
	struct journal_head head = assert_all_there();
	assert_int_equal(journal_segment_of(&writing->options.place, head.position), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DISK_TEST(journal_goes_on_where_it_ended),
		TEST(journal_of_nothing_leaves_nothing_to_scan),
		TEST(a_start_may_use_the_reserve_for_its_one_segment),
		TEST(impossible_options_are_refused),
		TEST(spares_of_an_earlier_run_are_used_and_scraps_removed),
		DISK_TEST(segment_that_was_cut_is_made_whole),
		TEST(segment_of_another_size_is_refused),
		TEST(owner_may_go_on_in_a_fresh_segment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
