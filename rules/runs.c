/* Rating: the units of a component, walked in runs that have one price (see rating.h). */
#include "rating.h"

#include "../engine/base/must.h"

/* One component of the event, from its beginning to its end. */
struct walk {
	struct rating *rating;
	bool begun;       /* the component has had its first unit */
	int64_t position; /* of the next unit */
	struct tally tally;
	struct table_price price; /* of the next unit, if the tariff's prices stand in a table */
};

/* Units that begin in one band and have one price. */
struct run {
	uint32_t band;
	const struct step *step;
	int64_t count;
	struct table_price price; /* row 0: the step says it */
};

static const struct tally no_tally = { NO_POOL, NO_POOL };

static int64_t
position_ms(const struct rating *rating, int64_t position)
{
	return rating->lasts ? rating->usage->at_ms + position : rating->usage->at_ms;
}

/* The position of an instant after the beginning, or the end of the event if that comes first. */
static int64_t
ms_position(const struct rating *rating, int64_t ms)
{
	if (!rating->lasts || ms >= rating->till_ms)
		return rating->end;
	return ms - rating->usage->at_ms;
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The line of this tariff: a new one, or that of an earlier stretch. NULL ends the rating. */
static struct draft *
draft_of(struct rating *rating, const struct choice *choice, const struct tally *tally)
{
	for (size_t i = 0; i < rating->draft_count; i++)
		if (rating->drafts[i].tariff == choice->tariff &&
			rating->drafts[i].tally.counted == tally->counted)
			return &rating->drafts[i];
	struct draft *drafts = rating_grow(
		rating, rating->drafts, rating->draft_count, &rating->draft_room, sizeof *drafts);
	if (drafts == NULL)
		return NULL;
	rating->drafts = drafts;
	struct draft *draft = &drafts[rating->draft_count++];
	draft->package = choice->package;
	draft->tariff = choice->tariff;
	draft->tally = *tally;
	draft->counted = 0;
	draft->parts = NULL;
	draft->part_count = 0;
	draft->part_room = 0;
	draft->setup.micros = 0;
	draft->recount.micros = 0;
	draft->paid.micros = 0;
	return draft;
}

/* Appends units to the line, or adds them to its last part if they are like it. */
static bool
draft_add(struct rating *rating, struct draft *draft, const struct price_part *part)
{
	struct price_part *last = draft->part_count == 0 ? NULL
							 : &draft->parts[draft->part_count - 1];
	struct money amount;

	if (!money_times(part->price, part->units, &amount) ||
		!money_add(draft->paid, amount, &draft->paid))
		return refuse_overflow(rating, draft);
	if (last != NULL && last->tier == part->tier && last->row == part->row &&
		text_equal(last->band, part->band) &&
		text_equal(last->allowance, part->allowance) &&
		money_compare(last->price, part->price) == 0) {
		last->units += part->units;
		return true;
	}
	struct price_part *parts = rating_grow(
		rating, draft->parts, draft->part_count, &draft->part_room, sizeof *parts);
	if (parts == NULL)
		return false;
	parts[draft->part_count++] = *part;
	draft->parts = parts;
	return true;
}

/*
 * Lets units be paid by tiers. Those of volume tiers get their price and tier when all are known,
 * and wait for it as the first tier's, for nothing.
 */
static bool
run_pay_tiers(struct walk *walk, struct draft *draft, const struct run *run, int64_t left)
{
	struct rating *rating = walk->rating;
	const struct tiers *tiers = draft->tariff->tiers;
	bool tiered = run->step == &draft->tariff->next;
	int64_t *counted = &draft->counted;
	int64_t moved;

	if (!tiers->volume && tiers->counted != NULL)
		counted = &rating->pools[walk->tally.counted].used;
	while (left > 0) {
		struct price_part part = { .band = draft->tariff->bands[run->band], .units = left };

		if (!tiered) {
			part.price = run->step->prices[run->band];
		} else if (tiers->volume) {
			part.tier = 1;
		} else {
			part.tier = tiers_cut(tiers, *counted, run->step->size, &part.units);
			part.price = tiers->list[part.tier++].prices[run->band];
		}
		if (__builtin_mul_overflow(part.units, run->step->size, &moved) ||
			__builtin_add_overflow(*counted, moved, counted))
			return refuse_overflow(rating, draft);
		if (!draft_add(rating, draft, &part))
			return false;
		left -= part.units;
	}
	return true;
}

/* Takes a run's units from the allowances in turn, and lets the others be paid. */
static bool
run_settle(struct walk *walk, struct draft *draft, const struct run *run)
{
	struct rating *rating = walk->rating;
	struct price_part part = { .band = draft->tariff->bands[run->band] };
	int64_t left = run->count;

	for (size_t i = 0; i < rating->use_count && left > 0; i++) {
		const struct use *use = &rating->uses[i];

		if (!use_take(rating, use, use_draws(use, draft->tariff, run->step->size), left,
			    &part.units))
			return false;
		left -= part.units;
		part.allowance = rating->pools[use->pool].label;
		if (part.units > 0 && !draft_add(rating, draft, &part))
			return false;
	}
	if (left == 0)
		return true;
	if (draft->tariff->refuse.size > 0)
		return refuse_units(rating, draft, run->count, run->count - left);
	if (draft->tariff->tiers != NULL)
		return run_pay_tiers(walk, draft, run, left);
	part.allowance = (struct text){ NULL, 0 };
	part.units = left;
	part.row = run->price.row;
	part.price = part.row > 0 ? run->price.amount : run->step->prices[run->band];
	return draft_add(rating, draft, &part);
}

/*
 * Prices the units of one size and band that begin before `till`; there is at least one. What is
 * converted begins with all the units that it makes.
 */
static bool
units_price(struct walk *walk, struct draft *draft, const struct step *step, uint32_t band,
	int64_t till)
{
	const struct convert *convert = draft->tariff->convert;
	struct run run = { .band = band, .step = step, .count = 1 };
	int64_t length;

	must(walk->position < till);
	if (step == &draft->tariff->next)
		run.price = walk->price;
	if (__builtin_mul_overflow(convert == NULL ? step->size : convert->each,
		    walk->rating->unit_length, &length))
		length = INT64_MAX;
	if (till - walk->position > length)
		run.count = (till - walk->position - 1) / length + 1;
	if (__builtin_mul_overflow(run.count, length, &length) ||
		__builtin_add_overflow(walk->position, length, &walk->position))
		walk->position = INT64_MAX;
	must(convert == NULL || convert->as % step->size == 0);
	if (convert != NULL &&
		__builtin_mul_overflow(run.count, convert->as / step->size, &run.count))
		return refuse_overflow(walk->rating, draft);
	return run_settle(walk, draft, &run);
}

/* Ends events that cross more than a sane one does, lest one makes all others wait. */
static bool
run_begin(struct rating *rating)
{
	return ++rating->runs <= RATE_RUNS_MAX || refuse_beyond(rating, "parts");
}

/*
 * Which band a unit at the walk's position has and which allowances it may use, and until which
 * position that stays so.
 */
static bool
band_find(struct walk *walk, const struct choice *choice, uint32_t *band, int64_t *till)
{
	struct rating *rating = walk->rating;
	const struct tariff *tariff = choice->tariff;
	int64_t ms = position_ms(rating, walk->position);
	int64_t change_ms = INT64_MAX;

	*band = 0;
	if (tariff->calendar != NULL && !calendar_band(tariff->calendar, ms, band, &change_ms))
		return refuse_calendar(rating, choice, ms);
	if (!uses_gather(rating, choice, ms, &change_ms))
		return false;
	if (tariff->tiers != NULL && !tiers_open(rating, choice, ms, &walk->tally, &change_ms))
		return false;
	walk->price.row = 0;
	if (tariff->prices != NULL &&
		!table_price_find(rating, choice, ms, *band, &walk->price, &change_ms))
		return false;
	must(change_ms > ms && *band < tariff->band_count);
	*till = smaller(*till, ms_position(rating, change_ms));
	return rating->question->own_count == 0 || own_gather(rating, tariff, walk->position, till);
}

/* Has the tariff a line for each cycle? */
static bool
is_by_cycle(const struct tariff *tariff)
{
	return tariff->tiers != NULL && tariff->tiers->charged != NULL;
}

/* Prices the units that begin before `stretch_till` by one tariff. */
static bool
stretch_price(struct walk *walk, const struct choice *choice, int64_t stretch_till)
{
	struct rating *rating = walk->rating;
	const struct tariff *tariff = choice->tariff;
	bool by_cycle = is_by_cycle(tariff);
	struct draft *draft = by_cycle ? NULL : draft_of(rating, choice, &no_tally);

	if (draft == NULL && !by_cycle)
		return false;
	if (tariff->amount != NO_FUNCTION) { /* it prices the line, not units */
		walk->position = stretch_till;
		return true;
	}
	while (walk->position < stretch_till) {
		int64_t till = stretch_till;
		uint32_t band;

		if (!run_begin(rating) || !band_find(walk, choice, &band, &till))
			return false;
		if (by_cycle)
			draft = draft_of(rating, choice, &walk->tally);
		if (draft == NULL)
			return false;
		if (!walk->begun) {
			draft->setup = tariff->setup;
			if (tariff->has_first &&
				!units_price(walk, draft, &tariff->first, band, walk->position + 1))
				return false;
			walk->begun = true;
		}
		if (walk->position < till && !units_price(walk, draft, &tariff->next, band, till))
			return false;
	}
	return true;
}

static bool
gap_add(struct rating *rating, struct span_list *gaps, int64_t from, int64_t till)
{
	struct span *list = rating_grow(rating, gaps->list, gaps->count, &gaps->room, sizeof *list);

	if (list == NULL)
		return false;
	list[gaps->count++] = (struct span){ from, till };
	gaps->list = list;
	return true;
}

/* An event of quantity 0 has a line if something would price it, and its band must be known. */
static bool
nothing_price(struct rating *rating, const struct choice *choice)
{
	const struct tariff *tariff = choice->tariff;
	int64_t ms = rating->usage->at_ms;
	int64_t till_ms;
	uint32_t band;

	if (tariff->amount == NO_FUNCTION && tariff->calendar != NULL &&
		!calendar_band(tariff->calendar, ms, &band, &till_ms))
		return refuse_calendar(rating, choice, ms);
	return draft_of(rating, choice, &no_tally) != NULL;
}

bool
component_price(struct rating *rating, uint32_t component, struct span_list *gaps)
{
	struct walk walk = { .rating = rating };
	struct choice choice;

	do {
		int64_t ms = position_ms(rating, walk.position);

		if (!run_begin(rating) || !choice_make(rating, component, ms, &choice))
			return false;
		int64_t till = ms_position(rating, choice.till_ms);
		if (choice.tariff == NULL) {
			if (!gap_add(rating, gaps, walk.position, till))
				return false;
			walk.position = till;
		} else if (rating->quantity == 0) {
			return nothing_price(rating, &choice);
		} else if (!stretch_price(&walk, &choice, till)) {
			return false;
		}
	} while (walk.position < rating->end);
	return true;
}
