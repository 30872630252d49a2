/*
 * balance.topup, balance.adjust, balance.transfer: money put on, taken from or moved between
 * balances, once. Each is one entry, so that a transfer has both sides or neither.
 */
#include "call.h"
#include "expiry.h"
#include "notice.h"
#include "once.h"
#include "pay.h"
#include "posted.h"
#include "reward.h"
#include "shard.h"
#include "subject.h"
#include "validity.h"

#include "base/digest.h"
#include "base/must.h"

enum { SIDES_MAX = 2, TIMERS_MAX = 2 };

/* One balance that moves. */
struct side {
	struct subject subject; /* its account and balance */
	struct text account;
	struct text name;   /* of the balance; size 0: the main one */
	struct money floor; /* how low it may fall */
	struct money change;
	struct money after;
	struct text book;   /* from which that comes; size 0: from the other side */
	struct money bonus; /* what rules of the catalog add to a change, in `after` too */
	bool is_extended;   /* its validity ends otherwise now */
	bool has_timer;     /* for the end that it had */
	int64_t till_ms;
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
	struct reward_question rewarded; /* of a top-up … */
	struct reward reward;            /* … and what rules give besides */
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
	case ENTRY_DUE:
	case ENTRY_STORED:
	case ENTRY_NOTICE:
		break;
	}
	must(false);
	return NULL;
}

static bool
gives_bonus(const struct movement_params *params)
{
	return params->bonus.balance.size > 0;
}

static bool
extends(const struct movement_params *params)
{
	return params->extends.count > 0;
}

/* What a top-up does besides: a map of {bonus: [balance, amount], extends: [count, every]}. */
static void
pack_besides(struct pack *pack, const struct movement_params *params)
{
	bool bonus = gives_bonus(params), later = extends(params);
	if (!bonus && !later)
		return;
	pack_map(pack, (uint32_t)bonus + later);
	if (bonus) {
		pack_name(pack, "bonus");
		pack_array(pack, 2);
		pack_text(pack, params->bonus.balance);
		pack_money(pack, params->bonus.amount);
	}
	if (later) {
		pack_name(pack, "extends");
		pack_array(pack, 2);
		pack_integer(pack, params->extends.count);
		pack_integer(pack, params->extends.every);
	}
}

/*
 * As journaled and fingerprinted: [amount, currency] of a top-up, [amount, currency, short, why] of
 * an adjustment, [amount, currency, to, why] of a transfer; then the name of a balance, if it is
 * not the main one, and what a top-up does besides, if anything.
 */
static struct bytes
pack_event(struct movement *movement)
{
	const struct movement_params *params = movement->params;
	struct buffer *buffer = &movement->call->shard->event;
	buffer_clear(buffer);
	struct pack pack = pack_into(buffer);
	struct text name = movement->sides[0].name;
	bool besides = gives_bonus(params) || extends(params);
	pack_array(&pack, (movement->kind == ENTRY_TOPUP ? 2u : 4u) + (name.size > 0) + besides);
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
	pack_besides(&pack, params);
	return (struct bytes){ buffer->data, pack_is_whole(&pack) ? buffer->size : 0 };
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
	bool later = movement->sides[0].is_extended, bonus = gives_bonus(params);
	buffer_clear(scratch);
	struct pack pack = pack_into(scratch);
	pack_map(&pack,
		4u + named + why + to + tells + later + bonus + reward_pairs(&movement->reward));
	pack_name_string(&pack, "outcome", outcome_of(movement->kind));
	pack_name_money(&pack, "amount", params->amount);
	pack_name_text(&pack, "currency", params->currency);
	pack_name_money(&pack, "balance", movement->sides[0].after);
	if (named)
		pack_name_text(&pack, "name", movement->sides[0].name);
	if (later)
		pack_name_integer(&pack, "till", movement->sides[0].till_ms);
	if (bonus)
		pack_bonus(&pack, &movement->sides[1]);
	reward_pack(&movement->reward, &pack);
	if (to)
		pack_name_text(&pack, "to", params->to);
	if (why)
		pack_name_text(&pack, "why", params->why);
	if (tells)
		notice_pack(&pack, &movement->raised);
	return (struct bytes){ scratch->data, pack_is_whole(&pack) ? scratch->size : 0 };
}

/* ---- the entry ---- */

/* One timer at most: that of before goes, and there is one for the new end. */
static bool
add_timers(const struct side *side, struct posted *posted)
{
	const struct record_key *key = &side->subject.balance_key;
	struct timer_key timer = expiry_timer(
		(struct bytes){ key->data, key->size }, &side->subject.balance);
	if (side->has_timer && !posted_timer_clear(posted, &timer))
		return false;
	timer.at_ms = side->till_ms;
	return posted_timer_set(posted, &timer);
}

/* What moves it: a book, or the other side. */
static void
add_posting(const struct movement *movement, const struct side *side, struct posted *posted)
{
	struct text unit = movement->params->currency;
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
	if (side->is_extended)
		balance.span.till_ms = side->till_ms;
	if (!posted_balance(posted, (struct bytes){ key->data, key->size }, balance,
		    side->subject.balance_version, movement->call->shard->now_ms))
		return false;
	add_posting(movement, side, posted);
	posted_move(posted, side->bonus.micros, movement->params->currency, TEXT("bonus"));
	return !side->is_extended || add_timers(side, posted);
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
	const struct reward *reward = &movement->reward;
	size_t records = movement->side_count + TIMERS_MAX + movement->raised.count +
		reward_records(reward);
	if (answer.size == 0 || !posted_begin(&posted, call->arena, records) ||
		!add_sides(movement, &posted) || !reward_post(reward, &posted) ||
		!notice_post(&movement->raised, call, &posted))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	struct entry entry = once_entry(&movement->once, movement->kind, call->shard->now_ms);
	entry.event = movement->event;
	entry.answer = answer;
	if (reward->given_count > 0)
		entry.release = reward->release->number;
	enum status status = posted_append(&posted, call, &entry, &end);
	must(status != STATUS_LIMIT); /* two balances and a sentence, or what so many rules give */
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

/* Its validity ends otherwise: is there the timer of its end before? */
static enum progress
find_timer(struct movement *movement, struct side *side, enum call_end *end)
{
	struct record_key key;
	struct bytes value;
	uint64_t version;
	expiry_key(&key, &side->subject.balance_key, &side->subject.balance);
	enum lookup found = call_find(movement->call, shelf_key_of(&key), &value, &version);
	if (found == LOOKUP_COLD) {
		*end = call_wait_record(movement->call, shelf_key_of(&key));
		return HAS_ENDED;
	}
	side->has_timer = found == LOOKUP_FOUND;
	side->is_extended = true;
	return GOES_ON;
}

/* Its validity ends later, if it ends at all. */
static enum progress
extend(struct movement *movement, struct side *side, enum call_end *end)
{
	const struct validity_params *later = &movement->params->extends;
	const struct subject *subject = &side->subject;
	side->till_ms = subject->balance.span.till_ms;
	if (side->till_ms == INT64_MAX)
		return GOES_ON;
	if (find_timer(movement, side, end) == HAS_ENDED)
		return HAS_ENDED;
	return validity_extend(movement->call, &subject->account,
		(struct validity){ (uint32_t)later->count, (enum validity_every)later->every },
		&side->till_ms, end);
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
	if (side == &movement->sides[0] && extends(movement->params))
		return extend(movement, side, end);
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

/* What has expired by now is gone, and does not come back because the balance is valid again. */
static enum progress
settle_expired(struct movement *movement, enum call_end *end)
{
	const struct side *side = &movement->sides[0];
	struct record_key key;
	struct bytes value;
	uint64_t version;
	bool has_expired;
	if (!extends(movement->params))
		return GOES_ON;
	key_of_balance(&key, side->account, side->name);
	if (call_find(movement->call, shelf_key_of(&key), &value, &version) != LOOKUP_COLD)
		return expiry_settle(movement->call, &key, &has_expired, end);
	*end = call_wait_record(movement->call, shelf_key_of(&key));
	return HAS_ENDED;
}

/* A rule may not give to a balance that the request names: an entry changes each once. */
static enum progress
check_gifts(struct movement *movement, enum call_end *end)
{
	const struct reward *reward = &movement->reward;
	for (size_t i = 0; i < reward->gift_count * movement->side_count; i++) {
		struct text named = movement->sides[i % movement->side_count].name;
		if (!text_equal(reward->gifts[i / movement->side_count].name, named))
			continue;
		struct text why = BILINGUAL(
			"the catalog's rules give to this balance; name another",
			"目录的充值规则正向此账本赠送；请指定其他账本");
		*end = call_error(movement->call, SAY_FIELDS_CONFLICT, &why, 1);
		return HAS_ENDED;
	}
	return GOES_ON;
}

/* What the catalog's rules give besides what is paid in. */
static enum progress
find_reward(struct movement *movement, enum call_end *end)
{
	struct side *side = &movement->sides[0];
	const struct reward *reward = &movement->reward;
	int64_t till_ms = side->is_extended ? side->till_ms : side->subject.balance.span.till_ms;
	movement->rewarded = (struct reward_question){ .call = movement->call,
		.account = side->account,
		.subject = &side->subject,
		.amount = side->change,
		.at_ms = movement->params->at_ms,
		.till_ms = till_ms };
	enum reward_outcome outcome = reward_decide(&movement->rewarded, &movement->reward, end);
	if (outcome == REWARD_ENDS || check_gifts(movement, end) == HAS_ENDED)
		return HAS_ENDED;
	if (outcome == REWARD_OVERFLOW || !money_add(side->after, reward->bonus, &side->after))
		return refuse_side(movement, SAY_OVERFLOW, NULL, 0, end);
	side->bonus = reward->bonus;
	if (reward->till_ms == till_ms)
		return GOES_ON;
	if (!side->is_extended && find_timer(movement, side, end) == HAS_ENDED)
		return HAS_ENDED;
	side->till_ms = reward->till_ms;
	return GOES_ON;
}

/* All that can be wrong with any side comes before the first change. */
static enum call_end
decide(struct movement *movement)
{
	enum call_end end;
	if (settle_expired(movement, &end) == HAS_ENDED)
		return end;
	for (size_t i = 0; i < movement->side_count; i++) {
		if (find_side(movement, &movement->sides[i], &end) == HAS_ENDED)
			return end;
	}
	for (size_t i = 0; i < movement->side_count; i++) {
		if (change(movement, &movement->sides[i], &end) == HAS_ENDED)
			return end;
	}
	if (movement->kind == ENTRY_TOPUP && find_reward(movement, &end) == HAS_ENDED)
		return end;
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

/* A balance of the account that is named, which gets something out of a book. */
static void
add_own_side(struct movement *movement, struct text name, struct money change, struct text book)
{
	movement->sides[movement->side_count++] = (struct side){
		.account = movement->params->account,
		.name = text_equal(name, TEXT("main")) ? TEXT("") : name,
		.change = change,
		.book = book,
	};
}

static enum call_end
run_alone(struct call *call, const void *params, enum entry_kind kind)
{
	struct movement movement = { .call = call, .kind = kind, .params = params };
	add_own_side(&movement, movement.params->balance, movement.params->amount,
		text_of(entry_kind_name(kind)));
	return run(&movement);
}

/* What a top-up cannot do besides. */
static enum progress
check_besides(struct call *call, const struct movement *movement, enum call_end *end)
{
	const struct side *sides = movement->sides;
	struct text why = { NULL, 0 };
	if (extends(movement->params) && sides[0].name.size == 0)
		why = BILINGUAL("the main balance is always valid; name the balance to be extended",
			"主账本长期有效；请用 balance 指定要延长的账本");
	else if (movement->side_count == SIDES_MAX && text_equal(sides[0].name, sides[1].name))
		why = BILINGUAL("a bonus goes to another balance than what is paid in",
			"赠送的账本须不同于充值的账本");
	if (why.size == 0)
		return GOES_ON;
	*end = call_error(call, SAY_FIELDS_CONFLICT, &why, 1);
	return HAS_ENDED;
}

enum call_end
movement_run_topup(struct call *call, const void *params)
{
	struct movement movement = { .call = call, .kind = ENTRY_TOPUP, .params = params };
	const struct movement_params *asked = params;
	enum call_end end;
	add_own_side(&movement, asked->balance, asked->amount, TEXT("topup"));
	if (gives_bonus(asked))
		add_own_side(&movement, asked->bonus.balance, asked->bonus.amount, TEXT("gift"));
	return check_besides(call, &movement, &end) == HAS_ENDED ? end : run(&movement);
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
