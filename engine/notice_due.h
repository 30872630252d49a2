/*
 * What is told at a time: so long before what a package gave ends, or the package itself
 * (rules/notices.h). See notice.h for its timers.
 */
#ifndef SUANPAN_NOTICE_DUE_H
#define SUANPAN_NOTICE_DUE_H

#include "put.h"
#include "timers.h"

/*
 * Adds to a put of a subscription the timer of the next instant at which something may be to be told
 * of what it holds then: its record, which may be the same as before. False: *end is what to return.
 */
bool notice_mark(
	struct putting *putting, struct text subscription, struct bytes value, enum call_end *end);

/* The run of such a timer. */
enum call_end notice_run_due(struct call *call, const struct timer_params *timer);

#endif
