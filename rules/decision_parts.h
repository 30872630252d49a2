/*
 * What the files that make the diagram of a decision table share: decision_build.c makes it, and
 * decision_problems.c tells what is wrong with its rows.
 */
#ifndef SUANPAN_DECISION_PARTS_H
#define SUANPAN_DECISION_PARTS_H

#include "decision.h"

/* Where a row begins or ends to match. */
struct decision_event {
	int64_t at;
	uint32_t row;
	bool begins;
};

/* What the sweep over a column works with; of one node at a time, since each lies a level down. */
struct decision_level {
	uint32_t column;
	struct decision_event *events;
	uint32_t *rows; /* that match in the stretch, in written order */
	uint32_t row_count;
	struct decision_edge *edges;
	uint32_t edge_count;
};

/* A node that was made: of the rows at a level. */
struct decision_memory {
	uint64_t hash;
	const uint32_t *rows;
	uint32_t row_count;
	uint32_t level;
	uint32_t node;
};

struct decision_path;

struct decision_maker {
	struct decision *decision;
	struct arena *arena; /* of the draft */
	struct fault *fault;
	struct decision_level levels[DECISION_COLUMNS_MAX];
	/* Of each row, the level from which on it matches whatever is asked. */
	uint8_t *open_from;
	bool *wins; /* of each row: is it somewhere the answer, or told to overlap? */
	struct decision_memory *memories;
	uint32_t memory_count;
	uint32_t *slots; /* numbers of memories + 1; a power of two of them */
	uint32_t slot_count;
	uint32_t node_room, edge_room;
	uint64_t steps;
	struct decision_problem *problems;
	uint32_t problem_count;
	uint32_t told[DECISION_PROBLEM_DEAD + 1];
	struct decision_path *gaps; /* that were told */
	uint32_t gap_count;
	bool more;
	bool enough; /* of the sort that is looked for */
};

static inline const struct decision_cells *
decision_cells_of(const struct decision_maker *maker, uint32_t row, uint32_t column)
{
	const struct decision *decision = maker->decision;
	return &decision->draft->cells[row * decision->input_count + column];
}

enum status decision_no_memory(struct decision_maker *maker);

/* Two rows match the same: they overlap, unless that was told of them. */
void decision_tell_of_two(struct decision_maker *maker, uint32_t row, uint32_t other);
/* When the diagram is made: the rows that are never the answer, and what no row covers. */
void decision_tell_dead(struct decision_maker *maker);
enum status decision_tell_gaps(struct decision_maker *maker);

#endif
