/*
 * release.publish. What is sent is built, checked and tested in a child process (proof.h); what
 * passed is built once more by a worker, which keeps its bundle; what is kept or put in force is
 * decided on the shard's thread, in one entry of the journal, and from that entry on it is so.
 */
#include "proof.h"
#include "release_change.h"
#include "shard.h"

#include "base/memory.h"
#include "base/must.h"

#include <inttypes.h>
#include <stdio.h>

/* Of a catalog's errors and failed tests in a sentence. */
enum { SENTENCE_ITEMS_MAX = 3 };

/* A release that a worker makes. */
struct loading {
	struct bytes bundle; /* lives in the call's own bytes */
	char path[RELEASE_PATH_MAX];
	char name[SHA256_HEX];
	uint64_t rounds; /* of the leftovers, when the worker began */
	const atomic_bool *stop;
	struct proof proof;
	struct loaded_release *loaded;
	bool despite_tests;
	bool done;
	enum status status; /* of what the server did itself */
	struct fault fault;
};

static void
loading_drop(void *state)
{
	struct loading *loading = state;
	loaded_release_free(loading->loaded);
	proof_release(&loading->proof);
	memory_free(loading);
}

static bool
is_proved(const struct proof *proof)
{
	return proof->end.kind == CHILD_DONE && proof->status == STATUS_OK;
}

static bool
may_be_kept(const struct loading *loading)
{
	return is_proved(&loading->proof) && (loading->proof.failed == 0 || loading->despite_tests);
}

/* Builds what was proved. */
static enum status
build(struct loading *loading)
{
	struct findings findings;
	findings_init(&findings);
	enum status status = releases_build(
		loading->bundle, &loading->loaded, &findings, &loading->fault);
	findings_release(&findings);
	return status;
}

/* On a worker. */
static void
loading_run(void *state)
{
	struct loading *loading = state;
	loading->done = true;
	proof_release(&loading->proof);
	proof_init(&loading->proof);
	loading->status = proof_make(
		loading->bundle, loading->stop, &loading->proof, &loading->fault);
	if (loading->status != STATUS_OK || !may_be_kept(loading))
		return;
	loading->status = build(loading);
	if (loading->status == STATUS_OK && !disk_exists(loading->path))
		loading->status = disk_write_file(loading->path, loading->bundle, &loading->fault);
}

static struct loading *
loading_new(void)
{
	struct loading *loading = memory_new_zeroed(1, sizeof *loading);
	if (loading != NULL)
		proof_init(&loading->proof);
	return loading;
}

/* ---- what can be wrong ---- */

/* "catalog.lua:12"; the file alone where no line is known. */
static struct text
place_of(struct call *call, const struct finding *finding)
{
	if (finding->line == 0)
		return finding->file;
	return arena_print(call->arena, "%.*s:%u", TEXT_ARGS(finding->file), finding->line);
}

/* The first few errors of a catalog, in one sentence. */
static enum call_end
answer_findings(struct call *call, const struct proof *proof)
{
	struct text en = text_of(proof->why), zh = en;
	size_t shown = 0;
	for (size_t i = 0; i < proof->findings.count && shown < SENTENCE_ITEMS_MAX; i++) {
		const struct finding *one = &proof->findings.list[i];
		if (one->severity != FINDING_ERROR)
			continue;
		struct text place = place_of(call, one);
		en = arena_print(call->arena, "%.*s%s%.*s: %.*s", shown == 0 ? 0 : (int)en.size,
			en.data, shown == 0 ? "" : "; ", TEXT_ARGS(place), TEXT_ARGS(one->say_en));
		zh = arena_print(call->arena, "%.*s%s%.*s: %.*s", shown == 0 ? 0 : (int)zh.size,
			zh.data, shown == 0 ? "" : "；", TEXT_ARGS(place), TEXT_ARGS(one->say_zh));
		shown++;
	}
	struct text all = arena_print(
		call->arena, BILINGUAL_STRING("%.*s", "%.*s"), TEXT_ARGS(en), TEXT_ARGS(zh));
	return call_error(call, SAY_BAD_CATALOG, &all, 1);
}

/* "packages/standard_test.lua:12: night: expected amount 0.08, got amount 0.07" */
static enum call_end
answer_failed_tests(struct call *call, const struct proof *proof)
{
	struct text list = { "", 0 };
	for (size_t i = 0; i < proof->failure_count && i < SENTENCE_ITEMS_MAX; i++) {
		const struct test_result *one = &proof->failures[i];
		list = arena_print(call->arena, "%.*s%s%.*s:%u: %.*s: %.*s ≠ %.*s", TEXT_ARGS(list),
			i == 0 ? "" : "; ", TEXT_ARGS(one->file), one->line, TEXT_ARGS(one->name),
			TEXT_ARGS(one->got), TEXT_ARGS(one->expected));
	}
	struct text arguments[] = { arena_print(call->arena, "%" PRIu64, proof->failed),
		arena_print(call->arena, "%" PRIu64, proof->passed + proof->failed), list };
	return call_error(call, SAY_TESTS_FAILED, arguments, 3);
}

/* There is no proof, or it is against the catalog. */
static enum call_end
answer_not_proved(struct call *call, const struct proof *proof)
{
	bool told = proof->end.kind == CHILD_DONE;
	bool memory = told && proof->status == STATUS_MEMORY;
	if (told && proof->status == STATUS_BUSY)
		return answer_too_slow(call, proof->why);
	if (told && !memory && proof->status != STATUS_IO)
		return answer_findings(call, proof);
	return memory ? answer_child_memory(call) : answer_child_end(call, &proof->end);
}

/* What the server did itself failed: with what the child said, or with what was proved. */
static enum call_end
answer_failed(struct call *call, const struct loading *loading)
{
	if (loading->status == STATUS_BUSY)
		return answer_too_slow(call, loading->fault.text);
	if (loading->status != STATUS_CORRUPT)
		return call_failed(call, loading->status, &loading->fault);
	return answer_child_end(call, &loading->proof.end);
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

/* The pairs "tests" and "findings": what the checker had to remark, and what was tested. */
static void
pack_proof(struct pack *pack, const struct proof *proof)
{
	pack_name(pack, "tests");
	pack_map(pack, 3);
	pack_name_unsigned(pack, "passed", proof->passed);
	pack_name_unsigned(pack, "failed", proof->failed);
	pack_name(pack, "failures");
	pack_array(pack, (uint32_t)proof->failure_count);
	for (size_t i = 0; i < proof->failure_count; i++)
		pack_failure(pack, &proof->failures[i]);
	pack_name(pack, "findings");
	pack_array(pack, (uint32_t)proof->findings.count);
	for (size_t i = 0; i < proof->findings.count; i++)
		pack_finding(pack, &proof->findings.list[i]);
}

static enum call_end
answer_published(struct call *call, const struct kept_release *kept, const struct loading *loading)
{
	struct pack pack = pack_into(call_buffer(call));
	pack_release(&pack, call, kept, 2);
	pack_proof(&pack, &loading->proof);
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
	bool activate = params->activate && !release_is_for_all(call, kept.name);
	if (known != NULL && !activate) /* the same content again is the same release */
		return answer_published(call, known, loading);
	change_begin(&change, call, "publish", kept.name);
	change.by = params->by;
	change.why = params->why;
	if (known == NULL)
		change_keep(&change, &kept);
	if (activate) {
		change_activate(&change, &activation);
		change_look(&change, activation.at_ms, loading->loaded->image);
	}
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
		if (loading->status != STATUS_OK)
			return answer_failed(call, loading);
		if (!is_proved(&loading->proof))
			return answer_not_proved(call, &loading->proof);
		if (!may_be_kept(loading))
			return answer_failed_tests(call, &loading->proof);
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
	loading->stop = &call->shard->hurried;
	bundle_name(loading->bundle, loading->name);
	releases_path(store_directory(call->shard->store), loading->name, loading->path);
	return work_again(call, loading);
}
