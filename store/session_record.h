/*
 * The record of an open session: what was reserved, used and charged so far, and what it holds. It
 * is there from the first reserve until the session is closed.
 *
 * Its layout, a number being a varint (zigzag where it may be negative) and a text one length byte
 * and its bytes:
 *
 *   subscription text, account text (size 0: called like the subscription), release 8 bytes, began (zigzag),
 *   number, expires (zigzag), how much earlier its timer comes, count of parts; then each part:
 *     id text (size 0: called like its service), service text, to text, unit 1 byte,
 *     begins so much later than the session (zigzag), count of attributes, each: name text, kind byte
 *     (0 text, 1 integer), text or number (zigzag);
 *     used, granted, charged (micro-units);
 *     count of holds, each: name of the balance text (size 0: the main one; behind a byte 1: the account of
 *     which it is the main one), amount;
 *     count of counters, each: package text, allowance text, group text, cycle (zigzag), unit 1 byte
 *     (255: money), used (zigzag), held; of the package "@balance" it is a balance of units of the
 *     account, and the place of the cycle has from which of the part's units on they were taken
 *
 * What the parts hold is in the `held` of the balances and counters too: there it is the sum over
 * all open sessions.
 */
#ifndef SUANPAN_SESSION_RECORD_H
#define SUANPAN_SESSION_RECORD_H

#include "records.h"

#define SESSION_PARTS_MAX 8

struct session {
	struct text subscription;
	struct text account;
	uint64_t release; /* number of the one it is rated by */
	int64_t began_ms;
	uint32_t number; /* the highest of its requests so far */
	int64_t expires_ms;
	int64_t timer_ms; /* ≤ expires_ms */
	uint8_t part_count;
	struct field_reader parts; /* of session_part */
};

struct session_part {
	struct text id;
	struct text service;
	struct text to;
	uint8_t unit;  /* enum unit */
	int64_t at_ms; /* when its usage began */
	uint8_t attribute_count;
	struct field_reader attributes; /* of session_attribute */
	int64_t used;                   /* in all, as reported */
	int64_t granted;                /* beyond that */
	int64_t charged;                /* micro-units, in all */
	uint8_t hold_count;
	struct field_reader holds; /* of session_hold */
	uint8_t counter_count;
	struct field_reader counters; /* of session_counter */
	/* As they are written: what it is, which never changes, and how far it has come. */
	struct bytes identity;
	struct bytes progress;
};

struct session_attribute {
	struct text name;
	struct text text; /* data NULL: it is a number */
	int64_t number;
};

/* Of a balance of the session's account, or of another account that pays for the subscription. */
struct session_hold {
	struct text balance; /* of the other account: its id, and it is of its main balance */
	int64_t amount;      /* > 0 */
	bool by_payer;
};
/* The balance's key; `account` is the session's. */
void key_of_hold(struct record_key *key, struct text account, const struct session_hold *hold);

/* What the part has counted, and may count yet. */
struct session_counter {
	struct text package;
	struct text allowance;
	struct text group; /* empty: the subscription's own */
	int32_t cycle;
	int64_t since; /* of own units: from which of the part's units on it took them; else 0 */
	uint8_t unit;  /* enum unit, or SESSION_COUNTS_MONEY */
	int64_t used;
	int64_t held;
};
#define SESSION_COUNTS_MONEY 255
/*
 * Units that the part took, and may take, of a balance of the session's account stand among them as
 * those of an allowance of this package, which has the balance's name.
 */
#define SESSION_OWN_UNITS TEXT("@balance")
/* The key of what is counted: a counter, or such a balance. */
void key_of_session_counter(struct record_key *key, const struct session *session,
	const struct session_counter *counter);

struct session session_read(struct bytes value);
struct session_part session_part_read(struct field_reader *parts, const struct session *session);
struct session_attribute session_attribute_read(struct field_reader *attributes);
struct session_hold session_hold_read(struct field_reader *holds);
struct session_counter session_counter_read(struct field_reader *counters);

/* The session without its parts, which are then written one after the other. */
void session_write(struct field_writer *writer, const struct session *session);
/* Of each part: its identity, either as it was written, or anew, and behind it its attributes; */
void session_identity_write(struct field_writer *writer, const struct session *session,
	const struct session_part *part);
void
session_attribute_write(struct field_writer *writer, const struct session_attribute *attribute);
/* and its progress, likewise. */
void session_progress_write(struct field_writer *writer, const struct session_part *part,
	const struct session_hold *holds, const struct session_counter *counters);

void key_of_session(struct record_key *key, struct text service_id, struct text session);
bool key_is_of_session(struct bytes key, struct text *service_id, struct text *session);

/* Walks a whole value; sets reader->bad if it is not well-formed. */
void session_walk(struct field_reader *reader);

#endif
