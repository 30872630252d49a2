/*
 * The diagram of a decision table. make_node is the whole of it: given the rows that still match
 * after the columns asked so far, it sweeps over the next column, and for each stretch of values in
 * which the same rows match, goes on with those. No rows left is a gap; rows left behind the last
 * column are the answer. Nodes are remembered by their column and rows, so that what looks alike is
 * made once.
 */
#include "decision.h"

#include <stdlib.h>

#include "../engine/base/digest.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#define SLOTS_AT_FIRST 256
#define ROOM_AT_FIRST 64
/* A proposed row has at most so many alternatives in a cell. */
#define ALTERNATIVES_MAX 8
/* So many gaps are looked at, to put them together to few. */
#define GAPS_MAX 10000

/* Where a row begins or ends to match. */
struct event {
	int64_t at;
	uint32_t row;
	bool begins;
};

/* What the sweep over a column works with; of one node at a time, since each lies a level down. */
struct level {
	uint32_t column;
	struct event *events;
	uint32_t *rows; /* that match in the stretch, in written order */
	uint32_t row_count;
	struct decision_edge *edges;
	uint32_t edge_count;
};

/* A node that was made: of the rows at a level. */
struct memory {
	uint64_t hash;
	const uint32_t *rows;
	uint32_t row_count;
	uint32_t level;
	uint32_t node;
};

struct path;

struct maker {
	struct decision *decision;
	struct arena *arena; /* of the draft */
	struct fault *fault;
	struct level levels[DECISION_COLUMNS_MAX];
	/* Of each row, the level from which on it matches whatever is asked. */
	uint8_t *open_from;
	bool *wins; /* of each row: is it somewhere the answer, or told to overlap? */
	struct memory *memories;
	uint32_t memory_count;
	uint32_t *slots; /* numbers of memories + 1; a power of two of them */
	uint32_t slot_count;
	uint32_t node_room, edge_room;
	uint64_t steps;
	struct decision_problem *problems;
	uint32_t problem_count;
	uint32_t told[DECISION_PROBLEM_DEAD + 1];
	struct path *gaps; /* that were told */
	uint32_t gap_count;
	bool more;
	bool enough; /* of the sort that is looked for */
};

static enum status
no_memory(struct maker *maker)
{
	return fault_set(maker->fault, STATUS_MEMORY, "no memory for the table %.*s",
		TEXT_ARGS(maker->decision->id));
}

static enum status
work(struct maker *maker, uint64_t steps)
{
	maker->steps += steps;
	if (maker->steps <= DECISION_STEPS_MAX && maker->decision->edge_count <= DECISION_EDGES_MAX)
		return STATUS_OK;
	return fault_set(maker->fault, STATUS_LIMIT,
		"the table %.*s takes more than %d steps to look at, or %d edges to hold",
		TEXT_ARGS(maker->decision->id), DECISION_STEPS_MAX, DECISION_EDGES_MAX);
}

static const struct decision_cells *
cells_of(const struct maker *maker, uint32_t row, uint32_t column)
{
	const struct decision *decision = maker->decision;
	return &decision->draft->cells[row * decision->input_count + column];
}

/* Problems. */

/* Room for another problem of this kind; NULL if enough were told, or without memory. */
static struct decision_problem *
tell(struct maker *maker, enum decision_problem_kind kind)
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
is_told(const struct maker *maker, uint32_t row, uint32_t other)
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
shared_cells(struct maker *maker, uint32_t row, uint32_t other)
{
	const struct decision *decision = maker->decision;
	struct text *texts = arena_take(maker->arena, decision->input_count * sizeof *texts);
	for (uint32_t i = 0; texts != NULL && i < decision->input_count; i++) {
		struct decision_span both[ALTERNATIVES_MAX], shared[ALTERNATIVES_MAX];
		const struct decision_column *column = &decision->columns[i];
		const struct decision_cells *a = cells_of(maker, row, i);
		const struct decision_cells *b = cells_of(maker, other, i);
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
inputs_are_equal(const struct maker *maker, uint32_t row, uint32_t other)
{
	for (uint32_t i = 0; i < maker->decision->input_count; i++) {
		const struct decision_cells *a = cells_of(maker, row, i);
		const struct decision_cells *b = cells_of(maker, other, i);
		if (a->count != b->count ||
			memcmp(a->spans, b->spans, a->count * sizeof *a->spans) != 0)
			return false;
	}
	return true;
}

static void
tell_of_two(struct maker *maker, uint32_t row, uint32_t other)
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

/* What was made. */

static uint64_t
hash_rows(uint32_t level, const uint32_t *rows, uint32_t count)
{
	return hash64(rows, count * sizeof *rows, level);
}

/* The slot of what was made of these rows, or the free one where it belongs. */
static uint32_t
find_slot(const struct maker *maker, uint64_t hash, uint32_t level, const uint32_t *rows,
	uint32_t count)
{
	uint32_t slot = (uint32_t)hash & (maker->slot_count - 1);
	while (maker->slots[slot] != 0) {
		const struct memory *memory = &maker->memories[maker->slots[slot] - 1];
		if (memory->hash == hash && memory->level == level && memory->row_count == count &&
			memcmp(memory->rows, rows, count * sizeof *rows) == 0)
			break;
		slot = (slot + 1) & (maker->slot_count - 1);
	}
	return slot;
}

static bool
grow_slots(struct maker *maker)
{
	if (2 * (maker->memory_count + 1) <= maker->slot_count)
		return true;
	uint32_t slot_count = maker->slot_count == 0 ? SLOTS_AT_FIRST : 2 * maker->slot_count;
	void *memories = memory_resize(maker->memories, slot_count / 2 * sizeof *maker->memories);
	if (memories == NULL)
		return false;
	maker->memories = memories;
	uint32_t *slots = memory_new_zeroed(slot_count, sizeof *slots);
	if (slots == NULL)
		return false;
	memory_free(maker->slots);
	maker->slots = slots;
	maker->slot_count = slot_count;
	for (uint32_t i = 0; i < maker->memory_count; i++) {
		uint32_t slot = (uint32_t)maker->memories[i].hash & (slot_count - 1);
		while (slots[slot] != 0)
			slot = (slot + 1) & (slot_count - 1);
		slots[slot] = i + 1;
	}
	return true;
}

static bool
remember(struct maker *maker, struct memory made)
{
	uint32_t *rows = arena_take(maker->arena, made.row_count * sizeof *rows);
	if (rows == NULL || !grow_slots(maker))
		return false;
	memcpy(rows, made.rows, made.row_count * sizeof *rows);
	uint32_t slot = find_slot(maker, made.hash, made.level, rows, made.row_count);
	must(maker->slots[slot] == 0);
	made.rows = rows;
	maker->memories[maker->memory_count++] = made;
	maker->slots[slot] = maker->memory_count;
	return true;
}

/* Room in *list for `more` entries of `size` bytes behind the `count` there are. */
static bool
make_room(void **list, uint32_t *room, uint32_t count, uint32_t more, size_t size)
{
	uint32_t wanted = *room == 0 ? ROOM_AT_FIRST : *room;
	while (wanted - count < more)
		wanted *= 2;
	if (wanted == *room)
		return true;
	void *longer = memory_resize(*list, wanted * size);
	if (longer == NULL)
		return false;
	*list = longer;
	*room = wanted;
	return true;
}

/* A node of the level's edges; where they are one, what it leads to. */
static bool
add_node(struct maker *maker, const struct level *level, uint32_t *made)
{
	struct decision *decision = maker->decision;
	void *nodes = decision->nodes, *edges = decision->edges;
	if (level->edge_count == 1) {
		*made = level->edges[0].to;
		return true;
	}
	bool room = make_room(&nodes, &maker->node_room, decision->node_count, 1,
			    sizeof *decision->nodes) &&
		make_room(&edges, &maker->edge_room, decision->edge_count, level->edge_count,
			sizeof *decision->edges);
	decision->nodes = nodes;
	decision->edges = edges;
	if (!room)
		return false;
	decision->nodes[decision->node_count] = (struct decision_node){ level->column,
		decision->edge_count, level->edge_count };
	memcpy(&decision->edges[decision->edge_count], level->edges,
		level->edge_count * sizeof *level->edges);
	decision->edge_count += level->edge_count;
	*made = decision->node_count++;
	return true;
}

/* The sweep. */

static int
compare_events(const void *left, const void *right)
{
	const struct event *a = left, *b = right;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

static uint32_t
list_events(const struct maker *maker, struct level *level, const uint32_t *rows, uint32_t count)
{
	uint32_t event_count = 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct decision_cells *cells = cells_of(maker, rows[i], level->column);
		for (uint32_t j = 0; j < cells->count; j++) {
			level->events[event_count++] = (struct event){ cells->spans[j].from,
				rows[i], true };
			level->events[event_count++] = (struct event){ cells->spans[j].till,
				rows[i], false };
		}
	}
	qsort(level->events, event_count, sizeof *level->events, compare_events);
	return event_count;
}

/* Puts a row among those that match, or takes it away. */
static void
apply(struct level *level, const struct event *event)
{
	uint32_t from = 0, till = level->row_count;
	while (from < till) {
		uint32_t middle = from + (till - from) / 2;
		if (level->rows[middle] < event->row)
			from = middle + 1;
		else
			till = middle;
	}
	uint32_t *at = &level->rows[from];
	if (event->begins) {
		memmove(at + 1, at, (level->row_count - from) * sizeof *at);
		*at = event->row;
		level->row_count++;
	} else {
		must(from < level->row_count && *at == event->row);
		memmove(at, at + 1, (level->row_count - from - 1) * sizeof *at);
		level->row_count--;
	}
}

static void
add_edge(struct level *level, int64_t till, uint32_t to)
{
	if (level->edge_count > 0 && level->edges[level->edge_count - 1].to == to)
		level->edges[level->edge_count - 1].till = till;
	else
		level->edges[level->edge_count++] = (struct decision_edge){ till, to, 0 };
}

/* Where the first wins, the rows behind one that takes all that is left don't matter. */
static uint32_t
count_that_matter(const struct maker *maker, uint32_t depth, const uint32_t *rows, uint32_t count)
{
	for (uint32_t i = 0; maker->decision->first_wins && i < count; i++)
		if (maker->open_from[rows[i]] <= depth)
			return i + 1;
	return count;
}

/* The first row is the answer; where it should be the only one, the others are told. */
static uint32_t
make_leaf(struct maker *maker, const uint32_t *rows, uint32_t count)
{
	maker->wins[rows[0]] = true;
	for (uint32_t i = 1; i < count && !maker->decision->first_wins; i++) {
		maker->wins[rows[i]] = true;
		tell_of_two(maker, rows[i], rows[0]);
	}
	return DECISION_LEAF | rows[0];
}

static enum status make_node(
	struct maker *maker, uint32_t depth, const uint32_t *rows, uint32_t count, uint32_t *made);

static enum status
sweep(struct maker *maker, uint32_t depth, uint32_t event_count)
{
	struct level *level = &maker->levels[depth];
	const struct decision_column *column = &maker->decision->columns[level->column];
	uint32_t next = 0;
	level->row_count = 0;
	level->edge_count = 0;
	for (uint32_t i = 0; i < column->domain_count; i++) {
		struct decision_span span = column->domain[i];
		while (span.from < span.till) {
			uint32_t to;
			while (next < event_count && level->events[next].at <= span.from)
				apply(level, &level->events[next++]);
			int64_t till = next < event_count && level->events[next].at < span.till
				? level->events[next].at
				: span.till;
			enum status status = make_node(
				maker, depth + 1, level->rows, level->row_count, &to);
			if (status != STATUS_OK)
				return status;
			add_edge(level, till, to);
			span.from = till;
		}
	}
	return work(maker, level->edge_count);
}

static enum status
make_node(struct maker *maker, uint32_t depth, const uint32_t *rows, uint32_t count, uint32_t *made)
{
	if (count == 0) {
		*made = DECISION_GAP;
		return STATUS_OK;
	}
	count = count_that_matter(maker, depth, rows, count);
	enum status status = work(maker, count);
	if (status != STATUS_OK)
		return status;
	if (maker->open_from[rows[0]] <= depth && count == 1) {
		*made = make_leaf(maker, rows, count);
		return STATUS_OK;
	}
	if (depth == maker->decision->input_count) {
		*made = make_leaf(maker, rows, count);
		return STATUS_OK;
	}
	struct memory memory = { hash_rows(depth, rows, count), rows, count, depth, 0 };
	if (maker->slot_count > 0) {
		uint32_t slot = find_slot(maker, memory.hash, depth, rows, count);
		if (maker->slots[slot] != 0) {
			*made = maker->memories[maker->slots[slot] - 1].node;
			return STATUS_OK;
		}
	}
	struct level *level = &maker->levels[depth];
	status = sweep(maker, depth, list_events(maker, level, rows, count));
	if (status != STATUS_OK)
		return status;
	if (!add_node(maker, level, &memory.node) || !remember(maker, memory))
		return no_memory(maker);
	*made = memory.node;
	return STATUS_OK;
}

/*
 * Gaps, from the finished diagram: on the way to each, the values of each column. What the order of
 * columns has cut into several gaps is put together again by widening, so that few rows close them.
 */

struct path {
	struct decision_span spans[DECISION_COLUMNS_MAX][ALTERNATIVES_MAX];
	uint32_t counts[DECISION_COLUMNS_MAX]; /* 0: whatever it is */
};

/* Can the row match anything on the path? */
static bool
row_meets(const struct maker *maker, uint32_t row, const struct path *path)
{
	for (uint32_t i = 0; i < maker->decision->input_count; i++) {
		const struct decision_column *column = &maker->decision->columns[i];
		const struct decision_cells *cells = cells_of(maker, row, i);
		bool any = path->counts[i] == 0;
		struct decision_span shared;
		if (intersect(cells->spans, cells->count, any ? column->domain : path->spans[i],
			    any ? column->domain_count : path->counts[i], &shared, 1) == 0)
			return false;
	}
	return true;
}

static bool
paths_meet(const struct maker *maker, const struct path *a, const struct path *b)
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
is_inside(const struct maker *maker, const struct path *inner, const struct path *outer)
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
is_free(const struct maker *maker, const struct path *path)
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
widen(const struct maker *maker, struct path *path)
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
is_known(struct maker *maker, const struct path *path)
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
tell_gap(struct maker *maker, const struct path *path)
{
	const struct decision *decision = maker->decision;
	struct path wide = *path;
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
	struct path *path)
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
find_gaps(struct maker *maker, const bool *gap_below, uint32_t at, struct path *path)
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

static enum status
tell_gaps(struct maker *maker)
{
	const struct decision *decision = maker->decision;
	struct path path = { .counts = { 0 } };
	bool *gap_below = arena_take_zeroed(
		maker->arena, (size_t)decision->node_count + 1, sizeof *gap_below);
	maker->gaps = arena_take(maker->arena, DECISION_TOLD_MAX * sizeof *maker->gaps);
	if (gap_below == NULL || maker->gaps == NULL)
		return no_memory(maker);
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

static void
tell_dead(struct maker *maker)
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

/* Getting ready. */

static void
set_domains(struct decision *decision, struct decision_span *room)
{
	for (uint32_t i = 0; i < decision->input_count; i++) {
		struct decision_column *column = &decision->columns[i];
		struct decision_span all = decision_everything(column);
		if (column->domain_count == 0) {
			room[i] = all;
			column->domain = &room[i];
			column->domain_count = 1;
		} else if (column->type == DECISION_TEXT) { /* "!a" was open at its end */
			struct decision_span *last = (struct decision_span *)&column
							     ->domain[column->domain_count - 1];
			last->till = last->till < all.till ? last->till : all.till;
		}
	}
}

static bool
is_open(const struct maker *maker, uint32_t row, uint32_t column)
{
	const struct decision_column *of = &maker->decision->columns[column];
	const struct decision_cells *cells = cells_of(maker, row, column);
	return cells->count == 1 && cells->spans[0].from <= of->domain[0].from &&
		cells->spans[0].till >= of->domain[of->domain_count - 1].till;
}

/* Room for the sweeps over a column, and how many rows tell values of it apart. */
static bool
open_level(struct maker *maker, uint32_t column, uint32_t *weight)
{
	const struct decision *decision = maker->decision;
	struct level *level = &maker->levels[column];
	size_t events = 0;
	*weight = 0;
	for (uint32_t row = 0; row < decision->row_count; row++)
		events += 2 * (size_t)cells_of(maker, row, column)->count;
	level->column = column;
	level->rows = arena_take(maker->arena, decision->row_count * sizeof *level->rows);
	level->events = arena_take(maker->arena, events * sizeof *level->events);
	level->edges = arena_take(maker->arena,
		(events + decision->columns[column].domain_count) * sizeof *level->edges);
	if (level->rows == NULL || level->events == NULL || level->edges == NULL)
		return false;
	for (uint32_t row = 0; row < decision->row_count; row++)
		level->rows[row] = row;
	uint32_t count = list_events(maker, level, level->rows, decision->row_count);
	for (uint32_t i = 1; i < count; i++)
		*weight += level->events[i].at != level->events[i - 1].at;
	return true;
}

/* The columns with the fewest different values are asked first. */
static bool
open_levels(struct maker *maker)
{
	uint32_t weights[DECISION_COLUMNS_MAX];
	for (uint32_t i = 0; i < maker->decision->input_count; i++) {
		uint32_t weight, at = i;
		if (!open_level(maker, i, &weight))
			return false;
		struct level level = maker->levels[i];
		for (; at > 0 && weights[at - 1] > weight; at--) {
			weights[at] = weights[at - 1];
			maker->levels[at] = maker->levels[at - 1];
		}
		weights[at] = weight;
		maker->levels[at] = level;
	}
	return true;
}

static bool
open_rows(struct maker *maker)
{
	const struct decision *decision = maker->decision;
	maker->open_from = arena_take(maker->arena, decision->row_count);
	maker->wins = arena_take_zeroed(maker->arena, decision->row_count, sizeof *maker->wins);
	if (maker->open_from == NULL || maker->wins == NULL)
		return false;
	for (uint32_t row = 0; row < decision->row_count; row++) {
		uint32_t level = decision->input_count;
		while (level > 0 && is_open(maker, row, maker->levels[level - 1].column))
			level--;
		maker->open_from[row] = (uint8_t)level;
	}
	return true;
}

/* What stays of the rows. */
static bool
keep_rows(struct decision *decision)
{
	uint32_t outputs = decision->column_count - decision->input_count;
	size_t line_bytes = decision->row_count * sizeof *decision->lines;
	size_t value_bytes = (size_t)decision->row_count * outputs * sizeof *decision->values;
	uint32_t *lines = arena_take(&decision->arena, line_bytes);
	union decision_value *values = arena_take(&decision->arena, value_bytes);
	if (lines == NULL || values == NULL)
		return false;
	memcpy(lines, decision->draft->lines, line_bytes);
	memcpy(values, decision->draft->values, value_bytes);
	decision->lines = lines;
	decision->values = values;
	return true;
}

static enum status
make_all(struct maker *maker)
{
	struct decision *decision = maker->decision;
	struct decision_span *domains = arena_take(
		&decision->arena, (decision->input_count + 1) * sizeof *domains);
	uint32_t *rows = arena_take(maker->arena, decision->row_count * sizeof *rows);
	maker->problems = arena_take(maker->arena,
		(DECISION_PROBLEM_DEAD + 1) * DECISION_TOLD_MAX * sizeof *maker->problems);
	if (domains == NULL || rows == NULL || maker->problems == NULL || !keep_rows(decision))
		return no_memory(maker);
	set_domains(decision, domains);
	if (!open_levels(maker) || !open_rows(maker))
		return no_memory(maker);
	for (uint32_t row = 0; row < decision->row_count; row++)
		rows[row] = row;
	enum status status = make_node(maker, 0, rows, decision->row_count, &decision->root);
	if (status != STATUS_OK)
		return status;
	tell_dead(maker);
	return tell_gaps(maker);
}

enum status
decision_build(struct decision *decision, struct decision_report *report, struct fault *fault)
{
	must(decision->draft != NULL);
	must(decision->row_count > 0);
	must(decision->draft->next_column == decision->column_count);
	struct maker maker = {
		.decision = decision, .arena = &decision->draft->arena, .fault = fault
	};
	enum status status = make_all(&maker);
	*report = (struct decision_report){ .steps = maker.steps };
	if (status == STATUS_OK) {
		report->problems = maker.problems;
		report->count = maker.problem_count;
		report->more = maker.more;
	}
	memory_free(maker.memories);
	memory_free(maker.slots);
	return status;
}
