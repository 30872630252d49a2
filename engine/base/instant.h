/*
 * Instants and dates. An instant is signed 64-bit milliseconds since 1970-01-01T00:00:00Z, without
 * leap seconds. A day is the signed count of days since 1970-01-01 in the proleptic Gregorian
 * calendar. Nothing here looks at a clock, the locale or TZ.
 */
#ifndef SUANPAN_INSTANT_H
#define SUANPAN_INSTANT_H

#include "bytes.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

/* What we accept from outside: years 1900 to 2199. */
#define INSTANT_MIN INT64_C(-2208988800000)
#define INSTANT_MAX INT64_C(7258118399999)

struct date {
	int32_t year;
	int32_t month; /* 1 to 12 */
	int32_t day;   /* 1 to 31 */
};

int64_t day_of_date(struct date date); /* the date must be valid */
struct date date_of_day(int64_t day);
bool date_is_valid(struct date date);
int month_days(int32_t year, int32_t month);
/* 0 Sunday to 6 Saturday. */
int weekday_of_day(int64_t day);

/* "2026-03-10"; false if it is not exactly that or no such day. */
bool date_parse(struct text text, struct date *date);

/*
 * RFC 3339 with an offset: "2026-03-10T20:58:30+08:00", "…Z", fractions to the millisecond (more
 * digits are refused), a blank or `t` for the T, `z` for the Z. Leap seconds
 * are refused. False if it is anything else or out of range.
 */
bool instant_parse(struct text text, int64_t *ms);

/* An instant, or what the clock on the wall shows then, where the zone is not known yet. */
struct moment {
	int64_t ms;
	bool is_local;
};

/*
 * As people write it: what instant_parse reads, or without an offset "2026-03-10 20:58:30", or a
 * day, which is its beginning: local. False if it is none of these.
 */
bool moment_parse(struct text text, struct moment *moment);

/*
 * RFC 3339 at the given offset (less than a day; 0 gives "Z"); milliseconds only if there are any.
 * Takes any instant: years beyond 9999 have more digits. Returns the length; a zero follows the
 * text.
 */
#define INSTANT_TEXT_MAX 40
size_t instant_format(int64_t ms, int32_t offset_minutes, char text[INSTANT_TEXT_MAX]);

#endif
