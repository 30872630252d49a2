/*
 * Calendars: which band (day, night, weekend, holiday …) an instant lies in, and until when. A
 * calendar is built once, from rules in written order of which the first that matches wins, and is
 * then immutable plain data: shared between threads, no clock, no locale.
 *
 * Days are local days of the calendar's time zone. A day has a weekday and a kind: ordinary,
 * holiday, or workday (a Saturday or Sunday on which people work, swapped for a holiday). Kinds
 * come from a table that covers whole years; a calendar with a rule that looks at kinds is not
 * covered outside them, and says so instead of guessing. Hours are half-open local wall-clock
 * times: at 07:00:00.000 "07:00-21:00" begins.
 */
#ifndef SUANPAN_CALENDAR_H
#define SUANPAN_CALENDAR_H

#include "../engine/base/instant.h"
#include "../engine/base/status.h"
#include "../engine/base/zoneinfo.h"

enum day_kind { DAY_ORDINARY, DAY_HOLIDAY, DAY_WORKDAY, DAY_KINDS };

struct special_day {
	int64_t day; /* since 1970-01-01 */
	enum day_kind kind;
};

/* Special days of the years first_year … last_year, all of them. */
struct day_table {
	const struct special_day *days; /* sorted by day, no day twice */
	size_t count;
	int32_t first_year;
	int32_t last_year;
};

#define CALENDAR_BANDS_MAX 32
#define CALENDAR_RULES_MAX 128
#define WEEKDAY_BIT(weekday) (1u << (weekday)) /* bit 0 is Sunday */
#define ALL_WEEKDAYS 0x7fu
#define ALL_KINDS ((1u << DAY_KINDS) - 1)

struct calendar_rule {
	uint32_t band;       /* index of the band it gives */
	uint32_t weekdays;   /* set of WEEKDAY_BIT; days it applies to must be in it … */
	uint32_t kinds;      /* … and of a kind in this set of 1 << enum day_kind */
	int32_t from_minute; /* of the local day, 0 to 1440 */
	int32_t till_minute; /* > from_minute; hours past midnight are two rules */
};

struct calendar;

/* What a calendar is made of; all but the zone is copied, and the zone lives as long as it. */
struct calendar_form {
	const struct calendar_rule *rules;
	size_t rule_count;
	uint32_t band_count;
	const struct day_table *days; /* NULL: no rule looks at kinds, all have ALL_KINDS */
	const struct zoneinfo *zone;
};

/*
 * Builds a calendar. STATUS_INVALID names a minute of a day (weekday and kind) that no
 * rule covers, or a rule that can never match.
 */
enum status
calendar_new(const struct calendar_form *form, struct calendar **calendar, struct fault *fault);
void calendar_free(struct calendar *calendar);

/* The years it covers; false if none of its rules looks at kinds, so that it covers all time. */
bool calendar_years(const struct calendar *calendar, int32_t *first_year, int32_t *last_year);

/*
 * The band at `ms` and the instant at which another band may begin (> ms; not beyond the next local
 * midnight or change of offset). False if the day is outside what the calendar covers.
 */
bool calendar_band(const struct calendar *calendar, int64_t ms, uint32_t *band, int64_t *till_ms);

/*
 * A month, day or year of the zone's local time, for what counts "every month". Spans follow each
 * other without hole or overlap, so where a clock is set back over midnight, the hour that happens
 * twice belongs to the new cycle the second time.
 */
enum cycle { CYCLE_DAY, CYCLE_MONTH, CYCLE_YEAR };
struct cycle_span {
	int64_t first_day; /* local days since 1970: the name of the cycle */
	int64_t from_ms;
	int64_t till_ms;
};
struct cycle_span cycle_at(enum cycle every, const struct zoneinfo *zone, int64_t ms);
/* The same day so many days, months or years later; the last of its month if that has no such day. */
int64_t day_later(int64_t day, enum cycle every, int64_t count);
/* So many days, months or years later by local time: when the clock on the wall is the same again. */
int64_t instant_later(const struct zoneinfo *zone, int64_t ms, enum cycle every, int64_t count);

#endif
