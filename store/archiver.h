/*
 * The archiver: a thread that compresses segments of the journal (archive.h) when they are old and
 * nobody needs them in a hurry.
 *
 * A segment is archived when all of it lies below what the last checkpoint but one stood for, so
 * that no recovery reads it, and when its file was not written for `after_ms`. Oldest first, one at
 * a time, resting as long after each piece as the piece took: at most half of a processor that
 * nobody else wants, for the thread stands back for all others.
 *
 * What fails is logged and tried again after ARCHIVER_RETRY_MS; the segment stays as it was.
 *
 * Thread: opened, told and closed by one owner, who never waits but in archiver_close, for one
 * piece.
 */
#ifndef SUANPAN_ARCHIVER_H
#define SUANPAN_ARCHIVER_H

#include "journal.h"

#define ARCHIVER_LOOK_MS 1000
#define ARCHIVER_RETRY_MS 60000

struct archiver;

struct archiver_options {
	struct journal_place place;
	int64_t after_ms; /* 0: at once */
};

struct archiver_stats {
	uint64_t segments; /* archived since archiver_open */
	uint64_t failures;
};

enum status archiver_open(
	struct archiver **archiver, const struct archiver_options *options, struct fault *fault);
/* Gives up the segment that is being archived. NULL is fine. */
void archiver_close(struct archiver *archiver);

/* A checkpoint has ended that stands for everything below `applied`. */
void archiver_checkpoint(struct archiver *archiver, uint64_t applied);

struct archiver_stats archiver_stats(const struct archiver *archiver);

#endif
