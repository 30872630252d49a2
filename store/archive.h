/*
 * Archives: segments of the journal that nobody writes any more, compressed and still readable at
 * any position.
 *
 * DIR/<number as 16 hex digits>.archive, little-endian:
 *
 *    0  8  magic "SPARCHV1"
 *    8  8  folder         random number of the data folder
 *   16  8  number         of the segment
 *   24  8  segment_bytes
 *   32  8  checksum       XXH3-64 of bytes 0 … 31 and of the table, seeded with the folder number
 *   40     table          8 bytes for each piece: where it ends in the file
 *   then   pieces         each 64 KiB of the segment, a zstd frame of its own with its checksum
 *
 * So one entry costs the header, the table and one piece or two, and a scan reads everything once.
 *
 * A file appears complete or not at all: it is written as DIR/<number>.archiving, each piece is
 * unpacked again and compared, the file is synced and renamed, the directory is synced, and only
 * then the segment's own file is removed. After a crash either is whole; where both are, the
 * segment's own file is read and the next round does the rest.
 *
 * What is archived is never written again, so nobody waits for it and nothing here runs on the
 * shard's thread. Everything works on any thread.
 */
#ifndef SUANPAN_ARCHIVE_H
#define SUANPAN_ARCHIVE_H

#include "journal.h"

#define ARCHIVE_PIECE_BYTES ((size_t)64 * 1024)

void archive_path(const struct journal_place *place, uint64_t number, char path[DISK_PATH_MAX]);

/*
 * Makes the archive of a segment and removes its file, little by little. STATUS_NOT_FOUND: there is
 * no such segment. STATUS_FULL: no room; nothing has changed. `pace` (may be NULL) is called after
 * each piece and may wait, or return false to give up: STATUS_BUSY, nothing has changed; or
 * STATUS_OK if only a part of the old file was still to go, for archive_clean.
 */
enum status archive_make(const struct journal_place *place, uint64_t number,
	bool (*pace)(void *context), void *context, struct fault *fault);

/* Removes what may be left of the own file of a segment that is archived. */
void archive_clean(const struct journal_place *place, uint64_t number);

/*
 * A segment that is open for reading, wherever it lies. `archive` is NULL for one that has its own
 * file. One thread at a time.
 */
struct archive;
struct segment_reader {
	struct disk_file file;
	struct archive *archive;
};
#define SEGMENT_READER_CLOSED ((struct segment_reader){ .file = { .fd = -1 } })

/*
 * `mode` is DISK_READ or DISK_READ_DIRECT. STATUS_NOT_FOUND: there is no such segment, archived or
 * not. Closed when this fails.
 */
enum status segment_reader_open(struct segment_reader *reader, const struct journal_place *place,
	uint64_t number, enum disk_mode mode, struct fault *fault);
static inline bool
segment_reader_is_open(const struct segment_reader *reader)
{
	return reader->file.fd >= 0;
}
/* As of the segment's own file: less than segment_bytes only if that is shorter. */
enum status segment_reader_size(struct segment_reader *reader, uint64_t *size, struct fault *fault);
/*
 * As disk_read: *got is less than `size` only at the end. STATUS_CORRUPT: the archive is damaged.
 */
enum status segment_reader_read(struct segment_reader *reader, void *data, size_t size,
	uint64_t offset, size_t *got, struct fault *fault);
/* One that is not open is fine. */
void segment_reader_close(struct segment_reader *reader);

#endif
