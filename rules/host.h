/*
 * The functions of a release while rating, and while pricing what falls due: called with a read-only context, in
 * a sandbox (sandbox.h) with a budget of instructions and memory for each call and a wall deadline.
 *
 * A host belongs to one release, which it retains, and to one thread. Making one runs the scripts
 * of the release again, under the limits of a build; a release without functions costs nothing. A
 * call that fails or runs past a bound ends with a sentence; the next call is not touched by it:
 * what a function reaches outside itself is frozen, and a function that writes to a local of its
 * file fails and the local is put back.
 */
#ifndef SUANPAN_HOST_H
#define SUANPAN_HOST_H

#include "due.h"
#include "release.h"

struct host_limits {
	uint32_t instructions_call; /* of one call; 0: what the release says, 10,000 by default */
	size_t memory_bytes;        /* that the loaded functions may hold, default 4 MiB */
	size_t memory_call_bytes;   /* that one call may ask for in all, default 256 KiB */
	size_t block_bytes;         /* of one allocation, default 64 KiB */
	uint32_t call_wall_us;      /* of one call, default 1,000: a fault of the machine, never an
				       answer */
};
struct host_limits host_limits_default(void);

struct host;

/* `limits` NULL: the default. STATUS_LIMIT: the functions hold too much memory. */
enum status host_new(struct release *release, const struct host_limits *limits, struct host **host,
	struct fault *fault);
void host_free(struct host *host);

/* What rate_usage needs; valid as long as the host. */
const struct rate_functions *host_functions(struct host *host);
/* What due_price needs; valid as long as the host. */
const struct due_functions *host_due_functions(struct host *host);

/*
 * From now on counts how often each row of each decision table is the answer. False without memory.
 */
bool host_count_rows(struct host *host);
/* For a while, none is counted. */
void host_pause_rows(struct host *host, bool paused);
/* The counts, by decision and row of the image; NULL unless they are counted. */
uint64_t *const *host_row_hits(const struct host *host);

size_t host_memory_bytes(const struct host *host);

#endif
