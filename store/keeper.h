/*
 * The keeper of a journal: a thread that has the next segments ready before they are needed, so
 * that neither the shard nor the writer ever waits for a file to be made.
 *
 *   zeros written ──rename──► spare-N.segment ──rename, sync of the directory──► next
 *
 * At any time one segment, the *next*, has its number already and is open for writing; further ones
 * wait as spares. Together they are `spares` of them. A frame can therefore be acknowledged as soon
 * as it is written: the name of its file was made durable before.
 *
 * Pace. Zeros share the disk with frames, and whoever syncs waits for all that the disk's cache
 * holds. So the keeper writes small chunks and stays just ahead of the need: for each byte of
 * journal written meanwhile it writes one and a half, or as fast as the disk allows if there is no
 * next segment at all. While the journal is idle it syncs each chunk, so that the first frame that
 * comes finds an empty cache. (Measured with frames of 8 KiB: p99 1.1 ms beside chunks of 256 KiB
 * without a pause, 0.5 ms with one; 3.7 ms and 1.3 ms with 1 MiB.) Otherwise it syncs every 4 MiB:
 * one sync of a whole segment holds up the device for milliseconds. (Measured with 160,000 charges
 * a second: p99 6 ms, with one sync a segment 10 ms.)
 *
 * No room. If a spare would leave less than `reserve_bytes` on the disk, or memory is short, the
 * keeper makes none and looks again every KEEPER_RETRY_MS. Only the one segment that a start needs
 * may be taken from the reserve: a server that was killed while the disk was full must come back,
 * to be read from.
 *
 * Threads: keeper_open, keeper_take and keeper_close on the shard thread; keeper_ready on any.
 */
#ifndef SUANPAN_KEEPER_H
#define SUANPAN_KEEPER_H

#include "segment.h"

#define KEEPER_SPARES_MAX 8
#define KEEPER_RETRY_MS 200

struct keeper;

struct keeper_options {
	struct journal_place place;
	unsigned spares;                       /* 1 to KEEPER_SPARES_MAX */
	uint64_t reserve_bytes;                /* of the disk, left to others */
	const _Atomic uint64_t *journal_bytes; /* grows with what the journal writes */
	_Atomic uint64_t *filled_bytes;        /* grows with what the keeper writes */
	/* On the keeper's thread: a segment that keeper_take did not get is ready. */
	void (*ready)(void *context);
	/* On the keeper's thread, at most once: it has stopped for good. */
	void (*failed)(void *context, const struct fault *fault);
	void *context;
};

/*
 * Makes sure that segment `number` is there, whole and open for writing in *segment (the caller's),
 * and starts keeping the following ones ready. What earlier runs have left is used; what they left
 * unfinished is removed.
 */
enum status keeper_open(struct keeper **keeper, const struct keeper_options *options,
	uint64_t number, struct segment **segment, struct fault *fault);
/* Stops the thread; what it was making is given up. NULL is fine. */
void keeper_close(struct keeper *keeper);

/*
 * The next segment, which is then the caller's; NULL: not ready yet, and `ready` will be called.
 * Never waits.
 */
struct segment *keeper_take(struct keeper *keeper);
/* How many segments are there to be taken, one after the other. */
unsigned keeper_ready(const struct keeper *keeper);

#endif
