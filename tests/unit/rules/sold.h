/*
 * Orders for tests of selling: a catalog of packages with a few rules, and questions in short.
 */
#ifndef SUANPAN_TESTS_SOLD_H
#define SUANPAN_TESTS_SOLD_H

#include "../../../rules/host.h"
#include "../../../rules/sell.h"
#include "../../../rules/seller.h"
#include "catalogs.h"

#define SOLD_MAX 64

/* A release, and one question to it. */
struct sold {
	struct release *release;
	struct seller *seller;
	struct host *host;
	struct arena arena;
	struct sell_item held[SOLD_MAX];
	struct sell_wanted wanted[SOLD_MAX];
	struct sell_question question;
	struct sell_verdict verdict;
	struct buffer text;
};

/* The instant at which a local day of the catalogs' zone begins. */
static inline int64_t
sold_day(int32_t year, int32_t month, int32_t day)
{
	return day_of_date((struct date){ year, month, day }) * DAY_MS - 8 * HOUR_MS;
}

static inline void
sold_begin(struct sold *sold, const char *source)
{
	struct fault fault;
	memset(sold, 0, sizeof *sold);
	sold->release = build_source(source);
	assert_int_equal(seller_new(sold->release, NULL, &sold->seller, &fault), STATUS_OK);
	assert_int_equal(host_new(sold->release, NULL, &sold->host, &fault), STATUS_OK);
	arena_init(&sold->arena, (size_t)64 << 20);
	buffer_init(&sold->text, 1 << 20);
	sold->question = (struct sell_question){
		.image = release_image(sold->release),
		.held = sold->held,
		.wanted = sold->wanted,
		.at_ms = sold_day(2026, 3, 18),
		.completed_ms = sold_day(2026, 3, 18),
		.functions = seller_functions(sold->seller),
		.due_functions = host_due_functions(sold->host),
	};
}

static inline void
sold_end(struct sold *sold)
{
	buffer_release(&sold->text);
	arena_release(&sold->arena);
	host_free(sold->host);
	seller_free(sold->seller);
	release_drop(sold->release);
}

static inline struct sell_item *
sold_hold(struct sold *sold, const char *package)
{
	struct sell_item *item = &sold->held[sold->question.held_count++];
	*item = (struct sell_item){ .package = text_of(package), .span = { INT64_MIN, INT64_MAX } };
	return item;
}

static inline struct sell_wanted *
sold_add(struct sold *sold, const char *package)
{
	struct sell_wanted *wanted = &sold->wanted[sold->question.wanted_count++];
	*wanted = (struct sell_wanted){ .action = SELL_ADD,
		.item = { .package = text_of(package),
			.span = { sold->question.at_ms, INT64_MAX } } };
	return wanted;
}

static inline struct sell_wanted *
sold_cancel(struct sold *sold, uint32_t target)
{
	struct sell_wanted *wanted = sold_add(sold, "");
	wanted->action = SELL_CANCEL;
	wanted->target = target;
	wanted->item.package = sold->held[target].package;
	return wanted;
}

static inline void
sold_judge(struct sold *sold)
{
	struct fault fault;
	if (sell_judge(&sold->question, &sold->arena, &sold->verdict, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
}

/* All findings, "; " between two; "-" if there are none. */
static inline const char *
sold_because(struct sold *sold)
{
	sold_judge(sold);
	buffer_clear(&sold->text);
	if (sold->verdict.finding_count == 0)
		return "-";
	for (uint32_t i = 0; i < sold->verdict.finding_count; i++) {
		assert_true(i == 0 || buffer_print(&sold->text, "; "));
		assert_true(sell_finding_write(&sold->verdict.findings[i], &sold->text));
	}
	assert_true(buffer_append(&sold->text, "", 1));
	return (const char *)sold->text.data;
}

/* The fixes of the first finding. */
static inline const char *
sold_fixes(struct sold *sold)
{
	struct sell_fixes fixes;
	struct fault fault;
	struct sell_mending mending = { &sold->question, &sold->verdict, sold->verdict.findings };
	assert_int_equal(sell_mend(&mending, &sold->arena, &fixes, &fault), STATUS_OK);
	buffer_clear(&sold->text);
	for (uint32_t i = 0; i < fixes.count; i++) {
		assert_true(i == 0 || buffer_print(&sold->text, "; "));
		assert_true(sell_fix_write(sold->question.image, &fixes.list[i], &sold->text));
	}
	assert_true(buffer_append(&sold->text, "", 1));
	return (const char *)sold->text.data;
}

static inline void
sold_clear(struct sold *sold)
{
	sold->question.held_count = sold->question.wanted_count = 0;
	arena_clear(&sold->arena);
}

#endif
