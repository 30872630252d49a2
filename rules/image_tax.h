/*
 * Tax codes in the image (image.h): what part of a price is tax, by date. Made by build_tax.c, read
 * by tax.c.
 */
#ifndef SUANPAN_IMAGE_TAX_H
#define SUANPAN_IMAGE_TAX_H

#include "../engine/base/money.h"

#include <stdint.h>

struct tax_rate {
	int64_t from_ms;
	uint32_t parts_per_million; /* at most DISCOUNT_WHOLE */
};

struct tax {
	struct text id;
	bool inclusive;               /* prices hold the tax already, else it is added to them */
	const struct tax_rate *rates; /* from_ms rises; at least one; the last goes on for ever */
	uint32_t rate_count;
	int64_t round_step; /* micro-units, > 0, of the tax of a line */
	enum rounding round_mode;
};

#endif
