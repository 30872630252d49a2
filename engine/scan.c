/* Where does a MessagePack message end? (see scan.h) */
#include "scan.h"

#include "base/must.h"

/* What the first byte of a value says of it. */
struct head {
	uint8_t head_size; /* first byte and the length that follows it */
	uint8_t length_size; /* of that length: 0, 1, 2 or 4 */
	uint8_t extra;     /* bytes behind the head whatever the length: numbers, the type of an extension */
	uint8_t children;  /* values for each unit of length: 1 array, 2 map, 0: the length counts bytes */
};

#define NUMBER(bytes) { 1, 0, bytes, 0 }
#define BLOB(length) { 1 + (length), length, 0, 0 }
#define EXTENSION(length) { 1 + (length), length, 1, 0 }

/* First bytes 0xc0 … 0xdf; the others hold their length in themselves. */
static const struct head HEADS[32] = {
	NUMBER(0), { 0, 0, 0, 0 }, NUMBER(0), NUMBER(0), /* nil, never used, false, true */
	BLOB(1), BLOB(2), BLOB(4),                       /* bin */
	EXTENSION(1), EXTENSION(2), EXTENSION(4),
	NUMBER(4), NUMBER(8),                       /* float */
	NUMBER(1), NUMBER(2), NUMBER(4), NUMBER(8), /* unsigned */
	NUMBER(1), NUMBER(2), NUMBER(4), NUMBER(8), /* signed */
	NUMBER(2), NUMBER(3), NUMBER(5), NUMBER(9), NUMBER(17), /* extensions of 1 to 16 bytes */
	BLOB(1), BLOB(2), BLOB(4),                              /* str */
	{ 3, 2, 0, 1 }, { 5, 4, 0, 1 },                         /* array */
	{ 3, 2, 0, 2 }, { 5, 4, 0, 2 },                         /* map */
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

static enum value_outcome
read_value(const uint8_t *at, size_t size, struct value *value)
{
	uint8_t first = at[0];
	*value = (struct value){ 1, 0 };
	if (first <= 0x7f || first >= 0xe0)
		return VALUE_READ; /* small integers */
	if (first <= 0x8f) {
		value->children = 2u * (first & 0x0fu);
		return VALUE_READ;
	}
	if (first <= 0x9f) {
		value->children = first & 0x0fu;
		return VALUE_READ;
	}
	if (first <= 0xbf) {
		value->bytes = 1u + (first & 0x1fu);
		return VALUE_READ;
	}
	const struct head *head = &HEADS[first - 0xc0];
	if (head->head_size == 0)
		return VALUE_INVALID;
	if (size < head->head_size)
		return VALUE_MORE;
	uint64_t length = read_length(at + 1, head->length_size);
	value->bytes = (uint64_t)head->head_size + head->extra + (head->children == 0 ? length : 0);
	value->children = head->children * length;
	return VALUE_READ;
}

void
scan_init(struct scan *scan)
{
	scan->offset = 0;
	scan->to_come = 1;
	scan->values = 0;
	scan->depth = 0;
	scan->level[0] = 1;
	scan->problem = SCAN_FINE;
}

/* One value less in the innermost container; containers that are complete close. */
static void
close_levels(struct scan *scan)
{
	must(scan->level[scan->depth] > 0);
	scan->level[scan->depth]--;
	while (scan->depth > 0 && scan->level[scan->depth] == 0)
		scan->depth--;
}

static void
count_value(struct scan *scan, const struct value *value, const struct scan_limits *limits)
{
	scan->to_come += value->children - 1;
	scan->values++;
	if (scan->problem != SCAN_FINE)
		return; /* only the end matters now */
	if (scan->values + scan->to_come > limits->values_max) {
		scan->problem = SCAN_TOO_MANY;
		return;
	}
	close_levels(scan);
	if (value->children == 0)
		return;
	if (scan->depth == SCAN_DEPTH_MAX) {
		scan->problem = SCAN_TOO_DEEP;
		return;
	}
	scan->level[++scan->depth] = value->children;
}

static enum scan_outcome
lost(struct scan *scan, enum scan_problem problem)
{
	scan->problem = problem;
	return SCAN_LOST;
}

enum scan_outcome
scan_message(struct scan *scan, struct bytes data, const struct scan_limits *limits, size_t *size)
{
	while (scan->to_come > 0) {
		struct value value;
		/* Every value to come takes a byte at least. */
		if (scan->offset + scan->to_come > limits->bytes_max)
			return lost(scan, SCAN_TOO_LARGE);
		if (scan->offset >= data.size)
			return SCAN_MORE;
		switch (read_value(data.data + scan->offset, data.size - scan->offset, &value)) {
		case VALUE_MORE:
			return SCAN_MORE;
		case VALUE_INVALID:
			return lost(scan, SCAN_INVALID);
		case VALUE_READ:
			break;
		}
		if (value.bytes > limits->bytes_max - scan->offset)
			return lost(scan, SCAN_TOO_LARGE);
		if (value.bytes > data.size - scan->offset)
			return SCAN_MORE;
		scan->offset += value.bytes;
		count_value(scan, &value, limits);
	}
	*size = scan->offset;
	return SCAN_MESSAGE;
}

size_t
scan_value_size(struct bytes data)
{
	uint64_t to_come = 1;
	size_t offset = 0;
	while (to_come > 0) {
		struct value value;
		must(offset < data.size);
		enum value_outcome outcome = read_value(data.data + offset, data.size - offset, &value);
		must(outcome == VALUE_READ && value.bytes <= data.size - offset);
		offset += value.bytes;
		to_come += value.children - 1;
	}
	return offset;
}
