/* What is wrong with the rows of a decision table (see decision_parts.h). */
#include "decision_parts.h"

/* A proposed row has at most so many alternatives in a cell. */
#define ALTERNATIVES_MAX 8
/* So many gaps are looked at, to put them together to few. */
#define GAPS_MAX 10000

/* Room for another problem of this kind; NULL if enough were told, or without memory. */
static struct decision_problem *
tell(struct decision_maker *maker, enum decision_problem_kind kind)
{
	if (maker->told[kind] == DECISION_TOLD_MAX) {
		maker->more = maker->enough = true;
		return NULL;
	}
	maker->told[kind]++;
	struct decision_problem *problem = &maker->problems[maker->problem_count++];
	*problem = (struct decision_problem){ .kind = kind };
	return problem;
}

static bool
is_told(const struct decision_maker *maker, uint32_t row, uint32_t other)
{
	for (uint32_t i = 0; i < maker->problem_count; i++)
		if (maker->problems[i].row == row && maker->problems[i].other == other &&
			maker->problems[i].kind != DECISION_PROBLEM_GAP)
			return true;
	return false;
}

/* What two lists of spans share; the number of them, at most `room`. */
static uint32_t
intersect(const struct decision_span *a, uint32_t a_count, const struct decision_span *b,
	uint32_t b_count, struct decision_span *shared, uint32_t room)
{
	uint32_t count = 0, i = 0, j = 0;
	while (i < a_count && j < b_count && count < room) {
		struct decision_span span = { a[i].from > b[j].from ? a[i].from : b[j].from,
			a[i].till < b[j].till ? a[i].till : b[j].till };
		if (span.from < span.till)
			shared[count++] = span;
		if (a[i].till < b[j].till)
			i++;
		else
			j++;
	}
	return count;
}

/* The cells of what two rows share; NULL without memory. */
static struct text *
shared_cells(struct decision_maker *maker, uint32_t row, uint32_t other)
{
	const struct decision *decision = maker->decision;
	struct text *texts = arena_take(maker->arena, decision->input_count * sizeof *texts);
	for (uint32_t i = 0; texts != NULL && i < decision->input_count; i++) {
		struct decision_span both[ALTERNATIVES_MAX], shared[ALTERNATIVES_MAX];
		const struct decision_column *column = &decision->columns[i];
		const struct decision_cells *a = decision_cells_of(maker, row, i);
		const struct decision_cells *b = decision_cells_of(maker, other, i);
		uint32_t count = intersect(
			a->spans, a->count, b->spans, b->count, both, ALTERNATIVES_MAX);
		count = intersect(both, count, column->domain, column->domain_count, shared,
			ALTERNATIVES_MAX);
		texts[i] = count == 0 ? TEXT("…")
				      : decision_cell_text(column, shared, count, maker->arena);
	}
	return texts;
}

static bool
inputs_are_equal(const struct decision_maker *maker, uint32_t row, uint32_t other)
{
	for (uint32_t i = 0; i < maker->decision->input_count; i++) {
		const struct decision_cells *a = decision_cells_of(maker, row, i);
		const struct decision_cells *b = decision_cells_of(maker, other, i);
		if (a->count != b->count ||
			memcmp(a->spans, b->spans, a->count * sizeof *a->spans) != 0)
			return false;
	}
	return true;
}

void
decision_tell_of_two(struct decision_maker *maker, uint32_t row, uint32_t other)
{
	bool equal = inputs_are_equal(maker, row, other);
	if (is_told(maker, row, other))
		return;
	struct decision_problem *problem = tell(
		maker, equal ? DECISION_PROBLEM_DUPLICATE : DECISION_PROBLEM_OVERLAP);
	if (problem == NULL)
		return;
	problem->row = row;
	problem->other = other;
	problem->cells = shared_cells(maker, row, other);
}

/*
 * Gaps, from the finished diagram: on the way to each, the values of each column. What the order of
 * columns has cut into several gaps is put together again by widening, so that few rows close them.
 */

struct decision_path {
	struct decision_span spans[DECISION_COLUMNS_MAX][ALTERNATIVES_MAX];
	uint32_t counts[DECISION_COLUMNS_MAX]; /* 0: whatever it is */
};

/* Can the row match anything on the path? */
static bool
row_meets(const struct decision_maker *maker, uint32_t row, const struct decision_path *path)
{
	for (uint32_t i = 0; i < maker->decision->input_count; i++) {
		const struct decision_column *column = &maker->decision->columns[i];
		const struct decision_cells *cells = decision_cells_of(maker, row, i);
		bool any = path->counts[i] == 0;
		struct decision_span shared;
		if (intersect(cells->spans, cells->count, any ? column->domain : path->spans[i],
			    any ? column->domain_count : path->counts[i], &shared, 1) == 0)
			return false;
	}
	return true;
}

static bool
paths_meet(const struct decision_maker *maker, const struct decision_path *a,
	const struct decision_path *b)
{
	for (uint32_t i = 0; i < maker->decision->input_count; i++) {
		struct decision_span shared;
		if (a->counts[i] > 0 && b->counts[i] > 0 &&
			intersect(a->spans[i], a->counts[i], b->spans[i], b->counts[i], &shared,
				1) == 0)
			return false;
	}
	return true;
}

/* Is all that lies on the inner path on the outer one too? */
static bool
is_inside(const struct decision_maker *maker, const struct decision_path *inner,
	const struct decision_path *outer)
{
	for (uint32_t i = 0; i < maker->decision->input_count; i++) {
		if (outer->counts[i] == 0)
			continue;
		if (inner->counts[i] == 0)
			return false;
		for (uint32_t j = 0; j < inner->counts[i]; j++) {
			struct decision_span span = inner->spans[i][j], shared;
			if (intersect(&span, 1, outer->spans[i], outer->counts[i], &shared, 1) ==
					0 ||
				shared.from != span.from || shared.till != span.till)
				return false;
		}
	}
	return true;
}

static bool
is_free(const struct decision_maker *maker, const struct decision_path *path)
{
	for (uint32_t i = 0; i < maker->told[DECISION_PROBLEM_GAP]; i++)
		if (paths_meet(maker, path, &maker->gaps[i]))
			return false;
	for (uint32_t row = 0; row < maker->decision->row_count; row++)
		if (row_meets(maker, row, path))
			return false;
	return true;
}

/* Takes every column off the path that does not matter. */
static void
widen(const struct decision_maker *maker, struct decision_path *path)
{
	for (uint32_t i = 0; i < maker->decision->input_count; i++) {
		uint32_t column = maker->levels[i].column, count = path->counts[column];
		path->counts[column] = 0;
		if (count > 0 && !is_free(maker, path))
			path->counts[column] = count;
	}
}

/* A gap that a row proposed before closes in part can be told only when that row is there. */
static bool
is_known(struct decision_maker *maker, const struct decision_path *path)
{
	for (uint32_t i = 0; i < maker->told[DECISION_PROBLEM_GAP]; i++) {
		if (!paths_meet(maker, path, &maker->gaps[i]))
			continue;
		maker->more |= !is_inside(maker, path, &maker->gaps[i]);
		return true;
	}
	return false;
}

static void
tell_gap(struct decision_maker *maker, const struct decision_path *path)
{
	const struct decision *decision = maker->decision;
	struct decision_path wide = *path;
	if (is_known(maker, path))
		return;
	widen(maker, &wide);
	struct decision_problem *problem = tell(maker, DECISION_PROBLEM_GAP);
	if (problem == NULL)
		return;
	maker->gaps[maker->told[DECISION_PROBLEM_GAP] - 1] = wide;
	struct text *cells = arena_take(maker->arena, decision->input_count * sizeof *cells);
	for (uint32_t i = 0; cells != NULL && i < decision->input_count; i++)
		cells[i] = wide.counts[i] == 0
			? TEXT("*")
			: decision_cell_text(&decision->columns[i], wide.spans[i], wide.counts[i],
				  maker->arena);
	problem->cells = cells;
}

/* The values on all edges of the node that lead where edge `first` does. */
static void
set_path(const struct decision *decision, const struct decision_node *node, uint32_t first,
	struct decision_path *path)
{
	const struct decision_column *column = &decision->columns[node->column];
	uint32_t count = 0;
	for (uint32_t i = first; i < node->count && count < ALTERNATIVES_MAX; i++) {
		const struct decision_edge *edge = &decision->edges[node->first + i];
		struct decision_span span = { i == 0 ? INT64_MIN : edge[-1].till, edge->till };
		if (edge->to != decision->edges[node->first + first].to)
			continue;
		count += intersect(&span, 1, column->domain, column->domain_count,
			&path->spans[node->column][count], ALTERNATIVES_MAX - count);
	}
	path->counts[node->column] = count;
}

static bool
has_gap(const bool *gap_below, uint32_t to)
{
	return to == DECISION_GAP || (to < DECISION_LEAF && gap_below[to]);
}

static bool
is_first_to(const struct decision *decision, const struct decision_node *node, uint32_t edge)
{
	for (uint32_t i = 0; i < edge; i++)
		if (decision->edges[node->first + i].to == decision->edges[node->first + edge].to)
			return false;
	return true;
}

static void
find_gaps(struct decision_maker *maker, const bool *gap_below, uint32_t at,
	struct decision_path *path)
{
	const struct decision *decision = maker->decision;
	if (at == DECISION_GAP) {
		maker->gap_count++;
		tell_gap(maker, path);
		return;
	}
	const struct decision_node *node = &decision->nodes[at];
	for (uint32_t i = 0; i < node->count && !maker->enough; i++) {
		if (maker->gap_count > GAPS_MAX) {
			maker->enough = maker->more = true;
			return;
		}
		uint32_t to = decision->edges[node->first + i].to;
		if (!has_gap(gap_below, to) || !is_first_to(decision, node, i))
			continue;
		set_path(decision, node, i, path);
		find_gaps(maker, gap_below, to, path);
		path->counts[node->column] = 0;
	}
}

enum status
decision_tell_gaps(struct decision_maker *maker)
{
	const struct decision *decision = maker->decision;
	struct decision_path path = { .counts = { 0 } };
	bool *gap_below = arena_take_zeroed(
		maker->arena, (size_t)decision->node_count + 1, sizeof *gap_below);
	maker->gaps = arena_take(maker->arena, DECISION_TOLD_MAX * sizeof *maker->gaps);
	if (gap_below == NULL || maker->gaps == NULL)
		return decision_no_memory(maker);
	/* What an edge leads to was made before its node. */
	for (uint32_t i = 0; i < decision->node_count; i++)
		for (uint32_t j = 0; j < decision->nodes[i].count; j++)
			gap_below[i] |= has_gap(
				gap_below, decision->edges[decision->nodes[i].first + j].to);
	maker->enough = false;
	if (has_gap(gap_below, decision->root))
		find_gaps(maker, gap_below, decision->root, &path);
	return STATUS_OK;
}

void
decision_tell_dead(struct decision_maker *maker)
{
	for (uint32_t row = 0; row < maker->decision->row_count; row++) {
		uint32_t other = 0;
		if (maker->wins[row])
			continue;
		if (maker->told[DECISION_PROBLEM_DEAD] == DECISION_TOLD_MAX ||
			maker->told[DECISION_PROBLEM_DUPLICATE] == DECISION_TOLD_MAX) {
			maker->more = true;
			return;
		}
		while (other < row && !inputs_are_equal(maker, row, other))
			other++;
		struct decision_problem *problem = tell(
			maker, other < row ? DECISION_PROBLEM_DUPLICATE : DECISION_PROBLEM_DEAD);
		problem->row = row;
		problem->other = other;
	}
}
