/*
 * An answer as it was stored, back to the facts it was packed from: priced.h the other way round. So
 * what was charged long ago is explained by the same words as if it had just been priced, and
 * nothing is rated again.
 *
 *   pricing ── priced_pack ──► answer in the journal ── unpriced_read ──► the same pricing
 *
 * What the answer leaves out because its release says it anyway (the first component, the key of
 * the line's text, the version of the package in force at the event) is taken from that release's
 * image. Names that an answer has and this does not know are passed over.
 *
 * Thread: any.
 */
#ifndef SUANPAN_UNPRICED_H
#define SUANPAN_UNPRICED_H

#include "../rules/due.h"
#include "../rules/rate.h"

/*
 * The lines, parts and amounts of a priced answer; `at_ms` is when the event happened. Texts point
 * into the answer and the image, lists into the arena. Consumptions are no part of an answer.
 * STATUS_CORRUPT: it is no priced answer; STATUS_MEMORY.
 */
enum status unpriced_read(struct bytes answer, const struct image *image, int64_t at_ms,
	struct arena *arena, struct pricing *pricing, struct fault *fault);

/* What a stored refusal says. STATUS_CORRUPT: it is none. */
struct unpriced_refusal {
	struct text code;
	struct text en, zh;
};
enum status
unpriced_read_refusal(struct bytes answer, struct unpriced_refusal *refusal, struct fault *fault);

/* What a stored refund says. STATUS_CORRUPT: it is none. Lists are in the arena. */
struct unpriced_count {
	struct text counter; /* "package.allowance" … */
	bool is_balance;     /* a balance of units */
	struct text group;   /* empty: nobody shares it */
	struct text unit;
	struct money money; /* if the unit is a currency … */
	int64_t amount;     /* … or else so much */
	bool back;          /* it was given back */
};
struct unpriced_refund {
	bool cancelled;
	struct text of; /* the charge */
	struct money amount, left;
	struct text currency;
	int64_t usage, usage_left;
	struct text unit;
	struct text by, why; /* may be empty */
	const struct unpriced_count *counts;
	size_t count_count;
};
enum status unpriced_read_refund(struct bytes answer, struct arena *arena,
	struct unpriced_refund *refund, struct fault *fault);

/*
 * What a charge was of, and what its lines cost: of a line only package, version, tariff, zone and
 * amount, without asking an image. STATUS_CORRUPT: it is none. Texts point into what was read.
 */
struct unpriced_charge {
	struct text service;
	enum unit unit;
	int64_t quantity;
	const struct price_line *lines;
	size_t line_count;
};
struct stored_charge {
	struct bytes event; /* as charge.c packs it */
	struct bytes answer;
	int64_t at_ms;
};
enum status unpriced_read_charge(const struct stored_charge *stored, struct arena *arena,
	struct unpriced_charge *charge, struct fault *fault);

/* What fell due, as its entry answers it: due_packed.h the other way round. */
enum status unpriced_read_due(struct bytes answer, const struct image *image, struct arena *arena,
	struct due_pricing *pricing, struct fault *fault);

#endif
