/*
 * The loop that asks and reads: one thread, epoll, `connections` sockets with up to `in_flight`
 * questions on each.
 *
 * Closed loop (rate 0): a new question leaves as soon as an answer has come. A latency is the time
 * from handing the question to the kernel until its answer is read; a target that stalls is asked
 * less meanwhile, so these latencies show what one client sees, not what traffic that does not wait
 * would see.
 *
 * Open loop: question n is due at start + n / rate, whatever the answers do. A latency is the time
 * from when the question was *due*, even if it had to wait here for a free place; so a stall counts
 * for everybody whom it would have hit.
 */
#ifndef BENCH_LOOP_H
#define BENCH_LOOP_H

#include "driver.h"
#include "histogram.h"

#include <sys/socket.h>

struct loop_plan {
	const struct driver *driver;
	struct sockaddr_storage address;
	socklen_t address_size;
	uint32_t connections;
	uint32_t in_flight; /* on each connection */
	enum question_kind kind;
	bool reserves_only; /* of sessions: they stay open */
	struct calls calls;
	uint32_t run;
	uint64_t count; /* ask exactly so many; 0: go by time */
	uint64_t warm_up_ns;
	uint64_t measured_ns;
	double rate; /* questions a second over all connections; 0: closed loop */
};

/* A million balances of 10^14 micro-units do not fit into 64 bits. */
__extension__ typedef __int128 total;

struct loop_report {
	/* Everything that was asked, warm-up included; all of it was answered. */
	uint64_t charged;
	uint64_t repeats;
	uint64_t refused;
	uint64_t errors;
	total amount_micros;        /* of `charged` */
	total repeat_amount_micros; /* of `repeats` */
	char complaint[256];        /* what the first refusal or error said */
	/* What was measured. */
	uint64_t measured;    /* answers after the warm-up and before the end */
	uint64_t measured_ns; /* how long that was */
	uint64_t behind_max;  /* open loop: most questions that were due and not yet asked */
	struct histogram latency;
};

/* Runs the plan. False after a message on standard error: the target did not do its part, and
 * *report means nothing. */
bool loop_run(const struct loop_plan *plan, struct loop_report *report);

#endif
