/*
 * What a refund gives back of a charge: from what the charge cost, counted and was paid from, and
 * from what was given back of it before, to what comes back now. A pure function: tests and the
 * server ask the same one, and do what it says, once.
 *
 *  1. Whether a charge may be refunded at all is for the operator to say. What comes back is said by
 *     the `refund` of a package that was held when the usage began: of the first layer that has one
 *     for such usage, the first that is held, the first in written order. Without any, all does.
 *  2. A charge is given back once: a part of it is so many of its seconds, bytes or items, and all
 *     parts together are no more than the whole. Of each line a part is so much of its amount,
 *     rounded as its tariff rounds; of what was counted, so many whole units. What earlier parts
 *     gave is the share of their sum, so that all of them come to the whole, whatever they are.
 *  3. Money goes back to what paid it, the last that paid first; units to the allowances that they
 *     were taken from, the last first, for each unit that these are counted in. What limits, caps
 *     and tiers counted goes back, too. What has expired by then, ended with its package, or belongs
 *     to a cycle that is over, is lost: there is nothing that it could go back to. Units of the customer's
 *     own go back to their balance in the same way, whatever packages are held by then.
 */
#ifndef SUANPAN_REFUNDING_H
#define SUANPAN_REFUNDING_H

#include "rate.h"

struct refund_line {
	struct money amount; /* ≥ 0 */
	int64_t round_step;  /* of its tariff, micro-units; 0: it does not round */
	enum rounding round_mode;
};

struct refund_count {
	struct counter_name name;
	bool money;     /* counts micro-units */
	enum unit unit; /* else */
	int64_t moved;  /* by the charge, ≥ 0 */
	bool is_over;   /* of units of the customer's own (counter_is_own): they have expired */
};

struct refund_payment {
	struct money amount; /* ≥ 0 */
	int64_t till_ms;     /* when what paid it expires; INT64_MAX: it stays */
};

struct refund_question {
	const struct image *image;
	const struct holding *holdings; /* of who used it */
	size_t holding_count;
	uint32_t service;
	uint32_t zone; /* of the service's zone map; NO_INDEX: it has none */
	int64_t at_ms; /* when the usage began */
	int64_t now_ms;
	bool is_mistake;  /* it should never have been: no package is asked, and all comes back */
	int64_t quantity; /* that was charged for; 1 where that was nothing, which has no parts */
	int64_t given;    /* so much of it was given back before … */
	int64_t wanted;   /* … and so much is to be now; 0: all that is left */
	const struct refund_line *lines;
	size_t line_count;
	const struct refund_count *counts; /* in the order in which the charge lists them */
	size_t count_count;
	const struct refund_payment *payments; /* in the order in which they paid */
	size_t payment_count;
};

enum refund_refusal {
	REFUND_DONE_ALREADY = 1, /* the whole of it was given back */
	REFUND_BEYOND,           /* more is wanted than is left of it */
	REFUND_LATE,             /* its package gives nothing back so long after */
};
/* "ALREADY_REFUNDED", "MORE_THAN_CHARGED", "REFUND_TOO_LATE" */
const char *refund_refusal_code(enum refund_refusal refusal);

/* What goes back to a counter or a payment. */
struct refund_part {
	size_t place;   /* in the question's list */
	int64_t amount; /* > 0, units or micro-units */
	bool lost;      /* it does not, for what it would go to has expired */
};

struct refund_answer {
	enum refund_refusal refused; /* 0: it is given; else nothing below but the rule is filled */
	const struct package
		*package; /* whose rule it is; NULL: nobody has one, and all comes back */
	const struct refund *rule;
	int64_t quantity;    /* that comes back */
	struct money amount; /* its share of the lines; 0 if only units come back */
	struct refund_part *counts;
	size_t count_count;
	struct refund_part *payments;
	size_t payment_count;
};

/* The lists of the answer are in the arena; false without room there. */
bool refund_answer(
	const struct refund_question *question, struct arena *arena, struct refund_answer *answer);

/* How the tariff of a line rounds, as its version in the image says. */
struct refund_line refund_line_of(const struct image *image, const struct price_line *line);

#endif
