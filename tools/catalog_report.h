/*
 * What was found in a catalog and how its tests went, for people (as rules/finding.h and
 * rules/catalog_test.h write it), as JSON, and in the XML that JUnit made usual.
 */
#ifndef SUANPAN_CATALOG_REPORT_H
#define SUANPAN_CATALOG_REPORT_H

#include "../engine/base/buffer.h"
#include "../engine/base/status.h"
#include "../rules/catalog_test.h"

#include <jansson.h>
#include <stdio.h>

#define CATALOG_REPORT_BYTES_MAX ((size_t)256 * 1024 * 1024)

/* {errors, warnings, notes, findings_left_out, findings: [{severity, file, line, column, rule, say:
 * {en, zh}, fix: {en, zh}, propose}]} */
json_t *findings_json(const struct findings *findings);

/* {passed, failed, left_out, guards_not_tried, milliseconds, tests: [{file, line, name, passed, …}], coverage:
 * [{kind, name, hits}]} */
json_t *test_report_json(const struct test_report *report);

/* A test suite for each file of tests. False without room. */
bool test_report_junit(const struct test_report *report, struct buffer *out);

/* Written for people in "en" or "zh". */
void findings_show(const struct findings *findings, const char *language, FILE *out);
void test_report_show(const struct test_report *report, const char *language, FILE *out);

/* Writes one line of JSON to standard output, and drops the value. */
void json_show(json_t *value);

#endif
