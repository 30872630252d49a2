#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../engine/base/arena.h"
#include "../../../engine/base/memory.h"

static int
switch_off_failures(void **state)
{
	(void)state;
	memory_fail_at(0);
	return 0;
}

static void
pieces_are_aligned_and_do_not_overlap(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, 1 << 20);
	uint8_t *pieces[300];
	for (size_t i = 0; i < 300; i++) {
		size_t size = i * 7 % 501;
		pieces[i] = arena_take(&arena, size);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % 16, 0);
		memset(pieces[i], (int)(i & 0xff), size);
	}
	for (size_t i = 0; i < 300; i++) {
		for (size_t j = 0; j < i * 7 % 501; j++)
			assert_int_equal(pieces[i][j], i & 0xff);
	}
	arena_release(&arena);
}

static void
nothing_is_given_past_the_bound_until_it_is_cleared(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, 1000);
	assert_non_null(arena_take(&arena, 600));
	assert_null(arena_take(&arena, 401));
	assert_non_null(arena_take(&arena, 400));
	assert_int_equal(arena.used, 1000);
	assert_null(arena_take(&arena, 1));
	assert_non_null(arena_take(&arena, 0));
	assert_null(arena_take(&arena, SIZE_MAX));
	arena_clear(&arena);
	assert_non_null(arena_take(&arena, 1000));
	arena_release(&arena);
}

static void
a_bound_of_all_memory_does_not_wrap(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, SIZE_MAX);
	assert_null(arena_take(&arena, SIZE_MAX));
	assert_null(arena_take(&arena, SIZE_MAX - 15));
	assert_non_null(arena_take(&arena, 1));
	assert_null(arena_take(&arena, SIZE_MAX - 20));
	arena_release(&arena);
}

static void
no_bytes_are_a_valid_place(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, 0);
	assert_non_null(arena_take(&arena, 0));
	assert_null(arena_take(&arena, 1));
	struct text copy = arena_copy_text(&arena, text_of(NULL));
	assert_non_null(copy.data);
	assert_int_equal(copy.size, 0);
	arena_release(&arena);
}

static void
clearing_takes_no_new_memory_for_the_next_request(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, 1 << 20);
	assert_non_null(arena_take(&arena, 100));
	arena_clear(&arena);
	assert_int_equal(arena.used, 0);
	memory_fail_at(UINT64_MAX);
	for (int i = 0; i < 5; i++) {
		assert_non_null(arena_take(&arena, 4000));
		arena_clear(&arena);
	}
	assert_int_equal(memory_request_count(), 0);
	arena_release(&arena);
}

static void
a_large_first_piece_is_not_kept_for_ever(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, 1 << 24);
	assert_non_null(arena_take(&arena, 1 << 22));
	arena_clear(&arena);
	assert_null(arena.first);
	assert_non_null(arena_take(&arena, 10));
	arena_release(&arena);
}

static void
a_request_without_memory_changes_nothing(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, 1 << 20);
	memory_fail_at(1);
	assert_null(arena_take(&arena, 10));
	assert_int_equal(arena.used, 0);
	char *kept = arena_take(&arena, 10);
	assert_non_null(kept);
	memcpy(kept, "kept here", 10);
	memory_fail_at(1);
	assert_null(arena_take(&arena, 100000));
	memory_fail_at(1);
	assert_null(arena_print(&arena, "%099999d", 1).data);
	assert_string_equal(kept, "kept here");
	assert_int_equal(arena.used, 10);
	assert_non_null(arena_take(&arena, 100000));
	arena_release(&arena);
}

static void
zeroed_pieces_are_zero_after_reuse_and_their_product_is_checked(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, 1 << 20);
	memset(arena_take(&arena, 64), 0xff, 64);
	arena_clear(&arena);
	static const uint8_t zeros[64];
	assert_memory_equal(arena_take_zeroed(&arena, 8, 8), zeros, 64);
	assert_null(arena_take_zeroed(&arena, SIZE_MAX / 2, 3));
	arena_release(&arena);
}

static void
texts_are_copied_and_printed_into_the_arena(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, 64);
	char source[] = "balance";
	struct text copy = arena_copy_text(&arena, text_of(source));
	source[0] = 'x';
	assert_true(text_equal(copy, TEXT("balance")));
	struct text printed = arena_print(&arena, "%s=%d", "units", 42);
	assert_true(text_equal(printed, TEXT("units=42")));
	assert_int_equal(printed.data[printed.size], '\0');
	assert_null(arena_print(&arena, "%060d", 1).data);
	assert_null(arena_copy_text(&arena, (struct text){ source, 60 }).data);
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_aligned_and_do_not_overlap),
		cmocka_unit_test(nothing_is_given_past_the_bound_until_it_is_cleared),
		cmocka_unit_test(a_bound_of_all_memory_does_not_wrap),
		cmocka_unit_test(no_bytes_are_a_valid_place),
		cmocka_unit_test_teardown(
			clearing_takes_no_new_memory_for_the_next_request, switch_off_failures),
		cmocka_unit_test(a_large_first_piece_is_not_kept_for_ever),
		cmocka_unit_test_teardown(
			a_request_without_memory_changes_nothing, switch_off_failures),
		cmocka_unit_test(zeroed_pieces_are_zero_after_reuse_and_their_product_is_checked),
		cmocka_unit_test(texts_are_copied_and_printed_into_the_arena),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
