/* A charge as its entry has it (see charged.h). */
#include "charged.h"

#include "payers.h"

#include "base/must.h"

/* ---- reading ---- */

static enum status
corrupt(struct fault *fault, const char *what)
{
	return fault_set(fault, STATUS_CORRUPT, "the entry is not that of a charge: %s", what);
}

struct text
charged_account(const struct entry *entry)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	struct text account, name;
	while (effect_next(&rest, &effect)) {
		if (effect.table == TABLE_BALANCE && key_is_of_balance(effect.key, &account, &name))
			return account;
	}
	return (struct text){ NULL, 0 };
}

int64_t
charged_moved_on(const struct entry *entry, size_t index, struct text *unit)
{
	struct bytes rest = entry->posting_bytes;
	struct posting posting = { 0 };
	*unit = (struct text){ NULL, 0 };
	while (posting_next(&rest, &posting)) {
		if (posting.side != index)
			continue;
		*unit = posting.unit;
		return posting.amount;
	}
	return 0;
}

/* The counter of what the account that paid last pays in a month. */
static bool
add_payer_count(struct charged *charged, struct bytes key, struct text payer, int64_t moved)
{
	if (charged->payment_count == 0)
		return false;
	struct payment_made *payment = &charged->payments[charged->payment_count - 1];
	payment->counter = key;
	return text_equal(payment->account, payer) && payment->amount.micros == moved;
}

bool
charged_add_count(struct charged *charged, struct bytes key, int64_t moved, struct text unit)
{
	struct refund_count *count = &charged->counts[charged->count_count];
	struct counter_key counter;
	if (moved <= 0 || !key_is_of_counter(key, &counter))
		return false;
	*count = (struct refund_count){
		.name = { counter.package, counter.allowance, counter.cycle,
			counter.by_group ? counter.owner : (struct text){ NULL, 0 } },
		.money = currency_is_valid(unit),
		.moved = moved,
	};
	charged->keys[charged->count_count++] = key;
	charged->counts_units |= !count->money;
	return count->money || unit_of_name(unit, &count->unit);
}

bool
charged_add_units(struct charged *charged, struct bytes key, int64_t moved, struct text unit)
{
	struct text account, name;
	struct refund_count *count = &charged->counts[charged->count_count];
	if (moved >= 0 || !key_is_of_balance(key, &account, &name))
		return false;
	*count = (struct refund_count){ .name = { OWN_UNITS_PACKAGE, name, 0, { NULL, 0 } },
		.moved = -moved };
	charged->keys[charged->count_count++] = key;
	charged->counts_units = true;
	return unit_of_name(unit, &count->unit);
}

static bool
add_count(struct charged *charged, const struct effect *effect, int64_t moved, struct text unit)
{
	struct text payer;
	return payers_counter_is(effect->key, &payer)
		? add_payer_count(charged, effect->key, payer, moved)
		: charged_add_count(charged, effect->key, moved, unit);
}

/* All of one currency. */
static bool
add_payment(struct charged *charged, const struct effect *effect, int64_t moved)
{
	struct payment_made *payment = &charged->payments[charged->payment_count];
	const struct balance balance = balance_read(effect->value);
	struct text currency = balance.unit;
	if (balance.kind == BALANCE_UNITS)
		return charged_add_units(charged, effect->key, moved, balance.unit);
	*payment = (struct payment_made){
		.key = effect->key, .amount = { -moved }, .made_ms = charged->made_ms
	};
	if (moved > 0 || !key_is_of_balance(effect->key, &payment->account, &payment->name) ||
		(charged->payment_count > 0 && !text_equal(currency, charged->currency)))
		return false;
	if (charged->payment_count++ == 0)
		charged->account = payment->account;
	charged->currency = currency;
	return money_add(charged->paid, (struct money){ -moved }, &charged->paid);
}

/*
 * A balance or a counter that the charge has changed. What it made known stays known, the end of a
 * balance that it began stays, and so does that what fell due was charged.
 */
static bool
add_effect(struct charged *charged, const struct effect *effect, int64_t moved, struct text unit)
{
	if (effect->table == TABLE_COUNTER)
		return add_count(charged, effect, moved, unit);
	if (effect->table == TABLE_NOTICE || effect->table == TABLE_TIMER ||
		effect->table == TABLE_AGENDA)
		return moved == 0;
	return effect->table == TABLE_BALANCE && add_payment(charged, effect, moved);
}

/*
 * What fell due is one item of no service, which cost what was paid: it is given back whole, or so
 * much of its money.
 */
static bool
read_due(const struct charged *charged, struct arena *arena, struct unpriced_charge *cost)
{
	struct price_line *line = arena_take_zeroed(arena, 1, sizeof *line);
	if (line == NULL)
		return false;
	line->amount = charged->paid;
	*cost = (struct unpriced_charge){ .service = TEXT(""),
		.unit = UNIT_ITEM,
		.quantity = 1,
		.lines = line,
		.line_count = 1 };
	return true;
}

enum status
charged_read(const struct entry *entry, struct arena *arena, struct charged *charged,
	struct fault *fault)
{
	const struct stored_charge stored = { entry->event, entry->answer, entry->at_ms };
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	must(entry->kind != ENTRY_SESSION && entry_charges(entry));
	*charged = (struct charged){ .at_ms = entry->at_ms, .made_ms = entry->made_ms };
	charged->keys = arena_take(arena, (entry->effect_count + 1) * sizeof *charged->keys);
	charged->counts = arena_take(arena, (entry->effect_count + 1) * sizeof *charged->counts);
	charged->payments = arena_take(
		arena, (entry->effect_count + 1) * sizeof *charged->payments);
	if (charged->keys == NULL || charged->counts == NULL || charged->payments == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for what a charge took");
	for (size_t i = 0; effect_next(&rest, &effect); i++) {
		struct text unit;
		int64_t moved = charged_moved_on(entry, i, &unit);
		if (!add_effect(charged, &effect, moved, unit))
			return corrupt(
				fault, "it changes something else than balances and counters");
	}
	if (charged->payment_count == 0)
		return corrupt(fault, "nobody paid");
	enum status status = STATUS_OK;
	if (entry->kind == ENTRY_CHARGE)
		status = unpriced_read_charge(&stored, arena, &charged->cost, fault);
	else if (!read_due(charged, arena, &charged->cost))
		status = fault_set(fault, STATUS_MEMORY, "no memory for what fell due");
	if (status == STATUS_OK)
		charged->quantity = charged->cost.quantity > 0 ? charged->cost.quantity : 1;
	return status;
}

/* Does the entry set a timer of the record? */
static bool
sets_timer(const struct entry *entry, struct bytes owner)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	struct timer_key timer;
	while (effect_next(&rest, &effect)) {
		if (effect.table == TABLE_TIMER && effect.value.size > 0 &&
			key_is_of_timer(effect.key, &timer) && bytes_equal(timer.owner, owner))
			return true;
	}
	return false;
}

bool
charged_own_units(
	const struct entry *entry, struct arena *arena, struct own_units **own, size_t *count)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	struct text account, name, unit;
	*count = 0;
	*own = arena_take(arena, (entry->effect_count + 1) * sizeof **own);
	if (*own == NULL)
		return false;
	for (size_t i = 0; effect_next(&rest, &effect); i++) {
		int64_t moved = charged_moved_on(entry, i, &unit);
		if (effect.table != TABLE_BALANCE || moved >= 0 ||
			!key_is_of_balance(effect.key, &account, &name))
			continue;
		const struct balance balance = balance_read(effect.value);
		if (balance.kind != BALANCE_UNITS)
			continue;
		/* What began with the charge had no end before. */
		bool begins = balance.first_use.count > 0 && sets_timer(entry, effect.key);
		(*own)[(*count)++] = (struct own_units){ .name = name,
			.left = -moved,
			.till_ms = begins ? INT64_MAX : balance.span.till_ms };
	}
	return true;
}

bool
charged_is_of(const struct charged *charged, struct text account)
{
	for (size_t i = 0; i < charged->payment_count; i++) {
		if (text_equal(charged->payments[i].account, account))
			return true;
	}
	return false;
}

/* ---- giving back ---- */

/* What the balances together paid that get their money before this one. */
static int64_t
paid_behind(const struct charged *charged, size_t payment)
{
	int64_t micros = payment == 0 ? 0 : charged->payments[0].amount.micros;
	for (size_t i = payment + 1; payment > 0 && i < charged->payment_count; i++)
		micros += charged->payments[i].amount.micros;
	return micros;
}

struct money
charged_returned(const struct charged *charged, size_t payment, struct money money)
{
	int64_t whole = charged->payments[payment].amount.micros;
	int64_t left = money.micros - paid_behind(charged, payment);
	must(money.micros <= charged->paid.micros);
	return (struct money){ left < 0 ? 0 : left < whole ? left : whole };
}

/* whole × part / of, rounded down. */
static int64_t
share(int64_t whole, int64_t part, int64_t of)
{
	must(whole >= 0 && part >= 0 && part <= of && of > 0);
	return (int64_t)((__int128)whole * part / of);
}

/*
 * Of what is counted in money, what was given back in all: by usage, as rules/refunding.h gives it,
 * and for amounts as large a part as these are of what was paid.
 */
static int64_t
money_counted(const struct charged *charged, int64_t moved, const struct refund_record *refund)
{
	int64_t by_usage = share(moved, refund->quantity, charged->quantity);
	int64_t by_amounts = charged->paid.micros == 0
		? 0
		: share(moved, refund->amounts.micros, charged->paid.micros);
	return by_usage < moved - by_amounts ? by_usage + by_amounts : moved;
}

/* Asks the rules what comes back; an amount, as if all that is left were asked for. */
static bool
ask_rules(const struct give_question *question, struct arena *arena, struct refund_answer *answer)
{
	const struct charged *charged = question->charged;
	const struct unpriced_charge *cost = &charged->cost;
	const struct refund_payment payment = { charged->paid, INT64_MAX };
	struct refund_line *lines = arena_take(arena, (cost->line_count + 1) * sizeof *lines);
	if (lines == NULL)
		return false;
	for (size_t i = 0; i < cost->line_count; i++)
		lines[i] = refund_line_of(question->image, &cost->lines[i]);
	uint32_t service = image_service(question->image, cost->service);
	struct text zone = cost->line_count > 0 ? cost->lines[0].zone : TEXT("");
	return refund_answer(
		&(struct refund_question){
			.image = question->image,
			.holdings = question->holdings,
			.holding_count = question->holding_count,
			.service = service,
			.zone = image_zone(question->image, service, zone),
			.at_ms = question->at_ms,
			.now_ms = question->now_ms,
			.is_mistake = question->part->is_mistake,
			.quantity = charged->quantity,
			.given = question->before->quantity,
			.wanted = question->part->of == PART_USAGE ? question->part->quantity : 0,
			.lines = lines,
			.line_count = cost->line_count,
			.counts = charged->counts,
			.count_count = charged->count_count,
			.payments = &payment,
			.payment_count = 1,
		},
		arena, answer);
}

/* The money of a part by usage, or of all that is left. */
static enum give_outcome
give_usage(const struct give_question *question, const struct refund_answer *answer,
	struct refund_record *after)
{
	const struct charged *charged = question->charged;
	int64_t left = charged->paid.micros - question->before->money.micros;
	int64_t given = answer->payment_count > 0 ? answer->payments[0].amount : 0;
	if (question->part->of == PART_REST)
		given = answer->rule == NULL || answer->rule->gives != REFUND_UNITS ? left : 0;
	if (given > left)
		return GIVE_TOO_MUCH;
	after->money.micros += given;
	after->quantity += answer->quantity;
	return GIVE_FINE;
}

/* An amount; with the last of it goes the usage, if nothing else was taken for that. */
static enum give_outcome
give_amount(const struct give_question *question, const struct refund_answer *answer,
	struct refund_record *after)
{
	const struct charged *charged = question->charged;
	int64_t left = charged->paid.micros - question->before->money.micros;
	int64_t amount = question->part->money.micros;
	if (answer->rule != NULL && answer->rule->gives == REFUND_UNITS)
		return GIVE_NO_MONEY;
	if (amount > left)
		return GIVE_TOO_MUCH;
	after->money.micros += amount;
	after->amounts.micros += amount;
	if (amount == left && !charged->counts_units)
		after->quantity = charged->quantity;
	return GIVE_FINE;
}

static void
add_given(struct given *given, const struct refund_part *part, int64_t amount)
{
	must(amount >= 0);
	if (amount > 0)
		given->counts[given->count_count++] = (struct given_count){ part->place, amount,
			!part->lost };
}

/*
 * What goes back to counters: units as the rules say; money by what is given back of it. An amount
 * has nothing to do with units.
 */
static bool
give_counts(const struct give_question *question, const struct refund_answer *answer,
	struct arena *arena, struct given *given)
{
	const struct charged *charged = question->charged;
	given->counts = arena_take(arena, (answer->count_count + 1) * sizeof *given->counts);
	given->count_count = 0;
	if (given->counts == NULL)
		return false;
	for (size_t i = 0; i < answer->count_count; i++) {
		const struct refund_part *part = &answer->counts[i];
		const struct refund_count *count = &charged->counts[part->place];
		if (count->money)
			add_given(given, part,
				money_counted(charged, count->moved, &given->after) -
					money_counted(charged, count->moved, question->before));
		else if (question->part->of != PART_MONEY)
			add_given(given, part, part->amount);
	}
	return true;
}

bool
charged_give(const struct give_question *question, struct arena *arena, struct given *given,
	enum give_outcome *outcome)
{
	struct refund_answer answer;
	if (!ask_rules(question, arena, &answer))
		return false;
	given->package = answer.package;
	given->rule = answer.rule;
	given->after = *question->before;
	switch (answer.refused) {
	case REFUND_DONE_ALREADY:
		*outcome = GIVE_NOTHING_LEFT;
		return true;
	case REFUND_BEYOND:
		*outcome = GIVE_TOO_MUCH;
		return true;
	case REFUND_LATE:
		*outcome = GIVE_TOO_LATE;
		return true;
	}
	*outcome = question->part->of == PART_MONEY ? give_amount(question, &answer, &given->after)
						    : give_usage(question, &answer, &given->after);
	return *outcome != GIVE_FINE || give_counts(question, &answer, arena, given);
}
