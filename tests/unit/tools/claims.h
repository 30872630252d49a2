/* What each test of the tools needs. */
#ifndef SUANPAN_TEST_CLAIMS_H
#define SUANPAN_TEST_CLAIMS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../engine/base/bytes.h"
#include "../../../engine/base/memory.h"

static inline void
assert_text(struct text text, const char *expected)
{
	assert_int_equal(text.size, strlen(expected));
	assert_memory_equal(text.data, expected, text.size);
}

/* A stream that keeps what is written to it: between begin and end; the text is to be freed. */
struct written {
	FILE *out;
	char *text;
	size_t size;
};

static inline FILE *
written_begin(struct written *written)
{
	written->out = open_memstream(&written->text, &written->size);
	assert_non_null(written->out);
	return written->out;
}

static inline char *
written_end(struct written *written)
{
	fclose(written->out);
	return written->text;
}

#endif
