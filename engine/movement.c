/*
 * balance.topup, balance.adjust, balance.transfer: money put on, taken from or moved between
 * balances, once. Each is one entry, so that a transfer has both sides or neither.
 */
#include "call.h"
#include "notice.h"
#include "once.h"
#include "pay.h"
#include "posted.h"
#include "shard.h"
#include "subject.h"

#include "base/digest.h"
#include "base/must.h"

enum { SIDES_MAX = 2 };

/* One balance that moves. */
struct side {
	struct subject subject; /* its account and balance */
	struct text account;
	struct text name;   /* of the balance; size 0: the main one */
	struct money floor; /* how low it may fall */
	struct money change;
	struct money after;
};

struct movement {
	struct call *call;
	enum entry_kind kind;
	const struct movement_params *params;
	struct once once;
	struct bytes event;
	struct side sides[SIDES_MAX]; /* the account that was named comes first */
	size_t side_count;
	struct raised raised;
};

/* ---- what each kind is ---- */

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
		break;
	}
	must(false);
	return NULL;
}

/*
 * As journaled and fingerprinted: [amount, currency] of a top-up, [amount, currency, short, why] of
 * an adjustment, [amount, currency, to, why] of a transfer; then the name of a balance, if it is
 * not the main one.
 */
static struct bytes
pack_event(struct movement *movement)
{
	const struct movement_params *params = movement->params;
	struct buffer *buffer = &movement->call->shard->event;
	buffer_clear(buffer);
	struct pack pack = pack_into(buffer);
	struct text name = movement->sides[0].name;
	pack_array(&pack, (movement->kind == ENTRY_TOPUP ? 2u : 4u) + (name.size > 0));
	pack_money(&pack, params->amount);
	pack_text(&pack, params->currency);
	if (movement->kind == ENTRY_ADJUSTMENT)
		pack_integer(&pack, params->short_mode);
	if (movement->kind == ENTRY_TRANSFER)
		pack_text(&pack, params->to);
	if (movement->kind != ENTRY_TOPUP)
		pack_text(&pack, params->why);
	if (name.size > 0)
		pack_text(&pack, name);
	return (struct bytes){ buffer->data, pack_is_whole(&pack) ? buffer->size : 0 };
}

static struct bytes
pack_answer(struct movement *movement)
{
	const struct movement_params *params = movement->params;
	struct buffer *scratch = &movement->call->shard->scratch;
	bool why = params->why.size > 0, to = movement->kind == ENTRY_TRANSFER;
	bool named = movement->sides[0].name.size > 0, tells = movement->raised.count > 0;
	buffer_clear(scratch);
	struct pack pack = pack_into(scratch);
	pack_map(&pack, 4u + named + why + to + tells);
	pack_name_string(&pack, "outcome", outcome_of(movement->kind));
	pack_name_money(&pack, "amount", params->amount);
	pack_name_text(&pack, "currency", params->currency);
	pack_name_money(&pack, "balance", movement->sides[0].after);
	if (named)
		pack_name_text(&pack, "name", movement->sides[0].name);
	if (to)
		pack_name_text(&pack, "to", params->to);
	if (why)
		pack_name_text(&pack, "why", params->why);
	if (tells)
		notice_pack(&pack, &movement->raised);
	return (struct bytes){ scratch->data, pack_is_whole(&pack) ? scratch->size : 0 };
}

/* ---- the entry ---- */

/* The balances as they are afterwards; false without memory. */
static bool
add_balances(const struct movement *movement, struct posted *posted)
{
	for (size_t i = 0; i < movement->side_count; i++) {
		const struct side *side = &movement->sides[i];
		const struct record_key *key = &side->subject.balance_key;
		struct balance balance = side->subject.balance;
		balance.amount = side->after.micros;
		if (!posted_balance(posted, (struct bytes){ key->data, key->size }, balance,
			    side->subject.balance_version, movement->call->shard->now_ms))
			return false;
	}
	return true;
}

/* Each side, and what balances them: the other side, or a book. */
static void
add_postings(const struct movement *movement, struct posted *posted)
{
	struct text unit = movement->params->currency;
	if (movement->side_count == 1) {
		posted_move(posted, movement->sides[0].change.micros, unit,
			text_of(entry_kind_name(movement->kind)));
		return;
	}
	for (size_t i = 0; i < movement->side_count; i++)
		posted->postings[posted->posting_count++] = (struct posting){
			.side = (uint8_t)i,
			.amount = movement->sides[i].change.micros,
			.unit = unit,
		};
}

/* What it makes known of a main balance that falls; false without memory. */
static bool
raise_notices(struct movement *movement)
{
	for (size_t i = 0; i < movement->side_count; i++) {
		const struct side *side = &movement->sides[i];
		const struct raising raising = { .call = movement->call,
			.account = side->account,
			.at_ms = movement->params->at_ms };
		struct fall fall = { side->subject.balance.amount, side->after.micros };
		if (side->name.size == 0 &&
			!notice_raise_fall(
				&raising, &side->subject.account, fall, &movement->raised))
			return false;
	}
	return true;
}

static enum call_end
append(struct movement *movement)
{
	struct call *call = movement->call;
	struct posted posted;
	enum call_end end;
	if (!raise_notices(movement))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	struct bytes answer = pack_answer(movement);
	size_t records = movement->side_count + movement->raised.count;
	if (answer.size == 0 || !posted_begin(&posted, call->arena, records) ||
		!add_balances(movement, &posted) || !notice_post(&movement->raised, call, &posted))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	struct entry entry = once_entry(&movement->once, movement->kind, call->shard->now_ms);
	entry.event = movement->event;
	entry.answer = answer;
	add_postings(movement, &posted);
	enum status status = posted_append(&posted, call, &entry, &end);
	must(status != STATUS_LIMIT); /* two balances and a sentence */
	return end;
}

/* ---- deciding ---- */

static enum call_end
refuse(struct movement *movement, enum say say, const struct text *arguments, size_t count)
{
	struct buffer *scratch = &movement->call->shard->scratch;
	buffer_clear(scratch);
	refusal_pack(scratch, movement->call->arena, say, arguments, count, NULL);
	return once_refuse(movement->call, &movement->once, movement->event, 0,
		(struct bytes){ scratch->data, scratch->size });
}

static enum progress
refuse_side(struct movement *movement, enum say say, const struct text *arguments, size_t count,
	enum call_end *end)
{
	*end = refuse(movement, say, arguments, count);
	return HAS_ENDED;
}

/* The balance that was named, in place of the main one, below whose 0 nothing goes. */
static enum progress
find_named(struct movement *movement, struct side *side, enum call_end *end)
{
	struct subject *subject = &side->subject;
	struct text about[] = { side->name, side->account };
	struct bytes value;
	key_of_balance(&subject->balance_key, side->account, side->name);
	struct shelf_key key = shelf_key_of(&subject->balance_key);
	switch (call_find(movement->call, key, &value, &subject->balance_version)) {
	case LOOKUP_COLD:
		*end = call_wait_record(movement->call, key);
		return HAS_ENDED;
	case LOOKUP_ABSENT:
		return refuse_side(movement, SAY_UNKNOWN_BALANCE, about, 2, end);
	case LOOKUP_FOUND:
		break;
	}
	subject->balance = balance_read(value);
	if (movement->call->shard->now_ms >= subject->balance.span.till_ms)
		return refuse_side(movement, SAY_BALANCE_EXPIRED, about, 2, end);
	return GOES_ON;
}

static enum progress
find_side(struct movement *movement, struct side *side, enum call_end *end)
{
	struct subject_lack lack;
	struct text currency = movement->params->currency;
	switch (subject_find_account(movement->call, side->account, &side->subject, &lack)) {
	case SUBJECT_COLD:
		*end = call_wait_record(movement->call, shelf_key_of(&lack.cold));
		return HAS_ENDED;
	case SUBJECT_REFUSED:
		return refuse_side(movement, lack.say, &lack.about, 1, end);
	case SUBJECT_FOUND:
		break;
	}
	if (!text_equal(side->subject.account.currency, currency)) {
		struct text arguments[] = { side->subject.account.currency, currency };
		return refuse_side(movement, SAY_WRONG_CURRENCY, arguments, 2, end);
	}
	side->floor = side->subject.account.floor;
	if (side->name.size == 0)
		return GOES_ON;
	side->floor = (struct money){ 0 };
	return find_named(movement, side, end);
}

/* What is taken must be there, as a charge's. */
static enum progress
take(struct movement *movement, struct side *side, enum call_end *end)
{
	struct payment payment;
	struct pay_too_low too_low;
	struct money cost = { -side->change.micros };
	struct text frozen[PAY_FROZEN_ARGUMENTS];
	if (side->subject.account.frozen || side->subject.balance.frozen) {
		struct text name = side->subject.account.frozen ? TEXT("") : side->name;
		pay_tell_frozen(movement->call->arena, side->account, name, frozen);
		return refuse_side(movement, SAY_FROZEN, frozen, PAY_FROZEN_ARGUMENTS, end);
	}
	switch (pay(&side->subject.balance, side->floor, cost,
		(enum short_mode)movement->params->short_mode, &payment)) {
	case PAY_TOO_LOW:
		pay_tell_too_low(&too_low, cost, payment.available, side->subject.account.currency);
		return refuse_side(movement, SAY_BALANCE_TOO_LOW, too_low.arguments,
			PAY_TOO_LOW_ARGUMENTS, end);
	case PAY_OVERFLOW:
		return refuse_side(movement, SAY_OVERFLOW, NULL, 0, end);
	case PAY_DONE:
		break;
	}
	side->after = payment.after;
	return GOES_ON;
}

static enum progress
change(struct movement *movement, struct side *side, enum call_end *end)
{
	if (side->change.micros < 0)
		return take(movement, side, end);
	if (!money_add((struct money){ side->subject.balance.amount }, side->change, &side->after))
		return refuse_side(movement, SAY_OVERFLOW, NULL, 0, end);
	return GOES_ON;
}

/* All that can be wrong with any side comes before the first change. */
static enum call_end
decide(struct movement *movement)
{
	enum call_end end;
	for (size_t i = 0; i < movement->side_count; i++) {
		if (find_side(movement, &movement->sides[i], &end) == HAS_ENDED)
			return end;
	}
	for (size_t i = 0; i < movement->side_count; i++) {
		if (change(movement, &movement->sides[i], &end) == HAS_ENDED)
			return end;
	}
	return append(movement);
}

static enum call_end
run(struct movement *movement)
{
	struct call *call = movement->call;
	const struct movement_params *params = movement->params;
	enum call_end end;
	struct bytes refusal;
	if (!once_in_window(call, params->at_ms, &refusal))
		return once_answer(call, refusal, true, false, 0);
	movement->event = pack_event(movement);
	struct text scope = once_account_scope(call->arena, params->account);
	if (movement->event.size == 0 || scope.data == NULL)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	movement->once = (struct once){
		.scope = scope,
		.id = params->id,
		.attempt = params->attempt == NOT_GIVEN ? 1 : (uint8_t)params->attempt,
		.fingerprint = hash64(movement->event.data, movement->event.size, movement->kind),
		.at_ms = params->at_ms,
	};
	if (once_check(call, &movement->once, &end) != ONCE_DECIDE)
		return end;
	return decide(movement);
}

/* ---- the methods ---- */

static enum call_end
run_alone(struct call *call, const void *params, enum entry_kind kind)
{
	struct movement movement = { .call = call, .kind = kind, .params = params };
	if (!text_equal(movement.params->balance, TEXT("main")))
		movement.sides[0].name = movement.params->balance;
	movement.side_count = 1;
	movement.sides[0].account = movement.params->account;
	movement.sides[0].change = movement.params->amount;
	return run(&movement);
}

enum call_end
movement_run_topup(struct call *call, const void *params)
{
	return run_alone(call, params, ENTRY_TOPUP);
}

enum call_end
movement_run_adjust(struct call *call, const void *params)
{
	const struct movement_params *asked = params;
	if (asked->amount.micros == 0) {
		struct text arguments[] = { TEXT("amount"),
			BILINGUAL("more or less than 0", "大于或小于 0") };
		return call_error(call, SAY_OUT_OF_RANGE, arguments, 2);
	}
	return run_alone(call, params, ENTRY_ADJUSTMENT);
}

enum call_end
movement_run_transfer(struct call *call, const void *params)
{
	struct movement movement = { .call = call, .kind = ENTRY_TRANSFER, .params = params };
	const struct movement_params *asked = params;
	if (text_equal(asked->account, asked->to)) {
		struct text why = BILINGUAL("a transfer goes to another account than it comes from",
			"转入账户必须不同于转出账户");
		return call_error(call, SAY_FIELDS_CONFLICT, &why, 1);
	}
	movement.side_count = SIDES_MAX;
	movement.sides[0].account = asked->account;
	movement.sides[0].change = (struct money){ -asked->amount.micros };
	movement.sides[1].account = asked->to;
	movement.sides[1].change = asked->amount;
	return run(&movement);
}
