/* Merging runs of ids (see id_run.h). */
#include "id_run.h"

#include "../engine/base/must.h"

/* The cursor with the least id, or NULL at the end. Inputs are few: a heap would not pay. */
static struct id_cursor *
cursor_least(struct id_cursor *cursors, size_t count)
{
	struct id_cursor *least = NULL;
	for (size_t i = 0; i < count; i++) {
		if (cursors[i].entry == NULL)
			continue;
		if (least == NULL || id_entry_compare(cursors[i].entry, least->entry) < 0)
			least = &cursors[i];
	}
	return least;
}

static enum status
merge_all(const struct id_merge *merge, struct id_cursor *cursors, struct id_writer *writer,
	uint64_t *count, struct fault *fault)
{
	struct id_entry last;
	uint64_t written = 0;
	for (;;) {
		struct id_cursor *cursor = cursor_least(cursors, merge->run_count);
		if (cursor == NULL)
			break;
		const struct id_entry *entry = cursor->entry;
		bool again = written > 0 && id_entry_compare(&last, entry) == 0;
		enum status status = STATUS_OK;
		if (!again && entry->day >= merge->day_min) {
			last = *entry;
			written++;
			status = id_writer_add(writer, &last, fault);
		}
		if (status == STATUS_OK)
			status = id_cursor_next(cursor, fault);
		if (status != STATUS_OK)
			return status;
	}
	*count = written;
	return STATUS_OK;
}

enum status
id_merge_run(const struct id_merge *merge, uint64_t *bytes, struct fault *fault)
{
	must(merge->run_count > 0 && merge->run_count <= ID_RUN_INPUTS_MAX);
	struct id_cursor cursors[ID_RUN_INPUTS_MAX];
	uint64_t count_max = 0;
	size_t open = 0;
	struct id_writer *writer = NULL;
	enum status status = STATUS_OK;
	for (; open < merge->run_count; open++) {
		status = id_cursor_init(&cursors[open], merge->runs[open], fault);
		if (status != STATUS_OK)
			goto out;
		count_max += merge->runs[open]->header.count;
	}
	if (count_max >> 40 != 0) {
		status = fault_set(fault, STATUS_LIMIT, "runs of ids have grown past 2^40 ids");
		goto out;
	}
	status = id_writer_open(&writer, &merge->place, merge->number, count_max, fault);
	if (status != STATUS_OK)
		goto out;
	uint64_t count = 0;
	status = merge_all(merge, cursors, writer, &count, fault);
	if (status != STATUS_OK)
		goto out;
	if (count == 0) {
		*bytes = 0;
		goto out;
	}
	status = id_writer_close(writer, bytes, fault);
	writer = NULL;
out:
	id_writer_abandon(writer);
	while (open > 0)
		id_cursor_release(&cursors[--open]);
	return status;
}
