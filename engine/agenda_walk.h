/*
 * A release that asks something anew of what is held. When each agenda is to be looked at next was
 * found by the release of its time, so a release by which packages owe or store otherwise (not how
 * much: when) sends the agendas of all who hold such packages to be looked at again:
 *
 *   the activation's entry ─► a timer at its instant
 *   at the instant          ─► a timer that walks, behind all that was put before the instant
 *   a page of subscriptions ─► an entry: the agendas of those who hold what owes, and the timer of the next page
 *
 * The timer's owner is a byte, '0' or '1' for the first and the second of these, and the subscription
 * behind which the next page begins. So a restart goes on where it was; what is walked twice is
 * looked at twice, and nothing is charged twice. Pages are those of LMDB, so the walk begins when all
 * that was put before the instant lies there: some minutes later, if much is written. What is put, or
 * charged, meanwhile is not late: puts and charges look at the agenda by themselves. An activation that
 * is taken back leaves its timer, and its walk finds nothing.
 */
#ifndef SUANPAN_AGENDA_WALK_H
#define SUANPAN_AGENDA_WALK_H

#include "releases.h"
#include "timers.h"

/* Does something fall due at other times by this image than by one that is in force, or lies ahead? */
bool agenda_walk_is_needed(const struct releases *releases, const struct image *image);

/* The timer that an activation at that instant sets. */
struct timer_key agenda_walk_timer(int64_t at_ms);

/* The run of such a timer. */
enum call_end agenda_walk_run(struct call *call, const struct timer_params *timer);

#endif
