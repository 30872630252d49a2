/*
 * Damage to a journal is named and never passed over: flipped, swapped, copied and lost bytes, and
 * sound frames that break a law.
 */
#include "scan_case.h"

#include "../../../engine/base/digest.h"

/* ---- flipped ---- */

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

/* ---- moved, lost ---- */

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

/* ---- laws ---- */

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

/* ---- anything, at random ---- */

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
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
		TEST(sound_frame_that_breaks_a_law_is_damage),
		TEST(later_format_is_refused_by_name),
		TEST(damage_is_never_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
