/* Connections: what arrives, to messages, to the shard (see connection.h). */
#include "connection_parts.h"

#include "pack.h"

#include "base/memory.h"
#include "base/must.h"

#include <stdio.h>
#include <string.h>

enum {
	IN_BYTES_TOTAL = 256 << 20,  /* unfinished messages of all connections together … */
	IN_BYTES_SMALL = 256 * 1024, /* … but for those that are small */
};

void
connection_stop_reading(struct connection *connection)
{
	if (connection->reading)
		uv_read_stop(&connection->socket.stream);
	connection->reading = false;
}

void
connection_end(struct connection *connection)
{
	connection->ending = true;
	connection_stop_reading(connection);
	connection_mark_dirty(connection);
}

void
connection_answer_problem(
	struct connection *connection, uint32_t msgid, enum say say, struct text argument)
{
	struct buffer error;
	buffer_init(&error, READ_BYTES);
	struct pack pack = pack_into(&error);
	connection_pack_error(connection, &pack, say, &argument, 1);
	connection->calls++;
	bool is_whole = pack_is_whole(&pack);
	connection_error(
		connection, msgid, (struct bytes){ error.data, is_whole ? error.size : 0 }, 0);
	buffer_release(&error);
}

static void
answer_scan_problem(struct connection *connection, struct bytes bytes)
{
	struct message message;
	char number[32];
	enum say say = SAY_MALFORMED;
	struct text argument = BILINGUAL("byte 0xc1 is never used; the connection is closed",
		"字节 0xc1 从不使用；连接已关闭");
	message_read(bytes, &message);
	switch (connection->scan.problem) {
	case SCAN_TOO_LARGE:
		say = SAY_FRAME_TOO_LARGE;
		argument = (struct text){ number,
			(size_t)snprintf(
				number, sizeof number, "%zu", connection->all->limits.bytes_max) };
		break;
	case SCAN_TOO_DEEP:
		say = SAY_TOO_DEEP;
		argument = (struct text){ number,
			(size_t)snprintf(number, sizeof number, "%d", SCAN_DEPTH_MAX) };
		break;
	case SCAN_TOO_MANY:
		say = SAY_TOO_MANY_VALUES;
		argument = (struct text){ number,
			(size_t)snprintf(
				number, sizeof number, "%u", connection->all->limits.values_max) };
		break;
	case SCAN_INVALID:
	case SCAN_FINE:
		break;
	}
	connection_answer_problem(connection, message.msgid, say, argument);
}

/* Messages on their way to the shard, a group at a time. */
struct group {
	struct shard_message messages[SHARD_GROUP_MAX];
	size_t count;
};

static void
group_run(struct connection *connection, struct group *group)
{
	if (group->count > 0)
		shard_run(connection->all->shard, group->messages, group->count);
	group->count = 0;
}

static void
take_message(struct connection *connection, struct group *group, struct bytes bytes)
{
	struct shard_message *message = &group->messages[group->count];
	message_read(bytes, &message->message);
	if (message->message.kind == MESSAGE_BAD) {
		connection_answer_problem(connection, message->message.msgid, SAY_MALFORMED,
			text_of(message->message.why));
		return;
	}
	if (message->message.kind == MESSAGE_NOTIFICATION)
		return; /* nobody could be told what became of it */
	message->connection = connection;
	connection->calls++;
	if (++group->count == SHARD_GROUP_MAX)
		group_run(connection, group);
}

/*
 * Runs whole messages, until there are no more or the client has enough to read first; returns how
 * many bytes they took, or SIZE_MAX if the stream is lost.
 */
static size_t
take_messages(struct connection *connection, struct bytes data)
{
	struct group group = { .count = 0 };
	struct bytes rest = data;
	enum scan_outcome outcome = SCAN_MORE;
	while (!connection->ending && !connection->closing && rest.size > 0) {
		size_t size;
		if (group.count == 0 && connection_has_enough(connection))
			break;
		outcome = scan_message(&connection->scan, rest, &connection->all->limits, &size);
		if (outcome != SCAN_MESSAGE)
			break;
		if (connection->scan.problem != SCAN_FINE)
			answer_scan_problem(connection, (struct bytes){ rest.data, size });
		else
			take_message(connection, &group, (struct bytes){ rest.data, size });
		scan_init(&connection->scan);
		rest.data += size;
		rest.size -= size;
	}
	group_run(connection, &group);
	if (outcome == SCAN_LOST && !connection->ending) {
		answer_scan_problem(connection, rest);
		connection_end(connection);
		return SIZE_MAX;
	}
	return data.size - rest.size;
}

/* Gives memory back that a long message has left behind. */
static void
shrink_in(struct connection *connection)
{
	struct buffer small;
	if (connection->in.capacity <= IN_BYTES_SMALL || connection->in.size > IN_BYTES_SMALL / 2)
		return;
	buffer_init(&small, connection->in.bytes_max);
	if (!buffer_append(&small, connection->in.data, connection->in.size))
		return;
	buffer_release(&connection->in);
	connection->in = small;
}

/*
 * Takes what is whole of `data`, which lies in connection->in or, if that is empty, elsewhere;
 * keeps the rest there.
 */
static void
take(struct connection *connection, struct bytes data)
{
	struct connections *all = connection->all;
	bool kept_before = connection->in.size > 0;
	connection_retain(connection);
	size_t taken = take_messages(connection, data);
	if (connection->closing || taken == SIZE_MAX) {
		connection_drop(connection);
		return;
	}
	size_t before = connection->in.capacity;
	bool kept = true;
	if (kept_before)
		buffer_consume(&connection->in, taken);
	else if (taken < data.size)
		kept = buffer_append(&connection->in, data.data + taken, data.size - taken);
	shrink_in(connection);
	all->in_bytes += connection->in.capacity - before;
	if (!kept || (all->in_bytes > IN_BYTES_TOTAL && connection->in.capacity > IN_BYTES_SMALL)) {
		struct text why = BILINGUAL(
			"too many unfinished messages at once", "同时未完成的消息太多");
		connection_answer_problem(connection, 0, SAY_OVERLOADED, why);
		connection_end(connection);
	}
	connection_drop(connection);
}

static void
arrival_place(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct connection *connection = handle->data;
	struct connections *all = connection->all;
	(void)suggested;
	if (connection->in.size == 0) {
		*buf = uv_buf_init((char *)all->arrival, READ_BYTES);
		return;
	}
	/*
	 * Behind the unfinished message. Memory grows with what really arrives, never with what a
	 * message says of itself.
	 */
	size_t before = connection->in.capacity;
	uint8_t *place = buffer_reserve(&connection->in, READ_BYTES);
	all->in_bytes += connection->in.capacity - before;
	*buf = uv_buf_init((char *)place, place == NULL ? 0 : READ_BYTES);
}

/* Reads from nobody while the shard is pressed. */
static void
stop_reading(struct connections *connections)
{
	connections->stopped = true;
	for (struct connection *one = connections->first; one != NULL; one = one->next)
		connection_stop_reading(one);
}

static void
arrived(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
	struct connection *connection = stream->data;
	struct connections *all = connection->all;
	(void)buf;
	if (size == 0 || connection->closing || connection->ending)
		return;
	if (size == UV_EOF) {
		connection_end(
			connection); /* it may have closed its side only: what it is owed still leaves */
		return;
	}
	if (size < 0) {
		connection_close(connection);
		return;
	}
	shard_tick(all->shard);
	if (connection->in.size > 0) {
		buffer_grew(&connection->in, (size_t)size);
		take(connection, (struct bytes){ connection->in.data, connection->in.size });
	} else {
		take(connection, (struct bytes){ all->arrival, (size_t)size });
	}
	if (connection_has_enough(connection))
		connection_stop_reading(connection);
	if (shard_is_pressed(all->shard))
		stop_reading(all);
}

void
connection_start_reading(struct connection *connection)
{
	if (connection->reading || connection->closing || connection->ending ||
		connection->all->stopped)
		return;
	connection->reading = uv_read_start(&connection->socket.stream, arrival_place, arrived) ==
		0;
	if (!connection->reading)
		connection_close(connection);
}

/* Takes what was left of an arrival, and reads on. */
static void
go_on(struct connection *connection)
{
	if (connection->reading || connection->closing || connection->ending ||
		connection_has_enough(connection))
		return;
	if (connection->in.size > 0)
		take(connection, (struct bytes){ connection->in.data, connection->in.size });
	if (!connection_has_enough(connection))
		connection_start_reading(connection);
}

bool
connections_can_resume(const struct connections *connections)
{
	if (connections->stopped)
		return !shard_is_pressed(connections->shard);
	return connections->behind != NULL;
}

void
connections_resume(struct connections *connections)
{
	if (connections->stopped && !shard_is_pressed(connections->shard)) {
		connections->stopped = false;
		for (struct connection *one = connections->first; one != NULL; one = one->next)
			connection_mark_behind(one);
	}
	if (connections->behind != NULL)
		shard_tick(connections->shard);
	while (connections->behind != NULL && !connections->stopped) {
		struct connection *connection = connections->behind;
		connections->behind = connection->behind_next;
		connection->behind = false;
		go_on(connection);
		connection_drop(connection);
		if (shard_is_pressed(connections->shard))
			stop_reading(connections);
	}
}
