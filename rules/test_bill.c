/* What usage in a world cost by month, and what comes off the bill for it (bill.h). */
#include "test_world.h"

#include "../engine/base/memory.h"

static int64_t
month_of(const struct world *world, int64_t ms)
{
	return image_cycle(world->image, CYCLE_MONTH, ms).first_day;
}

/* The line for a service in a zone, a new one if there is none. NULL without memory. */
static struct world_billed *
line_of(struct world *world, int64_t month_day, const struct bill_line *line)
{
	for (size_t i = 0; i < world->billed_count; i++) {
		struct world_billed *known = &world->billed[i];
		if (known->month_day == month_day && text_equal(known->member, world->member) &&
			text_equal(known->line.service, line->service) &&
			text_equal(known->line.zone, line->zone))
			return known;
	}
	struct world_billed *list = memory_grow(
		world->billed, world->billed_count + 1, &world->billed_room, sizeof *list);
	if (list == NULL)
		return NULL;
	world->billed = list;
	list[world->billed_count] = (struct world_billed){ world->member, month_day,
		{ line->service, line->zone, { 0 } } };
	return &list[world->billed_count++];
}

bool
world_bill_add(struct world *world, int64_t at_ms, const struct bill_line *line)
{
	struct world_billed *billed = line_of(world, month_of(world, at_ms), line);
	return billed != NULL && money_add(billed->line.amount, line->amount, &billed->line.amount);
}

enum status
world_bill(struct world *world, struct arena *arena, struct bill_discounts *discounts,
	struct fault *fault)
{
	struct bill_question question = { .image = world->image, .at_ms = world->clock_ms };
	struct bill_line *lines = arena_take(arena, world->billed_count * sizeof *lines + 1);
	struct rate_question held;
	if (lines == NULL || !world_question(world, &held))
		return fault_set(fault, STATUS_MEMORY, "no memory for a bill");
	for (size_t i = 0; i < world->billed_count; i++)
		if (world->billed[i].month_day == month_of(world, world->clock_ms) &&
			text_equal(world->billed[i].member, world->member))
			lines[question.line_count++] = world->billed[i].line;
	question.holdings = held.holdings;
	question.holding_count = held.holding_count;
	question.lines = lines;
	return bill_discount(&question, arena, discounts, fault);
}
