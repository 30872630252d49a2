/*
 * What the tests of the shard share: a world for each test (world.h), and answers that must come.
 */
#ifndef SUANPAN_TEST_SHARD_CASE_H
#define SUANPAN_TEST_SHARD_CASE_H

#include "world.h"

static inline int
make_world(void **state)
{
	struct world *world = malloc(sizeof *world);
	assert_non_null(world);
	world_init(world);
	world_open(world);
	*state = world;
	return 0;
}

static inline int
free_world(void **state)
{
	journal_hold(false);
	disk_pretend_free_bytes(UINT64_MAX);
	world_free(*state);
	free(*state);
	return 0;
}

/* A peer in a world with the catalog and subscriptions 1 to count, with 1,000.00 each. */
static inline void
begin(struct peer *peer, struct world *world, int count)
{
	peer_open(peer, world);
	world_publish(peer, world_catalog, true);
	for (int i = 1; i <= count; i++)
		world_subscribe(peer, i, "talk", "1000.00");
}

/* The same peer, of a server that has ended and begun again. */
static inline void
peer_reopen(struct peer *peer)
{
	struct world *world = peer->world;
	peer_close(peer);
	assert_int_equal(world_close(world), STATUS_OK);
	world_open(world);
	peer_open(peer, world);
}

/* Has nothing come, though the world had time? */
static inline bool
is_silent(struct peer *peer)
{
	struct answer answer;
	for (int i = 0; i < 30; i++) {
		world_step(peer->world);
		if (peer_take(peer, &answer)) {
			print_message("not silent: %s\n", answer_print(&answer));
			answer_free(&answer);
			return false;
		}
	}
	return !peer->ended;
}

/* The next answer must be that of this request. */
static inline void
expect_answer(struct peer *peer, uint32_t msgid, const char *path, const char *wanted)
{
	struct answer answer;
	assert_true(peer_wait(peer, &answer));
	assert_int_equal(answer.msgid, msgid);
	assert_field(&answer, path, wanted);
	answer_free(&answer);
}

static inline uint64_t
position_of(const struct answer *answer)
{
	const char *charge = answer_text(answer, "charge");
	const char *colon = strchr(charge, ':');
	if (colon == NULL)
		fail_msg("no charge id in %s", answer_print(answer));
	return strtoull(colon + 1, NULL, 10);
}

/* The same catalog with another price, so that it is another release. */
static inline char *
dearer_catalog(const char *price)
{
	char *catalog = strdup(world_catalog), *at;
	assert_non_null(catalog);
	for (at = catalog; (at = strstr(at, "\"0.10\"")) != NULL; at++)
		memcpy(at + 1, price, 4);
	return catalog;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_world, free_world)

#endif
