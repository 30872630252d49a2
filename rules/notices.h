/*
 * What a package tells its holder, and when: thresholds of what it counts, that a charge crosses, and
 * times before an end. Pure functions of the image, of what is held and counted: tests and the server
 * ask the same ones. Whoever asks keeps and delivers what they tell.
 *
 * A threshold is crossed by the charge before which it was not reached, and behind which it is; so
 * each crossing is told once, without anything to be remembered. "10% left" of 10,000 is reached by
 * 1,000. A refund crosses nothing; what is charged behind it may cross again. Each cycle, and each
 * purchase of what is given once, is counted for itself; of purchases of one day, which share a
 * counter, all there is is their sum. What is carried over from a cycle that is over is used before
 * that cycle's own, and tells nothing.
 *
 * Where the catalog says so, what takes the last of an allowance tells that, too, whatever its package
 * tells of it (notice_is_of_used_up), unless that tells the same in its own words.
 *
 * A time before an end is counted in local days, months or years back from the day on which it ends;
 * it is due at the first instant of that day. Nothing is due of what has nothing left, and of what
 * began after that instant. A package says in each version what is told while that is in force.
 */
#ifndef SUANPAN_NOTICES_H
#define SUANPAN_NOTICES_H

#include "rate.h"
#include "release.h"

struct notice {
	const struct package *package; /* the version that says so */
	const struct notify *notify;
	const struct threshold *threshold;
	int64_t at_ms;               /* of the usage, or when it is due */
	struct counter_name counter; /* of an end of the package: only its package */
	bool money;                  /* what the counter counts */
	int64_t amount;              /* all there is of it; 0 if it only counts */
	int64_t used;
	int64_t till_ms; /* when it ends: what was given, the cycle, the package; INT64_MAX: never */
};

typedef void notice_told(void *context, const struct notice *notice);

/*
 * Tells what a charge crosses that has this pricing, counter by counter as it lists them, then as
 * written. The question is that by which it was priced; its usage and facts are not asked.
 */
void notices_crossed(const struct rate_question *question, const struct pricing *pricing,
	notice_told *told, void *context);

/*
 * Tells what is due after an instant, up to and with another: of each holding in turn, as written.
 * Whoever wants it in order of time goes from one notices_next_ms to the next. FACT_COLD if a
 * counter was cold, and some may have been told.
 */
enum fact notices_due(const struct rate_question *question, int64_t after_ms, int64_t till_ms,
	notice_told *told, void *context);

/* The first instant after one at which something may be due; INT64_MAX: there is none. */
int64_t notices_next_ms(const struct rate_question *question, int64_t after_ms);

/* Is it that an allowance is used up, and no notify of a package? Then `notify` is none of a package. */
bool notice_is_of_used_up(const struct notice *notice);

/* The sentence of a notice in a language of the release; false without room. */
bool notice_write(const struct release *release, struct text language, const struct notice *notice,
	struct buffer *out);

#endif
