/*
 * The log: one line an event on standard error, for people and for machines: time, level, what
 * happened as one sentence, then key=value pairs, values quoted where needed. Thread-safe, a line
 * at a time. Never a phone number, a token or a message body: what names a person stays in the
 * ledger.
 *
 *   2026-03-10T12:58:30.120Z info  checkpoint finished records=1000 behind_bytes=0
 */
#ifndef SUANPAN_LOG_H
#define SUANPAN_LOG_H

#include "status.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

void log_set_level(enum log_level level);
/*
 * `format` gives the sentence and the pairs: log_event(LOG_INFO, "checkpoint finished records=%zu",
 * n). Control characters become blanks, and a line is cut at 2 KB. Keeps errno. Starts at LOG_INFO.
 */
void log_event(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Ends the journey of a fault: its sentence, its place, and what was being done. */
void log_fault(enum log_level level, const char *doing, const struct fault *fault);

#endif
