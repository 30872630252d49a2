/*
 * Layouts: how the rows of somebody's CSV file become events. A layout is a small Lua file that is
 * run once, in the sandbox, and leaves a declaration, which is then interpreted here; its
 * functions, if it has any, are called for each row within a budget.
 *
 * A layout belongs to one thread and reads one file after the other:
 *
 *   layout_open → for each file: csv_init(…, layout_separator), layout_begin, layout_row for each
 * row
 */
#ifndef SUANPAN_LAYOUT_H
#define SUANPAN_LAYOUT_H

#include "finding.h"
#include "rate.h"

#include "../engine/base/csv.h"

struct layout;

/*
 * Opens a layout by name ("asterisk": one of those built in) or by the path of a file that ends in
 * ".lua". `zone` is the time zone of local times in the rows, NULL for the one that the layout
 * names, or Asia/Shanghai. STATUS_NOT_FOUND names the layouts there are; STATUS_INVALID when
 * *findings (initialised by the caller) has errors.
 */
enum status layout_open(const char *name, const char *zone, struct layout **layout,
	struct findings *findings, struct fault *fault);
/* The same from the text of a file. */
enum status layout_read(struct text file, struct text source, const char *zone,
	struct layout **layout, struct findings *findings, struct fault *fault);
void layout_free(struct layout *layout);

char layout_separator(const struct layout *layout);

enum layout_outcome {
	LAYOUT_EVENT,   /* mapped->id and mapped->usage are filled */
	LAYOUT_SKIPPED, /* no event by the layout's own rules: mapped->reason says which */
	LAYOUT_HEADER,  /* the row named the columns: nothing to do */
	LAYOUT_REFUSED, /* the row is not what the layout says: *problem */
};

struct mapped_row {
	struct text reason; /* "NO ANSWER" */
	struct text id;     /* the record's own id, as it stands in the file */
	struct usage usage;
};

struct layout_problem {
	uint64_t line;    /* of the file */
	uint32_t column;  /* in characters of the line, from 1; 0: the whole row */
	struct text name; /* of the column, may be empty */
	struct text what; /* one sentence in both languages (base/bilingual.h), in the arena */
};

/* A new file begins: its first row is a header if the layout says so. */
void layout_begin(struct layout *layout);

/*
 * Maps one row. The texts of *mapped point into the row, the layout or the arena, so they die with
 * the first of them.
 */
enum layout_outcome layout_row(struct layout *layout, const struct csv_row *row,
	struct arena *arena, struct mapped_row *mapped, struct layout_problem *problem);

#endif
