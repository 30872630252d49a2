/*
 * Inside of testing: tests on the way to a report, and what the files of testing share.
 *
 *   catalog_test.c   builds the release, reads the tests and runs them in order
 *   test_case.c      reads what rules/lib/tests.lua made of the words
 *   test_world.c     who holds packages, and what is counted
 *   test_told.c      what is known of customers and sites
 *   test_bill.c      what usage cost by month, and what comes off the bill
 *   test_fees.c      what falls due as its clock goes on
 *   wallet.c         its money: what is stored and given, and what pays
 *   test_scenario.c  runs the steps of a scenario
 *   test_purses.c     those of its steps that move money
 *   test_sale.c       those that buy or change something, judged as orders
 *   test_notices.c   what is told meanwhile
 *   test_refunds.c   what comes back of a usage
 *   test_sessions.c  usage that is granted before it happens
 *   test_always.c    tries a claim on a range of usage, and shrinks what breaks it
 *   test_due.c       what falls due in a period
 *   test_order.c     an order, and whether it may be sold
 *   test_occasion.c  an occasion, and what to tell the customer
 *   test_walk.c      an order on its way through its life cycle
 *   test_reading.c   what they read alike
 *   test_guard.c     lists the limits of guards
 *   test_compare.c   what came out beside what was expected
 *   coverage.c …     what of the catalog the tests came by (coverage_entries.h)
 *   test_report.c    the report for people
 */
#ifndef SUANPAN_TEST_RUN_H
#define SUANPAN_TEST_RUN_H

#include "coverage.h"
#include "host.h"
#include "seller.h"
#include "test_case.h"
#include "test_world.h"

struct test_run {
	struct bytes bundle;
	const struct test_options *options;
	struct test_report *report;
	const struct release *release;
	const struct image *image;
	struct host *host;
	struct seller *seller;
	struct coverage_calls calls; /* the catalog's functions */
	struct world world;
	const struct guard **guards_end; /* where the next one goes in the report's list */
	struct arena arena;              /* of one pricing */
	/* Of one failure: the fields that differ, and why. */
	struct buffer expected;
	struct buffer got;
	struct buffer text;
};

static inline struct text
text_of_buffer(const struct buffer *buffer)
{
	return (struct text){ (const char *)buffer->data, buffer->size };
}

/* Notes a field that differs. All of these are false without memory. */
bool test_differ(struct test_run *run, const char *field, struct text expected, struct text got);
/* A wanted text whose data is NULL is not asked for. */
bool
test_compare_text(struct test_run *run, const char *field, struct text wanted, struct text got);
bool
test_compare_money(struct test_run *run, const char *field, struct money wanted, struct money got);
/* Notes that what should have a price is refused, and why. */
bool test_differ_due(struct test_run *run, const char *field, const struct due_pricing *refused);
/* What differs is in run->expected and run->got; nothing, if they are empty. */
bool
test_compare(struct test_run *run, const struct expectation *expect, const struct pricing *pricing);

/* Begins anew what is noted of a failure. */
void test_clear(struct test_run *run);
/* The world as it is before a test. */
bool test_begin(struct test_run *run, const struct beginning *beginning, int64_t clock_ms);
/*
 * Prices a usage in the run's world, for coverage too; *priced tells whether there is a pricing,
 * else what is wrong was noted.
 */
bool
test_price(struct test_run *run, const struct usage *usage, struct pricing *pricing, bool *priced);
/* Explains a pricing in run->text, in the language of the options. */
bool test_explain(struct test_run *run, const struct pricing *pricing);
/* Appends a result of this test, which passed as far as is known; NULL without memory. */
struct test_result *test_result_add(struct test_run *run, const struct test_case *test);
/* It failed, with what is noted. */
bool test_failed(struct test_run *run, struct test_result *result);

/*
 * test_purses.c: what a scenario refuses besides prices, as a code, or an empty text; a usage that
 * is charged is paid here.
 */
void test_money_before(const struct test_run *run, const struct usage *usage, struct text *code);
bool test_money_pay(struct test_run *run, const struct usage *usage, const struct pricing *pricing,
	struct text *code);
/* Does a step that moves money; compares what is expected of it. */
bool test_money_step(struct test_run *run, const struct money_step *step);
bool test_money_compare(struct test_run *run, const struct money_step *step);

/*
 * test_sale.c: a step that buys or changes something, compared with what the rules of selling say of
 * it. *sold tells whether it takes place, and *from_ms when.
 */
bool
test_sale_judge(struct test_run *run, const struct test_step *step, bool *sold, int64_t *from_ms);

/*
 * test_notices.c: tells what has become due by the clock's time, and what a charge crosses; compares
 * what was told since that was done last with what is wanted, if that has data.
 */
bool test_notices_due(struct test_run *run);
bool test_notices_cross(struct test_run *run, const struct pricing *pricing);
bool test_notices_compare(struct test_run *run, struct text wanted);

/*
 * test_refunds.c: keeps a usage that was charged, if the step names it; what paid it are the wallet's
 * entries from `paid_from` on. Gives back what a step refunds, and compares.
 */
bool test_refund_keep(struct test_run *run, const struct test_step *step,
	const struct pricing *pricing, size_t paid_from);
bool test_refund_give(struct test_run *run, const struct refund_step *step);

/* test_sessions.c: does a request of a session, and compares. */
bool test_session_step(struct test_run *run, const struct test_step *step);

/* test_scenario.c */
bool test_scenario_run(struct test_run *run, const struct test_case *test);
/* test_always.c */
bool test_always_run(struct test_run *run, const struct test_case *test);
/* test_due.c */
bool test_due_run(struct test_run *run, const struct test_case *test);
/* test_order.c */
bool test_order_run(struct test_run *run, const struct test_case *test);
/* test_occasion.c */
bool test_occasion_run(struct test_run *run, const struct test_case *test);
/* test_guard.c */
bool test_guard_list(struct test_run *run, const struct test_case *test);
/* test_walk.c */
bool test_walk_run(struct test_run *run, const struct test_case *test);

#endif
