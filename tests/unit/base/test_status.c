#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "../../../engine/base/bytes.h"
#include "../../../engine/base/status.h"
#include "../../../engine/base/utf8.h"

static void
a_fault_keeps_what_where_and_why(void **state)
{
	(void)state;
	struct fault fault;
	int line = __LINE__ + 1;
	enum status status = fault_set(&fault, STATUS_CORRUPT, "frame %d of %s is damaged", 7, "x");
	assert_int_equal(status, STATUS_CORRUPT);
	assert_int_equal(fault.status, STATUS_CORRUPT);
	assert_int_equal(fault.os_error, 0);
	assert_int_equal(fault.line, line);
	assert_non_null(strstr(fault.file, "test_status.c"));
	assert_string_equal(fault.text, "frame 7 of x is damaged");
}

static void
a_fault_nobody_wants_is_still_a_status(void **state)
{
	(void)state;
	assert_int_equal(fault_set(NULL, STATUS_LIMIT, "too many"), STATUS_LIMIT);
	assert_int_equal(fault_system(NULL, ENOSPC, "cannot write"), STATUS_FULL);
}

static void
a_system_error_chooses_the_status_and_ends_the_sentence(void **state)
{
	(void)state;
	static const struct {
		int os_error;
		enum status status;
	} cases[] = {
		{ ENOSPC, STATUS_FULL },
		{ EDQUOT, STATUS_FULL },
		{ ENOMEM, STATUS_MEMORY },
		{ ENOENT, STATUS_NOT_FOUND },
		{ EIO, STATUS_IO },
		{ EACCES, STATUS_IO },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fault fault;
		enum status status = fault_system(
			&fault, cases[i].os_error, "cannot open %s", "a file");
		char expected[256] = "cannot open a file: ";
		strcat(expected, strerror(cases[i].os_error));
		assert_int_equal(status, cases[i].status);
		assert_int_equal(fault.status, cases[i].status);
		assert_int_equal(fault.os_error, cases[i].os_error);
		assert_string_equal(fault.text, expected);
	}
}

static void
a_fault_may_be_wrapped_in_itself(void **state)
{
	(void)state;
	struct fault fault;
	fault_set(&fault, STATUS_INVALID, "line 3 is bad");
	fault_set(&fault, STATUS_INVALID, "the catalog cannot be read: %s", fault.text);
	assert_string_equal(fault.text, "the catalog cannot be read: line 3 is bad");
}

static void
a_text_too_long_is_cut_between_characters(void **state)
{
	(void)state;
	/* 0 to 3 bytes in front move the cut through each place of the three-byte characters. */
	for (size_t front = 0; front < 4; front++) {
		char text[900] = "";
		memset(text, 'a', front);
		for (size_t i = 0; i < 250; i++)
			memcpy(text + front + 3 * i, "\xe8\xae\xa1", 4);
		struct fault fault;
		fault_set(&fault, STATUS_INVALID, "%s", text);
		size_t size = strlen(fault.text);
		assert_true(size >= sizeof fault.text - 4 && size < sizeof fault.text);
		assert_true(utf8_is_valid(text_of(fault.text)));
		assert_memory_equal(fault.text, text, size);
	}
}

static void
every_status_has_its_name(void **state)
{
	(void)state;
	assert_string_equal(status_name(STATUS_OK), "STATUS_OK");
	assert_string_equal(status_name(STATUS_UNSUPPORTED), "STATUS_UNSUPPORTED");
	for (int i = STATUS_OK; i <= STATUS_UNSUPPORTED; i++) {
		assert_memory_equal(status_name((enum status)i), "STATUS_", 7);
		assert_string_not_equal(status_name((enum status)i), "STATUS_?");
		for (int j = STATUS_OK; j < i; j++)
			assert_string_not_equal(
				status_name((enum status)i), status_name((enum status)j));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_keeps_what_where_and_why),
		cmocka_unit_test(a_fault_nobody_wants_is_still_a_status),
		cmocka_unit_test(a_system_error_chooses_the_status_and_ends_the_sentence),
		cmocka_unit_test(a_fault_may_be_wrapped_in_itself),
		cmocka_unit_test(a_text_too_long_is_cut_between_characters),
		cmocka_unit_test(every_status_has_its_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
