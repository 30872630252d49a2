/* What is to be done with generations and runs next, and what was done (see ids.h, id_state.h). */
#include "id_state.h"

#include "../engine/base/clock.h"
#include "../engine/base/must.h"
#include "../engine/base/thread.h"

/* How a file is worn down: so many parts in one job, with such a rest after each. */
enum { WEAR_PARTS = 64 };
#define WEAR_REST_NS (2 * MS_NS)

/*
 * Room to remember runs that left the view and whose files must stay; the inputs of a merge that is
 * out have theirs.
 */
static size_t
retired_room(const struct ids *ids)
{
	const struct ids_job *merge = &ids->jobs[JOB_MERGE];
	size_t used = ids->retired_count + ids->doomed_count + (merge->out ? merge->run_count : 0);
	must(used <= IDS_RUNS_MAX);
	return IDS_RUNS_MAX - used;
}

/* Ids of days before this one are about to be gone. */
static void
note_dropped(struct ids *ids, int64_t day_min)
{
	must(day_min >= INT32_MIN && day_min <= INT32_MAX);
	if (day_min > ids->dropped_before)
		ids->dropped_before = (int32_t)day_min;
}

/*
 * Takes the runs out for which `leaves` is true; returns whether there were any. The caller made
 * sure that there is room.
 */
static bool
runs_retire(
	struct ids *ids, bool (*leaves)(const struct id_run *run, int64_t day_min), int64_t day_min)
{
	size_t kept = 0;
	for (size_t i = 0; i < ids->run_count; i++) {
		struct id_run *run = ids->runs[i];
		if (leaves(run, day_min) && retired_room(ids) > 0)
			ids->retired[ids->retired_count++] = run;
		else
			ids->runs[kept++] = run;
	}
	bool changed = kept < ids->run_count;
	ids->run_count = kept;
	if (changed)
		ids_view_changed(ids);
	return changed;
}

static bool
run_is_past(const struct id_run *run, int64_t day_min)
{
	return !run->merging && run->header.day_max < day_min;
}

static bool
run_is_merged(const struct id_run *run, int64_t day_min)
{
	(void)day_min;
	return run->merging;
}

/*
 * The oldest runs of the lowest class that has enough of them; returns how many, or 0. Asked in
 * every turn of the owner, so it looks at each run once or twice.
 */
static size_t
merge_choose(const struct ids *ids, struct id_run *chosen[ID_RUN_INPUTS_MAX])
{
	size_t counts[IDS_CLASSES_MAX] = { 0 };
	for (size_t i = 0; i < ids->run_count; i++)
		counts[ids->runs[i]->size_class]++;
	size_t wanted = 0;
	while (wanted < IDS_CLASSES_MAX && counts[wanted] < ids->options.merge_at)
		wanted++;
	if (wanted == IDS_CLASSES_MAX)
		return 0;
	size_t room = retired_room(ids);
	size_t count = 0;
	for (size_t i = ids->run_count; i > 0 && count < ID_RUN_INPUTS_MAX && count < room; i--) {
		struct id_run *run = ids->runs[i - 1];
		if (run->size_class == wanted)
			chosen[count++] = run;
	}
	return count >= ids->options.merge_at ? count : 0;
}

static struct ids_job *
job_take(struct ids *ids, enum job_kind kind)
{
	struct ids_job *job = &ids->jobs[kind];
	must(!job->out);
	*job = (struct ids_job){
		.kind = kind,
		.out = true,
		.place = { .directory = ids->options.directory, .folder = ids->options.folder },
	};
	return job;
}

void
ids_job_pace(struct ids_job *job)
{
	must(job->out && !job->ran);
	job->place.paced = true;
}

static struct ids_job *
next_write(struct ids *ids)
{
	if (ids->jobs[JOB_WRITE].out || ids->sealed_count == 0 || ids->run_count == IDS_RUNS_MAX)
		return NULL;
	const struct id_table *oldest = ids->sealed[0];
	if (oldest->entries[oldest->count - 1].position >= ids->durable)
		return NULL;
	struct ids_job *job = job_take(ids, JOB_WRITE);
	job->number = ids->number_next++;
	job->table = ids->sealed[0];
	return job;
}

/* A table to be rinsed, if fewer than IDS_CLEAN_TABLES are ready. */
static struct id_table *
dirty_table(struct ids *ids)
{
	size_t clean = 0;
	struct id_table *found = NULL;
	for (size_t i = 0; i < ids->table_count; i++) {
		struct id_table *table = &ids->tables[i];
		clean += table->state == ID_TABLE_CLEAN;
		if (table->state == ID_TABLE_DIRTY && ids_table_is_free(table))
			found = table;
	}
	return clean < IDS_CLEAN_TABLES ? found : NULL;
}

/* A run that is to go and that nobody but the list looks at any more: no view will have it again. */
static struct id_run *
removable_run(const struct ids *ids)
{
	for (size_t i = 0; i < ids->doomed_count; i++) {
		if (id_run_is_single(ids->doomed[i]))
			return ids->doomed[i];
	}
	return NULL;
}

static struct ids_job *
next_tidy(struct ids *ids)
{
	if (ids->jobs[JOB_TIDY].out)
		return NULL;
	struct id_table *table = dirty_table(ids);
	struct id_run *run = removable_run(ids);
	if (table == NULL && run == NULL)
		return NULL;
	struct ids_job *job = job_take(ids, JOB_TIDY);
	job->table = table;
	if (table != NULL)
		table->state = ID_TABLE_RINSED;
	if (run != NULL)
		job->runs[job->run_count++] = run;
	return job;
}

static struct ids_job *
next_merge(struct ids *ids, int64_t day_min)
{
	struct id_run *chosen[ID_RUN_INPUTS_MAX];
	if (ids->jobs[JOB_MERGE].out)
		return NULL;
	size_t count = merge_choose(ids, chosen);
	if (count == 0)
		return NULL;
	struct ids_job *job = job_take(ids, JOB_MERGE);
	job->number = ids->number_next++;
	job->day_min = day_min;
	job->run_count = count;
	for (size_t i = 0; i < count; i++) {
		chosen[i]->merging = true;
		job->runs[i] = chosen[i];
	}
	return job;
}

struct ids_job *
ids_job_next(struct ids *ids, int32_t today, int32_t age_max_days)
{
	int64_t day_min = (int64_t)today - age_max_days;
	if (runs_retire(ids, run_is_past, day_min))
		note_dropped(ids, day_min);
	if (ids->seal_wanted)
		ids_seal(ids);
	struct ids_job *job = next_write(ids);
	if (job == NULL)
		job = next_tidy(ids);
	return job != NULL ? job : next_merge(ids, day_min);
}

/* Opens what was just made. If that fails the file is of no use: its ids are where they were. */
static enum status
job_open_made(struct ids_job *job, struct fault *fault)
{
	char path[DISK_PATH_MAX];
	id_run_path(&job->place, job->number, path);
	enum status status = id_run_open(&job->made, path, job->place.folder, fault);
	if (status != STATUS_OK) {
		(void)disk_remove(path, NULL);
		return status;
	}
	job->made->number = job->number;
	return STATUS_OK;
}

static enum status
job_write(struct ids_job *job, struct fault *fault)
{
	enum status status = id_table_write(
		job->table, &job->place, job->number, &job->bytes, fault);
	return status == STATUS_OK ? job_open_made(job, fault) : status;
}

static enum status
job_merge(struct ids_job *job, struct fault *fault)
{
	struct id_merge merge = {
		.place = job->place,
		.number = job->number,
		.runs = job->runs,
		.run_count = job->run_count,
		.day_min = job->day_min,
	};
	enum status status = id_merge_run(&merge, &job->bytes, fault);
	return status == STATUS_OK && job->bytes > 0 ? job_open_made(job, fault) : status;
}

/*
 * Removes a file little by little (disk_wear_down), but not all of a large one, so that other work
 * gets its turn. A file that can't be removed now is removed by the next ids_open.
 */
static enum status
remove_run(struct ids_job *job, struct fault *fault)
{
	char path[DISK_PATH_MAX];
	enum status status = STATUS_OK;
	must(job->run_count == 1);
	id_run_path(&job->place, job->runs[0]->number, path);
	for (int part = 0; part < WEAR_PARTS && status == STATUS_OK && !job->removed; part++) {
		status = disk_wear_down(path, &job->removed, fault);
		if (job->place.paced && !job->removed)
			thread_rest(WEAR_REST_NS);
	}
	job->removed |= status != STATUS_OK;
	return status;
}

static enum status
job_tidy(struct ids_job *job, struct fault *fault)
{
	if (job->table != NULL)
		id_table_rinse(job->table);
	return job->run_count > 0 ? remove_run(job, fault) : STATUS_OK;
}

static enum status
job_do(struct ids_job *job, struct fault *fault)
{
	switch (job->kind) {
	case JOB_WRITE:
		return job_write(job, fault);
	case JOB_TIDY:
		return job_tidy(job, fault);
	case JOB_MERGE:
		return job_merge(job, fault);
	case JOB_KINDS:
		break;
	}
	must(job->kind < JOB_KINDS);
	return STATUS_INVALID;
}

enum status
ids_job_run(struct ids_job *job, struct fault *fault)
{
	must(job->out && !job->ran);
	job->ran = true;
	enum status status = job_do(job, fault);
	job->succeeded = status == STATUS_OK;
	return status;
}

static void
write_done(struct ids *ids, struct ids_job *job)
{
	must(job->made != NULL && ids->sealed_count > 0 && ids->sealed[0] == job->table);
	must(job->made->header.count == job->table->count);
	ids->sealed_count--;
	memmove(&ids->sealed[0], &ids->sealed[1], ids->sealed_count * sizeof ids->sealed[0]);
	job->table->state = ID_TABLE_DIRTY;
	ids_run_insert(ids, job->made);
	ids_view_changed(ids);
}

static void
merge_done(struct ids *ids, struct ids_job *job)
{
	must(retired_room(ids) >= job->run_count);
	runs_retire(ids, run_is_merged, 0);
	for (size_t i = 0; i < job->run_count; i++) {
		job->runs[i]->merging = false;
		if (job->runs[i]->header.day_min < job->day_min)
			note_dropped(ids, job->day_min);
	}
	if (job->made != NULL)
		ids_run_insert(ids, job->made);
	ids_view_changed(ids);
}

static void
tidy_done(struct ids *ids, struct ids_job *job)
{
	if (job->table != NULL)
		job->table->state = job->ran ? ID_TABLE_CLEAN : ID_TABLE_DIRTY;
	if (!job->removed)
		return;
	size_t kept = 0;
	for (size_t i = 0; i < ids->doomed_count; i++) {
		if (ids->doomed[i] != job->runs[0])
			ids->doomed[kept++] = ids->doomed[i];
	}
	must(kept + 1 == ids->doomed_count);
	ids->doomed_count = kept;
	id_run_drop(job->runs[0]);
}

/* Leaves all as it was before the job was given out. A file that was made is in no list. */
static void
job_undo(struct ids_job *job)
{
	if (job->kind == JOB_MERGE) {
		for (size_t i = 0; i < job->run_count; i++)
			job->runs[i]->merging = false;
	}
	if (job->made != NULL)
		id_run_drop(job->made);
}

void
ids_job_done(struct ids *ids, struct ids_job *job, bool succeeded)
{
	must(job == &ids->jobs[job->kind] && job->out);
	must(job->succeeded || !succeeded);
	job->out = false;
	if (job->kind == JOB_TIDY)
		tidy_done(ids, job);
	else if (!succeeded)
		job_undo(job);
	else if (job->kind == JOB_WRITE)
		write_done(ids, job);
	else
		merge_done(ids, job);
	if (succeeded)
		ids->written_bytes += job->bytes;
	if (ids->seal_wanted)
		ids_seal(ids);
}
