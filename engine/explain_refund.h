/*
 * What was given back, in words: the lines that charge.explain has for a refund, and the one that it
 * has at the end of a charge of which something was.
 */
#ifndef SUANPAN_EXPLAIN_REFUND_H
#define SUANPAN_EXPLAIN_REFUND_H

#include "base/buffer.h"

#include "../store/entry.h"

/* From the answer of a refund. */
enum status explain_refund(struct bytes answer, bool zh, struct buffer *out, struct fault *fault);

/* What was given back of a charge so far, and the last refund that did. False without memory. */
struct refunded {
	struct refund_record refund;
	struct text last; /* its id; empty: there was none, and nothing is said */
};
bool explain_refunded(const struct refunded *refunded, bool zh, struct buffer *out);

#endif
