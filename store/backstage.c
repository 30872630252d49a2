/* Work on threads that stand back (see backstage.h). */
#include "backstage.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/base/thread.h"

#include <stdatomic.h>

STAILQ_HEAD(work_list, backstage_work);

struct backstage {
	void (*wake)(void *context);
	void *context;
	unsigned thread_count;
	pthread_t threads[BACKSTAGE_THREADS];

	pthread_mutex_t lock;
	pthread_cond_t posted;
	bool stopping;
	struct work_list queued;
	struct work_list run;
	atomic_bool has_run;
};

/* The first, taken out of the list, or NULL. */
static struct backstage_work *
list_take(struct work_list *list)
{
	struct backstage_work *work = STAILQ_FIRST(list);
	if (work != NULL)
		STAILQ_REMOVE_HEAD(list, next);
	return work;
}

static void *
thread_main(void *context)
{
	struct backstage *backstage = context;
	pthread_mutex_lock(&backstage->lock);
	for (;;) {
		struct backstage_work *work = list_take(&backstage->queued);
		if (work == NULL && backstage->stopping)
			break;
		if (work == NULL) {
			pthread_cond_wait(&backstage->posted, &backstage->lock);
			continue;
		}
		pthread_mutex_unlock(&backstage->lock);
		work->run(work);
		pthread_mutex_lock(&backstage->lock);
		STAILQ_INSERT_TAIL(&backstage->run, work, next);
		atomic_store(&backstage->has_run, true);
		backstage->wake(backstage->context);
	}
	pthread_mutex_unlock(&backstage->lock);
	return NULL;
}

enum status
backstage_open(struct backstage **backstage, void (*wake)(void *context), void *context,
	struct fault *fault)
{
	struct backstage *opened = memory_new_zeroed(1, sizeof *opened);
	if (opened == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for the work behind the stage");
	opened->wake = wake;
	opened->context = context;
	STAILQ_INIT(&opened->queued);
	STAILQ_INIT(&opened->run);
	pthread_mutex_init(&opened->lock, NULL);
	pthread_cond_init(&opened->posted, NULL);
	while (opened->thread_count < BACKSTAGE_THREADS) {
		int code = thread_start(&opened->threads[opened->thread_count], "backstage",
			THREAD_BACKSTAGE, thread_main, opened);
		if (code != 0) {
			backstage_close(opened);
			return fault_system(
				fault, code, "can't start the threads behind the stage");
		}
		opened->thread_count++;
	}
	*backstage = opened;
	return STATUS_OK;
}

void
backstage_close(struct backstage *backstage)
{
	if (backstage == NULL)
		return;
	pthread_mutex_lock(&backstage->lock);
	must(STAILQ_EMPTY(&backstage->queued) && STAILQ_EMPTY(&backstage->run) &&
		!backstage->stopping);
	backstage->stopping = true;
	pthread_cond_broadcast(&backstage->posted);
	pthread_mutex_unlock(&backstage->lock);
	for (unsigned i = 0; i < backstage->thread_count; i++) {
		int code = pthread_join(backstage->threads[i], NULL);
		must(code == 0);
	}
	pthread_cond_destroy(&backstage->posted);
	pthread_mutex_destroy(&backstage->lock);
	memory_free(backstage);
}

void
backstage_queue(struct backstage *backstage, struct backstage_work *work)
{
	must(work->run != NULL && work->done != NULL);
	pthread_mutex_lock(&backstage->lock);
	must(!backstage->stopping);
	STAILQ_INSERT_TAIL(&backstage->queued, work, next);
	pthread_cond_signal(&backstage->posted);
	pthread_mutex_unlock(&backstage->lock);
}

void
backstage_finish(struct backstage *backstage)
{
	if (!atomic_load(&backstage->has_run))
		return;
	pthread_mutex_lock(&backstage->lock);
	struct work_list run = STAILQ_HEAD_INITIALIZER(run);
	STAILQ_CONCAT(&run, &backstage->run);
	atomic_store(&backstage->has_run, false);
	pthread_mutex_unlock(&backstage->lock);
	struct backstage_work *work;
	while ((work = list_take(&run)) != NULL)
		work->done(work);
}
