/* What falls due in a period, whatever cycle it is of (see due.h). */
#include "due.h"

#include "../engine/base/must.h"

/* More than any cycle, so that one that falls due in the period lies in what is asked whole. */
#define CYCLE_DAYS_MAX 367

static int64_t
earlier_by_days(int64_t ms, int64_t days)
{
	return ms < INSTANT_MIN + days * DAY_MS ? INSTANT_MIN : ms - days * DAY_MS;
}

static int64_t
later_by_days(int64_t ms, int64_t days)
{
	return ms > INSTANT_MAX - days * DAY_MS ? INSTANT_MAX : ms + days * DAY_MS;
}

/* Of the days on which charges were not owed, those in a period. */
static void
keep_unowed(struct due_pricing *pricing, int64_t first, int64_t last, struct due_unowed *kept)
{
	size_t count = 0;

	for (size_t i = 0; i < pricing->unowed_count; i++) {
		struct due_unowed run = pricing->unowed[i];

		run.from_day = run.from_day > first ? run.from_day : first;
		run.till_day = run.till_day <= last ? run.till_day : last + 1;
		if (run.from_day < run.till_day)
			kept[count++] = run;
	}
	pricing->unowed = kept;
	pricing->unowed_count = count;
}

enum due_outcome
due_falling(const struct due_question *question, struct arena *arena, struct due_pricing *pricing,
	struct fault *fault)
{
	struct due_question wide = *question;
	int64_t first = due_day(question->image, question->period.from_ms);
	int64_t last = due_day(question->image, question->period.till_ms - 1);
	struct money amount = { 0 };
	size_t count = 0;

	wide.period.from_ms = earlier_by_days(question->period.from_ms, CYCLE_DAYS_MAX);
	wide.period.till_ms = later_by_days(question->period.till_ms, CYCLE_DAYS_MAX);
	enum due_outcome outcome = due_price(&wide, arena, pricing, fault);
	if (outcome != DUE_DONE || pricing->refused != 0)
		return outcome;
	struct due_line *lines = arena_take(arena, pricing->line_count * sizeof *lines + 1);
	struct due_unowed *kept = arena_take(arena, pricing->unowed_count * sizeof *kept + 1);
	if (lines == NULL || kept == NULL) {
		fault_set(fault, STATUS_MEMORY, "no memory for what falls due");
		return DUE_FAULT;
	}
	for (size_t i = 0; i < pricing->line_count; i++) {
		const struct due_line *line = &pricing->lines[i];

		if (line->due_day < first || line->due_day > last)
			continue;
		lines[count++] = *line;
		/* a part of a sum that could be held, for no line is negative */
		must(money_add(amount, line->amount, &amount));
	}
	keep_unowed(pricing, first, last, kept);
	pricing->lines = lines;
	pricing->line_count = count;
	pricing->amount = amount;
	return DUE_DONE;
}
