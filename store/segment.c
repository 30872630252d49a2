#include "segment.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct segment *
segment_new(uint64_t number)
{
	struct segment *segment = memory_new(sizeof *segment);
	if (segment != NULL)
		*segment = (struct segment){ .number = number, .file = { .fd = -1 } };
	return segment;
}

void
segment_free(struct segment *segment)
{
	if (segment != NULL)
		disk_close(&segment->file);
	memory_free(segment);
}

/* The longest name is that of a spare: 34 bytes, a slash and a zero at the end. */
_Static_assert(sizeof((struct journal_place *)NULL)->directory + 36 <= DISK_PATH_MAX,
	"every name in the directory fits into a path");

void
segment_path(const struct journal_place *place, uint64_t number, char path[DISK_PATH_MAX])
{
	int length = snprintf(
		path, DISK_PATH_MAX, "%s/%016" PRIx64 ".segment", place->directory, number);
	must(length > 0 && length < DISK_PATH_MAX);
}

void
spare_path(
	const struct journal_place *place, uint64_t serial, bool filling, char path[DISK_PATH_MAX])
{
	int length = snprintf(path, DISK_PATH_MAX, "%s/spare-%" PRIu64 ".%s", place->directory,
		serial, filling ? "filling" : "segment");
	must(length > 0 && length < DISK_PATH_MAX);
}

/* Is `name` exactly what `print` makes of the number that it holds? */
static bool
parse_name(const char *name, const char *format, int base, uint64_t *number)
{
	const char *digits = base == 16 ? name : name + strlen("spare-");
	char again[64];
	if (base == 10 && strncmp(name, "spare-", strlen("spare-")) != 0)
		return false;
	*number = strtoull(digits, NULL, base);
	snprintf(again, sizeof again, format, *number);
	return strcmp(again, name) == 0;
}

static enum status
append_number(uint64_t **numbers, size_t *count, uint64_t number, struct fault *fault)
{
	/* Doubled whenever it is full, which is at the powers of two. */
	if ((*count & (*count - 1)) == 0) {
		size_t room = *count == 0 ? 1 : *count * 2;
		uint64_t *grown = memory_resize(*numbers, room * sizeof **numbers);
		if (grown == NULL)
			return fault_set(fault, STATUS_MEMORY, "no memory for a list of segments");
		*numbers = grown;
	}
	(*numbers)[(*count)++] = number;
	return STATUS_OK;
}

static enum status
list_name(struct segment_list *list, const char *name, struct fault *fault)
{
	uint64_t number;
	if (parse_name(name, "%016" PRIx64 ".segment", 16, &number))
		return append_number(&list->segments, &list->segment_count, number, fault);
	if (parse_name(name, "%016" PRIx64 ".archive", 16, &number))
		return append_number(&list->segments, &list->segment_count, number, fault);
	if (parse_name(name, "spare-%" PRIu64 ".segment", 10, &number))
		return append_number(&list->spares, &list->spare_count, number, fault);
	if (parse_name(name, "spare-%" PRIu64 ".filling", 10, &number))
		return append_number(&list->fillings, &list->filling_count, number, fault);
	return STATUS_OK; /* not ours */
}

static int
compare_numbers(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a;
	uint64_t right = *(const uint64_t *)b;
	return (left > right) - (left < right);
}

static void
sort_numbers(uint64_t *numbers, size_t count)
{
	if (count > 1)
		qsort(numbers, count, sizeof *numbers, compare_numbers);
}

/* A segment that was just archived may still have its own file. */
static void
remove_doubles(uint64_t *numbers, size_t *count)
{
	size_t kept = 0;
	for (size_t i = 0; i < *count; i++) {
		if (kept == 0 || numbers[kept - 1] != numbers[i])
			numbers[kept++] = numbers[i];
	}
	*count = kept;
}

enum status
segment_list_read(struct segment_list *list, const struct journal_place *place, struct fault *fault)
{
	enum status status = STATUS_OK;
	*list = (struct segment_list){ 0 };
	DIR *directory = opendir(place->directory);
	if (directory == NULL && errno == ENOENT)
		return STATUS_OK;
	if (directory == NULL)
		return fault_system(fault, errno, "can't open the directory %s", place->directory);
	while (status == STATUS_OK) {
		errno = 0;
		const struct dirent *item = readdir(directory);
		if (item == NULL && errno != 0)
			status = fault_system(fault, errno, "can't list %s", place->directory);
		if (item == NULL)
			break;
		status = list_name(list, item->d_name, fault);
	}
	closedir(directory);
	sort_numbers(list->segments, list->segment_count);
	remove_doubles(list->segments, &list->segment_count);
	sort_numbers(list->spares, list->spare_count);
	sort_numbers(list->fillings, list->filling_count);
	return status;
}

void
segment_list_release(struct segment_list *list)
{
	memory_free(list->segments);
	memory_free(list->spares);
	memory_free(list->fillings);
	*list = (struct segment_list){ 0 };
}

static enum status
write_zeros(struct disk_file *file, uint64_t from, uint64_t to, const uint8_t *zeros,
	const struct segment_pace *pace, struct fault *fault)
{
	must(from % DISK_BLOCK == 0 && to % DISK_BLOCK == 0);
	while (from < to) {
		size_t size = to - from < SEGMENT_CHUNK_BYTES ? (size_t)(to - from)
							      : SEGMENT_CHUNK_BYTES;
		enum status status = disk_write(file, zeros, size, from, fault);
		if (status != STATUS_OK)
			return status;
		from += size;
		if (pace->filled_bytes != NULL)
			atomic_fetch_add_explicit(pace->filled_bytes, size, memory_order_relaxed);
		if (pace->pace != NULL)
			status = pace->pace(pace->context, file, from, fault);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status
segment_fill(const char *path, uint64_t size, const uint8_t *zeros, const struct segment_pace *pace,
	struct fault *fault)
{
	must(size > 0 && size % DISK_BLOCK == 0);
	struct disk_file file;
	uint64_t found;
	enum status status = disk_open(&file, path, DISK_FILL, fault);
	if (status != STATUS_OK)
		return status;
	status = disk_size(&file, &found, fault);
	if (status != STATUS_OK || found == size)
		goto close;
	if (found > size) {
		status = fault_set(fault, STATUS_CONFLICT,
			"%s has %" PRIu64 " bytes, but segments of this journal have %" PRIu64,
			path, found, size);
		goto close;
	}
	/* A last block that is not whole keeps what it has. */
	if (found % DISK_BLOCK != 0) {
		found = size_round_up(found, DISK_BLOCK);
		status = disk_truncate(&file, found, fault);
	}
	if (status == STATUS_OK)
		status = disk_allocate(&file, size, fault);
	if (status == STATUS_OK)
		status = write_zeros(&file, found, size, zeros, pace, fault);
	if (status == STATUS_OK)
		status = disk_sync(&file, fault);
close:
	disk_close(&file);
	return status;
}
