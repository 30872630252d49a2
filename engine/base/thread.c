/* Threads (see thread.h). */
#include "thread.h"

#include "clock.h"
#include "memory.h"
#include "must.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { BACKSTAGE_NICE = 10 };

struct beginning {
	enum thread_rank rank;
	void *(*main)(void *context);
	void *context;
};

static void *
thread_begin(void *argument)
{
	struct beginning beginning = *(struct beginning *)argument;
	memory_free(argument);
	/* On Linux a niceness is a thread's own. Where it may not be changed, all are equal. */
	if (beginning.rank == THREAD_BACKSTAGE)
		(void)setpriority(PRIO_PROCESS, (id_t)gettid(), BACKSTAGE_NICE);
	return beginning.main(beginning.context);
}

int
thread_start(pthread_t *thread, const char *name, enum thread_rank rank,
	void *(*main)(void *context), void *context)
{
	must(strlen(name) <= THREAD_NAME_MAX && main != NULL);
	struct beginning *beginning = memory_new(sizeof *beginning);
	if (beginning == NULL)
		return ENOMEM;
	*beginning = (struct beginning){ rank, main, context };
	int code = pthread_create(thread, NULL, thread_begin, beginning);
	if (code != 0)
		memory_free(beginning);
	else
		(void)pthread_setname_np(*thread, name);
	return code;
}

void
thread_rest(uint64_t ns)
{
	struct timespec left = { (time_t)(ns / SECOND_NS), (long)(ns % SECOND_NS) };
	while (nanosleep(&left, &left) != 0)
		must(errno == EINTR);
}
