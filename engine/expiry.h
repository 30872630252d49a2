/*
 * The end of a balance's validity. A balance that is not valid for ever has one timer, at the instant
 * from which on it pays nothing; it is set, moved and cleared by the puts that say until when.
 */
#ifndef SUANPAN_EXPIRY_H
#define SUANPAN_EXPIRY_H

#include "../store/records.h"

/* Is a balance to have its timer? Not, if it has expired and nothing is left of it. */
bool expiry_is_to_come(const struct balance *balance, int64_t now_ms);

/* That timer, of a balance that is not valid for ever. */
void expiry_key(struct record_key *key, const struct record_key *balance_key,
	const struct balance *balance);

#endif
