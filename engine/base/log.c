#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "instant.h"
#include "must.h"

#define LINE_BYTES_MAX 2048

static _Atomic enum log_level level_min = LOG_INFO;

void
log_set_level(enum log_level level)
{
	atomic_store(&level_min, level);
}

/* Padded, so that sentences stand in one column. */
static const char *
level_name(enum log_level level)
{
	switch (level) {
	case LOG_DEBUG:
		return "debug";
	case LOG_INFO:
		return "info ";
	case LOG_WARN:
		return "warn ";
	case LOG_ERROR:
		return "error";
	}
	return "?    ";
}

/* "2026-03-10T12:58:30.120Z info  "; always with milliseconds, so that lines align. */
static size_t
put_prefix(char *line, size_t size, enum log_level level)
{
	struct clock clock = clock_system();
	int64_t now_ms = clock.now_ms(clock.context);
	int64_t day_ms = now_ms % DAY_MS;
	struct date date = date_of_day(now_ms / DAY_MS);
	int length = snprintf(line, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ %s ", date.year,
		date.month, date.day, (int)(day_ms / HOUR_MS), (int)(day_ms / MINUTE_MS % 60),
		(int)(day_ms / SECOND_MS % 60), (int)(day_ms % SECOND_MS), level_name(level));
	must(length > 0 && (size_t)length < size);
	return (size_t)length;
}

void
log_event(enum log_level level, const char *format, ...)
{
	if (level < atomic_load_explicit(&level_min, memory_order_relaxed))
		return;
	int saved_errno = errno; /* logging between a failed call and its report changes nothing */
	char line[LINE_BYTES_MAX];
	size_t prefix = put_prefix(line, sizeof line, level);

	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(line + prefix, sizeof line - prefix, format, arguments);
	va_end(arguments);
	size_t size = prefix + (length < 0 ? 0 : (size_t)length);
	if (size > sizeof line - 1)
		size = sizeof line - 1; /* cut; the last byte is for the line end */

	/* An event is one line whatever texts it quotes. */
	for (size_t i = prefix; i < size; i++) {
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = ' ';
	}
	line[size++] = '\n';
	/* One write, so that lines of several threads do not mix. A log nobody can take is lost. */
	ssize_t written = write(STDERR_FILENO, line, size);
	(void)written;
	errno = saved_errno;
}

void
log_fault(enum log_level level, const char *doing, const struct fault *fault)
{
	const char *file = fault->file == NULL ? "?" : fault->file;
	if (fault->os_error == 0) {
		log_event(level, "%s: %s status=%s place=%s:%d", doing, fault->text,
			status_name(fault->status), file, fault->line);
	} else {
		log_event(level, "%s: %s status=%s os_error=%d place=%s:%d", doing, fault->text,
			status_name(fault->status), fault->os_error, file, fault->line);
	}
}
