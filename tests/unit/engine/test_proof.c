/* Proofs: what a child found comes back as it was, and what is no proof is not taken for one. */
#include "told_case.h"

#include "../../../engine/proof.h"

struct found {
	struct test_report report;
	struct findings findings;
	struct fault fault;
	struct buffer out;
};

static void
found_init(struct found *found)
{
	test_report_init(&found->report);
	findings_init(&found->findings);
	buffer_init(&found->out, (size_t)4 * 1024 * 1024);
	found->fault = (struct fault){ .status = STATUS_OK };
}

static void
found_release(struct found *found)
{
	test_report_release(&found->report);
	findings_release(&found->findings);
	buffer_release(&found->out);
}

static void
add_finding(struct found *found, enum severity severity, uint32_t line)
{
	const struct finding finding = { .severity = severity,
		.file = TEXT("catalog.lua"),
		.line = line,
		.rule = TEXT("rule"),
		.say_en = TEXT("wrong"),
		.say_zh = TEXT("错误") };
	assert_true(findings_add(&found->findings, &finding));
}

/* Every third test fails. */
static void
add_tests(struct found *found, size_t count)
{
	found->report.results = calloc(count, sizeof *found->report.results);
	assert_non_null(found->report.results);
	for (size_t i = 0; i < count; i++) {
		found->report.results[i] = (struct test_result){ .file = TEXT("a_test.lua"),
			.line = (uint32_t)i,
			.name = TEXT("名"),
			.passed = i % 3 != 0,
			.expected = TEXT("amount 1"),
			.got = TEXT("amount 2") };
		found->report.failed_count += i % 3 == 0;
	}
	found->report.result_count = count;
}

static struct bytes
written(struct found *found)
{
	assert_true(proof_write(&found->report, &found->findings, &found->fault, &found->out));
	return (struct bytes){ found->out.data, found->out.size };
}

static void
what_was_found_comes_back(void **state)
{
	struct found found;
	struct proof proof;
	struct fault fault;
	(void)state;
	found_init(&found);
	proof_init(&proof);
	add_tests(&found, 7);
	add_finding(&found, FINDING_WARNING, 12);
	assert_int_equal(proof_read(written(&found), &proof, &fault), STATUS_OK);
	assert_int_equal(proof.status, STATUS_OK);
	assert_int_equal(proof.passed, 4);
	assert_int_equal(proof.failed, 3);
	assert_int_equal(proof.failure_count, 3);
	assert_int_equal(proof.failures[2].line, 6);
	assert_true(text_equal(proof.failures[1].name, TEXT("名")));
	assert_true(text_equal(proof.failures[1].expected, TEXT("amount 1")));
	assert_true(text_equal(proof.failures[1].got, TEXT("amount 2")));
	assert_int_equal(proof.findings.count, 1);
	assert_int_equal(proof.findings.list[0].line, 12);
	assert_true(text_equal(proof.findings.list[0].say_zh, TEXT("错误")));
	proof_release(&proof);
	found_release(&found);
}

static void
errors_are_told_before_what_there_is_no_room_for(void **state)
{
	struct found found;
	struct proof proof;
	struct fault fault;
	(void)state;
	found_init(&found);
	proof_init(&proof);
	for (uint32_t i = 0; i < 2 * PROOF_ITEMS_MAX; i++)
		add_finding(&found, FINDING_NOTE, i);
	add_finding(&found, FINDING_ERROR, 4711);
	add_tests(&found, 4 * PROOF_ITEMS_MAX);
	fault_set(&found.fault, STATUS_INVALID, "one error");
	assert_int_equal(proof_read(written(&found), &proof, &fault), STATUS_OK);
	assert_int_equal(proof.status, STATUS_INVALID);
	assert_string_equal(proof.why, "one error");
	assert_int_equal(proof.findings.count, PROOF_ITEMS_MAX);
	assert_int_equal(proof.findings.list[PROOF_ITEMS_MAX - 1].line, 4711);
	assert_int_equal(proof.failure_count, PROOF_ITEMS_MAX);
	assert_int_equal(proof.failed, 4 * PROOF_ITEMS_MAX / 3 + 1);
	proof_release(&proof);
	found_release(&found);
}

/* A text of three-byte characters that is longer than a proof takes. */
static void
long_texts_are_cut_between_characters(void **state)
{
	struct found found;
	struct proof proof;
	struct fault fault;
	char long_text[9001];
	(void)state;
	for (size_t i = 0; i < sizeof long_text - 1; i += 3)
		memcpy(long_text + i, "费", 3);
	long_text[sizeof long_text - 1] = '\0';
	found_init(&found);
	proof_init(&proof);
	const struct finding finding = { .severity = FINDING_ERROR,
		.file = TEXT("catalog.lua"),
		.rule = TEXT("rule"),
		.say_en = text_of(long_text),
		.say_zh = text_of(long_text) };
	assert_true(findings_add(&found.findings, &finding));
	fault_set(&found.fault, STATUS_INVALID, "one error");
	assert_int_equal(proof_read(written(&found), &proof, &fault), STATUS_OK);
	size_t size = proof.findings.list[0].say_zh.size;
	assert_in_range(size, 1000, 4000);
	assert_int_equal(size % 3, 0);
	proof_release(&proof);
	found_release(&found);
}

static enum status
read_proof(struct bytes packed)
{
	struct proof proof;
	struct fault fault;
	proof_init(&proof);
	enum status status = proof_read(packed, &proof, &fault);
	proof_release(&proof);
	return status;
}

static void
what_is_no_proof_is_not_taken_for_one(void **state)
{
	static const char *const notations[] = {
		"nil",
		"[]",
		"[0, \"\", 1, 0, []]",
		"[0, \"\", 1, 0, [], [], 1]",
		"[99, \"\", 1, 0, [], []]",
		"[0, \"\", -1, 0, [], []]",
		"[0, 12, 1, 0, [], []]",
		"[0, \"\", 1, 0, {}, []]",
		"[0, \"\", 1, 0, [], [[]]]",
		/* A failure more than failed; an error in what is sound. */
		"[0, \"\", 1, 0, [[\"f\", 1, \"n\", \"e\", \"g\"]], []]",
		"[0, \"\", 1, 0, [], [[2, \"f\", 1, \"r\", \"e\", \"z\"]]]",
		"[0, \"\", 1, 0, [], [[3, \"f\", 1, \"r\", \"e\", \"z\"]]]",
		"<96 00 a0 01 00 90 90 01>",    /* something behind it */
		"<96 00 a2 ff fe 01 00 90 90>", /* not UTF-8 */
		"<dd ff ff ff ff>",
		"[0, 'x*3000', 1, 0, [], []]",
	};
	(void)state;
	expect_refused(read_proof, notations, sizeof notations / sizeof notations[0]);
}

static void
damaged_proofs_are_read_or_refused(void **state)
{
	struct found found;
	(void)state;
	found_init(&found);
	add_tests(&found, 9);
	add_finding(&found, FINDING_WARNING, 12);
	add_finding(&found, FINDING_NOTE, 300);
	expect_read_or_refused(read_proof, written(&found));
	found_release(&found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_found_comes_back),
		cmocka_unit_test(errors_are_told_before_what_there_is_no_room_for),
		cmocka_unit_test(long_texts_are_cut_between_characters),
		cmocka_unit_test(what_is_no_proof_is_not_taken_for_one),
		cmocka_unit_test(damaged_proofs_are_read_or_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
