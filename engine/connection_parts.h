/*
 * What the files of the connections share (connection.h): connection.c accepts, answers and sends,
 * connection_read.c takes what arrives.
 */
#ifndef SUANPAN_CONNECTION_PARTS_H
#define SUANPAN_CONNECTION_PARTS_H

#include "connection.h"

#include "scan.h"
#include "sender.h"
#include "waits.h"

enum {
	READ_BYTES = 64 * 1024, /* one arrival, shared by all connections */
	HELD_SLOTS = JOURNAL_BATCHES_UNDURABLE_MAX + 1,
};

union client_socket {
	uv_handle_t handle;
	uv_stream_t stream;
	uv_tcp_t tcp;
	uv_pipe_t pipe;
};

struct connection {
	struct connections *all;
	struct connection *next, *previous;
	unsigned references;
	union client_socket socket;
	bool reading;
	bool closing;     /* the socket is being closed or is closed */
	bool ending;      /* to be closed when the last answer has left */
	bool zh, details; /* as hello asked */

	struct scan scan;
	struct buffer in; /* an unfinished message */

	struct buffer ready; /* may leave */
	struct buffer held[HELD_SLOTS];
	struct connection *hold_next[HELD_SLOTS];
	bool holds[HELD_SLOTS];
	struct buffer writing; /* given to the sender or to the loop */
	bool write_under_way;
	bool is_away; /* `writing` is the sender's, and so is the socket */
	struct sending sending;
	uv_write_t write;
	bool dirty; /* on the list of connections with something ready */
	struct connection *dirty_next;
	bool behind; /* on the list of connections that may be taken from again */
	struct connection *behind_next;
	unsigned calls;         /* requests that are not answered yet */
	struct work_row parked; /* calls that wait until its client has read */
};

struct connections {
	struct shard *shard;
	uv_loop_t *loop;
	struct scan_limits limits;
	unsigned count, count_max;
	size_t in_bytes;
	struct connection *first;
	struct connection *dirty;
	struct connection *behind;
	struct connection *holding[HELD_SLOTS];
	uint64_t released_batch; /* all answers of batches up to this have been let go */
	bool stopped;            /* for back-pressure */
	uint8_t *arrival;        /* READ_BYTES */
	struct sender *sender;
	bool sends_away; /* there are so many to send to that the sender does it */
	/* A client for whom there is no memory, while its socket closes. */
	union client_socket turned_away;
	bool turns_away;
	uv_stream_t *turned_away_next[2]; /* the pipe, TCP: a listener with another, or NULL */
};

/* Closes the socket; one that the sender uses, when it has sent. */
void connection_close(struct connection *connection);
/* Ends the connection once everything that is owed has left. */
void connection_end(struct connection *connection);
void connection_start_reading(struct connection *connection);
void connection_stop_reading(struct connection *connection);
/* Has it so much to read, or to wait for, that no more is taken from it at the moment? */
bool connection_has_enough(const struct connection *connection);
/* It may be taken from again: connections_resume does. */
void connection_mark_behind(struct connection *connection);
/* It has something ready: connections_send sends it. */
void connection_mark_dirty(struct connection *connection);
/* An error that no call answers: a message that is not a request, or the end of a stream. */
void connection_answer_problem(
	struct connection *connection, uint32_t msgid, enum say say, struct text argument);

#endif
