/*
 * Writing MessagePack, on top of msgpack-c. A pack writes into a buffer; when the buffer can't grow, everything after it is
 * dropped and pack_is_whole() says so: check once at the end.
 */
#ifndef SUANPAN_PACK_H
#define SUANPAN_PACK_H

#include "base/buffer.h"
#include "base/money.h"

struct pack {
	struct buffer *buffer;
	bool full;
};

/* Appends to what the buffer holds. */
struct pack pack_into(struct buffer *buffer);
bool pack_is_whole(const struct pack *pack);

void pack_map(struct pack *pack, uint32_t pairs);
void pack_array(struct pack *pack, uint32_t items);
void pack_nil(struct pack *pack);
void pack_bool(struct pack *pack, bool value);
void pack_unsigned(struct pack *pack, uint64_t value);
void pack_integer(struct pack *pack, int64_t value);
void pack_text(struct pack *pack, struct text text);
void pack_bytes(struct pack *pack, struct bytes bytes);
void pack_money(struct pack *pack, struct money amount); /* as decimal text */
/* MessagePack that was written before. */
void pack_raw(struct pack *pack, struct bytes bytes);

/* A pair of a map: its name and what follows. */
void pack_name(struct pack *pack, const char *name);
void pack_name_text(struct pack *pack, const char *name, struct text text);
void pack_name_string(struct pack *pack, const char *name, const char *string);
void pack_name_integer(struct pack *pack, const char *name, int64_t value);
void pack_name_unsigned(struct pack *pack, const char *name, uint64_t value);
void pack_name_bool(struct pack *pack, const char *name, bool value);
void pack_name_money(struct pack *pack, const char *name, struct money amount);

#endif
