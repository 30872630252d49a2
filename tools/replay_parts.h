/*
 * Inside of replaying: shared by replay.c, which reads the journal and prices charges again,
 * replay_session.c, which does sessions, and replay_price.c, which knows what they were decided from.
 */
#ifndef SUANPAN_REPLAY_PARTS_H
#define SUANPAN_REPLAY_PARTS_H

#include "records_kept.h"
#include "replay.h"

#include "../engine/subject.h"
#include "../store/journal.h"
#include "../store/session_record.h"

#include <msgpack.h>

/* A release that the journal says was published; loaded when a charge names it. */
struct known_release {
	char name[SHA256_HEX];
	uint64_t number;
	struct loaded_release *loaded;
};

struct replaying {
	struct replay *replay;
	struct records_kept records;
	/*
	 * How much more the other release has counted than was counted: of counters that charges of
	 * the span changed, by whichever of the two.
	 */
	struct records_kept shifts;
	struct records_kept refunds; /* as they are in the end */
	struct records_kept lasts;   /* replay_session.c: the reports that sessions ended with */
	struct known_release *releases;
	size_t release_count;
	struct arena arena; /* of one charge */
	struct buffer priced;
	msgpack_zone zone;
	enum status status; /* of what ended it */
	struct fault fault;
	uint64_t end; /* of the journal, about */
};

/* False, for who returns it: that ends the replay. */
bool replay_fail(struct replaying *replaying, enum status status);
bool replay_no_memory(struct replaying *replaying);

/* The release that priced it; NULL ends the replay. */
const struct loaded_release *replay_release(struct replaying *replaying, uint64_t number);

/* By how much a counter is to be seen otherwise than it is. */
struct counter_shift {
	struct record_key key;
	int64_t by;
};

/* Whose usage it was, as the records are before the entry. */
struct subject_then {
	struct replaying *replaying;
	struct text id;                   /* of the subscription; size 0: nobody held the number */
	struct bytes subscription;        /* its record; size 0: there is none */
	bool shifted;                     /* counters are as the other release counts */
	const struct counter_shift *seen; /* and so much otherwise */
	size_t seen_count;
	/* Of the customer's own units, those that the charge took: another release takes no others. */
	struct own_units *own;
	size_t own_count;
	int64_t settled; /* so many units were priced before, when only what was taken by then was there */
};
void replay_find_subscription(struct subject_then *subject, struct text id);
/* Whose customer it was, and in which segment. */
void replay_find_customer(const struct subject_then *subject, struct replayed *replayed);

/*
 * What the usage, of which so much was used before, costs by a release: refused, where nobody held the
 * number. False with a failure.
 */
bool replay_price(const struct subject_then *subject, const struct loaded_release *loaded,
	const struct usage *usage, int64_t done, struct pricing *pricing);

/* Is what is in replaying->priced part of the answer? Tells, if not. */
void replay_compare(struct replaying *replaying, const struct journal_visit *visit);

/* From here on the other release has not counted what this entry counts … */
bool replay_uncount(struct replaying *replaying, const struct entry *entry);
/* … but this. Both are false without memory. */
bool replay_count(struct replaying *replaying, struct text subscription, const struct pricing *is);

/* How much of it a charge keeps, of so much: its lines cost as much less, rounded down as a sum. */
struct keeping {
	int64_t part;
	int64_t of;
};
bool
replay_keep(struct replaying *replaying, const struct keeping *keeping, struct pricing *pricing);
/* What was given back of the charge at a position; false if nothing was. */
bool
replay_refund(const struct replaying *replaying, uint64_t position, struct refund_record *refund);

/*
 * replay_units.c. What a session's request took of units of the customer's own, by all its parts, as far as
 * it is left for those that come; of a part what it finds, in the subject, by what it was before (NULL:
 * it begins), and what it took then. False without memory.
 */
struct replay_units {
	struct subject_then *subject;
	const struct entry *entry;
	struct own_units *taken;
	size_t taken_count;
};
bool replay_units_begin(
	struct replay_units *units, struct subject_then *subject, const struct entry *entry);
bool replay_units_find(struct replay_units *units, const struct usage *usage,
	const struct image *image, const struct session_part *before);
void replay_units_take(struct replay_units *units, const struct pricing *pricing);

/*
 * replay_session.c. The first walk, where there is another release: which report of each part was
 * the last of a session that was closed. The second: each report is priced again; and by the other
 * release, where it is the last.
 */
bool replay_note_session(struct replaying *replaying, const struct journal_visit *visit);
bool replay_session(struct replaying *replaying, const struct journal_visit *visit);

#endif
