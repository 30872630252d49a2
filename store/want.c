/*
 * Waiting for what is not in memory: workers read it, and whoever waits decides again (see
 * store.h).
 */
#include "store_parts.h"

#include "../engine/base/clock.h"
#include "../engine/base/instant.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/base/zoneinfo.h"

#include <string.h>

enum {
	WANTS_PER_READING = 256,
	TRIES_MAX = 16, /* to find memory for a record */
};

/* One trip of a worker: a list of wants, all of one store. */
struct reading {
	uv_work_t work;
	struct store *store;
	struct want_list wants;
	struct journal_place place;
};

static void
want_list_add(struct want_list *list, struct want *want)
{
	want->next = NULL;
	if (list->last == NULL)
		list->first = want;
	else
		list->last->next = want;
	list->last = want;
}

static struct want *
want_list_take(struct want_list *list)
{
	struct want *want = list->first;
	if (want == NULL)
		return NULL;
	list->first = want->next;
	if (list->first == NULL)
		list->last = NULL;
	want->next = NULL;
	return want;
}

void
want_record(struct want *want, struct shelf_key key)
{
	must(key.bytes.size <= RECORD_KEY_MAX);
	want->kind = WANT_RECORD;
	want->key.table = key.table;
	want->key.size = (uint8_t)key.bytes.size;
	memcpy(want->key.data, key.bytes.data, key.bytes.size);
}

void
want_id(struct want *want, struct text scope, struct text id, struct id_memo *memo)
{
	must(scope.size + id.size <= sizeof want->names);
	want->kind = WANT_ID;
	memcpy(want->names, scope.data, scope.size);
	memcpy(want->names + scope.size, id.data, id.size);
	want->scope = (struct text){ want->names, scope.size };
	want->id = (struct text){ want->names + scope.size, id.size };
	want->memo = memo;
}

/* ---- ids ---- */

void
id_memo_release(struct id_memo *memo)
{
	buffer_release(&memo->bytes);
	*memo = (struct id_memo){ 0 };
}

void
id_memo_clear(struct id_memo *memo)
{
	struct buffer bytes = memo->bytes;
	*memo = (struct id_memo){ .bytes = bytes };
	buffer_clear(&memo->bytes);
}

static bool
memo_is_other(const struct id_memo *memo, uint64_t position)
{
	for (unsigned i = 0; i < memo->other_count; i++) {
		if (memo->others[i] == position)
			return true;
	}
	return false;
}

/* The entry that a worker has put into the memo. It was checked when it was read. */
static void
memo_entry(const struct store *store, const struct id_memo *memo, struct entry *entry)
{
	size_t size;
	struct bytes bytes = { memo->bytes.data, memo->bytes.size };
	enum status status = entry_decode(
		bytes, frame_key(store->folder.number), entry, &size, NULL);
	must(memo->position != 0 && status == STATUS_OK);
}

static bool
entry_has_id(const struct entry *entry, struct text scope, struct text id)
{
	return text_equal(entry->scope, scope) && text_equal(entry->id, id);
}

/* What the runs say, which only a worker can ask. */
static enum lookup
find_in_runs(struct store *store, struct id_memo *memo, struct entry *entry, uint64_t *position)
{
	if (memo->view != ids_view_number(store->ids)) {
		memo->wanted = 0;
		return LOOKUP_COLD;
	}
	if (!memo->in_runs)
		return LOOKUP_ABSENT;
	memo_entry(store, memo, entry);
	*position = memo->position;
	return LOOKUP_FOUND;
}

enum lookup
store_find_id(struct store *store, struct text scope, struct text id, struct id_memo *memo,
	struct entry *entry, uint64_t *position)
{
	if (memo->hash.low == 0 && memo->hash.high == 0)
		memo->hash = store_id_hash(store, scope, id);
	uint64_t candidate = UINT64_MAX;
	for (;;) {
		enum ids_outcome outcome = ids_probe(store->ids, memo->hash, candidate, &candidate);
		if (outcome == IDS_ABSENT)
			return LOOKUP_ABSENT;
		if (outcome == IDS_MAYBE)
			return find_in_runs(store, memo, entry, position);
		if (memo_is_other(memo, candidate))
			continue;
		if (memo->position == candidate) {
			memo_entry(store, memo, entry);
		} else if (store_find_entry(store, candidate, entry) != LOOKUP_FOUND) {
			memo->wanted = candidate;
			return LOOKUP_COLD;
		}
		if (entry_has_id(entry, scope, id)) {
			*position = candidate;
			return LOOKUP_FOUND;
		}
		/* Another id with the same 128 bits: look further back. */
		if (memo->other_count < ID_OTHERS_MAX)
			memo->others[memo->other_count++] = candidate;
	}
}

/* ---- workers ---- */

static void
read_record(struct reading *reading, struct want *want)
{
	struct database_reader *reader = NULL;
	struct bytes value = { NULL, 0 };
	struct bytes key = { want->key.data, want->key.size };
	want->status = database_read_begin(reading->store->database, &reader, &want->fault);
	if (want->status == STATUS_OK)
		want->status = database_get(reader, want->key.table, key, &want->found, &value,
			&want->version, &want->fault);
	if (want->status == STATUS_OK && want->found &&
		!buffer_append(&want->bytes, value.data, value.size))
		want->status = fault_set(&want->fault, STATUS_MEMORY, "no memory to read a record");
	database_read_end(reader);
}

/* Reads one entry into the memo. */
static enum status
memo_read(struct reading *reading, struct id_memo *memo, uint64_t position, struct entry *entry,
	struct fault *fault)
{
	buffer_clear(&memo->bytes);
	memo->position = 0;
	enum status status = journal_read(&reading->place, position, &memo->bytes, entry, fault);
	if (status == STATUS_OK)
		memo->position = position;
	return status;
}

/* The newest entry with this id in the runs of the want's view. */
static void
search_runs(struct reading *reading, struct want *want)
{
	struct id_memo *memo = want->memo;
	if (want->view == NULL) {
		want->status = fault_set(
			&want->fault, STATUS_MEMORY, "no memory to look for an id");
		return;
	}
	struct hash128 hash = store_id_hash(reading->store, want->scope, want->id);
	uint64_t candidate = UINT64_MAX;
	bool found = true;
	memo->in_runs = false;
	while (!memo->in_runs) {
		struct entry entry;
		want->status = ids_search(
			want->view, hash, candidate, &found, &candidate, &want->fault);
		if (want->status != STATUS_OK || !found)
			break;
		want->status = memo_read(reading, memo, candidate, &entry, &want->fault);
		if (want->status != STATUS_OK)
			break;
		memo->in_runs = entry_has_id(&entry, want->scope, want->id);
	}
	if (want->status == STATUS_OK)
		memo->view = want->view_number;
}

static void
read_id(struct reading *reading, struct want *want)
{
	struct id_memo *memo = want->memo;
	struct entry entry;
	if (memo->wanted == 0) {
		search_runs(reading, want);
		return;
	}
	/* The memo holds one entry: what the runs had makes room for it. */
	memo->view = 0;
	memo->in_runs = false;
	want->status = memo_read(reading, memo, memo->wanted, &entry, &want->fault);
}

static void
reading_work(uv_work_t *work)
{
	struct reading *reading = work->data;
	for (struct want *want = reading->wants.first; want != NULL; want = want->next) {
		switch (want->kind) {
		case WANT_RECORD:
			read_record(reading, want);
			break;
		case WANT_ID:
			read_id(reading, want);
			break;
		case WANT_RANGE:
			range_read(reading->store, want);
			break;
		case WANT_DURABLE:
		case WANT_ROOM:
			must_not_come_here("only a want for a worker");
		}
	}
}

static struct want **
pending_slot(struct store *store, const struct record_key *key)
{
	return &store->pending[shelf_key_of(key).hash % PENDING_SLOTS];
}

static bool
wants_same_record(const struct want *a, const struct want *b)
{
	return a->key.table == b->key.table && a->key.size == b->key.size &&
		memcmp(a->key.data, b->key.data, a->key.size) == 0;
}

/* Puts on the shelf what was read. False: there is no memory for it now, but there may be later. */
static bool
record_install(struct store *store, struct want *want)
{
	struct bytes value = { want->bytes.data, want->found ? want->bytes.size : 0 };
	if (want->status != STATUS_OK ||
		shelf_install(store->shelf, shelf_key_of(&want->key), value,
			want->found ? want->version : 0))
		return true;
	if (want->tries++ < TRIES_MAX && store_awaits_memory(store))
		return false;
	want->status = fault_set(&want->fault, STATUS_MEMORY,
		"the memory for records is full; raise memory.records");
	return true;
}

/* A record was read: all who wanted it are told. */
static void
record_was_read(struct store *store, struct want *want)
{
	if (!record_install(store, want)) {
		buffer_clear(&want->bytes);
		want_list_add(&store->starved, want);
		return;
	}
	struct want **place = pending_slot(store, &want->key);
	while (*place != want)
		place = &(*place)->slot_next;
	*place = want->slot_next;
	/* Whoever is told may free the want, or use it again. */
	enum status status = want->status;
	struct fault fault = want->fault;
	for (struct want *one = want, *follower; one != NULL; one = follower) {
		follower = one->follower;
		one->status = status;
		one->fault = fault;
		one->done(one);
	}
}

void
wants_starved(struct store *store)
{
	struct want *want;
	while ((want = want_list_take(&store->starved)) != NULL)
		want_list_add(&store->cold, want);
}

void
wants_drop(struct store *store)
{
	struct want *want;
	while ((want = want_list_take(&store->cold)) != NULL) {
		if (want->view != NULL)
			ids_view_release(want->view);
		want->view = NULL;
	}
}

static void
reading_done(uv_work_t *work, int status)
{
	struct reading *reading = work->data;
	struct store *store = reading->store;
	struct want *want;
	must(status == 0);
	store->readings--;
	while ((want = want_list_take(&reading->wants)) != NULL) {
		store->cold_reads++;
		if (want->view != NULL)
			ids_view_release(want->view);
		want->view = NULL;
		if (store->closing)
			continue;
		if (want->kind == WANT_RECORD)
			record_was_read(store, want);
		else if (want->kind == WANT_RANGE && !range_finish(store, want))
			want_list_add(&store->cold, want);
		else
			want->done(want);
	}
	memory_free(reading);
}

/* ---- sending ---- */

/* Is the record being read already? Then this want follows that one. */
static bool
follows_pending(struct store *store, struct want *want)
{
	struct want **slot = pending_slot(store, &want->key);
	for (struct want *pending = *slot; pending != NULL; pending = pending->slot_next) {
		if (!wants_same_record(pending, want))
			continue;
		while (pending->follower != NULL)
			pending = pending->follower;
		pending->follower = want;
		return true;
	}
	want->slot_next = *slot;
	*slot = want;
	return false;
}

void
store_want(struct store *store, struct want *want)
{
	want->next = want->slot_next = want->follower = NULL;
	want->status = STATUS_OK;
	want->tries = 0;
	want->view = NULL;
	buffer_init(&want->bytes, ENTRY_BYTES_MAX);
	switch (want->kind) {
	case WANT_RECORD:
		if (!follows_pending(store, want))
			want_list_add(&store->cold, want);
		break;
	case WANT_ID:
		want->memo->bytes.bytes_max = ENTRY_BYTES_MAX;
		want->view = ids_view_take(store->ids);
		want->view_number = ids_view_number(store->ids);
		want_list_add(&store->cold, want);
		break;
	case WANT_RANGE:
		range_begin(store, want);
		want_list_add(&store->cold, want);
		break;
	case WANT_DURABLE:
		want_list_add(&store->durables, want);
		break;
	case WANT_ROOM:
		want_list_add(&store->rooms, want);
		break;
	}
}

void
wants_send(struct store *store)
{
	while (store->cold.first != NULL && store->readings < READINGS_MAX) {
		struct reading *reading = memory_new_zeroed(1, sizeof *reading);
		if (reading == NULL)
			return; /* tried again in the next turn */
		reading->store = store;
		reading->work.data = reading;
		reading->place = folder_journal(&store->folder);
		for (unsigned i = 0; i < WANTS_PER_READING && store->cold.first != NULL; i++)
			want_list_add(&reading->wants, want_list_take(&store->cold));
		store->readings++;
		int code = uv_queue_work(store->loop, &reading->work, reading_work, reading_done);
		must(code == 0);
	}
}

void
wants_durable(struct store *store, uint64_t durable)
{
	struct want_list waiting = store->durables;
	struct want *want;
	store->durables = (struct want_list){ NULL, NULL };
	while ((want = want_list_take(&waiting)) != NULL) {
		if (want->position < durable)
			want->done(want);
		else
			want_list_add(&store->durables, want);
	}
}

void
wants_room(struct store *store)
{
	struct want_list waiting = store->rooms;
	struct want *want;
	store->rooms = (struct want_list){ NULL, NULL };
	while ((want = want_list_take(&waiting)) != NULL)
		want->done(want);
}

/* ---- runs of ids ---- */

struct id_work {
	struct backstage_work work; /* first */
	struct store *store;
	struct ids_job *job;
	enum status status;
	struct fault fault;
};

static void
id_work_run(struct backstage_work *work)
{
	struct id_work *id_work = (struct id_work *)work;
	id_work->status = ids_job_run(id_work->job, &id_work->fault);
}

static void
id_work_done(struct backstage_work *work)
{
	struct id_work *id_work = (struct id_work *)work;
	struct store *store = id_work->store;
	store->id_jobs--;
	ids_job_done(store->ids, id_work->job, id_work->status == STATUS_OK);
	bool may_pass = id_work->status == STATUS_MEMORY ||
		(id_work->status == STATUS_FULL && !store->closing);
	if (may_pass)
		store->id_jobs_not_before_ns = monotonic_ns() + SECOND_NS;
	else if (id_work->status != STATUS_OK)
		store_fail(store, &id_work->fault);
	store->progressed = true;
	memory_free(id_work);
}

/* While closing, only what a checkpoint under way waits for. */
static bool
may_send_id_jobs(const struct store *store)
{
	if (store->has_failed || monotonic_ns() < store->id_jobs_not_before_ns)
		return false;
	return !store->closing ||
		(!checkpoint_is_idle(store->checkpoint) &&
			ids_unsealed_from(store->ids) <
				checkpoint_head(store->checkpoint).position);
}

void
id_jobs_send(struct store *store)
{
	int32_t today = (int32_t)floor_divide(store->now_ms, DAY_MS);
	ids_set_durable(store->ids, store_durable(store));
	while (may_send_id_jobs(store)) {
		if (store->id_work == NULL)
			store->id_work = memory_new_zeroed(1, sizeof *store->id_work);
		struct id_work *id_work = store->id_work;
		if (id_work == NULL)
			return;
		id_work->job = ids_job_next(store->ids, today, store->settings.ids_days);
		if (id_work->job == NULL)
			return;
		store->id_work = NULL;
		if (!store->closing)
			ids_job_pace(id_work->job);
		id_work->store = store;
		id_work->work.run = id_work_run;
		id_work->work.done = id_work_done;
		store->id_jobs++;
		backstage_queue(store->backstage, &id_work->work);
	}
}
