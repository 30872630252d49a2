/* The archiver (see archiver.h). */
#include "archiver.h"

#include "archive.h"
#include "segment.h"

#include "../engine/base/clock.h"
#include "../engine/base/log.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/base/thread.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>

enum { NS_PER_MS = 1000000, MS_PER_S = 1000 };
#define NS_PER_S INT64_C(1000000000)

struct archiver {
	struct archiver_options options;
	pthread_t thread;

	/* Told by the owner. */
	pthread_mutex_t lock;
	pthread_cond_t told;
	bool stopping;
	uint64_t applied;  /* of the last checkpoint */
	uint64_t unneeded; /* of the one before: no recovery reads below it */

	/* The thread's. */
	uint64_t next; /* all segments before it are archived, or gone */
	uint64_t piece_began_ns;
	atomic_uint_fast64_t segments, failures;
};

/* ---- the thread ---- */

/* Sleeps for so long, or until it is told something; false: it is to stop. */
static bool
rest(struct archiver *archiver, int64_t ns)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(ns / NS_PER_S);
	until.tv_nsec += (long)(ns % NS_PER_S);
	if (until.tv_nsec >= NS_PER_S) {
		until.tv_sec++;
		until.tv_nsec -= NS_PER_S;
	}
	pthread_mutex_lock(&archiver->lock);
	int code = 0;
	while (!archiver->stopping && code == 0)
		code = pthread_cond_timedwait(&archiver->told, &archiver->lock, &until);
	bool goes_on = !archiver->stopping;
	pthread_mutex_unlock(&archiver->lock);
	must(code == 0 || code == ETIMEDOUT);
	return goes_on;
}

/* As long as the piece took, and at least a moment. */
static bool
pace(void *context)
{
	struct archiver *archiver = context;
	uint64_t took_ns = monotonic_ns() - archiver->piece_began_ns;
	bool goes_on = rest(archiver, (int64_t)(took_ns > MS_NS ? took_ns : MS_NS));
	archiver->piece_began_ns = monotonic_ns();
	return goes_on;
}

/* Was this file last written so long ago? */
static bool
is_old(const struct archiver *archiver, const struct stat *file)
{
	struct clock clock = clock_system();
	int64_t written_ms = (int64_t)file->st_mtim.tv_sec * MS_PER_S +
		file->st_mtim.tv_nsec / NS_PER_MS;
	return clock.now_ms(clock.context) - written_ms >= archiver->options.after_ms;
}

/* May the next segment be archived? Steps over those that are archived already. */
static bool
next_is_due(struct archiver *archiver)
{
	const struct journal_place *place = &archiver->options.place;
	pthread_mutex_lock(&archiver->lock);
	uint64_t unneeded = archiver->unneeded;
	pthread_mutex_unlock(&archiver->lock);
	while ((archiver->next + 1) * place->segment_bytes <= unneeded) {
		char path[DISK_PATH_MAX];
		struct stat file;
		segment_path(place, archiver->next, path);
		if (stat(path, &file) == 0)
			return is_old(archiver, &file);
		archive_clean(place, archiver->next);
		archiver->next++;
	}
	return false;
}

/* Archives what can be; returns how long to rest. */
static int64_t
work(struct archiver *archiver)
{
	while (next_is_due(archiver)) {
		struct fault fault;
		archiver->piece_began_ns = monotonic_ns();
		enum status status = archive_make(
			&archiver->options.place, archiver->next, pace, archiver, &fault);
		if (status == STATUS_BUSY)
			break; /* it is to stop */
		if (status != STATUS_OK) {
			atomic_fetch_add(&archiver->failures, 1);
			log_fault(LOG_WARN, "archiving a segment", &fault);
			return (int64_t)ARCHIVER_RETRY_MS * NS_PER_MS;
		}
		atomic_fetch_add(&archiver->segments, 1);
		archiver->next++;
	}
	return (int64_t)ARCHIVER_LOOK_MS * NS_PER_MS;
}

static void *
archiver_run(void *context)
{
	struct archiver *archiver = context;
	while (rest(archiver, work(archiver)))
		;
	return NULL;
}

/* ---- the owner ---- */

enum status
archiver_open(
	struct archiver **archiver, const struct archiver_options *options, struct fault *fault)
{
	pthread_condattr_t monotonic;
	must(options->after_ms >= 0);
	struct archiver *opened = memory_new_zeroed(1, sizeof *opened);
	if (opened == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for the archiver");
	opened->options = *options;
	pthread_mutex_init(&opened->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&opened->told, &monotonic);
	pthread_condattr_destroy(&monotonic);
	int code = thread_start(
		&opened->thread, "archiver", THREAD_BACKSTAGE, archiver_run, opened);
	if (code != 0) {
		pthread_cond_destroy(&opened->told);
		pthread_mutex_destroy(&opened->lock);
		memory_free(opened);
		return fault_system(fault, code, "can't start the archiver");
	}
	*archiver = opened;
	return STATUS_OK;
}

void
archiver_close(struct archiver *archiver)
{
	if (archiver == NULL)
		return;
	pthread_mutex_lock(&archiver->lock);
	archiver->stopping = true;
	pthread_cond_signal(&archiver->told);
	pthread_mutex_unlock(&archiver->lock);
	int code = pthread_join(archiver->thread, NULL);
	must(code == 0);
	pthread_cond_destroy(&archiver->told);
	pthread_mutex_destroy(&archiver->lock);
	memory_free(archiver);
}

void
archiver_checkpoint(struct archiver *archiver, uint64_t applied)
{
	pthread_mutex_lock(&archiver->lock);
	must(applied >= archiver->applied);
	archiver->unneeded = archiver->applied;
	archiver->applied = applied;
	pthread_mutex_unlock(&archiver->lock);
}

struct archiver_stats
archiver_stats(const struct archiver *archiver)
{
	return (struct archiver_stats){ atomic_load(&archiver->segments),
		atomic_load(&archiver->failures) };
}
