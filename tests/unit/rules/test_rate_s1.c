/*
 * Scenario S1, call by call: amounts calculated by hand from the price sheet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "s1.h"

#define CALLER "07715510165"

static struct s1 s1;
static const struct holding held[] = { HELD("fixed_line") };

struct one_call {
	const char *from;
	const char *to;
	const char *at;
	int64_t seconds;
	const char *zone;
	const char *amount; /* NULL: refused */
};

static struct pricing
rate_call(const struct one_call *call)
{
	const struct usage usage = { .service = TEXT("voice"),
		.from = text_of(call->from),
		.to = text_of(call->to),
		.at_ms = sketch_at(call->at),
		.quantity = call->seconds,
		.unit = UNIT_SECOND };
	struct pricing pricing;

	arena_clear(&s1.sketch.arena);
	assert_int_equal(sketch_rate(&s1.sketch, &usage, held, 1, &pricing), RATE_DONE);
	return pricing;
}

static void
assert_calls(const struct one_call *calls, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct one_call *call = &calls[i];
		struct pricing pricing = rate_call(call);
		char amount[MONEY_TEXT_MAX];
		size_t size = money_format(pricing.amount, amount);
		struct text got = pricing.refused != 0 ? TEXT("refused")
						       : (struct text){ amount, size };
		struct text wanted = text_of(call->amount == NULL ? "refused" : call->amount);

		if (!text_equal(got, wanted))
			fail_msg("%s to %s at %s for %lld s: %.*s, not %.*s", call->from, call->to,
				call->at, (long long)call->seconds, TEXT_ARGS(got),
				TEXT_ARGS(wanted));
		if (!text_equal(pricing.zone, text_of(call->zone)))
			fail_msg("%s to %s: zone %.*s, not %s", call->from, call->to,
				TEXT_ARGS(pricing.zone), call->zone);
	}
}
#define ASSERT_CALLS(calls) assert_calls(calls, sizeof(calls) / sizeof *(calls))

static void
local_calls_cost_22_for_180_s_then_11_a_minute(void **state)
{
	const struct one_call calls[] = {
		{ CALLER, "5507882", "2026-03-10T10:00:00+08:00", 0, "local", "0.00" },
		{ CALLER, "5507882", "2026-03-10T10:00:00+08:00", 1, "local", "0.22" },
		{ CALLER, "5507882", "2026-03-10T10:00:00+08:00", 180, "local", "0.22" },
		{ CALLER, "5507882", "2026-03-10T10:00:00+08:00", 181, "local", "0.33" },
		{ CALLER, "5507882", "2026-03-10T10:00:00+08:00", 240, "local", "0.33" },
		{ CALLER, "5507882", "2026-03-10T06:30:00+08:00", 3600, "local", "6.49" },
	};

	(void)state;
	ASSERT_CALLS(calls);
}

static void
zones_follow_the_digits(void **state)
{
	const char *noon = "2026-03-10T12:00:00+08:00"; /* a Tuesday */
	const struct one_call calls[] = {
		{ CALLER, "110", noon, 60, "free", "0.00" },
		{ CALLER, "1100", noon, 60, "local", "0.22" },
		{ CALLER, "10000", noon, 60, "free", "0.00" },
		{ CALLER, "100000", noon, 60, "local", "0.22" },
		{ CALLER, "8001234567", noon, 60, "free", "0.00" },
		{ CALLER, "80012345678", noon, 60, "local", "0.22" },
		{ CALLER, "8001234", noon, 60, "local", "0.22" },
		{ CALLER, "4001234567", noon, 60, "local", "0.22" },
		{ CALLER, "13800138000", noon, 60, "local", "0.22" },
		{ CALLER, "013800138000", noon, 60, "domestic", "0.70" },
		{ CALLER, "07715507882", noon, 60, "local", "0.22" },
		{ CALLER, "07725507882", noon, 60, "domestic", "0.70" },
		{ CALLER, "02073241552", noon, 60, "domestic", "0.70" },
		{ CALLER, "0085212345678", noon, 60, "hmt", "2.00" },
		{ CALLER, "0085312345678", noon, 61, "hmt", "2.20" },
		{ CALLER, "0088645248325", noon, 12, "hmt", "0.40" },
		{ CALLER, "004363683473", noon, 94, "international", "12.80" },
		{ CALLER, "0012125550100", noon, 1, "international", "0.80" },
		{ CALLER, "0021012345678", noon, 60, "", NULL },
		{ CALLER, "00", noon, 60, "", NULL },
		{ CALLER, "*86", noon, 60, "", NULL },
		{ CALLER, "", noon, 60, "", NULL },
	};

	(void)state;
	ASSERT_CALLS(calls);
	struct pricing pricing = rate_call(&calls[18]);
	assert_int_equal(pricing.refused, REFUSED_NO_ZONE);
	assert_string_equal(pricing.nearest.condition, "zone");
	assert_true(text_equal(pricing.nearest.got, TEXT("unknown_country")));
	assert_string_equal(rate_call(&calls[20]).nearest.condition, "digits");
}

static void
the_callers_area_code_has_three_or_four_digits(void **state)
{
	const char *noon = "2026-03-10T12:00:00+08:00";
	const struct one_call calls[] = {
		{ "01085090595", "01012345678", noon, 6, "local", "0.22" },
		{ "01085090595", "01112345678", noon, 6, "domestic", "0.07" },
		{ "02085090595", "02012345678", noon, 6, "local", "0.22" },
		{ "02085090595", "02112345678", noon, 6, "domestic", "0.07" },
		{ "07722820019", "07712345678", noon, 6, "domestic", "0.07" },
		{ "07722820019", "07722345678", noon, 6, "local", "0.22" },
		{ "07722820019", "0772", noon, 6, "local", "0.22" },
		{ "02085090595", "00211234567", noon, 6, "international", "0.80" },
		{ "anonymous", "07722345678", noon, 6, "domestic", "0.07" },
	};

	(void)state;
	ASSERT_CALLS(calls);
}

static void
domestic_units_have_the_price_of_their_first_second(void **state)
{
	const struct one_call calls[] = {
		{ CALLER, "02073241552", "2026-03-10T06:59:59+08:00", 6, "domestic", "0.04" },
		{ CALLER, "02073241552", "2026-03-10T06:59:59+08:00", 7, "domestic", "0.11" },
		{ CALLER, "02073241552", "2026-03-10T07:00:00+08:00", 6, "domestic", "0.07" },
		/* 4 units begin before 07:00, 6 from then on: 0.16 + 0.42 */
		{ CALLER, "02073241552", "2026-03-10T06:59:40+08:00", 60, "domestic", "0.58" },
		/* Saturday and Sunday outside the night: 0.05 */
		{ CALLER, "02073241552", "2026-03-14T06:00:00+08:00", 60, "domestic", "0.40" },
		{ CALLER, "02073241552", "2026-03-14T10:00:00+08:00", 60, "domestic", "0.50" },
		{ CALLER, "02073241552", "2026-03-15T23:00:00+08:00", 60, "domestic", "0.50" },
		/* Sunday 23:59:57, then two units of Monday's night */
		{ CALLER, "02073241552", "2026-03-15T23:59:57+08:00", 15, "domestic", "0.13" },
		/* Friday 2026-03-13 23:59:57: one unit of the day, then Saturday's night */
		{ CALLER, "02073241552", "2026-03-13T23:59:57+08:00", 15, "domestic", "0.15" },
	};

	(void)state;
	ASSERT_CALLS(calls);
}

static void
holidays_cost_4_all_day_and_swapped_workdays_7(void **state)
{
	const struct one_call calls[] = {
		/* Thursday 2026-04-30 into Labour Day: 2 units of the day, 8 of the holiday */
		{ CALLER, "02073241552", "2026-04-30T23:59:50+08:00", 60, "domestic", "0.46" },
		{ CALLER, "02073241552", "2026-05-01T12:00:00+08:00", 60, "domestic", "0.40" },
		/* Saturday 2026-05-09 is worked for it; 05-16 is an ordinary Saturday */
		{ CALLER, "02073241552", "2026-05-09T12:00:00+08:00", 60, "domestic", "0.70" },
		{ CALLER, "02073241552", "2026-05-09T06:00:00+08:00", 60, "domestic", "0.40" },
		{ CALLER, "02073241552", "2026-05-16T12:00:00+08:00", 60, "domestic", "0.50" },
		/* Saturday 2024-09-14 is worked; the Sunday after it is a holiday already */
		{ CALLER, "02073241552", "2024-09-14T23:59:54+08:00", 12, "domestic", "0.11" },
		/* 60 hours from Friday 2026-03-06 18:00: day 6 h, night 7 h, weekend 17 h, night 7
		 * h, weekend 17 h, night 6 h; 600 units an hour: 252 + 168 + 510 + 168 + 510 + 144
		 */
		{ CALLER, "02073241552", "2026-03-06T18:00:00+08:00", 216000, "domestic",
			"1752.00" },
	};

	(void)state;
	ASSERT_CALLS(calls);
}

static void
years_without_holidays_are_refused_where_they_matter(void **state)
{
	const struct one_call calls[] = {
		{ CALLER, "02073241552", "2026-12-31T23:59:54+08:00", 6, "domestic", "0.07" },
		{ CALLER, "02073241552", "2026-12-31T23:59:54+08:00", 7, "domestic", NULL },
		{ CALLER, "02073241552", "2027-03-10T12:00:00+08:00", 60, "domestic", NULL },
		{ CALLER, "02073241552", "2027-03-10T12:00:00+08:00", 0, "domestic", NULL },
		{ CALLER, "02073241552", "2023-12-31T12:00:00+08:00", 60, "domestic", NULL },
		{ CALLER, "5507882", "2027-03-10T12:00:00+08:00", 60, "local", "0.22" },
		{ CALLER, "004363683473", "2027-03-10T12:00:00+08:00", 6, "international", "0.80" },
		{ CALLER, "110", "2027-03-10T12:00:00+08:00", 6, "free", "0.00" },
	};

	(void)state;
	ASSERT_CALLS(calls);
	assert_int_equal(rate_call(&calls[2]).refused, REFUSED_CALENDAR);
}

static int
set_up(void **state)
{
	(void)state;
	s1_begin(&s1);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	sketch_end(&s1.sketch);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(local_calls_cost_22_for_180_s_then_11_a_minute),
		cmocka_unit_test(zones_follow_the_digits),
		cmocka_unit_test(the_callers_area_code_has_three_or_four_digits),
		cmocka_unit_test(domestic_units_have_the_price_of_their_first_second),
		cmocka_unit_test(holidays_cost_4_all_day_and_swapped_workdays_7),
		cmocka_unit_test(years_without_holidays_are_refused_where_they_matter),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
