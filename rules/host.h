/*
 * The sandbox: one Lua state with an allow-list instead of the standard libraries, a budget of instructions, caps on memory and on one
 * block, and a wall deadline. Every entry into Lua is one protected call, here.
 *
 * A host belongs to one release and one thread. It holds the release's functions and calls them with a read-only
 * context. A call that fails or runs past a bound ends with a sentence; the next call is not touched by it.
 */
#ifndef SUANPAN_HOST_H
#define SUANPAN_HOST_H

#include "rate.h"
#include "release.h"

struct host_limits {
	uint32_t instructions_call; /* of one function call while rating; part of the release, default 10,000 */
	uint32_t instructions_build; /* of all scripts of a build, default 200,000,000 */
	size_t memory_bytes;        /* of the state, default 64 MiB while rating, 256 MiB while building */
	size_t block_bytes;         /* of one allocation, default 64 KiB while rating */
	uint32_t call_wall_us;      /* of one call while rating, default 1,000: a fault of the machine, never an answer */
};
struct host_limits host_limits_default(void);

struct host;

enum status host_new(struct release *release, const struct host_limits *limits, struct host **host,
	struct fault *fault);
void host_free(struct host *host);

/* What rate_usage needs; valid as long as the host. */
const struct rate_functions *host_functions(struct host *host);

size_t host_memory_bytes(const struct host *host);

#endif
