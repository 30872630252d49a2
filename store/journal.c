#include "journal.h"

#include "../engine/base/clock.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/base/thread.h"
#include "archive.h"
#include "keeper.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>

/* One open, one being written, and one that was full before its turn came. */
#define BATCH_COUNT JOURNAL_BATCHES_UNDURABLE_MAX

/*
 * A batch belongs to the shard while it is open, to the writer once it is closed, and then lies
 * there to be peeked at until its memory is needed for the next one.
 */
struct batch {
	uint8_t *bytes;          /* the frame; the shard leaves the header's place to the writer */
	struct segment *segment; /* where it goes */
	uint64_t position;       /* of the frame */
	size_t size;             /* of header and entries so far */
	uint32_t count;          /* of entries */
	int64_t time_ms;         /* when it was closed */
	struct journal_head end; /* behind it; the writer's, until it has written the batch */
};

/* What the writer counts, for anybody to read. */
struct counters {
	_Atomic uint64_t frames;
	_Atomic uint64_t entries;
	_Atomic uint64_t bytes;
	_Atomic uint64_t padded_bytes;
	_Atomic uint64_t write_ns_total;
	_Atomic uint64_t write_ns_max;
	_Atomic uint64_t zero_filled_bytes;
};

/*
 * Batches are numbered from 0; batch n is batches[n % BATCH_COUNT]. At any time
 * written ≤ closed ≤ opened ≤ closed + 1.
 */
struct journal {
	struct journal_options options;
	size_t batch_room; /* bytes of memory of a batch, and of disk that it may need */
	uint8_t *memory;
	struct batch batches[BATCH_COUNT];
	struct keeper *keeper;
	pthread_t writer;

	/* The shard's. */
	uint64_t opened;
	struct segment *segment;      /* in which the next batch is opened, if it fits */
	uint64_t next_position;       /* of that batch */
	struct journal_head boundary; /* behind the last batch whose memory was taken again */
	uint64_t decided;
	int64_t now_ms;

	/* Handed over: the shard closes, the writer has written. */
	_Atomic uint64_t closed;
	_Atomic uint64_t written;
	_Atomic uint64_t durable;
	_Atomic bool stopping;
	sem_t work; /* posted for each closed batch, and to stop */

	/* The writer's. */
	struct segment *writing; /* the one written last */
	uint64_t chain;
	int64_t time_ms;
	struct counters counters;

	/* The first failure of writer or keeper. */
	atomic_flag failing;
	_Atomic bool failed;
	struct fault fault;
};

static struct batch *
batch_at(struct journal *journal, uint64_t number)
{
	return &journal->batches[number % BATCH_COUNT];
}

/* Runs on the writer or the keeper. */
static void
journal_fail(void *context, const struct fault *fault)
{
	struct journal *journal = context;
	must(fault->status != STATUS_OK);
	if (atomic_flag_test_and_set(&journal->failing))
		return;
	journal->fault = *fault;
	atomic_store(&journal->failed, true);
	journal->options.failed(journal->options.context, &journal->fault);
}

/* Runs on the keeper: the shard shall try again. */
static void
segment_is_ready(void *context)
{
	struct journal *journal = context;
	journal->options.durable(journal->options.context);
}

/*
 * The writer
 */

static void
count_up(_Atomic uint64_t *counter, uint64_t amount)
{
	atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

static void
count_frame(struct journal *journal, const struct frame *frame, size_t padded, uint64_t ns)
{
	struct counters *counters = &journal->counters;
	count_up(&counters->frames, 1);
	count_up(&counters->entries, frame->count);
	count_up(&counters->bytes, frame->size);
	count_up(&counters->padded_bytes, padded);
	count_up(&counters->write_ns_total, ns);
	if (ns > atomic_load_explicit(&counters->write_ns_max, memory_order_relaxed))
		atomic_store_explicit(&counters->write_ns_max, ns, memory_order_relaxed);
}

/* Makes a batch a frame and the frame durable. */
static enum status
write_batch(struct journal *journal, struct batch *batch, struct fault *fault)
{
	const struct journal_place *place = &journal->options.place;
	must(batch->count > 0 && batch->size <= journal->batch_room);
	must(batch->time_ms >= journal->time_ms);
	must(journal_segment_of(place, batch->position) == batch->segment->number);
	struct frame frame = {
		.folder = place->folder,
		.size = (uint32_t)batch->size,
		.count = batch->count,
		.position = batch->position,
		.epoch = journal->options.epoch,
		.time_ms = batch->time_ms,
		.previous = journal->chain,
		.shard = place->shard,
	};
	uint64_t chain = frame_seal(&frame, batch->bytes);
	size_t padded = size_round_up(batch->size, DISK_BLOCK);
	memset(batch->bytes + batch->size, 0, padded - batch->size);
	if (batch->segment != journal->writing) {
		segment_free(journal->writing);
		journal->writing = batch->segment;
	}
	uint64_t offset = journal_offset_of(place, batch->position);
	must(offset + padded <= place->segment_bytes);
	uint64_t began_ns = monotonic_ns();
	enum status status = disk_write(
		&journal->writing->file, batch->bytes, padded, offset, fault);
	if (status != STATUS_OK)
		return status;
	count_frame(journal, &frame, padded, monotonic_ns() - began_ns);
	journal->chain = chain;
	journal->time_ms = batch->time_ms;
	batch->end = (struct journal_head){
		.position = batch->position + padded,
		.chain = chain,
		.time_ms = batch->time_ms,
		.epoch = frame.epoch,
	};
	return STATUS_OK;
}

static void
wait_for_batch(struct journal *journal)
{
	while (sem_wait(&journal->work) != 0)
		must(errno == EINTR);
}

static void *
writer_run(void *argument)
{
	struct journal *journal = argument;
	must_context("the writer of the journal");
	for (;;) {
		wait_for_batch(journal);
		uint64_t number = atomic_load(&journal->written);
		if (number == atomic_load(&journal->closed)) {
			must(atomic_load(&journal->stopping));
			return NULL;
		}
		struct batch *batch = batch_at(journal, number);
		struct fault fault;
		if (atomic_load(&journal->failed))
			return NULL;
		if (write_batch(journal, batch, &fault) != STATUS_OK) {
			journal_fail(journal, &fault);
			return NULL;
		}
		if (atomic_load(&journal->failed))
			return NULL;
		must(batch->position + batch->size > atomic_load(&journal->durable));
		atomic_store(&journal->durable, batch->position + batch->size);
		atomic_store(&journal->written, number + 1);
		journal->options.durable(journal->options.context);
	}
}

/*
 * The shard
 */

static bool
batch_is_open(const struct journal *journal)
{
	return journal->opened > atomic_load_explicit(&journal->closed, memory_order_relaxed);
}

static struct batch *
open_batch(struct journal *journal)
{
	must(batch_is_open(journal));
	return batch_at(journal, journal->opened - 1);
}

/* Gives the open batch to the writer. */
static void
batch_close(struct journal *journal)
{
	struct batch *batch = open_batch(journal);
	must(batch->count > 0);
	batch->time_ms = journal->now_ms;
	journal->next_position = batch->position + size_round_up(batch->size, DISK_BLOCK);
	atomic_store(&journal->closed, journal->opened);
	sem_post(&journal->work);
}

/* Is there room for a batch of the largest size at `position`, in the current segment? */
static bool
has_room_for_batch(const struct journal *journal, uint64_t position)
{
	const struct journal_place *place = &journal->options.place;
	return journal_segment_of(place, position) == journal->segment->number &&
		journal_offset_of(place, position) + journal->batch_room <= place->segment_bytes;
}

/* False if the memory of all batches is in use, or no segment is ready. */
static bool
batch_open(struct journal *journal)
{
	must(!batch_is_open(journal));
	uint64_t number = journal->opened;
	if (number - atomic_load(&journal->written) >= BATCH_COUNT)
		return false;
	if (!has_room_for_batch(journal, journal->next_position)) {
		struct segment *next = keeper_take(journal->keeper);
		if (next == NULL)
			return false;
		must(next->number == journal->segment->number + 1);
		journal->segment = next;
		journal->next_position = next->number * journal->options.place.segment_bytes;
	}
	struct batch *batch = batch_at(journal, number);
	if (number >= BATCH_COUNT)
		journal->boundary = batch->end;
	batch->segment = journal->segment;
	batch->position = journal->next_position;
	batch->size = FRAME_HEADER_BYTES;
	batch->count = 0;
	journal->opened = number + 1;
	return true;
}

static bool
entry_fits(const struct journal *journal, const struct batch *batch, size_t size)
{
	if (batch->count == 0)
		return true; /* any entry fits alone */
	return batch->size + size <= journal->options.batch_bytes_max;
}

uint8_t *
journal_reserve(struct journal *journal, size_t size, uint64_t *position)
{
	must(size % 8 == 0 && size >= ENTRY_HEADER_BYTES && size <= ENTRY_BYTES_MAX);
	if (atomic_load(&journal->failed))
		return NULL;
	if (batch_is_open(journal) && !entry_fits(journal, open_batch(journal), size))
		batch_close(journal);
	if (!batch_is_open(journal) && !batch_open(journal))
		return NULL;
	struct batch *batch = open_batch(journal);
	must(batch->size + size <= journal->batch_room);
	uint8_t *at = batch->bytes + batch->size;
	uint64_t reserved = batch->position + batch->size;
	must(reserved >= journal->decided);
	batch->size += size;
	batch->count++;
	journal->decided = reserved + size;
	*position = reserved;
	return at;
}

void
journal_set_time(struct journal *journal, int64_t now_ms)
{
	must(now_ms >= journal->now_ms);
	journal->now_ms = now_ms;
}

void
journal_flush(struct journal *journal, int64_t now_ms)
{
	journal_set_time(journal, now_ms);
	if (!batch_is_open(journal))
		return;
	bool writer_is_idle = atomic_load(&journal->written) == atomic_load(&journal->closed);
	if (writer_is_idle && open_batch(journal)->count > 0)
		batch_close(journal);
}

uint64_t
journal_decided(const struct journal *journal)
{
	return journal->decided;
}

uint64_t
journal_durable(const struct journal *journal)
{
	uint64_t durable = atomic_load(&journal->durable);
	must(durable <= journal->decided);
	return durable;
}

struct journal_progress
journal_progress(const struct journal *journal)
{
	uint64_t closed = atomic_load_explicit(&journal->closed, memory_order_relaxed);
	struct journal_progress progress = {
		.batch = closed + 1,
		.batch_position = journal->decided,
		.durable_batch = atomic_load(&journal->written),
	};
	if (batch_is_open(journal))
		progress.batch_position = journal->batches[closed % BATCH_COUNT].position;
	return progress;
}

struct journal_head
journal_boundary(const struct journal *journal)
{
	uint64_t written = atomic_load(&journal->written);
	/* Has the memory of the last one that was written been taken for another? */
	if (written == 0 || journal->opened > written - 1 + BATCH_COUNT)
		return journal->boundary;
	return journal->batches[(written - 1) % BATCH_COUNT].end;
}

/* What a segment holds at least before a batch is opened in the next. */
static uint64_t
usable_bytes(const struct journal *journal)
{
	return journal->options.place.segment_bytes - journal->batch_room;
}

uint64_t
journal_room_of_spares(const struct journal *journal)
{
	return journal->options.spares * usable_bytes(journal);
}

uint64_t
journal_room(const struct journal *journal)
{
	const struct journal_place *place = &journal->options.place;
	uint64_t usable = usable_bytes(journal);
	uint64_t here = 0;
	uint64_t next = batch_is_open(journal) ? journal->decided : journal->next_position;
	if (has_room_for_batch(journal, next))
		here = usable - journal_offset_of(place, next);
	return here + keeper_ready(journal->keeper) * usable;
}

bool
journal_peek(const struct journal *journal, uint64_t position, struct bytes *entry)
{
	for (size_t i = 0; i < BATCH_COUNT; i++) {
		const struct batch *batch = &journal->batches[i];
		uint64_t end = batch->position + batch->size;
		if (position < batch->position + FRAME_HEADER_BYTES || position >= end)
			continue;
		const uint8_t *at = batch->bytes + (position - batch->position);
		size_t left = (size_t)(end - position);
		size_t size = left < ENTRY_HEADER_BYTES ? 0 : load_u32(at);
		if (size < ENTRY_HEADER_BYTES || size > left)
			return false;
		*entry = (struct bytes){ at, size };
		return true;
	}
	return false;
}

static uint64_t
counted(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

void
journal_stats(const struct journal *journal, struct journal_stats *stats)
{
	const struct counters *counters = &journal->counters;
	*stats = (struct journal_stats){
		.frames = counted(&counters->frames),
		.entries = counted(&counters->entries),
		.bytes = counted(&counters->bytes),
		.padded_bytes = counted(&counters->padded_bytes),
		.write_ns_total = counted(&counters->write_ns_total),
		.write_ns_max = counted(&counters->write_ns_max),
		.zero_filled_bytes = counted(&counters->zero_filled_bytes),
	};
}

/*
 * Opening and closing
 */

static enum status
check_options(
	const struct journal_options *options, const struct journal_head *head, struct fault *fault)
{
	const struct journal_place *place = &options->place;
	uint64_t segment_bytes = place->segment_bytes;
	if (segment_bytes < JOURNAL_SEGMENT_BYTES_MIN || (segment_bytes & (segment_bytes - 1)) != 0)
		return fault_set(fault, STATUS_INVALID,
			"a segment must have a power of two of bytes, 1 MiB or more, not %llu",
			(unsigned long long)segment_bytes);
	if (options->batch_bytes_max < JOURNAL_BATCH_BYTES_MIN ||
		options->batch_bytes_max > segment_bytes / 2)
		return fault_set(fault, STATUS_INVALID,
			"a batch must have 64 KiB to half a segment, not %zu bytes",
			options->batch_bytes_max);
	if (options->spares < 1 || options->spares > JOURNAL_SPARES_MAX)
		return fault_set(fault, STATUS_INVALID,
			"1 to %d segments can be kept ready, not %u", JOURNAL_SPARES_MAX,
			options->spares);
	if (place->folder == 0 || memchr(place->directory, '\0', sizeof place->directory) == NULL)
		return fault_set(
			fault, STATUS_INVALID, "the journal needs a folder's number and name");
	if (head->position % DISK_BLOCK != 0 || head->position >> 51 != 0)
		return fault_set(fault, STATUS_INVALID, "no frame can begin at position %llu",
			(unsigned long long)head->position);
	if (options->epoch <= head->epoch)
		return fault_set(fault, STATUS_INVALID,
			"epoch %llu must be greater than the last, %llu",
			(unsigned long long)options->epoch, (unsigned long long)head->epoch);
	return STATUS_OK;
}

/*
 * Makes the last frame durable, and the names: it may be there because it was written but not yet
 * acknowledged when its owner died, and then have been read from a cache only. All before it was
 * durable.
 */
static enum status
sync_before_head(const struct journal_place *place, uint64_t position, struct fault *fault)
{
	if (position == 0)
		return disk_sync_directory(place->directory, fault);
	uint64_t last = position - 1;
	struct segment_reader file;
	enum status status = segment_reader_open(
		&file, place, journal_segment_of(place, last), DISK_READ, fault);
	if (status == STATUS_NOT_FOUND) {
		char path[DISK_PATH_MAX];
		segment_path(place, journal_segment_of(place, last), path);
		return fault_set(fault, STATUS_NOT_FOUND,
			"%s is gone, but the journal goes on behind its byte %llu", path,
			(unsigned long long)journal_offset_of(place, last));
	}
	if (status != STATUS_OK)
		return status;
	status = disk_sync(&file.file, fault);
	segment_reader_close(&file);
	if (status != STATUS_OK)
		return status;
	return disk_sync_directory(place->directory, fault);
}

static enum status
allot_memory(struct journal *journal, struct fault *fault)
{
	size_t largest = size_round_up(FRAME_HEADER_BYTES + ENTRY_BYTES_MAX, DISK_BLOCK);
	size_t room = size_round_up(journal->options.batch_bytes_max, DISK_BLOCK);
	journal->batch_room = room > largest ? room : largest;
	journal->memory = disk_memory_new(BATCH_COUNT * journal->batch_room);
	if (journal->memory == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for %d batches of %zu bytes",
			BATCH_COUNT, journal->batch_room);
	/* Touched now, so that no entry waits for the system to find a page. */
	memset(journal->memory, 0, BATCH_COUNT * journal->batch_room);
	for (size_t i = 0; i < BATCH_COUNT; i++)
		journal->batches[i].bytes = journal->memory + i * journal->batch_room;
	return STATUS_OK;
}

static enum status
start_keeper(struct journal *journal, uint64_t position, struct fault *fault)
{
	const struct journal_options *options = &journal->options;
	const struct journal_place *place = &options->place;
	struct keeper_options keeper = {
		.place = *place,
		.spares = options->spares,
		.reserve_bytes = options->reserve_bytes,
		.journal_bytes = &journal->counters.padded_bytes,
		.filled_bytes = &journal->counters.zero_filled_bytes,
		.ready = segment_is_ready,
		.failed = journal_fail,
		.context = journal,
	};
	uint64_t number = journal_segment_of(place, position);
	/* Where no batch would fit, the next segment is the first that is needed. */
	if (journal_offset_of(place, position) + journal->batch_room > place->segment_bytes) {
		number++;
		position = number * place->segment_bytes;
	}
	journal->next_position = position;
	enum status status = keeper_open(
		&journal->keeper, &keeper, number, &journal->segment, fault);
	if (status == STATUS_OK)
		journal->writing = journal->segment;
	return status;
}

enum status
journal_open(struct journal **opened, const struct journal_options *options,
	const struct journal_head *head, struct fault *fault)
{
	enum status status = check_options(options, head, fault);
	if (status != STATUS_OK)
		return status;
	status = disk_make_directory(options->place.directory, fault);
	if (status == STATUS_OK)
		status = sync_before_head(&options->place, head->position, fault);
	if (status != STATUS_OK)
		return status;

	struct journal *journal = memory_new_zeroed(1, sizeof *journal);
	if (journal == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for the journal");
	journal->options = *options;
	journal->decided = head->position;
	journal->now_ms = head->time_ms;
	journal->chain = head->chain;
	journal->time_ms = head->time_ms;
	journal->boundary = *head;
	atomic_store(&journal->durable, head->position);
	atomic_flag_clear(&journal->failing);
	sem_init(&journal->work, 0, 0);
	status = allot_memory(journal, fault);
	if (status != STATUS_OK)
		goto free_journal;
	status = start_keeper(journal, head->position, fault);
	if (status != STATUS_OK)
		goto free_memory;
	int os_error = thread_start(&journal->writer, "journal", THREAD_EQUAL, writer_run, journal);
	if (os_error != 0) {
		status = fault_system(fault, os_error, "can't start the journal's writer");
		goto close_keeper;
	}
	*opened = journal;
	return STATUS_OK;

close_keeper:
	keeper_close(journal->keeper);
	segment_free(journal->segment);
free_memory:
	memory_free(journal->memory);
free_journal:
	sem_destroy(&journal->work);
	memory_free(journal);
	return status;
}

/* Each segment once: the one written last, and after a failure those of batches that were not
 * written. */
static void
free_segments(struct journal *journal)
{
	struct segment *last = journal->writing;
	for (uint64_t n = atomic_load(&journal->written); n < journal->opened; n++) {
		struct segment *segment = batch_at(journal, n)->segment;
		if (segment != last)
			segment_free(last);
		last = segment;
	}
	must(last == journal->segment);
	segment_free(last);
}

enum status
journal_close(struct journal *journal, struct journal_head *end, struct fault *fault)
{
	if (journal == NULL)
		return STATUS_OK;
	if (batch_is_open(journal) && open_batch(journal)->count > 0)
		batch_close(journal);
	atomic_store(&journal->stopping, true);
	sem_post(&journal->work);
	int os_error = pthread_join(journal->writer, NULL);
	must(os_error == 0);
	keeper_close(journal->keeper);

	enum status status = STATUS_OK;
	if (atomic_load(&journal->failed)) {
		status = journal->fault.status;
		if (fault != NULL)
			*fault = journal->fault;
	} else {
		must(atomic_load(&journal->durable) == journal->decided);
		if (end != NULL)
			*end = journal_boundary(journal);
	}
	free_segments(journal);
	memory_free(journal->memory);
	sem_destroy(&journal->work);
	memory_free(journal);
	return status;
}
