/* The data folder (see folder.h). */
#include "folder.h"

#include "../engine/base/digest.h"
#include "../engine/base/must.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define TITLE "Suanpan data folder"
enum { FILE_BYTES_MAX = 4096 };
enum { LOCK_WAIT_MS = 1000, LOCK_STEP_MS = 10 };

void
folder_path(const struct folder *folder, const char *name, char path[1000])
{
	snprintf(path, 1000, "%s/%s", folder->directory, name);
}

struct journal_place
folder_journal(const struct folder *folder)
{
	struct journal_place place = {
		.folder = folder->number,
		.segment_bytes = folder->segment_bytes,
		.shard = folder->shard,
	};
	folder_path(folder, "journal", place.directory);
	return place;
}

/*
 * A server that was killed while it began a child process leaves the lock with that for a moment, so
 * whoever starts it again at once has to wait. 0, or why there is no lock.
 */
static int
lock_file(int fd)
{
	const struct timespec step = { .tv_nsec = LOCK_STEP_MS * 1000000L };
	for (int waited_ms = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited_ms += LOCK_STEP_MS) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || waited_ms >= LOCK_WAIT_MS)
			return errno;
		nanosleep(&step, NULL);
	}
	return 0;
}

/*
 * Without `make`, nothing is written: where there is no lock file, no process of ours has ever
 * been.
 */
static enum status
folder_lock(struct folder *folder, bool make, struct fault *fault)
{
	char path[1000];
	folder_path(folder, "lock", path);
	int fd = open(path, (make ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC, 0600);
	if (fd < 0 && errno == ENOENT && !make)
		return STATUS_OK;
	if (fd < 0)
		return fault_system(fault, errno, "%s", path);
	int code = lock_file(fd);
	if (code != 0) {
		close(fd);
		if (code == EWOULDBLOCK)
			return fault_set(fault, STATUS_BUSY,
				"%s is in use by another process; stop that server first, or give another folder",
				folder->directory);
		return fault_system(fault, code, "%s", path);
	}
	folder->lock = fd;
	return STATUS_OK;
}

static bool
segment_bytes_are_possible(uint64_t segment_bytes)
{
	return segment_bytes >= JOURNAL_SEGMENT_BYTES_MIN &&
		(segment_bytes & (segment_bytes - 1)) == 0;
}

/* What can't be is refused before it is written: the file is never changed again. */
static enum status
folder_make(struct folder *folder, const char *path, struct fault *fault)
{
	char content[512];
	char journal[1000];
	if (!segment_bytes_are_possible(folder->segment_bytes))
		return fault_set(fault, STATUS_INVALID,
			"journal.segment must be a power of two of bytes, 1 MiB or more, not %" PRIu64,
			folder->segment_bytes);
	folder_path(folder, "journal", journal);
	if (disk_exists(journal))
		return fault_set(fault, STATUS_CORRUPT,
			"%s is missing, but there is a journal beside it; restore that file from a backup",
			path);
	do {
		if (!random_bytes(&folder->number, sizeof folder->number))
			return fault_set(fault, STATUS_IO, "the system gives no random bytes");
	} while (folder->number == 0);
	int size = snprintf(content, sizeof content,
		TITLE "\nformat %d\nfolder %016" PRIx64 "\nshard %" PRIu32
		      "\nsegment_bytes %" PRIu64 "\n",
		FOLDER_FORMAT, folder->number, folder->shard, folder->segment_bytes);
	must(size > 0 && (size_t)size < sizeof content);
	return disk_write_file(
		path, (struct bytes){ (const uint8_t *)content, (size_t)size }, fault);
}

static enum status
folder_parse(struct folder *folder, const char *path, const char *content, struct fault *fault)
{
	int format;
	int end = 0;
	if (sscanf(content,
		    TITLE "\nformat %d\nfolder %16" SCNx64 "\nshard %" SCNu32
			  "\nsegment_bytes %" SCNu64 "\n%n",
		    &format, &folder->number, &folder->shard, &folder->segment_bytes, &end) != 4 ||
		content[end] != '\0')
		return fault_set(fault, STATUS_CORRUPT,
			"%s is not what Suanpan wrote; restore it from a backup", path);
	if (format != FOLDER_FORMAT)
		return fault_set(fault, STATUS_UNSUPPORTED,
			"%s: format %d, of %s build; this one knows format %d only. Serve the "
			"folder with the build that made it, or begin an empty one",
			path, format, format < FOLDER_FORMAT ? "an earlier" : "a later",
			FOLDER_FORMAT);
	if (folder->number == 0 || !segment_bytes_are_possible(folder->segment_bytes))
		return fault_set(fault, STATUS_CORRUPT,
			"%s: impossible values; restore it from a backup", path);
	return STATUS_OK;
}

static enum status
folder_read(struct folder *folder, const char *path, struct fault *fault)
{
	struct buffer content;
	buffer_init(&content, FILE_BYTES_MAX);
	enum status status = disk_read_file(path, &content, fault);
	if (status == STATUS_OK && !buffer_append(&content, "", 1))
		status = fault_set(fault, STATUS_MEMORY, "no memory to read %s", path);
	if (status == STATUS_OK)
		status = folder_parse(folder, path, (const char *)content.data, fault);
	buffer_release(&content);
	return status;
}

/* Locks, then reads or makes the file. */
static enum status
folder_enter(struct folder *folder, bool make, struct fault *fault)
{
	char path[1000];
	enum status status = folder_lock(folder, make, fault);
	if (status != STATUS_OK)
		return status;
	folder_path(folder, "folder", path);
	status = make && !disk_exists(path) ? folder_make(folder, path, fault)
					    : folder_read(folder, path, fault);
	if (status != STATUS_OK)
		folder_close(folder);
	return status;
}

static enum status
folder_name(struct folder *folder, const char *directory, struct fault *fault)
{
	*folder = (struct folder){ .lock = -1 };
	size_t size = strlen(directory);
	if (size == 0 || size >= sizeof folder->directory)
		return fault_set(fault, STATUS_INVALID,
			"the data folder's name has %zu bytes; 1 to %zu are possible", size,
			sizeof folder->directory - 1);
	memcpy(folder->directory, directory, size + 1);
	return STATUS_OK;
}

enum status
folder_open(struct folder *folder, const char *directory, uint32_t shard, uint64_t segment_bytes,
	struct fault *fault)
{
	enum status status = folder_name(folder, directory, fault);
	if (status != STATUS_OK)
		return status;
	folder->shard = shard;
	folder->segment_bytes = segment_bytes;
	status = disk_make_directory(directory, fault);
	if (status != STATUS_OK)
		return status;
	status = folder_enter(folder, true, fault);
	if (status == STATUS_OK && folder->shard != shard) {
		status = fault_set(fault, STATUS_CONFLICT,
			"%s belongs to shard %u, not to shard %u", directory, folder->shard, shard);
		folder_close(folder);
	}
	return status;
}

enum status
folder_open_existing(struct folder *folder, const char *directory, struct fault *fault)
{
	char path[1000];
	enum status status = folder_name(folder, directory, fault);
	if (status != STATUS_OK)
		return status;
	folder_path(folder, "folder", path);
	if (!disk_exists(path))
		return fault_set(fault, STATUS_NOT_FOUND,
			"%s is not a Suanpan data folder (it has no file \"folder\")", directory);
	return folder_enter(folder, false, fault);
}

void
folder_close(struct folder *folder)
{
	if (folder->lock >= 0)
		close(folder->lock);
	folder->lock = -1;
}
