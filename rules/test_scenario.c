/*
 * Runs a scenario: its steps, one after the other, in a world of its own. The first that fails ends
 * it, for all others stand on it.
 */
#include "test_run.h"

#include <stdio.h>

/* Charges what has fallen due meanwhile. */
static bool
fall_due(struct test_run *run)
{
	struct fault fault = { 0 };
	arena_clear(&run->arena);
	if (world_fall_due(&run->world, &run->arena, &fault))
		return true;
	return run->world.refused.refused != 0
		? test_differ_due(run, "fees", &run->world.refused)
		: test_differ(run, "fault", TEXT("-"), text_of(fault.text));
}

static bool
run_buy(struct test_run *run, const struct test_step *step)
{
	struct holding holding = step->holding;
	bool sold = true;
	if (step->sale.is_judged && !test_sale_judge(run, step, &sold, &holding.from_ms))
		return false;
	if (!sold || run->expected.size > 0)
		return true;
	if (!world_hold(&run->world, &holding))
		return false;
	world_give(&run->world, &step->item);
	return true;
}

static bool
run_change(struct test_run *run, const struct test_step *step)
{
	int64_t from_ms = step->holding.from_ms;
	bool sold = true, held = true;
	if (step->sale.is_judged && !test_sale_judge(run, step, &sold, &from_ms))
		return false;
	if (!sold || run->expected.size > 0)
		return true;
	for (uint32_t i = 0; i < step->item.param_count && held; i++)
		if (!world_change(&run->world, step->item.package,
			    &(struct due_change){ step->item.params[i], from_ms }, &held))
			return false;
	return held || test_differ(run, "held", step->item.package, TEXT("-"));
}

static bool
run_cancel(struct test_run *run, const struct test_step *step)
{
	return world_end(&run->world, step->holding.package) ||
		test_differ(run, "held", step->holding.package, TEXT("-"));
}

/* Refused, whatever its price is. */
static bool
compare_refused(struct test_run *run, const struct expectation *expect, struct text code)
{
	if (expect->refused.data == NULL)
		return test_differ(run, "refused", TEXT("-"), code);
	return test_compare_text(run, "refused", expect->refused, code);
}

/* Pays and counts a usage that has a price. */
static bool
charge_use(struct test_run *run, const struct test_step *step, const struct pricing *pricing)
{
	struct text code;
	size_t paid_from = run->world.wallet.entry_count;
	if (!test_money_pay(run, &step->usage, pricing, &code))
		return test_differ(run, "charged", TEXT("-"), TEXT("OVERFLOW"));
	if (code.size > 0)
		return compare_refused(run, &step->expect, code);
	if (!test_compare(run, &step->expect, pricing))
		return false;
	if (run->expected.size > 0)
		return test_explain(run, pricing);
	if (!world_charge(&run->world, &step->usage, pricing))
		return test_differ(run, "charged", TEXT("-"), TEXT("OVERFLOW"));
	return test_refund_keep(run, step, pricing, paid_from) && test_notices_cross(run, pricing);
}

/* Prices a usage, and counts it where it was charged. */
static bool
price_use(struct test_run *run, const struct test_step *step)
{
	struct pricing pricing;
	struct text code;
	bool priced;
	test_money_before(run, &step->usage, &code);
	if (code.size > 0)
		return compare_refused(run, &step->expect, code);
	if (!test_price(run, &step->usage, &pricing, &priced))
		return false;
	if (priced && pricing.refused == 0)
		return charge_use(run, step, &pricing);
	return !priced ||
		(test_compare(run, &step->expect, &pricing) &&
			(run->expected.size == 0 || test_explain(run, &pricing)));
}

static bool
run_use(struct test_run *run, const struct test_step *step)
{
	return price_use(run, step) &&
		(run->expected.size > 0 || test_notices_compare(run, step->expect.notices));
}

static bool
compare_count(
	struct test_run *run, const char *what, const struct used_allowance *wanted, int64_t got)
{
	const struct counter_name name = { .package = wanted->package,
		.allowance = wanted->allowance };
	char field[160], wanted_text[MONEY_TEXT_MAX], got_text[MONEY_TEXT_MAX];
	if (wanted->amount == got)
		return true;
	snprintf(field, sizeof field, "%s %.*s.%.*s", what, TEXT_ARGS(wanted->package),
		TEXT_ARGS(wanted->allowance));
	size_t wanted_size = world_format(&run->world, &name, wanted->amount, wanted_text);
	size_t got_size = world_format(&run->world, &name, got, got_text);
	return test_differ(run, field, (struct text){ wanted_text, wanted_size },
		(struct text){ got_text, got_size });
}

static int64_t
used_now(const struct world *world, const struct used_allowance *wanted)
{
	struct counter_name name;
	if (!world_counter(world, wanted->package, wanted->allowance, world->clock_ms, &name))
		return 0;
	if (wanted->has_cycle)
		name.cycle = (int32_t)wanted->cycle;
	return world_used(world, &name);
}

/* What fell due since fees were expected last: "package.fee 91.55, …". */
static bool
compare_fees(struct test_run *run, struct text wanted)
{
	struct world *world = &run->world;
	if (wanted.data == NULL)
		return true;
	buffer_clear(&run->text);
	for (size_t i = world->fees_told; i < world->fee_count; i++) {
		const struct world_fee *fee = &world->fees[i];
		char amount[MONEY_TEXT_MAX];
		size_t size = money_format(fee->amount, amount);
		if (!buffer_print(&run->text, "%s%.*s.%.*s %.*s", i == world->fees_told ? "" : ", ",
			    TEXT_ARGS(fee->package), TEXT_ARGS(fee->charge), (int)size, amount))
			return false;
	}
	world->fees_told = world->fee_count;
	bool compared = test_compare_text(run, "fees", wanted, text_of_buffer(&run->text));
	buffer_clear(&run->text);
	return compared;
}

/* What comes off the bill of the month: "package.discount 4.50, …". */
static bool
compare_bill(struct test_run *run, struct text wanted)
{
	struct bill_discounts discounts;
	struct fault fault = { 0 };
	if (wanted.data == NULL)
		return true;
	arena_clear(&run->arena);
	buffer_clear(&run->text);
	if (world_bill(&run->world, &run->arena, &discounts, &fault) != STATUS_OK)
		return test_differ(run, "fault", TEXT("-"), text_of(fault.text));
	coverage_note_bill(run->report, &discounts);
	for (size_t i = 0; i < discounts.count; i++) {
		const struct price_discount *one = &discounts.list[i];
		char amount[MONEY_TEXT_MAX];
		size_t size = money_format(one->off, amount);
		if (!buffer_print(&run->text, "%s%.*s.%.*s %.*s", i == 0 ? "" : ", ",
			    TEXT_ARGS(one->package), TEXT_ARGS(one->discount), (int)size, amount))
			return false;
	}
	bool compared = test_compare_text(run, "bill", wanted, text_of_buffer(&run->text));
	buffer_clear(&run->text);
	return compared;
}

static bool
run_expect(struct test_run *run, const struct test_step *step)
{
	struct world *world = &run->world;
	for (uint32_t i = 0; i < step->left_count; i++) {
		const struct used_allowance *wanted = &step->left[i];
		int64_t left = world_left(world, wanted->package, wanted->allowance);
		if (!compare_count(run, "left", wanted, left))
			return false;
	}
	for (uint32_t i = 0; i < step->used_count; i++)
		if (!compare_count(run, "used", &step->used[i], used_now(world, &step->used[i])))
			return false;
	if (!compare_fees(run, step->fees) || !compare_bill(run, step->bill))
		return false;
	if (step->has_charged && !test_compare_money(run, "charged", step->charged, world->charged))
		return false;
	if (!test_money_compare(run, &step->money) || !test_notices_compare(run, step->notices))
		return false;
	return run->expected.size == 0 || world_describe(world, run->options->language, &run->text);
}

static bool
act(struct test_run *run, const struct test_step *step)
{
	switch (step->kind) {
	case STEP_MOVE:
		return true;
	case STEP_BUY:
		return run_buy(run, step);
	case STEP_CHANGE:
		return run_change(run, step);
	case STEP_CANCEL:
		return run_cancel(run, step);
	case STEP_TELL:
		return world_tell(&run->world, &step->told);
	case STEP_USE:
		return run_use(run, step);
	case STEP_MONEY:
		return test_money_step(run, &step->money);
	case STEP_GIVE_BACK:
		return test_refund_give(run, &step->refund);
	case STEP_SESSION:
		return test_session_step(run, step);
	case STEP_EXPECT:
		return run_expect(run, step);
	}
	return false;
}

/* What has fallen due by then is charged before the step, and what the step makes due behind it. */
static bool
run_step(struct test_run *run, const struct test_step *step)
{
	world_move(&run->world, step->clock_ms);
	world_be(&run->world, step->member);
	if (!fall_due(run) || !test_notices_due(run))
		return false;
	if (run->expected.size > 0 || !act(run, step))
		return run->expected.size > 0;
	return (step->kind != STEP_BUY && step->kind != STEP_CANCEL) || fall_due(run);
}

static bool
fail_at(struct test_run *run, struct test_result *result, const struct test_step *step,
	uint32_t number)
{
	result->step = number;
	result->line = step->line;
	result->word = arena_copy_text(&run->report->arena, step->word);
	return result->word.data != NULL && test_failed(run, result);
}

/* Up to the first that fails. */
static bool
run_steps(struct test_run *run, struct test_result *result, const struct scenario *scenario)
{
	for (uint32_t i = 0; i < scenario->step_count; i++) {
		if (!run_step(run, &scenario->steps[i]))
			return false;
		if (run->expected.size > 0)
			return fail_at(run, result, &scenario->steps[i], i + 1);
	}
	return true;
}

bool
test_scenario_run(struct test_run *run, const struct test_case *test)
{
	const struct scenario *scenario = &test->scenario;
	struct test_result *result = test_result_add(run, test);
	test_clear(run);
	if (result == NULL || !test_begin(run, &test->beginning, scenario->clock_ms))
		return false;
	if (scenario->has_money && !wallet_use(&run->world.wallet, scenario->cash))
		return false;
	for (uint32_t i = 0; i < scenario->fact_count; i++)
		if (!world_tell(&run->world, &scenario->facts[i]))
			return false;
	world_owe_nothing(&run->world);
	bool ran = run_steps(run, result, scenario);
	coverage_note_wallet(run->report, &run->world.wallet);
	return ran;
}
