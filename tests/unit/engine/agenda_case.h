/*
 * What the tests of agendas share: a shard whose clock stands where a test says, with a catalog of
 * fees, deposits and gifts. Times are those of Asia/Shanghai; it is 2026-09-21 12:00 at first.
 */
#ifndef SUANPAN_TEST_AGENDA_CASE_H
#define SUANPAN_TEST_AGENDA_CASE_H

#include "shard_case.h"

static const char agenda_catalog[] =
	"catalog \"test\" { currency = \"CNY\", zone = \"Asia/Shanghai\",\n"
	"    formula_facts = { site = { rent = \"money\" } } }\n"
	"service \"voice\" { unit = \"second\" }\n"
	"product \"line\" { services = { \"voice\" } }\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"voice.call\",\n"
	"        step = \"60 s\", price = \"0.10\" },\n"
	"}\n"
	"package \"monthly\" {\n"
	"    kind = \"plugin\", from = \"2020-01-01\",\n"
	"    charge { id = \"fee\", every = \"month\", ahead = true, amount = \"31.00\", suspended = \"free\" },\n"
	"}\n"
	"package \"daily\" {\n"
	"    kind = \"plugin\", from = \"2020-01-01\",\n"
	"    charge { id = \"fee\", every = \"day\", ahead = true, amount = \"1.00\" },\n"
	"}\n"
	"package \"leased\" {\n"
	"    kind = \"plugin\", from = \"2020-01-01\",\n"
	"    charge { id = \"fee\", every = \"month\", ahead = true,\n"
	"        amount = function(c) return c.site.rent end },\n"
	"}\n"
	"package \"saved\" {\n"
	"    kind = \"promotion\", from = \"2020-01-01\",\n"
	"    deposit { id = \"stored\", amount = \"6.00\", release = { { \"1.00\", times = 6 } }, every = \"month\",\n"
	"        pays = { service = \"voice\" }, cancel = \"cash\" },\n"
	"    gift { id = \"bonus\", with = \"stored\", amounts = { { \"0.50\", times = 6 } }, every = \"month\",\n"
	"        valid = \"1 month\", pays = { service = \"voice\" }, cancel = \"forfeit\" },\n"
	"}\n"
	"plan \"talk\" { base = \"talk\", optional = { \"monthly\", \"daily\", \"leased\", \"saved\" } }\n"
	"offering \"talk\" { plans = \"talk\" }\n"
	"local words = { catalog = { test = \"t\" }, service = { voice = \"v\" }, product = { line = \"l\" },\n"
	"    package = { talk = \"t\", monthly = \"m\", daily = \"d\", leased = \"l\", saved = \"s\" },\n"
	"    plan = { talk = \"t\" }, offering = { talk = \"t\" }, charge = { fee = \"f\" },\n"
	"    deposit = { stored = \"s\" }, gift = { bonus = \"b\" }, voice = { call = \"c\" } }\n"
	"texts \"zh\" (words)\n"
	"texts \"en\" (words)\n";

/* Each test has a world of its own, and who calls in it. */
static struct world *world;
static struct peer peer;

static inline int
set_up(void **state)
{
	make_world(state);
	world = *state;
	peer_open(&peer, world);
	world_publish(&peer, agenda_catalog, true);
	world_subscribe(&peer, 1, "talk", "1000.00");
	return 0;
}

static inline int
tear_down(void **state)
{
	peer_close(&peer);
	return free_world(state);
}

static inline int64_t
at(const char *text)
{
	int64_t ms;
	if (!instant_parse(text_of(text), &ms))
		fail_msg("%s is no instant", text);
	return ms;
}

#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* Subscription `number` of account 1 with these packages, and perhaps more fields. */
static inline void
hold(int number, const char *packages, const char *more)
{
	char params[1000];
	int size = snprintf(params, sizeof params,
		"[{subscription: s%d, account: a1, product: line, service_ids: [\"%d\"], packages: [talk, %s]%s}]",
		number, number, packages, more);
	assert_true(size < (int)sizeof params);
	struct answer answer;
	peer_call(&peer, "subscription.put", params, &answer);
	if (answer.error != NULL)
		fail_msg("%s: %s", params, answer_print(&answer));
	answer_free(&answer);
}

/* A package from an instant on, for hold(). */
static inline const char *
since(const char *package, const char *from)
{
	static char text[200];
	snprintf(text, sizeof text, "{package: %s, from: %" PRId64 "}", package, at(from));
	return text;
}

/* Until no timer is due, and none is under way. */
static inline void
settle(void)
{
	for (int i = 0; i < 20000; i++) {
		struct timers_stats stats = timers_stats(world->shard->timers);
		if (stats.due + stats.under_way == 0 && i > 3)
			return;
		world_step(world);
	}
	fail_msg("timers are still due");
}

/* The walk that the release has asked for (engine/agenda_walk.h) waits until LMDB has what was put before it. */
static inline void
let_the_walk_end(void)
{
	for (int i = 0; i < 1000; i++) {
		settle();
		if (timers_stats(world->shard->timers).to_repeat == 0)
			return;
		world_steps(world, 50);
		world->now_ms += MINUTE_MS;
	}
	fail_msg("the walk does not end");
}

/* The clock goes there, and what is due by then is done. */
static inline void
pass_to(const char *text)
{
	world->now_ms = at(text);
	settle();
}

/* When the agenda is to be looked at next; "" if never. */
static inline void
check_next(int number, const char *wanted)
{
	char params[40], text[30] = "";
	snprintf(params, sizeof params, "[s%d]", number);
	if (wanted[0] != '\0')
		snprintf(text, sizeof text, "%" PRId64, at(wanted));
	check_field(&peer, "agenda.get", params, "next", text);
}

/* The `place`th newest entry of account 1. */
static inline void
check_entry(int place, const char *field, const char *wanted)
{
	char path[100];
	snprintf(path, sizeof path, "entries.%d.%s", place, field);
	check_field(&peer, "history", "[{account: a1}]", path, wanted);
}

/* Runs a call with so little room in the arena; true if there was enough. */
static inline bool
has_room(size_t bytes, const char *method, const char *params)
{
	struct answer answer;
	size_t before = world->shard->arena.bytes_max;
	world->shard->arena.bytes_max = bytes;
	peer_call(&peer, method, params, &answer);
	world->shard->arena.bytes_max = before;
	bool enough = answer.error == NULL;
	if (!enough)
		assert_error(&answer, "OUT_OF_MEMORY");
	answer_free(&answer);
	return enough;
}

#endif
