/*
 * Small things that several drivers need: writing bytes, decimal digits and MessagePack; reading
 * MessagePack and the "charged 45" that the peers' functions return.
 */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include "driver.h"

#include <string.h>

static inline uint8_t *
put_bytes(uint8_t *at, const void *bytes, size_t size)
{
	memcpy(at, bytes, size);
	return at + size;
}

#define put_literal(at, literal) put_bytes((at), "" literal, sizeof(literal) - 1)

static inline uint8_t *
put_u8(uint8_t *at, unsigned value)
{
	*at = (uint8_t)value;
	return at + 1;
}

/* Big-endian, as MessagePack, IPROTO and PostgreSQL have it. */
static inline uint8_t *
put_u16(uint8_t *at, uint16_t value)
{
	value = __builtin_bswap16(value);
	return put_bytes(at, &value, sizeof value);
}

static inline uint8_t *
put_u32(uint8_t *at, uint32_t value)
{
	value = __builtin_bswap32(value);
	return put_bytes(at, &value, sizeof value);
}

static inline uint8_t *
put_u64(uint8_t *at, uint64_t value)
{
	value = __builtin_bswap64(value);
	return put_bytes(at, &value, sizeof value);
}

static inline uint16_t
get_u16(const uint8_t *at)
{
	uint16_t value;
	memcpy(&value, at, sizeof value);
	return __builtin_bswap16(value);
}

static inline uint32_t
get_u32(const uint8_t *at)
{
	uint32_t value;
	memcpy(&value, at, sizeof value);
	return __builtin_bswap32(value);
}

static inline uint64_t
get_u64(const uint8_t *at)
{
	uint64_t value;
	memcpy(&value, at, sizeof value);
	return __builtin_bswap64(value);
}

/* Exactly `count` digits, zeros in front. */
static inline uint8_t *
put_digits(uint8_t *at, uint64_t value, size_t count)
{
	for (size_t i = count; i > 0; i--) {
		at[i - 1] = (uint8_t)('0' + value % 10);
		value /= 10;
	}
	return at + count;
}

/* The fields that are the same text for every target. */
#define ID_BYTES 14     /* r001-000000001 */
#define SERVICE_BYTES 8 /* s0000001 */
#define TO_BYTES 11     /* 02012345678 */

static inline uint8_t *
put_id(uint8_t *at, const struct question *question)
{
	at = put_digits(put_u8(at, 'r'), question->run, 3);
	return put_digits(put_u8(at, '-'), question->number, 9);
}

static inline uint8_t *
put_service(uint8_t *at, uint32_t subscription)
{
	return put_digits(put_u8(at, 's'), subscription, SERVICE_BYTES - 1);
}

static inline uint8_t *
put_to(uint8_t *at, uint32_t to)
{
	return put_digits(put_literal(at, "020"), to, TO_BYTES - 3);
}

/* A MessagePack text of at most 31 bytes, from a literal. */
#define put_word(at, literal) put_literal(put_u8((at), 0xa0 | (sizeof(literal) - 1)), literal)

/* A cursor over MessagePack. Where the bytes end too early, `at` becomes NULL, and all that follows
 * is harmless. */
struct pack {
	const uint8_t *at;
	const uint8_t *end;
};

enum pack_kind {
	PACK_NIL,
	PACK_BOOLEAN,
	PACK_INTEGER,
	PACK_TEXT,
	PACK_ARRAY,
	PACK_MAP,
	PACK_OTHER
};

struct pack_value {
	enum pack_kind kind;
	int64_t integer; /* also the boolean, and the count of an array's elements or a map's pairs
			  */
	const char *text;
	size_t size;
};

/* One value; of an array or a map only its head. PACK_OTHER with `at` NULL if the bytes end too
 * early. */
struct pack_value pack_next(struct pack *pack);
/* Steps over one value with all that is in it. */
void pack_skip(struct pack *pack);

static inline bool
pack_is(const struct pack_value *value, const char *text)
{
	return value->kind == PACK_TEXT && value->size == strlen(text) &&
		memcmp(value->text, text, value->size) == 0;
}

/* "12.50" to 12,500,000; false if it is anything else. */
bool read_amount(const char *text, size_t size, int64_t *micros);

/* "charged 45", "repeat 45" (both in fen), or else a refusal. */
void read_result(const char *text, size_t size, struct answer *answer);

/* Blocking, for greetings: false after a message on standard error. */
bool send_all(int fd, const void *data, size_t size);
bool receive_all(int fd, void *data, size_t size);

#endif
