/*
 * Views of bytes and of text, and the little-endian numbers of our file formats.
 *
 * A view points into memory that somebody else owns; it is valid as long as the owner says. Text is
 * a view too: never terminated by a zero, UTF-8 where it came from outside.
 */
#ifndef SUANPAN_BYTES_H
#define SUANPAN_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *data;
	size_t size;
};

struct text {
	const char *data;
	size_t size;
};

/* A text from a string literal, for constants and tests. */
#define TEXT(literal) ((struct text){ "" literal, sizeof(literal) - 1 })
/* The two arguments of a "%.*s" conversion. */
#define TEXT_ARGS(t) ((int)(t).size), ((t).data)

static inline struct text
text_of(const char *string)
{
	return (struct text){ string, string == NULL ? 0 : strlen(string) };
}

static inline struct bytes
bytes_of_text(struct text t)
{
	return (struct bytes){ (const uint8_t *)t.data, t.size };
}

static inline struct text
text_of_bytes(struct bytes b)
{
	return (struct text){ (const char *)b.data, b.size };
}

/*
 * Numbers in files are little-endian and may be unaligned. The build refuses a big-endian machine
 * (a static assert in bytes.c), so a copy is a conversion.
 */
static inline uint16_t
load_u16(const void *at)
{
	uint16_t value;
	memcpy(&value, at, sizeof value);
	return value;
}

static inline uint32_t
load_u32(const void *at)
{
	uint32_t value;
	memcpy(&value, at, sizeof value);
	return value;
}

static inline uint64_t
load_u64(const void *at)
{
	uint64_t value;
	memcpy(&value, at, sizeof value);
	return value;
}

static inline int64_t
load_i64(const void *at)
{
	int64_t value;
	memcpy(&value, at, sizeof value);
	return value;
}

static inline void
store_u16(void *at, uint16_t value)
{
	memcpy(at, &value, sizeof value);
}

static inline void
store_u32(void *at, uint32_t value)
{
	memcpy(at, &value, sizeof value);
}

static inline void
store_u64(void *at, uint64_t value)
{
	memcpy(at, &value, sizeof value);
}

static inline void
store_i64(void *at, int64_t value)
{
	memcpy(at, &value, sizeof value);
}

/*
 * Copies `size` bytes, which may be none from nowhere, and returns what is behind them. Most parts
 * of our formats are a few bytes long, for which two moves that may overlap are cheaper than a
 * call.
 */
static inline uint8_t *
put_bytes(uint8_t *at, const void *data, size_t size)
{
	const uint8_t *from = (const uint8_t *)data;
	if (size > 32) {
		memcpy(at, from, size);
	} else if (size > 16) {
		memcpy(at, from, 16);
		memcpy(at + size - 16, from + size - 16, 16);
	} else if (size >= 8) {
		uint64_t last = load_u64(from + size - 8);
		store_u64(at, load_u64(from));
		store_u64(at + size - 8, last);
	} else if (size >= 4) {
		uint32_t last = load_u32(from + size - 4);
		store_u32(at, load_u32(from));
		store_u32(at + size - 4, last);
	} else if (size > 0) {
		at[0] = from[0];
		at[size / 2] = from[size / 2];
		at[size - 1] = from[size - 1];
	}
	return at + size;
}

/* Are `size` bytes the same? Most keys and names are short, and a call takes longer than they. */
static inline bool
same_bytes(const void *a, const void *b, size_t size)
{
	const uint8_t *one = (const uint8_t *)a, *other = (const uint8_t *)b;
	if (size > 32)
		return memcmp(one, other, size) == 0;
	if (size > 16)
		return ((load_u64(one) ^ load_u64(other)) |
			       (load_u64(one + 8) ^ load_u64(other + 8)) |
			       (load_u64(one + size - 16) ^ load_u64(other + size - 16)) |
			       (load_u64(one + size - 8) ^ load_u64(other + size - 8))) == 0;
	if (size >= 8)
		return ((load_u64(one) ^ load_u64(other)) |
			       (load_u64(one + size - 8) ^ load_u64(other + size - 8))) == 0;
	if (size >= 4)
		return ((load_u32(one) ^ load_u32(other)) |
			       (load_u32(one + size - 4) ^ load_u32(other + size - 4))) == 0;
	return size == 0 ||
		(one[0] == other[0] && one[size / 2] == other[size / 2] &&
			one[size - 1] == other[size - 1]);
}

static inline bool
text_equal(struct text a, struct text b)
{
	return a.size == b.size && same_bytes(a.data, b.data, a.size);
}

static inline bool
text_ends_with(struct text text, struct text end)
{
	return text.size >= end.size &&
		memcmp(text.data + text.size - end.size, end.data, end.size) == 0;
}

/* Byte order, a beginning before what it begins: below 0, 0, or above 0. */
static inline int
text_compare(struct text a, struct text b)
{
	size_t size = a.size < b.size ? a.size : b.size;
	int order = size == 0 ? 0 : memcmp(a.data, b.data, size);
	return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* As text_compare. */
static inline int
bytes_compare(struct bytes a, struct bytes b)
{
	return text_compare(text_of_bytes(a), text_of_bytes(b));
}

static inline bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.size == b.size && same_bytes(a.data, b.data, a.size);
}

/* Rounds a size up to a multiple of `to`, a power of two. */
static inline size_t
size_round_up(size_t size, size_t to)
{
	return (size + to - 1) & ~(to - 1);
}

/*
 * Variable-length unsigned number, seven bits a byte, lowest first (LEB128): 1 to 10 bytes.
 * varint_put writes at `at` (room for 10 bytes) and returns the bytes written. varint_get returns
 * the bytes read, or 0 if the number does not end within `size` bytes, is over 64 bits, or is not
 * in its shortest form.
 */
#define VARINT_BYTES_MAX 10
size_t varint_put(uint8_t *at, uint64_t value);
size_t varint_get_long(const uint8_t *at, size_t size, uint64_t *value);

static inline size_t
varint_get(const uint8_t *at, size_t size, uint64_t *value)
{
	if (size == 0)
		return 0;
	if (at[0] >= 0x80)
		return varint_get_long(at, size, value);
	*value = at[0];
	return 1;
}

/* The number in decimal digits, without zeros in front; returns how many. */
#define DECIMAL_DIGITS_MAX 20
size_t decimal_put(char *at, uint64_t number);

/* Signed numbers as unsigned ones with small magnitudes first (zig-zag). */
static inline uint64_t
zigzag_encode(int64_t value)
{
	return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}

static inline int64_t
zigzag_decode(uint64_t value)
{
	return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

#endif
