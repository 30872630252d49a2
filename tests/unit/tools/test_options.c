#include "claims.h"

#include "../../../tools/dial.h"
#include "../../../tools/lines.h"
#include "../../../tools/options.h"

static const struct command COMMAND = { .name = "try", .usage = "try FILE" };

static bool flag;
static const char *text, *language;
static int64_t count;
static const char *positional[2];

static int
read_all(int argument_count, char **arguments)
{
	const struct option list[] = {
		{ "--flag", OPTION_FLAG, &flag, 0, 0 },
		{ "--text", OPTION_TEXT, &text, 0, 0 },
		{ "--count", OPTION_COUNT, &count, 1, 100 },
		{ "--language", OPTION_LANGUAGE, &language, 0, 0 },
		{ NULL, OPTION_FLAG, NULL, 0, 0 },
	};
	const struct options options = { &COMMAND, list, 1, 2, positional };
	flag = false;
	text = language = NULL;
	count = 0;
	return options_read(&options, argument_count, arguments);
}

#define READ(...) \
	read_all((int)(sizeof((char *[]){ "try", __VA_ARGS__ }) / sizeof(char *)), \
		(char *[]){ "try", __VA_ARGS__ })

static void
options_stand_anywhere_and_values_may_be_attached(void **state)
{
	(void)state;
	assert_int_equal(READ("--flag", "file", "--text", "a b", "--count=7"), EXIT_DONE);
	assert_true(flag);
	assert_string_equal(text, "a b");
	assert_int_equal(count, 7);
	assert_string_equal(positional[0], "file");
	assert_null(positional[1]);
}

static void
a_dash_is_an_argument_and_two_end_the_options(void **state)
{
	(void)state;
	assert_int_equal(READ("-", "--", "--flag"), EXIT_DONE);
	assert_string_equal(positional[0], "-");
	assert_string_equal(positional[1], "--flag");
	assert_false(flag);
}

static void
say_locale(const char *all, const char *messages, const char *lang)
{
	assert_int_equal(setenv("LC_ALL", all, 1), 0);
	assert_int_equal(setenv("LC_MESSAGES", messages, 1), 0);
	assert_int_equal(setenv("LANG", lang, 1), 0);
}

static void
the_language_is_that_of_the_first_locale_that_is_said(void **state)
{
	(void)state;
	say_locale("", "", "zh_CN.UTF-8");
	assert_string_equal(options_language(), "zh");
	say_locale("", "en_GB.UTF-8", "zh_CN.UTF-8");
	assert_string_equal(options_language(), "en");
	say_locale("zh_TW", "en_GB.UTF-8", "C");
	assert_string_equal(options_language(), "zh");
	say_locale("C.UTF-8", "zh_CN", "zh_CN");
	assert_string_equal(options_language(), "en");
	say_locale("", "", "");
	assert_string_equal(options_language(), "en");
}

static void
wrong_options_are_misuse(void **state)
{
	(void)state;
	assert_int_equal(READ("file", "--what"), EXIT_USAGE);
	assert_int_equal(READ("file", "--flag=1"), EXIT_USAGE);
	assert_int_equal(READ("file", "--text"), EXIT_USAGE);
	assert_int_equal(READ("file", "--count", "0"), EXIT_USAGE);
	assert_int_equal(READ("file", "--count", "101"), EXIT_USAGE);
	assert_int_equal(READ("file", "--count", "7x"), EXIT_USAGE);
	assert_int_equal(READ("file", "--count", ""), EXIT_USAGE);
	assert_int_equal(READ("file", "--count", "99999999999999999999"), EXIT_USAGE);
	assert_int_equal(READ("file", "--language", "fr"), EXIT_USAGE);
	assert_int_equal(READ("a", "b", "c"), EXIT_USAGE);
	assert_int_equal(READ("--flag"), EXIT_USAGE);
}

static void
a_target_is_an_address_or_a_path(void **state)
{
	(void)state;
	char host[256], port[16], target[DIAL_TARGET_MAX];
	assert_true(dial_split("127.0.0.1:7117", host, port));
	assert_string_equal(host, "127.0.0.1");
	assert_string_equal(port, "7117");
	assert_true(dial_split("[::1]:7117", host, port));
	assert_string_equal(host, "::1");
	assert_true(dial_split("localhost:1", host, port));
	static const char *const wrong[] = { "", ":", ":1", "host", "host:", "host:http", "[]:1",
		"[::1:1" };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(dial_split(wrong[i], host, port));
	dial_target("10.0.0.1:5", target);
	assert_string_equal(target, "10.0.0.1:5");
	dial_target("/tmp", target);
	assert_string_equal(target, "/tmp/socket");
}

static void
a_folder_that_is_named_is_never_another_server(void **state)
{
	(void)state;
	char target[DIAL_TARGET_MAX];
	setenv("SUANPAN_DATA", "/nonexistent", 1);
	dial_target(NULL, target);
	assert_string_equal(target, "/nonexistent/socket");
	unsetenv("SUANPAN_DATA");
	dial_target(NULL, target);
	assert_string_equal(target, "127.0.0.1:7117");
}

static void
nobody_there_is_said_with_the_target(void **state)
{
	(void)state;
	int fd = -7;
	struct fault fault;
	assert_int_equal(dial("/nonexistent/socket", &fd, &fault), STATUS_NOT_FOUND);
	assert_non_null(strstr(fault.text, "/nonexistent/socket"));
	assert_int_equal(dial("127.0.0.1:1", &fd, &fault), STATUS_IO);
	assert_int_equal(fd, -7);
}

static void
a_line_is_a_method_and_its_parameters(void **state)
{
	(void)state;
	struct text method, parameters;
	line_split(TEXT("ping\n"), &method, &parameters);
	assert_text(method, "ping");
	assert_text(parameters, "");
	line_split(TEXT("  charge\t {\"a\": 1} \r\n"), &method, &parameters);
	assert_text(method, "charge");
	assert_text(parameters, "{\"a\": 1}");
	line_split(TEXT(" \n"), &method, &parameters);
	assert_int_equal(method.size, 0);
	line_split(TEXT(""), &method, &parameters);
	assert_int_equal(method.size, 0);
}

static void
assert_packed(const char *parameters, const void *expected, size_t size)
{
	struct buffer buffer;
	struct fault fault;
	buffer_init(&buffer, 1000);
	struct pack pack = pack_into(&buffer);
	assert_int_equal(params_pack(text_of(parameters), &pack, &fault), STATUS_OK);
	assert_int_equal(buffer.size, size);
	assert_memory_equal(buffer.data, expected, size);
	buffer_release(&buffer);
}

static void
an_object_is_one_map_and_an_array_is_the_params(void **state)
{
	(void)state;
	assert_packed("", "\x90", 1);
	assert_packed("{}", "\x91\x80", 2);
	assert_packed("{\"a\": 1}", "\x91\x81\xa1\x61\x01", 5);
	assert_packed("[\"a\"]", "\x91\xa1\x61", 3);
	assert_packed("[]", "\x90", 1);
	struct fault fault;
	assert_int_equal(params_pack(TEXT("7"), NULL, &fault), STATUS_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_stand_anywhere_and_values_may_be_attached),
		cmocka_unit_test(a_dash_is_an_argument_and_two_end_the_options),
		cmocka_unit_test(the_language_is_that_of_the_first_locale_that_is_said),
		cmocka_unit_test(wrong_options_are_misuse),
		cmocka_unit_test(a_target_is_an_address_or_a_path),
		cmocka_unit_test(a_folder_that_is_named_is_never_another_server),
		cmocka_unit_test(nobody_there_is_said_with_the_target),
		cmocka_unit_test(a_line_is_a_method_and_its_parameters),
		cmocka_unit_test(an_object_is_one_map_and_an_array_is_the_params),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
