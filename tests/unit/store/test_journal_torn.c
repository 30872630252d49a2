/*
 * A write that a crash has torn is no damage, and what is left of it is neither a frame nor a proof:
 * the row ends before it, and the next owner writes over it or steps over it.
 */
#include "scan_case.h"
#include "writing.h"

static void
truncation_at_any_sector_gives_the_frames_before_it(void **state)
{
	(void)state;
	put_frames(30, 2);
	uint64_t end = image->next.position;
	const struct image_frame *first_cut = frame_number(image->frame_count - 5);
	for (uint64_t cut = end; cut >= first_cut->frame.position; cut -= 512) {
		image->sizes[0] = cut;
		struct outcome outcome = image_check(image);
		size_t whole = 0;
		while (whole < image->frame_count &&
			frame_number(whole)->frame.position + frame_number(whole)->frame.size <=
				cut)
			whole++;
		/* A file that is shorter than a segment is not how we left it. */
		assert_prefix(&outcome, whole, true);
	}
}

static void
torn_frame_may_be_stepped_over_by_the_next_owner(void **state)
{
	(void)state;
	put_frames(5, 4);
	struct frame torn;
	image_put_at(image, image->next.position, 900, 40, &torn);
	image_at(image, torn.position)[torn.size / 2] ^= 1;
	image_roll(image);
	image->next.epoch = 6;
	put_frames(5, 4);
	struct outcome outcome = image_check(image);
	assert_prefix(&outcome, 10, false);
	/* Over several segments, too, if the first frame of each was torn in its turn. */
	image->next.epoch = 7;
	image_put_at(image, image->next.position, 900, 4, &torn);
	image_at(image, torn.position)[torn.size - 1] ^= 1;
	image_roll(image);
	image->next.epoch = 8;
	image_put_at(image, image->next.position, 950, 4, &torn);
	image_at(image, torn.position)[torn.size - 1] ^= 1;
	outcome = image_check(image);
	assert_prefix(&outcome, 10, true);
	image_roll(image);
	image->next.epoch = 9;
	put_frames(1, 4);
	outcome = image_check(image);
	assert_prefix(&outcome, 11, false);
}

/*
 * Epoch 5 dies in a long frame; epoch 6 writes shorter ones over it and dies, too, in each way:
 * what is left of the first never counts, neither as a frame nor as a proof of damage.
 */
static void
leftovers_of_a_torn_frame_are_neither_frames_nor_proof(void **state)
{
	(void)state;
	for (int with_header = 0; with_header < 2; with_header++) {
		for (uint32_t shorter = 1; shorter < 30; shorter += 7) {
			image_release(image);
			image_init(image, folder);
			put_frames(5, 4);
			struct frame long_one;
			uint64_t head = image->next.position;
			image_put_at(image, head, 900, 60, &long_one);
			uint8_t *at = image_at(image, head);
			if (with_header == 0)
				memset(at, 0, 512);
			memset(at + long_one.size / 3 / 512 * 512, 0, 512);
			struct outcome outcome = image_check(image);
			assert_prefix(&outcome, 5, true);

			image->next.epoch = 6;
			put_frames(1, shorter);
			assert_true(image->next.position < head + long_one.size);
			outcome = image_check(image);
			assert_prefix(&outcome, 6, true);
			put_frames(2, 1);
			outcome = image_check(image);
			assert_prefix(&outcome, 8, true);

			/* Epoch 6 dies as well, in a frame that lies over the old one. */
			uint8_t *next = image_at(image, image->next.position);
			uint8_t old[DISK_BLOCK];
			memcpy(old, next, sizeof old);
			put_frames(1, 1);
			memcpy(next + 512, old + 512, sizeof old - 512); /* first sector only */
			outcome = image_check(image);
			bool is_whole = frame_number(8)->frame.size <= 512;
			assert_prefix(&outcome, is_whole ? 9 : 8, true);
		}
	}
}

/*
 * With large batches an owner begins the next segment and dies; the next owner, with smaller ones,
 * still finds room in the segment before. The torn frame's header stays where it is until that
 * segment is reached.
 */
static void
torn_header_in_the_next_segment_proves_nothing(void **state)
{
	(void)state;
	put_frames(5, 4);
	uint64_t head = image->next.position;
	struct frame torn;
	image_roll(image);
	image_put_at(image, image->next.position, 900, 40, &torn);
	image_at(image, torn.position)[torn.size / 2] ^= 1;
	struct outcome outcome = image_check(image);
	assert_prefix(&outcome, 5, true);

	/* The next owner's first frame is torn in turn: two headers chain to the same frame. */
	image->next.position = head;
	image->next.epoch = 6;
	struct frame also_torn;
	image_put_at(image, head, 950, 4, &also_torn);
	image_at(image, head)[also_torn.size - 1] ^= 1;
	outcome = image_check(image);
	assert_prefix(&outcome, 5, true);

	/* Then it is written, and more: the old header has a lower epoch. */
	for (int i = 0; i < 4; i++) {
		put_frames(1, 2);
		outcome = image_check(image);
		assert_prefix(&outcome, 6 + (size_t)i, true);
	}

	/* But if those frames are damaged, their own witness is enough. */
	image_at(image, frame_number(6)->frame.position)[20] ^= 1;
	outcome = image_check(image);
	assert_damage(&outcome, frame_number(6)->frame.position, "epoch 6");
	image_at(image, frame_number(6)->frame.position)[20] ^= 1;

	/* At last the segment is reached and the header written over. */
	image_roll(image);
	put_frames(1, 1);
	outcome = image_check(image);
	assert_prefix(&outcome, 10, true);
}

static void
whole_frame_of_an_earlier_epoch_is_no_proof(void **state)
{
	(void)state;
	image->next.epoch = 6;
	put_frames(5, 4);
	struct frame old;
	image->next.epoch = 5;
	image_put_at(image, image->next.position + 3 * DISK_BLOCK, 900, 1, &old);
	struct outcome outcome = image_check(image);
	assert_prefix(&outcome, 5, true);
	/* Of the same epoch, or a later one, it is. */
	for (uint64_t epoch = 6; epoch < 9; epoch++) {
		image->next.epoch = epoch;
		image_put_at(image, image->next.position + 3 * DISK_BLOCK, 900, 1, &old);
		outcome = image_check(image);
		assert_damage(&outcome, image->next.position, "was written later");
	}
}

static void
file_that_was_given_back_keeps_its_old_frames_to_itself(void **state)
{
	(void)state;
	put_frames(30, 4);
	uint8_t *old = image_segment(image, 0);
	image_roll(image);
	memcpy(image_segment(image, 1), old, image->place.segment_bytes);
	struct outcome outcome = image_check(image);
	assert_prefix(&outcome, 30, true); /* made ahead of use, full of old frames */
	for (int i = 0; i < 20; i++) {
		put_frames(1, (uint32_t)(1 + i % 5));
		outcome = image_check(image);
		assert_prefix(&outcome, image->frame_count, true);
	}
	/* A damage among them is still one. */
	image_at(image, frame_number(40)->frame.position)[FRAME_HEADER_BYTES] ^= 1;
	outcome = image_check(image);
	assert_damage(&outcome, frame_number(40)->frame.position, "was written later");
}

static void
frames_of_another_folder_are_never_accepted(void **state)
{
	(void)state;
	put_frames(5, 4);
	/* The very same position, chain and checksum key, but another number. */
	struct frame foreign;
	image->next.folder = TEST_FOLDER ^ UINT64_C(1) << 63;
	uint64_t chain = image_put_at(image, image->next.position, 900, 3, &foreign);
	uint64_t position = image->next.position + size_round_up(foreign.size, DISK_BLOCK);
	image->next.previous = chain;
	image_put_at(image, position, 910, 3, &foreign);
	struct outcome outcome = image_check(image);
	assert_prefix(&outcome, 5, true);
	/* A whole foreign journal: not one frame of it. */
	image->place.folder ^= 1;
	outcome = image_check(image);
	assert_int_equal(outcome.status, STATUS_OK);
	assert_int_equal(outcome.comparison.seen, 0);
	assert_int_equal(outcome.head.position, 0);
	assert_true(outcome.torn);
}

/* Runs a real journal until it is cut off in the middle of a write, again and again. */
static struct writing *writing;

static void
tear_last_frame(struct random *random, const struct journal_head *head, uint64_t last_frame)
{
	struct disk_file file;
	char path[DISK_PATH_MAX];
	uint8_t zeros[512] = { 0 };
	const struct journal_place *place = &writing->options.place;
	segment_path(place, journal_segment_of(place, last_frame), path);
	assert_int_equal(disk_open(&file, path, DISK_WRITE, NULL), STATUS_OK);
	for (uint64_t at = last_frame; at < head->position; at += sizeof zeros) {
		if (at == last_frame || random_below(random, 2) == 0) {
			/* The first sector always, so that the test knows the frame is torn. */
			uint64_t offset = journal_offset_of(place, at);
			assert_int_equal(
				disk_write(&file, zeros, sizeof zeros, offset, NULL), STATUS_OK);
		}
	}
	disk_close(&file);
}

static void
journal_survives_any_number_of_torn_ends(void **state)
{
	(void)state;
	struct random random = { random_seed(__func__) };
	writing = malloc(sizeof *writing);
	writing_init(writing, folder);
	struct journal_head head = writing_empty_head();
	struct fault fault;
	bool torn;
	for (uint64_t run = 1; run <= 60; run++) {
		writing->options.epoch = run;
		static const size_t batches[] = { 65536, 65536 * 2, 65536 * 8 };
		writing->options.batch_bytes_max = batches[random_below(&random, 3)];
		if (random_below(&random, 8) == 0)
			head.position = size_round_up(head.position, 1 << 20);
		if (journal_open(&writing->journal, &writing->options, &head, &fault) != STATUS_OK)
			fail_msg("%s", fault.text);
		size_t count = 1 + random_below(&random, 150);
		for (size_t i = 0; i < count; i++) {
			assert_true(writing_put_patiently(writing, run * 1000 + i));
			if (random_below(&random, 10) == 0)
				writing_flush(writing);
		}
		assert_int_equal(journal_close(writing->journal, NULL, &fault), STATUS_OK);

		struct comparison comparison;
		enum status status = compare_with_scan(&writing->options.place, writing->known,
			writing->known_count, &comparison, &head, &torn, &fault);
		assert_int_equal(status, STATUS_OK);
		assert_false(comparison.differs);
		assert_int_equal(comparison.seen, writing->known_count);
		if (random_below(&random, 2) == 0)
			continue;
		tear_last_frame(&random, &head, comparison.last_frame);
		status = compare_with_scan(&writing->options.place, writing->known,
			writing->known_count, &comparison, &head, &torn, &fault);
		if (status != STATUS_OK)
			fail_msg("%s", fault.text);
		assert_false(comparison.differs);
		while (writing->known_count > comparison.seen)
			writing->known_count--;
		/* All that is gone was in the frame that was torn. */
		assert_true(head.position <= comparison.last_frame + (1 << 19));
	}
	sem_destroy(&writing->news);
	free(writing);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(truncation_at_any_sector_gives_the_frames_before_it),
		TEST(torn_frame_may_be_stepped_over_by_the_next_owner),
		TEST(leftovers_of_a_torn_frame_are_neither_frames_nor_proof),
		TEST(torn_header_in_the_next_segment_proves_nothing),
		TEST(whole_frame_of_an_earlier_epoch_is_no_proof),
		TEST(file_that_was_given_back_keeps_its_old_frames_to_itself),
		TEST(frames_of_another_folder_are_never_accepted),
		TEST(journal_survives_any_number_of_torn_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
