/*
 * release.diff: what differs between two releases, or between one and a catalog that is sent along.
 * A child process runs their scripts (comparison.h), since what was sent may be anything.
 */
#include "comparison.h"
#include "release_change.h"
#include "shard.h"

#include "base/memory.h"

#include <stdio.h>

enum { SHOWN_DEFAULT = 1000 };

/* One of the two: a bundle that is kept, or one in the call's own bytes. */
struct side {
	struct bytes bundle; /* empty: read it from the path */
	char path[RELEASE_PATH_MAX];
	char name[SHA256_HEX];
};

struct comparing {
	struct side from, to;
	uint32_t shown_max;
	const atomic_bool *stop;
	struct comparison comparison;
	bool done;
	enum status status; /* of what the server did itself */
	struct fault fault;
};

static void
comparing_drop(void *state)
{
	struct comparing *comparing = state;
	comparison_release(&comparing->comparison);
	memory_free(comparing);
}

/* The side's bundle, read where it is not there yet. */
static enum status
side_read(const struct side *side, struct buffer *buffer, struct bytes *bundle, struct fault *fault)
{
	*bundle = side->bundle;
	if (bundle->size > 0)
		return STATUS_OK;
	enum status status = disk_read_file(side->path, buffer, fault);
	if (status == STATUS_OK)
		*bundle = (struct bytes){ buffer->data, buffer->size };
	return status;
}

/* On a worker. */
static void
comparing_run(void *state)
{
	struct comparing *comparing = state;
	struct comparison_job job = { .told_max = comparing->shown_max, .stop = comparing->stop };
	struct buffer from, to;
	buffer_init(&from, BUNDLE_BYTES_MAX);
	buffer_init(&to, BUNDLE_BYTES_MAX);
	enum status status = side_read(&comparing->from, &from, &job.from, &comparing->fault);
	if (status == STATUS_OK)
		status = side_read(&comparing->to, &to, &job.to, &comparing->fault);
	if (status == STATUS_OK)
		status = comparison_make(&job, &comparing->comparison, &comparing->fault);
	buffer_release(&from);
	buffer_release(&to);
	comparing->status = status;
	comparing->done = true;
}

/* ---- the answer ---- */

static void
pack_difference(struct pack *pack, const struct difference *one, bool zh)
{
	bool from = one->from.data != NULL, to = one->to.data != NULL;
	pack_map(pack, 3u + from + to);
	pack_name_text(pack, "what", one->what);
	pack_name_text(pack, "path", one->path);
	pack_name_text(pack, "say", zh ? one->say_zh : one->say_en);
	if (from)
		pack_name_text(pack, "from", one->from);
	if (to)
		pack_name_text(pack, "to", one->to);
}

static enum call_end
answer_differences(struct call *call, const struct comparing *comparing, bool zh)
{
	const struct comparison *comparison = &comparing->comparison;
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 4);
	pack_name_text(&pack, "from", (struct text){ comparing->from.name, SHA256_HEX });
	pack_name_text(&pack, "to", (struct text){ comparing->to.name, SHA256_HEX });
	pack_name_unsigned(&pack, "count", comparison->count);
	pack_name(&pack, "differences");
	pack_array(&pack, (uint32_t)comparison->told);
	for (size_t i = 0; i < comparison->told; i++)
		pack_difference(&pack, &comparison->list[i], zh);
	return call_answer(call, pack_whole(&pack));
}

/* What the child said of the two catalogs, if it came to say anything. */
static enum call_end
answer_comparison(struct call *call, const struct comparing *comparing, bool zh)
{
	const struct comparison *comparison = &comparing->comparison;
	struct text why = text_of(comparison->why);
	if (comparison->end.kind != CHILD_DONE)
		return answer_child_end(call, &comparison->end);
	switch (comparison->status) {
	case STATUS_OK:
		return answer_differences(call, comparing, zh);
	case STATUS_INVALID:
	case STATUS_LIMIT:
	case STATUS_UNSUPPORTED:
		return call_error(call, SAY_BAD_CATALOG, &why, 1);
	case STATUS_BUSY:
		return answer_too_slow(call, comparison->why);
	case STATUS_MEMORY:
		return answer_child_memory(call);
	case STATUS_IO:
	case STATUS_CORRUPT:
	case STATUS_FULL:
	case STATUS_NOT_FOUND:
	case STATUS_CONFLICT:
		break;
	}
	return answer_child_end(call, &comparison->end);
}

/* STATUS_CORRUPT: what the child said is no comparison, or a bundle can't be read. */
static enum call_end
answer(struct call *call, const struct comparing *comparing, bool zh)
{
	if (comparing->status == STATUS_OK)
		return answer_comparison(call, comparing, zh);
	if (comparing->status == STATUS_CORRUPT && comparing->comparison.end.kind == CHILD_DONE)
		return answer_child_end(call, &comparing->comparison.end);
	return call_failed(call, comparing->status, &comparing->fault);
}

/* ---- the call ---- */

/* The release of that name, or that in force where none is named; false: *end is what to return. */
static bool
side_find(struct call *call, struct text name, struct side *side, enum call_end *end)
{
	const struct loaded_release *active = call_release(call);
	if (name.size == 0 && active == NULL) {
		*end = call_error(call, SAY_NO_RELEASE, NULL, 0);
		return false;
	}
	if (name.size == 0)
		name = (struct text){ active->name, SHA256_HEX };
	const struct kept_release *kept = releases_find(call->shard->releases, name);
	if (kept == NULL) {
		*end = answer_no_release(call, name);
		return false;
	}
	call_saw(call, kept->version);
	memcpy(side->name, kept->name, SHA256_HEX);
	releases_path(store_directory(call->shard->store), kept->name, side->path);
	return true;
}

enum call_end
release_run_diff(struct call *call, const void *params)
{
	const struct diff_params *diff = params;
	struct comparing *comparing = call_state(call);
	struct side from = { .bundle = { NULL, 0 } }, to = { .bundle = diff->bundle };
	enum call_end end;
	if (comparing != NULL && comparing->done)
		return answer(call, comparing, diff->language != 0);
	if ((diff->to.size > 0) == (diff->bundle.size > 0)) {
		struct text why = BILINGUAL(
			"give either `to` or `bundle`", "to 与 bundle 必须且只能给出一个");
		return call_error(call, SAY_FIELDS_CONFLICT, &why, 1);
	}
	if (!side_find(call, diff->from, &from, &end))
		return end;
	if (diff->bundle.size == 0 && !side_find(call, diff->to, &to, &end))
		return end;
	if (!call_can_work(call))
		return CALL_WAITS;
	comparing = memory_new_zeroed(1, sizeof *comparing);
	if (comparing == NULL)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	comparing->from = from;
	comparing->to = to;
	comparing->shown_max = diff->limit == NOT_GIVEN ? SHOWN_DEFAULT : (uint32_t)diff->limit;
	comparing->stop = &call->shard->hurried;
	if (to.bundle.size > 0)
		bundle_name(to.bundle, comparing->to.name);
	comparison_init(&comparing->comparison);
	return call_work(call, comparing, comparing_run, comparing_drop);
}
