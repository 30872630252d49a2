/*
 * A run: ids sealed into an immutable file, sorted by hash, with a filter before them. ids.c
 * decides which runs there are; here is the file: written in one pass from sorted ids, opened,
 * searched, walked and merged.
 *
 * DIR/<number as 16 hex digits>.ids, little-endian; each part begins at a multiple of 4096:
 *
 *    0  8  magic "SPIDRUN1"
 *    8  8  folder           random number of the data folder
 *   16  8  count            of ids, 1 or more
 *   24  8  position_min     of all ids in the run
 *   32  8  position_max
 *   40  4  day_min          days since 1970 UTC, signed
 *   44  4  day_max
 *   48  8  filter_bytes     a multiple of 4096, not 0
 *   56  8  fence_bytes      a multiple of 4096, not 0
 *   64  8  filter_checksum  over pages of 4096: XXH3-64 of a page, seeded with that of the page
 *                           before it, the first with the folder number
 *   72  8  fence_checksum   likewise
 *   80  8  header_checksum  XXH3-64 of bytes 0 … 79, seeded with the folder number
 *   88     zeros
 *
 * 4096      filter, see id_filter.h: word 0 of line 0 first; bits of a word by value
 * then      fences, one for each block of ids, then zeros:
 *           0  8  high half of the block's first hash
 *           8  8  XXH3-64 of the block, seeded with the folder number
 * then      blocks of 4096 bytes to the end of the file, 128 ids each, the last padded with zeros.
 *           One id:  0 8 hash low  8 8 hash high  16 8 position  24 4 day  28 4 zero
 *           sorted by hash (high, low), ids of one hash by position, newest first; no two are alike
 *           in both.
 *
 * The checksums are a tree of two levels: the header covers filter and fences by theirs, a fence
 * covers its block. So opening checks all that stays in memory, and each search and merge checks
 * the blocks it reads: a bit that flipped on the disk can't make an id seem absent, and nothing is
 * ever read whole to find out.
 *
 * Sizes are bounds made before writing, from the greatest count there may be: a merge that drops
 * ids leaves a filter with more bits an id than was needed.
 *
 * A file appears complete or not at all: it is written as <number>.new, synced, renamed, and the
 * directory synced.
 *
 * Filter and fences are mapped (shared, read-only, populated): about 2.7 bytes an id in small runs
 * and 1.45 in large ones. Blocks are read with disk_read, so that a bad sector is a status and not
 * a signal.
 */
#ifndef SUANPAN_ID_RUN_H
#define SUANPAN_ID_RUN_H

#include "disk.h"
#include "id_filter.h"

#include <stdatomic.h>

#define ID_BLOCK_BYTES 4096
#define ID_BLOCK_ENTRIES 128
#define ID_RUN_INPUTS_MAX 16
/* Of a run that is damaged or missing. */
#define ID_RUN_REMEDY \
	"stop, move ids/ and state/ away and start again: both are rebuilt from the journal"

/* An id, in memory as in the file. */
struct id_entry {
	struct hash128 hash;
	uint64_t position;
	int32_t day;
	uint32_t reserved;
};
_Static_assert(sizeof(struct id_entry) * ID_BLOCK_ENTRIES == ID_BLOCK_BYTES, "ids fill a block");

/* The order of a run: by hash (high, low), then newest first. */
static inline int
id_entry_compare(const struct id_entry *a, const struct id_entry *b)
{
	if (a->hash.high != b->hash.high)
		return a->hash.high < b->hash.high ? -1 : 1;
	if (a->hash.low != b->hash.low)
		return a->hash.low < b->hash.low ? -1 : 1;
	return a->position == b->position ? 0 : a->position > b->position ? -1 : 1;
}

static inline bool
id_hash_equal(struct hash128 a, struct hash128 b)
{
	return a.low == b.low && a.high == b.high;
}

struct id_fence {
	uint64_t high;
	uint64_t checksum;
};

struct id_header {
	uint64_t count;
	uint64_t position_min, position_max;
	int32_t day_min, day_max;
	uint64_t filter_bytes, fence_bytes;
	uint64_t filter_checksum, fence_checksum;
};
#define ID_HEADER_CHECKED_BYTES 80
void
id_header_encode(const struct id_header *header, uint64_t folder, uint8_t page[ID_BLOCK_BYTES]);

/* The checksum of whole pages, continued from `chain` (the folder number to begin). */
uint64_t id_pages_checksum(uint64_t chain, const uint8_t *pages, size_t size);

/* Where runs are kept, and how. The directory outlives whatever was told of it. */
struct id_place {
	const char *directory;
	uint64_t folder;
	bool paced; /* whoever writes rests after each piece as long as the piece took */
};
void id_run_path(const struct id_place *place, uint64_t number, char path[DISK_PATH_MAX]);
/* The same for the name that a file has until it is complete. */
void id_run_path_new(const struct id_place *place, uint64_t number, char path[DISK_PATH_MAX]);

/*
 * An open run, immutable but for the fields of its owner; counted references, which any thread may
 * drop. The last one closes it; the file may have been removed long before.
 */
struct id_run {
	atomic_uint references;
	uint64_t number;     /* the owner's */
	bool merging;        /* the owner's: an input of the merge that is out */
	unsigned size_class; /* the owner's: see ids.h */
	uint64_t folder;
	struct id_header header;
	struct id_filter filter;
	const struct id_fence *fences;
	uint64_t block_count;
	uint64_t blocks_offset;
	void *map; /* the file up to blocks_offset */
	struct disk_file file;
};

/* Opens, maps and checks header, filter and fences. One reference is the caller's. Any thread. */
enum status
id_run_open(struct id_run **run, const char *path, uint64_t folder, struct fault *fault);
void id_run_hold(struct id_run *run);
void id_run_drop(struct id_run *run);
/* Is there one reference only? If it is the caller's, nobody else will ever look at the run. */
bool id_run_is_single(struct id_run *run);

/* The newest position below `before` under this hash. Reads a block, seldom two. Any thread. */
enum status id_run_search(struct id_run *run, struct hash128 hash, uint64_t before, bool *found,
	uint64_t *position, struct fault *fault);

/*
 * Walks a run in its order, checking blocks and order. After init and after each next, `entry` is
 * the id at hand, or NULL behind the last one. Ids must lie within the bounds of the header, else
 * STATUS_CORRUPT.
 */
struct id_cursor {
	struct id_run *run;
	const struct id_entry *entry;
	struct id_entry last; /* the one before *entry, if there was one */
	uint8_t *buffer;
	uint64_t block_next; /* the first block behind the buffer */
	uint64_t taken;      /* ids up to and with *entry */
	size_t buffer_count; /* ids in the buffer */
	size_t buffer_taken; /* of them, up to and with *entry */
};
enum status id_cursor_init(struct id_cursor *cursor, struct id_run *run, struct fault *fault);
enum status id_cursor_next(struct id_cursor *cursor, struct fault *fault);
void id_cursor_release(struct id_cursor *cursor);

/*
 * Writes a run from ids that come in order, none twice, at most `count_max` (1 to 2^40). What is
 * written is synced every few megabytes: a sync of half a gigabyte at once would stand in the
 * journal's way.
 *
 * id_writer_close makes the file appear and frees the writer, whether it succeeds or not; at least
 * one id must have been added. id_writer_abandon removes what was written. NULL is fine there.
 */
struct id_writer;
enum status id_writer_open(struct id_writer **writer, const struct id_place *place, uint64_t number,
	uint64_t count_max, struct fault *fault);
enum status
id_writer_add(struct id_writer *writer, const struct id_entry *entry, struct fault *fault);
enum status id_writer_close(struct id_writer *writer, uint64_t *bytes, struct fault *fault);
void id_writer_abandon(struct id_writer *writer);

/*
 * Merges 1 to ID_RUN_INPUTS_MAX runs into run `number`, in one sequential pass with bounded
 * memory. Ids of a day before `day_min` are dropped, as are second copies of one hash and
 * position. *bytes is the size of the new file, 0 if nothing was left and there is none.
 */
struct id_merge {
	struct id_place place;
	uint64_t number;
	struct id_run *const *runs;
	size_t run_count;
	int64_t day_min;
};
enum status id_merge_run(const struct id_merge *merge, uint64_t *bytes, struct fault *fault);

#endif
