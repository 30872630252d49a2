/*
 * Inside of building: a run of a bundle's scripts in a sandbox of its own. release.c, host.c and
 * catalog_test.c drive it; build_lua.c is what rules/lib sees of C; build_image.c takes the image
 * out of the model that rules/lib made.
 */
#ifndef SUANPAN_BUILD_H
#define SUANPAN_BUILD_H

#include "finding.h"
#include "image.h"
#include "release.h"
#include "sandbox.h"

#define ZONE_NAME_MAX 64

struct built;

#define BUILD_FAILED_MAX 16

/* A script that did not compile, or did not run to its end. */
struct failed_script {
	struct text path;
	struct text source;
};

struct build {
	struct sandbox *sandbox;
	struct bytes bundle;
	struct findings *findings; /* NULL: nobody wants them */
	bool findings_lost;        /* for want of memory */
	/* What these would have declared is not known; there may have been more of them. */
	struct failed_script failed[BUILD_FAILED_MAX];
	size_t failed_count;
	bool failed_unread;       /* one was not UTF-8, so that its words are not known either */
	unsigned loaded_language; /* of a release that is loaded again; 0: it is checked */
	struct text zone_name;    /* of the zone in the bundle */
	struct bytes zone_tzif;
	const struct image *image; /* of the release that is tested, or NULL */
	/* What runs, or ran last: findings about a script that is in no bundle look here. */
	struct text script_path;
	struct text script_source;
};

/* Opens a sandbox with the limits of a build and the words of rules/lib/DIALECT.lua ("catalog" …).
 */
enum status build_begin(struct build *build, struct bytes bundle, const char *dialect,
	struct findings *findings, struct fault *fault);
void build_end(struct build *build);
/* What is built was a release before: see release_load. */
void build_loads(struct build *build);

/*
 * The next script in the rest of a bundle that is a test (*_test.lua), or that is none, in order of
 * their paths; false at the end.
 */
bool build_next_script(struct bytes *rest, bool tests, struct text *path, struct text *source);
/*
 * Runs the scripts of the bundle that are tests, or those that are not, in order of their paths. What a script does wrong is a finding. STATUS_LIMIT, _MEMORY or _BUSY when a limit
 * ended the whole run: nothing more can be run then.
 */
enum status build_run_scripts(struct build *build, bool tests, struct fault *fault);
/* The same for one script. */
enum status
build_run_script(struct build *build, struct text path, struct text source, struct fault *fault);

/*
 * Calls `function` of what rules/lib/DIALECT.lua returned; its one result is left on the stack. A
 * failure is a finding too.
 */
enum status
build_finish(struct build *build, const char *dialect, const char *function, struct fault *fault);

/* The zone that a catalog.lua names; `name` stays as it is if that can't be known. */
void build_zone_name(struct text source, char name[ZONE_NAME_MAX]);

/* Why an outcome of the sandbox ended the run: a fault, and a finding where the catalog did it. */
enum status build_stopped(struct build *build, enum sandbox_outcome outcome, struct fault *fault);

/* build_lua.c: makes the table `native`. Raises errors of Lua. */
void build_open_native(lua_State *lua);

/* build_table_price.c: where the prices of the tariff on the top stand; NULL: in no table. */
const struct price_table *
build_table_price(lua_State *lua, struct image *image, const struct tariff *tariff);

/* build_table.c: covers(…) and decision(…) of `native`; and the tables of the model on the top, for the image. */
int build_native_covers(lua_State *lua);
int build_native_decision(lua_State *lua);
void build_tables(lua_State *lua, struct built *built);

/* build_package.c: the list of services and zones in the field `serves` of the table on the top. */
const struct serve *build_serves(lua_State *lua, struct arena *arena, uint32_t *count);
/* The meter of the package whose place stands in a field; NULL if there is none. */
const struct meter *build_meter(lua_State *lua, const char *field, const struct package *package);

/* build_discount.c: the discounts of the package on the top, whose meters are there. */
void build_discounts(lua_State *lua, struct arena *arena, struct package *package);
/* build_sell.c: selling of the model on the top, for the image, whose packages are read. */
void build_selling(lua_State *lua, struct built *built);

/* build_dues.c: what the package on the top asks for besides usage; the facts of the model. */
void build_charges(lua_State *lua, struct image *image, struct package *package);
void build_terminations(lua_State *lua, struct image *image, struct package *package);
void build_facts(lua_State *lua, struct image *image);
/* The days on which a table may give another row, once the tables are there. */
void build_table_days(lua_State *lua, struct image *image);

/* build_tax.c: the tax codes of the model on the top; that of the tariff or charge on the top, or NULL. */
void build_taxes(lua_State *lua, struct image *image);
const struct tax *build_tax_of(lua_State *lua, const struct image *image);

/* build_stored.c: the deposits and gifts of the package on the top; the order of paying. */
void build_stored(lua_State *lua, struct arena *arena, struct package *package);
void build_pay_order(lua_State *lua, struct image *image);

/* build_notices.c: the notices and refunds of the package on the top. */
void build_notices(lua_State *lua, struct arena *arena, struct package *package);

/* build_csv.c: csv(…), csv_column(…) and csv_names(…) of `native`. */
int build_native_csv(lua_State *lua);
int build_native_csv_column(lua_State *lua);
int build_native_csv_names(lua_State *lua);

/* build_asked.c: tables_asked(…) of `native`. */
int build_native_tables_asked(lua_State *lua);

/* build_functions.c: loops(…) and members(…) of `native`. */
int build_native_loops(lua_State *lua);
int build_native_members(lua_State *lua);
/* Sets name, file, line and column of the table on the top to those of a token. */
struct lexer;
struct token;
void build_set_place(
	lua_State *lua, struct text file, const struct lexer *lexer, const struct token *token);
int build_native_floats(lua_State *lua);
int build_native_reasons(lua_State *lua);

/* build_tests.c: counters(), stored(), facts(), instant(…) and later(…) of `native`. */
int build_native_counters(lua_State *lua);
int build_native_stored(lua_State *lua);
int build_native_facts(lua_State *lua);
int build_native_instant(lua_State *lua);
int build_native_later(lua_State *lua);

/* What the image does not hold of a release. */
struct release_text {
	struct text key;
	struct text text;
};

struct release_language {
	struct text id;
	const struct release_text *texts; /* sorted by key */
	size_t text_count;
};

enum function_kind {
	FUNCTION_WHEN,   /* of a tariff */
	FUNCTION_AMOUNT, /* of a tariff */
	FUNCTION_DERIVE, /* of a parameter */
	FUNCTION_CHECK,  /* of a parameter */
	FUNCTION_DUE,    /* the amount of a charge */
};

struct release_function {
	enum function_kind kind;
	int64_t round_step; /* of the tariff whose amount it gives; 0: not rounded */
	enum rounding round_mode;
};

struct built {
	struct image image; /* its arena holds everything here */
	struct zoneinfo *zone;
	struct calendar **calendars;
	size_t calendar_count;
	struct decision **decisions; /* those of the image, whose owner this is */
	const struct release_language *languages;
	size_t language_count;
	const struct release_function *functions;
	uint32_t instructions_call;
	size_t prefix_bytes; /* of the zone maps' tables */
};

/*
 * build_image.c: makes the image from the model on the top of the sandbox's stack, which is sound
 * (no finding is an error).
 */
enum status build_image(struct build *build, struct built **built, struct fault *fault);
void built_free(struct built *built);

/* release.c: of a release, for its hosts. The bundle is empty where there are no functions. */
const struct release_function *release_functions(const struct release *release);
uint32_t release_instructions(const struct release *release); /* of one call */
struct bytes release_bundle(const struct release *release);

#endif
