/*
 * Warming: after a start, the records in LMDB are brought into memory in key order, while there is
 * room, so that charges don't have to wait for them one by one. A worker reads a chunk, the loop
 * puts it on the shelf, and so on.
 *
 * What a worker has read is not older than what the shelf could have: a record that is not on the
 * shelf when the chunk arrives was never there (nothing has been dropped yet, or warming ends), so
 * nobody can have changed it meanwhile.
 *
 * When a whole table is in memory, a record that is not there does not exist, and nobody needs to
 * look.
 *
 * No charge reads customers, and what is read by the page comes so: of them only the first chunk is
 * brought, which is all of a small or new store.
 */
#include "store_parts.h"

#include "../engine/base/log.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <string.h>

enum { WARM_BYTES = 256 * 1024, WARM_RECORDS = 2048 };

struct warm_record {
	uint32_t offset; /* of key and value in the chunk's bytes */
	uint16_t value_size;
	uint8_t key_size;
	uint64_t version;
};

struct warming {
	uv_work_t work;
	struct store *store;
	uint8_t table;
	uint64_t dropped; /* records that the shelf had dropped when it began */
	uint64_t record_total;
	bool table_ended;
	bool skipped; /* a record of the table is not well-formed, so the table is not whole in memory */
	enum status status;
	struct fault fault;
	struct record_key after;
	size_t count;
	size_t bytes;
	struct warm_record records[WARM_RECORDS];
	uint8_t chunk[WARM_BYTES];
};

static bool
keep_record(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	struct warming *warming = context;
	if (warming->count == WARM_RECORDS || WARM_BYTES - warming->bytes < key.size + value.size) {
		warming->table_ended = false;
		return false;
	}
	/* What is not well-formed is left to whoever asks for it, who will be told. */
	if (!record_is_valid(warming->table, key, value)) {
		warming->skipped = true;
		return true;
	}
	uint8_t *at = warming->chunk + warming->bytes;
	memcpy(at, key.data, key.size);
	memcpy(at + key.size, value.data, value.size);
	warming->records[warming->count++] = (struct warm_record){ (uint32_t)warming->bytes,
		(uint16_t)value.size, (uint8_t)key.size, version };
	warming->bytes += key.size + value.size;
	memcpy(warming->after.data, key.data, key.size);
	warming->after.size = (uint8_t)key.size;
	return true;
}

static void
warm_read(uv_work_t *work)
{
	struct warming *warming = work->data;
	struct database_reader *reader;
	warming->count = warming->bytes = 0;
	warming->table_ended = true;
	warming->status = database_read_begin(warming->store->database, &reader, &warming->fault);
	if (warming->status != STATUS_OK)
		return;
	struct bytes after = { warming->after.data, warming->after.size };
	warming->status = database_each_after(
		reader, warming->table, after, keep_record, warming, &warming->fault);
	database_read_end(reader);
}

/* Puts the chunk on the shelf; false when there is no more room, or something was dropped. */
static bool
warm_install(struct warming *warming)
{
	struct store *store = warming->store;
	for (size_t i = 0; i < warming->count; i++) {
		const struct warm_record *record = &warming->records[i];
		const uint8_t *at = warming->chunk + record->offset;
		struct bytes value = { at + record->key_size, record->value_size };
		struct shelf_key key = shelf_key(
			(enum table)warming->table, (struct bytes){ at, record->key_size });
		struct shelf_stats stats = shelf_stats(store->shelf);
		if (stats.dropped != warming->dropped || stats.bytes > stats.bytes_max / 4 * 3 ||
			!shelf_install(store->shelf, key, value, record->version))
			return false;
	}
	warming->record_total += warming->count;
	return true;
}

static void
warm_end(struct warming *warming)
{
	if (warming->status != STATUS_OK)
		log_fault(LOG_WARN, "bringing records into memory", &warming->fault);
	else
		log_event(LOG_DEBUG, "records brought into memory records=%llu",
			(unsigned long long)warming->record_total);
	warming->store->warming = NULL;
	memory_free(warming);
}

static void warm_next(struct warming *warming);

static void
warm_read_done(uv_work_t *work, int status)
{
	struct warming *warming = work->data;
	struct store *store = warming->store;
	must(status == 0);
	if (store->closing || warming->status != STATUS_OK || !warm_install(warming)) {
		warm_end(warming);
		return;
	}
	if (warming->table_ended || warming->table == TABLE_CUSTOMER ||
		table_is_ordered(warming->table)) {
		if (warming->table_ended && !warming->skipped)
			store->complete |= UINT32_C(1) << warming->table;
		warming->skipped = false;
		warming->table++;
		warming->after.size = 0;
	}
	warm_next(warming);
}

static void
warm_next(struct warming *warming)
{
	while (warming->table < TABLE_END && (warming->store->complete >> warming->table & 1) != 0)
		warming->table++;
	if (warming->table == TABLE_END) {
		warm_end(warming);
		return;
	}
	warming->work.data = warming;
	int code = uv_queue_work(warming->store->loop, &warming->work, warm_read, warm_read_done);
	must(code == 0);
}

void
warm_begin(struct store *store)
{
	struct warming *warming = memory_new(sizeof *warming);
	if (warming == NULL)
		return; /* records come when they are asked for */
	warming->store = store;
	warming->table = 1;
	warming->dropped = shelf_stats(store->shelf).dropped;
	warming->record_total = 0;
	warming->status = STATUS_OK;
	warming->skipped = false;
	warming->after.size = 0;
	store->warming = warming;
	warm_next(warming);
}
