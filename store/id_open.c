/* Opening and closing the ids (see ids.h, id_state.h). */
#include "id_state.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <dirent.h>
#include <errno.h>

enum {
	NAME_DIGITS = 16,
};

static enum status
options_check(const struct ids_options *options, size_t run_count, struct fault *fault)
{
	if (options->generation_count_max < IDS_GENERATION_COUNT_MIN ||
		options->generation_count_max > IDS_GENERATION_COUNT_MAX)
		return fault_set(fault, STATUS_LIMIT,
			"a generation of ids must hold 2^12 to 2^22, not %zu",
			options->generation_count_max);
	if (options->generations_max < 1 || options->generations_max > IDS_GENERATIONS_MAX)
		return fault_set(fault, STATUS_LIMIT,
			"1 to %d generations of ids may wait, not %zu", IDS_GENERATIONS_MAX,
			options->generations_max);
	if (options->merge_at < 2 || options->merge_at > IDS_MERGE_AT_MAX)
		return fault_set(fault, STATUS_LIMIT,
			"2 to %d runs of ids are merged into one, not %u", IDS_MERGE_AT_MAX,
			options->merge_at);
	if (run_count > IDS_RUNS_MAX)
		return fault_set(fault, STATUS_LIMIT, "there are %zu runs of ids, more than %d",
			run_count, IDS_RUNS_MAX);
	if (memchr(options->directory, '\0', sizeof options->directory) == NULL)
		return fault_set(
			fault, STATUS_LIMIT, "the path of the directory of ids is too long");
	return STATUS_OK;
}

static enum status
tables_init(struct ids *ids, struct fault *fault)
{
	size_t wanted = ids->options.generations_max + 1;
	while (ids->table_count < wanted) {
		if (!id_table_init(&ids->tables[ids->table_count],
			    (uint32_t)ids->options.generation_count_max))
			return fault_set(fault, STATUS_MEMORY,
				"no memory for %zu generations of %zu ids; lower one of the two",
				wanted, ids->options.generation_count_max);
		ids->table_count++;
	}
	ids_table_make_current(ids, &ids->tables[0]);
	for (size_t i = 1; i <= IDS_CLEAN_TABLES && i < wanted; i++) {
		id_table_rinse(&ids->tables[i]);
		ids->tables[i].state = ID_TABLE_CLEAN;
	}
	return STATUS_OK;
}

/* Opens a run that the list has. */
static enum status
run_open_listed(struct id_run **run, const char *path, uint64_t folder, struct fault *fault)
{
	enum status status = id_run_open(run, path, folder, fault);
	if (status == STATUS_NOT_FOUND)
		return fault_set(fault, status, "the ids in %s are missing; " ID_RUN_REMEDY, path);
	return status;
}

static enum status
runs_open(struct ids *ids, const struct id_run_name *runs, size_t run_count, struct fault *fault)
{
	struct id_place place = { .directory = ids->options.directory,
		.folder = ids->options.folder };
	for (size_t i = 0; i < run_count; i++) {
		char path[DISK_PATH_MAX];
		id_run_path(&place, runs[i].number, path);
		struct id_run *run = NULL;
		enum status status = run_open_listed(&run, path, place.folder, fault);
		if (status != STATUS_OK)
			return status;
		run->number = runs[i].number;
		ids_run_insert(ids, run);
		if (run->number >= ids->number_next)
			ids->number_next = run->number + 1;
	}
	ids_view_changed(ids);
	return STATUS_OK;
}

/* Is this the name of a run, complete (".ids") or not (".new")? */
static bool
name_is_run(const char *name, uint64_t *number, bool *complete)
{
	uint64_t value = 0;
	for (int i = 0; i < NAME_DIGITS; i++) {
		char c = name[i];
		bool letter = c >= 'a' && c <= 'f';
		if (!letter && (c < '0' || c > '9'))
			return false;
		value = value << 4 | (uint64_t)(letter ? c - 'a' + 10 : c - '0');
	}
	*number = value;
	*complete = strcmp(name + NAME_DIGITS, ".ids") == 0;
	return *complete || strcmp(name + NAME_DIGITS, ".new") == 0;
}

/* Removes what a crash left: runs that were never listed, or that the list has lost. */
static enum status
directory_clean(
	struct ids *ids, const struct id_run_name *runs, size_t run_count, struct fault *fault)
{
	const char *directory = ids->options.directory;
	DIR *stream = opendir(directory);
	if (stream == NULL)
		return fault_system(fault, errno, "can't read the directory %s", directory);
	struct id_place place = { .directory = directory, .folder = ids->options.folder };
	enum status status = STATUS_OK;
	for (struct dirent *item; status == STATUS_OK && (item = readdir(stream)) != NULL;) {
		uint64_t number = 0;
		bool complete = false;
		if (!name_is_run(item->d_name, &number, &complete))
			continue;
		if (number >= ids->number_next)
			ids->number_next = number + 1;
		if (complete && ids_is_listed(number, runs, run_count))
			continue;
		char path[DISK_PATH_MAX];
		if (complete)
			id_run_path(&place, number, path);
		else
			id_run_path_new(&place, number, path);
		status = disk_remove(path, fault);
	}
	closedir(stream);
	return status;
}

enum status
ids_open(struct ids **ids, const struct ids_options *options, const struct id_run_name *runs,
	size_t run_count, struct fault *fault)
{
	enum status status = options_check(options, run_count, fault);
	if (status != STATUS_OK)
		return status;
	struct ids *made = memory_new_zeroed(1, sizeof *made);
	if (made == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for the ids");
	made->options = *options;
	made->durable = UINT64_MAX;
	made->dropped_before = options->dropped_before;
	status = tables_init(made, fault);
	if (status == STATUS_OK)
		status = disk_make_directory(options->directory, fault);
	if (status == STATUS_OK)
		status = runs_open(made, runs, run_count, fault);
	/* Last: nothing is removed if the list can't be right. */
	if (status == STATUS_OK)
		status = directory_clean(made, runs, run_count, fault);
	if (status != STATUS_OK) {
		ids_close(made);
		return status;
	}
	*ids = made;
	return STATUS_OK;
}

static void
runs_drop(struct id_run **runs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		id_run_drop(runs[i]);
}

void
ids_close(struct ids *ids)
{
	if (ids == NULL)
		return;
	for (size_t kind = 0; kind < JOB_KINDS; kind++)
		must(!ids->jobs[kind].out);
	if (ids->view != NULL)
		ids_view_release(ids->view);
	runs_drop(ids->runs, ids->run_count);
	runs_drop(ids->retired, ids->retired_count);
	runs_drop(ids->doomed, ids->doomed_count);
	for (size_t i = 0; i < ids->table_count; i++)
		id_table_release(&ids->tables[i]); /* checks that no view is left */
	memory_free(ids);
}
