#include "bytes.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	"files hold little-endian numbers, and load_u32 and its like copy them as they are");

size_t
varint_put(uint8_t *at, uint64_t value)
{
	size_t size = 0;
	while (value >= 0x80) {
		at[size++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	at[size++] = (uint8_t)value;
	return size;
}

size_t
varint_get(const uint8_t *at, size_t size, uint64_t *value)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < size && i < VARINT_BYTES_MAX; i++) {
		uint8_t byte = at[i];
		sum |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte >= 0x80)
			continue;
		/* A last byte of 0 adds nothing, so a shorter form exists; the tenth has one bit.
		 */
		if ((byte == 0 && i > 0) || (i == VARINT_BYTES_MAX - 1 && byte > 1))
			return 0;
		*value = sum;
		return i + 1;
	}
	return 0;
}
