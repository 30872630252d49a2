/* Lines of what falls due: the sum of their parts, rounded once, with its tax and its shares. */
#include "../engine/base/must.h"
#include "due_work.h"

/* What an answer holds at most; past it the question is refused, not cut. */
#define DUE_LINES_MAX 5000

/* What a part of a line costs. */
static bool
part_cost(const struct due_part *part, struct ratio *cost)
{
	struct ratio days;

	if (part->cycle_days == 0)
		return ratio_multiply(
			part->price, ratio_of(part->times > 0 ? part->times : 1), cost);
	must(part->from_day < part->till_day);
	must(part->till_day - part->from_day <= part->cycle_days);
	return ratio_make(part->till_day - part->from_day, part->cycle_days, &days) &&
		ratio_multiply(part->price, days, cost);
}

/* Adds the parts, of which leaving early may cost a share only, and rounds once. */
static bool
line_amount(const struct charge *charge, struct due_line *line)
{
	struct ratio cost, share, step, rounded;

	line->exact = ratio_of(0);
	for (size_t i = 0; i < line->part_count; i++)
		if (!part_cost(&line->parts[i], &cost) ||
			!ratio_add(line->exact, cost, &line->exact))
			return false;
	if (line->term != NULL &&
		(!ratio_make(line->term->parts_per_million, DISCOUNT_WHOLE, &share) ||
			!ratio_multiply(line->exact, share, &line->exact)))
		return false;
	return ratio_make(charge->round_step, MONEY_MICROS, &step) &&
		ratio_round(line->exact, step, charge->round_mode, &rounded) &&
		ratio_to_money(rounded, &line->amount);
}

/* The day whose tax rate counts for a line. */
static int64_t
tax_day(const struct charge *charge, const struct due_line *line)
{
	if (line->term != NULL)
		return line->due_day - 1;
	return charge->ahead ? line->parts[0].from_day
			     : line->parts[line->part_count - 1].till_day - 1;
}

static bool
line_tax(struct due *due, const struct charge *charge, struct due_line *line)
{
	struct price_tax *tax = arena_take(due->arena, sizeof *tax);
	int64_t ms = zoneinfo_local_to_utc(due->image->zone, tax_day(charge, line) * DAY_MS);

	if (tax == NULL)
		return due_out_of_memory(due);
	if (!tax_apply(charge->tax, ms, &line->amount, tax))
		return due_overflow(due, charge->id);
	line->tax = tax;
	return true;
}

bool
due_line_add(struct due *due, const struct charge *charge, struct days cycle, int64_t due_on,
	const struct due_term *term)
{
	if (due->parts.count == 0)
		return true;
	if (due->lines.count >= DUE_LINES_MAX)
		return due_overflow(due, charge->id);
	struct due_line *line = due_list_add(due, &due->lines, sizeof *line);
	if (line == NULL)
		return false;
	*line = (struct due_line){ .package = due->versions->id,
		.charge = charge->id,
		.say = charge->say,
		.each = due->each,
		.from_day = cycle.from,
		.till_day = cycle.till,
		.due_day = due_on,
		.term = term,
		.parts = due->parts.items,
		.part_count = due->parts.count };
	due->parts = (struct due_list){ NULL, 0, 0 };
	if (!line_amount(charge, line))
		return due_overflow(due, charge->id);
	if (charge->tax != NULL && !line_tax(due, charge, line))
		return false;
	return charge->split_count == 0 || split_line(due, charge, line);
}
