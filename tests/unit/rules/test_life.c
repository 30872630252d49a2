#include "tested.h"

#include "../../../rules/life.h"

static const char source[] =
	"catalog \"shop\" {}\n"
	"service \"voice\" { unit = \"second\" }\n"
	"product \"line\" { services = \"voice\" }\n"
	"package \"a\" { kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"t\", serves = { service = \"voice\" }, step = \"60 s\", price = \"0.15\", say = \"call\" } }\n"
	"plan \"p\" { base = \"a\" }\n"
	"offering \"o\" { plans = \"p\" }\n"
	"life_cycle \"order\" {\n"
	"    begins = \"new\",\n"
	"    state { id = \"new\", within = \"10 days\", late = \"drop\" },\n"
	"    state { id = \"open\" },\n"
	"    state { id = \"done\", final = true },\n"
	"    move { id = \"plan\", from = \"new\", to = \"open\", by = \"clerk\", needs = { day = \"date\", fee = \"money\" }, does = { \"notify\", \"price\" } },\n"
	"    move { id = \"finish\", from = \"open\", to = \"done\", by = { \"clerk\", \"fitter\" } },\n"
	"    move { id = \"drop\", from = { \"new\", \"open\" }, to = \"done\", by = \"clerk\" },\n"
	"}\n"
	"local words = { catalog = { shop = \"x\" }, service = { voice = \"x\" }, product = { line = \"x\" },\n"
	"    package = { a = \"x\" }, plan = { p = \"x\" }, offering = { o = \"x\" }, call = \"x\", life_cycle = { order = \"x\" },\n"
	"    state = { new = \"x\", open = \"x\", done = \"x\" }, move = { plan = \"x\", finish = \"x\", drop = \"x\" },\n"
	"    role = { clerk = \"x\", fitter = \"x\" }, field = { day = \"x\", fee = \"x\" } }\n"
	"texts \"zh\" (words) texts \"en\" (words)\n";

/* Noon of a day of March 2026. */
static int64_t
noon(int32_t day)
{
	return day_of_date((struct date){ 2026, 3, day }) * DAY_MS + 4 * HOUR_MS;
}

struct living {
	struct release *release;
	struct arena arena;
	struct life_asking asking;
	struct attribute filled[4];
};

static void
begin(struct living *living)
{
	memset(living, 0, sizeof *living);
	living->release = build_source(source);
	arena_init(&living->arena, 1 << 20);
	const struct image *image = release_image(living->release);
	const struct life_cycle *life = life_find(image, TEXT("order"));
	assert_non_null(life);
	living->asking.place = (struct life_place){ .image = image,
		.life = life,
		.state = life->begins,
		.since_ms = noon(1),
		.filled = living->filled };
	living->asking.at_ms = noon(2);
	living->asking.role = TEXT("clerk");
}

static void
end(struct living *living)
{
	arena_release(&living->arena);
	release_drop(living->release);
}

static struct life_answer
ask(struct living *living, const char *move)
{
	struct life_answer answer;
	struct fault fault;
	living->asking.move = life_move_number(living->asking.place.life, text_of(move));
	assert_int_not_equal(living->asking.move, NO_INDEX);
	assert_int_equal(life_ask(&living->asking, &living->arena, &answer, &fault), STATUS_OK);
	return answer;
}

static void
fill(struct living *living, const char *name, struct text text, int64_t number)
{
	living->filled[living->asking.place.filled_count++] = (struct attribute){ text_of(name),
		text, number };
}

static void
what_a_move_needs_may_be_filled_in_at_any_time(void **state)
{
	struct living living;
	(void)state;
	begin(&living);
	struct life_answer answer = ask(&living, "plan");
	assert_int_equal(answer.refused, LIFE_REFUSED_FIELD);
	assert_int_equal(answer.missing_count, 2);
	assert_int_equal(answer.state, living.asking.place.state);
	assert_int_equal(answer.effects, 0);
	fill(&living, "fee", (struct text){ NULL, 0 }, 12); /* a whole number is an amount */
	fill(&living, "day", TEXT("2026-02-30"), 0);
	answer = ask(&living, "plan");
	assert_int_equal(answer.missing_count, 1);
	assert_true(answer.missing[0].wrong);
	assert_true(text_equal(answer.missing[0].field->name, TEXT("day")));
	living.filled[1].text = TEXT("2026-02-28");
	answer = ask(&living, "plan");
	assert_int_equal(answer.refused, LIFE_MADE);
	assert_int_equal(answer.state, life_state_number(living.asking.place.life, TEXT("open")));
	assert_int_equal(answer.effects, 1u << LIFE_NOTIFY | 1u << LIFE_PRICE);
	end(&living);
}

static void
a_text_that_is_empty_is_not_filled_in(void **state)
{
	struct living living;
	(void)state;
	begin(&living);
	fill(&living, "fee", TEXT(""), 0);
	fill(&living, "day", (struct text){ NULL, 0 }, 20260301);
	struct life_answer answer = ask(&living, "plan");
	assert_int_equal(answer.missing_count, 2);
	end(&living);
}

static void
moves_are_for_their_roles_and_from_their_states(void **state)
{
	struct living living;
	(void)state;
	begin(&living);
	assert_int_equal(ask(&living, "finish").refused, LIFE_REFUSED_STATE);
	living.asking.role = TEXT("fitter");
	assert_int_equal(ask(&living, "drop").refused, LIFE_REFUSED_ROLE);
	living.asking.role = TEXT("");
	assert_int_equal(ask(&living, "drop").refused, LIFE_REFUSED_ROLE);
	living.asking.place.state = life_state_number(living.asking.place.life, TEXT("open"));
	living.asking.role = TEXT("fitter");
	assert_int_equal(ask(&living, "finish").refused, LIFE_MADE);
	end(&living);
}

static void
when_its_time_is_over_only_the_late_move_is_left(void **state)
{
	struct living living;
	(void)state;
	begin(&living);
	int64_t till_ms = life_till(&living.asking.place);
	assert_int_equal(till_ms, noon(11) - 12 * HOUR_MS);
	living.asking.at_ms = till_ms - 1;
	assert_int_equal(ask(&living, "plan").refused, LIFE_REFUSED_FIELD);
	assert_true(life_leads(&living.asking.place, living.asking.move, till_ms - 1));
	assert_false(life_leads(&living.asking.place, living.asking.move, till_ms));
	living.asking.at_ms = till_ms;
	assert_int_equal(ask(&living, "plan").refused, LIFE_REFUSED_LATE);
	living.asking.role = TEXT("");
	assert_int_equal(ask(&living, "drop").refused, LIFE_MADE);
	assert_true(life_leads(&living.asking.place, living.asking.move, till_ms));
	living.asking.place.state = life_state_number(living.asking.place.life, TEXT("open"));
	assert_int_equal(life_till(&living.asking.place), INT64_MAX);
	end(&living);
}

static void
what_the_catalog_has_not_is_not_found(void **state)
{
	struct living living;
	(void)state;
	begin(&living);
	assert_null(life_find(living.asking.place.image, TEXT("orders")));
	assert_int_equal(life_move_number(living.asking.place.life, TEXT("plans")), NO_INDEX);
	assert_int_equal(life_state_number(living.asking.place.life, TEXT("")), NO_INDEX);
	end(&living);
}

/* ---- walks of test files ---- */

#define WALK(steps) "walk \"it\" { of = \"order\", at = \"2026-03-01 12:00:00\",\n" steps " }\n"
#define DROP "step { \"drop\", by = \"clerk\", at = \"2026-03-02 12:00:00\""

static void
a_walk_tells_what_is_not_so(void **unused)
{
	(void)unused;
	assert_tests_pass(source,
		WALK(DROP ", expect = { state = \"done\", does = {}, next = {}, missing = {} } }"));
	assert_test_fails(
		source, WALK(DROP ", expect = { state = \"open\" } }"), "state open", "state done");
	assert_test_fails(source, WALK(DROP ", expect = { refused = \"late\" } }"), "refused late",
		"refused -");
	assert_test_fails(source, WALK("step { \"drop\", at = \"2026-03-02 12:00:00\" }"),
		"refused -", "refused role");
	assert_test_fails(source,
		WALK("step { \"plan\", by = \"clerk\", at = \"2026-03-02 12:00:00\", fill = { day = \"soon\" },"
		     "    expect = { refused = \"field\", missing = {}, next = { \"drop\" }, till = \"2026-03-10\" } }"),
		"missing -, next drop, till 2026-03-10",
		"missing day date, fee, next plan, drop, till 2026-03-11");
	assert_test_fails(source, WALK("step { \"plane\", at = \"2026-03-02 12:00:00\" }"),
		"move plane", "move -");
	assert_test_fails(source,
		"walk \"it\" { of = \"ordre\", at = \"2026-03-01 12:00:00\", " DROP " } }\n",
		"life_cycle ordre", "life_cycle -");
}

static void
what_makes_no_sense_is_found(void **unused)
{
	(void)unused;
	assert_test_finding(source, WALK(""), "walk_without_steps", 1);
	assert_test_finding(source,
		WALK(DROP " },\nstep { \"drop\", at = \"2026-03-02 11:59:59\" }"), "step_backwards",
		3);
	assert_test_finding(source, WALK("step { \"drop\", at = \"2026-02-28 12:00:00\" }"),
		"step_backwards", 2);
	assert_test_finding(source, DROP " }\n", "wrong_place", 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_move_needs_may_be_filled_in_at_any_time),
		cmocka_unit_test(a_text_that_is_empty_is_not_filled_in),
		cmocka_unit_test(moves_are_for_their_roles_and_from_their_states),
		cmocka_unit_test(when_its_time_is_over_only_the_late_move_is_left),
		cmocka_unit_test(what_the_catalog_has_not_is_not_found),
		cmocka_unit_test(a_walk_tells_what_is_not_so),
		cmocka_unit_test(what_makes_no_sense_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
