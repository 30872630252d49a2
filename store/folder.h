/*
 * The data folder: what makes it one, and who has it open.
 *
 * Its file "folder" is text, written when the folder is made and never changed:
 *
 *   Suanpan data folder
 *   format 2
 *   folder 5b0c…16 hex digits
 *   shard 0
 *   segment_bytes 67108864
 *
 * Its file "lock" is locked (flock) as long as a process has the folder open.
 */
#ifndef SUANPAN_FOLDER_H
#define SUANPAN_FOLDER_H

#include "journal.h"

#define FOLDER_FORMAT 2

struct folder {
	char directory[900];
	uint64_t number;
	uint32_t shard;
	uint64_t segment_bytes;
	int lock; /* file descriptor; -1: not locked */
};

/*
 * Makes the folder if there is none (its parents too), and locks it. STATUS_BUSY: another process
 * has it open.
 */
enum status folder_open(struct folder *folder, const char *directory, uint32_t shard,
	uint64_t segment_bytes, struct fault *fault);
/*
 * Only an existing one, for tools. Writes nothing, but locks it too, so that nobody writes
 * meanwhile.
 */
enum status folder_open_existing(struct folder *folder, const char *directory, struct fault *fault);
void folder_close(struct folder *folder);

/* DIR/journal and so on. */
struct journal_place folder_journal(const struct folder *folder);
void folder_path(const struct folder *folder, const char *name, char path[1000]);

#endif
