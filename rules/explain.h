/*
 * Why a price is what it is, as lines for people in "zh" or "en", from the facts in a pricing and
 * the texts of its release. It rates nothing and reads nothing else.
 */
#ifndef SUANPAN_EXPLAIN_H
#define SUANPAN_EXPLAIN_H

#include "rate.h"
#include "release.h"

/*
 * A text with its blanks filled: "{zone}" becomes the value of the blank `zone`. A blank without a
 * value is left as it stands. False if the buffer had no room.
 */
struct blank {
	const char *name;
	struct text value;
};
bool
text_fill(struct text template, const struct blank *blanks, size_t blank_count, struct buffer *out);

/* "12.5%", from parts per million. */
#define PERCENT_TEXT_MAX 16
void percent_format(uint32_t parts_per_million, char text[PERCENT_TEXT_MAX]);

/* "    VAT 9%, included  0.83 (net 9.17)" */
bool explain_tax(const struct release *release, struct text language, const struct price_tax *tax,
	struct buffer *out);

/*
 * Appends a line for each priced line and, indented below it, one for each part; or the refusal
 * with its nearest miss:
 *
 *   Long-distance call  0.11 CNY  (fixed_line.domestic, zone domestic)
 *       night  1 × 0.04
 *       day    1 × 0.07
 *
 * False if the buffer had no room.
 */
bool explain_pricing(const struct release *release, struct text language,
	const struct pricing *pricing, struct buffer *out);

/*
 * The first condition that failed, as a sentence: what was wanted, and what was found. The miss has
 * a condition. False if the buffer had no room; NEAR_MISS_BYTES_MAX are enough.
 */
#define NEAR_MISS_BYTES_MAX 4096
bool explain_near_miss(const struct release *release, struct text language,
	const struct near_miss *miss, struct buffer *out);

/* Likewise of a discount that took nothing, as rate_unused tells why. */
bool explain_unused(const struct release *release, struct text language,
	const struct near_miss *miss, struct buffer *out);

/* The sentence of a refusal, with its nearest miss, without a line feed. */
bool explain_refusal(const struct release *release, struct text language,
	const struct pricing *pricing, struct buffer *out);

#endif
