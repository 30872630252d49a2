/*
 * Inside of judging orders: what is held at which time, with an order or without it. An item is one
 * stay, or several one after the other where its lines change.
 */
#ifndef SUANPAN_SELL_STATE_H
#define SUANPAN_SELL_STATE_H

#include "sell.h"

#define NOBODY UINT32_MAX

/* Some lines in a package for some time; parties are NO_PARTY where nothing is so called. */
struct stay {
	uint32_t item;   /* of the question: held, then wanted */
	uint32_t wanted; /* what added it or changed its lines or end; NOBODY */
	uint32_t package, plan, offering;
	const struct sell_line *lines;
	uint32_t line_count;
	struct sell_span span; /* not empty */
};

struct sell_state {
	const struct sell_question *question;
	struct stay *stays;
	uint32_t count;
};

/*
 * What results from the first `wanted_count` wanted, which begin at starts_ms; 0: what there was
 * before the order. False without memory.
 */
bool sell_state_make(const struct sell_question *question, const int64_t *starts_ms,
	uint32_t wanted_count, struct arena *arena, struct sell_state *state);

static inline bool
stay_has_party(const struct stay *stay, uint32_t party)
{
	return party != NO_PARTY &&
		(stay->package == party || stay->plan == party || stay->offering == party);
}

static inline bool
stay_has_any_party(const struct stay *stay, struct number_list parties)
{
	return (stay->package != NO_PARTY && number_list_has(parties, stay->package)) ||
		(stay->plan != NO_PARTY && number_list_has(parties, stay->plan)) ||
		(stay->offering != NO_PARTY && number_list_has(parties, stay->offering));
}

/* The line with this id, of one of the products; NULL. */
const struct sell_line *stay_line(const struct selling *selling, const struct stay *stay,
	struct text id, struct number_list products);
bool stay_same_lines(const struct stay *a, const struct stay *b);

/* What must be there: a stay of one of the parties, or a line of one of the products. */
struct need {
	struct number_list parties;  /* none: any stay */
	uint32_t except;             /* an item that does not count; NOBODY */
	struct text line;            /* that the stay must have; empty: any */
	struct number_list products; /* none: of whatever product the line is */
};

/* The first part of the span, if any, in which no stay meets the need. */
bool sell_state_gap(const struct sell_state *state, const struct need *need, struct sell_span span,
	struct sell_span *gap);

/* What conditions see as held: at an instant, or then or later. */
struct held_at {
	const struct sell_state *state;
	int64_t at_ms;
	bool or_later;
};

struct asking {
	struct held_at held;
	struct arena *arena; /* of the problem */
	struct fault *fault;
};

/*
 * Asks a condition of the customer of the state's question. If it fails, *problem is a sentence and
 * *yes false; else *problem is empty. STATUS_MEMORY; STATUS_BUSY if it ran past its wall deadline.
 */
enum status
sell_ask(const struct asking *asking, int32_t function, bool *yes, struct text *problem);

/* The version of a package that is in force, as an index in the image; NO_INDEX. */
uint32_t package_version_at(const struct image *image, uint32_t package, int64_t ms);

#endif
