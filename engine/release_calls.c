/*
 * release.publish, release.list, release.delete. A catalog is built, checked and tested on a
 * worker; what is kept or put in force is decided on the shard's thread, in one entry of the journal, and from
 * that entry on it is so. What is in force when: release_switch.c.
 */
#include "release_change.h"
#include "shard.h"

#include "../rules/catalog_test.h"

#include "base/memory.h"
#include "base/must.h"

#include <stdio.h>

/* In a sentence; in the lists of an answer. */
enum { SENTENCE_ITEMS_MAX = 3, ANSWER_ITEMS_MAX = 100 };

/* A release that a worker builds. */
struct loading {
	struct bytes bundle; /* lives in the call's own bytes */
	char path[RELEASE_PATH_MAX];
	char name[SHA256_HEX];
	uint64_t rounds; /* of the leftovers, when the worker began */
	struct loaded_release *loaded;
	struct findings findings;
	struct test_report report;
	bool despite_tests;
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
	test_report_release(&loading->report);
	memory_free(loading);
}

/* What is sound is tested; the findings are those of its tests, too. */
static enum status
run_tests(struct loading *loading)
{
	const struct test_options options = { TEXT(""), TEXT("en") };
	findings_release(&loading->findings);
	findings_init(&loading->findings);
	enum status status = catalog_test_run(
		loading->bundle, &options, &loading->report, &loading->findings, &loading->fault);
	if (status == STATUS_OK && findings_have_errors(&loading->findings))
		return fault_set(&loading->fault, STATUS_INVALID, "a file of tests has errors");
	return status;
}

static bool
may_be_kept(const struct loading *loading)
{
	return loading->report.failed_count == 0 || loading->despite_tests;
}

/* On a worker: builds and tests what is published, and keeps its bundle. */
static void
loading_run(void *state)
{
	struct loading *loading = state;
	loading->done = true;
	test_report_release(&loading->report);
	test_report_init(&loading->report);
	loading->status = releases_build(
		loading->bundle, &loading->loaded, &loading->findings, &loading->fault);
	if (loading->status == STATUS_OK)
		loading->status = run_tests(loading);
	if (loading->status == STATUS_OK && may_be_kept(loading) && !disk_exists(loading->path))
		loading->status = disk_write_file(loading->path, loading->bundle, &loading->fault);
}

static struct loading *
loading_new(void)
{
	struct loading *loading = memory_new_zeroed(1, sizeof *loading);
	if (loading == NULL)
		return NULL;
	findings_init(&loading->findings);
	test_report_init(&loading->report);
	return loading;
}

/* ---- what can be wrong ---- */

/* The first few errors of a catalog, in one sentence. */
static enum call_end
answer_findings(struct call *call, const struct loading *loading)
{
	struct text en = text_of(loading->fault.text), zh = en;
	size_t shown = 0;
	for (size_t i = 0; i < loading->findings.count && shown < SENTENCE_ITEMS_MAX; i++) {
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

/* "packages/standard_test.lua:12: night: expected amount 0.08, got amount 0.07" */
static enum call_end
answer_failed_tests(struct call *call, const struct test_report *report)
{
	struct text list = { "", 0 };
	size_t shown = 0;
	for (size_t i = 0; i < report->result_count && shown < SENTENCE_ITEMS_MAX; i++) {
		const struct test_result *one = &report->results[i];
		if (one->passed)
			continue;
		list = arena_print(call->arena, "%.*s%s%.*s:%u: %.*s: %.*s ≠ %.*s", TEXT_ARGS(list),
			shown++ == 0 ? "" : "; ", TEXT_ARGS(one->file), one->line,
			TEXT_ARGS(one->name), TEXT_ARGS(one->got), TEXT_ARGS(one->expected));
	}
	struct text arguments[] = { arena_print(call->arena, "%zu", report->failed_count),
		arena_print(call->arena, "%zu", report->result_count), list };
	return call_error(call, SAY_TESTS_FAILED, arguments, 3);
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

/* ---- what was found ---- */

static void
pack_finding(struct pack *pack, const struct finding *one)
{
	pack_map(pack, 5);
	pack_name_string(pack, "severity", severity_name(one->severity));
	pack_name_text(pack, "file", one->file);
	pack_name_unsigned(pack, "line", one->line);
	pack_name_text(pack, "rule", one->rule);
	pack_name(pack, "say");
	pack_map(pack, 2);
	pack_name_text(pack, "en", one->say_en);
	pack_name_text(pack, "zh", one->say_zh);
}

static void
pack_failure(struct pack *pack, const struct test_result *one)
{
	pack_map(pack, 5);
	pack_name_text(pack, "file", one->file);
	pack_name_unsigned(pack, "line", one->line);
	pack_name_text(pack, "name", one->name);
	pack_name_text(pack, "expected", one->expected);
	pack_name_text(pack, "got", one->got);
}

static size_t
at_most(size_t count)
{
	return count < ANSWER_ITEMS_MAX ? count : ANSWER_ITEMS_MAX;
}

/* The pairs "tests" and "findings": what the checker had to remark, and what was tested. */
static void
pack_proof(struct pack *pack, const struct loading *loading)
{
	const struct test_report *report = &loading->report;
	size_t failures = at_most(report->failed_count);
	size_t findings = at_most(loading->findings.count);
	pack_name(pack, "tests");
	pack_map(pack, 3);
	pack_name_unsigned(pack, "passed", report->result_count - report->failed_count);
	pack_name_unsigned(pack, "failed", report->failed_count);
	pack_name(pack, "failures");
	pack_array(pack, (uint32_t)failures);
	for (size_t i = 0; failures > 0; i++) {
		if (report->results[i].passed)
			continue;
		pack_failure(pack, &report->results[i]);
		failures--;
	}
	pack_name(pack, "findings");
	pack_array(pack, (uint32_t)findings);
	for (size_t i = 0; i < findings; i++)
		pack_finding(pack, &loading->findings.list[i]);
}

static enum call_end
answer_published(struct call *call, const struct kept_release *kept, const struct loading *loading)
{
	struct pack pack = pack_into(call_buffer(call));
	pack_release(&pack, call, kept, 2);
	pack_proof(&pack, loading);
	return call_answer_at(call, pack_whole(&pack), call->seen);
}

/* ---- publishing ---- */

static struct kept_release
new_release(
	const struct call *call, const struct publish_params *params, const struct loading *loading)
{
	struct kept_release kept = { .size = params->bundle.size,
		.published_ms = call->shard->now_ms };
	struct text catalog = loading->loaded->image->catalog;
	memcpy(kept.name, loading->name, SHA256_HEX);
	memcpy(kept.catalog, catalog.data, catalog.size < 64 ? catalog.size : 64);
	snprintf(kept.by, sizeof kept.by, "%.*s", TEXT_ARGS(params->by));
	snprintf(kept.why, sizeof kept.why, "%.*s", TEXT_ARGS(params->why));
	return kept;
}

/* One entry: the release's record where it is new, and that it is in force from now on. */
static enum call_end
publish(struct call *call, const struct publish_params *params, struct loading *loading)
{
	struct releases *releases = call->shard->releases;
	const struct kept_release *known = releases_find(
		releases, (struct text){ loading->name, SHA256_HEX });
	struct kept_release kept = known != NULL ? *known : new_release(call, params, loading);
	struct activation activation = activation_of(
		kept.name, activation_now(call), params->by, params->why);
	struct release_change change;
	uint64_t position;
	enum call_end end;
	bool activate = params->activate && !release_is_active(call, kept.name);
	if (known != NULL && !activate) /* the same content again is the same release */
		return answer_published(call, known, loading);
	change_begin(&change, call, "publish", kept.name);
	change.by = params->by;
	change.why = params->why;
	if (known == NULL)
		change_keep(&change, &kept);
	if (activate)
		change_activate(&change, &activation);
	if (!change_append(&change, &position, &end))
		return end;
	if (known == NULL) {
		kept.version = position;
		releases_remember(releases, &kept);
	}
	if (activate) {
		activation.version = position;
		releases_activate(releases, &activation, loading->loaded);
		releases_settle(releases, activation.at_ms);
		loading->loaded = NULL;
	}
	return answer_published(call, &kept, loading);
}

static enum call_end
work_again(struct call *call, struct loading *loading)
{
	loaded_release_free(loading->loaded);
	loading->loaded = NULL;
	loading->rounds = leftovers_rounds(releases_leftovers(call->shard->releases));
	return call_work(call, loading, loading_run, loading_drop);
}

enum call_end
release_run_publish(struct call *call, const void *params)
{
	const struct publish_params *publish_params = params;
	struct loading *loading = call_state(call);
	struct leftovers *leftovers = releases_leftovers(call->shard->releases);
	if (loading != NULL && loading->done) {
		if (loading->status == STATUS_INVALID || loading->status == STATUS_LIMIT ||
			loading->status == STATUS_UNSUPPORTED)
			return answer_findings(call, loading);
		if (loading->status != STATUS_OK)
			return loading_failed(call, loading);
		if (!may_be_kept(loading))
			return answer_failed_tests(call, &loading->report);
		/* Its bundle may have been removed meanwhile, with a release that was deleted. */
		if (!leftovers_spare_file(leftovers, loading->path, loading->rounds))
			return work_again(call, loading);
		return publish(call, publish_params, loading);
	}
	if (!call_can_work(call))
		return CALL_WAITS;
	loading = loading_new();
	if (loading == NULL)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	loading->bundle = publish_params->bundle;
	loading->despite_tests = publish_params->despite_tests;
	bundle_name(loading->bundle, loading->name);
	releases_path(store_directory(call->shard->store), loading->name, loading->path);
	return work_again(call, loading);
}

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
	struct text why = ahead                             ? scheduled
		: release_is_active(call, activation->name) ? now
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
