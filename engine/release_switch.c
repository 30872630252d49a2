/*
 * release.activate, release.revert, release.cancel, release.history: which release is in force
 * when. It is loaded on a worker before it is journaled, so that what is due comes into force
 * without waiting for anything.
 */
#include "release_change.h"
#include "shard.h"

#include "base/memory.h"
#include "base/must.h"

/* A release that a worker loads. */
struct loading {
	char path[RELEASE_PATH_MAX];
	char name[SHA256_HEX];
	struct loaded_release *loaded;
	bool done;
	enum status status;
	struct fault fault;
};

static void
loading_drop(void *state)
{
	struct loading *loading = state;
	loaded_release_free(loading->loaded);
	memory_free(loading);
}

static void
loading_run(void *state)
{
	struct loading *loading = state;
	loading->done = true;
	loading->status = releases_load(loading->path, &loading->loaded, &loading->fault);
}

static enum call_end
load(struct call *call, const char name[SHA256_HEX])
{
	if (!call_can_work(call))
		return CALL_WAITS;
	struct loading *loading = memory_new_zeroed(1, sizeof *loading);
	if (loading == NULL)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	memcpy(loading->name, name, SHA256_HEX);
	releases_path(store_directory(call->shard->store), name, loading->path);
	return call_work(call, loading, loading_run, loading_drop);
}

static enum call_end
loading_failed(struct call *call, const struct loading *loading)
{
	if (loading->status == STATUS_BUSY)
		return answer_too_slow(call, loading->fault.text);
	return call_failed(call, loading->status, &loading->fault);
}

/* ---- putting in force ---- */

/* The activation that lies ahead at this instant; NULL if there is none. */
static const struct activation *
find_ahead(const struct call *call, int64_t at_ms)
{
	size_t count, past;
	const struct activation *list = releases_activations(call->shard->releases, &count, &past);
	for (size_t i = past; i < count; i++) {
		if (list[i].at_ms == at_ms)
			return &list[i];
	}
	return NULL;
}

static bool
is_room_ahead(const struct call *call, int64_t at_ms)
{
	size_t count, past;
	releases_activations(call->shard->releases, &count, &past);
	return count - past < SCHEDULED_MAX || find_ahead(call, at_ms) != NULL;
}

static enum call_end
answer_no_room_ahead(struct call *call)
{
	struct text why = arena_print(call->arena,
		BILINGUAL_STRING("%d releases are scheduled already; take one back with "
				 "release.cancel, or wait until it is in force",
			"已有 %d 个规则版本排期；请用 release.cancel 取消一个，或等其启用"),
		SCHEDULED_MAX, SCHEDULED_MAX);
	return call_error(call, SAY_IN_USE, &why, 1);
}

/* Journals the activation of what is loaded, and switches unless it lies ahead. */
static enum call_end
put_in_force(struct call *call, const char *does, struct loading *loading,
	const struct activation *wanted, bool ahead)
{
	struct releases *releases = call->shard->releases;
	struct activation activation = *wanted;
	struct release_change change;
	enum call_end end;
	change_begin(&change, call, does, activation.name);
	change.by = text_of(activation.by);
	change.why = text_of(activation.why);
	change_activate(&change, &activation);
	change_look(&change, activation.at_ms, loading->loaded->image);
	if (!change_append(&change, &activation.version, &end))
		return end;
	releases_activate(releases, &activation, loading->loaded);
	loading->loaded = NULL;
	releases_settle(releases, ahead ? call->shard->now_ms : activation.at_ms);
	const struct kept_release *kept = releases_find(
		releases, (struct text){ activation.name, SHA256_HEX });
	must(kept != NULL);
	return answer_release(call, kept);
}

/* Can it be for new subscriptions only? False: *end is what to return. */
static bool
may_be_for_new(struct call *call, const struct kept_release *known, bool ahead, enum call_end *end)
{
	struct text active = BILINGUAL("it is in force already", "该规则版本已生效");
	struct text full = BILINGUAL(
		"too many releases are in force side by side; activate one for everyone first",
		"并行生效的规则版本过多；请先对所有用户启用一个");
	bool is_active = !ahead && release_is_active(call, known->name);
	if (releases_active(call->shard->releases) == NULL)
		*end = call_error(call, SAY_NO_RELEASE, NULL, 0);
	else if (is_active || !releases_have_room(call->shard->releases))
		*end = call_error(call, SAY_IN_USE, is_active ? &active : &full, 1);
	else
		return true;
	return false;
}

static enum call_end
refuse_since(struct call *call)
{
	struct text why = BILINGUAL(
		"since is for audience \"new\" only", "since 仅用于 audience 为 new 时");
	return call_error(call, SAY_FIELDS_CONFLICT, &why, 1);
}

enum call_end
release_run_activate(struct call *call, const void *params)
{
	const struct activate_params *wanted = params;
	struct loading *loading = call_state(call);
	const struct kept_release *known = releases_find(call->shard->releases, wanted->release);
	bool ahead = wanted->at_ms != NOT_GIVEN && wanted->at_ms > call->shard->now_ms;
	bool only_new = wanted->audience == AUDIENCE_NEW;
	enum call_end end;
	if (!only_new && wanted->since_ms != NOT_GIVEN)
		return refuse_since(call);
	if (known == NULL)
		return answer_no_release(call, wanted->release);
	if (!ahead && !only_new && release_is_for_all(call, known->name))
		return answer_release(call, known);
	if (ahead && !is_room_ahead(call, wanted->at_ms))
		return answer_no_room_ahead(call);
	if (only_new && !may_be_for_new(call, known, ahead, &end))
		return end;
	if (loading == NULL || !loading->done)
		return load(call, known->name);
	if (loading->status != STATUS_OK)
		return loading_failed(call, loading);
	struct activation activation = activation_of(
		known->name, ahead ? wanted->at_ms : activation_now(call), wanted->by, wanted->why);
	if (only_new)
		activation.since_ms = wanted->since_ms == NOT_GIVEN ? activation.at_ms
								    : wanted->since_ms;
	return put_in_force(call, "activate", loading, &activation, ahead);
}

/* The release that was in force before the one that is. */
static const struct activation *
find_before(const struct call *call)
{
	size_t count, past;
	const struct activation *list = releases_activations(call->shard->releases, &count, &past);
	for (size_t i = past; i > 1; i--) {
		if (memcmp(list[i - 2].name, list[past - 1].name, SHA256_HEX) != 0)
			return &list[i - 2];
	}
	return NULL;
}

enum call_end
release_run_revert(struct call *call, const void *params)
{
	const struct revert_params *wanted = params;
	struct loading *loading = call_state(call);
	const struct activation *before = find_before(call);
	if (before == NULL) {
		struct text none = BILINGUAL("of before the one in force", "（生效版本之前的）");
		return answer_no_release(call, none);
	}
	if (loading == NULL || !loading->done)
		return load(call, before->name);
	if (loading->status != STATUS_OK)
		return loading_failed(call, loading);
	/* Another one may have come into force while it was loaded: that is what was asked for. */
	const struct activation activation = activation_of(
		loading->name, activation_now(call), wanted->by, wanted->why);
	const struct kept_release *known = releases_find(
		call->shard->releases, (struct text){ loading->name, SHA256_HEX });
	if (known != NULL && release_is_for_all(call, loading->name))
		return answer_release(call, known);
	return put_in_force(call, "revert", loading, &activation, false);
}

/* ---- taking back ---- */

enum call_end
release_run_cancel(struct call *call, const void *params)
{
	const struct cancel_params *wanted = params;
	const struct activation *found = find_ahead(call, wanted->at_ms);
	struct release_change change;
	char name[SHA256_HEX];
	uint64_t position;
	enum call_end end;
	if (found == NULL) {
		char at[INSTANT_TEXT_MAX];
		instant_format(wanted->at_ms, 0, at);
		struct text arguments[] = { BILINGUAL("activation scheduled", "定于此时的排期"),
			text_of(at) };
		return call_error(call, SAY_NOT_FOUND, arguments, 2);
	}
	memcpy(name, found->name, SHA256_HEX);
	change_begin(&change, call, "cancel", name);
	change.by = wanted->by;
	change.why = wanted->why;
	change_cancel(&change, wanted->at_ms);
	if (!change_append(&change, &position, &end))
		return end;
	releases_cancel(call->shard->releases, wanted->at_ms);
	call_saw(call, position);
	const struct kept_release *kept = releases_find(
		call->shard->releases, (struct text){ name, SHA256_HEX });
	must(kept != NULL);
	return answer_release(call, kept);
}

/* ---- the history ---- */

static void
pack_activation(struct pack *pack, struct call *call, const struct activation *activation)
{
	bool by = activation->by[0] != '\0', why = activation->why[0] != '\0';
	bool since = activation->since_ms != INT64_MIN;
	call_saw(call, activation->version);
	pack_map(pack, 2u + by + why + since);
	pack_name_integer(pack, "at", activation->at_ms);
	pack_name_text(pack, "release", (struct text){ activation->name, SHA256_HEX });
	if (by)
		pack_name_string(pack, "by", activation->by);
	if (why)
		pack_name_string(pack, "why", activation->why);
	if (since)
		pack_name_integer(pack, "since", activation->since_ms);
}

enum call_end
release_run_history(struct call *call, const void *params)
{
	const struct limit_params *wanted = params;
	size_t count, past, limit = wanted->limit == NOT_GIVEN ? 100 : (size_t)wanted->limit;
	const struct activation *list = releases_activations(call->shard->releases, &count, &past);
	size_t shown = past < limit ? past : limit;
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 2);
	pack_name(&pack, "scheduled");
	pack_array(&pack, (uint32_t)(count - past));
	for (size_t i = past; i < count; i++)
		pack_activation(&pack, call, &list[i]);
	pack_name(&pack, "activations");
	pack_array(&pack, (uint32_t)shown);
	for (size_t i = 0; i < shown; i++)
		pack_activation(&pack, call, &list[past - 1 - i]);
	return call_answer(call, pack_whole(&pack));
}
