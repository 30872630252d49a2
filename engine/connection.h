/*
 * Connections: bytes to messages, answers to bytes.
 *
 * Reading. What arrives is scanned where it lies; only the unfinished last message of an arrival is
 * copied. A message that breaks a limit is answered with its error and the stream goes on; a stream
 * that is lost is closed after its error has left.
 *
 * Answering. An answer is packed at once and held until the journal is durable up to its entry:
 * answers of one journal batch gather in one buffer, and only a few batches are undurable at a
 * time (JOURNAL_BATCHES_UNDURABLE_MAX). When a batch is durable, its buffer is written. Answers may leave
 * in another order than their requests came.
 *
 *   held[batch % 4] ── durable ──► ready ──► writing ──► socket
 *
 * Sending. When there is something ready for one client only, it is sent at once. When there is for
 * more, a thread of its own (sender.h) does it, so that the shard goes on deciding; the socket is
 * that thread's until it is done, and is closed only then.
 *
 * A client that does not read its answers is not read from either, once OUT_BYTES_STOP wait for it;
 * its calls that still want a worker are parked, so that no more answers are made. The same holds
 * for one with CALLS_STOP calls that wait for something. Others notice nothing.
 *
 * Thread: the shard's, but for the sender's.
 */
#ifndef SUANPAN_CONNECTION_H
#define SUANPAN_CONNECTION_H

#include "shard.h"

struct connection;
struct connections; /* all of them */
struct waiting;

struct connection_limits {
	size_t frame_bytes_max; /* of one message */
	unsigned count_max;
};

enum status connections_open(struct connections **connections, struct shard *shard, uv_loop_t *loop,
	const struct connection_limits *limits, struct fault *fault);
/* All must be closed. The loop must run once more. NULL is fine. */
void connections_free(struct connections *connections);

/* Accepts one waiting connection of a listening stream (a TCP or pipe handle). */
void connections_accept(struct connections *connections, uv_stream_t *listener);
/* Lets go what became durable, on all connections. */
void connections_durable(struct connections *connections);
/* Sends what is ready; at the end of each turn. */
void connections_send(struct connections *connections);
/* Reads again from all, where that was stopped since the shard was pressed, and that has passed. */
void connections_resume(struct connections *connections);
/* Is there something for connections_resume to do, though nothing may happen? */
bool connections_can_resume(const struct connections *connections);
/* Stops reading; closes each when its last answer has left, at the latest when `now` is true. */
void connections_close(struct connections *connections, bool now);
unsigned connections_count(const struct connections *connections);

/* ---- for calls ---- */

/* Kept alive while calls hold it, though its socket may be closed. */
void connection_retain(struct connection *connection);
void connection_drop(struct connection *connection);

/* [1, msgid, nil, result]; leaves when entries at and below `position` are durable (0: now). */
void connection_answer(
	struct connection *connection, uint32_t msgid, struct bytes result, uint64_t position);
/* Packs an error, in the form and language that this connection asked for. */
void connection_pack_error(const struct connection *connection, struct pack *pack, enum say say,
	const struct text *arguments, size_t count);
/*
 * [1, msgid, error, nil] with an error that was so packed; leaves likewise: an error, too, tells of
 * what it saw.
 */
void connection_error(
	struct connection *connection, uint32_t msgid, struct bytes error, uint64_t position);

/* Is its socket closed? Then nobody waits for an answer. */
bool connection_is_gone(const struct connection *connection);
/* Does its client have so much to read that no more should be made for it now? */
bool connection_is_full(const struct connection *connection);
/*
 * Keeps a call that wants a worker until the client has read, or is gone; then it is in the shard's
 * row again.
 */
void connection_park(struct connection *connection, struct waiting *waiting);

void connection_set_language(struct connection *connection, bool zh);
void connection_set_details(struct connection *connection, bool details);

#endif
