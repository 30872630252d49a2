#include "loop.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define INPUT_BYTES (256 * 1024)
#define EVENTS 256
#define SECOND_NS UINT64_C(1000000000)
#define DRAIN_NS (60 * SECOND_NS) /* for the last answers */
/*
 * The open loop looks up once in so long: it sends what has become due and reads what has come. So
 * it does not take the target's processor for system calls of one question each, as clients that
 * share a machine with it would not; a latency holds up to twice as much of the generator's own,
 * and is never too small.
 */
#define PAUSE_NS 1000000

/*
 * A slot is the place of one question in flight. Where answers carry the slot's number, free slots
 * are a stack; where they come in order, slots are a ring, and the oldest one that is taken is the
 * one that is answered.
 */
struct connection {
	int fd;
	bool blocked; /* the kernel took only a part of the output: waiting for EPOLLOUT */
	uint8_t *input;
	size_t input_size;
	uint8_t *output;
	size_t output_size;
	size_t output_sent;
	uint64_t *since_ns; /* for each slot: when its latency begins */
	uint32_t *free_slots;
	uint32_t free_count;
	uint64_t asked;
	uint64_t answered;
};

struct loop {
	const struct loop_plan *plan;
	struct loop_report *report;
	struct connection *connections;
	uint32_t turn; /* open loop: the connection whose turn it is */
	int epoll;
	uint64_t start_ns;
	uint64_t from_ns; /* the measured window */
	uint64_t till_ns;
	uint64_t asked;
	uint64_t answered;
};

static uint64_t
now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

static bool
complain(const char *doing)
{
	fprintf(stderr, "load: %s: %s\n", doing, strerror(errno));
	return false;
}

static bool
connection_open(struct loop *loop, struct connection *connection)
{
	const struct loop_plan *plan = loop->plan;
	connection->input = malloc(INPUT_BYTES);
	connection->output = malloc((size_t)plan->in_flight * QUESTION_BYTES_MAX);
	connection->since_ns = calloc(plan->in_flight, sizeof connection->since_ns[0]);
	connection->free_slots = calloc(plan->in_flight, sizeof connection->free_slots[0]);
	if (connection->input == NULL || connection->output == NULL ||
		connection->since_ns == NULL || connection->free_slots == NULL)
		return complain("memory");
	for (uint32_t i = 0; i < plan->in_flight; i++)
		connection->free_slots[i] = plan->in_flight - 1 - i;
	connection->free_count = plan->in_flight;

	connection->fd = socket(plan->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection->fd < 0 ||
		connect(connection->fd, (const struct sockaddr *)&plan->address,
			plan->address_size) != 0)
		return complain("connecting");
	int on = 1;
	if (plan->address.ss_family == AF_INET)
		setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (!plan->driver->greet(connection->fd))
		return false;
	fcntl(connection->fd, F_SETFL, O_NONBLOCK);
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0)
		return complain("epoll");
	return true;
}

static void
connection_close(struct connection *connection)
{
	if (connection->fd >= 0)
		close(connection->fd);
	free(connection->input);
	free(connection->output);
	free(connection->since_ns);
	free(connection->free_slots);
}

static bool
connection_watch(struct loop *loop, struct connection *connection, bool blocked)
{
	if (connection->blocked == blocked)
		return true;
	struct epoll_event event = {
		.events = EPOLLIN | (blocked ? EPOLLOUT : 0u),
		.data.ptr = connection,
	};
	connection->blocked = blocked;
	return epoll_ctl(loop->epoll, EPOLL_CTL_MOD, connection->fd, &event) == 0 ||
		complain("epoll");
}

/* Hands the kernel what it takes; the rest waits for EPOLLOUT. */
static bool
connection_flush(struct loop *loop, struct connection *connection)
{
	size_t size = connection->output_size - connection->output_sent;
	if (size == 0)
		return true;
	ssize_t sent = send(
		connection->fd, connection->output + connection->output_sent, size, MSG_NOSIGNAL);
	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		return complain("sending");
	connection->output_sent += sent > 0 ? (size_t)sent : 0;
	if (connection->output_sent < connection->output_size)
		return connection_watch(loop, connection, true);
	connection->output_size = 0;
	connection->output_sent = 0;
	return connection_watch(loop, connection, false);
}

/*
 * Each session has three questions, of which the next is asked only when the one before was
 * answered: so all sessions of a row, twice as many as may be in flight, are asked one thing after
 * the other.
 */
static void
session_nth(const struct loop_plan *plan, uint64_t number, struct question *question)
{
	uint64_t row = 2 * (uint64_t)plan->connections * plan->in_flight;
	uint64_t place = number % (SESSION_STEPS * row);
	question->number = plan->reserves_only ? number
					       : number / (SESSION_STEPS * row) * row + place % row;
	question->step = plan->reserves_only ? STEP_RESERVE : (enum session_step)(place / row);
	question->call = calls_nth(&plan->calls, question->number);
}

static struct question
question_nth(const struct loop_plan *plan, uint64_t number)
{
	struct question question = { .kind = plan->kind, .run = plan->run, .number = number };
	uint32_t subscription = (uint32_t)number;
	switch (plan->kind) {
	case QUESTION_CHARGE:
	case QUESTION_RATE:
		question.call = calls_nth(&plan->calls, number);
		break;
	case QUESTION_SESSION:
		session_nth(plan, number, &question);
		break;
	case QUESTION_USE:
		question.call = (struct call){ subscription,
			60 * calls_minutes_used_before(subscription),
			plan->calls.day_ms + CALLS_DAY_MS / 2, subscription };
		break;
	case QUESTION_CUSTOMER:
	case QUESTION_ACCOUNT:
	case QUESTION_SUBSCRIPTION:
	case QUESTION_GROUP:
	case QUESTION_TOPUP:
	case QUESTION_BALANCE:
		question.call = (struct call){ .at_ms = plan->calls.day_ms };
		break;
	}
	return question;
}

/* Writes the next question to the connection's output; there must be a free slot. */
static bool
connection_ask(struct loop *loop, struct connection *connection, uint64_t since_ns)
{
	const struct loop_plan *plan = loop->plan;
	struct question question = question_nth(plan, loop->asked);
	if (plan->driver->answers_in_order)
		question.slot = (uint32_t)(connection->asked % plan->in_flight);
	else
		question.slot = connection->free_slots[connection->free_count - 1];
	connection->free_count--;
	connection->since_ns[question.slot] = since_ns;

	/* Room for in_flight questions: what was sent makes room again only when all was. */
	if (connection->output_sent > 0) {
		connection->output_size -= connection->output_sent;
		memmove(connection->output, connection->output + connection->output_sent,
			connection->output_size);
		connection->output_sent = 0;
	}
	size_t size = plan->driver->ask(&question, connection->output + connection->output_size);
	if (size == 0) {
		fprintf(stderr, "load: %s cannot be asked that\n", plan->driver->name);
		return false;
	}
	connection->output_size += size;
	connection->asked++;
	loop->asked++;
	return true;
}

static void
count_outcome(struct loop_report *report, const struct answer *answer)
{
	switch (answer->outcome) {
	case OUTCOME_CHARGED:
		report->charged++;
		report->amount_micros += answer->amount_micros;
		return;
	case OUTCOME_REPEAT:
		report->repeats++;
		report->repeat_amount_micros += answer->amount_micros;
		return;
	case OUTCOME_REFUSED:
		report->refused++;
		break;
	case OUTCOME_ERROR:
		report->errors++;
		break;
	}
	if (report->complaint[0] == '\0')
		snprintf(report->complaint, sizeof report->complaint, "%.*s",
			(int)answer->text_size, answer->text == NULL ? "" : answer->text);
}

static bool
connection_answered(
	struct loop *loop, struct connection *connection, struct answer *answer, uint64_t now)
{
	const struct loop_plan *plan = loop->plan;
	if (plan->driver->answers_in_order)
		answer->slot = (uint32_t)(connection->answered % plan->in_flight);
	if (answer->slot >= plan->in_flight || connection->since_ns[answer->slot] == 0) {
		fprintf(stderr, "load: an answer to nothing that was asked\n");
		return false;
	}
	uint64_t since_ns = connection->since_ns[answer->slot];
	connection->since_ns[answer->slot] = 0;
	connection->free_slots[connection->free_count++] = answer->slot;
	connection->answered++;
	loop->answered++;
	count_outcome(loop->report, answer);
	if (now >= loop->from_ns && now < loop->till_ns)
		loop->report->measured++;
	/* The closed loop's window is of answers, the open loop's of times at which questions were
	 * due. */
	uint64_t moment = plan->rate > 0 ? since_ns : now;
	if (moment >= loop->from_ns && moment < loop->till_ns)
		histogram_add(&loop->report->latency, now - since_ns);
	return true;
}

static bool
connection_read(struct loop *loop, struct connection *connection, uint64_t now)
{
	ssize_t got = recv(connection->fd, connection->input + connection->input_size,
		INPUT_BYTES - connection->input_size, 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (got <= 0) {
		errno = got == 0 ? ECONNRESET : errno;
		return complain("reading answers");
	}
	size_t size = connection->input_size + (size_t)got;
	size_t at = 0;
	while (at < size) {
		struct answer answer;
		ptrdiff_t read = loop->plan->driver->read(
			connection->input + at, size - at, &answer);
		if (read == ANSWER_NONSENSE || (read == 0 && at == 0 && size == INPUT_BYTES)) {
			fprintf(stderr, "load: the target sent something that is no answer\n");
			return false;
		}
		if (read == 0)
			break;
		if (!connection_answered(loop, connection, &answer, now))
			return false;
		at += (size_t)read;
	}
	connection->input_size = size - at;
	memmove(connection->input, connection->input + at, connection->input_size);
	return true;
}

static bool
loop_may_ask(const struct loop *loop, uint64_t now)
{
	if (loop->plan->count > 0)
		return loop->asked < loop->plan->count;
	return now < loop->till_ns;
}

/* Closed loop: all free slots of a connection. */
static bool
ask_all(struct loop *loop, struct connection *connection, uint64_t now)
{
	while (connection->free_count > 0 && loop_may_ask(loop, now))
		if (!connection_ask(loop, connection, now))
			return false;
	return connection_flush(loop, connection);
}

/* Open loop: all that is due, one connection after the other; a connection without a free slot is
 * passed over. */
static bool
ask_due(struct loop *loop, uint64_t now)
{
	const struct loop_plan *plan = loop->plan;
	uint64_t until = now < loop->till_ns ? now : loop->till_ns;
	uint64_t due = (uint64_t)((double)(until - loop->start_ns) * plan->rate /
		(double)SECOND_NS);
	uint32_t full = 0;
	if (plan->count > 0 && due > plan->count)
		due = plan->count;
	while (loop->asked < due && full < plan->connections) {
		struct connection *connection = &loop->connections[loop->turn];
		loop->turn = (loop->turn + 1) % plan->connections;
		if (connection->free_count == 0) {
			full++;
			continue;
		}
		full = 0;
		double offset_ns = (double)loop->asked * (double)SECOND_NS / plan->rate;
		if (!connection_ask(loop, connection, loop->start_ns + (uint64_t)offset_ns))
			return false;
	}
	if (due > loop->asked && due - loop->asked > loop->report->behind_max)
		loop->report->behind_max = due - loop->asked;
	for (uint32_t i = 0; i < plan->connections; i++)
		if (!loop->connections[i].blocked && !connection_flush(loop, &loop->connections[i]))
			return false;
	return true;
}

static bool
loop_turn(struct loop *loop)
{
	struct epoll_event events[EVENTS];
	bool open = loop->plan->rate > 0;
	struct timespec timeout = { .tv_sec = open ? 0 : 1 };
	if (open)
		nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
	int count = epoll_pwait2(loop->epoll, events, EVENTS, &timeout, NULL);
	if (count < 0 && errno != EINTR)
		return complain("epoll");
	for (int i = 0; i < count; i++) {
		struct connection *connection = events[i].data.ptr;
		if ((events[i].events & EPOLLOUT) && !connection_flush(loop, connection))
			return false;
		if (!(events[i].events & ~(uint32_t)EPOLLOUT))
			continue;
		uint64_t now = now_ns();
		if (!connection_read(loop, connection, now))
			return false;
		if (!open && !connection->blocked && !ask_all(loop, connection, now))
			return false;
	}
	return !open || ask_due(loop, now_ns());
}

static bool
loop_go(struct loop *loop)
{
	const struct loop_plan *plan = loop->plan;
	loop->start_ns = now_ns();
	loop->from_ns = loop->start_ns + plan->warm_up_ns;
	loop->till_ns = plan->count > 0 ? UINT64_MAX : loop->from_ns + plan->measured_ns;
	for (uint32_t i = 0; plan->rate == 0 && i < plan->connections; i++)
		if (!ask_all(loop, &loop->connections[i], now_ns()))
			return false;
	uint64_t now = loop->start_ns;
	while (loop_may_ask(loop, now) || loop->answered < loop->asked) {
		if (!loop_turn(loop))
			return false;
		now = now_ns();
		if (loop->till_ns != UINT64_MAX && now > loop->till_ns + DRAIN_NS) {
			fprintf(stderr, "load: %llu questions were not answered within %d s\n",
				(unsigned long long)(loop->asked - loop->answered),
				(int)(DRAIN_NS / SECOND_NS));
			return false;
		}
	}
	loop->report->measured_ns = plan->count > 0 ? now - loop->from_ns
						    : loop->till_ns - loop->from_ns;
	return true;
}

bool
loop_run(const struct loop_plan *plan, struct loop_report *report)
{
	struct loop loop = { .plan = plan, .report = report };
	bool done = false;
	memset(report, 0, sizeof *report);
	loop.epoll = epoll_create1(EPOLL_CLOEXEC);
	loop.connections = calloc(plan->connections, sizeof loop.connections[0]);
	if (loop.epoll < 0 || loop.connections == NULL) {
		complain("beginning");
		goto end;
	}
	for (uint32_t i = 0; i < plan->connections; i++)
		loop.connections[i].fd = -1;
	for (uint32_t i = 0; i < plan->connections; i++)
		if (!connection_open(&loop, &loop.connections[i]))
			goto end;
	done = loop_go(&loop);
end:
	for (uint32_t i = 0; loop.connections != NULL && i < plan->connections; i++)
		connection_close(&loop.connections[i]);
	free(loop.connections);
	if (loop.epoll >= 0)
		close(loop.epoll);
	return done;
}
