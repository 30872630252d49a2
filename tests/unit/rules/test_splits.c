/* How lines are divided among products and partners. Random amounts are held against the rule itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dues.h"

#define DIVIDED(amount, shares, more) \
	P("2026-01-01", \
		"params = { price = { money = \"0.00\" } }, charge { id = \"fee\", every = \"month\", ahead = true, amount = " amount \
		", split = { " shares " }, " more " }")
#define TEXTS \
	"[\"charge.fee\"] = \"fee\", [\"partner.a\"] = \"A\", [\"partner.b\"] = \"B\", [\"partner.c\"] = \"C\", [\"param.price\"] = \"price\""
#define THREE \
	"{ partner = \"a\", share = \"33.3333%\" }, { partner = \"b\", share = \"60%\" }, { partner = \"c\", share = \"6.6667%\" }"

/* The shares of the fee of March, in fen: "33+60+7". */
static void
assert_shares(const char *package, const char *texts, const char *expected)
{
	struct release *release = build_package(package, texts);
	struct due_question question = asked(
		release, span_of("2026-03-01", NULL), span_of("2026-03-01", "2026-04-01"));
	struct due_pricing pricing = due_of(&question);
	char got[200] = "";
	assert_int_equal(pricing.line_count, 1);
	for (size_t i = 0; i < pricing.lines[0].share_count; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%lld", i == 0 ? "" : "+",
			(long long)pricing.lines[0].shares[i].amount.micros / 10000);
	assert_string_equal(got, expected);
	release_drop(release);
}

static void
shares_are_rounded_and_the_last_takes_the_rest(void **state)
{
	(void)state;
	assert_shares(DIVIDED("\"1.00\"", THREE, ""), TEXTS, "33+60+7");
	assert_shares(DIVIDED("\"0.01\"", THREE, ""), TEXTS, "0+1+0");
	assert_shares(DIVIDED("\"0.02\"", THREE, ""), TEXTS, "1+1+0");
	assert_shares(DIVIDED("\"0.00\"", THREE, ""), TEXTS, "0+0+0");
	assert_shares(DIVIDED("\"1.00\"", THREE, "round = \"0.1 up\""), TEXTS, "40+60+0");
}

static void
a_charge_that_is_not_divided_has_no_shares(void **state)
{
	(void)state;
	assert_shares(
		P("2026-01-01",
			"charge { id = \"fee\", every = \"month\", ahead = true, amount = \"1.00\" }"),
		"[\"charge.fee\"] = \"fee\"", "");
}

static void
tax_belongs_to_nobody(void **state)
{
	static const char package[] =
		"tax \"vat\" { prices = \"inclusive\", { from = \"2020-01-01\", rate = \"9%\" } }\n" DIVIDED(
			"\"1.09\"", THREE, "tax = \"vat\"");
	(void)state;
	assert_shares(package, TEXTS ", [\"tax.vat\"] = \"VAT\"", "33+60+7");
}

static void
shares_are_explained_in_both_languages(void **state)
{
	struct release *release = build_package(DIVIDED("\"1.00\"", THREE, ""), TEXTS);
	struct due_question question = asked(
		release, span_of("2026-03-01", NULL), span_of("2026-03-01", "2026-04-01"));
	(void)state;
	assert_explained(release, &question, "en",
		"fee  1.00 CNY  (p.fee, 2026-03-01 to 2026-03-31)\n"
		"    2026-03-01 to 2026-03-31  1.00\n"
		"    A 33.3333%  0.33\n"
		"    B 60%  0.60\n"
		"    C 6.6667%  0.07\n");
	release_drop(release);
}

/* What each but the last gets: its share to the nearest fen, up to what is left. */
static void
random_amounts_are_divided_by_the_rule(void **state)
{
	static const int64_t parts[] = { 333333, 600000 };
	struct asker asker;
	char text[MONEY_TEXT_MAX];
	struct attribute price = { .name = TEXT("price") };
	(void)state;
	chance = 20261122;
	print_message("seed %llu\n", (unsigned long long)chance);
	asker_begin(&asker, DIVIDED("param \"price\"", THREE, ""), TEXTS);
	asker.question.params = &price;
	asker.question.param_count = 1;
	for (int round = 0; round < 500; round++) {
		int64_t left = random_between(0, round < 250 ? 20 : 1000000), whole = left;
		size_t size = money_format((struct money){ whole * 10000 }, text);
		price.text = (struct text){ text, size };
		struct due_pricing pricing = due_of(&asker.question);
		const struct due_share *shares = pricing.lines[0].shares;
		for (size_t i = 0; i < 2; i++) {
			int64_t part = (whole * parts[i] + 500000) / 1000000;
			part = part < left ? part : left;
			assert_int_equal(shares[i].amount.micros, part * 10000);
			left -= part;
		}
		assert_int_equal(shares[2].amount.micros, left * 10000);
		arena_clear(&due_arena);
	}
	asker_end(&asker);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_are_rounded_and_the_last_takes_the_rest),
		cmocka_unit_test(a_charge_that_is_not_divided_has_no_shares),
		cmocka_unit_test(tax_belongs_to_nobody),
		cmocka_unit_test(shares_are_explained_in_both_languages),
		cmocka_unit_test(random_amounts_are_divided_by_the_rule),
	};
	arena_init(&due_arena, (size_t)64 * 1024 * 1024);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&due_arena);
	return failed;
}
