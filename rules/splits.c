/* How a line of a charge is divided among products and partners (see due.h). */
#include "../engine/base/must.h"
#include "due_work.h"

/* A share of an amount, rounded; never more than is left. */
static bool
share_of(const struct charge *charge, struct money whole, uint32_t parts_per_million,
	struct money left, struct money *amount)
{
	struct ratio part, step;

	if (!ratio_make(parts_per_million, DISCOUNT_WHOLE, &part) ||
		!ratio_multiply(ratio_of_money(whole), part, &part) ||
		!ratio_make(charge->round_step, MONEY_MICROS, &step) ||
		!ratio_round(part, step, charge->round_mode, &part) ||
		!ratio_to_money(part, amount))
		return false;
	if (money_compare(*amount, left) > 0)
		*amount = left;
	return true;
}

bool
split_line(struct due *due, const struct charge *charge, struct due_line *line)
{
	struct money whole = line->tax != NULL ? line->tax->net : line->amount;
	struct money left = whole;
	struct due_share *shares = arena_take_zeroed(
		due->arena, charge->split_count, sizeof *shares);

	must(charge->split_count > 0);
	if (shares == NULL)
		return due_out_of_memory(due);
	for (uint32_t i = 0; i < charge->split_count; i++) {
		shares[i].split = &charge->splits[i];
		shares[i].amount = left;
		if (i + 1 < charge->split_count &&
			!share_of(charge, whole, charge->splits[i].parts_per_million, left,
				&shares[i].amount))
			return due_overflow(due, charge->id);
		bool sound = money_subtract(left, shares[i].amount, &left);
		must(sound && left.micros >= 0);
	}
	must(left.micros == 0);
	line->shares = shares;
	line->share_count = charge->split_count;
	return true;
}
