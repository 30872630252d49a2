/*
 * A request of a session as it was stored, back to what it said and was answered: unpriced.h for
 * sessions. What an answer leaves out of a part, because the session's record had it, is taken from
 * that record, as the entry before has it.
 *
 * Thread: any.
 */
#ifndef SUANPAN_UNPRICED_SESSION_H
#define SUANPAN_UNPRICED_SESSION_H

#include "unpriced.h"

#include "../store/session_record.h"

struct stored_request {
	struct bytes event; /* as session.c packs it; size 0: nobody's, its time was over */
	struct bytes answer;
	int64_t at_ms;
	const struct session *before; /* NULL: there was none, the request began it */
};

/* A part of the answer. */
struct unpriced_report {
	struct text part, service, to;
	const struct attribute *attributes;
	size_t attribute_count;
	enum unit unit;
	bool has_unit;        /* else it began with this request, and its service says its unit */
	int64_t at_ms;        /* when its usage began */
	int64_t used_now;     /* by this request … */
	int64_t used;         /* … and in all */
	bool is_asked;        /* for more, of which … */
	int64_t granted;      /* … so much was granted */
	struct money held;    /* for what is granted */
	struct money before;  /* charged before … */
	struct money charged; /* … and in all */
	struct money unpaid;
	int64_t unpriced;            /* of what was used */
	struct unpriced_refusal why; /* less was granted, or priced; no code: it was not */
	bool is_priced;              /* then the price of all units so far: */
	struct pricing pricing;
};

/* Who paid how much of it: an account other than the session's, or none, and a balance. */
struct unpriced_payer {
	struct text account, balance;
	struct money amount;
};

struct unpriced_request {
	int64_t request; /* enum session_request; 0: nobody's */
	int64_t number;
	struct text outcome;
	struct text currency;
	struct money charged; /* by this request */
	struct unpriced_report *reports;
	size_t report_count;
	struct unpriced_payer *payers; /* in the order of paying; none: the main balance alone */
	size_t payer_count;
};

/*
 * Texts point into what was stored, into the image, and into the record before; lists into the
 * arena. Without an image, of the lines there is only what they cost and by which rule.
 * STATUS_CORRUPT: it is no such request; STATUS_MEMORY.
 */
enum status unpriced_read_session(const struct stored_request *stored, const struct image *image,
	struct arena *arena, struct unpriced_request *request, struct fault *fault);

#endif
