/*
 * Segments made by hand, in memory, for tests of what a journal never writes by itself: frames of
 * any position, epoch, time and chain, whole or torn.
 */
#ifndef SUANPAN_TEST_IMAGE_H
#define SUANPAN_TEST_IMAGE_H

#include "writing.h"

#include "../../../store/segment.h"

#define IMAGE_SEGMENTS_MAX 4
#define IMAGE_FRAMES_MAX 256
#define IMAGE_ENTRIES_MAX 8192

struct image {
	struct journal_place place;
	uint8_t *segments[IMAGE_SEGMENTS_MAX]; /* NULL: no such file */
	size_t sizes[IMAGE_SEGMENTS_MAX];
	struct known known[IMAGE_ENTRIES_MAX]; /* entries of the frames that were put, in order */
	size_t known_count;
	struct image_frame {
		struct frame frame;
		uint64_t chain;
		size_t known_before; /* entries of the frames before it */
	} frames[IMAGE_FRAMES_MAX];
	size_t frame_count;
	/* Of the next frame. */
	struct frame next;
	uint64_t next_number;
};

static inline void
image_init(struct image *image, const char *directory)
{
	memset(image, 0, sizeof *image);
	image->place = (struct journal_place){
		.folder = TEST_FOLDER, .segment_bytes = 1 << 20, .shard = 2
	};
	snprintf(image->place.directory, sizeof image->place.directory, "%s", directory);
	image->next = (struct frame){ .folder = TEST_FOLDER,
		.epoch = 5,
		.time_ms = 1000,
		.previous = TEST_FOLDER,
		.shard = 2 };
	image->next_number = 1;
}

static inline void
image_release(struct image *image)
{
	for (size_t i = 0; i < IMAGE_SEGMENTS_MAX; i++)
		free(image->segments[i]);
}

/* The segment of that number, made of zeros if it is not there. */
static inline uint8_t *
image_segment(struct image *image, uint64_t number)
{
	if (number >= IMAGE_SEGMENTS_MAX)
		abort();
	if (image->segments[number] == NULL) {
		image->segments[number] = calloc(1, image->place.segment_bytes);
		image->sizes[number] = image->place.segment_bytes;
	}
	return image->segments[number];
}

/* Where a position lies in memory. */
static inline uint8_t *
image_at(struct image *image, uint64_t position)
{
	return image_segment(image, journal_segment_of(&image->place, position)) +
		journal_offset_of(&image->place, position);
}

/*
 * Puts a sealed frame of `count` entries at `position`, with image->next's other fields; nothing is
 * remembered. The numbers of the entries begin at `number`. Returns its chain value.
 */
static inline uint64_t
image_put_at(struct image *image, uint64_t position, uint64_t number, uint32_t count,
	struct frame *frame)
{
	uint8_t *at = image_at(image, position);
	size_t size = FRAME_HEADER_BYTES;
	for (uint32_t i = 0; i < count; i++) {
		struct sample sample;
		sample_make(&sample, number + i);
		if (journal_offset_of(&image->place, position) + size + entry_size(&sample.entry) >
			image->place.segment_bytes)
			abort();
		entry_encode(&sample.entry, frame_key(image->place.folder), at + size);
		size += entry_size(&sample.entry);
	}
	memset(at + size, 0, size_round_up(size, DISK_BLOCK) - size);
	*frame = image->next;
	frame->position = position;
	frame->size = (uint32_t)size;
	frame->count = count;
	return frame_seal(frame, at);
}

/* Puts the next good frame of the row, at image->next.position, and remembers it. */
static inline void
image_put(struct image *image, uint32_t count)
{
	if (image->frame_count == IMAGE_FRAMES_MAX)
		abort();
	struct image_frame *made = &image->frames[image->frame_count++];
	made->known_before = image->known_count;
	made->chain = image_put_at(
		image, image->next.position, image->next_number, count, &made->frame);
	uint64_t position = made->frame.position + FRAME_HEADER_BYTES;
	for (uint32_t i = 0; i < count; i++) {
		struct sample sample;
		sample_make(&sample, image->next_number++);
		size_t size = entry_size(&sample.entry);
		image->known[image->known_count++] = (struct known){ image->next_number - 1,
			position, size };
		position += size;
	}
	image->next.position += size_round_up(made->frame.size, DISK_BLOCK);
	image->next.previous = made->chain;
	image->next.time_ms += 3;
}

/* The next frame goes to the start of the next segment. */
static inline void
image_roll(struct image *image)
{
	uint64_t number = journal_segment_of(&image->place, image->next.position) + 1;
	image->next.position = number * image->place.segment_bytes;
	image_segment(image, number);
}

/* Makes the files the same as the image. */
static inline void
image_write(const struct image *image)
{
	for (size_t i = 0; i < IMAGE_SEGMENTS_MAX; i++) {
		char path[DISK_PATH_MAX];
		segment_path(&image->place, i, path);
		unlink(path);
		if (image->segments[i] == NULL)
			continue;
		FILE *file = fopen(path, "wb");
		if (file == NULL ||
			fwrite(image->segments[i], 1, image->sizes[i], file) != image->sizes[i])
			abort();
		fclose(file);
	}
}

struct outcome {
	enum status status;
	struct comparison comparison;
	struct journal_head head;
	bool torn;
	struct fault fault;
};

/* Scans the files as they are and compares with what the image knows. */
static inline struct outcome
image_scan(const struct image *image)
{
	struct outcome outcome = { 0 };
	outcome.status = compare_with_scan(&image->place, image->known, image->known_count,
		&outcome.comparison, &outcome.head, &outcome.torn, &outcome.fault);
	return outcome;
}

/* Writes, then scans. */
static inline struct outcome
image_check(const struct image *image)
{
	image_write(image);
	return image_scan(image);
}

#endif
