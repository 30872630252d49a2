#include "zonerule.h"

#include "instant.h"
#include "must.h"

#define MINUTE_S 60
#define HOUR_S 3600
#define OFFSET_HOURS_MAX 24
/* RFC 8536 lets the time of a change leave its day by up to a week. */
#define TIME_HOURS_MAX 167
#define TIME_DEFAULT_S (2 * HOUR_S)
#define NAME_BYTES_MIN 3

/* Where the parser stands; it never looks past `end`. */
struct cursor {
	const char *at;
	const char *end;
};

static char
peek(const struct cursor *cursor)
{
	return cursor->at < cursor->end ? *cursor->at : '\0';
}

static bool
take(struct cursor *cursor, char wanted)
{
	if (cursor->at == cursor->end || *cursor->at != wanted)
		return false;
	cursor->at++;
	return true;
}

static bool
is_digit(char character)
{
	return character >= '0' && character <= '9';
}

static bool
is_letter(char character)
{
	return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z');
}

/* A number of at least one digit from `min` to `max`, which is below 1000. */
static bool
take_number(struct cursor *cursor, int32_t min, int32_t max, int32_t *number)
{
	const char *from = cursor->at;
	int32_t sum = 0;
	while (is_digit(peek(cursor))) {
		sum = sum * 10 + (*cursor->at++ - '0');
		if (sum > max)
			return false;
	}
	*number = sum;
	return cursor->at > from && sum >= min;
}

/* "CET", or "<+0330>" where the name has more than letters. We have no use for the name. */
static bool
skip_name(struct cursor *cursor)
{
	bool quoted = take(cursor, '<');
	const char *from = cursor->at;
	while (is_letter(peek(cursor)) ||
		(quoted && (is_digit(peek(cursor)) || peek(cursor) == '+' || peek(cursor) == '-')))
		cursor->at++;
	return cursor->at - from >= NAME_BYTES_MIN && (!quoted || take(cursor, '>'));
}

/* "-3", "10:30", "+1:02:03": seconds. */
static bool
take_seconds(struct cursor *cursor, int32_t hours_max, int32_t *seconds)
{
	int32_t sign = peek(cursor) == '-' ? -1 : 1;
	if (peek(cursor) == '-' || peek(cursor) == '+')
		cursor->at++;
	int32_t hours;
	int32_t minutes = 0;
	int32_t rest = 0;
	if (!take_number(cursor, 0, hours_max, &hours))
		return false;
	if (take(cursor, ':')) {
		if (!take_number(cursor, 0, 59, &minutes))
			return false;
		if (take(cursor, ':') && !take_number(cursor, 0, 59, &rest))
			return false;
	}
	*seconds = sign * (hours * HOUR_S + minutes * MINUTE_S + rest);
	return true;
}

/* POSIX counts offsets to the west. */
static bool
take_offset(struct cursor *cursor, int32_t *offset_s)
{
	int32_t west_s;
	if (!take_seconds(cursor, OFFSET_HOURS_MAX, &west_s))
		return false;
	*offset_s = -west_s;
	return true;
}

/* ",M3.5.0/2", ",J60" or ",59/-1". */
static bool
take_day(struct cursor *cursor, struct zone_rule_day *day)
{
	if (!take(cursor, ','))
		return false;
	if (take(cursor, 'M')) {
		day->kind = ZONE_DAY_OF_WEEK;
		if (!take_number(cursor, 1, 12, &day->month) || !take(cursor, '.') ||
			!take_number(cursor, 1, 5, &day->week) || !take(cursor, '.') ||
			!take_number(cursor, 0, 6, &day->day))
			return false;
	} else if (take(cursor, 'J')) {
		day->kind = ZONE_DAY_WITHOUT_LEAP;
		if (!take_number(cursor, 1, 365, &day->day))
			return false;
	} else {
		day->kind = ZONE_DAY_WITH_LEAP;
		if (!take_number(cursor, 0, 365, &day->day))
			return false;
	}
	day->second = TIME_DEFAULT_S;
	return !take(cursor, '/') || take_seconds(cursor, TIME_HOURS_MAX, &day->second);
}

bool
zone_rule_parse(struct text text, struct zone_rule *rule)
{
	struct cursor cursor = { text.data, text.data + text.size };
	struct zone_rule parsed = { 0 };
	if (!skip_name(&cursor) || !take_offset(&cursor, &parsed.standard_s))
		return false;
	if (cursor.at < cursor.end) {
		parsed.has_summer = true;
		parsed.summer_s = parsed.standard_s + HOUR_S;
		if (!skip_name(&cursor))
			return false;
		if (peek(&cursor) != ',' && !take_offset(&cursor, &parsed.summer_s))
			return false;
		if (!take_day(&cursor, &parsed.begin) || !take_day(&cursor, &parsed.end))
			return false;
	}
	if (cursor.at != cursor.end)
		return false;
	*rule = parsed;
	return true;
}

/* The day, counted from 1970, on which the rule's day falls in `year`. */
static int64_t
day_in_year(const struct zone_rule_day *rule, int32_t year)
{
	int64_t new_year = day_of_date((struct date){ year, 1, 1 });
	if (rule->kind == ZONE_DAY_WITH_LEAP)
		return new_year + rule->day;
	if (rule->kind == ZONE_DAY_WITHOUT_LEAP) {
		bool past_leap_day = rule->day >= 60 && month_days(year, 2) == 29;
		return new_year + rule->day - 1 + (past_leap_day ? 1 : 0);
	}
	int64_t first = day_of_date((struct date){ year, rule->month, 1 });
	int64_t in_month = (rule->day - weekday_of_day(first) + 7) % 7 + 7 * (rule->week - 1);
	if (in_month >= month_days(year, rule->month))
		in_month -= 7; /* the fifth means the last */
	return first + in_month;
}

static struct zone_change
change_in_year(const struct zone_rule_day *day, int32_t year, int32_t before_s, int32_t after_s)
{
	return (struct zone_change){
		.at_ms = day_in_year(day, year) * DAY_MS + (day->second - before_s) * SECOND_MS,
		.offset_s = after_s,
	};
}

void
zone_rule_changes(const struct zone_rule *rule, int32_t year, struct zone_change changes[2])
{
	must(rule->has_summer);
	struct zone_change begin = change_in_year(
		&rule->begin, year, rule->standard_s, rule->summer_s);
	struct zone_change end = change_in_year(&rule->end, year, rule->summer_s, rule->standard_s);
	bool begins_first = begin.at_ms <= end.at_ms; /* not so in the southern hemisphere */
	changes[0] = begins_first ? begin : end;
	changes[1] = begins_first ? end : begin;
}
