/*
 * Many calls from a file: each line is a method and its parameters as JSON, "customer.put
 * {\"customer\": \"c1\"}". They are sent ahead, and their answers come out one a line, in the order
 * of the lines.
 */
#ifndef SUANPAN_LINES_H
#define SUANPAN_LINES_H

#include "client.h"

struct lines_options {
	const char *path; /* "-": standard input */
	const char *to;
	unsigned in_flight;
	bool quiet; /* only errors, refusals and the counts at the end */
};

/* Takes "METHOD JSON" apart; parameters are empty if there are none. */
void line_split(struct text line, struct text *method, struct text *parameters);

/*
 * Packs the params array of a call: a map for a JSON object, as it is for a JSON array, nothing for
 * empty text. STATUS_INVALID: not JSON, or a value that can't be sent.
 */
enum status params_pack(struct text parameters, struct pack *pack, struct fault *fault);

/* Runs them all; an exit code. */
int lines_run(const struct lines_options *options);

#endif
