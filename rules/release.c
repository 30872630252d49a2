#include "release.h"

#include <stdatomic.h>

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "build.h"
#include "host.h"
#include "seller.h"

struct release {
	_Atomic uint32_t references;
	char name[SHA256_HEX];
	uint64_t number;
	struct built *built;
	/* Of a release with functions: a host runs its scripts again. Empty otherwise. */
	struct bytes bundle;
};

/* A model that rules/lib took for sound, but the engine does not: a bug of ours, told as a finding.
 */
static void
report_unbuildable(struct findings *findings, const struct fault *fault)
{
	struct text why = text_of(fault == NULL ? "" : fault->text);
	struct finding finding = {
		.severity = FINDING_ERROR,
		.file = TEXT("catalog.lua"),
		.rule = TEXT("unbuildable"),
		.say_en = why,
		.say_zh = why,
		.mend_en = TEXT("report this as a fault of the checker"),
		.mend_zh = TEXT("这是检查器的缺陷，请报告"),
	};
	findings_add(findings, &finding);
}

/* How a release comes to be: of a catalog that is checked, or again. */
enum making { MAKING_NEW, MAKING_AGAIN };

/* Runs the scripts and makes the image; *built is NULL after findings that are errors. */
static enum status
build_all(struct bytes bundle, enum making making, struct built **built, struct findings *findings,
	struct fault *fault)
{
	struct build build;
	*built = NULL;
	enum status status = build_begin(&build, bundle, "catalog", findings, fault);
	if (status != STATUS_OK)
		return status;
	if (making == MAKING_AGAIN)
		build_loads(&build);
	status = build_run_scripts(&build, false, fault);
	if (status == STATUS_OK)
		status = build_finish(&build, "catalog", "finish", fault);
	if (status == STATUS_OK && !findings_have_errors(findings)) {
		status = build_image(&build, built, fault);
		if (status == STATUS_INVALID)
			report_unbuildable(findings, fault);
	}
	build_end(&build);
	return status;
}

static bool
has_functions(const struct built *built)
{
	return built->image.function_count > 0 || built->image.selling->function_count > 0;
}

static bool
keep_bundle(struct release *release, struct bytes bundle)
{
	must(release->built != NULL);
	if (!has_functions(release->built))
		return true;
	uint8_t *copy = memory_new(bundle.size);
	if (copy == NULL)
		return false;
	memcpy(copy, bundle.data, bundle.size);
	release->bundle = (struct bytes){ copy, bundle.size };
	return true;
}

static struct release *
new_release(struct bytes bundle, struct built *built)
{
	uint8_t digest[SHA256_BYTES];
	struct release *release = memory_new_zeroed(1, sizeof *release);
	if (release == NULL)
		return NULL;
	release->built = built;
	if (!keep_bundle(release, bundle)) {
		memory_free(release);
		return NULL;
	}
	atomic_init(&release->references, 1);
	sha256(bundle, digest);
	hex_encode(digest, sizeof digest, release->name);
	for (size_t i = 0; i < 8; i++)
		release->number = release->number << 8 | digest[i];
	return release;
}

/*
 * Functions that can't be loaded for rating would be found out too late there. STATUS_MEMORY,
 * STATUS_BUSY: they were not tried, for want of memory or time of ours.
 */
static enum status
try_host(struct release *release, struct findings *findings, struct fault *fault)
{
	struct host *host = NULL;
	struct seller *seller = NULL;
	enum status status = host_new(release, NULL, &host, fault);
	if (status == STATUS_OK)
		status = seller_new(release, NULL, &seller, fault);
	seller_free(seller);
	host_free(host);
	if (status == STATUS_OK || status == STATUS_MEMORY || status == STATUS_BUSY)
		return status;
	struct finding finding = {
		.severity = FINDING_ERROR,
		.file = TEXT("catalog.lua"),
		.rule = TEXT("functions_unusable"),
		.say_en = text_of(fault->text),
		.say_zh = text_of(fault->text),
		.mend_en = TEXT("keep large tables in tables/*.csv, not in the locals of scripts"),
		.mend_zh = TEXT("把大表放进 tables/*.csv，不要放在脚本的局部变量里"),
	};
	findings_add(findings, &finding);
	return STATUS_OK;
}

static enum status
refuse(struct findings *findings, struct fault *fault)
{
	size_t errors = 0;
	const struct finding *first = NULL;
	findings_sort(findings);
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->list[i].severity != FINDING_ERROR)
			continue;
		first = first == NULL ? &findings->list[i] : first;
		errors++;
	}
	if (first == NULL)
		return fault_set(fault, STATUS_INVALID, "the catalog has too many findings");
	return fault_set(fault, STATUS_INVALID,
		"the catalog has %zu errors; the first: %.*s:%u: %.*s", errors,
		TEXT_ARGS(first->file), first->line, TEXT_ARGS(first->say_en));
}

static enum status
make(struct bytes bundle, enum making making, struct release **release, struct findings *findings,
	struct fault *fault)
{
	struct built *built;
	enum status status = bundle_check(bundle, fault);
	if (status != STATUS_OK)
		return status;
	status = build_all(bundle, making, &built, findings, fault);
	if (status == STATUS_MEMORY)
		return status;
	if (findings_have_errors(findings)) {
		built_free(built);
		return refuse(findings, fault);
	}
	if (status != STATUS_OK)
		return status;
	must(built != NULL);
	struct release *made = new_release(bundle, built);
	if (made == NULL) {
		built_free(built);
		return fault_set(fault, STATUS_MEMORY, "no memory for a release");
	}
	if (has_functions(built))
		status = try_host(made, findings, fault);
	if (status != STATUS_OK || findings_have_errors(findings)) {
		release_drop(made);
		return status != STATUS_OK ? status : refuse(findings, fault);
	}
	findings_sort(findings);
	*release = made;
	return STATUS_OK;
}

enum status
release_build(struct bytes bundle, struct release **release, struct findings *findings,
	struct fault *fault)
{
	return make(bundle, MAKING_NEW, release, findings, fault);
}

enum status
release_load(struct bytes bundle, struct release **release, struct findings *findings,
	struct fault *fault)
{
	return make(bundle, MAKING_AGAIN, release, findings, fault);
}

struct release *
release_retain(struct release *release)
{
	uint32_t before = atomic_fetch_add_explicit(&release->references, 1, memory_order_relaxed);
	must(before > 0 && before < UINT32_MAX);
	return release;
}

void
release_drop(struct release *release)
{
	if (release == NULL)
		return;
	uint32_t before = atomic_fetch_sub_explicit(&release->references, 1, memory_order_acq_rel);
	must(before > 0);
	if (before > 1)
		return;
	built_free(release->built);
	memory_free((void *)release->bundle.data);
	memory_free(release);
}

const struct image *
release_image(const struct release *release)
{
	return &release->built->image;
}

struct text
release_name(const struct release *release)
{
	return (struct text){ release->name, sizeof release->name };
}

uint64_t
release_number(const struct release *release)
{
	return release->number;
}

struct text
release_language(const struct release *release, size_t index)
{
	if (index >= release->built->language_count)
		return (struct text){ NULL, 0 };
	return release->built->languages[index].id;
}

static struct text
find_text(const struct release_language *language, struct text key)
{
	size_t from = 0, till = language->text_count;
	while (from < till) {
		size_t middle = from + (till - from) / 2;
		int order = text_compare(key, language->texts[middle].key);
		if (order == 0)
			return language->texts[middle].text;
		if (order < 0)
			till = middle;
		else
			from = middle + 1;
	}
	return (struct text){ NULL, 0 };
}

struct text
release_text(const struct release *release, struct text language, struct text key)
{
	const struct built *built = release->built;
	for (size_t i = 0; i < built->language_count; i++)
		if (text_equal(built->languages[i].id, language))
			return find_text(&built->languages[i], key);
	return (struct text){ NULL, 0 };
}

size_t
release_memory_bytes(const struct release *release)
{
	const struct image *image = &release->built->image;
	size_t decision_bytes_all = 0;
	for (uint32_t i = 0; i < image->decision_count; i++)
		decision_bytes_all += decision_bytes(image->decisions[i]);
	return decision_bytes_all + sizeof *release + sizeof *release->built +
		release->built->image.arena.used + release->built->prefix_bytes +
		release->bundle.size + zoneinfo_bytes(release->built->zone).size;
}

const struct release_function *
release_functions(const struct release *release)
{
	return release->built->functions;
}

uint32_t
release_instructions(const struct release *release)
{
	return release->built->instructions_call;
}

struct bytes
release_bundle(const struct release *release)
{
	return release->bundle;
}
