/*
 * How long a balance is valid, where that is not said by an instant: so many hours, days, months or
 * years from now, or from its first use.
 *
 * Hours end exactly so much later. Days, months and years end at a midnight on the clock of the
 * account's zone, and the day on which they begin is the first of them: one day from noon is over in
 * twelve hours, two months from the 1st of February are over when April begins. So end, too, the
 * gifts of packages (rules/schedule.h).
 */
#ifndef SUANPAN_VALIDITY_H
#define SUANPAN_VALIDITY_H

#include "call.h"

#include "../store/records.h"

#define VALIDITY_COUNT_MAX 100000

static inline bool
validity_equal(struct validity a, struct validity b)
{
	return a.count == b.count && (a.count == 0 || a.every == b.every);
}

/* The first instant that is not part of it any more; `validity` is one, its count not 0. */
int64_t validity_till_ms(const struct zoneinfo *zone, struct validity validity, int64_t from_ms);

/*
 * The same for what begins now and is an account's, in its zone: its own, which is read from the
 * system's zone files, or that of the catalog in force. GOES_ON, or *end is what to return.
 */
enum progress validity_begin(struct call *call, const struct account *account,
	struct validity validity, int64_t *till_ms, enum call_end *end);

/* The same for what had an end, *till_ms: from there on, or from now on if that is past. */
enum progress validity_extend(struct call *call, const struct account *account,
	struct validity validity, int64_t *till_ms, enum call_end *end);

/*
 * Such an end may be no instant any more. HAS_ENDED: then *end says so of the field that asked for
 * it, and nothing is decided.
 */
enum progress
validity_check(struct call *call, const char *field, int64_t till_ms, enum call_end *end);

/*
 * So long before an end, *till_ms: hours exactly so long; of the others, the first instant of that day,
 * which is counted back from the day of the end. The zone is an account's, or empty.
 */
enum progress validity_before(struct call *call, struct text zone, struct validity validity,
	int64_t *till_ms, enum call_end *end);

#endif
