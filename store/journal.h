/*
 * The journal: an endless row of entries in segment files, written by one thread of its own and
 * durable in order. It is the truth; all else in the data folder can be made from it.
 *
 *   DIR/0000000000000000.segment   segment 0: bytes 0 … segment_bytes-1 of the row; 16 hex digits
 *   DIR/spare-N.segment            a whole file, waiting to become the next
 *
 * Happy path. The shard reserves room in the open batch, encodes an entry there, and goes on; at
 * the end of each loop turn it calls journal_flush. If the writer is idle, the batch becomes a
 * frame and goes to the writer thread: one aligned write with O_DIRECT | O_DSYNC into a segment
 * that was written before. When it returns, the writer calls `durable`; the shard, on its own
 * thread, then lets go the answers up to journal_durable() and flushes the next batch, which has
 * gathered meanwhile. There is one write in flight, never more.
 *
 *   shard   reserve … reserve, flush ─┐           reserve … reserve, flush ─┐
 *   writer                            └─ write, durable ─┐                  └─ write, durable
 *   shard                                                └─ answers leave
 *
 * Three batches: one open, one being written, and between them one that was full before the writer
 * was idle. When all are taken, the shard stops reading: back-pressure.
 *
 * A frame never spans segments. A batch is opened in the current segment only if there is room for
 * one of the largest size, else at the start of the next: so the position of an entry is known when
 * it is reserved. An entry that is larger than a batch gets a frame of its own.
 *
 * Segments are written ahead, by the keeper thread (keeper.h), `spares` of them. It makes none that
 * would leave less than `reserve_bytes` free on the disk, and looks again every 200 ms: so
 * journal_room() falls before the disk is full, new work is refused with a name, and service
 * returns by itself.
 *
 * One way of writing for all sizes. Buffers lie in huge pages; then a write with O_DIRECT | O_DSYNC
 * was as fast as any other of 4 KiB to 1 MiB (0.07 ms, 64 KiB 0.14, 1 MiB 0.95; through the page
 * cache with fdatasync 0.08, 0.15, 1.07), so nothing is split and there is no second mode for large
 * frames.
 *
 * Failure modes. A write or sync that fails or is short: the writer announces nothing more, keeps
 * the fault, and calls `failed` once; the file is never tried again by this process. A crash: at
 * most the last frame is torn, and no answer had left for it.
 *
 * Where the row ends. A reader stands at the *head*, behind the last good frame, and looks for the
 * next one there. It is the next if its checksums are right, it was written for this place, and its
 * `previous` is the chain value of the last. Otherwise:
 *
 *   1. A frame at the start of a later segment that chains to the last good frame is the next: its
 *      writer had nothing between. What lies in between is the unused rest of a segment, or a torn
 *      frame that an owner stepped over at a restart.
 *   2. Else the row ends here, unless something contradicts. A header of this folder, found whole
 *      on any block from the head to the end of the last segment, *claims* a place in the row. One
 *      that claims a place at or behind the head, with neither epoch nor time below those of the
 *      last good frame, was written later than it. If it chains to the last good frame and lies in
 *      its place, at the head or at the start of a later segment, it is what was in flight when the
 *      owner died: torn, never acknowledged. Any other such claim proves that a frame which can't
 *      be read now was acknowledged: damage, STATUS_CORRUPT. Nothing is cut.
 *
 * Leftovers never pass for good frames. A torn frame of epoch 5 and a shorter one of epoch 6 over
 * it leave, behind the second, blocks from inside the first, which are no headers. A torn frame's
 * own header stays only where its owner began the next segment and a later one, with smaller
 * batches, still found room in the segment before; it has the same chain as that one's first frame,
 * or a lower epoch than the last good one, and so proves nothing. What a file held before it was
 * given back claims lower positions. And one write in flight means: behind a torn frame nothing was
 * written.
 *
 * What no reader can tell: damage in the very last frame from a torn write, and the loss of the
 * last segments as a whole. Whoever knows a position that was durable (a checkpoint) scans from
 * there, and is told if the row does not reach it.
 *
 * Invariants: durable ≤ decided; positions only grow; a frame's time and epoch are never less than
 * those of the one before; every frame's `previous` is the chain value of the one before. Checked
 * here on writing and in journal_scan.
 *
 * Threads: everything is called on the shard thread but for `durable` and `failed`, which run on
 * the writer or keeper thread and may only wake the shard. Reading (journal_read, journal_prove,
 * journal_scan) works on any thread.
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
	uint64_t folder;        /* the data folder's random number, not 0 */
	uint64_t segment_bytes; /* a power of two, 1 MiB or more */
	uint32_t shard;
};

/* Where the next frame goes, and what it must chain to. {0, folder, 0, 0} for a new folder. */
struct journal_head {
	uint64_t position; /* a multiple of DISK_BLOCK */
	uint64_t chain;
	int64_t time_ms; /* of the last frame */
	uint64_t epoch;  /* of the last frame, 0 if there is none */
};

#define JOURNAL_SEGMENT_BYTES_MIN (UINT64_C(1) << 20)
#define JOURNAL_BATCH_BYTES_MIN (UINT64_C(64) * 1024)
#define JOURNAL_SPARES_MAX 8

struct journal_options {
	struct journal_place place;
	uint64_t epoch;         /* greater than any before */
	size_t batch_bytes_max; /* 64 KiB to segment_bytes / 2, header included; default 1 MiB */
	unsigned spares;        /* segments kept ready, 1 to 8 */
	uint64_t reserve_bytes; /* of the disk, left for checkpoints */
	/* Come and see: entries have become durable, or a segment that was waited for is ready. */
	void (*durable)(void *context);
	/* At most once; nothing becomes durable after it. The fault stays until journal_close. */
	void (*failed)(void *context, const struct fault *fault);
	void *context;
};

/*
 * Starts the writer and the keeper at `head` (which journal_scan gave). Makes the directory and the
 * segment of the head, if they are missing, and makes durable what lies before the head: the last
 * frame may have been read from a cache only.
 *
 * An owner may go on in a fresh segment by moving head->position to the start of the next one.
 * STATUS_INVALID if options and head are not as said above; STATUS_NOT_FOUND if the head is inside
 * a segment that is gone; STATUS_CONFLICT if the segment's file is larger than segment_bytes.
 */
enum status journal_open(struct journal **journal, const struct journal_options *options,
	const struct journal_head *head, struct fault *fault);

/*
 * Flushes and waits until all is durable, then stops the threads and frees the journal. The status
 * is the writer's (or the keeper's, if that failed first); with STATUS_OK, *end (which may be NULL)
 * is where the next frame would go. A journal of NULL is fine.
 */
enum status journal_close(struct journal *journal, struct journal_head *end, struct fault *fault);

/*
 * Tells the shard's clock at the beginning of a loop turn, so that a batch which fills up within
 * the turn carries its time. Never less than before.
 */
void journal_set_time(struct journal *journal, int64_t now_ms);

/*
 * Room for one entry of exactly `size` bytes (a multiple of 8, ≤ ENTRY_BYTES_MAX) and the position
 * it will have. NULL: all batches are taken, no segment is ready, or the journal has failed: stop
 * reading, come back when `durable` was called. The entry must be written before the next call on
 * this journal.
 */
uint8_t *journal_reserve(struct journal *journal, size_t size, uint64_t *position);

/*
 * Closes the open batch and gives it to the writer, if there is one and the writer is idle. Never
 * waits. Sets the time, too.
 */
void journal_flush(struct journal *journal, int64_t now_ms);

/* The position behind the last reserved entry. */
uint64_t journal_decided(const struct journal *journal);
/* Every entry below this is on disk. */
uint64_t journal_durable(const struct journal *journal);
/* Bytes of the row that can surely still be used: of the current segment and of the spares. */
uint64_t journal_room(const struct journal *journal);
/* The same when the current segment is used up and all spares are ready: what can be waited for. */
uint64_t journal_room_of_spares(const struct journal *journal);

/*
 * An entry that is not durable yet, or was so a moment ago, straight from memory; false: read it
 * with journal_read. Valid until the next call on this journal. The position is that of an entry
 * reserved here; of any other, the bytes may be no entry.
 */
bool journal_peek(const struct journal *journal, uint64_t position, struct bytes *entry);

/*
 * How far the batches are. Each has a number, from 1, that rises by one; an entry belongs to the
 * batch that was open when it was reserved.
 */
struct journal_progress {
	uint64_t batch;          /* the open one, or the one that the next entry will open */
	uint64_t batch_position; /* entries at or above this are in it */
	uint64_t durable_batch;  /* this one and all before are durable; 0: none is */
};
#define JOURNAL_BATCHES_UNDURABLE_MAX 3
struct journal_progress journal_progress(const struct journal *journal);

/* The head behind the last durable frame: a scan may start there. */
struct journal_head journal_boundary(const struct journal *journal);

struct journal_stats {
	uint64_t frames, entries, bytes, padded_bytes; /* written since journal_open */
	uint64_t write_ns_total, write_ns_max;
	uint64_t zero_filled_bytes;
};
void journal_stats(const struct journal *journal, struct journal_stats *stats);

/*
 * The entry at `position`, read through the page cache and checked; `into` is overwritten with its
 * bytes, *entry points there. STATUS_NOT_FOUND if the segment is gone or was never written there;
 * STATUS_CORRUPT if no sound entry begins there.
 *
 * The position is one that the store has kept. What lies there is sound by its own checksum; that
 * it is part of the row is not looked at: a frame that was torn may hold sound entries that nobody
 * was told of. A position that comes from outside is proved first.
 */
enum status journal_read(const struct journal_place *place, uint64_t position, struct buffer *into,
	struct entry *entry, struct fault *fault);

/*
 * Does an entry begin at `position`, in a whole frame that was written for that place? STATUS_OK if
 * so, STATUS_NOT_FOUND if not (also if the segment is gone, or the frame was torn), STATUS_CORRUPT
 * if others follow the frame, so that it was whole once, but its entries are damaged. Reads the
 * frame: up to batch_bytes_max.
 */
enum status
journal_prove(const struct journal_place *place, uint64_t position, struct fault *fault);

static inline uint64_t
journal_segment_of(const struct journal_place *place, uint64_t position)
{
	return position / place->segment_bytes;
}

/* Where `position` lies in its segment. */
static inline uint64_t
journal_offset_of(const struct journal_place *place, uint64_t position)
{
	return position % place->segment_bytes;
}

/*
 * Reads every frame from `from` (a frame's position, or a head) to the end, past the page cache,
 * checks everything, and calls `visit` for each entry in order. On STATUS_OK, *head is where
 * writing goes on and *torn tells whether anything but zeros lies behind it: a torn write, which
 * was never acknowledged, or what a file held before.
 *
 * `from_chain` is what the first frame's `previous` must be; 0 takes it as it is (for tools that
 * start in the middle). `from_time_ms` and `from_epoch` are those of the frame before, 0 if not
 * known. They are what tells leftovers from damage, and are *head's if there is no frame at all: so
 * whoever keeps a head keeps all of it.
 *
 * STATUS_CORRUPT names segment and offset: the row is damaged (see "Where the row ends"), a segment
 * is missing, or a frame that is sound holds what no writer of ours would write.
 * STATUS_UNSUPPORTED: written by a later build. STATUS_CONFLICT: the files are larger than
 * segment_bytes. A callback that returns false ends the scan with STATUS_OK; then *head is behind
 * the last frame of which every entry was visited, and *torn is false.
 *
 * A journal that is being written may be scanned, too: the scan shows at least what was durable
 * when it began, and *torn tells nothing.
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
	int64_t from_time_ms;
	uint64_t from_epoch;
	bool (*visit)(void *context, const struct journal_visit *visit); /* may be NULL */
	void *context;
};
enum status journal_scan(const struct journal_scan *scan, struct journal_head *head, bool *torn,
	struct fault *fault);

/*
 * Makes durable what lies in the journal from a position on, and its names. The last that its
 * owner wrote before it died may have been in a cache only, from which a scan reads it all the
 * same: nothing that was read may be passed on to where it outlives the journal before this.
 */
enum status journal_settle(const struct journal_place *place, uint64_t from, struct fault *fault);

/* Where the row ends at most: the end of the highest segment that exists, 0 if there is none. */
uint64_t journal_end_estimate(const struct journal_place *place);

/* The lowest segment that exists; STATUS_NOT_FOUND if there is none. */
enum status
journal_first_segment(const struct journal_place *place, uint64_t *segment, struct fault *fault);

#endif
