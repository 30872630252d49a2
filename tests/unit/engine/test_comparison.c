/* Comparisons: what a child found comes back as it was, and what is no comparison is not taken for one. */
#include "told_case.h"

#include "../../../engine/comparison.h"

static const struct difference DIFFERENCES[] = {
	{ .what = TEXT("package"),
		.path = TEXT("package/a/price"),
		.say_en = TEXT("price"),
		.say_zh = TEXT("价格"),
		.from = TEXT("0.08"),
		.to = TEXT("0.07") },
	{ .what = TEXT("table"),
		.path = TEXT("table/t/1"),
		.say_en = TEXT("row 1"),
		.say_zh = TEXT("第 1 行"),
		.to = TEXT("") },
	{ .what = TEXT("file"),
		.path = TEXT("file/x"),
		.say_en = TEXT("file x"),
		.say_zh = TEXT("文件 x"),
		.from = TEXT("1 bytes") },
};
enum { COUNT = sizeof DIFFERENCES / sizeof DIFFERENCES[0] };

/* What a child writes of the three; the buffer is the caller's to release. */
static struct bytes
written(struct buffer *out, uint32_t told_max)
{
	const struct fault fine = { .status = STATUS_OK };
	const struct diff diff = { .list = (struct difference *)(size_t)DIFFERENCES,
		.count = COUNT };
	buffer_init(out, COMPARISON_BYTES_MAX);
	assert_true(comparison_write(&diff, told_max, &fine, out));
	return (struct bytes){ out->data, out->size };
}

static void
assert_same(struct text got, struct text wanted)
{
	assert_int_equal(got.data == NULL, wanted.data == NULL);
	assert_true(text_equal(got, wanted));
}

static void
what_was_found_comes_back(void **state)
{
	struct buffer out;
	struct comparison comparison;
	struct fault fault;
	(void)state;
	comparison_init(&comparison);
	assert_int_equal(comparison_read(written(&out, 100), &comparison, &fault), STATUS_OK);
	buffer_release(&out); /* nothing points into it */
	assert_int_equal(comparison.status, STATUS_OK);
	assert_int_equal(comparison.count, COUNT);
	assert_int_equal(comparison.told, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		const struct difference *got = &comparison.list[i], *wanted = &DIFFERENCES[i];
		assert_same(got->what, wanted->what);
		assert_same(got->path, wanted->path);
		assert_same(got->say_en, wanted->say_en);
		assert_same(got->say_zh, wanted->say_zh);
		assert_same(got->from, wanted->from);
		assert_same(got->to, wanted->to);
	}
	comparison_release(&comparison);
}

static void
only_so_many_are_told_but_all_are_counted(void **state)
{
	struct buffer out;
	struct comparison comparison;
	struct fault fault;
	(void)state;
	comparison_init(&comparison);
	assert_int_equal(comparison_read(written(&out, 2), &comparison, &fault), STATUS_OK);
	assert_int_equal(comparison.count, COUNT);
	assert_int_equal(comparison.told, 2);
	comparison_release(&comparison);
	buffer_release(&out);
}

static void
what_could_not_be_compared_says_why(void **state)
{
	const struct diff none = { .list = NULL };
	struct buffer out;
	struct comparison comparison;
	struct fault fault;
	(void)state;
	buffer_init(&out, COMPARISON_BYTES_MAX);
	comparison_init(&comparison);
	fault_set(&fault, STATUS_INVALID, "no bundle");
	assert_true(comparison_write(&none, 10, &fault, &out));
	assert_int_equal(comparison_read((struct bytes){ out.data, out.size }, &comparison, &fault),
		STATUS_OK);
	assert_int_equal(comparison.status, STATUS_INVALID);
	assert_string_equal(comparison.why, "no bundle");
	assert_int_equal(comparison.told, 0);
	comparison_release(&comparison);
	buffer_release(&out);
}

static enum status
read_comparison(struct bytes packed)
{
	struct comparison comparison;
	struct fault fault;
	comparison_init(&comparison);
	enum status status = comparison_read(packed, &comparison, &fault);
	comparison_release(&comparison);
	return status;
}

static void
what_is_no_comparison_is_not_taken_for_one(void **state)
{
	static const char *const notations[] = {
		"nil",
		"[]",
		"[0, \"\", 0]",
		"[0, \"\", 0, [], 1]",
		"[99, \"\", 0, []]",
		"[0, \"\", -1, []]",
		"[0, nil, 0, []]",
		"[0, \"\", 0, {}]",
		"[0, \"\", 1, [[]]]",
		"[0, \"\", 1, [[nil, \"p\", \"e\", \"z\", nil, nil]]]",
		"[0, \"\", 1, [[\"w\", \"p\", \"e\", \"z\", nil, 5]]]",
		/* One more than there are. */
		"[0, \"\", 0, [[\"w\", \"p\", \"e\", \"z\", nil, nil]]]",
		"<94 00 a0 00 90 01>",    /* something behind it */
		"<94 00 a2 ff fe 00 90>", /* not UTF-8 */
		"<dd ff ff ff ff>",
		"[0, 'x*3000', 0, []]",
	};
	(void)state;
	expect_refused(read_comparison, notations, sizeof notations / sizeof notations[0]);
}

static void
damaged_comparisons_are_read_or_refused(void **state)
{
	struct buffer out;
	(void)state;
	expect_read_or_refused(read_comparison, written(&out, 100));
	buffer_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_found_comes_back),
		cmocka_unit_test(only_so_many_are_told_but_all_are_counted),
		cmocka_unit_test(what_could_not_be_compared_says_why),
		cmocka_unit_test(what_is_no_comparison_is_not_taken_for_one),
		cmocka_unit_test(damaged_comparisons_are_read_or_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
