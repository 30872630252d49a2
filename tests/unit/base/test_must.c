#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../engine/base/must.h"

/* Runs `act` in a process of its own; returns how that ended and what it wrote on standard error.
 */
static int
run_apart(void (*act)(void), char *written, size_t size)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		dup2(ends[1], STDERR_FILENO);
		act();
		_exit(0);
	}
	close(ends[1]);
	size_t used = 0;
	ssize_t got;
	while ((got = read(ends[0], written + used, size - 1 - used)) > 0)
		used += (size_t)got;
	written[used] = '\0';
	close(ends[0]);
	int outcome;
	assert_int_equal(waitpid(child, &outcome, 0), child);
	return outcome;
}

static int balance = -5;

static void
break_a_claim(void)
{
	must_context("charge 0-17");
	must(balance >= 0);
}

static void
break_a_claim_without_context(void)
{
	must_context("charge 0-17");
	must_context(NULL);
	must(balance >= 0);
}

static void
break_a_very_long_claim(void)
{
	static char claim[4000];
	memset(claim, 'x', sizeof claim - 1);
	must_failed(claim, "file.c", 1, "function");
}

static void
keep_all_claims(void)
{
	must(balance == -5);
}

static void
a_broken_claim_aborts_and_names_claim_place_and_work(void **state)
{
	(void)state;
	char written[2048];
	int outcome = run_apart(break_a_claim, written, sizeof written);
	assert_true(WIFSIGNALED(outcome));
	assert_int_equal(WTERMSIG(outcome), SIGABRT);
	assert_non_null(strstr(written, "must(balance >= 0) failed in break_a_claim at "));
	assert_non_null(strstr(written, "test_must.c:"));
	assert_non_null(strstr(written, "while working on charge 0-17\n"));
}

static void
without_context_only_claim_and_place_are_named(void **state)
{
	(void)state;
	char written[2048];
	int outcome = run_apart(break_a_claim_without_context, written, sizeof written);
	assert_true(WIFSIGNALED(outcome));
	assert_null(strstr(written, "working on"));
	assert_int_equal(written[strlen(written) - 1], '\n');
}

static void
a_message_too_long_is_cut_and_still_ends_the_process(void **state)
{
	(void)state;
	char written[8192];
	int outcome = run_apart(break_a_very_long_claim, written, sizeof written);
	assert_int_equal(WTERMSIG(outcome), SIGABRT);
	assert_true(strlen(written) > 500);
	assert_int_equal(written[strlen(written) - 1], '\n');
}

static void
a_claim_that_holds_does_nothing(void **state)
{
	(void)state;
	char written[2048];
	int outcome = run_apart(keep_all_claims, written, sizeof written);
	assert_true(WIFEXITED(outcome));
	assert_int_equal(WEXITSTATUS(outcome), 0);
	assert_string_equal(written, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_broken_claim_aborts_and_names_claim_place_and_work),
		cmocka_unit_test(without_context_only_claim_and_place_are_named),
		cmocka_unit_test(a_message_too_long_is_cut_and_still_ends_the_process),
		cmocka_unit_test(a_claim_that_holds_does_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
