/*
 * The requests of a session in a scenario: one event that grows, of which so much is granted as can
 * be paid (see engine/session_rate.c, which does the same for live ones). What is granted is held:
 * its money is taken out of its purses, and what it counts is counted, until the next request.
 */
#include "quota.h"
#include "session_terms.h"
#include "test_run.h"

#include "../engine/base/must.h"

#include <stdio.h>

/* ---- reading ---- */

static struct session_units
read_units(lua_State *lua, struct arena *arena, const char *field)
{
	static const char *const names[] = { "second", "byte", "item" };
	struct session_units units = { 0 };
	if (!reader_has(lua, field))
		return units;
	lua_getfield(lua, -1, field);
	units.is_given = true;
	units.count = reader_integer(lua, "count");
	units.has_unit = reader_has(lua, "what");
	if (units.has_unit)
		units.unit = (enum unit)READER_CHOICE(lua, arena, "what", names);
	reader_close(lua);
	return units;
}

void
session_step_read(lua_State *lua, struct arena *arena, struct text word, struct session_step *step)
{
	static const char *const words[] = { "reserve", "update", "commit" };
	unsigned request = 0;
	while (!text_equal(word, text_of(words[request])))
		must(++request < sizeof words / sizeof words[0]);
	step->request = (enum session_word)request;
	step->used = read_units(lua, arena, "used");
	step->ask = read_units(lua, arena, "ask");
	lua_getfield(lua, -1, "expect");
	step->granted = read_units(lua, arena, "granted");
	if (reader_has(lua, "final"))
		step->final = reader_text(lua, arena, "final");
	if (reader_has(lua, "refused"))
		step->refused = reader_text(lua, arena, "refused");
	step->has_charged = reader_money(lua, "charged", &step->charged);
	step->has_unpaid = reader_money(lua, "unpaid", &step->unpaid);
	step->has_held = reader_money(lua, "held", &step->held);
	reader_close(lua);
}

/* ---- one request ---- */

struct requesting {
	struct test_run *run;
	const struct session_step *step;
	struct world_session *session;
	uint32_t service;
	struct session_terms terms;
	struct session_sources sources;
	struct pricing used;    /* of all that was used … */
	struct pricing granted; /* … and of that with what is granted */
	int64_t wanted, grant;
	struct money charged, unpaid, held;
	struct text refused; /* a code */
};

static struct purpose
purpose_of(const struct requesting *requesting, const struct pricing *pricing)
{
	return (struct purpose){ .service = requesting->service,
		.zone = image_zone(requesting->run->image, requesting->service, pricing->zone) };
}

/* Prices so many units, of which `done` were used; false with a fault of the machine. */
static bool
price(struct requesting *requesting, int64_t quantity, int64_t done, struct pricing *pricing)
{
	struct test_run *run = requesting->run;
	struct usage usage = requesting->session->usage;
	struct rate_question question;
	struct fault fault = { 0 };
	usage.quantity = quantity;
	if (!world_question(&run->world, &question))
		return false;
	question.usage = &usage;
	question.done = done;
	if (rate_usage(&question, &run->arena, pricing, &fault) != RATE_DONE) {
		test_differ(run, "fault", TEXT("-"), text_of(fault.text));
		return false;
	}
	if (pricing->refused != 0)
		requesting->refused = text_of(rate_refusal_code(pricing->refused));
	return true;
}

/* What the session has counted and holds is given back, so that it is priced anew. */
static bool
take_back(struct requesting *requesting)
{
	struct world *world = &requesting->run->world;
	struct world_session *session = requesting->session;
	for (size_t i = 0; i < session->counted_count; i++) {
		const struct consumption *one = &session->counted[i];
		int64_t others = world_used(world, &one->name) - one->used_after + one->used_before;
		if (!world_count(world, &one->name, others))
			return false;
	}
	session->counted_count = 0;
	return wallet_let_go(&world->wallet);
}

/* Prices all that was used, or the most of it that has a price. */
static bool
price_used(struct requesting *requesting)
{
	int64_t used = requesting->session->usage.quantity;
	struct quota_search search = quota_search_of(used);
	struct pricing pricing;
	for (int64_t quantity; quota_search_next(&search, &quantity);) {
		if (!price(requesting, quantity, quantity, &pricing))
			return false;
		if (pricing.refused == 0)
			requesting->used = pricing;
		quota_search_tell(&search, pricing.refused == 0);
	}
	return true;
}

static bool
charge_used(struct requesting *requesting)
{
	struct world *world = &requesting->run->world;
	struct world_session *session = requesting->session;
	const struct purpose purpose = purpose_of(requesting, &requesting->used);
	struct money cost;
	if (!money_subtract(requesting->used.amount, session->charged, &cost) || cost.micros <= 0)
		return true;
	const struct usage *usage = &session->usage;
	if (!wallet_pay_most(&world->wallet, &purpose, cost, &requesting->charged) ||
		!money_subtract(cost, requesting->charged, &requesting->unpaid))
		return false;
	const struct bill_line line = { usage->service, requesting->used.zone,
		requesting->charged };
	return money_add(session->charged, requesting->charged, &session->charged) &&
		money_add(world->charged, requesting->charged, &world->charged) &&
		world_bill_add(world, usage->at_ms, &line);
}

/* Can so many units more be paid? */
static bool
try_units(struct requesting *requesting, int64_t quantity, struct pricing *pricing, bool *payable)
{
	int64_t used = requesting->session->usage.quantity;
	struct money cost;
	*payable = false;
	if (!price(requesting, used + quantity, used, pricing))
		return false;
	if (pricing->refused != 0)
		return true;
	must(money_subtract(pricing->amount, requesting->session->charged, &cost));
	const struct purpose purpose = purpose_of(requesting, pricing);
	if (!wallet_could_pay(&requesting->run->world.wallet, &purpose, cost, payable))
		return false;
	if (!*payable)
		requesting->refused = TEXT("BALANCE_TOO_LOW");
	return true;
}

static bool
grant(struct requesting *requesting)
{
	struct quota_search search = quota_search_of(requesting->wanted);
	struct pricing pricing;
	bool payable;
	for (int64_t quantity; quota_search_next(&search, &quantity);) {
		if (!try_units(requesting, quantity, &pricing, &payable))
			return false;
		if (payable)
			requesting->granted = pricing;
		quota_search_tell(&search, payable);
	}
	requesting->grant = search.low;
	if (search.low == 0)
		return true;
	const struct purpose purpose = purpose_of(requesting, &requesting->granted);
	must(money_subtract(
		requesting->granted.amount, requesting->session->charged, &requesting->held));
	if (requesting->held.micros < 0)
		requesting->held.micros = 0;
	return wallet_hold_back(&requesting->run->world.wallet, &purpose, requesting->held);
}

/* What a pricing counts, for as long as the session is open; NULL without memory. */
static struct consumption *
keep(struct requesting *requesting, const struct pricing *pricing)
{
	size_t size = pricing->consumption_count * sizeof(struct consumption);
	struct consumption *list = arena_take(&requesting->run->world.kept, size + 1);
	if (list != NULL && size > 0)
		memcpy(list, pricing->consumptions, size);
	return list;
}

/* Counts what was used, and what is granted as if it was; the list is kept, to be taken back. */
static bool
count(struct requesting *requesting)
{
	struct world_session *session = requesting->session;
	const struct pricing *pricing = requesting->grant > 0 ? &requesting->granted
							      : &requesting->used;
	session->counted = keep(requesting, pricing);
	session->counted_count = session->counted == NULL ? 0 : pricing->consumption_count;
	for (size_t i = 0; i < session->counted_count; i++)
		if (!world_count(&requesting->run->world, &session->counted[i].name,
			    session->counted[i].used_after))
			return false;
	return session->counted != NULL;
}

/* By how much it had counted there when notices were told before. */
static int64_t
told_before(const struct world_session *session, const struct counter_name *name)
{
	for (size_t i = 0; i < session->told_count; i++) {
		const struct consumption *one = &session->told[i];
		if (one->name.cycle == name->cycle &&
			text_equal(one->name.allowance, name->allowance) &&
			text_equal(one->name.package, name->package))
			return one->used_after - one->used_before;
	}
	return 0;
}

/* Tells what is crossed by what was used since the report before. */
static bool
tell(struct requesting *requesting)
{
	struct world_session *session = requesting->session;
	struct pricing crossed = requesting->used;
	struct consumption *since = keep(requesting, &requesting->used);
	struct consumption *all = keep(requesting, &requesting->used);
	if (since == NULL || all == NULL)
		return false;
	for (size_t i = 0; i < crossed.consumption_count; i++)
		since[i].used_before += told_before(session, &since[i].name);
	crossed.consumptions = since;
	session->told = all;
	session->told_count = crossed.consumption_count;
	return test_notices_cross(requesting->run, &crossed);
}

/* ---- what is expected ---- */

/* "terminate", "redirect https://pay.example", "restrict voice, sms"; nothing if all is granted. */
static bool
write_final(const struct requesting *requesting, struct buffer *out)
{
	const struct session_terms *terms = &requesting->terms;
	if (requesting->grant >= requesting->wanted)
		return true;
	if (!buffer_print(out, "%s%s%.*s", final_action_name(terms->final),
		    terms->final == FINAL_TERMINATE ? "" : " ", TEXT_ARGS(terms->address)))
		return false;
	for (uint32_t i = 0; i < terms->service_count; i++)
		if (!buffer_print(out, "%s%.*s", i == 0 ? "" : ", ", TEXT_ARGS(terms->services[i])))
			return false;
	return true;
}

static bool
compare_granted(const struct requesting *requesting)
{
	char wanted[32], got[32];
	const struct session_units *granted = &requesting->step->granted;
	if (!granted->is_given || granted->count == requesting->grant)
		return true;
	snprintf(wanted, sizeof wanted, "%lld", (long long)granted->count);
	snprintf(got, sizeof got, "%lld", (long long)requesting->grant);
	return test_differ(requesting->run, "granted", text_of(wanted), text_of(got));
}

static bool
compare(const struct requesting *requesting)
{
	struct test_run *run = requesting->run;
	const struct session_step *step = requesting->step;
	buffer_clear(&run->text);
	bool compared = write_final(requesting, &run->text) && compare_granted(requesting) &&
		test_compare_text(run, "final", step->final, text_of_buffer(&run->text)) &&
		test_compare_text(run, "refused", step->refused, requesting->refused);
	buffer_clear(&run->text);
	return compared &&
		(!step->has_charged ||
			test_compare_money(run, "charged", step->charged, requesting->charged)) &&
		(!step->has_unpaid ||
			test_compare_money(run, "unpaid", step->unpaid, requesting->unpaid)) &&
		(!step->has_held || test_compare_money(run, "held", step->held, requesting->held));
}

/* ---- the step ---- */

/* The terms of a session that begins, and of one that goes on, are those of its begin. */
static bool
find_terms(struct requesting *requesting)
{
	struct test_run *run = requesting->run;
	const struct usage *usage = &requesting->session->usage;
	struct rate_question question;
	if (!world_question(&run->world, &question))
		return false;
	const struct session_question asked = { .image = run->image,
		.holdings = question.holdings,
		.holding_count = question.holding_count,
		.service = requesting->service,
		.zone = rate_zone(run->image, requesting->service, usage->from, usage->to),
		.at_ms = usage->at_ms };
	requesting->terms = session_terms_said(&asked, &requesting->sources);
	return true;
}

/* The terms that the request came by: its quota if it did not say how much, its end if that was short. */
static void
note_terms(const struct requesting *requesting)
{
	struct test_report *report = requesting->run->report;
	const struct service *service = &requesting->run->image->services[requesting->service];
	const struct session_units *ask = &requesting->step->ask;
	if (!ask->is_given)
		return;
	coverage_note_session(report, service, &requesting->sources.valid, TERM_VALID);
	if (ask->count == 0)
		coverage_note_session(report, service, &requesting->sources.quota, TERM_QUOTA);
	if (requesting->grant < requesting->wanted)
		coverage_note_session(report, service, &requesting->sources.final, TERM_FINAL);
}

/* Is what the step says counted as the service is? */
static bool
check_unit(const struct requesting *requesting, const struct session_units *units)
{
	enum unit unit = requesting->session->usage.unit;
	return !units->has_unit || units->unit == unit ||
		test_differ(requesting->run, "unit", text_of(unit_name(units->unit)),
			text_of(unit_name(unit)));
}

static bool
begin(struct requesting *requesting, const struct test_step *step)
{
	struct test_run *run = requesting->run;
	if (step->session.request == REQUEST_RESERVE) {
		*requesting->session = (struct world_session){ .usage = step->usage };
		requesting->session->usage.at_ms = step->clock_ms;
	}
	struct usage *usage = &requesting->session->usage;
	requesting->service = image_service(run->image, usage->service);
	if (requesting->service == NO_INDEX)
		return test_differ(run, "refused", TEXT("-"), TEXT("NO_PRICE"));
	usage->unit = run->image->services[requesting->service].unit;
	return check_unit(requesting, &step->session.used) &&
		check_unit(requesting, &step->session.ask) &&
		check_unit(requesting, &step->session.granted) && find_terms(requesting);
}

/* How much is asked for; nothing while the subscription is suspended. */
static void
find_wanted(struct requesting *requesting, int64_t now_ms)
{
	const struct session_units *ask = &requesting->step->ask;
	struct usage usage = requesting->session->usage;
	struct text code;
	usage.at_ms = now_ms;
	test_money_before(requesting->run, &usage, &code);
	if (!ask->is_given)
		return;
	requesting->wanted = ask->count > 0 ? ask->count : requesting->terms.quota;
	if (code.size > 0)
		requesting->refused = code;
}

bool
test_session_step(struct test_run *run, const struct test_step *step)
{
	struct requesting requesting = { .run = run,
		.step = &step->session,
		.session = &run->world.session,
		.refused = TEXT("") };
	struct usage *usage = &requesting.session->usage;
	arena_clear(&run->arena);
	if (!begin(&requesting, step) || run->expected.size > 0)
		return run->expected.size > 0;
	usage->quantity += step->session.used.count;
	if (!take_back(&requesting) || !price_used(&requesting) || !charge_used(&requesting))
		return run->expected.size > 0;
	coverage_note(run->report, run->image, usage, &requesting.used);
	find_wanted(&requesting, step->clock_ms);
	if ((!text_equal(requesting.refused, TEXT("SUSPENDED")) && !grant(&requesting)) ||
		!count(&requesting) || !tell(&requesting))
		return run->expected.size > 0;
	note_terms(&requesting);
	if (step->session.request == REQUEST_COMMIT)
		requesting.session->counted_count = 0; /* it stays counted */
	return compare(&requesting);
}
