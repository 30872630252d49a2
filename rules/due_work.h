/*
 * One question about dues while it is priced: what the files that price it share. Only they include
 * this; due.h is for everybody else.
 *
 *   due_days.c     days, cycles, and the days on which something may change
 *   dues.c         charges, runs of days
 *   due_lines.c    lines of these
 *   leaving.c      what is owed for leaving early
 *   unowed.c       charges that others replace, or that others owe
 *   splits.c       how a line is divided
 *   due_values.c   what parameters and facts are on a day
 *   due_judge.c    what stands against parameters
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

static inline int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static inline int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
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
	enum fact_source source;
	int64_t from_ms;
	struct days days;
	struct value value;
};

/* What parameters and facts are during a run of days in which nothing changes. */
struct due_state {
	const struct package *version; /* NULL: not known yet */
	struct days days;
	int64_t fallen_due_on; /* as of the charge that asked */
	struct value *params;  /* of the version */
	struct value *facts;   /* of the image */
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
	struct due_state state;     /* the last that was asked for */
	struct due_list cuts;       /* of int64_t: the days on which something may change, sorted */
	struct due_list lines;      /* of struct due_line */
	struct due_list parts;      /* of struct due_part, of the line at hand */
	size_t part_count;          /* of all lines */
	struct due_list replacings; /* what replaces charges of the package, and when */
	struct due_list unowed;     /* of struct due_unowed */
	struct due_reprieve others; /* of what a group owes once, where another member pays */
	/* The charge at hand: nothing replaces it from this day on, and no parameter changes after it. */
	int64_t fallen_due_on;
	int64_t each;      /* which of those that a charge is owed for is at hand; 0: none */
	int64_t each_most; /* of them on any day that was looked at */
	uint32_t calls;    /* of functions */
	/* How it ended early. */
	enum due_outcome outcome;
	enum due_refusal refused;
	struct near_miss nearest;
};

/* due_days.c */
struct days days_common(struct days a, struct days b);
/* All days that have a part in a span; and only those that lie in it as a whole. */
struct days due_days_of(const struct image *image, struct due_span span);
struct days due_whole_days_of(const struct image *image, struct due_span span);
/* The days on which a version of the package is in force. */
struct days due_version_days(const struct due *due, const struct package *version);
/* The cycle of a charge that recurs in which a day lies. */
struct days due_cycle_of(enum charge_every every, int64_t day);
/* Notes that something may change at both ends of some days; then all such days are sorted. */
bool due_cut_add(struct due *due, struct days days);
bool due_gather_cuts(struct due *due);
/* The first of them after a day, or `otherwise`. */
int64_t due_cut_after(const struct due *due, int64_t day, int64_t otherwise);

/* The same day, so many days, months or years later; the last of the month if it has no such day. */
int64_t due_day_after(int64_t day, enum charge_every every, int32_t count);

/* leaving.c: the lines of what is owed if the package is left early. */
bool leaving_price(struct due *due);

/* unowed.c: finds what replaces charges of the package, and notes when that changes. */
bool unowed_gather(struct due *due);
/* Why a charge is not owed on a day; NULL: it is. */
const struct due_reprieve *
unowed_on(const struct due *due, const struct charge *charge, int64_t day);
/* Tells on which of some days a charge is not owed. */
bool unowed_note(struct due *due, struct text charge, struct days days);

/* due_lines.c: a line of the parts at hand, if there are any. */
bool due_line_add(struct due *due, const struct charge *charge, struct days cycle, int64_t due_on,
	const struct due_term *term);

/* splits.c: divides a line, which has its amount. */
bool split_line(struct due *due, const struct charge *charge, struct due_line *line);

/* dues.c */
/* The version of the package that is in force on a day; NULL if there is none. */
const struct package *due_version_on(const struct due *due, int64_t day);
const struct charge *due_find_charge(const struct package *version, struct text id);
/* How many a charge is owed for on the days of a part; 1 if it is not for each of something. */
bool due_charge_count(struct due *due, const struct charge *charge, const struct package *version,
	const struct due_part *part, int64_t *count);
/* Sets the price of a whole cycle on the days of a part, and why it is that. */
bool due_cycle_price(struct due *due, const struct charge *charge, const struct package *version,
	struct due_part *part);
/* Adds a part to the line at hand. */
bool due_part_append(struct due *due, const struct due_part *part);
bool due_refuse(struct due *due, enum due_refusal why, const struct near_miss *nearest);
bool due_refuse_package(struct due *due, struct text package);
bool due_overflow(struct due *due, struct text charge);
bool due_out_of_memory(struct due *due);
/* Finds the package, and reads the days of the question. */
bool due_open(struct due *due);
/* Room for one more item behind the others; NULL without memory, which ends the pricing. */
void *due_list_add(struct due *due, struct due_list *list, size_t size);
/*
 * What a function's failure means, and its bound on calls: counts one call, and refuses past
 * DUE_CALLS_MAX. `rule` is the charge or the parameter that it belongs to.
 */
bool due_call(struct due *due, struct text rule);
bool due_call_failed(struct due *due, enum call_outcome outcome, struct text rule,
	const struct due_scope *scope, struct text problem);

/* due_values.c: the days on which what the order gives a parameter counts. */
struct days param_life(const struct due *due, const struct param *param);
/* What a parameter is on the scope's day, of whose version it is; VALUE_NONE if it is not there. */
bool
param_on(struct due *due, const struct param *param, struct due_scope *scope, struct value *value);
/* May it be so? */
bool param_check(struct due *due, const struct param *param, struct due_scope *scope,
	const struct value *value);
/* Reads what was given, or of that the facts alone, and notes the days on which that changes. */
bool values_read(struct due *due);
bool facts_read(struct due *due);
/* What holds on a day, in a version of the package, for the days up to the next cut. */
bool
values_on(struct due *due, const struct package *version, struct days run, struct due_scope *scope);
/* A parameter that was needed and is not there. */
bool values_missing(struct due *due, const struct package *version, struct text id);

#endif
