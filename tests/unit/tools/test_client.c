#include "fake_server.h"

#include "../../../tools/client.h"

#define REQUESTS 1000

/* What came of each request, by tag. */
struct seen {
	unsigned answers[REQUESTS];
	unsigned again[REQUESTS]; /* of them, sent again */
	unsigned count;
	unsigned busy_left; /* so many answers are taken for "too busy" */
	char trouble[1000]; /* the first sentence */
	unsigned troubles;
};

static struct seen seen;
static struct fault fault;

static enum answer_end
answered(void *context, const struct answer *answer)
{
	struct seen *all = context;
	if (all->busy_left > 0) {
		all->busy_left--;
		return ANSWER_AGAIN;
	}
	assert_true(answer->tag < REQUESTS);
	all->answers[answer->tag]++;
	all->again[answer->tag] += answer->sent_again;
	all->count++;
	return ANSWER_TAKEN;
}

static void
trouble(void *context, const char *sentence)
{
	struct seen *all = context;
	if (all->troubles++ == 0)
		snprintf(all->trouble, sizeof all->trouble, "%s", sentence);
}

static struct client_options
options_to(const struct fake_server *server)
{
	memset(&seen, 0, sizeof seen);
	return (struct client_options){
		.to = server->path,
		.connections = 1,
		.in_flight = 100,
		.patience_ms = 20000,
		.answered = answered,
		.trouble = trouble,
		.context = &seen,
	};
}

static bool
send_one(struct client *client, uint64_t tag)
{
	struct pack pack;
	if (!client_begin(client, tag, TEXT("ping"), &pack))
		return false;
	pack_array(&pack, 0);
	assert_true(client_end(client, &pack));
	return true;
}

/* Sends `count` requests and waits for all answers. */
static enum status
run(struct client *client, unsigned count)
{
	enum status status = STATUS_OK;
	unsigned sent = 0;
	while (status == STATUS_OK && (sent < count || client_waiting(client) > 0)) {
		while (sent < count && send_one(client, sent))
			sent++;
		status = client_turn(client, 1000, &fault);
	}
	return status;
}

static void
assert_each_answered_once(unsigned count)
{
	assert_int_equal(seen.count, count);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(seen.answers[i], 1);
}

/* ---- answers ---- */

/* Gathers `limit` requests, then answers them from the last to the first. */
static void
answer_backwards(struct fake_server *server, int fd, unsigned number)
{
	uint32_t msgids[REQUESTS];
	(void)number;
	for (;;) {
		unsigned count = 0;
		while (count < server->limit && fake_read(server, fd, &msgids[count]))
			count++;
		if (count == 0)
			return;
		while (count > 0)
			fake_answer(fd, msgids[--count], NULL);
	}
}

static void
answers_in_any_order_come_to_their_requests(void **state)
{
	(void)state;
	struct fake_server server;
	struct client *client;
	fake_start(&server, answer_backwards, 50);
	struct client_options options = options_to(&server);
	assert_int_equal(client_open(&client, &options, &fault), STATUS_OK);
	assert_int_equal(run(client, REQUESTS), STATUS_OK);
	assert_each_answered_once(REQUESTS);
	assert_int_equal(seen.troubles, 0);
	client_close(client);
	fake_stop(&server);
}

static void
requests_under_way_are_bounded(void **state)
{
	(void)state;
	struct fake_server server;
	struct client *client;
	fake_start(&server, answer_backwards, 3);
	struct client_options options = options_to(&server);
	options.in_flight = 3;
	assert_int_equal(client_open(&client, &options, &fault), STATUS_OK);
	for (unsigned i = 0; i < 3; i++)
		assert_true(send_one(client, i));
	assert_false(send_one(client, 3));
	assert_int_equal(client_waiting(client), 3);
	while (client_waiting(client) > 0)
		assert_int_equal(client_turn(client, 1000, &fault), STATUS_OK);
	assert_true(send_one(client, 3));
	client_close(client);
	fake_stop(&server);
}

static void
a_request_may_be_larger_than_what_a_socket_takes_at_once(void **state)
{
	(void)state;
	struct fake_server server;
	struct client *client;
	struct pack pack;
	static uint8_t large[3 << 20];
	fake_start(&server, answer_backwards, 1);
	struct client_options options = options_to(&server);
	assert_int_equal(client_open(&client, &options, &fault), STATUS_OK);
	assert_true(client_begin(client, 7, TEXT("release.publish"), &pack));
	pack_array(&pack, 1);
	pack_bytes(&pack, (struct bytes){ large, sizeof large });
	assert_true(client_end(client, &pack));
	while (client_waiting(client) > 0)
		assert_int_equal(client_turn(client, 1000, &fault), STATUS_OK);
	assert_int_equal(seen.answers[7], 1);
	client_close(client);
	fake_stop(&server);
}

/* ---- trouble ---- */

/* The first connections read much and answer a little of it, and are closed; the others answer all.
 */
static void
break_off(struct fake_server *server, int fd, unsigned number)
{
	uint32_t msgid;
	for (unsigned count = 0; fake_read(server, fd, &msgid); count++) {
		bool breaks = number < server->limit;
		if (!breaks || count % 3 == 0)
			fake_answer(fd, msgid, NULL);
		if (breaks && count == 40)
			return;
	}
}

static void
what_was_not_answered_is_sent_again_on_a_new_connection(void **state)
{
	(void)state;
	struct fake_server server;
	struct client *client;
	unsigned again = 0;
	fake_start(&server, break_off, 2);
	struct client_options options = options_to(&server);
	assert_int_equal(client_open(&client, &options, &fault), STATUS_OK);
	assert_int_equal(run(client, REQUESTS), STATUS_OK);
	assert_each_answered_once(REQUESTS);
	for (unsigned i = 0; i < REQUESTS; i++)
		again += seen.again[i];
	assert_true(again > 0 && again < REQUESTS);
	assert_non_null(strstr(seen.trouble, "the connection is lost"));
	client_close(client);
	fake_stop(&server);
	assert_int_equal(server.connections, 3);
}

static void
without_patience_a_lost_connection_is_the_end(void **state)
{
	(void)state;
	struct fake_server server;
	struct client *client;
	fake_start(&server, break_off, 1);
	struct client_options options = options_to(&server);
	options.patience_ms = 0;
	options.trouble = NULL;
	assert_int_equal(client_open(&client, &options, &fault), STATUS_OK);
	assert_int_equal(run(client, REQUESTS), STATUS_IO);
	assert_non_null(strstr(fault.text, "closed the connection"));
	client_close(client);
	fake_stop(&server);
}

static void
a_busy_server_is_asked_again_after_a_pause(void **state)
{
	(void)state;
	struct fake_server server;
	struct client *client;
	fake_start(&server, answer_backwards, 1);
	struct client_options options = options_to(&server);
	assert_int_equal(client_open(&client, &options, &fault), STATUS_OK);
	seen.busy_left = 150;
	assert_int_equal(run(client, REQUESTS), STATUS_OK);
	assert_each_answered_once(REQUESTS);
	assert_non_null(strstr(seen.trouble, "too busy"));
	for (unsigned i = 0; i < REQUESTS; i++)
		assert_int_equal(seen.again[i], 0);
	client_close(client);
	fake_stop(&server);
}

static void
a_server_that_stays_busy_is_given_up(void **state)
{
	(void)state;
	struct fake_server server;
	struct client *client;
	fake_start(&server, answer_backwards, 1);
	struct client_options options = options_to(&server);
	options.patience_ms = 200;
	assert_int_equal(client_open(&client, &options, &fault), STATUS_OK);
	seen.busy_left = UINT32_MAX;
	assert_int_equal(run(client, 10), STATUS_BUSY);
	client_close(client);
	fake_stop(&server);
}

/* What the server says of a connection as a whole before it closes it. */
static void
refuse_connection(struct fake_server *server, int fd, unsigned number)
{
	uint32_t msgid;
	if (number < server->limit) {
		fake_answer(fd, 0, "OVERLOADED: too many connections");
		return;
	}
	while (fake_read(server, fd, &msgid))
		fake_answer(fd, msgid, NULL);
}

static void
a_refused_connection_is_said_and_tried_again(void **state)
{
	(void)state;
	struct fake_server server;
	struct client *client;
	fake_start(&server, refuse_connection, 1);
	struct client_options options = options_to(&server);
	assert_int_equal(client_open(&client, &options, &fault), STATUS_OK);
	assert_int_equal(run(client, 10), STATUS_OK);
	assert_each_answered_once(10);
	assert_string_equal(seen.trouble, "the server says: OVERLOADED: too many connections");
	client_close(client);
	fake_stop(&server);
}

static void
who_does_not_try_again_is_told_why_the_connection_was_refused(void **state)
{
	(void)state;
	struct fake_server server;
	struct client *client;
	fake_start(&server, refuse_connection, REQUESTS);
	struct client_options options = options_to(&server);
	options.patience_ms = 0;
	options.trouble = NULL;
	assert_int_equal(client_open(&client, &options, &fault), STATUS_OK);
	assert_int_equal(run(client, 1), STATUS_BUSY);
	assert_non_null(
		strstr(fault.text, "closed the connection: OVERLOADED: too many connections"));
	client_close(client);
	fake_stop(&server);
}

static void
a_server_that_stays_away_is_given_up(void **state)
{
	(void)state;
	struct fake_server server;
	struct client *client;
	fake_start(&server, refuse_connection, REQUESTS);
	struct client_options options = options_to(&server);
	options.patience_ms = 200;
	assert_int_equal(client_open(&client, &options, &fault), STATUS_OK);
	assert_int_equal(run(client, REQUESTS), STATUS_IO);
	assert_int_equal(seen.count, 0);
	client_close(client);
	fake_stop(&server);
}

/* ---- who is no server of ours ---- */

static void
talk_nonsense(struct fake_server *server, int fd, unsigned number)
{
	static const struct {
		const char *bytes;
		size_t size;
	} nonsense[] = {
		{ "HTTP/1.1 400", 12 },                /* integers, not arrays */
		{ "\x93\x01\x01\xc0", 4 },             /* three members */
		{ "\x94\x00\x01\xc0\xc0", 5 },         /* a request */
		{ "\x94\x01\xa1x\xc0\xc0", 6 },        /* a msgid that is a text */
		{ "\x94\x01\xcd\x03\xe7\xc0\xc0", 7 }, /* answers what was not asked */
		{ "\xc1", 1 },                         /* no MessagePack */
	};
	uint32_t msgid;
	(void)number;
	fake_read(server, fd, &msgid);
	ssize_t sent = send(
		fd, nonsense[server->limit].bytes, nonsense[server->limit].size, MSG_NOSIGNAL);
	(void)sent;
	fake_read(server, fd, &msgid); /* until the client has gone */
}

static void
whoever_answers_otherwise_is_named_and_left(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		struct fake_server server;
		struct client *client;
		fake_start(&server, talk_nonsense, i);
		struct client_options options = options_to(&server);
		assert_int_equal(client_open(&client, &options, &fault), STATUS_OK);
		assert_int_equal(run(client, 1), STATUS_INVALID);
		assert_non_null(strstr(fault.text, server.path));
		client_close(client);
		fake_stop(&server);
	}
}

static void
nobody_there_is_a_status(void **state)
{
	(void)state;
	struct fake_server server;
	struct client *client = NULL;
	fake_start(&server, answer_backwards, 1);
	struct client_options options = options_to(&server);
	fake_stop(&server);
	assert_int_equal(client_open(&client, &options, &fault), STATUS_NOT_FOUND);
	assert_null(client);
}

static void
without_memory_it_fails_and_leaves_nothing(void **state)
{
	(void)state;
	struct fake_server server;
	fake_start(&server, answer_backwards, 1);
	struct client_options options = options_to(&server);
	for (uint64_t nth = 1;; nth++) {
		struct client *client = NULL;
		struct pack pack;
		memory_fail_at(nth);
		enum status status = client_open(&client, &options, &fault);
		bool sent = status == STATUS_OK && client_begin(client, 0, TEXT("ping"), &pack);
		if (sent) {
			pack_array(&pack, 0);
			sent = client_end(client, &pack);
			assert_int_equal(client_waiting(client), sent);
		}
		memory_fail_at(0);
		client_close(client);
		if (sent) {
			assert_true(nth > 3);
			break;
		}
		assert_true(status == STATUS_OK || status == STATUS_MEMORY);
	}
	fake_stop(&server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_in_any_order_come_to_their_requests),
		cmocka_unit_test(requests_under_way_are_bounded),
		cmocka_unit_test(a_request_may_be_larger_than_what_a_socket_takes_at_once),
		cmocka_unit_test(what_was_not_answered_is_sent_again_on_a_new_connection),
		cmocka_unit_test(without_patience_a_lost_connection_is_the_end),
		cmocka_unit_test(a_busy_server_is_asked_again_after_a_pause),
		cmocka_unit_test(a_server_that_stays_busy_is_given_up),
		cmocka_unit_test(a_refused_connection_is_said_and_tried_again),
		cmocka_unit_test(who_does_not_try_again_is_told_why_the_connection_was_refused),
		cmocka_unit_test(a_server_that_stays_away_is_given_up),
		cmocka_unit_test(whoever_answers_otherwise_is_named_and_left),
		cmocka_unit_test(nobody_there_is_a_status),
		cmocka_unit_test(without_memory_it_fails_and_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
