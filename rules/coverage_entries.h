/*
 * Inside of coverage: the list of what there is, and what is counted in it. Names are printed, so
 * that listing and counting say them alike.
 *
 *   coverage_entries.c  the list: sorted by kind and name, each name once
 *   coverage.c          what prices usage
 *   coverage_due.c      what falls due, and what is stored and given
 *   coverage_session.c  the terms on which sessions run
 *   coverage_sell.c     rules of selling, prompts, life cycles
 *   coverage_calls.c    outcomes of functions
 */
#ifndef SUANPAN_COVERAGE_ENTRIES_H
#define SUANPAN_COVERAGE_ENTRIES_H

#include "coverage.h"

/* Lists a name. False without memory. */
__attribute__((format(printf, 3, 4))) bool
coverage_add(struct test_report *report, enum coverage_kind kind, const char *format, ...);
/* The key of a text. */
bool coverage_add_text(struct test_report *report, struct text key);
/* Both outcomes of a function, where there is one: "owner.when true" and "… false". */
bool coverage_add_outcomes(struct test_report *report, int32_t function, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* When all is listed: sorts, and drops what was listed twice. */
void coverage_sort(struct test_report *report);

/* Counts a name, if it is listed. */
__attribute__((format(printf, 4, 5))) void coverage_hit(struct test_report *report,
	enum coverage_kind kind, uint64_t times, const char *format, ...);
void coverage_hit_text(struct test_report *report, struct text key);
/* How often an outcome came out: false, true. */
void coverage_hit_outcomes(struct test_report *report, const uint64_t hits[2], const char *format,
	...) __attribute__((format(printf, 3, 4)));

/* What else there is in a package, and in the catalog. False without memory. */
bool coverage_list_topups(struct test_report *report, const struct image *image);
bool coverage_list_dues(struct test_report *report, const struct package *package);
bool coverage_list_sessions(struct test_report *report, const struct package *package);
bool coverage_list_services(struct test_report *report, const struct image *image);
bool coverage_list_selling(struct test_report *report, const struct image *image);

#endif
