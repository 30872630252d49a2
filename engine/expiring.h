/*
 * That a balance ends soon. How long before its end that is told, the balance says, or else its account;
 * at which instant, is planned by the entry that gives it its end, and stands in its record (soon_ms).
 * Then that is when its timer comes (expiry_timer), whose entry tells it, and sets the timer of the end
 * itself. So it is told once for each end, and of an end that was put off, at its own time.
 *
 * Hours are counted back from the end; days, months and years from the local day of the end, to whose
 * first instant it is told. An instant that is past when it is planned is told nothing of: what lasts
 * three days is no news seven days before. Nor is a balance on which nothing is left.
 */
#ifndef SUANPAN_EXPIRING_H
#define SUANPAN_EXPIRING_H

#include "put.h"
#include "timers.h"

/*
 * When the end is told of that a balance has now; its record may still have another. GOES_ON, or *end
 * is what to return.
 */
enum progress expiring_plan(struct call *call, const struct account *account,
	struct balance *balance, enum call_end *end);

/* A balance whose timer has come, at the instant planned. */
struct expiring {
	struct call *call;
	struct timer_key timer;
	struct text account, name;
	struct balance balance;
	uint64_t version;
};
/* Tells it, unless nothing is left, and sets the timer of the end. */
enum call_end expiring_tell(const struct expiring *expiring);

/*
 * Adds to a put of an account, which has this record now, what changes of its balances that do not say
 * it themselves, since it says otherwise how long before. False: *end is what to return.
 */
bool expiring_put_account(struct putting *putting, struct text id, const struct account *before,
	const struct account *after, enum call_end *end);

#endif
