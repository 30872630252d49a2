#include "claims.h"

#include "../../../tools/progress.h"

static const struct progress_state HALF = { 500, 1000, 12345, "records" };

static void
the_bar_fits_the_terminal(void **state)
{
	(void)state;
	char text[512];
	progress_bar(&HALF, 98765, 200, text, sizeof text);
	assert_non_null(strstr(text, "50 %  12,345 records  98,765/s"));
	assert_non_null(strstr(text, "██████████░"));
	size_t narrow = progress_bar(&HALF, 98765, 20, text, sizeof text);
	assert_int_equal(narrow, strlen(text));
	assert_null(strstr(text, "█"));
	assert_non_null(strstr(text, "50 %"));
}

static void
a_text_that_has_no_room_is_cut(void **state)
{
	(void)state;
	char text[10];
	assert_int_equal(progress_bar(&HALF, 1, 80, text, sizeof text), sizeof text - 1);
	assert_int_equal(strlen(text), sizeof text - 1);
}

static void
an_empty_task_is_done(void **state)
{
	(void)state;
	char text[512];
	const struct progress_state nothing = { 0, 0, 0, "records" };
	progress_bar(&nothing, 0, 80, text, sizeof text);
	assert_non_null(strstr(text, "100 %"));
}

static void
a_short_task_in_a_pipe_says_nothing(void **state)
{
	(void)state;
	FILE *file = tmpfile();
	struct progress progress;
	progress_begin(&progress, file, false);
	assert_int_equal(progress.style, PROGRESS_LINES);
	progress_step(&progress, &HALF);
	progress_end(&progress, &HALF);
	assert_int_equal(ftell(file), 0);
	fclose(file);
}

static void
messages_are_lines_of_their_own(void **state)
{
	(void)state;
	FILE *file = tmpfile();
	char text[300] = "";
	struct progress progress;
	progress_begin(&progress, file, false);
	progress_say(&progress, "the connection is lost");
	progress_begin(&progress, file, true);
	progress_say(&progress, "it said \"no\"\n");
	progress_end(&progress, &HALF);
	rewind(file);
	assert_true(fread(text, 1, sizeof text - 1, file) > 0);
	char *rest = strchr(text, '\n');
	*rest++ = '\0';
	assert_string_equal(text, "  the connection is lost");
	static const char message[] = "{\"message\": \"it said \\\"no\\\" \"}\n";
	assert_int_equal(strncmp(rest, message, strlen(message)), 0);
	assert_non_null(
		strstr(rest, "{\"progress\": {\"done\": 500, \"total\": 1000, \"count\": 12345"));
	fclose(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bar_fits_the_terminal),
		cmocka_unit_test(a_text_that_has_no_room_is_cut),
		cmocka_unit_test(an_empty_task_is_done),
		cmocka_unit_test(a_short_task_in_a_pipe_says_nothing),
		cmocka_unit_test(messages_are_lines_of_their_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
