/*
 * Tax codes: net amounts and tax of lines, at the rate of their day. Random amounts are held against
 * the definition: the tax is the multiple of the step that is nearest to the exact one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dues.h"

#include "../../../rules/explain.h"

#define CODES \
	"tax \"held\" { prices = \"inclusive\", { from = \"2018-05-01\", rate = \"10%\" }, " \
	"{ from = \"2019-04-01\", rate = \"9%\" } }\n" \
	"tax \"added\" { prices = \"exclusive\", { from = \"2016-05-01\", rate = \"6%\" } }\n"
#define TEXTS \
	"[\"charge.fee\"] = \"fee\", [\"tax.held\"] = \"VAT\", [\"tax.added\"] = \"VAT 2\", " \
	"[\"service.voice\"] = \"voice\", [\"allowance.free\"] = \"free\", [\"cap.most\"] = \"cap\", call = \"call\""
#define CALLS(more) \
	"service \"voice\" { unit = \"second\" }\n" P("2019-01-01", \
		"tariff { id = \"call\", serves = { service = \"voice\" }, step = \"60 s\", price = \"0.10\", say = \"call\", " more \
		" },\n charge { id = \"fee\", every = \"month\", ahead = true, amount = \"10.00\", tax = \"held\" }")

static struct money
fen(int64_t count)
{
	return (struct money){ count * 10000 };
}

static void
assert_split(const struct price_tax *tax, int64_t net_fen, int64_t tax_fen)
{
	assert_non_null(tax);
	assert_int_equal(tax->net.micros, net_fen * 10000);
	assert_int_equal(tax->amount.micros, tax_fen * 10000);
}

static enum fact
nothing_used(void *context, const struct counter_name *name, int64_t *used)
{
	(void)context;
	(void)name;
	*used = 0;
	return FACT_KNOWN;
}

/* A call of so many minutes at noon of a day, priced. */
static struct pricing
call_of(struct release *release, const char *day, int64_t minutes)
{
	const struct holding holding = {
		.package = TEXT("p"), .from_ms = INT64_MIN, .till_ms = INT64_MAX
	};
	const struct usage usage = { .service = TEXT("voice"),
		.from = TEXT("1"),
		.to = TEXT(""),
		.at_ms = day_ms(day) + 12 * HOUR_MS,
		.quantity = minutes * 60,
		.unit = UNIT_SECOND };
	const struct rate_question question = { .image = release_image(release),
		.usage = &usage,
		.holdings = &holding,
		.holding_count = 1,
		.facts = { .counter = nothing_used } };
	struct pricing pricing;
	struct fault fault = { 0 };
	assert_int_equal(rate_usage(&question, &due_arena, &pricing, &fault), RATE_DONE);
	assert_int_equal(pricing.refused, 0);
	return pricing;
}

static void
a_price_that_holds_its_tax_stays_what_it_is(void **state)
{
	struct release *release = build_package(CODES CALLS("tax = \"held\""), TEXTS);
	struct pricing pricing = call_of(release, "2019-04-01", 10);
	(void)state;
	assert_int_equal(pricing.amount.micros, fen(100).micros);
	assert_split(pricing.lines[0].tax, 92, 8);
	assert_int_equal(pricing.lines[0].tax->parts_per_million, 90000);
	pricing = call_of(release, "2019-03-31", 10);
	assert_split(pricing.lines[0].tax, 91, 9);
	pricing = call_of(release, "2019-03-31", 0);
	assert_split(pricing.lines[0].tax, 0, 0);
	release_drop(release);
}

static void
tax_that_is_added_is_paid_besides(void **state)
{
	struct release *release = build_package(CODES CALLS("tax = \"added\""), TEXTS);
	struct pricing pricing = call_of(release, "2026-03-01", 10);
	(void)state;
	assert_int_equal(pricing.amount.micros, fen(106).micros);
	assert_int_equal(pricing.lines[0].amount.micros, fen(106).micros);
	assert_split(pricing.lines[0].tax, 100, 6);
	release_drop(release);
}

static void
a_tariff_without_a_code_has_no_tax(void **state)
{
	struct release *release = build_package(CODES
		"tax \"unused\" { prices = \"exclusive\", { from = \"2016-05-01\", rate = \"6%\" } }\n" CALLS(
			""),
		TEXTS ", [\"tax.unused\"] = \"unused\"");
	(void)state;
	assert_null(call_of(release, "2026-03-01", 10).lines[0].tax);
	release_drop(release);
}

static void
a_fee_has_the_rate_of_the_day_that_says_its_price(void **state)
{
	struct release *release = build_package(CODES CALLS("tax = \"added\""), TEXTS);
	struct due_question question = asked(
		release, span_of("2019-01-01", NULL), span_of("2019-03-01", "2019-05-01"));
	struct due_pricing pricing = due_of(&question);
	(void)state;
	assert_int_equal(pricing.line_count, 2);
	assert_split(pricing.lines[0].tax, 909, 91);
	assert_split(pricing.lines[1].tax, 917, 83);
	assert_int_equal(pricing.amount.micros, fen(2000).micros);
	question.period = span_of("2019-04-01", "2019-05-01");
	assert_explained(release, &question, "en",
		"fee  10.00 CNY  (p.fee, 2019-04-01 to 2019-04-30)\n"
		"    2019-04-01 to 2019-04-30  10.00\n"
		"    VAT 9%, included  0.83 (net 9.17)\n");
	release_drop(release);
}

static void
a_call_is_explained_with_its_tax(void **state)
{
	struct release *release = build_package(CODES CALLS("tax = \"added\""), TEXTS);
	struct pricing pricing = call_of(release, "2026-03-01", 1);
	struct buffer out;
	(void)state;
	buffer_init(&out, 4096);
	assert_true(explain_pricing(release, TEXT("zh"), &pricing, &out));
	assert_true(text_equal((struct text){ (const char *)out.data, out.size },
		TEXT("call  0.11 CNY  (p.call)\n"
		     "    1 × 0.10\n"
		     "    VAT 2 6%，价外  0.01（不含税 0.10）\n")));
	buffer_release(&out);
	release_drop(release);
}

static void
a_cap_has_no_part_in_tax_that_is_added(void **state)
{
	struct release *release = build_package(
		CODES CALLS(
			"tax = \"added\" }, cap { id = \"most\", amount = \"0.50\", every = \"month\""),
		TEXTS);
	struct pricing pricing = call_of(release, "2026-03-01", 10);
	(void)state;
	assert_split(pricing.lines[0].tax, 50, 3);
	assert_int_equal(pricing.amount.micros, fen(53).micros);
	assert_int_equal(pricing.consumptions[0].used_after, fen(50).micros);
	release_drop(release);
}

static void
what_cannot_be_held_is_no_amount(void **state)
{
	const struct tax_rate rate = { .from_ms = 0, .parts_per_million = 60000 };
	const struct tax tax = {
		.id = TEXT("t"), .rates = &rate, .rate_count = 1, .round_step = 1
	};
	struct price_tax split = { 0 };
	struct money amount = { INT64_MAX };
	(void)state;
	assert_false(tax_apply(&tax, 0, &amount, &split));
	assert_true(amount.micros == INT64_MAX && split.tax == NULL);
}

/* Is `got` the multiple of a step nearest to numerator / denominator, halves up? */
static bool
is_nearest(int128 numerator, int128 denominator, int64_t step, int64_t got)
{
	int128 doubled = 2 * (numerator - (int128)got * denominator);
	return got % step == 0 && doubled >= -(int128)step * denominator &&
		doubled < (int128)step * denominator;
}

static void
random_amounts_are_split_by_the_definition(void **state)
{
	(void)state;
	chance = 20261122;
	print_message("seed %llu\n", (unsigned long long)chance);
	for (int round = 0; round < 20000; round++) {
		int64_t parts = random_between(0, DISCOUNT_WHOLE);
		struct tax_rate rate = { .from_ms = 0, .parts_per_million = (uint32_t)parts };
		struct tax tax = { .id = TEXT("t"),
			.inclusive = random_between(0, 1) == 1,
			.rates = &rate,
			.rate_count = 1,
			.round_step = random_between(0, 1) == 1 ? 10000 : 1,
			.round_mode = ROUND_HALF_UP };
		struct money amount = { random_between(0, 1000000) * 100 }, paid = amount;
		struct price_tax split;
		assert_true(tax_apply(&tax, random_between(-5, 5), &paid, &split));
		int128 whole = tax.inclusive ? DISCOUNT_WHOLE + parts : DISCOUNT_WHOLE;
		assert_true(split.net.micros + split.amount.micros == paid.micros);
		assert_true((tax.inclusive ? paid : split.net).micros == amount.micros);
		assert_true(is_nearest((int128)amount.micros * parts, whole, tax.round_step,
				    split.amount.micros) ||
			split.net.micros == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_price_that_holds_its_tax_stays_what_it_is),
		cmocka_unit_test(tax_that_is_added_is_paid_besides),
		cmocka_unit_test(a_tariff_without_a_code_has_no_tax),
		cmocka_unit_test(a_fee_has_the_rate_of_the_day_that_says_its_price),
		cmocka_unit_test(a_call_is_explained_with_its_tax),
		cmocka_unit_test(a_cap_has_no_part_in_tax_that_is_added),
		cmocka_unit_test(what_cannot_be_held_is_no_amount),
		cmocka_unit_test(random_amounts_are_split_by_the_definition),
	};
	arena_init(&due_arena, (size_t)64 * 1024 * 1024);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&due_arena);
	return failed;
}
