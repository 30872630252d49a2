/*
 * The state of the ids, shared by the files that are its owner's side: ids.c (probing, adding,
 * views, lists), id_jobs.c (what to do next, and what was done) and id_open.c. Nobody else looks
 * in here.
 *
 * Where a run is, over its life:
 *
 *   made by a job ──ids_job_done──► runs         in the view
 *     ──replaced, or all days past──► retired    out of the view, maybe in the last durable list
 *     ──ids_listed──► doomed ──tidy job──► gone
 *
 * Where a table is: see id_table.h.
 */
#ifndef SUANPAN_ID_STATE_H
#define SUANPAN_ID_STATE_H

#include "id_run.h"
#include "id_table.h"
#include "ids.h"

enum {
	IDS_TABLES_MAX = IDS_GENERATIONS_MAX + 1,
	IDS_CLEAN_TABLES = 1, /* kept ready, so that sealing is the swap of a pointer */
	IDS_CLASSES_MAX = 65, /* size classes of runs */
};

struct ids_view {
	atomic_uint references;
	size_t table_count;
	size_t run_count;
	struct id_table *tables[IDS_GENERATIONS_MAX]; /* oldest first */
	struct id_run *runs[IDS_RUNS_MAX];            /* newest first */
};

enum job_kind { JOB_WRITE, JOB_TIDY, JOB_MERGE, JOB_KINDS };

struct ids_job {
	enum job_kind kind;
	bool out;
	struct id_place place;
	uint64_t number;                   /* of the run to be made */
	int64_t day_min;                   /* merge: what is older is dropped */
	struct id_table *table;            /* to be written, or rinsed; tidy: may be NULL */
	struct id_run *runs[IDS_RUNS_MAX]; /* to be merged; tidy: the one to be removed, or none */
	size_t run_count;
	bool removed; /* tidy: nothing is left of it */
	bool ran;
	bool succeeded;
	struct id_run *made; /* NULL: nothing was left of what was merged */
	uint64_t bytes;      /* written */
};

/* What probing needs of a run, side by side: one cache line holds two. */
struct probed_run {
	struct id_filter filter;
	uint64_t position_min;
};

struct ids {
	struct id_table *current;
	struct id_table *sealed[IDS_GENERATIONS_MAX]; /* oldest first */
	size_t sealed_count;
	struct probed_run probed[IDS_RUNS_MAX]; /* as runs */
	size_t run_count;
	struct id_run *runs[IDS_RUNS_MAX]; /* by position_max, newest first */
	struct id_run *retired[IDS_RUNS_MAX];
	size_t retired_count;
	struct id_run *doomed[IDS_RUNS_MAX];
	size_t doomed_count;
	struct id_table tables[IDS_TABLES_MAX];
	size_t table_count;
	bool seal_wanted;
	uint64_t position_last; /* of the last id added */
	uint64_t durable;       /* what is below may be written into a run */
	uint64_t number_next;   /* of a run */
	int32_t dropped_before; /* ids of earlier days may be gone */
	struct ids_view *view;  /* what ids_view_take gives, NULL: made when asked for */
	uint64_t view_number;
	uint64_t written_bytes;
	struct ids_job jobs[JOB_KINDS];
	struct ids_options options;
};

/* To be called after each change of `sealed` and `runs`. */
void ids_view_changed(struct ids *ids);
/*
 * Puts a run where its position_max says; it is the list's now. ids_view_changed is for the caller
 * to call.
 */
void ids_run_insert(struct ids *ids, struct id_run *run);
bool ids_is_listed(uint64_t number, const struct id_run_name *runs, size_t run_count);
/* May this table become the current one (after a rinse if it is dirty)? */
bool ids_table_is_free(const struct id_table *table);
void ids_table_make_current(struct ids *ids, struct id_table *table);

#endif
