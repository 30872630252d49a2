/*
 * deposit.pay: a deposit that a package stores is paid in, once. From then on it is released, and its
 * gifts are given, as the package says; the subscription's agenda makes that happen (agenda.h).
 */
#include "agenda_parts.h"

/* A request while it is decided. */
struct paying {
	struct call *call;
	const struct deposit_params *params;
	struct once once;
	struct settling settling;
};

/* As journaled and fingerprinted: [subscription, package, deposit]. */
static struct bytes
pack_event(struct paying *paying)
{
	const struct deposit_params *params = paying->params;
	struct buffer *buffer = &paying->call->shard->event;
	buffer_clear(buffer);
	struct pack pack = pack_into(buffer);
	pack_array(&pack, 3);
	pack_text(&pack, params->subscription);
	pack_text(&pack, params->package);
	pack_text(&pack, params->deposit);
	return pack_whole(&pack);
}

static enum call_end
refuse(struct paying *paying, enum say say, const struct text *arguments, size_t count)
{
	return once_refuse_why(paying->call, &paying->once, say, arguments, count);
}

static enum call_end
refuse_unknown(struct paying *paying)
{
	const struct deposit_params *params = paying->params;
	struct text arguments[] = { params->account, params->subscription, params->package,
		params->deposit };
	return refuse(paying, SAY_UNKNOWN_DEPOSIT, arguments, 4);
}

/* ---- what is paid ---- */

static enum progress
check_once(struct paying *paying, enum call_end *end)
{
	const struct deposit_params *params = paying->params;
	paying->once = (struct once){
		.scope = once_account_scope(paying->call->arena, params->account),
		.id = params->id,
		.attempt = once_attempt(params->attempt),
		.at_ms = params->at_ms,
		.event = pack_event(paying),
	};
	return once_begin(paying->call, &paying->once, ENTRY_STORED, end);
}

/* What is due is done first; then all is read as it is. */
static enum progress
load(struct paying *paying, enum call_end *end)
{
	struct settling *settling = &paying->settling;
	*settling = (struct settling){ .call = paying->call, .id = paying->params->subscription };
	if (agenda_settle(paying->call, settling->id, end) == AGENDA_ENDED)
		return HAS_ENDED;
	switch (settling_load(settling, true)) {
	case AGENDA_CLEAR:
		*end = refuse_unknown(paying);
		return HAS_ENDED;
	case AGENDA_MOVED:
		if (settling_find_lines(settling))
			return GOES_ON;
		break;
	case AGENDA_ENDED:
		break;
	}
	*end = settling->end;
	return HAS_ENDED;
}

static uint32_t
place_of(const struct package *package, struct text deposit)
{
	for (uint32_t i = 0; i < package->stored_count; i++) {
		if (package->stored[i].kind == MONEY_DEPOSIT &&
			text_equal(package->stored[i].id, deposit))
			return i;
	}
	return NO_INDEX;
}

/* Of several holdings of the package at that time, the last for which it was not paid in. */
static enum progress
find_deposit(struct paying *paying, struct deposit_paid *paid, enum call_end *end)
{
	const struct settling *settling = &paying->settling;
	bool was_paid = false;
	for (size_t i = settling->held_count; i-- > 0;) {
		const struct schedule *schedule = &settling->schedules[i];
		if (schedule->package == NULL || schedule->ended ||
			!text_equal(schedule->package->id, paying->params->package) ||
			paying->params->at_ms < schedule->from_ms ||
			paying->params->at_ms >= schedule->till_ms)
			continue;
		uint32_t place = place_of(schedule->package, paying->params->deposit);
		if (place == NO_INDEX)
			continue;
		if (schedule->progress[place].paid_ms == INT64_MAX) {
			*paid = (struct deposit_paid){ &paying->once, i, place };
			return GOES_ON;
		}
		was_paid = true;
	}
	struct text arguments[] = { paying->params->package, paying->params->deposit,
		paying->params->subscription };
	*end = was_paid ? refuse(paying, SAY_DEPOSIT_PAID, arguments, 3) : refuse_unknown(paying);
	return HAS_ENDED;
}

static enum progress
check_account(struct paying *paying, enum call_end *end)
{
	struct subject_lack lack;
	struct subject subject;
	switch (subject_find_account(paying->call, paying->params->account, &subject, &lack)) {
	case SUBJECT_COLD:
		*end = call_wait_record(paying->call, shelf_key_of(&lack.cold));
		return HAS_ENDED;
	case SUBJECT_REFUSED:
		*end = refuse(paying, lack.say, &lack.about, 1);
		return HAS_ENDED;
	case SUBJECT_FOUND:
		break;
	}
	return GOES_ON;
}

enum call_end
deposit_run_pay(struct call *call, const void *params)
{
	struct paying paying = { .call = call, .params = params };
	struct settling *settling = &paying.settling;
	struct deposit_paid paid;
	enum call_end end;
	if (check_once(&paying, &end) == HAS_ENDED)
		return end;
	if (call_release(call) == NULL)
		return call_error(call, SAY_NO_RELEASE, NULL, 0);
	if (check_account(&paying, &end) == HAS_ENDED || load(&paying, &end) == HAS_ENDED)
		return end;
	if (!text_equal(settling->subject.subscription.account, paying.params->account))
		return refuse_unknown(&paying);
	struct text currency = settling->release->image->currency;
	if (!text_equal(settling->subject.account.currency, currency)) {
		struct text arguments[] = { settling->subject.account.currency, currency };
		return refuse(&paying, SAY_WRONG_CURRENCY, arguments, 2);
	}
	if (find_deposit(&paying, &paid, &end) == HAS_ENDED)
		return end;
	settling_pay_in(settling, &paid);
	return settling->end;
}
