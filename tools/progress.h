/*
 * How far a long task is: a bar that is drawn anew on a terminal, a line every few seconds in a
 * pipe, or a line of JSON every second for programs. Messages that come meanwhile stand on lines of
 * their own.
 */
#ifndef SUANPAN_PROGRESS_H
#define SUANPAN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum progress_style {
	PROGRESS_BAR,   /* on a terminal */
	PROGRESS_LINES, /* in a pipe */
	PROGRESS_JSON, /* {"progress": {"done": …, "total": …, "count": …, "per_second": …}} */
};

struct progress {
	FILE *out;
	enum progress_style style;
	uint64_t began_ns;
	uint64_t next_ns; /* when to show something again */
	bool drawn;       /* the bar stands on the line */
};

/* What is known of the task at a moment. */
struct progress_state {
	uint64_t done, total; /* the share of it: bytes of a file, say */
	uint64_t count;       /* of what people count: records */
	const char *unit;     /* "records" */
};

/* Bar or lines, as `out` is a terminal or not; JSON if asked for. */
void progress_begin(struct progress *progress, FILE *out, bool json);
/* Cheap to call often: it shows something only when it is time. */
void progress_step(struct progress *progress, const struct progress_state *state);
/* A message on a line of its own. */
void progress_say(struct progress *progress, const char *sentence);
/* Shows the end, and leaves the line. */
void progress_end(struct progress *progress, const struct progress_state *state);

/* The text of the bar, for `columns` of a terminal; for tests. Returns its length in bytes. */
size_t progress_bar(const struct progress_state *state, uint64_t per_second, size_t columns,
	char *text, size_t room);

#endif
