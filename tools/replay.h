/*
 * Replay: charges of a stopped server's data folder are priced once more, by the release that
 * priced them and from what it found then, and held against the answer that was given, byte for byte.
 *
 * The journal is read from its beginning: each entry tells the new values of the records that it
 * changed, so that at each charge the subscription, its packages and its counters are those that it
 * was decided from. Nothing is written.
 *
 * A session's reports are priced as they were: all units of a part so far as one event, as it saw the
 * counters.
 *
 * Charges may be priced by another release, too: as if that had been in force for them all. What it
 * counts of allowances, tiers, caps and limits goes its own way from the first of them on; whoever
 * was refused then is not asked again. What was given back of a charge, whenever that was, it does
 * not earn, by neither release; counters get back what they got. A session that was closed costs what
 * all its units do, as one event at its last report; one that is open is not counted.
 */
#ifndef SUANPAN_REPLAY_H
#define SUANPAN_REPLAY_H

#include "replayed.h"

#include "../engine/releases.h"
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
	struct span span;                   /* when the events happened that are priced */
	const struct loaded_release *other; /* NULL: none */
	/* May be NULL. */
	void (*differs)(void *context, const struct replay_difference *difference);
	/* Where there is another release. What it returns, if not STATUS_OK, ends the replay. */
	enum status (*priced)(void *context, const struct replayed *replayed, struct fault *fault);
	/* Bytes of the journal; may be NULL. */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	void *context;
	/* Filled: */
	uint64_t charges;
	uint64_t reports; /* of sessions, each part for itself */
	uint64_t different;
	uint64_t releases; /* that priced some of them */
};

/* The status is that of reading; differences are no failure. */
enum status replay_run(struct replay *replay, struct fault *fault);

#endif
