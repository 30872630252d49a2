/*
 * Guards held against a month: what a catalog's tests allow a release to change (rules/guard.h), and
 * what it would have changed.
 */
#ifndef SUANPAN_GUARDING_H
#define SUANPAN_GUARDING_H

#include "earnings.h"

#include "../rules/catalog_test.h"

/*
 * Adds a result for each limit to the report: one that is passed names what went furthest past it,
 * from what to what, and a few others. Sentences in "en" or "zh". False without memory.
 */
bool guarding_judge(struct test_report *report, const struct earnings *earnings, bool zh);

#endif
