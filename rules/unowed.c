/*
 * Charges that are not owed (see due.h): those whose place is taken by a charge of what is held
 * besides, and those that another member of the group owes.
 */
#include "due_work.h"

/* Such a charge, and the days that the other one prices. */
struct replacing {
	struct text charge;
	struct days days;
	struct due_reprieve why;
};

/* What falls due ahead is owed for all of the cycle in which it ceases to be held. */
static struct days
priced_days(const struct due *due, const struct holding *holding, const struct package *version,
	const struct charge *charge)
{
	struct days days = due_days_of(
		due->image, (struct due_span){ holding->from_ms, holding->till_ms });

	if (days.from < days.till && charge->ahead && charge->every != CHARGE_ONCE)
		days.till = due_cycle_of(charge->every, days.till - 1).till;
	return days_common(days, due_version_days(due, version));
}

static bool
gather_version(struct due *due, const struct holding *holding, const struct package *version)
{
	for (uint32_t i = 0; i < version->charge_count; i++) {
		const struct charge *charge = &version->charges[i];
		struct days days;

		if (!text_equal(charge->replaces.package, due->versions->id))
			continue;
		days = priced_days(due, holding, version, charge);
		if (days.from >= days.till)
			continue;
		struct replacing *added = due_list_add(due, &due->replacings, sizeof *added);
		if (added == NULL || !due_cut_add(due, days))
			return false;
		*added = (struct replacing){ charge->replaces.charge, days,
			{ { version->id, charge->id }, { NULL, 0 } } };
	}
	return true;
}

bool
unowed_gather(struct due *due)
{
	due->others.group = due->question->holding.group;
	for (size_t i = 0; i < due->question->besides_count; i++) {
		const struct holding *holding = &due->question->besides[i];
		uint32_t first, count;

		if (!image_package(due->image, holding->package, &first, &count))
			return due_refuse_package(due, holding->package);
		for (uint32_t j = first; j < first + count; j++)
			if (!gather_version(due, holding, &due->image->packages[j]))
				return false;
	}
	return true;
}

const struct due_reprieve *
unowed_on(const struct due *due, const struct charge *charge, int64_t day)
{
	const struct replacing *replacings = due->replacings.items;

	if (charge->by_package && !holding_pays(&due->question->holding))
		return &due->others;
	if (day >= due->fallen_due_on)
		return NULL;
	for (size_t i = 0; i < due->replacings.count; i++)
		if (has_day(replacings[i].days, day) &&
			text_equal(replacings[i].charge, charge->id))
			return &replacings[i].why;
	return NULL;
}

static bool
is_continued(const struct due_unowed *last, const struct charge *charge, int64_t day,
	const struct due_reprieve *why)
{
	return text_equal(last->charge.charge, charge->id) && last->till_day == day &&
		text_equal(last->why.by.package, why->by.package) &&
		text_equal(last->why.by.charge, why->by.charge);
}

/* Adds a run of days, to that before it if it goes on. */
static bool
note_run(struct due *due, const struct charge *charge, struct days run,
	const struct due_reprieve *why)
{
	struct due_unowed *last = due->unowed.items;

	if (due->unowed.count > 0)
		last += due->unowed.count - 1;
	if (due->unowed.count > 0 && is_continued(last, charge, run.from, why)) {
		last->till_day = run.till;
		return true;
	}
	struct due_unowed *added = due_list_add(due, &due->unowed, sizeof *added);
	if (added == NULL)
		return false;
	*added = (struct due_unowed){ { due->versions->id, charge->id }, run.from, run.till, *why };
	return true;
}

bool
unowed_note(struct due *due, struct text id, struct days days)
{
	int64_t till;

	for (int64_t day = days.from; day < days.till; day = till) {
		const struct package *version = due_version_on(due, day);
		const struct charge *charge = version == NULL ? NULL : due_find_charge(version, id);
		const struct due_reprieve *why = charge == NULL ? NULL
								: unowed_on(due, charge, day);

		till = due_cut_after(due, day, days.till);
		if (why != NULL && !note_run(due, charge, (struct days){ day, till }, why))
			return false;
	}
	return true;
}
