#include "disk.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define HUGE_PAGE ((size_t)2 * 1024 * 1024)

/* How a kind of call is made to fail: one counter going down to the call, one going up for the
 * test. */
struct injection {
	_Atomic uint64_t countdown; /* 0: off */
	_Atomic int os_error;
	_Atomic uint64_t calls;
};

static struct injection injections[DISK_CALL_COUNT];
static _Atomic uint64_t pretended_free_bytes = UINT64_MAX;

void
disk_fail_at(enum disk_call call, uint64_t countdown, int os_error)
{
	must(call < DISK_CALL_COUNT && os_error >= 0);
	atomic_store(&injections[call].countdown, 0);
	atomic_store(&injections[call].os_error, os_error);
	atomic_store(&injections[call].calls, 0);
	atomic_store(&injections[call].countdown, countdown);
}

uint64_t
disk_call_count(enum disk_call call)
{
	must(call < DISK_CALL_COUNT);
	return atomic_load(&injections[call].calls);
}

void
disk_pretend_free_bytes(uint64_t bytes)
{
	atomic_store(&pretended_free_bytes, bytes);
}

/* Counts a call. True if it is the one that shall fail; then *os_error says how. */
static bool
call_fails(enum disk_call call, int *os_error)
{
	struct injection *injection = &injections[call];
	atomic_fetch_add_explicit(&injection->calls, 1, memory_order_relaxed);
	uint64_t left = atomic_load_explicit(&injection->countdown, memory_order_relaxed);
	while (left > 0) {
		if (!atomic_compare_exchange_weak(&injection->countdown, &left, left - 1))
			continue;
		*os_error = atomic_load(&injection->os_error);
		return left == 1;
	}
	return false;
}

/* The same where a call can't be cut short: an os_error of 0 becomes EIO, and errno is set. */
static bool
call_fails_with_errno(enum disk_call call)
{
	int os_error;
	if (!call_fails(call, &os_error))
		return false;
	errno = os_error == 0 ? EIO : os_error;
	return true;
}

static bool
is_aligned(const struct disk_file *file, const void *data, size_t size, uint64_t offset)
{
	return !file->direct ||
		((uintptr_t)data % DISK_BLOCK == 0 && size % DISK_BLOCK == 0 &&
			offset % DISK_BLOCK == 0);
}

static int
open_flags(enum disk_mode mode)
{
	switch (mode) {
	case DISK_READ:
		return O_RDONLY;
	case DISK_READ_DIRECT:
		return O_RDONLY | O_DIRECT;
	case DISK_WRITE:
		return O_RDWR | O_CREAT;
	case DISK_FILL:
		return O_RDWR | O_CREAT | O_DIRECT;
	case DISK_JOURNAL:
		return O_RDWR | O_DIRECT | O_DSYNC;
	}
	must(false);
	return O_RDONLY;
}

static int
open_path(const char *path, int flags)
{
	if (call_fails_with_errno(DISK_CALL_OPEN))
		return -1;
	return open(path, flags | O_CLOEXEC, 0600);
}

enum status
disk_open(struct disk_file *file, const char *path, enum disk_mode mode, struct fault *fault)
{
	file->fd = -1;
	file->direct = false;
	if (strlen(path) >= sizeof file->path)
		return fault_set(fault, STATUS_LIMIT, "the path %.100s… is too long", path);
	int flags = open_flags(mode);
	int fd = open_path(path, flags);
	/* A file system that can't write past the page cache says EINVAL here. */
	if (fd < 0 && errno == EINVAL && (flags & O_DIRECT) != 0) {
		flags &= ~O_DIRECT;
		fd = open_path(path, flags);
	}
	if (fd < 0)
		return fault_system(fault, errno, "can't open %s", path);
	file->fd = fd;
	file->direct = (flags & O_DIRECT) != 0;
	memcpy(file->path, path, strlen(path) + 1);
	return STATUS_OK;
}

void
disk_close(struct disk_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

void *
disk_memory_new(size_t size)
{
	must(size > 0);
	size = size_round_up(size, HUGE_PAGE);
	void *memory = memory_new_aligned(HUGE_PAGE, size);
	/* Advice only: whoever does not take it is slower. */
	if (memory != NULL)
		madvise(memory, size, MADV_HUGEPAGE);
	return memory;
}

/* A disk that becomes full in the midst of a write says so only to the next one. */
static enum status
written_short(const struct disk_file *file, size_t written, size_t size, uint64_t offset,
	struct fault *fault)
{
	uint64_t free_bytes;
	bool is_full = disk_free_bytes(file->path, &free_bytes, NULL) == STATUS_OK &&
		free_bytes < size - written;
	return fault_set(fault, is_full ? STATUS_FULL : STATUS_IO,
		"only %zu of %zu bytes at %llu of %s could be written: %s", written, size,
		(unsigned long long)offset, file->path,
		is_full ? "the disk is full" : "is the disk full or failing?");
}

enum status
disk_write(
	struct disk_file *file, const void *data, size_t size, uint64_t offset, struct fault *fault)
{
	must(file->fd >= 0 && size > 0);
	must(is_aligned(file, data, size, offset));
	int os_error;
	size_t allowed = size;
	if (call_fails(DISK_CALL_WRITE, &os_error)) {
		if (os_error != 0)
			return fault_system(fault, os_error, "can't write %zu bytes at %llu of %s",
				size, (unsigned long long)offset, file->path);
		allowed = size / 2 / DISK_BLOCK * DISK_BLOCK;
	}
	ssize_t written = pwrite(file->fd, data, allowed, (off_t)offset);
	if (written < 0)
		return fault_system(fault, errno, "can't write %zu bytes at %llu of %s", size,
			(unsigned long long)offset, file->path);
	if ((size_t)written < size)
		return written_short(file, (size_t)written, size, offset, fault);
	return STATUS_OK;
}

enum status
disk_read(struct disk_file *file, void *data, size_t size, uint64_t offset, size_t *got,
	struct fault *fault)
{
	must(file->fd >= 0);
	must(is_aligned(file, data, size, offset));
	if (call_fails_with_errno(DISK_CALL_READ))
		return fault_system(fault, errno, "can't read %zu bytes at %llu of %s", size,
			(unsigned long long)offset, file->path);
	size_t total = 0;
	while (total < size) {
		ssize_t part = pread(
			file->fd, (char *)data + total, size - total, (off_t)(offset + total));
		if (part < 0 && errno == EINTR)
			continue;
		if (part < 0)
			return fault_system(fault, errno, "can't read %zu bytes at %llu of %s",
				size, (unsigned long long)offset, file->path);
		total += (size_t)part;
		/* Past the page cache, only the end of the file leaves a block incomplete. */
		if (part == 0 || (file->direct && total % DISK_BLOCK != 0))
			break;
	}
	*got = total;
	return STATUS_OK;
}

enum status
disk_allocate(struct disk_file *file, uint64_t size, struct fault *fault)
{
	must(file->fd >= 0 && size > 0);
	if (call_fails_with_errno(DISK_CALL_WRITE) ||
		fallocate(file->fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)size) != 0) {
		if (errno != EOPNOTSUPP && errno != ENOSYS)
			return fault_system(fault, errno, "can't reserve %llu bytes for %s",
				(unsigned long long)size, file->path);
	}
	return STATUS_OK;
}

enum status
disk_sync(struct disk_file *file, struct fault *fault)
{
	must(file->fd >= 0);
	if (call_fails_with_errno(DISK_CALL_SYNC) || fsync(file->fd) != 0)
		return fault_system(fault, errno, "can't make %s durable", file->path);
	return STATUS_OK;
}

enum status
disk_size(struct disk_file *file, uint64_t *size, struct fault *fault)
{
	must(file->fd >= 0);
	struct stat stat;
	if (fstat(file->fd, &stat) != 0)
		return fault_system(fault, errno, "can't tell the size of %s", file->path);
	must(stat.st_size >= 0);
	*size = (uint64_t)stat.st_size;
	return STATUS_OK;
}

enum status
disk_truncate(struct disk_file *file, uint64_t size, struct fault *fault)
{
	must(file->fd >= 0);
	if (call_fails_with_errno(DISK_CALL_WRITE) || ftruncate(file->fd, (off_t)size) != 0)
		return fault_system(fault, errno, "can't set the size of %s to %llu", file->path,
			(unsigned long long)size);
	return STATUS_OK;
}

enum status
disk_rename(const char *from, const char *to, struct fault *fault)
{
	if (call_fails_with_errno(DISK_CALL_NAME) || rename(from, to) != 0)
		return fault_system(fault, errno, "can't rename %s to %s", from, to);
	return STATUS_OK;
}

enum status
disk_remove(const char *path, struct fault *fault)
{
	if (call_fails_with_errno(DISK_CALL_NAME) || unlink(path) != 0)
		return fault_system(fault, errno, "can't remove %s", path);
	return STATUS_OK;
}

enum status
disk_wear_down(const char *path, bool *gone, struct fault *fault)
{
	struct stat file;
	*gone = false;
	if (stat(path, &file) != 0)
		return fault_system(fault, errno, "can't find %s", path);
	must(file.st_size >= 0);
	if ((uint64_t)file.st_size <= DISK_WEAR_BYTES) {
		*gone = true;
		return disk_remove(path, fault);
	}
	if (call_fails_with_errno(DISK_CALL_WRITE) ||
		truncate(path, file.st_size - (off_t)DISK_WEAR_BYTES) != 0)
		return fault_system(fault, errno, "can't shorten %s", path);
	return STATUS_OK;
}

enum status
disk_sync_directory(const char *path, struct fault *fault)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fault_system(fault, errno, "can't open the directory %s", path);
	int result = call_fails_with_errno(DISK_CALL_SYNC) ? -1 : fsync(fd);
	int os_error = errno;
	close(fd);
	if (result != 0)
		return fault_system(fault, os_error, "can't make the names in %s durable", path);
	return STATUS_OK;
}

/* The directory that holds `path`, which must be shorter than DISK_PATH_MAX. */
static void
parent_of(const char *path, char parent[DISK_PATH_MAX])
{
	size_t length = strlen(path);
	must(length < DISK_PATH_MAX);
	while (length > 0 && path[length - 1] != '/')
		length--;
	while (length > 1 && path[length - 1] == '/')
		length--;
	if (length == 0) {
		memcpy(parent, ".", 2);
		return;
	}
	memcpy(parent, path, length);
	parent[length] = '\0';
}

static enum status
make_one_directory(const char *path, struct fault *fault)
{
	struct stat stat_found;
	if (stat(path, &stat_found) == 0) {
		if (S_ISDIR(stat_found.st_mode))
			return STATUS_OK;
		return fault_system(fault, ENOTDIR, "can't make the directory %s", path);
	}
	if (call_fails_with_errno(DISK_CALL_NAME) || (mkdir(path, 0700) != 0 && errno != EEXIST))
		return fault_system(fault, errno, "can't make the directory %s", path);
	char parent[DISK_PATH_MAX];
	parent_of(path, parent);
	return disk_sync_directory(parent, fault);
}

enum status
disk_make_directory(const char *path, struct fault *fault)
{
	size_t length = strlen(path);
	if (length == 0 || length >= DISK_PATH_MAX)
		return fault_set(fault, STATUS_LIMIT, "the path %.100s… is too long", path);
	/* Parents first: each stretch of the path that ends before a slash. */
	char part[DISK_PATH_MAX];
	for (size_t i = 1; i <= length; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		if (path[i - 1] == '/')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		enum status status = make_one_directory(part, fault);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

bool
disk_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

enum status
disk_free_bytes(const char *path, uint64_t *bytes, struct fault *fault)
{
	uint64_t pretended = atomic_load(&pretended_free_bytes);
	if (pretended != UINT64_MAX) {
		*bytes = pretended;
		return STATUS_OK;
	}
	struct statvfs stat;
	if (statvfs(path, &stat) != 0)
		return fault_system(fault, errno, "can't tell how much room is left at %s", path);
	*bytes = (uint64_t)stat.f_bavail * stat.f_frsize;
	return STATUS_OK;
}

enum status
disk_read_file(const char *path, struct buffer *content, struct fault *fault)
{
	struct disk_file file;
	uint64_t size;
	size_t got;
	uint8_t *room;
	enum status status = disk_open(&file, path, DISK_READ, fault);
	if (status != STATUS_OK)
		return status;
	status = disk_size(&file, &size, fault);
	if (status != STATUS_OK)
		goto close;
	if (size > content->bytes_max - content->size) {
		status = fault_set(fault, STATUS_LIMIT, "%s has %llu bytes, more than %zu", path,
			(unsigned long long)size, content->bytes_max - content->size);
		goto close;
	}
	room = buffer_reserve(content, (size_t)size);
	if (room == NULL) {
		status = fault_set(fault, STATUS_MEMORY, "no memory for the %llu bytes of %s",
			(unsigned long long)size, path);
		goto close;
	}
	status = disk_read(&file, room, (size_t)size, 0, &got, fault);
	if (status == STATUS_OK)
		buffer_grew(content, got);
close:
	disk_close(&file);
	return status;
}

/* Writes `content` as the new file `path` and makes it durable, its name excepted. */
static enum status
write_new_file(const char *path, struct bytes content, struct fault *fault)
{
	struct disk_file file;
	enum status status = disk_open(&file, path, DISK_WRITE, fault);
	if (status != STATUS_OK)
		return status;
	status = disk_truncate(&file, 0, fault);
	if (status == STATUS_OK && content.size > 0)
		status = disk_write(&file, content.data, content.size, 0, fault);
	if (status == STATUS_OK)
		status = disk_sync(&file, fault);
	disk_close(&file);
	return status;
}

/* One at a time: two who write the same file have the same temporary name. */
static pthread_mutex_t file_lock = PTHREAD_MUTEX_INITIALIZER;

enum status
disk_write_file(const char *path, struct bytes content, struct fault *fault)
{
	char temporary[DISK_PATH_MAX];
	char parent[DISK_PATH_MAX];
	if (strlen(path) + sizeof ".new" > sizeof temporary)
		return fault_set(fault, STATUS_LIMIT, "the path %.100s… is too long", path);
	snprintf(temporary, sizeof temporary, "%s.new", path);
	parent_of(path, parent);
	pthread_mutex_lock(&file_lock);
	enum status status = write_new_file(temporary, content, fault);
	if (status == STATUS_OK)
		status = disk_rename(temporary, path, fault);
	if (status != STATUS_OK)
		unlink(temporary);
	else
		status = disk_sync_directory(parent, fault);
	pthread_mutex_unlock(&file_lock);
	return status;
}
