/* Does what was decided of a top-up, adjustment or transfer: its one entry, and its answer. */
#include "expiry.h"
#include "movement_parts.h"
#include "posted.h"
#include "shard.h"

#include "base/must.h"

enum { TIMERS_MAX = 2 };

/* ---- the answer ---- */

static const char *
outcome_of(enum entry_kind kind)
{
	switch (kind) {
	case ENTRY_TOPUP:
		return "topped_up";
	case ENTRY_ADJUSTMENT:
		return "adjusted";
	case ENTRY_TRANSFER:
		return "transferred";
	case ENTRY_CHARGE:
	case ENTRY_REFUSAL:
	case ENTRY_PUT:
	case ENTRY_RELEASE:
	case ENTRY_REFUND:
	case ENTRY_EXPIRY:
	case ENTRY_SESSION:
	case ENTRY_DUE:
	case ENTRY_STORED:
	case ENTRY_NOTICE:
		break;
	}
	must(false);
	return NULL;
}

static void
pack_bonus(struct pack *pack, const struct side *side)
{
	pack_name(pack, "bonus");
	pack_map(pack, 3);
	pack_name_text(pack, "name", side->name.size > 0 ? side->name : TEXT("main"));
	pack_name_money(pack, "amount", side->change);
	pack_name_money(pack, "balance", side->after);
}

static struct bytes
pack_answer(struct movement *movement)
{
	const struct movement_params *params = movement->params;
	struct buffer *scratch = &movement->call->shard->scratch;
	bool why = params->why.size > 0, to = movement->kind == ENTRY_TRANSFER;
	bool named = movement->sides[0].name.size > 0, tells = movement->raised.count > 0;
	bool later = movement->sides[0].is_extended, bonus = movement_gives_bonus(params);
	bool money = !movement->of_units;
	buffer_clear(scratch);
	struct pack pack = pack_into(scratch);
	pack_map(&pack,
		4u + named + why + to + (to && !money) + tells + later + bonus +
			reward_pairs(&movement->reward));
	pack_name_string(&pack, "outcome", outcome_of(movement->kind));
	pack_name_amount(&pack, "amount", movement->amount.micros, money);
	pack_name_text(&pack, money ? "currency" : "unit", movement->unit);
	pack_name_amount(&pack, "balance", movement->sides[0].after.micros, money);
	if (named)
		pack_name_text(&pack, "name", movement->sides[0].name);
	if (later)
		pack_name_integer(&pack, "till", movement->sides[0].till_ms);
	if (bonus)
		pack_bonus(&pack, &movement->sides[1]);
	reward_pack(&movement->reward, &pack);
	if (to)
		pack_name_text(&pack, "to", params->to);
	if (to && !money)
		pack_name_text(&pack, "to_balance", movement->sides[1].name);
	if (why)
		pack_name_text(&pack, "why", params->why);
	if (tells)
		notice_pack(&pack, &movement->raised);
	return pack_whole(&pack);
}

/* ---- the entry ---- */

/* One timer at most: that of before goes, and there is one for the new end. */
static bool
add_timers(const struct side *side, const struct balance *after, struct posted *posted)
{
	const struct record_key *key = &side->subject.balance_key;
	struct timer_key timer = expiry_timer(
		(struct bytes){ key->data, key->size }, &side->subject.balance);
	if (side->has_timer && !posted_timer_clear(posted, &timer))
		return false;
	timer = expiry_timer(timer.owner, after);
	return posted_timer_set(posted, &timer);
}

/* What moves it: a book, or the other side. */
static void
add_posting(const struct movement *movement, const struct side *side, struct posted *posted)
{
	struct text unit = movement->unit;
	if (side->book.size > 0)
		posted_move(posted, side->change.micros, unit, side->book);
	else
		posted->postings[posted->posting_count++] = (struct posting){
			.side = (uint8_t)(posted->effect_count - 1),
			.amount = side->change.micros,
			.unit = unit,
		};
}

/* A balance as it is afterwards; false without memory. */
static bool
add_side(const struct movement *movement, const struct side *side, struct posted *posted)
{
	const struct record_key *key = &side->subject.balance_key;
	struct balance balance = side->subject.balance;
	balance.amount = side->after.micros;
	if (side->change.micros > 0 && movement->kind != ENTRY_ADJUSTMENT)
		notice_fill(side->name.size == 0 ? &side->subject.account.tells : &balance.tells,
			&balance);
	if (side->is_extended)
		balance.span.till_ms = side->till_ms;
	if (side->is_extended)
		balance.tells.soon_ms = side->soon_ms;
	if (!posted_balance(posted, (struct bytes){ key->data, key->size }, balance,
		    side->subject.balance_version, movement->call->shard->now_ms))
		return false;
	add_posting(movement, side, posted);
	posted_move(posted, side->bonus.micros, movement->unit, TEXT("bonus"));
	return !side->is_extended || add_timers(side, &balance, posted);
}

static bool
add_sides(const struct movement *movement, struct posted *posted)
{
	for (size_t i = 0; i < movement->side_count; i++) {
		if (!add_side(movement, &movement->sides[i], posted))
			return false;
	}
	return true;
}

/* What it makes known of balances that fall; false without memory. */
static bool
raise_notices(struct movement *movement)
{
	for (size_t i = 0; i < movement->side_count; i++) {
		const struct side *side = &movement->sides[i];
		const struct raising raising = { .call = movement->call,
			.account = side->account,
			.at_ms = movement->params->at_ms };
		const struct subject *subject = &side->subject;
		bool raised = side->name.size == 0
			? notice_raise_main(&raising, &subject->account, &subject->balance,
				  side->after.micros, &movement->raised)
			: notice_raise_other(&raising, side->name, &subject->balance,
				  side->after.micros, &movement->raised);
		if (!raised)
			return false;
	}
	return true;
}

enum call_end
movement_append(struct movement *movement)
{
	struct call *call = movement->call;
	struct posted posted;
	enum call_end end;
	if (!raise_notices(movement))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	struct bytes answer = pack_answer(movement);
	const struct reward *reward = &movement->reward;
	size_t records = movement->side_count + TIMERS_MAX + movement->raised.count +
		reward_records(reward);
	if (answer.size == 0 || !posted_begin(&posted, call->arena, records) ||
		!add_sides(movement, &posted) || !reward_post(reward, &posted) ||
		!notice_post(&movement->raised, call, &posted))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	struct entry entry = once_entry(&movement->once, movement->kind, call->shard->now_ms);
	entry.answer = answer;
	if (reward->given_count > 0)
		entry.release = reward->release->number;
	enum status status = posted_append(&posted, call, &entry, &end);
	must(status != STATUS_LIMIT); /* two balances and a sentence, or what so many rules give */
	return end;
}
