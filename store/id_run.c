/* Reading runs of ids: opening, searching, walking, checking (see id_run.h). */
#include "id_run.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "ids.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>

enum {
	CURSOR_BLOCKS = 64, /* read at once by a cursor */
	COUNT_BITS_MAX = 40,
};

#define MAGIC_BYTES 8
static const char MAGIC[MAGIC_BYTES] = "SPIDRUN1";

#define damaged(fault, run_path, what) \
	fault_set((fault), STATUS_CORRUPT, "the ids in %s are damaged: %s; " ID_RUN_REMEDY, \
		(run_path), (what))

void
id_run_path(const struct id_place *place, uint64_t number, char path[DISK_PATH_MAX])
{
	int length = snprintf(
		path, DISK_PATH_MAX, "%s/%016" PRIx64 ".ids", place->directory, number);
	must(length > 0 && length < DISK_PATH_MAX);
}

void
id_run_path_new(const struct id_place *place, uint64_t number, char path[DISK_PATH_MAX])
{
	int length = snprintf(
		path, DISK_PATH_MAX, "%s/%016" PRIx64 ".new", place->directory, number);
	must(length > 0 && length < DISK_PATH_MAX);
}

uint64_t
id_pages_checksum(uint64_t chain, const uint8_t *pages, size_t size)
{
	must(size % ID_BLOCK_BYTES == 0);
	for (size_t offset = 0; offset < size; offset += ID_BLOCK_BYTES)
		chain = hash64(pages + offset, ID_BLOCK_BYTES, chain);
	return chain;
}

void
id_header_encode(const struct id_header *header, uint64_t folder, uint8_t page[ID_BLOCK_BYTES])
{
	memset(page, 0, ID_BLOCK_BYTES);
	memcpy(page, MAGIC, sizeof MAGIC);
	store_u64(page + 8, folder);
	store_u64(page + 16, header->count);
	store_u64(page + 24, header->position_min);
	store_u64(page + 32, header->position_max);
	store_u32(page + 40, (uint32_t)header->day_min);
	store_u32(page + 44, (uint32_t)header->day_max);
	store_u64(page + 48, header->filter_bytes);
	store_u64(page + 56, header->fence_bytes);
	store_u64(page + 64, header->filter_checksum);
	store_u64(page + 72, header->fence_checksum);
	store_u64(page + 80, hash64(page, ID_HEADER_CHECKED_BYTES, folder));
}

static void
header_decode(const uint8_t page[ID_BLOCK_BYTES], struct id_header *header)
{
	*header = (struct id_header){
		.count = load_u64(page + 16),
		.position_min = load_u64(page + 24),
		.position_max = load_u64(page + 32),
		.day_min = (int32_t)load_u32(page + 40),
		.day_max = (int32_t)load_u32(page + 44),
		.filter_bytes = load_u64(page + 48),
		.fence_bytes = load_u64(page + 56),
		.filter_checksum = load_u64(page + 64),
		.fence_checksum = load_u64(page + 72),
	};
}

static uint64_t
blocks_for(uint64_t count)
{
	return (count + ID_BLOCK_ENTRIES - 1) / ID_BLOCK_ENTRIES;
}

/*
 * Do the parts make up a file of this size exactly? Sums can't overflow: each part is compared with
 * the size first.
 */
static bool
header_fits(const struct id_header *header, uint64_t size)
{
	uint64_t parts[2] = { header->filter_bytes, header->fence_bytes };
	uint64_t used = ID_BLOCK_BYTES;
	for (size_t i = 0; i < 2; i++) {
		if (parts[i] == 0 || parts[i] % ID_BLOCK_BYTES != 0 || parts[i] > size - used)
			return false;
		used += parts[i];
	}
	if (header->count == 0 || header->count >> COUNT_BITS_MAX != 0)
		return false;
	uint64_t blocks = blocks_for(header->count);
	return blocks <= header->fence_bytes / sizeof(struct id_fence) &&
		size - used == blocks * ID_BLOCK_BYTES;
}

static enum status
header_read(struct id_run *run, struct fault *fault)
{
	const char *path = run->file.path;
	uint8_t page[ID_BLOCK_BYTES];
	size_t got = 0;
	enum status status = disk_read(&run->file, page, sizeof page, 0, &got, fault);
	if (status != STATUS_OK)
		return status;
	if (got != sizeof page || memcmp(page, MAGIC, MAGIC_BYTES) != 0)
		return damaged(fault, path, "it does not begin as a run does");
	if (load_u64(page + 8) != run->folder)
		return damaged(fault, path, "it belongs to another data folder");
	if (load_u64(page + ID_HEADER_CHECKED_BYTES) !=
		hash64(page, ID_HEADER_CHECKED_BYTES, run->folder))
		return damaged(fault, path, "the checksum of its header is wrong");

	header_decode(page, &run->header);
	uint64_t size = 0;
	status = disk_size(&run->file, &size, fault);
	if (status != STATUS_OK)
		return status;
	const struct id_header *header = &run->header;
	if (size < ID_BLOCK_BYTES || !header_fits(header, size))
		return damaged(fault, path, "its size is not what its header says");
	if (header->position_min > header->position_max || header->day_min > header->day_max)
		return damaged(fault, path, "the bounds in its header are impossible");
	return STATUS_OK;
}

/* Maps header, filter and fences, all at once: the shard looks at them and must not wait for a
 * disk. */
static enum status
run_map(struct id_run *run, struct fault *fault)
{
	const struct id_header *header = &run->header;
	run->blocks_offset = ID_BLOCK_BYTES + header->filter_bytes + header->fence_bytes;
	run->block_count = blocks_for(header->count);
	void *map = mmap(
		NULL, run->blocks_offset, PROT_READ, MAP_SHARED | MAP_POPULATE, run->file.fd, 0);
	if (map == MAP_FAILED)
		return fault_system(fault, errno, "can't map %s", run->file.path);
	run->map = map;

	const uint8_t *filter = (const uint8_t *)map + ID_BLOCK_BYTES;
	const uint8_t *fences = filter + header->filter_bytes;
	run->filter.lines = (const id_pair *)(const void *)filter;
	run->filter.line_count = header->filter_bytes / ID_LINE_BYTES;
	run->fences = (const struct id_fence *)(const void *)fences;
	if (id_pages_checksum(run->folder, filter, header->filter_bytes) != header->filter_checksum)
		return damaged(fault, run->file.path, "the checksum of its filter is wrong");
	if (id_pages_checksum(run->folder, fences, header->fence_bytes) != header->fence_checksum)
		return damaged(fault, run->file.path, "the checksum of its fences is wrong");
	return STATUS_OK;
}

static void
run_free(struct id_run *run)
{
	must(run != NULL);
	if (run->map != NULL)
		must(munmap(run->map, run->blocks_offset) == 0);
	disk_close(&run->file);
	memory_free(run);
}

enum status
id_run_open(struct id_run **run, const char *path, uint64_t folder, struct fault *fault)
{
	struct id_run *made = memory_new_zeroed(1, sizeof *made);
	if (made == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory to open %s", path);
	made->folder = folder;
	atomic_init(&made->references, 1);
	enum status status = disk_open(&made->file, path, DISK_READ, fault);
	if (status != STATUS_OK) {
		memory_free(made);
		return status;
	}
	status = header_read(made, fault);
	if (status == STATUS_OK)
		status = run_map(made, fault);
	if (status != STATUS_OK) {
		run_free(made);
		return status;
	}
	*run = made;
	return STATUS_OK;
}

void
id_run_hold(struct id_run *run)
{
	unsigned before = atomic_fetch_add_explicit(&run->references, 1, memory_order_relaxed);
	must(before > 0);
}

void
id_run_drop(struct id_run *run)
{
	unsigned before = atomic_fetch_sub_explicit(&run->references, 1, memory_order_acq_rel);
	must(before > 0);
	if (before == 1)
		run_free(run);
}

bool
id_run_is_single(struct id_run *run)
{
	return atomic_load_explicit(&run->references, memory_order_acquire) == 1;
}

static size_t
block_entries(const struct id_run *run, uint64_t block)
{
	must(block < run->block_count);
	uint64_t left = run->header.count - block * ID_BLOCK_ENTRIES;
	return left < ID_BLOCK_ENTRIES ? (size_t)left : ID_BLOCK_ENTRIES;
}

/* Reads `count` blocks from `first` on and checks each against its fence. */
static enum status
blocks_read(struct id_run *run, uint64_t first, size_t count, uint8_t *into, struct fault *fault)
{
	must(count > 0 && first < run->block_count && count <= run->block_count - first);
	size_t got = 0;
	enum status status = disk_read(&run->file, into, count * ID_BLOCK_BYTES,
		run->blocks_offset + first * ID_BLOCK_BYTES, &got, fault);
	if (status != STATUS_OK)
		return status;
	if (got != count * ID_BLOCK_BYTES)
		return damaged(fault, run->file.path, "it ends too early");
	for (size_t i = 0; i < count; i++) {
		const uint8_t *block = into + i * ID_BLOCK_BYTES;
		const struct id_fence *fence = &run->fences[first + i];
		if (hash64(block, ID_BLOCK_BYTES, run->folder) != fence->checksum ||
			load_u64(block + 8) != fence->high)
			return damaged(fault, run->file.path, "the checksum of a block is wrong");
	}
	return STATUS_OK;
}

/* The last block that begins before all ids of this hash, or block 0. One hash may span blocks. */
static uint64_t
block_for(const struct id_run *run, struct hash128 hash)
{
	uint64_t low = 0;
	uint64_t high = run->block_count;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		if (run->fences[middle].high < hash.high)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? 0 : low - 1;
}

/* The first id at or behind `key` in the order of runs; `count` if there is none. */
static size_t
entries_lower_bound(const struct id_entry *entries, size_t count, const struct id_entry *key)
{
	size_t low = 0;
	size_t high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (id_entry_compare(&entries[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum status
id_run_search(struct id_run *run, struct hash128 hash, uint64_t before, bool *found,
	uint64_t *position, struct fault *fault)
{
	struct id_entry key = { .hash = hash, .position = before - 1 };
	struct id_entry entries[ID_BLOCK_ENTRIES];
	uint64_t block = block_for(run, hash);
	if (before <= run->header.position_min)
		block = run->block_count;
	for (; block < run->block_count && run->fences[block].high <= hash.high; block++) {
		enum status status = blocks_read(run, block, 1, (uint8_t *)entries, fault);
		if (status != STATUS_OK)
			return status;
		size_t count = block_entries(run, block);
		size_t index = entries_lower_bound(entries, count, &key);
		if (index == count)
			continue;
		if (!id_hash_equal(entries[index].hash, hash))
			break;
		if (entries[index].position >= before)
			return damaged(fault, run->file.path, "a block is not in order");
		*found = true;
		*position = entries[index].position;
		return STATUS_OK;
	}
	*found = false;
	return STATUS_OK;
}

static enum status
cursor_fill(struct id_cursor *cursor, struct fault *fault)
{
	struct id_run *run = cursor->run;
	uint64_t left = run->block_count - cursor->block_next;
	must(left > 0);
	size_t blocks = left < CURSOR_BLOCKS ? (size_t)left : CURSOR_BLOCKS;
	enum status status = blocks_read(run, cursor->block_next, blocks, cursor->buffer, fault);
	if (status != STATUS_OK)
		return status;
	cursor->block_next += blocks;
	cursor->buffer_count = (blocks - 1) * ID_BLOCK_ENTRIES +
		block_entries(run, cursor->block_next - 1);
	cursor->buffer_taken = 0;
	return STATUS_OK;
}

static enum status
cursor_check(const struct id_cursor *cursor, const struct id_entry *entry, struct fault *fault)
{
	const struct id_header *header = &cursor->run->header;
	const char *path = cursor->run->file.path;
	if (cursor->taken > 0 && id_entry_compare(&cursor->last, entry) >= 0)
		return damaged(fault, path, "its ids are not in order");
	if (entry->position < header->position_min || entry->position > header->position_max ||
		entry->day < header->day_min || entry->day > header->day_max)
		return damaged(fault, path, "an id lies outside the bounds in its header");
	if (entry->reserved != 0)
		return damaged(fault, path, "an id is not as we write them");
	return STATUS_OK;
}

enum status
id_cursor_next(struct id_cursor *cursor, struct fault *fault)
{
	if (cursor->entry != NULL)
		cursor->last = *cursor->entry;
	must(cursor->run != NULL && cursor->taken <= cursor->run->header.count);
	if (cursor->taken == cursor->run->header.count) {
		cursor->entry = NULL;
		return STATUS_OK;
	}
	enum status status = STATUS_OK;
	if (cursor->buffer_taken == cursor->buffer_count)
		status = cursor_fill(cursor, fault);
	if (status != STATUS_OK)
		return status;
	const struct id_entry *entries = (const struct id_entry *)(const void *)cursor->buffer;
	const struct id_entry *entry = &entries[cursor->buffer_taken];
	status = cursor_check(cursor, entry, fault);
	if (status != STATUS_OK)
		return status;
	cursor->entry = entry;
	cursor->buffer_taken++;
	cursor->taken++;
	return STATUS_OK;
}

enum status
id_cursor_init(struct id_cursor *cursor, struct id_run *run, struct fault *fault)
{
	uint8_t *buffer = memory_new_aligned(ID_BLOCK_BYTES, CURSOR_BLOCKS * ID_BLOCK_BYTES);
	if (buffer == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory to read %s", run->file.path);
	*cursor = (struct id_cursor){ .run = run, .buffer = buffer };
	enum status status = id_cursor_next(cursor, fault);
	if (status != STATUS_OK)
		id_cursor_release(cursor);
	return status;
}

void
id_cursor_release(struct id_cursor *cursor)
{
	memory_free(cursor->buffer);
	*cursor = (struct id_cursor){ 0 };
}

/* Every id is in the filter, and the bounds in the header are met, not only kept. */
static enum status
run_check(struct id_run *run,
	bool (*visit)(void *context, struct hash128 hash, uint64_t position, int32_t day),
	void *context, struct fault *fault)
{
	struct id_header seen = {
		.position_min = UINT64_MAX, .day_min = INT32_MAX, .day_max = INT32_MIN
	};
	struct id_cursor cursor;
	enum status status = id_cursor_init(&cursor, run, fault);
	if (status != STATUS_OK)
		return status;
	bool wanted = true;
	while (cursor.entry != NULL && wanted) {
		const struct id_entry *entry = cursor.entry;
		struct id_mask mask = id_mask_of(entry->hash);
		if (!id_filter_maybe(&run->filter, entry->hash, &mask)) {
			status = damaged(fault, run->file.path, "its filter lacks an id");
			goto out;
		}
		if (entry->position < seen.position_min)
			seen.position_min = entry->position;
		if (entry->position > seen.position_max)
			seen.position_max = entry->position;
		if (entry->day < seen.day_min)
			seen.day_min = entry->day;
		if (entry->day > seen.day_max)
			seen.day_max = entry->day;
		wanted = visit == NULL || visit(context, entry->hash, entry->position, entry->day);
		status = id_cursor_next(&cursor, fault);
		if (status != STATUS_OK)
			goto out;
	}
	const struct id_header *header = &run->header;
	if (wanted &&
		(seen.position_min != header->position_min ||
			seen.position_max != header->position_max ||
			seen.day_min != header->day_min || seen.day_max != header->day_max))
		status = damaged(
			fault, run->file.path, "the bounds in its header are not those of its ids");
out:
	id_cursor_release(&cursor);
	return status;
}

enum status
ids_run_check(const char *path, uint64_t folder,
	bool (*visit)(void *context, struct hash128 hash, uint64_t position, int32_t day),
	void *context, struct fault *fault)
{
	struct id_run *run = NULL;
	enum status status = id_run_open(&run, path, folder, fault);
	if (status != STATUS_OK)
		return status;
	status = run_check(run, visit, context, fault);
	id_run_drop(run);
	return status;
}
