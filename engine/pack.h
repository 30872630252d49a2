/*
 * Writing MessagePack, on top of msgpack-c. A pack writes into a buffer; when the buffer can't
 * grow, everything after it is dropped and pack_is_whole() says so: check once at the end.
 *
 * Names of fields and short texts, which make up most of an answer, are written inline: with a
 * literal, the compiler knows their length and a name is one or two moves.
 */
#ifndef SUANPAN_PACK_H
#define SUANPAN_PACK_H

#include "base/buffer.h"
#include "base/money.h"
#include "base/must.h"

struct pack {
	struct buffer *buffer;
	bool full;
};

/* Appends to what the buffer holds. */
struct pack pack_into(struct buffer *buffer);
bool pack_is_whole(const struct pack *pack);
/* What the buffer holds; none if it is not whole. */
struct bytes pack_whole(const struct pack *pack);

void pack_nil(struct pack *pack);
void pack_bool(struct pack *pack, bool value);
/* What does not fit into its head, which is one byte. */
void pack_long_map(struct pack *pack, uint32_t pairs);
void pack_long_array(struct pack *pack, uint32_t items);
void pack_long_unsigned(struct pack *pack, uint64_t value);
void pack_negative(struct pack *pack, int64_t value);
void pack_long_text(struct pack *pack, struct text text);
void pack_bytes(struct pack *pack, struct bytes bytes);
void pack_money(struct pack *pack, struct money amount); /* as decimal text */
/* MessagePack that was written before. */
void pack_raw(struct pack *pack, struct bytes bytes);

/* Texts below this length have a head of one byte, 0xa0 and the length. */
#define PACK_SHORT_TEXT 32

/* Makes room; NULL (and the pack is full) if there is none. */
uint8_t *pack_grow(struct pack *pack, size_t size);

/* Where the next `size` bytes go; the caller writes them all. */
static inline __attribute__((always_inline)) uint8_t *
pack_take(struct pack *pack, size_t size)
{
	struct buffer *buffer = pack->buffer;
	if (buffer->capacity - buffer->size < size)
		return pack_grow(pack, size);
	uint8_t *at = buffer->data + buffer->size;
	buffer->size += size;
	return at;
}

static inline void
pack_head(struct pack *pack, uint32_t head)
{
	uint8_t *at = pack_take(pack, 1);
	if (at != NULL)
		*at = (uint8_t)head;
}

static inline void
pack_map(struct pack *pack, uint32_t pairs)
{
	if (pairs < 16)
		pack_head(pack, 0x80 | pairs);
	else
		pack_long_map(pack, pairs);
}

static inline void
pack_array(struct pack *pack, uint32_t items)
{
	if (items < 16)
		pack_head(pack, 0x90 | items);
	else
		pack_long_array(pack, items);
}

static inline void
pack_unsigned(struct pack *pack, uint64_t value)
{
	if (value < 128)
		pack_head(pack, (uint32_t)value);
	else
		pack_long_unsigned(pack, value);
}

static inline void
pack_integer(struct pack *pack, int64_t value)
{
	if (value >= 0)
		pack_unsigned(pack, (uint64_t)value);
	else
		pack_negative(pack, value);
}

static inline __attribute__((always_inline)) void
pack_text(struct pack *pack, struct text text)
{
	if (text.size >= PACK_SHORT_TEXT) {
		pack_long_text(pack, text);
		return;
	}
	uint8_t *at = pack_take(pack, 1 + text.size);
	if (at == NULL)
		return;
	*at = (uint8_t)(0xa0 | text.size);
	put_bytes(at + 1, text.data, text.size);
}

/* A pair of a map: its name, which is a literal below PACK_SHORT_TEXT, and what follows. */
static inline __attribute__((always_inline)) void
pack_name(struct pack *pack, const char *name)
{
	size_t size = __builtin_strlen(name);
	must(size < PACK_SHORT_TEXT);
	uint8_t *at = pack_take(pack, 1 + size);
	if (at == NULL)
		return;
	*at = (uint8_t)(0xa0 | size);
	memcpy(at + 1, name, size);
}

static inline __attribute__((always_inline)) void
pack_name_text(struct pack *pack, const char *name, struct text text)
{
	pack_name(pack, name);
	pack_text(pack, text);
}

static inline __attribute__((always_inline)) void
pack_name_string(struct pack *pack, const char *name, const char *string)
{
	pack_name(pack, name);
	pack_text(pack, text_of(string));
}

static inline __attribute__((always_inline)) void
pack_name_integer(struct pack *pack, const char *name, int64_t value)
{
	pack_name(pack, name);
	pack_integer(pack, value);
}

static inline __attribute__((always_inline)) void
pack_name_unsigned(struct pack *pack, const char *name, uint64_t value)
{
	pack_name(pack, name);
	pack_unsigned(pack, value);
}

static inline __attribute__((always_inline)) void
pack_name_bool(struct pack *pack, const char *name, bool value)
{
	pack_name(pack, name);
	pack_bool(pack, value);
}

static inline __attribute__((always_inline)) void
pack_name_money(struct pack *pack, const char *name, struct money amount)
{
	pack_name(pack, name);
	pack_money(pack, amount);
}

/* Of a balance, or what it is counted in: money as text, units as an integer. */
static inline void
pack_name_amount(struct pack *pack, const char *name, int64_t amount, bool money)
{
	pack_name(pack, name);
	if (money)
		pack_money(pack, (struct money){ amount });
	else
		pack_integer(pack, amount);
}

#endif
