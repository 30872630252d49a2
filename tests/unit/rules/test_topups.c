/*
 * What top-ups give by a catalog's rules: by hand where they meet, at random beside an oracle that
 * picks by going over all of them anew, and in a scenario as a product manager writes it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

#include "tested.h"

#include "../../../rules/topups.h"

#define RULES_MAX 8
#define ROUNDS 20000
#define YUAN INT64_C(1000000)

static struct sketch sketch;
static struct topup rules[RULES_MAX];
static const char *had_id; /* the customer has had this rule … */
static int32_t had_cycle;  /* … in this cycle */
static bool cold;
static struct topup_judged judged[TOPUPS_MAX];
static size_t judged_count;

static enum fact
read_had(void *context, const struct counter_name *name, int64_t *had)
{
	(void)context;
	assert_true(text_equal(name->package, TEXT("@topup")));
	*had = had_id != NULL && text_equal(name->allowance, text_of(had_id)) &&
		name->cycle == had_cycle;
	return cold ? FACT_COLD : FACT_KNOWN;
}

static void
begin(void)
{
	sketch_begin(&sketch, "Asia/Shanghai");
	memset(rules, 0, sizeof rules);
	sketch.image.topups = rules;
	had_id = NULL;
	cold = false;
	if (!image_index_packages(&sketch.image))
		sketch_stop("no memory");
}

/* A rule that gives an amount as a gift that is good for a month. */
static struct topup *
rule(const char *id, int64_t at_least, int64_t bonus)
{
	struct topup *topup = &rules[sketch.image.topup_count++];
	*topup = (struct topup){ .id = text_of(id),
		.from_ms = INT64_MIN,
		.till_ms = INT64_MAX,
		.at_least = { at_least * YUAN },
		.amount = { bonus * YUAN },
		.round_step = 10000,
		.round_mode = ROUND_DOWN,
		.gift = { .kind = MONEY_GIFT, .valid_count = 1, .valid_every = CYCLE_MONTH } };
	return topup;
}

static struct topup_question
question_of(int64_t amount_micros, const char *at)
{
	int64_t ms = sketch_at(at);
	return (struct topup_question){ .image = &sketch.image,
		.amount = { amount_micros },
		.at_ms = ms,
		.now_ms = ms,
		.facts = { NULL, read_had } };
}

/* What is given, as text: "hundred 10.00 2026-02-15, longer". */
static void
assert_judged(const struct topup_question *question, const char *expected)
{
	char text[400] = "";
	size_t size = 0;
	assert_int_equal(topups_judge(question, judged, &judged_count), TOPUPS_JUDGED);
	for (size_t i = 0; i < judged_count; i++) {
		char amount[MONEY_TEXT_MAX];
		if (judged[i].verdict != TOPUP_GIVEN)
			continue;
		size += (size_t)snprintf(text + size, sizeof text - size, "%s%.*s",
			size == 0 ? "" : ", ", TEXT_ARGS(judged[i].topup->id));
		if (judged[i].bonus.micros == 0)
			continue;
		money_format(judged[i].bonus, amount);
		size += (size_t)snprintf(text + size, sizeof text - size, " %s", amount);
	}
	assert_string_equal(text, expected);
}

static enum topup_verdict
verdict_of(const char *id)
{
	for (size_t i = 0; i < judged_count; i++)
		if (text_equal(judged[i].topup->id, text_of(id)))
			return judged[i].verdict;
	fail_msg("%s was not judged", id);
	return TOPUP_GIVEN;
}

#define NOON "2026-01-15T12:00:00+08:00"

static void
only_the_highest_amount_that_is_reached_applies(void **state)
{
	(void)state;
	begin();
	rule("fifty", 50, 5);
	rule("hundred", 100, 12);
	rule("thousand", 1000, 150);
	struct topup_question question = question_of(50 * YUAN - 1, NOON);
	assert_judged(&question, "");
	assert_int_equal(verdict_of("fifty"), TOPUP_TOO_LITTLE);
	question = question_of(50 * YUAN, NOON);
	assert_judged(&question, "fifty 5.00");
	question = question_of(100 * YUAN, NOON);
	assert_judged(&question, "hundred 12.00");
	assert_int_equal(verdict_of("fifty"), TOPUP_OUTRANKED);
	assert_int_equal(verdict_of("thousand"), TOPUP_TOO_LITTLE);
	assert_int_equal(judged[1].till_ms, sketch_at("2026-02-15T00:00:00+08:00"));
	sketch_end(&sketch);
}

static void
what_adds_is_given_besides_and_of_what_is_paid_in_alone(void **state)
{
	(void)state;
	begin();
	rule("hundred", 100, 12);
	struct topup *tenth = rule("tenth", 0, 0);
	tenth->parts_per_million = 100000;
	tenth->adds = true;
	rule("more", 20, 1)->adds = true;
	struct topup_question question = question_of(133 * YUAN + 390000, NOON);
	assert_judged(&question, "hundred 12.00, more 1.00, tenth 13.33");
	sketch_end(&sketch);
}

static void
a_percentage_is_rounded_once_as_the_rule_says(void **state)
{
	(void)state;
	begin();
	struct topup *third = rule("third", 0, 0);
	third->parts_per_million = 333333;
	struct topup_question question = question_of(10 * YUAN, NOON); /* 3.33333 */
	assert_judged(&question, "third 3.33");
	third->round_mode = ROUND_UP;
	assert_judged(&question, "third 3.34");
	third->round_step = 1;
	assert_judged(&question, "third 3.33333");
	third->parts_per_million = INT64_C(9999999999);
	question.amount.micros = INT64_MAX;
	assert_int_equal(topups_judge(&question, judged, &judged_count), TOPUPS_OVERFLOW);
	sketch_end(&sketch);
}

static void
a_rule_that_was_had_makes_room_for_the_next(void **state)
{
	(void)state;
	begin();
	rule("always", 50, 5);
	struct topup *monthly = rule("monthly", 50, 20);
	monthly->is_limited = monthly->each_cycle = true;
	monthly->every = CYCLE_MONTH;
	struct topup_question question = question_of(60 * YUAN, NOON);
	assert_judged(&question, "monthly 20.00");
	assert_int_equal(judged[0].counter.cycle, sketch_day(2026, 1, 1));
	had_id = "monthly";
	had_cycle = (int32_t)sketch_day(2026, 1, 1);
	assert_judged(&question, "always 5.00");
	assert_int_equal(verdict_of("monthly"), TOPUP_USED_UP);
	/* The month begins at local midnight. */
	question = question_of(60 * YUAN, "2026-01-31T15:59:59Z");
	assert_judged(&question, "always 5.00");
	question = question_of(60 * YUAN, "2026-01-31T16:00:00Z");
	assert_judged(&question, "monthly 20.00");
	monthly->each_cycle = false;
	had_cycle = 0;
	assert_judged(&question, "always 5.00");
	cold = true;
	assert_int_equal(topups_judge(&question, judged, &judged_count), TOPUPS_COLD);
	sketch_end(&sketch);
}

static void
the_instant_of_the_top_up_decides_the_version(void **state)
{
	(void)state;
	begin();
	rule("may", 10, 1)->till_ms = sketch_at("2026-05-08T00:00:00+08:00");
	rule("may", 10, 2)->from_ms = sketch_at("2026-05-08T00:00:00+08:00");
	struct topup_question question = question_of(10 * YUAN, "2026-05-07T23:59:59+08:00");
	assert_judged(&question, "may 1.00");
	question = question_of(10 * YUAN, "2026-05-08T00:00:00+08:00");
	assert_judged(&question, "may 2.00");
	sketch_end(&sketch);
}

static void
what_has_nothing_to_give_makes_room_for_the_next(void **state)
{
	(void)state;
	begin();
	struct topup *longer = rule("longer", 100, 0);
	longer->extends_count = 30;
	struct topup *month = rule("month", 50, 5);
	rule("kept", 20, 1)->to_balance = true;
	struct topup_question question = question_of(100 * YUAN, NOON);
	assert_judged(&question, "month 5.00");
	assert_int_equal(verdict_of("longer"), TOPUP_NO_END);
	question.expires = true;
	assert_judged(&question, "longer");
	question.expires = false;
	question.now_ms = sketch_at("2026-02-14T23:59:59+08:00");
	assert_judged(&question, "month 5.00");
	question.now_ms = sketch_at("2026-02-15T00:00:00+08:00");
	assert_judged(&question, "kept 1.00");
	assert_int_equal(verdict_of("month"), TOPUP_LAPSED);
	month->gift.valid_count = 0;
	assert_judged(&question, "month 5.00");
	sketch_end(&sketch);
}

/* ---- at random ---- */

/* Does a rule apply, were it alone? Amounts are whole yuan, and nothing is rounded. */
static bool
is_candidate(const struct topup *topup, const struct topup_question *question)
{
	bool was_had = topup->is_limited && had_id != NULL &&
		text_equal(topup->id, text_of(had_id));
	return topup->from_ms <= question->at_ms && question->at_ms < topup->till_ms &&
		topup->at_least.micros <= question->amount.micros && !was_had;
}

/* Would one be judged later than another? */
static bool
is_behind(uint32_t a, uint32_t b)
{
	if (rules[a].at_least.micros != rules[b].at_least.micros)
		return rules[a].at_least.micros < rules[b].at_least.micros;
	if (rules[a].is_limited != rules[b].is_limited)
		return rules[b].is_limited;
	return a > b;
}

static bool
applies(uint32_t index, const struct topup_question *question)
{
	if (!is_candidate(&rules[index], question))
		return false;
	for (uint32_t i = 0; i < sketch.image.topup_count && !rules[index].adds; i++)
		if (i != index && !rules[i].adds && is_candidate(&rules[i], question) &&
			is_behind(index, i))
			return false;
	return true;
}

static void
random_rules(void)
{
	static const char *const ids[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
	sketch.image.topup_count = 0;
	uint32_t count = (uint32_t)random_below(RULES_MAX + 1);
	for (uint32_t i = 0; i < count; i++) {
		struct topup *topup = rule(ids[i], (int)random_below(6), 1 + (int)random_below(5));
		topup->adds = random_below(3) == 0;
		topup->is_limited = random_below(3) == 0;
		topup->parts_per_million = random_below(2) == 0 ? 250000 : 0;
		if (random_below(4) == 0)
			topup->from_ms = sketch_at("2026-01-01T00:00:00Z") + (int)random_below(100);
		if (random_below(4) == 0)
			topup->till_ms = sketch_at("2026-01-01T00:00:00Z") + 50 +
				(int)random_below(100);
		if (topup->parts_per_million > 0)
			topup->amount.micros = 0;
	}
	had_id = random_below(2) == 0 ? ids[random_below(RULES_MAX)] : NULL;
	had_cycle = 0;
}

static void
rules_apply_as_an_oracle_picks_them(void **state)
{
	(void)state;
	begin();
	random_state = 20261123;
	print_message("seed %llu\n", (unsigned long long)random_state);
	for (unsigned round = 0; round < ROUNDS; round++) {
		random_rules();
		struct topup_question question = question_of(
			(1 + (int)random_below(8)) * YUAN, NOON);
		question.at_ms = question.now_ms = sketch_at("2026-01-01T00:00:00Z") +
			(int)random_below(150);
		assert_int_equal(topups_judge(&question, judged, &judged_count), TOPUPS_JUDGED);
		size_t given = 0, wanted = 0;
		for (size_t i = 0; i < judged_count; i++) {
			uint32_t index = (uint32_t)(judged[i].topup - rules);
			assert_true(i == 0 ||
				is_behind(index, (uint32_t)(judged[i - 1].topup - rules)));
			if (judged[i].verdict != TOPUP_GIVEN)
				continue;
			given++;
			assert_true(applies(index, &question));
			assert_int_equal(judged[i].bonus.micros,
				rules[index].parts_per_million > 0 ? question.amount.micros / 4
								   : rules[index].amount.micros);
		}
		for (uint32_t i = 0; i < sketch.image.topup_count; i++)
			wanted += applies(i, &question);
		assert_int_equal(given, wanted);
	}
	sketch_end(&sketch);
}

/* ---- as written ---- */

static const char *const catalog =
	"catalog \"prepaid\" { languages = \"en\" }\n"
	"service \"voice\" { unit = \"second\" }\n"
	"service \"sms\" { unit = \"item\" }\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"voice\", say = \"s\", serves = { service = \"voice\" }, step = \"60 s\", price = \"0.20\" },\n"
	"    tariff { id = \"sms\", say = \"s\", serves = { service = \"sms\" }, step = \"1 item\", price = \"0.10\" },\n"
	"    refund { id = \"back\", say = \"s\" },\n"
	"}\n"
	"topup \"fifty\" {\n"
	"    at_least = \"50.00\", bonus = \"10%\", round = \"0.01 down\", valid = \"2 months\", pays = { service = \"voice\" },\n"
	"    extends = \"30 days\", stack = \"best\", say = \"s\",\n"
	"}\n"
	"topup \"first\" { at_least = \"1.00\", bonus = \"1.00\", to = \"balance\", every = \"once\", stack = \"add\", say = \"s\" }\n"
	"texts \"en\" { catalog = { prepaid = \"p\" }, service = { voice = \"v\", sms = \"s\" }, package = { talk = \"t\" }, s = \"it\" }\n";

static void
a_scenario_tells_what_rules_gave_and_pays_with_it(void **state)
{
	(void)state;
	assert_tests_pass(catalog,
		"scenario \"paid in\" {\n"
		"    from = \"2026-01-15 10:00:00\", holds = \"talk\", cash = \"0.00\",\n"
		"    top_up \"55.55\",\n"
		"    expect { topups = { \"fifty 5.55\", \"fifty 30 days\", \"first 1.00\" } },\n"
		"    expect { topups = {}, balances = { cash = \"56.55\", gift = \"5.55\", [\"topup.fifty\"] = \"5.55\" } },\n"
		"    top_up \"49.99\",\n"
		"    expect { topups = {}, entries = { \"top_up cash 55.55\", \"bonus topup.fifty 5.55\", \"bonus cash 1.00\",\n"
		"        \"top_up cash 49.99\" } },\n"
		"    use { service = \"sms\", items = 1 },\n"
		"    use { service = \"voice\", seconds = 61, as = \"call\" },\n"
		"    expect { entries = { \"pay cash 0.10\", \"pay topup.fifty 0.40\" } },\n"
		"    give_back { \"call\" },\n"
		"    top_up \"50.00\",\n"
		"    expect { balances = { [\"topup.fifty\"] = \"10.55\" } },\n"
		"    advance \"2 months\",\n"
		"    expect { balances = { gift = \"0.00\" }, entries = { \"refund topup.fifty 0.40\", \"top_up cash 50.00\",\n"
		"        \"bonus topup.fifty 5.00\", \"2026-03-15 expire topup.fifty 10.55\" } },\n"
		"}\n");
	assert_test_fails(catalog,
		"scenario \"paid in\" {\n"
		"    from = \"2026-01-15 10:00:00\", holds = \"talk\",\n"
		"    top_up \"50.00\",\n"
		"    expect { topups = { \"fifty 5.00\" } },\n"
		"}\n",
		"topups fifty 5.00", "topups fifty 5.00, fifty 30 days, first 1.00");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_highest_amount_that_is_reached_applies),
		cmocka_unit_test(what_adds_is_given_besides_and_of_what_is_paid_in_alone),
		cmocka_unit_test(a_percentage_is_rounded_once_as_the_rule_says),
		cmocka_unit_test(a_rule_that_was_had_makes_room_for_the_next),
		cmocka_unit_test(the_instant_of_the_top_up_decides_the_version),
		cmocka_unit_test(what_has_nothing_to_give_makes_room_for_the_next),
		cmocka_unit_test(rules_apply_as_an_oracle_picks_them),
		cmocka_unit_test(a_scenario_tells_what_rules_gave_and_pays_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
