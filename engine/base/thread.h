/*
 * Threads: each has a name, which `top -H` and a debugger show, and may stand back for others when
 * processors are short.
 */
#ifndef SUANPAN_THREAD_H
#define SUANPAN_THREAD_H

#include <pthread.h>
#include <stdint.h>

#define THREAD_NAME_MAX 15

enum thread_rank {
	THREAD_EQUAL,     /* as the thread that starts it */
	THREAD_BACKSTAGE, /* what nobody waits for at once */
};

/*
 * Starts `main` with `context`; the thread is to be joined. 0 or an errno. The name has at most
 * THREAD_NAME_MAX bytes and is static.
 */
int thread_start(pthread_t *thread, const char *name, enum thread_rank rank,
	void *(*main)(void *context), void *context);

/* Rests: the thread that calls it sleeps for so long, or a little longer. */
void thread_rest(uint64_t ns);

#endif
