/* Writing MessagePack (see pack.h). */
#include "pack.h"

#include <msgpack.h>
#include <string.h>

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

static int
pack_write(void *context, const char *data, size_t size)
{
	struct pack *pack = context;
	if (!buffer_append(pack->buffer, data, size))
		pack->full = true;
	return 0;
}

static inline msgpack_packer
packer_of(struct pack *pack)
{
	return (msgpack_packer){ .data = pack, .callback = pack_write };
}

void
pack_map(struct pack *pack, uint32_t pairs)
{
	msgpack_packer packer = packer_of(pack);
	msgpack_pack_map(&packer, pairs);
}

void
pack_array(struct pack *pack, uint32_t items)
{
	msgpack_packer packer = packer_of(pack);
	msgpack_pack_array(&packer, items);
}

void
pack_nil(struct pack *pack)
{
	msgpack_packer packer = packer_of(pack);
	msgpack_pack_nil(&packer);
}

void
pack_bool(struct pack *pack, bool value)
{
	msgpack_packer packer = packer_of(pack);
	if (value)
		msgpack_pack_true(&packer);
	else
		msgpack_pack_false(&packer);
}

void
pack_unsigned(struct pack *pack, uint64_t value)
{
	msgpack_packer packer = packer_of(pack);
	msgpack_pack_uint64(&packer, value);
}

void
pack_integer(struct pack *pack, int64_t value)
{
	msgpack_packer packer = packer_of(pack);
	msgpack_pack_int64(&packer, value);
}

void
pack_text(struct pack *pack, struct text text)
{
	msgpack_packer packer = packer_of(pack);
	msgpack_pack_str_with_body(&packer, text.data, text.size);
}

void
pack_bytes(struct pack *pack, struct bytes bytes)
{
	msgpack_packer packer = packer_of(pack);
	msgpack_pack_bin_with_body(&packer, bytes.data, bytes.size);
}

void
pack_money(struct pack *pack, struct money amount)
{
	char text[MONEY_TEXT_MAX];
	pack_text(pack, (struct text){ text, money_format(amount, text) });
}

void
pack_raw(struct pack *pack, struct bytes bytes)
{
	pack_write(pack, (const char *)bytes.data, bytes.size);
}

void
pack_name(struct pack *pack, const char *name)
{
	pack_text(pack, text_of(name));
}

void
pack_name_text(struct pack *pack, const char *name, struct text text)
{
	pack_name(pack, name);
	pack_text(pack, text);
}

void
pack_name_string(struct pack *pack, const char *name, const char *string)
{
	pack_name_text(pack, name, text_of(string));
}

void
pack_name_integer(struct pack *pack, const char *name, int64_t value)
{
	pack_name(pack, name);
	pack_integer(pack, value);
}

void
pack_name_unsigned(struct pack *pack, const char *name, uint64_t value)
{
	pack_name(pack, name);
	pack_unsigned(pack, value);
}

void
pack_name_bool(struct pack *pack, const char *name, bool value)
{
	pack_name(pack, name);
	pack_bool(pack, value);
}

void
pack_name_money(struct pack *pack, const char *name, struct money amount)
{
	pack_name(pack, name);
	pack_money(pack, amount);
}
