/*
 * The end of a balance's validity. A balance that is not valid for ever has one timer: at the instant
 * from which on it pays nothing or, as long as that is to be told before, when it is (expiring.h). It
 * is set, moved and cleared by the entries that say until when. When the end comes, what is left goes to the book "expired". What is held then is still its holder's: that
 * goes when it was released, and until then the timer stays.
 */
#ifndef SUANPAN_EXPIRY_H
#define SUANPAN_EXPIRY_H

#include "call.h"
#include "timers.h"

/* Is a balance to have its timer? Not, if it has expired and nothing is left of it. */
bool expiry_is_to_come(const struct balance *balance, int64_t now_ms);

/* That timer, of a balance that is not valid for ever. */
struct timer_key expiry_timer(struct bytes balance_key, const struct balance *balance);
void expiry_key(struct record_key *key, const struct record_key *balance_key,
	const struct balance *balance);

/* The run of such a timer. */
enum call_end expiry_run(struct call *call, const struct timer_params *timer);

/*
 * Does now what that would do, for who is about to change the balance: what has expired by then is
 * not valid again because its timer has yet to come. GOES_ON: the records are to be read again if
 * *has_expired; else *end is what to return.
 */
enum progress expiry_settle(struct call *call, const struct record_key *balance_key,
	bool *has_expired, enum call_end *end);

#endif
