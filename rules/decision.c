#include "decision.h"

#include "../engine/base/digest.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#define DECISION_BYTES_MAX ((size_t)128 * 1024 * 1024)
#define ROWS_AT_FIRST 64

static const char *const type_names[] = {
	[DECISION_INTEGER] = "integer",
	[DECISION_DECIMAL] = "decimal",
	[DECISION_MONEY] = "money",
	[DECISION_TEXT] = "text",
	[DECISION_DATE] = "date",
	[DECISION_BOOLEAN] = "boolean",
};

bool
decision_type_parse(struct text name, enum decision_type *type)
{
	for (enum decision_type i = DECISION_INTEGER; i <= DECISION_BOOLEAN; i++)
		if (text_equal(name, text_of(type_names[i]))) {
			*type = i;
			return true;
		}
	return false;
}

struct decision *
decision_new(struct text id, struct text file, bool first_wins)
{
	struct decision *decision = memory_new_zeroed(1, sizeof *decision);
	if (decision == NULL)
		return NULL;
	arena_init(&decision->arena, DECISION_BYTES_MAX);
	decision->first_wins = first_wins;
	decision->id = arena_copy_text(&decision->arena, id);
	decision->file = arena_copy_text(&decision->arena, file);
	decision->draft = memory_new_zeroed(1, sizeof *decision->draft);
	if (decision->draft != NULL)
		arena_init(&decision->draft->arena, DECISION_BYTES_MAX);
	if (decision->id.data == NULL || decision->file.data == NULL || decision->draft == NULL) {
		decision_free(decision);
		return NULL;
	}
	return decision;
}

void
decision_finish(struct decision *decision)
{
	struct decision_draft *draft = decision->draft;
	if (draft == NULL)
		return;
	arena_release(&draft->arena);
	memory_free(draft->cells);
	memory_free(draft->values);
	memory_free(draft->lines);
	memory_free(draft);
	decision->draft = NULL;
}

void
decision_free(struct decision *decision)
{
	if (decision == NULL)
		return;
	decision_finish(decision);
	for (uint32_t i = 0; i < decision->column_count; i++) {
		memory_free(decision->columns[i].texts.list);
		memory_free(decision->columns[i].texts.slots);
	}
	memory_free(decision->nodes);
	memory_free(decision->edges);
	arena_release(&decision->arena);
	memory_free(decision);
}

size_t
decision_bytes(const struct decision *decision)
{
	size_t bytes = sizeof *decision + decision->arena.used +
		decision->node_count * sizeof *decision->nodes +
		decision->edge_count * sizeof *decision->edges;
	for (uint32_t i = 0; i < decision->column_count; i++)
		bytes += decision->columns[i].texts.count * sizeof(struct text) +
			decision->columns[i].texts.slot_count * sizeof(uint32_t);
	return bytes;
}

bool
decision_add_column(
	struct decision *decision, struct text name, enum decision_type type, bool is_output)
{
	must(decision->column_count < DECISION_COLUMNS_MAX);
	must(is_output || decision->input_count == decision->column_count);
	struct decision_column *column = &decision->columns[decision->column_count];
	column->name = arena_copy_text(&decision->arena, name);
	column->type = type;
	if (column->name.data == NULL)
		return false;
	decision->column_count++;
	decision->input_count += !is_output;
	return true;
}

/* Room for one more row, of cells, values and lines. */
static bool
grow(struct decision *decision)
{
	struct decision_draft *draft = decision->draft;
	uint32_t outputs = decision->column_count - decision->input_count;
	if (decision->row_count < draft->row_room)
		return true;
	uint32_t room = draft->row_room == 0 ? ROWS_AT_FIRST : draft->row_room * 2;
	void *cells = memory_resize(
		draft->cells, (size_t)room * (decision->input_count + 1) * sizeof *draft->cells);
	draft->cells = cells == NULL ? draft->cells : cells;
	void *values = memory_resize(
		draft->values, (size_t)room * (outputs + 1) * sizeof *draft->values);
	draft->values = values == NULL ? draft->values : values;
	void *lines = memory_resize(draft->lines, room * sizeof *draft->lines);
	draft->lines = lines == NULL ? draft->lines : lines;
	if (cells == NULL || values == NULL || lines == NULL)
		return false;
	draft->row_room = room;
	return true;
}

bool
decision_add_row(struct decision *decision, uint32_t line)
{
	struct decision_draft *draft = decision->draft;
	must(draft != NULL);
	must(decision->row_count < DECISION_ROWS_MAX);
	must(decision->row_count == 0 || draft->next_column == decision->column_count);
	if (!grow(decision))
		return false;
	draft->lines[decision->row_count++] = line;
	draft->next_column = 0;
	return true;
}

enum decision_cell
decision_add_cell(struct decision *decision, struct text cell)
{
	struct decision_draft *draft = decision->draft;
	must(decision->row_count > 0);
	must(draft->next_column < decision->column_count);
	uint32_t row = decision->row_count - 1, column = draft->next_column++;
	uint32_t inputs = decision->input_count, outputs = decision->column_count - inputs;
	if (column >= inputs)
		return decision_cell_value(decision, &decision->columns[column], cell,
			&draft->values[row * outputs + column - inputs]);
	struct decision_cells *cells = &draft->cells[row * inputs + column];
	return decision_cell_spans(
		decision, &decision->columns[column], cell, &cells->spans, &cells->count);
}

enum decision_cell
decision_set_domain(struct decision *decision, uint32_t column, struct text cell)
{
	must(column < decision->input_count);
	must(decision->row_count == 0);
	struct decision_column *of = &decision->columns[column];
	const struct decision_span *spans;
	uint32_t count;
	enum decision_cell outcome = decision_cell_spans(decision, of, cell, &spans, &count);
	if (outcome != DECISION_CELL_DONE)
		return outcome;
	struct decision_span *domain = arena_take(&decision->arena, count * sizeof *domain);
	if (domain == NULL)
		return DECISION_CELL_MEMORY;
	memcpy(domain, spans, count * sizeof *domain);
	of->domain = domain;
	of->domain_count = count;
	return DECISION_CELL_DONE;
}

uint32_t
decision_text_number(const struct decision_column *column, struct text text)
{
	const struct decision_texts *texts = &column->texts;
	if (texts->slot_count == 0)
		return 0;
	uint32_t slot = (uint32_t)hash64(text.data, text.size, 0) & (texts->slot_count - 1);
	while (texts->slots[slot] != 0) {
		if (text_equal(texts->list[texts->slots[slot] - 1], text))
			return texts->slots[slot];
		slot = (slot + 1) & (texts->slot_count - 1);
	}
	return 0;
}

bool
decision_covers(const struct decision_column *column, int64_t value)
{
	uint32_t from = 0, till = column->domain_count;
	while (from < till) {
		uint32_t middle = from + (till - from) / 2;
		if (value < column->domain[middle].till)
			till = middle;
		else
			from = middle + 1;
	}
	return from < column->domain_count && value >= column->domain[from].from;
}

/* The edge that a covered value lies on: the first that ends behind it. */
static uint32_t
follow(const struct decision *decision, const struct decision_node *node, int64_t value)
{
	uint32_t from = node->first, till = node->first + node->count - 1;
	while (from < till) {
		uint32_t middle = from + (till - from) / 2;
		if (value < decision->edges[middle].till)
			till = middle;
		else
			from = middle + 1;
	}
	return decision->edges[from].to;
}

uint32_t
decision_find(const struct decision *decision, const int64_t *values)
{
	uint32_t at = decision->root;
	while (at < DECISION_LEAF) {
		must(at < decision->node_count);
		const struct decision_node *node = &decision->nodes[at];
		at = follow(decision, node, values[node->column]);
	}
	return at == DECISION_GAP ? DECISION_NO_ROW : at & ~DECISION_LEAF;
}
