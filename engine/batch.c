/* A batch of charges (see batch.h). */
#include "batch.h"

#include "connection.h"
#include "pack.h"

#include "base/memory.h"
#include "base/must.h"

enum { BATCH_BYTES_MAX = 16 << 20, SENTENCE_BYTES_MAX = 4096 };

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
	struct batch *batch =
		memory_new_zeroed(1, sizeof *batch + count * sizeof batch->slots[0]);
	if (batch == NULL)
		return NULL;
	batch->connection = connection;
	connection_retain(connection);
	batch->msgid = msgid;
	batch->count = batch->left = count;
	buffer_init(&batch->answers, BATCH_BYTES_MAX);
	return batch;
}

static void
batch_send(struct batch *batch)
{
	struct buffer whole;
	buffer_init(&whole, BATCH_BYTES_MAX);
	struct pack pack = pack_into(&whole);
	pack_map(&pack, 1);
	pack_name(&pack, "items");
	pack_array(&pack, batch->count);
	for (uint32_t i = 0; i < batch->count; i++) {
		must(batch->slots[i].size > 0);
		pack_raw(&pack, (struct bytes){ batch->answers.data + batch->slots[i].offset,
				       batch->slots[i].size });
	}
	if (batch->overflowed || !pack_is_whole(&pack))
		connection_error(batch->connection, batch->msgid, SAY_OUT_OF_MEMORY, NULL, 0);
	else
		connection_answer(batch->connection, batch->msgid,
			(struct bytes){ whole.data, whole.size }, batch->position);
	buffer_release(&whole);
}

void
batch_answer(struct batch *batch, uint32_t slot, struct bytes result, uint64_t position)
{
	must(slot < batch->count && batch->slots[slot].size == 0 && result.size > 0);
	batch->slots[slot].offset = (uint32_t)batch->answers.size;
	batch->slots[slot].size = (uint32_t)result.size;
	if (!buffer_append(&batch->answers, result.data, result.size))
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

void
batch_error(struct batch *batch, uint32_t slot, enum say say, const struct text *arguments, size_t count)
{
	struct arena arena;
	struct buffer error;
	arena_init(&arena, SENTENCE_BYTES_MAX);
	buffer_init(&error, SENTENCE_BYTES_MAX);
	struct text sentence = say_fill(&arena, say, false, arguments, count);
	struct pack pack = pack_into(&error);
	pack_map(&pack, 1);
	pack_name_text(&pack, "error",
		arena_print(&arena, "%s: %.*s", say_code(say), TEXT_ARGS(sentence)));
	batch_answer(batch, slot, (struct bytes){ error.data, error.size }, 0);
	buffer_release(&error);
	arena_release(&arena);
}
