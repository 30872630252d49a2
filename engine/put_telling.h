/*
 * When somebody is to be told of money, as an account and a balance have it put (put.h): the amounts and
 * percents at which it is low, and how long before a balance ends.
 */
#ifndef SUANPAN_PUT_TELLING_H
#define SUANPAN_PUT_TELLING_H

#include "method.h"

#include "../store/record_telling.h"

/* Where the lists are made that a struct telling points to. */
struct telling_place {
	uint8_t lows[LOWS_MAX * sizeof(int64_t)];
	uint8_t percents[LOWS_MAX];
};

/*
 * Its lists fall, and have each value once; what a balance alone has is 0. Of a balance of units `micros`
 * is MONEY_MICROS, by which each amount can be divided; else 1.
 */
struct telling
put_telling(const struct telling_params *params, int64_t micros, struct telling_place *place);

#endif
