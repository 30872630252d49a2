/*
 * Work that nobody waits for at once and that takes long, such as sorting and merging a million
 * ids: as libuv's uv_queue_work, but on threads that stand back for all others
 * (engine/base/thread.h), so that on a small machine no answer waits for a processor. Works begin
 * in the order they were queued; `done` is called by backstage_finish, on the owner's thread.
 */
#ifndef SUANPAN_BACKSTAGE_H
#define SUANPAN_BACKSTAGE_H

#include "../engine/base/status.h"

#include <stdbool.h>
#include <sys/queue.h>

#define BACKSTAGE_THREADS 2 /* a long merge, and what must be written meanwhile */

struct backstage;

/* Part of whatever is worked on; it stays where it is until `done` is called. */
struct backstage_work {
	void (*run)(struct backstage_work *work);  /* on a thread of its own */
	void (*done)(struct backstage_work *work); /* on the owner's */
	STAILQ_ENTRY(backstage_work) next;
};

/* `wake` is called on any thread when there is something for backstage_finish. */
enum status backstage_open(struct backstage **backstage, void (*wake)(void *context), void *context,
	struct fault *fault);
/* All that was queued must be done. NULL is fine. */
void backstage_close(struct backstage *backstage);

void backstage_queue(struct backstage *backstage, struct backstage_work *work);
/* Calls `done` of all that was run. Cheap when there is nothing. */
void backstage_finish(struct backstage *backstage);

#endif
