/*
 * For the tests of a living store: a process that works in its folder until it is killed, and says
 * until then what is acknowledged.
 */
#ifndef SUANPAN_TEST_KILLING_H
#define SUANPAN_TEST_KILLING_H

#include "living_case.h"

#include <signal.h>
#include <sys/wait.h>

/* What a child reports while it works: that everything below a position is acknowledged. */
struct report {
	uint64_t durable;
	uint64_t next_id;
};

static inline void
child_works(struct random *random, int to, uint64_t accounts, uint64_t next_id)
{
	if (living_open(&living) != STATUS_OK)
		_exit(1);
	for (;;) {
		uint64_t position;
		struct task task = bank_random_task(random, accounts, &next_id);
		if (bank_do(&living, &task, &position) != STATUS_OK)
			_exit(2);
		if (random_below(random, 4) == 0)
			living_turn(&living, false);
		struct report report = { store_durable(living.store), next_id };
		if (random_below(random, 4) == 0 &&
			write(to, &report, sizeof report) != sizeof report)
			_exit(3);
	}
}

/* Runs a child and kills it after some time. The last report it made. */
static inline struct report
kill_a_child(struct random *random, uint64_t accounts, uint64_t next_id, unsigned us)
{
	int ends[2];
	struct report last = { 0, next_id }, report;
	assert_int_equal(pipe(ends), 0);
	uint64_t seed = random_next(random);
	pid_t child = fork();
	if (child == 0) {
		struct random own = { seed };
		close(ends[0]);
		child_works(&own, ends[1], accounts, next_id);
	}
	close(ends[1]);
	uint64_t until_ns = 0;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	struct timespec pause = { 0, 500000 };
	for (;;) {
		ssize_t got = read(ends[0], &report, sizeof report);
		if (got == sizeof report) {
			last = report;
			if (until_ns == 0)
				until_ns = us;
			continue;
		}
		assert_true(got < 0); /* the child has not ended by itself */
		nanosleep(&pause, NULL);
		if (until_ns > 0 && (until_ns > 500 ? (until_ns -= 500) : (until_ns = 1)) == 1)
			break;
	}
	kill(child, SIGKILL);
	int ended;
	assert_int_equal(waitpid(child, &ended, 0), child);
	assert_true(WIFSIGNALED(ended));
	while (read(ends[0], &report, sizeof report) == sizeof report)
		last = report;
	close(ends[0]);
	return last;
}

#endif
