/*
 * Every method that moves money, with less and less room for what it needs while it decides: it says
 * that there is no memory and decides nothing, or it decides as if there were plenty. The same
 * script runs in a world with room and in one without, and both end alike.
 */
#include "shard_case.h"

static const char catalog[] =
	"catalog \"test\" { currency = \"CNY\", zone = \"Asia/Shanghai\" }\n"
	"service \"voice\" { unit = \"second\" }\n"
	"service \"sms\" { unit = \"item\" }\n"
	"product \"line\" { services = { \"voice\", \"sms\" } }\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    allowance { id = \"minutes\", serves = { service = \"voice\" }, amount = 2, unit = \"minute\", every = \"month\" },\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"call\", step = \"60 s\",\n"
	"        price = \"0.10\", uses = { \"minutes\" } },\n"
	"    tariff { id = \"sms\", serves = { service = \"sms\" }, say = \"sms\", step = \"1 item\", price = \"0.10\" },\n"
	"    notify { id = \"used\", of = \"minutes\", left = { \"50%\" }, say = \"used\" },\n"
	"}\n"
	"package \"saved\" {\n"
	"    kind = \"promotion\", from = \"2020-01-01\",\n"
	"    deposit { id = \"stored\", amount = \"6.00\", release = { { \"1.00\", times = 6 } }, every = \"month\",\n"
	"        pays = { service = \"voice\" }, cancel = \"cash\" },\n"
	"}\n"
	"topup \"more\" { at_least = \"1.00\", bonus = \"10%\", round = \"0.01 down\", valid = \"1 month\",\n"
	"    extends = \"1 month\", every = \"once\", say = \"more\", stack = \"add\" }\n"
	"plan \"talk\" { base = \"talk\", optional = { \"saved\" } }\n"
	"offering \"talk\" { plans = \"talk\" }\n"
	"local words = { catalog = { test = \"t\" }, service = { voice = \"v\", sms = \"s\" }, product = { line = \"l\" },\n"
	"    package = { talk = \"t\", saved = \"s\" }, plan = { talk = \"t\" }, offering = { talk = \"t\" },\n"
	"    allowance = { minutes = \"m\" }, deposit = { stored = \"s\" }, call = \"c\", sms = \"s\", used = \"{left}\", more = \"m\" }\n"
	"texts \"zh\" (words)\n"
	"texts \"en\" (words)\n";

struct asked {
	const char *method;
	const char *params;  /* "$C" is the charge of the newest answer that had one */
	const char *outcome; /* NULL: an answer without one */
};

#define AT "at: 1789963200000"
#define MONEY "account: a1, " AT ", currency: CNY"
#define PART "parts: [{part: voice, service: voice, ask: 600}, {part: sms, service: sms, ask: 3}]"

static const struct asked SCRIPT[] = {
	{ "customer.put", "[{customer: c, facts: {tier: gold}}]", "stored" },
	{ "account.put", "[{account: a1, customer: c, low_balance: [\"5.00\", \"1.00\"]}]",
		"stored" },
	{ "account.put", "[{account: boss, customer: c}]", "stored" },
	{ "balance.topup", "[{id: t1, account: boss, " AT ", currency: CNY, amount: \"0.30\"}]",
		"topped_up" },
	{ "subscription.put",
		"[{subscription: s1, account: a1, product: line, service_ids: [\"1\"],"
		" packages: [talk, {package: saved, from: 1789920000000}],"
		" payers: [{account: boss, up_to: \"0.25\", services: [voice]}]}]",
		"stored" },
	{ "balance.put", "[{account: a1, balance: gift, valid: {count: 1, every: month}}]",
		"stored" },
	{ "balance.put",
		"[{account: a1, balance: pass, pays: [sms], valid: {count: 1, every: day, begins: first_use}}]",
		"stored" },
	{ "balance.topup", "[{id: t2, " MONEY ", amount: \"6.00\"}]", "topped_up" },
	{ "balance.topup",
		"[{id: t3, " MONEY
		", amount: \"0.20\", balance: gift, extends: {count: 1, every: month},"
		" bonus: {balance: pass, amount: \"0.15\"}}]",
		"topped_up" },
	{ "balance.adjust", "[{id: j1, " MONEY ", amount: \"-0.01\", why: x}]", "adjusted" },
	{ "balance.transfer", "[{id: f1, " MONEY ", amount: \"0.04\", to: boss}]", "transferred" },
	{ "deposit.pay",
		"[{id: d1, account: a1, " AT
		", subscription: s1, package: saved, deposit: stored}]",
		"paid_in" },
	{ "charge.check", "[{service_id: \"1\", service: voice, " AT ", seconds: 600}]", "enough" },
	{ "rate", "[{service_id: \"1\", service: voice, " AT ", seconds: 600}]", "priced" },
	{ "charge", "[{id: v1, service_id: \"1\", service: voice, " AT ", seconds: 300}]",
		"charged" },
	{ "charge.refund", "[{id: r1, charge: \"$C\", " AT ", seconds: 60}]", "refunded" },
	{ "charge", "[{id: v2, service_id: \"1\", service: sms, " AT ", items: 2}]", "charged" },
	{ "charge.cancel", "[{id: r2, charge: \"$C\", " AT ", why: x}]", "cancelled" },
	{ "charge", "[{id: v3, service_id: nobody, service: sms, " AT ", items: 2}]", "refused" },
	{ "charge", "[{id: v4, service_id: \"1\", service: sms, " AT ", items: 200}]", "refused" },
	{ "session.reserve", "[{service_id: \"1\", session: s, number: 1, " AT ", " PART "}]",
		"granted" },
	{ "session.update",
		"[{service_id: \"1\", session: s, number: 2, " AT
		", parts: [{part: voice, used: 130, ask: 600}, {part: sms, used: 1, ask: 1}]}]",
		"granted" },
	{ "session.get", "[{service_id: \"1\", session: s}]", NULL },
	{ "session.commit",
		"[{service_id: \"1\", session: s, number: 3, " AT
		", parts: [{part: voice, used: 1000}, {part: sms, used: 1}]}]",
		"charged" },
	{ "session.reserve", "[{service_id: \"1\", session: t, number: 1, " AT ", " PART "}]",
		"granted" },
	{ "session.release", "[{service_id: \"1\", session: t, number: 2, " AT "}]", "released" },
	{ "agenda.get", "[s1]", NULL },
	{ "history", "[{account: a1}]", NULL },
};
#define SCRIPT_LENGTH (sizeof SCRIPT / sizeof SCRIPT[0])
enum { WITHOUT_ACCOUNTS = 3 }; /* the first steps */

/* One run of the script. */
struct life {
	struct world *world;
	struct peer peer;
	char charge[64];
	size_t short_of;
};

static void
life_begin(struct life *life)
{
	void *world;
	make_world(&world);
	*life = (struct life){ .world = world };
	peer_open(&life->peer, life->world);
	world_publish(&life->peer, catalog, true);
	timers_stop(life->world->shard->timers);
}

static void
life_end(struct life *life)
{
	void *world = life->world;
	peer_close(&life->peer);
	free_world(&world);
}

static void
with_charge(const struct life *life, const char *params, char text[1000])
{
	const char *mark = strstr(params, "$C");
	size_t before = mark == NULL ? strlen(params) : (size_t)(mark - params);
	int size = snprintf(text, 1000, "%.*s%s%s", (int)before, params,
		mark == NULL ? "" : life->charge, mark == NULL ? "" : mark + 2);
	assert_true(size < 1000);
}

/* With so much room; true if it was enough. */
static bool
step(struct life *life, const struct asked *asked, size_t bytes)
{
	char params[1000];
	struct answer answer;
	struct arena *arena = &life->world->shard->arena;
	size_t before = arena->bytes_max;
	with_charge(life, asked->params, params);
	arena->bytes_max = bytes;
	peer_call(&life->peer, asked->method, params, &answer);
	arena->bytes_max = before;
	bool enough = answer.error == NULL;
	if (!enough && !answer_is_error(&answer, "OUT_OF_MEMORY"))
		fail_msg("%s %s: %s", asked->method, params, answer_print(&answer));
	if (enough && asked->outcome != NULL)
		assert_field(&answer, "outcome", asked->outcome);
	if (enough && answer_text(&answer, "charge")[0] != '\0')
		snprintf(life->charge, sizeof life->charge, "%s", answer_text(&answer, "charge"));
	answer_free(&answer);
	return enough;
}

/* What lies where, and what is held of it. */
static void
compare(struct life *one, struct life *other, const char *account)
{
	static const char *const FIELDS[] = { "balance", "amount", "held", "till" };
	char params[40];
	struct answer first, second;
	snprintf(params, sizeof params, "[%s]", account);
	peer_call(&one->peer, "balance.get", params, &first);
	peer_call(&other->peer, "balance.get", params, &second);
	for (int place = 0; place < 6; place++) {
		for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
			char path[60];
			snprintf(path, sizeof path, "balances.%d.%s", place, FIELDS[i]);
			if (strcmp(answer_text(&first, path), answer_text(&second, path)) != 0)
				fail_msg("%s of %s: %s, %s", path, account,
					answer_text(&first, path), answer_text(&second, path));
		}
	}
	answer_free(&first);
	answer_free(&second);
}

static void
whatever_room_is_short_each_step_is_decided_once_as_if_there_were_plenty(void **state)
{
	(void)state;
	struct life rich, poor;
	life_begin(&rich);
	life_begin(&poor);
	for (size_t i = 0; i < SCRIPT_LENGTH; i++) {
		size_t bytes = 0, short_of = 0;
		assert_true(step(&rich, &SCRIPT[i], (size_t)1 << 26));
		for (; !step(&poor, &SCRIPT[i], bytes); bytes += 16 + bytes / 32)
			short_of++;
		poor.short_of += short_of;
		if (i < WITHOUT_ACCOUNTS)
			continue;
		compare(&rich, &poor, "a1");
		compare(&rich, &poor, "boss");
	}
	assert_true(poor.short_of > 1000);
	life_end(&rich);
	life_end(&poor);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			whatever_room_is_short_each_step_is_decided_once_as_if_there_were_plenty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
