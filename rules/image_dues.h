/*
 * What packages ask for besides usage, as plain data of the image: charges that recur or fall due
 * once. Read by dues.c; made by build_dues.c.
 */
#ifndef SUANPAN_IMAGE_DUES_H
#define SUANPAN_IMAGE_DUES_H

#include "../engine/base/money.h"

enum charge_every { CHARGE_DAY, CHARGE_MONTH, CHARGE_YEAR, CHARGE_ONCE };

/*
 * A charge of one version of a package. All versions that have a charge of this id agree in how
 * often it falls due, when in the cycle, whether by day, and how it is rounded.
 */
struct charge {
	struct text id;
	struct text say; /* key of the text that names its lines */
	enum charge_every every;
	bool ahead;  /* due when its cycle begins, else when it ends */
	bool by_day; /* each day of the cycle costs its part, else the cycle is owed whole */
	bool free_suspended; /* days of suspension cost nothing */
	struct money
		amount; /* of numerator / denominator cycles: 1 / 12 if a year's, every month */
	int32_t numerator;
	int32_t denominator;
	int64_t round_step; /* micro-units, > 0 */
	enum rounding round_mode;
	uint32_t line; /* in its file */
};

#endif
