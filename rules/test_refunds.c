/* The refunds of a scenario: what is kept of the uses that have names, and what comes back of them. */
#include "test_refunds.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "test_run.h"

void
refund_step_read(lua_State *lua, struct arena *arena, struct refund_step *step)
{
	struct {
		const char *field;
		struct text *text;
	} texts[] = { { "back", &step->back }, { "lost", &step->lost },
		{ "refused", &step->refused } };
	step->use = reader_text(lua, arena, "use");
	step->part = reader_integer(lua, "part");
	step->has_amount = reader_money(lua, "amount", &step->amount);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (reader_has(lua, texts[i].field))
			*texts[i].text = reader_text(lua, arena, texts[i].field);
}

/* What is kept. */

static bool
keep_lines(struct world *world, struct world_charge *charge, const struct pricing *pricing)
{
	struct refund_line *lines = arena_take_zeroed(
		&world->kept, pricing->line_count + 1, sizeof *lines);
	for (size_t i = 0; lines != NULL && i < pricing->line_count; i++)
		lines[i] = refund_line_of(world->image, &pricing->lines[i]);
	charge->lines = lines;
	charge->line_count = pricing->line_count;
	return lines != NULL;
}

static bool
keep_counts(struct world *world, struct world_charge *charge, const struct pricing *pricing)
{
	size_t count = pricing->consumption_count;
	struct refund_count *counts = arena_take_zeroed(&world->kept, count + 1, sizeof *counts);
	for (size_t i = 0; counts != NULL && i < count; i++) {
		const struct consumption *one = &pricing->consumptions[i];
		counts[i] = (struct refund_count){ .name = one->name,
			.money = one->money,
			.unit = one->unit,
			.moved = one->used_after - one->used_before };
	}
	charge->counts = counts;
	charge->count_count = count;
	return counts != NULL;
}

/* What paid stands in the wallet's entries, from one on. */
static bool
keep_payments(struct world *world, struct world_charge *charge, size_t paid_from)
{
	const struct wallet *wallet = &world->wallet;
	size_t count = wallet->entry_count - paid_from;
	struct refund_payment *payments = arena_take_zeroed(
		&world->kept, count + 1, sizeof *payments);
	size_t *purses = arena_take_zeroed(&world->kept, count + 1, sizeof *purses);
	if (payments == NULL || purses == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct wallet_entry *entry = &wallet->entries[paid_from + i];
		must(entry->move == MOVE_PAY);
		payments[i].amount = entry->amount;
		purses[i] = entry->purse;
	}
	charge->payments = payments;
	charge->purses = purses;
	charge->payment_count = count;
	return true;
}

bool
test_refund_keep(struct test_run *run, const struct test_step *step, const struct pricing *pricing,
	size_t paid_from)
{
	struct world *world = &run->world;
	uint32_t service = image_service(run->image, step->usage.service);
	struct world_charge charge = { .name = step->name,
		.service = service,
		.zone = image_zone(run->image, service, pricing->zone),
		.at_ms = step->usage.at_ms,
		.quantity = step->usage.quantity > 0 ? step->usage.quantity : 1 };
	if (step->name.data == NULL)
		return true;
	struct world_charge *list = memory_grow(
		world->charges, world->charge_count + 1, &world->charge_room, sizeof *list);
	if (list == NULL)
		return false;
	world->charges = list;
	list[world->charge_count++] = charge;
	struct world_charge *kept = &list[world->charge_count - 1];
	return keep_lines(world, kept, pricing) && keep_counts(world, kept, pricing) &&
		keep_payments(world, kept, paid_from);
}

/* What comes back. */

static bool
ask(struct test_run *run, const struct world_charge *charge, int64_t part,
	struct refund_answer *answer)
{
	struct world *world = &run->world;
	struct rate_question held;
	for (size_t i = 0; i < charge->payment_count; i++)
		charge->payments[i].till_ms = wallet_till_ms(&world->wallet, charge->purses[i]);
	if (!world_question(world, &held))
		return false;
	const struct refund_question question = { .image = run->image,
		.holdings = held.holdings,
		.holding_count = held.holding_count,
		.service = charge->service,
		.zone = charge->zone,
		.at_ms = charge->at_ms,
		.now_ms = world->clock_ms,
		.quantity = charge->quantity,
		.given = charge->given,
		.wanted = part,
		.lines = charge->lines,
		.line_count = charge->line_count,
		.counts = charge->counts,
		.count_count = charge->count_count,
		.payments = charge->payments,
		.payment_count = charge->payment_count };
	arena_clear(&run->arena);
	return refund_answer(&question, &run->arena, answer);
}

/* The bill has so much less of the service in the zone. */
static bool
bill_less(struct world *world, const struct world_charge *charge, struct money back)
{
	const struct service *service = &world->image->services[charge->service];
	struct bill_line line = { service->id, TEXT(""), { -back.micros } };
	if (charge->zone != NO_INDEX)
		line.zone = world->image->zone_maps[service->zone_map].zones[charge->zone];
	return world_bill_add(world, charge->at_ms, &line);
}

/* Gives back what is not lost; *back is what comes back in money. */
static bool
give(struct test_run *run, struct world_charge *charge, const struct refund_answer *answer,
	struct money *back)
{
	struct world *world = &run->world;
	*back = answer->amount;
	for (size_t i = 0; i < answer->count_count; i++) {
		const struct refund_part *part = &answer->counts[i];
		const struct counter_name *name = &charge->counts[part->place].name;
		int64_t used = world_used(world, name);
		must(used >= part->amount);
		if (!part->lost && !world_count(world, name, used - part->amount))
			return false;
	}
	for (size_t i = 0; i < answer->payment_count; i++) {
		const struct refund_part *part = &answer->payments[i];
		const struct money amount = { part->amount };
		if (part->lost)
			must(money_subtract(*back, amount, back));
		else if (!wallet_give_back(&world->wallet, charge->purses[part->place], amount))
			return false;
	}
	charge->given += answer->quantity;
	return bill_less(world, charge, *back) &&
		money_subtract(world->charged, *back, &world->charged);
}

static bool
write_counts(struct test_run *run, const struct world_charge *charge,
	const struct refund_answer *answer, bool lost)
{
	for (size_t i = 0; i < answer->count_count; i++) {
		const struct refund_part *part = &answer->counts[i];
		const struct counter_name *name = &charge->counts[part->place].name;
		char amount[MONEY_TEXT_MAX];
		size_t size = world_format(&run->world, name, part->amount, amount);
		if (part->lost == lost &&
			!buffer_print(&run->text, "%s%.*s.%.*s %.*s",
				run->text.size == 0 ? "" : ", ", TEXT_ARGS(name->package),
				TEXT_ARGS(name->allowance), (int)size, amount))
			return false;
	}
	return true;
}

static bool
write_lost_money(
	struct test_run *run, const struct world_charge *charge, const struct refund_answer *answer)
{
	for (size_t i = 0; i < answer->payment_count; i++) {
		const struct refund_part *part = &answer->payments[i];
		if (part->lost &&
			((run->text.size > 0 && !buffer_append_text(&run->text, TEXT(", "))) ||
				!wallet_purse_write(&run->world.wallet, charge->purses[part->place],
					(struct money){ part->amount }, &run->text)))
			return false;
	}
	return true;
}

static bool
compare_given(struct test_run *run, const struct refund_step *step,
	const struct world_charge *charge, const struct refund_answer *answer, struct money back)
{
	if ((step->has_amount && !test_compare_money(run, "amount", step->amount, back)) ||
		!test_compare_text(run, "refused", step->refused, TEXT("")))
		return false;
	buffer_clear(&run->text);
	if (!write_counts(run, charge, answer, false) ||
		!test_compare_text(run, "back", step->back, text_of_buffer(&run->text)))
		return false;
	buffer_clear(&run->text);
	if (!write_counts(run, charge, answer, true) || !write_lost_money(run, charge, answer) ||
		!test_compare_text(run, "lost", step->lost, text_of_buffer(&run->text)))
		return false;
	buffer_clear(&run->text);
	return true;
}

static struct world_charge *
find_charge(const struct world *world, struct text name)
{
	for (size_t i = world->charge_count; i-- > 0;)
		if (text_equal(world->charges[i].name, name))
			return &world->charges[i];
	return NULL;
}

/* Which rule decided, by its text. */
static bool
explain_rule(struct test_run *run, const struct refund_answer *answer)
{
	const struct refund *rule = answer->rule;
	if (run->expected.size == 0 || rule == NULL)
		return true;
	struct text say = release_text(run->release, run->options->language, rule->say);
	return buffer_print(&run->text, "%.*s  (%.*s.%.*s)\n", TEXT_ARGS(say),
		TEXT_ARGS(answer->package->id), TEXT_ARGS(rule->id));
}

bool
test_refund_give(struct test_run *run, const struct refund_step *step)
{
	struct world_charge *charge = find_charge(&run->world, step->use);
	struct refund_answer answer;
	struct money back;
	if (charge == NULL) /* it was refused */
		return test_differ(run, "use", step->use, TEXT("-"));
	if (!ask(run, charge, step->part, &answer))
		return false;
	if (answer.rule != NULL)
		coverage_note_refund(run->report, answer.package, answer.rule);
	if (answer.refused != 0) {
		struct text code = text_of(refund_refusal_code(answer.refused));
		struct text wanted = step->refused.data == NULL ? TEXT("-") : step->refused;
		return test_compare_text(run, "refused", wanted, code) &&
			explain_rule(run, &answer);
	}
	return give(run, charge, &answer, &back) &&
		compare_given(run, step, charge, &answer, back) && explain_rule(run, &answer);
}
