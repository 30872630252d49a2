/* What is asked of the agenda of a subscription, and when (see agenda.h). */
#include "agenda_parts.h"

/* Things that happen in one run; behind them others have their turn. */
enum { HAPPENING_MAX = 64 };

/* What is stored for one that is held; if it can't be, that rests, and what else is due goes on. */
static bool
do_stored(struct settling *settling, const struct scheduled *event)
{
	if (settling_make_happen(settling, event))
		return true;
	struct text why = settling->why;
	settling->why = TEXT("");
	return why.size > 0 && settling_let_rest(settling, event, why);
}

/* What is first: of those at one instant, what is stored comes before what is charged. */
static bool
do_first(struct settling *settling)
{
	struct scheduled event;
	bool falls = settling->line_count > 0 &&
		settling->lines[0].at_ms <= settling->call->shard->now_ms;
	if (settling_next_stored(settling, &event) &&
		!(falls && settling->lines[0].at_ms < event.at_ms))
		return do_stored(settling, &event);
	return falls ? settling_charge(settling) : settling_move_on(settling);
}

static bool
is_wrong_currency(const struct settling *settling)
{
	return !text_equal(settling->subject.account.currency, settling->release->image->currency);
}

/* One thing that is due by now. If nothing can be done, the agenda rests until tomorrow, as it was. */
static enum agenda_outcome
happen(struct settling *settling)
{
	const struct settling before = *settling;
	enum agenda_outcome outcome = settling_load(settling, false);
	if (outcome != AGENDA_MOVED)
		return outcome;
	if (is_wrong_currency(settling))
		settling_refuse(settling, TEXT("WRONG_CURRENCY"));
	else if (settling_find_lines(settling) && do_first(settling))
		return AGENDA_MOVED;
	if (settling->why.size == 0)
		return AGENDA_ENDED;
	struct text why = settling->why;
	*settling = before;
	outcome = settling_load(settling, false);
	if (outcome == AGENDA_MOVED && !settling_stick(settling, why))
		return AGENDA_ENDED;
	return outcome;
}

enum agenda_outcome
agenda_settle(struct call *call, struct text subscription, enum call_end *end)
{
	struct text id = arena_copy_text(call->arena, subscription);
	struct resting *resting = NULL;
	unsigned count = 0;
	if (id.data == NULL) {
		*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
		return AGENDA_ENDED;
	}
	for (; count < HAPPENING_MAX; count++) {
		struct settling settling = { .call = call, .id = id, .resting = resting };
		enum agenda_outcome outcome = happen(&settling);
		resting = settling.resting;
		switch (outcome) {
		case AGENDA_CLEAR:
			return count == 0 ? AGENDA_CLEAR : AGENDA_MOVED;
		case AGENDA_ENDED:
			*end = settling.end;
			return AGENDA_ENDED;
		case AGENDA_MOVED:
			break;
		}
	}
	*end = call_wait_durable(call, call->seen);
	return AGENDA_ENDED;
}

enum call_end
agenda_run(struct call *call, const struct timer_params *timer)
{
	enum call_end end;
	if (agenda_settle(call, timer->scope, &end) == AGENDA_ENDED)
		return end;
	return call_answer_nobody(call);
}
