/* Days, cycles, and the days on which something may change (see due_work.h). */
#include <stdio.h>
#include <stdlib.h>

#include "due_work.h"

/* Days. */

struct days
days_common(struct days a, struct days b)
{
	return (struct days){ later(a.from, b.from), earlier(a.till, b.till) };
}

int64_t
due_day(const struct image *image, int64_t ms)
{
	if (ms < INSTANT_MIN)
		return floor_divide(INSTANT_MIN, DAY_MS) - 2;
	if (ms > INSTANT_MAX)
		return floor_divide(INSTANT_MAX, DAY_MS) + 2;
	return image_cycle(image, CYCLE_DAY, ms).first_day;
}

void
due_day_format(int64_t day, char text[DUE_DAY_TEXT_MAX])
{
	struct date date = date_of_day(day);

	snprintf(text, DUE_DAY_TEXT_MAX, "%04d-%02d-%02d", (int)date.year, (int)date.month,
		(int)date.day);
}

/* The first day that begins at an instant or after it. */
static int64_t
next_day(const struct image *image, int64_t ms)
{
	return ms < INSTANT_MIN ? due_day(image, ms) : due_day(image, ms - 1) + 1;
}

struct days
due_days_of(const struct image *image, struct due_span span)
{
	return (struct days){ due_day(image, span.from_ms), next_day(image, span.till_ms) };
}

struct days
due_whole_days_of(const struct image *image, struct due_span span)
{
	return (struct days){ next_day(image, span.from_ms), due_day(image, span.till_ms) };
}

struct days
due_cycle_of(enum charge_every every, int64_t day)
{
	struct date date = date_of_day(day);

	switch (every) {
	case CHARGE_DAY:
	case CHARGE_ONCE:
		break;
	case CHARGE_MONTH:
		date.day = 1;
		day = day_of_date(date);
		return (struct days){ day, day + month_days(date.year, date.month) };
	case CHARGE_YEAR:
		return (struct days){ day_of_date((struct date){ date.year, 1, 1 }),
			day_of_date((struct date){ date.year + 1, 1, 1 }) };
	}
	return (struct days){ day, day + 1 };
}

int64_t
due_day_after(int64_t day, enum charge_every every, int32_t count)
{
	struct date date = date_of_day(day);

	if (every == CHARGE_DAY)
		return day + count;
	int32_t months = date.year * 12 + date.month - 1 + (every == CHARGE_YEAR ? 12 : 1) * count;
	date.year = months / 12;
	date.month = months % 12 + 1;
	if (date.day > month_days(date.year, date.month))
		date.day = month_days(date.year, date.month);
	return day_of_date(date);
}

/* Cuts. */

static bool
cut_add(struct due *due, int64_t day)
{
	int64_t *cut = due_list_add(due, &due->cuts, sizeof *cut);

	if (cut == NULL)
		return false;
	*cut = day;
	return true;
}

bool
due_cut_add(struct due *due, struct days days)
{
	return cut_add(due, days.from) && cut_add(due, days.till);
}

static int
compare_days(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

int64_t
due_cut_after(const struct due *due, int64_t day, int64_t otherwise)
{
	const int64_t *cuts = due->cuts.items;
	size_t from = 0, till = due->cuts.count;

	while (from < till) {
		size_t middle = from + (till - from) / 2;

		if (cuts[middle] <= day)
			from = middle + 1;
		else
			till = middle;
	}
	return from < due->cuts.count && cuts[from] < otherwise ? cuts[from] : otherwise;
}

struct days
due_version_days(const struct due *due, const struct package *version)
{
	return due_days_of(due->image, (struct due_span){ version->from_ms, version->till_ms });
}

/* Of the days on which tables change, those that a cycle in the period may hold. */
#define TABLE_DAYS_AROUND 400

static bool
cut_tables(struct due *due)
{
	struct days near = { due->period.from - TABLE_DAYS_AROUND,
		due->period.till + TABLE_DAYS_AROUND };

	for (size_t i = 0; i < due->image->table_day_count; i++)
		if (has_day(near, due->image->table_days[i]) &&
			!cut_add(due, due->image->table_days[i]))
			return false;
	return true;
}

bool
due_gather_cuts(struct due *due)
{
	for (uint32_t i = 0; i < due->version_count; i++)
		if (!due_cut_add(due, due_version_days(due, &due->versions[i])))
			return false;
	for (size_t i = 0; i < due->question->suspended_count; i++)
		if (!due_cut_add(due, due->suspended[i]))
			return false;
	if (due->image->function_count > 0 && !cut_tables(due))
		return false;
	if (due->cuts.count > 0)
		qsort(due->cuts.items, due->cuts.count, sizeof(int64_t), compare_days);
	return true;
}
