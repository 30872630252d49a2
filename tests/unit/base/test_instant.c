#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../engine/base/instant.h"

static bool
leap_by_definition(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Counts days one by one from 1600-01-01 to 2400-12-31, over two whole cycles of the calendar. */
static void
every_day_of_800_years_has_the_date_one_counts_to(void **state)
{
	(void)state;
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	struct date date = { 1600, 1, 1 };
	int64_t day = -135140; /* 1970 - 1600 = 370 years, 90 of them leap years: 370 * 365 + 90 */
	int weekday = 6;       /* 1600-01-01 was a Saturday */
	while (date.year <= 2400) {
		assert_int_equal(day_of_date(date), day);
		struct date back = date_of_day(day);
		assert_true(
			back.year == date.year && back.month == date.month && back.day == date.day);
		assert_int_equal(weekday_of_day(day), weekday);
		int length = lengths[date.month - 1];
		if (date.month == 2 && leap_by_definition(date.year))
			length = 29;
		assert_int_equal(month_days(date.year, date.month), length);
		day++;
		weekday = (weekday + 1) % 7;
		if (++date.day > length) {
			date.day = 1;
			if (++date.month > 12) {
				date.month = 1;
				date.year++;
			}
		}
	}
}

static void
days_far_away_are_dates_too(void **state)
{
	(void)state;
	static const int64_t days[] = { INT64_MAX / DAY_MS, INT64_MIN / DAY_MS, -719162, -719163,
		-719528, 0, -1 };
	for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
		struct date date = date_of_day(days[i]);
		assert_true(date_is_valid(date));
		assert_int_equal(day_of_date(date), days[i]);
	}
	struct date date = date_of_day(-719163);
	assert_true(date.year == 0 && date.month == 12 && date.day == 31);
}

static void
weekdays_repeat_at_both_ends_of_the_range(void **state)
{
	(void)state;
	assert_int_equal(weekday_of_day(0), 4);
	assert_int_equal(weekday_of_day(-4), 0);
	assert_int_equal(weekday_of_day(-5), 6);
	assert_int_equal(weekday_of_day(INT64_MAX), (4 + INT64_MAX % 7) % 7);
	assert_int_equal(weekday_of_day(INT64_MIN), weekday_of_day(INT64_MIN + 7));
}

static void
only_days_that_exist_are_valid(void **state)
{
	(void)state;
	assert_true(date_is_valid((struct date){ 2024, 2, 29 }));
	assert_true(date_is_valid((struct date){ 2000, 2, 29 }));
	assert_false(date_is_valid((struct date){ 1900, 2, 29 }));
	assert_false(date_is_valid((struct date){ 2026, 2, 29 }));
	assert_false(date_is_valid((struct date){ 2026, 4, 31 }));
	assert_false(date_is_valid((struct date){ 2026, 0, 1 }));
	assert_false(date_is_valid((struct date){ 2026, 13, 1 }));
	assert_false(date_is_valid((struct date){ 2026, 1, 0 }));
	assert_false(date_is_valid((struct date){ 2026, 1, 32 }));
	assert_false(date_is_valid((struct date){ 2026, -1, -1 }));
}

static void
a_date_is_read_from_exactly_ten_characters(void **state)
{
	(void)state;
	struct date date;
	assert_true(date_parse(TEXT("2026-03-10"), &date));
	assert_true(date.year == 2026 && date.month == 3 && date.day == 10);
	assert_true(date_parse(TEXT("0000-01-01"), &date));
	static const char *const refused[] = { "", "2026", "2026-3-10", "2026-03-1", "2026-03-100",
		"2026/03/10", "20260310", "2026-02-29", "2026-13-01", "2026-00-10", "2026-03-00",
		"-026-03-10", "+026-03-10", " 2026-03-1", "2026-03-10 ", "2026-03-1a",
		"2026-03-10T", "2026-03-1\xef\xbc\x92" };
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct date kept = { 7, 7, 7 };
		if (date_parse(text_of(refused[i]), &kept))
			fail_msg("\"%s\" was read", refused[i]);
		assert_true(kept.year == 7 && kept.month == 7 && kept.day == 7);
	}
	assert_false(date_parse(TEXT("2026-03-1\0"), &date));
	assert_false(date_parse(text_of(NULL), &date));
}

static void
instants_are_read_with_their_offset(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01T00:00:00.001Z", 1 },
		{ "1969-12-31T23:59:59.999Z", -1 },
		{ "2026-03-10T20:58:30+08:00", 1773147510000 },
		{ "2026-03-10T12:58:30Z", 1773147510000 },
		{ "2026-03-10t12:58:30z", 1773147510000 },
		{ "2026-03-10 12:58:30Z", 1773147510000 },
		{ "2026-03-10T12:58:30.1Z", 1773147510100 },
		{ "2026-03-10T12:58:30.12Z", 1773147510120 },
		{ "2026-03-10T12:58:30.123Z", 1773147510123 },
		{ "2026-03-10T12:58:30.000Z", 1773147510000 },
		{ "2026-03-10T12:58:30+00:00", 1773147510000 },
		{ "2026-03-10T12:58:30-00:00", 1773147510000 },
		{ "2026-03-10T07:28:30-05:30", 1773147510000 },
		{ "2026-03-11T12:57:30+23:59", 1773147510000 },
		{ "2024-02-29T00:00:00Z", 1709164800000 },
		{ "1900-01-01T00:00:00Z", INSTANT_MIN },
		{ "2199-12-31T23:59:59.999Z", INSTANT_MAX },
		{ "2200-01-01T07:59:59.999+08:00", INSTANT_MAX },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t ms = 77;
		if (!instant_parse(text_of(cases[i].text), &ms))
			fail_msg("\"%s\" was refused", cases[i].text);
		assert_int_equal(ms, cases[i].ms);
	}
}

static void
any_other_text_is_no_instant(void **state)
{
	(void)state;
	static const char *const refused[] = { "", "2026-03-10", "2026-03-10T", "2026-03-10T12:58Z",
		"2026-03-10T12:58:30", "2026-03-10T12:58:30+08", "2026-03-10T12:58:30+0800",
		"2026-03-10T12:58:30+8:00", "2026-03-10T12:58:30+08:0",
		"2026-03-10T12:58:30+08:00 ", " 2026-03-10T12:58:30Z", "2026-03-10T12:58:30ZZ",
		"2026-03-10T12:58:30Z0", "2026-03-10T12:58:30.Z", "2026-03-10T12:58:30.1234Z",
		"2026-03-10T12:58:30,123Z", "2026-03-10T12:58:30.-1Z", "2026-03-10T24:00:00Z",
		"2026-03-10T12:60:00Z", "2026-03-10T12:58:60Z", "2016-12-31T23:59:60Z",
		"2026-03-10T12:58:30+24:00", "2026-03-10T12:58:30+08:60", "2026-02-29T12:58:30Z",
		"2026-13-10T12:58:30Z", "2026-03-10  12:58:30Z", "2026-03-10_12:58:30Z",
		"2026-03-10T1:58:30Z", "2026-03-10T-1:58:30Z", "20260310T125830Z",
		"1899-12-31T23:59:59.999Z", "2200-01-01T00:00:00Z", "1900-01-01T00:00:00+00:01",
		"2199-12-31T23:59:59.999-00:01", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
		"1773147510000", "now" };
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		int64_t ms = 77;
		if (instant_parse(text_of(refused[i]), &ms))
			fail_msg("\"%s\" was read", refused[i]);
		assert_int_equal(ms, 77);
	}
	int64_t ms;
	assert_false(instant_parse(TEXT("2026-03-10T12:58:30\0"), &ms));
	assert_false(instant_parse(TEXT("2026-03-10\0"
					"12:58:30Z"),
		&ms));
}

static void
people_leave_the_offset_or_the_time_out(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		struct moment moment;
	} cases[] = { { "1970-01-02", { 86400000, true } },
		{ "1970-01-01 00:00:01", { 1000, true } },
		{ "1970-01-01T00:00:01", { 1000, true } },
		{ "1970-01-01T00:00:01Z", { 1000, false } },
		{ "1970-01-01T08:00:01+08:00", { 1000, false } },
		{ "1969-12-31 23:59:59.250Z", { -750, false } } };
	static const char *const refused[] = { "", "2026-02-30", "2026-03-1", "26-03-10",
		"2026-03-10 24:00:00", "2026-03-10 12:58", "2026-03-10Z", "2026/03/10",
		"1899-12-31", "2200-01-01", "soon",
		"2026-03-10T12:58:30+08:00 and then some more" };
	struct moment moment = { 77, false };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct moment read;
		assert_true(moment_parse(text_of(cases[i].text), &read));
		assert_int_equal(read.ms, cases[i].moment.ms);
		assert_int_equal(read.is_local, cases[i].moment.is_local);
	}
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (moment_parse(text_of(refused[i]), &moment) || moment.ms != 77)
			fail_msg("\"%s\" was read", refused[i]);
	assert_false(moment_parse(TEXT("2026-03-1\0"), &moment));
}

static void
instants_are_written_at_their_offset(void **state)
{
	(void)state;
	static const struct {
		int64_t ms;
		int32_t offset_minutes;
		const char *text;
	} cases[] = {
		{ 0, 0, "1970-01-01T00:00:00Z" },
		{ -1, 0, "1969-12-31T23:59:59.999Z" },
		{ 1773147510120, 480, "2026-03-10T20:58:30.120+08:00" },
		{ 1773147510000, 480, "2026-03-10T20:58:30+08:00" },
		{ 1773147510001, -330, "2026-03-10T07:28:30.001-05:30" },
		{ 1773147510000, 1439, "2026-03-11T12:57:30+23:59" },
		{ 1773147510000, -1439, "2026-03-09T12:59:30-23:59" },
		{ INSTANT_MIN, 0, "1900-01-01T00:00:00Z" },
		{ INSTANT_MAX, 480, "2200-01-01T07:59:59.999+08:00" },
		{ INT64_MAX, 1439, "292278994-08-18T07:11:55.807+23:59" },
		{ INT64_MIN, -1439, "-292275055-05-15T16:48:04.192-23:59" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[INSTANT_TEXT_MAX];
		memset(text, '#', sizeof text);
		size_t size = instant_format(cases[i].ms, cases[i].offset_minutes, text);
		assert_string_equal(text, cases[i].text);
		assert_int_equal(size, strlen(cases[i].text));
	}
}

static void
what_is_written_is_read_back(void **state)
{
	(void)state;
	/* A prime number of milliseconds, about twelve days, visits all times of day. */
	for (int64_t ms = INSTANT_MIN; ms <= INSTANT_MAX; ms += INT64_C(1073741789)) {
		for (int32_t offset = -1439; offset <= 1439; offset += 197) {
			char text[INSTANT_TEXT_MAX];
			size_t size = instant_format(ms, offset, text);
			int64_t back;
			assert_true(instant_parse((struct text){ text, size }, &back));
			assert_int_equal(back, ms);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_of_800_years_has_the_date_one_counts_to),
		cmocka_unit_test(days_far_away_are_dates_too),
		cmocka_unit_test(weekdays_repeat_at_both_ends_of_the_range),
		cmocka_unit_test(only_days_that_exist_are_valid),
		cmocka_unit_test(a_date_is_read_from_exactly_ten_characters),
		cmocka_unit_test(instants_are_read_with_their_offset),
		cmocka_unit_test(any_other_text_is_no_instant),
		cmocka_unit_test(people_leave_the_offset_or_the_time_out),
		cmocka_unit_test(instants_are_written_at_their_offset),
		cmocka_unit_test(what_is_written_is_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
