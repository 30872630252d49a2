/*
 * What a top-up gives besides what is paid in, by the catalog's rules. A pure function of the image,
 * of the top-up and of what came before it: tests and the server ask the same one, and whoever asks
 * makes it so.
 *
 * Rules are judged from the highest amount down; of two for the same amount, the one that a customer
 * gets only so often is first. A rule applies if its amount is reached, if it was not had as often as it
 * may be, and if there is something for it to give; of those that do not add to others, only the
 * first.
 */
#ifndef SUANPAN_TOPUPS_H
#define SUANPAN_TOPUPS_H

#include "rate.h"

/*
 * In place of a package: under which name stands what rules gave, and what is counted of them. No
 * package of a catalog with such rules has the one, and no package at all the other.
 */
#define TOPUPS_PACKAGE TEXT("topup")
#define TOPUPS_COUNTED TEXT("@topup")

struct topup_question {
	const struct image *image;
	struct money amount; /* what is paid in, in the catalog's currency; > 0 */
	int64_t at_ms;       /* when: it decides which version of a rule is in force */
	int64_t now_ms;      /* what would have expired by now is not given */
	bool expires;        /* the balance that is topped up has an end that could come later */
	struct rate_facts facts; /* how often the customer has had what, by counter_name */
};

enum topup_verdict {
	TOPUP_GIVEN,
	TOPUP_TOO_LITTLE, /* less than its amount is paid in */
	TOPUP_USED_UP,    /* the customer has had it */
	TOPUP_LAPSED,     /* what it gives has expired already */
	TOPUP_NO_END,     /* it only extends, and the balance never expires */
	TOPUP_OUTRANKED,  /* one for a higher amount applies instead */
};
const char *topup_verdict_name(enum topup_verdict verdict); /* "given" … */

struct topup_judged {
	const struct topup *topup;
	enum topup_verdict verdict;
	/* The rest says something only where it is given. */
	struct money bonus;          /* 0: none */
	int64_t till_ms;             /* when that expires as a gift */
	struct counter_name counter; /* where a rule that is limited is counted */
	int64_t had;                 /* so often, before */
};

enum topups_outcome {
	TOPUPS_JUDGED,
	TOPUPS_COLD,     /* the facts will be known when they are asked again */
	TOPUPS_OVERFLOW, /* a bonus is more than money can be */
};

/* Fills `list` with the rules that are in force, as they were judged. */
enum topups_outcome topups_judge(
	const struct topup_question *question, struct topup_judged list[TOPUPS_MAX], size_t *count);

#endif
