/*
 * What to tell a customer, or somebody about a customer, on an occasion: the prompts of the catalog
 * whose conditions hold, and on a request to cancel the retention offer of the highest rank that
 * the customer qualifies for. Reads and changes nothing: who asks keeps what was shown and answered,
 * and sends it the next time.
 *
 * A prompt that the catalog has for the occasion is left out for the first of these reasons:
 *  1. a `quiet` of the catalog holds, and does not except it;
 *  2. it was shown already and is for once; it was declined or accepted not so long ago; it is a
 *     task that is open still, neither answered nor expired;
 *  3. what it offers is held already, or will be;
 *  4. what it offers may not be bought by this customer (`eligible`);
 *  5. its own condition does not hold;
 *  6. of retention offers: one of a higher rank is made.
 * A condition that can't be asked, for want of a fact, leaves it out, too: nothing is guessed. What
 * remains comes sorted by priority, the highest first, then by id; PROMPTS_MAX of them at most. The
 * retention offer comes before all prompts.
 *
 * Days are local: what was declined on a day is shown again so many days after that day.
 */
#ifndef SUANPAN_PROMPTS_H
#define SUANPAN_PROMPTS_H

#include "sell.h"

#define PROMPTS_MAX 3

enum prompt_answer { PROMPT_SHOWN, PROMPT_ACCEPTED, PROMPT_DECLINED };

/* What became of a prompt before. */
struct prompt_past {
	struct text prompt;
	enum prompt_answer answer; /* SHOWN: none yet */
	int64_t at_ms;
};

struct prompt_question {
	const struct image *image;
	enum occasion occasion;
	const struct sell_item *held; /* what is held, and what orders will add */
	uint32_t held_count;
	const uint32_t *cancelled; /* indexes in `held` of what shall be cancelled */
	uint32_t cancelled_count;
	const struct attribute *facts; /* of the customer, sorted by name (subject.h) */
	uint32_t fact_count;
	const struct prompt_past *past;
	uint32_t past_count;
	int64_t at_ms;
	const struct subject_functions *functions; /* NULL if the catalog has no conditions */
};

enum prompt_reason {
	PROMPT_QUIET,
	PROMPT_ONCE,
	PROMPT_DECLINED_LATELY,
	PROMPT_ACCEPTED_LATELY,
	PROMPT_OPEN,
	PROMPT_HELD,
	PROMPT_ELIGIBILITY,
	PROMPT_WHEN,
	PROMPT_LOWER,  /* than the retention offer that is made */
	PROMPT_MORE,   /* than PROMPTS_MAX */
	PROMPT_FAILED, /* a condition could not be asked; `problem` says why */
};
/* "quiet", "once", "declined" … */
const char *prompt_reason_name(enum prompt_reason reason);

struct prompt_given {
	const struct prompt *prompt;
	int64_t expires_ms; /* the first instant at which it does not hold any more */
};

struct prompt_skipped {
	const struct prompt *prompt;
	enum prompt_reason reason;
	const struct quiet *quiet; /* of PROMPT_QUIET, if it is known that it holds; NULL */
	struct text problem;
};

struct prompt_verdict {
	/* A fact that the catalog does not know, or of another kind: nothing was judged (subject.h). */
	bool refused;
	struct near_miss nearest;
	struct prompt_given given[PROMPTS_MAX];
	uint32_t given_count;
	const struct prompt_skipped *skipped; /* of those for the occasion, in the order of above */
	uint32_t skipped_count;
};

/*
 * The verdict lives in the arena, and points into image and question. STATUS_MEMORY; STATUS_BUSY if
 * a condition ran past its wall deadline.
 */
enum status prompt_judge(const struct prompt_question *question, struct arena *arena,
	struct prompt_verdict *verdict, struct fault *fault);

#endif
