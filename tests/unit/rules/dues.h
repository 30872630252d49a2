/*
 * What falls due, for tests: catalogs in memory, questions about them, and answers as texts.
 */
#ifndef SUANPAN_TESTS_DUES_H
#define SUANPAN_TESTS_DUES_H

#include "catalogs.h"

#include "../../../rules/due.h"
#include "../../../rules/explain_due.h"

#define DUES_TEXTS "texts \"zh\" (texts_of)\ntexts \"en\" (texts_of)\n"

/* A catalog of one package "p" with what stands in its braces; the text of each charge is its id. */
static inline struct release *
build_package(const char *items, const char *charges)
{
	char source[8000];
	int size = snprintf(source, sizeof source,
		"catalog \"dues\" {}\n"
		"%s\n"
		"local texts_of = { [\"catalog.dues\"] = \"dues\", [\"package.p\"] = \"package\", %s }\n" DUES_TEXTS,
		items, charges);
	assert_in_range(size, 1, sizeof source - 1);
	return build_source(source);
}

/* The first instant of a day of 1900 … 2199 in China, where no clock is changed after 1991. */
static inline int64_t
day_ms(const char *day)
{
	struct date date;
	assert_true(date_parse(text_of(day), &date));
	return day_of_date(date) * DAY_MS - 8 * HOUR_MS;
}

static inline struct due_span
span_of(const char *from, const char *till)
{
	return (struct due_span){ from == NULL ? INT64_MIN : day_ms(from),
		till == NULL ? INT64_MAX : day_ms(till) };
}

static struct arena due_arena;

/* Prices; the answer stays valid until the arena is cleared. */
static inline struct due_pricing
due_of(const struct due_question *question)
{
	struct due_pricing pricing;
	struct fault fault = { 0 };
	if (due_price(question, &due_arena, &pricing, &fault) != DUE_DONE)
		fail_msg("%s", fault.text);
	return pricing;
}

/* "fee 2026-03-01 91.55 (2838/31), …": id, first day of the cycle, amount, exact. */
static inline void
assert_lines(const struct due_question *question, const char *expected)
{
	struct buffer out;
	struct due_pricing pricing = due_of(question);
	buffer_init(&out, 1 << 20);
	if (pricing.refused != 0)
		buffer_print(&out, "%s", due_refusal_code(pricing.refused));
	for (size_t i = 0; i < pricing.line_count; i++) {
		const struct due_line *line = &pricing.lines[i];
		char amount[MONEY_TEXT_MAX], exact[RATIO_TEXT_MAX], day[DUE_DAY_TEXT_MAX];
		money_format(line->amount, amount);
		ratio_format(line->exact, exact);
		due_day_format(line->from_day, day);
		buffer_print(&out, "%s%.*s %s %s (%s)", i == 0 ? "" : ", ", TEXT_ARGS(line->charge),
			day, amount, exact);
	}
	buffer_append_text(&out, (struct text){ "\0", 1 });
	assert_string_equal((const char *)out.data, expected);
	buffer_release(&out);
}

/* One version of the package "p". */
#define P(from, items) "package \"p\" { kind = \"base\", from = \"" from "\", " items " }\n"

static inline struct due_question
asked(const struct release *release, struct due_span held, struct due_span period)
{
	return (struct due_question){ .image = release_image(release),
		.holding = { .package = TEXT("p"),
			.from_ms = held.from_ms,
			.till_ms = held.till_ms },
		.period = period };
}

/* A release with functions, and what calls them. */
struct asker {
	struct release *release;
	struct host *host;
	struct due_question question;
};

static inline void
asker_begin(struct asker *asker, const char *package, const char *texts)
{
	struct fault fault = { 0 };
	asker->release = build_package(package, texts);
	if (host_new(asker->release, NULL, &asker->host, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	asker->question = asked(
		asker->release, span_of("2026-03-01", NULL), span_of("2026-03-01", "2026-04-01"));
	asker->question.functions = host_due_functions(asker->host);
}

static inline void
asker_end(struct asker *asker)
{
	host_free(asker->host);
	release_drop(asker->release);
}

/* A refusal, by its code, its condition and what it is about. */
static inline void
assert_refused(const struct due_question *question, const char *code, const char *condition,
	const char *name)
{
	struct due_pricing pricing = due_of(question);
	assert_string_equal(due_refusal_code(pricing.refused), code);
	assert_string_equal(pricing.nearest.condition, condition);
	assert_true(text_equal(pricing.nearest.tariff, text_of(name)));
}

/* What people read of an answer. */
static inline void
assert_explained(const struct release *release, const struct due_question *question,
	const char *language, const char *expected)
{
	struct buffer out;
	struct due_pricing pricing = due_of(question);
	buffer_init(&out, 1 << 16);
	assert_true(explain_due(release, text_of(language), &pricing, &out));
	buffer_append_text(&out, (struct text){ "\0", 1 });
	assert_string_equal((const char *)out.data, expected);
	buffer_release(&out);
}

/* Random numbers. */

static uint64_t chance;

static inline int64_t
random_between(int64_t low, int64_t high)
{
	chance ^= chance << 13;
	chance ^= chance >> 7;
	chance ^= chance << 17;
	return low + (int64_t)(chance % (uint64_t)(high - low + 1));
}

#endif
