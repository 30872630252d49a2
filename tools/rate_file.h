/*
 * Rating a file: each row of a CSV file becomes a `charge` (or, to ask for prices only, a `rate`),
 * thousands of them under way at a time.
 *
 * Nothing is charged twice, whatever happens: the id of a record is the name of the source and the
 * record's own id, and the server charges an id once. So a record that was not answered is simply
 * sent again, and a file may be rated again from its start.
 */
#ifndef SUANPAN_RATE_FILE_H
#define SUANPAN_RATE_FILE_H

#include "progress.h"
#include "tally.h"

#include "../rules/layout.h"

struct rate_file_options {
	const char *path;
	const char *layout; /* a name, or the path of a .lua file */
	const char *zone;   /* of local times; NULL: the layout's */
	const char *source; /* NULL: the file's base name */
	const char *to;
	unsigned connections;
	unsigned in_flight;
	unsigned per_second; /* at most so many are sent; 0: as fast as it goes */
	unsigned patience_s;
	unsigned attempt; /* 2 and up decide anew what was refused */
	bool price_only;
	bool json; /* progress as JSON */
	bool zh;   /* sentences for people in Chinese, else in English */
};

struct rate_file_result {
	struct tally tally;
	const char *source;
	uint64_t elapsed_ns;
	bool complete; /* all records have their answer */
};

/* The id of a record: "SOURCE:ID"; false if it is longer than an id may be. */
bool record_id(const char *source, struct text id, char text[65], struct text *made);

/*
 * Rates the file and fills *result (initialised by the caller with tally_init), also when it fails
 * half way: then result->complete is false. STATUS_NOT_FOUND, STATUS_INVALID: file or layout;
 * *findings (initialised by the caller) says what is wrong with a layout.
 */
enum status rate_file(const struct rate_file_options *options, struct rate_file_result *result,
	struct findings *findings, struct fault *fault);

#endif
