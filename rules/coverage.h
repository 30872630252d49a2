/*
 * Inside of testing: what of a catalog the tests came by.
 */
#ifndef SUANPAN_COVERAGE_H
#define SUANPAN_COVERAGE_H

#include "catalog_test.h"
#include "rate.h"

/* Lists all tariffs, bands and zones of the image in report->coverages. False without memory. */
bool coverage_list(struct test_report *report, const struct image *image);

/* Counts what a pricing came by. */
void coverage_note(struct test_report *report, const struct image *image, const struct usage *usage,
	const struct pricing *pricing);

#endif
