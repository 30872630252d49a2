/*
 * A MessagePack-RPC client for command-line tools: requests are sent ahead, thousands may be under
 *way, and each answer comes to one callback. A connection that breaks is made again, with growing
 *pauses, and what was not answered is sent again: the server charges a request id once, so that is
 *safe for everything that moves money.
 *
 *	while there is work or client_waiting():
 *		while there is work and client_begin(): pack the params array, client_end()
 *		client_turn()
 *
 * Memory is bounded by the requests under way. Not thread-safe; the callbacks run inside
 *client_turn and may not call the client.
 */
#ifndef SUANPAN_CLIENT_H
#define SUANPAN_CLIENT_H

#include "../engine/base/status.h"
#include "../engine/pack.h"

#include <msgpack.h>

struct client;

struct answer {
	uint64_t tag; /* of the request */
	/* The connection broke meanwhile, and it was sent again: a repeat may be of the first
	 * sending. */
	bool sent_again;
	const msgpack_object *error; /* nothing was decided; NULL if there is a result */
	const msgpack_object *result;
};

enum answer_end {
	ANSWER_TAKEN,
	ANSWER_AGAIN, /* send the request again after a pause: the server was too busy for it */
};

struct client_options {
	const char *to;       /* as dial.h says; may be NULL */
	unsigned connections; /* 1 to CLIENT_CONNECTIONS_MAX */
	unsigned in_flight;   /* requests under way on all of them, 1 to CLIENT_IN_FLIGHT_MAX */
	/*
	 * How long to go on without any answer when the connection is lost or the server too busy,
	 * before client_turn fails. 0: a connection that breaks is the end.
	 */
	unsigned patience_ms;
	enum answer_end (*answered)(void *context, const struct answer *answer);
	/* Something went wrong and is being tried again: a sentence without a full stop. May be
	 * NULL. */
	void (*trouble)(void *context, const char *sentence);
	void *context;
};

#define CLIENT_CONNECTIONS_MAX 64
#define CLIENT_IN_FLIGHT_MAX 1000000

/* Connects. STATUS_IO, STATUS_NOT_FOUND: nobody answers there. */
enum status
client_open(struct client **client, const struct client_options *options, struct fault *fault);
void client_close(struct client *client);

/*
 * Begins a request if another one may be under way: the caller packs the params array into *pack
 * and calls client_end, which is false without memory; then there is no request. The tag comes back
 * with the answer.
 */
bool client_begin(struct client *client, uint64_t tag, struct text method, struct pack *pack);
bool client_end(struct client *client, const struct pack *pack);

/* Requests that are under way. */
size_t client_waiting(const struct client *client);

/*
 * Sends and receives what can be, waiting up to timeout_ms for something to happen. STATUS_IO: the
 * connection is lost and patience was in vain; STATUS_BUSY: the server was too busy for too long;
 * STATUS_INVALID: this is not our server.
 */
enum status client_turn(struct client *client, int timeout_ms, struct fault *fault);

/* The code and the sentence of an error: "OVERLOADED: too many …"; an empty text if it has none. */
struct text answer_error_text(const struct answer *answer);
struct text answer_error_code(const struct answer *answer);
/* The value of a name in a map; NULL if there is none. */
const msgpack_object *packed_find(const msgpack_object *map, const char *name);
/* A text; empty if it is none. */
struct text packed_text(const msgpack_object *object);

#endif
