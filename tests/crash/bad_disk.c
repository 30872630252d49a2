/*
 * A disk that fails, for tests of a real server: put before the C library with LD_PRELOAD.
 *
 *   BAD_DISK_ARM    a file: nothing happens before it exists
 *   BAD_DISK_CALL   write | sync | statvfs: which kind of call
 *   BAD_DISK_PATH   only files whose path contains this
 *   BAD_DISK_AT     the how many-th such call; it alone, or with `forget` it and all after it
 *   BAD_DISK_HOW    an errno | short: half is written | forget: nothing is written, and success is told
 *   BAD_DISK_FREE   a file with the number of bytes that statvfs shall tell are free
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum how { HOW_WELL, HOW_ERROR, HOW_SHORT, HOW_FORGET };

static _Atomic long calls;

static const char *
variable(const char *name)
{
	const char *value = getenv(name);
	return value == NULL ? "" : value;
}

static enum how
how_of_call(const char *call, int fd)
{
	char link[64], path[4096];
	if (strcmp(variable("BAD_DISK_CALL"), call) != 0 ||
		access(variable("BAD_DISK_ARM"), F_OK) != 0)
		return HOW_WELL;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t size = readlink(link, path, sizeof path - 1);
	if (size < 0)
		return HOW_WELL;
	path[size] = '\0';
	if (strstr(path, variable("BAD_DISK_PATH")) == NULL)
		return HOW_WELL;
	long number = atomic_fetch_add(&calls, 1) + 1;
	long at = atol(variable("BAD_DISK_AT"));
	const char *how = variable("BAD_DISK_HOW");
	if (strcmp(how, "forget") == 0)
		return number >= at ? HOW_FORGET : HOW_WELL;
	if (number != at)
		return HOW_WELL;
	if (strcmp(how, "short") == 0)
		return HOW_SHORT;
	errno = atoi(how);
	return HOW_ERROR;
}

#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

ssize_t
pwrite(int fd, const void *data, size_t size, off_t offset)
{
	switch (how_of_call("write", fd)) {
	case HOW_ERROR:
		return -1;
	case HOW_FORGET:
		return (ssize_t)size;
	case HOW_SHORT:
		size = size / 2 / 4096 * 4096;
		break;
	case HOW_WELL:
		break;
	}
	return size == 0 ? 0 : REAL(pwrite)(fd, data, size, offset);
}

ssize_t
pwrite64(int fd, const void *data, size_t size, off_t offset)
{
	return pwrite(fd, data, size, offset);
}

ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	enum how how = how_of_call("write", fd);
	if (how == HOW_ERROR)
		return -1;
	return REAL(writev)(fd, parts, how == HOW_SHORT && count > 1 ? count / 2 : count);
}

int
fsync(int fd)
{
	return how_of_call("sync", fd) == HOW_ERROR ? -1 : REAL(fsync)(fd);
}

int
fdatasync(int fd)
{
	return how_of_call("sync", fd) == HOW_ERROR ? -1 : REAL(fdatasync)(fd);
}

int
statvfs(const char *path, struct statvfs *result)
{
	int code = REAL(statvfs)(path, result);
	FILE *file = code == 0 ? fopen(variable("BAD_DISK_FREE"), "r") : NULL;
	unsigned long long bytes;
	if (file != NULL && fscanf(file, "%llu", &bytes) == 1)
		result->f_bavail = bytes / result->f_frsize;
	if (file != NULL)
		fclose(file);
	return code;
}

int
statvfs64(const char *path, struct statvfs64 *result)
{
	return statvfs(path, (struct statvfs *)result);
}
