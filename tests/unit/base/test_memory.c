#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "../../../engine/base/memory.h"

static int
switch_off_failures(void **state)
{
	(void)state;
	memory_fail_at(0);
	return 0;
}

static void
no_bytes_are_memory_too(void **state)
{
	(void)state;
	void *plain = memory_new(0);
	void *zeroed = memory_new_zeroed(0, 8);
	void *resized = memory_resize(NULL, 0);
	void *aligned = memory_new_aligned(64, 0);
	assert_non_null(plain);
	assert_non_null(zeroed);
	assert_non_null(resized);
	assert_non_null(aligned);
	resized = memory_resize(resized, 0);
	assert_non_null(resized);
	memory_free(plain);
	memory_free(zeroed);
	memory_free(resized);
	memory_free(aligned);
	memory_free(NULL);
}

static void
a_list_grows_by_doubling_and_stays_where_it_cannot(void **state)
{
	size_t room = 0;
	(void)state;
	uint32_t *list = memory_grow(NULL, 1, &room, sizeof *list);
	assert_non_null(list);
	assert_int_equal(room, 16);
	for (uint32_t i = 0; i < 16; i++)
		list[i] = i;
	assert_ptr_equal(memory_grow(list, 16, &room, sizeof *list), list);
	memory_fail_at(1);
	assert_null(memory_grow(list, 17, &room, sizeof *list));
	memory_fail_at(0);
	assert_int_equal(room, 16);
	list = memory_grow(list, 17, &room, sizeof *list);
	assert_non_null(list);
	assert_int_equal(room, 32);
	for (uint32_t i = 0; i < 16; i++)
		assert_int_equal(list[i], i);
	list = memory_grow(list, 100, &room, sizeof *list);
	assert_non_null(list);
	assert_int_equal(room, 100);
	memory_free(list);
}

static void
zeroed_memory_is_zero_and_its_product_is_checked(void **state)
{
	(void)state;
	static const uint8_t zeros[24];
	uint8_t *memory = memory_new_zeroed(3, 8);
	assert_non_null(memory);
	assert_memory_equal(memory, zeros, sizeof zeros);
	memory_free(memory);
	/* Not a constant, or the compiler would complain of what is tried here. */
	volatile size_t huge = SIZE_MAX / 2;
	assert_null(memory_new_zeroed(huge, 3));
}

static void
aligned_memory_is_aligned(void **state)
{
	(void)state;
	for (size_t alignment = sizeof(void *); alignment <= 65536; alignment *= 2) {
		uint8_t *memory = memory_new_aligned(alignment, 100);
		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % alignment, 0);
		memset(memory, 1, 100);
		memory_free(memory);
	}
}

static void
memory_to_spread_over_is_on_large_pages_from_their_size_on(void **state)
{
	(void)state;
	static const size_t SIZES[] = { 1, 64, (2 << 20) - 1, 2 << 20, (2 << 20) + 1, 5 << 20 };
	for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
		uint8_t *memory = memory_new_spread(SIZES[i]);
		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % (SIZES[i] < 2 << 20 ? 64 : 2 << 20), 0);
		memset(memory, 1, SIZES[i]);
		memory_free(memory);
	}
	memory_fail_at(1);
	assert_null(memory_new_spread(2 << 20));
}

static void
resized_memory_keeps_its_content_also_when_it_fails(void **state)
{
	(void)state;
	char *memory = memory_new(6);
	assert_non_null(memory);
	memcpy(memory, "seven", 6);
	memory_fail_at(1);
	assert_null(memory_resize(memory, 1 << 20));
	assert_string_equal(memory, "seven");
	memory = memory_resize(memory, 1 << 20);
	assert_non_null(memory);
	assert_string_equal(memory, "seven");
	memory_free(memory);
}

static void *
request(int kind)
{
	switch (kind) {
	case 0:
		return memory_new(8);
	case 1:
		return memory_new_zeroed(1, 8);
	case 2:
		return memory_resize(NULL, 8);
	default:
		return memory_new_aligned(64, 64);
	}
}

static void
the_named_request_fails_once_whatever_its_kind(void **state)
{
	(void)state;
	for (uint64_t countdown = 1; countdown <= 8; countdown++) {
		memory_fail_at(countdown);
		for (uint64_t i = 1; i <= 12; i++) {
			void *memory = request((int)(i % 4));
			if (i == countdown)
				assert_null(memory);
			else
				assert_non_null(memory);
			memory_free(memory);
		}
		assert_int_equal(memory_request_count(), 12);
	}
}

static void
switching_off_keeps_the_count_and_stops_counting(void **state)
{
	(void)state;
	memory_fail_at(UINT64_MAX);
	assert_int_equal(memory_request_count(), 0);
	memory_free(memory_new(1));
	memory_free(memory_new(1));
	memory_fail_at(0);
	memory_free(memory_new(1));
	assert_int_equal(memory_request_count(), 2);
}

#define THREADS 4
#define REQUESTS_EACH 10000

static void *
make_requests(void *context)
{
	uintptr_t failures = 0;
	(void)context;
	for (int i = 0; i < REQUESTS_EACH; i++) {
		void *memory = memory_new(16);
		failures += memory == NULL;
		memory_free(memory);
	}
	return (void *)failures;
}

static void
one_request_of_all_threads_fails(void **state)
{
	(void)state;
	memory_fail_at(THREADS * REQUESTS_EACH / 2);
	pthread_t threads[THREADS];
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, make_requests, NULL), 0);
	uintptr_t failures = 0;
	for (int i = 0; i < THREADS; i++) {
		void *of_thread;
		assert_int_equal(pthread_join(threads[i], &of_thread), 0);
		failures += (uintptr_t)of_thread;
	}
	assert_int_equal(failures, 1);
	assert_int_equal(memory_request_count(), THREADS * REQUESTS_EACH);
}

static void
one_request_of_one_thread_fails_whatever_others_do(void **state)
{
	(void)state;
	pthread_t other;
	void *of_other;
	memory_fail_here_at(2);
	assert_int_equal(pthread_create(&other, NULL, make_requests, NULL), 0);
	assert_int_equal(pthread_join(other, &of_other), 0);
	assert_null(of_other);
	assert_int_equal(memory_request_count(), 0);
	void *first = memory_new(1), *second = memory_new(1), *third = memory_new(1);
	assert_non_null(first);
	assert_null(second);
	assert_non_null(third);
	memory_free(first);
	memory_free(third);
	assert_int_equal(memory_request_count(), 3);
	memory_fail_at(1);
	assert_int_equal(pthread_create(&other, NULL, make_requests, NULL), 0);
	assert_int_equal(pthread_join(other, &of_other), 0);
	assert_int_equal((uintptr_t)of_other, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_bytes_are_memory_too),
		cmocka_unit_test_teardown(
			a_list_grows_by_doubling_and_stays_where_it_cannot, switch_off_failures),
		cmocka_unit_test(zeroed_memory_is_zero_and_its_product_is_checked),
		cmocka_unit_test(aligned_memory_is_aligned),
		cmocka_unit_test_teardown(
			memory_to_spread_over_is_on_large_pages_from_their_size_on,
			switch_off_failures),
		cmocka_unit_test_teardown(
			resized_memory_keeps_its_content_also_when_it_fails, switch_off_failures),
		cmocka_unit_test_teardown(
			the_named_request_fails_once_whatever_its_kind, switch_off_failures),
		cmocka_unit_test_teardown(
			switching_off_keeps_the_count_and_stops_counting, switch_off_failures),
		cmocka_unit_test_teardown(one_request_of_all_threads_fails, switch_off_failures),
		cmocka_unit_test_teardown(
			one_request_of_one_thread_fails_whatever_others_do, switch_off_failures),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
