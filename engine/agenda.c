/* What is asked of the agenda of a subscription, and when (see agenda.h). */
#include "agenda_parts.h"

#include "base/must.h"

/* Things that happen in one run; behind them others have their turn. */
enum { HAPPENING_MAX = 64 };

/* One thing that is due by now. */
static enum agenda_outcome
happen(struct settling *settling)
{
	enum agenda_outcome outcome = settling_load(settling);
	if (outcome != AGENDA_MOVED)
		return outcome;
	if (!text_equal(settling->subject.account.currency, settling->release->image->currency))
		return settling_stick(settling, TEXT("WRONG_CURRENCY")) ? AGENDA_MOVED
									: AGENDA_ENDED;
	if (!settling_find_lines(settling))
		return AGENDA_ENDED;
	bool due = settling->line_count > 0 &&
		settling->lines[0].at_ms <= settling->call->shard->now_ms;
	bool happened = due ? settling_charge(settling) : settling_move_on(settling);
	return happened ? AGENDA_MOVED : AGENDA_ENDED;
}

enum agenda_outcome
agenda_settle(struct call *call, struct text subscription, enum call_end *end)
{
	struct text id = arena_copy_text(call->arena, subscription);
	unsigned count = 0;
	if (id.data == NULL) {
		*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
		return AGENDA_ENDED;
	}
	for (; count < HAPPENING_MAX; count++) {
		struct settling settling = { .call = call, .id = id };
		switch (happen(&settling)) {
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
