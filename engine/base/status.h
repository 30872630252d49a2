/*
 * Failures: what went wrong outside the rules of the field. A refusal (no balance, not eligible) is
 * a normal result and never a status; a bug is a must().
 *
 * A function that can fail returns an enum status and takes a struct fault, which it fills where
 * the failure first happened and nowhere else. On failure a function leaves its other outputs
 * untouched. A fault is logged once, by whoever ends its journey.
 */
#ifndef SUANPAN_STATUS_H
#define SUANPAN_STATUS_H

enum status {
	STATUS_OK = 0,
	STATUS_IO,          /* the system said no: os_error tells why */
	STATUS_MEMORY,      /* no memory, or past a configured bound of it */
	STATUS_CORRUPT,     /* bytes of ours that are not what we wrote */
	STATUS_FULL,        /* the disk, or a map of fixed size, has no room */
	STATUS_LIMIT,       /* past a bound of ours */
	STATUS_INVALID,     /* bytes or text of somebody else that we can't read */
	STATUS_NOT_FOUND,   /* what was named does not exist */
	STATUS_CONFLICT,    /* it exists already, or is another one than expected */
	STATUS_BUSY,        /* in use by another process, or come back later */
	STATUS_UNSUPPORTED, /* a format or version that this build does not know */
};

struct fault {
	enum status status;
	int os_error;     /* errno where status is STATUS_IO or STATUS_FULL, else 0 */
	const char *file; /* where it was noticed first */
	int line;
	char text[512]; /* what, where, why, what to do: a sentence in English, UTF-8 */
};

/* Fills *fault (which may be NULL) and returns `status`. */
#define fault_set(fault, status, ...) \
	fault_fill((fault), (status), 0, __FILE__, __LINE__, __VA_ARGS__)

/*
 * The same for a system call that failed with `os_error`: the system's message is appended, and
 * ENOSPC, EDQUOT become STATUS_FULL, ENOMEM becomes STATUS_MEMORY, ENOENT STATUS_NOT_FOUND, all
 * others STATUS_IO.
 */
#define fault_system(fault, os_error, ...) \
	fault_fill_system((fault), (os_error), __FILE__, __LINE__, __VA_ARGS__)

enum status fault_fill(struct fault *fault, enum status status, int os_error, const char *file,
	int line, const char *format, ...) __attribute__((format(printf, 6, 7)));
enum status fault_fill_system(struct fault *fault, int os_error, const char *file, int line,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

/* "STATUS_IO" and so on, for logs and tests. */
const char *status_name(enum status status);

#endif
