#include "../../../engine/base/bytes.h"
#include "../../../engine/base/memory.h"
#include "../../../store/slab.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { TAKEN_MAX = 20000 };

static struct slabs *slabs;

static int
set_up(void **state)
{
	(void)state;
	slabs = slabs_new();
	return slabs == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	memory_fail_at(0);
	slabs_free(slabs);
	return 0;
}

static void
cell_holds_what_was_asked_for_and_little_more(void **state)
{
	(void)state;
	size_t before = 0;
	for (size_t size = 1; size <= SLAB_CELL_MAX; size++) {
		size_t cell = slab_cell_size(size);
		assert_true(cell >= size && cell % 8 == 0 && cell >= before);
		assert_true(size <= 512 ? cell < size + 16 : cell <= size + size / 4 + 32);
		assert_int_equal(slab_cell_size(cell), cell);
		before = cell;
	}
	assert_int_equal(before, SLAB_CELL_MAX);
}

static void
cells_begin_with_zeros_and_lie_on_multiples_of_eight(void **state)
{
	(void)state;
	static const size_t sizes[] = { 1, 16, 17, 100, 512, 513, 4000, 8192, 9000, SLAB_CELL_MAX };
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		void *cells[40];
		for (int round = 0; round < 2; round++) {
			for (size_t n = 0; n < 40; n++) {
				cells[n] = slab_take(slabs, sizes[i]);
				assert_non_null(cells[n]);
				assert_int_equal((uintptr_t)cells[n] % 8, 0);
				assert_int_equal(load_u64(cells[n]), 0);
				assert_int_equal(load_u64((uint8_t *)cells[n] + 8), 0);
				memset(cells[n], 0xa5, slab_cell_size(sizes[i]));
			}
			for (size_t n = 0; n < 40; n++) {
				slab_give(slabs, cells[n], sizes[i]);
				assert_int_equal(load_u64(cells[n]), 0);
			}
		}
	}
}

static void
blocks_are_counted_and_cells_given_back_are_used_again(void **state)
{
	(void)state;
	void *cells[200];
	assert_int_equal(slabs_bytes(slabs), 0);
	for (size_t n = 0; n < 200; n++)
		cells[n] = slab_take(slabs, 1000);
	size_t bytes = slabs_bytes(slabs);
	assert_true(bytes >= 200 * 1000 && bytes < 200 * 1250 + 2 * SLAB_BYTES);
	for (int round = 0; round < 50; round++) {
		for (size_t n = 0; n < 200; n++)
			slab_give(slabs, cells[n], 1000);
		for (size_t n = 0; n < 200; n++)
			cells[n] = slab_take(slabs, 1001);
	}
	assert_int_equal(slabs_bytes(slabs), bytes);
}

static void
without_memory_nothing_is_taken_and_what_is_there_stays(void **state)
{
	(void)state;
	uint8_t *kept = slab_take(slabs, 64);
	memset(kept, 0x5a, 64);
	for (uint64_t n = 1;; n++) {
		size_t bytes = slabs_bytes(slabs);
		memory_fail_at(n);
		void *cell = slab_take(slabs, 2000);
		bool failed = memory_request_count() >= n;
		memory_fail_at(0);
		if (!failed) {
			assert_non_null(cell);
			assert_true(n > 1);
			break;
		}
		assert_null(cell);
		assert_int_equal(slabs_bytes(slabs), bytes);
	}
	for (size_t i = 0; i < 64; i++)
		assert_int_equal(kept[i], 0x5a);
}

struct taken {
	uint8_t *cell;
	size_t size;
	uint32_t number; /* its bytes hold it, so that a cell given twice is seen */
};

static size_t
random_size(struct random *random)
{
	switch (random_below(random, 8)) {
	case 0:
		return 1 + random_below(random, SLAB_CELL_MAX);
	case 1:
		return 1 + random_below(random, 4000);
	default:
		return 17 + random_below(random, 300);
	}
}

/* Fills a cell but for its first 8 bytes, where users of cells in use have something not zero. */
static void
taken_write(const struct taken *taken)
{
	store_u64(taken->cell, UINT64_MAX);
	for (size_t i = 8; i + 4 <= taken->size; i += 4)
		store_u32(taken->cell + i, taken->number);
}

static void
assert_taken(const struct taken *taken)
{
	for (size_t i = 8; i + 4 <= taken->size; i += 4)
		assert_int_equal(load_u32(taken->cell + i), taken->number);
}

static int
compare_pointers(const void *a, const void *b)
{
	const uint8_t *left = *(uint8_t *const *)a, *right = *(uint8_t *const *)b;
	return (left > right) - (left < right);
}

/* The round meets every cell in use exactly once. */
static void
assert_round(const struct taken *taken, size_t count)
{
	static uint8_t *seen[TAKEN_MAX], *known[TAKEN_MAX];
	struct slab_hand hand = { NULL, 0 };
	size_t seen_count = 0;
	uint8_t *cell;
	while ((cell = slab_next(slabs, &hand)) != NULL) {
		if (load_u64(cell) == 0)
			continue;
		assert_true(seen_count < TAKEN_MAX);
		seen[seen_count++] = cell;
	}
	assert_null(hand.slab); /* the next round begins anew */
	assert_int_equal(seen_count, count);
	for (size_t i = 0; i < count; i++)
		known[i] = taken[i].cell;
	qsort(seen, count, sizeof *seen, compare_pointers);
	qsort(known, count, sizeof *known, compare_pointers);
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(seen[i], known[i]);
}

static void
cells_never_overlap_and_the_round_meets_each_in_use_once(void **state)
{
	(void)state;
	static struct taken taken[TAKEN_MAX];
	struct random random = { random_seed(
		"cells_never_overlap_and_the_round_meets_each_in_use_once") };
	size_t count = 0;
	for (uint32_t number = 1; number < 30000; number++) {
		bool grows = number % 10000 < 6000;
		if (count == 0 || random_below(&random, 10) < (grows ? 7 : 3)) {
			if (count == TAKEN_MAX / 4)
				continue;
			struct taken *one = &taken[count++];
			one->size = random_size(&random);
			one->number = number;
			one->cell = slab_take(slabs, one->size);
			assert_non_null(one->cell);
			taken_write(one);
		} else {
			size_t at = random_below(&random, count);
			assert_taken(&taken[at]);
			slab_give(slabs, taken[at].cell, taken[at].size);
			taken[at] = taken[--count];
		}
		if (number % 3000 == 0)
			assert_round(taken, count);
	}
	for (size_t i = 0; i < count; i++)
		assert_taken(&taken[i]);
	assert_round(taken, count);
}

static void
hand_of_a_size_goes_round_the_cells_of_that_size_only(void **state)
{
	(void)state;
	void *small[3000], *large[20];
	for (size_t i = 0; i < 3000; i++) {
		small[i] = slab_take(slabs, 64);
		store_u64(small[i], 64);
		if (i < 20) {
			large[i] = slab_take(slabs, 20000);
			store_u64(large[i], 20000);
		}
	}
	for (int round = 0; round < 3; round++) {
		size_t seen = 0;
		void *cell;
		while ((cell = slab_next_of_size(slabs, 60)) != NULL) {
			assert_true(load_u64(cell) == 64 || load_u64(cell) == 0);
			seen += load_u64(cell) == 64;
		}
		assert_int_equal(seen, 3000);
		seen = 0;
		while ((cell = slab_next_of_size(slabs, 20000)) != NULL)
			seen += load_u64(cell) == 20000;
		assert_int_equal(seen, 20);
	}
	assert_null(slab_next_of_size(slabs, 300));
	assert_int_equal(slab_cells_of_size(slabs, 300), 0);
	assert_int_equal(slab_cells_of_size(slabs, 20000), 20);
	assert_true(slab_cells_of_size(slabs, 64) >= 3000);
	assert_false(slab_is_at_hand(slabs, 300));
	assert_false(slab_is_at_hand(slabs, 20000));
	slab_give(slabs, large[0], 20000);
	assert_true(slab_is_at_hand(slabs, 20000));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cell_holds_what_was_asked_for_and_little_more),
		TEST(cells_begin_with_zeros_and_lie_on_multiples_of_eight),
		TEST(blocks_are_counted_and_cells_given_back_are_used_again),
		TEST(without_memory_nothing_is_taken_and_what_is_there_stays),
		TEST(cells_never_overlap_and_the_round_meets_each_in_use_once),
		TEST(hand_of_a_size_goes_round_the_cells_of_that_size_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
