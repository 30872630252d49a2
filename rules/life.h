/*
 * The way of an order: may this move be made now, by whom, what is missing, and what comes next?
 * Pure: whoever keeps the order keeps its state, since when it is in it, and all that was filled in.
 *
 * Time is counted in local days: what may stay 30 days in a state that it came to on the 1st is late
 * with the beginning of the 31st. Then its late move is the only one that can be made, by anybody
 * or nobody.
 */
#ifndef SUANPAN_LIFE_H
#define SUANPAN_LIFE_H

#include "rate.h"

/* The life cycle with this id; NULL if the catalog has none. */
const struct life_cycle *life_find(const struct image *image, struct text id);
/* The number of a state or a move; NO_INDEX. */
uint32_t life_state_number(const struct life_cycle *life, struct text id);
uint32_t life_move_number(const struct life_cycle *life, struct text id);

/* Where an order is. */
struct life_place {
	const struct image *image;
	const struct life_cycle *life;
	uint32_t state;
	int64_t since_ms;
	const struct attribute
		*filled; /* all that is filled in, what comes with the move included */
	uint32_t filled_count;
};

/* When its time in the state is over; INT64_MAX if that never is. */
int64_t life_till(const struct life_place *place);

/* In the order in which they are looked for. */
enum life_refusal {
	LIFE_MADE = 0,      /* none: it can be made */
	LIFE_REFUSED_STATE, /* the move does not lead from this state */
	LIFE_REFUSED_LATE,  /* the time in the state is over */
	LIFE_REFUSED_ROLE,  /* it is not for this role to make it */
	LIFE_REFUSED_FIELD, /* something is not filled in, or is not of its kind */
};
/* "state", "late", "role", "field"; empty if it can be made. */
const char *life_refusal_name(enum life_refusal refusal);

/* What is not filled in as the move needs it. */
struct life_missing {
	const struct life_field *field;
	bool wrong; /* it is filled in, but is not of its kind */
};

struct life_answer {
	enum life_refusal refused;
	const struct life_missing *missing; /* of LIFE_REFUSED_FIELD: all that is, as written */
	uint32_t missing_count;
	uint32_t state;   /* where the order is then */
	uint32_t effects; /* of the move that was made: bits of enum life_effect */
};

/*
 * May somebody in this role (empty: nobody) make a move at an instant, which is not before
 * since_ms? The answer lives in the arena. STATUS_MEMORY.
 */
struct life_asking {
	struct life_place place;
	uint32_t move;
	struct text role;
	int64_t at_ms;
};
enum status life_ask(const struct life_asking *asking, struct arena *arena,
	struct life_answer *answer, struct fault *fault);

/* Does a move lead from here at an instant, whoever makes it? Late, only the late move does. */
bool life_leads(const struct life_place *place, uint32_t move, int64_t at_ms);

#endif
