#include "../../../engine/sender.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { HERE, THERE };

struct bench {
	uv_loop_t loop;
	struct sender *sender;
	int sockets[2]; /* HERE does not block */
	unsigned called;
};

static void
called(void *context)
{
	struct bench *bench = context;
	bench->called++;
}

static int
set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof *bench);
	struct fault fault;
	uv_loop_init(&bench->loop);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, bench->sockets), 0);
	assert_int_equal(fcntl(bench->sockets[HERE], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(
		sender_open(&bench->sender, &bench->loop, called, bench, &fault), STATUS_OK);
	*state = bench;
	return 0;
}

static void
end_sender(struct bench *bench)
{
	sender_close(bench->sender);
	bench->sender = NULL;
	uv_run(&bench->loop, UV_RUN_DEFAULT);
}

static int
tear_down(void **state)
{
	struct bench *bench = *state;
	end_sender(bench);
	assert_int_equal(uv_loop_close(&bench->loop), 0);
	close(bench->sockets[HERE]);
	close(bench->sockets[THERE]);
	free(bench);
	return 0;
}

static struct sending
sending_of(struct bench *bench, const void *bytes, size_t size)
{
	return (struct sending){ .fd = bench->sockets[HERE], .bytes = { bytes, size } };
}

static struct sending *
take_patiently(struct bench *bench)
{
	struct sending *taken;
	for (int tries = 0; (taken = sender_take(bench->sender)) == NULL; tries++) {
		assert_true(tries < 10000);
		usleep(1000);
	}
	return taken;
}

static void
what_is_given_arrives_in_order_and_comes_back_in_order(void **state)
{
	enum { COUNT = 5000 };
	struct bench *bench = *state;
	struct sending *sendings = calloc(COUNT, sizeof *sendings);
	uint32_t *numbers = calloc(COUNT, sizeof *numbers);
	size_t given = 0, taken = 0;
	while (taken < COUNT) {
		for (int i = 0; i < 7 && given < COUNT && given < taken + 100; i++, given++) {
			numbers[given] = (uint32_t)given;
			sendings[given] = sending_of(bench, &numbers[given], sizeof numbers[given]);
			sender_give(bench->sender, &sendings[given]);
		}
		sender_go(bench->sender);
		struct sending *done;
		while ((done = sender_take(bench->sender)) != NULL) {
			uint32_t arrived;
			assert_ptr_equal(done, &sendings[taken]);
			assert_int_equal(done->sent, sizeof arrived);
			assert_int_equal(done->os_error, 0);
			assert_int_equal(
				recv(bench->sockets[THERE], &arrived, sizeof arrived, MSG_WAITALL),
				sizeof arrived);
			assert_int_equal(arrived, taken);
			taken++;
		}
	}
	assert_int_equal(bench->called, 0); /* nobody waited for any of them */
	free(sendings);
	free(numbers);
}

static void
given_is_not_sent_before_it_is_said_to_go(void **state)
{
	struct bench *bench = *state;
	struct sending sending = sending_of(bench, "x", 1);
	struct pollfd arrival = { bench->sockets[THERE], POLLIN, 0 };
	sender_give(bench->sender, &sending);
	assert_int_equal(poll(&arrival, 1, 20), 0);
	assert_null(sender_take(bench->sender));
	sender_go(bench->sender);
	assert_ptr_equal(take_patiently(bench), &sending);
	assert_int_equal(poll(&arrival, 1, 0), 1);
}

static void
socket_that_is_full_takes_a_part_and_the_loop_is_told(void **state)
{
	enum { SIZE = 8 << 20 };
	struct bench *bench = *state;
	uint8_t *bytes = calloc(1, SIZE);
	struct sending whole = sending_of(bench, bytes, SIZE);
	sender_give(bench->sender, &whole);
	sender_go(bench->sender);
	while (bench->called == 0)
		uv_run(&bench->loop, UV_RUN_ONCE);
	assert_ptr_equal(sender_take(bench->sender), &whole);
	assert_in_range(whole.sent, 1, SIZE - 1);
	assert_int_equal(whole.os_error, 0);
	/* And then nothing at all. */
	struct sending rest = sending_of(bench, bytes + whole.sent, SIZE - whole.sent);
	do {
		rest.bytes.data += rest.sent;
		rest.bytes.size -= rest.sent;
		sender_give(bench->sender, &rest);
		sender_go(bench->sender);
		assert_ptr_equal(take_patiently(bench), &rest);
		assert_int_equal(rest.os_error, 0);
	} while (rest.sent > 0);
	free(bytes);
}

static void
socket_whose_other_side_is_gone_says_so(void **state)
{
	struct bench *bench = *state;
	struct sending sending = sending_of(bench, "x", 1);
	shutdown(bench->sockets[THERE], SHUT_RD);
	sender_give(bench->sender, &sending);
	sender_go(bench->sender);
	while (bench->called == 0)
		uv_run(&bench->loop, UV_RUN_ONCE);
	assert_ptr_equal(sender_take(bench->sender), &sending);
	assert_int_equal(sending.sent, 0);
	assert_int_equal(sending.os_error, EPIPE);
}

static void
hurried_sending_wakes_the_loop_whenever_it_is_hurried(void **state)
{
	struct bench *bench = *state;
	struct sending sending = sending_of(bench, "x", 1);
	for (unsigned round = 0; round < 3000; round++) {
		unsigned before = bench->called;
		char arrived;
		sender_give(bench->sender, &sending);
		if (round % 3 == 0)
			sender_hurry(bench->sender, &sending);
		sender_go(bench->sender);
		if (round % 3 == 2)
			assert_int_equal(recv(bench->sockets[THERE], &arrived, 1, 0), 1);
		if (round % 3 != 0)
			sender_hurry(bench->sender, &sending); /* under way, or done already */
		while (bench->called == before)
			uv_run(&bench->loop, UV_RUN_ONCE);
		if (round % 3 != 2)
			assert_int_equal(recv(bench->sockets[THERE], &arrived, 1, 0), 1);
		assert_ptr_equal(take_patiently(bench), &sending);
	}
}

static void
closing_sends_what_was_set_to_go(void **state)
{
	enum { COUNT = 100 };
	struct bench *bench = *state;
	static struct sending sendings[COUNT];
	static char arrived[COUNT];
	struct fault fault;
	for (int i = 0; i < COUNT; i++) {
		sendings[i] = sending_of(bench, "x", 1);
		sender_give(bench->sender, &sendings[i]);
	}
	sender_go(bench->sender);
	end_sender(bench);
	assert_int_equal(recv(bench->sockets[THERE], arrived, COUNT, MSG_WAITALL), COUNT);
	assert_int_equal(
		sender_open(&bench->sender, &bench->loop, called, bench, &fault), STATUS_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_given_arrives_in_order_and_comes_back_in_order),
		TEST(given_is_not_sent_before_it_is_said_to_go),
		TEST(socket_that_is_full_takes_a_part_and_the_loop_is_told),
		TEST(socket_whose_other_side_is_gone_says_so),
		TEST(hurried_sending_wakes_the_loop_whenever_it_is_hurried),
		TEST(closing_sends_what_was_set_to_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
