/* Child processes: how each of their ends is named, and what a confined one can't do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../../engine/base/arena.h"
#include "../../../engine/base/clock.h"
#include "../../../engine/child.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Long enough for any machine; what is to be late has SHORT_MS. */
enum { LONG_MS = 60000, SHORT_MS = 150, OUTPUT_BYTES_MAX = 1024 * 1024 };

static const struct confines confines = { (size_t)256 * 1024 * 1024, 20 };

/* ---- what the children do; each by its name ---- */

static void
confine(const struct confines *how)
{
	struct fault fault;
	if (child_confine(how, &fault) != STATUS_OK) {
		fprintf(stderr, "%s\n", fault.text);
		_exit(99);
	}
}

/* Gives its input back, turned over. */
static void
be_mirror(void)
{
	struct buffer input;
	struct fault fault;
	confine(&confines);
	buffer_init(&input, (size_t)64 * 1024 * 1024);
	if (child_read(&input, &fault) != STATUS_OK)
		_exit(98);
	for (size_t i = 0; i < input.size / 2; i++) {
		uint8_t byte = input.data[i];
		input.data[i] = input.data[input.size - 1 - i];
		input.data[input.size - 1 - i] = byte;
	}
	child_finish((struct bytes){ input.data, input.size });
}

static void *
do_nothing(void *context)
{
	return context;
}

/* Tries what it must not be able to do, and says in letters what it could. */
static void
be_prisoner(void)
{
	char could[16] = "";
	pthread_t thread;
	confine(&confines);
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	if (pid > 0)
		strcat(could, "f");
	if (pthread_create(&thread, NULL, do_nothing, NULL) == 0)
		strcat(could, "t");
	if (open("/dev/null", O_RDONLY) >= 0)
		strcat(could, "o");
	if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0)
		strcat(could, "s");
	if (dup(STDIN_FILENO) >= 0)
		strcat(could, "d");
	if (geteuid() == 0 || setuid(0) == 0)
		strcat(could, "r");
	if (fcntl(STDERR_FILENO + 1, F_GETFD) >= 0)
		strcat(could, "i"); /* inherited */
	const struct rlimit more = { 100, 100 };
	if (setrlimit(RLIMIT_NOFILE, &more) == 0)
		strcat(could, "l");
	if (getenv("PATH") != NULL)
		strcat(could, "e");
	if (could[0] == '\0')
		strcpy(could, "nothing");
	child_finish((struct bytes){ (const uint8_t *)could, strlen(could) });
}

/* Takes memory until there is none, and says how many MiB. */
static void
be_glutton(void)
{
	uint32_t mebibytes = 0;
	confine(&confines);
	for (char *more; (more = malloc(1 << 20)) != NULL; mebibytes++)
		memset(more, 1, 1 << 20);
	child_finish((struct bytes){ (const uint8_t *)&mebibytes, sizeof mebibytes });
}

static void
be_busy(void)
{
	const struct confines short_of_time = { confines.memory_bytes, 1 };
	confine(&short_of_time);
	for (volatile unsigned i = 0;; i++)
		;
}

static void
be_flood(void)
{
	static char water[64 * 1024];
	for (;;)
		if (write(STDOUT_FILENO, water, sizeof water) < 0)
			_exit(97);
}

static void
be_asleep(void)
{
	for (;;)
		pause();
}

/* Says all that it has to say, and does not end. */
static void
be_lingering(void)
{
	close(STDOUT_FILENO);
	close(STDIN_FILENO);
	be_asleep();
}

static void
be_dying(void)
{
	raise(SIGKILL);
}

static void
be_failing(void)
{
	_exit(7);
}

static void
be_deaf(void)
{
	child_finish((struct bytes){ (const uint8_t *)"done", 4 });
}

static const struct role {
	const char *name;
	void (*be)(void);
} ROLES[] = {
	{ "mirror", be_mirror },
	{ "prisoner", be_prisoner },
	{ "glutton", be_glutton },
	{ "busy", be_busy },
	{ "flood", be_flood },
	{ "asleep", be_asleep },
	{ "lingering", be_lingering },
	{ "dying", be_dying },
	{ "failing", be_failing },
	{ "deaf", be_deaf },
};

static void
be(const char *name)
{
	for (size_t i = 0; i < sizeof ROLES / sizeof ROLES[0]; i++)
		if (strcmp(ROLES[i].name, name) == 0)
			ROLES[i].be();
	_exit(96);
}

/* ---- claims ---- */

static struct child_end
run(const char *role, struct bytes input, struct buffer *output, uint32_t deadline_ms)
{
	const struct child_job job = { role, input, output, deadline_ms, NULL };
	buffer_init(output, OUTPUT_BYTES_MAX);
	struct child_end end = child_run(&job);
	/* Whatever the end was, nobody is left behind. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return end;
}

static void
expect_end(const char *role, uint32_t deadline_ms, enum child_end_kind kind, int number)
{
	struct buffer output;
	struct child_end end = run(role, (struct bytes){ NULL, 0 }, &output, deadline_ms);
	assert_int_equal(end.kind, kind);
	assert_int_equal(end.number, number);
	buffer_release(&output);
}

static void
input_and_output_of_any_size_pass_through(void **state)
{
	static const size_t SIZES[] = { 0, 1, 4096, 300001, OUTPUT_BYTES_MAX };
	(void)state;
	for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
		uint8_t *bytes = malloc(SIZES[i] + 1);
		struct buffer output;
		assert_non_null(bytes);
		for (size_t j = 0; j < SIZES[i]; j++)
			bytes[j] = (uint8_t)(j * 31 + j / 256);
		struct child_end end = run(
			"mirror", (struct bytes){ bytes, SIZES[i] }, &output, LONG_MS);
		assert_int_equal(end.kind, CHILD_DONE);
		assert_int_equal(output.size, SIZES[i]);
		for (size_t j = 0; j < SIZES[i]; j++)
			assert_int_equal(output.data[j], bytes[SIZES[i] - 1 - j]);
		buffer_release(&output);
		free(bytes);
	}
}

static void
a_child_that_does_not_read_its_input_is_heard_all_the_same(void **state)
{
	static uint8_t input[4 * 1024 * 1024];
	struct buffer output;
	(void)state;
	struct child_end end = run("deaf", (struct bytes){ input, sizeof input }, &output, LONG_MS);
	assert_int_equal(end.kind, CHILD_DONE);
	assert_int_equal(output.size, 4);
	assert_memory_equal(output.data, "done", 4);
	buffer_release(&output);
}

static void
a_child_that_dies_or_fails_is_told_by_how(void **state)
{
	(void)state;
	expect_end("dying", LONG_MS, CHILD_KILLED, SIGKILL);
	expect_end("failing", LONG_MS, CHILD_FAILED, 7);
	expect_end("nobody knows this role", LONG_MS, CHILD_FAILED, 96);
}

static void
a_child_past_its_deadline_is_ended(void **state)
{
	(void)state;
	expect_end("asleep", SHORT_MS, CHILD_LATE, 0);
	expect_end("lingering", SHORT_MS, CHILD_LATE, 0);
}

static void
a_child_that_floods_its_output_is_ended(void **state)
{
	(void)state;
	expect_end("flood", LONG_MS, CHILD_FLOODED, 0);
}

static void
a_child_that_takes_a_processor_too_long_is_ended(void **state)
{
	(void)state;
	expect_end("busy", LONG_MS, CHILD_KILLED, SIGXCPU);
}

/* AddressSanitizer takes terabytes of addresses; tests/integration/test_publish.py looks there. */
#ifndef ARENA_SANITIZED
static void
a_child_has_only_the_memory_it_may(void **state)
{
	struct buffer output;
	uint32_t mebibytes = 0;
	(void)state;
	struct child_end end = run("glutton", (struct bytes){ NULL, 0 }, &output, LONG_MS);
	assert_int_equal(end.kind, CHILD_DONE);
	assert_int_equal(output.size, sizeof mebibytes);
	memcpy(&mebibytes, output.data, sizeof mebibytes);
	assert_in_range(mebibytes, 32, 256);
	buffer_release(&output);
}
#endif

static void
a_confined_child_can_do_nothing_but_think(void **state)
{
	struct buffer output;
	(void)state;
	int inherited = dup(STDERR_FILENO); /* without O_CLOEXEC */
	struct child_end end = run("prisoner", (struct bytes){ NULL, 0 }, &output, LONG_MS);
	close(inherited);
	assert_int_equal(end.kind, CHILD_DONE);
	print_message("it could do: %.*s\n", (int)output.size, (const char *)output.data);
	assert_int_equal(output.size, strlen("nothing"));
	buffer_release(&output);
}

static void *
stop_soon(void *context)
{
	atomic_bool *stop = context;
	usleep(SHORT_MS * 1000);
	atomic_store(stop, true);
	return NULL;
}

static void
a_child_that_nobody_wants_any_more_is_ended(void **state)
{
	atomic_bool stop = false;
	struct buffer output;
	pthread_t thread;
	(void)state;
	buffer_init(&output, OUTPUT_BYTES_MAX);
	const struct child_job job = { "asleep", { NULL, 0 }, &output, LONG_MS, &stop };
	uint64_t before_ns = monotonic_ns();
	assert_int_equal(pthread_create(&thread, NULL, stop_soon, &stop), 0);
	struct child_end end = child_run(&job);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(end.kind, CHILD_STOPPED);
	assert_true(monotonic_ns() - before_ns < (uint64_t)LONG_MS * 1000000);
	buffer_release(&output);
}

static void
without_room_for_sockets_it_is_not_started(void **state)
{
	struct rlimit before, none;
	struct buffer output;
	(void)state;
	buffer_init(&output, OUTPUT_BYTES_MAX);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	const struct child_job job = { "deaf", { NULL, 0 }, &output, LONG_MS, NULL };
	struct child_end end = child_run(&job);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(end.kind, CHILD_NOT_STARTED);
	assert_int_equal(end.number, EMFILE);
	buffer_release(&output);
}

int
main(int count, char **arguments)
{
	if (count == 2)
		be(arguments[1]);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(input_and_output_of_any_size_pass_through),
		cmocka_unit_test(a_child_that_does_not_read_its_input_is_heard_all_the_same),
		cmocka_unit_test(a_child_that_dies_or_fails_is_told_by_how),
		cmocka_unit_test(a_child_past_its_deadline_is_ended),
		cmocka_unit_test(a_child_that_floods_its_output_is_ended),
		cmocka_unit_test(a_child_that_takes_a_processor_too_long_is_ended),
#ifndef ARENA_SANITIZED
		cmocka_unit_test(a_child_has_only_the_memory_it_may),
#endif
		cmocka_unit_test(a_confined_child_can_do_nothing_but_think),
		cmocka_unit_test(a_child_that_nobody_wants_any_more_is_ended),
		cmocka_unit_test(without_room_for_sockets_it_is_not_started),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
