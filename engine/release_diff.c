/* release.diff: what differs between two releases, or between one and a catalog that is sent along. */
#include "call.h"
#include "shard.h"

#include "../rules/diff.h"
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
	struct diff diff;
	bool done;
	enum status status;
	struct fault fault;
};

static void
comparing_drop(void *state)
{
	struct comparing *comparing = state;
	diff_release(&comparing->diff);
	memory_free(comparing);
}

/* Reads a bundle where it is not there yet. */
static enum status
side_read(struct side *side, struct buffer *buffer, struct fault *fault)
{
	if (side->bundle.size > 0)
		return STATUS_OK;
	enum status status = disk_read_file(side->path, buffer, fault);
	if (status == STATUS_OK)
		side->bundle = (struct bytes){ buffer->data, buffer->size };
	return status;
}

/* On a worker. */
static void
comparing_run(void *state)
{
	struct comparing *comparing = state;
	struct buffer from, to;
	buffer_init(&from, BUNDLE_BYTES_MAX);
	buffer_init(&to, BUNDLE_BYTES_MAX);
	enum status status = side_read(&comparing->from, &from, &comparing->fault);
	if (status == STATUS_OK)
		status = side_read(&comparing->to, &to, &comparing->fault);
	if (status == STATUS_OK)
		status = diff_bundles(comparing->from.bundle, comparing->to.bundle,
			&comparing->diff, &comparing->fault);
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
answer_differences(
	struct call *call, const struct diff_params *params, const struct comparing *comparing)
{
	const struct diff *diff = &comparing->diff;
	size_t limit = params->limit == NOT_GIVEN ? SHOWN_DEFAULT : (size_t)params->limit;
	size_t shown = diff->count < limit ? diff->count : limit;
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 4);
	pack_name_text(&pack, "from", (struct text){ comparing->from.name, SHA256_HEX });
	pack_name_text(&pack, "to", (struct text){ comparing->to.name, SHA256_HEX });
	pack_name_unsigned(&pack, "count", diff->count);
	pack_name(&pack, "differences");
	pack_array(&pack, (uint32_t)shown);
	for (size_t i = 0; i < shown; i++)
		pack_difference(&pack, &diff->list[i], params->language != 0);
	return call_answer(call, pack_whole(&pack));
}

static enum call_end
comparing_failed(struct call *call, const struct comparing *comparing)
{
	struct text why = text_of(comparing->fault.text);
	switch (comparing->status) {
	case STATUS_INVALID:
	case STATUS_LIMIT:
	case STATUS_UNSUPPORTED:
		return call_error(call, SAY_BAD_CATALOG, &why, 1);
	case STATUS_BUSY:
		return call_error(call, SAY_OVERLOADED, &why, 1);
	case STATUS_OK:
	case STATUS_IO:
	case STATUS_MEMORY:
	case STATUS_CORRUPT:
	case STATUS_FULL:
	case STATUS_NOT_FOUND:
	case STATUS_CONFLICT:
		break;
	}
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
		struct text arguments[] = { SAY_RELEASE, name };
		*end = call_error(call, SAY_NOT_FOUND, arguments, 2);
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
		return comparing->status == STATUS_OK ? answer_differences(call, diff, comparing)
						      : comparing_failed(call, comparing);
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
	if (to.bundle.size > 0)
		bundle_name(to.bundle, comparing->to.name);
	diff_init(&comparing->diff);
	return call_work(call, comparing, comparing_run, comparing_drop);
}
