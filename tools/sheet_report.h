/* What changes in a table of a catalog (rules/sheet.h), row by row: for people, and as JSON. */
#ifndef SUANPAN_SHEET_REPORT_H
#define SUANPAN_SHEET_REPORT_H

#include "../rules/sheet.h"

#include <jansson.h>
#include <stdio.h>

struct sheet_report {
	const char *path;              /* of the table, in its catalog */
	const struct sheet *from, *to; /* the old one has no column if there was no such table */
	const struct sheet_key *key;   /* of the new one */
	const struct sheet_diff *diff;
	bool zh;
};

/* "+" a row, "~" one with its cells that changed, "-" one, each named by its key; then the counts.
 */
void sheet_report_show(const struct sheet_report *report, FILE *out);

/*
 * {table, key, new, columns: {added, removed, types}, reordered, added, changed, removed, rows:
 * [{what, line, key, cells}]}, where the cells of a changed row are {from, to}.
 */
json_t *sheet_report_json(const struct sheet_report *report);

/* Why rows can't be taken, a line each: "days.csv:3:7: …". */
void
sheet_problems_show(const struct sheet_problems *problems, const char *file, bool zh, FILE *out);
/* [{file, line, column, say: {en, zh}}] */
json_t *sheet_problems_json(const struct sheet_problems *problems, const char *file);

#endif
