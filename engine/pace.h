/*
 * When the loop may rest although it waits for company. While a batch lingers (store/turn.c) the
 * loop looks again and again, which costs a processor. That is right where few come: a client that
 * waits for its answer should not wait for a rest. Where many come anyhow, a short rest gathers them
 * for one look, and leaves the processor to the journal's thread and to the clients.
 */
#ifndef SUANPAN_PACE_H
#define SUANPAN_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	PACE_REST_NS = 400 * 1000,
	PACE_COMPANY = 36,              /* calls that come within a rest, so that it is worth it */
	PACE_SPAN_NS = 5 * 1000 * 1000, /* over which calls are counted */
};

struct pace {
	uint64_t span_began_ns, span_calls; /* the clock, and all calls by then */
	bool is_high;                       /* as many came in the last span that was whole */
};

/* All calls so far, at the end of each turn. Is a rest worth it? */
bool pace_turn(struct pace *pace, uint64_t calls, uint64_t now_ns);

#endif
