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
 *     runs of days in which nothing changes: the version of the package, suspension.
 *  2. By day, each run costs its part of a cycle's price: days / days of the cycle. Else the cycle
 *     costs its price whole, once: that of the first day that counts if the charge falls due ahead,
 *     of the last one if it falls due afterwards.
 *  3. What falls due ahead takes no notice that the package ceases to be held within the cycle:
 *     nothing is given back.
 *  4. The runs of a cycle that lie in the period are added as exact fractions and rounded once:
 *     that is a line. So the exact amounts of periods that follow each other add up to that of the
 *     whole, wherever they are cut.
 */
#ifndef SUANPAN_DUE_H
#define SUANPAN_DUE_H

#include "../engine/base/ratio.h"
#include "rate.h"

/* From the first instant to the first no longer in it. */
struct due_span {
	int64_t from_ms;
	int64_t till_ms;
};

#define DUE_DAYS_MAX 3700 /* of a period */

struct due_question {
	const struct image *image;
	struct holding holding;
	struct due_span period; /* between INSTANT_MIN and INSTANT_MAX, DUE_DAYS_MAX at most */
	const struct due_span *suspended;
	size_t suspended_count;
};

/* A run of days in which nothing changed. */
struct due_part {
	int64_t from_day;
	int64_t till_day;   /* the first day after it */
	int64_t cycle_days; /* of which it is a part; 0: the cycle is owed whole */
	struct ratio price; /* of a whole cycle */
	int64_t version_ms; /* when the version of the package begins that priced it */
};

struct due_line {
	struct text package;
	struct text charge;
	struct text say;
	int64_t from_day; /* the cycle */
	int64_t till_day;
	int64_t due_day; /* when it falls due */
	const struct due_part *parts;
	size_t part_count;
	struct ratio exact; /* the sum of the parts */
	struct money amount;
};

enum due_refusal {
	DUE_REFUSED_PACKAGE = 1, /* the catalog has no such package */
	DUE_REFUSED_OVERFLOW,    /* beyond what money, or an answer, can hold */
};
/* The code that a client sees: "NOT_FOUND", "OVERFLOW". */
const char *due_refusal_code(enum due_refusal refusal);

struct due_pricing {
	enum due_refusal refused; /* 0: priced */
	/*
	 * Of a refusal: the package, its charge if one was the reason (as `tariff`), and:
	 *   package    the catalog has none of the name
	 *   amount     it, or the answer, is too large to hold
	 * If priced, only its condition is set, to NULL.
	 */
	struct near_miss nearest;
	struct money amount;          /* sum of the lines */
	const struct due_line *lines; /* by charge in written order, then by cycle */
	size_t line_count;
};

enum due_outcome {
	DUE_DONE,  /* *pricing is filled: priced or refused */
	DUE_FAULT, /* *fault: no room in the arena (STATUS_MEMORY) */
};

/* Texts in *pricing point into the image, the question or the arena. */
enum due_outcome due_price(const struct due_question *question, struct arena *arena,
	struct due_pricing *pricing, struct fault *fault);

/* The local day of an instant; beyond all days of INSTANT_MIN … INSTANT_MAX for what lies beyond. */
int64_t due_day(const struct image *image, int64_t ms);

/* "2026-03-01", and a zero behind it. */
#define DUE_DAY_TEXT_MAX 32
void due_day_format(int64_t day, char text[DUE_DAY_TEXT_MAX]);

#endif
