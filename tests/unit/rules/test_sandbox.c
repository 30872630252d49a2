#include "catalogs.h"

#include <dirent.h>

#include "../../../engine/base/clock.h"
#include "../../../rules/build.h"

/*
 * Attacks on the sandbox: each file of tests/sandbox is a script of a catalog. Its second or third
 * line says what must become of it:
 *
 *   -- rate: failed WORDS    calling its function fails, and the problem has these words (or any)
 *   -- rate: yes             it is harmless, and says true
 *   -- rate: bounded         it ends in time, one way or another
 *   -- build: RULE           building the catalog finds this
 */
#define ATTACKS "tests/sandbox"

/* A whole call is bounded by 1 ms of wall time; what lies between two looks at the clock comes on
 * top. */
#define CALL_BOUND_US 1500
/* Building is bounded by instructions, of which the machine does some hundred millions a second. */
#define BUILD_BOUND_MS 15000
#define TRIES 7

static const char base_catalog[] =
	"catalog \"base\" {}\n"
	"service \"voice\" { unit = \"second\" }\n"
	"package \"good\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"good\", say = \"voice.call\", serves = { service = \"voice\" },\n"
	"        when = function(c) return c.seconds > 60 and c.to:starts(\"0771\") end,\n"
	"        amount = function(c) return money \"0.10\" * c.seconds / 6 end, round = \"0.01 half_up\" },\n"
	"    tariff { id = \"rest\", say = \"voice.call\", serves = { service = \"voice\" }, step = \"60 s\", price = \"0.10\" },\n"
	"}\n"
	"local texts_of = { [\"catalog.base\"] = \"x\", [\"service.voice\"] = \"x\", [\"package.good\"] = \"x\",\n"
	"    [\"package.attack\"] = \"x\", [\"voice.call\"] = \"x\" }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n";

static const struct usage usage = {
	.service = { "voice", 5 },
	.from = { "07715510000", 11 },
	.to = { "07715507882", 11 },
	.at_ms = INT64_C(1789704000000),
	.quantity = 601,
	.unit = UNIT_SECOND,
};

/* The words behind "-- rate: " or "-- build: "; false if the attack is not of that sort. */
static bool
get_expectation(const char *source, const char *sort, char *words, size_t room)
{
	char mark[32];
	snprintf(mark, sizeof mark, "-- %s: ", sort);
	const char *at = strstr(source, mark);
	if (at == NULL)
		return false;
	at += strlen(mark);
	snprintf(words, room, "%.*s", (int)strcspn(at, "\n"), at);
	return true;
}

/* The functions of the base are right, whatever went before. */
static void
check_good(const struct rate_functions *functions, int32_t when, int32_t amount)
{
	bool yes = false;
	struct money got = { 0 };
	struct text problem = TEXT("");
	struct usage other = usage;
	if (functions->when(functions->context, when, &usage, &yes, &problem) != CALL_DONE)
		fail_msg("%.*s", TEXT_ARGS(problem));
	assert_true(yes);
	assert_int_equal(
		functions->amount(functions->context, amount, &usage, &got, &problem), CALL_DONE);
	assert_int_equal(got.micros, 10020000); /* 10.01666… rounded half up */
	other.to = TEXT("110");
	assert_int_equal(
		functions->when(functions->context, when, &other, &yes, &problem), CALL_DONE);
	assert_false(yes);
}

static enum call_outcome
call(const struct rate_functions *functions, bool amount, int32_t function, bool *yes,
	struct text *problem)
{
	struct money got;
	*yes = false;
	if (amount)
		return functions->amount(functions->context, function, &usage, &got, problem);
	return functions->when(functions->context, function, &usage, yes, problem);
}

/*
 * Is the outcome what the attack says? A busy machine may end a call by its deadline first: that
 * says nothing.
 */
static bool
is_as_said(const char *name, const char *words, enum call_outcome outcome, bool yes,
	struct text problem)
{
	if (strcmp(words, "bounded") == 0)
		return true;
	if (outcome == CALL_DEADLINE)
		return false;
	if (strcmp(words, "yes") == 0) {
		if (outcome != CALL_DONE || !yes)
			fail_msg("%s: %.*s", name, TEXT_ARGS(problem));
		return true;
	}
	assert_int_equal(strncmp(words, "failed", 6), 0);
	words += words[6] == ' ' ? 7 : 6;
	if (outcome != CALL_FAILED ||
		memmem(problem.data, problem.size, words, strlen(words)) == NULL)
		fail_msg("%s: outcome %d, problem: %.*s", name, (int)outcome,
			outcome == CALL_DONE ? 0 : (int)problem.size, problem.data);
	return true;
}

/* Functions are numbered as packages are declared: "attack" in attack.lua comes before
 * "catalog.lua". */
static void
attack_rating(const char *name, const char *source, const char *words)
{
	struct bundle_file files[] = { file_of("attack.lua", source),
		file_of("catalog.lua", base_catalog) };
	struct release *release = build_files(files, 2);
	struct host *host;
	struct fault fault;
	assert_int_equal(host_new(release, NULL, &host, &fault), STATUS_OK);
	const struct rate_functions *functions = host_functions(host);
	bool amount = strstr(source, "amount = function") != NULL, yes;
	uint64_t best_ns = UINT64_MAX;
	int as_said = 0;
	check_good(functions, 1, 2);
	for (int i = 0; i < TRIES; i++) {
		struct text problem = TEXT("");
		uint64_t from_ns = monotonic_ns();
		enum call_outcome outcome = call(functions, amount, 0, &yes, &problem);
		uint64_t took_ns = monotonic_ns() - from_ns;
		best_ns = took_ns < best_ns ? took_ns : best_ns;
		as_said += is_as_said(name, words, outcome, yes, problem);
		check_good(functions, 1, 2);
	}
	assert_true(as_said > 0);
	if (best_ns > UINT64_C(1000) * CALL_BOUND_US)
		fail_msg("%s took %llu us", name, (unsigned long long)best_ns / 1000);
	print_message("%-20s %6llu us\n", name, (unsigned long long)best_ns / 1000);
	host_free(host);
	release_drop(release);
}

static void
attack_building(const char *name, struct bytes source, const char *rule)
{
	struct bundle_file files[] = { { TEXT("attack.lua"), source },
		file_of("catalog.lua", base_catalog) };
	struct buffer bundle;
	struct findings findings;
	struct release *release = NULL;
	struct fault fault;
	bool found = false;
	make_bundle(files, 2, &bundle);
	findings_init(&findings);
	uint64_t from_ns = thread_cpu_ns(); /* others may have the processor meanwhile */
	assert_int_equal(
		release_build(bytes_of(&bundle), &release, &findings, &fault), STATUS_INVALID);
	uint64_t took_ms = (thread_cpu_ns() - from_ns) / 1000000;
	for (size_t i = 0; i < findings.count; i++)
		found = found || text_equal(findings.list[i].rule, text_of(rule));
	if (!found) {
		print_findings(&findings);
		fail_msg("%s: nothing of %s", name, rule);
	}
	assert_true(took_ms < BUILD_BOUND_MS);
	print_message("%-20s %6llu ms\n", name, (unsigned long long)took_ms);
	findings_release(&findings);
	buffer_release(&bundle);
}

static int
is_script(const struct dirent *entry)
{
	return strstr(entry->d_name, ".lua") != NULL;
}

/* Runs all attacks of a sort, in order of their names; how many there were. */
static int
run_attacks(const char *sort)
{
	struct dirent **entries;
	int count = scandir(ATTACKS, &entries, is_script, alphasort), ran = 0;
	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		char path[512], words[128];
		size_t size;
		snprintf(path, sizeof path, ATTACKS "/%s", entries[i]->d_name);
		char *source = read_whole(path, &size);
		/* The binary one has zero bytes before its comment. */
		char *text = memmem(source, size, "-- ", 3);
		assert_non_null(text);
		if (get_expectation(text, sort, words, sizeof words)) {
			if (strcmp(sort, "rate") == 0)
				attack_rating(entries[i]->d_name, source, words);
			else
				attack_building(entries[i]->d_name,
					(struct bytes){ (uint8_t *)source, size }, words);
			ran++;
		}
		free(source);
		free(entries[i]);
	}
	free(entries);
	return ran;
}

static void
every_attack_while_rating_ends_in_its_bound_and_the_next_call_is_right(void **state)
{
	(void)state;
	assert_true(run_attacks("rate") >= 50);
}

static void
every_attack_while_building_ends_in_its_bound_with_a_finding(void **state)
{
	(void)state;
	assert_true(run_attacks("build") >= 14);
	release_drop(build_source(base_catalog));
}

/* Reachability: everything that scripts can name, and what can be named from there. */

static int
compare_lines(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

struct list {
	char *lines[400];
	size_t count;
};

static void
add_line(struct list *list, const char *prefix, const char *name, const char *kind)
{
	char line[256];
	assert_true(list->count < sizeof list->lines / sizeof list->lines[0]);
	snprintf(line, sizeof line, "%s%s %s", prefix, name, kind);
	list->lines[list->count++] = strdup(line);
}

/* The entries of the table on the top, and of tables in it, also through their views. */
static void
walk(lua_State *lua, struct list *list, const char *prefix, int depth)
{
	assert_true(depth < 5);
	for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
		char name[128], inner[200];
		assert_int_equal(lua_type(lua, -2), LUA_TSTRING);
		snprintf(name, sizeof name, "%s", lua_tostring(lua, -2));
		add_line(list, prefix, name, lua_typename(lua, lua_type(lua, -1)));
		if (!lua_istable(lua, -1))
			continue;
		snprintf(inner, sizeof inner, "%s%s.", prefix, name);
		if (luaL_getmetafield(lua, -1, "__index") == LUA_TTABLE) {
			walk(lua, list, inner, depth + 1);
			lua_pop(lua, 1);
		}
		walk(lua, list, inner, depth + 1);
	}
}

/* What methods a value has: the table behind the __index of its metatable. */
static void
walk_methods(lua_State *lua, struct list *list, const char *prefix)
{
	if (luaL_getmetafield(lua, -1, "__index") != LUA_TTABLE)
		return;
	if (luaL_getmetafield(lua, -1, "__index") == LUA_TTABLE)
		lua_remove(lua, -2); /* a view: what is behind it */
	walk(lua, list, prefix, 0);
	lua_pop(lua, 1);
}

static int
list_reachable(lua_State *lua)
{
	struct list *list = lua_touserdata(lua, 1);
	sandbox_words(lua);
	walk(lua, list, "", 0);
	lua_pushliteral(lua, "");
	walk_methods(lua, list, "(text):");
	lua_pop(lua, 1);
	lua_getfield(lua, -1, "money");
	lua_pushliteral(lua, "1");
	lua_call(lua, 1, 1);
	walk_methods(lua, list, "(money):");
	return 0;
}

static void
what_scripts_can_reach_is_the_golden_list(void **state)
{
	(void)state;
	struct build build;
	struct list list = { .count = 0 };
	struct fault fault;
	assert_int_equal(
		build_begin(&build, (struct bytes){ NULL, 0 }, "catalog", NULL, &fault), STATUS_OK);
	assert_int_equal(sandbox_run(build.sandbox, list_reachable, &list), SANDBOX_DONE);
	build_end(&build);
	qsort(list.lines, list.count, sizeof list.lines[0], compare_lines);
	char *golden = read_whole("tests/golden/sandbox_reachable.txt", NULL), *at = golden;
	for (size_t i = 0; i < list.count; i++) {
		size_t size = strcspn(at, "\n");
		if (strlen(list.lines[i]) != size || strncmp(at, list.lines[i], size) != 0)
			fail_msg("reachable: %s; the golden list has %.*s", list.lines[i],
				(int)size, at);
		at += size + (at[size] == '\n');
		free(list.lines[i]);
	}
	assert_int_equal(*at, '\0');
	free(golden);
}

static void
the_views_of_libraries_show_nothing_else(void **state)
{
	(void)state;
	/* A view's own metatable can't be had: getmetatable does not exist, and __metatable hides
	 * it. */
	struct sandbox *sandbox;
	struct fault fault;
	const struct sandbox_limits limits = { 100000, 1000, 1000000, 1 << 24, 1 << 22, SIZE_MAX };
	assert_int_equal(sandbox_new(&limits, &sandbox, &fault), STATUS_OK);
	lua_State *lua = sandbox->lua;
	sandbox_words(lua);
	lua_getfield(lua, -1, "string");
	assert_int_equal(luaL_getmetafield(lua, -1, "__metatable"), LUA_TBOOLEAN);
	lua_pop(lua, 3);
	sandbox_free(sandbox);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_scripts_can_reach_is_the_golden_list),
		cmocka_unit_test(the_views_of_libraries_show_nothing_else),
		cmocka_unit_test(
			every_attack_while_rating_ends_in_its_bound_and_the_next_call_is_right),
		cmocka_unit_test(every_attack_while_building_ends_in_its_bound_with_a_finding),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
