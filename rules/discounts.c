/*
 * Discounts of an event: those of the packages that are held when it begins, on lines that have
 * their price and are not rounded yet.
 */
#include "discounts.h"
#include "rating.h"

#include "../engine/base/must.h"

#define OFFERS_USUAL 8

/* The lines of an event while discounts are taken. */
struct discounted {
	struct rating *rating;
	struct price_line *lines;
	struct price_discount *taken; /* room for each offer on each line */
	size_t offer_count;
};

static bool
is_held_now(const struct rating *rating, struct text package)
{
	for (size_t i = 0; i < rating->held_count; i++)
		if (text_equal(rating->held[i].package->id, package) && held_in_force(rating, i))
			return true;
	return false;
}

bool
discount_check(struct rating *rating, const struct held *held, const struct discount *discount,
	enum discount_condition *unmet)
{
	bool yes = true;

	*unmet = DISCOUNT_SERVES;
	if (!rating_serves_any(rating, discount->serves, discount->serve_count))
		return true;
	*unmet = DISCOUNT_MEMBERS;
	if (discount->by_members && holding_members(held->holding) == 0)
		return true;
	*unmet = DISCOUNT_NEEDS;
	for (uint32_t i = 0; i < discount->need_count; i++)
		if (!is_held_now(rating, discount->needs[i]))
			return true;
	*unmet = DISCOUNT_WHEN;
	if (discount->when != NO_FUNCTION &&
		!when_ask(rating, held->package, discount->id, discount->when, &yes))
		return false;
	if (yes)
		*unmet = DISCOUNT_MET;
	return true;
}

/*
 * The tier that the members reach, or what was counted before the event; NULL if each line's own
 * amount decides. Then the event is counted.
 */
static bool
tier_find(struct rating *rating, const struct held *held, const struct discount *discount,
	const struct discount_tier **tier)
{
	*tier = NULL;
	if (discount->tier_count == 1)
		*tier = &discount->tiers[0];
	if (discount->by_members)
		*tier = discount_tier_at(discount, holding_members(held->holding));
	if (discount->counted == NULL)
		return true;
	struct pool *pool = meter_pool(rating, &(struct owner){ held->package, NULL },
		discount->counted, rating->usage->at_ms);
	if (pool == NULL)
		return false;
	if (pool->used < INT64_MAX)
		*tier = discount_tier_at(discount, pool->used + 1);
	return !__builtin_add_overflow(pool->used, rating->quantity, &pool->used) ||
		refuse_beyond(rating, "units");
}

/* Usage is counted by what it is, so that it makes no difference whether a discount is taken. */
static bool
offer_add(struct rating *rating, struct offer_list *offers, const struct held *held,
	const struct discount *discount)
{
	enum discount_condition unmet;
	const struct discount_tier *tier;

	if (!discount_check(rating, held, discount, &unmet))
		return false;
	if (unmet == DISCOUNT_SERVES)
		return true;
	if (!tier_find(rating, held, discount, &tier))
		return false;
	if (unmet != DISCOUNT_MET)
		return true;
	offers->list = rating_grow(
		rating, offers->list, offers->count, &offers->room, sizeof *offers->list);
	if (offers->list == NULL)
		return false;
	struct offer *offer = &offers->list[offers->count++];
	offer->package = held->package;
	offer->discount = discount;
	offer->tier = tier;
	offer->members = discount->by_members ? holding_members(held->holding) : 0;
	return true;
}

static bool
offers_gather(struct rating *rating, struct offer_list *offers)
{
	for (size_t i = 0; i < rating->held_count; i++) {
		const struct package *package = rating->held[i].package;

		if (package->discount_count == 0 || !held_in_force(rating, i))
			continue;
		for (uint32_t j = 0; j < package->discount_count; j++)
			if (!offer_add(rating, offers, &rating->held[i], &package->discounts[j]))
				return false;
	}
	return true;
}

bool
discount_is_on_band(const struct discount *discount, struct text band)
{
	for (uint32_t i = 0; i < discount->band_count; i++)
		if (text_equal(discount->bands[i], band))
			return true;
	return false;
}

/* All of a line, or what was paid in some bands: no more than the line, which a maximum may bound. */
static struct money
line_base(void *context, const struct discount *discount, size_t line)
{
	const struct discounted *discounted = context;
	const struct draft *draft = &discounted->rating->drafts[line];
	struct money sum = { 0 };

	if (discount == NULL || discount->band_count == 0)
		return draft->gross;
	for (size_t i = 0; i < draft->part_count; i++) {
		const struct price_part *part = &draft->parts[i];
		struct money amount;

		if (!discount_is_on_band(discount, part->band))
			continue;
		bool sound = money_times(part->price, part->units, &amount) &&
			money_add(sum, amount, &sum);
		must(sound); /* as was the sum of all parts */
	}
	return money_compare(sum, draft->gross) < 0 ? sum : draft->gross;
}

static void
line_took(void *context, const struct offer *offer, size_t line, int128 picos)
{
	struct discounted *discounted = context;
	struct price_line *taken_from = &discounted->lines[line];
	struct draft *draft = &discounted->rating->drafts[line];
	const struct discount_tier *tier = offer->tier;
	struct price_discount *taken = &discounted->taken[line * discounted->offer_count];
	struct money off = { 0 };
	bool sound = picos_round(picos, 1, ROUND_HALF_UP, &off);

	must(sound && picos > 0 && taken_from->discount_count < discounted->offer_count);
	if (tier == NULL)
		tier = discount_tier_at(
			offer->discount, line_base(context, offer->discount, line).micros);
	taken_from->discounts = taken;
	taken[taken_from->discount_count++] = (struct price_discount){
		.package = offer->package->id,
		.discount = offer->discount->id,
		.say = offer->discount->say,
		.parts_per_million = tier->parts_per_million,
		.members = offer->members,
		.off = off,
	};
	draft->off += picos;
}

/* A line's amount is what its tariff's rounding makes of the exact rest. */
static bool
lines_lower(struct rating *rating, struct price_line *lines)
{
	for (size_t i = 0; i < rating->draft_count; i++) {
		const struct draft *draft = &rating->drafts[i];
		const struct tariff *tariff = draft->tariff;
		struct price_line *line = &lines[i];

		if (line->discount_count == 0)
			continue;
		line->gross = draft->gross;
		if (!picos_round((int128)draft->gross.micros * PICOS_PER_MICRO - draft->off,
			    tariff->round_step, tariff->round_mode, &line->amount))
			return refuse_fraction(rating, draft);
	}
	return true;
}

bool
discounts_apply(struct rating *rating, struct price_line *lines)
{
	struct offer usual[OFFERS_USUAL];
	struct offer_list offers = { usual, 0, OFFERS_USUAL };

	if (!offers_gather(rating, &offers))
		return false;
	if (offers.count == 0 || rating->quantity == 0)
		return true;
	struct discounted discounted = { rating, lines, NULL, offers.count };
	discounted.taken = arena_take(
		rating->arena, rating->draft_count * offers.count * sizeof *discounted.taken);
	if (discounted.taken == NULL)
		return rating_out_of_memory(rating);
	for (size_t i = 0; i < rating->draft_count; i++)
		rating->drafts[i].off = 0;
	discounting_take(&(struct discounting){ offers.list, offers.count, rating->draft_count,
		&discounted, line_base, line_took });
	return lines_lower(rating, lines);
}
