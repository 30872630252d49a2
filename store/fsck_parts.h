/* The inside of fsck, shared by the files fsck*.c only. */
#ifndef SUANPAN_FSCK_PARTS_H
#define SUANPAN_FSCK_PARTS_H

#include "fsck.h"

#include "../engine/base/digest.h"
#include "database.h"
#include "folder.h"

/*
 * Stretches of the row that can't be read; whatever points into one proves nothing. In ascending
 * order.
 */
struct fsck_gap {
	uint64_t from;
	uint64_t till;
};

/*
 * What the journal has said of a record so far. Positions are multiples of 8, so three flags fit
 * below them.
 */
struct fsck_record {
	struct hash128 key;  /* of table and key */
	uint64_t newest;     /* position of the entry that changed it last, and flags */
	uint64_t applied;    /* of the last one below the applied boundary (0: none), and flags */
	uint64_t value_hash; /* of its value after `applied` */
	int64_t amount;      /* of a balance or counter, after `newest` */
	uint64_t held;    /* likewise, and of a session: see fsck_held; of members: fsck_members */
	uint64_t earlier; /* of a balance, after `newest`: see struct balance */
	uint32_t day;
	int16_t timers;   /* that are set for it */
	bool needs_timer; /* after `newest` */
	bool is_whole;    /* the journal on the disk reaches back to where it was made */
};
_Static_assert(sizeof(struct fsck_record) == 72, "what fsck.h says of its memory");
enum {
	NEWEST_EXISTS = 1,  /* that entry did not end it */
	NEWEST_COUNTED = 2, /* the amount, earlier and day are known */
	NEWEST_ENDED = 4,   /* some entry behind the applied boundary ended it */
	APPLIED_EXISTS = 1,
	APPLIED_SEEN = 2, /* LMDB has it */
	FLAGS = 7,
};

struct fsck_records {
	struct fsck_record *slots;
	size_t room;
	size_t count;
};
struct hash128 fsck_record_key(uint8_t table, struct bytes key);
/* NULL if it is not there. */
struct fsck_record *fsck_records_find(const struct fsck_records *records, struct hash128 key);
/* Made if it is not there, with newest 0; NULL without memory. Valid until the next one is made. */
struct fsck_record *fsck_records_take(struct fsck_records *records, struct hash128 key);

/* An id at or behind the applied boundary. */
struct fsck_id {
	struct hash128 hash;
	uint64_t position;
};

/* The ids of events of one day: of entries below the boundary, and of what the runs say of them. */
struct fsck_day {
	int32_t day;
	bool differs;
	uint64_t entries, entry_sum;
	uint64_t in_runs, run_sum;
};

/* A record that names a release, which it keeps or puts in force: the newest of its key. */
struct fsck_release {
	uint8_t table;
	bool exists;
	struct hash128 key; /* of table and key */
	/* Where it exists: the release, and from when on it is in force if it is an activation. */
	char name[RELEASE_NAME_BYTES];
	int64_t at_ms;
};

struct fsck {
	struct fsck_options options;
	struct fsck_report report;
	struct folder folder;
	struct journal_place place;
	uint64_t done;

	struct fsck_gap *gaps;
	size_t gap_count, gap_room;

	/* The state; NULL: there is none, or it can't be read. */
	struct database *database;
	struct database_reader *reader;
	struct database_meta meta; /* applied at 0 without a state */

	/* The journal. */
	struct buffer charge;    /* the entry that a refund names */
	uint64_t first;          /* where the oldest segment begins */
	struct journal_head end; /* behind the last good frame */
	int64_t made_ms;         /* of the last entry */
	struct fsck_records records;

	/* Of each release, and of each activation. */
	struct fsck_release *releases;
	size_t release_count, release_room;

	/* Ids. */
	struct fsck_id *tail;
	size_t tail_count, tail_room;
	struct fsck_day *days; /* ascending */
	size_t day_count, day_room;
};

#define FSCK_WHERE_MAX 1400
/* "FILE at byte N" of a position in the journal. */
void fsck_where(const struct fsck *fsck, uint64_t position, char where[FSCK_WHERE_MAX]);
/* "table KEY": what can't be printed is shown as a point. */
void fsck_where_record(uint8_t table, struct bytes key, char where[FSCK_WHERE_MAX]);
/* The same of the record with that key which the entry at the position changed. */
void fsck_where_changed(
	const struct fsck *fsck, uint64_t position, struct hash128 key, char where[FSCK_WHERE_MAX]);
void fsck_found(struct fsck *fsck, enum fsck_name name, const char *where, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
bool fsck_tells(const struct fsck *fsck, enum fsck_name name); /* would one more be told? */
void fsck_read(struct fsck *fsck, uint64_t bytes);             /* progress */

/* Room for one more in a list that doubles; false without memory. */
bool fsck_list_grow(void **list, size_t *room, size_t count, size_t size);

enum status fsck_gap_add(struct fsck *fsck, uint64_t from, uint64_t till, struct fault *fault);
bool fsck_in_gap(const struct fsck *fsck, uint64_t position);
/*
 * Does the journal that can be read reach over this position? Then what it says of it is the truth.
 */
bool fsck_is_on_disk(const struct fsck *fsck, uint64_t position);

/* The parts, in the order in which they are done. */
enum status fsck_files(struct fsck *fsck, struct fault *fault);
enum status fsck_state_open(struct fsck *fsck, struct fault *fault);
enum status fsck_row(struct fsck *fsck, struct fault *fault);
enum status fsck_state(struct fsck *fsck, struct fault *fault);
enum status fsck_ids(struct fsck *fsck, struct fault *fault);

/* Each good frame of the row, by fsck_row: the entries in it. `bytes` are header and entries. */
enum status
fsck_frame(struct fsck *fsck, const struct frame *frame, struct bytes bytes, struct fault *fault);
/* What a balance or counter holds; of a session a sum that stands for all that it holds. */
uint64_t fsck_held(const struct effect *effect);
/* What an effect adds to a sum that is 0 over an entry which changes both alike. */
uint64_t fsck_held_change(const struct effect *effect, struct hash128 key, uint64_t before);
/* What a record of members, or of who is one, says: over an entry these change by 0 in all. */
uint64_t fsck_members(const struct effect *effect);
/* Each id of an entry, by fsck_frame. */
enum status
fsck_entry_id(struct fsck *fsck, uint64_t position, const struct entry *entry, struct fault *fault);
/*
 * A record: what an entry behind the applied boundary makes of it; or that of the state, where no
 * such entry says something newer. It is noted if it names a release.
 */
enum status
fsck_release(struct fsck *fsck, const struct effect *record, bool is_entry, struct fault *fault);
/*
 * What a charge, or a session by the entry that closed it, moved on each record that its refund
 * changes, by the refund's effects; and what money it took from balances in all. FSCK_UNKNOWN: an entry of
 * the session can't be read; FSCK_WRONG: it is no charge.
 */
struct fsck_taken {
	int64_t moved[ENTRY_EFFECTS_MAX];
	bool changes[ENTRY_EFFECTS_MAX];
	int64_t paid;
};
enum fsck_known { FSCK_KNOWN, FSCK_UNKNOWN, FSCK_WRONG };
enum fsck_known fsck_taken_of(struct fsck *fsck, const struct entry *refund,
	const struct entry *charge, struct fsck_taken *taken);
/* An effect on a timer, which was set before or not: whose it is counts it. */
void fsck_timer(struct fsck *fsck, const struct effect *effect, bool was_set);
/* Is the record, as the effect leaves it, one that has to have a timer? */
bool fsck_needs_timer(const struct effect *effect);
/* At the end: each has as many as it has to. */
void fsck_timers(struct fsck *fsck);
/* At the end: each release that is kept has its bundle, and each activation one that is kept. */
void fsck_releases(struct fsck *fsck);

#endif
