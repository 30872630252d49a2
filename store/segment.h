/*
 * The files of a journal: what they are called, which are there, and how one comes to be. Any
 * thread.
 *
 *   DIR/0000000000000007.segment   the segment of that number, in hexadecimal
 *   DIR/0000000000000007.archive   the same, compressed (archive.h)
 *   DIR/spare-3.segment            a whole one without a number yet
 *   DIR/spare-3.filling            a spare being made; of no use after a crash
 *
 * Writing into blocks that were written before needs no transaction of the file system, so a
 * segment is written whole before it is used. What it holds then does not matter, because a frame
 * is valid at one position only (frame.h); zeros only make a torn write easier to tell from a clean
 * end.
 */
#ifndef SUANPAN_SEGMENT_H
#define SUANPAN_SEGMENT_H

#include "journal.h"

/* One write of zeros; small, so that a frame never waits long behind it. */
#define SEGMENT_CHUNK_BYTES ((size_t)256 * 1024)

/* A segment that is open for writing. */
struct segment {
	uint64_t number;
	struct disk_file file;
};

/* NULL without memory; not open. */
struct segment *segment_new(uint64_t number);
/* Closes the file. NULL is fine. */
void segment_free(struct segment *segment);

void segment_path(const struct journal_place *place, uint64_t number, char path[DISK_PATH_MAX]);
void spare_path(
	const struct journal_place *place, uint64_t serial, bool filling, char path[DISK_PATH_MAX]);

/* The files of a journal's directory, each kind in ascending order. */
struct segment_list {
	uint64_t *segments; /* numbers, archived ones too, each once */
	size_t segment_count;
	uint64_t *spares; /* serials */
	size_t spare_count;
	uint64_t *fillings; /* serials */
	size_t filling_count;
};
/* A directory that is missing is empty. Release the list in either case. */
enum status segment_list_read(
	struct segment_list *list, const struct journal_place *place, struct fault *fault);
void segment_list_release(struct segment_list *list);

/*
 * Writes zeros from the end of the file up to `size` and makes it durable; a file that is longer is
 * refused with STATUS_CONFLICT. `zeros` is SEGMENT_CHUNK_BYTES of them, aligned to DISK_BLOCK.
 * After each chunk `pace` (which may be NULL) may wait, or end the filling with a status of its
 * own.
 */
struct segment_pace {
	enum status (*pace)(
		void *context, struct disk_file *file, uint64_t filled, struct fault *fault);
	void *context;
	_Atomic uint64_t *filled_bytes; /* counts what was written; may be NULL */
};
enum status segment_fill(const char *path, uint64_t size, const uint8_t *zeros,
	const struct segment_pace *pace, struct fault *fault);

#endif
