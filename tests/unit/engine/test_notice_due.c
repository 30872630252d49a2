/*
 * What is told so long before something ends (engine/notice_due.c): S8's notice 30 days before what
 * was bought expires, and the end of what is held. The clock stands where the test says.
 */
#include "shard_case.h"

#include "../../../engine/timers.h"

/* Bought on 2026-09-21; a day begins at 16:00 UTC. */
#define BOUGHT_MS WORLD_NOW
#define SOON_MS INT64_C(1818864000000) /* 2027-08-22, 30 days before 2027-09-21 */
#define OVER_MS INT64_C(1821456000000) /* 2027-09-21 */

static const char catalog[] =
	"catalog \"messages\" {}\n"
	"service \"sms\" { unit = \"item\" }\n"
	"product \"line\" { services = { \"sms\" } }\n"
	"package \"sending\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"sms\", say = \"sms\", serves = { service = \"sms\" }, step = \"1 item\", price = \"0.10\" },\n"
	"}\n"
	"package \"texts\" {\n"
	"    kind = \"plugin\", from = \"2020-01-01\",\n"
	"    allowance { id = \"units\", serves = { service = \"sms\" }, amount = 10, unit = \"item\",\n"
	"        every = \"once\", valid = \"12 months\" },\n"
	"    notify { id = \"ends\", of = \"units\", before = \"30 days\", say = \"ends\" },\n"
	"}\n"
	"package \"agreed\" {\n"
	"    kind = \"plugin\", from = \"2020-01-01\",\n"
	"    notify { id = \"stops\", before = { \"2 days\", \"1 day\" }, say = \"stops\" },\n"
	"}\n"
	"plan \"p\" { base = \"sending\", optional = { \"texts\", \"agreed\" } }\n"
	"offering \"o\" { plans = \"p\" }\n"
	"local words = { catalog = { messages = \"m\" }, service = { sms = \"s\" }, product = { line = \"l\" },\n"
	"    package = { sending = \"s\", texts = \"t\", agreed = \"Agreement\" }, plan = { p = \"p\" }, offering = { o = \"o\" },\n"
	"    allowance = { units = \"u\" }, sms = \"s\", ends = \"{left} are left until {last}\",\n"
	"    stops = \"{package} ends: {last} is its last day\" }\n"
	"texts \"zh\" (words)\n"
	"texts \"en\" (words)\n";

static void
open_with(struct peer *peer, struct world *world, const char *packages)
{
	peer_open(peer, world);
	world_publish(peer, catalog, true);
	world_subscribe(peer, 1, packages, "10.00");
}

static void
put(struct peer *peer, const char *packages, const char *outcome)
{
	char params[300];
	snprintf(params, sizeof params,
		"[{subscription: s1, account: a1, product: line, service_ids: [\"1\"], packages: [%s]}]",
		packages);
	check_outcome(peer, "subscription.put", params, outcome);
}

static void
use(struct peer *peer, const char *id, int items)
{
	char params[200];
	snprintf(params, sizeof params,
		"[{id: %s, service_id: \"1\", service: sms, at: %" PRId64 ", items: %d}]", id,
		peer->world->now_ms, items);
	check_outcome(peer, "charge", params, "charged");
}

/* Until all that is due was done; so many are listed then. */
static void
expect_told(struct peer *peer, unsigned count)
{
	char wanted[40];
	struct timers_stats stats;
	snprintf(wanted, sizeof wanted, "array of %u", count);
	for (int i = 0; i < 300; i++) {
		world_step(peer->world);
		stats = timers_stats(peer->world->shard->timers);
	}
	assert_int_equal(stats.under_way + stats.due + stats.to_repeat, 0);
	check_field(peer, "notice.list", "[]", "notices", wanted);
}

/* What notice.list answers at these paths, up to a NULL. */
static void
check_listed(struct peer *peer, const char *const (*wanted)[2])
{
	struct answer answer;
	char path[60];
	peer_call(peer, "notice.list", "[]", &answer);
	for (size_t i = 0; wanted[i][0] != NULL; i++) {
		snprintf(path, sizeof path, "notices.%s", wanted[i][0]);
		assert_field(&answer, path, wanted[i][1]);
	}
	answer_free(&answer);
}

static const char BOUGHT[] = "sending, {package: texts, from: 1789963200000}";

static void
end_of_what_is_left_is_told_once_30_days_before_it(void **state)
{
	struct world *world = *state;
	struct peer peer;
	open_with(&peer, world, BOUGHT);
	use(&peer, "a", 3);
	world->now_ms = SOON_MS - 1;
	expect_told(&peer, 0);
	world->now_ms = SOON_MS;
	expect_told(&peer, 1);
	check_listed(&peer,
		(const char *const[][2]){
			{ "0.kind", "ending" },
			{ "0.account", "a1" },
			{ "0.subscription", "s1" },
			{ "0.package", "texts" },
			{ "0.notify", "ends" },
			{ "0.threshold", "30 days" },
			{ "0.of", "units" },
			{ "0.unit", "item" },
			{ "0.used", "3" },
			{ "0.left", "7" },
			{ "0.at", "1818864000000" },
			{ "0.till", "1821456000000" },
			{ "0.say.en", "7 are left until 2027-09-20" },
			{ NULL, NULL },
		});
	peer_reopen(&peer);
	expect_told(&peer, 1);
	world->now_ms = OVER_MS;
	expect_told(&peer, 1);
	peer_close(&peer);
}

static void
end_of_what_is_used_up_is_not_told(void **state)
{
	struct world *world = *state;
	struct peer peer;
	open_with(&peer, world, BOUGHT);
	use(&peer, "a", 10);
	world->now_ms = OVER_MS;
	expect_told(&peer, 0);
	peer_close(&peer);
}

static void
what_was_to_be_told_while_nobody_served_is_told_after_the_start_in_order(void **state)
{
	struct world *world = *state;
	struct peer peer;
	open_with(&peer, world, "sending, {package: agreed, from: 0, till: 1792944000000}");
	world->now_ms = INT64_C(1792944000000); /* 2026-10-26 */
	peer_reopen(&peer);
	expect_told(&peer, 2);
	check_listed(&peer,
		(const char *const[][2]){
			{ "0.threshold", "2 days" },
			{ "0.at", "1792771200000" },
			{ "0.of", "" },
			{ "0.used", "" },
			{ "0.say.en", "Agreement ends: 2026-10-25 is its last day" },
			{ "1.threshold", "1 day" },
			{ "1.at", "1792857600000" },
			{ NULL, NULL },
		});
	peer_close(&peer);
}

/* What was put off ends later, and is told of then; the timer of before tells nothing. */
static void
what_is_put_otherwise_is_told_at_its_own_time_alone(void **state)
{
	struct world *world = *state;
	struct peer peer;
	open_with(&peer, world, "sending, {package: agreed, from: 0, till: 1792944000000}");
	put(&peer, "sending, {package: agreed, from: 0, till: 1793030400000}", "stored");
	put(&peer, "sending, {package: agreed, from: 0, till: 1793030400000}", "unchanged");
	world->now_ms = INT64_C(1792771200000); /* 2 days before the first end */
	expect_told(&peer, 0);
	world->now_ms = INT64_C(1792857600000);
	expect_told(&peer, 1);
	world->now_ms = INT64_C(1792944000000);
	expect_told(&peer, 2);
	world->now_ms += 20 * DAY_MS;
	expect_told(&peer, 2);
	peer_close(&peer);
}

static void
put_again_is_told_what_a_new_release_tells(void **state)
{
	struct world *world = *state;
	struct peer peer;
	peer_open(&peer, world);
	world_subscribe(&peer, 1, "sending, {package: agreed, till: 1792944000000}", "1.00");
	world_publish(&peer, catalog, true);
	put(&peer, "sending, {package: agreed, till: 1792944000000}", "stored");
	put(&peer, "sending, {package: agreed, till: 1792944000000}", "unchanged");
	world->now_ms = INT64_C(1792944000000);
	expect_told(&peer, 2);
	peer_close(&peer);
}

#define DUE_TEST(name) cmocka_unit_test_setup_teardown(name, make_world, free_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DUE_TEST(end_of_what_is_left_is_told_once_30_days_before_it),
		DUE_TEST(end_of_what_is_used_up_is_not_told),
		DUE_TEST(what_was_to_be_told_while_nobody_served_is_told_after_the_start_in_order),
		DUE_TEST(what_is_put_otherwise_is_told_at_its_own_time_alone),
		DUE_TEST(put_again_is_told_what_a_new_release_tells),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
