#include "prefix.h"

#include "../engine/base/digest.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <stdlib.h>

/*
 * A trie, one level a digit. A node is one word, and the children of a node lie side by side in the
 * order of their digits, so that counting bits finds one of them:
 *
 *   bits 0 to 9     which digits go on
 *   bits 10 to 36   index of the first child
 *   bits 37 to 63   outcome, if the number ends here or its next digit does not go on
 *
 * A node without a row of its own has the outcome of the nearest shorter prefix, so a search never
 * looks back. What takes time is memory that is not in the processor's cache. So the top levels,
 * which every search passes, lie together, and below them the nodes of one branch, which one search
 * passes.
 */
#define NODE_CHILD_SHIFT 10
#define NODE_OUTCOME_SHIFT 37
#define NODE_INDEX_MAX ((UINT64_C(1) << 27) - 1)
#define TOP_LEVELS 4

_Static_assert(PREFIX_ROWS_MAX < NODE_INDEX_MAX / PREFIX_DIGITS_MAX,
	"an index of 27 bits reaches every node of the largest table");

/* Rows that differ only in their prefix and end alike share an outcome. Outcome 0: no row fits. */
struct outcome {
	uint32_t value;
	uint32_t otherwise; /* where the number's length does not fit */
	uint32_t digits_max;
	uint16_t digits_min;
	uint16_t matched;
};

struct prefix_table {
	uint64_t *nodes;
	struct outcome *outcomes;
	size_t node_count;
	size_t outcome_count;
};

/* A row while the table is built; its prefix as 32 nibbles, digit + 1, so that 0 is the end. */
struct sort_key {
	uint64_t high;
	uint64_t low;
	uint32_t order;
	uint32_t row;
};

/* The rows below a node: keys from … till - 1. */
struct key_range {
	uint32_t from;
	uint32_t till;
};

struct builder {
	const struct prefix_row *rows;
	size_t row_count;
	struct sort_key *keys;
	struct key_range *ranges; /* of each node */
	uint32_t *slots;          /* open-addressed index of outcomes; 0 is free */
	size_t slot_count;        /* a power of two */
	struct prefix_table *table;
	struct fault *fault;
};

#define SAME_PREFIX_MAX 256

static enum status
row_check(const struct prefix_row *row, struct fault *fault)
{
	const char *wrong = NULL;

	if (row->prefix.size > PREFIX_DIGITS_MAX)
		wrong = "has more than 32 digits";
	for (size_t i = 0; wrong == NULL && i < row->prefix.size; i++)
		if (row->prefix.data[i] < '0' || row->prefix.data[i] > '9')
			wrong = "is not all digits";
	if (wrong == NULL && row->digits_max != 0 && row->digits_min > row->digits_max)
		wrong = "asks for more digits at least than at most";
	if (wrong == NULL)
		return STATUS_OK;
	return fault_set(fault, STATUS_INVALID, "the prefix \"%.*s\" of row %u %s",
		row->prefix.size > 64 ? 64 : (int)row->prefix.size, row->prefix.data,
		(unsigned)row->order, wrong);
}

static struct sort_key
key_of_row(const struct prefix_row *row, uint32_t index)
{
	uint64_t half[2] = { 0, 0 };

	for (size_t i = 0; i < row->prefix.size; i++) {
		uint64_t nibble = (uint64_t)(row->prefix.data[i] - '0') + 1;

		half[i / 16] |= nibble << (60 - i % 16 * 4);
	}
	return (struct sort_key){ half[0], half[1], row->order, index };
}

/* The digit at `depth`, or -1 where the prefix ends. */
static int
key_digit(const struct sort_key *key, size_t depth)
{
	uint64_t half = depth < 16 ? key->high : key->low;

	return depth >= PREFIX_DIGITS_MAX ? -1 : (int)(half >> (60 - depth % 16 * 4) & 15) - 1;
}

/* How many digits two keys have in common. */
static size_t
key_common(const struct sort_key *a, const struct sort_key *b)
{
	if (a->high != b->high)
		return (size_t)__builtin_clzll(a->high ^ b->high) / 4;
	if (a->low != b->low)
		return 16 + (size_t)__builtin_clzll(a->low ^ b->low) / 4;
	return PREFIX_DIGITS_MAX;
}

static int
key_compare(const void *left, const void *right)
{
	const struct sort_key *a = left;
	const struct sort_key *b = right;

	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

static enum status
keys_make(struct builder *builder)
{
	for (size_t i = 0; i < builder->row_count; i++) {
		enum status status = row_check(&builder->rows[i], builder->fault);

		if (status != STATUS_OK)
			return status;
		builder->keys[i] = key_of_row(&builder->rows[i], (uint32_t)i);
	}
	qsort(builder->keys, builder->row_count, sizeof *builder->keys, key_compare);
	return STATUS_OK;
}

/* The root and one node for each further digit that the next prefix has. */
static size_t
nodes_needed(const struct builder *builder)
{
	size_t count = 1;

	for (size_t i = 0; i < builder->row_count; i++) {
		const struct sort_key *key = &builder->keys[i];
		size_t size = builder->rows[key->row].prefix.size;
		size_t common = i == 0 ? 0 : key_common(key - 1, key);

		count += size > common ? size - common : 0;
	}
	return count;
}

static bool
outcome_equal(const struct outcome *a, const struct outcome *b)
{
	return a->value == b->value && a->otherwise == b->otherwise &&
		a->digits_max == b->digits_max && a->digits_min == b->digits_min &&
		a->matched == b->matched;
}

/* The row's outcome, which falls back to `otherwise` if the row asks for a number of digits. */
static uint32_t
outcome_of_row(struct builder *builder, const struct prefix_row *row, uint32_t otherwise)
{
	bool any = row->digits_min == 0 && row->digits_max == 0;
	struct outcome outcome = {
		.value = row->value,
		.otherwise = any ? 0 : otherwise,
		.digits_max = row->digits_max == 0 ? UINT32_MAX : row->digits_max,
		.digits_min = row->digits_min,
		.matched = (uint16_t)row->prefix.size,
	};
	struct prefix_table *table = builder->table;
	size_t slot = hash64(&outcome, sizeof outcome, 0) & (builder->slot_count - 1);

	while (builder->slots[slot] != 0) {
		if (outcome_equal(&table->outcomes[builder->slots[slot]], &outcome))
			return builder->slots[slot];
		slot = (slot + 1) & (builder->slot_count - 1);
	}
	table->outcomes[table->outcome_count] = outcome;
	builder->slots[slot] = (uint32_t)table->outcome_count;
	return (uint32_t)table->outcome_count++;
}

/* Rows with one prefix: two that ask for the same digits must not contradict each other. */
static enum status
same_prefix_check(const struct builder *builder, struct key_range same)
{
	const struct prefix_row *first = &builder->rows[builder->keys[same.from].row];

	if (same.till - same.from > SAME_PREFIX_MAX)
		return fault_set(builder->fault, STATUS_LIMIT,
			"the prefix \"%.*s\" has more than %d rows", TEXT_ARGS(first->prefix),
			SAME_PREFIX_MAX);
	for (uint32_t i = same.from + 1; i < same.till; i++) {
		const struct prefix_row *later = &builder->rows[builder->keys[i].row];

		for (uint32_t j = same.from; j < i; j++) {
			const struct prefix_row *earlier = &builder->rows[builder->keys[j].row];

			if (earlier->digits_min == later->digits_min &&
				earlier->digits_max == later->digits_max &&
				earlier->value != later->value)
				return fault_set(builder->fault, STATUS_INVALID,
					"row %u repeats the prefix \"%.*s\" of row %u with "
					"another value",
					(unsigned)later->order, TEXT_ARGS(later->prefix),
					(unsigned)earlier->order);
		}
	}
	return STATUS_OK;
}

/* Gives a node the outcome of its own rows, and leaves the longer ones in *range. */
static enum status
node_settle(struct builder *builder, size_t node, size_t depth, struct key_range *range)
{
	struct key_range same = { range->from, range->from };
	uint64_t *word = &builder->table->nodes[node];
	uint32_t outcome = (uint32_t)(*word >> NODE_OUTCOME_SHIFT);

	while (same.till < range->till && key_digit(&builder->keys[same.till], depth) < 0)
		same.till++;
	range->from = same.till;
	if (same.till == same.from)
		return STATUS_OK;
	enum status status = same_prefix_check(builder, same);
	if (status != STATUS_OK)
		return status;
	for (uint32_t i = same.till; i-- > same.from;)
		outcome = outcome_of_row(builder, &builder->rows[builder->keys[i].row], outcome);
	*word = (uint64_t)outcome << NODE_OUTCOME_SHIFT;
	return STATUS_OK;
}

/* Appends the children of a node, with the outcome that they inherit. */
static void
node_split(struct builder *builder, size_t node, size_t depth, struct key_range range)
{
	struct prefix_table *table = builder->table;
	uint64_t inherited = table->nodes[node] & ~(uint64_t)0 << NODE_OUTCOME_SHIFT;
	uint64_t digits = 0;
	size_t first = table->node_count;

	while (range.from < range.till) {
		int digit = key_digit(&builder->keys[range.from], depth);
		uint32_t till = range.from;

		while (till < range.till && key_digit(&builder->keys[till], depth) == digit)
			till++;
		builder->ranges[table->node_count] = (struct key_range){ range.from, till };
		table->nodes[table->node_count++] = inherited;
		digits |= UINT64_C(1) << digit;
		range.from = till;
	}
	if (digits != 0)
		table->nodes[node] = inherited | (uint64_t)first << NODE_CHILD_SHIFT | digits;
}

static enum status
node_make(struct builder *builder, size_t node, size_t depth)
{
	struct key_range range = builder->ranges[node];
	enum status status = node_settle(builder, node, depth, &range);

	if (status == STATUS_OK)
		node_split(builder, node, depth, range);
	return status;
}

/*
 * Makes a node and all below it, one branch after the other; at most PREFIX_DIGITS_MAX calls deep.
 */
static enum status
subtree_make(struct builder *builder, size_t node, size_t depth)
{
	size_t child = builder->table->node_count;
	enum status status = node_make(builder, node, depth);

	must(depth <= PREFIX_DIGITS_MAX);
	for (size_t till = builder->table->node_count; child < till && status == STATUS_OK; child++)
		status = subtree_make(builder, child, depth + 1);
	return status;
}

static enum status
nodes_make(struct builder *builder)
{
	struct prefix_table *table = builder->table;
	enum status status = STATUS_OK;
	size_t node = 0; /* made so far: those before it */

	table->nodes[0] = 0;
	table->node_count = 1;
	builder->ranges[0] = (struct key_range){ 0, (uint32_t)builder->row_count };
	for (size_t depth = 0; depth < TOP_LEVELS; depth++)
		for (size_t till = table->node_count; node < till && status == STATUS_OK; node++)
			status = node_make(builder, node, depth);
	for (size_t till = table->node_count; node < till && status == STATUS_OK; node++)
		status = subtree_make(builder, node, TOP_LEVELS);
	return status;
}

static enum status
table_make(struct builder *builder)
{
	struct prefix_table *table = builder->table;
	enum status status = keys_make(builder);

	if (status != STATUS_OK)
		return status;
	size_t needed = nodes_needed(builder);
	table->nodes = memory_new_zeroed(needed, sizeof *table->nodes);
	builder->ranges = memory_new_zeroed(needed, sizeof *builder->ranges);
	if (table->nodes == NULL || builder->ranges == NULL)
		return fault_set(builder->fault, STATUS_MEMORY,
			"no memory for a prefix table of %zu nodes", needed);
	status = nodes_make(builder);
	if (status != STATUS_OK)
		return status;
	must(table->node_count == needed);
	struct outcome *fitted = memory_resize(
		table->outcomes, table->outcome_count * sizeof *table->outcomes);
	if (fitted != NULL)
		table->outcomes = fitted;
	return STATUS_OK;
}

enum status
prefix_table_new(const struct prefix_row *rows, size_t count, struct prefix_table **table,
	struct fault *fault)
{
	enum status status = STATUS_MEMORY;

	if (count > PREFIX_ROWS_MAX)
		return fault_set(
			fault, STATUS_LIMIT, "%zu prefixes, at most %d", count, PREFIX_ROWS_MAX);
	struct builder builder = {
		.rows = rows, .row_count = count, .slot_count = 16, .fault = fault
	};
	while (builder.slot_count < 2 * (count + 1))
		builder.slot_count *= 2;
	builder.table = memory_new_zeroed(1, sizeof *builder.table);
	builder.keys = memory_new_zeroed(count + 1, sizeof *builder.keys);
	builder.slots = memory_new_zeroed(builder.slot_count, sizeof *builder.slots);
	if (builder.table != NULL)
		builder.table->outcomes = memory_new_zeroed(count + 1, sizeof(struct outcome));
	if (builder.table == NULL || builder.keys == NULL || builder.slots == NULL ||
		builder.table->outcomes == NULL) {
		fault_set(fault, STATUS_MEMORY, "no memory for %zu prefixes", count);
		goto done;
	}
	builder.table->outcome_count = 1;
	status = table_make(&builder);
	if (status == STATUS_OK) {
		*table = builder.table;
		builder.table = NULL;
	}
done:
	memory_free(builder.ranges);
	memory_free(builder.slots);
	memory_free(builder.keys);
	prefix_table_free(builder.table);
	return status;
}

void
prefix_table_free(struct prefix_table *table)
{
	if (table == NULL)
		return;
	memory_free(table->outcomes);
	memory_free(table->nodes);
	memory_free(table);
}

size_t
prefix_table_bytes(const struct prefix_table *table)
{
	return sizeof *table + table->node_count * sizeof *table->nodes +
		table->outcome_count * sizeof *table->outcomes;
}

/* The node that a digit leads to; if there is none, the same outcome without a way on. */
static uint64_t
node_follow(const struct prefix_table *table, uint64_t node, uint32_t digit)
{
	uint64_t bit = UINT64_C(1) << digit;

	if ((node & bit) == 0)
		return node & ~(uint64_t)0 << NODE_OUTCOME_SHIFT;
	return table->nodes[(node >> NODE_CHILD_SHIFT & NODE_INDEX_MAX) +
		(uint64_t)__builtin_popcountll(node & (bit - 1))];
}

bool
prefix_find(const struct prefix_table *table, struct text digits, uint32_t *value, size_t *matched)
{
	uint64_t node = table->nodes[0];

	for (size_t at = 0; at < digits.size; at++) {
		uint32_t digit = (uint32_t)(uint8_t)digits.data[at] - '0';

		if (digit > 9)
			return false;
		node = node_follow(table, node, digit);
	}
	uint64_t index = digits.size == 0 ? 0 : node >> NODE_OUTCOME_SHIFT;
	const struct outcome *outcome = &table->outcomes[index];
	while (index != 0 &&
		(digits.size < outcome->digits_min || digits.size > outcome->digits_max)) {
		index = outcome->otherwise;
		outcome = &table->outcomes[index];
	}
	if (index == 0)
		return false;
	*value = outcome->value;
	*matched = outcome->matched;
	return true;
}
