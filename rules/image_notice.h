/*
 * What a package tells its holder, and what it gives back of a charge, as plain data of the image.
 * Made by build_notices.c; notices.h says when something is told, refunding.h what is given back.
 */
#ifndef SUANPAN_IMAGE_NOTICE_H
#define SUANPAN_IMAGE_NOTICE_H

#include "calendar.h"

#include "../engine/base/bytes.h"

enum notice_way {
	NOTICE_LEFT,   /* no more is left */
	NOTICE_USED,   /* as much is used */
	NOTICE_BEFORE, /* so long before the end */
};

/* A percentage of all there is, a quantity or an amount; or a time before an end. */
struct threshold {
	struct text text; /* as it is written: "10%", "1000 items", "30 days" */
	bool is_part;     /* of all there is, in parts per million */
	int64_t amount;   /* those; or units, or micro-units; or days, months, years */
	enum cycle every; /* of a time: which of these */
};

struct notify {
	struct text id;
	enum notice_way way;
	struct text of; /* the id of what the package counts; empty: the package itself */
	const struct threshold *thresholds;
	uint32_t threshold_count;
	struct text say;
};

struct serve;

enum refund_gives { REFUND_ALL, REFUND_UNITS, REFUND_MONEY };

struct refund {
	struct text id;
	const struct serve *serves; /* none: it is of everything */
	uint32_t serve_count;
	/* For so long after the usage began; 0: always. */
	uint32_t within_count;
	bool within_seconds; /* counted in seconds, else in … */
	enum cycle within_every;
	enum refund_gives gives;
	struct text say;
};

#endif
