/* The memory behind "once": probing, adding, views and lists (see ids.h, id_state.h). */
#include "ids.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/base/utf8.h"
#include "id_state.h"

enum {
	CLASS_FIRST_COUNT = 65536,
};

struct hash128
ids_hash(uint64_t folder, struct text scope, struct text id)
{
	must(scope.size <= IDS_NAME_BYTES_MAX && id.size <= IDS_NAME_BYTES_MAX);
	uint8_t bytes[1 + 2 * IDS_NAME_BYTES_MAX];
	bytes[0] = (uint8_t)scope.size; /* so that no two pairs look alike */
	put_bytes(put_bytes(bytes + 1, scope.data, scope.size), id.data, id.size);
	return hash128(bytes, 1 + scope.size + id.size, folder);
}

/* ---- views ---- */

static void
view_dispose(struct ids_view *view)
{
	for (size_t i = 0; i < view->table_count; i++) {
		unsigned before = atomic_fetch_sub_explicit(
			&view->tables[i]->views, 1, memory_order_release);
		must(before > 0);
	}
	for (size_t i = 0; i < view->run_count; i++)
		id_run_drop(view->runs[i]);
	memory_free(view);
}

void
ids_view_release(struct ids_view *view)
{
	unsigned before = atomic_fetch_sub_explicit(&view->references, 1, memory_order_acq_rel);
	must(before > 0);
	if (before == 1)
		view_dispose(view);
}

struct ids_view *
ids_view_take(struct ids *ids)
{
	if (ids->view == NULL) {
		struct ids_view *view = memory_new(sizeof *view);
		if (view == NULL)
			return NULL;
		atomic_init(&view->references, 1); /* ids' own */
		view->table_count = ids->sealed_count;
		for (size_t i = 0; i < view->table_count; i++) {
			view->tables[i] = ids->sealed[i];
			atomic_fetch_add_explicit(&view->tables[i]->views, 1, memory_order_relaxed);
		}
		view->run_count = ids->run_count;
		for (size_t i = 0; i < view->run_count; i++) {
			view->runs[i] = ids->runs[i];
			id_run_hold(view->runs[i]);
		}
		ids->view = view;
	}
	atomic_fetch_add_explicit(&ids->view->references, 1, memory_order_relaxed);
	return ids->view;
}

uint64_t
ids_view_number(const struct ids *ids)
{
	return ids->view_number;
}

/* Candidates may lie in any of several runs, whose positions may overlap: the newest of all is
 * wanted. */
enum status
ids_search(const struct ids_view *view, struct hash128 hash, uint64_t before, bool *found,
	uint64_t *position, struct fault *fault)
{
	bool any = false;
	uint64_t newest = 0;
	for (size_t i = view->table_count; i > 0 && !any; i--)
		any = id_table_find(view->tables[i - 1], hash, before, &newest);

	struct id_mask mask = id_mask_of(hash);
	for (size_t i = 0; i < view->run_count; i++) {
		struct id_run *run = view->runs[i];
		if (any && run->header.position_max <= newest)
			break;
		if (run->header.position_min >= before ||
			!id_filter_maybe(&run->filter, hash, &mask))
			continue;
		bool here = false;
		uint64_t candidate = 0;
		enum status status = id_run_search(run, hash, before, &here, &candidate, fault);
		if (status != STATUS_OK)
			return status;
		must(!here || candidate < before);
		if (here && (!any || candidate > newest)) {
			any = true;
			newest = candidate;
		}
	}
	*found = any;
	if (any)
		*position = newest;
	return STATUS_OK;
}

void
ids_view_changed(struct ids *ids)
{
	must(ids->run_count <= IDS_RUNS_MAX && ids->sealed_count <= ids->options.generations_max);
	for (size_t i = 0; i < ids->run_count; i++) {
		const struct id_run *run = ids->runs[i];
		must(i == 0 || run->header.position_max <= ids->runs[i - 1]->header.position_max);
		ids->probed[i] = (struct probed_run){ run->filter, run->header.position_min };
	}
	ids->view_number++;
	if (ids->view != NULL)
		ids_view_release(ids->view);
	ids->view = NULL;
}

/* ---- generations ---- */

void
ids_prefetch(const struct ids *ids, struct hash128 hash)
{
	id_table_prefetch(ids->current, hash);
	for (size_t i = 0; i < ids->sealed_count; i++)
		id_table_prefetch(ids->sealed[i], hash);
	for (size_t i = 0; i < ids->run_count; i++)
		__builtin_prefetch(id_filter_at(&ids->probed[i].filter, hash));
}

enum ids_outcome
ids_probe(const struct ids *ids, struct hash128 hash, uint64_t before, uint64_t *position)
{
	if (id_table_find(ids->current, hash, before, position))
		return IDS_FOUND;
	for (size_t i = ids->sealed_count; i > 0; i--) {
		if (id_table_find(ids->sealed[i - 1], hash, before, position))
			return IDS_FOUND;
	}
	struct id_mask mask = id_mask_of(hash);
	for (size_t i = 0; i < ids->run_count; i++) {
		const struct probed_run *run = &ids->probed[i];
		if (id_filter_maybe(&run->filter, hash, &mask) && run->position_min < before)
			return IDS_MAYBE;
	}
	return IDS_ABSENT;
}

bool
ids_table_is_free(const struct id_table *table)
{
	return table->state == ID_TABLE_CLEAN ||
		(table->state == ID_TABLE_DIRTY &&
			atomic_load_explicit(&table->views, memory_order_acquire) == 0);
}

/* A table to become the current one: a clean one, or else one that must be rinsed at once; NULL:
 * all are in use. */
static struct id_table *
free_table(struct ids *ids)
{
	struct id_table *found = NULL;
	for (size_t i = 0; i < ids->table_count; i++) {
		struct id_table *table = &ids->tables[i];
		if (table->state == ID_TABLE_CLEAN)
			return table;
		if (found == NULL && ids_table_is_free(table))
			found = table;
	}
	return found;
}

static bool
may_seal(const struct ids *ids)
{
	if (ids->sealed_count == ids->options.generations_max)
		return false;
	for (size_t i = 0; i < ids->table_count; i++) {
		if (ids_table_is_free(&ids->tables[i]))
			return true;
	}
	return false;
}

void
ids_table_make_current(struct ids *ids, struct id_table *table)
{
	if (table->state == ID_TABLE_DIRTY)
		id_table_rinse(table);
	must(table->count == 0 && (ids->current == NULL || ids->current->state == ID_TABLE_SEALED));
	table->state = ID_TABLE_CURRENT;
	ids->current = table;
}

void
ids_seal(struct ids *ids)
{
	must(ids->current->state == ID_TABLE_CURRENT);
	ids->seal_wanted = false;
	if (ids->current->count == 0)
		return;
	struct id_table *next = may_seal(ids) ? free_table(ids) : NULL;
	if (next == NULL) {
		ids->seal_wanted = true;
		return;
	}
	ids->current->state = ID_TABLE_SEALED;
	ids->sealed[ids->sealed_count++] = ids->current;
	ids_table_make_current(ids, next);
	ids_view_changed(ids);
}

void
ids_set_durable(struct ids *ids, uint64_t position)
{
	must(position >= ids->durable || ids->durable == UINT64_MAX);
	ids->durable = position;
}

static bool
is_full(const struct id_table *table)
{
	return table->count == table->count_max;
}

bool
ids_may_add(const struct ids *ids)
{
	return !is_full(ids->current) || may_seal(ids);
}

void
ids_add(struct ids *ids, struct hash128 hash, uint64_t position, int32_t day)
{
	must(position >= ids->position_last && position < UINT64_MAX);
	if (is_full(ids->current))
		ids_seal(ids);
	must(!is_full(ids->current));
	struct id_entry entry = { .hash = hash, .position = position, .day = day };
	id_table_add(ids->current, &entry);
	ids->position_last = position;
	if (is_full(ids->current))
		ids_seal(ids);
}

uint64_t
ids_unsealed_from(const struct ids *ids)
{
	const struct id_table *oldest = ids->sealed_count > 0 ? ids->sealed[0] : ids->current;
	return oldest->count > 0 ? oldest->entries[0].position : UINT64_MAX;
}

/* ---- runs ---- */

/* Class 0 is below CLASS_FIRST_COUNT, and each further one merge_at times as much. */
static unsigned
size_class(uint64_t count, unsigned merge_at)
{
	unsigned class_number = 0;
	for (; count >= CLASS_FIRST_COUNT; count /= merge_at)
		class_number++;
	must(class_number < IDS_CLASSES_MAX);
	return class_number;
}

void
ids_run_insert(struct ids *ids, struct id_run *run)
{
	must(ids->run_count < IDS_RUNS_MAX);
	size_t at = ids->run_count;
	while (at > 0 && ids->runs[at - 1]->header.position_max < run->header.position_max)
		at--;
	memmove(&ids->runs[at + 1], &ids->runs[at], (ids->run_count - at) * sizeof ids->runs[0]);
	run->size_class = size_class(run->header.count, ids->options.merge_at);
	ids->runs[at] = run;
	ids->run_count++;
}

int32_t
ids_dropped_before(const struct ids *ids)
{
	return ids->dropped_before;
}

size_t
ids_list(const struct ids *ids, struct id_run_name *runs, size_t room)
{
	for (size_t i = 0; i < ids->run_count && i < room; i++)
		runs[i].number = ids->runs[i]->number;
	return ids->run_count;
}

bool
ids_is_listed(uint64_t number, const struct id_run_name *runs, size_t run_count)
{
	for (size_t i = 0; i < run_count; i++) {
		if (runs[i].number == number)
			return true;
	}
	return false;
}

void
ids_listed(struct ids *ids, const struct id_run_name *runs, size_t run_count)
{
	size_t kept = 0;
	for (size_t i = 0; i < ids->retired_count; i++) {
		struct id_run *run = ids->retired[i];
		if (ids_is_listed(run->number, runs, run_count))
			ids->retired[kept++] = run;
		else
			ids->doomed[ids->doomed_count++] = run;
	}
	ids->retired_count = kept;
	must(ids->retired_count + ids->doomed_count <= IDS_RUNS_MAX);
}

void
ids_stats(const struct ids *ids, struct ids_stats *stats)
{
	struct ids_stats sum = { .in_memory = ids->current->count,
		.runs = ids->run_count,
		.written_bytes = ids->written_bytes };
	for (size_t i = 0; i < ids->sealed_count; i++)
		sum.in_memory += ids->sealed[i]->count;
	for (size_t i = 0; i < ids->run_count; i++) {
		sum.in_runs += ids->runs[i]->header.count;
		sum.mapped_bytes += ids->runs[i]->blocks_offset;
	}
	for (size_t i = 0; i < ids->table_count; i++)
		sum.memory_bytes += id_table_bytes(&ids->tables[i]);
	*stats = sum;
}
