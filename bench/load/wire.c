#include "wire.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

/* The bytes that `count` more need are there, or the cursor is dead. */
static bool
pack_has(struct pack *pack, size_t count)
{
	if (pack->at != NULL && (size_t)(pack->end - pack->at) >= count)
		return true;
	pack->at = NULL;
	return false;
}

/* An unsigned big-endian number of 1, 2, 4 or 8 bytes. */
static uint64_t
pack_number(struct pack *pack, size_t size)
{
	if (!pack_has(pack, size))
		return 0;
	uint64_t number = 0;
	for (size_t i = 0; i < size; i++)
		number = number << 8 | pack->at[i];
	pack->at += size;
	return number;
}

static struct pack_value
pack_integer(struct pack *pack, size_t size, bool is_signed)
{
	uint64_t bits = pack_number(pack, size);
	unsigned unused = 64 - 8 * (unsigned)size;
	int64_t value = is_signed ? (int64_t)(bits << unused) >> unused : (int64_t)bits;
	return (struct pack_value){ .kind = PACK_INTEGER, .integer = value };
}

static struct pack_value
pack_blob(struct pack *pack, size_t size, enum pack_kind kind)
{
	if (!pack_has(pack, size))
		return (struct pack_value){ .kind = PACK_OTHER };
	const char *text = (const char *)pack->at;
	pack->at += size;
	return (struct pack_value){ .kind = kind, .text = text, .size = size };
}

static struct pack_value
pack_group(uint64_t count, enum pack_kind kind)
{
	return (struct pack_value){ .kind = kind, .integer = (int64_t)count };
}

struct pack_value
pack_next(struct pack *pack)
{
	if (!pack_has(pack, 1))
		return (struct pack_value){ .kind = PACK_OTHER };
	unsigned tag = *pack->at++;
	if (tag <= 0x7f || tag >= 0xe0)
		return (struct pack_value){ .kind = PACK_INTEGER, .integer = (int8_t)tag };
	if (tag <= 0x8f)
		return pack_group(tag & 0x0f, PACK_MAP);
	if (tag <= 0x9f)
		return pack_group(tag & 0x0f, PACK_ARRAY);
	if (tag <= 0xbf)
		return pack_blob(pack, tag & 0x1f, PACK_TEXT);
	switch (tag) {
	case 0xc0:
		return (struct pack_value){ .kind = PACK_NIL };
	case 0xc2:
	case 0xc3:
		return (struct pack_value){ .kind = PACK_BOOLEAN, .integer = tag & 1 };
	case 0xc4:
	case 0xc5:
	case 0xc6:
		return pack_blob(pack, pack_number(pack, (size_t)1 << (tag - 0xc4)), PACK_TEXT);
	case 0xca:
		return pack_blob(pack, 4, PACK_OTHER);
	case 0xcb:
		return pack_blob(pack, 8, PACK_OTHER);
	case 0xcc:
	case 0xcd:
	case 0xce:
	case 0xcf:
		return pack_integer(pack, (size_t)1 << (tag - 0xcc), false);
	case 0xd0:
	case 0xd1:
	case 0xd2:
	case 0xd3:
		return pack_integer(pack, (size_t)1 << (tag - 0xd0), true);
	case 0xd9:
	case 0xda:
	case 0xdb:
		return pack_blob(pack, pack_number(pack, (size_t)1 << (tag - 0xd9)), PACK_TEXT);
	case 0xdc:
	case 0xdd:
		return pack_group(pack_number(pack, (size_t)2 << (tag - 0xdc)), PACK_ARRAY);
	case 0xde:
	case 0xdf:
		return pack_group(pack_number(pack, (size_t)2 << (tag - 0xde)), PACK_MAP);
	default: /* extensions: nobody sends us any */
		pack->at = NULL;
		return (struct pack_value){ .kind = PACK_OTHER };
	}
}

void
pack_skip(struct pack *pack)
{
	for (int64_t left = 1; left > 0 && pack->at != NULL; left--) {
		struct pack_value value = pack_next(pack);
		if (value.kind == PACK_ARRAY)
			left += value.integer;
		else if (value.kind == PACK_MAP)
			left += 2 * value.integer;
	}
}

bool
read_amount(const char *text, size_t size, int64_t *micros)
{
	bool negative = size > 0 && text[0] == '-';
	int64_t value = 0;
	size_t decimals = 0;
	bool point = false;
	for (size_t i = negative ? 1 : 0; i < size; i++) {
		if (text[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (text[i] < '0' || text[i] > '9' || decimals == 6)
			return false;
		value = value * 10 + (text[i] - '0');
		decimals += point ? 1 : 0;
	}
	for (; decimals < 6; decimals++)
		value *= 10;
	*micros = negative ? -value : value;
	return size > (negative ? 1 : 0);
}

/* Whole fen behind a word of `skip` bytes. */
static bool
read_fen(const char *text, size_t size, size_t skip, int64_t *micros)
{
	int64_t fen = 0;
	if (size <= skip)
		return false;
	for (size_t i = skip; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		fen = fen * 10 + (text[i] - '0');
	}
	*micros = fen * 10000;
	return true;
}

void
read_result(const char *text, size_t size, struct answer *answer)
{
	answer->outcome = OUTCOME_REFUSED;
	answer->text = text;
	answer->text_size = size;
	if (size > 8 && memcmp(text, "charged ", 8) == 0 &&
		read_fen(text, size, 8, &answer->amount_micros))
		answer->outcome = OUTCOME_CHARGED;
	else if (size > 7 && memcmp(text, "repeat ", 7) == 0 &&
		read_fen(text, size, 7, &answer->amount_micros))
		answer->outcome = OUTCOME_REPEAT;
}

bool
send_all(int fd, const void *data, size_t size)
{
	const char *at = data;
	while (size > 0) {
		ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
		if (sent <= 0) {
			fprintf(stderr, "load: sending the greeting: %s\n", strerror(errno));
			return false;
		}
		at += sent;
		size -= (size_t)sent;
	}
	return true;
}

bool
receive_all(int fd, void *data, size_t size)
{
	char *at = data;
	while (size > 0) {
		ssize_t got = recv(fd, at, size, 0);
		if (got <= 0) {
			fprintf(stderr, "load: waiting for the greeting: %s\n",
				got == 0 ? "the target closed the connection" : strerror(errno));
			return false;
		}
		at += got;
		size -= (size_t)got;
	}
	return true;
}
