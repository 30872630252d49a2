/*
 * A scan of a sound journal: it shows the whole row in order, from wherever it is begun, and no less
 * of it when a read fails. Damage: test_journal_damage.c. Torn writes: test_journal_torn.c.
 */
#include "scan_case.h"

static void
row_of_nothing_is_empty(void **state)
{
	(void)state;
	struct outcome outcome = image_check(image);
	assert_prefix(&outcome, 0, false);
	image_segment(image, 0);
	outcome = image_check(image);
	assert_prefix(&outcome, 0, false);
	snprintf(image->place.directory, sizeof image->place.directory, "%s/none", folder);
	outcome = image_scan(image);
	assert_prefix(&outcome, 0, false);
	uint64_t segment = 77;
	assert_int_equal(journal_first_segment(&image->place, &segment, NULL), STATUS_NOT_FOUND);
	assert_int_equal(segment, 77);
}

static void
whole_row_is_shown_in_order(void **state)
{
	(void)state;
	put_frames(20, 3);
	image_roll(image);
	put_frames(20, 1);
	image->next.epoch = 9;
	put_frames(10, 10);
	struct outcome outcome = image_check(image);
	assert_prefix(&outcome, 50, false);
	assert_int_equal(outcome.comparison.frames, 50);
	uint64_t segment = 77;
	assert_int_equal(journal_first_segment(&image->place, &segment, NULL), STATUS_OK);
	assert_int_equal(segment, 0);
}

static void
rest_of_a_segment_may_be_left_unused(void **state)
{
	(void)state;
	put_frames(5, 4);
	image_roll(image);
	image->next.epoch = 6;
	put_frames(5, 4);
	image_roll(image);
	put_frames(1, 1);
	image_roll(image); /* made ahead */
	struct outcome outcome = image_check(image);
	assert_prefix(&outcome, 11, false);
}

static void
file_larger_than_a_segment_is_refused(void **state)
{
	(void)state;
	put_frames(5, 4);
	image_write(image);
	char path[DISK_PATH_MAX];
	segment_path(&image->place, 0, path);
	assert_int_equal(truncate(path, 2 << 20), 0);
	struct outcome outcome = image_scan(image);
	assert_int_equal(outcome.status, STATUS_CONFLICT);
}

static void
frame_may_end_where_its_segment_ends(void **state)
{
	(void)state;
	image->next.position = image->place.segment_bytes - 4 * DISK_BLOCK;
	/* Not the first of the row, so the scan begins there. */
	struct frame made;
	uint32_t count = 0;
	do
		image_put_at(image, image->next.position, 1, ++count, &made);
	while (made.size <= 3 * DISK_BLOCK);
	image_put(image, count);
	assert_int_equal(image->next.position, image->place.segment_bytes);
	struct journal_scan scan = {
		.place = image->place,
		.from = image->place.segment_bytes - 4 * DISK_BLOCK,
		.from_chain = TEST_FOLDER,
	};
	struct journal_head head;
	bool torn;
	image_write(image);
	assert_int_equal(journal_scan(&scan, &head, &torn, NULL), STATUS_OK);
	assert_int_equal(head.position, image->place.segment_bytes);
	put_frames(1, 1);
	image_write(image);
	assert_int_equal(journal_scan(&scan, &head, &torn, NULL), STATUS_OK);
	assert_int_equal(head.position, image->place.segment_bytes + DISK_BLOCK);
	assert_false(torn);
}

static void
frame_larger_than_what_is_read_at_once_is_read(void **state)
{
	(void)state;
	image->place.segment_bytes = 16 << 20;
	put_frames(3, 2);
	struct frame made;
	image_put_at(image, image->next.position, image->next_number, 6000, &made);
	assert_true(made.size > 4 << 20);
	image_put(image, 6000);
	put_frames(3, 2);
	struct outcome outcome = image_check(image);
	assert_prefix(&outcome, 7, false);
	image_at(image, made.position)[made.size - 100] ^= 4;
	outcome = image_check(image);
	assert_damage(&outcome, made.position, "checksum of the frame's entries");
}

/* ---- parts of a row ---- */

static bool
count_visit(void *context, const struct journal_visit *visit)
{
	(void)visit;
	++*(size_t *)context;
	return true;
}

static void
scan_may_begin_at_any_frame(void **state)
{
	(void)state;
	put_frames(5, 2);
	image_roll(image);
	put_frames(5, 2);
	image_write(image);
	for (size_t n = 0; n < 10; n++) {
		size_t seen = 0;
		struct journal_head head;
		struct fault fault;
		bool torn;
		struct journal_scan scan = {
			.place = image->place,
			.from = frame_number(n)->frame.position,
			.from_chain = n == 0 ? TEST_FOLDER : frame_number(n - 1)->chain,
			.visit = count_visit,
			.context = &seen,
		};
		assert_int_equal(journal_scan(&scan, &head, &torn, &fault), STATUS_OK);
		assert_int_equal(seen, image->known_count - frame_number(n)->known_before);
		assert_int_equal(head.chain, frame_number(9)->chain);
		seen = 0;
		scan.from_chain = 0;
		assert_int_equal(journal_scan(&scan, &head, &torn, &fault), STATUS_OK);
		assert_int_equal(seen, image->known_count - frame_number(n)->known_before);
		seen = 0;
		scan.from_chain = 4711;
		if (n > 0) /* at 0 there is only one chain value to begin with */
			assert_int_equal(journal_scan(&scan, &head, &torn, &fault), STATUS_CORRUPT);
		assert_int_equal(seen, 0);
	}
}

static void
unknown_chain_does_not_pass_over_damage(void **state)
{
	(void)state;
	put_frames(5, 2);
	image_roll(image);
	put_frames(5, 2);
	uint64_t position = frame_number(4)->frame.position;
	image_at(image, position)[40] ^= 1;
	image_write(image);
	size_t seen = 0;
	struct journal_head head;
	bool torn;
	struct journal_scan scan = {
		.place = image->place, .from = position, .visit = count_visit, .context = &seen
	};
	/* The next segment's first frame chains to what nobody can tell; so it is not the next. */
	assert_int_equal(journal_scan(&scan, &head, &torn, NULL), STATUS_CORRUPT);
	assert_int_equal(seen, 0);
}

static void
scan_from_the_head_gives_the_head_back(void **state)
{
	(void)state;
	put_frames(5, 2);
	image_write(image);
	struct journal_head head;
	bool torn = true;
	struct journal_scan scan = {
		.place = image->place,
		.from = image->next.position,
		.from_chain = frame_number(4)->chain,
		.from_time_ms = 4711,
		.from_epoch = 5,
	};
	assert_int_equal(journal_scan(&scan, &head, &torn, NULL), STATUS_OK);
	assert_int_equal(head.position, scan.from);
	assert_int_equal(head.chain, scan.from_chain);
	assert_int_equal(head.time_ms, 4711);
	assert_int_equal(head.epoch, 5);
	assert_false(torn);
}

static void
segments_before_the_beginning_are_ignored(void **state)
{
	(void)state;
	put_frames(5, 2);
	image_roll(image);
	put_frames(5, 2);
	image_roll(image);
	put_frames(5, 2);
	memset(image_segment(image, 0), 0x77, image->place.segment_bytes);
	image->sizes[0] = 100;
	image_write(image);
	size_t seen = 0;
	struct journal_head head;
	bool torn;
	struct journal_scan scan = {
		.place = image->place,
		.from = frame_number(7)->frame.position,
		.from_chain = frame_number(6)->chain,
		.visit = count_visit,
		.context = &seen,
	};
	assert_int_equal(journal_scan(&scan, &head, &torn, NULL), STATUS_OK);
	assert_int_equal(seen, 16);
	char path[DISK_PATH_MAX];
	segment_path(&image->place, 0, path);
	unlink(path);
	assert_int_equal(journal_scan(&scan, &head, &torn, NULL), STATUS_OK);
}

static bool
stop_visit(void *context, const struct journal_visit *visit)
{
	(void)visit;
	return --*(size_t *)context > 0;
}

static void
visitor_may_have_seen_enough(void **state)
{
	(void)state;
	put_frames(5, 4);
	image_at(image, frame_number(4)->frame.position)[5] ^= 1;
	image_write(image);
	for (size_t wanted = 1; wanted < 16; wanted++) {
		size_t left = wanted;
		struct journal_head head;
		bool torn = true;
		struct journal_scan scan = {
			.place = image->place, .visit = stop_visit, .context = &left
		};
		assert_int_equal(journal_scan(&scan, &head, &torn, NULL), STATUS_OK);
		assert_int_equal(left, 0);
		assert_false(torn);
		/* Behind the last frame that was seen whole. */
		size_t whole = (wanted - 1) / 4;
		assert_int_equal(head.position, frame_number(whole)->frame.position);
	}
}

/* ---- reads ---- */

static void
failure_to_read_is_no_end_of_the_row(void **state)
{
	(void)state;
	put_frames(5, 2);
	image_roll(image);
	put_frames(5, 2);
	image_roll(image);
	image_write(image);
	struct journal_scan scan = { .place = image->place };
	uint64_t n = 1;
	for (;; n++) {
		struct journal_head head = { .position = 4711 };
		bool torn = true;
		disk_fail_at(DISK_CALL_READ, n, EIO);
		enum status status = journal_scan(&scan, &head, &torn, NULL);
		if (disk_call_count(DISK_CALL_READ) < n) {
			assert_int_equal(status, STATUS_OK);
			break;
		}
		assert_int_equal(status, STATUS_IO);
		assert_int_equal(head.position, 4711);
		assert_true(torn);
	}
	printf("             reads: N=%llu\n", (unsigned long long)n);
	assert_true(n > 3);
	disk_fail_at(DISK_CALL_READ, 0, 0);
	for (n = 1;; n++) {
		struct journal_head head;
		bool torn;
		memory_fail_at(n);
		enum status status = journal_scan(&scan, &head, &torn, NULL);
		bool was_reached = memory_request_count() >= n;
		memory_fail_at(0);
		assert_int_equal(status, was_reached ? STATUS_MEMORY : STATUS_OK);
		if (!was_reached)
			break;
	}
	printf("             memory: N=%llu\n", (unsigned long long)n);
	assert_true(n > 2);
}

/* Writes the second frame when the first entry is shown: the scan has read what follows already. */
static bool
write_meanwhile_visit(void *context, const struct journal_visit *visit)
{
	if (visit->position == image->known[0].position) {
		const struct frame *late = &frame_number(1)->frame;
		struct disk_file file;
		char path[DISK_PATH_MAX];
		segment_path(&image->place, 0, path);
		assert_int_equal(disk_open(&file, path, DISK_WRITE, NULL), STATUS_OK);
		assert_int_equal(disk_write(&file, image_at(image, late->position), late->size,
					 late->position, NULL),
			STATUS_OK);
		disk_close(&file);
	}
	return comparison_visit(context, visit);
}

static void
frame_that_was_read_before_it_was_written_is_no_damage(void **state)
{
	(void)state;
	put_frames(5, 2);
	uint8_t *at = image_at(image, frame_number(1)->frame.position);
	uint8_t kept[512];
	memcpy(kept, at, sizeof kept);
	memset(at, 0, sizeof kept);
	image_write(image);
	memcpy(at, kept, sizeof kept);
	struct comparison comparison = { .known = image->known, .known_count = image->known_count };
	struct journal_scan scan = {
		.place = image->place, .visit = write_meanwhile_visit, .context = &comparison
	};
	struct journal_head head;
	struct fault fault;
	bool torn;
	if (journal_scan(&scan, &head, &torn, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	assert_int_equal(comparison.seen, image->known_count);
	assert_false(comparison.differs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(row_of_nothing_is_empty),
		TEST(whole_row_is_shown_in_order),
		TEST(rest_of_a_segment_may_be_left_unused),
		TEST(file_larger_than_a_segment_is_refused),
		TEST(frame_may_end_where_its_segment_ends),
		TEST(scan_may_begin_at_any_frame),
		TEST(unknown_chain_does_not_pass_over_damage),
		TEST(scan_from_the_head_gives_the_head_back),
		TEST(segments_before_the_beginning_are_ignored),
		TEST(visitor_may_have_seen_enough),
		TEST(frame_larger_than_what_is_read_at_once_is_read),
		TEST(failure_to_read_is_no_end_of_the_row),
		TEST(frame_that_was_read_before_it_was_written_is_no_damage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
