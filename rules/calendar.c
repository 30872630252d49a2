#include "calendar.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <string.h>

#define DAY_MINUTES 1440
#define DAY_HOURS 24
#define WEEKDAYS 7
#define DAY_PLANS (DAY_KINDS * WEEKDAYS)
#define NO_RULE 0xff

_Static_assert(CALENDAR_RULES_MAX < NO_RULE, "the number of a rule is a byte");

/* A piece of a local day with one band, up to its end. */
struct segment {
	int32_t till_ms; /* of the day */
	uint32_t band;
};

/* A whole day: where in the calendar's segments the one of each hour's first millisecond is. */
struct day_plan {
	uint16_t segment_of_hour[DAY_HOURS];
};

struct calendar {
	const struct zoneinfo *zone;
	int64_t first_day;  /* of the covered days */
	uint64_t day_count; /* 0: no rule looks at kinds, all days are covered */
	uint8_t *day_plans; /* of each covered day, which of the plans it has */
	int32_t first_year;
	int32_t last_year;
	struct segment *segments;
	struct day_plan plans[DAY_PLANS];
};

/* Which rule has each minute of each sort of day. */
struct painting {
	uint8_t rule[DAY_PLANS][DAY_MINUTES];
};

static const char *const weekday_names[WEEKDAYS] = { "Sunday", "Monday", "Tuesday", "Wednesday",
	"Thursday", "Friday", "Saturday" };
static const char *const kind_names[DAY_KINDS] = { "ordinary day", "holiday", "workday" };

/* A sort of day: its plan is number kind * WEEKDAYS + weekday. */
static bool
rule_applies(const struct calendar_rule *rule, unsigned plan)
{
	return (rule->kinds >> plan / WEEKDAYS & 1) != 0 &&
		(rule->weekdays & WEEKDAY_BIT(plan % WEEKDAYS)) != 0;
}

/* The first rule that matches wins, so they are painted from the last to the first. */
static void
paint_rules(struct painting *painting, const struct calendar_rule *rules, size_t rule_count)
{
	memset(painting, NO_RULE, sizeof *painting);
	for (size_t i = rule_count; i-- > 0;) {
		int32_t from = rules[i].from_minute;
		int32_t till = rules[i].till_minute;

		if (from < 0 || from >= till || till > DAY_MINUTES)
			continue; /* such a rule never matches */
		for (unsigned plan = 0; plan < DAY_PLANS; plan++)
			if (rule_applies(&rules[i], plan))
				memset(&painting->rule[plan][from], (int)i, (size_t)(till - from));
	}
}

/* Index of the first rule that can never match, because earlier ones cover it; or -1. */
static int
painting_dead_rule(const struct painting *painting, size_t rule_count)
{
	bool seen[NO_RULE + 1] = { false };
	const uint8_t *rule = &painting->rule[0][0];

	for (size_t i = 0; i < sizeof painting->rule; i++)
		seen[rule[i]] = true;
	for (size_t i = 0; i < rule_count; i++)
		if (!seen[i])
			return (int)i;
	return -1;
}

static enum status
rules_check(const struct calendar_form *form, struct fault *fault)
{
	if (form->rule_count == 0 || form->rule_count > CALENDAR_RULES_MAX)
		return fault_set(fault, STATUS_INVALID, "a calendar has 1 to %d rules, not %zu",
			CALENDAR_RULES_MAX, form->rule_count);
	if (form->band_count == 0 || form->band_count > CALENDAR_BANDS_MAX)
		return fault_set(fault, STATUS_INVALID, "a calendar has 1 to %d bands, not %u",
			CALENDAR_BANDS_MAX, (unsigned)form->band_count);
	for (size_t i = 0; i < form->rule_count; i++) {
		const struct calendar_rule *rule = &form->rules[i];

		if (rule->band >= form->band_count)
			return fault_set(fault, STATUS_INVALID,
				"rule %zu of the calendar gives a band that it does not have",
				i + 1);
		if (rule->from_minute < 0 || rule->from_minute >= rule->till_minute ||
			rule->till_minute > DAY_MINUTES)
			return fault_set(fault, STATUS_INVALID,
				"rule %zu of the calendar has hours that are not within one day",
				i + 1);
		if (rule->kinds != ALL_KINDS && form->days == NULL)
			return fault_set(fault, STATUS_INVALID,
				"rule %zu of the calendar asks for holidays or workdays, but "
				"there is no table of them",
				i + 1);
	}
	return STATUS_OK;
}

static enum status
days_check(const struct day_table *days, struct fault *fault)
{
	if (days->first_year > days->last_year || days->first_year < 1900 || days->last_year > 2199)
		return fault_set(fault, STATUS_INVALID,
			"a table of holidays covers years from 1900 to 2199, not %d to %d",
			(int)days->first_year, (int)days->last_year);
	int64_t first = day_of_date((struct date){ days->first_year, 1, 1 });
	int64_t last = day_of_date((struct date){ days->last_year, 12, 31 });
	for (size_t i = 0; i < days->count; i++) {
		const struct special_day *day = &days->days[i];

		if (day->day < first || day->day > last)
			return fault_set(fault, STATUS_INVALID,
				"special day %zu lies outside the years %d to %d", i + 1,
				(int)days->first_year, (int)days->last_year);
		if (i > 0 && day->day <= days->days[i - 1].day)
			return fault_set(fault, STATUS_INVALID,
				"special day %zu is not later than the one before it", i + 1);
		if ((unsigned)day->kind >= DAY_KINDS)
			return fault_set(
				fault, STATUS_INVALID, "special day %zu is of no kind", i + 1);
	}
	return STATUS_OK;
}

static enum status
painting_check(const struct painting *painting, size_t rule_count, struct fault *fault)
{
	for (unsigned plan = 0; plan < DAY_PLANS; plan++) {
		const uint8_t *day = painting->rule[plan];
		const uint8_t *hole = memchr(day, NO_RULE, DAY_MINUTES);

		if (hole != NULL)
			return fault_set(fault, STATUS_INVALID,
				"no rule of the calendar covers %s %02d:%02d of a day that is a %s",
				weekday_names[plan % WEEKDAYS], (int)(hole - day) / 60,
				(int)(hole - day) % 60, kind_names[plan / WEEKDAYS]);
	}
	int dead = painting_dead_rule(painting, rule_count);
	if (dead >= 0)
		return fault_set(fault, STATUS_INVALID,
			"rule %d of the calendar can never match: those before it cover it",
			dead + 1);
	return STATUS_OK;
}

/* Fills the plan and the segments of one day and counts them; without `plan`, only counts. */
static size_t
plan_day(const uint8_t minutes[DAY_MINUTES], const struct calendar_rule *rules, size_t first,
	struct segment *segments, struct day_plan *plan)
{
	size_t count = 0;

	for (int minute = 0; minute < DAY_MINUTES; minute++) {
		uint32_t band = rules[minutes[minute]].band;

		if (plan != NULL && minute % 60 == 0)
			plan->segment_of_hour[minute / 60] = (uint16_t)(first + count);
		if (minute + 1 < DAY_MINUTES && rules[minutes[minute + 1]].band == band)
			continue;
		if (plan != NULL)
			segments[first + count] = (struct segment){
				(int32_t)((minute + 1) * MINUTE_MS), band
			};
		count++;
	}
	return count;
}

static bool
calendar_plan(struct calendar *calendar, const struct painting *painting,
	const struct calendar_rule *rules)
{
	size_t count = 0;
	size_t first = 0;

	for (unsigned plan = 0; plan < DAY_PLANS; plan++)
		count += plan_day(painting->rule[plan], rules, 0, NULL, NULL);
	must(count <= DAY_PLANS * DAY_MINUTES);
	calendar->segments = memory_new_zeroed(count, sizeof *calendar->segments);
	if (calendar->segments == NULL)
		return false;
	for (unsigned plan = 0; plan < DAY_PLANS; plan++)
		first += plan_day(painting->rule[plan], rules, first, calendar->segments,
			&calendar->plans[plan]);
	must(first == count);
	return true;
}

static bool
calendar_cover(struct calendar *calendar, const struct day_table *days)
{
	int64_t last = day_of_date((struct date){ days->last_year, 12, 31 });

	calendar->first_year = days->first_year;
	calendar->last_year = days->last_year;
	calendar->first_day = day_of_date((struct date){ days->first_year, 1, 1 });
	calendar->day_count = (uint64_t)(last - calendar->first_day + 1);
	calendar->day_plans = memory_new(calendar->day_count);
	if (calendar->day_plans == NULL)
		return false;
	for (uint64_t i = 0; i < calendar->day_count; i++)
		calendar->day_plans[i] = (uint8_t)weekday_of_day(calendar->first_day + (int64_t)i);
	for (size_t i = 0; i < days->count; i++) {
		const struct special_day *day = &days->days[i];

		calendar->day_plans[day->day - calendar->first_day] += (uint8_t)(day->kind *
			WEEKDAYS);
	}
	return true;
}

static bool
rules_look_at_kinds(const struct calendar_form *form)
{
	for (size_t i = 0; i < form->rule_count; i++)
		if (form->rules[i].kinds != ALL_KINDS)
			return true;
	return false;
}

enum status
calendar_new(const struct calendar_form *form, struct calendar **calendar, struct fault *fault)
{
	struct painting painting;
	enum status status = rules_check(form, fault);

	if (status == STATUS_OK && form->days != NULL)
		status = days_check(form->days, fault);
	if (status != STATUS_OK)
		return status;
	paint_rules(&painting, form->rules, form->rule_count);
	status = painting_check(&painting, form->rule_count, fault);
	if (status != STATUS_OK)
		return status;

	struct calendar *made = memory_new_zeroed(1, sizeof *made);
	if (made == NULL)
		goto no_memory;
	made->zone = form->zone;
	if (!calendar_plan(made, &painting, form->rules))
		goto no_memory;
	if (rules_look_at_kinds(form) && !calendar_cover(made, form->days))
		goto no_memory;
	*calendar = made;
	return STATUS_OK;

no_memory:
	calendar_free(made);
	return fault_set(fault, STATUS_MEMORY, "no memory for a calendar");
}

void
calendar_free(struct calendar *calendar)
{
	if (calendar == NULL)
		return;
	memory_free(calendar->day_plans);
	memory_free(calendar->segments);
	memory_free(calendar);
}

bool
calendar_years(const struct calendar *calendar, int32_t *first_year, int32_t *last_year)
{
	if (calendar->day_count == 0)
		return false;
	*first_year = calendar->first_year;
	*last_year = calendar->last_year;
	return true;
}

bool
calendar_band(const struct calendar *calendar, int64_t ms, uint32_t *band, int64_t *till_ms)
{
	struct zone_stretch stretch = zoneinfo_stretch(calendar->zone, ms);
	int64_t local = ms + stretch.offset_ms;
	int64_t day = floor_divide(local, DAY_MS);
	int32_t ms_of_day = (int32_t)(local - day * DAY_MS);
	const struct day_plan *plan;

	if (calendar->day_count == 0) {
		plan = &calendar->plans[weekday_of_day(day)];
	} else {
		uint64_t covered = (uint64_t)(day - calendar->first_day);

		if (covered >= calendar->day_count)
			return false;
		plan = &calendar->plans[calendar->day_plans[covered]];
	}
	uint16_t first = plan->segment_of_hour[ms_of_day / (int32_t)HOUR_MS];
	const struct segment *segment = &calendar->segments[first];
	while (segment->till_ms <= ms_of_day)
		segment++;
	int64_t till = ms - ms_of_day + segment->till_ms;

	*band = segment->band;
	*till_ms = till < stretch.till_ms ? till : stretch.till_ms;
	return true;
}

/* The first day of the cycle that a day lies in, and the first of the next. */
static void
cycle_days(enum cycle every, int64_t day, int64_t *first_day, int64_t *next_day)
{
	struct date date;

	switch (every) {
	case CYCLE_DAY:
		*first_day = day;
		*next_day = day + 1;
		break;
	case CYCLE_MONTH:
		date = date_of_day(day);
		*first_day = day - (date.day - 1);
		*next_day = *first_day + month_days(date.year, date.month);
		break;
	case CYCLE_YEAR:
		date = date_of_day(day);
		*first_day = day_of_date((struct date){ date.year, 1, 1 });
		*next_day = day_of_date((struct date){ date.year + 1, 1, 1 });
		break;
	}
}

/*
 * The instant at which a local day begins. Well inside the stretch it is a subtraction; only near a
 * change of offset must the zone be asked.
 */
static int64_t
day_begin(const struct zoneinfo *zone, const struct zone_stretch *stretch, int64_t day)
{
	int64_t ms = day * DAY_MS - stretch->offset_ms;

	if (ms - DAY_MS >= stretch->from_ms && ms < stretch->till_ms)
		return ms;
	return zoneinfo_local_to_utc(zone, day * DAY_MS);
}

struct cycle_span
cycle_at(enum cycle every, const struct zoneinfo *zone, int64_t ms)
{
	struct zone_stretch stretch = zoneinfo_stretch(zone, ms);
	struct cycle_span span;
	int64_t next_day;

	cycle_days(every, floor_divide(ms + stretch.offset_ms, DAY_MS), &span.first_day, &next_day);
	span.from_ms = day_begin(zone, &stretch, span.first_day);
	span.till_ms = day_begin(zone, &stretch, next_day);
	while (span.till_ms <= ms) { /* set back over midnight, the new day has begun */
		cycle_days(every, next_day, &span.first_day, &next_day);
		span.from_ms = span.till_ms;
		span.till_ms = day_begin(zone, &stretch, next_day);
	}
	must(span.from_ms <= ms);
	return span;
}

int64_t
day_later(int64_t day, enum cycle every, int64_t count)
{
	if (every == CYCLE_DAY)
		return day + count;
	struct date date = date_of_day(day);
	int64_t months = date.year * INT64_C(12) + date.month - 1 +
		(every == CYCLE_YEAR ? 12 * count : count);

	date.year = (int32_t)floor_divide(months, 12);
	date.month = (int32_t)(months - date.year * INT64_C(12)) + 1;
	int last = month_days(date.year, date.month);
	if (date.day > last)
		date.day = last;
	return day_of_date(date);
}

int64_t
instant_later(const struct zoneinfo *zone, int64_t ms, enum cycle every, int64_t count)
{
	int64_t local_ms = ms + zoneinfo_stretch(zone, ms).offset_ms;
	int64_t day = floor_divide(local_ms, DAY_MS);

	return zoneinfo_local_to_utc(
		zone, day_later(day, every, count) * DAY_MS + local_ms - day * DAY_MS);
}
