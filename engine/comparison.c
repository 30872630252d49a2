/* Comparisons of catalogs (see comparison.h). */
#include "comparison.h"

#include "pack.h"
#include "proof.h"
#include "told.h"

#include <stdio.h>

enum { HEAD_BYTES = 8 + 4 };
#define INPUT_BYTES_MAX (HEAD_BYTES + 2 * (size_t)BUNDLE_BYTES_MAX)

/* ---- writing: the child ---- */

static void
pack_text_or_nil(struct pack *pack, struct text text)
{
	if (text.data == NULL)
		pack_nil(pack);
	else
		pack_text(pack, text);
}

bool
comparison_write(
	const struct diff *diff, uint32_t told_max, const struct fault *fault, struct buffer *out)
{
	struct pack pack = pack_into(out);
	size_t told = diff->count < told_max ? diff->count : told_max;
	pack_array(&pack, 4);
	pack_unsigned(&pack, fault->status);
	pack_text(&pack, text_of(fault->text));
	pack_unsigned(&pack, diff->count);
	pack_array(&pack, (uint32_t)told);
	for (size_t i = 0; i < told; i++) {
		const struct difference *one = &diff->list[i];
		pack_array(&pack, 6);
		pack_text(&pack, one->what);
		pack_text(&pack, one->path);
		pack_text(&pack, one->say_en);
		pack_text(&pack, one->say_zh);
		pack_text_or_nil(&pack, one->from);
		pack_text_or_nil(&pack, one->to);
	}
	return pack_is_whole(&pack);
}

static enum status
compare(struct bytes input, struct diff *diff, uint32_t *told_max, struct fault *fault)
{
	uint64_t from_size = input.size < HEAD_BYTES ? UINT64_MAX : load_u64(input.data);
	if (from_size > input.size - HEAD_BYTES)
		return fault_set(fault, STATUS_CORRUPT, "the input is cut off");
	*told_max = load_u32(input.data + 8);
	struct bytes from = { input.data + HEAD_BYTES, (size_t)from_size };
	struct bytes to = { from.data + from.size, input.size - HEAD_BYTES - from.size };
	enum status status = diff_bundles(from, to, diff, fault);
	if (status == STATUS_OK)
		*fault = (struct fault){ .status = STATUS_OK };
	return status;
}

void
comparison_child(void)
{
	const struct confines confines = { PROOF_MEMORY_BYTES_MAX, PROOF_CPU_SECONDS_MAX };
	const struct diff none = { .list = NULL };
	struct diff diff;
	struct buffer input, out;
	struct fault fault;
	uint32_t told_max = 0;
	buffer_init(&input, INPUT_BYTES_MAX);
	buffer_init(&out, COMPARISON_BYTES_MAX);
	diff_init(&diff);
	enum status status = child_confine(&confines, &fault);
	if (status == STATUS_OK)
		status = child_read(&input, &fault);
	if (status == STATUS_OK)
		status = compare(
			(struct bytes){ input.data, input.size }, &diff, &told_max, &fault);
	if (!comparison_write(status == STATUS_OK ? &diff : &none, told_max, &fault, &out)) {
		diff_release(&diff);
		buffer_clear(&out);
		fault_set(&fault, STATUS_LIMIT,
			"the differences take more than %zu bytes, or memory is short; ask for fewer",
			COMPARISON_BYTES_MAX);
		comparison_write(&none, 0, &fault, &out);
	}
	child_finish((struct bytes){ out.data, out.size });
}

/* ---- reading: the server ---- */

static bool
is_text(struct text text)
{
	return text.data != NULL;
}

/* False without memory; *wrong: it is no list of differences. */
static bool
read_differences(const msgpack_object_array *list, struct comparison *comparison, bool *wrong)
{
	struct arena *arena = &comparison->arena;
	comparison->list = arena_take_zeroed(arena, list->size, sizeof *comparison->list);
	if (comparison->list == NULL)
		return false;
	for (uint32_t i = 0; i < list->size && !*wrong; i++) {
		struct difference *one = &comparison->list[comparison->told++];
		struct row row = row_of(&list->ptr[i], 6);
		one->what = arena_copy_text(arena, row_text(&row, COMPARISON_BYTES_MAX));
		one->path = arena_copy_text(arena, row_text(&row, COMPARISON_BYTES_MAX));
		one->say_en = arena_copy_text(arena, row_text(&row, COMPARISON_BYTES_MAX));
		one->say_zh = arena_copy_text(arena, row_text(&row, COMPARISON_BYTES_MAX));
		struct text from = row_text_or_nil(&row, COMPARISON_BYTES_MAX);
		struct text to = row_text_or_nil(&row, COMPARISON_BYTES_MAX);
		*wrong = row.wrong;
		if (is_text(from))
			one->from = arena_copy_text(arena, from);
		if (is_text(to))
			one->to = arena_copy_text(arena, to);
		if (!is_text(one->what) || !is_text(one->path) || !is_text(one->say_en) ||
			!is_text(one->say_zh) || is_text(from) != is_text(one->from) ||
			is_text(to) != is_text(one->to))
			return false;
	}
	return true;
}

static enum status
read_object(const msgpack_object *object, struct comparison *comparison, struct fault *fault)
{
	struct row row = row_of(object, 4);
	comparison->status = (enum status)row_number(&row, STATUS_UNSUPPORTED);
	struct text why = row_text(&row, sizeof comparison->why - 1);
	comparison->count = row_number(&row, UINT32_MAX);
	const msgpack_object_array *list = row_list(&row, (size_t)comparison->count);
	bool wrong = row.wrong;
	if (!wrong) {
		snprintf(comparison->why, sizeof comparison->why, "%.*s", TEXT_ARGS(why));
		if (!read_differences(list, comparison, &wrong))
			return fault_set(fault, STATUS_MEMORY, "no memory for a comparison");
	}
	if (wrong)
		return fault_set(fault, STATUS_CORRUPT, "the comparison is not as it should be");
	return STATUS_OK;
}

enum status
comparison_read(struct bytes packed, struct comparison *comparison, struct fault *fault)
{
	struct told told;
	enum status status = told_open(&told, packed, fault);
	if (status != STATUS_OK)
		return status;
	status = read_object(&told.object, comparison, fault);
	told_close(&told);
	return status;
}

/* ---- a comparison ---- */

void
comparison_init(struct comparison *comparison)
{
	*comparison = (struct comparison){ .end = { CHILD_NOT_STARTED, 0 } };
	/* Texts are copied out of what was told, each with a little room about it. */
	arena_init(&comparison->arena, 4 * COMPARISON_BYTES_MAX);
}

void
comparison_release(struct comparison *comparison)
{
	arena_release(&comparison->arena);
}

static bool
write_input(const struct comparison_job *job, struct buffer *input)
{
	uint8_t head[HEAD_BYTES];
	store_u64(head, job->from.size);
	store_u32(head + 8, job->told_max);
	return buffer_append(input, head, sizeof head) &&
		buffer_append(input, job->from.data, job->from.size) &&
		buffer_append(input, job->to.data, job->to.size);
}

static enum status
run(const struct comparison_job *job, struct buffer *input, struct comparison *comparison,
	struct fault *fault)
{
	struct buffer output;
	enum status status = STATUS_OK;
	buffer_init(&output, COMPARISON_BYTES_MAX);
	const struct child_job child = { COMPARISON_ARGUMENT, { input->data, input->size }, &output,
		PROOF_DEADLINE_MS, job->stop };
	comparison->end = child_run(&child);
	if (comparison->end.kind == CHILD_DONE)
		status = comparison_read(
			(struct bytes){ output.data, output.size }, comparison, fault);
	if (comparison->end.kind == CHILD_NO_MEMORY)
		status = fault_set(fault, STATUS_MEMORY, "no memory for a comparison");
	buffer_release(&output);
	return status;
}

enum status
comparison_make(
	const struct comparison_job *job, struct comparison *comparison, struct fault *fault)
{
	struct buffer input;
	buffer_init(&input, INPUT_BYTES_MAX);
	enum status status = write_input(job, &input)
		? run(job, &input, comparison, fault)
		: fault_set(fault, STATUS_MEMORY, "no memory for two catalogs");
	buffer_release(&input);
	return status;
}
