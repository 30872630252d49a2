/*
 * What `suanpan check` and `suanpan test` do with a catalog folder's bundle (release.h:
 * bundle_of_directory).
 *
 * Both run the catalog's scripts in the sandbox and never raise its limits. Tests are `test`, `cases`,
 * `scenario`, `always`, `due`, `order` and `guard` in files named *_test.lua anywhere in the folder; each event goes through rate_usage,
 * the same code as a live one. Not thread-safe; takes milliseconds to seconds, so never on the shard's thread.
 */
#ifndef SUANPAN_CATALOG_TEST_H
#define SUANPAN_CATALOG_TEST_H

#include "finding.h"
#include "guard.h"
#include "release.h"

/*
 * Everything there is to say about a catalog and its test files. Builds the release and drops it.
 * STATUS_OK even with findings: ask findings_have_errors. Other statuses as release_build, when
 * there was no way to check.
 */
enum status catalog_check(struct bytes bundle, struct findings *findings, struct fault *fault);

struct test_options {
	struct text filter;   /* only tests whose name or file contains it; empty: all */
	struct text language; /* "zh" or "en", of `because` */
};

enum test_kind {
	TEST_CASE,
	TEST_SCENARIO,
	TEST_ALWAYS,
	TEST_DUE,
	TEST_ORDER,
	TEST_OCCASION,
	TEST_WALK,
	TEST_GUARD,
};
const char *test_kind_name(enum test_kind kind); /* "case", "scenario" … */

/* One `test`, `scenario`, `due` or `order`, one row of a `cases`, one claim of an `always`, one limit of a `guard`. */
struct test_result {
	enum test_kind kind;
	struct text file;
	uint32_t line;
	struct text name; /* "name", "name / row" or "name / claim" */
	bool passed;
	/* where it failed: */
	uint32_t step;    /* of a scenario, from 1, and its word; `line` is where it is written */
	struct text word; /* "use" */
	struct text
		expected; /* "amount 0.22, zone local": what was asked for and did not come out */
	struct text got;  /* the same fields as they came out */
	struct text because; /* explain_pricing of what came out; several lines */
};

enum coverage_kind {
	COVERAGE_TARIFF, /* "package.tariff" */
	COVERAGE_BAND,   /* "package.tariff.band" */
	COVERAGE_STEP,   /* "package.tariff.first", "package.tariff.next" where the first differs */
	COVERAGE_TIER,   /* "package.tariff.2", from 1 */
	COVERAGE_ALLOWANCE, /* "package.allowance": it paid for something */
	COVERAGE_DISCOUNT,  /* "package.discount", of events or a bill: it took something off */
	COVERAGE_CAP,       /* "package.cap": it made something cheaper */
	COVERAGE_LIMIT,     /* "package.limit": it refused something */
	COVERAGE_NOTICE,    /* "package.notify 10%": it was told */
	COVERAGE_REFUND,    /* "package.refund": it said what comes back */
	COVERAGE_ZONE,      /* "map.zone" */
	COVERAGE_REFUSAL,   /* "map.reason" */
	COVERAGE_CHARGE,    /* "package.charge": it was due; what is owed for leaving early, too */
	COVERAGE_REASON,    /* "package.charge: key": its formula gave this reason */
	COVERAGE_STORED,    /* "package.deposit": it was paid in; "package.gift": it was given */
	COVERAGE_TOPUP,     /* "topup": the rule gave something */
	/* "service.quota", "package.session.final", "… valid": a session ran by it, or ended so */
	COVERAGE_SESSION,
	COVERAGE_RULE,   /* "excludes file:line": an order broke it, or was told so */
	COVERAGE_PROMPT, /* "prompt", retention offers and what is quiet, too: it was so */
	COVERAGE_MOVE,   /* "life_cycle.move": an order made it */
	COVERAGE_ROW,    /* "table.line" */
	/*
	 * "package.tariff.when true", "… when false"; "package.param.check …", "prompt.when …",
	 * and "file:line.when …" of who may buy something
	 */
	COVERAGE_OUTCOME,
	COVERAGE_TEXT, /* the key of what names a line, says why there is none, or tells something */
	COVERAGE_KINDS
};
const char *coverage_kind_name(enum coverage_kind kind); /* "tariff", "band" … */

struct coverage {
	enum coverage_kind kind;
	struct text name;
	uint64_t hits; /* events that came by */
};

struct test_report {
	struct arena arena;          /* holds all texts below */
	struct test_result *results; /* in order of file, then as written */
	size_t result_count;
	size_t result_room;
	size_t failed_count;
	size_t left_out_count;      /* by the filter */
	const struct guard *guards; /* as written; none of them is among the results yet */
	struct coverage *coverages; /* by kind, then by name; of all tests that expect a price */
	size_t coverage_count;
	size_t coverage_room;
	uint64_t elapsed_ns; /* of running the tests, without building */
};

void test_report_init(struct test_report *report);
void test_report_release(struct test_report *report);
/* Appends a copy of a result, texts included, and counts it if it failed; NULL without memory. */
struct test_result *test_report_add(struct test_report *report, const struct test_result *result);

/*
 * Builds the release, reads its test files and runs the tests in order of file name, then as
 * written. What is wrong with the catalog or a test file goes to *findings. STATUS_OK when the
 * tests ran (some may have failed: report->failed_count, or have errors among the findings);
 * STATUS_INVALID when the release can't be built.
 */
enum status catalog_test_run(struct bytes bundle, const struct test_options *options,
	struct test_report *report, struct findings *findings, struct fault *fault);

/*
 * The report as a person reads it: failures with expected, got and why; what is not covered; one
 * line of totals. False without room.
 */
bool test_report_write(const struct test_report *report, struct text language, struct buffer *out);

/* Limits of guards that were held against nothing. */
size_t test_report_untried(const struct test_report *report);

#endif
