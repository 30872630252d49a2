/*
 * The system calls by which the store touches a disk, in one place: so that tests can fail the Nth
 * of them, and so that each has its failure described once. All sizes are bytes. Any thread.
 *
 * Every function that fails fills *fault with the path and what to do, and changes no output.
 */
#ifndef SUANPAN_DISK_H
#define SUANPAN_DISK_H

#include "../engine/base/buffer.h"
#include "../engine/base/status.h"

#include <sys/types.h>

/* The unit in which files are written past the page cache; a multiple of every device's sector. */
#define DISK_BLOCK 4096

enum disk_mode {
	DISK_READ,        /* an existing file, through the page cache */
	DISK_READ_DIRECT, /* the same past the page cache where the file system can */
	DISK_WRITE,       /* created if missing, through the page cache */
	DISK_FILL,        /* the same past the page cache where the file system can; durable after
			     disk_sync */
	DISK_JOURNAL,     /* an existing file; O_DIRECT | O_DSYNC where the file system can, else
			     O_DSYNC: a write that returned is durable. Offsets, sizes and memory in
			     whole DISK_BLOCKs. */
};

#define DISK_PATH_MAX 1088 /* a directory of up to 1,000 bytes and a name */

struct disk_file {
	int fd;      /* -1: not open */
	bool direct; /* past the page cache: offsets, sizes and memory in whole DISK_BLOCKs */
	char path[DISK_PATH_MAX];
};

/*
 * The file is closed (fd -1) when this fails. STATUS_NOT_FOUND if it does not exist and the mode
 * makes none.
 */
enum status
disk_open(struct disk_file *file, const char *path, enum disk_mode mode, struct fault *fault);
void disk_close(struct disk_file *file); /* one that is not open is fine */

/*
 * Memory for large transfers past the page cache, to be freed with memory_free: aligned, not
 * zeroed, and in huge pages where the system gives them. A device takes memory in physically
 * contiguous stretches and is slower the more there are: writing 1 MiB durably took 0.95 ms from
 * one huge page, 1.63 ms from small ones. NULL without memory.
 */
void *disk_memory_new(size_t size);

/*
 * Writes all of it or fails; a short write is a failure, never continued: STATUS_FULL if the disk
 * has no room for the rest.
 */
enum status disk_write(struct disk_file *file, const void *data, size_t size, uint64_t offset,
	struct fault *fault);
/* Reads up to `size` bytes; *got is less only at the end of the file. */
enum status disk_read(struct disk_file *file, void *data, size_t size, uint64_t offset, size_t *got,
	struct fault *fault);
/* Reserves blocks for the first `size` bytes, where the file system can; the file's size stays. */
enum status disk_allocate(struct disk_file *file, uint64_t size, struct fault *fault);
enum status disk_sync(struct disk_file *file, struct fault *fault);
enum status disk_size(struct disk_file *file, uint64_t *size, struct fault *fault);
enum status disk_truncate(struct disk_file *file, uint64_t size, struct fault *fault);

enum status disk_rename(const char *from, const char *to, struct fault *fault);
enum status disk_remove(const char *path, struct fault *fault);
/*
 * Takes DISK_WEAR_BYTES off the end of a file, or removes it if there are no more; *gone tells.
 * For large files that are of no use any more: a file system that tells the device which blocks
 * became free (mounted with `discard`) makes every sync wait for it, and with a file of 64 MiB
 * removed at once, frames of the journal took 45 ms; with 1 MiB every few milliseconds, 3 ms.
 */
enum status disk_wear_down(const char *path, bool *gone, struct fault *fault);
#define DISK_WEAR_BYTES ((uint64_t)1 << 20)
/* Makes the names in a directory durable. */
enum status disk_sync_directory(const char *path, struct fault *fault);
/* Makes the directory and its parents, mode 0700, names durable. One that exists is fine. */
enum status disk_make_directory(const char *path, struct fault *fault);
bool disk_exists(const char *path);

/* Bytes that an ordinary user may still write on the file system of `path`. */
enum status disk_free_bytes(const char *path, uint64_t *bytes, struct fault *fault);

/*
 * A whole small file. Read appends it to *content (STATUS_LIMIT past the buffer's bound). Write
 * makes it appear complete or not at all (a temporary name, sync, rename, sync).
 */
enum status disk_read_file(const char *path, struct buffer *content, struct fault *fault);
enum status disk_write_file(const char *path, struct bytes content, struct fault *fault);

/*
 * Fault injection for tests, process-wide: call number `countdown` (1 is the next; 0 switches off)
 * of the given kind fails with `os_error`, once; with os_error 0 a write is cut short instead
 * (other calls then fail with EIO). disk_call_count is how many calls of that kind were made since
 * disk_fail_at was last called for it.
 */
enum disk_call {
	DISK_CALL_OPEN,
	DISK_CALL_WRITE, /* disk_write, disk_truncate, disk_allocate, disk_wear_down */
	DISK_CALL_READ,  /* disk_read */
	DISK_CALL_SYNC,  /* disk_sync, disk_sync_directory */
	DISK_CALL_NAME,  /* disk_rename, disk_remove, disk_wear_down at the end,
			    disk_make_directory for each that it makes */
	DISK_CALL_COUNT,
};
void disk_fail_at(enum disk_call call, uint64_t countdown, int os_error);
uint64_t disk_call_count(enum disk_call call);
/* Tests pretend that the file system has only this much room (UINT64_MAX: the truth). */
void disk_pretend_free_bytes(uint64_t bytes);

#endif
