/*
 * Archives: what was written is read the same, wherever it lies, and nothing is lost whatever fails
 * meanwhile.
 */
#include "../../../engine/base/memory.h"
#include "../../../store/archive.h"
#include "../../../store/archiver.h"
#include "../../../store/segment.h"
#include "trees.h"
#include "writing.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { SEGMENT = 1 << 20, ENTRIES = 12000 };

static char directory[256];
static struct writing writing;

static int
set_up(void **state)
{
	(void)state;
	scratch_make_fast(directory);
	writing_init(&writing, directory);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	failures_end();
	tree_remove(directory);
	return 0;
}

/* A journal of several segments, closed. */
static void
write_some(void)
{
	struct journal_head head = writing_empty_head();
	assert_int_equal(journal_open(&writing.journal, &writing.options, &head, NULL), STATUS_OK);
	for (uint64_t number = 0; number < ENTRIES; number++)
		assert_true(writing_put_patiently(&writing, number));
	assert_true(writing_settle(&writing));
	assert_int_equal(journal_close(writing.journal, NULL, NULL), STATUS_OK);
	assert_true(writing.known[ENTRIES - 1].position > 3 * SEGMENT);
}

static const struct journal_place *
place(void)
{
	return &writing.options.place;
}

static bool
has(const char *name)
{
	char path[DISK_PATH_MAX];
	snprintf(path, sizeof path, "%s/%s", directory, name);
	return disk_exists(path);
}

static void
archive(uint64_t number)
{
	struct fault fault;
	if (archive_make(place(), number, NULL, NULL, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
}

/* All entries, by a scan and one by one. */
static void
assert_all_there(void)
{
	struct comparison comparison;
	struct journal_head head;
	struct fault fault;
	struct buffer buffer;
	bool torn;
	if (compare_with_scan(place(), writing.known, writing.known_count, &comparison, &head,
		    &torn, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	assert_false(comparison.differs);
	assert_int_equal(comparison.seen, writing.known_count);
	buffer_init(&buffer, 64 << 20);
	for (size_t i = 0; i < writing.known_count; i += 7) {
		struct entry entry;
		if (journal_read(place(), writing.known[i].position, &buffer, &entry, &fault) !=
			STATUS_OK)
			fail_msg("%s", fault.text);
		assert_int_equal(entry.at_ms, writing.known[i].number);
		if (i % 700 == 0)
			assert_int_equal(journal_prove(place(), writing.known[i].position, &fault),
				STATUS_OK);
	}
	buffer_release(&buffer);
}

static void
archived_entries_are_read_as_before(void **state)
{
	(void)state;
	write_some();
	archive(0);
	assert_true(has("0000000000000000.archive"));
	assert_false(has("0000000000000000.segment"));
	assert_all_there();
	archive(1);
	archive(2);
	assert_all_there();
}

static void
archive_is_smaller_than_its_segment(void **state)
{
	(void)state;
	struct stat stat_of;
	char path[DISK_PATH_MAX];
	write_some();
	archive(0);
	archive_path(place(), 0, path);
	assert_int_equal(stat(path, &stat_of), 0);
	assert_in_range(stat_of.st_size, 1, SEGMENT - 1);
}

static void
any_stretch_of_an_archive_is_that_of_the_segment(void **state)
{
	(void)state;
	static uint8_t before[SEGMENT], after[SEGMENT];
	struct random random = { random_seed("stretches") };
	struct segment_reader reader;
	size_t got;
	write_some();
	assert_int_equal(segment_reader_open(&reader, place(), 1, DISK_READ, NULL), STATUS_OK);
	assert_int_equal(segment_reader_read(&reader, before, SEGMENT, 0, &got, NULL), STATUS_OK);
	assert_int_equal(got, SEGMENT);
	segment_reader_close(&reader);
	archive(1);
	assert_int_equal(
		segment_reader_open(&reader, place(), 1, DISK_READ_DIRECT, NULL), STATUS_OK);
	for (int i = 0; i < 2000; i++) {
		size_t offset = random_below(&random, SEGMENT + 1);
		size_t size = random_below(&random, i % 10 == 0 ? SEGMENT : 5000);
		size_t there = size < SEGMENT - offset ? size : SEGMENT - offset;
		assert_int_equal(
			segment_reader_read(&reader, after, size, offset, &got, NULL), STATUS_OK);
		assert_int_equal(got, there);
		assert_memory_equal(after, before + offset, there);
	}
	segment_reader_close(&reader);
}

static void
journal_goes_on_behind_archived_segments(void **state)
{
	(void)state;
	struct comparison comparison;
	struct journal_head head;
	bool torn;
	write_some();
	archive(0);
	archive(1);
	assert_int_equal(compare_with_scan(place(), writing.known, writing.known_count, &comparison,
				 &head, &torn, NULL),
		STATUS_OK);
	writing.options.epoch++;
	assert_int_equal(journal_open(&writing.journal, &writing.options, &head, NULL), STATUS_OK);
	for (uint64_t number = ENTRIES; number < ENTRIES + 3000; number++)
		assert_true(writing_put_patiently(&writing, number));
	assert_true(writing_settle(&writing));
	assert_int_equal(journal_close(writing.journal, NULL, NULL), STATUS_OK);
	assert_all_there();
}

/* What a crash may leave between the two names. */
static void
both_files_are_one_segment(void **state)
{
	(void)state;
	char path[DISK_PATH_MAX], kept[DISK_PATH_MAX];
	write_some();
	segment_path(place(), 1, path);
	snprintf(kept, sizeof kept, "%s/kept", directory);
	tree_copy_file(path, kept);
	archive(1);
	tree_copy_file(kept, path);
	assert_all_there();
	struct segment_list list;
	assert_int_equal(segment_list_read(&list, place(), NULL), STATUS_OK);
	for (size_t i = 1; i < list.segment_count; i++)
		assert_true(list.segments[i] == list.segments[i - 1] + 1);
	segment_list_release(&list);
	archive(1);
	assert_false(has("0000000000000001.segment"));
	assert_all_there();
}

static void
nothing_is_lost_whichever_call_fails(void **state)
{
	(void)state;
	write_some();
	for (int call = 0; call < DISK_CALL_COUNT; call++) {
		uint64_t nth = 1;
		for (;; nth++) {
			struct fault fault;
			if (!has("0000000000000001.segment"))
				break;
			disk_fail_at((enum disk_call)call, nth,
				call == DISK_CALL_WRITE && nth % 2 == 0 ? 0 : EIO);
			enum status status = archive_make(place(), 1, NULL, NULL, &fault);
			bool failed = status != STATUS_OK;
			disk_fail_at((enum disk_call)call, 0, 0);
			if (nth % 5 == 1 ||
				failed != (nth <= disk_call_count((enum disk_call)call)))
				assert_all_there();
			assert_true(
				has("0000000000000001.segment") || has("0000000000000001.archive"));
			if (!failed)
				break;
		}
		printf("             call %d: %llu faults\n", call, (unsigned long long)nth - 1);
		assert_all_there();
		/* Back to a segment of its own, for the next kind of call. */
		struct segment_reader reader;
		static uint8_t bytes[SEGMENT];
		char path[DISK_PATH_MAX];
		size_t got;
		assert_int_equal(
			segment_reader_open(&reader, place(), 1, DISK_READ, NULL), STATUS_OK);
		assert_int_equal(
			segment_reader_read(&reader, bytes, SEGMENT, 0, &got, NULL), STATUS_OK);
		segment_reader_close(&reader);
		segment_path(place(), 1, path);
		assert_int_equal(
			disk_write_file(path, (struct bytes){ bytes, got }, NULL), STATUS_OK);
		archive_path(place(), 1, path);
		(void)remove(path);
	}
}

static bool
gives_up_when_archived(void *context)
{
	const char *archive_name = context;
	return !has(archive_name);
}

static void
what_is_left_of_an_archived_segment_is_nobodys_and_is_cleaned_away(void **state)
{
	(void)state;
	struct fault fault;
	char path[DISK_PATH_MAX], large[DISK_PATH_MAX];
	write_some();
	/* Larger than what goes at once, by a hole at its end that no reader asks for. */
	segment_path(place(), 1, large);
	assert_int_equal(truncate(large, (off_t)(3 * DISK_WEAR_BYTES)), 0);
	snprintf(path, sizeof path, "%s/0000000000000001.archiving", directory);
	assert_int_equal(archive_make(place(), 1, gives_up_when_archived,
				 (char *)"0000000000000001.archive", &fault),
		STATUS_OK);
	assert_true(has("0000000000000001.archive"));
	assert_false(has("0000000000000001.segment"));
	assert_true(disk_exists(path));
	assert_all_there();
	archive_clean(place(), 1);
	assert_false(disk_exists(path));
	archive_clean(place(), 1);
	assert_all_there();
}

static void
without_memory_nothing_changes(void **state)
{
	(void)state;
	struct fault fault;
	write_some();
	uint64_t nth = 1;
	enum status status = STATUS_MEMORY;
	for (; status != STATUS_OK; nth++) {
		memory_fail_at(nth);
		status = archive_make(place(), 0, NULL, NULL, &fault);
		memory_fail_at(0);
		assert_true(status == STATUS_OK || status == STATUS_MEMORY);
		assert_true(status == STATUS_OK || !has("0000000000000000.archive"));
	}
	assert_true(nth > 3);
	assert_all_there();
}

static void
damaged_archive_is_named(void **state)
{
	(void)state;
	struct random random = { random_seed("damage") };
	char path[DISK_PATH_MAX];
	struct buffer good;
	unsigned harmless = 0;
	write_some();
	archive(1);
	archive_path(place(), 1, path);
	buffer_init(&good, 64 << 20);
	assert_int_equal(disk_read_file(path, &good, NULL), STATUS_OK);
	for (int i = 0; i < 60; i++) {
		size_t at = i < 20 ? random_below(&random, 40 + 8 * (SEGMENT / ARCHIVE_PIECE_BYTES))
				   : random_below(&random, good.size);
		bool cut = i % 6 == 5;
		struct bytes bytes = { good.data, cut ? at : good.size };
		struct comparison comparison;
		struct journal_head head;
		struct fault fault;
		bool torn;
		good.data[at] ^= 0x20;
		assert_int_equal(disk_write_file(path, bytes, NULL), STATUS_OK);
		good.data[at] ^= 0x20;
		enum status status = compare_with_scan(place(), writing.known, writing.known_count,
			&comparison, &head, &torn, &fault);
		assert_false(comparison.differs);
		/* A few bits of a frame of zstd mean nothing: then all is there as it was. */
		if (status == STATUS_OK) {
			assert_int_equal(comparison.seen, writing.known_count);
			harmless++;
			continue;
		}
		assert_int_equal(status, STATUS_CORRUPT);
		assert_non_null(strstr(fault.text, "0000000000000001.archive"));
	}
	assert_true(harmless < 4);
	buffer_release(&good);
}

static void
archive_of_another_folder_or_number_is_refused(void **state)
{
	(void)state;
	struct segment_reader reader;
	char from[DISK_PATH_MAX], to[DISK_PATH_MAX];
	write_some();
	archive(1);
	struct journal_place other = *place();
	other.folder++;
	assert_int_equal(segment_reader_open(&reader, &other, 1, DISK_READ, NULL), STATUS_CORRUPT);
	archive_path(place(), 1, from);
	archive_path(place(), 77, to);
	assert_int_equal(disk_rename(from, to, NULL), STATUS_OK);
	assert_int_equal(
		segment_reader_open(&reader, place(), 77, DISK_READ, NULL), STATUS_CORRUPT);
	assert_int_equal(
		segment_reader_open(&reader, place(), 1, DISK_READ, NULL), STATUS_NOT_FOUND);
	assert_false(segment_reader_is_open(&reader));
}

static void
segment_that_is_not_there_is_not_archived(void **state)
{
	(void)state;
	struct fault fault;
	write_some();
	assert_int_equal(archive_make(place(), 4711, NULL, NULL, &fault), STATUS_NOT_FOUND);
}

/* ---- the archiver ---- */

static bool
gone_after(uint64_t number, int wait_ms)
{
	char path[DISK_PATH_MAX];
	segment_path(place(), number, path);
	for (int waited = 0; disk_exists(path) && waited < wait_ms; waited += 10)
		nanosleep(&(struct timespec){ 0, 10 * 1000000 }, NULL);
	return !disk_exists(path);
}

static void
archiver_takes_what_two_checkpoints_have_passed(void **state)
{
	(void)state;
	struct archiver *archiver;
	struct archiver_options options = { .place = *place(), .after_ms = 0 };
	write_some();
	options.place = *place();
	assert_int_equal(archiver_open(&archiver, &options, NULL), STATUS_OK);
	archiver_checkpoint(archiver, 2 * SEGMENT + 4096);
	assert_false(gone_after(0, 1500));
	archiver_checkpoint(archiver, 3 * SEGMENT);
	assert_true(gone_after(0, 10000));
	assert_true(gone_after(1, 10000));
	assert_false(gone_after(2, 1500));
	assert_int_equal(archiver_stats(archiver).segments, 2);
	archiver_close(archiver);
	assert_all_there();
	/* Another one goes on where this one ended. */
	assert_int_equal(archiver_open(&archiver, &options, NULL), STATUS_OK);
	archiver_checkpoint(archiver, 3 * SEGMENT);
	archiver_checkpoint(archiver, 3 * SEGMENT);
	assert_true(gone_after(2, 10000));
	archiver_close(archiver);
	assert_all_there();
}

static void
archiver_leaves_what_is_young(void **state)
{
	(void)state;
	struct archiver *archiver;
	struct archiver_options options = { .after_ms = 3600 * 1000 };
	write_some();
	options.place = *place();
	assert_int_equal(archiver_open(&archiver, &options, NULL), STATUS_OK);
	archiver_checkpoint(archiver, 3 * SEGMENT);
	archiver_checkpoint(archiver, 3 * SEGMENT);
	assert_false(gone_after(0, 2500));
	archiver_close(archiver);
}

static void
archiver_may_be_closed_at_any_moment(void **state)
{
	(void)state;
	struct archiver_options options = { .after_ms = 0 };
	write_some();
	options.place = *place();
	for (int i = 0; i < 40; i++) {
		struct archiver *archiver;
		assert_int_equal(archiver_open(&archiver, &options, NULL), STATUS_OK);
		archiver_checkpoint(archiver, 3 * SEGMENT);
		archiver_checkpoint(archiver, 3 * SEGMENT);
		nanosleep(&(struct timespec){ 0, i * 100000 }, NULL);
		archiver_close(archiver);
	}
	assert_all_there();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(archived_entries_are_read_as_before),
		TEST(archive_is_smaller_than_its_segment),
		TEST(any_stretch_of_an_archive_is_that_of_the_segment),
		TEST(journal_goes_on_behind_archived_segments),
		TEST(both_files_are_one_segment),
		TEST(nothing_is_lost_whichever_call_fails),
		TEST(what_is_left_of_an_archived_segment_is_nobodys_and_is_cleaned_away),
		TEST(without_memory_nothing_changes),
		TEST(damaged_archive_is_named),
		TEST(archive_of_another_folder_or_number_is_refused),
		TEST(segment_that_is_not_there_is_not_archived),
		TEST(archiver_takes_what_two_checkpoints_have_passed),
		TEST(archiver_leaves_what_is_young),
		TEST(archiver_may_be_closed_at_any_moment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
