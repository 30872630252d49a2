/* Writing MessagePack (see pack.h). */
#include "pack.h"

#include <msgpack/pack_define.h>
#include <msgpack/timestamp.h>
#include <string.h>

/*
 * msgpack-c's packing templates, bound to our buffer: their way for a writer of one's own. A few
 * bytes are appended without a call.
 */
static inline __attribute__((always_inline)) void
append(struct pack *pack, const void *data, size_t size)
{
	uint8_t *at = pack_take(pack, size);
	if (at != NULL)
		put_bytes(at, data, size);
}

#define msgpack_pack_inline_func(name) static inline int template_pack##name
#define msgpack_pack_inline_func_cint(name) static inline int template_pack##name
#define msgpack_pack_inline_func_fixint(name) static inline int template_pack_fix##name
#define msgpack_pack_user struct pack *
#define msgpack_pack_append_buffer(pack, bytes, size) \
	do { \
		append(pack, bytes, size); \
		return 0; \
	} while (0)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <msgpack/pack_template.h>
#pragma GCC diagnostic pop

struct pack
pack_into(struct buffer *buffer)
{
	return (struct pack){ buffer, false };
}

bool
pack_is_whole(const struct pack *pack)
{
	return !pack->full;
}

struct bytes
pack_whole(const struct pack *pack)
{
	struct bytes none = { NULL, 0 };
	return pack->full ? none : (struct bytes){ pack->buffer->data, pack->buffer->size };
}

void
pack_long_map(struct pack *pack, uint32_t pairs)
{
	template_pack_map(pack, pairs);
}

void
pack_long_array(struct pack *pack, uint32_t items)
{
	template_pack_array(pack, items);
}

void
pack_nil(struct pack *pack)
{
	template_pack_nil(pack);
}

void
pack_bool(struct pack *pack, bool value)
{
	if (value)
		template_pack_true(pack);
	else
		template_pack_false(pack);
}

void
pack_long_unsigned(struct pack *pack, uint64_t value)
{
	template_pack_uint64(pack, value);
}

void
pack_negative(struct pack *pack, int64_t value)
{
	template_pack_int64(pack, value);
}

void
pack_long_text(struct pack *pack, struct text text)
{
	template_pack_str(pack, text.size);
	append(pack, text.data, text.size);
}

uint8_t *
pack_grow(struct pack *pack, size_t size)
{
	uint8_t *at = buffer_reserve(pack->buffer, size);
	if (at == NULL)
		pack->full = true;
	else
		buffer_grew(pack->buffer, size);
	return at;
}

void
pack_bytes(struct pack *pack, struct bytes bytes)
{
	template_pack_bin(pack, bytes.size);
	append(pack, bytes.data, bytes.size);
}

void
pack_money(struct pack *pack, struct money amount)
{
	_Static_assert(MONEY_TEXT_MAX < PACK_SHORT_TEXT, "an amount is a short text");
	uint8_t *at = pack_take(pack, 1 + MONEY_TEXT_MAX);
	if (at == NULL)
		return;
	size_t size = money_format(amount, (char *)at + 1);
	*at = (uint8_t)(0xa0 | size);
	pack->buffer->size -= MONEY_TEXT_MAX - size;
}

void
pack_raw(struct pack *pack, struct bytes bytes)
{
	append(pack, bytes.data, bytes.size);
}
