/*
 * The terms on which sessions run, as plain data of the image. Made by build_sessions.c;
 * session_terms.h says which apply.
 */
#ifndef SUANPAN_IMAGE_SESSION_H
#define SUANPAN_IMAGE_SESSION_H

#include "../engine/base/bytes.h"

/* What a client is to do when the last that can be paid is used up. */
enum final_action {
	FINAL_UNSAID,
	FINAL_TERMINATE,
	FINAL_REDIRECT, /* lead the user to an address */
	FINAL_RESTRICT, /* allow some services only */
};

struct session_terms {
	int64_t quota; /* units of the service that are granted unless asked otherwise; 0: unsaid */
	int64_t valid_ms; /* how long a grant is good for; 0: unsaid */
	enum final_action final;
	struct text address;         /* of FINAL_REDIRECT */
	const struct text *services; /* of FINAL_RESTRICT: their ids */
	uint32_t service_count;
};

struct serve;

/* Of a package: for usage that it serves. */
struct session_rule {
	struct text id;
	const struct serve *serves;
	uint32_t serve_count;
	struct session_terms terms;
};

#endif
