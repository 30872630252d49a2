#include "sold.h"
#include "tested.h"

#include "../../../rules/preview.h"
#include "../../../rules/test_world.h"

/* Packages whose charges recur in all ways; what each costs is not the same in any two. */
static const char source[] =
	"catalog \"shop\" {}\n"
	"service \"voice\" { unit = \"second\" }\n"
	"product \"line\" { services = \"voice\" }\n"
	"local charges = {\n"
	"    a = { { id = \"set_up\", every = \"once\", amount = \"20.00\" },\n"
	"        { id = \"fee\", every = \"month\", ahead = true, prorate = \"day\", amount = \"129.00\" } },\n"
	"    b = { { id = \"fee\", every = \"month\", ahead = false, prorate = \"day\", amount = \"31.00\" } },\n"
	"    c = { { id = \"fee\", every = \"month\", ahead = true, amount = \"7.00\" },\n"
	"        { id = \"yearly\", every = \"year\", ahead = false, prorate = \"day\", amount = \"365.00\" } },\n"
	"    d = { { id = \"daily\", every = \"day\", ahead = true, amount = \"0.50\" } },\n"
	"    f = { { id = \"all_in\", every = \"month\", ahead = false, prorate = \"day\", amount = \"99.00\", replaces = \"a.fee\" },\n"
	"        { id = \"best\", every = \"month\", ahead = true, amount = \"5.00\", replaces = \"b.fee\" } },\n"
	"    e = { { id = \"fee\", every = \"month\", ahead = true, prorate = \"day\", amount = param \"fee\" } },\n"
	"}\n"
	"local words = { catalog = { shop = \"x\" }, service = { voice = \"x\" }, product = { line = \"x\" }, package = {},\n"
	"    plan = { p = \"x\" }, offering = { o = \"x\" }, param = { fee = \"x\", bonus = \"x\" },\n"
	"    charge = { set_up = \"x\", fee = \"x\", yearly = \"x\", daily = \"x\", all_in = \"x\", best = \"x\" }, why = \"x\", call = \"x\" }\n"
	"for index, id in ipairs { \"a\", \"b\", \"c\", \"d\", \"e\", \"f\" } do\n"
	"    words.package[id] = \"x\"\n"
	"    local body = { kind = \"base\", from = \"2020-01-01\", params = {} }\n"
	"    for _, one in ipairs(charges[id]) do body[#body + 1] = charge(one) end\n"
	"    if id == \"e\" then\n"
	"        body.till = \"2026-06-01\"\n"
	"        body.params = { fee = { money = \"10.00\", choices = { \"10.00\", \"20.00\", \"30.00\" } },\n"
	"            bonus = { integer = \"0\", from = \"2026-04-01\", till = \"2026-05-01\",\n"
	"                check = function(p) return p.bonus < 5 end, say = \"why\" } }\n"
	"    end\n"
	"    body[#body + 1] = index == 1 and tariff { id = \"t\", serves = { service = \"voice\" }, step = \"60 s\", price = \"0.15\", say = \"call\" } or nil\n"
	"    package(id) (body)\n"
	"end\n"
	"package \"e\" { kind = \"base\", from = \"2026-06-01\", params = { fee = { money = \"10.00\", choices = { \"10.00\", \"20.00\" } } },\n"
	"    charge { id = \"fee\", every = \"month\", ahead = true, prorate = \"day\", amount = param \"fee\" } }\n"
	"plan \"p\" { base = { \"a\", \"b\", \"c\", \"d\", \"e\", \"f\" } }\n"
	"offering \"o\" { plans = \"p\" }\n"
	"texts \"zh\" (words) texts \"en\" (words)\n";

static struct preview
preview_of(struct sold *sold, uint32_t bill_count)
{
	struct previewing previewing = { &sold->question, &sold->verdict, bill_count };
	struct preview preview;
	struct fault fault;
	sold_judge(sold);
	if (sell_preview(&previewing, &sold->arena, &preview, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	return preview;
}

/* ---- what is foretold is what comes ---- */

#define BILLS 6

/* What a world charged in the month of a bill, of holdings first … last. */
static int64_t
charged_in(const struct world *world, const struct preview_bill *bill, size_t first, size_t last)
{
	int64_t micros = 0;
	for (size_t i = 0; i < world->fee_count; i++) {
		const struct world_fee *fee = &world->fees[i];
		if (fee->holding >= first && fee->holding <= last &&
			fee->due_day >= bill->from_day && fee->due_day < bill->till_day)
			micros += fee->amount.micros;
	}
	return micros;
}

/* Lives through it day by day: what is held, then what is added. */
static void
live(struct sold *sold, struct world *world, bool with_order, const struct preview *preview)
{
	const struct sell_question *question = &sold->question;
	int64_t till_ms = (preview->bills[BILLS - 1].till_day + 1) * DAY_MS;
	struct arena arena;
	struct fault fault;
	arena_init(&arena, (size_t)64 << 20);
	world_clear(world, sold_day(2026, 1, 1));
	for (uint32_t i = 0; i < question->held_count; i++) {
		struct holding holding = { .package = sold->held[i].package,
			.from_ms = sold->held[i].span.from_ms,
			.till_ms = sold->held[i].span.till_ms };
		for (uint32_t j = 0; with_order && j < question->wanted_count; j++)
			if (sold->wanted[j].action == SELL_CANCEL && sold->wanted[j].target == i &&
				sold->verdict.starts_ms[j] < holding.till_ms)
				holding.till_ms = sold->verdict.starts_ms[j];
		assert_true(world_hold(world, &holding));
	}
	for (uint32_t i = 0; with_order && i < question->wanted_count; i++)
		if (sold->wanted[i].action == SELL_ADD)
			assert_true(world_hold(world,
				&(struct holding){ .package = sold->wanted[i].item.package,
					.from_ms = sold->verdict.starts_ms[i],
					.till_ms = sold->wanted[i].item.span.till_ms }));
	while (world->clock_ms < till_ms) {
		world_move(world, world->clock_ms + DAY_MS);
		if (!world_fall_due(world, &arena, &fault))
			fail_msg("%s", fault.text);
	}
	arena_release(&arena);
}

static void
check_bills(struct sold *sold, struct world *world)
{
	struct preview preview = preview_of(sold, BILLS);
	size_t held = sold->question.held_count;
	assert_int_equal(preview.refused, 0);
	live(sold, world, true, &preview);
	for (uint32_t i = 0; i < BILLS; i++) {
		const struct preview_bill *bill = &preview.bills[i];
		int64_t sum = 0;
		for (uint32_t j = 0; j < bill->line_count; j++)
			sum += bill->lines[j].line->amount.micros;
		assert_int_equal(bill->amount.micros, sum);
		assert_int_equal(bill->one_off.micros + bill->recurring.micros, sum);
		assert_int_equal(sum, charged_in(world, bill, held, SIZE_MAX));
		assert_int_equal(bill->held_after.micros,
			held == 0 ? 0 : charged_in(world, bill, 0, held - 1));
	}
	live(sold, world, false, &preview);
	for (uint32_t i = 0; i < BILLS; i++)
		assert_int_equal(preview.bills[i].held_before.micros,
			charged_in(world, &preview.bills[i], 0, SIZE_MAX));
}

static uint32_t
draw(unsigned *seed, uint32_t below)
{
	return (uint32_t)rand_r(seed) % below;
}

static void
random_order(struct sold *sold, unsigned *seed)
{
	static const char *const ids[] = { "a", "b", "c", "d", "e", "f" };
	sold_clear(sold);
	for (uint32_t i = 0, count = draw(seed, 3); i < count; i++) {
		struct sell_item *item = sold_hold(sold, ids[draw(seed, 6)]);
		item->span.from_ms = sold_day(2026, 1, 1 + (int32_t)draw(seed, 28));
		if (draw(seed, 2) == 0)
			sold_cancel(sold, i)->item.span.from_ms = sold_day(
				2026, 3 + (int32_t)draw(seed, 5), 18 + (int32_t)draw(seed, 10));
	}
	for (uint32_t i = 0, count = draw(seed, 3); i < count; i++) {
		struct sell_wanted *wanted = sold_add(sold, ids[draw(seed, 6)]);
		wanted->has_mode = true;
		wanted->mode.kind = (enum effective_kind)draw(seed, 3);
		wanted->item.span.from_ms = sold_day(2026, 3 + (int32_t)draw(seed, 3), 18) +
			HOUR_MS;
		if (draw(seed, 3) == 0)
			wanted->item.span.till_ms = sold_day(2026, 7, 9);
	}
}

static void
the_bills_are_those_that_were_foretold(void **unused)
{
	struct sold sold;
	struct world world;
	unsigned seed = 20260318;
	(void)unused;
	print_message("seed %u\n", seed);
	sold_begin(&sold, source);
	world_init(&world, sold.question.image, NULL);
	world.due_functions = sold.question.due_functions;
	for (int i = 0; i < 40; i++) {
		random_order(&sold, &seed);
		check_bills(&sold, &world);
	}
	world_release(&world);
	sold_end(&sold);
}

static void
a_preview_that_has_no_price_is_refused_for_the_first_reason(void **unused)
{
	struct sold sold;
	const struct attribute fee = { TEXT("fee"), TEXT("11.00"), 0 };
	(void)unused;
	sold_begin(&sold, source);
	sold_add(&sold, "a");
	struct sell_wanted *wanted = sold_add(&sold, "e");
	wanted->item.params = &fee;
	wanted->item.param_count = 1;
	struct preview preview = preview_of(&sold, 1);
	assert_int_equal(preview.refused, DUE_REFUSED_PARAMETER);
	assert_string_equal(preview.nearest.condition, "param_choice");
	sold_end(&sold);
}

/* ---- parameters ---- */

static const char *
because_with(struct sold *sold, const struct attribute *params, uint32_t count)
{
	sold_clear(sold);
	struct sell_wanted *wanted = sold_add(sold, "e");
	wanted->item.params = params;
	wanted->item.param_count = count;
	return sold_because(sold);
}

static void
what_is_given_is_judged_on_every_day_on_which_it_will_count(void **unused)
{
	struct sold sold;
	struct attribute params[] = { { TEXT("fee"), TEXT("20.00"), 0 },
		{ TEXT("bonus"), { NULL, 0 }, 4 } };
	(void)unused;
	sold_begin(&sold, source);
	assert_string_equal(because_with(&sold, params, 2), "-");
	/* the version that begins in June does not have it any more */
	params[0].text = TEXT("30.00");
	assert_string_equal(
		because_with(&sold, params, 2), "parameter e: fee param_choice 10.00|20.00");
	sold.wanted[0].item.span.till_ms = sold_day(2026, 6, 1);
	assert_string_equal(sold_because(&sold), "-");
	/* the bonus counts in April only, and is checked then */
	params[0].text = TEXT("10.00");
	params[1].number = 5;
	assert_string_equal(because_with(&sold, params, 2), "parameter e: bonus param_check true");
	sold.question.at_ms = sold_day(2026, 5, 1);
	assert_string_equal(because_with(&sold, params, 2),
		"parameter e: bonus param_lapsed 2026-04-01..2026-04-30");
	sold_end(&sold);
}

static void
a_value_is_of_its_kind(void **unused)
{
	struct sold sold;
	const struct attribute params[] = { { TEXT("bonus"), TEXT("many"), 0 },
		{ TEXT("fee"), TEXT("ten"), 0 } };
	(void)unused;
	sold_begin(&sold, source);
	assert_string_equal(because_with(&sold, params, 2),
		"parameter e: fee param_kind money; parameter e: bonus param_kind integer");
	sold_end(&sold);
}

/* ---- orders of test files ---- */

#define ORDER(expect) \
	"order \"it\" { at = \"2026-03-10 00:00:00\",\n" \
	"    add = { package = \"a\", effective = \"now\" },\n" \
	"    expect = { verdict = \"ok\", " expect " } }\n"

static void
a_test_tells_what_bills_hold(void **unused)
{
	(void)unused;
	assert_tests_pass(source,
		ORDER("first_bill = { \"a.set_up 20.00\", \"a.fee 91.55\" }, one_off = \"20.00\", "
		      "recurring = \"91.55\", next_bills = { \"129.00\" }, saves = { \"0.00\" }"));
	assert_test_fails(source, ORDER("first_bill = {}"), "first_bill -",
		"first_bill a.set_up 20.00, a.fee 91.55");
	assert_test_fails(source, ORDER("one_off = \"1.00\", recurring = \"1.00\""),
		"one_off 1.00, recurring 1.00", "one_off 20.00, recurring 91.55");
	assert_test_fails(source, ORDER("next_bills = { \"129.00\", \"0.00\" }"),
		"next bill 2 0.00", "next bill 2 129.00");
	assert_test_fails(source, ORDER("saves = { \"1.00\" }"), "saved 1 1.00", "saved 1 0.00");
	assert_test_finding(source, ORDER("first_bill = { \"fee 91.55\" }"), "fee_line", 3);
	assert_test_finding(source,
		ORDER("next_bills = { \"1.00\", \"1.00\", \"1.00\", \"1.00\", \"1.00\", \"1.00\", \"1.00\","
		      "\"1.00\", \"1.00\", \"1.00\", \"1.00\", \"1.00\", \"1.00\", \"1.00\", \"1.00\", \"1.00\","
		      "\"1.00\", \"1.00\", \"1.00\", \"1.00\", \"1.00\", \"1.00\", \"1.00\", \"1.00\" }"),
		"order_bills", 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bills_are_those_that_were_foretold),
		cmocka_unit_test(a_preview_that_has_no_price_is_refused_for_the_first_reason),
		cmocka_unit_test(what_is_given_is_judged_on_every_day_on_which_it_will_count),
		cmocka_unit_test(a_value_is_of_its_kind),
		cmocka_unit_test(a_test_tells_what_bills_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
