#include "test_case.h"

#include "test_reading.h"

/* What the protected call works on. */
struct work {
	const struct zoneinfo *zone;
	struct arena *arena;
	struct test_cases *cases;
};

static struct work *
work_of(lua_State *lua)
{
	return lua_touserdata(lua, 1);
}

static struct arena *
arena_of(lua_State *lua)
{
	return work_of(lua)->arena;
}

static struct text
get_text(lua_State *lua, const char *field)
{
	if (!reader_has(lua, field))
		return (struct text){ NULL, 0 };
	return reader_text(lua, arena_of(lua), field);
}

/* A moment { ms, is_local } in a field; `otherwise` where there is none. */
static int64_t
get_moment(lua_State *lua, const char *field, int64_t otherwise)
{
	if (!reader_has(lua, field))
		return otherwise;
	lua_getfield(lua, -1, field);
	int64_t ms = reader_integer(lua, "ms");
	if (reader_flag(lua, "is_local"))
		ms = zoneinfo_local_to_utc(work_of(lua)->zone, ms);
	reader_close(lua);
	return ms;
}

static void
read_attributes(lua_State *lua, struct usage *usage)
{
	struct reader_list attributes = reader_list(
		lua, arena_of(lua), "attributes", sizeof(struct attribute));
	for (struct attribute *one; (one = reader_next(&attributes)) != NULL;) {
		one->name = get_text(lua, "name");
		one->text = get_text(lua, "text");
		if (one->text.data == NULL)
			one->number = reader_integer(lua, "number");
	}
	usage->attributes = attributes.items;
	usage->attribute_count = attributes.count;
}

static void
read_usage(lua_State *lua, struct usage *usage)
{
	lua_getfield(lua, -1, "event");
	usage->service = get_text(lua, "service");
	usage->from = get_text(lua, "from");
	usage->to = get_text(lua, "to");
	usage->at_ms = get_moment(lua, "at", 0);
	usage->unit = reader_unit(lua, arena_of(lua));
	usage->quantity = reader_integer(lua, "quantity");
	read_attributes(lua, usage);
	reader_close(lua);
}

/* As a member of which group it is held. */
static void
read_group(lua_State *lua, struct holding *holding)
{
	holding->group = get_text(lua, "group");
	holding->group_from_ms = get_moment(lua, "group_from", holding->from_ms);
	holding->members = reader_has(lua, "members") ? reader_number(lua, "members") : 0;
	holding->pays = reader_flag(lua, "pays");
}

static void
read_holdings(lua_State *lua, struct beginning *beginning)
{
	struct reader_list holdings = reader_list(
		lua, arena_of(lua), "holds", sizeof(struct holding));
	for (struct holding *one; (one = reader_next(&holdings)) != NULL;) {
		one->package = get_text(lua, "package");
		one->from_ms = get_moment(lua, "from", INT64_MIN);
		one->till_ms = get_moment(lua, "till", INT64_MAX);
		read_group(lua, one);
	}
	beginning->holdings = holdings.items;
	beginning->holding_count = holdings.count;
}

/* What was counted, from a field such as "used". */
static const struct used_allowance *
read_used(lua_State *lua, const char *field, uint32_t *count)
{
	struct reader_list used = reader_list(
		lua, arena_of(lua), field, sizeof(struct used_allowance));
	for (struct used_allowance *one; (one = reader_next(&used)) != NULL;) {
		one->package = get_text(lua, "package");
		one->allowance = get_text(lua, "allowance");
		one->amount = reader_integer(lua, "amount");
		one->has_cycle = reader_has(lua, "cycle");
		one->cycle = one->has_cycle ? reader_integer(lua, "cycle") : 0;
	}
	*count = used.count;
	return used.items;
}

static void
read_beginning(lua_State *lua, struct beginning *beginning)
{
	read_holdings(lua, beginning);
	beginning->used = read_used(lua, "used", &beginning->used_count);
}

static void
read_expectation(lua_State *lua, struct expectation *expect)
{
	lua_getfield(lua, -1, "expect");
	expect->has_amount = reader_money(lua, "amount", &expect->amount);
	expect->has_tax = reader_money(lua, "tax", &expect->tax);
	expect->zone = get_text(lua, "zone");
	expect->tariff = get_text(lua, "tariff");
	expect->parts = get_text(lua, "parts");
	expect->refused = get_text(lua, "refused");
	expect->nearest = get_text(lua, "nearest");
	expect->notices = get_text(lua, "notices");
	reader_close(lua);
}

static enum step_kind
step_kind(struct text word)
{
	static const struct {
		const char *word;
		enum step_kind kind;
	} kinds[] = { { "buy", STEP_BUY }, { "change", STEP_CHANGE }, { "cancel", STEP_CANCEL },
		{ "fact", STEP_TELL }, { "use", STEP_USE }, { "expect", STEP_EXPECT },
		{ "top_up", STEP_MONEY }, { "store", STEP_MONEY }, { "suspend", STEP_MONEY },
		{ "resume", STEP_MONEY }, { "give_back", STEP_GIVE_BACK },
		{ "reserve", STEP_SESSION }, { "update", STEP_SESSION },
		{ "commit", STEP_SESSION } };
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (text_equal(word, text_of(kinds[i].word)))
			return kinds[i].kind;
	return STEP_MOVE;
}

static void
read_state(lua_State *lua, struct test_step *step)
{
	step->left = read_used(lua, "left", &step->left_count);
	step->used = read_used(lua, "used", &step->used_count);
	step->fees = get_text(lua, "fees");
	step->notices = get_text(lua, "notices");
	step->bill = get_text(lua, "bill");
	step->has_charged = reader_has(lua, "charged");
	if (step->has_charged)
		step->charged.micros = reader_integer(lua, "charged");
	money_expected_read(lua, arena_of(lua), &step->money);
}

static struct world_fact
read_told(lua_State *lua)
{
	const struct reading reading = { lua, work_of(lua)->zone, arena_of(lua) };
	return (struct world_fact){ reading_fact(&reading), get_text(lua, "member") };
}

/* What is bought or changed, and what the rules of selling must say of it. */
static void
read_sale(lua_State *lua, struct test_step *step)
{
	const struct reading reading = { lua, work_of(lua)->zone, arena_of(lua) };
	step->item = reading_item_of(&reading);
	step->sale.is_judged = reader_has(lua, "judged");
	if (!step->sale.is_judged)
		return;
	lua_getfield(lua, -1, "judged");
	step->sale.is_dated = reader_flag(lua, "dated");
	step->sale.verdict = get_text(lua, "verdict");
	step->sale.because = get_text(lua, "because");
	reader_close(lua);
}

/* What is held from then on, changed or given up. */
static void
read_holding(lua_State *lua, struct test_step *step)
{
	struct holding *holding = &step->holding;
	holding->package = get_text(lua, "package");
	holding->from_ms = reader_has(lua, "from") ? reader_integer(lua, "from") : INT64_MIN;
	holding->till_ms = reader_has(lua, "till") ? reader_integer(lua, "till") : INT64_MAX;
	read_group(lua, holding);
	if (step->kind != STEP_CANCEL)
		read_sale(lua, step);
}

static void
read_step(lua_State *lua, struct test_step *step)
{
	step->word = get_text(lua, "word");
	step->file = get_text(lua, "file");
	step->line = reader_number(lua, "line");
	step->clock_ms = reader_integer(lua, "clock");
	step->kind = step_kind(step->word);
	step->member = get_text(lua, "member");
	if (step->kind == STEP_USE) {
		step->name = get_text(lua, "name");
		read_usage(lua, &step->usage);
		read_expectation(lua, &step->expect);
	} else if (step->kind == STEP_EXPECT) {
		read_state(lua, step);
	} else if (step->kind == STEP_MONEY) {
		money_step_read(lua, arena_of(lua), step->word, &step->money);
	} else if (step->kind == STEP_TELL) {
		lua_getfield(lua, -1, "fact");
		step->told = read_told(lua);
		reader_close(lua);
	} else if (step->kind == STEP_GIVE_BACK) {
		refund_step_read(lua, arena_of(lua), &step->refund);
	} else if (step->kind == STEP_SESSION) {
		session_step_read(lua, arena_of(lua), step->word, &step->session);
		if (step->session.request == REQUEST_RESERVE)
			read_usage(lua, &step->usage);
	} else if (step->kind != STEP_MOVE) {
		read_holding(lua, step);
	}
}

static void
read_facts(lua_State *lua, struct scenario *scenario)
{
	struct reader_list facts = reader_list(
		lua, arena_of(lua), "facts", sizeof(struct world_fact));
	for (struct world_fact *one; (one = reader_next(&facts)) != NULL;)
		*one = read_told(lua);
	scenario->facts = facts.items;
	scenario->fact_count = facts.count;
}

static void
read_scenario(lua_State *lua, struct test_case *test)
{
	struct scenario *scenario = &test->scenario;
	test->kind = TEST_SCENARIO;
	lua_getfield(lua, -1, "scenario");
	scenario->clock_ms = reader_integer(lua, "clock");
	scenario->has_money = reader_has(lua, "cash");
	if (scenario->has_money)
		scenario->cash.micros = reader_integer(lua, "cash");
	read_beginning(lua, &test->beginning);
	read_facts(lua, scenario);
	struct reader_list steps = reader_list(
		lua, arena_of(lua), "steps", sizeof(struct test_step));
	for (struct test_step *one; (one = reader_next(&steps)) != NULL;)
		read_step(lua, one);
	reader_close(lua);
	scenario->steps = steps.items;
	scenario->step_count = steps.count;
}

static void
read_stride(lua_State *lua, const char *field, struct stride *stride)
{
	lua_getfield(lua, -1, field);
	stride->first = reader_integer(lua, "first");
	stride->last = reader_integer(lua, "last");
	stride->every = reader_integer(lua, "every");
	reader_close(lua);
}

static void
read_sweep(lua_State *lua, struct test_case *test)
{
	static const char *const claims[] = { "never_negative", "never_refused",
		"more_never_cheaper", "parts_make_whole" };
	struct sweep *sweep = &test->sweep;
	test->kind = TEST_ALWAYS;
	sweep->claim = (enum claim)READER_CHOICE(lua, arena_of(lua), "claim", claims);
	lua_getfield(lua, -1, "sweep");
	read_usage(lua, &sweep->usage);
	read_beginning(lua, &test->beginning);
	read_stride(lua, "amount", &sweep->quantity);
	read_stride(lua, "time", &sweep->at_ms);
	sweep->to = reader_texts(lua, arena_of(lua), "to", &sweep->to_count);
	sweep->split = reader_integer(lua, "split");
	sweep->within.micros = reader_integer(lua, "within");
	reader_close(lua);
}

static void
read_due(lua_State *lua, struct test_case *test)
{
	test->kind = TEST_DUE;
	test->due = due_case_read(lua, work_of(lua)->zone, arena_of(lua));
}

static void
read_order(lua_State *lua, struct test_case *test)
{
	test->kind = TEST_ORDER;
	test->order = order_case_read(lua, work_of(lua)->zone, arena_of(lua));
}

static void
read_occasion(lua_State *lua, struct test_case *test)
{
	test->kind = TEST_OCCASION;
	test->occasion = occasion_case_read(lua, work_of(lua)->zone, arena_of(lua));
}

static void
read_guard(lua_State *lua, struct test_case *test)
{
	test->kind = TEST_GUARD;
	test->guard = guard_read(lua, arena_of(lua));
}

static void
read_walk(lua_State *lua, struct test_case *test)
{
	test->kind = TEST_WALK;
	test->walk = walk_case_read(lua, work_of(lua)->zone, arena_of(lua));
}

static void
read_case(lua_State *lua, struct test_case *test)
{
	test->kind = TEST_CASE;
	read_usage(lua, &test->usage);
	read_beginning(lua, &test->beginning);
	read_expectation(lua, &test->expect);
}

/* Stack: the work, the list of tests. */
static int
work_cases(lua_State *lua)
{
	struct test_cases *cases = work_of(lua)->cases;
	luaL_checkstack(lua, 20, NULL);
	cases->count = (uint32_t)lua_rawlen(lua, -1);
	struct test_case *list = reader_take(lua, arena_of(lua), cases->count, sizeof *list);
	for (uint32_t i = 0; i < cases->count; i++) {
		reader_entry(lua, i);
		list[i].name = get_text(lua, "name");
		list[i].file = get_text(lua, "file");
		list[i].word = get_text(lua, "word");
		list[i].line = reader_number(lua, "line");
		list[i].nth = reader_number(lua, "nth");
		list[i].row = reader_number(lua, "row");
		if (reader_has(lua, "scenario"))
			read_scenario(lua, &list[i]);
		else if (reader_has(lua, "sweep"))
			read_sweep(lua, &list[i]);
		else if (reader_has(lua, "due"))
			read_due(lua, &list[i]);
		else if (reader_has(lua, "order"))
			read_order(lua, &list[i]);
		else if (reader_has(lua, "occasion"))
			read_occasion(lua, &list[i]);
		else if (reader_has(lua, "guard"))
			read_guard(lua, &list[i]);
		else if (reader_has(lua, "walk"))
			read_walk(lua, &list[i]);
		else
			read_case(lua, &list[i]);
		reader_close(lua);
	}
	cases->cases = list;
	return 0;
}

enum status
test_cases_read(struct build *build, const struct zoneinfo *zone, struct arena *arena,
	struct test_cases *cases, struct fault *fault)
{
	lua_State *lua = build->sandbox->lua;
	struct work work = { zone, arena, cases };
	lua_pushcfunction(lua, work_cases);
	lua_insert(lua, -2);
	lua_pushlightuserdata(lua, &work);
	lua_insert(lua, -2);
	enum sandbox_outcome outcome = sandbox_call(build->sandbox, 2, 0);
	return outcome == SANDBOX_DONE ? STATUS_OK : build_stopped(build, outcome, fault);
}
