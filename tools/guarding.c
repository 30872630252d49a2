/* Guards held against a month (see guarding.h). */
#include "guarding.h"

#include "../engine/base/must.h"
#include "../engine/base/ratio.h"
#include "table.h"

#include <inttypes.h>

/* Of what went past a limit, so many are named. */
#define NAMED_MAX 6
#define SENTENCES_BYTES_MAX ((size_t)64 * 1024)
#define WHOLE 1000000

/* What went furthest past a limit, the furthest first. */
struct offenders {
	const struct earning *list[NAMED_MAX];
	size_t listed;
	uint64_t count; /* in all */
};

static struct money
change_of(const struct guard *guard, const struct earning *earning)
{
	struct money rise = earning_rise(earning);
	return guard->rises ? rise : (struct money){ -rise.micros };
}

static bool
is_past(const struct guard *guard, const struct earning *earning)
{
	struct money change = change_of(guard, earning);
	if (change.micros <= 0)
		return false;
	if (guard->parts_per_million > 0)
		return (int128)change.micros * WHOLE >
			(int128)earning->was.micros * guard->parts_per_million;
	return money_compare(change, guard->amount) > 0;
}

static void
offend(struct offenders *offenders, const struct guard *guard, const struct earning *earning)
{
	struct money change = change_of(guard, earning);
	size_t place = offenders->listed;
	offenders->count++;
	while (place > 0 && money_compare(change_of(guard, offenders->list[place - 1]), change) < 0)
		place--;
	if (place == NAMED_MAX)
		return;
	if (offenders->listed < NAMED_MAX)
		offenders->listed++;
	for (size_t i = offenders->listed - 1; i > place; i--)
		offenders->list[i] = offenders->list[i - 1];
	offenders->list[place] = earning;
}

static enum earnings_by
list_of(enum guard_of of)
{
	switch (of) {
	case GUARD_CUSTOMER:
		return EARNINGS_CUSTOMER;
	case GUARD_SEGMENT:
		return EARNINGS_SEGMENT;
	case GUARD_PACKAGE:
		return EARNINGS_PACKAGE;
	case GUARD_ZONE:
		return EARNINGS_ZONE;
	case GUARD_TOTAL:
	case GUARD_LOST:
		break;
	}
	must(false);
	return EARNINGS_BY;
}

static void
find_offenders(
	const struct guard *guard, const struct earnings *earnings, struct offenders *offenders)
{
	const struct earning *rows = &earnings->total;
	size_t count = 1;
	*offenders = (struct offenders){ .count = 0 };
	if (guard->of != GUARD_TOTAL) {
		rows = earnings->by[list_of(guard->of)].rows;
		count = earnings->by[list_of(guard->of)].count;
	}
	for (size_t i = 0; i < count; i++)
		if (is_past(guard, &rows[i]))
			offend(offenders, guard, &rows[i]);
}

/* ---- sentences ---- */

static const char *
what_of(enum guard_of of, bool zh)
{
	if (of == GUARD_TOTAL)
		return zh ? "总收入" : "total";
	return earnings_by_name(list_of(of), zh);
}

/* "customer wang +3.40, 20.00 → 23.40" */
static bool
write_offender(
	const struct guard *guard, const struct earning *earning, bool zh, struct buffer *out)
{
	char was[SHOWN_MONEY_MAX], is[SHOWN_MONEY_MAX], change[SHOWN_MONEY_MAX];
	const char *of_none = guard->of == GUARD_TOTAL ? "" : " -";
	return buffer_print(out, "%s%s%.*s %c%s%s%s → %s", what_of(guard->of, zh),
		earning->name.size == 0 ? of_none : " ", TEXT_ARGS(earning->name),
		guard->rises ? '+' : '-', show_money(change_of(guard, earning), change),
		zh ? "，" : ", ", show_money(earning->was, was), show_money(earning->is, is));
}

/* "customer +20.00 at most", "total -2% at most" */
static bool
write_limit(const struct guard *guard, bool zh, struct buffer *out)
{
	char limit[RATIO_TEXT_MAX];
	bool share = guard->parts_per_million > 0;
	struct ratio percent;
	if (share) {
		bool made = ratio_make(guard->parts_per_million, WHOLE / 100, &percent);
		must(made);
		ratio_format(percent, limit);
	} else {
		show_money(guard->amount, limit);
	}
	return buffer_print(out, zh ? "%s至多 %c%s%s" : "%s %c%s%s at most", what_of(guard->of, zh),
		guard->rises ? '+' : '-', limit, share ? "%" : "");
}

static bool
write_others(
	const struct guard *guard, const struct offenders *offenders, bool zh, struct buffer *out)
{
	for (size_t i = 1; i < offenders->listed; i++)
		if (!write_offender(guard, offenders->list[i], zh, out) ||
			!buffer_append_text(out, TEXT("\n")))
			return false;
	return offenders->count <= NAMED_MAX ||
		buffer_print(out, zh ? "另有 %" PRIu64 " 个\n" : "and %" PRIu64 " more\n",
			offenders->count - NAMED_MAX);
}

/* ---- results ---- */

struct judging {
	struct test_report *report;
	const struct earnings *earnings;
	bool zh;
	struct buffer expected, got, because;
};

static struct text
text_in(const struct buffer *buffer)
{
	return (struct text){ (const char *)buffer->data, buffer->size };
}

/* False without memory; nothing is written for a limit that was kept. */
static bool
judge_change(struct judging *judging, const struct guard *guard)
{
	struct offenders offenders;
	find_offenders(guard, judging->earnings, &offenders);
	return offenders.count == 0 ||
		(write_limit(guard, judging->zh, &judging->expected) &&
			write_offender(guard, offenders.list[0], judging->zh, &judging->got) &&
			write_others(guard, &offenders, judging->zh, &judging->because));
}

static bool
judge_refused(struct judging *judging, const struct guard *guard)
{
	const struct earnings *earnings = judging->earnings;
	char lost[SHOWN_MONEY_MAX];
	if (earnings->refused <= guard->count)
		return true;
	if (!buffer_print(&judging->expected,
		    judging->zh ? "不再能计价的收费至多 %" PRIu64 " 笔"
				: "charges without a price %" PRIu64 " at most",
		    guard->count) ||
		!buffer_print(&judging->got,
			judging->zh ? "%" PRIu64 " 笔，原收 %s" : "%" PRIu64 ", which were %s",
			earnings->refused, show_money(earnings->lost, lost)))
		return false;
	for (size_t i = 0; i < earnings->refusals.count; i++) {
		const struct earning *row = &earnings->refusals.rows[i];
		if (!buffer_print(&judging->because, "%.*s: %" PRIu64 ", %s\n",
			    TEXT_ARGS(row->name), row->count, show_money(row->was, lost)))
			return false;
	}
	return true;
}

static bool
judge(struct judging *judging, const struct guard *guard)
{
	buffer_clear(&judging->expected);
	buffer_clear(&judging->got);
	buffer_clear(&judging->because);
	bool judged = guard->of == GUARD_LOST ? judge_refused(judging, guard)
					      : judge_change(judging, guard);
	return judged &&
		test_report_add(judging->report,
			&(struct test_result){ .kind = TEST_GUARD,
				.file = guard->file,
				.line = guard->line,
				.name = guard->name,
				.passed = judging->expected.size == 0,
				.expected = text_in(&judging->expected),
				.got = text_in(&judging->got),
				.because = text_in(&judging->because) }) != NULL;
}

bool
guarding_judge(struct test_report *report, const struct earnings *earnings, bool zh)
{
	struct judging judging = { .report = report, .earnings = earnings, .zh = zh };
	bool judged = true;
	buffer_init(&judging.expected, SENTENCES_BYTES_MAX);
	buffer_init(&judging.got, SENTENCES_BYTES_MAX);
	buffer_init(&judging.because, SENTENCES_BYTES_MAX);
	for (const struct guard *guard = report->guards; guard != NULL && judged;
		guard = guard->next)
		judged = judge(&judging, guard);
	buffer_release(&judging.because);
	buffer_release(&judging.got);
	buffer_release(&judging.expected);
	return judged;
}
