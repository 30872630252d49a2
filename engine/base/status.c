#include "status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/*
 * Cuts a text that snprintf truncated back to whole UTF-8 characters: drops the bytes of a last
 * character that is not complete.
 */
static void
trim_broken_character(char *text)
{
	size_t size = strlen(text);
	size_t start = size;
	while (start > 0 && size - start < 4 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	unsigned char lead = (unsigned char)text[start - 1];
	size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	if (size - (start - 1) < wanted)
		text[start - 1] = '\0';
}

/* Formats aside first, because the arguments may point into the fault itself. */
static void
fill(struct fault *fault, const struct fault *place, const char *format, va_list arguments)
{
	char text[sizeof fault->text];
	int length = vsnprintf(text, sizeof text, format, arguments);
	if (length < 0)
		text[0] = '\0';
	if (place->os_error != 0) {
		size_t used = strlen(text);
		char reason[128];
		snprintf(text + used, sizeof text - used, ": %s",
			strerror_r(place->os_error, reason, sizeof reason));
	}
	trim_broken_character(text);
	*fault = *place;
	memcpy(fault->text, text, sizeof text);
}

enum status
fault_fill(struct fault *fault, enum status status, int os_error, const char *file, int line,
	const char *format, ...)
{
	if (fault != NULL) {
		struct fault place = {
			.status = status, .os_error = os_error, .file = file, .line = line
		};
		va_list arguments;
		va_start(arguments, format);
		fill(fault, &place, format, arguments);
		va_end(arguments);
	}
	return status;
}

static enum status
status_of_error(int os_error)
{
	switch (os_error) {
	case ENOSPC:
	case EDQUOT:
		return STATUS_FULL;
	case ENOMEM:
		return STATUS_MEMORY;
	case ENOENT:
		return STATUS_NOT_FOUND;
	default:
		return STATUS_IO;
	}
}

enum status
fault_fill_system(
	struct fault *fault, int os_error, const char *file, int line, const char *format, ...)
{
	enum status status = status_of_error(os_error);
	if (fault != NULL) {
		struct fault place = {
			.status = status, .os_error = os_error, .file = file, .line = line
		};
		va_list arguments;
		va_start(arguments, format);
		fill(fault, &place, format, arguments);
		va_end(arguments);
	}
	return status;
}

const char *
status_name(enum status status)
{
	switch (status) {
	case STATUS_OK:
		return "STATUS_OK";
	case STATUS_IO:
		return "STATUS_IO";
	case STATUS_MEMORY:
		return "STATUS_MEMORY";
	case STATUS_CORRUPT:
		return "STATUS_CORRUPT";
	case STATUS_FULL:
		return "STATUS_FULL";
	case STATUS_LIMIT:
		return "STATUS_LIMIT";
	case STATUS_INVALID:
		return "STATUS_INVALID";
	case STATUS_NOT_FOUND:
		return "STATUS_NOT_FOUND";
	case STATUS_CONFLICT:
		return "STATUS_CONFLICT";
	case STATUS_BUSY:
		return "STATUS_BUSY";
	case STATUS_UNSUPPORTED:
		return "STATUS_UNSUPPORTED";
	}
	return "STATUS_?";
}
