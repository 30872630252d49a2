/*
 * The end of a session of which nothing was heard: what its timer does, which is set by the request
 * that begins the session and cleared by that which closes it.
 */
#ifndef SUANPAN_SESSION_EXPIRY_H
#define SUANPAN_SESSION_EXPIRY_H

#include "call.h"
#include "timers.h"

enum call_end session_run_timer(struct call *call, const struct timer_params *timer);

#endif
