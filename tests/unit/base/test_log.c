#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../engine/base/bytes.h"
#include "../../../engine/base/clock.h"
#include "../../../engine/base/instant.h"
#include "../../../engine/base/log.h"

/* Standard error goes to a file between capture_begin and capture_end, which returns what was
 * written. */
static FILE *captured;
static int standard_error;
static char written[1 << 20];

static void
capture_begin(void)
{
	captured = tmpfile();
	assert_non_null(captured);
	standard_error = dup(STDERR_FILENO);
	assert_true(standard_error >= 0);
	/* One open file and one offset in it: writes of several threads follow each other. */
	int file = dup2(fileno(captured), STDERR_FILENO);
	assert_int_equal(file, STDERR_FILENO);
}

static char *
capture_end(void)
{
	dup2(standard_error, STDERR_FILENO);
	close(standard_error);
	rewind(captured);
	size_t size = fread(written, 1, sizeof written - 1, captured);
	written[size] = '\0';
	fclose(captured);
	log_set_level(LOG_INFO);
	return written;
}

/* The line behind "2026-03-10T12:58:30.120Z ", which is checked to be a time close to now. */
static const char *
check_time(const char *line)
{
	int64_t ms;
	assert_true(strlen(line) > 25);
	assert_true(instant_parse((struct text){ line, 24 }, &ms));
	assert_int_equal(line[19], '.');
	struct clock clock = clock_system();
	int64_t age_ms = clock.now_ms(clock.context) - ms;
	assert_true(age_ms >= 0 && age_ms < 60000);
	assert_int_equal(line[24], ' ');
	return line + 25;
}

static void
an_event_is_one_line_with_time_and_padded_level(void **state)
{
	(void)state;
	capture_begin();
	log_event(LOG_INFO, "checkpoint finished records=%d behind_bytes=%d", 1000, 0);
	const char *line = capture_end();
	assert_string_equal(
		check_time(line), "info  checkpoint finished records=1000 behind_bytes=0\n");

	log_set_level(LOG_DEBUG);
	capture_begin();
	log_event(LOG_DEBUG, "a");
	log_event(LOG_WARN, "b");
	log_event(LOG_ERROR, "c");
	line = capture_end();
	assert_memory_equal(check_time(line), "debug a\n", 8);
	line = strchr(line, '\n') + 1;
	assert_memory_equal(check_time(line), "warn  b\n", 8);
	line = strchr(line, '\n') + 1;
	assert_string_equal(check_time(line), "error c\n");
}

static void
events_below_the_level_are_not_written(void **state)
{
	(void)state;
	capture_begin();
	log_event(LOG_DEBUG, "hidden"); /* LOG_INFO is where it starts */
	log_set_level(LOG_ERROR);
	log_event(LOG_WARN, "hidden");
	log_event(LOG_ERROR, "shown");
	assert_string_equal(check_time(capture_end()), "error shown\n");
}

static void
texts_with_line_ends_stay_one_line(void **state)
{
	(void)state;
	capture_begin();
	log_event(LOG_INFO, "name=\"%s\"", "a\nb\tc\x7f\x1b[0m\xe8\xae\xa1");
	assert_string_equal(check_time(capture_end()), "info  name=\"a b c  [0m\xe8\xae\xa1\"\n");
}

static void
a_long_line_is_cut_and_still_ends(void **state)
{
	(void)state;
	capture_begin();
	log_event(LOG_INFO, "%05000d", 1);
	log_event(LOG_INFO, "next");
	char *lines = capture_end();
	char *end = strchr(lines, '\n');
	assert_non_null(end);
	assert_true(end - lines > 1000 && end - lines < 2100);
	assert_string_equal(check_time(end + 1), "info  next\n");
}

static void
a_fault_is_logged_with_its_sentence_place_and_error(void **state)
{
	(void)state;
	struct fault fault;
	capture_begin();
	fault_fill(&fault, STATUS_CORRUPT, 0, "store/journal.c", 17, "frame 9 is damaged");
	log_fault(LOG_ERROR, "cannot open the store", &fault);
	assert_string_equal(check_time(capture_end()),
		"error cannot open the store: frame 9 is damaged "
		"status=STATUS_CORRUPT place=store/journal.c:17\n");

	char expected[512];
	snprintf(expected, sizeof expected,
		"warn  cannot sync: cannot write x: %s status=STATUS_IO os_error=%d place=a.c:3\n",
		strerror(EIO), EIO);
	capture_begin();
	fault_fill_system(&fault, EIO, "a.c", 3, "cannot write x");
	log_fault(LOG_WARN, "cannot sync", &fault);
	assert_string_equal(check_time(capture_end()), expected);
}

static void
logging_keeps_errno(void **state)
{
	(void)state;
	capture_begin();
	int saved = dup(STDERR_FILENO);
	close(STDERR_FILENO); /* so that the write itself fails */
	errno = ENOTTY;
	log_event(LOG_INFO, "nobody reads this");
	int kept = errno;
	dup2(saved, STDERR_FILENO);
	close(saved);
	capture_end();
	assert_int_equal(kept, ENOTTY);
}

#define THREADS 4
#define LINES_EACH 500

static void *
log_lines(void *context)
{
	for (int i = 0; i < LINES_EACH; i++)
		log_event(LOG_INFO, "thread=%c i=%04d", *(const char *)context, i);
	return NULL;
}

static void
lines_of_several_threads_do_not_mix(void **state)
{
	(void)state;
	static char names[THREADS] = { 'a', 'b', 'c', 'd' };
	pthread_t threads[THREADS];
	capture_begin();
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, log_lines, &names[i]), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	char *line = capture_end();
	int seen[THREADS] = { 0 };
	for (; *line != '\0'; line = strchr(line, '\n') + 1) {
		char name;
		int number;
		assert_int_equal(
			sscanf(check_time(line), "info  thread=%c i=%4d\n", &name, &number), 2);
		assert_true(name >= 'a' && name < 'a' + THREADS);
		assert_int_equal(number, seen[name - 'a']++);
	}
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(seen[i], LINES_EACH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_one_line_with_time_and_padded_level),
		cmocka_unit_test(events_below_the_level_are_not_written),
		cmocka_unit_test(texts_with_line_ends_stay_one_line),
		cmocka_unit_test(a_long_line_is_cut_and_still_ends),
		cmocka_unit_test(a_fault_is_logged_with_its_sentence_place_and_error),
		cmocka_unit_test(logging_keeps_errno),
		cmocka_unit_test(lines_of_several_threads_do_not_mix),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
