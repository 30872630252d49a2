/*
 * Prices that stand in a decision table, as plain data of the image (image.h): which row a unit has
 * is asked while it is priced. Read by prices.c; made by build_table_price.c.
 */
#ifndef SUANPAN_IMAGE_PRICE_H
#define SUANPAN_IMAGE_PRICE_H

#include "decision.h"

/* What an input of the table is given. */
enum price_input_kind {
	PRICE_CONSTANT,
	PRICE_ZONE,      /* of the event */
	PRICE_BAND,      /* in which the unit begins */
	PRICE_DAY,       /* on which it begins */
	PRICE_ATTRIBUTE, /* of the event, by the name of the input */
};

struct price_input {
	enum price_input_kind kind;
	int64_t value;         /* of a constant */
	const int64_t *values; /* of each zone, or of each band */
};

struct price_table {
	const struct decision *table;
	const struct price_input *inputs; /* of its inputs, in their order */
	uint32_t output;                  /* which of its outputs is the price: money, ≥ 0 */
	bool dated;                       /* one of the inputs is the day */
};

#endif
