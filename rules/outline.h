/*
 * The outline of a catalog: all that it says, as lines that can be compared one by one with those
 * of another. What scripts declare comes from rules/lib/outline.lua; the rows of tables/NAME.csv
 * are added where wanted.
 */
#ifndef SUANPAN_OUTLINE_H
#define SUANPAN_OUTLINE_H

#include "../engine/base/arena.h"
#include "../engine/base/status.h"

struct outline_line {
	struct text what;           /* "package", "table" … */
	struct text path;           /* unique in its outline */
	struct text say_en, say_zh; /* the path, for people */
	struct text value;          /* two lines say the same if these are equal */
	struct text shown;          /* as it was written */
	bool is_order;              /* the value is names in their order, a line feed between two */
};

struct outline {
	struct arena *arena; /* somebody else's: holds the lines and their texts */
	struct outline_line *lines;
	size_t count;
	size_t room;
};

/* Begins an outline with all that the scripts of a bundle declare. */
enum status outline_of_scripts(
	struct bytes bundle, struct arena *arena, struct outline *outline, struct fault *fault);

/*
 * Adds the rows of a table, cell by cell. A row is known by its first cell, and, where that stands
 * several times, by a number. What is no table is left out. False without memory.
 */
bool outline_add_table(struct outline *outline, struct text file, struct bytes content);

/* By path. */
void outline_sort(struct outline *outline);

#endif
