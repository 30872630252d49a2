/*
 * A shard: the one thread that owns a store, the release in force, and every call that is under way
 * on them.
 *
 * Messages come in groups, as a socket delivered them. A group is read, the memory its calls will
 * touch is fetched in steps (so that one call's cache misses overlap with the others'), and then
 * each is run. Then the turn ends: the journal's batch goes to the writer.
 */
#ifndef SUANPAN_SHARD_H
#define SUANPAN_SHARD_H

#include "call.h"
#include "notice_keeper.h"
#include "releases.h"

#include "base/clock.h"

#include <stdatomic.h>

struct shard_settings {
	struct store_settings store;
	int64_t age_max_ms;      /* older events are refused */
	int64_t ahead_max_ms;    /* and those further ahead of the clock */
	int64_t validity_max_ms; /* of a session of which nothing is heard */
	size_t frame_bytes_max;  /* of a message */
	size_t waiting_max;      /* calls that may wait for something cold */
	int64_t notices_keep_ms; /* older notices are removed */
	struct webhook_settings webhook;
	struct clock clock;
};

struct shard_stats {
	uint64_t calls, answers, errors;
	uint64_t charged, refused, repeated, rated;
	uint64_t sessions; /* requests of theirs that were decided, and not refused */
	uint64_t waited;   /* calls that had to wait for something cold */
	size_t waiting;
	uint64_t turns;       /* of the loop */
	uint64_t turn_ns_max; /* the longest since stats were asked for last */
};

struct shard {
	struct shard_settings settings;
	uv_loop_t *loop;
	struct store *store;
	struct releases *releases;
	struct timers *timers;
	struct notice_keeper *notices;
	uint64_t
		notices_raised; /* since the start; some perhaps for an entry that came to nothing */
	int64_t now_ms;         /* once a turn */

	/* Of the calls being run now. */
	struct arena arena;
	struct params_reader *reader;
	struct buffer answer;
	struct buffer scratch;            /* answers in their stored form */
	struct buffer event;              /* events in theirs */
	uint8_t record[RECORD_VALUE_MAX]; /* a long one that is being made */
	struct id_memo memo;

	struct shard_waits *waits; /* waits.c */
	atomic_bool hurried;       /* see shard_hurry */
	struct shard_stats stats;
};

enum status shard_open(struct shard **shard, const struct shard_settings *settings, uv_loop_t *loop,
	const struct store_events *events, struct fault *fault);
/* Ends well or reports why not. No calls may be under way. */
enum status shard_close(struct shard *shard, struct fault *fault);

/*
 * Ends a turn of the loop: gives workers what they are to do, and begins what is due. True: there is
 * more of that, so the loop should come back without sleeping.
 */
bool shard_turn(struct shard *shard);

/* The time of this turn. */
void shard_tick(struct shard *shard);

#define SHARD_GROUP_MAX 32
/* A request that was scanned: its bytes stay until shard_run returns. */
struct shard_message {
	struct message message;
	struct connection *connection;
};
void shard_run(struct shard *shard, const struct shard_message *messages, size_t count);
/* Runs a timer's call; `key` is the timer's, and stays until it has ended (timer_ended). */
void shard_run_timer(struct shard *shard, struct timer *timer, struct bytes key);

/* Has so much piled up that sockets should not be read at the moment? */
bool shard_is_pressed(const struct shard *shard);
/* Nobody gets answers any more: child processes of works are ended. */
void shard_hurry(struct shard *shard);
/* Calls that wait for something. */
size_t shard_waiting(const struct shard *shard);

#endif
