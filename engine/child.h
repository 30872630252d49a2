/*
 * A child process that works for this one on what is not to be trusted. It is this program again
 * (/proc/self/exe), with one argument that says what it is to do; it reads its input to the end,
 * writes its output, and ends with code 0. Whatever else it does is an end with a name, and it never
 * outlives a bound or its parent.
 *
 *   worker ── input ──► child: confines itself, works ── output ──► worker
 *
 * The input is a file in memory, the output a pipe. Starting copies nothing of this process (vfork), however
 * large it is, so that no charge waits for it.
 *
 * Thread: a worker, which waits for the child.
 */
#ifndef SUANPAN_CHILD_H
#define SUANPAN_CHILD_H

#include "base/buffer.h"
#include "base/status.h"

#include <stdatomic.h>

struct child_job {
	const char *argument;
	struct bytes input;
	struct buffer *output;   /* at most its bytes_max may be written */
	uint32_t deadline_ms;    /* from its start */
	const atomic_bool *stop; /* when it becomes true, the child ends at once; NULL: never */
};

enum child_end_kind {
	CHILD_DONE,
	CHILD_NOT_STARTED, /* number: errno */
	CHILD_FAILED,      /* number: its exit code */
	CHILD_KILLED,      /* number: the signal that ended it */
	CHILD_LATE,        /* past its deadline */
	CHILD_FLOODED,     /* it wrote more than it may */
	CHILD_NO_MEMORY,   /* of ours, for what it wrote */
	CHILD_STOPPED,     /* nobody wanted it any more */
};

struct child_end {
	enum child_end_kind kind;
	int number;
};

/* Runs it to its end: afterwards there is no such process. */
struct child_end child_run(const struct child_job *job);

/* ---- in the child ---- */

struct confines {
	size_t memory_bytes; /* of address space; not under AddressSanitizer, which takes terabytes */
	uint32_t cpu_seconds; /* past it, SIGXCPU */
};

/*
 * From now on this process can make no process and no thread, open no file and no socket, write to
 * no file, leave no core, gain no privilege, and dies with its parent; it is nobody where it was
 * root. What is open but its input, its output and its log is closed.
 */
enum status child_confine(const struct confines *confines, struct fault *fault);
/* Reads the input to its end into *input, which the caller has initialised. */
enum status child_read(struct buffer *input, struct fault *fault);
/* Writes the output and ends the process. */
_Noreturn void child_finish(struct bytes output);

#endif
