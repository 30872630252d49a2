#include "must.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static _Thread_local const char *context;

void
must_context(const char *what)
{
	context = what;
}

_Noreturn void
must_failed(const char *claim, const char *file, int line, const char *function)
{
	/* One write of a stack buffer: the heap, stdio's locks and the log may be what is broken.
	 */
	char message[1024];
	int length = snprintf(message, sizeof message,
		"suanpan: bug: must(%s) failed in %s at %s:%d%s%s\n", claim, function, file, line,
		context == NULL ? "" : " while working on ", context == NULL ? "" : context);
	if (length >= (int)sizeof message) {
		length = (int)sizeof message;
		message[length - 1] = '\n';
	}
	if (length > 0 && write(STDERR_FILENO, message, (size_t)length) < 0)
		abort(); /* nobody listens, and there is nothing else to try */
	abort();
}
