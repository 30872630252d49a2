/*
 * What the tests of what a child tells share (engine/told.h): what is no such value is refused, and
 * whatever a child that went mad may write is read or refused, and nothing is read past it.
 */
#ifndef SUANPAN_TEST_TOLD_CASE_H
#define SUANPAN_TEST_TOLD_CASE_H

#include "forge.h"

#include "../../../engine/base/status.h"

#include <stdlib.h>

enum { DAMAGES = 20000 };

/* Reads a value, and forgets what was in it. */
typedef enum status (*told_reader)(struct bytes packed);

/* Values in the notation of forge.h, none of which is what it must be. */
static inline void
expect_refused(told_reader read, const char *const *notations, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct buffer packed;
		buffer_init(&packed, 1 << 20);
		forge(&packed, notations[i]);
		enum status status = read((struct bytes){ packed.data, packed.size });
		buffer_release(&packed);
		if (status != STATUS_CORRUPT)
			fail_msg("%s: status %d", notations[i], status);
	}
}

static inline void
expect_read_or_refused(told_reader read, struct bytes whole)
{
	unsigned seed = 20261122, good = 0;
	print_message("seed %u\n", seed);
	for (int round = 0; round < DAMAGES; round++) {
		size_t size = round % 4 == 0 ? (size_t)rand_r(&seed) % whole.size : whole.size;
		uint8_t *damaged = malloc(size + 1);
		assert_non_null(damaged);
		memcpy(damaged, whole.data, size);
		for (int i = 0; i < round % 3 && size > 0; i++)
			damaged[(size_t)rand_r(&seed) % size] = (uint8_t)rand_r(&seed);
		enum status status = read((struct bytes){ damaged, size });
		assert_true(status == STATUS_OK || status == STATUS_CORRUPT);
		assert_true(size == whole.size || round % 3 != 0 || status == STATUS_CORRUPT);
		good += status == STATUS_OK;
		free(damaged);
	}
	assert_true(good >= DAMAGES / 5); /* those that were not damaged */
}

#endif
