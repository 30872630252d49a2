/*
 * Decision tables: rows of conditions on a few inputs, and what each row gives. A table is built
 * once, from cells as their authors wrote them, into a diagram that is both the proof and the
 * index: the recursion that makes it meets every combination of inputs there is, so that it finds
 * the combinations that no row takes (gaps), those that several take (overlaps), and the rows that
 * take none (dead rows) over all columns together, dates among them. A look-up is a walk down the
 * diagram, with a binary search in each column.
 *
 *   rows                     diagram
 *   a = 1..3, b = *  → r0    a ─┬─ ..3 ───────────→ r0
 *   a = 4..9, b = x  → r1       └─ ..9 → b ─┬─ x ─→ r1
 *                                           └─ … ─→ gap
 *
 * Every input is a whole number inside: decimals and money in millionths, dates in days since 1970,
 * booleans 0 and 1, texts numbered from 1 as they turn up in the table, with 0 for any other text.
 * So all ranges are half-open ranges of whole numbers, and none of this rounds.
 *
 * Cells of inputs:
 *   *            everything                 >=5  >5  <=5  <5   from or up to a value
 *   3            this value                 3..8    both included
 *   a|b          one of these               3..<8   the last not included
 *   !a           everything but this        3..  ..8  open at one end
 * Texts and booleans have no order, and so no ranges.
 *
 * Built by one thread, then immutable and shared between threads.
 */
#ifndef SUANPAN_DECISION_H
#define SUANPAN_DECISION_H

#include "../engine/base/arena.h"
#include "../engine/base/ratio.h"
#include "../engine/base/status.h"

#define DECISION_COLUMNS_MAX 16
#define DECISION_ROWS_MAX 100000
/* Of building one table; past one of them it is too tangled, and building says so. */
#define DECISION_STEPS_MAX 10000000
#define DECISION_EDGES_MAX 1000000
/* Problems of a sort that are told of one table. */
#define DECISION_TOLD_MAX 16
#define DECISION_NO_ROW UINT32_MAX

enum decision_type {
	DECISION_INTEGER,
	DECISION_DECIMAL,
	DECISION_MONEY,
	DECISION_TEXT,
	DECISION_DATE,
	DECISION_BOOLEAN,
};
/* "integer", "decimal", "money", "text", "date", "boolean". */
bool decision_type_parse(struct text name, enum decision_type *type);

/* from ≤ value < till */
struct decision_span {
	int64_t from;
	int64_t till;
};

/* The texts of a column, numbered from 1: an open-addressed index of numbers, 0 for a free slot. */
struct decision_texts {
	struct text *list;
	uint32_t count;
	uint32_t *slots;
	uint32_t slot_count; /* a power of two, or 0 */
};

/* Inputs stand before outputs. */
struct decision_column {
	struct text name;
	enum decision_type type;
	const struct decision_span *domain; /* of an input: sorted, apart from each other */
	uint32_t domain_count;
	struct decision_texts texts; /* of an input of texts */
};

/* An output: a text, or numerator / denominator (1 for whole numbers, dates and booleans). */
union decision_value {
	struct text text;
	struct {
		int64_t numerator;
		int64_t denominator;
	} number;
};

/*
 * A node asks one column; its edges lie side by side, each up to its `till`. What an edge leads to
 * is a node, or DECISION_LEAF and a row, or DECISION_GAP.
 */
#define DECISION_LEAF UINT32_C(0x80000000)
#define DECISION_GAP UINT32_MAX
struct decision_node {
	uint32_t column;
	uint32_t first;
	uint32_t count;
};
struct decision_edge {
	int64_t till;
	uint32_t to;
	uint32_t unused;
};

struct decision_draft;

struct decision {
	struct arena arena; /* holds what stays */
	struct text id;
	struct text file; /* where its rows stand */
	struct decision_column columns[DECISION_COLUMNS_MAX];
	uint32_t column_count;
	uint32_t input_count;
	uint32_t row_count;
	const uint32_t *lines; /* of the rows in their file; in a script, their numbers */
	const union decision_value *values; /* of each row, its outputs */
	struct decision_node *nodes;
	uint32_t node_count;
	struct decision_edge *edges;
	uint32_t edge_count;
	uint32_t root;
	bool first_wins;              /* else a row must be the only one that matches */
	struct decision_draft *draft; /* while it is built */
};

/* An empty table; NULL without memory. The id and the file are copied. */
struct decision *decision_new(struct text id, struct text file, bool first_wins);
void decision_free(struct decision *decision);
size_t decision_bytes(const struct decision *decision);

/*
 * The columns, inputs first, at most DECISION_COLUMNS_MAX; then the rows, each with a cell for each
 * column in order. False without memory.
 */
bool decision_add_column(
	struct decision *decision, struct text name, enum decision_type type, bool is_output);
bool decision_add_row(struct decision *decision, uint32_t line);

enum decision_cell {
	DECISION_CELL_DONE,
	DECISION_CELL_WRONG, /* not a cell of the column's type */
	DECISION_CELL_EMPTY, /* a range that ends before it begins, or all of nothing */
	DECISION_CELL_MEMORY,
};
/* The next cell of the last row. */
enum decision_cell decision_add_cell(struct decision *decision, struct text cell);
/* What an input can be, written as a cell; all of its type if this is not called. Before rows. */
enum decision_cell
decision_set_domain(struct decision *decision, uint32_t column, struct text cell);

enum decision_problem_kind {
	DECISION_PROBLEM_GAP,       /* `cells` are those of a row to add */
	DECISION_PROBLEM_OVERLAP,   /* `row` and the earlier `other` both match `cells` */
	DECISION_PROBLEM_DUPLICATE, /* the inputs of `row` are those of the earlier `other` */
	DECISION_PROBLEM_DEAD,      /* nothing is left for `row` */
};

struct decision_problem {
	enum decision_problem_kind kind;
	uint32_t row;
	uint32_t other;
	const struct text *cells; /* of the inputs */
};

struct decision_report {
	const struct decision_problem *problems; /* valid until decision_finish */
	uint32_t count;
	bool more;      /* of some sort there are more than were told */
	uint64_t steps; /* what it took, also past the limit */
};

/*
 * Makes the diagram of a table with all its rows, and reports what is wrong with it. STATUS_LIMIT
 * past DECISION_STEPS_MAX or DECISION_EDGES_MAX: nothing is known then. STATUS_MEMORY.
 */
enum status
decision_build(struct decision *decision, struct decision_report *report, struct fault *fault);
/* Forgets what only building needed. */
void decision_finish(struct decision *decision);

/* The number of a text of an input, 0 if the table does not name it. */
uint32_t decision_text_number(const struct decision_column *column, struct text text);
/* Is the value one of those that the table covers? */
bool decision_covers(const struct decision_column *column, int64_t value);
/*
 * The row for a value of each input, all of them covered; DECISION_NO_ROW in a gap. Where several
 * rows match, which is told as a problem unless the first is to win, the first.
 */
uint32_t decision_find(const struct decision *decision, const int64_t *values);

/*
 * decision_cell.c. A set of values as a cell that says so; the spans are sorted, within the domain.
 * Data is NULL without memory.
 */
struct text decision_cell_text(const struct decision_column *column,
	const struct decision_span *spans, uint32_t count, struct arena *arena);
/* Parses a cell of an input; *spans (in the arena) are sorted and apart. */
enum decision_cell decision_cell_spans(struct decision *decision, struct decision_column *column,
	struct text cell, const struct decision_span **spans, uint32_t *count);
/* Parses a cell of an output. */
enum decision_cell decision_cell_value(struct decision *decision,
	const struct decision_column *column, struct text cell, union decision_value *value);
/* All values of a type; of texts, those that the column knows by now and any other. */
struct decision_span decision_everything(const struct decision_column *column);
/* A single value of a type that has an order; false if the text is none. */
bool decision_parse(enum decision_type type, struct text text, int64_t *value);

/* What is kept of the cells while a table is built. */
struct decision_draft {
	struct arena arena;
	struct decision_cells *cells; /* of the inputs, row by row */
	union decision_value *values; /* of the outputs, row by row */
	uint32_t *lines;
	uint32_t row_room;
	uint32_t next_column; /* of the last row */
};
struct decision_cells {
	const struct decision_span *spans;
	uint32_t count;
};

#endif
