/* What charges come to in a period: their cycles, and runs of days (see due.h, due_work.h). */
#include "../engine/base/must.h"
#include "due_work.h"

/* What an answer holds at most; past it the question is refused, not cut. */
#define DUE_PARTS_MAX 20000

const char *
due_refusal_code(enum due_refusal refusal)
{
	switch (refusal) {
	case DUE_REFUSED_PACKAGE:
		return "NOT_FOUND";
	case DUE_REFUSED_OVERFLOW:
		return "OVERFLOW";
	case DUE_REFUSED_PARAMETER:
		return "PARAMETER";
	case DUE_REFUSED_FACT:
		return "FACT";
	case DUE_REFUSED_FUNCTION:
		return "RULE_FAILED";
	}
	return "";
}

bool
due_refuse(struct due *due, enum due_refusal why, const struct near_miss *nearest)
{
	due->outcome = DUE_DONE;
	due->refused = why;
	due->nearest = *nearest;
	due->nearest.package = due->question->holding.package;
	return false;
}

/* The catalog has no such package. */
bool
due_refuse_package(struct due *due, struct text package)
{
	due_refuse(due, DUE_REFUSED_PACKAGE,
		&(struct near_miss){ .condition = "package", .wanted = TEXT(""), .got = package });
	due->nearest.package = package;
	return false;
}

bool
due_overflow(struct due *due, struct text charge)
{
	return due_refuse(due, DUE_REFUSED_OVERFLOW,
		&(struct near_miss){ .tariff = charge,
			.condition = "amount",
			.wanted = TEXT(""),
			.got = TEXT("") });
}

bool
due_out_of_memory(struct due *due)
{
	due->outcome = DUE_FAULT;
	fault_set(due->fault, STATUS_MEMORY,
		"pricing what is due took more than the %zu bytes that a request may have",
		due->arena->bytes_max);
	return false;
}

/* Room for one more item behind the others; NULL without memory, which ends the pricing. */
void *
due_list_add(struct due *due, struct due_list *list, size_t size)
{
	if (list->count == list->room) {
		size_t room = 2 * list->room + 8;
		void *items = arena_take(due->arena, room * size);
		if (items == NULL) {
			due_out_of_memory(due);
			return NULL;
		}
		if (list->count > 0)
			memcpy(items, list->items, list->count * size);
		list->items = items;
		list->room = room;
	}
	return (uint8_t *)list->items + size * list->count++;
}

/* What holds on a day. */

static bool
is_suspended(const struct due *due, int64_t day)
{
	for (size_t i = 0; i < due->question->suspended_count; i++)
		if (has_day(due->suspended[i], day))
			return true;
	return false;
}

const struct package *
due_version_on(const struct due *due, int64_t day)
{
	for (uint32_t i = 0; i < due->version_count; i++)
		if (has_day(due_version_days(due, &due->versions[i]), day))
			return &due->versions[i];
	return NULL;
}

const struct charge *
due_find_charge(const struct package *version, struct text id)
{
	for (uint32_t i = 0; i < version->charge_count; i++)
		if (text_equal(version->charges[i].id, id))
			return &version->charges[i];
	return NULL;
}

/* The charge on a day, by the version that is in force then; NULL if it costs nothing. */
static const struct charge *
charge_on(const struct due *due, struct text id, int64_t day, const struct package **version)
{
	*version = due_version_on(due, day);
	if (*version == NULL)
		return NULL;
	const struct charge *charge = due_find_charge(*version, id);
	if (charge != NULL && charge->free_suspended && is_suspended(due, day))
		return NULL;
	return charge != NULL && unowed_on(due, charge, day) != NULL ? NULL : charge;
}

/* Functions. */

bool
due_call(struct due *due, struct text rule)
{
	return ++due->calls <= DUE_CALLS_MAX || due_overflow(due, rule);
}

/* A fact that is missing, or not what a rule needs, on a day. */
static bool
fact_refused(
	struct due *due, struct text fact, const char *condition, struct text rule, int64_t day)
{
	char text[DUE_DAY_TEXT_MAX];
	struct near_miss nearest = { .tariff = fact, .condition = condition, .wanted = rule };

	due_day_format(day, text);
	nearest.got = arena_copy_text(due->arena, text_of(text));
	return nearest.got.data == NULL ? due_out_of_memory(due)
					: due_refuse(due, DUE_REFUSED_FACT, &nearest);
}

bool
due_call_failed(struct due *due, enum call_outcome outcome, struct text rule,
	const struct due_scope *scope, struct text problem)
{
	struct near_miss nearest = { .tariff = rule, .condition = "function", .wanted = TEXT("") };

	must(outcome != CALL_DONE);
	if (outcome == CALL_DEADLINE) {
		due->outcome = DUE_FAULT;
		fault_set(due->fault, STATUS_BUSY, "%.*s", TEXT_ARGS(problem));
		return false;
	}
	if (scope->missing == NULL) {
		nearest.got = arena_copy_text(due->arena, problem);
		return nearest.got.data == NULL ? due_out_of_memory(due)
						: due_refuse(due, DUE_REFUSED_FUNCTION, &nearest);
	}
	if (strcmp(scope->missing, "parameter") == 0)
		return values_missing(due, scope->version, scope->missing_name);
	return fact_refused(due, scope->missing_name, "fact_missing", rule, scope->day);
}

static struct days
days_of_part(const struct due_part *part)
{
	return (struct days){ part->from_day, part->till_day };
}

/* What a formula says, and why. */
static bool
formula_amount(struct due *due, const struct charge *charge, struct due_scope *scope,
	struct ratio *amount, struct due_part *part)
{
	const struct due_functions *functions = due->question->functions;
	struct text problem = { NULL, 0 };

	must(functions != NULL);
	if (!due_call(due, charge->id))
		return false;
	scope->arena = due->arena;
	enum call_outcome outcome = functions->amount(
		functions->context, charge->amount_function, scope, amount, &problem);
	if (outcome != CALL_DONE)
		return due_call_failed(due, outcome, charge->id, scope, problem);
	if (scope->reason_count == 0)
		return true;
	struct due_reason *reasons = arena_take(due->arena, scope->reason_count * sizeof *reasons);
	if (reasons == NULL)
		return due_out_of_memory(due);
	memcpy(reasons, scope->reasons, scope->reason_count * sizeof *reasons);
	part->reasons = reasons;
	part->reason_count = scope->reason_count;
	return true;
}

/* A parameter is any money or number; what is owed is not. */
static bool
param_negative(
	struct due *due, const struct package *version, const struct charge *charge, uint32_t param)
{
	return due_refuse(due, DUE_REFUSED_PARAMETER,
		&(struct near_miss){ .tariff = version->params[param].id,
			.condition = "param_negative",
			.wanted = charge->id,
			.got = TEXT("") });
}

/* The amount of a charge, as it is said, on the days of a part. */
static bool
charge_amount(struct due *due, const struct charge *charge, const struct package *version,
	struct ratio *amount, struct due_part *part)
{
	struct due_scope scope;

	*amount = ratio_of_money(charge->amount);
	if (charge->amount_param == NO_INDEX && charge->amount_function == NO_FUNCTION)
		return true;
	if (!values_on(due, version, days_of_part(part), &scope))
		return false;
	if (charge->amount_function != NO_FUNCTION)
		return formula_amount(due, charge, &scope, amount, part);
	if (scope.params[charge->amount_param].kind == VALUE_NONE)
		return values_missing(due, version, version->params[charge->amount_param].id);
	*amount = scope.params[charge->amount_param].number;
	return amount->numerator >= 0 || param_negative(due, version, charge, charge->amount_param);
}

static bool
is_for_each(const struct charge *charge)
{
	return charge->each_param != NO_INDEX || charge->each_fact != NO_INDEX;
}

bool
due_charge_count(struct due *due, const struct charge *charge, const struct package *version,
	const struct due_part *part, int64_t *count)
{
	struct due_scope scope;
	const struct value *value;

	*count = 1;
	if (!is_for_each(charge))
		return true;
	if (!values_on(due, version, days_of_part(part), &scope))
		return false;
	if (charge->each_param != NO_INDEX) {
		value = &scope.params[charge->each_param];
		if (value->kind == VALUE_NONE)
			return values_missing(due, version, version->params[charge->each_param].id);
	} else {
		value = &scope.facts[charge->each_fact];
		if (value->kind == VALUE_NONE)
			return fact_refused(due, due->image->facts[charge->each_fact].name,
				"fact_missing", charge->id, part->from_day);
	}
	*count = (int64_t)value->number.numerator;
	if (*count >= 0)
		return true;
	return charge->each_param != NO_INDEX
		? param_negative(due, version, charge, charge->each_param)
		: fact_refused(due, due->image->facts[charge->each_fact].name, "fact_negative",
			  charge->id, part->from_day);
}

/* Is the one at hand of those that a charge is owed for there on the days of a part? */
static bool
is_owed(struct due *due, const struct charge *charge, const struct package *version,
	const struct due_part *part, bool *owed)
{
	int64_t count;

	if (!due_charge_count(due, charge, version, part, &count))
		return false;
	due->each_most = later(due->each_most, count);
	*owed = due->each <= count;
	return true;
}

bool
due_cycle_price(struct due *due, const struct charge *charge, const struct package *version,
	struct due_part *part)
{
	struct ratio cycle, amount;

	must(charge->numerator > 0 && charge->denominator > 0);
	part->version_ms = version->from_ms;
	if (!charge_amount(due, charge, version, &amount, part))
		return false;
	bool sound = ratio_make(charge->numerator, charge->denominator, &cycle) &&
		ratio_multiply(amount, cycle, &part->price);
	return sound || due_overflow(due, charge->id);
}

static bool
same_reasons(const struct due_part *a, const struct due_part *b)
{
	for (size_t i = 0; i < a->reason_count && i < b->reason_count; i++)
		if (!text_equal(a->reasons[i].say, b->reasons[i].say) ||
			a->reasons[i].table != b->reasons[i].table ||
			a->reasons[i].row != b->reasons[i].row)
			return false;
	return a->reason_count == b->reason_count;
}

static bool
is_continued(const struct due_part *before, const struct due_part *part)
{
	return before->till_day == part->from_day && before->cycle_days == part->cycle_days &&
		before->version_ms == part->version_ms &&
		ratio_compare(before->price, part->price) == 0 && same_reasons(before, part);
}

bool
due_part_append(struct due *due, const struct due_part *part)
{
	if (++due->part_count > DUE_PARTS_MAX)
		return due_overflow(due, due->question->holding.package);
	struct due_part *added = due_list_add(due, &due->parts, sizeof *added);
	if (added == NULL)
		return false;
	*added = *part;
	return true;
}

/* Adds a run of days at the price that a charge has on the first of them. */
static bool
part_add(struct due *due, const struct charge *charge, const struct package *version,
	struct due_part part)
{
	struct due_part *last = due->parts.items;
	bool owed;

	if (due->parts.count > 0)
		last += due->parts.count - 1;
	if (!is_owed(due, charge, version, &part, &owed))
		return false;
	if (!owed)
		return true;
	if (!due_cycle_price(due, charge, version, &part))
		return false;
	if (due->parts.count > 0 && is_continued(last, &part)) {
		last->till_day = part.till_day;
		return true;
	}
	return due_part_append(due, &part);
}

/* By day: the runs of `days`, which lie in one cycle. */
static bool
parts_by_day(struct due *due, struct text id, struct days cycle, struct days days)
{
	const struct package *version;
	int64_t till;

	for (int64_t day = days.from; day < days.till; day = till) {
		const struct charge *charge = charge_on(due, id, day, &version);

		till = due_cut_after(due, day, days.till);
		if (charge != NULL &&
			!part_add(due, charge, version,
				(struct due_part){ .from_day = day,
					.till_day = till,
					.cycle_days = cycle.till - cycle.from }))
			return false;
	}
	return true;
}

/*
 * As a whole: the first or the last day of `days` that counts says what it costs, in the period in
 * which that day lies.
 */
static bool
part_whole(struct due *due, const struct charge *like, struct days days)
{
	const struct package *version = NULL;
	struct days counts = { INT64_MAX, INT64_MIN };
	int64_t till;

	for (int64_t day = days.from; day < days.till; day = till) {
		till = due_cut_after(due, day, days.till);
		if (charge_on(due, like->id, day, &version) != NULL)
			counts = (struct days){ earlier(counts.from, day), till };
	}
	if (counts.from >= counts.till)
		return true;
	int64_t day = like->ahead ? counts.from : counts.till - 1;
	if (!has_day(due->period, day))
		return true;
	const struct charge *charge = charge_on(due, like->id, day, &version);
	must(charge != NULL && version != NULL);
	struct due_part part = { .from_day = day, .till_day = day + 1 };
	if (!part_add(due, charge, version, part))
		return false;
	if (due->parts.count == 0)
		return true;
	struct due_part *added = due->parts.items;
	added->from_day = counts.from;
	added->till_day = counts.till;
	return true;
}

/* Cycles. */

/* The first of some days on which a charge costs something; the day after them if there is none. */
static int64_t
first_day_that_counts(const struct due *due, const struct charge *like, struct days days)
{
	const struct package *version;
	int64_t day = days.from;

	while (day < days.till && charge_on(due, like->id, day, &version) == NULL)
		day = due_cut_after(due, day, days.till);
	return day;
}

/* The line of one cycle. */
static bool
price_cycle(struct due *due, const struct charge *like, struct days cycle)
{
	struct days held = due->held;
	struct days days = days_common(cycle, held);
	int64_t due_on;

	if (days.from >= days.till)
		return true;
	if (like->ahead && has_day(cycle, held.till))
		days.till = cycle.till;
	due->fallen_due_on = INT64_MAX;
	due_on = like->ahead ? first_day_that_counts(due, like, days) : days.till;
	if (like->ahead)
		due->fallen_due_on = due_on;
	bool sound = like->by_day
		? parts_by_day(due, like->id, cycle, days_common(days, due->period))
		: part_whole(due, like, days);
	if (!sound ||
		(due->each <= 1 && !unowed_note(due, like->id, days_common(days, due->period))))
		return false;
	return due_line_add(due, like, cycle, due_on, NULL);
}

/* One line for all, or one for each that the charge is owed for in the cycle. */
static bool
price_each(struct due *due, const struct charge *like, struct days cycle)
{
	due->each = 0;
	if (!is_for_each(like))
		return price_cycle(due, like, cycle);
	due->each_most = 1;
	for (due->each = 1; due->each <= due->each_most; due->each++)
		if (!price_cycle(due, like, cycle))
			return false;
	return true;
}

static bool
price_charge(struct due *due, const struct charge *like)
{
	if (like->every == CHARGE_ONCE)
		return price_each(due, like, due_cycle_of(CHARGE_ONCE, due->held.from));
	for (int64_t day = due->period.from; day < due->period.till;) {
		struct days cycle = due_cycle_of(like->every, day);

		if (!price_each(due, like, cycle))
			return false;
		day = cycle.till;
	}
	return true;
}

/* Each charge that some version has, in the order in which it first stands. */
static bool
price_charges(struct due *due)
{
	for (uint32_t i = 0; i < due->version_count; i++)
		for (uint32_t j = 0; j < due->versions[i].charge_count; j++) {
			const struct charge *charge = &due->versions[i].charges[j];
			uint32_t before = 0;

			while (before < i && !due_find_charge(&due->versions[before], charge->id))
				before++;
			if (before == i && !price_charge(due, charge))
				return false;
		}
	due->fallen_due_on = INT64_MAX;
	return true;
}

static bool
find_package(struct due *due)
{
	struct text id = due->question->holding.package;
	uint32_t first;

	if (!image_package(due->image, id, &first, &due->version_count))
		return due_refuse_package(due, id);
	due->versions = &due->image->packages[first];
	return true;
}

static bool
read_days(struct due *due)
{
	const struct due_question *question = due->question;

	due->period = due_days_of(due->image, question->period);
	must(due->period.till - due->period.from <= DUE_DAYS_MAX + 1);
	due->held = due_days_of(due->image,
		(struct due_span){ question->holding.from_ms, question->holding.till_ms });
	due->suspended = arena_take(due->arena, question->suspended_count * sizeof *due->suspended);
	if (due->suspended == NULL)
		return due_out_of_memory(due);
	for (size_t i = 0; i < question->suspended_count; i++)
		due->suspended[i] = due_whole_days_of(due->image, question->suspended[i]);
	return true;
}

bool
due_open(struct due *due)
{
	due->fallen_due_on = INT64_MAX;
	return find_package(due) && read_days(due);
}

static bool
sum_lines(struct due *due, struct money *amount)
{
	const struct due_line *lines = due->lines.items;

	*amount = (struct money){ 0 };
	for (size_t i = 0; i < due->lines.count; i++)
		if (!money_add(*amount, lines[i].amount, amount))
			return due_overflow(due, lines[i].charge);
	return true;
}

enum due_outcome
due_price(const struct due_question *question, struct arena *arena, struct due_pricing *pricing,
	struct fault *fault)
{
	struct due due = {
		.question = question, .image = question->image, .arena = arena, .fault = fault
	};
	struct money amount;

	must(question->period.from_ms <= question->period.till_ms);
	if (due_open(&due) && values_read(&due) && unowed_gather(&due) && due_gather_cuts(&due) &&
		price_charges(&due) && leaving_price(&due) && sum_lines(&due, &amount)) {
		*pricing = (struct due_pricing){ .amount = amount,
			.lines = due.lines.items,
			.line_count = due.lines.count,
			.unowed = due.unowed.items,
			.unowed_count = due.unowed.count };
		return DUE_DONE;
	}
	if (due.outcome == DUE_DONE)
		*pricing = (struct due_pricing){ .refused = due.refused, .nearest = due.nearest };
	return due.outcome;
}
