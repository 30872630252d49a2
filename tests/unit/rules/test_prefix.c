#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../engine/base/memory.h"
#include "../../../rules/prefix.h"

#include <stdio.h>
#include <stdlib.h>

static struct prefix_table *
table_of(const struct prefix_row *rows, size_t count)
{
	struct prefix_table *table = NULL;
	struct fault fault;

	assert_int_equal(prefix_table_new(rows, count, &table, &fault), STATUS_OK);
	assert_non_null(table);
	return table;
}

static void
assert_found(const struct prefix_table *table, const char *digits, uint32_t value, size_t matched)
{
	uint32_t found_value = 4711;
	size_t found_matched = 4711;

	if (!prefix_find(table, text_of(digits), &found_value, &found_matched))
		fail_msg("nothing found for %s", digits);
	assert_int_equal(found_value, value);
	assert_int_equal(found_matched, matched);
}

static void
assert_not_found(const struct prefix_table *table, const char *digits)
{
	uint32_t value = 4711;
	size_t matched = 4712;

	assert_false(prefix_find(table, text_of(digits), &value, &matched));
	assert_int_equal(value, 4711);
	assert_int_equal(matched, 4712);
}

static void
longest_prefix_wins(void **state)
{
	const struct prefix_row rows[] = {
		{ TEXT("00"), 0, 0, 0, 1 },
		{ TEXT("0086"), 0, 0, 1, 2 },
		{ TEXT("00852"), 0, 0, 2, 3 },
		{ TEXT("0"), 0, 0, 3, 4 },
	};
	struct prefix_table *table = table_of(rows, 4);

	(void)state;
	assert_found(table, "008613800000000", 2, 4);
	assert_found(table, "0085212345678", 3, 5);
	assert_found(table, "0085", 1, 2);
	assert_found(table, "00", 1, 2);
	assert_found(table, "0771", 4, 1);
	assert_found(table, "0", 4, 1);
	assert_not_found(table, "110");
	prefix_table_free(table);
}

static void
number_of_digits_is_of_the_whole_number(void **state)
{
	const struct prefix_row rows[] = {
		{ TEXT(""), 0, 0, 0, 1 },
		{ TEXT("800"), 10, 10, 1, 2 },
		{ TEXT("110"), 3, 3, 2, 3 },
		{ TEXT("9"), 5, 0, 3, 4 },
		{ TEXT("8"), 0, 8, 4, 5 },
	};
	struct prefix_table *table = table_of(rows, 5);

	(void)state;
	assert_found(table, "8001234567", 2, 3);
	assert_found(table, "80012345678", 1, 0); /* 800 asks for 10, 8 for at most 8 */
	assert_found(table, "8001234", 5, 1);
	assert_found(table, "110", 3, 3);
	assert_found(table, "1100", 1, 0);
	assert_found(table, "9123", 1, 0);
	assert_found(table, "91234", 4, 1);
	prefix_table_free(table);
}

static void
lower_order_wins_among_rows_of_one_prefix(void **state)
{
	const struct prefix_row rows[] = {
		{ TEXT("12"), 3, 8, 7, 1 },
		{ TEXT("12"), 5, 10, 3, 2 },
		{ TEXT("12"), 0, 0, 9, 3 },
	};
	struct prefix_table *table = table_of(rows, 3);

	(void)state;
	assert_found(table, "123", 1, 2);
	assert_found(table, "12345", 2, 2);
	assert_found(table, "1234567890", 2, 2);
	assert_found(table, "12345678901", 3, 2);
	assert_found(table, "12", 3, 2);
	prefix_table_free(table);
}

static void
only_digits_are_numbers(void **state)
{
	const struct prefix_row rows[] = { { TEXT(""), 0, 0, 0, 1 }, { TEXT("12"), 0, 0, 1, 2 } };
	struct prefix_table *table = table_of(rows, 2);
	uint32_t value;
	size_t matched;

	(void)state;
	assert_found(table, "7", 1, 0);
	assert_not_found(table, "");
	assert_not_found(table, "x");
	assert_not_found(table, "12x");
	assert_not_found(table, "1:");
	assert_not_found(table, "1/");
	assert_not_found(table, "12345 ");
	assert_not_found(table, "\xff");
	assert_false(prefix_find(table, (struct text){ "12\0", 3 }, &value, &matched));
	prefix_table_free(table);
}

static void
an_empty_table_finds_nothing(void **state)
{
	struct prefix_table *table = table_of(NULL, 0);

	(void)state;
	assert_not_found(table, "1");
	assert_true(prefix_table_bytes(table) > 0);
	prefix_table_free(table);
}

static void
prefixes_of_32_digits_work(void **state)
{
	const char *digits = "01234567890123456789012345678901";
	const struct prefix_row rows[] = {
		{ { digits, 32 }, 0, 0, 0, 1 },
		{ { digits, 31 }, 0, 0, 1, 2 },
		{ { digits, 16 }, 0, 0, 2, 3 },
		{ { digits, 17 }, 0, 0, 3, 4 },
	};
	struct prefix_table *table = table_of(rows, 4);

	(void)state;
	assert_found(table, "01234567890123456789012345678901", 1, 32);
	assert_found(table, "012345678901234567890123456789010", 1, 32);
	assert_found(table, "01234567890123456789012345678900", 2, 31);
	assert_found(table, "0123456789012345", 3, 16);
	assert_found(table, "01234567890123456", 4, 17);
	assert_not_found(table, "012345678901234");
	prefix_table_free(table);
}

static void
bad_rows_are_named(void **state)
{
	const struct {
		struct prefix_row row;
		const char *says;
	} cases[] = {
		{ { TEXT("12a"), 0, 0, 17, 1 }, "row 17 is not all digits" },
		{ { TEXT("012345678901234567890123456789012"), 0, 0, 18, 1 },
			"row 18 has more than 32" },
		{ { TEXT("12"), 7, 6, 19, 1 }, "row 19 asks for more digits" },
		{ { TEXT("55"), 7, 7, 20, 2 }, "row 20 repeats the prefix \"55\" of row 5 " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct prefix_row rows[] = { { TEXT("55"), 7, 7, 5, 1 }, cases[i].row };
		struct prefix_table *table = (struct prefix_table *)&rows;
		struct fault fault = { 0 };

		assert_int_equal(prefix_table_new(rows, 2, &table, &fault), STATUS_INVALID);
		assert_ptr_equal(table, &rows);
		if (strstr(fault.text, cases[i].says) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", fault.text, cases[i].says);
	}
}

static void
a_row_may_be_repeated_with_the_same_value(void **state)
{
	const struct prefix_row rows[] = {
		{ TEXT("55"), 0, 0, 0, 1 },
		{ TEXT("55"), 0, 0, 1, 1 },
		{ TEXT("55"), 7, 7, 2, 2 },
		{ TEXT("55"), 7, 8, 3, 3 },
	};
	struct prefix_table *table = table_of(rows, 4);

	(void)state;
	assert_found(table, "5512345", 1, 2);
	prefix_table_free(table);
}

static void
too_many_rows_are_refused(void **state)
{
	static struct prefix_row rows[300];
	struct prefix_table *table = NULL;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < 300; i++)
		rows[i] = (struct prefix_row){ TEXT("1"), 0, 0, (uint32_t)i, 1 };
	assert_int_equal(prefix_table_new(rows, 300, &table, &fault), STATUS_LIMIT);
	assert_int_equal(prefix_table_new(rows, PREFIX_ROWS_MAX + 1, &table, &fault), STATUS_LIMIT);
	assert_null(table);
}

static void
without_memory_nothing_is_made(void **state)
{
	const struct prefix_row rows[] = { { TEXT("1"), 0, 0, 0, 1 }, { TEXT("23"), 0, 0, 1, 2 } };
	struct prefix_table *table = NULL;
	struct fault fault;
	bool failed = true;

	(void)state;
	for (uint64_t n = 1; failed; n++) {
		table = NULL;
		memory_fail_at(n);
		enum status status = prefix_table_new(rows, 2, &table, &fault);
		failed = memory_request_count() >= n;
		memory_fail_at(0);
		if (status == STATUS_OK) {
			assert_true(n > 5); /* only the last, which shrinks, is not needed */
			assert_found(table, "23", 2, 2);
		} else {
			assert_int_equal(status, STATUS_MEMORY);
			assert_true(failed);
			assert_null(table);
		}
		prefix_table_free(table);
	}
}

/* --- the same answers as a scan of all rows --- */

static uint64_t
random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static bool
scan(const struct prefix_row *rows, size_t count, struct text digits, uint32_t *value,
	size_t *matched)
{
	const struct prefix_row *best = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct prefix_row *row = &rows[i];

		if (row->prefix.size > digits.size || digits.size < row->digits_min ||
			(row->digits_max != 0 && digits.size > row->digits_max) ||
			(row->prefix.size > 0 &&
				memcmp(row->prefix.data, digits.data, row->prefix.size) != 0))
			continue;
		if (best == NULL || row->prefix.size > best->prefix.size ||
			(row->prefix.size == best->prefix.size && row->order < best->order))
			best = row;
	}
	if (best == NULL || digits.size == 0)
		return false;
	*value = best->value;
	*matched = best->prefix.size;
	return true;
}

static void
random_tables_agree_with_a_scan(void **state)
{
	uint64_t seed = 0x5eed0001;
	uint64_t found_count = 0;

	(void)state;
	print_message("seed %#llx\n", (unsigned long long)seed);
	for (int round = 0; round < 300; round++) {
		static char digits[200][8];
		struct prefix_row rows[200];
		size_t count = random_next(&seed) % 200;

		for (size_t i = 0; i < count; i++) {
			size_t size = random_next(&seed) % 7;

			for (size_t j = 0; j < size; j++)
				digits[i][j] = (char)('0' + random_next(&seed) % 3);
			uint8_t min = (uint8_t)(random_next(&seed) % 3 == 0 ? random_next(&seed) % 9
									    : 0);
			uint8_t max = (uint8_t)(random_next(&seed) % 3 == 0 ? min + 1 : 0);
			/* one value for each prefix and bounds, so that no two rows contradict */
			rows[i] = (struct prefix_row){ { digits[i], size }, min, max,
				(uint32_t)(random_next(&seed) % 1000 * 1000 + i),
				(uint32_t)(min * 100u + max) };
		}
		struct prefix_table *table = table_of(rows, count);
		for (int probe = 0; probe < 300; probe++) {
			char number[10];
			size_t size = random_next(&seed) % 10;
			uint32_t value = 1, wanted_value = 1;
			size_t matched = 2, wanted_matched = 2;

			for (size_t j = 0; j < size; j++)
				number[j] = (char)('0' + random_next(&seed) % 4);
			struct text text = { number, size };
			bool wanted = scan(rows, count, text, &wanted_value, &wanted_matched);
			bool found = prefix_find(table, text, &value, &matched);
			assert_int_equal(found, wanted);
			assert_int_equal(value, wanted_value);
			assert_int_equal(matched, wanted_matched);
			found_count += found;
		}
		prefix_table_free(table);
	}
	assert_true(found_count > 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(longest_prefix_wins),
		cmocka_unit_test(number_of_digits_is_of_the_whole_number),
		cmocka_unit_test(lower_order_wins_among_rows_of_one_prefix),
		cmocka_unit_test(only_digits_are_numbers),
		cmocka_unit_test(an_empty_table_finds_nothing),
		cmocka_unit_test(prefixes_of_32_digits_work),
		cmocka_unit_test(bad_rows_are_named),
		cmocka_unit_test(a_row_may_be_repeated_with_the_same_value),
		cmocka_unit_test(too_many_rows_are_refused),
		cmocka_unit_test(without_memory_nothing_is_made),
		cmocka_unit_test(random_tables_agree_with_a_scan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
