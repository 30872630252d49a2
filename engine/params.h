/*
 * Reading what a client sent, with msgpack-c, against the shape of its method: types, limits,
 * unknown, missing and doubled fields, UTF-8. What passes is a plain struct; what does not is one
 * problem with a code, the field's name and what it should be.
 */
#ifndef SUANPAN_PARAMS_H
#define SUANPAN_PARAMS_H

#include "method.h"

/* Keeps msgpack-c's memory from one message to the next. */
struct params_reader;
struct params_reader *params_reader_new(void);
void params_reader_free(struct params_reader *reader);
/*
 * All that was read is forgotten: texts in params point into the message and the arena, objects
 * into this.
 */
void params_reader_clear(struct params_reader *reader);

/* What is wrong. Arguments are texts in the arena or static. */
struct problem {
	enum say say;
	struct text arguments[SAY_ARGUMENTS_MAX];
	size_t count;
};

/*
 * The head of a message: [0, msgid, method, params]. `params` is the one value of the params array,
 * still packed; msgid is 0 where there is none that an answer could name.
 */
enum message_kind { MESSAGE_REQUEST, MESSAGE_NOTIFICATION, MESSAGE_BAD };
struct message {
	enum message_kind kind;
	uint32_t msgid;
	struct text method;
	struct bytes params; /* the params array, packed */
	const char *why;     /* MESSAGE_BAD: static, in both languages */
};
void message_read(struct bytes bytes, struct message *message);

/* What a reading needs: where texts and lists are made, and where it tells what is wrong. */
struct reading {
	struct params_reader *reader;
	struct arena *arena;
	struct problem *problem; /* filled where one of the functions below returns false */
};

/*
 * Reads the params array of a message into `into` (of method->params->size bytes). The bytes have
 * been scanned.
 */
bool
params_read(struct reading *reading, const struct method *method, struct bytes params, void *into);
/* Reads one map (or a text that stands for one) against a shape, into its size bytes. */
bool
params_read_map(struct reading *reading, const struct shape *shape, struct bytes map, void *into);

/* Items of an array, each still packed, so that it can be read by itself. */
struct packed_items {
	struct bytes *list; /* in the arena */
	size_t count;
};
/* The items of `[{name: [ … ]}]`, 1 to items_max; false if the params are anything else. */
bool params_split(struct reading *reading, struct bytes params, const char *name, size_t items_max,
	struct packed_items *items);

#endif
