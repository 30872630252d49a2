/*
 * The plan of scenario S1 by hand: the zones and prices of a fixed-line operator, with China's
 * holidays of 2024 to 2026 and the world's country codes.
 */
#ifndef SUANPAN_S1_H
#define SUANPAN_S1_H

#include "sketch.h"

enum s1_zone { S1_FREE, S1_HMT, S1_INTERNATIONAL, S1_DOMESTIC, S1_LOCAL, S1_ZONES };
enum s1_band { S1_HOLIDAY, S1_NIGHT, S1_WEEKEND, S1_DAY, S1_BANDS };

struct s1_day {
	int16_t year;
	int8_t month;
	int8_t day;
	enum day_kind kind;
};

/* clang-format off */
#define H DAY_HOLIDAY
#define W DAY_WORKDAY
static const struct s1_day s1_days[] = {
	{ 2024, 1, 1, H }, { 2024, 2, 4, W }, { 2024, 2, 10, H }, { 2024, 2, 11, H },
	{ 2024, 2, 12, H }, { 2024, 2, 13, H }, { 2024, 2, 14, H }, { 2024, 2, 15, H },
	{ 2024, 2, 16, H }, { 2024, 2, 17, H }, { 2024, 2, 18, W }, { 2024, 4, 4, H },
	{ 2024, 4, 5, H }, { 2024, 4, 6, H }, { 2024, 4, 7, W }, { 2024, 4, 28, W },
	{ 2024, 5, 1, H }, { 2024, 5, 2, H }, { 2024, 5, 3, H }, { 2024, 5, 4, H },
	{ 2024, 5, 5, H }, { 2024, 5, 11, W }, { 2024, 6, 10, H }, { 2024, 9, 14, W },
	{ 2024, 9, 15, H }, { 2024, 9, 16, H }, { 2024, 9, 17, H }, { 2024, 9, 29, W },
	{ 2024, 10, 1, H }, { 2024, 10, 2, H }, { 2024, 10, 3, H }, { 2024, 10, 4, H },
	{ 2024, 10, 5, H }, { 2024, 10, 6, H }, { 2024, 10, 7, H }, { 2024, 10, 12, W },
	{ 2025, 1, 1, H }, { 2025, 1, 26, W }, { 2025, 1, 28, H }, { 2025, 1, 29, H },
	{ 2025, 1, 30, H }, { 2025, 1, 31, H }, { 2025, 2, 1, H }, { 2025, 2, 2, H },
	{ 2025, 2, 3, H }, { 2025, 2, 4, H }, { 2025, 2, 8, W }, { 2025, 4, 4, H },
	{ 2025, 4, 5, H }, { 2025, 4, 6, H }, { 2025, 4, 27, W }, { 2025, 5, 1, H },
	{ 2025, 5, 2, H }, { 2025, 5, 3, H }, { 2025, 5, 4, H }, { 2025, 5, 5, H },
	{ 2025, 5, 31, H }, { 2025, 6, 1, H }, { 2025, 6, 2, H }, { 2025, 9, 28, W },
	{ 2025, 10, 1, H }, { 2025, 10, 2, H }, { 2025, 10, 3, H }, { 2025, 10, 4, H },
	{ 2025, 10, 5, H }, { 2025, 10, 6, H }, { 2025, 10, 7, H }, { 2025, 10, 8, H },
	{ 2025, 10, 11, W }, { 2026, 1, 1, H }, { 2026, 1, 2, H }, { 2026, 1, 3, H },
	{ 2026, 1, 4, W }, { 2026, 2, 14, W }, { 2026, 2, 15, H }, { 2026, 2, 16, H },
	{ 2026, 2, 17, H }, { 2026, 2, 18, H }, { 2026, 2, 19, H }, { 2026, 2, 20, H },
	{ 2026, 2, 21, H }, { 2026, 2, 22, H }, { 2026, 2, 23, H }, { 2026, 2, 28, W },
	{ 2026, 4, 4, H }, { 2026, 4, 5, H }, { 2026, 4, 6, H }, { 2026, 5, 1, H },
	{ 2026, 5, 2, H }, { 2026, 5, 3, H }, { 2026, 5, 4, H }, { 2026, 5, 5, H },
	{ 2026, 5, 9, W }, { 2026, 6, 19, H }, { 2026, 6, 20, H }, { 2026, 6, 21, H },
	{ 2026, 9, 20, W }, { 2026, 9, 25, H }, { 2026, 9, 26, H }, { 2026, 9, 27, H },
	{ 2026, 10, 1, H }, { 2026, 10, 2, H }, { 2026, 10, 3, H }, { 2026, 10, 4, H },
	{ 2026, 10, 5, H }, { 2026, 10, 6, H }, { 2026, 10, 7, H }, { 2026, 10, 10, W },
};
#undef H
#undef W

static const char *const s1_country_codes[] = {
	"1", "20", "211", "212", "213", "216", "218", "220", "221", "222", "223", "224",
	"225", "226", "227", "228", "229", "230", "231", "232", "233", "234", "235", "236",
	"237", "238", "239", "240", "241", "242", "243", "244", "245", "246", "247", "248",
	"249", "250", "251", "252", "253", "254", "255", "256", "257", "258", "260", "261",
	"262", "263", "264", "265", "266", "267", "268", "269", "27", "290", "291", "297",
	"298", "299", "30", "31", "32", "33", "34", "350", "351", "352", "353", "354",
	"355", "356", "357", "358", "359", "36", "370", "371", "372", "373", "374", "375",
	"376", "377", "378", "380", "381", "382", "383", "385", "386", "387", "389", "39",
	"40", "41", "420", "421", "423", "43", "44", "45", "46", "47", "48", "49",
	"500", "501", "502", "503", "504", "505", "506", "507", "508", "509", "51", "52",
	"53", "54", "55", "56", "57", "58", "590", "591", "592", "593", "594", "595",
	"596", "597", "598", "599", "60", "61", "62", "63", "64", "65", "66", "670",
	"672", "673", "674", "675", "676", "677", "678", "679", "680", "681", "682", "683",
	"685", "686", "687", "688", "689", "690", "691", "692", "7", "81", "82", "84",
	"850", "852", "853", "855", "856", "86", "880", "886", "90", "91", "92", "93",
	"94", "95", "960", "961", "962", "963", "964", "965", "966", "967", "968", "970",
	"971", "972", "973", "974", "975", "976", "977", "98", "992", "993", "994", "995",
	"996", "998",
};
/* clang-format on */

#define S1_COUNTRIES (sizeof s1_country_codes / sizeof *s1_country_codes)
#define S1_DAYS (sizeof s1_days / sizeof *s1_days)

struct s1 {
	struct sketch sketch;
	struct text zones[S1_ZONES];
	struct text bands[S1_BANDS];
	struct text refusals[1];
	struct special_day specials[S1_DAYS];
	struct prefix_row rows[S1_COUNTRIES + 16];
	size_t row_count;
	char digits[S1_COUNTRIES + 16][8];
};

static inline void
s1_row(struct s1 *s1, const char *prefix, uint8_t digits, uint32_t value)
{
	size_t index = s1->row_count++;

	snprintf(s1->digits[index], sizeof s1->digits[index], "%s", prefix);
	s1->rows[index] = (struct prefix_row){ text_of(s1->digits[index]), digits, digits,
		(uint32_t)index, value };
}

static inline void
s1_zones(struct s1 *s1)
{
	static const char *const free_numbers[] = { "110", "119", "120", "122", "10000" };
	static const struct prefix_row areas[] = {
		{ { "010", 3 }, 0, 0, 0, 3 },
		{ { "02", 2 }, 0, 0, 1, 3 },
		{ { "0", 1 }, 0, 0, 2, 4 },
	};
	struct zone_map *map = &s1->sketch.maps[0];

	s1_row(s1, "", 0, S1_LOCAL);
	for (size_t i = 0; i < sizeof free_numbers / sizeof *free_numbers; i++)
		s1_row(s1, free_numbers[i], (uint8_t)strlen(free_numbers[i]), S1_FREE);
	s1_row(s1, "800", 10, S1_FREE);
	s1_row(s1, "00852", 0, S1_HMT);
	s1_row(s1, "00853", 0, S1_HMT);
	s1_row(s1, "00886", 0, S1_HMT);
	s1_row(s1, "0", 0, S1_DOMESTIC);
	s1_row(s1, "00", 0, S1_ZONES); /* refused, unless a country is known */
	for (size_t i = 0; i < S1_COUNTRIES; i++) {
		char prefix[8];

		snprintf(prefix, sizeof prefix, "00%s", s1_country_codes[i]);
		if (strcmp(prefix, "00852") != 0 && strcmp(prefix, "00853") != 0 &&
			strcmp(prefix, "00886") != 0)
			s1_row(s1, prefix, 0, S1_INTERNATIONAL);
	}
	s1->zones[S1_FREE] = TEXT("free");
	s1->zones[S1_HMT] = TEXT("hmt");
	s1->zones[S1_INTERNATIONAL] = TEXT("international");
	s1->zones[S1_DOMESTIC] = TEXT("domestic");
	s1->zones[S1_LOCAL] = TEXT("local");
	s1->refusals[0] = TEXT("unknown_country");
	*map = (struct zone_map){ .id = TEXT("dialled"),
		.zones = s1->zones,
		.zone_count = S1_ZONES,
		.prefixes = sketch_prefixes(&s1->sketch, s1->rows, s1->row_count),
		.refusals = s1->refusals,
		.refusal_count = 1,
		.area_lengths = sketch_prefixes(&s1->sketch, areas, 3),
		.own_area_zone = S1_LOCAL };
	s1->sketch.services[0].zone_map = 0;
	s1->sketch.image.zone_map_count = 1;
}

static inline const struct calendar *
s1_calendar(struct s1 *s1)
{
	const uint32_t weekend = WEEKDAY_BIT(0) | WEEKDAY_BIT(6);
	const struct calendar_rule rules[] = {
		{ S1_HOLIDAY, ALL_WEEKDAYS, 1u << DAY_HOLIDAY, 0, 1440 },
		{ S1_NIGHT, ALL_WEEKDAYS, ALL_KINDS, 0, 420 },
		{ S1_WEEKEND, weekend, 1u << DAY_ORDINARY, 420, 1440 },
		{ S1_DAY, ALL_WEEKDAYS, ALL_KINDS, 420, 1440 },
	};
	const struct day_table days = { s1->specials, S1_DAYS, 2024, 2026 };

	for (size_t i = 0; i < S1_DAYS; i++) {
		const struct s1_day *day = &s1_days[i];

		s1->specials[i].day = sketch_day(day->year, day->month, day->day);
		s1->specials[i].kind = day->kind;
	}
	s1->bands[S1_HOLIDAY] = TEXT("holiday");
	s1->bands[S1_NIGHT] = TEXT("night");
	s1->bands[S1_WEEKEND] = TEXT("weekend");
	s1->bands[S1_DAY] = TEXT("day");
	return sketch_calendar(&s1->sketch, rules, 4, S1_BANDS, &days);
}

static inline struct tariff *
s1_tariff(struct s1 *s1, const char *id, enum s1_zone zone, int64_t size, const struct money *price)
{
	struct tariff *tariff = sketch_tariff(
		&s1->sketch, &s1->sketch.packages[0], id, size, price);

	memset(&tariff->zones, 0, sizeof tariff->zones);
	tariff->zones.bits[0] = UINT64_C(1) << zone;
	return tariff;
}

static inline void
s1_begin(struct s1 *s1)
{
	static const struct money nothing = { 0 };
	static const struct money hmt = { 200000 };
	static const struct money international = { 800000 };
	static const struct money domestic[S1_BANDS] = { { 40000 }, { 40000 }, { 50000 },
		{ 70000 } };
	static const struct money local_first = { 220000 };
	static const struct money local_next = { 110000 };
	struct tariff *tariff;

	memset(s1, 0, sizeof *s1);
	sketch_begin(&s1->sketch, "Asia/Shanghai");
	s1_zones(s1);
	sketch_package(&s1->sketch, "fixed_line", 2, ALL_TIME);
	s1_tariff(s1, "free", S1_FREE, 60, &nothing);
	s1_tariff(s1, "hmt", S1_HMT, 6, &hmt);
	s1_tariff(s1, "international", S1_INTERNATIONAL, 6, &international);
	tariff = s1_tariff(s1, "domestic", S1_DOMESTIC, 6, domestic);
	tariff->calendar = s1_calendar(s1);
	tariff->bands = s1->bands;
	tariff->band_count = S1_BANDS;
	tariff = s1_tariff(s1, "local", S1_LOCAL, 60, &local_next);
	tariff->has_first = true;
	tariff->first = (struct step){ 180, &local_first };
}

#endif
