#include "keeper.h"

#include "../engine/base/clock.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/base/thread.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>

/* While the journal writes, a chunk of zeros is held back at most this long. */
#define PACE_MS_MAX 8
/* When it has written nothing for so long, it is idle. */
#define IDLE_NS UINT64_C(20000000)
/* What is filled is synced in such parts, so that no sync has much to do. */
#define SYNC_BYTES ((uint64_t)4 * 1024 * 1024)

struct keeper {
	struct keeper_options options;
	uint8_t *zeros; /* SEGMENT_CHUNK_BYTES */
	pthread_t thread;
	sem_t work; /* posted when a segment was taken, and to stop */
	_Atomic bool stopping;

	/* The handing over: the keeper puts, the shard takes. */
	_Atomic(struct segment *) next;
	_Atomic unsigned spare_count;
	_Atomic bool wanted; /* the shard came in vain */

	/* The thread's own. */
	uint64_t next_number;               /* of the segment to be named next */
	uint64_t spares[KEEPER_SPARES_MAX]; /* serials of those that are whole; the first is used
					       first */
	uint64_t next_serial;
	uint64_t pace_began; /* what the journal had written when the filling began */
	uint64_t pace_seen;  /* … when it was looked at last */
	uint64_t busy_ns;    /* when that was seen to have grown */
};

static uint64_t
journal_bytes(const struct keeper *keeper)
{
	return atomic_load_explicit(keeper->options.journal_bytes, memory_order_relaxed);
}

static bool
journal_is_idle(struct keeper *keeper)
{
	uint64_t bytes = journal_bytes(keeper);
	uint64_t now_ns = monotonic_ns();
	if (bytes != keeper->pace_seen)
		keeper->busy_ns = now_ns;
	keeper->pace_seen = bytes;
	return now_ns - keeper->busy_ns > IDLE_NS;
}

/* See "Pace" in the header. */
static enum status
pace_chunk(void *context, struct disk_file *file, uint64_t filled, struct fault *fault)
{
	struct keeper *keeper = context;
	if (atomic_load(&keeper->stopping))
		return fault_set(fault, STATUS_BUSY, "%s was given up half made", file->path);
	bool is_idle = journal_is_idle(keeper);
	if (is_idle || filled % SYNC_BYTES == 0) {
		enum status status = disk_sync(file, fault);
		if (is_idle || status != STATUS_OK)
			return status;
	}
	for (int ms = 0; ms < PACE_MS_MAX && atomic_load(&keeper->next) != NULL; ms++) {
		uint64_t written = journal_bytes(keeper) - keeper->pace_began;
		if (filled <= written + written / 2)
			break;
		thread_rest(MS_NS);
	}
	return STATUS_OK;
}

/* Room for one more segment, beside `reserve_bytes` for others. */
static enum status
check_room(const struct keeper *keeper, uint64_t reserve_bytes, struct fault *fault)
{
	const struct keeper_options *options = &keeper->options;
	uint64_t room;
	enum status status = disk_free_bytes(options->place.directory, &room, fault);
	if (status != STATUS_OK)
		return status;
	uint64_t segment_bytes = options->place.segment_bytes;
	if (room < segment_bytes || room - segment_bytes < reserve_bytes)
		return fault_set(fault, STATUS_FULL,
			"a new segment of %llu bytes in %s would leave less than %llu bytes free",
			(unsigned long long)segment_bytes, options->place.directory,
			(unsigned long long)reserve_bytes);
	return STATUS_OK;
}

/*
 * Makes a whole segment file under the name of a spare and remembers it. Without a pace it is the
 * one that a start can't do without, and may use the reserve.
 */
static enum status
make_spare(struct keeper *keeper, bool paced, struct fault *fault)
{
	const struct journal_place *place = &keeper->options.place;
	unsigned count = atomic_load(&keeper->spare_count);
	must(count < KEEPER_SPARES_MAX);
	enum status status = check_room(keeper, paced ? keeper->options.reserve_bytes : 0, fault);
	if (status != STATUS_OK)
		return status;
	char filling[DISK_PATH_MAX];
	char spare[DISK_PATH_MAX];
	uint64_t serial = keeper->next_serial++;
	spare_path(place, serial, true, filling);
	spare_path(place, serial, false, spare);
	keeper->pace_began = journal_bytes(keeper);
	struct segment_pace pace = {
		.pace = paced ? pace_chunk : NULL,
		.context = keeper,
		.filled_bytes = keeper->options.filled_bytes,
	};
	status = segment_fill(filling, place->segment_bytes, keeper->zeros, &pace, fault);
	if (status == STATUS_OK)
		status = disk_rename(filling, spare, fault);
	if (status != STATUS_OK) {
		/* What is left of it would only take room; the next start removes it if this can't.
		 */
		disk_remove(filling, NULL);
		return status;
	}
	keeper->spares[count] = serial;
	atomic_store(&keeper->spare_count, count + 1);
	return STATUS_OK;
}

/* Gives the oldest spare the name of segment `number`, durably. */
static enum status
name_spare(struct keeper *keeper, uint64_t number, struct fault *fault)
{
	const struct journal_place *place = &keeper->options.place;
	unsigned count = atomic_load(&keeper->spare_count);
	must(count >= 1);
	char spare[DISK_PATH_MAX];
	char named[DISK_PATH_MAX];
	spare_path(place, keeper->spares[0], false, spare);
	segment_path(place, number, named);
	enum status status = disk_rename(spare, named, fault);
	if (status != STATUS_OK)
		return status;
	memmove(keeper->spares, keeper->spares + 1, (count - 1) * sizeof keeper->spares[0]);
	atomic_store(&keeper->spare_count, count - 1);
	return STATUS_OK;
}

/*
 * Opens segment `number` for writing: the file that has this name, made whole if it is not, or a
 * spare, or a new one. Its name is durable on return.
 */
static enum status
open_segment(struct keeper *keeper, uint64_t number, bool paced, struct segment **opened,
	struct fault *fault)
{
	const struct journal_place *place = &keeper->options.place;
	struct segment_pace pace = { .filled_bytes = keeper->options.filled_bytes };
	char path[DISK_PATH_MAX];
	segment_path(place, number, path);
	struct segment *segment = segment_new(number);
	if (segment == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory to open %s", path);
	enum status status = STATUS_OK;
	if (disk_exists(path)) {
		status = segment_fill(path, place->segment_bytes, keeper->zeros, &pace, fault);
	} else {
		if (atomic_load(&keeper->spare_count) == 0)
			status = make_spare(keeper, paced, fault);
		if (status == STATUS_OK)
			status = name_spare(keeper, number, fault);
	}
	if (status == STATUS_OK)
		status = disk_sync_directory(place->directory, fault);
	if (status == STATUS_OK)
		status = disk_open(&segment->file, path, DISK_JOURNAL, fault);
	if (status != STATUS_OK) {
		segment_free(segment);
		return status;
	}
	*opened = segment;
	return STATUS_OK;
}

/* Puts the next segment where keeper_take finds it. */
static enum status
prepare_next(struct keeper *keeper, bool paced, struct fault *fault)
{
	must(atomic_load(&keeper->next) == NULL);
	struct segment *segment;
	enum status status = open_segment(keeper, keeper->next_number, paced, &segment, fault);
	if (status != STATUS_OK)
		return status;
	keeper->next_number++;
	atomic_store(&keeper->next, segment);
	if (atomic_exchange(&keeper->wanted, false))
		keeper->options.ready(keeper->options.context);
	return STATUS_OK;
}

/* Does one piece of work, if there is any; *idle tells that there is none. */
static enum status
work_once(struct keeper *keeper, bool *idle, struct fault *fault)
{
	*idle = false;
	if (atomic_load(&keeper->next) == NULL)
		return prepare_next(keeper, true, fault);
	if (keeper_ready(keeper) < keeper->options.spares)
		return make_spare(keeper, true, fault);
	*idle = true;
	return STATUS_OK;
}

static void
wait_for_work(struct keeper *keeper)
{
	while (sem_wait(&keeper->work) != 0)
		must(errno == EINTR);
}

static void
wait_for_room(struct keeper *keeper)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += KEEPER_RETRY_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	/* Being woken early, or after the wall clock was set, costs one look more. */
	sem_timedwait(&keeper->work, &until);
}

static void *
keeper_run(void *argument)
{
	struct keeper *keeper = argument;
	must_context("the keeper of the journal");
	while (!atomic_load(&keeper->stopping)) {
		struct fault fault;
		bool idle;
		enum status status = work_once(keeper, &idle, &fault);
		if (status == STATUS_OK && idle) {
			wait_for_work(keeper);
		} else if (status == STATUS_FULL || status == STATUS_MEMORY) {
			wait_for_room(keeper);
		} else if (status != STATUS_OK && status != STATUS_BUSY) {
			keeper->options.failed(keeper->options.context, &fault);
			return NULL;
		}
	}
	return NULL;
}

/* A spare is as it was made, or it is not used; then its name is free for another. */
static enum status
adopt_spare(struct keeper *keeper, uint64_t serial, struct fault *fault)
{
	struct disk_file file;
	uint64_t size;
	char path[DISK_PATH_MAX];
	spare_path(&keeper->options.place, serial, false, path);
	enum status status = disk_open(&file, path, DISK_READ, fault);
	if (status != STATUS_OK)
		return status;
	status = disk_size(&file, &size, fault);
	disk_close(&file);
	if (status != STATUS_OK)
		return status;
	unsigned count = atomic_load(&keeper->spare_count);
	if (size != keeper->options.place.segment_bytes || count == KEEPER_SPARES_MAX)
		return disk_remove(path, fault);
	keeper->spares[count] = serial;
	atomic_store(&keeper->spare_count, count + 1);
	return STATUS_OK;
}

/* Takes over what earlier runs have left in the directory. */
static enum status
adopt_files(struct keeper *keeper, struct fault *fault)
{
	const struct journal_place *place = &keeper->options.place;
	struct segment_list list;
	char path[DISK_PATH_MAX];
	enum status status = segment_list_read(&list, place, fault);
	for (size_t i = 0; i < list.filling_count && status == STATUS_OK; i++) {
		spare_path(place, list.fillings[i], true, path);
		status = disk_remove(path, fault);
	}
	for (size_t i = 0; i < list.spare_count && status == STATUS_OK; i++) {
		keeper->next_serial = list.spares[i] + 1;
		status = adopt_spare(keeper, list.spares[i], fault);
	}
	segment_list_release(&list);
	return status;
}

/* Can the next segment be had without writing it? Then it is there from the first moment on. */
static bool
next_is_at_hand(const struct keeper *keeper)
{
	char path[DISK_PATH_MAX];
	segment_path(&keeper->options.place, keeper->next_number, path);
	return atomic_load(&keeper->spare_count) > 0 || disk_exists(path);
}

enum status
keeper_open(struct keeper **opened, const struct keeper_options *options, uint64_t number,
	struct segment **segment, struct fault *fault)
{
	must(options->spares >= 1 && options->spares <= KEEPER_SPARES_MAX);
	must(options->place.segment_bytes % SEGMENT_CHUNK_BYTES == 0);
	struct segment *first = NULL;
	enum status status;
	struct keeper *keeper = memory_new_zeroed(1, sizeof *keeper);
	if (keeper == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for the journal's keeper");
	keeper->options = *options;
	keeper->next_number = number + 1;
	keeper->zeros = disk_memory_new(SEGMENT_CHUNK_BYTES);
	if (keeper->zeros == NULL) {
		status = fault_set(fault, STATUS_MEMORY, "no memory for the journal's keeper");
		goto free_keeper;
	}
	memset(keeper->zeros, 0, SEGMENT_CHUNK_BYTES);
	sem_init(&keeper->work, 0, 0);

	status = adopt_files(keeper, fault);
	if (status == STATUS_OK)
		status = open_segment(keeper, number, false, &first, fault);
	if (status == STATUS_OK && next_is_at_hand(keeper))
		status = prepare_next(keeper, false, fault);
	if (status != STATUS_OK)
		goto free_segments;
	int os_error = thread_start(
		&keeper->thread, "keeper", THREAD_BACKSTAGE, keeper_run, keeper);
	if (os_error != 0) {
		status = fault_system(fault, os_error, "can't start the journal's keeper");
		goto free_segments;
	}
	*segment = first;
	*opened = keeper;
	return STATUS_OK;

free_segments:
	segment_free(atomic_load(&keeper->next));
	segment_free(first);
	sem_destroy(&keeper->work);
	memory_free(keeper->zeros);
free_keeper:
	memory_free(keeper);
	return status;
}

void
keeper_close(struct keeper *keeper)
{
	if (keeper == NULL)
		return;
	must(!atomic_load(&keeper->stopping));
	atomic_store(&keeper->stopping, true);
	sem_post(&keeper->work);
	int os_error = pthread_join(keeper->thread, NULL);
	must(os_error == 0);
	segment_free(atomic_load(&keeper->next));
	sem_destroy(&keeper->work);
	memory_free(keeper->zeros);
	memory_free(keeper);
}

struct segment *
keeper_take(struct keeper *keeper)
{
	struct segment *segment = atomic_exchange(&keeper->next, NULL);
	if (segment == NULL) {
		/* Said first, looked again after: else the one could be put in between, unnoticed.
		 */
		atomic_store(&keeper->wanted, true);
		segment = atomic_exchange(&keeper->next, NULL);
	}
	if (segment == NULL)
		return NULL;
	atomic_store(&keeper->wanted, false);
	sem_post(&keeper->work);
	return segment;
}

unsigned
keeper_ready(const struct keeper *keeper)
{
	unsigned named = atomic_load(&keeper->next) != NULL ? 1 : 0;
	return named + atomic_load(&keeper->spare_count);
}
