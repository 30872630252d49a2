#include "sold.h"
#include "tested.h"

#include "../../../rules/prompts.h"

static const char source[] =
	"catalog \"shop\" { facts = { age = \"integer\", spend = \"money by month\" } }\n"
	"service \"voice\" { unit = \"second\" }\n"
	"product \"line\" { services = \"voice\" }\n"
	"local words = { catalog = { shop = \"x\" }, service = { voice = \"x\" }, product = { line = \"x\" }, package = {},\n"
	"    fact = { age = \"x\", spend = \"x\" }, plan = { p = \"x\" }, offering = { o = \"x\" }, call = \"x\", why = \"x\" }\n"
	"for i, id in ipairs { \"a\", \"b\", \"c\" } do\n"
	"    words.package[id] = \"x\"\n"
	"    package(id) { kind = \"base\", from = \"2020-01-01\",\n"
	"        i == 1 and tariff { id = \"t\", serves = { service = \"voice\" }, step = \"60 s\", price = \"0.15\", say = \"call\" } or nil }\n"
	"end\n"
	"plan \"p\" { base = { \"a\", \"b\", \"c\" } }\n"
	"offering \"o\" { plans = \"p\" }\n"
	"sell {\n"
	"    eligible { \"b\", say = \"why\", when = function(c) return c.customer.age >= 18 end },\n"
	"    prompt { id = \"m\", on = \"pay_bill\", show = \"popup\", say = \"why\", expires = \"1 day\", priority = 5 },\n"
	"    prompt { id = \"k\", on = \"pay_bill\", show = \"popup\", say = \"why\", expires = \"1 day\", priority = 5, accepted = \"3 days\" },\n"
	"    prompt { id = \"t\", on = { \"pay_bill\", \"daily\" }, show = \"task\", say = \"why\", expires = \"10 days\", priority = 7, declined = \"2 days\" },\n"
	"    prompt { id = \"z\", on = \"pay_bill\", show = \"message\", say = \"why\", expires = \"1 day\", offer = { \"b\", \"c\" } },\n"
	"    prompt { id = \"o\", on = \"enquiry\", show = \"message\", say = \"why\", expires = \"1 day\", offer = \"b\" },\n"
	"    prompt { id = \"w\", on = \"cancel\", show = \"popup\", say = \"why\", expires = \"1 day\", priority = 1000 },\n"
	"    retain { \"plan.p\", id = \"r\", rank = 0, show = \"popup\", offer = \"c\", say = \"why\", expires = \"1 day\" },\n"
	"}\n"
	"texts \"zh\" (words) texts \"en\" (words)\n";

struct told {
	struct sold sold;
	struct prompt_question question;
	struct prompt_past past[8];
	struct prompt_verdict verdict;
};

static void
begin(struct told *told)
{
	sold_begin(&told->sold, source);
	told->question = (struct prompt_question){
		.image = told->sold.question.image,
		.occasion = OCCASION_PAY_BILL,
		.held = told->sold.held,
		.past = told->past,
		.at_ms = sold_day(2026, 3, 18) + HOUR_MS,
		.functions = told->sold.question.functions,
	};
}

static void
remember(struct told *told, const char *prompt, enum prompt_answer answer, int64_t at_ms)
{
	told->past[told->question.past_count++] = (struct prompt_past){ text_of(prompt), answer,
		at_ms };
}

/* "t k m; z more": what is given; what is skipped, and why. */
static const char *
told_of(struct told *told)
{
	struct buffer *out = &told->sold.text;
	struct fault fault;
	buffer_clear(out);
	if (prompt_judge(&told->question, &told->sold.arena, &told->verdict, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	for (uint32_t i = 0; i < told->verdict.given_count; i++)
		assert_true(buffer_print(out, "%s%.*s", i == 0 ? "" : " ",
			TEXT_ARGS(told->verdict.given[i].prompt->id)));
	for (uint32_t i = 0; i < told->verdict.skipped_count; i++)
		assert_true(buffer_print(out, "; %.*s %s",
			TEXT_ARGS(told->verdict.skipped[i].prompt->id),
			prompt_reason_name(told->verdict.skipped[i].reason)));
	assert_true(buffer_append(out, "", 1));
	return (const char *)out->data;
}

static void
three_at_most_are_told_by_priority_then_id(void **unused)
{
	struct told told;
	(void)unused;
	begin(&told);
	assert_string_equal(told_of(&told), "t k m; z more");
	assert_int_equal(told.verdict.given[0].expires_ms, sold_day(2026, 3, 28));
	assert_int_equal(told.verdict.given[1].expires_ms, sold_day(2026, 3, 19));
	sold_end(&told.sold);
}

static void
a_task_is_not_given_twice_while_it_is_open(void **unused)
{
	struct told told;
	(void)unused;
	begin(&told);
	told.question.occasion = OCCASION_DAILY;
	remember(&told, "t", PROMPT_SHOWN, sold_day(2026, 3, 9));
	assert_string_equal(told_of(&told), "; t open");
	told.past[0].at_ms -= 1; /* of the 8th, it has expired */
	assert_string_equal(told_of(&told), "t");
	/* answered, it is not open any more */
	told.past[0].at_ms = sold_day(2026, 3, 10);
	remember(&told, "t", PROMPT_ACCEPTED, sold_day(2026, 3, 11));
	assert_string_equal(told_of(&told), "t");
	told.past[1].answer = PROMPT_DECLINED;
	told.past[1].at_ms = sold_day(2026, 3, 17);
	assert_string_equal(told_of(&told), "; t declined");
	told.past[1].at_ms -= 1;
	assert_string_equal(told_of(&told), "t");
	/* but shown once more, it is */
	remember(&told, "t", PROMPT_SHOWN, sold_day(2026, 3, 18));
	assert_string_equal(told_of(&told), "; t open");
	sold_end(&told.sold);
}

static void
what_was_accepted_lately_is_not_told_again(void **unused)
{
	struct told told;
	(void)unused;
	begin(&told);
	remember(&told, "k", PROMPT_ACCEPTED, sold_day(2026, 3, 16));
	remember(&told, "m", PROMPT_DECLINED, sold_day(2026, 3, 18)); /* which says nothing of it */
	assert_string_equal(told_of(&told), "t m z; k accepted");
	told.past[0].at_ms -= 1;
	assert_string_equal(told_of(&told), "t k m; z more");
	sold_end(&told.sold);
}

static void
of_several_offers_one_that_may_be_bought_is_enough(void **unused)
{
	struct told told;
	const struct attribute young = { TEXT("age"), { NULL, 0 }, 17 };
	(void)unused;
	begin(&told);
	told.question.occasion = OCCASION_ENQUIRY;
	assert_string_equal(told_of(&told), "; o failed");
	told.question.facts = &young;
	told.question.fact_count = 1;
	assert_string_equal(told_of(&told), "; o eligibility");
	told.question.occasion = OCCASION_PAY_BILL;
	remember(&told, "k", PROMPT_ACCEPTED, told.question.at_ms);
	assert_string_equal(told_of(&told), "t m z; k accepted");
	sold_end(&told.sold);
}

static void
a_retention_offer_comes_first_and_only_for_what_is_cancelled(void **unused)
{
	struct told told;
	static const uint32_t cancelled[] = { 0 };
	(void)unused;
	begin(&told);
	told.question.occasion = OCCASION_CANCEL;
	sold_hold(&told.sold, "a")->plan = TEXT("p");
	told.question.held_count = 1;
	assert_string_equal(told_of(&told), "w");
	told.question.cancelled = cancelled;
	told.question.cancelled_count = 1;
	assert_string_equal(told_of(&told), "r w");
	sold_hold(&told.sold, "c");
	told.question.held_count = 2;
	assert_string_equal(told_of(&told), "w; r held");
	sold_end(&told.sold);
}

static void
facts_that_are_not_the_catalogs_are_refused(void **unused)
{
	struct told told;
	const struct {
		struct attribute fact;
		const char *condition;
		const char *wanted;
	} cases[] = {
		{ { TEXT("agee"), { NULL, 0 }, 17 }, "fact_unknown", "" },
		{ { TEXT("age"), TEXT("17"), 0 }, "fact_kind", "integer" },
		{ { TEXT("spend"), TEXT("1.00"), 0 }, "fact_unknown", "" },
		{ { TEXT("spend.2026-01"), TEXT("much"), 0 }, "fact_kind", "money by month" },
		{ { TEXT("age.2026-01"), TEXT("1.00"), 0 }, "fact_unknown", "" },
		{ { TEXT("spend.2026-01"), TEXT("1.00"), 0 }, NULL, "" },
	};
	(void)unused;
	begin(&told);
	told.question.fact_count = 1;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		told.question.facts = &cases[i].fact;
		told_of(&told);
		assert_int_equal(told.verdict.refused, cases[i].condition != NULL);
		if (cases[i].condition == NULL)
			continue;
		assert_int_equal(told.verdict.given_count + told.verdict.skipped_count, 0);
		assert_string_equal(told.verdict.nearest.condition, cases[i].condition);
		assert_true(text_equal(told.verdict.nearest.wanted, text_of(cases[i].wanted)));
	}
	sold_end(&told.sold);
}

/* ---- occasions of test files ---- */

#define OCCASION(fields) \
	"occasion \"it\" { on = \"pay_bill\", at = \"2026-03-18 10:00:00\",\n" fields " }\n"

static void
a_test_tells_what_is_not_so(void **unused)
{
	(void)unused;
	assert_tests_pass(source,
		OCCASION(
			"expect = { prompts = { \"t\", \"k\", \"m\" }, skipped = { \"z more\" } }"));
	assert_test_fails(
		source, OCCASION("expect = { prompts = {} }"), "prompts -", "prompts t, k, m");
	assert_test_fails(
		source, OCCASION("expect = { skipped = {} }"), "skipped -", "skipped z more");
	assert_test_fails(source, OCCASION("expect = { expires = { \"2026-03-29\" } }"),
		"expires 2026-03-29", "expires 2026-03-28, 2026-03-19, 2026-03-19");
	assert_test_fails(source,
		OCCASION("customer = { facts = { ages = 3 } }, expect = { prompts = {} }"),
		"refused -", "refused ages fact_unknown");
}

static void
what_makes_no_sense_is_found(void **unused)
{
	(void)unused;
	assert_test_finding(source, OCCASION("expect = {}"), "occasion_without_expect", 2);
	assert_test_finding(source, OCCASION("cancel = \"a\", expect = { prompts = {} }"),
		"cancel_of_nothing", 2);
	assert_test_finding(source,
		OCCASION(
			"past = { { \"t\", \"seen\", at = \"2026-03-01 00:00:00\" } }, expect = { prompts = {} }"),
		"unknown_choice", 2);
	assert_test_finding(source,
		OCCASION("holds = { package = \"d\" }, expect = { prompts = {} }"),
		"unknown_package", 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_at_most_are_told_by_priority_then_id),
		cmocka_unit_test(a_task_is_not_given_twice_while_it_is_open),
		cmocka_unit_test(what_was_accepted_lately_is_not_told_again),
		cmocka_unit_test(of_several_offers_one_that_may_be_bought_is_enough),
		cmocka_unit_test(a_retention_offer_comes_first_and_only_for_what_is_cancelled),
		cmocka_unit_test(facts_that_are_not_the_catalogs_are_refused),
		cmocka_unit_test(a_test_tells_what_is_not_so),
		cmocka_unit_test(what_makes_no_sense_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
