/*
 * Folders for tests to write in: new and empty below TMPDIR, and removed with all that came to lie
 * in them.
 */
#ifndef SUANPAN_TEST_SCRATCH_FOLDER_H
#define SUANPAN_TEST_SCRATCH_FOLDER_H

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCRATCH_PATH_BYTES 256

static inline void
scratch_make_below(const char *parent, char path[SCRATCH_PATH_BYTES])
{
	static unsigned number;
	do {
		int length = snprintf(path, SCRATCH_PATH_BYTES, "%s/suanpan-test-%ld-%u", parent,
			(long)getpid(), number++);
		errno = 0;
		if (length > 0 && length < SCRATCH_PATH_BYTES && mkdir(path, 0700) == 0)
			return;
	} while (errno == EEXIST); /* left behind by a process that had this number before */
	perror(path);
	abort();
}

/* A new, empty folder below TMPDIR or /tmp. */
static inline void
scratch_make(char path[SCRATCH_PATH_BYTES])
{
	const char *parent = getenv("TMPDIR");
	scratch_make_below(parent != NULL ? parent : "/tmp", path);
}

/* The same in memory where that can be had, for tests that write thousands of files. */
static inline void
scratch_make_fast(char path[SCRATCH_PATH_BYTES])
{
	if (access("/dev/shm", W_OK) == 0)
		scratch_make_below("/dev/shm", path);
	else
		scratch_make(path);
}

static inline int
scratch_remove_one(const char *path, const struct stat *stat, int kind, struct FTW *place)
{
	(void)stat, (void)kind, (void)place;
	return remove(path);
}

/* Removes a folder, or a file, and everything below it. */
static inline void
scratch_remove(const char *path)
{
	nftw(path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
