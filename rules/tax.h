/*
 * The tax of a line. A line that has its price, rounded and within its caps, is split into a net
 * amount and the tax on it; the tax alone is rounded, once, so that both always add up to what is
 * paid. Where prices hold the tax, the line's amount stays and the net amount is what the tax
 * leaves of it; else the amount is the net one, and the tax is added.
 */
#ifndef SUANPAN_TAX_H
#define SUANPAN_TAX_H

#include "image_tax.h"

/* Of one line. */
struct price_tax {
	const struct tax *tax;
	uint32_t parts_per_million; /* the rate */
	struct money net;
	struct money amount; /* net + amount is what is paid */
};

/*
 * Splits an amount ≥ 0 at the rate of an instant; *amount becomes what is paid. False beyond what
 * money can hold; then nothing is changed.
 */
bool tax_apply(const struct tax *tax, int64_t ms, struct money *amount, struct price_tax *split);

#endif
