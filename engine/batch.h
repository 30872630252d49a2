/*
 * A batch: many charges in one request, each decided by itself, answered together when the last one is.
 * Thread: the shard's.
 */
#ifndef SUANPAN_BATCH_H
#define SUANPAN_BATCH_H

#include "say.h"

#include "base/buffer.h"

struct batch;
struct connection;

#define BATCH_ITEMS_MAX 1000

/* A batch of `count` items whose answer goes to this connection under this msgid. NULL without memory. */
struct batch *batch_new(struct connection *connection, uint32_t msgid, uint32_t count);

/* The answer of an item: one packed value; when all are there, the batch is answered and gone. */
void batch_answer(struct batch *batch, uint32_t slot, struct bytes result, uint64_t position);
/* An item that was not decided: {error: "CODE: sentence"}. */
void batch_error(struct batch *batch, uint32_t slot, enum say say, const struct text *arguments, size_t count);

#endif
