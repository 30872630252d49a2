/*
 * Replay: every charge of a stopped server's data folder is priced once more, by the release that
 * priced it and from what it found then, and held against the answer that was given, byte for byte.
 *
 * The journal is read from its beginning: each entry tells the new values of the records that it
 * changed, so that at each charge the subscription, its packages and its counters are those that it
 * was decided from. Nothing is written.
 */
#ifndef SUANPAN_REPLAY_H
#define SUANPAN_REPLAY_H

#include "../engine/base/buffer.h"
#include "../store/folder.h"

/* A charge that is priced otherwise now. */
struct replay_difference {
	uint64_t position;
	struct bytes was; /* the answer that was given */
	struct bytes
		is; /* the priced part as it is now; empty if it is refused, or nobody holds the number */
};

struct replay {
	const struct folder *folder;
	void (*differs)(void *context, const struct replay_difference *difference);
	void *context;
	/* Filled: */
	uint64_t charges;
	uint64_t different;
	uint64_t releases; /* that priced some of them */
};

/* The status is that of reading; differences are no failure. */
enum status replay_run(struct replay *replay, struct fault *fault);

#endif
