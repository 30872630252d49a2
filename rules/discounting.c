/* What discounts take of one line, or of a bill: which of them stand together (see discounts.h). */
#include "discounts.h"

#include "../engine/base/must.h"

#define NO_OFFER SIZE_MAX

/* Discounts that may stand together: one, and unless it is alone all that add. */
struct offer_set {
	size_t one; /* NO_OFFER: none but those that add */
	bool alone;
};

static bool
is_member(const struct discounting *discounting, const struct offer_set *set, size_t index)
{
	if (discounting->offers[index].discount->stack == STACK_ADD)
		return !set->alone;
	return index == set->one;
}

const struct discount_tier *
discount_tier_at(const struct discount *discount, int64_t reached)
{
	uint32_t tier = 0;

	must(discount->tier_count > 0);
	while (tier + 1 < discount->tier_count && reached > discount->tiers[tier].up_to)
		tier++;
	return &discount->tiers[tier];
}

/* What an offer takes of a line of which `left` is left. */
static int128
offer_part(const struct offer *offer, struct money base, int128 left)
{
	const struct discount_tier *tier = offer->tier;
	int128 part;

	must(base.micros >= 0 && left >= 0);
	if (tier == NULL)
		tier = discount_tier_at(offer->discount, base.micros);
	if (tier->parts_per_million > 0)
		part = (int128)base.micros * tier->parts_per_million;
	else
		part = (int128)tier->amount.micros * PICOS_PER_MICRO - offer->taken;
	if (part > (int128)base.micros * PICOS_PER_MICRO)
		part = (int128)base.micros * PICOS_PER_MICRO;
	if (part > left)
		part = left;
	return part > 0 ? part : 0;
}

/* What a set takes in all. */
static int128
set_take(const struct discounting *discounting, const struct offer_set *set, bool tell)
{
	int128 sum = 0;

	for (size_t i = 0; i < discounting->offer_count; i++)
		discounting->offers[i].taken = 0;
	for (size_t line = 0; line < discounting->line_count; line++) {
		int128 left = discounting->base(discounting->context, NULL, line).micros;

		left *= PICOS_PER_MICRO;
		for (size_t i = 0; i < discounting->offer_count; i++) {
			struct offer *offer = &discounting->offers[i];

			if (!is_member(discounting, set, i))
				continue;
			struct money base = discounting->base(
				discounting->context, offer->discount, line);
			int128 part = offer_part(offer, base, left);
			if (part == 0)
				continue;
			left -= part;
			sum += part;
			offer->taken += part;
			if (tell && discounting->took != NULL)
				discounting->took(discounting->context, offer, line, part);
		}
	}
	return sum;
}

void
discounting_take(const struct discounting *discounting)
{
	struct offer_set best = { NO_OFFER, false };
	bool only_one = discounting->offer_count == 1; /* nothing to be compared */
	int128 best_sum = only_one ? -1 : set_take(discounting, &best, false);

	for (int alone = 0; alone <= 1; alone++)
		for (size_t i = 0; i < discounting->offer_count; i++) {
			enum discount_stack stack = discounting->offers[i].discount->stack;
			struct offer_set set = { i, alone };

			if (stack != (alone ? STACK_ALONE : STACK_BEST))
				continue;
			int128 sum = only_one ? 0 : set_take(discounting, &set, false);
			if (sum <= best_sum)
				continue;
			best = set;
			best_sum = sum;
		}
	set_take(discounting, &best, true);
}

bool
picos_round(int128 picos, int64_t step_micros, enum rounding mode, struct money *rounded)
{
	int128 step = (int128)(step_micros > 0 ? step_micros : 1) * PICOS_PER_MICRO;
	int128 count = picos / step;
	int128 rest = picos % step;

	must(picos >= 0);
	if (rest != 0 && step_micros == 0)
		return false;
	int128 middle = 2 * rest - step;
	const struct rounding_case number = { .is_negative = false,
		.is_odd = count % 2 != 0,
		.against_half = (middle > 0) - (middle < 0) };
	if (rest != 0 && rounding_leaves_zero(mode, number))
		count++;
	int128 micros = count * step / PICOS_PER_MICRO;
	if (micros > INT64_MAX)
		return false;
	rounded->micros = (int64_t)micros;
	return true;
}
