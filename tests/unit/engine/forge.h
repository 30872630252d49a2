/*
 * MessagePack by hand, for tests: every format byte can be asked for, also those that a good writer
 * would not choose, and values of any shape come from a seeded generator. Nothing here uses the
 * code under test.
 */
#ifndef SUANPAN_TEST_FORGE_H
#define SUANPAN_TEST_FORGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../../engine/base/buffer.h"
#include "../store/scratch.h"

#define UNUSED __attribute__((unused))

static inline void
forge_byte(struct buffer *into, unsigned byte)
{
	uint8_t one = (uint8_t)byte;
	assert_true(buffer_append(into, &one, 1));
}

/* `size` bytes of a number, highest first. */
static inline void
forge_number(struct buffer *into, uint64_t number, size_t size)
{
	for (size_t i = size; i > 0; i--)
		forge_byte(into, (unsigned)(number >> (8 * (i - 1))) & 0xff);
}

/* A format byte and the number behind it. */
static inline void
forge_head(struct buffer *into, unsigned format, uint64_t number, size_t size)
{
	forge_byte(into, format);
	forge_number(into, number, size);
}

static inline void
forge_fill(struct buffer *into, size_t size, unsigned byte)
{
	uint8_t *at = buffer_reserve(into, size);
	assert_non_null(at);
	memset(at, (int)byte, size);
	buffer_grew(into, size);
}

static inline void
forge_array(struct buffer *into, size_t count)
{
	if (count < 16)
		forge_byte(into, 0x90u | (unsigned)count);
	else if (count < 65536)
		forge_head(into, 0xdc, count, 2);
	else
		forge_head(into, 0xdd, count, 4);
}

static inline void
forge_map(struct buffer *into, size_t pairs)
{
	if (pairs < 16)
		forge_byte(into, 0x80u | (unsigned)pairs);
	else if (pairs < 65536)
		forge_head(into, 0xde, pairs, 2);
	else
		forge_head(into, 0xdf, pairs, 4);
}

static inline void
forge_text(struct buffer *into, struct text text)
{
	if (text.size < 32)
		forge_byte(into, 0xa0u | (unsigned)text.size);
	else if (text.size < 256)
		forge_head(into, 0xd9, text.size, 1);
	else if (text.size < 65536)
		forge_head(into, 0xda, text.size, 2);
	else
		forge_head(into, 0xdb, text.size, 4);
	assert_true(buffer_append(into, text.data, text.size));
}

static inline void
forge_string(struct buffer *into, const char *string)
{
	forge_text(into, text_of(string));
}

static inline void
forge_bin(struct buffer *into, struct bytes bytes)
{
	forge_head(into, 0xc6, bytes.size, 4);
	assert_true(buffer_append(into, bytes.data, bytes.size));
}

static inline void
forge_unsigned(struct buffer *into, uint64_t number)
{
	if (number < 128)
		forge_byte(into, (unsigned)number);
	else
		forge_head(into, 0xcf, number, 8);
}

static inline void
forge_integer(struct buffer *into, int64_t number)
{
	forge_head(into, 0xd3, (uint64_t)number, 8);
}

static inline void
forge_nil(struct buffer *into)
{
	forge_byte(into, 0xc0);
}

static inline void
forge_bool(struct buffer *into, bool value)
{
	forge_byte(into, value ? 0xc3 : 0xc2);
}

/*
 * MessagePack from a short notation, which makes tests readable:
 *
 *   {k: v, …}  map        [a, b]  array       "text"     12  -3  integers
 *   nil true false        1.5 float           'x*100'    a text of 100 x
 *   <hex>      these bytes as they are        b"text"    bin
 *
 * Blanks and commas separate; a name before a colon needs no quotes.
 */
struct notation {
	const char *at;
	struct buffer *into;
};

static inline void forge_value(struct notation *notation);

static inline void
notation_skip(struct notation *notation)
{
	while (*notation->at == ' ' || *notation->at == ',' || *notation->at == '\n' ||
		*notation->at == ':')
		notation->at++;
}

/* The items up to the closing character, whose head is written when their count is known. */
static inline void
forge_items(struct notation *notation, char end, bool map)
{
	struct buffer items;
	struct buffer *into = notation->into;
	size_t count = 0;
	buffer_init(&items, 1 << 26);
	notation->into = &items;
	notation->at++;
	for (notation_skip(notation); *notation->at != end; notation_skip(notation)) {
		assert_true(*notation->at != '\0');
		forge_value(notation);
		count++;
	}
	notation->at++;
	notation->into = into;
	if (map) {
		assert_int_equal(count % 2, 0);
		forge_map(into, count / 2);
	} else {
		forge_array(into, count);
	}
	assert_true(buffer_append(into, items.data, items.size));
	buffer_release(&items);
}

static inline struct text
notation_quoted(struct notation *notation)
{
	const char *start = ++notation->at;
	while (*notation->at != '"') {
		assert_true(*notation->at != '\0');
		notation->at++;
	}
	return (struct text){ start, (size_t)(notation->at++ - start) };
}

static inline void
forge_repeated(struct notation *notation)
{
	char letter = notation->at[1];
	char *end;
	assert_true(notation->at[2] == '*');
	size_t count = strtoul(notation->at + 3, &end, 10);
	assert_true(*end == '\'');
	notation->at = end + 1;
	char *text = malloc(count + 1);
	assert_non_null(text);
	memset(text, letter, count);
	forge_text(notation->into, (struct text){ text, count });
	free(text);
}

static inline void
forge_hex(struct notation *notation)
{
	notation->at++;
	while (*notation->at != '>') {
		unsigned byte;
		if (*notation->at == ' ') {
			notation->at++;
			continue;
		}
		assert_int_equal(sscanf(notation->at, "%2x", &byte), 1);
		forge_byte(notation->into, byte);
		notation->at += 2;
	}
	notation->at++;
}

static inline void
forge_double(struct buffer *into, double value)
{
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	forge_head(into, 0xcb, bits, 8);
}

/* A number, nil, true, false, or the bare name of a field. */
static inline void
forge_word(struct notation *notation)
{
	size_t size = strcspn(notation->at, " ,:]}\n");
	struct text word = { notation->at, size };
	assert_true(size > 0);
	notation->at += size;
	bool number = (word.data[0] >= '0' && word.data[0] <= '9') ||
		(word.data[0] == '-' && size > 1);
	if (number && memchr(word.data, '.', size) != NULL)
		forge_double(notation->into, strtod(word.data, NULL));
	else if (number && word.data[0] == '-')
		forge_integer(notation->into, strtoll(word.data, NULL, 10));
	else if (number)
		forge_unsigned(notation->into, strtoull(word.data, NULL, 10));
	else if (text_equal(word, TEXT("nil")))
		forge_nil(notation->into);
	else if (text_equal(word, TEXT("true")) || text_equal(word, TEXT("false")))
		forge_bool(notation->into, word.data[0] == 't');
	else
		forge_text(notation->into, word);
}

static inline void
forge_value(struct notation *notation)
{
	notation_skip(notation);
	switch (*notation->at) {
	case '{':
		forge_items(notation, '}', true);
		break;
	case '[':
		forge_items(notation, ']', false);
		break;
	case '"':
		forge_text(notation->into, notation_quoted(notation));
		break;
	case '\'':
		forge_repeated(notation);
		break;
	case '<':
		forge_hex(notation);
		break;
	case 'b':
		if (notation->at[1] == '"') {
			notation->at++;
			forge_bin(notation->into, bytes_of_text(notation_quoted(notation)));
			break;
		}
		/* fall through */
	default:
		forge_word(notation);
	}
}

/* Appends what a notation says. */
static inline void
forge(struct buffer *into, const char *text)
{
	struct notation notation = { text, into };
	forge_value(&notation);
	notation_skip(&notation);
	if (*notation.at != '\0')
		fail_msg("behind the value: %s", notation.at);
}

/* ---- values of any shape ---- */

/* The size of a random text or blob: mostly small, sometimes one that needs a longer head. */
static inline size_t
forge_random_size(struct random *random)
{
	switch (random_below(random, 12)) {
	case 0:
		return random_below(random, 70000);
	case 1:
		return 30 + random_below(random, 4);
	case 2:
		return 254 + random_below(random, 4);
	default:
		return random_below(random, 20);
	}
}

static inline void
forge_random_blob(struct buffer *into, struct random *random, const uint8_t formats[3])
{
	size_t size = forge_random_size(random);
	unsigned choice = (unsigned)random_below(random, 3);
	if (size > 255 && choice == 0)
		choice = 1;
	if (size > 65535)
		choice = 2;
	forge_head(into, formats[choice], size, (size_t)1 << choice);
	if (formats[0] == 0xc7)
		forge_byte(into, (unsigned)random_below(random, 256)); /* an extension's type */
	forge_fill(into, size, (unsigned)random_below(random, 256));
}

/* A value that holds no others: every format there is. */
static inline void
forge_random_leaf(struct buffer *into, struct random *random)
{
	static const uint8_t str[] = { 0xd9, 0xda, 0xdb }, bin[] = { 0xc4, 0xc5, 0xc6 },
			     ext[] = { 0xc7, 0xc8, 0xc9 };
	static const struct {
		uint8_t format, size;
	} fixed[] = { { 0xc0, 0 }, { 0xc2, 0 }, { 0xc3, 0 }, { 0xca, 4 }, { 0xcb, 8 }, { 0xcc, 1 },
		{ 0xcd, 2 }, { 0xce, 4 }, { 0xcf, 8 }, { 0xd0, 1 }, { 0xd1, 2 }, { 0xd2, 4 },
		{ 0xd3, 8 }, { 0xd4, 2 }, { 0xd5, 3 }, { 0xd6, 5 }, { 0xd7, 9 }, { 0xd8, 17 } };
	size_t choice = random_below(random, 24);
	if (choice < 18) {
		forge_byte(into, fixed[choice].format);
		for (size_t i = 0; i < fixed[choice].size; i++)
			forge_byte(into, (unsigned)random_below(random, 256));
	} else if (choice == 18) {
		forge_byte(into, (unsigned)random_below(random, 128));
	} else if (choice == 19) {
		forge_byte(into, 0xe0u + (unsigned)random_below(random, 32));
	} else if (choice == 20) {
		size_t size = random_below(random, 32);
		forge_byte(into, 0xa0u + (unsigned)size);
		forge_fill(into, size, (unsigned)random_below(random, 256));
	} else {
		forge_random_blob(into, random, choice == 21 ? str : choice == 22 ? bin : ext);
	}
}

/* From here on, a value that grows has only nil in it. */
#define FORGE_RANDOM_ENOUGH 200000

/* A value with at most `depth` containers inside each other; returns how many values it is. */
static inline size_t
forge_random(struct buffer *into, struct random *random, unsigned depth)
{
	if (into->size > FORGE_RANDOM_ENOUGH) {
		forge_nil(into);
		return 1;
	}
	if (depth == 0 || random_below(random, 3) == 0) {
		forge_random_leaf(into, random);
		return 1;
	}
	bool map = random_below(random, 2) == 0;
	size_t count = random_below(random, 10) == 0 ? random_below(random, 40)
						     : random_below(random, 6);
	unsigned choice = (unsigned)random_below(random, 3);
	if (count > 15 && choice == 0)
		choice = 1;
	if (choice == 0)
		forge_byte(into, (map ? 0x80u : 0x90u) | (unsigned)count);
	else
		forge_head(into, (map ? 0xde : 0xdc) + choice - 1, count, choice == 1 ? 2 : 4);
	size_t values = 1;
	for (size_t i = 0; i < (map ? 2 * count : count); i++)
		values += forge_random(into, random, depth - 1);
	return values;
}

#endif
