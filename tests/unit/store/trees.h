/* Whole folders: removed, copied and compared by tests. */
#ifndef SUANPAN_TEST_TREES_H
#define SUANPAN_TEST_TREES_H

#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static inline void
tree_remove(const char *path)
{
	scratch_remove(path);
}

/* Copies a file with its holes; what vanishes meanwhile is left out. */
static inline void
tree_copy_file(const char *from, const char *to)
{
	static uint8_t bytes[1 << 16];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return;
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	off_t size = 0;
	ssize_t got;
	if (out < 0)
		abort();
	while ((got = read(in, bytes, sizeof bytes)) > 0) {
		static const uint8_t zeros[sizeof bytes];
		if (memcmp(bytes, zeros, (size_t)got) != 0 &&
			pwrite(out, bytes, (size_t)got, size) != got)
			abort();
		size += got;
	}
	if (ftruncate(out, size) != 0)
		abort();
	close(in);
	close(out);
}

static inline void
tree_copy(const char *from, const char *to)
{
	DIR *directory = opendir(from);
	struct dirent *item;
	if (mkdir(to, 0700) != 0 && errno != EEXIST)
		abort();
	while (directory != NULL && (item = readdir(directory)) != NULL) {
		char source[1024], target[1024];
		struct stat stat;
		if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
			continue;
		snprintf(source, sizeof source, "%s/%s", from, item->d_name);
		snprintf(target, sizeof target, "%s/%s", to, item->d_name);
		if (lstat(source, &stat) != 0)
			continue;
		if (S_ISDIR(stat.st_mode))
			tree_copy(source, target);
		else
			tree_copy_file(source, target);
	}
	if (directory != NULL)
		closedir(directory);
}

#endif
