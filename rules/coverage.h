/*
 * Inside of testing: what of a catalog the tests came by.
 */
#ifndef SUANPAN_COVERAGE_H
#define SUANPAN_COVERAGE_H

#include "catalog_test.h"
#include "notices.h"

/* Lists all there is in the image in report->coverages. False without memory. */
bool coverage_list(struct test_report *report, const struct image *image);

/* Counts what a pricing came by. */
void coverage_note(struct test_report *report, const struct image *image, const struct usage *usage,
	const struct pricing *pricing);

/* Counts a threshold that was told, and a refund's rule that decided. */
void coverage_note_notice(struct test_report *report, const struct notice *notice);
void coverage_note_refund(
	struct test_report *report, const struct package *package, const struct refund *refund);

/* Counts the rows of decision tables that were answers (host.h). */
void
coverage_note_rows(struct test_report *report, const struct image *image, uint64_t *const *hits);

/* The functions of a catalog, which count how often each `when` was true and false. */
struct coverage_calls {
	const struct rate_functions *called;
	struct rate_functions functions;
	uint64_t (*hits)[2]; /* of each function: false, true */
	bool paused;         /* nothing is counted */
};

/* False without memory. */
bool coverage_calls_init(struct coverage_calls *calls, const struct image *image,
	const struct rate_functions *called);
void coverage_calls_release(struct coverage_calls *calls);
void coverage_note_calls(
	struct test_report *report, const struct image *image, const struct coverage_calls *calls);

#endif
