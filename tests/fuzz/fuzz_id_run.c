/*
 * Any bytes as a run of ids: opening, searching, checking and merging it ends with a status, never
 * with a crash or a failed must().
 *
 * Checksums stop nearly everything at the door, so the first byte of the input says how much is put
 * right first: bit 0: the sizes in the header fit the file; bit 1: all checksums are right. What is
 * left to be wrong is what a bug of ours, or somebody with a hex editor, could write.
 */
#include "../../store/id_run.h"
#include "../../store/ids.h"
#include "../unit/scratch_folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define FOLDER UINT64_C(0xf0)

enum { SIZES_RIGHT = 1, CHECKSUMS_RIGHT = 2, PAGES_MAX = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t file[PAGES_MAX * ID_BLOCK_BYTES];
static char directory[SCRATCH_PATH_BYTES];

/* Whole pages: header, one of filter, one of fences, and the rest blocks. */
static size_t
sizes_put_right(size_t size)
{
	size_t pages = (size + ID_BLOCK_BYTES - 1) / ID_BLOCK_BYTES;
	if (pages < 4)
		pages = 4;
	uint64_t blocks = pages - 3;
	uint64_t last = load_u64(file + 16) % ID_BLOCK_ENTRIES;
	store_u64(file + 16, (blocks - 1) * ID_BLOCK_ENTRIES + last + 1);
	store_u64(file + 48, ID_BLOCK_BYTES);
	store_u64(file + 56, ID_BLOCK_BYTES);
	return pages * ID_BLOCK_BYTES;
}

static void
checksums_put_right(size_t size)
{
	uint64_t filter = load_u64(file + 48);
	uint64_t fences = load_u64(file + 56);
	memcpy(file, "SPIDRUN1", 8);
	store_u64(file + 8, FOLDER);
	if (filter < size && fences < size && filter % ID_BLOCK_BYTES == 0 &&
		fences % ID_BLOCK_BYTES == 0 && ID_BLOCK_BYTES + filter + fences < size) {
		uint8_t *fence = file + ID_BLOCK_BYTES + filter;
		uint8_t *block = fence + fences;
		for (uint64_t i = 0; i < fences / sizeof(struct id_fence); i++) {
			if (block + (i + 1) * ID_BLOCK_BYTES > file + size)
				break;
			store_u64(fence + 16 * i, load_u64(block + i * ID_BLOCK_BYTES + 8));
			store_u64(fence + 16 * i + 8,
				hash64(block + i * ID_BLOCK_BYTES, ID_BLOCK_BYTES, FOLDER));
		}
		store_u64(file + 64, id_pages_checksum(FOLDER, file + ID_BLOCK_BYTES, filter));
		store_u64(file + 72, id_pages_checksum(FOLDER, fence, fences));
	}
	store_u64(file + 80, hash64(file, ID_HEADER_CHECKED_BYTES, FOLDER));
}

static void
search_around(struct id_run *run, struct hash128 hash)
{
	bool found = false;
	uint64_t position = 0;
	uint64_t before = UINT64_MAX;
	for (int i = 0; i < 300; i++) {
		if (id_run_search(run, hash, before, &found, &position, NULL) != STATUS_OK ||
			!found)
			return;
		if (position >= before)
			abort();
		before = position;
	}
}

static void
use(struct id_run *run, size_t size)
{
	for (size_t offset = 0; offset + 16 <= size; offset += 32)
		search_around(run,
			(struct hash128){ load_u64(file + offset), load_u64(file + offset + 8) });
	struct id_run *runs[2] = { run, run };
	struct id_merge merge = { { directory, FOLDER, false }, 1, runs, 2, run->header.day_min };
	uint64_t bytes = 0;
	if (id_merge_run(&merge, &bytes, NULL) == STATUS_OK && bytes > 0) {
		char path[DISK_PATH_MAX];
		id_run_path(&merge.place, 1, path);
		/* What we wrote ourselves must be right. */
		if (ids_run_check(path, FOLDER, NULL, NULL, NULL) != STATUS_OK)
			abort();
		unlink(path);
	}
}

static void
directory_remove(void)
{
	scratch_remove(directory);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (directory[0] == '\0') {
		scratch_make_fast(directory); /* a merge syncs what it writes */
		atexit(directory_remove);
	}
	if (size < 1 || size - 1 > sizeof file)
		return 0;
	uint8_t put_right = data[0];
	memset(file, 0, sizeof file);
	memcpy(file, data + 1, size - 1);
	size--;
	if (put_right & SIZES_RIGHT)
		size = sizes_put_right(size);
	if ((put_right & CHECKSUMS_RIGHT) && size >= 96)
		checksums_put_right(size);

	int fd = memfd_create("run", MFD_CLOEXEC);
	if (fd < 0 || (size > 0 && write(fd, file, size) != (ssize_t)size))
		abort();
	char path[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	struct id_run *run = NULL;
	if (id_run_open(&run, path, FOLDER, NULL) == STATUS_OK) {
		use(run, size);
		id_run_drop(run);
		(void)ids_run_check(path, FOLDER, NULL, NULL, NULL);
	}
	close(fd);
	return 0;
}
