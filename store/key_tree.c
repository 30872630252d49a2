/* Records in the order of their keys (see key_tree.h). */
#include "key_tree.h"

#include "shelf_parts.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <string.h>

enum { LEAF_ITEMS_MAX = 64, INNER_ITEMS_MAX = 47, BLOCK_NODES = 42 };

/*
 * The first 16 bytes of a key as two numbers whose order is that of keys: timers of one second have
 * the first in common, and to compare by the record itself is to wait for its memory.
 */
struct key_head {
	uint64_t high;
	uint64_t low;
};

struct key_item {
	struct key_head head;
	struct shelf_record *record;
};

/*
 * A leaf has items; an inner node has children and between each two the first item of the one to
 * the right. Which one it is, its level says.
 */
struct key_node {
	struct key_node *next; /* of a leaf: that to its right */
	size_t count;          /* of items */
	union {
		struct key_item items[LEAF_ITEMS_MAX];
		struct {
			struct key_item between[INNER_ITEMS_MAX];
			struct key_node *children[INNER_ITEMS_MAX + 1];
		};
	};
};

/* A record that is nothing but its key. */
struct key_stub {
	struct key_stub *before;
	struct shelf_record record;
};

struct key_block {
	struct key_block *before;
	size_t used;
	struct key_node nodes[BLOCK_NODES];
};

/* ---- comparing ---- */

static struct key_head
head_of(struct bytes key)
{
	uint8_t head[16] = { 0 };
	if (key.size >= sizeof head)
		memcpy(head, key.data, sizeof head);
	else
		put_bytes(head, key.data, key.size);
	return (struct key_head){ __builtin_bswap64(load_u64(head)),
		__builtin_bswap64(load_u64(head + 8)) };
}

static struct bytes
key_of(const struct key_item *item)
{
	return record_key(item->record);
}

/* A key that is looked for, with its head. */
struct wanted {
	struct key_head head;
	struct bytes key;
};

/* Is the item before what is wanted (< 0), the same, or behind it? */
static int
compare(const struct key_item *item, const struct wanted *wanted)
{
	if (item->head.high != wanted->head.high)
		return item->head.high < wanted->head.high ? -1 : 1;
	if (item->head.low != wanted->head.low)
		return item->head.low < wanted->head.low ? -1 : 1;
	return bytes_compare(key_of(item), wanted->key);
}

/* How many of the items, which are in order, are not behind what is wanted. */
static size_t
count_up_to(const struct key_item *items, size_t count, const struct wanted *wanted)
{
	size_t low = 0;
	size_t high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare(&items[middle], wanted) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- memory ---- */

/* Adding one takes a node at each level at most, and one more where the root is split. */
static size_t
nodes_wanted(const struct key_tree *tree)
{
	return tree->height + 1;
}

bool
key_tree_make_room(struct key_tree *tree)
{
	if (tree->blocks != NULL && BLOCK_NODES - tree->blocks->used >= nodes_wanted(tree))
		return true;
	struct key_block *block = memory_new(sizeof *block);
	if (block == NULL)
		return false;
	block->before = tree->blocks;
	block->used = 0;
	tree->blocks = block;
	tree->block_count++;
	return true;
}

static struct key_node *
node_take(struct key_tree *tree)
{
	must(tree->blocks != NULL && tree->blocks->used < BLOCK_NODES);
	struct key_node *node = &tree->blocks->nodes[tree->blocks->used++];
	node->next = NULL;
	node->count = 0;
	return node;
}

void
key_tree_clear(struct key_tree *tree)
{
	while (tree->stubs != NULL) {
		struct key_stub *stub = tree->stubs;
		tree->stubs = stub->before;
		memory_free(stub);
	}
	while (tree->blocks != NULL) {
		struct key_block *block = tree->blocks;
		tree->blocks = block->before;
		memory_free(block);
	}
	*tree = (struct key_tree){ .root = NULL };
}

size_t
key_tree_bytes(const struct key_tree *tree)
{
	return tree->block_count * sizeof(struct key_block);
}

/* ---- adding ---- */

/*
 * Parts a full leaf; what is added next goes behind all there is if `at_end`, and then the left one
 * stays full. Returns what comes between the two.
 */
static struct key_item
leaf_part(struct key_node *leaf, struct key_node *right, const struct key_item *added, bool at_end)
{
	size_t kept = at_end ? LEAF_ITEMS_MAX : LEAF_ITEMS_MAX / 2;
	right->count = LEAF_ITEMS_MAX - kept;
	memcpy(right->items, leaf->items + kept, right->count * sizeof right->items[0]);
	leaf->count = kept;
	right->next = leaf->next;
	leaf->next = right;
	return at_end ? *added : right->items[0];
}

static struct key_item
inner_part(struct key_node *node, struct key_node *right)
{
	size_t kept = INNER_ITEMS_MAX / 2;
	right->count = INNER_ITEMS_MAX - kept - 1;
	memcpy(right->between, node->between + kept + 1, right->count * sizeof right->between[0]);
	memcpy(right->children, node->children + kept + 1,
		(right->count + 1) * sizeof right->children[0]);
	node->count = kept;
	return node->between[kept];
}

/* Parts the full child of this index, whose level is `level`. The parent has room. */
static void
child_part(struct key_tree *tree, struct key_node *parent, size_t index, unsigned level,
	const struct key_item *added)
{
	struct key_node *child = parent->children[index];
	struct key_node *right = node_take(tree);
	struct wanted wanted = { added->head, key_of(added) };
	must(child != NULL && parent->count < INNER_ITEMS_MAX);
	struct key_item between;
	if (level == 1)
		between = leaf_part(child, right, added,
			child->next == NULL &&
				compare(&child->items[LEAF_ITEMS_MAX - 1], &wanted) < 0);
	else
		between = inner_part(child, right);
	size_t moved = parent->count - index;
	memmove(parent->between + index + 1, parent->between + index,
		moved * sizeof parent->between[0]);
	memmove(parent->children + index + 2, parent->children + index + 1,
		moved * sizeof parent->children[0]);
	parent->between[index] = between;
	parent->children[index + 1] = right;
	parent->count++;
}

static bool
is_full(const struct key_node *node, unsigned level)
{
	return node->count == (level == 1 ? LEAF_ITEMS_MAX : INNER_ITEMS_MAX);
}

/* The leaf where the item belongs, with room for it. */
static struct key_node *
leaf_for(struct key_tree *tree, const struct key_item *item)
{
	struct wanted wanted = { item->head, key_of(item) };
	must((tree->root == NULL) == (tree->height == 0));
	if (tree->root == NULL || is_full(tree->root, tree->height)) {
		struct key_node *root = node_take(tree);
		root->children[0] = tree->root;
		if (tree->height++ > 0)
			child_part(tree, root, 0, tree->height - 1, item);
		tree->root = root;
	}
	struct key_node *node = tree->root;
	for (unsigned level = tree->height; level > 1; level--) {
		size_t index = count_up_to(node->between, node->count, &wanted);
		if (is_full(node->children[index], level - 1)) {
			child_part(tree, node, index, level - 1, item);
			index += compare(&node->between[index], &wanted) <= 0;
		}
		node = node->children[index];
	}
	return node;
}

void
key_tree_add(struct key_tree *tree, struct shelf_record *record)
{
	struct key_item item = { .record = record };
	struct wanted wanted = { .key = key_of(&item) };
	item.head = wanted.head = head_of(wanted.key);
	struct key_node *leaf = leaf_for(tree, &item);
	size_t index = count_up_to(leaf->items, leaf->count, &wanted);
	if (index > 0 && compare(&leaf->items[index - 1], &wanted) == 0)
		return;
	must(leaf->count < LEAF_ITEMS_MAX);
	memmove(leaf->items + index + 1, leaf->items + index,
		(leaf->count - index) * sizeof leaf->items[0]);
	leaf->items[index] = item;
	leaf->count++;
	tree->count++;
}

/* ---- finding ---- */

/* The leaf where the first key behind what is wanted belongs; NULL: the tree is empty. */
static struct key_node *
leaf_of(const struct key_tree *tree, const struct wanted *wanted)
{
	struct key_node *node = tree->root;
	for (unsigned level = tree->height; level > 1; level--)
		node = node->children[count_up_to(node->between, node->count, wanted)];
	return node;
}

static struct shelf_record *
stub_new(struct key_tree *tree, const struct shelf_record *record)
{
	struct key_stub *stub = memory_new_zeroed(1, sizeof *stub + record->key_size);
	if (stub == NULL)
		return NULL;
	stub->record.key_size = record->key_size;
	memcpy(stub->record.bytes, record->bytes, record->key_size);
	stub->before = tree->stubs;
	tree->stubs = stub;
	return &stub->record;
}

/* The first item of a leaf also stands further up, between two nodes. */
bool
key_tree_let_go(struct key_tree *tree, const struct shelf_record *record)
{
	struct wanted wanted = { head_of(record_key(record)), record_key(record) };
	struct key_node *leaf = leaf_of(tree, &wanted);
	size_t index = leaf == NULL ? 0 : count_up_to(leaf->items, leaf->count, &wanted);
	if (index == 0 || leaf->items[index - 1].record != record)
		return true;
	struct shelf_record *stub = stub_new(tree, record);
	if (stub == NULL)
		return false;
	struct key_node *node = tree->root;
	for (unsigned level = tree->height; level > 1; level--) {
		size_t child = count_up_to(node->between, node->count, &wanted);
		if (child > 0 && node->between[child - 1].record == record)
			node->between[child - 1].record = stub;
		node = node->children[child];
	}
	must(node == leaf);
	leaf->items[index - 1].record = stub;
	return true;
}

bool
key_tree_next(const struct key_tree *tree, struct bytes after, struct bytes *key)
{
	struct wanted wanted = { head_of(after), after };
	const struct key_node *leaf = leaf_of(tree, &wanted);
	size_t index = leaf == NULL ? 0 : count_up_to(leaf->items, leaf->count, &wanted);
	if (leaf != NULL && index == leaf->count) {
		leaf = leaf->next;
		index = 0;
	}
	if (leaf == NULL)
		return false;
	must(leaf->count > 0);
	*key = key_of(&leaf->items[index]);
	return true;
}
