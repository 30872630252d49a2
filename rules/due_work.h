/*
 * One question about dues while it is priced: what the files that price it share. Only they include
 * this; due.h is for everybody else.
 *
 *   dues.c         charges, cycles, runs of days, lines
 *   due_values.c   what parameters and facts are on a day
 *
 * Functions that return bool return false when the pricing has ended early: refused or faulty, as
 * *due tells.
 */
#ifndef SUANPAN_DUE_WORK_H
#define SUANPAN_DUE_WORK_H

#include "due.h"

/* Days from ≤ day < till; none if till ≤ from. */
struct days {
	int64_t from;
	int64_t till;
};

static inline bool
has_day(struct days days, int64_t day)
{
	return days.from <= day && day < days.till;
}

/* A list in the arena that grows. */
struct due_list {
	void *items;
	size_t count;
	size_t room;
};

/* A fact that was given, read. */
struct due_given {
	uint32_t fact; /* of the image */
	int64_t from_ms;
	struct days days;
	struct value value;
};

/* What parameters and facts are during a run of days in which nothing changes. */
struct due_state {
	const struct package *version; /* NULL: not known yet */
	struct days days;
	struct value *params; /* of the version */
	struct value *facts;  /* of the image */
};

struct due {
	const struct due_question *question;
	const struct image *image;
	struct arena *arena;
	struct fault *fault;
	const struct package *versions;
	uint32_t version_count;
	struct days period;
	struct days held;
	struct days *suspended;
	struct due_given *given;
	struct due_state state; /* the last that was asked for */
	struct due_list cuts;   /* of int64_t: the days on which something may change, sorted */
	struct due_list lines;  /* of struct due_line */
	struct due_list parts;  /* of struct due_part, of the line at hand */
	size_t part_count;      /* of all lines */
	uint32_t calls;         /* of functions */
	/* How it ended early. */
	enum due_outcome outcome;
	enum due_refusal refused;
	struct near_miss nearest;
};

/* dues.c */
bool due_refuse(struct due *due, enum due_refusal why, const struct near_miss *nearest);
bool due_overflow(struct due *due, struct text charge);
bool due_out_of_memory(struct due *due);
/* Room for one more item behind the others; NULL without memory, which ends the pricing. */
void *due_list_add(struct due *due, struct due_list *list, size_t size);
bool due_cut_add(struct due *due, struct days days);
struct days due_days_of(const struct image *image, struct due_span span);
/*
 * What a function's failure means, and its bound on calls: counts one call, and refuses past
 * DUE_CALLS_MAX. `rule` is the charge or the parameter that it belongs to.
 */
bool due_call(struct due *due, struct text rule);
bool due_call_failed(struct due *due, enum call_outcome outcome, struct text rule,
	const struct due_scope *scope, struct text problem);

/* due_values.c: reads what was given, and notes the days on which that changes. */
bool values_read(struct due *due);
/* What holds on a day, in a version of the package, for the days up to the next cut. */
bool
values_on(struct due *due, const struct package *version, struct days run, struct due_scope *scope);
/* A parameter that was needed and is not there. */
bool values_missing(struct due *due, const struct package *version, struct text id);

#endif
