/* Proofs of catalogs (see proof.h). */
#include "proof.h"

#include "pack.h"
#include "told.h"

#include "base/utf8.h"

#include <stdio.h>

/*
 * Texts are cut at so many bytes: a finding is a sentence, and what a test expected a short list.
 * So a proof has at most PROOF_ITEMS_MAX * 2 * 5 of them.
 */
enum { TEXT_BYTES_MAX = 2000 };
#define PROOF_BYTES_MAX ((size_t)4 * 1024 * 1024)

static size_t
at_most(size_t count)
{
	return count < PROOF_ITEMS_MAX ? count : PROOF_ITEMS_MAX;
}

/* ---- writing: the child ---- */

static void
pack_cut(struct pack *pack, struct text text)
{
	if (text.size > TEXT_BYTES_MAX) {
		text.size = TEXT_BYTES_MAX;
		while (text.size > 0 && !utf8_is_valid(text))
			text.size--;
	}
	pack_text(pack, text);
}

static void
pack_failures(struct pack *pack, const struct test_report *report)
{
	size_t left = at_most(report->failed_count);
	pack_array(pack, (uint32_t)left);
	for (size_t i = 0; left > 0; i++) {
		const struct test_result *one = &report->results[i];
		if (one->passed)
			continue;
		pack_array(pack, 5);
		pack_cut(pack, one->file);
		pack_unsigned(pack, one->line);
		pack_cut(pack, one->name);
		pack_cut(pack, one->expected);
		pack_cut(pack, one->got);
		left--;
	}
}

/* Those that are errors, or the others, as long as there are some left to tell. */
static void
pack_findings(struct pack *pack, const struct findings *findings, bool errors, size_t *left)
{
	for (size_t i = 0; i<findings->count && * left> 0; i++) {
		const struct finding *one = &findings->list[i];
		if ((one->severity == FINDING_ERROR) != errors)
			continue;
		pack_array(pack, 6);
		pack_unsigned(pack, one->severity);
		pack_cut(pack, one->file);
		pack_unsigned(pack, one->line);
		pack_cut(pack, one->rule);
		pack_cut(pack, one->say_en);
		pack_cut(pack, one->say_zh);
		(*left)--;
	}
}

bool
proof_write(const struct test_report *report, const struct findings *findings,
	const struct fault *fault, struct buffer *out)
{
	struct pack pack = pack_into(out);
	size_t left = at_most(findings->count);
	pack_array(&pack, 6);
	pack_unsigned(&pack, fault->status);
	pack_cut(&pack, text_of(fault->text));
	pack_unsigned(&pack, report->result_count - report->failed_count);
	pack_unsigned(&pack, report->failed_count);
	pack_failures(&pack, report);
	pack_array(&pack, (uint32_t)left);
	pack_findings(&pack, findings, true, &left);
	pack_findings(&pack, findings, false, &left);
	return pack_is_whole(&pack);
}

/* What is sound is tested; the findings are those of its tests, too. */
static void
prove(struct bytes bundle, struct test_report *report, struct findings *findings,
	struct fault *fault)
{
	const struct test_options options = { TEXT(""), TEXT("en") };
	enum status status = catalog_test_run(bundle, &options, report, findings, fault);
	if (status == STATUS_OK && findings_have_errors(findings))
		status = fault_set(fault, STATUS_INVALID, "a file of tests has errors");
	if (status == STATUS_OK)
		*fault = (struct fault){ .status = STATUS_OK };
}

void
proof_child(void)
{
	const struct confines confines = { PROOF_MEMORY_BYTES_MAX, PROOF_CPU_SECONDS_MAX };
	struct test_report report;
	struct findings findings;
	struct buffer bundle, out;
	struct fault fault;
	buffer_init(&bundle, BUNDLE_BYTES_MAX);
	buffer_init(&out, PROOF_BYTES_MAX);
	test_report_init(&report);
	findings_init(&findings);
	enum status status = child_confine(&confines, &fault);
	if (status == STATUS_OK)
		status = child_read(&bundle, &fault);
	if (status == STATUS_OK)
		prove((struct bytes){ bundle.data, bundle.size }, &report, &findings, &fault);
	if (!proof_write(&report, &findings, &fault, &out)) {
		/* Without memory for all of it, it can still be said that there was none. */
		test_report_release(&report);
		findings_release(&findings);
		test_report_init(&report);
		findings_init(&findings);
		buffer_clear(&out);
		fault_set(&fault, STATUS_MEMORY, "no memory for the findings");
		proof_write(&report, &findings, &fault, &out);
	}
	child_finish((struct bytes){ out.data, out.size });
}

/* ---- reading: the server ---- */

/* Both give false without memory. */
static bool
read_failures(const msgpack_object_array *list, struct proof *proof, bool *wrong)
{
	struct arena *arena = &proof->arena;
	proof->failures = arena_take_zeroed(arena, list->size, sizeof *proof->failures);
	if (proof->failures == NULL)
		return false;
	for (uint32_t i = 0; i < list->size && !*wrong; i++) {
		struct test_result *one = &proof->failures[proof->failure_count++];
		struct row row = row_of(&list->ptr[i], 5);
		one->file = arena_copy_text(arena, row_text(&row, TEXT_BYTES_MAX));
		one->line = (uint32_t)row_number(&row, UINT32_MAX);
		one->name = arena_copy_text(arena, row_text(&row, TEXT_BYTES_MAX));
		one->expected = arena_copy_text(arena, row_text(&row, TEXT_BYTES_MAX));
		one->got = arena_copy_text(arena, row_text(&row, TEXT_BYTES_MAX));
		*wrong = row.wrong;
		if (one->file.data == NULL || one->name.data == NULL ||
			one->expected.data == NULL || one->got.data == NULL)
			return false;
	}
	return true;
}

static bool
read_findings(const msgpack_object_array *list, struct proof *proof, bool *wrong)
{
	for (uint32_t i = 0; i < list->size; i++) {
		struct row row = row_of(&list->ptr[i], 6);
		struct finding one = { .severity = (enum severity)row_number(&row, FINDING_ERROR) };
		one.file = row_text(&row, TEXT_BYTES_MAX);
		one.line = (uint32_t)row_number(&row, UINT32_MAX);
		one.rule = row_text(&row, TEXT_BYTES_MAX);
		one.say_en = row_text(&row, TEXT_BYTES_MAX);
		one.say_zh = row_text(&row, TEXT_BYTES_MAX);
		*wrong = row.wrong;
		if (*wrong)
			return true;
		if (!findings_add(&proof->findings, &one))
			return false;
	}
	findings_sort(&proof->findings);
	return true;
}

static enum status
read_object(const msgpack_object *object, struct proof *proof, struct fault *fault)
{
	struct row row = row_of(object, 6);
	proof->status = (enum status)row_number(&row, STATUS_UNSUPPORTED);
	struct text why = row_text(&row, TEXT_BYTES_MAX);
	proof->passed = row_number(&row, UINT32_MAX);
	proof->failed = row_number(&row, UINT32_MAX);
	const msgpack_object_array *failures = row_list(&row, PROOF_ITEMS_MAX),
				   *findings = row_list(&row, PROOF_ITEMS_MAX);
	bool wrong = row.wrong;
	if (!wrong) {
		snprintf(proof->why, sizeof proof->why, "%.*s", TEXT_ARGS(why));
		if (!read_failures(failures, proof, &wrong) ||
			(!wrong && !read_findings(findings, proof, &wrong)))
			return fault_set(fault, STATUS_MEMORY, "no memory for a proof");
	}
	wrong = wrong || proof->failure_count > proof->failed ||
		(proof->status == STATUS_OK && findings_have_errors(&proof->findings));
	if (wrong)
		return fault_set(fault, STATUS_CORRUPT, "the proof is not as it should be");
	return STATUS_OK;
}

enum status
proof_read(struct bytes packed, struct proof *proof, struct fault *fault)
{
	struct told told;
	enum status status = told_open(&told, packed, fault);
	if (status != STATUS_OK)
		return status;
	status = read_object(&told.object, proof, fault);
	told_close(&told);
	return status;
}

/* ---- a proof ---- */

void
proof_init(struct proof *proof)
{
	*proof = (struct proof){ .end = { CHILD_NOT_STARTED, 0 } };
	findings_init(&proof->findings);
	arena_init(&proof->arena, PROOF_BYTES_MAX);
}

void
proof_release(struct proof *proof)
{
	findings_release(&proof->findings);
	arena_release(&proof->arena);
}

enum status
proof_make(struct bytes bundle, const atomic_bool *stop, struct proof *proof, struct fault *fault)
{
	struct buffer output;
	enum status status = STATUS_OK;
	buffer_init(&output, PROOF_BYTES_MAX);
	const struct child_job job = { PROOF_ARGUMENT, bundle, &output, PROOF_DEADLINE_MS, stop };
	proof->end = child_run(&job);
	if (proof->end.kind == CHILD_DONE)
		status = proof_read((struct bytes){ output.data, output.size }, proof, fault);
	if (proof->end.kind == CHILD_NO_MEMORY)
		status = fault_set(fault, STATUS_MEMORY, "no memory for a proof");
	buffer_release(&output);
	return status;
}
