/*
 * A batch: many charges in one request, each decided by itself, answered together when the last one
 * is. Thread: the shard's.
 */
#ifndef SUANPAN_BATCH_H
#define SUANPAN_BATCH_H

#include "say.h"

#include "base/buffer.h"

struct batch;
struct connection;

#define BATCH_ITEMS_MAX 1000

/*
 * A batch of `count` items whose answer goes to this connection under this msgid. NULL without
 * memory.
 */
struct batch *batch_new(struct connection *connection, uint32_t msgid, uint32_t count);

/* Where its answer goes, and in which form and language its errors are packed. */
const struct connection *batch_connection(const struct batch *batch);

/*
 * True when one more answer might not fit: what is left of the batch must not be decided, for
 * nobody could be told. There is always room for an error for each item.
 */
bool batch_is_full(const struct batch *batch);

/*
 * The answer of an item: one packed value, {error: …} if it was not decided; none without memory.
 * When all are there, the batch is answered and gone. If there was no memory for all of them, its
 * connection is closed instead, for some may have been decided.
 */
void batch_answer(struct batch *batch, uint32_t slot, struct bytes result, uint64_t position);

#endif
