/* Where does a MessagePack message end? (see scan.h) */
#include "scan.h"

#include "base/must.h"

/* What the first byte of a value says of it. */
struct head {
	uint8_t bytes; /* the value takes these at least: the first byte, the length behind it, a number, the type of an extension */
	uint8_t length;   /* bytes of the length that follows the first byte: 0, 1, 2 or 4 */
	uint8_t children; /* values that it holds, or for each unit of its length: 1 array, 2 map, 0: the length counts bytes */
	bool invalid;
};

#define NUMBER(size) \
	{ \
		.bytes = 1 + (size) \
	}
#define BLOB(size) \
	{ \
		.bytes = 1 + (size), .length = (size) \
	}
#define EXTENSION(size) \
	{ \
		.bytes = 2 + (size), .length = (size) \
	}
#define CONTAINER(size, each) \
	{ \
		.bytes = 1 + (size), .length = (size), .children = (each) \
	}

#define FOUR(ROW, n) ROW(n), ROW((n) + 1), ROW((n) + 2), ROW((n) + 3)
#define SIXTEEN(ROW, n) FOUR(ROW, n), FOUR(ROW, (n) + 4), FOUR(ROW, (n) + 8), FOUR(ROW, (n) + 12)
#define SMALL_INTEGER(n) NUMBER(0)
#define SMALL_MAP(n) \
	{ \
		.bytes = 1, .children = 2 * (n) \
	}
#define SMALL_ARRAY(n) \
	{ \
		.bytes = 1, .children = (n) \
	}
#define SMALL_TEXT(n) \
	{ \
		.bytes = 1 + (n) \
	}

static const struct head HEADS[256] = {
	SIXTEEN(SMALL_INTEGER, 0), SIXTEEN(SMALL_INTEGER, 0), /* 0x00 */
	SIXTEEN(SMALL_INTEGER, 0), SIXTEEN(SMALL_INTEGER, 0), SIXTEEN(SMALL_INTEGER, 0),
	SIXTEEN(SMALL_INTEGER, 0), SIXTEEN(SMALL_INTEGER, 0), SIXTEEN(SMALL_INTEGER, 0),
	SIXTEEN(SMALL_MAP, 0),                           /* 0x80 */
	SIXTEEN(SMALL_ARRAY, 0),                         /* 0x90 */
	SIXTEEN(SMALL_TEXT, 0), SIXTEEN(SMALL_TEXT, 16), /* 0xa0 */
	NUMBER(0), { .invalid = true }, NUMBER(0),
	NUMBER(0),                 /* 0xc0: nil, never used, false, true */
	BLOB(1), BLOB(2), BLOB(4), /* bin */
	EXTENSION(1), EXTENSION(2), EXTENSION(4), NUMBER(4), NUMBER(8), /* float */
	NUMBER(1), NUMBER(2), NUMBER(4), NUMBER(8),                     /* unsigned */
	NUMBER(1), NUMBER(2), NUMBER(4), NUMBER(8),                     /* 0xd0: signed */
	NUMBER(2), NUMBER(3), NUMBER(5), NUMBER(9), NUMBER(17), /* extensions of 1 to 16 bytes */
	BLOB(1), BLOB(2), BLOB(4),                              /* str */
	CONTAINER(2, 1), CONTAINER(4, 1),                       /* array */
	CONTAINER(2, 2), CONTAINER(4, 2),                       /* map */
	SIXTEEN(SMALL_INTEGER, 0), SIXTEEN(SMALL_INTEGER, 0),   /* 0xe0 */
};

/* One value: how many bytes it takes itself, and how many values it holds. */
struct value {
	uint64_t bytes;
	uint64_t children;
};

enum value_outcome { VALUE_READ, VALUE_MORE, VALUE_INVALID };

static uint64_t
read_length(const uint8_t *at, unsigned size)
{
	uint64_t length = 0;
	for (unsigned i = 0; i < size; i++)
		length = length << 8 | at[i];
	return length;
}

static inline enum value_outcome
read_value(const uint8_t *at, size_t size, struct value *value)
{
	const struct head *head = &HEADS[at[0]];
	*value = (struct value){ head->bytes, head->children };
	if (head->length == 0)
		return head->invalid ? VALUE_INVALID : VALUE_READ;
	if (size <= head->length)
		return VALUE_MORE;
	uint64_t length = read_length(at + 1, head->length);
	if (head->children == 0)
		value->bytes += length;
	else
		value->children = head->children * length;
	return VALUE_READ;
}

void
scan_init(struct scan *scan)
{
	scan->offset = 0;
	scan->to_come = 1;
	scan->left = 1;
	scan->values = 0;
	scan->depth = 0;
	scan->problem = SCAN_FINE;
}

static enum scan_outcome
lost(struct scan *scan, enum scan_problem problem)
{
	scan->problem = problem;
	return SCAN_LOST;
}

/* Closes the containers that are complete. */
static inline void
close_containers(struct scan *scan)
{
	while (scan->left == 0 && scan->depth > 0)
		scan->left = scan->outside[--scan->depth];
}

/* Opens a container of `children` values; it is already counted as a value where it lies. */
static void
open_container(struct scan *scan, uint64_t children, const struct scan_limits *limits)
{
	scan->to_come += children;
	if (scan->problem != SCAN_FINE)
		return; /* only the end matters now */
	if (scan->values + scan->to_come > limits->values_max) {
		scan->problem = SCAN_TOO_MANY;
		return;
	}
	if (scan->depth == SCAN_DEPTH_MAX) {
		scan->problem = SCAN_TOO_DEEP;
		return;
	}
	scan->outside[scan->depth++] = scan->left;
	scan->left = children;
}

/* The head of a value as one number: nothing but `bytes`, if it has no length and holds no others. */
static inline uint32_t
head_of(uint8_t first)
{
	uint32_t head;
	_Static_assert(sizeof head == sizeof(struct head), "a head is read as one number");
	memcpy(&head, &HEADS[first], sizeof head);
	return head;
}
#define HEAD_BYTES UINT32_C(0x000000ff)
#define HEAD_CHILDREN UINT32_C(0x00ff0000)

/*
 * Passes values whose size their first byte says, and enters small containers, up to the end of the
 * data: what this does not do, the loop of scan_message does. It measures the message there too; till
 * then there are no more values to come than the small containers say that have come.
 */
static inline void
pass_small(struct scan *scan, struct bytes data, const struct scan_limits *limits)
{
	const size_t end = data.size < limits->bytes_max ? data.size : limits->bytes_max;
	size_t offset = scan->offset;
	uint64_t to_come = scan->to_come, left = scan->left, values = scan->values;
	while (to_come > 0 && offset < end) {
		uint32_t head = head_of(data.data[offset]);
		size_t size = head & HEAD_BYTES;
		uint64_t children = (head & HEAD_CHILDREN) >> 16;
		if ((head & ~(HEAD_BYTES | HEAD_CHILDREN)) != 0 || size > end - offset)
			break;
		if (children > 0 &&
			(scan->problem != SCAN_FINE || scan->depth == SCAN_DEPTH_MAX ||
				values + to_come + children > limits->values_max))
			break;
		offset += size;
		to_come += children - 1;
		values++;
		left--;
		if (children > 0) {
			scan->outside[scan->depth++] = left;
			left = children;
		}
		while (left == 0 && scan->depth > 0)
			left = scan->outside[--scan->depth];
	}
	scan->offset = offset;
	scan->to_come = to_come;
	scan->left = left;
	scan->values = values;
}

/*
 * The loop works on a copy that the compiler can keep in registers: it runs for every value of
 * every message.
 */
enum scan_outcome
scan_message(struct scan *place, struct bytes data, const struct scan_limits *limits, size_t *size)
{
	struct scan scan = *place;
	enum scan_outcome outcome = SCAN_MESSAGE;
	while (pass_small(&scan, data, limits), scan.to_come > 0) {
		struct value value;
		/* Every value to come takes a byte at least. */
		if (scan.offset + scan.to_come > limits->bytes_max) {
			outcome = lost(&scan, SCAN_TOO_LARGE);
			break;
		}
		outcome = SCAN_MORE;
		if (scan.offset >= data.size)
			break;
		enum value_outcome read = read_value(
			data.data + scan.offset, data.size - scan.offset, &value);
		if (read == VALUE_INVALID)
			outcome = lost(&scan, SCAN_INVALID);
		else if (read == VALUE_READ && value.bytes > limits->bytes_max - scan.offset)
			outcome = lost(&scan, SCAN_TOO_LARGE);
		if (read != VALUE_READ || outcome == SCAN_LOST ||
			value.bytes > data.size - scan.offset)
			break;
		outcome = SCAN_MESSAGE;
		scan.offset += value.bytes;
		scan.to_come--;
		scan.values++;
		scan.left--;
		if (value.children > 0)
			open_container(&scan, value.children, limits);
		close_containers(&scan);
	}
	*place = scan;
	if (outcome == SCAN_MESSAGE)
		*size = scan.offset;
	return outcome;
}

size_t
scan_value_size(struct bytes data)
{
	uint64_t to_come = 1;
	size_t offset = 0;
	while (to_come > 0) {
		struct value value;
		must(offset < data.size);
		enum value_outcome outcome = read_value(
			data.data + offset, data.size - offset, &value);
		must(outcome == VALUE_READ && value.bytes <= data.size - offset);
		offset += value.bytes;
		to_come += value.children - 1;
	}
	return offset;
}
