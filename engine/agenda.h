/*
 * The agenda of a subscription: what falls due of the packages that it holds, made to happen on its
 * date. Recurring and one-off charges are priced as price.due prices them (rules/due.h), by the
 * release in force and what the subscription holds now, with its parameters, facts and suspensions,
 * and charged to the account that pays for it.
 *
 *   subscription.put ─► agenda_mark: "look at it now", in the put's own entry
 *   a charge or session of it, its timer ─► agenda_settle: what is due by now, in order of time,
 *   an entry each, which also says how far the agenda has come; the last moves the timer to what is next
 *
 * What is due is charged though there is too little for it: the main balance then falls below its
 * floor. What can't be priced, since a fact or a parameter is missing, is stuck, and so is an
 * instalment for which the account has no room: the record says why, it is tried again each day and at
 * each put, and holds up nothing else. A package that is held since ever owes what falls due from the
 * day after it was put; one that begins on a date owes all from then on, as far back as events are
 * accepted. What a new release asks of packages that owed nothing before is looked for when it
 * comes into force (agenda_walk.h).
 */
#ifndef SUANPAN_AGENDA_H
#define SUANPAN_AGENDA_H

#include "put.h"
#include "timers.h"

enum agenda_outcome {
	AGENDA_CLEAR, /* nothing is due by now */
	AGENDA_MOVED, /* something was, and has happened: what was found before is to be found anew */
	AGENDA_ENDED, /* *end is what to return: something is cold, or there is no room */
};

/*
 * Makes happen what is due of a subscription by now. Of very much, a part: then, too, *end says that
 * the call waits, and it goes on when it is run again.
 */
enum agenda_outcome agenda_settle(struct call *call, struct text subscription, enum call_end *end);

/* May the packages of a subscription's record have the parameters they have? False: *end is what to return. */
bool agenda_judge(struct call *call, struct bytes value, enum call_end *end);

/* A subscription's record before a put, which may be empty, and after. */
struct agenda_change {
	struct bytes before;
	struct bytes after;
};
/*
 * Adds to a put of a subscription that its agenda is to be looked at at once, if it has one or is to
 * have one. False: *end is what to return.
 */
bool agenda_mark(struct putting *putting, struct text subscription,
	const struct agenda_change *change, enum call_end *end);

/* Does a package that a subscription holds owe or store something? */
bool agenda_is_owed(const struct image *image, const struct subscription *subscription);
/* Likewise any version of one package. */
bool agenda_owes(const struct image *image, struct text package);
/*
 * Adds that the agenda of a subscription, which it may not have yet, is to be looked at now, unless it
 * is due anyway. False: *end is what to return.
 */
bool agenda_mark_now(struct putting *putting, struct text subscription, enum call_end *end);

/* The run of its timer. */
enum call_end agenda_run(struct call *call, const struct timer_params *timer);

#endif
