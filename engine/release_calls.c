/*
 * release.publish, release.list, release.activate. A catalog is built and checked on a worker; what
 * is kept or put in force is decided on the shard's thread, in one entry of the journal, and from
 * that entry on the release is in force.
 */
#include "call.h"
#include "shard.h"

#include "base/memory.h"
#include "base/must.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_BYTES_MAX = 512, FINDINGS_SHOWN = 3, KEEP_EFFECTS = 2 };

/* A release that a worker builds or loads. */
struct loading {
	struct bytes bundle; /* of publish; lives in the call's own bytes */
	bool publish;
	char directory[1000];
	char name[SHA256_HEX];
	struct loaded_release *loaded;
	struct findings findings;
	bool done;
	enum status status;
	struct fault fault;
};

static void
loading_drop(void *state)
{
	struct loading *loading = state;
	loaded_release_free(loading->loaded);
	findings_release(&loading->findings);
	memory_free(loading);
}

/* On a worker: builds what is published and keeps its bundle, or loads what is kept. */
static void
loading_run(void *state)
{
	struct loading *loading = state;
	char path[RELEASE_PATH_MAX];
	loading->done = true;
	if (loading->publish)
		bundle_name(loading->bundle, loading->name);
	releases_path(loading->directory, loading->name, path);
	if (!loading->publish) {
		loading->status = releases_load(path, &loading->loaded, &loading->fault);
		return;
	}
	loading->status = releases_build(
		loading->bundle, &loading->loaded, &loading->findings, &loading->fault);
	if (loading->status == STATUS_OK && !disk_exists(path))
		loading->status = disk_write_file(path, loading->bundle, &loading->fault);
}

static struct loading *
loading_new(const struct call *call, bool publish)
{
	struct loading *loading = memory_new_zeroed(1, sizeof *loading);
	if (loading == NULL)
		return NULL;
	loading->publish = publish;
	snprintf(loading->directory, sizeof loading->directory, "%s",
		store_directory(call->shard->store));
	findings_init(&loading->findings);
	return loading;
}

/* ---- answers ---- */

static void
pack_kept(struct pack *pack, struct call *call, const struct kept_release *kept)
{
	const struct loaded_release *active = call_release(call);
	call_saw(call, kept->version);
	bool in_force = active != NULL && memcmp(active->name, kept->name, SHA256_HEX) == 0;
	bool activated = kept->activated_ms != 0;
	bool by = kept->by[0] != '\0';
	pack_map(pack, 5u + activated + by + in_force);
	pack_name_text(pack, "release", (struct text){ kept->name, SHA256_HEX });
	pack_name_string(pack, "catalog", kept->catalog);
	pack_name_unsigned(pack, "bytes", kept->size);
	pack_name_integer(pack, "published", kept->published_ms);
	if (activated)
		pack_name_integer(pack, "activated", kept->activated_ms);
	if (by)
		pack_name_string(pack, "by", kept->by);
	pack_name_bool(pack, "active", in_force);
	if (in_force)
		pack_name_unsigned(pack, "memory_bytes",
			release_memory_bytes(active->release) + host_memory_bytes(active->host));
}

static enum call_end
answer_kept(struct call *call, const struct kept_release *kept)
{
	struct pack pack = pack_into(call_buffer(call));
	pack_kept(&pack, call, kept);
	return call_answer_at(call, pack_whole(&pack), call->seen);
}

/* The first few errors of a catalog, in one sentence. */
static enum call_end
answer_findings(struct call *call, const struct loading *loading)
{
	struct text en = text_of(loading->fault.text), zh = en;
	size_t shown = 0;
	for (size_t i = 0; i < loading->findings.count && shown < FINDINGS_SHOWN; i++) {
		const struct finding *one = &loading->findings.list[i];
		if (one->severity != FINDING_ERROR)
			continue;
		en = arena_print(call->arena, "%.*s%s%.*s:%u: %.*s", shown == 0 ? 0 : (int)en.size,
			en.data, shown == 0 ? "" : "; ", TEXT_ARGS(one->file), one->line,
			TEXT_ARGS(one->say_en));
		zh = arena_print(call->arena, "%.*s%s%.*s:%u: %.*s", shown == 0 ? 0 : (int)zh.size,
			zh.data, shown == 0 ? "" : "；", TEXT_ARGS(one->file), one->line,
			TEXT_ARGS(one->say_zh));
		shown++;
	}
	struct text all = arena_print(
		call->arena, BILINGUAL_STRING("%.*s", "%.*s"), TEXT_ARGS(en), TEXT_ARGS(zh));
	return call_error(call, SAY_BAD_CATALOG, &all, 1);
}

/* STATUS_BUSY: the machine was too slow for a script, and no room for entries would mend that. */
static enum call_end
loading_failed(struct call *call, const struct loading *loading)
{
	const char *text = loading->fault.text;
	if (loading->status != STATUS_BUSY)
		return call_failed(call, loading->status, &loading->fault);
	struct text why = arena_print(call->arena,
		BILINGUAL_STRING("the catalog had no time to be built: %s", "目录未能及时构建：%s"),
		text, text);
	return call_error(call, SAY_OVERLOADED, &why, 1);
}

/* ---- keeping and activating ---- */

/* Both records that an activation touches must be in memory; false: *end is what to return. */
static bool
find_records(struct call *call, const struct record_key *release_key,
	const struct record_key *active_key, enum call_end *end)
{
	const struct record_key *keys[KEEP_EFFECTS] = { release_key, active_key };
	for (int i = 0; i < KEEP_EFFECTS; i++) {
		struct bytes value;
		uint64_t version;
		if (call_find(call, shelf_key_of(keys[i]), &value, &version) == LOOKUP_COLD) {
			*end = call_wait_record(call, shelf_key_of(keys[i]));
			return false;
		}
	}
	return true;
}

static struct bytes
kept_value(const struct kept_release *kept, uint8_t *place)
{
	struct field_writer writer = fields_into(place, VALUE_BYTES_MAX);
	struct release_record record = {
		.size = kept->size,
		.published_ms = kept->published_ms,
		.activated_ms = kept->activated_ms,
		.by = text_of(kept->by),
		.catalog = text_of(kept->catalog),
	};
	release_record_write(&writer, &record);
	return fields_written(&writer);
}

/*
 * One entry: the release's record, and, to activate it, which one is in force. From the entry on,
 * it is.
 */
static enum call_end
keep(struct call *call, struct kept_release *kept, struct loading *loading, bool activate)
{
	struct record_key release_key;
	key_of_text(&release_key, TABLE_RELEASE, (struct text){ kept->name, SHA256_HEX });
	struct record_key active_key;
	key_of_text(&active_key, TABLE_SETTING, TEXT("active"));
	uint8_t place[VALUE_BYTES_MAX];
	struct fault fault;
	enum call_end end;
	if (!find_records(call, &release_key, &active_key, &end))
		return end;
	if (activate)
		kept->activated_ms = call->shard->now_ms;
	struct effect effects[KEEP_EFFECTS] = {
		{ .table = TABLE_RELEASE,
			.key = { release_key.data, release_key.size },
			.value = kept_value(kept, place) },
		{ .table = TABLE_SETTING,
			.key = { active_key.data, active_key.size },
			.value = { (const uint8_t *)kept->name, SHA256_HEX } },
	};
	struct entry entry = {
		.kind = ENTRY_RELEASE,
		.made_ms = call->shard->now_ms,
		.release = loading->loaded->number,
		.scope = (struct text){ kept->name, SHA256_HEX },
		.effects = effects,
		.effect_count = activate ? 2 : 1,
	};
	if (!releases_make_room(call->shard->releases))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	enum status status = store_append(
		call->shard->store, &entry, effects, &kept->version, &fault);
	if (status != STATUS_OK)
		return call_failed(call, status, &fault);
	releases_remember(call->shard->releases, kept);
	if (activate) {
		releases_switch(call->shard->releases, loading->loaded, kept->version);
		loading->loaded = NULL;
	}
	return answer_kept(call, kept);
}

static void
copy_by(struct kept_release *kept, struct text by)
{
	must(by.size < sizeof kept->by);
	if (by.size > 0)
		memcpy(kept->by, by.data, by.size);
	kept->by[by.size] = '\0';
}

static bool
is_active(const struct call *call, const char name[SHA256_HEX])
{
	const struct loaded_release *active = releases_active(call->shard->releases);
	return active != NULL && memcmp(active->name, name, SHA256_HEX) == 0;
}

static enum call_end
publish(struct call *call, const struct publish_params *params, struct loading *loading)
{
	struct text name = { loading->name, SHA256_HEX };
	const struct kept_release *known = releases_find(call->shard->releases, name);
	struct kept_release kept = { .size = params->bundle.size,
		.published_ms = call->shard->now_ms };
	if (known != NULL) {
		kept = *known;
		/* The same content again is the same release. */
		if (!params->activate || is_active(call, known->name))
			return answer_kept(call, known);
	} else {
		struct text catalog = loading->loaded->image->catalog;
		memcpy(kept.name, loading->name, SHA256_HEX);
		memcpy(kept.catalog, catalog.data, catalog.size < 64 ? catalog.size : 64);
	}
	copy_by(&kept, params->by);
	return keep(call, &kept, loading, params->activate);
}

enum call_end
release_run_publish(struct call *call, const void *params)
{
	const struct publish_params *publish_params = params;
	struct loading *loading = call_state(call);
	if (loading != NULL && loading->done) {
		if (loading->status == STATUS_INVALID || loading->status == STATUS_LIMIT ||
			loading->status == STATUS_UNSUPPORTED)
			return answer_findings(call, loading);
		if (loading->status != STATUS_OK)
			return loading_failed(call, loading);
		return publish(call, publish_params, loading);
	}
	if (!call_can_work(call))
		return CALL_WAITS;
	loading = loading_new(call, true);
	if (loading == NULL)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	loading->bundle = publish_params->bundle;
	return call_work(call, loading, loading_run, loading_drop);
}

enum call_end
release_run_activate(struct call *call, const void *params)
{
	const struct activate_params *activate = params;
	struct loading *loading = call_state(call);
	const struct kept_release *known = releases_find(call->shard->releases, activate->release);
	if (known == NULL) {
		struct text arguments[] = { SAY_RELEASE, activate->release };
		return call_error(call, SAY_NOT_FOUND, arguments, 2);
	}
	if (is_active(call, known->name))
		return answer_kept(call, known);
	if (loading != NULL && loading->done) {
		if (loading->status != STATUS_OK)
			return loading_failed(call, loading);
		struct kept_release kept = *known;
		copy_by(&kept, activate->by);
		return keep(call, &kept, loading, true);
	}
	if (!call_can_work(call))
		return CALL_WAITS;
	loading = loading_new(call, false);
	if (loading == NULL)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	memcpy(loading->name, known->name, SHA256_HEX);
	return call_work(call, loading, loading_run, loading_drop);
}

enum call_end
release_run_list(struct call *call, const void *params)
{
	const struct loaded_release *active = call_release(call);
	size_t count;
	const struct kept_release *kept = releases_kept(call->shard->releases, &count);
	(void)params;
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 1u + (active != NULL));
	pack_name(&pack, "releases");
	pack_array(&pack, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		pack_kept(&pack, call, &kept[i]);
	if (active != NULL)
		pack_name_text(&pack, "active", (struct text){ active->name, SHA256_HEX });
	return call_answer(call, pack_whole(&pack));
}
