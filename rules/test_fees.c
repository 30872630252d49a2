/* What falls due in a world as its clock goes on, priced as a bill would (due.h). */
#include "coverage.h"
#include "test_world.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "due.h"

/* Of days on which something falls due, so many are asked at once. */
#define WINDOW_DAYS 1000

void
world_owe_nothing(struct world *world)
{
	for (size_t i = 0; i < world->holding_count; i++) {
		int64_t day = due_day(world->image, world->clock_ms) + 1;
		if (day > world->held[i].due_from)
			world->held[i].due_from = day;
	}
	wallet_begin(&world->wallet);
}

/* The first instant of a local day, as far as we know any. */
static int64_t
instant_of_day(const struct world *world, int64_t day)
{
	if (day <= INSTANT_MIN / DAY_MS)
		return INSTANT_MIN;
	if (day >= INSTANT_MAX / DAY_MS)
		return INSTANT_MAX;
	return zoneinfo_local_to_utc(world->image->zone, day * DAY_MS);
}

static bool
was_charged(const struct world *world, size_t holding, const struct due_line *line)
{
	for (size_t i = world->fee_count; i-- > 0;) {
		const struct world_fee *fee = &world->fees[i];
		if (fee->holding == holding && fee->cycle_day == line->from_day &&
			fee->each == line->each && text_equal(fee->charge, line->charge))
			return true;
	}
	return false;
}

static bool
add_fee(struct world *world, size_t holding, const struct due_line *line)
{
	struct world_fee *fees = memory_grow(
		world->fees, world->fee_count + 1, &world->fee_room, sizeof *fees);
	if (fees == NULL)
		return false;
	world->fees = fees;
	fees[world->fee_count++] = (struct world_fee){ holding, line->package, line->charge,
		line->each, line->from_day, line->due_day, line->amount };
	return money_add(world->charged, line->amount, &world->charged);
}

/* What its holder holds besides it. False without memory. */
static bool
find_besides(const struct world *world, size_t holding, struct arena *arena,
	struct due_question *question)
{
	struct holding *besides = arena_take(arena, world->holding_count * sizeof *besides);
	for (size_t i = 0; besides != NULL && i < world->holding_count; i++)
		if (i != holding && text_equal(world->held[i].member, world->held[holding].member))
			besides[question->besides_count++] = world->holdings[i];
	question->besides = besides;
	return besides != NULL;
}

/* What falls due for a holding, as far as it is known now; false without memory. */
static bool
ask(const struct world *world, size_t holding, struct arena *arena, struct due_question *question)
{
	const struct world_held *held = &world->held[holding];
	*question = (struct due_question){ .image = world->image,
		.holding = world->holdings[holding],
		.suspended = world->wallet.suspended,
		.suspended_count = world->wallet.suspended_count,
		.params = held->item.params,
		.param_count = held->item.param_count,
		.functions = world->due_functions };
	question->changes = world_changes(world, holding, arena, &question->change_count);
	question->facts = world_formula_facts(world, held->member, arena, &question->fact_count);
	return question->changes != NULL && question->facts != NULL &&
		find_besides(world, holding, arena, question);
}

/* What falls due for one holding on the days first … last. */
static bool
charge_window(struct world *world, size_t holding, int64_t first, int64_t last, struct arena *arena,
	struct fault *fault)
{
	struct due_question question;
	struct due_pricing pricing;
	arena_clear(arena);
	if (!ask(world, holding, arena, &question)) {
		fault_set(fault, STATUS_MEMORY, "no memory for what falls due");
		return false;
	}
	question.period = (struct due_span){ instant_of_day(world, first),
		instant_of_day(world, last + 1) };
	if (due_falling(&question, arena, &pricing, fault) != DUE_DONE)
		return false;
	if (pricing.refused != 0) {
		if (world->report != NULL)
			coverage_note_dues(world->report, &pricing);
		world->refused = pricing;
		return false;
	}
	for (size_t i = 0; i < pricing.line_count; i++) {
		const struct due_line *line = &pricing.lines[i];
		if (was_charged(world, holding, line))
			continue;
		if (world->report != NULL)
			coverage_note_due(world->report, line);
		if (!add_fee(world, holding, line)) {
			fault_set(fault, STATUS_MEMORY, "the fees are more than can be held");
			return false;
		}
	}
	return true;
}

static int
compare_fees(const void *left, const void *right)
{
	const struct world_fee *a = left, *b = right;
	if (a->due_day != b->due_day)
		return a->due_day < b->due_day ? -1 : 1;
	return (a->holding > b->holding) - (a->holding < b->holding);
}

/* Of one package, charges stand in written order already. */
static void
sort_fees(struct world *world, size_t known)
{
	for (size_t i = known + 1; i < world->fee_count; i++)
		for (size_t j = i;
			j > known && compare_fees(&world->fees[j - 1], &world->fees[j]) > 0; j--) {
			struct world_fee swapped = world->fees[j];
			world->fees[j] = world->fees[j - 1];
			world->fees[j - 1] = swapped;
		}
}

/* Each when its day begins, behind all that happens to money then. */
static bool
pay_fees(struct world *world, size_t known)
{
	bool paid;
	for (size_t i = known; i < world->fee_count; i++) {
		const struct world_fee *fee = &world->fees[i];
		const struct purpose purpose = { NO_INDEX, NO_INDEX,
			{ fee->package, fee->charge } };
		int64_t due_ms = zoneinfo_local_to_utc(world->image->zone, fee->due_day * DAY_MS);
		if (!wallet_move(&world->wallet, due_ms) ||
			!wallet_pay(&world->wallet, &purpose, fee->amount, true, &paid))
			return false;
	}
	return wallet_move(&world->wallet, world->clock_ms);
}

bool
world_fall_due(struct world *world, struct arena *arena, struct fault *fault)
{
	int64_t today = due_day(world->image, world->clock_ms);
	size_t known = world->fee_count;
	for (size_t i = 0; i < world->holding_count; i++)
		while (world->held[i].due_from <= today) {
			int64_t first = world->held[i].due_from;
			int64_t last = today - first < WINDOW_DAYS ? today : first + WINDOW_DAYS;
			if (!charge_window(world, i, first, last, arena, fault))
				return false;
			world->held[i].due_from = last;
			if (last == today)
				break;
		}
	sort_fees(world, known);
	if (pay_fees(world, known))
		return true;
	fault_set(fault, STATUS_MEMORY, "what is paid is more than can be held");
	return false;
}
