/* A charge as its entry has it (see charged.h). */
#include "charged.h"

#include "unpriced.h"

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

/* What the entry's postings move on one of its records; 0 and no unit if none does. */
static int64_t
moved_on(const struct entry *entry, size_t index, struct text *unit)
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

static void
add_taken(struct charged *charged, const struct effect *effect, int64_t amount, struct text unit)
{
	struct taken *taken = &charged->taken[charged->taken_count++];
	*taken = (struct taken){ effect->key, amount, unit, currency_is_valid(unit) };
	charged->took_units |= !taken->money;
}

/* A balance or a counter that the charge has changed. */
static enum status
read_effect(struct charged *charged, const struct effect *effect, int64_t moved, struct text unit,
	struct fault *fault)
{
	struct text name;
	if (effect->table == TABLE_COUNTER) {
		if (moved <= 0)
			return corrupt(fault, "a counter that it did not move");
		add_taken(charged, effect, moved, unit);
		return STATUS_OK;
	}
	if (effect->table != TABLE_BALANCE || charged->balance.size > 0 || moved > 0 ||
		!key_is_of_balance(effect->key, &charged->account, &name))
		return corrupt(fault, "it changes something else than one balance and counters");
	charged->balance = effect->key;
	charged->currency = balance_read(effect->value).unit;
	charged->paid.micros = -moved;
	return STATUS_OK;
}

enum status
charged_read(const struct entry *entry, struct charged *charged, struct fault *fault)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	enum status status = STATUS_OK;
	must(entry->kind == ENTRY_CHARGE);
	charged->balance = (struct bytes){ NULL, 0 };
	charged->taken_count = 0;
	charged->took_units = false;
	for (size_t i = 0; status == STATUS_OK && effect_next(&rest, &effect); i++) {
		struct text unit;
		int64_t moved = moved_on(entry, i, &unit);
		status = read_effect(charged, &effect, moved, unit, fault);
	}
	if (status != STATUS_OK)
		return status;
	if (charged->balance.size == 0)
		return corrupt(fault, "nobody paid");
	status = unpriced_read_quantity(entry->event, &charged->unit, &charged->quantity, fault);
	charged->was_empty = charged->quantity == 0;
	charged->quantity += charged->was_empty;
	return status;
}

/* ---- giving back ---- */

/* whole × part / of, rounded down. */
static int64_t
share(int64_t whole, int64_t part, int64_t of)
{
	must(whole >= 0 && part >= 0 && part <= of && of > 0);
	return (int64_t)((__int128)whole * part / of);
}

/* What was paid for so much of the usage, in micro-units. */
static int64_t
paid_for(const struct charged *charged, int64_t quantity)
{
	return share(charged->paid.micros, quantity, charged->quantity);
}

enum part_outcome
charged_give(const struct charged *charged, const struct refund_record *before,
	const struct part *part, struct refund_record *after)
{
	const struct refund_record whole = { charged->paid, charged->quantity };
	int64_t money_left = whole.money.micros - before->money.micros;
	int64_t quantity_left = whole.quantity - before->quantity;
	struct refund_record given = *before;
	int64_t share_micros;
	must(money_left >= 0 && quantity_left >= 0);
	if (quantity_left == 0)
		return PART_NOTHING_LEFT;
	switch (part->of) {
	case PART_REST:
		given = whole;
		break;
	case PART_MONEY:
		if (part->money.micros > money_left)
			return PART_TOO_MUCH;
		given.money.micros += part->money.micros;
		if (part->money.micros == money_left && !charged->took_units)
			given = whole;
		break;
	case PART_USAGE:
		if (part->quantity > quantity_left)
			return PART_TOO_MUCH;
		given.quantity += part->quantity;
		share_micros = paid_for(charged, given.quantity) -
			paid_for(charged, before->quantity);
		if (share_micros > money_left)
			return PART_TOO_MUCH;
		given.money.micros += share_micros;
		break;
	}
	*after = given;
	return PART_FINE;
}

int64_t
charged_given(const struct charged *charged, const struct taken *taken,
	const struct refund_record *refund)
{
	bool by_money = taken->money && charged->paid.micros > 0;
	int64_t part = by_money ? refund->money.micros : refund->quantity;
	int64_t of = by_money ? charged->paid.micros : charged->quantity;
	return share(taken->amount, part, of);
}
