#include "instant.h"

#include "must.h"

#define DAYS_IN_4_YEARS (4 * 365 + 1)
#define DAYS_IN_100_YEARS (25 * DAYS_IN_4_YEARS - 1)
#define DAYS_IN_400_YEARS (4 * DAYS_IN_100_YEARS + 1)
/* From 0001-01-01 to 1970-01-01: the calendar's cycles begin with the year 1. */
#define DAYS_TO_1970 719162
/* What a 32-bit year can name, with room to spare on both sides. */
#define DAY_LIMIT (INT64_C(365) * INT32_MAX)

/* Days of a year before each month, in common years and in leap years. */
static const int16_t days_before_month[2][13] = {
	{ 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 },
	{ 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366 },
};

static bool
is_leap(int32_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int
month_days(int32_t year, int32_t month)
{
	must(month >= 1 && month <= 12);
	const int16_t *before = days_before_month[is_leap(year)];
	return before[month] - before[month - 1];
}

bool
date_is_valid(struct date date)
{
	return date.month >= 1 && date.month <= 12 && date.day >= 1 &&
		date.day <= month_days(date.year, date.month);
}

/* Divides rounding down; *rest is 0 to divisor - 1. */
static int64_t
divide_down(int64_t number, int64_t divisor, int64_t *rest)
{
	int64_t quotient = number / divisor;
	*rest = number % divisor;
	if (*rest < 0) {
		*rest += divisor;
		quotient--;
	}
	return quotient;
}

int64_t
day_of_date(struct date date)
{
	must(date_is_valid(date));
	int64_t years; /* 0 to 399, since the 400-year cycle began */
	int64_t cycles = divide_down((int64_t)date.year - 1, 400, &years);
	int64_t days = cycles * DAYS_IN_400_YEARS + years * 365 + years / 4 - years / 100;
	return days + days_before_month[is_leap(date.year)][date.month - 1] + date.day - 1 -
		DAYS_TO_1970;
}

struct date
date_of_day(int64_t day)
{
	must(day > -DAY_LIMIT && day < DAY_LIMIT);
	int64_t rest;
	int64_t year = 400 * divide_down(day + DAYS_TO_1970, DAYS_IN_400_YEARS, &rest);

	/* The last century of a cycle and the last year of four are a day longer: keep their last
	 * day in. */
	int64_t centuries = rest / DAYS_IN_100_YEARS < 4 ? rest / DAYS_IN_100_YEARS : 3;
	rest -= centuries * DAYS_IN_100_YEARS;
	int64_t fours = rest / DAYS_IN_4_YEARS;
	rest -= fours * DAYS_IN_4_YEARS;
	int64_t ones = rest / 365 < 4 ? rest / 365 : 3;
	rest -= ones * 365;
	year += 100 * centuries + 4 * fours + ones + 1;

	const int16_t *before = days_before_month[is_leap((int32_t)year)];
	int32_t month = (int32_t)(rest / 32) +
		1; /* this one or the next, since no month is over 31 */
	if (rest >= before[month])
		month++;
	return (struct date){ (int32_t)year, month, (int32_t)rest - before[month - 1] + 1 };
}

int
weekday_of_day(int64_t day)
{
	int64_t weekday;
	divide_down(day % 7 + 4, 7, &weekday); /* 1970-01-01 was a Thursday */
	return (int)weekday;
}

/* Where a parser stands in its text; it never looks past `end`. */
struct cursor {
	const char *at;
	const char *end;
};

/* Exactly `count` digits. */
static bool
take_number(struct cursor *cursor, int count, int32_t *number)
{
	if (cursor->end - cursor->at < count)
		return false;
	int32_t sum = 0;
	for (int i = 0; i < count; i++) {
		char digit = cursor->at[i];
		if (digit < '0' || digit > '9')
			return false;
		sum = sum * 10 + (digit - '0');
	}
	cursor->at += count;
	*number = sum;
	return true;
}

/* One of the characters in `allowed`; returns it, or 0 without moving. */
static char
take_one_of(struct cursor *cursor, const char *allowed)
{
	if (cursor->at == cursor->end || *cursor->at == '\0' ||
		strchr(allowed, *cursor->at) == NULL)
		return '\0';
	return *cursor->at++;
}

static bool
take_date(struct cursor *cursor, struct date *date)
{
	return take_number(cursor, 4, &date->year) && take_one_of(cursor, "-") &&
		take_number(cursor, 2, &date->month) && take_one_of(cursor, "-") &&
		take_number(cursor, 2, &date->day) && date_is_valid(*date);
}

/* "20:58:30" with up to three decimals. */
static bool
take_time(struct cursor *cursor, int64_t *day_ms)
{
	int32_t hour;
	int32_t minute;
	int32_t second;
	if (!take_number(cursor, 2, &hour) || !take_one_of(cursor, ":") ||
		!take_number(cursor, 2, &minute) || !take_one_of(cursor, ":") ||
		!take_number(cursor, 2, &second))
		return false;
	if (hour > 23 || minute > 59 || second > 59)
		return false;
	int32_t fraction_ms = 0;
	if (take_one_of(cursor, ".")) {
		if (!take_number(cursor, 1, &fraction_ms))
			return false;
		fraction_ms *= 100;
		for (int32_t weight = 10, digit; weight > 0; weight /= 10) {
			if (!take_number(cursor, 1, &digit))
				break;
			fraction_ms += digit * weight;
		}
	}
	*day_ms = hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS + fraction_ms;
	return true;
}

/* "Z" or "+08:00". */
static bool
take_offset(struct cursor *cursor, int64_t *offset_ms)
{
	char sign = take_one_of(cursor, "Zz+-");
	if (sign == '\0')
		return false;
	if (sign == 'Z' || sign == 'z') {
		*offset_ms = 0;
		return true;
	}
	int32_t hour;
	int32_t minute;
	if (!take_number(cursor, 2, &hour) || !take_one_of(cursor, ":") ||
		!take_number(cursor, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*offset_ms = (hour * HOUR_MS + minute * MINUTE_MS) * (sign == '-' ? -1 : 1);
	return true;
}

bool
date_parse(struct text text, struct date *date)
{
	struct cursor cursor = { text.data, text.data + text.size };
	struct date parsed;
	if (!take_date(&cursor, &parsed) || cursor.at != cursor.end)
		return false;
	*date = parsed;
	return true;
}

bool
instant_parse(struct text text, int64_t *ms)
{
	struct cursor cursor = { text.data, text.data + text.size };
	struct date date;
	int64_t day_ms;
	int64_t offset_ms;
	if (!take_date(&cursor, &date) || !take_one_of(&cursor, "Tt ") ||
		!take_time(&cursor, &day_ms) || !take_offset(&cursor, &offset_ms) ||
		cursor.at != cursor.end)
		return false;
	int64_t parsed = day_of_date(date) * DAY_MS + day_ms - offset_ms;
	if (parsed < INSTANT_MIN || parsed > INSTANT_MAX)
		return false;
	*ms = parsed;
	return true;
}

bool
moment_parse(struct text text, struct moment *moment)
{
	char whole[64];
	bool is_day = text.size == sizeof "2026-03-10" - 1;
	bool is_local = is_day || text.size == sizeof "2026-03-10 20:58:30" - 1;
	struct text rest = is_day ? TEXT(" 00:00:00Z") : is_local ? TEXT("Z") : TEXT("");
	int64_t ms;

	if (text.size + rest.size > sizeof whole)
		return false;
	memcpy(whole, text.data, text.size);
	memcpy(whole + text.size, rest.data, rest.size);
	if (!instant_parse((struct text){ whole, text.size + rest.size }, &ms))
		return false;
	*moment = (struct moment){ ms, is_local };
	return true;
}

/* Writes a number of at least `width` digits and returns where it ended. */
static char *
put_number(char *at, int32_t number, int width)
{
	must(number >= 0);
	char digits[10];
	int count = 0;
	while (number > 0 || count < width) {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	}
	while (count > 0)
		*at++ = digits[--count];
	return at;
}

static char *
put_offset(char *at, int32_t offset_minutes)
{
	if (offset_minutes == 0) {
		*at++ = 'Z';
		return at;
	}
	int32_t magnitude = offset_minutes < 0 ? -offset_minutes : offset_minutes;
	*at++ = offset_minutes < 0 ? '-' : '+';
	at = put_number(at, magnitude / 60, 2);
	*at++ = ':';
	return put_number(at, magnitude % 60, 2);
}

size_t
instant_format(int64_t ms, int32_t offset_minutes, char text[INSTANT_TEXT_MAX])
{
	must(offset_minutes > -24 * 60 && offset_minutes < 24 * 60);
	/* In minutes, so that no offset makes any instant overflow. */
	int64_t rest_ms;
	int64_t minutes = divide_down(ms, MINUTE_MS, &rest_ms) + offset_minutes;
	int64_t rest_minutes;
	struct date date = date_of_day(divide_down(minutes, 24 * 60, &rest_minutes));
	int32_t day_minutes = (int32_t)rest_minutes;
	int32_t second_ms = (int32_t)rest_ms;

	char *at = text;
	if (date.year < 0)
		*at++ = '-';
	at = put_number(at, date.year < 0 ? -date.year : date.year, 4);
	*at++ = '-';
	at = put_number(at, date.month, 2);
	*at++ = '-';
	at = put_number(at, date.day, 2);
	*at++ = 'T';
	at = put_number(at, day_minutes / 60, 2);
	*at++ = ':';
	at = put_number(at, day_minutes % 60, 2);
	*at++ = ':';
	at = put_number(at, second_ms / 1000, 2);
	if (second_ms % 1000 != 0) {
		*at++ = '.';
		at = put_number(at, second_ms % 1000, 3);
	}
	at = put_offset(at, offset_minutes);
	*at = '\0';
	must(at - text < INSTANT_TEXT_MAX);
	return (size_t)(at - text);
}
