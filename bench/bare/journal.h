/*
 * The bare loop's journal: a file that is zero-filled beforehand, written round and round. One
 * write is in flight on a thread of its own (O_DIRECT | O_DSYNC, whole blocks, checksummed); the
 * next batch gathers meanwhile.
 */
#ifndef BENCH_BARE_JOURNAL_H
#define BENCH_BARE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal;

/* Makes and zero-fills the file. `durable` is called on the writing thread. NULL after a message on
 * standard error. */
struct journal *journal_open(
	const char *path, size_t batch_bytes_max, void (*durable)(void *context), void *context);

/* Room for a record in the open batch; NULL if it is full: come back when `durable` was called. */
uint8_t *journal_reserve(struct journal *journal, size_t size);

/* Gives the open batch to the writer, if it is idle and there is one. The next batch has the next
 * number. */
void journal_flush(struct journal *journal);

uint64_t
journal_batch(const struct journal *journal); /* number of the open batch; the first is 1 */
uint64_t
journal_durable(const struct journal *journal); /* number of the last batch that is on disk */
uint64_t journal_bytes(const struct journal *journal); /* of records, without padding */

#endif
