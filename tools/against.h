/*
 * A catalog held against a month: what the charges of that month, out of the data folder of a
 * stopped server or a copy of one, would have earned by its prices.
 */
#ifndef SUANPAN_AGAINST_H
#define SUANPAN_AGAINST_H

#include "earnings.h"

struct loaded_release;

struct against {
	const char *data;    /* the data folder */
	const char *month;   /* "2026-03", in the catalog's time zone */
	struct bytes bundle; /* of the catalog, which is sound */
	bool json;           /* how progress is shown, on standard error */
	/* Filled, and to be released: */
	struct earnings earnings; /* in order */
	struct loaded_release *loaded;
	uint64_t
		different; /* charges that not even the release which priced them prices so any more */
};

/* Is it a month, "YYYY-MM", of years that dates have? */
bool against_month_is_valid(const char *month);

/* A status that is not STATUS_OK leaves nothing to release. */
enum status against_run(struct against *against, struct fault *fault);
void against_release(struct against *against);

#endif
