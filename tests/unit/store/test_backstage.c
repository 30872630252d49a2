/*
 * Work behind the stage: each is run once, elsewhere, and told on the owner's thread, in the end.
 */
#include "../../../engine/base/memory.h"
#include "../../../store/backstage.h"

#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORKS = 1000 };

struct counted {
	struct backstage_work work; /* first */
	int runs, dones;
	int nice;
	pthread_t runner;
};

static sem_t news;
static struct counted works[WORKS];

static void
wake(void *context)
{
	sem_post(context);
}

static void
run(struct backstage_work *work)
{
	struct counted *counted = (struct counted *)work;
	counted->runs++;
	counted->runner = pthread_self();
	counted->nice = getpriority(PRIO_PROCESS, (id_t)gettid());
}

static void
done(struct backstage_work *work)
{
	((struct counted *)work)->dones++;
}

static size_t
count_done(void)
{
	size_t count = 0;
	for (size_t i = 0; i < WORKS; i++)
		count += works[i].dones > 0;
	return count;
}

static struct backstage *
open_it(void)
{
	struct backstage *backstage;
	sem_init(&news, 0, 0);
	for (size_t i = 0; i < WORKS; i++)
		works[i] = (struct counted){ .work = { .run = run, .done = done } };
	assert_int_equal(backstage_open(&backstage, wake, &news, NULL), STATUS_OK);
	return backstage;
}

static void
each_work_is_run_elsewhere_and_told_once(void **state)
{
	(void)state;
	struct backstage *backstage = open_it();
	for (size_t i = 0; i < WORKS; i++)
		backstage_queue(backstage, &works[i].work);
	while (count_done() < WORKS) {
		assert_int_equal(sem_wait(&news), 0);
		backstage_finish(backstage);
	}
	for (size_t i = 0; i < WORKS; i++) {
		assert_int_equal(works[i].runs, 1);
		assert_int_equal(works[i].dones, 1);
		assert_false(pthread_equal(works[i].runner, pthread_self()));
		assert_true(works[i].nice > getpriority(PRIO_PROCESS, 0) || works[i].nice >= 10);
	}
	backstage_close(backstage);
}

static void
nothing_is_told_before_it_is_asked_for(void **state)
{
	(void)state;
	struct backstage *backstage = open_it();
	backstage_queue(backstage, &works[0].work);
	assert_int_equal(sem_wait(&news), 0);
	assert_int_equal(works[0].dones, 0);
	backstage_finish(backstage);
	assert_int_equal(works[0].dones, 1);
	backstage_finish(backstage);
	assert_int_equal(works[0].dones, 1);
	backstage_close(backstage);
}

static void
one_without_work_closes(void **state)
{
	(void)state;
	backstage_close(open_it());
	backstage_close(NULL);
}

static void
without_memory_there_is_none(void **state)
{
	(void)state;
	struct backstage *backstage = NULL;
	enum status status = STATUS_MEMORY;
	uint64_t nth = 1;
	for (; status != STATUS_OK; nth++) {
		memory_fail_at(nth);
		status = backstage_open(&backstage, wake, &news, NULL);
		memory_fail_at(0);
		assert_true((status == STATUS_OK) == (backstage != NULL));
	}
	assert_true(nth > 2);
	backstage_close(backstage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_work_is_run_elsewhere_and_told_once),
		cmocka_unit_test(nothing_is_told_before_it_is_asked_for),
		cmocka_unit_test(one_without_work_closes),
		cmocka_unit_test(without_memory_there_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
