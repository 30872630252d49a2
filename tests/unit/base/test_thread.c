/* Threads: what they are called, how they stand back, and that they run what they are given. */
#include "../../../engine/base/memory.h"
#include "../../../engine/base/thread.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/resource.h>
#include <unistd.h>

struct seen {
	pthread_mutex_t named; /* held until the thread has its name */
	char name[THREAD_NAME_MAX + 1];
	int nice;
};

static void *
look(void *context)
{
	struct seen *seen = context;
	pthread_mutex_lock(&seen->named);
	(void)pthread_getname_np(pthread_self(), seen->name, sizeof seen->name);
	pthread_mutex_unlock(&seen->named);
	seen->nice = getpriority(PRIO_PROCESS, (id_t)gettid());
	return seen;
}

static struct seen
run(const char *name, enum thread_rank rank)
{
	struct seen seen = { .named = PTHREAD_MUTEX_INITIALIZER, .nice = -100 };
	pthread_t thread;
	void *result;
	pthread_mutex_lock(&seen.named);
	assert_int_equal(thread_start(&thread, name, rank, look, &seen), 0);
	pthread_mutex_unlock(&seen.named);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, &seen);
	return seen;
}

static void
thread_has_its_name(void **state)
{
	(void)state;
	struct seen seen = run("abcdefghijklmno", THREAD_EQUAL);
	assert_string_equal(seen.name, "abcdefghijklmno");
}

static void
equal_thread_is_as_nice_as_its_maker(void **state)
{
	(void)state;
	assert_int_equal(run("equal", THREAD_EQUAL).nice, getpriority(PRIO_PROCESS, 0));
}

static void
backstage_thread_stands_back_and_its_maker_does_not(void **state)
{
	(void)state;
	int before = getpriority(PRIO_PROCESS, (id_t)gettid());
	struct seen seen = run("backstage", THREAD_BACKSTAGE);
	assert_true(seen.nice > before || before >= 10);
	assert_int_equal(getpriority(PRIO_PROCESS, (id_t)gettid()), before);
}

static void
without_memory_no_thread_is_started(void **state)
{
	(void)state;
	struct seen seen = { .nice = -100 };
	pthread_t thread;
	memory_fail_at(1);
	int code = thread_start(&thread, "none", THREAD_EQUAL, look, &seen);
	memory_fail_at(0);
	assert_int_equal(code, ENOMEM);
	assert_int_equal(seen.nice, -100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thread_has_its_name),
		cmocka_unit_test(equal_thread_is_as_nice_as_its_maker),
		cmocka_unit_test(backstage_thread_stands_back_and_its_maker_does_not),
		cmocka_unit_test(without_memory_no_thread_is_started),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
