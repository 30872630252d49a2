/*
 * Inside of testing: what of a catalog the tests came by.
 */
#ifndef SUANPAN_COVERAGE_H
#define SUANPAN_COVERAGE_H

#include "catalog_test.h"
#include "rate.h"

/* Lists all tariffs, bands, zones and rows of tables of the image in report->coverages. False without memory. */
bool coverage_list(struct test_report *report, const struct image *image);

/* Counts what a pricing came by. */
void coverage_note(struct test_report *report, const struct image *image, const struct usage *usage,
	const struct pricing *pricing);

/* Counts the rows of decision tables that were answers (host.h). */
void
coverage_note_rows(struct test_report *report, const struct image *image, uint64_t *const *hits);

#endif
