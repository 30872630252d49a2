#include "../../../engine/base/digest.h"
#include "../../../engine/base/memory.h"
#include "../../../store/journal.h"
#include "image.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static char folder[256];
static struct image *image;

static int
set_up(void **state)
{
	(void)state;
	scratch_make_fast(folder);
	image = malloc(sizeof *image);
	image_init(image, folder);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	disk_fail_at(DISK_CALL_READ, 0, 0);
	image_release(image);
	free(image);
	scratch_remove(folder);
	return 0;
}

static const struct image_frame *
frame_number(size_t i)
{
	assert_true(i < image->frame_count);
	return &image->frames[i];
}

/* The row ends well behind `frames` frames. */
static void
assert_prefix(const struct outcome *outcome, size_t frames, bool torn)
{
	if (outcome->status != STATUS_OK)
		fail_msg("%s", outcome->fault.text);
	assert_false(outcome->comparison.differs);
	size_t entries = frames == image->frame_count ? image->known_count
						      : image->frames[frames].known_before;
	assert_int_equal(outcome->comparison.seen, entries);
	assert_int_equal(outcome->torn, torn);
	if (frames == 0) {
		assert_int_equal(outcome->head.chain, TEST_FOLDER);
		return;
	}
	const struct image_frame *last = &image->frames[frames - 1];
	assert_int_equal(outcome->head.chain, last->chain);
	assert_int_equal(outcome->head.epoch, last->frame.epoch);
	assert_int_equal(outcome->head.time_ms, last->frame.time_ms);
	assert_int_equal(outcome->head.position,
		last->frame.position + size_round_up(last->frame.size, DISK_BLOCK));
}

/* Damage is named: the file, the byte, and something of why. No wrong entry was shown before. */
static void
assert_damage(const struct outcome *outcome, uint64_t position, const char *why)
{
	assert_int_equal(outcome->status, STATUS_CORRUPT);
	assert_false(outcome->comparison.differs);
	char place[400];
	snprintf(place, sizeof place, "byte %llu of %s/%016llx.segment",
		(unsigned long long)journal_offset_of(&image->place, position), folder,
		(unsigned long long)journal_segment_of(&image->place, position));
	if (strstr(outcome->fault.text, place) == NULL)
		fail_msg("expected “%s”, got “%s”", place, outcome->fault.text);
	if (strstr(outcome->fault.text, why) == NULL)
		fail_msg("expected “%s”, got “%s”", why, outcome->fault.text);
}

static void
put_frames(size_t count, uint32_t entries)
{
	for (size_t i = 0; i < count; i++)
		image_put(image, entries);
}

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

/* The entries of these frames are short, so that a test can afford each of their bytes. */
static void
put_short_frames(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct sample sample;
		do
			sample_make(&sample, ++image->next_number);
		while (entry_size(&sample.entry) > 320);
		image_put(image, 1);
	}
}

static struct outcome
scan_with_flipped_bit(uint64_t position, unsigned bit)
{
	/* Only the byte is written anew. */
	char path[DISK_PATH_MAX];
	uint64_t number = journal_segment_of(&image->place, position);
	segment_path(&image->place, number, path);
	struct disk_file file;
	uint8_t *byte = image_at(image, position);
	uint8_t flipped = (uint8_t)(*byte ^ 1u << bit);
	uint64_t offset = journal_offset_of(&image->place, position);
	assert_int_equal(disk_open(&file, path, DISK_WRITE, NULL), STATUS_OK);
	assert_int_equal(disk_write(&file, &flipped, 1, offset, NULL), STATUS_OK);
	struct outcome outcome = image_scan(image);
	assert_int_equal(disk_write(&file, byte, 1, offset, NULL), STATUS_OK);
	disk_close(&file);
	return outcome;
}

static void
flipped_byte_in_the_last_frame_is_a_torn_write(void **state)
{
	(void)state;
	put_short_frames(5);
	image_write(image);
	const struct frame *last = &frame_number(4)->frame;
	for (uint64_t i = 0; i < last->size; i++) {
		struct outcome outcome = scan_with_flipped_bit(last->position + i, i % 8);
		assert_prefix(&outcome, 4, true);
	}
	/* The padding is no part of the frame. */
	struct outcome outcome = scan_with_flipped_bit(last->position + last->size, 3);
	assert_prefix(&outcome, 5, false);
	/* Anything behind the row is not ours, but is told. */
	outcome = scan_with_flipped_bit(image->place.segment_bytes - 1, 3);
	assert_prefix(&outcome, 5, true);
}

static void
flipped_byte_in_an_earlier_frame_is_damage(void **state)
{
	(void)state;
	put_short_frames(5);
	image_write(image);
	for (size_t n = 0; n < 4; n++) {
		const struct frame *frame = &frame_number(n)->frame;
		for (uint64_t i = 0; i < frame->size; i += n == 3 ? 1 : 7) {
			struct outcome outcome = scan_with_flipped_bit(frame->position + i, i % 8);
			assert_damage(&outcome, frame->position, "was written later");
			assert_int_equal(outcome.comparison.seen, n);
		}
	}
}

static void
every_bit_of_a_header_counts(void **state)
{
	(void)state;
	put_short_frames(3);
	image_write(image);
	for (size_t n = 0; n < 3; n++) {
		const struct frame *frame = &frame_number(n)->frame;
		for (unsigned bit = 0; bit < FRAME_HEADER_BYTES * 8; bit++) {
			struct outcome outcome = scan_with_flipped_bit(
				frame->position + bit / 8, bit % 8);
			if (n == 2)
				assert_prefix(&outcome, 2, true);
			else
				assert_damage(&outcome, frame->position, "was written later");
		}
	}
}

/* Exchanges the bytes of two stretches of equal size. */
static void
swap_bytes(uint8_t *a, uint8_t *b, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = a[i];
		a[i] = b[i];
		b[i] = byte;
	}
}

static void
swapped_frames_are_damage(void **state)
{
	(void)state;
	put_short_frames(6);
	for (size_t n = 0; n + 1 < 6; n++) {
		uint64_t position = frame_number(n)->frame.position;
		uint8_t *at = image_at(image, position);
		swap_bytes(at, at + DISK_BLOCK, DISK_BLOCK);
		struct outcome outcome = image_check(image);
		/* Also the last two, though no good frame is behind them: one claims to be later.
		 */
		assert_damage(&outcome, position, "was written for position");
		swap_bytes(at, at + DISK_BLOCK, DISK_BLOCK);
	}
	struct outcome outcome = image_check(image);
	assert_prefix(&outcome, 6, false);
}

static void
duplicated_frame_is_not_taken_twice(void **state)
{
	(void)state;
	put_short_frames(6);
	/* Onto the end: it claims an earlier place, and is nothing. */
	memcpy(image_at(image, image->next.position),
		image_at(image, frame_number(5)->frame.position), DISK_BLOCK);
	struct outcome outcome = image_check(image);
	assert_prefix(&outcome, 6, true);
	/* Onto the next one, which is then gone. */
	for (size_t n = 0; n + 1 < 5; n++) {
		uint8_t *at = image_at(image, frame_number(n)->frame.position);
		uint8_t next[DISK_BLOCK];
		memcpy(next, at + DISK_BLOCK, DISK_BLOCK);
		memcpy(at + DISK_BLOCK, at, DISK_BLOCK);
		outcome = image_check(image);
		assert_damage(&outcome, frame_number(n + 1)->frame.position, "was written for");
		memcpy(at + DISK_BLOCK, next, DISK_BLOCK);
	}
}

static void
frame_that_was_written_to_the_wrong_place_is_damage(void **state)
{
	(void)state;
	put_short_frames(3);
	uint64_t head = image->next.position;
	struct frame made;
	/* It was acknowledged in good faith, as the first of the next segment; there it is not. */
	image_segment(image, 1);
	image_put_at(image, image->place.segment_bytes, 900, 1, &made);
	swap_bytes(image_at(image, head), image_at(image, image->place.segment_bytes), DISK_BLOCK);
	struct outcome outcome = image_check(image);
	assert_damage(&outcome, head, "was written later");
	/* The other way round: it belongs to the head. */
	memset(image_at(image, head), 0, DISK_BLOCK);
	image_put_at(image, head, 900, 1, &made);
	swap_bytes(image_at(image, head), image_at(image, image->place.segment_bytes), DISK_BLOCK);
	outcome = image_check(image);
	assert_damage(&outcome, head, "was written later");
}

static void
zeros_in_the_middle_are_damage(void **state)
{
	(void)state;
	put_frames(10, 4);
	image_roll(image);
	put_frames(10, 4);
	for (size_t n = 0; n < 20; n++) {
		const struct frame *frame = &frame_number(n)->frame;
		uint8_t *at = image_at(image, frame->position);
		uint8_t *kept = malloc(frame->size);
		memcpy(kept, at, frame->size);
		memset(at, 0, frame->size);
		struct outcome outcome = image_check(image);
		/* Behind the frame before: whether a segment was left there can't be told. */
		uint64_t expected = frame->position;
		if (n == 10)
			expected = frame_number(9)->frame.position +
				size_round_up(frame_number(9)->frame.size, DISK_BLOCK);
		if (n == 19)
			assert_prefix(&outcome, 19, false); /* as if it had never been */
		else
			assert_damage(&outcome, expected, "was written later");
		memcpy(at, kept, frame->size);
		free(kept);
	}
}

static void
damage_at_the_end_of_a_segment_is_proved_by_the_next(void **state)
{
	(void)state;
	put_frames(5, 4);
	image_roll(image);
	put_frames(1, 1);
	const struct frame *frame = &frame_number(4)->frame;
	image_at(image, frame->position)[frame->size - 1] ^= 1;
	struct outcome outcome = image_check(image);
	assert_damage(&outcome, frame->position, "0000000000000001.segment");
	/* Even if only the header of the later one was written whole. */
	const struct frame *later = &frame_number(5)->frame;
	image_at(image, later->position)[FRAME_HEADER_BYTES + 10] ^= 1;
	outcome = image_check(image);
	assert_damage(&outcome, frame->position, "0000000000000001.segment");
}

static void
damage_before_a_torn_frame_is_damage(void **state)
{
	(void)state;
	put_frames(5, 4);
	/* The last was in flight; so the one before it had been acknowledged. */
	const struct frame *last = &frame_number(4)->frame;
	image_at(image, last->position)[last->size - 1] ^= 1;
	struct outcome outcome = image_check(image);
	assert_prefix(&outcome, 4, true);
	const struct frame *before = &frame_number(3)->frame;
	image_at(image, before->position)[before->size - 1] ^= 1;
	outcome = image_check(image);
	assert_damage(&outcome, before->position, "checksum of the frame's entries");
}

static void
missing_segment_is_damage(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		put_frames(5, 4);
		image_roll(image);
	}
	put_frames(1, 1);
	struct outcome outcome = image_check(image);
	assert_prefix(&outcome, 16, false);
	for (size_t n = 0; n < 3; n++) {
		char path[DISK_PATH_MAX];
		segment_path(&image->place, n, path);
		unlink(path);
		outcome = image_scan(image);
		assert_int_equal(outcome.status, STATUS_CORRUPT);
		assert_int_equal(outcome.comparison.seen, 0);
		assert_non_null(strstr(outcome.fault.text, path));
		assert_non_null(strstr(outcome.fault.text, "missing"));
		image_write(image);
	}
}

static void
loss_of_the_last_segments_leaves_the_frames_before(void **state)
{
	(void)state;
	put_frames(5, 4);
	image_roll(image);
	put_frames(5, 4);
	free(image->segments[1]);
	image->segments[1] = NULL;
	struct outcome outcome = image_check(image);
	assert_prefix(&outcome, 5, false);
	/* But who knows of a later position is not answered with less. */
	struct journal_scan scan = { .place = image->place, .from = image->next.position };
	struct journal_head head;
	bool torn;
	assert_int_equal(journal_scan(&scan, &head, &torn, NULL), STATUS_CORRUPT);
	scan.from = frame_number(5)->frame.position; /* where the lost segment began */
	scan.from_chain = frame_number(4)->chain;
	assert_int_equal(journal_scan(&scan, &head, &torn, NULL), STATUS_OK);
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

/* A next frame that breaks a law is not a torn write. */
static void
sound_frame_that_breaks_a_law_is_damage(void **state)
{
	(void)state;
	put_frames(5, 4);
	struct frame good = image->next;
	struct frame made;
	uint64_t position = image->next.position;
	uint8_t *at = image_at(image, position);

	image->next.epoch--;
	image_put_at(image, position, 900, 1, &made);
	struct outcome outcome = image_check(image);
	assert_damage(&outcome, position, "time or epoch");

	image->next = good;
	image->next.time_ms = frame_number(4)->frame.time_ms - 1;
	image_put_at(image, position, 900, 1, &made);
	outcome = image_check(image);
	assert_damage(&outcome, position, "time or epoch");

	image->next = good;
	image->next.shard++;
	image_put_at(image, position, 900, 1, &made);
	outcome = image_check(image);
	assert_damage(&outcome, position, "another shard");

	image->next = good;
	image->next.previous ^= 1;
	image_put_at(image, position, 900, 1, &made);
	outcome = image_check(image);
	assert_damage(&outcome, position, "does not follow the one before");

	/* Counts and sizes that the entries do not bear out, under right checksums. */
	image->next = good;
	image_put_at(image, position, 900, 2, &made);
	made.count = 1;
	frame_seal(&made, at);
	outcome = image_check(image);
	assert_damage(&outcome, position, "do not add up");

	image_put_at(image, position, 900, 2, &made);
	made.count = 3;
	frame_seal(&made, at);
	outcome = image_check(image);
	assert_damage(&outcome, position, "do not add up");

	image_put_at(image, position, 900, 2, &made);
	at[FRAME_HEADER_BYTES + 60] ^= 1;
	frame_seal(&made, at);
	outcome = image_check(image);
	assert_damage(&outcome, position + FRAME_HEADER_BYTES, "checksum of the entry");

	made.size = (uint32_t)image->place.segment_bytes;
	made.size -= (uint32_t)position;
	frame_seal(&made, at);
	made.size += DISK_BLOCK;
	store_u32(at + 8, made.size);
	store_u32(at + 60, crc32c(frame_key(TEST_FOLDER), at, 60));
	outcome = image_check(image);
	assert_damage(&outcome, position, "longer than its segment");
}

static void
later_format_is_refused_by_name(void **state)
{
	(void)state;
	put_frames(5, 4);
	struct frame made;
	uint8_t *at = image_at(image, image->next.position);
	image_put_at(image, image->next.position, 900, 1, &made);
	store_u32(at + 52, 2);
	store_u32(at + 60, crc32c(frame_key(TEST_FOLDER), at, 60));
	struct outcome outcome = image_check(image);
	assert_int_equal(outcome.status, STATUS_UNSUPPORTED);
	assert_non_null(strstr(outcome.fault.text, "format 2"));
	assert_non_null(strstr(outcome.fault.text, "0000000000000000.segment"));
	/* Also where it is only found behind a torn one. */
	memmove(at + DISK_BLOCK, at, DISK_BLOCK);
	memset(at, 1, DISK_BLOCK);
	outcome = image_check(image);
	assert_int_equal(outcome.status, STATUS_UNSUPPORTED);
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

/*
 * A row of random frames over several segments and epochs, and random damage to it. `touched` tells
 * for each frame whether a byte of it was changed.
 */
static void
make_random_row(struct random *random)
{
	size_t segments = 1 + random_below(random, 3);
	for (size_t s = 0; s < segments; s++) {
		size_t frames = 1 + random_below(random, 12);
		for (size_t i = 0; i < frames; i++) {
			if (random_below(random, 5) == 0)
				image->next.epoch++;
			image->next_number = random_next(random) >> 8;
			image_put(image, (uint32_t)(1 + random_below(random, 5)));
		}
		if (s + 1 < segments || random_below(random, 2) == 0)
			image_roll(image);
	}
}

/* Changes some bytes in one of the ways in which disks do. */
static void
damage_randomly(struct random *random)
{
	size_t which = random_below(random, image->frame_count);
	if (random_below(random, 3) == 0)
		which = image->frame_count - 1;
	const struct frame *frame = &frame_number(which)->frame;
	uint8_t *at = image_at(image, frame->position);
	size_t padded = size_round_up(frame->size, DISK_BLOCK);
	switch (random_below(random, 5)) {
	case 0: /* a bit */
		at[random_below(random, frame->size)] ^= (uint8_t)(1u << random_below(random, 8));
		break;
	case 1: { /* some sectors never written */
		size_t sector = random_below(random, padded / 512);
		size_t count = 1 + random_below(random, padded / 512 - sector);
		memset(at + sector * 512, 0, count * 512);
		break;
	}
	case 2: { /* a block of another place */
		uint64_t other = frame_number(random_below(random, image->frame_count))
					 ->frame.position;
		memmove(at, image_at(image, other), DISK_BLOCK);
		break;
	}
	case 3: { /* two blocks exchanged */
		uint64_t other = frame_number(random_below(random, image->frame_count))
					 ->frame.position;
		if (other != frame->position)
			swap_bytes(at, image_at(image, other), DISK_BLOCK);
		break;
	}
	default: { /* noise */
		size_t start = random_below(random, frame->size);
		for (size_t i = start; i < padded && i < start + 700; i++)
			at[i] = (uint8_t)random_next(random);
		break;
	}
	}
}

static bool
is_untouched(const struct image_frame *made, uint8_t *const originals[])
{
	const struct frame *frame = &made->frame;
	uint64_t number = journal_segment_of(&image->place, frame->position);
	uint64_t offset = journal_offset_of(&image->place, frame->position);
	return memcmp(originals[number] + offset, image->segments[number] + offset, frame->size) ==
		0;
}

/*
 * Whatever is done to it: a scan shows the frames before the first one touched and nothing else;
 * and it says that all is well only if no untouched frame is behind that one.
 */
static void
damage_is_never_passed_over(void **state)
{
	(void)state;
	struct random random = { random_seed(__func__) };
	size_t named = 0;
	size_t torn = 0;
	for (int run = 0; run < 400; run++) {
		image_release(image);
		image_init(image, folder);
		make_random_row(&random);
		uint8_t *originals[IMAGE_SEGMENTS_MAX] = { NULL };
		for (size_t i = 0; i < IMAGE_SEGMENTS_MAX; i++) {
			if (image->segments[i] == NULL)
				continue;
			originals[i] = malloc(image->place.segment_bytes);
			memcpy(originals[i], image->segments[i], image->place.segment_bytes);
		}
		size_t damages = random_below(&random, 3);
		for (size_t i = 0; i < damages; i++)
			damage_randomly(&random);
		size_t first = 0;
		while (first < image->frame_count && is_untouched(frame_number(first), originals))
			first++;
		bool untouched_behind = false;
		for (size_t i = first + 1; i < image->frame_count; i++)
			untouched_behind |= is_untouched(frame_number(i), originals);

		struct outcome outcome = image_check(image);
		size_t expected = first == image->frame_count ? image->known_count
							      : frame_number(first)->known_before;
		assert_false(outcome.comparison.differs);
		assert_int_equal(outcome.comparison.seen, expected);
		if (outcome.status == STATUS_OK)
			assert_false(untouched_behind);
		else
			assert_int_equal(outcome.status, STATUS_CORRUPT);
		if (first == image->frame_count)
			assert_int_equal(outcome.status, STATUS_OK);
		named += outcome.status == STATUS_CORRUPT;
		torn += outcome.status == STATUS_OK && first < image->frame_count;
		for (size_t i = 0; i < IMAGE_SEGMENTS_MAX; i++)
			free(originals[i]);
	}
	printf("             %zu damages named, %zu torn ends\n", named, torn);
	assert_true(named > 50 && torn > 5);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(row_of_nothing_is_empty),
		TEST(whole_row_is_shown_in_order),
		TEST(truncation_at_any_sector_gives_the_frames_before_it),
		TEST(flipped_byte_in_the_last_frame_is_a_torn_write),
		TEST(flipped_byte_in_an_earlier_frame_is_damage),
		TEST(every_bit_of_a_header_counts),
		TEST(swapped_frames_are_damage),
		TEST(duplicated_frame_is_not_taken_twice),
		TEST(frame_that_was_written_to_the_wrong_place_is_damage),
		TEST(zeros_in_the_middle_are_damage),
		TEST(damage_at_the_end_of_a_segment_is_proved_by_the_next),
		TEST(damage_before_a_torn_frame_is_damage),
		TEST(missing_segment_is_damage),
		TEST(loss_of_the_last_segments_leaves_the_frames_before),
		TEST(rest_of_a_segment_may_be_left_unused),
		TEST(torn_frame_may_be_stepped_over_by_the_next_owner),
		TEST(leftovers_of_a_torn_frame_are_neither_frames_nor_proof),
		TEST(torn_header_in_the_next_segment_proves_nothing),
		TEST(whole_frame_of_an_earlier_epoch_is_no_proof),
		TEST(file_that_was_given_back_keeps_its_old_frames_to_itself),
		TEST(frames_of_another_folder_are_never_accepted),
		TEST(sound_frame_that_breaks_a_law_is_damage),
		TEST(later_format_is_refused_by_name),
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
		TEST(damage_is_never_passed_over),
		TEST(journal_survives_any_number_of_torn_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
