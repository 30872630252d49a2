#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <isa-l.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 4096
#define FILE_BYTES (INT64_C(1) << 30)
#define HEADER_BYTES 64

struct batch {
	uint8_t *bytes; /* HEADER_BYTES are left free in front */
	size_t size;
};

/* The loop owns the open batch, the writer the other one while `busy`. */
struct journal {
	int fd;
	int64_t offset;
	size_t batch_bytes_max;
	struct batch batches[2]; /* by the lowest bit of the batch's number */
	uint64_t open;
	uint64_t record_bytes;
	_Atomic uint64_t durable;
	void (*notify)(void *context);
	void *context;
	pthread_mutex_t lock;
	pthread_cond_t given;
	uint64_t busy; /* number of the batch that the writer has, 0 if idle; under the lock */
};

static void
write_batch(struct journal *journal, struct batch *batch)
{
	size_t size = (batch->size + BLOCK - 1) & ~(size_t)(BLOCK - 1);
	memset(batch->bytes + batch->size, 0, size - batch->size);
	uint32_t crc = crc32_iscsi(
		batch->bytes + HEADER_BYTES, (int)(batch->size - HEADER_BYTES), 0);
	memset(batch->bytes, 0, HEADER_BYTES);
	memcpy(batch->bytes, &batch->size, sizeof batch->size);
	memcpy(batch->bytes + 8, &crc, sizeof crc);
	if (journal->offset + (int64_t)size > FILE_BYTES)
		journal->offset = 0;
	ssize_t written = pwrite(journal->fd, batch->bytes, size, journal->offset);
	if (written != (ssize_t)size) {
		fprintf(stderr, "bare: writing the journal: %s\n", strerror(errno));
		_exit(3);
	}
	journal->offset += (int64_t)size;
	batch->size = HEADER_BYTES;
}

static void *
writer_main(void *argument)
{
	struct journal *journal = argument;
	for (;;) {
		pthread_mutex_lock(&journal->lock);
		while (journal->busy == 0)
			pthread_cond_wait(&journal->given, &journal->lock);
		uint64_t number = journal->busy;
		pthread_mutex_unlock(&journal->lock);

		write_batch(journal, &journal->batches[number & 1]);

		pthread_mutex_lock(&journal->lock);
		journal->busy = 0;
		pthread_mutex_unlock(&journal->lock);
		atomic_store(&journal->durable, number);
		journal->notify(journal->context);
	}
	return NULL;
}

static bool
zero_fill(int fd)
{
	static const uint8_t zeros[1 << 20];
	for (int64_t at = 0; at < FILE_BYTES; at += (int64_t)sizeof zeros)
		if (pwrite(fd, zeros, sizeof zeros, at) != (ssize_t)sizeof zeros)
			return false;
	return fsync(fd) == 0;
}

struct journal *
journal_open(
	const char *path, size_t batch_bytes_max, void (*durable)(void *context), void *context)
{
	struct journal *journal = calloc(1, sizeof *journal);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (journal == NULL || fd < 0 || !zero_fill(fd) || close(fd) != 0)
		goto fail;
	journal->fd = open(path, O_RDWR | O_DIRECT | O_DSYNC | O_CLOEXEC);
	if (journal->fd < 0)
		goto fail;
	journal->batch_bytes_max = batch_bytes_max;
	journal->open = 1;
	journal->notify = durable;
	journal->context = context;
	for (int i = 0; i < 2; i++) {
		journal->batches[i].bytes = aligned_alloc(BLOCK, batch_bytes_max + BLOCK);
		journal->batches[i].size = HEADER_BYTES;
		if (journal->batches[i].bytes == NULL)
			goto fail;
	}
	pthread_mutex_init(&journal->lock, NULL);
	pthread_cond_init(&journal->given, NULL);
	pthread_t thread;
	if (pthread_create(&thread, NULL, writer_main, journal) == 0)
		return journal;
fail:
	fprintf(stderr, "bare: opening the journal %s: %s\n", path, strerror(errno));
	return NULL;
}

uint8_t *
journal_reserve(struct journal *journal, size_t size)
{
	struct batch *batch = &journal->batches[journal->open & 1];
	if (batch->size + size > journal->batch_bytes_max)
		return NULL;
	uint8_t *at = batch->bytes + batch->size;
	batch->size += size;
	journal->record_bytes += size;
	return at;
}

void
journal_flush(struct journal *journal)
{
	if (journal->batches[journal->open & 1].size == HEADER_BYTES)
		return;
	pthread_mutex_lock(&journal->lock);
	bool idle = journal->busy == 0 && atomic_load(&journal->durable) == journal->open - 1;
	if (idle) {
		journal->busy = journal->open++;
		pthread_cond_signal(&journal->given);
	}
	pthread_mutex_unlock(&journal->lock);
}

uint64_t
journal_batch(const struct journal *journal)
{
	return journal->open;
}

uint64_t
journal_durable(const struct journal *journal)
{
	return atomic_load(&journal->durable);
}

uint64_t
journal_bytes(const struct journal *journal)
{
	return journal->record_bytes;
}
