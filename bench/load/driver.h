/*
 * What differs between the targets: how to greet a new connection, how to ask, and how to read an
 * answer. A driver keeps nothing between calls but what `setup` was given; there is one target a
 * process.
 */
#ifndef BENCH_DRIVER_H
#define BENCH_DRIVER_H

#include "calls.h"

#include <stdbool.h>
#include <stddef.h>

/* The first three are the load. The others prepare a Suanpan and look into it afterwards; `number` is
 * the subscription's. */
enum question_kind {
	QUESTION_CHARGE,
	QUESTION_RATE,    /* only the price, nothing changes */
	QUESTION_SESSION, /* a step of a session */
	QUESTION_CUSTOMER,
	QUESTION_ACCOUNT,
	QUESTION_SUBSCRIPTION,
	QUESTION_GROUP, /* from now on the subscription shares its free minutes with the others */
	QUESTION_TOPUP,
	QUESTION_USE, /* charges a call of calls_minutes_used_before() free minutes */
	QUESTION_BALANCE,
};

/* What is asked of a session, in this order: the call whole, half of it told, the other half told. */
enum session_step { STEP_RESERVE, STEP_UPDATE, STEP_COMMIT, SESSION_STEPS };

struct question {
	enum question_kind kind;
	uint32_t slot;   /* comes back in the answer, unless the driver's answers come in order */
	uint32_t run;    /* 0 to 999: request ids are "r<run>-<number>" */
	uint64_t number; /* below 1,000,000,000; of a session, which has several questions */
	enum session_step step;
	struct call call;
};

enum outcome {
	OUTCOME_CHARGED, /* or priced, or done, as asked */
	OUTCOME_REPEAT,  /* this id was charged before: the first answer again */
	OUTCOME_REFUSED, /* decided, and not charged */
	OUTCOME_ERROR,
};

struct answer {
	enum outcome outcome;
	uint32_t slot;
	int64_t amount_micros; /* what was charged (of a repeat: then), priced, or is in the balance
				*/
	const char
		*text; /* what a refusal or an error says; points into the bytes that were read */
	size_t text_size;
};

/* No question is longer than this. */
#define QUESTION_BYTES_MAX 512

#define ANSWER_NONSENSE (-1)

struct driver {
	const char *name;
	bool answers_in_order; /* answers carry no number of their own */
	/* `script` is what --script gave, or NULL. False after a message on standard error. */
	bool (*setup)(const char *script);
	/* On a new, still blocking connection. False after a message on standard error. */
	bool (*greet)(int fd);
	/* Writes the question and returns its size; 0 if this target cannot be asked that. */
	size_t (*ask)(const struct question *question, uint8_t *at);
	/* Reads one answer: its size, 0 if it is not complete yet, or ANSWER_NONSENSE. */
	ptrdiff_t (*read)(const uint8_t *data, size_t size, struct answer *answer);
};

extern const struct driver driver_suanpan;
extern const struct driver driver_redis;
extern const struct driver driver_tarantool;
extern const struct driver driver_postgresql;

#define START_BALANCE_YUAN 100000000

#endif
