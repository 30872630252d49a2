/* Steps of a scenario that buy or change something, judged as orders (sell.h) of who does them. */
#include "sell_state.h"
#include "test_run.h"

/* What the member holds, or will; and which of it is to be changed. False without memory. */
static bool
set_held(struct test_run *run, const struct test_step *step, struct sell_question *question,
	uint32_t *target)
{
	const struct world *world = &run->world;
	struct sell_item *items = arena_take(&run->arena, world->holding_count * sizeof *items + 1);
	uint32_t count = 0;
	if (items == NULL)
		return false;
	for (size_t i = 0; i < world->holding_count && count < SELL_ITEMS_MAX - 1; i++) {
		const struct holding *holding = &world->holdings[i];
		if (!text_equal(world->held[i].member, step->member) ||
			holding->till_ms <= world->clock_ms)
			continue;
		if (text_equal(holding->package, step->item.package))
			*target = count;
		items[count] = world->held[i].item;
		items[count].package = holding->package;
		items[count++].span = (struct sell_span){ holding->from_ms, holding->till_ms };
	}
	question->held = items;
	question->held_count = count;
	return true;
}

/* The order that the step is. */
static struct sell_wanted
wanted_of(const struct test_step *step, uint32_t target)
{
	struct sell_wanted wanted = { .action = step->kind == STEP_BUY ? SELL_ADD : SELL_CHANGE,
		.item = step->item,
		.target = target,
		.has_mode = step->sale.is_dated,
		.mode = { EFFECTIVE_DATE, 0 } };
	wanted.item.span = (struct sell_span){ step->holding.from_ms, step->holding.till_ms };
	return wanted;
}

static bool
compare(struct test_run *run, const struct sale_expectation *sale,
	const struct sell_verdict *verdict)
{
	if (!test_compare_text(
		    run, "verdict", sale->verdict, text_of(test_verdict_name(verdict))) ||
		!test_reasons_write(verdict, "; ", &run->text) ||
		!test_compare_text(run, "because", sale->because, text_of_buffer(&run->text)))
		return false;
	if (run->expected.size == 0)
		buffer_clear(&run->text);
	return true;
}

bool
test_sale_judge(struct test_run *run, const struct test_step *step, bool *sold, int64_t *from_ms)
{
	struct world *world = &run->world;
	uint32_t target = NOBODY;
	struct sell_question question = { .image = run->image,
		.at_ms = world->clock_ms,
		.completed_ms = world->clock_ms,
		.functions = &run->calls.subject_functions,
		.due_functions = &run->calls.due_functions };
	struct sell_verdict verdict;
	struct fault fault = { 0 };
	arena_clear(&run->arena);
	question.facts = world_customer_facts(world, &run->arena, &question.fact_count);
	if (question.facts == NULL || !set_held(run, step, &question, &target))
		return false;
	if (step->kind == STEP_CHANGE && target == NOBODY)
		return test_differ(run, "held", step->item.package, TEXT("-"));
	struct sell_wanted wanted = wanted_of(step, target);
	question.wanted = &wanted;
	question.wanted_count = 1;
	if (sell_judge(&question, &run->arena, &verdict, &fault) != STATUS_OK)
		return test_differ(run, "fault", TEXT("-"), text_of(fault.text));
	coverage_note_verdict(run->report, &verdict);
	*sold = !sell_is_blocked(&verdict);
	*from_ms = verdict.starts_ms[0];
	return compare(run, &step->sale, &verdict);
}
