/*
 * Tests of engine/shard.c: what happens when the journal, the disk or memory is full, when releases are switched, and when clients come then
 * (shard_case.h).
 */
#include "shard_case.h"

/* ---- back-pressure ---- */

static void
a_full_journal_makes_calls_wait_and_all_are_decided_when_it_goes_on(void **state)
{
	struct world *world = *state;
	struct peer peer;
	struct answer answer;
	begin(&peer, world, 1);
	/* Fewer than one client may have waiting. */
	world->shard->settings.waiting_max = world->settings.waiting_max = 200;
	journal_hold(true);
	struct buffer all;
	buffer_init(&all, 1 << 26);
	for (int i = 0; i < 8000; i++) {
		char message[300], id[20];
		snprintf(id, sizeof id, "n%d", i);
		snprintf(message, sizeof message, "[0, %d, charge, %s]", i, voice(world, 1, id, 1));
		forge(&all, message);
	}
	/* Not all go: the server stops reading. */
	size_t sent = 0;
	for (int idle = 0; idle < 50;) {
		ssize_t some = send(peer.fd, all.data + sent, all.size - sent, MSG_NOSIGNAL);
		sent += some > 0 ? (size_t)some : 0;
		idle = some > 0 ? 0 : idle + 1;
		world_step(world);
	}
	assert_true(sent < all.size);
	assert_true(shard_waiting(world->shard) >= world->settings.waiting_max);
	assert_true(shard_is_pressed(world->shard));
	assert_true(is_silent(&peer));
	journal_hold(false);
	assert_true(peer_send(&peer, (struct bytes){ all.data + sent, all.size - sent }));
	buffer_release(&all);
	for (int i = 0; i < 8000; i++) {
		assert_true(peer_wait(&peer, &answer));
		assert_field(&answer, "repeat", "false");
		answer_free(&answer);
	}
	check_field(&peer, "balance.topup",
		"[{id: more, account: a1, at: 1789963200000, amount: \"700.00\", currency: \"CNY\"}]",
		"outcome", "topped_up");
	peer_close(&peer);
}

static void
a_full_disk_refuses_new_work_by_name_and_service_returns(void **state)
{
	struct world *world = *state;
	struct peer peer;
	struct answer answer;
	int charged = 0;
	begin(&peer, world, 1);
	check_outcome(&peer, "charge", voice(world, 1, "before", 1), "charged");
	disk_pretend_free_bytes(0);
	for (;; charged++) {
		char id[20];
		snprintf(id, sizeof id, "n%d", charged);
		peer_call(&peer, "charge", voice(world, 1, id, 0), &answer);
		bool full = answer_is_error(&answer, "DISK_FULL");
		if (!full)
			assert_field(&answer, "outcome", "charged");
		answer_free(&answer);
		if (full)
			break;
		assert_true(charged < 20000);
	}
	/* What was decided is still repeated, and read. */
	check_field(&peer, "charge", voice(world, 1, "before", 1), "repeat", "true");
	check_balance(&peer, 1, "999.90");
	disk_pretend_free_bytes(UINT64_MAX);
	for (int tries = 0;; tries++) {
		peer_call(&peer, "charge", voice(world, 1, "after", 1), &answer);
		bool full = answer_is_error(&answer, "DISK_FULL");
		answer_free(&answer);
		if (!full)
			break;
		assert_true(tries < 1000);
		world_steps(world, 10);
	}
	check_field(&peer, "charge", voice(world, 1, "after", 1), "repeat", "true");
	check_balance(&peer, 1, "999.80");
	peer_close(&peer);
}

/* ---- releases ---- */

static void
charges_go_on_while_releases_are_switched(void **state)
{
	struct world *world = *state;
	struct peer peer, manager;
	struct answer answer;
	begin(&peer, world, 1);
	peer_open(&manager, world);
	unsigned asked = 0, answered = 0, dear = 0;
	for (int round = 0; round < 4; round++) {
		char price[8];
		snprintf(price, sizeof price, "0.%d0", 1 + round % 2);
		char *catalog = dearer_catalog(price);
		struct bundle_file file = { TEXT("catalog.lua"), bytes_of_text(text_of(catalog)) };
		struct buffer bundle, message;
		struct fault fault;
		buffer_init(&bundle, BUNDLE_BYTES_MAX);
		buffer_init(&message, BUNDLE_BYTES_MAX);
		assert_int_equal(bundle_of_files(&file, 1, &bundle, &fault), STATUS_OK);
		forge_array(&message, 4);
		forge_unsigned(&message, 0);
		forge_unsigned(&message, 77);
		forge_string(&message, "release.publish");
		forge_array(&message, 1);
		forge_map(&message, 2);
		forge_string(&message, "bundle");
		forge_bin(&message, (struct bytes){ bundle.data, bundle.size });
		forge_string(&message, "activate");
		forge_bool(&message, true);
		peer_send(&manager, (struct bytes){ message.data, message.size });
		buffer_release(&bundle);
		buffer_release(&message);
		free(catalog);
		for (bool switched = false; !switched;) {
			char id[20];
			snprintf(id, sizeof id, "n%u", asked++);
			peer_ask(&peer, "charge", voice(world, 1, id, 1));
			world_step(world);
			while (peer_take(&peer, &answer)) {
				assert_field(&answer, "outcome", "charged");
				bool is_dear = strcmp(answer_text(&answer, "amount"), "0.20") == 0;
				assert_field(&answer, "lines.0.parts.0.price",
					is_dear ? "0.20" : "0.10");
				dear += is_dear;
				answered++;
				answer_free(&answer);
			}
			if (peer_take(&manager, &answer)) {
				assert_field(&answer, "active", "true");
				answer_free(&answer);
				switched = true;
			}
		}
		/* From its answer on it is in force. */
		char id[20];
		snprintf(id, sizeof id, "after %d", round);
		struct peer late;
		peer_open(&late, world);
		check_field(&late, "charge", voice(world, 1, id, 1), "amount", price);
		peer_close(&late);
	}
	while (answered < asked && peer_wait(&peer, &answer)) {
		answered++;
		answer_free(&answer);
	}
	assert_int_equal(answered, asked);
	assert_true(dear > 0 || asked < 20);
	peer_close(&peer);
	peer_close(&manager);
}

/* A catalog that is made for another version of the language. */
static void
a_bundle_that_this_program_does_not_know_is_a_bad_catalog(void **state)
{
	struct world *world = *state;
	struct peer peer;
	struct answer answer;
	struct fault fault;
	struct bundle_file file = { TEXT("catalog.lua"), bytes_of_text(TEXT("")) };
	struct buffer bundle, params;
	peer_open(&peer, world);
	buffer_init(&bundle, BUNDLE_BYTES_MAX);
	buffer_init(&params, BUNDLE_BYTES_MAX);
	assert_int_equal(bundle_of_files(&file, 1, &bundle, &fault), STATUS_OK);
	uint8_t *language = memmem(bundle.data, bundle.size, "@language\0012", 11);
	assert_non_null(language);
	language[10] = '9';
	forge_array(&params, 4);
	forge_unsigned(&params, 0);
	forge_unsigned(&params, 5);
	forge_string(&params, "release.publish");
	forge_array(&params, 1);
	forge_map(&params, 1);
	forge_string(&params, "bundle");
	forge_bin(&params, (struct bytes){ bundle.data, bundle.size });
	assert_true(peer_send(&peer, (struct bytes){ params.data, params.size }));
	assert_true(peer_wait(&peer, &answer));
	assert_error(&answer, "BAD_CATALOG");
	answer_free(&answer);
	buffer_release(&bundle);
	buffer_release(&params);
	peer_close(&peer);
}

static void
without_a_release_nothing_is_decided(void **state)
{
	struct world *world = *state;
	struct peer peer;
	peer_open(&peer, world);
	world_subscribe(&peer, 1, "talk", "1.00");
	check_error(&peer, "charge", voice(world, 1, "x", 1), "NO_RELEASE");
	check_error(&peer, "rate",
		"[{service_id: \"1\", service: voice, at: 1789963200000, seconds: 1}]",
		"NO_RELEASE");
	world_publish(&peer, world_catalog, true);
	check_field(&peer, "charge", voice(world, 1, "x", 1), "repeat", "false");
	peer_close(&peer);
}

/* ---- memory ---- */

/* What is asked while memory is short, and how it is answered the first time that it is decided. */
struct asked {
	const char *method;
	const char *params; /* "%d" is the round */
	const char *path, *first;
};

/*
 * Asks with the memory request number `number` of the shard's thread failing. Returns whether the
 * answer was an error, which says that nothing was decided; *failed whether any request did fail.
 */
static bool
ask_short_of_memory(struct peer *peer, const struct asked *asked, const char *params,
	uint64_t number, bool *failed)
{
	struct answer answer;
	peer_ask(peer, asked->method, params);
	memory_fail_here_at(number);
	struct pollfd answered = { peer->fd, POLLIN, 0 };
	for (int i = 0; i < 5000 && poll(&answered, 1, 0) == 0; i++)
		world_step(peer->world);
	*failed = memory_request_count() >= number;
	memory_fail_at(0);
	if (!peer_wait(peer, &answer)) {
		assert_true(peer->ended); /* nothing was said, so nobody is told a lie */
		peer_close(peer);
		peer_open(peer, peer->world);
		return false;
	}
	bool is_error = answer.error != NULL;
	bool item_is_error = strncmp(answer_text(&answer, "items.0.error"), "OUT_OF_MEMORY:", 14) ==
		0;
	if (is_error)
		assert_error(&answer, "OUT_OF_MEMORY");
	else if (!item_is_error)
		assert_field(&answer, asked->path, asked->first);
	answer_free(&answer);
	return is_error || item_is_error;
}

static void
who_is_told_that_there_is_no_memory_had_nothing_decided(void **state)
{
	static const struct asked list[] = {
		{ "charge",
			"[{id: \"c%d\", service_id: \"1\", service: voice, at: 1789963200000, seconds: 1}]",
			"repeat", "false" },
		{ "charge",
			"[{id: \"r%d\", service_id: nobody, service: voice, at: 1789963200000, seconds: 1}]",
			"repeat", "false" },
		{ "charge_batch",
			"[{items: [{id: \"b%d\", service_id: \"1\", service: voice, at: 1789963200000, seconds: 1}]}]",
			"items.0.repeat", "false" },
		{ "balance.topup",
			"[{id: \"t%d\", account: a1, at: 1789963200000, amount: \"0.10\", currency: \"CNY\"}]",
			"repeat", "false" },
		{ "customer.put", "[{customer: c1, segment: \"s%d\"}]", "outcome", "stored" },
	};
	struct world *world = *state;
	struct peer peer;
	struct answer answer;
	int rounds[sizeof list / sizeof list[0]] = { 0 };
	begin(&peer, world, 1);
	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
		for (bool failed = true; failed;) {
			char params[300], balance[40];
			snprintf(params, sizeof params, list[i].params, ++rounds[i]);
			assert_true(rounds[i] < 200);
			/* A new shard: its buffers are empty, and take memory again. */
			peer_close(&peer);
			assert_int_equal(world_close(world), STATUS_OK);
			world_open(world);
			peer_open(&peer, world);
			peer_call(&peer, "ping", "[]", &answer);
			answer_free(&answer);
			bool is_error = ask_short_of_memory(
				&peer, &list[i], params, (uint64_t)rounds[i], &failed);
			peer_call(&peer, list[i].method, params, &answer);
			if (is_error)
				assert_field(&answer, list[i].path, list[i].first);
			answer_free(&answer);
			snprintf(balance, sizeof balance, "%d.%d0",
				(10000 - rounds[0] - rounds[2] + rounds[3]) / 10,
				(10000 - rounds[0] - rounds[2] + rounds[3]) % 10);
			check_balance(&peer, 1, balance);
		}
	}
	peer_close(&peer);
}

/* ---- connections ---- */

static void
expect_pong(struct peer *peer)
{
	struct answer answer;
	peer_call(peer, "ping", "[]", &answer);
	assert_null(answer.error);
	answer_free(&answer);
}

static void
clients_are_turned_away_without_memory_and_served_when_there_is_some(void **state)
{
	struct world *world = *state;
	struct peer first, away, later;
	size_t ended = 0;
	begin(&first, world, 0);
	for (uint64_t n = 1; n <= 6; n++) {
		peer_open(&away, world);
		memory_fail_here_at(n); /* whoever asks then; the client is among them */
		for (int step = 0; step < 10; step++)
			world_step(world);
		memory_fail_at(0);
		peer_receive(&away);
		ended += away.ended;
		peer_close(&away);
		peer_open(&later, world);
		expect_pong(&later);
		peer_close(&later);
	}
	assert_true(ended > 0);
	expect_pong(&first);
	peer_close(&first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_full_journal_makes_calls_wait_and_all_are_decided_when_it_goes_on),
		TEST(a_full_disk_refuses_new_work_by_name_and_service_returns),
		TEST(charges_go_on_while_releases_are_switched),
		TEST(a_bundle_that_this_program_does_not_know_is_a_bad_catalog),
		TEST(without_a_release_nothing_is_decided),
		TEST(who_is_told_that_there_is_no_memory_had_nothing_decided),
		TEST(clients_are_turned_away_without_memory_and_served_when_there_is_some),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
