/*
 * Records in the order of their keys: a B+tree that is only added to, and emptied as a whole.
 *
 * An item is the first 16 bytes of a key as two numbers, and the record, whose own bytes decide among
 * those that begin alike: 24 bytes each, in leaves that are full where keys come in ascending
 * order, and at least half full where they don't. A record's key must not change; before its memory
 * goes, the tree is told (key_tree_let_go).
 *
 * Nodes lie in blocks, so that emptying a tree of a million records is a few hundred frees.
 */
#ifndef SUANPAN_KEY_TREE_H
#define SUANPAN_KEY_TREE_H

#include "../engine/base/bytes.h"

struct shelf_record;
struct key_node;
struct key_block;
struct key_stub;

/* Zeroed, it is empty. */
struct key_tree {
	struct key_node *root;
	unsigned height; /* levels of nodes */
	size_t count;
	struct key_block *blocks; /* the newest first */
	size_t block_count;
	struct key_stub *stubs; /* the keys of records that went */
};

/* Memory for one record more; false without. */
bool key_tree_make_room(struct key_tree *tree);
/* After key_tree_make_room. If a record with this key is there, nothing changes. */
void key_tree_add(struct key_tree *tree, struct shelf_record *record);
/* This record's memory is about to go: its key, if it is here, stays. False without memory. */
bool key_tree_let_go(struct key_tree *tree, const struct shelf_record *record);
/* The first key behind `after`, or of all if its size is 0; false: there is none. */
bool key_tree_next(const struct key_tree *tree, struct bytes after, struct bytes *key);
void key_tree_clear(struct key_tree *tree);
size_t key_tree_bytes(const struct key_tree *tree);

#endif
