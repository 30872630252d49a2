/*
 * What became of the records of a file: counts and exact sums, by zone, reason and code. Pure
 * counting; nothing here talks to anybody.
 *
 * Each record is counted once: charged (now), duplicate (it had been charged before), skipped (by
 * the layout), refused (by the rules), failed (not decided), or bad (a row that can't be read).
 */
#ifndef SUANPAN_TALLY_H
#define SUANPAN_TALLY_H

#include "../engine/base/arena.h"
#include "../engine/base/money.h"
#include "../engine/base/status.h"

/* One of several names, by which records are counted; kept in order of name. */
struct tally_row {
	struct text name;
	uint64_t count;
	struct money amount;
	struct text sample; /* a sentence that came with the first of them; may be empty */
	uint64_t sample_line;
};

struct tally_list {
	struct tally_row *rows;
	size_t count;
	size_t room;
};

struct tally_problem {
	uint64_t line;
	uint32_t column;  /* 0: the whole row */
	struct text name; /* of the column; may be empty */
	struct text what; /* in both languages */
};

#define TALLY_PROBLEMS_MAX 10
#define TALLY_NAMES_MAX 4096 /* of a list; what has other names is counted as "…" */

struct tally {
	struct arena arena; /* holds names and sentences */
	uint64_t charged, duplicates, skipped, refused, failed, bad;
	struct money amount, duplicate_amount;
	struct text currency; /* of the first amount; empty if there was none */
	struct tally_list zones, reasons, refusals, failures;
	struct tally_problem problems[TALLY_PROBLEMS_MAX]; /* the first bad rows */
	size_t problem_count;
};

void tally_init(struct tally *tally);
void tally_release(struct tally *tally);

/* All records so far. */
uint64_t tally_records(const struct tally *tally);

/*
 * The functions below return STATUS_OK; STATUS_MEMORY; STATUS_LIMIT when a sum is more than money
 * can hold; STATUS_CONFLICT when an amount is in another currency than those before. Then nothing
 * was counted.
 */
struct tally_charge {
	struct money amount;
	struct text currency;
	struct text zone; /* may be empty */
	bool is_new;      /* else it had been charged before */
};
enum status
tally_add_charge(struct tally *tally, const struct tally_charge *charge, struct fault *fault);
enum status tally_add_skipped(struct tally *tally, struct text reason, struct fault *fault);
/* With the line of the file and the sentence that came with it. */
enum status tally_add_refused(
	struct tally *tally, struct text code, struct text say, uint64_t line, struct fault *fault);
enum status tally_add_failed(
	struct tally *tally, struct text code, struct text say, uint64_t line, struct fault *fault);
enum status
tally_add_bad(struct tally *tally, const struct tally_problem *problem, struct fault *fault);

#endif
