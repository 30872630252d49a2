/*
 * The comparison of two catalogs (rules/diff.h) in a child process (child.h), since one of them may
 * be anything that a client sent. What the child found comes back as one MessagePack value (told.h):
 *
 *   input    u64 size of the first bundle; u32 how many differences are to be told; both bundles
 *   output   [status, why, count, differences], a difference being [what, path, English, Chinese, from, to] with
 *            nil for what is not there
 */
#ifndef SUANPAN_COMPARISON_H
#define SUANPAN_COMPARISON_H

#include "child.h"

#include "../rules/diff.h"

/* The argument that makes this program the child. It may use what a proof may (proof.h). */
#define COMPARISON_ARGUMENT "compare-releases"
_Noreturn void comparison_child(void);

/* So many bytes of differences are told. */
#define COMPARISON_BYTES_MAX ((size_t)16 * 1024 * 1024)

struct comparison {
	struct child_end end; /* what is below is there only if it is CHILD_DONE */
	enum status status;   /* STATUS_OK: they were compared; else why not */
	char why[sizeof(((struct fault *)NULL)->text)];
	uint64_t count; /* of all differences */
	struct difference *list;
	size_t told; /* in the list: the first so many */
	struct arena arena;
};

void comparison_init(struct comparison *comparison);
void comparison_release(struct comparison *comparison);

/* What is compared; the bundles belong to the caller. */
struct comparison_job {
	struct bytes from, to;
	uint32_t told_max;
	const atomic_bool *stop; /* ends the child early when it becomes true */
};
/*
 * Compares them, on a worker. STATUS_OK: there is a comparison, or the end of the child.
 * STATUS_MEMORY: there was none of ours. STATUS_CORRUPT: what the child said is no comparison.
 */
enum status comparison_make(
	const struct comparison_job *job, struct comparison *comparison, struct fault *fault);

/* The two sides of the value, for tests: what a child found, as it is written; and read. */
bool comparison_write(
	const struct diff *diff, uint32_t told_max, const struct fault *fault, struct buffer *out);
enum status
comparison_read(struct bytes packed, struct comparison *comparison, struct fault *fault);

#endif
