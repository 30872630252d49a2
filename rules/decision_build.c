/*
 * The diagram of a decision table. make_node is the whole of it: given the rows that still match
 * after the columns asked so far, it sweeps over the next column, and for each stretch of values in
 * which the same rows match, goes on with those. No rows left is a gap; rows left behind the last
 * column are the answer. Nodes are remembered by their column and rows, so that what looks alike is
 * made once.
 */
#include "decision_parts.h"

#include <stdlib.h>

#include "../engine/base/digest.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#define SLOTS_AT_FIRST 256
#define ROOM_AT_FIRST 64

enum status
decision_no_memory(struct decision_maker *maker)
{
	return fault_set(maker->fault, STATUS_MEMORY, "no memory for the table %.*s",
		TEXT_ARGS(maker->decision->id));
}

static enum status
work(struct decision_maker *maker, uint64_t steps)
{
	maker->steps += steps;
	if (maker->steps <= DECISION_STEPS_MAX && maker->decision->edge_count <= DECISION_EDGES_MAX)
		return STATUS_OK;
	return fault_set(maker->fault, STATUS_LIMIT,
		"the table %.*s takes more than %d steps to look at, or %d edges to hold",
		TEXT_ARGS(maker->decision->id), DECISION_STEPS_MAX, DECISION_EDGES_MAX);
}

/* What was made. */

static uint64_t
hash_rows(uint32_t level, const uint32_t *rows, uint32_t count)
{
	return hash64(rows, count * sizeof *rows, level);
}

/* The slot of what was made of these rows, or the free one where it belongs. */
static uint32_t
find_slot(const struct decision_maker *maker, uint64_t hash, uint32_t level, const uint32_t *rows,
	uint32_t count)
{
	uint32_t slot = (uint32_t)hash & (maker->slot_count - 1);
	while (maker->slots[slot] != 0) {
		const struct decision_memory *memory = &maker->memories[maker->slots[slot] - 1];
		if (memory->hash == hash && memory->level == level && memory->row_count == count &&
			memcmp(memory->rows, rows, count * sizeof *rows) == 0)
			break;
		slot = (slot + 1) & (maker->slot_count - 1);
	}
	return slot;
}

static bool
grow_slots(struct decision_maker *maker)
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
remember(struct decision_maker *maker, struct decision_memory made)
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
add_node(struct decision_maker *maker, const struct decision_level *level, uint32_t *made)
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
	const struct decision_event *a = left, *b = right;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

static uint32_t
list_events(const struct decision_maker *maker, struct decision_level *level, const uint32_t *rows,
	uint32_t count)
{
	uint32_t event_count = 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct decision_cells *cells = decision_cells_of(
			maker, rows[i], level->column);
		for (uint32_t j = 0; j < cells->count; j++) {
			level->events[event_count++] = (struct decision_event){
				cells->spans[j].from, rows[i], true
			};
			level->events[event_count++] = (struct decision_event){
				cells->spans[j].till, rows[i], false
			};
		}
	}
	qsort(level->events, event_count, sizeof *level->events, compare_events);
	return event_count;
}

/* Puts a row among those that match, or takes it away. */
static void
apply(struct decision_level *level, const struct decision_event *event)
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
add_edge(struct decision_level *level, int64_t till, uint32_t to)
{
	if (level->edge_count > 0 && level->edges[level->edge_count - 1].to == to)
		level->edges[level->edge_count - 1].till = till;
	else
		level->edges[level->edge_count++] = (struct decision_edge){ till, to, 0 };
}

/* Where the first wins, the rows behind one that takes all that is left don't matter. */
static uint32_t
count_that_matter(
	const struct decision_maker *maker, uint32_t depth, const uint32_t *rows, uint32_t count)
{
	for (uint32_t i = 0; maker->decision->first_wins && i < count; i++)
		if (maker->open_from[rows[i]] <= depth)
			return i + 1;
	return count;
}

/* The first row is the answer; where it should be the only one, the others are told. */
static uint32_t
make_leaf(struct decision_maker *maker, const uint32_t *rows, uint32_t count)
{
	maker->wins[rows[0]] = true;
	for (uint32_t i = 1; i < count && !maker->decision->first_wins; i++) {
		maker->wins[rows[i]] = true;
		decision_tell_of_two(maker, rows[i], rows[0]);
	}
	return DECISION_LEAF | rows[0];
}

static enum status make_node(struct decision_maker *maker, uint32_t depth, const uint32_t *rows,
	uint32_t count, uint32_t *made);

static enum status
sweep(struct decision_maker *maker, uint32_t depth, uint32_t event_count)
{
	struct decision_level *level = &maker->levels[depth];
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
make_node(struct decision_maker *maker, uint32_t depth, const uint32_t *rows, uint32_t count,
	uint32_t *made)
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
	struct decision_memory memory = { hash_rows(depth, rows, count), rows, count, depth, 0 };
	if (maker->slot_count > 0) {
		uint32_t slot = find_slot(maker, memory.hash, depth, rows, count);
		if (maker->slots[slot] != 0) {
			*made = maker->memories[maker->slots[slot] - 1].node;
			return STATUS_OK;
		}
	}
	struct decision_level *level = &maker->levels[depth];
	status = sweep(maker, depth, list_events(maker, level, rows, count));
	if (status != STATUS_OK)
		return status;
	if (!add_node(maker, level, &memory.node) || !remember(maker, memory))
		return decision_no_memory(maker);
	*made = memory.node;
	return STATUS_OK;
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
is_open(const struct decision_maker *maker, uint32_t row, uint32_t column)
{
	const struct decision_column *of = &maker->decision->columns[column];
	const struct decision_cells *cells = decision_cells_of(maker, row, column);
	return cells->count == 1 && cells->spans[0].from <= of->domain[0].from &&
		cells->spans[0].till >= of->domain[of->domain_count - 1].till;
}

/* Room for the sweeps over a column, and how many rows tell values of it apart. */
static bool
open_level(struct decision_maker *maker, uint32_t column, uint32_t *weight)
{
	const struct decision *decision = maker->decision;
	struct decision_level *level = &maker->levels[column];
	size_t events = 0;
	*weight = 0;
	for (uint32_t row = 0; row < decision->row_count; row++)
		events += 2 * (size_t)decision_cells_of(maker, row, column)->count;
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
open_levels(struct decision_maker *maker)
{
	uint32_t weights[DECISION_COLUMNS_MAX];
	for (uint32_t i = 0; i < maker->decision->input_count; i++) {
		uint32_t weight, at = i;
		if (!open_level(maker, i, &weight))
			return false;
		struct decision_level level = maker->levels[i];
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
open_rows(struct decision_maker *maker)
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
make_all(struct decision_maker *maker)
{
	struct decision *decision = maker->decision;
	struct decision_span *domains = arena_take(
		&decision->arena, (decision->input_count + 1) * sizeof *domains);
	uint32_t *rows = arena_take(maker->arena, decision->row_count * sizeof *rows);
	maker->problems = arena_take(maker->arena,
		(DECISION_PROBLEM_DEAD + 1) * DECISION_TOLD_MAX * sizeof *maker->problems);
	if (domains == NULL || rows == NULL || maker->problems == NULL || !keep_rows(decision))
		return decision_no_memory(maker);
	set_domains(decision, domains);
	if (!open_levels(maker) || !open_rows(maker))
		return decision_no_memory(maker);
	for (uint32_t row = 0; row < decision->row_count; row++)
		rows[row] = row;
	enum status status = make_node(maker, 0, rows, decision->row_count, &decision->root);
	if (status != STATUS_OK)
		return status;
	decision_tell_dead(maker);
	return decision_tell_gaps(maker);
}

enum status
decision_build(struct decision *decision, struct decision_report *report, struct fault *fault)
{
	must(decision->draft != NULL);
	must(decision->row_count > 0);
	must(decision->draft->next_column == decision->column_count);
	struct decision_maker maker = {
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
