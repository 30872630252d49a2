/*
 * What the tests of the store share: a seeded source of numbers, a folder that goes away, an end to
 * the failures that they asked for, and entries made of a number, so that a test can tell an entry
 * again without keeping it.
 */
#ifndef SUANPAN_TEST_SCRATCH_H
#define SUANPAN_TEST_SCRATCH_H

#include "../../../engine/base/memory.h"
#include "../../../store/disk.h"
#include "../../../store/entry.h"
#include "../scratch_folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* SplitMix64: every seed gives a good row of numbers. */
struct random {
	uint64_t state;
};

static inline uint64_t
random_next(struct random *random)
{
	uint64_t z = (random->state += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* 0 … bound - 1 */
static inline size_t
random_below(struct random *random, size_t bound)
{
	return (size_t)(random_next(random) % bound);
}

/* low … high */
static inline int64_t
random_from(struct random *random, int64_t low, int64_t high)
{
	return low + (int64_t)random_below(random, (size_t)(high - low + 1));
}

/* The seed of a property test: SEED in the environment, or the time; printed, so that it can be
 * repeated. */
static inline uint64_t
random_seed(const char *test)
{
	const char *given = getenv("SEED");
	uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
	printf("             %s: SEED=%llu\n", test, (unsigned long long)seed);
	return seed;
}

/* Ends every failure that a test asked for and did not meet, so that the next one has none. */
static inline void
failures_end(void)
{
	for (int call = 0; call < DISK_CALL_COUNT; call++)
		disk_fail_at((enum disk_call)call, 0, 0);
	disk_pretend_free_bytes(UINT64_MAX);
	memory_fail_at(0);
}

#define SAMPLE_EFFECTS_MAX 6
#define SAMPLE_POSTINGS_MAX 8
#define SAMPLE_BYTES_MAX 4000

/* An entry and all it points to. */
struct sample {
	struct entry entry;
	struct effect effects[SAMPLE_EFFECTS_MAX];
	struct posting postings[SAMPLE_POSTINGS_MAX];
	uint8_t bytes[SAMPLE_BYTES_MAX]; /* what scope, id, keys, values … are cut from */
};

static inline struct bytes
sample_cut(struct sample *sample, struct random *random, size_t size)
{
	size_t start = random_below(random, SAMPLE_BYTES_MAX - size + 1);
	return (struct bytes){ sample->bytes + start, size };
}

static inline void
sample_postings(struct sample *sample, struct random *random)
{
	static const char *const units[] = { "CNY", "USD", "second", "sixteen-bytes-16" };
	static const char *const books[] = { "revenue", "topup", "used" };
	struct entry *entry = &sample->entry;
	size_t pairs = random_below(random, SAMPLE_POSTINGS_MAX / 2 + 1);
	entry->posting_count = 2 * pairs;
	for (size_t i = 0; i < pairs; i++) {
		struct text unit = text_of(units[random_below(random, 4)]);
		int64_t amount = (int64_t)random_next(random) >> random_below(random, 64);
		if (amount == INT64_MIN)
			amount = 0;
		uint8_t side = POSTING_BOOK;
		if (entry->effect_count > 0)
			side = (uint8_t)random_below(random, entry->effect_count);
		struct text book = text_of(books[random_below(random, 3)]);
		struct text own_book = side == POSTING_BOOK ? book : (struct text){ NULL, 0 };
		sample->postings[2 * i] = (struct posting){ side, own_book, amount, unit };
		sample->postings[2 * i + 1] = (struct posting){ POSTING_BOOK, book, -amount, unit };
	}
}

/* The entry that a number stands for: any number gives a valid, balanced one of up to about 3 KB.
 */
static inline void
sample_make(struct sample *sample, uint64_t number)
{
	struct random random = { number };
	for (size_t i = 0; i < SAMPLE_BYTES_MAX; i += 8)
		store_u64(sample->bytes + i, random_next(&random));
	size_t id_size = random_below(&random, ENTRY_ID_BYTES_MAX + 1);
	sample->entry = (struct entry){
		.kind = (enum entry_kind)(1 + random_below(&random, ENTRY_REFUND)),
		.attempt = (uint8_t)(id_size == 0 ? 0 : 1 + random_below(&random, 255)),
		.fingerprint = id_size == 0 ? 0 : random_next(&random),
		.at_ms = (int64_t)number, /* so that a test can read the number back */
		.made_ms = (int64_t)random_next(&random),
		.release = random_next(&random),
		.scope = text_of_bytes(sample_cut(
			sample, &random, random_below(&random, ENTRY_SCOPE_BYTES_MAX + 1))),
		.id = text_of_bytes(sample_cut(sample, &random, id_size)),
		.event = sample_cut(sample, &random, random_below(&random, 400)),
		.answer = sample_cut(sample, &random, random_below(&random, 200)),
		.effects = sample->effects,
		.effect_count = random_below(&random, SAMPLE_EFFECTS_MAX + 1),
		.postings = sample->postings,
	};
	for (size_t i = 0; i < sample->entry.effect_count; i++) {
		sample->effects[i] = (struct effect){
			.table = (uint8_t)random_below(&random, 10),
			.key = sample_cut(sample, &random, 1 + random_below(&random, 255)),
			.value = sample_cut(sample, &random, random_below(&random, 97)),
			.previous = random_next(&random) >> 13 & ~UINT64_C(7),
		};
	}
	sample_postings(sample, &random);
}

/* Encodes the entry of a number into memory of the caller's, which must free it. */
static inline uint8_t *
sample_encode(uint64_t number, uint32_t key, size_t *size)
{
	struct sample sample;
	sample_make(&sample, number);
	*size = entry_size(&sample.entry);
	uint8_t *bytes = malloc(*size);
	if (bytes == NULL)
		abort();
	entry_encode(&sample.entry, key, bytes);
	return bytes;
}

#endif
