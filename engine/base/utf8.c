#include "utf8.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)

static bool
is_continuation(char byte)
{
	return ((uint8_t)byte & 0xc0) == 0x80;
}

/*
 * The length of the character of more than one byte that begins the text, or 0 if it is not one.
 * The table of RFC 3629, section 4: only the second byte has bounds that depend on the first.
 */
static size_t
character_size(const char *at, size_t size)
{
	uint8_t first = (uint8_t)at[0];
	uint8_t second_min = 0x80;
	uint8_t second_max = 0xbf;
	size_t wanted;
	if (first >= 0xc2 && first <= 0xdf) {
		wanted = 2;
	} else if (first >= 0xe0 && first <= 0xef) {
		wanted = 3;
		if (first == 0xe0)
			second_min = 0xa0; /* below is a longer form than needed */
		if (first == 0xed)
			second_max = 0x9f; /* above are surrogates */
	} else if (first >= 0xf0 && first <= 0xf4) {
		wanted = 4;
		if (first == 0xf0)
			second_min = 0x90;
		if (first == 0xf4)
			second_max = 0x8f; /* above is beyond U+10FFFF */
	} else {
		return 0;
	}
	if (size < wanted)
		return 0;
	uint8_t second = (uint8_t)at[1];
	if (second < second_min || second > second_max)
		return 0;
	for (size_t i = 2; i < wanted; i++) {
		if (!is_continuation(at[i]))
			return 0;
	}
	return wanted;
}

bool
utf8_is_valid(struct text text)
{
	size_t at = 0;
	while (at < text.size) {
		if (text.size - at >= 8 && (load_u64(text.data + at) & HIGH_BITS) == 0) {
			at += 8;
			continue;
		}
		if ((uint8_t)text.data[at] < 0x80) {
			at++;
			continue;
		}
		size_t size = character_size(text.data + at, text.size - at);
		if (size == 0)
			return false;
		at += size;
	}
	return true;
}

/* No byte of a longer character is a line feed, so each line is right or wrong for itself. */
uint64_t
utf8_wrong_line(struct text text)
{
	for (uint64_t line = 1; text.size > 0; line++) {
		const char *end = memchr(text.data, '\n', text.size);
		size_t size = end == NULL ? text.size : (size_t)(end - text.data) + 1;
		if (!utf8_is_valid((struct text){ text.data, size }))
			return line;
		text = (struct text){ text.data + size, text.size - size };
	}
	return 0;
}

static bool
has_control_character(struct text text)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = (uint8_t)text.data[i];
		if (byte < 0x20 || byte == 0x7f)
			return true;
		/* C1 is U+0080 to U+009F, which is C2 80 to C2 9F. */
		if (byte == 0xc2 && i + 1 < text.size && (uint8_t)text.data[i + 1] < 0xa0)
			return true;
	}
	return false;
}

/*
 * Are all eight bytes printable ASCII, 0x20 to 0x7e? With the high bits clear, adding 0x60 sets the
 * high bit of what is 0x20 or more, and adding 1 that of 0x7f; no addition carries into the next
 * byte.
 */
static bool
are_printable(uint64_t eight)
{
	return (eight & HIGH_BITS) == 0 &&
		((eight + UINT64_C(0x6060606060606060)) & HIGH_BITS) == HIGH_BITS &&
		((eight + UINT64_C(0x0101010101010101)) & HIGH_BITS) == 0;
}

/* Most identifiers are printable ASCII; this finds out without looking at each byte. */
static bool
is_printable(struct text text)
{
	if (text.size >= 8) {
		for (size_t at = 0; text.size - at > 8; at += 8) {
			if (!are_printable(load_u64(text.data + at)))
				return false;
		}
		return are_printable(load_u64(text.data + text.size - 8));
	}
	uint64_t eight = UINT64_C(0x2020202020202020);
	for (size_t at = 0; at < text.size; at++)
		eight = eight << 8 | (uint8_t)text.data[at];
	return are_printable(eight);
}

bool
identifier_is_valid(struct text text)
{
	if (text.size < 1 || text.size > IDENTIFIER_BYTES_MAX)
		return false;
	return is_printable(text) || (utf8_is_valid(text) && !has_control_character(text));
}

bool
digits_are_valid(struct text text)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	}
	return text.size > 0;
}
