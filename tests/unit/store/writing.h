/*
 * A journal and what a test knows of it: which entry (by number, see scratch.h) was put at which
 * position. So a scan can be compared, entry by entry, with what was promised.
 */
#ifndef SUANPAN_TEST_WRITING_H
#define SUANPAN_TEST_WRITING_H

#include "../../../store/journal.h"
#include "scratch.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>

#define TEST_FOLDER UINT64_C(0x5ca1ab1e0ddba11)
#define TEST_ENTRIES_MAX 20000

struct known {
	uint64_t number;
	uint64_t position;
	size_t size;
};

struct writing {
	struct journal_options options;
	struct journal *journal;
	struct known known[TEST_ENTRIES_MAX]; /* everything reserved, in order */
	size_t known_count;
	sem_t news;
	_Atomic int failures;
	struct fault fault;
	int64_t now_ms;
};

static inline void
writing_durable(void *context)
{
	sem_post(&((struct writing *)context)->news);
}

static inline void
writing_failed(void *context, const struct fault *fault)
{
	struct writing *writing = context;
	writing->fault = *fault;
	atomic_fetch_add(&writing->failures, 1);
	sem_post(&writing->news);
}

/* Small segments and batches in `directory`. */
static inline void
writing_init(struct writing *writing, const char *directory)
{
	memset(writing, 0, sizeof *writing);
	writing->options = (struct journal_options){
		.place = { .folder = TEST_FOLDER, .segment_bytes = 1 << 20, .shard = 2 },
		.epoch = 1,
		.batch_bytes_max = 64 * 1024,
		.spares = 1,
		.durable = writing_durable,
		.failed = writing_failed,
		.context = writing,
	};
	snprintf(writing->options.place.directory, sizeof writing->options.place.directory, "%s",
		directory);
	writing->now_ms = 1000;
	sem_init(&writing->news, 0, 0);
}

static inline struct journal_head
writing_empty_head(void)
{
	return (struct journal_head){ .chain = TEST_FOLDER };
}

/* Encodes the entry of `number`; false if there is no room now. */
static inline bool
writing_put(struct writing *writing, uint64_t number)
{
	struct sample sample;
	sample_make(&sample, number);
	size_t size = entry_size(&sample.entry);
	uint64_t position;
	uint8_t *at = journal_reserve(writing->journal, size, &position);
	if (at == NULL)
		return false;
	entry_encode(&sample.entry, frame_key(TEST_FOLDER), at);
	if (writing->known_count == TEST_ENTRIES_MAX)
		abort();
	writing->known[writing->known_count++] = (struct known){ number, position, size };
	return true;
}

/* Waits until something happens; false if nothing did for ten seconds. */
static inline bool
writing_wait(struct writing *writing)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 10;
	int result;
	while ((result = sem_timedwait(&writing->news, &until)) != 0 && errno == EINTR)
		;
	return result == 0;
}

static inline void
writing_flush(struct writing *writing)
{
	journal_flush(writing->journal, ++writing->now_ms);
}

/* Flushes and waits until all is durable; false if the journal failed instead. */
static inline bool
writing_settle(struct writing *writing)
{
	for (;;) {
		if (atomic_load(&writing->failures) > 0)
			return false;
		writing_flush(writing);
		if (journal_durable(writing->journal) == journal_decided(writing->journal))
			return true;
		if (!writing_wait(writing))
			abort();
	}
}

/* The same for one entry: put, with waits for room. */
static inline bool
writing_put_patiently(struct writing *writing, uint64_t number)
{
	while (!writing_put(writing, number)) {
		if (atomic_load(&writing->failures) > 0)
			return false;
		writing_flush(writing);
		if (!writing_wait(writing))
			abort();
	}
	return true;
}

/* What a scan shows, compared with what is known. */
struct comparison {
	const struct known *known;
	size_t known_count;
	size_t seen;
	bool differs;        /* an entry that was never put there */
	uint64_t last_frame; /* position */
	size_t frames;
	uint64_t epoch;
	int64_t time_ms;
};

static inline bool
comparison_visit(void *context, const struct journal_visit *visit)
{
	struct comparison *comparison = context;
	if (comparison->seen == comparison->known_count) {
		comparison->differs = true;
		return false;
	}
	const struct known *known = &comparison->known[comparison->seen];
	size_t size;
	uint8_t *expected = sample_encode(known->number, frame_key(TEST_FOLDER), &size);
	bool same = visit->position == known->position && visit->bytes.size == size &&
		memcmp(visit->bytes.data, expected, size) == 0 &&
		visit->entry->at_ms == (int64_t)known->number;
	free(expected);
	if (visit->frame->folder != TEST_FOLDER || visit->frame->epoch < comparison->epoch ||
		visit->frame->time_ms < comparison->time_ms)
		same = false;
	if (!same)
		comparison->differs = true;
	if (comparison->frames == 0 || visit->frame->position != comparison->last_frame)
		comparison->frames++;
	comparison->last_frame = visit->frame->position;
	comparison->epoch = visit->frame->epoch;
	comparison->time_ms = visit->frame->time_ms;
	comparison->seen++;
	return same;
}

/* Scans from the beginning and compares; comparison->seen entries were right. */
static inline enum status
compare_with_scan(const struct journal_place *place, const struct known *known, size_t known_count,
	struct comparison *comparison, struct journal_head *head, bool *torn, struct fault *fault)
{
	*comparison = (struct comparison){ .known = known, .known_count = known_count };
	struct journal_scan scan = {
		.place = *place,
		.from_chain = place->folder,
		.visit = comparison_visit,
		.context = comparison,
	};
	return journal_scan(&scan, head, torn, fault);
}

#endif
