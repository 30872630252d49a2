/* The checkpointer: sweeps beside the charges (see checkpoint.h). */
#include "checkpoint.h"

#include "../engine/base/clock.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/base/thread.h"

enum task { TASK_NONE, TASK_SORT, TASK_WRITE, TASK_META, TASK_STOP };

enum stage {
	STAGE_IDLE,
	STAGE_SORTING,
	STAGE_FILLING, /* the next chunk may be copied when its time comes */
	STAGE_COPIED,  /* a chunk waits until it is durable in the journal */
	STAGE_WRITING,
	STAGE_SEALING, /* all chunks are written; ids below the head may still be in memory */
	STAGE_META_WANTED,
	STAGE_META_GIVEN, /* it waits until what its runs name is durable in the journal */
	STAGE_META,
	STAGE_FAILED,
};

struct checkpoint {
	struct checkpoint_options options;
	pthread_t thread;

	/* The mailbox: one task at a time, from the shard to the thread and back. */
	pthread_mutex_t lock;
	pthread_cond_t posted;
	enum task task; /* TASK_NONE: the thread is done */
	enum status status;
	struct fault fault;

	/* Of whoever has the task; the shard's while task is TASK_NONE. */
	struct sweep *sweep;
	struct database_meta meta;

	/* The shard's. */
	enum stage stage;
	struct journal_head head;
	uint64_t
		copied_position; /* what was copied, chunk or list of runs, must be durable to here */
	uint64_t chunk_began_ns;
	uint64_t sweep_began_ns;
	uint64_t retry_ns; /* not before this, after the disk was full */
	struct checkpoint_stats stats;
};

#define RETRY_NS UINT64_C(1000000000)

/* ---- the thread ---- */

static enum status
write_meta(struct checkpoint *checkpoint, struct fault *fault)
{
	struct database_writer *writer;
	enum status status = database_write_begin(checkpoint->options.database, &writer, fault);
	if (status != STATUS_OK)
		return status;
	status = database_put_meta(writer, &checkpoint->meta, fault);
	if (status != STATUS_OK) {
		database_abort(writer);
		return status;
	}
	return database_commit(writer, fault);
}

static enum status
run_task(struct checkpoint *checkpoint, enum task task, struct fault *fault)
{
	switch (task) {
	case TASK_SORT:
		/* Without memory the order is lost, not the checkpoint. */
		sweep_sort(checkpoint->sweep, NULL);
		return STATUS_OK;
	case TASK_WRITE:
		return sweep_write(checkpoint->sweep, checkpoint->options.database, fault);
	case TASK_META:
		return write_meta(checkpoint, fault);
	case TASK_NONE:
	case TASK_STOP:
		break;
	}
	must_not_come_here("only a task that can be run");
}

static void *
thread_main(void *context)
{
	struct checkpoint *checkpoint = context;
	pthread_mutex_lock(&checkpoint->lock);
	for (;;) {
		while (checkpoint->task == TASK_NONE)
			pthread_cond_wait(&checkpoint->posted, &checkpoint->lock);
		enum task task = checkpoint->task;
		if (task == TASK_STOP)
			break;
		pthread_mutex_unlock(&checkpoint->lock);
		struct fault fault = { 0 };
		enum status status = run_task(checkpoint, task, &fault);
		pthread_mutex_lock(&checkpoint->lock);
		checkpoint->status = status;
		checkpoint->fault = fault;
		checkpoint->task = TASK_NONE;
		pthread_cond_signal(&checkpoint->posted);
		checkpoint->options.wake(checkpoint->options.context);
	}
	pthread_mutex_unlock(&checkpoint->lock);
	return NULL;
}

/* ---- the shard's side ---- */

enum status
checkpoint_open(struct checkpoint **checkpoint, const struct checkpoint_options *options,
	struct fault *fault)
{
	struct checkpoint *opened = memory_new_zeroed(1, sizeof *opened);
	if (opened == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for the checkpointer");
	opened->options = *options;
	enum status status = sweep_new(&opened->sweep, fault);
	if (status != STATUS_OK)
		goto free_it;
	pthread_mutex_init(&opened->lock, NULL);
	pthread_cond_init(&opened->posted, NULL);
	int code = thread_start(
		&opened->thread, "checkpoint", THREAD_BACKSTAGE, thread_main, opened);
	if (code != 0) {
		status = fault_system(fault, code, "starting the checkpoint thread");
		goto free_sweep;
	}
	*checkpoint = opened;
	return STATUS_OK;

free_sweep:
	pthread_cond_destroy(&opened->posted);
	pthread_mutex_destroy(&opened->lock);
	sweep_free(opened->sweep);
free_it:
	memory_free(opened);
	return status;
}

void
checkpoint_close(struct checkpoint *checkpoint)
{
	if (checkpoint == NULL)
		return;
	pthread_mutex_lock(&checkpoint->lock);
	while (checkpoint->task != TASK_NONE)
		pthread_cond_wait(&checkpoint->posted, &checkpoint->lock);
	checkpoint->task = TASK_STOP;
	pthread_cond_signal(&checkpoint->posted);
	pthread_mutex_unlock(&checkpoint->lock);
	pthread_join(checkpoint->thread, NULL);
	pthread_cond_destroy(&checkpoint->posted);
	pthread_mutex_destroy(&checkpoint->lock);
	sweep_abandon(checkpoint->sweep);
	sweep_free(checkpoint->sweep);
	memory_free(checkpoint);
}

bool
checkpoint_is_idle(const struct checkpoint *checkpoint)
{
	return checkpoint->stage == STAGE_IDLE;
}

static void
post(struct checkpoint *checkpoint, enum task task, enum stage stage)
{
	pthread_mutex_lock(&checkpoint->lock);
	must(checkpoint->task == TASK_NONE);
	checkpoint->task = task;
	pthread_cond_signal(&checkpoint->posted);
	pthread_mutex_unlock(&checkpoint->lock);
	checkpoint->stage = stage;
}

/* Is the task that was posted done? Then its status and fault are taken. */
static bool
task_is_done(struct checkpoint *checkpoint, struct fault *fault, enum status *status)
{
	pthread_mutex_lock(&checkpoint->lock);
	bool done = checkpoint->task == TASK_NONE;
	if (done) {
		*status = checkpoint->status;
		if (checkpoint->status != STATUS_OK)
			*fault = checkpoint->fault;
	}
	pthread_mutex_unlock(&checkpoint->lock);
	return done;
}

void
checkpoint_begin(
	struct checkpoint *checkpoint, struct shelf *shelf, const struct journal_head *head)
{
	must(checkpoint->stage == STAGE_IDLE);
	checkpoint->head = *head;
	checkpoint->sweep_began_ns = monotonic_ns();
	checkpoint->chunk_began_ns = 0;
	sweep_begin(checkpoint->sweep, shelf);
	post(checkpoint, TASK_SORT, STAGE_SORTING);
}

void
checkpoint_give_meta(struct checkpoint *checkpoint, const struct database_meta *meta)
{
	must(checkpoint->stage == STAGE_META_WANTED);
	checkpoint->meta = *meta;
	checkpoint->meta.applied = checkpoint->head;
	checkpoint->stage = STAGE_META_GIVEN;
}

static void
chunk_written(struct checkpoint *checkpoint, uint64_t now_ns)
{
	uint64_t took = now_ns - checkpoint->chunk_began_ns;
	if (took > checkpoint->stats.chunk_ns_max)
		checkpoint->stats.chunk_ns_max = took;
	checkpoint->stats.chunks++;
	sweep_written(checkpoint->sweep);
}

/*
 * The next chunk, if the pace allows; with none left, the sweep's end. Returns whether anything was
 * done.
 */
static bool
fill_next(struct checkpoint *checkpoint, const struct checkpoint_now *now)
{
	if (sweep_left(checkpoint->sweep) > 0 && checkpoint->chunk_began_ns != 0 &&
		now->now_ns - checkpoint->chunk_began_ns < now->chunk_ns)
		return false;
	if (sweep_fill(checkpoint->sweep)) {
		checkpoint->chunk_began_ns = now->now_ns;
		checkpoint->copied_position = now->decided;
		checkpoint->stage = STAGE_COPIED;
		return true;
	}
	checkpoint->stats.last_records = sweep_count(checkpoint->sweep);
	sweep_end(checkpoint->sweep);
	checkpoint->stage = STAGE_SEALING;
	return true;
}

static void
ended(struct checkpoint *checkpoint, uint64_t now_ns)
{
	checkpoint->stats.sweeps++;
	checkpoint->stats.records += checkpoint->stats.last_records;
	checkpoint->stats.last_ns = now_ns - checkpoint->sweep_began_ns;
	checkpoint->stage = STAGE_IDLE;
}

/* What follows a task that was done well. */
static void
task_done(struct checkpoint *checkpoint, uint64_t now_ns)
{
	if (checkpoint->stage == STAGE_WRITING)
		chunk_written(checkpoint, now_ns);
	else if (checkpoint->stage == STAGE_META)
		ended(checkpoint, now_ns);
	if (checkpoint->stage != STAGE_IDLE)
		checkpoint->stage = STAGE_FILLING;
}

/*
 * The disk is full: the transaction came to nothing, and the same one is tried again in a second.
 */
static enum checkpoint_step
wait_for_room(struct checkpoint *checkpoint, uint64_t now_ns)
{
	must(checkpoint->stage == STAGE_WRITING || checkpoint->stage == STAGE_META);
	checkpoint->stage = checkpoint->stage == STAGE_WRITING ? STAGE_COPIED : STAGE_SEALING;
	checkpoint->retry_ns = now_ns + RETRY_NS;
	return CHECKPOINT_NO_ROOM;
}

enum checkpoint_step
checkpoint_turn(
	struct checkpoint *checkpoint, const struct checkpoint_now *now, struct fault *fault)
{
	enum status status = STATUS_OK;
	for (;;) {
		switch (checkpoint->stage) {
		case STAGE_SORTING:
		case STAGE_WRITING:
		case STAGE_META:
			if (!task_is_done(checkpoint, fault, &status))
				return CHECKPOINT_WAITING;
			if (status == STATUS_FULL)
				return wait_for_room(checkpoint, now->now_ns);
			if (status != STATUS_OK) {
				checkpoint->stage = STAGE_FAILED;
				return CHECKPOINT_FAILED;
			}
			task_done(checkpoint, now->now_ns);
			if (checkpoint->stage == STAGE_IDLE)
				return CHECKPOINT_ENDED;
			break;
		case STAGE_FILLING:
			if (!fill_next(checkpoint, now))
				return CHECKPOINT_WAITING;
			break;
		case STAGE_COPIED:
			if (now->durable < checkpoint->copied_position ||
				now->now_ns < checkpoint->retry_ns)
				return CHECKPOINT_WAITING;
			post(checkpoint, TASK_WRITE, STAGE_WRITING);
			return CHECKPOINT_WAITING;
		case STAGE_SEALING:
			if (now->now_ns < checkpoint->retry_ns)
				return CHECKPOINT_WAITING;
			if (now->ids_sealed < checkpoint->head.position)
				return CHECKPOINT_WAITING;
			checkpoint->stage = STAGE_META_WANTED;
			break;
		case STAGE_META_WANTED:
			checkpoint->copied_position = now->decided;
			return CHECKPOINT_WANTS_META;
		case STAGE_META_GIVEN:
			if (now->durable < checkpoint->copied_position)
				return CHECKPOINT_WAITING;
			post(checkpoint, TASK_META, STAGE_META);
			return CHECKPOINT_WAITING;
		case STAGE_IDLE:
		case STAGE_FAILED:
			return CHECKPOINT_WAITING;
		}
	}
}

struct journal_head
checkpoint_head(const struct checkpoint *checkpoint)
{
	return checkpoint->head;
}

void
checkpoint_stats(const struct checkpoint *checkpoint, struct checkpoint_stats *stats)
{
	*stats = checkpoint->stats;
	bool counts = checkpoint->stage == STAGE_FILLING || checkpoint->stage == STAGE_COPIED ||
		checkpoint->stage == STAGE_WRITING;
	stats->count = counts ? sweep_count(checkpoint->sweep) : 0;
	stats->left = counts ? sweep_left(checkpoint->sweep) : 0;
}
