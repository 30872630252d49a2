/*
 * What the tests of a scan share: an image of a journal for each test, and what a scan of it must
 * say, be it a row that ends well or damage that is named.
 */
#ifndef SUANPAN_TEST_SCAN_CASE_H
#define SUANPAN_TEST_SCAN_CASE_H

#include "../../../engine/base/memory.h"
#include "../../../store/journal.h"
#include "image.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static char folder[256];
static struct image *image;

static inline int
set_up(void **state)
{
	(void)state;
	scratch_make_fast(folder);
	image = malloc(sizeof *image);
	image_init(image, folder);
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	disk_fail_at(DISK_CALL_READ, 0, 0);
	image_release(image);
	free(image);
	scratch_remove(folder);
	return 0;
}

static inline const struct image_frame *
frame_number(size_t i)
{
	assert_true(i < image->frame_count);
	return &image->frames[i];
}

/* The row ends well behind `frames` frames. */
static inline void
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
static inline void
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

static inline void
put_frames(size_t count, uint32_t entries)
{
	for (size_t i = 0; i < count; i++)
		image_put(image, entries);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
