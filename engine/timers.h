/*
 * The schedule: what is due at an instant is done when the shard's clock has come there, by a call that
 * nobody sent.
 *
 *   LMDB, changed records ──pages──► nearest ──due──► a call runs ──► its entry ends the timer
 *     entries that set timers ─────────┘                 │ it did not end it
 *                                                        └──► again after TIMERS_AGAIN_MS
 *
 * A timer is a record (records.h). The entry that makes it necessary sets it, and the entry that does
 * what is due ends it; so each is done once, whatever crashes between, and what came due while nobody
 * served is done after the start, in order. The clock never runs backwards, so nothing is early; when
 * it jumps ahead, much is due at once.
 *
 * The calls wait as all others do, in the order of their scope. At most TIMERS_UNDER_WAY are on their
 * way at a time; while clients call, they get an eighth of the thread's time; and they never put more
 * into the journal than is written at once. So a million that are due at midnight take some seconds
 * more, and nobody feels them.
 *
 * Thread: the shard's.
 */
#ifndef SUANPAN_TIMERS_H
#define SUANPAN_TIMERS_H

#include "method.h"

#include "base/status.h"

#include "../store/records.h"

struct shard;
struct timers;
struct timer; /* one that is under way, or waits to be tried again */

#define TIMERS_UNDER_WAY 64
#define TIMERS_AGAIN_MS 60000

enum status timers_open(struct timers **timers, struct shard *shard, struct fault *fault);
/* None may be under way, and the store must be closed. NULL is fine. */
void timers_close(struct timers *timers);
/* None is begun any more: the end is near. */
void timers_stop(struct timers *timers);

/*
 * At the end of each turn: begins what is due, as far as it may. True: there is more to do, so the
 * loop should not sleep.
 */
bool timers_turn(struct timers *timers);

struct timers_stats {
	uint64_t done;
	size_t under_way; /* calls that wait for something */
	size_t to_repeat; /* that did not come to their end, and will be tried again */
	size_t due;       /* of a backlog, those that were read already */
	int64_t late_ms;  /* how long ago the first of those was due */
};
struct timers_stats timers_stats(const struct timers *timers);

/* ---- for calls ---- */

/* What a timer's run gets: its timer is there, and is in memory. */
struct timer_params {
	struct text scope; /* its calls come one after the other: the first part of the owner */
	struct timer_key key;
};
/* From the bytes of the timer's key, as views into them. */
void timer_params_read(struct timer_params *params, struct bytes key);

/* The method that all of them are calls of; what each does, its kind says. */
const struct method *timers_method(void);
/* The call has ended: if the timer has not, it is tried again. */
void timer_ended(struct timer *timer);
/* Need it not be done any more, since the shard ends? */
bool timer_is_unwanted(const struct timer *timer);

#endif
