/*
 * Why what falls due is what it is, as lines for people in "zh" or "en" (see explain.h).
 */
#ifndef SUANPAN_EXPLAIN_DUE_H
#define SUANPAN_EXPLAIN_DUE_H

#include "due.h"
#include "release.h"

/*
 * Appends a line for each line that falls due, with the days of its cycle, and one, indented, for
 * each run of days; or the sentence of a refusal:
 *
 *   Monthly fee  91.55 CNY  (e6_base.fee, 2026-03-01 to 2026-03-31)
 *       2026-03-10 to 2026-03-31  129.00 × 22/31
 *
 * and, below the run of a formula, each reason that it gave: its text, and the row of its table.
 * Then a line for each run of days on which a charge was not owed:
 *
 *   not charged: e6_base.fee, 2026-04-01 to 2026-04-30  (replaced by vip.fee)
 *
 * False if the buffer had no room.
 */
bool explain_due(const struct release *release, struct text language,
	const struct due_pricing *pricing, struct buffer *out);

/* The sentence of a refusal, without a line feed. */
bool explain_due_refusal(const struct release *release, struct text language,
	const struct due_pricing *pricing, struct buffer *out);

#endif
