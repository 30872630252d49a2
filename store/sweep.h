/*
 * A sweep: the records that changed, carried into LMDB in key order, a chunk at a time. This is the
 * work of a checkpoint without its threads: checkpoint.h paces it beside the charges, closing and
 * recovery do it at one go.
 *
 *   sweep_begin ─► sweep_sort ─► { sweep_fill ─► (what was copied is durable) ─► sweep_write ─► sweep_written }* ─► sweep_end
 *
 * A chunk holds copies, so it may be written while the shard goes on changing records. It may hold
 * values newer than the journal position the checkpoint will stand for; that is harmless, because
 * effects are whole values and recovery replays all of them from there in order. It must never hold
 * values newer than what is durable in the journal: hence the wait.
 *
 * Threads: sweep_sort and sweep_write may run on another than the rest, never two at a time on one
 * sweep.
 */
#ifndef SUANPAN_SWEEP_H
#define SUANPAN_SWEEP_H

#include "database.h"
#include "shelf.h"

#define CHUNK_RECORDS_MAX 1024
#define CHUNK_BYTES_MAX (1u << 20)

struct sweep;

enum status sweep_new(struct sweep **sweep, struct fault *fault);
void sweep_free(struct sweep *sweep);

/* Takes the shelf's list of changed records. */
void sweep_begin(struct sweep *sweep, struct shelf *shelf);
size_t sweep_count(const struct sweep *sweep); /* records of this sweep */
size_t sweep_left(const struct sweep *sweep);  /* of these, not in a chunk yet */

/*
 * Orders the list by table and key. STATUS_MEMORY leaves it unordered: slower to write, as right.
 */
enum status sweep_sort(struct sweep *sweep, struct fault *fault);

/* Copies the next records of the list into the chunk; false if there are none left. */
bool sweep_fill(struct sweep *sweep);
/* Writes the chunk in one transaction, durable when it returns STATUS_OK. */
enum status sweep_write(struct sweep *sweep, struct database *database, struct fault *fault);
/* The chunk is durable: marks its records. */
void sweep_written(struct sweep *sweep);

/* All chunks were written: gives the list back to the shelf. */
void sweep_end(struct sweep *sweep);

/* Forgets a sweep that was begun and will not be ended, because the shelf itself is about to go. */
void sweep_abandon(struct sweep *sweep);

#endif
