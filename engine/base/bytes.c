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

/*
 * One that ends within a word: its bytes are cut out, and their seven bits moved together, by two,
 * by four and by eight.
 */
static size_t
varint_get_of_word(const uint8_t *at, uint64_t word, uint64_t ends, uint64_t *value)
{
	unsigned last = (unsigned)__builtin_ctzll(ends); /* the highest bit of the last byte */
	size_t size = (last + 1) / 8;
	word &= UINT64_MAX >> (63 - last);
	word = (word & UINT64_C(0x007f007f007f007f)) | (word & UINT64_C(0x7f007f007f007f00)) >> 1;
	word = (word & UINT64_C(0x00003fff00003fff)) | (word & UINT64_C(0x3fff00003fff0000)) >> 2;
	word = (word & UINT64_C(0x000000000fffffff)) | (word & UINT64_C(0x0fffffff00000000)) >> 4;
	if (at[size - 1] == 0 && size > 1)
		return 0; /* a shorter form exists */
	*value = word;
	return size;
}

size_t
varint_get_long(const uint8_t *at, size_t size, uint64_t *value)
{
	uint64_t sum = 0;
	if (size >= sizeof sum) {
		uint64_t word = load_u64(at), ends = ~word & UINT64_C(0x8080808080808080);
		if (ends != 0)
			return varint_get_of_word(at, word, ends, value);
	}
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

/* How many digits a number has: as many as its bits say, or one more. */
static size_t
digit_count(uint64_t number)
{
	static const uint64_t POWERS[DECIMAL_DIGITS_MAX] = { 0, 10, 100, 1000, 10000, 100000,
		1000000, 10000000, 100000000, 1000000000, UINT64_C(10000000000),
		UINT64_C(100000000000), UINT64_C(1000000000000), UINT64_C(10000000000000),
		UINT64_C(100000000000000), UINT64_C(1000000000000000), UINT64_C(10000000000000000),
		UINT64_C(100000000000000000), UINT64_C(1000000000000000000),
		UINT64_C(10000000000000000000) };
	size_t bits = 64 - (size_t)__builtin_clzll(number | 1);
	size_t count = bits * 1233 >> 12; /* the logarithm of 2 is 1233 / 4096 */
	return count + (number >= POWERS[count]);
}

size_t
decimal_put(char *at, uint64_t number)
{
	static const char PAIRS[] = "00010203040506070809"
				    "10111213141516171819"
				    "20212223242526272829"
				    "30313233343536373839"
				    "40414243444546474849"
				    "50515253545556575859"
				    "60616263646566676869"
				    "70717273747576777879"
				    "80818283848586878889"
				    "90919293949596979899";
	size_t count = digit_count(number);
	char *end = at + count;
	for (; number >= 100; number /= 100) {
		end -= 2;
		memcpy(end, PAIRS + number % 100 * 2, 2);
	}
	if (number >= 10)
		memcpy(at, PAIRS + number * 2, 2);
	else
		*at = (char)('0' + number);
	return count;
}
