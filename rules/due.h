/*
 * Dues: what a package that is held costs besides usage, over a period of days. Like rating, it
 * reads and changes nothing: the same question gives the same answer, byte for byte, and preview,
 * tests and bills ask it alike.
 *
 * Everything here counts in local days of the catalog's zone. A day that has begun is a whole day:
 * what begins at noon counts from that day on, and what ends at noon counts up to that day, that day
 * included. What ends at midnight does not count the day that begins then.
 *
 * How a charge is priced:
 *  1. Its cycle (a day, month or year of the calendar, or the first day that is held) is cut into
 *     runs of days in which nothing changes: the version of the package, suspension, its
 *     parameters, the facts that were given, the rows of tables that are asked by date. A formula is
 *     called once for each run.
 *  2. By day, each run costs its part of a cycle's price: days / days of the cycle. Else the cycle
 *     costs its price whole, once: that of the first day that counts if the charge falls due ahead,
 *     of the last one if it falls due afterwards.
 *  3. What falls due ahead takes no notice that the package ceases to be held within the cycle, or
 *     that a parameter is changed behind the day on which it fell due: nothing is given back, and
 *     nothing asked for besides.
 *  4. What is owed for each of something (`for_each`) has a line for each of them, which counts
 *     the days on which there are so many.
 *  5. Where the package ceases to be held before a term of it is over (`termination`), the period in
 *     which its last day lies has a line for that: of what a charge would cost up to the term's end
 *     at the price of that last day, or an amount.
 *  6. A line with a tax code is split at the rate of the first day that it prices if it falls due
 *     ahead, else of the last; for leaving early, of the last day that is held (tax.h).
 *  7. A line that is divided is so without its tax: each share is rounded as the line is, up to what
 *     is left, and the last takes the rest.
 *  8. A charge costs nothing on the days that a charge prices which replaces it (`replaces`), of a
 *     package that is held besides. It does so on all days on which that one is held, also those on
 *     which it is free; if it falls due ahead, to the end of the cycle in which it ceases to be held.
 *     What has fallen due ahead is not given back: it takes no notice of what begins to replace it
 *     later in its cycle. Where a cycle is owed whole, it is if any day of it is not replaced.
 *     Leaving early costs what the charge would, replaced or not.
 *  9. What is owed once by a group (`by`) is so by the member that pays, and not by the others. A
 *     charge that is not owed for that reason replaces all the same.
 * 10. The runs of a cycle that lie in the period are added as exact fractions and rounded once:
 *     that is a line. So the exact amounts of periods that follow each other add up to that of the
 *     whole, wherever they are cut.
 */
#ifndef SUANPAN_DUE_H
#define SUANPAN_DUE_H

#include "rate.h"

/* From the first instant to the first no longer in it. */
struct due_span {
	int64_t from_ms;
	int64_t till_ms;
};

#define DUE_DAYS_MAX 3700 /* of a period */

/* Who says so. Of those that say something for a day, the first counts. */
enum fact_source {
	FACT_OWN, /* the subscription itself */
	FACT_OF_GROUP,
	FACT_OF_CUSTOMER,
	FACT_COUNTED, /* of a group: so many members has it */
};

/* A fact and when it holds. Of two by one source that hold on a day, the one that begins last counts for it. */
struct due_fact {
	struct attribute value; /* "site.tenants", and a text or a number */
	int64_t from_ms;
	int64_t till_ms;
	enum fact_source source;
};

/* A parameter that is another from a day on than the order gave it. Of two, the later one counts. */
struct due_change {
	struct attribute param;
	int64_t from_ms;
};

/* Why a formula gave what it did: the key of a text and, perhaps, the row of a table. */
struct due_reason {
	struct text say;
	const struct decision *table; /* NULL: no row */
	uint32_t row;
};
#define DUE_REASONS_MAX 16

/* What a function may ask for, and what it noted. */
struct due_scope {
	const struct package *version;
	const struct value *params; /* of the version; VALUE_NONE: not given */
	const struct value *facts;  /* of the image; likewise */
	int64_t day;                /* the first of the run */
	struct arena *arena;        /* of the reasons; NULL: there can be none */
	struct due_reason reasons[DUE_REASONS_MAX];
	uint32_t reason_count;
	/* What it asked for that was not given: "parameter" or "fact", and its name; else NULL. */
	const char *missing;
	struct text missing_name;
};

struct due_wanted {
	enum value_kind kind;
	struct arena *arena; /* of its text */
};

/* Calls the functions of a catalog; rules/host.h has one. NULL where the image has none. */
struct due_functions {
	void *context;
	enum call_outcome (*derive)(void *context, int32_t function, struct due_scope *scope,
		const struct due_wanted *wanted, struct value *value, struct text *problem);
	enum call_outcome (*check)(void *context, int32_t function, struct due_scope *scope,
		bool *yes, struct text *problem);
	enum call_outcome (*amount)(void *context, int32_t function, struct due_scope *scope,
		struct ratio *amount, struct text *problem);
};
#define DUE_CALLS_MAX 1000 /* of functions, for one question; more is refused */

struct due_question {
	const struct image *image;
	struct holding holding;
	struct due_span period; /* between INSTANT_MIN and INSTANT_MAX, DUE_DAYS_MAX at most */
	const struct due_span *suspended;
	size_t suspended_count;
	const struct attribute *params; /* that the order gave */
	size_t param_count;
	const struct due_change *changes;
	size_t change_count;
	const struct due_fact *facts;
	size_t fact_count;
	const struct due_functions *functions;
	const struct holding
		*besides; /* what else is held, whose charges may replace some of these */
	size_t besides_count;
};

/* A run of days in which nothing changed. */
struct due_part {
	int64_t from_day;
	int64_t till_day;   /* the first day after it */
	int64_t cycle_days; /* of which it is a part; 0: the cycle is owed whole */
	int64_t times;      /* so many whole cycles in a row; 0: one, or a part of one */
	struct ratio price; /* of a whole cycle */
	int64_t version_ms; /* when the version of the package begins that priced it */
	const struct due_reason *reasons; /* of a formula */
	size_t reason_count;
};

/* Of a line for leaving early: what was left of the term. */
struct due_term {
	int64_t till_day;           /* the first after it */
	int32_t months_begun;       /* of it, on the day on which it was left */
	uint32_t parts_per_million; /* of the parts that are owed; DISCOUNT_WHOLE: all */
	struct money falls; /* what the price is less than the declared one, for each month begun */
};

/* What a product or a partner gets of a line. */
struct due_share {
	const struct split *split;
	struct money amount;
};

struct due_line {
	struct text package;
	struct text charge;
	struct text say;
	int64_t each;     /* which of those that it is owed for, from 1; 0: it is owed once */
	int64_t from_day; /* the cycle */
	int64_t till_day;
	int64_t due_day; /* when it falls due: if ahead, the first day of it that counts */
	const struct due_part *parts;
	size_t part_count;
	const struct due_term *term;    /* NULL: the line is not for leaving early */
	const struct price_tax *tax;    /* NULL: the charge has no tax code */
	const struct due_share *shares; /* of the line without its tax; none: it is not divided */
	size_t share_count;
	struct ratio exact; /* the sum of the parts */
	struct money amount;
};

/* Why a charge is not owed. */
struct due_reprieve {
	struct charge_name by; /* this one takes its place; its package empty: */
	struct text group;     /* another member of the group owes it */
};

/* A run of days on which a charge was not owed. */
struct due_unowed {
	struct charge_name charge;
	int64_t from_day;
	int64_t till_day;
	struct due_reprieve why;
};

enum due_refusal {
	DUE_REFUSED_PACKAGE = 1, /* the catalog has no such package */
	DUE_REFUSED_OVERFLOW,    /* beyond what money, or an answer, can hold */
	DUE_REFUSED_PARAMETER,   /* one is missing, unknown or not allowed */
	DUE_REFUSED_FACT,        /* one is missing, unknown or none of its kind */
	DUE_REFUSED_FUNCTION,    /* a function of the catalog failed or ran past its budget */
};
/*
 * The code that a client sees: "NOT_FOUND", "OVERFLOW", "PARAMETER", "FACT", "RULE_FAILED".
 */
const char *due_refusal_code(enum due_refusal refusal);

struct due_pricing {
	enum due_refusal refused; /* 0: priced */
	/*
	 * Of a refusal: the package, the charge, parameter or fact (as `tariff`), and:
	 *   package        the catalog has none of the name
	 *   amount         it, or the answer, is too large to hold
	 *   function       a sentence
	 *   param_missing  its source               param_unknown  the package has none of the name
	 *   param_kind     its kind, the value      param_choice   the choices, the value
	 *   param_fixed    the value                param_check    "true", the value
	 *   param_negative the charge              param_lapsed   the days on which it would count
	 *   fact_missing   the charge, the day      fact_unknown   the catalog declares none
	 *   fact_kind      its kind, the value      fact_twice     two values at one time
	 *   fact_negative  the charge               param_term     what needs it, the value
	 * If priced, only its condition is set, to NULL.
	 */
	struct near_miss nearest;
	struct money amount; /* sum of the lines */
	const struct due_line
		*lines; /* by charge in written order, then by cycle and each; then leavings */
	size_t line_count;
	const struct due_unowed *unowed; /* by charge, then by day */
	size_t unowed_count;
};

enum due_outcome {
	DUE_DONE, /* *pricing is filled: priced or refused */
	DUE_FAULT, /* *fault: no room in the arena (STATUS_MEMORY), a deadline passed (STATUS_BUSY) */
};

/* Texts in *pricing point into the image, the question or the arena. */
enum due_outcome due_price(const struct due_question *question, struct arena *arena,
	struct due_pricing *pricing, struct fault *fault);

/*
 * As due_price, but the period is that in which lines fall due: just those are in *pricing, each for
 * the whole of its cycle. What bills ask, and whoever foretells them.
 */
#define DUE_FALLING_DAYS_MAX 2900 /* of such a period */
enum due_outcome due_falling(const struct due_question *question, struct arena *arena,
	struct due_pricing *pricing, struct fault *fault);

/*
 * What stands against the parameters that an order gives, on any day on which the package is held,
 * from that on which the period begins, and whether or not a charge asks for them: as `nearest` of
 * a pricing, each parameter once. One that has no default must be given; one that is given must
 * count on some day. Where the period ends is not looked at.
 */
struct due_misses {
	const struct near_miss *list;
	size_t count;
};
enum due_outcome due_judge_params(const struct due_question *question, struct arena *arena,
	struct due_misses *misses, struct fault *fault);

/*
 * What stands against the facts of a question, which may have no holding: a pricing that is refused,
 * or in which there is nothing.
 */
enum due_outcome due_judge_facts(const struct due_question *question, struct arena *arena,
	struct due_pricing *pricing, struct fault *fault);

/* The local day of an instant; beyond all days of INSTANT_MIN … INSTANT_MAX for what lies beyond. */
int64_t due_day(const struct image *image, int64_t ms);

/* "2026-03-01", and a zero behind it. */
#define DUE_DAY_TEXT_MAX 32
void due_day_format(int64_t day, char text[DUE_DAY_TEXT_MAX]);

#endif
