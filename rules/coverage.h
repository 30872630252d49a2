/*
 * Inside of testing: what of a catalog the tests came by.
 */
#ifndef SUANPAN_COVERAGE_H
#define SUANPAN_COVERAGE_H

#include "bill.h"
#include "catalog_test.h"
#include "notices.h"
#include "prompts.h"
#include "session_terms.h"
#include "wallet.h"

/* Lists all there is in the image in report->coverages. False without memory. */
bool coverage_list(struct test_report *report, const struct image *image);

/* Count what was come by: what the pricing of a usage did; */
void coverage_note(struct test_report *report, const struct image *image, const struct usage *usage,
	const struct pricing *pricing);
/* … a threshold that was told, and a refund's rule that decided; */
void coverage_note_notice(struct test_report *report, const struct notice *notice);
void coverage_note_refund(
	struct test_report *report, const struct package *package, const struct refund *refund);
/* … what fell due, all of it or line by line; what came off a bill; what was stored and given; */
void coverage_note_dues(struct test_report *report, const struct due_pricing *pricing);
void coverage_note_due(struct test_report *report, const struct due_line *line);
void coverage_note_bill(struct test_report *report, const struct bill_discounts *discounts);
void coverage_note_wallet(struct test_report *report, const struct wallet *wallet);
/*
 * … a term of a session that was asked for: its quota, how long it is good, or what is done at its
 * last unit; `service` says it where no package does;
 */
enum session_term { TERM_QUOTA, TERM_VALID, TERM_FINAL };
void coverage_note_session(struct test_report *report, const struct service *service,
	const struct session_source *source, enum session_term term);
/* … what was said of an order, what a customer was told, the move that an order made; */
void coverage_note_verdict(struct test_report *report, const struct sell_verdict *verdict);
void coverage_note_prompts(struct test_report *report, const struct prompt_verdict *verdict);
void coverage_note_move(
	struct test_report *report, const struct life_cycle *life, const struct life_move *move);
/* … the rows of decision tables that were answers (host.h). */
void
coverage_note_rows(struct test_report *report, const struct image *image, uint64_t *const *hits);

/* The functions of a catalog; these count how often each condition was true and false. */
struct coverage_called {
	const struct rate_functions *rate;
	const struct due_functions *due;
	const struct subject_functions *subject;
};
struct coverage_calls {
	struct coverage_called called;
	struct rate_functions functions;
	struct due_functions due_functions;
	struct subject_functions subject_functions;
	uint64_t (*hits)[2];           /* of each function: false, true */
	uint64_t (*condition_hits)[2]; /* of each condition of selling */
	bool paused;                   /* nothing is counted */
};

/* False without memory; release it in any case. */
bool coverage_calls_init(struct coverage_calls *calls, const struct image *image,
	const struct coverage_called *called);
void coverage_calls_release(struct coverage_calls *calls);
void coverage_note_calls(
	struct test_report *report, const struct image *image, const struct coverage_calls *calls);

#endif
