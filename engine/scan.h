/*
 * Where does a MessagePack message end? A scanner that walks the bytes of a stream as they arrive,
 * keeps its place between two arrivals, allocates nothing, and measures each message against limits
 * before anybody makes objects of it.
 *
 * To know the end of a message it is enough to count the values that are still to come: each value
 * takes one, an array of n adds n, a map of n adds 2n. Depth is kept beside it.
 *
 * A message that is too deep or has too many values is scanned to its end, so that it can be
 * answered and the stream goes on. A stream is lost when a message is longer than the limit (or
 * declares to be) or holds the byte 0xc1, which MessagePack never uses.
 *
 * Format: https://github.com/msgpack/msgpack/blob/master/spec.md
 */
#ifndef SUANPAN_SCAN_H
#define SUANPAN_SCAN_H

#include "base/bytes.h"

#define SCAN_DEPTH_MAX 16

struct scan_limits {
	size_t bytes_max;    /* of one message */
	uint32_t values_max; /* in one message, containers included */
};

enum scan_problem {
	SCAN_FINE,
	SCAN_TOO_DEEP,
	SCAN_TOO_MANY,
	SCAN_TOO_LARGE, /* the stream is lost */
	SCAN_INVALID,   /* the stream is lost */
};

struct scan {
	size_t offset;    /* of the next unread value in the message */
	uint64_t to_come; /* values until the end of the message */
	uint64_t left;    /* values until the end of the innermost container */
	uint64_t values;  /* read */
	unsigned depth;
	enum scan_problem problem;
	uint64_t outside[SCAN_DEPTH_MAX]; /* values left in the containers around it */
};

/* Ready for the first byte of a message. */
void scan_init(struct scan *scan);

enum scan_outcome {
	SCAN_MORE, /* the message goes on behind what has arrived */
	SCAN_MESSAGE, /* *size bytes are one message; look at scan->problem, then scan_init for the next */
	SCAN_LOST, /* scan->problem says why; scan->offset is where */
};
/* `data` starts at the message's first byte and holds all of it that has arrived, at each call. */
enum scan_outcome
scan_message(struct scan *scan, struct bytes data, const struct scan_limits *limits, size_t *size);

/* The size of the one value at the start of `data`, which has been scanned before. */
size_t scan_value_size(struct bytes data);

#endif
