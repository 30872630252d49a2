/*
 * The journal: an endless row of entries in segment files, written by one thread of its own and
 * durable in order. It is the truth; all else in the data folder can be made from it.
 *
 *   DIR/0000000000000000.segment   segment 0: bytes 0 … segment_bytes-1 of the row; 16 hex digits
 *   DIR/spare-N.segment            zero-filled, waiting to become the next
 *
 * Happy path. The shard reserves room in the open batch, encodes an entry there, and goes on; at the end
 * of each loop turn it calls journal_flush. If the writer is idle, the batch becomes a frame and goes to the writer thread: one
 * aligned write with O_DIRECT | O_DSYNC into a zero-filled segment. When it returns, the writer calls
 * `durable`; the shard, on its own thread, then lets go the answers up to journal_durable() and flushes
 * the next batch, which has gathered meanwhile. There is one write in flight, never more.
 *
 * A frame never spans segments. When a batch does not fit into the rest of a segment, it goes to the
 * start of the next; since positions are given out when entries are reserved, that is decided when the batch is
 * opened: a batch is opened in the current segment only if the segment has room for a batch of the
 * largest size.
 *
 * Segments are zero-filled ahead by a keeper thread (writing into allocated, written blocks needs no file
 * system transaction), `spares` of them. The keeper makes none that would leave less than `reserve_bytes` free on the
 * disk, and looks again every 200 ms: so journal_room() falls before the disk is full, new work is refused
 * with a name, and service returns by itself.
 *
 * Failure modes. A write or sync that fails or is short: the writer announces nothing more, keeps the fault, and
 * calls `failed` once; the file is never tried again by this process. A crash: at most the last frame is torn, and no
 * answer had left for it.
 *
 * Invariants: durable ≤ decided; positions only grow; a frame's time is never less than the one before;
 * every frame's `previous` is the chain value of the one before. Checked here on writing and in journal_scan.
 *
 * Threads: everything is called on the shard thread but for `durable` and `failed`, which run on the writer
 * thread and may only wake the shard. Reading (journal_read, journal_scan) works on any thread.
 */
#ifndef SUANPAN_JOURNAL_H
#define SUANPAN_JOURNAL_H

#include "disk.h"
#include "entry.h"
#include "frame.h"

struct journal;

/* Which row of segments. Plain data, copied freely; enough to read it. */
struct journal_place {
	char directory[1000];
	uint64_t folder;        /* the data folder's random number */
	uint64_t segment_bytes; /* a power of two, 1 MiB or more */
	uint32_t shard;
};

/* Where the next frame goes, and what it must chain to. {0, folder, 0, 0} for a new folder. */
struct journal_head {
	uint64_t position; /* a multiple of DISK_BLOCK */
	uint64_t chain;
	int64_t time_ms;
	uint64_t epoch; /* of the last frame, 0 if there is none */
};

struct journal_options {
	struct journal_place place;
	uint64_t epoch;         /* greater than any before */
	size_t batch_bytes_max; /* 64 KiB to segment_bytes / 2, header included; default 1 MiB */
	unsigned spares;        /* segments kept ready, 1 to 8 */
	uint64_t reserve_bytes; /* of the disk, left for checkpoints */
	void (*durable)(void *context);                           /* writer thread */
	void (*failed)(void *context, const struct fault *fault); /* writer or keeper thread, at most once */
	void *context;
};

/* Starts the writer and the keeper at `head` (which journal_scan gave). Makes the directory and the first segment. */
enum status journal_open(struct journal **journal, const struct journal_options *options,
	const struct journal_head *head, struct fault *fault);

/*
 * Flushes and waits until all is durable, then stops the threads and frees the journal. *end (which may be NULL) is where the next frame
 * would go. The status is the writer's; *end is filled only with STATUS_OK. A journal of NULL is fine.
 */
enum status journal_close(struct journal *journal, struct journal_head *end, struct fault *fault);

/*
 * Room for one entry of exactly `size` bytes (a multiple of 8, ≤ ENTRY_BYTES_MAX) and the position it will have. NULL: the
 * open batch is full while another is in flight, or no segment is ready: stop reading, come back when
 * `durable` was called. The entry must be written before the next call on this journal.
 */
uint8_t *journal_reserve(struct journal *journal, size_t size, uint64_t *position);

/* Closes the open batch and gives it to the writer, if there is one and the writer is idle. */
void journal_flush(struct journal *journal, int64_t now_ms);

uint64_t journal_decided(const struct journal *journal); /* position behind the last reserved entry */
uint64_t journal_durable(const struct journal *journal); /* every entry below this is on disk */
/* Bytes that can surely still be written: the rest of the current segment and the spares. */
uint64_t journal_room(const struct journal *journal);

/* An entry that is not durable yet, or was so a moment ago, straight from memory; false: read it with journal_read. Valid until
 * the next call on this journal. */
bool journal_peek(const struct journal *journal, uint64_t position, struct bytes *entry);

/*
 * How far the journal is. Batches have numbers that rise by one each time an open one is handed to the writer; an entry belongs to
 * the batch that was open when it was reserved. (Added for the shard: answers are let go by batch.)
 */
struct journal_progress {
	uint64_t batch;          /* the open batch, or the one that the next entry will open */
	uint64_t batch_position; /* entries at or above this are in it */
	uint64_t durable_batch;  /* this one and all before are durable; 0: none yet. Numbers start at 1. */
};
struct journal_progress journal_progress(const struct journal *journal);

/*
 * The frame boundary before the open batch: every entry below it is in a frame that was sealed, and a scan may
 * start there with this chain (as journal_scan.from and from_chain).
 */
struct journal_head journal_boundary(const struct journal *journal);

struct journal_stats {
	uint64_t frames, entries, bytes, padded_bytes; /* written since journal_open */
	uint64_t write_ns_total, write_ns_max;
	uint64_t zero_filled_bytes;
};
void journal_stats(const struct journal *journal, struct journal_stats *stats);

/*
 * The entry at `position`, read through the page cache and checked; `into` holds its bytes, *entry points there.
 * STATUS_NOT_FOUND if the segment is gone or was never written there; STATUS_CORRUPT if no sound entry begins there.
 */
enum status journal_read(const struct journal_place *place, uint64_t position, struct buffer *into,
	struct entry *entry, struct fault *fault);

/* The position an entry or frame may have next to a segment's start, and so on. */
static inline uint64_t
journal_segment_of(const struct journal_place *place, uint64_t position)
{
	return position / place->segment_bytes;
}

/*
 * Reads every frame from `from` (a frame's position) to the end, past the page cache, checks everything, and calls
 * `entry` for each entry in order. On STATUS_OK, *head is where writing goes on and *torn tells whether the bytes
 * behind it were not clean zeros (a torn write: it was never acknowledged).
 *
 * `from_chain` is what the first frame's `previous` must be; 0 takes it as it is (for tools that start in
 * the middle). A bad frame that is followed, anywhere in this or a later segment, by a good frame of this folder
 * with a higher position is STATUS_CORRUPT: the fault names segment and offset, and nothing is cut.
 * A callback that returns false ends the scan with STATUS_OK.
 */
struct journal_visit {
	const struct frame *frame;
	uint64_t position; /* of the entry */
	const struct entry *entry;
	struct bytes bytes; /* the encoded entry */
};
struct journal_scan {
	struct journal_place place;
	uint64_t from;
	uint64_t from_chain;
	bool (*visit)(void *context, const struct journal_visit *visit);
	void *context;
};
enum status journal_scan(const struct journal_scan *scan, struct journal_head *head, bool *torn,
	struct fault *fault);

/* The lowest segment that exists; STATUS_NOT_FOUND if there is none. */
enum status journal_first_segment(const struct journal_place *place, uint64_t *segment, struct fault *fault);

/* Syncs a segment file that another process may have left unsynced. */
enum status journal_sync_segment(const struct journal_place *place, uint64_t segment, struct fault *fault);

/* Where the journal ends at most: the end of the highest segment that exists, 0 if there is none. For showing progress. */
uint64_t journal_end_estimate(const struct journal_place *place);

#endif
