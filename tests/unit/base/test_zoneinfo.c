#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../engine/base/buffer.h"
#include "../../../engine/base/instant.h"
#include "../../../engine/base/memory.h"
#include "../../../engine/base/zoneinfo.h"
#include "../scratch_folder.h"

struct transition {
	const char *zone; /* or rule */
	int64_t at_s;
	int32_t before_s;
	int32_t after_s;
};

/*
 * Transitions of the past, from Python's zoneinfo over the same system files. When this was
 * written, all 68,404 transitions of all 447 different zones from 1900 to 2199, and 1,500 random
 * instants of each, were compared with Python, and local times around each transition of these
 * seven zones: no difference.
 */
static const struct transition past[] = {
	{ "Asia/Shanghai", -2177481943, 29143, 28800 },      /* 1900-12-31 15:54:17 */
	{ "Asia/Shanghai", -1600675200, 28800, 32400 },      /* 1919-04-12 16:00:00 */
	{ "Asia/Shanghai", -881049600, 28800, 32400 },       /* 1942-01-30 16:00:00 */
	{ "Asia/Shanghai", -745833600, 28800, 32400 },       /* 1946-05-14 16:00:00 */
	{ "Asia/Shanghai", -670669200, 32400, 28800 },       /* 1948-09-30 15:00:00 */
	{ "Asia/Shanghai", 545162400, 28800, 32400 },        /* 1987-04-11 18:00:00 */
	{ "Asia/Shanghai", 671565600, 28800, 32400 },        /* 1991-04-13 18:00:00 */
	{ "Asia/Shanghai", 684867600, 32400, 28800 },        /* 1991-09-14 17:00:00 */
	{ "Europe/Berlin", -1693706400, 3600, 7200 },        /* 1916-04-30 22:00:00 */
	{ "Europe/Berlin", -1680483600, 7200, 3600 },        /* 1916-09-30 23:00:00 */
	{ "Europe/Berlin", 370400400, 7200, 3600 },          /* 1981-09-27 01:00:00 */
	{ "Europe/Berlin", 512528400, 3600, 7200 },          /* 1986-03-30 01:00:00 */
	{ "Europe/Berlin", 828234000, 3600, 7200 },          /* 1996-03-31 01:00:00 */
	{ "Europe/Berlin", 1130634000, 7200, 3600 },         /* 2005-10-30 01:00:00 */
	{ "Europe/Berlin", 1711846800, 3600, 7200 },         /* 2024-03-31 01:00:00 */
	{ "Europe/Berlin", 1729990800, 7200, 3600 },         /* 2024-10-27 01:00:00 */
	{ "America/New_York", -1633280400, -18000, -14400 }, /* 1918-03-31 07:00:00 */
	{ "America/New_York", -1615140000, -14400, -18000 }, /* 1918-10-27 06:00:00 */
	{ "America/New_York", -715798800, -18000, -14400 },  /* 1947-04-27 07:00:00 */
	{ "America/New_York", -447271200, -14400, -18000 },  /* 1955-10-30 06:00:00 */
	{ "America/New_York", 104914800, -18000, -14400 },   /* 1973-04-29 07:00:00 */
	{ "America/New_York", 638953200, -18000, -14400 },   /* 1990-04-01 07:00:00 */
	{ "America/New_York", 1710054000, -18000, -14400 },  /* 2024-03-10 07:00:00 */
	{ "America/New_York", 1730613600, -14400, -18000 },  /* 2024-11-03 06:00:00 */
	{ "Australia/Lord_Howe", 352216800, 36000, 37800 },  /* 1981-02-28 14:00:00 */
	{ "Australia/Lord_Howe", 372785400, 37800, 41400 },  /* 1981-10-24 15:30:00 */
	{ "Australia/Lord_Howe", 699375600, 39600, 37800 },  /* 1992-02-29 15:00:00 */
	{ "Australia/Lord_Howe", 814894200, 37800, 39600 },  /* 1995-10-28 15:30:00 */
	{ "Australia/Lord_Howe", 1048950000, 39600, 37800 }, /* 2003-03-29 15:00:00 */
	{ "Australia/Lord_Howe", 1270306800, 39600, 37800 }, /* 2010-04-03 15:00:00 */
	{ "Australia/Lord_Howe", 1712415600, 39600, 37800 }, /* 2024-04-06 15:00:00 */
	{ "Australia/Lord_Howe", 1728142200, 37800, 39600 }, /* 2024-10-05 15:30:00 */
	{ "Africa/Casablanca", -1773012580, -1820, 0 },      /* 1913-10-26 00:30:20 */
	{ "Africa/Casablanca", -956361600, 0, 3600 },        /* 1939-09-12 00:00:00 */
	{ "Africa/Casablanca", 271033200, 3600, 0 },         /* 1978-08-03 23:00:00 */
	{ "Africa/Casablanca", 1250809200, 3600, 0 },        /* 2009-08-20 23:00:00 */
	{ "Africa/Casablanca", 1376100000, 0, 3600 },        /* 2013-08-10 02:00:00 */
	{ "Africa/Casablanca", 1465092000, 3600, 0 },        /* 2016-06-05 02:00:00 */
	{ "Africa/Casablanca", 1710036000, 3600, 0 },        /* 2024-03-10 02:00:00 */
	{ "Africa/Casablanca", 1713060000, 0, 3600 },        /* 2024-04-14 02:00:00 */
	{ "Asia/Kathmandu", -1577943676, 20476, 19800 },     /* 1919-12-31 18:18:44 */
	{ "Asia/Kathmandu", 504901800, 19800, 20700 },       /* 1985-12-31 18:30:00 */
	{ "Pacific/Apia", -1861878784, -41216, -41400 },     /* 1911-01-01 11:26:56 */
	{ "Pacific/Apia", -631110600, -41400, -39600 },      /* 1950-01-01 11:30:00 */
	{ "Pacific/Apia", 1333202400, 50400, 46800 },        /* 2012-03-31 14:00:00 */
	{ "Pacific/Apia", 1365256800, 50400, 46800 },        /* 2013-04-06 14:00:00 */
	{ "Pacific/Apia", 1428156000, 50400, 46800 },        /* 2015-04-04 14:00:00 */
	{ "Pacific/Apia", 1491055200, 50400, 46800 },        /* 2017-04-01 14:00:00 */
	{ "Pacific/Apia", 1601128800, 46800, 50400 },        /* 2020-09-26 14:00:00 */
	{ "Pacific/Apia", 1617458400, 50400, 46800 },        /* 2021-04-03 14:00:00 */
	{ "Pacific/Apia", 1325239200, -36000, 50400 }, /* 2011-12-30 10:00:00: a day was left out */
};

/* The same for rules of later years, which no file can change under this test. */
static const struct transition future[] = {
	{ "CET-1CEST,M3.5.0,M10.5.0/3", 2531955600, 3600, 7200 }, /* 2050-03-27 01:00:00 */
	{ "CET-1CEST,M3.5.0,M10.5.0/3", 2550704400, 7200, 3600 }, /* 2050-10-30 01:00:00 */
	{ "CET-1CEST,M3.5.0,M10.5.0/3", 4898538000, 3600, 7200 }, /* 2125-03-25 01:00:00 */
	{ "CET-1CEST,M3.5.0,M10.5.0/3", 4917286800, 7200, 3600 }, /* 2125-10-28 01:00:00 */
	{ "CET-1CEST,M3.5.0,M10.5.0/3", 7234275600, 3600, 7200 }, /* 2199-03-31 01:00:00 */
	{ "CET-1CEST,M3.5.0,M10.5.0/3", 7252419600, 7200, 3600 }, /* 2199-10-27 01:00:00 */
	{ "EST5EDT,M3.2.0,M11.1.0", 2530767600, -18000, -14400 }, /* 2050-03-13 07:00:00 */
	{ "EST5EDT,M3.2.0,M11.1.0", 2551327200, -14400, -18000 }, /* 2050-11-06 06:00:00 */
	{ "EST5EDT,M3.2.0,M11.1.0", 4897350000, -18000, -14400 }, /* 2125-03-11 07:00:00 */
	{ "EST5EDT,M3.2.0,M11.1.0", 4917909600, -14400, -18000 }, /* 2125-11-04 06:00:00 */
	{ "EST5EDT,M3.2.0,M11.1.0", 7232482800, -18000, -14400 }, /* 2199-03-10 07:00:00 */
	{ "EST5EDT,M3.2.0,M11.1.0", 7253042400, -14400, -18000 }, /* 2199-11-03 06:00:00 */
	{ "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2532524400, 39600,
		37800 }, /* 2050-04-02 15:00:00 */
	{ "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2548251000, 37800,
		39600 }, /* 2050-10-01 15:30:00 */
	{ "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 4899106800, 39600,
		37800 }, /* 2125-03-31 15:00:00 */
	{ "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 4915438200, 37800,
		39600 }, /* 2125-10-06 15:30:00 */
	{ "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 7234844400, 39600,
		37800 }, /* 2199-04-06 15:00:00 */
	{ "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 7250571000, 37800,
		39600 }, /* 2199-10-05 15:30:00 */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int
switch_off_failures(void **state)
{
	(void)state;
	memory_fail_at(0);
	return 0;
}

static struct zoneinfo *
open_zone(const char *name)
{
	struct zoneinfo *zone = NULL;
	struct fault fault;
	if (zoneinfo_open(NULL, name, &zone, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	return zone;
}

/* Compiled zone files, made here: see RFC 8536, 3. */
struct sketch {
	char version;        /* '\0', '2', '3' */
	const char *times;   /* "at_s>type at_s>type", ascending */
	const char *offsets; /* "offset_s offset_s" */
	const char *rule;    /* NULL: no footer at all */
};

static uint8_t tzif_data[4096];

static size_t
put_big_endian(size_t at, int64_t number, size_t size)
{
	for (size_t i = 0; i < size; i++)
		tzif_data[at + i] = (uint8_t)((uint64_t)number >> (8 * (size - 1 - i)));
	return at + size;
}

static size_t
put_block(size_t at, const struct sketch *sketch, size_t time_bytes)
{
	long long times[32];
	long long types[32];
	long long offsets[32];
	int32_t time_count = 0;
	int32_t type_count = 0;
	int used;
	for (const char *from = sketch->times;
		sscanf(from, "%lld>%lld%n", &times[time_count], &types[time_count], &used) == 2;
		from += used)
		time_count++;
	for (const char *from = sketch->offsets;
		sscanf(from, "%lld%n", &offsets[type_count], &used) == 1; from += used)
		type_count++;
	memcpy(tzif_data + at, "TZif", 4);
	memset(tzif_data + at + 4, 0, 40);
	tzif_data[at + 4] = (uint8_t)sketch->version;
	put_big_endian(at + 32, time_count, 4);
	put_big_endian(at + 36, type_count, 4);
	put_big_endian(at + 40, 1, 4);
	at += 44;
	for (int32_t i = 0; i < time_count; i++)
		at = put_big_endian(at, times[i], time_bytes);
	for (int32_t i = 0; i < time_count; i++)
		at = put_big_endian(at, types[i], 1);
	for (int32_t i = 0; i < type_count; i++)
		at = put_big_endian(put_big_endian(at, offsets[i], 4), 0, 2);
	tzif_data[at] = '\0'; /* the one character of all names */
	return at + 1;
}

static struct bytes
make_tzif(const struct sketch *sketch)
{
	size_t size = put_block(0, sketch, 4);
	if (sketch->version != '\0')
		size = put_block(size, sketch, 8);
	if (sketch->rule != NULL)
		size += (size_t)sprintf((char *)tzif_data + size, "\n%s\n", sketch->rule);
	return (struct bytes){ tzif_data, size };
}

static struct zoneinfo *
make_zone(const struct sketch *sketch)
{
	struct zoneinfo *zone = NULL;
	struct fault fault;
	if (zoneinfo_read(TEXT("test"), make_tzif(sketch), &zone, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	return zone;
}

static struct zoneinfo *
make_rule_zone(const char *rule)
{
	return make_zone(&(struct sketch){ '3', "", "0", rule });
}

/* The change at at_s, seen from both sides, in UTC and in local time. */
static void
check_transition(const struct zoneinfo *zone, const struct transition *expected)
{
	int64_t at_ms = expected->at_s * 1000;
	struct zone_stretch before = zoneinfo_stretch(zone, at_ms - 1);
	struct zone_stretch after = zoneinfo_stretch(zone, at_ms);
	assert_int_equal(before.offset_ms, expected->before_s * 1000);
	assert_int_equal(after.offset_ms, expected->after_s * 1000);
	assert_int_equal(before.till_ms, at_ms);
	assert_int_equal(after.from_ms, at_ms);

	int64_t local_before = at_ms + before.offset_ms; /* what the clock would have shown */
	int64_t local_after = at_ms + after.offset_ms;
	if (local_after > local_before) {
		assert_int_equal(zoneinfo_local_to_utc(zone, local_before - 1), at_ms - 1);
		assert_int_equal(zoneinfo_local_to_utc(zone, local_before), at_ms);
		assert_int_equal(
			zoneinfo_local_to_utc(zone, (local_before + local_after) / 2), at_ms);
		assert_int_equal(zoneinfo_local_to_utc(zone, local_after), at_ms);
		assert_int_equal(zoneinfo_local_to_utc(zone, local_after + 1), at_ms + 1);
	} else {
		int64_t back_ms = local_before - local_after;
		assert_int_equal(zoneinfo_local_to_utc(zone, local_after - 1), at_ms - back_ms - 1);
		assert_int_equal(zoneinfo_local_to_utc(zone, local_after), at_ms - back_ms);
		assert_int_equal(zoneinfo_local_to_utc(zone, local_before - 1), at_ms - 1);
		assert_int_equal(zoneinfo_local_to_utc(zone, local_before), at_ms + back_ms);
	}
}

static void
transitions_of_the_past_are_where_they_were(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(past); i++) {
		struct zoneinfo *zone = open_zone(past[i].zone);
		check_transition(zone, &past[i]);
		zoneinfo_free(zone);
	}
}

static void
rules_give_the_transitions_of_later_years(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(future); i++) {
		struct zoneinfo *zone = make_rule_zone(future[i].zone);
		check_transition(zone, &future[i]);
		zoneinfo_free(zone);
	}
}

/* From the first stretch to the last: each begins where the one before ended, with another offset.
 */
static size_t
check_stretches(const struct zoneinfo *zone)
{
	struct zone_stretch stretch = zoneinfo_stretch(zone, INT64_MIN);
	assert_int_equal(stretch.from_ms, INT64_MIN);
	size_t count = 1;
	while (stretch.till_ms != INT64_MAX) {
		struct zone_stretch next = zoneinfo_stretch(zone, stretch.till_ms);
		struct zone_stretch same = zoneinfo_stretch(zone, stretch.till_ms - 1);
		assert_int_equal(same.from_ms, stretch.from_ms);
		assert_int_equal(next.from_ms, stretch.till_ms);
		assert_true(next.till_ms > next.from_ms);
		assert_int_not_equal(next.offset_ms, stretch.offset_ms);
		stretch = next;
		count++;
	}
	return count;
}

static void
stretches_cover_all_time_without_gaps(void **state)
{
	(void)state;
	static const char *const names[] = { "Asia/Shanghai", "Europe/Berlin", "America/New_York",
		"Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "Pacific/Apia", "UTC",
		"Etc/GMT+12", "America/Nuuk", "Asia/Gaza" };
	for (size_t i = 0; i < COUNT(names); i++) {
		struct zoneinfo *zone = open_zone(names[i]);
		check_stretches(zone);
		zoneinfo_free(zone);
	}
	struct zoneinfo *zone = make_rule_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	assert_int_equal(check_stretches(zone), 1 + 2 * 301); /* 1899 to 2199 */
	zoneinfo_free(zone);
}

static void
before_the_first_transition_the_first_offset_holds(void **state)
{
	(void)state;
	struct zoneinfo *zone = make_zone(&(struct sketch){ '2', "100>1 200>0", "-60 60", "" });
	struct zone_stretch stretch = zoneinfo_stretch(zone, 99999);
	assert_int_equal(stretch.from_ms, INT64_MIN);
	assert_int_equal(stretch.till_ms, 100000);
	assert_int_equal(stretch.offset_ms, -60000);
	assert_int_equal(zoneinfo_stretch(zone, 100000).offset_ms, 60000);
	stretch = zoneinfo_stretch(zone, INT64_MAX);
	assert_int_equal(stretch.from_ms, 200000);
	assert_int_equal(stretch.till_ms, INT64_MAX);
	assert_int_equal(stretch.offset_ms, -60000);
	zoneinfo_free(zone);
}

static void
a_change_to_the_same_offset_is_none(void **state)
{
	(void)state;
	struct zoneinfo *zone = make_zone(
		&(struct sketch){ '2', "100>0 200>1 300>2 400>1", "60 120 120", "" });
	assert_int_equal(check_stretches(zone), 2);
	assert_int_equal(zoneinfo_stretch(zone, 300000).from_ms, 200000);
	zoneinfo_free(zone);
}

static void
the_rule_begins_behind_the_last_transition(void **state)
{
	(void)state;
	/* The last change in the table is the autumn of 2007; the rule's own of that spring is
	 * before it. */
	struct zoneinfo *zone = make_zone(
		&(struct sketch){ '2', "1194156000>0", "-18000", "EST5EDT,M3.2.0,M11.1.0" });
	struct zone_stretch stretch = zoneinfo_stretch(zone, INT64_C(1194156000000));
	assert_int_equal(stretch.from_ms, INT64_MIN);
	assert_int_equal(stretch.till_ms, INT64_C(1205046000000)); /* 2008-03-09 07:00 UTC */
	zoneinfo_free(zone);
}

static void
without_transitions_the_rule_holds_for_all_time(void **state)
{
	(void)state;
	struct zoneinfo *zone = make_rule_zone("<+08>-8");
	assert_int_equal(check_stretches(zone), 1);
	assert_int_equal(zoneinfo_stretch(zone, 0).offset_ms, 8 * HOUR_MS);
	zoneinfo_free(zone);
}

/* The beginnings of the two stretches of 2024 (a leap year) and the offset of the second. */
static void
check_rule(const char *rule, const char *first, const char *second, int32_t offset_s)
{
	int64_t first_ms;
	int64_t second_ms;
	assert_true(instant_parse(text_of(first), &first_ms));
	assert_true(instant_parse(text_of(second), &second_ms));
	struct zoneinfo *zone = make_rule_zone(rule);
	struct zone_stretch stretch = zoneinfo_stretch(zone, first_ms - 1);
	assert_int_equal(stretch.till_ms, first_ms);
	stretch = zoneinfo_stretch(zone, stretch.till_ms);
	assert_int_equal(stretch.till_ms, second_ms);
	assert_int_equal(zoneinfo_stretch(zone, stretch.till_ms).offset_ms, offset_s * 1000);
	zoneinfo_free(zone);
}

static void
every_form_of_rule_is_read(void **state)
{
	(void)state;
	/* Julian days without the leap day: J60 is always the first of March. */
	check_rule("AAA0BBB,J59,J60", "2024-02-28T02:00:00Z", "2024-03-01T01:00:00Z", 0);
	/* Days counted with it, from 0. */
	check_rule("AAA0BBB,59,60", "2024-02-29T02:00:00Z", "2024-03-01T01:00:00Z", 0);
	check_rule("AAA0BBB,1/0,365/24", "2024-01-02T00:00:00Z", "2024-12-31T23:00:00Z", 0);
	/* The second and the last weekday of a month, in the south: summer ends first. */
	check_rule("AAA-10BBB,M10.1.0,M4.5.6/3", "2024-04-26T16:00:00Z", "2024-10-05T16:00:00Z",
		11 * 3600);
	/* Offsets and times with minutes and seconds, and an offset of its own for summer. */
	check_rule("AAA+1:02:03BBB-4:05:06,M3.2.1/1:02:03,M9.3.4/-1:30", "2024-03-11T02:04:06Z",
		"2024-09-18T18:24:54Z", -3723);
	/* Times beyond the day, as Greenland and Israel have them. */
	check_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-03-31T01:00:00Z",
		"2024-10-27T01:00:00Z", -7200);
	check_rule(
		"IST-2IDT,M3.4.4/26,M10.5.0", "2024-03-29T00:00:00Z", "2024-10-26T23:00:00Z", 7200);
	check_rule("AAA0BBB,M6.1.0/-167,M6.1.0/+167", "2024-05-26T01:00:00Z",
		"2024-06-08T22:00:00Z", 0);
}

static void
summer_time_all_year_is_one_offset(void **state)
{
	(void)state;
	struct zoneinfo *zone = make_rule_zone("EST5EDT,0/0,J365/25");
	struct zone_stretch stretch = zoneinfo_stretch(zone, INT64_C(1704067200000));
	assert_int_equal(stretch.offset_ms, -4 * HOUR_MS);
	assert_int_equal(stretch.from_ms, INT64_C(-2240506800000)); /* 1899-01-01 05:00 UTC */
	int64_t last_ms;
	assert_true(instant_parse(TEXT("2199-12-31T00:00:00Z"), &last_ms));
	assert_true(stretch.till_ms > last_ms);
	zoneinfo_free(zone);
}

static void
a_file_of_version_1_is_read_too(void **state)
{
	(void)state;
	struct zoneinfo *zone = make_zone(
		&(struct sketch){ '\0', "-2147483648>0 100>1", "3600 7200", NULL });
	assert_int_equal(zoneinfo_stretch(zone, 0).offset_ms, 3600000);
	assert_int_equal(zoneinfo_stretch(zone, 100000).offset_ms, 7200000);
	zoneinfo_free(zone);
}

static void
times_beyond_milliseconds_are_before_or_after_all_others(void **state)
{
	(void)state;
	struct zoneinfo *zone = make_zone(&(struct sketch){ '2',
		"-9223372036854775807>1 -576460752303423488>2 0>0 9223372036854775807>1",
		"10 20 30", "" });
	assert_int_equal(check_stretches(zone), 2);
	assert_int_equal(zoneinfo_stretch(zone, INT64_MIN).offset_ms, 30000);
	assert_int_equal(zoneinfo_stretch(zone, INT64_MAX).offset_ms, 10000);
	zoneinfo_free(zone);
}

static void
local_times_at_the_ends_of_the_range_do_not_overflow(void **state)
{
	(void)state;
	static const char *const rules[] = { "AAA-24:59:59", "AAA24:59:59",
		"CET-1CEST,M3.5.0,M10.5.0" };
	for (size_t i = 0; i < COUNT(rules); i++) {
		struct zoneinfo *zone = make_rule_zone(rules[i]);
		int64_t low_ms = zoneinfo_local_to_utc(zone, INT64_MIN);
		int64_t high_ms = zoneinfo_local_to_utc(zone, INT64_MAX);
		assert_true(low_ms < INT64_MIN + 2 * DAY_MS);
		assert_true(high_ms > INT64_MAX - 2 * DAY_MS);
		zoneinfo_free(zone);
	}
}

static void
a_zone_gives_back_its_name_and_its_bytes(void **state)
{
	(void)state;
	struct zoneinfo *zone = open_zone("Asia/Shanghai");
	assert_true(text_equal(zoneinfo_name(zone), TEXT("Asia/Shanghai")));
	struct bytes bytes = zoneinfo_bytes(zone);
	assert_true(bytes.size > 44);
	struct zoneinfo *again = NULL;
	assert_int_equal(zoneinfo_read(zoneinfo_name(zone), bytes, &again, NULL), STATUS_OK);
	assert_true(bytes_equal(zoneinfo_bytes(again), bytes));
	zoneinfo_free(zone);
	assert_int_equal(zoneinfo_stretch(again, 0).offset_ms, 8 * HOUR_MS);
	assert_true(text_equal(zoneinfo_name(again), TEXT("Asia/Shanghai")));
	zoneinfo_free(again);
	zoneinfo_free(NULL);
}

static void
names_that_are_not_names_of_zones_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum status status;
	} cases[] = {
		{ "", STATUS_INVALID },
		{ "/etc/passwd", STATUS_INVALID },
		{ "../zoneinfo/UTC", STATUS_INVALID },
		{ "Asia/../UTC", STATUS_INVALID },
		{ "Asia/Shang hai", STATUS_INVALID },
		{ "UTC\n", STATUS_INVALID },
		{ "\xe8\xae\xa1", STATUS_INVALID },
		{ "Asia/Atlantis", STATUS_NOT_FOUND },
		{ "Asia", STATUS_NOT_FOUND },
		{ "zone.tab", STATUS_INVALID },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct zoneinfo *zone = NULL;
		struct fault fault;
		assert_int_equal(
			zoneinfo_open(NULL, cases[i].name, &zone, &fault), cases[i].status);
		assert_int_equal(fault.status, cases[i].status);
		assert_true(strlen(fault.text) > 10);
		assert_null(zone);
	}
	char name[300];
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	struct zoneinfo *zone = NULL;
	assert_int_equal(zoneinfo_open(NULL, name, &zone, NULL), STATUS_INVALID);
	static char directory[5000];
	memset(directory, '/', sizeof directory - 1);
	assert_int_equal(zoneinfo_open(directory, "UTC", &zone, NULL), STATUS_LIMIT);
	assert_null(zone);
}

static void
zones_are_found_below_the_folder_that_is_named(void **state)
{
	(void)state;
	char folder[SCRATCH_PATH_BYTES];
	scratch_make(folder);
	char path[SCRATCH_PATH_BYTES + 8];
	snprintf(path, sizeof path, "%s/Home", folder);
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	struct bytes bytes = make_tzif(&(struct sketch){ '2', "", "0", "HOM-3" });
	assert_int_equal(fwrite(bytes.data, 1, bytes.size, file), bytes.size);
	fclose(file);
	struct zoneinfo *zone = NULL;
	assert_int_equal(zoneinfo_open(folder, "Home", &zone, NULL), STATUS_OK);
	assert_int_equal(zoneinfo_stretch(zone, 0).offset_ms, 3 * HOUR_MS);
	zoneinfo_free(zone);

	/* Larger than any zone is. */
	assert_int_equal(truncate(path, 1 << 20), 0);
	zone = NULL;
	assert_int_equal(zoneinfo_open(folder, "Home", &zone, NULL), STATUS_INVALID);
	assert_null(zone);
	scratch_remove(folder);
}

static void
assert_invalid(struct bytes tzif)
{
	/* In a block of its exact size, so that a byte read past the end is caught. */
	uint8_t *copy = memory_new(tzif.size);
	assert_non_null(copy);
	if (tzif.size > 0)
		memcpy(copy, tzif.data, tzif.size);
	struct zoneinfo *zone = NULL;
	struct fault fault;
	assert_int_equal(
		zoneinfo_read(TEXT("test"), (struct bytes){ copy, tzif.size }, &zone, &fault),
		STATUS_INVALID);
	assert_null(zone);
	assert_non_null(strstr(fault.text, "\"test\""));
	memory_free(copy);
}

static void
rules_that_cannot_be_read_make_the_file_invalid(void **state)
{
	(void)state;
	static const char *const refused[] = { "A", "AAA", "AA0", "AAA25", "AAA0:60", "AAA0:0:60",
		"AAA0BBB", "AAA0BBB,", "AAA0BBB,M3.2.0", "AAA0BBB,M3.2.0,",
		"AAA0BBB,M13.1.0,M10.1.0", "AAA0BBB,M0.1.0,M10.1.0", "AAA0BBB,M3.6.0,M10.1.0",
		"AAA0BBB,M3.0.0,M10.1.0", "AAA0BBB,M3.1.7,M10.1.0", "AAA0BBB,M3.1,M10.1.0",
		"AAA0BBB,J0,J365", "AAA0BBB,J1,J366", "AAA0BBB,0,366", "AAA0BBB,0/168,1",
		"AAA0BBB,0/-168,1", "AAA0BBB,0/,1", "AAA0BBB,0,1,", "AAA0BBB,0,1 ", " AAA0",
		"<AAA0", "<AA>0", "AAA>0", "<+0_>0", "AAA0:", "AAA--1", "AAA0B",
		"AAA99999999999999999999", "AAA0BBB,J4294967297,J2", ":Europe/Berlin", "AA10" };
	for (size_t i = 0; i < COUNT(refused); i++)
		assert_invalid(make_tzif(&(struct sketch){ '3', "", "0", refused[i] }));
}

static void
contents_that_cannot_be_are_invalid(void **state)
{
	(void)state;
	static const struct sketch refused[] = {
		{ '2', "", "", "" },         /* no offset */
		{ '2', "1>1", "0", "" },     /* of a type that does not exist */
		{ '2', "2>0 1>0", "0", "" }, /* not in order */
		{ '2', "1>0 1>0", "0", "" }, { '2', "", "93600", "" },    /* 26 hours */
		{ '2', "", "-90000", "" },                                /* 25 hours */
		{ '2', "", "0 -2147483648", "" }, { '2', "", "0", NULL }, /* no footer */
	};
	for (size_t i = 0; i < COUNT(refused); i++)
		assert_invalid(make_tzif(&refused[i]));
	/* A count of leap seconds, in each block; its eight bytes shall be there. */
	static const size_t places[] = { 31, 52 + 31 };
	for (size_t i = 0; i < COUNT(places); i++) {
		struct bytes tzif = make_tzif(
			&(struct sketch){ '2', "", "0", "UTC0UTC0UTC0UTC0UTC0" });
		assert_memory_equal(tzif_data + places[i] - 31 - (i == 0 ? 0 : 1), "TZif", 4);
		tzif_data[places[i]] = 1;
		assert_invalid(tzif);
	}
}

static void
a_file_cut_anywhere_is_invalid(void **state)
{
	(void)state;
	struct bytes tzif = make_tzif(
		&(struct sketch){ '2', "1>0 2>1", "0 60", "CET-1CEST,J1,J2" });
	for (size_t size = 0; size < tzif.size; size++)
		assert_invalid((struct bytes){ tzif.data, size });
	assert_invalid((struct bytes){ NULL, 0 });
}

static void
any_changed_byte_gives_a_valid_zone_or_is_refused(void **state)
{
	(void)state;
	struct zoneinfo *berlin = open_zone("Europe/Berlin");
	struct bytes original = zoneinfo_bytes(berlin);
	uint8_t *copy = memory_new(original.size);
	assert_non_null(copy);
	memcpy(copy, original.data, original.size);
	static const uint8_t changes[] = { 0x01, 0x80, 0xff };
	for (size_t i = 0; i < original.size * COUNT(changes); i++) {
		uint8_t *byte = &copy[i / COUNT(changes)];
		*byte ^= changes[i % COUNT(changes)];
		struct zoneinfo *zone = NULL;
		enum status status = zoneinfo_read(
			TEXT("x"), (struct bytes){ copy, original.size }, &zone, NULL);
		assert_true(status == STATUS_OK || status == STATUS_INVALID);
		if (status == STATUS_OK)
			check_stretches(zone);
		zoneinfo_free(zone);
		*byte ^= changes[i % COUNT(changes)];
	}
	memory_free(copy);
	zoneinfo_free(berlin);
}

static void
each_failed_request_for_memory_is_a_status_and_leaks_nothing(void **state)
{
	(void)state;
	uint64_t countdown = 1;
	for (;; countdown++) {
		struct zoneinfo *zone = NULL;
		struct fault fault;
		memory_fail_at(countdown);
		enum status status = zoneinfo_open(NULL, "Europe/Berlin", &zone, &fault);
		memory_fail_at(0);
		if (status == STATUS_OK) {
			zoneinfo_free(zone);
			break;
		}
		assert_int_equal(status, STATUS_MEMORY);
		assert_int_equal(fault.status, STATUS_MEMORY);
		assert_null(zone);
	}
	assert_int_equal(
		countdown, 6); /* the file, the zone, its name, bytes and spans; then none */
}

static void *
look_up(void *context)
{
	const struct zoneinfo *zone = context;
	int64_t sum = 0;
	for (int64_t ms = INSTANT_MIN; ms < INSTANT_MAX; ms += 100 * DAY_MS)
		sum += zoneinfo_stretch(zone, ms).till_ms ^ zoneinfo_local_to_utc(zone, ms);
	return (void *)(uintptr_t)sum;
}

static void
threads_share_a_zone(void **state)
{
	(void)state;
	struct zoneinfo *zone = open_zone("America/New_York");
	void *expected = look_up(zone);
	pthread_t threads[4];
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, look_up, zone), 0);
	for (size_t i = 0; i < COUNT(threads); i++) {
		void *sum;
		pthread_join(threads[i], &sum);
		assert_ptr_equal(sum, expected);
	}
	zoneinfo_free(zone);
}

static void
division_rounds_down(void **state)
{
	(void)state;
	assert_int_equal(floor_divide(7, 2), 3);
	assert_int_equal(floor_divide(-7, 2), -4);
	assert_int_equal(floor_divide(-8, 2), -4);
	assert_int_equal(floor_divide(7, -2), -4);
	assert_int_equal(floor_divide(-1, DAY_MS), -1);
	assert_int_equal(floor_divide(INT64_MIN, 3), INT64_MIN / 3 - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transitions_of_the_past_are_where_they_were),
		cmocka_unit_test(rules_give_the_transitions_of_later_years),
		cmocka_unit_test(stretches_cover_all_time_without_gaps),
		cmocka_unit_test(before_the_first_transition_the_first_offset_holds),
		cmocka_unit_test(a_change_to_the_same_offset_is_none),
		cmocka_unit_test(the_rule_begins_behind_the_last_transition),
		cmocka_unit_test(without_transitions_the_rule_holds_for_all_time),
		cmocka_unit_test(every_form_of_rule_is_read),
		cmocka_unit_test(summer_time_all_year_is_one_offset),
		cmocka_unit_test(a_file_of_version_1_is_read_too),
		cmocka_unit_test(times_beyond_milliseconds_are_before_or_after_all_others),
		cmocka_unit_test(local_times_at_the_ends_of_the_range_do_not_overflow),
		cmocka_unit_test(a_zone_gives_back_its_name_and_its_bytes),
		cmocka_unit_test(names_that_are_not_names_of_zones_are_refused),
		cmocka_unit_test(zones_are_found_below_the_folder_that_is_named),
		cmocka_unit_test(rules_that_cannot_be_read_make_the_file_invalid),
		cmocka_unit_test(contents_that_cannot_be_are_invalid),
		cmocka_unit_test(a_file_cut_anywhere_is_invalid),
		cmocka_unit_test(any_changed_byte_gives_a_valid_zone_or_is_refused),
		cmocka_unit_test_teardown(
			each_failed_request_for_memory_is_a_status_and_leaks_nothing,
			switch_off_failures),
		cmocka_unit_test(threads_share_a_zone),
		cmocka_unit_test(division_rounds_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
