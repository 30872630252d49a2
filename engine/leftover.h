/*
 * What nobody needs any more and what takes long to do away with: releases that are out of force,
 * whose memory may be hundreds of megabytes, and bundles of releases that were deleted. A worker
 * takes them away, so that no charge waits for it.
 *
 * Thread: the shard's.
 */
#ifndef SUANPAN_LEFTOVER_H
#define SUANPAN_LEFTOVER_H

#include "../store/store.h"

struct leftovers;
struct loaded_release;

struct leftovers *leftovers_new(uv_loop_t *loop, struct store *store);
/* Waits for the worker and takes away the rest; before the store is closed. NULL is fine. */
void leftovers_free(struct leftovers *leftovers);

/* Takes it over. NULL is fine. */
void leftovers_add_release(struct leftovers *leftovers, struct loaded_release *loaded);

/* A file that goes when the entry at `after` is durable. */
struct doomed_file *doomed_file_new(const char *path); /* NULL without memory */
void doomed_file_free(struct doomed_file *file);
void leftovers_add_file(struct leftovers *leftovers, struct doomed_file *file, uint64_t after);
/*
 * Somebody has made sure, after leftovers_rounds() was `since`, that the file is there, and now
 * wants it to stay. False: it may have been removed meanwhile; make sure again.
 */
bool leftovers_spare_file(struct leftovers *leftovers, const char *path, uint64_t since);
uint64_t leftovers_rounds(const struct leftovers *leftovers);

/* Gives the worker what there is; at the end of each turn of the loop. */
void leftovers_turn(struct leftovers *leftovers);

#endif
