/*
 * What is owed for leaving before a term is over: of what is priced on the last day that the package
 * is held (see due.h).
 */
#include "../engine/base/must.h"
#include "due_work.h"

#define TERM_MONTHS_MAX 1200

/* One leaving while it is priced. */
struct leaving {
	const struct package *version;
	const struct termination *termination;
	struct days term;
	int64_t day; /* the first that is not held any more */
};

/* The local day on which a term of a holding ends. */
static bool
find_term(struct due *due, struct leaving *leaving)
{
	const struct termination *termination = leaving->termination;
	struct due_scope scope;
	int64_t last = leaving->day - 1;

	leaving->term = (struct days){ due->held.from,
		due_day_after(due->held.from, termination->term_every, termination->term) };
	if (termination->term_param == NO_INDEX)
		return true;
	if (!values_on(due, leaving->version, (struct days){ last, leaving->day }, &scope))
		return false;
	const struct value *value = &scope.params[termination->term_param];
	struct text id = leaving->version->params[termination->term_param].id;
	if (value->kind == VALUE_NONE)
		return values_missing(due, leaving->version, id);
	if (value->number.numerator < 0 || value->number.numerator > TERM_MONTHS_MAX)
		return due_refuse(due, DUE_REFUSED_PARAMETER,
			&(struct near_miss){ .tariff = id,
				.condition = "param_term",
				.wanted = termination->charge.id,
				.got = value_text(value, due->arena) });
	leaving->term.till = due_day_after(
		due->held.from, CHARGE_MONTH, (int32_t)value->number.numerator);
	return true;
}

/* The months of a term that have begun by a day, or all that it has. */
static int32_t
months_begun(struct days term, int64_t day)
{
	int32_t months = 0;

	while (due_day_after(term.from, CHARGE_MONTH, months) < earlier(day, term.till))
		months++;
	return months;
}

/* An amount for each month that is left, or one that falls with each that has begun. */
static bool
price_amount(struct due *due, const struct leaving *leaving, int32_t begun)
{
	const struct termination *termination = leaving->termination;
	struct due_part part = { .from_day = leaving->day - 1, .till_day = leaving->day };
	struct ratio fallen = ratio_of_money(termination->falls);

	if (!due_cycle_price(due, &termination->charge, leaving->version, &part))
		return false;
	part.from_day = leaving->day;
	part.till_day = leaving->term.till;
	if (termination->each_month)
		part.times = months_begun(leaving->term, leaving->term.till) - begun;
	if (termination->each_month && part.times == 0)
		return true;
	if (!ratio_multiply(fallen, ratio_of(begun), &fallen) ||
		!ratio_subtract(part.price, fallen, &part.price))
		return due_overflow(due, termination->charge.id);
	if (part.price.numerator < 0)
		part.price = ratio_of(0);
	return due_part_append(due, &part);
}

/* Adds the days of one cycle, to those before if both are whole. */
static bool
add_cycle(struct due *due, struct due_part part, struct days cycle, struct days days)
{
	struct due_part *last = due->parts.items;

	part.from_day = days.from;
	part.till_day = days.till;
	if (days.from != cycle.from || days.till != cycle.till) {
		part.cycle_days = cycle.till - cycle.from;
		return due_part_append(due, &part);
	}
	if (due->parts.count > 0)
		last += due->parts.count - 1;
	if (due->parts.count == 0 || last->times == 0) {
		part.times = 1;
		return due_part_append(due, &part);
	}
	last->times++;
	last->till_day = days.till;
	return true;
}

/*
 * What a charge would cost from the day on which it is left to the end of the term, at the price of
 * the last day. A cycle that is owed already is not owed again.
 */
static bool
price_remaining(struct due *due, const struct leaving *leaving)
{
	const struct charge *charge = due_find_charge(
		leaving->version, leaving->termination->remaining);
	struct due_part part = { .from_day = leaving->day - 1, .till_day = leaving->day };
	struct days left = { leaving->day, leaving->term.till };
	int64_t count;

	must(charge != NULL && charge->every != CHARGE_ONCE);
	if (charge->by_package && !holding_pays(&due->question->holding))
		return true;
	if (!due_cycle_price(due, charge, leaving->version, &part) ||
		!due_charge_count(due, charge, leaving->version, &part, &count))
		return false;
	if (!ratio_multiply(part.price, ratio_of(count), &part.price))
		return due_overflow(due, leaving->termination->charge.id);
	if (charge->ahead || !charge->by_day)
		left.from = due_cycle_of(charge->every, leaving->day - 1).till;
	while (left.from < left.till) {
		struct days cycle = due_cycle_of(charge->every, left.from);
		struct days days = charge->by_day ? days_common(cycle, left) : cycle;

		if (!add_cycle(due, part, cycle, days))
			return false;
		left.from = cycle.till;
	}
	return true;
}

/* The line of one termination, if its term is not over. */
static bool
price_leaving(struct due *due, struct leaving *leaving)
{
	const struct termination *termination = leaving->termination;

	if (!find_term(due, leaving))
		return false;
	if (leaving->term.till <= leaving->day)
		return true;
	int32_t begun = months_begun(leaving->term, leaving->day);
	due->each = 0;
	if (termination->remaining.size > 0 ? !price_remaining(due, leaving)
					    : !price_amount(due, leaving, begun))
		return false;
	if (due->parts.count == 0)
		return true;
	struct due_term *told = arena_take(due->arena, sizeof *told);
	if (told == NULL)
		return due_out_of_memory(due);
	*told = (struct due_term){ .till_day = leaving->term.till,
		.months_begun = begun,
		.parts_per_million = termination->parts_per_million,
		.falls = termination->falls };
	return due_line_add(due, &termination->charge,
		(struct days){ leaving->day, leaving->term.till }, leaving->day, told);
}

bool
leaving_price(struct due *due)
{
	struct days held = due->held;
	const struct package *version = due_version_on(due, held.till - 1);

	if (held.from >= held.till || version == NULL || !has_day(due->period, held.till - 1))
		return true;
	for (uint32_t i = 0; i < version->termination_count; i++)
		if (!price_leaving(due,
			    &(struct leaving){ .version = version,
				    .termination = &version->terminations[i],
				    .day = held.till }))
			return false;
	return true;
}
