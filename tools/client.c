/*
 * The client (see client.h). A request keeps its bytes in a slot until it is answered; the slot's
 *number is its message id. A slot belongs to one line, so that losing a line says which requests to
 *send again.
 *
 *	FREE ──begin, end──▶ SENT ──answer──▶ FREE
 *	                      │ ▲
 *	      line lost, or   │ │ sent again, when the line's pause is over
 *	      too busy        ▼ │
 *	                     AGAIN
 */
#include "client.h"

#include "dial.h"

#include "../engine/base/clock.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	READ_BYTES = 256 * 1024,
	REQUEST_BYTES_MAX = 256 << 20,
	ANSWER_BYTES_MAX = 256 << 20,
	SLOT_KEEP_BYTES = 4096, /* a larger request gives its memory back when it is answered */
	PAUSE_MS_MIN = 50,
	PAUSE_MS_MAX = 2000,
	MSGID_FIRST = 1, /* 0 is what the server says of the connection as a whole */
};
#define MS_NS UINT64_C(1000000)
#define NOBODY UINT32_MAX

enum slot_state { SLOT_FREE, SLOT_SENT, SLOT_AGAIN };

struct slot {
	struct buffer request; /* the whole message */
	uint64_t tag;
	enum slot_state state;
	bool sent_again;
	uint32_t next_free;
};

struct line {
	int fd; /* -1: lost */
	struct buffer out;
	size_t out_sent; /* of it */
	msgpack_unpacker unpacker;
	bool unpacker_open;
	unsigned again;     /* slots of it that are to be sent again */
	uint64_t resume_ns; /* when to connect or to send them */
	unsigned pause_ms;  /* the next one; doubles */
	char said[500];     /* by the server, of the connection as a whole */
};

struct client {
	struct client_options options;
	char target[DIAL_TARGET_MAX];
	struct line lines[CLIENT_CONNECTIONS_MAX];
	struct slot *slots;
	uint32_t slot_count;
	uint32_t free_first;
	uint32_t begun; /* slot between client_begin and client_end, or NOBODY */
	size_t waiting;
	uint64_t progress_ns; /* of the last answer, or of the first request after idling */
	msgpack_unpacked unpacked;
};

/* ---- life ---- */

static struct line *
line_of(struct client *client, uint32_t slot)
{
	return &client->lines[slot % client->options.connections];
}

static enum status
line_connect(struct client *client, struct line *line, struct fault *fault)
{
	must(line->fd < 0);
	if (!msgpack_unpacker_init(&line->unpacker, READ_BYTES))
		return fault_set(fault, STATUS_MEMORY, "no memory for a connection");
	enum status status = dial(client->target, &line->fd, fault);
	if (status != STATUS_OK) {
		msgpack_unpacker_destroy(&line->unpacker);
		return status;
	}
	line->unpacker_open = true;
	line->said[0] = '\0';
	return STATUS_OK;
}

static void
line_close(struct line *line)
{
	if (line->fd >= 0)
		close(line->fd);
	line->fd = -1;
	if (line->unpacker_open)
		msgpack_unpacker_destroy(&line->unpacker);
	line->unpacker_open = false;
	buffer_clear(&line->out);
	line->out_sent = 0;
}

static enum status
make_slots(struct client *client, struct fault *fault)
{
	client->slot_count = client->options.in_flight;
	client->slots = memory_new_zeroed(client->slot_count, sizeof client->slots[0]);
	if (client->slots == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for %u requests",
			client->options.in_flight);
	for (uint32_t i = 0; i < client->slot_count; i++) {
		buffer_init(&client->slots[i].request, REQUEST_BYTES_MAX);
		client->slots[i].next_free = i + 1 < client->slot_count ? i + 1 : NOBODY;
	}
	return STATUS_OK;
}

enum status
client_open(struct client **client, const struct client_options *options, struct fault *fault)
{
	must(options->connections >= 1 && options->connections <= CLIENT_CONNECTIONS_MAX);
	must(options->in_flight >= 1 && options->in_flight <= CLIENT_IN_FLIGHT_MAX);
	struct client *opened = memory_new_zeroed(1, sizeof *opened);
	if (opened == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for a client");
	opened->options = *options;
	opened->begun = NOBODY;
	dial_target(options->to, opened->target);
	msgpack_unpacked_init(&opened->unpacked);
	for (unsigned i = 0; i < options->connections; i++) {
		opened->lines[i].fd = -1;
		opened->lines[i].pause_ms = PAUSE_MS_MIN;
		buffer_init(&opened->lines[i].out, SIZE_MAX - 1);
	}
	enum status status = make_slots(opened, fault);
	for (unsigned i = 0; i < options->connections && status == STATUS_OK; i++)
		status = line_connect(opened, &opened->lines[i], fault);
	if (status != STATUS_OK) {
		client_close(opened);
		return status;
	}
	*client = opened;
	return STATUS_OK;
}

void
client_close(struct client *client)
{
	if (client == NULL)
		return;
	msgpack_unpacked_destroy(&client->unpacked);
	for (unsigned i = 0; i < client->options.connections; i++) {
		line_close(&client->lines[i]);
		buffer_release(&client->lines[i].out);
	}
	for (uint32_t i = 0; client->slots != NULL && i < client->slot_count; i++)
		buffer_release(&client->slots[i].request);
	memory_free(client->slots);
	memory_free(client);
}

size_t
client_waiting(const struct client *client)
{
	return client->waiting;
}

/* ---- requests ---- */

bool
client_begin(struct client *client, uint64_t tag, struct text method, struct pack *pack)
{
	must(client->begun == NOBODY);
	if (client->free_first == NOBODY)
		return false;
	client->begun = client->free_first;
	struct slot *slot = &client->slots[client->begun];
	must(slot->state == SLOT_FREE);
	slot->tag = tag;
	buffer_clear(&slot->request);
	*pack = pack_into(&slot->request);
	pack_array(pack, 4);
	pack_unsigned(pack, 0);
	pack_unsigned(pack, client->begun + MSGID_FIRST);
	pack_text(pack, method);
	return true;
}

/* Puts a slot's request on its line; a line that is lost sends it when it is there again. */
static bool
slot_send(struct client *client, uint32_t number)
{
	struct slot *slot = &client->slots[number];
	struct line *line = line_of(client, number);
	if (line->fd >= 0) {
		if (!buffer_append(&line->out, slot->request.data, slot->request.size))
			return false;
		slot->state = SLOT_SENT;
	} else {
		slot->state = SLOT_AGAIN;
		line->again++;
	}
	return true;
}

bool
client_end(struct client *client, const struct pack *pack)
{
	uint32_t number = client->begun;
	must(number != NOBODY && client->free_first == number);
	struct slot *slot = &client->slots[number];
	client->begun = NOBODY;
	if (!pack_is_whole(pack) || !slot_send(client, number)) {
		buffer_clear(&slot->request);
		return false;
	}
	slot->sent_again = false;
	client->free_first = slot->next_free;
	if (client->waiting++ == 0)
		client->progress_ns = monotonic_ns();
	return true;
}

static void
slot_free(struct client *client, uint32_t number)
{
	struct slot *slot = &client->slots[number];
	slot->state = SLOT_FREE;
	slot->next_free = client->free_first;
	client->free_first = number;
	client->waiting--;
	if (slot->request.capacity > SLOT_KEEP_BYTES)
		buffer_release(&slot->request);
}

/* ---- trouble ---- */

static void
say_trouble(const struct client *client, const char *what, unsigned pause_ms)
{
	char sentence[700];
	if (client->options.trouble == NULL)
		return;
	snprintf(sentence, sizeof sentence, "%s; trying again in %u ms", what, pause_ms);
	client->options.trouble(client->options.context, sentence);
}

/* From now on the line waits, each time twice as long. */
static void
line_pause(struct client *client, struct line *line, const char *what)
{
	say_trouble(client, what, line->pause_ms);
	line->resume_ns = monotonic_ns() + line->pause_ms * MS_NS;
	line->pause_ms = line->pause_ms * 2 < PAUSE_MS_MAX ? line->pause_ms * 2 : PAUSE_MS_MAX;
}

/* The line is gone: all that was under way on it is to be sent again. */
static void
line_lose(struct client *client, struct line *line, const char *what)
{
	line_close(line);
	line->again = 0;
	for (uint32_t i = 0; i < client->slot_count; i++) {
		struct slot *slot = &client->slots[i];
		if (line_of(client, i) != line || slot->state == SLOT_FREE)
			continue;
		slot->sent_again = true;
		slot->state = SLOT_AGAIN;
		line->again++;
	}
	line_pause(client, line, what);
}

/* ---- answers ---- */

static enum status
not_ours(struct fault *fault, const char *target)
{
	return fault_set(
		fault, STATUS_INVALID, "what answers at %s does not speak MessagePack-RPC", target);
}

/* What the server said of the connection as a whole, before it closes it. */
static void
say_of_connection(const struct client *client, struct line *line, const msgpack_object *error)
{
	struct answer answer = { .error = error };
	struct text text = answer_error_text(&answer);
	char sentence[600];
	snprintf(line->said, sizeof line->said, "%.*s", TEXT_ARGS(text));
	if (client->options.trouble == NULL || text.size == 0)
		return;
	snprintf(sentence, sizeof sentence, "the server says: %.*s", TEXT_ARGS(text));
	client->options.trouble(client->options.context, sentence);
}

/* One message: [1, msgid, error, result]. */
static enum status
take_answer(struct client *client, struct line *line, struct fault *fault)
{
	const msgpack_object *message = &client->unpacked.data;
	if (message->type != MSGPACK_OBJECT_ARRAY || message->via.array.size != 4)
		return not_ours(fault, client->target);
	const msgpack_object *parts = message->via.array.ptr;
	if (parts[0].type != MSGPACK_OBJECT_POSITIVE_INTEGER || parts[0].via.u64 != 1 ||
		parts[1].type != MSGPACK_OBJECT_POSITIVE_INTEGER)
		return not_ours(fault, client->target);
	uint64_t number = parts[1].via.u64 - MSGID_FIRST;
	if (parts[1].via.u64 < MSGID_FIRST) {
		say_of_connection(client, line, &parts[2]);
		return STATUS_OK;
	}
	if (number >= client->slot_count || client->slots[number].state != SLOT_SENT ||
		line_of(client, (uint32_t)number) != line)
		return fault_set(fault, STATUS_INVALID, "%s answered a request that was not sent",
			client->target);
	struct slot *slot = &client->slots[number];
	struct answer answer = {
		.tag = slot->tag,
		.sent_again = slot->sent_again,
		.error = parts[2].type == MSGPACK_OBJECT_NIL ? NULL : &parts[2],
		.result = &parts[3],
	};
	if (client->options.answered(client->options.context, &answer) == ANSWER_TAKEN) {
		slot_free(client, (uint32_t)number);
		client->progress_ns = monotonic_ns();
		line->pause_ms = PAUSE_MS_MIN;
		return STATUS_OK;
	}
	slot->state = SLOT_AGAIN;
	if (line->again++ == 0) {
		char what[400];
		snprintf(what, sizeof what, "the server is too busy: %.*s",
			TEXT_ARGS(answer_error_text(&answer)));
		line_pause(client, line, what);
	}
	return STATUS_OK;
}

static enum status
take_answers(struct client *client, struct line *line, struct fault *fault)
{
	for (;;) {
		switch (msgpack_unpacker_next(&line->unpacker, &client->unpacked)) {
		case MSGPACK_UNPACK_SUCCESS:
		case MSGPACK_UNPACK_EXTRA_BYTES:
			break;
		case MSGPACK_UNPACK_CONTINUE:
			if (msgpack_unpacker_message_size(&line->unpacker) > ANSWER_BYTES_MAX)
				return not_ours(fault, client->target);
			return STATUS_OK;
		case MSGPACK_UNPACK_NOMEM_ERROR:
			return fault_set(fault, STATUS_MEMORY, "no memory for an answer");
		case MSGPACK_UNPACK_PARSE_ERROR:
			return not_ours(fault, client->target);
		}
		enum status status = take_answer(client, line, fault);
		if (status != STATUS_OK)
			return status;
	}
}

static enum status
line_read(struct client *client, struct line *line, struct fault *fault)
{
	char what[300];
	if (!msgpack_unpacker_reserve_buffer(&line->unpacker, READ_BYTES))
		return fault_set(fault, STATUS_MEMORY, "no memory for answers");
	ssize_t size = recv(line->fd, msgpack_unpacker_buffer(&line->unpacker),
		msgpack_unpacker_buffer_capacity(&line->unpacker), 0);
	if (size > 0) {
		msgpack_unpacker_buffer_consumed(&line->unpacker, (size_t)size);
		return take_answers(client, line, fault);
	}
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return STATUS_OK;
	snprintf(what, sizeof what, "the connection is lost (%s)",
		size == 0 ? "the server closed it" : strerror(errno));
	line_lose(client, line, what);
	return STATUS_OK;
}

static void
line_write(struct client *client, struct line *line)
{
	char what[300];
	while (line->out_sent < line->out.size) {
		ssize_t size = send(line->fd, line->out.data + line->out_sent,
			line->out.size - line->out_sent, MSG_NOSIGNAL);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0 && errno == EAGAIN)
			return;
		if (size < 0) {
			/* It may have said why, and that is still to be read; if not, reading tells
			 * that it is lost. */
			if (errno == EPIPE || errno == ECONNRESET) {
				buffer_clear(&line->out);
				line->out_sent = 0;
				return;
			}
			snprintf(what, sizeof what, "the connection is lost (%s)", strerror(errno));
			line_lose(client, line, what);
			return;
		}
		line->out_sent += (size_t)size;
	}
	buffer_clear(&line->out);
	line->out_sent = 0;
}

/* ---- a turn ---- */

/* The pause of a line is over: it is connected again if it was lost, and what is to be sent again
 * is sent. */
static enum status
line_resume(struct client *client, struct line *line, struct fault *fault)
{
	struct fault why = { 0 };
	if (line->fd < 0) {
		enum status status = line_connect(client, line, &why);
		if (status == STATUS_MEMORY) {
			*fault = why;
			return status;
		}
		if (status != STATUS_OK) {
			line_pause(client, line, why.text);
			return STATUS_OK;
		}
		if (client->options.trouble != NULL)
			client->options.trouble(client->options.context, "connected again");
	}
	line->again = 0;
	for (uint32_t i = 0; i < client->slot_count; i++) {
		if (line_of(client, i) != line || client->slots[i].state != SLOT_AGAIN)
			continue;
		if (!slot_send(client, i))
			return fault_set(fault, STATUS_MEMORY, "no memory to send again");
	}
	return STATUS_OK;
}

static bool
line_is_in_trouble(const struct line *line)
{
	return line->fd < 0 || line->again > 0;
}

/* Trouble that has lasted for too long, or that was not to be borne at all. */
static enum status
check_patience(const struct client *client, struct fault *fault)
{
	uint64_t now_ns = monotonic_ns();
	for (unsigned i = 0; i < client->options.connections && client->waiting > 0; i++) {
		const struct line *line = &client->lines[i];
		if (!line_is_in_trouble(line))
			continue;
		if (client->options.patience_ms == 0 && line->fd < 0 && line->said[0] != '\0')
			return fault_set(fault, STATUS_BUSY,
				"the server at %s closed the connection: %s", client->target,
				line->said);
		if (client->options.patience_ms == 0 && line->fd < 0)
			return fault_set(fault, STATUS_IO,
				"the server at %s closed the connection before it had answered %zu of the requests",
				client->target, client->waiting);
		if (client->options.patience_ms == 0 ||
			now_ns - client->progress_ns < client->options.patience_ms * MS_NS)
			continue;
		return fault_set(fault, line->fd < 0 ? STATUS_IO : STATUS_BUSY,
			"no answer from %s for %u s; %zu requests are not answered", client->target,
			client->options.patience_ms / 1000, client->waiting);
	}
	return STATUS_OK;
}

static enum status
resume_lines(struct client *client, int *timeout_ms, struct fault *fault)
{
	for (unsigned i = 0; i < client->options.connections; i++) {
		struct line *line = &client->lines[i];
		uint64_t now_ns = monotonic_ns();
		if (!line_is_in_trouble(line))
			continue;
		if (now_ns >= line->resume_ns) {
			enum status status = line_resume(client, line, fault);
			if (status != STATUS_OK)
				return status;
		}
		if (!line_is_in_trouble(line))
			continue;
		int left_ms = now_ns >= line->resume_ns
			? 1
			: (int)((line->resume_ns - now_ns) / MS_NS) + 1;
		if (left_ms < *timeout_ms)
			*timeout_ms = left_ms;
	}
	return STATUS_OK;
}

enum status
client_turn(struct client *client, int timeout_ms, struct fault *fault)
{
	struct pollfd polled[CLIENT_CONNECTIONS_MAX];
	must(client->begun == NOBODY);
	enum status status = check_patience(client, fault);
	if (status == STATUS_OK)
		status = resume_lines(client, &timeout_ms, fault);
	if (status != STATUS_OK)
		return status;
	for (unsigned i = 0; i < client->options.connections; i++) {
		struct line *line = &client->lines[i];
		if (line->fd >= 0)
			line_write(client, line);
		bool more = line->out_sent < line->out.size;
		polled[i] = (struct pollfd){ line->fd, (short)(more ? POLLIN | POLLOUT : POLLIN),
			0 };
	}
	if (poll(polled, client->options.connections, timeout_ms) < 0 && errno != EINTR)
		return fault_system(fault, errno, "waiting for the server");
	for (unsigned i = 0; i < client->options.connections && status == STATUS_OK; i++) {
		if (client->lines[i].fd >= 0 &&
			(polled[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
			status = line_read(client, &client->lines[i], fault);
	}
	return status;
}

/* ---- reading answers ---- */

const msgpack_object *
packed_find(const msgpack_object *map, const char *name)
{
	size_t size = strlen(name);
	if (map == NULL || map->type != MSGPACK_OBJECT_MAP)
		return NULL;
	for (uint32_t i = 0; i < map->via.map.size; i++) {
		const msgpack_object_kv *pair = &map->via.map.ptr[i];
		if (pair->key.type == MSGPACK_OBJECT_STR && pair->key.via.str.size == size &&
			memcmp(pair->key.via.str.ptr, name, size) == 0)
			return &pair->val;
	}
	return NULL;
}

struct text
packed_text(const msgpack_object *object)
{
	if (object == NULL || object->type != MSGPACK_OBJECT_STR)
		return TEXT("");
	return (struct text){ object->via.str.ptr, object->via.str.size };
}

struct text
answer_error_text(const struct answer *answer)
{
	return packed_text(answer->error);
}

struct text
answer_error_code(const struct answer *answer)
{
	struct text text = packed_text(answer->error);
	const char *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
	return colon == NULL ? text : (struct text){ text.data, (size_t)(colon - text.data) };
}
