/* Connections: accepting, answering, sending, closing (see connection.h). */
#include "connection_parts.h"

#include "pack.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/must.h"

#include <string.h>

enum {
	OUT_BYTES_STOP = 1
		<< 20, /* answers a client has not read: no more requests are taken from it */
	OUT_BYTES_MAX = 64 << 20, /* answers a client has not read: it is cut off */
	/*
	 * Answers that are worth giving to the sender: a single one is not, at 64 clients with one
	 * request in flight each that took a tenth of the rate.
	 */
	AWAY_BYTES = 512,
	CALLS_STOP = 256, /* requests of a client that wait for something: no more are taken */
	VALUES_MAX = 100000,
	ANSWER_HEAD_BYTES = 8,
};

static void
sender_called(void *context)
{
	connections_send(context);
}

enum status
connections_open(struct connections **connections, struct shard *shard, uv_loop_t *loop,
	const struct connection_limits *limits, struct fault *fault)
{
	struct connections *all = memory_new_zeroed(1, sizeof *all);
	if (all == NULL || (all->arrival = memory_new(READ_BYTES)) == NULL) {
		memory_free(all);
		return fault_set(fault, STATUS_MEMORY, "no memory for connections");
	}
	all->shard = shard;
	all->loop = loop;
	all->limits = (struct scan_limits){ limits->frame_bytes_max, VALUES_MAX };
	all->count_max = limits->count_max;
	enum status status = sender_open(&all->sender, loop, sender_called, all, fault);
	if (status != STATUS_OK) {
		connections_free(all);
		return status;
	}
	*connections = all;
	return STATUS_OK;
}

void
connections_free(struct connections *connections)
{
	if (connections == NULL)
		return;
	must(connections->first == NULL && !connections->turns_away);
	sender_close(connections->sender);
	memory_free(connections->arrival);
	memory_free(connections);
}

unsigned
connections_count(const struct connections *connections)
{
	return connections->count + connections->turns_away;
}

/* ---- life ---- */

void
connection_retain(struct connection *connection)
{
	connection->references++;
}

void
connection_drop(struct connection *connection)
{
	must(connection->references > 0);
	if (--connection->references > 0)
		return;
	must(connection->closing && !connection->dirty && !connection->behind);
	buffer_release(&connection->in);
	buffer_release(&connection->ready);
	buffer_release(&connection->writing);
	for (int i = 0; i < HELD_SLOTS; i++)
		buffer_release(&connection->held[i]);
	memory_free(connection);
}

static void
socket_closed(uv_handle_t *handle)
{
	struct connection *connection = handle->data;
	struct connections *all = connection->all;
	all->in_bytes -= connection->in.capacity;
	buffer_release(&connection->in);
	waits_unpark(all->shard->waits, &connection->parked);
	if (connection->previous != NULL)
		connection->previous->next = connection->next;
	else
		all->first = connection->next;
	if (connection->next != NULL)
		connection->next->previous = connection->previous;
	all->count--;
	connection_drop(connection);
}

void
connection_close(struct connection *connection)
{
	if (connection->closing)
		return;
	/* What arrived stays until the socket is closed: it may be being run just now. */
	connection->closing = true;
	if (!connection->is_away) {
		uv_close(&connection->socket.handle, socket_closed);
		return;
	}
	connection_stop_reading(connection);
	sender_hurry(connection->all->sender, &connection->sending);
}

/* ---- writing ---- */

static void connection_write(struct connection *connection);

static size_t
bytes_waiting(const struct connection *connection)
{
	size_t bytes = connection->ready.size + connection->writing.size;
	for (int i = 0; i < HELD_SLOTS; i++)
		bytes += connection->held[i].size;
	return bytes;
}

static bool
has_answered_all(const struct connection *connection)
{
	return connection->calls == 0 && bytes_waiting(connection) == 0;
}

static void
write_done(uv_write_t *write, int status)
{
	struct connection *connection = write->data;
	connection->write_under_way = false;
	buffer_clear(&connection->writing);
	if (status != 0)
		connection_close(connection);
	else
		connection_write(connection);
	connection_drop(connection);
}

/* What is ready is to be written now. */
static void
begin_writing(struct connection *connection)
{
	struct buffer ready = connection->ready;
	must(connection->writing.size == 0 && !connection->write_under_way);
	connection->ready = connection->writing;
	connection->writing = ready;
}

/* What did not go at once goes when the socket takes more. */
static void
write_rest(struct connection *connection)
{
	uv_buf_t buf = uv_buf_init(
		(char *)connection->writing.data, (unsigned)connection->writing.size);
	connection->write.data = connection;
	connection->write_under_way = true;
	connection_retain(connection);
	if (uv_write(&connection->write, &connection->socket.stream, &buf, 1, write_done) != 0) {
		connection->write_under_way = false;
		connection_close(connection);
		connection_drop(connection);
	}
}

bool
connection_is_gone(const struct connection *connection)
{
	return connection->closing;
}

bool
connection_is_full(const struct connection *connection)
{
	return !connection->closing && bytes_waiting(connection) >= OUT_BYTES_STOP;
}

void
connection_park(struct connection *connection, struct waiting *waiting)
{
	waits_park(connection->all->shard->waits, &connection->parked, waiting);
}

bool
connection_has_enough(const struct connection *connection)
{
	return connection_is_full(connection) || connection->calls >= CALLS_STOP;
}

void
connection_mark_behind(struct connection *connection)
{
	if (connection->behind)
		return;
	connection->behind = true;
	connection_retain(connection);
	connection->behind_next = connection->all->behind;
	connection->all->behind = connection;
}

/* Lets the sender send what is ready. */
static void
send_away(struct connection *connection)
{
	begin_writing(connection);
	connection->write_under_way = true;
	connection->is_away = true;
	connection->sending.bytes = (struct bytes){ connection->writing.data,
		connection->writing.size };
	connection_retain(connection);
	sender_give(connection->all->sender, &connection->sending);
	if (!connection->reading || connection->parked.count > 0)
		sender_hurry(connection->all->sender, &connection->sending);
}

/* What the sender has done with the answers of a connection. */
static void
was_sent(struct connection *connection)
{
	const struct sending *sending = &connection->sending;
	connection->write_under_way = false;
	connection->is_away = false;
	buffer_consume(&connection->writing, sending->sent);
	if (connection->closing) /* it was to be closed meanwhile */
		uv_close(&connection->socket.handle, socket_closed);
	else if (sending->os_error != 0)
		connection_close(connection);
	else if (connection->writing.size > 0)
		write_rest(connection);
	else
		connection_write(connection);
	connection_drop(connection);
}

/* Sends what is ready, as far as the socket takes it. */
static void
connection_write(struct connection *connection)
{
	if (connection->is_away)
		sender_hurry(connection->all->sender, &connection->sending);
	if (connection->closing || connection->write_under_way)
		return;
	if (connection->all->sends_away && connection->ready.size >= AWAY_BYTES) {
		send_away(connection);
		return;
	}
	if (connection->ready.size > 0) {
		uv_buf_t buf = uv_buf_init(
			(char *)connection->ready.data, (unsigned)connection->ready.size);
		int sent = uv_try_write(&connection->socket.stream, &buf, 1);
		if (sent < 0 && sent != UV_EAGAIN) {
			connection_close(connection);
			return;
		}
		if (sent > 0)
			buffer_consume(&connection->ready, (size_t)sent);
		if (connection->ready.size > 0) {
			begin_writing(connection);
			write_rest(connection);
			return;
		}
	}
	if (connection->parked.count > 0 && !connection_is_full(connection))
		waits_unpark(connection->all->shard->waits, &connection->parked);
	if (connection->ending && has_answered_all(connection))
		connection_close(connection);
	else if (!connection->reading && !connection->ending && !connection_has_enough(connection))
		connection_mark_behind(connection);
}

void
connection_mark_dirty(struct connection *connection)
{
	if (connection->dirty)
		return;
	connection->dirty = true;
	connection_retain(connection);
	connection->dirty_next = connection->all->dirty;
	connection->all->dirty = connection;
}

void
connections_send(struct connections *connections)
{
	struct sending *sending;
	connections->sends_away = connections->dirty != NULL &&
		connections->dirty->dirty_next != NULL;
	while ((sending = sender_take(connections->sender)) != NULL)
		was_sent(sending->owner);
	while (connections->dirty != NULL) {
		struct connection *connection = connections->dirty;
		connections->dirty = connection->dirty_next;
		connection->dirty = false;
		connection_write(connection);
		connection_drop(connection);
	}
	sender_go(connections->sender);
}

static void
release_slot(struct connections *connections, unsigned slot)
{
	struct connection *connection = connections->holding[slot];
	connections->holding[slot] = NULL;
	while (connection != NULL) {
		struct connection *next = connection->hold_next[slot];
		struct buffer *held = &connection->held[slot];
		connection->holds[slot] = false;
		if (connection->ready.size == 0) {
			struct buffer empty = connection->ready;
			connection->ready = *held;
			*held = empty;
		} else if (!buffer_append(&connection->ready, held->data, held->size)) {
			/* It has not read tens of megabytes of answers. */
			connection_close(connection);
		}
		buffer_clear(held);
		connection_mark_dirty(connection);
		connection_drop(connection);
		connection = next;
	}
}

void
connections_durable(struct connections *connections)
{
	uint64_t durable = store_progress(connections->shard->store).durable_batch;
	must(durable >= connections->released_batch || durable == 0);
	while (connections->released_batch < durable)
		release_slot(connections, (unsigned)(++connections->released_batch % HELD_SLOTS));
	connections_send(connections);
}

/* Where an answer goes that reports, or has seen, an entry at `position`. */
static struct buffer *
answer_buffer(struct connection *connection, uint64_t position)
{
	struct connections *all = connection->all;
	struct store *store = all->shard->store;
	if (position == 0 || position < store_durable(store)) {
		connection_mark_dirty(connection);
		return &connection->ready;
	}
	struct journal_progress progress = store_progress(store);
	/*
	 * An earlier batch than the open one: it leaves with the last of them, which is the next to
	 * be durable or the one after.
	 */
	uint64_t batch = position >= progress.batch_position ? progress.batch : progress.batch - 1;
	if (batch - all->released_batch >= HELD_SLOTS)
		connections_durable(
			all); /* a long turn: batches became durable meanwhile, and their slots are needed */
	must(batch > all->released_batch && batch - all->released_batch < HELD_SLOTS);
	unsigned slot = (unsigned)(batch % HELD_SLOTS);
	if (!connection->holds[slot]) {
		connection->holds[slot] = true;
		connection_retain(connection);
		connection->hold_next[slot] = all->holding[slot];
		all->holding[slot] = connection;
	}
	return &connection->held[slot];
}

/* [1, msgid, …: the first two values of a response. Returns their size. */
static size_t
answer_head(uint8_t head[ANSWER_HEAD_BYTES], uint32_t msgid)
{
	head[0] = 0x94;
	head[1] = 0x01;
	if (msgid <= 0x7f) {
		head[2] = (uint8_t)msgid;
		return 3;
	}
	head[2] = 0xce;
	for (int i = 0; i < 4; i++)
		head[3 + i] = (uint8_t)(msgid >> (24 - 8 * i));
	return 7;
}

enum { NIL = 0xc0 };

void
connection_answer(
	struct connection *connection, uint32_t msgid, struct bytes result, uint64_t position)
{
	uint8_t head[ANSWER_HEAD_BYTES];
	must(connection->calls > 0 && result.size > 0);
	connection->calls--;
	if (connection->closing)
		return;
	size_t size = answer_head(head, msgid);
	head[size++] = NIL;
	struct buffer *buffer = answer_buffer(connection, position);
	if (!buffer_append(buffer, head, size) || !buffer_append(buffer, result.data, result.size))
		connection_close(connection);
}

void
connection_pack_error(const struct connection *connection, struct pack *pack, enum say say,
	const struct text *arguments, size_t count)
{
	struct arena arena;
	arena_init(&arena, READ_BYTES);
	struct text sentence = say_fill(&arena, say, connection->zh, arguments, count);
	if (connection->details) {
		pack_map(pack, 2);
		pack_name_string(pack, "code", say_code(say));
		pack_name_text(pack, "say", sentence);
	} else {
		pack_text(
			pack, arena_print(&arena, "%s: %.*s", say_code(say), TEXT_ARGS(sentence)));
	}
	arena_release(&arena);
}

void
connection_error(
	struct connection *connection, uint32_t msgid, struct bytes error, uint64_t position)
{
	uint8_t head[ANSWER_HEAD_BYTES];
	must(connection->calls > 0);
	connection->calls--;
	if (connection->closing)
		return;
	struct pack pack = pack_into(answer_buffer(connection, position));
	pack_raw(&pack, (struct bytes){ head, answer_head(head, msgid) });
	pack_raw(&pack, error);
	pack_nil(&pack);
	if (error.size == 0 || !pack_is_whole(&pack))
		connection_close(connection); /* there was no memory to say it */
}

void
connection_set_language(struct connection *connection, bool zh)
{
	connection->zh = zh;
}

void
connection_set_details(struct connection *connection, bool details)
{
	connection->details = details;
}

/* ---- accepting and closing ---- */

static struct connection *
connection_new(struct connections *all)
{
	struct connection *connection = memory_new_zeroed(1, sizeof *connection);
	if (connection == NULL)
		return NULL;
	connection->all = all;
	connection->references = 1; /* the socket's */
	scan_init(&connection->scan);
	buffer_init(&connection->in, all->limits.bytes_max + READ_BYTES);
	buffer_init(&connection->ready, OUT_BYTES_MAX);
	buffer_init(&connection->writing, OUT_BYTES_MAX);
	for (int i = 0; i < HELD_SLOTS; i++)
		buffer_init(&connection->held[i], OUT_BYTES_MAX);
	connection->next = all->first;
	if (all->first != NULL)
		all->first->previous = connection;
	all->first = connection;
	all->count++;
	return connection;
}

static void
socket_init(union client_socket *client, uv_loop_t *loop, bool is_tcp)
{
	if (is_tcp)
		uv_tcp_init(loop, &client->tcp);
	else
		uv_pipe_init(loop, &client->pipe, 0);
}

static void
turned_away(uv_handle_t *handle)
{
	struct connections *all = handle->data;
	all->turns_away = false;
	for (int i = 0; i < 2; i++) {
		uv_stream_t *next = all->turned_away_next[i];
		all->turned_away_next[i] = NULL;
		if (next != NULL && !uv_is_closing((uv_handle_t *)next))
			connections_accept(all, next);
	}
}

/*
 * Accepts and closes: the loop listens no more to a listener one of whose clients nobody accepts.
 * One after the other.
 */
static void
turn_away(struct connections *connections, uv_stream_t *listener)
{
	if (connections->turns_away) {
		connections->turned_away_next[listener->type == UV_TCP] = listener;
		return;
	}
	connections->turns_away = true;
	socket_init(&connections->turned_away, connections->loop, listener->type == UV_TCP);
	connections->turned_away.handle.data = connections;
	uv_accept(listener, &connections->turned_away.stream);
	uv_close(&connections->turned_away.handle, turned_away);
}

void
connections_accept(struct connections *connections, uv_stream_t *listener)
{
	struct connection *connection = connection_new(connections);
	if (connection == NULL) {
		log_event(LOG_WARN, "no memory for another connection");
		turn_away(connections, listener);
		return;
	}
	bool is_tcp = listener->type == UV_TCP;
	socket_init(&connection->socket, connections->loop, is_tcp);
	connection->socket.handle.data = connection;
	if (uv_accept(listener, &connection->socket.stream) != 0) {
		connection_close(connection);
		return;
	}
	uv_fileno(&connection->socket.handle, &connection->sending.fd);
	connection->sending.owner = connection;
	if (is_tcp)
		uv_tcp_nodelay(&connection->socket.tcp, 1);
	if (connections->count > connections->count_max) {
		struct text why = BILINGUAL("too many connections", "连接太多");
		connection_answer_problem(connection, 0, SAY_OVERLOADED, why);
		connection_end(connection);
		return;
	}
	connection_start_reading(connection);
}

void
connections_close(struct connections *connections, bool now)
{
	while (connections->behind != NULL) {
		struct connection *one = connections->behind;
		connections->behind = one->behind_next;
		one->behind = false;
		connection_drop(one);
	}
	for (struct connection *one = connections->first, *next; one != NULL; one = next) {
		next = one->next;
		if (now)
			connection_close(one);
		else
			connection_end(one);
	}
	connections_send(connections);
}
