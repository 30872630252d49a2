#include "build.h"

#include <stdio.h>

#include "../engine/base/must.h"
#include "../engine/base/utf8.h"
#include "failure.h"
#include "place.h"
#include "syntax.h"
#include "tables_lua.h"
#include "twice.h"

/* A look at the clock every 10 us or so, at a cost that can't be measured. */
#define BUILD_STRIDE 1000

static const struct sandbox_limits build_limits = {
	.instructions = BUILD_INSTRUCTIONS_MAX,
	.stride = BUILD_STRIDE,
	.wall_us = BUILD_WALL_US_MAX,
	.memory_bytes = BUILD_MEMORY_BYTES_MAX,
	.block_bytes = BUILD_BLOCK_BYTES_MAX,
	.taken_bytes = SIZE_MAX,
};

/* Of one script so many are told. */
#define TWICE_MAX 16

/* To learn the name of a zone: the whole build comes later, with limits of its own. */
#define ZONE_INSTRUCTIONS_MAX 20000000

/* What sandbox_run hands to the functions below. */
struct job {
	const char *dialect;
	const char *function;
	struct text path;
	struct text source;
	bool compiled;
};

/* A rule of the checker that C has to word: Lua may be out of memory, or not begun. */
struct wording {
	const char *rule;
	const char *say_en, *say_zh; /* before what the problem says itself */
	const char *mend_en, *mend_zh;
};

static const struct wording script_failed = { "script_failed",
	"the script failed here: ", "脚本在此出错：",
	"correct the script at this place; until then nothing that may stand in it is called missing",
	"请先更正此处；在此之前，可能写在其中的内容不作缺失处理" };
static const struct wording past_limit = { "limit", "building the catalog ", "构建目录超出限制：",
	"look for a loop that does not end, or split the catalog",
	"检查是否有不会结束的循环，或拆分目录" };

static void
add_finding(struct build *build, const struct finding *finding)
{
	if (build->findings != NULL && !findings_add(build->findings, finding))
		build->findings_lost = true;
}

static void
report(struct build *build, const struct wording *wording, struct text file)
{
	const struct sandbox_problem *problem = &build->sandbox->problem;
	char say_en[FAILURE_BYTES_MAX + 64], say_zh[FAILURE_BYTES_MAX + 64];
	struct failure failure;
	failure_explain(problem->text, &failure);
	snprintf(say_en, sizeof say_en, "%s%s", wording->say_en, failure.say_en);
	snprintf(say_zh, sizeof say_zh, "%s%s", wording->say_zh,
		problem->text_zh[0] != '\0' ? problem->text_zh : failure.say_zh);
	add_finding(build,
		&(struct finding){ .severity = FINDING_ERROR,
			.file = file,
			.line = problem->line,
			.rule = text_of(wording->rule),
			.say_en = text_of(say_en),
			.say_zh = text_of(say_zh),
			.mend_en = text_of(wording->mend_en),
			.mend_zh = text_of(wording->mend_zh) });
}

static void
report_syntax(struct build *build, const struct job *job)
{
	const struct sandbox_problem *problem = &build->sandbox->problem;
	struct syntax_problem syntax;
	syntax_explain(job->source, problem->line, problem->text, &syntax);
	add_finding(build,
		&(struct finding){ .severity = FINDING_ERROR,
			.file = job->path,
			.line = problem->line,
			.column = syntax.column,
			.rule = TEXT("syntax"),
			.say_en = text_of(syntax.say_en),
			.say_zh = text_of(syntax.say_zh),
			.mend_en = text_of(syntax.mend_en),
			.mend_zh = text_of(syntax.mend_zh) });
}

static void
report_not_utf8(struct build *build, struct text path, uint64_t line)
{
	add_finding(build,
		&(struct finding){ .severity = FINDING_ERROR,
			.file = path,
			.line = (uint32_t)line,
			.rule = TEXT("not_utf8"),
			.say_en = TEXT("the file is not UTF-8: this line is the first that is not"),
			.say_zh = TEXT("文件不是 UTF-8 编码，从此行起"),
			.mend_en = TEXT("save it as UTF-8 (not as GBK, GB18030 or UTF-16)"),
			.mend_zh = TEXT("另存为 UTF-8（不要用 GBK、GB18030 或 UTF-16）") });
}

/* What Lua lets pass: of two fields of one name it keeps the second. */
static bool
report_twice(struct build *build, struct text path, struct text source)
{
	struct twice found[TWICE_MAX];
	size_t count;
	if (!twice_find(source, found, TWICE_MAX, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		char say_en[200], say_zh[200];
		int size = found[i].name.size < 60 ? (int)found[i].name.size : 60;
		snprintf(say_en, sizeof say_en,
			"%.*s stands twice in the same braces, first in line %u; only the last would count",
			size, found[i].name.data, found[i].first_line);
		snprintf(say_zh, sizeof say_zh,
			"同一对括号中 %.*s 写了两次，先在第 %u 行；只有最后一个会起作用", size,
			found[i].name.data, found[i].first_line);
		add_finding(build,
			&(struct finding){ .severity = FINDING_ERROR,
				.file = path,
				.line = found[i].line,
				.column = found[i].column,
				.rule = TEXT("field_twice"),
				.say_en = text_of(say_en),
				.say_zh = text_of(say_zh),
				.mend_en = TEXT("remove one of them, or rename it"),
				.mend_zh = TEXT("删去其中一个，或改名") });
	}
	return true;
}

enum status
build_stopped(struct build *build, enum sandbox_outcome outcome, struct fault *fault)
{
	const struct wording *wording = outcome == SANDBOX_ERROR ? &script_failed : &past_limit;
	struct text file = text_of(build->sandbox->problem.file);
	/* Without memory Lua can't say where: it was in what ran. */
	if (outcome != SANDBOX_STARVED)
		report(build, wording, file.size > 0 ? file : build->script_path);
	return sandbox_fault(build->sandbox, outcome, fault);
}

static int
work_open(lua_State *lua)
{
	const struct job *job = lua_touserdata(lua, 1);
	build_open_native(lua);
	if (strcmp(job->dialect, "catalog") == 0 || strcmp(job->dialect, "zone_name") == 0)
		tables_lua_open(lua);
	sandbox_use(lua, job->dialect);
	lua_getfield(lua, -1, "open");
	lua_call(lua, 0, 0);
	return 0;
}

/* "@zone" is the name of the zone, a line feed, and its TZif bytes. */
static bool
find_zone(struct build *build)
{
	struct bytes content;
	if (!bundle_file(build->bundle, TEXT("@zone"), &content))
		return false;
	const uint8_t *end = memchr(content.data, '\n', content.size);
	if (end == NULL || end - content.data >= ZONE_NAME_MAX)
		return false;
	size_t size = (size_t)(end - content.data);
	build->zone_name = (struct text){ (const char *)content.data, size };
	build->zone_tzif = (struct bytes){ end + 1, content.size - size - 1 };
	return true;
}

enum status
build_begin(struct build *build, struct bytes bundle, const char *dialect,
	struct findings *findings, struct fault *fault)
{
	*build = (struct build){ .bundle = bundle, .findings = findings };
	if (bundle.size > 0 && !find_zone(build))
		return fault_set(fault, STATUS_INVALID, "the time zone in the bundle is none");
	enum status status = sandbox_new(&build_limits, &build->sandbox, fault);
	if (status != STATUS_OK)
		return status;
	build->sandbox->owner = build;
	struct job job = { .dialect = dialect };
	enum sandbox_outcome outcome = sandbox_run(build->sandbox, work_open, &job);
	if (outcome == SANDBOX_DONE)
		return STATUS_OK;
	status = sandbox_fault(build->sandbox, outcome, fault);
	must(status != STATUS_OK);
	build_end(build);
	return status;
}

/* A later checker may do more than the one that the release was made with. */
enum { LOAD_LIMITS_TIMES = 4 };

void
build_loads(struct build *build)
{
	struct sandbox_limits limits = build_limits;
	limits.instructions *= LOAD_LIMITS_TIMES;
	limits.wall_us *= LOAD_LIMITS_TIMES;
	limits.memory_bytes *= LOAD_LIMITS_TIMES;
	sandbox_arm(build->sandbox, &limits);
	build->loaded_language = bundle_language(build->bundle);
}

void
build_end(struct build *build)
{
	sandbox_free(build->sandbox);
	build->sandbox = NULL;
}

static int
work_script(lua_State *lua)
{
	struct job *job = lua_touserdata(lua, 1);
	sandbox_load(lua, job->path, job->source);
	job->compiled = true;
	lua_call(lua, 0, 0);
	return 0;
}

static void
remember_failed(struct build *build)
{
	if (build->failed_count < BUILD_FAILED_MAX)
		build->failed[build->failed_count] = (struct failed_script){ build->script_path,
			build->script_source };
	build->failed_count++;
}

enum status
build_run_script(struct build *build, struct text path, struct text source, struct fault *fault)
{
	struct job job = { .path = path, .source = source };
	/* What was a release before is not judged again by these. */
	bool checked = build->findings != NULL && build->loaded_language == 0;
	bool code = source.size > 0 && source.data[0] == '\033'; /* compiled: Lua refuses it */
	uint64_t wrong_line = checked && !code ? utf8_wrong_line(source) : 0;
	build->script_path = path;
	build->script_source = source;
	if (wrong_line > 0) {
		report_not_utf8(build, path, wrong_line);
		build->failed_unread = true;
		return STATUS_OK;
	}
	enum sandbox_outcome outcome = sandbox_run(build->sandbox, work_script, &job);
	if (checked && job.compiled && !report_twice(build, path, source))
		return fault_set(fault, STATUS_MEMORY, "no memory to look through a script");
	if (outcome == SANDBOX_DONE)
		return STATUS_OK;
	remember_failed(build);
	if (outcome != SANDBOX_ERROR)
		return build_stopped(build, outcome, fault);
	if (job.compiled)
		report(build, &script_failed, text_of(build->sandbox->problem.file));
	else
		report_syntax(build, &job);
	return STATUS_OK;
}

bool
build_next_script(struct bytes *rest, bool tests, struct text *path, struct text *source)
{
	struct bytes content;
	bool sound;
	while (bundle_next(rest, path, &content, &sound)) {
		if (!text_ends_with(*path, TEXT(".lua")) ||
			text_ends_with(*path, TEXT("_test.lua")) != tests)
			continue;
		*source = text_of_bytes(content);
		return true;
	}
	return false;
}

enum status
build_run_scripts(struct build *build, bool tests, struct fault *fault)
{
	struct bytes rest = build->bundle;
	struct text path, source;
	while (build_next_script(&rest, tests, &path, &source)) {
		enum status status = build_run_script(build, path, source, fault);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static int
work_finish(lua_State *lua)
{
	const struct job *job = lua_touserdata(lua, 1);
	sandbox_use(lua, job->dialect);
	lua_getfield(lua, -1, job->function);
	lua_call(lua, 0, 1);
	return 1;
}

enum status
build_finish(struct build *build, const char *dialect, const char *function, struct fault *fault)
{
	struct job job = { .dialect = dialect, .function = function };
	lua_pushcfunction(build->sandbox->lua, work_finish);
	lua_pushlightuserdata(build->sandbox->lua, &job);
	enum sandbox_outcome outcome = sandbox_call(build->sandbox, 1, 1);
	if (outcome != SANDBOX_DONE)
		return build_stopped(build, outcome, fault);
	if (!build->findings_lost)
		return STATUS_OK;
	lua_pop(build->sandbox->lua, 1);
	return fault_set(fault, STATUS_MEMORY, "no memory for the findings");
}

void
build_zone_name(struct text source, char name[ZONE_NAME_MAX])
{
	struct build build;
	struct sandbox_limits limits = build_limits;
	if (build_begin(&build, (struct bytes){ NULL, 0 }, "zone_name", NULL, NULL) != STATUS_OK)
		return;
	limits.instructions = ZONE_INSTRUCTIONS_MAX;
	sandbox_arm(build.sandbox, &limits);
	if (build_run_script(&build, TEXT("catalog.lua"), source, NULL) == STATUS_OK &&
		build_finish(&build, "zone_name", "find", NULL) == STATUS_OK) {
		const char *found = lua_tostring(build.sandbox->lua, -1);
		if (found != NULL && strlen(found) < ZONE_NAME_MAX)
			strcpy(name, found);
	}
	build_end(&build);
}
