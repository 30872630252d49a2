/* A batch of charges (see batch.h). */
#include "batch.h"

#include "connection.h"
#include "pack.h"

#include "base/memory.h"
#include "base/must.h"

#include "../store/entry.h"

enum {
	BATCH_BYTES_MAX = 16 << 20,
	ERROR_BYTES = 1024,
	/*
	 * Behind it there is room for an answer, which an entry can hold, and for an error of each
	 * item.
	 */
	FULL_BYTES = BATCH_BYTES_MAX - 2 * ENTRY_BYTES_MAX - BATCH_ITEMS_MAX * ERROR_BYTES,
};

/* Where an item's answer lies in the batch's bytes. */
struct slot {
	uint32_t offset;
	uint32_t size; /* 0: not answered yet */
};

struct batch {
	struct connection *connection;
	uint32_t msgid;
	uint32_t count;
	uint32_t left;
	uint64_t position; /* the highest of all answers */
	bool overflowed;
	struct buffer answers;
	struct slot slots[];
};

struct batch *
batch_new(struct connection *connection, uint32_t msgid, uint32_t count)
{
	must(count > 0 && count <= BATCH_ITEMS_MAX);
	struct batch *batch = memory_new_zeroed(1, sizeof *batch + count * sizeof batch->slots[0]);
	if (batch == NULL)
		return NULL;
	batch->connection = connection;
	connection_retain(connection);
	batch->msgid = msgid;
	batch->count = batch->left = count;
	buffer_init(&batch->answers, BATCH_BYTES_MAX);
	return batch;
}

const struct connection *
batch_connection(const struct batch *batch)
{
	return batch->connection;
}

bool
batch_is_full(const struct batch *batch)
{
	return batch->answers.size >= FULL_BYTES;
}

static struct bytes
pack_items(const struct batch *batch, struct buffer *into)
{
	struct pack pack = pack_into(into);
	pack_map(&pack, 1);
	pack_name(&pack, "items");
	pack_array(&pack, batch->count);
	for (uint32_t i = 0; i < batch->count; i++) {
		must(batch->slots[i].size > 0);
		pack_raw(&pack,
			(struct bytes){ batch->answers.data + batch->slots[i].offset,
				batch->slots[i].size });
	}
	return pack_whole(&pack);
}

static void
batch_send(struct batch *batch)
{
	struct buffer buffer;
	struct bytes whole = { NULL, 0 };
	buffer_init(&buffer, BATCH_BYTES_MAX);
	if (!batch->overflowed)
		whole = pack_items(batch, &buffer);
	if (whole.size > 0)
		connection_answer(batch->connection, batch->msgid, whole, batch->position);
	else
		connection_error(batch->connection, batch->msgid, whole, batch->position);
	buffer_release(&buffer);
}

void
batch_answer(struct batch *batch, uint32_t slot, struct bytes result, uint64_t position)
{
	must(slot < batch->count && batch->slots[slot].size == 0);
	batch->slots[slot].offset = (uint32_t)batch->answers.size;
	batch->slots[slot].size = (uint32_t)result.size;
	if (result.size == 0 || !buffer_append(&batch->answers, result.data, result.size))
		batch->overflowed = true;
	if (position > batch->position)
		batch->position = position;
	if (--batch->left > 0)
		return;
	batch_send(batch);
	connection_drop(batch->connection);
	buffer_release(&batch->answers);
	memory_free(batch);
}
