/*
 * Groups: what is known of one, who its members are, and how many they were when.
 *
 *   group    flags 1 byte (1: it is a site), home text (a customer, or empty), list of facts: span, named value
 *   member   what a subscription holds by the group, as long as it is not ended: list of package text, span and,
 *            if the flags of the span say so, that it is the one that pays (4). The key is the group, a zero byte
 *            and the subscription, so a group's members lie together in the order of their ids
 *   tally    how many members the group has: flags 1 byte (1: what was before the first step is forgotten), then
 *            steps until the end of the value: from when on 8, so many members 4; in the order of time
 *
 * Members and tallies are made by the puts of subscriptions, in the entries of those; nobody else
 * changes them. A group needs no record of its own to have members. A member is who holds anything
 * by the group; however much that is, it is one.
 */
#ifndef SUANPAN_RECORD_GROUP_H
#define SUANPAN_RECORD_GROUP_H

#include "records.h"

/* ---- what is known of a group ---- */

struct group {
	bool is_site;
	struct text home;          /* the customer whose it is; size 0: not said */
	uint8_t fact_count;        /* that formulas of its members' charges may ask for */
	struct field_reader facts; /* span, named_value */
};
#define GROUP_FACTS_MAX 255
struct group group_read(struct bytes value);
void group_write(struct field_writer *writer, const struct group *group);

/* ---- members ---- */

/* So many groups by which one subscription holds something. */
#define MEMBER_GROUPS_MAX 16
/* The different ones, in the order in which they stand; how many, or one more than that is too many. */
unsigned member_groups(struct subscription subscription, struct text groups[MEMBER_GROUPS_MAX]);

void key_of_member(struct record_key *key, struct text group, struct text subscription);
bool key_is_of_member(struct bytes key, struct text *group, struct text *subscription);
/* What comes before all members of a group, and behind those of the groups before it: no record has it. */
void key_before_members(struct record_key *key, struct text group);

struct member_holding {
	struct text package;
	struct span span;
	bool pays;
};
#define MEMBER_HOLDINGS_MAX 100
#define MEMBER_VALUE_MAX (1 + MEMBER_HOLDINGS_MAX * (1 + 64 + 1 + 8 + 8))
/* The list behind the count, which is a byte. */
struct member_holding member_holding_read(struct field_reader *holdings);
/* What the record of a subscription in a group has to be; empty: it holds nothing by it. */
struct bytes
member_value(struct subscription subscription, struct text group, uint8_t place[MEMBER_VALUE_MAX]);
/* When one with that record is a member, in the order of time and apart from each other; how often. */
unsigned member_spans(struct bytes value, struct span spans[MEMBER_HOLDINGS_MAX]);

/* ---- how many they are ---- */

/* Of what is past, and in all. */
#define TALLY_PAST_MAX 256
#define TALLY_STEPS_MAX 4000

struct tally_step {
	int64_t from_ms;
	uint32_t members;
};
struct tally {
	bool is_cut; /* what was before the first step is not known any more */
	size_t count;
	struct tally_step steps[TALLY_STEPS_MAX + 4 * MEMBER_HOLDINGS_MAX];
};
void tally_read(struct bytes value, struct tally *tally); /* of an empty value: nobody, ever */
void tally_write(struct field_writer *writer, const struct tally *tally);
#define TALLY_VALUE_MAX (1 + TALLY_STEPS_MAX * (8 + 4))

/* The record of a member before, and after; empty: it is none. */
struct member_change {
	struct bytes before;
	struct bytes after;
};
/*
 * Counts it. What is long past is forgotten, TALLY_PAST_MAX steps being kept: then the earliest
 * number that is known is taken for that of all times before. False: more steps lie ahead than can be
 * held.
 */
bool tally_change(struct tally *tally, const struct member_change *change, int64_t now_ms);

bool tally_is_cut(struct bytes value);
/* How many members there were at an instant, from the bytes alone. */
uint32_t tally_at(struct bytes value, int64_t ms);
/* The next step, of a reader that begins behind the flags; false at the end. */
bool tally_next(struct field_reader *steps, struct tally_step *step);
struct field_reader tally_steps(struct bytes value);

#endif
