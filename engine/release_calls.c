/*
 * release.list, release.delete. How releases come: release_publish.c; what is in force when:
 * release_switch.c.
 */
#include "release_change.h"
#include "shard.h"

#include "base/must.h"

/* ---- listing ---- */

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
		pack_release(&pack, call, &kept[i], 0);
	if (active != NULL)
		pack_name_text(&pack, "active", (struct text){ active->name, SHA256_HEX });
	return call_answer(call, pack_whole(&pack));
}

/* ---- deleting ---- */

/*
 * Whatever was in force once may have priced a charge, and a charge is explained in the words of
 * its release as long as the ledger is kept. So only what never was, and will not be, can go.
 */
static enum call_end
answer_in_use(struct call *call, const struct activation *activation)
{
	bool ahead = activation->loaded != NULL;
	struct text never = BILINGUAL(
		"it was in force: charges that it priced are explained in its words, so it stays",
		"该规则版本曾经生效：由它定价的费用须用其文本解释，不能删除");
	struct text scheduled = BILINGUAL(
		"it is scheduled to come into force; take that back first with release.cancel",
		"该规则版本已排期启用；请先用 release.cancel 取消");
	struct text now = BILINGUAL("it is in force", "该规则版本正在生效");
	struct text why = ahead                                                    ? scheduled
		: releases_loaded(call->shard->releases, activation->name) != NULL ? now
										   : never;
	return call_error(call, SAY_IN_USE, &why, 1);
}

enum call_end
release_run_delete(struct call *call, const void *params)
{
	const struct release_params *wanted = params;
	struct releases *releases = call->shard->releases;
	const struct kept_release *known = releases_find(releases, wanted->release);
	char path[RELEASE_PATH_MAX], name[SHA256_HEX];
	struct release_change change;
	uint64_t position;
	enum call_end end;
	if (known == NULL)
		return answer_no_release(call, wanted->release);
	call_saw(call, known->version);
	const struct activation *activation = releases_activation_of(releases, known->name);
	if (activation != NULL)
		return answer_in_use(call, activation);
	memcpy(name, known->name, SHA256_HEX);
	releases_path(store_directory(call->shard->store), name, path);
	change_begin(&change, call, "delete", name);
	change.by = wanted->by;
	change.why = wanted->why;
	change_delete(&change);
	struct doomed_file *file = doomed_file_new(path);
	if (file == NULL)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	if (!change_append(&change, &position, &end)) {
		doomed_file_free(file);
		return end;
	}
	releases_forget(releases, name);
	leftovers_add_file(releases_leftovers(releases), file, position);
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 1);
	pack_name_text(&pack, "deleted", (struct text){ name, SHA256_HEX });
	return call_answer_at(call, pack_whole(&pack), position);
}
