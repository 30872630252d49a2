/*
 * balance.topup, balance.adjust, balance.transfer: money, or units, put on, taken from or moved between
 * balances, once. Each is one entry, so that a transfer has both sides or neither; movement_entry.c
 * makes it. An amount is one of the unit that moves: of units a struct money is so many.
 */
#include "call.h"
#include "expiring.h"
#include "expiry.h"
#include "movement_parts.h"
#include "pay.h"
#include "shard.h"
#include "units.h"
#include "validity.h"

/* ---- the event ---- */

/* What a top-up does besides: a map of {bonus: [balance, amount], extends: [count, every]}. */
static void
pack_besides(struct pack *pack, const struct movement_params *params)
{
	bool bonus = movement_gives_bonus(params), later = movement_extends(params);
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
 * not the main one, and what a top-up does besides, if anything. Of units the amount is an integer,
 * their unit stands for the currency, and behind the balance of a transfer the one to which they go.
 */
static struct bytes
pack_event(struct movement *movement)
{
	const struct movement_params *params = movement->params;
	struct buffer *buffer = &movement->call->shard->event;
	buffer_clear(buffer);
	struct pack pack = pack_into(buffer);
	struct text name = movement->sides[0].name;
	bool besides = movement_gives_bonus(params) || movement_extends(params);
	bool to_name = movement->kind == ENTRY_TRANSFER && movement->of_units;
	pack_array(&pack,
		(movement->kind == ENTRY_TOPUP ? 2u : 4u) + (name.size > 0) + to_name + besides);
	if (movement->of_units)
		pack_integer(&pack, movement->amount.micros);
	else
		pack_money(&pack, movement->amount);
	pack_text(&pack, movement->unit);
	if (movement->kind == ENTRY_ADJUSTMENT)
		pack_integer(&pack, params->short_mode);
	if (movement->kind == ENTRY_TRANSFER)
		pack_text(&pack, params->to);
	if (movement->kind != ENTRY_TOPUP)
		pack_text(&pack, params->why);
	if (name.size > 0)
		pack_text(&pack, name);
	if (to_name)
		pack_text(&pack, movement->sides[1].name);
	pack_besides(&pack, params);
	return pack_whole(&pack);
}

/* ---- deciding ---- */

static enum progress
refuse_side(struct movement *movement, enum say say, const struct text *arguments, size_t count,
	enum call_end *end)
{
	*end = once_refuse_why(movement->call, &movement->once, say, arguments, count);
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
	if (validity_extend(movement->call, &subject->account,
		    (struct validity){ (uint32_t)later->count, (enum validity_every)later->every },
		    &side->till_ms, end) == HAS_ENDED)
		return HAS_ENDED;
	return validity_check(movement->call, "extends", side->till_ms, end);
}

/* What its balance counts is no money, or money, or in another unit. */
static enum progress
refuse_unit(struct movement *movement, const struct side *side, enum call_end *end)
{
	struct text unit = side->subject.balance.unit;
	enum unit counted;
	struct text give = BILINGUAL("an amount and its currency", "amount 与 currency");
	if (unit_of_name(unit, &counted))
		give = counted == UNIT_SECOND  ? TEXT("seconds")
			: counted == UNIT_BYTE ? TEXT("bytes")
					       : TEXT("items");
	struct text arguments[] = { side->name, side->account, unit, give };
	return refuse_side(movement, SAY_OTHER_UNIT, arguments, 4, end);
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
	if (!text_equal(subject->balance.unit, movement->unit))
		return refuse_unit(movement, side, end);
	if (side == &movement->sides[0] && movement_extends(movement->params))
		return extend(movement, side, end);
	if (movement->call->shard->now_ms >= subject->balance.span.till_ms)
		return refuse_side(movement, SAY_BALANCE_EXPIRED, about, 2, end);
	return GOES_ON;
}

static enum progress
find_side(struct movement *movement, struct side *side, enum call_end *end)
{
	struct subject_lack lack;
	struct text currency = movement->unit;
	switch (subject_find_account(movement->call, side->account, &side->subject, &lack)) {
	case SUBJECT_COLD:
		*end = call_wait_record(movement->call, shelf_key_of(&lack.cold));
		return HAS_ENDED;
	case SUBJECT_REFUSED:
		return refuse_side(movement, lack.say, &lack.about, 1, end);
	case SUBJECT_FOUND:
		break;
	}
	if (!movement->of_units && !text_equal(side->subject.account.currency, currency)) {
		struct text arguments[] = { side->subject.account.currency, currency };
		return refuse_side(movement, SAY_WRONG_CURRENCY, arguments, 2, end);
	}
	side->floor = side->subject.account.floor;
	if (side->name.size == 0)
		return GOES_ON;
	side->floor = (struct money){ 0 };
	return find_named(movement, side, end);
}

static enum progress
refuse_too_low(
	struct movement *movement, struct money cost, struct money available, enum call_end *end)
{
	struct arena *arena = movement->call->arena;
	struct pay_too_low too_low;
	if (!movement->of_units) {
		pay_tell_too_low(&too_low, cost, available, movement->unit);
	} else {
		int64_t there = available.micros > 0 ? available.micros : 0;
		too_low.arguments[0] = arena_print(arena, "%lld", (long long)cost.micros);
		too_low.arguments[1] = arena_print(arena, "%lld", (long long)there);
		too_low.arguments[2] = movement->unit;
	}
	return refuse_side(
		movement, SAY_BALANCE_TOO_LOW, too_low.arguments, PAY_TOO_LOW_ARGUMENTS, end);
}

/* What is taken must be there, as a charge's. */
static enum progress
take(struct movement *movement, struct side *side, enum call_end *end)
{
	struct payment payment;
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
		return refuse_too_low(movement, cost, payment.available, end);
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
	if (!movement_extends(movement->params))
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

/* When the end is told of that a balance has now. */
static enum progress
plan_end(struct movement *movement, struct side *side, enum call_end *end)
{
	struct balance after = side->subject.balance;
	after.span.till_ms = side->till_ms;
	if (!side->is_extended)
		return GOES_ON;
	enum progress progress = expiring_plan(movement->call, &side->subject.account, &after, end);
	side->soon_ms = after.tells.soon_ms;
	return progress;
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
	if (movement->kind == ENTRY_TOPUP && !movement->of_units &&
		find_reward(movement, &end) == HAS_ENDED)
		return end;
	if (plan_end(movement, &movement->sides[0], &end) == HAS_ENDED)
		return end;
	return movement_append(movement);
}

static enum call_end
run(struct movement *movement)
{
	struct call *call = movement->call;
	const struct movement_params *params = movement->params;
	enum call_end end;
	movement->once = (struct once){
		.scope = once_account_scope(call->arena, params->account),
		.id = params->id,
		.attempt = once_attempt(params->attempt),
		.at_ms = params->at_ms,
		.event = pack_event(movement),
	};
	if (once_begin(call, &movement->once, movement->kind, &end) == HAS_ENDED)
		return end;
	return decide(movement);
}

/* ---- the methods ---- */

/* What is wrong with a request by itself; size 0: nothing. */
static struct text
wrong_with(const struct movement *movement, unsigned given)
{
	const struct movement_params *params = movement->params;
	bool names = params->balance.size > 0 && !text_equal(params->balance, TEXT("main"));
	if (given != 1)
		return BILINGUAL("exactly one of amount, seconds, bytes, items must be given",
			"amount、seconds、bytes、items 必须且只能给出一个");
	if (movement->of_units == (params->currency.size > 0))
		return BILINGUAL(
			"amount and currency go together", "amount 与 currency 必须同时给出");
	if (movement->of_units && !names)
		return BILINGUAL("units have a balance of their own; name it by `balance`",
			"数量须记在数量账本上；请用 balance 指定");
	if (movement->of_units && movement_gives_bonus(params))
		return BILINGUAL("a bonus is money, and given with an amount",
			"bonus 为金额，只能与 amount 一同给出");
	if (!movement->of_units && movement->kind == ENTRY_TRANSFER &&
		(params->balance.size > 0 || params->to_balance.size > 0))
		return BILINGUAL(
			"money moves between main balances; leave out balance and to_balance",
			"金额只在主账本之间转移；请去掉 balance 与 to_balance");
	return (struct text){ NULL, 0 };
}

static enum progress
refuse_fields(struct call *call, struct text why, enum call_end *end)
{
	if (why.size == 0)
		return GOES_ON;
	*end = call_error(call, SAY_FIELDS_CONFLICT, &why, 1);
	return HAS_ENDED;
}

/* A movement begins: of what, and how much. */
static enum progress
begin(struct movement *movement, struct call *call, enum entry_kind kind,
	const struct movement_params *params, enum call_end *end)
{
	const struct units_given units = units_given(params->seconds, params->bytes, params->items);
	bool money = params->amount.micros != NOT_GIVEN;
	*movement = (struct movement){ .call = call,
		.kind = kind,
		.params = params,
		.amount = params->amount,
		.unit = params->currency,
		.of_units = !money };
	if (units.count > 0) {
		movement->amount.micros = units.quantity;
		movement->unit = text_of(unit_name(units.unit));
	}
	return refuse_fields(call, wrong_with(movement, units.count + money), end);
}

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

/* What a top-up cannot do besides. */
static enum progress
check_besides(struct call *call, const struct movement *movement, enum call_end *end)
{
	const struct side *sides = movement->sides;
	struct text why = { NULL, 0 };
	if (movement_extends(movement->params) && sides[0].name.size == 0)
		why = BILINGUAL("the main balance is always valid; name the balance to be extended",
			"主账本长期有效；请用 balance 指定要延长的账本");
	else if (movement->side_count == SIDES_MAX && text_equal(sides[0].name, sides[1].name))
		why = BILINGUAL("a bonus goes to another balance than what is paid in",
			"赠送的账本须不同于充值的账本");
	return refuse_fields(call, why, end);
}

enum call_end
movement_run_topup(struct call *call, const void *params)
{
	struct movement movement;
	const struct movement_params *asked = params;
	enum call_end end;
	if (begin(&movement, call, ENTRY_TOPUP, params, &end) == HAS_ENDED)
		return end;
	add_own_side(&movement, asked->balance, movement.amount, TEXT("topup"));
	if (movement_gives_bonus(asked))
		add_own_side(&movement, asked->bonus.balance, asked->bonus.amount, TEXT("gift"));
	return check_besides(call, &movement, &end) == HAS_ENDED ? end : run(&movement);
}

enum call_end
movement_run_adjust(struct call *call, const void *params)
{
	struct movement movement;
	const struct movement_params *asked = params;
	enum call_end end;
	if (begin(&movement, call, ENTRY_ADJUSTMENT, params, &end) == HAS_ENDED)
		return end;
	if (movement.amount.micros == 0) {
		struct text arguments[] = { TEXT("amount"),
			BILINGUAL("more or less than 0", "大于或小于 0") };
		return call_error(call, SAY_OUT_OF_RANGE, arguments, 2);
	}
	add_own_side(&movement, asked->balance, movement.amount,
		text_of(entry_kind_name(ENTRY_ADJUSTMENT)));
	return run(&movement);
}

enum call_end
movement_run_transfer(struct call *call, const void *params)
{
	struct movement movement;
	const struct movement_params *asked = params;
	enum call_end end;
	if (begin(&movement, call, ENTRY_TRANSFER, params, &end) == HAS_ENDED)
		return end;
	if (text_equal(asked->account, asked->to)) {
		struct text why = BILINGUAL("a transfer goes to another account than it comes from",
			"转入账户必须不同于转出账户");
		return call_error(call, SAY_FIELDS_CONFLICT, &why, 1);
	}
	movement.side_count = SIDES_MAX;
	movement.sides[0] = (struct side){ .account = asked->account,
		.name = asked->balance,
		.change = { -movement.amount.micros } };
	movement.sides[1] = (struct side){ .account = asked->to,
		.name = asked->to_balance.size > 0 ? asked->to_balance : asked->balance,
		.change = movement.amount };
	return run(&movement);
}
