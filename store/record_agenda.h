/*
 * The agenda of a subscription: when something falls due next of the packages that it holds, and how
 * far what fell due has been made to happen. One record a subscription, of those that hold what owes
 * or stores something; it changes in the entry that makes something happen, so each thing happens
 * once, whatever ends in between.
 *
 *   agenda  next 8 (ms; it is also the instant of the subscription's timer), list of what is held:
 *           package text, from 8, billed 4 (days since 1970), ended 1, stuck text,
 *           list of charges: id text, cycle 4, each 4; list of stored: id text, paid 8, given 4
 */
#ifndef SUANPAN_RECORD_AGENDA_H
#define SUANPAN_RECORD_AGENDA_H

#include "records.h"

#include "../engine/base/arena.h"

/*
 * A charge that fell due: the first day of the last cycle that was charged, so that none is twice,
 * though what is held may be put otherwise afterwards; and of what is owed for each of something,
 * up to which.
 */
struct agenda_charge {
	struct text id;
	int32_t cycle_day;
	uint32_t each;
};

/* A deposit or gift. */
struct agenda_stored {
	struct text id;
	int64_t paid_ms; /* of a deposit: when it was paid in; INT64_MAX: not yet */
	uint32_t given;  /* so many instalments have come, were skipped, or are not to come */
};

/* A package that is held, or was until a put left it out. */
struct agenda_held {
	struct text package;
	int64_t from_ms;
	int32_t billed_day; /* what fell due before this local day was charged */
	bool ended;         /* and what is to happen to what it stores has happened */
	struct text stuck;  /* why what falls due can't be priced; size 0: it can */
	struct agenda_charge *charges;
	uint8_t charge_count;
	struct agenda_stored *stored;
	uint8_t stored_count;
};
#define AGENDA_HELD_MAX 255
#define AGENDA_GONE_MAX 8 /* of what is not held any more: the last ones */

struct agenda {
	int64_t next_ms; /* INT64_MAX: nothing falls due any more */
	struct agenda_held *held;
	uint8_t held_count;
};

/* The first thing in the record, for who only asks whether something is due. */
int64_t agenda_next_ms(struct bytes value);
/* Lists are in the arena, texts in the value. False without memory. */
bool agenda_read(struct bytes value, struct arena *arena, struct agenda *agenda);
/* The writer is full if it is too much for its place. */
void agenda_write(struct field_writer *writer, const struct agenda *agenda);

/* The timer of the subscription, at the instant that is next; at_ms ≥ 0. */
struct timer_key agenda_timer(struct text subscription, int64_t next_ms);

#endif
