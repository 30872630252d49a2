#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../engine/base/buffer.h"
#include "../../../engine/base/memory.h"

static int
switch_off_failures(void **state)
{
	(void)state;
	memory_fail_at(0);
	return 0;
}

static void
assert_content(const struct buffer *buffer, struct text expected)
{
	struct text content = { (const char *)buffer->data, buffer->size };
	assert_true(text_equal(content, expected));
}

static void
appended_bytes_stand_in_order(void **state)
{
	(void)state;
	struct buffer buffer;
	buffer_init(&buffer, 100);
	assert_true(buffer_append(&buffer, "ab", 2));
	assert_true(buffer_append_text(&buffer, TEXT("")));
	assert_true(buffer_append_text(&buffer, text_of(NULL)));
	assert_true(buffer_append_text(&buffer, TEXT("cd")));
	assert_true(buffer_print(&buffer, "-%d-%s", 17, "e"));
	assert_content(&buffer, TEXT("abcd-17-e"));
	buffer_release(&buffer);
}

static void
the_bound_is_reached_exactly_and_never_passed(void **state)
{
	(void)state;
	for (size_t bound = 0; bound < 600; bound++) {
		struct buffer buffer;
		buffer_init(&buffer, bound);
		for (size_t i = 0; i < bound; i++)
			assert_true(buffer_append(&buffer, "x", 1));
		assert_false(buffer_append(&buffer, "y", 1));
		assert_false(buffer_print(&buffer, "y"));
		assert_true(buffer_append(&buffer, "", 0));
		assert_int_equal(buffer.size, bound);
		buffer_clear(&buffer);
		if (bound > 0)
			assert_true(buffer_print(&buffer, "%0*d", (int)bound, 1));
		assert_int_equal(buffer.size, bound);
		buffer_release(&buffer);
	}
}

static void
sizes_near_the_end_of_the_range_do_not_wrap(void **state)
{
	(void)state;
	struct buffer buffer;
	buffer_init(&buffer, SIZE_MAX - 1);
	assert_true(buffer_append(&buffer, "x", 1));
	volatile size_t huge = SIZE_MAX;
	assert_null(buffer_reserve(&buffer, huge));
	buffer_release(&buffer);
}

static void
reserved_room_becomes_content_when_it_grew(void **state)
{
	(void)state;
	struct buffer buffer;
	buffer_init(&buffer, 1000);
	assert_non_null(buffer_reserve(&buffer, 0));
	uint8_t *at = buffer_reserve(&buffer, 500);
	memset(at, 'r', 500);
	assert_int_equal(buffer.size, 0);
	buffer_grew(&buffer, 3);
	assert_content(&buffer, TEXT("rrr"));
	assert_null(buffer_reserve(&buffer, 998));
	buffer_release(&buffer);
}

static void
consumed_bytes_leave_and_the_rest_moves_to_the_front(void **state)
{
	(void)state;
	struct buffer buffer;
	buffer_init(&buffer, 100);
	assert_true(buffer_append_text(&buffer, TEXT("headertail")));
	buffer_consume(&buffer, 0);
	buffer_consume(&buffer, 6);
	assert_content(&buffer, TEXT("tail"));
	buffer_consume(&buffer, 4);
	assert_int_equal(buffer.size, 0);
	assert_true(buffer_append_text(&buffer, TEXT("new")));
	assert_content(&buffer, TEXT("new"));
	buffer_release(&buffer);
}

static void
a_failed_append_changes_nothing(void **state)
{
	(void)state;
	struct buffer buffer;
	buffer_init(&buffer, 1 << 20);
	memory_fail_at(1);
	assert_false(buffer_append(&buffer, "x", 1));
	assert_int_equal(buffer.size, 0);
	assert_true(buffer_append_text(&buffer, TEXT("kept")));
	memory_fail_at(1);
	assert_null(buffer_reserve(&buffer, 5000));
	memory_fail_at(1);
	assert_false(buffer_print(&buffer, "%05000d", 1));
	assert_content(&buffer, TEXT("kept"));
	assert_true(buffer_print(&buffer, "%05000d", 1));
	assert_int_equal(buffer.size, 5004);
	buffer_release(&buffer);
}

static void
a_cleared_buffer_keeps_its_memory(void **state)
{
	(void)state;
	struct buffer buffer;
	buffer_init(&buffer, 10000);
	assert_true(buffer_print(&buffer, "%05000d", 1));
	buffer_clear(&buffer);
	memory_fail_at(UINT64_MAX);
	assert_true(buffer_print(&buffer, "%05000d", 1));
	assert_int_equal(memory_request_count(), 0);
	buffer_release(&buffer);
	assert_null(buffer.data);
	assert_int_equal(buffer.bytes_max, 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appended_bytes_stand_in_order),
		cmocka_unit_test(the_bound_is_reached_exactly_and_never_passed),
		cmocka_unit_test(sizes_near_the_end_of_the_range_do_not_wrap),
		cmocka_unit_test(reserved_room_becomes_content_when_it_grew),
		cmocka_unit_test(consumed_bytes_leave_and_the_rest_moves_to_the_front),
		cmocka_unit_test_teardown(a_failed_append_changes_nothing, switch_off_failures),
		cmocka_unit_test_teardown(a_cleared_buffer_keeps_its_memory, switch_off_failures),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
