/*
 * That an agreement ends soon (engine/agreements.h): told so long before, once for each end. The clock
 * stands where the test says; days are those of the catalog's zone.
 */
#include "shard_case.h"

#include "../../../engine/timers.h"

/* It is noon of 2026-09-21 there; a day begins at 16:00 UTC. */
#define MIDNIGHT_MS (WORLD_NOW + 12 * HOUR_MS)
#define END_MS (MIDNIGHT_MS + 9 * DAY_MS)    /* 2026-10-01 */
#define SOON_MS (MIDNIGHT_MS + 2 * DAY_MS)   /* 7 days before */
#define LATER_MS (MIDNIGHT_MS + 39 * DAY_MS) /* 2026-10-31 */

#define SEVEN_DAYS ", ends_soon: {count: 7, every: day}"

static struct world *world;
static struct peer peer;

static int
set_up(void **state)
{
	make_world(state);
	world = *state;
	/* What was told stays while months go by. */
	world->settings.notices_keep_ms = 400 * DAY_MS;
	world->shard->settings.notices_keep_ms = 400 * DAY_MS;
	begin(&peer, world, 0);
	return 0;
}

static int
tear_down(void **state)
{
	peer_close(&peer);
	return free_world(state);
}

/* Customer c has these. */
static void
put(const char *agreements, const char *outcome)
{
	char params[400];
	snprintf(params, sizeof params, "[{customer: c, agreements: [%s]}]", agreements);
	check_outcome(&peer, "customer.put", params, outcome);
}

/* One that ends, and what else is said of it. */
static const char *
ending(const char *id, int64_t till_ms, const char *says)
{
	static char texts[4][120];
	static unsigned next;
	char *text = texts[next++ % 4];
	snprintf(text, sizeof texts[0], "{agreement: %s, till: %" PRId64 "%s}", id, till_ms, says);
	return text;
}

static void
expect_told(int64_t ms, unsigned count)
{
	char wanted[40];
	struct timers_stats stats;
	world->now_ms = ms;
	snprintf(wanted, sizeof wanted, "array of %u", count);
	for (int i = 0; i < 60; i++) {
		world_step(world);
		stats = timers_stats(world->shard->timers);
	}
	assert_int_equal(stats.under_way + stats.due + stats.to_repeat, 0);
	check_field(&peer, "notice.list", "[]", "notices", wanted);
}

static void
end_is_told_once_so_long_before(void **state)
{
	(void)state;
	struct answer answer;
	put(ending("acme_2026", END_MS, SEVEN_DAYS), "stored");
	check_field(&peer, "customer.get", "[c]", "agreements.0.agreement", "acme_2026");
	check_field(&peer, "customer.get", "[c]", "agreements.0.ends_soon.every", "day");
	expect_told(SOON_MS - 1, 0);
	peer_reopen(&peer);
	expect_told(SOON_MS, 1);
	peer_call(&peer, "notice.list", "[]", &answer);
	assert_field(&answer, "notices.0.kind", "agreement_ending");
	assert_field(&answer, "notices.0.customer", "c");
	assert_field(&answer, "notices.0.account", "");
	assert_field(&answer, "notices.0.of", "acme_2026");
	assert_field(&answer, "notices.0.threshold", "7 days");
	assert_field(&answer, "notices.0.say.en",
		"The agreement \"acme_2026\" ends at 2026-10-01T00:00:00+08:00");
	assert_field(
		&answer, "notices.0.say.zh", "协议“acme_2026”将于 2026-10-01T00:00:00+08:00 到期");
	answer_free(&answer);
	put(ending("acme_2026", END_MS, SEVEN_DAYS), "unchanged");
	peer_reopen(&peer);
	expect_told(LATER_MS, 1);
	check_field(&peer, "customer.get", "[c]", "agreements", "array of 1");
}

static void
several_are_told_each_at_its_time(void **state)
{
	(void)state;
	char all[400];
	snprintf(all, sizeof all, "%s, always, %s, %s", ending("a", LATER_MS, SEVEN_DAYS),
		ending("b", END_MS, SEVEN_DAYS),
		ending("c", END_MS, ", ends_soon: {count: 36, every: hour}"));
	put(all, "stored");
	expect_told(SOON_MS, 1);
	expect_told(END_MS - 36 * HOUR_MS, 2);
	expect_told(LATER_MS - 7 * DAY_MS - 1, 2);
	expect_told(LATER_MS - 7 * DAY_MS, 3);
}

static void
two_that_end_at_one_instant_are_told_by_one_entry(void **state)
{
	(void)state;
	struct answer answer;
	char all[400];
	snprintf(all, sizeof all, "%s, %s", ending("d", END_MS, SEVEN_DAYS),
		ending("e", END_MS, SEVEN_DAYS));
	put(all, "stored");
	expect_told(SOON_MS, 2);
	peer_call(&peer, "notice.list", "[]", &answer);
	assert_field(&answer, "notices.0.of", "d");
	assert_field(&answer, "notices.1.of", "e");
	answer_free(&answer);
}

static void
what_is_put_off_or_taken_back_is_not_told_then(void **state)
{
	(void)state;
	put(ending("a", END_MS, SEVEN_DAYS), "stored");
	put(ending("a", LATER_MS, SEVEN_DAYS), "stored");
	expect_told(END_MS, 0);
	expect_told(LATER_MS - 7 * DAY_MS, 1);
	put(ending("b", LATER_MS + DAY_MS, ", ends_soon: {count: 1, every: day}"), "stored");
	put("", "stored");
	expect_told(LATER_MS + DAY_MS, 1);
	check_field(&peer, "customer.get", "[c]", "agreements", "");
}

static void
what_is_past_is_not_told(void **state)
{
	(void)state;
	put(ending("a", WORLD_NOW + DAY_MS, SEVEN_DAYS), "stored");
	put(ending("b", END_MS, ""), "stored");
	expect_told(END_MS, 0);
	put(ending("c", LATER_MS, SEVEN_DAYS), "stored");
	timers_stop(world->shard->timers);
	world->now_ms = LATER_MS;
	peer_reopen(&peer);
	expect_told(LATER_MS, 0);
}

static void
what_is_none_is_refused_and_changes_nothing(void **state)
{
	(void)state;
	char params[4000] = "[{customer: c, agreements: [";
	put("a", "stored");
	check_error(
		&peer, "customer.put", "[{customer: c, agreements: [a, b, a]}]", "FIELDS_CONFLICT");
	check_error(&peer, "customer.put",
		"[{customer: c, agreements: [{agreement: a, from: 5, till: 5}]}]", "OUT_OF_RANGE");
	check_error(&peer, "customer.put",
		"[{customer: c, agreements: [{agreement: a, ends_soon: {count: 0, every: day}}]}]",
		"OUT_OF_RANGE");
	for (int i = 0; i <= 32; i++)
		snprintf(params + strlen(params), sizeof params - strlen(params), "%sa%d",
			i == 0 ? "" : ", ", i);
	strcat(params, "]}]");
	check_error(&peer, "customer.put", params, "OUT_OF_RANGE");
	check_field(&peer, "customer.get", "[c]", "agreements", "array of 1");
}

#define AGREEMENT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AGREEMENT_TEST(end_is_told_once_so_long_before),
		AGREEMENT_TEST(several_are_told_each_at_its_time),
		AGREEMENT_TEST(two_that_end_at_one_instant_are_told_by_one_entry),
		AGREEMENT_TEST(what_is_put_off_or_taken_back_is_not_told_then),
		AGREEMENT_TEST(what_is_past_is_not_told),
		AGREEMENT_TEST(what_is_none_is_refused_and_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
