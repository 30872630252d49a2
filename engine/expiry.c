/* The end of a balance's validity (see expiry.h). */
#include "expiry.h"

#include "base/must.h"

bool
expiry_is_to_come(const struct balance *balance, int64_t now_ms)
{
	int64_t till_ms = balance->span.till_ms;
	return till_ms != INT64_MAX &&
		(till_ms > now_ms || balance->amount != 0 || balance->held != 0);
}

void
expiry_key(
	struct record_key *key, const struct record_key *balance_key, const struct balance *balance)
{
	int64_t till_ms = balance->span.till_ms;
	must(balance_key->table == TABLE_BALANCE && till_ms != INT64_MAX);
	const struct timer_key timer = {
		.at_ms = till_ms < 0 ? 0 : till_ms, /* all that is before 1970 is long ago */
		.kind = TIMER_BALANCE,
		.owner = { balance_key->data, balance_key->size },
	};
	key_of_timer(key, &timer);
}
